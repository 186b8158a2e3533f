"""Help: quick, complete, and never out of step with the library."""

from __future__ import annotations

import importlib
import inspect
import subprocess
import sys

import click
import pytest

from fairkit.cli import COMMANDS, program
from fairkit.corrections import Correction
from fairkit.evaluator import evaluate

COMMAND = {
    name: importlib.import_module(f"fairkit.cli.{name.replace('-', '_')}").command for name in COMMANDS
}
# A command with verbs, such as `fairkit baseline save`, is held to the same as one without, verb by verb.
VERBS = {
    f"{name} {verb}": command.get_command(None, verb)
    for name, command in COMMAND.items()
    if isinstance(command, click.Group)
    for verb in command.list_commands(None)
}
LEAVES = {
    **{name: command for name, command in COMMAND.items() if not isinstance(command, click.Group)},
    **VERBS,
}
OUTPUTS = {"output", "html", "markdown", "as_json"}
PYTHON_ONLY = {"estimator", "X", "features", "findings"}  # objects, and what a report is without
PARAMETERS = {
    name: p
    for name, p in inspect.signature(evaluate).parameters.items()
    if name not in {"data", *PYTHON_ONLY}
}
LIGHT = """
import sys
sys.argv = {arguments!r}
from fairkit.cli import main
try:
    main()
except SystemExit:
    pass
print("loaded:", *sorted({{name.partition(".")[0] for name in sys.modules}}))
print("ours:", *sorted(name for name in sys.modules if name.startswith("fairkit")))
"""


def loaded_by(*arguments: str) -> tuple[set[str], set[str]]:
    """Return the top-level packages and the modules of ours that a call of the program imports."""
    done = subprocess.run(
        [sys.executable, "-c", LIGHT.format(arguments=["fairkit", *arguments])],
        capture_output=True,
        text=True,
        check=True,
        timeout=60,
    )
    packages, ours = done.stdout.splitlines()[-2:]
    return set(packages.split()[1:]), set(ours.split()[1:])


def test_help_imports_no_command_and_nothing_heavy():
    """The list of commands is answered without numpy, dataframes, rich, or any command's own module."""
    packages, ours = loaded_by("--help")
    assert "click" in packages
    assert packages & {"numpy", "scipy", "pandas", "narwhals", "duckdb", "pyarrow", "rich", "altair"} == set()
    assert ours == {
        "fairkit",
        "fairkit._lazily",
        "fairkit.cli",
        "fairkit.cli.commands",
        "fairkit.cli.contract",
        "fairkit.cli.pages",
        "fairkit.errors",
    }


@pytest.mark.parametrize("name", [*COMMANDS, *VERBS])
def test_help_of_a_command_imports_nothing_heavy(name):
    """A command's help needs its own module and no library."""
    packages, ours = loaded_by(*name.split(), "--help")
    assert packages & {"numpy", "scipy", "pandas", "narwhals", "duckdb", "pyarrow", "rich", "altair"} == set()
    assert f"fairkit.cli.{name.replace(' ', '.').replace('-', '_')}" in ours


def test_doctor_imports_none_of_the_packages_it_examines():
    """The doctor reads versions from metadata, so that a broken package cannot break it."""
    packages, _ = loaded_by("doctor", "--json")
    assert packages & {"numpy", "scipy", "pandas", "narwhals", "duckdb", "pyarrow", "rich", "altair"} == set()


@pytest.mark.parametrize("name", COMMANDS)
def test_the_static_summary_is_the_commands_own(name):
    """The summary in the list of commands is the command's, and the first line of its help."""
    command = COMMAND[name]
    assert COMMANDS[name] == command.get_short_help_str(limit=200)
    assert COMMANDS[name] == (command.help or "").partition("\n")[0]
    assert command.name == name


def test_the_list_of_commands_has_them_all(fairkit):
    """The program's help lists every command with its summary."""
    ended = fairkit("--help")
    assert ended.status == 0
    assert ended.err == ""
    for name, summary in COMMANDS.items():
        assert f"  {name}" in ended.out
        assert summary in " ".join(ended.out.split())  # which is folded at the width of the terminal


