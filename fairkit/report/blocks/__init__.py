"""Blocks: what a report says beside its metrics by group, each the same in every view."""

from __future__ import annotations

from fairkit.report.blocks.base import Block, Figure, Table
from fairkit.report.blocks.calibration import calibration_block, roc_block
from fairkit.report.blocks.missing import missing_block
from fairkit.report.blocks.models import models_block
from fairkit.report.blocks.remedies import remedies_block
from fairkit.report.blocks.totals import totals_block
from fairkit.report.model import Report

__all__ = ["Block", "Figure", "Table", "blocks_of"]


def blocks_of(report: Report) -> tuple[Block, ...]:
    """List the blocks that a report has something to say in, in reading order.

    Parameters
    ----------
    report : Report

    Examples
    --------
    >>> import fairkit
    >>> blocks_of(fairkit.evaluate({"sex": ["F", "M"] * 9, "d": [1, 1, 0] * 6}, decision="d", by="sex"))
    ()
    """
    makers = (totals_block, models_block, calibration_block, roc_block, missing_block, remedies_block)
    return tuple(block for make in makers if (block := make(report)) is not None)
