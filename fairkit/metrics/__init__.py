"""Metrics: Counts in, numbers out. One line declares one metric; one file holds a family.

This room knows no dataframe and no statistics: a :class:`~fairkit.metrics.base.Metric` is a formula over
sums, and intervals are made elsewhere from the same sums.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import Literal

from fairkit.counts import Kind
from fairkit.errors import UsageError, did_you_mean, shortlist
from fairkit.metrics import (
    agreement,
    events,
    multiclass,
    multilabel,
    ranking,
    regression,
    scores,
    texts,
    words,
)
from fairkit.metrics.base import AnyMetric, Metric, Ratio, Sum, Unit, Why
from fairkit.metrics.classification import CLASSIFICATION
from fairkit.metrics.decisions import DECISIONS
from fairkit.metrics.functionals import Functional, Measured, Part, Scale

__all__ = [
    "CATALOGUE",
    "FAMILIES",
    "AnyMetric",
    "Family",
    "Functional",
    "Measured",
    "Metric",
    "Part",
    "Ratio",
    "Scale",
    "Sum",
    "Unit",
    "Why",
    "base_name",
    "chosen_metrics",
    "definition_of",
    "metric",
    "unknown_metric",
]

_FAMILIES: Mapping[Kind, Sequence[AnyMetric]] = {
    Kind.CONFUSION: CLASSIFICATION,
    Kind.DECISIONS: DECISIONS,
    Kind.AGREEMENT: agreement.AGREEMENT,
    Kind.SCORES: scores.SCORES,
    Kind.CLASSES: multiclass.MULTICLASS,
    Kind.OUTCOMES: multilabel.MULTILABEL,
    Kind.REGRESSION: regression.REGRESSION,
    Kind.RANKING: ranking.RANKING,
    Kind.EVENTS: events.EVENTS,
    Kind.WORDS: words.WORDS,
    Kind.CHARACTERS: words.CHARACTERS,
    Kind.MOMENTS: texts.TEXTS,
}

CATALOGUE: Mapping[Kind, Mapping[str, AnyMetric]] = MappingProxyType(
    {kind: MappingProxyType({m.name: m for m in family}) for kind, family in _FAMILIES.items()}
)
"""Every metric by kind of counts and name."""

_DEFAULT = {
    Kind.CONFUSION: (
        "selection_rate",
        "accuracy",
        "true_positive_rate",
        "false_positive_rate",
        "false_negative_rate",
        "positive_predictive_value",
    ),
    Kind.DECISIONS: ("selection_rate",),
    Kind.AGREEMENT: agreement.DEFAULTS,
    Kind.SCORES: scores.DEFAULTS,
    Kind.CLASSES: multiclass.DEFAULTS,
    Kind.OUTCOMES: multilabel.DEFAULTS,
    Kind.REGRESSION: regression.DEFAULTS,
    Kind.RANKING: ranking.DEFAULTS,
    Kind.EVENTS: events.DEFAULTS,
    Kind.WORDS: words.DEFAULTS,
    Kind.CHARACTERS: words.DEFAULTS_OF_CHARACTERS,
    Kind.MOMENTS: texts.DEFAULTS,
}

_ALIASES = {
    "fpr": "false_positive_rate",
    "fnr": "false_negative_rate",
    "tpr": "true_positive_rate",
    "tnr": "true_negative_rate",
    "recall": "true_positive_rate",
    "sensitivity": "true_positive_rate",
    "specificity": "true_negative_rate",
    "precision": "positive_predictive_value",
    "ppv": "positive_predictive_value",
    "npv": "negative_predictive_value",
    "fdr": "false_discovery_rate",
    "for": "false_omission_rate",
    "f1": "f1_score",
    "accuracy_score": "accuracy",
    "precision_score": "positive_predictive_value",
    "recall_score": "true_positive_rate",
    "demographic_parity": "selection_rate",
    "equal_opportunity": "true_positive_rate",
    "predictive_parity": "positive_predictive_value",
    "wer": "word_error_rate",
    "cer": "character_error_rate",
    "mer": "match_error_rate",
    "wil": "word_information_lost",
    "ser": "sentence_error_rate",
}


@dataclass(frozen=True, slots=True)
class Family:
    """A named notion of fairness: parity of one or more metrics together.

    Examples
    --------
    >>> next(f.metrics for f in FAMILIES if f.name == "equalized_odds")
    ('true_positive_rate', 'false_positive_rate')
    """

    name: str
    metrics: tuple[str, ...]
    source: str


FAMILIES: tuple[Family, ...] = (
    Family("demographic_parity", ("selection_rate",), "Dwork et al. 2012; Agarwal et al. 2018"),
    Family("equalized_odds", ("true_positive_rate", "false_positive_rate"), "Hardt, Price & Srebro 2016"),
    Family("equal_opportunity", ("true_positive_rate",), "Hardt, Price & Srebro 2016"),
    Family("predictive_parity", ("positive_predictive_value",), "Chouldechova 2017"),
)
"""Named families, judged whenever their metrics are in the report."""


def metric(name: str, *, kind: Kind = Kind.CONFUSION) -> AnyMetric:
    """Look one metric up.

    Raises
    ------
    UsageError
        There is no such metric of this kind; the message suggests one.

    Examples
    --------
    >>> metric("accuracy").formula
    '(tp + tn) / (tp + fp + fn + tn)'
    """
    return chosen_metrics([name], kind=kind)[0]


def base_name(name: str) -> str:
    """Return a metric's name without the class, output or model that it is about.

    Examples
    --------
    >>> base_name("true_positive_rate[cat]"), base_name("accuracy")
    ('true_positive_rate', 'accuracy')
    """
    return name.partition("[")[0]


def definition_of(name: str, kinds: Sequence[Kind] = ()) -> AnyMetric | None:
    """Find the definition behind a metric's name, whatever class or model it is about; None if unknown.

    Parameters
    ----------
    name : str
    kinds : sequence of Kind
        Where several kinds of counts have a metric of this name, the first of these is meant.

    Examples
    --------
    >>> found = definition_of("true_positive_rate[cat]")
    >>> found and found.title
    'True positive rate'
    >>> found = definition_of("accuracy", [Kind.AGREEMENT])
    >>> found and found.formula
    'right / (right + wrong)'
    """
    base = base_name(name)
    return next((CATALOGUE[kind][base] for kind in (*kinds, *CATALOGUE) if base in CATALOGUE[kind]), None)


def chosen_metrics(names: Sequence[str] | Literal["default", "all"], *, kind: Kind) -> tuple[AnyMetric, ...]:
    """Look up metrics by name, in the order given, each once.

    Parameters
    ----------
    names : sequence of str, "default" or "all"
    kind : Kind

    Raises
    ------
    UsageError
        Names are unknown (all of them are listed), or none is given.

    Examples
    --------
    >>> [m.name for m in chosen_metrics(["accuracy", "f1_score"], kind=Kind.CONFUSION)]
    ['accuracy', 'f1_score']
    """
    known = CATALOGUE[kind]
    if names == "all":
        return tuple(known.values())
    wanted = _DEFAULT[kind] if names == "default" else [names] if isinstance(names, str) else names
    problems = [unknown_metric(name, [kind]) for name in wanted if name not in known]
    if not wanted:
        problems.append("name at least one metric, or leave the choice out for the usual six.")
    if problems:
        raise UsageError(*problems)
    return tuple(known[name] for name in dict.fromkeys(wanted))


def unknown_metric(name: str, kinds: Sequence[Kind]) -> str:
    """Say why a metric's name is not known where counts are read as these kinds, and what would help.

    Examples
    --------
    >>> unknown_metric("roc_auc", [Kind.DECISIONS])
    "metric 'roc_auc' needs scores (--score COL) and a label; ..."
    """
    known = list(dict.fromkeys(name for kind in kinds for name in CATALOGUE[kind]))
    alias = _ALIASES.get(base_name(name).casefold())
    if alias in known:
        return f"metric '{name}' is spelled '{alias}' here."
    only = f"only {shortlist(known, shown=20)} can be measured here."
    if list(kinds) == [Kind.DECISIONS] and (name in CATALOGUE[Kind.CONFUSION] or alias is not None):
        return f"metric '{name}' needs a label; without one only {shortlist(known)} can be measured."
    needs = next((_NEEDS[kind] for kind, own in CATALOGUE.items() if base_name(name) in own), None)
    if needs is not None:
        return f"metric '{name}' needs {needs}; {only}"
    return f"there is no metric '{name}' (there are {shortlist(known, shown=20)}).{did_you_mean(name, known)}"


_NEEDS: Mapping[Kind, str] = {
    Kind.CONFUSION: "decisions (--decision COL) and a label",
    Kind.DECISIONS: "decisions (--decision COL)",
    Kind.AGREEMENT: "decisions (--decision COL) and a label",
    Kind.SCORES: "scores (--score COL) and a label",
    Kind.CLASSES: "several classes (--classes all)",
    Kind.OUTCOMES: "several labels a row (--outputs LABEL=COL)",
    Kind.REGRESSION: "a predicted number (--prediction COL) and a label",
    Kind.RANKING: "ranks (--rank COL) and queries (--query COL)",
    Kind.EVENTS: "counts of events (--events COL)",
    Kind.WORDS: "transcripts (fairkit wer)",
    Kind.CHARACTERS: "transcripts (fairkit wer --unit characters)",
    Kind.MOMENTS: "texts (fairkit sensitivity)",
}
