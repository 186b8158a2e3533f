"""The plan as plain text, as a terminal shows it: what is lacking first, worst combinations first."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING

from fairkit.report.phrases import counted, visible
from fairkit.speech.collection import phrases
from fairkit.speech.collection.plan import CoverageCell, CoveragePlan, CoverageTable, CoverageVerdict

if TYPE_CHECKING:
    from rich.console import Console

ROWS = 40
"""Combinations of a table that are shown; all are in JSON, CSV and on the page."""

_NARROWEST = 60
_STYLES: dict[CoverageVerdict, str] = {
    "enough": "green", "too-few": "bold red", "absent": "bold red", "unlabelled": "dim",
}  # fmt: skip


def plan_text(plan: CoveragePlan, *, width: int = 100, color: bool = False) -> str:
    r"""Write a plan as plain text.

    Parameters
    ----------
    plan : CoveragePlan
    width : int
        Columns, at least 60.
    color : bool, default False
        Add ANSI colours. Whoever asks for them has looked at ``NO_COLOR`` and the terminal.

    Examples
    --------
    >>> from fairkit.speech.planning import coverage
    >>> rows = {"accent": ["X", "X", "Y", "Y"], "who": ["ann", "bob", "cem", "dan"]}
    >>> text = plan_text(coverage(rows, by="accent", speaker="who", gap=0.1, words=400))
    >>> print("\n".join(text.splitlines()[7:10]))
    accent  speakers  needed  to record  shows from  utterances  verdict
    X              2      21         19           –           2  ◆ too few
    Y              2      21         19           –           2  ◆ too few
    """
    from rich.console import Console

    console = Console(
        file=io.StringIO(),
        width=max(width, _NARROWEST),
        force_terminal=color,
        color_system="standard" if color else None,
        highlight=False,
        markup=False,
        emoji=False,
        legacy_windows=False,
        _environ={},
    )
    console.print(f"Collection plan for {visible(plan.source)}")
    console.print(
        f"{counted(plan.speakers, 'speaker')}, {counted(plan.rows, 'row')}; to show a gap of "
        f"{phrases.points(plan.gap)} with power {plan.power:g} at confidence {plan.confidence:g}"
    )
    for table in plan.tables:
        _table(console, table, plan)
    _listed(console, "Notes", [*phrases.factor_lines(plan), *plan.notes])
    _listed(console, "How to read it", phrases.reading(plan))
    file = console.file
    written = file.getvalue() if isinstance(file, io.StringIO) else ""
    return "\n".join(line.rstrip() for line in written.splitlines()) + "\n"


def _table(console: Console, table: CoverageTable, plan: CoveragePlan) -> None:
    from rich.table import Table
    from rich.text import Text

    console.print()
    console.print(Text(visible(phrases.heading(table)), style="bold"))
    console.print(Text(phrases.verdict_line(table, plan)))
    console.print()
    made = Table(box=None, show_edge=False, pad_edge=False, padding=(0, 2, 0, 0), header_style="dim")
    made.add_column(Text(visible(" & ".join(table.factors))), overflow="fold")
    columns = ["speakers", "needed", "to record", "shows from", "utterances"]
    columns += [] if table.cells[0].words is None else [plan.unit]
    for column in columns:
        made.add_column(column, justify="right", no_wrap=True)
    made.add_column("verdict", no_wrap=True)
    cells = table.worst_first()
    for cell in cells[:ROWS]:
        made.add_row(*_row(cell, table), Text(phrases.verdict(cell), style=_STYLES[cell.verdict]))
    console.print(made)
    if len(cells) > ROWS:
        left = counted(len(cells) - ROWS, "combination")
        console.print(f"  ... {left} more (all of them are in JSON, CSV and HTML)")
    taken = "; ".join(f"{what[0].lower()}{what[1:]} {value}" for what, value in phrases.facts(table, plan))
    console.print(Text(f"Taken for granted: {taken}.", style="dim"))


def _row(cell: CoverageCell, table: CoverageTable) -> list[str]:
    row = [
        phrases.name(cell, table),
        f"{cell.speakers:,}",
        phrases.needed(cell),
        phrases.more(cell),
        phrases.shows(cell),
        f"{cell.utterances:,}",
    ]
    return row if cell.words is None else [*row, f"{cell.words:,}"]


def _listed(console: Console, title: str, lines: list[str]) -> None:
    from rich.text import Text

    if lines:
        console.print()
        console.print(Text(title, style="bold"))
        for line in lines:
            console.print(Text(f"- {visible(line)}"))
