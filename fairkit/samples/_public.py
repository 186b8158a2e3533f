"""Loaders of public data that fairness work is measured on: COMPAS, Adult, and the American Community Survey.

None of it is part of fairkit. The loaders check that a file is the one that published figures were computed
from, and read it as it is: no rows are left out and no values recoded, since such choices are where published
figures part.
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

from fairkit.errors import DataError, UsageError, did_you_mean, shortlist
from fairkit.samples._fetch import Source, locate, opened

if TYPE_CHECKING:
    import pandas as pd

_MEBIBYTE = 1 << 20

COMPAS = Source(
    title="the COMPAS two-year file",
    file="compas/compas-scores-two-years.csv",
    url="https://raw.githubusercontent.com/propublica/compas-analysis/"
    "bafff5da3f2e45eca6c2d5055faad269defd135a/compas-scores-two-years.csv",
    sha256=("c451db85908b2f7fef1d83203bedf6b71ecda0d5af468d82ae62178f91d0cc7d",),
    largest=4 * _MEBIBYTE,
    terms="published by ProPublica without a licence file; it names people: use it, do not pass it on.",
    get_with="load_compas(download=True)",
)

_ADULT_URL = "https://archive.ics.uci.edu/ml/machine-learning-databases/adult/"
_ADULT_TERMS = "Becker and Kohavi 1996, UCI Machine Learning Repository, CC BY 4.0."

ADULT_DATA = Source(
    title="the Adult training file",
    file="adult/adult.data",
    url=_ADULT_URL + "adult.data",
    sha256=("5b00264637dbfec36bdeaab5676b0b309ff9eb788d63554ca0a249491c86603d",),
    largest=8 * _MEBIBYTE,
    terms=_ADULT_TERMS,
    get_with="load_adult(download=True)",
)

ADULT_TEST = Source(
    title="the Adult test file",
    file="adult/adult.test",
    url=_ADULT_URL + "adult.test",
    sha256=(
        "a2a9044bc167a35b2361efbabec64e89d69ce82d9790d2980119aac5fd7e9c05",  # as published
        "72567b94f5c1a6f8501377dd80f93892c3848ff071cf91ba47e00b0785a28074",  # the same without its first line
    ),
    largest=4 * _MEBIBYTE,
    terms=_ADULT_TERMS,
    get_with="load_adult(download=True)",
)

ADULT_COLUMNS = (
    "age",
    "workclass",
    "fnlwgt",
    "education",
    "education-num",
    "marital-status",
    "occupation",
    "relationship",
    "race",
    "sex",
    "capital-gain",
    "capital-loss",
    "hours-per-week",
    "native-country",
    "income",
)
"""Names from the data set's description; the files have no header."""

_ACS_SHA256 = {("NY", 2018): "f9bfd886b96182c4e7bde11386dd5e1c7ea2d6194ef8bb4ee6bfbb0023814a91"}

_ACS_TEXT = ("RT", "SERIALNO", "SOCP", "NAICSP")

# fmt: off
ACS_STATES = {
    "AL": 1, "AK": 2, "AZ": 4, "AR": 5, "CA": 6, "CO": 8, "CT": 9, "DE": 10, "DC": 11, "FL": 12, "GA":
    13, "HI": 15, "ID": 16, "IL": 17, "IN": 18, "IA": 19, "KS": 20, "KY": 21, "LA": 22, "ME": 23, "MD":
    24, "MA": 25, "MI": 26, "MN": 27, "MS": 28, "MO": 29, "MT": 30, "NE": 31, "NV": 32, "NH": 33, "NJ":
    34, "NM": 35, "NY": 36, "NC": 37, "ND": 38, "OH": 39, "OK": 40, "OR": 41, "PA": 42, "RI": 44, "SC":
    45, "SD": 46, "TN": 47, "TX": 48, "UT": 49, "VT": 50, "VA": 51, "WA": 53, "WV": 54, "WI": 55, "WY":
    56, "PR": 72,
}
# fmt: on
"""Census codes of the states (FIPS 5-2)."""

_FIRST_YEAR, _RENAMED = 2014, 2017


