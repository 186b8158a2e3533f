"""`bounty check`: a claim on public rows."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, NamedTuple

import click

from bounty.cli.stating import claim_words, examination_text, prospect_text
from fairkit.cli.contract import ExitCode
from fairkit.cli.outputs import emit
from fairkit.cli.pages import Command
from fairkit.errors import ClaimError, UsageError

if TYPE_CHECKING:
    from bounty.claims.claim import Claim
    from bounty.game.examining import Examination
    from bounty.game.prospects import Prospect


@click.command(
    "check",
    cls=Command,
    examples=[
        "bounty check my-bounty claim.toml",
        "bounty check my-bounty claims/*.toml --json",
        "bounty check my-bounty claim.toml --seal --team owls",
    ],
    short_help="Examine a claim on public rows; it costs nothing.",
    epilog="Exit codes: 0 public rows speak for all of them; 1 not for all; 2 one does not fit; 70 a bug.",
)
@click.argument("folder", metavar="FOLDER")
@click.argument("claims", nargs=-1, required=True, metavar="CLAIM...")
@click.option("--seal", is_flag=True, help="Print a commitment to each claim, and the nonce that opens it.")
@click.option("--team", metavar="NAME", help="Who commits; with --seal.")
@click.option("--trust", multiple=True, metavar="SHA256", help="An ONNX file that may run in this process.")
@click.option("--json", "as_json", is_flag=True, help="Print what was found as JSON.")
def command(
    *,
    folder: str,
    claims: tuple[str, ...],
    seal: bool,
    team: str | None,
    trust: tuple[str, ...],
    as_json: bool,
) -> int:
    """Examine a claim on public rows; it costs nothing.

    FOLDER holds what a bounty publishes: the ledger and the folder 'public'. The claim is compared with the
    model as the ledger's confirmed repairs have made it. A claim is accepted when the mass that is certain on
    the held-out rows is at least what the bounty's terms ask; mass is the excess loss as a share of all rows.
    Public rows flatter whoever searched in them: what is just enough here will rarely do on rows that nobody
    has seen.

    With --seal it prints what 'bounty commit' takes. Who committed first is first, whenever they show the
    claim. Keep the nonce, and keep it secret, until then.
    """
    from bounty.claims.files import read_claim
    from bounty.cli.running import runner_of
    from bounty.game.examining import examine
    from bounty.game.prospects import prospects
    from bounty.game.published import Published

    if seal != (team is not None):
        raise UsageError("--seal and --team belong together: a commitment opens for one team only.")
    read = [read_claim(path) for path in claims]
    published = Published.read(folder, runner=runner_of(trust))
    found = []
    for path, claim in zip(claims, read, strict=True):
        try:
            seen = examine(claim, published.part)
        except ClaimError as error:
            raise ClaimError(*(f"{path}: {problem}" for problem in error.problems)) from None
        terms = published.conditions.terms
        likely = prospects(seen, terms, published.place, published.held_rows)
        sealed = None if team is None else _sealed(claim, team)
        found.append(_Checked(path, seen, likely, published.obstacles(seen), sealed))
    if as_json:
        emit(json.dumps([each.to_dict() for each in found], indent=2, ensure_ascii=False))
    else:
        emit("\n\n".join(each.text for each in found))
    return ExitCode.FINE if all(each.is_promising for each in found) else ExitCode.FAILED


class _Checked(NamedTuple):
    """What was found about one claim."""

    path: str
    seen: Examination
    likely: tuple[Prospect, Prospect]
    obstacles: tuple[str, ...]
    sealed: tuple[str, str] | None

    @property
    def is_promising(self) -> bool:
        """Whether rows like these would have it accepted and confirmed."""
        return all(each.accepted for each in self.likely) and not self.obstacles

    @property
    def text(self) -> str:
        """Say it."""
        claim = self.seen.claim
        lines = [f"{self.path}: {claim.hash[:8]}", claim_words(claim), examination_text(self.seen)]
        if self.seen.undefined is None:
            lines += [prospect_text(each) for each in self.likely]
        lines += self.obstacles
        lines.append(
            "Rows like these would have it accepted and confirmed."
            if self.is_promising
            else "Rows like these would not have it accepted and confirmed."
        )
        if self.sealed is not None:
            lines += [f"seal  {self.sealed[0]}", f"nonce {self.sealed[1]}  (secret until you submit)"]
        return "\n".join(lines)

    def to_dict(self) -> dict[str, Any]:
        """Give it for ``--json``."""
        seen = self.seen
        content = {
            "file": self.path,
            "claim": seen.claim.hash,
            "content": seen.claim.to_dict(),
            "rows": seen.group.size,
            "mass": None if seen.mass is None else float(seen.mass),
            "why": seen.undefined,
            "group_rate": None if seen.group_rate is None else float(seen.group_rate),
            "other_rate": None if seen.other_rate is None else float(seen.other_rate),
            "expected": self.is_promising,
            "parts": [
                {
                    "part": each.part,
                    "rows": each.rows,
                    "certified": None if each.certified is None else float(each.certified),
                    "least": float(each.least),
                    "accepted": each.accepted,
                }
                for each in self.likely
            ],
            "obstacles": list(self.obstacles),
            "evidence": seen.evidence.to_dict(),
        }
        return content if self.sealed is None else content | {"seal": self.sealed[0], "nonce": self.sealed[1]}


def _sealed(claim: Claim, team: str) -> tuple[str, str]:
    from bounty.game.bounty import check_team
    from bounty.ledger.sealing import new_nonce, seal_claim

    check_team(team)
    nonce = new_nonce()
    return seal_claim(claim.hash, nonce, team=team), nonce.hex()
