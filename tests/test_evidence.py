"""Values and intervals of independent rows: closed forms, transforms, weights and the bootstrap."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from statsmodels.stats.proportion import confint_proportions_2indep, proportion_confint

from fairkit.counts import Counts, Kind
from fairkit.evidence import IndependentRows, Options
from fairkit.groups import groupings
from fairkit.inference import wilson
from fairkit.metrics import chosen_metrics
from fairkit.shares import REST, Sample
from fairkit.tables import group_table

TABLES = st.lists(st.lists(st.integers(0, 60), min_size=4, max_size=4), min_size=2, max_size=5)
SOME = [[30, 10, 5, 55], [12, 20, 9, 70], [50, 4, 13, 40]]


def evidence_of(cells, metrics="all", **options):
    """Put confusion cells of groups into evidence."""
    groups = [(f"g{i}",) for i in range(len(cells))]
    counts = Counts.from_cells(Kind.CONFUSION, ["g"], groups, [[*cell, 0, 0, 0] for cell in cells])
    chosen = chosen_metrics(metrics, kind=Kind.CONFUSION)
    return IndependentRows(chosen, group_table(counts, groupings("g")[0]), Options(**options))


@given(TABLES)
@settings(max_examples=60)
def test_values_are_those_of_the_metrics_or_undefined(cells):
    """The shares behind the intervals give the same values as the formulas, and NaN in the same places."""
    cells = [cell for cell in cells if any(cell)] or [[1, 1, 1, 1]]
    evidence = evidence_of(cells)
    for i, metric in enumerate(evidence.metrics):
        np.testing.assert_allclose(evidence.values[i], metric.values(evidence.table.sums), atol=1e-12)


@given(TABLES)
@settings(max_examples=30)
def test_every_interval_holds_its_value(cells):
    """No limit lies on the wrong side of its estimate, for any metric, level or correction."""
    cells = [cell for cell in cells if any(cell)] or [[1, 1, 1, 1]]
    evidence = evidence_of(cells, replicates=200)
    for bounds, value in [(evidence.plain(0.95)[0], evidence.values)] + [
        (
            interval(0.95)[0] if name == "plain" else interval(np.full(comparison.value.shape, 0.99))[0],
            comparison.value,
        )
        for compare in ("difference", "ratio")
        for comparison in [evidence.against(np.full(14, REST), compare)]
        for name, interval in (("plain", comparison.plain), ("corrected", comparison.corrected))
    ]:
        defined = ~np.isnan(value) & ~np.isnan(bounds.low)
        assert (bounds.low[defined] <= value[defined] + 1e-9).all()
        assert (bounds.high[defined] >= value[defined] - 1e-9).all()


def test_wilson_and_newcombe_are_statsmodels():
    """Shares get Wilson's interval, their differences Newcombe's."""
    evidence = evidence_of(SOME, ["selection_rate"])
    (low, high), method = evidence.plain(0.95)
    assert set(method.ravel()) == {"wilson"}
    np.testing.assert_allclose((low[0, 0], high[0, 0]), proportion_confint(40, 100, method="wilson"))
    (low, high), method = evidence.against(np.array([1]), "difference").plain(0.95)
    assert set(method.ravel()) == {"newcombe"}
    oracle = confint_proportions_2indep(40, 100, 32, 111, method="newcomb")
    np.testing.assert_allclose((low[0, 0], high[0, 0]), oracle)


def test_f1_has_the_limits_of_the_share_it_transforms():
    """F1 = 2J / (1 + J) of J = tp / (tp + fp + fn), so its limits are those of J, transformed."""
    evidence = evidence_of(SOME, ["f1_score"])
    low, high = evidence.sample.limits(0.95, exact=False)
    share = wilson([30, 12, 50], [45, 41, 67])
    np.testing.assert_allclose(low[0], 2 * share.low / (1 + share.low))
    np.testing.assert_allclose(high[0], 2 * share.high / (1 + share.high))


def test_bootstrap_and_closed_form_agree_on_large_groups():
    """BCa of F1 and balanced accuracy, resampled from counts, is close to the closed form when n is large."""
    evidence = evidence_of(
        [[3000, 1000, 500, 5500], [1200, 2000, 900, 7000]], ["f1_score", "balanced_accuracy"]
    )
    (low, high), method = evidence.plain(0.95)
    assert set(method.ravel()) == {"bootstrap-bca"}
    closed = evidence.sample.limits(0.95, exact=False)
    np.testing.assert_allclose(low, closed.low, atol=0.002)
    np.testing.assert_allclose(high, closed.high, atol=0.002)


def test_the_seed_decides_the_bootstrap():
    """The same seed gives the same interval, another seed another one."""
    many = [[5 * n for n in cell] for cell in SOME]
    one, same, other = (evidence_of(many, ["f1_score"], seed=seed).plain(0.95)[0].low for seed in (1, 1, 2))
    assert (one == same).all()
    assert (one != other).any()


def test_miettinen_nurminen_can_be_chosen():
    """The other interval of a difference, by its published example 56/70 against 48/80."""
    evidence = evidence_of(
        [[56, 0, 14, 0], [48, 0, 32, 0]], ["true_positive_rate"], difference="miettinen-nurminen"
    )
    (low, high), method = evidence.against(np.array([1]), "difference").plain(0.95)
    assert method[0, 0] == "miettinen-nurminen"
    assert (round(low[0, 0], 4), round(high[0, 0], 4)) == (0.0528, 0.3382)


def test_mixed_metrics_get_each_their_own_interval():
    """One choice of metrics with shares and others: every row equals the one of its metric alone."""
    names = ["selection_rate", "f1_score", "balanced_accuracy", "accuracy"]
    for compare in ("difference", "ratio"):
        (low, high), method = evidence_of(SOME, names).against(np.full(4, REST), compare).plain(0.9)
        for i, name in enumerate(names):
            alone = evidence_of(SOME, [name]).against(np.array([REST]), compare).plain(0.9)
            np.testing.assert_allclose(low[i], alone[0].low[0])
            np.testing.assert_allclose(high[i], alone[0].high[0])
            assert (method[i] == alone[1][0]).all()


def test_equal_weights_are_no_weights():
    """Kish's effective size of equally weighted rows is their number."""
    metrics = chosen_metrics("all", kind=Kind.CONFUSION)
    sums = np.array([[*cell, 0, 0, 0] for cell in SOME], float)
    plain, weighted = Sample.of(metrics, sums, None), Sample.of(metrics, sums * 3, sums * 9)
    np.testing.assert_allclose(plain.trials, weighted.trials)
    np.testing.assert_allclose(plain.hits, weighted.hits)


def test_each_metric_may_have_its_own_reference():
    """The best group differs by metric, and each row is compared with its own."""
    names = ["selection_rate", "false_positive_rate"]
    comparison = evidence_of(SOME, names).against(np.array([0, 2]), "difference")
    values = evidence_of(SOME, names).values
    np.testing.assert_allclose(comparison.value[0, 1:], values[0, 1:] - values[0, 0])
    np.testing.assert_allclose(comparison.value[1, :2], values[1, :2] - values[1, 2])
    assert np.isnan(comparison.value[0, 0])
    assert np.isnan(comparison.value[1, 2])


@pytest.mark.parametrize("compare", ["difference", "ratio"])
def test_corrected_intervals_are_wider_than_plain_ones_of_the_level(compare):
    """Exact limits never claim more than score limits in the far tails of low rates."""
    evidence = evidence_of([[2, 1, 2, 35], [190, 95, 190, 3325]], ["selection_rate", "error_rate"])
    comparison = evidence.against(np.full(2, REST), compare)
    level = 1 - 0.05 / 96
    plain, corrected = comparison.plain(level)[0], comparison.corrected(np.full((2, 2), level))[0]
    assert (corrected.low[:, 0] < plain.low[:, 0]).all()
