"""Metrics of decisions among several classes, from the full confusion matrix of a group.

The definitions are those of scikit-learn, with one difference: what is undefined is left out of a mean, where
scikit-learn counts it as 0. A class that a group's rows are never labelled with has no true positive rate
there, and one that nobody is decided to be has no positive predictive value; the classes of a group are
those that occur in it as label or decision. Rates of one class are those of two-class decisions, one class
against the rest (:mod:`fairkit.views`); accuracy is a metric of agreement.

Every metric is a function of the matrix that does not change when all its cells grow in proportion, so that
its gradient is the influence of a row.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from fairkit.counts import Kind
from fairkit.metrics._delta import delta_variance, rows_worth, variance_unseen
from fairkit.metrics.base import Unit, Why
from fairkit.metrics.functionals import Functional, Measured, Part

FloatArray = NDArray[np.float64]
IntArray = NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class ClassMatrix:
    """Sums of weights by label and decision, over the classes that occur.

    Parameters
    ----------
    label, decision : array of int64, shape (cells,)
        Position of each cell's classes; the last position where one is missing.
    sums, squares : array, shape (classes, classes)
        Rows are labels, columns decisions.

    Examples
    --------
    >>> from fairkit.counts import Axis
    >>> axes = Axis("label", ("cat", "dog")), Axis("decision", ("cat", "cow"))
    >>> part = Part(Kind.CLASSES, axes, np.array([[0, 0], [1, 1]]), np.array([[3.0], [2.0]]))
    >>> ClassMatrix.of(part).sums.tolist()
    [[3.0, 0.0, 0.0], [0.0, 0.0, 2.0], [0.0, 0.0, 0.0]]
    """

    label: IntArray
    decision: IntArray
    sums: FloatArray
    squares: FloatArray

    @classmethod
    def of(cls, part: Part) -> ClassMatrix:
        """Add up the cells of a part; rows of one class missing on either side are not in the matrix."""
        axes = {axis.name: i for i, axis in enumerate(part.axes)}
        place: dict[str | None, int] = {}
        codes = []
        for name in ("label", "decision"):
            levels = part.axes[axes[name]].levels
            known = [level for level in levels if level is not None]
            for level in known:
                place.setdefault(level, len(place))
            codes.append((levels, part.codes[:, axes[name]]))
        size = len(place)
        label, decision = (
            np.array([place.get(level, size) for level in levels], np.int64)[own] for levels, own in codes
        )
        shape = (size + 1, size + 1)
        joint = label * (size + 1) + decision

        def matrix(values: FloatArray) -> FloatArray:
            found = np.bincount(joint, weights=values, minlength=(size + 1) ** 2).reshape(shape)
            return found[:-1, :-1].astype(np.float64)

        return cls(label, decision, matrix(part.field("rows")), matrix(part.square("rows")))

    def measured(self, value: float, influence: FloatArray, *, unseen: float = 0.0) -> Measured:
        """Write a value with its influence by class; `unseen` adds the variance that no row shows."""
        padded = np.zeros((len(influence) + 1, len(influence) + 1))
        padded[:-1, :-1] = influence
        variance, freedom = delta_variance(influence.ravel(), self.sums.ravel(), self.squares.ravel())
        return Measured(value, variance + unseen, freedom, padded[self.label, self.decision][:, None])


def macro_true_positive_rate(part: Part) -> Measured:
    """Average the true positive rates of the classes that rows are labelled with."""
    return _mean_share(ClassMatrix.of(part), part, axis=1)


def macro_positive_predictive_value(part: Part) -> Measured:
    """Average the positive predictive values of the classes that rows are decided to be."""
    return _mean_share(ClassMatrix.of(part), part, axis=0)


def macro_f1_score(part: Part) -> Measured:
    """Average the F1 scores of the classes that occur."""
    matrix = ClassMatrix.of(part)
    occurs = matrix.sums.sum(axis=0) + matrix.sums.sum(axis=1) > 0
    return _mean_f1(matrix, part, occurs / max(int(occurs.sum()), 1))


def weighted_f1_score(part: Part) -> Measured:
    """Average the F1 scores of the classes, each weighted with the rows labelled so."""
    matrix = ClassMatrix.of(part)
    labels = matrix.sums.sum(axis=1)
    n = labels.sum()
    return _mean_f1(matrix, part, labels / n if n else labels, of_labels=True)


def cohen_kappa(part: Part) -> Measured:
    r"""Measure agreement beyond chance.

    Notes
    -----
    :math:`\kappa = (p_o - p_e) / (1 - p_e)`, with the share of rows that agree and what it would be if labels
    and decisions were independent.
    """
    matrix = ClassMatrix.of(part)
    n = matrix.sums.sum()
    if n == 0:
        return Measured.undefined(part.sums)
    labels, decisions = matrix.sums.sum(axis=1), matrix.sums.sum(axis=0)
    observed, expected = np.trace(matrix.sums) / n, labels @ decisions / n**2
    if np.count_nonzero(labels + decisions) < 2:
        return Measured.undefined(part.sums, Why.NO_VARIATION)
    by_observed = (np.eye(len(labels)) - observed) / n
    by_expected = (decisions[:, None] + labels[None, :]) / n**2 - 2 * expected / n
    influence = by_observed / (1 - expected) - by_expected * (1 - observed) / (1 - expected) ** 2
    return matrix.measured(float((observed - expected) / (1 - expected)), influence)


def matthews_corrcoef(part: Part) -> Measured:
    r"""Measure the correlation of labels and decisions.

    Notes
    -----
    Gorodkin's :math:`R_K`: with :math:`c` rows that agree of :math:`s`, labels :math:`t_k` and decisions
    :math:`p_k`, :math:`(c s - \sum t_k p_k) / \sqrt{(s^2 - \sum t_k^2)(s^2 - \sum p_k^2)}`.
    """
    matrix = ClassMatrix.of(part)
    n = matrix.sums.sum()
    if n == 0:
        return Measured.undefined(part.sums)
    labels, decisions = matrix.sums.sum(axis=1), matrix.sums.sum(axis=0)
    if np.count_nonzero(labels) < 2:
        return Measured.undefined(part.sums, Why.CONSTANT_LABEL)
    if np.count_nonzero(decisions) < 2:
        return Measured.undefined(part.sums, Why.NO_VARIATION)
    agree = np.trace(matrix.sums)
    spread_of_labels, spread_of_decisions = n**2 - labels @ labels, n**2 - decisions @ decisions
    size = np.sqrt(spread_of_labels * spread_of_decisions)
    value = (agree * n - labels @ decisions) / size
    joint = np.eye(len(labels)) * n + agree - decisions[:, None] - labels[None, :]
    alone = (n - labels)[:, None] / spread_of_labels + (n - decisions)[None, :] / spread_of_decisions
    return matrix.measured(float(value), joint / size - value * alone)


def _mean_share(matrix: ClassMatrix, part: Part, *, axis: int) -> Measured:
    """Average the shares of right rows along the labels (axis 1) or along the decisions (axis 0)."""
    size = matrix.sums.sum(axis=axis)
    occurs = size > 0
    if not occurs.any():
        return Measured.undefined(part.sums)
    right = np.diag(matrix.sums)
    share = np.where(occurs, right / np.where(occurs, size, 1.0), 0.0)
    weight = occurs / occurs.sum()
    slope = np.where(occurs, weight / np.where(occurs, size, 1.0), 0.0)
    each, own = (slope[:, None], share[:, None]) if axis else (slope[None, :], share[None, :])
    influence = each * (np.eye(len(size)) - own)
    rows = rows_worth(size, matrix.squares.sum(axis=axis))
    seen = (matrix.squares * influence**2).sum(axis=axis) * rows / np.maximum(rows - 1, 1e-9)
    constant = occurs & ((right == 0) | (right == size))
    variance = np.where(constant, weight**2 * variance_unseen(rows), np.where(rows > 1, seen, 0.0))
    freedom = float(rows_worth(matrix.sums.sum(), matrix.squares.sum())) - 1
    pull = matrix.measured(0.0, influence).influence
    return Measured(_mean(share, weight), float(variance.sum()), freedom, pull)


def _mean_f1(matrix: ClassMatrix, part: Part, weight: FloatArray, *, of_labels: bool = False) -> Measured:
    """Average F1 scores; weights that are themselves shares of the labels have an influence of their own."""
    n = matrix.sums.sum()
    if n == 0:
        return Measured.undefined(part.sums)
    size = matrix.sums.sum(axis=0) + matrix.sums.sum(axis=1)
    right = np.diag(matrix.sums)
    score = np.where(size > 0, 2 * right / np.where(size > 0, size, 1.0), 0.0)
    slope = np.where(size > 0, weight / np.where(size > 0, size, 1.0), 0.0)
    influence = 2 * np.diag(slope) - (slope * score)[:, None] - (slope * score)[None, :]
    value = _mean(score, weight)
    if of_labels:
        influence = influence + (score - value)[:, None] / n
    # F1 is 2 s / (1 + s) of the share s of right rows among those that involve the class: its slope is 2 at
    # s = 0 and 1/2 at s = 1.
    involved = size - right
    squares = matrix.squares.sum(axis=0) + matrix.squares.sum(axis=1) - np.diag(matrix.squares)
    rows = rows_worth(involved, squares)
    steep = np.where(right == 0, 2.0, np.where(right == involved, 0.5, 0.0))
    unseen = (weight * steep) ** 2 * variance_unseen(rows)
    return matrix.measured(value, influence, unseen=float(unseen.sum()))


def _mean(shares: FloatArray, weight: FloatArray) -> float:
    """Average, without rounding where all are 0 or all are 1: a value so near to 1 would look certain."""
    used = weight > 0
    if (shares[used] == shares[used][0]).all():
        return float(shares[used][0])
    return float(shares @ weight)


def _functional(
    name: str,
    measure: Callable[[Part], Measured],
    summary: str,
    formula: str,
    source: str,
    *,
    unit: Unit,
) -> Functional:
    return Functional(
        name,
        measure,
        summary,
        formula,
        source,
        Kind.CLASSES,
        ("rows",),
        lambda sums: None,  # noqa: ARG005 - sums over all classes say nothing; the measure does
        better="higher",
        unit=unit,
        # Shares have limits of effective rows; agreement near 1 is skewed as the errors are.
        scale="binomial" if unit == "share" else "complement",
        lowest=0.0 if unit == "share" else -1.0,
        highest=1.0,
    )


MULTICLASS: tuple[Functional, ...] = (
    _functional(
        "macro_true_positive_rate",
        macro_true_positive_rate,
        "Mean true positive rate of the classes (balanced accuracy).",
        "Σ over labelled classes tp / (tp + fn) / classes",
        "scikit-learn metrics",
        unit="share",
    ),
    _functional(
        "macro_positive_predictive_value",
        macro_positive_predictive_value,
        "Mean over the classes of the share of their decisions that are right.",
        "Σ over decided classes tp / (tp + fp) / classes",
        "scikit-learn metrics",
        unit="share",
    ),
    _functional(
        "macro_f1_score",
        macro_f1_score,
        "Mean F1 score of the classes, each counting the same.",
        "Σ over classes 2·tp / (2·tp + fp + fn) / classes",
        "scikit-learn metrics",
        unit="share",
    ),
    _functional(
        "weighted_f1_score",
        weighted_f1_score,
        "Mean F1 score of the classes, each counting by its rows.",
        "Σ over classes (tp + fn) / rows · 2·tp / (2·tp + fp + fn)",
        "scikit-learn metrics",
        unit="share",
    ),
    _functional(
        "cohen_kappa",
        cohen_kappa,
        "Agreement of label and decision beyond chance: 0 is chance, 1 is perfect.",
        "(accuracy - chance) / (1 - chance)",
        "Cohen 1960",
        unit="score",
    ),
    _functional(
        "matthews_corrcoef",
        matthews_corrcoef,
        "Correlation of label and decision over all classes: 0 is chance, 1 is perfect.",
        "cov(label, decision) / √(var(label) · var(decision))",
        "Gorodkin 2004",
        unit="score",
    ),
)
"""All metrics of decisions among several classes."""

DEFAULTS = ("macro_true_positive_rate", "macro_f1_score")
"""Those that are measured unless others are asked for."""
