"""`bounty create`: a host's rows become a bounty."""

from __future__ import annotations

import json
from typing import Any

import click

from bounty.cli.terms_options import plan_dict, plan_text, promise, stated, terms_options
from fairkit.cli.outputs import emit, say, working
from fairkit.cli.pages import Command, section

column = section("What the columns mean")
hunters = section("What hunters may see")
parts = section("How rows are split")


@click.command(
    "create",
    cls=Command,
    examples=[
        "bounty create loans.csv --label repaid --prediction approved --positive yes -o my-bounty",
        "bounty create risk.parquet --label default --score risk --cluster customer -o my-bounty",
        "bounty create calls.csv --errors errors --units words --use large=errors_large -o my-bounty",
    ],
    short_help="Split a host's rows in three, seal the terms, open the ledger.",
    context_settings={"show_default": True},
    epilog="Exit codes: 0 created; 2 refused (terms, columns, data, folder); 70 a bug.",
)
@click.argument("data", metavar="DATA")
@column("--label", metavar="COL", help="What is true.")
@column("--prediction", metavar="COL", help="What the model answered: a decision or a class.")
@column("--score", metavar="COL", help="What the model answered: a score.")
@column("--errors", metavar="COL", help="What each row costs, as a whole number (word errors).")
@column("--units", metavar="COL", help="Of how many units each row is (words); with --errors.")
@column(
    "--score-range",
    type=(float, float),
    default=(0.0, 1.0),
    metavar="LOW HIGH",
    help="The range of scores.",
)
@column(
    "--most",
    type=(int, int),
    metavar="ERRORS UNITS",
    help="The most that a row can cost and have; with --errors.  [default: what the rows have, rounded up]",
)
@column("--positive", metavar="VALUE", help="The positive one of two classes.")
@column("--use", multiple=True, metavar="NAME=COL", help="Another model of the host that repairs may use.")
@column("--cluster", metavar="COL", help="Whose rows belong together (person, speaker).")
@column("--missing", multiple=True, metavar="TEXT", help="A text that means missing.")
@hunters("--columns", metavar="A,B", help="Columns that claims may test.  [default: all others]")
@hunters("--hide", multiple=True, metavar="COL", help="A column that hunters must not see; repeatable.")
@hunters(
    "--coarsen",
    multiple=True,
    metavar="COL=HOW",
    help="income=10000 (bins of that width), age=18,30,45 (edges), age=q10 (ten quantiles), "
    "city=f50 (rarer texts become 'other'); repeatable.",
)
@parts(
    "--shares",
    default="0.4,0.4,0.2",
    metavar="P,A,B",
    help="Shares of the public rows, of those that judge, and of those that confirm.",
)
@parts("--stratified", is_flag=True, help="Hold the shares within each combination of truth and answer.")
@terms_options
@promise(
    "--loss",
    "losses",
    multiple=True,
    metavar="NAME",
    help="A loss that claims may name; repairs are judged by the first.  [default: all that fit]",
)
@promise("--title", default="A bias bounty", help="What it is called.")
@promise("--minimum-rows", default=30, metavar="N", help="Rows that a group must have.")
@click.option("-o", "--output", required=True, metavar="FOLDER", help="The bounty's folder, made here.")
@click.option("--key", metavar="FILE", help="Sign every row of the ledger with this key; made if absent.")
@click.option("--json", "as_json", is_flag=True, show_default=False, help="Print what was made as JSON.")
def command(*, data: str, output: str, as_json: bool, key: str | None, **asked: Any) -> None:
    """Split a host's rows in three, seal the terms, open the ledger.

    Hunters get the folder 'public' with the manifest and the ledger; 'private' stays with the host. The
    manifest fixes every condition and the hash of every row before the first claim comes in: publish its
    hash. Terms that the held-out rows cannot keep are refused, and so is a column that nearly names its rows.
    """
    from bounty.game.creating import create

    terms = stated(asked)
    alternatives = dict(_pair(text) for text in asked.pop("use"))
    with working("splitting the rows"):
        made = create(
            data,
            output,
            terms=terms,
            shares=[share.strip() for share in asked.pop("shares").split(",")],
            columns=_names(asked.pop("columns")),
            alternatives=alternatives,
            key=_key(key),
            **asked,
        )
    if as_json:
        content = {
            "folder": output,
            "manifest": made.manifest.to_dict(),
            "hash": made.manifest.hash,
            "left_out": dict(made.left_out),
            "plan": plan_dict(made.plan),
        }
        emit(json.dumps(content, indent=2, ensure_ascii=False))
        return
    rows = {name: part.rows for name, part in made.manifest.parts.items()}
    emit(plan_text(made.plan))
    emit("")
    emit(", ".join(f"{count:,} rows {name}" for name, count in rows.items()))
    for why, count in made.left_out.items():
        if count:
            emit(f"{count:,} rows are in no part: {why}")
    emit(f"columns: {', '.join(column.name for column in made.manifest.columns)}")
    emit(f"manifest {made.manifest.hash}")
    say(f"wrote {output}. Publish the manifest's hash, give hunters {output}/public and the ledger.")


def _pair(text: str) -> tuple[str, str]:
    from fairkit.errors import UsageError

    name, equals, col = text.partition("=")
    if not (name and equals and col):
        raise UsageError(f"--use {text}: write NAME=COL, as in large=errors_large.")
    return name, col


def _names(text: str | None) -> list[str] | None:
    return None if text is None else [name.strip() for name in text.split(",") if name.strip()]


def _key(path: str | None) -> Any:
    if path is None:
        return None
    from pathlib import Path

    from bounty.ledger.signatures import PrivateKey

    if Path(path).exists():
        return PrivateKey.read(path)
    made = PrivateKey.generate()
    made.write(path)
    say(f"wrote {path}, the key of this ledger. Keep it secret; publish {made.public.fingerprint}.")
    return made
