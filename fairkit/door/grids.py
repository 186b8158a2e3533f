"""Scores as keys: by themselves where there are few of them, else in bins that all engines agree on.

A table of scores is exact where it can be: if every bin of every group holds one score, or if the distinct
scores of all groups are few enough to be counted one by one. Otherwise scores are counted in bins whose width
is a power of two (2⁻¹² for probabilities), so that the bins of one table nest in those of any other. Their
edges are exact numbers, so that no engine rounds a score into another bin.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import NamedTuple, Protocol

import numpy as np
from numpy.typing import NDArray

from fairkit.door.cells import Cells, Key
from fairkit.door.plan import Plan
from fairkit.errors import DataError
from fairkit.kinds import Kind

MOST_CELLS = 5_000_000
"""Most cells that are collected from an engine, where rows are not clustered."""

EXACT_ROWS = 2_000_000
"""Up to this many rows it is tried whether the distinct scores are few enough to be counted one by one."""

EXACT_CELLS = 500_000
"""Most cells of a table whose scores are counted one by one."""

MOST_BINS = (4_096, 512)
"""Bins of a score, and of each of several scores that are counted together."""

_FINEST = -1_000  # the reciprocal of 2**-1000 still is a number


class Extent(NamedTuple):
    """The least and the greatest finite score; NaN where there is none."""

    low: float
    high: float


@dataclass(frozen=True, slots=True)
class Grid:
    """The bins of one score.

    Parameters
    ----------
    width : float
        A power of two; 0 where scores are counted by themselves.
    first : float
        Number of the first bin: it starts at ``first * width``.

    Examples
    --------
    >>> grid_over(Extent(0.25, 0.9), most=4)
    Grid(width=0.25, first=1.0)
    """

    width: float = 0.0
    first: float = 0.0

    def key(self, bins: NDArray[np.int64]) -> Key:
        """Return the key of cells by the number of their bin, counted from the first; -1 is missing."""
        distinct, codes = np.unique(bins, return_inverse=True)
        levels = [None if b < 0 else repr((b + self.first) * self.width + 0.0) for b in distinct.tolist()]
        if levels and levels[0] is None:  # missing comes last
            codes = np.where(codes == 0, len(levels) - 1, codes - 1)
            levels = [*levels[1:], None]
        return Key(codes.astype(np.int64), tuple(levels))


class Rows(Protocol):
    """Rows of some engine, ready to be counted by a plan."""

    def extents(self) -> tuple[int, Sequence[Extent]]:
        """Return how many rows there are, and the extents of the scores of the plan."""

    def cells(self, grids: Sequence[Grid], limit: int | None) -> Singles | None:
        """Count the rows; None if there are more cells than `limit`."""


class Singles(NamedTuple):
    """Cells, and for each score that was binned the only score of every cell; None if one has several."""

    cells: Cells
    scores: tuple[NDArray[np.float64], ...] | None = None


def tabulated(rows: Rows, plan: Plan) -> Cells:
    """Count rows by a plan: once, or, where scores are keys, once more to find their range.

    Raises
    ------
    DataError
        There are more cells than can be held.
    """
    limit = MOST_CELLS if all(slot.role != "cluster" for slot in plan.slots) else None
    scores = len(plan.scores)
    if not scores:
        found = rows.cells((), limit)
    else:
        size, extents = rows.extents()
        if size <= EXACT_ROWS:
            exact = rows.cells([Grid()] * scores, EXACT_CELLS)
            if exact is not None:
                return replace(exact.cells, widths=(0.0,) * scores)
        grids = [grid_over(extent, most=MOST_BINS[scores > 1]) for extent in extents]
        found = rows.cells(grids, limit)
        if found is not None:
            return _relabelled(found, plan, grids)
    if found is None:
        raise DataError(_too_many(plan))
    return found.cells


def grid_over(extent: Extent, *, most: int) -> Grid:
    """Lay the finest grid over scores that needs no more than `most` widths.

    Examples
    --------
    >>> grid_over(Extent(0.02, 0.99), most=4096)
    Grid(width=0.000244140625, first=81.0)
    """
    low, high = extent
    if not math.isfinite(low) or low == high:
        return Grid(1.0, 0.0 if not math.isfinite(low) else float(math.floor(low)))
    share, exponent = math.frexp(high / most - low / most)
    width = math.ldexp(1.0, max(exponent - (share == 0.5), _FINEST))
    return Grid(width, float(math.floor(low / width)))


def score_key(scores: NDArray[np.float64]) -> Key:
    """Return the key of cells by a score of theirs, NaN where missing.

    Examples
    --------
    >>> score_key(np.array([1.0, np.nan, -0.0, 0.1])).levels
    ('0.0', '0.1', '1.0', None)
    """
    known = ~np.isnan(scores)
    distinct, codes = np.unique(scores[known] + 0.0, return_inverse=True)
    levels = tuple(map(repr, distinct.tolist()))
    if known.all():
        return Key(codes.astype(np.int64), levels)
    every = np.full(len(scores), len(levels), np.int64)
    every[known] = codes
    return Key(every, (*levels, None))


def _relabelled(found: Singles, plan: Plan, grids: Sequence[Grid]) -> Cells:
    """Name cells by their scores rather than their bins, where each has only one."""
    if found.scores is None:
        return replace(found.cells, widths=tuple(grid.width for grid in grids))
    keys = list(found.cells.keys)
    places = [i for i, slot in enumerate(plan.slots) if slot.reads == "score"]
    for place, scores in zip(places, found.scores, strict=True):
        keys[place] = score_key(scores)
    return replace(found.cells, keys=tuple(keys), widths=(0.0,) * len(places))


def _too_many(plan: Plan) -> str:
    if plan.kind is Kind.SCORES and len(plan.scores) > 1:
        return (
            f"the scores of {len(plan.scores)} models on the same rows have more than {MOST_CELLS:,} "
            "combinations; round the scores, compare fewer models at once, or evaluate one at a time."
        )
    return (
        f"the attributes, label and decision together have more than {MOST_CELLS:,} combinations of values: "
        "is one of them an identifier or a score? Group by attributes with few levels."
    )
