"""Rows of files as DuckDB relations: only the columns that are used, each typed for its use.

No type is guessed from the first rows: DuckDB would read a column of ``F`` as false, and round the first
fraction that comes after twenty thousand whole numbers. Columns of CSV and JSON Lines come as the texts they
are; what these mean is decided on all texts that occur (:func:`fairkit.door.cells.csv_texts`), or, where a
number or a boolean is needed, row by row.
"""

from __future__ import annotations

import glob
import os
import zlib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from functools import cache
from pathlib import Path
from typing import Any

import duckdb
import pyarrow as pa
import pyarrow.dataset as ds
import pyarrow.parquet as pq

from fairkit.errors import DataError, shortlist
from fairkit.questions import Use

ERRORS = (duckdb.Error, pa.ArrowException, OSError, EOFError, ValueError, zlib.error)
"""What reading a damaged file may raise."""

Relation = duckdb.DuckDBPyRelation


def csv(
    files: Sequence[Path],
    names: Sequence[str],
    uses: Mapping[str, Use],
    missing: Sequence[str],
    *,
    separator: str,
) -> Relation:
    """Return columns of CSV files; they are found by their place, for a header may repeat a name."""
    refuse_twins(uses)
    plain = [text for text in missing if text and not set(text) & {separator, '"', "\r", "\n"}]
    rows = connect().read_csv(
        _listed(files),
        auto_detect=False,
        columns={f"c{i}": "VARCHAR" for i in range(len(names))},
        sep=separator,
        header=True,
        quotechar='"',
        escapechar='"',
        comment="",
        na_values=["", *plain],
        null_padding=False,
        ignore_errors=False,
        strict_mode=True,
    )
    return _typed(rows, {name: f"c{names.index(name)}" for name in uses}, uses)


def json(files: Sequence[Path], uses: Mapping[str, Use], missing: Sequence[str]) -> Relation:
    """Return columns of JSON Lines; keys come as JSON, for each value has a type of its own."""
    refuse_twins(uses)
    rows = connect().read_json(
        _listed(files), format="newline_delimited", columns=dict.fromkeys(uses, "JSON")
    )
    sources = {}
    for name, use in uses.items():
        if use == "key":
            sources[name] = f"CAST({identifier(name)} AS VARCHAR)"
        else:
            value = f"({identifier(name)}->>'$')"
            named = ", ".join(literal(text) for text in missing)
            sources[name] = f"CASE WHEN {value} NOT IN ({named}) THEN {value} END" if named else value
    return _typed(rows, sources, uses)


def json_keys(files: Sequence[Path]) -> list[str]:
    """Collect the keys of all rows of JSON Lines."""
    listed = ", ".join(literal(file) for file in _listed(files))
    objects = connect().sql(f"FROM read_ndjson_objects([{listed}])").filter("json_type(json) = 'OBJECT'")
    names = objects.project("unnest(json_keys(json)) AS name").distinct().order("name")
    return [name for (name,) in names.fetchall()]


def parquet(files: Sequence[Path], names: Sequence[str], uses: Mapping[str, Use]) -> Relation:
    """Return columns of Parquet files; every file must have them."""
    refuse_twins(uses)
    rows = _parquet(files)
    if len(files) > 1:
        stored = {file.name: pq.read_schema(file).names for file in files}
        kept = {name for columns in stored.values() for name in columns}
        _refuse_lacking(stored, [name for name in uses if name in kept])
    places = rows.columns
    return rows.project(", ".join(f"{identifier(places[names.index(n)])} AS {identifier(n)}" for n in uses))


def parquet_names(files: Sequence[Path]) -> list[str]:
    """Name the columns: DuckDB renames those that differ only in case, and adds those of a folder's name."""
    names = list(pq.read_schema(files[0]).names)
    return names + _parquet(files).columns[len(names) :]


def arrow(files: Sequence[Path], uses: Mapping[str, Use]) -> Relation:
    """Return columns of Arrow files; every file must have them."""
    refuse_twins(uses)
    dataset = _arrow(files)
    _refuse_lacking(
        {Path(part.path).name: part.physical_schema.names for part in dataset.get_fragments()}, list(uses)
    )
    return connect().from_arrow(dataset.scanner(columns=list(uses)).to_reader())


def arrow_names(files: Sequence[Path]) -> list[str]:
    """Name the columns of Arrow files."""
    return list(_arrow(files).schema.names)


def table(data: Any, uses: Mapping[str, Use]) -> Relation:
    """Return columns of an Arrow table, batch, dataset or stream; a stream is read once, by the query."""
    refuse_twins(uses)
    names = list(uses)
    if isinstance(data, pa.RecordBatchReader):
        schema = pa.schema([data.schema.field(name) for name in names])
        data = pa.RecordBatchReader.from_batches(schema, (batch.select(names) for batch in data))
    elif isinstance(data, ds.Dataset):
        data = data.scanner(columns=names).to_reader()
    elif isinstance(data, pa.RecordBatch):
        data = pa.Table.from_batches([data.select(names)])
    else:
        data = data.select(names)
    return connect().from_arrow(data)


def held(data: Any, names: Iterable[str]) -> Any:
    """Hold columns of a stream in memory, so that they can be read again."""
    wanted = list(names)
    schema = pa.schema([data.schema.field(name) for name in wanted])
    return pa.Table.from_batches([batch.select(wanted) for batch in data], schema)


