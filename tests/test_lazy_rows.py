"""Queries of Spark and Dask: names they cannot tell apart, types of their own, and rows that stay there."""

import datetime as dt
import decimal

import narwhals as nw
import narwhals.stable.v2 as stable
import numpy as np
import pandas as pd
import pyarrow as pa
import pytest

from fairkit.door.lazy_rows import is_lazy, lazy_rows, renamed
from fairkit.errors import DataError
from fairkit.frames import Question, count, read
from fairkit.groups import Attribute
from fairkit.predicates import parse

TABLE = pa.table({"g": ["a", "b", "a", None], "d": [1, 0, 0, 1]})
COUNTS = count(TABLE, by="g", decision="d")


def dask_of(table, npartitions=2):
    """Make a Dask frame."""
    import dask.dataframe as dd

    return dd.from_pandas(table.to_pandas(), npartitions=npartitions)


# --- Spark ---


@pytest.mark.java
def test_rows_of_spark_stay_in_spark(spark):
    """Only columns that are used are computed, and the Arrow stream that Spark offers is not taken."""
    from pyspark.sql import functions

    frame = spark.createDataFrame(TABLE).repartition(2)  # or Spark would compute it while planning
    never = frame.withColumn("never", functions.col("d") / functions.lit(0))  # an error, once it is computed
    assert hasattr(never, "__arrow_c_stream__")
    assert is_lazy(never)
    reading = read(never, Question((Attribute("g"),), decision="d"))
    assert (reading.source, reading.counts) == ("pyspark", COUNTS)


@pytest.mark.java
def test_spark_frames_may_be_wrapped_or_made_by_sql(spark):
    """Frames of narwhals and results of SQL are frames of Spark."""
    frame = spark.createDataFrame(TABLE)
    frame.createOrReplaceTempView("fairkit_rows")
    for same in (
        nw.from_native(frame),
        stable.from_native(frame),
        spark.sql("SELECT d, g FROM fairkit_rows WHERE d >= 0"),
        frame.repartition(5),
    ):
        assert count(same, by="g", decision="d") == COUNTS


@pytest.mark.java
def test_names_that_spark_reads_in_its_own_way_are_names(spark):
    """A dot is no field, a backtick no quote, and case matters, in groups and in predicates."""
    rows = {
        "a.b": ["x", "y", "x"],
        "a": [{"b": 1}] * 3,
        "`": [1.0, 2.0, None],
        "D": [0, 0, 0],
        "d": [1, 0, 1],
    }
    frame = spark.createDataFrame(pa.table(rows))
    counts = count(frame, by=["a.b", "high: ```` > 1.5"], decision="d")
    assert counts.groups() == (("x", "False"), ("x", None), ("y", "True"))
    assert counts.values.tolist() == [[1, 0, 0], [1, 0, 0], [0, 1, 0]]
    assert count(frame, by="a.b", decision="D == 0").values[:, 0].tolist() == [2, 1]


@pytest.mark.java
def test_types_of_spark_are_the_same_levels(spark):
    """Times are in UTC whatever the zone of the session, and decimals keep their digits."""
    from pyspark.sql import functions

    moment = dt.datetime(2020, 1, 1, 15, tzinfo=dt.UTC)
    table = pa.table(
        {
            "zoned": pa.array([moment, None], pa.timestamp("us", "UTC")),
            "plain": pa.array([moment.replace(hour=10, tzinfo=None), None], pa.timestamp("us")),
            "day": [dt.date(1900, 1, 1), None],
            "money": pa.array([decimal.Decimal("1.50"), None], pa.decimal128(38, 2)),
            "small": pa.array([-128, None], pa.int8()),
            "single": pa.array([0.1, float("nan")], pa.float32()),
            "d": [True, False],
        }
    )
    in_new_york = functions.col("zoned").cast(
        "timestamp_ntz"
    )  # as the session is, which has no say in levels
    frame = spark.createDataFrame(table).withColumn("plain", in_new_york)
    wanted = {
        "zoned": "2020-01-01T15:00:00+00:00",
        "plain": "2020-01-01T10:00:00",
        "day": "1900-01-01",
        "money": "1.5",
        "small": "-128",
        "single": "0.10000000149011612",
    }
    counts = count(frame, by=[[name] for name in wanted], decision="d")
    assert counts.groups()[0] == tuple(wanted.values())
    assert counts == count(table, by=[[name] for name in wanted], decision="d")


