"""`fairkit association`: what models associate, each metric by its own verb, and beside it what they do."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

import click

from fairkit.cli.commands import Commands

VERBS: Mapping[str, str] = MappingProxyType(
    {
        "weat": "Measure how near word vectors are to sets of attributes.",
        "seat": "Measure the same in bleached sentences, by an encoder.",
        "ceat": "Measure the same over the contexts of a corpus.",
        "log-probability": "Measure what attributes make a masked model predict.",
        "stereoset": "Score StereoSet: lms, ss, icat, of models or predictions.",
        "crows-pairs": "Count how often stereotyping sentences are more probable.",
        "compare": "Set intrinsic beside extrinsic metrics, never one number.",
        "sets": "List the shipped sets of words, or check a file of yours.",
    }
)
"""Every verb and its summary; its module is ``fairkit.cli.association.<name>``."""


@click.group(
    "association",
    cls=Commands,
    commands_of="fairkit.cli.association",
    summaries=VERBS,
    examples=(
        "fairkit association weat --vectors glove.txt --sets gender-career",
        "fairkit association crows-pairs --model models/bert --items crows_pairs_anonymized.csv -o bert.json",
        "fairkit association compare bert.json roberta.json --extrinsic gaps.csv",
    ),
    short_help="Measure what language models associate, metric by metric.",
    context_settings={"help_option_names": ["-h", "--help"]},
    epilog="Exit codes: 0 measured, whatever was found; 2 could not measure; 70 a bug in fairkit.",
)
def command() -> None:
    """Measure what language models associate, metric by metric.

    Every metric has an interval, its neutral value, and a list of what was lost. There is no total: intrinsic
    metrics need not agree with what a model does, and 'compare' shows both side by side.
    """
