"""The report as one self-contained page: no script, no request to anywhere, readable for decades.

This module turns a report into texts; the layout is a template (``templates/report.html.j2``) that escapes
everything it is given, because names of groups come from data. Charts are inline SVG in the page's colours,
each with its table beside it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from html import escape
from typing import Any

from fairkit.estimates import GroupSize
from fairkit.evidence import Compare
from fairkit.findings import Finding, Verdict
from fairkit.headlines import Headline
from fairkit.metrics import Unit
from fairkit.report.blocks import Block, blocks_of
from fairkit.report.charts import description, forest
from fairkit.report.drawing import draw
from fairkit.report.leads import Lead, amount, leads, subject
from fairkit.report.model import Report
from fairkit.report.numerals import (
    bounds,
    contrast_bounds,
    contrast_number,
    level_text,
    margin_text,
    percent,
    unit_of,
    value_text,
)
from fairkit.report.phrases import (
    MEANINGS,
    SYMBOLS,
    TOGETHER,
    UNDEFINED,
    at_least_text,
    counted,
    promise,
    sentence,
    short_name,
    units_needed,
    verdict_text,
    visible,
)
from fairkit.report.provenance import data_facts, setting_facts
from fairkit.report.sections import Part, Row, Section, counts_of, parts, surest
from fairkit.report.steps import next_steps
from fairkit.report.webpage import page_template
from fairkit.report.wording import Wording, wording_of

FEW = 12
"""Tables of up to so many rows are open when the page is."""

SENTENCE = 48
"""Cells of more characters are broken into lines: as one line they would push a table off the page."""

_SUREST = 5
_CSS = {Verdict.DISPARITY: "d", Verdict.PARITY: "p", Verdict.INCONCLUSIVE: "i"}
_NAMED = 4

Context = dict[str, Any]


def to_html(report: Report) -> str:
    """Write a report as one HTML page.

    Parameters
    ----------
    report : Report

    Returns
    -------
    str
        A complete document, light or dark as the reader's system is, fit for print.

    Examples
    --------
    >>> import fairkit
    >>> rows = {"sex": ["F"] * 70 + ["M"] * 80, "hired": [1] * 56 + [0] * 14 + [1] * 48 + [0] * 32}
    >>> page = to_html(fairkit.evaluate(rows, decision="hired", by="sex"))
    >>> page.startswith("<!DOCTYPE html>"), "<script" in page
    (True, False)
    """
    read = parts(report)
    places = [_part(k, part, _reasons(report), wording_of(report)) for k, part in enumerate(read)]
    known = {s.definition.name: s for part in read for s in part.sections if s.definition is not None}
    aliases = {metric: alias for part in read for metric, alias in part.aliases.items()}
    return page_template("fairkit.report", "report.html.j2").render(
        report=report,
        subject=subject(report).rpartition(": ")[0],
        wording=wording_of(report),
        leads=[_lead(lead) for lead in leads(report)],
        overall=_verdict(report.verdict),
        rows_line=amount(report),
        tally=_tally(report, read),
        parts=places,
        blocks=[_block(block) for block in blocks_of(report)],
        notes=[visible(note) for note in report.notes],
        signs=[{"sign": s, "word": str(v)} for v, s in SYMBOLS.items()]
        + [{"sign": UNDEFINED, "word": "undefined"}],
        signs_line=_signs_line(),
        surest=_surest(report, read),
        steps=next_steps(report),
        data=data_facts(report),
        few=FEW,
        sentence=SENTENCE,
        clustered=any(size.clusters is not None for size in report.groups),
        reasons=[name.replace("_", " ") for name in _reasons(report)],
        detectable=[table for part in read if (table := _detectable(part))],
        meanings=[
            {**_verdict(v), "meaning": f"{meaning[0].upper()}{meaning[1:]}."}
            for v, meaning in MEANINGS.items()
        ],
        promise=promise(report.settings.correction, report.settings.confidence),
        together=TOGETHER,
        metrics=[_metric(s, aliases) for s in known.values()],
        settings=setting_facts(report),
    )


def to_notebook_html(report: Report) -> str:
    """Write a report for a notebook: the page in a frame of its own, so that neither styles the other.

    Examples
    --------
    >>> import fairkit
    >>> report = fairkit.evaluate({"sex": ["F", "M"] * 9, "d": [1, 1, 0] * 6}, decision="d", by="sex")
    >>> to_notebook_html(report)[:33]
    '<iframe title="Fairness report" s'
    """
    style = "width:100%;height:42rem;border:1px solid #8888"
    page = escape(to_html(report), quote=True)
    return f'<iframe title="Fairness report" sandbox style="{style}" srcdoc="{page}"></iframe>'


def _block(block: Block) -> Context:
    from markupsafe import Markup

    return {
        "name": block.name,
        "title": block.title,
        "text": block.text,
        "points": block.points,
        "tables": [
            {
                "caption": table.caption,
                "columns": [(name, i in table.right) for i, name in enumerate(table.columns)],
                "rows": [[(cell, i in table.right) for i, cell in enumerate(row)] for row in table.rows],
                # The drawing escapes every text itself (an XML tree, serialised).
                "figures": [Markup(draw(f.spec, label=f.label)) for f in table.figures],  # noqa: S704
            }
            for table in block.tables
        ],
    }


def _part(k: int, part: Part, reasons: Sequence[str], wording: Wording) -> Context:
    ids = {(s.metric, s.compare): f"a{k + 1}-{j + 1}" for j, s in enumerate(part.sections)}
    two = len({s.compare for s in part.sections}) > 1
    return {
        "id": f"a{k + 1}",
        "name": visible(part.attribute),
        "against": _against_part(part, wording),
        "crossed": part.crossed and any(section.shrunk for section in part.sections),
        "heads": [_head(h, part, ids, two=two) for h in part.headlines],
        "sizes": [_size(size, part, reasons) for size in sorted(part.sizes, key=lambda s: -s.rows)],
        "sections": [_section(s, ids[s.metric, s.compare], two=two) for s in part.sections],
    }


def _head(head: Headline, part: Part, ids: Mapping[tuple[str, Compare], str], *, two: bool) -> Context:
    names = [short_name(group, part.attribute) for group in head.disparities]
    more = f" and {len(names) - _NAMED} more" if len(names) > _NAMED else ""
    alias = part.aliases.get(head.name, "")
    if len(head.metrics) > 1:
        alias = " and ".join(head.metrics)
    spread = ""
    if head.spread is not None:
        ratio = head.compare == "ratio"
        spread = f"{head.spread:.3f}" if ratio else _spread(head.spread, unit_of(head.metrics[0]))
    return {
        "name": f"{head.name}, {head.compare}" if two else head.name,
        "alias": alias,
        "href": ids.get((head.name, head.compare), ""),
        "verdict": _verdict(head.verdict),
        "at_least": at_least_text(head),
        "counts": counts_of(head, part),
        "groups": ", ".join(names[:_NAMED]) + more,
        "spread": spread,
    }


def _section(section: Section, name: str, *, two: bool) -> Context:
    from markupsafe import Markup

    known = section.definition
    level = section.rows[0].estimate.level if section.rows else 0.95
    return {
        "id": name,
        "metric": section.metric,
        "title": f"{section.title}, {section.compare}" if two else section.title,
        "headline": None if section.headline is None else _verdict(section.headline.verdict),
        "summary": "" if known is None else known.summary,
        "formula": "" if known is None else known.formula,
        "against": section.others,
        "margin": ""
        if section.margin is None
        else margin_text(section.margin, section.compare, section.measure),
        "level": level_text(level),
        "percent": section.measure == "share",
        "speakers": section.wording.by_speaker,
        "numerators": any(row.estimate.numerator is not None for row in section.rows),
        "unit": section.unit,
        "shrunk": section.shrunk,
        "rows": [_row(row, section) for row in section.rows],
        # The drawing escapes every text itself (an XML tree, serialised).
        "chart": Markup(draw(forest(section), label=description(section))),  # noqa: S704
    }


def _row(row: Row, section: Section) -> Context:
    e, f, wording = row.estimate, row.finding, section.wording
    made = {
        "group": short_name(e.group, section.attribute),
        "own": f is None,
        "speakers": "" if row.clusters is None else f"{row.clusters:,}",
        "n": f"{e.n:,}",
        "numerator": "" if e.numerator is None else f"{e.numerator:,.10g}",
        "value": "" if e.value is None else value_text(e.value, section.measure),
        "interval": bounds(e.low, e.high, unit=section.measure),
        "shrunk": "" if e.shrunk is None else percent(e.shrunk),
        "verdict": {
            "css": "" if row.verdict is None else _CSS[row.verdict],
            "text": verdict_text(e, f, wording),
        },
    }
    return {**made, **_contrast(f, section.measure, wording)}


def _spread(spread: float, unit: Unit) -> str:
    return f"{100 * spread:.2f}" if unit == "share" else value_text(spread, unit)


def _contrast(f: Finding | None, unit: Unit, wording: Wording) -> Context:
    if f is None or f.value is None:
        return dict.fromkeys(("contrast", "corrected", "level", "p", "needed"), "")
    needed = units_needed(f, wording)
    return {
        "contrast": contrast_number(f.value, f.compare, unit=unit),
        "corrected": contrast_bounds(f.low, f.high, f.compare, unit=unit),
        "level": "" if f.level is None else level_text(f.level),
        "p": "" if f.p_adjusted is None else _p_value(f.p_adjusted),
        "needed": "" if needed is None else f"{needed:,}",
    }


def _size(size: GroupSize, part: Part, reasons: Sequence[str]) -> Context:
    return {
        "group": short_name(size.group, part.attribute),
        "rows": f"{size.rows:,}",
        "share": percent(size.share, digits=1),
        "width": f"{100 * size.share:.1f}",
        "clusters": "" if size.clusters is None else f"{size.clusters:,}",
        "left_out": [f"{size.left_out.get(reason, 0):,}" for reason in reasons],
    }


def _detectable(part: Part) -> Context | None:
    stated = [
        section
        for section in part.sections
        if any(row.finding is not None and row.finding.detectable is not None for row in section.rows)
    ]
    if not stated:
        return None
    cells: dict[str, dict[str, str]] = {size.group: {} for size in sorted(part.sizes, key=lambda s: -s.rows)}
    for section in stated:
        for row in section.rows:
            if row.finding is not None and row.finding.detectable is not None:
                shown = f"{100 * row.finding.detectable:.1f}"
                cells.setdefault(row.estimate.group, {})[section.metric] = shown
    metrics = [section.metric for section in stated]
    return {
        "name": visible(part.attribute),
        "metrics": metrics,
        "rows": [
            {
                "group": short_name(group, part.attribute),
                "cells": [own.get(metric, UNDEFINED) for metric in metrics],
            }
            for group, own in cells.items()
            if own
        ],
    }


def _metric(section: Section, aliases: Mapping[str, str]) -> Context:
    known = section.definition
    assert known is not None  # noqa: S101  the caller has looked
    return {
        "name": known.name,
        "formula": known.formula,
        "summary": known.summary,
        "source": known.source,
        "alias": aliases.get(known.name, ""),
    }


def _surest(report: Report, read: Sequence[Part]) -> list[str]:
    return [
        sentence(row.finding, n=row.estimate.n, other_n=row.other_n, wording=wording_of(report))
        for row in surest(read, report.settings.compare[0])[:_SUREST]
        if row.finding is not None
    ]


def _tally(report: Report, read: tuple[Part, ...]) -> str:
    """Count the families by verdict; a notion of several metrics is none of its own."""
    heads = [h for part in read for h in part.headlines if len(h.metrics) == 1]
    counts = {v: sum(h.verdict is v for h in heads) for v in Verdict}
    told = [
        f"{counts[Verdict.DISPARITY]} {'shows' if counts[Verdict.DISPARITY] == 1 else 'show'} a disparity",
        f"{counts[Verdict.PARITY]} {'shows' if counts[Verdict.PARITY] == 1 else 'show'} parity in all groups",
        f"{counts[Verdict.INCONCLUSIVE]} {'is' if counts[Verdict.INCONCLUSIVE] == 1 else 'are'} inconclusive",
    ]
    by = counted(len(report.settings.by), "attribute")
    return f"Of {counted(len(heads), 'comparison')} ({by}), {told[0]}, {told[1]} and {told[2]}."


def _signs_line() -> str:
    signs = ", ".join(f"{sign} {verdict}" for verdict, sign in SYMBOLS.items())
    return f"Signs: {signs}, {UNDEFINED} undefined; the columns with a sign count groups."


def _verdict(verdict: Verdict) -> Context:
    return {"css": _CSS[verdict], "text": f"{SYMBOLS[verdict]} {verdict}", "word": str(verdict)}


def _reasons(report: Report) -> list[str]:
    return [reason for reason, n in report.data.left_out.items() if n]


def _lead(lead: Lead) -> Context:
    return {
        "title": lead.title,
        "verdict": _verdict(lead.verdict),
        "rates": lead.rates,
        "decided": lead.decided,
    }


def _against_part(part: Part, wording: Wording) -> str:
    others = list(dict.fromkeys(section.others for section in part.sections)) or [wording.others]
    return others[0] if len(others) == 1 else "the best group"


def _p_value(p: float) -> str:
    return "< 0.0001" if p < 0.0001 else f"{p:.4f}"
