"""Intervals of a difference against published figures, statsmodels, brute force and their own laws."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.optimize import minimize_scalar
from statsmodels.stats.proportion import confint_proportions_2indep, proportions_ztest

from fairkit.inference import (
    Bounds,
    clopper_pearson,
    farrington_manning_p,
    miettinen_nurminen,
    mover,
    mover_sum,
    newcombe,
    wilson,
)
from fairkit.inference.score import score_standard_error

METHODS = {
    "newcombe": newcombe,
    "jeffreys limits": lambda *table, **options: newcombe(*table, limits="jeffreys", **options),
    "exact limits": lambda *table, **options: newcombe(*table, limits="exact", **options),
    "miettinen-nurminen": miettinen_nurminen,
}
EVERY = pytest.mark.parametrize("method", METHODS.values(), ids=METHODS)

# Successes and n of both groups; Miettinen-Nurminen; Newcombe (field note, section 5).
TABLES = [
    ((56, 70, 48, 80), (0.0528, 0.3382), (0.0524, 0.3339)),
    ((9, 10, 3, 10), (0.1700, 0.8406), (0.1705, 0.8090)),
    ((10, 10, 0, 20), (0.7156, 1.0), (0.6791, 1.0)),
    ((2, 40, 400, 4000), (-0.0880, 0.0653), (-0.0875, 0.0654)),
    ((8, 25, 1500, 5000), (-0.1286, 0.2163), (-0.1285, 0.2163)),
    ((0, 60, 120, 6000), (-0.0239, 0.0402), (-0.0239, 0.0403)),
    ((27, 30, 24, 30), (-0.0905, 0.2931), (-0.0882, 0.2850)),
]


@st.composite
def tables(draw, *, most=400):
    """Draw successes and n of two groups."""
    n1, n2 = draw(st.integers(1, most)), draw(st.integers(1, most))
    return draw(st.integers(0, n1)), n1, draw(st.integers(0, n2)), n2


@pytest.mark.parametrize(("table", "score", "hybrid"), TABLES)
def test_intervals_match_the_published_table(table, score, hybrid):
    """Both methods give the field note's intervals to all four digits."""
    np.testing.assert_allclose(np.array(miettinen_nurminen(*table)), score, atol=5.1e-5)
    np.testing.assert_allclose(np.array(newcombe(*table)), hybrid, atol=5.1e-5)


def test_newcombe_gives_the_published_intervals_of_compas():
    """False-positive and false-negative rates of the two largest groups, as in the field note."""
    low, high = newcombe([805, 532], [1795, 1901], [349, 461], [1488, 966])
    np.testing.assert_allclose(low, [0.1821, -0.2346], atol=5e-5)
    np.testing.assert_allclose(high, [0.2450, -0.1599], atol=5e-5)


@pytest.mark.parametrize("table", [table for table, _, _ in TABLES])
@pytest.mark.parametrize("confidence", [0.9, 0.95, 0.999])
def test_newcombe_agrees_with_statsmodels(table, confidence):
    """The same interval as statsmodels' "newcomb"."""
    oracle = confint_proportions_2indep(*table, method="newcomb", compare="diff", alpha=1 - confidence)
    np.testing.assert_allclose(np.array(newcombe(*table, confidence=confidence)), oracle, atol=1e-10)


@given(tables(), st.floats(-0.95, 0.95))
@settings(max_examples=80)
def test_the_constrained_estimate_maximises_the_likelihood(table, null):
    """The cubic's root is where brute force finds the most likely proportions of the given difference."""
    k1, n1, k2, n2 = (float(value) for value in table)

    def loss(p2):
        p1 = p2 + null
        pairs = ((k1, p1), (n1 - k1, 1 - p1), (k2, p2), (n2 - k2, 1 - p2))
        return -sum(k * np.log(max(p, 1e-300)) for k, p in pairs if k > 0)

    edge = max(0.0, -null), min(1.0, 1 - null)
    best = minimize_scalar(loss, bounds=edge, method="bounded", options={"xatol": 1e-12}).x
    best = min((best, *edge), key=loss)
    p1 = best + null
    expected = max(p1 * (1 - p1), 0) / n1 + best * (1 - best) / n2
    found = score_standard_error(*(np.array(value) for value in (k1, n1, k2, n2)), np.array(null))
    # Where the most likely proportions are 0 or 1 the cubic has a double root, found to half the digits.
    np.testing.assert_allclose(found**2, expected, atol=5e-8)


