"""The speech data set: what a real recogniser made of planned utterances; its truth, its file, its loader.

Unlike the drawn sets, NumPy alone cannot make its rows again: espeak-ng, sox and PocketSphinx do. So the file
is shipped, pinned by its checksum, and the command that makes it again is for whoever has the three.
"""

from __future__ import annotations

import csv
import hashlib
import io
import json
import os
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from fairkit.errors import DataError, UsageError
from fairkit.samples import _recording, _speakers
from fairkit.samples._files import CHECKOUT, refresh_sums, write_file
from fairkit.samples._prompts import spoken
from fairkit.samples._recogniser import SYSTEMS
from fairkit.samples._speakers import ACCENTS, NOISES, READ_BY_EACH, SEED, Utterance
from fairkit.samples._voices import TELEPHONE_BAND

if TYPE_CHECKING:
    import pandas as pd

NAME = "speech"

SHA256 = "c784a0f57e5f85bb5a2b08cf311734274357ce74d676e11d427c23fce886c424"
"""Of the file that this version of fairkit ships."""

COLUMNS = (
    "id",
    "speaker",
    "accent",
    "sex",
    "noise",
    "device",
    "pitch",
    "speed",
    "seconds",
    "reference",
    *SYSTEMS,
)

_NUMBERS: Mapping[str, str] = {"pitch": "int64", "speed": "int64", "seconds": "float64"}

SCHEMA = "fairkit.recordings/1"


def load_speech(path: str | os.PathLike[str] | None = None) -> pd.DataFrame:
    """Load what a recogniser understood of 78 synthetic speakers with eight accents.

    Parameters
    ----------
    path : str or path, optional
        Where the file is; by default the one shipped with fairkit.

    Returns
    -------
    pandas.DataFrame
        One row per utterance: ``id``, ``speaker``, ``accent``, ``sex``, ``noise`` (quiet, babble, pink),
        ``device`` (headset, telephone), ``pitch``, ``speed`` (words per minute), ``seconds``, ``reference``,
        and what two releases of the recogniser made of it: ``default`` and ``fast``. Where a release found
        no words its text is empty, which is not the same as missing.

    Raises
    ------
    DataError
        The file is not there, or is not the one that this version of fairkit was released with.

    Notes
    -----
    The voices are synthetic and the recogniser is of 2015: the error rates say nothing about people.

    References
    ----------
    ``datasets/speech.md`` has the card, ``datasets/speech.truth.json`` what is known by construction.

    Examples
    --------
    >>> frame = load_speech()
    >>> frame["accent"].nunique(), frame["speaker"].nunique(), len(frame)
    (8, 78, 1560)
    """
    import pandas as pd

    file = _shipped() if path is None else Path(path)
    try:
        data = file.read_bytes()
    except OSError as error:
        raise DataError(f"cannot read the speech data {file}: {error.strerror or error}.") from error
    found = hashlib.sha256(data).hexdigest()
    if found != SHA256:
        raise DataError(
            f"{file} is not the speech data of this version of fairkit: its sha256 is {found}, not {SHA256}. "
            "To use a file of your own making, read it with pandas.read_csv."
        )
    frame = pd.read_csv(io.BytesIO(data), dtype=str, keep_default_na=False)
    return frame.astype(dict(_NUMBERS))


def write_speech(folder: Path, *, jobs: int | None = None) -> list[Path]:
    """Speak and recognise the whole set again and write it, its truth and the checksums of the folder.

    Raises
    ------
    MissingDependencyError
        espeak-ng, sox or PocketSphinx is missing; all that are missing are named.
    OutputError
        A file cannot be written.
    """
    planned = _speakers.utterances()
    recordings = _recording.recorded(planned, jobs=jobs)
    made = _recording.tool_versions()
    paths = [
        write_file(folder / f"{NAME}.csv", to_csv(recordings)),
        write_file(folder / f"{NAME}.truth.json", truth_json(planned, versions=made).encode()),
    ]
    return [*paths, refresh_sums(folder)]


def trial(utterances: int, *, jobs: int | None = None) -> bytes:
    """Speak and recognise the first utterances only and return their rows as CSV.

    Raises
    ------
    MissingDependencyError
        espeak-ng, sox or PocketSphinx is missing; all that are missing are named.
    UsageError
        Fewer than one utterance is asked for.
    """
    if utterances < 1:
        raise UsageError(f"limit is {utterances}. Give 1 or more utterances.")
    return to_csv(_recording.recorded(_speakers.utterances()[:utterances], jobs=jobs))


