"""Texts rewritten some at a time, here or in other processes, and counted on the way."""

from __future__ import annotations

import pickle
from collections import deque
from collections.abc import Generator, Iterable, Sequence
from concurrent.futures import Future, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from dataclasses import dataclass
from multiprocessing import get_context
from typing import Any, Generic, NamedTuple, TypeVar

from fairkit.errors import UsageError
from fairkit.text.rewriting import Rewriter
from fairkit.text.swap_summary import Tally

C = TypeVar("C")

_BROKEN = (
    "a worker process ended before it was done: it ran out of memory or crashed, or it could not import the "
    "script that called it, which must start its work under 'if __name__ == \"__main__\":'."
)


class Outcome(NamedTuple):
    """Texts after the swap, in their order, and what was counted."""

    texts: list[str | None]
    tally: Tally


class Done(NamedTuple, Generic[C]):
    """A chunk of rows, and what became of its texts."""

    chunk: C
    outcome: Outcome


@dataclass(frozen=True, slots=True)
class Work:
    """What is done to texts.

    Parameters
    ----------
    rewriter : Rewriter
    drop_ambiguous : bool
        Whether a counterfactual in doubt is not used.
    show : int
        How many texts that change are kept as examples.

    Examples
    --------
    >>> from fairkit.text.rewriters import rewriter_of
    >>> Work(rewriter_of("religion", target="Muslim"))(["At church", None]).texts
    ['At mosque', None]
    """

    rewriter: Rewriter
    drop_ambiguous: bool = False
    show: int = 0

    def __call__(self, texts: Sequence[str | None]) -> Outcome:
        """Rewrite texts; None stays None."""
        tally = Tally(rows=len(texts))
        after: list[str | None] = []
        for text in texts:
            if text is None:
                tally.missing += 1
                after.append(None)
                continue
            if not text or text.isspace():
                tally.empty += 1
                after.append(text)
                continue
            found = self.rewriter(text)
            tally.add(found, show=self.show)
            if self.drop_ambiguous and found.changes and found.ambiguous:
                tally.dropped += 1
                after.append(text)
            else:
                after.append(found.text)
        return Outcome(after, tally)


def done_in_order(work: Work, chunks: Iterable[Any], *, workers: int = 1) -> Generator[Done[Any], None, None]:
    """Rewrite the texts of chunk after chunk, and yield them in their order.

    Parameters
    ----------
    work : Work
    chunks : iterable of objects with `texts`
        Read only as they are needed: with several workers, twice as many are in memory as there are workers.
    workers : int, default 1
        Processes.

    Raises
    ------
    UsageError
        The rewriter cannot be sent to other processes, or one of them died.
    """
    if workers == 1:
        for chunk in chunks:
            yield Done(chunk, work(chunk.texts))
        return
    try:
        sent = pickle.dumps(work)
    except Exception as error:  # whatever the parts of a rewriter raise when they are pickled
        raise UsageError(
            f"the rewriter cannot be sent to other processes ({type(error).__name__}: {error}); "
            "use one worker."
        ) from error
    # Started anew, not forked: locks that a thread holds at a fork stay locked forever.
    pool = ProcessPoolExecutor(workers, get_context("spawn"), initializer=_receive, initargs=(sent,))
    waiting: deque[tuple[Any, Future[Outcome]]] = deque()
    try:
        for chunk in chunks:
            if len(waiting) >= 2 * workers:
                first, future = waiting.popleft()
                yield Done(first, future.result())
            waiting.append((chunk, pool.submit(_work_here, chunk.texts)))
        while waiting:
            first, future = waiting.popleft()
            yield Done(first, future.result())
    except BrokenProcessPool as error:
        raise UsageError(_BROKEN) from error
    finally:
        pool.shutdown(cancel_futures=True)


_received: list[Work] = []
"""In a worker process, the work; it came once, for its rewriter may hold a model."""


def _receive(sent: bytes) -> None:
    _received[:] = [pickle.loads(sent)]  # noqa: S301 - what our own parent process wrote


def _work_here(texts: Sequence[str | None]) -> Outcome:
    return _received[0](texts)
