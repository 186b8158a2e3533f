"""Write the pages of docs/ that are made from code; run through `make docs`.

A page made from the definitions cannot disagree with them: tests/test_docs.py fails while one is stale.
A new page is one line in PAGES.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import click

from bounty.cli import program as bounty
from fairkit.cli import program as fairkit
from fairkit.metrics.listing import markdown_tables

FOLDER = Path(__file__).resolve().parent
MADE = "<!-- Made by `make docs` from the code; do not edit by hand. -->\n\n"
METRICS = (
    "By the question that is asked. Metrics with a star are measured where none is named. A margin is what a "
    "difference, or a ratio, may be and still be parity; `fairkit eval --margin` sets another. A difference "
    "of shares is in units of 1 (0.05 are 5 points); where a margin is in units of the data, it says so."
)


def metrics() -> str:
    """Show every metric by the question it answers, with its formula, meaning, margin and source."""
    return f"# Metrics\n\n{MADE}{METRICS}\n\n{markdown_tables()}"


def commands() -> str:
    """Show the help of both programs and of each of their commands."""
    shown = (
        f"## {name}\n\n```\n{text}\n```\n"
        for program, called in PROGRAMS.items()
        for name, text in helps(program, called)
    )
    return "\n".join([f"# Commands\n\n{MADE.rstrip()}\n", *shown])


def helps(
    command: click.Command, name: str, parent: click.Context | None = None
) -> Iterator[tuple[str, str]]:
    """Yield the full name and the help of a command and of all below it, at one width everywhere."""
    with command.make_context(name, [], parent=parent, resilient_parsing=True, terminal_width=100) as context:
        yield context.command_path, command.get_help(context)
        if isinstance(command, click.Group):
            for child in command.list_commands(context):
                below = command.get_command(context, child)
                assert below is not None, child  # noqa: S101 - a listed command exists
                yield from helps(below, child, context)


PROGRAMS: dict[click.Command, str] = {fairkit: "fairkit", bounty: "bounty"}
PAGES: dict[str, Callable[[], str]] = {"commands.md": commands, "metrics.md": metrics}


def main() -> None:
    """Write the pages that changed, and say which."""
    for name, page in PAGES.items():
        path, text = FOLDER / name, page()
        stale = not path.exists() or path.read_text(encoding="utf-8") != text
        if stale:
            path.write_text(text, encoding="utf-8")
        sys.stderr.write(f"docs/{name}: {'written' if stale else 'current'}\n")


if __name__ == "__main__":
    main()
