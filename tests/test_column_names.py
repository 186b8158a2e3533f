"""Names of columns: known before rows are read, whatever the rows come in."""

from __future__ import annotations

import pyarrow as pa
import pytest

import fairkit
from fairkit.door.names import column_names
from fairkit.errors import DataError

ROWS = {"sex": ["F", "M", "F"], "hired": [1, 0, 1]}


def test_every_engine_says_its_names_and_keeps_its_rows(frame_of):
    """Names come in order from every kind of frame and file, and the rows can still be counted."""
    data = frame_of(ROWS)
    assert column_names(data, wanted=["sex"]) == ("sex", "hired")
    assert fairkit.count(data, decision="hired", by="sex").total_rows == 3


def test_a_late_key_of_json_lines_is_found_where_it_is_wanted(tmp_path):
    """All rows are looked through only for a name that the first ones lack."""
    file = tmp_path / "rows.jsonl"
    file.write_text('{"sex": "F"}\n' * 1_500 + '{"sex": "F", "late": 1}\n', encoding="utf-8")
    assert column_names(file) == column_names(file, wanted=["sex"]) == ("sex",)
    assert column_names(file, wanted=["late"]) == ("sex", "late")


def test_what_has_no_names_has_none():
    """A stream without a schema, and what holds no rows at all, say nothing; a missing file is refused."""

    class Stream:
        def __arrow_c_stream__(self, requested_schema=None):
            return pa.table(ROWS).__arrow_c_stream__()

    assert column_names(Stream()) is None
    assert column_names(3) is None
    with pytest.raises(DataError, match=r"there is no file 'gone\.csv'"):
        column_names("gone.csv")
