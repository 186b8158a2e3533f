"""Estimates: one number with what it stands on, its interval, or the reason why there is none."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from fairkit.contrasts import stands_on
from fairkit.counts import FIELDS, LEFT_OUT
from fairkit.evidence import Evidence, why_no_interval
from fairkit.inference import fit_beta_binomial, shrink
from fairkit.metrics import AnyMetric, Metric, Why
from fairkit.tables import GroupTable, numbers


@dataclass(frozen=True, slots=True)
class Estimate:
    """The value of one metric in one group.

    Parameters
    ----------
    metric, attribute, group : str
    value : float or None
        None where undefined, never 0 and never NaN.
    why : Why or None
        Why `value`, or only the interval, is undefined.
    low, high : float or None
        Plain interval.
    level : float
        Its confidence level.
    n : int
        Rows in the metric's denominator; queries of a mean over queries.
    numerator : float or None
        Rows (or their weight) in its numerator; None for a mean of several ratios.
    method : str
        How the interval was made.
    shrunk : float or None
        For shares in intersections: the value pulled towards the other groups (beta-binomial empirical
        Bayes). Steadier for small groups, but spread less than the truth; shown beside the raw value, never
        used for a verdict.
    """

    metric: str
    attribute: str
    group: str
    value: float | None
    why: Why | None
    low: float | None
    high: float | None
    level: float
    n: int
    numerator: float | None
    method: str
    shrunk: float | None


@dataclass(frozen=True, slots=True)
class GroupSize:
    """How many rows a group has, and how many of them metrics could use.

    Parameters
    ----------
    attribute, group : str
    rows : int
        Rows used.
    share : float
        Share of all rows used.
    left_out : dict of str to int
        Rows left out, by reason.
    clusters : int or None
        Clusters of the group; None where rows are not clustered.
    """

    attribute: str
    group: str
    rows: int
    share: float
    left_out: dict[str, int]
    clusters: int | None


def estimates(
    metrics: Sequence[AnyMetric], table: GroupTable, evidence: Evidence, *, confidence: float
) -> list[Estimate]:
    """Write every metric of every group.

    Examples
    --------
    >>> from fairkit.counts import Counts, Kind
    >>> from fairkit.evidence import IndependentRows, Options
    >>> from fairkit.groups import groupings
    >>> from fairkit.metrics import chosen_metrics
    >>> from fairkit.tables import group_table
    >>> counts = Counts.from_cells(Kind.DECISIONS, ["sex"], [("F",), (None,)], [[3, 1, 0], [0, 0, 2]])
    >>> table = group_table(counts, groupings("sex")[0])
    >>> metrics = chosen_metrics("all", kind=Kind.DECISIONS)
    >>> evidence = IndependentRows(metrics, table, Options())
    >>> for e in estimates(metrics, table, evidence, confidence=0.95):
    ...     print(e.group, e.value, e.why, e.n)
    sex=F 0.75 None 4
    sex=(missing) None no-rows 0
    """
    bounds, methods = evidence.plain(confidence)
    names, attribute = table.names, table.grouping.name
    made: list[Estimate] = []
    for i, m in enumerate(metrics):
        n = stands_on(m, table)
        top = numerator(m, table.sums)
        shrunk = _shrunk(m, table)
        columns = [numbers(c) for c in (evidence.values[i], bounds.low[i], bounds.high[i], n, top, shrunk)]
        for g, (value, low, high, rows, hits, pulled, method) in enumerate(
            zip(*columns, methods[i].tolist(), strict=True)
        ):
            why = None
            if value is None or low is None:
                why = m.why(table.sums[g]) or why_no_interval(evidence, table, i, g)
            made.append(
                Estimate(
                    m.name, attribute, names[g], value, why, low, high, confidence,
                    int(rows or 0), _whole(hits), "none" if low is None else method, pulled,
                )
            )  # fmt: skip
    return made


def group_sizes(table: GroupTable) -> list[GroupSize]:
    """Write the size of every group, with the rows left out."""
    used = table.used_rows
    total = max(int(used.sum()), 1)
    reasons = LEFT_OUT[table.kind]
    left_out = table.rows[:, len(FIELDS[table.kind]) :].tolist()
    clusters = [None] * len(used) if table.clusters is None else table.clusters.per_group(len(used)).tolist()
    return [
        GroupSize(
            table.grouping.name,
            name,
            rows,
            rows / total,
            dict(zip(reasons, counts, strict=True)),
            own_clusters,
        )
        for name, rows, counts, own_clusters in zip(
            table.names, used.tolist(), left_out, clusters, strict=True
        )
    ]


def numerator(metric: AnyMetric, sums: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return the sums in the numerator, shape (groups,); NaN for what is no single ratio."""
    if not isinstance(metric, Metric) or len(metric.parts) > 1:
        return np.full(len(sums), np.nan)
    return sums @ metric.parts[0].numerator.vector(metric.kind)


def _shrunk(metric: AnyMetric, table: GroupTable) -> NDArray[np.float64]:
    """Shrink the shares of an intersection; unweighted, unclustered rows only, for the model is binomial."""
    none = np.full(len(table.sums), np.nan)
    plain = table.squares is None and table.clusters is None
    if not plain or not metric.is_proportion or len(table.grouping.attributes) == 1:
        return none
    hits, trials = numerator(metric, table.sums), metric.denominators(table.sums)
    if (trials > 0).sum() < 3 or not 0 < hits.sum() < trials.sum():
        return none
    prior = fit_beta_binomial(hits, trials)
    pooled = np.full(len(hits), hits.sum() / trials.sum())  # no sign that the groups differ: pool completely
    return np.where(trials > 0, pooled if prior is None else shrink(hits, trials, prior), np.nan)


def _whole(value: float | None) -> float | None:
    """Keep counts of rows as integers, sums of weights as they are."""
    return int(value) if value is not None and value.is_integer() else value
