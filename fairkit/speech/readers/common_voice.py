"""Common Voice TSV: one clip a line, the speaker's own words for age, gender and accents.

The files quote nothing: a quotation mark is part of the sentence. A speaker may name several accents, joined
by ``|``; a comma is part of an accent's name. The column ``accents`` keeps them as given, so that a group is
a combination and nobody counts twice; ``accent_1``, ``accent_2`` ... have each accent by itself, in the
order given.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from pathlib import Path

from fairkit.errors import DataError, shortlist
from fairkit.speech.readers.lines import Problems, counted, filled, nothing_in, numbered
from fairkit.speech.readers.transcripts import ID, SPEAKER, TEXT, Cell, Transcripts, repeated

REQUIRED = {"client_id": SPEAKER, "path": ID, "sentence": TEXT}
_ACCENTS = ("accents", "accent")


def read_common_voice(path: Path) -> Transcripts:
    """Read a Common Voice TSV.

    Returns
    -------
    Transcripts
        Columns speaker (client_id), id (path), text (sentence), all others under their names, and
        ``accent_1`` ... where somebody names several accents. Empty fields are None; an empty sentence is an
        empty text.

    Raises
    ------
    DataError
        Columns are missing or stand twice; lines have too few or too many fields; there is no clip.
    """
    notes: list[str] = []
    lines = filled(numbered(path), notes)
    header = [name.strip() for name in next(lines, (1, ""))[1].split("\t")]
    wrong = [
        f"{path.name} is no Common Voice TSV: no column '{name}' (it has {shortlist(header)})."
        for name in REQUIRED
        if name not in header
    ]
    wrong += [f"{path.name}: column '{name}' stands twice." for name, n in Counter(header).items() if n > 1]
    if wrong:
        raise DataError(*wrong)
    problems = Problems(path)
    rows: list[list[str]] = []
    for number, line in lines:
        fields = line.split("\t")
        if len(fields) != len(header):
            problems.add(number, f"has {counted(len(fields), 'field')} where the header has {len(header)}")
        else:
            rows.append(fields)
    problems.refuse()
    if not rows:
        raise nothing_in(path, "clip")
    columns: dict[str, Sequence[Cell]] = {}
    for place, name in enumerate(header):
        cells = [row[place].strip(" ") for row in rows]
        columns[REQUIRED.get(name, name)] = cells if name == "sentence" else [text or None for text in cells]
    for name in _ACCENTS:
        if name in columns:
            columns |= _each_accent(columns[name], notes, taken=set(columns))
    return Transcripts(columns, "common_voice", (*notes, *repeated(columns[ID])))


def _each_accent(cells: Sequence[Cell], notes: list[str], *, taken: set[str]) -> dict[str, list[Cell]]:
    """Put each of several accents into a column of its own."""
    given = [[part.strip() for part in str(one).split("|") if part.strip()] if one else [] for one in cells]
    several = sum(len(one) > 1 for one in given)
    if not several:
        return {}
    most = max(map(len, given))
    notes.append(
        f"{counted(several, 'clip')} with several accents: 'accents' keeps the combination, "
        f"accent_1 to accent_{most} have each"
    )
    commas = len({one for one in cells if one and "," in str(one)})
    if commas:
        notes.append(f"{counted(commas, 'label')} with a comma kept whole")
    return {
        name: [one[place] if place < len(one) else None for one in given]
        for place in range(most)
        if (name := f"accent_{place + 1}") not in taken
    }
