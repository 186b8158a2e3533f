"""Rows themselves, for what cannot be had from counts: any data in, a pandas frame of a few columns out.

Counts need no rows in memory; a metric that is an arbitrary function, an estimator that predicts, and a
remedy that is fitted do. They take the columns they name, in row order where the data have one, and no more
rows than fit: more are refused with what to do instead. Files, engines and texts are read by the same rules
as for counting (:mod:`fairkit.frames`), so that a row lies in the group that counted it.
"""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from fairkit.counts import Level
from fairkit.door import arrays as _arrays
from fairkit.door.cells import csv_texts
from fairkit.errors import DataError, unknown_name
from fairkit.questions import Use

if TYPE_CHECKING:
    import pandas as pd
    import pyarrow as pa

MOST_ROWS = 5_000_000
"""Most rows that are taken into memory unless more are asked for."""

UsesOf = Callable[[Sequence[str]], Mapping[str, Use]]
"""From the names of the columns that exist to those wanted, and what each is read as."""

_KNOWN = ("polars", "duckdb", "narwhals")
_EXACT = 2**53


def rows_of(
    data: Any, columns: Sequence[str], *, missing: Sequence[str] = (), limit: int = MOST_ROWS
) -> pd.DataFrame:
    """Take some columns of any data as a pandas frame.

    Parameters
    ----------
    data : frame or path
        Whatever :func:`fairkit.frames.count` takes.
    columns : sequence of str
        The columns wanted, in the order wanted.
    missing : sequence of str
        Texts that mean "missing".
    limit : int
        Most rows to take into memory.

    Returns
    -------
    pandas.DataFrame
        Rows in the order of the data where they have one. Numbers are numeric (with gaps: floats, or objects
        where a float would not be exact), truth values boolean, texts objects with None where missing.

    Raises
    ------
    DataError
        Columns are unknown or ambiguous, the data cannot be read, or they have more rows than `limit`.

    Examples
    --------
    >>> data = {"sex": ["F", "?", "M"], "age": [31, 40, None], "id": [1, 2, 3]}
    >>> rows_of(data, ["sex", "age"], missing=["?"])
        sex   age
    0     F  31.0
    1  None  40.0
    2     M   NaN
    """
    wanted = list(dict.fromkeys(columns))
    return columns_of(data, lambda names: dict.fromkeys(known_names(wanted, names), "key"), missing, limit)


def known_names(wanted: Sequence[str], names: Sequence[str]) -> list[str]:
    """Return the names wanted, made sure that each exists once among the names there are.

    Raises
    ------
    DataError
        Some do not; all problems at once.
    """
    have = list(dict.fromkeys(names))
    problems = [unknown_name("column", name, have) for name in wanted if name not in have]
    problems += [
        f"column '{name}' appears more than once in the data; rename it: which one is meant?"
        for name in wanted
        if list(names).count(name) > 1
    ]
    if problems:
        raise DataError(*problems)
    return list(wanted)


def columns_of(data: Any, uses_of: UsesOf, missing: Sequence[str], limit: int) -> pd.DataFrame:
    """Take the columns that `uses_of` chooses among the names that exist, each read for its use."""
    import pandas as pd

    module = type(data).__module__.partition(".")[0]
    if isinstance(data, str | os.PathLike):
        columns = _file(data, uses_of, missing, limit)
    elif isinstance(data, Mapping):
        given = {str(name): values for name, values in data.items()}
        arrays = _arrays.columns_of(given, list(uses_of([str(name) for name in data])))
        columns = {name: pd.Series(values) for name, values in arrays.items()}
    elif module == "pandas" and hasattr(data, "columns"):
        names = [str(name) for name in data.columns]
        columns = {name: data.iloc[:, names.index(name)] for name in uses_of(names)}
    else:
        columns = _engine(data, uses_of, limit)
    if any(len(column) > limit for column in columns.values()):
        raise _too_many(limit, next(len(column) for column in columns.values()))
    plain = {name: _plain(column, missing).reset_index(drop=True) for name, column in columns.items()}
    return pd.DataFrame(plain, copy=False)


