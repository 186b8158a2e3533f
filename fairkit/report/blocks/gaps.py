"""The gap between the worst and the best group, beside the gap that chance and the normaliser make."""

from __future__ import annotations

from collections.abc import Sequence

from fairkit.report.blocks.base import Block, Figure, Table
from fairkit.report.charts import GRID, INK, MUTED, PAPER, axis_look
from fairkit.report.layers import Spec
from fairkit.report.model import Report
from fairkit.report.numerals import contrast_number
from fairkit.report.phrases import UNDEFINED, counted, reason_text, short_name, visible
from fairkit.report.wording import Wording, wording_of
from fairkit.speech.results import GapNull

_TEXT = (
    "The worst group's error rate less the best group's is above zero whatever the truth, the more so the "
    "fewer {units} the groups have. So labels are shuffled {over}: what gap then comes about is what groups "
    "that are alike would show. The verdicts above do not rest on this gap."
)
_NORMALISERS = (
    "How texts are normalised moves error rates, and not of all groups alike: what differs from one "
    "normaliser to the next is no difference between speakers."
)
_SURE = 0.05
_FEW = 20
_WIDTH, _STEP = 400, 24


def gaps_block(report: Report) -> Block | None:
    """Show each gap with its null, and under every normaliser.

    Parameters
    ----------
    report : Report

    Returns
    -------
    Block or None
        None where no transcripts were judged.

    Examples
    --------
    >>> from fairkit.speech import evaluate
    >>> rows = {"said": ["a b c", "d e"] * 8, "heard": ["a b c", "d"] * 8, "accent": ["X", "Y"] * 8}
    >>> block = gaps_block(evaluate(rows, reference="said", hypothesis="heard", by="accent"))
    >>> block and block.tables[0].rows[0][:5]
    ('hypothesis', 'basic', 'Y', 'X', '50.00')
    """
    if not report.gap_nulls:
        return None
    wording = wording_of(report)
    by_grouping: dict[str, list[GapNull]] = {}
    for gap in report.gap_nulls:
        by_grouping.setdefault(gap.attribute, []).append(gap)
    over = " or ".join(dict.fromkeys(visible(gap.shuffled) for gap in report.gap_nulls))
    text = [_TEXT.format(units=wording.units, over=over)]
    first = report.gap_nulls[0].normalizer
    points = [
        told
        for gap in report.gap_nulls
        if gap.normalizer == first
        for told in _said(gap, wording, few=_few(report))
    ]
    tables = [_nulls(own) for own in by_grouping.values()]
    several = [table for own in by_grouping.values() if (table := _normalisers(own)) is not None]
    if several:
        text.append(_NORMALISERS)
    return Block("gaps", "The gap, and what chance makes it", tuple(text), (*tables, *several), tuple(points))


def _few(report: Report) -> bool:
    """Say whether some group has few speakers."""
    return any(0 < (size.clusters or size.rows) < _FEW for size in report.groups)


def _said(gap: GapNull, wording: Wording, *, few: bool) -> list[str]:
    """Say one gap in plain words."""
    where = f"By {visible(gap.attribute)}, {visible(gap.system)}"
    if gap.gap is None or gap.null_median is None or gap.null_high is None or gap.p_value is None:
        return [f"{where}: no gap can be stated ({reason_text(gap.reason or '', wording)})"]
    beyond = gap.p_value <= _SURE
    verdict = "this gap is more than chance makes" if beyond else "chance alone may have made this gap"
    number = f"With so few {wording.units}" if few else f"With as many {wording.units} as here"
    told = (
        f"{where}: the gap is {_points(gap.gap)} points. {number}, groups that are alike "
        f"would show a gap of about {_points(gap.null_median)}, and one time in twenty "
        f"{_points(gap.null_high)} or more: {verdict} (p = {_p(gap.p_value)})"
    )
    if gap.left_out:
        names = ", ".join(short_name(name, gap.attribute) for name in gap.left_out[:5])
        more = f" and {len(gap.left_out) - 5} more" if len(gap.left_out) > 5 else ""
        told += f"; left out for too few {wording.units}: {names}{more}"
    return [told]


