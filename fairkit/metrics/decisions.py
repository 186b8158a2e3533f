"""Metrics of decisions without labels: what can be said when nobody knows who deserved what."""

from __future__ import annotations

from fairkit.counts import Kind
from fairkit.metrics.base import Metric, Ratio, Sum, Why

SELECTED, REJECTED = Sum.of("selected"), Sum.of("rejected")

DECISIONS: tuple[Metric, ...] = (
    Metric(
        "selection_rate",
        (Ratio(SELECTED, SELECTED + REJECTED, Why.NO_ROWS),),
        "Share of rows decided positive.",
        "fairlearn.metrics; 29 CFR 1607.4(D)",
        kind=Kind.DECISIONS,
        better="higher",
    ),
)
"""Metrics that need no label."""
