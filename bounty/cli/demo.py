"""`bounty demo`: a whole small bounty."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from bounty.cli.board import budget_text
from bounty.cli.stating import claim_words, judged_dict
from fairkit.cli.contract import ExitCode
from fairkit.cli.outputs import emit, say, working
from fairkit.cli.pages import Command

if TYPE_CHECKING:
    from bounty.game.demonstrating import Demonstration


@click.command(
    "demo",
    cls=Command,
    examples=["bounty demo", "bounty demo -o lending-bounty"],
    short_help="Play a whole small bounty on generated loans, in a minute.",
    context_settings={"show_default": True},
    epilog="Exit codes: 0 played; 1 the planted bias was not found; 2 the folder is not empty; 70 a bug.",
)
@click.option("-o", "--output", default="lending-bounty", metavar="FOLDER", help="The bounty's folder.")
@click.option("--again", is_flag=True, help="Remove an earlier demonstration from there first.")
@click.option("--json", "as_json", is_flag=True, show_default=False, help="Print what happened as JSON.")
def command(*, output: str, again: bool, as_json: bool) -> int:
    """Play a whole small bounty on generated loans, in a minute.

    A host's rows are split in three. House hunters search the public ones and find what no single column
    shows: Black women who would repay are refused more often. Their claims and two wrong guesses are judged
    on rows that nobody saw; repairs change the model; the ledger is verified, also after one answer was
    changed in it.
    """
    from bounty.game.demonstrating import demonstrate, is_demonstration

    folder = Path(output)
    if again and is_demonstration(folder):
        shutil.rmtree(folder)
    with working("playing a bounty"):
        played = demonstrate(folder)
    emit(json.dumps(_dict(played), indent=2, ensure_ascii=False) if as_json else _text(played, output))
    say(f"Next: bounty board {output}. Then your own data: bounty create --help")
    return ExitCode.FINE if played.is_planted_found else ExitCode.FAILED


def _text(played: Demonstration, output: str) -> str:
    parts = played.created.manifest.parts
    lines = [
        "Rows: " + ", ".join(f"{part.rows:,} {name}" for name, part in parts.items()),
        f"Manifest, sealed before the first claim: {played.created.manifest.hash}",
        "",
        "Claims, judged on rows that no hunter saw:",
    ]
    lines += [
        f"  {one.ruling.outcome.value:<12}{one.team:<15}{claim_words(one.ruling.claim)}"
        for one in played.judged
    ]
    lines += [
        "",
        f"{'errors per row, on the part that confirms':<46}{'rows':>9}{'before':>10}{'repaired':>10}",
    ]
    lines += [
        f"  {rate.group:<44}{rate.rows:>9,}{float(rate.before):>10.4f}{float(rate.after):>10.4f}"
        for rate in played.rates
    ]
    found = "found and confirmed" if played.is_planted_found else "NOT found"
    planted = f"The planted bias, against Black women, is {found};"
    lines += [
        "",
        f"{planted} neither women nor Black people as such are served worse.",
        "",
        "Final points, on the part that confirms: "
        + ", ".join(f"{row.team} {float(row.points):.1f}" for row in played.board.teams),
        budget_text(played.budget),
        f"The ledger of {played.verified.rows} rows "
        + (
            "verifies, every decision made again from its numbers." if played.verified.ok else "is NOT right."
        ),
        "With one answer changed in it: "
        + str(played.tampered.problems[0] if played.tampered.problems else "-"),
        f"Judged again on the data: {played.rescored.numbers} sealed numbers came out the same.",
        "",
        f"In {output}: " + ", ".join(path.name for path in played.files) + f" ({played.seconds:.0f} s)",
    ]
    return "\n".join(lines)


def _dict(played: Demonstration) -> dict[str, Any]:
    return {
        "rows": {name: part.rows for name, part in played.created.manifest.parts.items()},
        "claims": [judged_dict(one) | {"content": one.ruling.claim.to_dict()} for one in played.judged],
        "rates": [rate.to_dict() for rate in played.rates],
        "planted_found": played.is_planted_found,
        "board": played.board.to_dict(),
        "budget": played.budget.to_dict(),
        "verified": played.verified.to_dict(),
        "tampered": played.tampered.to_dict(),
        "rescored": played.rescored.to_dict(),
        "files": [str(path) for path in played.files],
        "seconds": round(played.seconds, 1),
    }
