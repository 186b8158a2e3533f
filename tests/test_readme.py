"""The README holds: its example runs, its commands exist, its links lead somewhere."""

import doctest
import re
from pathlib import Path

import pytest

from fairkit.cli import program

ROOT = Path(__file__).parents[1]
README = (ROOT / "README.md").read_text(encoding="utf-8")
GUIDE = (ROOT / "docs" / "guide.md").read_text(encoding="utf-8")
OPTION = re.compile(r"(?<![\w-])(--[a-z][a-z-]*)")


def test_the_example_prints_what_it_says():
    """The ten lines of Python run and give the numbers shown."""
    parser = doctest.DocTestParser()
    test = parser.get_doctest(README, {}, "README.md", "README.md", 0)
    assert test.examples
    runner = doctest.DocTestRunner(optionflags=doctest.NORMALIZE_WHITESPACE)
    assert runner.run(test).failed == 0


def test_the_guide_prints_what_it_says():
    """Every example of the guide runs and gives what is shown."""
    test = doctest.DocTestParser().get_doctest(GUIDE, {}, "guide.md", "guide.md", 0)
    assert len(test.examples) > 30
    runner = doctest.DocTestRunner(optionflags=doctest.NORMALIZE_WHITESPACE)
    assert runner.run(test).failed == 0


def test_every_option_named_is_an_option():
    """Each --option of the README and the guide belongs to a command."""
    context = program.make_context("fairkit", ["--help"], resilient_parsing=True)
    known = {"--version", "--help"}
    for name in program.list_commands(context):
        command = program.get_command(context, name)
        known |= {
            option for parameter in command.params for option in (*parameter.opts, *parameter.secondary_opts)
        }
    assert set(OPTION.findall(README + GUIDE)) <= known


def test_no_placeholder_is_left():
    """No number waits to be filled in."""
    assert not re.search(r"README[A-Z]|TODO|TBD", README)


@pytest.mark.parametrize("target", sorted(set(re.findall(r"\]\(([^)#]+)\)", README))))
def test_every_link_leads_to_a_file(target):
    """Links and pictures of the README are files of the project."""
    assert (ROOT / target).exists()


@pytest.mark.parametrize("target", sorted(set(re.findall(r"`?make ([a-z]+)", README))))
def test_every_make_target_exists(target):
    """What the README tells people to make can be made."""
    assert re.search(rf"^{target}:", (ROOT / "Makefile").read_text(encoding="utf-8"), re.MULTILINE)
