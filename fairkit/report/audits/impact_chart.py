"""The ratios of one table as a forest: a point and an interval for each group, and the line of four fifths.

The scale is logarithmic, so that half and double lie equally far from one. What the interval decides is a
shape and a word as well as a colour.
"""

from __future__ import annotations

from typing import Any

from fairkit.report.audits.adverse_impact import ImpactTable
from fairkit.report.audits.comparing import FOUR_FIFTHS
from fairkit.report.audits.impact_reading import SURELY_BELOW, SURELY_NOT_BELOW, UNDECIDED, decided
from fairkit.report.blocks.base import Figure
from fairkit.report.charts import COLORS, FONT_SIZE, INK, MUTED, PAPER, SHAPES, axis_look
from fairkit.report.layers import Spec, panel_layer, row_layer
from fairkit.report.phrases import counted, short_name, visible

_WIDTH, _STEP, _LABELS = 420, 21, 220
_LEAST, _MOST = 0.1, 10.0
_TICKS = [0.1, 0.2, 0.5, 0.8, 1, 1.25, 2, 5, 10]
_KINDS = {SURELY_BELOW: "disparity", SURELY_NOT_BELOW: "parity", UNDECIDED: "inconclusive"}


def ratio_forest(table: ImpactTable) -> Figure | None:
    """Draw the ratios of a table; None where there is nothing to draw.

    Examples
    --------
    >>> from fairkit.counts import Counts, Kind
    >>> from fairkit.report.audits.adverse_impact import adverse_impact
    >>> counts = Counts.from_cells(Kind.DECISIONS, ["sex"], [("F",), ("M",)], [[34, 42, 0], [50, 42, 0]])
    >>> ratio_forest(adverse_impact(counts).tables[0]).label
    'Forest chart of 1 ratio of rates by sex against M, with a line at four fifths. The table has ...'
    """
    data = _data(table)
    drawn = sum(datum["ratio"] is not None and datum["kind"] != "reference" for datum in data)
    if not drawn or table.comparison is None:
        return None
    other = short_name(table.comparison, table.attribute)
    label = (
        f"Forest chart of {counted(drawn, 'ratio')} of rates by {visible(table.attribute)} against {other}, "
        "with a line at four fifths. The table has the numbers."
    )
    return Figure(_spec(data, other), label)


def _data(table: ImpactTable) -> list[dict[str, Any]]:
    found = []
    for i, row in enumerate(row for row in table.rows if row.why != "hidden"):
        datum: dict[str, Any] = {
            "i": i,
            "group": short_name(row.group, table.attribute),
            "kind": "inconclusive",
        }
        datum |= dict.fromkeys(("ratio", "low", "high"))
        datum["word"] = "no ratio"
        if row.group == table.comparison:
            datum |= {"ratio": 1.0, "kind": "reference", "word": "compared with"}
        elif row.compared is not None and row.compared.ratio is not None:
            datum["ratio"] = _held(row.compared.ratio)
            word = decided(row.compared)
            datum["word"] = word or "no interval"
            if word is not None and row.compared.tested is not None:
                datum["kind"] = _KINDS[word]
                datum["low"] = _held(row.compared.tested.low or 0.0)
                high = row.compared.tested.high
                datum["high"] = _MOST if high is None else _held(high)
        found.append(datum)
    return found


def _held(value: float) -> float:
    """Keep a value on the axis, which ends somewhere."""
    return float(f"{min(max(value, _LEAST), _MOST):.6g}")


def _spec(data: list[dict[str, Any]], other: str) -> Spec:
    ends = [d[name] for d in data for name in ("ratio", "low", "high") if d[name] is not None]
    domain = [max(_LEAST, min([0.6, *ends]) / 1.05), min(_MOST, max([1.3, *ends]) * 1.05)]
    axis = axis_look(
        orient="top",
        grid=True,
        values=_TICKS,
        format="~g",
        titlePadding=8,
        title=f"Ratio of rates to {other}, with its interval; dashed: four fifths",
    )
    x = {"type": "quantitative", "axis": axis, "scale": {"type": "log", "domain": domain, "nice": False}}
    color, shape = (
        {
            "field": "kind",
            "type": "nominal",
            "legend": None,
            "scale": {"domain": list(one), "range": list(one.values())},
        }
        for one in (COLORS, SHAPES)
    )
    there = "datum.ratio !== null && datum.kind"
    at = {**x, "field": "ratio"}
    point = {"type": "point", "filled": True, "opacity": 1, "size": 70}
    hollow = {**point, "size": 52, "strokeWidth": 2, "fill": PAPER}
    rule = {"type": "rule", "color": MUTED}
    layers = [
        panel_layer({**rule, "strokeDash": [4, 3]}, x={**x, "datum": FOUR_FIFTHS}),
        panel_layer(rule, x={**x, "datum": 1}),
        row_layer(
            {"type": "text", "align": "right", "color": INK, "limit": _LABELS},
            x={"value": -10},
            text={"field": "group"},
        ),
        row_layer(
            {"type": "rule", "strokeWidth": 2},
            when="datum.low !== null",
            x={**x, "field": "low"},
            x2={"field": "high"},
            color=color,
        ),
        row_layer(point, when=f"{there} !== 'inconclusive'", x=at, color=color, shape=shape),
        row_layer(hollow, when=f"{there} === 'inconclusive'", x=at, stroke=color, shape=shape),
        row_layer(
            {"type": "text", "align": "left"}, x={"value": _WIDTH + 10}, text={"field": "word"}, color=color
        ),
    ]
    return {
        "data": {"values": data},
        "background": PAPER,
        "padding": {"left": 24, "right": 24, "top": 4, "bottom": 4},
        "width": _WIDTH,
        "height": {"step": _STEP},
        "layer": layers,
        "config": {
            "view": {"stroke": None},
            "text": {"font": "sans-serif", "fontSize": FONT_SIZE, "baseline": "middle"},
        },
    }
