"""Two independent samples: how the values of one metric, and its gaps, differ from one to the other.

Nothing ties the rows of one report to those of the other, so limits of a change are combined by MOVER from
the limits that each side has alone: for a change of a value those of both values (of a single share this is
Newcombe's interval; in a family, from Clopper and Pearson's limits at the corrected level), for a change of a
gap those of both gaps.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from fairkit.counts import Counts, Level, natural_order
from fairkit.evidence import Comparison, Levelled, Options
from fairkit.groups import Grouping, group_name
from fairkit.inference import Bounds, mover
from fairkit.judging import evidence_of
from fairkit.metrics import AnyMetric, Metric
from fairkit.tables import GroupTable, group_table

FloatArray = NDArray[np.float64]
IntArray = NDArray[np.int64]

NOWHERE = -1
"""Position of a group that a side does not have."""

_SIMPLE = 0.95


@dataclass(frozen=True, slots=True)
class Sample:
    """What one side says about some metrics of one grouping.

    Parameters
    ----------
    table : GroupTable
    evidence : Levelled
    place : array of int64, shape (groups,)
        Position of every group of both sides in the table, or ``NOWHERE``.
    """

    table: GroupTable
    evidence: Levelled
    place: IntArray

    def gathered(self, array: FloatArray) -> FloatArray:
        """Put an array of shape (metrics, own groups) in the order of the groups of both sides."""
        found = np.take(array, np.maximum(self.place, 0), axis=-1)
        return np.where(self.place == NOWHERE, np.nan, found)

    def scattered(self, array: FloatArray) -> FloatArray:
        """Put an array of shape (metrics, groups of both sides) in the order of the side's own groups."""
        found = np.full((len(array), len(self.table.names)), _SIMPLE)
        known = self.place != NOWHERE
        found[:, self.place[known]] = array[:, known]
        return found


@dataclass(frozen=True, slots=True)
class Samples:
    """Both sides of one grouping, their groups in one order.

    Parameters
    ----------
    metrics : tuple of AnyMetric
    names : tuple of str
        Groups of either side.
    old, new : Sample
    """

    metrics: tuple[AnyMetric, ...]
    names: tuple[str, ...]
    old: Sample
    new: Sample


def samples_of(
    old: Counts, new: Counts, metrics: Sequence[AnyMetric], grouping: Grouping, options: Options
) -> list[Samples]:
    """Take what both sides say about metrics: shares together, functionals together.

    Parameters
    ----------
    old, new : Counts
        Of the metrics' kind.
    metrics : sequence of AnyMetric
    grouping : Grouping
    options : Options

    Examples
    --------
    >>> from fairkit.counts import Kind
    >>> from fairkit.groups import groupings
    >>> from fairkit.metrics import metric
    >>> one = Counts.from_cells(Kind.DECISIONS, ["sex"], [("F",), ("M",)], [[56, 14, 0], [48, 32, 0]])
    >>> two = Counts.from_cells(Kind.DECISIONS, ["sex"], [("X",), ("F",)], [[5, 5, 0], [30, 10, 0]])
    >>> rate = metric("selection_rate", kind=Kind.DECISIONS)
    >>> (found,) = samples_of(one, two, [rate], groupings("sex")[0], Options())
    >>> found.names, found.new.gathered(found.new.evidence.values).tolist()
    (('sex=F', 'sex=M', 'sex=X'), [[0.75, nan, 0.5]])
    """
    tables = [group_table(counts, grouping) for counts in (old, new)]
    levels = _union(grouping, [table.levels for table in tables])
    names = tuple(group_name(grouping.names, level) for level in levels)
    places = [
        np.array([at.get(level, NOWHERE) for level in levels], np.int64)
        for table in tables
        for at in [{level: i for i, level in enumerate(table.levels)}]
    ]
    evidence = [
        evidence_of(counts, metrics, grouping, table=table, options=options)
        for counts, table in zip((old, new), tables, strict=True)
    ]
    return [
        Samples(
            tuple(one.metrics),
            names,
            Sample(tables[0], one, places[0]),
            Sample(tables[1], other, places[1]),
        )
        for one, other in zip(*evidence, strict=True)
    ]


