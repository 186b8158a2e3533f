"""The words that every view of a gate shares: signs, statuses, reasons, and what the exit code means."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from types import MappingProxyType

from fairkit.policy.gate import (
    ACROSS,
    REFERENCE_TOO_FEW,
    TOO_FEW,
    AppliedWaiver,
    Gate,
    Result,
    Status,
    Verdict,
)
from fairkit.policy.model import Compare, Direction, Severity
from fairkit.report.numerals import level_text
from fairkit.report.phrases import counted, reason_text, visible

SIGNS = MappingProxyType({Status.FAIL: "◆", Status.INCONCLUSIVE: "○", Status.WAIVED: "◇", Status.PASS: "●"})
"""One sign per status, worst first; the same in tables and charts, so that colour is never needed."""

PROBLEM = "■"
"""Sign of what could not be judged."""

VERDICT_SIGNS = MappingProxyType(
    {
        Verdict.ERROR: PROBLEM,
        Verdict.FAIL: SIGNS[Status.FAIL],
        Verdict.INCONCLUSIVE: SIGNS[Status.INCONCLUSIVE],
        Verdict.PASS: SIGNS[Status.PASS],
    }
)
"""Sign of each verdict."""

SOON = 30
"""A waiver that ends in fewer days is pointed out."""

LONGEST_NAME = 160
"""Characters of a name from the data that are shown to people."""

LONGEST_NOTE = 400
"""Characters of a note on the data."""

NOTES = 8
"""Notes on the data that are shown of each report."""

READING = (
    "[a, b] is the corrected interval that decides: wholly beyond the limit is fail, wholly inside pass, all "
    "else inconclusive. 'needed' is about how many rows of the group would decide it (in brackets: clusters)."
)
"""How a table of results is read."""

CODES = "Exit codes: 0 nothing stops the release, 1 a check fails, 2 could not judge, 3 inconclusive."
"""What ``fairkit check`` ends with."""

_REASONS = MappingProxyType(
    {
        ACROSS: "across the limit",
        TOO_FEW: "fewer rows than min_n",
        REFERENCE_TOO_FEW: "reference has fewer rows than min_n",
    }
)
HELD = MappingProxyType(
    {
        Compare.VALUE: "value",
        Compare.DIFFERENCE: "difference",
        Compare.RATIO: "ratio",
        Compare.WORST: "worst group",
        Compare.BASELINE: "change",
    }
)
"""What is held to a limit, in a word."""


def verdict_text(gate: Gate) -> str:
    """Write the verdict: sign, word, exit code.

    Examples
    --------
    >>> from fairkit.policy.views.examples import example_gate
    >>> verdict_text(example_gate())
    '◆ fail (exit 1)'
    """
    return f"{VERDICT_SIGNS[gate.verdict]} {gate.verdict} (exit {gate.exit_code})"


def explanation(gate: Gate) -> str:
    """Say what the exit code of a gate comes from.

    Examples
    --------
    >>> from fairkit.policy.views.examples import example_gate
    >>> explanation(example_gate())
    '1 of 3 results fails'
    """
    blocked = Counter(result.blocks for result in gate.results)
    of = f"{{:,}} of {counted(len(gate.results), 'result')}"
    failed = f"{of.format(blocked['fail'])} {'fails' if blocked['fail'] == 1 else 'fail'}"
    only_warned = gate.count(Status.FAIL) - blocked["fail"]
    failed += f" ({only_warned:,} more only {'warns' if only_warned == 1 else 'warn'})" if only_warned else ""
    if gate.verdict is Verdict.ERROR:
        told = f"{counted(len(gate.problems), 'problem')}, so not everything could be judged"
        return f"{told}; {failed}" if blocked["fail"] else told
    if gate.verdict is Verdict.FAIL:
        return failed
    if gate.verdict is Verdict.INCONCLUSIVE:
        are = "is" if blocked["inconclusive"] == 1 else "are"
        return (
            f"nothing fails, but {of.format(blocked['inconclusive'])} {are} inconclusive where the policy "
            "counts that"
        )
    if not gate.results:
        return "there is nothing to judge"
    if gate.checks and all(check.severity is not Severity.ERROR for check in gate.checks):
        return (
            f"no check can stop the release; of {counted(len(gate.results), 'result')}: {tally(gate.results)}"
        )
    if gate.count(Status.PASS) == len(gate.results):
        return f"all of {counted(len(gate.results), 'result')} pass"
    if not gate.count(Status.PASS):
        return (
            f"nothing stops the release, and nothing is shown to keep its limit; of "
            f"{counted(len(gate.results), 'result')}: {tally(gate.results)}"
        )
    return f"nothing stops the release; of {counted(len(gate.results), 'result')}: {tally(gate.results)}"


def tally(results: Sequence[Result]) -> str:
    """Count results by what became of them.

    Examples
    --------
    >>> from fairkit.policy.views.examples import example_gate
    >>> tally(example_gate().results)
    '1 fail, 1 inconclusive, 1 pass'
    """
    counts = Counter(_plain_status(result) for result in results)
    order = [
        _status_word(status, severity, blocks=blocks)
        for status in SIGNS
        for severity in Severity
        for blocks in (True, False)
    ]
    return ", ".join(f"{counts[word]:,} {word}" for word in dict.fromkeys(order) if counts[word])


def status_text(result: Result) -> str:
    """Write the status of a result: sign and word, and how it counts where that is not plain.

    Examples
    --------
    >>> from dataclasses import replace
    >>> from fairkit.policy.model import Effect
    >>> from fairkit.policy.views.examples import example_result
    >>> status_text(example_result()), status_text(replace(example_result(), severity=Severity.WARNING))
    ('◆ fail', '◆ fail (warning)')
    >>> undecided = replace(example_result(), status=Status.INCONCLUSIVE, effect=Effect.FAIL)
    >>> status_text(undecided)
    '○ inconclusive (stops)'
    """
    return f"{SIGNS[result.status]} {_plain_status(result)}"


def why_text(result: Result) -> str:
    """Say in words why a result is what it is; empty where its numbers say all.

    Examples
    --------
    >>> from fairkit.policy.views.examples import example_gate
    >>> [why_text(result) for result in example_gate().results]
    ['beyond the limit', 'across the limit', '']
    """
    if result.waiver is not None:
        return waiver_text(result.waiver)
    if result.status is Status.FAIL:
        return "beyond the limit"
    return "" if result.reason is None else _REASONS.get(result.reason) or reason_text(result.reason)


def needed_text(result: Result) -> str:
    """Say how many rows of a group would decide, in brackets clusters; empty where that is not known.

    Examples
    --------
    >>> from fairkit.policy.views.examples import example_gate
    >>> [needed_text(result) for result in example_gate().results]
    ['', '420', '']
    """
    rows = "" if result.n_needed is None else f"{result.n_needed:,}"
    if result.clusters_needed is None:
        return rows
    return f"{rows} ({result.clusters_needed:,})" if rows else f"({result.clusters_needed:,})"


def waiver_text(waiver: AppliedWaiver) -> str:
    """Say who answers for a result, and for how long.

    Examples
    --------
    >>> waiver_text(AppliedWaiver("ana", "n = 31", None, "2026-10-01", "2026-12-31", 12))
    'waived by ana until 2026-12-31 (12 days left, expires soon)'
    """
    left = "last day" if waiver.days_left == 0 else f"{counted(waiver.days_left, 'day')} left"
    soon = ", expires soon" if waiver.days_left < SOON else ""
    return f"waived by {short(waiver.owner)} until {waiver.expires} ({left}{soon})"


def references_text(results: Sequence[Result]) -> str:
    """Say what groups are compared with, and which way differences count; empty where they are not.

    Examples
    --------
    >>> from fairkit.policy.views.examples import example_gate
    >>> references_text(example_gate().results)
    'race against race=White'
    """
    pairs = dict.fromkeys((r.policy_group, r.reference) for r in results if r.reference is not None)
    others = {reference for _, reference in pairs}
    if len(others) == 1:
        names = list(dict.fromkeys(short(name) for name, _ in pairs))
        told = [f"{', '.join(names)} against {_other(others.pop())}"]
    else:
        told = [f"{short(name)} against {_other(reference)}" for name, reference in pairs]
    ways = {r.direction for r in results if r.compare is Compare.DIFFERENCE} - {Direction.EITHER}
    return "; ".join([*told, *(f"only what is {way} counts" for way in ways)])


def short(name: str, most: int = LONGEST_NAME) -> str:
    r"""Write a name from the data for people: escapes for what steers or hides text, and not without end.

    Examples
    --------
    >>> print(short("a\x1b[31m"), short("x" * 10_000, 40))
    a\x1b[31m xxxxxxxxxxxxxxxxxxxxxxxxxxxxxx…xxxxxxxxx
    """
    # What is cut is cut before escapes are written, so that none is torn; the end often tells names apart.
    head = most - most // 4
    return visible(name if len(name) <= most else f"{name[:head]}…{name[len(name) - (most - head - 1) :]}")


def stamps(gate: Gate) -> list[tuple[str, str]]:
    """List which policy was applied to which data, as names and values.

    Examples
    --------
    >>> from fairkit.policy.views.examples import example_gate
    >>> for name, value in stamps(example_gate()):
    ...     print(f"{name}: {value}")
    policy: credit-line, fairness.toml, sha256 0a0a0a0a0a0a0a0a
    evidence: 3 gating comparisons, 95% confidence in all of them together, correction holm
    data: loans.csv, 3,560 of 3,800 rows, counts sha256 0c0c0c0c0c0c0c0c
    made: 2026-11-21T10:00:00+00:00 by fairkit 0.1.0
    """
    policy = gate.policy
    named = [short(policy.name), *([] if policy.path is None else [short(policy.path)])]
    together = " in each of them" if policy.correction == "none" else " in all of them together"
    if policy.family < 2:
        together = ""
    evidence = (
        f"{counted(policy.family, 'gating comparison')}, {level_text(policy.confidence)} confidence{together}"
        f", correction {policy.correction}"
    )
    data: list[tuple[str, str]] = []
    for report in gate.reports:
        rows = f"{report.rows_used:,} of {counted(report.rows, 'row')}"
        data.append(("data", f"{short(report.source)}, {rows}, counts sha256 {report.counts_sha256[:16]}"))
        data += [("note", short(note, LONGEST_NOTE)) for note in report.notes[:NOTES]]
        left = len(report.notes) - NOTES
        data += [("note", f"... {counted(left, 'more note')} in the JSON")] if left > 0 else []
    return [
        ("policy", f"{', '.join(named)}, sha256 {policy.sha256[:16]}"),
        ("evidence", evidence),
        *data,
        *([] if gate.created.startswith(gate.today) else [("waivers", f"judged as of {gate.today}")]),
        ("made", f"{gate.created} by fairkit {gate.fairkit_version}"),
    ]


def _plain_status(result: Result) -> str:
    return _status_word(result.status, result.severity, blocks=result.blocks is not None)


def _status_word(status: Status, severity: Severity, *, blocks: bool) -> str:
    if status is Status.FAIL and severity is not Severity.ERROR:
        return f"{status} ({severity})"
    return f"{status} (stops)" if status is Status.INCONCLUSIVE and blocks else str(status)


def _other(reference: str | None) -> str:
    return "all others" if reference == "rest" else short(reference or "")
