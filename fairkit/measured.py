"""Functionals measured on every group and on all other groups, with how far clusters pull them.

A functional reads the merged cells of one part of the rows. The cells of "all others" are the total less a
group's own; where what is left is tiny beside what was taken away, it is added up anew, so that nothing is
lost to rounding. Clustered rows give one pull per cluster, the cluster's sums times the functional's
influence, and groups that share clusters keep the correlation of their pulls.
"""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from fairkit.counts import FIELDS
from fairkit.metrics import Functional, Measured, Part
from fairkit.residuals import AGREED, FEWEST
from fairkit.tables import GroupCells

FloatArray = NDArray[np.float64]
IntArray = NDArray[np.int64]

_CANCELLED = 1e-6


class Pulls(NamedTuple):
    """How far the clusters of one part pull each metric: the squares sum to the variance.

    `cluster` has positions in ascending order, shape (k,); `pull` has shape (metrics, k).
    """

    cluster: IntArray
    pull: FloatArray


@dataclass(frozen=True, slots=True)
class Side:
    """One side of contrasts: what was measured of every group.

    Parameters
    ----------
    numbers : array, shape (5, metrics, groups)
        Values, variances, degrees of freedom, steps and worths; NaN where undefined.
    clusters : array of int64, shape (metrics, groups)
        Clusters that matter to a metric.
    why : array of str, shape (metrics, groups)
        Why a functional has no value, where the sums alone do not show it; empty elsewhere.
    pulls : list of Pulls
        One for each group where rows are clustered.
    """

    numbers: FloatArray
    clusters: IntArray
    why: NDArray[np.str_]
    pulls: list[Pulls]

    @property
    def value(self) -> FloatArray:
        """Values."""
        return np.asarray(self.numbers[0])

    @property
    def variance(self) -> FloatArray:
        """Variances of the values."""
        return np.asarray(self.numbers[1])

    @property
    def freedom(self) -> FloatArray:
        """Degrees of freedom of the variances."""
        return np.asarray(self.numbers[2])

    @property
    def step(self) -> FloatArray:
        """The largest influence of any sum: for events per exposure, what one more event adds."""
        return np.asarray(self.numbers[3])

    @property
    def worth(self) -> FloatArray:
        """The share of independent rows that clustered rows are worth; 1 without clusters."""
        return np.asarray(self.numbers[4])

    @classmethod
    def blank(cls, metrics: int, groups: int) -> Side:
        """Return a side on which nothing has been measured yet."""
        shape = (metrics, groups)
        return cls(np.full((5, *shape), np.nan), np.zeros(shape, np.int64), np.full(shape, "", "<U24"), [])

    def rows(self, chosen: Sequence[int]) -> Side:
        """Return some of the metrics."""
        index = list(chosen)
        pulls = [Pulls(one.cluster, one.pull[index]) for one in self.pulls]
        return Side(self.numbers[:, index], self.clusters[index], self.why[index], pulls)

    def at(self, group: int) -> Side:
        """Return the side on which one group stands opposite every other."""
        groups = np.full(self.value.shape[1], group)
        return Side(self.numbers[:, :, groups], self.clusters[:, groups], self.why[:, groups], [])

    def take(self, metrics: NDArray[np.bool_], source: Side) -> None:
        """Take over what another side knows of some metrics."""
        self.numbers[:, metrics] = source.numbers[:, metrics]
        self.clusters[metrics], self.why[metrics] = source.clusters[metrics], source.why[metrics]


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
        for g, place in enumerate(self.places):
            cell, part = self.part(g)
            found = [_measured(m, part) for m in metrics]
            _note(side, g, found)
            if self.cluster is not None:
                cluster, position = np.unique(self.cluster[place], return_inverse=True)
                moved, mass = self._moved(metrics, found, cell, place, (position, len(cluster)))
                side.pulls.append(Pulls(cluster, _spread(side, g, moved, mass)))
        return side

    def others(self, metrics: Sequence[Functional], own: Side) -> tuple[Side, FloatArray]:
        """Measure what all groups but one have together, and its covariance with that group, for each."""
        side = Side.blank(len(metrics), len(self.places))
        covariance = np.zeros(side.value.shape)
        every = slice(0, len(self.sums))
        for g, place in enumerate(self.places):
            cell, part = self.rest(g)
            found = [_measured(m, part) for m in metrics]
            _note(side, g, found)
            if self.cluster is not None:
                count = self.given.clusters
                moved, mass = self._moved(metrics, found, cell, every, (self.cluster, count))
                mine, my_mass = self._moved(metrics, found, cell, place, (self.cluster[place], count))
                pull = _spread(side, g, moved - mine, mass - my_mass)
                covariance[:, g] = (own.pulls[g].pull * pull[:, own.pulls[g].cluster]).sum(axis=1)
        return side, covariance

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
        """Take one group from the total, and add up anew what would be lost to rounding."""
        rest = self._total[which].copy()
        rest[own] -= table
        cancelled = (np.abs(rest[own]) < _CANCELLED * np.abs(table)).any(axis=1) & (self._holders[own] > 1)
        if cancelled.any():
            lost = np.zeros(len(rest), bool)
            lost[own[cancelled]] = True
            rest[lost] = 0.0
            for g, (cell, tables) in enumerate(self._own):
                mine = lost[cell]
                if g != group and mine.any():
                    rest[cell[mine]] += tables[which][mine]
        return rest

    def _moved(
        self,
        metrics: Sequence[Functional],
        found: Sequence[Measured],
        cell: IntArray,
        place: slice,
        grouped: tuple[IntArray, int],
    ) -> tuple[FloatArray, FloatArray]:
        """Add up by cluster how far the rows move each metric and by how much at most, and their sizes.

        Shapes (metrics, 2, clusters) and (metrics, kinds of rows, clusters), the last kind repeated.
        """
        position, clusters = grouped
        kinds = [_kinds(m) for m in metrics]
        moved = np.zeros((len(metrics), 2, clusters))
        mass = np.zeros((len(metrics), max(map(len, kinds)), clusters))
        sums, cells = self.sums[place], self.cell[place]
        for i, measured in enumerate(found):
            columns = np.flatnonzero(measured.influence.any(axis=0))
            influence = np.zeros((len(self.codes), len(columns)))
            influence[cell] = measured.influence[:, columns]
            terms = sums[:, columns] * influence[cells]
            moved[i, 0] = np.bincount(position, terms.sum(axis=1), clusters)
            moved[i, 1] = np.bincount(position, np.abs(terms).sum(axis=1), clusters)
            for j in range(mass.shape[1]):
                chosen = kinds[i][min(j, len(kinds[i]) - 1)]
                mass[i, j] = np.bincount(position, sums[:, chosen].sum(axis=1), clusters)
        return moved, mass


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


