"""`bounty check`: a claim on public rows."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import click

from bounty.cli.stating import claim_words, examination_text
from fairkit.cli.contract import ExitCode
from fairkit.cli.outputs import emit
from fairkit.cli.pages import Command

if TYPE_CHECKING:
    from bounty.claims.claim import Claim
    from bounty.game.examining import Examination


@click.command(
    "check",
    cls=Command,
    examples=["bounty check my-bounty claim.toml", "bounty check my-bounty claims/*.toml --json"],
    short_help="Examine a claim on public rows; it costs nothing.",
    epilog="Exit codes: 0 public rows speak for all of them; 1 not for all; 2 one does not fit; 70 a bug.",
)
@click.argument("folder", metavar="FOLDER")
@click.argument("claims", nargs=-1, required=True, metavar="CLAIM...")
@click.option("--trust", multiple=True, metavar="SHA256", help="An ONNX file that may run in this process.")
@click.option("--json", "as_json", is_flag=True, help="Print what was found as JSON.")
def command(*, folder: str, claims: tuple[str, ...], trust: tuple[str, ...], as_json: bool) -> int:
    """Examine a claim on public rows; it costs nothing.

    FOLDER holds what a bounty publishes: the ledger and the folder 'public'. The claim is compared with the
    model as the ledger's confirmed repairs have made it. Public rows flatter whoever searched in them: what
    is just enough here will rarely do on rows that nobody has seen.
    """
    from bounty.claims.files import read_claim
    from bounty.cli.running import runner_of
    from bounty.game.examining import examine, expected
    from bounty.game.published import Published

    read = [read_claim(path) for path in claims]
    published = Published.read(folder, runner=runner_of(trust))
    found = []
    for path, claim in zip(claims, read, strict=True):
        seen = examine(claim, published.part)
        likely = expected(seen, published.conditions.terms, published.place, published.held_rows)
        found.append((path, claim, seen, likely))
    if as_json:
        emit(json.dumps([_dict(*each) for each in found], indent=2, ensure_ascii=False))
    else:
        emit("\n\n".join(_text(*each) for each in found))
    return ExitCode.FINE if all(likely for *_, likely in found) else ExitCode.FAILED


def _text(path: str, claim: Claim, seen: Examination, likely: bool) -> str:
    verdict = (
        "Rows like these would certify it on both held-out parts."
        if likely
        else "Rows like these would not certify it on both held-out parts."
    )
    return f"{path}: {claim.hash[:8]}\n{claim_words(claim)}\n{examination_text(seen)}\n{verdict}"


def _dict(path: str, claim: Claim, seen: Examination, likely: bool) -> dict[str, Any]:
    return {
        "file": path,
        "claim": claim.hash,
        "content": claim.to_dict(),
        "rows": seen.group.size,
        "mass": None if seen.mass is None else float(seen.mass),
        "group_rate": None if seen.group_rate is None else float(seen.group_rate),
        "other_rate": None if seen.other_rate is None else float(seen.other_rate),
        "expected": likely,
        "evidence": seen.evidence.to_dict(),
    }
