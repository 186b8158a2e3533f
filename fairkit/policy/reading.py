"""A parsed document as a policy: every table read by its description, then what keys mean together.

All problems are found in one pass and raised as one error.
"""

from __future__ import annotations

import dataclasses
import datetime as dt
import hashlib
import json
import os
from collections.abc import Mapping
from typing import Any

from fairkit.door import question_rules
from fairkit.policy.check_rules import check_of
from fairkit.policy.group_rules import check_names, group_of
from fairkit.policy.keys import CORRECTIONS, POLICY
from fairkit.policy.model import (
    SCHEMA,
    BaselineFile,
    Check,
    DataSource,
    Effect,
    EvidenceRules,
    Number,
    Policy,
    PolicyGroup,
    Source,
    SpeechSource,
)
from fairkit.policy.places import Place, Problems, shown
from fairkit.policy.shapes import WRONG
from fairkit.policy.tables import Entry
from fairkit.policy.waiver_rules import waivers_of

_NOT_COLUMNS = ("predictions", "id", "missing", "missing_values")
# Without one of these a policy says nothing about its data yet: they may come as a report.
_BEGINS = ("decision", "score", "classes", "outputs", "prediction", "rank", "query", "events")


def policy_of(document: Mapping[str, Any], *, path: str | os.PathLike[str] | None = None) -> Policy:
    """Make a policy of plain data, as TOML or JSON give it.

    Parameters
    ----------
    document : mapping
        Numbers may be of any kind, dates also ISO texts (``"2026-12-31"``).
    path : path, optional
        Where it is from: files that it names are relative to that, and messages begin with it.

    Returns
    -------
    Policy

    Raises
    ------
    PolicyError
        It is no policy, or does not mean anything; all problems at once, each with its JSON path.

    Examples
    --------
    >>> policy = policy_of({
    ...     "schema": 1,
    ...     "name": "hiring",
    ...     "groups": {"sex": {"column": "sex"}},
    ...     "check": [
    ...         {"id": "rate", "metric": "selection_rate", "groups": ["sex"], "compare": "ratio", "min": 0.8}
    ...     ],
    ... })
    >>> policy.checks[0].limit
    'min 0.8'
    >>> policy_of({"schema": 1, "name": "hiring", "groups": {"sex": {"column": "sex"}}})
    Traceback (most recent call last):
        ...
    fairkit.errors.PolicyError: $.check is missing: limits that a release is held to.
    """
    name = None if path is None else os.fspath(path)
    policy = read_policy(document, Source(path=name), Problems(file=name))
    digest = hashlib.sha256(_canonical(document)).hexdigest()
    return dataclasses.replace(policy, source=Source(path=name, sha256=digest))


def read_policy(document: Any, source: Source, problems: Problems, *, base: Place = ()) -> Policy:
    """Make a policy of a document that was read from somewhere.

    Parameters
    ----------
    document : any
        The table of the policy itself.
    source : Source
    problems : Problems
        What the file is called, and its lines.
    base : tuple of str
        Where the table stands in its file: ``("tool", "fairkit")``.

    Raises
    ------
    PolicyError
        As :func:`policy_of`.
    """
    _refuse_newer(document, base, problems)
    entry = POLICY.read(document, base, problems)
    if entry is WRONG:
        problems.refuse()
    groups = _groups(entry, base, problems)
    baselines = _baselines(entry)
    checks = _checks(entry, problems)
    named = {group.name: group for group in groups}
    about = {check.id: [named[name] for name in check.groups if name in named] for check in checks}
    ids = [each.get("id") for each in entry.get("check", ())]
    waivers = waivers_of(
        entry.get("waiver", ()),
        checks=ids if ids and None not in ids else None,
        groups=about,
        problems=problems,
    )
    data, speech = _data(entry.get("data"), problems), _speech(entry.get("speech"), problems)
    problems.refuse()
    return Policy(
        name=entry.get("name"),
        groups=groups,
        checks=checks,
        on_inconclusive=entry.get("on_inconclusive", Effect.FAIL),
        data=data,
        speech=speech,
        evidence=_evidence(entry.get("evidence")),
        baselines=baselines,
        waivers=waivers,
        source=source,
    )


