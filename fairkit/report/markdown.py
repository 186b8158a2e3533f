r"""The report as Markdown, for a pull request or a job summary: verdicts first, tables folded away.

Names come from data, so everything that Markdown or HTML would read in them is escaped; a pull request shows
``<script>`` and ``|`` as what they are.
"""

from __future__ import annotations

from collections.abc import Sequence

from fairkit.findings import Verdict
from fairkit.report.blocks import Block, blocks_of
from fairkit.report.folding import folded
from fairkit.report.leads import leads, subject
from fairkit.report.marked import bullets, code, escaped, escaped_in_html
from fairkit.report.marked import table as markdown_table
from fairkit.report.model import Report
from fairkit.report.numerals import (
    bounds,
    contrast_bounds,
    contrast_number,
    level_text,
    margin_text,
    value_text,
)
from fairkit.report.phrases import (
    SYMBOLS,
    UNDEFINED,
    at_least_text,
    counted,
    sentence,
    short_name,
    units_needed,
    verdict_text,
)
from fairkit.report.sections import Part, Row, Section, counts_of, parts, surest
from fairkit.report.steps import next_steps
from fairkit.report.wording import wording_of

LONGEST = 60_000
"""Characters that a comment on a pull request may have, with some room."""

ROWS = 25
"""Rows of a table that are shown before it is folded."""

_SUREST = 10
_NAMED = 4


def to_markdown(report: Report) -> str:
    """Write a report as Markdown (GitHub's and GitLab's).

    Parameters
    ----------
    report : Report

    Returns
    -------
    str
        At most :data:`LONGEST` characters: where tables do not fit, they are left out and counted.

    Examples
    --------
    >>> import fairkit
    >>> rows = {"sex": ["F"] * 70 + ["M"] * 80, "hired": [1] * 56 + [0] * 14 + [1] * 48 + [0] * 32}
    >>> print(to_markdown(fairkit.evaluate(rows, decision="hired", by="sex")).splitlines()[0])
    ## ◆ disparity: fairness report on arrays
    """
    read = parts(report)
    blocks = [_title(report), *(_headlines(part) for part in read)]
    told = _surest(report, read)
    if told:
        blocks.append("### The surest disparities\n\n" + told)
    steps = next_steps(report)
    if steps:
        blocks.append("### What to do next\n\n" + bullets(steps))
    if report.notes:
        blocks.append("### Notes\n\n" + bullets(report.notes))
    last = _made(report)
    tables = [_details(section) for part in read for section in part.sections]
    tables = [*(_block(block) for block in blocks_of(report) if block.is_written), *tables]
    room = LONGEST - sum(len(block) + 2 for block in (*blocks, last)) - 200
    kept: list[str] = []
    for table in tables:
        room -= len(table) + 2
        if room < 0:
            break
        kept.append(table)
    blocks += kept
    if len(kept) < len(tables):
        left = counted(len(tables) - len(kept), "table does", "tables do")
        blocks.append(f"*{left} not fit here; the JSON and HTML reports have all of them.*")
    return "\n\n".join([*blocks, last]) + "\n"


def _title(report: Report) -> str:
    verdict = f"{SYMBOLS[report.verdict]} {report.verdict}"
    what, _, rows = subject(report).rpartition(": ")
    title = f"## {verdict}: fairness report on {escaped(what)}\n\n{rows}."
    found = leads(report)
    return f"{title}\n\n{bullets(map(str, found))}" if found else title


def _headlines(part: Part) -> str:
    two = len({h.compare for h in part.headlines}) > 1
    rows = []
    for h in part.headlines:
        names = [escaped(short_name(group, part.attribute)) for group in h.disparities]
        more = f" and {len(names) - _NAMED} more" if len(names) > _NAMED else ""
        name = code(h.name) + (f" ({h.compare})" if two else "")
        verdict = f"{SYMBOLS[h.verdict]} {h.verdict}"
        if h.verdict is Verdict.DISPARITY:
            verdict = f"**{verdict}**"
        rows.append(
            (name, verdict, at_least_text(h), *map(str, counts_of(h, part)), ", ".join(names[:_NAMED]) + more)
        )
    signs = (*SYMBOLS.values(), UNDEFINED)
    head = ("metric", "verdict", "at least", *signs, "groups with a disparity")
    table = markdown_table(head, rows, right=range(3, 7))
    return f"### By {escaped(part.attribute)}\n\n{table}"


