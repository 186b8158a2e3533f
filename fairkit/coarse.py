"""Counts as a report keeps them: scores in bins, so that no row can be told from its score.

Metrics are computed from the counts as they were read, exact where they can be. A report is passed on, and a
score with many digits is all but a name; so what it keeps are bins. Everything that is additive survives:
bins of reports nest, their sums of scores are exact, and an area under a curve is known to within the stated
bound.
"""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np

from fairkit._axes import coarser
from fairkit._levels import natural_order, translate
from fairkit.counts import Axis, Counts, Kind

MOST_LEVELS = 128
"""Most levels of a score that a report keeps; scores with fewer are kept as they are."""


def coarse(counts: Counts, *, most: int = MOST_LEVELS) -> Counts:
    """Put the scores of counts into at most so many bins; counts of other kinds are returned as they are.

    Parameters
    ----------
    counts : Counts
    most : int

    Examples
    --------
    >>> scores = ("0.1", "0.2", "0.9")
    >>> cells = [[1, 0, float(s), 0.0, float(s) ** 2, 0.0, 0, 0, 0] for s in scores]
    >>> counts = Counts.from_cells(
    ...     Kind.SCORES, [], [()] * 3, cells, axes=[Axis("score", ())], axis_cells=[(s,) for s in scores]
    ... )
    >>> table = coarse(counts, most=2)
    >>> table.axes[0].levels, table.axes[0].width, table.values[:, 0].tolist()
    (('0.0', '0.5'), 0.5, [2.0, 1.0])
    """
    if counts.kind is not Kind.SCORES or counts.axis_codes is None:
        return counts
    axes, columns = [], []
    for i, axis in enumerate(counts.axes):
        made = _binned(axis, most) if axis.name.partition(":")[0] == "score" else axis
        if made is axis:
            columns.append(counts.axis_codes[:, i])
        else:
            columns.append(translate(coarser(axis, made.width), made.levels)[counts.axis_codes[:, i]])
        axes.append(made)
    table = Counts.from_codes(
        counts.kind,
        counts.attributes,
        counts.levels,
        counts.codes,
        counts.values,
        squares=counts.squares,
        rows=counts.rows,
        clusters=counts.clusters,
        cluster_ids=counts.cluster_ids,
        axes=tuple(axes),
        axis_codes=np.column_stack(columns),
    )
    return replace(table, clusters_lost=counts.clusters_lost)


def _binned(axis: Axis, most: int) -> Axis:
    """Widen bins to the smallest power of two that leaves at most so many."""
    if sum(level is not None for level in axis.levels) <= most:
        return axis
    numbers = axis.numbers()
    low, high = float(np.nanmin(numbers)), float(np.nanmax(numbers))
    width = max(2.0 ** math.floor(math.log2((high - low) / most)), axis.width)
    while math.floor(high / width) - math.floor(low / width) >= most:
        width *= 2
    wide = replace(axis, width=width)
    return replace(wide, levels=natural_order(set(coarser(axis, width))))
