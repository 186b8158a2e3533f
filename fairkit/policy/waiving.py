"""Waivers: which result somebody answers for, until when, and which waivers do nothing."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import replace

from fairkit.errors import did_you_mean, shortlist
from fairkit.policy.gate import AppliedWaiver, Result, Status
from fairkit.policy.model import Policy, PolicyGroup, Waiver

_COMPARED = 200
"""Names that a misspelt one is compared with; thousands of waivers may be misspelt."""


def waived(
    policy: Policy, results: Sequence[Result], today: dt.date
) -> tuple[tuple[Result, ...], tuple[str, ...]]:
    """Apply the waivers that are in force.

    Parameters
    ----------
    policy : Policy
    results : sequence of Result
    today : date

    Returns
    -------
    tuple of Result
        Those waived keep their numbers, and what they would be otherwise.
    tuple of str
        Waivers that have expired, that have not begun, that match nothing, or that nothing needs.
    """
    made = list(results)
    warnings: list[str] = []
    found: dict[tuple[str, str], list[int]] = {}
    for i, result in enumerate(made) if policy.waivers else ():
        for name in _names(policy, result):
            found.setdefault((result.check, name), []).append(i)
    for waiver in policy.waivers:
        named = f"the waiver of check '{waiver.check}' for {waiver.group}"
        places = found.get((waiver.check, waiver.group), [])
        open_ = [i for i in places if made[i].without_waiver in (Status.FAIL, Status.INCONCLUSIVE)]
        if not places:
            warnings.append(f"{named} {_unmatched(waiver, results)} {waiver.owner} owns it.")
        elif waiver.expires < today:
            warnings.append(
                f"{named} expired on {waiver.expires.isoformat()}, so the result counts again; "
                f"{waiver.owner} owns it."
            )
        elif waiver.created > today:
            warnings.append(f"{named} begins on {waiver.created.isoformat()} only; {waiver.owner} owns it.")
        elif not open_:
            warnings.append(f"{named} is not needed: the check passes. {waiver.owner} owns it.")
        else:
            for i in open_:
                made[i] = replace(made[i], status=Status.WAIVED, waiver=_applied(waiver, today))
    return tuple(made), tuple(warnings)


def _unmatched(waiver: Waiver, results: Sequence[Result]) -> str:
    """Say why a waiver matches no result, with the groups that there are."""
    names = list(dict.fromkeys(result.group for result in results if result.check == waiver.check))
    if not names:
        return "matches no result: the check did not run."
    near = next((f" Did you mean '{name}'?" for name in names if name.endswith(f"={waiver.group}")), None)
    near = near or did_you_mean(waiver.group, names[:_COMPARED])
    return f"matches no result (groups are {shortlist(names)}).{near}"


def in_force(policy: Policy, result: Result, today: dt.date) -> bool:
    """Tell whether a waiver covers a result on a day.

    Parameters
    ----------
    policy : Policy
    result : Result
    today : date

    Examples
    --------
    >>> from fairkit.policy.views.examples import example_result
    >>> in_force(Policy(name="p", groups=(), checks=()), example_result(), dt.date(2026, 11, 21))
    False
    """
    return any(
        waiver.check == result.check
        and waiver.created <= today <= waiver.expires
        and waiver.group in _names(policy, result)
        for waiver in policy.waivers
    )


def names_of(group: PolicyGroup, result_group: str) -> str:
    """Write a group of a report in the words of the policy: its name, and levels only.

    Examples
    --------
    >>> names_of(PolicyGroup(name="sex_race", columns=("sex", "race")), "sex=F & race=Asian")
    'sex_race=F & Asian'
    """
    levels = result_group
    for i, column in enumerate(group.columns):
        named = f"{column}="
        levels = levels.removeprefix(named) if i == 0 else levels.replace(f" & {named}", " & ", 1)
    return f"{group.name}={levels}"


def _names(policy: Policy, result: Result) -> set[str]:
    """Name the group of a result as reports do, and as the policy does."""
    group = policy.group(result.policy_group)
    return {result.group, names_of(group, result.group)} if group.columns else {result.group}


def _applied(waiver: Waiver, today: dt.date) -> AppliedWaiver:
    return AppliedWaiver(
        owner=waiver.owner,
        reason=waiver.reason,
        approved_by=waiver.approved_by,
        created=waiver.created.isoformat(),
        expires=waiver.expires.isoformat(),
        days_left=(waiver.expires - today).days,
    )
