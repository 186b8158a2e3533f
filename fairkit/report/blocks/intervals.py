"""Points with their intervals, group by group, on one axis: differences over a margin, or ratios.

An axis ends somewhere: an interval that reaches beyond is drawn up to the end, with an arrow there. A group
may have several points (as counted, and adjusted), one above the other, told apart by shape.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from fairkit.report.charts import BAND, COLORS, INK, MUTED, PAPER, axis_look, capped
from fairkit.report.layers import Spec, by_kind, panel_layer

MOST = 20
"""Most groups of one drawing; the table has all of them."""

_WIDTH, _STEP, _LABELS = 400, 22, 210
_RATIO_ENDS = (0.05, 20.0)
_RATIOS = [0.05, 0.1, 0.2, 0.5, 0.8, 1, 1.25, 2, 5, 10, 20]


@dataclass(frozen=True, slots=True)
class Point:
    """One number of one group.

    Parameters
    ----------
    group : str
    value, low, high : float or None
    kind : str
        A verdict, which has a colour.
    series : str
        Which of several numbers of the group it is.
    """

    group: str
    value: float | None
    low: float | None
    high: float | None
    kind: str = "reference"
    series: str = ""


def hundredfold(value: float | None) -> float | None:
    """Turn a difference of rates into points.

    Examples
    --------
    >>> hundredfold(0.25), hundredfold(None)
    (25.0, None)
    """
    return None if value is None else 100 * value


def interval_chart(
    points: Sequence[Point],
    *,
    title: str,
    margin: tuple[float, float] | None = None,
    ratio: bool = False,
    shapes: Mapping[str, str] | None = None,
) -> Spec:
    """Draw points with their intervals.

    Parameters
    ----------
    points : sequence of Point
        Differences in points, or ratios; those of a group follow each other.
    title : str
        Of the axis.
    margin : pair of float, optional
        Shaded.
    ratio : bool, default False
        Whether the axis is logarithmic.
    shapes : mapping of series to shape, optional
        Of several series, in the order in which they stand.

    Examples
    --------
    >>> spec = interval_chart([Point("A", 3.0, 1.0, 900.0)], title="points")
    >>> spec["layer"][1]["data"]["values"][0]["high"], len(spec["layer"][-1]["data"]["values"])
    (100, 1)
    """
    groups = list(dict.fromkeys(p.group for p in points))[:MOST]
    kept = [p for p in points if p.group in groups and p.low is not None and p.high is not None]
    ends = [end for p in kept for end in (p.low, p.high) if end is not None]
    values = [p.value for p in kept if p.value is not None]
    if ratio:
        bottom = max(_RATIO_ENDS[0], min([0.8, *ends]) / 1.05)
        top = min(_RATIO_ENDS[1], max([1.25, *ends]) * 1.05)
    else:
        reach = capped(ends, values, least=100)
        room = 0.0 if margin is None else 1.25 * max(map(abs, margin))
        bottom, top = max(-reach, min([-room, *ends])), min(reach, max([room, *ends]))
    data, arrows = [], []
    for p in kept:
        low, high = (min(max(end or 0.0, bottom), top) for end in (p.low, p.high))
        inside = p.value is not None and bottom <= p.value <= top
        own = {"group": p.group, "kind": p.kind, "series": p.series}
        value = round(p.value, 5) if inside and p.value is not None else None
        data.append({**own, "value": value, "low": round(low, 5), "high": round(high, 5)})
        if p.high is not None and p.high > top:
            arrows.append({**own, "at": top, "to": "triangle-right"})
        if p.low is not None and p.low < bottom:
            arrows.append({**own, "at": bottom, "to": "triangle-left"})
    scale: Spec = {"domain": [bottom, top], "nice": False}
    x: Spec = {"type": "quantitative", "title": title, "scale": scale}
    if ratio:
        scale["type"] = "log"
        x["axis"] = {"values": _RATIOS, "format": "~g"}
    place: Spec = {"y": {"field": "group", "type": "nominal", "sort": groups, "title": None}}
    if shapes:
        place["yOffset"] = {
            "field": "series",
            "type": "nominal",
            "sort": list(shapes),
            "scale": {"padding": 0.6},
        }
    color = by_kind(COLORS, field="kind")
    shape = {"shape": by_kind(shapes, field="series")} if shapes else {}
    point = {"type": "point", "filled": True, "opacity": 1, "size": 60, "aria": False}
    layers = [panel_layer({"type": "rule", "color": MUTED}, x={**x, "datum": 1 if ratio else 0})]
    if margin is not None:
        band = {"x": {**x, "datum": margin[0]}, "x2": {"datum": margin[1]}}
        layers.insert(0, panel_layer({"type": "rect", "color": BAND}, **band))
    layers += [
        {
            "data": {"values": data},
            "mark": {"type": "rule", "strokeWidth": 2, "aria": False},
            "encoding": {**place, "x": {**x, "field": "low"}, "x2": {"field": "high"}, "color": color},
        },
        {
            "data": {"values": data},
            "transform": [{"filter": "datum.value !== null"}],
            "mark": point,
            "encoding": {**place, "x": {**x, "field": "value"}, "color": color, **shape},
        },
        {
            "data": {"values": arrows},
            "mark": point,
            "encoding": {
                **place,
                "x": {**x, "field": "at"},
                "color": color,
                "shape": {"field": "to", "type": "nominal", "scale": None, "legend": None},
            },
        },
    ]
    axis = axis_look(
        label_color=INK,
        title_color=MUTED,
        labelPadding=8,
        labelLimit=_LABELS,
        labelOverlap="greedy",
        labelSeparation=6,
        tickCount=6,
    )
    step = _STEP * (1.5 if shapes else 1)
    return {
        "width": _WIDTH,
        "height": {"step": step, "for": "position"} if shapes else {"step": step},
        "background": PAPER,
        "padding": {"left": 24, "right": 12, "top": 4, "bottom": 4},
        "layer": layers,
        "config": {"view": {"stroke": None}, "axis": axis},
    }
