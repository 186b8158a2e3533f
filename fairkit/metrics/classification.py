"""Metrics of two-class decisions, each declared on one line over tp, fp, fn and tn.

The definitions are those of fairlearn and scikit-learn, with one difference: a metric without a denominator
is undefined, with its reason, where those libraries return 0.
"""

from __future__ import annotations

from fairkit.metrics.base import Metric, Ratio, Sum, Why

TP, FP, FN, TN = Sum.of("tp"), Sum.of("fp"), Sum.of("fn"), Sum.of("tn")
ROWS = TP + FP + FN + TN

_FAIRLEARN = "fairlearn.metrics; Hardt, Price & Srebro 2016"
_CHOULDECHOVA = "Chouldechova 2017"
_SKLEARN = "scikit-learn metrics"

_TPR = Ratio(TP, TP + FN, Why.NO_POSITIVES)
_TNR = Ratio(TN, FP + TN, Why.NO_NEGATIVES)

# fmt: off
CLASSIFICATION: tuple[Metric, ...] = (
    Metric("selection_rate", (Ratio(TP + FP, ROWS, Why.NO_ROWS),), "Share of rows decided positive.", "fairlearn.metrics; 29 CFR 1607.4(D)", better="higher"),
    Metric("accuracy", (Ratio(TP + TN, ROWS, Why.NO_ROWS),), "Share of rows decided as labelled.", _SKLEARN, better="higher"),
    Metric("error_rate", (Ratio(FP + FN, ROWS, Why.NO_ROWS),), "Share of rows decided against their label.", _SKLEARN, better="lower"),
    Metric("true_positive_rate", (_TPR,), "Share of positives decided positive (recall).", _FAIRLEARN, better="higher"),
    Metric("false_positive_rate", (Ratio(FP, FP + TN, Why.NO_NEGATIVES),), "Share of negatives decided positive.", _FAIRLEARN, better="lower"),
    Metric("true_negative_rate", (_TNR,), "Share of negatives decided negative (specificity).", _FAIRLEARN, better="higher"),
    Metric("false_negative_rate", (Ratio(FN, TP + FN, Why.NO_POSITIVES),), "Share of positives decided negative.", _FAIRLEARN, better="lower"),
    Metric("positive_predictive_value", (Ratio(TP, TP + FP, Why.NO_PREDICTED_POSITIVES),), "Share of positive decisions that are right (precision).", _CHOULDECHOVA, better="higher"),
    Metric("false_discovery_rate", (Ratio(FP, TP + FP, Why.NO_PREDICTED_POSITIVES),), "Share of positive decisions that are wrong.", _CHOULDECHOVA, better="lower"),
    Metric("false_omission_rate", (Ratio(FN, FN + TN, Why.NO_PREDICTED_NEGATIVES),), "Share of negative decisions that are wrong.", _CHOULDECHOVA, better="lower"),
    Metric("negative_predictive_value", (Ratio(TN, FN + TN, Why.NO_PREDICTED_NEGATIVES),), "Share of negative decisions that are right.", _CHOULDECHOVA, better="higher"),
    Metric("prevalence", (Ratio(TP + FN, ROWS, Why.NO_ROWS),), "Share of rows labelled positive (a fact of the data, not of the model).", _SKLEARN),
    Metric("balanced_accuracy", (_TPR, _TNR), "Mean of true positive rate and true negative rate.", _SKLEARN, better="higher"),
    Metric("f1_score", (Ratio(2 * TP, 2 * TP + FP + FN, Why.NO_POSITIVES),), "Harmonic mean of precision and recall.", _SKLEARN, better="higher"),
)
# fmt: on
"""All metrics of two-class decisions with labels."""
