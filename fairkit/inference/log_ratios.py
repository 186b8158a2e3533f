r"""Interval for a ratio of two independent estimates from their own limits, on the log scale.

Koopman's score interval is the one shown for a single ratio. In the far tails that a correction for many
groups reaches, score limits are too short for low rates; this interval, built from exact limits, is then on
the safe side.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from fairkit.inference.intervals import Bounds


def mover_ratio(
    estimate_1: npt.ArrayLike, bounds_1: Bounds, estimate_2: npt.ArrayLike, bounds_2: Bounds
) -> Bounds:
    r"""Interval of ``estimate_1 / estimate_2`` for independent, non-negative estimates.

    Parameters
    ----------
    estimate_1, estimate_2 : array_like
    bounds_1, bounds_2 : Bounds
        Their limits, of the level wanted for the ratio.

    Returns
    -------
    Bounds
        Low 0 where the first limit reaches 0; high infinite where the second does; NaN where `estimate_2` is
        0.

    Notes
    -----
    With :math:`r = p_1 / p_2`,

    .. math::
        \exp\left(\ln r - \sqrt{\ln^2(p_1/l_1) + \ln^2(u_2/p_2)}\right), \quad
        \exp\left(\ln r + \sqrt{\ln^2(u_1/p_1) + \ln^2(p_2/l_2)}\right).

    Where :math:`p_1 = 0` the upper limit is :math:`u_1 / l_2`, which is on the safe side.

    References
    ----------
    Zou & Donner 2008, Statistics in Medicine 27; Donner & Zou 2012, Statistical Methods in Medical Research
    21.

    Examples
    --------
    >>> wide, narrow = Bounds(np.array(0.2), np.array(0.6)), Bounds(np.array(0.4), np.array(0.6))
    >>> low, high = mover_ratio(0.4, wide, 0.5, narrow)
    >>> low.round(3), high.round(3)
    (np.float64(0.391), np.float64(1.271))
    """
    p1, p2 = np.asarray(estimate_1, float), np.asarray(estimate_2, float)
    l1, u1, l2, u2 = (np.asarray(bound, float) for bound in (*bounds_1, *bounds_2))
    with np.errstate(divide="ignore", invalid="ignore"):
        ratio = p1 / p2
        low = ratio * np.exp(-np.hypot(np.log(p1 / l1), np.log(u2 / p2)))
        high = ratio * np.exp(np.hypot(np.log(u1 / p1), np.log(p2 / l2)))
        low = np.where((l1 <= 0) & (p2 > 0), 0.0, low)
        high = np.where((p1 == 0) & (p2 > 0), u1 / l2, high)
    return Bounds(np.where(p2 > 0, low, np.nan), np.where(p2 > 0, high, np.nan))