class Difference:
    """A change of every metric in every group, as something that has limits at any level.

    Parameters
    ----------
    old, new : array of float64, shape (metrics, groups)
    sides : pair of callables
        From a level for each, or None for that of a change which is its whole family, and from a confidence,
        to the limits of the old and of the new number, and to how they were made.
    bounded : array of bool, shape (metrics,)
        Whether a metric is a share, so that its changes lie between -1 and 1 (those of gaps: -2 and 2).
    widest : float

    Examples
    --------
    >>> limits = lambda level: (Bounds(np.array([[0.4]]), np.array([[0.6]])), np.array([["wilson"]]))
    >>> half = np.array([[0.5]])
    >>> change = Difference(half, half, (limits, limits), np.array([True]), 1.0)
    >>> change.corrected(np.array([[0.95]]))[0].low.round(3).tolist()
    [[-0.141]]
    """

    def __init__(
        self,
        old: FloatArray,
        new: FloatArray,
        sides: tuple[_Limits, _Limits],
        bounded: NDArray[np.bool_],
        widest: float,
    ) -> None:
        self.old, self.new, self.value = old, new, new - old
        self._sides, self._bounded, self._widest = sides, bounded, widest

    def alone(self, confidence: float) -> tuple[Bounds, NDArray[np.str_]]:
        """Interval that decides a change that is its whole family."""
        return self._combined(confidence)

    def corrected(self, confidence: FloatArray) -> tuple[Bounds, NDArray[np.str_]]:
        """Interval that holds in the far tails, each change at a level of its own."""
        return self._combined(np.broadcast_to(confidence, self.value.shape))

    def reaches(self, confidence: float | FloatArray) -> tuple[Bounds, Bounds]:
        """How far each side alone lets the change lie below and above: that of the new data, of the old."""
        (old, _), (new, _) = (side(confidence) for side in self._sides)
        return (
            Bounds(self.new - new.low, new.high - self.new),
            Bounds(old.high - self.old, self.old - old.low),
        )

    def _combined(self, confidence: float | FloatArray) -> tuple[Bounds, NDArray[np.str_]]:
        (old, made), (new, _) = (side(confidence) for side in self._sides)
        low, high = mover(self.new, new, self.old, old)
        share = self._bounded[:, None]
        low = np.where(share, np.maximum(low, -self._widest), low)
        high = np.where(share, np.minimum(high, self._widest), high)
        undefined = np.isnan(self.value) | np.isnan(low) | np.isnan(high)
        method = np.where(undefined, "none", np.char.add("mover-", made))
        method = np.where(method == "mover-wilson", "newcombe", method)
        bounds = Bounds(np.where(undefined, np.nan, low), np.where(undefined, np.nan, high))
        return bounds, method.astype("<U40")


def value_difference(samples: Samples) -> Difference:
    """Compare the values of both sides.

    Examples
    --------
    >>> from fairkit.counts import Kind
    >>> from fairkit.groups import groupings
    >>> from fairkit.metrics import metric
    >>> one = Counts.from_cells(Kind.DECISIONS, ["sex"], [("F",)], [[56, 14, 0]])
    >>> two = Counts.from_cells(Kind.DECISIONS, ["sex"], [("F",)], [[48, 32, 0]])
    >>> rate = metric("selection_rate", kind=Kind.DECISIONS)
    >>> (found,) = samples_of(two, one, [rate], groupings("sex")[0], Options())
    >>> (low, high), method = value_difference(found).alone(0.95)
    >>> low.round(4).tolist(), high.round(4).tolist(), method.tolist()
    ([[0.0524]], [[0.3339]], [['newcombe']])
    """

    def limits(sample: Sample) -> _Limits:
        return _levelled(sample, sample.evidence.alone, sample.evidence.corrected)

    old, new = (sample.gathered(sample.evidence.values) for sample in (samples.old, samples.new))
    sides = (limits(samples.old), limits(samples.new))
    return Difference(old, new, sides, _shares(samples.metrics), 1.0)


def gap_difference(samples: Samples, comparisons: tuple[Comparison, Comparison]) -> Difference:
    """Compare the gaps of both sides: a difference in differences.

    Parameters
    ----------
    samples : Samples
    comparisons : pair of Comparison
        Every group against its reference, in the old and in the new data.
    """
    both = tuple(zip((samples.old, samples.new), comparisons, strict=True))
    before, after = (sample.gathered(comparison.value) for sample, comparison in both)
    first, second = (_levelled(one, comparison.alone, comparison.corrected) for one, comparison in both)
    return Difference(before, after, (first, second), _shares(samples.metrics), 2.0)


_Limits = Callable[[float | FloatArray], tuple[Bounds, NDArray[np.str_]]]
_Alone = Callable[[float], tuple[Bounds, NDArray[np.str_]]]
_Corrected = Callable[[FloatArray], tuple[Bounds, NDArray[np.str_]]]


def _levelled(sample: Sample, alone: _Alone, corrected: _Corrected) -> _Limits:
    """Give limits of one side in the order of the groups of both."""

    def limits(confidence: float | FloatArray) -> tuple[Bounds, NDArray[np.str_]]:
        if isinstance(confidence, float):
            bounds, method = alone(confidence)
        else:
            bounds, method = corrected(sample.scattered(confidence))
        made = np.take(method, np.maximum(sample.place, 0), axis=-1)
        return Bounds(*map(sample.gathered, bounds)), np.where(sample.place == NOWHERE, "none", made)

    return limits


def _shares(metrics: Sequence[AnyMetric]) -> NDArray[np.bool_]:
    return np.array([isinstance(m, Metric) for m in metrics], bool)


def _union(
    grouping: Grouping, listed: Sequence[tuple[tuple[Level, ...], ...]]
) -> tuple[tuple[Level, ...], ...]:
    """List the groups of both sides in natural order, attribute by attribute."""
    every = dict.fromkeys(levels for own in listed for levels in own)
    order = [
        {level: i for i, level in enumerate(natural_order({levels[k] for levels in every}))}
        for k in range(len(grouping.attributes))
    ]
    return tuple(sorted(every, key=lambda levels: [order[k][level] for k, level in enumerate(levels)]))
