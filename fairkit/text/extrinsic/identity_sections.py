"""Identity AUCs in reading order: one section for each kind of area, identities from worst to best.

The sections are those of any report, so that tables, charts and words are too.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from fairkit.estimates import Estimate
from fairkit.findings import Verdict
from fairkit.report.numerals import bounds, level_text, value_text
from fairkit.report.phrases import counted, reason_text, visible
from fairkit.report.sections import Row, Section
from fairkit.text.extrinsic.identity_parts import ROC_AUC
from fairkit.text.extrinsic.identity_results import (
    AUC_KINDS,
    AucEstimate,
    IdentityAuc,
    IdentityAucs,
    PowerMean,
)

MEANINGS: Mapping[str, str] = MappingProxyType(
    {
        "subgroup_auc": "Positives of the identity against its own negatives: how well scores tell apart the "
        "texts that mention it.",
        "bpsn_auc": "Background positives, subgroup negatives: low where harmless texts that mention the "
        "identity score as high as harmful ones that do not (false positives).",
        "bnsp_auc": "Background negatives, subgroup positives: low where harmful texts that mention the "
        "identity score as low as harmless ones that do not (false negatives).",
    }
)
"""What each kind of area says."""

TITLES: Mapping[str, str] = MappingProxyType(
    {
        "subgroup_auc": "Subgroup AUC",
        "bpsn_auc": "BPSN AUC",
        "bnsp_auc": "BNSP AUC",
        "background_auc": "background AUC",
        "roc_auc": "AUC of all rows",
        "combined_auc": "Combined with the AUC of all rows",
    }
)
"""Names of areas as they are read."""

READING = (
    "Neutral is the AUC of the identity's background, not 0.5: a finding is about the difference from it.",
    "No AUC moves with a threshold or with the share of positives; all move with how hard the texts are.",
    "Power means lean towards the worst identity; no verdict stands on them. Chance pulls them down.",
)
"""How to read the areas."""

_ORDER = {Verdict.DISPARITY: 0, Verdict.INCONCLUSIVE: 1, Verdict.PARITY: 2}
_UNDEFINED = 3


def sections_of(found: IdentityAucs) -> tuple[Section, ...]:
    """Arrange the areas as sections of a report.

    Examples
    --------
    >>> from fairkit.text import identity_aucs
    >>> rows = {"toxic": [0, 1] * 40, "score": [(7 * i % 40) / 80 + i % 2 * 0.2 for i in range(80)],
    ...         "gay": [0, 0, 1, 1] * 20}
    >>> found = identity_aucs(rows, label="toxic", score="score", identities="gay")
    >>> [section.title for section in sections_of(found)]
    ['Subgroup AUC', 'BPSN AUC', 'BNSP AUC']
    """
    made = []
    for i, kind in enumerate(AUC_KINDS):
        rows = [_row(one, i, found.confidence) for one in found.identities]
        rows.sort(key=_rank)
        made.append(
            Section(kind, "identity", "difference", ROC_AUC, "background", found.margin, None, tuple(rows))
        )
    return tuple(made)


def standing(found: IdentityAucs) -> str:
    """Say in one line what the areas were measured on.

    Examples
    --------
    >>> from fairkit.text import identity_aucs
    >>> score = [(7 * i % 40) / 80 for i in range(80)]
    >>> rows = {"toxic": [0, 1] * 40, "score": score, "gay": [0, 0, 1, 1] * 20}
    >>> standing(identity_aucs(rows, label="toxic", score="score", identities="gay"))
    "score 'score' against label 'toxic', 80 rows, 1 identity"
    """
    asked = (
        f"score '{visible(found.score)}' against label '{visible(found.label)}', "
        if found.score and found.label
        else ""
    )
    rows = counted(found.used, "row")
    rows += f" of {found.rows:,}" if found.used < found.rows else ""
    rows += (
        f" in {counted(found.clusters, 'cluster')} of '{visible(found.cluster or '')}'"
        if found.clusters
        else ""
    )
    return f"{asked}{rows}, {counted(len(found.identities), 'identity', 'identities')}"


def verdict_line(found: IdentityAucs) -> str:
    """Count the verdicts of all areas.

    Examples
    --------
    >>> from fairkit.text import identity_aucs
    >>> score = [(7 * i % 40) / 80 for i in range(80)]
    >>> rows = {"toxic": [0, 1] * 40, "score": score, "gay": [0, 0, 1, 1] * 20}
    >>> verdict_line(identity_aucs(rows, label="toxic", score="score", identities="gay"))
    '3 areas against their backgrounds: 0 disparity, 0 parity, 3 inconclusive'
    """
    verdicts = [finding.verdict for finding in found.findings]
    told = ", ".join(f"{verdicts.count(one)} {one}" for one in Verdict)
    return f"{counted(len(verdicts), 'area')} against their backgrounds: {told}"


def area_text(area: AucEstimate) -> str:
    """Write an area with its interval, or why it has none.

    Examples
    --------
    >>> area_text(AucEstimate("bpsn_auc", 0.75, None, 0.7, 0.8, 30, 40, "logit-t", 0.0))
    '0.7500 (0.7000 to 0.8000)'
    >>> from fairkit.metrics import Why
    >>> area_text(AucEstimate("bpsn_auc", 0.75, Why.FEW_ROWS, None, None, 3, 40, "none", 0.0))
    '0.7500 (fewer rows than an interval needs)'
    """
    return _with_bounds(area.value, area.low, area.high, area.why)


def mean_facts(mean: PowerMean) -> tuple[str, str, str, str]:
    """Write a power mean: its name, its value, by how much noise lowers it, and over what it is taken.

    Examples
    --------
    >>> mean_facts(PowerMean("bpsn_auc", -5.0, 0.75, None, 0.7, 0.8, 4, ("x",), -0.0021, "delta-logit-t"))
    ('BPSN AUC', '0.7500 (0.7000 to 0.8000)', '-0.0021', '4 identities; 1 left out')
    """
    over = counted(mean.identities, "identity", "identities")
    over += f"; {len(mean.left_out)} left out" if mean.left_out else ""
    noise = "" if mean.noise is None else f"{mean.noise:.4f}".replace("-0.0000", "0.0000")
    return TITLES[mean.metric], _with_bounds(mean.value, mean.low, mean.high, mean.why), noise, over


def rules_line(found: IdentityAucs) -> str:
    """Say how verdicts are made.

    Examples
    --------
    >>> from fairkit.text import identity_aucs
    >>> score = [(7 * i % 40) / 80 for i in range(80)]
    >>> rows = {"toxic": [0, 1] * 40, "score": score, "gay": [0, 0, 1, 1] * 20}
    >>> rules_line(identity_aucs(rows, label="toxic", score="score", identities="gay"))
    'Margin -0.05 to +0.05; correction holm over the identities of each kind of area, at 95%.'
    """
    low, high = found.margin
    return (
        f"Margin {low:+g} to {high:+g}; correction {found.correction} over the identities of each kind of "
        f"area, at {level_text(found.confidence)}."
    )


def _with_bounds(value: float | None, low: float | None, high: float | None, why: str | None) -> str:
    if value is None:
        return f"undefined: {reason_text(why or '')}"
    if low is None:
        reason = reason_text(why or "")
        told = reason if "interval" in reason else f"no interval: {reason}"
        return f"{value_text(value, 'score')} ({told})"
    return f"{value_text(value, 'score')} ({bounds(low, high, unit='score')})"


def _row(one: IdentityAuc, i: int, confidence: float) -> Row:
    area = one.areas[i]
    size = area.positives + area.negatives
    estimate = Estimate(
        area.metric, "identity", one.identity, area.value, area.why, area.low, area.high, confidence, size,
        float(area.positives), area.method, None,
    )  # fmt: skip
    return Row(estimate, one.findings[i], one.background_auc.positives + one.background_auc.negatives)


def _rank(row: Row) -> tuple[int, float]:
    finding = row.finding
    if row.undefined or finding is None or finding.value is None:
        return _UNDEFINED, 0.0
    return _ORDER[finding.verdict], finding.value
