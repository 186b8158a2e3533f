"""Rows of any data: the same columns, in the same types and order, from every engine and file."""

import itertools

import numpy as np
import pandas as pd
import pytest

from fairkit.door import rows as rows_module
from fairkit.door.rows import rows_of
from fairkit.errors import DataError

COLUMNS = {
    "text": ["a", None, "c", "a", "?", "f"],
    "whole": [1, 2, 3, 4, 5, 6],
    "gaps": [1, None, 3, 4, 5, 6],
    "share": [0.5, 0.25, None, 1.5, 2.0, 0.125],
    "truth": [True, False, True, True, False, False],
    "unsure": [True, None, False, True, True, None],
    "further": ["x"] * 6,
}


def test_every_engine_gives_the_same_rows(frame_of):
    """Numbers are numbers, truth values booleans, texts objects with None."""
    found = rows_of(frame_of(COLUMNS), ["share", "text", "whole", "gaps", "truth", "unsure"], missing=["?"])
    found = found.sort_values("whole")  # the files of a folder come in the order of their names
    assert list(found.columns) == ["share", "text", "whole", "gaps", "truth", "unsure"]
    assert found["text"].tolist() == ["a", None, "c", "a", None, "f"]
    assert found["whole"].tolist() == COLUMNS["whole"]
    assert found["whole"].dtype.kind in "if"
    np.testing.assert_array_equal(found["gaps"].to_numpy(), [1, np.nan, 3, 4, 5, 6])
    np.testing.assert_array_equal(found["share"].to_numpy(), [0.5, 0.25, np.nan, 1.5, 2.0, 0.125])
    assert found["truth"].dtype == bool
    assert found["truth"].tolist() == COLUMNS["truth"]
    assert [None if value is None else bool(value) for value in found["unsure"]] == COLUMNS["unsure"]


def test_every_engine_refuses_more_rows_than_the_limit(frame_of):
    """More rows than are allowed are refused with what to do instead; as many as allowed are taken."""
    data = frame_of(COLUMNS)
    with pytest.raises(DataError, match=r"(6|more than 5) rows.*random sample"):
        rows_of(data, ["whole"], limit=5)
    assert len(rows_of(frame_of(COLUMNS), ["whole"], limit=6)) == 6


def test_every_engine_names_the_column_that_is_meant(frame_of):
    """A slip in a name is answered with the nearest name there is."""
    with pytest.raises(DataError, match=r"column 'txt' is not in the data.*Did you mean 'text'\?"):
        rows_of(frame_of(COLUMNS), ["txt"])


def test_large_files_keep_the_order_of_rows(tmp_path):
    """A file that is read by several threads comes in its own order."""
    count = 400_000
    pd.DataFrame({"row": np.arange(count), "x": np.random.default_rng(0).random(count)}).to_csv(
        tmp_path / "rows.csv", index=False
    )
    pd.DataFrame({"row": np.arange(count)}).to_parquet(tmp_path / "rows.parquet", row_group_size=1_000)
    for name in ("rows.csv", "rows.parquet"):
        assert (np.diff(rows_of(tmp_path / name, ["row"])["row"].to_numpy()) == 1).all()


def test_codes_with_leading_zeros_stay_texts(tmp_path):
    """A CSV column in which any text is no canonical number is one of texts."""
    (tmp_path / "rows.csv").write_text("zip,n\n02139,1\n10001,2\n", encoding="utf-8")
    found = rows_of(tmp_path / "rows.csv", ["zip", "n"])
    assert found["zip"].tolist() == ["02139", "10001"]
    assert found["n"].tolist() == [1, 2]


def test_large_identifiers_stay_exact():
    """Whole numbers that a float cannot hold keep their digits, with gaps too."""
    exact = 2**53 + 1
    found = rows_of(
        pd.DataFrame({"id": pd.array([exact, None], "Int64"), "whole": [exact, exact]}), ["id", "whole"]
    )
    assert found["id"].tolist() == [exact, None]
    assert found["whole"].tolist() == [exact, exact]


def test_a_name_that_appears_twice_is_refused():
    """It cannot be known which of two columns of one name is meant."""
    frame = pd.DataFrame([[1, 2]], columns=["a", "a"])
    with pytest.raises(DataError, match="more than once"):
        rows_of(frame, ["a"])


def test_what_is_no_data_is_refused():
    """A number, an array or a scalar has no columns."""
    for data in (7, np.arange(3), object()):
        with pytest.raises(DataError, match="cannot read rows from"):
            rows_of(data, ["a"])


def test_the_limit_is_five_million():
    """The limit that the documentation states is the one that holds."""
    assert rows_module.MOST_ROWS == 5_000_000


def test_an_endless_stream_is_not_read_to_its_end():
    """Reading stops at the limit."""
    import pyarrow as pa

    schema = pa.schema([("a", pa.int64())])
    batches = (pa.record_batch({"a": pa.array([i])}, schema) for i in itertools.count())
    with pytest.raises(DataError, match="more than 10 rows"):
        rows_of(pa.RecordBatchReader.from_batches(schema, batches), ["a"], limit=10)
