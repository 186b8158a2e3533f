"""One change of a policy, and which way it moves the gate."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Literal

from fairkit.policy.model import Check, Effect
from fairkit.policy.places import Place, json_path

What = Literal["loosened", "changed", "tightened"]
"""Which way: more releases pass, it cannot be told (or nothing depends on it), fewer pass."""

ORDER: tuple[What, ...] = ("loosened", "changed", "tightened")
"""The order in which changes are listed."""

_STRICT = {Effect.FAIL: 2, Effect.WARN: 1, Effect.PASS: 0}


@dataclass(frozen=True, slots=True)
class PolicyChange:
    """One change between two policies.

    Parameters
    ----------
    path : str
        JSON path, with names instead of positions: the order of checks is no change.
    what : {"loosened", "tightened", "changed"}
    before, after : str or None
        As written; None where it was, or is, not there.
    sentence : str
    may_loosen : bool
        Whether more releases may pass after it: always where it is loosened, never where it is tightened;
        of other changes those whose effect cannot be told, but not those of words.

    Examples
    --------
    >>> change = PolicyChange("$.check['gap'].max", "loosened", "0.10", "0.20", "a larger gap passes.", True)
    >>> change.may_loosen
    True
    """

    path: str
    what: What
    before: str | None
    after: str | None
    sentence: str
    may_loosen: bool


def loosened(place: Place, before: object, after: object, sentence: str) -> PolicyChange:
    """Make a change after which more releases pass.

    Examples
    --------
    >>> loosened(("check", "gap", "max"), "0.1", "0.2", "a larger gap passes.").path
    '$.check.gap.max'
    """
    return PolicyChange(
        json_path(place), "loosened", text_of(before), text_of(after), sentence, may_loosen=True
    )


def tightened(place: Place, before: object, after: object, sentence: str) -> PolicyChange:
    """Make a change after which fewer releases pass.

    Examples
    --------
    >>> tightened(("check", "gap", "max"), "0.2", "0.1", "a larger gap fails.").may_loosen
    False
    """
    return PolicyChange(
        json_path(place), "tightened", text_of(before), text_of(after), sentence, may_loosen=False
    )


def untold(place: Place, before: object, after: object, sentence: str) -> PolicyChange:
    """Make a change whose effect cannot be told: it may let more releases pass.

    Examples
    --------
    >>> untold(("check", "gap", "metric"), "accuracy", "prevalence", "another metric.").may_loosen
    True
    """
    return PolicyChange(
        json_path(place), "changed", text_of(before), text_of(after), sentence, may_loosen=True
    )


def harmless(place: Place, before: object, after: object, sentence: str) -> PolicyChange:
    """Make a change on which no decision depends.

    Examples
    --------
    >>> harmless(("name",), "old", "new", "the policy has another name.").what
    'changed'
    """
    return PolicyChange(
        json_path(place), "changed", text_of(before), text_of(after), sentence, may_loosen=False
    )


def text_of(value: object) -> str | None:
    """Write a value of a policy for people.

    Examples
    --------
    >>> text_of(("sex", "race")), text_of(None), text_of(0.8)
    ('sex, race', None, '0.8')
    """
    if value is None:
        return None
    return ", ".join(map(str, value)) if isinstance(value, tuple) else str(value)


def is_stricter(one: Effect, other: Effect) -> bool:
    """Tell whether an undecided group stops more releases by one effect than by another.

    Examples
    --------
    >>> is_stricter(Effect.FAIL, Effect.WARN), is_stricter(Effect.PASS, Effect.WARN)
    (True, False)
    """
    return _STRICT[one] > _STRICT[other]


CLEARER = ("harm must be clearer to fail", "safety must be clearer to pass")
"""What wider intervals mean where only proven harm stops a release, and where doubt does."""

LESS_CLEAR = ("less clear harm fails", "less clear safety passes")
"""What narrower intervals mean."""

FEWER_JUDGED = ("small groups can no longer fail", "small groups can no longer pass")
"""What a higher least number of rows means."""

MORE_JUDGED = ("smaller groups can now fail", "smaller groups can now pass")
"""What a lower least number of rows means."""


def doubt(
    place: Place,
    before: object,
    after: object,
    checks: Sequence[tuple[Check, Effect]],
    words: tuple[str, str],
) -> PolicyChange:
    """Make a change after which more, or fewer, groups are decided.

    A check whose undecided groups do not stop a release is stopped by groups that fail: there less doubt
    tightens. A check whose undecided groups do stop it lets it pass only where groups pass: there less doubt
    loosens. Where a policy has checks of both kinds, the change counts as what loosens.

    Parameters
    ----------
    place : place
    before, after : any
    checks : sequence of (Check, Effect)
        The checks that it is about, with what an undecided group does.
    words : pair of str
        What it means for checks of the first kind, and of the second: one of the constants of this module.

    Examples
    --------
    >>> doubt(("evidence", "confidence"), 0.95, 0.99, (), CLEARER).sentence
    'evidence.confidence was 0.95 and is 0.99; no check that decides depends on it.'
    """
    gating = [(check.id, effect is Effect.FAIL) for check, effect in checks if check.gates]
    on_proof, on_doubt = ([name for name, stops in gating if stops is which] for which in (False, True))
    looser, stricter = (on_proof, on_doubt) if words in (CLEARER, FEWER_JUDGED) else (on_doubt, on_proof)
    parts = [f"{words[each is on_doubt]} {_listed(each)}" for each in (looser, stricter) if each]
    said = f"{'.'.join(map(str, place))} was {text_of(before)} and is {text_of(after)}"
    sentence = f"{said}: {'; '.join(parts)}." if parts else f"{said}; no check that decides depends on it."
    make = loosened if looser else tightened if stricter else harmless
    return make(place, before, after, sentence)


def sorted_changes(changes: Iterable[PolicyChange]) -> tuple[PolicyChange, ...]:
    """Put what loosens first, then what cannot be told, then the rest.

    Examples
    --------
    >>> found = sorted_changes([tightened(("a",), 1, 2, "."), loosened(("b",), 1, 2, ".")])
    >>> [change.what for change in found]
    ['loosened', 'tightened']
    """
    return tuple(sorted(changes, key=lambda c: (ORDER.index(c.what), not c.may_loosen)))


def _listed(ids: list[str]) -> str:
    shown = ", ".join(f"'{each}'" for each in ids[:5])
    return f"{shown} and {len(ids) - 5} more" if len(ids) > 5 else shown
