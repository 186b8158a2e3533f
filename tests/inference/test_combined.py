"""The ratio of two estimates from their own limits, against exact coverage and its own laws."""

import numpy as np
import pytest
from scipy.stats import binom

from fairkit.inference import Bounds, clopper_pearson, mover_ratio, wilson


def ratio_interval(k1, n1, k2, n2, confidence, limits):
    """Combine limits of two shares into an interval of their ratio."""
    return mover_ratio(
        k1 / n1, limits(k1, n1, confidence=confidence), k2 / n2, limits(k2, n2, confidence=confidence)
    )


@pytest.mark.parametrize(
    ("p1", "n1", "p2", "n2"), [(0.05, 40, 0.1, 4000), (0.3, 50, 0.3, 500), (0.9, 30, 0.8, 30)]
)
def test_coverage_with_wilson_limits_is_near_nominal(p1, n1, p2, n2):
    """Summed over every outcome, the 95 % interval covers 93 to 98 %."""
    k1, k2 = np.meshgrid(np.arange(n1 + 1.0), np.arange(n2 + 1.0), indexing="ij")
    weight = np.outer(binom.pmf(np.arange(n1 + 1), n1, p1), binom.pmf(np.arange(n2 + 1), n2, p2))
    low, high = ratio_interval(k1, n1, k2, n2, 0.95, wilson)
    covered = (low <= p1 / p2) & (p1 / p2 <= high)
    assert 0.93 < (weight * covered).sum() / weight[k2 > 0].sum() < 0.98


def test_far_tails_with_exact_limits_stay_below_nominal():
    """At the level of 96 groups exact limits err less than promised, even for low rates."""
    n1, n2, p, level = 40, 3800, 0.05, 1 - 0.05 / 96
    k1 = np.arange(n1 + 1.0)[:, None]
    k2 = np.arange(100.0, 300.0)[None]
    weight = binom.pmf(k1, n1, p) * binom.pmf(k2, n2, p)
    low, high = ratio_interval(k1, n1, k2, n2, level, clopper_pearson)
    assert (weight * ((low > 1) | (high < 1))).sum() * 96 < 0.05


def test_zero_above_gives_a_one_sided_interval():
    """No successes in the first sample: from 0 up to a finite limit."""
    low, high = ratio_interval(0.0, 20.0, 30.0, 100.0, 0.95, wilson)
    assert low == 0
    assert 0 < high < 2


def test_zero_below_has_no_ratio():
    """No successes in the second sample: the ratio and its limits are undefined."""
    assert np.isnan(ratio_interval(3.0, 20.0, 0.0, 100.0, 0.95, wilson)).all()


def test_exchanging_the_samples_inverts_the_interval():
    """The limits of p2 / p1 are the inverse limits of p1 / p2."""
    low, high = ratio_interval(8.0, 25.0, 30.0, 200.0, 0.95, wilson)
    back = ratio_interval(30.0, 200.0, 8.0, 25.0, 0.95, wilson)
    np.testing.assert_allclose([1 / back.high, 1 / back.low], [low, high])


def test_an_open_limit_stays_open():
    """Where the second estimate's limit reaches 0 the ratio has no upper limit."""
    whole = Bounds(np.array(0.1), np.array(0.9))
    assert mover_ratio(0.5, whole, 0.5, Bounds(np.array(0.0), np.array(0.9))).high == np.inf