def to_csv(recordings: Sequence[_recording.Recording]) -> bytes:
    """Return recordings as the bytes of a CSV file: UTF-8, commas, line feeds, a header."""
    written = io.StringIO()
    writer = csv.writer(written, lineterminator="\n")
    writer.writerow(COLUMNS)
    for recording in recordings:
        writer.writerow([*_facts(recording), *(recording.texts[name] for name in SYSTEMS)])
    return written.getvalue().encode()


def truth_json(planned: Sequence[Utterance], *, versions: Mapping[str, str]) -> str:
    """Write what is known by construction: who speaks how often, where, and what was planted."""
    few = [accent.name for accent in ACCENTS if accent.speakers < len(_speakers.BODIES)]
    head: dict[str, object] = {
        "schema": SCHEMA,
        "name": NAME,
        "rows": len(planned),
        "seed": SEED,
        "speakers": len({utterance.speaker.id for utterance in planned}),
        "words": sum(len(spoken(utterance.prompt).split()) for utterance in planned),
        "prompts": len({utterance.prompt for utterance in planned}),
        "prompts_by_each": READ_BY_EACH,
        "columns": {
            "id": "id",
            "speaker": "speaker",
            "reference": "reference",
            "hypotheses": list(SYSTEMS),
            "groups": ["accent", "sex", "noise", "device"],
        },
        "made_with": dict(versions),
        "signal_to_noise_decibels": dict(NOISES),
        "telephone_band_hertz": list(TELEPHONE_BAND),
    }
    planted = [
        {
            "kind": "same speakers",
            "attribute": "accent",
            "groups": [accent.name for accent in ACCENTS if accent.name not in few],
            "why": "The same twelve voices, pitches, speeds and devices in each: accents differ by accent.",
        },
        {
            "kind": "confounded",
            "attribute": "noise",
            "groups": ["West Midlands"],
            "why": "Three of four utterances are in noise, where the other accents have one of two.",
        },
        {"kind": "undecidable", "attribute": "accent", "groups": few, "why": "Too few speakers."},
    ]
    groups = [_group(planned, attribute) for attribute in ("accent", "sex", "noise", "device")]
    lines = [f" {json.dumps(key)}: {json.dumps(value)}" for key, value in head.items()]
    lines += [
        f" {json.dumps(key)}: [\n" + ",\n".join(f"  {json.dumps(row)}" for row in rows) + "\n ]"
        for key, rows in (("planted", planted), ("groups", [row for rows in groups for row in rows]))
    ]
    return "{\n" + ",\n".join(lines) + "\n}\n"


def _group(planned: Sequence[Utterance], attribute: str) -> list[dict[str, object]]:
    found: dict[str, list[Utterance]] = {}
    for utterance in planned:
        found.setdefault(_attributes(utterance)[attribute], []).append(utterance)
    return [
        {
            "attribute": attribute,
            "group": f"{attribute}={level}",
            "rows": len(members),
            "speakers": len({member.speaker.id for member in members}),
            "words": sum(len(spoken(member.prompt).split()) for member in members),
            "rows_in_noise": sum(NOISES[member.noise] is not None for member in members),
        }
        for level, members in found.items()
    ]


def _attributes(utterance: Utterance) -> dict[str, str]:
    speaker = utterance.speaker
    return {
        "accent": speaker.accent.name,
        "sex": speaker.body.sex,
        "noise": utterance.noise,
        "device": speaker.body.device,
    }


def _facts(recording: _recording.Recording) -> list[str]:
    utterance = recording.utterance
    speaker = utterance.speaker
    return [
        utterance.id,
        speaker.id,
        *_attributes(utterance).values(),
        str(speaker.body.pitch),
        str(speaker.body.speed),
        f"{recording.seconds:.2f}",
        utterance.prompt,
    ]


def _shipped() -> Path:
    """Find the shipped file: in a checkout's datasets/, or inside the installed package."""
    places = (CHECKOUT / f"{NAME}.csv", Path(__file__).with_name(f"{NAME}.csv"))
    for place in places:
        if place.is_file():
            return place
    raise DataError(
        f"the speech data is not on this machine (looked for {', '.join(map(str, places))}). Install fairkit "
        "from its wheel, give the path of the file, or make it: python -m fairkit.samples speech FOLDER."
    )
