"""Saved documents: what is no document is refused before it costs memory or time."""

from __future__ import annotations

import json

import pytest

from fairkit.errors import ReportError
from fairkit.report.documents import LARGEST, members, parsed, read_bytes


def test_a_file_larger_than_any_document_is_not_read(tmp_path):
    """A file of rows that was named by mistake is refused by its size."""
    path = tmp_path / "rows.json"
    with path.open("wb") as file:
        file.truncate(LARGEST + 1)
    with pytest.raises(ReportError, match="more than 256 MiB, and a report holds counts"):
        read_bytes(path, "report", hint="")


def test_rows_in_place_of_a_document_are_told_how_to_become_one(tmp_path):
    """Who names the predictions where their report belongs learns what to run, whatever the format."""
    for name in ("rows.csv", "ROWS.PARQUET"):
        (tmp_path / name).write_bytes(b"a,b\n1,2\n")
        with pytest.raises(ReportError, match="is data, not a report; make a report of it: fairkit eval"):
            read_bytes(tmp_path / name, "report", hint="")


def test_a_name_that_no_system_allows_is_refused():
    """A zero byte in a name is an error of the caller, not of the program."""
    with pytest.raises(ReportError, match="cannot be read"):
        read_bytes("a\0b", "report", hint="")


def test_numbers_without_end_are_refused():
    """A literal of more digits than Python converts is damage like any other."""
    with pytest.raises(ReportError, match="its JSON cannot be read"):
        parsed('{"n": ' + "9" * 10_000 + "}", "baseline")


def test_a_member_stands_on_a_line():
    """What is written so can be compared line by line, and read back."""
    text = members({"a": "[1,2]", "b": "null"})
    assert text.splitlines() == ["{", '"a":[1,2],', '"b":null', "}"]
    assert json.loads(text) == {"a": [1, 2], "b": None}
