"""Lines of a text file with their numbers, and all that is wrong with them, told at once.

Files are UTF-8, with or without a byte order mark, gzip too; lines end as on Unix, Windows or old Macs.
Separators that only Unicode knows (U+2028, vertical tab) end no line: they may stand in a transcript.
"""

from __future__ import annotations

import codecs
import gzip
import io
import os
import zlib
from collections.abc import Iterable, Iterator
from pathlib import Path

from fairkit.errors import DataError, did_you_mean

_LISTED = 12
_UTF_16 = (codecs.BOM_UTF32_LE, codecs.BOM_UTF32_BE, codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)
BLANKS = " \t"
"""What separates fields: a no-break space or another space of Unicode is part of a text."""


class Problems:
    """Collects what is wrong with a file's lines, to tell all of it at once."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._found: list[str] = []
        self._more = 0

    def add(self, number: int, problem: str) -> None:
        """Note a problem of a line; only so many are kept, the rest are counted."""
        if len(self._found) < _LISTED:
            self._found.append(f"{self._path.name}: line {number} {problem}.")
        else:
            self._more += 1

    def refuse(self) -> None:
        """Raise what was collected, if anything was.

        Raises
        ------
        DataError
            There are problems.
        """
        if self._more:
            self._found.append(f"{self._path.name}: {self._more:,} more lines have such problems.")
        if self._found:
            raise DataError(*self._found)


def existing(path: str | os.PathLike[str]) -> Path:
    """Return the path of a file or folder that exists.

    Raises
    ------
    DataError
        There is none; a near name is suggested.
    """
    found = Path(path)
    if found.exists():
        return found
    folder = found.parent
    near = did_you_mean(found.name, [one.name for one in folder.iterdir()]) if folder.is_dir() else ""
    raise DataError(f"there is no file or folder '{found}'.{near}")


def head(path: Path, size: int = 1 << 16) -> str:
    """Return the beginning of a text file, to tell its format; a last line may be cut.

    Raises
    ------
    DataError
        The file is UTF-16, damaged, or cannot be opened.
    """
    return _decoded(path, _bytes(path, size), errors="replace")


def numbered(path: Path) -> Iterator[tuple[int, str]]:
    """Return the lines without their ends, counted from 1.

    Raises
    ------
    DataError
        The file is UTF-16, no UTF-8, damaged, or cannot be opened.
    """
    data = _bytes(path)
    try:
        text = _decoded(path, data)
    except UnicodeDecodeError:
        problems = Problems(path)
        for number, line in _split(_decoded(path, data, errors="surrogateescape")):
            wrong = next((char for char in line if "\udc80" <= char <= "\udcff"), None)
            if wrong:
                problems.add(
                    number, f"is no UTF-8 (byte 0x{ord(wrong) - 0xDC00:02x}); save the file as UTF-8"
                )
        problems.refuse()
        raise
    return _split(text)


def filled(lines: Iterable[tuple[int, str]], notes: list[str]) -> Iterator[tuple[int, str]]:
    """Leave out empty lines, and note how many there were when the last is read."""
    empty = 0
    for number, line in lines:
        if line.strip():
            yield number, line
        else:
            empty += 1
    if empty:
        notes.append(f"{counted(empty, 'empty line')} skipped")


def counted(number: int, noun: str) -> str:
    """Write a number with its noun: ``1 line``, ``2 lines``."""
    return f"{number:,} {noun}{'' if number == 1 else 's'}"


def nothing_in(path: Path, what: str) -> DataError:
    """Return the error for a file that holds nothing to score."""
    return DataError(f"{path.name} holds no {what}.")


def _split(text: str) -> Iterator[tuple[int, str]]:
    for number, line in enumerate(io.StringIO(text, newline=None), 1):
        yield number, line.removesuffix("\n")


def _bytes(path: Path, size: int = -1) -> bytes:
    try:
        with gzip.open(path) if path.suffix.lower() == ".gz" else path.open("rb") as file:
            return file.read(size)
    except (OSError, EOFError, zlib.error) as error:
        raise DataError(f"{path.name} cannot be read: {' '.join(str(error).split())}.") from error


def _decoded(path: Path, data: bytes, errors: str = "strict") -> str:
    if data.startswith(_UTF_16) or b"\0" in data[:4096]:
        raise DataError(
            f"{path.name} is no UTF-8 text (it looks like UTF-16, or is no text at all); save it as UTF-8, "
            f"for example with: iconv -f UTF-16 -t UTF-8 {path.name}"
        )
    return data.decode("utf-8-sig", errors)
