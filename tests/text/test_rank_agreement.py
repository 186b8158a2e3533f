"""Whether two measures agree: Spearman's correlation, and intervals that cover it, with clusters and ties."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.stats import spearmanr

from fairkit.text.agreement import FEWEST, rank_agreement


def pairs(n, strength, rng, *, each=1):
    """Draw two measures that go along; `each` texts share a draw."""
    base = np.repeat(rng.normal(size=n // each), each)
    other = strength * base + np.sqrt(1 - strength**2) * np.repeat(rng.normal(size=n // each), each)
    noise = 0.5 if each > 1 else 0.0
    return base + noise * rng.normal(size=n), other + noise * rng.normal(size=n)


@pytest.mark.parametrize("digits", [None, 0])
def test_the_value_is_that_of_scipy(digits):
    """Ties or not, and whatever is missing, the value is Spearman's."""
    rng = np.random.default_rng(1)
    x, y = pairs(80, 0.6, rng)
    if digits is not None:
        x, y = x.round(digits), y.round(digits)
    x[:5], y[3:9] = np.nan, np.nan
    found = rank_agreement(x, y)
    assert found.value == pytest.approx(spearmanr(x[9:], y[9:])[0])
    assert found.texts == 71
    assert -1 <= found.low < found.value < found.high <= 1


@pytest.mark.parametrize(("strength", "each"), [(0.0, 1), (0.8, 1), (0.6, 4)])
def test_intervals_cover_the_truth(strength, each):
    """About 95 % of intervals hold the correlation of the population, clustered or not."""
    rng = np.random.default_rng(2)
    truth = spearmanr(*pairs(200_000, strength, rng, each=each))[0]
    cluster = np.repeat(np.arange(120 // each), each)
    held = 0
    for _ in range(300):
        found = rank_agreement(*pairs(120, strength, rng, each=each), cluster=cluster)
        held += found.low <= truth <= found.high
    assert 0.91 <= held / 300 <= 0.985


def test_the_interval_is_that_of_the_bootstrap():
    """The closed form is as wide as resampling makes it."""
    rng = np.random.default_rng(3)
    x, y = pairs(150, 0.5, rng)
    found = rank_agreement(x, y)
    drawn = [spearmanr(x[rows], y[rows])[0] for rows in rng.integers(0, 150, (400, 150))]
    low, high = np.quantile(drawn, [0.025, 0.975])
    assert found.high - found.low == pytest.approx(high - low, rel=0.15)


def test_texts_of_one_cluster_count_once():
    """Copies of every text make the interval no narrower where clusters are named."""
    rng = np.random.default_rng(4)
    x, y = pairs(40, 0.5, rng)
    once = rank_agreement(x, y)
    copied = rank_agreement(np.tile(x, 5), np.tile(y, 5), cluster=np.tile(np.arange(40), 5))
    assert copied.value == pytest.approx(once.value)
    assert copied.high - copied.low == pytest.approx(once.high - once.low, rel=0.05)
    alone = rank_agreement(x, y, cluster=np.full(40, -1))
    assert (alone.low, alone.high) == (once.low, once.high)


def test_perfect_agreement_is_no_certainty():
    """Where all ranks agree, the interval still has a lower end."""
    x = np.arange(20.0)
    found = rank_agreement(x, x)
    assert (found.value, found.high) == (1.0, 1.0)
    assert 0.8 < found.low < 1
    assert rank_agreement(x, -x).value == -1.0


@pytest.mark.parametrize(
    ("x", "y", "value", "reason"),
    [
        ([1.0, 2.0], [1.0, 2.0], None, "fewer than 3"),
        ([1.0, 2.0, 3.0], [1.0, 1.0, 1.0], None, "same for every text"),
        ([1.0, 2.0, np.nan, 4.0], [np.nan, 1.0, 1.0, np.nan], None, "fewer than 3"),
        (list(range(FEWEST - 1)), list(range(FEWEST - 1)), 1.0, "an interval needs"),
    ],
)
def test_what_cannot_be_said_has_a_reason(x, y, value, reason):
    """Too few texts and measures that do not vary have no value or no interval, and say why."""
    found = rank_agreement(np.array(x, float), np.array(y, float))
    assert found.value == pytest.approx(value) if value is not None else found.value is None
    assert found.low is None
    assert reason in found.reason
