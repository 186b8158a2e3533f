"""How often the gate fails fair and unfair releases; tests/benchmarks/gate_simulation.py prints tables."""

import dataclasses

import numpy as np
import pytest
from gated_releases import check, policy, report, selections

from fairkit.policy.deciding import decide

DRAWS = 60
RATE = 0.30


def failed(rates, n, reference, seed):
    """The draws of which the gate fails the release, and those that four fifths on points would fail."""
    rng = np.random.default_rng(seed)
    names = [f"g{i:02d}" for i in range(len(rates))]
    own = policy(check("ratio", min="0.80"), reference=reference)
    first = report(selections(dict.fromkeys(names, (n // 2, n))))
    hits = rng.binomial(n, rates, (DRAWS, len(rates)))
    gates = [
        decide(
            own,
            dataclasses.replace(
                first, counts=selections(dict(zip(names, zip(row, [n] * len(row), strict=True), strict=True)))
            ),
        )
        for row in hits.tolist()
    ]
    points = hits.min(axis=1) / hits.max(axis=1) < 0.8
    return sum(gate.exit_code == 1 for gate in gates), int(points.sum())


@pytest.mark.slow
@pytest.mark.parametrize("groups", [2, 7, 14])
@pytest.mark.parametrize("n", [100, 300, 1000])
def test_fair_releases_hardly_ever_fail(groups, n):
    """Identical groups against the best of them: no more than 5 % of releases fail, at any size."""
    gate, points = failed([RATE] * groups, n, "best", seed=groups * 1000 + n)
    assert gate <= 0.05 * DRAWS
    if (groups, n) in ((7, 300), (14, 300)):
        assert points > 0.4 * DRAWS


@pytest.mark.slow
@pytest.mark.parametrize("groups", [2, 7, 14])
@pytest.mark.parametrize("reference", ["rest", "best"])
def test_harm_is_found(groups, reference):
    """One group at 0.6 of the others is failed in 90 % of releases with 1,000 rows a group (60 draws: 80)."""
    gate, _ = failed([RATE] * (groups - 1) + [RATE * 0.6], 1000, reference, seed=groups)
    assert gate >= 0.8 * DRAWS


@pytest.mark.slow
def test_releases_on_the_line_are_kept():
    """Thirteen groups exactly at the limit, which is allowed, fail in 5 % of releases (60 draws: 12)."""
    gate, _ = failed([RATE] + [RATE * 0.8] * 13, 1000, "g00", seed=1)
    assert gate <= 0.12 * DRAWS
