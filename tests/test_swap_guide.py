"""The guide to the swap: played in a fresh folder, command by command and example by example."""

from __future__ import annotations

import doctest
from pathlib import Path

from played_pages import played

from fairkit.cli import program

PAGE = (Path(__file__).parents[1] / "docs" / "swap.md").read_text(encoding="utf-8")


def test_the_guide_prints_what_it_shows(tmp_path, monkeypatch):
    """Every command of the page, run one after the other, prints the output that stands under it."""
    monkeypatch.chdir(tmp_path)
    assert played(PAGE, {"fairkit": program}) == {}


def test_the_examples_of_python_print_what_they_show(tmp_path, monkeypatch):
    """Every example of the page runs and gives what is shown."""
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    test = doctest.DocTestParser().get_doctest(PAGE, {}, "swap.md", "swap.md", 0)
    assert len(test.examples) > 15
    assert doctest.DocTestRunner(optionflags=doctest.NORMALIZE_WHITESPACE).run(test).failed == 0
