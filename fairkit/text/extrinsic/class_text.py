"""Gaps by class as plain text: what they come to together first, then class by class, the largest first."""

from __future__ import annotations

from typing import TYPE_CHECKING

from fairkit.report.numerals import contrast_bounds, contrast_number, level_text, percent
from fairkit.report.phrases import UNDEFINED, counted, reason_text, visible
from fairkit.report.textpage import TextPage, cell

if TYPE_CHECKING:
    from fairkit.text.extrinsic.class_gaps import ClassGap, ClassGaps, GapCorrelation

ROWS = 40
"""Classes that are shown; all are in JSON."""


def gaps_text(found: ClassGaps, *, width: int = 100, color: bool = False) -> str:
    """Write gaps by class as plain text.

    Parameters
    ----------
    found : ClassGaps
    width : int
    color : bool

    Examples
    --------
    >>> from fairkit import frames
    >>> from fairkit.text import class_gaps
    >>> rows = {"sex": ["F", "M"] * 40, "y": ["a", "a", "b", "b"] * 20, "d": ["a", "a", "b", "a"] * 20}
    >>> counts = frames.count(rows, by="sex", label="y", decision="d", classes="all")
    >>> print(gaps_text(class_gaps(counts, attribute="sex", group="F")).splitlines()[0])
    True positive rates by class: sex=F less the rest, 2 classes
    """
    page = TextPage(width, color=color)
    other = "the rest" if found.reference == "rest" else visible(f"{found.attribute}={found.reference}")
    page.line(
        f"True positive rates by class: {visible(found.attribute)}={visible(found.group)} less {other}, "
        f"{counted(len(found.classes), 'class', 'classes')}",
        style="bold",
    )
    for line in _together(found):
        page.line(line)
    page.console.print()
    table = page.table()
    table.add_column("class", overflow="fold")
    for column in ("rows", "share", "rate", "other", "gap, points", level_text(found.confidence)):
        table.add_column(column, justify="right", no_wrap=True)
    shown = sorted(found.classes, key=lambda one: -abs(one.value or 0.0))
    for one in shown[:ROWS]:
        table.add_row(*map(cell, _row(one)))
    page.console.print(table)
    if len(shown) > ROWS:
        page.line(f"... {counted(len(shown) - ROWS, 'class', 'classes')} more (all of them are in JSON)")
    page.listed("Notes", found.notes)
    return page.text()


def _together(found: ClassGaps) -> list[str]:
    if found.root_mean_square is None:
        return ["No class has rows on both sides."]
    points = f"root mean square {100 * found.root_mean_square:.2f} points"
    if found.corrected is not None:
        points += f"; without noise {100 * found.corrected:.2f}"
    if found.low is not None and found.high is not None:
        points += f" ({100 * found.low:.2f} to {100 * found.high:.2f})"
    lines = [points]
    if found.chance_median is not None and found.chance_high is not None and found.p_value is not None:
        lines.append(
            f"where rates are equal chance alone gives {100 * found.chance_median:.2f} (95th percentile "
            f"{100 * found.chance_high:.2f}; p {found.p_value:.2g})"
        )
    return [*lines, *map(_correlation, found.correlations)]


def _correlation(one: GapCorrelation) -> str:
    what = f"{one.method.capitalize()} correlation of gaps with the group's share"
    if one.value is None or one.p_value is None:
        return f"{what}: undefined, {reason_text(one.reason or '')}"
    interval = "" if one.low is None or one.high is None else f" ({one.low:+.3f} to {one.high:+.3f})"
    return f"{what}: {one.value:+.3f}{interval}, p {one.p_value:.2g}"


def _row(one: ClassGap) -> tuple[str, ...]:
    none = UNDEFINED
    return (
        visible(one.name),
        f"{one.rows:,} / {one.reference_rows:,}",
        percent(one.share, digits=0),
        none if one.rate is None else percent(one.rate, digits=1),
        none if one.reference_rate is None else percent(one.reference_rate, digits=1),
        none if one.value is None else contrast_number(one.value, "difference", digits=1),
        contrast_bounds(one.low, one.high, "difference", digits=1) or none,
    )
