r"""Confidence intervals for a difference of two independent proportions.

Newcombe's hybrid score interval is the one fairkit prints: it has a closed form, covers what it says in
lopsided tables, and is an instance of MOVER, which also serves means of several rates. Miettinen and
Nurminen's score interval is the reference beside it. Neither Wald's interval (coverage down to .70) nor
statsmodels' score interval of a difference (statsmodels#10269: one sample's count stands where its size
belongs) is used.
"""

from __future__ import annotations

from typing import Literal

import numpy as np
import numpy.typing as npt

from fairkit.errors import UsageError, unknown_name
from fairkit.inference.arrays import FloatArray, broadcast, proportion_counts
from fairkit.inference.distributions import critical_value, normal_cdf
from fairkit.inference.intervals import Bounds, clopper_pearson_low, jeffreys_low, wilson_low
from fairkit.inference.roots import bracketed_root
from fairkit.inference.score import score_standard_error, score_z

Limits = Literal["wilson", "jeffreys", "exact"]
"""Which limits of the single proportions a MOVER difference is built from."""

_LIMITS = {"wilson": wilson_low, "jeffreys": jeffreys_low, "exact": clopper_pearson_low}


def newcombe(
    successes_1: npt.ArrayLike,
    n_1: npt.ArrayLike,
    successes_2: npt.ArrayLike,
    n_2: npt.ArrayLike,
    *,
    confidence: npt.ArrayLike = 0.95,
    limits: Limits = "wilson",
) -> Bounds:
    r"""Newcombe's hybrid interval for the difference p1 - p2 of two independent proportions.

    Parameters
    ----------
    successes_1, n_1, successes_2, n_2 : array_like
        Successes out of n in each sample; may be fractional effective counts.
    confidence : array_like
        Two-sided confidence level, broadcast with the counts.
    limits : {"wilson", "jeffreys", "exact"}
        Limits of each single proportion. "wilson" is Newcombe's method 10. In the far tails that a correction
        for many groups reaches, take "exact" (Clopper-Pearson, always on the safe side) or "jeffreys" (close
        to the nominal level): see Notes.

    Returns
    -------
    Bounds
        Within [-1, 1]; NaN where either n is 0.

    Raises
    ------
    fairkit.errors.UsageError
        When counts are negative or exceed n, a level is not strictly between 0 and 1, or ``limits`` is
        unknown.

    Notes
    -----
    With l and u the limits of each proportion,

    .. math::
        d - \sqrt{(p_1 - l_1)^2 + (u_2 - p_2)^2}, \quad d + \sqrt{(u_1 - p_1)^2 + (p_2 - l_2)^2}.

    At 95 % Wilson limits cover what they say. At the level 1 - .05/96 they do not where a small group has a
    low rate: with 40 rows against 3,800 and a rate of 5 %, 96 such intervals exclude the true 0 with a summed
    probability of .25 instead of .05 (Miettinen-Nurminen: .24); "jeffreys" gives .030 and "exact" .012. Over
    rates .02 to .5 and 40 to 10,000 rows the worst is .53 for "wilson", .057 for "jeffreys", .048 for
    "exact".

    References
    ----------
    Newcombe (1998), Interval estimation for the difference between independent proportions: comparison of
    eleven methods, Statistics in Medicine 17, 873-890.

    Examples
    --------
    >>> low, high = newcombe([56, 0], [70, 60], [48, 120], [80, 6000])
    >>> low.round(4), high.round(4)
    (array([ 0.0524, -0.0239]), array([0.3339, 0.0403]))
    """
    k1, n1, k2, n2, level = broadcast(successes_1, n_1, successes_2, n_2, confidence)
    k1, n1 = proportion_counts(k1, n1)
    k2, n2 = proportion_counts(k2, n2)
    z = critical_value(level)
    # The upper limit of p1 - p2 is minus the lower limit of p2 - p1.
    return Bounds(
        newcombe_low(k1, n1, k2, n2, z, limits=limits),
        np.asarray(-newcombe_low(k2, n2, k1, n1, z, limits=limits)),
    )


def newcombe_low(
    successes_1: FloatArray,
    n_1: FloatArray,
    successes_2: FloatArray,
    n_2: FloatArray,
    z: FloatArray,
    *,
    limits: Limits = "wilson",
) -> FloatArray:
    """Compute Newcombe's lower limit for checked counts at a normal quantile, for inversion into a p-value.

    Parameters
    ----------
    successes_1, n_1, successes_2, n_2 : ndarray
        Checked counts (see `fairkit.inference.arrays.proportion_counts`).
    z : ndarray
        Normal quantile, 0 or more; ``normal_cdf(-z)`` is left below the limit.
    limits : {"wilson", "jeffreys", "exact"}
        As in `newcombe`.

    Returns
    -------
    ndarray
        Lower limits of p1 - p2, at least -1.

    Raises
    ------
    fairkit.errors.UsageError
        When ``limits`` is unknown.

    Examples
    --------
    >>> counts = np.array(56.0), np.array(70.0), np.array(48.0), np.array(80.0)
    >>> newcombe_low(*counts, np.array(1.959964)).round(4)
    np.float64(0.0524)
    """
    if limits not in _LIMITS:
        raise UsageError(unknown_name("limits", limits, sorted(_LIMITS)))
    lower_limit = _LIMITS[limits]
    success_1, failure_2 = successes_1 / n_1, (n_2 - successes_2) / n_2
    below_1 = success_1 - lower_limit(successes_1, n_1, z)
    above_2 = failure_2 - lower_limit(n_2 - successes_2, n_2, z)
    return np.asarray(np.maximum(success_1 - successes_2 / n_2 - np.hypot(below_1, above_2), -1.0))


