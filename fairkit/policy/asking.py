"""What a policy asks of its data: which checks are about predictions and which about speech, and by what.

Only names are looked at here. What the data answer is the business of :mod:`fairkit.policy.evaluating`.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any, Literal

from fairkit.counts import Kind
from fairkit.errors import FairkitError
from fairkit.groups import MISSING
from fairkit.metrics import CATALOGUE, base_name
from fairkit.policy.model import Check, Compare, Policy, PolicyGroup
from fairkit.policy.placing import grouping_of, reference_of

SPOKEN = frozenset({*CATALOGUE[Kind.WORDS], *CATALOGUE[Kind.CHARACTERS]})
"""Names of the metrics that are measured on transcripts; no other kind of data has one of them."""


def about_speech(check: Check) -> bool:
    """Tell whether a check is measured on transcripts, and not on predictions.

    Examples
    --------
    >>> check = Check(id="wer", metric="word_error_rate", groups=("accent",), compare=Compare.WORST)
    >>> about_speech(check)
    True
    """
    return base_name(check.metric) in SPOKEN


def groups_of(policy: Policy, checks: Iterable[Check]) -> tuple[PolicyGroup, ...]:
    """List the groups that checks name, each once, in the order of the policy.

    Examples
    --------
    >>> policy = Policy(name="p", groups=(PolicyGroup(name="sex", columns=("sex",)),), checks=())
    >>> groups_of(policy, policy.checks)
    ()
    """
    named = {name for check in checks for name in check.groups}
    return tuple(group for group in policy.groups if group.name in named)


def by_of(groups: Sequence[PolicyGroup]) -> list[str | list[str]]:
    """Write groups as evaluating takes them; the same columns are asked for once, in whatever order.

    Examples
    --------
    >>> young = PolicyGroup(name="young", predicate="age < 25")
    >>> one = PolicyGroup(name="a", columns=("sex", "race"))
    >>> same = PolicyGroup(name="b", columns=("race", "sex"))
    >>> by_of([young, one, same])
    ['young: age < 25', ['sex', 'race']]
    """
    found: dict[frozenset[str], str | list[str]] = {}
    for group in groups:
        asked = list(group.columns) if group.predicate is None else f"{group.name}: {group.predicate}"
        found.setdefault(frozenset(group.columns or [group.name]), asked)
    return list(found.values())


def columns_of(group: PolicyGroup) -> tuple[str, ...]:
    """List the columns that a policy's groups are made of.

    Examples
    --------
    >>> columns_of(PolicyGroup(name="young", predicate="age < 25 and home == 'rent'"))
    ('age', 'home')
    """
    if group.predicate is None:
        return group.columns
    predicate = grouping_of(group).attributes[0].predicate
    return () if predicate is None else predicate.columns


def levels_of(groups: Iterable[PolicyGroup]) -> dict[str, list[str]]:
    """Put the declared levels of all groups together, by column.

    Examples
    --------
    >>> levels_of([
    ...     PolicyGroup(name="a", columns=("sex",), levels={"sex": ("F", "M")}),
    ...     PolicyGroup(name="b", columns=("sex",), levels={"sex": ("M", "X")}),
    ... ])
    {'sex': ['F', 'M', 'X']}
    """
    found: dict[str, dict[str, None]] = {}
    for group in groups:
        for column, levels in group.levels.items():
            found.setdefault(column, {}).update(dict.fromkeys(levels))
    return {column: list(levels) for column, levels in found.items()}


def references_of(groups: Iterable[PolicyGroup]) -> dict[str, str | None]:
    """Write what groups are compared with, by column, for the report's own findings.

    A report compares a column with one thing wherever it occurs, and a policy may compare it with several:
    then the first is taken. The gate itself goes by the policy.

    Examples
    --------
    >>> references_of([
    ...     PolicyGroup(name="race", columns=("race",), reference="White"),
    ...     PolicyGroup(name="sex", columns=("sex",), reference="best"),
    ... ])
    {'race': 'White', 'sex': 'best'}
    """
    found: dict[str, str | None] = {}
    for group in groups:
        grouping = grouping_of(group)
        try:
            wish = reference_of(group, grouping)
        except FairkitError:  # the decision says what is wrong with it
            continue
        if isinstance(wish, str):
            found.setdefault(grouping.names[0] if len(grouping.names) == 1 else "", wish)
        else:
            for name, level in zip(grouping.names, wish, strict=True):
                found.setdefault(name, MISSING if level is None else level)
    return found


def metrics_of(checks: Iterable[Check]) -> list[str]:
    """List the metrics of checks, each once.

    Examples
    --------
    >>> metrics_of([Check(id="a", metric="accuracy", groups=("sex",), compare=Compare.VALUE)] * 2)
    ['accuracy']
    """
    return list(dict.fromkeys(check.metric for check in checks))


def rules_of(policy: Policy, checks: Iterable[Check]) -> dict[str, Any]:
    """Write how surely, and what is compared, as evaluating takes it.

    Examples
    --------
    >>> policy = Policy(name="p", groups=(), checks=())
    >>> rules_of(policy, ())["confidence"], rules_of(policy, ())["compare"]
    (0.95, 'difference')
    """
    ratios = any(check.compare is Compare.RATIO for check in checks)
    compare: Literal["difference", "both"] = "both" if ratios else "difference"
    evidence = policy.evidence
    return {
        "compare": compare,
        "confidence": evidence.confidence,
        "correction": str(evidence.correction),
        "replicates": evidence.replicates,
        "seed": evidence.seed,
    }
