"""NIST STM: segments of recordings with speaker, times, optional labels and text.

``recording channel speaker start end [<label,label>] text``. Labels put a segment into groups (condition,
sex, story), one per position; every position becomes a column. Segments marked
IGNORE_TIME_SEGMENT_IN_SCORING are no utterances; they are kept apart, so that words of a CTM that fall into
them are left out as well.

A label and a tag look alike: the ``<unk>`` that begins a text is no label. Labels are taken for such where
the header declares them, where they have a comma, or where every segment has one.
"""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from fairkit.errors import shortlist
from fairkit.speech.readers.alternations import first_wording
from fairkit.speech.readers.lines import BLANKS, Problems, counted, filled, nothing_in, numbered
from fairkit.speech.readers.transcripts import ID, SPEAKER, TEXT, Cell, Segment, Transcripts, repeated
from fairkit.speech.readers.trn import alternation_note

IGNORED = "IGNORE_TIME_SEGMENT_IN_SCORING"

_BLANKS = re.compile(r"[ \t]+")
_HEADER = re.compile(r';;\s*(LABEL|CATEGORY)\s+"([^"]*)"\s+"([^"]*)"')
_LABELS = re.compile(r"<([^<>\s]*)>")


@dataclass(slots=True)
class _Line:
    """One segment as it stands."""

    segment: Segment
    speaker: str
    bracket: str | None
    text: str


def read_stm(path: Path) -> Transcripts:
    """Read an STM file.

    Returns
    -------
    Transcripts
        Columns id (``recording-channel-start-end``), text, speaker, recording, channel, start, end, duration
        and one per position of the labels: ``label_1`` ..., or what the header's CATEGORY calls it.

    Raises
    ------
    DataError
        Lines lack fields, times are no times, braces do not close; the file has no segment to score.
    """
    notes: list[str] = []
    headings: dict[str, str] = {}
    categories: dict[str, str] = {}
    lines = _lines(path, notes, headings, categories)
    _settle_labels(lines, set(headings), notes)
    ignored = tuple(line.segment for line in lines if line.text == IGNORED)
    kept = [line for line in lines if line.text != IGNORED]
    if ignored:
        notes.append(f"{counted(len(ignored), 'segment')} marked {IGNORED} left out")
    if not kept:
        raise nothing_in(path, "segment to score")
    columns: dict[str, Sequence[Cell]] = {
        ID: _ids(kept),
        TEXT: [line.text for line in kept],
        SPEAKER: [line.speaker for line in kept],
        "recording": [line.segment.recording for line in kept],
        "channel": [line.segment.channel for line in kept],
        "start": [line.segment.start for line in kept],
        "end": [line.segment.end for line in kept],
        "duration": [round(line.segment.end - line.segment.start, 6) for line in kept],
    }
    columns |= _label_columns(kept, categories, taken=set(columns))
    used = {label for line in kept if line.bracket for label in line.bracket.split(",")}
    named = [
        f"{label} = {text}" for label, text in headings.items() if label in used and text not in ("", label)
    ]
    if named:
        notes.append(f"labels by their headings: {', '.join(named)}")
    return Transcripts(columns, "stm", (*notes, *repeated(columns[ID])), ignored)


def is_time(text: str) -> bool:
    """Tell whether a field is a time in seconds."""
    try:
        return 0 <= float(text) < math.inf
    except ValueError:
        return False


def _lines(path: Path, notes: list[str], headings: dict[str, str], categories: dict[str, str]) -> list[_Line]:
    problems = Problems(path)
    lines: list[_Line] = []
    touched = 0
    for number, line in filled(numbered(path), notes):
        if line.startswith(";;"):
            if header := _HEADER.match(line):
                (headings if header[1] == "LABEL" else categories)[header[2]] = header[3]
            continue
        fields = _BLANKS.split(line.strip(BLANKS), maxsplit=5)
        if len(fields) < 5 or not (is_time(fields[3]) and is_time(fields[4])):
            problems.add(
                number, f"is not 'recording channel speaker start end [<labels>] text': {line[:60]!r}"
            )
            continue
        recording, channel, speaker = fields[:3]
        segment = Segment(recording, channel, float(fields[3]), float(fields[4]))
        if segment.end < segment.start:
            problems.add(number, f"ends before it starts ({fields[3]} to {fields[4]})")
            continue
        rest = fields[5] if len(fields) > 5 else ""
        first, _, after = rest.replace("\t", " ", 1).partition(" ") if _LABELS.match(rest) else ("", "", rest)
        bracket = _LABELS.fullmatch(first)
        try:
            text, alternated = first_wording((after if bracket else rest).strip(BLANKS))
        except ValueError as error:
            problems.add(number, str(error))
            continue
        touched += alternated
        lines.append(_Line(segment, speaker, bracket[1] if bracket else None, text))
    problems.refuse()
    notes += alternation_note(touched)
    return lines


def _settle_labels(lines: list[_Line], declared: set[str], notes: list[str]) -> None:
    """Give back to the text what looks like a label and is a tag."""
    everywhere = all(line.bracket is not None or line.text == IGNORED for line in lines)
    tags: Counter[str] = Counter()
    for line in lines:
        if line.bracket is None or everywhere or "," in line.bracket or line.bracket in declared:
            continue
        tags[line.bracket] += 1
        line.text = f"<{line.bracket}> {line.text}".strip()
        line.bracket = None
    if tags:
        shown = shortlist([f"<{tag}>" for tag in tags], shown=3)
        notes.append(f"{counted(tags.total(), 'text')} beginning with a tag, not with a label: {shown}")


def _ids(lines: list[_Line]) -> list[str]:
    """Name segments by their place; those of one place and several speakers also by the speaker."""
    places = Counter(line.segment for line in lines)
    return [
        segment_id(line.segment) + (f"-{line.speaker}" if places[line.segment] > 1 else "") for line in lines
    ]


def segment_id(segment: Segment) -> str:
    """Name a segment.

    Examples
    --------
    >>> segment_id(Segment("2345", "A", 0.1, 2.03))
    '2345-A-0.100-2.030'
    """
    return f"{segment.recording}-{segment.channel}-{segment.start:.3f}-{segment.end:.3f}"


def _label_columns(
    lines: list[_Line], categories: dict[str, str], *, taken: set[str]
) -> dict[str, list[Cell]]:
    parts = [line.bracket.split(",") if line.bracket else [] for line in lines]
    columns: dict[str, list[Cell]] = {}
    for place in range(max(map(len, parts), default=0)):
        name = categories.get(str(place), "")
        if not name or name in taken | set(columns):
            name = f"label_{place + 1}"
        columns[name] = [one[place] or None if place < len(one) else None for one in parts]
    return columns
