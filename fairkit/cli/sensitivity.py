"""`fairkit sensitivity`: texts and a classifier in, how strongly it depends on what is protected out.

As for `fairkit eval`, every option that asks something has the name and the default of the parameter of
`fairkit.text.judge_sensitivity` that it sets; a test holds that.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import click

from fairkit.cli import values
from fairkit.cli.asking import (
    column,
    declared_levels,
    deliver,
    group,
    missing_texts,
    outputs,
    question,
    verdicts,
)
from fairkit.cli.outputs import emit, is_colored, text_width, working
from fairkit.cli.pages import Command, section
from fairkit.errors import UsageError

if TYPE_CHECKING:
    from fairkit.report.model import Report

network = section("The model, and what is asked of it")
attribute = section("What is protected")

_FILES = {"output": "-o", "html": "--html", "markdown": "--markdown"}
_OF_REPORTS = (
    *("by", "levels", "reference", "metrics", "compare", "margin", "confidence", "correction", "replicates"),
    *("permutations", "examples", "tolerance", "identifier", "label", "hash_files"),
)


@click.command(
    "sensitivity",
    cls=Command,
    examples=[
        "fairkit sensitivity comments.csv --text comment --model models/toxicity --by topic",
        "fairkit sensitivity bios.csv --text bio --model models/jobs --protected gender --toward female",
        "fairkit sensitivity bios.csv --text bio --model models/jobs --by gender --logit --html report.html",
        "fairkit sensitivity bios.csv --text bio --model models/jobs --explain 'She operates on children.'",
    ],
    short_help="Judge how much a classifier of texts depends on what is protected.",
    context_settings={"show_default": True},
    epilog="Exit codes: 0 judged, whatever was found; 2 could not judge; 70 a bug in fairkit.",
)
@click.argument("data", metavar="DATA")
@column("--text", required=True, metavar="COL", help="Texts.")
@column(
    "--cluster",
    metavar="COL",
    help="What makes texts alike, such as a template or an author: it decides the intervals.",
)
@column("--id", "identifier", metavar="COL", help="What a text is called; else rows are numbered.")
@missing_texts
@network(
    "--model", required=True, metavar="FOLDER", help="A local Hugging Face folder with a sequence classifier."
)
@network(
    "--target",
    default="predicted",
    metavar="WHAT",
    help="The class whose output is followed: each text's predicted or given one, or one by name.",
)
@network("--label", metavar="COL", help="The class of each text, for --target given.")
@network(
    "--logit",
    is_flag=True,
    show_default=False,
    help="Follow log-odds: probabilities of a model that is sure hardly move.",
)
@network(
    "--scale",
    type=click.Choice(["none", "unit", "relative"]),
    default="none",
    help="unit: the direction has length 1 in each text; relative: as a share of the probability.",
)
@network(
    "--absolute",
    is_flag=True,
    show_default=False,
    help="Show absolute sensitivities beside signed ones; a lexicon always does.",
)
@network(
    "--batch-size", type=click.IntRange(min=1), default=64, metavar="N", help="Texts that are read together."
)
@network("--device", type=click.Choice(["cpu", "cuda", "auto"]), default="cpu", help="Where the model runs.")
@attribute(
    "--protected",
    metavar="COL",
    help="The group that each text is about: a model of it is trained on the classifier's own embeddings. "
    "Without it, the lexicon says what is protected.",
)
@attribute(
    "--toward",
    default="own",
    metavar="GROUP",
    help="Where the direction points: each text's own group, or one by name.",
)
@attribute(
    "--head",
    type=click.Choice(["embeddings", "encoder"]),
    default="embeddings",
    help="What that model reads: averaged embeddings, or what the encoder makes of them.",
)
@attribute(
    "--folds",
    type=click.IntRange(min=2),
    default=5,
    metavar="N",
    help="Folds in which that model is trained and evaluated.",
)
@attribute(
    "--lexicon",
    default="gender",
    metavar="NAME|FILE",
    help="Protected words: gender, another table, or a file with a word a line.",
)
@attribute(
    "--swap",
    default="gender",
    metavar="NAME|FILE",
    help="What texts are rewritten by, for gaps and flips: gender, another table, or none.",
)
@attribute(
    "--tolerance",
    type=float,
    default=0.1,
    metavar="P",
    help="How far a rewritten text's probability may move and still count as invariant.",
)
@group(
    "--by",
    multiple=True,
    metavar="WHAT",
    help="A column, columns to cross (sex,topic), or a named predicate ('short: words < 20'); repeatable.  "
    "[default: the predicted class]",
)
@group(
    "--reference",
    multiple=True,
    callback=values.references,
    metavar="WHAT",
    help="Compare with all other texts (rest), the best group (best), or COL=LEVEL, COL=best; repeatable. "
    " [default: rest]",
)
@declared_levels
@verdicts
@question(
    "--permutations",
    type=click.IntRange(min=0),
    default=199,
    metavar="N",
    help="Directions without meaning that make the floor; 0 for none.",
)
@question("--replicates", type=int, default=2000, metavar="N", help="Bootstrap replicates over clusters.")
@question("--seed", type=click.IntRange(min=0), default=0, metavar="N", help="Seed of all that is drawn.")
@section("Output")(
    "--examples",
    type=click.IntRange(min=0),
    default=3,
    metavar="N",
    help="Texts shown word by word; 0 keeps all texts out of the report.",
)
@section("Output")(
    "--explain", metavar="TEXT", help="Show one text word by word on the terminal, and make no report."
)
@outputs
@section("Output")(
    "--hash",
    "hash_files",
    is_flag=True,
    show_default=False,
    help="Hash the data whatever their size; up to 256 MB they always are.",
)
@click.pass_context
def command(ctx: click.Context, /, *, data: str, **asked: Any) -> None:
    """Judge how much a classifier of texts depends on what is protected.

    DATA is a CSV, TSV, JSON Lines, Parquet or Arrow file, a folder of Parquet files or a quoted glob, with a
    row for each text. Every group gets its prediction sensitivity (how far predictions move along what
    reveals the attribute), how far predictions move and how often they flip when texts are rewritten, and a
    verdict. Beside them stand the floor that chance makes, whether gradients and rewritten texts agree, how
    well the attribute can be told at all, and the words that it comes from. Needs torch and transformers:
    pip install 'fairkit[text]'.
    """
    explained = asked.pop("explain")
    if explained is not None:
        _explain(ctx, data, explained, asked)
        return
    asked["by"] = asked["by"] or None

    def make(tell: Callable[[int], None], **options: Any) -> Report:
        from fairkit.text.judging.sensitivity import judge_sensitivity

        return judge_sensitivity(data, **options, progress=tell)

    deliver(make, f"measuring {data}", data=data, asked=asked)


def _explain(ctx: click.Context, data: str, explained: str, asked: dict[str, Any]) -> None:
    files = [option for name, option in _FILES.items() if asked.pop(name) is not None]
    as_json = asked.pop("as_json")
    given = [
        option.opts[0]
        for option in ctx.command.params
        if option.name in _OF_REPORTS
        and ctx.get_parameter_source(str(option.name)) is click.core.ParameterSource.COMMANDLINE
    ]
    if files or given:
        raise UsageError(
            f"--explain shows one text and makes no report: leave out {', '.join([*files, *given])}."
        )
    for name in _OF_REPORTS:
        asked.pop(name)
    with working("reading the model") as _:
        from fairkit.text.judging.explained_text import explained_text
        from fairkit.text.judging.explaining import explain_text

        found = explain_text(explained, data=data, **asked)
    if as_json:
        emit(json.dumps(found.to_dict(), ensure_ascii=False, indent=2, allow_nan=False))
    else:
        emit(explained_text(found, width=text_width(), color=is_colored()))
