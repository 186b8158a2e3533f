"""The guide to associations is true: its commands print what it shows, its Python runs."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from played_pages import played

from fairkit.cli import program

PAGE = (Path(__file__).parents[2] / "docs" / "association.md").read_text(encoding="utf-8")


@pytest.fixture(scope="module")
def root(tmp_path_factory):
    """A folder for what the page makes."""
    return tmp_path_factory.mktemp("guide")


def test_the_guide_prints_what_it_shows(root, monkeypatch):
    """Every command of the page, run one after the other, prints the output that stands under it."""
    monkeypatch.chdir(root)
    assert played(PAGE, {"fairkit": program}) == {}


def test_the_python_of_the_guide_runs(root, monkeypatch):
    """The lines of the page run on the files that its commands made."""
    monkeypatch.chdir(root)
    (code,) = re.findall(r"^```python\n(.*?)^```$", PAGE, re.MULTILINE | re.DOTALL)
    names = {}
    exec(code, names)  # noqa: S102  lines of the page
    assert names["found"].low > 0
