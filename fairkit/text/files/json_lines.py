r"""JSON Lines of which one key's text changes and every other byte stays.

A line is not read and written anew: numbers would lose digits, keys that stand twice would lose one, and
blanks and escapes their form. The value is cut out of the line instead, where JSON's own scanner says that it
starts and ends.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from json import decoder
from typing import Any

from fairkit.errors import DataError, shortlist, unknown_name
from fairkit.text.files.chunks import Added, AddedValue, Row, is_full
from fairkit.text.files.lines import MARK, Lines

_BLANK = re.compile(r"[ \t\n\r]*")
_HALVES = re.compile("[\ud800-\udfff]")
# What JSON's own reader is made of: a value at a place, and a text after its first quote.
_scan: Callable[[str, int], tuple[Any, int]] = json.JSONDecoder().scan_once  # type: ignore[attr-defined]
_scan_text: Callable[..., tuple[str, int]] = decoder.scanstring  # type: ignore[attr-defined]
_plain = json.JSONEncoder(ensure_ascii=False).encode
_escaped = json.JSONEncoder().encode

Member = tuple[str, Any, int, int]
"""A key, its value, and where the value starts and ends in the line."""


Record = tuple[str, int, str]
"""One object as it stands in the file: the line, where the key's value starts (or -1), and its end."""


class JsonChunk:
    """Some rows of a file."""

    def __init__(self, records: list[Record], texts: list[str | None]) -> None:
        self.records = records
        self.texts = texts

    def cells(self, place: int) -> dict[str, Any]:
        """Return a row's values, nested ones as they are."""
        found: dict[str, Any] = json.loads(self.records[place][0])
        return found

    def shown(self, place: int) -> dict[str, str]:
        """Return a row's values as text: nothing for null, and the JSON of what is no text."""
        line = self.records[place][0]
        return {
            name: value if isinstance(value, str) else "" if value is None else line[start:stop]
            for name, value, start, stop in members(line)[0]
        }


class JsonReader:
    """Reads a file with one JSON object a line.

    Parameters
    ----------
    lines : Lines
    column : str
        The key of the texts.
    names : tuple of str
        Keys that are known to be there; without them the first rows must have the key.
    """

    def __init__(self, lines: Lines, column: str, names: tuple[str, ...] = ()) -> None:
        self._lines, self._column = lines, column
        self.names = names
        plain = re.fullmatch(r"[^\\/\x00-\x1f\"]*", column) is not None and column.isascii()
        self._key = f'"{column}"' if plain else ""

    @property
    def marked(self) -> bool:
        """Whether the file begins with a byte order mark."""
        return self._lines.marked

    def chunks(self) -> Iterator[JsonChunk]:
        """Yield the rows, some at a time.

        Raises
        ------
        DataError
            A line is no JSON object, or the key's value is no text; or no row has the key.
        """
        records: list[Record] = []
        texts: list[str | None] = []
        size, known = 0, bool(self.names)
        for line in self._lines:
            row = line.rstrip("\r\n")
            end = line[len(row) :]
            if not row.strip():
                if records:  # an empty line is no row, and stays where it was
                    records[-1] = (*records[-1][:2], records[-1][2] + end)
                continue
            text, start = self._found(row)
            if not (text is None or isinstance(text, str)):
                raise DataError(
                    f"{self._lines.name}: '{self._column}' must hold texts, in line {self._lines.number} it "
                    f"is {shortlist([text])}."
                )
            records.append((row, start, end))
            texts.append(text)
            size += len(line)
            if is_full(len(records), size):
                self._check(records, known=known)
                known = True
                yield JsonChunk(records, texts)
                records, texts, size = [], [], 0
        if records:
            self._check(records, known=known)
            yield JsonChunk(records, texts)

    def _found(self, row: str) -> tuple[Any, int]:
        """Return the key's value and where it starts; None and -1 where there is none.

        The quick way is for rows that spell the key just once and have no escapes that could spell it
        otherwise: then the one that JSON's reader found is that one.
        """
        key = self._key
        place = row.find(key) if key else -1
        if place >= 0 and "\\u" not in row and row.find(key, place + 1) < 0:
            try:
                value = json.loads(row)
            except (ValueError, RecursionError):
                value = None
            if isinstance(value, dict) and self._column in value:
                return value[self._column], _skipped(row, row.index(":", place + len(key)) + 1)
        text, start = None, -1
        for name, value, first, _ in self._members(row)[0]:
            if name == self._column:  # of a key that stands twice, the last one counts
                text, start = value, first
        return text, start

    def _members(self, line: str) -> tuple[list[Member], int]:
        try:
            return members(line)
        except ValueError as error:
            raise DataError(f"{self._lines.name}: line {self._lines.number} {error}.") from error

    def _check(self, records: Sequence[Record], *, known: bool) -> None:
        if not known and all(start < 0 for _, start, _ in records):
            names = dict.fromkeys(name for row, *_ in records for name, *_ in members(row)[0])
            raise DataError(unknown_name("column", self._column, list(names)))


