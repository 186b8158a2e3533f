"""Contrasts: every group against a reference group, against the rest, or against the best group.

This module decides what a group is compared with and writes the plain contrast, one pair at a time, each with
its own interval. Verdicts, which look at many contrasts together, are made in :mod:`fairkit.findings`.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from fairkit.errors import DataError, did_you_mean, shortlist
from fairkit.evidence import Compare, Comparison, known_reason, why_no_interval
from fairkit.groups import Reference, group_name
from fairkit.metrics import AnyMetric, Functional, Why
from fairkit.shares import REST
from fairkit.sides import never_negative
from fairkit.tables import GroupTable, numbers

FEWEST_FOR_BEST = 30
"""Rows that the best group must have, so that a handful of people is never the yardstick."""


@dataclass(frozen=True, slots=True)
class Contrast:
    """A group's metric minus (or over) that of its reference, with a plain interval.

    Parameters
    ----------
    metric, attribute, group, reference : str
    compare : {"difference", "ratio"}
    value, low, high : float or None
        None where undefined.
    why : Why or None
        Why `value`, or only the interval, is undefined.
    level : float
        Confidence level of the interval.
    p_value : float or None
        Two-sided p-value of "no difference". Of shares of independent rows: the score test, Fisher's exact
        test where an expected cell is below 5. Of other metrics: Student's t; None of clustered shares.
    method : str
        How the interval was made.
    """

    metric: str
    attribute: str
    group: str
    reference: str
    compare: Compare
    value: float | None
    why: Why | None
    low: float | None
    high: float | None
    level: float
    p_value: float | None
    method: str


def reference_positions(
    metrics: Sequence[AnyMetric],
    table: GroupTable,
    reference: Reference,
    values: NDArray[np.float64],
    *,
    fewest: int = FEWEST_FOR_BEST,
) -> NDArray[np.int64]:
    """Find the position of each metric's reference group; REST where a group is compared with all others.

    Parameters
    ----------
    metrics : sequence of Metric
    table : GroupTable
    reference : "rest", "best" or levels
    values : array, shape (metrics, groups)
    fewest : int
        Rows in the metric's denominator that the best group must have.

    Returns
    -------
    array of int64, shape (metrics,)
        "best" is the most favourable value among groups with at least `fewest` rows (among all groups where
        none has so many), so that a handful of people is never the yardstick. Of an error with a sign, such
        as the mean error, the value nearest to 0 is the most favourable; of all else where neither direction
        is better, the highest is taken.

    Raises
    ------
    DataError
        The named group is not in the data.
    """
    if reference == "rest":
        return np.full(len(metrics), REST)
    if reference == "best":
        return np.array([_best(m, table, row, fewest) for m, row in zip(metrics, values, strict=True)])
    if reference not in table.levels:
        names = list(table.names)
        wanted = group_name(table.grouping.names, reference)
        raise DataError(
            f"reference group '{wanted}' is not in the data (groups are {shortlist(names)})."
            f"{did_you_mean(wanted, names)}"
        )
    return np.full(len(metrics), table.levels.index(reference))


def contrasts(
    metrics: Sequence[AnyMetric],
    table: GroupTable,
    reference: NDArray[np.int64],
    comparison: Comparison,
    p_values: NDArray[np.float64],
    *,
    compare: Compare,
    confidence: float,
) -> list[Contrast]:
    """Write the plain contrast of every metric and group (the reference group itself excepted)."""
    bounds, methods = comparison.plain(confidence)
    names, attribute = table.names, table.grouping.name
    made: list[Contrast] = []
    for i, m in enumerate(metrics):
        other = reference_name(reference[i], names)
        columns = [numbers(c) for c in (comparison.value[i], bounds.low[i], bounds.high[i], p_values[i])]
        for g, (value, low, high, p, method) in enumerate(zip(*columns, methods[i].tolist(), strict=True)):
            if g == reference[i]:
                continue
            why = None
            if value is None:
                known = known_reason(comparison, i, g)
                why = why_undefined(m, table, g, int(reference[i]), known=known)
            elif low is None:
                why = why_no_interval(comparison, table, i, g)
            made.append(
                Contrast(
                    m.name, attribute, names[g], other, compare, value, why, low, high, confidence, p,
                    "none" if low is None else method,
                )
            )  # fmt: skip
    return made


def reference_name(position: int, names: Sequence[str]) -> str:
    """Name what a group is compared with."""
    return "rest" if position == REST else names[position]


def why_undefined(
    metric: AnyMetric, table: GroupTable, group: int, reference: int, *, known: Why | None = None
) -> Why:
    """Give the reason for a contrast without a value; `known` is what only the evidence can tell."""
    own = metric.why(table.sums[group])
    if own is not None or known is not None:
        return own or known or Why.NO_ROWS
    other = table.sums.sum(axis=0) - table.sums[group] if reference == REST else table.sums[reference]
    return Why.REFERENCE_UNDEFINED if metric.why(other) is not None else Why.REFERENCE_ZERO


def stands_on(metric: AnyMetric, table: GroupTable) -> NDArray[np.int64]:
    """Count the rows in a metric's denominator, shape (groups,)."""
    if isinstance(metric, Functional):
        return np.asarray(metric.stands_on(table.rows, table.sums), np.int64)
    return np.asarray(metric.denominators(table.rows), np.int64)


def _best(metric: AnyMetric, table: GroupTable, values: NDArray[np.float64], fewest: int) -> int:
    eligible = ~np.isnan(values) & (stands_on(metric, table) >= fewest)
    if not eligible.any():
        eligible = ~np.isnan(values)
    if not eligible.any():
        return 0
    order = -values if metric.better == "lower" else values
    if isinstance(metric, Functional) and metric.better == "neither" and not never_negative(metric):
        order = -np.abs(values)
    return int(np.argmax(np.where(eligible, order, -np.inf)))
