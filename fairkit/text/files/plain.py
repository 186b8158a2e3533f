"""Plain text, one text a line; ends of lines stay."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from fairkit.text.files.chunks import Row, is_full
from fairkit.text.files.lines import MARK, Lines

COLUMN = "text"
"""What the column of texts is called where the texts go into a file that has columns."""


class PlainChunk:
    """Some lines."""

    def __init__(self, texts: list[str | None], ends: list[str]) -> None:
        self.texts, self.ends = texts, ends

    def cells(self, place: int) -> dict[str, str]:
        """Return a row's only value."""
        return {COLUMN: self.texts[place] or ""}

    shown = cells


class PlainReader:
    """Reads a file of lines.

    Parameters
    ----------
    lines : Lines
    """

    names: tuple[str, ...] = (COLUMN,)

    def __init__(self, lines: Lines) -> None:
        self._lines = lines

    @property
    def marked(self) -> bool:
        """Whether the file begins with a byte order mark."""
        return self._lines.marked

    def chunks(self) -> Iterator[PlainChunk]:
        """Yield the lines, some at a time."""
        texts: list[str | None] = []
        ends: list[str] = []
        size = 0
        for line in self._lines:
            text = line.rstrip("\r\n")
            texts.append(text)
            ends.append(line[len(text) :])
            size += len(line)
            if is_full(len(texts), size):
                yield PlainChunk(texts, ends)
                texts, ends, size = [], [], 0
        if texts:
            yield PlainChunk(texts, ends)


class PlainWriter:
    """Writes what a :class:`PlainReader` read, with other texts.

    Parameters
    ----------
    reader : PlainReader
    """

    def __init__(self, reader: PlainReader) -> None:
        self._reader = reader
        self._pending = ""

    def begin(self) -> str:
        """Return the byte order mark if there was one."""
        return MARK if self._reader.marked else ""

    def rows(self, chunk: PlainChunk, rows: Sequence[Row]) -> str:
        """Return lines."""
        parts: list[str] = []
        for place, text, _ in rows:
            end = chunk.ends[place]
            parts += (self._pending, text or "", end)
            self._pending = "" if end else "\n"
        return "".join(parts)
