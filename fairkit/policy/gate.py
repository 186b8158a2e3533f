"""The gate: what became of every check and group, and with which exit code a release leaves.

Everything that is shown of a gate (text, JSON, JUnit, SARIF, Markdown) is a view of these data, so no form of
output can say anything else than another.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Literal

from fairkit.policy.model import Compare, Direction, Effect, Rule, Severity
from fairkit.policy.stamps import CheckStamp, PolicyStamp, ReportStamp

__all__ = [
    "ACROSS",
    "REFERENCE_TOO_FEW",
    "SCHEMA",
    "TOO_FEW",
    "AppliedWaiver",
    "CheckStamp",
    "Gate",
    "PolicyStamp",
    "Problem",
    "ReportStamp",
    "Result",
    "Status",
    "Verdict",
    "verdict_of",
]

SCHEMA = "fairkit.gate/1"
"""Name and version of the JSON form."""

ACROSS = "across-the-limit"
"""Reason of an undecided group whose interval has the limit inside."""

TOO_FEW = "too-few"
"""Reason of an undecided group with fewer rows than `min_n`."""

REFERENCE_TOO_FEW = "reference-too-few"
"""Reason of an undecided group whose reference has fewer rows than `min_n`."""


class Status(StrEnum):
    """What became of one check in one group.

    Examples
    --------
    >>> [str(status) for status in Status]
    ['pass', 'fail', 'inconclusive', 'waived']
    """

    PASS = "pass"  # noqa: S105 - no password
    FAIL = "fail"
    INCONCLUSIVE = "inconclusive"
    WAIVED = "waived"


class Verdict(StrEnum):
    """What becomes of a release. An error means that something could not be judged.

    Examples
    --------
    >>> Verdict("fail").exit_code
    1
    """

    PASS = "pass"  # noqa: S105 - no password
    FAIL = "fail"
    INCONCLUSIVE = "inconclusive"
    ERROR = "error"

    @property
    def exit_code(self) -> int:
        """The exit code of ``fairkit check``: 2 (could not judge) before 1 (fail) before 3 before 0."""
        return {"pass": 0, "fail": 1, "inconclusive": 3, "error": 2}[self.value]


@dataclass(frozen=True, slots=True)
class AppliedWaiver:
    """The waiver of a result.

    Parameters
    ----------
    owner, reason : str
    approved_by : str or None
    created, expires : str
        ISO dates.
    days_left : int

    Examples
    --------
    >>> AppliedWaiver("ana", "n = 31", None, "2026-10-01", "2026-12-31", 40).days_left
    40
    """

    owner: str
    reason: str
    approved_by: str | None
    created: str
    expires: str
    days_left: int


@dataclass(frozen=True, slots=True)
class Result:
    """One check in one group.

    Parameters
    ----------
    check : str
        Id of the check.
    position : int
        Its place among the checks of the policy, from 0.
    metric : str
    attribute, group : str
        As reports name them; of a check of the worst group, the group that it is.
    policy_group : str
        As the policy names the groups.
    compare : Compare
    reference : str or None
        What is compared with: a group, ``rest``, or the name of a baseline.
    value, low, high : float or None
        What is held to the limit, with the corrected interval that decides; `high` is None where a ratio has
        no upper bound (and then `low` is given).
    level : float or None
        Confidence level of this interval.
    unit : {"share", "score", "amount"}
        How values are written; ratios are plain numbers.
    n, n_reference : int or None
        Rows in the denominators.
    minimum, maximum, max_regression, max_change : str or None
        Limits as written.
    direction : Direction
    rule : Rule
    severity : Severity
    status : Status
    without_waiver : Status
        What it would be without a waiver; else the same.
    reason : str or None
        Why it is inconclusive: ``across-the-limit``, ``too-few``, ``reference-too-few``, ``no-rows``,
        ``no-positives`` and the other words of :class:`fairkit.metrics.Why`.
    effect : Effect
        What an undecided result does to the release.
    n_needed, clusters_needed : int or None
        About how many rows (clusters) of this group would decide it.
    method : str
        How the interval was made.
    waiver : AppliedWaiver or None
    sentence : str
        All of it in a sentence for people, without the status.

    Examples
    --------
    >>> result = Result(
    ...     check="four-fifths", position=0, metric="selection_rate", attribute="race", group="race=Black",
    ...     policy_group="race", compare=Compare.RATIO, reference="race=White", value=0.61, low=0.54,
    ...     high=0.69, level=0.95, unit="share", n=812, n_reference=2011, minimum="0.80", maximum=None,
    ...     max_regression=None, max_change=None, direction=Direction.EITHER, rule=Rule.PROVE_HARM,
    ...     severity=Severity.ERROR, status=Status.FAIL, without_waiver=Status.FAIL, reason=None,
    ...     effect=Effect.WARN, n_needed=None, clusters_needed=None, method="koopman", waiver=None,
    ...     sentence="selection_rate ratio for race=Black is 0.61",
    ... )
    >>> result.blocks
    'fail'
    """

    check: str
    position: int
    metric: str
    attribute: str
    group: str
    policy_group: str
    compare: Compare
    reference: str | None
    value: float | None
    low: float | None
    high: float | None
    level: float | None
    unit: Literal["share", "score", "amount"]
    n: int | None
    n_reference: int | None
    minimum: str | None
    maximum: str | None
    max_regression: str | None
    max_change: str | None
    direction: Direction
    rule: Rule
    severity: Severity
    status: Status
    without_waiver: Status
    reason: str | None
    effect: Effect
    n_needed: int | None
    clusters_needed: int | None
    method: str
    waiver: AppliedWaiver | None
    sentence: str

    @property
    def blocks(self) -> Literal["fail", "inconclusive"] | None:
        """Whether the release is stopped by this result, and how; None where it is not."""
        if self.severity is not Severity.ERROR:
            return None
        if self.status is Status.FAIL:
            return "fail"
        return "inconclusive" if self.status is Status.INCONCLUSIVE and self.effect is Effect.FAIL else None


@dataclass(frozen=True, slots=True)
class Problem:
    """Something that could not be judged, so that no release may pass.

    Parameters
    ----------
    kind : str
        A stable word: ``metric``, ``group``, ``data``, ``baseline``, ``hash``, ``clusters``.
    check : str or None
        Id of the check that did not run; None where it is about all.
    message : str

    Examples
    --------
    >>> Problem("baseline", "no-worse", "there is no file 'v41.json'.").kind
    'baseline'
    """

    kind: str
    check: str | None
    message: str


@dataclass(frozen=True, slots=True)
class Gate:
    """Everything that a policy found about a release.

    Parameters
    ----------
    created : str
        ISO 8601 in UTC.
    today : str
        ISO date: the day for which waivers were judged.
    fairkit_version : str
    policy : PolicyStamp
    reports : tuple of ReportStamp
    verdict : Verdict
    exit_code : int
    checks : tuple of CheckStamp
        All checks of the policy, in its order.
    results : tuple of Result
        In the order of the policy.
    problems : tuple of Problem
    warnings : tuple of str
        Waivers that have expired or that nothing needs, and the like.

    Examples
    --------
    >>> stamp = PolicyStamp("credit-line", None, "00" * 32, 0.95, "holm", 0)
    >>> made = ("2026-11-21T10:00:00+00:00", "2026-11-21", "0.1.0")
    >>> Gate(*made, stamp, (), Verdict.PASS, 0, (), (), (), ()).count("fail")
    0
    """

    created: str
    today: str
    fairkit_version: str
    policy: PolicyStamp
    reports: tuple[ReportStamp, ...]
    verdict: Verdict
    exit_code: int
    checks: tuple[CheckStamp, ...]
    results: tuple[Result, ...]
    problems: tuple[Problem, ...]
    warnings: tuple[str, ...]

    def __repr__(self) -> str:
        return (
            f"<fairkit gate of policy {self.policy.name!r}: {self.verdict} (exit {self.exit_code}), "
            f"{len(self.results):,} results, {len(self.problems)} problems; print() shows it>"
        )

    def count(self, status: Status | str) -> int:
        """Count the results of a status."""
        return sum(result.status == status for result in self.results)

    def to_json(self) -> str:
        """Return the gate as JSON (schema ``fairkit.gate/1``), see :mod:`fairkit.policy.views.serialize`."""
        from fairkit.policy.views.serialize import to_json

        return to_json(self)

    def to_text(self, *, width: int | None = None, color: bool = False) -> str:
        """Return the gate as plain text, 100 columns wide unless said otherwise."""
        from fairkit.policy.views.text import to_text

        return to_text(self, width=width, color=color)

    def to_markdown(self, *, most_bytes: int | None = None) -> str:
        """Return the gate as Markdown, for a pull request or a job summary."""
        from fairkit.policy.views.markdown import to_markdown

        return to_markdown(self, most_bytes=most_bytes)

    def to_junit(self) -> str:
        """Return the gate as JUnit's XML, red exactly where the exit code is not 0."""
        from fairkit.policy.views.junit import to_junit

        return to_junit(self)

    def to_sarif(self, *, root: str | None = None) -> str:
        """Return what did not pass as SARIF 2.1.0, for code scanning; `root` is the repository's folder."""
        from fairkit.policy.views.sarif import to_sarif

        return to_sarif(self, root=root)

    def to_html(self) -> str:
        """Return the gate as one self-contained page."""
        from fairkit.policy.views.html import to_html

        return to_html(self)

    def __str__(self) -> str:
        """Write the gate as text, 100 columns wide."""
        return self.to_text().removesuffix("\n")


def verdict_of(results: tuple[Result, ...], problems: tuple[Problem, ...]) -> Verdict:
    """Decide about a release: what could not be judged comes before what failed, that before what is open.

    Examples
    --------
    >>> str(verdict_of((), (Problem("data", None, "there are no rows."),)))
    'error'
    >>> str(verdict_of((), ()))
    'pass'
    """
    if problems:
        return Verdict.ERROR
    blocked = {result.blocks for result in results}
    if "fail" in blocked:
        return Verdict.FAIL
    return Verdict.INCONCLUSIVE if "inconclusive" in blocked else Verdict.PASS
