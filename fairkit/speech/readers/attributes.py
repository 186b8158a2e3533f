"""Attributes of utterances or speakers, such as accents, added to the columns of a join."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from fairkit.errors import DataError, shortlist, unknown_name
from fairkit.speech.readers.ids import hint
from fairkit.speech.readers.sides import indexed, no_column
from fairkit.speech.readers.transcripts import Cell, Transcripts
from fairkit.speech.readers.unmatched import Account

_SIDE = "attributes"


def add_attributes(
    columns: dict[str, list[Cell]],
    attributes: Transcripts,
    account: Account,
    *,
    on: str,
    keys: tuple[str, Sequence[str]] | None,
) -> None:
    """Look up attributes of every utterance or speaker, and say where there are none.

    Parameters
    ----------
    columns : dict of str to list
        Gets the attributes; they replace columns of their name.
    attributes : Transcripts
    account : Account
    on : str
        Column that both have, unless there are `keys`.
    keys : tuple or None
        Where the attributes are of utterances: the column that names these, and their keys.

    Raises
    ------
    DataError
        A column is missing, ids stand in rows that differ, or nothing matches.
    """
    account.notes += [f"{_SIDE}: {note}" for note in attributes.notes]
    column = keys[0] if keys else on
    if column not in attributes.columns:
        raise DataError(no_column(_SIDE, column, attributes))
    if keys is None and column not in columns:
        raise DataError(unknown_name("column", column, list(columns)))
    own = account if keys else replace(account, id_rules=())
    side = indexed(_SIDE, attributes, own, on=column, text=None, compared=attributes.names)
    if account.errors:
        raise DataError(*account.errors)
    wanted = keys[1] if keys else [None if one is None else str(one) for one in columns[column]]
    known = set(wanted) - {None}
    missing = [one for one in dict.fromkeys(wanted) if one is not None and one not in side.rows]
    unused = [key for key in side.rows if key not in known]
    said = hint(missing, unused, rules=own.id_rules) if keys else ""
    noun = "utterance" if keys else column
    if missing and len(missing) == len(known):
        raise DataError(
            f"{_SIDE}: no {column} is one of the {noun}s'. Those are {shortlist(missing, shown=3)}, the "
            f"attributes have {shortlist(list(side.rows), shown=3)}.{' ' if said else ''}{said}"
        )
    account.miss(f"{noun} without attributes", _SIDE, missing, of=len(known), hint=said)
    account.miss(f"attributes without {noun}", _SIDE, [side.shown[key] for key in unused], of=len(side.rows))
    for name in attributes.names:
        if name == column:
            continue
        found = [side.cell(one, name) if one is not None and one in side.rows else None for one in wanted]
        if name in columns:
            differ = sum(one != two for one, two in zip(columns[name], found, strict=True))
            account.notes.append(
                f"column '{name}' of the attributes replaces that of the references ({differ:,} rows differ)"
            )
        columns[name] = found
