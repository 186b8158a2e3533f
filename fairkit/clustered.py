"""Evidence as in :mod:`fairkit.evidence`, when rows come in clusters: a person's rows are not independent.

Clusters are the units: the bootstrap resamples whole clusters, standard errors add up one residual per
cluster, and the number of clusters, not of rows, decides how much is known. With 20 clusters or more the
plain interval is the cluster bootstrap (BCa); with fewer it is Student's t on linearised residuals; below 3
there is none. A handful of clusters that all agree shows no variance at all, which is no certainty: their
interval is that of as many rows as there are clusters.

Corrected intervals need levels that 2,000 replicates cannot resolve. They are the wider of two: Student's t,
which knows the correlation of groups that share clusters, and the exact limits of Korn & Graubard, which hold
for rare events and small groups where t does not.
"""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from fairkit.evidence import Compare, Comparison, Options, contrast_replicates
from fairkit.inference import (
    Bounds,
    bca_at,
    cluster_replicates,
    expanded_confidence,
    joint_cluster_replicates,
    mover,
    mover_ratio,
)
from fairkit.inference.distributions import student_quantile
from fairkit.metrics import Metric
from fairkit.residuals import AGREED, FEWEST, Residuals, Shares, effective_sample, linearised
from fairkit.shares import REST, Sample
from fairkit.tables import ClusterRows, GroupTable

FloatArray = NDArray[np.float64]
IntArray = NDArray[np.int64]

BOOTSTRAP_FROM = 20
"""Fewest clusters for a cluster bootstrap; below, its distribution is too coarse and Student's t is used."""


class _Spread(NamedTuple):
    """What clusters say of every metric and group, shape (metrics, groups); of shares, (parts, groups)."""

    error: FloatArray
    freedom: FloatArray
    clusters: IntArray
    shares: Shares


