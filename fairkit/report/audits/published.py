"""What a page prints of tables of people: every number as it may be shown.

All tables of a page are looked at together, with everything that binds them: crossings add up to their
attributes, each attribute to everybody, and the number of rows is known.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from fairkit.counts import Level
from fairkit.report.audits.categories import Categories, Category
from fairkit.report.audits.disclosure import Key, Mark, Sum
from fairkit.report.audits.people import People, Rate
from fairkit.report.audits.suppression import Suppressed, suppress

APPLICANTS, SELECTED, REJECTED = "applicants", "selected", "not selected"

UNKNOWN = "(unknown)"
"""Name of the people whose category is not known."""

ALL = "(all)"
"""Name of everybody."""


@dataclass(frozen=True, slots=True)
class Number:
    """A number of people as it may be shown.

    Parameters
    ----------
    value : int or None
        None where it is hidden.
    mark : Mark
    min_cell : int

    Examples
    --------
    >>> str(Number(None, Mark.SMALL, 10)), str(Number(None, Mark.WITHHELD, 10)), str(Number(1234))
    ('<10', 'hidden', '1,234')
    """

    value: int | None
    mark: Mark = Mark.SHOWN
    min_cell: int = 0

    def __str__(self) -> str:
        if self.value is not None:
            return f"{self.value:,}"
        return f"<{self.min_cell}" if self.mark is Mark.SMALL else "hidden"


@dataclass(frozen=True, slots=True)
class Published:
    """Tables of people, with what is hidden of them.

    Parameters
    ----------
    tables : tuple of Categories
    suppressed : Suppressed

    Examples
    --------
    >>> table = Categories(("sex",), (), (Category(("F",), "sex=F", 40, 18),), 0, 0)
    >>> page = Published((table,), Suppressed(0, {}))
    >>> str(page.applicants(table, table.known[0])), page.is_whole(table, table.known[0])
    ('40', True)
    """

    tables: tuple[Categories, ...]
    suppressed: Suppressed

    def applicants(self, table: Categories, category: Category) -> Number:
        """Return how many applied."""
        return self._number((*_of(table), category.group, APPLICANTS), category.applicants)

    def selected(self, table: Categories, category: Category) -> Number:
        """Return how many were selected."""
        return self._number((*_of(table), category.group, SELECTED), category.selected)

    def unknown(self, table: Categories) -> Number:
        """Return how many have no known category."""
        return self._number((*_of(table), UNKNOWN, APPLICANTS), table.unknown)

    def total_selected(self, table: Categories) -> Number:
        """Return how many of everybody were selected."""
        return self._number((ALL, SELECTED), table.selected)

    def is_whole(self, table: Categories, category: Category) -> bool:
        """Whether both numbers of a category are shown, so that a rate may be."""
        numbers = self.applicants(table, category), self.selected(table, category)
        return all(number.value is not None for number in numbers)

    def _number(self, key: Key, value: int) -> Number:
        mark = self.suppressed.mark(key)
        return Number(value if mark is Mark.SHOWN else None, mark, self.suppressed.min_cell)


def publish(
    people: People, tables: Sequence[Categories], *, min_cell: int, totals: bool = False
) -> Published:
    """Decide what may be shown of tables of the same people.

    Parameters
    ----------
    people : People
    tables : sequence of Categories
        All that one page prints.
    min_cell : int
        Numbers of people under it are hidden, and what would give them away; 0 hides nothing.
    totals : bool
        Whether the page also prints how many of everybody were selected.

    Examples
    --------
    >>> from fairkit.counts import Counts, Kind
    >>> from fairkit.report.audits.categories import categories
    >>> from fairkit.report.audits.people import people_of
    >>> cells = [("A",), ("B",), ("C",)]
    >>> counts = Counts.from_cells(Kind.DECISIONS, ["race"], cells, [[3, 4, 0], [30, 40, 0], [50, 60, 0]])
    >>> people = people_of(counts)
    >>> page = publish(people, [categories(people, ["race"])], min_cell=10)
    >>> [str(page.applicants(page.tables[0], one)) for one in page.tables[0].known]
    ['<10', 'hidden', '110']
    """
    sums, atoms = all_sums(people, tables, totals=totals)
    return Published(tuple(tables), suppress(sums, atoms, min_cell=min_cell))


def all_sums(
    people: People, tables: Sequence[Categories], *, totals: bool = False
) -> tuple[list[Sum], NDArray[np.int64]]:
    """Write tables of the same people as sums of the smallest groups that bind them to one another.

    Only groups that have people are atoms. A reader does not know which are empty, and so knows less than is
    assumed here.

    Examples
    --------
    >>> from fairkit.counts import Counts, Kind
    >>> from fairkit.report.audits.categories import categories
    >>> from fairkit.report.audits.people import people_of
    >>> counts = Counts.from_cells(Kind.DECISIONS, ["sex"], [("F",), ("M",)], [[3, 1, 0], [4, 4, 0]])
    >>> people = people_of(counts)
    >>> sums, atoms = all_sums(people, [categories(people, ["sex"])])
    >>> atoms.tolist(), [one.key for one in sums if one.fixed]
    ([3, 1, 4, 4], [('(all)', 'applicants')])
    """
    sums: list[Sum] = []
    values: list[int] = []
    first: tuple[tuple[int, ...], tuple[int, ...]] | None = None
    crossed = ((*(name for name, _ in table.within), *table.attributes) for table in tables)
    for attributes in bound_together(crossed):
        counts = people.counts.marginal(attributes)
        start = len(values)
        values += counts.values[:, :2].ravel().tolist()
        places = range(start, len(values), 2)
        cells = [
            (dict(zip(attributes, levels, strict=True)), place)
            for levels, place in zip(counts.groups(), places, strict=True)
        ]
        everybody = tuple(range(start, len(values))), tuple(places)
        if first is None:
            first = everybody
            known = people.rate is Rate.SCORING  # about half of them are above the median
            sums.append(Sum((ALL, APPLICANTS), everybody[0], fixed=True))
            sums.append(Sum((ALL, SELECTED), everybody[1], published=totals, fixed=known))
        else:
            for what, own, other in zip((APPLICANTS, SELECTED), everybody, first, strict=True):
                sums.append(Sum((*attributes, ALL, what), own, other, published=False, fixed=True))
        for table in tables:
            if {*table.attributes} <= {*attributes}:
                sums += _sums_of(table, cells)
    return sums, np.array(values, np.int64)


def _sums_of(table: Categories, cells: Sequence[tuple[dict[str, Level], int]]) -> Iterator[Sum]:
    inside = [
        (tuple(group[name] for name in table.attributes), place)
        for group, place in cells
        if all(group[name] == level for name, level in table.within)
    ]
    for one in table.known:
        own = [place for levels, place in inside if levels == one.levels]
        yield from _three(table, one.group, own)
    lost = [place for levels, place in inside if None in levels]
    yield Sum((*_of(table), UNKNOWN, APPLICANTS), _both(lost))


def _three(table: Categories, name: str, own: Sequence[int]) -> Iterator[Sum]:
    key = (*_of(table), name)
    yield Sum((*key, APPLICANTS), _both(own))
    yield Sum((*key, SELECTED), tuple(own))
    yield Sum((*key, REJECTED), tuple(place + 1 for place in own), published=False)


def _both(places: Sequence[int]) -> tuple[int, ...]:
    return tuple(place + offset for place in places for offset in (0, 1))


def _of(table: Categories) -> Key:
    return (table.name, *(f"{name}={level}" for name, level in table.within))


def bound_together(groupings: Iterable[Sequence[str]]) -> list[tuple[str, ...]]:
    """Collect attributes that some table crosses, directly or through others.

    Examples
    --------
    >>> bound_together([("sex",), ("site",), ("race",), ("sex", "race")])
    [('site',), ('sex', 'race')]
    """
    found: list[dict[str, None]] = []
    for grouping in groupings:
        shared = [other for other in found if other.keys() & set(grouping)]
        joined = {name: None for other in (*shared, dict.fromkeys(grouping)) for name in other}
        found = [*(other for other in found if other not in shared), joined]
    return [tuple(names) for names in found]
