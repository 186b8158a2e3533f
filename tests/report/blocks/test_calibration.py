"""The blocks on scores: every bin and corner in its tables, and pictures of the largest groups."""

from __future__ import annotations

import numpy as np
import pytest

import fairkit
from fairkit.report.blocks.calibration import PANELS, calibration_block, roc_block
from fairkit.report.numerals import percent
from fairkit.report.phrases import short_name


def rows(levels, n, *, scale=1.0, shift=0.0):
    """Make rows whose score is calibrated, then stretched and moved."""
    rng = np.random.default_rng(3)
    chance = rng.random(n).round(2)
    return {
        "g": [levels[i] for i in rng.integers(0, len(levels), (2, n)).min(axis=0)],
        "y": rng.random(n) < chance,
        "s": scale * chance + shift,
    }


def tables_of(report):
    """List the tables of both blocks."""
    return (*calibration_block(report).tables, *roc_block(report).tables)


@pytest.fixture(scope="module")
def scores():
    """Return a report on a calibrated score over twelve groups, the first the largest."""
    return fairkit.evaluate(rows([f"g{i}" for i in range(12)], 4_000), label="y", score="s", by="g")


def test_a_report_without_scores_has_no_such_block():
    """Where there is nothing to say, nothing is said."""
    report = fairkit.evaluate({"g": ["a", "b"] * 9, "d": [1, 0, 0] * 6}, decision="d", by="g")
    assert calibration_block(report) is None
    assert roc_block(report) is None


def test_every_bin_and_every_corner_is_in_a_table(scores):
    """The tables have the report's own numbers in its own order."""
    bins, corners = tables_of(scores)
    assert [(row[0], row[2], row[4]) for row in bins.rows] == [
        (short_name(b.group, "g"), f"{b.n:,}", percent(b.positive_rate)) for b in scores.reliability
    ]
    own = [p for p in scores.roc if p.attribute]
    assert [row[2:] for row in corners.rows] == [
        (percent(p.false_positive_rate), percent(p.true_positive_rate)) for p in own
    ]
    assert all(len(row) == len(table.columns) for table in (bins, corners) for row in table.rows)


def test_the_largest_groups_are_drawn(scores):
    """At most eight groups are drawn, the largest first; their titles are names of groups."""
    sizes = sorted(scores.groups, key=lambda size: -size.rows)
    for table in tables_of(scores):
        (figure,) = table.figures
        titles = [panel["title"]["text"] for panel in figure.spec["concat"]]
        assert titles == [short_name(size.group, "g") for size in sizes[:PANELS]]
        assert "8 groups" in figure.label


def test_each_curve_is_drawn_over_that_of_all_rows(scores):
    """Behind a group's curve are the diagonal and the curve of everyone, the same in each panel."""
    (corners,) = roc_block(scores).tables
    everyone = [p.false_positive_rate for p in scores.roc if not p.attribute]
    for panel in corners.figures[0].spec["concat"]:
        _, behind, own = (layer["data"]["values"] for layer in panel["layer"])
        assert [point["x"] for point in behind] == pytest.approx(everyone, abs=5e-5)
        assert (own[0]["x"], own[0]["y"], own[-1]["x"], own[-1]["y"]) == (0, 0, 1, 1)


def test_the_label_counts_broken_promises(scores):
    """Those who do not see the picture are told in how many bins the score is off."""
    off = sum(b.low is not None and not b.low <= b.mean_score <= b.high for b in scores.reliability)
    label = calibration_block(scores).tables[0].figures[0].label
    assert f"in {off} of {len(scores.reliability)} bins the mean score lies outside" in label
    assert off < 0.15 * len(scores.reliability)


def test_scores_beyond_one_widen_the_axes():
    """A score that is no probability is drawn on an axis that holds it, without calibration's promise."""
    report = fairkit.evaluate(rows(["a", "b"], 600, scale=3.0, shift=-1.0), label="y", score="s", by="g")
    for table in tables_of(report):
        for panel in table.figures[0].spec["concat"]:
            low, high = panel["layer"][0]["encoding"]["x"]["scale"]["domain"]
            values = [p["x"] for layer in panel["layer"] for p in layer["data"]["values"]]
            assert low <= min(values) <= max(values) <= high


def test_each_grouping_has_its_tables():
    """Two attributes have two tables of reliability and two of curves, named after them."""
    data = rows(["a", "b"], 800)
    report = fairkit.evaluate({**data, "old": ["yes", "no"] * 400}, label="y", score="s", by=["g", "old"])
    captions = [table.caption.partition(",")[0] for table in tables_of(report)]
    assert captions == [
        "Reliability by g", "Reliability by old", "ROC curves by g", "ROC curves by old",
    ]  # fmt: skip


def test_corners_of_curves_are_on_the_page_only(scores):
    """Nobody reads a curve as numbers: text and Markdown leave its table out, and the page has it."""
    for view, there in ((scores.to_text(), False), (scores.to_markdown(), False), (scores.to_html(), True)):
        assert "Reliability by g" in view
        assert ("ROC curves by g" in view) == there
