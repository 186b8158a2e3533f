"""Curves of scores by group, as plain records: reliability, ROC, and what every threshold would do.

Each point is a number with what it stands on and its interval, or None where it is undefined, ready for a
report or a chart. All of them come from counts of scores; no rows are read.

References
----------
Massart 1990, The tight constant in the Dvoretzky-Kiefer-Wolfowitz inequality, Annals of Probability 18.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from fairkit.counts import Counts, Kind
from fairkit.curves.points import ReliabilityBin, RocPoint, ThresholdPoint
from fairkit.curves.score_cells import ScoreCells, added
from fairkit.curves.thinning import thinned
from fairkit.curves.trials import nearest_threshold
from fairkit.errors import UsageError
from fairkit.groups import Grouping
from fairkit.metrics import Metric, Why, chosen_metrics

__all__ = ["ReliabilityBin", "RocPoint", "ThresholdPoint", "reliability", "roc", "thresholds"]

FloatArray = NDArray[np.float64]

MOST_POINTS = 100
"""Most points of one group's ROC curve."""

DEFAULT_METRICS = ("selection_rate", "true_positive_rate", "false_positive_rate", "accuracy")
"""Metrics of decisions that are followed along the threshold unless others are asked for."""

_SELECTED, _REJECTED = {"tp", "fp"}, {"fn", "tn"}


def reliability(
    counts: Counts,
    grouping: Grouping | str | None,
    *,
    bins: int = 10,
    confidence: float = 0.95,
    model: str | None = None,
) -> tuple[ReliabilityBin, ...]:
    """Compare mean scores with shares of positives, bin by bin.

    Parameters
    ----------
    counts : Counts
        Of kind scores.
    grouping : Grouping, str or None
        The groups; None for all rows together.
    bins : int
        Scores that are probabilities are cut into so many bins of equal width from 0 to 1, others from their
        lowest to their highest; edges that fall inside the bins of the counts move to the nearest of theirs.
        No more different scores than that are not cut.
    confidence : float
    model : str, optional
        Whose score, where there are several.

    Returns
    -------
    tuple of ReliabilityBin
        By group, then by score; bins without rows are left out.

    Raises
    ------
    UsageError
        The counts have no scores, or the bins are fewer than one.
    DataError
        No row has both a score and a label.

    Notes
    -----
    Intervals are Wilson's, on effective rows where rows are weighted or clustered (Korn & Graubard 1998).
    Where mean scores lie outside, the score does not mean what it says; one bin in twenty does by chance.

    Examples
    --------
    >>> from fairkit.counts import Axis
    >>> counts = Counts.from_cells(
    ...     Kind.SCORES, ["sex"], [("F",), ("F",)],
    ...     [[1, 3, 0.2, 0.6, 0.04, 0.12, 0, 0, 0], [4, 1, 3.2, 0.8, 2.56, 0.64, 0, 0, 0]],
    ...     axes=[Axis("score", ())], axis_cells=[("0.2",), ("0.8",)],
    ... )
    >>> for b in reliability(counts, "sex"):
    ...     print(b.group, b.score_low, b.n, b.mean_score, b.positive_rate, round(b.low, 3), round(b.high, 3))
    sex=F 0.2 4 0.2 0.25 0.046 0.699
    sex=F 0.8 5 0.8 0.8 0.376 0.964
    """
    if bins < 1:
        raise UsageError(f"bins={bins}: take at least one.")
    cells = ScoreCells.of(counts, grouping, model=model)
    low, high = _bins(cells, bins)
    place = np.clip(np.searchsorted(low, cells.score, side="right") - 1, 0, len(low) - 1)
    (rate,) = chosen_metrics(["selection_rate"], kind=Kind.DECISIONS)
    stack = cells.binned(place, len(low))
    values, bounds, (method,) = stack.limits(_shares([rate]), confidence)
    shape = len(low), len(cells.names)
    weight, total = (
        added(table.sum(axis=1, keepdims=True), place, cells.group, shape)[..., 0]
        for table in (cells.sums[:, :2], cells.sums[:, 2:4])
    )
    found = []
    for g, name in enumerate(cells.names):
        for b in np.flatnonzero(weight[:, g] > 0).tolist():
            ends = _number(bounds.low[0, b, g]), _number(bounds.high[0, b, g])
            found.append(
                ReliabilityBin(
                    cells.attribute,
                    name,
                    float(low[b]),
                    float(high[b]),
                    int(stack.rows[b, g].sum()),
                    float(total[b, g] / weight[b, g]),
                    float(values[0, b, g]),
                    *ends,
                    confidence,
                    "none" if ends[0] is None else method,
                )
            )
    return tuple(found)


