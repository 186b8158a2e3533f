"""Why a change between two independent samples cannot be told, and which side the reason is about."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from fairkit.changes.apart import NOWHERE, Sample, Samples
from fairkit.changes.model import ONLY_NEW, ONLY_OLD, Side
from fairkit.contrasts import why_undefined
from fairkit.evidence import Comparison, known_reason, why_no_interval
from fairkit.metrics import Why

Reason = tuple[str | None, Side | None]
"""Why there is no number, or no interval, and the side that lacks it."""

_LEVEL = 0.95


def only_on(samples: Samples, group: int) -> Reason:
    """Say which side has no rows of a group; None where both have, or neither.

    Parameters
    ----------
    samples : Samples
    group : int
        Position of the group among those of both sides.
    """
    has = []
    for sample in (samples.old, samples.new):
        place = int(sample.place[group])
        has.append(place != NOWHERE and bool(sample.table.used_rows[place]))
    if has[0] == has[1]:
        return (None, None) if has[0] else (str(Why.NO_ROWS), None)
    return (ONLY_OLD, "new") if has[0] else (ONLY_NEW, "old")


def why_no_value(samples: Samples, metric: int, group: int, values: Sequence[float | None]) -> Reason:
    """Say why a change of a value has no interval.

    Parameters
    ----------
    samples : Samples
    metric, group : int
    values : pair
        Old and new, None where undefined.
    """
    found = only_on(samples, group)
    if found[0] is not None:
        return found
    for side, sample, value in _sides(samples, values):
        place = int(sample.place[group])
        if value is None:
            own = samples.metrics[metric].why(sample.table.sums[place])
            return str(own or known_reason(sample.evidence, metric, place) or Why.NO_ROWS), side
    for side, sample, _ in _sides(samples, values):
        place = int(sample.place[group])
        if np.isnan(sample.evidence.alone(_LEVEL)[0].low[metric, place]):
            return str(why_no_interval(sample.evidence, sample.table, metric, place)), side
    return str(Why.NO_VARIATION), None


def why_no_gap(
    samples: Samples,
    metric: int,
    group: int,
    gaps: Sequence[float | None],
    *,
    comparisons: tuple[Comparison, Comparison],
    references: Sequence[NDArray[np.int64]],
) -> Reason:
    """Say why a change of a gap has no interval.

    Parameters
    ----------
    samples : Samples
    metric, group : int
    gaps : pair
        Before and after, None where undefined.
    comparisons : pair of Comparison
        Of the old and of the new data.
    references : pair of array, shape (metrics,)
        Positions of the reference groups in them.
    """
    found = only_on(samples, group)
    if found[0] is not None:
        return found
    sides = [*zip(_sides(samples, gaps), comparisons, references, strict=True)]
    for (side, sample, value), comparison, reference in sides:
        place = int(sample.place[group])
        if value is None:
            known = known_reason(comparison, metric, place)
            why = why_undefined(
                samples.metrics[metric], sample.table, place, int(reference[metric]), known=known
            )
            return str(why), side
    for (side, sample, _), comparison, _ in sides:
        place = int(sample.place[group])
        if np.isnan(comparison.alone(_LEVEL)[0].low[metric, place]):
            return str(why_no_interval(comparison, sample.table, metric, place)), side
    return str(Why.NO_VARIATION), None


def _sides(
    samples: Samples, values: Sequence[float | None]
) -> tuple[tuple[Side, Sample, float | None], tuple[Side, Sample, float | None]]:
    return ("old", samples.old, values[0]), ("new", samples.new, values[1])
