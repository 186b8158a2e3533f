"""Metrics of several outputs at once: micro and macro means over the outputs, and the share of wrong ones.

A row is a cell of one outcome per output (right or wrong, positive or negative), so that the metrics know how
outcomes of one row go together: a row counts once in a variance, however many outputs it has. The definitions
are scikit-learn's, with one difference: an output without positives has no true positive rate and is left out
of the macro mean, where scikit-learn counts it as 0. Of each output the rows count that have its label and
decision. The share of rows with all outputs right is a metric of agreement (:mod:`fairkit.views`).
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from fairkit.counts import FIELDS, Kind
from fairkit.metrics._delta import delta_variance, rows_worth, variance_unseen
from fairkit.metrics.base import Why
from fairkit.metrics.functionals import Functional, Measured, Part

FloatArray = NDArray[np.float64]

_OUTCOMES = FIELDS[Kind.CONFUSION]

# What a row of each outcome (tp, fp, fn, tn) adds to numerator and denominator, and why there may be none.
_TRUE_POSITIVES = np.array([1.0, 0, 0, 0]), np.array([1.0, 0, 1, 0]), Why.NO_POSITIVES
_PREDICTED = np.array([1.0, 0, 0, 0]), np.array([1.0, 1, 0, 0]), Why.NO_PREDICTED_POSITIVES
_F1 = np.array([2.0, 0, 0, 0]), np.array([2.0, 1, 1, 0]), Why.NO_POSITIVES
_WRONG = np.array([0.0, 1, 1, 0]), np.ones(4), Why.NO_ROWS


def _micro(part: Part, top: FloatArray, bottom: FloatArray, why: Why) -> Measured:
    """Take one ratio over the rows of all outputs together."""
    added = [_added(part, column).sum(axis=1)[:, None] for column in (top, bottom)]
    return _mean_of_ratios(part, added[0], added[1], why)


def _macro(part: Part, top: FloatArray, bottom: FloatArray, why: Why) -> Measured:
    """Average one ratio per output over the outputs that have it."""
    return _mean_of_ratios(part, _added(part, top), _added(part, bottom), why)


def _added(part: Part, column: FloatArray) -> FloatArray:
    """Say what one row of each cell adds for each output, shape (cells, outputs); 0 where it is missing."""
    found = np.zeros((len(part.codes), len(part.axes)))
    for i, axis in enumerate(part.axes):
        adds = [column[_OUTCOMES.index(level)] if level in _OUTCOMES else 0.0 for level in axis.levels]
        found[:, i] = np.array(adds, np.float64)[part.codes[:, i]]
    return found


def _mean_of_ratios(part: Part, top: FloatArray, bottom: FloatArray, why: Why) -> Measured:
    sums, squares = part.field("rows"), part.square("rows")
    size = sums @ bottom
    used = size > 0
    if not used.any():
        return Measured.undefined(part.sums, why)
    top, bottom, size = top[:, used], bottom[:, used], size[used]
    ratio = sums @ top / size
    influence = ((top - ratio * bottom) / size).mean(axis=1)
    # A ratio of 0 or 1 shows no variation. Where hits count twice it is F1, 2 s / (1 + s) of a share s.
    rows = rows_worth(sums @ (bottom > 0), squares @ (bottom > 0))
    twice = top.max(axis=0, initial=1.0)
    steep = np.where(ratio == 0, twice, np.where(ratio == 1, 1 / twice, 0.0))
    unseen = float(((steep / len(size)) ** 2 * variance_unseen(rows)).sum())
    variance, freedom = delta_variance(influence, sums, squares)
    # Exactly 0 or 1 where all are: a value so near to 1 would look certain.
    value = float(ratio[0] if (ratio == ratio[0]).all() else ratio.mean())
    return Measured(value, variance + unseen, freedom, influence[:, None])


def _functional(
    name: str,
    measure: Callable[[Part, FloatArray, FloatArray, Why], Measured],
    of: tuple[FloatArray, FloatArray, Why],
    summary: str,
    formula: str,
) -> Functional:
    return Functional(
        name,
        lambda part: measure(part, *of),
        summary,
        formula,
        "scikit-learn metrics",
        Kind.OUTCOMES,
        ("rows",),
        lambda sums: None,  # noqa: ARG005 - sums over all outcomes say nothing; the measure does
        better="lower" if of is _WRONG else "higher",
        scale="binomial",
        lowest=0.0,
        highest=1.0,
    )


MULTILABEL: tuple[Functional, ...] = (
    _functional(
        "micro_true_positive_rate",
        _micro,
        _TRUE_POSITIVES,
        "Share of the positives of all outputs that are decided positive.",
        "Σ tp / Σ (tp + fn)",
    ),
    _functional(
        "micro_positive_predictive_value",
        _micro,
        _PREDICTED,
        "Share of the positive decisions of all outputs that are right.",
        "Σ tp / Σ (tp + fp)",
    ),
    _functional(
        "micro_f1_score",
        _micro,
        _F1,
        "F1 score over all outputs together.",
        "Σ 2·tp / Σ (2·tp + fp + fn)",
    ),
    _functional(
        "macro_true_positive_rate",
        _macro,
        _TRUE_POSITIVES,
        "Mean true positive rate of the outputs.",
        "Σ over outputs tp / (tp + fn) / outputs",
    ),
    _functional(
        "macro_positive_predictive_value",
        _macro,
        _PREDICTED,
        "Mean over the outputs of the share of their positive decisions that are right.",
        "Σ over outputs tp / (tp + fp) / outputs",
    ),
    _functional(
        "macro_f1_score",
        _macro,
        _F1,
        "Mean F1 score of the outputs, each counting the same.",
        "Σ over outputs 2·tp / (2·tp + fp + fn) / outputs",
    ),
    _functional(
        "hamming_loss",
        _micro,
        _WRONG,
        "Share of the outputs of all rows that are wrong.",
        "Σ (fp + fn) / Σ (tp + fp + fn + tn)",
    ),
)
"""All metrics of several outputs together."""

DEFAULTS = ("macro_f1_score", "hamming_loss")
"""Those that are measured unless others are asked for."""