def _nulls(gaps: Sequence[GapNull]) -> Table:
    attribute = gaps[0].attribute
    rows = tuple(
        (
            visible(gap.system),
            visible(gap.normalizer),
            "" if gap.worst is None else short_name(gap.worst, attribute),
            "" if gap.best is None else short_name(gap.best, attribute),
            *map(_points, (gap.gap, gap.null_median, gap.null_high)),
            UNDEFINED if gap.p_value is None else _p(gap.p_value),
        )
        for gap in gaps
    )
    columns = ("system", "normalizer", "worst", "best", "gap", "by chance", "95% below", "p")
    shuffles = max(gap.shuffles for gap in gaps)
    caption = (
        f"Gaps by {visible(attribute)} in points, with the median and the 95th percentile of "
        f"{counted(shuffles, 'shuffle')}"
    )
    drawn = [gap for gap in gaps if gap.gap is not None and gap.null_high is not None]
    figures = (Figure(_chart(drawn), _label(drawn, attribute)),) if drawn else ()
    return Table(caption, columns, rows, right=(4, 5, 6, 7), figures=figures)


def _normalisers(gaps: Sequence[GapNull]) -> Table | None:
    """Put the gaps under each normaliser side by side, with what the first one takes away or adds."""
    names = list(dict.fromkeys(gap.normalizer for gap in gaps))
    if len(names) < 2:
        return None
    found = {(gap.system, gap.normalizer): gap.gap for gap in gaps}
    rows = []
    for system in dict.fromkeys(gap.system for gap in gaps):
        own = [found.get((system, name)) for name in names]
        moved = [
            UNDEFINED if gap is None or own[0] is None else contrast_number(gap - own[0], "difference")
            for gap in own[1:]
        ]
        rows.append((visible(system), *map(_points, own), *moved))
    first, *others = map(visible, names)
    columns = (
        "system",
        f"gap, {first}",
        *(f"gap, {name}" for name in others),
        *(f"{n} less {first}" for n in others),
    )
    caption = (
        f"Gaps by {visible(gaps[0].attribute)} under every normaliser, in points, and how far it moves them"
    )
    return Table(caption, columns, tuple(rows), right=tuple(range(1, len(columns))))


def _points(gap: float | None) -> str:
    return UNDEFINED if gap is None else f"{100 * gap:.2f}"


def _p(p: float) -> str:
    return f"{p:.4f}"


def _label(gaps: Sequence[GapNull], attribute: str) -> str:
    beyond = sum(gap.p_value is not None and gap.p_value <= _SURE for gap in gaps)
    return (
        f"Gaps by {visible(attribute)} over the gaps that shuffled labels show: {beyond} of "
        f"{counted(len(gaps), 'gap')} {'is' if beyond == 1 else 'are'} more than chance makes. The table "
        "has every number."
    )


def _chart(gaps: Sequence[GapNull]) -> Spec:
    """Draw each gap over the band of 95 % of the gaps that chance makes, with their median as a line."""
    one = len({gap.normalizer for gap in gaps}) == 1
    data = [
        {
            "name": visible(gap.system) + ("" if one else f", {visible(gap.normalizer)}"),
            **{
                field: None if value is None else round(100 * value, 4)
                for field, value in (("gap", gap.gap), ("median", gap.null_median), ("high", gap.null_high))
            },
        }
        for gap in gaps
    ]
    y = {"field": "name", "type": "nominal", "sort": None, "title": None}
    title = "gap in points (band: 95% of what chance makes, line: its median)"
    x = {"type": "quantitative", "title": title, "scale": {"zero": True, "nice": True}}
    axis = axis_look(label_color=INK, title_color=MUTED, labelPadding=8, labelLimit=240, tickCount=6)
    return {
        "width": _WIDTH,
        "height": {"step": _STEP},
        "background": PAPER,
        "padding": {"left": 24, "right": 12, "top": 4, "bottom": 4},
        "data": {"values": data},
        "layer": [
            {
                "mark": {"type": "bar", "height": 14, "color": GRID, "aria": False},
                "encoding": {"y": y, "x": {**x, "field": "high"}},
            },
            {
                "mark": {"type": "tick", "color": MUTED, "thickness": 2, "size": 14, "aria": False},
                "encoding": {"y": y, "x": {**x, "field": "median"}},
            },
            {
                "mark": {
                    "type": "point",
                    "filled": True,
                    "opacity": 1,
                    "color": INK,
                    "size": 70,
                    "aria": False,
                },
                "encoding": {"y": y, "x": {**x, "field": "gap"}},
            },
        ],
        "config": {"view": {"stroke": None}, "axis": axis},
    }
