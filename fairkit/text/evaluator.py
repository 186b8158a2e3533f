"""The evaluator of texts: what was measured of each in, a report out; it ties this room to the spine."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any, Literal

from fairkit import __version__
from fairkit.cautions import cautions
from fairkit.corrections import Correction
from fairkit.counts import LEFT_OUT, Counts, Kind
from fairkit.errors import DataError, UsageError
from fairkit.estimates import group_sizes
from fairkit.evidence import Options
from fairkit.groups import By, attributes_of, groupings, references
from fairkit.judging import Found, Rules, judge_counts
from fairkit.kinds import MEASURES
from fairkit.margins import Margin, given_margins
from fairkit.metrics import chosen_metrics
from fairkit.options import check_options, stated_groups
from fairkit.report.model import DataSummary, Report
from fairkit.report.settings import Settings
from fairkit.tables import group_table
from fairkit.text.counting import FloatArray, text_counts
from fairkit.text.rows import Texts


def judge_texts(
    texts: Texts,
    measures: Mapping[str, FloatArray],
    *,
    by: By,
    levels: Mapping[str, Sequence[str]] | None = None,
    reference: str | Mapping[str, str | None] | Sequence[str] = "rest",
    metrics: Sequence[str] | Literal["measured"] = "measured",
    compare: Literal["difference", "ratio", "both"] = "difference",
    margin: Margin = None,
    confidence: float = 0.95,
    correction: str = "holm",
    replicates: int = 2_000,
    seed: int = 0,
    missing: Sequence[str] = (),
    notes: Sequence[str] = (),
    stated: Mapping[str, Any] | None = None,
    found: Mapping[str, Any] | None = None,
) -> Report:
    """Judge what was measured of texts: means by group, how sure they are, and whether groups differ.

    Parameters
    ----------
    texts : Texts
        As :func:`fairkit.text.rows.read_texts` read them, with every attribute that `by` names.
    measures : mapping of str to array of float64, shape (texts,)
        Of :data:`fairkit.kinds.MEASURES`; NaN where a text has no value.
    by, levels, reference, compare, margin, confidence, correction, replicates, seed
        As for :func:`fairkit.evaluate`.
    metrics : sequence of str or "measured"
        Which of them are judged.
    missing : sequence of str
        Texts that were read as missing, for the settings.
    notes : sequence of str
        What a reader should know before the numbers.
    stated : mapping, optional
        Further settings, by the names of :class:`fairkit.report.model.Settings`.
    found : mapping, optional
        Further parts of the report, by the names of :class:`fairkit.report.model.Report`.

    Returns
    -------
    Report

    Raises
    ------
    UsageError
        The question is wrong in itself, or the texts were read without an attribute. All problems at once.
    DataError
        Nothing was measured of any text.

    Examples
    --------
    >>> import numpy as np
    >>> from fairkit.groups import Attribute
    >>> from fairkit.text.rows import read_texts
    >>> rows = {"text": ["She sang."] * 30 + ["He ran."] * 30, "who": ["F"] * 30 + ["M"] * 30}
    >>> texts = read_texts(rows, text="text", by=[Attribute("who")])
    >>> gap = np.array([0.4, 0.5, 0.6] * 10 + [0.0, 0.1, 0.2] * 10)
    >>> report = judge_texts(texts, {"counterfactual_gap": gap}, by="who")
    >>> [(e.group, round(e.value, 2)) for e in report.estimates], str(report.verdict)
    ([('who=F', 0.5), ('who=M', 0.1)], 'disparity')
    """
    split = groupings(by, levels=levels)
    wishes = references(reference, split)
    compares = check_options(
        compare=compare,
        confidence=confidence,
        correction=correction,
        replicates=replicates,
        seed=seed,
        wishes=wishes,
    )
    lacking = [a.name for a in attributes_of(split) if a.name not in texts.attributes]
    if lacking:
        raise UsageError(*(f"the texts were read without '{name}'; read them with it." for name in lacking))
    margins = given_margins(margin, compares, amounts=True)
    names = [name for name in MEASURES if name in measures] if metrics == "measured" else list(metrics)
    chosen = chosen_metrics(names, kind=Kind.MOMENTS)
    counts = text_counts(texts, measures)
    summary = _summary(texts, counts)
    rules = Rules(
        compares, margins, confidence, Correction(correction), Options("newcombe", replicates, seed)
    )
    judged = Found()
    for grouping, wish in zip(split, wishes, strict=True):
        judged.groups.extend(group_sizes(group_table(counts, grouping)))
        judge_counts(counts, chosen, grouping, wish, rules=rules, found=judged)
    settings = Settings(
        **stated_groups(split, wishes),
        metrics=tuple(names),
        compare=compares,
        margin=margins,
        confidence=confidence,
        correction=str(correction),
        replicates=replicates,
        seed=seed,
        missing=tuple(missing),
        cluster=texts.cluster,
        text=texts.column,
    )
    return Report(
        created=dt.datetime.now(dt.UTC).isoformat(timespec="seconds"),
        fairkit_version=__version__,
        data=summary,
        settings=replace(settings, **dict(stated or {})),
        counts=counts,
        groups=tuple(judged.groups),
        estimates=tuple(judged.estimates),
        contrasts=tuple(judged.contrasts),
        findings=tuple(judged.findings),
        headlines=tuple(judged.headlines),
        models=(),
        gap_changes=(),
        missing=(),
        bounds=(),
        reliability=(),
        roc=(),
        remedies=(),
        notes=(*notes, *cautions(counts, summary, split)),
        **dict(found or {}),
    )


def _summary(texts: Texts, counts: Counts) -> DataSummary:
    totals = dict(zip(counts.fields, counts.row_counts.sum(axis=0).tolist(), strict=True))
    left_out = {name: int(totals[name]) for name in LEFT_OUT[Kind.MOMENTS]}
    used = len(texts) - sum(left_out.values())
    if used == 0:
        reasons = ", ".join(f"{name.replace('_', ' ')}: {n:,}" for name, n in left_out.items() if n)
        raise DataError(f"nothing could be measured of any of the {len(texts):,} texts ({reasons}).")
    return DataSummary(texts.source, texts.sha256, len(texts), used, left_out, counts.sha256())
