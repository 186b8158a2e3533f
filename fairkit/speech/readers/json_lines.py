"""JSON Lines, one object per utterance: NeMo manifests, and tables under names of their own.

A NeMo manifest names the audio file, which is the id, the text and, once transcribed, ``pred_text``. One
audio file may stand in several lines with different offsets; their ids then tell the offset too.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from fairkit.errors import DataError
from fairkit.speech.readers.lines import Problems, filled, nothing_in, numbered
from fairkit.speech.readers.transcripts import (
    HYPOTHESIS,
    ID,
    REFERENCE,
    TEXT,
    Cell,
    Transcripts,
    cell,
    repeated,
)

AUDIO, PREDICTED = "audio_filepath", "pred_text"


def read_objects(path: Path, notes: list[str]) -> dict[str, list[Cell]]:
    """Read JSON Lines as columns; a key that an object lacks is None there.

    Parameters
    ----------
    path : Path
    notes : list of str
        Gets what was skipped.

    Raises
    ------
    DataError
        Lines are no JSON objects, or have a key twice; the file is one JSON array, or has no object.
    """
    problems = Problems(path)
    rows: list[dict[str, Cell]] = []
    names: dict[str, None] = {}
    for number, line in filled(numbered(path), notes):
        if not rows and line.lstrip().startswith("["):
            raise DataError(
                f"{path.name} is one JSON array; write one object per line (JSON Lines), "
                f"for example with: jq -c '.[]' {path.name}"
            )
        try:
            row = json.loads(line, object_pairs_hook=_unique)
        except json.JSONDecodeError as error:
            problems.add(number, f"is no JSON ({error.msg} at column {error.colno})")
            continue
        except ValueError as error:
            problems.add(number, str(error))
            continue
        except RecursionError:
            problems.add(number, "is nested too deeply")
            continue
        if not isinstance(row, dict):
            problems.add(number, 'is no JSON object, as in {"audio_filepath": "a.wav", "text": "yes"}')
            continue
        rows.append({name: cell(value) for name, value in row.items()})
        names |= dict.fromkeys(row)
    problems.refuse()
    if not rows:
        raise nothing_in(path, "JSON object")
    lacking = {name: n for name in names if (n := sum(name not in row for row in rows))}
    notes += [f"key '{name}' is not in {n:,} of {len(rows):,} lines" for name, n in lacking.items()]
    return {name: [row.get(name) for row in rows] for name in names}


def read_nemo(path: Path) -> Transcripts:
    """Read a NeMo manifest.

    Returns
    -------
    Transcripts
        Columns id (audio_filepath), text, or reference and hypothesis where there is ``pred_text``, and all
        other fields under their names.

    Raises
    ------
    DataError
        As in :func:`read_objects`; or no line has an audio_filepath or a text.
    """
    notes: list[str] = []
    found = read_objects(path, notes)
    lacking = [name for name in (AUDIO, TEXT) if name not in found]
    if AUDIO in lacking or (lacking and PREDICTED not in found):
        raise DataError(
            *(
                f"{path.name} is no NeMo manifest: no line has '{name}' (they have {', '.join(found)})."
                for name in lacking
            )
        )
    columns: dict[str, Sequence[Cell]] = {ID: _ids(found, notes)}
    for name, cells in found.items():
        if name == TEXT:
            columns[REFERENCE if PREDICTED in found else TEXT] = cells
        elif name == PREDICTED:
            columns[HYPOTHESIS] = cells
        elif name != AUDIO:
            columns[
                f"{name} (of the file)" if name in columns or name in (ID, REFERENCE, HYPOTHESIS) else name
            ] = cells
    return Transcripts(columns, "nemo", (*notes, *repeated(columns[ID])))


def _ids(found: dict[str, list[Cell]], notes: list[str]) -> list[Cell]:
    """Name utterances by their file, and by their offset where one file has several."""
    files = found[AUDIO]
    offsets = found.get("offset")
    twice = {name for name, n in Counter(files).items() if n > 1}
    if offsets is None or not twice:
        return files
    notes.append(
        f"{len(twice):,} audio files have several utterances: their ids tell the offset, as in a.wav@1.5"
    )
    return [
        f"{name}@{offset}" if name in twice and offset is not None else name
        for name, offset in zip(files, offsets, strict=True)
    ]


def _unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """Refuse an object that has a key twice: for which value is meant."""
    found = dict(pairs)
    if len(found) < len(pairs):
        twice = [name for name, n in Counter(name for name, _ in pairs).items() if n > 1]
        raise ValueError(f"has the key '{twice[0]}' twice")
    return found
