"""Changes as Markdown, for a pull request or a job summary: what is worse or wider first, tables folded."""

from __future__ import annotations

from collections.abc import Sequence

from fairkit.changes import phrases
from fairkit.changes.model import Changes, GapShift, ValueChange
from fairkit.changes.sections import Section, everybody, folded, sections, surest
from fairkit.report.marked import bullets, code, escaped, escaped_in_html, table
from fairkit.report.phrases import UNDEFINED, counted, short_name

LONGEST = 60_000
"""Characters that a comment on a pull request may have, with some room."""

ROWS = 25
"""Rows of a table that are shown before it is folded."""

_SUREST = 10


def to_markdown(changes: Changes) -> str:
    """Write changes as Markdown.

    Parameters
    ----------
    changes : Changes

    Returns
    -------
    str
        At most :data:`LONGEST` characters: where tables do not fit, they are left out and counted.

    Examples
    --------
    >>> import fairkit
    >>> from fairkit.changes.comparing import compare_reports
    >>> report = fairkit.evaluate({"sex": ["F", "M"] * 9, "d": [1, 1, 0] * 6}, decision="d", by="sex")
    >>> print(to_markdown(compare_reports(report, report)).splitlines()[0])
    ## ○ nothing is shown to be worse or wider; 5 of 5 are undecided
    """
    kind, told = phrases.overall(changes)
    blocks = [
        f"## {phrases.SIGNS[kind]} {escaped(told)}",
        f"{escaped(phrases.heading(changes))}\n\n"
        + bullets(f"{name}: {value}" for name, value in phrases.facts(changes)),
    ]
    if changes.answers:
        blocks.append("### Do published gaps hold?\n\n" + _answers(changes))
    found = surest(changes)
    left = [f"and {len(found) - _SUREST} more, in the tables below"] if len(found) > _SUREST else []
    if found:
        blocks.append("### What is worse or wider\n\n" + bullets([*found[:_SUREST], *left]))
    if changes.notes:
        blocks.append("### Notes\n\n" + bullets(changes.notes))
    if changes.groups_apart:
        blocks.append(_apart(changes))
    if everybody(changes):
        blocks.append("### All rows\n\n" + _table(changes, everybody(changes), "metric"))
    return _fitted(blocks, [_details(changes, section) for section in sections(changes)], _made(changes))


def _fitted(blocks: list[str], tables: Sequence[str], last: str) -> str:
    room = LONGEST - sum(len(block) + 2 for block in (*blocks, last)) - 200
    kept: list[str] = []
    for one in tables:
        room -= len(one) + 2
        if room < 0:
            break
        kept.append(one)
    if len(kept) < len(tables):
        left = counted(len(tables) - len(kept), "table does", "tables do")
        kept.append(f"*{left} not fit here; the JSON and the HTML page have all of them.*")
    return "\n\n".join([*blocks, *kept, last]) + "\n"


def _answers(changes: Changes) -> str:
    rows = [
        (
            escaped(answer.attribute),
            code(answer.metric) if answer.metric else "**all together**",
            phrases.answer_text(answer),
            escaped(phrases.answer_reason(answer)),
        )
        for answer in changes.answers
    ]
    return table(("attribute", "metric", "answer", "groups"), rows, right=())


def _apart(changes: Changes) -> str:
    first, second = phrases.sides(changes)
    rows = [
        (escaped(group.group), first if group.only_in == "old" else second, f"{group.rows:,}")
        for group in changes.groups_apart[:ROWS]
    ]
    left = len(changes.groups_apart) - len(rows)
    more = f"\n\n... {counted(left, 'group')} more" if left > 0 else ""
    return "### Groups of one side only\n\n" + table(("group", "only in", "rows"), rows, right=(2,)) + more


def _details(changes: Changes, section: Section) -> str:
    margin = f", margin {phrases.margin_of(section.values[0])}" if section.values else ""
    every: list[ValueChange | GapShift] = [*section.values, *section.gaps]
    bad = sum(phrases.kind_of(changes, one) == "bad" for one in every)
    title = escaped_in_html(f"{section.metric} by {section.attribute}")
    title += f": {phrases.SIGNS['bad']} {bad}" if bad else ""
    unit = "Changes in points" if section.unit == "share" else "Changes"
    parts = [f"{unit}{margin}.", _table(changes, section.values, "group")]
    if section.gaps:
        other = "all other rows" if section.reference == "rest" else escaped(section.reference)
        parts += [f"Gaps to {other}:", _table(changes, section.gaps, "group")]
    return f"<details><summary>{title}</summary>\n\n" + "\n\n".join(parts) + "\n\n</details>"


def _table(changes: Changes, ones: Sequence[ValueChange | GapShift], what: str) -> str:
    first, second = phrases.sides(changes)
    shown, left = folded(changes, ones, ROWS)
    rows = []
    for one in shown:
        span = phrases.interval_text(one)
        change = phrases.change_text(one) or UNDEFINED
        rows.append(
            (
                code(one.metric) if what == "metric" else escaped(short_name(one.group, one.attribute)),
                *((f"{one.n_old:,}", f"{one.n_new:,}") if not changes.paired else (f"{one.n_new:,}",)),
                *phrases.ends_text(one),
                f"{change} ({span})" if span else change,
                escaped(phrases.verdict_text(changes, one)),
                phrases.needed_text(one),
            )
        )
    n = ("n",) if changes.paired else (f"n, {first}", f"n, {second}")
    head = (what, *n, first, second, "change (corrected interval)", "verdict", "rows needed")
    right = (*range(1, len(n) + 3), len(head) - 1)
    more = f"\n\n... {counted(left, 'group')} more, in the JSON and on the HTML page" if left else ""
    return table(head, rows, right=right) + more


def _made(changes: Changes) -> str:
    asked = changes.asked
    return (
        "<sub>A change is decided where its corrected interval lies wholly beyond the margin, or wholly "
        f"inside. Confidence {asked.confidence:g}, correction {asked.correction}; counts "
        f"<code>{changes.old.counts_sha256[:16]}</code> and <code>{changes.new.counts_sha256[:16]}</code>; "
        f"fairkit {changes.fairkit_version}, {changes.created}.</sub>"
    )
