"""Which reader a path is for: told by the caller, by its name, or by what its first lines look like.

Names decide where they can. Texts of unknown names are looked at: every line of a TRN ends in an id in
parentheses, STM and CTM have times in fixed places. A Kaldi ``text`` looks like any prose and is never
guessed from its lines.
"""

from __future__ import annotations

import json
import os
import re
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import get_args

from fairkit.errors import DataError, UsageError, did_you_mean
from fairkit.speech.readers.common_voice import REQUIRED, read_common_voice
from fairkit.speech.readers.ctm import read_ctm
from fairkit.speech.readers.json_lines import AUDIO, read_nemo
from fairkit.speech.readers.kaldi import read_kaldi
from fairkit.speech.readers.lines import existing, head
from fairkit.speech.readers.nlp import read_nlp
from fairkit.speech.readers.stm import is_time, read_stm
from fairkit.speech.readers.tables import read_table
from fairkit.speech.readers.transcripts import Format, Transcripts
from fairkit.speech.readers.trn import SpeakerRule, read_trn

FORMATS: tuple[Format, ...] = get_args(Format)

_BY_SUFFIX: Mapping[str, Format] = {".trn": "trn", ".stm": "stm", ".ctm": "ctm", ".nlp": "nlp"}
_TABLES = (
    ".csv",
    ".tsv",
    ".tab",
    ".jsonl",
    ".ndjson",
    ".json",
    ".parquet",
    ".pq",
    ".arrow",
    ".feather",
    ".ipc",
)
_LINES = (".jsonl", ".ndjson", ".json")
_SEPARATED = (".tsv", ".tab")
_TRN_LINE = re.compile(r".*\([^()\s]+\)\s*")
_READERS: Mapping[str, Callable[[Path], Transcripts]] = {
    "stm": read_stm,
    "kaldi": read_kaldi,
    "nemo": read_nemo,
    "common_voice": read_common_voice,
    "nlp": read_nlp,
}


def read_transcripts(
    path: str | os.PathLike[str],
    format: Format | None = None,  # noqa: A002 - the word users and the command line use
    columns: Mapping[str, str] | None = None,
    *,
    segments: Transcripts | None = None,
    speaker_from: SpeakerRule = "first",
) -> Transcripts:
    r"""Read transcripts of any format that fairkit knows.

    Parameters
    ----------
    path : str or path
        A file (gzip too), a Kaldi data folder, a folder of .nlp or Parquet, or a glob of tables.
    format : {"trn", "stm", "ctm", "kaldi", "nemo", "common_voice", "nlp", "table"}, optional
        Guessed from the name, or else from the first lines.
    columns : mapping of str to str, optional
        For tables: new name to name in the file, as in ``{"reference": "ref_raw"}``.
    segments : Transcripts, optional
        For CTM: the STM whose segments the words belong to.
    speaker_from : {"first", "last", "none"}, default "first"
        For TRN: which separator of an id ends the speaker's name; sclite takes the first.

    Returns
    -------
    Transcripts

    Raises
    ------
    DataError
        There is no such file, its format cannot be told, or its content is not in that format: all problems
        at once, with their lines.
    UsageError
        There is no such format, or an option belongs to another one.

    Examples
    --------
    >>> import tempfile, pathlib
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     path = pathlib.Path(folder, "base.trn")
    ...     _ = path.write_text("she had (cmh_sa01)\n\nyour suit (cmh_sa02)\n", encoding="utf-8")
    ...     found = read_transcripts(path)
    >>> found.columns["speaker"], found.columns["text"]
    (['cmh', 'cmh'], ['she had', 'your suit'])
    >>> found.notes[0]
    '1 empty line skipped'
    """
    text = os.fspath(path)
    if format is not None and format not in FORMATS:
        raise UsageError(
            f"there is no format '{format}'; there are {', '.join(FORMATS)}.{did_you_mean(format, FORMATS)}"
        )
    chosen = format or guessed_format(text)
    strange = [
        f"{option} is for {owner}, and {Path(text).name} is read as {chosen}."
        for option, owner, given in (
            ("columns", "table", columns is not None),
            ("segments", "ctm", segments is not None),
            ("speaker_from", "trn", speaker_from != "first"),
        )
        if given and owner != chosen
    ]
    if strange:
        raise UsageError(*strange)
    if chosen == "table":
        return read_table(text, columns)
    found = existing(text)
    if found.is_dir() and chosen not in ("kaldi", "nlp"):
        raise DataError(f"'{text}' is a folder; a transcript of format {chosen} is a file.")
    if chosen == "trn":
        return read_trn(found, speaker_from=speaker_from)
    if chosen == "ctm":
        return read_ctm(found, segments=segments)
    return _READERS[chosen](found)


def guessed_format(path: str) -> Format:
    """Tell the format of a file or folder.

    Raises
    ------
    DataError
        It cannot be told; the message names the formats.
    """
    name = Path(path).name.lower().removesuffix(".gz")
    suffix = Path(name).suffix
    if suffix in _BY_SUFFIX:
        return _BY_SUFFIX[suffix]
    if any(char in path for char in "*?[") and not Path(path).exists():
        return "table"
    found = existing(path)
    if found.is_dir():
        return _of_folder(found)
    if suffix in _TABLES:
        return _of_table(found, suffix)
    if name == "text":
        return "kaldi"
    return _of_lines(found)


def _of_folder(folder: Path) -> Format:
    names = {one.name.removesuffix(".gz") for one in folder.iterdir()}
    if "text" in names:
        return "kaldi"
    return "nlp" if any(name.endswith(".nlp") for name in names) else "table"


def _of_table(file: Path, suffix: str) -> Format:
    """Tell manifests and Common Voice from tables of other makes."""
    if suffix in _LINES:
        first = next((line for line in head(file).splitlines() if line.strip()), "")
        try:
            row = json.loads(first)
        except ValueError:
            return "nemo" if f'"{AUDIO}"' in first else "table"
        return "nemo" if isinstance(row, dict) and AUDIO in row else "table"
    if suffix in _SEPARATED:
        names = head(file).partition("\n")[0].strip("\r").split("\t")
        return "common_voice" if set(REQUIRED) <= set(names) else "table"
    return "table"


def _of_lines(file: Path) -> Format:
    text = head(file)
    lines = [line for line in text.split("\n")[:200] if line.strip() and not line.startswith(";;")]
    if len(text) >= 1 << 16:
        lines = lines[:-1]  # the last one may be cut
    fields = [line.split() for line in lines]
    tests: Mapping[Format, bool] = {
        "stm": all(len(one) > 4 and _times(one[3:5]) for one in fields),
        "ctm": all(len(one) > 4 and (_times(one[2:4]) or one[2:4] == ["*", "*"]) for one in fields),
        "trn": all(_TRN_LINE.fullmatch(line) for line in lines),
    }
    fitting = [name for name, fits in tests.items() if fits and lines]
    if len(fitting) == 1:
        return fitting[0]
    looks = f"looks like {' and '.join(fitting)}" if fitting else "has no name or lines that tell its format"
    raise DataError(
        f"'{file.name}' {looks}; say which it is: format= one of {', '.join(FORMATS)} "
        "(kaldi: lines of 'id text'; trn: 'text (id)')."
    )


def _times(fields: list[str]) -> bool:
    return all(map(is_time, fields))