@pytest.mark.java
@pytest.mark.parametrize(
    ("values", "kind"),
    [([b"x"], "bytes"), ([[1]], "list"), ([{"x": 1}], "dict")],
    ids=["bytes", "list", "dict"],
)
def test_values_of_spark_that_are_no_levels_are_refused(spark, values, kind):
    """The message names the column and the type."""
    frame = spark.createDataFrame(pa.table({"g": values, "d": [1]}))
    with pytest.raises(DataError, match=f"column 'g': cannot group by a value of type {kind}"):
        count(frame, by="g", decision="d")


@pytest.mark.java
def test_a_column_of_spark_without_a_type_is_missing(spark):
    """`SELECT NULL` has a type that nothing else has."""
    frame = spark.sql("SELECT NULL AS g, 1 AS d")
    assert count(frame, by="g", decision="d").groups() == ((None,),)


# --- Dask ---


@pytest.mark.parametrize("names", [(0, 1), ("g", 1), ((1, 2), "d"), ("1", 1)])
def test_names_of_dask_may_be_anything(names):
    """Numbers and tuples for names are their texts; two with one text cannot be meant."""
    frame = dask_of(TABLE)
    frame.columns = list(names)
    group, decision = map(str, names)
    if group == decision:
        with pytest.raises(DataError, match="column '1' appears more than once"):
            count(frame, by=group, decision=decision)
    else:
        wanted = count(TABLE.rename_columns([group, decision]), by=[[group]], decision=decision)
        assert count(frame, by=[[group]], decision=decision) == wanted


@pytest.mark.parametrize("npartitions", [1, 3, 4])
def test_partitions_do_not_matter(npartitions):
    """However rows are divided, and with partitions that a filter leaves empty."""
    frame = dask_of(TABLE, npartitions)
    assert count(frame, by="g", decision="d") == COUNTS
    assert count(frame[frame["d"] == 1], by="g", decision="d").values[:, 0].tolist() == [1, 1]


def test_objects_and_categories_of_dask_are_levels():
    """Known categories, unknown ones and mixed objects are grouped by what they mean."""
    import dask
    import dask.dataframe as dd

    values = ["b", "a", None, "b"]
    frame = pd.DataFrame({"g": pd.Categorical(values), "d": [1, 0, 1, 1]})
    wanted = count(frame, by="g", decision="d")
    known = dd.from_pandas(frame, npartitions=2)
    unknown = dd.from_pandas(frame.astype({"g": object}), npartitions=2).astype({"g": "category"})
    with dask.config.set({"dataframe.convert-string": False}):
        objects = dd.from_pandas(frame.astype({"g": object}), npartitions=2)
    for same in (known, unknown, objects):
        assert count(same, by="g", decision="d") == wanted


# --- names ---


def test_a_predicate_is_renamed_for_the_engine_only():
    """Its columns change wherever they occur; its text and its hash stay."""
    predicate = parse("age < 25 and (sex == 'F' or age in (30, 40) or home is missing)")
    other = renamed(predicate, {"age": "c0", "sex": "c1", "home": "c2"})
    assert (other.text, other.hash, other.columns) == (predicate.text, predicate.hash, ("c0", "c2", "c1"))
    again = renamed(other, {"c0": "age", "c1": "sex", "c2": "home"})
    assert again.node == predicate.node
    assert "age" not in repr(other.node)


def test_plain_names_are_left_alone():
    """A frame is not touched where its engine can tell its names apart."""
    frame = dask_of(TABLE)
    rows = lazy_rows(frame)
    assert rows.columns == {"g": "g", "d": "d"}
    assert rows.frame.to_native() is frame


@pytest.mark.parametrize("data", [None, 5, [1], np.zeros(3)])
def test_what_narwhals_does_not_know_is_told(data):
    """The door makes a sentence of it."""
    assert not is_lazy(data)
    with pytest.raises(TypeError):
        lazy_rows(data)
