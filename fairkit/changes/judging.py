"""Verdicts on the changes of one grouping between two independent samples.

A family is one metric over all groups of one attribute, as in findings: Holm's step-down (or what was asked
for) decides at which level each interval is taken, and that interval is the one that is printed.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from fairkit.changes.apart import NOWHERE, Difference, Sample, Samples, gap_difference, value_difference
from fairkit.changes.growing import growth_needed, units_to_decide
from fairkit.changes.model import GapShift, ValueChange
from fairkit.changes.reasons import why_no_gap, why_no_value
from fairkit.contrasts import reference_name, reference_positions, stands_on
from fairkit.corrections import Correction, Decided, decide_limits
from fairkit.findings import TOO_FEW_ROWS, Margins
from fairkit.groups import Reference
from fairkit.inference import Bounds
from fairkit.margins import margins_for
from fairkit.metrics import AnyMetric
from fairkit.models import Change, GapVerdict
from fairkit.tables import numbers

FloatArray = NDArray[np.float64]
IntArray = NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Rules:
    """How changes are judged.

    Parameters
    ----------
    margins : mapping of comparison to pair
        Those the user gave.
    confidence : float
        Of each family.
    correction : Correction

    Examples
    --------
    >>> Rules({}, 0.95, Correction.HOLM).confidence
    0.95
    """

    margins: Mapping[str, tuple[float, float]]
    confidence: float
    correction: Correction


def change_verdict(
    low: float | None, high: float | None, margin: tuple[float, float], better: str
) -> tuple[Change, bool | None]:
    """Say what an interval shows of a change, and whether it excludes a loss as large as the margin.

    Parameters
    ----------
    low, high : float or None
    margin : pair of float
    better : {"higher", "lower", "neither"}

    Examples
    --------
    >>> change_verdict(0.06, 0.10, (-0.05, 0.05), "lower")
    ('worse', False)
    >>> change_verdict(-0.02, 0.10, (-0.05, 0.05), "higher")
    ('inconclusive', True)
    """
    if low is None or high is None:
        return "inconclusive", None if better == "neither" else False
    verdict: Change = "equivalent" if margin[0] <= low and high <= margin[1] else "inconclusive"
    if low > margin[1] or high < margin[0]:
        verdict = "higher" if low > margin[1] else "lower"
        if better != "neither":
            verdict = "better" if verdict == better else "worse"
    if better == "neither":
        return verdict, None
    return verdict, low >= margin[0] if better == "higher" else high <= margin[1]


def gap_verdict(
    bounds: tuple[float | None, float | None],
    relaxed: tuple[float | None, float | None],
    margin: tuple[float, float],
    gaps: tuple[float | None, float | None],
) -> tuple[GapVerdict, bool, bool]:
    """Say what an interval shows of a gap, whether the gap is reversed, and whether it is shown no wider.

    Parameters
    ----------
    bounds : pair
        The interval that decides.
    relaxed : pair
        The interval of the change alone, by which all gaps of a family are shown to be no wider.
    margin : pair of float
    gaps : pair
        Before and after.

    Examples
    --------
    >>> gap_verdict((0.06, 0.2), (0.07, 0.19), (-0.05, 0.05), (-0.02, 0.11))
    ('widened', True, False)
    """
    (low, high), (before, after) = bounds, gaps
    if low is None or high is None or before is None or after is None:
        return "inconclusive", False, False
    verdict: GapVerdict = "unchanged" if margin[0] <= low and high <= margin[1] else "inconclusive"
    if low > margin[1] or high < margin[0]:
        verdict = "widened" if abs(after) > abs(before) else "narrowed"
    reversed_ = verdict in ("widened", "narrowed") and before * after < 0
    steady = relaxed[0] is not None and relaxed[1] is not None
    steady = steady and margin[0] <= (relaxed[0] or 0.0) and (relaxed[1] or 0.0) <= margin[1]
    no_wider = verdict == "unchanged" or steady or (verdict == "narrowed" and not reversed_)
    return verdict, reversed_, verdict != "widened" and no_wider


def value_changes(samples: Samples, attribute: str, rules: Rules) -> list[ValueChange]:
    """Judge how the values of metrics changed in every group of one grouping.

    Parameters
    ----------
    samples : Samples
    attribute : str
        The grouping's name.
    rules : Rules
    """
    difference = value_difference(samples)
    judged = _Judged(samples, difference, rules, _defined(difference.value))
    made = []
    for i, g, one in judged.each():
        verdict, no_worse = change_verdict(one.low, one.high, one.margin, samples.metrics[i].better)
        reason, of = (None, None) if one.low is not None else why_no_value(samples, i, g, one.values)
        made.append(
            ValueChange(
                samples.metrics[i].name, attribute, samples.names[g], one.before, one.after, one.value,
                one.low, one.high, one.level, one.margin, verdict, no_worse, one.excludes_zero,
                reason or (TOO_FEW_ROWS if verdict == "inconclusive" else None), of,
                one.n_old, one.n_new, *_needed(one, undecided=verdict == "inconclusive"),
                False, one.method,
            )
        )  # fmt: skip
    return made


def gap_shifts(samples: Samples, attribute: str, wish: Reference, rules: Rules) -> list[GapShift]:
    """Judge how the gaps between every group and its reference changed.

    Parameters
    ----------
    samples : Samples
    attribute : str
    wish : "rest" or levels
    rules : Rules
    """
    sides = (samples.old, samples.new)
    places = [reference_positions(samples.metrics, s.table, wish, s.evidence.values) for s in sides]
    old, new = (s.evidence.against(at, "difference") for s, at in zip(sides, places, strict=True))
    difference = gap_difference(samples, (old, new))
    judged = _Judged(samples, difference, rules, _asked(samples, difference.value, wish))
    relaxed, _ = difference.corrected(np.full(difference.value.shape, 1 - 2 * (1 - rules.confidence)))
    names = [reference_name(int(at), samples.new.table.names) for at in places[1].tolist()]
    made = []
    for i, g, one in judged.each():
        if samples.names[g] == names[i]:
            continue
        alone = (_finite(relaxed.low[i, g]), _finite(relaxed.high[i, g]))
        verdict, reversed_, no_wider = gap_verdict(
            (one.low, one.high), alone, one.margin, (one.before, one.after)
        )
        reason, of = (None, None)
        if one.low is None:
            reason, of = why_no_gap(samples, i, g, one.values, comparisons=(old, new), references=places)
        made.append(
            GapShift(
                samples.metrics[i].name, attribute, samples.names[g], names[i], one.before, one.after,
                one.value, one.low, one.high, one.level, one.margin, verdict, reversed_, no_wider,
                one.excludes_zero, reason or (TOO_FEW_ROWS if verdict == "inconclusive" else None), of,
                one.n_old, one.n_new, *_needed(one, undecided=verdict == "inconclusive"),
                False, one.method,
            )
        )  # fmt: skip
    return made


@dataclass(frozen=True, slots=True)
class _One:
    """One change as plain numbers."""

    before: float | None
    after: float | None
    value: float | None
    low: float | None
    high: float | None
    level: float | None
    margin: tuple[float, float]
    method: str
    n_old: int
    n_new: int
    rows: float | None
    clusters: float | None

    @property
    def values(self) -> tuple[float | None, float | None]:
        return self.before, self.after

    @property
    def excludes_zero(self) -> bool:
        return (self.low is not None and self.low > 0) or (self.high is not None and self.high < 0)


class _Judged:
    """All changes of one kind, each with the interval at the level that its family allows."""

    def __init__(self, samples: Samples, difference: Difference, rules: Rules, hypotheses: IntArray) -> None:
        self.samples, self.difference, self.rules = samples, difference, rules
        # What one unit of the spread of labels is was settled when the old data were.
        self.margins = margins_for(samples.metrics, rules.margins, "difference", samples.old.table.sums)
        self.decided: Decided = decide_limits(
            difference,
            self.margins.low,
            self.margins.high,
            confidence=rules.confidence,
            correction=rules.correction,
            hypotheses=hypotheses,
            step_down=True,
        )

    def each(self) -> Iterator[tuple[int, int, _One]]:
        """List the changes metric by metric and group by group."""
        d, samples = self.difference, self.samples
        sizes = [_sizes(samples.metrics, sample) for sample in (samples.old, samples.new)]
        rows, clusters = self._needed()
        arrays = (
            d.old,
            d.new,
            d.value,
            self.decided.low,
            self.decided.high,
            self.decided.level,
            rows,
            clusters,
        )
        for i in range(len(samples.metrics)):
            margin = (float(self.margins.low[i, 0]), float(self.margins.high[i, 0]))
            columns = [numbers(array[i]) for array in arrays]
            for g in range(len(samples.names)):
                before, after, value, low, high, level, more, grown = (column[g] for column in columns)
                yield i, g, _One(
                    before, after, value, low, high, None if low is None else level, margin,
                    "none" if low is None else str(self.decided.method[i, g]),
                    int(sizes[0][i][g]), int(sizes[1][i][g]), more, grown,
                )  # fmt: skip

    def _needed(self) -> tuple[FloatArray, FloatArray]:
        d, table = self.difference, self.samples.new.table
        shape, place = d.value.shape, self.samples.new.place
        confidence = self.rules.confidence
        level = np.where(np.isnan(self.decided.level), confidence, self.decided.level)
        single = (self.decided.hypotheses == 1)[:, None] | (self.rules.correction is Correction.NONE)
        with np.errstate(invalid="ignore"):
            corrected, alone = (_growth(d, self.margins, at) for at in (level, confidence))
        growth = np.where(single, alone, corrected)
        rows = np.where(place == NOWHERE, np.nan, table.used_rows[np.maximum(place, 0)])
        clusters = np.full(shape, np.nan)
        if table.clusters is not None:
            own = table.clusters.per_group(len(table.names))[np.maximum(place, 0)]
            clusters = units_to_decide(growth, np.where(place == NOWHERE, np.nan, own), clusters=True)
        return units_to_decide(growth, rows), clusters


def _growth(difference: Difference, margins: Margins, level: float | FloatArray) -> FloatArray:
    new, old = difference.reaches(level)
    shape = difference.value.shape
    margin = Bounds(np.broadcast_to(margins.low, shape), np.broadcast_to(margins.high, shape))
    return growth_needed(difference.value, margin, new, old)


def _defined(value: FloatArray) -> IntArray:
    return np.asarray(np.maximum((~np.isnan(value)).sum(axis=1), 1), np.int64)


def _asked(samples: Samples, value: FloatArray, wish: Reference) -> IntArray:
    """Count the questions about gaps: two groups that mirror each other ask one."""
    found = _defined(value)
    if wish != "rest":
        return found
    both = np.ones(len(found), bool)
    for sample in (samples.old, samples.new):
        stands = np.array([(m.denominators(sample.table.sums) > 0).sum() for m in samples.metrics])
        both &= stands == 2
    return np.where(both, np.minimum(found, 1), found)


def _sizes(metrics: tuple[AnyMetric, ...], sample: Sample) -> IntArray:
    own = np.array([stands_on(m, sample.table) for m in metrics], np.int64)
    return np.asarray(np.where(sample.place == NOWHERE, 0, own[:, np.maximum(sample.place, 0)]), np.int64)


def _needed(one: _One, *, undecided: bool) -> tuple[int | None, int | None]:
    known = (one.rows, one.clusters)
    rows, clusters = (int(n) if undecided and n is not None else None for n in known)
    return rows, clusters


def _finite(value: np.float64) -> float | None:
    return float(value) if np.isfinite(value) else None
