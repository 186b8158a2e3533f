"""Identity AUCs as plain text, as a terminal shows them: of each kind of area the worst identities first."""

from __future__ import annotations

from fairkit.findings import Verdict
from fairkit.metrics import Why
from fairkit.report.numerals import bounds, contrast_bounds, contrast_number, value_text
from fairkit.report.phrases import UNDEFINED, counted, reason_text, verdict_text, visible
from fairkit.report.sections import Row, Section
from fairkit.report.textpage import TextPage, cell
from fairkit.text.extrinsic.identity_results import IdentityAucs
from fairkit.text.extrinsic.identity_sections import (
    MEANINGS,
    READING,
    area_text,
    mean_facts,
    rules_line,
    sections_of,
    standing,
    verdict_line,
)

ROWS = 30
"""Identities of a table that are shown; all are in JSON and on the page."""

_SHORT = {
    str(Why.FEW_ROWS): "few rows",
    str(Why.NO_VARIATION): "no variation",
    str(Why.TOO_FEW_CLUSTERS): "few clusters",
    str(Why.REFERENCE_UNDEFINED): "no background",
}
_STYLES = {Verdict.DISPARITY: "bold red", Verdict.PARITY: "green", Verdict.INCONCLUSIVE: "yellow"}


def aucs_text(found: IdentityAucs, *, width: int = 100, color: bool = False) -> str:
    """Write identity AUCs as plain text.

    Parameters
    ----------
    found : IdentityAucs
    width : int
    color : bool
        Add ANSI colours. Whoever asks for them has looked at ``NO_COLOR`` and the terminal.

    Examples
    --------
    >>> from fairkit.text import identity_aucs
    >>> score = [(7 * i % 40) / 80 for i in range(80)]
    >>> rows = {"toxic": [0, 1] * 40, "score": score, "gay": [0, 0, 1, 1] * 20}
    >>> text = aucs_text(identity_aucs(rows, label="toxic", score="score", identities="gay"))
    >>> text.splitlines()[0]
    'Identity AUCs of arrays'
    """
    page = TextPage(width, color=color)
    page.line(f"Identity AUCs of {found.source}", style="bold")
    page.line(standing(found))
    page.line(verdict_line(found), style=_STYLES[found.verdict])
    page.line(f"AUC of all rows: {area_text(found.overall)}")
    for section in sections_of(found):
        _section(page, section)
    _means(page, found)
    page.listed("Notes", found.notes)
    page.listed("How to read it", [*READING, rules_line(found)])
    return page.text()


def _section(page: TextPage, section: Section) -> None:
    page.heading(section.title)
    page.line(MEANINGS[section.metric], style="dim")
    table = page.table()
    table.add_column("identity", overflow="fold", min_width=12)
    for column in ("rows +", "rows -", "AUC, interval", "difference, its interval"):
        table.add_column(column, justify="right", no_wrap=True)
    table.add_column("verdict", no_wrap=True)
    for row in section.rows[:ROWS]:
        table.add_row(*map(cell, _cells(row)), cell(*_verdict(row)))
    page.console.print(table)
    if len(section.rows) > ROWS:
        left = counted(len(section.rows) - ROWS, "identity", "identities")
        page.line(f"... {left} more (all of them are in JSON and HTML)", indent=2)


def _cells(row: Row) -> tuple[str, ...]:
    e, f = row.estimate, row.finding
    positives = int(e.numerator or 0)
    value = UNDEFINED if e.value is None else value_text(e.value, "score", digits=1)
    difference = UNDEFINED
    if f is not None and f.value is not None:
        difference = contrast_number(f.value, "difference", unit="score", digits=1)
        difference += _bracketed(
            contrast_bounds(f.low, f.high, "difference", unit="score", digits=1, between=", ")
        )
    bracketed = _bracketed(bounds(e.low, e.high, unit="score", digits=1, between=", "))
    return visible(e.group), f"{positives:,}", f"{e.n - positives:,}", value + bracketed, difference


def _bracketed(limits: str) -> str:
    return f" [{limits}]" if limits else ""


def _verdict(row: Row) -> tuple[str, str]:
    """Write the verdict short: there is no room for a sentence."""
    reason = None if row.finding is None else row.finding.reason
    if row.finding is not None and row.finding.low is None and reason is not None:
        return f"{UNDEFINED} {_SHORT.get(reason, reason_text(reason))}", "dim"
    return verdict_text(row.estimate, row.finding), _STYLES[row.verdict] if row.verdict else "dim"


def _means(page: TextPage, found: IdentityAucs) -> None:
    page.heading(f"Power means over identities (p = {found.power:g})")
    table = page.table()
    for column in ("mean of", "value", "noise", "over"):
        table.add_column(column, overflow="fold")
    for mean in found.power_means:
        table.add_row(*map(cell, mean_facts(mean)))
    page.console.print(table)
