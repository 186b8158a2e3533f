r"""Counterfactual measures: what a classifier does when a text is rewritten with roles reversed.

For a text x with counterfactuals x' and the probability f of one class,

.. math:: \text{gap} = \operatorname{mean}_{x'} |f(x) - f(x')|, \quad
    \text{shift} = \operatorname{mean}_{x'} (f(x') - f(x)).

It *flips* if any counterfactual is given another class, and fails *invariance* if it flips or any probability
moves beyond the tolerance. A text without a counterfactual has none of these: it is not measured, never 0.

References
----------
Garg, Perot, Limtiaco, Taly, Chi & Beutel 2019, Counterfactual Fairness in Text Classification through
Robustness (arXiv:1809.10610). Ribeiro, Wu, Guestrin & Singh 2020, Beyond Accuracy: Behavioral Testing of NLP
Models with CheckList, ACL.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal, get_args

import numpy as np
from numpy.typing import NDArray

from fairkit.errors import DataError, UsageError, did_you_mean, shortlist
from fairkit.text.classifiers import TextClassifier
from fairkit.text.rewriting import Rewriter, Rewritten
from fairkit.text.scorers import check_classifier, scored, target_class

__all__ = ["CounterfactualMeasures", "counterfactual_measures", "measures_of_pairs"]

FloatArray = NDArray[np.float64]
IntArray = NDArray[np.int64]

Ambiguous = Literal["keep", "drop"]
"""What is done with counterfactuals of which the rewriter is not sure."""

Which = Literal["one", "every"]
"""Whether a text is rewritten once, or at every level of the rewriter's table."""

NO_TEXT, NO_COUNTERFACTUAL, AMBIGUOUS = "no-text", "no-counterfactual", "ambiguous-counterfactual"
"""Why a text is not measured."""

NAMES = ("counterfactual_gap", "counterfactual_shift", "flip_rate", "invariance_failure_rate")
"""The measures, by the names that reports know them by."""

TOLERANCE = 0.1
"""How far a probability may move and still count as invariant, as in CheckList."""


@dataclass(frozen=True, slots=True, eq=False)
class CounterfactualMeasures:
    """What was measured of each of many texts; NaN where `why` has a reason.

    Parameters
    ----------
    labels : tuple of str
        Classes.
    target : str
        The class whose probability is followed, or ``predicted``.
    counterfactual_gap, counterfactual_shift, flip_rate, invariance_failure_rate : array, shape (texts,)
        The last two are 0 or 1.
    counterfactuals : array of int64, shape (texts,)
        How many of each text were measured.
    why : tuple of (str or None)
        ``no-text``, ``no-counterfactual``, ``ambiguous-counterfactual``.
    probability : array, shape (texts,)
        Of the class that is followed, before.
    tolerance : float

    Examples
    --------
    >>> from fairkit.text.attributes.swapper import TableSwapper
    >>> from fairkit.text.scorers import from_function
    >>> model = from_function(lambda texts: [0.8 if "old" in text else 0.5 for text in texts])
    >>> swapper = TableSwapper({"young": "old"}, attribute="age")
    >>> found = counterfactual_measures(["a young man", "a man"], model, swapper)
    >>> round(found.value("counterfactual_gap", 0), 3), found.value("counterfactual_gap", 1), found.why
    (0.3, None, (None, 'no-counterfactual'))
    """

    labels: tuple[str, ...]
    target: str
    counterfactual_gap: FloatArray
    counterfactual_shift: FloatArray
    flip_rate: FloatArray
    invariance_failure_rate: FloatArray
    counterfactuals: IntArray
    why: tuple[str | None, ...]
    probability: FloatArray
    tolerance: float

    def __len__(self) -> int:
        return len(self.why)

    @property
    def measured(self) -> NDArray[np.bool_]:
        """Which texts have a counterfactual that was measured."""
        return np.array([reason is None for reason in self.why], bool)

    def arrays(self) -> dict[str, FloatArray]:
        """Return the measures by name, as :func:`fairkit.text.evaluator.judge_texts` takes them."""
        return {name: getattr(self, name) for name in NAMES}

    def value(self, measure: str, text: int) -> float | None:
        """Return one measure of one text; None where `why` has a reason.

        Raises
        ------
        UsageError
            There is no such measure.
        """
        if measure not in NAMES:
            raise UsageError(
                f"there is no measure '{measure}' (there are {shortlist(NAMES)})."
                f"{did_you_mean(measure, NAMES)}"
            )
        return None if self.why[text] is not None else float(getattr(self, measure)[text])

    def counted(self, reason: str) -> int:
        """Count the texts with one reason."""
        return self.why.count(reason)


