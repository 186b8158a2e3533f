r"""Confidence intervals for one proportion.

No Wald interval: with 60 rows and a rate of 2 % it covers 70 % of the time where 95 % is promised. Wilson's
score interval is the default everywhere in fairkit. Clopper and Pearson's never covers less than it says, at
the price of width. Jeffreys' equal-tailed interval lies between them, and keeps its level in far tails where
Wilson's does not.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from fairkit.inference.arrays import FloatArray, broadcast, proportion_counts
from fairkit.inference.distributions import beta_quantile, critical_value, normal_cdf


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
    return _two_sided(wilson_low, successes, n, confidence=confidence)


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
    return _two_sided(clopper_pearson_low, successes, n, confidence=confidence)


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
    return _two_sided(jeffreys_low, successes, n, confidence=confidence)


def wilson_low(successes: FloatArray, n: FloatArray, z: FloatArray) -> FloatArray:
    """Compute Wilson's lower limit for checked counts at a normal quantile.

    Parameters
    ----------
    successes, n : ndarray
        Checked counts (see `fairkit.inference.arrays.proportion_counts`).
    z : ndarray
        Normal quantile, 0 or more; ``normal_cdf(-z)`` is left below the limit.

    Returns
    -------
    ndarray
        Lower limits. The upper limit is one minus the lower limit of the failures.

    Examples
    --------
    >>> float(wilson_low(np.array(3.0), np.array(10.0), np.array(0.0)))
    0.3
    """
    spread = z * np.sqrt(successes * (n - successes) / n + z**2 / 4)
    denominator = successes + z**2 / 2 + spread
    # 0/0 happens only at no successes with z = 0, where the limit is the estimate, 0.
    denominator = np.where(denominator == 0, 1.0, denominator)
    return np.asarray(successes**2 / n / denominator)


def clopper_pearson_low(successes: FloatArray, n: FloatArray, z: FloatArray) -> FloatArray:
    """Compute Clopper and Pearson's lower limit for checked counts at a normal quantile.

    Parameters
    ----------
    successes, n : ndarray
        Checked counts (see `fairkit.inference.arrays.proportion_counts`).
    z : ndarray
        Normal quantile, 0 or more; ``normal_cdf(-z)`` is left below the limit.

    Returns
    -------
    ndarray
        Lower limits. The upper limit is one minus the lower limit of the failures.

    Examples
    --------
    >>> clopper_pearson_low(np.array(20.0), np.array(20.0), np.array(1.959964)).round(4)
    np.float64(0.8316)
    """
    # A Beta with first parameter 0 is a point mass at 0; the function itself would say NaN.
    some = successes > 0
    low = beta_quantile(np.where(some, successes, 1.0), n - successes + 1, normal_cdf(-z))
    return np.asarray(np.where(some | np.isnan(n), low, 0.0))


def jeffreys_low(successes: FloatArray, n: FloatArray, z: FloatArray) -> FloatArray:
    """Compute the lower limit of Jeffreys' interval for checked counts at a normal quantile.

    Parameters
    ----------
    successes, n : ndarray
        Checked counts (see `fairkit.inference.arrays.proportion_counts`).
    z : ndarray
        Normal quantile, 0 or more; ``normal_cdf(-z)`` is left below the limit.

    Returns
    -------
    ndarray
        Lower limits. The upper limit is one minus the lower limit of the failures.

    Examples
    --------
    >>> jeffreys_low(np.array(1.0), np.array(10.0), np.array(1.959964)).round(4)
    np.float64(0.011)
    """
    low = beta_quantile(successes + 0.5, n - successes + 0.5, normal_cdf(-z))
    # A fraction of a success, or a tiny confidence, could put the limit above the estimate.
    return np.asarray(np.minimum(low, successes / n))


def _two_sided(
    lower_limit: Callable[[FloatArray, FloatArray, FloatArray], FloatArray],
    successes: npt.ArrayLike,
    n: npt.ArrayLike,
    *,
    confidence: npt.ArrayLike,
) -> Bounds:
    k, n, level = broadcast(successes, n, confidence)
    k, n = proportion_counts(k, n)
    z = critical_value(level)
    return Bounds(lower_limit(k, n, z), np.asarray(1 - lower_limit(n - k, n, z)))
