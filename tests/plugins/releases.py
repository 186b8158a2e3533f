"""Releases of one model, as reports and as rows, for tests of baselines and of changes."""

from __future__ import annotations

from typing import Any

import numpy as np

import fairkit
from fairkit.counts import Axis, Counts, Kind
from fairkit.report.model import Report


def decided(cells: dict[str, tuple[int, int, int, int]], attribute: str = "sex") -> dict[str, list[Any]]:
    """Write rows with tp, fp, fn and tn of each group."""
    rows: dict[str, list[Any]] = {attribute: [], "y": [], "d": []}
    for level, counted in cells.items():
        for (label, decision), n in zip(((1, 1), (0, 1), (1, 0), (0, 0)), counted, strict=True):
            rows[attribute] += [level] * n
            rows["y"] += [label] * n
            rows["d"] += [decision] * n
    return rows


def released(cells: dict[str, tuple[int, int, int, int]], attribute: str = "sex", **asked: Any) -> Report:
    """Evaluate rows with tp, fp, fn and tn of each group."""
    return fairkit.evaluate(decided(cells, attribute), label="y", decision="d", by=attribute, **asked)


def drawn(rng: np.random.Generator, rates: dict[str, float], n: int) -> Report:
    """Evaluate as many decisions in every group, drawn at its rate."""
    rows: dict[str, list[Any]] = {"sex": [], "d": []}
    for level, rate in rates.items():
        hits = int(rng.binomial(n, rate))
        rows["sex"] += [level] * n
        rows["d"] += [1] * hits + [0] * (n - hits)
    return fairkit.evaluate(rows, decision="d", by="sex")


def two_models(cells: dict[tuple[str, str, str], int]) -> Counts:
    """Make joint counts of a baseline and a release: rows by group, outcome before and outcome now."""
    return Counts.from_cells(
        Kind.OUTCOMES,
        ["sex"],
        [(level,) for level, _, _ in cells],
        [[n] for n in cells.values()],
        axes=[Axis("decision:baseline", ()), Axis("decision:release", ())],
        axis_cells=[(before, now) for _, before, now in cells],
    )
