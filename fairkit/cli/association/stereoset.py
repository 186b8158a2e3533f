"""`fairkit association stereoset`: items and a model, or a prediction file, in; lms, ss and icat out."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from fairkit.cli.asking import question
from fairkit.cli.association.options import bootstrap, deliver, device, material, named, outputs, surely
from fairkit.cli.pages import Command
from fairkit.errors import DataError, UsageError

if TYPE_CHECKING:
    from fairkit.text.intrinsic.items import StereoSetItem
    from fairkit.text.intrinsic.model import Association
    from fairkit.text.intrinsic.stereoset_models import Scored


@click.command(
    "stereoset",
    cls=Command,
    examples=[
        "fairkit association stereoset --items dev.json --model models/bert --html stereoset.html",
        "fairkit association stereoset --items dev.json --predictions gpt2=predictions_gpt2.json",
    ],
    short_help="Score StereoSet: lms, ss, icat, of models or predictions.",
    context_settings={"show_default": True},
    epilog="Exit codes: 0 measured, whatever was found; 2 could not measure; 70 a bug in fairkit.",
)
@material("--items", required=True, metavar="FILE", help="StereoSet's items: dev.json, or the same by label.")
@material(
    "--model",
    "models",
    multiple=True,
    metavar="[NAME=]FOLDER",
    help="A local folder with a masked or causal language model; repeatable.",
)
@material(
    "--predictions",
    multiple=True,
    metavar="[NAME=]FILE",
    help="Scores of the sentences by their ids, in the published form; repeatable.",
)
@material(
    "--task",
    type=click.Choice(["both", "intrasentence", "intersentence"]),
    default="both",
    help="Which of the two tasks.",
)
@device
@question(
    "--ungated",
    is_flag=True,
    show_default=False,
    help="Show ss and icat even where lms is not surely above 50, as of a random model.",
)
@bootstrap
@surely
@outputs
def command(**asked: Any) -> None:
    """Score StereoSet: lms, ss, icat, of models or predictions.

    Shares are taken within each target term and averaged over terms, as published; intervals are over terms.
    Where lms is not surely above 50 the model does not tell meaningful from unrelated sentences, and ss and
    icat are undefined. Intersentence items need a next-sentence head or a causal model.
    """
    models = named(asked["models"], "--model")
    predictions = named(asked["predictions"], "--predictions")
    if not models and not predictions:
        raise UsageError("name at least one --model FOLDER or --predictions FILE.")
    both = sorted(set(models) & set(predictions))
    if both:
        raise UsageError(f"'{both[0]}' is a model and a prediction file; name one: --predictions other=FILE.")

    def make(tell: Callable[[int], None]) -> Iterator[Association]:
        from fairkit.text.intrinsic.predictions import read_predictions, scores_from_predictions
        from fairkit.text.intrinsic.stereoset_scores import stereoset

        items = _items(asked["items"], asked["task"])
        told = {
            "test": Path(asked["items"]).name,
            "gated": not asked["ungated"],
            **{name: asked[name] for name in ("replicates", "confidence", "seed")},
        }
        for name, folder in models.items():
            scored = _scored(folder, items, asked["device"], tell)
            yield from stereoset(
                items, scored.scores, model=name, lost=scored.lost, settings=scored.settings, **told
            )
        for name, path in predictions.items():
            scores, lost = scores_from_predictions(items, read_predictions(path))
            yield from stereoset(
                items, scores, model=name, lost=lost, settings={"scores": Path(path).name}, **told
            )

    deliver(make, "scoring sentences", asked=asked, read=[asked["items"], *predictions.values()])


def _items(path: str, task: str) -> list[StereoSetItem]:
    from fairkit.samples import load_stereoset
    from fairkit.text.intrinsic.items import StereoSetItem

    rows = load_stereoset(path, verify=False).itertuples(index=False, name=None)
    items = [item for item in (StereoSetItem(*row) for row in rows) if task in ("both", item.task)]
    if not items:
        raise DataError(f"'{path}' has no {task} items.")
    return items


def _scored(folder: str, items: list[StereoSetItem], device: Any, tell: Callable[[int], None]) -> Scored:
    from fairkit.text.intrinsic.language_models import MaskedModel, NextSentenceModel, load_language_model
    from fairkit.text.intrinsic.loading import load_folder
    from fairkit.text.intrinsic.stereoset_models import score_items

    model = load_language_model(folder, device=device)
    follows = None
    if isinstance(model, MaskedModel) and any(item.task == "intersentence" for item in items):
        try:
            follows = NextSentenceModel(load_folder(folder, "next sentence", device=device))
        except DataError:  # said of every such item, with the reason
            follows = None
    return score_items(model, items, next_sentence=follows, progress=tell)
