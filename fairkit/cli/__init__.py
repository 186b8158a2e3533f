"""The `fairkit` program: thin commands over the library, one file each, loaded only when one is called.

`fairkit --help` must answer at once, so the summaries of the commands stand here, and a command's module is
imported when the command is; a test holds that both say the same.
"""

from __future__ import annotations

import importlib
import sys
from collections.abc import Mapping
from types import MappingProxyType
from typing import NoReturn

import click

from fairkit import __version__
from fairkit.cli.contract import run
from fairkit.cli.pages import write_story
from fairkit.errors import did_you_mean, shortlist

COMMANDS: Mapping[str, str] = MappingProxyType(
    {
        "eval": "Evaluate predictions: metrics by group, and whether groups differ.",
        "wer": "Judge transcripts: word error rate by accent, dialect, condition.",
        "coverage": "Say which combinations lack speakers, and how many to record.",
        "remedy": "Fit a remedy on some rows and judge other rows before and after.",
        "report": "Show a saved report as text, HTML, Markdown or JSON.",
        "metrics": "List the metrics: formula, meaning, margins and source.",
        "demo": "Evaluate shipped data with a known truth, and write two pages.",
        "doctor": "Show versions, what is installed, and what is missing.",
    }
)
"""Every command and its summary; its module is ``fairkit.cli.<name>``."""

EXAMPLES = (
    "fairkit demo",
    "fairkit eval loans.csv --label repaid --decision approved --by race --by sex,race",
    "fairkit eval hired.parquet --decision hired --by sex --html report.html",
)


class Commands(click.Group):
    """A group whose commands are imported when they are needed."""

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002
        """Return the names of the commands, in the order of the help."""
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:  # noqa: ARG002
        """Import one command; None where there is no such command."""
        if cmd_name not in COMMANDS:
            return None
        command = importlib.import_module(f"fairkit.cli.{cmd_name}").command
        if not isinstance(command, click.Command):
            raise TypeError(f"fairkit.cli.{cmd_name}.command is no click command.")
        return command

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """Find the command that was called, or say which one may have been meant."""
        if args and args[0] not in COMMANDS and not args[0].startswith("-"):
            known = list(COMMANDS)
            ctx.fail(
                f"there is no command '{args[0]}' (there are {shortlist(known)})."
                f"{did_you_mean(args[0], known)}"
            )
        return super().resolve_command(ctx, args)

    def format_help_text(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:  # noqa: ARG002
        """Write what the program is for, with examples."""
        write_story(formatter, self.help or "", EXAMPLES)

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:  # noqa: ARG002
        """Write the list of commands without importing them."""
        with formatter.section("Commands"):
            formatter.write_dl(list(COMMANDS.items()))


@click.group(
    name="fairkit",
    cls=Commands,
    invoke_without_command=True,
    context_settings={"max_content_width": 100, "help_option_names": ["-h", "--help"]},
    epilog="Exit codes: 0 fine; 2 could not judge (usage, data, missing file); 70 a bug in fairkit.",
)
@click.version_option(__version__, prog_name="fairkit")
def program() -> None:
    """Fairness evaluation that reads rows once and says how sure it is."""


def main() -> NoReturn:
    """Run the program on the command line's arguments and exit."""
    sys.exit(run(program, sys.argv[1:], name="fairkit"))
