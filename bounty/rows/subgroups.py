"""A predicate as the set of rows in which it holds: tests of codes, one pass each.

A predicate is checked once against the columns and turned into tests of code ranges; what each test means is
asked of `fairkit.predicates` on the few values that a column has, so that a claim means on codes exactly what
it means on the values. Where a value is missing a test does not hold, and neither does its negation.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from functools import reduce
from typing import Any, TypeAlias

import numpy as np
import numpy.typing as npt

from bounty.rows.bits import Mask, RowSet
from bounty.rows.columns import Codes, Column, Columns
from fairkit import predicates
from fairkit.errors import ClaimError, PredicateError
from fairkit.predicates import And, Missing, Node, Or, Predicate

Test: TypeAlias = Callable[[Codes], Mask]
_FEW_RUNS = 3


@dataclass(frozen=True, slots=True)
class Subgroup:
    """A subgroup function: a predicate that fits the columns of a bounty.

    Attributes
    ----------
    predicate : Predicate
        Its canonical text and hash name the subgroup.

    Examples
    --------
    >>> columns = Columns.of({"age": [20, 30, None], "sex": ["F", "M", "F"]})
    >>> young = Subgroup.of("age < 25 or sex == 'M'", columns)
    >>> young.rows(columns).mask.tolist(), young.text
    ([True, True, False], "age < 25 or sex == 'M'")
    """

    predicate: Predicate
    _evaluate: Callable[[Columns], Mask] = field(repr=False, compare=False)

    @classmethod
    def of(cls, text: str, columns: Columns) -> Subgroup:
        """Read a predicate and fit it to columns.

        Parameters
        ----------
        text : str
            See `fairkit.predicates`.
        columns : Columns
            Any split of the bounty: only names, kinds and levels are looked at.

        Raises
        ------
        ClaimError
            The text is no predicate, names a column that is not there, or compares it with a value of
            another kind.
        """
        try:
            predicate = predicates.parse(text)
            predicates.check(predicate, columns.kinds)
        except PredicateError as error:
            raise ClaimError(*error.problems) from None
        return cls(predicate, _compiled(predicate.node, columns))

    @property
    def text(self) -> str:
        """The canonical text."""
        return self.predicate.canonical

    def rows(self, columns: Columns) -> RowSet:
        """Find the rows of a split in which it holds.

        Parameters
        ----------
        columns : Columns
            Coded with the same levels as those that it was fitted to.

        Returns
        -------
        RowSet
        """
        return RowSet.of(self._evaluate(columns))


def _compiled(node: Node, columns: Columns) -> Callable[[Columns], Mask]:
    if isinstance(node, And | Or):
        join = np.logical_and if isinstance(node, And) else np.logical_or
        parts = [_compiled(child, columns) for child in node.children]
        return lambda split: reduce(lambda one, other: join(one, other, out=one), (p(split) for p in parts))
    name = node.column
    test = _test(_holds(node, columns.by_name[name]))
    return lambda split: test(split.by_name[name].codes)


def _holds(node: Node, column: Column) -> Mask:
    """Say for each code, the missing one last, whether a test holds."""
    holds = np.zeros(len(column.levels) + 1, dtype=np.bool_)
    if isinstance(node, Missing):
        holds[-1] = not node.negated
        holds[:-1] = node.negated
        return holds
    if column.levels:
        leaf = Predicate("", "", "", (column.name,), node)
        holds[:-1] = predicates.to_mask(leaf, {column.name: _array(column)}) == 1
    return holds


def _array(column: Column) -> npt.NDArray[Any]:
    if column.kind == "text":
        return np.array(column.levels, dtype=object)
    return np.array(column.levels)


def _test(holds: Mask) -> Test:
    """Turn the codes that hold into range tests where they are few runs, else into a table."""
    edges = np.flatnonzero(np.diff(np.concatenate(([False], holds, [False])).astype(np.int8)))
    runs = [(int(low), int(high) - 1) for low, high in zip(edges[::2], edges[1::2], strict=True)]
    if not runs:
        return lambda codes: np.zeros(len(codes), dtype=np.bool_)
    if len(runs) > _FEW_RUNS:
        return holds.take
    tests = [_run(low, high, last=len(holds) - 1) for low, high in runs]
    return lambda codes: reduce(
        lambda one, other: np.logical_or(one, other, out=one), (t(codes) for t in tests)
    )


def _run(low: int, high: int, *, last: int) -> Test:
    if low == high:
        return lambda codes: codes == low
    if low == 0 and high == last:
        return lambda codes: np.ones(len(codes), dtype=np.bool_)
    if low == 0:
        return lambda codes: codes <= high
    if high == last:
        return lambda codes: codes >= low
    # Unsigned subtraction wraps around, so one comparison tests both ends.
    return lambda codes: (codes - codes.dtype.type(low)) <= high - low
