"""What the data could have shown: detectable differences, and the rows that would decide.

"Inconclusive" is only useful with the number of rows that would change it, and "no disparity found" only with
the size of the disparity that would have been found.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from fairkit.errors import UsageError
from fairkit.inference.arrays import FloatArray, broadcast
from fairkit.inference.distributions import critical_value, normal_quantile
from fairkit.inference.roots import bracketed_root

_MOST_GROWTH = 1e6


def detectable_difference(
    rate: npt.ArrayLike,
    n_1: npt.ArrayLike,
    n_2: npt.ArrayLike,
    *,
    confidence: npt.ArrayLike = 0.95,
    power: npt.ArrayLike = 0.8,
) -> FloatArray:
    r"""Smallest difference from a comparison group that the data would find with the given power.

    Parameters
    ----------
    rate : array_like
        Rate of the comparison group (the reference or the rest).
    n_1, n_2 : array_like
        Rows of the group and of the comparison group.
    confidence : array_like
        Two-sided confidence level of the test; pass a corrected one where groups are many.
    power : array_like
        Probability of finding the difference, strictly between 0 and 1.

    Returns
    -------
    ndarray
        A positive difference that is found whether the group's rate is that much higher or that much lower;
        where rates of 0 to 1 leave room for one direction only, that one counts. NaN where even the largest
        possible difference would not be found, or a number of rows is 0.

    Raises
    ------
    fairkit.errors.UsageError
        When a rate lies outside [0, 1], rows are negative, or a level or power is not strictly between 0 and
        1.

    Notes
    -----
    Solves, with p1 = rate + d or rate - d and the null proportion q pooled in proportion to the rows,

    .. math::
        d = z_{1 - \alpha/2} \sqrt{q (1 - q) (1/n_1 + 1/n_2)}
        + z_{power} \sqrt{p_1 (1 - p_1) / n_1 + p_2 (1 - p_2) / n_2}.

    References
    ----------
    Farrington and Manning (1990), Statistics in Medicine 9, 1447-1454.

    Examples
    --------
    >>> detectable_difference(0.30, [30, 100, 300, 1000, 10000], 10000).round(3)
    array([0.241, 0.132, 0.077, 0.043, 0.018])
    """
    p2, n1, n2, level, chance = broadcast(rate, n_1, n_2, confidence, power)
    _check_share("rate", p2, closed=True)
    _check_share("power", chance, closed=False)
    if (n1 < 0).any() or (n2 < 0).any():
        raise UsageError("numbers of rows must not be negative.")
    n1, n2 = np.where(n1 > 0, n1, np.nan), np.where(n2 > 0, n2, np.nan)
    z_level, z_power = critical_value(level), normal_quantile(chance)

    def smallest(sign: float) -> FloatArray:
        def excess(d: FloatArray) -> FloatArray:
            p1 = np.clip(p2 + sign * d, 0.0, 1.0)
            q = (n1 * p1 + n2 * p2) / (n1 + n2)
            null_error = np.sqrt(q * (1 - q) * (1 / n1 + 1 / n2))
            return np.asarray(
                d - z_level * null_error - z_power * np.sqrt(p1 * (1 - p1) / n1 + p2 * (1 - p2) / n2)
            )

        room = 1 - p2 if sign > 0 else p2
        # Just above 0, where a rate of 0 or 1 would otherwise make a difference of 0 a root.
        root = bracketed_root(excess, np.minimum(1e-12, room), room)
        return np.asarray(np.where((excess(room) >= 0) & (room > 0), root, np.nan))

    return np.asarray(np.fmax(smallest(1.0), smallest(-1.0)))


def rows_needed(  # noqa: PLR0917 - an estimate, its interval, its margin: read like a row of the report
    estimate: npt.ArrayLike,
    low: npt.ArrayLike,
    high: npt.ArrayLike,
    margin_low: npt.ArrayLike,
    margin_high: npt.ArrayLike,
    rows: npt.ArrayLike,
) -> FloatArray:
    r"""Rows of a group that would decide its finding, if the data grew in proportion and the estimate stayed.

    Parameters
    ----------
    estimate, low, high : array_like
        The contrast with its interval, on the scale on which intervals are about symmetric (logarithms for
        ratios).
    margin_low, margin_high : array_like
        The margin on the same scale.
    rows : array_like
        Rows of the group now.

    Returns
    -------
    ndarray
        Rows at which the interval would lie wholly outside the margin (estimate outside) or wholly inside
        (estimate inside); the present rows where it does already. NaN where the estimate lies on an end of
        the margin, so that no number of rows would decide, where more than a million times the present rows
        would be needed, or where an input is NaN.

    Notes
    -----
    With k times the rows, each half of the interval shrinks by :math:`1 / \sqrt{k}`; the half that faces the
    end of the margin decides. Rounded up. A guide for planning, not a promise: the estimate will move.

    Examples
    --------
    >>> rows_needed(0.10, [0.02, 0.02, 0.06], 0.18, [-0.05, -0.05, -0.05], [0.05, 0.10, 0.05], 100)
    array([256.,  nan, 100.])
    """
    point, below, above, margin_below, margin_above, n = broadcast(
        estimate, low, high, margin_low, margin_high, rows
    )
    with np.errstate(divide="ignore", invalid="ignore"):
        left, right = point - below, above - point
        growth = np.select(
            [point > margin_above, point < margin_below, (point > margin_below) & (point < margin_above)],
            [
                (left / (point - margin_above)) ** 2,
                (right / (margin_below - point)) ** 2,
                np.maximum((left / (point - margin_below)) ** 2, (right / (margin_above - point)) ** 2),
            ],
            default=np.nan,
        )
        growth = np.where(growth <= _MOST_GROWTH, np.maximum(growth, 1.0), np.nan)
        # An exact multiple must not be rounded up by the last bit of a float.
        return np.asarray(np.ceil(n * growth * (1 - 1e-12)))


def rows_for_parity(
    rate: npt.ArrayLike,
    margin: npt.ArrayLike,
    *,
    confidence: npt.ArrayLike = 0.90,
    power: npt.ArrayLike = 0.8,
) -> FloatArray:
    r"""Rows per group needed to show parity of two groups that are in truth equal.

    Parameters
    ----------
    rate : array_like
        The common rate.
    margin : array_like
        Half-width of the margin around 0.
    confidence : array_like
        Level of the interval that has to lie within the margin; .90 is the usual equivalence test at .05.
    power : array_like
        Probability of showing parity, from 0 up to but not including 1. With 0 the bare minimum results: the
        rows with which the interval fits into the margin if the observed rates happen to be equal.

    Returns
    -------
    ndarray
        Rows of each of two groups of equal size, rounded up.

    Raises
    ------
    fairkit.errors.UsageError
        When a rate lies outside [0, 1], a margin is not positive, or a level or power is out of range.

    Notes
    -----
    .. math:: n = 2 p (1 - p) \left(\frac{z_{(1 + confidence) / 2} + z_{(1 + power) / 2}}{margin}\right)^2

    References
    ----------
    Chow, Shao and Wang (2008), Sample Size Calculations in Clinical Research, 2nd edition, section 4.2.

    Examples
    --------
    >>> rows_for_parity(0.30, 0.05, power=[0, 0.8])
    array([ 455., 1439.])
    """
    p, width, level, chance = broadcast(rate, margin, confidence, power)
    _check_share("rate", p, closed=True)
    if not (width > 0).all():
        raise UsageError(f"margin must be positive, but one is {float(width[~(width > 0)].ravel()[0]):g}.")
    if ((chance < 0) | (chance >= 1)).any():
        raise UsageError("power must be at least 0 and less than 1.")
    reach = critical_value(level) + normal_quantile((1 + chance) / 2)
    return np.asarray(np.ceil(2 * p * (1 - p) * (reach / width) ** 2))


def _check_share(name: str, values: FloatArray, *, closed: bool) -> None:
    wrong = (values < 0) | (values > 1) if closed else (values <= 0) | (values >= 1)
    if wrong.any():
        kind = "between 0 and 1" if closed else "strictly between 0 and 1"
        raise UsageError(f"{name} must lie {kind}, not {float(values[wrong].ravel()[0]):g}.")
