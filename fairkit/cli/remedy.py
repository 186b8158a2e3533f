"""`fairkit remedy`: fit one of fairlearn's remedies on some rows, and judge other rows before and after.

As for `fairkit eval`, every option that asks something has the name and the default of the parameter of
`fairkit.remedy`, or of `fairkit.evaluate`, that it sets; a test holds that.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from fairkit.cli import values
from fairkit.cli.asking import column, deliver, group, groups, missing_texts, outputs, question, verdicts
from fairkit.cli.pages import Command, section
from fairkit.remedies import CONSTRAINTS, ESTIMATORS, METHODS, OBJECTIVES

if TYPE_CHECKING:
    from fairkit.report.model import Report

remedies = section("The remedy")


@click.command(
    "remedy",
    cls=Command,
    examples=[
        "fairkit remedy loans.csv --label repaid --score risk --by race",
        "fairkit remedy loans.csv --label repaid --score risk --by sex --constraint equalized_odds",
        "fairkit remedy loans.csv --label repaid --features income,region --by sex --method grid-search",
    ],
    short_help="Fit a remedy on some rows and judge other rows before and after.",
    context_settings={"show_default": True},
    epilog="Exit codes: 0 fitted and judged, whatever was found; 2 could not; 70 a bug in fairkit.",
)
@click.argument("data", metavar="DATA")
@column("--label", required=True, metavar="COL", help="The true class.")
@column("--score", metavar="COL", help="Scores of the model as it is, for the threshold optimizer.")
@column(
    "--features",
    multiple=True,
    callback=values.columns,
    metavar="COL,COL",
    help="Instead of scores: columns to train a model on.",
)
@column(
    "--threshold",
    type=float,
    default=0.5,
    metavar="T",
    help="The score from which a row is selected before the remedy.",
)
@column("--positive", metavar="VALUE", help="The positive value of the label, where it is not 1 or true.")
@column("--cluster", metavar="COL", help="Rows with the same value stay together, in the split too.")
@column("--weight", metavar="COL", help="Sample weights of the report; fairlearn fits without them.")
@missing_texts
@groups
@group(
    "--across",
    metavar="COL,COL",
    help="What to equalise across, where that is not all of --by crossed.  [default: all of --by]",
)
@remedies(
    "--method",
    type=click.Choice(list(METHODS)),
    default="threshold-optimizer",
    help="The algorithm. 'fairkit eval' names those that suit a disparity.",
)
@remedies(
    "--constraint",
    type=click.Choice(list(CONSTRAINTS)),
    default="demographic_parity",
    help="What is to be equal.",
)
@remedies(
    "--objective",
    type=click.Choice(OBJECTIVES),
    default=OBJECTIVES[0],
    help="What the threshold optimizer keeps as high as it can.",
)
@remedies(
    "--tolerance",
    type=float,
    metavar="D",
    help="How far groups may still differ, 0.02 for two points.  [default: fairlearn's own]",
)
@remedies(
    "--estimator",
    type=click.Choice(ESTIMATORS),
    help="What is trained on the features.  [default: what suits the method]",
)
@remedies(
    "--test-share",
    type=float,
    default=0.5,
    metavar="SHARE",
    help="Share of rows that only the report sees.",
)
@verdicts
@question(
    "--seed",
    type=click.IntRange(min=0),
    default=0,
    metavar="N",
    help="Seed of the split, of training, of decisions by lot and of the bootstrap.",
)
@outputs
def command(*, data: str, **asked: Any) -> None:
    """Fit a remedy on some rows and judge other rows before and after.

    DATA is what 'fairkit eval' takes, of rows that fit into memory. They are split in two, so that every
    group is in both parts and the rows of a person (--cluster) in one; the remedy is fitted on the one part,
    and the report is of the other: every metric before and after, and what the remedy costs. The threshold
    optimizer needs scores only; the other methods train a model on --features.
    """

    def make(_: object, **question: Any) -> Report:
        from fairkit.remedies.mitigation import remedy

        return remedy(data, **question).report

    deliver(make, f"fitting {asked['method']} on {data}", data=data, asked=asked)
