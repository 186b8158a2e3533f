"""The evaluator: rows or counts in, a report out. It ties the other rooms together, no more."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from typing import Any, Literal

from fairkit import __version__, frames
from fairkit.cautions import COUNTS_ONLY, binned, cautions, one_sided, slips, unused
from fairkit.choices import Metrics, about_any_model, chosen, told_apart
from fairkit.coarse import coarse
from fairkit.corrections import Correction
from fairkit.counts import LEFT_OUT, Counts, Kind
from fairkit.errors import DataError, UsageError, shortlist
from fairkit.estimates import group_sizes
from fairkit.evidence import DifferenceInterval, Options
from fairkit.groups import By, Grouping, Reference, attributes_of, groupings, references
from fairkit.judging import Found, Rules, compare_models, judge_counts, judge_evidence, trace_curves
from fairkit.margins import Margin, given_margins
from fairkit.medians import above_medians
from fairkit.metrics import AnyMetric
from fairkit.model_axes import has_models
from fairkit.options import check_options, stated_groups
from fairkit.questions import stated
from fairkit.remedies import offered
from fairkit.report.model import DataSummary, Report
from fairkit.report.settings import Settings
from fairkit.tables import group_table, used_rows
from fairkit.views import View, views

_AMOUNTS = frozenset({Kind.REGRESSION, Kind.RANKING, Kind.EVENTS})


def evaluate(
    data: Any,
    *,
    by: By,
    decision: str | Mapping[str, str] | None = None,
    label: str | None = None,
    score: str | Mapping[str, str] | None = None,
    threshold: float | None = None,
    positive: Any = None,
    classes: Literal["all"] | Sequence[Any] | None = None,
    outputs: Mapping[str, str] | None = None,
    prediction: str | None = None,
    prediction_low: str | None = None,
    prediction_high: str | None = None,
    quantile: float | None = None,
    rank: str | None = None,
    query: str | None = None,
    relevance: str | None = None,
    events: str | None = None,
    exposure: str | None = None,
    estimator: Any = None,
    X: Any = None,  # noqa: N803 - scikit-learn's word
    features: Sequence[str] | None = None,
    weight: str | None = None,
    cluster: str | None = None,
    levels: Mapping[str, Sequence[str]] | None = None,
    missing: str | Sequence[str] = (),
    max_levels: int = frames.MAX_LEVELS,
    reference: str | Mapping[str, str | None] | Sequence[str] = "rest",
    metrics: Metrics = "default",
    compare: Literal["difference", "ratio", "both"] = "difference",
    margin: Margin = None,
    confidence: float = 0.95,
    correction: str = "holm",
    interval: DifferenceInterval = "newcombe",
    replicates: int = 2_000,
    seed: int = 0,
    hash_files: bool = False,
    findings: bool = True,
) -> Report:
    """Evaluate predictions: group metrics, how sure they are, and whether groups differ.

    Parameters
    ----------
    data : frame, path or Counts
        Any frame, file or folder that :func:`fairkit.frames.count` takes, or the Counts themselves (then the
        parameters that name columns are left out).
    by : str or sequence
        What to group by: ``"race"``, ``["race", "sex,race"]``, ``"young: age < 25"``.
    label, decision, score, threshold, positive
        Two-class decisions, scores, or both. Without a label only selection rates are known. A mapping of
        names to columns (``decision={"old": "d1", "new": "d2"}``) compares several models on the same rows.
    classes : "all" or sequence of str, optional
        Label and decision name one of several classes: all that occur, or these.
    outputs : mapping of label column to decision column, optional
        Several two-class labels a row (multi-label).
    prediction, prediction_low, prediction_high, quantile
        Regression of a numeric label: the predicted number, the ends of a prediction interval, the quantile
        that is predicted.
    rank, query, relevance
        Ranking: place of an item (1 is the top; or `score`), what it was ranked for, how relevant it is.
    events, exposure
        Counts of events and what they are counts per.
    estimator, X, features
        A fitted scikit-learn estimator in place of columns of predictions; it is given the columns
        `features` of the data (else those it was fitted on), or `X`.
    weight, cluster, missing, max_levels
        See :class:`fairkit.frames.Question`.
    levels : mapping, optional
        Declared levels of attributes; one without rows appears as undefined.
    reference : str, mapping or sequence of str, default "rest"
        Compare each group with the ``"rest"``, the ``"best"`` group, or a named one (``"race=White"``).
    metrics : sequence of str or callable, "default" or "all"
        See ``fairkit metrics``. A function of labels and predictions (scikit-learn's, fairlearn's, your own;
        by itself or as ``"module:function"``) is measured on the rows, with bootstrap intervals.
    compare : {"difference", "ratio", "both"}
        What contrasts and verdicts are about.
    margin : float or pair, optional
        How far a contrast may lie from none and still be parity: ``0.05`` means ±0.05 for differences,
        ``(0.8, 1.25)`` is a range for ratios. Each metric has a default. A single number sets differences
        only.
    confidence : float, default 0.95
        Level of intervals, and of each family of verdicts.
    correction : {"holm", "benjamini-hochberg", "max-t", "none"}
        How a family of verdicts is corrected for its size, see :mod:`fairkit.corrections`.
    interval : {"newcombe", "miettinen-nurminen"}
        Plain interval of a difference.
    replicates, seed : int
        Of the bootstrap, where there is one.
    hash_files : bool
        Hash files of any size (up to 256 MB they always are).
    findings : bool, default True
        Whether anything is made of the counts. A release gate and a baseline need no more than them, which
        saves the time of bootstraps where rows are clustered.

    Returns
    -------
    Report

    Raises
    ------
    DataError
        The data cannot be read or hold nothing that could be judged.
    UsageError
        The question is wrong in itself. All problems at once.

    Examples
    --------
    >>> rows = {"sex": ["F"] * 70 + ["M"] * 80, "hired": [1] * 56 + [0] * 14 + [1] * 48 + [0] * 32}
    >>> report = evaluate(rows, decision="hired", by="sex", reference="sex=M")
    >>> str(report.verdict), report.findings[0].reference
    ('disparity', 'sex=M')
    """
    split = groupings(by, levels=levels)
    missing = (missing,) if isinstance(missing, str) else tuple(missing)
    wishes = references(reference, split)
    compares = check_options(
        compare=compare,
        confidence=confidence,
        correction=correction,
        interval=interval,
        replicates=replicates,
        seed=seed,
        wishes=wishes,
    )
    asked: dict[str, Any] = {
        "decision": decision,
        "label": label,
        "score": score,
        "threshold": threshold,
        "positive": positive,
        "classes": classes,
        "outputs": outputs,
        "prediction": prediction,
        "prediction_low": prediction_low,
        "prediction_high": prediction_high,
        "quantile": quantile,
        "rank": rank,
        "query": query,
        "relevance": relevance,
        "events": events,
        "exposure": exposure,
        "weight": weight,
        "cluster": cluster,
        "missing": missing,
        "max_levels": max_levels,
    }
    if estimator is not None:
        from fairkit.predicted import with_predictions

        data, asked = with_predictions(
            data, estimator, asked, by=attributes_of(split), X=X, features=features
        )
    question = None
    if isinstance(data, Counts):
        _check_counts(data, asked, hash_files=hash_files)
        kind = data.kind
    else:
        question = frames.Question(attributes_of(split), **asked)
        kind = question.kind
    # What is wrong with the wishes is said before rows are read.
    names, functions = told_apart(metrics, kind)
    if functions and question is None:
        raise UsageError(
            "functions are measured on rows, and these are counts; name metrics of 'fairkit metrics'."
        )
    margins = given_margins(margin, compares, amounts=kind in _AMOUNTS or bool(functions))
    if question is None:
        reading = frames.Reading(data, "counts")
    else:
        reading = frames.read(data, question, hash_files=hash_files)
    counts = reading.counts
    kept = coarse(counts)
    seen = views(counts, classes=None if question is None else question.class_names)
    # Counts of transcripts have every utterance once for each system and normaliser.
    once = seen[0].counts if counts.kind in (Kind.WORDS, Kind.CHARACTERS) else counts
    summary = _summary(reading, once, kept)
    measured = chosen(names, seen)
    _refuse_nothing(measured, summary)
    rules = Rules(compares, margins, confidence, Correction(correction), Options(interval, replicates, seed))
    found = _judged(once, measured if findings else [], split, wishes, rules=rules)
    if findings and has_models(counts):
        compare_models(counts, about_any_model(measured), split, rules=rules, found=found)
    if findings and functions and question is not None:
        from fairkit.functions.on_rows import OnRows

        asked_rows = OnRows(functions, data, question, counted=summary.rows)
        for grouping, wish in zip(split, wishes, strict=True):
            table = group_table(counts, grouping)
            judge_evidence(asked_rows.evidence(table, rules.options), table, wish, rules=rules, found=found)
    settings = Settings(
        **stated(asked),
        **stated_groups(split, wishes),
        metrics=tuple(
            dict.fromkeys([*(m.name for _, own in measured for m in own), *(m.name for m in functions)])
        ),
        compare=compares,
        margin=margins,
        confidence=confidence,
        correction=str(correction),
        interval=interval,
        replicates=replicates,
        seed=seed,
    )
    notes = [*slips(question, split), *cautions(counts, summary, split)]
    for view, own in measured:
        notes += unused(view, summary) + one_sided(view.counts, view.variant)
        notes += binned(view.counts, own, split, view.variant)
    notes += [] if findings else [COUNTS_ONLY]
    return Report(
        created=dt.datetime.now(dt.UTC).isoformat(timespec="seconds"),
        fairkit_version=__version__,
        data=summary,
        settings=settings,
        counts=kept,
        groups=tuple(found.groups),
        estimates=tuple(found.estimates),
        contrasts=tuple(found.contrasts),
        findings=tuple(found.findings),
        headlines=tuple(found.headlines),
        models=tuple(found.models),
        gap_changes=tuple(found.gap_changes),
        missing=tuple(found.missing),
        bounds=tuple(found.bounds),
        reliability=tuple(found.reliability),
        roc=tuple(found.roc),
        remedies=offered(found.headlines),
        notes=tuple(notes),
        above_median=() if kept.axes == counts.axes else above_medians(counts),
    )


def _refuse_nothing(measured: Sequence[tuple[View, tuple[AnyMetric, ...]]], summary: DataSummary) -> None:
    """Refuse data of which no view can use a row: several models may all lack what one of them would miss."""
    judging = [view for view, _ in measured if LEFT_OUT[view.counts.kind]]
    if judging and not any(used_rows(view.counts) for view in judging):
        reasons = " ".join(dict.fromkeys(note for view in judging for note in unused(view, summary)))
        raise DataError(f"none of the {summary.rows:,} rows has what is needed; {reasons}")


def _judged(
    counts: Counts,
    measured: Sequence[tuple[View, tuple[AnyMetric, ...]]],
    split: Sequence[Grouping],
    wishes: Sequence[Reference],
    *,
    rules: Rules,
) -> Found:
    """Judge the metrics of every view in every grouping."""
    found = Found()
    for grouping, wish in zip(split, wishes, strict=True):
        found.groups.extend(group_sizes(group_table(counts, grouping)))
        for view, own in measured:
            judge_counts(view.counts, own, grouping, wish, rules=rules, found=found)
    for view, _ in measured:
        if view.counts.kind is Kind.SCORES and view.variant is None:
            trace_curves(view.counts, split, confidence=rules.confidence, found=found)
    return found


def _check_counts(counts: Counts, asked: Mapping[str, Any], *, hash_files: bool) -> None:
    """Refuse what names columns where rows have been counted already."""
    free = {"missing": (), "max_levels": frames.MAX_LEVELS}
    given = [name for name, value in asked.items() if value != free.get(name)]
    given += ["hash_files"] * hash_files
    if given:
        raise UsageError(f"counts have been read already: leave out {shortlist(given)}.")
    if counts.clusters_lost:
        raise UsageError(
            "these counts came from clustered rows and were stored without the clusters, so that no "
            "interval can be made of them: read the findings of their report, or count the rows again."
        )


def _summary(reading: frames.Reading, counts: Counts, kept: Counts) -> DataSummary:
    totals = dict(zip(counts.fields, counts.row_counts.sum(axis=0).tolist(), strict=True))
    rows = sum(totals.values())
    left_out = {name: totals[name] for name in LEFT_OUT[counts.kind]}
    used = rows - sum(left_out.values())
    if rows == 0:
        raise DataError(f"{reading.source} has no rows; there is nothing to evaluate.")
    if used == 0:
        reasons = ", ".join(f"{name.replace('_', ' ')}: {n:,}" for name, n in left_out.items() if n)
        raise DataError(
            f"none of the {rows:,} rows has what is needed ({reasons}); is the right column named?"
        )
    return DataSummary(reading.source, reading.sha256, rows, used, left_out, kept.sha256())
