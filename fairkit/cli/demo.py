"""`fairkit demo`: the main job on shipped data, and a comparison of what was found with what is there.

The lending data are generated, so their truth is known exactly (:func:`fairkit.samples.truth`). The
comparison is computed from the findings, so it also shows when fairkit is wrong.
"""

from __future__ import annotations

import json
import os
import shutil
import sys
from collections import Counter
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import click

from fairkit.cli.outputs import check_files, emit, say, working, write_files
from fairkit.cli.pages import Command
from fairkit.cli.spoken import ADJUSTED, REFERENCE, judged_speech, spoken_rows
from fairkit.errors import OutputError

if TYPE_CHECKING:
    from fairkit.report.model import Report
    from fairkit.samples import Truth

NOTIONS = ("demographic_parity", "equalized_odds", "predictive_parity")
BY = ("sex", "race", "sex,race", "young: age_band == '18-29'")
_SAME_GROUP = {"young=True": "age_band=18-29"}
_EXAMPLE = "fairkit eval FILE.csv --label COL --decision COL --by COL --html mine.html"


class Comparison(NamedTuple):
    """A finding beside the truth, both against all rows outside the group.

    `outcome` is ``found`` or ``confirmed`` where the verdict says what is true (a disparity, parity),
    ``undecided`` where it says nothing, and ``wrong`` where it contradicts the truth.
    """

    kind: str
    metric: str
    group: str
    truth: float
    value: float | None
    low: float | None
    high: float | None
    verdict: str
    outcome: str
    why: str


@click.command(
    "demo",
    cls=Command,
    examples=[
        "fairkit demo",
        "fairkit demo --output-dir reports",
    ],
    short_help="Evaluate shipped data with a known truth, and write two pages.",
    context_settings={"show_default": True},
)
@click.option("--output-dir", default=".", metavar="DIR", help="Where report.html and report.json go.")
@click.option("--json", "as_json", is_flag=True, show_default=False, help="Print the outcome as JSON.")
def command(*, output_dir: str, as_json: bool) -> None:
    """Evaluate shipped data with a known truth, and write two pages.

    The data are 20,000 generated loan applications in which sex and race matter only together: neither shows
    anything by itself. The demo evaluates them as 'fairkit eval' does and compares what it found with what is
    true. Then it judges the shipped transcripts: what a real recogniser understood of synthetic voices with
    eight accents, as 'fairkit wer' does.
    """
    folder = Path(output_dir)
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise OutputError(f"--output-dir: cannot make '{output_dir}': {error.strerror or error}.") from error
    files = check_files({name: str(folder / name) for name in ("report.html", "report.json", "speech.html")})
    with working("evaluating the lending data"):
        from fairkit.evaluator import evaluate
        from fairkit.samples import path, truth

        known = truth("lending")
        report = evaluate(
            path("lending"), label="repaid", decision="approved", positive="yes", cluster="applicant", by=BY
        )
        planted, every = compare_planted(report, known), compare_all(report, known)
        contents = {files["report.html"]: report.to_html(), files["report.json"]: report.to_json()}
    with working("judging the transcripts") as tell:
        speech = judged_speech(tell)
        contents[files["speech.html"]] = speech.to_html()
    write_files(contents)
    if as_json:
        emit(_json(report, planted, every, list(contents), speech))
        return
    emit(_text(report, planted, every))
    emit(_spoken(speech))
    pages = f"{files['report.html']} and {files['speech.html']}"
    say(f"Next: open {pages} in a browser. Then your own data:\n  {_EXAMPLE}")
    say("What is measured: fairkit metrics")
    if shutil.which("fairkit") is None:
        say(f"fairkit is not on the path here: type {_typed()} for it.")


def _typed() -> str:
    """Say what to type for this program where it is not on the path."""
    script = Path(sys.argv[0])
    if script.name == "fairkit":
        return os.path.relpath(script)
    return f"{os.path.relpath(sys.executable)} -m fairkit"


def compare_planted(report: Report, known: Truth) -> list[Comparison]:
    """Compare what was planted in the groups of the report with what was found.

    Parameters
    ----------
    report : Report
        Every group against the rest.
    known : Truth

    Returns
    -------
    list of Comparison
        One for each planted fact that the report has a finding on.
    """
    names = {truth: group for group, truth in _SAME_GROUP.items()}
    return [
        comparison
        for fact in known.planted
        for comparison in _compare(
            report,
            known,
            metric=fact.metric,
            group=names.get(fact.group, fact.group),
            kind=fact.kind,
            why=fact.why,
        )
    ]


def compare_all(report: Report, known: Truth) -> list[Comparison]:
    """Compare every finding on a group whose truth is known."""
    groups = {group.group for group in known.groups}
    return [
        comparison
        for finding in report.findings
        if _SAME_GROUP.get(finding.group, finding.group) in groups
        for comparison in _compare(report, known, metric=finding.metric, group=finding.group)
    ]


