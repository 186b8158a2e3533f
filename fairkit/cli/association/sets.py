"""`fairkit association sets`: the word sets that come with fairkit, or a file of the user's, listed."""

from __future__ import annotations

import json

import click

from fairkit.cli.outputs import emit, is_colored, text_width
from fairkit.cli.pages import Command, section


@click.command(
    "sets",
    cls=Command,
    examples=[
        "fairkit association sets",
        "fairkit association sets mine.toml",
    ],
    short_help="List the shipped sets of words, or check a file of yours.",
    epilog="Exit codes: 0 listed; 2 the file is no file of word sets; 70 a bug in fairkit.",
)
@click.argument("name", metavar="[NAME|FILE]", required=False)
@section("Output")("--json", "as_json", is_flag=True, help="Print the sets as JSON, not as text.")
def command(*, name: str | None, as_json: bool) -> None:
    """List the shipped sets of words, or check a file of yours.

    The shipped words were written for fairkit: results cannot be set beside published ones. A file of yours
    has a table for each test, with the tables 'targets' and 'attributes', each with two lists of words.
    """
    from fairkit.report.textpage import TextPage
    from fairkit.text.intrinsic.sets import shipped_sets, word_sets

    found = shipped_sets() if name is None else word_sets(name)
    if as_json:
        listed = [
            {
                "name": one.name,
                "targets": {words.name: list(words.words) for words in one.targets},
                "attributes": {words.name: list(words.words) for words in one.attributes},
                "source": one.source,
                "note": one.note,
            }
            for one in found.values()
        ]
        emit(json.dumps({"sets": listed}, indent=2, ensure_ascii=False))
        return
    page = TextPage(text_width(), color=is_colored())
    for one in found.values():
        page.line(one.name, style="bold")
        if one.note:
            page.line(one.note, indent=2)
        for role, words in zip(("X", "Y", "A", "B"), one.sets, strict=True):
            page.line(f"{role} {words.name}: {', '.join(words.words)}", indent=2)
        if one.source:
            page.line(f"source: {one.source}", indent=2, style="dim")
    emit(page.text())
