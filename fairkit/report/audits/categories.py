"""Categories: the people of one attribute, or of one crossing, as an audit lists them.

Whose category is not known belongs to none: they are counted beside the table, never in it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from fairkit.counts import Counts, Level
from fairkit.groups import Attribute, Grouping, group_name, group_runs, with_declared
from fairkit.report.audits.people import People

_SELECTED, _REJECTED = 0, 1


@dataclass(frozen=True, slots=True)
class Category:
    """One category.

    Parameters
    ----------
    levels : tuple of str
        Of the attributes of its table.
    group : str
        Its name in reports: ``sex=F & race=Black``.
    applicants, selected : int

    Examples
    --------
    >>> Category(("F",), "sex=F", 40, 18).rate
    0.45
    """

    levels: tuple[str, ...]
    group: str
    applicants: int
    selected: int

    @property
    def rate(self) -> float | None:
        """Share selected; None where nobody applied."""
        return self.selected / self.applicants if self.applicants else None

    @property
    def rejected(self) -> int:
        """How many were not selected."""
        return self.applicants - self.selected


@dataclass(frozen=True, slots=True)
class Categories:
    """All categories of one attribute or crossing.

    Parameters
    ----------
    attributes : tuple of str
    within : tuple of (str, str), optional
        One level of another attribute that it is about.
    known : tuple of Category
        In natural order; a declared one without applicants is listed.
    unknown : int
        Applicants who are in none of them.
    unknown_selected : int

    Examples
    --------
    >>> table = Categories(("sex",), (), (Category(("F",), "sex=F", 40, 18),), 2, 1)
    >>> table.name, table.applicants, table.selected
    ('sex', 42, 19)
    """

    attributes: tuple[str, ...]
    within: tuple[tuple[str, str], ...]
    known: tuple[Category, ...]
    unknown: int
    unknown_selected: int

    @property
    def name(self) -> str:
        """Its name in reports, as in ``sex & race``."""
        return " & ".join(self.attributes)

    @property
    def applicants(self) -> int:
        """How many applied, whether their category is known or not."""
        return sum(one.applicants for one in self.known) + self.unknown

    @property
    def selected(self) -> int:
        """How many of them were selected."""
        return sum(one.selected for one in self.known) + self.unknown_selected


def categories(
    people: People, attributes: Sequence[str], *, within: Mapping[str, str] | None = None
) -> Categories:
    """List the categories of one attribute, or of a crossing.

    Parameters
    ----------
    people : People
    attributes : sequence of str
    within : mapping of attribute to level, optional
        Count only these people.

    Raises
    ------
    UsageError
        The people were not counted by one of the attributes.

    Examples
    --------
    >>> from fairkit.counts import Kind
    >>> from fairkit.report.audits.people import people_of
    >>> counts = Counts.from_cells(
    ...     Kind.DECISIONS, ["sex"], [("F",), ("M",), (None,)], [[3, 1, 0], [4, 4, 0], [1, 1, 0]]
    ... )
    >>> table = categories(people_of(counts), ["sex"])
    >>> [(one.group, one.applicants, one.rate) for one in table.known], table.unknown
    ([('sex=F', 4, 0.75), ('sex=M', 8, 0.5)], 2)
    """
    chosen = dict(within or {})
    people.known(*attributes, *chosen)
    counts = _only(people.counts, chosen).marginal(tuple(attributes))
    names, _ = group_runs(counts)
    sums = dict(zip(names, counts.values[:, :2].tolist(), strict=True))
    grouping = Grouping(tuple(Attribute(name, levels=people.levels.get(name, ())) for name in attributes))
    known, unknown = [], [0, 0]
    for levels in with_declared(grouping, names):
        selected, rejected = sums.get(levels, (0, 0))
        whole = tuple(level for level in levels if level is not None)
        if len(whole) < len(levels):
            unknown[_SELECTED] += selected
            unknown[_REJECTED] += rejected
        else:
            known.append(Category(whole, group_name(attributes, levels), selected + rejected, selected))
    return Categories(
        tuple(attributes), tuple(chosen.items()), tuple(known), sum(unknown), unknown[_SELECTED]
    )


def levels_of(people: People, attribute: str) -> tuple[str, ...]:
    """List the levels of an attribute that people have or that were declared, in natural order.

    Examples
    --------
    >>> from fairkit.counts import Kind
    >>> from fairkit.report.audits.people import people_of
    >>> counts = Counts.from_cells(Kind.DECISIONS, ["site"], [("B",), (None,)], [[3, 1, 0], [1, 0, 0]])
    >>> levels_of(people_of(counts), "site")
    ('B',)
    """
    return tuple(one.levels[0] for one in categories(people, [attribute]).known)


def _only(counts: Counts, within: Mapping[str, str]) -> Counts:
    """Keep the cells of some levels."""
    keep = [_has(counts, group, within) for group in counts.groups()]
    return Counts.from_codes(
        counts.kind, counts.attributes, counts.levels, counts.codes[keep], counts.values[keep]
    )


def _has(counts: Counts, group: Sequence[Level], within: Mapping[str, str]) -> bool:
    return all(group[counts.attributes.index(name)] == level for name, level in within.items())
