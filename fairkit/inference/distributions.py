"""The distribution functions this room needs, by name.

They are SciPy's. It is imported at the first call, because ``import scipy.special`` takes a tenth of a second
or more, and a program that only prints its help, or reads a stored report, should not wait for it.
"""

from __future__ import annotations

import numpy as np

from fairkit.inference.arrays import FloatArray, tail_probability

_LARGE = 200.0
_HUGE = 2_000.0
_SMALLEST_TAIL = 1e-12


def normal_cdf(z: FloatArray) -> FloatArray:
    """Return the standard normal probability of at most z.

    Parameters
    ----------
    z : ndarray
        Quantiles.

    Returns
    -------
    ndarray
        Probabilities; accurate in the lower tail down to the smallest float.

    Examples
    --------
    >>> normal_cdf(np.array([0.0, -1.959964])).round(4)
    array([0.5  , 0.025])
    """
    from scipy.special import ndtr

    return np.asarray(ndtr(z), dtype=np.float64)


def normal_quantile(probability: FloatArray) -> FloatArray:
    """Return the standard normal quantile of a probability.

    Parameters
    ----------
    probability : ndarray
        Probabilities; 0 and 1 give infinities.

    Returns
    -------
    ndarray
        Quantiles.

    Examples
    --------
    >>> normal_quantile(np.array([0.5, 0.025])).round(4)
    array([ 0.  , -1.96])
    """
    from scipy.special import ndtri

    return np.asarray(ndtri(probability), dtype=np.float64)


def beta_quantile(alpha: FloatArray, beta: FloatArray, probability: FloatArray) -> FloatArray:
    """Return the quantile of a Beta distribution.

    Parameters
    ----------
    alpha, beta : ndarray
        Parameters, positive.
    probability : ndarray
        Probabilities.

    Returns
    -------
    ndarray
        Quantiles within [0, 1].

    Examples
    --------
    >>> beta_quantile(np.array(1.0), np.array(1.0), np.array(0.25)).round(4)
    np.float64(0.25)
    """
    from scipy.special import betaincinv

    a, b, p = np.broadcast_arrays(alpha, beta, probability)
    large = (np.minimum(a, b) > _LARGE) & (p > _SMALLEST_TAIL) & (p <= 0.5)
    quantile = np.array(betaincinv(np.where(large, 1.0, a), np.where(large, 1.0, b), p), dtype=np.float64)
    if large.any():
        quantile[large] = _large_beta_quantile(a[large], b[large], p[large])
    # SciPy 1.17 says NaN for quantiles below about 1e-27, found by inverting p-values of 1e-90 and less.
    lost = np.isnan(quantile) & ~np.isnan(alpha + beta + probability)
    return np.asarray(np.where(lost, 0.0, quantile))


def _large_beta_quantile(a: FloatArray, b: FloatArray, p: FloatArray) -> FloatArray:
    """Return Beta quantiles for parameters in the hundreds and more, many times faster than SciPy's inverse.

    A closed-form start (Abramowitz and Stegun 26.5.22) is accurate to about 1e-6 here; each Halley step
    triples its correct digits, and huge parameters need only one.
    """
    from scipy.special import betainc, betaln, ndtri

    z = -ndtri(p)
    scale = 2 / (1 / (2 * a - 1) + 1 / (2 * b - 1))
    curve = (z**2 - 3) / 6
    w = z * np.sqrt(scale + curve) / scale - (1 / (2 * b - 1) - 1 / (2 * a - 1)) * (
        curve + 5 / 6 - 2 / (3 * scale)
    )
    x = a / (a + b * np.exp(2 * w))
    constant = betaln(a, b)
    for _ in range(1 if min(a.min(), b.min()) > _HUGE else 2):
        density = np.exp((a - 1) * np.log(x) + (b - 1) * np.log1p(-x) - constant)
        step = (betainc(a, b, x) - p) / density
        x = x - step / (1 - step / 2 * ((a - 1) / x - (b - 1) / (1 - x)))
    return np.asarray(x)


def student_quantile(degrees: FloatArray, probability: FloatArray) -> FloatArray:
    """Return the quantile of Student's t distribution.

    Parameters
    ----------
    degrees : ndarray
        Degrees of freedom, positive.
    probability : ndarray
        Probabilities.

    Returns
    -------
    ndarray
        Quantiles.

    Examples
    --------
    >>> student_quantile(np.array(4.0), np.array(0.975)).round(4)
    np.float64(2.7764)
    """
    from scipy.special import stdtrit

    return np.asarray(stdtrit(degrees, probability), dtype=np.float64)


def critical_value(confidence: FloatArray) -> FloatArray:
    """Return the standard normal quantile that a two-sided interval of this confidence uses.

    Parameters
    ----------
    confidence : ndarray
        Two-sided confidence levels, strictly between 0 and 1.

    Returns
    -------
    ndarray
        1.96 for 0.95.

    Raises
    ------
    fairkit.errors.UsageError
        When a level is not strictly between 0 and 1.

    Examples
    --------
    >>> critical_value(np.array(0.95)).round(4)
    np.float64(1.96)
    """
    return np.asarray(-normal_quantile(tail_probability(confidence)))
