"""Features as numbers, and the estimators that can be asked for by name.

Only for estimators of our own: what is learned here (categories, medians, scales) is learned from training
rows. A gap in a feature is left to trees, which can branch on it, and filled with the median for a linear
model; attributes are another matter, and are never filled.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray
from sklearn.ensemble import HistGradientBoostingClassifier
from sklearn.impute import SimpleImputer
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import FunctionTransformer, OneHotEncoder, OrdinalEncoder, StandardScaler

from fairkit.errors import DataError, UsageError, did_you_mean, shortlist
from fairkit.remedies.catalogue import ESTIMATORS

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["Encoding", "model_named"]

_MOST_CATEGORIES = 50
_ITERATIONS = 2_000


@dataclass(frozen=True, slots=True)
class Encoding:
    """How columns become numbers.

    Parameters
    ----------
    texts, numbers : tuple of str
        The columns of either sort.
    text, number : scikit-learn transformer
        Fitted on the columns of its sort.

    Examples
    --------
    >>> from fairkit.door.rows import rows_of
    >>> rows = rows_of({"home": ["own", None, "rent"], "age": [30, 40, None]}, ["home", "age"])
    >>> Encoding.fit(rows, linear=False).apply(rows).tolist()
    [[0.0, 30.0], [nan, 40.0], [1.0, nan]]
    """

    texts: tuple[str, ...]
    numbers: tuple[str, ...]
    text: Any
    number: Any

    @classmethod
    def fit(cls, columns: pd.DataFrame, *, linear: bool) -> Encoding:
        """Learn the encoding from training rows.

        Parameters
        ----------
        columns : pandas.DataFrame
            As :func:`fairkit.door.rows.rows_of` gives them.
        linear : bool
            For a linear model: categories as indicators (the 49 most frequent of a column and one for all
            others), gaps filled with the median, everything scaled. Else for trees: categories as numbers,
            gaps left.

        Raises
        ------
        DataError
            A column holds neither numbers nor texts.
        """
        dates = [name for name in columns if columns[name].dtype.kind in "mM"]
        if dates:
            raise DataError(
                f"features {shortlist(dates)} hold dates; give numbers, such as a year or an age."
            )
        numbers = tuple(str(name) for name in columns if columns[name].dtype.kind in "biuf")
        texts = tuple(str(name) for name in columns if name not in numbers)
        if linear:
            gaps = SimpleImputer(strategy="median", keep_empty_features=True)
            number = make_pipeline(gaps, StandardScaler())
            text: Any = OneHotEncoder(
                handle_unknown="infrequent_if_exist", max_categories=_MOST_CATEGORIES, sparse_output=False
            )
        else:
            number = FunctionTransformer()
            text = OrdinalEncoder(
                handle_unknown="use_encoded_value", unknown_value=np.nan, encoded_missing_value=np.nan
            )
        if texts:
            text.fit(_categories(columns, texts))
        if numbers:
            number.fit(_floats(columns, numbers))
        return cls(texts, numbers, text, number)

    def apply(self, columns: pd.DataFrame) -> NDArray[np.float64]:
        """Return the columns as numbers; a category never seen is like a gap (trees) or like no category."""
        parts = []
        if self.texts:
            parts.append(self.text.transform(_categories(columns, self.texts)))
        if self.numbers:
            parts.append(self.number.transform(_floats(columns, self.numbers)))
        return np.hstack(parts).astype(np.float64)


def model_named(name: str, seed: int) -> Any:
    """Make an estimator by its name.

    Raises
    ------
    UsageError
        There is none of that name.

    Examples
    --------
    >>> type(model_named("gradient-boosting", 0)).__name__
    'HistGradientBoostingClassifier'
    """
    if name == "gradient-boosting":
        return HistGradientBoostingClassifier(random_state=seed)
    if name == "logistic":
        return LogisticRegression(max_iter=_ITERATIONS)
    raise UsageError(
        f"there is no estimator '{name}' (there are {shortlist(ESTIMATORS)}).{did_you_mean(name, ESTIMATORS)}"
    )


def _categories(columns: pd.DataFrame, names: Sequence[str]) -> NDArray[Any]:
    """Return categories as texts: scikit-learn sorts them, and must not meet values of several types."""
    found = np.empty((len(columns), len(names)), object)
    for place, name in enumerate(names):
        found[:, place] = [np.nan if value is None else str(value) for value in columns[name].tolist()]
    return found


def _floats(columns: pd.DataFrame, names: Sequence[str]) -> NDArray[np.float64]:
    return np.column_stack([columns[name].to_numpy().astype(np.float64) for name in names])
