"""`fairkit association log-probability`: a masked model and sets of words in, log probability ratios out."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Any

import click

from fairkit.cli.association.options import (
    bootstrap,
    chosen_sets,
    deliver,
    device,
    lines_of,
    material,
    model,
    most_lost,
    named,
    outputs,
    sets,
    surely,
)
from fairkit.cli.pages import Command

if TYPE_CHECKING:
    from fairkit.text.intrinsic.model import Association


@click.command(
    "log-probability",
    cls=Command,
    examples=[
        "fairkit association log-probability --model models/bert --sets pronouns-career",
        "fairkit association log-probability --model models/bert --sets mine.toml --templates sentences.txt",
    ],
    short_help="Measure what attributes make a masked model predict.",
    context_settings={"show_default": True},
    epilog="Exit codes: 0 measured, whatever was found; 2 could not measure; 70 a bug in fairkit.",
)
@model
@sets
@material("--templates", metavar="FILE", help="Sentences with {target} and {attribute}, one a line.")
@device
@bootstrap
@most_lost
@surely
@outputs
def command(**asked: Any) -> None:
    """Measure what attributes make a masked model predict.

    The log probability of a target, given the attribute, less that with the attribute masked too; of each
    pair of targets the difference. Targets are subjects of a sentence, of one piece: those that the
    tokenizer splits are listed and left out.
    """
    given = named(asked["models"], "--model")

    def make(tell: Callable[[int], None]) -> Iterator[Association]:
        from fairkit.text.intrinsic.language_models import MaskedModel
        from fairkit.text.intrinsic.loading import load_folder
        from fairkit.text.intrinsic.log_probability import TEMPLATES, log_probability_bias

        tests = chosen_sets(asked["sets"])
        templates = lines_of(asked["templates"], TEMPLATES)
        options = ("replicates", "most_lost", "confidence", "seed")
        for name, folder in given.items():
            masked = MaskedModel(load_folder(folder, "masked", device=asked["device"]))
            for test in tests:
                yield from log_probability_bias(
                    masked,
                    test,
                    name=name,
                    templates=templates,
                    progress=tell,
                    **{option: asked[option] for option in options},
                )

    deliver(make, "asking for masked words", asked=asked)
