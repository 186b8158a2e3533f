"""Counting rows on the user's own engine: one lazy group-by through narwhals, and only groups are collected.

Rules that keep one query equal on Polars, DuckDB, Spark, Dask and the rest: derive every column before the
group-by, aggregate only plain columns with sum, count, least and greatest, keep missing keys, cast and sort
after collecting.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import narwhals.stable.v2 as nw
import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from fairkit.counts import Level
from fairkit.door.cells import Cells, Decode, Key, texts
from fairkit.door.derived import Derived
from fairkit.door.grids import Extent, Grid, Singles, score_key
from fairkit.errors import DataError

_ROWS, _WEIGHT, _SQUARE, _BAD = "fairkit_rows", "fairkit_weight", "fairkit_square", "fairkit_bad"

ANSWERS: tuple[Level, ...] = (None, "False", "True")
"""Levels of the answers of a predicate, from -1 on."""


@dataclass(frozen=True, slots=True)
class EngineKey:
    """One key of the group-by.

    Parameters
    ----------
    expression : narwhals expression
    title : str
        How messages call the column.
    decode : callable, optional
        How texts become levels, where the column has no type of its own.
    levels : tuple of levels, optional
        The levels of a key that is a whole number, from `first` on.
    first : int
    grid : Grid, optional
        The bins of a key that is a score.
    score : narwhals expression, optional
        The score that was binned.
    """

    expression: nw.Expr
    title: str = ""
    decode: Decode | None = None
    levels: tuple[Level, ...] | None = None
    first: int = 0
    grid: Grid | None = None
    score: nw.Expr | None = None


class EngineArithmetic:
    """Expressions as derivations want them."""

    def finite(self, column: nw.Expr, /) -> nw.Expr:
        """Tell where a number is there and finite."""
        # Not `is_nan`, which DuckDB may answer wrongly: see `nan_as_missing`.
        return ~column.is_null() & column.is_finite()

    def where(self, condition: nw.Expr, yes: Any, no: Any, /) -> nw.Expr:
        """Choose between two columns, or numbers, by rows."""
        one, other = (value if isinstance(value, nw.Expr) else nw.lit(value) for value in (yes, no))
        return nw.when(condition).then(one).otherwise(other)


_ON = EngineArithmetic()


def tabulate_lazy(
    frame: nw.LazyFrame[Any],
    keys: Sequence[EngineKey],
    *,
    weight: str | None,
    derived: Derived,
    limit: int | None,
) -> Singles | None:
    """Group the frame by its keys and collect the groups.

    Parameters
    ----------
    frame : narwhals LazyFrame
    keys : sequence of EngineKey
    weight : str, optional
        Column of weights.
    derived : Derived
        Measures and faults to add up.
    limit : int or None
        Most groups to collect; where there are more, the answer is None.

    Raises
    ------
    DataError
        A key has values that are no levels.
    """
    names = [f"fairkit_key_{i}" for i in range(len(keys))]
    scores = {f"fairkit_score_{i}": key.score for i, key in enumerate(keys) if key.score is not None}
    faults = {f"fairkit_fault_{i}": fault for i, fault in enumerate(derived.faults)}
    measures = {f"fairkit_measure_{field}": measure for field, measure in derived.measures.items()}
    columns = {
        **{name: key.expression for name, key in zip(names, keys, strict=True)},
        **scores,
        **faults,
        **measures,
    }
    squared: list[str] = []
    if weight is not None:
        columns |= _weight_columns(weight)
        squared = [f"{name}_square" for name in measures]
    rows = frame.select(*(expression.alias(name) for name, expression in columns.items()))
    if squared:
        rows = rows.with_columns(
            *((nw.col(name) * nw.col(_WEIGHT)).alias(name) for name in measures),
            *(
                (nw.col(name) * nw.col(_SQUARE)).alias(own)
                for name, own in zip(measures, squared, strict=True)
            ),
        )
    added = [*faults, *measures, *squared, *((_WEIGHT, _SQUARE, _BAD) if weight is not None else ())]
    grouped = rows.group_by(*names).agg(
        nw.len().alias(_ROWS),
        *(nw.col(name).sum() for name in added),
        *(nw.col(name).min().alias(f"{name}_low") for name in scores),
        *(nw.col(name).max().alias(f"{name}_high") for name in scores),
    )
    if limit is not None:
        grouped = grouped.head(limit + 1)
    table = _collected(grouped)
    if limit is not None and table.num_rows > limit:
        return None
    cells = Cells(
        _keys(table, names, keys),
        _numbers(table, _ROWS, np.int64),
        None if weight is None else _numbers(table, _WEIGHT),
        None if weight is None else _numbers(table, _SQUARE),
        0 if weight is None else int(_numbers(table, _BAD, np.int64).sum()),
        {field: _numbers(table, name) for field, name in zip(derived.measures, measures, strict=True)},
        {field: _numbers(table, name) for field, name in zip(derived.measures, squared, strict=False)},
        tuple(int(_numbers(table, name, np.int64).sum()) for name in faults),
    )
    lows = [_numbers(table, f"{name}_low") for name in scores]
    single = all(
        np.array_equal(low, _numbers(table, f"{name}_high"), equal_nan=True)
        for low, name in zip(lows, scores, strict=True)
    )
    return Singles(cells, tuple(lows) if lows and single else None)


def extents_lazy(frame: nw.LazyFrame[Any], scores: Sequence[str]) -> tuple[int, list[Extent]]:
    """Count the rows, and find the least and the greatest finite score of each column."""
    names = [f"fairkit_score_{i}" for i in range(len(scores))]
    known = frame.select(*(_known(column).alias(name) for column, name in zip(scores, names, strict=True)))
    found = [nw.len().alias(_ROWS)]
    for name in names:
        found += [nw.col(name).min().alias(f"{name}_low"), nw.col(name).max().alias(f"{name}_high")]
    table = _collected(known.select(*found))
    ends = [[float(_numbers(table, f"{name}_{end}")[0]) for end in ("low", "high")] for name in names]
    return int(_numbers(table, _ROWS, np.int64)[0]), [Extent(*pair) for pair in ends]


def truth_key(is_true: nw.Expr, is_false: nw.Expr) -> EngineKey:
    """Make a key of a predicate's two never-missing expressions."""
    code = nw.when(is_true).then(nw.lit(1)).otherwise(nw.when(is_false).then(nw.lit(0)).otherwise(nw.lit(-1)))
    return EngineKey(code, levels=ANSWERS, first=-1)


