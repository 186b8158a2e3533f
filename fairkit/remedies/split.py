"""Splitting rows into those a remedy is fitted on and those it is judged on.

What was fitted on a row looks good on that row, so the two parts share no row, and no person. Each stratum
(a label in a group) is spread over both parts in the same share, so that neither part is without the few
positives of a small group; what is random is only which rows of a stratum go where.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from fairkit.errors import UsageError

__all__ = ["held_out"]

_SHARES = (0.05, 0.95)

IntArray = NDArray[np.int64]


def held_out(
    strata: IntArray, *, test_share: float, seed: int, clusters: IntArray | None = None
) -> NDArray[np.bool_]:
    """Choose the rows that are held out.

    Parameters
    ----------
    strata : array of int64, shape (rows,)
        Stratum of each row.
    test_share : float
        Share of the rows, or of the clusters, of each stratum that is held out.
    seed : int
        The same seed holds out the same rows.
    clusters : array of int64, shape (rows,), optional
        Rows with the same number stay on one side; a cluster belongs to the stratum of its first row.

    Returns
    -------
    array of bool, shape (rows,)

    Raises
    ------
    UsageError
        The share leaves one side next to nothing.

    Notes
    -----
    Units (rows or clusters) are put in order of stratum, and at random within a stratum. With a random start
    u, unit i is held out where floor(u + (i + 1) share) > floor(u + i share): systematic sampling, which
    takes from each stratum its share to within one unit.

    References
    ----------
    Madow and Madow 1944, "On the theory of systematic sampling, I".

    Examples
    --------
    >>> strata = np.repeat([0, 1], [10, 4])
    >>> side = held_out(strata, test_share=0.5, seed=1)
    >>> int(side[strata == 0].sum()), int(side[strata == 1].sum())
    (5, 2)
    """
    if not _SHARES[0] <= test_share <= _SHARES[1]:
        raise UsageError(
            f"test_share {test_share} is no share from {_SHARES[0]} to {_SHARES[1]}; 0.5 holds out half of "
            "the rows (--test-share 0.5)."
        )
    if clusters is None:
        return _systematic(strata, test_share, seed)
    _, first, unit = np.unique(clusters, return_index=True, return_inverse=True)
    return _systematic(strata[first], test_share, seed)[unit]


def _systematic(strata: IntArray, share: float, seed: int) -> NDArray[np.bool_]:
    random = np.random.default_rng(seed)
    order = np.lexsort((random.random(len(strata)), strata))
    steps = np.floor(random.random() + share * np.arange(len(strata) + 1))
    chosen = np.zeros(len(strata), np.bool_)
    chosen[order] = np.diff(steps) > 0
    return chosen
