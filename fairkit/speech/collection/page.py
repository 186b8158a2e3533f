"""The plan as one self-contained page: no script, no request to anywhere, light or dark, fit for print."""

from __future__ import annotations

from typing import Any

from fairkit.report.drawing import draw
from fairkit.report.phrases import counted, short_name, visible
from fairkit.report.webpage import page_template
from fairkit.speech.collection import phrases
from fairkit.speech.collection.chart import DRAWN, description, drawn, speakers_chart
from fairkit.speech.collection.plan import CoverageCell, CoveragePlan, CoverageTable, CoverageVerdict

MOST_COLUMNS = 12
"""A crossing whose last factor has more levels is not shown as a matrix too."""

_CSS: dict[CoverageVerdict, str] = {"enough": "p", "too-few": "d", "absent": "d", "unlabelled": ""}

Context = dict[str, Any]


def plan_page(plan: CoveragePlan) -> str:
    """Write a plan as one HTML page.

    Parameters
    ----------
    plan : CoveragePlan

    Returns
    -------
    str
        A complete document: for every crossing a chart, a matrix of two sides, and the table they show.

    Examples
    --------
    >>> from fairkit.speech.planning import coverage
    >>> rows = {"accent": ["X", "Y"], "who": ["ann", "bob"]}
    >>> page = plan_page(coverage(rows, by="accent", speaker="who"))
    >>> page.startswith("<!DOCTYPE html>"), "<script" in page, page.count("<svg")
    (True, False, 1)
    """
    asked = [table for table in plan.tables if not table.marginal]
    lacking = sum(table.counted("too-few") + table.counted("absent") for table in asked)
    verdict: CoverageVerdict = "too-few" if lacking else "enough"
    told = "every combination has enough speakers"
    if lacking:
        told = f"{counted(lacking, 'combination')} with too few speakers, or none"
    return page_template("fairkit.speech", "coverage.html.j2").render(
        plan=plan,
        overall={"css": _CSS[verdict], "text": f"{phrases.SIGNS[verdict]} {told}"},
        line=f"{counted(plan.speakers, 'speaker')}, {counted(plan.rows, 'row')} · gap of "
        f"{phrases.points(plan.gap)} · power {plan.power:g} · confidence {plan.confidence:g} · made "
        f"{plan.created} by fairkit {plan.fairkit_version}",
        tables=[_table(table, plan, i) for i, table in enumerate(plan.tables, 1)],
        notes=[*phrases.factor_lines(plan), *plan.notes],
        reading=phrases.reading(plan),
        signs=[
            {
                "sign": f"{sign} {phrases.WORDS[one]}",
                "css": _CSS[one],
                "meaning": phrases.MEANINGS[one],
            }
            for one, sign in phrases.SIGNS.items()
        ],
    )


def _table(table: CoverageTable, plan: CoveragePlan, number: int) -> Context:
    from markupsafe import Markup

    shown = drawn(table)
    planned = len(table.cells) - table.counted("unlabelled")
    return {
        "id": f"t{number}",
        "heading": phrases.heading(table),
        "columns": " & ".join(table.factors),
        "line": phrases.verdict_line(table, plan),
        "facts": phrases.facts(table, plan),
        # The drawing escapes every text itself (an XML tree, serialised).
        "chart": Markup(draw(speakers_chart(table), label=description(table))),  # noqa: S704
        "left": f"The {DRAWN} that need most are drawn, of {planned:,}." if len(shown) < planned else "",
        "matrix": _matrix(table),
        "unit": plan.unit if table.cells[0].words is not None else "",
        "rows": [_row(cell, table) for cell in table.worst_first()],
    }


def _row(cell: CoverageCell, table: CoverageTable) -> Context:
    return {
        "name": phrases.name(cell, table),
        "speakers": f"{cell.speakers:,}",
        "needed": phrases.needed(cell),
        "more": phrases.more(cell),
        "shows": phrases.shows(cell),
        "utterances": f"{cell.utterances:,}",
        "words": "" if cell.words is None else f"{cell.words:,}",
        "verdict": phrases.verdict(cell),
        "css": _CSS[cell.verdict],
    }


def _matrix(table: CoverageTable) -> Context | None:
    """Lay a crossing out with its last factor across."""
    labelled = [cell for cell in table.cells if cell.verdict != "unlabelled"]
    across = list(dict.fromkeys(cell.levels[-1] for cell in labelled))
    if len(table.factors) < 2 or len(across) > MOST_COLUMNS:
        return None
    lines: dict[str, list[Context]] = {}
    attribute = " & ".join(table.factors[:-1])
    from fairkit.groups import group_name

    for cell in labelled:
        side = short_name(group_name(table.factors[:-1], cell.levels[:-1]), attribute)
        # Labelled combinations are in the order of their levels: those of one line follow each other.
        lines.setdefault(side, []).append(
            {
                "text": f"{phrases.SIGNS[cell.verdict]} {cell.speakers:,}",
                "more": f"+{cell.more:,}" if cell.more else "",
                "css": _CSS[cell.verdict],
            }
        )
    return {
        "down": visible(attribute),
        "across": visible(table.factors[-1]),
        "columns": [visible(str(level)) for level in across],
        "lines": list(lines.items()),
    }
