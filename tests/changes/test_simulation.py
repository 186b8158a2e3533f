"""Draws from known rates: intervals of changes cover what they promise, and seldom see what is not there."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.stats import binom

from fairkit.changes.apart import samples_of
from fairkit.changes.judging import Rules, gap_shifts, value_changes
from fairkit.corrections import Correction
from fairkit.counts import Counts, Kind
from fairkit.evidence import Options
from fairkit.groups import groupings
from fairkit.metrics import metric

BY = groupings("group")[0]
RATE = metric("selection_rate", kind=Kind.DECISIONS)
NONE, HOLM = (
    Rules({"difference": (0.0, 0.0)}, 0.95, correction) for correction in (Correction.NONE, Correction.HOLM)
)


def drawn(rng, rates, sizes):
    """Draw decisions of groups."""
    hits = rng.binomial(sizes, rates)
    cells = [[int(k), int(n - k), 0] for k, n in zip(hits, sizes, strict=True)]
    return Counts.from_cells(Kind.DECISIONS, ["group"], [(f"g{i:04d}",) for i in range(len(cells))], cells)


def compared(rng, old, new, sizes):
    """Draw both samples."""
    return samples_of(drawn(rng, old, sizes[0]), drawn(rng, new, sizes[1]), [RATE], BY, Options())[0]


@pytest.mark.parametrize(
    ("old", "new", "sizes"),
    [(0.5, 0.5, (80, 80)), (0.1, 0.2, (60, 150)), (0.95, 0.9, (400, 50)), (0.3, 0.3, (1000, 1000))],
)
def test_changes_are_covered(old, new, sizes):
    """In 4,000 groups, each a draw of its own, 95 % intervals hold the true change in 93 % or more."""
    groups = 4_000
    rates = [np.full(groups, rate) for rate in (old, new)]
    found = value_changes(
        compared(np.random.default_rng(0), *rates, [np.full(groups, n) for n in sizes]), "group", NONE
    )
    assert np.mean([c.low <= new - old <= c.high for c in found]) >= 0.93


def test_changes_of_gaps_are_covered():
    """Intervals of a difference in differences hold the true one in 93 % of draws or more."""
    rng = np.random.default_rng(1)
    old, new, sizes = np.array([0.2, 0.5, 0.7]), np.array([0.3, 0.45, 0.7]), np.array([80, 200, 500])

    def gaps(rates):
        shares = [sizes[np.arange(3) != g] / (sizes.sum() - sizes[g]) for g in range(3)]
        return np.array([rates[g] - rates[np.arange(3) != g] @ shares[g] for g in range(3)])

    true = gaps(new) - gaps(old)
    held = []
    for _ in range(100):
        found = gap_shifts(compared(rng, old, new, [sizes, sizes]), "group", "rest", NONE)
        held += [g.low <= truth <= g.high for g, truth in zip(found, true, strict=True)]
    assert np.mean(held) >= 0.93


@pytest.mark.parametrize("rate", [0.05, 0.2])
def test_where_nothing_changed_a_family_seldom_says_so(rate):
    """Without any margin, families of eight equal groups show a change, or one of gaps, in 5 % at most."""
    rng = np.random.default_rng(2)
    rates, sizes = np.full(8, rate), [np.full(8, 60), np.full(8, 90)]
    changed = moved = 0
    draws = 50
    for _ in range(draws):
        samples = compared(rng, rates, rates, sizes)
        changed += any(c.excludes_zero for c in value_changes(samples, "group", HOLM))
        moved += any(g.excludes_zero for g in gap_shifts(samples, "group", "rest", HOLM))
    # More would come of a probability of 5 % in one of a thousand such tests; uncorrected, a third of the
    # families would show something.
    assert max(changed, moved) <= binom.ppf(0.999, draws, 0.05)
