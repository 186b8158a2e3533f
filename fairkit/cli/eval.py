"""`fairkit eval`: predictions in, a report out.

Every option that asks something has the name and the default of the parameter of `fairkit.evaluate` that it
sets (a test holds that), so the command only hands them on. Judging a release by a policy is another command.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from fairkit.cli import values
from fairkit.cli.asking import (
    column,
    declared_levels,
    deliver,
    group,
    groups,
    missing_texts,
    output,
    outputs,
    question,
    verdicts,
)
from fairkit.cli.pages import Command

if TYPE_CHECKING:
    from fairkit.report.model import Report


@click.command(
    "eval",
    cls=Command,
    examples=[
        "fairkit eval loans.csv --label repaid --decision approved --by race --by sex,race",
        "fairkit eval loans.csv --label repaid --score risk --threshold 0.5 --by race --reference race=White",
        "fairkit eval hired.csv --decision hired --by sex --compare ratio --html report.html",
        "fairkit eval 'parts/*.parquet' --label y --decision d --by 'young: age < 25' -o report.json",
        "fairkit eval loans.csv --label repaid --decision old=approved --decision new=approved2 --by race",
    ],
    short_help="Evaluate predictions: metrics by group, and whether groups differ.",
    context_settings={"show_default": True},
    epilog="Exit codes: 0 evaluated, whatever was found; 2 could not evaluate; 70 a bug in fairkit.",
)
@click.argument("data", metavar="DATA")
@column("--label", metavar="COL", help="The true class; without it only selection rates are known.")
@column(
    "--decision",
    multiple=True,
    callback=values.models,
    metavar="[NAME=]COL",
    help="The model's decision, or a predicate: 'score_text != \"Low\"'. Repeated with names, it compares "
    "models on the same rows.",
)
@column(
    "--score",
    multiple=True,
    callback=values.models,
    metavar="[NAME=]COL",
    help="The model's score, for curves and calibration; a decision is made from --threshold up.",
)
@column("--threshold", type=float, metavar="T", help="The score from which a row counts as selected.")
@column(
    "--classes",
    callback=values.classes,
    metavar="all|A,B",
    help="Label and decision name one of several classes: all that occur, or these.",
)
@column(
    "--outputs",
    multiple=True,
    callback=values.pairs,
    metavar="LABEL=COL",
    help="A label column and its decision column, where a row has several labels; repeatable.",
)
@column("--prediction", metavar="COL", help="Regression: the predicted number; --label has the true one.")
@column("--prediction-low", metavar="COL", help="Regression: lower end of a prediction interval.")
@column("--prediction-high", metavar="COL", help="Regression: upper end of a prediction interval.")
@column("--quantile", type=float, metavar="Q", help="Regression: the quantile that is predicted, as 0.9.")
@column("--rank", metavar="COL", help="Ranking: the place of an item, 1 is the top; or give --score.")
@column("--query", metavar="COL", help="Ranking: what the items were ranked for.")
@column("--relevance", metavar="COL", help="Ranking: how relevant an item is, not negative.")
@column("--events", metavar="COL", help="Counts of events, such as claims or word errors.")
@column("--exposure", metavar="COL", help="What events are counted per, such as months; else rows.")
@column(
    "--positive",
    multiple=True,
    callback=values.positive,
    metavar="VALUE",
    help="The positive value, where it is not 1 or true; label=VALUE and decision=VALUE where they differ.",
)
@column("--cluster", metavar="COL", help="Rows with the same value belong together (a person, a speaker).")
@column("--weight", metavar="COL", help="Sample weights, not negative.")
@missing_texts
@groups
@declared_levels
@group(
    "--max-levels",
    type=click.IntRange(min=1),
    default=1000,
    metavar="N",
    help="Refuse a column with more levels: it is mostly an identifier.",
)
@verdicts
@question(
    "--interval",
    type=click.Choice(["newcombe", "miettinen-nurminen"]),
    default="newcombe",
    help="Plain interval of a difference.",
)
@question(
    "--replicates", type=int, default=2000, metavar="N", help="Bootstrap replicates, where there is one."
)
@question("--seed", type=click.IntRange(min=0), default=0, metavar="N", help="Seed of the bootstrap.")
@outputs
@output(
    "--hash",
    "hash_files",
    is_flag=True,
    show_default=False,
    help="Hash the data whatever their size; up to 256 MB they always are.",
)
def command(*, data: str, **asked: Any) -> None:
    """Evaluate predictions: metrics by group, and whether groups differ.

    DATA is a CSV, TSV, JSON Lines, Parquet or Arrow file, a folder of Parquet files or a quoted glob; it
    may be larger than memory. Each group gets every metric with its interval, and a verdict: disparity
    (surely beyond the margin), parity (surely within), or inconclusive, with the number of rows that would
    decide it.
    """

    def make(_: object, **question: Any) -> Report:
        from fairkit.evaluator import evaluate

        return evaluate(data, **question)

    deliver(make, f"evaluating {data}", data=data, asked=asked)
