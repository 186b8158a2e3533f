"""A host's rows, whatever they come from: the same cells give the same columns, truth and answers."""

from __future__ import annotations

import datetime as dt
import json

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest

from bounty.holdout.entering import enter
from bounty.holdout.raw_columns import raw_column, taken
from fairkit.errors import DataError, UsageError

ROWS = {
    "age": [31, 40, None, 22, 58, 31],
    "share": [0.5, None, 1.0, -0.25, 1e-7, 3.0],
    "city": ["Bern", "Chur", None, "Biel, West", "Chur", "Bern"],
    "member": [True, False, True, True, False, True],
    "id": ["a1", "a2", "a3", "a4", "a5", "a6"],
    "person": [7, 7, 8, 9, 9, 10],
    "hired": ["no", "yes", "no", "yes", None, "no"],
    "said": ["no", "no", "yes", "yes", "yes", None],
    "other": ["yes", "yes", "yes", "yes", "yes", "yes"],
}
CALL = {
    "label": "hired",
    "prediction": "said",
    "positive": "yes",
    "cluster": "person",
    "hide": ["id"],
    "alternatives": {"always": "other"},
}


def content(entered):
    """Give all that was entered as plain values, rows in an order of their own: a folder has none."""
    columns = dict(sorted(entered.columns.by_name.items()))
    rows = zip(
        *(column.values() for column in columns.values()),
        entered.truth.codes.tolist(),
        entered.host.codes.tolist(),
        entered.alternatives["always"].codes.tolist(),
        entered.cluster.values(),
        strict=True,
    )
    return {
        "levels": {name: (column.kind, column.levels) for name, column in columns.items()},
        "types": {name: [type(level) for level in column.levels] for name, column in columns.items()},
        "rows": sorted(rows, key=repr),
        "space": entered.space,
        "losses": entered.losses,
        "left_out": entered.left_out,
    }


def test_every_engine_gives_the_same_rows(frame_of):
    """The same cells enter alike from every frame and file, numbers of a CSV as numbers."""
    found = content(enter(frame_of(ROWS), **CALL))
    assert found == content(enter(ROWS, **CALL))
    assert found["levels"] == {
        "age": ("number", (22, 31, 40)),
        "city": ("text", ("Bern", "Biel, West", "Chur")),
        "member": ("bool", (False, True)),
        "share": ("number", (-0.25, 0.5, 1)),
    }
    assert found["rows"] == [
        (22, "Biel, West", True, -0.25, 1, 1, 1, 9),
        (31, "Bern", True, 0.5, 0, 0, 1, 7),
        (40, "Chur", False, None, 1, 0, 1, 7),
        (None, None, True, 1, 0, 1, 1, 8),
    ]


def test_rows_that_cannot_be_judged_are_counted_by_reason():
    """A row without label or answer is left out once, and one without a value in a column stays."""
    entered = enter(ROWS, **CALL)
    assert entered.left_out == {"label 'hired' is missing": 1, "prediction 'said' is missing": 1}
    assert entered.rows == 4
    assert entered.columns.by_name["age"].values()[2] is None


def test_roles_and_hidden_columns_cannot_be_claimed_on():
    """Label, answers, alternatives, cluster and hidden columns are none of the columns for claims."""
    assert set(enter(ROWS, **CALL).columns.by_name) == {"age", "share", "city", "member"}
    assert list(enter(ROWS, **CALL, columns=["city", "age"]).columns.by_name) == ["city", "age"]


def test_one_name_needs_no_list():
    """A single column may be named as it is, to hide, to claim on or to coarsen."""
    found = enter(ROWS, **CALL | {"hide": "id"}, columns="age", coarsen="age=10")
    assert list(found.columns.by_name) == ["age"]
    assert found.coarsenings["age"].text == "10"


def test_texts_that_mean_missing_are_missing_everywhere():
    """A declared text is missing in labels, answers and columns, and an empty text always is."""
    rows = {"city": ["", "?", "Bern", "x"], "y": ["1", "0", "?", "1"], "p": ["1", "1", "0", "0"]}
    entered = enter(rows, label="y", prediction="p", missing="?")
    assert entered.columns.by_name["city"].values() == [None, None, "x"]
    assert entered.left_out == {"label 'y' is missing": 1}


def test_all_problems_with_names_come_at_once():
    """Each misspelt name is reported with the nearest one that exists."""
    with pytest.raises(DataError) as caught:
        enter(
            ROWS,
            label="hird",
            prediction="said",
            hide=["idd"],
            columns=["agee"],
            coarsen={"shar": "10", "said": "10"},
        )
    problems = "\n".join(caught.value.problems)
    for near in ("'hired'", "'id'", "'age'", "'share'"):
        assert f"Did you mean {near}?" in problems
    assert "which is the prediction: no claim may test it" in problems


