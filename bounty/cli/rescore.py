"""`bounty rescore`: every claim again, on the data."""

from __future__ import annotations

import json

import click

from fairkit.cli.contract import ExitCode
from fairkit.cli.outputs import emit, working
from fairkit.cli.pages import Command
from fairkit.errors import LedgerError


@click.command(
    "rescore",
    cls=Command,
    examples=["bounty rescore my-bounty --all"],
    short_help="Judge every claim again on the data and compare each number.",
    epilog="Exit codes: 0 every number came out the same; 1 one did not; 2 no whole bounty; 70 a bug.",
)
@click.argument("folder", metavar="FOLDER")
@click.option("--all", "every", is_flag=True, required=True, help="Every claim of the ledger, in its order.")
@click.option("--trust", multiple=True, metavar="SHA256", help="An ONNX file that may run in this process.")
@click.option("--json", "as_json", is_flag=True, help="Print what was found as JSON.")
def command(*, folder: str, every: bool, trust: tuple[str, ...], as_json: bool) -> int:  # noqa: ARG001
    """Judge every claim again on the data and compare each number.

    For the host or an auditor who holds the folder 'private'. Evidence is counted in whole numbers, so the
    same rows give the same numbers on any machine.
    """
    from bounty.cli.running import runner_of
    from bounty.game.rescoring import rescore

    try:
        with working("judging again"):
            found = rescore(folder, runner=runner_of(trust))
    except LedgerError as error:
        emit(json.dumps({"ok": False, "problems": list(error.problems)}, indent=2) if as_json else str(error))
        return ExitCode.FAILED
    if as_json:
        emit(json.dumps({"ok": True, **found.to_dict()}, indent=2))
    else:
        emit(
            f"{found.claims:,} claims judged again, {found.numbers:,} sealed numbers came out the same; "
            f"the rows of {', '.join(found.parts)} are those of the manifest. Head {found.head}."
        )
    return ExitCode.FINE
