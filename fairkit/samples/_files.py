"""The files of the generated data: what they are called, what is in them, where they are found.

A checkout has them in ``datasets/``; an installed fairkit has not, and draws the same rows again.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from fairkit.errors import OutputError, UsageError, did_you_mean, shortlist
from fairkit.samples import _biographies, _hiring, _lending, _reliance
from fairkit.samples._fetch import cache_folder, replacing
from fairkit.samples._reliance import TextTruth
from fairkit.samples._table import Column, to_csv, to_frame
from fairkit.samples._truth import Truth

if TYPE_CHECKING:
    import pandas as pd


@dataclass(frozen=True, slots=True)
class Sample:
    """A generated data set."""

    rows: int
    seed: int
    columns: Callable[..., dict[str, Column]]
    truth: Callable[[], Truth | TextTruth]


SAMPLES: Mapping[str, Sample] = {
    "hiring": Sample(_hiring.ROWS, _hiring.SEED, _hiring.columns, _hiring.truth),
    "lending": Sample(_lending.ROWS, _lending.SEED, _lending.columns, _lending.truth),
    "biographies": Sample(_biographies.ROWS, _biographies.SEED, _biographies.columns, _reliance.truth),
}

CHECKOUT = Path(__file__).parents[2] / "datasets"
"""Where a checkout has the shipped files; an installed fairkit has no such folder."""

_SUMS = "SHA256SUMS"


def sample(name: str) -> Sample:
    """Return a generated data set by name.

    Raises
    ------
    UsageError
        There is none of that name.
    """
    if name not in SAMPLES:
        raise UsageError(
            f"there is no generated data set '{name}' (there are {shortlist(list(SAMPLES))})."
            f"{did_you_mean(name, SAMPLES)} Public data have loaders of their own, such as load_compas or "
            "load_winobias."
        )
    return SAMPLES[name]


def draw(name: str, *, rows: int, seed: int, reliance: Sequence[float] | None = None) -> pd.DataFrame:
    """Draw a data set as a frame.

    Parameters
    ----------
    name : str
    rows, seed : int
    reliance : sequence of float, optional
        Of the labellers of texts; only for sets that have them.

    Raises
    ------
    UsageError
        ``rows`` or ``seed`` is negative, or a reliance is no probability in whole hundredths.
    """
    problems = [
        f"{what} is {value}. Give 0 or more." for what, value in (("rows", rows), ("seed", seed)) if value < 0
    ]
    problems += _biographies.check_reliances(reliance or ())
    if problems:
        raise UsageError(*problems)
    settings = {} if reliance is None else {"reliance": reliance}
    return to_frame(SAMPLES[name].columns(rows, seed=seed, **settings))


def contents(name: str) -> dict[str, bytes]:
    """Return the files of one data set: the name of each, and its bytes."""
    chosen = sample(name)
    return {
        f"{name}.csv": to_csv(chosen.columns(chosen.rows, seed=chosen.seed)),
        f"{name}.truth.json": chosen.truth().to_json().encode(),
    }


def write_all(folder: Path) -> list[Path]:
    """Write every data set, its truth, and the checksums of all."""
    files = {file: data for name in SAMPLES for file, data in contents(name).items()}
    return [*(write_file(folder / file, data) for file, data in files.items()), refresh_sums(folder)]


def refresh_sums(folder: Path) -> Path:
    """Write the checksums of every data file in a folder: its CSV and JSON files.

    Raises
    ------
    OutputError
        The folder cannot be written.
    """
    files = sorted(path for suffix in ("csv", "json") for path in folder.glob(f"*.{suffix}"))
    sums = [f"{hashlib.sha256(path.read_bytes()).hexdigest()}  {path.name}\n" for path in files]
    return write_file(folder / _SUMS, "".join(sums).encode())


def path_of(name: str) -> Path:
    """Find the CSV file of a data set, or make it in the cache."""
    sample(name)
    shipped = CHECKOUT / f"{name}.csv"
    if shipped.is_file():
        return shipped
    # Written anew each time: a file left by another version of fairkit must not be taken for this one's.
    return write_file(cache_folder() / "samples" / f"{name}.csv", contents(name)[f"{name}.csv"])


def load_sample(name: str) -> pd.DataFrame:
    """Read the shipped file where there is one, else draw its rows."""
    import pandas as pd

    chosen = sample(name)
    shipped = CHECKOUT / f"{name}.csv"
    if shipped.is_file():
        return pd.read_csv(shipped)
    return draw(name, rows=chosen.rows, seed=chosen.seed)


def write_file(path: Path, data: bytes) -> Path:
    """Write a file whole or not at all.

    Raises
    ------
    OutputError
        It cannot be written.
    """
    try:
        with replacing(path) as file:
            file.write(data)
    except OSError as error:
        raise OutputError(
            f"cannot write {path}: {error.strerror or error}. Choose another folder."
        ) from error
    return path
