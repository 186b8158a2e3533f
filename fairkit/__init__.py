"""fairkit: fairness evaluation that reads rows once and says how sure it is.

``fairkit.evaluate`` takes predictions and returns a :class:`~fairkit.report.model.Report`; ``fairkit.count``
stops at the mergeable counts. Names are loaded when first used, so that ``import fairkit`` stays quick.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from fairkit._lazily import loaded_lazily

__version__ = "0.1.0"

if TYPE_CHECKING:
    from fairkit.batches import count_batches as count_batches
    from fairkit.batches import map_batches as map_batches
    from fairkit.counts import Counts as Counts
    from fairkit.counts import merge as merge
    from fairkit.errors import DataError as DataError
    from fairkit.errors import FairkitError as FairkitError
    from fairkit.evaluator import evaluate as evaluate
    from fairkit.frames import count as count
    from fairkit.functions.callables import CallableMetric as CallableMetric
    from fairkit.metric_frames import metric_frame as metric_frame
    from fairkit.policy.checking import check as check
    from fairkit.remedies.mitigation import remedy as remedy
    from fairkit.report.model import Report as Report
    from fairkit.report.serialize import load_report as load_report

_HOME = {
    "CallableMetric": "fairkit.functions.callables",
    "count_batches": "fairkit.batches",
    "metric_frame": "fairkit.metric_frames",
    "Counts": "fairkit.counts",
    "DataError": "fairkit.errors",
    "FairkitError": "fairkit.errors",
    "Report": "fairkit.report.model",
    "check": "fairkit.policy.checking",
    "count": "fairkit.frames",
    "evaluate": "fairkit.evaluator",
    "load_report": "fairkit.report.serialize",
    "map_batches": "fairkit.batches",
    "merge": "fairkit.counts",
    "remedy": "fairkit.remedies.mitigation",
}

__all__ = [
    "CallableMetric",
    "Counts",
    "DataError",
    "FairkitError",
    "Report",
    "__version__",
    "check",
    "count",
    "count_batches",
    "evaluate",
    "load_report",
    "map_batches",
    "merge",
    "metric_frame",
    "remedy",
]

__getattr__ = loaded_lazily(__name__, _HOME)


def __dir__() -> list[str]:
    return sorted(__all__)
