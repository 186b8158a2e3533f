"""How each cluster pulls a metric, to first order, and how many independent rows clustered rows are worth.

Both follow from one row of sums per cluster. The pulls give standard errors that keep the correlation of
groups sharing clusters; the effective number of rows gives limits of a share that hold for rare events too.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from fairkit.inference.distributions import normal_quantile, student_quantile
from fairkit.metrics import Metric
from fairkit.shares import Sample

FloatArray = NDArray[np.float64]
IntArray = NDArray[np.int64]

FEWEST = 3
"""Fewest clusters for any interval."""

AGREED = 1e-9
"""Below this clusters show no variation."""

_RARE = 10.0


class Shares(NamedTuple):
    """Shares of clustered rows as if they were independent: hits among an effective number of trials.

    `trials` is ``p (1 - p) / variance``, at most the rows; as many as there are clusters where all agree.
    `freedom` are the degrees of freedom of that variance; NaN below 3 clusters.
    """

    share: FloatArray
    trials: FloatArray
    freedom: FloatArray


@dataclass(frozen=True, slots=True)
class Residuals:
    """How far each cluster pulls each metric of one group, to first order.

    Parameters
    ----------
    values : array, shape (metrics,)
    pull : array, shape (metrics, clusters)
        Jackknife influence of each cluster; the squares sum to the variance.
    freedom : array, shape (metrics,)
        Degrees of freedom of that variance: clusters - 1 for clusters of one size, fewer for unequal ones.
    counted : array of bool, shape (metrics, clusters)
        Clusters with something in the metric's denominator; others say nothing about it.
    shares : Shares
        The shares of rows that the metrics are made of.
    """

    values: FloatArray
    pull: FloatArray
    freedom: FloatArray
    counted: NDArray[np.bool_]
    shares: Shares

    def rare(self, parts: slice) -> bool:
        """Whether a metric's shares stand on fewer than 10 effective hits or misses."""
        share, trials = self.shares.share[parts], self.shares.trials[parts]
        return bool((np.minimum(share, 1 - share) * trials < _RARE).any())

    @property
    def clusters(self) -> IntArray:
        """Number of clusters that count, shape (metrics,)."""
        return np.asarray(self.counted.sum(axis=1), np.int64)


def linearised(metrics: Sequence[Metric], sums: FloatArray) -> Residuals:
    r"""Linearise metrics over clusters.

    Parameters
    ----------
    metrics : sequence of Metric
    sums : array, shape (clusters, fields)

    Notes
    -----
    For a ratio :math:`r = Y / X` of sums over C clusters, with shares :math:`h_c = x_c / X`, cluster c pulls
    by

    .. math:: \sqrt{\frac{C - 1}{C}} \frac{y_c - r x_c}{(1 - h_c) X},

    the jackknife over clusters; a mean of ratios averages the pulls. Degrees of freedom are
    :math:`1 / \sum h_c^2 - 1`, as in :func:`fairkit.inference.ratio_t_interval`.

    References
    ----------
    Cochran 1977, Sampling Techniques, 3rd edition, chapter 6. Bell & McCaffrey 2002, Survey Methodology 28.
    """
    total = sums.sum(axis=0)
    values = np.stack([m.values(total) for m in metrics])
    y, x, hits, trials = (vectors @ sums.T for vectors in _vectors(tuple(metrics)))
    pulls, freedoms = _pulls(y, x)
    shares = _effective(hits, trials)
    starts = np.cumsum([0, *(len(m.parts) for m in metrics)])[:-1]
    parts = np.diff([*starts, len(pulls)])
    pull = np.add.reduceat(pulls, starts, axis=0) / parts[:, None]
    # A part without degrees of freedom does not take those of the other parts away.
    freedom = np.fmin(np.fmin.reduceat(freedoms, starts), np.inf)
    counted = np.logical_or.reduceat(x > 0, starts, axis=0)
    return Residuals(values, pull, freedom, counted, shares)


@lru_cache(maxsize=64)
def _vectors(metrics: tuple[Metric, ...]) -> tuple[FloatArray, ...]:
    """Return numerators, denominators, hits and trials of all parts, each of shape (parts, fields)."""
    kind = metrics[0].kind
    parts = [part for m in metrics for part in m.parts]
    return tuple(
        np.stack([getattr(part, name).vector(kind) for part in parts])
        for name in ("numerator", "denominator", "hits", "trials")
    )


def _pulls(y: FloatArray, x: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Return the jackknife influence of every cluster on the ratios of sums, and degrees of freedom.

    `y` and `x` have the shape (parts, clusters), as the influences have.
    """
    size = x.sum(axis=1, keepdims=True)
    clusters = (x > 0).sum(axis=1, keepdims=True)
    known = clusters >= FEWEST
    with np.errstate(divide="ignore", invalid="ignore"):
        share = x / size
        residual = (y - y.sum(axis=1, keepdims=True) / size * x) / (1 - np.where(share < 1, share, 0.0))
        pull = np.sqrt((clusters - 1) / clusters) * residual / size
        freedom = np.maximum(1 / (share**2).sum(axis=1) - 1, 1.0)
    return np.where(known, pull, 0.0), np.where(known[:, 0], freedom, np.nan)


def _effective(hits: FloatArray, trials: FloatArray) -> Shares:
    """Return the shares, their effective trials and their degrees of freedom."""
    rows = trials.sum(axis=1)
    pull, freedom = _pulls(hits, trials)
    variance = (pull**2).sum(axis=1)
    with np.errstate(divide="ignore", invalid="ignore"):
        share = hits.sum(axis=1) / rows
        effective = np.minimum(share * (1 - share) / variance, rows)
    agreed = (variance < AGREED**2) | ~((share > 0) & (share < 1))
    return Shares(share, np.where(agreed, (trials > 0).sum(axis=1), effective), freedom)


def effective_sample(metrics: tuple[Metric, ...], shares: Shares, level: float | FloatArray) -> Sample:
    r"""Make independent rows of clustered ones, as many as give limits of the level asked for.

    Notes
    -----
    The effective trials are multiplied by :math:`(z / t)^2`, with t of the degrees of freedom of
    `Shares`, since the variance was estimated from clusters.

    References
    ----------
    Korn & Graubard 1998, Confidence intervals for proportions with small expected number of positive counts
    estimated from survey data, Survey Methodology 24.
    """
    tail = (1 - np.asarray(level)) / 2
    trials = shares.trials * (normal_quantile(tail) / student_quantile(shares.freedom, tail)) ** 2
    trials = np.where(np.isnan(trials), 0.0, trials)
    return Sample(metrics, np.nan_to_num(shares.share) * trials, trials)