def test_the_score_interval_inverts_its_own_test():
    """At each limit the score statistic, with Miettinen and Nurminen's factor, equals the critical value."""
    k1, n1, k2, n2 = np.array([table for table, _, _ in TABLES], dtype=float).T
    factor = np.sqrt((n1 + n2) / (n1 + n2 - 1))
    for limit in miettinen_nurminen(k1, n1, k2, n2):
        gap = np.abs(k1 / n1 - k2 / n2 - limit)
        error = factor * score_standard_error(k1, n1, k2, n2, limit)
        inner = np.abs(limit) < 1
        assert inner.sum() >= 6
        np.testing.assert_allclose(gap[inner], 1.959963984540054 * error[inner], rtol=1e-6)


@EVERY
@given(tables())
def test_exchanging_the_groups_mirrors_the_interval(method, table):
    """p2 - p1 has the negated limits of p1 - p2, in the other order."""
    k1, n1, k2, n2 = table
    low, high = method(k1, n1, k2, n2)
    mirrored = method(k2, n2, k1, n1)
    np.testing.assert_allclose([-mirrored.high, -mirrored.low], [low, high], atol=1e-8)


@EVERY
@given(tables())
def test_counting_failures_mirrors_the_interval(method, table):
    """A difference of failure rates is minus the difference of success rates."""
    k1, n1, k2, n2 = table
    low, high = method(k1, n1, k2, n2)
    mirrored = method(n1 - k1, n1, n2 - k2, n2)
    np.testing.assert_allclose([-mirrored.high, -mirrored.low], [low, high], atol=1e-8)


@EVERY
@given(tables())
def test_the_interval_contains_the_difference(method, table):
    """Limits are ordered, within [-1, 1], on either side of the observed difference, and not both on it."""
    k1, n1, k2, n2 = table
    low, high = method(k1, n1, k2, n2)
    difference = k1 / n1 - k2 / n2
    assert -1 <= low <= difference + 1e-9
    assert difference - 1e-9 <= high <= 1
    assert high - low > 1e-6


@EVERY
@given(tables(), st.floats(0.5, 0.98))
def test_more_confidence_is_wider(method, table, confidence):
    """The interval of a higher level contains that of a lower one."""
    narrow = method(*table, confidence=confidence)
    wide = method(*table, confidence=confidence + 0.01)
    assert wide.low <= narrow.low + 1e-9
    assert narrow.high <= wide.high + 1e-9


@EVERY
@given(tables(most=100), st.integers(2, 30))
def test_more_rows_are_narrower(method, table, times):
    """The same rates from more rows are known better."""
    few, many = method(*table), method(*(times * value for value in table))
    assert many.high - many.low < few.high - few.low


@EVERY
def test_arrays_give_what_single_tables_give(method):
    """Vectorising changes no number, not even next to an undefined table."""
    columns = np.array([*(table for table, _, _ in TABLES), (0, 0, 1, 5)]).T
    together = np.array(method(*columns))
    alone = np.array([method(*(float(value) for value in table)) for table, _, _ in TABLES]).T
    np.testing.assert_allclose(together[:, :-1], alone, atol=1e-11)
    assert np.isnan(together[:, -1]).all()


def test_saturated_tables_have_intervals_of_positive_width():
    """All and none: the score interval has its limits where the standard error vanishes at the estimate."""
    low, high = miettinen_nurminen([0, 3, 3], [3, 3, 3], [0, 3, 0], [3, 3, 3])
    np.testing.assert_allclose(low[:2], -high[:2])
    assert (high[:2] > 0.5).all()
    assert 0 < low[2] < 1
    assert high[2] == 1


def test_at_null_zero_the_score_test_is_the_pooled_z_test():
    """Farrington and Manning's p-value at 0 is statsmodels' pooled z test."""
    for table in ((56, 70, 48, 80), (9, 10, 3, 10), (2, 40, 400, 4000)):
        k1, n1, k2, n2 = table
        oracle = proportions_ztest([k1, k2], [n1, n2])[1]
        np.testing.assert_allclose(farrington_manning_p(*table, null=0), oracle, rtol=1e-7)


