"""Tables of DuckDB databases: opened by address, to read and nothing else."""

from __future__ import annotations

import duckdb
import pytest

import fairkit
from fairkit.door.databases import is_address, open_table
from fairkit.errors import DataError


@pytest.fixture
def database(tmp_path):
    """Write a database with a table, a table of another schema, and a view of another file."""
    (tmp_path / "other.csv").write_text("secret\n1\n", encoding="utf-8")
    with duckdb.connect(tmp_path / "loans.duckdb") as connection:
        connection.execute("CREATE TABLE loans AS SELECT 'F' AS sex, 1 AS hired FROM range(4)")
        connection.execute(
            "CREATE SCHEMA old; CREATE TABLE old.\"last year\" AS SELECT 'M' AS sex, 0 AS hired"
        )
        connection.read_csv(tmp_path / "other.csv").create_view("files")
    return tmp_path


def test_a_table_is_counted_by_its_address(database):
    """A relative file is found in the folder, an absolute one anywhere, and a table may name its schema."""
    found = open_table("duckdb://loans.duckdb#loans", folder=database)
    assert fairkit.count(found, decision="hired", by="sex").total_rows == 4
    absolute = open_table(f"duckdb://{database}/loans.duckdb#old.last year", folder="/")
    assert absolute.fetchall() == [("M", 0)]


def test_a_database_is_opened_to_read(database):
    """Neither can anything be written, nor does a view reach another file."""
    found = open_table("duckdb://loans.duckdb#loans", folder=database)
    with pytest.raises(duckdb.Error, match="read-only"):
        found.create("copied")
    with pytest.raises(DataError, match=r"'files' of 'loans\.duckdb' cannot be read: Permission"):
        open_table("duckdb://loans.duckdb#files", folder=database)


@pytest.mark.parametrize(
    ("address", "message"),
    [
        ("duckdb://loans.duckdb", "is not duckdb://FILE#TABLE"),
        ("duckdb://#loans", "is not duckdb://FILE#TABLE"),
        ("duckdb://loan.duckdb#loans", "there is no file 'loan.duckdb'.*Did you mean 'loans.duckdb'"),
        ("duckdb://loans.duckdb#loan", "has no table 'loan'.*Did you mean 'loans'"),
        ("duckdb://other.csv#loans", "'other.csv' cannot be opened as a DuckDB database"),
        ("duckdb://:memory:#loans", "there is no file ':memory:'"),
    ],
)
def test_a_wrong_address_is_refused(address, message, database):
    """What is wrong with an address is said, with the nearest name there is."""
    with pytest.raises(DataError, match=message):
        open_table(address, folder=database)


def test_paths_are_no_addresses():
    """Only texts that begin with the scheme are addresses."""
    assert is_address("duckdb://a#b")
    assert not is_address("a.duckdb")
    assert not is_address({"duckdb://": 1})
