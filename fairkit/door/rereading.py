"""Rows that can be read again and again, as a join must: files where they lie, frames held in memory."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import narwhals.stable.v2 as nw
import pyarrow as pa

from fairkit.batches.sources import batches_of, known
from fairkit.door import relations
from fairkit.door.cells import Decode
from fairkit.door.lazy_rows import is_lazy, lazy_rows
from fairkit.door.names import column_names
from fairkit.door.relations import Relation
from fairkit.errors import DataError, unknown_name
from fairkit.files import open_path
from fairkit.questions import Use

Uses = Mapping[str, Use]

_BATCH = 100_000


@dataclass(frozen=True, slots=True)
class RowsToJoin:
    """Rows that can be read as often as a join needs.

    Parameters
    ----------
    names : tuple of str
        Names of the columns.
    relation : callable
        From columns, and what each is read as, to a relation of them.
    decoders : callable
        From the same to how texts become levels.
    source : str
        File name, or the kind of frame.
    format : str
        Of a file; ``frame`` of rows in memory.
    sha256 : str or None
        Hash of the files' bytes, where there are any and they are not too large.
    paths : tuple of Path

    Examples
    --------
    >>> rows_to_join({"id": [1, 2], "d": [1, 0]}, ["id", "d"]).names
    ('id', 'd')
    """

    names: tuple[str, ...]
    relation: Callable[[Uses], Relation]
    decoders: Callable[[Uses], Mapping[str, Decode]]
    source: str
    format: str = "frame"
    sha256: str | None = None
    paths: tuple[Path, ...] = ()


def rows_to_join(data: Any, wanted: Sequence[str], *, missing: Sequence[str] = ()) -> RowsToJoin:
    """Open any data for a join.

    Parameters
    ----------
    data : frame or path
        Whatever :func:`fairkit.frames.count` takes. Of frames, the columns wanted are held in memory.
    wanted : sequence of str
        Columns that will be read, where they exist.
    missing : sequence of str
        Texts that mean "missing".

    Raises
    ------
    DataError
        The data cannot be read.

    Examples
    --------
    >>> rows_to_join("no/such.csv", ["id"])
    Traceback (most recent call last):
        ...
    fairkit.errors.DataError: there is no file 'no/such.csv'.
    """
    if not isinstance(data, str | os.PathLike):
        table, names = _held(data, wanted)
        source = "arrays" if isinstance(data, Mapping) else type(data).__module__.partition(".")[0]
        return RowsToJoin(names, lambda uses: relations.table(table, uses), lambda _: {}, source)
    opened = open_path(data)
    if not set(wanted) <= set(opened.names):  # rows of JSON Lines may have keys that the first ones lack
        opened = opened.with_all_names()
    return RowsToJoin(
        opened.names,
        lambda uses: opened.relation(uses, missing),
        lambda uses: opened.decoders(uses, missing),
        Path(data).name or str(data),
        opened.format,
        opened.sha256(),
        opened.paths,
    )


def refuse_unknown(rows: RowsToJoin, columns: Sequence[str], *, side: str) -> None:
    """Refuse rows that lack a column, with all that are lacking.

    Parameters
    ----------
    rows : RowsToJoin
    columns : sequence of str
    side : str
        What messages call the rows.

    Raises
    ------
    DataError

    Examples
    --------
    >>> refuse_unknown(rows_to_join({"id": [1]}, ["id"]), ["idd"], side="baseline")
    Traceback (most recent call last):
        ...
    fairkit.errors.DataError: baseline: column 'idd' is not in the data (it has 'id'). Did you mean 'id'?
    """
    problems = [
        f"{side}: {unknown_name('column', name, rows.names)}"
        for name in dict.fromkeys(columns)
        if name not in rows.names
    ]
    if problems:
        raise DataError(*problems)


def _held(data: Any, wanted: Sequence[str]) -> tuple[pa.Table, tuple[str, ...]]:
    """Hold the columns wanted of a frame in memory; say which it has."""
    if is_lazy(data) and known(data).engine not in {"polars", "duckdb"}:
        rows = lazy_rows(data)
        kept = [name for name in wanted if name in rows.names]
        taken = rows.frame.select(*(nw.col(rows.columns[name]).alias(name) for name in kept))
        return taken.collect().to_arrow().select(kept), rows.names  # Dask's index may come along
    found = known(data)
    names = column_names(found.data)
    kept = [name for name in wanted if names is None or name in names]
    batches = batches_of(found, kept, _BATCH)
    table = pa.Table.from_batches(batches.batches, batches.schema)
    return table, tuple(table.column_names) if names is None else names
