"""Blocks: what a report says beside its metrics by group, each the same in every view."""

from __future__ import annotations

from fairkit.report.blocks.adjusted import adjusted_block
from fairkit.report.blocks.attributed import attributed_block, word_block
from fairkit.report.blocks.base import Block, Figure, Table
from fairkit.report.blocks.calibration import calibration_block, roc_block
from fairkit.report.blocks.conditions import conditions_block
from fairkit.report.blocks.floors import floors_block
from fairkit.report.blocks.gaps import gaps_block
from fairkit.report.blocks.listed import listed_block
from fairkit.report.blocks.missing import missing_block
from fairkit.report.blocks.models import models_block
from fairkit.report.blocks.overall import overall_block
from fairkit.report.blocks.policies import policies_block
from fairkit.report.blocks.protected import agreement_block, protected_block
from fairkit.report.blocks.recognised import recognised_block
from fairkit.report.blocks.remedies import remedies_block
from fairkit.report.blocks.rules import rules_block
from fairkit.report.blocks.totals import totals_block
from fairkit.report.blocks.words import words_block
from fairkit.report.model import Report

__all__ = ["Block", "Figure", "Table", "blocks_of"]

_MAKERS = (
    totals_block,
    overall_block,
    floors_block,
    agreement_block,
    protected_block,
    word_block,
    attributed_block,
    recognised_block,
    policies_block,
    gaps_block,
    models_block,
    conditions_block,
    adjusted_block,
    words_block,
    rules_block,
    listed_block,
    calibration_block,
    roc_block,
    missing_block,
    remedies_block,
)
"""What makes the blocks, in reading order."""


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
    return tuple(block for make in _MAKERS if (block := make(report)) is not None)
