"""Columns of texts taken from a user's frame and put back: same frame, same order, nothing else changed.

pandas, Polars and Arrow give back what they are: index, types and all other columns stay. What has no frame
of its own to give back (a stream, a DuckDB relation, a file) becomes an Arrow table. Queries that have not
run yet are those of :mod:`fairkit.door.lazy_columns`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Protocol

import pandas as pd
import pyarrow as pa

from fairkit.batches.sources import batches_of, known
from fairkit.errors import DataError, UsageError, shortlist, unknown_name

Texts = list[str | None]
Values = Sequence[str | int | None]

_BATCH_ROWS = 4096
_SHOWN = 5


class FrameColumns(Protocol):
    """A frame, as what is done with it here."""

    @property
    def names(self) -> tuple[str, ...]:
        """Names of its columns."""

    def texts(self, column: str) -> Texts:
        """Return a column of texts; None where a value is missing."""

    def values(self, column: str) -> list[Any]:
        """Return a column's values as Python's."""

    def with_columns(self, columns: Mapping[str, Values], *, like: str) -> Any:
        """Return the frame with columns replaced or added; texts get the type of the column `like`."""

    def taken(self, places: Sequence[int]) -> FrameColumns:
        """Return rows by their places, which may repeat."""


class _Pandas:
    def __init__(self, frame: pd.DataFrame) -> None:
        self._frame = frame

    @property
    def names(self) -> tuple[str, ...]:
        return tuple(map(str, self._frame.columns))

    def texts(self, column: str) -> Texts:
        return _checked(self.values(column), column)

    def values(self, column: str) -> list[Any]:
        series = self._series(column)
        return [None if lacks else value for value, lacks in zip(series, series.isna(), strict=True)]

    def with_columns(self, columns: Mapping[str, Values], *, like: str) -> pd.DataFrame:
        given = self._series(like)
        found = self._frame.copy(deep=False)
        names = self.names
        for name, values in columns.items():
            new: Any = _pandas_series(values, given)
            if name in names:
                found.isetitem(names.index(name), new)
            else:
                found.insert(found.shape[1], name, new)
        return found

    def taken(self, places: Sequence[int]) -> _Pandas:
        return _Pandas(self._frame.iloc[list(places)])

    def _series(self, column: str) -> pd.Series[Any]:
        found: pd.Series[Any] = self._frame.iloc[:, self.names.index(column)]
        return found


class _Polars:
    def __init__(self, frame: Any) -> None:
        self._frame = frame

    @property
    def names(self) -> tuple[str, ...]:
        return tuple(self._frame.columns)

    def texts(self, column: str) -> Texts:
        return _checked(self.values(column), column)

    def values(self, column: str) -> list[Any]:
        found: list[Any] = self._frame.get_column(column).to_list()
        return found

    def with_columns(self, columns: Mapping[str, Values], *, like: str) -> Any:
        import polars as pl

        kind = polars_type(self._frame.schema[like])
        return self._frame.with_columns(
            pl.Series(name, list(values), dtype=pl.Int64)
            if _kind(values) is int
            else pl.Series(name, list(values), dtype=pl.String).cast(kind)
            for name, values in columns.items()
        )

    def taken(self, places: Sequence[int]) -> _Polars:
        return _Polars(self._frame[list(places)])


class _Arrow:
    def __init__(self, table: pa.Table) -> None:
        self._table = table

    @property
    def names(self) -> tuple[str, ...]:
        return tuple(self._table.column_names)

    def texts(self, column: str) -> Texts:
        return _checked(self.values(column), column)

    def values(self, column: str) -> list[Any]:
        found: list[Any] = self._table.column(column).to_pylist()
        return found

    def with_columns(self, columns: Mapping[str, Values], *, like: str) -> Any:
        table = self._table
        text_type = table.schema.field(like).type
        if not _is_text(text_type):  # a column without any value
            text_type = pa.string()
        for name, values in columns.items():
            if _kind(values) is int:
                array = pa.array(values, pa.int64())
            elif pa.types.is_dictionary(text_type):
                array = pa.array(values, pa.string()).cast(text_type.value_type).dictionary_encode()
            else:
                array = pa.array(values, pa.string()).cast(text_type)
            if name in self.names:
                place = self.names.index(name)
                table = table.set_column(place, table.schema.field(place).with_type(array.type), array)
            else:
                table = table.append_column(name, array)
        return table

    def taken(self, places: Sequence[int]) -> _Arrow:
        return _Arrow(self._table.take(pa.array(places, pa.int64())))


class _Batch(_Arrow):
    """A record batch, which is given back as one."""

    def __init__(self, batch: pa.RecordBatch) -> None:
        super().__init__(pa.Table.from_batches([batch]))

    def with_columns(self, columns: Mapping[str, Values], *, like: str) -> Any:
        return _as_batch(super().with_columns(columns, like=like))

    def taken(self, places: Sequence[int]) -> _Batch:
        return _Batch(_as_batch(self._table.take(pa.array(places, pa.int64()))))


class _Mapping:
    def __init__(self, columns: Mapping[str, Any]) -> None:
        self._columns = columns

    @property
    def names(self) -> tuple[str, ...]:
        return tuple(map(str, self._columns))

    def texts(self, column: str) -> Texts:
        return _checked(self.values(column), column)

    def values(self, column: str) -> list[Any]:
        return [None if _is_nan(value) else value for value in self._columns[column]]

    def with_columns(self, columns: Mapping[str, Values], *, like: str) -> dict[str, Any]:  # noqa: ARG002 - lists have no type
        return {**self._columns, **{name: list(values) for name, values in columns.items()}}

    def taken(self, places: Sequence[int]) -> _Mapping:
        def rows(values: Any) -> Any:
            try:
                return values[list(places)]  # arrays
            except TypeError:
                return [values[place] for place in places]

        return _Mapping({name: rows(values) for name, values in self._columns.items()})


def columns_of(data: Any, *, wanted: Sequence[str]) -> FrameColumns:
    """Take a frame, a mapping of columns, or rows of any kind, as columns that can be replaced.

    Parameters
    ----------
    data : frame or path
        Whatever :func:`fairkit.batches.map_batches` takes, but for Spark and Dask. A lazy query runs.
    wanted : sequence of str
        Columns that must be there once.

    Raises
    ------
    DataError
        They are not, or the data cannot be read.
    UsageError
        The data are Spark's or Dask's.

    Examples
    --------
    >>> rows = columns_of({"id": [1, 2], "text": ["She sang.", None]}, wanted=["text"])
    >>> rows.with_columns({"text": ["He sang.", None]}, like="text")
    {'id': [1, 2], 'text': ['He sang.', None]}
    """
    found = _adapter(data)
    problems = [unknown_name("column", name, found.names) for name in wanted if name not in found.names]
    problems += [
        f"column '{name}' appears more than once in the data; rename it: which one is meant?"
        for name in wanted
        if found.names.count(name) > 1
    ]
    if problems:
        raise DataError(*problems)
    return found


def _adapter(data: Any) -> FrameColumns:
    if isinstance(data, pa.RecordBatch):
        return _Batch(data)
    engine, given = known(data)
    if engine in ("dask", "pyspark", "pyspark_connect"):
        raise UsageError(
            "rows of Spark and Dask have no numbers; swap their column, or write them to a file first."
        )
    if engine == "pandas":
        return _Pandas(given)
    if engine == "polars":
        return _Polars(given if hasattr(given, "get_column") else given.collect())
    if engine == "mapping":
        return _Mapping({str(name): values for name, values in given.items()})
    if isinstance(given, pa.Table):
        return _Arrow(given)
    if engine not in ("path", "arrow", "duckdb") and hasattr(given, "to_arrow"):
        return _Arrow(given.to_arrow())
    found = batches_of(known(given), None, _BATCH_ROWS)
    return _Arrow(pa.Table.from_batches(found.batches, schema=found.schema))


def _checked(values: list[Any], column: str) -> Texts:
    wrong = [value for value in values if not (value is None or isinstance(value, str))]
    if wrong:
        raise DataError(f"column '{column}' must hold texts, it holds {shortlist(wrong, shown=_SHOWN)}.")
    return values


def _kind(values: Values) -> type:
    return int if any(isinstance(value, int) for value in values) else str


def _is_nan(value: Any) -> bool:
    return isinstance(value, float) and value != value  # noqa: PLR0124 - NaN alone differs from itself


def _pandas_series(values: Values, like: pd.Series[Any]) -> pd.Series[Any]:
    kind: Any = like.dtype
    given: list[Any] = list(values)
    if _kind(values) is int:
        kind = "int64"
    elif isinstance(kind, pd.CategoricalDtype):
        kind = "category"
    elif pd.api.types.is_object_dtype(kind):
        # What stands for a missing text stays, None or NaN.
        given = [old if new is None else new for new, old in zip(values, like, strict=True)]
    elif not pd.api.types.is_string_dtype(kind):
        kind = "str"  # a column without any text
    made: pd.Series[Any] = pd.Series(given, index=like.index, dtype=kind)
    return made


def polars_type(kind: Any) -> Any:
    """Return the Polars type of texts like those of a column; an Enum has no room for new ones.

    Examples
    --------
    >>> import polars as pl
    >>> polars_type(pl.Enum(["a"]))
    String
    """
    import polars as pl

    return pl.Categorical if kind == pl.Categorical else pl.String


def _is_text(kind: pa.DataType) -> bool:
    types = pa.types
    if types.is_dictionary(kind):
        return _is_text(kind.value_type)
    return bool(types.is_string(kind) or types.is_large_string(kind) or types.is_string_view(kind))


def _as_batch(table: pa.Table) -> pa.RecordBatch:
    batches = table.combine_chunks().to_batches()
    if batches:
        return batches[0]
    return pa.RecordBatch.from_arrays(
        [pa.array([], kind) for kind in table.schema.types], schema=table.schema
    )
