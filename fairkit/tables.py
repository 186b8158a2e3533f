"""The groups of one grouping as plain arrays: what metrics and intervals are computed on.

Counts know attributes and levels; inference knows only arrays. This module stands between them: it sums the
counts to the groups of one grouping, adds declared groups without rows, and keeps the sums by cluster where
rows are clustered.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from fairkit.counts import FIELDS, Axis, Counts, Kind, Level
from fairkit.groups import Grouping, group_name, listed_groups, placed
from fairkit.metrics import Part

FloatArray = NDArray[np.float64]
IntArray = NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class ClusterRows:
    """Sums by cluster and group: one row for each pair that occurs.

    Parameters
    ----------
    cluster, group : array of int64, shape (rows,)
        Positions of the row's cluster and group.
    sums : array of float64, shape (rows, fields)
    clusters : int
        Number of clusters of the whole table.
    """

    cluster: IntArray
    group: IntArray
    sums: FloatArray
    clusters: int

    def per_group(self, groups: int) -> IntArray:
        """Count the clusters of each group, shape (groups,)."""
        return np.bincount(self.group, minlength=groups).astype(np.int64)


@dataclass(frozen=True, slots=True)
class GroupTable:
    """Sums of the groups of one grouping.

    Parameters
    ----------
    grouping : Grouping
    kind : Kind
    levels : tuple of level tuples, one per group
    names : tuple of str
        Names of the groups, in the order of the arrays.
    sums : array of float64, shape (groups, fields)
    squares : array of float64 or None, shape (groups, fields)
        Sums of squared weights.
    rows : array of int64, shape (groups, fields)
    clusters : ClusterRows or None
    """

    grouping: Grouping
    kind: Kind
    levels: tuple[tuple[Level, ...], ...]
    names: tuple[str, ...]
    sums: FloatArray
    squares: FloatArray | None
    rows: IntArray
    clusters: ClusterRows | None

    @property
    def used_rows(self) -> IntArray:
        """Rows of each group that metrics can use, shape (groups,)."""
        return np.asarray(self.rows[:, : len(FIELDS[self.kind])].sum(axis=1), np.int64)


@dataclass(frozen=True, slots=True)
class GroupCells:
    """Sums of the groups of one grouping, cell by cell along the axes and cluster by cluster.

    Parameters
    ----------
    kind : Kind
    axes : tuple of Axis
    group : array of int64, shape (entries,)
        Position of the group in the `GroupTable` of the same grouping.
    codes : array of int64, shape (entries, axes)
    sums : array of float64, shape (entries, fields of FIELDS)
    squares : array of float64 or None, shape (entries, fields)
    cluster : array of int64 or None, shape (entries,)
    groups, clusters : int
        How many there are.
    """

    kind: Kind
    axes: tuple[Axis, ...]
    group: IntArray
    codes: IntArray
    sums: FloatArray
    squares: FloatArray | None
    cluster: IntArray | None
    groups: int
    clusters: int

    def part(self, group: int) -> Part:
        """Return the sums of one group."""
        return self.chosen(self.group == group)

    def rest(self, group: int) -> Part:
        """Return the sums of all other groups."""
        return self.chosen(self.group != group)

    def chosen(self, entries: NDArray[np.bool_]) -> Part:
        """Return the sums of some of the entries."""
        squares = None if self.squares is None else self.squares[entries]
        return Part(self.kind, self.axes, self.codes[entries], self.sums[entries], squares)


def group_cells(counts: Counts, grouping: Grouping) -> GroupCells:
    """Sum counts to the groups of one grouping, keeping axes and clusters.

    Parameters
    ----------
    counts : Counts
    grouping : Grouping

    Examples
    --------
    >>> from fairkit.groups import groupings
    >>> counts = Counts.from_cells(
    ...     Kind.CLASSES, ["sex"], [("F",), ("M",)], [[3, 0, 0, 0], [2, 0, 0, 0]],
    ...     axes=[Axis("label", ()), Axis("decision", ())], axis_cells=[("cat", "dog"), ("cat", "cat")],
    ... )
    >>> cells = group_cells(counts, groupings("sex")[0])
    >>> cells.part(1).sums.tolist(), cells.rest(1).codes.tolist()
    ([[2.0]], [[0, 1]])
    """
    total = counts.marginal(grouping.names, keep_clusters=True)
    levels = listed_groups(grouping, total)
    used = len(FIELDS[counts.kind])
    present = total.row_counts[:, :used].any(axis=1)
    own = placed(total, levels)[present]
    sums = total.values[present, :used].astype(np.float64)
    squares = None if total.squares is None else total.squares[present, :used]
    codes = np.zeros((len(own), 0), np.int64) if total.axis_codes is None else total.axis_codes[present]
    cluster = None if total.clusters is None else total.clusters[present]
    return GroupCells(
        counts.kind,
        total.axes,
        own,
        codes,
        sums,
        squares,
        cluster,
        len(levels),
        len(total.cluster_ids),
    )


def used_rows(counts: Counts) -> int:
    """Count the rows that metrics of the counts' kind can use.

    Examples
    --------
    >>> used_rows(Counts.from_cells(Kind.DECISIONS, ["sex"], [("F",)], [[3, 1, 2]]))
    4
    """
    return int(counts.row_counts[:, : len(FIELDS[counts.kind])].sum())


def group_table(counts: Counts, grouping: Grouping) -> GroupTable:
    """Sum counts to the groups of one grouping.

    Parameters
    ----------
    counts : Counts
        Counts by at least the attributes of the grouping.
    grouping : Grouping

    Examples
    --------
    >>> from fairkit.groups import groupings
    >>> counts = Counts.from_cells(
    ...     Kind.DECISIONS, ["sex", "race"], [("F", "A"), ("M", "A")], [[3, 1, 0], [2, 2, 0]]
    ... )
    >>> table = group_table(counts, groupings("race")[0])
    >>> table.names, table.sums.tolist()
    (('race=A',), [[5.0, 3.0, 0.0]])
    """
    total = counts.marginal(grouping.names, keep_axes=False)
    levels = listed_groups(grouping, total)
    position = placed(total, levels)
    shape = (len(levels), len(total.fields))
    sums = np.zeros(shape)
    rows = np.zeros(shape, np.int64)
    sums[position] = total.values
    rows[position] = total.row_counts
    squares = None
    if total.squares is not None:
        squares = np.zeros(shape)
        squares[position] = total.squares
    clusters = None
    if counts.clusters is not None:
        by_cluster = counts.marginal(grouping.names, keep_clusters=True, keep_axes=False)
        if by_cluster.clusters is not None:
            own = placed(by_cluster, levels)
            used = len(FIELDS[counts.kind])
            present = by_cluster.values[:, :used].any(axis=1)
            # Effective rows are counted in rows: weights are brought to a mean of one.
            scale = by_cluster.row_counts.sum() / by_cluster.values.sum() if present.any() else 1.0
            clusters = ClusterRows(
                by_cluster.clusters[present],
                own[present],
                by_cluster.values[present] * float(scale),
                len(by_cluster.cluster_ids),
            )
    names = tuple(group_name(grouping.names, group) for group in levels)
    return GroupTable(grouping, counts.kind, levels, names, sums, squares, rows, clusters)


def numbers(values: NDArray[np.float64] | NDArray[np.int64]) -> list[float | None]:
    """List values for a report: None where a number is undefined or unbounded, so that no NaN ever leaves."""
    listed = values.astype(object)
    listed[~np.isfinite(values)] = None
    return list(listed.tolist())
