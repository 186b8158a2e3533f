"""Counting by a Python function: the same Counts from every engine, batch size and number of workers."""

import decimal
import functools
import os
import sys
import threading
import types

import numpy as np
import pandas as pd
import polars as pl
import pyarrow as pa
import pyarrow.dataset as ds
import pytest

from fairkit._axes import Axis
from fairkit._counts_bytes import from_bytes, to_bytes
from fairkit.batches.counting import count_batches
from fairkit.batches.sources import regrouped
from fairkit.batches.sums import Sum
from fairkit.counts import Counts, Kind, merge
from fairkit.errors import DataError, UsageError
from fairkit.frames import count

RNG = np.random.default_rng(7)
N = 83


def pick(*values):
    """Draw a column; None makes missing values."""
    return [values[i] for i in RNG.integers(0, len(values), N)]


ROWS = {
    "race": pick("Black", "White", "ä ö", None),
    "y": pick(0, 1, None),
    "d": pick(0, 1),
    "w": pick(0.5, 1.0, 2.25),
    "speaker": pick("s10", "s9", "s8"),
}
ASKED = {"by": "race", "label": "y", "decision": "d", "weight": "w", "cluster": "speaker"}
WHOLE = count(pd.DataFrame(ROWS), **ASKED)
NEEDED = {"by": "race", "label": "y", "decision": "d", "cluster": "speaker"}


# Functions for Spark are made inside functions, so that they travel by value: its workers know no tests.
def counting():
    """Make a function that counts a batch, whose numbers may be texts."""

    def counted(batch):
        weights = batch["w"].cast(pa.float64())
        place = batch.schema.get_field_index("w")
        return count(pa.Table.from_batches([batch]).set_column(place, "w", weights), **ASKED)

    return counted


def telling_types():
    """Make a function that counts the rows of a batch by its columns and their types."""

    def told(batch):
        fields = [(f"{field.name}: {field.type}",) for field in batch.schema]
        return Counts.from_cells(Kind.DECISIONS, ["column"], fields, [[batch.num_rows, 0, 0]] * len(fields))

    return told


def failing(error, value="s9"):
    """Make a function that raises where a speaker occurs."""

    def failed(batch):
        if value in batch["speaker"].to_pylist():
            raise error
        return count(batch, by="speaker", decision="d")

    return failed


# --- every engine ---


def test_batches_add_up_to_the_counts_of_the_whole(frame_of):
    """Groups, missing values, weights and clusters come through batches of seven rows on every engine."""
    found = count_batches(frame_of(ROWS), counting(), batch_rows=7)
    assert found == WHOLE
    assert found.cluster_ids == ("s10", "s8", "s9")


def test_a_function_gets_the_columns_it_asks_for_in_one_type(frame_of):
    """Texts are of one Arrow type whatever engine they come from, and other columns are not read."""
    rows = {"g": ["a", None, "b", "a"], "other": [1, 2, 3, 4], "text": ["x", "y", "z", "z"]}
    found = count_batches(frame_of(rows), telling_types(), columns=["text", "g"], batch_rows=3)
    assert found.groups() == (("g: string",), ("text: string",))
    assert found.values[:, 0].tolist() == [4, 4]


def test_no_rows_are_counted_if_the_function_can(frame_of):
    """It is called once with a batch that has the columns and no rows, so that an empty table results."""
    nothing = {name: values[:0] for name, values in ROWS.items()}
    if frame_of.engine.name == "json_lines":  # which have no names without rows
        with pytest.raises(DataError, match="the file is empty"):
            count_batches(frame_of(nothing), counting())
        return
    found = count_batches(frame_of(nothing), counting())
    assert found.groups() == ()
    assert WHOLE + found == WHOLE


def test_no_rows_are_refused_if_the_function_cannot(frame_of):
    """The message has what the function said."""
    nothing = {name: values[:0] for name, values in ROWS.items()}
    if frame_of.engine.name != "json_lines":
        with pytest.raises(DataError, match=r"the data have no rows, .* failed with ZeroDivisionError"):
            count_batches(frame_of(nothing), lambda batch: 1 / batch.num_rows)


def test_an_error_of_the_function_names_its_batch(frame_of):
    """What failed, in which batch of how many rows, is said on every engine."""
    said = r"^batch \d+.* \(\d rows\): the function failed with ValueError: no such word$"
    with pytest.raises(UsageError, match=said) as caught:
        count_batches(frame_of(ROWS), failing(ValueError("no\n such word")), batch_rows=5)
    assert "such word" in str(caught.value.__cause__)


