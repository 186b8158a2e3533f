"""Gates to show: of every status and exit code, with hostile names, and of very many results."""

from __future__ import annotations

from dataclasses import replace

from fairkit.policy.gate import (
    ACROSS,
    REFERENCE_TOO_FEW,
    TOO_FEW,
    AppliedWaiver,
    Problem,
    Status,
    verdict_of,
)
from fairkit.policy.model import Compare, Effect, Rule, Severity
from fairkit.policy.views.examples import example_gate, example_result

HOSTILE = (
    "<script>alert(1)</script>",
    '"><img src=x onerror=alert(1)>',
    "</style></svg><script>alert(2)</script>",
    "<!-- --> ]]> &amp; &lt; <![CDATA[",
    "{{ 7 * 7 }}{% raw %} ${7*7} {0}",
    "a|b `code` **bold** [link](https://evil.example/) @someone #1",
    "\x1b[31mred\x1b[0m \x07 \x00 \x0b \ufffe \uffff",
    "\ud800 half a character \udfff",
    "\u202egnp.exe \u2066",
    "line one\nline two\r\n| three |\t\x85\u2028",
    "[bold red]markup[/] :smile:",
    "::set-output name=x::y\n::error file=a,line=1::injected %0A%25",
    "##[error]injected",
    "日本語 ελληνικά 👩🏽‍🚀",
    " leading and trailing ",
    "",
    "x" * 10_000,
)
"""Names of groups that would harm a terminal, a parser, a page or a workflow."""

WAIVER = AppliedWaiver(
    owner="ana@example.org",
    reason="n = 31; re-collection under way, FAIR-112",
    approved_by="risk-board",
    created="2026-10-01",
    expires="2026-12-31",
    days_left=40,
)


def result(group="race=Black", status="fail", **changes):
    """Make a result of a status, with what belongs to it."""
    made = replace(example_result(), group=group, status=Status(status), without_waiver=Status(status))
    if status == "pass":
        made = replace(made, value=0.97, low=0.88, high=1.06)
    if status == "inconclusive":
        made = replace(made, value=0.85, low=0.71, high=1.02, reason=ACROSS, n_needed=420)
    if status == "waived":
        made = replace(made, without_waiver=Status.FAIL, waiver=WAIVER)
    sentence = f"selection_rate ratio for {group} is {made.value:g}; limit min 0.80"
    return replace(made, sentence=sentence, **changes)


def undefined(group="race=Tiny", reason="no-positives", **changes):
    """Make a result without a number."""
    return result(
        group,
        "inconclusive",
        value=None,
        low=None,
        high=None,
        level=None,
        reason=reason,
        n=0,
        n_needed=None,
        method="",
        **changes,
    )


def check(name="four-fifths", **changes):
    """Make the stamp of a check."""
    return replace(example_gate().checks[0], id=name, **changes)


def gate(results=(), *, problems=(), warnings=(), checks=None, **changes):
    """Make a gate whose verdict follows from what it holds."""
    results, problems = tuple(results), tuple(problems)
    if checks is None:
        found = dict.fromkeys(one.check for one in results)
        found |= dict.fromkeys(one.check for one in problems if one.check is not None)
        checks = [check(name, line=10 + 6 * i) for i, name in enumerate(found)]
    verdict = verdict_of(results, problems)
    return replace(
        example_gate(),
        checks=tuple(checks),
        results=results,
        problems=problems,
        warnings=tuple(warnings),
        verdict=verdict,
        exit_code=verdict.exit_code,
        **changes,
    )


