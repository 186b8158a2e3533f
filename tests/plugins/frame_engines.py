"""One fixture, `frame_of`: the same columns as every kind of frame and file that rows can come in.

A test written with it runs once per engine. It gives plain columns (a dict of lists, None where a value is
missing) and gets a frame, a mapping or a path that holds the same rows.

To add an engine, write a function from columns and an empty folder to the frame, and decorate it with
`@engine`; mark what needs more than Python, as in `@engine(marks=(pytest.mark.java,))`.

Spark is real: one local session per test process, started by the first test that needs it.
"""

from __future__ import annotations

import atexit
import csv
import gzip
import io
import json
import os
import shutil
import sys
import tempfile
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import pytest

Columns = Mapping[str, Sequence[Any]]


@dataclass(frozen=True)
class Engine:
    """How one engine is given rows.

    `typed` is false where a file has texts only, so that "" is missing and "1" is 1. `ignores_case` is true
    where column names that differ only in case cannot be used together.
    """

    name: str
    build: Callable[[Columns, Path], Any]
    typed: bool = True
    ignores_case: bool = False
    marks: tuple[pytest.MarkDecorator, ...] = ()


ENGINES: dict[str, Engine] = {}


def engine(*, typed=True, ignores_case=False, marks=()):
    """Register a function from columns and an empty folder to a frame."""

    def register(build):
        name = build.__name__
        ENGINES[name] = Engine(name, build, typed, ignores_case, marks)
        return build

    return register


# --- pandas ---


@engine()
def pandas_numpy(columns, folder):
    """Build what pandas makes by default: integers with gaps become floats, booleans with gaps objects."""
    import pandas as pd

    return pd.DataFrame({name: pd.Series(values) for name, values in columns.items()})


@engine()
def pandas_objects(columns, folder):
    """Build a frame of Python objects."""
    import pandas as pd

    return pd.DataFrame({name: pd.Series(values, dtype=object) for name, values in columns.items()})


@engine()
def pandas_nullable(columns, folder):
    """Build a frame of pandas' masked types."""
    import pandas as pd

    types = {bool: "boolean", int: "Int64", float: "Float64", str: "string"}
    return pd.DataFrame(
        {name: pd.Series(values, dtype=types.get(kind_of(values))) for name, values in columns.items()}
    )


@engine()
def pandas_arrow(columns, folder):
    """Build a frame of pandas' Arrow-backed types."""
    import pandas as pd

    return arrow_table(columns, folder).to_pandas(types_mapper=pd.ArrowDtype)


@engine()
def pandas_categories(columns, folder):
    """Build a frame whose texts are categories, some of them in an order of their own and without rows."""
    import pandas as pd

    frame = pandas_objects(columns, folder).infer_objects()
    for name, values in columns.items():
        if kind_of(values) is str:
            found = sorted({value for value in values if value is not None}, reverse=True)
            frame[name] = frame[name].astype(pd.CategoricalDtype([*found, "no row has this"], ordered=True))
    return frame


# --- Polars ---


@engine()
def polars_eager(columns, folder):
    """Build a Polars frame."""
    import polars as pl

    return pl.from_arrow(arrow_table(columns, folder))


@engine()
def polars_lazy(columns, folder):
    """Build a Polars query."""
    return polars_eager(columns, folder).lazy()


@engine()
def polars_scan(columns, folder):
    """Build a Polars query of a Parquet file, which Polars can stream."""
    import polars as pl

    return pl.scan_parquet(parquet_file(columns, folder))


@engine()
def polars_categories(columns, folder):
    """Build a Polars frame whose texts are categories."""
    import polars as pl

    texts = [name for name, values in columns.items() if kind_of(values) is str]
    return polars_eager(columns, folder).with_columns(pl.col(texts).cast(pl.Categorical))


# --- Arrow ---


@engine(ignores_case=True)
def arrow_table(columns, folder):
    """Build a pyarrow table."""
    import pyarrow as pa

    return pa.table({name: pa.array(values) for name, values in columns.items()})


@engine(ignores_case=True)
def arrow_dictionary(columns, folder):
    """Build a pyarrow table whose texts are dictionaries."""
    table = arrow_table(columns, folder)
    for place, (name, values) in enumerate(columns.items()):
        if kind_of(values) is str:
            table = table.set_column(place, name, table.column(place).dictionary_encode())
    return table