def counterfactual_measures(
    texts: Sequence[str | None],
    classifier: TextClassifier,
    rewriter: Rewriter | Sequence[Rewriter],
    *,
    target: str | None = None,
    tolerance: float = TOLERANCE,
    ambiguous: Ambiguous = "keep",
    which: Which = "one",
    progress: Callable[[int], object] | None = None,
) -> CounterfactualMeasures:
    """Rewrite texts, classify both, and compare.

    Parameters
    ----------
    texts : sequence of (str or None)
    classifier : TextClassifier
        A network's (:func:`~fairkit.text.load_classifier`), a pipeline's
        (:func:`~fairkit.text.from_sklearn`), or a function's (:func:`~fairkit.text.from_function`).
    rewriter : Rewriter or sequence of Rewriter
        What makes counterfactuals: a :class:`~fairkit.text.GenderSwapper`, a
        :class:`~fairkit.text.TableSwapper`, anything of that shape. Each of several makes one.
    target : str, optional
        The class whose probability is followed, or ``"predicted"``: each text's own. The last of two
        classes unless given, the predicted one of several.
    tolerance : float
        How far it may move and still count as invariant.
    ambiguous : {"keep", "drop"}
        Whether counterfactuals of which the rewriter is not sure are used.
    which : {"one", "every"}
        ``every``: one counterfactual for each other level of the rewriter's table.
    progress : callable, optional
        Is told how many texts have been classified so far.

    Returns
    -------
    CounterfactualMeasures

    Raises
    ------
    UsageError
        An option is unknown, or the rewriter knows no levels.
    DataError
        The classifier does not give probabilities.

    Examples
    --------
    >>> from fairkit.text import GenderSwapper, from_function
    >>> model = from_function(lambda texts: [0.7 if "he" in text.lower().split() else 0.4 for text in texts])
    >>> found = counterfactual_measures(["She sang.", "It rained.", None], model, GenderSwapper())
    >>> found.counterfactual_shift.round(2).tolist(), found.flip_rate.tolist(), found.why[1:]
    ([0.3, nan, nan], [1.0, nan, nan], ('no-counterfactual', 'no-text'))
    """
    check_options(tolerance, ambiguous, which)
    check_classifier(classifier)
    if isinstance(texts, str):
        raise UsageError("texts are a list of texts, not one: ['She sang.'].")
    followed = target_class(classifier.labels, target)
    rewrite = _rewriting(rewriter, which)
    why: list[str | None] = []
    owner: list[int] = []
    rewritten: list[str] = []
    for place, text in enumerate(texts):
        if not isinstance(text, str) or not text.strip():
            why.append(NO_TEXT)
            continue
        found = [one for one in rewrite(text) if one.changed and one.text != text]
        kept = found if ambiguous == "keep" else [one for one in found if not one.ambiguous]
        why.append(None if kept else AMBIGUOUS if found else NO_COUNTERFACTUAL)
        owner += [place] * len(kept)
        rewritten += [one.text for one in kept]
    known = [place for place, reason in enumerate(why) if reason != NO_TEXT]
    both = [*(str(texts[place]) for place in known), *rewritten]
    probabilities = scored(classifier, both, progress=progress)
    before = np.full((len(why), len(classifier.labels)), np.nan)
    before[known] = probabilities[: len(known)]
    return measures_of_pairs(
        before,
        probabilities[len(known) :],
        np.array(owner, np.int64),
        labels=classifier.labels,
        target=followed,
        tolerance=tolerance,
        why=why,
    )


