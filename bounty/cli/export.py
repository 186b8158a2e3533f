"""`bounty export`: what a bounty leaves behind."""

from __future__ import annotations

import json

import click

from fairkit.cli.outputs import check_files, emit, say, working
from fairkit.cli.pages import Command
from fairkit.errors import UsageError


@click.command(
    "export",
    cls=Command,
    examples=[
        "bounty export my-bounty --policy fairness.toml",
        "bounty export my-bounty --model repaired.py",
        "bounty export my-bounty --model repaired.onnx",
    ],
    short_help="Write a policy for later releases, or the repaired model.",
    epilog="Exit codes: 0 written; 2 nothing to write, or the folder is no whole bounty; 70 a bug.",
)
@click.argument("folder", metavar="FOLDER")
@click.option("--policy", metavar="FILE", help="Write confirmed claims as named groups with checks.")
@click.option("--label", metavar="COL", help="The label's column in later data, for the policy.")
@click.option("--decision", metavar="COL", help="The decision's column in later data, for the policy.")
@click.option("--model", metavar="FILE", help="Write the repaired model: FILE.py or FILE.onnx.")
@click.option("--trust", multiple=True, metavar="SHA256", help="An ONNX file that may run in this process.")
@click.option("--json", "as_json", is_flag=True, help="Print what was written as JSON.")
def command(
    *,
    folder: str,
    policy: str | None,
    label: str | None,
    decision: str | None,
    model: str | None,
    trust: tuple[str, ...],
    as_json: bool,
) -> None:
    """Write a policy for later releases, or the repaired model.

    The policy turns every confirmed claim into a group with a check for 'fairkit check', so that a bias that
    was found once fails every later release that has it. The model is one file that needs nothing of ours: it
    takes a row and the answer of the host's model, and gives the repaired answer.
    """
    from bounty.cli.running import runner_of
    from bounty.game.bounty import Bounty
    from bounty.game.exporting import model_of, policy_of
    from bounty.holdout.part_files import write_whole

    if policy is None and model is None:
        raise UsageError("nothing is asked for: --policy FILE, --model FILE.py or --model FILE.onnx.")
    files = check_files({"--policy": policy, "--model": model})
    left_out: list[dict[str, str]] = []
    with working("reading the bounty"):
        bounty = Bounty(folder, runner=runner_of(trust))
        contents = {}
        if "--policy" in files:
            made = policy_of(bounty, data={"label": label, "decision": decision})
            contents[files["--policy"]] = made.text.encode()
            left_out = [{"claim": left.claim, "why": left.why} for left in made.left_out]
        if "--model" in files:
            contents[files["--model"]] = model_of(bounty, files["--model"].suffix)
    for path, content in contents.items():
        write_whole(path, content, private=False)
        say(f"wrote {path}")
    for left in left_out:
        say(f"left out: claim {left['claim'][:8]}: {left['why']}")
    if as_json:
        emit(json.dumps({"files": [str(path) for path in contents], "left_out": left_out}, indent=2))