@engine(ignores_case=True)
def arrow_stream(columns, folder):
    """Build a reader of record batches, which can be read only once."""
    table = arrow_table(columns, folder)
    return table.schema.empty_table().to_reader() if not len(table) else table.to_reader(max_chunksize=7)


@engine(ignores_case=True)
def arrow_dataset(columns, folder):
    """Build a pyarrow dataset of a folder of Parquet files."""
    import pyarrow.dataset as ds

    return ds.dataset(parquet_folder(columns, folder), format="parquet")


# --- Dask and Spark ---


@engine()
def dask_frame(columns, folder):
    """Build a Dask frame of several partitions, as Dask makes it of pandas."""
    import dask.dataframe as dd

    return dd.from_pandas(pandas_nullable(columns, folder), npartitions=3, sort=False)


# Dask 2026.8 calls pandas 3.1 in a way that pandas 4 will not have.
@engine(marks=(pytest.mark.filterwarnings("ignore:The inplace keyword in:DeprecationWarning:"),))
def dask_parquet(columns, folder):
    """Build a Dask frame of Parquet files, of which a part with gaps has other types than the frame says."""
    import dask.dataframe as dd

    return dd.read_parquet(parquet_folder(columns, folder))


@engine(marks=(pytest.mark.java,))
def spark_frame(columns, folder):
    """Build a Spark frame of several partitions."""
    return spark_session().createDataFrame(arrow_table(columns, folder))


@cache
def spark_session():
    """Start a local Spark with two threads, once per process; the test is skipped where there is no Java."""
    home = os.environ.get("JAVA_HOME")
    if shutil.which("java") is None and not (home and Path(home, "bin", "java").is_file()):
        pytest.skip("Spark needs Java (Debian: openjdk-17-jre-headless), and there is none")
    from pyspark.sql import SparkSession

    folder = tempfile.mkdtemp(prefix="fairkit-spark-")
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    settings = {
        "spark.driver.bindAddress": "127.0.0.1",
        "spark.driver.host": "127.0.0.1",
        "spark.driver.memory": "1g",
        # Short queries on little data: optimising their code costs more than it saves.
        "spark.driver.extraJavaOptions": "-XX:TieredStopAtLevel=1 -XX:+UseSerialGC",
        "spark.log.level": "ERROR",
        "spark.local.dir": folder,
        "spark.sql.warehouse.dir": folder,
        "spark.sql.session.timeZone": "America/New_York",
        "spark.sql.shuffle.partitions": "2",
        "spark.ui.enabled": "false",
        "spark.ui.showConsoleProgress": "false",
    }
    os.environ.setdefault("PYSPARK_PYTHON", sys.executable)  # its workers must find fairkit
    builder = SparkSession.builder.master("local[2]").appName("fairkit's tests")
    for name, value in settings.items():
        builder = builder.config(name, value)
    session = builder.getOrCreate()
    atexit.register(session.stop)
    return session


# --- DuckDB and arrays ---


@engine(ignores_case=True)
def duckdb_relation(columns, folder):
    """Build a DuckDB relation."""
    import duckdb

    return duckdb.connect().from_arrow(arrow_table(columns, folder))


@engine()
def numpy_arrays(columns, folder):
    """Build a mapping of names to NumPy arrays; gaps make floats of numbers and objects of all else."""
    import numpy as np

    def array(values):
        kind = kind_of(values)
        if kind in (int, float) and None in values:
            return np.array([np.nan if value is None else value for value in values], float)
        return np.array(values, dtype=kind if kind in (bool, int, float) and None not in values else object)

    return {name: array(values) for name, values in columns.items()}


@engine()
def lists(columns, folder):
    """Build a mapping of names to lists."""
    return {name: list(values) for name, values in columns.items()}


# --- files ---


def separated(columns, separator):
    """Write columns as separated values."""
    text = io.StringIO()
    writer = csv.writer(text, delimiter=separator, lineterminator="\n")
    writer.writerow(columns)
    writer.writerows(zip(*columns.values(), strict=True))
    return text.getvalue()


