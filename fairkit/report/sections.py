"""The report in reading order: attributes, their metrics, and the groups from worst to best.

Every view walks these sections, so that text, Markdown, page and charts show the same rows in the same order.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from fairkit.choices import READ_AS
from fairkit.estimates import Estimate, GroupSize
from fairkit.evidence import Compare
from fairkit.findings import Finding, Verdict
from fairkit.headlines import Headline
from fairkit.kinds import Kind
from fairkit.metrics import AnyMetric, Unit, base_name, definition_of
from fairkit.report.model import Report
from fairkit.report.phrases import visible
from fairkit.report.wording import ROWS, Wording, wording_of

_ORDER = {Verdict.DISPARITY: 1, Verdict.INCONCLUSIVE: 2, Verdict.PARITY: 3}
_REFERENCE, _UNDEFINED = 0, 4
_WRITTEN = {
    "auc": "AUC",
    "bnsp": "BNSP",
    "bpsn": "BPSN",
    "f1": "F1",
    "ndcg": "nDCG",
    "r2": "R²",
    "roc": "ROC",
}


@dataclass(frozen=True, slots=True)
class Row:
    """One group under one metric and comparison.

    Parameters
    ----------
    estimate : Estimate
    finding : Finding or None
        None for the group that the others are compared with.
    other_n : int or None
        Rows in the denominator of what it is compared with.
    clusters : int or None
        Clusters (speakers) of the group; None where rows are not clustered.
    """

    estimate: Estimate
    finding: Finding | None
    other_n: int | None
    clusters: int | None = None

    @property
    def undefined(self) -> bool:
        """Whether there is nothing to judge: no value, or no contrast."""
        return self.estimate.value is None or (self.finding is not None and self.finding.value is None)

    @property
    def verdict(self) -> Verdict | None:
        """The verdict; None for the reference and for what is undefined."""
        return None if self.undefined or self.finding is None else self.finding.verdict


@dataclass(frozen=True, slots=True)
class Section:
    """One metric over the groups of one attribute, under one comparison.

    Parameters
    ----------
    metric, attribute : str
    compare : {"difference", "ratio"}
    definition : AnyMetric or None
        None for a metric that this fairkit does not know.
    reference : str
        Name of the reference group, or ``rest``.
    margin : tuple of float or None
        None where no group was compared.
    headline : Headline or None
    rows : tuple of Row
        The reference first, then disparities from the surest and largest down, then what is inconclusive from
        the worst bound down, parity likewise, and what is undefined.
    wording : Wording
        What rows, clusters and models are called.
    """

    metric: str
    attribute: str
    compare: Compare
    definition: AnyMetric | None
    reference: str
    margin: tuple[float, float] | None
    headline: Headline | None
    rows: tuple[Row, ...]
    wording: Wording = ROWS

    @property
    def title(self) -> str:
        """The metric's name as words."""
        base = base_name(self.metric)
        words = [_WRITTEN.get(word, word) for word in base.split("_")]
        title = " ".join([words[0] if words[0] in _WRITTEN.values() else words[0].capitalize(), *words[1:]])
        variant = self.metric.removeprefix(base)
        return visible(f"{title} {variant}") if variant else title

    @property
    def others(self) -> str:
        """What its groups are compared with, in full."""
        return self.wording.others if self.reference == "rest" else visible(self.reference)

    @property
    def shrunk(self) -> bool:
        """Whether any row has a shrunk value beside the raw one."""
        return any(row.estimate.shrunk is not None for row in self.rows)

    @property
    def measure(self) -> Unit:
        """How its values are written."""
        return "share" if self.definition is None else self.definition.unit

    @property
    def unit(self) -> str:
        """Unit of the contrast."""
        if self.compare == "ratio":
            return "ratio"
        return "points" if self.measure == "share" else "difference"


