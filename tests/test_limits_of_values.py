"""Limits of single values at levels of their own, which gates and comparisons of releases stand on."""

import numpy as np
import pytest
from statsmodels.stats.proportion import proportion_confint

from fairkit.counts import Counts, Kind
from fairkit.evidence import Options
from fairkit.groups import groupings
from fairkit.judging import evidence_of
from fairkit.metrics import metric
from fairkit.tables import group_table


def evidence(counts, *names):
    """What counts say of metrics by group."""
    by = groupings("g")[0]
    metrics = [metric(name, kind=counts.kind) for name in names]
    (own,) = evidence_of(counts, metrics, by, table=group_table(counts, by), options=Options())
    return own


def decisions(cells, clusters=None):
    """Counts of decisions."""
    groups = [(group,) for group, _, _ in cells]
    return Counts.from_cells(
        Kind.DECISIONS, ["g"], groups, [[k, n - k, 0] for _, k, n in cells], clusters=clusters
    )


def test_shares_have_clopper_and_pearsons_limits_each_at_its_level():
    """The corrected limits are statsmodels' exact ones."""
    own = evidence(decisions([("a", 3, 40), ("b", 39, 40), ("c", 0, 25)]), "selection_rate")
    levels = [0.95, 0.9999, 0.999]
    (low, high), method = own.corrected(np.array([levels]))
    for g, (k, n, level) in enumerate(zip([3, 39, 0], [40, 40, 25], levels, strict=True)):
        expected = proportion_confint(k, n, alpha=1 - level, method="beta")
        assert (low[0, g], high[0, g]) == pytest.approx(expected, nan_ok=False)
    assert set(method.ravel().tolist()) == {"clopper-pearson"}


def test_a_share_alone_has_wilsons_limits():
    """One value that is its whole family need not be exact."""
    (low, high), _ = evidence(decisions([("a", 3, 40)]), "selection_rate").alone(0.95)
    assert (low[0, 0], high[0, 0]) == pytest.approx(proportion_confint(3, 40, method="wilson"))


def test_clusters_widen_the_limits_and_two_give_none():
    """Rows of few clusters say less than independent rows, those of two nothing."""
    cells = [("a", 8, 10), ("a", 2, 10), ("a", 9, 10), ("a", 3, 10), ("b", 5, 10), ("b", 6, 10)]
    own = evidence(decisions(cells, clusters=list("stuvwx")), "selection_rate")
    (low, high), method = own.corrected(np.full((1, 2), 0.99))
    alone = proportion_confint(22, 40, alpha=0.01, method="beta")
    assert low[0, 0] < alone[0]
    assert high[0, 0] > alone[1]
    assert np.isnan([low[0, 1], high[0, 1]]).all()
    assert method.tolist() == [["cluster-exact", "none"]]


def test_higher_levels_have_wider_limits_for_every_kind():
    """Shares, means of parts, events: limits nest as the correction needs them to."""
    rng = np.random.default_rng(2)
    confusion = Counts.from_cells(
        Kind.CONFUSION, ["g"], [("a",), ("b",)], [[20, 5, 4, 30, 0, 0, 0], [9, 2, 8, 40, 0, 0, 0]]
    )
    events = Counts.from_cells(
        Kind.EVENTS,
        ["g"],
        [("a",), ("b",)],
        [[50, 10, 40, 10, 40, 10, 0, 0, 0], [80, 4, 80, 4, 80, 4, 0, 0, 0]],
    )
    for counts, name in ((confusion, "f1_score"), (confusion, "balanced_accuracy"), (events, "event_rate")):
        own = evidence(counts, name)
        shape = own.values.shape
        levels = np.sort(rng.uniform(0.6, 0.99999, 4))
        bounds = [own.corrected(np.full(shape, level))[0] for level in levels]
        lows, highs = (np.stack([getattr(b, side) for b in bounds]) for side in ("low", "high"))
        assert (np.diff(lows, axis=0) <= 0).all()
        assert (np.diff(highs, axis=0) >= 0).all()
        assert (lows <= own.values).all()
        assert (own.values <= highs).all()
