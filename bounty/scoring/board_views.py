"""The leaderboard as text, Markdown and a page; whatever teams write is shown, and does nothing.

Names, titles and texts come from hunters. Characters that would steer a terminal or hide text are written as
escapes, and what Markdown or HTML would read is escaped, so a team called ``<script>`` is just called so.
"""

from __future__ import annotations

import io
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

from bounty.scoring.board import Board, BoardClaim, State, TeamRow, points_text
from fairkit.report.marked import escaped
from fairkit.report.marked import table as markdown_table
from fairkit.report.phrases import visible
from fairkit.report.webpage import page_template

if TYPE_CHECKING:
    from rich.console import Console
    from rich.table import Table

WIDTH = 100
"""Columns of a text board where the caller does not say."""

CLAIMS = 200
"""Claims that text and Markdown list; what is left out is counted."""

BESIDE = (
    "What teams say about harm is for people to judge. It stands beside the points and is no part of them; "
    "those who award read both."
)
"""What is said above the texts about harm."""

_NARROWEST = 60
_NAME, _TITLE, _GROUP, _SAID, _WHOLE = 40, 100, 160, 600, 4000
_TEAMS = (
    ("rank", True),
    ("team", False),
    ("points", True),
    ("found", True),
    ("mended", True),
    ("confirmed", True),
    ("accepted", True),
    ("rejected", True),
    ("duplicates", True),
    ("first", False),
)
_CLAIMS = (
    ("no.", True),
    ("state", False),
    ("team", False),
    ("claim", False),
    ("points", True),
    ("rows", False),
    ("nearest earlier claim", False),
)
_SAYS = {"harmed": "who", "harm": "how", "evidence": "evidence"}
_STYLES = {State.CONFIRMED: "green", State.ACCEPTED: "yellow"}


def to_text(board: Board, *, width: int | None = None, color: bool = False) -> str:
    """Write a board as plain text.

    Parameters
    ----------
    board : Board
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
    >>> from bounty.scoring.board import board
    >>> empty = board([], bounty="Toy", as_of="2025-01-31T12:00:00Z", head="00ff")
    >>> print(to_text(empty, width=80).splitlines()[0])
    Toy: provisional board
    """
    from rich.padding import Padding
    from rich.text import Text

    columns = max(width or WIDTH, _NARROWEST)
    console = _console(columns, color=color)
    console.print(Text(visible(_heading(board)), style="bold"))
    console.print(Text(visible(_line(board))))
    console.print(Text(_reading(board), style="dim"))
    console.print()
    if board.teams:
        console.print(_text_table(_TEAMS, [_team_cells(row) for row in board.teams]))
    else:
        console.print(Text("No team has submitted a claim."))
    shown = board.claims[-CLAIMS:]
    if shown:
        console.print()
        console.print(Text("Claims", style="bold underline"))
        table = _text_table(_CLAIMS, [])
        for each in shown:
            cells = [Text(cell, overflow="fold") for cell in _claim_cells(each)]
            cells[1].stylize(_STYLES.get(each.state, ""))
            table.add_row(*cells)
        console.print(table)
        if len(shown) < len(board.claims):
            console.print(Text(_left(board)))
    rubrics = _rubrics(shown)
    if rubrics:
        console.print()
        console.print(Text("Who may be harmed", style="bold underline"))
        console.print(Text(BESIDE))
        for each in rubrics:
            console.print(Text(f"{_told(each.title, _TITLE)} ({_whose(each)})", style="bold"))
            for name, said in each.rubric.items():
                text = Text(f"{_SAYS[name]}: {_told(said, _SAID)}", overflow="fold")
                console.print(Padding(text, (0, 0, 0, 2)))
    file = console.file
    written = file.getvalue() if isinstance(file, io.StringIO) else ""
    return "\n".join(line.rstrip() for line in written.splitlines()) + "\n"


def to_markdown(board: Board) -> str:
    r"""Write a board as Markdown (GitHub's and GitLab's).

    Parameters
    ----------
    board : Board

    Returns
    -------
    str

    Examples
    --------
    >>> from bounty.scoring.board import board
    >>> empty = board([], bounty="*Toy*", as_of="2025-01-31T12:00:00Z", head="00ff")
    >>> print(to_markdown(empty).splitlines()[0])
    ## \*Toy\*: provisional board
    """
    parts = [f"## {escaped(_heading(board))}", escaped(_line(board)), _reading(board)]
    if board.teams:
        parts.append(_markdown_table(_TEAMS, [_team_cells(row) for row in board.teams]))
    else:
        parts.append("No team has submitted a claim.")
    shown = board.claims[-CLAIMS:]
    if shown:
        parts += ["### Claims", _markdown_table(_CLAIMS, [_claim_cells(each) for each in shown])]
    if len(shown) < len(board.claims):
        parts.append(_left(board))
    rubrics = _rubrics(shown)
    if rubrics:
        parts += ["### Who may be harmed", BESIDE]
    for each in rubrics:
        said = "\n".join(
            f"  - {_SAYS[name]}: {escaped(_told(text, _SAID))}" for name, text in each.rubric.items()
        )
        parts.append(f"- **{escaped(_told(each.title, _TITLE))}** ({escaped(_whose(each))})\n{said}")
    return "\n\n".join([*parts, f"<sub>{escaped(_made(board))}</sub>"]) + "\n"


