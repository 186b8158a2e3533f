"""The rates of one grouping under every condition of a factor, with how far each speaker pulls them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from fairkit.counts import FIELDS, Counts
from fairkit.groups import Grouping, listed_groups, placed
from fairkit.metrics import Functional, Part, Why
from fairkit.pulls import held_by_clusters, jackknifed
from fairkit.residuals import FEWEST
from fairkit.sides import FEWEST_ROWS

FloatArray = NDArray[np.float64]


class Rate(NamedTuple):
    """One rate of some rows.

    Parameters
    ----------
    value, variance, freedom : float
        NaN where undefined.
    pull : array of float64, shape (speakers,)
        Its squares sum to the variance; empty where utterances are independent.
    why : str
        Why there is no value, or no interval; empty where there are both.
    """

    value: float
    variance: float
    freedom: float
    pull: FloatArray
    why: str


class CrossedRates:
    """A metric of every group, and of all other groups, under every condition of a factor.

    Parameters
    ----------
    counts : Counts
        By at least the attributes of the grouping and the factor, without axes.
    grouping : Grouping
    factor : str
        Rows without a level of it are left out.

    Examples
    --------
    >>> from fairkit.counts import Kind
    >>> from fairkit.groups import groupings
    >>> from fairkit.metrics.words import WORDS
    >>> sums = [[30, 270, 30, 0, 0, *[0] * 10, 30, 30, 3, 0.3, 0, 0]] * 4
    >>> cells = [("A", "no"), ("A", "yes"), ("B", "no"), ("B", "yes")]
    >>> rates = CrossedRates(
    ...     Counts.from_cells(Kind.WORDS, ["accent", "noise"], cells, sums), groupings("accent")[0], "noise"
    ... )
    >>> rates.groups, rates.conditions, rates.rate(WORDS[0], 0, 1).value
    ((('A',), ('B',)), ('no', 'yes'), 0.1)
    """

    def __init__(self, counts: Counts, grouping: Grouping, factor: str) -> None:
        total = counts.marginal((*grouping.names, factor), keep_clusters=True, keep_axes=False)
        used = len(FIELDS[counts.kind])
        total = _of_known_conditions(total, used)
        self.kind, self.clustered = counts.kind, total.clusters is not None
        by_group = total.marginal(grouping.names)
        self.groups = listed_groups(grouping, by_group)
        levels = total.levels[-1]
        self.conditions = tuple(str(level) for level in levels)
        bare = _without_last(total)
        self._group, self._level = placed(bare, self.groups), total.codes[:, -1]
        self._cluster = np.zeros(len(total.values), np.int64) if total.clusters is None else total.clusters
        self._clusters = max(len(total.cluster_ids), 1)
        self._sums = total.values[:, :used].astype(np.float64)
        self._all = [np.zeros((self._clusters, used)) for _ in levels]
        for level, sums in enumerate(self._all):
            chosen = self._level == level
            np.add.at(sums, self._cluster[chosen], self._sums[chosen])

    def usual(self) -> int:
        """Return the condition of most utterances."""
        return int(np.argmax([rows[:, 0].sum() for rows in self._all]))

    def rate(self, metric: Functional, group: int, level: int, *, rest: bool = False) -> Rate:
        """Measure a metric of a group, or of all other groups, under one condition."""
        own = np.zeros_like(self._all[level])
        mine = (self._group == group) & (self._level == level)
        own[self._cluster[mine]] = self._sums[mine]
        return _measured(self._all[level] - own if rest else own, metric, clustered=self.clustered)

    def speakers(self, group: int, levels: Sequence[int]) -> int | None:
        """Count the speakers of a group under some conditions; None where speakers are not known."""
        if not self.clustered:
            return None
        mine = (self._group == group) & np.isin(self._level, levels) & self._sums.any(axis=1)
        return len(np.unique(self._cluster[mine]))


def _measured(by_cluster: FloatArray, metric: Functional, *, clustered: bool) -> Rate:
    """Measure a rate, with the pulls of speakers on it."""
    total = by_cluster.sum(axis=0)
    why = metric.why(total)
    nothing = np.zeros(len(by_cluster) if clustered else 0)
    if why is not None:
        return Rate(np.nan, np.nan, np.nan, nothing, str(why))
    part = Part(metric.kind, (), np.zeros((1, 0), np.int64), total[None])
    found = metric.measure(part)
    if not clustered:
        few = not found.freedom >= FEWEST_ROWS - 1
        return Rate(found.value, found.variance, found.freedom, nothing, str(Why.FEW_ROWS) if few else "")
    influence = found.influence[0]
    sizes = [by_cluster[:, columns].sum(axis=1) for columns in held_by_clusters(metric)]
    pulled = jackknifed(by_cluster @ influence, sizes, float(np.abs(total * influence).sum()))
    few = pulled.clusters < FEWEST or np.isnan(pulled.freedom)
    reason = str(Why.TOO_FEW_CLUSTERS) if few else ""
    return Rate(found.value, pulled.variance, pulled.freedom, pulled.pull, reason)


def _of_known_conditions(total: Counts, used: int) -> Counts:
    """Leave out rows that no metric can use, or whose condition is not known."""
    missing = [i for i, level in enumerate(total.levels[-1]) if level is None]
    chosen = ~np.isin(total.codes[:, -1], missing) & total.values[:, :used].any(axis=1)
    return Counts.from_codes(
        total.kind,
        total.attributes,
        total.levels,
        total.codes[chosen],
        total.values[chosen],
        clusters=None if total.clusters is None else total.clusters[chosen],
        cluster_ids=total.cluster_ids,
    )


def _without_last(total: Counts) -> Counts:
    """Leave the last attribute away without adding anything up, so that cells stay as they are."""
    return Counts(total.kind, total.attributes[:-1], total.levels[:-1], total.codes[:, :-1], total.values)
