"""What the counts of one grouping say about its metrics, and how surely, when rows are independent.

A metric's value, limits and contrasts are computed for all metrics and groups at once, as arrays of shape
``(metrics, groups)`` with NaN where a number is undefined; later rooms give every NaN its reason. Clustered
rows have a room of their own (:mod:`fairkit.clustered`).

Two kinds of interval are kept apart. The *plain* one is for one number: Wilson, Newcombe or
Miettinen-Nurminen, Koopman, and for what is no share the bootstrap (BCa), where there are enough rows of
every kind to resample: a small group that happens not to vary would look certain. The *corrected* one decides
verdicts over many groups; it stands on Clopper-Pearson limits, because score limits are too short in the far
tails that a correction reaches: with 96 groups of 40 rows at a rate of 5 % they would cry wolf in 25 % of
fair models where 5 % are promised.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal, Protocol, runtime_checkable

import numpy as np
from numpy.typing import NDArray

from fairkit.inference import (
    Bounds,
    bca,
    jackknife_from_counts,
    koopman,
    miettinen_nurminen,
    mover,
    mover_ratio,
    multinomial_replicates,
)
from fairkit.metrics import AnyMetric, Metric, Why
from fairkit.shares import REST, Sample, other_sample, others_of, steadied
from fairkit.significance import p_values_of
from fairkit.tables import GroupTable

FloatArray = NDArray[np.float64]
IntArray = NDArray[np.int64]
Compare = Literal["difference", "ratio"]
DifferenceInterval = Literal["newcombe", "miettinen-nurminen"]


@dataclass(frozen=True, slots=True)
class Options:
    """How plain intervals are made.

    Parameters
    ----------
    difference : {"newcombe", "miettinen-nurminen"}
        Interval of a difference of two rates.
    replicates : int
        Bootstrap replicates where there is no closed form.
    seed : int
        Seed of the bootstrap.
    """

    difference: DifferenceInterval = "newcombe"
    replicates: int = 2_000
    seed: int = 0


class Limits(Protocol):
    """What a level can be decided on: values, and intervals that hold at any level."""

    @property
    def value(self) -> FloatArray:
        """Difference or ratio, shape (metrics, groups); NaN where undefined."""
        ...

    def alone(self, confidence: float) -> tuple[Bounds, NDArray[np.str_]]:
        """Interval that decides a contrast that is its whole family."""
        ...

    def corrected(self, confidence: FloatArray) -> tuple[Bounds, NDArray[np.str_]]:
        """Interval that holds in the far tails, each contrast at a level of its own."""
        ...


class Comparison(Limits, Protocol):
    """Every group against its reference, for every metric."""

    @property
    def compare(self) -> Compare:
        """What is compared."""
        ...

    def replicates(self) -> FloatArray:
        """Bootstrap replicates of the value, shape (metrics, replicates, groups); NaN where undefined."""
        ...

    def plain(self, confidence: float) -> tuple[Bounds, NDArray[np.str_]]:
        """Interval of each contrast on its own, and the method of each."""
        ...

    def p_values(self) -> FloatArray:
        """Test "no difference" one contrast at a time, shape (metrics, groups); NaN where not tested."""
        ...


class Evidence(Protocol):
    """Values, plain intervals and contrasts of the metrics of one grouping."""

    @property
    def metrics(self) -> Sequence[AnyMetric]:
        """The metrics, in the order of the arrays."""
        ...

    @property
    def values(self) -> FloatArray:
        """Values, shape (metrics, groups); NaN where undefined."""
        ...

    def plain(self, confidence: float) -> tuple[Bounds, NDArray[np.str_]]:
        """Interval of each value on its own, and the method of each."""
        ...

    def against(self, reference: IntArray, compare: Compare) -> Comparison:
        """Compare every group with the group at `reference`, shape (metrics,); REST for all others."""
        ...

    def only(self, rows: Sequence[int]) -> Evidence:
        """Return the evidence of some of the metrics, by their positions."""
        ...

    def replicates(self) -> FloatArray:
        """Bootstrap replicates of the sums, shape (replicates, groups, fields)."""
        ...


class Levelled(Evidence, Protocol):
    """Evidence whose values, not only their contrasts, have limits at any level."""

    def alone(self, confidence: float) -> tuple[Bounds, NDArray[np.str_]]:
        """Interval that decides a value that is its whole family."""
        ...

    def corrected(self, confidence: FloatArray) -> tuple[Bounds, NDArray[np.str_]]:
        """Interval that holds in the far tails, each value at a level of its own, shape (metrics, groups)."""
        ...


@runtime_checkable
class Explained(Protocol):
    """Evidence, or a comparison, that knows why a number is undefined or has no interval."""

    def why_no_interval(self, metric: int, group: int) -> Why | None:
        """Say why; None where the sums of the group show it."""
        ...


def why_no_interval(source: Evidence | Comparison, table: GroupTable, metric: int, group: int) -> Why:
    """Say why a defined number has no interval: ask the evidence, or go by what the table is like."""
    known = known_reason(source, metric, group)
    return known or (Why.TOO_FEW_CLUSTERS if table.clusters is not None else Why.NO_VARIATION)


def known_reason(source: Evidence | Comparison, metric: int, group: int) -> Why | None:
    """Ask the evidence why a number is undefined or has no interval; None where it does not know."""
    return source.why_no_interval(metric, group) if isinstance(source, Explained) else None


class IndependentRows:
    """Evidence from rows that are independent of one another.

    Parameters
    ----------
    metrics : sequence of Metric
    table : GroupTable
    options : Options

    Examples
    --------
    >>> from fairkit.counts import Counts, Kind
    >>> from fairkit.groups import groupings
    >>> from fairkit.metrics import chosen_metrics
    >>> from fairkit.tables import group_table
    >>> counts = Counts.from_cells(Kind.DECISIONS, ["sex"], [("F",), ("M",)], [[56, 14, 0], [48, 32, 0]])
    >>> table = group_table(counts, groupings("sex")[0])
    >>> evidence = IndependentRows(chosen_metrics("all", kind=Kind.DECISIONS), table, Options())
    >>> comparison = evidence.against(np.array([REST]), "difference")
    >>> [bound.round(4).tolist() for bound in comparison.plain(0.95)[0]]
    [[[0.0524, -0.3339]], [[0.3339, -0.0524]]]
    """

    def __init__(self, metrics: Sequence[Metric], table: GroupTable, options: Options) -> None:
        self.metrics = tuple(metrics)
        self.table = table
        self.options = options
        self.sample = Sample.of(metrics, table.sums, table.squares)
        self.steady = steadied(table)
        self.surely = (
            self.sample if self.steady is table else Sample.of(metrics, table.sums, self.steady.squares)
        )
        self.values = self.sample.values()
        self._replicates: FloatArray | None = None

    def plain(self, confidence: float) -> tuple[Bounds, NDArray[np.str_]]:
        """Wilson for shares; the bootstrap for the rest, a closed form for weighted rows and small groups."""
        low, high = (np.array(bound) for bound in self.sample.limits(confidence, exact=False))
        method = np.full(self.values.shape, "wilson", dtype="<U24")
        enough = self.sample.enough()
        for i, m in enumerate(self.metrics):
            if m.is_proportion:
                continue
            method[i] = "mover-wilson"
            if self.table.squares is None and enough[i].any():
                found = self._bca(m, confidence)
                swap = enough[i] & ~np.isnan(found.low)
                low[i, swap], high[i, swap], method[i, swap] = (
                    found.low[swap],
                    found.high[swap],
                    "bootstrap-bca",
                )
        return Bounds(low, high), method

    def alone(self, confidence: float) -> tuple[Bounds, NDArray[np.str_]]:
        """Wilson's limits, and what follows from them for metrics that are no shares."""
        names = ["wilson" if m.is_proportion else "mover-wilson" for m in self.metrics]
        return self.sample.limits(confidence, exact=False), self._named(names)

    def corrected(self, confidence: FloatArray) -> tuple[Bounds, NDArray[np.str_]]:
        """Clopper and Pearson's limits, and what follows from them for metrics that are no shares."""
        names = ["clopper-pearson" if m.is_proportion else "mover-exact" for m in self.metrics]
        return self.surely.limits(confidence, exact=True), self._named(names)

    def against(self, reference: IntArray, compare: Compare) -> Comparison:
        """Compare every group with its reference; a group that is the reference itself gets NaN."""
        return _IndependentComparison(self, reference, compare)

    def only(self, rows: Sequence[int]) -> IndependentRows:
        """Return the evidence of some of the metrics, with the same bootstrap replicates."""
        part = IndependentRows([self.metrics[i] for i in rows], self.table, self.options)
        part._replicates = self._replicates
        return part

    def replicates(self) -> FloatArray:
        """Multinomial replicates of the counts (gamma for sums of weights), drawn once."""
        if self._replicates is None:
            from fairkit.inference import gamma_replicates

            rng = np.random.default_rng(self.options.seed)
            n = self.options.replicates
            if self.table.squares is None:
                drawn = multinomial_replicates(self.table.sums, replicates=n, rng=rng).astype(np.float64)
            else:
                drawn = gamma_replicates(self.table.sums, self.table.squares, replicates=n, rng=rng)
            self._replicates = drawn
        return self._replicates

    def _named(self, names: Sequence[str]) -> NDArray[np.str_]:
        return np.repeat(np.array(names, dtype="<U24")[:, None], self.values.shape[1], axis=1)

    def _bca(self, metric: Metric, confidence: float) -> Bounds:
        jackknife = jackknife_from_counts(self.table.sums, metric.values)
        return bca(
            metric.values(self.table.sums),
            metric.values(self.replicates()),
            *jackknife,
            confidence=confidence,
        )


