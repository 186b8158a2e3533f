"""What fairlearn offers for the disparities that were shown, as a block of the report."""

from __future__ import annotations

from fairkit.remedies import Remedy
from fairkit.report.blocks.base import Block
from fairkit.report.model import Report

_TEXT = (
    "For these disparities fairlearn has algorithms that aim at the metric itself. Each costs something: "
    "accuracy, the attribute at decision time, or a new training. 'fairkit remedy' fits one on a part of the "
    "rows and judges it on the others, before and after, with the accuracy it costs. A disparity may also "
    "come from the data or the label; no algorithm repairs those."
)


def remedies_block(report: Report) -> Block | None:
    """List what could be tried against each disparity that was shown.

    Parameters
    ----------
    report : Report

    Returns
    -------
    Block or None
        None where no disparity was shown that fairlearn has an algorithm for.

    Examples
    --------
    >>> import fairkit
    >>> rows = {"sex": ["F"] * 70 + ["M"] * 80, "hired": [1] * 56 + [0] * 14 + [1] * 48 + [0] * 32}
    >>> block = remedies_block(fairkit.evaluate(rows, decision="hired", by="sex"))
    >>> print(block and block.points[0][:54])
    threshold-optimizer for selection_rate (demographic_pa
    """
    if not report.remedies:
        return None
    points = tuple(map(_point, report.remedies))
    return Block("remedies", "What fairlearn offers", (_TEXT,), points=points)


def _point(remedy: Remedy) -> str:
    aim = "" if remedy.constraint is None else f" ({remedy.constraint})"
    needs = ", ".join(remedy.needs)
    return (
        f"{remedy.method} for {remedy.metric}{aim}: {remedy.does} It needs {needs}, and {remedy.attribute}. "
        f"To try it: {remedy.command or remedy.call}"
    )
