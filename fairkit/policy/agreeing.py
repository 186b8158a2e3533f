"""Whether a saved report was made the way that the policy says: of the same columns, read alike.

A report of another decision, another positive value or a lower threshold has all the numbers that a policy
asks for, and they are about something else. No release passes with one.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence, Sized
from types import MappingProxyType
from typing import Any

from fairkit.errors import FairkitError, shortlist
from fairkit.policy.gate import Problem
from fairkit.policy.model import Policy
from fairkit.policy.opening import normalizer_of
from fairkit.questions import stated
from fairkit.report.model import Report
from fairkit.report.settings import Settings

_COLUMNS = (
    *("label", "decision", "score", "prediction", "prediction_low", "prediction_high"),
    *("rank", "query", "relevance", "events", "transcript"),
)
"""Without one of them a report has fewer metrics, and none that means something else."""

_RULES: Mapping[str, str] = MappingProxyType(
    {
        "threshold": "threshold",
        "weight": "weight",
        "cluster": "cluster",
        "exposure": "exposure",
        "quantile": "quantile",
        "classes": "classes",
        "outputs": "outputs",
        "models": "models",
        "missing": "missing_values",
        "unit": "unit",
        "empty_references": "empty_references",
    }
)
"""What changes the numbers, stated or not, with the words of a policy."""

_EVIDENT = frozenset({"1", "true"})
_NEGATIVE = frozenset({"0", "false", "no"})


def disagreements(policy: Policy, reports: Sequence[Report]) -> list[Problem]:
    """Find reports that were not made as the policy's ``[data]`` or ``[speech]`` says.

    Parameters
    ----------
    policy : Policy
        With one that has no such table every report agrees.
    reports : sequence of Report
        Those of counts state no columns, and are taken as they are.

    Returns
    -------
    list of Problem
        One for each such report, with everything that is not the same.

    Examples
    --------
    >>> import fairkit
    >>> from fairkit.policy.model import DataSource
    >>> rows = {"sex": ["F", "M"] * 9, "approved": [1, 1, 0] * 6, "asked": [1, 0, 0] * 6}
    >>> report = fairkit.evaluate(rows, decision="asked", by="sex")
    >>> policy = Policy(name="p", groups=(), checks=(), data=DataSource(columns={"decision": "approved"}))
    >>> print(disagreements(policy, [report])[0].message)
    the report of arrays was not made as [data] says: decision is 'asked' where the policy has 'approved'. ...
    """
    found = []
    for report in reports:
        spoken = report.settings.unit is not None
        wanted = _of_speech(policy) if spoken else _of_data(policy)
        if wanted is None or not _states_columns(report.settings):
            continue
        told = [*_differences(wanted, report.settings)]
        told += [*_of_transcripts(policy, report.settings)] if spoken else []
        if told:
            table, rows = ("[speech]", "--speech FILE") if spoken else ("[data]", "DATA")
            message = (
                f"the report of {report.data.source} was not made as {table} says: {'; '.join(told)}. Make "
                f"it again as the policy says, or check the rows themselves (fairkit check {rows})."
            )
            found.append(Problem("data", None, message))
    return found


def _of_data(policy: Policy) -> dict[str, Any] | None:
    source = policy.data
    return None if source is None else stated({**source.columns, "missing": source.missing_values})


def _of_speech(policy: Policy) -> dict[str, Any] | None:
    source = policy.speech
    if source is None:
        return None
    return {
        "transcript": source.reference,
        "cluster": source.speaker,
        "unit": source.unit,
        "empty_references": source.empty_references,
        "missing": source.missing_values,
    }


def _states_columns(settings: Settings) -> bool:
    names = ("outputs", *_COLUMNS) if settings.unit else ("outputs", "models", *_COLUMNS)
    return any(getattr(settings, name) for name in names)


def _differences(wanted: Mapping[str, Any], settings: Settings) -> Iterator[str]:
    """Yield what is not the same, in the words of a policy."""
    for name in _COLUMNS:
        own, other = wanted.get(name), getattr(settings, name)
        if None not in (own, other) and own != other:
            yield _told(name, other, own)
    positives = wanted.get("positive", {})
    for role in ("label", "decision"):
        own, other = (_positive(each.get(role)) for each in (positives, settings.positive))
        if own != other and (None not in (own, other) or {own, other} & _NEGATIVE):
            names = [each.get(role, "1 or true") for each in (settings.positive, positives)]
            yield _told(f"the positive {role}", *names)
    for name, word in _RULES.items():
        if name == "models" and settings.unit is not None:
            continue
        own, other = (_plain(value) for value in (wanted.get(name), getattr(settings, name)))
        if own != other:
            yield _told(word, other, own)


def _of_transcripts(policy: Policy, settings: Settings) -> Iterator[str]:
    """Yield what else is not the same where words were counted."""
    from fairkit.speech.normalize import normalizer

    source = policy.speech
    if source is None:
        return
    columns = list(settings.models.values())
    if source.hypothesis not in columns:
        yield _told("hypothesis", columns, source.hypothesis)
    try:
        own = normalizer(normalizer_of(policy, source)).stamp.text
    except FairkitError:  # its rules are not there to be compared with
        return
    if own != settings.normalizers[0]:
        yield _told("normalizer", settings.normalizers[0], own)


def _positive(text: str | None) -> str | None:
    """Take a positive value that needs no statement as not stated."""
    return None if text is None or text.casefold() in _EVIDENT else text.casefold()


def _plain(value: Any) -> Any:
    """Take what is empty as not given, and leave the order of texts aside."""
    if isinstance(value, Sized) and not value:
        return None
    return sorted(value) if isinstance(value, list | tuple) else value


def _told(what: str, made: Any, wanted: Any) -> str:
    return f"{what} is {_written(made)} where the policy has {_written(wanted)}"


def _written(value: Any) -> str:
    if value is None:
        return "none"
    if isinstance(value, Mapping):
        value = [f"{name} = {column}" for name, column in value.items()]
    return shortlist(value) if isinstance(value, list) else f"'{value}'"
