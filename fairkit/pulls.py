r"""How far each cluster pulls functionals, and the variance that follows when clusters are the units.

A cluster pulls a functional by its sums times the functional's influence. With the share h of the rows (or of
what the functional divides by, as of the words that were said), its pull is taken :math:`\sqrt{(C - 1) / C} /
(1 - h)` times, the jackknife over C clusters; then the squares add up to the variance, with :math:`1 / \sum
h^2 - 1` degrees of freedom (as in :mod:`fairkit.residuals`). Where a metric needs rows of several kinds, such
as positives and negatives, the kind in fewest hands decides.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from fairkit.counts import FIELDS
from fairkit.metrics import Functional, Measured
from fairkit.residuals import AGREED, FEWEST

FloatArray = NDArray[np.float64]
IntArray = NDArray[np.int64]

_ROUNDING = 1e-9


class Pulls(NamedTuple):
    """How far the clusters of one part pull each metric: the squares sum to the variance.

    `cluster` has positions in ascending order, shape (k,); `pull` has shape (metrics, k).
    """

    cluster: IntArray
    pull: FloatArray


class Jackknifed(NamedTuple):
    """What clusters say about one metric of one part: pulls, variance, degrees of freedom, clusters."""

    pull: FloatArray
    variance: float
    freedom: float
    clusters: int


class ClusterSums:
    """The sums of some rows by cluster, cell and field, kept sparse.

    Parameters
    ----------
    cluster, cell : array of int64, shape (entries,)
    sums : array of float64, shape (entries, fields)
    shape : tuple of int
        How many clusters and cells there are.

    Examples
    --------
    >>> rows = ClusterSums(np.array([0, 1]), np.array([0, 0]), np.array([[2.0, 1.0], [4.0, 0.0]]), (2, 1))
    >>> rows.size([0]).tolist()
    [2.0, 4.0]
    """

    def __init__(self, cluster: IntArray, cell: IntArray, sums: FloatArray, shape: tuple[int, int]) -> None:
        from scipy.sparse import csr_array

        clusters, cells = shape
        self.fields, self.cells, self.clusters = sums.shape[1], cells, clusters
        self._cluster, self._sums = cluster, sums
        entry, field = np.nonzero(sums)
        place = (cluster[entry], cell[entry] * self.fields + field)
        self._table = csr_array((sums[entry, field], place), shape=(clusters, cells * self.fields))
        self._sizes: dict[tuple[int, ...], FloatArray] = {}

    def pulled(self, influence: FloatArray) -> FloatArray:
        """Multiply with influence of shape (cells, fields, metrics); the result has (metrics, clusters)."""
        flat = influence.reshape(self.cells * self.fields, influence.shape[-1])
        return np.asarray((self._table @ flat).T)

    def size(self, columns: Sequence[int]) -> FloatArray:
        """Add up the rows of each cluster in some fields, shape (clusters,)."""
        key = tuple(columns)
        if key not in self._sizes:
            weights = self._sums[:, list(key)].sum(axis=1)
            self._sizes[key] = np.bincount(self._cluster, weights, self.clusters).astype(np.float64)
        return self._sizes[key]


def spread_out(found: Sequence[Measured], cell: IntArray, cells: int) -> FloatArray:
    """Put the influence of several metrics on some cells into one table, shape (cells, fields, metrics)."""
    table = np.zeros((cells, found[0].influence.shape[1], len(found)))
    for i, one in enumerate(found):
        table[cell, :, i] = one.influence
    return table


def left_over(total: FloatArray, part: FloatArray) -> FloatArray:
    """Take the rows of a part from all rows; what only rounding leaves is nothing."""
    rest = total - part
    return np.where(rest <= _ROUNDING * total, 0.0, rest)


def jackknifed(pull: FloatArray, sizes: Sequence[FloatArray], movable: float) -> Jackknifed:
    """Turn the pulls of clusters on one metric into a variance.

    Parameters
    ----------
    pull : array, shape (clusters,)
    sizes : sequence of array, shape (clusters,)
        What each holds of what the metric divides by, or of each kind of rows that it needs.
    movable : float
        How far all rows together pull the metric, in absolute terms: pulls far below are rounding.

    Examples
    --------
    >>> found = jackknifed(np.array([0.1, -0.1, 0.0]), [np.array([5.0, 5.0, 5.0])], 1.0)
    >>> round(found.variance, 3), round(found.freedom, 3), found.clusters
    (0.03, 2.0, 3)
    """
    shares = np.stack([size / total if (total := size.sum()) > 0 else size for size in sizes])
    clusters = int((shares > 0).sum(axis=1).min())
    widest = shares.max(axis=0)
    if clusters < FEWEST or widest.max() >= 1:
        return Jackknifed(np.zeros(len(pull)), np.nan, np.nan, min(clusters, FEWEST - 1))
    pull = np.where(np.abs(pull) <= AGREED * movable * widest, 0.0, pull)
    counted = float((widest > 0).sum())
    pull = np.sqrt((counted - 1) / counted) * pull / (1 - widest)
    freedom = float(np.maximum(1 / (shares**2).sum(axis=1) - 1, 1.0).min())
    return Jackknifed(pull, float((pull**2).sum()), freedom, clusters)


def held_by_clusters(metric: Functional) -> list[list[int]]:
    """List the columns of what clusters hold of a metric: what it divides by, or else each kind of rows.

    Examples
    --------
    >>> from fairkit.metrics import metric
    >>> from fairkit.counts import Kind
    >>> held_by_clusters(metric("word_error_rate", kind=Kind.WORDS))
    [[1, 2, 3]]
    """
    fields = FIELDS[metric.kind]
    return [[fields.index(field) for field in metric.divisor]] if metric.divisor else kinds_of_rows(metric)


def kinds_of_rows(metric: Functional) -> list[list[int]]:
    """List the columns of each kind of rows that a metric cannot do without; all together if none is.

    Examples
    --------
    >>> from fairkit.metrics import metric
    >>> from fairkit.counts import Kind
    >>> kinds_of_rows(metric("roc_auc", kind=Kind.SCORES))
    [[0], [1]]
    >>> kinds_of_rows(metric("mean_error", kind=Kind.REGRESSION))
    [[0]]
    """
    fields = FIELDS[metric.kind]
    columns = [fields.index(field) for field in metric.size]
    needed = []
    for column in columns:
        without = np.zeros(len(fields))
        without[[other for other in columns if other != column]] = 1.0
        if metric.why(without) is not None:
            needed.append([column])
    return needed or [columns]
