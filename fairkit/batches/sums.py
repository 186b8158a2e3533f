"""Counts as the results of batches: added up in a tree.

So each of *b* batches takes part in about log₂ *b* additions, and partial sums meet others of their size.
"""

from __future__ import annotations

from fairkit._counts_bytes import from_bytes, to_bytes
from fairkit.counts import Counts
from fairkit.errors import UsageError


class Sum:
    """Adds up tables in a tree: two of one height become one of the next, as carries of binary numbers do."""

    def __init__(self) -> None:
        self._tables: list[tuple[int, Counts]] = []

    def add(self, table: Counts, name: str = "") -> None:  # noqa: ARG002 - counts say themselves what clashes
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


class Sums:
    """Results that are Counts."""

    noun = "counts"

    def checked(self, found: object) -> Counts:
        """Refuse what is no Counts."""
        if not isinstance(found, Counts):
            raise UsageError(
                f"the function returned {type(found).__name__}, not Counts; "
                "make them with fairkit.count(...) or Counts.from_cells(...)."
            )
        return found

    def empty_total(self) -> Sum:
        """Return a sum of nothing."""
        return Sum()

    def pack(self, result: Counts) -> bytes:
        """Write counts so that no digit is lost."""
        return to_bytes(result)

    def unpack(self, packed: bytes) -> Counts:
        """Read counts."""
        return from_bytes(packed)
