"""Columns by a Python function: the same rows in the same order from every engine, batch size and worker."""

import threading
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.dataset as ds
import pytest

from fairkit.batches import map_batches
from fairkit.errors import DataError, UsageError

N = 83
ROWS = {
    "id": [f"u{i:03d}" for i in range(N)],
    "said": [None if i % 11 == 0 else "wörd " * (i % 5) for i in range(N)],
    "n": list(range(N)),
}


# Functions for Spark are made inside functions, so that they travel by value: its workers know no tests.
def describing():
    """Make a function that returns every type a column may have."""

    def described(batch):
        said = batch["said"].to_pylist()
        return {
            "id": batch["id"],
            "words": np.array([len((text or "").split()) for text in said], np.int32),
            "half": [int(n) / 2 for n in batch["n"].to_pylist()],
            "silent": np.array([text is None or not text for text in said], bool),
            "text": [None if not text else text.strip() for text in said],
        }

    return described


def describing_names():
    """Return the columns of `describing`."""
    return ["id", "words", "half", "silent", "text"]


def own_order(frame):
    """Return the ids in row order; of a folder, the files are read in the order of their paths."""
    if isinstance(frame, Path) and frame.is_dir():
        frame = ds.dataset(sorted(map(str, frame.rglob("*.parquet"))))
    if isinstance(frame, ds.Dataset):
        return frame.to_table()["id"].to_pylist()
    return frame["id"].compute().tolist() if type(frame).__module__.startswith("dask") else ROWS["id"]


def top_level(batch):
    """Return a column; a process can import this."""
    return {"twice": 2 * batch["n"].to_numpy()}


def failing_at(number):
    """Make a function that raises where a number occurs."""

    def failed(batch):
        if number in map(int, batch["n"].to_pylist()):
            raise ValueError("no such word")
        return {"n": batch["n"]}

    return failed


def in_turn(*found):
    """Make a function that returns one thing after another."""
    waiting = iter(found)
    return lambda _: next(waiting)


