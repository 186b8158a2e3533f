"""Parquet and Arrow files read and written batch by batch, with one column of texts replaced.

Types, nulls, nested values and the schema's metadata go through as they are. Rows of other formats become a
file of these by a schema that is known before the first row is written.
"""

from __future__ import annotations

import datetime as dt
import decimal
import json
import math
from collections.abc import Iterator, Mapping, Sequence
from functools import cached_property
from pathlib import Path
from typing import IO, Any, Literal

import pyarrow as pa
import pyarrow.parquet as pq

from fairkit.errors import DataError, shortlist, unknown_name

Kind = Literal["parquet", "arrow"]
Added = Mapping[str, type]
"""Names of the columns that are added, and whether they hold ``str`` or ``int``."""

_ROWS = 4096
_BATCH_BYTES = 1 << 25
_GROUP_ROWS = 1 << 17
_GROUP_BYTES = 1 << 26
_TYPES = {str: pa.string(), int: pa.int64()}


class ArrowChunk:
    """A record batch of some rows.

    Parameters
    ----------
    batch : pyarrow.RecordBatch
    place : int
        Which column has the texts.
    """

    def __init__(self, batch: pa.RecordBatch, place: int) -> None:
        self.batch, self.place = batch, place
        self.texts: list[str | None] = batch.column(place).to_pylist()

    @cached_property
    def _rows(self) -> list[dict[str, Any]]:
        rows: list[dict[str, Any]] = self.batch.to_pylist()
        return rows

    def cells(self, place: int) -> dict[str, Any]:
        """Return a row's values as what JSON can hold."""
        return {name: _json_value(value, name) for name, value in self._rows[place].items()}

    def shown(self, place: int) -> dict[str, str]:
        """Return a row's values as text, nothing for null."""
        return {name: _shown(value, name) for name, value in self._rows[place].items()}


class ArrowReader:
    """Reads Parquet or Arrow files of one schema.

    Parameters
    ----------
    paths : sequence of Path
    kind : {"parquet", "arrow"}
    column : str
        The column of texts.

    Raises
    ------
    DataError
        There is no such column, or it holds no texts; or the files differ in their columns.

    Examples
    --------
    >>> import tempfile
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     file = Path(folder) / "rows.parquet"
    ...     pq.write_table(pa.table({"id": [1, 2], "text": ["She sang.", None]}), file)
    ...     [chunk.texts for chunk in ArrowReader([file], "parquet", "text").chunks()]
    [['She sang.', None]]
    """

    def __init__(self, paths: Sequence[Path], kind: Kind, column: str) -> None:
        self._paths, self._kind = paths, kind
        schemas = [_schema(path, kind) for path in paths]
        self.schema: pa.Schema = schemas[0]
        self.names: tuple[str, ...] = tuple(self.schema.names)
        self.compression = _compression(paths[0], kind)
        problems = [
            f"{path.name} has other columns or types than {paths[0].name}; they must be parts of one table."
            for path, schema in zip(paths, schemas, strict=True)
            if not schema.equals(self.schema)
        ]
        if column not in self.names:
            problems.append(unknown_name("column", column, self.names))
        elif self.names.count(column) > 1:
            problems.append(f"column '{column}' appears more than once; rename it: which one is meant?")
        elif not _is_text(self.schema.field(column).type):
            problems.append(
                f"column '{column}' must hold texts, it holds {self.schema.field(column).type} "
                f"(columns with texts: {shortlist(_texts(self.schema)) or 'none'})."
            )
        if problems:
            raise DataError(*problems)
        self.place = self.names.index(column)

    def chunks(self) -> Iterator[ArrowChunk]:
        """Yield the rows, some at a time.

        Raises
        ------
        DataError
            A file is damaged.
        """
        for path in self._paths:
            try:
                for batch in _BATCHES[self._kind](path):
                    yield ArrowChunk(batch, self.place)
            except (pa.ArrowException, OSError, UnicodeDecodeError) as error:
                raise _damaged(path, error) from error


