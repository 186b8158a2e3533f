"""The page on bounties is true: its commands print what it shows, and the tests that it names exist."""

from __future__ import annotations

import ast
import doctest
import re
import shlex
from pathlib import Path

import pytest
from click.testing import CliRunner

import bounty
from bounty.cli import program
from bounty.game import creating

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs" / "bounty.md").read_text(encoding="utf-8")
BLOCK = re.compile(r"^```(console|toml|yaml)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
SALT = bytes([2]) * 32
"""The page's own; a real bounty draws a secret one."""

CHANGING = re.compile(r"\b[0-9a-f]{64}\b|\b\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ")
"""Hashes and times, which differ from run to run."""


def steps(page: str) -> list[tuple[str, str]]:
    """Read a page's files and commands, in order: a name or command, and its content or output."""
    found = []
    for kind, text in BLOCK.findall(page):
        if kind == "console":
            for part in re.split(r"^\$ ", text, flags=re.MULTILINE)[1:]:
                command, output = re.match(r"((?:[^\n]*\\\n)*[^\n]*\n)(.*)", part, re.DOTALL).groups()
                found.append(("$ " + command.replace("\\\n", " ").strip(), output))
        elif text.startswith("# "):
            found.append((text.partition("\n")[0].removeprefix("# "), text))
    return found


def ran(command: str) -> str:
    """Run one command of a page and give what it prints."""
    name, *arguments = shlex.split(command.removeprefix("$ "))
    if name == "python":
        exec(arguments[1], {})  # noqa: S102  a line of the page, which makes its data
        return ""
    assert name == "bounty"
    return CliRunner().invoke(program, arguments, prog_name="bounty").output


def test_the_first_bounty_prints_what_the_page_shows(tmp_path, monkeypatch):
    """Every command of the page, run one after the other, prints the output that stands under it."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(creating, "new_nonce", lambda: SALT)
    checker, flags = doctest.OutputChecker(), doctest.ELLIPSIS | doctest.NORMALIZE_WHITESPACE
    wrong = {}
    for step, shown in steps(PAGE):
        if not step.startswith("$ "):
            Path(step).write_text(shown, encoding="utf-8")
            continue
        want, got = (CHANGING.sub("#", text) for text in (shown, ran(step)))
        if not checker.check_output(want, got, flags):
            wrong[step] = got
    assert wrong == {}


@pytest.mark.parametrize("named", sorted(set(re.findall(r"`(\w+/test_\w+\.py::test_\w+)`", PAGE))))
def test_every_test_that_the_page_names_exists(named):
    """What is said to be shown by a test has that test."""
    path, _, name = named.partition("::")
    tree = ast.parse((ROOT / "tests" / "bounty" / path).read_text(encoding="utf-8"))
    assert name in {node.name for node in tree.body if isinstance(node, ast.FunctionDef)}


@pytest.mark.parametrize("name", bounty.__all__)
def test_every_public_name_is_there_and_on_the_page(name):
    """Each public name loads, has a docstring of its own and is listed."""
    assert getattr(bounty, name).__doc__
    assert f"`{name}`" in PAGE


def test_an_unknown_name_is_an_attribute_error():
    """What the package does not have is missing from it in the usual way."""
    with pytest.raises(AttributeError, match="no attribute 'Bouny'"):
        _ = bounty.Bouny
    assert dir(bounty) == sorted(bounty.__all__)
