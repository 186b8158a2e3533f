"""Rows above the median of all scores: exact, whatever bins a report keeps."""

from __future__ import annotations

import json

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import fairkit
from fairkit.coarse import coarse
from fairkit.medians import above_medians
from fairkit.report.serialize import from_json


def rows(n=601, seed=3):
    """Make scores with as many digits as doubles have, some of them and some labels missing."""
    rng = np.random.default_rng(seed)
    score = rng.random(n)
    score[::97] = np.nan
    label = (rng.random(n) < 0.4).astype(float)
    label[::31] = np.nan
    return {
        "sex": rng.choice(["F", "M"], n),
        "race": rng.choice(["A", "B", "C"], n),
        "score": score,
        "y": label,
    }


def by_hand(data, *columns):
    """Count rows with a score, and those above the median, in plain Python."""
    median = np.nanmedian(data["score"])
    found = {}
    for *levels, score in zip(*(data[name] for name in columns), data["score"], strict=True):
        if not np.isnan(score):
            n, above = found.get(tuple(levels), (0, 0))
            found[tuple(levels)] = (n + 1, above + bool(score > median))
    return found


@pytest.mark.parametrize("n", [600, 601])
def test_a_report_keeps_how_many_are_above_the_median(n):
    """The rows above the median are those of the data, by every crossing, in a report that has bins only."""
    data = rows(n)
    report = fairkit.evaluate(data, label="y", score="score", by=["sex", "sex,race"])
    kept = {cell.levels: (cell.rows, cell.above) for cell in report.above_median}
    assert report.counts.axes[0].width > 0
    assert kept == by_hand(data, "sex", "race")
    assert {cell.median for cell in report.above_median} == {float(f"{np.nanmedian(data['score']):.4g}")}
    assert from_json(report.to_json()) == report


def test_nothing_is_kept_where_the_counts_say_it():
    """Deciles are counted one by one, and other kinds have no scores."""
    data = rows()
    data["score"] = np.where(np.isnan(data["score"]), np.nan, np.floor(10 * data["score"]))
    report = fairkit.evaluate(data, label="y", score="score", by="sex")
    assert report.above_median == ()
    found = {cell.levels: (cell.rows, cell.above) for cell in above_medians(report.counts)}
    assert found == by_hand(data, "sex")
    assert fairkit.evaluate(data, decision="score > 4", by="sex").above_median == ()


def test_each_model_has_its_own_median():
    """Two scores are split apart, each at the median of its own rows."""
    data = rows()
    other = data | {"score": data["score"] ** 2 + 1}
    both = data | {"old": data["score"], "new": other["score"]}
    report = fairkit.evaluate(both, label="y", score={"old": "old", "new": "new"}, by="sex")
    for model, own in (("old", data), ("new", other)):
        kept = {cell.levels: (cell.rows, cell.above) for cell in report.above_median if cell.model == model}
        assert kept == by_hand(own, "sex")


def test_a_report_of_before_is_read():
    """A report that was saved before medians were kept is read as one without."""
    report = fairkit.evaluate(rows(), label="y", score="score", by="sex")
    old = json.loads(report.to_json())
    del old["above_median"]
    assert from_json(json.dumps(old)).above_median == ()


@settings(max_examples=25)
@given(st.lists(st.integers(0, 6), min_size=1, max_size=30), st.sampled_from([0, 2, 4]))
def test_bins_say_it_only_where_they_are_sure(scores, width):
    """From bins come either the exact rows above the median, or none at all."""
    data = {"score": [float(s) for s in scores], "y": [1] * len(scores), "g": ["a"] * len(scores)}
    counts = fairkit.count(data, label="y", score="score", by="g")
    binned = coarse(counts, most=width) if width else counts
    found = above_medians(binned)
    exact = sum(s > np.median(scores) for s in scores)
    assert not found or [cell.above for cell in found] == [exact]
    assert found or binned.axes[0].width > 0