class ArrowWriter:
    """Writes what an :class:`ArrowReader` read, with other texts, and columns added.

    Parameters
    ----------
    file : binary file
    kind : {"parquet", "arrow"}
    reader : ArrowReader
    added : mapping of str to type
    """

    def __init__(self, file: IO[bytes], kind: Kind, reader: ArrowReader, added: Added) -> None:
        self._place = reader.place
        self._field: pa.Field = _wide(reader.schema.field(reader.place))
        schema = reader.schema.set(reader.place, self._field)
        self._schema = added_schema(schema, added)
        self._added = [_TYPES[kind_of] for kind_of in added.values()]
        self._writer = _writer(file, kind, self._schema, reader.compression)
        self._known: dict[str, int] = {}

    def write(self, chunk: ArrowChunk, rows: Sequence[Any]) -> None:
        """Write rows of a chunk."""
        if not rows:
            return
        places, texts, added = zip(*rows, strict=True)
        batch = chunk.batch
        if places != tuple(range(batch.num_rows)):
            batch = batch.take(pa.array(places, pa.int64()))
        columns = list(batch.columns)
        if pa.types.is_dictionary(self._field.type) or list(texts) != [
            chunk.texts[place] for place in places
        ]:
            columns[self._place] = self._texts(texts)
        columns += [pa.array([row[i] for row in added], kind) for i, kind in enumerate(self._added)]
        self._writer.write_batch(pa.RecordBatch.from_arrays(columns, schema=self._schema))

    def close(self) -> None:
        """Write what ends the file."""
        self._writer.close()

    def _texts(self, texts: Sequence[str | None]) -> pa.Array:
        kind = self._field.type
        if not pa.types.is_dictionary(kind):
            return pa.array(texts, pa.string()).cast(kind)
        # A file of Arrow has one dictionary, which may only grow; so it is that of all texts so far.
        known = self._known
        codes = [None if text is None else known.setdefault(text, len(known)) for text in texts]
        indices = pa.array(codes, pa.int64()).cast(kind.index_type)
        words = pa.array(list(known), pa.string()).cast(kind.value_type)
        return pa.DictionaryArray.from_arrays(indices, words, ordered=kind.ordered)


class RowsWriter:
    """Writes rows that come as mappings of names to values.

    Parameters
    ----------
    file : binary file
    kind : {"parquet", "arrow"}
    schema : pyarrow.Schema
    """

    def __init__(self, file: IO[bytes], kind: Kind, schema: pa.Schema) -> None:
        self._schema = schema
        self._writer = _writer(file, kind, schema, "snappy" if kind == "parquet" else None)

    def write(self, rows: Sequence[Mapping[str, Any]]) -> None:
        """Write rows.

        Raises
        ------
        DataError
            A value does not go into the type of its column.
        """
        try:
            columns = [pa.array([row.get(f.name) for row in rows], f.type) for f in self._schema]
        except (pa.ArrowException, TypeError, ValueError, OverflowError) as error:
            raise DataError(f"rows do not fit into {self._schema.names}: {_told(error)}.") from error
        self._writer.write_batch(pa.RecordBatch.from_arrays(columns, schema=self._schema))

    def close(self) -> None:
        """Write what ends the file."""
        self._writer.close()


def inferred(rows: Sequence[Mapping[str, Any]], names: Sequence[str], known: pa.Schema | None) -> pa.Schema:
    """Find the types of columns from some more rows.

    Parameters
    ----------
    rows : sequence of mapping
    names : sequence of str
    known : pyarrow.Schema or None
        What earlier rows said.

    Raises
    ------
    DataError
        A column mixes types; all such columns at once.

    Examples
    --------
    >>> inferred([{"a": 1}, {"a": 2.5, "b": "x"}], ["a", "b"], None).types
    [DataType(double), DataType(string)]
    """
    fields, problems = [], []
    for name in names:
        try:
            found = pa.array([row.get(name) for row in rows]).type
            if known is not None:
                both = [pa.schema([(name, known.field(name).type)]), pa.schema([(name, found)])]
                found = pa.unify_schemas(both, promote_options="permissive").field(0).type
            fields.append((name, found))
        except (pa.ArrowException, TypeError, ValueError, OverflowError) as error:
            problems.append(
                f"column '{name}' has no one type, which a file of columns needs: {_told(error)}. "
                "Write JSON Lines instead, or mend it."
            )
    if problems:
        raise DataError(*problems)
    return pa.schema(fields)


def added_schema(schema: pa.Schema, added: Added) -> pa.Schema:
    """Return a schema with columns added.

    Examples
    --------
    >>> added_schema(pa.schema({"text": pa.string()}), {"pair": int}).names
    ['text', 'pair']
    """
    for name, kind in added.items():
        schema = schema.append(pa.field(name, _TYPES[kind]))
    return schema


def _schema(path: Path, kind: Kind) -> pa.Schema:
    try:
        if kind == "parquet":
            return pq.read_schema(path)
        with pa.memory_map(str(path)) as source, pa.ipc.open_file(source) as file:
            return file.schema
    except (pa.ArrowException, OSError) as error:
        raise _damaged(path, error) from error


