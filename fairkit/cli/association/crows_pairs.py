"""`fairkit association crows-pairs`: pairs of sentences and a model in, shares of pairs out."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from fairkit.cli.association.options import deliver, device, material, model, named, outputs, surely
from fairkit.cli.pages import Command
from fairkit.errors import UsageError, did_you_mean, shortlist

if TYPE_CHECKING:
    from fairkit.text.intrinsic.items import CrowsPair
    from fairkit.text.intrinsic.model import Association


@click.command(
    "crows-pairs",
    cls=Command,
    examples=[
        "fairkit association crows-pairs --model models/bert --items crows_pairs_anonymized.csv",
        "fairkit association crows-pairs --model models/gpt2 --items pairs.csv --likelihood perplexity",
    ],
    short_help="Count how often stereotyping sentences are more probable.",
    context_settings={"show_default": True},
    epilog="Exit codes: 0 measured, whatever was found; 2 could not measure; 70 a bug in fairkit.",
)
@model
@material(
    "--items",
    required=True,
    metavar="FILE",
    help="CSV as published: sent_more, sent_less, stereo_antistereo, bias_type and so on.",
)
@material("--bias-type", multiple=True, metavar="NAME", help="Only this type of bias; repeatable.")
@material(
    "--likelihood",
    type=click.Choice(["sentence", "perplexity"]),
    default="sentence",
    help="What causal models are asked; masked models are scored by unmodified tokens.",
)
@device
@surely
@outputs
def command(**asked: Any) -> None:
    """Count how often stereotyping sentences are more probable.

    Masked models: the pseudo-log-likelihood of the tokens that both sentences share, as published. Causal
    models: the likelihood of whole sentences, another metric with another name; the two are not comparable.
    50 % is neutral. Pairs that tie are counted and left out.
    """
    given = named(asked["models"], "--model")

    def make(tell: Callable[[int], None]) -> Iterator[Association]:
        from fairkit.text.intrinsic.crows_pairs_shares import Likelihoods, crows_pairs, metric_of, score_pairs
        from fairkit.text.intrinsic.language_models import CausalModel, load_language_model

        pairs = _pairs(asked["items"], asked["bias_type"])
        for name, folder in given.items():
            loaded = load_language_model(folder, device=asked["device"])
            likelihood: Likelihoods = "sentence"
            if isinstance(loaded, CausalModel) and asked["likelihood"] == "perplexity":
                likelihood = "perplexity"
            scores = score_pairs(loaded, pairs, likelihood=likelihood, progress=tell)
            yield from crows_pairs(
                scores,
                metric=metric_of(loaded, likelihood),
                model=name,
                test=Path(asked["items"]).name,
                settings={"begins with": loaded.begins} if isinstance(loaded, CausalModel) else {},
                confidence=asked["confidence"],
            )

    deliver(make, "scoring pairs", asked=asked, read=[asked["items"]])


def _pairs(path: str, types: tuple[str, ...]) -> list[CrowsPair]:
    from fairkit.samples import load_crows_pairs
    from fairkit.text.intrinsic.items import CrowsPair

    rows = load_crows_pairs(path, verify=False).itertuples(index=False, name=None)
    pairs = [CrowsPair(*row[:5]) for row in rows]
    known = sorted({pair.bias_type for pair in pairs})
    unknown = [name for name in types if name not in known]
    if unknown:
        raise UsageError(
            f"--bias-type: {shortlist(unknown)} is not in '{path}' (it has {shortlist(known, shown=20)})."
            f"{did_you_mean(unknown[0], known)}"
        )
    return [pair for pair in pairs if not types or pair.bias_type in types]
