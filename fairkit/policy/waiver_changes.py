"""How waivers of two policies differ: given, extended, renewed, shortened, taken back.

A waiver that is dated anew looks as if it had just been given, and the span that it may last begins again; so
that is told as a renewal, and loosens the gate.
"""

from __future__ import annotations

from collections.abc import Iterator

from fairkit.policy.changed import PolicyChange, harmless, loosened, tightened
from fairkit.policy.model import Policy, Waiver
from fairkit.policy.waiver_rules import forms_of


def waiver_changes(old: Policy, new: Policy) -> Iterator[PolicyChange]:
    """Compare the waivers of two policies, by check and group.

    Yields
    ------
    PolicyChange
    """
    left = {form: waiver for waiver in old.waivers for form in _forms(old, waiver)}
    kept: list[Waiver] = []
    for now in new.waivers:
        was = next((left[form] for form in _forms(new, now) if form in left), None)
        if was is None:
            sentence = f"{now.owner} answers for {now.group} in check '{now.check}' until {now.expires}"
            yield loosened(_place(now), None, _span(now), f"{sentence}: {now.reason.removesuffix('.')}.")
        else:
            kept.append(was)
            yield from _one(was, now)
    for was in old.waivers:
        if was not in kept:
            yield tightened(_place(was), _span(was), None, f"{_said(was)} is taken back.")


def _one(was: Waiver, now: Waiver) -> Iterator[PolicyChange]:
    spans, place, said = (_span(was), _span(now)), _place(now), _said(now)
    if now.created > was.created:
        sentence = f"{said} is renewed: it was given on {was.created} and is now dated {now.created}."
        yield loosened(place, *spans, sentence)
    elif now.expires > was.expires:
        days = (now.expires - was.expires).days
        yield loosened(place, *spans, f"{said} is extended by {days} day{'s' * (days > 1)}.")
    elif now.expires < was.expires:
        yield tightened(place, *spans, f"{said} ends earlier.")
    if now.created < was.created:
        yield loosened(place, *spans, f"{said} begins earlier.")
    if _words(was) != _words(now):
        sentence = f"{said} has another reason, owner or approval."
        yield harmless(place, _words(was), _words(now), sentence)


def _forms(policy: Policy, waiver: Waiver) -> list[tuple[str, str]]:
    groups = [
        policy.group(name) for check in policy.checks if check.id == waiver.check for name in check.groups
    ]
    return [(waiver.check, form) for form in forms_of(waiver.group, groups)]


def _place(waiver: Waiver) -> tuple[str, str, str]:
    return ("waiver", waiver.check, waiver.group)


def _said(waiver: Waiver) -> str:
    return f"the waiver of check '{waiver.check}' for {waiver.group}"


def _words(waiver: Waiver) -> str:
    words = (waiver.reason, waiver.owner, waiver.approved_by)
    return "; ".join(word for word in words if word is not None)


def _span(waiver: Waiver) -> str:
    return f"{waiver.created} to {waiver.expires}"
