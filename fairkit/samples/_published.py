"""Published texts on this machine: where they are looked for, how they are checked, how faults are told.

Nothing is fetched: these sets come with licences of their own, some of which forbid to pass them on. Files
whose checksum is pinned must be the published ones, unless the caller says otherwise; whatever their bytes
are, their form is checked line by line, and everything that is wrong with a file is said at once.
"""

from __future__ import annotations

import csv
import io
import json
import os
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

from fairkit.errors import DataError
from fairkit.samples._fetch import Source, locate

_LARGEST = 1 << 30
_SHOWN = 8


def local(file: str, title: str, url: str, terms: str, *sha256: str) -> Source:
    """Describe a published file that users get themselves; without a checksum only its form is checked."""
    return Source(title=title, file=file, url=url, sha256=sha256, largest=_LARGEST, terms=terms, get_with="")


def found(source: Source, path: str | os.PathLike[str] | None, *, verify: bool, inside: str = "") -> Path:
    """Return where a published file is: at a path, in a folder, or in one of the usual places.

    Parameters
    ----------
    source : Source
    path : str or path, optional
        The file, or a folder that holds it.
    verify : bool
        Whether its checksum must be a known one.
    inside : str
        Where in such a folder the file may also be.

    Raises
    ------
    DataError
        It is nowhere, or is not the known file.
    """
    if path is None:
        return locate(source, check=verify)
    place = Path(path)
    if not place.is_dir():
        return locate(source, given=[place], check=verify)
    return locate(
        source, given=[*dict.fromkeys((place / inside / source.name, place / source.name))], check=verify
    )


def text_of(path: Path) -> str:
    """Read a file as UTF-8.

    Raises
    ------
    DataError
        It cannot be read, or is not UTF-8.
    """
    try:
        return path.read_text(encoding="utf-8-sig")
    except OSError as error:
        raise DataError(f"cannot read {path}: {error.strerror or error}.") from error
    except UnicodeDecodeError as error:
        raise DataError(
            f"{path} is not UTF-8: byte {error.start} is {error.object[error.start]:#04x}. Save it as UTF-8."
        ) from error


def parsed_json(path: Path) -> Any:
    """Read a JSON file.

    Raises
    ------
    DataError
        It is not JSON.
    """
    try:
        return json.loads(text_of(path))
    except json.JSONDecodeError as error:
        raise DataError(
            f"{path}, line {error.lineno}: not JSON ({error.msg}). Get the file again."
        ) from error


def lines_of(path: Path) -> list[tuple[int, str]]:
    """Read the lines of a text file that are not blank, each with its number from 1."""
    lines = text_of(path).split("\n")
    return [(number, line.rstrip("\r")) for number, line in enumerate(lines, 1) if line.strip()]


class Faults:
    """What is wrong with a file, line by line; raised together."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._found: list[str] = []

    def add(self, where: object, problem: str) -> None:
        """Note a problem of a line (by its number) or of an entry (by its name)."""
        place = f"line {where}" if isinstance(where, int) else str(where)
        self._found.append(f"{self.path}, {place}: {problem}")

    def raise_any(self, form: str) -> None:
        """Raise what was noted, if anything.

        Parameters
        ----------
        form : str
            What a right line looks like.

        Raises
        ------
        DataError
            The first problems in full, the number of the others, and the form.
        """
        if not self._found:
            return
        shown = self._found[:_SHOWN]
        if len(self._found) > _SHOWN:
            shown.append(f"{self.path}: {len(self._found) - _SHOWN:,} more like these.")
        raise DataError(*shown, f"expected {form}")


def table(
    path: Path, columns: Sequence[str], *, separator: str, quoted: bool
) -> Iterable[tuple[int, dict[str, str]]]:
    """Read a table with a header, each row with the number of the line on which it ends.

    Raises
    ------
    DataError
        A column is missing, or rows have too few or too many cells.
    """
    lines = io.StringIO(text_of(path), newline="")
    reader = csv.reader(lines, delimiter=separator, quoting=csv.QUOTE_MINIMAL if quoted else csv.QUOTE_NONE)
    header = next(reader, [])
    missing = [name for name in columns if name not in header]
    if missing:
        raise DataError(
            f"{path} lacks the columns {', '.join(map(repr, missing))}: its first line is "
            f"{separator.join(header)[:200]!r}. It is another file, or has lost its header."
        )
    faults = Faults(path)
    rows = []
    for cells in reader:
        if not cells:
            continue
        if len(cells) != len(header):
            faults.add(reader.line_num, f"{len(cells)} cells, where the header has {len(header)}.")
            continue
        rows.append((reader.line_num, dict(zip(header, cells, strict=True))))
    faults.raise_any(f"{len(header)} cells a row: {', '.join(map(repr, header))}.")
    return rows
