"""Families of paired differences: which metrics of which two models, and one corrected interval a group."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple, Protocol

import numpy as np
from numpy.typing import NDArray

from fairkit.corrections import Correction, decide_limits
from fairkit.counts import Counts, Kind
from fairkit.errors import UsageError, shortlist, unknown_name
from fairkit.evidence import Compare
from fairkit.groups import Grouping, group_name, listed_groups, placed
from fairkit.inference import Bounds, benjamini_hochberg, holm, mover
from fairkit.margins import margins_for
from fairkit.metrics import AnyMetric, Functional, Metric, base_name
from fairkit.model_axes import models_of
from fairkit.pairs.limits import (
    PairedValue,
    Spread,
    difference_limits,
    ratio_limits,
    student_p,
    student_reach,
)
from fairkit.pairs.rows import PairedRows, pairs_of_readings
from fairkit.pairs.values import ignores_decisions
from fairkit.sides import never_negative
from fairkit.views import readings

FloatArray = NDArray[np.float64]


class Rules(NamedTuple):
    """How a family is judged: margins the user gave, its confidence level, and the correction."""

    margins: Mapping[str, tuple[float, float]]
    confidence: float
    correction: Correction


@dataclass(frozen=True, slots=True)
class Judgement:
    """One contrast with the interval that decides it; None where undefined.

    Parameters
    ----------
    value, low, high, level : float or None
    margin : tuple of float
    neutral : float
        What "no difference" is.
    p_value, p_adjusted : float or None
    method : str
    """

    value: float | None
    low: float | None
    high: float | None
    level: float | None
    margin: tuple[float, float]
    neutral: float
    p_value: float | None
    p_adjusted: float | None
    method: str

    @property
    def above_low(self) -> bool:
        """Whether the interval lies above the lower margin."""
        return self.low is not None and self.low >= self.margin[0]

    @property
    def below_high(self) -> bool:
        """Whether the interval lies below the upper margin; one that is open above does not."""
        return self.high is not None and self.high <= self.margin[1]

    @property
    def inside(self) -> bool:
        """Whether the interval lies inside the margin."""
        return self.above_low and self.below_high

    @property
    def beyond(self) -> int:
        """1 or -1 where the interval lies wholly above or below the margin, else 0."""
        if self.low is not None and self.low > self.margin[1]:
            return 1
        return -1 if self.high is not None and self.high < self.margin[0] else 0

    @property
    def excludes_none(self) -> bool:
        """Whether the interval excludes "no difference"."""
        return (self.low is not None and self.low > self.neutral) or (
            self.high is not None and self.high < self.neutral
        )


class Compared(Protocol):
    """What a family is about: one metric of two models, whatever rows they were measured on."""

    @property
    def metric(self) -> Metric | Functional:
        """The metric."""
        ...

    @property
    def name(self) -> str:
        """The metric's name, with the class it is about."""
        ...

    @property
    def first(self) -> str:
        """The model compared with."""
        ...

    @property
    def second(self) -> str:
        """The other model."""
        ...

    def totals(self) -> FloatArray:
        """Return the sums over all groups, which margins may depend on."""
        ...


@dataclass(frozen=True, slots=True)
class ModelPair:
    """One metric of two models on the rows of all groups.

    Parameters
    ----------
    metric : Metric or Functional
    name : str
        With the class it is about.
    first, second : str
        The model compared with, and the other.
    rows : PairedRows
    names : tuple of str
        Names of the groups.
    """

    metric: Metric | Functional
    name: str
    first: str
    second: str
    rows: PairedRows
    names: tuple[str, ...]

    def of(self, group: int) -> PairedRows:
        """Return the rows of one group."""
        return self.rows.only(self.rows.group == group)

    def rest(self, group: int) -> PairedRows:
        """Return the rows of all other groups."""
        return self.rows.only(self.rows.group != group)

    def totals(self) -> FloatArray:
        """Return the sums over all groups, which margins may depend on."""
        return self.rows.totals(self.rows.first)


def wanted_pairs(models: Sequence[str], baseline: str | None, *, every_pair: bool) -> list[tuple[str, str]]:
    """List which models are compared: every one with the baseline, or with every one before it.

    Examples
    --------
    >>> wanted_pairs(["a", "b", "c"], "b", every_pair=False)
    [('b', 'a'), ('b', 'c')]
    """
    if every_pair:
        return [(one, two) for i, two in enumerate(models) for one in models[:i]]
    first = models[0] if baseline is None else baseline
    return [(first, model) for model in models if model != first]