@dataclass(frozen=True, slots=True)
class Part:
    """All about one attribute.

    Parameters
    ----------
    attribute : str
    sizes : tuple of GroupSize
    headlines : tuple of Headline
        Of metrics, then of named notions of fairness that take more than one metric. (A notion of one metric
        is that metric under another name: :attr:`aliases`.)
    aliases : dict of str to str
        Notion of fairness by metric.
    sections : tuple of Section
    """

    attribute: str
    sizes: tuple[GroupSize, ...]
    headlines: tuple[Headline, ...]
    aliases: dict[str, str]
    sections: tuple[Section, ...]

    @property
    def crossed(self) -> bool:
        """Whether it is an intersection of attributes."""
        return " & " in self.attribute and any(" & " in size.group for size in self.sizes)


def parts(report: Report) -> tuple[Part, ...]:
    """Put a report in reading order.

    Parameters
    ----------
    report : Report

    Examples
    --------
    >>> import fairkit
    >>> rows = {"sex": ["F"] * 70 + ["M"] * 80, "hired": [1] * 56 + [0] * 14 + [1] * 48 + [0] * 32}
    >>> (part,) = parts(fairkit.evaluate(rows, decision="hired", by="sex", reference="sex=M"))
    >>> [(row.estimate.group, row.verdict and str(row.verdict)) for row in part.sections[0].rows]
    [('sex=M', None), ('sex=F', 'disparity')]
    """
    estimates: dict[tuple[str, str], list[Estimate]] = defaultdict(list)
    for e in report.estimates:
        estimates[e.attribute, e.metric].append(e)
    found: dict[tuple[str, str, str], dict[str, Finding]] = defaultdict(dict)
    for f in report.findings:
        found[f.attribute, f.metric, f.compare][f.group] = f
    wording = wording_of(report)
    clusters = {(size.attribute, size.group): size.clusters for size in report.groups}
    heads = {(h.attribute, h.name, h.compare): h for h in report.headlines}
    sections: dict[str, list[Section]] = defaultdict(list)
    for (attribute, metric), own in estimates.items():
        for compare in COMPARES:
            if compare in report.settings.compare:
                key = (attribute, metric, compare)
                sections[attribute].append(
                    _section(
                        definition_of(metric, _kinds_of(metric, report.counts.kind)),
                        compare,
                        estimates=own,
                        found=found[key],
                        headline=heads.get(key),
                        clusters=clusters,
                        wording=wording,
                    )
                )
    judged = {*report.settings.by, *(s.attribute for s in report.groups)}
    return tuple(
        Part(
            attribute,
            tuple(size for size in report.groups if size.attribute == attribute),
            tuple(h for h in report.headlines if h.attribute == attribute and not _is_alias(h)),
            {h.metrics[0]: h.name for h in report.headlines if h.attribute == attribute and _is_alias(h)},
            tuple(sections[attribute]),
        )
        for attribute in dict.fromkeys((*report.settings.by, *sections))
        if attribute in judged
    )


def other_rows(estimate: Estimate, finding: Finding, sizes: Mapping[str, int]) -> int | None:
    """Count the rows in the denominator of what a group is compared with.

    Parameters
    ----------
    estimate : Estimate
    finding : Finding
    sizes : mapping of group to its rows in the metric's denominator

    Examples
    --------
    >>> import fairkit
    >>> report = fairkit.evaluate({"sex": ["F", "M", "M"] * 9, "d": [1, 1, 0] * 9}, decision="d", by="sex")
    >>> other_rows(report.estimates[0], report.findings[0], {"sex=F": 9, "sex=M": 18})
    18
    """
    if finding.reference == "rest":
        return sum(sizes.values()) - estimate.n
    return sizes.get(finding.reference)


def beyond(finding: Finding) -> float:
    """Measure how far beyond the margin a contrast surely is; below zero where it may be within.

    Examples
    --------
    >>> import fairkit
    >>> rows = {"sex": ["F"] * 70 + ["M"] * 80, "hired": [1] * 56 + [0] * 14 + [1] * 48 + [0] * 32}
    >>> round(beyond(fairkit.evaluate(rows, decision="hired", by="sex", margin=0.02).findings[0]), 4)
    0.0324
    """
    low = float("-inf") if finding.low is None else finding.low
    high = float("inf") if finding.high is None else finding.high
    return max(low - finding.margin[1], finding.margin[0] - high)


