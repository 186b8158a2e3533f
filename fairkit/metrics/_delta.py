"""The delta method for rows in cells: what each row moves a value by, and the variance that follows.

A row moves a smooth value by its influence, to first order, and independent rows add their squares. A share
that is 0 or 1 shows no variation, which is no certainty: as a part of a mean it has the variance of a share
with half a row more on the other side, ``p (1 - p) / m`` with ``p = 1/2 / (m + 1)``.

References
----------
Deville 1999, Survey Methodology 25.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

FloatArray = NDArray[np.float64]

_ROUNDING = 1e-12  # a row that moves a value less than this, times the rows, does not move it


def rows_worth(sums: FloatArray, squares: FloatArray) -> FloatArray:
    """Return Kish's effective number of rows of cells, ``(Σ w)² / Σ w²``; the rows themselves unweighted.

    Examples
    --------
    >>> rows_worth(np.array([4.0, 6.0, 0.0]), np.array([4.0, 18.0, 0.0])).tolist()
    [4.0, 2.0, 0.0]
    """
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.where(squares > 0, sums**2 / squares, 0.0)


def delta_variance(influence: FloatArray, sums: FloatArray, squares: FloatArray) -> tuple[float, float]:
    """Return the variance of a value and its degrees of freedom; NaN of a single row.

    Parameters
    ----------
    influence, sums, squares : array, shape (cells,)
        What one row of a cell moves the value by; sums of weights and of squared weights of the cells.

    Examples
    --------
    >>> p = 0.3
    >>> variance, freedom = delta_variance(np.array([1 - p, -p]) / 10, np.array([3.0, 7]), np.array([3.0, 7]))
    >>> round(variance, 6) == round(p * (1 - p) / 9, 6), freedom
    (True, 9.0)
    """
    n = float(rows_worth(sums.sum(), squares.sum()))
    if n <= 1 + 1e-9:
        return np.nan, np.nan
    moves = np.abs(influence) * sums.sum() > _ROUNDING
    return float(squares[moves] @ influence[moves] ** 2) * n / (n - 1), n - 1


def variance_unseen(rows: FloatArray) -> FloatArray:
    """Return the variance of a share of 0 or 1 among so many rows; 0 where there are none.

    Examples
    --------
    >>> variance_unseen(np.array([0.0, 3.0, 300.0])).round(6).tolist()
    [0.0, 0.036458, 6e-06]
    """
    p = 0.5 / (rows + 1)
    return np.where(rows > 0, p * (1 - p) / np.maximum(rows, 1e-300), 0.0)
