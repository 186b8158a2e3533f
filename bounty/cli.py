"""The `bounty` program: the door through which hosts and hunters will work.

No command is released yet. The program is installed all the same, so that its name, its version and its exit
codes (2: the call itself is wrong) do not change when commands arrive.
"""

from __future__ import annotations

import click

from fairkit import __version__

RELEASED = "No command is released yet."


@click.group(
    name="bounty",
    help=f"Bias bounties: subgroup claims, judged on data that hunters never see.\n\n{RELEASED}",
    no_args_is_help=True,
)
@click.version_option(__version__, prog_name="bounty")
def main() -> None:
    """Run the program."""
