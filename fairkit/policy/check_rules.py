"""What the keys of a check mean together: its metric, its groups, its baseline, and its limits."""

from __future__ import annotations

import re
from collections.abc import Collection

from fairkit.errors import did_you_mean, shortlist
from fairkit.metrics import CATALOGUE, AnyMetric, base_name, definition_of, unknown_metric
from fairkit.policy.limit_rules import check_direction, check_limits
from fairkit.policy.model import Check, Compare, Direction, Rule, Severity
from fairkit.policy.places import Problems, quoted
from fairkit.policy.tables import Entry

_METRIC = re.compile(r"[a-z][a-z0-9_]*(\[.+\])?", re.DOTALL)


def check_of(
    entry: Entry, *, groups: Collection[str] | None, baselines: Collection[str] | None, problems: Problems
) -> Check | None:
    """Make a check of what was read, or note what is wrong with it.

    Parameters
    ----------
    entry : Entry
    groups, baselines : collection of str or None
        The names there are; None where they could not be read.
    problems : Problems

    Returns
    -------
    Check or None
        None where it lacks something; the policy is refused then.

    Examples
    --------
    >>> problems = Problems()
    >>> read = {"id": "gap", "metric": "acuracy", "groups": ("sex",), "compare": Compare.DIFFERENCE}
    >>> check_of(Entry(("check", 0), read, frozenset()), groups=["sex"], baselines=[], problems=problems)
    >>> len(problems.sentences)
    2
    """
    metric = _metric(entry, problems)
    _named(entry, groups, problems)
    _baseline(entry, baselines, problems)
    compare = _compare(entry, problems)
    if compare is not None:
        check_limits(entry, compare, metric, problems)
        check_direction(entry, compare, metric, problems)
    if compare is None or metric is None or not entry.is_right:
        return None
    return Check(
        id=entry.get("id"),
        metric=entry.get("metric"),
        groups=entry.get("groups"),
        compare=compare,
        minimum=entry.get("min"),
        maximum=entry.get("max"),
        direction=entry.get("direction", Direction.EITHER),
        baseline=entry.get("baseline"),
        max_regression=entry.get("max_regression"),
        max_change=entry.get("max_change"),
        rule=entry.get("rule", Rule.PROVE_HARM),
        severity=entry.get("severity", Severity.ERROR),
        on_inconclusive=entry.get("on_inconclusive"),
        description=entry.get("description"),
    )


def _metric(entry: Entry, problems: Problems) -> AnyMetric | None:
    name = entry.get("metric")
    if name is None:
        return None
    found = definition_of(name)
    if found is not None and _METRIC.fullmatch(name):
        return found
    if found is not None:
        what = f"is {quoted(name)}; in brackets stands one class, output or model: {base_name(name)}[cat]"
        problems.add(entry.at("metric"), what)
    else:
        problems.add(entry.at("metric"), f"is {quoted(name)}: {unknown_metric(name, tuple(CATALOGUE))}")
    return None


def _named(entry: Entry, groups: Collection[str] | None, problems: Problems) -> None:
    for i, name in enumerate(entry.get("groups", ())):
        if groups is not None and name not in groups:
            problems.add((*entry.at("groups"), i), _no_such(name, "groups", groups))


def _baseline(entry: Entry, baselines: Collection[str] | None, problems: Problems) -> None:
    name = entry.get("baseline")
    if name is not None and baselines is not None and name not in baselines:
        problems.add(entry.at("baseline"), _no_such(name, "baselines", baselines))


def _compare(entry: Entry, problems: Problems) -> Compare | None:
    compare: Compare | None = entry.get("compare")
    if compare is None:
        if entry.gives("compare"):
            return None
        if entry.gives("baseline"):
            return Compare.BASELINE
        known = shortlist([str(each) for each in Compare if each is not Compare.BASELINE])
        problems.add(entry.at("compare"), f"is missing: what is held to the limit, one of {known}")
        return None
    if compare is Compare.BASELINE and not entry.gives("baseline"):
        problems.add(entry.at("baseline"), "is missing: compare = 'baseline' needs one of [baselines]")
    elif compare is not Compare.BASELINE and entry.gives("baseline"):
        problems.add(
            entry.at("compare"),
            f"is '{compare}', but a check with a baseline compares with that; leave one of them out",
        )
        return Compare.BASELINE
    return compare


def _no_such(name: str, table: str, known: Collection[str]) -> str:
    names = list(known)
    there = f"which has {shortlist(names)}" if names else "which is empty"
    hint = did_you_mean(name, names)
    return (
        f"is {quoted(name)}, which is not in [{table}], {there}.{hint}"
        if hint
        else (f"is {quoted(name)}, which is not in [{table}], {there}")
    )
