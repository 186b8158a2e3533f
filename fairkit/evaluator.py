"""The evaluator: rows or counts in, a report out. It ties the other rooms together, no more."""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Mapping, Sequence
from typing import Any, Literal, get_args

import numpy as np

from fairkit import __version__, frames
from fairkit._cells import level_text
from fairkit.contrasts import Contrast, contrasts, reference_positions
from fairkit.corrections import Correction
from fairkit.counts import FIELDS, LEFT_OUT, Counts, Kind
from fairkit.errors import DataError, UsageError, did_you_mean, shortlist
from fairkit.estimates import Estimate, GroupSize, estimates, group_sizes
from fairkit.evidence import Compare, DifferenceInterval, Evidence, IndependentRows, Options
from fairkit.findings import Finding, Margins, findings, judge
from fairkit.groups import By, Grouping, attributes_of, group_name, groupings, references
from fairkit.headlines import Headline, headlines
from fairkit.metrics import Metric, chosen_metrics
from fairkit.report.model import DataSummary, Report, Settings
from fairkit.tables import GroupTable, group_table

Margin = float | tuple[float, float] | Sequence[float | tuple[float, float]] | None

_LEVELS = (0.6, 0.999999)


def evaluate(
    data: Any,
    *,
    by: By,
    decision: str | None = None,
    label: str | None = None,
    score: str | None = None,
    threshold: float | None = None,
    positive: Any = None,
    weight: str | None = None,
    cluster: str | None = None,
    levels: Mapping[str, Sequence[str]] | None = None,
    missing: Sequence[str] = (),
    max_levels: int = frames.MAX_LEVELS,
    reference: str | Mapping[str, str | None] | Sequence[str] = "rest",
    metrics: Sequence[str] | Literal["default", "all"] = "default",
    compare: Literal["difference", "ratio", "both"] = "difference",
    margin: Margin = None,
    confidence: float = 0.95,
    correction: str = "holm",
    interval: DifferenceInterval = "newcombe",
    replicates: int = 2_000,
    seed: int = 0,
    hash_files: bool = False,
) -> Report:
    """Evaluate predictions: group metrics, how sure they are, and whether groups differ.

    Parameters
    ----------
    data : frame, path or Counts
        Any frame, file or folder that :func:`fairkit.frames.count` takes, or the Counts themselves (then the
        parameters that name columns are left out).
    by : str or sequence
        What to group by: ``"race"``, ``["race", "sex,race"]``, ``"young: age < 25"``.
    decision, label, score, threshold, positive, weight, cluster, missing, max_levels
        What the columns mean, see :class:`fairkit.frames.Question`. Without a label only selection rates are
        known.
    levels : mapping, optional
        Declared levels of attributes; one without rows appears as undefined.
    reference : str, mapping or sequence of str, default "rest"
        Compare each group with the ``"rest"``, the ``"best"`` group, or a named one (``"race=White"``).
    metrics : sequence of str, "default" or "all"
        See ``fairkit metrics``.
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
    chosen = groupings(by, levels=levels)
    wishes = references(reference, chosen)
    _check_options(compare, confidence, correction, interval, replicates)
    compares: tuple[Compare, ...] = ("difference", "ratio") if compare == "both" else (compare,)
    given_margins = _margins_of(margin, compares)
    if correction == "max-t" and "best" in wishes:
        raise UsageError(
            "correction 'max-t' does not know that the best group was chosen by its value; "
            "compare with 'rest' or a named group, or take correction 'holm'."
        )
    if isinstance(data, Counts):
        named = {
            "decision": decision,
            "label": label,
            "score": score,
            "threshold": threshold,
            "positive": positive,
            "weight": weight,
            "cluster": cluster,
            "missing": tuple(missing) or None,
            "max_levels": None if max_levels == frames.MAX_LEVELS else max_levels,
            "hash_files": hash_files or None,
        }
        given = [name for name, value in named.items() if value is not None]
        if given:
            raise UsageError(f"counts have been read already: leave out {shortlist(given)}.")
        if data.clusters_lost:
            raise UsageError(
                "these counts came from clustered rows and were stored without the clusters, so that no "
                "interval can be made of them: read the findings of their report, or count the rows again."
            )
        reading = frames.Reading(data, "counts")
    else:
        question = frames.Question(
            attributes_of(chosen),
            decision=decision,
            score=score,
            threshold=threshold,
            label=label,
            positive=positive,
            weight=weight,
            cluster=cluster,
            missing=tuple(missing),
            max_levels=max_levels,
        )
        chosen_metrics(
            metrics, kind=Kind.DECISIONS if label is None else Kind.CONFUSION
        )  # an unknown metric is said before rows are read
        reading = frames.read(data, question, hash_files=hash_files)
    counts = reading.counts
    summary = _summary(reading)
    wanted = chosen_metrics(metrics, kind=counts.kind)
    margins = {kind: _margins(wanted, given_margins, kind) for kind in compares}
    options = Options(interval, replicates, seed)
    sizes: list[GroupSize] = []
    numbers: list[Estimate] = []
    pairs: list[Contrast] = []
    found: list[Finding] = []
    heads: list[Headline] = []
    against: dict[str, str] = {}
    for grouping, wish in zip(chosen, wishes, strict=True):
        table = group_table(counts, grouping)
        evidence = _evidence(wanted, table, options)
        position = reference_positions(wanted, table, wish, evidence.values)
        against[grouping.name] = wish if isinstance(wish, str) else group_name(grouping.names, wish)
        sizes += group_sizes(table)
        numbers += estimates(wanted, table, evidence, confidence=confidence)
        for kind in compares:
            judged = judge(
                wanted,
                table,
                evidence,
                position,
                compare=kind,
                margins=margins[kind],
                confidence=confidence,
                correction=Correction(correction),
                selected_reference=wish == "best",
            )
            pairs += contrasts(
                wanted,
                table,
                position,
                judged.comparison,
                judged.p_values,
                compare=kind,
                confidence=confidence,
            )
            found += findings(judged)
            heads += headlines(judged)
    settings = Settings(
        label=label,
        decision=decision,
        score=score,
        threshold=threshold,
        positive=_stated(positive),
        weight=weight,
        cluster=cluster,
        by=tuple(grouping.name for grouping in chosen),
        predicates={a.name: a.predicate.canonical for a in attributes_of(chosen) if a.predicate is not None},
        levels={a.name: a.levels for a in attributes_of(chosen) if a.levels},
        reference=against,
        metrics=tuple(m.name for m in wanted),
        compare=compares,
        margin=given_margins,
        confidence=confidence,
        correction=str(correction),
        interval=interval,
        replicates=replicates,
        seed=seed,
        missing=tuple(missing),
    )
    return Report(
        created=dt.datetime.now(dt.UTC).isoformat(timespec="seconds"),
        fairkit_version=__version__,
        data=summary,
        settings=settings,
        counts=counts,
        groups=tuple(sizes),
        estimates=tuple(numbers),
        contrasts=tuple(pairs),
        findings=tuple(found),
        headlines=tuple(heads),
        notes=(*_slips(label, decision, chosen), *_notes(counts, summary, chosen)),
    )


def _evidence(metrics: Sequence[Metric], table: GroupTable, options: Options) -> Evidence:
    if table.clusters is None:
        return IndependentRows(metrics, table, options)
    from fairkit.clustered import ClusteredRows

    return ClusteredRows(metrics, table, options)


def _check_options(compare: str, confidence: float, correction: str, interval: str, replicates: int) -> None:
    problems = []
    if not _LEVELS[0] <= confidence <= _LEVELS[1]:
        problems.append(
            f"confidence {confidence} is no level from {_LEVELS[0]} to {_LEVELS[1]}, such as 0.95."
        )
    for what, value, known in (
        ("compare", compare, ["difference", "ratio", "both"]),
        ("correction", correction, [str(c) for c in Correction]),
        ("interval", interval, list(get_args(DifferenceInterval))),
    ):
        if value not in known:
            problems.append(
                f"{what} '{value}' is unknown (there are {shortlist(known)}).{did_you_mean(value, known)}"
            )
    if replicates < 200:
        problems.append(f"{replicates} bootstrap replicates are too few for an interval; take at least 200.")
    if problems:
        raise UsageError(*problems)


def _margins_of(margin: Margin, compares: Sequence[Compare]) -> dict[str, tuple[float, float]]:
    """Settle which comparison each given margin is for, and that it makes sense there."""
    given: list[float | tuple[float, float]] = []
    if margin is not None:
        given = [margin] if isinstance(margin, int | float | tuple) else list(margin)
    found: dict[str, tuple[float, float]] = {}
    problems: list[str] = []
    for one in given:
        low, high = one if isinstance(one, tuple) else (-one, one)
        shown = f"{low:g} to {high:g}" if isinstance(one, tuple) else f"{one:g}"
        ratio = isinstance(one, tuple) and not low <= 0 <= high
        kind: Compare = "ratio" if ratio else "difference"
        if not (math.isfinite(low) and math.isfinite(high)):
            problems.append(f"margin {shown} is not finite.")
        elif not ratio and max(-low, high) >= 1:
            problems.append(
                f"margin {shown} is wider than any difference of rates; 5 points are written 0.05."
            )
        elif not low <= (1.0 if ratio else 0.0) <= high or (ratio and low <= 0):
            problems.append(
                f"margin {shown} holds neither 0, the difference of equal groups, nor 1, their ratio; "
                "write 0.05 (for ±0.05), or 0.8,1.25 for ratios."
            )
        elif kind not in compares:
            problems.append(
                f"margin {shown} is one of a {kind}, but {' and '.join(compares)} is compared; "
                f"write {'0.8,1.25' if kind == 'difference' else '0.05'}, or compare both."
            )
        elif kind in found:
            problems.append(f"two margins are given for the {kind}: {found[kind]} and {(low, high)}.")
        else:
            found[kind] = (float(low), float(high))
    if problems:
        raise UsageError(*problems)
    return found


def _margins(
    metrics: Sequence[Metric], given: Mapping[str, tuple[float, float]], compare: Compare
) -> Margins:
    """Take the given margin, or each metric's own."""
    own = [(-m.margin, m.margin) if compare == "difference" else m.margin_ratio for m in metrics]
    table = np.array([given.get(compare, pair) for pair in own], np.float64)
    return Margins(table[:, :1], table[:, 1:])


