"""References, hypotheses and what is known of speakers, side by side, and what did not match.

- A reference without hypothesis stays, with None: it will count as deleted words, and is listed.
- A hypothesis without reference cannot be scored: it is left out, and listed.
- An id in several rows of one side is refused, unless the rows say the same; then they are merged.
- A system none of whose ids match is refused, with a hint at what would make them match.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from fairkit.errors import DataError, UsageError, shortlist
from fairkit.speech.readers.attributes import add_attributes
from fairkit.speech.readers.ids import ID_RULES, IdRule, hint
from fairkit.speech.readers.sides import Side, indexed, no_column
from fairkit.speech.readers.transcripts import (
    HYPOTHESIS,
    ID,
    NAMES,
    REFERENCE,
    SPEAKER,
    TEXT,
    Cell,
    Transcripts,
)
from fairkit.speech.readers.unmatched import Account, Unmatched


@dataclass(frozen=True, slots=True)
class Joined:
    """Utterances with their reference, the hypothesis of each system, and attributes.

    Parameters
    ----------
    columns : mapping of str to list
        ``id``, ``reference``, one column per system, ``speaker`` where known, and the attributes; all of one
        length, in the order of the references.
    systems : tuple of str
    attributes : tuple of str
        Names of all other columns.
    unmatched : tuple of Unmatched
    notes : tuple of str
        What was skipped or merged in reading and joining.

    Examples
    --------
    >>> said = Transcripts({"id": ["a", "b"], "text": ["yes", "no"]}, "table")
    >>> heard = Transcripts({"id": ["b", "c"], "text": ["know", "oh"]}, "table")
    >>> found = join(said, {"base": heard})
    >>> found.columns["base"], [str(one) for one in found.unmatched]
    ([None, 'know'],
     ["base: 1 of 2 reference without hypothesis: 'a'", "base: 1 of 2 hypothesis without reference: 'c'"])
    """

    columns: Mapping[str, Sequence[Cell]]
    systems: tuple[str, ...]
    attributes: tuple[str, ...]
    unmatched: tuple[Unmatched, ...]
    notes: tuple[str, ...]

    def __len__(self) -> int:
        return len(self.columns[ID])

    @property
    def has_speakers(self) -> bool:
        """Whether it is known who speaks."""
        return SPEAKER in self.columns


def join(
    references: Transcripts,
    hypotheses: Mapping[str, Transcripts],
    *,
    on: str = ID,
    attributes: Transcripts | None = None,
    attributes_on: str | None = None,
    id_rules: Sequence[IdRule] = (),
) -> Joined:
    """Join references with the hypotheses of systems, and with attributes of utterances or speakers.

    Parameters
    ----------
    references : Transcripts
        Texts are its column ``reference``, or else ``text``.
    hypotheses : mapping of str to Transcripts
        By the name of the system; texts are the column ``hypothesis``, or else ``text``.
    on : str, default "id"
        Column that names utterances on both sides.
    attributes : Transcripts, optional
        More columns, such as the accents of speakers. They replace columns of the references.
    attributes_on : str, optional
        Column that attributes are joined on; the utterance's where the attributes have it, or else
        ``speaker``.
    id_rules : sequence of {"slashes", "folder", "extension", "case", "unicode", "blanks"}
        Differences between ids to overlook.

    Returns
    -------
    Joined

    Raises
    ------
    DataError
        Columns are missing, rows have no id, ids stand in rows that differ, nothing matches; all problems
        at once.
    UsageError
        There is no system, or its name is that of a column; a rule is unknown.

    Examples
    --------
    >>> said = Transcripts({"id": ["a.wav"], "text": ["yes"], "speaker": ["s"]}, "nemo")
    >>> heard = Transcripts({"id": ["clips/A.WAV"], "text": ["yes"]}, "table")
    >>> who = Transcripts({"speaker": ["s"], "accent": ["Irish English"]}, "table")
    >>> found = join(said, {"base": heard}, attributes=who, id_rules=["folder", "case"])
    >>> found.columns["base"], found.columns["accent"], found.attributes
    (['yes'], ['Irish English'], ('accent',))
    """
    _check(references, hypotheses, id_rules)
    account = Account(id_rules)
    given = _side("references", references, on, account)
    sides = {name: _side(name, transcripts, on, account) for name, transcripts in hypotheses.items()}
    if account.errors or given is None:
        raise DataError(*account.errors)
    keys = _with_text(given, account)
    columns: dict[str, list[Cell]] = {
        ID: [given.shown[key] for key in keys],
        REFERENCE: [given.cell(key, given.text) for key in keys],
    }
    for name, side in sides.items():
        if side is not None:
            columns[name] = _matched(keys, given, side, account)
    if account.errors:
        raise DataError(*account.errors)
    for name in references.names:
        if name not in (on, given.text, HYPOTHESIS, *columns):
            columns[name] = [given.cell(key, name) for key in keys]
    if attributes is not None:
        by_key = attributes_on == on or (attributes_on is None and on in attributes.columns)
        add_attributes(
            columns, attributes, account, on=attributes_on or SPEAKER, keys=(on, keys) if by_key else None
        )
    systems = tuple(hypotheses)
    named = tuple(name for name in columns if name not in {ID, REFERENCE, SPEAKER, *systems})
    return Joined(columns, systems, named, tuple(account.unmatched), tuple(account.notes))


def _check(
    references: Transcripts, hypotheses: Mapping[str, Transcripts], id_rules: Sequence[IdRule]
) -> None:
    problems = [] if hypotheses else ["there is no hypothesis to join; name at least one system."]
    taken = {*NAMES, *references.names} - {HYPOTHESIS}  # what one system without a name is called
    problems += [
        f"system '{name}' is called as a column of the references; choose another name."
        for name in hypotheses
        if name in taken
    ]
    problems += [
        f"there is no id rule '{rule}'; there are {shortlist(ID_RULES)}."
        for rule in id_rules
        if rule not in ID_RULES
    ]
    if problems:
        raise UsageError(*problems)


def _side(name: str, transcripts: Transcripts, on: str, account: Account) -> Side | None:
    """Index one side by its ids; None, with what is wrong, where that cannot be."""
    account.notes += [f"{name}: {note}" for note in transcripts.notes]
    is_reference = name == "references"
    texts = (REFERENCE if is_reference else HYPOTHESIS, TEXT)
    text = next((one for one in texts if one in transcripts.columns), None)
    if on not in transcripts.columns:
        account.errors.append(no_column(name, on, transcripts))
    if text is None:
        account.errors.append(no_column(name, " or ".join(texts), transcripts))
    if text is None or on not in transcripts.columns:
        return None
    compared = [one for one in transcripts.names if one != on] if is_reference else [text]
    return indexed(name, transcripts, account, on=on, text=text, compared=compared)


def _with_text(given: Side, account: Account) -> list[str]:
    """Leave out references without a text, and list them: nothing can be wrong with what is not known."""
    keys = [key for key in given.rows if given.cell(key, given.text) is not None]
    if not keys:
        raise DataError("no reference has a text; there is nothing to score.")
    lost = [given.shown[key] for key in given.rows if given.cell(key, given.text) is None]
    account.miss("reference without text", given.name, lost, of=len(given.rows))
    return keys


def _matched(keys: list[str], given: Side, side: Side, account: Account) -> list[Cell]:
    """Return a system's text for every reference, and list what has no partner."""
    missing = [key for key in keys if key not in side.rows]
    unused = [key for key in side.rows if key not in given.rows]
    said = hint(missing, unused, rules=account.id_rules)
    if len(missing) == len(keys):
        account.errors.append(
            f"{side.name}: no id is one of the references'. The references have {shortlist(keys, shown=3)}, "
            f"{side.name} has {shortlist(list(side.rows), shown=3)}.{' ' if said else ''}{said}"
        )
        return []
    written = [given.shown[key] for key in missing]
    account.miss("reference without hypothesis", side.name, written, of=len(keys), hint=said)
    written = [side.shown[key] for key in unused]
    account.miss("hypothesis without reference", side.name, written, of=len(side.rows))
    return [side.cell(key, side.text) if key in side.rows else None for key in keys]
