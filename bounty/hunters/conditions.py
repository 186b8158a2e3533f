"""The conditions of which slices are made: a level of a column, all but one, a range, or a missing value."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from bounty.hunters.cost_trees import Index
from bounty.hunters.regions import Region
from bounty.rows.bits import Mask, Words, pack
from bounty.rows.columns import Column, Columns

BINS = 6
"""Into how many parts of about equal size numbers are cut."""

MOST_LEVELS = 30
"""Levels of one column that are looked at, the most common first."""

_NEGATED = 8


@dataclass(frozen=True, slots=True)
class Condition:
    """One test of one column.

    Attributes
    ----------
    column : str
    holds : array of bool, shape (levels + 1,)
        For which codes it holds; the last is the missing value.
    """

    column: str
    holds: Mask


def conditions_of(columns: Columns, *, smallest: int, bins: int = BINS) -> tuple[Condition, ...]:
    """List the conditions that are worth trying on some rows.

    Parameters
    ----------
    columns : Columns
    smallest : int
        Rows in which a condition must hold.
    bins : int, default 6
        Numbers of more values are cut into so many parts of about equal size; every run of parts is a
        condition.

    Returns
    -------
    tuple of Condition
        By column. None that holds in every row.

    Examples
    --------
    >>> columns = Columns.of({"sex": ["F", "M", "F", None], "age": [20, 30, 40, 50]})
    >>> [(each.column, each.holds.tolist()) for each in conditions_of(columns, smallest=1, bins=2)]
    [('sex', [True, False, False]), ('sex', [False, True, False]), ('sex', [False, False, True]),
     ('age', [True, True, False, False, False]), ('age', [False, False, True, True, False])]
    """
    found: list[Condition] = []
    for column in columns.by_name.values():
        rows = np.bincount(column.codes, minlength=len(column.levels) + 1)
        holding = _runs(column, rows, bins) if column.kind == "number" else _levels(rows)
        holding.append(_codes(rows, np.array([column.missing])))
        found += [
            Condition(column.name, holds)
            for holds in holding
            if max(1, smallest) <= rows[holds].sum() < columns.rows
        ]
    return tuple(found)


def packed(conditions: tuple[Condition, ...], columns: Columns) -> Words:
    """Find the rows in which each condition holds.

    Returns
    -------
    array of uint64, shape (conditions, words)
    """
    words = [pack(each.holds[columns.by_name[each.column].codes]) for each in conditions]
    return np.stack(words) if words else np.zeros((0, -(-columns.rows // 64)), dtype=np.uint64)


def region_of(conditions: tuple[Condition, ...]) -> Region:
    """Join conditions: all of them hold.

    Examples
    --------
    >>> region_of((Condition("sex", np.array([True, False, False])),)).allowed["sex"].tolist()
    [True, False, False]
    """
    region = Region()
    for each in conditions:
        region = region.narrowed(each.column, each.holds)
    return region


def _codes(rows: Index, codes: Index) -> Mask:
    holds = np.zeros(len(rows), dtype=np.bool_)
    holds[codes] = True
    return holds


def _levels(rows: Index) -> list[Mask]:
    """Each of the most common levels, and all but each of the very most common."""
    present = np.flatnonzero(rows[:-1])
    common = present[np.argsort(-rows[present], kind="stable")][:MOST_LEVELS]
    alone = [_codes(rows, code) for code in np.sort(common)]
    if len(present) < 3:
        return alone
    others = []
    for code in np.sort(common[:_NEGATED]):
        holds = ~_codes(rows, code)
        holds[-1] = False
        others.append(holds)
    return alone + others


def _runs(column: Column, rows: Index, bins: int) -> list[Mask]:
    """Every run of parts of the numbers, but not all of them."""
    starts = _starts(rows[:-1], bins)
    ends = [*starts[1:], len(column.levels)]
    return [
        _codes(rows, np.arange(starts[first], ends[last]))
        for first in range(len(starts))
        for last in range(first, len(starts))
        if (first, last) != (0, len(starts) - 1) or rows[-1]
    ]


def _starts(rows: Index, bins: int) -> list[int]:
    """First code of each part; parts have about as many rows each."""
    present = np.flatnonzero(rows)
    if len(present) <= bins:
        return [0, *present[1:].tolist()] if len(present) else []
    before = np.concatenate(([0], np.cumsum(rows[present])[:-1]))
    share = before * bins // max(1, int(rows.sum()))
    return [0, *sorted({int(present[np.searchsorted(share, part)]) for part in range(1, share[-1] + 1)})]
