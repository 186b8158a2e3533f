"""Dumbbell charts: from the old to the new value of every group, and beside them the change that decides.

Two panels share their rows. In the first a line runs from the old value (hollow) to the new one (filled). The
second has the change with its corrected interval over the shaded margin: that interval is the one that
decides, so picture and verdict cannot disagree. A verdict is a shape and a word as well as a colour, and a
group without a number is written as such, not left out.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import Any

from fairkit.changes import phrases
from fairkit.changes.model import Changes, GapShift, ValueChange
from fairkit.changes.phrases import Kind
from fairkit.report.charts import BAND, COLORS, FONT_SIZE, INK, MUTED, PAPER, axis_look, capped
from fairkit.report.layers import Spec, by_kind, panel_layer, row_layer
from fairkit.report.numerals import unit_of
from fairkit.report.phrases import counted, short_name, visible

DRAWN = 60
"""Groups that are drawn; the table has all."""

_COLORS: Mapping[Kind, str] = MappingProxyType(
    {
        "bad": COLORS["disparity"],
        "good": COLORS["parity"],
        "same": COLORS["parity"],
        "moved": COLORS["reference"],
        "open": COLORS["inconclusive"],
    }
)
_SHAPES: Mapping[Kind, str] = MappingProxyType(
    {"bad": "diamond", "good": "triangle-up", "same": "circle", "moved": "square", "open": "circle"}
)
_WIDTH = 300
_STEP = 22
_LABELS = 210

One = ValueChange | GapShift


def dumbbell(changes: Changes, ones: Sequence[ValueChange | GapShift]) -> Spec:
    """Draw the values, or the gaps, of one metric by the groups of one attribute.

    Parameters
    ----------
    changes : Changes
    ones : sequence of ValueChange or GapShift
        Of one metric and attribute, at least one.

    Returns
    -------
    dict
        A Vega-Lite specification with its data.

    Examples
    --------
    >>> import fairkit
    >>> from fairkit.changes.comparing import compare_reports
    >>> report = fairkit.evaluate({"sex": ["F", "M"] * 9, "d": [1, 1, 0] * 6}, decision="d", by="sex")
    >>> found = compare_reports(report, report)
    >>> [row["word"] for row in dumbbell(found, found.gaps)["data"]["values"]]
    ['inconclusive', 'inconclusive']
    """
    unit = unit_of(ones[0].metric)
    scale = 100.0 if unit == "share" else 1.0
    data = [_datum(i, one, changes, scale) for i, one in enumerate(ones[:DRAWN])]
    _shorten(data, least=100 if unit == "share" else float("inf"))
    longest = max((len(datum["group"]) for datum in data), default=0)
    look = axis_look(titlePadding=8, labelPadding=4)
    return {
        "data": {"values": data},
        "background": PAPER,
        # Room for a reader's font that is wider than the one the drawing is measured with.
        "padding": {
            "left": round(4 + 0.18 * min(6.0 * longest, _LABELS), 1),
            "right": 24,
            "top": 4,
            "bottom": 4,
        },
        "spacing": 30,
        "hconcat": [_ends(changes, ones, scale), _change(ones, data, scale)],
        "config": {
            "view": {"stroke": None},
            "axis": look,
            "text": {"font": "sans-serif", "fontSize": FONT_SIZE, "baseline": "middle"},
        },
    }


def description(changes: Changes, ones: Sequence[ValueChange | GapShift]) -> str:
    """Say in words what the chart shows, for those who do not see it.

    Examples
    --------
    >>> import fairkit
    >>> from fairkit.changes.comparing import compare_reports
    >>> report = fairkit.evaluate({"sex": ["F", "M"] * 9, "d": [1, 1, 0] * 6}, decision="d", by="sex")
    >>> found = compare_reports(report, report)
    >>> description(found, found.gaps)
    'Gaps of selection_rate by sex, old and new, 2 groups: 2 inconclusive. The table has every number.'
    """
    words = [_word(changes, one) for one in ones]
    told = ", ".join(f"{words.count(word)} {word}" for word in dict.fromkeys(words))
    what = "Gaps" if isinstance(ones[0], GapShift) else "Values"
    return (
        f"{what} of {visible(ones[0].metric)} by {visible(ones[0].attribute)}, "
        f"{' and '.join(phrases.sides(changes))}, {counted(len(ones), 'group')}: {told}. The table has every "
        "number."
    )


def _datum(i: int, one: One, changes: Changes, scale: float) -> dict[str, Any]:
    ends = (one.before, one.after) if isinstance(one, GapShift) else (one.old, one.new)
    numbers = (*ends, one.value, one.low, one.high)
    old, new, value, low, high = (None if x is None else float(f"{scale * x:.6g}") for x in numbers)
    return {
        "i": i,
        "group": short_name(one.group, one.attribute),
        "kind": phrases.kind_of(changes, one),
        "word": _word(changes, one),
        "old": old,
        "new": new,
        "value": value,
        "low": low,
        "high": high,
    }


def _shorten(data: Sequence[dict[str, Any]], *, least: float) -> None:
    """Cut intervals that reach beyond all reason (error rates of few speakers)."""
    ends = [d[name] for d in data for name in ("low", "high") if d[name] is not None]
    reach = capped(ends, [d["value"] for d in data if d["value"] is not None], least=least)
    for d in data:
        for name in ("low", "high"):
            if d[name] is not None:
                d[name] = max(-reach, min(reach, d[name]))


def _ends(changes: Changes, ones: Sequence[ValueChange | GapShift], scale: float) -> Spec:
    first, second = phrases.sides(changes)
    one = ones[0]
    if isinstance(one, GapShift):
        other = "all other rows" if one.reference == "rest" else short_name(one.reference, one.attribute)
        what = f"Gap to {other}{', points' if scale == 100 else ''}"
    else:
        what = f"Value{', %' if scale == 100 else ''}"
    x = _axis([what, f"hollow: {first}, filled: {second}"], zero=False)
    hollow = {"type": "point", "filled": True, "opacity": 1, "size": 52, "strokeWidth": 2, "fill": PAPER}
    filled = {"type": "point", "filled": True, "opacity": 1, "size": 64}
    name = {"type": "text", "align": "right", "color": INK, "limit": _LABELS}
    both = "datum.old !== null && datum.new !== null"
    layers = [
        row_layer(name, x={"value": -10}, text={"field": "group"}),
        row_layer(
            {"type": "rule", "strokeWidth": 2}, when=both, x={**x, "field": "old"}, x2={"field": "new"},
            color=_COLOR,
        ),
        row_layer(
            {**hollow, "shape": "circle"}, when="datum.old !== null", x={**x, "field": "old"}, stroke=_COLOR
        ),
        row_layer(
            {**filled, "shape": "circle"}, when="datum.new !== null", x={**x, "field": "new"}, color=_COLOR
        ),
    ]  # fmt: skip
    if isinstance(one, GapShift):
        layers.insert(0, panel_layer({"type": "rule", "color": MUTED}, x={**x, "datum": 0}))
    return {"width": _WIDTH, "height": {"step": _STEP}, "layer": layers}


def _change(ones: Sequence[ValueChange | GapShift], data: Sequence[dict[str, Any]], scale: float) -> Spec:
    low, high = (scale * end for end in ones[0].margin)
    known = [d[name] for d in data for name in ("low", "high", "value") if d[name] is not None]
    room = max(high - low, 1e-9) / 4
    x = _axis(
        [f"Change{', points' if scale == 100 else ''}", "corrected interval decides; shaded: margin"],
        zero=True,
        domain=[min([low - room, *known]), max([high + room, *known])],
    )
    rule = {"type": "rule", "strokeWidth": 2}
    filled = {"type": "point", "filled": True, "opacity": 1, "size": 70}
    hollow = {"type": "point", "filled": True, "opacity": 1, "size": 52, "strokeWidth": 2, "fill": PAPER}
    at = {**x, "field": "value"}
    there = "datum.value !== null && datum.low !== null && datum.kind"
    word = {"type": "text", "align": "left"}
    return {
        "width": _WIDTH,
        "height": {"step": _STEP},
        "layer": [
            panel_layer({"type": "rect", "color": BAND}, x={**x, "datum": low}, x2={"datum": high}),
            panel_layer({"type": "rule", "color": MUTED}, x={**x, "datum": 0}),
            row_layer(
                rule, when="datum.low !== null", x={**x, "field": "low"}, x2={"field": "high"}, color=_COLOR
            ),
            row_layer(filled, when=f"{there} !== 'open'", x=at, color=_COLOR, shape=_SHAPE),
            row_layer(hollow, when=f"{there} === 'open'", x=at, stroke=_COLOR, shape=_SHAPE),
            row_layer(word, x={"value": _WIDTH + 10}, text={"field": "word"}, color=_COLOR),
        ],
    }


def _word(changes: Changes, one: One) -> str:
    return phrases.verdict_text(changes, one).partition(" ")[2]


def _axis(title: list[str], *, zero: bool, domain: list[float] | None = None) -> Spec:
    scale: Spec = {"zero": zero, "nice": True}
    if domain is not None:
        scale = {"domain": domain, "nice": True}
    axis = {
        "orient": "top",
        "grid": True,
        "tickCount": 6,
        "labelOverlap": "greedy",
        "labelSeparation": 6,
        "labelFlush": False,
        "title": title,
    }
    return {"type": "quantitative", "axis": axis, "scale": scale}


_COLOR = by_kind(_COLORS)
_SHAPE = by_kind(_SHAPES)
