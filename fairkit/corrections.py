"""The level at which each contrast of a family is judged, so that many looks do not make noise a disparity.

Each rule below is a rule for levels: it says at which level the interval of each contrast is taken. The
interval of that level then decides and is printed. That keeps one picture for test and interval:

- ``holm`` (default): declared families. Rejecting in rounds at ``1 - α / (hypotheses left)`` is Holm's
  step-down test.
- ``benjamini-hochberg``: exploration. Controls the share of false disparities; levels ``1 - R α / m`` are the
  false-coverage-rate intervals of Benjamini & Yekutieli 2005, which agree with the test.
- ``max-t``: simultaneous bands from the bootstrap distribution of the largest studentised deviation.
- ``none``: every contrast on its own.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

import numpy as np
from numpy.typing import NDArray

from fairkit.evidence import Compare, Comparison, Evidence, others_of
from fairkit.inference import Bounds, benjamini_hochberg_intervals, holm_intervals, max_t

FloatArray = NDArray[np.float64]


class Correction(StrEnum):
    """How a family of contrasts is corrected for its size."""

    HOLM = "holm"
    BENJAMINI_HOCHBERG = "benjamini-hochberg"
    MAX_T = "max-t"
    NONE = "none"


@dataclass(frozen=True, slots=True)
class Decided:
    """Intervals that decide, shape (metrics, groups); NaN where undefined.

    Parameters
    ----------
    low, high, level : array of float64
    method : array of str
    hypotheses : array of int64, shape (metrics,)
        Size of each family.
    step_down : bool
        Whether hypotheses once rejected free the level of the others.
    """

    low: FloatArray
    high: FloatArray
    level: FloatArray
    method: NDArray[np.str_]
    hypotheses: NDArray[np.int64]
    step_down: bool


def decide(
    comparison: Comparison,
    evidence: Evidence,
    margin_low: FloatArray,
    margin_high: FloatArray,
    *,
    confidence: float,
    correction: Correction,
    hypotheses: NDArray[np.int64],
    step_down: bool,
    reference: NDArray[np.int64],
    compare: Compare,
) -> Decided:
    """Take the interval of every contrast at the level its family allows.

    Parameters
    ----------
    comparison, evidence
        The contrasts, and what they were made from (for ``max-t``).
    margin_low, margin_high : array, shape (metrics, 1)
    confidence : float
        Level of a whole family.
    correction : Correction
    hypotheses : array of int64, shape (metrics,)
    step_down : bool
    reference, compare
        As for the comparison.
    """
    if correction is Correction.MAX_T:
        return _bands(
            comparison,
            evidence,
            confidence=confidence,
            reference=reference,
            compare=compare,
            hypotheses=hypotheses,
        )
    if correction is Correction.NONE or (hypotheses == 1).all():
        bounds, method = comparison.alone(confidence)
        level = np.where(np.isnan(bounds.low), np.nan, confidence)
        return Decided(bounds.low, bounds.high, level, method, hypotheses, step_down)
    method = np.full(comparison.value.shape, "", dtype="<U24")

    def interval(level: FloatArray) -> Bounds:
        bounds, method[:] = comparison.corrected(np.broadcast_to(level, comparison.value.shape))
        return bounds

    if correction is Correction.BENJAMINI_HOCHBERG:
        found = benjamini_hochberg_intervals(
            interval, margin_low, margin_high, confidence=confidence, hypotheses=hypotheses
        )
    else:
        found = holm_intervals(
            interval,
            margin_low,
            margin_high,
            confidence=confidence,
            hypotheses=hypotheses,
            step_down=step_down,
        )
    return Decided(found.low, found.high, found.level, method, hypotheses, step_down)


def _bands(
    comparison: Comparison,
    evidence: Evidence,
    *,
    confidence: float,
    reference: NDArray[np.int64],
    compare: Compare,
    hypotheses: NDArray[np.int64],
) -> Decided:
    """Simultaneous bands; a ratio's are made on the log scale."""
    drawn = evidence.replicates()
    low, high = np.full(comparison.value.shape, np.nan), np.full(comparison.value.shape, np.nan)
    for i, metric in enumerate(evidence.metrics):
        own = metric.values(drawn)
        other = metric.values(others_of(drawn, reference[i : i + 1])[0])
        with np.errstate(divide="ignore", invalid="ignore"):
            if compare == "difference":
                replicates, value = own - other, comparison.value[i]
            else:
                replicates, value = np.log(own / other), np.log(comparison.value[i])
        replicates = np.where(np.isfinite(replicates), replicates, np.nan)
        value = np.where(np.isfinite(value), value, np.nan)
        bounds = max_t(replicates, value, confidence=confidence).bounds
        low[i], high[i] = bounds if compare == "difference" else (np.exp(bounds.low), np.exp(bounds.high))
    method = np.full(low.shape, "max-t", dtype="<U24")
    level = np.where(np.isnan(low), np.nan, confidence)
    return Decided(low, high, level, method, hypotheses, step_down=False)
