"""One batch through the user's function, and the results of many through a tree of additions.

What goes wrong in the function is told with the batch it went wrong in and with its cause, in words that
survive the way from another process or machine.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any, NamedTuple

import pyarrow as pa

from fairkit.counts import Counts
from fairkit.errors import DataError, FairkitError, UsageError

BatchFunction = Callable[[pa.RecordBatch], Counts]


class Sum:
    """Adds up tables in a tree: two of one height become one of the next, as carries of binary numbers do."""

    def __init__(self) -> None:
        self._tables: list[tuple[int, Counts]] = []

    def add(self, table: Counts) -> None:
        """Add one table; the order of all is kept."""
        height = 0
        while self._tables and self._tables[-1][0] == height:
            table = self._tables.pop()[1] + table
            height += 1
        self._tables.append((height, table))

    def total(self) -> Counts | None:
        """Return what was added; None if nothing was."""
        tables = [table for _, table in self._tables]
        while len(tables) > 1:
            last = tables.pop()
            tables[-1] += last
        return tables[0] if tables else None


class Part(NamedTuple):
    """What came of some batches; no counts where there were none."""

    counts: Counts | None
    rows: int


def part_of(function: BatchFunction, batches: Iterable[pa.RecordBatch], where: str) -> Part:
    """Count batches one after another and add them up."""
    total, rows = Sum(), 0
    for number, batch in enumerate(batches, 1):
        total.add(attempt(function, batch, f"batch {number}{where}"))
        rows += batch.num_rows
    return Part(total.total(), rows)


def attempt(function: BatchFunction, batch: pa.RecordBatch, name: str) -> Counts:
    """Call the function on one batch.

    Raises
    ------
    FairkitError
        The function failed, or returned no counts; the message names the batch.
    """
    title = f"{name} ({batch.num_rows:,} rows)"
    try:
        counts: Any = function(batch)
    except FairkitError as error:
        kind = UsageError if isinstance(error, UsageError) else DataError
        raise kind(*(f"{title}: {problem}" for problem in error.problems)) from error
    except Exception as error:
        said = " ".join(str(error).split()) or "no message"
        shown = said if len(said) <= 300 else f"{said[:297]}..."
        raise UsageError(f"{title}: the function failed with {type(error).__name__}: {shown}") from error
    if not isinstance(counts, Counts):
        raise UsageError(
            f"{title}: the function returned {type(counts).__name__}, not Counts; "
            "make them with fairkit.count(...) or Counts.from_cells(...)."
        )
    return counts


def of_no_rows(function: BatchFunction, batch: pa.RecordBatch) -> Counts:
    """Ask the function for the counts of a batch without rows.

    Raises
    ------
    DataError
        It has none.
    """
    try:
        return attempt(function, batch, "an empty batch")
    except FairkitError as error:
        raise DataError(
            "the data have no rows, and the function gives no counts for a batch without rows "
            f"({error.problems[0]})."
        ) from error
