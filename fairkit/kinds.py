"""Kinds of counts: which sums each kind is made of, and which rows it has to leave out.

A kind whose rows lie in cells (two-class decisions, scores, classes, outcomes) counts rows; a kind of moments
(regression, ranking, events, words) adds powers and products, from which means and their variances follow.
Either way the sums only add.

On axes every row lies at its own levels, None where one is missing, also a row that is left out. The field
says whether anything can be made of it: a row with a label is among the positives and negatives of scores if
it has any score *or* decision, and views (:mod:`fairkit.views`) then see from the axes which metrics it can
serve. A row left out is ``label_missing`` where a score or decision is there, else ``both_missing``.
"""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from types import MappingProxyType


class Kind(StrEnum):
    """What a table of counts sums up.

    Examples
    --------
    >>> str(Kind.SCORES), FIELDS[Kind.SCORES][:2]
    ('scores', ('positives', 'negatives'))
    """

    CONFUSION = "confusion"
    DECISIONS = "decisions"
    AGREEMENT = "agreement"
    SCORES = "scores"
    CLASSES = "classes"
    OUTCOMES = "outcomes"
    REGRESSION = "regression"
    RANKING = "ranking"
    EVENTS = "events"
    WORDS = "words"
    CHARACTERS = "characters"
    MOMENTS = "moments"


EDITS = ("hits", "substitutions", "deletions", "insertions")
"""What an alignment of a hypothesis with a reference counts; the first three make up the reference."""

_ALIGNED = (
    "utterances",
    *EDITS,
    *(f"{one}2" if one == two else f"{one}_{two}" for i, one in enumerate(EDITS) for two in EDITS[i:]),
    *("erroneous", "spoken", "utterance_rate", "utterance_rate2"),
)
"""Sums over utterances: edits and their products, those with an error, rates of those with a reference."""

MEASURES = (
    *("prediction_sensitivity", "absolute_prediction_sensitivity"),
    *("counterfactual_gap", "counterfactual_shift", "flip_rate", "invariance_failure_rate"),
    *("gender_polarity", "gender_max_polarity", "gender_average_polarity"),
    *("feminine_share", "masculine_share", "toxicity", "toxicity_rate"),
)
"""What is measured of every text by itself; each is summed over the texts that have it."""


FIELDS: Mapping[Kind, tuple[str, ...]] = MappingProxyType(
    {
        Kind.CONFUSION: ("tp", "fp", "fn", "tn"),
        Kind.DECISIONS: ("selected", "rejected"),
        Kind.AGREEMENT: ("right", "wrong"),
        Kind.SCORES: (
            *("positives", "negatives"),
            *("positive_score", "negative_score"),
            *("positive_score2", "negative_score2"),
        ),
        Kind.CLASSES: ("rows",),
        Kind.OUTCOMES: ("rows",),
        Kind.REGRESSION: (
            *("rows", "label", "label2", "label3", "label4"),
            *("error", "absolute_error", "error2", "error4", "error2_label", "error2_label2"),
            *("quantile_rows", "quantile_loss", "quantile_loss2"),
            *("interval_rows", "covered", "width", "width2"),
        ),
        Kind.RANKING: (
            *("items", "exposure", "exposure2", "relevance", "relevance2", "exposure_relevance"),
            *("queries", "ndcg", "ndcg2"),
        ),
        Kind.EVENTS: (
            *("rows", "numerator", "denominator"),
            *("numerator2", "denominator2", "numerator_denominator"),
        ),
        Kind.WORDS: _ALIGNED,
        Kind.CHARACTERS: _ALIGNED,
        Kind.MOMENTS: (
            "texts",
            *(field for name in MEASURES for field in (f"{name}_texts", name, f"{name}2")),
        ),
    }
)
"""The sums that metrics are made of, by kind. A digit at the end is a power: ``error2`` adds up squares."""

LEFT_OUT: Mapping[Kind, tuple[str, ...]] = MappingProxyType(
    {
        Kind.CONFUSION: ("label_missing", "decision_missing", "both_missing"),
        Kind.DECISIONS: ("decision_missing",),
        Kind.AGREEMENT: ("label_missing", "decision_missing", "both_missing"),
        Kind.SCORES: ("label_missing", "score_missing", "both_missing"),
        Kind.CLASSES: ("label_missing", "decision_missing", "both_missing"),
        Kind.OUTCOMES: (),
        Kind.REGRESSION: ("label_missing", "prediction_missing", "both_missing"),
        Kind.RANKING: ("rank_missing",),
        Kind.EVENTS: ("numerator_missing", "denominator_missing", "both_missing"),
        Kind.WORDS: ("reference_missing", "reference_empty"),
        Kind.CHARACTERS: ("reference_missing", "reference_empty"),
        Kind.MOMENTS: ("text_missing", "text_empty", "measure_missing"),
    }
)
"""The sums of rows that no metric can use, by kind; each is named after its reason."""

ROW_FIELDS: Mapping[Kind, tuple[str, ...]] = MappingProxyType(
    {
        kind: {
            Kind.SCORES: ("positives", "negatives"),
            Kind.REGRESSION: ("rows",),
            Kind.RANKING: ("items",),
            Kind.EVENTS: ("rows",),
            Kind.WORDS: ("utterances",),
            Kind.CHARACTERS: ("utterances",),
            Kind.MOMENTS: ("texts",),
        }.get(kind, fields)
        for kind, fields in FIELDS.items()
    }
)
"""Those of the sums that count rows, each row once."""

AMOUNTS: frozenset[Kind] = frozenset(
    {Kind.REGRESSION, Kind.RANKING, Kind.EVENTS, Kind.WORDS, Kind.CHARACTERS, Kind.MOMENTS}
)
"""Kinds that add up amounts rather than rows in cells; their sums may be negative and are never whole."""
