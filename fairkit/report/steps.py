"""What to do next: the few steps that follow from a report, most urgent first."""

from __future__ import annotations

import re

from fairkit.findings import Finding, Verdict
from fairkit.groups import MISSING
from fairkit.metrics import Why
from fairkit.report.model import Report
from fairkit.report.numerals import contrast_number, size_text, unit_of
from fairkit.report.phrases import counted, reason_text, visible
from fairkit.report.sections import beyond

_MANY_LEFT_OUT = 0.05
_SHOWN = 3
_UNKNOWN = re.compile(rf"={re.escape(MISSING)}(?: & |$)")  # groups whose rows are of other groups in truth
_WANTING = {
    Why.NO_ROWS,
    Why.NO_POSITIVES,
    Why.NO_NEGATIVES,
    Why.NO_PREDICTED_POSITIVES,
    Why.NO_PREDICTED_NEGATIVES,
    Why.NO_QUERIES,
    Why.NO_EXPOSURE,
    Why.FEW_ROWS,
}
"""Reasons that more rows would mend."""
_FEWEST = 30  # the value of fewer rows will hardly stay, and with it the number of rows needed


def next_steps(report: Report) -> tuple[str, ...]:
    """List what a reader of the report should do next.

    Parameters
    ----------
    report : Report

    Returns
    -------
    tuple of str
        At most five sentences.

    Examples
    --------
    >>> import fairkit
    >>> rows = {"sex": ["F"] * 70 + ["M"] * 80, "hired": [1] * 56 + [0] * 14 + [1] * 48 + [0] * 32}
    >>> for step in next_steps(fairkit.evaluate(rows, decision="hired", by="sex")):
    ...     print(step)
    Look at sex=F first: its selection_rate is at least 5.24 points higher than that of all other rows. ...
    """
    steps = [
        *_left_out(report),
        *_disparities(report),
        *_undecided(report),
        *_undefined(report),
    ]
    if report.headlines and report.verdict is Verdict.PARITY:
        steps.append(
            "Keep it so: evaluate every release in the same way, and keep its report.json to compare with."
        )
    return tuple(steps)


def _left_out(report: Report) -> list[str]:
    left = report.data.rows - report.data.rows_used
    if left <= _MANY_LEFT_OUT * report.data.rows:
        return []
    text = (
        f"{left / report.data.rows:.1%} of the rows could not be used. Find out why before you trust the "
        "rest: rows are seldom missing at random."
    )
    return [text]


def _disparities(report: Report) -> list[str]:
    first = report.settings.compare[0]  # differences and ratios have no scale in common
    shown = [f for f in report.findings if f.verdict is Verdict.DISPARITY and f.compare == first]
    if not shown:
        return []
    surest = max([f for f in shown if not _UNKNOWN.search(f.group)] or shown, key=beyond)
    if _UNKNOWN.search(surest.group):
        text = (
            f"Find out why attributes are missing: the {surest.metric} of {visible(surest.group)} is "
            f"{_at_least(surest)}, so these rows are not like the others."
        )
        return [text]
    text = (
        f"Look at {visible(surest.group)} first: its {surest.metric} is {_at_least(surest)}. Read such rows, "
        "check how their labels and inputs came about, then whether a part of the group carries it (cross "
        "the attribute with another)."
    )
    if len(shown) > 1 and not _mirrors(shown):
        text += f" {counted(len(shown) - 1, 'other disparity', 'other disparities')} follow below."
    return [text]


def _undecided(report: Report) -> list[str]:
    sizes = {(g.attribute, g.group): g.rows for g in report.groups}
    missing = {
        f: f.n_needed - sizes.get((f.attribute, f.group), 0)
        for f in report.findings
        if f.verdict is Verdict.INCONCLUSIVE
        and not _UNKNOWN.search(f.group)
        and f.n_needed is not None
        and sizes.get((f.attribute, f.group), 0) >= _FEWEST
    }
    if not missing:
        return []
    nearest: dict[str, Finding] = {}
    for finding in sorted(missing, key=missing.__getitem__):
        nearest.setdefault(finding.group, finding)
    named = "; ".join(
        f"{visible(f.group)} needs about {f.n_needed or 0:,} (has {sizes.get((f.attribute, f.group), 0):,}) "
        f"for {f.metric}"
        for f in list(nearest.values())[:_SHOWN]
    )
    return [f"Collect rows where few more would decide most: {named}."]


def _undefined(report: Report) -> list[str]:
    empty = [e for e in report.estimates if e.value is None and e.why is not None]
    if not empty:
        return []
    reasons = ", ".join(dict.fromkeys(reason_text(e.why) for e in empty if e.why is not None))
    groups = list(dict.fromkeys(visible(e.group) for e in empty))
    more = f" and {len(groups) - _SHOWN} more" if len(groups) > _SHOWN else ""
    text = (
        f"{counted(len(empty), 'number is', 'numbers are')} undefined ({reasons}) in "
        f"{', '.join(groups[:_SHOWN])}{more}: nothing can be said about them"
        f"{' until there are such rows' if {e.why for e in empty} <= _WANTING else ''}."
    )
    return [text]


def _at_least(finding: Finding) -> str:
    """Say how large a disparity surely is: the bound of its interval that is nearest to parity."""
    other = "all other rows" if finding.reference == "rest" else visible(finding.reference)
    above = finding.low is not None and finding.low > finding.margin[1]
    bound = (finding.low if above else finding.high) or 0.0
    if finding.compare == "ratio":
        return f"{'at least' if above else 'at most'} {contrast_number(bound, 'ratio')} times that of {other}"
    size = size_text(abs(bound), unit_of(finding.metric))
    return f"at least {size} {'higher' if above else 'lower'} than that of {other}"


def _mirrors(shown: list[Finding]) -> bool:
    """Tell whether two findings are one seen from both sides: two groups, each against the rest."""
    first = shown[0]
    key = (first.metric, first.attribute, first.compare, "rest")
    return len(shown) == 2 and all((f.metric, f.attribute, f.compare, f.reference) == key for f in shown)
