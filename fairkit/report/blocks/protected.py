"""What sensitivities stand on: how well the attribute is known, whether swaps agree, which texts count."""

from __future__ import annotations

from fairkit.report.blocks.base import Block, Table
from fairkit.report.model import Report
from fairkit.report.numerals import bounds, percent
from fairkit.report.phrases import UNDEFINED, counted, reason_text, visible
from fairkit.text.results import ProtectedModelScore, SensitivityAgreement, TextsApart

_MODEL = (
    "The protected direction is learned: a model tells the group of each text from the task model's own "
    "embeddings, and its gradient is the direction. Each text gets that of a model which has not seen it. "
    "Where groups cannot be told better than by chance, the direction points nowhere in particular, and "
    "sensitivities along it mean nothing."
)
_AGREEMENT = (
    "Gradients are local, counterfactuals are finite: the one says how a prediction begins to move, the "
    "other how far it moves when the text is rewritten. Read both. Where they disagree, trust what the "
    "rewritten texts show: a model that is saturated, all but sure of its class, has small gradients however "
    "much it depends on the attribute; log-odds (--logit) do not saturate."
)
_SCORES = {
    "accuracy": "accuracy",
    "balanced_accuracy": "balanced accuracy",
    "roc_auc": "area under the ROC curve",
}
_CHANCES = {"accuracy": "the largest group", "balanced_accuracy": "a coin", "roc_auc": "a coin"}
_APART = {
    "no-protected-word": "hold no protected word: they have no sensitivity, which is not one of 0",
    "unaligned-counterfactual": "are rewritten to another number of tokens, so that no step leads between",
    "no-counterfactual": "are not changed by rewriting: they have no counterfactual, which is not a gap of 0",
    "ambiguous-counterfactual": "are rewritten with a doubt about some word",
    "truncated": "are longer than the model reads: the rest of them is not measured",
    "split-words": "hold protected words that the tokenizer splits; all pieces count",
    "saturated": "are predicted with a probability beyond the saturation",
}
_SHOWN = 12
_IN_PART, _ALIKE = 0.4, 0.7
"""Rank correlations from which two measures agree in part, and from which they rank texts alike."""


def protected_block(report: Report) -> Block | None:
    """Say how well the protected attribute can be told from the texts.

    Parameters
    ----------
    report : Report

    Returns
    -------
    Block or None
        None where no protected-status model was trained.

    Examples
    --------
    >>> import dataclasses, fairkit
    >>> report = fairkit.evaluate({"sex": ["F", "M"] * 9, "d": [1, 1, 0] * 6}, decision="d", by="sex")
    >>> score = ProtectedModelScore(
    ...     "sex", "accuracy", 0.9, 0.86, 0.93, 0.5, ("F", "M"), 300, None, 5, "wilson", None
    ... )
    >>> protected_block(dataclasses.replace(report, protected_models=(score,))).tables[0].rows
    (('accuracy', '90.00%', '86.00 to 93.00', '50.00% (the largest group)', 'better than chance'),)
    """
    scores = report.protected_models
    if not scores:
        return None
    first = scores[0]
    rows = tuple(
        (
            _SCORES.get(one.metric, one.metric),
            UNDEFINED if one.value is None else percent(one.value),
            bounds(one.low, one.high) or UNDEFINED,
            f"{percent(one.chance)} ({_CHANCES.get(one.metric, 'chance')})",
            _worth(one),
        )
        for one in scores
    )
    clusters = "" if first.clusters is None else f" in {counted(first.clusters, 'cluster')}"
    caption = (
        f"{visible(first.attribute)} ({', '.join(map(visible, first.levels[:_SHOWN]))}"
        f"{', ...' if len(first.levels) > _SHOWN else ''}) told from "
        f"{counted(first.texts, 'text')}{clusters}, held out in {counted(first.folds, 'fold')}"
    )
    columns = ("score", "value", "interval", "by chance", "worth")
    return Block(
        "protected",
        "How well the protected attribute is known",
        (_MODEL,),
        (Table(caption, columns, rows, right=(1, 2)),),
    )


