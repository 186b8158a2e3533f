"""NIST TRN: one utterance a line, its id in parentheses at the end, the speaker in the id.

The format has no column for the speaker. sclite (2.10, ids of type ``spu_id``) takes what stands before the
first ``-`` of an id, or before the first ``_`` where there is no ``-``; ids that name a speaker by several
parts (``call-17-ann_0007``) need the last separator instead. Which of the two was used is always noted, for
a wrong choice makes one speaker of many.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Literal

from fairkit.speech.readers.alternations import first_wording
from fairkit.speech.readers.lines import BLANKS, Problems, counted, filled, nothing_in, numbered
from fairkit.speech.readers.transcripts import ID, SPEAKER, TEXT, Transcripts, repeated

SpeakerRule = Literal["first", "last", "none"]

_LINE = re.compile(r"(?P<text>.*?)[ \t]*\((?P<id>[^()]+)\)[ \t]*", re.DOTALL)


def read_trn(path: Path, *, speaker_from: SpeakerRule = "first") -> Transcripts:
    """Read a TRN file.

    Parameters
    ----------
    path : Path
    speaker_from : {"first", "last", "none"}
        Which separator of an id ends the speaker: the first, as sclite does, or the last.

    Returns
    -------
    Transcripts
        Columns id, text and, unless the rule is "none", speaker.

    Raises
    ------
    DataError
        Lines do not end in an id, or their braces do not close; the file has no utterance.
    """
    notes: list[str] = []
    problems = Problems(path)
    ids: list[str] = []
    texts: list[str] = []
    touched = 0
    for number, line in filled(numbered(path), notes):
        if line.startswith(";;"):
            continue
        match = _LINE.fullmatch(line)
        if match is None or not match["id"].strip():
            problems.add(
                number, f"does not end in an id in parentheses, as in 'text (speaker_1)': {line[-40:]!r}"
            )
            continue
        try:
            text, alternated = first_wording(match["text"].strip(BLANKS))
        except ValueError as error:
            problems.add(number, str(error))
            continue
        touched += alternated
        ids.append(match["id"].strip(BLANKS))
        texts.append(text)
    problems.refuse()
    if not ids:
        raise nothing_in(path, "utterance")
    notes += alternation_note(touched)
    columns: dict[str, Sequence[str | None]] = {ID: ids, TEXT: texts}
    if speaker_from != "none":
        columns[SPEAKER] = [SPEAKER_OF[speaker_from](one) for one in ids]
        notes += _speaker_notes(ids, speaker_from)
    return Transcripts(columns, "trn", (*notes, *repeated(ids)))


def alternation_note(touched: int) -> list[str]:
    """Say how many texts had alternations."""
    if not touched:
        return []
    return [f"alternations {{ a / b }} in {counted(touched, 'text')}: the first wording is kept"]


def speaker_before_first(utterance: str) -> str | None:
    """Return what stands before the first ``-``, or else before the first ``_``; None where neither is.

    Examples
    --------
    >>> speaker_before_first("cmh_sa01"), speaker_before_first("p_q-r"), speaker_before_first("x")
    ('cmh', 'p_q', None)
    """
    for separator in "-_":
        speaker, found, _ = utterance.partition(separator)
        if found:
            return speaker or None
    return None


def speaker_before_last(utterance: str) -> str | None:
    """Return what stands before the last ``-`` or ``_``; None where neither is.

    Examples
    --------
    >>> speaker_before_last("call-17-ann_0007")
    'call-17-ann'
    """
    return utterance[: max(utterance.rfind("-"), utterance.rfind("_"), 0)] or None


SPEAKER_OF: Mapping[str, Callable[[str], str | None]] = {
    "first": speaker_before_first,
    "last": speaker_before_last,
}


def _speaker_notes(ids: list[str], rule: Literal["first", "last"]) -> list[str]:
    """Say how many speakers the rule finds, how many the other would, and which ids name none."""
    other: Literal["first", "last"] = "last" if rule == "first" else "first"
    found = [SPEAKER_OF[rule](one) for one in ids]
    number, others = (len({SPEAKER_OF[each](one) for one in ids} - {None}) for each in (rule, other))
    note = f"speakers are what stands before the {rule} '-' or '_' of the ids: {counted(number, 'speaker')}"
    if others != number:
        note += f" (before the {other}: {others:,}; choose by speaker_from='{other}')"
    unnamed = found.count(None)
    return (
        [note, f"{counted(unnamed, 'id')} without '-' or '_' {'has' if unnamed == 1 else 'have'} no speaker"]
        if unnamed
        else [note]
    )
