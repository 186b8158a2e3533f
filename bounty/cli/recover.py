"""`bounty recover`: after a crash while a row was written."""

from __future__ import annotations

import json

import click

from fairkit.cli.outputs import emit, working
from fairkit.cli.pages import Command


@click.command(
    "recover",
    cls=Command,
    examples=["bounty recover my-bounty"],
    short_help="Drop a row that a crash cut off, and finish the claim it was of.",
    epilog="Exit codes: 0 the ledger is whole; 2 it is damaged elsewhere, or no bounty's; 70 a bug.",
)
@click.argument("folder", metavar="FOLDER")
@click.option("--key", metavar="FILE", help="The key that signs the ledger.")
@click.option("--trust", multiple=True, metavar="SHA256", help="An ONNX file that may run in this process.")
@click.option("--json", "as_json", is_flag=True, help="Print what was done as JSON.")
def command(*, folder: str, key: str | None, trust: tuple[str, ...], as_json: bool) -> None:
    """Drop a row that a crash cut off, and finish the claim it was of.

    Such a row has no end of line and was never acknowledged to anybody. Rows that are missing after it are
    written: judging is a computation, so they say what they would have said. Other damage no crash can do;
    it is named and left as it is.
    """
    from bounty.cli.running import runner_of
    from bounty.game.bounty import Bounty
    from bounty.game.folder import BountyFolder
    from bounty.ledger.ledger import Ledger
    from bounty.ledger.signatures import PrivateKey

    place = BountyFolder.at(folder)
    signs = None if key is None else PrivateKey.read(key)
    with working("reading the bounty"):
        with place.locked():
            dropped = Ledger.recover(place.ledger)
            kept = len(Ledger.open(place.ledger))
        bounty = Bounty(folder, key=signs, runner=runner_of(trust))
    written = len(bounty.ledger) - kept
    if as_json:
        emit(json.dumps({"dropped": len(dropped), "written": written, "head": bounty.ledger.head}, indent=2))
    else:
        emit(
            f"{len(dropped):,} bytes of a row were dropped and {written:,} rows written; "
            f"the ledger has {len(bounty.ledger):,} rows, head {bounty.ledger.head}."
        )
