"""`fairkit association seat`: a local encoder and sets of words in, effect sizes of sentences out."""

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
    lines_of,
    material,
    model,
    most_lost,
    named,
    outputs,
    sets,
    surely,
    tested,
)
from fairkit.cli.pages import Command

if TYPE_CHECKING:
    from fairkit.text.intrinsic.model import Association


@click.command(
    "seat",
    cls=Command,
    examples=[
        "fairkit association seat --model models/minilm --sets gender-career",
        "fairkit association seat --model models/bert --sets gender-career --pooling cls --layer 8",
    ],
    short_help="Measure the same in bleached sentences, by an encoder.",
    context_settings={"show_default": True},
    epilog="Exit codes: 0 measured, whatever was found; 2 could not measure; 70 a bug in fairkit.",
)
@model
@sets
@material(
    "--pooling",
    type=click.Choice(["mean", "cls", "last", "pieces"]),
    default="mean",
    help="What stands for a sentence: the mean of its tokens, the first, the last, or the word's pieces.",
)
@layer
@material("--templates", metavar="FILE", help="Sentences with {word}, one a line, for fairkit's own.")
@device
@question(
    "--permute",
    type=click.Choice(["words", "vectors"]),
    default="words",
    help="Whether partitions move words with all their sentences, or each sentence alone, as published.",
)
@tested
@most_lost
@surely
@outputs
def command(**asked: Any) -> None:
    """Measure the same in bleached sentences, by an encoder.

    Words stand in sentences that say nothing but that there is a word. Layer and pooling decide the result
    and are recorded. Words that the tokenizer splits are named.
    """
    given = named(asked["models"], "--model")

    def make(tell: Callable[[int], None]) -> Iterator[Association]:
        from fairkit.text.intrinsic.encoders import Encoder
        from fairkit.text.intrinsic.seat_effects import TEMPLATES, seat

        tests = chosen_sets(asked["sets"])
        templates = lines_of(asked["templates"], TEMPLATES)
        options = ("permute", "ddof", "permutations", "replicates", "most_lost", "confidence", "seed")
        for name, folder in given.items():
            encoder = Encoder.from_folder(
                folder, layer=asked["layer"], pooling=asked["pooling"], device=asked["device"]
            )
            for test in tests:
                yield seat(
                    encoder,
                    test,
                    model=name,
                    templates=templates,
                    progress=tell,
                    **{option: asked[option] for option in options},
                )

    deliver(make, "encoding sentences", asked=asked)
