"""What published sums of people give away about the sums that are hidden.

Tables of one report are bound to one another: the women and the men make up everybody, the Black women are
among the women and among the Black. A reader may know all of it: every published number, that people come in
whole numbers, and what the marks of hidden numbers mean ("<10": it is under ten; "hidden": it is not). From
that follows a range for every hidden number, found here by integer programming, without approximation.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

import numpy as np
from numpy.typing import NDArray

from fairkit.errors import UsageError
from fairkit.report.audits.whole_numbers import optimum

Key = tuple[str, ...]
"""Names a sum: the table, the category, what is counted."""


class Mark(StrEnum):
    """What a reader sees of a number.

    Examples
    --------
    >>> [str(mark) for mark in Mark]
    ['shown', 'small', 'withheld']
    """

    SHOWN = "shown"
    SMALL = "small"
    WITHHELD = "withheld"


@dataclass(frozen=True, slots=True)
class Sum:
    """A number of people as a sum of atoms, the smallest groups that any table tells apart.

    Parameters
    ----------
    key : tuple of str
    atoms : tuple of int
        Positions of what is added up.
    minus : tuple of int
        Positions of what is subtracted.
    published : bool, default True
        Whether the number is printed; one that is not can only be inferred.
    fixed : bool, default False
        Whether readers know it anyway, so that it can never be hidden.

    Examples
    --------
    >>> Sum(("sex", "F"), (0, 2)).value(np.array([3, 5, 4]))
    7
    """

    key: Key
    atoms: tuple[int, ...]
    minus: tuple[int, ...] = ()
    published: bool = True
    fixed: bool = False

    def value(self, people: NDArray[np.int64]) -> int:
        """Add it up."""
        return int(people[list(self.atoms)].sum() - people[list(self.minus)].sum())

    def vector(self, size: int) -> NDArray[np.float64]:
        """Return its coefficients."""
        found = np.zeros(size)
        found[list(self.atoms)] = 1.0
        found[list(self.minus)] -= 1.0
        return found


@dataclass(frozen=True, slots=True)
class Range:
    """From where to where a number may lie.

    Examples
    --------
    >>> Range(2, 9).width
    7
    """

    low: float
    high: float

    @property
    def width(self) -> float:
        """How far apart its ends are; 0 where the number is determined."""
        return self.high - self.low


class Reader:
    """Somebody who works out what hidden numbers may be.

    Parameters
    ----------
    sums : sequence of Sum
        Every number that is printed, hidden or known anyway.
    people : array of int64
        The atoms.
    min_cell : int
        What the marks mean.
    marks : mapping of key to Mark
        May change between calls, as long as ever more is hidden.
    reads_marks : bool, default True
        Whether the reader uses what the marks say.

    Examples
    --------
    >>> sums = [Sum(("F",), (0,)), Sum(("M",), (1,)), Sum(("all",), (0, 1), fixed=True)]
    >>> marks = {("F",): Mark.SMALL, ("M",): Mark.SHOWN, ("all",): Mark.SHOWN}
    >>> Reader(sums, np.array([4, 20]), marks, min_cell=10).range_of(sums[0])
    Range(low=4.0, high=4.0)
    >>> marks[("M",)] = Mark.WITHHELD
    >>> Reader(sums, np.array([4, 20]), marks, min_cell=10).range_of(sums[0])
    Range(low=0.0, high=9.0)
    """

    def __init__(
        self,
        sums: Sequence[Sum],
        people: NDArray[np.int64],
        marks: Mapping[Key, Mark],
        *,
        min_cell: int,
        reads_marks: bool = True,
    ) -> None:
        self.sums = tuple(sums)
        self.people = people
        self.marks = marks
        self.min_cell = min_cell
        self.reads_marks = reads_marks
        self.table = np.array([one.vector(len(people)) for one in sums]).reshape(len(sums), len(people))
        self.values = self.table @ people
        self._place = {one.key: i for i, one in enumerate(sums)}
        # Whatever table was found to fit shows what each number may be, also for those not asked about.
        self._low, self._high = self.values.copy(), self.values.copy()

    def range_of(self, one: Sum) -> Range:
        """Find from where to where a number may lie."""
        ends = [self._extreme(self.table[self._place[one.key]], sign) for sign in (1.0, -1.0)]
        return Range(*(float(self.values[self._place[one.key]]) if end is None else end for end in ends))

    def is_open(self, one: Sum, width: int) -> bool:
        """Whether a number may lie in a range at least so wide."""
        i = self._place[one.key]
        for sign in (-1.0, 1.0):
            if self._high[i] - self._low[i] < width:
                self._extreme(self.table[i], sign)
        return bool(self._high[i] - self._low[i] >= width)

    def look_around(self, some: Sequence[Sum]) -> None:
        """Try tables in which many numbers are as large, or as small, as they can be."""
        rows = self.table[[self._place[one.key] for one in some]]
        for direction in (rows.sum(axis=0), np.where(np.arange(len(rows)) % 2, 1.0, -1.0) @ rows):
            for sign in (1.0, -1.0):
                self._extreme(direction, sign)

    def limits(self, one: Sum) -> tuple[float, float] | None:
        """Say what is known of a number by itself; None where it is nothing."""
        mark, value = self.marks[one.key], float(self.values[self._place[one.key]])
        if mark == Mark.SHOWN and (one.published or one.fixed):
            return value, value
        if mark == Mark.SHOWN or not (self.reads_marks and one.published):
            return None
        return (0.0, self.min_cell - 1.0) if mark == Mark.SMALL else (float(self.min_cell), np.inf)

    def _extreme(self, direction: NDArray[np.float64], sign: float) -> float | None:
        known = [(i, found) for i, one in enumerate(self.sums) if (found := self.limits(one)) is not None]
        limits = np.array([found for _, found in known], np.float64).reshape(-1, 2).T
        # An unbounded number stays within what everybody together may be.
        most = np.full(len(self.people), float(self.people.sum()) + self.min_cell)
        table = self.table[[i for i, _ in known]]
        whole = optimum(sign * direction, table, (limits[0], limits[1]), (np.zeros(len(most)), most))
        if whole is None:
            return None
        reached = self.table @ whole
        self._low, self._high = np.minimum(self._low, reached), np.maximum(self._high, reached)
        return float(direction @ whole)


def check_min_cell(min_cell: int) -> None:
    """Refuse a number under which nothing could be protected.

    Raises
    ------
    UsageError

    Examples
    --------
    >>> check_min_cell(10)
    >>> check_min_cell(2)
    Traceback (most recent call last):
        ...
    fairkit.errors.UsageError: min_cell is 2: give 0 (nothing is hidden) or at least 3.
    """
    if min_cell != 0 and min_cell < 3:
        raise UsageError(f"min_cell is {min_cell}: give 0 (nothing is hidden) or at least 3.")
