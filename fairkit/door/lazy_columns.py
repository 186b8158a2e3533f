"""Queries that have not run yet: a function of rows is put at their end, and runs when they do.

It is handed the rows as a frame of the engine (Polars, pandas for Dask) or as Arrow batches (Spark), and
gives back the same kind.
"""

from __future__ import annotations

import warnings
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import partial
from typing import Any

from fairkit.batches.sources import known
from fairkit.door.columns import polars_type

Added = Callable[[Sequence[str]], Mapping[str, type]]
"""From the names of columns to those that the function adds or replaces, with their types; it may refuse."""


def is_lazy(data: Any) -> bool:
    """Tell whether the data are a query of Polars, Dask or Spark.

    Examples
    --------
    >>> is_lazy({"text": []})
    False
    """
    return known(data).engine in _APPENDED or _is_lazy_polars(data)


def appended(data: Any, function: Callable[[Any], Any], added: Added, *, by_row: bool) -> Any:
    """Put a function of rows at the end of a query.

    Parameters
    ----------
    data : polars.LazyFrame, or frame of Dask or Spark
    function : callable
        From rows to rows, which can be sent to other machines by Dask and Spark.
    added : callable
    by_row : bool
        Whether a row can be done without the others: Dask and Spark know no others.

    Returns
    -------
    polars.LazyFrame, or frame of Dask or Spark

    Raises
    ------
    UsageError
        Rows of Dask or Spark are needed together.

    Examples
    --------
    >>> import polars as pl
    >>> found = appended(pl.LazyFrame({"a": [1]}), lambda rows: rows, lambda names: {}, by_row=True)
    >>> found.collect().rows()
    [(1,)]
    """
    if _is_lazy_polars(data):
        return _on_polars(data, function, added, by_row=by_row)
    if not by_row:
        from fairkit.errors import UsageError

        raise UsageError(
            "rows of Dask and Spark have no numbers, by which versions are told apart; write them to a file "
            "and use swap_file, or bring them here."
        )
    return _APPENDED[known(data).engine](data, function, added)


def _is_lazy_polars(data: Any) -> bool:
    return (
        type(data).__module__.startswith("polars")
        and hasattr(data, "collect_schema")
        and hasattr(data, "collect")
    )


def _on_polars(data: Any, function: Callable[[Any], Any], added: Added, *, by_row: bool) -> Any:
    import polars as pl

    schema = data.collect_schema()
    types = {str: pl.String, int: pl.Int64}
    for name, kind in added(schema.names()).items():
        schema[name] = polars_type(schema[name]) if name in schema else types[kind]
    return data.map_batches(function, schema=schema, streamable=by_row)


def _on_dask(data: Any, function: Callable[[Any], Any], added: Added) -> Any:
    added([str(name) for name in data.columns])
    return data.map_partitions(function, meta=function(data._meta))  # noqa: SLF001 - where Dask keeps its types


def _on_spark(data: Any, function: Callable[[Any], Any], added: Added) -> Any:
    from pyspark.sql.types import StringType, StructField, StructType

    fields = list(data.schema.fields)
    names = [field.name for field in fields]
    fields += [StructField(name, StringType()) for name in added(names) if name not in names]
    with warnings.catch_warnings():
        # mapInArrow uses no pandas, but asks for its version like everything else that runs Python.
        warnings.filterwarnings("ignore", "PySpark does not yet fully support pandas", FutureWarning)
        return data.mapInArrow(partial(_spark_partition, function=function), StructType(fields))


_APPENDED = {"dask": _on_dask, "pyspark": _on_spark, "pyspark_connect": _on_spark}


def _spark_partition(batches: Iterator[Any], *, function: Callable[[Any], Any]) -> Iterator[Any]:
    """Do one partition on a worker of Spark."""
    for batch in batches:
        yield function(batch)
