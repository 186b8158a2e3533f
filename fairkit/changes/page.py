"""Changes as one self-contained page: no script, no request to anywhere, light or dark, fit for print."""

from __future__ import annotations

from collections.abc import Sequence
from types import MappingProxyType
from typing import Any

from fairkit.changes import phrases
from fairkit.changes.chart import DRAWN, description, dumbbell
from fairkit.changes.model import Changes, GapShift, Side, ValueChange
from fairkit.changes.phrases import Kind
from fairkit.changes.reading import reading
from fairkit.changes.sections import Section, attributes, everybody, sections, surest
from fairkit.report.drawing import draw
from fairkit.report.numerals import level_text
from fairkit.report.phrases import UNDEFINED, counted, short_name, visible
from fairkit.report.webpage import page_template

FEW = 12
"""Tables of up to so many rows are open when the page is."""

_SUREST = 10
_CSS: MappingProxyType[Kind, str] = MappingProxyType(
    {"bad": "d", "good": "p", "same": "p", "moved": "", "open": "i"}
)
_SIDES: tuple[Side, ...] = ("old", "new")

Context = dict[str, Any]


def to_html(changes: Changes) -> str:
    """Write changes as one HTML page.

    Parameters
    ----------
    changes : Changes

    Returns
    -------
    str
        A complete document: for every metric of every attribute a chart from old to new, the change that
        decides, and the table they show; the same of gaps.

    Examples
    --------
    >>> import fairkit
    >>> from fairkit.changes.comparing import compare_reports
    >>> report = fairkit.evaluate({"sex": ["F", "M"] * 9, "d": [1, 1, 0] * 6}, decision="d", by="sex")
    >>> page = to_html(compare_reports(report, report))
    >>> page.startswith("<!DOCTYPE html>"), "<script" in page, page.count("<svg")
    (True, False, 2)
    """
    kind, told = phrases.overall(changes)
    found = surest(changes)
    first, second = phrases.sides(changes)
    by = attributes(sections(changes))
    return page_template("fairkit.changes", "diff.html.j2").render(
        changes=changes,
        title=phrases.heading(changes),
        overall={"css": _CSS[kind], "text": f"{phrases.SIGNS[kind]} {told}"},
        sides=(first, second),
        facts=phrases.facts(changes),
        answers=_answers(changes),
        surest=found[:_SUREST],
        surest_left=f"and {len(found) - _SUREST} more, below" if len(found) > _SUREST else "",
        notes=changes.notes,
        apart=_apart(changes),
        overview=_table(changes, everybody(changes), "metric") if everybody(changes) else None,
        parts=[
            {
                "id": f"a{k}",
                "name": visible(attribute),
                "sections": [_section(changes, s, f"a{k}-{j}") for j, s in enumerate(own, 1)],
            }
            for k, (attribute, own) in enumerate(by.items(), 1)
        ],
        reading=reading(changes),
        signs=[
            {"sign": phrases.SIGNS[kind], "css": _CSS[kind], "meaning": meaning}
            for kind, meaning in _MEANINGS.items()
        ],
        few=FEW,
    )


_MEANINGS: MappingProxyType[Kind, str] = MappingProxyType(
    {
        "bad": "worse, or a wider gap: surely by more than the margin.",
        "good": "better, or a narrower gap: surely by more than the margin.",
        "same": "surely within the margin.",
        "moved": "surely higher or lower, where neither is better.",
        "open": "undecided.",
    }
)


def _answers(changes: Changes) -> list[Context]:
    return [
        {
            "attribute": visible(answer.attribute),
            "metric": answer.metric or "",
            "css": _CSS[phrases.answer_kind(answer)],
            "text": phrases.answer_text(answer),
            "reason": phrases.answer_reason(answer),
        }
        for answer in changes.answers
    ]


def _apart(changes: Changes) -> list[Context]:
    found = []
    for side in _SIDES:
        groups = [group for group in changes.groups_apart if group.only_in == side]
        if groups:
            listed = [f"{visible(group.group)} ({counted(group.rows, 'row')})" for group in groups]
            found.append({"where": phrases.only_in(changes, side), "groups": listed})
    return found


def _section(changes: Changes, section: Section, name: str) -> Context:
    known = section.definition
    views: list[tuple[str, Sequence[ValueChange | GapShift]]] = [
        ("values", section.values),
        ("gaps", section.gaps),
    ]
    if changes.question == "last-mile":
        views.reverse()
    other = (
        "all other rows" if section.reference == "rest" else short_name(section.reference, section.attribute)
    )
    return {
        "id": name,
        "title": section.title,
        "summary": "" if known is None else known.summary,
        "formula": "" if known is None else known.formula,
        "margin": phrases.margin_of(section.values[0]) if section.values else "",
        "points": "; changes in points" if section.unit == "share" else "",
        "views": [
            {
                "name": "Values" if what == "values" else f"Gaps to {other}",
                "chart": _chart(changes, ones),
                "left": f"The first {DRAWN} of {len(ones)} groups are drawn." if len(ones) > DRAWN else "",
                "table": _table(changes, ones, "group"),
            }
            for what, ones in views
            if ones
        ],
    }


def _chart(changes: Changes, ones: Sequence[ValueChange | GapShift]) -> Any:
    from markupsafe import Markup

    # The drawing escapes every text itself (an XML tree, serialised).
    return Markup(draw(dumbbell(changes, ones), label=description(changes, ones)))  # noqa: S704


def _table(changes: Changes, ones: Sequence[ValueChange | GapShift], what: str) -> Context:
    return {
        "first": what.capitalize() if what == "metric" else visible(ones[0].attribute),
        "gaps": isinstance(ones[0], GapShift),
        "clusters": any(one.clusters_needed is not None for one in ones),
        "rows": [_row(changes, one, what) for one in ones],
    }


def _row(changes: Changes, one: ValueChange | GapShift, what: str) -> Context:
    old, new = phrases.ends_text(one)
    return {
        "name": one.metric if what == "metric" else short_name(one.group, one.attribute),
        "n_old": f"{one.n_old:,}",
        "n_new": f"{one.n_new:,}",
        "old": old,
        "new": new,
        "change": phrases.change_text(one) or UNDEFINED,
        "interval": phrases.interval_text(one),
        "verdict": phrases.verdict_text(changes, one),
        "css": _CSS[phrases.kind_of(changes, one)] if one.low is not None else "",
        "needed": phrases.needed_text(one),
        "clusters": "" if one.clusters_needed is None else f"{one.clusters_needed:,}",
        "level": "" if one.level is None or one.low is None else level_text(one.level),
        "method": one.method,
    }
