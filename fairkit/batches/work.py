"""One batch through the user's function, and what comes of many put together.

What is done with results depends on what they are: counts are added up (:mod:`fairkit.batches.sums`), columns
are put one below another (:mod:`fairkit.batches.stacks`). What goes wrong in the function is told with the
batch it went wrong in and with its cause, in words that survive the way from another process or machine.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any, Generic, NamedTuple, Protocol, TypeVar

import pyarrow as pa

from fairkit.errors import DataError, FairkitError, UsageError

BatchFunction = Callable[[pa.RecordBatch], Any]
T = TypeVar("T")


class Total(Protocol[T]):
    """Puts results together, in the order in which they are added."""

    def add(self, result: T, name: str) -> None:
        """Add a result; its name is told if it does not go with those before it."""

    def total(self) -> T | None:
        """Return what was added; None if nothing was."""


class Results(Protocol[T]):
    """What a function returns: how it is checked, put together, and written for a way between machines."""

    noun: str

    def checked(self, found: object) -> T:
        """Return what the function returned, or refuse it with a UsageError."""

    def empty_total(self) -> Total[T]:
        """Return a total to which nothing was added."""

    def pack(self, result: T) -> bytes:
        """Write a result as bytes."""

    def unpack(self, packed: bytes) -> T:
        """Read a result."""


@dataclass(frozen=True, slots=True)
class Work(Generic[T]):
    """A function, and what its results are."""

    function: BatchFunction
    results: Results[T]


class Part(NamedTuple, Generic[T]):
    """What came of some batches; no result where there were none."""

    result: T | None
    rows: int


def part_of(work: Work[T], batches: Iterable[pa.RecordBatch], where: str) -> Part[T]:
    """Do one batch after another and put the results together."""
    total, rows = work.results.empty_total(), 0
    for number, batch in enumerate(batches, 1):
        name = f"batch {number}{where}"
        total.add(attempt(work, batch, name), name)
        rows += batch.num_rows
    return Part(total.total(), rows)


def attempt(work: Work[T], batch: pa.RecordBatch, name: str) -> T:
    """Call the function on one batch.

    Raises
    ------
    FairkitError
        The function failed, or returned what it must not; the message names the batch.
    """
    title = f"{name} ({batch.num_rows:,} rows)"
    try:
        return work.results.checked(work.function(batch))
    except FairkitError as error:
        kind = UsageError if isinstance(error, UsageError) else DataError
        raise kind(*(f"{title}: {problem}" for problem in error.problems)) from error
    except Exception as error:
        said = " ".join(str(error).split()) or "no message"
        shown = said if len(said) <= 300 else f"{said[:297]}..."
        raise UsageError(f"{title}: the function failed with {type(error).__name__}: {shown}") from error


def of_no_rows(work: Work[T], batch: pa.RecordBatch) -> T:
    """Ask the function for the result of a batch without rows.

    Raises
    ------
    DataError
        It has none.
    """
    try:
        return attempt(work, batch, "an empty batch")
    except FairkitError as error:
        raise DataError(
            f"the data have no rows, and the function gives no {work.results.noun} for a batch without rows "
            f"({error.problems[0]})."
        ) from error
