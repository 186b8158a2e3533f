"""The `bounty` program: thin commands over the rules, one file each, loaded only when one is called."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from types import MappingProxyType
from typing import NoReturn

import click

from fairkit import __version__
from fairkit.cli.commands import Commands
from fairkit.cli.contract import run

COMMANDS: Mapping[str, str] = MappingProxyType(
    {
        "demo": "Play a whole small bounty on generated loans, in a minute.",
        "plan": "Say which promise held-out rows support, before any is made.",
        "create": "Split a host's rows in three, seal the terms, open the ledger.",
        "hunt": "Search the public rows for claims, as a host or as a hunter.",
        "check": "Examine a claim on public rows; it costs nothing.",
        "commit": "Write a team's commitment to a claim into the ledger.",
        "score": "Judge a claim on held-out rows and write it into the ledger.",
        "board": "Show the teams, the claims and what is left of the budget.",
        "close": "Close a bounty: final points, and a file that opens every seal.",
        "verify": "Check a ledger offline, with or without its reveal.",
        "rescore": "Judge every claim again on the data and compare each number.",
        "recover": "Drop a row that a crash cut off, and finish the claim it was of.",
        "export": "Write a policy for later releases, or the repaired model.",
    }
)
"""Every command and its summary; its module is ``bounty.cli.<name>``."""

EXAMPLES = (
    "bounty demo",
    "bounty create loans.csv --label repaid --prediction approved --positive yes -o my-bounty",
    "bounty check my-bounty claim.toml",
    "bounty score my-bounty claim.toml --team owls",
)


@click.group(
    name="bounty",
    cls=Commands,
    commands_of="bounty.cli",
    summaries=COMMANDS,
    examples=EXAMPLES,
    invoke_without_command=True,
    context_settings={"max_content_width": 100, "help_option_names": ["-h", "--help"]},
    epilog="Exit codes: 0 fine; 1 no, on evidence; 2 could not judge (usage, data, missing file); 70 a bug.",
)
@click.version_option(__version__, prog_name="bounty")
def program() -> None:
    """Bias bounties: claims about subgroups, judged on rows that nobody sees."""


def main() -> NoReturn:
    """Run the program on the command line's arguments and exit."""
    sys.exit(run(program, sys.argv[1:], name="bounty"))
