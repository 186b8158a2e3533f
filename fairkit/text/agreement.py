r"""Whether two measures of the same texts put them in the same order: Spearman's rank correlation.

The interval is that of a correlation, not of a test that there is none: where two measures agree, the usual
:math:`1/\sqrt{n-3}` is wrong, and where texts come in clusters it is far too narrow. Each text moves the
correlation through its own ranks and through those of all others; these first-order pulls, added up by
cluster, give the standard error, on Fisher's z scale.

References
----------
Borkowf 2002, Computing the nonnull asymptotic variance and the asymptotic relative efficiency of Spearman's
rank correlation, Computational Statistics & Data Analysis 39.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy.stats import rankdata, t

FloatArray = NDArray[np.float64]

FEWEST = 10
"""Fewest texts, or clusters, for an interval."""

_EDGE = 1e-9


class Agreement(NamedTuple):
    """A rank correlation with its interval, or why there is none.

    Examples
    --------
    >>> Agreement(0.5, 0.2, 0.7, 40, "fisher-z", None).value
    0.5
    """

    value: float | None
    low: float | None
    high: float | None
    texts: int
    method: str
    reason: str | None


def rank_agreement(
    one: FloatArray, two: FloatArray, *, cluster: NDArray[np.int64] | None = None, confidence: float = 0.95
) -> Agreement:
    """Correlate the ranks of two measures over the texts that have both.

    Parameters
    ----------
    one, two : array of float64, shape (texts,)
        NaN where a text has no value.
    cluster : array of int64, shape (texts,), optional
        Which texts belong together; -1 for a text on its own.
    confidence : float

    Returns
    -------
    Agreement
        Without a value where fewer than three texts have both, or one of the measures does not vary.

    Examples
    --------
    >>> x = np.arange(30.0)
    >>> found = rank_agreement(x, x + 8 * np.sin(x))
    >>> round(found.value, 2), found.low < found.value < found.high, found.method
    (0.84, True, 'fisher-z')
    >>> rank_agreement(x, np.ones(30)).reason
    'one of them is the same for every text'
    """
    both = ~(np.isnan(one) | np.isnan(two))
    size = int(both.sum())
    if size < 3:
        return Agreement(None, None, None, size, "none", "fewer than 3 texts have both")
    x, y = (_centred_ranks(values[both]) for values in (one, two))
    scale = float(np.sqrt((x**2).mean() * (y**2).mean()))
    if scale < _EDGE:
        return Agreement(None, None, None, size, "none", "one of them is the same for every text")
    value = float(np.clip((x * y).mean() / scale, -1.0, 1.0))
    pulls = _pulls(x, y, value)
    units = size
    if cluster is not None:
        code = cluster[both]
        alone = code < 0
        code = np.where(alone, code.max(initial=-1) + 1 + np.cumsum(alone), code)
        code = np.unique(code, return_inverse=True)[1]
        pulls = np.bincount(code, pulls).astype(np.float64)
        units = len(pulls)
    if units < FEWEST:
        what = "texts" if cluster is None else "clusters"
        return Agreement(value, None, None, size, "none", f"an interval needs {FEWEST} {what}")
    error = float(np.sqrt((pulls**2).sum() * units / (units - 1))) / size
    inner = float(np.clip(value, -1 + 1 / size, 1 - 1 / size))  # ranks that agree wholly are no certainty
    reach = float(t.ppf((1 + confidence) / 2, units - 1)) * max(error / (1 - inner**2), 1 / size)
    low, high = np.tanh(np.arctanh(inner) + np.array([-reach, reach]))
    method = "fisher-z" if cluster is None else "cluster-fisher-z"
    return Agreement(value, float(min(low, value)), float(max(high, value)), size, method, None)


def _centred_ranks(values: FloatArray) -> FloatArray:
    """Return mid-ranks from -1/2 to 1/2, with mean 0."""
    ranks = (rankdata(values) - 0.5) / len(values) - 0.5
    return np.asarray(ranks, np.float64)


def _pulls(x: FloatArray, y: FloatArray, value: float) -> FloatArray:
    """Return how far each text pulls the correlation, times the number of texts; they add up to 0."""
    variance_x, variance_y = float((x**2).mean()), float((y**2).mean())
    scale = np.sqrt(variance_x * variance_y)
    covariance = x * y + _through(x, y) + _through(y, x)
    spread_x = x**2 + 2 * _through(x, x)
    spread_y = y**2 + 2 * _through(y, y)
    pulls = covariance / scale - value / 2 * (spread_x / variance_x + spread_y / variance_y)
    return np.asarray(pulls - pulls.mean(), np.float64)


def _through(ranked: FloatArray, weights: FloatArray) -> FloatArray:
    """Return what each text adds through the ranks of others: the mean weight of those above it."""
    order = np.argsort(ranked, kind="stable")
    levels, place = np.unique(ranked, return_inverse=True)
    totals = np.bincount(place, weights, len(levels))
    above = np.concatenate([np.cumsum(totals[::-1])[::-1][1:], [0.0]])
    found = (above + totals / 2)[place] / len(order)
    return np.asarray(found, np.float64)