def surest(read: Sequence[Part], compare: str) -> tuple[Row, ...]:
    """List the disparities that lie surely farthest beyond the margin, each fact once.

    What mirrors another is left out: the other of two groups, the rate of the complementary event.

    Parameters
    ----------
    read : sequence of Part
    compare : {"difference", "ratio"}
        They have no scale in common, so one is listed at a time.

    Examples
    --------
    >>> import fairkit
    >>> rows = {"sex": ["F"] * 70 + ["M"] * 80, "hired": [1] * 56 + [0] * 14 + [1] * 48 + [0] * 32}
    >>> read = parts(fairkit.evaluate(rows, decision="hired", by="sex"))
    >>> [row.estimate.group for row in surest(read, "difference")]
    ['sex=F']
    """
    found = [
        (row, row.finding)
        for part in read
        for section in part.sections
        if section.compare == compare
        for row in section.rows
        if row.finding is not None and row.verdict is Verdict.DISPARITY
    ]
    found.sort(key=lambda pair: -beyond(pair[1]))
    told: dict[tuple[Any, ...], Row] = {}
    for row, finding in found:
        size = round(abs(finding.value or 0.0), 9)
        told.setdefault((finding.attribute, size, frozenset((row.estimate.n, row.other_n))), row)
    return tuple(told.values())


def counts_of(headline: Headline, part: Part) -> tuple[int, int, int, int]:
    """Count the contrasts behind a headline: disparities, parities, undecided and undefined.

    Examples
    --------
    >>> import fairkit
    >>> rows = {"sex": ["F"] * 70 + ["M"] * 80, "hired": [1] * 56 + [0] * 14 + [1] * 48 + [0] * 32}
    >>> (part,) = parts(fairkit.evaluate(rows, decision="hired", by="sex", reference="sex=M"))
    >>> counts_of(part.headlines[0], part)
    (1, 0, 0, 0)
    """
    contrasts = sum(
        row.finding is not None
        for section in part.sections
        if section.metric in headline.metrics and section.compare == headline.compare
        for row in section.rows
    )
    found = contrasts - headline.parities - headline.inconclusive
    return found, headline.parities, headline.inconclusive - headline.undefined, headline.undefined


COMPARES: tuple[Compare, ...] = ("difference", "ratio")
"""The comparisons, in the order in which views show them."""


def _kinds_of(metric: str, kind: Kind) -> list[Kind]:
    """List the kinds of counts that a metric may have been read from: of one class, decisions first."""
    narrow = metric != base_name(metric)
    decided = (Kind.CONFUSION, Kind.DECISIONS)
    return sorted(READ_AS.get(kind, (kind,)), key=lambda one: (one in decided) != narrow)


def _section(
    definition: AnyMetric | None,
    compare: Compare,
    *,
    estimates: list[Estimate],
    found: Mapping[str, Finding],
    headline: Headline | None,
    clusters: Mapping[tuple[str, str], int | None],
    wording: Wording,
) -> Section:
    sizes = {e.group: e.n for e in estimates}
    rows = []
    for e in estimates:
        finding = found.get(e.group)
        rows.append(
            Row(
                e,
                finding,
                None if finding is None else other_rows(e, finding, sizes),
                clusters.get((e.attribute, e.group)),
            )
        )
    rows.sort(key=_rank)
    first = next(iter(found.values()), None)
    reference = "rest" if first is None else first.reference
    return Section(
        estimates[0].metric,
        estimates[0].attribute,
        compare,
        definition,
        reference,
        None if first is None else first.margin,
        headline,
        tuple(rows),
        wording,
    )


def _is_alias(headline: Headline) -> bool:
    return len(headline.metrics) == 1 and headline.name != headline.metrics[0]


def _rank(row: Row) -> tuple[int, float]:
    """Order rows by verdict, and within one by the bound that lies farthest out."""
    finding = row.finding
    if row.undefined:
        return _UNDEFINED, 0.0
    if finding is None:
        return _REFERENCE, 0.0
    if finding.low is None:
        return _ORDER[finding.verdict], 0.0
    if finding.verdict is Verdict.DISPARITY:
        return _ORDER[finding.verdict], -beyond(finding)
    low, high = finding.low, float("inf") if finding.high is None else finding.high
    bottom, top = finding.margin
    return _ORDER[finding.verdict], -max(high - top, bottom - low)
