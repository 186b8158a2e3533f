"""Counting rows that already lie in memory as arrays: a blocked count over integer codes.

Every key column becomes small integers (for integers and booleans that is the column itself, without a copy),
the codes of all columns are combined into one number per row, and those numbers are counted. Working in
blocks that fit the cache makes this several times faster than counting the whole column at once.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from fairkit._cells import Cells, Key, texts
from fairkit.counts import Level
from fairkit.errors import DataError

if TYPE_CHECKING:
    import pandas as pd

_BLOCK = 1 << 16
_DIRECT_SPAN = 1 << 16
_DENSE_CELLS = 1 << 22
_INT16_CELLS = (1 << 15) - 1


@dataclass(frozen=True, slots=True)
class Coded:
    """One key column as integers ``low <= code < low + size``; -1 stands for missing where `low` is -1.

    `levels` holds the text of each code from `low` on; None when the code itself is the text (integers).
    """

    codes: NDArray[Any]
    low: int
    size: int
    levels: tuple[Level, ...] | None

    def key(self, positions: NDArray[np.int64]) -> Key:
        """Return the key of cells whose codes are ``low + positions``."""
        if self.levels is not None:
            return Key(positions, self.levels)
        used, codes = np.unique(positions, return_inverse=True)
        return Key(codes.astype(np.int64), tuple(str(self.low + int(position)) for position in used))


def code_array(values: NDArray[Any]) -> Coded:
    """Code one NumPy column: booleans and integers of a modest span as they are, else by distinct values."""
    if isinstance(values, np.ma.MaskedArray):
        filled = values.data.astype(object)
        filled[np.ma.getmaskarray(values)] = None
        return code_array(filled)
    if values.dtype.kind == "b":
        return Coded(values.view(np.int8), 0, 2, ("False", "True"))
    if values.dtype.kind in "iu" and len(values):
        low, high = int(values.min()), int(values.max())
        if high - low < _DIRECT_SPAN:
            return Coded(values, low, high - low + 1, None)
    if values.dtype.kind == "U":
        values = values.astype(object)
    import pandas as pd

    return _factorized(*pd.factorize(values))


def code_series(series: pd.Series[Any]) -> Coded:
    """Code one pandas column of any dtype."""
    import pandas as pd

    if isinstance(series.dtype, pd.CategoricalDtype):
        codes = series.cat.codes.to_numpy()
        return Coded(codes, -1, len(series.cat.categories) + 1, (None, *texts(list(series.cat.categories))))
    if isinstance(series.dtype, np.dtype) and series.dtype.kind in "biu":
        return code_array(series.to_numpy())
    codes, uniques = pd.factorize(series)
    return _factorized(codes, uniques)


def code_truth(codes: NDArray[np.int8]) -> Coded:
    """Code the answers of a predicate: 1 true, 0 false, -1 missing."""
    return Coded(codes, -1, 3, (None, "False", "True"))


def tabulate(columns: Sequence[Coded], weights: NDArray[np.float64] | None) -> Cells:
    """Count the rows of every combination of codes that occurs, in one pass.

    Parameters
    ----------
    columns : sequence of Coded
        Key columns of equal length; at least one.
    weights : array of float64, shape (rows,), optional
    """
    bad = 0
    if weights is not None:
        wrong = ~((weights >= 0) & np.isfinite(weights))
        bad = int(np.count_nonzero(wrong))
        if bad:
            weights = np.where(wrong, 0.0, weights)
    sizes = [column.size for column in columns]
    cells = 1
    for size in sizes:
        cells *= size
    if cells <= _DENSE_CELLS:
        rows, sums, squares = _count_dense(columns, cells, weights)
        found = np.flatnonzero(rows)
        rows = rows[found]
        if sums is not None and squares is not None:
            sums, squares = sums[found], squares[found]
    else:
        joint, found = _joint_codes(columns)
        rows = np.bincount(joint, minlength=len(found)).astype(np.int64)
        sums = squares = None
        if weights is not None:
            sums = np.bincount(joint, weights, len(found)).astype(np.float64)
            squares = np.bincount(joint, weights * weights, len(found)).astype(np.float64)
    keys: list[Key] = []
    for column in reversed(columns):
        found, position = np.divmod(found, column.size)
        keys.append(column.key(position))
    return Cells(tuple(reversed(keys)), rows.astype(np.int64), sums, squares, bad)


def same_length(lengths: dict[str, int]) -> int:
    """Return the one length of all columns.

    Raises
    ------
    DataError
        They differ; the message lists them.
    """
    if len(set(lengths.values())) > 1:
        listed = ", ".join(f"'{name}' {length}" for name, length in lengths.items())
        raise DataError(f"columns differ in length: {listed}.")
    return next(iter(lengths.values()), 0)


def _factorized(codes: NDArray[Any], uniques: Any) -> Coded:
    return Coded(codes, -1, len(uniques) + 1, (None, *texts(list(uniques))))


def _count_dense(
    columns: Sequence[Coded], cells: int, weights: NDArray[np.float64] | None
) -> tuple[NDArray[np.int64], NDArray[np.float64] | None, NDArray[np.float64] | None]:
    """Count into one slot per possible combination, block by block.

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
    rows = np.zeros(cells, np.int64)
    sums = None if weights is None else np.zeros(cells)
    squares = None if weights is None else np.zeros(cells)
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
        rows += np.bincount(joint, minlength=cells)
        if weights is not None and sums is not None and squares is not None:
            part = weights[start:stop]
            sums += np.bincount(joint, part, cells)
            squares += np.bincount(joint, part * part, cells)
    return rows, sums, squares


def _joint_codes(columns: Sequence[Coded]) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Combine many or large columns: distinct combinations by hashing, each with its joint number."""
    import pandas as pd

    span = 1
    for column in columns:
        span *= column.size
    if span >= 2**62:
        raise DataError(
            f"the attributes have {span:.1e} possible combinations of levels; group by fewer at a time."
        )
    joint = np.zeros(len(columns[0].codes), np.int64)
    for column in columns:
        joint *= column.size
        joint += column.codes
        joint -= column.low
    codes, uniques = pd.factorize(joint)
    return codes, np.asarray(uniques, np.int64)