def test_an_error_about_the_data_stays_one(frame_of):
    """A function that refuses data with reasons is quoted with all of them."""
    with pytest.raises(DataError) as caught:
        count_batches(frame_of(ROWS), failing(DataError("one is bad.", "two is bad.")), batch_rows=5)
    assert len(caught.value.problems) == 2
    assert caught.value.problems[1].endswith("rows): two is bad.")


def test_what_is_no_counts_is_refused(frame_of):
    """A function that returns something else is told so."""
    with pytest.raises(UsageError, match="the function returned dict, not Counts"):
        count_batches(frame_of(ROWS), lambda batch: {"rows": batch.num_rows})


def test_unknown_columns_are_named_before_anything_runs(frame_of):
    """All of them, with the nearest name."""
    with pytest.raises(DataError) as caught:
        count_batches(frame_of(ROWS), failing(AssertionError()), columns=["rase", "y", "speakr"])
    assert ["Did you mean" in problem for problem in caught.value.problems] == [True, True]


# --- batches and workers ---


@pytest.mark.parametrize("workers", [1, 2, 5])
@pytest.mark.parametrize("batch_rows", [1, 7, N - 1, N, 1000])
def test_neither_the_size_of_batches_nor_the_workers_matter(batch_rows, workers):
    """Any cut of the rows gives the same counts, on one thread or several."""
    assert count_batches(pa.table(ROWS), counting(), batch_rows=batch_rows, workers=workers) == WHOLE


def test_processes_count_the_same():
    """Batches, cut from a larger table, and Counts with their clusters go to other processes and back."""
    found = count_batches(
        pa.table(ROWS), functools.partial(count, **NEEDED), batch_rows=40, workers=2, pool="process"
    )
    assert found == count(pa.table(ROWS), **NEEDED)


def test_an_error_in_a_process_names_its_batch_and_keeps_its_trace():
    """The cause, with the place in the code of the other process, is attached."""
    with pytest.raises(DataError, match=r"batch 1 \(83 rows\): column 'no' is not in the data") as caught:
        count_batches(
            pa.table(ROWS), functools.partial(count, by="no", decision="d"), workers=2, pool="process"
        )
    assert "frames.py" in str(caught.value.__cause__)


def test_a_function_that_no_process_can_have_is_refused():
    """Before any data are read, and with what to do."""
    with pytest.raises(UsageError, match=r"cannot be sent to other processes .*top level of a module"):
        count_batches(pa.table(ROWS), counting(), workers=2, pool="process")


class Deadly:
    """A function that ends the process which reads it."""

    def __call__(self, batch):
        """Never get here."""

    def __reduce__(self):
        """Be read by a call that ends the process."""
        return os._exit, (3,)


def test_a_process_that_dies_is_told():
    """Work that is lost is no result."""
    with pytest.raises(UsageError, match="a worker process ended before it was done"):
        count_batches(pa.table(ROWS), Deadly(), batch_rows=40, workers=2, pool="process")


def test_the_first_batch_that_fails_is_the_one_that_is_told():
    """However many threads there are, and whichever of them is the first."""
    late = threading.Event()

    def failed(batch):
        number = batch["number"][0].as_py()
        if number == 2:
            late.wait(5)
        elif number > 2:
            late.set()
        if number >= 2:
            raise ValueError(number)
        return count(batch, by="g", decision="d")

    rows = {"g": ["a"] * 8, "d": [1] * 8, "number": [1, 1, 2, 2, 3, 3, 4, 4]}
    with pytest.raises(UsageError, match=r"batch 2 \(2 rows\): .* ValueError: 2") as caught:
        count_batches(rows, failed, batch_rows=2, workers=4)
    assert isinstance(caught.value.__cause__, ValueError)


@pytest.mark.parametrize("workers", [1, 3])
def test_a_stream_is_not_read_further_than_needed(workers):
    """Batches wait until there is a worker for them, and none is read after an error."""
    taken = []

    def batches():
        for i in range(100):
            taken.append(i)
            yield pa.record_batch({"speaker": ["s9" if i == 10 else "s8"], "d": [1]})

    schema = pa.schema({"speaker": pa.string(), "d": pa.int64()})
    reader = pa.RecordBatchReader.from_batches(schema, batches())
    with pytest.raises(UsageError, match=r"batch 11 \(1 rows\)"):
        count_batches(reader, failing(ValueError()), batch_rows=1, workers=workers)
    assert len(taken) <= 11 + 2 * workers + 1


def test_progress_is_told_in_rows():
    """After each batch, the rows so far."""
    told = []
    count_batches(pa.table(ROWS), counting(), batch_rows=30, progress=told.append)
    assert told == [30, 60, N]