def _surest(report: Report, read: Sequence[Part]) -> str:
    found = surest(read, report.settings.compare[0])
    told = [
        sentence(row.finding, n=row.estimate.n, other_n=row.other_n, wording=wording_of(report))
        for row in found[:_SUREST]
        if row.finding is not None
    ]
    if len(found) > _SUREST:
        told.append(f"and {len(found) - _SUREST} more, in the tables below")
    return bullets(told)


def _details(section: Section) -> str:
    level = level_text(section.rows[0].estimate.level) if section.rows else ""
    short = folded(section, rows=ROWS)
    wording = section.wording
    head = (
        escaped(section.attribute),
        wording.rows if wording.speech else "n",
        *((wording.clusters,) if wording.by_speaker else ()),
        f"value (plain {level} interval)",
        f"{section.unit} (corrected interval)",
        "verdict",
        f"{wording.units} needed",
    )
    right = (1, 2, 6) if wording.by_speaker else (1, 5)
    table = markdown_table(head, [_row(row, section) for row in short.shown], right=right)
    notes = [escaped(f"{UNDEFINED} {text}") for text in short.undefined]
    if short.left:
        notes.append(f"... {short.left}")
    against = section.others if section.reference == "rest" else escaped(section.reference)
    margin = (
        ""
        if section.margin is None
        else f", margin {margin_text(section.margin, section.compare, section.measure)}"
    )
    verdict = (
        ""
        if section.headline is None
        else f": {SYMBOLS[section.headline.verdict]} {section.headline.verdict}"
    )
    title = escaped_in_html(f"{section.metric} by {section.attribute}") + verdict
    below = "".join(f"\n\n{note}" for note in notes)
    return (
        f"<details><summary>{title}</summary>\n\nIn {section.unit} against {against}{margin}.\n\n"
        f"{table}{below}\n\n</details>"
    )


def _block(block: Block) -> str:
    texts = [*map(escaped, block.text)]
    if block.points:
        texts.append(bullets(block.points))
    for table in block.written:
        shown = [tuple(map(escaped, row)) for row in table.first(ROWS)]
        left = len(table.rows) - len(shown)
        texts += [
            f"{escaped(table.caption)}:",
            markdown_table(tuple(map(escaped, table.columns)), shown, right=table.right),
        ]
        if left:
            texts.append(f"... {counted(left, 'row')} more, in the JSON and HTML reports")
    return (
        f"<details><summary>{escaped_in_html(block.title)}</summary>\n\n"
        + "\n\n".join(texts)
        + "\n\n</details>"
    )


def _row(row: Row, section: Section) -> tuple[str, ...]:
    e, f = row.estimate, row.finding
    unit = section.measure
    value = "" if e.value is None else value_text(e.value, unit)
    interval = bounds(e.low, e.high, unit=unit)
    contrast = ""
    if f is not None and f.value is not None:
        contrast = contrast_number(f.value, f.compare, unit=unit)
        span = contrast_bounds(f.low, f.high, f.compare, unit=unit)
        contrast += f" ({span})" if span else ""
    wording = section.wording
    needed = None if f is None else units_needed(f, wording)
    speakers = () if not wording.by_speaker else ("" if row.clusters is None else f"{row.clusters:,}",)
    return (
        escaped(short_name(e.group, section.attribute)),
        f"{e.n:,}",
        *speakers,
        f"{value} ({interval})" if interval else value,
        contrast,
        verdict_text(e, f, wording),
        "" if needed is None else f"{needed:,}",
    )


def _made(report: Report) -> str:
    s = report.settings
    return (
        "<sub>A disparity is a corrected interval that lies wholly beyond the "
        f"margin; parity one wholly inside; all else is inconclusive. Confidence {s.confidence:g}, "
        f"correction {s.correction}, seed {s.seed}; counts "
        f"<code>{report.data.counts_sha256[:16]}</code>; fairkit "
        f"{report.fairkit_version}, {report.created}.</sub>"
    )
