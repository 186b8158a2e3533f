"""How often intervals of text metrics cover the truth, and how often they cry wolf; see the table it prints.

    python tests/benchmarks/text_metrics_simulation.py [--draws 400]

Areas by identity (subgroup, BPSN, BNSP), their power means, the size of gaps by class without noise, and
equalised odds as numbers, each on data drawn anew with a known truth. Some minutes with the default.
"""

from __future__ import annotations

import argparse
import math
import sys

import numpy as np
from scipy.stats import norm

from fairkit import frames
from fairkit.counts import Axis, Counts, Kind
from fairkit.text import class_gaps, identity_aucs, odds_gaps


def areas(draws: int, rows: int, shares: tuple[float, ...], clusters: int | None = None) -> str:
    """Draw comments of equal quality for all identities, or of authors who differ."""
    truth = norm.cdf(1.2 / math.sqrt(2))
    names = [f"i{k}" for k in range(len(shares))]
    hit: list[bool] = []
    means: list[bool] = []
    false = 0
    for seed in range(draws):
        rng = np.random.default_rng(seed)
        author = np.arange(rows) if clusters is None else rng.integers(0, clusters, rows)
        spread = 0.0 if clusters is None else 0.6
        toxic = rng.random(rows) < 0.3
        score = (
            rng.normal(toxic * 1.2 * math.sqrt(1 + spread**2), 1)
            + spread * rng.normal(size=author.max() + 1)[author]
        )
        data = {"toxic": toxic, "score": score, "author": author}
        data |= {name: rng.random(rows) < share for name, share in zip(names, shares, strict=True)}
        found = identity_aucs(
            data,
            label="toxic",
            score="score",
            identities=names,
            cluster=None if clusters is None else "author",
        )
        hit += [a.low <= truth <= a.high for one in found.identities for a in one.areas if a.low is not None]
        means += [mean.low <= truth <= mean.high for mean in found.power_means[:3] if mean.low is not None]
        false += any(str(finding.verdict) == "disparity" for finding in found.findings)
    cover = f"areas cover {np.mean(hit):.3f}, power means {np.mean(means):.3f}"
    return f"{cover}, false disparity {false / draws:.3f}"


def gaps(draws: int, classes: int, size: int, spread: float) -> str:
    """Draw rates of classes whose gaps have a known size."""
    rng = np.random.default_rng(0)
    planted = np.clip(0.8 + rng.normal(0, spread, classes), 0, 1) - 0.8
    truth = math.sqrt((planted**2).mean())
    hit, raw, corrected, found_by_chance = [], [], [], 0
    for _ in range(draws):
        cells, axes, values = [], [], []
        for k in range(classes):
            for group, rate in (("F", 0.8 + planted[k]), ("M", 0.8)):
                hits = rng.binomial(size, rate)
                cells += [(group,), (group,)]
                axes += [(f"c{k:02}", f"c{k:02}"), (f"c{k:02}", "other")]
                values += [[hits, 0, 0, 0], [size - hits, 0, 0, 0]]
        counts = Counts.from_cells(
            Kind.CLASSES,
            ["g"],
            cells,
            values,
            axes=[Axis("label", ()), Axis("decision", ())],
            axis_cells=axes,
        )
        one = class_gaps(counts, attribute="g", group="F", permutations=200)
        hit.append(one.low <= truth <= one.high)
        raw.append(one.root_mean_square)
        corrected.append(one.corrected)
        found_by_chance += one.p_value <= 0.05
    return (
        f"truth {truth:.4f}, as published {np.mean(raw):.4f}, without noise {np.mean(corrected):.4f}, covers "
        f"{np.mean(hit):.3f}, p <= .05 in {found_by_chance / draws:.3f}"
    )


def odds(draws: int, rates: tuple[float, ...], size: int) -> str:
    """Draw decisions of groups with known rates, the same for both labels."""
    rate = np.array(rates)
    truth = np.array([rate.max() - rate.min(), *[np.abs(rate - rate.mean()).sum()] * 2])
    hit = np.zeros(3)
    for seed in range(draws):
        rng = np.random.default_rng(seed)
        group = np.repeat(np.arange(len(rate)), size)
        label = np.arange(len(group)) % 2 == 0
        rows = {"g": group.astype(str), "y": label, "d": rng.random(len(group)) < rate[group]}
        found = odds_gaps(
            frames.count(rows, by="g", label="y", decision="d"), attribute="g", replicates=500, seed=seed
        )
        hit += [one.low <= t + 1e-12 and t <= one.high for one, t in zip(found, truth, strict=True)]
    return "equalised odds, FPED, FNED cover " + ", ".join(f"{x:.3f}" for x in hit / draws)


def main() -> None:
    """Print a line for each setting."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--draws", type=int, default=400)
    n = parser.parse_args().draws
    for told, result in (
        ("1,000 rows, five identities of 5 to 20 %", lambda: areas(n, 1_000, (0.2, 0.1, 0.1, 0.05, 0.05))),
        ("3,000 rows, six of 5 %", lambda: areas(n, 3_000, (0.05,) * 6)),
        ("2,000 rows of 150 authors, four of 20 %", lambda: areas(n, 2_000, (0.2,) * 4, clusters=150)),
        ("28 classes, 60 rows a group, no gaps", lambda: gaps(n, 28, 60, 0.0)),
        ("28 classes, 60 rows, gaps", lambda: gaps(n, 28, 60, 0.05)),
        ("28 classes, 200 rows, gaps", lambda: gaps(n, 28, 200, 0.05)),
        ("6 classes, 100 rows, gaps", lambda: gaps(n, 6, 100, 0.1)),
        ("four equal groups of 100", lambda: odds(n, (0.5,) * 4, 100)),
        ("four unequal groups of 100", lambda: odds(n, (0.3, 0.5, 0.5, 0.6), 100)),
        ("two unequal groups of 200", lambda: odds(n, (0.4, 0.6), 200)),
    ):
        sys.stdout.write(f"{told}: {result()}\n")
        sys.stdout.flush()


if __name__ == "__main__":
    main()