def mapped(*found):
    """Map four rows by a function that returns one thing after another."""
    return map_batches({"n": [0, 1, 2, 3]}, in_turn(*found), batch_rows=4 // len(found))


# --- every engine ---


def test_columns_come_back_in_row_order(frame_of):
    """Batches of seven rows, partitions and files give the rows in their order, in NumPy's types."""
    frame = frame_of(ROWS)
    order = [ROWS["id"].index(name) for name in own_order(frame)]
    found = map_batches(frame, describing(), batch_rows=7)
    said = [ROWS["said"][i] or None for i in order]
    assert list(found) == describing_names()
    assert found["id"].tolist() == [ROWS["id"][i] for i in order]
    assert found["words"].tolist() == [len((text or "").split()) for text in said]
    assert found["half"].tolist() == [i / 2 for i in order]
    assert found["silent"].tolist() == [text is None for text in said]
    assert found["text"].tolist() == [text and text.strip() for text in said]
    assert [array.dtype for array in found.values()] == [object, np.int32, np.float64, bool, object]
    found["words"][0] = 5  # arrays are the caller's own


def test_a_function_is_asked_for_the_columns_of_no_rows(frame_of):
    """An empty table gives empty columns of the function's types."""
    nothing = {name: values[:0] for name, values in ROWS.items()}
    if frame_of.engine.name == "json_lines":  # which have no names without rows
        with pytest.raises(DataError, match="the file is empty"):
            map_batches(frame_of(nothing), describing())
        return
    found = map_batches(frame_of(nothing), describing())
    assert {name: len(array) for name, array in found.items()} == dict.fromkeys(describing_names(), 0)
    assert (found["words"].dtype, found["silent"].dtype) == (np.int32, bool)


def test_no_rows_are_refused_if_the_function_has_no_columns_for_them(frame_of):
    """The message has what the function said."""
    nothing = {name: values[:0] for name, values in ROWS.items()}
    if frame_of.engine.name != "json_lines":
        with pytest.raises(DataError, match=r"gives no columns for a batch .* failed with ZeroDivisionError"):
            map_batches(frame_of(nothing), lambda batch: {"n": [1 // batch.num_rows]})


def test_an_error_of_the_function_names_its_batch(frame_of):
    """What failed, in which batch of how many rows, is said on every engine."""
    said = r"^batch \d+.* \(\d rows\): the function failed with ValueError: no such word$"
    with pytest.raises(UsageError, match=said) as caught:
        map_batches(frame_of(ROWS), failing_at(40), batch_rows=5)
    assert "such word" in str(caught.value.__cause__)


def test_what_is_no_mapping_is_refused(frame_of):
    """A function that returns something else is told so, with what is wanted."""
    with pytest.raises(UsageError, match=r"rows\): the function returned int, not a mapping of column names"):
        map_batches(frame_of(ROWS), lambda batch: batch.num_rows)


def test_columns_that_differ_between_batches_are_refused(frame_of):
    """A column that only some batches or partitions have belongs to no table."""

    def changing(batch):
        return {"late" if max(map(int, batch["n"].to_pylist())) > 50 else "early": [1]}

    with pytest.raises(UsageError, match="must return the same ones for every batch"):
        map_batches(frame_of(ROWS), changing, batch_rows=5)


def test_only_the_columns_asked_for_are_read(frame_of):
    """The function sees them in the order in which they were asked for."""
    found = map_batches(frame_of(ROWS), lambda batch: {"seen": batch.schema.names}, columns=["said", "id"])
    assert set(found["seen"]) == {"said", "id"}
    assert found["seen"].tolist()[:2] == ["said", "id"]


# --- batches and workers ---


@pytest.mark.parametrize("workers", [1, 2, 5])
@pytest.mark.parametrize("batch_rows", [1, 7, N - 1, N, 1000])
def test_neither_the_size_of_batches_nor_the_workers_matter(batch_rows, workers):
    """Any cut of the rows gives the same columns, on one thread or several."""
    found = map_batches(pa.table(ROWS), describing(), batch_rows=batch_rows, workers=workers)
    whole = map_batches(pa.table(ROWS), describing())
    assert {name: array.tolist() for name, array in found.items()} == {
        name: array.tolist() for name, array in whole.items()
    }


def test_processes_map_the_same():
    """Columns come back from other processes in row order."""
    found = map_batches(pa.table(ROWS), quarters, batch_rows=9, workers=2, pool="process")
    assert found["rows"].tolist() == [9] * 9 + [2]


def quarters(batch):
    """Return one row per batch."""
    return {"rows": [batch.num_rows]}


def test_a_batch_may_give_more_or_fewer_rows_than_it_has():
    """Rows are put below one another whatever their number."""
    found = map_batches(
        {"n": [2, 0, 3]}, lambda batch: {"n": np.repeat(batch["n"], batch["n"][0].as_py())}, batch_rows=1
    )
    assert found["n"].tolist() == [2, 2, 3, 3, 3]


def test_a_late_worker_changes_no_order():
    """A first batch that ends last comes first all the same."""
    last = threading.Event()

    def waited(batch):
        first = batch["n"][0].as_py() == 0
        if first:
            last.wait(5)
        else:
            last.set()
        return {"n": batch["n"]}

    assert map_batches({"n": [0, 1, 2]}, waited, batch_rows=1, workers=3)["n"].tolist() == [0, 1, 2]


def test_progress_is_told_in_rows_read():
    """After each batch, the rows so far, however many the function returned."""
    told = []
    map_batches(pa.table(ROWS), lambda _: {"one": [1]}, batch_rows=30, progress=told.append)
    assert told == [30, 60, N]


# --- columns ---


@pytest.mark.parametrize(
    ("found", "values", "kind"),
    [
        (([1], [1.5]), [1.0, 1.5], np.float64),
        ((np.int32([1]), np.int64([2])), [1, 2], np.int64),
        ((np.uint8([255]), np.int8([-1])), [255, -1], np.int16),
        (([None], ["x"]), [None, "x"], object),
        ((["x"], []), ["x"], object),
        (([None], [None]), [None, None], object),
        (([1.5, float("nan")], []), [1.5, None], np.float64),
        ((np.array(["x"]), np.array(["y", None], object)), ["x", "y", None], object),
        ((pa.array(["x", None, "x"]).dictionary_encode(), ["y"]), ["x", None, "x", "y"], object),
        ((np.arange(9)[::4], np.arange(3)[::-1]), [0, 4, 8, 2, 1, 0], np.int64),
    ],
)
def test_types_of_batches_meet_in_one_that_holds_all_values(found, values, kind):
    """Integers meet floats, gaps meet texts, and nothing changes its value."""
    array = mapped(*({"a": column} for column in found))["a"]
    assert array.dtype == kind
    assert pd.Series(array, dtype=object).replace({np.nan: None}).tolist() == values


@pytest.mark.parametrize(
    ("found", "said"),
    [
        ((["x"], [1]), "batch 2: the function returned the column 'a' as int64, and before it as string"),
        (([True], [1]), "batch 2: the function returned the column 'a' as int64, and before it as bool"),
        (([2**53 + 1], [1.5]), r"none of which holds all of their values \(Integer value 9007199254740993"),
        ((np.uint64([2**63]), np.int64([1])), "none of which holds all of their values"),
    ],
)
def test_types_that_do_not_meet_are_refused(found, said):
    """No text becomes a number or the other way round, and no digit is lost."""
    with pytest.raises(UsageError, match=said):
        mapped(*({"a": column} for column in found))


@pytest.mark.parametrize(
    "found", [([1, None], [2]), ([None], [2]), ([True, None], [False]), ([1.5, None], [])]
)
def test_numbers_without_a_value_are_refused(found):
    """NumPy's numbers have no None, and NaN is for the function to choose."""
    with pytest.raises(DataError, match=r"column 'a' \(.*\) has no value in 1 rows, and only texts"):
        mapped(*({"a": column} for column in found))


def test_every_column_that_cannot_be_used_is_told():
    """Each with what it is, and what was wanted."""
    with pytest.raises(UsageError) as caught:
        mapped(
            {
                1: ["x"],
                "text": "xyz",
                "scalar": np.array(1),
                "square": np.zeros((2, 2)),
                "nested": [[1]],
                "days": np.array(["2020-01-01"], "datetime64[D]"),
                "mixed": ["x", 1],
                "large": [2**70],
                "surrogate": ["\ud800"],
                "two": [1, 2],
                "three": [1, 2, 3],
            }
        )
    problems = [
        problem.removeprefix("batch 1 (4 rows): the function returned ") for problem in caught.value.problems
    ]
    assert [problem.split(" that cannot be used: ")[0] for problem in problems[:-1]] == [
        "a column 1",
        *(f"a column '{name}'" for name in ("text", "scalar", "square", "nested", "days", "mixed", "large")),
        "a column 'surrogate'",
    ]
    assert problems[-1] == "columns of several lengths: {'two': 2, 'three': 3}."


def test_no_columns_at_all_are_refused():
    """Rows without columns would be lost."""
    with pytest.raises(UsageError, match="the function returned no columns"):
        mapped({})


@pytest.mark.parametrize("asked", [{"pool": "threads"}, {"workers": 0}, {"batch_rows": 2.5}, {"function": 3}])
def test_wrong_arguments_are_refused(asked):
    """As for counts."""
    with pytest.raises(UsageError):
        map_batches(pa.table(ROWS), **{"function": describing(), **asked})


# --- files, Dask and Spark ---


@pytest.mark.parametrize("kind", ["parquet", "csv", "jsonl"])
def test_large_files_of_a_folder_keep_their_order(kind, tmp_path):
    """Files are read one after another by their names, however many threads read them."""
    parts = np.split(np.arange(600_000), 5)
    for number, part in enumerate(parts):
        path = tmp_path / f"part-{number}.{kind}"
        frame = pd.DataFrame({"n": part})
        if kind == "parquet":
            frame.to_parquet(path, row_group_size=20_000)
        elif kind == "csv":
            frame.to_csv(path, index=False)
        else:
            frame.to_json(path, orient="records", lines=True)
    found = map_batches(tmp_path / f"*.{kind}", lambda batch: {"n": batch["n"].cast(pa.int64())})
    assert np.array_equal(found["n"], np.arange(600_000))


def test_many_partitions_of_dask_keep_their_order():
    """The tree in which partitions are put together has several levels, and no order but that of the rows."""
    import dask.dataframe as dd

    frame = dd.from_pandas(pd.DataFrame(ROWS), npartitions=40, sort=False)
    assert frame.npartitions > 32
    told = []
    found = map_batches(frame, top_level, progress=told.append)
    assert found["twice"].tolist() == [2 * n for n in range(N)]
    assert told == [N]


@pytest.mark.java
def test_many_partitions_of_spark_keep_their_order(spark):
    """Partitions that end early wait for those before them."""

    def slow_first(batch):
        import time

        time.sleep(0.2 if batch["id"][0].as_py() == 0 else 0)
        return {"id": batch["id"]}

    found = map_batches(spark.range(0, 100, numPartitions=12), slow_first)
    assert found["id"].tolist() == list(range(100))
