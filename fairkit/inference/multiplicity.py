"""Corrections for asking many questions of the same data.

With 96 groups and no true difference, uncorrected 95 % intervals accuse some group almost surely. Holm's
step-down bounds the chance of any false accusation and is used for verdicts, on intervals as well as on
p-values, so that what is printed is what decided. Benjamini and Hochberg's procedure bounds the share of
false findings and is for exploring. Simultaneous max-t bands use the correlation between groups, which Holm
ignores.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from fairkit.errors import UsageError
from fairkit.inference.arrays import BoolArray, FloatArray, broadcast, tail_probability
from fairkit.inference.intervals import Bounds

_MOST_UNDEFINED = 0.05


class HolmResult(NamedTuple):
    """Intervals corrected by Holm's step-down, and which of them lie wholly outside the margin.

    Attributes
    ----------
    low, high : ndarray
        The interval of the level at which each hypothesis was decided.
    level : ndarray
        That confidence level; NaN where the interval is undefined.
    rejected : ndarray of bool
        Where the interval lies wholly outside the margin.

    Examples
    --------
    >>> zero = np.zeros(1)
    >>> HolmResult(zero, zero, zero, zero > 0).rejected
    array([False])
    """

    low: FloatArray
    high: FloatArray
    level: FloatArray
    rejected: BoolArray


class MaxT(NamedTuple):
    """Simultaneous bands: all groups lie within their bounds at once with the stated confidence.

    Attributes
    ----------
    critical_value : float
        How many standard errors each band reaches; NaN where no group counts.
    bounds : Bounds
        Estimate -+ critical value x standard error.
    standard_error : ndarray
        Standard deviation of the replicates; NaN where a group does not count.

    Examples
    --------
    >>> MaxT(2.5, Bounds(np.zeros(1), np.ones(1)), np.ones(1)).critical_value
    2.5
    """

    critical_value: float
    bounds: Bounds
    standard_error: FloatArray


def holm(p: npt.ArrayLike) -> FloatArray:
    """Adjust p-values by Holm's step-down, which bounds the chance of any false rejection.

    Parameters
    ----------
    p : array_like
        p-values of one family, of any shape. NaN stays NaN and does not count.

    Returns
    -------
    ndarray
        Adjusted p-values, of the same shape; reject where at most alpha.

    Raises
    ------
    fairkit.errors.UsageError
        When a value lies outside [0, 1].

    Notes
    -----
    The i-th smallest of m becomes the largest over j <= i of (m - j + 1) p_(j), at most 1. Valid under any
    dependence.

    References
    ----------
    Holm (1979), A simple sequentially rejective multiple test procedure, Scandinavian Journal of Statistics
    6, 65-70.

    Examples
    --------
    >>> holm([0.01, 0.04, np.nan, 0.03])
    array([0.03, 0.06,  nan, 0.06])
    """
    values, order, known = _sorted(p)
    m = known.sum()
    stepped = np.maximum.accumulate(values.ravel()[order] * (m - np.arange(m)))
    return _put_back(values, order, stepped)


def benjamini_hochberg(p: npt.ArrayLike) -> FloatArray:
    """Adjust p-values by Benjamini and Hochberg's step-up, which bounds the expected share of false findings.

    Parameters
    ----------
    p : array_like
        p-values of one family, of any shape. NaN stays NaN and does not count.

    Returns
    -------
    ndarray
        Adjusted p-values, of the same shape.

    Raises
    ------
    fairkit.errors.UsageError
        When a value lies outside [0, 1].

    Notes
    -----
    The i-th smallest of m becomes the smallest over j >= i of m p_(j) / j. Valid under independence or
    positive dependence. For exploring, never for a gate.

    References
    ----------
    Benjamini and Hochberg (1995), Controlling the false discovery rate, JRSS B 57, 289-300.

    Examples
    --------
    >>> benjamini_hochberg([0.01, 0.04, np.nan, 0.03])
    array([0.03, 0.04,  nan, 0.04])
    """
    values, order, known = _sorted(p)
    m = known.sum()
    scaled = values.ravel()[order] * m / np.arange(1, m + 1)
    return _put_back(values, order, np.minimum.accumulate(scaled[::-1])[::-1])


def holm_intervals(
    interval: Callable[[FloatArray], Bounds],
    margin_low: npt.ArrayLike,
    margin_high: npt.ArrayLike,
    *,
    confidence: float = 0.95,
    hypotheses: int | None = None,
) -> HolmResult:
    r"""Correct intervals, not p-values, by Holm's step-down, so that picture and verdict cannot disagree.

    Parameters
    ----------
    interval : callable
        Maps confidence levels to intervals, one per hypothesis; called with one level for all, then with an
        array of levels. Intervals of a higher level must contain those of a lower one.
    margin_low, margin_high : array_like
        The margin: a hypothesis is rejected where its interval lies wholly outside. (0, 0) asks whether the
        interval excludes zero.
    confidence : float
        Family-wise confidence level.
    hypotheses : int, optional
        Size of the family, where it is larger than what is passed here; by default the number of intervals
        that are defined.

    Returns
    -------
    HolmResult
        Each interval at the level at which it was decided.

    Raises
    ------
    fairkit.errors.UsageError
        When the level is not strictly between 0 and 1, or ``hypotheses`` is smaller than the number of
        intervals.

    Notes
    -----
    All m intervals are computed at level :math:`1 - \alpha / m`. Those wholly outside the margin are
    rejected; the others are computed again at :math:`1 - \alpha / (m - r)`, where r were rejected so far; and
    so on until a round rejects none.

    This rejects exactly what Holm's procedure rejects on the p-values got by inverting the interval, p = the
    infimum of the a for which the interval of level 1 - a lies outside the margin. Proof: intervals are
    nested, so the interval of level 1 - a lies outside the margin if and only if p <= a (up to the boundary
    case p = a). Suppose that after some round Holm is known to reject the r smallest p-values, which is true
    for r = 0. If a round at :math:`\alpha / (m - r)` rejects s more, these have :math:`p \le \alpha / (m -
    r)`; they are the next s in order, and Holm compares them with :math:`\alpha / (m - r), \ldots, \alpha /
    (m - r - s + 1)`, none smaller, so it rejects them too. If a round rejects none, the next p-value exceeds
    :math:`\alpha / (m - r)`, which is where Holm stops.

    The intervals of the hypotheses that are not rejected have level :math:`1 - \alpha / (m - r)`. They
    decide; they are no set of simultaneous confidence intervals (for that, pass the first level to all, which
    is Bonferroni).

    References
    ----------
    Holm (1979), A simple sequentially rejective multiple test procedure, Scandinavian Journal of Statistics
    6, 65-70.

    Examples
    --------
    >>> from fairkit.inference.differences import newcombe
    >>> k, n = np.array([60, 47, 31]), 100
    >>> result = holm_intervals(lambda level: newcombe(k, n, 300, 1000, confidence=level), -0.05, 0.05)
    >>> result.rejected, result.level.round(4)
    (array([ True,  True, False]), array([0.9833, 0.975 , 0.95  ]))
    """
    alpha = 2 * float(tail_probability(np.asarray(confidence, dtype=np.float64)))
    first = interval(np.asarray(1 - alpha))
    low, high, margin_below, margin_above = (
        np.array(x) for x in broadcast(first.low, first.high, margin_low, margin_high)
    )
    open_ = ~(np.isnan(low) | np.isnan(high))
    family = int(open_.sum()) if hypotheses is None else hypotheses
    if family < open_.sum():
        raise UsageError(
            f"hypotheses is {family}, but {int(open_.sum())} intervals are defined; "
            "count them all, or leave it out."
        )
    level = np.where(open_, 1 - alpha, np.nan)
    rejected = np.zeros(low.shape, dtype=np.bool_)
    while open_.any():
        level[open_] = 1 - alpha / (family - rejected.sum())
        # Undefined entries get a harmless level: NaN would be refused as a level.
        bounds = interval(np.where(np.isnan(level), 1 - alpha, level))
        low, high = np.where(open_, bounds.low, low), np.where(open_, bounds.high, high)
        outside = open_ & ((low > margin_above) | (high < margin_below))
        if not outside.any():
            break
        rejected |= outside
        open_ &= ~outside
    return HolmResult(low, high, level, rejected)


def max_t(replicates: npt.ArrayLike, estimate: npt.ArrayLike, *, confidence: float = 0.95) -> MaxT:
    r"""Simultaneous bands for all groups from bootstrap replicates.

    Parameters
    ----------
    replicates : array_like of shape (replicates, groups)
        Bootstrap replicates of the statistics; NaN where undefined.
    estimate : array_like of shape (groups,)
        The statistics on the data.
    confidence : float
        Simultaneous confidence level.

    Returns
    -------
    MaxT
        A group whose estimate is NaN, whose replicates do not vary or are undefined in 5 % or more, gets NaN
        bounds and does not count.

    Raises
    ------
    fairkit.errors.UsageError
        When the shapes do not fit or the level is not strictly between 0 and 1.

    Notes
    -----
    The critical value is the quantile of :math:`\max_g |t^*_g - t_g| / s_g` over the replicates, with s the
    standard deviation of the replicates of each group. Unlike Holm it gains from correlation between groups,
    and needs no more replicates for more groups. The bands are symmetric: for small, skewed groups prefer
    corrected intervals.

    References
    ----------
    Westfall and Young (1993), Resampling-Based Multiple Testing. Romano and Wolf (2005), JASA 100, 94-108.

    Examples
    --------
    >>> draws = np.random.default_rng(0).normal(size=(4000, 20))
    >>> result = max_t(draws, np.zeros(20))
    >>> round(result.critical_value, 1)  # normal quantile for 1 - .05 / 20, almost
    3.0
    """
    draws, point = np.asarray(replicates, dtype=np.float64), np.asarray(estimate, dtype=np.float64)
    if draws.ndim != 2 or len(draws) < 2 or point.shape != draws.shape[1:]:
        raise UsageError(
            f"estimate {point.shape} and replicates {draws.shape} do not fit; "
            "pass (groups,) and (replicates, groups), with two replicates or more."
        )
    tail = 2 * float(tail_probability(np.asarray(confidence, dtype=np.float64)))
    defined = np.isfinite(draws)
    n = defined.sum(axis=0)
    some = np.maximum(n, 2)
    kept = np.where(defined, draws, 0.0)
    centred = np.where(defined, kept - kept.sum(axis=0) / some, 0.0)
    standard_error = np.sqrt((centred**2).sum(axis=0) / (some - 1))
    spread = np.where(defined, kept, -np.inf).max(axis=0) > np.where(defined, kept, np.inf).min(axis=0)
    counts = (n > (1 - _MOST_UNDEFINED) * len(draws)) & np.isfinite(point) & spread
    standard_error = np.where(counts, standard_error, np.nan)
    if not counts.any():
        return MaxT(float("nan"), Bounds(standard_error, standard_error.copy()), standard_error)
    distance = np.where(defined, np.abs(kept - point), 0.0)[:, counts] / standard_error[counts]
    critical = float(np.quantile(distance.max(axis=1), 1 - tail, method="higher"))
    reach = critical * standard_error
    return MaxT(critical, Bounds(point - reach, point + reach), standard_error)


def _sorted(p: npt.ArrayLike) -> tuple[FloatArray, npt.NDArray[np.intp], BoolArray]:
    """Return the values, the flat positions of those that count in ascending order, and which count."""
    values = np.asarray(p, dtype=np.float64)
    known = ~np.isnan(values)
    wrong = known & ((values < 0) | (values > 1))
    if wrong.any():
        raise UsageError(f"p-values lie between 0 and 1, but one is {float(values[wrong].ravel()[0]):g}.")
    order = np.argsort(values, axis=None, kind="stable")[: int(known.sum())]
    return values, order, known


def _put_back(values: FloatArray, order: npt.NDArray[np.intp], adjusted: FloatArray) -> FloatArray:
    result = np.full(values.size, np.nan)
    result[order] = np.minimum(adjusted, 1.0)
    return result.reshape(values.shape)
