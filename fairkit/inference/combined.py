"""Limits for differences, sums and ratios of independent estimates, recovered from the limits of each.

MOVER, the method of variance estimates recovery, needs no variance formula: the squared distance from an
estimate to its own limit stands for its variance. So it keeps the asymmetry that good limits have, and serves
any metric that has limits: a difference of rates, or balanced accuracy as the mean of two.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from fairkit.inference.arrays import broadcast
from fairkit.inference.intervals import Bounds


def mover(estimate_1: npt.ArrayLike, bounds_1: Bounds, estimate_2: npt.ArrayLike, bounds_2: Bounds) -> Bounds:
    """Limits for the difference of two independent estimates that each have, possibly asymmetric, limits.

    Parameters
    ----------
    estimate_1, estimate_2 : array_like
        The estimates.
    bounds_1, bounds_2 : Bounds
        Their limits, all of one confidence level, which becomes that of the result.

    Returns
    -------
    Bounds
        Limits of ``estimate_1 - estimate_2``; NaN where an input is NaN.

    Notes
    -----
    MOVER, the method of variance estimates recovery: the squared distance from each estimate to the limit
    that matters stands for its variance times the squared quantile, and these add.
    `fairkit.inference.differences.newcombe` is this with Wilson limits.

    References
    ----------
    Zou and Donner (2008), Construction of confidence limits about effect measures: a general approach,
    Statistics in Medicine 27, 1693-1702.

    Examples
    --------
    >>> narrow = Bounds(np.array(0.4), np.array(0.6))
    >>> wide = Bounds(np.array(0.1), np.array(0.5))
    >>> low, high = mover(0.5, narrow, 0.2, wide)
    >>> low.round(4), high.round(4)
    (np.float64(-0.0162), np.float64(0.4414))
    """
    e1, l1, u1, e2, l2, u2 = broadcast(estimate_1, *bounds_1, estimate_2, *bounds_2)
    difference = e1 - e2
    return Bounds(
        np.asarray(difference - np.hypot(e1 - l1, u2 - e2)),
        np.asarray(difference + np.hypot(u1 - e1, e2 - l2)),
    )


def mover_sum(
    estimates: npt.ArrayLike, lows: npt.ArrayLike, highs: npt.ArrayLike, *, weights: npt.ArrayLike
) -> Bounds:
    """Limits for a weighted sum of independent estimates along the last axis, such as balanced accuracy.

    Parameters
    ----------
    estimates, lows, highs : array_like
        Estimates with their limits, all of one confidence level; the summands lie along the last axis.
    weights : array_like
        Known weights, one per summand; negative ones subtract. ``[0.5, 0.5]`` gives a mean of two.

    Returns
    -------
    Bounds
        Limits of ``(weights * estimates).sum(-1)``; NaN where a summand with a weight other than 0 is NaN.

    Notes
    -----
    MOVER for linear combinations: a summand with a positive weight lends the lower limit its own lower side,
    one with a negative weight its upper side.

    References
    ----------
    Zou, Huang and Zhang (2009), A note on confidence interval estimation for a linear function of binomial
    proportions, Computational Statistics & Data Analysis 53, 1080-1085.

    Examples
    --------
    >>> low, high = mover_sum([0.8, 0.6], [0.7, 0.5], [0.9, 0.7], weights=[0.5, 0.5])
    >>> low.round(4), high.round(4)
    (np.float64(0.6293), np.float64(0.7707))
    """
    estimate, low, high, weight = broadcast(estimates, lows, highs, weights)
    used = weight != 0
    total = np.where(used, weight * estimate, 0.0).sum(-1)
    below = np.where(used, weight * (estimate - np.where(weight > 0, low, high)), 0.0)
    above = np.where(used, weight * (np.where(weight > 0, high, low) - estimate), 0.0)
    return Bounds(
        np.asarray(total - np.sqrt((below**2).sum(-1))), np.asarray(total + np.sqrt((above**2).sum(-1)))
    )


def mover_ratio(
    estimate_1: npt.ArrayLike, bounds_1: Bounds, estimate_2: npt.ArrayLike, bounds_2: Bounds
) -> Bounds:
    r"""Interval of ``estimate_1 / estimate_2`` for independent, non-negative estimates.

    Parameters
    ----------
    estimate_1, estimate_2 : array_like
    bounds_1, bounds_2 : Bounds
        Their limits, of the level wanted for the ratio.

    Returns
    -------
    Bounds
        Low 0 where the first limit reaches 0; high infinite where the second does; NaN where `estimate_2` is
        0.

    Notes
    -----
    With :math:`r = p_1 / p_2`,

    .. math::
        \exp\left(\ln r - \sqrt{\ln^2(p_1/l_1) + \ln^2(u_2/p_2)}\right), \quad
        \exp\left(\ln r + \sqrt{\ln^2(u_1/p_1) + \ln^2(p_2/l_2)}\right).

    Where :math:`p_1 = 0` the upper limit is :math:`u_1 / l_2`, which is on the safe side.

    References
    ----------
    Zou & Donner 2008, Statistics in Medicine 27; Donner & Zou 2012, Statistical Methods in Medical Research
    21.

    Examples
    --------
    >>> wide, narrow = Bounds(np.array(0.2), np.array(0.6)), Bounds(np.array(0.4), np.array(0.6))
    >>> low, high = mover_ratio(0.4, wide, 0.5, narrow)
    >>> low.round(3), high.round(3)
    (np.float64(0.391), np.float64(1.271))
    """
    p1, p2 = np.asarray(estimate_1, float), np.asarray(estimate_2, float)
    l1, u1, l2, u2 = (np.asarray(bound, float) for bound in (*bounds_1, *bounds_2))
    with np.errstate(divide="ignore", invalid="ignore"):
        ratio = p1 / p2
        low = ratio * np.exp(-np.hypot(np.log(p1 / l1), np.log(u2 / p2)))
        high = ratio * np.exp(np.hypot(np.log(u1 / p1), np.log(p2 / l2)))
        low = np.where((l1 <= 0) & (p2 > 0), 0.0, low)
        high = np.where((p1 == 0) & (p2 > 0), u1 / l2, high)
    return Bounds(np.where(p2 > 0, low, np.nan), np.where(p2 > 0, high, np.nan))
