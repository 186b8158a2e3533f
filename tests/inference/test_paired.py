"""Paired differences: published figures, agreement with statsmodels, and levels that hold by enumeration."""

import numpy as np
import pytest
from scipy.stats import multinomial
from statsmodels.stats.contingency_tables import mcnemar

from fairkit.errors import UsageError
from fairkit.inference import guarded_tango, mcnemar_p, tango


def test_tango_gives_the_published_limits():
    """Complete response before and after consolidation (Cavo 2012), in Fagerland, Lydersen & Laake 2017."""
    low, high = tango(6, 16, 161)
    assert (float(low), float(high)) == pytest.approx((-0.1240, -0.0054), abs=5e-5)


def test_tango_is_symmetric():
    """Swapping the two turns the interval around zero."""
    low, high = tango([3, 0, 7], [11, 4, 7], [50, 20, 30])
    other = tango([11, 4, 7], [3, 0, 7], [50, 20, 30])
    assert low == pytest.approx(-other.high)
    assert high == pytest.approx(-other.low)


def test_tango_agrees_with_mcnemar_on_zero():
    """The interval excludes 0 exactly where McNemar's uncorrected test rejects."""
    for b, c in [(3, 10), (3, 12), (20, 35), (20, 40), (0, 4), (0, 3)]:
        low, high = tango(b, c, 200)
        p = mcnemar([[100, b], [c, 0]], exact=False, correction=False).pvalue
        assert (low > 0 or high < 0) == (p < 0.05)


@pytest.mark.parametrize("interval", [tango, guarded_tango])
def test_no_difference_seen_is_no_certainty(interval):
    """Where no row differs the interval is about 3.7 / n to either side, and none at all without rows."""
    low, high = interval(0, 0, np.array([10, 100, 10_000]))
    assert (high >= 3.6 / np.array([14, 104, 10_004])).all()
    assert low == pytest.approx(-high)
    assert np.isnan(interval(0, 0, 0)).all()


@pytest.mark.parametrize("interval", [tango, guarded_tango])
def test_limits_stay_in_range_and_widen_with_the_level(interval):
    """Limits lie within -1 and 1, hold the estimate, and contain those of any lower level."""
    b, c = (x.ravel() for x in np.meshgrid(np.arange(11), np.arange(11)))
    b, c = b[b + c <= 10], c[b + c <= 10]
    inner, outer = (interval(b, c, 10, confidence=level) for level in (0.9, 0.999))
    assert (outer.low <= inner.low + 1e-9).all()
    assert (inner.high <= outer.high + 1e-9).all()
    assert (outer.low >= -1).all()
    assert (outer.high <= 1).all()
    assert ((inner.low <= (b - c) / 10 + 1e-9) & ((b - c) / 10 - 1e-9 <= inner.high)).all()


@pytest.mark.parametrize("alpha", [0.05, 0.05 / 10, 0.05 / 96])
@pytest.mark.parametrize("n", [10, 40, 90])
def test_guarded_limits_keep_their_level(alpha, n):
    """Summed over all tables, a limit lies beyond the true difference no more often than promised."""
    b, c = (x.ravel() for x in np.meshgrid(np.arange(n + 1), np.arange(n + 1)))
    b, c = b[b + c <= n], c[b + c <= n]
    low, high = guarded_tango(b, c, n, confidence=1 - alpha)
    for d in (0.0, 0.05, 0.1):
        for q in (0.0, 0.003, 0.01, 0.1, 0.3, 0.45):
            if 2 * q + d <= 1:
                chance = multinomial.pmf(
                    np.column_stack([b, c, n - b - c]), n, [q + d, q, max(1 - 2 * q - d, 0.0)]
                )
                assert chance[low > d].sum() <= alpha / 2
                assert chance[high < d].sum() <= alpha / 2


def test_mid_p_gives_the_published_value():
    """Cavo 2012 again: mid-p .034690, in Fagerland, Lydersen & Laake 2017."""
    assert float(mcnemar_p(6, 16)) == pytest.approx(0.034690, abs=5e-7)


@pytest.mark.parametrize(("b", "c"), [(0, 1), (1, 7), (6, 16), (30, 30), (500, 600)])
def test_mid_p_is_the_exact_test_less_half_of_what_was_seen(b, c):
    """The exact p-value of statsmodels less the probability of the observed table."""
    from scipy.stats import binom

    exact = mcnemar([[0, b], [c, 0]], exact=True).pvalue
    expected = 1.0 if b == c else exact - binom.pmf(min(b, c), b + c, 0.5)
    assert float(mcnemar_p(b, c)) == pytest.approx(expected)


def test_impossible_counts_are_refused():
    """Rows that differ are whole for a test, and together no more than all rows for an interval."""
    with pytest.raises(UsageError, match="whole"):
        mcnemar_p(1.5, 2)
    with pytest.raises(UsageError):
        tango(6, 6, 10)
