"""Checking a release: a policy and its data in, a gate out.

Everything that a policy names is found, opened and measured here, and one function decides
(:func:`fairkit.policy.deciding.decide`). What cannot be had is a problem of the gate, and stops no other
check.
"""

from __future__ import annotations

import datetime as dt
import os
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from fairkit.counts import Kind
from fairkit.errors import FairkitError, UsageError
from fairkit.policy.asking import about_speech
from fairkit.policy.deciding import decide
from fairkit.policy.earlier import earlier_releases
from fairkit.policy.evaluating import Answer, Part, Predictions, answer
from fairkit.policy.gate import Gate, Problem
from fairkit.policy.loading import load_policy
from fairkit.policy.model import Check, Policy
from fairkit.policy.opening import named, predictions_of, transcripts_of
from fairkit.policy.reading import policy_of
from fairkit.report.model import Report
from fairkit.report.serialize import load_report

Given = Report | str | os.PathLike[str]
"""A report, or the file that it was saved in."""


@dataclass(frozen=True, slots=True)
class Checked:
    """What became of a release, and the reports that it was judged by.

    Parameters
    ----------
    gate : Gate
    reports : tuple of Report
        Of predictions, of transcripts, or both.

    Examples
    --------
    >>> rows = {"sex": ["F", "M"] * 90, "hired": [1, 1, 0] * 60}
    >>> policy = {
    ...     "schema": 1, "name": "hiring", "data": {"decision": "hired"},
    ...     "groups": {"sex": {"column": "sex"}},
    ...     "check": [{"id": "rate", "metric": "selection_rate", "groups": ["sex"], "compare": "value",
    ...                "min": 0.5}],
    ... }
    >>> checked = check(policy, rows)
    >>> checked.gate.exit_code, len(checked.reports)
    (0, 1)
    """

    gate: Gate
    reports: tuple[Report, ...]

    def __str__(self) -> str:
        """Write the gate as text."""
        return str(self.gate)


def check(
    policy: Policy | str | os.PathLike[str] | Mapping[str, Any] | None = None,
    data: Any = None,
    *,
    speech: Any = None,
    reports: Given | Sequence[Given] = (),
    today: dt.date | None = None,
    progress: Callable[[int], object] | None = None,
    workers: int = 1,
    findings: bool = False,
) -> Checked:
    """Judge a release by a policy.

    Parameters
    ----------
    policy : Policy, path, mapping, optional
        By default ``fairness.toml``, or ``[tool.fairkit]`` of pyproject.toml, of this folder.
    data : frame, path or address, optional
        Predictions of the release, see :func:`fairkit.evaluate`; by default those that the policy names.
        ``duckdb://FILE#TABLE`` is a table of a database, opened to read.
    speech : frame, path or address, optional
        Transcripts of the release, by default those that the policy names.
    reports : Report or path, or a sequence of them
        Reports of the release in place of its rows.
    today : date, optional
        The day for which waivers hold; by default this day in UTC.
    progress : callable, optional
        Is told how many utterances have been scored.
    workers : int
        Processes that normalise and align transcripts.
    findings : bool, default False
        Whether the reports of predictions made here have findings of their own; the gate needs only counts.

    Returns
    -------
    Checked
        Also where something could not be judged: then the gate has problems and the exit code 2, and the
        other checks are judged all the same.

    Raises
    ------
    PolicyError
        The policy cannot be read; all problems at once.
    UsageError
        Rows and a report of the same kind are given, or rows that no check is about.

    Examples
    --------
    >>> rows = {"sex": ["F"] * 700 + ["M"] * 800, "hired": [1] * 280 + [0] * 420 + [1] * 640 + [0] * 160}
    >>> policy = {
    ...     "schema": 1, "name": "hiring", "data": {"decision": "hired"},
    ...     "groups": {"sex": {"column": "sex", "reference": "M"}},
    ...     "check": [{"id": "four-fifths", "metric": "selection_rate", "groups": ["sex"],
    ...                "compare": "ratio", "min": 0.80}],
    ... }
    >>> gate = check(policy, rows).gate
    >>> str(gate.verdict), gate.exit_code
    ('fail', 1)
    >>> print(gate.results[0].sentence)
    selection_rate ratio for sex=F is 0.50 (95% CI 0.45 to 0.55; n=700 vs 800 of sex=M); limit min 0.8
    """
    rules = _policy(policy)
    found = evaluated(
        rules, data, speech=speech, reports=reports, progress=progress, workers=workers, findings=findings
    )
    plain = [report for report in found.reports if not _is_spoken(report)]
    earlier = earlier_releases(rules, found.rows, plain[0] if plain else None)
    gate = decide(
        rules,
        found.reports,
        baselines=earlier.counts,
        pairs=earlier.pairs,
        problems=[*found.problems, *earlier.problems],
        today=today,
    )
    return Checked(replace(gate, warnings=(*gate.warnings, *earlier.notes)), found.reports)


