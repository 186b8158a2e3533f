"""Kaldi data folders: ``text``, and whatever is known of utterances (``utt2*``) and speakers (``spk2*``).

Every line of these files is a key, a blank and a value. ``utt2spk`` gives the speaker; ``spk2gender``,
``utt2lang``, ``spk2age`` and any other table of two columns become columns named after what stands behind
the ``2``. A ``text`` alone, such as a decoder writes, is read as well.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from pathlib import Path

from fairkit.errors import DataError, shortlist
from fairkit.speech.readers.lines import BLANKS, Problems, counted, existing, filled, nothing_in, numbered
from fairkit.speech.readers.transcripts import ID, SPEAKER, TEXT, Cell, Transcripts, repeated

_BLANKS = re.compile(r"[ \t]+")
_TABLE = re.compile(r"(utt|spk)2(\w+)(?:\.gz)?")
_NUMBERS = {"dur": "duration", "num_frames": "num_frames"}
_LISTS = "spk2utt"


def read_kaldi(path: Path) -> Transcripts:
    """Read a Kaldi data folder, or a file of transcripts in the form of its ``text``.

    Parameters
    ----------
    path : Path
        A folder with ``text``; or a file, whose neighbours are read if it is called ``text``.

    Returns
    -------
    Transcripts
        Columns id, text, speaker (where there is ``utt2spk``, or ``spk2utt``), and one per other table.

    Raises
    ------
    DataError
        The folder has no ``text``; tables give one key two values, or have lines without a value.
    """
    file = _text_file(path)
    notes: list[str] = []
    ids: list[str] = []
    texts: list[str] = []
    for _, line in filled(numbered(file), notes):
        key, *rest = _BLANKS.split(line.strip(BLANKS), maxsplit=1)
        ids.append(key)
        texts.append(rest[0] if rest else "")
    if not ids:
        raise nothing_in(file, "utterance")
    columns: dict[str, Sequence[Cell]] = {ID: ids, TEXT: texts}
    if path.is_dir() or file.name.removesuffix(".gz") == "text":
        tables = _tables(file.parent, notes)
        columns |= _speakers(tables, ids, notes)
        columns |= _attributes(tables, columns, notes)
    return Transcripts(columns, "kaldi", (*notes, *repeated(ids)))


def _text_file(path: Path) -> Path:
    if path.is_file():
        return path
    for name in ("text", "text.gz"):
        if (path / name).is_file():
            return path / name
    entries = sorted(one.name for one in existing(path).iterdir())
    raise DataError(
        f"folder '{path}' is no Kaldi data folder: it has no file 'text' "
        f"(it has {shortlist(entries) if entries else 'nothing'})."
    )


def _tables(folder: Path, notes: list[str]) -> dict[str, dict[str, str]]:
    """Read what the folder says of utterances and of speakers; all that is wrong in any file at once."""
    tables: dict[str, dict[str, str]] = {}
    errors: list[str] = []
    for file in sorted(folder.iterdir()):
        match = _TABLE.fullmatch(file.name)
        if match is None or not file.is_file():
            continue
        name = f"{match[1]}2{match[2]}"
        try:
            found = _spread(file) if name == _LISTS else _table(file, notes)
        except DataError as error:
            errors += error.problems
            continue
        if found is not None:
            tables[name] = found
    if errors:
        raise DataError(*errors)
    return tables


def _speakers(tables: dict[str, dict[str, str]], ids: list[str], notes: list[str]) -> dict[str, list[Cell]]:
    """Take the tables that say who speaks, and return their column."""
    listed = tables.pop(_LISTS, None)
    speaker_of = tables.pop("utt2spk", listed)
    if speaker_of is None:
        notes.append("no utt2spk: no speakers")
        return {}
    if listed is not None and listed != speaker_of:
        notes.append("spk2utt and utt2spk differ: utt2spk is used")
    found = _looked_up("utt2spk", speaker_of, ids, notes)
    if len(ids) > 1 and found == ids:
        notes.append("utt2spk names every utterance as its own speaker: who speaks is not known")
    return {SPEAKER: found}


def _attributes(
    tables: dict[str, dict[str, str]], columns: Mapping[str, Sequence[Cell]], notes: list[str]
) -> dict[str, list[Cell]]:
    """Make a column of every other table."""
    found: dict[str, list[Cell]] = {}
    for name, table in tables.items():
        owner = ID if name.startswith("utt") else SPEAKER
        if owner not in columns:
            notes.append(f"{name} left out: no utt2spk says who speaks")
            continue
        kind = name.partition("2")[2]
        cells = _looked_up(name, table, columns[owner], notes)
        column = _column_name(name, taken={*columns, *found})
        found[column] = _as_numbers(cells) if kind in _NUMBERS else cells
    return found


def _column_name(table: str, *, taken: set[str]) -> str:
    name = table.partition("2")[2]
    name = _NUMBERS.get(name, name)
    return table if name in taken else name


def _table(file: Path, notes: list[str]) -> dict[str, str] | None:
    """Read a table of two columns; None, with a note, for any other."""
    problems = Problems(file)
    found: dict[str, str] = {}
    for number, line in filled(numbered(file), notes):
        key, *values = _BLANKS.split(line.strip(BLANKS))
        if len(values) > 1:
            notes.append(f"{file.name} left out: it has more than two columns (line {number})")
            return None
        if not values:
            problems.add(number, f"has no value for '{key}'")
        elif found.setdefault(key, values[0]) != values[0]:
            problems.add(number, f"says '{values[0]}' of '{key}', which was '{found[key]}' before")
    problems.refuse()
    return found


def _spread(file: Path) -> dict[str, str]:
    """Turn a list of utterances per speaker into the speaker of each utterance."""
    problems = Problems(file)
    found: dict[str, str] = {}
    for number, line in filled(numbered(file), []):
        speaker, *utterances = _BLANKS.split(line.strip(BLANKS))
        for one in utterances:
            if found.setdefault(one, speaker) != speaker:
                problems.add(number, f"gives '{one}' to '{speaker}', who was '{found[one]}' before")
    problems.refuse()
    return found


def _looked_up(name: str, table: dict[str, str], keys: Sequence[Cell], notes: list[str]) -> list[Cell]:
    found: list[Cell] = [None if key is None else table.get(str(key)) for key in keys]
    missing = list(
        dict.fromkeys(key for key, value in zip(keys, found, strict=True) if value is None and key)
    )
    unused = table.keys() - set(keys)
    if missing:
        notes.append(f"{name} says nothing of {counted(len(missing), 'key')}: {shortlist(missing, shown=3)}")
    if unused:
        notes.append(
            f"{name} has {counted(len(unused), 'key')} not in use: {shortlist(sorted(unused), shown=3)}"
        )
    return found


def _as_numbers(cells: list[Cell]) -> list[Cell]:
    """Turn texts into numbers if all of them are."""
    try:
        return [None if one is None else float(one) for one in cells]
    except ValueError:
        return cells
