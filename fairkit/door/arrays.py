"""Columns in memory as codes and numbers: what a blocked count (:mod:`fairkit.door.blocks`) works on.

Every key column becomes small integers; for integers and booleans that is the column itself, without a copy.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from fairkit.counts import Level
from fairkit.door.cells import Key, texts
from fairkit.door.grids import Extent, Grid, score_key
from fairkit.errors import DataError
from fairkit.predicates import ColumnKind, kinds, object_kinds

if TYPE_CHECKING:
    import pandas as pd

_BLOCK = 1 << 16
_DIRECT_SPAN = 1 << 16


@dataclass(frozen=True, slots=True)
class Coded:
    """One key column as integers ``low <= code < low + size``; -1 stands for missing where `low` is -1.

    `levels` holds the text of each code from `low` on; None when the code itself is the text (integers).
    Codes of scores have a `grid` instead, or the distinct `scores` themselves.
    """

    codes: NDArray[Any]
    low: int
    size: int
    levels: tuple[Level, ...] | None
    grid: Grid | None = None
    scores: NDArray[np.float64] | None = None

    def key(self, positions: NDArray[np.int64]) -> Key:
        """Return the key of cells whose codes are ``low + positions``."""
        if self.grid is not None:
            return self.grid.key(positions + self.low)
        if self.scores is not None:
            return score_key(np.append(np.nan, self.scores)[positions])
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


def series_values(series: pd.Series[Any]) -> NDArray[Any]:
    """Return a pandas column as an array; of nullable numbers, as doubles."""
    import pandas as pd

    kinds = pd.api.types
    if isinstance(series.dtype, np.dtype) or not kinds.is_numeric_dtype(series.dtype):
        return series.to_numpy()
    if kinds.is_bool_dtype(series.dtype):
        return series.to_numpy(object)
    return series.to_numpy(np.float64, na_value=np.nan)


def code_truth(codes: NDArray[np.int8]) -> Coded:
    """Code the answers of a predicate: 1 true, 0 false, -1 missing."""
    return Coded(codes, -1, 3, (None, "False", "True"))


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


def code_threshold(scores: NDArray[np.float64], threshold: float) -> Coded:
    """Code whether scores reach a threshold; a score that is not finite is missing."""
    return code_truth(np.where(np.isfinite(scores), scores >= threshold, -1).astype(np.int8))


def code_state(state: NDArray[Any], names: Sequence[str]) -> Coded:
    """Code the states of rows, which are numbers from 0 on."""
    return Coded(state.astype(np.int8), 0, len(names), tuple(names))


def code_scores(scores: NDArray[np.float64], grid: Grid, limit: int | None) -> Coded | None:
    """Code scores by their bin, or by themselves; None if there are more of them than `limit`."""
    if not grid.width:
        import pandas as pd

        codes, distinct = pd.factorize(np.where(np.isfinite(scores), scores, np.nan))
        if limit is not None and len(distinct) > limit:
            return None
        return Coded(codes, -1, len(distinct) + 1, None, scores=np.asarray(distinct))
    extent = extent_of(scores)
    top = 0 if np.isnan(extent.high) else int(np.floor(extent.high / grid.width) - grid.first)
    bins = np.empty(len(scores), np.int16)
    for start in range(0, len(scores), _BLOCK):
        part = scores[start : start + _BLOCK]
        finite = np.isfinite(part)
        whole = finite.all()
        found = np.floor((part if whole else np.where(finite, part, 0.0)) * (1 / grid.width))
        found -= grid.first
        bins[start : start + _BLOCK] = found if whole else np.where(finite, found, -1)
    return Coded(bins, -1, top + 2, None, grid)


def extent_of(scores: NDArray[np.float64]) -> Extent:
    """Find the least and the greatest finite score."""
    if not len(scores):
        return Extent(np.nan, np.nan)
    low, high = float(scores.min()), float(scores.max())
    if np.isfinite(low) and np.isfinite(high):
        return Extent(low, high)
    finite = scores[np.isfinite(scores)]
    return Extent(float(finite.min()), float(finite.max())) if len(finite) else Extent(np.nan, np.nan)


def numbers(values: NDArray[Any]) -> NDArray[np.float64]:
    """Read a column as :func:`floats`, but take no truth values for numbers.

    Raises
    ------
    DataError
        It holds something else.
    """
    held = values.dtype.kind == "b" or (
        values.dtype.kind == "O" and any(isinstance(value, bool | np.bool_) for value in values.tolist())
    )
    if held:
        raise DataError("it must hold numbers, not true and false.")
    return floats(values)


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
