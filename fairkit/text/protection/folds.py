"""Parts of the data for cross-validation: whatever belongs together lies in one part."""

from __future__ import annotations

import warnings
from collections.abc import Hashable, Sequence
from typing import Any

import numpy as np

from fairkit.errors import DataError, UsageError
from fairkit.text.protection.heads import IntArray


def clustered(keys: Sequence[Hashable], clusters: Sequence[Hashable] | None) -> IntArray:
    """Give one number to what belongs together: rows of one cluster, rows with one text; shape (rows,).

    Raises
    ------
    UsageError
        There are more or fewer clusters than rows.

    Examples
    --------
    >>> clustered(["a", "b", "a", "c"], ["x", "y", "y", "z"]).tolist()
    [0, 0, 0, 1]
    """
    from scipy.sparse import coo_array
    from scipy.sparse.csgraph import connected_components

    rows = len(keys)
    by_text = _numbered(keys)
    if clusters is None:
        return by_text
    if len(clusters) != rows:
        raise UsageError(f"clusters= has {len(clusters)} entries for {rows} rows.")
    # A row joins its text to its cluster; what hangs together is one.
    by_cluster = _numbered(clusters) + rows
    links = coo_array((np.ones(rows), (by_text, by_cluster)), shape=(2 * rows, 2 * rows))
    label = connected_components(links, directed=False)[1]
    return _numbered(label[by_text].tolist())


def assigned_folds(
    code: IntArray, cluster: IntArray, groups: Sequence[str], *, folds: int, seed: int
) -> IntArray:
    """Assign every row to a fold, groups in proportion and clusters whole; shape (rows,).

    Raises
    ------
    DataError
        A group has fewer clusters than there are folds.

    Examples
    --------
    >>> code, cluster = np.array([0, 0, 1, 1]), np.array([0, 1, 2, 3])
    >>> sorted(assigned_folds(code, cluster, ("f", "m"), folds=2, seed=0).tolist())
    [0, 0, 1, 1]
    """
    from sklearn.model_selection import StratifiedGroupKFold

    short = {name: len(set(cluster[code == k].tolist())) for k, name in enumerate(groups)}
    few = {name: n for name, n in short.items() if n < folds}
    if few:
        told = ", ".join(f"'{name}' has {n}" for name, n in few.items())
        raise DataError(
            f"{folds} folds need at least {folds} distinct texts (or clusters) of every group: {told}. Ask "
            "for fewer folds=, or merge groups."
        )
    split = StratifiedGroupKFold(folds, shuffle=True, random_state=seed)
    fold = np.full(len(code), -1)
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", message="The least populated class")
        for k, (_, held_out) in enumerate(split.split(np.zeros(len(code)), code, cluster)):
            fold[held_out] = k
    return fold


def _numbered(values: Sequence[Any]) -> IntArray:
    place: dict[Any, int] = {}
    return np.array([place.setdefault(value, len(place)) for value in values], np.int64)
