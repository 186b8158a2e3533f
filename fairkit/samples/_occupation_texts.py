"""Loader of biographies with occupations: Bias in Bios, from files of any form but pickles."""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from fairkit.errors import DataError
from fairkit.samples._published import Faults, lines_of

if TYPE_CHECKING:
    import pandas as pd

# fmt: off
OCCUPATIONS = (
    "accountant", "architect", "attorney", "chiropractor", "comedian", "composer", "dentist", "dietitian",
    "dj", "filmmaker", "interior_designer", "journalist", "model", "nurse", "painter", "paralegal", "pastor",
    "personal_trainer", "photographer", "physician", "poet", "professor", "psychologist", "rapper",
    "software_engineer", "surgeon", "teacher", "yoga_teacher",
)
# fmt: on
"""The 28 occupations in the order of their numbers."""

_GENDERS: Mapping[str, str] = {
    **dict.fromkeys(("0", "m", "male"), "male"),
    **dict.fromkeys(("1", "f", "female"), "female"),
}

# What the columns are called here, and in files; the first form is that of the data set's page.
_NAMES = {
    "text": ("hard_text", "text", "bio"),
    "occupation": ("profession", "p", "title"),
    "gender": ("gender", "g"),
}

_READABLE = (".parquet", ".jsonl", ".csv", ".tsv")
_PICKLES = (".pkl", ".pickle")
_SPLITS = ("train", "dev", "test")
_PAGE = "https://huggingface.co/datasets/LabHC/bias_in_bios"


def load_bias_in_bios(path: str | os.PathLike[str] | None = None) -> pd.DataFrame:
    """Load Bias in Bios: biographies from the web with an occupation and a binary gender.

    Parameters
    ----------
    path : str or path, optional
        A file (Parquet, JSON Lines, CSV or TSV), or a folder with one or more such files whose names begin
        with train, dev or test, itself or under ``data/``. Without it, the folder ``bias_in_bios/`` in the
        folder that ``FAIRKIT_DATA`` names.

    Returns
    -------
    pandas.DataFrame
        Every row: ``text`` (the biography without its first sentence, which names the occupation),
        ``occupation`` (one of 28), ``gender`` (male, female) and ``split`` (train, dev, test; missing where
        the name of the file does not say).

    Raises
    ------
    DataError
        Nothing is found; a file is a pickle, which is never opened; a file lacks a column, or has rows whose
        text, occupation or gender is none. All that is wrong with a file is named. No checksum is pinned.

    Notes
    -----
    Columns may be called ``hard_text``, ``profession`` and ``gender``, numbers 0 to 27 and 0 or 1 as on the
    data set's page, or ``hard_text``, ``p`` and ``g`` with words, as where the pickles of Ravfogel and others
    2020 were converted.

    References
    ----------
    De-Arteaga and others 2019, "Bias in Bios", MIT licence. Ravfogel and others 2020, "Null It Out" (the
    files that are left).

    Examples
    --------
    >>> load_bias_in_bios("bios_train.pkl")
    Traceback (most recent call last):
    ...
    fairkit.errors.DataError: bios_train.pkl is a pickle: opening one runs whatever code is in it...
    """
    import pandas as pd

    files = _files(path)
    parts = []
    problems: list[str] = []
    for file in files:
        try:
            part = _checked(file, _rows(file))
        except DataError as error:
            problems += error.problems
            continue
        split = next((name for name in _SPLITS if file.name.startswith(name)), None)
        parts.append(part.assign(split=pd.Series([split] * len(part), dtype=object)))
    if problems:
        raise DataError(*problems)
    return pd.concat(parts, ignore_index=True)


def _files(path: str | os.PathLike[str] | None) -> list[Path]:
    data = os.environ.get("FAIRKIT_DATA")
    if path is None and not data:
        raise DataError(
            "Bias in Bios is not on this machine: FAIRKIT_DATA names no folder. Save the files of "
            f"{_PAGE} and give their folder."
        )
    place = Path(path) if path is not None else Path(str(data)).expanduser() / "bias_in_bios"
    if place.suffix in _PICKLES:
        raise DataError(_pickle(place))
    if place.is_file():
        return [place]
    candidates = [
        file
        for folder in (place, place / "data")
        if folder.is_dir()
        for file in sorted(folder.iterdir())
        if file.name.startswith(_SPLITS)
    ]
    files = [file for file in candidates if file.suffix in _READABLE]
    if files:
        return sorted(files, key=lambda file: (_SPLITS.index(_split_of(file)), file.name))
    pickles = [file for file in (place.iterdir() if place.is_dir() else ()) if file.suffix in _PICKLES]
    if pickles:
        raise DataError(*(_pickle(file) for file in sorted(pickles)))
    raise DataError(
        f"Bias in Bios is not on this machine (looked for {place} and, in it, for files whose names begin "
        f"with {', '.join(_SPLITS)} and end with {', '.join(_READABLE)}). fairkit does not fetch it: save "
        f"the files of {_PAGE} there. Terms: De-Arteaga and others 2019, MIT licence; the people are real."
    )


