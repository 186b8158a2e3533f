"""What to do next: the few steps that follow from a report, most urgent first."""

from __future__ import annotations

import re

from fairkit.findings import Finding, Verdict
from fairkit.groups import MISSING
from fairkit.metrics import Why
from fairkit.report.model import Report
from fairkit.report.numerals import contrast_number, size_text, unit_of
from fairkit.report.phrases import counted, reason_text, units_needed, visible
from fairkit.report.sections import beyond
from fairkit.report.text_steps import steps_of_texts
from fairkit.report.wording import Wording, wording_of

_MANY_LEFT_OUT = 0.05
_MUCH_OF_RUNAWAYS = 0.2
_SHOWN = 3
_READ = "Read such rows, check how their labels and inputs came about"
_LISTEN = "Read and hear such utterances, check how they were recorded and transcribed"
_UNKNOWN = re.compile(rf"={re.escape(MISSING)}(?: & |$)")  # groups whose rows are of other groups in truth
_WANTING = {
    Why.NO_ROWS,
    Why.NO_POSITIVES,
    Why.NO_NEGATIVES,
    Why.NO_PREDICTED_POSITIVES,
    Why.NO_PREDICTED_NEGATIVES,
    Why.NO_QUERIES,
    Why.NO_EXPOSURE,
    Why.NO_REFERENCE,
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
        A few sentences.

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
        *_runaways(report),
        *steps_of_texts(report),
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
    rows = wording_of(report).rows
    if left <= _MANY_LEFT_OUT * report.data.rows:
        return []
    text = (
        f"{left / report.data.rows:.1%} of the {rows} could not be used. Find out why before you trust the "
        f"rest: {rows} are seldom missing at random."
    )
    return [text]


def _runaways(report: Report) -> list[str]:
    """Point at output that ran away, where it carries so much that groups differ by where it happened."""
    first = next((one.normalizer for one in report.speech), "")
    told = [
        f"{counted(one.runaways, 'utterance')} of '{visible(one.system)}' "
        f"({one.errors_of_runaways / wrong:.0%} of all its errors)"
        for one in report.speech
        if one.attribute == one.group == "all" and one.normalizer == first
        if (wrong := one.substitutions + one.deletions + one.insertions)
        and one.errors_of_runaways > _MUCH_OF_RUNAWAYS * wrong
    ]
    if not told:
        return []
    text = (
        f"Look into runaway output before you compare groups: {'; '.join(told)}. Where a system goes on and "
        "on may be chance, or silence and noise in some recordings."
    )
    return [text]


def _disparities(report: Report) -> list[str]:
    first = report.settings.compare[0]  # differences and ratios have no scale in common
    shown = [f for f in report.findings if f.verdict is Verdict.DISPARITY and f.compare == first]
    if not shown:
        return []
    wording = wording_of(report)
    surest = max([f for f in shown if not _UNKNOWN.search(f.group)] or shown, key=beyond)
    if _UNKNOWN.search(surest.group):
        text = (
            f"Find out why attributes are missing: the {surest.metric} of {visible(surest.group)} is "
            f"{_at_least(surest, wording)}, so these {wording.rows} are not like the others."
        )
        return [text]
    text = (
        f"Look at {visible(surest.group)} first: its {surest.metric} is {_at_least(surest, wording)}. "
        f"{_LISTEN if wording.speech else _READ}, then whether a part of the group carries it (cross the "
        "attribute with another)."
    )
    if len(shown) > 1 and not _mirrors(shown):
        text += f" {counted(len(shown) - 1, 'other disparity', 'other disparities')} follow below."
    return [text]


def _undecided(report: Report) -> list[str]:
    wording = wording_of(report)
    sizes = {(g.attribute, g.group): g.rows for g in report.groups}
    have = sizes
    if wording.by_speaker:
        have = {(g.attribute, g.group): g.clusters or 0 for g in report.groups}
    missing = {
        f: needed - have.get((f.attribute, f.group), 0)
        for f in report.findings
        if f.verdict is Verdict.INCONCLUSIVE
        and not _UNKNOWN.search(f.group)
        and (needed := units_needed(f, wording)) is not None
        and sizes.get((f.attribute, f.group), 0) >= _FEWEST
    }
    if not missing:
        return []
    nearest: dict[str, Finding] = {}
    for finding in sorted(missing, key=missing.__getitem__):
        nearest.setdefault(finding.group, finding)
    named = "; ".join(
        f"{visible(f.group)} needs about {units_needed(f, wording) or 0:,} "
        f"(has {have.get((f.attribute, f.group), 0):,}) for {f.metric}"
        for f in list(nearest.values())[:_SHOWN]
    )
    if wording.by_speaker:
        plan = "'fairkit coverage' plans the whole collection"
        return [f"Record more speakers where few more would decide most: {named}. {plan}."]
    return [f"Collect {wording.rows} where few more would decide most: {named}."]


def _undefined(report: Report) -> list[str]:
    empty = [e for e in report.estimates if e.value is None and e.why is not None]
    if not empty:
        return []
    wording = wording_of(report)
    reasons = ", ".join(dict.fromkeys(reason_text(e.why, wording) for e in empty if e.why is not None))
    groups = list(dict.fromkeys(visible(e.group) for e in empty))
    more = f" and {len(groups) - _SHOWN} more" if len(groups) > _SHOWN else ""
    text = (
        f"{counted(len(empty), 'number is', 'numbers are')} undefined ({reasons}) in "
        f"{', '.join(groups[:_SHOWN])}{more}: nothing can be said about them"
        f"{f' until there are such {wording.rows}' if {e.why for e in empty} <= _WANTING else ''}."
    )
    return [text]


def _at_least(finding: Finding, wording: Wording) -> str:
    """Say how large a disparity surely is: the bound of its interval that is nearest to parity."""
    other = wording.others if finding.reference == "rest" else visible(finding.reference)
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