def roc(
    counts: Counts, grouping: Grouping | str | None, *, most: int = MOST_POINTS, model: str | None = None
) -> tuple[RocPoint, ...]:
    """Trace the ROC curve of every group.

    Parameters
    ----------
    counts : Counts
        Of kind scores.
    grouping : Grouping, str or None
        The groups; None for all rows together.
    most : int
        Most points of one group. Of more, those go without which the area changes least.
    model : str, optional
        Whose score, where there are several.

    Returns
    -------
    tuple of RocPoint
        By group, from nobody selected to everybody. A group with one label only has no curve.

    Raises
    ------
    UsageError
        The counts have no scores, or fewer than 3 points are asked for.
    DataError
        No row has both a score and a label.

    Examples
    --------
    >>> from fairkit.counts import Axis
    >>> counts = Counts.from_cells(
    ...     Kind.SCORES, ["sex"], [("F",), ("F",)],
    ...     [[1, 3, 0.2, 0.6, 0.04, 0.12, 0, 0, 0], [4, 1, 3.2, 0.8, 2.56, 0.64, 0, 0, 0]],
    ...     axes=[Axis("score", ())], axis_cells=[("0.2",), ("0.8",)],
    ... )
    >>> for point in roc(counts, "sex"):
    ...     print(point.threshold, point.false_positive_rate, point.true_positive_rate)
    None 0.0 0.0
    0.8 0.25 0.8
    0.2 1.0 1.0
    """
    if most < 3:
        raise UsageError(f"most={most} points make no curve; take at least 3.")
    cells = ScoreCells.of(counts, grouping, model=model)
    scores, place = np.unique(cells.score, return_inverse=True)
    table = added(cells.sums[:, :2], place, cells.group, (len(scores), len(cells.names)))
    found: list[RocPoint] = []
    for g, name in enumerate(cells.names):
        rows = table[:, g]
        here = rows.any(axis=1)
        if not rows.sum(axis=0).all():
            continue
        passed = np.cumsum(np.vstack([np.zeros((1, 2)), rows[here][::-1]]), axis=0)
        x, y = passed[:, 1] / passed[-1, 1], passed[:, 0] / passed[-1, 0]
        at = [None, *scores[here][::-1].tolist()]
        found += [
            RocPoint(cells.attribute, name, at[i], float(x[i]), float(y[i])) for i in thinned(x, y, most)
        ]
    return tuple(found)


