"""Identity AUCs as one self-contained page: no script, no request, light or dark, fit for print."""

from __future__ import annotations

from html import escape
from typing import Any

from fairkit.findings import Verdict
from fairkit.report.charts import description, forest
from fairkit.report.drawing import draw
from fairkit.report.numerals import bounds, contrast_bounds, contrast_number, value_text
from fairkit.report.phrases import MEANINGS as VERDICT_MEANINGS
from fairkit.report.phrases import SYMBOLS, UNDEFINED, verdict_text, visible
from fairkit.report.sections import Row, Section
from fairkit.report.webpage import page_template
from fairkit.text.extrinsic import identity_chart
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

Context = dict[str, Any]

_CSS = {Verdict.DISPARITY: "d", Verdict.PARITY: "p", Verdict.INCONCLUSIVE: "i"}


def aucs_page(found: IdentityAucs) -> str:
    """Write identity AUCs as one HTML page.

    Parameters
    ----------
    found : IdentityAucs

    Returns
    -------
    str
        A complete document: the three areas side by side, and for each the differences that decide.

    Examples
    --------
    >>> from fairkit.text import identity_aucs
    >>> score = [(7 * i % 40) / 80 for i in range(80)]
    >>> rows = {"toxic": [0, 1] * 40, "score": score, "gay": [0, 0, 1, 1] * 20}
    >>> page = aucs_page(identity_aucs(rows, label="toxic", score="score", identities="gay"))
    >>> page.startswith("<!DOCTYPE html>"), "<script" in page, page.count("<svg")
    (True, False, 4)
    """
    from markupsafe import Markup

    drawing = draw(identity_chart.areas_chart(found), label=identity_chart.description(found))
    more = len(found.identities) - identity_chart.DRAWN
    return page_template(
        "fairkit.text.extrinsic", "identities.html.j2"
    ).render(
        found=found,
        overall={"css": _CSS[found.verdict], "text": f"{SYMBOLS[found.verdict]} {verdict_line(found)}"},
        line=f"{standing(found)} · AUC of all rows {area_text(found.overall)} · made {found.created} by "
        f"fairkit {found.fairkit_version}",
        # The drawing escapes every text itself (an XML tree, serialised).
        chart=Markup(drawing),  # noqa: S704
        left=f"{more:,} more identities are not drawn." if more > 0 else "",
        unknown=any(one.unknown for one in found.identities),
        areas=[_areas(one) for one in found.identities],
        sections=[_section(section, i) for i, section in enumerate(sections_of(found), 1)],
        means=[
            dict(zip(("name", "value", "noise", "over"), mean_facts(m), strict=True))
            for m in found.power_means
        ],
        notes=list(found.notes),
        reading=[*READING, rules_line(found)],
        signs=[
            {"css": _CSS[v], "sign": f"{SYMBOLS[v]} {v}", "meaning": f"{meaning[0].upper()}{meaning[1:]}."}
            for v, meaning in VERDICT_MEANINGS.items()
        ],
    )


def framed(found: IdentityAucs) -> str:
    """Write the page for a notebook, in a frame of its own, so that neither styles the other.

    Examples
    --------
    >>> from fairkit.text import identity_aucs
    >>> score = [(7 * i % 40) / 80 for i in range(80)]
    >>> rows = {"toxic": [0, 1] * 40, "score": score, "gay": [0, 0, 1, 1] * 20}
    >>> framed(identity_aucs(rows, label="toxic", score="score", identities="gay"))[:29]
    '<iframe title="Identity AUCs"'
    """
    style = "width:100%;height:42rem;border:1px solid #8888"
    page = escape(aucs_page(found), quote=True)
    return f'<iframe title="Identity AUCs" sandbox style="{style}" srcdoc="{page}"></iframe>'


def _areas(one: Any) -> Context:
    return {
        "name": visible(one.identity),
        "positives": f"{one.positives:,}",
        "negatives": f"{one.negatives:,}",
        "unknown": f"{one.unknown:,}",
        "cells": [area_text(area) for area in (*one.areas, one.background_auc)],
    }


def _section(section: Section, number: int) -> Context:
    from markupsafe import Markup

    drawn = Section(
        section.metric, section.attribute, section.compare, section.definition, section.reference,
        section.margin, None, section.rows[: identity_chart.DRAWN],
    )  # fmt: skip
    return {
        "id": f"a{number}",
        "title": section.title,
        "meaning": MEANINGS[section.metric],
        "chart": Markup(draw(forest(drawn), label=description(drawn))),  # noqa: S704
        "rows": [_row(row) for row in section.rows],
    }


def _row(row: Row) -> Context:
    e, f = row.estimate, row.finding
    return {
        "name": visible(e.group),
        "positives": f"{e.numerator or 0:,.0f}",
        "negatives": f"{e.n - (e.numerator or 0):,.0f}",
        "value": UNDEFINED if e.value is None else value_text(e.value, "score"),
        "interval": bounds(e.low, e.high, unit="score") or UNDEFINED,
        "difference": UNDEFINED
        if f is None or f.value is None
        else contrast_number(f.value, "difference", unit="score"),
        "its": (contrast_bounds(f.low, f.high, "difference", unit="score") if f else "") or UNDEFINED,
        "verdict": verdict_text(e, f),
        "css": "" if row.verdict is None else _CSS[row.verdict],
        "needed": f"{f.n_needed:,}" if f is not None and f.n_needed is not None else "",
    }
