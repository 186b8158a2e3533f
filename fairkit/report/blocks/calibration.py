"""What scores promise and how well they rank, group by group, as a block of the report."""

from __future__ import annotations

from collections.abc import Sequence

from fairkit.curves import ReliabilityBin, RocPoint
from fairkit.report.blocks.base import Block, Figure, Table
from fairkit.report.blocks.panels import diagonal, dots, line, panels
from fairkit.report.charts import MUTED
from fairkit.report.model import Report
from fairkit.report.numerals import bounds, level_text, percent
from fairkit.report.phrases import UNDEFINED, counted, short_name, visible

PANELS = 8
"""Most groups that are drawn; the table has all of them."""

_TEXT = (
    "A calibrated score of 0.3 means that 30% of such rows are positive, in every group. Points are shares "
    "of positives among rows of similar scores, with plain intervals; on the dashed line the score keeps its "
    "promise, below it the score is too high. Scores that are calibrated overall may not be within groups."
)
_RANKS = (
    "ROC curves show what a group's scores can separate at every threshold: the share of positives selected "
    "over the share of negatives selected. The grey curve is that of all rows. Curves that differ mean that "
    "one threshold cannot give all groups the same error rates; the areas under them are compared above."
)


def calibration_block(report: Report) -> Block | None:
    """Compare scores with what came of them, for every grouping.

    Parameters
    ----------
    report : Report

    Returns
    -------
    Block or None
        None where there are no scores.

    Examples
    --------
    >>> import fairkit
    >>> rows = {"sex": ["F", "M"] * 40, "y": [0, 0, 1, 1] * 20, "s": [0.1, 0.4, 0.35, 0.8] * 20}
    >>> block = calibration_block(fairkit.evaluate(rows, label="y", score="s", by="sex"))
    >>> block and block.title
    'Calibration'
    """
    if not report.reliability:
        return None
    bins: dict[str, list[ReliabilityBin]] = {}
    for b in report.reliability:
        bins.setdefault(b.attribute, []).append(b)
    tables = tuple(_reliability(own, report) for own in bins.values())
    return Block("calibration", "Calibration", (_TEXT,), tables)


def roc_block(report: Report) -> Block | None:
    """Draw the ROC curves of every grouping; only on the page, for nobody reads them as numbers.

    Parameters
    ----------
    report : Report

    Returns
    -------
    Block or None
        None where there are no scores.

    Examples
    --------
    >>> import fairkit
    >>> rows = {"sex": ["F", "M"] * 40, "y": [0, 0, 1, 1] * 20, "s": [0.1, 0.4, 0.35, 0.8] * 20}
    >>> block = roc_block(fairkit.evaluate(rows, label="y", score="s", by="sex"))
    >>> block and block.written
    ()
    """
    corners: dict[str, list[RocPoint]] = {}
    for p in report.roc:
        corners.setdefault(p.attribute, []).append(p)
    everyone = corners.pop("", [])
    tables = tuple(_roc(own, everyone, report) for own in corners.values())
    return Block("roc", "ROC curves", (_RANKS,), tables) if tables else None


def _largest(groups: Sequence[str], report: Report) -> list[str]:
    """Name the groups that are drawn, the largest first."""
    rows = {size.group: size.rows for size in report.groups}
    return sorted(groups, key=lambda group: -rows.get(group, 0))[:PANELS]


def _reliability(bins: Sequence[ReliabilityBin], report: Report) -> Table:
    attribute = bins[0].attribute
    groups = list(dict.fromkeys(b.group for b in bins))
    low = min(0.0, *(b.mean_score for b in bins))
    high = max(1.0, *(b.mean_score for b in bins))
    shown = _largest(groups, report)
    layers = {}
    for group in shown:
        points = [
            {"x": b.mean_score, "y": b.positive_rate, "low": b.low, "high": b.high}
            for b in bins
            if b.group == group and b.low is not None
        ]
        layers[short_name(group, attribute)] = [diagonal((low, high)), line(points), *dots(points)]
    off = sum(b.low is not None and b.high is not None and not b.low <= b.mean_score <= b.high for b in bins)
    label = (
        f"Reliability of the score by {visible(attribute)} in {counted(len(shown), 'group')}: in {off} of "
        f"{counted(len(bins), 'bin')} the mean score lies outside the interval. The table has every number."
    )
    rows = tuple(
        (
            short_name(b.group, attribute),
            f"{b.score_low:.4g} to {b.score_high:.4g}"
            if b.score_high > b.score_low
            else f"{b.score_low:.4g}",
            f"{b.n:,}",
            f"{b.mean_score:.4f}",
            percent(b.positive_rate),
            bounds(b.low, b.high) or UNDEFINED,
        )
        for b in bins
    )
    return Table(
        f"Reliability by {visible(attribute)}, with plain {level_text(bins[0].level)} intervals",
        ("group", "scores", "n", "mean score", "positives", "interval"),
        rows,
        right=(2, 3, 4),
        figures=(Figure(panels(layers, x="mean score", y="share of positives", domain=(low, high)), label),),
    )


def _roc(points: Sequence[RocPoint], everyone: Sequence[RocPoint], report: Report) -> Table:
    attribute = points[0].attribute
    groups = list(dict.fromkeys(p.group for p in points))
    shown = _largest(groups, report)
    behind = line(_drawn(everyone), color=MUTED) if everyone else diagonal()
    layers = {
        short_name(group, attribute): [
            diagonal(),
            behind,
            line(_drawn([p for p in points if p.group == group])),
        ]
        for group in shown
    }
    label = (
        f"ROC curves by {visible(attribute)} in {counted(len(shown), 'group')}. The table has their corners."
    )
    rows = tuple(
        (
            short_name(p.group, attribute),
            "above all" if p.threshold is None else f"{p.threshold:.6g}",
            percent(p.false_positive_rate),
            percent(p.true_positive_rate),
        )
        for p in points
    )
    return Table(
        f"ROC curves by {visible(attribute)}",
        ("group", "threshold", "false positive rate", "true positive rate"),
        rows,
        right=(1, 2, 3),
        figures=(Figure(panels(layers, x="false positive rate", y="true positive rate"), label),),
        drawn_only=True,
    )


def _drawn(points: Sequence[RocPoint]) -> list[dict[str, float]]:
    return [{"x": round(p.false_positive_rate, 4), "y": round(p.true_positive_rate, 4)} for p in points]
