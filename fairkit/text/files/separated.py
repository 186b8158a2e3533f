r"""Separated values (CSV, TSV) of which one column changes and every other byte stays.

A record is never taken apart and put together again: the field is cut out of the line by one match, and what
lies before and behind it is written as it was read, with its quotes, blanks and ends of lines. A field that
was in quotes stays in quotes; another gets them where it comes to need them.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from fairkit.errors import DataError, unknown_name
from fairkit.text.files.chunks import Added, Row, is_full, written_cell
from fairkit.text.files.lines import MARK, Lines

SEPARATORS = (",", ";", "\t", "|")

_QUOTED = re.compile(r'"(?:[^"]|"")*+"')


Record = tuple[str, int, int, str]
"""One row as it stands in the file: the row, where its field starts and ends, quotes and all, and its end."""


class Grammar:
    """What a field and a record are where fields are cut by one character.

    Parameters
    ----------
    separator : str
    fields : int
        Fields of a record.
    place : int
        Which of them is of interest, from 0.

    Examples
    --------
    >>> grammar = Grammar(",", fields=3, place=1)
    >>> grammar.record.fullmatch('1,"Yes, she did.",A')[1]
    '"Yes, she did."'
    >>> grammar.split('1,"a, b",')
    ['1', '"a, b"', '']
    """

    def __init__(self, separator: str, *, fields: int = 1, place: int = 0) -> None:
        cut = re.escape(separator)
        field = rf'(?>"(?:[^"]|"")*+"[^{cut}]*+|[^{cut}"][^{cut}]*+|)'
        inside = r'"(?:[^"]|"")*+'
        self.separator = separator
        self.record = re.compile(
            rf"(?:{field}{cut}){{{place}}}({field})(?:{cut}{field}){{{fields - place - 1}}}"
        )
        self._open = re.compile(rf"(?:{field}{cut})*+{inside}\Z")
        self._goes_on = re.compile(rf'(?:[^"]|"")*+(?:"[^{cut}]*+{cut}(?:{field}{cut})*+{inside})?\Z')
        self._field = re.compile(rf"({field})(?:{cut}|\Z)")
        self._one = re.compile(field)
        self._special = re.compile(rf'[{cut}"\r\n]')
        self._breaks = re.compile(rf'\A"|[{cut}\r\n]')

    def is_open(self, record: str) -> bool:
        """Tell whether a record goes on in the next line, within quotes."""
        return self._open.match(record) is not None

    def goes_on(self, line: str) -> bool:
        """Tell whether a record that is within quotes still is after this line."""
        return self._goes_on.match(line) is not None

    def split(self, record: str) -> list[str]:
        """Return all fields of a record, quotes and all."""
        found, place = [], 0
        while match := self._field.match(record, place):
            found.append(match[1])
            if match.end() == match.end(1):
                break
            place = match.end()
        return found

    def written(self, value: str) -> str:
        """Write a value as a field, in quotes where it needs them."""
        return quoted(value) if self._special.search(value) else value

    def written_like(self, value: str, field: str) -> str:
        """Write a value as a field in place of another: in quotes where that was, or where it needs them."""
        if _is_quoted(field):
            return quoted(value)
        if field.startswith('"') and self._one.fullmatch(value):
            return value
        # Quotes within a field that has none around it are no more than letters, and stay so.
        return quoted(value) if (self._breaks if '"' in field else self._special).search(value) else value


class SeparatedChunk:
    """Some rows of a file."""

    def __init__(self, records: list[Record], names: tuple[str, ...], grammar: Grammar) -> None:
        self.records = records
        self.texts: list[str | None] = [_value(row[start:stop]) for row, start, stop, _ in records]
        self._names, self._grammar = names, grammar

    def cells(self, place: int) -> dict[str, str]:
        """Return a row's values, all of them texts."""
        fields = self._grammar.split(self.records[place][0])
        return dict(zip(self._names, map(_value, fields), strict=True))

    shown = cells