def refuse_twins(names: Iterable[str]) -> None:
    """Refuse names that DuckDB, which does not see case, would take for one.

    Raises
    ------
    DataError
        Two of the names differ only in case.
    """
    folded: dict[str, list[str]] = {}
    for name in names:
        folded.setdefault(name.casefold(), []).append(name)
    problems = [
        f"columns {shortlist(sorted(twins))} differ only in case and are used together; rename one of them."
        for twins in folded.values()
        if len(twins) > 1
    ]
    if problems:
        raise DataError(*problems)


def connect() -> duckdb.DuckDBPyConnection:
    """Open a connection whose queries do not believe statistics, nor keep the order of rows (but `in_order`).

    Statistics of Parquet files leave NaN out, and DuckDB takes them to say that there is none
    (https://github.com/duckdb/duckdb/issues/25521).
    """
    shared = _SHARED.get()
    if shared is not None:
        return shared
    database = _database(os.getpid(), ordered=True) if _ORDERED.get() else _database(os.getpid())
    return database.cursor()


@contextmanager
def joinable() -> Iterator[None]:
    """Let relations that are made meanwhile share one connection, as those that are joined must."""
    token = _SHARED.set(connect())
    try:
        yield
    finally:
        _SHARED.reset(token)


@contextmanager
def in_order() -> Iterator[None]:
    """Let relations that are made meanwhile keep the order of rows, which counting has no use for."""
    token = _ORDERED.set(True)
    try:
        yield
    finally:
        _ORDERED.reset(token)


_ORDERED = ContextVar("ordered", default=False)
_SHARED: ContextVar[duckdb.DuckDBPyConnection | None] = ContextVar("shared", default=None)


@cache
def _database(
    process: int,  # noqa: ARG001 - its threads do not survive a fork
    *,
    ordered: bool = False,
) -> duckdb.DuckDBPyConnection:
    database = duckdb.connect()
    database.execute(f"SET preserve_insertion_order = {str(ordered).lower()}")
    database.execute("SET disabled_optimizers = 'statistics_propagation'")
    return database


def _typed(rows: Relation, sources: Mapping[str, str], uses: Mapping[str, Use]) -> Relation:
    """Select texts, each as what it is used as; a text that is none of that stops the query."""
    columns = []
    for name, use in uses.items():
        text = sources[name]
        if use == "number":
            number = f"TRY_CAST(trim({text}) AS DOUBLE)"
            value = _checked(text, f"{number} IS NOT NULL", number, _wrong(name, text, "numbers", "DOUBLE"))
        elif use == "bool":
            word = f"lower(trim({text}))"
            value = _checked(
                text,
                f"{word} IN ('true', 'false')",
                f"{word} = 'true'",
                _wrong(name, text, "true/false", "BOOLEAN"),
            )
        else:
            value = text
        columns.append(f"{value} AS {identifier(name)}")
    return rows.project(", ".join(columns))


def _checked(text: str, condition: str, value: str, wrong: str) -> str:
    return f"CASE WHEN {text} IS NULL THEN NULL WHEN {condition} THEN {value} ELSE {wrong} END"


def _wrong(name: str, text: str, holds: str, target: str) -> str:
    says = literal(f"column '{name}' must hold {holds}; it has '")
    return f"CAST(error({says} || {text} || chr(39)) AS {target})"


def _parquet(files: Sequence[Path]) -> Relation:
    # Folders such as site=01 are a column, of texts: as a number, 01 would lose its zero.
    keys = {tuple(part.partition("=")[0] for part in file.parts[:-1] if "=" in part) for file in files}
    partitioned = str(len(keys) == 1 and keys != {()}).lower()
    listed = ", ".join(literal(file) for file in _listed(files))
    return connect().sql(
        f"FROM read_parquet([{listed}], union_by_name = {str(len(files) > 1).lower()}, "
        f"hive_partitioning = {partitioned}, hive_types_autocast = false)"
    )


def _arrow(files: Sequence[Path]) -> ds.Dataset:
    return ds.dataset([str(file) for file in files], format="ipc")


def _refuse_lacking(columns: Mapping[str, Sequence[str]], used: Sequence[str]) -> None:
    """Refuse parts without a column that is used: its values would silently count as missing."""
    problems = [
        f"column '{name}' is not in {shortlist(lacking, shown=3)}, but in other parts of the data; "
        "every part must have the columns that are used."
        for name in used
        if (lacking := sorted(file for file, names in columns.items() if name not in names))
    ]
    if problems:
        raise DataError(*problems)


def _listed(files: Sequence[Path]) -> Any:
    return [glob.escape(str(file)) for file in files]  # DuckDB takes lists, its stubs do not say so


def identifier(name: str) -> str:
    """Quote a column's name for DuckDB.

    Examples
    --------
    >>> identifier("score text")
    '"score text"'
    """
    doubled = name.replace('"', '""')
    return f'"{doubled}"'


def literal(text: str) -> str:
    """Quote a text for DuckDB.

    Examples
    --------
    >>> literal("it's")
    "'it''s'"
    """
    doubled = text.replace("'", "''")
    return f"'{doubled}'"
