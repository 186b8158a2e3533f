"""`fairkit baseline verify`: hashes computed anew."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING

import click

from fairkit.cli.contract import ExitCode
from fairkit.cli.outputs import emit
from fairkit.cli.pages import Command

if TYPE_CHECKING:
    from fairkit.baselines.verifying import Checked


@click.command(
    "verify",
    cls=Command,
    examples=[
        "fairkit baseline verify",
        "fairkit baseline verify baselines/*.json --policy fairness.toml",
    ],
    short_help="Compute the hashes of baselines anew.",
    epilog="Exit codes: 0 all are what was saved; 2 one is not, or is missing; 70 a bug in fairkit.",
)
@click.argument("places", nargs=-1, metavar="[FILE|FOLDER]...")
@click.option("--policy", metavar="FILE", help="Also the baselines that this policy names, by its hashes.")
@click.option("--json", "as_json", is_flag=True, help="Print what was found as JSON.")
def command(*, places: tuple[str, ...], policy: str | None, as_json: bool) -> int:
    """Compute the hashes of baselines anew.

    Both must be right: that of the file, which is its name, and that of the counts in it. Where neither a
    place nor a policy is named, the folder 'baselines' is verified. All that is wrong is listed.
    """
    from fairkit.baselines.of_policy import policy_files
    from fairkit.baselines.verifying import FOLDER, check_baselines
    from fairkit.report.phrases import visible

    found = [] if policy and not places else [*check_baselines(places or (FOLDER,))]
    if policy is not None:
        from fairkit.policy.loading import load_policy

        found += policy_files(load_policy(policy))
    intact = all(one.intact for one in found)
    if as_json:
        files = [{"path": one.path, "intact": one.intact, "problems": list(one.problems)} for one in found]
        emit(json.dumps({"intact": intact, "files": files}, indent=2))
    else:
        lines = [f"{_state(one):<7}  {visible(one.path)}" for one in found]
        lines += [f"- {visible(problem)}" for one in found for problem in one.problems]
        emit("\n".join(lines) if lines else "The policy names no baseline.")
    return int(ExitCode.FINE if intact else ExitCode.CANNOT_JUDGE)


def _state(one: Checked) -> str:
    if one.intact:
        return "intact"
    return "changed" if Path(one.path).exists() else "missing"
