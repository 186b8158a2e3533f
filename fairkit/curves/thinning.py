"""Fewer points for a line that looks the same and encloses the same area.

References
----------
Visvalingam & Whyatt 1993, Line generalisation by repeated elimination of points, The Cartographic Journal 30.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

FloatArray = NDArray[np.float64]
IntArray = NDArray[np.int64]

_TIMES = 4


def thinned(x: FloatArray, y: FloatArray, most: int) -> IntArray:
    """Return the positions of the points of a rising line to keep, its ends always among them.

    The point that spans the smallest triangle with its neighbours goes first, for that is the area that goes
    with it. On a jagged line most of these lie on one side; so what was lost and won is kept in balance.

    Parameters
    ----------
    x, y : array, shape (points,)
    most : int
        Most points to keep, 2 or more.

    Examples
    --------
    >>> x = np.array([0.0, 0.1, 0.2, 0.5, 1.0])
    >>> thinned(x, np.array([0.0, 0.5, 1.0, 1.0, 1.0]), 3).tolist()
    [0, 2, 4]
    """
    kept = _even(x, y, _TIMES * most)
    won = 0.0
    while len(kept) > most:
        dx, dy = np.diff(x[kept]), np.diff(y[kept])
        area = dx[1:] * dy[:-1] - dx[:-1] * dy[1:]  # what goes with a point: above the chord > 0
        walled = np.concatenate([[np.inf], np.abs(area), [np.inf]])
        # Points that are the smallest among their neighbours are far enough apart to go at once.
        free = np.flatnonzero((walled[1:-1] <= walled[:-2]) & (walled[1:-1] < walled[2:]))
        if not len(free):  # all are equal: any may go
            free = np.array([len(area) - 1])
        free = free[np.argsort(np.abs(area[free]), kind="stable")]
        go: list[int] = []
        for place in free[: (len(free) + 1) // 2].tolist():
            if len(kept) - len(go) == most:
                break
            lost = float(area[place])
            if not go or won * lost >= 0 or abs(won) <= abs(lost):
                go.append(place + 1)
                won -= lost
        kept = np.delete(kept, go)
    return kept


def _even(x: FloatArray, y: FloatArray, most: int) -> IntArray:
    """Choose points at even distances along the line, which changes nothing that can be seen."""
    if len(x) <= most:
        return np.arange(len(x))
    along = x + y
    wanted = np.linspace(along[0], along[-1], most)
    return np.unique(np.concatenate([[0], np.searchsorted(along, wanted[1:-1]), [len(x) - 1]]))
