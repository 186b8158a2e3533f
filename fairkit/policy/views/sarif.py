"""The gate as SARIF 2.1.0, for code scanning: what did not pass, at the line of its check in the policy.

Every check is declared as a rule, fired or not, so that an alert closes once its check passes. A waived
result is there with its waiver as a suppression. What could not be judged is a notification of the run, which
then was no success, and a result as well, so that it is seen where only results are shown.
"""

from __future__ import annotations

import hashlib
import json
import posixpath
import re
from collections.abc import Container, Iterator
from pathlib import PurePosixPath, PureWindowsPath
from typing import Any
from urllib.parse import quote

from fairkit.policy.gate import CheckStamp, Gate, Problem, Result, Status
from fairkit.policy.model import Severity
from fairkit.policy.views.numerals import value_and_interval
from fairkit.policy.views.ordering import by_check, weight
from fairkit.policy.views.wording import (
    HELD,
    READING,
    explanation,
    stamps,
    status_text,
    verdict_text,
    why_text,
)
from fairkit.report.phrases import counted, visible

SCHEMA_URI = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"
"""Where the standard's JSON Schema is."""

MOST = 25_000
"""Results that GitHub takes of one run; it shows 5,000, those of the highest level first."""

NOT_JUDGED = "fairkit/not-judged"
"""Rule of problems that are of no check."""

FINGERPRINT = "fairkitCheckGroup/v1"
"""Key of what tells one result from another in every run."""

Json = dict[str, Any]

_LEVELS = {Severity.ERROR: "error", Severity.WARNING: "warning", Severity.INFO: "note"}
_LINK = re.compile(r"\[(?=[^\]]*\]\()")


def to_sarif(gate: Gate, *, root: str | None = None, most: int = MOST) -> str:
    """Write a gate as SARIF 2.1.0.

    Parameters
    ----------
    gate : Gate
    root : str, optional
        Absolute path of the repository, where the policy is named by an absolute path too.
    most : int
        Results that are written; those that stop the release come first where not all fit.

    Returns
    -------
    str
        Ends with a newline.

    Examples
    --------
    >>> from fairkit.policy.views.examples import example_gate
    >>> run = json.loads(to_sarif(example_gate()))["runs"][0]
    >>> [(result["ruleId"], result["level"]) for result in run["results"]]
    [('four-fifths', 'error'), ('four-fifths', 'note')]
    """
    rules = [*map(_rule, gate.checks), _rule_of_problems()]
    places = {rule["id"]: i for i, rule in enumerate(rules)}
    where = None if gate.policy.path is None else artifact_uri(gate.policy.path, root=root)
    lines = {stamp.id: stamp.line for stamp in gate.checks}
    results = [*_problem_results(gate), *_results(gate, most)]
    for result in results:
        result["ruleIndex"] = places[result["ruleId"]]
        if where is not None:
            result["locations"] = [_location(where, lines.get(result["ruleId"]))]
    left = max(len(results) - most, 0)
    run = {
        "tool": {"driver": {"name": "fairkit", "version": gate.fairkit_version, "rules": rules}},
        "automationDetails": {"id": f"fairkit/{quote(visible(gate.policy.name), safe='')}/"},
        "invocations": [_invocation(gate, left)],
        "columnKind": "unicodeCodePoints",
        "results": results[:most],
        "properties": {
            "verdict": str(gate.verdict),
            "made": [f"{name}: {visible(value)}" for name, value in stamps(gate)],
        },
    }
    document = {"$schema": SCHEMA_URI, "version": "2.1.0", "runs": [run]}
    return json.dumps(document, ensure_ascii=False, allow_nan=False, indent=1) + "\n"


def artifact_uri(path: str, *, root: str | None = None) -> str:
    r"""Write a path as a relative URI.

    Parameters
    ----------
    path : str
        As it was named, see :func:`relative_path`.
    root : str, optional

    Examples
    --------
    >>> artifact_uri("./policies/credit line.toml"), artifact_uri("policies\\credit.toml")
    ('policies/credit%20line.toml', 'policies/credit.toml')
    """
    # A relative URI whose first part has a colon would be read as one with a scheme: quote writes it as %3A.
    return quote(relative_path(path, root=root), safe="/", errors="surrogatepass")


def relative_path(path: str, *, root: str | None = None) -> str:
    """Write a path from the repository on.

    Parameters
    ----------
    path : str
        As it was named; an absolute path is written from `root` on, or, outside of it, as its file name.
    root : str, optional

    Examples
    --------
    >>> relative_path("/repo/a/fairness.toml", root="/repo"), relative_path("/elsewhere/fairness.toml")
    ('a/fairness.toml', 'fairness.toml')
    """
    posix = path.replace("\\", "/") if PureWindowsPath(path).drive or "/" not in path else path
    if posix.startswith("/") or PureWindowsPath(posix).drive:
        base = None if root is None else PurePosixPath(root.replace("\\", "/"))
        own = PurePosixPath(posix)
        posix = own.relative_to(base).as_posix() if base and own.is_relative_to(base) else own.name
    return posixpath.normpath(posix)