def _kinds(metric: Functional) -> list[list[int]]:
    """List the columns of each kind of rows that a metric cannot do without; all together if none is."""
    fields = FIELDS[metric.kind]
    columns = [fields.index(field) for field in metric.size]
    needed = []
    for column in columns:
        without = np.zeros(len(fields))
        without[[other for other in columns if other != column]] = 1.0
        if metric.why(without) is not None:
            needed.append([column])
    return needed or [columns]


def _measured(metric: Functional, part: Part) -> Measured:
    if metric.why(part.sums.sum(axis=0)) is not None:
        return Measured.undefined(part.sums)
    return metric.measure(part)


def _note(side: Side, group: int, found: Sequence[Measured]) -> None:
    for i, one in enumerate(found):
        side.value[i, group] = one.value
        side.variance[i, group], side.freedom[i, group] = one.variance, one.freedom
        side.step[i, group], side.worth[i, group] = one.influence.max(initial=0.0), 1.0
        side.why[i, group] = one.why or ""


def _spread(side: Side, group: int, moved: FloatArray, mass: FloatArray) -> FloatArray:
    r"""Replace variance and degrees of freedom by those of clusters, and return the pulls they stand on.

    A cluster with the share h of the rows pulls by :math:`\sqrt{(C-1)/C}` times its influence over
    :math:`1 - h`, the jackknife over C clusters, with :math:`1 / \sum h^2 - 1` degrees of freedom (as in
    :mod:`fairkit.residuals`). Where rows of several kinds count, the kind in fewest hands decides.
    """
    rounding = AGREED * moved[:, 1]
    pull = np.where(np.abs(moved[:, 0]) <= rounding, 0.0, moved[:, 0])
    counted = (moved[:, 1] > 0).sum(axis=1)
    with np.errstate(divide="ignore", invalid="ignore"):
        share = np.nan_to_num(mass / mass.sum(axis=2, keepdims=True))
        freedom = np.maximum(1 / (share**2).sum(axis=2) - 1, 1.0).min(axis=1)
        widest = share.max(axis=1)
        pull = np.sqrt((counted - 1) / counted)[:, None] * pull / (1 - widest)
    kinds = (mass > 0).sum(axis=2).min(axis=1)
    usable = (kinds >= FEWEST) & (widest.max(axis=1) < 1)
    side.clusters[:, group] = np.where(usable, kinds, np.minimum(kinds, FEWEST - 1))
    pull = np.where(usable[:, None], np.nan_to_num(pull), 0.0)
    variance = (pull**2).sum(axis=1)
    with np.errstate(divide="ignore", invalid="ignore"):
        side.worth[:, group] = np.fmin(np.where(variance > 0, side.variance[:, group] / variance, 1.0), 1.0)
    side.variance[:, group] = np.where(usable, variance, np.nan)
    side.freedom[:, group] = np.where(usable, freedom, np.nan)
    return pull


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