def model_pairs(
    counts: Counts,
    grouping: Grouping,
    metrics: Sequence[AnyMetric],
    baseline: str | None,
    *,
    every_pair: bool,
) -> Iterator[ModelPair]:
    """List what there is to compare, metric by metric and pair by pair."""
    models = models_of(counts)
    total = counts.marginal(grouping.names, keep_clusters=True)
    every = readings(total, models=True)
    _check(counts, metrics, models, baseline, {reading.kind for reading in every})
    levels = listed_groups(grouping, total)
    group = placed(total, levels)
    names = tuple(group_name(grouping.names, g) for g in levels)
    for one, two in wanted_pairs(models, baseline, every_pair=every_pair):
        for (kind, part), (reading, other) in pairs_of_readings(every, one, two).items():
            chosen = list(_chosen(metrics, kind, part, models))
            if not chosen:
                continue
            rows = PairedRows.of(total, group, reading, other)
            for metric in chosen:
                name = base_name(metric.name) + ("" if part is None else f"[{part}]")
                yield ModelPair(metric, name, one, two, rows, names)


def _check(
    counts: Counts,
    metrics: Sequence[AnyMetric],
    models: Sequence[str],
    baseline: str | None,
    kinds: set[Kind],
) -> None:
    problems = []
    if len(models) < 2:
        problems.append(
            "these counts are of one model; a comparison needs the decisions or scores of two or more on the "
            "same rows (--decision old=COL --decision new=COL)."
        )
    else:
        if baseline is not None and baseline not in models:
            problems.append(unknown_name("model", baseline, models))
        unread = [m.name for m in metrics if m.kind not in kinds]
        if unread:
            problems.append(
                f"{shortlist(unread)} cannot be measured on these counts, which are read as "
                f"{', '.join(sorted(kinds))}."
            )
    if counts.clusters_lost:
        problems.append(
            "these counts came from clustered rows and were stored without them; count the rows again."
        )
    if problems:
        raise UsageError(*problems)


def judge_changes(
    values: Sequence[PairedValue], pair: Compared, compare: Compare, rules: Rules
) -> list[Judgement]:
    """Judge the differences, or ratios, between two models in every group."""
    first, second = (np.array([getattr(v, side) for v in values]) for side in ("first", "second"))
    contrast = second - first
    if compare == "ratio":
        with np.errstate(divide="ignore", invalid="ignore"):
            contrast = np.where((first > 0) & has_ratio(pair.metric), second / first, np.nan)

    def limits(level: FloatArray, *, guarded: bool) -> tuple[Bounds, list[str]]:
        make = difference_limits if compare == "difference" else ratio_limits
        return make(values, level, guarded=guarded)

    family = _Family(contrast, limits, [value.p_value() for value in values], compare)
    return _judged(family, pair, rules)


def judge_gaps(
    sides: Sequence[tuple[PairedValue, PairedValue]], pair: Compared, rules: Rules
) -> list[Judgement]:
    """Judge how the gap between every group and all others changes from one model to the other."""
    own, rest = (list(side) for side in zip(*sides, strict=True)) if sides else ([], [])
    change = [np.array([value.second - value.first for value in side]) for side in (own, rest)]
    contrast = change[0] - change[1]
    spreads = [_of_gap(one.difference, two.difference) for one, two in sides]

    def limits(level: FloatArray, *, guarded: bool) -> tuple[Bounds, list[str]]:
        bounds, method = difference_limits(own, level, guarded=guarded)
        low, high = mover(change[0], bounds, change[1], difference_limits(rest, level, guarded=guarded)[0])
        known = ~np.isnan(low)
        if spreads and spreads[0].pull is not None:  # clusters may have rows on both sides
            reach = student_reach(spreads, level)
            low, high = np.fmin(low, contrast - reach), np.fmax(high, contrast + reach)
        return Bounds(np.where(known, low, np.nan), np.where(known, high, np.nan)), method

    p_values = [
        student_p(value, spread) if both[0].usable and both[1].usable else np.nan
        for value, spread, both in zip(contrast.tolist(), spreads, sides, strict=True)
    ]
    family = _Family(contrast, limits, p_values, "difference")
    defined = int((~np.isnan(family.value)).sum())
    # Two groups that mirror each other ask one question.
    return _judged(family, pair, rules, hypotheses=1 if defined == 2 else None)