def thresholds(
    counts: Counts,
    grouping: Grouping | str | None,
    *,
    at: Iterable[float] | None = None,
    points: int = 50,
    metrics: Sequence[str] | Literal["default", "all"] = "default",
    confidence: float = 0.95,
    model: str | None = None,
) -> tuple[ThresholdPoint, ...]:
    r"""Follow metrics of decisions along the threshold, group by group.

    Parameters
    ----------
    counts : Counts
        Of kind scores.
    grouping : Grouping, str or None
        The groups; None for all rows together.
    at : iterable of float, optional
        The thresholds; ones inside a bin with rows move to its nearer edge. By default as many scores as
        `points`, between which there are about equally many rows.
    points : int
    metrics : sequence of str, "default" or "all"
        Metrics of decisions; by default selection, true positive and false positive rate, and accuracy.
    confidence : float
    model : str, optional
        Whose score, where there are several.

    Returns
    -------
    tuple of ThresholdPoint
        By metric, group and threshold.

    Raises
    ------
    UsageError
        The counts have no scores, a metric is unknown, or a threshold is not finite.
    DataError
        No row has both a score and a label.

    Notes
    -----
    Intervals are those of one value on its own, as in a report; a curve of fifty leaves them at a few places.
    The bands hold everywhere at once: for n unweighted, independent rows a distribution function lies within
    :math:`\sqrt{\ln(2 / \alpha) / (2 n)}` of the observed one.

    Examples
    --------
    >>> from fairkit.counts import Axis
    >>> counts = Counts.from_cells(
    ...     Kind.SCORES, ["sex"], [("F",), ("F",)],
    ...     [[1, 3, 0.2, 0.6, 0.04, 0.12, 0, 0, 0], [4, 1, 3.2, 0.8, 2.56, 0.64, 0, 0, 0]],
    ...     axes=[Axis("score", ())], axis_cells=[("0.2",), ("0.8",)],
    ... )
    >>> for p in thresholds(counts, "sex", metrics=["true_positive_rate"]):
    ...     print(p.threshold, p.value, round(p.low, 3), round(p.high, 3), round(p.band_low, 3))
    0.2 1.0 0.566 1.0 0.393
    0.8 0.8 0.376 0.964 0.193
    """
    chosen = _shares(
        chosen_metrics(DEFAULT_METRICS if metrics == "default" else metrics, kind=Kind.CONFUSION)
    )
    cells = ScoreCells.of(counts, grouping, model=model)
    places = (
        _spread_out(cells, points)
        if at is None
        else np.unique([nearest_threshold(counts, threshold, model=model) for threshold in at])
    )
    stack = cells.decided(places)
    values, bounds, methods = stack.limits(chosen, confidence)
    found = []
    for i, m in enumerate(chosen):
        n = m.denominators(stack.rows)
        plain = stack.squares is None and stack.clusters is None and not stack.lost
        reach = np.sqrt(math.log(2 / (1 - confidence)) / (2 * np.maximum(n, 1)))
        reach = np.where(plain and _fixed(m), reach, np.nan)
        band = np.maximum(values[i] - reach, 0.0), np.minimum(values[i] + reach, 1.0)
        for g, name in enumerate(cells.names):
            for t, threshold in enumerate(places.tolist()):
                value, low, high = (_number(a[i, t, g]) for a in (values, *bounds))
                why = None
                if value is None or low is None:
                    clustered = stack.lost or stack.clusters is not None
                    lacking = Why.TOO_FEW_CLUSTERS if clustered else Why.NO_VARIATION
                    why = m.why(stack.sums[t, g]) or lacking
                found.append(
                    ThresholdPoint(
                        *(m.name, cells.attribute, name, threshold, value, why, low, high, confidence),
                        int(n[t, g]),
                        "none" if low is None else methods[i],
                        *(_number(edge[t, g]) for edge in band),
                    )
                )
    return tuple(found)


def _bins(cells: ScoreCells, bins: int) -> tuple[FloatArray, FloatArray]:
    """Return the lower and upper edges of the bins of a reliability table."""
    scores = np.unique(cells.score)
    if len(scores) <= bins:
        return scores, scores + cells.width
    low, high = float(scores[0]), float(scores[-1]) + cells.width
    if low >= 0 and float(scores[-1]) <= 1:
        low, high = 0.0, 1.0
    edges = low + (high - low) * np.arange(bins + 1) / bins
    if cells.width:
        edges = np.unique(np.round(edges / cells.width) * cells.width)
    return edges[:-1], edges[1:]


def _spread_out(cells: ScoreCells, points: int) -> FloatArray:
    """Choose thresholds between which there are about equally many rows."""
    scores, place = np.unique(cells.score, return_inverse=True)
    if len(scores) <= points:
        return scores
    below = np.cumsum(np.bincount(place, weights=cells.sums[:, :2].sum(axis=1)))
    wanted = below[-1] * (np.arange(points) + 0.5) / points
    spread: FloatArray = scores[np.unique(np.searchsorted(below, wanted))]
    return spread


def _fixed(metric: Metric) -> bool:
    """Whether a metric is the share, among rows that no threshold changes, of those on one side of it."""
    if not metric.is_proportion:
        return False
    hits = {field for field, _ in metric.parts[0].hits.coefficients}
    trials = {field for field, _ in metric.parts[0].trials.coefficients}
    whole = ({"tp", "fn"}, {"fp", "tn"}, _SELECTED | _REJECTED)
    return trials in whole and hits in (trials & _SELECTED, trials & _REJECTED)


def _shares(metrics: Sequence[object]) -> tuple[Metric, ...]:
    return tuple(m for m in metrics if isinstance(m, Metric))


def _number(value: float) -> float | None:
    return float(value) if math.isfinite(value) else None
