"""One grouping of one view, from sums to findings: the rooms of the spine in their order."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from fairkit.contrasts import Contrast, contrasts, reference_positions
from fairkit.corrections import Correction
from fairkit.counts import Counts, Kind
from fairkit.curves import ReliabilityBin, RocPoint, reliability, roc
from fairkit.estimates import Estimate, GroupSize, estimates
from fairkit.evidence import Compare, Evidence, IndependentRows, Levelled, Options
from fairkit.findings import Finding, findings, judge
from fairkit.groups import Grouping, Reference
from fairkit.headlines import Headline, headlines
from fairkit.margins import margins_for
from fairkit.metrics import AnyMetric, Functional, Metric
from fairkit.missing.bounds import GapBounds, MissingShare, gap_bounds, missing_shares
from fairkit.models import GapChange, ModelContrast, gap_changes, model_contrasts
from fairkit.tables import GroupCells, GroupTable, group_cells, group_table, used_rows

_CORNERS = 50


@dataclass(frozen=True, slots=True)
class Rules:
    """How contrasts are judged, the same for every grouping.

    Parameters
    ----------
    compares : tuple of {"difference", "ratio"}
    margins : mapping of comparison to pair
        Those the user gave.
    confidence : float
    correction : Correction
    options : Options

    Examples
    --------
    >>> Rules(("difference",), {}, 0.95, Correction.HOLM, Options()).confidence
    0.95
    """

    compares: tuple[Compare, ...]
    margins: Mapping[str, tuple[float, float]]
    confidence: float
    correction: Correction
    options: Options


@dataclass(frozen=True, slots=True)
class Found:
    """What was found, collected over groupings and views in the order of the report.

    Examples
    --------
    >>> Found().estimates
    []
    """

    groups: list[GroupSize] = field(default_factory=list)
    estimates: list[Estimate] = field(default_factory=list)
    contrasts: list[Contrast] = field(default_factory=list)
    findings: list[Finding] = field(default_factory=list)
    headlines: list[Headline] = field(default_factory=list)
    missing: list[MissingShare] = field(default_factory=list)
    bounds: list[GapBounds] = field(default_factory=list)
    models: list[ModelContrast] = field(default_factory=list)
    gap_changes: list[GapChange] = field(default_factory=list)
    reliability: list[ReliabilityBin] = field(default_factory=list)
    roc: list[RocPoint] = field(default_factory=list)


def judge_counts(
    counts: Counts,
    metrics: Sequence[AnyMetric],
    grouping: Grouping,
    wish: Reference,
    *,
    rules: Rules,
    found: Found,
) -> None:
    """Estimate, contrast and judge the metrics of one grouping, and add what is found.

    Parameters
    ----------
    counts : Counts
        Of the metrics' kind.
    metrics : sequence of AnyMetric
    grouping : Grouping
    wish : "rest", "best" or levels
    rules : Rules
    found : Found

    Examples
    --------
    >>> from fairkit.counts import Kind
    >>> from fairkit.groups import groupings
    >>> from fairkit.metrics import chosen_metrics
    >>> counts = Counts.from_cells(Kind.DECISIONS, ["sex"], [("F",), ("M",)], [[56, 14, 0], [48, 32, 0]])
    >>> found, rules = Found(), Rules(("difference",), {}, 0.95, Correction.HOLM, Options())
    >>> metrics = chosen_metrics("all", kind=Kind.DECISIONS)
    >>> judge_counts(counts, metrics, groupings("sex")[0], "rest", rules=rules, found=found)
    >>> [str(finding.verdict) for finding in found.findings]
    ['disparity', 'disparity']
    """
    table = group_table(counts, grouping)
    for evidence in evidence_of(counts, metrics, grouping, table=table, options=rules.options):
        judge_evidence(evidence, table, wish, rules=rules, found=found)
        shares = [m for m in evidence.metrics if isinstance(m, Metric)]
        if shares:
            _bound(counts, shares, grouping, wish, table=table, rules=rules, found=found)


def evidence_of(
    counts: Counts, metrics: Sequence[AnyMetric], grouping: Grouping, *, table: GroupTable, options: Options
) -> Iterator[Levelled]:
    """Take what the counts of one grouping say about metrics: shares together, functionals together.

    Parameters
    ----------
    counts : Counts
        Of the metrics' kind.
    metrics : sequence of AnyMetric
    grouping : Grouping
    table : GroupTable
        Of the same counts and grouping.
    options : Options

    Examples
    --------
    >>> from fairkit.groups import groupings
    >>> from fairkit.metrics import chosen_metrics
    >>> counts = Counts.from_cells(Kind.DECISIONS, ["sex"], [("F",), ("M",)], [[56, 14, 0], [48, 32, 0]])
    >>> by, metrics = groupings("sex")[0], chosen_metrics("all", kind=Kind.DECISIONS)
    >>> table = group_table(counts, by)
    >>> (own,) = evidence_of(counts, metrics, by, table=table, options=Options())
    >>> own.values.tolist()
    [[0.8, 0.6]]
    """
    shares = [m for m in metrics if isinstance(m, Metric)]
    others = [m for m in metrics if isinstance(m, Functional)]
    if shares:
        yield _of_shares(shares, table, options)
    if others:
        yield _of_functionals(others, group_cells(counts, grouping), table, options)


def compare_models(
    counts: Counts, metrics: Sequence[AnyMetric], groupings: Sequence[Grouping], *, rules: Rules, found: Found
) -> None:
    """Add the paired comparison of several models, by every grouping and over all rows.

    Parameters
    ----------
    counts : Counts
        Joint counts of several models on the same rows.
    metrics : sequence of AnyMetric
        Without the name of a model.
    groupings : sequence of Grouping
    rules : Rules
    found : Found

    Examples
    --------
    >>> from fairkit.counts import Axis, Kind
    >>> from fairkit.groups import groupings
    >>> from fairkit.metrics import metric
    >>> counts = Counts.from_cells(
    ...     Kind.OUTCOMES, ["sex"], [("F",), ("F",)], [[300], [90]],
    ...     axes=[Axis("old", ()), Axis("new", ())], axis_cells=[("tp", "tp"), ("fn", "tp")],
    ... )
    >>> found, rules = Found(), Rules(("difference",), {}, 0.95, Correction.HOLM, Options())
    >>> compare_models(counts, [metric("accuracy")], groupings("sex"), rules=rules, found=found)
    >>> [(m.group, m.verdict) for m in found.models]
    [('sex=F', 'better'), ('all', 'better')]
    """
    for i, grouping in enumerate(groupings):
        for compare in rules.compares:
            found.models.extend(
                model_contrasts(
                    counts,
                    grouping,
                    metrics,
                    compare=compare,
                    margins=rules.margins,
                    confidence=rules.confidence,
                    correction=rules.correction,
                    overall=i == 0,
                )
            )
        found.gap_changes.extend(
            gap_changes(
                counts,
                grouping,
                metrics,
                margins=rules.margins,
                confidence=rules.confidence,
                correction=rules.correction,
            )
        )


def trace_curves(counts: Counts, groupings: Sequence[Grouping], *, confidence: float, found: Found) -> None:
    """Add the reliability and the ROC curves of one score, by every grouping and of all rows.

    Parameters
    ----------
    counts : Counts
        Of kind scores.
    groupings : sequence of Grouping
    confidence : float
    found : Found

    Examples
    --------
    >>> from fairkit.counts import Axis, Kind
    >>> cells = [[1, 3, 0.2, 0.6, 0.04, 0.12, 0, 0, 0], [4, 1, 3.2, 0.8, 2.56, 0.64, 0, 0, 0]]
    >>> counts = Counts.from_cells(
    ...     Kind.SCORES, [], [(), ()], cells, axes=[Axis("score", ())], axis_cells=[("0.2",), ("0.8",)]
    ... )
    >>> found = Found()
    >>> trace_curves(counts, [], confidence=0.95, found=found)
    >>> [(point.false_positive_rate, point.true_positive_rate) for point in found.roc]
    [(0.0, 0.0), (0.25, 0.8), (1.0, 1.0)]
    """
    if not used_rows(counts):
        return  # rows that have both a score and a label are what curves are made of
    for grouping in groupings:
        found.reliability.extend(reliability(counts, grouping, confidence=confidence))
        found.roc.extend(roc(counts, grouping, most=_CORNERS))
    found.roc.extend(roc(counts, None, most=_CORNERS))


def judge_evidence(
    evidence: Evidence, table: GroupTable, wish: Reference, *, rules: Rules, found: Found
) -> None:
    """Judge metrics by whatever evidence there is for them, and add what is found.

    Parameters
    ----------
    evidence : Evidence
    table : GroupTable
        Of the same groups.
    wish : "rest", "best" or levels
    rules : Rules
    found : Found
    """
    metrics = evidence.metrics
    position = reference_positions(metrics, table, wish, evidence.values)
    found.estimates.extend(estimates(metrics, table, evidence, confidence=rules.confidence))
    for compare in rules.compares:
        judged = judge(
            metrics,
            table,
            evidence,
            position,
            compare=compare,
            margins=margins_for(metrics, rules.margins, compare, table.sums),
            confidence=rules.confidence,
            correction=rules.correction,
            selected_reference=wish == "best",
        )
        found.contrasts.extend(
            contrasts(
                metrics,
                table,
                position,
                judged.comparison,
                judged.p_values,
                compare=compare,
                confidence=rules.confidence,
            )
        )
        found.findings.extend(findings(judged))
        found.headlines.extend(headlines(judged))


def _bound(
    counts: Counts,
    metrics: Sequence[Metric],
    grouping: Grouping,
    wish: Reference,
    *,
    table: GroupTable,
    rules: Rules,
    found: Found,
) -> None:
    """Say what rows with a missing attribute leave open, where there are any."""
    told = {share.attribute for share in found.missing}
    shares = missing_shares(counts, grouping, confidence=rules.confidence)
    found.missing.extend(share for share in shares if share.attribute not in told)
    for compare in rules.compares:
        found.bounds.extend(
            gap_bounds(
                counts,
                grouping,
                metrics,
                reference=wish,
                compare=compare,
                margins=margins_for(metrics, rules.margins, compare, table.sums),
                confidence=rules.confidence,
                correction=rules.correction,
            )
        )


def _of_shares(metrics: Sequence[Metric], table: GroupTable, options: Options) -> Levelled:
    if table.clusters is None:
        return IndependentRows(metrics, table, options)
    from fairkit.clustered import ClusteredRows

    return ClusteredRows(metrics, table, options)


def _of_functionals(
    metrics: Sequence[Functional], cells: GroupCells, table: GroupTable, options: Options
) -> Levelled:
    if table.kind in (Kind.WORDS, Kind.CHARACTERS):  # speakers are few, and each has a rate of its own
        from fairkit.speech.evidence import SpeakerRows

        return SpeakerRows(metrics, cells, table, options)
    from fairkit.linearised import LinearisedRows

    return LinearisedRows(metrics, cells, table, options)
