"""An analysis of adverse impact as a document, as one tidy CSV file, and as JSON."""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Iterator
from typing import Any

from fairkit.report.audits.adverse_impact import AdverseImpact, ImpactRow, ImpactTable
from fairkit.report.audits.document import Document
from fairkit.report.audits.impact_chart import ratio_forest
from fairkit.report.audits.impact_reading import decided, indicator, reading
from fairkit.report.audits.people import Rate
from fairkit.report.audits.published import ALL, Number
from fairkit.report.audits.statements import GENERATOR
from fairkit.report.audits.strata import Stratified
from fairkit.report.audits.tidy import csv_text
from fairkit.report.blocks.base import Block, Table
from fairkit.report.numerals import level_text, percent
from fairkit.report.phrases import UNDEFINED, counted, short_name, visible

SCHEMA = "fairkit.adverse-impact/1"
"""Name and version of the JSON form."""

PURPOSE = (
    "The Uniform Guidelines (29 CFR 1607.4(D)) take a rate below four fifths of the highest for a sign of "
    "adverse impact in general. Smaller differences may count where they are significant both statistically "
    "and in practice; larger ones may not where numbers are small. These numbers decide no case."
)
"""What the document is for."""

CLUSTERED = (
    "Rows of this report belong together (several of one person, one site), and its counts no longer know "
    "which. Rates and ratios hold; tests and intervals, which count on independent rows, are not given. "
    "Count one row a person to have them."
)
"""Said in place of tests."""

READING = (
    (
        "Ratio: the rate of the group over that of the group it is compared with. The interval beside it is "
        "the one that decides: Koopman's (koopman) for one comparison, from exact limits (mover-exact) at a "
        "higher level for several."
    ),
    (
        "z: difference of rates in standard errors, pooled. Fisher: exact, two-sided; adjusted by Holm for "
        "all comparisons of the table. Near the border a test and an interval may disagree; the interval "
        "decides."
    ),
    (
        "Short of: how many more of the group would have been selected at the other group's rate, or at the "
        "rate of both together."
    ),
    (
        "One more, one fewer: the ratio had one more person of the group been selected, or one fewer of the "
        "group compared with. A ratio that one person moves across 0.8 rests on that person."
    ),
)
"""What the columns mean."""

STRATA = (
    "Pooled within strata: groups are compared only with applicants of the same stratum. 'Strata agree' is "
    "Breslow and Day's test; a small p says that one pooled number hides differences between them. Adjusted "
    "here: times the number of comparisons (Bonferroni)."
)
"""The same, of strata."""

_COUNTED = {Rate.SELECTION: "Selected", Rate.SCORING: "Above the median score"}
_NO_PAIR = ("hidden", "no-applicants")


def to_document(audit: AdverseImpact) -> Document:
    """Arrange an analysis for readers.

    Examples
    --------
    >>> from fairkit.counts import Counts, Kind
    >>> from fairkit.report.audits.adverse_impact import adverse_impact
    >>> counts = Counts.from_cells(Kind.DECISIONS, ["sex"], [("F",), ("M",)], [[34, 42, 0], [50, 42, 0]])
    >>> to_document(adverse_impact(counts)).blocks[0].tables[0].rows[0]
    ('F', '76', '34', '44.7%', '0.823', '0.596 to 1.119', '95%', 'not below')
    """
    lead = [PURPOSE]
    if audit.clustered:
        lead.append(CLUSTERED)
    if audit.min_cell:
        lead.append(audit.hidden)
    tool = audit.statement.tool
    subject = next(value for name, value in audit.provenance if name.startswith("Applicants"))
    stated = [fact for fact in audit.statement.facts() if fact[0] != "Distribution date of the tool"]
    return Document(
        "Adverse impact" if tool is None else f"Adverse impact: {tool}",
        f"{subject} applicants",
        tuple(lead),
        (*(_block(i, table, audit) for i, table in enumerate(audit.tables, 1)), _how_to_read(audit)),
        (*stated, *audit.provenance),
        GENERATOR,
    )


def to_csv(audit: AdverseImpact) -> str:
    """Write all tables as one tidy CSV file, a group a row.

    Examples
    --------
    >>> from fairkit.counts import Counts, Kind
    >>> from fairkit.report.audits.adverse_impact import adverse_impact
    >>> counts = Counts.from_cells(Kind.DECISIONS, ["sex"], [("F",), ("M",)], [[34, 42, 0], [50, 42, 0]])
    >>> to_csv(adverse_impact(counts)).splitlines()[1][:41]
    'sex,F,M,76,34,0.447368,0.823158,not below'
    """
    records = []
    for table in audit.tables:
        for row in table.rows:
            record = _record(row, table)
            record["group"] = short_name(row.group, table.attribute)
            record["comparison"] = (
                "" if table.comparison is None else short_name(table.comparison, table.attribute)
            )
            record["applicants"] = _count(row.applicants)
            record["selected"] = _count(row.selected)
            records.append({"table": table.attribute, **record})
    return csv_text(records)