def miettinen_nurminen(
    successes_1: npt.ArrayLike,
    n_1: npt.ArrayLike,
    successes_2: npt.ArrayLike,
    n_2: npt.ArrayLike,
    *,
    confidence: npt.ArrayLike = 0.95,
) -> Bounds:
    r"""Miettinen and Nurminen's score interval for the difference p1 - p2.

    Parameters
    ----------
    successes_1, n_1, successes_2, n_2 : array_like
        Successes out of n in each sample; may be fractional effective counts.
    confidence : array_like
        Two-sided confidence level, broadcast with the counts.

    Returns
    -------
    Bounds
        Within [-1, 1]; NaN where either n is 0.

    Raises
    ------
    fairkit.errors.UsageError
        When counts are negative or exceed n, or a level is not strictly between 0 and 1.

    Notes
    -----
    All d with :math:`|\hat d - d| \le z \sqrt{v(d)}`, where

    .. math::
        v(d) = \left[\tilde p_1 (1 - \tilde p_1) / n_1 + \tilde p_2 (1 - \tilde p_2) / n_2\right] N / (N - 1)

    at the maximum-likelihood estimates constrained to :math:`\tilde p_1 - \tilde p_2 = d`.

    References
    ----------
    Miettinen and Nurminen (1985), Comparative analysis of two rates, Statistics in Medicine 4, 213-226.

    Examples
    --------
    >>> low, high = miettinen_nurminen([56, 10], [70, 10], [48, 0], [80, 20])
    >>> low.round(4), high.round(4)
    (array([0.0528, 0.7156]), array([0.3382, 1.    ]))
    """
    k1, n1, k2, n2, level = broadcast(successes_1, n_1, successes_2, n_2, confidence)
    k1, n1 = proportion_counts(k1, n1)
    k2, n2 = proportion_counts(k2, n2)
    difference = k1 / n1 - k2 / n2
    total = n1 + n2
    factor = critical_value(level) * np.sqrt(total / np.where(total > 1, total - 1, np.nan))

    def beyond(d: FloatArray, side: float) -> FloatArray:
        # The statistic over its critical value, squeezed into [-1, 1]: where the observed proportions are 0
        # or 1 the standard error vanishes at the estimate, and a plain difference would have a false root
        # there.
        gap = side * (difference - d)
        error = factor * score_standard_error(k1, n1, k2, n2, d)
        size = np.hypot(gap, error)
        return np.asarray(gap / np.where(size == 0, 1.0, size) - np.sqrt(0.5))

    one = np.ones_like(difference)
    return Bounds(
        bracketed_root(lambda d: beyond(d, 1.0), -one, difference),
        bracketed_root(lambda d: beyond(d, -1.0), difference, one),
    )


def farrington_manning_p(
    successes_1: npt.ArrayLike,
    n_1: npt.ArrayLike,
    successes_2: npt.ArrayLike,
    n_2: npt.ArrayLike,
    *,
    null: npt.ArrayLike,
) -> FloatArray:
    """Two-sided score p-value of the hypothesis that p1 - p2 equals a given difference.

    Parameters
    ----------
    successes_1, n_1, successes_2, n_2 : array_like
        Successes out of n in each sample; may be fractional effective counts.
    null : array_like
        The difference under the hypothesis, strictly between -1 and 1.

    Returns
    -------
    ndarray
        p-values; 1 where the observed difference is the hypothesised one; NaN where either n is 0.

    Raises
    ------
    fairkit.errors.UsageError
        When counts are negative or exceed n, or ``null`` is not strictly between -1 and 1.

    Notes
    -----
    The standard error is taken at the estimates constrained to the hypothesis, without Miettinen and
    Nurminen's factor N / (N - 1). At null 0 this is the z test with pooled variance, whose square is
    Pearson's chi-square.

    References
    ----------
    Farrington and Manning (1990), Test statistics and sample size formulae for comparative binomial trials
    with null hypothesis of non-zero risk difference or non-unity relative risk, Statistics in Medicine 9,
    1447-1454.

    Examples
    --------
    >>> farrington_manning_p(56, 70, 48, 80, null=0).round(5)
    np.float64(0.00805)
    """
    k1, n1, k2, n2, d = broadcast(successes_1, n_1, successes_2, n_2, null)
    k1, n1 = proportion_counts(k1, n1)
    k2, n2 = proportion_counts(k2, n2)
    return np.asarray(2 * normal_cdf(-np.abs(score_z(k1, n1, k2, n2, d))))
