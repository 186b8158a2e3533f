"""Curves of scores by group, and thresholds on a trial basis, as plain records."""

from __future__ import annotations

from fairkit.curves.tracing import ReliabilityBin, RocPoint, ThresholdPoint, reliability, roc, thresholds
from fairkit.curves.trials import ThresholdChoice, choose_threshold, nearest_threshold, try_threshold

__all__ = [
    "ReliabilityBin",
    "RocPoint",
    "ThresholdChoice",
    "ThresholdPoint",
    "choose_threshold",
    "nearest_threshold",
    "reliability",
    "roc",
    "thresholds",
    "try_threshold",
]
