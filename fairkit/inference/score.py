"""The score statistic of a difference of two proportions: how far the data are from a hypothesis.

Its standard error is taken at the proportions that are most likely among those with exactly that difference,
so it stays sensible where observed proportions are 0 or 1. Intervals, tests and equivalence tests are all
built on it.
"""

from __future__ import annotations

import numpy as np

from fairkit.errors import UsageError
from fairkit.inference.arrays import FloatArray


def score_z(
    successes_1: FloatArray, n_1: FloatArray, successes_2: FloatArray, n_2: FloatArray, null: FloatArray
) -> FloatArray:
    """Compute Farrington and Manning's signed score statistic for checked counts.

    Parameters
    ----------
    successes_1, n_1, successes_2, n_2 : ndarray
        Checked counts (see `fairkit.inference.arrays.proportion_counts`).
    null : ndarray
        The difference p1 - p2 under the hypothesis.

    Returns
    -------
    ndarray
        Positive where the observed difference is larger than the hypothesised one; 0 where they are equal.

    Raises
    ------
    fairkit.errors.UsageError
        When ``null`` is not strictly between -1 and 1.

    Examples
    --------
    >>> score_z(np.array(56.0), np.array(70.0), np.array(48.0), np.array(80.0), np.array(0.0)).round(3)
    np.float64(2.65)
    """
    outside = np.abs(null) >= 1
    if outside.any():
        value = float(null[outside].ravel()[0])
        raise UsageError(
            f"null must lie strictly between -1 and 1, not {value:g}: it is a difference of rates."
        )
    gap = successes_1 / n_1 - successes_2 / n_2 - null
    gap = np.where(np.abs(gap) < 1e-15, 0.0, gap)
    error = score_standard_error(successes_1, n_1, successes_2, n_2, null)
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.asarray(np.where(gap == 0, 0.0, gap / error))


def score_standard_error(
    successes_1: FloatArray, n_1: FloatArray, successes_2: FloatArray, n_2: FloatArray, null: FloatArray
) -> FloatArray:
    """Return the standard error of the observed difference under a hypothesised one, for checked counts.

    Parameters
    ----------
    successes_1, n_1, successes_2, n_2 : ndarray
        Checked counts (see `fairkit.inference.arrays.proportion_counts`).
    null : ndarray
        The difference p1 - p2 to which the maximum-likelihood estimates are constrained, within [-1, 1].

    Returns
    -------
    ndarray
        ``sqrt(p1 (1 - p1) / n1 + p2 (1 - p2) / n2)`` at those estimates.

    Notes
    -----
    The constrained estimate of p2 solves a cubic with three real roots, of which the trigonometric solution
    gives the admissible one. The cubic is divided by N, so that it keeps its accuracy for millions of rows.

    References
    ----------
    Miettinen and Nurminen (1985), appendix; Farrington and Manning (1990), appendix.

    Examples
    --------
    >>> counts = np.array(56.0), np.array(70.0), np.array(48.0), np.array(80.0)
    >>> score_standard_error(*counts, np.array(0.0)).round(6)
    np.float64(0.075467)
    """
    p2 = _constrained_p2(successes_1, n_1, successes_2, n_2, null)
    p1 = np.clip(p2 + null, 0.0, 1.0)
    return np.asarray(np.sqrt(p1 * (1 - p1) / n_1 + p2 * (1 - p2) / n_2))


def _constrained_p2(
    k1: FloatArray, n1: FloatArray, k2: FloatArray, n2: FloatArray, d: FloatArray
) -> FloatArray:
    total = n1 + n2
    share_1, share_2 = n1 / total, n2 / total
    x, x2 = (k1 + k2) / total, k2 / total
    square = ((share_1 + 2 * share_2) * d - 1 - x) / 3
    linear = (share_2 * d - 1 - 2 * x2) * d + x
    constant = x2 * d * (1 - d)
    q = square**3 - linear * square / 2 + constant / 2
    p = np.copysign(np.sqrt(np.maximum(square**2 - linear / 3, 0.0)), q)
    with np.errstate(divide="ignore", invalid="ignore", over="ignore"):
        cosine = np.where(p == 0, 0.0, np.clip(q / p**3, -1.0, 1.0))
    angle = (np.pi + np.arccos(cosine)) / 3
    return np.asarray(np.clip(2 * p * np.cos(angle) - square, np.maximum(0.0, -d), np.minimum(1.0, 1 - d)))
