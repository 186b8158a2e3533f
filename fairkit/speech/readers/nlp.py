"""Rev's NLP: one token a line, separated by bars, one file a recording (Earnings-21 and 22).

``token|speaker|ts|endTs|punctuation|case|tags``. A recording becomes one text, for that is what recognisers
are given; it has a speaker only where one person speaks.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from fairkit.errors import DataError
from fairkit.speech.readers.lines import Problems, counted, existing, filled, nothing_in, numbered
from fairkit.speech.readers.transcripts import ID, SPEAKER, TEXT, Cell, Transcripts

_REQUIRED = ("token", "speaker")
_SUFFIXES = (".nlp", ".nlp.gz")


def read_nlp(path: Path) -> Transcripts:
    """Read an NLP file, or all those of a folder.

    Returns
    -------
    Transcripts
        Columns id (the file's name without ``.nlp``), text (tokens with their punctuation), speaker (None
        where several speak), speakers (how many do) and tokens.

    Raises
    ------
    DataError
        The header lacks columns, lines have too few fields, a file has no token; all files at once.
    """
    files = (
        [path]
        if path.is_file()
        else sorted(f for f in existing(path).iterdir() if f.name.endswith(_SUFFIXES))
    )
    if not files:
        raise DataError(f"folder '{path}' holds no .nlp file.")
    notes: list[str] = []
    errors: list[str] = []
    rows = []
    for file in files:
        try:
            rows.append(_recording(file, notes))
        except DataError as error:
            errors += error.problems
    if errors:
        raise DataError(*errors)
    ids, texts, speakers, numbers, tokens = (list(cells) for cells in zip(*rows, strict=True))
    if mixed := sum(one is None for one in speakers):
        notes.append(f"{counted(mixed, 'recording')} with several speakers: no speaker")
    columns: dict[str, Sequence[Cell]] = {
        ID: ids,
        TEXT: texts,
        SPEAKER: speakers,
        "speakers": numbers,
        "tokens": tokens,
    }
    return Transcripts(columns, "nlp", tuple(notes))


def _recording(file: Path, notes: list[str]) -> tuple[Cell, Cell, Cell, Cell, Cell]:
    lines = filled(numbered(file), notes)
    header = [name.strip() for name in next(lines, (1, ""))[1].split("|")]
    lacking = [name for name in _REQUIRED if name not in header]
    if lacking:
        raise DataError(f"{file.name} is no NLP file: its header has no {' and no '.join(lacking)}.")
    token_at, speaker_at = (header.index(name) for name in _REQUIRED)
    mark_at = header.index("punctuation") if "punctuation" in header else None
    problems = Problems(file)
    said: list[str] = []
    speakers: dict[str, None] = {}
    for number, line in lines:
        fields = line.split("|")
        if len(fields) <= max(token_at, speaker_at, mark_at or 0):
            problems.add(number, f"has {counted(len(fields), 'field')} where the header has {len(header)}")
            continue
        said.append(fields[token_at] + (fields[mark_at] if mark_at is not None else ""))
        speakers[fields[speaker_at]] = None
    problems.refuse()
    if not said:
        raise nothing_in(file, "token")
    stem = file.name.removesuffix(".gz").removesuffix(".nlp")
    speaker = f"{stem}-{next(iter(speakers))}" if len(speakers) == 1 else None
    return stem, " ".join(said), speaker, len(speakers), len(said)
