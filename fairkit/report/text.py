"""The report as plain text, as a terminal shows it: what was found first, then the numbers behind it.

A verdict is a sign and a word, never a colour alone. Long tables are folded: disparities and undefined groups
are always named, and what was left out is counted; JSON and the page have everything.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Literal

from fairkit.estimates import GroupSize
from fairkit.findings import Verdict
from fairkit.report.blocks import Block, blocks_of
from fairkit.report.folding import folded
from fairkit.report.leads import leads, subject
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
    TOGETHER,
    UNDEFINED,
    at_least_text,
    counted,
    promise,
    short_name,
    units_needed,
    verdict_text,
    visible,
)
from fairkit.report.provenance import ASKED, setting_facts
from fairkit.report.sections import Part, Row, Section, counts_of, parts
from fairkit.report.steps import next_steps
from fairkit.report.textpage import TextPage, cell
from fairkit.report.wording import Wording, wording_of

if TYPE_CHECKING:
    from rich.console import RenderableType
    from rich.table import Table
    from rich.text import Text

ROWS = 15
"""Rows of a table that are shown before it is folded."""

_NAMED = 3
_ROOMY = 108
_STYLES = {Verdict.DISPARITY: "bold red", Verdict.PARITY: "green", Verdict.INCONCLUSIVE: "yellow"}


def to_text(report: Report, *, width: int | None = None, color: bool = False) -> str:
    r"""Write a report as plain text.

    Parameters
    ----------
    report : Report
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
    >>> rows = {"sex": ["F"] * 70 + ["M"] * 80, "hired": [1] * 56 + [0] * 14 + [1] * 48 + [0] * 32}
    >>> text = to_text(fairkit.evaluate(rows, decision="hired", by="sex"), width=80)
    >>> print("\n".join(text.splitlines()[1:9]))
    decision hired
    ◆ disparity
    <BLANKLINE>
    What was found
    <BLANKLINE>
    sex, each group against all other rows
    metric         verdict     at least    ◆ ● ○ – groups
    selection_rate ◆ disparity 5.24 points 2 0 0 0 F, M
    """
    page = _Page(width, color=color)
    sections = parts(report)
    page.title(report)
    page.heading("What was found")
    for part in sections:
        page.headlines(part, wording_of(report))
    page.listed("What to do next", next_steps(report))
    page.listed("Notes", report.notes)
    page.heading("Groups and numbers")
    for part in sections:
        page.sizes(part, wording_of(report))
        for section in part.sections:
            page.numbers(section, confidence=report.settings.confidence)
    for block in blocks_of(report):
        if block.is_written:
            page.block(block)
    page.reading(report)
    return page.text()


class _Page(TextPage):
    """A page about a report."""

    @property
    def digits(self) -> int:
        """Decimals of intervals; fewer where there is little room."""
        return 2 if self.width >= _ROOMY else 1

    def title(self, report: Report) -> None:
        """Say what the report is about and its verdict in a word; of transcripts, what was found first."""
        self.line(f"fairkit report on {subject(report)}", style="bold")
        asked = dict(setting_facts(report))
        told = [f"{name.casefold()} {asked[name]}" for name in ASKED if name in asked]
        if told:
            self.line("; ".join(told))
        self.console.print(_verdict(report.verdict))
        self.points(map(str, leads(report)))

    def headlines(self, part: Part, wording: Wording) -> None:
        """Write the verdict of every metric of an attribute."""
        self.console.print()
        compares = {h.compare for h in part.headlines}
        self.line(f"{visible(part.attribute)}, each group against {_against(part, wording)}")
        table = self.table()
        for name in ("metric", "verdict", "at least"):
            table.add_column(name, no_wrap=True)
        for sign in (*SYMBOLS.values(), UNDEFINED):
            table.add_column(sign, justify="right", no_wrap=True)
        table.add_column("groups", ratio=1)
        for h in part.headlines:
            name = h.name if len(compares) == 1 else f"{h.name} ({h.compare})"
            counts = map(str, counts_of(h, part))
            names = [short_name(group, part.attribute) for group in h.disparities]
            groups = ", ".join(names[:_NAMED])
            if len(names) > _NAMED:
                groups += f" and {len(names) - _NAMED} more"
            table.add_row(cell(name), _verdict(h.verdict), at_least_text(h), *counts, cell(groups))
        self.console.print(table)

    def sizes(self, part: Part, wording: Wording) -> None:
        """Say how many rows each group has; only the extremes where groups are many."""
        self.console.print()
        of = f" of {wording.rows}" if wording.speech else ""
        self.line(f"{visible(part.attribute)}: {counted(len(part.sizes), 'group')}{of}", style="bold")
        ordered = sorted(part.sizes, key=lambda size: -size.rows)
        if len(ordered) > ROWS:
            largest, smallest = ordered[:3], ordered[-3:]
            self.line(f"largest: {_size_list(largest, wording)}", indent=2)
            self.line(f"smallest: {_size_list(smallest, wording)}", indent=2)
        else:
            self.line(_size_list(ordered, wording), indent=2)

    def numbers(self, section: Section, *, confidence: float) -> None:
        """Write one metric over all groups."""
        self.console.print()
        margin = (
            ""
            if section.margin is None
            else f", margin {margin_text(section.margin, section.compare, section.measure)}"
        )
        against = f"{section.unit} against {section.others}{margin}"
        self.line(f"{section.metric} by {visible(section.attribute)}, {against}")
        short = folded(section, rows=ROWS)
        if short.shown:
            self.console.print(self._rows(short.shown, section, confidence))
        for text in short.undefined:
            self.line(f"{UNDEFINED} {text}", indent=2)
        if short.left:
            self.line(f"... {short.left} (all of them are in JSON and HTML)", indent=2)

    def block(self, block: Block) -> None:
        """Write what is said beside the metrics; of long tables the first rows."""
        self.heading(block.title)
        for text in block.text:
            self.line(text)
        self.points(block.points)
        for made in block.written:
            self.console.print()
            self.line(made.caption)
            table = self.table()
            for i, name in enumerate(made.columns):
                justify: Literal["left", "right"] = "right" if i in made.right else "left"
                least = max(map(len, name.split()), default=1)  # words of the head stay whole
                table.add_column(name, justify=justify, overflow="fold", no_wrap=i == 0, min_width=least)
            shown = made.first(ROWS)
            for row in shown:
                table.add_row(*map(cell, row))
            self.console.print(table)
            if len(made.rows) > len(shown):
                left = counted(len(made.rows) - len(shown), "row")
                self.line(f"... {left} more (all of them are in JSON and HTML)", indent=2)

    def reading(self, report: Report) -> None:
        """Say how to read the page, and how it was made."""
        s, wording = report.settings, wording_of(report)
        self.heading("How to read it")
        signs = ", ".join(f"{sign} {verdict}" for verdict, sign in SYMBOLS.items())
        self.line(f"{signs}, {UNDEFINED} undefined (counted as inconclusive too).")
        self.line(
            f"[a, b] is an interval. The one beside a value is plain ({level_text(s.confidence)}); the one "
            "beside a contrast is the corrected one and decides the verdict: disparity lies wholly beyond "
            "the margin, parity wholly inside, all else is inconclusive. 'needs' is the number of "
            f"{wording.units} of the group that would decide it."
        )
        if wording.speech:
            who = ", and of their speakers in brackets" if wording.by_speaker else ""
            self.line(
                f"n is the number of utterances{who}. An error rate is the sum of all errors over the sum of "
                "all that was said; with insertions it may exceed 100%."
            )
        self.line(f"{promise(s.correction, s.confidence)} {TOGETHER}")
        plain = "" if wording.speech else f"interval {s.interval}, "
        self.line(
            f"confidence {s.confidence:g}, correction {s.correction}, {plain}seed {s.seed}; "
            f"counts sha256 {report.data.counts_sha256[:16]}; fairkit {report.fairkit_version}, "
            f"{report.created}"
        )

    def _rows(self, rows: Iterable[Row], section: Section, confidence: float) -> Table:
        table = self.table()
        table.add_column("group", ratio=1)
        wording = section.wording
        table.add_column("n", justify="right", no_wrap=True)
        unit = section.measure
        table.add_column(f"value{' %' * (unit == 'share')} [{level_text(confidence)}]", no_wrap=True)
        table.add_column(f"{section.unit} [corrected]", no_wrap=True)
        narrow = wording.by_speaker and self.width < _ROOMY
        table.add_column("verdict", min_width=22 if narrow else 14)
        for row in rows:
            e, f = row.estimate, row.finding
            interval = bounds(e.low, e.high, unit=unit, digits=self.digits, between=", ")
            value = "" if e.value is None else value_text(e.value, unit).rstrip("%")
            contrast = ""
            if f is not None and f.value is not None:
                contrast = contrast_number(f.value, f.compare, unit=unit)
                span = contrast_bounds(f.low, f.high, f.compare, unit=unit, digits=self.digits, between=", ")
                contrast = f"{contrast:>6}" + (f" [{span}]" if span else "")
            table.add_row(
                cell(short_name(e.group, e.attribute)),
                f"{e.n:,}" + (f" ({row.clusters:,})" if wording.by_speaker and row.clusters else ""),
                f"{value:>6}" + (f" [{interval}]" if interval else ""),
                contrast,
                _judgement(row, wording, "\n  " if self.width < _ROOMY else ", "),
            )
        return table


def _verdict(verdict: Verdict) -> Text:
    return cell(f"{SYMBOLS[verdict]} {verdict}", _STYLES[verdict])


def _judgement(row: Row, wording: Wording, between: str) -> RenderableType:
    told = verdict_text(row.estimate, row.finding, wording)
    text = cell(told, _STYLES[row.verdict] if row.verdict else "")
    needed = None if row.finding is None else units_needed(row.finding, wording)
    if needed is not None:
        text.append(f"{between}needs {needed:,}" + (f" {wording.units}" if wording.speech else ""))
    return text


def _against(part: Part, wording: Wording) -> str:
    references = dict.fromkeys(section.reference for section in part.sections)
    if len(references) > 1:
        return "the best group"
    (reference,) = references or ("rest",)
    return wording.others if reference == "rest" else visible(reference)


def _size_list(sizes: Iterable[GroupSize], wording: Wording) -> str:
    return ", ".join(
        f"{short_name(size.group, size.attribute)} {size.rows:,} ("
        + (f"{counted(size.clusters, wording.cluster)}, " if wording.by_speaker and size.clusters else "")
        + f"{size.share:.1%})"
        for size in sizes
    )
