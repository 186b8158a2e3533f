"""Where a report comes from: the data and the settings as pairs of name and text."""

from __future__ import annotations

import re
from collections.abc import Mapping

from fairkit.report.model import Report
from fairkit.report.numerals import level_text, margin_text
from fairkit.report.phrases import visible
from fairkit.report.sections import COMPARES
from fairkit.report.settings import Settings
from fairkit.report.wording import wording_of

Facts = list[tuple[str, str]]


ASKED = (
    *("Label", "Decision", "Score", "Threshold", "Models", "Positive class", "Classes", "Outputs"),
    *("Transcripts", "Systems", "Units", "Normalizer", "Speaker"),
    *("Texts", "Classifier", "Protected", "Class asked about", "Rewritten by"),
    *("Prediction", "Prediction interval", "Quantile", "Rank", "Query", "Relevance", "Events", "Exposure"),
    *("Weight", "Cluster"),
)
"""The settings that say what was asked, as a report's first lines tell them."""

_HASH = re.compile(r"(?<=sha256 )([0-9a-f]{12})[0-9a-f]+")
_POLICIES = {
    "keep": "kept: what is recognised there counts as inserted",
    "drop": "left out",
}


def data_facts(report: Report) -> Facts:
    """List what was read.

    Examples
    --------
    >>> import fairkit
    >>> report = fairkit.evaluate({"sex": ["F", "M"] * 9, "d": [1, 1, 0] * 6}, decision="d", by="sex")
    >>> data_facts(report)[:2]
    [('Source', 'arrays'), ('Rows read', '18')]
    """
    data, rows = report.data, wording_of(report).rows.capitalize()
    facts = [
        ("Source", visible(data.source)),
        (f"{rows} read", f"{data.rows:,}"),
        (f"{rows} used", f"{data.rows_used:,}"),
    ]
    facts += [(f"Left out: {reason.replace('_', ' ')}", f"{n:,}") for reason, n in data.left_out.items() if n]
    facts += [
        ("SHA-256 of the file", data.sha256 or "not taken (no file, or a large one)"),
        ("SHA-256 of the counts", data.counts_sha256),
    ]
    return facts


def setting_facts(report: Report) -> Facts:
    """List how the report was made; settings without a value are left out.

    Examples
    --------
    >>> import fairkit
    >>> report = fairkit.evaluate({"sex": ["F", "M"] * 9, "d": [1, 1, 0] * 6}, decision="d", by="sex")
    >>> dict(setting_facts(report))["Compared with"]
    'sex: rest'
    """
    s, speech = report.settings, wording_of(report).speech
    margins: dict[str, str] = {c: margin_text(s.margin[c], c) for c in COMPARES if c in s.margin}
    facts = [
        ("Label", s.label),
        ("Decision", s.decision),
        ("Score", s.score),
        ("Threshold", None if s.threshold is None else f"{s.threshold:g}"),
        *(_of_transcripts(s) if speech else [("Models", _pairs(s.models))]),
        *_of_texts(s),
        ("Positive class", _pairs(s.positive)),
        ("Classes", ", ".join(s.classes)),
        ("Outputs", _pairs(s.outputs)),
        ("Prediction", s.prediction),
        ("Prediction interval", " to ".join(end for end in (s.prediction_low, s.prediction_high) if end)),
        ("Quantile", None if s.quantile is None else f"{s.quantile:g}"),
        ("Rank", s.rank),
        ("Query", s.query),
        ("Relevance", s.relevance),
        ("Events", s.events),
        ("Exposure", s.exposure),
        ("Weight", s.weight),
        ("Speaker" if speech else "Cluster", s.cluster),
        ("Groups by", "; ".join(s.by)),
        ("Predicates", _pairs(s.predicates)),
        ("Declared levels", _pairs({name: ", ".join(levels) for name, levels in s.levels.items()})),
        ("Read as missing", ", ".join(s.missing)),
        ("Compared with", _pairs(s.reference)),
        ("Compared as", " and ".join(s.compare)),
        ("Margin", _pairs(margins) or "of each metric"),
        ("Confidence", level_text(s.confidence)),
        ("Correction", s.correction),
        ("Plain interval of a difference", None if speech else s.interval),
        ("Bootstrap", f"{s.replicates:,} replicates, seed {s.seed}"),
        ("Made", f"{report.created} by fairkit {report.fairkit_version}"),
    ]  # fmt: skip
    return [(name, visible(value)) for name, value in facts if value]


def short_hash(stamp: str) -> str:
    """Shorten the hash in the stamp of a normaliser.

    Examples
    --------
    >>> short_hash("english 1.0 (sha256 0123456789abcdef0123456789abcdef)")
    'english 1.0 (sha256 0123456789ab)'
    """
    return _HASH.sub(r"\1", stamp)


def _of_transcripts(s: Settings) -> list[tuple[str, str | None]]:
    """List what only transcripts have."""
    same = all(name == column for name, column in s.models.items())
    normalizers = [short_hash(stamp) for stamp in s.normalizers]
    return [
        ("Transcripts", s.transcript),
        ("Systems", ", ".join(s.models) if same else _pairs(s.models)),
        ("Units", s.unit),
        ("Normalizer", normalizers[0] if normalizers else None),
        ("Other normalizers", "; ".join(normalizers[1:])),
        ("Empty references", None if s.empty_references is None else _POLICIES[s.empty_references]),
        ("Utterances named by", s.identifier),
        ("Adjusted for", ", ".join(s.adjusted_for)),
        ("Matched on", ", ".join(s.matched_on)),
    ]


def _of_texts(s: Settings) -> list[tuple[str, str | None]]:
    """List what only texts have that were measured by themselves."""
    if s.text is None:
        return []
    return [
        ("Texts", s.text),
        ("Classifier", s.classifier),
        ("Protected", s.protected),
        ("Class asked about", s.target),
        ("Differentiated", {"logit": "log-odds"}.get(s.output, s.output) if s.output else None),
        ("Scale", None if s.scale in (None, "none") else s.scale),
        ("Rewritten by", s.rewriter),
        ("Tolerance", None if s.tolerance is None else f"{s.tolerance:g}"),
        ("Permutations", None if s.permutations is None else f"{s.permutations:,}"),
        ("Texts named by", s.identifier),
    ]


def _pairs(values: Mapping[str, str]) -> str:
    return "; ".join(f"{name}: {value}" for name, value in values.items())
