"""A program whose commands are imported when they are needed, so that its help answers at once."""

from __future__ import annotations

import importlib
from collections.abc import Mapping, Sequence
from typing import Any

import click

from fairkit.cli.pages import write_story
from fairkit.errors import did_you_mean, shortlist


class Commands(click.Group):
    """A group whose commands are modules.

    Parameters
    ----------
    commands_of : str
        The package; the command ``a-name`` is what its module ``a_name`` calls ``command``.
    summaries : mapping of str to str
        Every command and its summary, in the order of the help.
    examples : sequence of str
        Lines to type.
    **attributes
        As click's own.

    Examples
    --------
    >>> program = Commands("p", commands_of="fairkit.cli", summaries={"doctor": "Show versions."})
    >>> program.get_command(None, "doctor").name
    'doctor'
    """

    def __init__(
        self,
        *arguments: Any,
        commands_of: str,
        summaries: Mapping[str, str],
        examples: Sequence[str] = (),
        **attributes: Any,
    ) -> None:
        super().__init__(*arguments, **attributes)
        self.commands_of = commands_of
        self.summaries = summaries
        self.examples = tuple(examples)

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002
        """Return the names of the commands, in the order of the help."""
        return list(self.summaries)

    def get_command(self, ctx: click.Context | None, cmd_name: str) -> click.Command | None:  # noqa: ARG002
        """Import one command; None where there is no such command."""
        if cmd_name not in self.summaries:
            return None
        module = f"{self.commands_of}.{cmd_name.replace('-', '_')}"
        command = importlib.import_module(module).command
        if not isinstance(command, click.Command):
            raise TypeError(f"{module}.command is no click command.")
        return command

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """Show the help of a group of commands that is called without one, as the program itself does."""
        if not args and ctx.parent is not None and not ctx.resilient_parsing:
            click.echo(ctx.get_help(), err=True)
            ctx.exit(2)
        return super().parse_args(ctx, args)

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """Find the command that was called, or say which one may have been meant."""
        if args and args[0] not in self.summaries and not args[0].startswith("-"):
            known = list(self.summaries)
            ctx.fail(
                f"there is no command '{args[0]}' (there are {shortlist(known)})."
                f"{did_you_mean(args[0], known)}"
            )
        return super().resolve_command(ctx, args)

    def format_help_text(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:  # noqa: ARG002
        """Write what the program is for, with examples."""
        write_story(formatter, self.help or "", self.examples)

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:  # noqa: ARG002
        """Write the list of commands without importing them."""
        with formatter.section("Commands"):
            formatter.write_dl(list(self.summaries.items()))
