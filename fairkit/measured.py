"""Functionals measured on every group and on all other groups of a grouping, each once.

A functional reads the merged cells of one part of the rows. The cells of "all others" are the total less a
group's own; where what is left is tiny beside what was taken away, it is added up anew, so that nothing is
lost to rounding. Where rows come in clusters, their pulls (:mod:`fairkit.pulls`) give variances, and the
covariance of groups that share clusters.
"""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from fairkit.kinds import AMOUNTS
from fairkit.metrics import Functional, Measured, Part
from fairkit.pulls import (
    ClusterSums,
    Pulls,
    held_by_clusters,
    jackknifed,
    kinds_of_rows,
    left_over,
    spread_out,
)
from fairkit.sides import Side
from fairkit.tables import GroupCells

FloatArray = NDArray[np.float64]
IntArray = NDArray[np.int64]

_CANCELLED = 1e-9


class MergedCells:
    """The cells of one grouping, ordered by group and merged over clusters.

    Parameters
    ----------
    cells : GroupCells

    Examples
    --------
    >>> from fairkit.counts import Kind
    >>> sums = np.array([[3.0, 2, 3, 2, 3, 2], [4.0, 1, 4, 1, 4, 1]])
    >>> group, codes = np.array([0, 1]), np.zeros((2, 0), np.int64)
    >>> merged = MergedCells(GroupCells(Kind.EVENTS, (), group, codes, sums, None, None, 2, 0))
    >>> merged.rest(0)[1].field("numerator").tolist()
    [1.0]
    """

    def __init__(self, cells: GroupCells) -> None:
        order = np.argsort(cells.group, kind="stable")
        self.given = cells
        self.sums = cells.sums[order]
        self.squares = None if cells.squares is None else cells.squares[order]
        self.cluster = None if cells.cluster is None else cells.cluster[order]
        cuts = np.searchsorted(cells.group[order], np.arange(cells.groups + 1))
        self.places = [slice(int(a), int(b)) for a, b in itertools.pairwise(cuts)]
        self.cell, self.codes = _cells(cells.codes[order], [len(axis.levels) for axis in cells.axes])
        tables = [self.sums] if self.squares is None else [self.sums, self.squares]
        self._own = [self._merged(tables, place) for place in self.places]
        self._total = [np.zeros((len(self.codes), self.sums.shape[1])) for _ in tables]
        # Whole numbers of rows subtract exactly; weights and moments may differ by many powers of ten.
        self._cancels = self.squares is not None or cells.kind in AMOUNTS
        self._clustered = [] if self.cluster is None else [self._members(g) for g in range(cells.groups)]
        self._holders = np.zeros(len(self.codes), np.int64)
        for cell, own in self._own:
            self._holders[cell] += 1
            for total, table in zip(self._total, own, strict=True):
                total[cell] += table

    def part(self, group: int) -> tuple[IntArray, Part]:
        """Return the cells of one group, by position, and their sums."""
        cell, tables = self._own[group]
        return cell, self._part(cell, tables)

    def rest(self, group: int) -> tuple[IntArray, Part]:
        """Return the cells of all other groups, by position, and their sums."""
        own, own_tables = self._own[group]
        holders = self._holders.copy()
        holders[own] -= 1
        cell = np.flatnonzero(holders)
        return cell, self._part(
            cell, [self._less(group, i, own, table)[cell] for i, table in enumerate(own_tables)]
        )

    def side(self, metrics: Sequence[Functional]) -> Side:
        """Measure every group."""
        side = Side.blank(len(metrics), len(self.places))
        kinds, held = [kinds_of_rows(m) for m in metrics], [held_by_clusters(m) for m in metrics]
        for g in range(len(self.places)):
            cell, part = self.part(g)
            found = _measured(metrics, part)
            _note(side, g, found, part, kinds)
            if self._clustered:
                rows = self._clustered[g]
                pull = rows.sums.pulled(spread_out(found, cell, len(self.codes)))
                sizes = [[rows.sums.size(columns) for columns in chosen] for chosen in held]
                side.pulls.append(Pulls(rows.cluster, _jackknife(side, pull, sizes, found, part, group=g)))
        return side

    def others(self, metrics: Sequence[Functional], own: Side) -> tuple[Side, FloatArray]:
        """Measure what all groups but one have together, and its covariance with that group, for each."""
        side = Side.blank(len(metrics), len(self.places))
        covariance = np.zeros(side.value.shape)
        kinds, held = [kinds_of_rows(m) for m in metrics], [held_by_clusters(m) for m in metrics]
        total = None
        if self.cluster is not None:
            shape = (self.given.clusters, len(self.codes))
            total = ClusterSums(self.cluster, self.cell, self.sums, shape)
        for g in range(len(self.places)):
            cell, part = self.rest(g)
            found = _measured(metrics, part)
            _note(side, g, found, part, kinds)
            if total is not None:
                influence = spread_out(found, cell, len(self.codes))
                mine = self._clustered[g]
                pull = total.pulled(influence)
                pull[:, mine.cluster] -= mine.sums.pulled(influence)
                sizes = [[_without(total, mine, columns) for columns in chosen] for chosen in held]
                pull = _jackknife(side, pull, sizes, found, part, group=g)
                covariance[:, g] = (own.pulls[g].pull * pull[:, mine.cluster]).sum(axis=1)
        return side, covariance

    def _members(self, group: int) -> _Members:
        place = self.places[group]
        clusters = np.zeros(0, np.int64) if self.cluster is None else self.cluster[place]
        cluster, position = np.unique(clusters, return_inverse=True)
        shape = (len(cluster), len(self.codes))
        return _Members(cluster, ClusterSums(position, self.cell[place], self.sums[place], shape))

    def _part(self, cell: IntArray, tables: Sequence[FloatArray]) -> Part:
        squares = tables[1] if len(tables) > 1 else None
        return Part(self.given.kind, self.given.axes, self.codes[cell], tables[0], squares)

    def _merged(self, tables: Sequence[FloatArray], place: slice) -> tuple[IntArray, list[FloatArray]]:
        cell, position = np.unique(self.cell[place], return_inverse=True)
        if len(cell) == len(position):
            order = np.argsort(position)
            return cell, [table[place][order] for table in tables]
        return cell, [_added(table[place], position, len(cell)) for table in tables]

    def _less(self, group: int, which: int, own: IntArray, table: FloatArray) -> FloatArray:
        """Take one group from the total, without what only rounding leaves, and without losing to it."""
        rest = self._total[which].copy()
        left = rest[own] - table
        small = np.abs(left) < _CANCELLED * np.abs(table)
        rest[own] = np.where(small, 0.0, left)
        if self._cancels and small.any():
            lost = np.zeros(len(rest), bool)
            lost[own[small.any(axis=1) & (self._holders[own] > 1)]] = True
            rest[lost] = 0.0
            for g, (cell, tables) in enumerate(self._own):
                mine = lost[cell]
                if g != group and mine.any():
                    rest[cell[mine]] += tables[which][mine]
        return rest


