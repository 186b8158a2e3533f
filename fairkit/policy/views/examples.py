"""A small gate to show how gates are written."""

from __future__ import annotations

from dataclasses import replace

from fairkit.policy.gate import ACROSS, CheckStamp, Gate, PolicyStamp, ReportStamp, Result, Status, verdict_of
from fairkit.policy.model import Compare, Direction, Effect, Rule, Severity


def example_result() -> Result:
    """Make one result, which fails.

    Examples
    --------
    >>> example_result().sentence
    'selection_rate ratio for race=Black is 0.61 (95% CI 0.54 to 0.69; n=812 vs 2011); limit min 0.80'
    """
    return Result(
        check="four-fifths",
        position=0,
        metric="selection_rate",
        attribute="race",
        group="race=Black",
        policy_group="race",
        compare=Compare.RATIO,
        reference="race=White",
        value=0.61,
        low=0.54,
        high=0.69,
        level=0.95,
        unit="share",
        n=812,
        n_reference=2011,
        minimum="0.80",
        maximum=None,
        max_regression=None,
        max_change=None,
        direction=Direction.EITHER,
        rule=Rule.PROVE_HARM,
        severity=Severity.ERROR,
        status=Status.FAIL,
        without_waiver=Status.FAIL,
        reason=None,
        effect=Effect.WARN,
        n_needed=None,
        clusters_needed=None,
        method="koopman",
        waiver=None,
        sentence="selection_rate ratio for race=Black is 0.61 (95% CI 0.54 to 0.69; n=812 vs 2011); limit "
        "min 0.80",
    )


def example_gate() -> Gate:
    """Make a gate of three results: one that fails, one undecided, one that passes.

    Examples
    --------
    >>> [str(result.status) for result in example_gate().results]
    ['fail', 'inconclusive', 'pass']
    """
    failing = example_result()
    about = "selection_rate ratio for race="
    undecided = replace(
        failing,
        group="race=Asian",
        value=0.85,
        low=0.71,
        high=1.02,
        n=97,
        status=Status.INCONCLUSIVE,
        without_waiver=Status.INCONCLUSIVE,
        reason=ACROSS,
        n_needed=420,
        sentence=f"{about}Asian is 0.85 (95% CI 0.71 to 1.02; n=97 vs 2011); limit min 0.80; needs about "
        "n=420 to decide",
    )
    passing = replace(
        failing,
        group="race=Hispanic",
        value=0.97,
        low=0.88,
        high=1.06,
        n=640,
        status=Status.PASS,
        without_waiver=Status.PASS,
        sentence=f"{about}Hispanic is 0.97 (95% CI 0.88 to 1.06; n=640 vs 2011); limit min 0.80",
    )
    results = (failing, undecided, passing)
    verdict = verdict_of(results, ())
    check = CheckStamp(
        id="four-fifths",
        metric="selection_rate",
        compare=Compare.RATIO,
        limit="min 0.80",
        rule=Rule.PROVE_HARM,
        severity=Severity.ERROR,
        groups=("race",),
        description=None,
        line=12,
        ran=True,
    )
    return Gate(
        created="2026-11-21T10:00:00+00:00",
        today="2026-11-21",
        fairkit_version="0.1.0",
        policy=PolicyStamp("credit-line", "fairness.toml", "0a" * 32, 0.95, "holm", 3),
        reports=(ReportStamp("loans.csv", "2026-11-21T10:00:00+00:00", "0b" * 32, "0c" * 32, 3_800, 3_560),),
        verdict=verdict,
        exit_code=verdict.exit_code,
        checks=(check,),
        results=results,
        problems=(),
        warnings=(),
    )
