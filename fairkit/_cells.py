"""Cells: what both ways of reading rows end in, before it becomes Counts.

Keys are coded per column: an integer per cell and the text of each code. All rules on texts are here, so that
a level is called the same whichever engine read it.
"""

from __future__ import annotations

import datetime as dt
import decimal
import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from fairkit.counts import Level
from fairkit.errors import DataError


@dataclass(frozen=True, slots=True)
class Key:
    """One key column over cells: positions in `levels`; several positions may share one text."""

    codes: NDArray[np.int64]
    levels: tuple[Level, ...]


@dataclass(frozen=True, slots=True)
class Cells:
    """Rows grouped by their keys.

    Parameters
    ----------
    keys : tuple of Key
        One per key column asked for.
    rows : array of int64, shape (cells,)
    weights, squares : array of float64 or None
        Sums of weights and of squared weights.
    bad_weights : int
        Rows whose weight is missing, negative or not finite.
    """

    keys: tuple[Key, ...]
    rows: NDArray[np.int64]
    weights: NDArray[np.float64] | None = None
    squares: NDArray[np.float64] | None = None
    bad_weights: int = 0


def level_text(value: Any) -> Level:
    """Write a cell's value as the text of its level; None where it is missing.

    A whole float is written as the integer it stands for (pandas turns integers with gaps into floats), a
    boolean as ``True`` or ``False``, a date in ISO form.

    Examples
    --------
    >>> [level_text(value) for value in (3.0, 2.5, True, None, float("nan"), "a b")]
    ['3', '2.5', 'True', None, None, 'a b']
    """
    if isinstance(value, str):
        return value
    if value is None or type(value).__name__ in ("NAType", "NaTType"):
        return None
    if isinstance(value, bool | np.bool_):
        return "True" if value else "False"
    if isinstance(value, int | np.integer):
        return str(int(value))
    if isinstance(value, float | np.floating):
        return _float_text(float(value))
    if isinstance(value, decimal.Decimal):
        return _float_text(float(value)) if value == value.to_integral_value() else str(value.normalize())
    if isinstance(value, dt.datetime | dt.date | dt.time):
        return value.isoformat()
    if isinstance(value, np.datetime64):
        return None if np.isnat(value) else str(value)
    raise DataError(
        f"cannot group by a value of type {type(value).__name__} ({value!r}); "
        "use a column of texts, numbers, booleans or dates."
    )


def texts(values: Sequence[Any]) -> tuple[Level, ...]:
    """Write many values as levels."""
    return tuple(map(level_text, values))


def _float_text(value: float) -> Level:
    if math.isnan(value):
        return None
    return str(int(value)) if value.is_integer() else repr(value)
