"""Evidence of metrics that are functions of rows: values by MetricFrame, how sure they are by the bootstrap.

Whole clusters are resampled, or rows within their groups, and the function is called again. How an interval
follows from the replicates is told in :mod:`fairkit.functions.studentised`. Groups of fewer than 20 rows, or
3 clusters, get none, and neither do values that are undefined in one resample of twenty or more.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from fairkit.evidence import Compare, Options
from fairkit.functions.callable_values import calls_of, refuse_failures, values_by_frame
from fairkit.functions.callables import CallableMetric
from fairkit.functions.resampling import Answer, Pulls
from fairkit.functions.row_data import RowData
from fairkit.functions.studentised import Spread, error_of, interval_of, spread_of
from fairkit.inference import Bounds
from fairkit.metrics import Why
from fairkit.shares import REST
from fairkit.tables import GroupTable

FloatArray = NDArray[np.float64]
IntArray = NDArray[np.int64]
Progress = Callable[[int, int], None]

REPLICATES = 400
"""Resamples of the rows; a function of rows takes its time in each of them."""

FEWEST_ROWS, FEWEST_CLUSTERS = 20, 3


class CallableRows:
    """Evidence from rows for metrics that are functions.

    Parameters
    ----------
    metrics : sequence of CallableMetric
    rows : RowData
        The rows behind the table.
    table : GroupTable
        The groups; rows of groups that it does not list are left out.
    options : Options
        The seed; `replicates` if fewer than :data:`REPLICATES`.
    replicates : int, optional
        Resamples, however many.
    progress : callable, optional
        Called with the resamples done and those to do.

    Raises
    ------
    UsageError
        A function fails on every group, or needs what the rows do not have; all such functions at once.

    Examples
    --------
    >>> from sklearn.metrics import matthews_corrcoef
    >>> from fairkit.functions.callables import callable_metric
    >>> from fairkit.frames import Question, read
    >>> from fairkit.groups import attributes_of, groupings
    >>> from fairkit.functions.row_data import row_data
    >>> from fairkit.tables import group_table
    >>> data = {"sex": ["F", "M"] * 60, "y": [1, 1, 0, 0] * 30, "d": [1, 1, 0, 1] * 30}
    >>> chosen = groupings("sex")
    >>> question = Question(attributes_of(chosen), label="y", decision="d")
    >>> table = group_table(read(data, question).counts, chosen[0])
    >>> metrics = [callable_metric(matthews_corrcoef)]
    >>> evidence = CallableRows(metrics, row_data(data, question), table, Options())
    >>> evidence.values.round(2).tolist(), evidence.why_no_interval(0, 1)
    ([[1.0, nan]], <Why.METRIC_FAILED: 'metric-failed'>)
    """

    def __init__(
        self,
        metrics: Sequence[CallableMetric],
        rows: RowData,
        table: GroupTable,
        options: Options,
        *,
        replicates: int | None = None,
        progress: Progress | None = None,
    ) -> None:
        self.table = table
        self.options = options
        self.progress = progress
        self.size = min(options.replicates, REPLICATES) if replicates is None else replicates
        group = rows.groups(table.grouping.names, table.levels)
        self.calls = [calls_of(m, rows, group) for m in metrics]
        answers = self._ask(metrics, rows, group)
        refuse_failures(metrics, answers)
        self._answers = answers
        self.values = np.array([[one.value for one in own] for own in answers], np.float64)
        self._rests = [dict[int, Answer]() for _ in metrics]
        self.metrics = tuple(replace(m, kind=table.kind) for m in metrics)
        self._drawn: dict[tuple[int, bool], FloatArray] = {}
        self._pulled: dict[tuple[int, int, bool], Pulls] = {}

    def plain(self, confidence: float) -> tuple[Bounds, NDArray[np.str_]]:
        """Bootstrap (BCa); Student's t where there are too few clusters for it."""
        shape = self.values.shape
        low, high, method = _blank(shape)
        for i, m in enumerate(self.metrics):
            for g in range(shape[1]):
                drawn = self.drawn(i)[:, g]
                if np.isnan(self.values[i, g]) or not self.enough(i, self.side(i, g)):
                    continue
                spread = spread_of(self.pulls(i, g), None, self.sized(i, self.side(i, g)))
                found, named = interval_of(self.values[i, g], drawn, spread, confidence, wide=False)
                if found is not None:
                    low[i, g], high[i, g] = _clipped(found, m.lowest, m.highest)
                    method[i, g] = self.called(named)
        return Bounds(low, high), method

    def against(self, reference: IntArray, compare: Compare) -> CallableComparison:
        """Compare every group with its reference; a group that is the reference itself gets NaN."""
        return CallableComparison(self, np.asarray(reference, np.int64), compare)

    def only(self, rows: Sequence[int]) -> CallableRows:
        """Return the evidence of some of the metrics, with the same resamples."""
        part = object.__new__(CallableRows)
        part.table, part.options, part.progress, part.size = (
            self.table, self.options, self.progress, self.size,
        )  # fmt: skip
        place = {old: new for new, old in enumerate(rows)}
        part.calls = [self.calls[i] for i in rows]
        part.values = self.values[list(rows)]
        part.metrics = tuple(self.metrics[i] for i in rows)
        part._answers = [self._answers[i] for i in rows]
        part._rests = [self._rests[i] for i in rows]
        part._drawn = {(place[i], rest): x for (i, rest), x in self._drawn.items() if i in place}
        part._pulled = {(place[i], g, rest): x for (i, g, rest), x in self._pulled.items() if i in place}
        return part

    def replicates(self) -> FloatArray:
        """Values on resampled rows, shape (replicates, groups, metrics)."""
        return np.stack([self.drawn(i) for i in range(len(self.metrics))], axis=-1)

    def why_no_interval(self, metric: int, group: int) -> Why | None:
        """Say why a value is undefined or has no interval."""
        if np.isnan(self.values[metric, group]):
            return self._answers[metric][group].why
        return self.too_few(metric, self.side(metric, group))

    def too_few(self, i: int, entries: IntArray) -> Why | None:
        """Say that there are too few units for an interval, if so."""
        if self.enough(i, entries):
            return None
        return Why.FEW_ROWS if self.calls[i].cluster is None else Why.TOO_FEW_CLUSTERS

    def side(self, i: int, group: int, *, rest: bool = False) -> IntArray:
        """Find the entries of a group, or of all others."""
        own = self.calls[i].group == group
        return np.flatnonzero(~own if rest else own)

    def rest(self, i: int, group: int) -> Answer:
        """Ask for the value of all other groups together, once."""
        known = self._rests[i]
        if group not in known:
            known[group] = self.calls[i].on(self.side(i, group, rest=True))
        return known[group]

    def drawn(self, i: int, *, rest: bool = False) -> FloatArray:
        """Values of one metric on resampled rows of every group, or of all others, (replicates, groups)."""
        if (i, rest) not in self._drawn:
            self._drawn[i, rest] = self._mirrored(i) if rest and self._two(i) else self._draw(i, rest=rest)
        return self._drawn[i, rest]

    def pulls(self, i: int, group: int, *, rest: bool = False) -> Pulls:
        """How far the units of a group, or of all others, pull its value."""
        key = (i, group, rest)
        if key not in self._pulled:
            self._pulled[key] = self.calls[i].pulls(self.side(i, group, rest=rest), self.options.seed)
        return self._pulled[key]

    def sized(self, i: int, entries: IntArray) -> int:
        """Count the units, rows or clusters, of some entries."""
        cluster = self.calls[i].cluster
        return (
            int(self.calls[i].count[entries].sum()) if cluster is None else len(np.unique(cluster[entries]))
        )

    def enough(self, i: int, entries: IntArray) -> bool:
        """Tell whether there are units enough for any interval."""
        fewest = FEWEST_ROWS if self.calls[i].cluster is None else FEWEST_CLUSTERS
        return self.sized(i, entries) >= fewest

    def called(self, method: str) -> str:
        """Name a method, by the units that were resampled."""
        return method if self.table.clusters is None else f"cluster-{method}"

    def _ask(self, metrics: Sequence[CallableMetric], rows: RowData, group: IntArray) -> list[list[Answer]]:
        """Ask MetricFrame for all values; packed functions have shown already that they answer the same."""
        groups = range(len(self.table.levels))
        loose = [i for i, calls in enumerate(self.calls) if not calls.packed]
        framed = values_by_frame([metrics[i] for i in loose], rows, group, len(groups))
        by_frame = dict(zip(loose, framed, strict=True))
        return [
            by_frame[i] if i in by_frame else [calls.on(self.side(i, g)) for g in groups]
            for i, calls in enumerate(self.calls)
        ]

    def _draw(self, i: int, *, rest: bool) -> FloatArray:
        from sklearn import config_context

        calls, groups = self.calls[i], self.values.shape[1]
        sides = [self.side(i, g, rest=rest) for g in range(groups)]
        wanted = [g for g in range(groups) if len(sides[g]) and self.enough(i, self.side(i, g))]
        found = np.full((self.size, groups), np.nan)
        # scikit-learn has looked at the same values and arguments once, when it was asked for the groups.
        with config_context(assume_finite=True, skip_parameter_validation=True):
            for b, times in enumerate(calls.draws(self.size, self.options.seed)):
                for g in wanted:
                    found[b, g] = calls.on(sides[g], times[sides[g]]).value
                if self.progress is not None:
                    self.progress(b + 1, self.size)
        return found

    def _two(self, i: int) -> bool:
        """Tell whether there are two groups, each the rest of the other."""
        return len(np.unique(self.calls[i].group)) == 2

    def _mirrored(self, i: int) -> FloatArray:
        found = np.array(self.drawn(i))
        one, two = np.unique(self.calls[i].group).tolist()
        found[:, [one, two]] = found[:, [two, one]]
        return found