class ClusteredRows:
    """Evidence from clusters.

    Parameters
    ----------
    metrics : sequence of Metric
    table : GroupTable
        With clusters.
    options : Options
    """

    def __init__(self, metrics: Sequence[Metric], table: GroupTable, options: Options) -> None:
        if table.clusters is None:
            raise ValueError("the table has no clusters")
        self.metrics = tuple(metrics)
        self.table = table
        self.rows: ClusterRows = table.clusters
        self.options = options
        self.values = np.stack([m.values(table.sums) for m in self.metrics])
        self._replicates: FloatArray | None = None
        self._spread: _Spread | None = None
        order = np.argsort(self.rows.group, kind="stable")
        cuts = np.searchsorted(self.rows.group[order], np.arange(len(table.sums) + 1))
        self._members = [order[a:b] for a, b in itertools.pairwise(cuts)]

    def plain(self, confidence: float) -> tuple[Bounds, NDArray[np.str_]]:
        """Cluster bootstrap, Student's t, or nothing, by the number of clusters."""
        low, high, method = _blank(self.values.shape)
        for g in range(len(self.table.sums)):
            own = linearised(self.metrics, self.own(g))
            sample = effective_sample(self.metrics, own.shares, confidence)
            exact = Sample(self.metrics, sample.hits[:, None], sample.trials[:, None]).limits(
                confidence, exact=False
            )
            for i, (m, parts) in enumerate(zip(self.metrics, part_slices(self.metrics), strict=True)):
                if np.isnan(self.values[i, g]) or own.clusters[i] < FEWEST:
                    continue
                if own.rare(parts):
                    bounds, method[i, g] = (exact.low[i, 0], exact.high[i, 0]), "cluster-wilson"
                elif own.clusters[i] >= BOOTSTRAP_FROM:
                    found = bca_at(
                        own.values[i : i + 1],
                        m.values(self.replicates()[:, g])[:, None],
                        [acceleration(own.pull[i])],
                        confidence=expanded_confidence(confidence, own.freedom[i : i + 1], own.clusters[i]),
                    )
                    bounds, method[i, g] = (found.low[0], found.high[0]), "cluster-bootstrap"
                    if np.isnan(found.low[0]):
                        bounds, method[i, g] = (exact.low[i, 0], exact.high[i, 0]), "cluster-wilson"
                else:
                    error = np.sqrt((own.pull[i] ** 2).sum())
                    reach = student_quantile(own.freedom[i], np.array(1 - (1 - confidence) / 2)) * error
                    bounds = (max(own.values[i] - reach, 0.0), min(own.values[i] + reach, 1.0))
                    method[i, g] = "cluster-t"
                low[i, g], high[i, g] = bounds
        return Bounds(low, high), method

    def alone(self, confidence: float) -> tuple[Bounds, NDArray[np.str_]]:
        """Interval that decides a value that is its whole family: as where it is one of many."""
        return self.corrected(np.full(self.values.shape, confidence))

    def corrected(self, confidence: FloatArray) -> tuple[Bounds, NDArray[np.str_]]:
        """Limits that hold in the far tails: the wider of Student's t and of exact limits."""
        spread = self._spreads()
        level = np.repeat(confidence, [len(m.parts) for m in self.metrics], axis=0)
        exact = effective_sample(self.metrics, spread.shares, level).limits(confidence, exact=True)
        reach = student_quantile(spread.freedom, (1 + confidence) / 2) * spread.error
        usable = ~np.isnan(self.values) & (spread.clusters >= FEWEST)
        low = np.where(usable, np.fmin(exact.low, np.maximum(self.values - reach, 0.0)), np.nan)
        high = np.where(usable, np.fmax(exact.high, np.minimum(self.values + reach, 1.0)), np.nan)
        return Bounds(low, high), np.where(usable, "cluster-exact", "none").astype("<U24")

    def against(self, reference: IntArray, compare: Compare) -> Comparison:
        """Compare every group with its reference; a group that is the reference itself gets NaN."""
        return _ClusteredComparison(self, reference, compare)

    def only(self, rows: Sequence[int]) -> ClusteredRows:
        """Return the evidence of some of the metrics, with the same bootstrap replicates."""
        part = ClusteredRows([self.metrics[i] for i in rows], self.table, self.options)
        part._replicates = self._replicates
        return part

    def replicates(self) -> FloatArray:
        """Cluster-bootstrap replicates of the sums, drawn once."""
        if self._replicates is None:
            rng = np.random.default_rng(self.options.seed)
            n, groups = self.options.replicates, len(self.table.sums)
            spanning = len(np.unique(self.rows.cluster)) < len(self.rows.cluster)
            if spanning:
                drawn = joint_cluster_replicates(
                    self.rows.cluster, self.rows.group, self.rows.sums, groups, replicates=n, rng=rng
                )
            else:
                drawn = cluster_replicates(self.rows.sums, self.rows.group, groups, replicates=n, rng=rng)
            self._replicates = drawn
        return self._replicates

    def _spreads(self) -> _Spread:
        """Linearise every group once, for limits of any level."""
        if self._spread is None:
            own = [linearised(self.metrics, self.own(g)) for g in range(len(self.table.sums))]
            error = np.stack([np.sqrt((one.pull**2).sum(axis=1)) for one in own], axis=1)
            self._spread = _Spread(
                np.where(error < AGREED, np.nan, error),
                np.stack([one.freedom for one in own], axis=1),
                np.stack([one.clusters for one in own], axis=1),
                Shares(
                    *(np.stack(column, axis=1) for column in zip(*(one.shares for one in own), strict=True))
                ),
            )
        return self._spread

    def own(self, group: int) -> FloatArray:
        """Return the sums of one group by cluster, shape (clusters, fields)."""
        sums = np.zeros((self.rows.clusters, self.rows.sums.shape[1]))
        members = self._members[group]
        sums[self.rows.cluster[members]] = self.rows.sums[members]
        return sums

    def total(self) -> FloatArray:
        """Return the sums of all groups by cluster, shape (clusters, fields)."""
        sums = np.zeros((self.rows.clusters, self.rows.sums.shape[1]))
        np.add.at(sums, self.rows.cluster, self.rows.sums)
        return sums


