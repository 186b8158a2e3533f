"""Exact tests of equal proportions, for cells too small for any approximation."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import numpy.typing as npt

from fairkit.errors import UsageError
from fairkit.inference.arrays import FloatArray, broadcast, proportion_counts
from fairkit.inference.distributions import normal_cdf
from fairkit.inference.score import score_z

# Tables as likely as the observed one, but for rounding, belong to the tail (as in R).
_TIE = 1 + 1e-7
_LARGEST_SUPPORT = 20_000
_CELLS_AT_ONCE = 2_000_000


def fisher(
    successes_1: npt.ArrayLike, n_1: npt.ArrayLike, successes_2: npt.ArrayLike, n_2: npt.ArrayLike
) -> FloatArray:
    """Fisher's exact two-sided test that two proportions are equal.

    Parameters
    ----------
    successes_1, n_1, successes_2, n_2 : array_like
        Whole successes out of whole n in each sample.

    Returns
    -------
    ndarray
        p-values; NaN where either n is 0.

    Raises
    ------
    fairkit.errors.UsageError
        When counts are fractional, negative or exceed n.

    Notes
    -----
    The probability, given both margins, of all tables at most as likely as the observed one. Probabilities
    come from the ratios of neighbouring tables, which keeps full accuracy where logarithms of factorials lose
    it, and tables too far out to matter at 1e-16 are skipped. Where more than 20,000 tables remain (millions
    of rows in both samples) the p-value is that of `pooled_z_p`, which then agrees to three digits.

    References
    ----------
    Fisher (1935), The logic of inductive inference, Journal of the Royal Statistical Society 98, 39-82.

    Examples
    --------
    >>> fisher([9, 1], [10, 10], [3, 2], [10, 10]).round(5)
    array([0.01977, 1.     ])
    """
    k1, n1, k2, n2 = broadcast(successes_1, n_1, successes_2, n_2)
    _check_whole(k1, n1, k2, n2)
    k1, n1 = proportion_counts(k1, n1)
    k2, n2 = proportion_counts(k2, n2)
    shape = k1.shape
    k1, n1, k2, n2 = (x.ravel() for x in (k1, n1, k2, n2))
    first, support = _window(k1, n1, k2, n2)
    result = np.full(k1.shape, np.nan)
    for rows in _chunks(support):
        result[rows] = _fisher_chunk(k1[rows], n1[rows], k2[rows], n2[rows], first[rows], support[rows])
    large = support > _LARGEST_SUPPORT
    if large.any():
        result[large] = pooled_z_p(k1[large], n1[large], k2[large], n2[large])
    return result.reshape(shape)


def pooled_z_p(
    successes_1: npt.ArrayLike, n_1: npt.ArrayLike, successes_2: npt.ArrayLike, n_2: npt.ArrayLike
) -> FloatArray:
    """Two-sided z test with pooled variance that two proportions are equal: Pearson's chi-square.

    Parameters
    ----------
    successes_1, n_1, successes_2, n_2 : array_like
        Successes out of n in each sample; may be fractional effective counts.

    Returns
    -------
    ndarray
        p-values; 1 where nothing or everything is a success; NaN where either n is 0.

    Raises
    ------
    fairkit.errors.UsageError
        When counts are negative or exceed n.

    Examples
    --------
    >>> pooled_z_p(56, 70, 48, 80).round(5)
    np.float64(0.00805)
    """
    k1, n1, k2, n2 = broadcast(successes_1, n_1, successes_2, n_2)
    k1, n1 = proportion_counts(k1, n1)
    k2, n2 = proportion_counts(k2, n2)
    return np.asarray(2 * normal_cdf(-np.abs(score_z(k1, n1, k2, n2, np.zeros_like(k1)))))


def boschloo(successes_1: int, n_1: int, successes_2: int, n_2: int) -> float:
    """Boschloo's exact unconditional two-sided test of one table, uniformly more powerful than Fisher's.

    Parameters
    ----------
    successes_1, n_1, successes_2, n_2 : int
        Successes out of n in each sample.

    Returns
    -------
    float
        The p-value; NaN where either n is 0.

    Raises
    ------
    fairkit.errors.UsageError
        When counts are fractional, negative or exceed n.

    Notes
    -----
    SciPy's implementation, which maximises over the common proportion: milliseconds to seconds per table, so
    meant for tables with tens of rows.

    References
    ----------
    Boschloo (1970), Raised conditional level of significance for the 2x2-table when testing the equality of
    two probabilities, Statistica Neerlandica 24, 1-9.

    Examples
    --------
    >>> round(boschloo(9, 10, 3, 10), 4)
    0.008
    """
    counts = broadcast(successes_1, n_1, successes_2, n_2)
    _check_whole(*counts)
    proportion_counts(counts[0], counts[1])
    proportion_counts(counts[2], counts[3])
    if n_1 == 0 or n_2 == 0:
        return float("nan")
    from scipy.stats import boschloo_exact

    table = [[successes_1, successes_2], [n_1 - successes_1, n_2 - successes_2]]
    return float(boschloo_exact(table).pvalue)


def _window(k1: FloatArray, n1: FloatArray, k2: FloatArray, n2: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Return the first count of sample 1 that matters, and how many: the rest is below 1e-16 of the sum."""
    total, successes = n1 + n2, k1 + k2
    mean = n1 * successes / total
    spread = np.sqrt(mean * (n2 / total) * (total - successes) / np.maximum(total - 1, 1))
    reach = np.ceil(12 * spread + 1.5 * np.abs(k1 - mean) + 40)
    first = np.maximum(np.maximum(0.0, successes - n2), np.floor(mean) - reach)
    last = np.minimum(np.minimum(n1, successes), np.floor(mean) + reach)
    return first, last - first + 1


def _chunks(support: FloatArray) -> Iterator[npt.NDArray[np.intp]]:
    """Yield rows of similar support, so that padding is little and a chunk's memory is bounded."""
    order = np.argsort(support)
    order = order[: int((support <= _LARGEST_SUPPORT).sum())]
    start = 0
    while start < len(order):
        stop = start + 1
        while stop < len(order) and (stop + 1 - start) * support[order[stop]] <= _CELLS_AT_ONCE:
            stop += 1
        yield order[start:stop]
        start = stop


def _fisher_chunk(*columns: FloatArray) -> FloatArray:
    k1, n1, k2, n2, first, support = (column[:, None] for column in columns)
    step = np.arange(int(support.max()))
    k = first + step
    inside = step < support - 1
    ratio = np.where(inside, (n1 - k) * (k1 + k2 - k), 1.0) / np.where(
        inside, (k + 1) * (n2 - (k1 + k2) + k + 1), 1.0
    )
    log_p = np.zeros(k.shape)
    np.cumsum(np.log(ratio[:, :-1]), axis=1, out=log_p[:, 1:])
    log_p = np.where(step < support, log_p, -np.inf)
    p = np.exp(log_p - log_p.max(axis=1, keepdims=True))
    observed = np.take_along_axis(p, (k1 - first).astype(np.int64), axis=1)
    return np.asarray(np.where(p <= observed * _TIE, p, 0.0).sum(axis=1) / p.sum(axis=1))


def _check_whole(*counts: FloatArray) -> None:
    for values in counts:
        wrong = np.isfinite(values) & (values != np.floor(values))
        if wrong.any():
            raise UsageError(
                f"an exact test needs whole counts, but one is {float(values[wrong].ravel()[0])!r}; "
                "weighted data have effective counts, for which pooled_z_p or margin_p serve."
            )
