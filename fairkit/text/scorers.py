"""Classifiers of texts from what people have: scikit-learn pipelines, and functions of their own.

Networks are read by :func:`fairkit.text.load_classifier` and :func:`fairkit.text.from_module`; nothing here
needs torch.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from fairkit.errors import DataError, UsageError, did_you_mean, shortlist
from fairkit.text.classifiers import TextClassifier

__all__ = [
    "FunctionClassifier",
    "check_classifier",
    "from_function",
    "from_sklearn",
    "scored",
    "target_class",
]

FloatArray = NDArray[np.float64]

BATCH = 4_096
"""Texts that a classifier is given at a time."""

_ROUNDING = 1e-6


@dataclass(frozen=True, slots=True, eq=False)
class FunctionClassifier:
    """A function of texts as a classifier.

    Parameters
    ----------
    labels : tuple of str
    function : callable
        From a list of texts to probabilities, of shape (texts, classes), or (texts,): of the last of two
        classes.

    Examples
    --------
    >>> model = FunctionClassifier(("harmless", "toxic"), lambda texts: ["idiot" in t for t in texts])
    >>> model.probabilities(["you idiot", "you"]).tolist()
    [[0.0, 1.0], [1.0, 0.0]]
    """

    labels: tuple[str, ...]
    function: Callable[[list[str]], Any]

    def probabilities(self, texts: Sequence[str]) -> FloatArray:
        """Return the probability of every class for every text, shape (texts, classes).

        Raises
        ------
        DataError
            The function returns something else.
        """
        try:
            found = np.asarray(self.function(list(texts)), np.float64)
        except (TypeError, ValueError) as error:
            raise DataError(f"the classifier does not return probabilities: {error}.") from error
        if found.ndim == 1 and len(self.labels) == 2:
            found = np.column_stack([1 - found, found])
        if found.shape != (len(texts), len(self.labels)):
            raise DataError(
                f"the classifier returns shape {found.shape} for {len(texts)} texts and "
                f"{len(self.labels)} classes ({shortlist(self.labels)})."
            )
        return found


def from_function(function: Any, *, labels: Sequence[str] = ("negative", "positive")) -> FunctionClassifier:
    """Make a classifier of a function that gives probabilities.

    Parameters
    ----------
    function : callable
        From a list of texts to an array of shape (texts, classes), or of shape (texts,) with the probability
        of the last of two classes.
    labels : sequence of str
        Names of the classes.

    Raises
    ------
    UsageError
        There are fewer than two classes, two of one name, or nothing to call.

    Examples
    --------
    >>> model = from_function(lambda texts: [0.9 if "idiot" in text else 0.1 for text in texts])
    >>> model.probabilities(["you idiot"]).round(1).tolist()
    [[0.1, 0.9]]
    """
    names = tuple(str(label) for label in labels)
    problems = []
    if len(names) < 2 or len(set(names)) < len(names):
        problems.append(f"a classifier has two classes or more, each with a name of its own, not {names}.")
    if not callable(function):
        problems.append(f"a {type(function).__name__} is no function of texts.")
    if problems:
        raise UsageError(*problems)
    return FunctionClassifier(names, function)


def from_sklearn(estimator: Any) -> FunctionClassifier:
    """Make a classifier of a fitted scikit-learn pipeline that takes texts.

    Parameters
    ----------
    estimator : object
        With ``predict_proba`` and ``classes_``: a pipeline from a vectoriser on, or a search over one.

    Raises
    ------
    UsageError
        It is not fitted, or gives no probabilities.

    Examples
    --------
    >>> from sklearn.feature_extraction.text import CountVectorizer
    >>> from sklearn.linear_model import LogisticRegression
    >>> from sklearn.pipeline import make_pipeline
    >>> texts = ["you idiot", "you stupid idiot", "thank you", "thank you both"]
    >>> pipeline = make_pipeline(CountVectorizer(), LogisticRegression())
    >>> fitted = pipeline.fit(texts, ["bad", "bad", "good", "good"])
    >>> model = from_sklearn(fitted)
    >>> model.labels, model.probabilities(["idiot"]).shape
    (('bad', 'good'), (1, 2))
    """
    name = type(estimator).__name__
    if not hasattr(estimator, "predict_proba"):
        raise UsageError(
            f"{name} gives no probabilities (predict_proba); use one that does, or wrap it in "
            "sklearn.calibration.CalibratedClassifierCV and fit that."
        )
    classes = getattr(estimator, "classes_", None)
    if classes is None:
        raise UsageError(f"{name} is not fitted (it has no classes_); fit it on texts first.")
    return FunctionClassifier(tuple(map(str, classes)), estimator.predict_proba)


def check_classifier(given: object) -> None:
    """Refuse what is no classifier of texts, and say what makes one of it.

    Raises
    ------
    UsageError

    Examples
    --------
    >>> check_classifier(lambda texts: [0.5 for text in texts])
    Traceback (most recent call last):
    ...
    fairkit.errors.UsageError: a function is no classifier of texts yet: from_function(...) makes one of it.
    """
    if hasattr(given, "labels") and callable(getattr(given, "probabilities", None)):
        return
    name = type(given).__name__
    if hasattr(given, "predict_proba"):
        raise UsageError(f"a {name} is no classifier of texts yet: from_sklearn(...) makes one of it.")
    if callable(given):
        raise UsageError(f"a {name} is no classifier of texts yet: from_function(...) makes one of it.")
    raise UsageError(
        f"a {name} is no classifier of texts; load_classifier, from_sklearn and from_function make them."
    )


def scored(
    classifier: TextClassifier,
    texts: Sequence[str],
    *,
    progress: Callable[[int], object] | None = None,
) -> FloatArray:
    """Score every distinct text once, batch by batch, and check what comes.

    Parameters
    ----------
    classifier : TextClassifier
    texts : sequence of str
    progress : callable, optional
        Is told how many distinct texts are done so far.

    Returns
    -------
    array of float64, shape (texts, classes)

    Raises
    ------
    DataError
        A probability is not finite, or not between 0 and 1.

    Examples
    --------
    >>> model = from_function(lambda texts: [len(text) / 10 for text in texts])
    >>> scored(model, ["a", "bb", "a"])[:, 1].tolist()
    [0.1, 0.2, 0.1]
    """
    place: dict[str, int] = {}
    where = np.fromiter((place.setdefault(text, len(place)) for text in texts), np.int64, len(texts))
    distinct = list(place)
    found = np.zeros((len(distinct), len(classifier.labels)))
    done = 0
    for chosen in _batches(distinct):
        own = np.asarray(classifier.probabilities([distinct[i] for i in chosen]), np.float64)
        if own.shape != (len(chosen), len(classifier.labels)):
            raise DataError(
                f"the classifier returns shape {own.shape} for {len(chosen)} texts and "
                f"{len(classifier.labels)} classes."
            )
        bad = ~((own >= -_ROUNDING) & (own <= 1 + _ROUNDING)).all(axis=1)
        if bad.any():
            example = own[int(bad.argmax())].tolist()
            raise DataError(
                f"the classifier gives {int(bad.sum()):,} of a batch of {len(chosen):,} texts numbers that "
                f"are no probabilities, such as {example}; are they logits?"
            )
        found[chosen] = np.clip(own, 0.0, 1.0)
        if progress is not None:
            done += len(chosen)
            progress(done)
    return found[where] if len(texts) else found


def target_class(labels: Sequence[str], target: str | None) -> int | None:
    """Find the class whose probability is followed; None for each text's predicted one.

    Parameters
    ----------
    labels : sequence of str
    target : str or None
        A class, or ``"predicted"``. None stands for the last of two classes, which is the positive one, and
        for the predicted one of several.

    Raises
    ------
    UsageError
        There is no such class.

    Examples
    --------
    >>> target_class(("harmless", "toxic"), None), target_class(("a", "b", "c"), None)
    (1, None)
    """
    if target is None:
        return 1 if len(labels) == 2 else None
    if target in labels:
        return list(labels).index(target)
    if target == "predicted":
        return None
    raise UsageError(
        f"the classifier has no class {target!r} (it has {shortlist(list(labels))}; 'predicted' stands for "
        f"each text's own).{did_you_mean(str(target), [*labels, 'predicted'])}"
    )


def _batches(texts: Sequence[str]) -> Iterator[NDArray[np.int64]]:
    """Order texts by length, so that padded ones waste little, and cut them into batches."""
    order = np.argsort(np.fromiter(map(len, texts), np.int64, len(texts)), kind="stable")
    for start in range(0, len(order), BATCH):
        yield order[start : start + BATCH]
