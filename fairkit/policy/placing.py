"""Where a policy's checks are measured: which report knows a metric and the groups that are asked for.

Nothing is guessed: a check that no report can measure, or that several could, is a problem with its reason,
never a check that passes.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from fairkit.choices import READ_AS, chosen
from fairkit.counts import Counts
from fairkit.errors import FairkitError, did_you_mean, shortlist
from fairkit.groups import Attribute, Grouping, Reference, group_name, references
from fairkit.metrics import CATALOGUE, AnyMetric, base_name
from fairkit.policy.gate import Problem
from fairkit.policy.model import Check, Policy, PolicyGroup
from fairkit.predicates import parse
from fairkit.report.model import Report
from fairkit.views import View, views


@dataclass(frozen=True, slots=True, eq=False)
class Placed:
    """One check in one grouping, with the metric and the counts that it is measured on.

    Parameters
    ----------
    check : Check
    position : int
    group : PolicyGroup
    grouping : Grouping
    view : View
    metric : AnyMetric
    """

    check: Check
    position: int
    group: PolicyGroup
    grouping: Grouping
    view: View
    metric: AnyMetric


def grouping_of(group: PolicyGroup) -> Grouping:
    """Make the grouping that a policy's groups stand for.

    Examples
    --------
    >>> grouping_of(PolicyGroup(name="young", predicate="age < 25")).name
    'young'
    """
    if group.predicate is not None:
        return Grouping((Attribute(group.name, parse(group.predicate), ("True",)),))
    return Grouping(tuple(Attribute(name, None, group.levels.get(name, ())) for name in group.columns))


def reference_of(group: PolicyGroup, grouping: Grouping) -> Reference:
    """Read what a policy's groups are compared with: the rest, the best, or levels.

    Raises
    ------
    UsageError
        It names a column that the groups are not made of.

    Examples
    --------
    >>> race = PolicyGroup(name="race", columns=("race",), reference="White")
    >>> reference_of(race, grouping_of(race))
    ('White',)
    """
    text = group.reference
    if text not in ("rest", "best") and "=" not in text and len(group.columns) == 1:
        level = text[1:-1] if text[:1] == text[-1:] == '"' and len(text) > 1 else text
        text = group_name(group.columns, [level])
        if level in ("rest", "best"):
            text = f'{group.columns[0]}="{level}"'
    return references(text, (grouping,))[0]


def place(policy: Policy, reports: Sequence[Report]) -> tuple[list[Placed], list[Problem]]:
    """Find for every check and grouping the counts that it is measured on.

    Parameters
    ----------
    policy : Policy
    reports : sequence of Report

    Returns
    -------
    list of Placed
        In the order of the policy.
    list of Problem
        Checks that cannot be measured, with the reason.
    """
    seen = [views(report.counts) for report in reports]
    found: list[Placed] = []
    problems: list[Problem] = []
    for position, check in enumerate(policy.checks):
        for name in check.groups:
            group = policy.group(name)
            placed = _placed(check, position, group, reports, seen)
            if isinstance(placed, Problem):
                problems.append(placed)
            else:
                found += placed
    return found, list(dict.fromkeys(problems))


def _placed(
    check: Check,
    position: int,
    group: PolicyGroup,
    reports: Sequence[Report],
    seen: Sequence[Sequence[View]],
) -> list[Placed] | Problem:
    able = [i for i, report in enumerate(reports) if _measures(check.metric, report.counts)]
    if not able:
        if not reports:
            return Problem("metric", check.id, f"check '{check.id}' did not run: no data could be read.")
        kinds = ", ".join(dict.fromkeys(str(report.counts.kind) for report in reports))
        return Problem(
            "metric",
            check.id,
            f"{check.metric} cannot be measured on what is there ({kinds}), so check '{check.id}' did not "
            "run; give the data that it needs, or take the check out.",
        )
    misfits = [_misfit(group, reports[i]) for i in able]
    fitting = [i for i, misfit in zip(able, misfits, strict=True) if misfit is None]
    if not fitting:
        return Problem(
            "group", check.id, f"check '{check.id}' did not run for groups '{group.name}': {misfits[0]}"
        )
    if len(fitting) > 1:
        sources = shortlist([reports[i].data.source for i in fitting])
        return Problem(
            "data",
            check.id,
            f"check '{check.id}' did not run: {check.metric} by {group.attribute} can be measured on each of "
            f"{sources}; judge them one at a time.",
        )
    counts = reports[fitting[0]].counts
    if counts.clusters_lost:
        return Problem(
            "clusters",
            check.id,
            f"check '{check.id}' did not run: its rows are clustered, and a saved report keeps no clusters, "
            "so that no interval can be made of it; check the data themselves (fairkit check DATA).",
        )
    try:
        measured = chosen([check.metric], seen[fitting[0]])
        grouping = grouping_of(group)
        reference_of(group, grouping)
    except FairkitError as error:
        return Problem("metric", check.id, f"check '{check.id}' did not run: {error}")
    return [
        Placed(check, position, group, grouping, view, metric)
        for view, metrics in measured
        for metric in metrics
    ]


def _measures(metric: str, counts: Counts) -> bool:
    kinds = READ_AS.get(counts.kind, (counts.kind,))
    return any(base_name(metric) in CATALOGUE[kind] for kind in kinds)


def _misfit(group: PolicyGroup, report: Report) -> str | None:
    """Say why groups cannot be told in the counts of a report; None where they can."""
    have = report.counts.attributes
    if group.predicate is None:
        missing = [name for name in group.columns if name not in have]
        if not missing:
            taken = [name for name in group.columns if name in report.settings.predicates]
            return f"'{taken[0]}' is a predicate in {report.data.source}, not a column." if taken else None
        return " ".join(
            f"the counts of {report.data.source} do not know '{name}' (they know {shortlist(have)})."
            f"{did_you_mean(name, have)}"
            for name in missing
        )
    stated = report.settings.predicates.get(group.name)
    if group.name not in have:
        return f"the counts of {report.data.source} do not know the group '{group.name}'."
    if stated != parse(group.predicate).canonical:
        return (
            f"'{group.name}' means {stated!r} in {report.data.source}, and {group.predicate!r} in the "
            "policy; make the report again with the policy's predicate."
        )
    return None
