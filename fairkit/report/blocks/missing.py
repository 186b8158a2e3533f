"""What rows with a missing attribute leave open, as a block of the report."""

from __future__ import annotations

from collections.abc import Sequence

from fairkit.findings import TOO_FEW_ROWS, Verdict
from fairkit.metrics import Why
from fairkit.missing.bounds import GapBounds, MissingShare
from fairkit.report.blocks.base import Block, Table
from fairkit.report.model import Report
from fairkit.report.numerals import bounds, contrast_bounds, contrast_number, level_text, percent
from fairkit.report.phrases import SYMBOLS, UNDEFINED, counted, reason_text, short_name, visible


def missing_block(report: Report) -> Block | None:
    """Say how often attributes are missing, by outcome, and how far that could move each gap.

    Parameters
    ----------
    report : Report

    Returns
    -------
    Block or None
        None where no attribute is missing.

    Examples
    --------
    >>> import fairkit
    >>> rows = {"sex": ["F"] * 70 + ["M"] * 80 + [None] * 9, "hired": [1] * 104 + [0] * 55}
    >>> block = missing_block(fairkit.evaluate(rows, decision="hired", by="sex"))
    >>> block and block.tables[0].rows[0][:3]
    ('sex', 'all', '9')
    """
    if not report.missing:
        return None
    decided = [b for b in report.bounds if b.complete_verdict is not Verdict.INCONCLUSIVE]
    kept = sum(b.verdict == b.complete_verdict for b in decided)
    text = [_MEANING]
    if report.bounds:
        text.append(
            f"The complete cases decide {len(decided):,} of {counted(len(report.bounds), 'contrast')}; "
            f"{kept:,} of these verdicts {'holds' if kept == 1 else 'hold'} whatever the missing are."
        )
    by_attribute: dict[str, list[GapBounds]] = {}
    for found in report.bounds:
        by_attribute.setdefault(found.attribute, []).append(found)
    tables = (_shares(report.missing), *map(_bounds, by_attribute.values()))
    return Block("missing", "What missing attributes leave open", tuple(text), tables)


_MEANING = (
    "Nobody's attribute is guessed. Where it is missing, the bounds are the smallest and the largest gap "
    "over every way in which those rows may belong to the groups: without an assumption nothing narrower "
    "holds. The limits add sampling error to the bounds, and a verdict on them holds whatever the missing "
    "are."
)
_PLAIN = (None, Why.ATTRIBUTE_MISSING, TOO_FEW_ROWS)
"""Reasons that need no words: the table is about them."""


def _shares(shares: Sequence[MissingShare]) -> Table:
    rows = [
        (
            visible(s.attribute),
            s.outcome,
            f"{s.missing:,}",
            f"{s.n:,}",
            UNDEFINED if s.share is None else percent(s.share),
            bounds(s.low, s.high),
        )
        for s in shares
    ]
    caption = (
        f"Rows whose attribute is missing, by outcome, with plain {level_text(shares[0].level)} intervals"
    )
    return Table(
        caption, ("attribute", "among", "missing", "rows", "share", "interval"), tuple(rows), right=(2, 3, 4)
    )


def _bounds(found: Sequence[GapBounds]) -> Table:
    attribute = found[0].attribute
    others = list(dict.fromkeys(b.reference for b in found))
    rows = []
    for b in found:
        name = b.metric if b.compare == "difference" else f"{b.metric} (ratio)"
        against = "" if len(others) == 1 else f" against {short_name(b.reference, attribute)}"
        complete = UNDEFINED if b.complete_case is None else contrast_number(b.complete_case, b.compare)
        rows.append(
            (
                name,
                short_name(b.group, attribute) + against,
                f"{b.undecided:,}",
                f"{SYMBOLS[b.complete_verdict]} {complete}",
                contrast_bounds(b.low, b.high, b.compare) or UNDEFINED,
                contrast_bounds(b.limit_low, b.limit_high, b.compare) or UNDEFINED,
                f"{SYMBOLS[b.verdict]} {b.verdict}"
                + ("" if b.why in _PLAIN else f": {reason_text(b.why or '')}"),
            )
        )
    shared = "all other rows" if others[0] == "rest" else visible(others[0])
    return Table(
        f"Gaps by {visible(attribute)}{'' if len(others) > 1 else f' against {shared}'}: complete cases with "
        "their verdict, sharp bounds, and limits with theirs (differences of shares in points)",
        ("metric", "group", "may belong", "complete", "bounds", "limits", "verdict on the limits"),
        tuple(rows),
        right=(2, 3),
    )
