"""The block on missing attributes: what is missing, and what that leaves open."""

from __future__ import annotations

import numpy as np
import pytest

import fairkit
from fairkit.report.blocks import blocks_of
from fairkit.report.blocks.missing import missing_block
from fairkit.report.numerals import contrast_number, percent
from fairkit.report.phrases import SYMBOLS


def evaluated(**question):
    """Evaluate rows of which some lack their attribute."""
    rng = np.random.default_rng(7)
    n = 900
    rows = {
        "sex": rng.choice(np.array(["F", "M", None], dtype=object), n, p=[0.5, 0.45, 0.05]).tolist(),
        "y": rng.integers(0, 2, n).tolist(),
        "d": (rng.random(n) < 0.5).tolist(),
    }
    return fairkit.evaluate(rows, label="y", decision="d", by="sex", **question)


@pytest.fixture(scope="module")
def both():
    """Return a report of differences and ratios."""
    return evaluated(compare="both", metrics=["accuracy", "true_positive_rate"])


def test_where_nothing_is_missing_nothing_is_said():
    """A report on complete rows has no such block."""
    report = fairkit.evaluate({"g": ["a", "b"] * 9, "d": [1, 0, 0] * 6}, decision="d", by="g")
    assert missing_block(report) is None
    assert "missing" not in [block.name for block in blocks_of(report)]


def test_the_shares_missing_are_told_by_outcome(both):
    """The first table has every share of the report."""
    shares = missing_block(both).tables[0]
    assert [(row[0], row[1], row[4]) for row in shares.rows] == [
        (s.attribute, s.outcome, percent(s.share)) for s in both.missing
    ]


def test_every_gap_has_its_bounds(both):
    """Each contrast has a row with the value of the complete cases; ratios are marked as such."""
    gaps = missing_block(both).tables[1]
    assert len(gaps.rows) == len(both.bounds)
    for row, b in zip(gaps.rows, both.bounds, strict=True):
        assert len(row) == len(gaps.columns)
        assert row[0] == (b.metric if b.compare == "difference" else f"{b.metric} (ratio)")
        assert row[3] == f"{SYMBOLS[b.complete_verdict]} {contrast_number(b.complete_case, b.compare)}"
        assert str(b.verdict) in row[-1]


def test_kept_verdicts_are_counted(both):
    """The text says how many verdicts hold whatever the missing are."""
    decided = [b for b in both.bounds if b.complete_verdict != "inconclusive"]
    kept = sum(b.verdict == b.complete_verdict for b in decided)
    text = missing_block(both).text[-1]
    assert f"decide {len(decided)} of {len(both.bounds)} contrasts; {kept} of these verdicts hold" in text


def test_what_was_never_decided_is_not_kept():
    """A contrast that is inconclusive with and without the missing rows is no verdict that holds."""
    rows = {"sex": ["F", "M", None] * 4, "d": [1, 0, 1, 0] * 3}
    report = fairkit.evaluate(rows, decision="d", by="sex")
    assert {b.complete_verdict for b in report.bounds} == {"inconclusive"}
    assert "decide 0 of 2 contrasts; 0 of these verdicts hold" in missing_block(report).text[-1]


def test_the_reference_is_named(both):
    """One reference stands in the caption; where each metric has its own best group, rows name it."""
    assert "Gaps by sex against all other rows:" in missing_block(both).tables[1].caption
    named = missing_block(evaluated(reference="sex=M", metrics=["accuracy"])).tables[1]
    assert "against sex=M:" in named.caption
    assert [row[1] for row in named.rows] == ["F"]
    best = evaluated(reference="best", metrics=["accuracy", "error_rate", "selection_rate", "f1_score"])
    assert len({b.reference for b in best.bounds}) == 2
    gaps = missing_block(best).tables[1]
    assert {row[1] for row in gaps.rows} == {"F against M", "M against F"}
    assert "against" not in gaps.caption