def load_compas(path: str | os.PathLike[str] | None = None, *, download: bool = False) -> pd.DataFrame:
    """Load ProPublica's COMPAS file of two-year recidivism, as published.

    Parameters
    ----------
    path : str or path, optional
        The file, or a folder that holds it. Without it, looked for as ``compas/compas-scores-two-years.csv``
        in the folder that ``FAIRKIT_DATA`` names and in the cache.
    download : bool, default False
        Fetch it into the cache where it is not found.

    Returns
    -------
    pandas.DataFrame
        7,214 rows and 53 columns. The file has two columns twice; their second occurrences are called
        ``decile_score.1`` and ``priors_count.1``. Only empty cells are missing: a text such as ``N/A`` stays
        a text.

    Raises
    ------
    DataError
        The file is not found, is not the known one (both checksums are shown), or cannot be fetched.
    OutputError
        The cache cannot be written.
    UsageError
        Both ``path`` and ``download`` are given.

    Notes
    -----
    ProPublica's figures use every row, ``two_year_recid`` as label and ``score_text != "Low"`` as decision.
    The filter in its R notebook leaves 6,172 rows and gives other figures. The file has no licence and names
    people: do not pass it on.

    References
    ----------
    Angwin, Larson, Mattu, Kirchner 2016, "Machine Bias", ProPublica. Barenstein 2019, arXiv:1906.04711
    (errors in it).

    Examples
    --------
    ``load_compas(download=True)`` fetches the file once. Nothing is fetched unasked:

    >>> load_compas("elsewhere.csv")
    Traceback (most recent call last):
    ...
    fairkit.errors.DataError: the COMPAS two-year file is not on this machine (looked for elsewhere.csv)...
    """
    import pandas as pd

    found = locate(COMPAS, given=_given(path, COMPAS), download=download)
    return pd.read_csv(found, keep_default_na=False, na_values=[""], low_memory=False)


def load_adult(folder: str | os.PathLike[str] | None = None, *, download: bool = False) -> pd.DataFrame:
    """Load the Adult (census income) data, both parts.

    Parameters
    ----------
    folder : str or path, optional
        Folder with ``adult.data`` and ``adult.test``. Without it, looked for as ``adult/`` in the folder that
        ``FAIRKIT_DATA`` names and in the cache.
    download : bool, default False
        Fetch them into the cache where they are not found.

    Returns
    -------
    pandas.DataFrame
        48,842 rows: 32,561 for training, then 16,281 for testing, with the 15 columns of the description and
        ``split`` (``train`` or ``test``). ``?`` is missing. ``income`` is ``<=50K`` or ``>50K`` in both
        parts: the full stop after the labels of ``adult.test`` is removed, and so is that file's first line,
        which is no data.

    Raises
    ------
    DataError
        A file is not found, is not a known one (checksums are shown), or cannot be fetched.
    OutputError
        The cache cannot be written.
    UsageError
        Both ``folder`` and ``download`` are given.

    References
    ----------
    Becker and Kohavi 1996, UCI Machine Learning Repository, doi:10.24432/C5XW20. Ding, Hardt, Miller, Schmidt
    2021, "Retiring Adult" (why its threshold of 50,000 dollars misleads).

    Examples
    --------
    ``load_adult(download=True)`` fetches the files once. Nothing is fetched unasked:

    >>> load_adult("elsewhere")
    Traceback (most recent call last):
    ...
    fairkit.errors.DataError: the Adult training file is not on this machine (looked for elsewhere...
    """
    import pandas as pd

    parts = []
    for source, split in ((ADULT_DATA, "train"), (ADULT_TEST, "test")):
        given = [] if folder is None else [Path(folder) / source.name]
        part = pd.read_csv(
            locate(source, given=given, download=download),
            header=None,
            names=list(ADULT_COLUMNS),
            skipinitialspace=True,
            comment="|",
            keep_default_na=False,
            na_values=["?"],
        )
        part["income"] = part["income"].str.rstrip(".")
        parts.append(part.assign(split=split))
    return pd.concat(parts, ignore_index=True)


