"""What a loss is on each row: whole numbers, so that sums are exact and the same on every machine.

A loss of 0 or 1 is a set of rows and is counted in packed bits; any other (squared error, log loss, word
errors) is an array of integers. Both answer the same questions, so that whatever judges claims does not know
which it holds.
"""

from __future__ import annotations

import operator
from dataclasses import dataclass, field
from typing import Protocol, TypeAlias

import numpy as np
import numpy.typing as npt

from bounty.rows.bits import RowSet, count

Integers: TypeAlias = npt.NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Change:
    """What replacing one model's losses by another's changes in a group, in whole units.

    Attributes
    ----------
    better : int
        Sum of what is saved, over the rows that get better.
    worse : int
        Sum of what is lost, over the rows that get worse.
    squares : int
        Sum of squares of the change.
    """

    better: int
    worse: int
    squares: int

    @property
    def saved(self) -> int:
        """Better less worse."""
        return self.better - self.worse


class Amounts(Protocol):
    """A whole number from 0 up on each row of one split."""

    @property
    def rows(self) -> int:
        """Rows of the split."""

    def total(self, where: RowSet) -> int:
        """Sum over a set of rows."""

    def squares(self, where: RowSet) -> int:
        """Sum of squares over a set of rows."""

    def products(self, other: Amounts, where: RowSet) -> int:
        """Sum of products with other amounts over a set of rows."""

    def change(self, to: Amounts, where: RowSet) -> Change:
        """Sum what is saved and lost in a set of rows when `to` replaces these."""

    def replaced(self, where: RowSet, by: Amounts) -> Amounts:
        """Give these amounts, with those of `by` on a set of rows."""

    def array(self) -> Integers:
        """One integer a row."""

    def taking(self, index: npt.NDArray[np.intp]) -> Amounts:
        """Amounts of chosen rows."""


@dataclass(frozen=True, slots=True)
class Bits:
    """Amounts of 0 and 1, as the set of rows that have 1.

    Examples
    --------
    >>> wrong = Bits(RowSet.of(np.array([True, True, False])))
    >>> mended = Bits(RowSet.of(np.array([False, True, True])))
    >>> everywhere = RowSet.all(3)
    >>> wrong.total(everywhere), wrong.change(mended, everywhere)
    (2, Change(better=1, worse=1, squares=2))
    >>> wrong.replaced(RowSet.of(np.array([True, False, False])), by=mended).array().tolist()
    [0, 1, 0]
    """

    ones: RowSet

    @property
    def rows(self) -> int:
        """Rows of the split."""
        return self.ones.rows

    def total(self, where: RowSet) -> int:
        """Sum over a set of rows."""
        return self.ones.common(where)

    def squares(self, where: RowSet) -> int:
        """Sum of squares over a set of rows."""
        return self.ones.common(where)

    def products(self, other: Amounts, where: RowSet) -> int:
        """Sum of products with other amounts over a set of rows."""
        return other.total(self.ones & where)

    def change(self, to: Amounts, where: RowSet) -> Change:
        """Sum what is saved and lost in a set of rows when `to` replaces these."""
        if not isinstance(to, Bits):
            return Numbers(self.array()).change(to, where)
        differ = (self.ones.words ^ to.ones.words) & where.words
        better = count(differ & self.ones.words)
        worse = count(differ) - better
        return Change(better, worse, better + worse)

    def replaced(self, where: RowSet, by: Amounts) -> Amounts:
        """Give these amounts, with those of `by` on a set of rows."""
        if not isinstance(by, Bits):
            return Numbers(self.array()).replaced(where, by)
        words = self.ones.words ^ ((self.ones.words ^ by.ones.words) & where.words)
        return Bits(RowSet(words, self.rows))

    def array(self) -> Integers:
        """One integer a row."""
        return self.ones.mask.astype(np.int64)

    def taking(self, index: npt.NDArray[np.intp]) -> Bits:
        """Amounts of chosen rows."""
        return Bits(self.ones.taking(index))


@dataclass(frozen=True, slots=True)
class Numbers:
    """Amounts of any size.

    Examples
    --------
    >>> errors = Numbers(np.array([3, 0, 2]))
    >>> some = RowSet.of(np.array([True, True, False]))
    >>> errors.total(some), errors.squares(some), errors.change(Numbers(np.array([1, 1, 9])), some)
    (3, 9, Change(better=2, worse=1, squares=5))
    """

    values: Integers = field(repr=False)

    @property
    def rows(self) -> int:
        """Rows of the split."""
        return len(self.values)

    def total(self, where: RowSet) -> int:
        """Sum over a set of rows."""
        return int(self.values.sum(where=where.mask, dtype=np.int64))

    def squares(self, where: RowSet) -> int:
        """Sum of squares over a set of rows."""
        return _dot(self.values, self.values, where)

    def products(self, other: Amounts, where: RowSet) -> int:
        """Sum of products with other amounts over a set of rows."""
        if isinstance(other, Bits):
            return self.total(other.ones & where)
        return _dot(self.values, other.array(), where)

    def change(self, to: Amounts, where: RowSet) -> Change:
        """Sum what is saved and lost in a set of rows when `to` replaces these."""
        saved = (self.values - to.array())[where.mask]
        better = int(saved.sum(where=saved > 0, dtype=np.int64))
        worse = -int(saved.sum(where=saved < 0, dtype=np.int64))
        return Change(better, worse, _dot(saved, saved))

    def replaced(self, where: RowSet, by: Amounts) -> Amounts:
        """Give these amounts, with those of `by` on a set of rows."""
        return Numbers(np.where(where.mask, by.array(), self.values))

    def array(self) -> Integers:
        """One integer a row."""
        return self.values

    def taking(self, index: npt.NDArray[np.intp]) -> Numbers:
        """Amounts of chosen rows."""
        return Numbers(self.values[index])


def _dot(one: Integers, other: Integers, where: RowSet | None = None) -> int:
    """Sum of products, exactly: in parts that 64 bits hold, added in Python's integers."""
    if where is not None:
        one, other = one[where.mask], other[where.mask]
    if not len(one):
        return 0
    largest = max(1, int(np.abs(one).max()) * int(np.abs(other).max()))
    if largest > 2**62:
        return sum(map(operator.mul, one.tolist(), other.tolist()))
    part = max(1, 2**62 // largest)
    return sum(
        int(np.dot(one[start : start + part], other[start : start + part]))
        for start in range(0, len(one), part)
    )
