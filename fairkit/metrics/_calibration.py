"""Whether scores mean what they say: a score of .7 is a probability if 7 of 10 such rows are positive.

The counts keep the sums of scores and of squared scores by label. So the Brier score and the mean score are
exact even where scores are binned, and so is the calibration error of bins that the counts' bins nest in.

References
----------
Murphy & Winkler 1977, Reliability of subjective probability forecasts, Applied Statistics 26. Naeini, Cooper
& Hauskrecht 2015, Obtaining well calibrated probabilities using Bayesian binning, AAAI. Kumar, Liang & Ma
2019, Verified uncertainty calibration, NeurIPS.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from fairkit.inference.distributions import normal_quantile, student_quantile
from fairkit.metrics._ranks import numbers_on, unbiased
from fairkit.metrics.base import Why
from fairkit.metrics.functionals import Measured, Part

FloatArray = NDArray[np.float64]

CALIBRATION_BINS = 16
"""Equal-width bins of the calibration error: a power of two, so that bins of the counts nest in them."""

_ROUNDING = 1e-9

# What a row adds to a sum, in the order of the fields; the label is 1 for positives and 0 for negatives.
_ROWS = np.array([1.0, 1, 0, 0, 0, 0])
_SCORE = np.array([0.0, 0, 1, 1, 0, 0])
_SQUARED_SCORE = np.array([0.0, 0, 0, 0, 1, 1])
_ERROR = np.array([-1.0, 0, 1, 1, 0, 0])
_SQUARED_ERROR = np.array([1.0, 0, -2, 0, 1, 1])


def probability_sums(sums: FloatArray) -> Why | None:
    """Say whether a group's sums give away that its scores are no probabilities.

    Probabilities add up to no less than their squares. Sums can hide a few that are out of range; the levels
    of the axis do not, and `Measured.why` has what they show.
    """
    for rows, score, square in zip(sums[:2], sums[2:4], sums[4:6], strict=True):
        if not -_ROUNDING * rows <= score <= (1 + _ROUNDING) * rows or square > score + _ROUNDING * rows:
            return Why.NO_PROBABILITIES
    return None


def mean_score(part: Part) -> Measured:
    """Measure the mean score."""
    return _mean(part, _SCORE, _SQUARED_SCORE)


def calibration_in_the_large(part: Part) -> Measured:
    """Measure how far the mean score lies above the share of positives."""
    return _mean(part, _ERROR, _SQUARED_ERROR)


def brier_score(part: Part) -> Measured:
    r"""Measure the mean squared distance of the score from the label.

    Notes
    -----
    The value is exact. Its variance needs fourth powers, which binned counts do not keep: squared distances
    are taken as equal within a cell, plus the variance that scores can cause inside it, at most
    :math:`4 \max |s - y|^2 \operatorname{Var}(s)`; nothing where each score is one value.
    """
    if not _are_probabilities(part):
        return Measured.undefined(part.sums, Why.NO_PROBABILITIES)
    rows = float(part.sums[:, :2].sum())
    if rows <= 0:
        return Measured.undefined(part.sums)
    value = float(part.sums.sum(axis=0) @ _SQUARED_ERROR) / rows
    table = part.sums if part.squares is None else part.squares
    low = numbers_on(part.axes[0])[part.codes[:, 0]]
    width = part.axes[0].width
    variance = 0.0
    for label, farthest in ((1, 1 - low), (0, low + width)):
        n, score, square = (table[:, 2 * i + 1 - label] for i in range(3))
        some = n > 0
        n, mean, square = n[some], score[some] / n[some], square[some] / n[some]
        variance += float(n @ (label - 2 * label * mean + square - value) ** 2)
        if width:
            variance += float(n @ (4 * farthest[some] ** 2 * np.clip(square - mean**2, 0.0, width**2 / 4)))
    influence = np.broadcast_to((_SQUARED_ERROR - value * _ROWS) / rows, part.sums.shape)
    effective = _effective_rows(part)
    return Measured(value, variance / rows**2 * unbiased(effective), effective - 1, influence)


def expected_calibration_error(part: Part) -> Measured:
    """Measure the mean distance, over the rows, of the mean score of a row's bin from its share of positives.

    The 16 bins have equal width; wider bins of the counts are taken as they are. The value is never negative,
    so noise only adds to it, and the more the fewer rows there are: read it with its limits
    (:func:`error_limits`), which know that.
    """
    if not _are_probabilities(part):
        return Measured.undefined(part.sums, Why.NO_PROBABILITIES)
    bins = _calibration(part)
    if bins is None:
        return Measured.undefined(part.sums)
    value = float(np.abs(bins.gap).sum())
    sign = np.sign(bins.gap)[bins.place]
    influence = (sign[:, None] * _ERROR - value * _ROWS) / bins.rows
    table = part.sums if part.squares is None else part.squares
    cells = table @ _SQUARED_ERROR - 2 * value * sign * (table @ _ERROR) + value**2 * (table @ _ROWS)
    effective = _effective_rows(part)
    variance = max(float(cells.sum()), 0.0) / bins.rows**2 * unbiased(effective)
    return Measured(value, variance, effective - 1, influence)


def error_limits(part: Part, confidence: float, worth: float) -> tuple[float, float]:
    r"""Return limits of the calibration error that hold however the error is spread over the bins.

    Parameters
    ----------
    part : Part
    confidence : float
    worth : float
        Share of the rows that its rows are worth; 1 where they are independent.

    Notes
    -----
    The error is :math:`\sum_b |R_b|` with :math:`R_b` the mean over all rows of (score - label) in bin b. Let
    :math:`\sigma_b` be the standard error of :math:`R_b` and
    :math:`s^2 \ge \operatorname{Var} \sum_b \pm R_b` for all signs: the Brier score over n serves. Then

    - :math:`\sum_b |\hat R_b| \ge \sum_b \operatorname{sign}(R_b) \hat R_b`, which is normal about the
      truth, so the truth exceeds the estimate by more than :math:`z s` no more often than the level says;
    - the estimate exceeds the truth by at most :math:`\sum_b |\hat R_b - R_b|`, of which the median is at
      most its mean :math:`\sqrt{2 / \pi} \sum_b \sigma_b`, and which goes beyond the median by :math:`z s`
      no more often than a normal variable does, being Lipschitz (Sudakov & Tsirelson 1974; Kwapień 1994).

    So the limits are the estimate less both, and the estimate plus :math:`z s`, within 0 and 1.
    """
    bins = _calibration(part) if _are_probabilities(part) else None
    effective = _effective_rows(part) * worth
    if bins is None or effective <= 1:
        return np.nan, np.nan
    reach = float(-_quantile((1 - confidence) / 2, effective - 1))
    value = float(np.abs(bins.gap).sum())
    scale = np.sqrt(unbiased(effective) / worth)
    error = scale * np.sqrt(bins.squares.sum())
    noise = scale * np.sqrt(2 / np.pi) * np.sqrt(bins.squares).sum()
    return max(value - noise - reach * error, 0.0), min(value + reach * error, 1.0)


class _Bins(NamedTuple):
    """Bins of a part: the cells' bins, the mean of (score - label) in each, and the square of its error."""

    rows: float
    place: NDArray[np.int64]
    gap: FloatArray
    squares: FloatArray


