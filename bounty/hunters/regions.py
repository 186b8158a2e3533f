"""Regions: what rows a hunter means, by the codes that each column may have, and the predicate that says so.

Hunters search on codes. A region lists for each column that matters which codes are in it, the missing value
among them, so what a search found and what a claim says are the same rows by construction. A missing value is
in a region only if the predicate says `is missing`.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np

from bounty.rows.bits import Mask, RowSet
from bounty.rows.columns import Column, Columns
from fairkit import predicates
from fairkit.errors import PredicateError
from fairkit.predicates import And, Comparison, Membership, Missing, Node, Or, Predicate, Value


@dataclass(frozen=True, slots=True)
class Region:
    """A box: for some columns, the codes that are in it.

    Attributes
    ----------
    allowed : mapping of str to array of bool, shape (levels + 1,)
        For each column that is tested, which codes are in the region; the last is the missing value. Other
        columns may have any code.

    Examples
    --------
    >>> columns = Columns.of({"age": [20, 30, None], "sex": ["F", "M", "F"]})
    >>> young = Region().narrowed("age", np.array([True, False, False]))
    >>> young.rows(columns).mask.tolist(), predicate_of([young], columns).canonical
    ([True, False, False], 'age == 20')
    """

    allowed: Mapping[str, Mask] = field(default_factory=dict)

    @property
    def empty(self) -> bool:
        """Whether no row can be in it."""
        return any(not holds.any() for holds in self.allowed.values())

    def narrowed(self, column: str, holds: Mask) -> Region:
        """Give the part of it in which a column has one of some codes."""
        before = self.allowed.get(column)
        return Region({**self.allowed, column: holds if before is None else before & holds})

    def rows(self, columns: Columns) -> RowSet:
        """Find the rows of a split that are in it."""
        inside = np.ones(columns.rows, dtype=np.bool_)
        for name, holds in self.allowed.items():
            inside &= holds[columns.by_name[name].codes]
        return RowSet.of(inside)

    def node(self, columns: Columns) -> Node | None:
        """Write it as tests; None where every row is in it."""
        tests = [_test(columns.by_name[name], self.allowed[name]) for name in sorted(self.allowed)]
        parts = tuple(test for test in tests if test is not None)
        return And(parts) if len(parts) > 1 else next(iter(parts), None)


def predicate_of(regions: Iterable[Region], columns: Columns) -> Predicate:
    """Write the union of regions as a predicate.

    Parameters
    ----------
    regions : iterable of Region
        At least one; those that no row can be in are left out.
    columns : Columns
        At least one column.

    Returns
    -------
    Predicate

    Raises
    ------
    PredicateError
        It is too large for the language, or no row can be in it.

    Examples
    --------
    >>> columns = Columns.of({"race": ["A", "B", "C", None]})
    >>> some = Region().narrowed("race", np.array([True, True, False, True]))
    >>> print(predicate_of([some], columns))
    race != 'C' or race is missing
    """
    joined = merged([region for region in regions if not region.empty])
    if not joined:
        raise PredicateError("no row can be in the group.")
    nodes = [region.node(columns) for region in joined]
    listed = [node for node in nodes if node is not None]
    if len(listed) < len(nodes):
        name = min(columns.by_name)
        listed = [Missing(name), Missing(name, negated=True)]
    return predicates.build(Or(tuple(listed)) if len(listed) > 1 else listed[0])


def within_limits(
    regions: Sequence[Region], worth: Sequence[int], columns: Columns
) -> tuple[Predicate | None, int]:
    """Write as much of a union of regions as the language holds.

    Parameters
    ----------
    regions : sequence of Region
    worth : sequence of int
        What each is worth; those worth least are left out first.
    columns : Columns

    Returns
    -------
    predicate : Predicate or None
        None where nothing is left.
    left_out : int
        Regions left out.
    """
    order = sorted(range(len(regions)), key=lambda index: (-worth[index], index))
    written: Predicate | None = None
    fits, fails = 0, len(order) + 1
    trial = len(order)
    while trial > fits:
        try:
            written, fits = predicate_of([regions[index] for index in order[:trial]], columns), trial
        except PredicateError:
            fails = trial
        trial = (fits + fails) // 2
    return written, len(order) - fits


def merged(regions: Sequence[Region]) -> list[Region]:
    """Join regions that differ in one column only, until none do; the rows are the same.

    Examples
    --------
    >>> first, second = np.array([True, False, False]), np.array([False, True, True])
    >>> [region.allowed for region in merged([Region({"a": first}), Region({"a": second})])]
    [{}]
    """
    left = list(regions)
    before = len(left) + 1
    while len(left) < before:
        before = len(left)
        for name in sorted({name for region in left for name in region.allowed}):
            left = _joined(left, name)
    return left


def _joined(regions: Iterable[Region], column: str) -> list[Region]:
    """Join regions that differ in one column only."""
    found: dict[tuple[tuple[str, bytes], ...], Region] = {}
    for region in regions:
        rest = {name: holds for name, holds in region.allowed.items() if name != column}
        same = tuple((name, rest[name].tobytes()) for name in sorted(rest))
        one, other = region.allowed.get(column), found[same].allowed.get(column) if same in found else None
        if same not in found:
            found[same] = region
        elif one is None or other is None or (one | other).all():
            found[same] = Region(rest)
        else:
            found[same] = Region({**rest, column: one | other})
    return list(found.values())


def _test(column: Column, holds: Mask) -> Node | None:
    """Write the test of one column; None where every code holds."""
    levels, missing = holds[:-1], bool(holds[-1])
    if levels.all():
        return None if missing else Missing(column.name, negated=True)
    parts: list[Node] = _number(column, levels) if column.kind == "number" else _listed(column, levels)
    if missing:
        parts.append(Missing(column.name))
    return Or(tuple(parts)) if len(parts) > 1 else parts[0]


def _listed(column: Column, levels: Mask) -> list[Node]:
    """Name the levels that hold, or those that do not, whichever are fewer."""
    chosen = [_plain(column.levels[code]) for code in np.flatnonzero(levels)]
    others = [_plain(column.levels[code]) for code in np.flatnonzero(~levels)]
    if not chosen:
        return []
    if len(chosen) == 1:
        return [Comparison(column.name, "==", chosen[0])]
    if len(others) == 1:
        return [Comparison(column.name, "!=", others[0])]
    if len(others) < len(chosen):
        return [Membership(column.name, tuple(others), negated=True)]
    return [Membership(column.name, tuple(chosen))]


def _number(column: Column, levels: Mask) -> list[Node]:
    """Write runs of numbers as ranges, unless naming the numbers is shorter."""
    edges = np.flatnonzero(np.diff(np.concatenate(([False], levels, [False])).astype(np.int8)))
    parts: list[Node] = []
    literals = 0
    for low, high in zip(edges[::2].tolist(), edges[1::2].tolist(), strict=True):
        tests = _range(column, low, high)
        literals += len(tests)
        parts.append(And(tuple(tests)) if len(tests) > 1 else tests[0])
    named = _listed(column, levels)
    shortest = min(int(levels.sum()), int((~levels).sum()))
    return named if shortest < literals else parts


def _range(column: Column, low: int, high: int) -> list[Comparison]:
    """Test for the codes from `low` up to `high`, which is not included."""
    if high - low == 1:
        return [Comparison(column.name, "==", _plain(column.levels[low]))]
    tests = [Comparison(column.name, ">=", _plain(column.levels[low]))] if low else []
    if high < len(column.levels):
        tests.append(Comparison(column.name, "<", _plain(column.levels[high])))
    return tests


def _plain(value: Value) -> Value:
    """Give Python's own number for one of NumPy's, which the language does not write."""
    item: Value = value.item() if isinstance(value, np.generic) else value
    return item
