"""`bounty score`: a claim on held-out rows."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import click

from bounty.cli.stating import judged_dict, judged_text
from fairkit.cli.contract import ExitCode
from fairkit.cli.outputs import check_files, emit, say, working, write_files
from fairkit.cli.pages import Command
from fairkit.errors import ClaimError, FairkitError, UsageError

if TYPE_CHECKING:
    from bounty.claims.claim import Claim
    from bounty.game.bounty import Bounty, Judged


@click.command(
    "score",
    cls=Command,
    examples=[
        "bounty score my-bounty claim.toml --team owls --receipt owls-1.json",
        "bounty score my-bounty claims/*.toml --team house --json",
    ],
    short_help="Judge a claim on held-out rows and write it into the ledger.",
    epilog="Exit codes: 0 all confirmed; 1 not all; 2 one does not fit, or the budget is used up; 70 a bug.",
)
@click.argument("folder", metavar="FOLDER")
@click.argument("claims", nargs=-1, required=True, metavar="CLAIM...")
@click.option("--team", required=True, metavar="NAME", help="Who claims.")
@click.option("--nonce", metavar="HEX", help="Opens the team's commitment to the claim.")
@click.option("--receipt", metavar="FILE", help="Write the team's receipt for the claim.")
@click.option("--key", metavar="FILE", help="The key that signs the ledger.")
@click.option("--trust", multiple=True, metavar="SHA256", help="An ONNX file that may run in this process.")
@click.option("--json", "as_json", is_flag=True, help="Print how they ended as JSON.")
def command(
    *,
    folder: str,
    claims: tuple[str, ...],
    team: str,
    nonce: str | None,
    receipt: str | None,
    key: str | None,
    trust: tuple[str, ...],
    as_json: bool,
) -> int:
    """Judge a claim on held-out rows and write it into the ledger.

    For the host, who alone has the folder 'private'. The answer is one word a claim; each costs part of a
    budget that 'bounty board' shows. A claim that does not fit costs nothing, and the same claim of the same
    team gets the same answer again. Where the terms pay for it (--ladder-changes), a repair also shows its
    team a rounded score. The receipt is for the team: with it 'bounty verify' finds out whether the ledger
    was cut or written anew.
    """
    from bounty.claims.files import read_claim
    from bounty.cli.running import runner_of
    from bounty.game.bounty import Bounty
    from bounty.ledger.sealing import nonce_of
    from bounty.ledger.signatures import PrivateKey

    one = [option for option, given in (("--nonce", nonce), ("--receipt", receipt)) if given is not None]
    if one and len(claims) > 1:
        raise UsageError(f"{' and '.join(one)} go with one claim; there are {len(claims):,}.")
    files = check_files({"--receipt": receipt})
    read = [read_claim(path) for path in claims]
    opening = None if nonce is None else nonce_of(nonce)
    with working("judging"):
        bounty = Bounty(folder, key=None if key is None else PrivateKey.read(key), runner=runner_of(trust))
        # All are examined before the first is judged: a mistake in the last file must not cost the first.
        problems = _misfits(bounty, list(zip(claims, read, strict=True)))
        if problems:
            raise ClaimError(*problems)
        judged: list[Judged] = []
        try:
            for claim in read:
                judged.append(bounty.submit(claim, team=team, nonce=opening))  # noqa: PERF401  see below
        except FairkitError:
            # What was judged stands in the ledger, whatever happened to the next one.
            for each in judged:
                say(judged_text(each))
            raise
    receipts = [bounty.receipt(each).to_dict() for each in judged]
    if receipt is not None:
        write_files({files["--receipt"]: json.dumps(receipts[0], indent=1) + "\n"})
    if as_json:
        both = [
            judged_dict(each) | {"receipt": written} for each, written in zip(judged, receipts, strict=True)
        ]
        emit(json.dumps(both, indent=2))
    else:
        emit("\n".join(judged_text(each) for each in judged))
        left = bounty.budget.left
        say(f"left: {left.submissions:,} submissions, {left.acceptances:,} acceptances")
    confirmed = all(each.ruling.outcome.value == "confirmed" for each in judged)
    return ExitCode.FINE if confirmed else ExitCode.FAILED


def _misfits(bounty: Bounty, claims: list[tuple[str, Claim]]) -> list[str]:
    problems: list[str] = []
    for path, claim in claims:
        try:
            bounty.examine(claim)
        except ClaimError as error:
            problems += (f"{path}: {problem}" for problem in error.problems)
    return problems
