"""Small numbers of people are hidden, and so many others that none of them can be computed from the rest.

Every number under ``min_cell`` is hidden (*primary* suppression). Then, while a reader could narrow one of
them down, a cheap set of further numbers is hidden that keeps it open (*complementary* suppression, by the
linear programme of Fischetti and Salazar for one cell at a time), and what turns out not to have been needed
is shown again. A number counts as safe when

- from the published numbers alone it may lie anywhere in a range at least ``min_cell`` wide, and
- a reader who also takes the marks for what they say still finds at least half of the values under
  ``min_cell`` possible.

Only sums are protected: what else a page prints is computed from numbers that it shows.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from fairkit.errors import UsageError
from fairkit.report.audits.disclosure import Key, Mark, Range, Reader, Sum, check_min_cell
from fairkit.report.audits.whole_numbers import programme

MOST_ATOMS = 3_000
"""Most cells of all tables together for which it is decided what to hide."""

_REACH = 4
_MOST_SHOWN_AGAIN = 60
_DIFFERS = 1e-6


@dataclass(frozen=True, slots=True)
class Suppressed:
    """What is hidden.

    Parameters
    ----------
    min_cell : int
        0 where nothing is.
    marks : mapping of key to Mark
        Of every printed number.

    Examples
    --------
    >>> Suppressed(0, {}).mark(("sex", "F", "applicants"))
    <Mark.SHOWN: 'shown'>
    """

    min_cell: int
    marks: Mapping[Key, Mark]

    def mark(self, key: Key) -> Mark:
        """Say what is seen of a number."""
        return self.marks.get(key, Mark.SHOWN)

    def count(self, mark: Mark | str) -> int:
        """Count the numbers with a mark."""
        return sum(own == mark for own in self.marks.values())

    @property
    def sentence(self) -> str:
        """How many numbers are hidden, and why."""
        if not self.min_cell:
            return "No number of people is hidden."
        small, more = self.count(Mark.SMALL), self.count(Mark.WITHHELD)
        if not small + more:
            return f"No number of people under {self.min_cell} can be read from this page; nothing is hidden."
        told = f"{_numbers(small)} under {self.min_cell} (written <{self.min_cell})"
        if more:
            told += (
                f" and {more:,} more (written 'hidden'), so that nobody can compute a number of fewer than "
                f"{self.min_cell} people from the others"
            )
        return f"Hidden to protect small groups: {told}. What rests on a hidden number is left out."


def suppress(sums: Sequence[Sum], people: NDArray[np.int64], *, min_cell: int) -> Suppressed:
    """Decide which numbers to hide.

    Parameters
    ----------
    sums : sequence of Sum
        Every number that is printed or known, and those that are not printed but must not be inferred.
    people : array of int64
        The atoms.
    min_cell : int
        Numbers under it are hidden; 0 hides nothing. An empty category is shown as 0: it is about nobody.

    Raises
    ------
    UsageError
        `min_cell` is 1 or 2; there are too many cells; or even with everything hidden a small number would be
        given away by the number of rows.

    Notes
    -----
    A number that is not printed (those not selected) is protected as if it were.

    References
    ----------
    Fischetti and Salazar-González (2001), Solving the cell suppression problem on tabular data with linear
    constraints, Management Science 47, 1008-1027.

    Examples
    --------
    >>> sums = [Sum((name,), (i,)) for i, name in enumerate("ABC")]
    >>> sums.append(Sum(("all",), (0, 1, 2), fixed=True))
    >>> found = suppress(sums, np.array([4, 30, 50]), min_cell=10)
    >>> {key[0]: str(mark) for key, mark in found.marks.items()}
    {'A': 'small', 'B': 'withheld', 'C': 'shown', 'all': 'shown'}
    """
    check_min_cell(min_cell)
    if not min_cell:
        return Suppressed(0, {one.key: Mark.SHOWN for one in sums if one.published})
    if len(people) > MOST_ATOMS:
        raise UsageError(
            f"the tables have {len(people):,} cells, too many to decide which to hide (at most "
            f"{MOST_ATOMS:,}); ask for fewer attributes, or set min_cell to 0 for readers who may see all."
        )
    marks = {one.key: _first_mark(one, people, min_cell) for one in sums}
    small = [one for one in sums if marks[one.key] is Mark.SMALL]
    readers = _readers(sums, people, marks, min_cell)
    settled = not small
    while not settled:
        settled = True
        for reader in readers:
            reader.look_around(small)
            for one in small:
                if not reader.is_open(one, _needed(reader)):
                    settled = False
                    for key in _to_hide(one, reader):
                        marks[key] = Mark.WITHHELD
    _show_again(sums, people, marks, min_cell, small)
    return Suppressed(min_cell, {one.key: marks[one.key] for one in sums if one.published})


def unsafe(
    sums: Sequence[Sum], people: NDArray[np.int64], marks: Mapping[Key, Mark], *, min_cell: int
) -> dict[Key, Range]:
    """Check a publication: name the small numbers that a reader could narrow down, with their ranges.

    Parameters
    ----------
    sums, people, marks, min_cell
        As for :class:`fairkit.report.audits.disclosure.Reader`.

    Examples
    --------
    >>> sums = [Sum(("F",), (0,)), Sum(("M",), (1,)), Sum(("all",), (0, 1), fixed=True)]
    >>> marks = {("F",): Mark.SMALL, ("M",): Mark.SHOWN, ("all",): Mark.SHOWN}
    >>> unsafe(sums, np.array([4, 20]), marks, min_cell=10)
    {('F',): Range(low=4.0, high=4.0)}
    """
    every = {one.key: marks.get(one.key, Mark.SHOWN) for one in sums}
    found: dict[Key, Range] = {}
    for reader in _readers(sums, people, every, min_cell):
        for one in sums:
            small = one.atoms and not one.fixed and one.value(people) < min_cell
            if small and not reader.is_open(one, _needed(reader)):
                found.setdefault(one.key, reader.range_of(one))
    return found


def _show_again(
    sums: Sequence[Sum],
    people: NDArray[np.int64],
    marks: dict[Key, Mark],
    min_cell: int,
    small: Sequence[Sum],
) -> None:
    """Show what was hidden for one number and is not needed any more, since others were hidden after it."""
    hidden = [one for one in sums if marks[one.key] is Mark.WITHHELD]
    for one in sorted(hidden, key=lambda own: -own.value(people))[:_MOST_SHOWN_AGAIN]:
        marks[one.key] = Mark.SHOWN
        for reader in _readers(sums, people, marks, min_cell):
            reader.look_around(small)
            if not all(reader.is_open(each, _needed(reader)) for each in small):
                marks[one.key] = Mark.WITHHELD
                break


def _readers(
    sums: Sequence[Sum], people: NDArray[np.int64], marks: Mapping[Key, Mark], min_cell: int
) -> list[Reader]:
    return [Reader(sums, people, marks, min_cell=min_cell, reads_marks=reads) for reads in (True, False)]


def _first_mark(one: Sum, people: NDArray[np.int64], min_cell: int) -> Mark:
    hidden = not one.fixed and one.atoms and one.value(people) < min_cell
    return Mark.SMALL if hidden else Mark.SHOWN


def _needed(reader: Reader) -> int:
    return reader.min_cell // 2 if reader.reads_marks else reader.min_cell


def _to_hide(one: Sum, reader: Reader) -> list[Key]:
    """Choose the cheapest numbers with which another table would fit what is published."""
    reached, width = reader.range_of(one), _needed(reader)
    found = [
        solved
        for least, most in ((reached.low + width, math.inf), (-math.inf, reached.high - width))
        if (solved := _cheapest(one, least, most, reader)) is not None
    ]
    left = [other.key for other in reader.sums if _may_be_hidden(other, reader.marks)]
    chosen = (min(found, key=lambda pair: pair[0])[1] if found else []) or left
    if not chosen:
        raise UsageError(
            f"with so few people a number under {reader.min_cell} would be given away by the number of rows "
            "alone, whatever is hidden; publish no table of them, or set min_cell lower."
        )
    return chosen


def _cheapest(one: Sum, least: float, most: float, reader: Reader) -> tuple[float, list[Key]] | None:
    """Find another table that keeps as much as can be of what is shown."""
    people, size = reader.people, len(reader.people)
    reach = float(_REACH * reader.min_cell)
    free = [i for i, other in enumerate(reader.sums) if _may_be_hidden(other, reader.marks)]
    switches = np.eye(len(free))
    known = [
        (i, limits)
        for i, other in enumerate(reader.sums)
        if i not in set(free) and (limits := reader.limits(other)) is not None
    ]
    bound = [*(i for i, _ in known), reader.sums.index(one), *(free if reader.reads_marks else [])]
    more = len(bound) - len(known) - 1
    rows = [np.hstack([reader.table[bound], np.zeros((len(bound), len(free)))])]
    low = [*(a for _, (a, _) in known), max(least, 0.0), *[float(reader.min_cell)] * more]
    high = [*(b for _, (_, b) in known), most, *[np.inf] * more]
    for sign in (1.0, -1.0):  # a number that is not hidden stays as it is
        rows.append(np.hstack([sign * reader.table[free], -reach * switches]))
        low += [-np.inf] * len(free)
        high += (sign * reader.values[free]).tolist()
    cost = np.concatenate([np.zeros(size), [_cost(reader.sums[i], reader.values[i]) for i in free]])
    # Nothing has to differ from the truth by more than a few times what is to be hidden.
    bottom = np.concatenate([np.maximum(people - reach, 0.0), np.zeros(len(free))])
    top = np.concatenate([people + reach, np.ones(len(free))])
    found = programme(cost, np.vstack(rows), (np.array(low), np.array(high)), (bottom, top))
    if found is None:
        return None
    hidden = [reader.sums[i].key for i, on in zip(free, found[size:], strict=True) if on > _DIFFERS]
    return float(sum(cost[size:][found[size:] > _DIFFERS])), hidden


def _may_be_hidden(one: Sum, marks: Mapping[Key, Mark]) -> bool:
    return one.published and not one.fixed and bool(one.atoms) and marks[one.key] is Mark.SHOWN


def _cost(one: Sum, value: float) -> float:
    """Prefer few numbers, small ones, and parts before totals."""
    return 1.0 + 0.1 * math.log1p(value) + 0.02 * len(one.atoms)


def _numbers(count: int) -> str:
    return f"{count:,} {'number' if count == 1 else 'numbers'}"
