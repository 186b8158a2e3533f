"""`bounty commit`: who was first with a claim, before anybody sees it."""

from __future__ import annotations

import json

import click

from fairkit.cli.outputs import check_files, emit, working, write_files
from fairkit.cli.pages import Command


@click.command(
    "commit",
    cls=Command,
    examples=["bounty commit my-bounty --team owls --seal 6d0c...", "bounty commit --help"],
    short_help="Write a team's commitment to a claim into the ledger.",
    epilog="Exit codes: 0 written; 2 the seal or the team's name is none, or the bounty is closed; 70 a bug.",
)
@click.argument("folder", metavar="FOLDER")
@click.option("--team", required=True, metavar="NAME", help="Who commits.")
@click.option(
    "--seal", required=True, metavar="HEX", help="As 'bounty check --seal' printed it for the team."
)
@click.option("--receipt", metavar="FILE", help="Write the team's receipt for the commitment.")
@click.option("--key", metavar="FILE", help="The key that signs the ledger.")
@click.option("--trust", multiple=True, metavar="SHA256", help="An ONNX file that may run in this process.")
@click.option("--json", "as_json", is_flag=True, help="Print the row and the receipt as JSON.")
def command(
    *,
    folder: str,
    team: str,
    seal: str,
    receipt: str | None,
    key: str | None,
    trust: tuple[str, ...],
    as_json: bool,
) -> None:
    """Write a team's commitment to a claim into the ledger.

    For the host. A team makes the seal itself ('bounty check --seal'), so nobody learns the claim by it. Of
    two teams that claim the same, the claim is the earlier commitment's. A team opens one by submitting the
    claim with its nonce ('bounty score --nonce').
    """
    from bounty.cli.running import runner_of
    from bounty.game.bounty import Bounty
    from bounty.ledger.signatures import PrivateKey

    files = check_files({"--receipt": receipt})
    with working("reading the bounty"):
        bounty = Bounty(folder, key=None if key is None else PrivateKey.read(key), runner=runner_of(trust))
        row = bounty.commit(seal, team=team)
    made = bounty.ledger.receipt(row.seq).to_dict()
    write_files({path: json.dumps(made, indent=1) + "\n" for path in files.values()})
    if as_json:
        emit(
            json.dumps(
                {"row": row.seq, "time": row.time, "team": team, "seal": seal, "receipt": made}, indent=2
            )
        )
    else:
        emit(f"row {row.seq}, {row.time}: {team} is committed to a claim.")
