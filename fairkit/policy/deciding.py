"""The one decision: a policy and reports in, a gate out. Command line, pytest and Python all come here.

One corrected interval decides about every check and group, and is the one that is shown. Wholly beyond the
limit it fails, wholly inside it passes; anything else is undecided, with the reason, and then the rule of the
check says what has to be proven. What could not be measured is a problem, and a release with a problem does
not pass.
"""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Mapping, Sequence
from types import MappingProxyType

import numpy as np

from fairkit import __version__
from fairkit.cautions import COUNTS_ONLY
from fairkit.counts import Counts
from fairkit.evidence import Options
from fairkit.findings import units_needed
from fairkit.inference import Bounds
from fairkit.policy.agreeing import disagreements
from fairkit.policy.family import Decided, decided
from fairkit.policy.gate import (
    ACROSS,
    CheckStamp,
    Gate,
    PolicyStamp,
    Problem,
    ReportStamp,
    Result,
    Status,
    verdict_of,
)
from fairkit.policy.lines import Line
from fairkit.policy.measuring import lines_of
from fairkit.policy.model import Check, Compare, Effect, Policy
from fairkit.policy.placing import place
from fairkit.policy.releases import release_lines
from fairkit.policy.stopping import cautions_of
from fairkit.policy.waiving import in_force, waived
from fairkit.policy.wording import sentence_of
from fairkit.policy.worst import worst_of
from fairkit.report.model import Report
from fairkit.tables import numbers

_NONE: Mapping[str, Counts] = MappingProxyType({})


def decide(
    policy: Policy,
    reports: Report | Sequence[Report],
    *,
    baselines: Mapping[str, Counts] = _NONE,
    pairs: Mapping[str, Counts] = _NONE,
    problems: Sequence[Problem] = (),
    today: dt.date | None = None,
) -> Gate:
    """Judge a release by a policy.

    Parameters
    ----------
    policy : Policy
    reports : Report or sequence of Report
        Of the release; every check goes to the one that can measure it.
    baselines : mapping of name to Counts
        Counts of the baselines that the policy names.
    pairs : mapping of name to Counts
        Joint counts of a baseline (model ``baseline``) and the release (model ``release``) on the same rows,
        preferred to `baselines`.
    problems : sequence of Problem
        What already could not be read.
    today : date, optional
        The day for which waivers hold; by default this day in UTC.

    Returns
    -------
    Gate
        Also where there are problems: with all that could be judged.

    Examples
    --------
    >>> import fairkit
    >>> from fairkit.policy.model import Number, PolicyGroup
    >>> rows = {"sex": ["F"] * 700 + ["M"] * 800, "hired": [1] * 280 + [0] * 420 + [1] * 640 + [0] * 160}
    >>> report = fairkit.evaluate(rows, decision="hired", by="sex")
    >>> check = Check(
    ...     id="four-fifths", metric="selection_rate", groups=("sex",), compare=Compare.RATIO,
    ...     minimum=Number(0.8, "0.80"),
    ... )
    >>> group = PolicyGroup(name="sex", columns=("sex",), reference="best")
    >>> gate = decide(Policy(name="hiring", groups=(group,), checks=(check,)), report)
    >>> str(gate.verdict), gate.exit_code
    ('fail', 1)
    >>> print(gate.results[0].sentence)
    selection_rate ratio for sex=F is 0.50 (95% CI 0.453 to 0.55; n=700 vs 800 of sex=M); limit min 0.80
    """
    judged = [reports] if isinstance(reports, Report) else list(reports)
    options = Options("newcombe", policy.evidence.replicates, policy.evidence.seed)
    placed, found = place(policy, judged)
    known = [*problems, *disagreements(policy, judged), *found]
    own, others = lines_of([one for one in placed if one.check.compare is not Compare.BASELINE], options)
    later, more = release_lines(
        [one for one in placed if one.check.compare is Compare.BASELINE],
        options,
        baselines=baselines,
        pairs=pairs,
        failed=_failed(policy, problems),
    )
    lines = sorted([*own, *later], key=lambda line: line.position)
    known = list(dict.fromkeys([*known, *others, *more, *_empty(lines)]))
    now = dt.datetime.now(dt.UTC)
    day = today or now.date()
    results, family = _results(policy, lines, day)
    results, warnings = waived(policy, results, day)
    verdict = verdict_of(results, tuple(known))
    return Gate(
        created=now.isoformat(timespec="seconds"),
        today=day.isoformat(),
        fairkit_version=__version__,
        policy=PolicyStamp(
            policy.name,
            policy.source.path,
            policy.source.sha256,
            policy.evidence.confidence,
            str(policy.evidence.correction),
            family,
        ),
        reports=tuple(_stamp(report) for report in judged),
        verdict=verdict,
        exit_code=verdict.exit_code,
        checks=tuple(_stamps(policy, results)),
        results=results,
        problems=tuple(known),
        warnings=(*warnings, *cautions_of(policy)),
    )


def _results(policy: Policy, lines: Sequence[Line], today: dt.date) -> tuple[tuple[Result, ...], int]:
    """Decide the gating checks as one family, every other check as a family of its own."""
    gating = [line for line in lines if line.check.gates]
    found, size = decided(gating, policy.evidence)
    intervals = dict(zip(map(id, gating), found, strict=True))
    for position in {line.position for line in lines if not line.check.gates}:
        own = [line for line in lines if line.position == position]
        intervals |= dict(zip(map(id, own), decided(own, policy.evidence)[0], strict=True))
    made: list[Result] = []
    silent = _unjudged(lines, intervals)
    for line in lines:
        effect = Effect.FAIL if line.position in silent else policy.effect(line.check)
        results = _of_line(line, intervals[id(line)], effect)
        made += _worst(policy, line, results, today) if line.check.compare is Compare.WORST else results
    return tuple(made), size