def load_acs(
    path: str | os.PathLike[str] | None = None, *, state: str = "NY", year: int = 2018, download: bool = False
) -> pd.DataFrame:
    """Load the person records of one state and year of the American Community Survey (PUMS, 1-year).

    Parameters
    ----------
    path : str or path, optional
        The CSV file (``psam_p36.csv``), the Census Bureau's zip archive with it, or a folder that holds
        either one. A folder that the folktables package has filled will do. Without it, looked for under
        ``acs/`` in the folder that ``FAIRKIT_DATA`` names and in the cache, laid out as folktables does
        (``acs/2018/1-Year/psam_p36.csv``).
    state : str, default "NY"
        Postal code of a state, of the District of Columbia, or of Puerto Rico.
    year : int, default 2018
        From 2014 on; there is no 1-year file for 2020.
    download : bool, default False
        Fetch the archive from the Census Bureau where the file is not found.

    Returns
    -------
    pandas.DataFrame
        Every row and column; codes with leading zeros are texts, so that folktables' tasks can be applied
        (``folktables.ACSIncome.df_to_pandas(frame)``; install ``fairkit[acs]``).

    Raises
    ------
    DataError
        The file is not found, is not the known one (both checksums are shown), or cannot be fetched.
    OutputError
        The cache cannot be written.
    UsageError
        The state or year is unknown, or both ``path`` and ``download`` are given.

    Notes
    -----
    Only the file of New York 2018 has a pinned checksum; the others are read unverified.

    References
    ----------
    Ding, Hardt, Miller, Schmidt 2021, "Retiring Adult: New Datasets for Fair Machine Learning".

    Examples
    --------
    ``load_acs("data")`` reads what folktables left in ``data``. Years and states are checked first:

    >>> load_acs(state="XY", year=2020)
    Traceback (most recent call last):
    ...
    fairkit.errors.UsageError: 2 problems:
      - there is no state 'XY'. Give a postal code such as 'NY'...
      - there is no 1-year file of 2020 to load. Give a year from 2014 on, but not 2020.
    """
    import pandas as pd

    source = _acs(state, year)
    archive = source.url.rpartition("/")[2]
    given = _given(path, source)
    if path is not None and Path(path).is_dir():
        folders = [Path(path), Path(path) / str(year) / "1-Year"]
        given = [folder / name for folder in folders for name in (source.name, archive)]
    found = locate(source, given=given, download=download)
    with opened(found, source) as file:
        header = file.readline().decode("utf-8", "replace").strip().split(",")
    if "SERIALNO" not in header or "PWGTP" not in header:
        raise DataError(
            f"{found} is no ACS person file: it lacks the columns SERIALNO or PWGTP (it begins with "
            f"{shortlist(header)}). Household files (psam_h..) are not read."
        )
    types = {
        name: "float64" if name == "PINCP" else "str" for name in header if name in (*_ACS_TEXT, "PINCP")
    }
    with opened(found, source) as file:
        return pd.read_csv(file, dtype=types, low_memory=False)


def _acs(state: str, year: int) -> Source:
    code = state.upper()
    problems = []
    if code not in ACS_STATES:
        problems.append(
            f"there is no state '{state}'. Give a postal code such as 'NY'.{did_you_mean(code, ACS_STATES)}"
        )
    if year < _FIRST_YEAR or year == 2020:
        problems.append(
            f"there is no 1-year file of {year} to load. Give a year from {_FIRST_YEAR} on, but not 2020."
        )
    if problems:
        raise UsageError(*problems)
    name = f"psam_p{ACS_STATES[code]:02d}.csv" if year >= _RENAMED else f"ss{year % 100}p{code.lower()}.csv"
    known = _ACS_SHA256.get((code, year))
    return Source(
        title=f"the ACS person file of {code} {year}",
        file=f"acs/{year}/1-Year/{name}",
        url=f"https://www2.census.gov/programs-surveys/acs/data/pums/{year}/1-Year/csv_p{code.lower()}.zip",
        sha256=(known,) if known else (),
        largest=1024 * _MEBIBYTE,
        terms="public; the Census Bureau forbids attempts to identify people or households.",
        get_with=f"load_acs(state='{code}', year={year}, download=True)",
    )


def _given(path: str | os.PathLike[str] | None, source: Source) -> list[Path]:
    if path is None:
        return []
    place = Path(path)
    return [place / source.name if place.is_dir() else place]
