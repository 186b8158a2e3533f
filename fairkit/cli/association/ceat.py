"""`fairkit association ceat`: a local encoder, sets of words and a corpus in, a combined effect size out."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Any

import click

from fairkit.cli.asking import question
from fairkit.cli.association.options import (
    chosen_sets,
    deliver,
    device,
    layer,
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
    "ceat",
    cls=Command,
    examples=[
        "fairkit association ceat --model models/bert --sets gender-career --corpus sentences.txt",
        "fairkit association ceat --model models/bert --sets mine.toml --corpus wiki.txt --draws 10000",
    ],
    short_help="Measure the same over the contexts of a corpus.",
    context_settings={"show_default": True},
    epilog="Exit codes: 0 measured, whatever was found; 2 could not measure; 70 a bug in fairkit.",
)
@model
@sets
@material("--corpus", required=True, metavar="FILE", help="Texts in which the words stand, one a line.")
@layer
@material(
    "--contexts",
    type=click.IntRange(min=5),
    default=500,
    metavar="N",
    help="Contexts of a word that are encoded, drawn evenly from all.",
)
@device
@question(
    "--draws",
    type=click.IntRange(min=10),
    default=1_000,
    metavar="N",
    help="Draws of one context for every word.",
)
@question(
    "--variance",
    type=click.Choice(["cohen", "ceat-paper"]),
    default="cohen",
    help="Of each draw's effect: of Cohen's d; or as the published code has it, with a one-sided p.",
)
@question(
    "--hartung-knapp",
    is_flag=True,
    show_default=False,
    help="Take the standard error from the spread of the effects.",
)
@question(
    "--replicates",
    type=click.IntRange(min=100),
    default=200,
    metavar="N",
    help="Of the bootstrap over contexts.",
)
@most_lost
@surely
@outputs
def command(**asked: Any) -> None:
    """Measure the same over the contexts of a corpus.

    Each draw takes one context of every word; the effects of all draws are combined as random effects. How
    much they differ, and how many have the opposite sign, is shown beside. p shrinks with the number of draws
    and is shown with that said; the interval draws the contexts anew.
    """
    given = named(asked["models"], "--model")

    def make(tell: Callable[[int], None]) -> Iterator[Association]:
        from fairkit.text.intrinsic.ceat_effects import ceat
        from fairkit.text.intrinsic.contexts import contextual_vectors, read_corpus
        from fairkit.text.intrinsic.encoders import Encoder

        tests = chosen_sets(asked["sets"])
        words = [word for test in tests for word in test.words]
        options = ("draws", "variance", "hartung_knapp", "replicates", "most_lost", "confidence", "seed")
        for name, folder in given.items():
            encoder = Encoder.from_folder(
                folder, layer=asked["layer"], pooling="pieces", device=asked["device"]
            )
            pool = contextual_vectors(
                encoder,
                read_corpus(asked["corpus"]),
                words,
                most=asked["contexts"],
                seed=asked["seed"],
                progress=tell,
            )
            for test in tests:
                yield ceat(pool, test, model=name, **{option: asked[option] for option in options})

    deliver(make, "encoding contexts", asked=asked, read=[asked["corpus"]])
