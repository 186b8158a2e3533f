"""`fairkit association weat`: word vectors and sets of words in, effect sizes out."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Any

import click

from fairkit.cli.association.options import (
    chosen_sets,
    deliver,
    material,
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
    "weat",
    cls=Command,
    examples=[
        "fairkit association weat --vectors glove.txt --sets gender-career --sets gender-science",
        "fairkit association weat --vectors old=v1.vec --vectors new=v2.vec --sets mine.toml",
    ],
    short_help="Measure how near word vectors are to sets of attributes.",
    context_settings={"show_default": True},
    epilog="Exit codes: 0 measured, whatever was found; 2 could not measure; 70 a bug in fairkit.",
)
@material(
    "--vectors",
    multiple=True,
    required=True,
    metavar="[NAME=]FILE",
    help="Word vectors: word2vec or GloVe text (also .gz), .npz, .safetensors; repeatable.",
)
@sets
@material(
    "--vocabulary", metavar="FILE", help="tokenizer.json or vocab.txt of safetensors, if not beside them."
)
@material("--tensor", metavar="NAME", help="The matrix of safetensors, where there are several.")
@material(
    "--case",
    type=click.Choice(["exact", "fallback"]),
    default="exact",
    help="Whether a missing word may stand in other cases of letters.",
)
@material(
    "--split",
    type=click.Choice(["lost", "mean"]),
    default="lost",
    help="What becomes of words that a tokenizer splits: lost, or the mean of their pieces.",
)
@tested
@most_lost
@surely
@outputs
def command(**asked: Any) -> None:
    """Measure how near word vectors are to sets of attributes.

    Effect size d from -2 to 2, neutral at 0, with a one-sided p over equal partitions and an interval over
    the words of all four sets. Words that have no vector are listed with the reason; a set that lost too
    many gives no value.
    """
    given = named(asked["vectors"], "--vectors")

    def make(_: Callable[[int], None]) -> Iterator[Association]:
        from fairkit.text.intrinsic.weat_effects import weat
        from fairkit.text.vectors import load_vectors

        tests = chosen_sets(asked["sets"])
        options = ("case", "split", "ddof", "permutations", "replicates", "most_lost", "confidence", "seed")
        words = [word for test in tests for word in test.words]
        for name, path in given.items():
            vectors = load_vectors(path, only=words, vocabulary=asked["vocabulary"], tensor=asked["tensor"])
            for test in tests:
                yield weat(vectors, test, model=name, **{option: asked[option] for option in options})

    deliver(make, "reading vectors", asked=asked, read=given.values())
