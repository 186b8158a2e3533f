"""fairlearn's MetricFrame: its arguments taken as they are, and its tables given back."""

from __future__ import annotations

from fairkit.metric_frames.frame import metric_frame
from fairkit.metric_frames.tables import MetricFrameTables, to_metric_frame

__all__ = ["MetricFrameTables", "metric_frame", "to_metric_frame"]
