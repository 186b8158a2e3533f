"""The same evidence as :mod:`fairkit.evidence` when rows come in clusters: several rows of one person are not independent.

Clusters are the units: the bootstrap resamples whole clusters, standard errors add up one residual per cluster, and the
number of clusters, not of rows, decides how much is known. With 20 clusters or more the plain interval is the cluster
bootstrap (BCa); with fewer it is Student's t on linearised residuals; below 3 there is none. Corrected intervals need
levels that 2,000 replicates cannot resolve, so they use Student's t throughout. A cluster may span groups: contrasts then
keep the correlation.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.special import stdtrit

from fairkit.evidence import REST, Compare, Comparison, Options, others_of
from fairkit.inference import Bounds, bca, cluster_replicates, joint_cluster_replicates
from fairkit.metrics import Metric
from fairkit.tables import ClusterRows, GroupTable

FloatArray = NDArray[np.float64]
IntArray = NDArray[np.int64]

BOOTSTRAP_FROM = 20
"""Fewest clusters for a cluster bootstrap; with fewer its distribution is too coarse and a t-interval is used."""

FEWEST = 3
"""Fewest clusters for any interval."""


@dataclass(frozen=True, slots=True)
class Residuals:
    """How far each cluster pulls each metric of one group, to first order.

    Parameters
    ----------
    values : array, shape (metrics,)
    pull : array, shape (metrics, clusters)
        Linearised influence; sums to 0 over clusters.
    counted : array of bool, shape (metrics, clusters)
        Clusters with something in the metric's denominator; others say nothing about it.
    """

    values: FloatArray
    pull: FloatArray
    counted: NDArray[np.bool_]

    @property
    def clusters(self) -> IntArray:
        """Number of clusters that count, shape (metrics,)."""
        return self.counted.sum(axis=1)

    @property
    def scaled(self) -> FloatArray:
        """Pull with the small-sample factor, so that its squares sum to the variance."""
        c = np.maximum(self.clusters, 2).astype(np.float64)
        return self.pull * np.sqrt(c / (c - 1))[:, None]


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
        order = np.argsort(self.rows.group, kind="stable")
        cuts = np.searchsorted(self.rows.group[order], np.arange(len(table.sums) + 1))
        self._members = [order[a:b] for a, b in zip(cuts[:-1], cuts[1:], strict=True)]

    def plain(self, confidence: float) -> tuple[Bounds, NDArray[np.str_]]:
        """Cluster bootstrap, Student's t, or nothing, by the number of clusters."""
        low, high, method = _blank(self.values.shape)
        for g in range(len(self.table.sums)):
            own = linearised(self.metrics, self.own(g))
            drawn = self.replicates()[:, g] if (own.clusters >= BOOTSTRAP_FROM).any() else None
            for i, m in enumerate(self.metrics):
                if np.isnan(self.values[i, g]) or own.clusters[i] < FEWEST:
                    continue
                if own.clusters[i] >= BOOTSTRAP_FROM and drawn is not None:
                    keep = own.counted[i]
                    bounds = _bca(own.values[i], m.values(drawn), own.pull[i, keep], confidence)
                    method[i, g] = "cluster-bootstrap"
                else:
                    error = float(np.sqrt((own.scaled[i] ** 2).sum()))
                    reach = _quantile(own.clusters[i] - 1.0, confidence) * error
                    bounds = (max(own.values[i] - reach, 0.0), min(own.values[i] + reach, 1.0))
                    method[i, g] = "cluster-t"
                low[i, g], high[i, g] = bounds
        return Bounds(low, high), method

    def against(self, reference: IntArray, compare: Compare) -> Comparison:
        """Compare every group with its reference; a group that is the reference itself gets NaN."""
        return _ClusteredComparison(self, reference, compare)

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

    def own(self, group: int) -> FloatArray:
        """Sums of one group by cluster, shape (clusters, fields)."""
        sums = np.zeros((self.rows.clusters, self.rows.sums.shape[1]))
        members = self._members[group]
        sums[self.rows.cluster[members]] = self.rows.sums[members]
        return sums

    def total(self) -> FloatArray:
        """Sums of all groups by cluster, shape (clusters, fields)."""
        sums = np.zeros((self.rows.clusters, self.rows.sums.shape[1]))
        np.add.at(sums, self.rows.cluster, self.rows.sums)
        return sums


def linearised(metrics: Sequence[Metric], sums: FloatArray) -> Residuals:
    r"""Linearise metrics over clusters.

    Parameters
    ----------
    metrics : sequence of Metric
    sums : array, shape (clusters, fields)

    Notes
    -----
    For a ratio :math:`r = Y / X` of sums, cluster c pulls by :math:`(y_c - r x_c) / X`; a mean of ratios averages the pulls.

    References
    ----------
    Cochran 1977, Sampling Techniques, 3rd edition, chapter 6.
    """
    kind = metrics[0].kind
    total = sums.sum(axis=0)
    values = np.stack([m.values(total) for m in metrics])
    pull = np.zeros((len(metrics), len(sums)))
    counted = np.zeros(pull.shape, bool)
    for i, m in enumerate(metrics):
        for part in m.parts:
            y, x = sums @ part.numerator.vector(kind), sums @ part.denominator.vector(kind)
            size = x.sum()
            if size > 0:
                pull[i] += (y - y.sum() / size * x) / size / len(m.parts)
            counted[i] |= x > 0
    return Residuals(values, pull, counted)


