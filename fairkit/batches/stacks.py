"""Columns as the results of batches: put one below another, in row order.

They are Arrow from the function on, so that they are cheap to send and a type can be compared with the one
before it: integers, floats, booleans and texts. A batch of integers among batches of floats, or of no texts
among texts, takes the type of the others where no value changes by it; what else differs is refused.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import pyarrow as pa

from fairkit.errors import DataError, UsageError, shortlist

_WANTED = "a mapping of column names to one-dimensional arrays or lists of one length"


class Stack:
    """Puts tables one below another."""

    def __init__(self) -> None:
        self._tables: list[pa.Table] = []
        self._schema: pa.Schema | None = None

    def add(self, table: pa.Table, name: str) -> None:
        """Add a table below the others.

        Raises
        ------
        UsageError
            Its columns or their types are others.
        """
        if self._schema is None:
            self._schema = table.schema
        names, known = table.column_names, self._schema.names
        if set(names) != set(known):
            raise UsageError(
                f"{name}: the function returned the columns {shortlist(names)}, and before it "
                f"{shortlist(known)}; it must return the same ones for every batch."
            )
        table = table.select(known)
        if table.schema != self._schema:
            self._schema = pa.schema(
                pa.field(old.name, _common(old, new.type, name))
                for old, new in zip(self._schema, table.schema, strict=True)
            )
        self._tables.append(table)

    def total(self) -> pa.Table | None:
        """Return what was added; None if nothing was.

        Raises
        ------
        UsageError
            An integer is too large for the numbers of other batches.
        """
        if self._schema is None:
            return None
        try:
            return pa.concat_tables(table.cast(self._schema) for table in self._tables)
        except pa.ArrowInvalid as error:
            raise UsageError(
                "the function returned numbers of several types, none of which holds all of their values "
                f"({error}); it must return one type for every batch."
            ) from error


class Stacks:
    """Results that are columns."""

    noun = "columns"

    def checked(self, found: object) -> pa.Table:
        """Make a table of what the function returned.

        Raises
        ------
        UsageError
            It is no mapping of names to arrays or lists of one length; all problems at once.
        """
        if not isinstance(found, Mapping):
            raise UsageError(f"the function returned {type(found).__name__}, not {_WANTED}.")
        arrays: dict[str, Any] = {}
        problems = [] if found else [f"the function returned no columns; it must return {_WANTED}."]
        for name, values in found.items():
            try:
                arrays[name] = _array(name, values)
            except (pa.ArrowException, TypeError, ValueError, OverflowError) as error:
                problems.append(
                    f"the function returned a column {name!r} that cannot be used: "
                    f"{' '.join(str(error).split())}."
                )
        lengths = {name: len(array) for name, array in arrays.items()}
        if len(set(lengths.values())) > 1:
            problems.append(f"the function returned columns of several lengths: {lengths}.")
        if problems:
            raise UsageError(*problems)
        return pa.table(arrays)

    def empty_total(self) -> Stack:
        """Return a stack of nothing."""
        return Stack()

    def pack(self, result: pa.Table) -> bytes:
        """Write a table as Arrow's own bytes."""
        sink = pa.BufferOutputStream()
        with pa.ipc.new_stream(sink, result.schema) as stream:
            stream.write_table(result)
        packed: bytes = sink.getvalue().to_pybytes()
        return packed

    def unpack(self, packed: bytes) -> pa.Table:
        """Read a table."""
        with pa.ipc.open_stream(packed) as stream:
            return stream.read_all()


def arrays_of(table: pa.Table) -> dict[str, np.ndarray[Any, Any]]:
    """Make NumPy arrays of a table's columns: texts as objects, all else as NumPy's own types.

    Raises
    ------
    DataError
        A column other than of texts lacks values.
    """
    problems = [
        f"column '{name}' ({column.type}) has no value in {column.null_count:,} rows, and only texts may be "
        "None; return floats with NaN."
        for name, column in zip(table.column_names, table.columns, strict=True)
        if column.null_count and not _is_text(column.type) and not pa.types.is_null(column.type)
    ]
    if problems:
        raise DataError(*problems)
    return {name: column.to_numpy() for name, column in zip(table.column_names, table.columns, strict=True)}


def _array(name: object, values: Any) -> pa.Array | pa.ChunkedArray:
    """Make an Arrow array of a column, or say why it cannot be one."""
    if not isinstance(name, str):
        raise TypeError(f"its name is a {type(name).__name__}, not a text")
    if not isinstance(values, np.ndarray | list | tuple | pa.Array | pa.ChunkedArray):
        raise TypeError(f"it is a {type(values).__name__}, neither an array nor a list")
    if isinstance(values, np.ndarray) and values.ndim != 1:
        raise TypeError(f"it has {values.ndim} dimensions, not one")
    array = values if isinstance(values, pa.Array | pa.ChunkedArray) else pa.array(values)
    kind = array.type
    if pa.types.is_dictionary(kind):
        return array.cast(kind.value_type)
    if not (_is_number(kind) or _is_text(kind) or pa.types.is_null(kind)):
        raise TypeError(f"its values are {kind}, neither numbers, booleans nor texts")
    return array


def _is_number(kind: pa.DataType) -> bool:
    types = pa.types
    return bool(types.is_integer(kind) or types.is_floating(kind) or types.is_boolean(kind))


def _is_text(kind: pa.DataType) -> bool:
    types = pa.types
    return bool(types.is_string(kind) or types.is_large_string(kind) or types.is_string_view(kind))


def _common(old: pa.Field, new: pa.DataType, name: str) -> pa.DataType:
    """Find the type that holds the values of both, or refuse them."""
    try:
        both = pa.unify_schemas(
            [pa.schema([old]), pa.schema([(old.name, new)])], promote_options="permissive"
        )
    except pa.ArrowException as error:
        raise UsageError(
            f"{name}: the function returned the column '{old.name}' as {new}, and before it as {old.type}; "
            "it must return one type for every batch."
        ) from error
    return both.field(0).type