class ClusteredContrasts:
    """Contrasts of pairs of clustered samples, added one by one; NaN where none was added or it is undefined.

    Parameters
    ----------
    metrics : sequence of Metric
    groups : int
    compare : {"difference", "ratio"}
    """

    def __init__(self, metrics: Sequence[Metric], groups: int, compare: Compare) -> None:
        self.metrics = tuple(metrics)
        self.compare = compare
        shape = (len(self.metrics), groups)
        self.value, self.error, self.freedom = (np.full(shape, np.nan) for _ in range(3))
        self.fewest = np.zeros(shape, np.int64)
        self.acceleration = np.zeros(shape)
        self.rare = np.zeros(shape, bool)
        parts = sum(len(m.parts) for m in self.metrics)
        self.shares = [[np.full((parts, groups), np.nan) for _ in Shares._fields] for _ in range(2)]

    def add(self, i: int, g: int, own: Residuals, other: Residuals) -> None:
        """Contrast metric `i` of group `g` with what it is compared with."""
        self._fill(i, g, own, other)
        self._fill_shares(i, g, own, other)

    def corrected(self, confidence: FloatArray) -> tuple[Bounds, NDArray[np.str_]]:
        """Limits that hold in the far tails, each contrast at a level of its own."""
        student, exact = self._student(confidence), self._limits(confidence, exact=True)
        wider = Bounds(np.fmin(student.low, exact.low), np.fmax(student.high, exact.high))
        bounds = Bounds(*(np.where(np.isnan(exact.low), np.nan, bound) for bound in wider))
        return bounds, np.full(self.value.shape, "cluster-exact", dtype="<U24")

    def p_values(self) -> FloatArray:
        """Test nothing: the tests know only independent rows."""
        return np.full(self.value.shape, np.nan)

    def _student(self, confidence: FloatArray) -> Bounds:
        with np.errstate(divide="ignore", invalid="ignore", over="ignore"):
            reach = student_quantile(self.freedom, 1 - (1 - confidence) / 2) * self.error
            if self.compare == "difference":
                return Bounds(np.maximum(self.value - reach, -1.0), np.minimum(self.value + reach, 1.0))
            return Bounds(self.value * np.exp(-reach), self.value * np.exp(reach))

    def _limits(self, confidence: FloatArray, *, exact: bool) -> Bounds:
        """Combine Korn & Graubard's limits of both sides; NaN where a side has fewer than 3 clusters."""
        metrics = self.metrics
        level = np.repeat(confidence, [len(m.parts) for m in metrics], axis=0)
        sides = [effective_sample(metrics, Shares(*side), level) for side in self.shares]
        values = [side.values() for side in sides]
        limits = [side.limits(confidence, exact=exact) for side in sides]
        combine = mover if self.compare == "difference" else mover_ratio
        low, high = combine(values[0], limits[0], values[1], limits[1])
        usable = ~np.isnan(self.value) & (self.fewest >= FEWEST)
        return Bounds(np.where(usable, low, np.nan), np.where(usable, high, np.nan))

    def _fill_shares(self, i: int, g: int, own: Residuals, other: Residuals) -> None:
        place = part_slices(self.metrics)[i]
        self.rare[i, g] = own.rare(place) or other.rare(place)
        for side, residuals in zip(self.shares, (own, other), strict=True):
            for target, source in zip(side, residuals.shares, strict=True):
                target[place, g] = source[place]

    def _fill(self, i: int, g: int, own: Residuals, other: Residuals) -> None:
        """Contrast one metric of one group, with its standard error and Welch's degrees of freedom."""
        one, two = float(own.values[i]), float(other.values[i])
        if np.isnan(one) or np.isnan(two) or (self.compare == "ratio" and two == 0):
            return
        self.value[i, g] = one - two if self.compare == "difference" else one / two
        few = int(min(own.clusters[i], other.clusters[i]))
        self.fewest[i, g] = few
        scale_one, scale_two = (1.0, 1.0) if self.compare == "difference" else (one, two)
        if (
            few < FEWEST
            or scale_one == 0
            or min(np.abs(own.pull[i]).max(), np.abs(other.pull[i]).max()) < AGREED
        ):
            return
        first, second = own.pull[i] / scale_one, other.pull[i] / scale_two
        error = float(np.sqrt(((first - second) ** 2).sum()))
        if error < AGREED:
            return
        v1, v2 = float((first**2).sum()), float((second**2).sum())
        spread = v1**2 / own.freedom[i] + v2**2 / other.freedom[i]
        self.error[i, g] = error
        together = int((own.counted[i] | other.counted[i]).sum())
        self.freedom[i, g] = min((v1 + v2) ** 2 / spread, together - 1.0)
        self.acceleration[i, g] = acceleration(first - second)


