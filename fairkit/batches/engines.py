"""Batches on Spark and Dask: the function goes to the rows, and one small table comes back per partition.

Spark hands a partition to Python as a stream of Arrow batches (``mapInArrow``) and takes back bytes. Dask's
partitions are pandas frames; results are added up by its own workers in a tree.
"""

from __future__ import annotations

import json
import re
import warnings
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import partial
from typing import Any

import pyarrow as pa

from fairkit._counts_bytes import from_bytes, to_bytes
from fairkit.batches.sources import Columns, chosen, empty, pandas_batches, pandas_schema, plain, regrouped
from fairkit.batches.work import BatchFunction, Sum, of_no_rows, part_of
from fairkit.counts import Counts
from fairkit.errors import DataError, FairkitError, UsageError

Run = Callable[[Any, BatchFunction, Columns, int], tuple[Counts, int]]

_MARK = "fairkit-batch-problems:"


def on_spark(data: Any, function: BatchFunction, columns: Columns, rows: int) -> tuple[Counts, int]:
    """Count a Spark frame, classic or of Spark Connect, partition by partition.

    Raises
    ------
    FairkitError
        As of :func:`fairkit.batches.counting.count_batches`.
    """
    from pyspark import cloudpickle
    from pyspark.errors import PySparkException

    wanted = chosen(data.columns, columns)
    try:
        cloudpickle.dumps(function)  # type: ignore[no-untyped-call]
    except Exception as error:  # whatever its parts raise when they are pickled
        raise UsageError(
            f"the function cannot be sent to Spark's workers ({type(error).__name__}: {error}); "
            "it must not hold locks, connections or open files: open them inside the function."
        ) from error
    # By their place: Spark takes `Race` for `race`, and `a.b` for a field of `a`.
    places = [f"c{place}" for place in range(len(data.columns))]
    used = data.toDF(*places).select(*(places[data.columns.index(name)] for name in wanted))
    with warnings.catch_warnings():
        # mapInArrow uses no pandas, but asks for its version like everything else that runs Python.
        warnings.filterwarnings("ignore", "PySpark does not yet fully support pandas", FutureWarning)
        found = used.mapInArrow(
            partial(_spark_partition, function=function, columns=wanted, rows=rows),
            "counts binary, rows bigint",
        )
    try:
        table = found.toArrow()
    except PySparkException as error:
        problem = _told(error)
        if problem is None:
            raise
        raise problem from error  # which shows where, on the worker
    total = Sum()
    for counts in table["counts"].to_pylist():
        total.add(from_bytes(counts))
    merged = total.total()
    if merged is None:
        schema = used.limit(0).toArrow().schema
        return of_no_rows(function, plain(empty(schema).rename_columns(wanted))), 0
    return merged, sum(table["rows"].to_pylist())


def on_dask(data: Any, function: BatchFunction, columns: Columns, rows: int) -> tuple[Counts, int]:
    """Count a Dask frame partition by partition.

    Raises
    ------
    FairkitError
        As of :func:`fairkit.batches.counting.count_batches`.
    """
    import pandas as pd

    wanted = chosen([str(name) for name in data.columns], columns)
    schema = pandas_schema(data._meta, wanted)  # noqa: SLF001 - the only place where Dask keeps its types
    meta = pd.DataFrame({"counts": pd.Series(dtype=object), "rows": pd.Series(dtype="int64")})
    parts = data.map_partitions(
        _dask_partition, function=function, columns=wanted, rows=rows, schema=schema, meta=meta
    )
    found = parts.reduction(_dask_sum, _dask_sum, combine=_dask_sum, meta=meta, split_every=8).compute()
    if not len(found):
        return of_no_rows(function, plain(empty(schema))), 0
    return from_bytes(found["counts"].iloc[0]), int(found["rows"].iloc[0])


RUN: Mapping[str, Run] = {"dask": on_dask, "pyspark": on_spark, "pyspark_connect": on_spark}
"""How engines count that have workers of their own, by narwhals' names for them."""


def _spark_partition(
    batches: Iterator[pa.RecordBatch], *, function: BatchFunction, columns: Sequence[str], rows: int
) -> Iterator[pa.RecordBatch]:
    """Count one partition on a worker of Spark; what is wrong is raised as a text that Spark brings back."""
    from pyspark import TaskContext

    task = TaskContext.get()
    where = "" if task is None else f" of partition {task.partitionId()}"
    named = (plain(batch.rename_columns(columns)) for batch in batches)
    try:
        part = part_of(function, regrouped(named, rows), where)
    except FairkitError as error:
        told = {"usage": isinstance(error, UsageError), "problems": error.problems}
        raise RuntimeError(_MARK + json.dumps(told)) from error
    if part.counts is not None:
        yield pa.RecordBatch.from_pydict({"counts": [to_bytes(part.counts)], "rows": [part.rows]})


def _told(error: Exception) -> FairkitError | None:
    """Find the function's problems in what Spark reports of a worker."""
    lacks = re.search(r"ModuleNotFoundError: No module named '([^']+)'", str(error))
    if lacks is not None and _MARK not in str(error):
        return UsageError(
            f"Spark's workers have no module '{lacks[1]}': they run another Python. Name the one that has it "
            "before the session is made: os.environ['PYSPARK_PYTHON'] = sys.executable on one machine."
        )
    found = re.search(re.escape(_MARK) + r"(\{.*\})", str(error))
    if found is None:
        return None
    told = json.loads(found[1])
    kind = UsageError if told["usage"] else DataError
    return kind(*told["problems"])


def _dask_partition(
    frame: Any,
    *,
    function: BatchFunction,
    columns: Sequence[str],
    rows: int,
    schema: pa.Schema,
    partition_info: dict[str, Any] | None = None,
) -> Any:
    """Count one partition on a worker of Dask."""
    import pandas as pd

    where = "" if partition_info is None else f" of partition {partition_info['number']}"
    batches = map(plain, pandas_batches(frame, columns, _real_schema(frame, columns, schema), rows))
    part = part_of(function, batches, where)
    found = [] if part.counts is None else [{"counts": to_bytes(part.counts), "rows": part.rows}]
    return pd.DataFrame(found, columns=["counts", "rows"])


def _dask_sum(found: Any) -> Any:
    """Add up the tables of some partitions."""
    import pandas as pd

    total = Sum()
    for counts in found["counts"]:
        total.add(from_bytes(counts))
    table = total.total()
    rows = [] if table is None else [{"counts": to_bytes(table), "rows": int(found["rows"].sum())}]
    return pd.DataFrame(rows, columns=["counts", "rows"])


def _real_schema(frame: Any, columns: Sequence[str], said: pa.Schema) -> pa.Schema:
    """Take the types that Dask says a partition has; where it does not say, or is wrong, those it has."""
    names = [str(name) for name in frame.columns]
    fields = []
    for name, field in zip(columns, said, strict=True):
        try:
            pa.array(frame.iloc[:, names.index(name)], type=field.type, from_pandas=True)
            known = not pa.types.is_null(field.type)
        except pa.ArrowException:
            known = False
        fields.append(field if known else pandas_schema(frame, [name]).field(0))
    return pa.schema(fields)