class Replicated(Protocol):
    """Evidence of shares, whose replicates are sums."""

    metrics: tuple[Metric, ...]

    def replicates(self) -> FloatArray:
        """Bootstrap replicates of the sums, shape (replicates, groups, fields)."""
        ...


def contrast_replicates(evidence: Replicated, reference: IntArray, compare: Compare) -> FloatArray:
    """Contrast the bootstrap replicates of every group with those of its reference."""
    drawn = evidence.replicates()
    total = drawn.sum(axis=1, keepdims=True)
    others = {r: total - drawn if r == REST else drawn[:, r : r + 1] for r in np.unique(reference).tolist()}
    found = np.empty((len(evidence.metrics), *drawn.shape[:2]))
    for i, (metric, r) in enumerate(zip(evidence.metrics, reference.tolist(), strict=True)):
        own, other = metric.values(drawn), metric.values(others[r])
        with np.errstate(divide="ignore", invalid="ignore"):
            found[i] = own - other if compare == "difference" else own / other
    found[~np.isfinite(found)] = np.nan
    return found


class _IndependentComparison:
    def __init__(self, evidence: IndependentRows, reference: IntArray, compare: Compare) -> None:
        self.evidence = evidence
        self.reference = reference
        self.compare = compare
        self.other = self.surely = other_sample(evidence.metrics, evidence.table, reference)
        if evidence.steady is not evidence.table:
            self.surely = other_sample(evidence.metrics, evidence.steady, reference)
        base = self.other.values()
        with np.errstate(divide="ignore", invalid="ignore"):
            value = evidence.values - base if compare == "difference" else evidence.values / base
        value[~np.isfinite(value)] = np.nan
        for i, r in enumerate(reference):
            if r != REST:
                value[i, r] = np.nan
        self.base = base
        self.value = value
        self._replicates: FloatArray | None = None

    def replicates(self) -> FloatArray:
        if self._replicates is None:
            self._replicates = contrast_replicates(self.evidence, self.reference, self.compare)
        return self._replicates

    def plain(self, confidence: float) -> tuple[Bounds, NDArray[np.str_]]:
        (low, high), method = self.alone(confidence)
        if self.evidence.table.squares is None:
            enough = self.evidence.sample.enough() & self.other.enough()
            for i, m in enumerate(self.evidence.metrics):
                if m.is_proportion or not enough[i].any():
                    continue
                found = self._bca(i, m, confidence)
                swap = enough[i] & ~np.isnan(found.low) & ~np.isnan(low[i])
                low[i, swap], high[i, swap], method[i, swap] = (
                    found.low[swap],
                    found.high[swap],
                    "bootstrap-bca",
                )
        return Bounds(low, high), method

    def alone(self, confidence: float) -> tuple[Bounds, NDArray[np.str_]]:
        metrics, difference = self.evidence.metrics, self.compare == "difference"
        low, high = (np.array(bound) for bound in self._mover(confidence, exact=False))
        method = np.full(self.value.shape, "mover-wilson", dtype="<U24")
        shares = [i for i, m in enumerate(metrics) if m.is_proportion]
        method[shares] = "newcombe"
        named = self.evidence.options.difference if difference else "koopman"
        if shares and named != "newcombe":
            starts = np.cumsum([0, *(len(m.parts) for m in metrics)])
            parts = starts[shares]
            interval = miettinen_nurminen if difference else koopman
            own, other = self.evidence.sample, self.other
            low[shares], high[shares] = interval(
                own.hits[parts],
                own.trials[parts],
                other.hits[parts],
                other.trials[parts],
                confidence=confidence,
            )
            method[shares] = named
        return self._masked(low, high), method

    def corrected(self, confidence: FloatArray) -> tuple[Bounds, NDArray[np.str_]]:
        bounds = self._mover(confidence, exact=True)
        return self._masked(*bounds), np.full(self.value.shape, "mover-exact", dtype="<U24")

    def p_values(self) -> FloatArray:
        return p_values_of(self.evidence.metrics, self.evidence.table, self.reference)

    def _bca(self, i: int, metric: Metric, confidence: float) -> Bounds:
        """Bootstrap a contrast: both sides are resampled, and each row of either side is left out in turn."""
        sums = self.evidence.table.sums
        others = others_of(sums, self.reference[i : i + 1])[0]

        def contrast(own: FloatArray, other: FloatArray) -> FloatArray:
            with np.errstate(divide="ignore", invalid="ignore"):
                value = own - other if self.compare == "difference" else own / other
            return np.where(np.isfinite(value), value, np.nan)

        one = jackknife_from_counts(sums, lambda s: contrast(metric.values(s), metric.values(others)))
        two = jackknife_from_counts(others, lambda s: contrast(metric.values(sums), metric.values(s)))
        return bca(
            self.value[i],
            self.replicates()[i],
            np.concatenate([one[0], two[0]], axis=-1),
            np.concatenate([one[1], two[1]], axis=-1),
            confidence=confidence,
        )

    def _mover(self, confidence: float | FloatArray, *, exact: bool) -> Bounds:
        own = (self.evidence.surely if exact else self.evidence.sample).limits(confidence, exact=exact)
        other = (self.surely if exact else self.other).limits(confidence, exact=exact)
        combine = mover if self.compare == "difference" else mover_ratio
        low, high = combine(self.evidence.values, own, self.base, other)
        return (
            Bounds(np.maximum(low, -1.0), np.minimum(high, 1.0))
            if self.compare == "difference"
            else Bounds(low, high)
        )

    def _masked(self, low: FloatArray, high: FloatArray) -> Bounds:
        undefined = np.isnan(self.value)
        return Bounds(np.where(undefined, np.nan, low), np.where(undefined, np.nan, high))