def test_batches_are_cut_and_joined():
    """Whatever sizes rows come in, they go on in the size asked for."""
    table = pa.table({"x": list(range(23))})
    parts = [table.slice(start, size) for start, size in ((0, 1), (1, 0), (1, 2), (3, 13), (16, 7))]
    batches = [batch for part in parts for batch in (part.to_batches() or [])]
    cut = list(regrouped(iter(batches), 5))
    assert [batch.num_rows for batch in cut] == [5, 5, 5, 5, 3]
    assert [x for batch in cut for x in batch["x"].to_pylist()] == list(range(23))


# --- other doors ---


@pytest.mark.parametrize(
    "wrap",
    [
        lambda table: table.to_batches()[0],
        lambda table: ds.dataset(table).scanner(),
        lambda table: pl.from_arrow(table).lazy().filter(pl.col("d") >= 0),
        lambda table: type("Frame", (), {"__arrow_c_stream__": table.__arrow_c_stream__})(),
        lambda table: type("Subclass", (pd.DataFrame,), {})(table.to_pandas()),
        lambda table: {name: np.array(table[name]) for name in table.column_names},
        lambda table: pd.concat([table.to_pandas(), table.to_pandas()["d"]], axis=1).set_axis(
            [*table.column_names, 0], axis=1
        ),
    ],
    ids=["batch", "scanner", "query", "capsule", "subclass", "arrays", "odd names"],
)
def test_relatives_of_frames_are_frames(wrap):
    """Whatever `count` reads can be counted in batches."""
    assert count_batches(wrap(pa.table(ROWS)), counting(), batch_rows=20) == WHOLE


@pytest.mark.parametrize("data", [None, 5, [1, 2], np.zeros((3, 2)), object()])
def test_what_holds_no_rows_is_refused(data):
    """The message says what can be read."""
    with pytest.raises(DataError, match=r"cannot read rows from .*; give a pandas, Polars"):
        count_batches(data, counting())


def test_columns_that_arrow_cannot_hold_are_refused():
    """Mixed objects have no Arrow type; all such columns are named."""
    mixed = {"a": [1, "x"], "b": [decimal.Decimal(1), "y"], "c": [1, 2]}
    for data in (mixed, pd.DataFrame(mixed)):
        with pytest.raises(DataError) as caught:
            count_batches(data, telling_types())
        assert [problem[:10] for problem in caught.value.problems] == ["column 'a'", "column 'b'"]
        assert count_batches(data, telling_types(), columns=["c"]).groups() == (("c: int64",),)


@pytest.mark.parametrize(
    "data", [pa.table([[1], [2]], names=["u", "u"]), pd.DataFrame([[1, 2]], columns=["u", "u"])]
)
def test_repeated_names_are_refused(data):
    """A name that two columns have cannot be meant."""
    with pytest.raises(DataError, match="column 'u' appears more than once"):
        count_batches(data, telling_types())


def test_keys_that_only_later_rows_have_are_columns(tmp_path):
    """Rows of JSON Lines differ in their keys, and a column is missing where a row lacks it."""
    path = tmp_path / "rows.jsonl"
    path.write_text('{"a": "x"}\n' * 1500 + '{"b": "y"}\n', encoding="utf-8")
    found = count_batches(path, telling_types())
    assert found.groups() == (("a: string",), ("b: string",))


def test_a_damaged_file_is_told_as_such(tmp_path):
    """An error while reading is about the file, and none of the function's."""
    path = tmp_path / "rows.csv"
    path.write_text("a,b\n1,2\n3\n", encoding="utf-8")
    with pytest.raises(DataError, match=r"rows\.csv is ragged: line 3 has 1 field where the header has 2"):
        count_batches(path, telling_types())


@pytest.mark.parametrize(
    ("asked", "problems"),
    [
        ({"function": 3}, ["the function must be callable, it is a int."]),
        ({"columns": "race"}, ["columns must be a list of names"]),
        ({"columns": []}, ["columns must be a list of names"]),
        (
            {"pool": "threads"},
            ["pool must be 'thread' or 'process', it is 'threads'. Did you mean 'thread'?"],
        ),
        ({"workers": 0, "batch_rows": 2.5}, ["batch_rows must be a whole number", "workers must be"]),
    ],
)
def test_wrong_arguments_are_refused(asked, problems):
    """All at once, with the values."""
    with pytest.raises(UsageError) as caught:
        count_batches(pa.table(ROWS), **{"function": counting(), **asked})
    assert len(caught.value.problems) == len(problems)
    for said, wanted in zip(caught.value.problems, problems, strict=True):
        assert said.startswith(wanted)