def _summary(reading: frames.Reading) -> DataSummary:
    counts = reading.counts
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
    return DataSummary(reading.source, reading.sha256, rows, used, left_out, counts.sha256())


def _stated(positive: Any) -> dict[str, str]:
    stated = positive if isinstance(positive, Mapping) else {"label": positive, "decision": positive}
    return {
        role: text
        for role, value in stated.items()
        if value is not None and (text := level_text(value)) is not None
    }


def _slips(label: str | None, decision: str | None, chosen: Sequence[Grouping]) -> list[str]:
    """Point out a question that is allowed but is hardly ever meant."""
    notes = []
    if label is not None and label == decision:
        notes.append(f"label and decision are the same column, '{label}': nothing can be wrong then.")
    notes += [
        f"groups are by '{a.name}', which is also the {role}: its rates are 0 and 1 by construction."
        for a in attributes_of(chosen)
        for role, column in (("label", label), ("decision", decision))
        if a.predicate is None and a.name == column
    ]
    return notes


def _notes(counts: Counts, summary: DataSummary, chosen: Sequence[Grouping]) -> list[str]:
    """Say what a reader should know before the numbers."""
    notes = [
        f"{n:,} of {summary.rows:,} rows are left out: {name.replace('_', ' ')}."
        for name, n in summary.left_out.items()
        if n
    ]
    for attribute in attributes_of(chosen):
        if attribute.levels:
            found = counts.levels[counts.attributes.index(attribute.name)]
            extra = [level for level in found if level is not None and level not in attribute.levels]
            if extra:
                notes.append(f"'{attribute.name}' has levels that were not declared: {shortlist(extra)}.")
        alone = counts.marginal([attribute.name])
        if attribute.predicate is not None and ("True",) not in alone.groups():
            notes.append(
                f"no row has {attribute.name}=True ({attribute.predicate.canonical}); check its values."
            )
        lacking = [
            row for (level,), row in zip(alone.groups(), alone.row_counts, strict=True) if level is None
        ]
        if lacking and (rows := int(lacking[0][: len(FIELDS[counts.kind])].sum())):
            notes.append(
                f"'{attribute.name}' is missing in {rows:,} of the rows used "
                f"({rows / summary.rows_used:.1%}); they are a group of their own."
            )
    used = counts.values[:, : len(FIELDS[counts.kind])].sum(axis=0)
    if counts.kind is Kind.CONFUSION:
        tp, fp, fn, tn = used.tolist()
        if tp + fn == 0 or fp + tn == 0:
            notes.append(
                f"every label is {'negative' if tp + fn == 0 else 'positive'}; check the positive class."
            )
        if tp + fp == 0 or fn + tn == 0:
            notes.append(
                f"every decision is {'negative' if tp + fp == 0 else 'positive'}; check the positive class."
            )
    return notes
