"""What fairlearn offers for the disparities that were shown, as a block of the report."""

from __future__ import annotations

from collections.abc import Sequence

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
    """List each algorithm that could be tried against the disparities that were shown, and what for.

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
    >>> print(block and block.points[0][:47])
    threshold-optimizer, for selection_rate: Gives
    """
    if not report.remedies:
        return None
    by_method: dict[str, list[Remedy]] = {}
    for remedy in report.remedies:
        by_method.setdefault(remedy.method, []).append(remedy)
    points = tuple(map(_point, by_method.values()))
    return Block("remedies", "What fairlearn offers", (_TEXT,), points=points)


def _point(remedies: Sequence[Remedy]) -> str:
    """Say what one algorithm does, for whatever it could make equal."""
    first = remedies[0]
    aims = ", ".join(dict.fromkeys(r.metric for r in remedies))
    others = [r.constraint for r in remedies[1:] if r.constraint is not None]
    return (
        f"{first.method}, for {aims}: {first.does} It needs {', '.join(first.needs)}, and {first.attribute}. "
        f"To try it: {first.command or first.call}" + (f" (or {', '.join(others)})" if others else "")
    )
