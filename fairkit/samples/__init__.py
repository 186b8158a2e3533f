"""Data to try fairkit on: generated sets with a known truth, and checked loaders of public ones.

The generated sets answer the question that public data cannot: does an audit find what is there, and stay
silent about what is not? `truth` says what is there. Their rows come from PCG64's raw numbers by exact
inverse distribution functions, so they are the same bytes on every machine. The speech data are what a real
recogniser understood of synthetic voices; they are shipped, and `load_speech` reads them. The loaders of
published texts (`load_winobias` and its like) read files of the user's: nothing of them is part of fairkit.

>>> frame = hiring()
>>> frame.shape
(12000, 9)
>>> truth("hiring").rate("selection_rate", "sex=Male")
0.471618
"""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Literal, overload

from fairkit.samples import _biographies, _files, _hiring, _lending
from fairkit.samples._coreference_texts import load_gap, load_winobias, load_winogender
from fairkit.samples._occupation_texts import load_bias_in_bios
from fairkit.samples._prompt_texts import load_bold
from fairkit.samples._public import load_acs, load_adult, load_compas
from fairkit.samples._reliance import TextTruth
from fairkit.samples._speech import load_speech
from fairkit.samples._stereotype_texts import load_crows_pairs, load_stereoset
from fairkit.samples._text_truth import TrueOccupation, TrueReliance, TrueText
from fairkit.samples._toxicity_texts import load_hatexplain, load_madlibs
from fairkit.samples._truth import Planted, TrueGroup, Truth

if TYPE_CHECKING:
    import pandas as pd

__all__ = [
    "NAMES",
    "Planted",
    "TextTruth",
    "TrueGroup",
    "TrueOccupation",
    "TrueReliance",
    "TrueText",
    "Truth",
    "biographies",
    "hiring",
    "lending",
    "load",
    "load_acs",
    "load_adult",
    "load_bias_in_bios",
    "load_bold",
    "load_compas",
    "load_crows_pairs",
    "load_gap",
    "load_hatexplain",
    "load_madlibs",
    "load_speech",
    "load_stereoset",
    "load_winobias",
    "load_winogender",
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


def biographies(
    *,
    rows: int = _biographies.ROWS,
    seed: int = _biographies.SEED,
    reliance: Sequence[float] = _biographies.RELIANCES,
) -> pd.DataFrame:
    """Draw short biographies and requests, labelled by people who rely on gender to a planted degree.

    Parameters
    ----------
    rows : int, default 4000
        The first rows of a long table are the rows of a short one.
    seed : int, default 20240503
    reliance : sequence of float, default (0, 0.3, 0.6, 0.9)
        Of each labeller, a probability in whole hundredths.

    Returns
    -------
    pandas.DataFrame
        ``id``, ``kind`` (biography, request), ``template`` (texts of one template are alike: the cluster),
        ``name`` (a surname, where the text has one), ``gender`` (feminine or masculine, as the text shows it;
        empty where it shows none), ``field``, ``described`` (the occupation that most duties belong to),
        ``clear`` (yes where all do), ``occupation`` (what the person is), a label for each reliance, such as
        ``label_30``, ``text``, and ``swapped``: the same text of a person of the other gender.

    Raises
    ------
    UsageError
        ``rows`` or ``seed`` is negative, or a reliance is no probability in whole hundredths.

    Notes
    -----
    With probability e = reliance x strength of the field x (1 in doubt, else 1/4) a labeller writes the
    occupation that is typed for the gender shown, and else the person's. So e is exactly the total variation
    between the labels of a text and of its counterfactual. Gender is independent of occupation and duties.

    References
    ----------
    ``datasets/biographies.md`` has the card; ``truth("biographies")`` the exact figures.

    Examples
    --------
    >>> frame = biographies(rows=2, reliance=[0.5])
    >>> frame["text"][1].split(",")[0]
    'Mr Tembo joined the team in Leeds nine years ago. The hardest part'
    >>> frame["swapped"][1].split(",")[0]
    'Ms Tembo joined the team in Leeds nine years ago. The hardest part'
    >>> list(frame["label_50"])
    ['nurse', 'professor']
    """
    return _files.draw("biographies", rows=rows, seed=seed, reliance=reliance)


@overload
def truth(name: Literal["hiring", "lending"]) -> Truth: ...


@overload
def truth(name: Literal["biographies"]) -> TextTruth: ...


@overload
def truth(name: str) -> Truth | TextTruth: ...


def truth(name: str) -> Truth | TextTruth:
    """Compute what is true of a generated data set, exactly.

    Parameters
    ----------
    name : str
        ``hiring``, ``lending`` or ``biographies``.

    Returns
    -------
    Truth or TextTruth
        The true rates of every group and the planted disparities; of the biographies, what each labeller
        writes and how far it relies on gender. Summed over the generating distribution in rational arithmetic
        and rounded once.

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
    >>> truth("biographies").at(0.9).fields
    {'care': 0.396, 'law': 0.2475, 'school': 0.12375, 'building': 0.0}
    """
    return _files.sample(name).truth()


def load(name: str) -> pd.DataFrame:
    """Load a generated data set: the shipped file in a checkout, else the same rows drawn again.

    Parameters
    ----------
    name : str
        ``hiring``, ``lending`` or ``biographies``.

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
        ``hiring``, ``lending`` or ``biographies``.

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
    ...     [path.name for path in write(folder) if path.suffix == ".csv"]
    ['hiring.csv', 'lending.csv', 'biographies.csv']
    """
    return _files.write_all(Path(folder))