class SeparatedReader:
    """Reads a file whose first line names the columns.

    Parameters
    ----------
    lines : Lines
    column : str
        The column of texts.

    Raises
    ------
    DataError
        There is no such column, it is there twice, or the file has no first line.
    """

    def __init__(self, lines: Lines, column: str) -> None:
        self._lines, self._rest = lines, iter(lines)
        header = next(self._rest, "")
        self.header, self.header_end = _without_end(header)
        separator = max(SEPARATORS, key=lambda one: len(Grammar(one).split(self.header)))
        whole = Grammar(separator)
        while whole.is_open(self.header):
            more = next(self._rest, None)
            if more is None:
                raise DataError(f"{lines.name} has a quote in its first line that is never closed.")
            header += more
            self.header, self.header_end = _without_end(header)
        self.end = self.header_end or "\n"
        self.names = tuple(_value(field).strip() for field in whole.split(self.header))
        if not any(self.names):
            raise DataError(f"{lines.name} begins with an empty line; its first line must name the columns.")
        if column not in self.names:
            raise DataError(unknown_name("column", column, self.names))
        if self.names.count(column) > 1:
            raise DataError(f"column '{column}' appears more than once; rename it: which one is meant?")
        self.grammar = Grammar(separator, fields=len(self.names), place=self.names.index(column))

    @property
    def marked(self) -> bool:
        """Whether the file begins with a byte order mark."""
        return self._lines.marked

    def chunks(self) -> Iterator[SeparatedChunk]:
        """Yield the rows, some at a time.

        Raises
        ------
        DataError
            A record has another number of fields than the first line, or a quote is never closed.
        """
        held: list[Record] = []
        size = 0
        match_record = self.grammar.record.fullmatch
        several = len(self.names) > 1
        for line in self._rest:
            row, end = _without_end(line)
            if not row and several:
                self._keep_blank(held, end)
                continue
            found = match_record(row)
            if found is None:
                row, end = self._whole(row, end)
                found = match_record(row)
                if found is None:
                    raise self._ragged(row)
            held.append((row, *found.span(1), end))
            size += len(row)
            if is_full(len(held), size):
                yield SeparatedChunk(held, self.names, self.grammar)
                held, size = [], 0
        if held:
            yield SeparatedChunk(held, self.names, self.grammar)

    def _keep_blank(self, held: list[Record], end: str) -> None:
        """Keep an empty line, which is no row, where it was: behind the row before it."""
        if held:
            row, start, stop, before = held[-1]
            held[-1] = row, start, stop, before + end
        else:
            self.header_end += end

    def _whole(self, text: str, end: str) -> tuple[str, str]:
        """Read on until no quote is open."""
        if not self.grammar.is_open(text):
            return text, end
        first, parts = self._lines.number, [text, end]
        for line in self._rest:
            text, end = _without_end(line)
            parts += (text, end)
            if not self.grammar.goes_on(text):
                return "".join(parts[:-1]), end
        raise DataError(f"{self._lines.name}: a quote is opened in line {first} and never closed.")

    def _ragged(self, record: str) -> DataError:
        count = len(self.grammar.split(record))
        if count == len(self.names):
            return DataError(
                f"{self._lines.name}: line {self._lines.number} has a quote out of place; a field with "
                'quotes in it is written in quotes, and each of them twice, as in "so ""called"" boss".'
            )
        hint = "a field with a separator needs quotes"
        if len(self.names) == 1:
            hint = "if every line is a text, say --format text"
        return DataError(
            f"{self._lines.name} is ragged: line {self._lines.number} has {count} fields where the header "
            f"has {len(self.names)}; repair the line ({hint})."
        )


class SeparatedWriter:
    """Writes what a :class:`SeparatedReader` read, with another text in one column, and columns added."""

    def __init__(self, reader: SeparatedReader, added: Added) -> None:
        self._reader, self._grammar, self._added = reader, reader.grammar, added
        self._pending = ""

    def begin(self) -> str:
        """Return the first line, and the mark before it if there was one."""
        reader, grammar = self._reader, self._grammar
        names = "".join(grammar.separator + grammar.written(name) for name in self._added)
        self._pending = "" if reader.header_end else reader.end
        return f"{MARK if reader.marked else ''}{reader.header}{names}{reader.header_end}"

    def rows(self, chunk: SeparatedChunk, rows: Sequence[Row]) -> str:
        """Return rows as text."""
        parts: list[str] = []
        separator, written = self._grammar.separator, self._grammar.written
        last, plain = -1, self._reader.end
        for place, text, added in rows:
            row, start, stop, end = chunk.records[place]
            if self._pending:
                parts.append(self._pending)
            if text == chunk.texts[place]:
                parts.append(row)
            else:
                parts += (row[:start], self._grammar.written_like(text or "", row[start:stop]), row[stop:])
            for value in added:
                parts += (separator, written(written_cell(value)))
            if end and place == last:  # a copy of a row takes no empty lines along
                end = plain
            parts.append(end)
            self._pending = "" if end else plain
            last = place
        return "".join(parts)


def quoted(value: str) -> str:
    """Write a value in quotes.

    Examples
    --------
    >>> print(quoted('the "big" boss'))
    "the ""big"" boss"
    """
    return '"' + value.replace('"', '""') + '"'


def _value(field: str) -> str:
    """Read a field: what is in quotes; of one that goes on behind them they are letters, and stay."""
    if not _is_quoted(field):
        return field
    return field[1:-1].replace('""', '"')


def _is_quoted(field: str) -> bool:
    """Tell whether a field is in quotes as a whole: not so in "hi" she said."""
    return field.startswith('"') and _QUOTED.fullmatch(field) is not None


def _without_end(line: str) -> tuple[str, str]:
    if line.endswith("\r\n"):
        return line[:-2], "\r\n"
    if line.endswith("\n"):
        return line[:-1], "\n"
    return line, ""
