"""`bounty verify`: a ledger, checked without its data."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING

import click

from fairkit.cli.contract import ExitCode
from fairkit.cli.outputs import emit
from fairkit.cli.pages import Command

if TYPE_CHECKING:
    from bounty.ledger.verifying import Verification


@click.command(
    "verify",
    cls=Command,
    examples=[
        "bounty verify my-bounty",
        "bounty verify ledger.jsonl",
        "bounty verify ledger.jsonl --reveal reveal.json --receipt mine.json --manifest-hash 0f3a...",
    ],
    short_help="Check a ledger offline, with or without its reveal.",
    epilog="Exit codes: 0 what could be checked is right; 1 something is wrong; 2 no such file; 70 a bug.",
)
@click.argument("log", metavar="LEDGER|FOLDER")
@click.option("--reveal", metavar="FILE", help="What the host published at the close.")
@click.option(
    "--receipt", "receipts", multiple=True, metavar="FILE", help="A receipt that was kept; repeatable."
)
@click.option("--public-key", metavar="HEX", help="The host's key, from another source than the ledger.")
@click.option("--manifest-hash", metavar="HEX", help="As it was published before the bounty opened.")
@click.option("--json", "as_json", is_flag=True, help="Print what was found as JSON.")
def command(
    *,
    log: str,
    reveal: str | None,
    receipts: tuple[str, ...],
    public_key: str | None,
    manifest_hash: str | None,
    as_json: bool,
) -> int:
    """Check a ledger offline, with or without its reveal.

    Needs neither the data nor the host. Without the reveal the chain of rows is checked; with it, every seal
    is opened and every decision is made again from its whole numbers. Of a FOLDER its ledger.jsonl is checked
    with its reveal.json, where there is one.
    """
    from bounty.game.replay import replay
    from bounty.ledger.receipts import Receipt
    from bounty.ledger.reveal import Reveal
    from bounty.ledger.signatures import PublicKey
    from bounty.ledger.verifying import verify

    place = Path(log)
    if place.is_dir():
        log = str(place / "ledger.jsonl")
        if reveal is None and (place / "reveal.json").is_file():
            reveal = str(place / "reveal.json")
    found = verify(
        log,
        reveal=None if reveal is None else Reveal.read(reveal),
        receipts=[Receipt.read(path) for path in receipts],
        public_key=None if public_key is None else PublicKey(public_key),
        manifest_hash=manifest_hash,
        judge=replay,
    )
    emit(json.dumps(found.to_dict(), indent=2) if as_json else _text(found))
    return ExitCode.FINE if found.ok else ExitCode.FAILED


def _text(found: Verification) -> str:
    lines = [f"{found.rows:,} rows, head {found.head}"]
    lines += [f"checked: {what}" for what in found.checked]
    lines += [f"not checked: {what}" for what in found.unchecked]
    lines += [f"WRONG: {problem}" for problem in found.problems]
    lines.append("Everything that could be checked is right." if found.ok else "The ledger is not right.")
    return "\n".join(lines)
