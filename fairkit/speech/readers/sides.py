"""One side of a join: its rows by id, every id once."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from fairkit.errors import shortlist
from fairkit.speech.readers.ids import ruled
from fairkit.speech.readers.lines import counted
from fairkit.speech.readers.transcripts import Cell, Transcripts
from fairkit.speech.readers.unmatched import Account

_LISTED = 5


@dataclass(frozen=True, slots=True)
class Side:
    """Rows by key; a key is an id after the rules.

    Parameters
    ----------
    name : str
        Of the system, or ``references``, ``attributes``.
    transcripts : Transcripts
    text : str
        Column of the texts; empty where there are none.
    rows : dict of str to int
        Position of the row of each key, in the order of the rows.
    shown : dict of str to str
        Each key's id as it was written.
    """

    name: str
    transcripts: Transcripts
    text: str
    rows: dict[str, int]
    shown: dict[str, str]

    def cell(self, key: str, name: str) -> Cell:
        """Return what a column says of a key."""
        return self.transcripts.columns[name][self.rows[key]]


def indexed(
    name: str,
    transcripts: Transcripts,
    account: Account,
    *,
    on: str,
    text: str | None,
    compared: Sequence[str],
) -> Side:
    """Index rows by id, merge those that say the same, and tell what stands in the way.

    Parameters
    ----------
    name : str
        Of the side, for messages.
    transcripts : Transcripts
    account : Account
        Its rules make keys of ids; it gets how many rows were merged, which have no id, and which ids stand
        in rows that differ.
    on : str
        Column of the ids.
    text : str or None
        Column of the texts.
    compared : sequence of str
        Columns in which rows of one id must agree.
    """
    rows: dict[str, int] = {}
    shown: dict[str, str] = {}
    nameless: list[int] = []
    clashes: dict[str, str] = {}
    merged = 0
    columns = [(one, transcripts.columns[one]) for one in compared if one != on]
    for row, one in enumerate(transcripts.texts(on)):
        if one is None or not one.strip():
            nameless.append(row + 1)
            continue
        key = ruled(one, account.id_rules)
        before = rows.setdefault(key, row)
        if before == row:
            shown[key] = one
        elif differing := next(((c, cells) for c, cells in columns if cells[before] != cells[row]), None):
            column, cells = differing
            clashes.setdefault(key, f"'{key}' has {column} {_short(cells[before])} and {_short(cells[row])}")
        else:
            merged += 1
    if merged:
        account.notes.append(f"{name}: {counted(merged, 'row')} of the same {on} and content merged")
    if nameless:
        account.errors.append(
            f"{name}: {counted(len(nameless), 'row')} without {on} (rows {shortlist(nameless)})."
        )
    if clashes:
        account.errors.append(f"{name}: {_told(clashes, on)} Keep one row of each.")
    return Side(name, transcripts, text or "", rows, shown)


def no_column(name: str, wanted: str, transcripts: Transcripts) -> str:
    """Say that a side lacks a column, which it has, and how to name another."""
    first = wanted.partition(" ")[0]
    return (
        f"{name}: no column {wanted} (there are {shortlist(transcripts.names)}); say which column it is by a "
        f"map, as in columns={{'{first}': '{next(iter(transcripts.names), 'name')}'}}."
    )


def _told(clashes: dict[str, str], on: str) -> str:
    listed = "; ".join(list(clashes.values())[:_LISTED])
    more = f"; and {len(clashes) - _LISTED:,} more" if len(clashes) > _LISTED else ""
    verb = "stands" if len(clashes) == 1 else "stand"
    return f"{counted(len(clashes), on)} {verb} in rows that differ: {listed}{more}."


def _short(value: Cell) -> str:
    text = repr(value)
    return text if len(text) <= 40 else f"{text[:37]}...'"
