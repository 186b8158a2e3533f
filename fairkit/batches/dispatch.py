"""Where work on batches is done: in this thread, on others, in processes, or by Spark's and Dask's workers.

Wherever that is, results come together in row order.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

from fairkit.batches import engines
from fairkit.batches.pools import Pool, at_once, one_by_one
from fairkit.batches.sources import Columns, batches_of, known
from fairkit.batches.work import Work, of_no_rows
from fairkit.errors import UsageError, did_you_mean

T = TypeVar("T")


def done(
    data: Any,
    work: Work[T],
    *,
    columns: Columns,
    batch_rows: int,
    workers: int,
    pool: Pool,
    progress: Callable[[int], object] | None,
) -> T:
    """Do the work on all batches of the data and put the results together.

    Raises
    ------
    FairkitError
        As of :func:`fairkit.batches.counting.count_batches`.
    """
    _check(work.function, batch_rows, workers, pool)
    rows = known(data)
    if rows.engine in engines.RUN:
        if workers > 1:
            raise UsageError(f"Spark and Dask have workers of their own; leave out workers={workers}.")
        found: T
        found, height = engines.RUN[rows.engine](rows.data, work, columns, batch_rows)
        if progress is not None:
            progress(height)
        return found
    source = batches_of(rows, columns, batch_rows)
    total, height = work.results.empty_total(), 0
    results = (
        one_by_one(work, source.batches)
        if workers == 1
        else at_once(work, source.batches, workers=workers, pool=pool)
    )
    for result in results:
        total.add(result.value, result.name)
        height += result.rows
        if progress is not None:
            progress(height)
    together = total.total()
    return of_no_rows(work, source.empty()) if together is None else together


def _check(function: object, batch_rows: int, workers: int, pool: str) -> None:
    problems = []
    if not callable(function):
        problems.append(f"the function must be callable, it is a {type(function).__name__}.")
    problems += [
        f"{name} must be a whole number from 1 on, it is {value!r}."
        for name, value in (("batch_rows", batch_rows), ("workers", workers))
        if type(value) is not int or value < 1
    ]
    if pool not in ("thread", "process"):
        nearest = did_you_mean(str(pool), ("thread", "process"))
        problems.append(f"pool must be 'thread' or 'process', it is {pool!r}.{nearest}")
    if problems:
        raise UsageError(*problems)
