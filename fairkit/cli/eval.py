"""`fairkit eval`: predictions in, a report out.

Every option that asks something has the name and the default of the parameter of `fairkit.evaluate` that it
sets (a test holds that), so the command only hands them on. Judging a release by a policy is another command.
"""

from __future__ import annotations

from typing import Any

import click

from fairkit.cli import values
from fairkit.cli.outputs import check_files, emit, is_colored, on_terminal, say, working, write_files
from fairkit.cli.pages import Command, section

column = section("What the columns mean")
group = section("Groups")
question = section("What to compare, and how surely")
output = section("Output")


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
@column(
    "--missing", multiple=True, metavar="TEXT", help="A text that means missing in these data, such as '?'."
)
@group(
    "--by",
    multiple=True,
    required=True,
    metavar="WHAT",
    help="A column, columns to cross (sex,race), or a named predicate ('young: age < 25'); repeatable.",
)
@group(
    "--reference",
    multiple=True,
    callback=values.references,
    metavar="WHAT",
    help="Compare with all other rows (rest), the best group (best), or COL=LEVEL, COL=best; repeatable.  "
    "[default: rest]",
)
@group(
    "--levels",
    multiple=True,
    callback=values.levels,
    metavar="COL=A,B",
    help="Levels that a column may have; one without rows is listed as undefined. Repeatable.",
)
@group(
    "--max-levels",
    type=click.IntRange(min=1),
    default=1000,
    metavar="N",
    help="Refuse a column with more levels: it is mostly an identifier.",
)
@question(
    "--metric",
    "metrics",
    multiple=True,
    shell_complete=values.complete_metric,
    callback=values.metrics,
    metavar="NAME",
    help="A metric of 'fairkit metrics', or all; repeatable.  [default: the usual six]",
)
@question(
    "--compare",
    type=click.Choice(["difference", "ratio", "both"]),
    default="difference",
    help="What verdicts are about.",
)
@question(
    "--margin",
    callback=values.margins,
    multiple=True,
    metavar="M",
    help="What still counts as parity: 0.05 for ±0.05, or a range, 0.8,1.25 for ratios; repeatable.  "
    "[default: each metric's own]",
)
@question(
    "--confidence",
    type=float,
    default=0.95,
    metavar="LEVEL",
    help="Level of intervals, and of each family of verdicts.",
)
@question(
    "--correction",
    type=click.Choice(["holm", "benjamini-hochberg", "max-t", "none"]),
    default="holm",
    help="How verdicts allow for the number of groups.",
)
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
@output("-o", "--output", metavar="FILE", help="Write the report as JSON.")
@output("--html", metavar="FILE", help="Write the report as one self-contained page.")
@output("--markdown", "--md", metavar="FILE", help="Write the report as Markdown.")
@output("--json", "as_json", is_flag=True, show_default=False, help="Print the report as JSON, not as text.")
@output(
    "--hash",
    "hash_files",
    is_flag=True,
    show_default=False,
    help="Hash the data whatever their size; up to 256 MB they always are.",
)
def command(
    *, data: str, output: str | None, html: str | None, markdown: str | None, as_json: bool, **question: Any
) -> None:
    """Evaluate predictions: metrics by group, and whether groups differ.

    DATA is a CSV, TSV, JSON Lines, Parquet or Arrow file, a folder of Parquet files or a quoted glob; it
    may be larger than memory. Each group gets every metric with its interval, and a verdict: disparity
    (surely beyond the margin), parity (surely within), or inconclusive, with the number of rows that would
    decide it.
    """
    files = check_files({"-o": output, "--html": html, "--markdown": markdown}, data=data)
    with working(f"evaluating {data}"):
        from fairkit.evaluator import evaluate

        report = evaluate(data, **question)
        views = {"-o": report.to_json, "--html": report.to_html, "--markdown": report.to_markdown}
        contents = {path: views[option]() for option, path in files.items()}
    # Only now: while progress is shown, rich stands in for stdout, and no terminal would be seen.
    text = report.to_json() if as_json else on_terminal(report)
    write_files(contents)
    emit(text)
    if not files and is_colored():
        say("To keep it: --html report.html writes a page, -o report.json what 'fairkit report' reads.")
