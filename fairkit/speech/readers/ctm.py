"""NIST CTM: words with times, joined into texts of the segments of an STM, or of whole recordings.

``recording channel start duration word [confidence]``. A word belongs to the segment in which its middle
lies. A word between segments goes to the next one (behind the last, to the last), as in sclite: it was said
by nobody and must stay an insertion. What falls to a segment that is not to be scored is left out.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections import defaultdict
from collections.abc import Sequence
from itertools import accumulate
from pathlib import Path
from typing import NamedTuple

from fairkit.errors import DataError, did_you_mean, shortlist
from fairkit.speech.readers.lines import BLANKS, Problems, counted, filled, nothing_in, numbered
from fairkit.speech.readers.stm import is_time
from fairkit.speech.readers.transcripts import ID, TEXT, Cell, Transcripts
from fairkit.speech.readers.trn import alternation_note

_BLANKS = re.compile(r"[ \t]+")
_SEGMENT_COLUMNS = ("recording", "channel", "start", "end")

Channel = tuple[str, str]


class Word(NamedTuple):
    """A word and the middle of its time, in seconds."""

    middle: float
    text: str


def read_ctm(path: Path, *, segments: Transcripts | None = None) -> Transcripts:
    """Read a CTM file.

    Parameters
    ----------
    path : Path
    segments : Transcripts, optional
        Of an STM: texts are made for its segments, with their ids. Without it there is one text per channel
        of a recording, called ``recording-channel``.

    Returns
    -------
    Transcripts
        Columns id, text, recording, channel. A segment without words has an empty text; one of a channel
        that the file does not have has None.

    Raises
    ------
    DataError
        Lines are no words with times, the file has no word, or none of the segments' channels;
        `segments` has no times.
    """
    notes: list[str] = []
    words = _words(path, notes)
    if not words:
        raise nothing_in(path, "word")
    if segments is not None:
        return _by_segment(path, words, segments, notes)
    columns: dict[str, Sequence[Cell]] = {
        ID: [f"{recording}-{channel}" for recording, channel in words],
        TEXT: [" ".join(word.text for word in said) for said in words.values()],
        "recording": [recording for recording, _ in words],
        "channel": [channel for _, channel in words],
    }
    notes.append(f"words joined to one text per channel: {counted(len(words), 'text')}")
    return Transcripts(columns, "ctm", tuple(notes))


def _words(path: Path, notes: list[str]) -> dict[Channel, list[Word]]:
    """Read words by channel, in the order of their times; of alternatives the first."""
    problems = Problems(path)
    found: dict[Channel, list[Word]] = defaultdict(list)
    skipping, alternations, opened = False, 0, 0
    for number, line in filled(numbered(path), notes):
        if line.startswith(";;"):
            continue
        fields = _BLANKS.split(line.strip(BLANKS))
        if len(fields) >= 5 and fields[2:4] == ["*", "*"]:
            mark = fields[4].upper()
            alternations += mark == "<ALT_BEGIN>"
            opened = number if mark == "<ALT_BEGIN>" else 0 if mark == "<ALT_END>" else opened
            skipping = mark == "<ALT>" and opened > 0
            continue
        if len(fields) < 5 or not (is_time(fields[2]) and is_time(fields[3])):
            problems.add(
                number, f"is not 'recording channel start duration word [confidence]': {line[:60]!r}"
            )
            continue
        if not skipping and fields[4] != "@":
            middle = float(fields[2]) + float(fields[3]) / 2
            found[fields[0], fields[1]].append(Word(middle, fields[4]))
    if opened:
        problems.add(opened, "begins an alternation that does not end")
    problems.refuse()
    notes += alternation_note(alternations)
    unsorted = 0
    for said in found.values():
        in_order = sorted(said, key=lambda word: word.middle)
        unsorted += in_order != said
        said[:] = in_order
    if unsorted:
        notes.append(f"words of {counted(unsorted, 'channel')} put in the order of their times")
    return dict(found)


def _by_segment(
    path: Path, words: dict[Channel, list[Word]], segments: Transcripts, notes: list[str]
) -> Transcripts:
    lacking = [name for name in (ID, *_SEGMENT_COLUMNS) if name not in segments.columns]
    if lacking:
        raise DataError(
            f"words of {path.name} can only be joined to segments with times, as those of an STM; "
            f"these lack {shortlist(lacking)}."
        )
    keys = list(zip(segments.texts("recording"), segments.texts("channel"), strict=True))
    places = _places(segments, keys)
    said: list[list[str]] = [[] for _ in range(len(segments))]
    outside = ignored = 0
    for key in words.keys() & places.keys():
        stretches = sorted(places[key])
        reach = list(accumulate((end for _, end, _ in stretches), max))
        for word in words[key]:
            place = min(bisect_right(reach, word.middle), len(reach) - 1)
            start, end, row = stretches[place]
            outside += not start <= word.middle < end
            if row < 0:
                ignored += 1
            else:
                said[row].append(word.text)
    _note_channels(path, words, set(places), notes)
    if outside:
        notes.append(f"{counted(outside, 'word')} outside every segment count in the next one, as in sclite")
    if ignored:
        notes.append(f"{counted(ignored, 'word')} in segments that are not scored left out")
    texts = [" ".join(here) if key in words else None for here, key in zip(said, keys, strict=True)]
    columns: dict[str, Sequence[Cell]] = {
        ID: segments.columns[ID],
        TEXT: texts,
        "recording": segments.columns["recording"],
        "channel": segments.columns["channel"],
    }
    return Transcripts(columns, "ctm", tuple(notes))


def _places(
    segments: Transcripts, keys: list[tuple[str | None, str | None]]
) -> dict[Channel, list[tuple[float, float, int]]]:
    """Return the stretches of each channel with their rows; -1 where nothing is to be scored.

    Raises
    ------
    DataError
        Segments have no times.
    """
    places: dict[Channel, list[tuple[float, float, int]]] = defaultdict(list)
    lacking = []
    for row, (key, start, end) in enumerate(
        zip(keys, segments.numbers("start"), segments.numbers("end"), strict=True)
    ):
        recording, channel = key
        if recording is None or channel is None or start is None or end is None:
            lacking.append(row + 1)
        else:
            places[recording, channel].append((start, end, row))
    if lacking:
        raise DataError(f"{counted(len(lacking), 'segment')} without times (rows {shortlist(lacking)}).")
    for one in segments.ignored:
        places[one.recording, one.channel].append((one.start, one.end, -1))
    return places


def _note_channels(
    path: Path, words: dict[Channel, list[Word]], known: set[Channel], notes: list[str]
) -> None:
    """Say which channels have no segments, and which have no words.

    Raises
    ------
    DataError
        No channel has both.
    """
    strange = [" ".join(key) for key in words if key not in known]
    silent = [" ".join(key) for key in sorted(known - set(words))]
    if len(strange) == len(words):
        near = did_you_mean(strange[0], silent)
        raise DataError(
            f"{path.name}: no channel is one of the segments'; it has {shortlist(strange, shown=3)}, "
            f"they have {shortlist(silent, shown=3)}.{near}"
        )
    if strange:
        lost = sum(len(words[key]) for key in words if key not in known)
        notes.append(
            f"{counted(lost, 'word')} of {counted(len(strange), 'channel')} without segments left out: "
            f"{shortlist(strange, shown=3)}"
        )
    if silent:
        notes.append(f"{counted(len(silent), 'channel')} without words: {shortlist(silent, shown=3)}")
