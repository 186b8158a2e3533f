"""The speech part of `fairkit demo`: what a real recogniser understood of synthetic voices, by accent."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from fairkit.report.model import Report

ASKED = ("accent", "accent,noise")
ADJUSTED = ("noise", "device", "sex")
REFERENCE = "United States"


def judged_speech(told: Callable[[int], object]) -> Report:
    """Judge the shipped transcripts, as `fairkit wer` does.

    Parameters
    ----------
    told : callable
        Is told how many utterances have been scored.
    """
    from fairkit.samples import load_speech
    from fairkit.speech.evaluator import evaluate

    return evaluate(
        load_speech(),
        reference="reference",
        hypothesis={"default": "default", "fast": "fast"},
        speaker="speaker",
        identifier="id",
        by=ASKED,
        against={"accent": REFERENCE},
        normalizer=["english", "basic"],
        adjust=ADJUSTED,
        progress=told,
    )


def spoken_rows(report: Report) -> list[Sequence[str]]:
    """Tabulate the error rate of each accent under the first system, the lowest first.

    Parameters
    ----------
    report : Report
        Of :func:`judged_speech`.
    """
    system = next(iter(report.settings.models))
    metric = f"word_error_rate[{system}]"
    counted = {g.group: g for g in report.speech if g.system == system}
    ratios = {r.group: r for r in report.rate_ratios if r.system == system}
    rows: list[Sequence[str]] = [
        ("accent", "speakers", "word error rate", "above United States", "verdict", "ratio", "adjusted")
    ]
    found = [e for e in report.estimates if (e.metric, e.attribute) == (metric, "accent")]
    for e in sorted(found, key=lambda one: one.value or 0.0):
        ratio = ratios.get(e.group)
        row = [
            e.group.removeprefix("accent="),
            str(counted[e.group].speakers),
            _percent(e.value, e.low, e.high),
        ]
        for finding in report.findings:
            if (finding.metric, finding.group) == (metric, e.group):
                row += [_percent(finding.value, finding.low, finding.high, sign="+"), finding.verdict.value]
        if ratio is not None:
            row += [_times(ratio.crude), _times(ratio.value)]
        rows.append(row + [""] * (len(rows[0]) - len(row)))
    return rows


def _percent(value: float | None, low: float | None, high: float | None, *, sign: str = "") -> str:
    if value is None:
        return "undefined"
    if low is None or high is None:
        return f"{100 * value:{sign}.1f} %"
    return f"{100 * value:{sign}.1f} % [{100 * low:{sign}.1f}, {100 * high:{sign}.1f}]"


def _times(value: float | None) -> str:
    return "" if value is None else f"{value:.2f}"
