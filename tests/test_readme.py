"""The README holds: its example runs, its commands exist, its links lead somewhere."""

import doctest
import re
from pathlib import Path

import click
import pytest

from bounty.cli import program as bounty
from fairkit.cli import program as fairkit

ROOT = Path(__file__).parents[1]
README = (ROOT / "README.md").read_text(encoding="utf-8")
EXAMPLES = {"guide.md": 30, "speech.md": 30, "bounty.md": 30, "gate.md": 5}
"""Guides with examples of Python, and how many there are at least."""

GUIDES = {
    name: (ROOT / "docs" / name).read_text(encoding="utf-8")
    for name in (
        *("guide.md", "speech.md", "bounty.md", "gate.md", "ci.md", "audits.md", "swap.md", "sensitivity.md"),
        *("gender-swap.md", "text-metrics.md", "planted-reliance.md"),
    )
}
OPTION = re.compile(r"(?<![\w-])(--[a-z][a-z0-9-]*)")


def test_the_example_prints_what_it_says():
    """The ten lines of Python run and give the numbers shown."""
    parser = doctest.DocTestParser()
    test = parser.get_doctest(README, {}, "README.md", "README.md", 0)
    assert test.examples
    runner = doctest.DocTestRunner(optionflags=doctest.NORMALIZE_WHITESPACE)
    assert runner.run(test).failed == 0


@pytest.mark.parametrize("name", EXAMPLES)
def test_a_guide_prints_what_it_says(name, tmp_path, monkeypatch):
    """Every example of a guide runs and gives what is shown."""
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    test = doctest.DocTestParser().get_doctest(GUIDES[name], {}, name, name, 0)
    assert len(test.examples) > EXAMPLES[name]
    runner = doctest.DocTestRunner(optionflags=doctest.NORMALIZE_WHITESPACE)
    assert runner.run(test).failed == 0


def options_of(command):
    """The options of a command and of all that it has."""
    if not isinstance(command, click.Group):
        return {option for one in command.params for option in (*one.opts, *one.secondary_opts)}
    context = command.make_context(command.name, ["--help"], resilient_parsing=True)
    return set().union(
        *(options_of(command.get_command(context, name)) for name in command.list_commands(context))
    )


def test_every_option_named_is_an_option():
    """Each --option of the README and the guides belongs to a command."""
    known = {"--version", "--help"}
    known |= {"--fairness-report", "--fairness-policy", "--fairness-data"}  # of the pytest plugin
    for program in (fairkit, bounty):
        known |= options_of(program)
    lines = "\n".join([README, *GUIDES.values()]).splitlines()
    scripts = (
        "pip install",
        "python docs/examples/",
        "python tests/benchmarks/",
        "--model linear",
        "--train templates",
    )
    own = [line for line in lines if not any(script in line for script in scripts)]
    assert set(OPTION.findall("\n".join(own))) <= known


def test_the_guide_shows_what_the_readme_says_of_adult_and_of_rows():
    """The README's numbers of bounties are those of the guide, whose examples run."""
    said = re.findall(r"[\d,]{7}", README.partition("- **Terms before")[2].partition("\n## ")[0])
    assert len(said) > 2
    plain = GUIDES["bounty.md"].replace(",", "")
    assert all(number.replace(",", "") in plain for number in said)
    assert "3 of 20 claims are accepted" in GUIDES["bounty.md"]


def test_no_placeholder_is_left():
    """No number waits to be filled in."""
    assert not re.search(r"README[A-Z]|TODO|TBD", README)


@pytest.mark.parametrize("target", sorted(set(re.findall(r"\]\(([^)#]+)\)", README))))
def test_every_link_leads_to_a_file(target):
    """Links and pictures of the README are files of the project."""
    assert (ROOT / target).exists()


@pytest.mark.parametrize("name", GUIDES)
def test_every_link_of_a_guide_leads_somewhere(name):
    """Links of a guide are files beside it or its own headings."""
    headings = re.findall(r"^## (.+)$", GUIDES[name], re.MULTILINE)
    anchors = {"#" + re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}
    targets = set(re.findall(r"\]\(([^)]+)\)", GUIDES[name]))
    assert {one for one in targets if one.startswith("#")} <= anchors
    files = {one.partition("#")[0] for one in targets if not one.startswith(("#", "https://"))}
    assert all((ROOT / "docs" / one).exists() for one in files)


@pytest.mark.parametrize("target", sorted(set(re.findall(r"`?make ([a-z]+)", README))))
def test_every_make_target_exists(target):
    """What the README tells people to make can be made."""
    assert re.search(rf"^{target}:", (ROOT / "Makefile").read_text(encoding="utf-8"), re.MULTILINE)
