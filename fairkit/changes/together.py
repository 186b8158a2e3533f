"""Two releases on the same rows: every row is compared with itself, so that what is hard about it cancels.

Values, gaps and limits are those of :mod:`fairkit.models`; here they are written as changes.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from fairkit.changes.judging import Rules, gap_verdict
from fairkit.changes.model import EVERYBODY, GapShift, ValueChange
from fairkit.counts import Counts
from fairkit.findings import units_needed
from fairkit.groups import Grouping
from fairkit.inference import Bounds
from fairkit.metrics import AnyMetric
from fairkit.models import GapChange, ModelContrast, changes_of, gaps_of
from fairkit.pairs.families import ModelPair, finite, model_pairs
from fairkit.pairs.families import Rules as PairRules
from fairkit.pairs.limits import PairedValue
from fairkit.pairs.values import compared


def paired_changes(
    counts: Counts,
    grouping: Grouping,
    metrics: Sequence[AnyMetric],
    rules: Rules,
    *,
    baseline: str,
    overall: bool,
) -> tuple[list[ValueChange], list[GapShift]]:
    """Judge how metrics changed in every group, and how gaps did.

    Parameters
    ----------
    counts : Counts
        Joint counts of two models.
    grouping : Grouping
    metrics : sequence of AnyMetric
    rules : Rules
    baseline : str
        The model that is the old one.
    overall : bool
        Whether all rows are a group too.

    Examples
    --------
    >>> from fairkit.corrections import Correction
    >>> from fairkit.counts import Axis, Kind
    >>> from fairkit.groups import groupings
    >>> from fairkit.metrics import metric
    >>> counts = Counts.from_cells(
    ...     Kind.OUTCOMES, ["sex"], [("F",)] * 4, [[300], [280], [90], [20]],
    ...     axes=[Axis("decision:old", ()), Axis("decision:new", ())],
    ...     axis_cells=[("tp", "tp"), ("tn", "tn"), ("fn", "tp"), ("tn", "fp")],
    ... )
    >>> asked = Rules({}, 0.95, Correction.HOLM)
    >>> (own,), _ = paired_changes(
    ...     counts, groupings("sex")[0], [metric("accuracy")], asked, baseline="old", overall=False
    ... )
    >>> round(own.old, 4), round(own.new, 4), own.verdict, own.paired
    (0.8696, 0.971, 'better', True)
    """
    changes: list[ValueChange] = []
    gaps: list[GapShift] = []
    family = PairRules(rules.margins, rules.confidence, rules.correction)
    for pair in model_pairs(counts, grouping, metrics, baseline, every_pair=False):
        values = {name: compared(pair.of(g), pair.metric) for g, name in enumerate(pair.names)}
        told = changes_of(pair, grouping.name, values, "difference", family)
        changes += [_change(one, values[one.group]) for one in told]
        if overall:
            everybody = {EVERYBODY: compared(pair.rows, pair.metric)}
            told = changes_of(pair, "", everybody, "difference", family)
            changes += [_change(one, everybody[one.group]) for one in told]
        gaps += _gaps(pair, grouping.name, values, family)
    return changes, gaps


def _gaps(
    pair: ModelPair, attribute: str, values: dict[str, PairedValue], rules: PairRules
) -> list[GapShift]:
    sides = {name: (values[name], compared(pair.rest(g), pair.metric)) for g, name in enumerate(pair.names)}
    return [_gap(one, sides[one.group][0]) for one in gaps_of(pair, attribute, sides, rules)]


def _change(one: ModelContrast, value: PairedValue) -> ValueChange:
    return ValueChange(
        one.metric, one.attribute, one.group, finite(value.first), finite(value.second), one.value,
        one.low, one.high, one.level, one.margin, one.verdict, one.no_worse, one.excludes_zero,
        one.reason, None, one.n, one.n, *_needed(one, value), True, one.method,
    )  # fmt: skip


def _gap(one: GapChange, value: PairedValue) -> GapShift:
    bounds = (one.low, one.high)
    # Rows are paired within one data set: nobody asks of it whether published gaps hold elsewhere.
    _, reversed_, no_wider = gap_verdict(bounds, (None, None), one.margin, (one.before, one.after))
    return GapShift(
        one.metric, one.attribute, one.group, "rest", one.before, one.after, one.value, one.low, one.high,
        one.level, one.margin, one.verdict, reversed_, no_wider, one.excludes_zero, one.reason, None,
        one.n, one.n, *_needed(one, value), True, one.method,
    )  # fmt: skip


def _needed(one: ModelContrast | GapChange, value: PairedValue) -> tuple[int | None, int | None]:
    """Compute the pairs, and the clusters, that would decide if all grew in proportion."""
    if one.verdict != "inconclusive" or one.value is None or one.low is None or one.high is None:
        return None, None
    number, low, high, bottom, top, rows = (
        np.array([x], np.float64) for x in (one.value, one.low, one.high, *one.margin, one.n)
    )
    clusters = None if value.clusters is None else np.array([float(value.clusters)])
    found = units_needed(number, Bounds(low, high), Bounds(bottom, top), rows, clusters)
    needed, grown = (None if np.isnan(n[0]) else int(n[0]) for n in found)
    return needed, grown
