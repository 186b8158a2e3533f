"""Evidence as in :mod:`fairkit.evidence`, of functionals: metrics that are smooth functions of sums.

A functional's variance comes from its influence: that of rows by the functional itself, that of clusters from
one pull per cluster (:mod:`fairkit.measured`). Limits are made on the scale on which the metric is about
normal (:mod:`fairkit.scaled`), and those of two sides are combined by MOVER, with the correlation of groups
that share clusters; on the identity scale this is Welch's t. Nothing is resampled.

Intervals are refused rather than guessed: with fewer than 10 effective rows or 3 clusters, and where a group
happens not to vary. Verdicts stand on the corrected interval, whose variance is moderated by that of all
groups together, since small skewed groups would otherwise look too sure.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

import numpy as np
from numpy.typing import NDArray

from fairkit.evidence import Compare, Comparison, Options
from fairkit.inference import Bounds
from fairkit.measured import MergedCells, covariance_with
from fairkit.metrics import Functional, Part, Why
from fairkit.scaled import COUNTED, SKEWED, apart, filled, limits, moderated, pooled, times, two_sided_p
from fairkit.shares import REST
from fairkit.sides import Pair, Side, never_negative, paired, reasons, sided
from fairkit.tables import GroupCells, GroupTable

FloatArray = NDArray[np.float64]
IntArray = NDArray[np.int64]

_MOST_KEPT = 5_000_000
_METHODS = {"identity": "t", "binomial": "wilson", "poisson": "gamma"}


class LinearisedRows:
    """Evidence of functionals, from independent or clustered rows.

    Parameters
    ----------
    metrics : sequence of Functional
    cells : GroupCells or MergedCells
    table : GroupTable
        Of the same counts and grouping.
    options : Options
        Has the replicates and seed of the multiplier bootstrap that ``max-t`` uses.
    own : Side, optional
        What was measured already.

    Examples
    --------
    >>> from fairkit.counts import Counts, Kind
    >>> from fairkit.groups import groupings
    >>> from fairkit.metrics import chosen_metrics
    >>> from fairkit.tables import group_cells, group_table
    >>> sums = [[50, 10, 40, 10, 40, 10, 0, 0, 0], [80, 4, 80, 4, 80, 4, 0, 0, 0]]
    >>> counts = Counts.from_cells(Kind.EVENTS, ["sex"], [("F",), ("M",)], sums)
    >>> grouping = groupings("sex")[0]
    >>> cells, table = group_cells(counts, grouping), group_table(counts, grouping)
    >>> evidence = LinearisedRows(chosen_metrics(["event_rate"], kind=Kind.EVENTS), cells, table, Options())
    >>> evidence.values.tolist()
    [[0.25, 0.05]]
    """

    def __init__(
        self,
        metrics: Sequence[Functional],
        cells: GroupCells | MergedCells,
        table: GroupTable,
        options: Options,
        *,
        own: Side | None = None,
    ) -> None:
        self.metrics = tuple(metrics)
        self.merged = MergedCells(cells) if isinstance(cells, GroupCells) else cells
        self.own = self.merged.side(metrics) if own is None else own
        self.table, self.options = table, options
        self.values = self.own.value
        self.reasons = reasons(metrics, self.own, clustered=self.clustered)
        self._others: tuple[Side, FloatArray] | None = None
        self._noise: FloatArray | None = None
        self._rests: dict[int, Part] = {}

    @property
    def clustered(self) -> bool:
        """Whether rows come in clusters."""
        return self.merged.cluster is not None

    def plain(self, confidence: float) -> tuple[Bounds, NDArray[np.str_]]:
        """Student's t on each metric's scale; Wilson for shares, gamma limits for events."""
        tail = np.full(self.values.shape[1], (1 - confidence) / 2)
        low, high = np.full(self.values.shape, np.nan), np.full(self.values.shape, np.nan)
        for i, m in enumerate(self.metrics):
            if m.limits is None:
                side = sided(m, self.own, i)
                side = filled(m.scale, side, mean := pooled(side))
                side = moderated(side, mean) if m.scale in SKEWED else side
                bounds = limits(m, side, tail, side.freedom, exact=False, estimated=self.clustered)
            else:
                bounds = self.own_limits(i, tail)
            usable = ~np.isnan(self.values[i]) & (self.reasons[i] == "")
            low[i], high[i] = (np.where(usable, bound, np.nan) for bound in bounds)
        return Bounds(low, high), self.methods("")

    def alone(self, confidence: float) -> tuple[Bounds, NDArray[np.str_]]:
        """Interval that decides a value that is its whole family: as where it is one of many."""
        return self.corrected(np.full(self.values.shape, confidence))

    def corrected(self, confidence: FloatArray) -> tuple[Bounds, NDArray[np.str_]]:
        """Limits that hold in the far tails: from moderated variances, exact where counts have them."""
        low, high = np.full(self.values.shape, np.nan), np.full(self.values.shape, np.nan)
        method = self.methods("")
        tail = (1 - np.asarray(confidence)) / 2
        for i, m in enumerate(self.metrics):
            if m.limits is None:
                side = sided(m, self.own, i)
                mean = pooled(side)
                side = moderated(filled(m.scale, side, mean), mean)
                degrees = side.freedom * self._known()
                bounds = limits(m, side, tail[i], degrees, exact=True, estimated=self.clustered)
                method[i] = ("cluster-" if self.clustered else "") + (
                    "exact" if m.scale in COUNTED else "moderated-t"
                )
            else:
                bounds = self.own_limits(i, tail[i])
            usable = ~np.isnan(self.values[i]) & (self.reasons[i] == "")
            low[i], high[i] = (np.where(usable, bound, np.nan) for bound in bounds)
        return Bounds(low, high), method

    def against(self, reference: IntArray, compare: Compare) -> Comparison:
        """Compare every group with its reference; a group that is the reference itself gets NaN."""
        return LinearisedComparison(self, reference, compare)

    def only(self, rows: Sequence[int]) -> LinearisedRows:
        """Return the evidence of some of the metrics, measured once for all."""
        chosen = [self.metrics[i] for i in rows]
        part = LinearisedRows(chosen, self.merged, self.table, self.options, own=self.own.rows(rows))
        if self._others is not None:
            part._others = (self._others[0].rows(rows), self._others[1][list(rows)])
        part._rests = self._rests
        if self._noise is not None:
            part._noise = self._noise[list(rows)]
        return part

    def own_limits(self, row: int, tail: FloatArray, *, opposite: int | None = None) -> Bounds:
        """Limits of a metric that makes its own, of every group or of what stands opposite each.

        Parameters
        ----------
        row : int
        tail : array, shape (groups,)
        opposite : int, optional
            Position of the group that stands opposite; REST for all others.
        """
        bounds = np.full((2, len(tail)), np.nan)
        make = self.metrics[row].limits
        worth = (self.others()[0] if opposite == REST else self.own).worth[row]
        for g, beyond in enumerate(tail.tolist()):
            source = g if opposite in {None, REST} else int(opposite or 0)
            if make is not None and np.isfinite(worth[source]):
                part = self._rest(g) if opposite == REST else self.merged.part(source)[1]
                bounds[:, g] = make(part, 1 - 2 * beyond, float(worth[source]))
        return Bounds(bounds[0], bounds[1])

    def others(self) -> tuple[Side, FloatArray]:
        """Return all other groups of each group, and their covariance with it, measured once."""
        if self._others is None:
            self._others = self.merged.others(self.metrics, self.own)
        return self._others

    def replicates(self) -> FloatArray:
        """Return multiplier-bootstrap replicates of the values, shape (replicates, groups, metrics)."""
        return np.moveaxis(self.values[:, None, :] + self.noise(), 0, -1)

    def noise(self) -> FloatArray:
        """Draw how far each value may lie from its mean, shape (metrics, replicates, groups), once.

        Normal, with the variances of the values; clusters get one multiplier each, so that groups that share
        them move together.
        """
        if self._noise is None:
            rng = np.random.default_rng(self.options.seed)
            n, groups = self.options.replicates, self.values.shape[1]
            if self.clustered:
                multiplier = rng.standard_normal((self.merged.given.clusters, n))
                drawn = [one.pull @ multiplier[one.cluster] for one in self.own.pulls]
                self._noise = np.stack(drawn, axis=-1)
            else:
                multiplier = rng.standard_normal((n, groups))
                self._noise = multiplier * np.sqrt(np.nan_to_num(self.own.variance))[:, None, :]
        return self._noise

    def methods(self, prefix: str) -> NDArray[np.str_]:
        """Name how intervals are made, shape (metrics, groups)."""
        cluster = "cluster-" if self.clustered else ""
        names = [
            cluster + prefix + ("conservative" if m.limits else _METHODS.get(m.scale, f"{m.scale}-t"))
            for m in self.metrics
        ]
        return np.repeat(np.array(names, dtype="<U24")[:, None], self.values.shape[1], axis=1)

    def _known(self) -> float:
        """Return what the degrees of freedom of skewed rows are worth: half of those of normal rows."""
        return 0.5

    def _rest(self, group: int) -> Part:
        """Return what stands opposite a group, kept for the next level unless the table is huge."""
        if group not in self._rests:
            part = self.merged.rest(group)[1]
            if part.sums.size * len(self.merged.places) > _MOST_KEPT:
                return part
            self._rests[group] = part
        return self._rests[group]

    def why_no_interval(self, metric: int, group: int) -> Why | None:
        """Say why a value is undefined or has no interval; None where the sums show it."""
        why = self.own.why if np.isnan(self.values[metric, group]) else self.reasons
        return Why(str(why[metric, group])) if why[metric, group] else None


class LinearisedComparison:
    """Every group against its reference, for every functional.

    Parameters
    ----------
    evidence : LinearisedRows
    reference : array of int64, shape (metrics,)
        Positions of reference groups; REST for all others.
    compare : {"difference", "ratio"}
        There is a ratio only of metrics that cannot be negative.
    """

    def __init__(self, evidence: LinearisedRows, reference: IntArray, compare: Compare) -> None:
        self.evidence, self.reference, self.compare = evidence, reference, compare
        self.own = evidence.own
        self.other, covariance = self._opposite()
        one, two = self.own, self.other
        with np.errstate(divide="ignore", invalid="ignore"):
            scale = np.sqrt(one.variance * two.variance)
            self.correlation = np.where(scale > 0, np.clip(covariance / scale, -1.0, 1.0), 0.0)
            if compare == "difference":
                value = one.value - two.value
            else:
                positive = np.array([never_negative(m) for m in evidence.metrics])
                sensible = positive[:, None] & (one.value >= 0) & (two.value > 0)
                value = np.where(sensible, one.value / two.value, np.nan)
        for i, r in enumerate(reference.tolist()):
            if r != REST:
                value[i, r] = np.nan
        self.value = value
        self._reasons = reasons(evidence.metrics, self.other, clustered=evidence.clustered)
        self._usable = ~np.isnan(value) & (evidence.reasons == "") & (self._reasons == "")
        self._pairs: dict[tuple[int, bool], Pair] = {}

    def plain(self, confidence: float) -> tuple[Bounds, NDArray[np.str_]]:
        """Interval of each contrast on its own."""
        tail = np.full(self.value.shape, (1 - confidence) / 2)
        return self._limits(tail, corrected=False), self.evidence.methods("mover-")

    def alone(self, confidence: float) -> tuple[Bounds, NDArray[np.str_]]:
        """Interval that decides a contrast that is its whole family: as where it is one of many."""
        return self.corrected(np.full(self.value.shape, confidence))

    def corrected(self, confidence: FloatArray) -> tuple[Bounds, NDArray[np.str_]]:
        """Interval from moderated variances (exact limits of counts), each contrast at its own level."""
        methods = self.evidence.methods("")
        cluster = "cluster-" if self.evidence.clustered else ""
        for i, m in enumerate(self.evidence.metrics):
            if m.limits is None:
                methods[i] = cluster + ("mover-exact" if m.scale in COUNTED else "moderated-t")
        return self._limits((1 - np.asarray(confidence)) / 2, corrected=True), methods

    def p_values(self) -> FloatArray:
        """Test "no difference" so that the p-value agrees with the plain interval (Welch's t)."""
        neutral = 0.0 if self.compare == "difference" else 1.0
        metrics, groups = self.value.shape
        found = np.full((metrics, groups), np.nan)
        for i, m in enumerate(self.evidence.metrics):
            if m.limits is None:  # limits of its own would have to be made anew for every level
                interval = partial(self._limits_of, i, corrected=False)
                found[i] = two_sided_p(interval, neutral, groups)
        return found

    def replicates(self) -> FloatArray:
        """Replicates of the contrasts, shape (metrics, replicates, groups): a multiplier bootstrap.

        What all other groups have together moves as the mean of their moves, weighted by their sizes, with
        the variance that it was measured to have: the largest deviation of a family needs correlations only
        roughly, and the intervals do not use them.
        """
        noise = self.evidence.noise()
        value = self.value[:, None, :]
        with np.errstate(divide="ignore", invalid="ignore", over="ignore"):
            found = noise - np.stack([self._noise_of_other(i, noise[i]) for i in range(len(noise))])
            if self.compare == "ratio":
                base = self.other.value[:, None, :]
                mine = self.own.value[:, None, :]
                other = noise - found
                return np.asarray(value * np.exp(noise / mine - other / base))
        return np.asarray(value + found)

    def why_no_interval(self, metric: int, group: int) -> Why | None:
        """Say why a contrast is undefined or has no interval; None where the sums show it."""
        place = (metric, group)
        own, other = self.evidence.reasons, self._reasons
        if np.isnan(self.value[place]):
            own, other = self.own.why, np.where(self.other.why == "", "", Why.REFERENCE_UNDEFINED)
        why = str(own[place]) or str(other[place])
        if not why and np.isnan(self.value[place]) and not never_negative(self.evidence.metrics[metric]):
            defined = not (np.isnan(self.own.value[place]) or np.isnan(self.other.value[place]))
            return Why.NO_RATIO if defined else None
        return Why(why) if why else None

    def _opposite(self) -> tuple[Side, FloatArray]:
        found = Side.blank(*self.own.value.shape)
        covariance = np.zeros(self.own.value.shape)
        for r in np.unique(self.reference).tolist():
            chosen = self.reference == r
            if r == REST:
                side, together = self.evidence.others()
            else:
                side, together = self.own.at(r), covariance_with(self.own, r)
            found.take(chosen, side)
            covariance[chosen] = together[chosen]
        return found, covariance

    def _limits(self, tail: FloatArray, *, corrected: bool) -> Bounds:
        rows = [self._limits_of(i, tail[i], corrected=corrected) for i in range(len(tail))]
        return Bounds(np.stack([row.low for row in rows]), np.stack([row.high for row in rows]))

    def _limits_of(self, i: int, tail: FloatArray, *, corrected: bool) -> Bounds:
        metric, pair = self.evidence.metrics[i], self._pair(i, corrected=corrected)
        estimated = self.evidence.clustered
        if metric.limits is None:
            own = limits(metric, pair.own, tail, pair.own_degrees, exact=corrected, estimated=estimated)
            other = limits(metric, pair.other, tail, pair.other_degrees, exact=corrected, estimated=estimated)
        else:
            own = self.evidence.own_limits(i, tail)
            other = self.evidence.own_limits(i, tail, opposite=int(self.reference[i]))
        combine = apart if self.compare == "difference" else times
        low, high = combine(pair.own.value, own, pair.other.value, other, self.correlation[i])
        return Bounds(np.where(self._usable[i], low, np.nan), np.where(self._usable[i], high, np.nan))

    def _pair(self, i: int, *, corrected: bool) -> Pair:
        if (i, corrected) not in self._pairs:
            metric, correlation = self.evidence.metrics[i], self.correlation[i]
            own, other = sided(metric, self.own, i), sided(metric, self.other, i)
            self._pairs[i, corrected] = paired(metric, own, other, correlation, corrected=corrected)
        return self._pairs[i, corrected]

    def _noise_of_other(self, i: int, noise: FloatArray) -> FloatArray:
        reference = int(self.reference[i])
        if reference != REST:
            return np.broadcast_to(noise[:, reference : reference + 1], noise.shape)
        size = self.evidence.metrics[i].denominators(self.evidence.table.sums)
        known = np.where(np.isnan(self.own.value[i]), 0.0, size)
        moved = noise * known
        rest = (moved.sum(axis=1, keepdims=True) - moved) / np.maximum(known.sum() - known, 1e-300)
        spread = rest.std(axis=0)
        return np.asarray(
            rest * np.where(spread > 0, np.sqrt(np.nan_to_num(self.other.variance[i])) / spread, 0)
        )