class _ClusteredComparison(ClusteredContrasts):
    def __init__(self, evidence: ClusteredRows, reference: IntArray, compare: Compare) -> None:
        metrics, groups = evidence.metrics, len(evidence.table.sums)
        super().__init__(metrics, groups, compare)
        self.evidence = evidence
        self.reference = reference
        self._replicates: FloatArray | None = None
        total = evidence.total()
        named = {int(r): linearised(metrics, evidence.own(int(r))) for r in np.unique(reference) if r != REST}
        for g in range(groups):
            sums = evidence.own(g)
            own = linearised(metrics, sums)
            rest = linearised(metrics, total - sums) if (reference == REST).any() else None
            for i, r in enumerate(reference.tolist()):
                other = rest if r == REST else named[r]
                if other is not None and g != r:
                    self.add(i, g, own, other)

    def plain(self, confidence: float) -> tuple[Bounds, NDArray[np.str_]]:
        low, high, method = _blank(self.value.shape)
        level = np.full(self.value.shape, confidence)
        student, wilson = self._student(level), self._limits(level, exact=False)
        usable = ~np.isnan(wilson.low)
        rare = usable & (self.rare | np.isnan(student.low))
        few = usable & ~rare
        low[few], high[few], method[few] = student.low[few], student.high[few], "cluster-t"
        low[rare], high[rare], method[rare] = wilson.low[rare], wilson.high[rare], "cluster-wilson"
        many = few & (self.fewest >= BOOTSTRAP_FROM)
        for i in np.flatnonzero(many.any(axis=1)).tolist():
            wide = expanded_confidence(confidence, self.freedom[i], self.fewest[i])
            found = bca_at(self.value[i], self.replicates()[i], self.acceleration[i], confidence=wide)
            swap = many[i] & ~np.isnan(found.low)
            low[i, swap], high[i, swap] = found.low[swap], found.high[swap]
            method[i, swap] = "cluster-bootstrap"
        return Bounds(low, high), method

    def replicates(self) -> FloatArray:
        if self._replicates is None:
            self._replicates = contrast_replicates(self.evidence, self.reference, self.compare)
        return self._replicates

    def alone(self, confidence: float) -> tuple[Bounds, NDArray[np.str_]]:
        return self.corrected(np.full(self.value.shape, confidence))


def part_slices(metrics: Sequence[Metric]) -> list[slice]:
    """Say where the parts of each metric lie among the parts of all."""
    ends = np.cumsum([len(m.parts) for m in metrics]).tolist()
    return [slice(end - len(m.parts), end) for end, m in zip(ends, metrics, strict=True)]


def acceleration(pull: FloatArray) -> float:
    """Compute BCa's acceleration from the pulls: leaving a cluster out moves the value by minus its pull."""
    square = float((pull**2).sum())
    return float((pull**3).sum()) / 6 / square**1.5 if square > 0 else 0.0


def _blank(shape: tuple[int, ...]) -> tuple[FloatArray, FloatArray, NDArray[np.str_]]:
    return np.full(shape, np.nan), np.full(shape, np.nan), np.full(shape, "none", dtype="<U24")
