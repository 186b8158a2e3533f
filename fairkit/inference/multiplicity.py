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


class Corrected(NamedTuple):
    """Intervals corrected for the size of their families, and which of them lie wholly outside the margin.

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
    >>> Corrected(zero, zero, zero, zero > 0).rejected
    array([False])
    """

    low: FloatArray
    high: FloatArray
    level: FloatArray
    rejected: BoolArray


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
    hypotheses: npt.ArrayLike | None = None,
    weights: npt.ArrayLike = 1.0,
    step_down: bool = True,
) -> Corrected:
    r"""Correct intervals, not p-values, by Holm's step-down, so that picture and verdict cannot disagree.

    Parameters
    ----------
    interval : callable
        Maps confidence levels to intervals, of shape (..., hypotheses): each line along the last axis is a
        family of its own. Intervals of a higher level must contain those of a lower one.
    margin_low, margin_high : array_like
        The margin: a hypothesis is rejected where its interval lies wholly outside. (0, 0) asks whether the
        interval excludes zero.
    confidence : float
        Family-wise confidence level.
    hypotheses : array_like of int, of shape (...), optional
        Size of each family; by default the number of its intervals that are defined. Smaller where some ask
        the same question (two groups that mirror each other), larger where more might have been asked (every
        pair, when the reference was chosen by its value).
    weights : array_like, of shape (..., hypotheses)
        How many hypotheses of its family each interval stands for: 1/2 where two mirror each other, so that
        both rejected free the level of one.
    step_down : bool
        Whether what is rejected frees level for the rest; without it this is Bonferroni.

    Returns
    -------
    Corrected
        Each interval at the level at which it was decided.

    Raises
    ------
    fairkit.errors.UsageError
        When the level is not strictly between 0 and 1.

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
    decide; they are no set of simultaneous confidence intervals (for that, take no step down).

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
    alpha, family = _family(interval, confidence, hypotheses)
    first = interval(1 - alpha / family)
    low, high, level, margin_below, margin_above = (
        np.array(x) for x in broadcast(first.low, first.high, 1 - alpha / family, margin_low, margin_high)
    )
    open_ = ~(np.isnan(low) | np.isnan(high))
    rejected = open_ & ((low > margin_above) | (high < margin_below))
    fresh = rejected
    while step_down and fresh.any():
        open_ &= ~rejected
        freed = (rejected * np.asarray(weights)).sum(axis=-1, keepdims=True)
        left = np.maximum(family - freed, 1)
        moved = open_ & (1 - alpha / left < level)
        if not moved.any():
            break
        level = np.where(moved, 1 - alpha / left, level)
        bounds = interval(level)
        low, high = np.where(moved, bounds.low, low), np.where(moved, bounds.high, high)
        fresh = moved & ((low > margin_above) | (high < margin_below))
        rejected |= fresh
    undefined = np.isnan(low) | np.isnan(high)
    return Corrected(low, high, np.where(undefined, np.nan, level), rejected)


def benjamini_hochberg_intervals(
    interval: Callable[[FloatArray], Bounds],
    margin_low: npt.ArrayLike,
    margin_high: npt.ArrayLike,
    *,
    confidence: float = 0.95,
    hypotheses: npt.ArrayLike | None = None,
    weights: npt.ArrayLike = 1.0,
) -> Corrected:
    r"""Correct intervals by Benjamini and Hochberg's step-up, for exploring many groups.

    Parameters
    ----------
    interval, margin_low, margin_high, confidence, hypotheses, weights
        As for `holm_intervals`; ``1 - confidence`` bounds the expected share of false rejections.

    Returns
    -------
    Corrected
        All intervals of a family at one level, :math:`1 - R \alpha / m` for R rejections of m (R at least 1).

    Raises
    ------
    fairkit.errors.UsageError
        When the level is not strictly between 0 and 1.

    Notes
    -----
    R is the largest number for which R intervals of level :math:`1 - R \alpha / m` lie wholly outside the
    margin, which is Benjamini and Hochberg's rule on the p-values got by inverting the interval. The
    intervals of the rejected hypotheses control the false coverage rate.

    References
    ----------
    Benjamini and Hochberg (1995), JRSS B 57, 289-300. Benjamini and Yekutieli (2005), False discovery
    rate-adjusted multiple confidence intervals for selected parameters, JASA 100, 71-81.

    Examples
    --------
    >>> from fairkit.inference.differences import newcombe
    >>> k, n = np.array([60, 47, 31]), 100
    >>> result = benjamini_hochberg_intervals(
    ...     lambda level: newcombe(k, n, 300, 1000, confidence=level), -0.05, 0.05
    ... )
    >>> result.rejected, result.level.round(4)
    (array([ True,  True, False]), array([0.9667, 0.9667, 0.9667]))
    """
    alpha, family = _family(interval, confidence, hypotheses)
    candidate, below, above = family, np.asarray(margin_low), np.asarray(margin_high)
    while True:
        level = 1 - np.maximum(candidate, 1) * alpha / family
        low, high = interval(level)
        undefined = np.isnan(low) | np.isnan(high)
        rejected = ~undefined & ((low > above) | (high < below))
        found = np.minimum((rejected * np.asarray(weights)).sum(axis=-1, keepdims=True), candidate)
        if (np.maximum(found, 1) == np.maximum(candidate, 1)).all():
            level = np.where(undefined, np.nan, np.broadcast_to(level, low.shape))
            return Corrected(low, high, level, rejected)
        candidate = found


def _family(
    interval: Callable[[FloatArray], Bounds], confidence: float, hypotheses: npt.ArrayLike | None
) -> tuple[float, FloatArray]:
    """Return alpha and the sizes of the families, with a last axis of length one."""
    alpha = 2 * float(tail_probability(np.asarray(confidence, dtype=np.float64)))
    if hypotheses is None:
        bounds = interval(np.asarray(1 - alpha))
        size = (~(np.isnan(bounds.low) | np.isnan(bounds.high))).sum(axis=-1)
    else:
        size = np.asarray(hypotheses)
    return alpha, np.maximum(size, 1)[..., None].astype(np.float64)


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
