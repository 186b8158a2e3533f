"""How many more new rows would decide a change, while the old data stay as they are.

A published report does not grow. What it leaves open stays open however many new rows there are, so that
sometimes no number of them would decide.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from fairkit.findings import FEWEST_CLUSTERS_NEEDED, FEWEST_ROWS, MOST_ROWS
from fairkit.inference import Bounds

FloatArray = NDArray[np.float64]

_SPARE = 1.05


def growth_needed(value: FloatArray, margin: Bounds, new: Bounds, old: Bounds) -> FloatArray:
    r"""Return how many times the new data an interval needs that lies wholly inside or beyond the margin.

    Parameters
    ----------
    value : array
        The change.
    margin : Bounds
        From where to where it counts as none.
    new, old : Bounds
        How far each side alone lets the change lie below and above.

    Returns
    -------
    array
        NaN where no growth of the new data would do, or the change lies on an end of the margin.

    Notes
    -----
    MOVER adds the squares of what both sides leave open. With k times the new data their part shrinks by
    :math:`1/\sqrt{k}`, so an end of the margin at a distance d is left when

    .. math:: a^2 / k + b^2 \le d^2, \quad k = a^2 / (d^2 - b^2).

    Examples
    --------
    >>> side = Bounds(np.array([0.06]), np.array([0.06]))
    >>> margin = Bounds(np.array([-0.05]), np.array([0.05]))
    >>> growth_needed(np.array([0.15]), margin, side, side).round(4)
    array([0.5625])
    >>> growth_needed(np.array([0.10]), margin, side, side)
    array([nan])
    """
    above, below = value - margin.high, margin.low - value
    beyond = np.where(above > 0, above, below)
    outside = np.where(above > 0, _factor(beyond, new.low, old.low), _factor(beyond, new.high, old.high))
    inside = np.maximum(_factor(-below, new.low, old.low), _factor(-above, new.high, old.high))
    return np.where((above > 0) | (below > 0), outside, inside)


def units_to_decide(growth: FloatArray, rows: FloatArray, *, clusters: bool = False) -> FloatArray:
    """Turn growth into rows, or clusters, with 5 % to spare; NaN where the number would mean nothing.

    Parameters
    ----------
    growth : array
    rows : array
        Rows, or clusters, that there are.
    clusters : bool
        Whether clusters are counted.

    Examples
    --------
    >>> units_to_decide(np.array([2.0, 1e9, np.nan]), np.array([100.0, 100.0, 100.0]))
    array([210.,  nan,  nan])
    """
    least = FEWEST_CLUSTERS_NEEDED if clusters else FEWEST_ROWS
    needed = np.maximum(np.ceil(_SPARE * growth * rows * (1 - 1e-12)), least)
    return np.where(needed <= MOST_ROWS, needed, np.nan)


def _factor(distance: FloatArray, new: FloatArray, old: FloatArray) -> FloatArray:
    room = distance**2 - old**2
    possible = (distance > 0) & (room > 0)
    return np.where(possible, new**2 / np.where(possible, room, 1.0), np.nan)
