"""Batches on Spark and Dask: the function goes to the rows, and one result comes back per partition.

Spark hands a partition to Python as a stream of Arrow batches (``mapInArrow``) and takes back bytes. Dask's
partitions are pandas frames; results are put together by its own workers in a tree. Both keep the order of
the partitions.
"""

from __future__ import annotations

import json
import re
import warnings
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from functools import partial
from typing import Any, TypeVar

import pyarrow as pa

from fairkit.batches.sources import Columns, chosen, empty, pandas_batches, pandas_schema, plain, regrouped
from fairkit.batches.work import Results, Work, of_no_rows, part_of
from fairkit.errors import DataError, FairkitError, UsageError

T = TypeVar("T")
Run = Callable[[Any, Work[Any], Columns, int], tuple[Any, int]]

_MARK = "fairkit-batch-problems:"


def on_spark(data: Any, work: Work[T], columns: Columns, rows: int) -> tuple[T, int]:
    """Do work on a Spark frame, classic or of Spark Connect, partition by partition.

    Raises
    ------
    FairkitError
        As of :func:`fairkit.batches.counting.count_batches`.
    """
    from pyspark import cloudpickle
    from pyspark.errors import PySparkException

    wanted = chosen(data.columns, columns)
    try:
        cloudpickle.dumps(work)  # type: ignore[no-untyped-call]
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
            partial(_spark_partition, work=work, columns=wanted, rows=rows),
            "result binary, rows bigint",
        )
    try:
        table = found.toArrow()
    except PySparkException as error:
        problem = _told(error)
        if problem is None:
            raise
        raise problem from error  # which shows where, on the worker
    together = _together(table["result"].to_pylist(), work.results)
    if together is None:
        schema = used.limit(0).toArrow().schema
        return of_no_rows(work, plain(empty(schema).rename_columns(wanted))), 0
    return together, sum(table["rows"].to_pylist())


def on_dask(data: Any, work: Work[T], columns: Columns, rows: int) -> tuple[T, int]:
    """Do work on a Dask frame, partition by partition.

    Raises
    ------
    FairkitError
        As of :func:`fairkit.batches.counting.count_batches`.
    """
    import pandas as pd

    wanted = chosen([str(name) for name in data.columns], columns)
    schema = pandas_schema(data._meta, wanted)  # noqa: SLF001 - the only place where Dask keeps its types
    meta = pd.DataFrame({"result": pd.Series(dtype=object), "rows": pd.Series(dtype="int64")})
    parts = data.map_partitions(
        _dask_partition, work=work, columns=wanted, rows=rows, schema=schema, meta=meta
    )
    join = partial(_dask_parts, results=work.results)
    found = parts.reduction(join, join, combine=join, meta=meta, split_every=8).compute()
    if not len(found):
        return of_no_rows(work, plain(empty(schema))), 0
    return work.results.unpack(found["result"].iloc[0]), int(found["rows"].iloc[0])


RUN: Mapping[str, Run] = {"dask": on_dask, "pyspark": on_spark, "pyspark_connect": on_spark}
"""How work is done on engines that have workers of their own, by narwhals' names for them."""


def _spark_partition(
    batches: Iterator[pa.RecordBatch], *, work: Work[Any], columns: Sequence[str], rows: int
) -> Iterator[pa.RecordBatch]:
    """Do one partition on a worker of Spark; what is wrong is raised as a text that Spark brings back."""
    from pyspark import TaskContext

    task = TaskContext.get()
    where = "" if task is None else f" of partition {task.partitionId()}"
    named = (plain(batch.rename_columns(columns)) for batch in batches)
    try:
        part = part_of(work, regrouped(named, rows), where)
    except FairkitError as error:
        told = {"usage": isinstance(error, UsageError), "problems": error.problems}
        raise RuntimeError(_MARK + json.dumps(told)) from error
    if part.result is not None:
        packed = work.results.pack(part.result)
        yield pa.RecordBatch.from_pydict({"result": [packed], "rows": [part.rows]})


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
    work: Work[Any],
    columns: Sequence[str],
    rows: int,
    schema: pa.Schema,
    partition_info: dict[str, Any] | None = None,
) -> Any:
    """Do one partition on a worker of Dask."""
    import pandas as pd

    where = "" if partition_info is None else f" of partition {partition_info['number']}"
    batches = map(plain, pandas_batches(frame, columns, _real_schema(frame, columns, schema), rows))
    part = part_of(work, batches, where)
    packed = [] if part.result is None else [work.results.pack(part.result)]
    return pd.DataFrame({"result": pd.Series(packed, dtype=object), "rows": [part.rows] * len(packed)})


def _dask_parts(found: Any, *, results: Results[Any]) -> Any:
    """Put the results of some partitions together."""
    import pandas as pd

    together = _together(found["result"], results)
    packed = [] if together is None else [results.pack(together)]
    rows = [int(found["rows"].sum())] * len(packed)
    return pd.DataFrame({"result": pd.Series(packed, dtype=object), "rows": rows})


def _together(packed: Iterable[bytes], results: Results[T]) -> T | None:
    """Put packed results together, in their order."""
    total = results.empty_total()
    for part in packed:
        total.add(results.unpack(part), "a partition")
    return total.total()


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
