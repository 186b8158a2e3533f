"""Help of the bounty program: quick, complete, and in step with its commands."""

from __future__ import annotations

import importlib
import shlex
import subprocess
import sys

import click
import pytest

import fairkit
from bounty.cli import COMMANDS, EXAMPLES, program

COMMAND = {name: importlib.import_module(f"bounty.cli.{name}").command for name in COMMANDS}
HEAVY = {"numpy", "scipy", "pandas", "pyarrow", "duckdb", "narwhals", "rich", "altair", "onnx", "sklearn"}
LIGHT = """
import sys
sys.argv = {arguments!r}
from bounty.cli import main
try:
    main()
except SystemExit:
    pass
print("loaded:", *sorted(sys.modules))
"""


def loaded_by(*arguments):
    """Return the modules that a call of the program imports."""
    code = LIGHT.format(arguments=["bounty", *arguments])
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True, timeout=60
    )
    return set(done.stdout.splitlines()[-1].split()[1:])


def test_help_imports_no_command_and_nothing_heavy():
    """The list of commands is answered without numpy, and without any command's own module."""
    modules = loaded_by("--help")
    assert not {name.partition(".")[0] for name in modules} & HEAVY
    assert {name for name in modules if name.startswith("bounty")} == {"bounty", "bounty.cli"}


@pytest.mark.parametrize("name", COMMANDS)
def test_help_of_a_command_imports_nothing_heavy(name):
    """A command's help needs its own module and no library."""
    modules = loaded_by(name, "--help")
    assert not {module.partition(".")[0] for module in modules} & HEAVY
    assert f"bounty.cli.{name}" in modules


@pytest.mark.parametrize("name", COMMANDS)
def test_the_static_summary_is_the_commands_own(name):
    """The summary in the list is the command's, and the first line of its help."""
    command = COMMAND[name]
    assert COMMANDS[name] == command.get_short_help_str(limit=200)
    assert COMMANDS[name] == (command.help or "").partition("\n")[0]
    assert command.name == name


def test_the_list_of_commands_has_them_all(bounty):
    """The program's help lists every command with its summary."""
    ended = bounty("--help")
    assert (ended.status, ended.err) == (0, "")
    for name, summary in COMMANDS.items():
        assert f"  {name}" in ended.out
        assert summary in ended.out


@pytest.mark.parametrize("name", COMMANDS)
def test_examples_come_before_the_options(name, bounty):
    """Every command's help shows a line to type before it lists options, within a hundred columns."""
    out = bounty(name, "--help").out
    assert 0 < out.index(f"\n  bounty {name}") < out.index("--json")
    assert max(map(len, out.splitlines())) <= 100
    assert "Exit codes:" in out


@pytest.mark.parametrize("name", COMMANDS)
def test_every_option_is_explained_and_json_is_there(name):
    """Every option has a help text that ends as a sentence, and every command has --json."""
    options = [option for option in COMMAND[name].params if isinstance(option, click.Option)]
    assert any("--json" in option.opts for option in options)
    for option in options:
        said = (option.help or "").partition("  [default")[0]
        assert said.endswith((".", "; repeatable.", "]")), option.name


@pytest.mark.parametrize("name", COMMANDS)
def test_the_examples_are_valid_calls(name):
    """What the help tells a user to type can be parsed."""
    for example in COMMAND[name].examples:
        words = shlex.split(example)
        assert words[:2] == ["bounty", name]
        if words[2:] != ["--help"]:
            COMMAND[name].make_context(name, words[2:])


def test_the_examples_of_the_program_are_valid_calls():
    """So are the lines above the list of commands."""
    for example in EXAMPLES:
        _, name, *words = shlex.split(example)
        COMMAND[name].make_context(name, words)


def test_version_is_that_of_the_package(bounty_process):
    """Both programs are released together, under one version."""
    assert bounty_process("--version").out == f"bounty, version {fairkit.__version__}\n"


def test_the_commands_are_the_group_members():
    """The group finds each command by name and none by another."""
    context = click.Context(program)
    assert program.list_commands(context) == list(COMMANDS)
    assert all(program.get_command(context, name) is COMMAND[name] for name in COMMANDS)
    assert program.get_command(context, "stating") is None
