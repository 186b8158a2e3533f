"""Adverse impact as the Uniform Guidelines on Employee Selection Procedures ask about it: 29 CFR 1607.4(D).

Rates and their ratios to one comparison group, how sure the ratio is, tests, how many selections a group is
short of, and what one changed decision would do: less than four fifths of the highest rate is generally taken
for adverse impact, smaller differences may count where they are significant statistically and practically,
and larger ones may not where numbers are small. So every row says both how large and how sure.

Everything is computed from numbers that are shown; a category whose numbers are hidden takes part in nothing.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from fairkit.counts import Counts
from fairkit.errors import UsageError, did_you_mean, shortlist
from fairkit.report.audits.categories import Categories, Category, categories
from fairkit.report.audits.comparing import Compared, compare
from fairkit.report.audits.disclosure import check_min_cell
from fairkit.report.audits.document import Facts
from fairkit.report.audits.people import People, Rate, people_of
from fairkit.report.audits.published import Number, Published, publish
from fairkit.report.audits.sizes import crossed
from fairkit.report.audits.statements import Statement, people_facts
from fairkit.report.audits.strata import Stratified, stratified
from fairkit.report.model import Report

MIN_CELL = 10
"""Numbers of people under this are hidden, unless another number is wished."""

LEAST_SHARE = 0.02
"""Share of the applicants that the group with the highest rate must have to be compared with.

