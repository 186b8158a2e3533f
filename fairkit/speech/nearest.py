"""Nearest neighbours without replacement on one number, greedily, in nearly linear time.

Partners are kept sorted. One that is taken points past itself to the next free one on either side, and paths
are shortened as they are walked (a disjoint set), so finding the nearest free partner costs next to nothing
however many are taken.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

FloatArray = NDArray[np.float64]
IntArray = NDArray[np.int64]


def nearest_pairs(
    wanted: FloatArray, partners: FloatArray, caliper: float, *, rng: np.random.Generator
) -> IntArray:
    """Give each number, in the order given, the nearest partner that is still free.

    Parameters
    ----------
    wanted : array of float64, shape (wanted,)
    partners : array of float64, shape (partners,)
    caliper : float
        Largest distance of a pair.
    rng : numpy.random.Generator
        Chooses among partners of the same number.

    Returns
    -------
    array of int64, shape (wanted,)
        Position of the partner; -1 where none is free within the caliper.

    Examples
    --------
    >>> rng = np.random.default_rng(0)
    >>> nearest_pairs(np.array([0.5, 0.4, 0.9]), np.array([0.1, 0.45, 0.5]), 0.2, rng=rng).tolist()
    [2, 1, -1]
    """
    n = len(partners)
    shuffled = rng.permutation(n)
    order = shuffled[np.argsort(partners[shuffled], kind="stable")]
    values = partners[order].tolist()
    places = np.searchsorted(partners[order], wanted).tolist()
    # Free places at or above i, and (shifted by one, 0 is none) at or below i.
    above, below = list(range(n + 1)), list(range(n + 1))
    found = np.full(len(wanted), -1, np.int64)
    for k, (value, place) in enumerate(zip(wanted.tolist(), places, strict=True)):
        up, down = _root(above, place), _root(below, place) - 1
        far_up = values[up] - value if up < n else np.inf
        far_down = value - values[down] if down >= 0 else np.inf
        if min(far_up, far_down) > caliper or (up >= n and down < 0):
            continue
        taken = up if far_up <= far_down else down
        found[k] = taken
        above[taken], below[taken + 1] = taken + 1, taken
    return np.where(found >= 0, order[found] if n else -1, -1)


def _root(parent: list[int], at: int) -> int:
    """Follow the pointers to one that points to itself, and shorten the path by halves."""
    while parent[at] != at:
        parent[at] = parent[parent[at]]
        at = parent[at]
    return at
