"""Axes: keys inside a group, such as the score or the pair of classes, that metrics look along.

An axis of numbers may be binned: a level then stands for ``[edge, edge + width)``. Widths are powers of two,
so that bins of one table nest in those of another and two tables can always be added, at the coarser width.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from fairkit._levels import Level, natural_order, translate


@dataclass(frozen=True, slots=True)
class Axis:
    """One key inside a group.

    Parameters
    ----------
    name : str
    levels : tuple of (str or None)
        Levels in natural order; None (missing) last. Of a binned axis, the lower edges of its bins.
    width : float, default 0
        Width of the bins, a power of two; 0 where every level is a value itself.

    Examples
    --------
    >>> Axis("score", ("0.0", "0.25", None), width=0.25).numbers().tolist()
    [0.0, 0.25, nan]
    """

    name: str
    levels: tuple[Level, ...]
    width: float = 0.0

    def numbers(self) -> NDArray[np.float64]:
        """Return the levels as numbers, NaN where missing, shape (levels,)."""
        return np.array([np.nan if level is None else float(level) for level in self.levels], np.float64)


def edge(value: float, width: float) -> float:
    """Return the lower edge of a value's bin; the value itself where there are no bins.

    Examples
    --------
    >>> edge(0.3, 0.25), edge(-0.1, 0.25), edge(0.3, 0.0)
    (0.25, -0.25, 0.3)
    """
    return math.floor(value / width) * width if width else value


def joined(
    axes: tuple[Axis, ...],
    codes: NDArray[np.int64] | None,
    others: Sequence[Axis],
    other_codes: NDArray[np.int64] | None,
) -> tuple[tuple[Axis, ...], NDArray[np.int64] | None]:
    """Bring two tables to the same axes and put the codes of their cells below one another."""
    if codes is None or other_codes is None:
        return axes, None
    made: list[Axis] = []
    columns: list[NDArray[np.int64]] = []
    for i, (mine, theirs) in enumerate(zip(axes, others, strict=True)):
        width = max(mine.width, theirs.width)
        one, two = coarser(mine, width), coarser(theirs, width)
        levels = natural_order({*one, *two})
        made.append(replace(mine, levels=levels, width=width))
        columns.append(
            np.concatenate([translate(one, levels)[codes[:, i]], translate(two, levels)[other_codes[:, i]]])
        )
    return tuple(made), np.column_stack(columns)


def coarser(axis: Axis, width: float) -> tuple[Level, ...]:
    """Name the bin of every level at a greater width; several levels may fall into one."""
    if width == axis.width:
        return axis.levels
    return tuple(None if level is None else repr(edge(float(level), width)) for level in axis.levels)