def measures_of_pairs(
    before: FloatArray,
    after: FloatArray,
    owner: IntArray,
    *,
    labels: Sequence[str],
    target: int | None,
    tolerance: float = TOLERANCE,
    why: Sequence[str | None] | None = None,
) -> CounterfactualMeasures:
    """Compare probabilities before and after rewriting, however they were made.

    Parameters
    ----------
    before : array, shape (texts, classes)
    after : array, shape (counterfactuals, classes)
    owner : array of int64, shape (counterfactuals,)
        The text that each counterfactual is of.
    labels : sequence of str
    target : int or None
        The class whose probability is followed; None for the one predicted before.
    tolerance : float
    why : sequence of (str or None), optional
        Reasons that are known.

    Examples
    --------
    >>> before, after = np.array([[0.4, 0.6], [0.9, 0.1]]), np.array([[0.7, 0.3], [0.5, 0.5]])
    >>> found = measures_of_pairs(before, after, np.array([0, 0]), labels=("no", "yes"), target=1)
    >>> found.counterfactual_gap.round(2).tolist(), found.why
    ([0.2, nan], (None, 'no-counterfactual'))
    """
    size = len(before)
    chosen = np.nan_to_num(before, nan=-1.0).argmax(axis=1)
    followed = chosen if target is None else np.full(size, target)
    row = np.arange(size)
    moved = after[np.arange(len(after)), followed[owner]] - before[owner, followed[owner]]
    flipped = after.argmax(axis=1) != chosen[owner] if len(after) else np.zeros(0, bool)
    # 0.1 is no double: what only rounding takes beyond the tolerance is within it.
    failed = flipped | (np.abs(moved) > tolerance * (1 + 1e-12) + 1e-15)
    count = np.bincount(owner, minlength=size)
    with np.errstate(divide="ignore", invalid="ignore"):
        gap = np.bincount(owner, np.abs(moved), size) / count
        shift = np.bincount(owner, moved, size) / count
    some = count > 0
    reasons = [NO_COUNTERFACTUAL] * size if why is None else list(why)
    reasons = [
        None if has else reason or NO_COUNTERFACTUAL for has, reason in zip(some, reasons, strict=True)
    ]
    return CounterfactualMeasures(
        tuple(labels),
        "predicted" if target is None else labels[target],
        gap,
        shift,
        np.where(some, np.bincount(owner, flipped, size) > 0, np.nan),
        np.where(some, np.bincount(owner, failed, size) > 0, np.nan),
        count.astype(np.int64),
        tuple(reasons),
        before[row, followed],
        float(tolerance),
    )


def check_options(tolerance: object, ambiguous: object, which: object) -> None:
    """Refuse what is no tolerance and no known choice; all problems at once.

    Raises
    ------
    UsageError

    Examples
    --------
    >>> check_options(0.1, "keep", "one")
    """
    problems = []
    if isinstance(tolerance, bool) or not isinstance(tolerance, int | float) or not 0 <= tolerance <= 1:
        problems.append(f"tolerance {tolerance!r} is no share of probability from 0 to 1, such as 0.1.")
    for name, value, known in (
        ("ambiguous", ambiguous, get_args(Ambiguous)),
        ("which", which, get_args(Which)),
    ):
        if value not in known:
            problems.append(
                f"{name}={value!r} is unknown (there are {shortlist(known)})."
                f"{did_you_mean(str(value), known)}"
            )
    if problems:
        raise UsageError(*problems)


def _rewriting(rewriter: Rewriter | Sequence[Rewriter], which: Which) -> Callable[[str], Sequence[Rewritten]]:
    rewriters: Sequence[Any] = rewriter if isinstance(rewriter, Sequence) else [rewriter]
    if not rewriters or not all(callable(one) for one in rewriters):
        raise UsageError(
            "a rewriter is called with a text: give a GenderSwapper, a TableSwapper, or several."
        )
    if which == "one":
        return lambda text: [_of(one(text)) for one in rewriters]
    lacking = [one for one in rewriters if not hasattr(one, "counterfactuals")]
    if lacking:
        names = shortlist([type(one).__name__ for one in lacking])
        raise UsageError(f"which='every' needs a rewriter with levels, as TableSwapper; {names} has none.")

    def every(text: str) -> Sequence[Rewritten]:
        made: list[Mapping[str, Rewritten]] = [one.counterfactuals(text) for one in rewriters]
        distinct = {one.text: one for levels in made for one in levels.values()}
        return list(distinct.values())

    return every


def _of(found: object) -> Rewritten:
    if not isinstance(found, Rewritten):
        raise DataError(
            f"the rewriter returns {type(found).__name__}, not fairkit.text.Rewritten with what it changed."
        )
    return found
