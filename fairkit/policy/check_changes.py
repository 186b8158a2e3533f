"""How checks of two policies differ, and which way each difference moves the gate."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator, Mapping

from fairkit.metrics import definition_of
from fairkit.policy.changed import (
    PolicyChange,
    harmless,
    is_stricter,
    loosened,
    tightened,
    untold,
)
from fairkit.policy.model import Check, Direction, Number, Policy, Rule, Severity

# Which way a limit is lenient: a least value when it falls, a largest one when it rises.
_LIMITS = {"min": ("minimum", -1), "max": ("maximum", 1), "max_regression": ("max_regression", 1)}
_LIMITS["max_change"] = ("max_change", 1)


def check_changes(old: Policy, new: Policy, renamed: Mapping[str, str]) -> Iterator[PolicyChange]:
    """Compare the checks of two policies, by their ids.

    Parameters
    ----------
    old, new : Policy
    renamed : mapping of str to str
        Groups that have only another name: the old and the new one.

    Yields
    ------
    PolicyChange
    """
    before = {check.id: _with_names(check, renamed) for check in old.checks}
    after = {check.id: check for check in new.checks}
    called = _renamed(before, after)
    for name, was in before.items():
        check = after.get(called.get(name, name))
        if check is None:
            yield loosened(
                ("check", name), _shown(was), None, f"check '{name}' is gone: nothing holds {was.metric}."
            )
            continue
        if check.id != name:
            yield harmless(
                ("check", name, "id"), name, check.id, f"check '{name}' is now called '{check.id}'."
            )
        yield from _one(was, check, old)
    known = {*before, *called.values()}
    added = [check for name, check in after.items() if name not in known]
    for check in added:
        yield tightened(
            ("check", check.id), None, _shown(check), f"check '{check.id}' is new: {_shown(check)}."
        )
    yield from _family(old, new)


def _one(was: Check, now: Check, old: Policy) -> Iterator[PolicyChange]:
    place = ("check", now.id)
    said = f"check '{now.id}'"
    for name in ("metric", "compare", "baseline"):
        one, other = getattr(was, name), getattr(now, name)
        if one != other:
            sentence = f"{said} has another {name}; whether that is stricter cannot be told."
            yield untold((*place, name), one, other, sentence)
    yield from _limits(was, now)
    yield from _directions(was, now)
    gone = tuple(name for name in was.groups if name not in now.groups)
    more = tuple(name for name in now.groups if name not in was.groups)
    if gone:
        sentence = f"{said} no longer looks at {', '.join(gone)}."
        yield loosened((*place, "groups"), was.groups, now.groups, sentence)
    if more:
        sentence = f"{said} looks at {', '.join(more)} too."
        yield tightened((*place, "groups"), was.groups, now.groups, sentence)
    if was.severity is not now.severity:
        yield _severity(was, now)
    yield from _undecided(was, now, old)
    if was.description != now.description:
        sentence = f"{said} is described in other words."
        yield harmless((*place, "description"), was.description, now.description, sentence)


def _limits(was: Check, now: Check) -> Iterator[PolicyChange]:
    for key, (name, lenient) in _LIMITS.items():
        one: Number | None = getattr(was, name)
        other: Number | None = getattr(now, name)
        place, said = ("check", now.id, key), f"check '{now.id}'"
        if one is None and other is not None:
            yield tightened(place, None, other, f"{said} has a limit more: {key} {other}.")
        elif one is not None and other is None:
            yield loosened(place, one, None, f"{said} has no {key} any more; it was {one}.")
        elif one is not None and other is not None and one.value != other.value:
            make = loosened if (other.value - one.value) * lenient > 0 else tightened
            word = "more" if make is loosened else "less"
            yield make(place, one, other, f"{said} allows {word}: {key} was {one} and is {other}.")


def _directions(was: Check, now: Check) -> Iterator[PolicyChange]:
    if was.direction is now.direction:
        return
    one, other = _sides(was), _sides(now)
    place, said = ("check", now.id, "direction"), f"check '{now.id}'"
    if one == other:
        yield harmless(
            place, was.direction, now.direction, f"{said} counts the same differences in other words."
        )
    elif other < one:
        yield loosened(place, was.direction, now.direction, f"{said} no longer counts every difference.")
    elif one < other:
        yield tightened(place, was.direction, now.direction, f"{said} counts more differences.")
    else:
        yield untold(place, was.direction, now.direction, f"{said} counts differences the other way.")


def _sides(check: Check) -> frozenset[Direction]:
    """Return the sides of the reference on which a difference counts."""
    if check.direction is Direction.EITHER:
        return frozenset({Direction.ABOVE, Direction.BELOW})
    if check.direction is not Direction.WORSE:
        return frozenset({check.direction})
    metric = definition_of(check.metric)
    lower = metric is not None and metric.better == "lower"
    return frozenset({Direction.ABOVE if lower else Direction.BELOW})


def _severity(was: Check, now: Check) -> PolicyChange:
    place, said = ("check", now.id, "severity"), f"check '{now.id}'"
    if was.gates:
        return loosened(place, was.severity, now.severity, f"{said} no longer decides about a release.")
    if now.gates:
        return tightened(place, was.severity, now.severity, f"{said} decides about a release.")
    higher = now.severity is Severity.WARNING
    word = "warns" if higher else "only informs"
    return harmless(place, was.severity, now.severity, f"{said} {word}; it decided nothing before either.")


def _undecided(was: Check, now: Check, old: Policy) -> Iterator[PolicyChange]:
    """Compare what undecided groups do, under the old policy's own answer, whose change is told apart."""
    if (was.rule, was.on_inconclusive) == (now.rule, now.on_inconclusive):
        return
    key = "rule" if was.rule is not now.rule else "on_inconclusive"
    place, said = ("check", now.id, key), f"check '{now.id}'"
    before, after = (_answer(check, whole=key == "rule") for check in (was, now))
    one, other = old.effect(was), old.effect(now)
    proven = "safety has to be proven" if now.rule is Rule.PROVE_SAFETY else "harm has to be proven"
    how = f"{proven}, and " if key == "rule" else ""
    if one is other:
        sentence = f"{said}: {how}an undecided group does as before ({other})."
        yield harmless(place, before, after, sentence)
    else:
        make = loosened if is_stricter(one, other) else tightened
        yield make(
            place, before, after, f"{said}: {how}an undecided group now means {other}, no longer {one}."
        )