def mixed(*, problems=True):
    """Make a gate with every status, severity, comparison and reason."""
    gap = {
        "check": "tpr-gap",
        "position": 1,
        "metric": "true_positive_rate",
        "compare": Compare.DIFFERENCE,
        "reference": "rest",
        "minimum": None,
        "maximum": "0.10",
        "rule": Rule.PROVE_SAFETY,
        "effect": Effect.FAIL,
    }
    worst = {
        "check": "wer-worst",
        "position": 2,
        "metric": "word_error_rate",
        "attribute": "accent",
        "policy_group": "accent",
        "compare": Compare.WORST,
        "reference": None,
        "n_reference": None,
        "minimum": None,
        "maximum": "0.25",
        "severity": Severity.WARNING,
    }
    change = {
        "check": "no-worse",
        "position": 3,
        "metric": "true_positive_rate",
        "compare": Compare.BASELINE,
        "reference": "last-release",
        "minimum": None,
        "max_regression": "0.02",
    }
    amount = {
        "check": "error-size",
        "position": 4,
        "metric": "mean_absolute_error",
        "compare": Compare.VALUE,
        "reference": None,
        "n_reference": None,
        "minimum": None,
        "maximum": "25_000",
        "unit": "amount",
        "severity": Severity.INFO,
    }
    soon = replace(WAIVER, expires="2026-12-03", days_left=12, approved_by=None)
    results = [
        result("race=Black", "fail"),
        result("race=Asian", "inconclusive"),
        result("race=Hispanic", "pass"),
        result("race=Native American", "waived"),
        undefined("race=nobody", "no-rows"),
        result("sex=F", "inconclusive", value=0.0912, low=0.04, high=0.142, **gap),
        result("sex=M", "pass", value=-0.01, low=-0.05, high=0.03, **gap),
        result("sex=F & race=Asian", "waived", value=0.31, low=0.2, high=0.42, **gap | {"waiver": soon}),
        undefined("race=Tiny", TOO_FEW, **gap),
        undefined("race=Tinier", REFERENCE_TOO_FEW, **gap),
        result("accent=Scots", "fail", value=0.41, low=0.31, high=0.55, clusters_needed=None, **worst),
        result("race=Asian", "fail", value=-0.09, low=-0.12, high=-0.06, **change),
        result("race=White", "pass", value=0.004, low=-0.01, high=0.02, **change),
        result("region=North", "fail", value=31_250.5, low=29_000.25, high=33_500.125, **amount),
        result("region=South", "inconclusive", value=25_000.4, low=21_000, high=29_000, **amount),
    ]
    checks = [
        check(),
        check("tpr-gap", metric="true_positive_rate", compare=Compare.DIFFERENCE, limit="max 0.10", line=21,
              rule=Rule.PROVE_SAFETY, groups=("sex", "race", "sex_race"), description="Equal opportunity."),
        check("wer-worst", metric="word_error_rate", compare=Compare.WORST, limit="max 0.25", line=30,
              severity=Severity.WARNING, groups=("accent",)),
        check("no-worse", metric="true_positive_rate", compare=Compare.BASELINE,
              limit="max_regression 0.02", line=38),
        check("error-size", metric="mean_absolute_error", compare=Compare.VALUE, limit="max 25_000",
              line=None, severity=Severity.INFO, groups=("region",)),
        check("calibration", metric="calibration_error", compare=Compare.VALUE, limit="max 0.05", line=50,
              ran=False),
    ]  # fmt: skip
    broken = [
        Problem("metric", "calibration", "calibration_error cannot be measured on decisions; give scores."),
        Problem("hash", None, "'v41.json' does not have the sha256 that the policy states."),
    ]
    return gate(
        results,
        problems=broken if problems else (),
        checks=checks if problems else checks[:-1],
        warnings=["the waiver of 'tpr-gap' for sex=X by ana@example.org matches nothing."],
    )


def hostile():
    """Make a gate whose every name was chosen by an attacker."""
    statuses = ("fail", "inconclusive", "waived", "pass")
    results = [
        result(name, statuses[i % 4], attribute=HOSTILE[5], policy_group=HOSTILE[3], reference=HOSTILE[0])
        for i, name in enumerate(HOSTILE)
    ]
    waiver = replace(WAIVER, owner=HOSTILE[5], reason=HOSTILE[9], approved_by=HOSTILE[6])
    results = [replace(one, waiver=waiver if one.waiver else None) for one in results]
    results += [replace(results[0], policy_group="another")]
    return gate(
        results,
        problems=[Problem("data", None, text) for text in HOSTILE]
        + [Problem("data", "four-fifths", HOSTILE[6])],
        warnings=HOSTILE,
        checks=[check(description=HOSTILE[5], groups=(HOSTILE[3], "another"))],
        policy=replace(example_gate().policy, name=HOSTILE[5], path="a b/%41 :,\u202efair.toml"),
        reports=tuple(replace(example_gate().reports[0], source=name) for name in HOSTILE[:8]),
    )


def long(checks=100, groups=100, *, every=7):
    """Make a gate of very many results, of which one in `every` fails."""
    return gate(
        result(f"group={g}", "pass" if (c * groups + g) % every else "fail", check=f"check-{c}", position=c)
        for c in range(checks)
        for g in range(groups)
    )


GATES = {
    "example": example_gate,
    "nothing": gate,
    "passing": lambda: gate([result("race=A", "pass"), result("race=B", "pass")]),
    "failing": lambda: gate([result("race=A", "fail"), result("race=B", "pass")]),
    "open": lambda: gate([result("race=A", "inconclusive", effect=Effect.FAIL), result("race=B", "pass")]),
    "undefined": lambda: gate([undefined("race=A", effect=Effect.FAIL)]),
    "broken": lambda: gate(
        problems=[Problem("baseline", "no-worse", "there is no file 'v41.json'.")],
        checks=[check("no-worse", ran=False)],
    ),
    "tolerated": lambda: gate(
        [
            result("race=A", "fail", severity=Severity.WARNING),
            result("race=B", "inconclusive", effect=Effect.PASS),
            result("race=C", "waived"),
            result("race=D", "inconclusive", severity=Severity.INFO, effect=Effect.FAIL),
            result("race=E", "fail", severity=Severity.INFO),
        ],
        warnings=["the waiver of 'gap' for sex=X matches nothing."],
    ),
    "mixed": mixed,
    "judged": lambda: mixed(problems=False),
    "hostile": hostile,
    "long": long,
}
"""Builders of gates by what is shown by them."""
