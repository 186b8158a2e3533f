"""One metric of two models on the same rows: both values, and how the rows move their difference.

A row moves the difference by the difference of its influences on the two values; independent rows add their
squares, clusters what their rows add up to. For AUC, with a variance for each label, this is DeLong's
comparison of correlated curves. Weighted and clustered rows are worth as many independent rows as have their
variance.

References
----------
DeLong, DeLong & Clarke-Pearson 1988, Biometrics 44. Korn & Graubard 1998, Survey Methodology 24.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from fairkit.counts import Kind
from fairkit.metrics import Functional, Measured, Metric, Ratio, Why
from fairkit.metrics._delta import rows_worth
from fairkit.pairs.limits import Discordance, PairedValue, Spread
from fairkit.pairs.rows import PairedRows, Seen
from fairkit.residuals import AGREED, FEWEST

FloatArray = NDArray[np.float64]
BoolArray = NDArray[np.bool_]

_TOGETHER = {
    Kind.CONFUSION: (("tp", "fn"), ("fp", "tn")),
    Kind.DECISIONS: (("selected", "rejected"),),
    Kind.AGREEMENT: (("right", "wrong"),),
}
"""Fields between which a row moves when it is decided otherwise."""

_CENTRED = 1e-9


def compared(rows: PairedRows, metric: Metric | Functional) -> PairedValue:
    """Compare the two models on some rows by one metric."""
    one, two = (
        _share(rows, seen, metric) if isinstance(metric, Metric) else _functional(rows, seen, metric)
        for seen in (rows.first, rows.second)
    )
    counted = one.counted | two.counted
    differ = rows.differ() & counted
    with np.errstate(divide="ignore", invalid="ignore"):
        relative = two.influence / two.value - one.influence / one.value
    shares: tuple[Discordance, ...] = ()
    if isinstance(metric, Metric) and not np.isnan(two.value - one.value):
        fixed = has_one_denominator(metric)
        if fixed or not differ.any():
            shares = tuple(_discordance(rows, part, len(metric.parts)) for part in metric.parts)
    exact = None
    if len(shares) == 1 and not rows.weighted and rows.cluster is None:
        exact = (round(shares[0].only_first), round(shares[0].only_second))
    return PairedValue(
        one.value,
        two.value,
        one.why or two.why,
        _spread(rows, two.influence - one.influence, counted),
        _spread(rows, np.where(np.isfinite(relative), relative, 0.0), counted),
        shares,
        round(float(rows.rows[counted].sum())),
        round(float(rows.rows[differ].sum())),
        None if rows.cluster is None else len(np.unique(rows.cluster[counted])),
        exact,
    )


def has_one_denominator(metric: Metric) -> bool:
    """Whether a metric's denominators count the same rows, however they are decided.

    Examples
    --------
    >>> from fairkit.metrics import metric
    >>> has_one_denominator(metric("true_positive_rate")), has_one_denominator(metric("f1_score"))
    (True, False)
    """
    return all(
        part.factor == 1 and _ignores_decisions(dict(part.denominator.coefficients), metric.kind)
        for part in metric.parts
    )


def ignores_decisions(metric: Metric) -> bool:
    """Whether a metric says nothing about a model, as the prevalence of positives.

    Examples
    --------
    >>> from fairkit.metrics import metric
    >>> ignores_decisions(metric("prevalence")), ignores_decisions(metric("accuracy"))
    (True, False)
    """
    return all(
        _ignores_decisions(dict(side.coefficients), metric.kind)
        for part in metric.parts
        for side in (part.numerator, part.denominator)
    )


def _ignores_decisions(coefficients: dict[str, int], kind: Kind) -> bool:
    return all(
        len({coefficients.get(field, 0) for field in fields}) == 1 for fields in _TOGETHER.get(kind, ())
    )


class _Value(NamedTuple):
    """One model's value, the influence of one row of each entry, and which entries it stands on."""

    value: float
    influence: FloatArray
    counted: BoolArray
    why: Why | None


def _share(rows: PairedRows, seen: Seen, metric: Metric) -> _Value:
    totals = rows.totals(seen)
    value = float(metric.values(totals))
    influence, counted = np.zeros(len(rows.sums)), np.zeros(len(rows.sums), bool)
    for part in metric.parts:
        top, bottom = (
            seen.unit @ side.vector(seen.kind)[: seen.unit.shape[1]]
            for side in (part.numerator, part.denominator)
        )
        counted |= bottom > 0
        size = float(rows.sums @ bottom)
        if size > 0:
            influence += (top - float(rows.sums @ top) / size * bottom) / size / len(metric.parts)
    return _Value(value, influence, counted, metric.why(totals))


