"""`fairkit swap`: texts in, the same texts with roles reversed out, and a report of what was not swapped.

Every option that asks something has the name and the default of the parameter of `fairkit.text.swap_file` or
of `fairkit.text.GenderSwapper` that it sets; a test holds that.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Mapping
from contextlib import nullcontext
from typing import TYPE_CHECKING, Any

import click

from fairkit.cli.outputs import check_files, emit, is_colored, say, working, write_files
from fairkit.cli.pages import Command, section
from fairkit.errors import UsageError

if TYPE_CHECKING:
    from fairkit.text.rewriting import Rewriter
    from fairkit.text.swap_summary import SwapSummary

STREAM = "-"
FORMATS = ["csv", "tsv", "jsonl", "parquet", "arrow", "text"]

texts = section("Where the texts are")
words = section("What is swapped")
rows = section("What is done with rows")
output = section("Output")

_OF_REWRITERS = ("target", "direction", "names", "tagger", "exclude")


@click.command(
    "swap",
    cls=Command,
    examples=[
        'fairkit swap --text "She sang, and her brother heard her."',
        "fairkit swap reviews.csv --column text -o swapped.csv",
        "fairkit swap reviews.jsonl --column text --attribute religion --target Muslim -o muslim.jsonl",
        "fairkit swap train.parquet --column text --mode where-changed -o augmented.parquet --workers 4",
        "fairkit swap lines.txt -o swapped.txt --show 5 --report swap.json",
        "fairkit swap --check our_words.toml",
    ],
    short_help="Rewrite texts with roles reversed: gender, religion, age, your words.",
    context_settings={"show_default": True},
    epilog="Exit codes: 0 done, whatever was changed; 2 could not; 70 a bug in fairkit.",
)
@click.argument("data", metavar="[DATA]", required=False)
@texts("--column", metavar="COL", help="The column of texts; lines of plain text need none.")
@texts(
    "--format",
    "form",
    type=click.Choice(FORMATS),
    show_default=False,
    help="Format of DATA, where its name does not tell.",
)
@texts("--text", metavar="TEXT", help="Swap this text instead of a file.")
@words(
    "--attribute",
    default="gender",
    metavar="NAME|FILE",
    help="gender, a table that is shipped (--list), or a TOML, CSV or TSV file of words.",
)
@words(
    "--target",
    metavar="LEVEL",
    help="Of a table: the level that others become.  [default: each becomes the next]",
)
@words(
    "--direction",
    type=click.Choice(["both", "feminine-to-masculine", "masculine-to-feminine", "neutral"]),
    show_default=False,
    help="Of gender: which words change, and into what.  [default: both]",
)
@words(
    "--names",
    type=click.Choice(["protect", "swap", "keep"]),
    show_default=False,
    help="Of gender: what is done with first names.  [default: protect]",
)
@words(
    "--tagger",
    type=click.Choice(["auto", "rule", "hanta"]),
    show_default=False,
    help="Of gender: who gives a second opinion on 'her': HanTa where it is installed (auto), in any case, "
    "or nobody (rule, the quick way).  [default: auto]",
)
@words("--exclude", multiple=True, metavar="PHRASE", help="A phrase that is left as it is; repeatable.")
@words("--list", "list_tables", is_flag=True, show_default=False, help="List the tables that are shipped.")
@words("--check", metavar="FILE", help="Check a table of words, and show it.")
@rows(
    "--mode",
    type=click.Choice(["replace", "add", "substitute", "where-changed"]),
    default="replace",
    help="Write the counterfactual in place of the text; or behind it, for every row (add) or where there is "
    "one (where-changed); or in its place by lot (substitute).",
)
@rows("--into", metavar="COL", help="With replace: a new column for the counterfactual; the text stays.")
@rows(
    "--drop-ambiguous", is_flag=True, show_default=False, help="Do not use counterfactuals that are in doubt."
)
@rows(
    "--identifier",
    metavar="COL",
    help="With substitute: rows of one value are drawn together.  [default: each row by its number]",
)
@rows("--probability", type=float, default=0.5, metavar="P", help="With substitute: how often it is drawn.")
@rows("--seed", type=click.IntRange(min=0), default=0, metavar="N", help="With substitute: seed of the lot.")
@rows(
    "--version-column",
    "version",
    default="version",
    metavar="COL",
    help="Name of the column that says which version a row is.",
)
@rows(
    "--pair-column",
    "pair",
    default="pair",
    metavar="COL",
    help="Name of the column with the number of the row that a version comes from.",
)
@output(
    "-o",
    "--output",
    metavar="FILE",
    help="Write the rows here, in the format of its name.  [default: standard output]",
)
@output(
    "--output-format",
    "output_form",
    type=click.Choice(FORMATS),
    show_default=False,
    help="Format of the rows written, where the name does not tell.",
)
@output("--report", metavar="FILE", help="Write what was swapped, and what was not, as JSON.")
@output(
    "--show",
    type=click.IntRange(min=0),
    default=0,
    metavar="N",
    help="Show the first N texts that change, with what changed marked.",
)
@output(
    "--workers",
    type=click.IntRange(min=1),
    default=1,
    metavar="N",
    help="Processes; they pay from some 100,000 texts on.",
)
@output(
    "--json",
    "as_json",
    is_flag=True,
    show_default=False,
    help="Print what was swapped as JSON; rows are then written only to a file.",
)
def command(*, data: str | None, **asked: Any) -> None:
    """Rewrite texts with roles reversed: gender, religion, age, your words.

    DATA is a CSV, TSV, JSON Lines, Parquet or Arrow file, plain text with one text a line, or '-' for
    standard input; it may be larger than memory. Only the text changes: other columns, quotes, blanks, ends
    of lines and nested values stay as they are, byte for byte where the format stays. What was not swapped is
    counted by reason.
    """
    given = {"DATA": data, "--text": asked["text"], "--check": asked["check"]}
    named = [name for name, value in given.items() if value is not None]
    if asked["list_tables"]:
        named.append("--list")
    if len(named) != 1:
        wrong = f"{' and '.join(named)} exclude each other" if named else "there is nothing to swap"
        raise UsageError(
            f"{wrong}; give a file, '-' for standard input, --text TEXT, --check FILE or --list."
        )
    if asked["list_tables"]:
        _list(as_json=asked["as_json"])
    elif asked["check"] is not None:
        _check(asked["check"], as_json=asked["as_json"])
    elif asked["text"] is not None:
        _one(asked)
    else:
        _file(str(data), asked)


def _file(data: str, asked: dict[str, Any]) -> None:
    options = {name: value for name in _OF_REWRITERS if (value := asked.pop(name))}
    for name in ("text", "check", "list_tables"):
        asked.pop(name)
    as_json, report = asked.pop("as_json"), asked.pop("report")
    files = check_files({"-o": asked["output"], "--report": report}, data=data)
    streams = "-o" not in files and not as_json
    if streams:
        asked["output"] = STREAM
    to_screen = streams and sys.stdout.isatty()
    with nullcontext(_silent) if to_screen else working(f"swapping {data}") as tell:
        summary = _swapped(data, tell, options, asked)
    content = summary.to_json()
    if report is not None:
        write_files({files["--report"]: content})
    if "-o" in files:
        say(f"wrote {files['-o']}")
    if as_json:
        emit(content)
        return
    from fairkit.text.swap_text import summary_text

    if streams:
        click.echo(summary_text(summary, color=sys.stderr.isatty() and is_colored()), err=True)
    else:
        emit(summary_text(summary, color=is_colored()))


def _swapped(
    data: str, tell: Callable[[int], None], options: Mapping[str, Any], asked: Mapping[str, Any]
) -> SwapSummary:
    from fairkit.text.swap_files import swap_file

    return swap_file(data, progress=tell, **asked, **options)


def _silent(_: int) -> None:
    """Show no progress: the rows themselves are on the screen."""


def _one(asked: Mapping[str, Any]) -> None:
    from fairkit.text.swap_summary import as_dict
    from fairkit.text.swap_text import text_notes

    _refuse(asked)
    rewriter = _rewriter(asked)
    found = rewriter(asked["text"])
    if asked["as_json"]:
        content = {"attribute": rewriter.attribute, **as_dict(found)}
        emit(json.dumps(content, indent=2, ensure_ascii=False))
        return
    emit(found.text)
    for note in text_notes(found, attribute=rewriter.attribute):
        say(note)


def _rewriter(asked: Mapping[str, Any]) -> Rewriter:
    from fairkit.text.rewriters import rewriter_of

    return rewriter_of(asked["attribute"], **{name: asked[name] for name in _OF_REWRITERS if asked[name]})


def _refuse(asked: Mapping[str, Any]) -> None:
    """Refuse options of files beside --text; what is their default was not asked."""
    options = {"form": "--format", "output": "-o", "output_form": "--output-format"}
    defaults = {"mode": "replace", "drop_ambiguous": False, "show": 0}
    names = ("column", "form", "into", "identifier", "output", "output_form", "report", *defaults)
    given = [name for name in names if asked[name] != defaults.get(name)]
    wrong = [options.get(name, f"--{name.replace('_', '-')}") for name in given]
    if wrong:
        raise UsageError(
            f"with --text there is no file, so leave out what goes with one: {', '.join(wrong)}."
        )


def _list(*, as_json: bool) -> None:
    from fairkit.text.attributes.table import attribute_table, shipped_tables

    tables = [attribute_table(name) for name in shipped_tables()]
    if as_json:
        content = [
            {
                "attribute": t.attribute,
                "levels": t.levels,
                "concepts": len(t.concepts),
                "about": t.description,
            }
            for t in tables
        ]
        emit(json.dumps(content, indent=2, ensure_ascii=False))
        return
    width = max(len(table.attribute) for table in tables)
    lines = [f"{table.attribute.ljust(width)}  {', '.join(table.levels)}" for table in tables]
    emit("\n".join([f"{'gender'.ljust(width)}  built in", *lines]))


def _check(path: str, *, as_json: bool) -> None:
    from fairkit.text.attributes.table import attribute_table
    from fairkit.text.swap_text import table_text

    table = attribute_table(path)
    if as_json:
        content = {"attribute": table.attribute, "levels": table.levels, "concepts": table.concepts}
        emit(json.dumps(content, indent=2, ensure_ascii=False))
    else:
        emit(table_text(table))
