"""Rows of anything as Arrow record batches of one size, read as they are needed.

Where rows lie on disk or come as a stream, no more than a few batches are in memory at once. Texts have one
Arrow type whatever they came from (engines have four), so that a function that reads one engine's batches
reads any engine's.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any, NamedTuple

import narwhals.stable.v2 as nw
import pandas as pd
import pyarrow as pa
import pyarrow.dataset as ds

from fairkit.door import relations
from fairkit.errors import DataError, UsageError, unknown_name
from fairkit.files import OpenedFile, open_path, reading_error
from fairkit.questions import Use

Columns = Sequence[str] | None


class Batches(NamedTuple):
    """Batches with the schema they all have."""

    schema: pa.Schema
    batches: Iterator[pa.RecordBatch]

    def empty(self) -> pa.RecordBatch:
        """Return a batch without rows."""
        return empty(self.schema)


class Known(NamedTuple):
    """Data, and what they are: "path", "mapping", "arrow" or what narwhals calls their engine."""

    engine: str
    data: Any


def known(data: Any) -> Known:
    """Tell what the data are."""
    if isinstance(data, str | os.PathLike):
        return Known("path", data)
    if isinstance(data, Mapping):
        return Known("mapping", data)
    if isinstance(data, pd.DataFrame):
        return Known("pandas", data)
    if isinstance(data, pa.Table | pa.RecordBatch | pa.RecordBatchReader | ds.Dataset | ds.Scanner):
        return Known("arrow", data)
    frame = nw.from_native(data, pass_through=True)
    if isinstance(frame, nw.DataFrame | nw.LazyFrame):
        return Known(frame.implementation.name.lower(), nw.to_native(frame))
    return Known("arrow", data)


def batches_of(data: Known, columns: Columns, rows: int) -> Batches:
    """Read data of this machine in batches of so many rows; the last one may be smaller.

    Parameters
    ----------
    data : Known
        Not Spark and Dask, which have batches of their own.
    columns : sequence of str or None
        Columns to read; None reads all.
    rows : int

    Raises
    ------
    DataError
        The data cannot be read, or have no such columns.
    """
    found = _READ.get(data.engine, _arrow)(data.data, columns, rows)
    return Batches(plain(found.empty()).schema, regrouped(map(plain, found.batches), rows))


def chosen(names: Sequence[str], columns: Columns) -> list[str]:
    """Check the columns asked for against those that exist.

    Raises
    ------
    UsageError
        `columns` is no list of names.
    DataError
        Columns do not exist, or have a name that another one has too; all problems at once.
    """
    if isinstance(columns, str) or (columns is not None and not list(columns)):
        raise UsageError(
            f"columns must be a list of names, as in columns=['text', 'sex']; it is {columns!r}."
        )
    wanted = list(dict.fromkeys(names if columns is None else map(str, columns)))
    problems = [unknown_name("column", name, list(names)) for name in wanted if name not in names]
    problems += [
        f"column '{name}' appears more than once in the data; rename it: which one is meant?"
        for name in wanted
        if list(names).count(name) > 1
    ]
    if problems:
        raise DataError(*problems)
    return wanted


def plain(batch: pa.RecordBatch) -> pa.RecordBatch:
    """Give texts, which may be large or views, the type `string`, and dictionaries that of their values."""
    types = [_plain(field.type) for field in batch.schema]
    if types == batch.schema.types:
        return batch
    arrays = [column.cast(kind) for column, kind in zip(batch.columns, types, strict=True)]
    return pa.RecordBatch.from_arrays(arrays, names=batch.schema.names)


def regrouped(batches: Iterator[pa.RecordBatch], rows: int) -> Iterator[pa.RecordBatch]:
    """Cut and join batches so that each has so many rows, but for the last."""
    held: list[pa.RecordBatch] = []
    height = 0
    for batch in batches:
        rest = batch
        while rest.num_rows:
            part = rest.slice(0, rows - height)
            held.append(part)
            height += part.num_rows
            rest = rest.slice(part.num_rows)
            if height == rows:
                yield from _joined(held)
                held, height = [], 0
    if held:
        yield from _joined(held)


def empty(schema: pa.Schema) -> pa.RecordBatch:
    """Return a batch of a schema without rows."""
    return pa.RecordBatch.from_arrays([pa.array([], field.type) for field in schema], schema=schema)


def pandas_batches(
    data: Any, columns: Sequence[str], schema: pa.Schema, rows: int
) -> Iterator[pa.RecordBatch]:
    """Cut a pandas frame into batches; the schema is of the whole, for a part may lack values."""
    names = [str(name) for name in data.columns]
    places = [names.index(name) for name in columns]
    for start in range(0, len(data), rows):
        part = data.iloc[start : start + rows]
        arrays = [
            _array(part.iloc[:, place], field.type) for place, field in zip(places, schema, strict=True)
        ]
        yield pa.RecordBatch.from_arrays(arrays, schema=schema)


def pandas_schema(data: Any, columns: Sequence[str]) -> pa.Schema:
    """Find the Arrow types of a pandas frame's columns.

    Raises
    ------
    DataError
        A column mixes types.
    """
    names = [str(name) for name in data.columns]
    fields, problems = [], []
    for name in columns:
        try:
            one = data.iloc[:, [names.index(name)]].set_axis(["one"], axis=1)
            fields.append(pa.field(name, pa.Schema.from_pandas(one, preserve_index=False).field("one").type))
        except pa.ArrowException as error:
            problems.append(f"column '{name}' mixes types: {' '.join(str(error).split())}.")
    if problems:
        raise DataError(*problems)
    return pa.schema(fields)


def _pandas(data: pd.DataFrame, columns: Columns, rows: int) -> Batches:
    wanted = chosen([str(name) for name in data.columns], columns)
    schema = pandas_schema(data, wanted)
    return Batches(schema, pandas_batches(data, wanted, schema, rows))


def _file(path: str | os.PathLike[str], columns: Columns, rows: int) -> Batches:
    opened = open_path(path)
    if columns is None or not set(columns) <= set(opened.names):  # rows of JSON Lines differ in their keys
        opened = opened.with_all_names()
    use: Use = "text" if opened.format in ("csv", "json") else "key"
    with relations.in_order():
        relation = opened.relation(dict.fromkeys(chosen(opened.names, columns), use), ())
    try:
        found = _relation(relation, None, rows)
    except relations.ERRORS as error:
        raise reading_error(error, opened.paths) from error
    return found._replace(batches=_readable(found.batches, opened))


def _readable(batches: Iterator[pa.RecordBatch], opened: OpenedFile) -> Iterator[pa.RecordBatch]:
    while True:
        try:
            batch = next(batches)
        except StopIteration:
            return
        except relations.ERRORS as error:
            raise reading_error(error, opened.paths) from error
        yield batch


def _relation(relation: Any, columns: Columns, rows: int) -> Batches:
    wanted = chosen(relation.columns, columns)
    projected = relation.project(", ".join('"' + name.replace('"', '""') + '"' for name in wanted))
    read = getattr(projected, "to_arrow_reader", None) or projected.fetch_record_batch
    reader = read(rows)
    return Batches(reader.schema, iter(reader))


def _polars(frame: Any, columns: Columns, rows: int) -> Batches:
    import polars as pl

    used = frame.select(chosen(frame.collect_schema().names(), columns))
    parts: Any
    if isinstance(used, pl.LazyFrame) and hasattr(used, "collect_batches"):
        parts, schema = (
            used.collect_batches(chunk_size=rows, engine="streaming"),
            used.collect_schema().to_frame(),
        )
    else:
        whole = used.lazy().collect(engine="streaming")
        parts, schema = whole.iter_slices(rows), whole.head(0)
    oldest = pl.CompatLevel.oldest()
    batches = (batch for part in parts for batch in part.to_arrow(compat_level=oldest).to_batches())
    return Batches(schema.to_arrow(compat_level=oldest).schema, batches)


def _arrow(data: Any, columns: Columns, rows: int) -> Batches:
    if isinstance(data, ds.Dataset):
        scanner = data.scanner(
            columns=chosen(data.schema.names, columns),
            batch_size=rows,
            batch_readahead=2,
            fragment_readahead=1,
        )
        return Batches(scanner.projected_schema, scanner.to_batches())
    if isinstance(data, pa.RecordBatch):
        data = pa.Table.from_batches([data])
    if isinstance(data, pa.Table):
        table = data.select(chosen(data.schema.names, columns))
        return Batches(table.schema, iter(table.to_batches(max_chunksize=rows)))
    try:
        is_scanner = hasattr(data, "to_reader")
        reader = data.to_reader() if is_scanner else pa.RecordBatchReader.from_stream(data)
    except (TypeError, pa.ArrowInvalid) as error:  # an array, a scalar, no data at all
        raise DataError(
            f"cannot read rows from {type(data).__name__}; give a pandas, Polars, pyarrow, DuckDB, Dask or "
            "Spark frame, a mapping of names to arrays, or the path of a file."
        ) from error
    wanted = chosen(reader.schema.names, columns)
    schema = pa.schema([reader.schema.field(name) for name in wanted])
    return Batches(schema, (batch.select(wanted) for batch in reader))


def _mapping(data: Mapping[str, Any], columns: Columns, rows: int) -> Batches:
    given = {str(name): values for name, values in data.items()}
    arrays, problems = {}, []
    for name in chosen([str(name) for name in data], columns):
        try:
            arrays[name] = pa.array(given[name], from_pandas=True)
        except (pa.ArrowException, TypeError, ValueError) as error:
            problems.append(f"column '{name}' has no Arrow type: {' '.join(str(error).split())}.")
    lengths = {name: len(array) for name, array in arrays.items()}
    if len(set(lengths.values())) > 1:
        problems.append(f"columns must have one length; these have {lengths}.")
    if problems:
        raise DataError(*problems)
    return _arrow(pa.table(arrays), None, rows)


_READ: Mapping[str, Callable[[Any, Columns, int], Batches]] = {
    "path": _file,
    "mapping": _mapping,
    "pandas": _pandas,
    "polars": _polars,
    "duckdb": _relation,
}


def _array(series: Any, kind: pa.DataType) -> pa.Array:
    array = pa.array(series, type=kind, from_pandas=True)
    return array.combine_chunks() if isinstance(array, pa.ChunkedArray) else array


def _joined(parts: Sequence[pa.RecordBatch]) -> list[pa.RecordBatch]:
    if len(parts) == 1:
        return [parts[0]]
    joined: list[pa.RecordBatch] = pa.Table.from_batches(parts).combine_chunks().to_batches()
    return joined


def _plain(kind: pa.DataType) -> pa.DataType:
    if pa.types.is_dictionary(kind):
        return _plain(kind.value_type)
    if pa.types.is_large_string(kind) or pa.types.is_string_view(kind):
        return pa.string()
    return kind