def _functional(rows: PairedRows, seen: Seen, metric: Functional) -> _Value:
    part = rows.part(seen)
    why = metric.why(part.sums.sum(axis=0))
    found = Measured.undefined(part.sums, why) if why is not None else metric.measure(part)
    if np.isnan(found.value):
        why = found.why or why or Why.NO_VARIATION
    every = np.ones(len(seen.unit), bool)
    return _Value(found.value, (found.influence * seen.unit).sum(axis=1), every, why)


def _discordance(rows: PairedRows, part: Ratio, parts: int) -> Discordance:
    """Count the rows of one share on which only one model has a hit."""
    kind, width = rows.first.kind, rows.first.unit.shape[1]
    hits, trials = (side.vector(kind)[:width] for side in (part.hits, part.trials))
    inside = rows.first.unit @ trials
    change = rows.second.unit @ hits - rows.first.unit @ hits
    size = float(rows.sums @ inside)
    first, second = float(rows.sums @ (change < 0)) / size, float(rows.sums @ (change > 0)) / size
    value, most = second - first, float(rows.rows @ inside)
    worth, freedom = most, np.inf
    differing = first + second - value**2
    if rows.cluster is not None:
        pulled = _by_cluster(rows, (change - value * inside) / size, inside > 0)
        freedom = pulled.freedom
        worth = min(differing / pulled.variance, most) if pulled.variance > 0 else float(pulled.clusters)
    elif rows.weighted:
        variance = float(rows.squares @ (change - value * inside) ** 2) / size**2
        kish = float(rows_worth(np.array(size), np.array(rows.squares @ inside)))
        worth = min(differing / variance, most) if differing * variance > 0 else kish
    return Discordance(first * worth, second * worth, worth, freedom, part.factor / parts)


def _spread(rows: PairedRows, influence: FloatArray, counted: BoolArray) -> Spread:
    if rows.cluster is not None:
        pulled = _by_cluster(rows, influence, counted)
        return Spread(pulled.variance, pulled.freedom, pulled.pull)
    strata = [np.ones(len(influence), bool)]
    if rows.first.kind is Kind.SCORES:
        # Where rows of either label move the value by nothing on average, each label has a variance of its
        # own, as DeLong's.
        labels = [rows.first.unit[:, i] > 0 for i in (0, 1)]
        moves = float(rows.sums @ np.abs(influence))
        if all(abs(float(rows.sums[own] @ influence[own])) <= _CENTRED * moves for own in labels):
            strata = labels
    found = [_variance(influence[own], rows.sums[own], rows.squares[own]) for own in strata]
    total = sum(variance for variance, _ in found)
    if not total > 0:
        return Spread(total, np.nan, None)
    return Spread(total, total**2 / sum(v**2 / f for v, f in found if v > 0), None)


def _variance(influence: FloatArray, sums: FloatArray, squares: FloatArray) -> tuple[float, float]:
    """Return the variance of independent rows, and the degrees of freedom that its own variance leaves it."""
    n = float(rows_worth(sums.sum(), squares.sum()))
    plain = float(squares @ influence**2)
    if n <= 1 + 1e-9 or np.sqrt(plain) < AGREED * float(np.abs(influence).max(initial=0.0)):
        return (np.nan if n <= 1 + 1e-9 and plain > 0 else 0.0), 1.0
    rows = np.maximum(rows_worth(sums, squares), 1e-300)
    noise = float(((squares * influence**2) ** 2 / rows).sum()) - plain**2 / n
    freedom = min(2 * plain**2 / noise, n - 1) if noise > 0 else n - 1
    return plain * n / (n - 1), max(freedom, 1.0)


class _Pulled(NamedTuple):
    variance: float
    freedom: float
    pull: FloatArray
    clusters: int


def _by_cluster(rows: PairedRows, influence: FloatArray, counted: BoolArray) -> _Pulled:
    """Add up influences by cluster: the jackknife over clusters, as in :mod:`fairkit.residuals`."""
    own = np.zeros(len(influence), np.int64) if rows.cluster is None else rows.cluster
    moved = np.bincount(own, rows.sums * influence, rows.clusters)
    size = np.bincount(own, rows.sums * counted, rows.clusters)
    clusters = int((size > 0).sum())
    if clusters < FEWEST:
        return _Pulled(np.nan, np.nan, np.zeros(rows.clusters), clusters)
    share = size / size.sum()
    pull = np.sqrt((clusters - 1) / clusters) * moved / (1 - share)
    square = float((pull**2).sum())
    if square < AGREED**2 * float(np.abs(rows.sums * influence).sum() ** 2):
        return _Pulled(0.0, max(1 / float((share**2).sum()) - 1, 1.0), 0 * pull, clusters)
    noise = float((pull**4).sum()) - square**2 / clusters
    rare = 2 * square**2 / noise if noise > 0 else np.inf
    freedom = min(rare, 1 / float((share**2).sum()) - 1, clusters - 1.0)
    return _Pulled(square, max(freedom, 1.0), pull, clusters)
