"""What readers and writers of files hand each other: some rows at a time, and what becomes of them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, NamedTuple, Protocol

_MOST_ROWS = 4096
_MOST_CHARACTERS = 1 << 22

Added = Mapping[str, type]
"""Names of the columns that are added to each row, and whether they hold ``str`` or ``int``."""

AddedValue = str | int | None


class Row(NamedTuple):
    """A row to write: which one of the chunk, what its text is now, and what is added.

    Examples
    --------
    >>> Row(0, "He sang.", ("counterfactual", 7)).place
    0
    """

    place: int
    text: str | None
    added: tuple[AddedValue, ...] = ()


class Chunk(Protocol):
    """Some rows."""

    texts: list[str | None]
    """The column of texts; None where a row has none."""

    def cells(self, place: int) -> Mapping[str, Any]:
        """Return a row's values as Python's."""

    def shown(self, place: int) -> Mapping[str, str]:
        """Return a row's values as they are written where everything is text."""


class Reader(Protocol):
    """Reads the rows of a file."""

    @property
    def names(self) -> tuple[str, ...]:
        """Names of the columns."""

    def chunks(self) -> Iterator[Any]:
        """Yield the rows, some at a time."""


class Sink(Protocol):
    """Takes rows and writes them to a file."""

    def write(self, chunk: Any, rows: Sequence[Row]) -> None:
        """Write rows of a chunk."""

    def close(self) -> None:
        """Write what ends the file."""


class TextWriter(Protocol):
    """Writes rows as text."""

    def begin(self) -> str:
        """Return what stands before the rows."""

    def rows(self, chunk: Any, rows: Sequence[Row]) -> str:
        """Return rows as text."""


def is_full(rows: int, characters: int) -> bool:
    """Tell whether a chunk has enough rows, or enough text.

    Examples
    --------
    >>> is_full(4096, 10), is_full(1, 5_000_000), is_full(10, 1000)
    (True, True, False)
    """
    return rows >= _MOST_ROWS or characters >= _MOST_CHARACTERS


def written_cell(value: AddedValue) -> str:
    """Write an added value as text; nothing for None.

    Examples
    --------
    >>> written_cell(7), written_cell(None)
    ('7', '')
    """
    return "" if value is None else str(value)
