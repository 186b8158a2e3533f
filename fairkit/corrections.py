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
from fairkit.inference import Bounds, max_t

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
        bounds, level, method = _bands(comparison, evidence, confidence, reference, compare)
    elif correction is Correction.NONE or (hypotheses == 1).all():
        bounds, method = comparison.alone(confidence)
        level = np.full(comparison.value.shape, confidence)
    elif correction is Correction.BENJAMINI_HOCHBERG:
        bounds, level, method = _step_up(comparison, margin_low, margin_high, 1 - confidence, hypotheses)
    else:
        bounds, level, method = _step_down(
            comparison, margin_low, margin_high, 1 - confidence, hypotheses, repeat=step_down
        )
    level = np.where(np.isnan(bounds.low), np.nan, level)
    return Decided(bounds.low, bounds.high, level, method, hypotheses, step_down)


def _step_down(
    comparison: Comparison,
    margin_low: FloatArray,
    margin_high: FloatArray,
    alpha: float,
    hypotheses: NDArray[np.int64],
    *,
    repeat: bool,
) -> tuple[Bounds, FloatArray, NDArray[np.str_]]:
    """Reject in rounds: a contrast keeps the interval of its round, an open one that of the last."""
    left = np.broadcast_to(hypotheses[:, None], comparison.value.shape).astype(np.float64)
    level = 1 - alpha / left
    (low, high), method = comparison.corrected(level)
    low, high, level = low.copy(), high.copy(), level.copy()
    beyond = (low > margin_high) | (high < margin_low)
    while repeat and beyond.any():
        remaining = np.maximum(hypotheses - beyond.sum(axis=1), 1)
        fresh = 1 - alpha / np.broadcast_to(remaining[:, None], low.shape)
        open_rows = ~beyond & (fresh < level)
        if not open_rows.any():
            break
        next_low, next_high = comparison.corrected(np.where(open_rows, fresh, level))[0]
        low, high, level = (
            np.where(open_rows, new, old) for new, old in ((next_low, low), (next_high, high), (fresh, level))
        )
        now = (low > margin_high) | (high < margin_low)
        if (now == beyond).all():
            break
        beyond = now
    return Bounds(low, high), level, method


def _step_up(
    comparison: Comparison,
    margin_low: FloatArray,
    margin_high: FloatArray,
    alpha: float,
    hypotheses: NDArray[np.int64],
) -> tuple[Bounds, FloatArray, NDArray[np.str_]]:
    """Find the largest R for which R contrasts are beyond the margin at level 1 - R α / m."""
    m = hypotheses.astype(np.float64)
    rejected = m.copy()
    while True:
        level = np.broadcast_to((1 - np.maximum(rejected, 1) * alpha / m)[:, None], comparison.value.shape)
        bounds, method = comparison.corrected(level)
        beyond = (bounds.low > margin_high) | (bounds.high < margin_low)
        count = np.minimum(beyond.sum(axis=1), rejected)
        if (count == rejected).all() or (np.maximum(count, 1) == np.maximum(rejected, 1)).all():
            return bounds, level, method
        rejected = count.astype(np.float64)


def _bands(
    comparison: Comparison,
    evidence: Evidence,
    confidence: float,
    reference: NDArray[np.int64],
    compare: Compare,
) -> tuple[Bounds, FloatArray, NDArray[np.str_]]:
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
    return Bounds(low, high), np.full(low.shape, confidence), method
