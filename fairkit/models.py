"""Several models on the same rows: what changes within each group, and whether a gap widens.

A new model is better for a group, worse, or equivalent, or nothing can be said: the verdict comes from one
interval of the paired difference (:mod:`fairkit.pairs.limits`), corrected over all groups, and is printed
with it. A release may ask for less: that no group is worse by more than the margin.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np

from fairkit.corrections import Correction
from fairkit.counts import Counts
from fairkit.evidence import Compare
from fairkit.findings import TOO_FEW_ROWS
from fairkit.groups import Grouping
from fairkit.metrics import AnyMetric, Why
from fairkit.pairs.families import (
    Compared,
    Judgement,
    Rules,
    finite,
    has_ratio,
    judge_changes,
    judge_gaps,
    model_pairs,
)
from fairkit.pairs.limits import PairedValue
from fairkit.pairs.values import compared

ALL = "all"
"""Name of the group of all rows."""

Change = Literal["better", "worse", "higher", "lower", "equivalent", "inconclusive"]
"""Verdict on a difference between models; higher and lower where neither direction is better."""

GapVerdict = Literal["widened", "narrowed", "unchanged", "inconclusive"]
"""Verdict on the gap between a group and all others."""


@dataclass(frozen=True, slots=True)
class ModelContrast:
    """One metric of one group: a model against another on the same rows.

    Parameters
    ----------
    metric : str
    attribute, group : str
        The grouping and its group; the group ``all`` is every row.
    model, against : str
        The contrast is the value of `model` less (or over) that of `against`.
    compare : {"difference", "ratio"}
    value, low, high : float or None
        The contrast and the corrected interval that decides.
    level : float or None
        Confidence level at which the correction put this interval.
    margin : tuple of float
        From where to where the models count as equivalent.
    verdict : Change
        ``better`` or ``worse`` if the interval lies wholly beyond the margin, ``equivalent`` if inside it.
    no_worse : bool or None
        Whether the interval shows the model to be worse by less than the margin; None where neither direction
        is better.
    excludes_zero : bool
        Whether the interval excludes "no difference".
    reason : str or None
        Why there is no verdict.
    p_value, p_adjusted : float or None
        Test of "no difference", alone and adjusted for the family; the verdict does not use them.
    n, discordant : int
        Rows that the metric stands on under either model and that both have decided, and those of them that
        the models see differently.
    method : str
        How the interval was made.
    """

    metric: str
    attribute: str
    group: str
    model: str
    against: str
    compare: Compare
    value: float | None
    low: float | None
    high: float | None
    level: float | None
    margin: tuple[float, float]
    verdict: Change
    no_worse: bool | None
    excludes_zero: bool
    reason: str | None
    p_value: float | None
    p_adjusted: float | None
    n: int
    discordant: int
    method: str


@dataclass(frozen=True, slots=True)
class GapChange:
    """How the gap between a group and all other rows changes from one model to another.

    Parameters
    ----------
    metric, attribute, group, model, against : str
    before, after : float or None
        The group's value less that of all other rows, under `against` and under `model`.
    value, low, high : float or None
        `after` less `before`, with the corrected interval that decides.
    level : float or None
    margin : tuple of float
    verdict : GapVerdict
        ``widened`` or ``narrowed``, by the sizes of the gaps, if the interval lies wholly beyond the margin;
        ``unchanged`` if inside it.
    excludes_zero : bool
    reason : str or None
    p_value, p_adjusted : float or None
    n, discordant : int
        Of the group.
    method : str
    """

    metric: str
    attribute: str
    group: str
    model: str
    against: str
    before: float | None
    after: float | None
    value: float | None
    low: float | None
    high: float | None
    level: float | None
    margin: tuple[float, float]
    verdict: GapVerdict
    excludes_zero: bool
    reason: str | None
    p_value: float | None
    p_adjusted: float | None
    n: int
    discordant: int
    method: str


def model_contrasts(
    counts: Counts,
    grouping: Grouping,
    metrics: Sequence[AnyMetric],
    *,
    baseline: str | None = None,
    every_pair: bool = False,
    compare: Compare = "difference",
    margins: Mapping[str, tuple[float, float]] | None = None,
    confidence: float = 0.95,
    correction: Correction = Correction.HOLM,
    overall: bool = True,
) -> tuple[ModelContrast, ...]:
    """Compare models on the same rows, within every group of a grouping and over all rows.

    Parameters
    ----------
    counts : Counts
        Joint counts of several models: outcomes with one axis per model, classes with axes ``decision:model``
        or scores with axes ``score:model``.
    grouping : Grouping
    metrics : sequence of AnyMetric
        Of the kinds that the counts can be read as; names in brackets (``true_positive_rate[cat]``) are about
        one class, without them about every class. What says nothing about a model is left out (prevalence),
        and so is what no standard error describes (expected calibration error).
    baseline : str, optional
        The model that the others are compared with; by default the first.
    every_pair : bool
        Compare every model with every one before it instead.
    compare : {"difference", "ratio"}
    margins : mapping of comparison to pair, optional
        As given by the user; by default each metric's own.
    confidence : float
        Level of each family: one metric and two models over all groups of the grouping.
    correction : Correction
        ``max-t`` has no bootstrap to stand on here and is Holm's.
    overall : bool
        Whether the group of all rows is compared too, as a family of its own.

    Returns
    -------
    tuple of ModelContrast

    Raises
    ------
    UsageError
        There are no two models, the baseline is none of them, or clusters were summed out.

    Examples
    --------
    >>> from fairkit.counts import Axis, Kind
    >>> from fairkit.groups import groupings
    >>> from fairkit.metrics import metric
    >>> counts = Counts.from_cells(
    ...     Kind.OUTCOMES, ["sex"], [("F",)] * 4, [[300], [280], [90], [20]],
    ...     axes=[Axis("old", ()), Axis("new", ())],
    ...     axis_cells=[("tp", "tp"), ("tn", "tn"), ("fn", "tp"), ("tn", "fp")],
    ... )
    >>> (own,) = model_contrasts(counts, groupings("sex")[0], [metric("accuracy")], overall=False)
    >>> own.model, own.value.__round__(4), own.low.__round__(4), own.verdict
    ('new', 0.1014, 0.0734, 'better')
    """
    made: list[ModelContrast] = []
    pairs = model_pairs(counts, grouping, metrics, baseline, every_pair=every_pair)
    rules = Rules(margins or {}, confidence, correction)
    for pair in pairs:
        values = {name: compared(pair.of(g), pair.metric) for g, name in enumerate(pair.names)}
        made += changes_of(pair, grouping.name, values, compare, rules)
        if overall:
            everyone = {ALL: compared(pair.rows, pair.metric)}
            made += changes_of(pair, grouping.name, everyone, compare, rules)
    return tuple(made)


def gap_changes(
    counts: Counts,
    grouping: Grouping,
    metrics: Sequence[AnyMetric],
    *,
    baseline: str | None = None,
    every_pair: bool = False,
    margins: Mapping[str, tuple[float, float]] | None = None,
    confidence: float = 0.95,
    correction: Correction = Correction.HOLM,
) -> tuple[GapChange, ...]:
    """Compare the gap between each group and all other rows under one model with that under another.

    Parameters
    ----------
    counts, grouping, metrics, baseline, every_pair, margins, confidence, correction
        As for :func:`model_contrasts`.

    Returns
    -------
    tuple of GapChange

    Raises
    ------
    UsageError
        As for :func:`model_contrasts`.

    Notes
    -----
    The change of a gap is the paired difference within the group less that within all other rows. Independent
    rows of the two are apart, and their limits are combined by MOVER; clusters may have rows in both, and
    each pulls the change once.

    Examples
    --------
    >>> from fairkit.counts import Axis, Kind
    >>> from fairkit.groups import groupings
    >>> from fairkit.metrics import metric
    >>> counts = Counts.from_cells(
    ...     Kind.OUTCOMES, ["sex"], [("F",), ("F",), ("M",), ("M",)], [[900], [100], [900], [300]],
    ...     axes=[Axis("old", ()), Axis("new", ())],
    ...     axis_cells=[("tp", "tp"), ("fn", "tp"), ("tp", "tp"), ("tp", "fn")],
    ... )
    >>> change = gap_changes(counts, groupings("sex")[0], [metric("true_positive_rate")])[0]
    >>> change.value.__round__(4), change.verdict
    (0.35, 'widened')
    """
    made: list[GapChange] = []
    pairs = model_pairs(counts, grouping, metrics, baseline, every_pair=every_pair)
    rules = Rules(margins or {}, confidence, correction)
    for pair in pairs:
        sides = {
            name: (compared(pair.of(g), pair.metric), compared(pair.rest(g), pair.metric))
            for g, name in enumerate(pair.names)
        }
        made += gaps_of(pair, grouping.name, sides, rules)
    return tuple(made)


def changes_of(
    pair: Compared, attribute: str, values: Mapping[str, PairedValue], compare: Compare, rules: Rules
) -> list[ModelContrast]:
    """Judge the values of two models, by the name of each group, as one family.

    Parameters
    ----------
    pair : Compared
    attribute : str
        Name of the grouping.
    values : mapping of group to PairedValue
    compare : {"difference", "ratio"}
    rules : Rules
    """
    judged = judge_changes(list(values.values()), pair, compare, rules)
    return [
        _model_contrast(pair, (attribute, name), value, compare, one)
        for (name, value), one in zip(values.items(), judged, strict=True)
    ]


def gaps_of(
    pair: Compared, attribute: str, sides: Mapping[str, tuple[PairedValue, PairedValue]], rules: Rules
) -> list[GapChange]:
    """Judge how the gap of each group changes, from its own values and those of all others, as one family.

    Parameters
    ----------
    pair : Compared
    attribute : str
        Name of the grouping.
    sides : mapping of group to pair of PairedValue
    rules : Rules
    """
    judged = judge_gaps(list(sides.values()), pair, rules)
    return [
        _gap_change(pair, (attribute, name), side, one)
        for (name, side), one in zip(sides.items(), judged, strict=True)
    ]


def _model_contrast(
    pair: Compared, place: tuple[str, str], value: PairedValue, compare: Compare, judged: Judgement
) -> ModelContrast:
    beyond, inside, known = judged.beyond, judged.inside, judged.low is not None
    better = pair.metric.better
    verdict: Change = "equivalent" if inside else "inconclusive"
    if beyond:
        verdict = "higher" if beyond > 0 else "lower"
        if better != "neither":
            verdict = "better" if verdict == better else "worse"
    no_worse = None
    if better != "neither":
        good_side = judged.above_low if better == "higher" else judged.below_high
        no_worse = known and good_side
    return ModelContrast(
        pair.name, *place, pair.second, pair.first, compare, judged.value, judged.low, judged.high,
        judged.level, judged.margin, verdict, no_worse, judged.excludes_none,
        _reason(pair, value, judged, inconclusive=verdict == "inconclusive"),
        judged.p_value, judged.p_adjusted, value.n, value.discordant, judged.method,
    )  # fmt: skip


def _gap_change(
    pair: Compared, place: tuple[str, str], sides: tuple[PairedValue, PairedValue], judged: Judgement
) -> GapChange:
    own, rest = sides
    before, after = own.first - rest.first, own.second - rest.second
    verdict: GapVerdict = "unchanged" if judged.inside else "inconclusive"
    if judged.beyond:
        verdict = "widened" if abs(after) > abs(before) else "narrowed"
    reason = _reason(pair, own, judged, inconclusive=verdict == "inconclusive")
    if judged.low is None and own.usable:
        reason = str(Why.REFERENCE_UNDEFINED) if np.isnan(rest.second - rest.first) else _no_interval(rest)
    return GapChange(
        pair.name, *place, pair.second, pair.first, finite(before), finite(after), judged.value,
        judged.low, judged.high, judged.level, judged.margin, verdict, judged.excludes_none, reason,
        judged.p_value, judged.p_adjusted, own.n, own.discordant, judged.method,
    )  # fmt: skip


def _reason(pair: Compared, value: PairedValue, judged: Judgement, *, inconclusive: bool) -> str | None:
    if judged.value is None:
        return str(value.why or (Why.REFERENCE_ZERO if has_ratio(pair.metric) else Why.NO_RATIO))
    if judged.low is None:
        return _no_interval(value)
    return TOO_FEW_ROWS if inconclusive else None


def _no_interval(value: PairedValue) -> str:
    return str(Why.NO_VARIATION if value.usable else Why.TOO_FEW_CLUSTERS)