@dataclass(frozen=True, slots=True)
class Evaluated:
    """What a policy's checks are judged by, before anything is decided.

    Parameters
    ----------
    reports : tuple of Report
        Those given, then those made: of predictions, of transcripts.
    problems : tuple of Problem
        What could not be read.
    rows : any
        Predictions that were read, to be paired with a baseline's; None where a report stands for them.

    Examples
    --------
    >>> Evaluated((), ()).rows is None
    True
    """

    reports: tuple[Report, ...]
    problems: tuple[Problem, ...]
    rows: Any = None


def evaluated(
    policy: Policy,
    data: Any = None,
    *,
    speech: Any = None,
    reports: Given | Sequence[Given] = (),
    progress: Callable[[int], object] | None = None,
    workers: int = 1,
    findings: bool = True,
) -> Evaluated:
    """Make the reports that a policy's checks are judged by, and decide nothing.

    Parameters
    ----------
    policy : Policy
    data, speech, reports, progress, workers, findings
        As for :func:`check`.

    Returns
    -------
    Evaluated

    Raises
    ------
    UsageError
        As of :func:`check`.

    Examples
    --------
    >>> evaluated(Policy(name="p", groups=(), checks=())).reports
    ()
    """
    release = _Release(policy, data, speech, workers=workers, progress=progress)
    given, problems = _read(reports)
    release.refuse(given)
    made = list(given)
    rows = None
    if not problems:  # else the report that cannot be read may be of either kind
        for spoken in (False, True):
            if release.checks(spoken=spoken) and not any(_is_spoken(report) is spoken for report in given):
                part, found = release.answer(spoken=spoken, findings=findings)
                rows = part.data if isinstance(part, Predictions) else rows
                problems += found.problems
                made += [] if found.report is None else [found.report]
    return Evaluated(tuple(made), tuple(problems), rows)


@dataclass(frozen=True, slots=True)
class _Release:
    """The rows of a release, or what the policy says of them."""

    policy: Policy
    predictions: Any
    transcripts: Any
    workers: int
    progress: Callable[[int], object] | None

    def checks(self, *, spoken: bool) -> tuple[Check, ...]:
        return tuple(one for one in self.policy.checks if about_speech(one) is spoken)

    def refuse(self, reports: Sequence[Report]) -> None:
        """Refuse rows that no check would look at, for who gives them expects them to be judged."""
        problems = []
        for spoken, rows, what in (
            (False, self.predictions, "predictions"),
            (True, self.transcripts, "transcripts"),
        ):
            if rows is None:
                continue
            if isinstance(rows, Report) or (isinstance(rows, str) and rows.endswith(".json")):
                problems.append(f"a report is given as {what}; name it as a report (--report FILE).")
                continue
            if any(_is_spoken(report) is spoken for report in reports):
                problems.append(f"{what} are given as rows and as a report; which of the two is the release?")
            if not self.checks(spoken=spoken):
                problems.append(f"{what} are given, but no check of the policy is about {what}.")
        if problems:
            raise UsageError(*problems)

    def answer(self, *, spoken: bool, findings: bool) -> tuple[Part | None, Answer]:
        """Evaluate one kind of rows for the checks that are about them."""
        own = self.policy
        part: Part
        try:
            if spoken:
                part = transcripts_of(own, self.transcripts, workers=self.workers, progress=self.progress)
            else:
                part = replace(predictions_of(own, self.predictions), findings=findings)
        except FairkitError as error:
            return None, Answer(None, tuple(Problem("data", None, problem) for problem in error.problems))
        found = answer(own, self.checks(spoken=spoken), part)
        if found.report is None:
            return part, found
        rows, table = (self.transcripts, own.speech) if spoken else (self.predictions, own.data)
        stated = None if table is None else getattr(table, "transcripts" if spoken else "predictions")
        return part, found._replace(report=named(found.report, stated if rows is None else rows))


def _policy(given: Policy | str | os.PathLike[str] | Mapping[str, Any] | None) -> Policy:
    if isinstance(given, Policy):
        return given
    return policy_of(given) if isinstance(given, Mapping) else load_policy(given)


def _read(reports: Given | Sequence[Given]) -> tuple[list[Report], list[Problem]]:
    """Load the reports that are files; what cannot be loaded is a problem."""
    given = [reports] if isinstance(reports, Report | str | os.PathLike) else list(reports)
    loaded: list[Report] = []
    problems: list[Problem] = []
    for one in given:
        try:
            loaded.append(one if isinstance(one, Report) else load_report(one))
        except FairkitError as error:
            problems += [Problem("data", None, problem) for problem in error.problems]
    return loaded, problems


def _is_spoken(report: Report) -> bool:
    return report.counts.kind in (Kind.WORDS, Kind.CHARACTERS)
