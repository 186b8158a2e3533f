"""Evidence that a difference is small, or that it is larger than a margin.

Not finding a difference is no evidence of parity. Parity is shown by two one-sided tests: that the difference
is not as low as the lower margin, and not as high as the upper one. The mirror question, that the difference
lies outside the margin, is answered by `margin_p`. Both invert the interval that fairkit prints, so p-value
and interval agree.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from fairkit.errors import UsageError
from fairkit.inference.arrays import FloatArray, broadcast, proportion_counts
from fairkit.inference.differences import Limits, newcombe_low
from fairkit.inference.distributions import normal_cdf
from fairkit.inference.roots import bracketed_root
from fairkit.inference.score import score_z

# normal_cdf(-37.5) is about the smallest normal float; beyond it a p-value is 0 for every purpose.
_LARGEST_Z = 37.5


def margin_p(
    successes_1: npt.ArrayLike,
    n_1: npt.ArrayLike,
    successes_2: npt.ArrayLike,
    n_2: npt.ArrayLike,
    *,
    margin_low: npt.ArrayLike,
    margin_high: npt.ArrayLike,
    limits: Limits = "wilson",
) -> FloatArray:
    """Two-sided p-value of "p1 - p2 lies within a margin", by inverting Newcombe's interval.

    Parameters
    ----------
    successes_1, n_1, successes_2, n_2 : array_like
        Successes out of n in each sample; may be fractional effective counts.
    margin_low, margin_high : array_like
        Ends of the margin. (0, 0) tests for any difference.
    limits : {"wilson", "jeffreys", "exact"}
        As in `fairkit.inference.differences.newcombe`.

    Returns
    -------
    ndarray
        The smallest alpha for which the interval of level 1 - alpha lies wholly outside the margin; 1 where
        the estimate is within it; NaN where either n is 0.

    Raises
    ------
    fairkit.errors.UsageError
        When counts are negative or exceed n, the margin is upside down, or ``limits`` is unknown.

    Notes
    -----
    "The interval at 1 - alpha lies wholly outside the margin" and "p < alpha" are the same statement.
    p-values below 1e-307 are reported as about that.

    Examples
    --------
    >>> p = margin_p([56, 40], [70, 70], 48, 80, margin_low=-0.05, margin_high=0.05)
    >>> p.round(4)
    array([0.0464, 1.    ])
    """
    k1, n1, k2, n2, low, high = broadcast(successes_1, n_1, successes_2, n_2, margin_low, margin_high)
    k1, n1 = proportion_counts(k1, n1)
    k2, n2 = proportion_counts(k2, n2)
    _check_margin(low, high)
    difference = k1 / n1 - k2 / n2
    nearest = np.where(difference > high, high, low)
    inside = (difference >= low) & (difference <= high)
    z = np.abs(_z_above(k1, n1, k2, n2, nearest, limits=limits))
    return np.asarray(np.where(inside, 1.0, 2 * normal_cdf(-z)))


def tost_newcombe(
    successes_1: npt.ArrayLike,
    n_1: npt.ArrayLike,
    successes_2: npt.ArrayLike,
    n_2: npt.ArrayLike,
    *,
    margin_low: npt.ArrayLike,
    margin_high: npt.ArrayLike,
    limits: Limits = "wilson",
) -> FloatArray:
    """Two one-sided tests that p1 - p2 lies within a margin, by inverting Newcombe's interval.

    Parameters
    ----------
    successes_1, n_1, successes_2, n_2 : array_like
        Successes out of n in each sample; may be fractional effective counts.
    margin_low, margin_high : array_like
        Ends of the margin; an infinite one leaves a non-inferiority test.
    limits : {"wilson", "jeffreys", "exact"}
        As in `fairkit.inference.differences.newcombe`.

    Returns
    -------
    ndarray
        p-values of "the difference lies outside the margin"; above .5 where the estimate does; NaN where
        either n is 0. Small values are evidence of parity.

    Raises
    ------
    fairkit.errors.UsageError
        When counts are negative or exceed n, the margin is upside down, or ``limits`` is unknown.

    Notes
    -----
    "p < alpha" and "the interval of level 1 - 2 alpha lies wholly inside the margin" are the same statement.

    References
    ----------
    Schuirmann (1987), A comparison of the two one-sided tests procedure and the power approach for assessing
    the equivalence of average bioavailability, Journal of Pharmacokinetics and Biopharmaceutics 15, 657-680.

    Examples
    --------
    >>> k, n = np.array([30, 300]), np.array([100, 1000])
    >>> tost_newcombe(k, n, k, n, margin_low=-0.05, margin_high=0.05).round(3)
    array([0.22 , 0.007])
    """
    k1, n1, k2, n2, low, high = broadcast(successes_1, n_1, successes_2, n_2, margin_low, margin_high)
    k1, n1 = proportion_counts(k1, n1)
    k2, n2 = proportion_counts(k2, n2)
    _check_margin(low, high)
    above_low = _z_above(k1, n1, k2, n2, low, limits=limits)
    above_high = _z_above(k1, n1, k2, n2, high, limits=limits)
    return np.asarray(np.maximum(normal_cdf(-above_low), normal_cdf(above_high)))


def tost_score(
    successes_1: npt.ArrayLike,
    n_1: npt.ArrayLike,
    successes_2: npt.ArrayLike,
    n_2: npt.ArrayLike,
    *,
    margin_low: npt.ArrayLike,
    margin_high: npt.ArrayLike,
) -> FloatArray:
    """Two one-sided score tests (Farrington-Manning) that p1 - p2 lies within a margin.

    Parameters
    ----------
    successes_1, n_1, successes_2, n_2 : array_like
        Successes out of n in each sample; may be fractional effective counts.
    margin_low, margin_high : array_like
        Ends of the margin, strictly between -1 and 1.

    Returns
    -------
    ndarray
        p-values of "the difference lies outside the margin"; NaN where either n is 0.

    Raises
    ------
    fairkit.errors.UsageError
        When counts are negative or exceed n, or the margin is upside down or reaches -1 or 1.

    References
    ----------
    Farrington and Manning (1990), Statistics in Medicine 9, 1447-1454.

    Examples
    --------
    >>> k, n = np.array([30, 300]), np.array([100, 1000])
    >>> tost_score(k, n, k, n, margin_low=-0.05, margin_high=0.05).round(3)
    array([0.22 , 0.007])
    """
    k1, n1, k2, n2, low, high = broadcast(successes_1, n_1, successes_2, n_2, margin_low, margin_high)
    k1, n1 = proportion_counts(k1, n1)
    k2, n2 = proportion_counts(k2, n2)
    _check_margin(low, high)
    above_low, above_high = score_z(k1, n1, k2, n2, low), score_z(k1, n1, k2, n2, high)
    return np.asarray(np.maximum(normal_cdf(-above_low), normal_cdf(above_high)))


def intersection_union(p: npt.ArrayLike, *, alpha: float = 0.05) -> bool:
    """Decide whether all of several claims of parity hold, each tested at the full alpha.

    Parameters
    ----------
    p : array_like
        One equivalence p-value per group.
    alpha : float
        Level of every single test and of the joint claim.

    Returns
    -------
    bool
        True only where there is a group and every p-value is at most alpha. An undefined group (NaN) is no
        evidence of parity, so it makes the answer False.

    Notes
    -----
    The joint claim is wrong only if some single claim is, and then that claim's own test errs with
    probability alpha at most: no correction is needed.

    References
    ----------
    Berger (1982), Multiparameter hypothesis testing and acceptance sampling, Technometrics 24, 295-300.

    Examples
    --------
    >>> intersection_union([0.01, 0.04]), intersection_union([0.01, 0.2]), intersection_union([0.01, np.nan])
    (True, False, False)
    """
    values = np.asarray(p, dtype=np.float64)
    return bool(values.size) and bool((values <= alpha).all())


def _z_above(
    k1: FloatArray, n1: FloatArray, k2: FloatArray, n2: FloatArray, target: FloatArray, *, limits: Limits
) -> FloatArray:
    """Return how many standard errors the difference lies above a target, by Newcombe's count."""
    above = k1 / n1 - k2 / n2 >= target
    # A difference below its target is, of failures, one above minus the target.
    side = np.where(above, 1.0, -1.0)
    k1, k2 = np.where(above, k1, n1 - k1), np.where(above, k2, n2 - k2)

    def clearance(z: FloatArray) -> FloatArray:
        return newcombe_low(k1, n1, k2, n2, z, limits=limits) - side * target

    zero = np.zeros_like(target)
    return np.asarray(side * bracketed_root(clearance, zero, zero + _LARGEST_Z, tolerance=1e-10))


def _check_margin(low: FloatArray, high: FloatArray) -> None:
    wrong = ~(low <= high)
    if wrong.any():
        pair = f"[{float(low[wrong].ravel()[0]):g}, {float(high[wrong].ravel()[0]):g}]"
        raise UsageError(f"margin {pair} is upside down or NaN; pass margin_low <= margin_high.")