class _ClusteredComparison:
    def __init__(self, evidence: ClusteredRows, reference: IntArray, compare: Compare) -> None:
        self.evidence = evidence
        self.reference = reference
        self.compare = compare
        metrics, groups = evidence.metrics, len(evidence.table.sums)
        shape = (len(metrics), groups)
        self.value, self.error, self.freedom = (np.full(shape, np.nan) for _ in range(3))
        self.fewest = np.zeros(shape, np.int64)
        self._pulls: dict[tuple[int, int], FloatArray] = {}
        total = evidence.total()
        named = {int(r): linearised(metrics, evidence.own(int(r))) for r in np.unique(reference) if r != REST}
        for g in range(groups):
            sums = evidence.own(g)
            own = linearised(metrics, sums)
            rest = linearised(metrics, total - sums) if (reference == REST).any() else None
            for i, r in enumerate(reference.tolist()):
                other = rest if r == REST else named[r]
                if other is not None and g != r:
                    self._fill(i, g, own, other)

    def plain(self, confidence: float) -> tuple[Bounds, NDArray[np.str_]]:
        low, high, method = _blank(self.value.shape)
        bounds, _ = self.corrected(np.full(self.value.shape, confidence))
        usable = ~np.isnan(bounds.low)
        low[usable], high[usable], method[usable] = bounds.low[usable], bounds.high[usable], "cluster-t"
        many = usable & (self.fewest >= BOOTSTRAP_FROM)
        for i in np.flatnonzero(many.any(axis=1)):
            m = self.evidence.metrics[i]
            drawn = self.evidence.replicates()
            own = m.values(drawn)
            other = m.values(others_of(drawn, self.reference[i : i + 1])[0])
            with np.errstate(divide="ignore", invalid="ignore"):
                replicates = own - other if self.compare == "difference" else own / other
            replicates = np.where(np.isfinite(replicates), replicates, np.nan)
            for g in np.flatnonzero(many[i]):
                pull = self._pulls[i, g]
                scale = self.value[i, g] if self.compare == "ratio" else 1.0
                bounds_g = _bca(self.value[i, g], replicates[:, g], pull[pull != 0] * scale, confidence)
                if not np.isnan(bounds_g[0]):
                    (low[i, g], high[i, g]), method[i, g] = bounds_g, "cluster-bootstrap"
        return Bounds(low, high), method

    def corrected(self, confidence: FloatArray) -> tuple[Bounds, NDArray[np.str_]]:
        with np.errstate(divide="ignore", invalid="ignore"):
            reach = stdtrit(self.freedom, 1 - (1 - confidence) / 2) * self.error
            if self.compare == "difference":
                low, high = np.maximum(self.value - reach, -1.0), np.minimum(self.value + reach, 1.0)
            else:
                low, high = self.value * np.exp(-reach), self.value * np.exp(reach)
        return Bounds(low, high), np.full(self.value.shape, "cluster-t", dtype="<U24")

    def _fill(self, i: int, g: int, own: Residuals, other: Residuals) -> None:
        """Contrast one metric of one group, with its standard error and Welch's degrees of freedom."""
        one, two = float(own.values[i]), float(other.values[i])
        if np.isnan(one) or np.isnan(two) or (self.compare == "ratio" and two == 0):
            return
        self.value[i, g] = one - two if self.compare == "difference" else one / two
        few = int(min(own.clusters[i], other.clusters[i]))
        self.fewest[i, g] = few
        scale_one, scale_two = (1.0, 1.0) if self.compare == "difference" else (one, two)
        if few < FEWEST or scale_one == 0:
            return
        first, second = own.scaled[i] / scale_one, other.scaled[i] / scale_two
        error = float(np.sqrt(((first - second) ** 2).sum()))
        if error == 0:
            return
        v1, v2 = float((first**2).sum()), float((second**2).sum())
        spread = v1**2 / (own.clusters[i] - 1) + v2**2 / (other.clusters[i] - 1)
        self.error[i, g] = error
        self.freedom[i, g] = (v1 + v2) ** 2 / spread
        self._pulls[i, g] = own.pull[i] / scale_one - other.pull[i] / scale_two


def _bca(value: float, replicates: FloatArray, pull: FloatArray, confidence: float) -> tuple[float, float]:
    """BCa with the jackknife taken to first order: leaving a cluster out moves the value by minus its pull."""
    jackknife = (value - pull)[None]
    low, high = bca([value], replicates[:, None], jackknife, np.ones_like(jackknife), confidence=confidence)
    return float(low[0]), float(high[0])


def _quantile(freedom: float, confidence: float) -> float:
    return float(stdtrit(freedom, 1 - (1 - confidence) / 2))


def _blank(shape: tuple[int, ...]) -> tuple[FloatArray, FloatArray, NDArray[np.str_]]:
    return np.full(shape, np.nan), np.full(shape, np.nan), np.full(shape, "none", dtype="<U24")
