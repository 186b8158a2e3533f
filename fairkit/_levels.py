"""Levels: their one order, and integer codes for them.

Order matters because equal data must give equal tables: levels are in natural order, and cells are in the
order of their codes.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from decimal import Decimal
from typing import Any

import numpy as np
from numpy.typing import NDArray

_NUMBER = re.compile(r"-?\d{1,300}(\.\d+)?(e[-+]?\d{1,3})?")

Level = str | None
"""The text of a level; None is the group of rows whose label is missing."""


def natural_order(levels: Iterable[Level]) -> tuple[Level, ...]:
    """Sort levels as people do: numbers by value when all are numbers, else by text; missing last.

    Examples
    --------
    >>> natural_order({"10", "9", None})
    ('9', '10', None)
    >>> natural_order({"b", "10", "a"})
    ('10', 'a', 'b')
    """
    found = set(levels)
    names: list[str] = sorted(level for level in found if level is not None)
    if all(_NUMBER.fullmatch(name) for name in names):
        names.sort(key=Decimal)
    return (*names, None) if None in found else tuple(names)


def encode(column: Sequence[Level]) -> tuple[tuple[Level, ...], NDArray[np.int64]]:
    """Return the levels of a column in natural order, and the position of each row's level."""
    levels = natural_order(column)
    place = {level: i for i, level in enumerate(levels)}
    return levels, np.fromiter((place[level] for level in column), np.int64, len(column))


def used_levels(
    names: Sequence[Level], codes: NDArray[np.int64]
) -> tuple[tuple[Level, ...], NDArray[np.int64]]:
    """Keep the names that occur, in natural order (another one, if the last text among numbers goes).

    Returns the names and the new codes of the rows.
    """
    seen = np.zeros(len(names), bool)
    seen[codes] = True
    if seen.all():
        return tuple(names), codes
    old = [name for name, used in zip(names, seen.tolist(), strict=True) if used]
    new = natural_order(old)
    position = np.zeros(len(names), np.int64)
    position[seen] = translate(old, new)
    return new, position[codes]


def translate(old: Sequence[Level], new: Sequence[Level]) -> NDArray[np.int64]:
    """Return the position in `new` of every level of `old`."""
    place = {level: i for i, level in enumerate(new)}
    return np.fromiter((place[level] for level in old), np.int64, len(old))


def recode(
    codes: NDArray[np.int64], old: Sequence[Sequence[Level]], new: Sequence[Sequence[Level]]
) -> NDArray[np.int64]:
    """Translate the codes of several columns, shape (rows, columns)."""
    found = codes.copy()
    for i, (one, two) in enumerate(zip(old, new, strict=True)):
        found[:, i] = translate(one, two)[codes[:, i]]
    return found


def runs(keys: NDArray[np.int64], sizes: Sequence[int]) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Order the rows by key and say where each run of equal keys starts."""
    if len(keys) == 0:
        return np.zeros(0, np.int64), np.zeros(0, np.int64)
    span = 1
    for size in sizes:
        span *= max(size, 1)
    if span < 2**62:
        joint = np.zeros(len(keys), np.int64)
        for i, size in enumerate(sizes):
            joint = joint * size + keys[:, i]
        order = np.argsort(joint, kind="stable")
        fresh = np.diff(joint[order]) != 0
    else:
        order = np.lexsort(keys.T[::-1])
        fresh = (np.diff(keys[order], axis=0) != 0).any(axis=1)
    return order, np.concatenate([[0], np.flatnonzero(fresh) + 1])


def add_runs(values: NDArray[Any], order: NDArray[np.int64], starts: NDArray[np.int64]) -> NDArray[Any]:
    """Add the rows of every run."""
    if len(values) == 0:
        return values
    return np.add.reduceat(values[order], starts, axis=0)
