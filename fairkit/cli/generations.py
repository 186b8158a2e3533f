"""`fairkit generations`: generated texts in, gender polarity and toxicity by prompted group out.

Every option that asks something has the name and the default of the parameter of
`fairkit.text.judge_generations` that it sets; a test holds that.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import click

from fairkit.cli.asking import (
    column,
    declared_levels,
    deliver,
    groups,
    missing_texts,
    output,
    outputs,
    question,
    verdicts,
)
from fairkit.cli.pages import Command, section

if TYPE_CHECKING:
    from fairkit.report.model import Report

measured = section("What is measured")


@click.command(
    "generations",
    cls=Command,
    examples=[
        "fairkit generations written.jsonl --text continuation --by profession --cluster prompt",
        "fairkit generations written.csv --text said --by job --embedding glove.txt",
        "fairkit generations written.csv --text said --by religion --classifier ./toxicity --toxic toxic",
    ],
    short_help="Judge generated texts: gender polarity and toxicity by prompted group.",
    context_settings={"show_default": True},
    epilog="Exit codes: 0 judged, whatever was found; 2 could not judge; 70 a bug in fairkit.",
)
@click.argument("data", metavar="DATA")
@column("--text", required=True, metavar="COL", help="The generated texts.")
@column(
    "--cluster", metavar="COL", help="What makes texts alike, such as their prompt: it decides intervals."
)
@column("--id", "identifier", metavar="COL", help="What a text is called; else rows are numbered.")
@missing_texts
@measured(
    "--embedding",
    metavar="FILE",
    help="Word vectors, for polarity by vectors: word2vec or GloVe text, .npz, or safetensors.",
)
@measured("--vocabulary", metavar="FILE", help="The tokenizer of safetensors, where it is not beside them.")
@measured(
    "--classifier",
    metavar="FOLDER",
    help="A Hugging Face classifier of toxicity, in a folder of this machine.",
)
@measured("--toxic", metavar="CLASS", help="Its toxic class.  [default: the last of two]")
@measured(
    "--threshold", type=float, default=0.5, metavar="P", help="From which probability on a text is toxic."
)
@groups
@declared_levels
@verdicts
@question("--replicates", type=int, default=2000, metavar="N", help="Bootstrap replicates.")
@question("--seed", type=click.IntRange(min=0), default=0, metavar="N", help="Seed of all that is drawn.")
@outputs
@output(
    "--hash",
    "hash_files",
    is_flag=True,
    show_default=False,
    help="Hash the data whatever their size; up to 256 MB they always are.",
)
def command(*, data: str, **asked: Any) -> None:
    """Judge generated texts: gender polarity and toxicity by prompted group.

    DATA is what 'fairkit eval' takes, with a row for each text. By words: how much more feminine than
    masculine a text is, of texts with a gendered word, and the shares of texts with more words of either
    gender. By vectors, with --embedding: where words lie between she and he. Toxicity needs a classifier of
    your own. Every group gets its mean with an interval and a verdict against all others.
    """

    def make(tell: Callable[[int], None], **options: Any) -> Report:
        from fairkit.text.extrinsic.generation_report import judge_generations

        if options["metrics"] in ("default", "all"):
            options["metrics"] = "measured"
        return judge_generations(data, **options, progress=tell)

    deliver(make, f"measuring {data}", data=data, asked=asked)
