"""How two policies differ, and whether the gate is looser: what a reviewer of a changed policy asks first.

Policies are compared by what they mean. Checks are matched by id, groups by name, so that order, comments and
the spelling of a number are no change, and what only has another name is told as such. A change is *loosened*
if more releases may pass after it, *tightened* if fewer, and *changed* if that cannot be told (another
metric, another baseline, another column) or if nothing depends on it (a description). Changes that cannot be
told count as loosening where loosening is forbidden: else a limit would be loosened by way of its metric.
"""

from __future__ import annotations

from collections.abc import Iterator

from fairkit.corrections import Correction
from fairkit.policy.changed import (
    CLEARER,
    LESS_CLEAR,
    PolicyChange,
    doubt,
    harmless,
    is_stricter,
    loosened,
    sorted_changes,
    tightened,
    untold,
)
from fairkit.policy.check_changes import check_changes
from fairkit.policy.group_changes import group_changes, renamed_groups
from fairkit.policy.model import BaselineFile, DataSource, Policy, SpeechSource
from fairkit.policy.places import Place
from fairkit.policy.waiver_changes import waiver_changes

__all__ = ["PolicyChange", "compare_policies"]

_CAUTION = (Correction.NONE, Correction.BENJAMINI_HOCHBERG, Correction.MAX_T, Correction.HOLM)
_SPEECH = ("reference", "hypothesis", "speaker", "id", "normalizer", "unit", "empty_references")


def compare_policies(old: Policy, new: Policy) -> tuple[PolicyChange, ...]:
    """Say how two policies differ, what loosens the gate first.

    Parameters
    ----------
    old, new : Policy

    Returns
    -------
    tuple of PolicyChange
        Empty where both mean the same.

    Examples
    --------
    >>> from fairkit.policy import policy_of
    >>> document = {
    ...     "schema": 1,
    ...     "name": "hiring",
    ...     "groups": {"sex": {"column": "sex"}},
    ...     "check": [
    ...         {"id": "rate", "metric": "selection_rate", "groups": ["sex"], "compare": "ratio", "min": 0.8}
    ...     ],
    ... }
    >>> old = policy_of(document)
    >>> document["check"][0]["min"] = 0.7
    >>> (change,) = compare_policies(old, policy_of(document))
    >>> change.what, change.sentence
    ('loosened', "check 'rate' allows more: min was 0.8 and is 0.7.")
    """
    return sorted_changes(_changes(old, new))


def _changes(old: Policy, new: Policy) -> Iterator[PolicyChange]:
    renamed = renamed_groups(old, new)
    if old.name != new.name:
        yield harmless(("name",), old.name, new.name, "the policy has another name.")
    yield from _undecided(old, new)
    yield from check_changes(old, new, renamed)
    yield from group_changes(old, new, renamed)
    yield from _evidence(old, new)
    yield from _data(old.data, new.data)
    yield from _speech(old.speech, new.speech)
    yield from _baselines(old, new)
    yield from waiver_changes(old, new)


def _undecided(old: Policy, new: Policy) -> Iterator[PolicyChange]:
    one, other = old.on_inconclusive, new.on_inconclusive
    if one is not other:
        make = loosened if is_stricter(one, other) else tightened
        sentence = f"where safety has to be proven, an undecided group now means {other}, no longer {one}."
        yield make(("on_inconclusive",), one, other, sentence)


def _evidence(old: Policy, new: Policy) -> Iterator[PolicyChange]:
    was, now = old.evidence, new.evidence
    checks = [(check, new.effect(check)) for check in new.checks]
    if was.confidence != now.confidence:
        words = CLEARER if now.confidence > was.confidence else LESS_CLEAR
        yield doubt(("evidence", "confidence"), was.confidence, now.confidence, checks, words)
    if was.correction is not now.correction:
        cautious = _CAUTION.index(now.correction) > _CAUTION.index(was.correction)
        words = CLEARER if cautious else LESS_CLEAR
        yield doubt(("evidence", "correction"), was.correction, now.correction, checks, words)
    for name in ("seed", "replicates"):
        one, other = getattr(was, name), getattr(now, name)
        if one != other:
            sentence = (
                f"the bootstrap has other {name}; where there is one, groups near a limit may change sides."
            )
            yield untold(("evidence", name), one, other, sentence)


