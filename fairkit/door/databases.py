"""Tables of DuckDB databases, by an address: ``duckdb://FILE#TABLE``, opened to read and nothing else."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import duckdb

from fairkit.errors import DataError, did_you_mean, shortlist

SCHEME = "duckdb://"
"""How an address of a table begins."""


def is_address(data: Any) -> bool:
    """Tell an address of a table from a path and from rows.

    Examples
    --------
    >>> is_address("duckdb://loans.duckdb#predictions"), is_address("loans.csv")
    (True, False)
    """
    return isinstance(data, str) and data.startswith(SCHEME)


def open_table(address: str, *, folder: str | os.PathLike[str] = ".") -> duckdb.DuckDBPyRelation:
    """Open a table or a view of a database file, read-only and without access to other files.

    Parameters
    ----------
    address : str
        ``duckdb://FILE#TABLE``; the table may name its schema.
    folder : path, default "."
        What a relative FILE is relative to.

    Returns
    -------
    duckdb.DuckDBPyRelation
        Lazy; it keeps its connection.

    Raises
    ------
    DataError
        The address has another form, there is no such file, it is no database or is open for writing
        elsewhere, or it has no such table.

    Examples
    --------
    >>> open_table("duckdb://no.duckdb#loans")
    Traceback (most recent call last):
        ...
    fairkit.errors.DataError: there is no file 'no.duckdb' (of 'duckdb://no.duckdb#loans').
    """
    name, mark, table = address.removeprefix(SCHEME).rpartition("#")
    if not (mark and name and table):
        raise DataError(f"'{address}' is not {SCHEME}FILE#TABLE, as in {SCHEME}loans.duckdb#predictions.")
    file = Path(folder) / name
    if not file.is_file():
        near = did_you_mean(file.name, os.listdir(file.parent)) if file.parent.is_dir() else ""  # noqa: PTH208
        raise DataError(f"there is no file '{name}' (of '{address}').{near}")
    try:
        # A view could name any file of this machine, and a policy may come from somebody else.
        connection = duckdb.connect(file, read_only=True, config={"enable_external_access": "false"})
    except duckdb.Error as error:
        raise DataError(f"'{name}' cannot be opened as a DuckDB database: {_first_line(error)}") from error
    try:
        return connection.table(table)
    except duckdb.CatalogException:
        have = [
            row[0]
            for row in connection.sql(
                "SELECT table_name FROM duckdb_tables() "
                "UNION ALL SELECT view_name FROM duckdb_views() WHERE NOT internal ORDER BY 1"
            ).fetchall()
        ]
        raise DataError(
            f"'{name}' has no table '{table}' (it has {shortlist(have) if have else 'none'})."
            f"{did_you_mean(table, have)}"
        ) from None
    except duckdb.Error as error:
        raise DataError(f"'{table}' of '{name}' cannot be read: {_first_line(error)}") from error


def _first_line(error: Exception) -> str:
    return str(error).partition("\n")[0]
