"""Charts of associations: a row for each test, its interval, and the neutral value as a line with a name."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import Any

from fairkit.report.charts import COLORS, FONT_SIZE, INK, MUTED, PAPER, axis_look
from fairkit.report.layers import Spec, by_kind, panel_layer, row_layer
from fairkit.report.phrases import counted, visible
from fairkit.text.intrinsic import phrases
from fairkit.text.intrinsic.definitions import Definition
from fairkit.text.intrinsic.model import Association
from fairkit.text.intrinsic.phrases import Side

DRAWN = 60
"""Rows that are drawn; the table has all."""

_COLORS: Mapping[Side, str] = MappingProxyType(
    {
        "above": COLORS["disparity"],
        "below": COLORS["disparity"],
        "undecided": COLORS["inconclusive"],
        "none": COLORS["reference"],
    }
)
_SHAPES: Mapping[Side, str] = MappingProxyType(
    {"above": "triangle-right", "below": "triangle-left", "undecided": "circle", "none": "square"}
)
_WIDTH = 420
_STEP = 22
_LABELS = 260


def chart(definition: Definition, some: Sequence[Association], *, models: int) -> Spec:
    """Draw one metric: every test with its interval beside the neutral value.

    Parameters
    ----------
    definition : Definition
    some : sequence of Association
        Of this metric.
    models : int
        How many there are; names of models are shown where there are several.

    Returns
    -------
    dict
        A Vega-Lite specification with its data.

    Examples
    --------
    >>> from fairkit.text.intrinsic.definitions import DEFINITIONS
    >>> one = Association("stereoset_stereotype_score", "m", "StereoSet", "all", 58.0, 53.0, 63.0, 0.95, 79)
    >>> spec = chart(DEFINITIONS["stereoset_stereotype_score"], [one], models=1)
    >>> spec["layer"][0]["encoding"]["x"]["axis"]["title"]
    '%; 50 % is neutral'
    """
    data = [_datum(i, one, models) for i, one in enumerate(some[:DRAWN])]
    longest = max((len(datum["name"]) for datum in data), default=0)
    x = _axis(definition, data)
    rule = {"type": "rule", "strokeWidth": 2}
    filled = {"type": "point", "filled": True, "opacity": 1, "size": 70}
    hollow = {"type": "point", "filled": True, "opacity": 1, "size": 52, "strokeWidth": 2, "fill": PAPER}
    neutral = definition.neutral if definition.neutral is not None else 50.0
    dashes = {} if definition.neutral is not None else {"strokeDash": [4, 3]}
    name = {"type": "text", "align": "right", "color": INK, "limit": _LABELS}
    word = {"type": "text", "align": "left"}
    line = {"type": "rule", "color": MUTED, "strokeWidth": 1.5}
    known = "datum.value !== null && datum.kind"
    look = axis_look(titlePadding=8, labelPadding=4)
    return {
        "data": {"values": data},
        "background": PAPER,
        "padding": {"left": round(4 + min(1.1 * longest, 47.0), 1), "right": 24, "top": 4, "bottom": 4},
        "width": _WIDTH,
        "height": {"step": _STEP},
        "layer": [
            panel_layer({**line, **dashes}, x={**x, "datum": neutral}),
            row_layer(name, x={"value": -10}, text={"field": "name"}),
            row_layer(
                rule, when="datum.low !== null", x={**x, "field": "low"}, x2={"field": "high"}, color=_COLOR
            ),
            row_layer(
                filled, when=f"{known} !== 'undecided'", x={**x, "field": "value"}, color=_COLOR, shape=_SHAPE
            ),
            row_layer(
                hollow,
                when=f"{known} === 'undecided'",
                x={**x, "field": "value"},
                stroke=_COLOR,
                shape=_SHAPE,
            ),
            row_layer(word, x={"value": _WIDTH + 10}, text={"field": "word"}, color=_COLOR),
        ],
        "config": {
            "view": {"stroke": None},
            "axis": look,
            "text": {"font": "sans-serif", "fontSize": FONT_SIZE, "baseline": "middle"},
        },
    }  # fmt: skip


def description(definition: Definition, some: Sequence[Association], *, models: int) -> str:
    """Say in words what the chart shows, for those who do not see it.

    Examples
    --------
    >>> from fairkit.text.intrinsic.definitions import DEFINITIONS
    >>> one = Association("weat_effect_size", "m", "g", "all", 0.8, 0.1, 1.4, 0.95, 16)
    >>> description(DEFINITIONS["weat_effect_size"], [one], models=1)
    'WEAT: association of word vectors, 1 row: g +0.80 above 0. effect size d; 0 is neutral. The table has ...
    """
    told = [
        f"{visible(phrases.name_text(one, models=models))} {phrases.number_text(one.value, one.unit)} "
        f"{phrases.side_text(one)}".strip()
        for one in some[:5]
    ]
    more = f" and {len(some) - 5} more" if len(some) > 5 else ""
    return (
        f"{definition.title}, {counted(len(some), 'row')}: {', '.join(told)}{more}. {definition.axis}. The "
        "table has every number."
    )


def _datum(i: int, one: Association, models: int) -> dict[str, Any]:
    numbers = [None if x is None else float(f"{x:.6g}") for x in (one.value, one.low, one.high)]
    return {
        "i": i,
        "name": visible(phrases.name_text(one, models=models)),
        "kind": phrases.side_of(one),
        "word": f"{phrases.number_text(one.value, one.unit)} {phrases.side_text(one)}".strip(),
        "value": numbers[0],
        "low": numbers[1],
        "high": numbers[2],
    }


def _axis(definition: Definition, data: Sequence[Mapping[str, Any]]) -> Spec:
    scale: Spec = {"zero": False, "nice": True}
    known = [d[name] for d in data for name in ("low", "high", "value") if d[name] is not None]
    ends = definition.scale
    if ends is not None and all(ends[0] <= x <= ends[1] for x in known):
        scale = {"domain": list(ends), "nice": False}
    else:
        reach = 1.1 * max([abs(x) for x in known], default=1.0) or 1.0
        scale = {"domain": [-reach, reach], "nice": True}
    axis = {
        "orient": "top",
        "grid": True,
        "tickCount": 8,
        "labelOverlap": "greedy",
        "labelSeparation": 6,
        "labelFlush": False,
        "title": definition.axis,
    }
    return {"type": "quantitative", "axis": axis, "scale": scale}


_COLOR = by_kind(_COLORS)
_SHAPE = by_kind(_SHAPES)