class JsonWriter:
    """Writes what a :class:`JsonReader` read, with another text under one key, and keys added.

    Parameters
    ----------
    reader : JsonReader
    added : tuple of str
    """

    def __init__(self, reader: JsonReader, added: Added) -> None:
        self._reader, self._added = reader, added
        self._keys = [json.dumps(name, ensure_ascii=False) for name in added]
        self._pending = ""

    def begin(self) -> str:
        """Return the byte order mark if there was one."""
        return MARK if self._reader.marked else ""

    def rows(self, chunk: JsonChunk, rows: Sequence[Row]) -> str:
        """Return rows as text.

        Raises
        ------
        DataError
            A row has a key already that is to be added.
        """
        parts: list[str] = []
        last = -1
        for place, text, added in rows:
            row, start, end = chunk.records[place]
            if self._pending:
                parts.append(self._pending)
            if text is not None and text != chunk.texts[place]:
                _, stop = _scan_text(row, start + 1)
                # Escapes stay escapes: half of a character has no other form.
                new = _escaped(text) if "\\u" in row[start:stop] else _plain(text)
                row = f"{row[:start]}{new}{row[stop:]}"
            if added:
                row = self._with(row, added)
            if end and place == last:  # a copy of a row takes no empty lines along
                end = "\r\n" if end.startswith("\r") else "\n"
            parts += (row, end)
            self._pending = "" if end else "\n"
            last = place
        return "".join(parts)

    def _with(self, row: str, added: Sequence[AddedValue]) -> str:
        given, last = members(row)
        twice = {name for name, *_ in given} & set(self._added)
        if twice:
            raise DataError(f"rows have {shortlist(sorted(twice))} already; name the new column otherwise.")
        pairs = zip(self._keys, added, strict=True)
        written = ", ".join(f"{key}: {_written(value)}" for key, value in pairs)
        return f"{row[:last]}{', ' if given else ''}{written}{row[last:]}"


def members(line: str) -> tuple[list[Member], int]:
    """Find the keys of an object, with their values and where those lie, and where the last one ends.

    Raises
    ------
    ValueError
        The line is no JSON object.

    Examples
    --------
    >>> members('{"a": 1.50, "b": [2, {}] }')
    ([('a', 1.5, 6, 10), ('b', [2, {}], 17, 24)], 24)
    """
    place = _skipped(line)
    if line[place : place + 1] != "{":
        raise ValueError('is no JSON object; every line must be one, as in {"text": "She sang."}')
    found: list[Member] = []
    last = place + 1
    place = _skipped(line, last)
    try:
        while found or line[place] != "}":
            member = _member(line, place)
            found.append(member)
            last = member[3]
            place = last if line[last] in ",}" else _skipped(line, last)
            if line[place] != ",":
                break
            place = _skipped(line, place + 1)
        if line[place] != "}" or line[place + 1 :].strip(" \t\r\n"):
            raise ValueError  # noqa: TRY301 - as the scanner does
    except RecursionError as error:
        raise ValueError("is nested too deep to be read") from error
    except (ValueError, IndexError, StopIteration) as error:
        raise ValueError(f"is no JSON ({_why(line)})") from error
    return found, last


def _member(line: str, place: int) -> Member:
    """Read a key and its value."""
    if line[place] != '"':
        raise ValueError
    name, place = _scan_text(line, place + 1, True)
    if line[place] != ":":
        place = _skipped(line, place)
        if line[place] != ":":
            raise ValueError
    start = place + 1
    if line[start] in " \t":
        start = _skipped(line, start)
    value, last = _scan(line, start)
    return name, value, start, last


def keys_of(lines: Lines, *, until: str | None = None) -> tuple[str, ...]:
    """Collect the keys of all rows in the order in which they are met; or up to a row that has one.

    Raises
    ------
    DataError
        A line is no JSON object.
    """
    names: dict[str, None] = {}
    for line in lines:
        if line.isspace():
            continue
        try:
            names |= dict.fromkeys(name for name, *_ in members(line.rstrip("\r\n"))[0])
        except ValueError as error:
            raise DataError(f"{lines.name}: line {lines.number} {error}.") from error
        if until in names:
            break
    return tuple(names)


def written_json(cells: Mapping[str, Any]) -> str:
    """Write a row as one line of JSON.

    Examples
    --------
    >>> written_json({"text": "Él cantó.", "n": 2})
    '{"text": "Él cantó.", "n": 2}'
    """
    return _plain(cells)


def _written(value: AddedValue) -> str:
    halves = isinstance(value, str) and _HALVES.search(value) is not None
    return (_escaped if halves else _plain)(value)


def _skipped(line: str, place: int = 0) -> int:
    found = _BLANK.match(line, place)
    return place if found is None else found.end()


def _why(line: str) -> str:
    try:
        json.loads(line)
    except json.JSONDecodeError as error:
        return f"{error.msg}: column {error.colno}"
    return "it cannot be read"
