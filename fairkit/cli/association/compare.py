"""`fairkit association compare`: saved associations and extrinsic metrics in, both side by side out."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from fairkit.cli.asking import question
from fairkit.cli.association.options import deliver, material, outputs, surely
from fairkit.cli.pages import Command
from fairkit.errors import UsageError

if TYPE_CHECKING:
    from fairkit.text.intrinsic.model import Associations, Extrinsic


@click.command(
    "compare",
    cls=Command,
    examples=[
        "fairkit association compare bert.json roberta.json",
        "fairkit association compare all.json --extrinsic gaps.csv --html compared.html",
        "fairkit association compare all.json --extrinsic bert=bert.json --extrinsic gpt=gpt.json",
    ],
    short_help="Set intrinsic beside extrinsic metrics, never one number.",
    context_settings={"show_default": True},
    epilog="Exit codes: 0 compared, whatever was found; 2 could not compare; 70 a bug in fairkit.",
)
@click.argument("files", metavar="FILE...", nargs=-1, required=True)
@material(
    "--extrinsic",
    multiple=True,
    metavar="[MODEL=]FILE",
    help="A report of the model (MODEL=report.json), whose gaps are taken; or a CSV table with the columns "
    "model, metric and value. Repeatable.",
)
@question(
    "--rank-by",
    type=click.Choice(["distance", "value"]),
    default="distance",
    help="Rank models by the distance from neutral, or by the value with its sign.",
)
@surely
@outputs
def command(*, files: tuple[str, ...], **asked: Any) -> None:
    """Set intrinsic beside extrinsic metrics, never one number.

    FILE is what another verb wrote with -o. With extrinsic metrics of at least 5 models, each intrinsic
    metric has its rank correlation with each extrinsic one; with fewer there is none, and the reason.
    """

    def make(_: Callable[[int], None]) -> Associations:
        from fairkit.text.intrinsic.comparing import side_by_side
        from fairkit.text.intrinsic.model import associations_of
        from fairkit.text.intrinsic.serialize import load_associations

        found = [one for file in files for one in load_associations(file).associations]
        beside = [one for text in asked["extrinsic"] for one in _extrinsic(text)]
        if not beside:
            return associations_of(found, confidence=asked["confidence"], seed=asked["seed"])
        return side_by_side(
            found, beside, compare=asked["rank_by"], confidence=asked["confidence"], seed=asked["seed"]
        )

    tables = [text if Path(text).exists() else text.partition("=")[2] for text in asked["extrinsic"]]
    deliver(make, "comparing", asked=asked, read=[*files, *tables])


def _extrinsic(text: str) -> list[Extrinsic]:
    from fairkit.text.intrinsic.comparing import from_report, is_report, read_table

    model, sign, place = text.partition("=")
    path = text if not sign or Path(text).exists() else place
    if not is_report(path):
        return read_table(path)
    if path == text:
        raise UsageError(f"--extrinsic: say whose report '{text}' is: --extrinsic MODEL={text}.")
    return from_report(path, model=model)