def to_html(board: Board) -> str:
    """Write a board as one HTML page, without scripts or requests to anywhere.

    Parameters
    ----------
    board : Board

    Returns
    -------
    str
        A complete document, light or dark as the reader's system is; bars repeat the column of points.

    Examples
    --------
    >>> from bounty.scoring.board import board
    >>> page = to_html(board([], bounty="<Toy>", as_of="2025-01-31T12:00:00Z", head="00ff"))
    >>> page.startswith("<!DOCTYPE html>"), "<Toy>" in page, "&lt;Toy&gt;" in page
    (True, False, True)
    """
    most = max((row.points for row in board.teams), default=0)
    return page_template("bounty.scoring", "board.html.j2").render(
        heading=_heading(board),
        line=_line(board),
        reading=_reading(board),
        made=_made(board),
        beside=BESIDE,
        team_head=_TEAMS,
        claim_head=_CLAIMS,
        teams=[
            {"cells": _team_cells(row), "percent": round(100 * row.points / most) if most > 0 else 0}
            for row in board.teams
        ],
        claims=[_claim_row(each) for each in board.claims],
        rubrics=[
            {
                "title": _told(each.title, _TITLE),
                "line": _whose(each),
                "said": [(_SAYS[name], _told(text, _WHOLE)) for name, text in each.rubric.items()],
            }
            for each in _rubrics(board.claims)
        ],
    )


def _heading(board: Board) -> str:
    return f"{_told(board.bounty, _TITLE)}: {'final' if board.final else 'provisional'} board"


def _line(board: Board) -> str:
    confirmed = sum(each.state is State.CONFIRMED for each in board.claims)
    teams = "1 team" if len(board.teams) == 1 else f"{len(board.teams):,} teams"
    claims = "1 claim" if len(board.claims) == 1 else f"{len(board.claims):,} claims"
    return f"{teams}, {claims}, {confirmed:,} confirmed; as of {board.as_of}"


def _reading(board: Board) -> str:
    where = (
        "Points are final: they were taken on the confirmation rows after the close."
        if board.final
        else "Points are provisional: anybody can compute them from the public rows, and the final ones are "
        "taken on other rows after the close."
    )
    return (
        f"{where} One point is one row's whole loss in 10,000 rows, found or mended first; what earlier "
        "claims cover earns nothing again."
    )


def _made(board: Board) -> str:
    return f"Ledger head {board.head}, {board.as_of}"


def _left(board: Board) -> str:
    return f"... {len(board.claims) - CLAIMS:,} earlier claims (JSON and the page have all of them)"


def _team_cells(row: TeamRow) -> tuple[str, ...]:
    return (
        str(row.rank),
        _shown(row.team, _NAME),
        points_text(row.points),
        points_text(row.found),
        points_text(row.mended),
        *(f"{count:,}" for count in (row.confirmed, row.accepted, row.rejected, row.duplicates)),
        row.first,
    )


def _claim_row(each: BoardClaim) -> dict[str, str]:
    return {
        "number": str(each.sequence),
        "state": each.state.value,
        "team": _shown(each.team, _NAME),
        "title": _told(each.title, _TITLE),
        "group": _shown(each.group, _GROUP) if each.group != each.title else "",
        "kind": f"{each.claim.kind} of {each.claim.loss.replace('_', ' ')}",
        "points": _earned(each),
        "rows": "" if each.size is None else str(each.size),
        "overlap": _overlap(each),
    }


def _claim_cells(each: BoardClaim) -> tuple[str, ...]:
    row = _claim_row(each)
    what = f"{row['title']}: {row['group']}" if row["group"] else row["title"]
    return (
        row["number"],
        row["state"],
        row["team"],
        f"{what} ({row['kind']})",
        row["points"],
        row["rows"],
        row["overlap"],
    )


def _earned(each: BoardClaim) -> str:
    if each.points is None:
        return ""
    why = each.points.why
    return points_text(each.points.points) + ("" if why is None else f": {why.text}")


def _overlap(each: BoardClaim) -> str:
    if each.overlap is None:
        return ""
    jaccard = each.overlap.jaccard
    return f"no. {each.overlap.sequence}, {int(jaccard * 100)}% shared"


def _rubrics(claims: Iterable[BoardClaim]) -> list[BoardClaim]:
    return [each for each in claims if each.state is State.CONFIRMED and each.rubric]


def _whose(each: BoardClaim) -> str:
    return f"no. {each.sequence}, {_shown(each.team, _NAME)}"


def _shown(text: str, most: int) -> str:
    """Write a name so that it is harmless, not too long, and unlike any other name."""
    line = "".join(
        each if each.isprintable() else each.encode("unicode_escape").decode() for each in visible(text)
    )
    return line if len(line) <= most else f"{line[: most - 1]}…"


def _told(text: str, most: int) -> str:
    """Write a hunter's words on one line, harmless and not too long."""
    return _shown(" ".join(text.split()), most)


def _console(width: int, *, color: bool) -> Console:
    from rich.console import Console

    return Console(
        file=io.StringIO(),
        width=width,
        force_terminal=color,
        color_system="standard" if color else None,
        highlight=False,
        markup=False,
        emoji=False,
        legacy_windows=False,
        _environ={},
    )


def _text_table(head: Sequence[tuple[str, bool]], rows: Iterable[Sequence[str]]) -> Table:
    from rich.table import Table
    from rich.text import Text

    table = Table(box=None, show_edge=False, pad_edge=False, padding=(0, 1, 0, 0), header_style="dim")
    for name, right in head:
        table.add_column(name, justify="right" if right else "left", overflow="fold")
    for row in rows:
        table.add_row(*(Text(cell, overflow="fold") for cell in row))
    return table


def _markdown_table(head: Sequence[tuple[str, bool]], rows: Iterable[Sequence[str]]) -> str:
    right = [i for i, (_, aligned) in enumerate(head) if aligned]
    return markdown_table(
        [escaped(name) for name, _ in head], [[escaped(cell) for cell in row] for row in rows], right=right
    )
