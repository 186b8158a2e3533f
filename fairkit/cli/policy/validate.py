"""`fairkit policy validate`: is this a policy, does it fit its data, and what does it say."""

from __future__ import annotations

import datetime as dt
import json
from typing import TYPE_CHECKING, Any

import click

from fairkit.cli.outputs import emit, is_colored, say, text_width
from fairkit.cli.pages import Command
from fairkit.errors import PolicyError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from fairkit.policy.model import Policy
    from fairkit.report.textpage import TextPage


@click.command(
    "validate",
    cls=Command,
    examples=[
        "fairkit policy validate",
        "fairkit policy validate release/fairness.toml --data predictions.parquet",
    ],
    short_help="Check a policy, and whether data have its columns.",
    epilog="Exit codes: 0 it can be judged by; 2 it cannot, with all that is wrong; 70 a bug in fairkit.",
)
@click.argument("path", metavar="[FILE]", required=False)
@click.option(
    "--data", metavar="DATA", help="Also check that these predictions have all columns that it reads."
)
@click.option(
    "--speech", metavar="DATA", help="Also check that these transcripts have all columns that it reads."
)
@click.option("--json", "as_json", is_flag=True, help="Print what it says as JSON.")
def command(*, path: str | None, data: str | None, speech: str | None, as_json: bool) -> None:
    """Check a policy, and whether data have its columns.

    FILE is fairness.toml, or pyproject.toml with [tool.fairkit], where none is named. All that is wrong is
    listed at once, each with its path and line. No row is read.
    """
    from fairkit.policy.loading import load_policy
    from fairkit.policy.validating import column_problems, metric_problems, warnings_of

    policy = load_policy(path)
    problems = [*metric_problems(policy), *column_problems(policy, data=data, speech=speech)]
    if problems:
        raise PolicyError(*(f"{policy.source.path}: {problem}" for problem in problems))
    today = dt.datetime.now(dt.UTC).date()
    warnings = warnings_of(policy, today)
    if as_json:
        emit(json.dumps({**_facts(policy, today), "warnings": list(warnings)}, indent=2, ensure_ascii=False))
        return
    emit(_text(policy, today))
    for warning in warnings:
        say(f"warning: {warning}")


def _facts(policy: Policy, today: dt.date) -> dict[str, Any]:
    from fairkit.policy.validating import waiver_state

    return {
        "policy": policy.name,
        "path": policy.source.path,
        "sha256": policy.source.sha256,
        "checks": [
            {
                "id": check.id,
                "metric": check.metric,
                "groups": list(check.groups),
                "compare": str(check.compare),
                "limit": check.limit,
                "rule": str(check.rule),
                "severity": str(check.severity),
                "on_inconclusive": str(policy.effect(check)),
                "line": policy.source.lines.get(i),
            }
            for i, check in enumerate(policy.checks)
        ],
        "groups": [
            {
                "name": group.name,
                "attribute": group.attribute,
                "predicate": group.predicate,
                "reference": group.reference,
                "min_n": group.min_n,
                "levels": {column: list(levels) for column, levels in group.levels.items()},
            }
            for group in policy.groups
        ],
        "baselines": [
            {
                "name": baseline.name,
                "file": baseline.report or baseline.predictions,
                "sha256": baseline.sha256,
            }
            for baseline in policy.baselines
        ],
        "waivers": [
            {
                "check": waiver.check,
                "group": waiver.group,
                "owner": waiver.owner,
                "expires": waiver.expires.isoformat(),
                "days_left": (waiver.expires - today).days,
                "state": waiver_state(waiver, today),
            }
            for waiver in policy.waivers
        ],
    }


def _text(policy: Policy, today: dt.date) -> str:
    from fairkit.policy.validating import waiver_state
    from fairkit.report.phrases import counted
    from fairkit.report.textpage import TextPage

    page = TextPage(text_width(), color=is_colored())
    deciding = sum(check.gates for check in policy.checks)
    page.line(f"{policy.source.path} is a policy: {policy.name}.", style="bold")
    page.line(
        f"{counted(len(policy.checks), 'check')}, of which {deciding} decide{'s' * (deciding == 1)}; "
        f"{counted(len(policy.groups), 'grouping')}, {counted(len(policy.baselines), 'baseline')}, "
        f"{counted(len(policy.waivers), 'waiver')}."
    )
    checks = [
        (
            check.id,
            f"{check.metric} by {', '.join(check.groups)}",
            f"{check.compare}, {check.limit}",
            f"{check.rule}, {check.severity}, undecided: {policy.effect(check)}",
        )
        for check in policy.checks
    ]
    _table(page, "Checks", ("id", "what", "limit", "rule"), checks)
    groups = [
        (group.name, group.predicate or group.attribute, group.reference, f"{group.min_n:,}")
        for group in policy.groups
    ]
    _table(page, "Groups", ("name", "made of", "compared with", "min_n"), groups)
    waivers = [
        (waiver.check, waiver.group, waiver.owner, waiver_state(waiver, today)) for waiver in policy.waivers
    ]
    _table(page, "Waivers", ("check", "group", "owner", ""), waivers)
    return page.text()


def _table(page: TextPage, title: str, names: tuple[str, ...], rows: Sequence[tuple[str, ...]]) -> None:
    from fairkit.report.textpage import cell

    if not rows:
        return
    page.heading(title)
    table = page.table()
    longest = max(len(row[0]) for row in rows)
    for i, name in enumerate(names):
        table.add_column(name, overflow="fold", min_width=min(longest, 24) if i == 0 else None)
    for row in rows:
        table.add_row(*map(cell, row))
    page.console.print(table)