def _refuse_newer(document: Any, base: Place, problems: Problems) -> None:
    """Say of a policy of a later form that, and not everything that this fairkit does not know."""
    found = document.get("schema") if isinstance(document, Mapping) else None
    if isinstance(found, int) and not isinstance(found, bool) and found > SCHEMA:
        problems.add(
            (*base, "schema"),
            f"is {shown(found)}: this policy was written for a newer fairkit; upgrade fairkit to read it "
            f"(this one reads {SCHEMA})",
        )
        problems.refuse()


def _groups(entry: Entry, base: Place, problems: Problems) -> tuple[PolicyGroup, ...]:
    found = [group_of(name, each, problems) for name, each in entry.get("groups", {}).items()]
    made = tuple(group for group in found if group is not None)
    check_names(made, problems, at=base)
    return made


def _checks(entry: Entry, problems: Problems) -> tuple[Check, ...]:
    groups = None if "groups" in entry.wrong else tuple(entry.get("groups"))
    baselines = None if "baselines" in entry.wrong else tuple(entry.get("baselines", ()))
    made: list[Check] = []
    first: dict[str, int] = {}
    for i, each in enumerate(entry.get("check", ())):
        check = check_of(each, groups=groups, baselines=baselines, problems=problems)
        name = each.get("id")
        if name is not None and first.setdefault(name, i) != i:
            problems.add(each.at("id"), f"is '{shown(name)}', which is also the id of check[{first[name]}]")
        if check is not None:
            made.append(check)
    return tuple(made)


def _baselines(entry: Entry) -> tuple[BaselineFile, ...]:
    return tuple(
        BaselineFile(
            name=name,
            report=each.get("report"),
            predictions=each.get("predictions"),
            sha256=each.get("sha256").lower(),
        )
        for name, each in entry.get("baselines", {}).items()
        if each.is_right
    )


def _data(entry: Entry | None, problems: Problems) -> DataSource | None:
    if entry is None:
        return None
    columns = {name: _plain(value) for name, value in entry.values.items() if name not in _NOT_COLUMNS}
    classes = columns.get("classes")
    if isinstance(classes, str) and classes != "all":
        problems.add(entry.at("classes"), f"is '{shown(classes)}', neither a list of classes nor 'all'")
    elif entry.is_right and any(name in columns for name in _BEGINS):
        for problem in question_rules.contradictions(columns):
            problems.add(entry.place, "does not fit together", because=(problem,))
    return DataSource(
        predictions=entry.get("predictions"),
        columns=columns,
        id=entry.get("id"),
        missing_values=entry.get("missing_values", ()),
    )


def _speech(entry: Entry | None, problems: Problems) -> SpeechSource | None:
    if entry is None or not entry.is_right:
        return None
    if entry.get("reference") == entry.get("hypothesis"):
        problems.add(entry.at("hypothesis"), "is the column of the reference too")
    return SpeechSource(**entry.values)


def _evidence(entry: Entry | None) -> EvidenceRules:
    if entry is None:
        return EvidenceRules()
    given = {name: value for name, value in entry.values.items() if name != "method"}
    if "confidence" in given:
        given["confidence"] = given["confidence"].value
    if "correction" in given:
        given["correction"] = CORRECTIONS[given["correction"]]
    return EvidenceRules(**given)


def _plain(value: Any) -> Any:
    if isinstance(value, Number):
        return value.value
    return dict(value.values) if isinstance(value, Entry) else value


def _canonical(document: Any) -> bytes:
    def plain(value: Any) -> Any:
        if isinstance(value, Number):
            return value.value
        if isinstance(value, dt.date):
            return value.isoformat()
        return dict(value) if isinstance(value, Mapping) else str(value)

    text = json.dumps(document, sort_keys=True, separators=(",", ":"), ensure_ascii=False, default=plain)
    return text.encode("utf-8", "surrogatepass")
