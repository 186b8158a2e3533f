"""Counting rows that already lie in memory as arrays: a blocked count over integer codes.

Every key column becomes small integers (for integers and booleans that is the column itself, without a copy),
the codes of all columns are combined into one number per row, and those numbers are counted. Working in
blocks that fit the cache makes this several times faster than counting the whole column at once.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from fairkit._cells import Cells, Key, texts
from fairkit.counts import Level
from fairkit.errors import DataError
from fairkit.predicates import ColumnKind, kinds, object_kinds

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
    if not values.dtype.isnative:
        values = values.astype(values.dtype.newbyteorder("="))
    if values.dtype.kind == "b":
        return Coded(values.view(np.int8), 0, 2, ("False", "True"))
    if values.dtype.kind in "iu" and len(values):
        low, high = int(values.min()), int(values.max())
        if high - low < _DIRECT_SPAN:
            return Coded(values, low, high - low + 1, None)
    return _factorized(values.astype(object) if values.dtype.kind == "U" else values)


def code_series(series: pd.Series[Any]) -> Coded:
    """Code one pandas column of any dtype."""
    import pandas as pd

    if isinstance(series.dtype, pd.CategoricalDtype):
        codes = series.cat.codes.to_numpy()
        return Coded(codes, -1, len(series.cat.categories) + 1, (None, *texts(list(series.cat.categories))))
    if isinstance(series.dtype, np.dtype) and series.dtype.kind != "O":
        return code_array(series.to_numpy())
    return _factorized(series)


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


def columns_of(given: Mapping[str, Any], names: Sequence[str]) -> dict[str, NDArray[Any]]:
    """Take some columns of a mapping as arrays of one dimension and one length.

    Raises
    ------
    DataError
        They are not; all problems at once.
    """
    problems: list[str] = []
    columns: dict[str, NDArray[Any]] = {}
    for name in names:
        values = given[name]
        try:
            columns[name] = _one_column(values)
        except ValueError:
            problems.append(f"column '{name}' holds lists of different lengths; give one value per row.")
            continue
        if columns[name].ndim != 1:
            problems.append(f"column '{name}' must have one dimension, its shape is {columns[name].shape}.")
    lengths = {name: len(values) for name, values in columns.items() if values.ndim}
    if len(set(lengths.values())) > 1:
        listed = ", ".join(f"'{name}' {length:,}" for name, length in lengths.items())
        problems.append(f"columns differ in length: {listed}.")
    if problems:
        raise DataError(*problems)
    return columns


def without(values: NDArray[Any], missing: Sequence[str]) -> NDArray[Any]:
    """Replace the texts that mean "missing" by None."""
    if not missing or values.dtype.kind not in "OU":
        return values
    import pandas as pd

    found = pd.Series(values, dtype=object).isin(list(missing)).to_numpy()
    return np.where(found, np.array(None, dtype=object), values.astype(object))


def kinds_of(columns: Mapping[str, NDArray[Any]]) -> dict[str, ColumnKind]:
    """Say what columns hold, for checking predicates."""
    import narwhals.stable.v2 as nw
    import pandas as pd

    frame = nw.from_native(pd.DataFrame({name: pd.Series(values) for name, values in columns.items()}))
    return kinds(frame.collect_schema()) | object_kinds(frame)


def floats(values: NDArray[Any]) -> NDArray[np.float64]:
    """Read a column as numbers, NaN where it is missing.

    Raises
    ------
    DataError
        It holds something else.
    """
    if values.dtype.kind in "biuf":
        return values.astype(np.float64, copy=False)
    found = next((v for v in values.tolist() if isinstance(v, str | bytes)), None)
    if values.dtype.kind == "O" and found is None:
        import pandas as pd

        try:
            return np.where(pd.isna(values), np.nan, values).astype(np.float64)
        except (TypeError, ValueError):
            pass
    example = "" if found is None else f", such as {found!r}"
    raise DataError(f"it must hold numbers, not {values.dtype}{example}.")


def code_scores(scores: NDArray[np.float64], threshold: float) -> Coded:
    """Code whether scores reach a threshold; a score that is not finite is missing."""
    return code_truth(np.where(np.isfinite(scores), scores >= threshold, -1).astype(np.int8))


def _one_column(values: Any) -> NDArray[Any]:
    if isinstance(values, np.ma.MaskedArray):
        if not np.ma.getmaskarray(values).any():
            return np.asarray(values.data)
        filled = values.data.astype(object)
        filled[np.ma.getmaskarray(values)] = None
        return np.asarray(filled)
    if isinstance(values, np.ndarray):
        return values
    column = np.asarray(values)
    # Of a list with texts and None, NumPy would make the text "None".
    return np.asarray(values, dtype=object) if column.dtype.kind in "US" else column


def _factorized(values: Any) -> Coded:
    """Code an array or a series by its distinct values, each by its text."""
    import pandas as pd

    try:
        codes, uniques = pd.factorize(values)
    except TypeError:  # a value that cannot be hashed is no level; the texts say so
        codes, uniques = pd.factorize(np.array(texts(list(values)), dtype=object))
    found = list(uniques)
    # To Python, True and 1 are one value; in a column of objects with both they are two levels.
    if values.dtype == object and any(type(value) is not str and value in (0, 1) for value in found):
        held = pd.api.types.infer_dtype(values, skipna=True)
        if held not in ("boolean", "integer", "floating", "mixed-integer-float", "decimal"):
            codes, uniques = pd.factorize(np.array(texts(list(values)), dtype=object))
            found = list(uniques)
    return Coded(codes, -1, len(found) + 1, (None, *texts(found)))


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
        joint += column.codes.astype(np.int64, copy=False)
        joint -= (column.low + 2**63) % 2**64 - 2**63  # modular, as the codes of unsigned columns are
    codes, uniques = pd.factorize(joint)
    return codes, np.asarray(uniques, np.int64)
