"""The guide to associations is true: its commands print what it shows, its Python runs."""

from __future__ import annotations

import contextlib
import re
from pathlib import Path

import pytest
from played_pages import played

from fairkit.cli import program

PAGE = (Path(__file__).parents[2] / "docs" / "association.md").read_text(encoding="utf-8")


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """Play the page in a folder, and return it with the commands that print something else."""
    folder = tmp_path_factory.mktemp("guide")
    with contextlib.chdir(folder):
        return folder, played(PAGE, {"fairkit": program})


def test_the_guide_prints_what_it_shows(folder):
    """Every command of the page, run one after the other, prints the output that stands under it."""
    _, wrong = folder
    assert wrong == {}


def test_the_python_of_the_guide_runs(folder, monkeypatch):
    """The lines of the page run on the files that its commands made."""
    monkeypatch.chdir(folder[0])
    (code,) = re.findall(r"^```python\n(.*?)^```$", PAGE, re.MULTILINE | re.DOTALL)
    names = {}
    exec(code, names)  # noqa: S102  lines of the page
    assert names["found"].low > 0