def _split_of(file: Path) -> str:
    return next(name for name in _SPLITS if file.name.startswith(name))


def _pickle(file: Path) -> str:
    return (
        f"{file} is a pickle: opening one runs whatever code is in it, so fairkit never does. Where you "
        f"trust its source, convert it: pandas.DataFrame(pandas.read_pickle('{file.name}')).to_parquet("
        f"'{file.stem}.parquet'); or take the Parquet files of {_PAGE}."
    )


def _rows(file: Path) -> pd.DataFrame:
    """Read a file as it is.

    Raises
    ------
    DataError
        It is a pickle by its first bytes, of no known form, or damaged.
    """
    import pandas as pd
    import pyarrow as pa

    with file.open("rb") as opened:
        first = opened.read(2)
    if first[:1] == b"\x80":  # the mark of a pickle since protocol 2
        raise DataError(_pickle(file))
    try:
        if file.suffix == ".parquet":
            return pd.read_parquet(file)
        if file.suffix == ".jsonl":
            return _json_lines(file)
        if file.suffix in (".csv", ".tsv"):
            separator = "\t" if file.suffix == ".tsv" else ","
            return pd.read_csv(file, sep=separator, keep_default_na=False, dtype=str)
    except (pa.ArrowInvalid, pd.errors.ParserError, pd.errors.EmptyDataError, UnicodeDecodeError) as error:
        raise DataError(f"cannot read {file}: {str(error).strip()[:200]}.") from error
    raise DataError(f"{file} ends in '{file.suffix}'. Give a file that ends with {', '.join(_READABLE)}.")


def _json_lines(file: Path) -> pd.DataFrame:
    import pandas as pd

    faults = Faults(file)
    rows: list[dict[str, Any]] = []
    for number, line in lines_of(file):
        try:
            row = json.loads(line)
        except json.JSONDecodeError as error:
            faults.add(number, f"not JSON ({error.msg}).")
            continue
        if not isinstance(row, dict):
            faults.add(number, f"it holds a {type(row).__name__}.")
            continue
        rows.append(row)
    faults.raise_any("a JSON object a line.")
    return pd.DataFrame(rows)


def _checked(file: Path, frame: pd.DataFrame) -> pd.DataFrame:
    """Return text, occupation and gender under our names and in words.

    Raises
    ------
    DataError
        A column is missing, or a row holds something else.
    """
    import pandas as pd

    chosen = {
        name: next((column for column in known if column in frame.columns), None)
        for name, known in _NAMES.items()
    }
    missing = [" or ".join(_NAMES[name]) for name, column in chosen.items() if column is None]
    if missing:
        raise DataError(
            f"{file} lacks the columns {'; '.join(missing)} (it has {', '.join(map(repr, frame.columns))})."
        )
    faults = Faults(file)
    rows = []
    cells = zip(*(frame[column] for column in chosen.values()), strict=True)
    for number, (text, occupation, gender) in enumerate(cells, 1):
        named, known = _occupation(occupation), _gender(gender)
        if not isinstance(text, str) or not text.strip():
            faults.add(f"row {number}", "the text is empty.")
        if named is None:
            faults.add(f"row {number}", f"the occupation is {occupation!r}.")
        if known is None:
            faults.add(f"row {number}", f"the gender is {gender!r}.")
        rows.append((text, named, known))
    faults.raise_any("a text, one of the 28 occupations or its number, and m or f, male or female, 0 or 1.")
    return pd.DataFrame(rows, columns=list(_NAMES))


def _occupation(value: object) -> str | None:
    text = str(value)
    if text.isdecimal() and int(text) < len(OCCUPATIONS):
        return OCCUPATIONS[int(text)]
    name = text.strip().lower().replace(" ", "_")
    return name if name in OCCUPATIONS else None


def _gender(value: object) -> str | None:
    return _GENDERS.get(str(value).strip().lower())
