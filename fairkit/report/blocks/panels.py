"""Small pictures side by side, one for each group, on the same axes.

Every panel has the group's own marks in ink; what it is held against (the diagonal, the curve of all rows)
lies behind in grey. Side by side, no colours have to be told apart.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from fairkit.report.charts import FONT_SIZE, GRID, INK, MUTED, PAPER, axis_look
from fairkit.report.layers import Spec

SIZE = 150
"""Width and height of one panel, in pixels."""

COLUMNS = 4
"""Panels in a row."""


def panels(
    layers: Mapping[str, Sequence[Spec]], *, x: str, y: str, domain: tuple[float, float] = (0.0, 1.0)
) -> Spec:
    """Draw one panel per group.

    Parameters
    ----------
    layers : mapping of title to layers
        Vega-Lite layers with their own data; fields ``x`` and ``y`` are placed on the axes.
    x, y : str
        Titles of the axes.
    domain : pair of float
        Of both axes.

    Examples
    --------
    >>> len(panels({"F": [diagonal()], "M": [diagonal()]}, x="score", y="rate")["concat"])
    2
    """
    scale = {"domain": list(domain), "nice": False}
    made = []
    for i, (title, own) in enumerate(layers.items()):
        axes = {
            "x": {"title": x, "values": [0, 0.5, 1] if domain == (0.0, 1.0) else None},
            "y": {
                "title": y if i % COLUMNS == 0 else None,
                "values": [0, 0.5, 1] if domain == (0.0, 1.0) else None,
            },
        }
        placed = {
            name: {
                "type": "quantitative",
                "scale": scale,
                "axis": {k: v for k, v in axis.items() if v or k == "title"},
            }
            for name, axis in axes.items()
        }
        made.append(
            {
                "title": {
                    "text": title,
                    "anchor": "start",
                    "fontSize": FONT_SIZE,
                    "color": INK,
                    "limit": SIZE,
                },
                "width": SIZE,
                "height": SIZE,
                "layer": [_placed(layer, placed) for layer in own],
            }
        )
    axis = axis_look(title_color=MUTED, labelPadding=4, labelFlush=False, titlePadding=10)
    return {
        "background": PAPER,
        "padding": 6,
        "columns": COLUMNS,
        "spacing": 24,
        "concat": made,
        "config": {
            "view": {"stroke": GRID},
            "axis": axis,
            "title": {"fontWeight": 600, "font": "sans-serif"},
        },
    }


def diagonal(domain: tuple[float, float] = (0.0, 1.0)) -> Spec:
    """Draw what a perfect promise, or a blind guess, would be.

    Examples
    --------
    >>> diagonal()["data"]["values"]
    [{'x': 0.0, 'y': 0.0}, {'x': 1.0, 'y': 1.0}]
    """
    return line([{"x": end, "y": end} for end in domain], color=MUTED, dash=True)


def line(points: Sequence[Mapping[str, Any]], *, color: str = INK, dash: bool = False) -> Spec:
    """Draw a curve through points, in their order.

    Examples
    --------
    >>> line([{"x": 0, "y": 0}])["mark"]["type"]
    'line'
    """
    mark: Spec = {"type": "line", "color": color, "strokeWidth": 1.2 if dash else 1.8, "aria": False}
    if dash:
        mark["strokeDash"] = [3, 3]
    ordered = [{**point, "i": i} for i, point in enumerate(points)] if not dash else list(points)
    encoding = {} if dash else {"order": {"field": "i", "type": "quantitative"}}
    return {"data": {"values": ordered}, "mark": mark, "encoding": encoding}


def dots(points: Sequence[Mapping[str, Any]]) -> list[Spec]:
    """Draw points, each over its interval from ``low`` to ``high``.

    Examples
    --------
    >>> [layer["mark"]["type"] for layer in dots([{"x": 0.5, "y": 0.4, "low": 0.3, "high": 0.5}])]
    ['rule', 'point']
    """
    data = {"values": list(points)}
    ends = {"y": {"field": "low"}, "y2": {"field": "high"}}
    return [
        {
            "data": data,
            "mark": {"type": "rule", "color": INK, "strokeWidth": 1.6, "aria": False},
            "encoding": ends,
        },
        {
            "data": data,
            "mark": {"type": "point", "filled": True, "opacity": 1, "color": INK, "size": 32, "aria": False},
        },
    ]


def _placed(layer: Spec, placed: Mapping[str, Spec]) -> Spec:
    own = layer.get("encoding", {})
    encoding = {name: {"field": name, **axis, **own.get(name, {})} for name, axis in placed.items()}
    return {**layer, "encoding": {**own, **encoding}}
