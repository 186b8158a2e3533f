"""The gate as one self-contained page: no script, no request to anywhere, light or dark, fit for print.

This module turns a gate into texts; the layout is a template that escapes everything it is given. Each chart
stands beside the table with the same numbers.
"""

from __future__ import annotations

from collections.abc import Sequence
from types import MappingProxyType
from typing import Any

from fairkit.policy.gate import Gate, Result, Status, Verdict
from fairkit.policy.views.charts import DRAWN, description, drawn, forest
from fairkit.policy.views.numerals import interval_text, number_text
from fairkit.policy.views.ordering import Checked, by_check, weight
from fairkit.policy.views.wording import (
    CODES,
    HELD,
    PROBLEM,
    READING,
    SIGNS,
    SOON,
    explanation,
    needed_text,
    references_text,
    short,
    stamps,
    status_text,
    tally,
    verdict_text,
    why_text,
)
from fairkit.report.drawing import draw
from fairkit.report.numerals import level_text
from fairkit.report.phrases import UNDEFINED, counted
from fairkit.report.webpage import page_template

FEW = 12
"""Tables of up to so many rows are open when the page is."""

CHARTS = 24
"""Checks that are drawn, those that stop the release before others; all have their tables."""

STOPS = 40
"""Results and problems that are listed at the top."""

_CSS = MappingProxyType({Status.FAIL: "d", Status.PASS: "p", Status.INCONCLUSIVE: "i", Status.WAIVED: "a"})
_VERDICT_CSS = MappingProxyType(
    {Verdict.ERROR: "d", Verdict.FAIL: "d", Verdict.INCONCLUSIVE: "i", Verdict.PASS: "p"}
)
_LONGEST_TEXT = 1_000

Context = dict[str, Any]


def to_html(gate: Gate) -> str:
    """Write a gate as one HTML page.

    Parameters
    ----------
    gate : Gate

    Returns
    -------
    str
        A complete document.

    Examples
    --------
    >>> from fairkit.policy.views.examples import example_gate
    >>> page = to_html(example_gate())
    >>> page.startswith("<!DOCTYPE html>"), "<script" in page, page.count("<svg")
    (True, False, 1)
    """
    checks = by_check(gate)
    blocking = sorted((result for result in gate.results if result.blocks is not None), key=weight)
    stops = [_problem(problem.kind, problem.check, problem.message) for problem in gate.problems]
    stops += [_stop(result) for result in blocking]
    pictured = _pictured(checks)
    return page_template("fairkit.policy.views", "gate.html.j2", css=("gate.css",)).render(
        gate=gate,
        name=short(gate.policy.name),
        verdict={"css": _VERDICT_CSS[gate.verdict], "text": verdict_text(gate)},
        explanation=_sentence(explanation(gate)),
        stops=stops[:STOPS],
        stops_left=f"{len(stops) - STOPS:,} more, in the tables below" if len(stops) > STOPS else "",
        signs=[{"sign": sign, "word": str(status)} for status, sign in SIGNS.items()],
        checks=[_check(i, check, draws=i in pictured) for i, check in enumerate(checks)],
        waivers=[_waiver(result) for result in gate.results if result.waiver is not None],
        warnings=[short(text, _LONGEST_TEXT) for text in gate.warnings],
        stamps=stamps(gate),
        signs_line=", ".join(f"{sign} {status}" for status, sign in SIGNS.items())
        + f", {UNDEFINED} undefined, {PROBLEM} could not be judged",
        reading=READING,
        codes=CODES,
        few=FEW,
    )


def _pictured(checks: Sequence[Checked]) -> set[int]:
    """Choose the checks that are drawn."""
    with_results = [i for i, check in enumerate(checks) if check.results]
    return set(sorted(with_results, key=lambda i: min(map(weight, checks[i].results)))[:CHARTS])


def _problem(kind: str, check: str | None, message: str) -> Context:
    about = "" if check is None else short(check)
    return {
        "css": "d",
        "status": f"{PROBLEM} {short(kind)}",
        "check": about,
        "text": short(message, _LONGEST_TEXT),
    }


def _stop(result: Result) -> Context:
    return {
        "css": _CSS[result.status],
        "status": status_text(result),
        "check": short(result.check),
        "text": short(result.sentence, _LONGEST_TEXT),
    }


def _check(i: int, check: Checked, *, draws: bool) -> Context:
    from markupsafe import Markup

    stamp = check.stamp
    pairs = drawn(check)
    cut = len(check.results) - len(pairs)
    chart = draw(forest(check), label=description(check)) if draws else ""
    reached = next((r.level for r in check.results if r.level is not None), None)
    return {
        "id": f"c{i + 1}",
        "name": short(stamp.id),
        "held": f"{short(stamp.metric)}, {HELD[stamp.compare]}",
        "limit": stamp.limit,
        "rule": f"{stamp.rule}, {stamp.severity}",
        "description": short(stamp.description or "", _LONGEST_TEXT),
        "against": references_text(check.results),
        "ran": stamp.ran,
        "counts": [f"{check.count(status):,}" if check.results else UNDEFINED for status in SIGNS],
        "tally": tally(check.results),
        "level": "" if reached is None else level_text(reached),
        "problems": [_problem(problem.kind, None, problem.message) for problem in check.problems],
        "chart": Markup(chart),  # noqa: S704  the drawing escapes every text itself
        "cut": f"{counted(cut, 'group')} not drawn; the table has all. Drawn are the first {DRAWN} of those "
        "that matter most."
        if draws and cut
        else "",
        "rows": [_row(name, result) for name, result in zip(check.names, check.results, strict=True)],
    }


def _sentence(text: str) -> str:
    return text[:1].upper() + text[1:]


def _row(name: str, result: Result) -> Context:
    return {
        "group": short(name),
        "css": _CSS[result.status],
        "status": status_text(result),
        "value": UNDEFINED if result.value is None else number_text(result.value, result),
        "interval": interval_text(result),
        "n": "" if result.n is None else f"{result.n:,}",
        "n_reference": "" if result.n_reference is None else f"{result.n_reference:,}",
        "needed": needed_text(result),
        "why": why_text(result),
        "level": "" if result.level is None else level_text(result.level),
        "method": result.method,
    }


def _waiver(result: Result) -> Context:
    waiver = result.waiver
    assert waiver is not None  # noqa: S101  the caller has looked
    soon = ", expires soon" if waiver.days_left < SOON else ""
    return {
        "check": short(result.check),
        "group": short(result.group),
        "without": f"{SIGNS[result.without_waiver]} {result.without_waiver}",
        "owner": short(waiver.owner),
        "approved": short(waiver.approved_by or ""),
        "created": waiver.created,
        "expires": waiver.expires,
        "left": f"{counted(waiver.days_left, 'day')}{soon}",
        "soon": bool(soon),
        "reason": short(waiver.reason, _LONGEST_TEXT),
    }