@pytest.mark.parametrize(
    ("call", "problem"),
    [
        ({"label": "hired"}, "say what the model answers"),
        ({"label": "hired", "prediction": "said", "score": "share"}, "given: prediction, score"),
        ({"prediction": "said"}, "prediction needs label=COLUMN"),
        ({"label": "hired", "prediction": "hired"}, "'hired' has several roles"),
        ({"errors": "age"}, "errors and units belong together"),
        ({"errors": "age", "units": "share", "label": "hired"}, "leave it out"),
        ({"label": "hired", "score": "share", "score_range": (1, 0)}, "two rising numbers"),
        ({"errors": "age", "units": "share", "most": (0, 5)}, "two whole numbers from 1 on"),
        ({"label": "hired", "prediction": "said", "coarsen": ["age"]}, "write income=10000"),
        ({"label": "hired", "prediction": "said", "coarsen": ["age=wide"]}, "no coarsening"),
    ],
)
def test_a_call_that_does_not_fit_together_is_refused(call, problem):
    """A contradiction in the call is said before any row is read."""
    with pytest.raises(UsageError, match=problem):
        enter(ROWS, **call)


def test_all_problems_with_cells_come_at_once():
    """Mixed values, infinite ones, an unfit coarsening and a label of unknown sense are one error."""
    rows = {
        "mixed": [1, "a", 2, "b"],
        "far": [1.0, np.inf, 2.0, 3.0],
        "city": ["a", "b", "a", "b"],
        "y": ["low", "high", "low", "high"],
        "p": ["low", "high", "low", "low"],
    }
    with pytest.raises(DataError) as caught:
        enter(rows, label="y", prediction="p", coarsen=["city=10"])
    found = "\n".join(caught.value.problems)
    for part in (
        "'mixed' holds values that no claim",
        "'far' holds inf",
        "'city' holds text",
        "say which one is positive",
    ):
        assert part in found


def test_data_without_rows_to_judge_are_refused():
    """Data of which no row has a label say why nothing is left."""
    with pytest.raises(DataError, match="no row can be judged: label 'y' is missing in 2 rows"):
        enter({"a": [1, 2], "y": [None, None], "p": [1, 0]}, label="y", prediction="p")
    with pytest.raises(DataError, match="the data have none"):
        enter({"a": [], "y": [], "p": []}, label="y", prediction="p")


def test_a_column_named_twice_is_refused_unless_hidden():
    """A repeated column must be hidden or renamed, for nobody can tell which one is meant."""
    frame = pd.DataFrame([[1, 2, 0, 1], [3, 4, 1, 1]], columns=["a", "a", "y", "p"])
    with pytest.raises(DataError, match="appears more than once"):
        enter(frame, label="y", prediction="p")
    frame["b"] = [1, 2]
    assert list(enter(frame, label="y", prediction="p", hide=["a"]).columns.by_name) == ["b"]


def test_files_that_cannot_be_read_are_refused(tmp_path):
    """A missing file, an unknown object and a damaged file are errors in words."""
    with pytest.raises(DataError, match="no file"):
        enter(tmp_path / "rows.csv", label="y", prediction="p")
    with pytest.raises(DataError, match="cannot read rows from int"):
        enter(3, label="y", prediction="p")
    (tmp_path / "rows.parquet").write_bytes(b"PAR1 but not really")
    with pytest.raises(DataError, match="cannot be read"):
        enter(tmp_path / "rows.parquet", label="y", prediction="p")


def test_dates_are_texts_in_iso_form():
    """A date becomes the text that a CSV of it holds."""
    days = [dt.date(2024, 2, 29), None, dt.date(2023, 1, 1)]
    rows = {"day": pa.array(days), "y": pa.array([0, 1, 1]), "p": pa.array([1, 1, 0])}
    column = enter(pa.table(rows), label="y", prediction="p").columns.by_name["day"]
    assert (column.kind, column.values()) == ("text", ["2024-02-29", None, "2023-01-01"])


def test_whole_numbers_are_whole_in_every_type():
    """Integers, whole floats, unsigned and tiny types have one level each, and zero has no sign."""
    levels = {
        raw_column("n", np.array([2, 0, 7]).astype(kind)).levels for kind in ("i1", "u8", "f4", "f8", "O")
    }
    assert levels == {(0, 2, 7)}
    assert raw_column("n", np.array([-0.0, 0.0])).levels == (0,)
    assert all(type(level) is int for level in raw_column("n", np.array([2.0, 5.0])).levels)
    assert raw_column("n", np.array([1e300])).levels == (1e300,)


def test_a_column_may_have_more_levels_than_claims_can_test():
    """A continuous column enters whole, for only the split knows what of it is public."""
    column = raw_column("x", np.arange(100_000) / 7)
    assert (len(column.levels), column.codes.max()) == (100_000, 99_999)
    assert taken(column, np.array([5, 3, 5])).levels == (3 / 7, 5 / 7)


@pytest.mark.parametrize("value", ["\ud800", b"bytes", [1, 2], {"a": 1}, 2 + 1j, dt.timedelta(1)])
def test_values_that_no_claim_can_test_are_refused(value):
    """Broken text, bytes, lists and the like are refused with the column's name."""
    values = np.empty(2, object)
    values[:] = [value, None]
    with pytest.raises(DataError, match="column 'odd'"):
        raw_column("odd", values)


def test_json_lines_keep_what_is_text(tmp_path):
    """In JSON a text of digits stays a text, and a number a number."""
    path = tmp_path / "rows.jsonl"
    rows = [{"code": "007", "n": 7, "y": 1, "p": 0}, {"code": "8", "n": 8.5, "y": 0, "p": 0}]
    path.write_text("".join(f"{json.dumps(row)}\n" for row in rows))
    columns = enter(path, label="y", prediction="p").columns.by_name
    assert columns["code"].levels == ("007", "8")
    assert columns["n"].levels == (7, 8.5)
