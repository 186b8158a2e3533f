"""Counting rows on the user's own engine: one lazy group-by through narwhals, and only groups are collected.

Rules that keep one query equal on Polars, DuckDB, Spark, Dask and the rest: derive every column before the
group-by, aggregate only plain columns with sum and count, keep missing keys, cast and sort after collecting.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import narwhals.stable.v2 as nw
import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from fairkit._cells import Cells, Decode, Key, texts
from fairkit.errors import DataError

_ROWS, _WEIGHT, _SQUARE, _BAD = "fairkit_rows", "fairkit_weight", "fairkit_square", "fairkit_bad"


@dataclass(frozen=True, slots=True)
class EngineKey:
    """One key of the group-by.

    Parameters
    ----------
    expression : narwhals expression
    truth : bool
        Whether it gives the answers of a predicate (1, 0, -1).
    title : str
        How messages call the column.
    decode : callable, optional
        How texts become levels, where the column has no type of its own.
    """

    expression: nw.Expr
    truth: bool = False
    title: str = ""
    decode: Decode | None = None


def tabulate_lazy(
    frame: nw.LazyFrame[Any], keys: Sequence[EngineKey], *, weight: str | None, limit: int | None
) -> Cells:
    """Group the frame by its keys and collect the groups.

    Parameters
    ----------
    frame : narwhals LazyFrame
    keys : sequence of EngineKey
    weight : str, optional
        Column of weights.
    limit : int or None
        Most groups to collect.

    Raises
    ------
    DataError
        There are more groups than `limit`.
    """
    names = [f"fairkit_key_{i}" for i in range(len(keys))]
    columns = [key.expression.alias(name) for key, name in zip(keys, names, strict=True)]
    aggregates = [nw.len().alias(_ROWS)]
    if weight is not None:
        columns += _weight_columns(weight)
        aggregates += [nw.col(name).sum() for name in (_WEIGHT, _SQUARE, _BAD)]
    grouped = frame.select(*columns).group_by(*names).agg(*aggregates)
    if limit is not None:
        grouped = grouped.head(limit + 1)
    table = _collected(grouped)
    if limit is not None and table.num_rows > limit:
        raise DataError(
            f"the attributes, label and decision together have more than {limit:,} combinations of values: "
            "is one of them an identifier or a score? Group by attributes with few levels."
        )
    coded: list[Key] = []
    problems: list[str] = []
    for key, name in zip(keys, names, strict=True):
        try:
            coded.append(_key(table.column(name), key))
        except DataError as error:
            problems += [f"{key.title}: {problem}" for problem in error.problems]
    if problems:
        raise DataError(*problems)
    rows = _numbers(table, _ROWS, np.int64)
    if weight is None:
        return Cells(tuple(coded), rows)
    return Cells(
        tuple(coded),
        rows,
        _numbers(table, _WEIGHT, np.float64),
        _numbers(table, _SQUARE, np.float64),
        int(_numbers(table, _BAD, np.int64).sum()),
    )


def truth_key(is_true: nw.Expr, is_false: nw.Expr) -> EngineKey:
    """Make a key of a predicate's two never-missing expressions."""
    code = nw.when(is_true).then(nw.lit(1)).otherwise(nw.when(is_false).then(nw.lit(0)).otherwise(nw.lit(-1)))
    return EngineKey(code, truth=True)


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


def score_key(column: str, threshold: float) -> EngineKey:
    """Make a key of whether a score reaches the threshold; one that is not finite is missing."""
    # As doubles: Polars would round the threshold to the precision of a column of single floats.
    score = nw.col(column).cast(nw.Float64)
    finite = ~score.is_null() & score.is_finite()
    return truth_key(finite & (score >= threshold), finite & (score < threshold))


def _collected(groups: nw.LazyFrame[Any]) -> pa.Table:
    # Polars' streaming engine never has all rows at once, and is the faster one on frames in memory too.
    options = {"engine": "streaming"} if groups.implementation.is_polars() else {}
    return groups.collect(**options).to_arrow()


def _weight_columns(weight: str) -> list[nw.Expr]:
    value = nw.col(weight).cast(nw.Float64)
    # `is_finite` and not `is_nan`, which DuckDB may answer wrongly: see `nan_as_missing`.
    usable = ~value.is_null() & value.is_finite() & (value >= 0)
    clean = nw.when(usable).then(value).otherwise(nw.lit(0.0))
    return [
        clean.alias(_WEIGHT),
        (clean * clean).alias(_SQUARE),
        nw.when(usable).then(nw.lit(0)).otherwise(nw.lit(1)).alias(_BAD),
    ]


def _key(column: pa.ChunkedArray, key: EngineKey) -> Key:
    if key.truth:
        codes = column.to_numpy().astype(np.int64)
        return Key(codes + 1, (None, "False", "True"))
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


def _numbers(table: pa.Table, name: str, dtype: type[np.generic]) -> NDArray[Any]:
    return np.asarray(table.column(name).to_pylist(), dtype) if table.num_rows else np.zeros(0, dtype)
