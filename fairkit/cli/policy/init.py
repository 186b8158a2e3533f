"""`fairkit policy init`: a first policy, from data or as a template."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from fairkit.cli import values
from fairkit.cli.outputs import check_files, emit, say, write_files
from fairkit.cli.pages import Command, section
from fairkit.errors import OutputError, UsageError

if TYPE_CHECKING:
    from fairkit.policy.template import Draft

column = section("What the columns mean")
_SPEECH = ("reference", "hypothesis", "speaker")


@click.command(
    "init",
    cls=Command,
    examples=[
        "fairkit policy init",
        "fairkit policy init loans.csv --label repaid --decision approved --by sex --by sex,race",
        "fairkit policy init calls.csv --reference said --hypothesis heard --speaker caller --by accent",
    ],
    short_help="Write a first policy, from data or as a template.",
)
@click.argument("data", metavar="[DATA]", required=False)
@column("--label", metavar="COL", help="The true class.")
@column("--decision", metavar="COL", help="The model's decision.")
@column("--score", metavar="COL", help="The model's score.")
@column("--threshold", type=float, metavar="T", help="The score from which a row counts as selected.")
@column(
    "--positive",
    multiple=True,
    callback=values.positive,
    metavar="VALUE",
    help="The positive value, where it is not 1 or true; label=VALUE and decision=VALUE where they differ.",
)
@column("--weight", metavar="COL", help="Sample weights, not negative.")
@column("--cluster", metavar="COL", help="Rows with the same value belong together: a person, a speaker.")
@column("--reference", metavar="COL", help="Transcripts: what was said.")
@column("--hypothesis", metavar="COL", help="Transcripts: what was recognised.")
@column("--speaker", metavar="COL", help="Transcripts: who spoke.")
@column("--id", "row_id", metavar="COL", help="Names the rows, to pair them with those of a baseline.")
@column(
    "--missing", multiple=True, metavar="TEXT", help="A text that means missing in these data; repeatable."
)
@section("Groups")(
    "--by",
    multiple=True,
    metavar="WHAT",
    help="A column, columns to cross (sex,race), or a named predicate ('young: age < 25'); repeatable.",
)
@click.option(
    "-o", "--output", default="fairness.toml", show_default=True, metavar="FILE", help="The policy."
)
@click.option("--force", is_flag=True, help="Replace a file that is there.")
@click.option("--json", "as_json", is_flag=True, help="Print what was written as JSON.")
def command(*, data: str | None, output: str, force: bool, as_json: bool, **asked: Any) -> None:
    """Write a first policy, from data or as a template.

    The file is valid, and explains every key in a line; what is not used yet is commented out. With DATA it
    names their columns, the groups with the levels found, and checks that can be made of them, with usual
    limits: read them before you hold a release to them. An existing file is not replaced.
    """
    given = {name: value for name, value in asked.items() if value not in (None, ())}
    if data is None and given:
        options = ", ".join(f"--{name.replace('row_id', 'id')}" for name in given)
        raise UsageError(
            f"{options} say what columns of data mean; name the data: fairkit policy init DATA ..."
        )
    files = check_files({"-o": output}, data=data)
    file = files["-o"]
    if file.exists() and not force:
        raise OutputError(f"'{file}' is there already; name another file (-o), or replace it (--force).")

    from fairkit.policy.template import EXAMPLE, template

    draft = EXAMPLE if data is None else _drafted(data, given, file.parent)
    write_files({file: template(draft)})
    if as_json:
        checks = [json.loads(check["id"]) for check in draft.checks]
        emit(json.dumps({"file": str(file), "groups": list(draft.groups), "checks": checks}, indent=2))
    elif data is None:
        say("Its columns are examples. Next: write those of your data, then 'fairkit policy validate'.")
    else:
        named = "" if output == "fairness.toml" else f" --policy {file}"
        say(f"Next: read its limits, then 'fairkit check{named}'.")


def _drafted(data: str, given: Mapping[str, Any], folder: Path) -> Draft:
    from fairkit.policy.starting import draft_of

    by: Sequence[str] = given.get("by", ())
    if not by:
        raise UsageError("name at least one grouping: --by sex, --by sex,race or --by 'young: age < 25'.")
    speech = {name: given[name] for name in _SPEECH if name in given}
    columns = {n: v for n, v in given.items() if n not in (*_SPEECH, "by", "row_id", "missing")}
    if speech and columns:
        raise UsageError(
            f"--{next(iter(speech))} is about transcripts and --{next(iter(columns))} about predictions; "
            "begin with one of them, and write the other table into the file."
        )
    if speech and not {"reference", "hypothesis"} <= set(speech):
        raise UsageError(
            "transcripts need both: what was said (--reference) and what was heard (--hypothesis)."
        )
    return draft_of(
        data,
        by=by,
        columns=columns,
        speech=speech or None,
        row_id=given.get("row_id"),
        missing=given.get("missing", ()),
        folder=folder,
    )
