"""Comparing a column of small integers or single floats with any number: exactly, and without a cast.

Engines disagree on mixed types (some round the literal to the column's type, some widen the column, some
overflow), so the literal is moved into the column's type beforehand, and the operator adjusted where it does
not fit: for whole numbers `x < 2.5` is `x <= 2`; for an 8-bit column `x < 300` always holds. The answer is
that of the real numbers, whatever the engine.
"""

from __future__ import annotations

import math
from collections.abc import Iterable
from typing import NamedTuple

import numpy as np

from fairkit._predicate_nodes import Operator, Value


class Fitted(NamedTuple):
    """A comparison with a value of the column's own type; `always` where no comparison is needed."""

    op: Operator
    value: int | float
    always: bool | None = None


def fit_integer(op: Operator, value: float, *, low: int, high: int) -> Fitted:
    """Fit a comparison to whole numbers from `low` to `high`.

    Examples
    --------
    >>> fit_integer("<", 2.5, low=-128, high=127)
    Fitted(op='<=', value=2, always=None)
    >>> fit_integer("!=", 300, low=-128, high=127).always
    True
    """
    whole = math.floor(value)
    if whole != value:
        if op in {"==", "!="}:
            return Fitted(op, 0, always=op == "!=")
        op = "<=" if op in {"<", "<="} else ">"
    if whole < low:
        return Fitted(op, low, always=op in {"!=", ">", ">="})
    if whole > high:
        return Fitted(op, high, always=op in {"!=", "<", "<="})
    return Fitted(op, whole)


def fit_float(op: Operator, value: float, kind: type[np.floating]) -> Fitted:
    """Fit a comparison to the numbers a narrow floating type can hold.

    Examples
    --------
    >>> fit_float("==", 0.5, np.float32)
    Fitted(op='==', value=0.5, always=None)
    >>> fit_float("<", 0.1, np.float32).op
    '<'
    """
    with np.errstate(over="ignore", under="ignore"):
        near = float(kind(value))
    if near == value:
        return Fitted(op, near)
    if op in {"==", "!="}:
        return Fitted(op, 0.0, always=op == "!=")
    # No value of the type lies between the literal and its nearest neighbour, so that one can stand for it.
    if near > value:
        return Fitted("<" if op in {"<", "<="} else ">=", near)
    return Fitted("<=" if op in {"<", "<="} else ">", near)


def fitting_integers(values: Iterable[Value], *, low: int, high: int) -> list[int]:
    """Keep the values that whole numbers from `low` to `high` can equal.

    Examples
    --------
    >>> fitting_integers([1, 2.5, 300], low=-128, high=127)
    [1]
    """
    return [
        math.floor(v) for v in values if not isinstance(v, str) and low <= v <= high and math.floor(v) == v
    ]
