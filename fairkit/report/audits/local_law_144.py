"""The tables of New York City's Local Law 144: 6 RCNY 5-301, bias audits of hiring tools.

By sex, by race or ethnicity, and by their intersections: how many applicants, how many selected (or above the
median score), the rate, and the impact ratio, which is the rate over that of the most selected (the highest
scoring) category. The rule sets no pass mark, and so no verdict, interval or four-fifths line is here; they
are in :mod:`fairkit.report.audits.adverse_impact`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from fairkit.counts import Counts
from fairkit.errors import UsageError
from fairkit.report.audits.categories import Categories, Category, categories, levels_of
from fairkit.report.audits.disclosure import check_min_cell
from fairkit.report.audits.document import Facts
from fairkit.report.audits.people import Rate, people_of
from fairkit.report.audits.published import Number, Published, publish
from fairkit.report.audits.statements import Statement, people_facts
from fairkit.report.model import Report

MOST_EXCLUDED = 0.02
"""Share of the data under which a category may be left out of the impact ratios (5-301(d))."""


class NoRatio(StrEnum):
    """Why a category has no impact ratio.

    Examples
    --------
    >>> str(NoRatio.EXCLUDED)
    'excluded'
    """

    NO_APPLICANTS = "no-applicants"
    EXCLUDED = "excluded"
    HIGHEST_ZERO = "highest-rate-zero"
    HIDDEN = "hidden"


@dataclass(frozen=True, slots=True)
class Exclusion:
    """Small categories are left out of the impact ratios, and why.

    Parameters
    ----------
    under : float
        Share of the applicants of a table whose category is known.
    justification : str
        The rule asks the auditor for it.

    Raises
    ------
    UsageError
        The share is not above 0 and at most 2 %, or there is no justification.

    Examples
    --------
    >>> Exclusion(0.05, "few")
    Traceback (most recent call last):
        ...
    fairkit.errors.UsageError: a category may be left out where it has less than 2% of the data ...
    """

    under: float
    justification: str

    def __post_init__(self) -> None:
        problems = []
        if not 0 < self.under <= MOST_EXCLUDED:
            problems.append(
                "a category may be left out where it has less than 2% of the data (6 RCNY 5-301(d)): give a "
                f"share above 0 and at most 0.02, not {self.under:g}."
            )
        if not self.justification.strip():
            problems.append("the rule asks for a justification of what is left out; state it.")
        if problems:
            raise UsageError(*problems)


@dataclass(frozen=True, slots=True)
class StatutoryRow:
    """One category.

    Parameters
    ----------
    category : str
        Its name in reports.
    applicants, selected : Number
    rate : float or None
        None where nobody applied, or a number is hidden.
    impact_ratio : float or None
    why : NoRatio or None
        Why there is no impact ratio.

    Examples
    --------
    >>> StatutoryRow("sex=F", Number(40), Number(18), 0.45, 0.9, None).why is None
    True
    """

    category: str
    applicants: Number
    selected: Number
    rate: float | None
    impact_ratio: float | None
    why: NoRatio | None


@dataclass(frozen=True, slots=True)
class StatutoryTable:
    """One of the tables.

    Parameters
    ----------
    title : str
    attributes : tuple of str
    within : tuple of (str, str)
        The group of a tool that sorts candidates into groups.
    rows : tuple of StatutoryRow
    unknown : Number
        Applicants who are not included because their category is not known.

    Examples
    --------
    >>> StatutoryTable("Sex", ("sex",), (), (), Number(3)).attribute
    'sex'
    """

    title: str
    attributes: tuple[str, ...]
    within: tuple[tuple[str, str], ...]
    rows: tuple[StatutoryRow, ...]
    unknown: Number

    @property
    def attribute(self) -> str:
        """Its attribute, or the attributes of the crossing."""
        return " & ".join(self.attributes)


@dataclass(frozen=True, slots=True)
class LocalLaw144:
    """The numbers that the rule asks for.

    Parameters
    ----------
    rate : Rate
    tables : tuple of StatutoryTable
    per : str or None
        Attribute by which the tool sorts candidates.
    exclusion : Exclusion or None
    statement : Statement
    provenance : tuple of (str, str)
    hidden : str
        What is hidden, in a sentence.
    min_cell : int

    Examples
    --------
    >>> from fairkit.counts import Kind
    >>> counts = Counts.from_cells(Kind.DECISIONS, ["sex"], [("F",), ("M",)], [[34, 42, 0], [50, 42, 0]])
    >>> audit = local_law_144(counts, race=None)
    >>> [(row.category, round(row.impact_ratio, 2)) for row in audit.tables[0].rows]
    [('sex=F', 0.82), ('sex=M', 1.0)]
    """

    rate: Rate
    tables: tuple[StatutoryTable, ...]
    per: str | None
    exclusion: Exclusion | None
    statement: Statement
    provenance: Facts
    hidden: str
    min_cell: int


def local_law_144(
    source: Report | Counts,
    *,
    sex: str | None = "sex",
    race: str | None = "race",
    per: str | None = None,
    rate: Rate | str | None = None,
    variant: str | None = None,
    exclusion: Exclusion | None = None,
    statement: Statement | None = None,
    min_cell: int = 0,
) -> LocalLaw144:
    """Make the tables of a bias audit under New York City's Local Law 144.

    Parameters
    ----------
    source : Report or Counts
        By sex and race together, so that there are intersections.
    sex, race : str or None
        The attributes; None leaves out what needs them, which is no complete audit.
    per : str, optional
        Attribute by which the tool sorts candidates (leadership styles): all tables for each of its levels.
    rate : {"selection", "scoring"}, optional
        By default selections where there are decisions, else scores above the median.
    variant : str, optional
        The model, class or output, where there are several.
    exclusion : Exclusion, optional
        Leave categories of less than 2 % out of the impact ratios.
    statement : Statement, optional
        What the auditor states.
    min_cell : int, default 0
        Hide smaller numbers of people. The rule asks for every category, so that nothing is hidden unless it
        is wished.

    Raises
    ------
    UsageError
        The report has no such attribute, no selections, is weighted, ...

    Notes
    -----
    The median of a scoring rate is that of all applicants with a score, also those whose category is not
    known. The share that decides about an exclusion is of the applicants whose category is known. A category
    that is excluded, or whose numbers are hidden, is not the one that others are compared with.

    References
    ----------
    Rules of the City of New York, title 6, sections 5-300, 5-301 and 5-303.

    Examples
    --------
    >>> from fairkit.counts import Kind
    >>> counts = Counts.from_cells(
    ...     Kind.DECISIONS, ["race"], [("A",), ("B",), (None,)], [[0, 8, 0], [0, 9, 0], [1, 1, 0]]
    ... )
    >>> table = local_law_144(counts, sex=None).tables[0]
    >>> [(row.rate, row.impact_ratio, str(row.why)) for row in table.rows], str(table.unknown)
    ([(0.0, None, 'highest-rate-zero'), (0.0, None, 'highest-rate-zero')], '2')
    """
    check_min_cell(min_cell)
    people = people_of(source, rate=rate, variant=variant)
    wanted: dict[str, tuple[str, ...]] = {}
    if sex is not None:
        wanted["Sex"] = (sex,)
    if race is not None:
        wanted["Race/ethnicity"] = (race,)
    if sex is not None and race is not None:
        wanted["Intersections of sex and race/ethnicity"] = (sex, race)
    if not wanted:
        raise UsageError("name the attribute of sex, of race or ethnicity, or of both.")
    distinct = [name for name in (sex, race, per) if name is not None]
    if len(set(distinct)) < len(distinct):
        raise UsageError("sex, race and per must be different attributes.")
    people.known(*distinct, named=" (--sex COL, --race COL, --per COL)")
    scopes: Sequence[Mapping[str, str]] = [{}]
    if per is not None:
        scopes = [{per: level} for level in levels_of(people, per)]
    made = {
        (title, i): categories(people, names, within=within)
        for i, within in enumerate(scopes)
        for title, names in wanted.items()
    }
    page = publish(people, list(made.values()), min_cell=min_cell)
    return LocalLaw144(
        people.rate,
        tuple(_table(title, table, page, exclusion) for (title, _), table in made.items()),
        per,
        exclusion,
        statement or Statement(),
        people_facts(source, people),
        page.suppressed.sentence,
        min_cell,
    )


def _table(title: str, table: Categories, page: Published, exclusion: Exclusion | None) -> StatutoryTable:
    included = sum(one.applicants for one in table.known)
    least = 0.0 if exclusion is None else exclusion.under * included
    compared = [one for one in table.known if page.is_whole(table, one) and one.applicants >= max(least, 1)]
    highest = max((one.selected / one.applicants for one in compared), default=0.0)
    rows = tuple(_row(one, table, page, _Compared(least, highest)) for one in table.known)
    return StatutoryTable(title, table.attributes, table.within, rows, page.unknown(table))


@dataclass(frozen=True, slots=True)
class _Compared:
    least: float
    highest: float


def _row(one: Category, table: Categories, page: Published, compared: _Compared) -> StatutoryRow:
    numbers = page.applicants(table, one), page.selected(table, one)
    if not page.is_whole(table, one):
        return StatutoryRow(one.group, *numbers, None, None, NoRatio.HIDDEN)
    if one.rate is None:
        return StatutoryRow(one.group, *numbers, None, None, NoRatio.NO_APPLICANTS)
    if one.applicants < compared.least:
        return StatutoryRow(one.group, *numbers, one.rate, None, NoRatio.EXCLUDED)
    if compared.highest == 0:
        return StatutoryRow(one.group, *numbers, one.rate, None, NoRatio.HIGHEST_ZERO)
    return StatutoryRow(one.group, *numbers, one.rate, one.rate / compared.highest, None)
