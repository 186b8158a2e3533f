"""Lines of a policy that compare a release with an earlier one, its baseline.

Where both releases were run on the same rows, their counts are joint and every row is compared with itself
(:mod:`fairkit.pairs`); else the two are independent samples, and the limits of the change are combined from
those of each value by MOVER. On the same rows that is wider than it need be, and still right as long as the
releases do not tend to err on different rows: where their decisions had a correlation of -.25 (-.5, -1), the
limits of level .995 would err 2 (4, 9) times as often as they say, for the change varies more than those of
two samples. Releases of one kind of model have a positive one.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from fairkit.choices import chosen
from fairkit.contrasts import stands_on
from fairkit.counts import Counts
from fairkit.errors import FairkitError, did_you_mean, shortlist
from fairkit.evidence import Levelled, Options, why_no_interval
from fairkit.inference import Bounds, mover
from fairkit.judging import evidence_of
from fairkit.metrics import AnyMetric, Metric, Why
from fairkit.pairs.families import model_pairs
from fairkit.pairs.limits import PairedValue, difference_limits
from fairkit.pairs.values import compared
from fairkit.policy.gate import REFERENCE_TOO_FEW, TOO_FEW, Problem
from fairkit.policy.lines import Line, allowed
from fairkit.policy.placing import Placed
from fairkit.tables import GroupTable, group_table
from fairkit.views import View, views

FloatArray = NDArray[np.float64]

BASELINE, RELEASE = "baseline", "release"
"""Names of the two models in joint counts."""


def release_lines(
    placed: Sequence[Placed],
    options: Options,
    *,
    baselines: Mapping[str, Counts],
    pairs: Mapping[str, Counts],
    failed: Sequence[str] = (),
) -> tuple[list[Line], list[Problem]]:
    """Measure checks that compare a release with a baseline.

    Parameters
    ----------
    placed : sequence of Placed
    options : Options
    baselines : mapping of name to Counts
        Counts of earlier releases.
    pairs : mapping of name to Counts
        Joint counts of an earlier release and this one on the same rows, of the models `BASELINE` and
        `RELEASE`; they are preferred.
    failed : sequence of str
        Baselines of which it was already said that they cannot be read.

    Returns
    -------
    list of Line
        In the same order.
    list of Problem
    """
    lines: list[Line] = []
    problems: list[Problem] = []
    for one in placed:
        name = one.check.baseline or ""
        try:
            if name in pairs:
                lines.append(_paired(one, pairs[name]))
            elif name in baselines:
                lines.append(_apart(one, baselines[name], options))
            elif name not in failed:
                problems.append(_problem(one, f"baseline '{name}' was not given."))
        except FairkitError as error:
            problems += [_problem(one, f"baseline '{name}': {problem}") for problem in error.problems]
    return lines, list(dict.fromkeys(problems))


class _Change:
    """The change of one metric in some groups as something that has limits, of shape (1, groups)."""

    def __init__(self, value: FloatArray, limits: Callable[..., tuple[Bounds, Sequence[str]]]) -> None:
        self.value = value[None]
        self.limits = limits

    def alone(self, confidence: float) -> tuple[Bounds, NDArray[np.str_]]:
        return self._at(np.full(self.value.shape, confidence), exact=False)

    def corrected(self, confidence: FloatArray) -> tuple[Bounds, NDArray[np.str_]]:
        return self._at(confidence, exact=True)

    def _at(self, confidence: FloatArray, *, exact: bool) -> tuple[Bounds, NDArray[np.str_]]:
        (low, high), method = self.limits(confidence[0], exact=exact)
        undefined = np.isnan(self.value[0])
        low, high = (np.where(undefined, np.nan, bound)[None] for bound in (low, high))
        return Bounds(low, high), np.array([list(method)], dtype="<U24")


def _paired(one: Placed, counts: Counts) -> Line:
    """Compare every row with itself."""
    found = [
        pair
        for pair in model_pairs(counts, one.grouping, [one.metric], BASELINE, every_pair=False)
        if pair.name == one.metric.name
    ]
    if not found:
        raise _cannot(one, "cannot be compared row by row; give the baseline's report instead.")
    pair = found[0]
    values = [compared(pair.of(g), pair.metric) for g in range(len(pair.names))]
    change = np.array([value.second - value.first for value in values])

    def limits(level: FloatArray, *, exact: bool) -> tuple[Bounds, list[str]]:
        return difference_limits(values, level, guarded=exact)

    table = group_table(counts, one.grouping)
    sizes = [value.n for value in values]
    return _line(
        one,
        names=pair.names,
        limits=_Change(change, limits),
        n=sizes,
        n_before=sizes,
        whys=[_why_paired(value, one.group.min_n) for value in values],
        unsure=lambda g: str(Why.NO_VARIATION if values[g].usable else Why.TOO_FEW_CLUSTERS),
        table=table,
    )


def _apart(one: Placed, before: Counts, options: Options) -> Line:
    """Compare two independent samples."""
    if before.clusters_lost:
        raise _cannot(
            one,
            "rests on clustered rows, and saved counts keep no clusters, so that no interval can be made; "
            "give the baseline's predictions and an id, and rows are compared in pairs.",
        )
    after_table, after, row = _evidence(one.view.counts, one, one.metric, options)
    view, metric = _same(one, before)
    before_table, earlier, earlier_row = _evidence(view.counts, one, metric, options)
    names = tuple(dict.fromkeys((*after_table.names, *before_table.names)))
    here, there = (_positions(names, table) for table in (after_table, before_table))
    sides = [(after, row, here), (earlier, earlier_row, there)]
    now, then = (np.where(at < 0, np.nan, evidence.values[i, at]) for evidence, i, at in sides)

    def limits(level: FloatArray, *, exact: bool) -> tuple[Bounds, list[str]]:
        own, other = (_limits_at(*side, level, exact=exact) for side in sides)
        low, high = mover(now, own, then, other)
        if isinstance(metric, Metric):  # a difference of shares
            low, high = np.maximum(low, -1.0), np.minimum(high, 1.0)
        return Bounds(low, high), ["mover-exact" if exact else "newcombe"] * len(names)

    sizes = [
        [None if p < 0 else int(size[p]) for p in at]
        for size, at in (
            (stands_on(one.metric, after_table), here),
            (stands_on(metric, before_table), there),
        )
    ]
    whys: list[str | None] = []
    for g in range(len(names)):
        if here[g] < 0:
            whys.append(str(Why.NO_ROWS))
        elif np.isnan(now[g]):
            whys.append(str(one.metric.why(after_table.sums[here[g]]) or Why.NO_ROWS))
        elif np.isnan(then[g]):
            whys.append(str(Why.REFERENCE_UNDEFINED))
        else:
            whys.append(_too_few(sizes[0][g], sizes[1][g], one.group.min_n))

    def unsure(g: int) -> str:
        if np.isnan(_limits_at(*sides[0], np.full(len(names), 0.95), exact=True).low[g]):
            return str(why_no_interval(after, after_table, row, int(here[g])))
        return str(why_no_interval(earlier, before_table, earlier_row, int(there[g])))

    return _line(
        one,
        names=names,
        limits=_Change(now - then, limits),
        n=sizes[0],
        n_before=sizes[1],
        whys=whys,
        unsure=unsure,
        table=after_table,
    )


def _line(
    one: Placed,
    *,
    names: Sequence[str],
    limits: _Change,
    n: Sequence[int | None],
    n_before: Sequence[int | None],
    whys: Sequence[str | None],
    unsure: Callable[[int], str],
    table: GroupTable,
) -> Line:
    places = np.arange(len(names))
    if one.group.predicate is not None:
        places = places[[name == f"{one.group.name}=True" for name in names]]
    at = _positions(names, table)[places]
    used = np.where(at < 0, 0, table.used_rows[at]).astype(np.float64)
    clusters = None
    if table.clusters is not None:
        clusters = np.where(at < 0, 0, table.clusters.per_group(len(table.names))[at]).astype(np.float64)
    kept = places.tolist()
    own_whys = tuple(whys[g] for g in kept)
    return Line(
        check=one.check,
        position=one.position,
        group=one.group,
        attribute=one.grouping.name,
        metric=one.metric,
        names=tuple(names[g] for g in kept),
        limits=limits,
        row=0,
        places=places,
        reference=tuple(one.check.baseline for _ in kept),
        n=tuple(n[g] for g in kept),
        n_reference=tuple(n_before[g] for g in kept),
        whys=own_whys,
        unsure=unsure,
        allowed=allowed(one.check, one.metric),
        hypotheses=sum(why is None for why in own_whys),
        rows=used,
        clusters=clusters,
    )


def _evidence(
    counts: Counts, one: Placed, metric: AnyMetric, options: Options
) -> tuple[GroupTable, Levelled, int]:
    table = group_table(counts, one.grouping)
    (evidence,) = evidence_of(counts, [metric], one.grouping, table=table, options=options)
    return table, evidence, 0


def _same(one: Placed, before: Counts) -> tuple[View, AnyMetric]:
    """Find in the counts of a baseline what is measured in the release."""
    missing = [name for name in one.grouping.names if name not in before.attributes]
    if missing:
        raise FairkitError(
            f"its counts do not know '{missing[0]}' (they know {shortlist(before.attributes)})."
            f"{did_you_mean(missing[0], before.attributes)}"
        )
    for view, metrics in chosen([one.check.metric], views(before)):
        for metric in metrics:
            if metric.name == one.metric.name:
                return view, metric
    raise _cannot(one, "is not in its counts.")


def _positions(names: Sequence[str], table: GroupTable) -> NDArray[np.int64]:
    where = {name: i for i, name in enumerate(table.names)}
    return np.array([where.get(name, -1) for name in names], np.int64)


def _limits_at(
    evidence: Levelled, row: int, at: NDArray[np.int64], level: FloatArray, *, exact: bool
) -> Bounds:
    if exact:
        asked = np.full(evidence.values.shape, 0.95)
        asked[row, at[at >= 0]] = level[at >= 0]
        bounds, _ = evidence.corrected(asked)
    else:
        bounds, _ = evidence.alone(float(level[0]) if len(level) else 0.95)
    return Bounds(*(np.where(at < 0, np.nan, bound[row, at]) for bound in bounds))


def _why_paired(value: PairedValue, fewest: int) -> str | None:
    if np.isnan(value.second - value.first):
        return str(value.why or Why.NO_ROWS)
    return _too_few(value.n, value.n, fewest)


def _too_few(now: int | None, before: int | None, fewest: int) -> str | None:
    if now is not None and now < fewest:
        return TOO_FEW
    return REFERENCE_TOO_FEW if before is not None and before < fewest else None


def _cannot(one: Placed, why: str) -> FairkitError:
    return FairkitError(f"{one.metric.name} {why}")


def _problem(one: Placed, message: str) -> Problem:
    return Problem("baseline", one.check.id, f"check '{one.check.id}' did not run: {message}")