def _file(
    path: str | os.PathLike[str], uses_of: UsesOf, missing: Sequence[str], limit: int
) -> dict[str, pd.Series[Any]]:
    from fairkit.door import relations
    from fairkit.files import open_path, reading_error

    opened = open_path(path)
    try:
        uses = uses_of(opened.names)
    except DataError:  # rows of JSON Lines may have keys that the first ones lack
        opened = opened.with_all_names()
        uses = uses_of(opened.names)
    decode = {"csv": _csv_values, "json": _json_values}.get(opened.format)
    try:
        with relations.in_order():
            table = opened.relation(uses, missing).limit(limit + 1).to_arrow_table()
    except relations.ERRORS as error:
        raise reading_error(error, opened.paths) from error
    columns = _from_arrow(table, limit)
    if decode is None:
        return columns
    return {
        name: decode(column, missing) if uses[name] == "key" else column for name, column in columns.items()
    }


def _engine(data: Any, uses_of: UsesOf, limit: int) -> dict[str, pd.Series[Any]]:
    import narwhals.stable.v2 as nw
    import pyarrow as pa

    from fairkit.door.lazy_rows import is_lazy, lazy_rows

    module = type(data).__module__.partition(".")[0]
    stream = hasattr(data, "__arrow_c_stream__") and module not in _KNOWN
    if module == "pyarrow" or (stream and not is_lazy(data)):
        try:
            return _from_arrow(_arrow(data, uses_of, limit), limit)
        except (TypeError, pa.ArrowInvalid) as error:
            raise _no_rows(data) from error
    try:
        rows = lazy_rows(data)
    except TypeError as error:
        raise _no_rows(data) from error
    wanted = list(uses_of(rows.names))
    count = int(rows.frame.select(nw.len().alias("n")).collect()["n"][0])
    if count > limit:
        raise _too_many(limit, count)
    found = rows.frame.select(*(nw.col(rows.columns[name]) for name in wanted)).collect()
    if found.implementation.is_pandas():
        frame = found.to_pandas()
        return {name: frame[rows.columns[name]] for name in wanted}
    named = found.to_arrow()
    columns = _from_arrow(named, limit)
    return {name: columns[rows.columns[name]] for name in wanted}


def _arrow(data: Any, uses_of: UsesOf, limit: int) -> pa.Table:
    """Read columns of a table, batch, data set, scanner or stream, no further than one row past the limit."""
    import pyarrow as pa
    import pyarrow.dataset as ds

    if isinstance(data, ds.Dataset):
        return data.head(limit + 1, columns=list(uses_of(data.schema.names)))
    if isinstance(data, pa.Table | pa.RecordBatch):
        wanted = data.select(list(uses_of(data.schema.names)))
        return pa.Table.from_batches([wanted]) if isinstance(wanted, pa.RecordBatch) else wanted
    if hasattr(data, "to_reader"):
        data = data.to_reader()
    elif not isinstance(data, pa.RecordBatchReader):
        data = pa.RecordBatchReader.from_stream(data)
    names = list(uses_of(data.schema.names))
    batches, rows = [], 0
    for batch in data:
        batches.append(batch.select(names))
        rows += len(batch)
        if rows > limit:
            raise _too_many(limit, None)
    return pa.Table.from_batches(batches, pa.schema([data.schema.field(name) for name in names]))


def _from_arrow(table: pa.Table, limit: int) -> dict[str, pd.Series[Any]]:
    import pandas as pd
    import pyarrow as pa

    if table.num_rows > limit:
        raise _too_many(limit, None)
    columns = {}
    for name, column in zip(table.column_names, table.columns, strict=True):
        values = column.cast(column.type.value_type) if pa.types.is_dictionary(column.type) else column
        text = pa.types.is_string(values.type) or pa.types.is_large_string(values.type)
        columns[name] = (
            pd.Series(np.array(values.to_pylist(), object), dtype=object)
            if text
            else values.to_pandas(integer_object_nulls=True)
        )
    return columns


