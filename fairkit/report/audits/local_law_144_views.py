"""The tables of Local Law 144 as a document, as one tidy CSV file, and as JSON."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

from fairkit.report.audits.document import Document
from fairkit.report.audits.local_law_144 import LocalLaw144, NoRatio, StatutoryRow, StatutoryTable
from fairkit.report.audits.people import Rate
from fairkit.report.audits.published import UNKNOWN, Number
from fairkit.report.audits.statements import GENERATOR
from fairkit.report.audits.tidy import csv_text
from fairkit.report.blocks.base import Block, Table
from fairkit.report.numerals import percent
from fairkit.report.phrases import UNDEFINED, short_name, visible

SCHEMA = "fairkit.ll144/1"
"""Name and version of the JSON form."""

NOTES = {
    NoRatio.NO_APPLICANTS: "no applicants",
    NoRatio.EXCLUDED: "left out of the impact ratios",
    NoRatio.HIGHEST_ZERO: "no ratio: nobody was selected in any category",
    NoRatio.HIDDEN: "small numbers are hidden",
}
"""Why a category has no impact ratio, in words."""

PURPOSE = (
    "New York City's Local Law 144 of 2021 and its rule, 6 RCNY 5-301, ask for these numbers. They set no "
    "pass mark, and this document judges nothing."
)
"""What the document is for."""

MEANINGS = {
    Rate.SELECTION: "the share of a category's applicants who are selected.",
    Rate.SCORING: (
        "the share of a category's applicants who score above the median of all applicants with a score, "
        "also of those whose category is not known."
    ),
}
"""What each rate is."""

_COUNTED = {Rate.SELECTION: "Selected", Rate.SCORING: "Above the median score"}
_HIGHEST = {Rate.SELECTION: "most selected", Rate.SCORING: "highest scoring"}
_RATES = {Rate.SELECTION: "Selection rate", Rate.SCORING: "Scoring rate"}


def to_document(audit: LocalLaw144) -> Document:
    """Arrange an audit for readers.

    Examples
    --------
    >>> from fairkit.counts import Counts, Kind
    >>> from fairkit.report.audits.local_law_144 import local_law_144
    >>> counts = Counts.from_cells(Kind.DECISIONS, ["sex"], [("F",), ("M",)], [[34, 42, 0], [50, 42, 0]])
    >>> to_document(local_law_144(counts, race=None)).blocks[0].tables[0].rows[0]
    ('F', '76', '34', '44.7%', '0.82')
    """
    ratio = f"the rate of a category divided by that of the {_HIGHEST[audit.rate]} one of its table."
    lead = [PURPOSE, f"{_RATES[audit.rate]}: {MEANINGS[audit.rate]} Impact ratio: {ratio}"]
    if audit.exclusion is not None:
        lead.append(
            f"Categories with less than {100 * audit.exclusion.under:g}% of the applicants of a "
            f"table are left out of its impact ratios (6 RCNY 5-301(d)). Justification: "
            f"{audit.exclusion.justification}"
        )
    if audit.min_cell:
        lead.append(audit.hidden)
    title = "Bias audit: impact ratios by sex and race/ethnicity"
    tool = audit.statement.tool
    subject = next(value for name, value in audit.provenance if name.startswith("Applicants"))
    return Document(
        title if tool is None else f"{title}: {tool}",
        f"{subject} applicants",
        tuple(lead),
        tuple(_blocks(audit)),
        (*audit.statement.facts(), *audit.provenance),
        GENERATOR,
    )


def to_csv(audit: LocalLaw144) -> str:
    """Write all tables as one tidy CSV file, a category a row.

    A text that a spreadsheet would take for a formula has a ``'`` before it.

    Examples
    --------
    >>> from fairkit.counts import Counts, Kind
    >>> from fairkit.report.audits.local_law_144 import local_law_144
    >>> counts = Counts.from_cells(Kind.DECISIONS, ["sex"], [("F",), ("M",)], [[34, 42, 0], [50, 42, 0]])
    >>> print(to_csv(local_law_144(counts, race=None)))
    table,category,applicants,selected,rate,impact_ratio,excluded,note
    Sex,F,76,34,0.447368,0.823158,no,
    Sex,M,92,50,0.543478,1.000000,no,
    Sex,(unknown),0,,,,,not included: category not known
    <BLANKLINE>
    """
    records: list[dict[str, Any]] = []
    for table in audit.tables:
        scope = {**dict(table.within), "table": table.title}
        records += [
            {
                **scope,
                "category": short_name(row.category, table.attribute),
                "applicants": _count(row.applicants),
                "selected": _count(row.selected),
                "rate": row.rate,
                "impact_ratio": row.impact_ratio,
                "excluded": row.why is NoRatio.EXCLUDED,
                "note": _note(row, audit),
            }
            for row in table.rows
        ]
        lost = dict.fromkeys(("selected", "rate", "impact_ratio", "excluded"))
        note = "not included: category not known"
        records.append(
            {**scope, "category": UNKNOWN, "applicants": _count(table.unknown), **lost, "note": note}
        )
    return csv_text(records)


def to_json(audit: LocalLaw144) -> str:
    """Write an audit as JSON; every key is present, and what is absent is null.

    Examples
    --------
    >>> from fairkit.counts import Counts, Kind
    >>> from fairkit.report.audits.local_law_144 import local_law_144
    >>> counts = Counts.from_cells(Kind.DECISIONS, ["sex"], [("F",), ("M",)], [[34, 42, 0], [50, 42, 0]])
    >>> json.loads(to_json(local_law_144(counts, race=None)))["tables"][0]["rows"][1]["impact_ratio"]
    1.0
    """
    exclusion = audit.exclusion
    content = {
        "schema": SCHEMA,
        "rate": str(audit.rate),
        "per": audit.per,
        "excluded_under": None if exclusion is None else exclusion.under,
        "justification": None if exclusion is None else exclusion.justification,
        "min_cell": audit.min_cell,
        "hidden": audit.hidden,
        "statement": dict(audit.statement.facts()),
        "provenance": dict(audit.provenance),
        "tables": [_table_json(table) for table in audit.tables],
    }
    return json.dumps(content, ensure_ascii=False, indent=2, allow_nan=False) + "\n"


def _blocks(audit: LocalLaw144) -> Iterator[Block]:
    for i, table in enumerate(audit.tables, 1):
        title = table.title
        if table.within:
            title = f"{short_name(*_scope(table))}: {title[0].lower()}{title[1:]}"
        yield Block(f"table-{i}", title, (_unknown(table),), (_table(table, audit),))


def _scope(table: StatutoryTable) -> tuple[str, str]:
    name, level = table.within[0]
    return f"{name}={level}", name


def _table(table: StatutoryTable, audit: LocalLaw144) -> Table:
    noted = any(row.why is not None for row in table.rows)
    rows = []
    for row in table.rows:
        cells = (
            short_name(row.category, table.attribute),
            str(row.applicants),
            str(row.selected),
            UNDEFINED if row.rate is None else percent(row.rate, digits=1),
            UNDEFINED if row.impact_ratio is None else f"{row.impact_ratio:.2f}",
        )
        rows.append((*cells, _note(row, audit)) if noted else cells)
    head = ("Category", "Applicants", _COUNTED[audit.rate], _RATES[audit.rate], "Impact ratio")
    where = "".join(f", {visible(name)} {visible(level)}" for name, level in table.within)
    return Table(
        f"{_RATES[audit.rate]}s and impact ratios by {visible(table.attribute)}{where}",
        (*head, "Note") if noted else head,
        tuple(rows),
        right=(1, 2, 3, 4),
    )


def _note(row: StatutoryRow, audit: LocalLaw144) -> str:
    if row.why is NoRatio.HIGHEST_ZERO and audit.rate is Rate.SCORING:
        return "no ratio: nobody scored above the median in any category"
    return "" if row.why is None else NOTES[row.why]


def _unknown(table: StatutoryTable) -> str:
    what = " or ".join(map(visible, table.attributes))
    value, number = table.unknown.value, str(table.unknown)
    if value == 0:
        return f"The {what} of every applicant is known."
    if value is None and number == "hidden":
        return f"The number of applicants who are not included because their {what} is not known is hidden."
    count = f"Fewer than {number[1:]}" if value is None else number
    are, their = ("is", "the person's") if value == 1 else ("are", "their")
    noun = "applicant" if value == 1 else "applicants"
    return f"{count} {noun} {are} not included because {their} {what} is not known."


def _table_json(table: StatutoryTable) -> dict[str, object]:
    return {
        "title": table.title,
        "attributes": list(table.attributes),
        "within": dict(table.within),
        "unknown": table.unknown.value,
        "unknown_shown": str(table.unknown),
        "rows": [
            {
                "category": row.category,
                "applicants": row.applicants.value,
                "applicants_shown": str(row.applicants),
                "selected": row.selected.value,
                "selected_shown": str(row.selected),
                "rate": row.rate,
                "impact_ratio": row.impact_ratio,
                "why": None if row.why is None else str(row.why),
            }
            for row in table.rows
        ],
    }


def _count(number: Number) -> str | int:
    return str(number) if number.value is None else number.value
