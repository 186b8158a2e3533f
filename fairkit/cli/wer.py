"""`fairkit wer`: transcripts in, error rates by group out.

As for `fairkit eval`, every option that asks something has the name and the default of the parameter of
`fairkit.speech.evaluate` that it sets; a test holds that.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import click

from fairkit.cli import values
from fairkit.cli.asking import (
    by,
    column,
    declared_levels,
    deliver,
    group,
    missing_texts,
    outputs,
    question,
    verdicts,
)
from fairkit.cli.pages import Command, section

if TYPE_CHECKING:
    from fairkit.report.model import Report
    from fairkit.speech.utterances import Utterances

texts = section("How texts are compared")
deeper = section("Looking deeper")


@click.command(
    "wer",
    cls=Command,
    examples=[
        "fairkit wer calls.csv --reference said --hypothesis heard --by accent --speaker caller",
        "fairkit wer calls.csv --reference said --hypothesis old=v1 --hypothesis new=v2 --by accent "
        "--speaker caller --normalizer english",
        "fairkit wer calls.csv --reference said --hypothesis heard --by accent,noise --speaker caller "
        "--adjust sex,length --html report.html",
    ],
    short_help="Judge transcripts: word error rate by accent, dialect and condition.",
    context_settings={"show_default": True},
    epilog="Exit codes: 0 judged, whatever was found; 2 could not judge; 70 a bug in fairkit.",
)
@click.argument("data", metavar="DATA")
@column("--reference", required=True, metavar="COL", help="What was said.")
@column(
    "--hypothesis",
    multiple=True,
    required=True,
    callback=values.systems,
    metavar="[NAME=]COL",
    help="What was recognised. Repeated with names, systems are compared utterance by utterance.",
)
@column(
    "--speaker",
    metavar="COL",
    help="Who speaks. Without it utterances count as independent, and all looks surer than it is.",
)
@column("--id", "identifier", metavar="COL", help="What an utterance is called; else rows are numbered.")
@missing_texts
@by
@group(
    "--against",
    multiple=True,
    callback=values.references,
    metavar="WHAT",
    help="Compare with all other rows (rest), the best group (best), or COL=LEVEL, COL=best; repeatable. "
    " [default: rest]",
)
@declared_levels
@texts(
    "--normalizer",
    multiple=True,
    callback=values.normalizers,
    metavar="NAME|FILE",
    help="none, basic, english, or a file of rules; repeated, the report shows how much of a gap is the "
    "normaliser's, and judges by the first.  [default: basic]",
)
@texts(
    "--unit",
    type=click.Choice(["words", "characters"]),
    default="words",
    help="What is aligned: characters suit scripts that write no spaces.",
)
@texts(
    "--empty-references",
    type=click.Choice(["keep", "drop"]),
    default="keep",
    help="What is done where normalising leaves nothing of a reference; both rates are shown.",
)
@verdicts
@question("--replicates", type=int, default=2000, metavar="N", help="Bootstrap replicates over speakers.")
@question("--seed", type=click.IntRange(min=0), default=0, metavar="N", help="Seed of all that is drawn.")
@deeper(
    "--adjust",
    multiple=True,
    callback=values.columns,
    metavar="COL,COL",
    help="Adjust ratios of error rates for these columns (length is that of the reference).",
)
@deeper(
    "--match",
    multiple=True,
    callback=values.columns,
    metavar="COL,COL",
    help="Compare on utterances matched by these columns.",
)
@deeper(
    "--confusions",
    is_flag=True,
    show_default=False,
    help="Rank the words that one group's speech is confused in more often than others'.",
)
@deeper(
    "--rule-effects",
    is_flag=True,
    show_default=False,
    help="Measure what each rule of the normaliser does to each group.",
)
@deeper(
    "--alignments",
    metavar="FILE",
    help="Write a page with the worst utterances of each system, word under word.",
)
@deeper(
    "--workers",
    type=click.IntRange(min=1),
    default=1,
    metavar="N",
    help="Processes that normalise and align; they pay from some 100,000 utterances on.",
)
@outputs
@section("Output")(
    "--hash",
    "hash_files",
    is_flag=True,
    show_default=False,
    help="Hash the data whatever their size; up to 256 MB they always are.",
)
def command(*, data: str, **asked: Any) -> None:
    """Judge transcripts: word error rate by accent, dialect and recording condition.

    DATA is a CSV, TSV, JSON Lines, Parquet or Arrow file, a folder of Parquet files or a quoted glob, with a
    row for each utterance. Every group gets its error rate with an interval that knows how few speakers it
    stands on, and a verdict: disparity, parity, or inconclusive, with the number of speakers that would
    decide it. Substitutions, deletions and insertions, runaway and empty output stand beside it.
    """
    kept: list[Utterances] = []
    wanted = asked["alignments"] is not None

    def make(tell: Callable[[int], None], **options: Any) -> Report:
        from fairkit.speech.evaluator import evaluate

        return evaluate(data, **options, progress=tell, keep=kept.append if wanted else None)

    def page() -> str:
        from fairkit.speech.viewer import worst_page

        return worst_page(kept[0], asked["normalizer"])

    deliver(make, f"scoring {data}", data=data, asked=asked, pages={"--alignments": page})
