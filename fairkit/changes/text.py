"""Changes as plain text, as a terminal shows them: what is worse or wider first, then the numbers."""

from __future__ import annotations

from collections.abc import Sequence
from types import MappingProxyType

from fairkit.changes import phrases
from fairkit.changes.model import Changes, GapShift, Side, ValueChange
from fairkit.changes.phrases import Kind
from fairkit.changes.reading import reading
from fairkit.changes.sections import Section, attributes, everybody, folded, sections, surest
from fairkit.report.phrases import counted, short_name, visible
from fairkit.report.textpage import TextPage, cell

ROWS = 15
"""Rows of a table that are shown before it is folded."""

SUREST = 8
"""Sentences on what is worse or wider."""

_STYLES: MappingProxyType[Kind, str] = MappingProxyType(
    {"bad": "bold red", "good": "green", "same": "green", "moved": "bold", "open": "yellow"}
)
_ROOMY = 108
_SIDES: tuple[Side, ...] = ("old", "new")


def to_text(changes: Changes, *, width: int | None = None, color: bool = False) -> str:
    r"""Write changes as plain text.

    Parameters
    ----------
    changes : Changes
    width : int, optional
        Columns; 100 where not given, and at least 60.
    color : bool, default False
        Add ANSI colours. Whoever asks for them has looked at ``NO_COLOR`` and the terminal.

    Returns
    -------
    str
        Ends with a newline.

    Examples
    --------
    >>> import fairkit
    >>> from fairkit.changes.comparing import compare_reports
    >>> rows = {"sex": ["F"] * 400 + ["M"] * 400, "hired": ([1] * 200 + [0] * 200) * 2}
    >>> old = fairkit.evaluate(rows, decision="hired", by="sex")
    >>> new = fairkit.evaluate({**rows, "hired": [0] * 400 + rows["hired"][400:]}, decision="hired", by="sex")
    >>> print("\n".join(to_text(compare_reports(old, new)).splitlines()[:2]))
    Changes from arrays to arrays
    ◆ 2 values are worse and 2 gaps are wider
    """
    page = TextPage(width, color=color)
    kind, told = phrases.overall(changes)
    page.line(phrases.heading(changes), style="bold")
    page.line(f"{phrases.SIGNS[kind]} {told}", style=_STYLES[kind])
    for name, value in phrases.facts(changes):
        page.line(f"{name}: {value}")
    _answers(page, changes)
    found = surest(changes)
    left = [f"and {len(found) - SUREST} more, in the tables below"] if len(found) > SUREST else []
    page.listed("What is worse or wider", [*found[:SUREST], *left])
    page.listed("Notes", changes.notes)
    _apart(page, changes)
    if everybody(changes):
        page.heading("All rows")
        _table(page, changes, everybody(changes), "metric")
    for attribute, own in attributes(sections(changes)).items():
        page.heading(f"By {visible(attribute)}")
        for section in own:
            _section(page, changes, section)
    page.listed("How to read it", reading(changes))
    return page.text()


def _answers(page: TextPage, changes: Changes) -> None:
    if not changes.answers:
        return
    page.heading("Do published gaps hold?")
    table = page.table()
    for name in ("attribute", "metric", "answer"):
        table.add_column(name, no_wrap=name == "answer", overflow="fold")
    table.add_column("groups", ratio=1, overflow="fold")
    for answer in changes.answers:
        style = _STYLES[phrases.answer_kind(answer)]
        table.add_row(
            cell(answer.attribute),
            cell(answer.metric or "all together", "" if answer.metric else "bold"),
            cell(phrases.answer_text(answer), style),
            cell(phrases.answer_reason(answer)),
        )
    page.console.print(table)


def _apart(page: TextPage, changes: Changes) -> None:
    for side in _SIDES:
        groups = [group for group in changes.groups_apart if group.only_in == side]
        told = ", ".join(f"{visible(g.group)} ({counted(g.rows, 'row')})" for g in groups[: 2 * ROWS])
        more = f" and {len(groups) - 2 * ROWS} more" if len(groups) > 2 * ROWS else ""
        if groups:
            page.console.print()
            page.line(f"{phrases.only_in(changes, side)}: {told}{more}")


def _section(page: TextPage, changes: Changes, section: Section) -> None:
    page.console.print()
    margin = f", margin {phrases.margin_of(section.values[0])}" if section.values else ""
    unit = ", changes in points" if section.unit == "share" else ""
    page.line(f"{section.metric} by {visible(section.attribute)}{unit}{margin}", style="bold")
    _table(page, changes, section.values, "value")
    if section.gaps:
        other = "all other rows" if section.reference == "rest" else visible(section.reference)
        page.line(f"gap to {other}", style="dim")
        _table(page, changes, section.gaps, "gap")


def _table(page: TextPage, changes: Changes, ones: Sequence[ValueChange | GapShift], what: str) -> None:
    first, second = phrases.sides(changes)
    digits = 2 if page.width >= _ROOMY else 1
    table = page.table()
    table.add_column("metric" if what == "metric" else "group", ratio=1, overflow="fold")
    n = ("n",) if changes.paired else (f"n {first}", f"n {second}")
    for name in (*n, first, second, "change [corrected]"):
        table.add_column(name, justify="right", no_wrap=True)
    table.add_column("verdict", min_width=14, overflow="fold")
    shown, left = folded(changes, ones, ROWS)
    for one in shown:
        span = phrases.interval_text(one, digits=digits, between=", ")
        change = phrases.change_text(one) + (f" [{span}]" if span else "")
        verdict = phrases.verdict_text(changes, one)
        needed = phrases.needed_text(one)
        text = cell(verdict, _STYLES[phrases.kind_of(changes, one)] if one.low is not None else "dim")
        if needed:
            text.append(f", needs {needed}")
        name = one.metric if what == "metric" else short_name(one.group, one.attribute)
        sizes = (f"{one.n_new:,}",) if changes.paired else (f"{one.n_old:,}", f"{one.n_new:,}")
        table.add_row(cell(name), *sizes, *phrases.ends_text(one), change, text)
    page.console.print(table)
    if left:
        page.line(f"... {counted(left, 'group')} more (all of them are in JSON and HTML)", indent=2)