def to_json(audit: AdverseImpact) -> str:
    """Write an analysis as JSON; every key is present, and what is absent is null.

    Examples
    --------
    >>> from fairkit.counts import Counts, Kind
    >>> from fairkit.report.audits.adverse_impact import adverse_impact
    >>> counts = Counts.from_cells(Kind.DECISIONS, ["sex"], [("F",), ("M",)], [[34, 42, 0], [50, 42, 0]])
    >>> json.loads(to_json(adverse_impact(counts)))["tables"][0]["comparison"]
    'sex=M'
    """
    content = {
        "schema": SCHEMA,
        "rate": str(audit.rate),
        "confidence": audit.confidence,
        "clustered": audit.clustered,
        "min_cell": audit.min_cell,
        "hidden": audit.hidden,
        "statement": dict(audit.statement.facts()),
        "provenance": dict(audit.provenance),
        "tables": [
            {
                "attribute": table.attribute,
                "comparison": table.comparison,
                "named": table.named,
                "passed_over": list(table.passed_over),
                "comparisons": table.questions,
                "applicants": table.applicants,
                "selected": table.selected.value,
                "unknown": table.unknown.value,
                "unknown_shown": str(table.unknown),
                "strata": table.strata,
                "rows": [_record(row, table) for row in table.rows],
            }
            for table in audit.tables
        ],
    }
    return json.dumps(content, ensure_ascii=False, indent=2, allow_nan=False) + "\n"


def _record(row: ImpactRow, table: ImpactTable) -> dict[str, Any]:
    compared = row.compared
    tested = None if compared is None else compared.tested
    within = next((one for one in table.stratified if one.group == row.group), None)

    def of(made: Any, name: str) -> Any:
        return None if made is None else getattr(made, name)

    more, fewer = of(compared, "one_more"), of(compared, "one_fewer")
    return {
        "group": row.group,
        "comparison": table.comparison,
        "applicants": row.applicants.value,
        "selected": row.selected.value,
        "rate": row.rate,
        "ratio": of(compared, "ratio"),
        "four_fifths": None if compared is None else indicator(compared),
        "decided": None if compared is None else decided(compared),
        **{name: of(tested, name) for name in ("low", "high", "level", "method", "z", "z_p")},
        "fisher_p": of(tested, "fisher"),
        "fisher_p_adjusted": of(tested, "fisher_adjusted"),
        "shortfall": of(compared, "shortfall"),
        "shortfall_pooled": of(compared, "shortfall_pooled"),
        "one_more_ratio": of(more, "ratio"),
        "one_more_fisher_p": of(more, "fisher"),
        "one_fewer_ratio": of(fewer, "ratio"),
        "one_fewer_fisher_p": of(fewer, "fisher"),
        **{
            f"stratified_{field.name}": of(within, field.name)
            for field in dataclasses.fields(Stratified)
            if field.name != "group"
        },
        "why": row.why,
        "reading": reading(row, table) or None,
    }


def _block(i: int, table: ImpactTable, audit: AdverseImpact) -> Block:
    figure = ratio_forest(table)
    tables = [_rates(table, audit, () if figure is None else (figure,))]
    pairs = [row for row in table.rows if row.compared is not None]
    if pairs and not audit.clustered:
        tables.append(_tests(pairs, table))
    if pairs:
        tables.append(_shortfalls(pairs, table, audit))
    if table.stratified:
        tables.append(_strata(table))
    return Block(
        f"table-{i}",
        f"By {visible(table.attribute)}",
        tuple(_said(table, audit)),
        tuple(tables),
        tuple(text for row in table.rows if (text := reading(row, table))),
    )


def _said(table: ImpactTable, audit: AdverseImpact) -> Iterator[str]:
    if table.comparison is None:
        yield "No group can be compared with: none has applicants whose numbers are shown."
    else:
        other = short_name(table.comparison, table.attribute)
        how = (
            "as named" if table.named else "the highest rate of the groups with at least 2% of the applicants"
        )
        allowed = (
            "" if audit.clustered else f" Intervals and adjusted p-values allow for {_questions(table)}."
        )
        yield f"Each group is compared with {other}, {how}.{allowed}"
    if table.passed_over:
        names = ", ".join(short_name(group, table.attribute) for group in table.passed_over)
        yield f"Higher, but of less than 2% of the applicants, is the rate of {names}."
    if table.unknown.value != 0:
        what = " or ".join(map(visible, table.attributes))
        yield f"Applicants who are in no group because their {what} is not known: {table.unknown}."


def _questions(table: ImpactTable) -> str:
    what = "comparison" if table.named else "pair of groups"
    many = "comparisons" if table.named else "pairs of groups, for any might have been the highest"
    return counted(table.questions, what, many)


