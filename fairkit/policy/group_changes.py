"""How groups of two policies differ, and which way each difference moves the gate."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator, Mapping

from fairkit.policy.changed import (
    FEWER_JUDGED,
    MORE_JUDGED,
    PolicyChange,
    doubt,
    harmless,
    loosened,
    tightened,
    untold,
)
from fairkit.policy.model import Policy, PolicyGroup
from fairkit.predicates import parse


def renamed_groups(old: Policy, new: Policy) -> dict[str, str]:
    """Find groups that have only another name: the old name and the new one.

    Examples
    --------
    >>> old = Policy(name="p", groups=(PolicyGroup(name="sex", columns=("sex",)),), checks=())
    >>> new = Policy(name="p", groups=(PolicyGroup(name="gender", columns=("sex",)),), checks=())
    >>> renamed_groups(old, new)
    {'sex': 'gender'}
    """
    before = {group.name: group for group in old.groups}
    free = {group.name: group for group in new.groups if group.name not in before}
    there = {group.name for group in new.groups}
    found: dict[str, str] = {}
    for name, was in before.items():
        same = [n for n, group in free.items() if dataclasses.replace(group, name=name) == was]
        if name not in there and same:
            found[name] = same[0]
            del free[same[0]]
    return found


def group_changes(old: Policy, new: Policy, renamed: Mapping[str, str]) -> Iterator[PolicyChange]:
    """Compare the groups of two policies, by their names.

    That a check no longer looks at groups is told of the check.

    Parameters
    ----------
    old, new : Policy
    renamed : mapping of str to str
        As :func:`renamed_groups` finds them.

    Yields
    ------
    PolicyChange
    """
    after = {group.name: group for group in new.groups}
    for was in old.groups:
        now = after.get(renamed.get(was.name, was.name))
        place = ("groups", was.name)
        if now is None:
            yield harmless(
                place, _shown(was), None, f"groups '{was.name}' are no longer there for checks to name."
            )
        elif now.name != was.name:
            yield harmless(place, was.name, now.name, f"groups '{was.name}' are now called '{now.name}'.")
        else:
            yield from _one(was, now, new)
    known = {group.name for group in old.groups} | set(renamed.values())
    for name, group in after.items():
        if name not in known:
            yield harmless(
                ("groups", name), None, _shown(group), f"groups '{name}' are new, for checks to name."
            )


def _one(was: PolicyGroup, now: PolicyGroup, new: Policy) -> Iterator[PolicyChange]:
    place, said = ("groups", now.name), f"groups '{now.name}'"
    if was.columns != now.columns:
        sentence = f"{said} are made of other columns; whether that is stricter cannot be told."
        yield untold((*place, "columns"), was.columns or None, now.columns or None, sentence)
    if _canonical(was) != _canonical(now):
        sentence = f"{said} are other rows; whether that is stricter cannot be told."
        yield untold((*place, "predicate"), was.predicate, now.predicate, sentence)
    if was.reference != now.reference:
        sentence = f"{said} are compared with something else; whether that is stricter cannot be told."
        yield untold((*place, "reference"), was.reference, now.reference, sentence)
    if was.min_n != now.min_n:
        about = [(check, new.effect(check)) for check in new.checks if now.name in check.groups]
        words = FEWER_JUDGED if now.min_n > was.min_n else MORE_JUDGED
        yield doubt((*place, "min_n"), was.min_n, now.min_n, about, words)
    yield from _levels(was, now)
    if was.note != now.note:
        yield harmless((*place, "note"), was.note, now.note, f"{said} have another note.")


def _levels(was: PolicyGroup, now: PolicyGroup) -> Iterator[PolicyChange]:
    for column in dict.fromkeys([*was.levels, *now.levels]):
        one, other = was.levels.get(column, ()), now.levels.get(column, ())
        gone = [level for level in one if level not in other]
        more = [level for level in other if level not in one]
        place = ("groups", now.name, "levels", column)
        if gone:
            sentence = (
                f"levels of {column} are no longer expected: {', '.join(gone)}; if absent, nothing tells."
            )
            yield loosened(place, one, other or None, sentence)
        if more:
            sentence = f"more levels of {column} are expected: {', '.join(more)}; if absent, that is told."
            yield tightened(place, one or None, other, sentence)


def _canonical(group: PolicyGroup) -> str | None:
    return None if group.predicate is None else parse(group.predicate).canonical


def _shown(group: PolicyGroup) -> str:
    return group.predicate if group.predicate is not None else " & ".join(group.columns)