Of smaller groups the Guidelines ask no determination (29 CFR 1607.15A(2)(a)), and a handful of people is no
yardstick.
"""


@dataclass(frozen=True, slots=True)
class ImpactRow:
    """One category.

    Parameters
    ----------
    group : str
    applicants, selected : Number
    rate : float or None
        None where nobody applied, or a number is hidden.
    compared : Compared or None
        None of the comparison group, and of a category that cannot be compared.
    why : str or None
        Why it cannot: ``no-applicants``, ``hidden``, ``no-comparison``.

    Examples
    --------
    >>> ImpactRow("sex=F", Number(40), Number(18), 0.45, None, None).rate
    0.45
    """

    group: str
    applicants: Number
    selected: Number
    rate: float | None
    compared: Compared | None
    why: str | None


@dataclass(frozen=True, slots=True)
class ImpactTable:
    """One attribute or crossing.

    Parameters
    ----------
    attributes : tuple of str
    comparison : str or None
        The group that others are compared with; None where no group can be it.
    named : bool
        Whether it was named, or is the highest rate.
    passed_over : tuple of str
        Groups with a higher rate, but less than 2 % of the applicants.
    rows : tuple of ImpactRow
    unknown : Number
    applicants : int
        All of them.
    selected : Number
    questions : int
        Comparisons that p-values and intervals allow for.
    strata : str or None
        Attribute within whose levels groups are compared again.
    stratified : tuple of Stratified

    Examples
    --------
    >>> ImpactTable(("sex",), None, False, (), (), Number(0), 0, Number(0), 0, None, ()).attribute
    'sex'
    """

    attributes: tuple[str, ...]
    comparison: str | None
    named: bool
    passed_over: tuple[str, ...]
    rows: tuple[ImpactRow, ...]
    unknown: Number
    applicants: int
    selected: Number
    questions: int
    strata: str | None
    stratified: tuple[Stratified, ...]

    @property
    def attribute(self) -> str:
        """Its name in reports."""
        return " & ".join(self.attributes)


@dataclass(frozen=True, slots=True)
class AdverseImpact:
    """An analysis of adverse impact.

    Parameters
    ----------
    rate : Rate
    confidence : float
    tables : tuple of ImpactTable
    clustered : bool
        Whether tests and intervals are refused because rows belong together.
    statement : Statement
    provenance : tuple of (str, str)
    hidden : str
        What is hidden, in a sentence.
    min_cell : int

    Examples
    --------
    >>> from fairkit.counts import Kind
    >>> counts = Counts.from_cells(Kind.DECISIONS, ["sex"], [("F",), ("M",)], [[34, 42, 0], [50, 42, 0]])
    >>> row = adverse_impact(counts).tables[0].rows[0]
    >>> f"{row.compared.ratio:.2f} ({row.compared.tested.low:.2f} to {row.compared.tested.high:.2f})"
    '0.82 (0.60 to 1.12)'
    """

    rate: Rate
    confidence: float
    tables: tuple[ImpactTable, ...]
    clustered: bool
    statement: Statement
    provenance: Facts
    hidden: str
    min_cell: int


def adverse_impact(
    source: Report | Counts,
    *,
    by: Sequence[str | Sequence[str]] | None = None,
    comparison: Mapping[str, str] | None = None,
    strata: str | None = None,
    rate: Rate | str | None = None,
    variant: str | None = None,
    confidence: float | None = None,
    min_cell: int = MIN_CELL,
    statement: Statement | None = None,
) -> AdverseImpact:
    """Analyse adverse impact.

    Parameters
    ----------
    source : Report or Counts
    by : sequence of str or of sequences of str, optional
        Attributes and crossings; by default those of the report, of counts every attribute by itself.
    comparison : mapping of attribute to level, optional
        Groups to compare with, instead of the highest rate; a crossing is compared with a named group where
        each of its attributes has a level here.
    strata : str, optional
        An attribute of the counts (a site, a hiring event) within whose levels groups are compared again.
    rate : {"selection", "scoring"}, optional
    variant : str, optional
    confidence : float, optional
        By default that of the report, else 0.95.
    min_cell : int, default 10
        Hide smaller numbers of people, and what would give them away; 0 hides nothing.
    statement : Statement, optional

    Raises
    ------
    UsageError
        The report has no selections, or not these attributes or groups. All problems at once.

    Notes
    -----
    The highest rate is that of groups with at least 2 % of the applicants, where there are any (see
    :data:`LEAST_SHARE`). Then intervals and adjusted p-values allow for all pairs of groups, since any might
    have been the highest.

    References
    ----------
    Uniform Guidelines on Employee Selection Procedures (1978), 29 CFR 1607.4(D).

    Examples
    --------
    >>> from fairkit.counts import Kind
    >>> counts = Counts.from_cells(Kind.DECISIONS, ["sex"], [("F",), ("M",)], [[34, 42, 0], [50, 42, 0]])
    >>> row = adverse_impact(counts).tables[0].rows[0]
    >>> row.group, round(row.compared.shortfall, 1), round(row.compared.tested.fisher, 3)
    ('sex=F', 7.3, 0.278)
    """
    check_min_cell(min_cell)
    people = people_of(source, rate=rate, variant=variant)
    wanted = _groupings(source, people, by)
    named = dict.fromkeys(name for names in wanted for name in names)
    people.known(*named, *(() if strata is None or strata in named else (strata,)))
    tables = [categories(people, names) for names in wanted]
    references = _references(tables, comparison or {})
    if confidence is None:
        confidence = source.settings.confidence if isinstance(source, Report) else 0.95
    page = publish(people, tables, min_cell=min_cell, totals=True)
    return AdverseImpact(
        people.rate,
        confidence,
        tuple(
            _table(people, page, table, reference, strata=strata, confidence=confidence)
            for table, reference in zip(tables, references, strict=True)
        ),
        people.clustered,
        statement or Statement(),
        people_facts(source, people),
        page.suppressed.sentence,
        min_cell,
    )


def _groupings(
    source: Report | Counts, people: People, by: Sequence[str | Sequence[str]] | None
) -> list[tuple[str, ...]]:
    if by is not None:
        asked = [
            tuple(p.strip() for p in one.split(",")) if isinstance(one, str) else tuple(one) for one in by
        ]
        if not asked:
            raise UsageError("no attribute is named; leave by out for those of the report.")
        return list(dict.fromkeys(asked))
    have = people.counts.attributes
    if isinstance(source, Report):
        named = dict.fromkeys(size.attribute for size in source.groups)
        return [crossed(name, have) for name in named]
    return [(name,) for name in have]


def _references(tables: Sequence[Categories], comparison: Mapping[str, str]) -> list[tuple[str, ...] | None]:
    """Find the group that each table names, if any."""
    known: dict[str, set[str]] = {name: set() for table in tables for name in table.attributes}
    for table in tables:
        for i, name in enumerate(table.attributes):
            known[name] |= {one.levels[i] for one in table.known}
    problems = []
    for name, level in comparison.items():
        if name not in known:
            problems.append(
                f"comparison '{name}={level}': there is no table by '{name}' (there are tables by "
                f"{shortlist(sorted(known))}).{did_you_mean(name, known)}"
            )
        elif level not in known[name]:
            have = sorted(known[name])
            problems.append(
                f"comparison '{name}={level}': '{name}' has no level '{level}' (it has {shortlist(have)})."
                f"{did_you_mean(level, have)}"
            )
    if problems:
        raise UsageError(*problems)
    return [
        tuple(comparison[name] for name in table.attributes)
        if all(name in comparison for name in table.attributes)
        else None
        for table in tables
    ]


def _table(
    people: People,
    page: Published,
    table: Categories,
    named: tuple[str, ...] | None,
    *,
    strata: str | None,
    confidence: float,
) -> ImpactTable:
    whole = [one for one in table.known if page.is_whole(table, one) and one.applicants]
    passed: list[Category] = []
    if named is not None:
        other = next((one for one in whole if one.levels == named), None)
        if other is None:
            raise UsageError(
                f"the comparison group {' & '.join(named)} of {table.name} has no applicants, or its numbers "
                "are hidden; name another, or set min_cell lower."
            )
    else:
        other, passed = _highest(whole)
    tests = {}
    if other is not None:
        tests = compare(
            whole, other, named=named is not None, confidence=confidence, clustered=people.clustered
        )
    m = len(whole)
    questions = max(m - 1 if named is not None else m * (m - 1) // 2, 0)
    within: tuple[Stratified, ...] = ()
    if strata is not None and strata not in table.attributes and other is not None and not people.clustered:
        within = stratified(people, table, whole, other, strata, questions=questions, confidence=confidence)
    return ImpactTable(
        table.attributes,
        None if other is None else other.group,
        named is not None,
        tuple(one.group for one in passed),
        tuple(_row(one, table, page, other, tests) for one in table.known),
        page.unknown(table),
        table.applicants,
        page.total_selected(table),
        questions,
        strata if strata not in table.attributes else None,
        within,
    )


def _highest(whole: Sequence[Category]) -> tuple[Category | None, list[Category]]:
    """Choose the highest rate among groups that are no handful of people."""
    if not whole:
        return None, []
    least = LEAST_SHARE * sum(one.applicants for one in whole)
    enough = [one for one in whole if one.applicants >= least] or whole
    other = max(enough, key=lambda one: (one.selected / one.applicants, one.applicants))
    return other, [one for one in whole if (one.rate or 0.0) > (other.rate or 0.0)]


def _row(
    one: Category,
    table: Categories,
    page: Published,
    other: Category | None,
    tests: Mapping[str, Compared],
) -> ImpactRow:
    numbers = page.applicants(table, one), page.selected(table, one)
    if not page.is_whole(table, one):
        return ImpactRow(one.group, *numbers, None, None, "hidden")
    if one.rate is None:
        return ImpactRow(one.group, *numbers, None, None, "no-applicants")
    why = "no-comparison" if other is None else None
    return ImpactRow(one.group, *numbers, one.rate, tests.get(one.group), why)