def parts(columns):
    """Cut columns in two."""
    half = len(next(iter(columns.values()), [])) // 2
    return [
        {name: values[:half] for name, values in columns.items()},
        {name: values[half:] for name, values in columns.items()},
    ]


@engine(typed=False, ignores_case=True)
def csv_file(columns, folder):
    """Write a CSV."""
    path = folder / "rows.csv"
    path.write_text(separated(columns, ","), encoding="utf-8", newline="")
    return path


@engine(typed=False, ignores_case=True)
def tsv_file(columns, folder):
    """Write a TSV."""
    path = folder / "rows.tsv"
    path.write_text(separated(columns, "\t"), encoding="utf-8", newline="")
    return str(path)


@engine(typed=False, ignores_case=True)
def csv_gz_file(columns, folder):
    """Write a packed CSV with semicolons."""
    path = folder / "rows.csv.gz"
    path.write_bytes(gzip.compress(separated(columns, ";").encode()))
    return path


@engine(typed=False, ignores_case=True)
def csv_glob(columns, folder):
    """Write two CSVs, named by a glob."""
    for number, part in enumerate(parts(columns)):
        (folder / f"part-{number}.csv").write_text(separated(part, ","), encoding="utf-8", newline="")
    return folder / "part-*.csv"


@engine(ignores_case=True)
def json_lines(columns, folder):
    """Write JSON Lines, one object a row; a missing value is null in one row and left out in the next."""
    path = folder / "rows.jsonl"
    rows = [dict(zip(columns, row, strict=True)) for row in zip(*columns.values(), strict=True)]
    kept = [
        {name: value for name, value in row.items() if value is not None or number % 2 == 0}
        for number, row in enumerate(rows)
    ]
    lines = (json.dumps(row, default=lambda value: value.isoformat()) for row in kept)
    path.write_text("".join(f"{line}\n" for line in lines), encoding="utf-8")
    return path


@engine(ignores_case=True)
def parquet_file(columns, folder):
    """Write one Parquet file."""
    import pyarrow.parquet as pq

    pq.write_table(arrow_table(columns, folder), folder / "rows.parquet")
    return folder / "rows.parquet"


@engine(ignores_case=True)
def parquet_folder(columns, folder):
    """Write a folder of two Parquet files, one of them deeper."""
    import pyarrow.parquet as pq

    table = arrow_table(columns, folder)
    (folder / "deeper").mkdir()
    pq.write_table(table.slice(0, len(table) // 2), folder / "part-0.parquet")
    pq.write_table(table.slice(len(table) // 2), folder / "deeper" / "part-1.parquet")
    return folder


@engine(ignores_case=True)
def arrow_file(columns, folder):
    """Write an Arrow (Feather) file."""
    from pyarrow import feather

    feather.write_feather(arrow_table(columns, folder), str(folder / "rows.feather"))
    return folder / "rows.feather"


# --- the fixture ---


@dataclass(frozen=True)
class FrameOf:
    """Call it with columns to get them as a frame of the engine."""

    engine: Engine
    make_folder: Callable[[], Path]

    def __call__(self, columns: Columns) -> Any:
        """Build the frame in a folder of its own."""
        return self.engine.build(columns, self.make_folder())


def kind_of(values: Sequence[Any]) -> type | None:
    """Return the type of a column's values, None where there is none."""
    return next((type(value) for value in values if value is not None), None)


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Run every test that asks for `frame_of` once per engine."""
    if "frame_of" in metafunc.fixturenames:
        values = [pytest.param(found, id=name, marks=found.marks) for name, found in ENGINES.items()]
        metafunc.parametrize("frame_of", values, indirect=True)


@pytest.fixture
def frame_of(request: pytest.FixtureRequest, tmp_path: Path) -> FrameOf:
    """Return a function from columns to a frame, a mapping or a path with the same rows."""
    made: list[Path] = []

    def make_folder() -> Path:
        folder = tmp_path / f"frame-{len(made)}"
        folder.mkdir()
        made.append(folder)
        return folder

    return FrameOf(request.param, make_folder)


@pytest.fixture
def spark():
    """Return the Spark session of this process; a test that asks for it is marked `java`."""
    return spark_session()
