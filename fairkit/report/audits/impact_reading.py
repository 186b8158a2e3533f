"""What the numbers of a comparison say in plain words: how large, how sure, how much hangs on one person.

No sentence says what is lawful. Whoever reads "below four fifths" reads beside it whether the numbers are too
small for it to mean anything.
"""

from __future__ import annotations

from fairkit.report.audits.adverse_impact import ImpactRow, ImpactTable
from fairkit.report.audits.comparing import FOUR_FIFTHS, Compared
from fairkit.report.numerals import level_text, percent
from fairkit.report.phrases import counted, short_name

FEW = 30
"""Applicants below which one decision moves a rate by more than three points."""

SURELY_BELOW, SURELY_NOT_BELOW, UNDECIDED = "surely below 4/5", "surely not below 4/5", "undecided"
"""What the interval of a ratio says about four fifths."""


def indicator(compared: Compared) -> str:
    """Say on which side of four fifths the ratio itself lies.

    Examples
    --------
    >>> from fairkit.report.audits.categories import Category
    >>> from fairkit.report.audits.comparing import compare
    >>> found = compare([Category(("F",), "sex=F", 76, 34)], Category(("M",), "sex=M", 92, 50))
    >>> indicator(found["sex=F"]), decided(found["sex=F"])
    ('not below', 'undecided')
    """
    if compared.is_below is None:
        return "no ratio"
    return "below" if compared.is_below else "not below"


def decided(compared: Compared) -> str | None:
    """Say what the interval decides about four fifths; None where there is none."""
    tested = compared.tested
    if tested is None or tested.low is None:
        return None
    if tested.low >= FOUR_FIFTHS:
        return SURELY_NOT_BELOW
    return SURELY_BELOW if tested.high is not None and tested.high < FOUR_FIFTHS else UNDECIDED


def reading(row: ImpactRow, table: ImpactTable) -> str:
    """Say what a comparison says.

    Examples
    --------
    >>> from fairkit.counts import Counts, Kind
    >>> from fairkit.report.audits.adverse_impact import adverse_impact
    >>> counts = Counts.from_cells(Kind.DECISIONS, ["sex"], [("F",), ("M",)], [[34, 42, 0], [50, 42, 0]])
    >>> table = adverse_impact(counts).tables[0]
    >>> print(reading(table.rows[0], table))
    F: not below four fifths of the rate of M, but with these numbers it may be (0.596 to 1.119 at 95%).
    """
    compared, name = row.compared, short_name(row.group, table.attribute)
    if compared is None or table.comparison is None:
        return ""
    other = short_name(table.comparison, table.attribute)
    if compared.ratio is None:
        return f"{name}: nobody of {other} was selected, so there is no ratio."
    side = "below" if compared.is_below else "not below"
    told = [
        f"{name}: {side} four fifths of the rate of {other}{_how_sure(compared)}.",
        *_one_person(compared),
    ]
    if row.applicants.value is not None and row.applicants.value < FEW:
        point = percent(1 / row.applicants.value, digits=1)
        told.append(
            f"Only {counted(row.applicants.value, 'applicant')}: one decision is {point} of the rate."
        )
    return " ".join(told)


def _how_sure(compared: Compared) -> str:
    tested = compared.tested
    if tested is None or tested.low is None or tested.level is None:
        return ""
    top = "any" if tested.high is None else f"{tested.high:.3f}"
    span = f"({tested.low:.3f} to {top} at {level_text(tested.level)})"
    if decided(compared) == SURELY_BELOW:
        return f", and surely so {span}"
    if decided(compared) == SURELY_NOT_BELOW:
        lower = ", though surely lower" if tested.is_lower else ""
        return f", and surely not{lower} {span}"
    if compared.is_below:
        if tested.is_lower:
            return f"; it is surely lower, but may lie above four fifths {span}"
        return f", but with these numbers no difference at all is possible {span}"
    if tested.is_lower:
        return (
            f", yet surely lower {span}: smaller differences may count where they matter in practice "
            f"(short of {abs(compared.shortfall):.1f} selections)"
        )
    return f", but with these numbers it may be {span}"


def _one_person(compared: Compared) -> list[str]:
    """Say whether one decision would carry the ratio across four fifths."""
    more, fewer = compared.one_more, compared.one_fewer
    if compared.is_below and more is not None and more.ratio is not None and more.ratio >= FOUR_FIFTHS:
        return [f"One more selection would lift it to {more.ratio:.3f}, so that it rests on one person."]
    if compared.is_below and fewer is not None and fewer.ratio is not None and fewer.ratio >= FOUR_FIFTHS:
        return [
            f"One selection fewer there would lift it to {fewer.ratio:.3f}, so that it rests on one person."
        ]
    return []