def _rates(table: ImpactTable, audit: AdverseImpact, figures: tuple[Any, ...]) -> Table:
    rows = []
    for row in table.rows:
        compared, tested = row.compared, None if row.compared is None else row.compared.tested
        side = "" if compared is None else indicator(compared)
        if row.group == table.comparison:
            side = "compared with"
        rows.append(
            (
                short_name(row.group, table.attribute),
                str(row.applicants),
                str(row.selected),
                UNDEFINED if row.rate is None else percent(row.rate, digits=1),
                "" if compared is None or compared.ratio is None else f"{compared.ratio:.3f}",
                "" if tested is None or tested.low is None else _span(tested.low, tested.high),
                "" if tested is None or tested.level is None else level_text(tested.level),
                side or ("hidden" if row.why == "hidden" else "no applicants" if row.why else ""),
            )
        )
    total = None if table.selected.value is None else table.selected.value / max(table.applicants, 1)
    everybody = UNDEFINED if total is None else percent(total, digits=1)
    rows.append((ALL, f"{table.applicants:,}", str(table.selected), everybody, "", "", "", ""))
    head = ("Group", "Applicants", _COUNTED[audit.rate], "Rate", "Ratio", "Interval", "Level", "Four fifths")
    methods = {row.compared.tested.method for row in table.rows if row.compared and row.compared.tested}
    how = f" (interval: {', '.join(sorted(methods))})" if methods else ""
    return Table(
        f"Rates by {visible(table.attribute)} and their ratios{how}",
        head,
        tuple(rows),
        right=(1, 2, 3, 4, 6),
        figures=figures,
    )


def _tests(pairs: list[ImpactRow], table: ImpactTable) -> Table:
    rows = []
    for row in pairs:
        tested = None if row.compared is None else row.compared.tested
        if tested is not None:
            numbers = tested.z_p, tested.fisher, tested.fisher_adjusted
            rows.append(
                (short_name(row.group, table.attribute), f"{tested.z:+.2f}", *(_p_value(p) for p in numbers))
            )
    return Table(
        "Tests that there is no difference",
        ("Group", "z", "p of z", "p of Fisher", "Fisher, adjusted (Holm)"),
        tuple(rows),
        right=(1, 2, 3, 4),
    )


def _shortfalls(pairs: list[ImpactRow], table: ImpactTable, audit: AdverseImpact) -> Table:
    rows = []
    for row in pairs:
        compared = row.compared
        if compared is None:
            continue
        changes = []
        for change in (compared.one_more, compared.one_fewer):
            changes.append("" if change is None or change.ratio is None else f"{change.ratio:.3f}")
            if not audit.clustered:
                changes.append("" if change is None or change.fisher is None else _p_value(change.fisher))
        rows.append(
            (
                short_name(row.group, table.attribute),
                f"{compared.shortfall:+.1f}",
                f"{compared.shortfall_pooled:+.1f}",
                *changes,
            )
        )
    p = () if audit.clustered else ("p of Fisher",)
    return Table(
        "Selections short of (+) or beyond (-), and what one other decision would make of ratio and test",
        (
            "Group",
            "At the rate compared with",
            "At the common rate",
            "One more: ratio",
            *p,
            "One fewer: ratio",
            *p,
        ),
        tuple(rows),
        right=tuple(range(1, 5 + 2 * len(p))),
    )


def _strata(table: ImpactTable) -> Table:
    rows = tuple(
        (
            short_name(one.group, table.attribute),
            str(one.strata),
            "" if one.ratio is None else f"{one.ratio:.3f}",
            "" if one.odds_ratio is None else f"{one.odds_ratio:.2f}",
            "" if one.low is None or one.high is None else _span(one.low, one.high),
            "" if one.p is None else _p_value(one.p),
            "" if one.p_adjusted is None else _p_value(one.p_adjusted),
            "" if one.homogeneity is None else _p_value(one.homogeneity),
        )
        for one in table.stratified
    )
    level = level_text(table.stratified[0].level)
    return Table(
        f"Within each {visible(table.strata or '')}, pooled (Mantel and Haenszel)",
        (
            "Group", "Strata", "Ratio", "Odds ratio", f"{level} interval", "p (CMH)", "p adjusted",
            "p, strata agree",
        ),
        rows,
        right=(1, 2, 3, 5, 6, 7),
    )  # fmt: skip


def _how_to_read(audit: AdverseImpact) -> Block:
    some = any(table.stratified for table in audit.tables)
    return Block("reading", "How to read it", (), (), (*READING, STRATA) if some else READING)


def _span(low: float, high: float | None) -> str:
    return f"{low:.3f} and more" if high is None else f"{low:.3f} to {high:.3f}"


def _p_value(p: float) -> str:
    return "< 0.0001" if p < 0.0001 else f"{p:.4f}"


def _count(number: Number) -> str | int:
    return str(number) if number.value is None else number.value
