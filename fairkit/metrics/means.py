r"""Means and ratios of sums, with their influence and variance: what most functionals are made of.

For :math:`r = Y / X` of sums over independent rows with weights w, row i moves it by
:math:`w_i (y_i - r x_i) / X`, and

.. math:: \operatorname{var}(r) = \frac{n}{n - 1}
    \frac{\sum w^2 y^2 - 2 r \sum w^2 x y + r^2 \sum w^2 x^2}{X^2}

with Kish's effective n, :math:`(\sum w)^2 / \sum w^2`: the number of rows where there are no weights.

References
----------
Cochran 1977, Sampling Techniques, 3rd edition, chapters 2 and 6; Kish 1965, Survey Sampling.
"""

from __future__ import annotations

import numpy as np

from fairkit.counts import FIELDS, Kind
from fairkit.metrics.base import Why
from fairkit.metrics.functionals import FloatArray, Measured, Part

_ROUNDING = 1e-13


def mean_of(part: Part, total: str, size: str, second: str) -> Measured:
    """Measure the mean of a variable from its sum, the rows it is summed over, and its sum of squares.

    Parameters
    ----------
    part : Part
    total, size, second : str
        Fields.

    Examples
    --------
    >>> sums = np.array([[4.0, 10.0, 4.0, 30.0, 4.0, 10.0]])  # events 1, 2, 3, 4 in four rows
    >>> part = Part(Kind.EVENTS, (), np.zeros((1, 0), np.int64), sums)
    >>> found = mean_of(part, "numerator", "rows", "numerator2")
    >>> round(found.value, 3), round(found.variance, 3), found.freedom
    (2.5, 0.417, 3.0)
    """
    return ratio_of(
        part, total, size, (second, total, size), kish=(float(part.field(size).sum()), _squared(part, size))
    )


def ratio_of(
    part: Part, top: str, bottom: str, second: tuple[str, str, str], *, kish: tuple[float, float]
) -> Measured:
    """Measure the ratio of two sums.

    Parameters
    ----------
    part : Part
    top, bottom : str
        Fields.
    second : tuple of str
        Fields with the sums of squares of the upper variable, of products, and of squares of the lower one.
    kish : tuple of float
        Sums of weights and of squared weights of the rows.

    Examples
    --------
    >>> sums = np.array([[4.0, 10.0, 4.0, 30.0, 4.0, 10.0]])
    >>> part = Part(Kind.EVENTS, (), np.zeros((1, 0), np.int64), sums)
    >>> second = ("numerator2", "numerator_denominator", "denominator2")
    >>> ratio_of(part, "numerator", "denominator", second, kish=(4.0, 4.0)).value
    2.5
    """
    y, x = float(part.field(top).sum()), float(part.field(bottom).sum())
    if x <= 0:
        return Measured.undefined(part.sums)
    value = y / x
    yy, xy, xx = (_squared(part, field) for field in second)
    size = kish[0] ** 2 / kish[1] if kish[1] > 0 else 0.0
    squares = yy - 2 * value * xy + value**2 * xx
    if squares <= _ROUNDING * (yy + value**2 * xx):
        squares = 0.0  # rows that do not vary beyond the precision of their sums
    variance = squares / x**2 * size / (size - 1) if size > 1 else np.nan
    return Measured(value, variance, size - 1, influence_on(part, **{top: 1 / x, bottom: -value / x}))


def influence_on(part: Part, **moves: float) -> FloatArray:
    """Spread how far one more unit of each field moves a value over all cells, shape (cells, fields).

    Examples
    --------
    >>> part = Part(Kind.EVENTS, (), np.zeros((1, 0), np.int64), np.ones((1, 6)))
    >>> influence_on(part, numerator=0.5).tolist()
    [[0.0, 0.5, 0.0, 0.0, 0.0, 0.0]]
    """
    found = np.zeros(part.sums.shape)
    for field, move in moves.items():
        found[:, FIELDS[part.kind].index(field)] = move
    return found


def why_none(kind: Kind, field: str, reason: Why, sums: FloatArray) -> Why | None:
    """Give a reason where nothing was added up in a field.

    Examples
    --------
    >>> str(why_none(Kind.EVENTS, "denominator", Why.NO_EXPOSURE, np.zeros(6)))
    'no-exposure'
    """
    return None if sums[FIELDS[kind].index(field)] > 0 else reason


def _squared(part: Part, field: str) -> float:
    return float(part.square(field).sum())
