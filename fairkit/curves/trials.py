"""Thresholds on a trial basis: what would be decided at another threshold, without reading the rows again.

Counts of scores know how many rows of each label lie at each score, so the decisions of any threshold are
sums over them: exact where scores are exact, and at the edges of bins where they are binned. What comes back
are ordinary counts of decisions, which :func:`fairkit.evaluate` takes like any others.

A threshold that was chosen on the rows it is then measured on looks better than it is. A choice made here
says so; it is a suggestion to be tried on other rows.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from fairkit.counts import FIELDS, LEFT_OUT, Counts, Kind
from fairkit.curves.score_cells import ScoreCells, score_axis, scores_of
from fairkit.errors import UsageError, did_you_mean, shortlist
from fairkit.groups import Grouping, group_name
from fairkit.metrics import AnyMetric, Metric, chosen_metrics

__all__ = ["ThresholdChoice", "choose_threshold", "nearest_threshold", "try_threshold"]

FloatArray = NDArray[np.float64]

_ROUNDING = 1e-12

OPTIMISTIC = (
    "Chosen and measured on the same rows, so that value and gap look better than they are: "
    "try the threshold on rows that had no part in the choice."
)


@dataclass(frozen=True, slots=True)
class ThresholdChoice:
    """A threshold suggested by the rows it was tried on.

    Parameters
    ----------
    threshold : float or None
        Rows with this score or more are selected; None where no threshold keeps the gap.
    objective : str
        The metric that was to be as high as possible.
    value : float or None
        Its value at the threshold.
    best, best_value : float
        Threshold and value if no gap had to be kept: the difference is what the gap costs.
    tried : int
        Thresholds tried.
    attribute, constraint : str or None
        The metric that was not to differ between the groups of the attribute by more than `largest_gap`.
    gap, largest_gap : float or None
        Largest difference between two groups at `threshold` (at the threshold with the smallest one, where
        none keeps it), and the one allowed.
    groups, left_out : tuple of str
        Groups whose gap was measured, and groups with too few rows for it.
    exploratory : bool
        Always true: see `note`.
    note : str

    Examples
    --------
    >>> ThresholdChoice.__dataclass_fields__["exploratory"].default
    True
    """

    threshold: float | None
    objective: str
    value: float | None
    best: float
    best_value: float
    tried: int
    attribute: str | None = None
    constraint: str | None = None
    gap: float | None = None
    largest_gap: float | None = None
    groups: tuple[str, ...] = ()
    left_out: tuple[str, ...] = ()
    exploratory: bool = True
    note: str = OPTIMISTIC


def try_threshold(
    counts: Counts, threshold: float | Mapping[str, float], *, model: str | None = None
) -> Counts:
    """Decide all rows by a threshold on their score.

    Parameters
    ----------
    counts : Counts
        Of kind scores.
    threshold : float or mapping of group to float
        Rows with this score or more are selected. A mapping names every group of one attribute or crossing:
        ``{"sex=F": 0.4, "sex=M": 0.5}``. (To treat people by a protected attribute differently is unlawful in
        many places, whatever it is for.)
    model : str, optional
        Whose score, where there are several.

    Returns
    -------
    Counts
        Of kind confusion, by the same attributes and clusters; rows without a score lack a decision.

    Raises
    ------
    UsageError
        The counts have no scores, a threshold lies inside a bin with rows (:func:`nearest_threshold` has the
        edge nearest to it), or a group has none. All problems at once.

    Examples
    --------
    >>> import fairkit
    >>> from fairkit.counts import Axis
    >>> counts = Counts.from_cells(
    ...     Kind.SCORES, ["sex"], [("F",), ("F",), ("M",)],
    ...     [[1, 3, 0.2, 0.6, 0.04, 0.12, 0, 0, 0], [4, 1, 3.2, 0.8, 2.56, 0.64, 0, 0, 0],
    ...      [5, 1, 3.0, 0.6, 1.8, 0.36, 0, 0, 0]],
    ...     axes=[Axis("score", ())], axis_cells=[("0.2",), ("0.8",), ("0.6",)],
    ... )
    >>> try_threshold(counts, 0.7).values.tolist()
    [[4, 1, 1, 3, 0, 0, 0], [0, 0, 5, 1, 0, 0, 0]]
    >>> try_threshold(counts, {"sex=F": 0.7, "sex=M": 0.5}).values.tolist()
    [[4, 1, 1, 3, 0, 0, 0], [5, 1, 0, 0, 0, 0, 0]]
    """
    axis = score_axis(counts, model)
    score, width = scores_of(counts, axis), counts.axes[axis].width
    if isinstance(threshold, Mapping):
        own = _by_group(counts, threshold)
    else:
        own = np.full(len(counts.values), float(threshold))
    problems = [
        problem
        for value in dict.fromkeys(own.tolist())
        if (problem := _unclear(value, score[own == value], width)) is not None
    ]
    if problems:
        raise UsageError(*problems)
    names = (*FIELDS[Kind.CONFUSION], *LEFT_OUT[Kind.CONFUSION])
    selected, missing = score >= own, np.isnan(score)
    places = {
        "tp": (0, selected),
        "fp": (1, selected),
        "fn": (0, ~selected & ~missing),
        "tn": (1, ~selected & ~missing),
    }

    def decided(table: NDArray[Any]) -> NDArray[Any]:
        found = np.zeros((len(table), len(names)), table.dtype)
        for name, (column, chosen) in places.items():
            found[:, names.index(name)] = table[:, column] * chosen
        found[:, 4:] = table[:, 6:]
        found[:, names.index("decision_missing")] += table[:, :2].sum(axis=1) * missing
        return found

    table = Counts.from_codes(
        Kind.CONFUSION,
        counts.attributes,
        counts.levels,
        counts.codes,
        decided(counts.row_counts if counts.squares is None else counts.values),
        squares=None if counts.squares is None else decided(counts.squares),
        rows=None if counts.rows is None else decided(counts.rows),
        clusters=counts.clusters,
        cluster_ids=counts.cluster_ids,
    )
    return replace(table, clusters_lost=counts.clusters_lost)


def nearest_threshold(counts: Counts, threshold: float, *, model: str | None = None) -> float:
    """Return the threshold nearest to the one wished for that counts can decide exactly.

    Parameters
    ----------
    counts : Counts
        Of kind scores.
    threshold : float
    model : str, optional

    Returns
    -------
    float
        The threshold itself where scores are exact or its bin is empty, else the nearer edge of its bin.

    Raises
    ------
    UsageError
        The counts have no scores, or the threshold is not finite.

    Examples
    --------
    >>> from fairkit.counts import Axis
    >>> counts = Counts.from_cells(
    ...     Kind.SCORES, [], [()], [[1, 3, 0.3, 0.9, 0.09, 0.27, 0, 0, 0]],
    ...     axes=[Axis("score", (), width=0.125)], axis_cells=[("0.25",)],
    ... )
    >>> nearest_threshold(counts, 0.35), nearest_threshold(counts, 0.6)
    (0.375, 0.6)
    """
    axis = score_axis(counts, model)
    width = counts.axes[axis].width
    if not math.isfinite(threshold):
        raise UsageError(f"threshold {threshold} is not finite; name a score.")
    if _unclear(threshold, scores_of(counts, axis), width) is None:
        return float(threshold)
    return math.floor(threshold / width + 0.5) * width


def choose_threshold(
    counts: Counts,
    *,
    objective: str = "balanced_accuracy",
    by: Grouping | str | None = None,
    constraint: str | None = None,
    largest_gap: float | None = None,
    fewest: int = 30,
    model: str | None = None,
) -> ThresholdChoice:
    """Suggest one threshold for everybody.

    Parameters
    ----------
    counts : Counts
        Of kind scores.
    objective : str
        A metric of decisions to make as high as possible, such as ``accuracy`` or ``balanced_accuracy`` (at
        whose best Youden's index is also best).
    by : Grouping or str, optional
        The groups that the gap is about.
    constraint : str, optional
        A metric that may differ between groups by no more than `largest_gap`; needs `by`.
    largest_gap : float, optional
        Default: the margin of the metric.
    fewest : int
        Groups in which the metric of the gap stands on fewer rows are left out of it.
    model : str, optional

    Returns
    -------
    ThresholdChoice
        Exploratory: the threshold was chosen and measured on the same rows. Of thresholds that do equally
        well it is the lowest.

    Raises
    ------
    UsageError
        A metric is unknown, higher values of the objective are not better, a gap has no groups, or the counts
        have no scores. All problems at once.

    Examples
    --------
    >>> from fairkit.counts import Axis
    >>> counts = Counts.from_cells(
    ...     Kind.SCORES, [], [(), (), ()],
    ...     [[1, 6, 0.2, 1.2, 0.04, 0.24, 0, 0, 0], [4, 3, 2.0, 1.5, 1.0, 0.75, 0, 0, 0],
    ...      [5, 1, 4.0, 0.8, 3.2, 0.64, 0, 0, 0]],
    ...     axes=[Axis("score", ())], axis_cells=[("0.2",), ("0.5",), ("0.8",)],
    ... )
    >>> choice = choose_threshold(counts)
    >>> choice.threshold, choice.value, choice.exploratory
    (0.5, 0.75, True)
    """
    goal, kept = _goals(objective, constraint, grouped=by is not None, largest_gap=largest_gap)
    cells = ScoreCells.of(counts, by, model=model)
    thresholds = np.unique(cells.score)
    stack = cells.decided(thresholds)
    total = goal.values(stack.sums.sum(axis=1))
    if np.isnan(total).all():
        why = goal.why(stack.sums[0].sum(axis=0))
        raise UsageError(f"{objective} is undefined at every threshold ({why}); choose another objective.")
    best = int(np.nanargmax(total))
    top = float(thresholds[best]), float(total[best])
    plain = ThresholdChoice(top[0], objective, top[1], *top, tried=len(thresholds))
    if kept is None:
        return plain
    allowed = kept.margin if largest_gap is None else largest_gap
    judged = kept.denominators(stack.rows).max(axis=0) >= fewest
    gap = _gaps(kept.values(stack.sums)[:, judged])
    feasible = (gap <= allowed + _ROUNDING) & ~np.isnan(total)
    names = np.array(cells.names, object)
    found: tuple[float | None, float | None, float | None]
    if feasible.any():
        place = int(np.nanargmax(np.where(feasible, total, -np.inf)))
        found = float(thresholds[place]), float(total[place]), float(gap[place])
    else:
        found = None, None, None if np.isnan(gap).all() else float(np.nanmin(gap))
    return replace(
        plain,
        threshold=found[0],
        value=found[1],
        gap=found[2],
        attribute=cells.attribute,
        constraint=constraint,
        largest_gap=allowed,
        groups=tuple(names[judged]),
        left_out=tuple(names[~judged]),
    )


def _goals(
    objective: str, constraint: str | None, *, grouped: bool, largest_gap: float | None
) -> tuple[Metric, Metric | None]:
    """Look both metrics up, and say everything that is wrong with the question."""
    problems: list[str] = []

    def found(name: str) -> Metric | None:
        try:
            metric: AnyMetric = chosen_metrics([name], kind=Kind.CONFUSION)[0]
        except UsageError as error:
            problems.extend(error.problems)
            return None
        return metric if isinstance(metric, Metric) else None

    goal, kept = found(objective), None if constraint is None else found(constraint)
    if goal is not None and goal.better != "higher":
        problems.append(
            f"objective '{objective}' is not better for being higher; take accuracy or balanced_accuracy."
        )
    if constraint is not None and not grouped:
        problems.append(f"a gap in '{constraint}' is one between groups: name them with by=.")
    if constraint is None and largest_gap is not None:
        problems.append(f"largest_gap={largest_gap:g} is about a metric: name it with constraint=.")
    if largest_gap is not None and not 0 <= largest_gap <= 1:
        problems.append(f"largest_gap={largest_gap:g} is no difference of shares; 5 points are written 0.05.")
    if problems or goal is None:
        raise UsageError(*problems)
    return goal, kept


def _gaps(values: FloatArray) -> FloatArray:
    """Return the largest difference between groups at each threshold, NaN where fewer than two have one."""
    known = ~np.isnan(values)
    high = np.where(known, values, -np.inf).max(axis=1, initial=-np.inf)
    low = np.where(known, values, np.inf).min(axis=1, initial=np.inf)
    gap = np.full(len(values), np.nan)
    enough = known.sum(axis=1) >= 2
    gap[enough] = high[enough] - low[enough]
    return gap


def _unclear(threshold: float, score: FloatArray, width: float) -> str | None:
    """Say why a threshold does not decide all rows, or None."""
    if not math.isfinite(threshold):
        return f"threshold {threshold} is not finite; name a score."
    if not width or (threshold / width).is_integer():
        return None
    low = math.floor(threshold / width) * width
    if not (score == low).any():
        return None
    return (
        f"threshold {threshold:g} lies inside a bin of scores, from {low:.10g} to {low + width:.10g}: which "
        f"of its rows would be selected is not known. Take {low:.10g} or {low + width:.10g} "
        f"(nearest_threshold() has the nearer), or count the rows again in narrower bins."
    )


def _by_group(counts: Counts, threshold: Mapping[str, float]) -> FloatArray:
    """Return the threshold of every cell; every group that occurs needs one."""
    if not threshold:
        raise UsageError("no group is named: write {'sex=F': 0.4, 'sex=M': 0.5}, or one number for all.")
    first = next(iter(threshold))
    places = {name: f" & {first}".find(f" & {name}=") for name in counts.attributes}
    names = sorted((name for name, place in places.items() if place >= 0), key=lambda name: places[name])
    columns = [counts.attributes.index(name) for name in names]
    groups = [group_name(names, [levels[i] for i in columns]) for levels in counts.groups()]
    present = dict.fromkeys(groups) if names else {}
    if not names:
        known = [group_name(counts.attributes[:1], levels[:1]) for levels in counts.groups()[:1]]
        raise UsageError(f"'{first}' names no group; groups are written like {shortlist(known)}.")
    problems = [
        f"there is no group '{name}' (there are {shortlist(list(present))}).{did_you_mean(name, present)}"
        for name in threshold
        if name not in present
    ]
    lacking = [name for name in present if name not in threshold]
    if lacking:
        problems.append(f"no threshold is given for {shortlist(lacking)}.")
    if problems:
        raise UsageError(*problems)
    return np.array([float(threshold[name]) for name in groups], np.float64)
