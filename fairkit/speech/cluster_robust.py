"""Cluster-robust uncertainty of log-linear rates: how each speaker pulls on each coefficient.

Utterances of one speaker go wrong together, so the sandwich sums scores by speaker before it squares them.
With few speakers that is too small, because the fit follows each speaker: their pulls are therefore corrected
for leverage (Kauermann and Carroll), and the quantile is Student's, with degrees of freedom that count the
speakers who decide a coefficient, not all there are.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

FloatArray = NDArray[np.float64]
IntArray = NDArray[np.int64]
BoolArray = NDArray[np.bool_]

_RANK = 1e-9
_AT_ONCE = 2_000_000


class Pulls(NamedTuple):
    """What every cluster does to every coefficient.

    Attributes
    ----------
    pull : ndarray of shape (clusters, coefficients)
        Change of the coefficient that the cluster causes, to first order, corrected for its leverage. The
        sums of products over clusters are the covariance.
    size : ndarray of shape (clusters, coefficients)
        What a cluster whose errors are all twice the expected would do: its expected share of the variance.

    Examples
    --------
    >>> one = Pulls(np.array([[0.1], [-0.2]]), np.array([[0.5], [0.5]]))
    >>> float((one.pull**2).sum().round(2))
    0.05
    """

    pull: FloatArray
    size: FloatArray


def cluster_pulls(
    design: FloatArray,
    mean: FloatArray,
    residual: FloatArray,
    cluster: IntArray,
    *,
    correlation: float = 0.0,
    power: float = 0.5,
) -> Pulls:
    r"""Return how clusters pull on the coefficients of a Poisson model with log link.

    Parameters
    ----------
    design : ndarray of shape (rows, coefficients)
        Of full column rank.
    mean, residual : ndarray of shape (rows,)
        Fitted means (positive), and observed less fitted.
    cluster : ndarray of int, of shape (rows,)
        From 0 to clusters - 1, each at least once.
    correlation : float
        Working correlation of the rows of one cluster (exchangeable); 0 for a generalised linear model.
    power : float
        Of the correction for leverage: 0 is the plain sandwich, 1/2 Kauermann and Carroll's, which is
        unbiased where the working model is right, 1 Mancl and DeRouen's, a jackknife.

    Returns
    -------
    Pulls
        Of shape (clusters, coefficients) each.

    Notes
    -----
    With :math:`Z_c = \sqrt{\mu} X_c`, Pearson residuals :math:`e_c = r_c / \sqrt{\mu}` and the inverse
    working correlation :math:`R_c^{-1}`, the score is :math:`s_c = Z_c' R_c^{-1} e_c`, its expected slope
    :math:`S_c = Z_c' R_c^{-1} Z_c`, and :math:`A = (\sum S_c)^{-1}`. The pull is
    :math:`A (I - S_c A)^{-\gamma} s_c` for the power :math:`\gamma`. By the push-through identity this is
    :math:`A Z_c' R_c^{-1} (I - H_c)^{-\gamma} e_c` with the leverage :math:`H_c = Z_c A Z_c' R_c^{-1}`, at
    the cost of a system in the columns that the cluster uses, not in its rows. A direction of leverage 1 (a
    microphone that one speaker has) is the cluster's own and does not pull on others.

    The power 1/2 was chosen by simulation: with speakers of unlike rate (sd of log rate .5) and size, and the
    degrees of freedom below, 95 % intervals cover .94 to .98 with 3 to 40 speakers a group; with power 1, .93
    to .99, since few degrees of freedom and the jackknife allow for the same thing twice.

    References
    ----------
    Kauermann and Carroll (2001), A note on the efficiency of sandwich covariance matrix estimation, JASA 96,
    1387-1396. Mancl and DeRouen (2001), A covariance estimator for GEE with improved small-sample properties,
    Biometrics 57, 126-134.

    Examples
    --------
    >>> mean, error = np.full(4, 10.0), np.array([3.0, -1, -4, 2])
    >>> cluster_pulls(np.ones((4, 1)), mean, error, np.arange(4), power=1).pull.ravel().round(3).tolist()
    [0.1, -0.033, -0.133, 0.067]
    """
    order = np.argsort(cluster, kind="stable")
    x, mu, r = design[order], mean[order], residual[order]
    root = np.sqrt(mu)
    z, e = x * root[:, None], r / root
    counts = np.bincount(cluster)
    starts = _starts(counts)
    weight = correlation / (1 + (counts - 1) * correlation)
    totals = np.add.reduceat(z, starts, axis=0)

    def scored(values: FloatArray) -> FloatArray:
        plain = np.add.reduceat(z * values[:, None], starts, axis=0)
        shared = (weight * np.add.reduceat(values, starts))[:, None]
        return np.asarray((plain - totals * shared) / (1 - correlation))

    slopes = (z.T @ z - (totals * weight[:, None]).T @ totals) / (1 - correlation)
    information = np.linalg.inv(slopes)
    scores = scored(e)
    # Every row's errors off by the same factor: what a cluster of another rate does.
    expected = scored(root)
    corrected = np.zeros_like(scores)
    for chosen, used in _alike(np.logical_or.reduceat(z != 0, starts, axis=0), counts):
        rows = np.repeat(starts[chosen], counts[chosen]) + _within(counts[chosen])
        own, mine = z[np.ix_(rows, used)], totals[np.ix_(chosen, used)]
        squares = np.add.reduceat(own[:, :, None] * own[:, None, :], _starts(counts[chosen]), axis=0)
        squares -= weight[chosen, None, None] * mine[:, :, None] * mine[:, None, :]
        half = np.linalg.cholesky(information[np.ix_(used, used)])
        leverage, axes = np.linalg.eigh(half.T @ (squares / (1 - correlation)) @ half)
        turned = np.einsum("cji,cj->ci", axes, scores[np.ix_(chosen, used)] @ half)
        turned = np.einsum("cij,cj->ci", axes, _raised(leverage, power) * turned)
        corrected[np.ix_(chosen, used)] = np.linalg.solve(half.T, turned.T).T
    return Pulls(corrected @ information, expected @ information)


def degrees_of_freedom(size: FloatArray, inside: BoolArray) -> float:
    r"""Return Welch and Satterthwaite's degrees of freedom of one coefficient that compares two sides.

    Parameters
    ----------
    size : ndarray of shape (clusters,)
        Expected pull of every cluster.
    inside : ndarray of bool, of shape (clusters,)
        Whether the cluster belongs to the group whose coefficient it is.

    Returns
    -------
    float
        At least 1. Each side has :math:`(\sum q)^2 / \sum q^2 - 1` for :math:`q` the squared sizes, at least
        1: its clusters less one where they are alike, fewer where some are much larger.

    Examples
    --------
    >>> round(degrees_of_freedom(np.ones(16), np.arange(16) < 8), 9)
    14.0
    >>> round(degrees_of_freedom(np.array([1, 1, 1, 1e-9, 1e-9]), np.arange(5) < 3), 6)
    2.0
    """
    q = size**2
    sides = [q[inside], q[~inside]]
    total = sum(float(side.sum()) for side in sides)
    if total == 0:
        return 1.0
    bottom = 0.0
    for side in sides:
        variance, squares = float(side.sum()), float((side**2).sum())
        if squares > 0:
            bottom += variance**2 / max(variance**2 / squares - 1, 1.0)
    return max(total**2 / bottom, 1.0)


def _raised(leverage: FloatArray, power: float) -> FloatArray:
    """Return (1 - leverage) ** -power; 0 where the leverage is 1."""
    own = leverage > 1 - _RANK
    return np.where(own, 0.0, (1 - np.where(own, 0.0, leverage)) ** -power)


def _alike(uses: BoolArray, counts: IntArray) -> Iterator[tuple[IntArray, IntArray]]:
    """Go through clusters that use the same columns, a few rows at a time: them, and those columns."""
    patterns, which = np.unique(uses, axis=0, return_inverse=True)
    order = np.argsort(which.ravel(), kind="stable")
    for pattern, chosen in zip(
        patterns, np.split(order, np.cumsum(np.bincount(which.ravel()))[:-1]), strict=True
    ):
        used = np.flatnonzero(pattern)
        rows_at_once = max(_AT_ONCE // max(len(used), 1) ** 2, 1)
        part = np.cumsum(counts[chosen]) // rows_at_once
        for few in np.split(chosen, np.flatnonzero(np.diff(part)) + 1):
            yield few, used


def _starts(counts: IntArray) -> IntArray:
    """Return where each run of rows begins."""
    return np.asarray(np.cumsum(counts) - counts)


def _within(counts: IntArray) -> IntArray:
    """Count the rows of each run from 0."""
    return np.asarray(np.arange(counts.sum()) - np.repeat(_starts(counts), counts))