def has_ratio(metric: Metric | Functional) -> bool:
    """Say whether there is a ratio of two values of a metric: not where they may be negative."""
    return isinstance(metric, Metric) or never_negative(metric)


def finite(value: float) -> float | None:
    """Return a number for a report: None where it is undefined or unbounded."""
    return float(value) if np.isfinite(value) else None


def _of_gap(own: Spread, rest: Spread) -> Spread:
    """Return the spread of the difference of two differences: clusters pull both sides at once."""
    least = _added((own.least, own.least_freedom), (rest.least, rest.least_freedom))
    if own.pull is not None and rest.pull is not None:
        pull = own.pull - rest.pull
        return Spread(float((pull**2).sum()), float(np.fmin(own.freedom, rest.freedom)), pull, *least)
    return Spread(*_added((own.variance, own.freedom), (rest.variance, rest.freedom)), None, *least)


def _added(*parts: tuple[float, float]) -> tuple[float, float]:
    """Add independent variances, with their degrees of freedom after Satterthwaite."""
    known = [(v, f) for v, f in parts if v > 0]
    total = sum(v for v, _ in known)
    return total, total**2 / sum(v**2 / f for v, f in known) if total else np.nan


def _chosen(
    metrics: Sequence[AnyMetric], kind: Kind, part: str | None, models: Sequence[str]
) -> Iterator[Metric | Functional]:
    """Take the metrics that are about this kind and class, each once, whichever model they were named for."""
    seen: set[str] = set()
    for metric in metrics:
        if metric.kind is not kind or not isinstance(metric, Metric | Functional):
            continue
        if isinstance(metric, Metric) and ignores_decisions(metric):
            continue
        if isinstance(metric, Functional) and metric.limits is not None:
            continue  # neither value is about normal, nor is their difference
        about = metric.name[len(base_name(metric.name)) :][1:-1]
        for model in models:
            about = "" if about == model else about.removeprefix(f"{model}: ")
        if about in ("", part) and base_name(metric.name) not in seen:
            seen.add(base_name(metric.name))
            yield metric


class _Family:
    """Contrasts of one family as corrections need them: one row."""

    def __init__(
        self,
        value: FloatArray,
        limits: Callable[..., tuple[Bounds, list[str]]],
        p_values: Sequence[float],
        compare: Compare,
    ) -> None:
        self.compare = compare
        self.value = np.where(np.isfinite(value), value, np.nan)[None]
        self._limits = limits
        self.p_values = np.where(np.isnan(self.value), np.nan, np.array([p_values], np.float64))

    def alone(self, confidence: float) -> tuple[Bounds, NDArray[np.str_]]:
        return self._at(np.full(self.value.shape, confidence), guarded=False)

    def corrected(self, confidence: FloatArray) -> tuple[Bounds, NDArray[np.str_]]:
        return self._at(np.broadcast_to(confidence, self.value.shape), guarded=True)

    def _at(self, level: FloatArray, *, guarded: bool) -> tuple[Bounds, NDArray[np.str_]]:
        bounds, method = self._limits(level[0], guarded=guarded)
        unknown = np.isnan(self.value[0])
        low, high = (np.where(unknown, np.nan, bound)[None] for bound in bounds)
        return Bounds(low, high), np.array([method], dtype="<U24")


def _judged(
    family: _Family, pair: Compared, rules: Rules, *, hypotheses: int | None = None
) -> list[Judgement]:
    groups = family.value.shape[1]
    if not groups:
        return []
    size = np.array([hypotheses or max(int((~np.isnan(family.value)).sum()), 1)])
    margin = margins_for([pair.metric], rules.margins, family.compare, pair.totals()[None])
    decided = decide_limits(
        family,
        margin.low,
        margin.high,
        confidence=rules.confidence,
        correction=rules.correction,
        hypotheses=size,
        step_down=True,
    )
    p = family.p_values
    adjusted = p
    if rules.correction is not Correction.NONE and size[0] > 1:
        adjusted = benjamini_hochberg(p) if rules.correction is Correction.BENJAMINI_HOCHBERG else holm(p)
    return [
        Judgement(
            finite(family.value[0, i]),
            finite(decided.low[0, i]),
            finite(decided.high[0, i]),
            finite(decided.level[0, i]),
            (float(margin.low[0, 0]), float(margin.high[0, 0])),
            0.0 if family.compare == "difference" else 1.0,
            finite(p[0, i]),
            finite(adjusted[0, i]),
            str(decided.method[0, i]),
        )
        for i in range(groups)
    ]
