"""A scikit-learn estimator and its features stand in for columns of predictions.

Anything with scikit-learn's methods will do: a classifier, a pipeline, a search, a regressor. It predicts in
batches, so that memory is bounded by the batch. What it predicts becomes columns that the evaluator takes:
`decision`, `score` of a two-class classifier (the probability of its positive class, or its decision
function), and `prediction` of a regressor.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from fairkit.door.rows import MOST_ROWS, rows_of
from fairkit.errors import DataError, UsageError, did_you_mean, shortlist

BATCH = 100_000
"""Rows that an estimator is given at a time."""


@dataclass(frozen=True, slots=True)
class Predictions:
    """What an estimator says of every row.

    Parameters
    ----------
    decision : array or None
        Predicted classes; None of a regressor.
    score : array of float64 or None
        Of a two-class classifier: the probability of the positive class, or the decision function.
    prediction : array of float64 or None
        Of a regressor.
    classes : tuple
        Classes in the estimator's order; the last of two is the positive one.
    """

    decision: NDArray[Any] | None
    score: NDArray[np.float64] | None
    prediction: NDArray[np.float64] | None
    classes: tuple[Any, ...]

    def columns(self) -> dict[str, NDArray[Any]]:
        """Return the columns that there are, by the name that the evaluator calls them by."""
        named = {"decision": self.decision, "score": self.score, "prediction": self.prediction}
        return {name: values for name, values in named.items() if values is not None}


def predictions_of(
    estimator: Any,
    data: Any,
    *,
    features: Sequence[str] | None = None,
    rows: int | None = None,
    batch: int = BATCH,
    limit: int = MOST_ROWS,
) -> Predictions:
    """Let an estimator predict the rows of any data.

    Parameters
    ----------
    estimator : scikit-learn estimator
        Fitted; with `predict`, and `predict_proba` or `decision_function` for scores.
    data : frame, path or array
        X itself (an array, a sparse matrix, a frame), or any data that
        :func:`fairkit.door.rows.rows_of` takes with the feature columns among others.
    features : sequence of str, optional
        Which columns to give it; else those it was fitted on (`feature_names_in_`), else all of a frame.
    rows : int, optional
        How many rows there must be: those of the data to evaluate, where X is given apart from them.
    batch : int
        Rows at a time.
    limit : int
        Most rows to take into memory from a file or an engine.

    Raises
    ------
    UsageError
        It cannot predict, is not fitted, or the features cannot be told.
    DataError
        Features are not in the data, X has another number of rows, or the estimator refuses the rows.

    Examples
    --------
    >>> from sklearn.linear_model import LogisticRegression
    >>> X = np.arange(8.0).reshape(-1, 1)
    >>> model = LogisticRegression().fit(X, X[:, 0] > 3)
    >>> found = predictions_of(model, X, rows=8)
    >>> found.decision.tolist(), found.score.round(1).tolist()[:2]
    ([False, False, False, False, True, True, True, True], [0.0, 0.1])
    """
    _check(estimator)
    given = _features(estimator, data, features, limit)
    count = int(given.shape[0])
    if rows is not None and count != rows:
        raise DataError(
            f"X has {count:,} rows and the data have {rows:,}; give X with one row for each row of the data, "
            "in their order."
        )
    classes = tuple(getattr(estimator, "classes_", ()))
    ask = _score_method(estimator, classes)
    decided: list[NDArray[Any]] = []
    scores: list[NDArray[Any]] = []
    for start in range(0, count, batch):
        cut = slice(start, start + batch)
        some = given.iloc[cut] if hasattr(given, "iloc") else given[cut]
        decided.append(np.asarray(_asked(estimator, estimator.predict, some)))
        if ask is not None:
            scores.append(np.asarray(_asked(estimator, ask, some), np.float64))
    said: NDArray[Any] = np.concatenate(decided) if decided else np.zeros(0)
    if said.ndim != 1:
        raise UsageError(
            f"{_name(estimator)} predicts {said.shape[1]} outputs per row; evaluate one output at a time."
        )
    score = None
    if ask is not None and scores:
        joint = np.concatenate(scores)
        score = joint[:, 1] if joint.ndim == 2 else joint
    if _regresses(estimator):
        return Predictions(None, None, said.astype(np.float64), ())
    return Predictions(said, score, None, classes)


def _check(estimator: Any) -> None:
    """Refuse what cannot predict, and what is not fitted, before any row is read."""
    from sklearn.exceptions import NotFittedError
    from sklearn.utils.validation import check_is_fitted

    if isinstance(estimator, type):
        name = estimator.__name__
        raise UsageError(f"{name} is a class; give a fitted estimator, {name}().fit(X, y).")
    if not callable(getattr(estimator, "predict", None)):
        raise UsageError(
            f"{_name(estimator)} has no method predict; give an estimator of scikit-learn's kind, or name a "
            "column of predictions."
        )
    if not hasattr(estimator, "fit"):
        return
    try:
        check_is_fitted(estimator)
    except NotFittedError as error:
        raise UsageError(f"{_name(estimator)} is not fitted; call its fit(X, y) first.") from error
    except TypeError:  # an estimator of another library that scikit-learn cannot look into
        return


def _features(estimator: Any, data: Any, features: Sequence[str] | None, limit: int) -> Any:
    """Take the columns that the estimator was fitted on, or X as it is."""
    fitted = getattr(estimator, "feature_names_in_", None)
    named = list(features) if features is not None else None if fitted is None else [str(f) for f in fitted]
    if isinstance(data, np.ndarray | list) or hasattr(data, "tocsr"):
        matrix = np.asarray(data) if isinstance(data, list) else data
        if matrix.ndim != 2:
            raise DataError(f"X must have rows and columns, its shape is {matrix.shape}.")
        wanted = getattr(estimator, "n_features_in_", matrix.shape[1])
        if matrix.shape[1] != wanted:
            raise DataError(
                f"X has {matrix.shape[1]} columns, and {_name(estimator)} was fitted on {wanted}."
            )
        if named is not None and len(named) == matrix.shape[1] and not hasattr(matrix, "tocsr"):
            # An estimator that knows names warns of arrays without them.
            return rows_of(dict(zip(named, matrix.T, strict=True)), named, limit=len(matrix))
        return matrix
    if named is None and hasattr(data, "iloc"):
        return data
    if named is None:
        raise UsageError(
            f"{_name(estimator)} does not know the names of its features; say which columns they are: "
            "features=['age', 'income']."
        )
    if hasattr(data, "iloc"):  # a pandas frame keeps its types, which pipelines may rely on
        missing = [name for name in named if name not in data.columns]
        if missing:
            raise DataError(*(_lacking(name, list(map(str, data.columns))) for name in missing))
        return data[named]
    return rows_of(data, named, limit=limit)


def _lacking(name: str, have: Sequence[str]) -> str:
    return f"feature '{name}' is not in the data (it has {shortlist(have)}).{did_you_mean(name, have)}"


def _score_method(estimator: Any, classes: tuple[Any, ...]) -> Callable[[Any], Any] | None:
    if len(classes) != 2:
        return None
    for method in ("predict_proba", "decision_function"):
        found = getattr(estimator, method, None)
        if callable(found):
            asked: Callable[[Any], Any] = found
            return asked
    return None


def _asked(estimator: Any, method: Callable[[Any], Any], rows: Any) -> Any:
    try:
        return method(rows)
    except (ValueError, TypeError, KeyError) as error:
        said = " ".join(str(error).split())
        shown = said if len(said) <= 300 else f"{said[:297]}..."
        raise DataError(
            f"{_name(estimator)} refuses the rows ({type(error).__name__}: {shown}); give it the columns, in "
            "the types, that it was fitted on."
        ) from error


def _regresses(estimator: Any) -> bool:
    from sklearn.base import is_regressor

    try:
        return bool(is_regressor(estimator))
    except (AttributeError, TypeError):
        return False


def _name(estimator: Any) -> str:
    return type(estimator).__name__
