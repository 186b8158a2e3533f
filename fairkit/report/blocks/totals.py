"""Values over all rows, that nothing is compared with, as a block of the report."""

from __future__ import annotations

from fairkit.metrics import Why
from fairkit.report.blocks.base import Block, Table
from fairkit.report.model import Report
from fairkit.report.numerals import bounds, level_text, unit_of, value_text
from fairkit.report.phrases import UNDEFINED, reason_text, visible


def totals_block(report: Report) -> Block | None:
    """List the values that belong to no group that is judged, as those of a MetricFrame over all rows.

    Parameters
    ----------
    report : Report

    Returns
    -------
    Block or None
        None where every value is one of a group.

    Examples
    --------
    >>> import fairkit
    >>> from sklearn.metrics import accuracy_score
    >>> y, d, sex = [1, 0, 1] * 20, [1, 0, 0] * 20, ["F", "M"] * 30
    >>> report = fairkit.metric_frame(
    ...     metrics=accuracy_score, y_true=y, y_pred=d, sensitive_features={"sex": sex}
    ... )
    >>> block = totals_block(report)
    >>> block and block.tables[0].rows[0][:4]
    ('accuracy_score', 'all rows', '60', '66.67%')
    """
    judged = {*report.settings.by, *(size.attribute for size in report.groups)}
    found = [e for e in report.estimates if e.attribute not in judged]
    if not found:
        return None
    rows = tuple(
        (
            visible(e.metric),
            "all rows" if e.group == e.attribute else visible(e.group),
            f"{e.n:,}",
            f"{UNDEFINED} {reason_text(e.why or Why.NO_ROWS)}"
            if e.value is None
            else value_text(e.value, unit_of(e.metric)),
            bounds(e.low, e.high, unit=unit_of(e.metric)),
        )
        for e in found
    )
    caption = f"Values with their plain {level_text(found[0].level)} intervals (of shares in percent)"
    table = Table(caption, ("metric", "of", "n", "value", "interval"), rows, right=(2, 3))
    return Block("totals", "All groups together", ("Nothing is compared with these.",), (table,))