class CallableComparison:
    """Every group against its reference, for metrics that are functions of rows.

    Parameters
    ----------
    evidence : CallableRows
    reference : array of int64, shape (metrics,)
    compare : {"difference", "ratio"}
    """

    def __init__(self, evidence: CallableRows, reference: IntArray, compare: Compare) -> None:
        self.evidence = evidence
        self.reference = reference
        self.compare = compare
        own, base = evidence.values, np.full(evidence.values.shape, np.nan)
        for i, r in enumerate(reference.tolist()):
            for g in range(own.shape[1]):
                if g != r:
                    base[i, g] = evidence.rest(i, g).value if r == REST else own[i, r]
        self.base = base
        self.value = _contrast(own, base, compare)
        if compare == "ratio":
            self.value[[i for i, m in enumerate(evidence.metrics) if not _has_ratio(m)]] = np.nan
        self._replicates: FloatArray | None = None
        self._spreads: dict[tuple[int, int], Spread] = {}

    def replicates(self) -> FloatArray:
        """Contrasts of resampled rows, shape (metrics, replicates, groups)."""
        if self._replicates is None:
            made = []
            for i, r in enumerate(self.reference.tolist()):
                own = self.evidence.drawn(i)
                other = self.evidence.drawn(i, rest=True) if r == REST else own[:, r : r + 1]
                made.append(_contrast(own, other, self.compare))
            self._replicates = np.stack(made)
        return self._replicates

    def plain(self, confidence: float) -> tuple[Bounds, NDArray[np.str_]]:
        """Bootstrap (BCa), each contrast on its own."""
        return self._intervals(np.full(self.value.shape, confidence), wide=False)

    def alone(self, confidence: float) -> tuple[Bounds, NDArray[np.str_]]:
        """Interval that decides a contrast that is its whole family."""
        return self._intervals(np.full(self.value.shape, confidence), wide=True)

    def corrected(self, confidence: FloatArray) -> tuple[Bounds, NDArray[np.str_]]:
        """Interval that holds in the far tails."""
        return self._intervals(np.broadcast_to(confidence, self.value.shape), wide=True)

    def p_values(self) -> FloatArray:
        """Test "no difference" by Student's t on the bootstrap's standard error."""
        from scipy.special import stdtr

        found = np.full(self.value.shape, np.nan)
        for i, g in self._usable():
            error, freedom = self._error(i, g)
            if error > 0:
                away = abs(self._scaled(self.value[i, g])) / error
                found[i, g] = min(2 * float(stdtr(freedom, -away)), 1.0)
        return found

    def why_no_interval(self, metric: int, group: int) -> Why | None:
        """Say why a contrast is undefined or has no interval."""
        evidence = self.evidence
        if not np.isnan(self.value[metric, group]):
            own, other = evidence.side(metric, group), self._other(metric, group)
            return evidence.too_few(metric, own) or evidence.too_few(metric, other)
        if np.isnan(evidence.values[metric, group]):
            return evidence.why_no_interval(metric, group)
        if np.isnan(self.base[metric, group]):
            return Why.REFERENCE_UNDEFINED
        positive = self.base[metric, group] >= 0 and evidence.values[metric, group] >= 0
        return Why.REFERENCE_ZERO if positive and _has_ratio(evidence.metrics[metric]) else Why.NO_RATIO

    def _intervals(self, confidence: FloatArray, *, wide: bool) -> tuple[Bounds, NDArray[np.str_]]:
        low, high, method = _blank(self.value.shape)
        for i, g in self._usable():
            m = self.evidence.metrics[i]
            found, named = interval_of(
                self.value[i, g],
                self.replicates()[i][:, g],
                self._spread(i, g),
                float(confidence[i, g]),
                wide=wide,
                ratio=self.compare == "ratio",
            )
            if found is None:
                continue
            span = None if m.lowest is None or m.highest is None else m.highest - m.lowest
            if self.compare == "difference":
                found = _clipped(found, None if span is None else -span, span)
            low[i, g], high[i, g] = found
            method[i, g] = self.evidence.called(named)
        return Bounds(low, high), method

    def _usable(self) -> list[tuple[int, int]]:
        evidence = self.evidence
        return [
            (i, g)
            for i, g in np.argwhere(~np.isnan(self.value)).tolist()
            if evidence.enough(i, evidence.side(i, g)) and evidence.enough(i, self._other(i, g))
        ]

    def _other(self, i: int, g: int) -> IntArray:
        r = int(self.reference[i])
        return self.evidence.side(i, g, rest=True) if r == REST else self.evidence.side(i, r)

    def _spread(self, i: int, g: int) -> Spread:
        if (i, g) not in self._spreads:
            r = int(self.reference[i])
            own = self.evidence.pulls(i, g)
            other = self.evidence.pulls(i, g, rest=True) if r == REST else self.evidence.pulls(i, r)
            if self.compare == "ratio":
                own = own._replace(pull=own.pull / (self.evidence.values[i, g] or 1.0))
                other = other._replace(pull=other.pull / self.base[i, g])
            fewest = min(
                self.evidence.sized(i, self.evidence.side(i, g)), self.evidence.sized(i, self._other(i, g))
            )
            self._spreads[i, g] = spread_of(own, other, fewest)
        return self._spreads[i, g]

    def _error(self, i: int, g: int) -> tuple[float, float]:
        spread = self._spread(i, g)
        drawn = self.replicates()[i][:, g]
        return error_of(self._scaled(drawn), spread), spread.freedom

    def _scaled(self, values: Any) -> Any:
        if self.compare == "difference":
            return values
        with np.errstate(divide="ignore", invalid="ignore"):
            return np.log(values)


def _has_ratio(metric: CallableMetric) -> bool:
    return metric.lowest is None or metric.lowest >= 0


def _contrast(own: FloatArray, other: FloatArray, compare: Compare) -> FloatArray:
    """Contrast values; a ratio has a meaning only over what is positive."""
    if compare == "difference":
        return own - other
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.where((other > 0) & (own >= 0), own / other, np.nan)


def _clipped(bounds: tuple[float, float], lowest: float | None, highest: float | None) -> tuple[float, float]:
    low = bounds[0] if lowest is None else max(bounds[0], lowest)
    return low, bounds[1] if highest is None else min(bounds[1], highest)


def _blank(shape: tuple[int, ...]) -> tuple[FloatArray, FloatArray, NDArray[np.str_]]:
    return np.full(shape, np.nan), np.full(shape, np.nan), np.full(shape, "none", dtype="<U24")
