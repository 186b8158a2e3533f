"""Metrics of scores: whether they put positives first, and whether they mean what they say.

Scores need no threshold here. Ranking metrics take any number; metrics of calibration need probabilities
from 0 to 1. How well a threshold on the scores does is for :mod:`fairkit.curves.tracing`.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from fairkit.counts import Kind
from fairkit.metrics._calibration import (
    brier_score,
    calibration_in_the_large,
    error_limits,
    expected_calibration_error,
    mean_score,
    probability_sums,
)
from fairkit.metrics._ranks import average_precision, binning_bound, precision_bound, roc_auc
from fairkit.metrics.base import Why
from fairkit.metrics.functionals import Functional

__all__ = ["DEFAULTS", "SCORES", "binning_bound", "precision_bound"]


def _one_class(sums: NDArray[np.float64]) -> Why | None:
    if not sums[0]:
        return Why.NO_POSITIVES
    return None if sums[1] else Why.NO_NEGATIVES


_ROWS = ("positives", "negatives")

SCORES: tuple[Functional, ...] = (
    Functional(
        "roc_auc",
        roc_auc,
        "How often a positive scores higher than a negative (ties half): area under the ROC curve.",
        "P(score of a positive > score of a negative) + P(equal) / 2",
        "scikit-learn metrics; variance of DeLong et al. 1988",
        Kind.SCORES,
        _ROWS,
        _one_class,
        better="higher",
        margin_ratio=(0.9, 1 / 0.9),
        unit="score",
        scale="logit",
        lowest=0.0,
        highest=1.0,
        bound=binning_bound,
    ),
    Functional(
        "average_precision",
        average_precision,
        "Mean precision over the positives, each at its own score as the threshold; "
        "it moves with the share of positives.",
        "Σ (recall_k - recall_(k-1)) · precision_k",
        "scikit-learn metrics",
        Kind.SCORES,
        _ROWS,
        _one_class,
        better="higher",
        unit="score",
        scale="logit",
        lowest=0.0,
        highest=1.0,
        bound=precision_bound,
    ),
    Functional(
        "brier_score",
        brier_score,
        "Mean squared distance of the score from the label; 0 is perfect.",
        "Σ (score - label)² / rows",
        "Brier 1950; scikit-learn metrics",
        Kind.SCORES,
        _ROWS,
        probability_sums,
        better="lower",
        unit="score",
        scale="logit",
        lowest=0.0,
        highest=1.0,
    ),
    Functional(
        "calibration_in_the_large",
        calibration_in_the_large,
        "Mean score less the share of positives: above 0 the score promises too much.",
        "Σ (score - label) / rows",
        "Murphy & Winkler 1977",
        Kind.SCORES,
        _ROWS,
        probability_sums,
        lowest=-1.0,
        highest=1.0,
    ),
    Functional(
        "expected_calibration_error",
        expected_calibration_error,
        "Mean distance of score from share of positives over 16 bins of equal width; "
        "noise raises it in small groups.",
        "Σ over bins |Σ (score - label)| / rows",
        "Naeini, Cooper & Hauskrecht 2015",
        Kind.SCORES,
        _ROWS,
        probability_sums,
        better="lower",
        lowest=0.0,
        highest=1.0,
        limits=error_limits,
    ),
    Functional(
        "mean_score",
        mean_score,
        "Mean score (a fact of the scores, whatever the labels are).",
        "Σ score / rows",
        "Murphy & Winkler 1977",
        Kind.SCORES,
        _ROWS,
        probability_sums,
        scale="logit",
        lowest=0.0,
        highest=1.0,
    ),
)
"""All metrics of scores."""

DEFAULTS = ("roc_auc", "calibration_in_the_large", "expected_calibration_error", "brier_score")
"""Those that are measured unless others are asked for."""