def _data(was: DataSource | None, now: DataSource | None) -> Iterator[PolicyChange]:
    if was is None or now is None:
        if was is not now:
            yield _section("data", was, now)
        return
    if was.predictions != now.predictions:
        sentence = "other predictions are judged where the command names none."
        yield harmless(("data", "predictions"), was.predictions, now.predictions, sentence)
    one, other = ({**data.columns, "id": data.id} for data in (was, now))
    for name in dict.fromkeys([*one, *other]):
        if one.get(name) != other.get(name):
            sentence = f"{name} of [data] is another; whether that is stricter cannot be told."
            yield untold(("data", name), one.get(name), other.get(name), sentence)
    yield from _missing("data", was.missing_values, now.missing_values)


def _speech(was: SpeechSource | None, now: SpeechSource | None) -> Iterator[PolicyChange]:
    if was is None or now is None:
        if was is not now:
            yield _section("speech", was, now)
        return
    if was.transcripts != now.transcripts:
        sentence = "other transcripts are judged where the command names none."
        yield harmless(("speech", "transcripts"), was.transcripts, now.transcripts, sentence)
    for name in _SPEECH:
        one, other = getattr(was, name), getattr(now, name)
        if one != other:
            sentence = f"{name} of [speech] is another; whether that is stricter cannot be told."
            yield untold(("speech", name), one, other, sentence)
    yield from _missing("speech", was.missing_values, now.missing_values)


def _section(table: str, was: object, now: object) -> PolicyChange:
    said = "no longer said" if now is None else "said"
    before, after = (None if given is None else f"[{table}]" for given in (was, now))
    return untold((table,), before, after, f"what the columns of [{table}] mean is {said} by the policy.")


def _missing(table: str, one: tuple[str, ...], other: tuple[str, ...]) -> Iterator[PolicyChange]:
    gone, more = ([v for v in a if v not in b] for a, b in ((one, other), (other, one)))
    place: Place = (table, "missing_values")
    if more:
        sentence = f"rows with {', '.join(map(repr, more))} leave their groups, and count as missing."
        yield loosened(place, one or None, other, sentence)
    if gone:
        sentence = f"{', '.join(map(repr, gone))} no longer means missing; what that does cannot be told."
        yield untold(place, one, other or None, sentence)


def _baselines(old: Policy, new: Policy) -> Iterator[PolicyChange]:
    before = {baseline.name: baseline for baseline in old.baselines}
    after = {baseline.name: baseline for baseline in new.baselines}
    for name in dict.fromkeys([*before, *after]):
        was, now = before.get(name), after.get(name)
        place, said = ("baselines", name), f"baseline '{name}'"
        if was is None or now is None:
            word = "is there for checks to name" if was is None else "is no longer there"
            yield harmless(place, _file(was), _file(now), f"{said} {word}.")
        elif was.sha256 != now.sha256:
            sentence = f"{said} is another file; whether it is as good as the last cannot be told."
            yield untold((*place, "sha256"), was.sha256, now.sha256, sentence)
        elif (was.report is None) != (now.report is None):
            sentence = (
                f"{said} is compared in another way (report or predictions); what that does cannot be told."
            )
            yield untold(place, _file(was), _file(now), sentence)
        elif _file(was) != _file(now):
            yield harmless(place, _file(was), _file(now), f"{said} is the same file at another place.")


def _file(baseline: BaselineFile | None) -> str | None:
    return None if baseline is None else baseline.report or baseline.predictions
