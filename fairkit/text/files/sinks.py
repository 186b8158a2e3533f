"""Where rows go: into a file of the format they came in, untouched but for the text, or into another one."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import IO, Any

from fairkit.errors import DataError, OutputError
from fairkit.text.files.chunks import Added, Chunk, Row, TextWriter, written_cell
from fairkit.text.files.json_lines import written_json
from fairkit.text.files.separated import Grammar


class TextSink:
    """Encodes what a writer of text gives.

    Parameters
    ----------
    file : binary file
    writer : TextWriter
    """

    def __init__(self, file: IO[bytes], writer: TextWriter) -> None:
        self._file, self._writer = file, writer
        self._begun = False

    def write(self, chunk: Chunk, rows: Sequence[Row]) -> None:
        """Write rows of a chunk.

        Raises
        ------
        OutputError
            A text holds half of a character, which no file in UTF-8 can hold.
        """
        self._begin()
        self._encode(self._writer.rows(chunk, rows))

    def close(self) -> None:
        """Write what stands before the rows even where there is none."""
        self._begin()

    def _begin(self) -> None:
        if not self._begun:
            self._begun = True
            self._encode(self._writer.begin())

    def _encode(self, text: str) -> None:
        try:
            self._file.write(text.encode("utf-8"))
        except UnicodeEncodeError as error:
            raise OutputError(
                f"a text holds {error.object[error.start]!r}, half of a character, which UTF-8 has not; "
                "write JSON Lines, or mend it."
            ) from error


class TypedSink:
    """Hands rows of texts or JSON to a writer of Parquet or Arrow.

    Parameters
    ----------
    writer : RowsWriter
    column : str
    added : mapping of str to type
    """

    def __init__(self, writer: Any, column: str, added: Added) -> None:
        self._writer, self._column, self._added = writer, column, tuple(added)

    def write(self, chunk: Chunk, rows: Sequence[Row]) -> None:
        """Write rows of a chunk."""
        self._writer.write([_cells(chunk.cells(row.place), row, self._column, self._added) for row in rows])

    def close(self) -> None:
        """Write what ends the file."""
        self._writer.close()


class SeparatedRows:
    """Writes rows of any format as separated values; what is missing is an empty field.

    Parameters
    ----------
    separator : str
    names : sequence of str
        The columns.
    column : str
    added : mapping of str to type
    """

    def __init__(self, separator: str, names: Sequence[str], column: str, added: Added) -> None:
        self._separator, self._written = separator, Grammar(separator).written
        self._names, self._column, self._added = [*names, *added], column, tuple(added)

    def begin(self) -> str:
        """Return the first line."""
        return self._line(self._names)

    def rows(self, chunk: Chunk, rows: Sequence[Row]) -> str:
        """Return rows as lines."""
        lines = []
        for row in rows:
            cells = dict(chunk.shown(row.place))
            cells[self._column] = row.text or ""
            cells |= zip(self._added, map(written_cell, row.added), strict=True)
            lines.append(self._line([cells.get(name, "") for name in self._names]))
        return "".join(lines)

    def _line(self, values: Sequence[str]) -> str:
        # A line with nothing in it would be no row.
        return ('""' if values == [""] else self._separator.join(map(self._written, values))) + "\n"


class JsonRows:
    """Writes rows of any format as JSON Lines.

    Parameters
    ----------
    column : str
    added : mapping of str to type
    """

    def __init__(self, column: str, added: Added) -> None:
        self._column, self._added = column, tuple(added)

    def begin(self) -> str:
        """Return nothing."""
        return ""

    def rows(self, chunk: Chunk, rows: Sequence[Row]) -> str:
        """Return rows as lines."""
        return "".join(
            f"{written_json(_cells(chunk.cells(row.place), row, self._column, self._added))}\n"
            for row in rows
        )


class PlainRows:
    """Writes the texts alone, one a line."""

    def begin(self) -> str:
        """Return nothing."""
        return ""

    def rows(self, chunk: Chunk, rows: Sequence[Row]) -> str:  # noqa: ARG002 - the texts are all that is written
        """Return texts as lines.

        Raises
        ------
        DataError
            A text has several lines itself.
        """
        texts = [row.text or "" for row in rows]
        for text in texts:
            if "\n" in text or "\r" in text:
                raise DataError(
                    f"a text has several lines ({text[:40]!r}), and plain text has one a line; write CSV or "
                    "JSON Lines instead."
                )
        return "".join(f"{text}\n" for text in texts)


def _cells(cells: Mapping[str, Any], row: Row, column: str, added: Sequence[str]) -> dict[str, Any]:
    return {**cells, column: row.text, **dict(zip(added, row.added, strict=True))}
