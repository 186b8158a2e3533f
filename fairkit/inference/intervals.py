r"""Confidence intervals for one proportion.

No Wald interval: with 60 rows and a rate of 2 % it covers 70 % of the time where 95 % is promised. Wilson's
score interval is the default everywhere in fairkit. Clopper and Pearson's never covers less than it says, at
the price of width. Jeffreys' equal-tailed interval lies between them, and keeps its level in far tails where
Wilson's does not.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import numpy.typing as npt
from scipy.special import betaincinv, ndtr

from fairkit.inference.arrays import (
    FloatArray,
    broadcast,
    critical_value,
    proportion_counts,
    tail_probability,
)


class Bounds(NamedTuple):
    """Lower and upper confidence limits, elementwise; NaN where nothing can be said.

    Attributes
    ----------
    low, high : ndarray
        Limits of one shape.

    Examples
    --------
    >>> Bounds(np.array(0.25), np.array(0.75)).low
    array(0.25)
    """

    low: FloatArray
    high: FloatArray


def wilson(successes: npt.ArrayLike, n: npt.ArrayLike, *, confidence: npt.ArrayLike = 0.95) -> Bounds:
    r"""Wilson's score interval for a proportion.

    Parameters
    ----------
    successes, n : array_like
        Successes out of n; may be fractional effective counts.
    confidence : array_like
        Two-sided confidence level, broadcast with the counts.

    Returns
    -------
    Bounds
        Within [0, 1]; exactly 0 below without successes, exactly 1 above without failures; NaN where n is 0.

    Raises
    ------
    fairkit.errors.UsageError
        When counts are negative or exceed n, or a level is not strictly between 0 and 1.

    Notes
    -----
    The limits solve :math:`|\hat p - p| = z \sqrt{p (1 - p) / n}`. The lower one is computed as
    :math:`(k^2 / n) / (k + z^2/2 + z \sqrt{k (n - k) / n + z^2 / 4})`, which does not cancel near 0.

    References
    ----------
    Wilson (1927), JASA 22, 209-212. Brown, Cai and DasGupta (2001), Statistical Science 16, 101-133.

    Examples
    --------
    >>> low, high = wilson([0, 805], [20, 1795])
    >>> low.round(4), high.round(4)
    (array([0.    , 0.4256]), array([0.1611, 0.4716]))
    """
    k, n, level = broadcast(successes, n, confidence)
    k, n = proportion_counts(k, n)
    return wilson_at(k, n, critical_value(level))


def wilson_at(successes: FloatArray, n: FloatArray, z: FloatArray) -> Bounds:
    """Wilson's interval for checked counts at a normal quantile, for code that inverts it into p-values.

    Parameters
    ----------
    successes, n : ndarray
        Checked counts (see `fairkit.inference.arrays.proportion_counts`).
    z : ndarray
        Normal quantile, 0 or more; 0 gives the estimate itself.

    Returns
    -------
    Bounds
        The interval with ``ndtr(-z)`` in each tail.

    Examples
    --------
    >>> float(wilson_at(np.array(3.0), np.array(10.0), np.array(0.0)).low)
    0.3
    """
    return Bounds(_wilson_low(successes, n, z), np.asarray(1 - _wilson_low(n - successes, n, z)))


def clopper_pearson(
    successes: npt.ArrayLike, n: npt.ArrayLike, *, confidence: npt.ArrayLike = 0.95
) -> Bounds:
    """Clopper and Pearson's exact interval for a proportion: it never covers less than it promises.

    Parameters
    ----------
    successes, n : array_like
        Successes out of n; may be fractional effective counts.
    confidence : array_like
        Two-sided confidence level, broadcast with the counts.

    Returns
    -------
    Bounds
        Within [0, 1]; exactly 0 below without successes, exactly 1 above without failures; NaN where n is 0.

    Raises
    ------
    fairkit.errors.UsageError
        When counts are negative or exceed n, or a level is not strictly between 0 and 1.

    Notes
    -----
    With k successes the limits are the quantiles alpha/2 of Beta(k, n - k + 1) and 1 - alpha/2 of
    Beta(k + 1, n - k).

    References
    ----------
    Clopper and Pearson (1934), Biometrika 26, 404-413.

    Examples
    --------
    >>> low, high = clopper_pearson(0, 20)
    >>> low.round(4), high.round(4)
    (np.float64(0.0), np.float64(0.1684))
    """
    k, n, level = broadcast(successes, n, confidence)
    k, n = proportion_counts(k, n)
    return _clopper_pearson(k, n, tail_probability(level))


def clopper_pearson_at(successes: FloatArray, n: FloatArray, z: FloatArray) -> Bounds:
    """Clopper and Pearson's interval for checked counts at a normal quantile, for inversion into p-values.

    Parameters
    ----------
    successes, n : ndarray
        Checked counts (see `fairkit.inference.arrays.proportion_counts`).
    z : ndarray
        Normal quantile, 0 or more.

    Returns
    -------
    Bounds
        The interval with ``ndtr(-z)`` in each tail.

    Examples
    --------
    >>> float(clopper_pearson_at(np.array(0.0), np.array(20.0), np.array(1.959964)).high.round(4))
    0.1684
    """
    return _clopper_pearson(successes, n, np.asarray(ndtr(-z)))


def jeffreys(successes: npt.ArrayLike, n: npt.ArrayLike, *, confidence: npt.ArrayLike = 0.95) -> Bounds:
    """Jeffreys' equal-tailed interval for a proportion.

    Parameters
    ----------
    successes, n : array_like
        Successes out of n; may be fractional effective counts.
    confidence : array_like
        Two-sided confidence level, broadcast with the counts.

    Returns
    -------
    Bounds
        Within [0, 1]; exactly 0 below without successes, exactly 1 above without failures; NaN where n is 0.

    Raises
    ------
    fairkit.errors.UsageError
        When counts are negative or exceed n, or a level is not strictly between 0 and 1.

    Notes
    -----
    Quantiles of Beta(k + 1/2, n - k + 1/2), the posterior under Jeffreys' prior, with the modification at the
    ends that Brown, Cai and DasGupta recommend.

    References
    ----------
    Brown, Cai and DasGupta (2001), Interval estimation for a binomial proportion, Statistical Science 16,
    101-133.

    Examples
    --------
    >>> low, high = jeffreys(1, 10)
    >>> low.round(4), high.round(4)
    (np.float64(0.011), np.float64(0.3813))
    """
    k, n, level = broadcast(successes, n, confidence)
    k, n = proportion_counts(k, n)
    return _jeffreys(k, n, tail_probability(level))


def jeffreys_at(successes: FloatArray, n: FloatArray, z: FloatArray) -> Bounds:
    """Jeffreys' interval for checked counts at a normal quantile, for inversion into p-values.

    Parameters
    ----------
    successes, n : ndarray
        Checked counts (see `fairkit.inference.arrays.proportion_counts`).
    z : ndarray
        Normal quantile, 0 or more.

    Returns
    -------
    Bounds
        The interval with ``ndtr(-z)`` in each tail.

    Examples
    --------
    >>> float(jeffreys_at(np.array(1.0), np.array(10.0), np.array(1.959964)).low.round(4))
    0.011
    """
    return _jeffreys(successes, n, np.asarray(ndtr(-z)))


def _wilson_low(k: FloatArray, n: FloatArray, z: FloatArray) -> FloatArray:
    spread = z * np.sqrt(k * (n - k) / n + z**2 / 4)
    denominator = k + z**2 / 2 + spread
    # 0/0 happens only at k = 0 with z = 0, where the limit is the estimate, 0.
    return np.asarray(k**2 / n / np.where(denominator > 0, denominator, np.where(np.isnan(n), np.nan, 1.0)))


def _clopper_pearson(k: FloatArray, n: FloatArray, tail: FloatArray) -> Bounds:
    return Bounds(_clopper_pearson_low(k, n, tail), np.asarray(1 - _clopper_pearson_low(n - k, n, tail)))


def _clopper_pearson_low(k: FloatArray, n: FloatArray, tail: FloatArray) -> FloatArray:
    # A Beta with first parameter 0 is a point mass at 0; the function itself would say NaN.
    low = betaincinv(np.where(k > 0, k, 1.0), n - k + 1, tail)
    return np.asarray(np.where((k > 0) | np.isnan(n), low, 0.0))


def _jeffreys(k: FloatArray, n: FloatArray, tail: FloatArray) -> Bounds:
    return Bounds(_jeffreys_low(k, n, tail), np.asarray(1 - _jeffreys_low(n - k, n, tail)))


def _jeffreys_low(k: FloatArray, n: FloatArray, tail: FloatArray) -> FloatArray:
    low = betaincinv(k + 0.5, n - k + 0.5, tail)
    return np.asarray(np.where((k > 0) | np.isnan(n), low, 0.0))
