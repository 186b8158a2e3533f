"""Transcripts: what every reader returns, columns of one length by name, and what was skipped or merged.

A file that has one text per utterance does not say whether it is a reference or a hypothesis; its column is
called ``text``, and the join decides. Files that say so have ``reference`` and ``hypothesis``.
"""

from __future__ import annotations

import datetime as dt
import json
import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, Literal, NamedTuple

from fairkit.errors import DataError, shortlist, unknown_name

Cell = str | float | None
"""A text, a number, or None where there is none."""

Format = Literal["trn", "stm", "ctm", "kaldi", "nemo", "common_voice", "nlp", "table"]

ID, SPEAKER, TEXT, REFERENCE, HYPOTHESIS = "id", "speaker", "text", "reference", "hypothesis"
NAMES = (ID, SPEAKER, TEXT, REFERENCE, HYPOTHESIS)
"""Columns that are read as texts, whatever the file holds."""


class Segment(NamedTuple):
    """A stretch of one channel of a recording, in seconds."""

    recording: str
    channel: str
    start: float
    end: float


@dataclass(frozen=True, slots=True)
class Transcripts:
    """Transcripts of one file or folder.

    Parameters
    ----------
    columns : mapping of str to list
        Texts, numbers or None (missing), all lists of one length. ``id``, ``speaker``, ``text``,
        ``reference`` and ``hypothesis`` are texts, as is a column that mixes texts and numbers; other columns
        are called as in the file.
    format : str
        One of :data:`Format`.
    notes : tuple of str
        What was skipped, merged or decided, with counts.
    ignored : tuple of Segment
        Stretches that are not to be scored (STM).

    Raises
    ------
    DataError
        The columns are not of one length.

    Examples
    --------
    >>> found = Transcripts({"id": ["a", "b"], "text": ["one two", ""], "speaker": ["s", None]}, "table")
    >>> len(found), found.names
    (2, ('id', 'text', 'speaker'))
    >>> Transcripts({"id": ["a", "b"], "text": ["one"]}, "table")
    Traceback (most recent call last):
    fairkit.errors.DataError: columns must have one length; these have {'id': 2, 'text': 1}.
    """

    columns: Mapping[str, Sequence[Cell]]
    format: Format
    notes: tuple[str, ...] = ()
    ignored: tuple[Segment, ...] = ()

    def __post_init__(self) -> None:
        lengths = {name: len(values) for name, values in self.columns.items()}
        if len(set(lengths.values())) > 1:
            raise DataError(f"columns must have one length; these have {lengths}.")
        cells = {name: [cell(value) for value in values] for name, values in self.columns.items()}
        for name, values in cells.items():
            if name in NAMES or len({isinstance(value, str) for value in values if value is not None}) > 1:
                cells[name] = [_as_text(value) for value in values]
        object.__setattr__(self, "columns", cells)

    def __len__(self) -> int:
        return len(next(iter(self.columns.values()), ()))

    @property
    def names(self) -> tuple[str, ...]:
        """Names of the columns, in order."""
        return tuple(self.columns)

    def texts(self, name: str) -> list[str | None]:
        """Return a column as texts; numbers are written as short as they can be.

        Raises
        ------
        DataError
            There is no such column.
        """
        return [_as_text(value) for value in self._column(name)]

    def numbers(self, name: str) -> list[float | None]:
        """Return a column as numbers; what is empty or not a number (``nan``) is None.

        Raises
        ------
        DataError
            There is no such column, or texts in it are no numbers.
        """
        found, wrong = [], []
        for value in self._column(name):
            try:
                found.append(None if value is None or value == "" else cell(float(value)))
            except ValueError:
                wrong.append(value)
        if wrong:
            raise DataError(f"column '{name}' must hold numbers; it has {shortlist(wrong)}.")
        return [value if isinstance(value, float) else None for value in found]

    def _column(self, name: str) -> Sequence[Cell]:
        if name not in self.columns:
            raise DataError(unknown_name("column", name, self.names))
        return self.columns[name]


def cell(value: Any) -> Cell:
    """Turn a value of a file into a text, a number or None.

    NaN is missing; booleans are ``true`` and ``false``; lists are joined by ``|``, as Common Voice does;
    other structures are their JSON.
    """
    if value is None or isinstance(value, str):
        return value
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int):
        return value
    if isinstance(value, float | Decimal):
        return None if math.isnan(value) else float(value)
    if isinstance(value, dt.date | dt.time):
        return value.isoformat()
    if isinstance(value, list | tuple) and all(isinstance(one, str) for one in value):
        return "|".join(value) if value else None
    return json.dumps(value, ensure_ascii=False, default=str)


def repeated(ids: Iterable[Cell]) -> tuple[str, ...]:
    """Say which ids stand in several rows: the join merges or refuses them."""
    seen: set[Cell] = set()
    twice: dict[Cell, None] = {}
    for one in ids:
        if one is not None and one in seen:
            twice[one] = None
        seen.add(one)
    if not twice:
        return ()
    verb = "1 id stands" if len(twice) == 1 else f"{len(twice):,} ids stand"
    return (f"{verb} in several rows: {shortlist(list(twice), shown=3)}",)


def _as_text(value: Cell) -> str | None:
    if value is None or isinstance(value, str):
        return value
    return str(int(value)) if float(value).is_integer() else repr(value)