def _parquet_batches(path: Path) -> Iterator[pa.RecordBatch]:
    with pq.ParquetFile(path) as file:
        size = sum(file.metadata.row_group(i).total_byte_size for i in range(file.num_row_groups))
        a_row = max(1, size // max(1, file.metadata.num_rows))
        yield from file.iter_batches(batch_size=max(1, min(_ROWS, _BATCH_BYTES // a_row)))


def _arrow_batches(path: Path) -> Iterator[pa.RecordBatch]:
    with pa.memory_map(str(path)) as source, pa.ipc.open_file(source) as file:
        for number in range(file.num_record_batches):
            batch = file.get_batch(number)
            a_row = max(1, batch.nbytes // max(1, batch.num_rows))
            rows = max(1, min(_ROWS, _BATCH_BYTES // a_row))
            for start in range(0, batch.num_rows, rows):
                yield batch.slice(start, rows)


_BATCHES = {"parquet": _parquet_batches, "arrow": _arrow_batches}


def _compression(path: Path, kind: Kind) -> str | None:
    if kind == "parquet":
        metadata = pq.read_metadata(path)
        if metadata.num_row_groups and metadata.num_columns:
            return str(metadata.row_group(0).column(0).compression).lower().replace("uncompressed", "none")
        return "snappy"
    return "lz4" if path.suffix.lower() == ".feather" else None


class _ParquetFile:
    """Writes batches as row groups of a size that is good to read."""

    def __init__(self, file: IO[bytes], schema: pa.Schema, compression: str) -> None:
        self._file = pq.ParquetWriter(file, schema, compression=compression)
        self._held: list[pa.RecordBatch] = []
        self._rows = self._bytes = 0

    def write_batch(self, batch: pa.RecordBatch) -> None:
        self._held.append(batch)
        self._rows += batch.num_rows
        self._bytes += batch.nbytes
        if self._rows >= _GROUP_ROWS or self._bytes >= _GROUP_BYTES:
            self._flush()

    def close(self) -> None:
        self._flush()
        self._file.close()

    def _flush(self) -> None:
        if self._held:
            self._file.write_table(pa.Table.from_batches(self._held), row_group_size=self._rows)
        self._held, self._rows, self._bytes = [], 0, 0


def _wide(field: pa.Field) -> pa.Field:
    """Let a dictionary of texts have as many texts as may come."""
    kind = field.type
    if pa.types.is_dictionary(kind) and kind.index_type.bit_width < 32:
        return field.with_type(pa.dictionary(pa.int32(), kind.value_type, kind.ordered))
    return field


def _writer(file: IO[bytes], kind: Kind, schema: pa.Schema, compression: str | None) -> Any:
    if kind == "parquet":
        return _ParquetFile(file, schema, compression or "snappy")
    options = pa.ipc.IpcWriteOptions(
        compression=compression if compression in ("lz4", "zstd") else None, emit_dictionary_deltas=True
    )
    return pa.ipc.new_file(file, schema, options=options)


def _is_text(kind: pa.DataType) -> bool:
    types = pa.types
    if types.is_dictionary(kind):
        return _is_text(kind.value_type)
    return bool(types.is_string(kind) or types.is_large_string(kind) or types.is_string_view(kind))


def _texts(schema: pa.Schema) -> list[str]:
    return [field.name for field in schema if _is_text(field.type)]


def _shown(value: Any, name: str) -> str:
    if value is None:
        return ""
    if isinstance(value, str):
        return value
    plain = _json_value(value, name, finite=False)
    if isinstance(plain, str):
        return plain
    return json.dumps(plain, ensure_ascii=False)


def _json_value(value: Any, name: str, *, finite: bool = True) -> Any:
    """Return a value of Arrow as one that JSON has."""
    if value is None or isinstance(value, str | bool | int):
        return value
    if isinstance(value, float):
        if finite and math.isinf(value):
            raise DataError(f"column '{name}' holds {value}, which JSON has not; write Parquet or CSV.")
        return None if finite and math.isnan(value) else value
    if isinstance(value, dt.datetime | dt.date | dt.time):
        return value.isoformat()
    if isinstance(value, dt.timedelta | decimal.Decimal):
        return str(value)
    if isinstance(value, Mapping):
        return {str(key): _json_value(one, name, finite=finite) for key, one in value.items()}
    if isinstance(value, list | tuple):
        return [_json_value(one, name, finite=finite) for one in value]
    raise DataError(
        f"column '{name}' holds {type(value).__name__}, which has no text; write Parquet or Arrow instead."
    )


def _damaged(path: Path, error: Exception) -> DataError:
    return DataError(f"{path.name} cannot be read: {_told(error)}")


def _told(error: Exception) -> str:
    said = " ".join(str(error).split())
    return said if len(said) <= 200 else f"{said[:197]}..."
