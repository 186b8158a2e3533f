"""Chernoff's limits are on the right side, close, and fail no more often than they say."""

from __future__ import annotations

import math
from decimal import Decimal

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import optimize, special, stats

from bounty.certificates.relative_entropy import lower_limit, upper_limit

SOME = {"rows": st.integers(1, 10**7), "share": st.integers(0, 1000), "complexity": st.floats(0.01, 400)}


def entropy(q, p):
    """Relative entropy of two coins."""
    return special.rel_entr(q, p) + special.rel_entr(1 - q, 1 - p)


@given(**SOME)
def test_limits_are_beyond_the_root_and_close_to_it(rows, share, complexity):
    """The entropy at a limit is the allowed one, or more by at most one part in a thousand."""
    hits = share * rows // 1000
    mean = Decimal(hits) / rows
    low = float(lower_limit(mean, rows=rows, complexity=Decimal(complexity)))
    high = float(upper_limit(mean, rows=rows, complexity=Decimal(complexity)))
    assert 0 <= low <= float(mean) <= high <= 1
    for limit in (low, high):
        if 1e-12 < limit < 1 - 1e-9 and abs(limit - float(mean)) > 1e-6:
            assert rows * entropy(float(mean), limit) == pytest.approx(complexity, rel=1e-3)


@pytest.mark.parametrize(
    ("hits", "rows", "complexity"), [(30, 100, 3), (1, 1000, 2), (999, 1000, 5), (9, 18, 0.1)]
)
def test_limits_are_those_of_a_bracketing_solver(hits, rows, complexity):
    """Scipy's root finder gives the same limits."""
    mean, q = Decimal(hits) / rows, hits / rows
    low = optimize.brentq(lambda p: rows * entropy(q, p) - complexity, 1e-300, q, xtol=1e-15)
    high = optimize.brentq(lambda p: rows * entropy(q, p) - complexity, q, 1 - 1e-16, xtol=1e-15)
    assert float(lower_limit(mean, rows=rows, complexity=Decimal(complexity))) == pytest.approx(low, rel=1e-4)
    assert float(upper_limit(mean, rows=rows, complexity=Decimal(complexity))) == pytest.approx(
        high, rel=1e-4
    )


@pytest.mark.parametrize("rows", [5, 50, 300])
def test_limits_fail_no_more_often_than_allowed(rows):
    """For every coin the exact probability that a limit is on the wrong side is at most e^(-L)."""
    complexity, hits = Decimal(3), np.arange(rows + 1)
    low = np.array(
        [lower_limit(Decimal(int(k)) / rows, rows=rows, complexity=complexity) for k in hits], float
    )
    high = np.array(
        [upper_limit(Decimal(int(k)) / rows, rows=rows, complexity=complexity) for k in hits], float
    )
    coins = np.linspace(0.001, 0.999, 333)[:, None]
    chance = stats.binom.pmf(hits, rows, coins)
    missed = max((chance * (low > coins)).sum(axis=1).max(), (chance * (high < coins)).sum(axis=1).max())
    assert missed <= math.exp(-3)
    assert missed > math.exp(-3) / 10


def test_ends_have_closed_forms():
    """Nothing of n gives 0 and 1 - e^(-L/n), and all of n the mirror image."""
    bounds = {"rows": 100, "complexity": Decimal(3)}
    assert lower_limit(Decimal(0), **bounds) == 0
    assert upper_limit(Decimal(1), **bounds) == 1
    assert float(upper_limit(Decimal(0), **bounds)) == pytest.approx(1 - math.exp(-0.03))
    assert float(lower_limit(Decimal(1), **bounds)) == pytest.approx(math.exp(-0.03))


def test_no_rows_allow_everything():
    """Without rows the limits are 0 and 1."""
    assert lower_limit(Decimal(0), rows=0, complexity=Decimal(1)) == 0
    assert upper_limit(Decimal(0), rows=0, complexity=Decimal(1)) == 1
