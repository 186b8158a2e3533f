"""Rows of scores and labels as counts, written row by row: what the tests of scores start from."""

from __future__ import annotations

import math

import numpy as np

from fairkit.counts import FIELDS, LEFT_OUT, Axis, Counts, Kind
from fairkit.groups import groupings
from fairkit.tables import group_cells

_WIDTH = len(FIELDS[Kind.SCORES] + LEFT_OUT[Kind.SCORES])


def score_counts(scores, labels, groups=None, *, width=0.0, weights=None, clusters=None):
    """Count rows one by one; NaN is a missing score, None a missing label."""
    rows = len(scores)
    groups = ["a"] * rows if groups is None else groups
    values = np.zeros((rows, _WIDTH))
    levels = []
    for i, (score, label) in enumerate(zip(scores, labels, strict=True)):
        missing = math.isnan(score)
        levels.append(None if missing else repr(float(math.floor(score / width) * width if width else score)))
        if label is None or missing:
            values[i, 8 if label is None and missing else 7 if missing else 6] = 1
        else:
            values[i, [0, 2, 4] if label else [1, 3, 5]] = [1, score, score**2]
    if weights is None:
        squares = counted = None
    else:
        counted = (values * [1, 1, 0, 0, 0, 0, 1, 1, 1]).astype(np.int64)
        squares = values * np.square(weights)[:, None]
        values = values * np.asarray(weights)[:, None]
    return Counts.from_cells(
        Kind.SCORES,
        ["g"],
        [(group,) for group in groups],
        values,
        squares=squares,
        rows=counted,
        clusters=clusters,
        axes=[Axis("score", (), width)],
        axis_cells=[(level,) for level in levels],
    )


def score_part(scores, labels, **options):
    """Return the rows as the part that a functional reads."""
    return group_cells(score_counts(scores, labels, **options), groupings("g")[0]).part(0)