@pytest.mark.parametrize("name", LEAVES)
def test_examples_come_before_the_options(name, fairkit):
    """Every command's help shows a line to type before it lists options."""
    out = fairkit(*name.split(), "--help").out
    assert 0 < out.index(f"\n  fairkit {name}") < out.index("--json")
    assert out.index("Examples:") < out.index("Options:")


@pytest.mark.parametrize("name", VERBS)
def test_a_command_with_verbs_lists_them(name, fairkit):
    """The help of a command shows examples, and each of its verbs with the verb's own summary."""
    command, verb = name.split()
    out = fairkit(command, "--help").out
    assert out.index("Examples:") < out.index("Commands:")
    summary = VERBS[name].get_short_help_str(limit=200)
    assert summary == (VERBS[name].help or "").partition("\n")[0]
    assert summary == COMMAND[command].summaries[verb]
    assert summary in out


@pytest.mark.parametrize("name", LEAVES)
def test_every_option_is_explained_and_json_is_there(name):
    """Every option has a help text that ends as a sentence, and every command has --json."""
    options = [option for option in LEAVES[name].params if isinstance(option, click.Option)]
    assert any("--json" in option.opts for option in options)
    for option in options:
        assert (option.help or "").rstrip("]").strip(), option.name
        assert "." in (option.help or "")[-40:], option.name


@pytest.mark.parametrize("name", [*COMMANDS, *VERBS])
def test_the_examples_are_valid_calls(name):
    """What the help tells a user to type can be parsed."""
    import shlex

    command = {**COMMAND, **VERBS}[name]
    for example in command.examples:
        words = shlex.split(example.partition(" >> ")[0])
        program, *called = name.split()
        assert words[: 1 + len(name.split())] == ["fairkit", program, *called]
        rest = words[1 + len(name.split()) :]
        if isinstance(command, click.Group):
            LEAVES[f"{name} {rest[0]}"].make_context(rest[0], rest[1:])
        else:
            command.make_context(name, rest)


def test_eval_has_an_option_for_every_parameter_of_evaluate():
    """A parameter of the library is an option of the command, by the same name, and the reverse."""
    names = {option.name for option in COMMAND["eval"].params if isinstance(option, click.Option)}
    assert names - OUTPUTS == set(PARAMETERS)


@pytest.mark.parametrize("name", sorted(set(PARAMETERS) - {"by"}))
def test_eval_and_evaluate_have_the_same_defaults(name):
    """An option that is not given asks what the parameter that is not given asks."""
    context = COMMAND["eval"].make_context("eval", ["data.csv", "--by", "sex"])
    given = context.params[name]
    default = PARAMETERS[name].default
    assert (given or default) == default
    assert type(given) in {type(default), type(None), tuple}


def test_the_choices_are_those_of_the_library():
    """The corrections that the option offers are the corrections there are."""
    options = {option.name: option for option in COMMAND["eval"].params}
    assert list(options["correction"].type.choices) == [str(correction) for correction in Correction]


def test_python_m_fairkit_is_the_program(python_m_fairkit):
    """The module runs as the program does, under the program's name."""
    ended = python_m_fairkit("--help")
    assert ended.status == 0
    assert ended.out.startswith("Usage: fairkit [OPTIONS]")


def test_version_is_that_of_the_package(fairkit):
    """The program and the package have one version."""
    import fairkit as package

    assert fairkit("--version").out == f"fairkit, version {package.__version__}\n"


@pytest.mark.parametrize(
    ("words", "offered"),
    [
        ("fairkit e", ["eval"]),
        ("fairkit eval x.csv --metric true_", ["true_positive_rate", "true_negative_rate"]),
        ("fairkit eval x.csv --compare r", ["ratio"]),
        ("fairkit report r.json --as h", ["html"]),
    ],
)
def test_the_shell_completes(words, offered, python_m_fairkit):
    """Commands, metrics and choices can be completed."""
    ended = python_m_fairkit(
        _FAIRKIT_COMPLETE="bash_complete", COMP_WORDS=words, COMP_CWORD=str(len(words.split()) - 1)
    )
    assert [line.partition(",")[2] for line in ended.out.splitlines()] == offered


def test_the_commands_are_the_group_members():
    """The group finds each command by name and none by another."""
    context = click.Context(program)
    assert program.list_commands(context) == list(COMMANDS)
    assert all(program.get_command(context, name) is COMMAND[name] for name in COMMANDS)
    assert program.get_command(context, "contract") is None
