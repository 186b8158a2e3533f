"""How often the gate fails releases that are fair, and releases that are not, beside four fifths on points.

Rates of selection of equally large groups are drawn again and again and judged by `fairkit.policy.decide`
with ``compare = "ratio"``, ``min = 0.80``. The point rule fails a release whose smallest rate is below four
fifths of the largest (or of the reference). Prints four tables; ``DRAWS`` in the environment sets the draws
of each row (default 1,000).

    DRAWS=2000 python tests/benchmarks/gate_simulation.py
"""

import dataclasses
import os
import sys
from pathlib import Path

import numpy as np

sys.path.insert(0, str(Path(__file__).parents[1] / "plugins"))
sys.path.insert(0, str(Path(__file__).parents[2]))

from gated_releases import check, policy, report, selections

from fairkit.policy.deciding import decide

DRAWS = int(os.environ.get("DRAWS", "1000"))
RATE = 0.30
REFERENCES = ("rest", "g00", "best")


def drawn(rates, n, rng):
    """Draw the selected of every group, `DRAWS` times."""
    return rng.binomial(n, rates, (DRAWS, len(rates)))


def outcomes_of(hits, n, reference):
    """Judge every draw; count the releases that fail, that stay undecided, that pass."""
    names = [f"g{i:02d}" for i in range(hits.shape[1])]
    own = policy(check("ratio", min="0.80"), reference=reference)
    first = report(selections(dict.fromkeys(names, (n // 2, n))))
    found = {"fail": 0, "inconclusive": 0, "pass": 0}
    for one in hits:
        counts = selections(dict(zip(names, ((int(k), n) for k in one), strict=True)))
        gate = decide(own, dataclasses.replace(first, counts=counts))
        statuses = {result.status.value for result in gate.results}
        found[next(s for s in ("fail", "inconclusive", "pass") if s in statuses)] += 1
    return {name: count / len(hits) for name, count in found.items()}


def point_rule(hits, reference):
    """Share of draws that the rule on points fails."""
    if reference == "g00":
        ratio = hits[:, 1:].min(axis=1) / np.maximum(hits[:, 0], 1)
    else:
        ratio = hits.min(axis=1) / np.maximum(hits.max(axis=1), 1)
    return float((ratio < 0.8).mean())


def percent(share):
    """Write a share."""
    return f"{100 * share:5.1f}"


def row(text, *shares):
    """Print a row of a table."""
    print(f"  {text:<24}" + "".join(f"{percent(share):>14}" for share in shares))


def main():
    """Print the tables."""
    rng = np.random.default_rng(20261121)
    print(f"{DRAWS:,} draws a row; rate of the reference {RATE}; limit: ratio at least 0.80; in percent")
    print(
        "\ntwo groups, one of them the reference\n"
        + " " * 29
        + "point fails    gate fails     undecided        passes"
    )
    for ratio in (1.0, 0.9, 0.8, 0.6):
        for n in (100, 300, 1000):
            hits = drawn([RATE, RATE * ratio], n, rng)
            own = outcomes_of(hits, n, "g00")
            row(f"n={n}, true ratio {ratio}", point_rule(hits, "g00"), *own.values())
    against = " " * 29 + "point fails   gate: rest      a named      the best"
    print("\nidentical groups: releases that fail, by what groups are compared with\n" + against)
    for k in (2, 7, 14):
        for n in (100, 300, 1000):
            hits = drawn([RATE] * k, n, rng)
            fails = [outcomes_of(hits, n, reference)["fail"] for reference in REFERENCES]
            row(f"{k} groups, n={n}", point_rule(hits, "best"), *fails)
    print("\none group at 0.6 of the others, n=1000: releases that fail\n" + against)
    for k in (2, 7, 14):
        hits = drawn([RATE] * (k - 1) + [RATE * 0.6], 1000, rng)
        fails = [outcomes_of(hits, 1000, reference)["fail"] for reference in REFERENCES]
        row(f"{k} groups", point_rule(hits, "best"), *fails)
    print("\nall others exactly at 0.8 of a named reference, which is allowed: releases that fail")
    for k in (2, 7, 14):
        for n in (300, 1000):
            hits = drawn([RATE] + [RATE * 0.8] * (k - 1), n, rng)
            row(f"{k} groups, n={n}", point_rule(hits, "g00"), outcomes_of(hits, n, "g00")["fail"])


if __name__ == "__main__":
    main()
