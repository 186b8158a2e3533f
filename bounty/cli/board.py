"""`bounty board`: the leaderboard, and the information budget."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import click

from fairkit.cli.outputs import check_files, emit, is_colored, text_width, working, write_files
from fairkit.cli.pages import Command

if TYPE_CHECKING:
    from bounty.certificates.budgets import Budget


@click.command(
    "board",
    cls=Command,
    examples=["bounty board my-bounty", "bounty board my-bounty --html board.html"],
    short_help="Show the teams, the claims and what is left of the budget.",
    epilog="Exit codes: 0 fine; 2 the folder is no whole bounty; 70 a bug.",
)
@click.argument("folder", metavar="FOLDER")
@click.option("--html", metavar="FILE", help="Write the board as one self-contained page.")
@click.option("--markdown", "--md", metavar="FILE", help="Write the board as Markdown.")
@click.option("--trust", multiple=True, metavar="SHA256", help="An ONNX file that may run in this process.")
@click.option("--json", "as_json", is_flag=True, help="Print the board as JSON.")
def command(
    *, folder: str, html: str | None, markdown: str | None, trust: tuple[str, ...], as_json: bool
) -> None:
    """Show the teams, the claims and what is left of the budget.

    While a bounty is open, points are counted on public rows, where anybody can count them again; after the
    close on the part that confirms.
    """
    from bounty.cli.running import runner_of
    from bounty.game.bounty import Bounty
    from bounty.game.standings import standings

    files = check_files({"--html": html, "--markdown": markdown})
    with working("reading the bounty"):
        bounty = Bounty(folder, runner=runner_of(trust))
        made = standings(bounty)
    views = {"--html": made.to_html, "--markdown": made.to_markdown}
    write_files({path: views[option]() for option, path in files.items()})
    if as_json:
        emit(json.dumps(made.to_dict() | {"budget": bounty.budget.to_dict()}, indent=2, ensure_ascii=False))
        return
    emit(made.to_text(width=text_width(), color=is_colored()))
    emit(budget_text(bounty.budget))


def budget_text(budget: Budget) -> str:
    """Say what the held-out rows have told, and what they may still tell."""
    left = budget.left
    return (
        f"Information budget: {budget.answers:,} answers given, {float(budget.share_released):.0%} of what "
        f"the terms allow released; left {left.submissions:,} submissions, {left.acceptances:,} acceptances, "
        f"{left.repairs:,} repairs"
        + (f", {left.ladder_changes:,} changes of teams' scores." if left.ladder_changes else ".")
    )
