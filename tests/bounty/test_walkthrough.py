"""The page on bounties is true: its commands print what it shows, and the tests that it names exist."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import pytest
from played_pages import played

import bounty
from bounty.cli import program
from bounty.game import creating

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs" / "bounty.md").read_text(encoding="utf-8")
SALT = bytes([2]) * 32
"""The page's own; a real bounty draws a secret one."""


def test_the_first_bounty_prints_what_the_page_shows(tmp_path, monkeypatch):
    """Every command of the page, run one after the other, prints the output that stands under it."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(creating, "new_nonce", lambda: SALT)
    assert played(PAGE, {"bounty": program}) == {}


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