def _compare(
    report: Report, known: Truth, *, metric: str, group: str, kind: str = "", why: str = ""
) -> Iterable[Comparison]:
    for finding in report.findings:  # the demo need not group by all that was planted
        if (finding.metric, finding.group) != (metric, group):
            continue
        true_group = _SAME_GROUP.get(group, group)
        difference = known.rate(metric, true_group) - known.rest(metric, true_group)
        low, high = finding.margin
        expected = "parity" if low <= difference <= high else "disparity"
        verdict = str(finding.verdict.value)
        same_side = finding.value is None or expected == "parity" or (finding.value > 0) == (difference > 0)
        if verdict == "inconclusive":
            outcome = "undecided"
        elif verdict == expected and same_side:
            outcome = "found" if expected == "disparity" else "confirmed"
        else:
            outcome = "wrong"
        yield Comparison(
            kind, metric, group, difference, finding.value, finding.low, finding.high, verdict, outcome, why
        )


def _json(
    report: Report,
    planted: Sequence[Comparison],
    every: Sequence[Comparison],
    files: Sequence[Path],
    speech: Report,
) -> str:
    content = {
        "data": {"source": report.data.source, "rows": report.data.rows, "rows_used": report.data.rows_used},
        "files": [str(file) for file in files],
        "headlines": [
            {"name": h.name, "attribute": h.attribute, "verdict": h.verdict.value} for h in report.headlines
        ],
        "planted": [comparison._asdict() for comparison in planted],
        "outcomes": _tally(every),
        "speech": {
            "utterances": speech.data.rows,
            "groups": [
                {"system": g.system, "group": g.group, "speakers": g.speakers, "error_rate": g.error_rate}
                for g in speech.speech
                if g.normalizer == "english"
            ],
        },
    }
    return json.dumps(content, indent=2, ensure_ascii=False)


def _tally(comparisons: Sequence[Comparison]) -> dict[str, int]:
    counted = Counter(comparison.outcome for comparison in comparisons)
    return {outcome: counted[outcome] for outcome in ("found", "confirmed", "undecided", "wrong")}


def _text(report: Report, planted: Sequence[Comparison], every: Sequence[Comparison]) -> str:
    heads = {(h.attribute, h.name): str(h.verdict.value) for h in report.headlines}
    attributes = list(dict.fromkeys(attribute for attribute, _ in heads))
    different = [comparison for comparison in planted if comparison.kind != "parity"]
    equal = [comparison for comparison in planted if comparison.kind == "parity"]
    same, total = _tally(equal), _tally(every)
    wrong = [
        f"{c.metric} of {c.group} ({c.verdict}, in truth {c.truth:+.3f})"
        for c in every
        if c.outcome == "wrong"
    ]
    planted_rows = [
        (c.group, c.metric, f"{c.truth:+.3f}", _interval(c), c.verdict, c.outcome) for c in different
    ]
    alone = (
        f"Neither sex nor race by itself makes any difference: of {len(equal)} such equalities "
        f"{same['confirmed']} are confirmed,\n{same['undecided']} stay undecided and {same['wrong']} are "
        "contradicted. Only the two together show the disparity."
    )
    summary = (
        f"All {len(every)} verdicts beside the truth: {total['found']} disparities found, "
        f"{total['confirmed']} parities confirmed,\n{total['undecided']} undecided, {total['wrong']} wrong."
    )
    lines = [
        f"lending: {report.data.rows:,} generated loan applications; nobody is real, the truth is known.",
        "",
        *_table([("by", *NOTIONS), *((a, *(heads[a, notion] for notion in NOTIONS)) for a in attributes)]),
        "",
        "What was planted, and what was found (each group against the rest, deciding interval):",
        "",
        *_table([("group", "metric", "true", "found", "verdict", ""), *planted_rows]),
        "",
        alone,
        "",
        summary,
        *(f"  wrong: {text}" for text in wrong),
    ]
    return "\n".join(lines)


def _spoken(speech: Report) -> str:
    speakers = {g.group: g.speakers for g in speech.speech}["all"]
    lines = [
        "",
        f"speech: {speech.data.rows:,} utterances of {speakers} synthetic voices, heard by PocketSphinx.",
        "",
        *_table(spoken_rows(speech)),
        "",
        f"Ratios are to {REFERENCE}, as counted and adjusted for {', '.join(ADJUSTED)}. Synthetic voices",
        "are no people: these numbers say nothing about anybody's speech.",
    ]
    return "\n".join(lines)


def _interval(comparison: Comparison) -> str:
    if comparison.value is None:
        return "undefined"
    if comparison.low is None or comparison.high is None:
        return f"{comparison.value:+.3f}"
    return f"{comparison.value:+.3f} [{comparison.low:+.3f}, {comparison.high:+.3f}]"


def _table(rows: Sequence[Sequence[str]]) -> list[str]:
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    return [
        "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip() for row in rows
    ]