def agreement_block(report: Report) -> Block | None:
    """Say whether gradients and rewritten texts point at the same texts, and which texts count for less.

    Parameters
    ----------
    report : Report

    Returns
    -------
    Block or None
        None where neither is known.

    Examples
    --------
    >>> import dataclasses, fairkit
    >>> report = fairkit.evaluate({"sex": ["F", "M"] * 9, "d": [1, 1, 0] * 6}, decision="d", by="sex")
    >>> apart = TextsApart("truncated", 3, 90)
    >>> agreement_block(dataclasses.replace(report, texts_apart=(apart,))).points
    ('3 of 90 texts (3.3%) are longer than the model reads: the rest of them is not measured',)
    """
    if not (report.sensitivity_agreements or report.texts_apart):
        return None
    points = tuple(map(_point, report.texts_apart))
    if not report.sensitivity_agreements:
        return Block("agreement", "Texts that count for less", (), points=points)
    rows = tuple(
        (
            one.metric,
            one.other,
            f"{one.texts:,}",
            UNDEFINED if one.value is None else f"{one.value:+.3f}",
            UNDEFINED if one.low is None or one.high is None else f"{one.low:+.3f} to {one.high:+.3f}",
            UNDEFINED if one.saturated is None else percent(one.saturated, digits=1),
            "" if one.reason is None else reason_text(one.reason),
        )
        for one in report.sensitivity_agreements
    )
    saturation = report.sensitivity_agreements[0].saturation
    columns = ("size of", "and", "texts", "rank correlation", "interval", f"beyond {saturation:g}", "reason")
    caption = (
        "Spearman's rank correlation over texts that have both, and the share of them whose most probable "
        f"class has a probability beyond {saturation:g}"
    )
    told = tuple(text for one in report.sensitivity_agreements if (text := agreement_sentence(one)))
    table = Table(caption, columns, rows, right=(2, 3, 4, 5))
    return Block("agreement", "Gradients beside rewritten texts", (_AGREEMENT,), (table,), (*told, *points))


def agreement_sentence(one: SensitivityAgreement) -> str:
    """Say whether gradients and rewritten texts agree; empty where that cannot be said.

    Examples
    --------
    >>> agreement_sentence(SensitivityAgreement(
    ...     "prediction_sensitivity", "counterfactual_gap", 0.1, -0.1, 0.3, 90, 0.6, 0.99, "fisher-z", None
    ... ))
    'the size of prediction_sensitivity and the counterfactual_gap hardly agree (rank correlation +0.100, ...
    """
    if one.value is None:
        return ""
    interval = "" if one.low is None or one.high is None else f", {one.low:+.3f} to {one.high:+.3f}"
    number = f"(rank correlation {one.value:+.3f}{interval})"
    what = f"the size of {one.metric} and the {one.other}"
    if disagree(one):
        unsure = one.high is not None and one.high >= _IN_PART
        how = "are not shown to agree" if unsure else "hardly agree"
        text = f"{what} {how} {number}: trust what rewritten texts show"
        if one.saturated is not None and one.saturated >= 0.1:
            text += (
                f"; {percent(one.saturated, digits=1)} of the predictions are saturated, and saturated "
                "models have small gradients"
            )
        return text
    if one.value < _ALIKE:
        return f"{what} agree in part {number}: many texts stand higher in one than in the other"
    return f"{what} put texts in much the same order {number}"


def disagree(one: SensitivityAgreement) -> bool:
    """Tell whether gradients say something other than rewritten texts do.

    Examples
    --------
    >>> disagree(SensitivityAgreement(
    ...     "prediction_sensitivity", "counterfactual_gap", 0.8, 0.7, 0.9, 90, 0.0, 0.99, "fisher-z", None
    ... ))
    False
    """
    return one.value is not None and one.value < _IN_PART


def _worth(one: ProtectedModelScore) -> str:
    if one.low is None:
        return "not known" if one.reason is None else reason_text(one.reason)
    return "better than chance" if one.low > one.chance else "not shown to be better than chance"


def _point(one: TextsApart) -> str:
    share = percent(one.count / one.texts, digits=1) if one.texts else UNDEFINED
    text = f"{one.count:,} of {one.texts:,} texts ({share}) {_APART.get(one.what, one.what)}"
    if not one.words:
        return text
    more = f" and {len(one.words) - _SHOWN} more" if len(one.words) > _SHOWN else ""
    return f"{text}: {', '.join(map(visible, one.words[:_SHOWN]))}{more}"
