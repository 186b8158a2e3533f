r"""Confidence interval for a ratio of two independent proportions, such as an impact ratio.

The logarithmic Wald interval covers .83 where .95 is promised when one group has 40 rows and a rate of 5 %,
and has no answer without successes. Koopman's score interval covers .95 there, and answers with [0, high] or
[low, inf).
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from fairkit.inference.arrays import FloatArray, broadcast, proportion_counts
from fairkit.inference.distributions import critical_value
from fairkit.inference.intervals import Bounds
from fairkit.inference.roots import bracketed_root

# A score limit shrinks like k / (n z^2), not exponentially: exp(-60) lies below any that counts can produce.
_LOG_RANGE = 60.0


def koopman(
    successes_1: npt.ArrayLike,
    n_1: npt.ArrayLike,
    successes_2: npt.ArrayLike,
    n_2: npt.ArrayLike,
    *,
    confidence: npt.ArrayLike = 0.95,
) -> Bounds:
    r"""Koopman's score interval for the ratio p1 / p2 of two independent proportions.

    Parameters
    ----------
    successes_1, n_1, successes_2, n_2 : array_like
        Successes out of n in each sample; may be fractional effective counts.
    confidence : array_like
        Two-sided confidence level, broadcast with the counts.

    Returns
    -------
    Bounds
        Within [0, inf]; exactly 0 below where the first sample has no successes, infinite above where the
        second has none; NaN where either n is 0.

    Raises
    ------
    fairkit.errors.UsageError
        When counts are negative or exceed n, or a level is not strictly between 0 and 1.

    Notes
    -----
    All ratios r with

    .. math::
        |\hat p_1 - r \hat p_2| \le
        z \sqrt{\frac{N}{N - 1} \left(\tilde p_1 (1 - \tilde p_1) / n_1
        + r^2\, \tilde p_2 (1 - \tilde p_2) / n_2\right)},

    where the maximum-likelihood estimates constrained to :math:`\tilde p_1 = r \tilde p_2` solve a quadratic.
    The factor with N = n_1 + n_2 is Miettinen and Nurminen's (1985), as in `miettinen_nurminen`; Koopman's
    own interval, without it, is narrower by one part in 2 N.
    The upper limit of p1 / p2 is one over the lower limit of p2 / p1, so exchanging the groups inverts the
    interval.

    References
    ----------
    Koopman (1984), Confidence intervals for the ratio of two binomial proportions, Biometrics 40, 513-517.
    Nam (1995), Confidence limits for the ratio of two binomial proportions based on likelihood scores,
    Biometrical Journal 37, 375-379.

    Examples
    --------
    >>> low, high = koopman([805, 0], [1795, 20], [349, 30], [1488, 100])
    >>> low.round(4), high.round(4)
    (array([1.7225, 0.    ]), array([2.1256, 0.5485]))
    """
    k1, n1, k2, n2, level = broadcast(successes_1, n_1, successes_2, n_2, confidence)
    k1, n1 = proportion_counts(k1, n1)
    k2, n2 = proportion_counts(k2, n2)
    z = critical_value(level)
    low = _lower_limit(k1, n1, k2, n2, z)
    inverse = _lower_limit(k2, n2, k1, n1, z)
    with np.errstate(divide="ignore"):
        return Bounds(low, np.asarray(1 / inverse))


def _lower_limit(k1: FloatArray, n1: FloatArray, k2: FloatArray, n2: FloatArray, z: FloatArray) -> FloatArray:
    """Solve for the lower limit on the logarithm of the ratio."""
    p1, p2 = k1 / n1, k2 / n2

    def excess(log_ratio: FloatArray) -> FloatArray:
        ratio = np.exp(log_ratio)
        gap = p1 - ratio * p2
        error = z * _standard_error(k1, n1, k2, n2, ratio)
        size = np.hypot(gap, error)
        # Squeezed as in `miettinen_nurminen`: the standard error vanishes where both proportions are 1.
        return np.asarray(gap / np.where(size == 0, 1.0, size) - np.sqrt(0.5))

    with np.errstate(divide="ignore", invalid="ignore"):
        estimate = np.where(k2 > 0, np.log(p1) - np.log(p2), _LOG_RANGE)
    right = np.where(k1 > 0, np.minimum(estimate, _LOG_RANGE), _LOG_RANGE)
    log_low = bracketed_root(excess, np.full_like(p1, -_LOG_RANGE), right)
    return np.asarray(np.where((k1 > 0) | np.isnan(p1) | np.isnan(p2), np.exp(log_low), 0.0))


def _standard_error(
    k1: FloatArray, n1: FloatArray, k2: FloatArray, n2: FloatArray, ratio: FloatArray
) -> FloatArray:
    """Return the standard error of p1 - ratio * p2 at the estimates constrained to make it 0."""
    total = n1 + n2
    half = (ratio * (n1 + k2) + k1 + n2) / (2 * total)
    product = ratio * (k1 + k2) / total
    # The smaller root of ratio p2^2 - 2 half p2 + (k1 + k2) / N, in the form that does not cancel.
    p2 = (k1 + k2) / total / (half + np.sqrt(np.maximum(half**2 - product, 0.0)))
    p1 = np.clip(ratio * p2, 0.0, 1.0)
    p2 = np.clip(p2, 0.0, 1.0)
    factor = np.where(total > 1, total / np.where(total > 1, total - 1, 1.0), 1.0)
    return np.asarray(np.sqrt(factor * (p1 * (1 - p1) / n1 + ratio**2 * p2 * (1 - p2) / n2)))