def _calibration(part: Part) -> _Bins | None:
    rows = float(part.sums[:, :2].sum())
    if rows <= 0:
        return None
    numbers = numbers_on(part.axes[0])[part.codes[:, 0]]
    place = np.clip(np.floor(numbers * CALIBRATION_BINS), 0, CALIBRATION_BINS - 1).astype(np.int64)
    table = part.sums if part.squares is None else part.squares
    gap, square = (
        np.bincount(place, weights=weights, minlength=CALIBRATION_BINS)
        for weights in (part.sums @ _ERROR, table @ _SQUARED_ERROR)
    )
    return _Bins(rows, place, gap / rows, np.maximum(square, 0.0) / rows**2)


def _mean(part: Part, first: FloatArray, second: FloatArray) -> Measured:
    """Measure the mean over rows of an amount, given the sums of the amount and of its square."""
    if not _are_probabilities(part):
        return Measured.undefined(part.sums, Why.NO_PROBABILITIES)
    rows = float(part.sums[:, :2].sum())
    if rows <= 0:
        return Measured.undefined(part.sums)
    value = float(part.sums.sum(axis=0) @ first) / rows
    total = (part.sums if part.squares is None else part.squares).sum(axis=0)
    spread = max(float(total @ second - 2 * value * (total @ first) + value**2 * (total @ _ROWS)), 0.0)
    effective = _effective_rows(part)
    influence = np.broadcast_to((first - value * _ROWS) / rows, part.sums.shape)
    return Measured(value, spread / rows**2 * unbiased(effective), effective - 1, influence)


def _effective_rows(part: Part) -> float:
    """Count rows; weighted ones as Kish does."""
    rows = float(part.sums[:, :2].sum())
    squares = rows if part.squares is None else float(part.squares[:, :2].sum())
    return rows**2 / squares if squares > 0 else 0.0


def _are_probabilities(part: Part) -> bool:
    """Whether all scores of the table, not of this part alone, lie from 0 to 1."""
    numbers = numbers_on(part.axes[0])
    numbers = numbers[np.isfinite(numbers)]
    if len(numbers) and (numbers.min() < -_ROUNDING or numbers.max() > 1 + _ROUNDING):
        return False
    # Where scores are known by their bins only, a score of 1 stands in the middle of the bin above 1.
    n, score = part.sums[:, :2], part.sums[:, 2:4]
    return bool((score <= (1 + part.axes[0].width / 2 + _ROUNDING) * n + _ROUNDING).all())


def _quantile(tail: float, freedom: float) -> FloatArray:
    if freedom > 1e6:
        return normal_quantile(np.asarray(tail))
    return student_quantile(np.asarray(freedom), np.asarray(tail))
