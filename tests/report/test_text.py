"""The report on a terminal."""

from __future__ import annotations

import pytest
from rich.cells import cell_len

import fairkit
from fairkit.findings import Verdict
from fairkit.report.phrases import short_name
from fairkit.report.text import to_text


@pytest.mark.parametrize("width", [60, 80, 100, 160])
@pytest.mark.parametrize("name", ["report", "hostile", "many"])
def test_lines_fit_the_width(name, width, request):
    """No line is wider than asked for, whatever the names of the groups."""
    text = to_text(request.getfixturevalue(name), width=width)
    assert max(map(cell_len, text.splitlines())) <= width


@pytest.mark.parametrize("width", [80, 120])
def test_numbers_are_whole_at_any_width(report, width):
    """Values, contrasts and verdict words are never cut or wrapped."""
    lines = to_text(report, width=width).splitlines()
    estimate = report.estimate("selection_rate", "group=A")
    finding = report.select(metric="selection_rate", group="group=A")[0]
    line = next(line for line in lines if line.startswith("A ") and f"{100 * estimate.value:.2f} [" in line)
    assert f"{100 * finding.value:+.2f} [" in line
    assert str(finding.verdict) in line


def test_disparities_and_undefined_groups_are_always_named(report, many):
    """Folding a long table hides no disparity and no undefined group."""
    for shown in (report, many):
        text = to_text(shown, width=160)
        for finding in shown.findings:
            if finding.verdict is Verdict.DISPARITY or finding.value is None:
                assert short_name(finding.group, finding.attribute) in text
    assert "groups more: " in to_text(many)


def test_a_verdict_is_a_sign_and_a_word(report):
    """Without any colour the verdict can be read."""
    text = to_text(report, width=100)
    assert "◆ disparity" in text
    assert "○ inconclusive" in text
    assert "undefined (no rows): nobody" in text
    assert "\x1b" not in text


def test_colour_is_added_only_on_request(report):
    """Colour changes the look of the text and none of its words."""
    plain, colored = to_text(report, width=100), to_text(report, width=100, color=True)
    assert "\x1b[" in colored
    import re

    bare = re.sub(r"\x1b\[[0-9;]*m", "", colored)
    assert [line.rstrip() for line in bare.splitlines()] == plain.splitlines()


def test_the_environment_changes_nothing(report, monkeypatch):
    """The text depends on the report and the arguments alone, not on variables of the terminal."""
    before = to_text(report)
    for name, value in {"COLUMNS": "40", "FORCE_COLOR": "1", "NO_COLOR": "1", "TERM": "dumb"}.items():
        monkeypatch.setenv(name, value)
    assert to_text(report) == before


def test_names_cannot_steer_the_terminal(hostile):
    """Escapes and markup in names are shown as what they are."""
    text = to_text(hostile, width=160)
    assert "\x1b" not in text
    assert "\u202e" not in text
    assert "[bold red]markup[/] :smile:" in text
    assert r"\u001b[31mred" in text


def test_notes_and_settings_are_told(report):
    """Rows left out and how the report was made are in the text."""
    text = to_text(report, width=200)
    assert "57 of 4,000 rows are left out: label missing." in text
    assert "correction holm" in text
    assert report.data.counts_sha256[:16] in text


def test_the_best_group_as_reference_is_said():
    """Where each metric has its own reference, the heading says so and the tables name it."""
    rows = {"g": ["a", "b", "c"] * 60, "y": [1, 0] * 90, "d": [1, 0, 0, 1, 1, 0, 1, 1, 1] * 20}
    report = fairkit.evaluate(rows, label="y", decision="d", by="g", reference="best")
    assert len({f.reference for f in report.findings}) > 1
    assert "each group against the best group" in to_text(report)


@pytest.mark.realdata
def test_the_published_figures_of_compas_are_in_every_view(compas):
    """False positive and false negative rates by race are those of the published analysis, to every digit."""
    for view in (to_text(compas), compas.to_markdown(), compas.to_html()):
        for figure in ("44.85", "23.45", "27.99", "47.72"):
            assert figure in view
