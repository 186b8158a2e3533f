"""A blocked count over integer codes: rows that lie in memory, counted at the speed of memory.

The codes of all key columns are combined into one number per row, and those numbers are counted. Working in
blocks that fit the cache makes this several times faster than counting the whole column at once. What else is
added up per cell (weights, measures) is computed block by block as well, so that no column is held twice.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from fairkit.door.arrays import Coded
from fairkit.door.cells import Cells, Key
from fairkit.door.derived import Derived
from fairkit.door.grids import Singles
from fairkit.errors import DataError

_BLOCK = 1 << 16
_DENSE_CELLS = 1 << 22
_INT16_CELLS = (1 << 15) - 1
_MOST_NUMBERED = 1 << 62  # combinations that one number can name

FloatArray = NDArray[np.float64]
Derive = Callable[[slice], Derived]
"""Derives measures and faults of a slice of the rows."""


def tabulate(
    columns: Sequence[Coded],
    weights: FloatArray | None,
    *,
    derive: Derive | None = None,
    scores: Sequence[FloatArray] = (),
    limit: int | None = None,
) -> Singles | None:
    """Count the rows of every combination of codes that occurs, in one pass.

    Parameters
    ----------
    columns : sequence of Coded
        Key columns of equal length; at least one.
    weights : array of float64, shape (rows,), optional
    derive : callable, optional
        What else to add up.
    scores : sequence of array of float64
        Scores that were binned.
    limit : int, optional
        Most cells; where there are more, the answer is None.
    """
    bad = 0
    if weights is not None:
        wrong = ~((weights >= 0) & np.isfinite(weights))
        bad = int(np.count_nonzero(wrong))
        if bad:
            weights = np.where(wrong, 0.0, weights)
    cells = 1
    for column in columns:
        cells *= column.size
    if cells <= _DENSE_CELLS:
        sums = _Sums(cells, weights, derive, scores)
        for start, joint in _dense_codes(columns, cells):
            sums.add(joint, start)
        kept = np.flatnonzero(sums.rows)
        positions = _split(kept, columns)
    else:
        joint, positions = _joint_codes(columns)
        kept = np.arange(len(positions[0]))
        if limit is not None and len(kept) > limit:
            return None
        sums = _Sums(len(kept), weights, derive, scores)
        step = max(_BLOCK, 4 * len(kept))
        for start in range(0, len(joint), step):
            sums.add(joint[start : start + step], start)
    if limit is not None and len(kept) > limit:
        return None
    keys = [column.key(position) for column, position in zip(columns, positions, strict=True)]
    return sums.result(tuple(keys), kept, bad)


class _Sums:
    """What is added up per cell."""

    def __init__(
        self, cells: int, weights: FloatArray | None, derive: Derive | None, scores: Sequence[FloatArray]
    ) -> None:
        self.cells, self.weights, self.derive, self.scores = cells, weights, derive, scores
        self.rows = np.zeros(cells, np.int64)
        self.measures: tuple[str, ...] = ()
        self.totals: list[FloatArray] = []
        self.faults: list[int] = []
        self.singles = [np.full(cells, np.nan) for _ in scores]

    def add(self, joint: NDArray[Any], start: int) -> None:
        """Add the rows of one block, given their cells."""
        self.rows += np.bincount(joint, minlength=self.cells)
        if self.weights is None and self.derive is None and not self.singles:
            return
        place = slice(start, start + len(joint))
        joint = joint.astype(np.intp, copy=False)  # once, and not for every sum
        part = None if self.weights is None else self.weights[place]
        derived = Derived() if self.derive is None else self.derive(place)
        added = list(derived.measures.values())
        if part is not None:
            # What is too large is said later, by its column.
            with np.errstate(over="ignore", invalid="ignore"):
                squared = part * part
                added = [part, squared, *(m * part for m in added), *(m * squared for m in added)]
        if not self.totals:
            self.measures = tuple(derived.measures)
            self.totals = [np.zeros(self.cells) for _ in added]
            self.faults = [0] * len(derived.faults)
        for i, values in enumerate(added):
            self.totals[i] += np.bincount(joint, values, self.cells)
        for i, fault in enumerate(derived.faults):
            self.faults[i] += int(np.sum(fault))
        if self.singles and not all(
            self._single(held, scores[place], joint)
            for held, scores in zip(self.singles, self.scores, strict=True)
        ):
            self.singles = []

    def _single(self, held: FloatArray, scores: FloatArray, joint: NDArray[np.intp]) -> bool:
        """Note the score of each cell; tell whether all that have been seen agree."""
        for start in range(0, len(joint), _BLOCK):  # scores that differ mostly do so in the first block
            cells, own = joint[start : start + _BLOCK], scores[start : start + _BLOCK]
            known = np.isfinite(own)
            if not known.all():
                cells, own = cells[known], own[known]
            fresh = np.isnan(held[cells])
            held[cells[fresh]] = own[fresh]
            if not np.array_equal(held[cells], own):
                return False
        return True

    def result(self, keys: tuple[Key, ...], kept: NDArray[np.int64], bad: int) -> Singles:
        """Return the cells that have rows."""
        totals = [total[kept] for total in self.totals]
        weights = squares = None
        if self.weights is not None:
            weights, squares = totals[:2] if totals else (np.zeros(0), np.zeros(0))
            totals = totals[2:]
        half = len(self.measures)
        cells = Cells(
            keys,
            self.rows[kept],
            weights,
            squares,
            bad,
            dict(zip(self.measures, totals[:half], strict=True)),
            dict(zip(self.measures, totals[half:], strict=False)),
            tuple(self.faults),
        )
        return Singles(cells, tuple(held[kept] for held in self.singles) if self.singles else None)


def _dense_codes(columns: Sequence[Coded], cells: int) -> Iterator[tuple[int, NDArray[Any]]]:
    """Yield the cell of every row among all possible combinations, block by block.

    Codes are combined by Horner's rule in the smallest integer that holds the result; the lows are subtracted
    once at the end. Overflow on the way is harmless: the arithmetic is modular and the result fits.
    """
    work: type[np.int16 | np.int32] = np.int16 if cells <= _INT16_CELLS else np.int32
    shift = 0
    for column in columns:
        shift = shift * column.size + column.low
    wrapped = work(np.array(shift % 2**32, np.uint32).astype(work))
    length = len(columns[0].codes)
    block = max(_BLOCK, 4 * cells)
    buffer = np.empty(min(block, length), work)
    first, rest = columns[0], columns[1:]
    for start in range(0, length, block):
        stop = min(start + block, length)
        joint = buffer[: stop - start]
        np.copyto(joint, first.codes[start:stop], casting="unsafe")
        for column in rest:
            joint *= work(column.size)
            np.add(joint, column.codes[start:stop].astype(work, copy=False), out=joint)
        if shift:
            joint -= wrapped
        yield start, joint


def _joint_codes(columns: Sequence[Coded]) -> tuple[NDArray[np.int64], list[NDArray[np.int64]]]:
    """Combine many or large columns by hashing: the cell of every row, and the codes of every cell.

    Columns with more combinations than a number can name are combined run by run; what occurs together is
    never more than there are rows.
    """
    import pandas as pd

    runs: list[list[Coded]] = [[]]
    span = 1
    for column in columns:
        if column.size >= _MOST_NUMBERED:
            raise DataError("an attribute spans more numbers than can be counted; is it an identifier?")
        span *= column.size
        if span >= _MOST_NUMBERED:
            runs.append([])
            span = column.size
        runs[-1].append(column)
    cell, positions = np.zeros(len(columns[0].codes), np.int64), [np.zeros(1, np.int64)]
    for i, run in enumerate(filter(None, runs)):
        own, found = _joint_run(run)
        mine = _split(found, run)
        if not i:
            cell, positions = own, mine
            continue
        cell, both = pd.factorize(cell * len(found) + own)
        before, now = np.divmod(np.asarray(both, np.int64), len(found))
        positions = [*(p[before] for p in positions), *(p[now] for p in mine)]
    return cell, positions


def _split(joint: NDArray[np.int64], columns: Sequence[Coded]) -> list[NDArray[np.int64]]:
    """Take joint numbers apart into the code of every column."""
    found = []
    for column in reversed(columns):
        joint, position = np.divmod(joint, column.size)
        found.append(position)
    return found[::-1]


def _joint_run(columns: Sequence[Coded]) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Combine columns whose combinations a number can name: distinct ones, each with its joint number."""
    import pandas as pd

    joint = np.zeros(len(columns[0].codes), np.int64)
    for column in columns:
        joint *= column.size
        joint += column.codes.astype(np.int64, copy=False)
        joint -= (column.low + 2**63) % 2**64 - 2**63  # modular, as the codes of unsigned columns are
    codes, uniques = pd.factorize(joint)
    return codes, np.asarray(uniques, np.int64)