def _answer(check: Check, *, whole: bool) -> str | None:
    effect = None if check.on_inconclusive is None else str(check.on_inconclusive)
    if not whole:
        return effect
    return str(check.rule) if effect is None else f"{check.rule}, {effect}"


def _family(old: Policy, new: Policy) -> Iterator[PolicyChange]:
    """Say that a larger family asks for clearer evidence everywhere: nothing is free."""
    before, after = (sum(len(c.groups) for c in policy.checks if c.gates) for policy in (old, new))
    if after > before and str(new.evidence.correction) != "none":
        sentence = (
            "more comparisons decide, and the correction allows for all of them, so every check needs "
            "clearer evidence of harm, or of safety, than before."
        )
        yield harmless(("check",), f"{before} checks of groups", f"{after} checks of groups", sentence)


def _with_names(check: Check, renamed: Mapping[str, str]) -> Check:
    return dataclasses.replace(check, groups=tuple(renamed.get(name, name) for name in check.groups))


def _renamed(before: Mapping[str, Check], after: Mapping[str, Check]) -> dict[str, str]:
    """Find checks that have only another id."""
    free = {name: check for name, check in after.items() if name not in before}
    found: dict[str, str] = {}
    for name, was in before.items():
        if name in after:
            continue
        same = [n for n, check in free.items() if dataclasses.replace(check, id=name) == was]
        if same:
            found[name] = same[0]
            del free[same[0]]
    return found


def _shown(check: Check) -> str:
    against = f"{check.compare} since {check.baseline}" if check.baseline else str(check.compare)
    return f"{check.metric} by {', '.join(check.groups)}, {against}, {check.limit}, {check.severity}"
