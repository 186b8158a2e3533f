"""Gaps of groups that nobody knows exactly: their bounds, and limits of the bounds.

At either end of its bounds a gap is a contrast of two disjoint sets of rows, each sorted by what is seen of
it. So every end has the limits of a contrast: exact limits of two independent shares, or those of clustered
samples, of which the lower one is kept for the lower end and the upper one for the upper end.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from fairkit.contrasts import reference_positions, why_undefined
from fairkit.corrections import Correction, Decided, decide_limits
from fairkit.evidence import Compare, Comparison, Evidence, IndependentRows, Options
from fairkit.findings import Margins
from fairkit.groups import Reference
from fairkit.inference import Bounds, mover, mover_ratio
from fairkit.metrics import Metric, Why
from fairkit.missing.allocation import Belonging, Extreme, Pools, allocated, extreme, favoured
from fairkit.shares import REST, Sample
from fairkit.tables import ClusterRows, GroupTable

FloatArray = NDArray[np.float64]
IntArray = NDArray[np.int64]

_Limits = Callable[[FloatArray], Bounds]


class Gaps:
    """The bounds of every gap; arrays of shape (metrics, groups), NaN for the reference itself.

    Parameters
    ----------
    metrics : sequence of Metric
    table : GroupTable
        Cells with missing levels among its groups.
    belonging : Belonging
        Of that table.
    reference : array of int64, shape (metrics,)
        Position among the groups of `belonging`, or REST.
    compare : {"difference", "ratio"}

    Attributes
    ----------
    low, high : array
        Sharp bounds; NaN where no allocation gives both sides a value, infinite where a ratio is unbounded.
    """

    def __init__(
        self,
        metrics: Sequence[Metric],
        table: GroupTable,
        belonging: Belonging,
        reference: IntArray,
        compare: Compare,
    ) -> None:
        self.metrics = tuple(metrics)
        self.table = table
        self.belonging = belonging
        self.reference = reference
        self.compare = compare
        self.rows = self._pools(table.rows)
        self._sums = self.rows if table.squares is None else self._pools(table.sums)
        self._squares = None if table.squares is None else self._pools(table.squares)
        weighted = None if table.squares is None else self.rows
        self._ends = tuple(
            extreme(self.metrics, self._sums, weighted, largest=largest) for largest in (False, True)
        )
        self.low, self.high = self._bounds(*self._ends)
        self._limits: tuple[_Limits, _Limits] | None = None

    def corrected(self, confidence: FloatArray) -> tuple[Bounds, NDArray[np.str_]]:
        """Take the lower limit of each lower bound and the upper limit of each upper bound."""
        if self._limits is None:
            sides = self._independent if self.table.clusters is None else self._clustered
            self._limits = (sides(largest=False), sides(largest=True))
        low, high = (limits(confidence)[side] for side, limits in enumerate(self._limits))
        lowest, highest = (-1.0, 1.0) if self.compare == "difference" else (0.0, np.inf)
        low = np.where(self._ends[0].regular, low, lowest)
        high = np.where(self._ends[1].regular & np.isfinite(self.high), high, highest)
        unknown = np.isnan(self.low) | np.isnan(low) | np.isnan(high)
        bounds = Bounds(*(np.where(unknown, np.nan, np.clip(x, lowest, highest)) for x in (low, high)))
        return bounds, np.full(self.low.shape, "bounds", dtype="<U24")

    def undecided(self, i: int) -> IntArray:
        """Count the rows of a metric's denominator that may or may not be each group's."""
        pools = self.rows[i]
        return self.metrics[i].denominators(pools.own_spare + pools.shared).astype(np.int64)

    def why(self, i: int, g: int) -> Why:
        """Say why no allocation gives the contrast a value."""
        pools, m = self._sums[i], self.metrics[i]
        own = m.why((pools.own + pools.own_spare + pools.shared)[g])
        if own is not None:
            return own
        other = m.why((pools.other + pools.other_spare + pools.shared)[g])
        zero = other is None and self.compare == "ratio" and self._ends[0].other[i, g] == 0
        return Why.REFERENCE_ZERO if zero else Why.REFERENCE_UNDEFINED

    def _pools(self, table: FloatArray | IntArray) -> list[Pools]:
        found = {int(r): self.belonging.pools(table, int(r)) for r in np.unique(self.reference)}
        return [found[int(r)] for r in self.reference]

    def _bounds(self, smallest: Extreme, largest: Extreme) -> tuple[FloatArray, FloatArray]:
        if self.compare == "difference":
            low, high = smallest.own - smallest.other, largest.own - largest.other
        else:
            with np.errstate(divide="ignore", invalid="ignore"):
                low, high = smallest.own / smallest.other, largest.own / largest.other
            # Even the largest reference is 0: a ratio to it is never defined. If only the smallest is, it is
            # as large as you like, or 0 where the group has 0 whatever it is given.
            low[smallest.other == 0] = np.nan
            high[(largest.other == 0) & (largest.own == 0)] = 0.0
        itself = self.reference[:, None] == np.arange(low.shape[1])
        undefined = np.isnan(low) | np.isnan(high) | (itself & (self.reference[:, None] != REST))
        return np.where(undefined, np.nan, low), np.where(undefined, np.nan, high)

    def _independent(self, *, largest: bool) -> _Limits:
        sides: list[tuple[Sample, Sample]] = []
        for i, m in enumerate(self.metrics):
            wanted = favoured(m, largest=largest)
            sums = allocated(self._sums[i], wanted)
            squares = (None, None) if self._squares is None else allocated(self._squares[i], wanted)
            own, other = (Sample.of([m], *side) for side in zip(sums, squares, strict=True))
            sides.append((own, other))
        own, other = (
            Sample(
                self.metrics,
                np.concatenate([sample.hits for sample in column]),
                np.concatenate([sample.trials for sample in column]),
            )
            for column in zip(*sides, strict=True)
        )
        combine = mover if self.compare == "difference" else mover_ratio

        def limits(confidence: FloatArray) -> Bounds:
            return combine(
                own.values(),
                own.limits(confidence, exact=True),
                other.values(),
                other.limits(confidence, exact=True),
            )

        return limits

    def _clustered(self, *, largest: bool) -> _Limits:
        from fairkit.clustered import ClusteredContrasts
        from fairkit.residuals import linearised

        rows = self.table.clusters
        if rows is None:
            raise ValueError("the table has no clusters")
        groups = np.arange(len(self.belonging.groups))
        found = [ClusteredContrasts((m,), len(groups), self.compare) for m in self.metrics]
        for g in groups.tolist():
            pools = {int(r): self._by_cluster(rows, g, int(r)) for r in np.unique(self.reference) if r != g}
            for i, m in enumerate(self.metrics):
                r = int(self.reference[i])
                if r != g:
                    sides = allocated(pools[r], favoured(m, largest=largest))
                    found[i].add(0, g, *(linearised((m,), side) for side in sides))

        def limits(confidence: FloatArray) -> Bounds:
            parts = [
                contrasts.corrected(level[None])[0]
                for contrasts, level in zip(found, confidence, strict=True)
            ]
            return Bounds(*(np.concatenate(side) for side in zip(*parts, strict=True)))

        return limits

    def _by_cluster(self, rows: ClusterRows, group: int, reference: int) -> Pools:
        """Sum the rows of each pool by cluster, each of shape (clusters, fields)."""
        made = []
        for role in self.belonging.roles(np.array([group]), reference):
            chosen = role[0][rows.group]
            sums = np.zeros((rows.clusters, rows.sums.shape[1]))
            np.add.at(sums, rows.cluster[chosen], rows.sums[chosen])
            made.append(sums)
        return Pools(*made)


class JudgedGaps(NamedTuple):
    """The gaps of one grouping, beside what the complete cases alone would say.

    Parameters
    ----------
    gaps : Gaps
    complete : GroupTable
        The groups, without the rows where an attribute is missing.
    contrast : Comparison
        Of the complete cases.
    reference : array of int64, shape (metrics,)
    margins : Margins
    of_complete, of_gaps : Decided
        Intervals that decide: of the contrasts, and the limits of the bounds.
    """

    gaps: Gaps
    complete: GroupTable
    contrast: Comparison
    reference: IntArray
    margins: Margins
    of_complete: Decided
    of_gaps: Decided

    def numbers(self) -> tuple[FloatArray, ...]:
        """Return complete cases, bounds, limits and their level, each of shape (metrics, groups)."""
        limits = self.of_gaps
        return self.contrast.value, self.gaps.low, self.gaps.high, limits.low, limits.high, limits.level

    def verdicts(self) -> tuple[NDArray[np.str_], ...]:
        """Return what complete cases, bounds and limits say, each of shape (metrics, groups)."""
        found = []
        for one in (self.of_complete, self.gaps, self.of_gaps):
            beyond = (one.low > self.margins.high) | (one.high < self.margins.low)
            inside = (one.low >= self.margins.low) & (one.high <= self.margins.high)
            found.append(np.where(beyond, "disparity", np.where(inside, "parity", "inconclusive")))
        return tuple(found)

    def why_undefined(self, i: int, g: int) -> Why:
        """Say why a gap has no bounds, or the complete cases no contrast."""
        if np.isnan(self.gaps.low[i, g]):
            return self.gaps.why(i, g)
        place = int(self.reference[i])
        return why_undefined(self.gaps.metrics[i], self.complete, g, place)


def judge_gaps(
    metrics: Sequence[Metric],
    table: GroupTable,
    belonging: Belonging,
    reference: Reference,
    *,
    compare: Compare,
    margins: Margins | None,
    confidence: float,
    correction: Correction,
) -> JudgedGaps:
    """Judge the limits of every gap by the rules of findings; see :func:`fairkit.missing.gap_bounds`."""
    complete = _chosen(table, belonging.groups)
    evidence = evidence_of(metrics, complete)
    position = reference_positions(metrics, complete, reference, evidence.values)
    if margins is None:
        own = [(-m.margin, m.margin) if compare == "difference" else m.margin_ratio for m in metrics]
        margins = Margins(*np.array(own, np.float64).T[:, :, None])
    gaps = Gaps(metrics, table, belonging, position, compare)
    contrast = evidence.against(position, compare)
    selected = reference == "best"
    hypotheses = _hypotheses(gaps.low, position, belonging, selected=selected)
    of_complete, of_gaps = (
        decide_limits(
            one,
            *margins,
            confidence=confidence,
            correction=correction,
            hypotheses=hypotheses,
            step_down=not selected,
        )
        for one in (_Exact(contrast.value, contrast), _Exact(gaps.low, gaps))
    )
    return JudgedGaps(gaps, complete, contrast, position, margins, of_complete, of_gaps)


def evidence_of(metrics: Sequence[Metric], table: GroupTable) -> Evidence:
    """Return the evidence of shares, of independent rows or by clusters."""
    if table.clusters is None:
        return IndependentRows(metrics, table, Options())
    from fairkit.clustered import ClusteredRows

    return ClusteredRows(metrics, table, Options())


class _Exact:
    """Limits of a comparison, exact also for a contrast that is its whole family.

    Parameters
    ----------
    value : array, shape (metrics, groups)
    comparison : Comparison or Gaps
    """

    def __init__(self, value: FloatArray, comparison: Comparison | Gaps) -> None:
        self.value = value
        self._comparison = comparison

    def corrected(self, confidence: FloatArray) -> tuple[Bounds, NDArray[np.str_]]:
        """Take the limits of the comparison, each at a level of its own."""
        return self._comparison.corrected(confidence)

    def alone(self, confidence: float) -> tuple[Bounds, NDArray[np.str_]]:
        """Take the same limits at one level."""
        return self.corrected(np.full(self.value.shape, confidence))


def _chosen(table: GroupTable, cells: IntArray) -> GroupTable:
    """Keep some of the groups of a table."""
    clusters = None
    if table.clusters is not None:
        position = np.full(len(table.levels), -1)
        position[cells] = np.arange(len(cells))
        own = position[table.clusters.group]
        kept = own >= 0
        clusters = replace(
            table.clusters,
            cluster=table.clusters.cluster[kept],
            group=own[kept],
            sums=table.clusters.sums[kept],
        )
    return replace(
        table,
        levels=tuple(table.levels[i] for i in cells),
        names=tuple(table.names[i] for i in cells),
        sums=table.sums[cells],
        squares=None if table.squares is None else table.squares[cells],
        rows=table.rows[cells],
        clusters=clusters,
    )


def _hypotheses(low: FloatArray, reference: IntArray, belonging: Belonging, *, selected: bool) -> IntArray:
    """Count the hypotheses of each family; two groups that mirror each other ask one question."""
    defined = (~np.isnan(low)).sum(axis=1)
    if selected:
        return np.asarray(np.maximum(defined * (defined + 1) // 2, 1), np.int64)
    mirrored = (belonging.possible == 2) & (reference == REST)
    return np.asarray(np.maximum(np.where(mirrored, np.minimum(defined, 1), defined), 1), np.int64)
