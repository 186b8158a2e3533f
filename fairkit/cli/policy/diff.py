"""`fairkit policy diff`: what a changed policy means for the gate."""

from __future__ import annotations

import dataclasses
import json
from typing import TYPE_CHECKING

import click

from fairkit.cli.contract import ExitCode
from fairkit.cli.outputs import emit, is_colored, say, text_width
from fairkit.cli.pages import Command

if TYPE_CHECKING:
    from collections.abc import Sequence

    from fairkit.policy.policy_changes import PolicyChange


@click.command(
    "diff",
    cls=Command,
    examples=[
        "fairkit policy diff old.toml fairness.toml",
        "fairkit policy diff old.toml fairness.toml --forbid-loosening",
    ],
    short_help="Compare two policies: what loosens the gate comes first.",
    epilog="Exit codes: 0 compared; 1 loosened, or perhaps, with --forbid-loosening; 2 one of them is no "
    "policy; 70 a bug in fairkit.",
)
@click.argument("old", metavar="OLD")
@click.argument("new", metavar="NEW")
@click.option(
    "--forbid-loosening",
    is_flag=True,
    help="End with 1 if more releases may pass than before; a change whose effect cannot be told counts.",
)
@click.option("--json", "as_json", is_flag=True, help="Print the changes as JSON.")
def command(*, old: str, new: str, forbid_loosening: bool, as_json: bool) -> int:
    """Compare two policies: what loosens the gate comes first.

    They are compared by what they mean: order, comments and the spelling of numbers are no change. In a
    pipeline OLD may come from version control, as in bash's <(git show main:fairness.toml).
    """
    from fairkit.policy.loading import load_policy
    from fairkit.policy.policy_changes import compare_policies

    before, after = load_policy(old), load_policy(new)
    changes = compare_policies(before, after)
    loose = sum(change.may_loosen for change in changes)
    if as_json:
        content = {
            "old": {"path": before.source.path, "sha256": before.source.sha256},
            "new": {"path": after.source.path, "sha256": after.source.sha256},
            "may_loosen": loose,
            "changes": [dataclasses.asdict(change) for change in changes],
        }
        emit(json.dumps(content, indent=2, ensure_ascii=False))
    else:
        emit(_text(changes))
    if loose and forbid_loosening:
        many = "changes loosen" if loose > 1 else "change loosens"
        say(f"{loose} {many} the policy, or may: that is forbidden here.")
        return int(ExitCode.FAILED)
    return int(ExitCode.FINE)


def _text(changes: Sequence[PolicyChange]) -> str:
    from fairkit.report.textpage import TextPage

    page = TextPage(text_width(), color=is_colored())
    if not changes:
        page.line("The policies mean the same.")
        return page.text()
    parts = {
        "Loosened: more releases pass": [c for c in changes if c.what == "loosened"],
        "Changed, and it cannot be told which way": [
            c for c in changes if c.what == "changed" and c.may_loosen
        ],
        "Changed, and no decision depends on it": [
            c for c in changes if c.what == "changed" and not c.may_loosen
        ],
        "Tightened: fewer releases pass": [c for c in changes if c.what == "tightened"],
    }
    first = True
    for title, own in parts.items():
        if not own:
            continue
        if first:
            page.line(title, style="bold underline")
        else:
            page.heading(title)
        first = False
        page.points(f"{change.sentence} ({change.path}: {_moved(change)})" for change in own)
    return page.text()


def _moved(change: PolicyChange) -> str:
    before, after = (text if text is not None else "nothing" for text in (change.before, change.after))
    return f"{before} → {after}"
