"""What can be said of a policy before a release is judged: does it fit its data, and who answers for what.

A policy may be right in itself and ask for what its data cannot answer. Then ``fairkit check`` could not
judge; here that is found without reading a row.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Sequence
from typing import Any

from fairkit.choices import READ_AS
from fairkit.counts import Kind
from fairkit.door.names import column_names
from fairkit.errors import DataError, FairkitError, unknown_name
from fairkit.metrics import CATALOGUE, base_name, unknown_metric
from fairkit.policy.asking import about_speech, columns_of, groups_of
from fairkit.policy.evaluating import Part
from fairkit.policy.lookalikes import homograph_hint
from fairkit.policy.model import Check, Policy, Waiver
from fairkit.policy.opening import predictions_of, transcripts_of
from fairkit.policy.stopping import cautions_of
from fairkit.policy.waiver_rules import forms_of
from fairkit.questions import Question

__all__ = ["column_problems", "metric_problems", "waiver_state", "warnings_of"]


def metric_problems(policy: Policy) -> tuple[str, ...]:
    """Name the checks that cannot be measured on what the policy says about its data.

    Of data about which it says nothing, nothing is known.

    Parameters
    ----------
    policy : Policy

    Returns
    -------
    tuple of str

    Examples
    --------
    >>> from fairkit.policy import policy_of
    >>> policy = policy_of({
    ...     "schema": 1,
    ...     "name": "hiring",
    ...     "data": {"decision": "hired"},
    ...     "groups": {"sex": {"column": "sex"}},
    ...     "check": [{"id": "gap", "metric": "accuracy", "groups": ["sex"], "compare": "worst", "min": 0.8}],
    ... })
    >>> metric_problems(policy)
    ("check 'gap' cannot be measured on [data]: metric 'accuracy' needs a label; without one only ...",)
    """
    return tuple(problem for check in policy.checks for problem in _of_metric(policy, check))


def column_problems(policy: Policy, *, data: Any = None, speech: Any = None) -> tuple[str, ...]:
    """Name the columns that a policy reads and data do not have.

    Parameters
    ----------
    policy : Policy
    data, speech : path or frame, optional
        Predictions, and transcripts.

    Returns
    -------
    tuple of str
        A column that only looks like one of the data's is named with the characters that differ.

    Raises
    ------
    DataError
        Data cannot be opened, or the policy does not say what their columns mean.

    Examples
    --------
    >>> from fairkit.policy import policy_of
    >>> from fairkit.policy.template import EXAMPLE, template
    >>> import tomllib
    >>> policy = policy_of(tomllib.loads(template()))
    >>> column_problems(policy, data={"sex": ["F"], "label": [1], "decision": [1]})[0]
    "groups 'race': column 'race' is not in the data (it has 'sex', 'label', 'decision')."
    """
    problems: list[str] = []
    if data is not None:
        own = [check for check in policy.checks if not about_speech(check)]
        problems += _of_part(policy, predictions_of(policy, data), own)
    if speech is not None:
        own = [check for check in policy.checks if about_speech(check)]
        problems += _of_part(policy, transcripts_of(policy, speech), own)
    return tuple(dict.fromkeys(problems))


def warnings_of(policy: Policy, today: dt.date) -> tuple[str, ...]:
    """Say which checks can stop nothing, which waivers do nothing today, and which never can.

    Parameters
    ----------
    policy : Policy
    today : date

    Returns
    -------
    tuple of str

    Examples
    --------
    >>> warnings_of(Policy(name="p", groups=(), checks=()), dt.date(2026, 10, 1))
    ("no check can stop the release: none of the policy has severity 'error'.",)
    """
    return (*cautions_of(policy), *_of_waivers(policy, today))


def waiver_state(waiver: Waiver, today: dt.date) -> str:
    """Say how long a waiver still holds.

    Examples
    --------
    >>> day = dt.date(2026, 10, 1)
    >>> waiver = Waiver(check="gap", group="sex=F", reason="n = 31", owner="ana", created=day, expires=day)
    >>> [waiver_state(waiver, day + dt.timedelta(shift)) for shift in (-2, 0, 1)]
    ['begins in 2 days', 'its last day', 'expired 1 day ago']
    """
    left, until = (waiver.expires - today).days, (waiver.created - today).days
    if left < 0:
        return f"expired {_days(-left)} ago"
    if until > 0:
        return f"begins in {_days(until)}"
    return f"{_days(left)} left" if left else "its last day"


def _of_metric(policy: Policy, check: Check) -> Iterator[str]:
    kinds = _kinds_of_speech(policy) if about_speech(check) else _kinds_of_data(policy)
    if kinds and not any(base_name(check.metric) in CATALOGUE[kind] for kind in kinds):
        table = "[speech]" if about_speech(check) else "[data]"
        why = unknown_metric(check.metric, kinds)
        yield f"check '{check.id}' cannot be measured on {table}: {why}"


def _kinds_of_data(policy: Policy) -> Sequence[Kind]:
    columns = {} if policy.data is None else policy.data.columns
    try:
        kind = Question((), **columns).kind
    except FairkitError:  # nothing is said that could be measured
        return ()
    kinds = READ_AS.get(kind, (kind,))
    decides = kind is not Kind.SCORES or "threshold" in columns or "decision" in columns
    return kinds if decides else tuple(one for one in kinds if one is not Kind.CONFUSION)


def _kinds_of_speech(policy: Policy) -> Sequence[Kind]:
    return () if policy.speech is None else (Kind(policy.speech.unit),)


def _of_part(policy: Policy, part: Part, checks: Sequence[Check]) -> Iterator[str]:
    groups = groups_of(policy, checks)
    wanted = [*part.columns(), *(column for group in groups for column in columns_of(group))]
    names = column_names(part.data, wanted=wanted)
    if names is None:
        return
    known = list(dict.fromkeys(names))
    alike = [name for name in part.columns() if homograph_hint(name, known)]
    for name in alike:
        yield unknown_name("column", name, known) + homograph_hint(name, known)
    if not alike:
        try:
            part.check_columns(names)
        except DataError as error:
            yield from error.problems
    for group in groups:
        for column in columns_of(group):
            if column not in known:
                what = unknown_name("column", column, known) + homograph_hint(column, known)
                yield f"groups '{group.name}': {what}"
        if group.predicate is not None and group.name in known:
            yield f"groups '{group.name}' have a predicate and the name of a column; give them another name."


def _of_waivers(policy: Policy, today: dt.date) -> Iterator[str]:
    checks = {check.id: check for check in policy.checks}
    for waiver in policy.waivers:
        said = f"the waiver of check '{waiver.check}' for {waiver.group}"
        groups = [policy.group(name) for name in checks[waiver.check].groups]
        names = [f"{group.name}=" for group in groups]
        names += [f"{column}=" for group in groups for column in group.columns[:1]]
        if not any(form.startswith(tuple(names)) for form in forms_of(waiver.group, groups)):
            written = " or ".join(f"{name}..." for name in dict.fromkeys(names))
            yield (
                f"{said} names none of the groups that the check looks at, which are written {written}; "
                f"{waiver.owner} owns it."
            )
        elif waiver.expires < today or waiver.created > today:
            yield f"{said} {waiver_state(waiver, today)}; {waiver.owner} owns it."


def _days(number: int) -> str:
    return f"{number} day{'s' * (number != 1)}"