def nan_as_missing(frame: nw.LazyFrame[Any], columns: Sequence[str]) -> nw.LazyFrame[Any]:
    """Make NaN null, for DuckDB: it answers `is_nan` from statistics of Parquet files, which leave NaN out.

    References
    ----------
    https://github.com/duckdb/duckdb/issues/25521
    """
    infinity = float("inf")
    replaced = []
    for name in columns:
        value = nw.col(name)
        known = value.is_finite() | (value == infinity) | (value == -infinity)
        replaced.append(nw.when(known).then(value).alias(name))
    return frame.with_columns(*replaced) if replaced else frame


def threshold_key(column: str, threshold: float) -> EngineKey:
    """Make a key of whether a score reaches the threshold; one that is not finite is missing."""
    # As doubles: Polars would round the threshold to the precision of a column of single floats.
    score = number(column)
    finite = _ON.finite(score)
    return truth_key(finite & (score >= threshold), finite & (score < threshold))


def binned_key(column: str, grid: Grid) -> EngineKey:
    """Make a key of a score: itself, or the number of its bin."""
    if not grid.width:
        return EngineKey(_known(column), grid=grid)
    # Powers of two multiply exactly, so that every engine finds the same bin.
    score = number(column)
    bins = (score * (1 / grid.width)).floor() - grid.first
    return EngineKey(_ON.where(_ON.finite(score), bins, -1.0).cast(nw.Int64), grid=grid, score=_known(column))


def number(column: str) -> nw.Expr:
    """Return a column as doubles."""
    return nw.col(column).cast(nw.Float64)


def _known(column: str) -> nw.Expr:
    score = number(column)
    return nw.when(_ON.finite(score)).then(score)


def _collected(groups: nw.LazyFrame[Any]) -> pa.Table:
    # Polars' streaming engine never has all rows at once, and is the faster one on frames in memory too.
    options: dict[str, Any] = {"engine": "streaming"} if groups.implementation.is_polars() else {}
    return groups.collect(**options).to_arrow()


def _weight_columns(weight: str) -> dict[str, nw.Expr]:
    value = number(weight)
    usable = _ON.finite(value) & (value >= 0)
    clean = _ON.where(usable, value, 0.0)
    return {_WEIGHT: clean, _SQUARE: clean * clean, _BAD: _ON.where(usable, 0, 1)}


def _keys(table: pa.Table, names: Sequence[str], keys: Sequence[EngineKey]) -> tuple[Key, ...]:
    coded: list[Key] = []
    problems: list[str] = []
    for key, name in zip(keys, names, strict=True):
        try:
            coded.append(_key(table.column(name), key))
        except DataError as error:
            problems += [f"{key.title}: {problem}" for problem in error.problems]
    if problems:
        raise DataError(*problems)
    return tuple(coded)


def _key(column: pa.ChunkedArray, key: EngineKey) -> Key:
    if key.levels is not None:
        return Key(column.to_numpy().astype(np.int64) - key.first, key.levels)
    if key.grid is not None:
        if key.grid.width:
            return key.grid.key(column.to_numpy().astype(np.int64))
        return score_key(_as_numpy(column, np.float64))
    if pa.types.is_dictionary(column.type):
        column = column.cast(column.type.value_type)
    try:
        encoded = column.combine_chunks().dictionary_encode()
    except pa.ArrowNotImplementedError:  # lists, structures: no levels, as their texts will say
        return Key(np.arange(len(column)), texts(column.to_pylist()))
    if isinstance(encoded, pa.ChunkedArray):
        encoded = encoded.combine_chunks()
    codes = encoded.indices.fill_null(len(encoded.dictionary)).to_numpy(zero_copy_only=False)
    found = encoded.dictionary.to_pylist()
    return Key(codes.astype(np.int64), (*(texts(found) if key.decode is None else key.decode(found)), None))


def _numbers(table: pa.Table, name: str, dtype: type[np.generic] = np.float64) -> NDArray[Any]:
    return _as_numpy(table.column(name), dtype)


def _as_numpy(column: pa.ChunkedArray, dtype: type[np.generic]) -> NDArray[Any]:
    """Take a column of whatever the engine makes of sums (DuckDB: decimals) as numbers, NaN where null."""
    kind = pa.int64() if dtype is np.int64 else pa.float64()
    return np.asarray(column.cast(kind).to_numpy(), dtype)