# --- Dask and Spark ---


def test_dask_has_workers_of_its_own():
    """Workers of this machine are refused, and progress is told once."""
    import dask.dataframe as dd

    told = []
    frame = dd.from_pandas(pd.DataFrame(ROWS), npartitions=20)
    assert count_batches(frame, counting(), progress=told.append) == WHOLE
    assert told == [N]
    with pytest.raises(UsageError, match="leave out workers=2"):
        count_batches(frame, counting(), workers=2)


def test_partitions_of_dask_have_one_type():
    """A partition without gaps, one with gaps and one without values give batches of the same types."""
    import dask.dataframe as dd

    parts = [[1, 2], [3, None], [None, None]]
    frame = dd.from_map(
        lambda values: pd.DataFrame({"n": values, "t": ["x" if v else None for v in values]}),
        parts,
        meta=pd.DataFrame({"n": pd.Series(dtype="int64"), "t": pd.Series(dtype="string[pyarrow]")}),
    )
    found = count_batches(frame, telling_types())
    assert found.groups() == (("n: int64",), ("t: string",))
    assert found.values[:, 0].tolist() == [6, 6]


@pytest.mark.java
def test_spark_tells_names_apart_that_it_takes_for_one(spark):
    """Columns are found by their place, whatever Spark reads into their names."""
    frame = spark.createDataFrame(pa.table({"a.b": ["x"], "Race": ["y"], "race": [1], "`": [2.5]}))
    found = count_batches(frame, telling_types(), columns=["race", "a.b", "`"])
    assert found.groups() == (("`: double",), ("a.b: string",), ("race: int64",))


@pytest.mark.java
def test_a_function_that_cannot_travel_to_spark_is_refused(spark):
    """A lock has no meaning elsewhere."""
    lock = threading.Lock()
    with pytest.raises(UsageError, match=r"cannot be sent to Spark's workers \(TypeError"):
        count_batches(spark.range(3), lambda _: lock)


@pytest.mark.java
def test_workers_of_another_python_are_told_apart(spark, monkeypatch):
    """A module that Spark's workers lack is named, with what to set, instead of a traceback of theirs."""
    module = types.ModuleType("only_the_driver_has_this")
    exec("def function(batch): return None", vars(module))  # noqa: S102 - of a module that no worker has
    monkeypatch.setitem(sys.modules, module.__name__, module)
    with pytest.raises(UsageError, match=r"have no module 'only_the_driver_has_this'.*PYSPARK_PYTHON"):
        count_batches(spark.range(3), module.function)


@pytest.mark.java
def test_errors_of_spark_itself_are_its_own(spark):
    """A column that cannot be computed is no error of the function."""
    from pyspark.errors import PySparkException
    from pyspark.sql import functions

    frame = spark.range(3).withColumn("bad", functions.raise_error(functions.lit("no such thing")))
    with pytest.raises(PySparkException, match="no such thing"):
        count_batches(frame, telling_types())


# --- tables on their way ---

PLAIN = count(pd.DataFrame(ROWS), by=["race", "y"], decision="d")
SCORES = Counts.from_cells(
    Kind.SCORES,
    ["sex"],
    [("F",), (None,), ("F",)],
    [[1, 0, 0.25, 0, 0.0625, 0, 0, 0, 0], [0, 1, 0, 0.1, 0, 0.01, 0, 0, 0], [0, 0, 0, 0, 0, 0, 0, 1, 0]],
    axes=[Axis("score", (), width=0.25)],
    axis_cells=[("0.25",), ("0.0",), (None,)],
)


@pytest.mark.parametrize(
    "table",
    [WHOLE, PLAIN, PLAIN.marginal([]), WHOLE.marginal(["race"]), SCORES, SCORES.marginal([])],
    ids=["clusters", "plain", "total", "lost clusters", "axes", "total of axes"],
)
def test_counts_travel_exactly(table):
    """Clusters, axes, weights and missing levels come back as they went; no digit is lost."""
    back = from_bytes(to_bytes(table))
    assert back == table
    assert back.clusters_lost == table.clusters_lost
    assert [array.dtype for array in (back.values, back.codes)] == [table.values.dtype, table.codes.dtype]
    assert back + table == table + table


def test_a_tree_of_additions_is_a_sum():
    """Any number of tables is added up, and nothing is the sum of nothing."""
    assert Sum().total() is None
    for size in (1, 2, 3, 7, 8, 13):
        total = Sum()
        for _ in range(size):
            total.add(WHOLE)
        assert total.total() == merge([WHOLE] * size)
