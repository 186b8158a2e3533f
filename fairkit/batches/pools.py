"""Batches on the threads or processes of this machine.

Every worker is kept busy and has one batch waiting, and no more are read, so that memory stays bounded
however long the data are. Results come in the order of the batches, so that the first one that fails is
reported, however many workers there are.
"""

from __future__ import annotations

import pickle
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Executor, Future, ProcessPoolExecutor, ThreadPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from multiprocessing import get_context
from typing import Any, Generic, Literal, NamedTuple, TypeVar

import pyarrow as pa

from fairkit.batches.work import Work, attempt
from fairkit.errors import UsageError

Pool = Literal["thread", "process"]
T = TypeVar("T")

_NOT_SENT = (
    "the function cannot be sent to other processes ({error}); define it at the top level of a module that "
    "they can import (no lambda, no function inside a function, nothing typed into a notebook), or use "
    "pool='thread'."
)
_BROKEN = (
    "a worker process ended before it was done: it ran out of memory or crashed, or it could not import the "
    "function or the script that called it. A script must start its work under "
    "'if __name__ == \"__main__\":', and the function must stand in a module that can be imported; or use "
    "pool='thread'."
)


class Result(NamedTuple, Generic[T]):
    """What came of one batch, its rows and its name."""

    value: T
    rows: int
    name: str


def one_by_one(work: Work[T], batches: Iterable[pa.RecordBatch]) -> Iterator[Result[T]]:
    """Do batch after batch in this thread."""
    for number, batch in enumerate(batches, 1):
        name = f"batch {number}"
        yield Result(attempt(work, batch, name), batch.num_rows, name)


def at_once(
    work: Work[T], batches: Iterable[pa.RecordBatch], *, workers: int, pool: Pool
) -> Iterator[Result[T]]:
    """Do several batches at the same time.

    Raises
    ------
    UsageError
        The function cannot be sent to processes, or a process died.
    FairkitError
        As of :func:`fairkit.batches.work.attempt`, for the first batch that failed.
    """
    executor, submit = _pool(work, workers, pool)
    waiting: deque[_Waiting[T]] = deque()
    try:
        for number, batch in enumerate(batches, 1):
            if len(waiting) >= 2 * workers:
                yield _taken(waiting)
            name = f"batch {number}"
            waiting.append(_Waiting(submit(batch, name), batch.num_rows, name))
        while waiting:
            yield _taken(waiting)
    except BrokenProcessPool as error:
        raise UsageError(_BROKEN) from error
    finally:
        executor.shutdown(cancel_futures=True)


class _Waiting(NamedTuple, Generic[T]):
    """A batch that was handed to a worker."""

    future: Future[T]
    rows: int
    name: str


def _pool(
    work: Work[T], workers: int, pool: Pool
) -> tuple[Executor, Callable[[pa.RecordBatch, str], Future[T]]]:
    if pool == "thread":
        threads = ThreadPoolExecutor(workers, thread_name_prefix="fairkit-batch")
        return threads, lambda batch, name: threads.submit(attempt, work, batch, name)
    try:
        sent = pickle.dumps(work)
    except Exception as error:  # whatever the parts of a function raise when they are pickled
        raise UsageError(_NOT_SENT.format(error=f"{type(error).__name__}: {error}")) from error
    # Started anew, not forked: locks that a thread of Arrow or DuckDB holds at a fork stay locked forever.
    processes = ProcessPoolExecutor(
        workers, mp_context=get_context("spawn"), initializer=_receive, initargs=(sent,)
    )
    return processes, lambda batch, name: processes.submit(_attempt_here, _packed(batch), name)


def _taken(waiting: deque[_Waiting[T]]) -> Result[T]:
    first = waiting.popleft()
    return Result(first.future.result(), first.rows, first.name)


def _packed(batch: pa.RecordBatch) -> bytes:
    """Write a batch as Arrow's own bytes; pickled, a slice would bring the whole that it was cut from."""
    sink = pa.BufferOutputStream()
    with pa.ipc.new_stream(sink, batch.schema) as stream:
        stream.write_batch(batch)
    packed: bytes = sink.getvalue().to_pybytes()
    return packed


_received: list[Work[Any]] = []
"""In a worker process, the work; it came once, for its function may hold a model."""


def _receive(sent: bytes) -> None:
    _received[:] = [pickle.loads(sent)]  # noqa: S301 - what our own parent process wrote


def _attempt_here(packed: bytes, name: str) -> Any:
    with pa.ipc.open_stream(packed) as stream:
        batch = stream.read_next_batch()
    return attempt(_received[0], batch, name)