def _too_many(limit: int, rows: int | None) -> DataError:
    have = f"{rows:,} rows" if rows is not None else f"more than {limit:,} rows"
    return DataError(
        f"the data have {have}, and functions of rows need them in memory (at most {limit:,}): take a random "
        "sample of the rows, or metrics that counts know (fairkit metrics), which need no rows in memory."
    )


def _no_rows(data: Any) -> DataError:
    return DataError(
        f"cannot read rows from {type(data).__name__}; give a pandas, Polars, pyarrow or DuckDB frame, "
        "a mapping of names to arrays, or the path of a file."
    )


# --- values ---


def _csv_values(column: pd.Series[Any], missing: Sequence[str]) -> pd.Series[Any]:
    """Give the texts of a CSV column the type that all of them have, as counting does."""

    def values(texts: list[Level]) -> list[Any]:
        read = csv_texts(texts, missing)
        present = [text for text in read if text is not None]
        if {"True", "False"} >= set(present):
            return [None if text is None else text == "True" for text in read]
        try:
            whole = all(text.removeprefix("-").isdigit() for text in present)
            numbers = [None if t is None else int(t) if whole else float(t) for t in read]
        except ValueError:
            return list(read)
        # A column of codes such as 007 keeps its texts: only canonical numbers are numbers.
        return numbers if all(_is_number(text) for text in present) else list(read)

    return _by_distinct(column, values)


def _json_values(column: pd.Series[Any], missing: Sequence[str]) -> pd.Series[Any]:
    def values(texts: list[Level]) -> list[Any]:
        read = [None if text is None else json.loads(text) for text in texts]
        return [None if isinstance(value, str) and value in missing else value for value in read]

    return _by_distinct(column, values)


def _by_distinct(column: pd.Series[Any], values: Callable[[list[Level]], list[Any]]) -> pd.Series[Any]:
    import pandas as pd

    codes, distinct = pd.factorize(column)
    found = np.empty(len(distinct) + 1, object)
    found[:-1] = values(list(distinct))
    return pd.Series(found[codes], dtype=object)


def _is_number(text: str) -> bool:
    digits = text.removeprefix("-")
    return not (len(digits) > 1 and digits[0] == "0" and digits.isdigit())


def _plain(column: pd.Series[Any], missing: Sequence[str]) -> pd.Series[Any]:
    """Bring a column of any dtype to plain NumPy: numbers, truth values, or objects with None."""
    import pandas as pd

    if isinstance(column.dtype, pd.CategoricalDtype):
        column = column.astype(object)
    if isinstance(column.dtype, np.dtype) and column.dtype.kind in "biufmM":
        return column
    absent = np.array(column.isna(), bool)
    values = column.to_numpy(object, copy=True)
    values[absent] = None
    if missing:
        gone = pd.Series(values, dtype=object).isin(list(missing)).to_numpy()
        values[gone] = None
        absent |= gone
    held = pd.api.types.infer_dtype(values, skipna=True)
    if held == "boolean" and not absent.any():
        return pd.Series(values.astype(bool))
    if held in ("integer", "floating", "mixed-integer-float", "decimal") and not absent.all():
        return pd.Series(_as_numbers(values, absent, whole=held == "integer"))
    if held.startswith("datetime"):
        return pd.Series(values).infer_objects()
    return pd.Series(values, dtype=object)


def _as_numbers(values: NDArray[Any], absent: NDArray[np.bool_], *, whole: bool) -> NDArray[Any]:
    present = values[~absent]
    if whole:
        largest = max(abs(int(value)) for value in present)
        if not absent.any() and largest < 2**63:
            return values.astype(np.int64)
        if largest > _EXACT:
            return values
    numbers = np.full(len(values), np.nan)
    numbers[~absent] = present.astype(np.float64)
    return numbers
