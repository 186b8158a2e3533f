"""Limits of areas of 1 or 0, which show no variance: that is no certainty."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from fairkit.inference import Bounds
from fairkit.residuals import FEWEST
from fairkit.sides import FEWEST_ROWS, Side

FloatArray = NDArray[np.float64]


def perfect_limits(side: Side, kind: int, tail: FloatArray, found: Bounds, *, clustered: bool) -> Bounds:
    r"""Give areas of 1, or 0, limits: that no pair was put wrongly does not mean that none ever is.

    With m rows on the scarcer side there are m pairs of different rows, each put rightly with the probability
    :math:`\theta` at most: all are with at most :math:`\theta^m`, so that the limit at which the tail has the
    probability p is no less than :math:`p^{1/m}`. Of clusters there are half as many pairs.

    Parameters
    ----------
    side : Side
    kind : int
    tail : array, shape (identities,)
    found : Bounds
        Limits of areas that vary.
    clustered : bool

    Examples
    --------
    >>> side = Side.blank(1, 1)
    >>> side.numbers[:, 0, 0], side.units[0, 0] = (1.0, 0.0, 31.0, 0.0, 1.0), 32.0
    >>> nothing = Bounds(np.array([np.nan]), np.array([np.nan]))
    >>> low, high = perfect_limits(side, 0, np.array([0.025]), nothing, clustered=False)
    >>> low.round(3).tolist(), high.tolist()
    ([0.891], [1.0])
    """
    perfect = is_perfect(side, clustered=clustered)[kind]
    value, pairs = side.value[kind], side.units[kind] // 2 if clustered else side.units[kind]
    reach = np.asarray(tail) ** (1 / np.maximum(pairs, 1.0))
    low, high = np.where(value == 1, reach, 0.0), np.where(value == 1, 1.0, 1 - reach)
    return Bounds(np.where(perfect, low, found.low), np.where(perfect, high, found.high))


def is_perfect(side: Side, *, clustered: bool) -> NDArray[np.bool_]:
    """Tell which areas are 1 or 0 on rows, or clusters, enough for limits.

    Examples
    --------
    >>> side = Side.blank(1, 1)
    >>> side.numbers[:, 0, 0], side.units[0, 0] = (1.0, 0.0, 31.0, 0.0, 1.0), 32.0
    >>> is_perfect(side, clustered=False).tolist()
    [[True]]
    """
    fewest = 2 * FEWEST if clustered else FEWEST_ROWS
    return np.asarray(((side.value == 0) | (side.value == 1)) & (side.units >= fewest))
