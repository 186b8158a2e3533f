"""`fairkit baseline save`: a report in, its counts out, under their hash."""

from __future__ import annotations

import json

import click

from fairkit.cli.outputs import emit, say
from fairkit.cli.pages import Command


@click.command(
    "save",
    cls=Command,
    examples=[
        "fairkit baseline save report.json --name v41",
        "fairkit baseline save report.json --folder audits/baselines --name 2026-q3",
    ],
    short_help="Save the counts of a report under their hash.",
    context_settings={"show_default": True},
)
@click.argument("path", metavar="REPORT.json")
@click.option("--folder", default="baselines", metavar="FOLDER", help="Where baselines lie; made if need be.")
@click.option("--name", metavar="NAME", help="What the release is called.")
@click.option("--json", "as_json", is_flag=True, show_default=False, help="Print what was saved as JSON.")
def command(*, path: str, folder: str, name: str | None, as_json: bool) -> None:
    """Save the counts of a report under their hash.

    REPORT.json is what 'fairkit eval -o REPORT.json' wrote. The same report gives the same file. What is
    printed are the lines that name the baseline in a policy beside the folder.
    """
    from fairkit.baselines.storing import load_baseline, policy_text, save_baseline

    release = load_baseline(path)
    saved = save_baseline(release, folder, name=name or release.name)
    lines = policy_text(saved, name or release.name)
    if release.counts.clusters_lost:
        say(
            "Its rows were clustered, and clusters are never saved: changes from it have no intervals. To "
            "compare releases of clustered data, keep the predictions and pair the rows by an id."
        )
    say(f"wrote {saved}")
    if as_json:
        made = {"path": saved.as_posix(), "sha256": saved.stem, "name": name or release.name, "toml": lines}
        emit(json.dumps(made, indent=2))
    else:
        emit(lines)
