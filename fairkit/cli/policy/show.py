"""`fairkit policy show`: every value that holds, and where it comes from."""

from __future__ import annotations

import json
from itertools import groupby
from typing import TYPE_CHECKING

import click

from fairkit.cli.outputs import emit, is_colored, text_width
from fairkit.cli.pages import Command

if TYPE_CHECKING:
    from collections.abc import Sequence

    from fairkit.policy.resolved import Resolved


@click.command(
    "show",
    cls=Command,
    examples=["fairkit policy show", "fairkit policy show release/fairness.toml --json"],
    short_help="Show every value that holds, and where it comes from.",
)
@click.argument("path", metavar="[FILE]", required=False)
@click.option("--json", "as_json", is_flag=True, help="Print the values as JSON.")
def command(*, path: str | None, as_json: bool) -> None:
    """Show every value that holds, and where it comes from.

    FILE is fairness.toml, or pyproject.toml with [tool.fairkit], where none is named. Values are from a line
    of the file, or defaults; limits are shown as they were written.
    """
    from fairkit.policy.loading import load_document
    from fairkit.policy.resolved import resolved

    document = load_document(path)
    values = resolved(document)
    if as_json:
        content = {
            "path": document.source.path,
            "sha256": document.source.sha256,
            "values": [
                {
                    "path": each.path,
                    "value": each.value,
                    "text": each.text,
                    "origin": each.origin,
                    "why": each.why or None,
                    "line": each.line,
                }
                for each in values
            ],
        }
        emit(json.dumps(content, indent=2, ensure_ascii=False))
    else:
        emit(_text(document.source.path or "", values))


def _text(path: str, values: Sequence[Resolved]) -> str:
    from fairkit.report.textpage import TextPage, cell

    page = TextPage(text_width(), color=is_colored())
    page.line(f"What holds by {path}", style="bold")
    for header, own in groupby(values, key=lambda each: each.table):
        if header:
            page.heading(header)
        else:
            page.console.print()
        table = page.table(header=False)
        table.add_column(no_wrap=True, min_width=16)
        table.add_column(overflow="fold")
        table.add_column(style="dim", overflow="fold")
        for each in own:
            table.add_row(cell(each.key), cell(each.text), cell(_origin(each)))
        page.console.print(table)
    return page.text()


def _origin(value: Resolved) -> str:
    if value.origin == "file":
        return "file" if value.line is None else f"line {value.line}"
    return f"default, as {value.why}" if value.why else "default"