def _worst(policy: Policy, line: Line, results: Sequence[Result], today: dt.date) -> list[Result]:
    """Take the worst of the groups that nobody answers for; who is waived hides no other group."""
    excused = [one for one in results if one.status is not Status.PASS and in_force(policy, one, today)]
    others = [one for one in results if one not in excused]
    return [worst_of(line, part) for part in (others, *([one] for one in excused)) if part]


def _empty(lines: Sequence[Line]) -> list[Problem]:
    """Find checks without a group to judge: nothing that passes would be left of them."""
    return [
        Problem(
            "group",
            line.check.id,
            f"check '{line.check.id}' did not run: {line.attribute} has no group but the one that others are "
            "compared with. Declare the levels that there should be, or take the check out.",
        )
        for line in lines
        if not line.names
    ]


def _unjudged(lines: Sequence[Line], intervals: Mapping[int, Decided]) -> set[int]:
    """Find the checks of which no group has an interval: they did not run, whatever their rule is.

    Else a `min_n` that no group reaches, or rows of one cluster, would make a gate that nothing fails.
    """
    judged = {line.position for line in lines if not np.isnan(intervals[id(line)].low).all()}
    return {line.position for line in lines} - judged


def _of_line(line: Line, found: Decided, effect: Effect) -> list[Result]:
    below, above = line.allowed
    compare = "ratio" if line.check.compare is Compare.RATIO else "difference"
    margin = Bounds(np.full(found.low.shape, below), np.full(found.low.shape, above))
    if compare == "ratio":
        margin = Bounds(np.maximum(margin.low, 0.0), margin.high)
    needed, clusters = units_needed(
        line.value,
        Bounds(found.low, found.high),
        margin,
        line.rows,
        line.clusters,
        compare=compare,  # type: ignore[arg-type]
    )
    columns = [numbers(c) for c in (line.value, found.low, found.high, found.level, needed, clusters)]
    made = []
    for g, (value, low, high, level, rows, units) in enumerate(zip(*columns, strict=True)):
        reason = line.whys[g]
        status = Status.INCONCLUSIVE
        if reason is None and low is None:
            reason = line.unsure(int(line.places[g]))
        elif reason is None:
            if found.low[g] > above or found.high[g] < below:
                status = Status.FAIL
            elif found.low[g] >= below and found.high[g] <= above:
                status = Status.PASS
            else:
                reason = ACROSS
        open_ = status is Status.INCONCLUSIVE
        made.append(
            _result(
                line,
                g,
                (value, low, high, level),
                status=status,
                reason=reason,
                effect=effect,
                n_needed=math.ceil(rows) if open_ and rows is not None else None,
                clusters_needed=int(units) if open_ and units is not None else None,
                method="none" if low is None else found.method[g],
            )
        )
    return made


def _result(
    line: Line,
    g: int,
    found: tuple[float | None, float | None, float | None, float | None],
    *,
    status: Status,
    reason: str | None,
    effect: Effect,
    n_needed: int | None,
    clusters_needed: int | None,
    method: str,
) -> Result:
    check, (value, low, high, level) = line.check, found
    sentence = sentence_of(
        check,
        metric=line.metric.name,
        group=line.names[g],
        reference=line.reference[g],
        value=value,
        low=low,
        high=high,
        level=level,
        n=line.n[g],
        n_reference=line.n_reference[g],
        reason=reason,
        n_needed=n_needed,
        clusters_needed=clusters_needed,
    )
    return Result(
        check=check.id,
        position=line.position,
        metric=line.metric.name,
        attribute=line.attribute,
        group=line.names[g],
        policy_group=line.group.name,
        compare=check.compare,
        reference=line.reference[g],
        value=value,
        low=low,
        high=high,
        level=level,
        unit=line.metric.unit,
        n=line.n[g],
        n_reference=line.n_reference[g],
        minimum=_text(check.minimum),
        maximum=_text(check.maximum),
        max_regression=_text(check.max_regression),
        max_change=_text(check.max_change),
        direction=check.direction,
        rule=check.rule,
        severity=check.severity,
        status=status,
        without_waiver=status,
        reason=reason,
        effect=effect,
        n_needed=n_needed,
        clusters_needed=clusters_needed,
        method=method,
        waiver=None,
        sentence=sentence,
    )


def _text(number: object) -> str | None:
    return None if number is None else str(number)


def _failed(policy: Policy, problems: Sequence[Problem]) -> tuple[str, ...]:
    """Name the baselines of checks of which it was said that they did not run."""
    told = {problem.check for problem in problems if problem.kind in ("baseline", "hash")}
    return tuple(check.baseline or "" for check in policy.checks if check.id in told)


def _stamp(report: Report) -> ReportStamp:
    data = report.data
    notes = tuple(note for note in report.notes if note != COUNTS_ONLY)
    return ReportStamp(
        data.source, report.created, data.sha256, data.counts_sha256, data.rows, data.rows_used, notes
    )


def _stamps(policy: Policy, results: Sequence[Result]) -> list[CheckStamp]:
    ran = {result.position for result in results}
    return [_check_stamp(check, i, policy, ran=i in ran) for i, check in enumerate(policy.checks)]


def _check_stamp(check: Check, position: int, policy: Policy, *, ran: bool) -> CheckStamp:
    return CheckStamp(
        id=check.id,
        metric=check.metric,
        compare=check.compare,
        limit=check.limit,
        rule=check.rule,
        severity=check.severity,
        groups=check.groups,
        description=check.description,
        line=policy.source.lines.get(position),
        ran=ran,
    )
