"""The report: everything found, as plain frozen data that views, gates and dashboards read.

A report holds no rows, only counts and what follows from them, so it is a few hundred kilobytes whatever the
data were. Its JSON form is versioned (:data:`SCHEMA`) and lives in :mod:`fairkit.report.serialize`.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from fairkit.contrasts import Contrast
from fairkit.counts import Counts
from fairkit.curves import ReliabilityBin, RocPoint
from fairkit.errors import UsageError, did_you_mean, shortlist
from fairkit.estimates import Estimate, GroupSize
from fairkit.findings import Finding, Verdict
from fairkit.headlines import Headline
from fairkit.medians import AboveMedian
from fairkit.missing.bounds import GapBounds, MissingShare
from fairkit.models import GapChange, ModelContrast
from fairkit.remedies import Remedy
from fairkit.report.settings import Settings
from fairkit.speech.results import (
    Confusion,
    GapNull,
    Interaction,
    Listed,
    Matched,
    RateRatio,
    RuleEffect,
    SpeechGroup,
)
from fairkit.text.results import (
    OverallMean,
    ProtectedModelScore,
    SensitivityAgreement,
    SensitivityFloor,
    TextAttribution,
    TextsApart,
    WordSensitivity,
)

if TYPE_CHECKING:
    import pandas as pd

    from fairkit.metric_frames.tables import MetricFrameTables

SCHEMA = "fairkit.report/1"
"""Name and version of the JSON form."""


@dataclass(frozen=True, slots=True)
class DataSummary:
    """What was read.

    Parameters
    ----------
    source : str
        File name, or the kind of frame.
    sha256 : str or None
        Hash of the files' bytes; None for frames and for files too large to hash unasked.
    rows : int
        Rows read.
    rows_used : int
        Rows that metrics could use.
    left_out : dict of str to int
        Rows that they could not, by reason.
    counts_sha256 : str
        Hash of the counts.
    """

    source: str
    sha256: str | None
    rows: int
    rows_used: int
    left_out: dict[str, int]
    counts_sha256: str


@dataclass(frozen=True, slots=True, repr=False)
class Report:
    """Everything that was found.

    Parameters
    ----------
    created : str
        Time of making, ISO 8601 in UTC.
    fairkit_version : str
    data : DataSummary
    settings : Settings
    counts : Counts
        By all attributes together, without clusters after a round trip through JSON. Scores are in at most
        128 bins (:mod:`fairkit.coarse`), for a score with many digits is all but a name.
    groups : tuple of GroupSize
    estimates : tuple of Estimate
    contrasts : tuple of Contrast
    findings : tuple of Finding
    headlines : tuple of Headline
    models : tuple of ModelContrast
        Several models on the same rows, within every group; empty where there is one model.
    gap_changes : tuple of GapChange
        How the gap of every group changes from one model to another.
    missing : tuple of MissingShare
        How often attributes are missing, by outcome; empty where none is.
    bounds : tuple of GapBounds
        How far rows with a missing attribute could move each gap.
    reliability : tuple of ReliabilityBin
        What scores promise and what came, by group.
    roc : tuple of RocPoint
        ROC curves by group, and of all rows (with an empty attribute).
    remedies : tuple of Remedy
        What fairlearn offers for the disparities shown.
    notes : tuple of str
        What a reader should know before the numbers.
    speech : tuple of SpeechGroup
        Transcripts: all that was counted, by group, system and normaliser; like all that follows, empty where
        there are none.
    gap_nulls : tuple of GapNull
        The gap between the worst and the best group, beside what chance alone would make it.
    interactions : tuple of Interaction
        Whether a condition hurts one group more than all others.
    rate_ratios : tuple of RateRatio
        Error rates adjusted for other things.
    matches : tuple of Matched
        Groups compared on matched utterances.
    confusions : tuple of Confusion
        Words that are confused in one group more often than elsewhere.
    rule_effects : tuple of RuleEffect
        What each rule of a normaliser does to each group.
    listed : tuple of Listed
        Utterances that a reader should look at.
    above_median : tuple of AboveMedian
        Rows above the median of all scores, by all attributes together, where the counts have scores only in
        bins: what scoring rates of an audit need.
    overall : tuple of OverallMean
        Measures of texts over all groups.
    protected_models : tuple of ProtectedModelScore
        How well the protected attribute can be told from texts.
    sensitivity_floors : tuple of SensitivityFloor
        Mean sensitivities beside what a direction without meaning gives.
    sensitivity_agreements : tuple of SensitivityAgreement
        Whether gradients and counterfactuals point at the same texts.
    texts_apart : tuple of TextsApart
        Texts of which less is known, and why.
    word_sensitivities : tuple of WordSensitivity
        Words that sensitivities come from.
    attributions : tuple of TextAttribution
        A few texts, word by word, where they were asked for.

    Examples
    --------
    >>> import fairkit
    >>> rows = {"sex": ["F"] * 70 + ["M"] * 80, "hired": [1] * 56 + [0] * 14 + [1] * 48 + [0] * 32}
    >>> report = fairkit.evaluate(rows, decision="hired", by="sex")
    >>> for f in report.findings:
    ...     print(f"{f.group}: {f.value:+.2f} [{f.low:+.2f}, {f.high:+.2f}] {f.verdict}")
    sex=F: +0.20 [+0.05, +0.33] disparity
    sex=M: -0.20 [-0.33, -0.05] disparity
    """

    created: str
    fairkit_version: str
    data: DataSummary
    settings: Settings
    counts: Counts
    groups: tuple[GroupSize, ...]
    estimates: tuple[Estimate, ...]
    contrasts: tuple[Contrast, ...]
    findings: tuple[Finding, ...]
    headlines: tuple[Headline, ...]
    models: tuple[ModelContrast, ...]
    gap_changes: tuple[GapChange, ...]
    missing: tuple[MissingShare, ...]
    bounds: tuple[GapBounds, ...]
    reliability: tuple[ReliabilityBin, ...]
    roc: tuple[RocPoint, ...]
    remedies: tuple[Remedy, ...]
    notes: tuple[str, ...]
    speech: tuple[SpeechGroup, ...] = ()
    gap_nulls: tuple[GapNull, ...] = ()
    interactions: tuple[Interaction, ...] = ()
    rate_ratios: tuple[RateRatio, ...] = ()
    matches: tuple[Matched, ...] = ()
    confusions: tuple[Confusion, ...] = ()
    rule_effects: tuple[RuleEffect, ...] = ()
    listed: tuple[Listed, ...] = ()
    above_median: tuple[AboveMedian, ...] = ()
    overall: tuple[OverallMean, ...] = ()
    protected_models: tuple[ProtectedModelScore, ...] = ()
    sensitivity_floors: tuple[SensitivityFloor, ...] = ()
    sensitivity_agreements: tuple[SensitivityAgreement, ...] = ()
    texts_apart: tuple[TextsApart, ...] = ()
    word_sensitivities: tuple[WordSensitivity, ...] = ()
    attributions: tuple[TextAttribution, ...] = ()

    def __repr__(self) -> str:
        rows = "rows" if self.settings.unit is None else "utterances"
        rows = rows if self.settings.text is None else "texts"
        return (
            f"<fairkit report on {self.data.source}: {self.data.rows_used:,} {rows}, "
            f"{len(self.findings)} findings, {self.verdict}; print() shows it>"
        )

    def __str__(self) -> str:
        return self.to_text()

    @property
    def verdict(self) -> Verdict:
        """The whole report in a word: a disparity anywhere, parity everywhere, or inconclusive."""
        verdicts = {headline.verdict for headline in self.headlines}
        if Verdict.DISPARITY in verdicts:
            return Verdict.DISPARITY
        return Verdict.PARITY if verdicts == {Verdict.PARITY} else Verdict.INCONCLUSIVE

    def select(
        self, *, metric: str | None = None, attribute: str | None = None, group: str | None = None
    ) -> tuple[Finding, ...]:
        """Return the findings of one metric, attribute or group, in report order.

        Raises
        ------
        UsageError
            The report has no such metric, attribute or group; the message suggests one.

        Examples
        --------
        >>> import fairkit
        >>> rows = {"sex": ["F", "M"] * 9, "y": [0, 1] * 9, "d": [1, 1, 0] * 6}
        >>> report = fairkit.evaluate(rows, label="y", decision="d", by="sex")
        >>> [f.reason for f in report.select(metric="true_positive_rate", group="sex=F")]
        ['no-positives']
        """
        self._known(metric=metric, attribute=attribute, group=group)
        return tuple(
            f
            for f in self.findings
            if metric in (None, f.metric) and attribute in (None, f.attribute) and group in (None, f.group)
        )

    def estimate(self, metric: str, group: str) -> Estimate:
        """Return one estimate.

        Raises
        ------
        UsageError
            The report has no such metric or group; the message suggests one.
        """
        self._known(metric=metric, group=group)
        return next(e for e in self.estimates if e.metric == metric and e.group == group)

    def _known(self, **named: str | None) -> None:
        """Refuse names that the report does not have, so that a slip is not taken for "nothing found"."""
        problems = []
        for what, name in named.items():
            have = list(dict.fromkeys(getattr(e, what) for e in self.estimates))
            if name is not None and name not in have:
                problems.append(
                    f"the report has no {what} '{name}' (it has {shortlist(have)}).{did_you_mean(name, have)}"
                )
        if problems:
            raise UsageError(*problems)

    def to_json(self) -> str:
        """Write the report as JSON of schema :data:`SCHEMA`; :func:`fairkit.load_report` reads it back."""
        from fairkit.report.serialize import to_json

        return to_json(self)

    def to_frame(self) -> pd.DataFrame:
        """Return the estimates as a pandas frame, one row per metric and group, with the finding beside it.

        Examples
        --------
        >>> import fairkit
        >>> rows = {"sex": ["F", "M"] * 9, "d": [1, 1, 0] * 6}
        >>> fairkit.evaluate(rows, decision="d", by="sex").to_frame()[["group", "value", "verdict"]]
           group     value       verdict
        0  sex=F  0.666667  inconclusive
        1  sex=M  0.666667  inconclusive
        """
        from fairkit.report.frame import to_frame

        return to_frame(self)

    def to_metric_frame(self, *, attribute: str | None = None) -> MetricFrameTables:
        """Return tables as fairlearn's MetricFrame has them: overall, by group, differences and ratios.

        Parameters
        ----------
        attribute : str, optional
            Which grouping of a report that has several.

        Examples
        --------
        >>> import fairkit
        >>> rows = {"sex": ["F", "M"] * 9, "d": [1, 1, 0] * 6}
        >>> fairkit.evaluate(rows, decision="d", by="sex").to_metric_frame().difference().round(2).tolist()
        [0.0]
        """
        from fairkit.metric_frames.tables import to_metric_frame

        return to_metric_frame(self, attribute=attribute)

    def to_text(self) -> str:
        """Return the report as plain text, as the command line prints it."""
        from fairkit.report.text import to_text

        return to_text(self)

    def to_markdown(self) -> str:
        """Return the report as Markdown, for a pull request or a wiki."""
        from fairkit.report.markdown import to_markdown

        return to_markdown(self)

    def to_html(self) -> str:
        """Return the report as one self-contained HTML page."""
        from fairkit.report.html import to_html

        return to_html(self)

    def _repr_html_(self) -> str:
        from fairkit.report.html import to_notebook_html

        return to_notebook_html(self)
