"""Rows as two models see them: one entry for each sort of row, with what it adds to the sums of either."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from fairkit.counts import FIELDS, LEFT_OUT, Axis, Counts, Kind
from fairkit.metrics import Part
from fairkit.views import Reading, scores_on

FloatArray = NDArray[np.float64]
IntArray = NDArray[np.int64]
BoolArray = NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class Seen:
    """Rows as one model's metrics read them.

    Parameters
    ----------
    kind : Kind
    axes : tuple of Axis
    codes : array of int64, shape (entries, axes)
    unit : array of float64, shape (entries, fields of the kind)
        What one row adds to each sum.
    """

    kind: Kind
    axes: tuple[Axis, ...]
    codes: IntArray
    unit: FloatArray

    def levels(self) -> list[NDArray[np.object_]]:
        """Name the levels of every entry, axis by axis."""
        return [
            np.array(axis.levels, dtype=object)[self.codes[:, i]] if len(axis.levels) else np.empty(0, object)
            for i, axis in enumerate(self.axes)
        ]


@dataclass(frozen=True, slots=True)
class PairedRows:
    """Rows that two models can both be measured on.

    Parameters
    ----------
    group : array of int64, shape (entries,)
    rows, sums, squares : array of float64, shape (entries,)
        Rows, their weights, and their squared weights (without weights all are the rows).
    weighted : bool
    cluster : array of int64 or None, shape (entries,)
    clusters : int
        Clusters of the whole table.
    first, second : Seen
        As the model compared with sees them, and as the other does.
    """

    group: IntArray
    rows: FloatArray
    sums: FloatArray
    squares: FloatArray
    weighted: bool
    cluster: IntArray | None
    clusters: int
    first: Seen
    second: Seen

    @classmethod
    def of(cls, counts: Counts, group: IntArray, first: Reading, second: Reading) -> PairedRows:
        """Take the cells that both readings of the same counts can use; `group` is that of each cell."""
        cells, fields = np.nonzero(first.used & second.used & (counts.row_counts > 0))
        rows = counts.row_counts[cells, fields].astype(np.float64)
        weights, scale = rows, 1.0
        if counts.squares is not None:
            weights = counts.values[cells, fields].astype(np.float64)
            scale = rows.sum() / weights.sum() if weights.sum() > 0 else 1.0  # weights of mean one
        return cls(
            group[cells],
            rows,
            weights * scale,
            rows if counts.squares is None else counts.squares[cells, fields] * scale**2,
            counts.squares is not None,
            None if counts.clusters is None else counts.clusters[cells],
            len(counts.cluster_ids),
            _seen(first, cells, fields),
            _seen(second, cells, fields),
        )

    def only(self, entries: BoolArray) -> PairedRows:
        """Return some of the entries."""
        one, two = (
            Seen(seen.kind, seen.axes, seen.codes[entries], seen.unit[entries])
            for seen in (self.first, self.second)
        )
        cluster = None if self.cluster is None else self.cluster[entries]
        return PairedRows(
            self.group[entries],
            self.rows[entries],
            self.sums[entries],
            self.squares[entries],
            self.weighted,
            cluster,
            self.clusters,
            one,
            two,
        )

    def part(self, seen: Seen) -> Part:
        """Return the rows as a functional reads them."""
        squares = self.squares[:, None] * seen.unit if self.weighted else None
        return Part(seen.kind, seen.axes, seen.codes, self.sums[:, None] * seen.unit, squares)

    def totals(self, seen: Seen) -> FloatArray:
        """Return the sums of all rows, with nothing left out, as metrics that are shares read them."""
        return np.concatenate([self.sums @ seen.unit, np.zeros(len(LEFT_OUT[seen.kind]))])

    def differ(self) -> BoolArray:
        """Say which entries the two models see differently."""
        found = np.asarray((self.first.unit != self.second.unit).any(axis=1), bool)
        for one, two in zip(self.first.levels(), self.second.levels(), strict=True):
            found |= one != two
        return found


def pairs_of_readings(
    readings: Sequence[Reading], first: str, second: str
) -> dict[tuple[Kind, str | None], tuple[Reading, Reading]]:
    """Match what can be read about two models, by kind and by class."""
    own = {(r.kind, r.part): r for r in readings if r.model == first}
    return {
        (r.kind, r.part): (own[r.kind, r.part], r)
        for r in readings
        if r.model == second and (r.kind, r.part) in own
    }


def _seen(reading: Reading, cells: IntArray, fields: IntArray) -> Seen:
    every = np.arange(len(cells))
    place = reading.place[cells, fields]
    unit = np.zeros((len(cells), len(FIELDS[reading.kind])))
    unit[every, place] = 1.0
    if reading.kind is Kind.SCORES:
        score = scores_on(reading)[cells]
        for power in (1, 2):  # positives, negatives; their scores; squares of these
            unit[every, place + 2 * power] = score**power
    codes = np.zeros((len(cells), 0), np.int64) if reading.axis_codes is None else reading.axis_codes[cells]
    return Seen(reading.kind, reading.axes, codes, unit)
