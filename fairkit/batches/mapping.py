"""Columns by a Python function, batch by batch: for work that gives something for every row.

What :func:`fairkit.batches.counting.count_batches` is for sums, :func:`map_batches` is for rows: edit counts
of transcripts, scores of a model. Whatever the data are, the function is handed Arrow record batches, and
what it returns comes back as NumPy arrays in row order.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import numpy as np
    import pyarrow as pa

    from fairkit.batches.pools import Pool

__all__ = ["map_batches"]

_BATCH_ROWS = 4096


def map_batches(
    data: Any,
    function: Callable[[pa.RecordBatch], Mapping[str, Any]],
    *,
    columns: Sequence[str] | None = None,
    batch_rows: int = _BATCH_ROWS,
    workers: int = 1,
    pool: Pool = "thread",
    progress: Callable[[int], object] | None = None,
) -> dict[str, np.ndarray[Any, Any]]:
    """Hand rows to a function in batches, and put the columns that it returns one below another.

    Parameters
    ----------
    data : frame or path
        Whatever :func:`fairkit.frames.count` takes. A file, a folder, a stream, a Polars or DuckDB query is
        read as it is needed, never as a whole. Spark and Dask run the function where the rows are, and
        columns come back as Arrow.
    function : callable
        Takes a `pyarrow.RecordBatch` and returns a mapping of names to columns: one-dimensional NumPy
        arrays, Arrow arrays or lists of integers, floats, booleans or texts (which may be None). They are of
        one length, which need not be the batch's; every batch has the same ones.
    columns : sequence of str, optional
        Columns that the function needs; without them it is given all. Those of CSV and JSON Lines are texts.
    batch_rows : int, default 4,096
        Rows of a batch; the last one, and the last of each partition of Spark or Dask, may have fewer.
    workers : int, default 1
        Threads or processes of this machine. Spark and Dask have their own.
    pool : {"thread", "process"}, default "thread"
        Threads suit functions that wait, or compute outside Python. Processes suit all others; they start
        anew, so that the function must be importable: defined at the top level of a module.
    progress : callable, optional
        Is told how many rows have been done: after each batch, or after all by Spark and Dask.

    Returns
    -------
    dict of str to ndarray
        In the order of the rows, and of the partitions of Spark or Dask. Numbers and booleans have the type
        that the function gave them, texts are objects with None. For data without rows, what the function
        returns for a batch without rows.

    Raises
    ------
    UsageError
        An argument is wrong, the function cannot be sent to processes, fails (the cause is attached), or
        returns something else, or columns or types that differ from batch to batch.
    DataError
        The data cannot be read, lack a column, or have no rows and the function has no columns for that; a
        column other than of texts lacks values; or whatever the function says of the data.

    Notes
    -----
    Integers of one batch and floats of another become floats where no value changes by that.

    Examples
    --------
    >>> from fairkit.batches import map_batches
    >>> def sizes(batch):
    ...     texts = batch["text"].to_pylist()
    ...     return {"id": batch["id"], "words": [len(text.split()) for text in texts]}
    >>> rows = {"id": ["a", "b", "c"], "text": ["please do", "go", ""]}
    >>> found = map_batches(rows, sizes, batch_rows=2)
    >>> found["id"].tolist(), found["words"].tolist()
    (['a', 'b', 'c'], [2, 1, 0])
    """
    from fairkit.batches.dispatch import done
    from fairkit.batches.stacks import Stacks, arrays_of
    from fairkit.batches.work import Work

    table = done(
        data,
        Work(function, Stacks()),
        columns=columns,
        batch_rows=batch_rows,
        workers=workers,
        pool=pool,
        progress=progress,
    )
    return arrays_of(table)
