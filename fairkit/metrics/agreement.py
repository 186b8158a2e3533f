"""Metrics of agreement: how often a decision is the label, whatever the classes are."""

from __future__ import annotations

from fairkit.counts import Kind
from fairkit.metrics.base import Metric, Ratio, Sum, Why

RIGHT, WRONG = Sum.of("right"), Sum.of("wrong")
_SKLEARN = "scikit-learn metrics"

AGREEMENT: tuple[Metric, ...] = (
    Metric(
        "accuracy",
        (Ratio(RIGHT, RIGHT + WRONG, Why.NO_ROWS),),
        "Share of rows decided as labelled.",
        _SKLEARN,
        kind=Kind.AGREEMENT,
        better="higher",
    ),
    Metric(
        "error_rate",
        (Ratio(WRONG, RIGHT + WRONG, Why.NO_ROWS),),
        "Share of rows decided against their label.",
        _SKLEARN,
        kind=Kind.AGREEMENT,
        better="lower",
    ),
)
"""Metrics of rows that are right or wrong."""

DEFAULTS = ("accuracy",)
"""Those that are measured unless others are asked for."""
