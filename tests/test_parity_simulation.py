"""Simulation under exact parity: how often fair models are accused, and when parity is claimed.

Counts are drawn from one distribution for all groups, so every disparity is a false alarm. The bounds allow
for the noise of the simulation: with 200 draws a true rate of 5 % exceeds 9 % in fewer than 1 of 200 runs.
"""

import numpy as np
import pytest

import fairkit
from fairkit.counts import Counts, Kind
from fairkit.findings import Verdict

DRAWS = 200
ALLOWED = 0.09


def draw(rng, groups, rows, *, prevalence=0.3, true_positive_rate=0.7, false_positive_rate=0.1):
    """Draw confusion counts of groups that differ only by chance."""
    positives = rng.binomial(rows, prevalence, groups)
    tp = rng.binomial(positives, true_positive_rate)
    fp = rng.binomial(rows - positives, false_positive_rate)
    zero = np.zeros(groups, int)
    cells = np.stack([tp, fp, positives - tp, rows - positives - fp, zero, zero, zero], axis=1)
    return Counts.from_cells(Kind.CONFUSION, ["g"], [(f"{i:02d}",) for i in range(groups)], cells)


def share(groups, rows, wanted, *, draws=DRAWS, **options):
    """Share of draws in which each headline has the wanted verdict."""
    rng = np.random.default_rng(1000 * groups + rows)
    found: dict[str, int] = {}
    for _ in range(draws):
        for headline in fairkit.evaluate(draw(rng, groups, rows), by="g", **options).headlines:
            found[headline.name] = found.get(headline.name, 0) + (headline.verdict is wanted)
    return {name: count / draws for name, count in found.items()}


@pytest.mark.slow
@pytest.mark.parametrize(("groups", "rows"), [(8, 40), (8, 10_000), (96, 40)])
def test_fair_models_are_hardly_ever_accused(groups, rows):
    """With the default margin at most 5 % of fair models show a disparity anywhere in a family."""
    accused = share(groups, rows, Verdict.DISPARITY, draws=150)
    assert max(accused.values()) <= 0.05


@pytest.mark.slow
@pytest.mark.parametrize(("groups", "rows"), [(2, 100), (8, 40), (8, 3000), (96, 40)])
def test_the_error_rate_holds_without_any_margin(groups, rows):
    """Where every difference counts, a family of fair groups still errs in at most 5 % of draws."""
    accused = share(groups, rows, Verdict.DISPARITY, margin=0.0, draws=DRAWS if groups < 96 else 200)
    assert max(accused.values()) <= (ALLOWED if groups < 96 else 0.095)


@pytest.mark.slow
@pytest.mark.parametrize(
    "options",
    [
        {"reference": "g=00"},
        {"reference": "best"},
        {"compare": "ratio", "margin": (1.0, 1.0)},
        {"correction": "benjamini-hochberg"},
        {"metrics": ["f1_score", "balanced_accuracy"], "replicates": 200},
    ],
    ids=["named", "best", "ratio", "exploring", "no-share"],
)
def test_the_error_rate_holds_for_every_reference_and_comparison(options):
    """A named reference, the best group, ratios, exploration and F1 keep the promise, without margin."""
    accused = share(8, 100, Verdict.DISPARITY, **{"margin": 0.0, **options})
    assert max(accused.values()) <= ALLOWED


@pytest.mark.slow
def test_parity_is_claimed_only_where_the_data_can_show_it():
    """Forty rows a group show no parity of any rate; ten thousand show it for all."""
    assert max(share(8, 40, Verdict.PARITY, draws=60).values()) == 0
    assert min(share(8, 10_000, Verdict.PARITY, draws=60).values()) == 1


@pytest.mark.slow
@pytest.mark.parametrize("gap", [0.05, 0.08])
def test_unequal_groups_are_rarely_called_equal(gap):
    """A group whose rate lies on or beyond the margin gets a parity verdict in at most 5 % of draws."""
    rng = np.random.default_rng(7)
    wrong, draws = 0, 300
    for _ in range(draws):
        hits = rng.binomial(1500, [0.3 + gap, 0.3, 0.3, 0.3])
        cells = [[int(k), 0, 0, 1500 - int(k), 0, 0, 0] for k in hits]
        counts = Counts.from_cells(Kind.CONFUSION, ["g"], [("a",), ("b",), ("c",), ("d",)], cells)
        report = fairkit.evaluate(counts, by="g", reference="g=d", metrics=["selection_rate"])
        (finding,) = report.select(group="g=a")
        wrong += finding.verdict is Verdict.PARITY or report.headlines[0].verdict is Verdict.PARITY
    assert wrong <= 0.08 * draws


@pytest.mark.slow
def test_a_large_disparity_is_found():
    """Half the selection rate in one of eight groups of 1,000 is found in at least 95 % of draws."""
    rng = np.random.default_rng(8)
    found = 0
    for _ in range(100):
        hits = rng.binomial(1000, [0.15] + [0.3] * 7)
        cells = [[int(k), 0, 0, 1000 - int(k), 0, 0, 0] for k in hits]
        counts = Counts.from_cells(Kind.CONFUSION, ["g"], [(str(i),) for i in range(8)], cells)
        (finding,) = fairkit.evaluate(counts, by="g", metrics=["selection_rate"]).select(group="g=0")
        found += finding.verdict is Verdict.DISPARITY
    assert found >= 95
