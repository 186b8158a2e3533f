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

files = section("Files of speech recognition")
texts = section("How texts are compared")
deeper = section("Looking deeper")

_OF_FILES = ("form", "attributes", "attributes_on", "match_ids", "speaker_from")


@click.command(
    "wer",
    cls=Command,
    examples=[
        "fairkit wer calls.csv --reference said --hypothesis heard --by accent --speaker caller",
        "fairkit wer calls.csv --reference said --hypothesis old=v1 --hypothesis new=v2 --by accent",
        "fairkit wer calls.csv --reference said --hypothesis heard --by accent,noise --adjust sex,length",
        "fairkit wer ref.trn --hypothesis base=base.trn --attributes speakers.tsv --by accent",
    ],
    short_help="Judge transcripts: word error rate by accent, dialect, condition.",
    context_settings={"show_default": True},
    epilog="Exit codes: 0 judged, whatever was found; 2 could not judge; 70 a bug in fairkit.",
)
@click.argument("data", metavar="DATA")
@column(
    "--reference",
    metavar="COL",
    help="What was said; formats of speech recognition know it themselves.",
)
@column(
    "--hypothesis",
    multiple=True,
    callback=values.systems,
    metavar="[NAME=]COL|FILE",
    help="What was recognised: a column, or a file that is joined by id. Repeated with names, systems are "
    "compared utterance by utterance.",
)
@column(
    "--speaker",
    metavar="COL",
    help="Who speaks. Without it utterances count as independent, and all looks surer than it is.",
)
@column("--id", "identifier", metavar="COL", help="What an utterance is called; else rows are numbered.")
@missing_texts
@files(
    "--format",
    "form",
    type=click.Choice(["trn", "stm", "ctm", "kaldi", "nemo", "common_voice", "nlp", "table"]),
    show_default=False,
    help="Format of DATA and of hypotheses, where their names do not tell.",
)
@files("--attributes", metavar="FILE", help="A table with more columns, of utterances or of speakers.")
@files(
    "--attributes-on",
    metavar="COL",
    help="What attributes are joined on.  [default: utterance, else speaker]",
)
@files(
    "--match-ids",
    multiple=True,
    callback=values.columns,
    metavar="RULE,RULE",
    help="Differences between ids to overlook: blanks, unicode, slashes, folder, extension, case.",
)
@files(
    "--speaker-from",
    type=click.Choice(["first", "last", "none"]),
    default="first",
    help="Where the speaker ends in the ids of a TRN file: at the first or the last dash.",
)
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
    """Judge transcripts: word error rate by accent, dialect, condition.

    DATA is a CSV, TSV, JSON Lines, Parquet or Arrow file, a folder of Parquet files or a quoted glob, with a
    row for each utterance; or a TRN, STM, CTM, NeMo, Common Voice or Rev file or a Kaldi folder, with
    hypotheses in files of their own that are joined by id. Every group gets its error rate with an interval
    that knows how few speakers it stands on, and a verdict: disparity, parity, or inconclusive, with the
    number of speakers that would decide it. Substitutions, deletions and insertions, runaway and empty output
    stand beside it.
    """
    kept: list[Utterances] = []
    wanted = asked["alignments"] is not None

    def make(tell: Callable[[int], None], **options: Any) -> Report:
        from fairkit.speech.evaluator import evaluate
        from fairkit.speech.questions import systems_of
        from fairkit.speech.readers import opened

        given = {name: options.pop(name) for name in _OF_FILES}
        found = opened(
            data,
            systems_of(options["hypothesis"] or {}),
            **given,
            **{name: options[name] for name in ("reference", "identifier", "speaker")},
        )
        if found is not None:
            options |= {"reference": None, "hypothesis": None, "identifier": None, "speaker": None}
        return evaluate(
            data if found is None else found,
            **options,
            progress=tell,
            keep=kept.append if wanted else None,
        )

    def page() -> str:
        from fairkit.speech.viewer import worst_page

        return worst_page(kept[0], asked["normalizer"])

    deliver(make, f"scoring {data}", data=data, asked=asked, pages={"--alignments": page})
