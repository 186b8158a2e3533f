"""The level at which each contrast of a family is judged, so that many looks do not make noise a disparity.

Each rule below is a rule for levels: it says at which level the interval of each contrast is taken. The
interval of that level then decides and is printed. That keeps one picture for test and interval:

- ``holm`` (default): declared families. Rejecting in rounds at ``1 - α / (hypotheses left)`` is Holm's
  step-down test.
- ``benjamini-hochberg``: exploration. Controls the share of false disparities; levels ``1 - R α / m`` are the
  false-coverage-rate intervals of Benjamini & Yekutieli 2005, which agree with the test.
- ``max-t``: one level for all, from the bootstrap distribution of the largest studentised deviation, which
  knows how groups correlate.
- ``none``: every contrast on its own.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

import numpy as np
from numpy.typing import NDArray

from fairkit.evidence import Comparison, Limits
from fairkit.inference import Bounds, benjamini_hochberg_intervals, holm_intervals, max_t
from fairkit.inference.distributions import normal_cdf

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
    margin_low: FloatArray,
    margin_high: FloatArray,
    *,
    confidence: float,
    correction: Correction,
    hypotheses: NDArray[np.int64],
    step_down: bool,
) -> Decided:
    """Take the interval of every contrast at the level its family allows.

    Parameters
    ----------
    comparison : Comparison
    margin_low, margin_high : array, shape (metrics, 1)
    confidence : float
        Level of a whole family.
    correction : Correction
    hypotheses : array of int64, shape (metrics,)
    step_down : bool
    """
    if correction is Correction.MAX_T:
        return _max_t(comparison, confidence, hypotheses)
    return decide_limits(
        comparison,
        margin_low,
        margin_high,
        confidence=confidence,
        correction=correction,
        hypotheses=hypotheses,
        step_down=step_down,
    )


def decide_limits(
    limits: Limits,
    margin_low: FloatArray,
    margin_high: FloatArray,
    *,
    confidence: float,
    correction: Correction,
    hypotheses: NDArray[np.int64],
    step_down: bool,
) -> Decided:
    """Take limits that are not resampled at the level their family allows, as :func:`decide` does.

    ``max-t`` has no bootstrap to stand on here: Holm's correction takes its place.

    Parameters
    ----------
    limits : Limits
    margin_low, margin_high, confidence, correction, hypotheses, step_down
        As for :func:`decide`.
    """
    if correction is Correction.NONE or (hypotheses == 1).all():
        alone, method = limits.alone(confidence)
        level = np.where(np.isnan(alone.low), np.nan, confidence)
        return Decided(alone.low, alone.high, level, method, hypotheses, step_down)
    method = np.full(limits.value.shape, "", dtype="<U24")

    def interval(level: FloatArray) -> Bounds:
        bounds, method[:] = limits.corrected(np.broadcast_to(level, limits.value.shape))
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
    low, high = found.low, found.high
    if (hypotheses == 1).any():
        # A contrast that is its whole family keeps its own interval, whatever other metrics were asked for.
        single = hypotheses == 1
        alone, alone_method = limits.alone(confidence)
        low[single], high[single], method[single] = (
            alone.low[single],
            alone.high[single],
            alone_method[single],
        )
    return Decided(low, high, found.level, method, hypotheses, step_down)


def _max_t(comparison: Comparison, confidence: float, hypotheses: NDArray[np.int64]) -> Decided:
    """Find the level at which all contrasts hold together, and take the corrected intervals of that level.

    The bootstrap gives only the critical value of the largest deviation. Bands of that many bootstrap
    standard errors would call a small group without variation certain; the corrected interval does not.
    """
    level = np.full(comparison.value.shape, confidence)
    for i, (drawn, value) in enumerate(zip(comparison.replicates(), comparison.value, strict=True)):
        if comparison.compare == "ratio":
            with np.errstate(divide="ignore", invalid="ignore"):
                drawn, value = np.log(drawn), np.log(value)  # noqa: PLW2901
            drawn, value = (np.where(np.isfinite(x), x, np.nan) for x in (drawn, value))  # noqa: PLW2901
        critical = max_t(drawn, value, confidence=confidence).critical_value
        if np.isfinite(critical):
            level[i] = max(confidence, 1 - 2 * float(normal_cdf(np.array(-critical))))
    bounds, _ = comparison.corrected(np.minimum(level, 1 - 1e-9))
    method = np.full(level.shape, "max-t", dtype="<U24")
    level = np.where(np.isnan(bounds.low), np.nan, level)
    return Decided(bounds.low, bounds.high, level, method, hypotheses, step_down=True)
