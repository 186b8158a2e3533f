"""Counts: a mergeable table of sums, one row per group (or per group and cluster).

Rows of data are read once and become Counts; everything after that works on this table alone. It only adds:
``a + b`` merges the tables of two parts of the data, and :meth:`Counts.marginal` sums attributes out. So the
same table can come from any engine, from many machines or from several owners, and a baseline can be stored
without any rows.

The table is kept in one canonical form (levels in natural order, missing last; cells in that order; no empty
cell), so that equal data give equal tables whatever engine, order or split they came in.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import reduce
from typing import Any

import numpy as np
from numpy.typing import NDArray

from fairkit._axes import Axis as Axis  # noqa: PLC0414 - exported again
from fairkit._axes import joined
from fairkit._levels import Level as Level  # noqa: PLC0414 - exported again
from fairkit._levels import add_runs, encode, recode, runs, translate, used_levels
from fairkit._levels import natural_order as natural_order  # noqa: PLC0414 - exported again
from fairkit.errors import DataError, unknown_name
from fairkit.kinds import FIELDS as FIELDS  # noqa: PLC0414 - exported again
from fairkit.kinds import LEFT_OUT as LEFT_OUT  # noqa: PLC0414 - exported again
from fairkit.kinds import ROW_FIELDS
from fairkit.kinds import Kind as Kind  # noqa: PLC0414 - exported again


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class Counts:
    """Sums by group, in canonical form. Build it with :meth:`from_cells` or :func:`fairkit.frames.count`.

    Parameters
    ----------
    kind : Kind
        What is summed; decides the columns.
    attributes : tuple of str
        Names of the attributes, one per column of `codes`.
    levels : tuple of tuple of (str or None)
        Levels of each attribute in natural order; None (missing) last.
    codes : array of int64, shape (cells, attributes)
        Position of each cell's level in `levels`.
    values : array, shape (cells, fields)
        Sums in the order of :attr:`fields`: int64 rows, or float64 sums of weights.
    squares : array of float64 or None, shape (cells, fields)
        Sums of squared weights; None for unweighted data.
    rows : array of int64 or None, shape (cells, fields)
        Rows behind each sum of weights (0 in fields that count no rows); None for unweighted data, where
        `values` have the rows.
    clusters : array of int64 or None, shape (cells,)
        Position of each cell's cluster in `cluster_ids`.
    cluster_ids : tuple of str
        Identifiers of the clusters (speakers, customers) in natural order; empty without clusters.
    clusters_lost : bool
        Whether the rows were clustered and the clusters were summed out: values hold, but no interval can be
        made of them.
    axes : tuple of Axis
        Keys inside a group that metrics look along, such as the score; without them a group is one cell.
    axis_codes : array of int64 or None, shape (cells, axes)
        Position of each cell's levels on the axes; None without axes.

    Examples
    --------
    >>> a = Counts.from_cells(Kind.DECISIONS, ["sex"], [("F",), ("M",)], [[3, 1, 0], [2, 2, 0]])
    >>> b = Counts.from_cells(Kind.DECISIONS, ["sex"], [("F",), (None,)], [[1, 1, 0], [0, 1, 2]])
    >>> merged = a + b
    >>> merged.groups()
    (('F',), ('M',), (None,))
    >>> merged.values.tolist()
    [[4, 2, 0], [2, 2, 0], [0, 1, 2]]
    >>> merged.marginal([]).values.tolist()
    [[6, 5, 2]]
    """

    kind: Kind
    attributes: tuple[str, ...]
    levels: tuple[tuple[Level, ...], ...]
    codes: NDArray[np.int64]
    values: NDArray[Any]
    squares: NDArray[np.float64] | None = None
    rows: NDArray[np.int64] | None = None
    clusters: NDArray[np.int64] | None = None
    cluster_ids: tuple[str, ...] = ()
    clusters_lost: bool = False
    axes: tuple[Axis, ...] = ()
    axis_codes: NDArray[np.int64] | None = None

    @classmethod
    def from_cells(
        cls,
        kind: Kind,
        attributes: Sequence[str],
        cells: Sequence[Sequence[Level]],
        values: Any,
        *,
        squares: Any = None,
        rows: Any = None,
        clusters: Sequence[str] | None = None,
        axes: Sequence[Axis] = (),
        axis_cells: Sequence[Sequence[Level]] | None = None,
    ) -> Counts:
        """Build the canonical table from cells in any order; cells named twice are added.

        Parameters
        ----------
        kind : Kind
        attributes : sequence of str
        cells : sequence of level tuples, one per row of `values`
        values, squares, rows : array-like, shape (cells, fields)
            Fields in the order of ``FIELDS[kind] + LEFT_OUT[kind]``.
        clusters : sequence of str, optional
            The cluster of each cell.
        axes : sequence of Axis
            Their names and widths; which levels there are is seen from `axis_cells`.
        axis_cells : sequence of level tuples, optional
            The levels of each cell on the axes.

        Raises
        ------
        DataError
            The shapes do not fit the kind.
        """
        width = len(FIELDS[kind]) + len(LEFT_OUT[kind])
        table = np.asarray(values)
        if table.ndim != 2 or table.shape != (len(cells), width):
            raise DataError(
                f"counts of kind '{kind}' need a table of {len(cells)} cells × {width} fields, "
                f"got shape {table.shape}."
            )
        columns = list(zip(*cells, strict=True)) if cells else [()] * len(attributes)
        encoded = [encode(column) for column in columns] if attributes else []
        ids: tuple[str, ...] = ()
        cluster_codes = None
        if clusters is not None:
            named, cluster_codes = encode([str(cluster) for cluster in clusters])
            ids = tuple(str(cluster) for cluster in named)
        inner = list(zip(*(axis_cells or ()), strict=True)) if cells else [()] * len(axes)
        placed = [encode(column) for column in inner]
        return cls.from_codes(
            kind,
            tuple(attributes),
            tuple(levels for levels, _ in encoded),
            np.column_stack([codes for _, codes in encoded])
            if encoded
            else np.zeros((len(cells), 0), np.int64),
            table,
            squares=None if squares is None else np.asarray(squares, np.float64),
            rows=None if rows is None else np.asarray(rows, np.int64),
            clusters=cluster_codes,
            cluster_ids=ids,
            axes=tuple(replace(axis, levels=levels) for axis, (levels, _) in zip(axes, placed, strict=True)),
            axis_codes=np.column_stack([codes for _, codes in placed]) if placed else None,
        )

    @classmethod
    def from_codes(
        cls,
        kind: Kind,
        attributes: tuple[str, ...],
        levels: tuple[tuple[Level, ...], ...],
        codes: NDArray[np.int64],
        values: NDArray[Any],
        *,
        squares: NDArray[np.float64] | None = None,
        rows: NDArray[np.int64] | None = None,
        clusters: NDArray[np.int64] | None = None,
        cluster_ids: tuple[str, ...] = (),
        axes: tuple[Axis, ...] = (),
        axis_codes: NDArray[np.int64] | None = None,
    ) -> Counts:
        """Build the canonical table from coded cells, as a reader of rows has them.

        Sorts the cells, adds those that fell together, and drops empty cells, unused levels and unused
        clusters.

        Parameters
        ----------
        kind, attributes, levels, codes, values, squares, rows, clusters, cluster_ids, axes, axis_codes
            As the attributes of the class; `levels` in natural order and without repeats, cells in any order.
        """
        if len(ROW_FIELDS[kind]) < len(FIELDS[kind]):  # one type, whether the amounts are known yet or not
            values = values.astype(np.float64, copy=False)
        present = (values if rows is None else rows).any(axis=1)
        if not present.all():
            codes, values = codes[present], values[present]
            squares = None if squares is None else squares[present]
            rows = None if rows is None else rows[present]
            clusters = None if clusters is None else clusters[present]
            axis_codes = None if axis_codes is None else axis_codes[present]
        kept = [used_levels(names, codes[:, i]) for i, names in enumerate(levels)]
        levels = tuple(names for names, _ in kept)
        if axis_codes is not None:
            inner = [used_levels(axis.levels, axis_codes[:, i]) for i, axis in enumerate(axes)]
            axes = tuple(replace(axis, levels=names) for axis, (names, _) in zip(axes, inner, strict=True))
            kept += inner
        keys = [position for _, position in kept]
        sizes = [len(names) for names, _ in kept]
        if clusters is not None:
            names, position = used_levels(cluster_ids, clusters)
            cluster_ids = tuple(str(name) for name in names)
            keys.append(position)
            sizes.append(len(cluster_ids))
        table = np.column_stack(keys) if keys else np.zeros((len(values), 0), np.int64)
        order, starts = runs(table, sizes)
        table = table[order[starts]]
        width = len(levels)
        return cls(
            kind,
            attributes,
            levels,
            table[:, :width],
            add_runs(values, order, starts),
            None if squares is None else add_runs(squares, order, starts),
            None if rows is None else add_runs(rows, order, starts),
            None if clusters is None else table[:, -1],
            cluster_ids,
            axes=axes,
            axis_codes=None if axis_codes is None else table[:, width : width + len(axes)],
        )

    def __repr__(self) -> str:
        of = " × ".join(
            f"{name} ({len(levels)})" for name, levels in zip(self.attributes, self.levels, strict=True)
        )
        clusters = f", {len(self.cluster_ids):,} clusters" if self.clusters is not None else ""
        return f"<Counts {self.kind} by {of or 'nothing'}: {self.total_rows:,} rows{clusters}>"

    @property
    def fields(self) -> tuple[str, ...]:
        """Names of the columns of `values`."""
        return FIELDS[self.kind] + LEFT_OUT[self.kind]

    @property
    def weighted(self) -> bool:
        """Whether the sums are sums of weights."""
        return self.squares is not None

    @property
    def row_counts(self) -> NDArray[np.int64]:
        """Rows behind each sum, shape (cells, fields); 0 in fields that count no rows."""
        if self.rows is not None:
            return self.rows
        if len(ROW_FIELDS[self.kind]) == len(FIELDS[self.kind]):
            return self.values
        counted = {*ROW_FIELDS[self.kind], *LEFT_OUT[self.kind]}
        return np.where([field in counted for field in self.fields], self.values, 0).astype(np.int64)

    @property
    def total_rows(self) -> int:
        """Rows of the whole table, those left out included."""
        return int(self.row_counts.sum())

    def groups(self) -> tuple[tuple[Level, ...], ...]:
        """Levels of each cell, in the order of the cells."""
        names = [np.asarray(levels, dtype=object)[self.codes[:, i]] for i, levels in enumerate(self.levels)]
        return tuple(zip(*names, strict=True)) if names else ((),) * len(self.values)

    def marginal(
        self, attributes: Sequence[str], *, keep_clusters: bool = False, keep_axes: bool = True
    ) -> Counts:
        """Sum out every attribute not named (and clusters or axes, unless kept).

        Raises
        ------
        DataError
            An attribute is not in the table.
        """
        unknown = [name for name in attributes if name not in self.attributes]
        if unknown:
            raise DataError(*(unknown_name("attribute", name, self.attributes) for name in unknown))
        columns = [self.attributes.index(name) for name in attributes]
        table = self.from_codes(
            self.kind,
            tuple(attributes),
            tuple(self.levels[i] for i in columns),
            self.codes[:, columns],
            self.values,
            squares=self.squares,
            rows=self.rows,
            clusters=self.clusters if keep_clusters else None,
            cluster_ids=self.cluster_ids if keep_clusters else (),
            axes=self.axes if keep_axes else (),
            axis_codes=self.axis_codes if keep_axes else None,
        )
        lost = self.clusters_lost or (self.clusters is not None and not keep_clusters)
        return replace(table, clusters_lost=lost)

    def __add__(self, other: Counts) -> Counts:
        if not isinstance(other, Counts):
            return NotImplemented
        mine, theirs = self._make(), other._make()
        if mine != theirs:
            raise DataError(
                "only counts of one make can be added: kind, attributes, axes, weighted, without clusters "
                f"are {mine} on the left and {theirs} on the right."
            )
        levels = tuple(natural_order({*a, *b}) for a, b in zip(self.levels, other.levels, strict=True))
        ids = self.cluster_ids
        clusters = None
        if self.clusters is not None and other.clusters is not None:
            ids = tuple(str(name) for name in natural_order({*self.cluster_ids, *other.cluster_ids}))
            clusters = np.concatenate(
                [translate(t.cluster_ids, ids)[t.clusters] for t in (self, other) if t.clusters is not None]
            )
        codes = np.concatenate([recode(table.codes, table.levels, levels) for table in (self, other)])
        axes, axis_codes = joined(self.axes, self.axis_codes, other.axes, other.axis_codes)
        table = self.from_codes(
            self.kind,
            self.attributes,
            levels,
            codes,
            np.concatenate([self.values, other.values]),
            squares=_join(self.squares, other.squares),
            rows=_join(self.rows, other.rows),
            clusters=clusters,
            cluster_ids=ids,
            axes=axes,
            axis_codes=axis_codes,
        )
        return replace(table, clusters_lost=self.clusters_lost or other.clusters_lost)

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Counts):
            return NotImplemented
        named = ("kind", "attributes", "levels", "axes", "cluster_ids", "clusters_lost")
        tables = ("codes", "values", "squares", "rows", "clusters", "axis_codes")
        return all(getattr(self, name) == getattr(other, name) for name in named) and all(
            _same(getattr(self, name), getattr(other, name)) for name in tables
        )

    __hash__ = None  # type: ignore[assignment]

    def _make(self) -> tuple[str, tuple[str, ...], tuple[str, ...], bool, bool]:
        axes = tuple(axis.name for axis in self.axes)
        return str(self.kind), self.attributes, axes, self.weighted, self.clusters is None

    def to_dict(self) -> dict[str, Any]:
        """Return plain JSON data, without clusters: identifiers of people never leave with a report."""
        from fairkit._counts_json import to_plain

        return to_plain(self)

    @classmethod
    def from_dict(cls, data: Mapping[str, Any]) -> Counts:
        """Rebuild a table from :meth:`to_dict`.

        Raises
        ------
        ReportError
            The data are not a table of counts, or of a kind this version does not know.
        """
        from fairkit._counts_json import from_plain

        return from_plain(data)

    def sha256(self) -> str:
        """Hash the content, without clusters: equal rows give equal hashes on every engine.

        Sums of weights may differ in their last digit with the order in which they were added.
        """
        plain = self.to_dict()
        if not plain["axes"]:
            del plain["axes"]  # as the hash was before there were axes
        text = json.dumps(plain, sort_keys=True, separators=(",", ":"))
        return hashlib.sha256(text.encode("ascii")).hexdigest()


def merge(tables: Iterable[Counts]) -> Counts:
    """Add any number of tables (shards, machines, owners) into one.

    Raises
    ------
    DataError
        There is no table, or two of them differ in make.

    Examples
    --------
    >>> part = Counts.from_cells(Kind.DECISIONS, ["sex"], [("F",)], [[3, 1, 0]])
    >>> merge([part, part, part]).values.tolist()
    [[9, 3, 0]]
    """
    parts = list(tables)
    if not parts:
        raise DataError("there are no counts to merge.")
    return reduce(lambda a, b: a + b, parts)


def _join(a: NDArray[Any] | None, b: NDArray[Any] | None) -> NDArray[Any] | None:
    return None if a is None or b is None else np.concatenate([a, b])


def _same(a: NDArray[Any] | None, b: NDArray[Any] | None) -> bool:
    return b is None if a is None else b is not None and np.array_equal(a, b)
