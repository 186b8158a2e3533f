"""Data to try fairkit on: generated sets with a known truth, and checked loaders of public ones.

The generated sets answer the question that public data cannot: does an audit find what is there, and stay
silent about what is not? `truth` says what is there. Their rows come from PCG64's raw numbers by exact
inverse distribution functions, so they are the same bytes on every machine. The speech data are what a real
recogniser understood of synthetic voices; they are shipped, and `load_speech` reads them.

>>> frame = hiring()
>>> frame.shape
(12000, 9)
>>> truth("hiring").rate("selection_rate", "sex=Male")
0.471618
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

from fairkit.samples import _files, _hiring, _lending
from fairkit.samples._public import load_acs, load_adult, load_compas
from fairkit.samples._speech import load_speech
from fairkit.samples._truth import Planted, TrueGroup, Truth

if TYPE_CHECKING:
    import pandas as pd

__all__ = [
    "NAMES",
    "Planted",
    "TrueGroup",
    "Truth",
    "hiring",
    "lending",
    "load",
    "load_acs",
    "load_adult",
    "load_compas",
    "load_speech",
    "path",
    "truth",
    "write",
]

NAMES: tuple[str, ...] = tuple(_files.SAMPLES)
"""Names of the data sets that are drawn; the speech data are recognised, and have a loader of their own."""


def hiring(*, rows: int = _hiring.ROWS, seed: int = _hiring.SEED) -> pd.DataFrame:
    """Draw hiring decisions with planted disparities of sex and of race.

    Parameters
    ----------
    rows : int, default 12000
        The first rows of a long table are the rows of a short one.
    seed : int, default 20240501

    Returns
    -------
    pandas.DataFrame
        ``id``, ``sex``, ``race``, ``age``, ``years_experience``, ``site``, ``qualified`` (the label),
        ``score`` and ``hired`` (the decision, where the score is .5 or more). Some cells of race, label and
        decision are empty.

    Raises
    ------
    UsageError
        ``rows`` or ``seed`` is negative.

    Notes
    -----
    Given the label, being hired depends on sex and race only: the true positive rate is .72, less .10 for
    women, less .12 for Black applicants; the false positive rate is .28, less .10 for women. All sites are
    exactly alike.

    References
    ----------
    ``datasets/hiring.md`` has the card; `truth` the exact rate of every group.

    Examples
    --------
    >>> list(hiring(rows=2).columns)
    ['id', 'sex', 'race', 'age', 'years_experience', 'site', 'qualified', 'score', 'hired']
    """
    return _files.draw("hiring", rows=rows, seed=seed)


def lending(*, rows: int = _lending.ROWS, seed: int = _lending.SEED) -> pd.DataFrame:
    """Draw loan decisions with a disparity of sex and race together that neither shows alone.

    Parameters
    ----------
    rows : int, default 20000
        The first rows of a long table are the rows of a short one.
    seed : int, default 20240502

    Returns
    -------
    pandas.DataFrame
        ``applicant`` (a person may have several rows), ``sex``, ``race``, ``age_band``, ``home``, ``region``,
        ``income``, ``repaid`` (the label, yes or no) and ``approved`` (the decision, yes or no). Some cells
        of race, label and decision are empty.

    Raises
    ------
    UsageError
        ``rows`` or ``seed`` is negative.

    Notes
    -----
    The true positive rate is t - .14 a(sex) b(race), where a and b have mean zero: every sex and every race
    has the same rates in expectation, while Black women are turned down .14 more often, and Black men .14
    less.

    References
    ----------
    Kearns, Neel, Roth, Wu 2018, "Preventing Fairness Gerrymandering" (why margins do not suffice).
    ``datasets/lending.md`` has the card; `truth` the exact rate of every group.

    Examples
    --------
    >>> sorted(lending(rows=100)["home"].unique())
    ['mortgage', 'own', 'rent']
    """
    return _files.draw("lending", rows=rows, seed=seed)


def truth(name: str) -> Truth:
    """Compute what is true of a generated data set, exactly.

    Parameters
    ----------
    name : str
        ``hiring`` or ``lending``.

    Returns
    -------
    Truth
        The true rates of every group and the planted disparities, summed over the generating distribution in
        rational arithmetic and rounded once.

    Raises
    ------
    UsageError
        There is no such data set.

    Examples
    --------
    >>> known = truth("hiring")
    >>> fact = known.planted[0]
    >>> fact.kind, fact.metric, fact.group, fact.reference, fact.difference
    ('marginal', 'false_negative_rate', 'race=Black', 'race=White', 0.12)
    """
    return _files.sample(name).truth()


def load(name: str) -> pd.DataFrame:
    """Load a generated data set: the shipped file in a checkout, else the same rows drawn again.

    Parameters
    ----------
    name : str
        ``hiring`` or ``lending``.

    Raises
    ------
    UsageError
        There is no such data set.

    Examples
    --------
    >>> load("lending").shape
    (20000, 9)
    """
    return _files.load_sample(name)


def path(name: str) -> Path:
    """Return the path of a generated data set's CSV file; without a checkout it is written into the cache.

    Parameters
    ----------
    name : str
        ``hiring`` or ``lending``.

    Raises
    ------
    OutputError
        The cache cannot be written.
    UsageError
        There is no such data set.

    Examples
    --------
    >>> path("hiring").name
    'hiring.csv'
    """
    return _files.path_of(name)


def write(folder: str | os.PathLike[str]) -> list[Path]:
    """Write every generated data set, its truth and the checksums of all, byte for byte as shipped.

    Parameters
    ----------
    folder : str or path
        Made where it does not exist; files of the same names are replaced.

    Returns
    -------
    list of Path
        What was written: a CSV and a ``.truth.json`` for each set, and ``SHA256SUMS`` of all CSV and JSON
        files in the folder. The speech data are not drawn: ``python -m fairkit.samples speech`` makes them.

    Raises
    ------
    OutputError
        A file cannot be written.

    Examples
    --------
    >>> import tempfile
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     [path.name for path in write(folder)]
    ['hiring.csv', 'hiring.truth.json', 'lending.csv', 'lending.truth.json', 'SHA256SUMS']
    """
    return _files.write_all(Path(folder))
