"""Intervals of one proportion against published figures, statsmodels and their own laws."""

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from statsmodels.stats.proportion import proportion_confint

from fairkit.inference import clopper_pearson, jeffreys, wilson

METHODS = {"wilson": wilson, "beta": clopper_pearson, "jeffreys": jeffreys}
EVERY = pytest.mark.parametrize("method", METHODS.values(), ids=METHODS)


@st.composite
def samples(draw, *, most=3000):
    """Draw successes out of n, whole or fractional."""
    n = draw(st.integers(1, most) | st.floats(0.5, most))
    share = draw(st.floats(1e-6, 1 - 1e-6) | st.sampled_from([0.0, 1.0]))
    return (round(share * n) if isinstance(n, int) else share * n), n


def test_wilson_gives_the_published_intervals_of_compas():
    """False-positive rates of the two largest groups, as in the field note."""
    low, high = wilson([805, 349], [1795, 1488])
    np.testing.assert_allclose(low, [0.4256, 0.2137], atol=5e-5)
    np.testing.assert_allclose(high, [0.4716, 0.2567], atol=5e-5)


@pytest.mark.parametrize("name", METHODS)
@pytest.mark.parametrize("confidence", [0.5, 0.9, 0.95, 1 - 0.05 / 96])
def test_intervals_agree_with_statsmodels(name, confidence):
    """The same limits as statsmodels, inside the range where its ends are not modified."""
    k, n = np.array([1, 3, 17, 199, 2500]), np.array([7, 40, 20, 200, 9000])
    low, high = proportion_confint(k, n, alpha=1 - confidence, method=name)
    bounds = METHODS[name](k, n, confidence=confidence)
    np.testing.assert_allclose(bounds.low, low, rtol=1e-9)
    np.testing.assert_allclose(bounds.high, high, rtol=1e-9)


@EVERY
def test_ends_are_exact(method):
    """Without successes the limit is exactly 0 below, without failures exactly 1 above."""
    n = np.array([1, 3, 10, 49, 1e6, 2.5])
    assert (method(np.zeros(6), n).low == 0).all()
    assert (method(n, n).high == 1).all()
    assert (method(np.zeros(6), n).high < 1).all()
    assert (method(n, n).low > 0).all()


@EVERY
@given(samples())
def test_an_interval_contains_its_estimate(method, sample):
    """Limits are ordered, within [0, 1], and on either side of k/n."""
    k, n = sample
    low, high = method(k, n)
    assert 0 <= low <= k / n + 1e-12
    assert k / n - 1e-12 <= high <= 1


@EVERY
@given(samples())
def test_failures_mirror_successes(method, sample):
    """Counting failures instead turns the interval round 1/2."""
    k, n = sample
    low, high = method(k, n)
    mirrored = method(n - k, n)
    np.testing.assert_allclose([1 - mirrored.high, 1 - mirrored.low], [low, high], atol=1e-9)


@EVERY
@given(samples(), st.floats(0.5, 0.98))
def test_more_confidence_is_wider(method, sample, confidence):
    """The interval of a higher level contains that of a lower one."""
    narrow = method(*sample, confidence=confidence)
    wide = method(*sample, confidence=confidence + 0.01)
    assert wide.low <= narrow.low
    assert narrow.high <= wide.high


@EVERY
@given(samples(), st.integers(2, 50))
def test_more_rows_are_narrower(method, sample, times):
    """The same rate from more rows is known better."""
    k, n = sample
    assume(n >= 2)
    few, many = method(k, n), method(times * k, times * n)
    assert many.high - many.low < few.high - few.low


def test_wilson_keeps_its_accuracy_near_zero():
    """One success in a trillion has the right lower limit, where the textbook form cancels to 0."""
    low = wilson(1, 1e12).low
    z2 = 1.959963984540054**2
    expected = 1e-12 / (1 + z2 / 2 + np.sqrt(z2 * (1 + z2 / 4)))
    np.testing.assert_allclose(low, expected, rtol=1e-10)


def test_clopper_pearson_contains_the_others_in_far_tails():
    """At the level of a correction for 96 groups the exact interval is the widest below, for small counts."""
    k, n = np.array([1, 2, 3, 5]), 40
    level = 1 - 0.05 / 96
    exact = clopper_pearson(k, n, confidence=level).low
    assert (exact < jeffreys(k, n, confidence=level).low).all()
    assert (exact < wilson(k, n, confidence=level).low).all()
