"""`bounty hunt`: the house hunters on public rows."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING

import click

from bounty.cli.stating import claim_words
from fairkit.cli.outputs import emit, say, working
from fairkit.cli.pages import Command
from fairkit.errors import OutputError

if TYPE_CHECKING:
    from bounty.hunters.found import Found


@click.command(
    "hunt",
    cls=Command,
    examples=["bounty hunt my-bounty", "bounty hunt my-bounty -o claims --kind disparity"],
    short_help="Search the public rows for claims, as a host or as a hunter.",
    context_settings={"show_default": True},
    epilog="Exit codes: 0 searched, whatever was found; 2 the folder is no bounty's; 70 a bug.",
)
@click.argument("folder", metavar="FOLDER")
@click.option(
    "--kind",
    "kinds",
    multiple=True,
    type=click.Choice(["disparity", "repair"]),
    default=("disparity", "repair"),
    help="What to search for; repeatable.",
)
@click.option("--most", default=10, metavar="N", help="Claims of each kind to report, at most.")
@click.option(
    "--seed", type=click.IntRange(0), default=1, metavar="N", help="Which half of the rows is searched."
)
@click.option("-o", "--output", metavar="FOLDER", help="Write each claim as a file.")
@click.option(
    "--trust",
    multiple=True,
    metavar="SHA256",
    show_default=False,
    help="An ONNX file that may run in this process.",
)
@click.option("--json", "as_json", is_flag=True, show_default=False, help="Print what was found as JSON.")
def command(
    *,
    folder: str,
    kinds: tuple[str, ...],
    most: int,
    seed: int,
    output: str | None,
    trust: tuple[str, ...],
    as_json: bool,
) -> None:
    """Search the public rows for claims, as a host or as a hunter.

    One half of the public rows is searched, the other half checks what was found. Disparities are of the
    host's model; repairs are of the model as confirmed repairs have made it.
    """
    from bounty.cli.running import runner_of
    from bounty.game.hunting import hunt_published
    from bounty.game.published import Published

    place = None if output is None else _made(Path(output))
    with working("hunting"):
        published = Published.read(folder, runner=runner_of(trust))
        found, notes = hunt_published(published, kinds=kinds, most=most, seed=seed)
    files = [] if place is None else _written(found, place)
    if as_json:
        content = {"found": [each.to_dict() for each in found], "notes": list(notes), "files": files}
        emit(json.dumps(content, indent=2, ensure_ascii=False))
        return
    for number, each in enumerate(found):
        emit(
            f"{each.claim.hash[:8]}  mass {float(each.mass):+.4f}  p {each.p_value:.1g}  "
            f"{claim_words(each.claim)}" + (f"  -> {files[number]}" if files else "")
        )
    for note in notes:
        say(note)
    if not found:
        emit("Nothing was found that the other half of the rows bears out.")


def _made(folder: Path) -> Path:
    """Make the folder before anything is searched, so that a wrong name costs no time."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise OutputError(f"-o: cannot make the folder '{folder}': {error.strerror}.") from None
    return folder


def _written(found: list[Found], folder: Path) -> list[str]:
    from bounty.claims.files import save_claim

    names = []
    for place, each in enumerate(found, 1):
        path = folder / f"{place:02d}-{each.claim.kind.value}-{each.claim.hash[:8]}.toml"
        save_claim(each.claim, path)
        names.append(str(path))
    if names:
        say(f"wrote {len(names)} claims into {folder}")
    return names
