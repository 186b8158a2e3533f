"""The catalogue in words: which metrics there are, what each needs, and in what its margin is measured.

Whatever prints the catalogue (the command line, the documentation) reads it here, so that a metric is
declared once and told everywhere in the same words.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

from fairkit.kinds import Kind
from fairkit.metrics import CATALOGUE, AnyMetric, Functional, chosen_metrics
from fairkit.metrics.events import overall_rate
from fairkit.metrics.ranking import overall
from fairkit.metrics.regression import label_spread, label_variance
from fairkit.metrics.texts import text_spread

__all__ = [
    "LISTED",
    "Listed",
    "entries",
    "is_usual",
    "kind_of",
    "margin_unit",
    "markdown_tables",
    "needs_label",
    "unit_words",
]


@dataclass(frozen=True, slots=True)
class Listed:
    """One question that predictions may be asked, and the metrics that answer it.

    Parameters
    ----------
    name : str
        Short and stable, for programs.
    title : str
    needs : str
        The options that ask it.
    kinds : tuple of Kind
        The kinds of counts whose metrics belong here.
    fields : str
        What the words in formulas mean.

    Examples
    --------
    >>> [listed.name for listed in LISTED][:3]
    ['decisions', 'scores', 'classes']
    """

    name: str
    title: str
    needs: str
    kinds: tuple[Kind, ...]
    fields: str


LISTED: tuple[Listed, ...] = (
    Listed(
        "decisions",
        "Two-class decisions",
        "--decision COL, or --score COL with --threshold; --label COL",
        (Kind.CONFUSION,),
        "tp, fp, fn and tn count true and false positives and negatives. Each of these metrics is also "
        "measured of one class, output or model among several, whose name stands behind it in brackets: "
        "true_positive_rate[cat].",
    ),
    Listed(
        "scores",
        "Scores",
        "--score COL --label COL",
        (Kind.SCORES,),
        "A score is compared with a label of 0 or 1; k runs over the scores from the highest down.",
    ),
    Listed(
        "classes",
        "Several classes",
        "--classes all (or --classes A,B,C), --label COL --decision COL",
        (Kind.AGREEMENT, Kind.CLASSES),
        "right and wrong count rows; tp, fp and fn are those of one class against the rest. chance is the "
        "agreement that the frequencies of the classes alone would give.",
    ),
    Listed(
        "outputs",
        "Several labels a row",
        "--outputs LABEL=COL, repeated",
        (Kind.AGREEMENT, Kind.OUTCOMES),
        "right counts rows of which every output is right; tp, fp, fn and tn are those of one output.",
    ),
    Listed(
        "regression",
        "Regression",
        "--prediction COL --label COL; --prediction-low and --prediction-high for the interval metrics, "
        "--quantile for the pinball loss",
        (Kind.REGRESSION,),
        "error is the sum of prediction minus label, error2 of its squares; label2 of the label's squares.",
    ),
    Listed(
        "ranking",
        "Ranking",
        "--rank COL (or --score COL) --query COL; --relevance COL for all but mean_exposure",
        (Kind.RANKING,),
        "exposure is the sum of 1 / log2(1 + rank) over items; ndcg is summed over queries whose items all "
        "lie in the group.",
    ),
    Listed(
        "events",
        "Counts per exposure",
        "--events COL; --exposure COL, else events are counted per row",
        (Kind.EVENTS,),
        "numerator is the sum of events, denominator that of exposure.",
    ),
    Listed(
        "words",
        "Transcripts, by words",
        "--reference COL --hypothesis COL of fairkit wer",
        (Kind.WORDS,),
        "hits, substitutions, deletions and insertions are summed over utterances; the first three make up "
        "the words that were said.",
    ),
    Listed(
        "characters",
        "Transcripts, by characters",
        "--reference COL --hypothesis COL --unit characters of fairkit wer",
        (Kind.CHARACTERS,),
        "As by words, for scripts that write no spaces.",
    ),
    Listed(
        "texts",
        "Texts",
        "--text COL of fairkit sensitivity, or of fairkit generations",
        (Kind.MOMENTS,),
        "Each measure is summed over the texts that have it, which it has its own count of.",
    ),
)
"""The questions, in the order in which they are listed."""

_SPREADS: Mapping[object, str] = MappingProxyType(
    {
        label_spread: "standard deviations of the label",
        label_variance: "variances of the label",
        overall: "of the value over all groups",
        text_spread: "standard deviations over all texts",
        overall_rate: "of the rate over all groups",
    }
)
_WITHOUT_LABEL = (Kind.DECISIONS, Kind.RANKING, Kind.EVENTS, Kind.WORDS, Kind.CHARACTERS, Kind.MOMENTS)
_OPTION = re.compile(r"--[a-z-]+(?: [A-Z=,]+\b| all)?")
_UNITS = MappingProxyType({"share": "percent", "score": "number", "amount": "the label's own unit"})


def entries(listed: Listed) -> tuple[AnyMetric, ...]:
    """List the metrics that answer a question.

    Examples
    --------
    >>> [metric.name for metric in entries(LISTED[6])]
    ['event_rate']
    """
    return tuple(metric for kind in listed.kinds for metric in CATALOGUE[kind].values())


def kind_of(metric: AnyMetric, listed: Listed) -> Kind:
    """Return the kind of counts that a metric of a question is made of.

    Examples
    --------
    >>> str(kind_of(entries(LISTED[2])[0], LISTED[2]))
    'agreement'
    """
    return next(kind for kind in listed.kinds if metric in CATALOGUE[kind].values())


def is_usual(metric: AnyMetric, kind: Kind) -> bool:
    """Tell whether a metric is measured where no metric is named.

    Examples
    --------
    >>> is_usual(CATALOGUE[Kind.SCORES]["roc_auc"], Kind.SCORES)
    True
    """
    return metric in chosen_metrics("default", kind=kind)


def needs_label(metric: AnyMetric, kind: Kind) -> bool:
    """Tell whether a metric can only be measured where the truth is known.

    Examples
    --------
    >>> needs_label(CATALOGUE[Kind.CONFUSION]["selection_rate"], Kind.CONFUSION)
    False
    """
    alone = kind is Kind.CONFUSION and metric.name in CATALOGUE[Kind.DECISIONS]
    return not alone and kind not in _WITHOUT_LABEL


def unit_words(metric: AnyMetric) -> str:
    """Say in what a metric's values are written.

    Examples
    --------
    >>> unit_words(CATALOGUE[Kind.REGRESSION]["mean_squared_error"])
    "the label's own unit, squared"
    """
    if isinstance(metric, Functional) and metric.spread is label_variance:
        return f"{_UNITS[metric.unit]}, squared"
    if isinstance(metric, Functional) and metric.kind is Kind.MOMENTS and metric.unit == "amount":
        return "prediction per unit of embedding"
    return "events per exposure" if metric.name == "event_rate" else _UNITS[metric.unit]


def margin_unit(metric: AnyMetric) -> str:
    """Say in what the margin of a difference is measured; empty where it is that of the values.

    Examples
    --------
    >>> margin_unit(CATALOGUE[Kind.REGRESSION]["mean_error"])
    'standard deviations of the label'
    >>> margin_unit(CATALOGUE[Kind.CONFUSION]["accuracy"])
    ''
    """
    if not isinstance(metric, Functional) or metric.spread is None:
        return ""
    return _SPREADS[getattr(metric.spread, "func", metric.spread)]


def markdown_tables() -> str:
    """Write the documentation of the metrics, a table for each question, from the definitions themselves.

    Examples
    --------
    >>> print(markdown_tables().splitlines()[0])
    ## Two-class decisions
    """
    return "\n".join(map(_section, LISTED))


def _section(listed: Listed) -> str:
    head = "| metric | formula | meaning | unit | better | parity margin | source |"
    needs = _OPTION.sub(r"`\g<0>`", listed.needs)
    lines = [
        f"## {listed.title}",
        "",
        f"Needs {needs}. {listed.fields}",
        "",
        head,
        "|" + "---|" * (head.count("|") - 1),
    ]
    for metric in entries(listed):
        usual = " *" if is_usual(metric, kind_of(metric, listed)) else ""
        cells = (
            f"`{metric.name}`{usual}",
            metric.formula,
            metric.summary,
            unit_words(metric),
            metric.better,
            _margin(metric),
            metric.source,
        )
        lines.append("| " + " | ".join(cell.replace("|", r"\|") for cell in cells) + " |")
    return "\n".join(lines) + "\n"


def _margin(metric: AnyMetric) -> str:
    low, high = metric.margin_ratio
    unit = margin_unit(metric)
    return f"±{metric.margin:g}{' ' * bool(unit)}{unit}; {low:.3g} to {high:.3g}"
