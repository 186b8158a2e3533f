"""Counting by a Python function, batch by batch: for work that no engine's own group-by can do.

Aligning transcripts and asking a model need Python for every row. Whatever the data are,
:func:`count_batches` hands them to a function in Arrow record batches, and adds up the Counts that it
returns. As Counts only add, neither the size of a batch nor the number of workers nor the machine it was
counted on changes the result; and as they are small, nothing else ever comes back from a worker.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

from fairkit.counts import Counts

if TYPE_CHECKING:
    import pyarrow as pa

    from fairkit.batches.pools import Pool

__all__ = ["count_batches"]

_BATCH_ROWS = 65_536


def count_batches(
    data: Any,
    function: Callable[[pa.RecordBatch], Counts],
    *,
    columns: Sequence[str] | None = None,
    batch_rows: int = _BATCH_ROWS,
    workers: int = 1,
    pool: Pool = "thread",
    progress: Callable[[int], object] | None = None,
) -> Counts:
    """Hand rows to a function in batches, and add up the Counts that it returns.

    Parameters
    ----------
    data : frame or path
        Whatever :func:`fairkit.frames.count` takes. A file, a folder, a stream, a Polars or DuckDB query is
        read as it is needed, never as a whole. Spark and Dask run the function where the rows are.
    function : callable
        Takes a `pyarrow.RecordBatch` and returns :class:`~fairkit.counts.Counts`, all of one make.
    columns : sequence of str, optional
        Columns that the function needs; without them it is given all. Those of CSV and JSON Lines are texts.
    batch_rows : int, default 65,536
        Rows of a batch; the last one, and the last of each partition of Spark or Dask, may have fewer.
    workers : int, default 1
        Threads or processes of this machine. Spark and Dask have their own.
    pool : {"thread", "process"}, default "thread"
        Threads suit functions that wait, or compute outside Python. Processes suit all others; they start
        anew, so that the function must be importable: defined at the top level of a module.
    progress : callable, optional
        Is told how many rows have been counted: after each batch, or after all by Spark and Dask.

    Returns
    -------
    Counts
        For data without rows, what the function returns for a batch without rows.

    Raises
    ------
    UsageError
        An argument is wrong, the function cannot be sent to processes, fails (the cause is attached), or
        returns something else.
    DataError
        The data cannot be read, lack a column, or have no rows and the function has no counts for that; or
        whatever the function says of them.

    Notes
    -----
    Counts are added up in a tree, in the order of the batches, so that each of *b* batches takes part in
    about log₂ *b* additions. Sums of weights may differ in their last digit with the size of a batch; sums of
    rows never do.

    Examples
    --------
    >>> import fairkit
    >>> from fairkit.counts import Counts, Kind
    >>> def words(batch):
    ...     groups = batch["sex"].to_pylist()
    ...     good = [int("please" in text) for text in batch["text"].to_pylist()]
    ...     return Counts.from_cells(
    ...         Kind.DECISIONS, ["sex"], [(group,) for group in groups], [[g, 1 - g, 0] for g in good]
    ...     )
    >>> rows = {"sex": ["F", "F", "M"], "text": ["please do", "go", "yes please"]}
    >>> count_batches(rows, words, batch_rows=2).values.tolist()
    [[1, 1, 0], [1, 0, 0]]
    """
    from fairkit.batches.dispatch import done
    from fairkit.batches.sums import Sums
    from fairkit.batches.work import Work

    return done(
        data,
        Work(function, Sums()),
        columns=columns,
        batch_rows=batch_rows,
        workers=workers,
        pool=pool,
        progress=progress,
    )
