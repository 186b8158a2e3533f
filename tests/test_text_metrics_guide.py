"""The guide to text metrics: played in a fresh folder, command by command and example by example."""

from __future__ import annotations

import doctest
from pathlib import Path

from played_pages import played

from fairkit.cli import program

PAGE = (Path(__file__).parents[1] / "docs" / "text-metrics.md").read_text(encoding="utf-8")
FLAGS = doctest.NORMALIZE_WHITESPACE | doctest.ELLIPSIS


def test_the_guide_prints_what_it_shows(tmp_path, monkeypatch):
    """Every command prints the output that stands under it, and every example gives what is shown."""
    monkeypatch.chdir(tmp_path)
    assert played(PAGE, {"fairkit": program}) == {}
    test = doctest.DocTestParser().get_doctest(PAGE, {}, "text-metrics.md", "text-metrics.md", 0)
    assert len(test.examples) > 20
    assert doctest.DocTestRunner(optionflags=FLAGS).run(test).failed == 0