class _Members(NamedTuple):
    """The clusters of one group, by position, and their sums."""

    cluster: IntArray
    sums: ClusterSums


def covariance_with(side: Side, group: int) -> FloatArray:
    """Return the covariance of every group with one group, shape (metrics, groups); 0 without clusters."""
    found = np.zeros(side.value.shape)
    if side.pulls:
        other = side.pulls[group]
        for g, own in enumerate(side.pulls):
            _, mine, theirs = np.intersect1d(
                own.cluster, other.cluster, assume_unique=True, return_indices=True
            )
            found[:, g] = (own.pull[:, mine] * other.pull[:, theirs]).sum(axis=1)
    return found


def _measured(metrics: Sequence[Functional], part: Part) -> list[Measured]:
    total = part.sums.sum(axis=0)
    nothing = Measured.undefined(part.sums)
    return [nothing if m.why(total) is not None else m.measure(part) for m in metrics]


def _note(
    side: Side, group: int, found: Sequence[Measured], part: Part, kinds: Sequence[Sequence[Sequence[int]]]
) -> None:
    total = part.sums.sum(axis=0)
    squares = total if part.squares is None else part.squares.sum(axis=0)
    for i, (one, needed) in enumerate(zip(found, kinds, strict=True)):
        step = one.influence.max(initial=0.0)
        side.numbers[:, i, group] = one.value, one.variance, one.freedom, step, 1.0
        side.why[i, group] = one.why or ""
        side.units[i, group] = min(
            float(total[columns].sum() ** 2 / squares[columns].sum()) if squares[columns].any() else 0.0
            for columns in map(list, needed)
        )


def _jackknife(
    side: Side,
    pull: FloatArray,
    sizes: Sequence[Sequence[FloatArray]],
    found: Sequence[Measured],
    part: Part,
    *,
    group: int,
) -> FloatArray:
    """Replace variances and degrees of freedom by those of clusters, and return the pulls behind them."""
    pulls = np.zeros(pull.shape)
    for i, one in enumerate(found):
        movable = float(np.abs(part.sums * one.influence).sum())
        clustered = jackknifed(pull[i], sizes[i], movable)
        pulls[i] = clustered.pull
        alone = clustered.variance > 0 and one.variance > 0
        side.worth[i, group] = min(one.variance / clustered.variance, 1.0) if alone else 1.0
        side.variance[i, group], side.freedom[i, group] = clustered.variance, clustered.freedom
        side.units[i, group] = clustered.clusters
    return pulls


def _without(total: ClusterSums, mine: _Members, columns: Sequence[int]) -> FloatArray:
    size = total.size(columns).copy()
    size[mine.cluster] = left_over(size[mine.cluster], mine.sums.size(columns))
    return size


def _cells(codes: IntArray, sizes: Sequence[int]) -> tuple[IntArray, IntArray]:
    """Give every entry the number of its cell, and every cell its codes."""
    flat = np.zeros(len(codes), np.int64)
    for size, column in zip(sizes, codes.T, strict=True):
        flat = flat * size + column
    known, cell = np.unique(flat, return_inverse=True)
    found = np.zeros((len(known), len(sizes)), np.int64)
    for i in range(len(sizes) - 1, -1, -1):
        known, found[:, i] = np.divmod(known, sizes[i])
    return np.asarray(cell, np.int64), found


def _added(table: FloatArray, position: IntArray, length: int) -> FloatArray:
    return np.column_stack([np.bincount(position, column, length) for column in table.T])
