"""The largest or smallest value of a sum over whole numbers that fit what is known: branch and bound.

Linear programmes over tables of sums nearly always have whole solutions; where one has not, the problem is
cut in two. (The integer solver of HiGHS is not used: it writes to standard output now and then, whatever it
is told, and a command's output must be its own.)
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

FloatArray = NDArray[np.float64]

MOST_PROGRAMMES = 400
"""Linear programmes that one question may take."""

_WHOLE = 1e-6


def optimum(
    cost: FloatArray,
    table: FloatArray,
    limits: tuple[FloatArray, FloatArray],
    bounds: tuple[FloatArray, FloatArray],
) -> NDArray[np.int64] | None:
    """Find whole numbers that fit and cost least.

    Parameters
    ----------
    cost : array, shape (numbers,)
        Whole.
    table : array, shape (sums, numbers)
    limits : pair of array, shape (sums,)
        From where to where each sum may lie.
    bounds : pair of array, shape (numbers,)
        The same of each number.

    Returns
    -------
    array of int64 or None
        None where nothing fits. Where the question takes too many programmes, the best that was found: it
        fits, but something may cost less.

    Examples
    --------
    >>> table, two = np.ones((1, 2)), np.full(1, 7.0)
    >>> optimum(np.array([-1.0, 0.0]), table, (two, two), (np.zeros(2), np.array([4.5, 9.0]))).tolist()
    [4, 3]
    """
    best: NDArray[np.int64] | None = None
    least = np.inf
    left = [bounds]
    for _ in range(MOST_PROGRAMMES):
        if not left:
            break
        low, high = left.pop()
        found = programme(cost, table, limits, (low, high))
        if found is None or cost @ found > least - 1 + _WHOLE:
            continue
        whole = np.round(found)
        place = int(np.argmax(np.abs(found - whole)))
        if abs(found[place] - whole[place]) > _WHOLE:
            below, above = high.copy(), low.copy()
            below[place], above[place] = np.floor(found[place]), np.ceil(found[place])
            left += [(low, below), (above, high)]
        elif _fits(whole, table, limits):
            best, least = whole.astype(np.int64), float(cost @ whole)
    return best


def programme(
    cost: FloatArray,
    table: FloatArray,
    limits: tuple[FloatArray, FloatArray],
    bounds: tuple[FloatArray, FloatArray],
) -> FloatArray | None:
    """Solve one linear programme; None where nothing fits.

    Examples
    --------
    >>> table, two = np.ones((1, 2)), np.full(1, 7.0)
    >>> programme(np.array([-1.0, 0.0]), table, (two, two), (np.zeros(2), np.array([4.5, 9.0]))).tolist()
    [4.5, 2.5]
    """
    from scipy.optimize import Bounds, LinearConstraint, milp

    if (bounds[0] > bounds[1]).any():
        return None
    constraints = [LinearConstraint(table, *limits)] if len(table) else []
    solved = milp(cost, constraints=constraints, bounds=Bounds(*bounds))
    return None if solved.x is None else np.asarray(solved.x, np.float64)


def _fits(whole: FloatArray, table: FloatArray, limits: tuple[FloatArray, FloatArray]) -> bool:
    sums = table @ whole
    return bool(((sums > limits[0] - _WHOLE) & (sums < limits[1] + _WHOLE)).all())
