"""Limits for differences and sums of independent estimates, recovered from the limits of each.

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
