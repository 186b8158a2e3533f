"""fairlearn's MetricFrame in, a report out.

The arguments of ``MetricFrame(...)`` are taken as they are, names of features included. What comes back is a
report: intervals, contrasts and verdicts where MetricFrame has numbers alone. Two or more sensitive features
are one grouping, their crossing. With control features, groups are compared only within one level of those,
each level (or crossing of levels) a grouping of its own: ``sex where job=clerk``.
:func:`fairkit.metric_frames.tables.to_metric_frame` gives the tables back that a MetricFrame user knows.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import fields
from typing import Any

import numpy as np

from fairkit import __version__
from fairkit.corrections import Correction
from fairkit.counts import FIELDS, LEFT_OUT
from fairkit.errors import DataError, UsageError, did_you_mean, shortlist
from fairkit.estimates import estimates, group_sizes
from fairkit.evidence import Options
from fairkit.functions.callable_rows import REPLICATES
from fairkit.groups import Attribute, Grouping, group_name, references
from fairkit.judging import Found, Rules, judge_evidence
from fairkit.margins import Margin, given_margins
from fairkit.metric_frames.arguments import Metrics, arguments_of
from fairkit.metric_frames.data import FrameData
from fairkit.report.model import DataSummary, Report
from fairkit.report.settings import Settings

_FEWEST_REPLICATES = 200


def metric_frame(
    *,
    metrics: Metrics,
    y_true: Any,
    y_pred: Any,
    sensitive_features: Any,
    control_features: Any = None,
    sample_params: Any = None,
    n_boot: int | None = None,
    ci_quantiles: Sequence[float] | None = None,
    random_state: Any = None,
    confidence: float | None = None,
    margin: Margin = None,
    reference: Any = "rest",
    correction: str = "holm",
    cluster: Any = None,
) -> Report:
    """Evaluate what a fairlearn MetricFrame is given: metrics by group, how sure they are, and verdicts.

    Parameters
    ----------
    metrics, y_true, y_pred, sensitive_features, control_features, sample_params
        As of :class:`fairlearn.metrics.MetricFrame`. Metrics that counts know (accuracy, selection rate,
        recall, ... of two classes) are exact; all others are resampled. Features may have missing values.
    n_boot : int, optional
        Resamples for functions that counts do not know; at least 200 are taken.
    ci_quantiles : sequence of float, optional
        The outermost two say the level: ``[0.025, 0.5, 0.975]`` is a confidence of 0.95.
    random_state : int or RandomState, optional
        Seed of the bootstrap; 0 without one, so that the same call gives the same report.
    confidence, margin, reference, correction
        See :func:`fairkit.evaluate`; contrasts are differences. A reference with control features is a
        level of the sensitive features.
    cluster : array-like, optional
        Which rows belong together (a person, a speaker).

    Returns
    -------
    Report

    Raises
    ------
    UsageError
        The arguments do not fit together, or a function fails in every group; all problems at once.
    DataError
        No row can be used, or the reference is no group.

    Examples
    --------
    >>> from fairlearn.metrics import selection_rate
    >>> report = metric_frame(
    ...     metrics={"selected": selection_rate},
    ...     y_true=[1, 0] * 75,
    ...     y_pred=[1] * 56 + [0] * 14 + [1] * 48 + [0] * 32,
    ...     sensitive_features=["F"] * 70 + ["M"] * 80,
    ... )
    >>> [(f.group, round(f.value, 2), str(f.verdict)) for f in report.findings]
    [('sensitive_feature_0=F', 0.2, 'disparity'), ('sensitive_feature_0=M', -0.2, 'disparity')]
    """
    given = arguments_of(
        metrics=metrics,
        y_true=y_true,
        y_pred=y_pred,
        sensitive_features=sensitive_features,
        control_features=control_features,
        sample_params=sample_params,
        cluster=cluster,
    )
    level = _confidence(confidence, ci_quantiles)
    rules = Rules(
        ("difference",),
        given_margins(margin, ["difference"], amounts=any(m.unit == "amount" for m in given.metrics)),
        level,
        _correction(correction),
        Options(seed=_seed(random_state)),
    )
    sensitive = Grouping(tuple(Attribute(name) for name in given.sensitive))
    wish = references(reference, (sensitive,))[0]
    data = FrameData.of(given, None if n_boot is None else max(n_boot, _FEWEST_REPLICATES))
    used = int(data.counts.row_counts[:, : len(FIELDS[data.counts.kind])].sum())
    if not used:
        raise DataError(f"none of the {len(given.y_true):,} rows has both a label and a prediction.")
    found, by = Found(), []
    for part in data.parts(sensitive):
        found.groups.extend(group_sizes(part.shown))
        by.append(part.shown.grouping.name)
        for evidence in part.data.evidence(part.table, rules.options):
            judge_evidence(evidence, part.shown, wish, rules=rules, found=found)
    overall = data.overall(by)
    for evidence in data.evidence(overall.table, rules.options):
        found.estimates.extend(
            estimates(evidence.metrics, overall.shown, evidence, confidence=rules.confidence)
        )
    totals = dict(zip(data.counts.fields, data.counts.row_counts.sum(axis=0).tolist(), strict=True))
    left_out = {name: totals[name] for name in LEFT_OUT[data.counts.kind]}
    report: Report = _filled(
        Report,
        created=dt.datetime.now(dt.UTC).isoformat(timespec="seconds"),
        fairkit_version=__version__,
        data=DataSummary("arrays", None, len(given.y_true), used, left_out, data.counts.sha256()),
        settings=_filled(
            Settings,
            label="y_true",
            decision="y_pred",
            weight=given.weight,
            cluster=None if given.cluster is None else "cluster",
            by=tuple(by),
            reference={
                name: wish if isinstance(wish, str) else group_name(sensitive.names, wish) for name in by
            },
            metrics=tuple(m.name for m in given.metrics),
            compare=rules.compares,
            margin=dict(rules.margins),
            confidence=level,
            correction=str(correction),
            interval=rules.options.difference,
            replicates=data.replicates or (REPLICATES if data.functions else rules.options.replicates),
            seed=rules.options.seed,
        ),
        counts=data.counts,
        groups=tuple(found.groups),
        estimates=tuple(found.estimates),
        contrasts=tuple(found.contrasts),
        findings=tuple(found.findings),
        headlines=tuple(found.headlines),
        notes=_notes(data, left_out),
    )
    return report


def _confidence(confidence: float | None, quantiles: Sequence[float] | None) -> float:
    """Settle the level: what was said, or what the outermost quantiles say, or 0.95."""
    wrong = [q for q in quantiles or () if not 0 < q < 1]
    if wrong:
        raise UsageError(f"ci_quantiles must lie between 0 and 1, not at {wrong[0]}.")
    level = 0.95 if confidence is None else confidence
    if quantiles and confidence is None:
        level = round(1 - 2 * min(*quantiles, 1 - max(quantiles)), 12)
    if not 0.6 <= level <= 0.999999:
        raise UsageError(
            f"confidence {level:g} is no level from 0.6 to 0.999999, such as 0.95"
            + (" (ci_quantiles=[0.025, 0.975])." if quantiles else ".")
        )
    return level


def _seed(random_state: Any) -> int:
    if random_state is None:
        return 0
    if hasattr(random_state, "randint"):
        return int(random_state.randint(2**31))
    if isinstance(random_state, int | np.integer):
        return int(random_state)
    raise UsageError(f"random_state must be a whole number, not a {type(random_state).__name__}.")


def _filled(kind: type[Any], **given: Any) -> Any:
    """Fill in what a MetricFrame does not ask: nothing, in every field that has none."""
    empty = {"dict": dict, "tuple": tuple}
    blank: dict[str, Any] = {}
    for field in fields(kind):
        made = empty.get(str(field.type).partition("[")[0])
        blank[field.name] = made() if made is not None else None
    return kind(**{**blank, **given})


def _correction(named: str) -> Correction:
    known = [str(correction) for correction in Correction]
    if named not in known:
        raise UsageError(
            f"correction '{named}' is unknown (there are {shortlist(known)}).{did_you_mean(named, known)}"
        )
    return Correction(named)


def _notes(data: FrameData, left_out: dict[str, int]) -> tuple[str, ...]:
    rows = data.rows.size
    notes = [
        f"{n:,} of {rows:,} rows are left out: {name.replace('_', ' ')}." for name, n in left_out.items() if n
    ]
    for name, key in data.rows.keys.items():
        if None in key.levels:
            n = int((key.codes == key.levels.index(None)).sum())
            if n:
                notes.append(f"'{name}' is missing in {n:,} of {rows:,} rows; they are a group of their own.")
    return tuple(notes)
