"""`bounty close`: the final points, and what opens every seal."""

from __future__ import annotations

import json

import click

from fairkit.cli.outputs import emit, is_colored, say, text_width, working
from fairkit.cli.pages import Command


@click.command(
    "close",
    cls=Command,
    examples=["bounty close my-bounty"],
    short_help="Close a bounty: final points, and a file that opens every seal.",
    epilog="Exit codes: 0 closed; 2 the folder is no whole bounty; 70 a bug.",
)
@click.argument("folder", metavar="FOLDER")
@click.option("--key", metavar="FILE", help="The key that signs the ledger.")
@click.option("--open-parts", is_flag=True, help="Open the hashes of the held-out parts too, for an auditor.")
@click.option("--trust", multiple=True, metavar="SHA256", help="An ONNX file that may run in this process.")
@click.option("--json", "as_json", is_flag=True, help="Print the final board as JSON.")
def command(*, folder: str, key: str | None, open_parts: bool, trust: tuple[str, ...], as_json: bool) -> None:
    """Close a bounty: final points, and a file that opens every seal.

    After this no claim is judged any more. FOLDER/reveal.json holds the whole numbers of every decision; with
    it and the ledger anybody can check each of them ('bounty verify'). To close again changes nothing, and
    writes that file again.
    """
    from bounty.cli.running import runner_of
    from bounty.game.bounty import Bounty
    from bounty.game.closing import close
    from bounty.holdout.part_files import write_whole
    from bounty.ledger.signatures import PrivateKey

    with working("closing"):
        bounty = Bounty(folder, key=None if key is None else PrivateKey.read(key), runner=runner_of(trust))
        board, reveal = close(bounty, open_parts=open_parts)
    path = bounty.folder.reveal
    write_whole(path, reveal.content, private=False)
    say(
        f"wrote {path}. Publish it with the ledger: 'bounty verify {folder}' checks every decision with them."
    )
    if as_json:
        emit(json.dumps(board.to_dict(), indent=2, ensure_ascii=False))
    else:
        emit(board.to_text(width=text_width(), color=is_colored()))
