"""The chain of a ledger's rows, walked from the first: what was changed, and in which row.

Each row carries the hash of the one before, so a changed byte shows in the row where it stands, and a row
that is left out, put in, moved or repeated shows in its place. What a chain alone cannot show is that its end
was cut off or written anew: for that somebody outside must have kept a hash (`bounty.ledger.receipts`), or
the rows are signed (`bounty.ledger.signatures`).
"""

from __future__ import annotations

import io
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO

from bounty.ledger.canonical_json import MOST_BYTES, loads
from bounty.ledger.entries import FIRST, Entry, Kind, faults_of
from fairkit.errors import LedgerError

__all__ = ["Problem", "Scan", "read_entries", "scan"]

MOST_PROBLEMS = 20
"""After so many damaged rows the rest is not read: it is no ledger."""


@dataclass(frozen=True, slots=True)
class Problem:
    """What is wrong, and in which row.

    Attributes
    ----------
    row : int or None
        None where it is the file, not a row of it.
    text : str

    Examples
    --------
    >>> str(Problem(17, "its hash does not fit."))
    'row 17: its hash does not fit.'
    """

    row: int | None
    text: str

    def __str__(self) -> str:
        return self.text if self.row is None else f"row {self.row}: {self.text}"


@dataclass(frozen=True, slots=True)
class Scan:
    """What was read of a ledger.

    Attributes
    ----------
    entries : tuple of Entry
        The rows that could be read, those with a problem included.
    problems : tuple of Problem
        In the order of the rows.

    Examples
    --------
    >>> scan(b'{"seq":1}').problems[0].row
    1
    """

    entries: tuple[Entry, ...]
    problems: tuple[Problem, ...]


def read_entries(source: str | Path | bytes) -> tuple[Entry, ...]:
    """Read a ledger and check its chain.

    Parameters
    ----------
    source : path or bytes
        The file, or its content.

    Returns
    -------
    tuple of Entry

    Raises
    ------
    LedgerError
        The file cannot be read, or rows were changed, left out, put in, moved, repeated or cut off in the
        middle; each such row is named.

    Examples
    --------
    >>> first = Entry.of(1, Kind.MANIFEST, "2025-01-31T12:00:00Z", {"title": "Toy"}, previous=FIRST)
    >>> len(read_entries(first.line))
    1
    >>> read_entries(first.line.replace(b"Toy", b"Tot"))
    Traceback (most recent call last):
    ...
    fairkit.errors.LedgerError: row 1: it was changed: its hash is 1c78ba02..., its content has bd4aa562....
    """
    found = scan(source)
    if found.problems:
        raise LedgerError(*(str(problem) for problem in found.problems))
    return found.entries


def scan(source: str | Path | bytes, *, after: Entry | None = None) -> Scan:
    """Read a ledger, or what was added to one, and note what is wrong with its chain.

    Parameters
    ----------
    source : path or bytes
    after : Entry, optional
        The last row that is known already; the source goes on from there.

    Raises
    ------
    LedgerError
        The file cannot be read.

    Examples
    --------
    >>> scan(b"").problems
    (Problem(row=None, text='the ledger is empty: its first row would be the manifest.'),)
    """
    state = _State(after)
    try:
        with io.BytesIO(source) if isinstance(source, bytes) else Path(source).open("rb") as file:
            for line in _lines(file):
                state.take(line)
                if len(state.problems) >= MOST_PROBLEMS:
                    state.note("further rows were not read: there are too many problems.")
                    break
    except OSError as error:
        raise LedgerError(f"ledger {source!s} cannot be read: {error.strerror}.") from None
    if state.row == 0:
        state.problems.append(Problem(None, "the ledger is empty: its first row would be the manifest."))
    return Scan(tuple(state.entries), tuple(state.problems))


class _State:
    """A walk along the chain."""

    def __init__(self, after: Entry | None) -> None:
        self.entries: list[Entry] = []
        self.problems: list[Problem] = []
        self.row = 0 if after is None else after.seq
        self._seq = self.row
        self._time = "" if after is None else after.time
        # The hashes that the next row may name; none where the row before could not be read.
        self._previous = {FIRST if after is None else after.hash}

    def note(self, text: str) -> None:
        self.problems.append(Problem(self.row, text))

    def take(self, line: bytes) -> None:
        self.row += 1
        self._seq += 1
        try:
            content = _content(line)
        except LedgerError as error:
            self.note(" ".join(error.problems))
            self._previous = set()
        else:
            self._chain(content)

    def _chain(self, content: dict[str, Any]) -> None:
        entry = Entry(**(content | {"kind": Kind(content["kind"])}))
        if entry.seq != self._seq:
            self.note(
                f"it says that it is row {entry.seq}, where row {self._seq} belongs: rows were left out, "
                "put in, moved or repeated."
            )
        elif self._previous and entry.previous not in self._previous:
            named = entry.previous[:8]
            self.note(
                f"it does not follow the row before: it names {named}..., which is not that row's hash."
            )
        truly = entry.rehashed
        if truly != entry.hash:
            self.note(f"it was changed: its hash is {entry.hash[:8]}..., its content has {truly[:8]}....")
        if entry.time < self._time:
            self.note(f"its time {entry.time} is before that of the row before, {self._time}.")
        if truly == entry.hash:
            # What a changed row says is not held against the rows after it.
            self._seq, self._time = entry.seq, entry.time
        self._previous = {entry.hash, truly}
        self.entries.append(entry)


def _content(line: bytes) -> dict[str, Any]:
    """Read a line as what a row holds."""
    if not line.endswith(b"\n"):
        if len(line) > MOST_BYTES:
            raise LedgerError(f"it is longer than {MOST_BYTES:,} bytes.")
        raise LedgerError(
            f"it is cut off: {len(line):,} bytes without an end of line, as after a crash while it was "
            "written. Such a row was never acknowledged; 'bounty recover' drops it."
        )
    content: dict[str, Any] = loads(line[:-1])
    if faults := faults_of(content):
        raise LedgerError(*faults)
    return content


def _lines(file: BinaryIO) -> Iterator[bytes]:
    """Give lines with their ends; of one that is too long only the beginning, without an end."""
    while line := file.readline(MOST_BYTES + 1):
        yield line
        while len(line) > MOST_BYTES and not line.endswith(b"\n"):
            line = file.readline(MOST_BYTES + 1)
