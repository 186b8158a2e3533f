"""Empirical Bayes: steadier point estimates for many small groups.

A table of 96 intersections shows its most extreme values where it knows least. Shrinking each rate towards
the rest, by as much as the spread of all groups suggests, halves the typical error. Two warnings. Shrunk
rates spread less than the true ones, so their range understates disparity. And they borrow from other groups,
so they never decide a verdict: show them beside the raw k/n and its unshrunk interval.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from fairkit.inference.arrays import FloatArray, broadcast, proportion_counts

_MOST_ROWS = 100_000.0
_FEWEST_GROUPS = 3
# Beyond this prior size the groups show no variation: the likelihood is flat towards complete pooling.
_LARGEST_PRIOR = 1e7


class BetaBinomial(NamedTuple):
    """The distribution of rates over groups.

    Attributes
    ----------
    alpha, beta : float
        Parameters of the Beta distribution: prior successes and prior failures.

    Examples
    --------
    >>> prior = BetaBinomial(12.0, 28.0)
    >>> prior.alpha / (prior.alpha + prior.beta)
    0.3
    """

    alpha: float
    beta: float


def fit_beta_binomial(successes: npt.ArrayLike, n: npt.ArrayLike) -> BetaBinomial | None:
    r"""Fit the distribution of rates over groups by maximum likelihood.

    Parameters
    ----------
    successes, n : array_like
        Successes out of n, one per group; groups without rows do not count. May be fractional effective
        counts.

    Returns
    -------
    BetaBinomial or None
        None where fewer than three groups have rows, or where the groups vary no more than one common rate
        explains (the likelihood then grows towards complete pooling: use the overall rate), or where all are
        0 or all are 1.

    Raises
    ------
    fairkit.errors.UsageError
        When counts are negative or exceed n.

    Notes
    -----
    Maximises :math:`\sum_g \log B(k_g + \alpha, n_g - k_g + \beta) - \log B(\alpha, \beta)` over the logit of
    the mean and the logarithm of the size :math:`\alpha + \beta`, which are nearly orthogonal.

    References
    ----------
    Efron and Morris (1975), Data analysis using Stein's estimator and its generalizations, JASA 70, 311-319.

    Examples
    --------
    >>> prior = fit_beta_binomial([2, 9, 4, 16, 7], [20, 20, 20, 20, 20])
    >>> round(prior.alpha, 1), round(prior.beta, 1)
    (1.7, 2.7)
    >>> fit_beta_binomial([5, 5, 5], [10, 10, 10]) is None
    True
    """
    k, n = (x.ravel() for x in broadcast(successes, n))
    k, n = proportion_counts(k, n)
    k, n = k[~np.isnan(n)], n[~np.isnan(n)]
    if len(n) < _FEWEST_GROUPS or not 0 < k.sum() < n.sum():
        return None
    # Beyond this many rows a rate is known far better than the prior can be, and betaln would cancel.
    capped = np.minimum(n, _MOST_ROWS)
    k, n = k * capped / n, capped
    from scipy.optimize import minimize
    from scipy.special import betaln, expit, logit

    def loss(parameters: FloatArray) -> float:
        mean, size = expit(parameters[0]), np.exp(parameters[1])
        a, b = mean * size, (1 - mean) * size
        return -float((betaln(k + a, n - k + b) - betaln(a, b)).sum())

    start = np.array([logit(k.sum() / n.sum()), np.log(n.mean())])
    bounds = [(-20.0, 20.0), (-10.0, np.log(_LARGEST_PRIOR))]
    best = minimize(loss, start, method="L-BFGS-B", bounds=bounds)
    mean, size = float(expit(best.x[0])), float(np.exp(best.x[1]))
    pooled = -float((k * np.log(k.sum() / n.sum()) + (n - k) * np.log1p(-k.sum() / n.sum())).sum())
    if size >= 0.5 * _LARGEST_PRIOR or float(best.fun) >= pooled - 1e-6:
        return None
    return BetaBinomial(mean * size, (1 - mean) * size)


def shrink(successes: npt.ArrayLike, n: npt.ArrayLike, prior: BetaBinomial) -> FloatArray:
    """Shrink rates towards the mean of a prior: posterior means.

    Parameters
    ----------
    successes, n : array_like
        Successes out of n; may be fractional effective counts.
    prior : BetaBinomial
        As from `fit_beta_binomial`.

    Returns
    -------
    ndarray
        ``(k + alpha) / (n + alpha + beta)``; the prior mean where n is 0 (nothing is known, all is borrowed).

    Raises
    ------
    fairkit.errors.UsageError
        When counts are negative or exceed n.

    Notes
    -----
    Posterior means vary less than the true rates do, so their maximum minus minimum is too small. They never
    decide a verdict.

    Examples
    --------
    >>> shrink([0, 90], [2, 100], BetaBinomial(3.0, 3.0)).round(3)
    array([0.375, 0.877])
    """
    k, n = broadcast(successes, n)
    proportion_counts(k, n)
    return np.asarray((k + prior.alpha) / (n + prior.alpha + prior.beta))