def _rule(stamp: CheckStamp) -> Json:
    told = f"{stamp.metric}, {HELD[stamp.compare]}, limit {stamp.limit}, {stamp.rule}"
    rule: Json = {
        "id": stamp.id,
        "shortDescription": {"text": _text(told)},
        "defaultConfiguration": {"level": _LEVELS[stamp.severity]},
        "help": {"text": _text(f"{told}; groups {', '.join(stamp.groups)}. {READING}")},
        "properties": {"tags": ["fairness"], "ran": stamp.ran},
    }
    if stamp.description:
        rule["fullDescription"] = {"text": _text(stamp.description)}
    return rule


def _rule_of_problems() -> Json:
    return {
        "id": NOT_JUDGED,
        "shortDescription": {"text": "Something could not be judged, so that no release may pass."},
        "defaultConfiguration": {"level": "error"},
        "properties": {"tags": ["fairness"]},
    }


def _results(gate: Gate, most: int) -> list[Json]:
    found = [
        (result, name)
        for check in by_check(gate)
        for result, name in zip(check.results, check.names, strict=True)
        if result.status is not Status.PASS
    ]
    if len(found) + len(gate.problems) > most:
        found.sort(key=lambda pair: weight(pair[0]))
    return [_result(result, name) for result, name in found]


def _result(result: Result, name: str) -> Json:
    made: Json = {
        "ruleId": result.check,
        "kind": "fail",
        "level": _level(result),
        "message": {"text": _text(f"{status_text(result)}: {result.sentence}")},
        "partialFingerprints": {FINGERPRINT: _fingerprint(result.check, name)},
        "properties": {
            "status": str(result.status),
            "group": visible(result.group),
            "value": value_and_interval(result),
            "n": result.n,
            "n_needed": result.n_needed,
            "why": why_text(result),
            "without_waiver": str(result.without_waiver),
        },
    }
    if result.waiver is not None:
        waiver = result.waiver
        approved = "" if waiver.approved_by is None else f"; approved by {waiver.approved_by}"
        told = f"{waiver.reason} ({why_text(result)}{approved})"
        made["suppressions"] = [{"kind": "external", "status": "accepted", "justification": _text(told)}]
    return made


def _level(result: Result) -> str:
    # What is waived or open without counting is a note: whoever does not read suppressions must not turn red.
    if result.blocks is not None:
        return "error"
    return _LEVELS[result.severity] if result.status is Status.FAIL else "note"


def _problem_results(gate: Gate) -> Iterator[Json]:
    known = {stamp.id for stamp in gate.checks}
    for problem in gate.problems:
        yield {
            "ruleId": problem.check if problem.check in known else NOT_JUDGED,
            "kind": "fail",
            "level": "error",
            "message": {"text": _text(f"could not be judged ({problem.kind}): {problem.message}")},
            "partialFingerprints": {
                FINGERPRINT: _fingerprint(problem.check or "", problem.kind, problem.message)
            },
            "properties": {"status": "error", "problem": visible(problem.kind)},
        }


def _invocation(gate: Gate, left: int) -> Json:
    known = {stamp.id for stamp in gate.checks}
    notes = [_notification(problem, known) for problem in gate.problems]
    notes += [{"level": "warning", **_said(text)} for text in gate.warnings]
    if left:
        told = f"{counted(left, 'result')} left out: there is room for no more here. The JSON has all."
        notes.append({"level": "warning", **_said(told)})
    return {
        "executionSuccessful": not gate.problems,
        "exitCode": gate.exit_code,
        "exitCodeDescription": _text(f"{verdict_text(gate)}: {explanation(gate)}"),
        "toolExecutionNotifications": notes,
    }


def _notification(problem: Problem, known: Container[str]) -> Json:
    made: Json = {"level": "error", **_said(f"{problem.kind}: {problem.message}")}
    if problem.check in known:
        made["associatedRule"] = {"id": problem.check}
    return made


def _said(text: str) -> Json:
    return {"message": {"text": _text(text)}}


def _location(uri: str, line: int | None) -> Json:
    return {"physicalLocation": {"artifactLocation": {"uri": uri}, "region": {"startLine": line or 1}}}


def _fingerprint(*parts: str) -> str:
    return hashlib.sha256(json.dumps(parts).encode()).hexdigest()


def _text(text: str) -> str:
    """Write a message: no control characters, and no links that names from the data would make."""
    return _LINK.sub(r"\\[", visible(text))
