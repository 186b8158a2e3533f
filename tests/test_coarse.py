"""What a report keeps of scores: bins that lose no row and name nobody."""

from __future__ import annotations

import numpy as np
import pytest

import fairkit
from fairkit.coarse import MOST_LEVELS, coarse
from fairkit.report.serialize import from_json


def rows(n=4000, seed=3, spread=1.0):
    """Make scores with as many digits as doubles have."""
    rng = np.random.default_rng(seed)
    score = rng.normal(0, spread, n) if spread != 1.0 else rng.random(n)
    return {
        "sex": rng.choice(["F", "M"], n),
        "score": score,
        "label": (rng.random(n) < 0.4).astype(int),
        "who": [f"p{k}" for k in rng.integers(0, 50, n)],
    }


@pytest.mark.parametrize("spread", [1.0, 40.0, 1e-9])
def test_bins_keep_every_sum(spread):
    """Rows, scores and their squares add up to what they were, in at most so many bins of a power of two."""
    fine = fairkit.count(rows(spread=spread), label="label", score="score", by="sex")
    few = coarse(fine)
    (axis,) = few.axes
    assert len([level for level in axis.levels if level is not None]) <= MOST_LEVELS
    assert np.log2(axis.width) == round(np.log2(axis.width))
    assert np.allclose(few.values.sum(axis=0), fine.values.sum(axis=0), rtol=1e-12)
    assert few.total_rows == fine.total_rows


def test_few_levels_stay_as_they_are():
    """Deciles are no names: counts of few scores are kept exactly, and other kinds always."""
    deciles = rows() | {"score": np.random.default_rng(1).integers(1, 11, 4000)}
    fine = fairkit.count(deciles, label="label", score="score", by="sex")
    assert coarse(fine) == fine
    decided = fairkit.count(rows() | {"d": rows()["score"] > 0.5}, label="label", decision="d", by="sex")
    assert coarse(decided) is decided


def test_bins_of_parts_nest():
    """Coarse counts of two parts add up to the coarse counts of both."""
    a, b = rows(seed=1), rows(seed=2)
    both = {name: np.concatenate([a[name], b[name]]) for name in a}
    parts = [coarse(fairkit.count(part, label="label", score="score", by="sex")) for part in (a, b)]
    whole = coarse(fairkit.count(both, label="label", score="score", by="sex"))
    merged = fairkit.merge(parts)
    assert merged.axes == whole.axes
    assert np.allclose(merged.values, whole.values, rtol=1e-12)


def test_clusters_and_models_survive():
    """Clusters keep their cells, and every model's score is binned on its own axis."""
    data = rows()
    clustered = fairkit.count(data, label="label", score="score", by="sex", cluster="who")
    assert coarse(clustered).cluster_ids == clustered.cluster_ids
    two = data | {"other": data["score"][::-1].copy()}
    counts = fairkit.count(two, label="label", score={"a": "score", "b": "other"}, by="sex")
    assert all(len(axis.levels) <= MOST_LEVELS + 1 for axis in coarse(counts).axes)


def test_a_report_keeps_bins_and_exact_metrics():
    """The area is that of the scores themselves, what the report stores is not."""
    data = rows()
    report = fairkit.evaluate(data, label="label", score="score", by="sex", metrics=["roc_auc"])
    assert len(report.counts.axes[0].levels) <= MOST_LEVELS
    assert from_json(report.to_json()) == report
    again = fairkit.evaluate(report.counts, by="sex", metrics=["roc_auc"])
    exact, binned = (r.estimate("roc_auc", "sex=F").value for r in (report, again))
    assert exact != binned
    assert abs(exact - binned) < 0.01
