"""Measures of texts over all groups: what a reader asks first."""

from __future__ import annotations

from fairkit.metrics import definition_of
from fairkit.report.blocks.base import Block, Table
from fairkit.report.model import Report
from fairkit.report.numerals import bounds, unit_of, value_text
from fairkit.report.phrases import UNDEFINED, reason_text
from fairkit.report.wording import wording_of

_TEXT = (
    "Every measure over the texts that have it, whatever their group. None of these numbers says it all, and "
    "there is no score that adds them up."
)


def overall_block(report: Report) -> Block | None:
    """Show every measure over all texts.

    Parameters
    ----------
    report : Report

    Returns
    -------
    Block or None
        None where nothing was measured of texts by themselves.

    Examples
    --------
    >>> import dataclasses, fairkit
    >>> from fairkit.text.results import OverallMean
    >>> report = fairkit.evaluate({"sex": ["F", "M"] * 9, "d": [1, 1, 0] * 6}, decision="d", by="sex")
    >>> mean = OverallMean("flip_rate", 0.25, 0.2, 0.31, 200, "wilson", None)
    >>> overall_block(dataclasses.replace(report, overall=(mean,))).tables[0].rows[0][:4]
    ('flip_rate', '200', '25.00%', '20.00 to 31.00')
    """
    if not report.overall:
        return None
    wording = wording_of(report)
    rows = []
    for one in report.overall:
        unit, known = unit_of(one.metric), definition_of(one.metric)
        rows.append(
            (
                one.metric,
                f"{one.texts:,}",
                UNDEFINED if one.value is None else value_text(one.value, unit),
                bounds(one.low, one.high, unit=unit) or UNDEFINED,
                reason_text(one.reason, wording)
                if one.reason is not None
                else ("" if known is None else known.summary),
            )
        )
    columns = ("measure", "texts", "mean", "interval", "what it is")
    return Block(
        "overall",
        "All texts together",
        (_TEXT,),
        (Table("Means over all texts that have the measure", columns, tuple(rows), right=(1, 2, 3)),),
    )