def test_no_variation_is_no_evidence():
    """Nobody selected in either group: the p-value of equality is 1, not NaN."""
    assert farrington_manning_p(0, 10, 0, 500, null=0) == 1.0
    assert farrington_manning_p(10, 10, 500, 500, null=0) == 1.0


def test_mover_with_wilson_limits_is_newcombe():
    """The general formula reproduces the special one."""
    k1, n1, k2, n2 = 8, 25, 1500, 5000
    general = mover(k1 / n1, wilson(k1, n1), k2 / n2, wilson(k2, n2))
    np.testing.assert_allclose(np.array(general), np.array(newcombe(k1, n1, k2, n2)), atol=1e-12)


def test_mover_with_clopper_pearson_limits_is_the_exact_variant():
    """limits="exact" is MOVER on Clopper-Pearson limits."""
    general = mover(0.05, clopper_pearson(2, 40), 0.1, clopper_pearson(400, 4000))
    np.testing.assert_allclose(
        np.array(general), np.array(newcombe(2, 40, 400, 4000, limits="exact")), atol=1e-12
    )


def test_a_sum_with_weights_one_and_minus_one_is_a_difference():
    """`mover_sum` contains `mover`."""
    one, two = wilson(8, 25), wilson(30, 90)
    difference = mover(8 / 25, one, 30 / 90, two)
    total = mover_sum([8 / 25, 30 / 90], [one.low, two.low], [one.high, two.high], weights=[1, -1])
    np.testing.assert_allclose(np.array(total), np.array(difference), atol=1e-12)


def test_a_sum_runs_along_the_last_axis_and_skips_what_has_no_weight():
    """Balanced accuracy of several groups at once; an undefined summand counts only if it has weight."""
    estimates = np.array([[0.8, 0.6, np.nan], [0.8, np.nan, 0.1]])
    total = mover_sum(estimates, estimates - 0.1, estimates + 0.2, weights=[0.5, 0.5, 0])
    np.testing.assert_allclose(total.low, [0.7 - np.hypot(0.05, 0.05), np.nan])
    np.testing.assert_allclose(total.high, [0.7 + np.hypot(0.1, 0.1), np.nan])


def test_mover_carries_the_undefined():
    """A difference with an undefined side is undefined."""
    nothing = Bounds(np.array(np.nan), np.array(np.nan))
    assert np.isnan(np.array(mover(0.5, wilson(5, 10), np.nan, nothing))).all()


def test_fractional_counts_lie_between_whole_ones():
    """Effective counts of weighted data interpolate smoothly."""
    widths = [np.ptp(np.array(newcombe(0.3 * n, n, 300, 1000))) for n in (40, 40.5, 41)]
    assert widths[0] > widths[1] > widths[2]


def test_wilson_limits_break_the_family_wise_level_that_the_others_keep():
    """96 groups, 40 rows against 3,800, 5 % everywhere: why corrected verdicts need other limits.

    Summed over 96 groups, intervals that wrongly exclude 0 may have a probability of .05. Exact enumeration:
    Wilson limits .248, Jeffreys limits .030, exact limits .012.
    """
    from scipy.stats import binom

    p, n1, n2, level = 0.05, 40, 3800, 1 - 0.05 / 96
    k1, k2 = np.arange(n1 + 1)[:, None], np.arange(60, 340)[None]
    weight = binom.pmf(k1, n1, p) * binom.pmf(k2, n2, p)
    assert weight.sum() > 1 - 1e-9
    found = {}
    for limits in ("wilson", "jeffreys", "exact"):
        low, high = newcombe(k1, n1, k2, n2, confidence=level, limits=limits)
        found[limits] = 96 * weight[(low > 0) | (high < 0)].sum()
    assert found["wilson"] == pytest.approx(0.248, abs=0.001)
    assert found["jeffreys"] == pytest.approx(0.0302, abs=0.0002)
    assert found["exact"] == pytest.approx(0.0121, abs=0.0002)
