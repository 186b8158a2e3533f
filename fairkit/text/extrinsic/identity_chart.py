"""Three areas for every identity, side by side, each with its interval and the mark of its background.

This is the overview; which differences are decided is drawn for each kind of area by itself
(:func:`fairkit.report.charts.forest`), on the intervals that decide.
"""

from __future__ import annotations

from typing import Any

from fairkit.report.charts import FONT_SIZE, GRID, INK, MUTED, PAPER, axis_look
from fairkit.report.layers import Spec, panel_layer, row_layer
from fairkit.report.numerals import level_text
from fairkit.report.phrases import counted, visible
from fairkit.text.extrinsic.identity_results import AUC_KINDS, IdentityAucs
from fairkit.text.extrinsic.identity_sections import TITLES

DRAWN = 60
"""Identities that are drawn; the tables have all."""

_WIDTH = 200
_STEP = 21
_LABELS = 210


def areas_chart(found: IdentityAucs) -> Spec:
    """Draw the three areas of every identity, as a Vega-Lite specification with its data.

    Examples
    --------
    >>> from fairkit.text import identity_aucs
    >>> score = [(7 * i % 40) / 80 for i in range(80)]
    >>> rows = {"toxic": [0, 1] * 40, "score": score, "gay": [0, 0, 1, 1] * 20}
    >>> chart = areas_chart(identity_aucs(rows, label="toxic", score="score", identities="gay"))
    >>> [panel["layer"][0]["encoding"]["x"]["axis"]["title"][0] for panel in chart["hconcat"]]
    ['Subgroup AUC', 'BPSN AUC', 'BNSP AUC']
    """
    data = [_datum(i, one) for i, one in enumerate(found.identities[:DRAWN])]
    look = axis_look(titlePadding=8, labelPadding=4)
    known = [d[f"{kind}{end}"] for d in data for kind in AUC_KINDS for end in ("", "_low", "_high")]
    known += [d["background"] for d in data]
    lowest = min((x for x in known if x is not None), default=0.0)
    longest = max((len(d["name"]) for d in data), default=0)
    return {
        "data": {"values": data},
        "background": PAPER,
        # Room for a reader's font that is wider than the one the drawing is measured with.
        "padding": {
            "left": round(4 + 0.18 * min(6.0 * longest, _LABELS), 1), "right": 24, "top": 4, "bottom": 4,
        },
        "spacing": 30,
        "hconcat": [_panel(kind, i, lowest, found) for i, kind in enumerate(AUC_KINDS)],
        "config": {
            "view": {"stroke": None},
            "axis": look,
            "text": {"font": "sans-serif", "fontSize": FONT_SIZE, "baseline": "middle"},
        },
    }  # fmt: skip


def description(found: IdentityAucs) -> str:
    """Say in words what the chart shows, for those who do not see it.

    Examples
    --------
    >>> from fairkit.text import identity_aucs
    >>> score = [(7 * i % 40) / 80 for i in range(80)]
    >>> rows = {"toxic": [0, 1] * 40, "score": score, "gay": [0, 0, 1, 1] * 20}
    >>> description(identity_aucs(rows, label="toxic", score="score", identities="gay"))
    'Subgroup, BPSN and BNSP AUC of 1 identity, with intervals, beside that of the background. The tables ...'
    """
    drawn = min(len(found.identities), DRAWN)
    return (
        f"Subgroup, BPSN and BNSP AUC of {counted(drawn, 'identity', 'identities')}, with intervals, beside "
        "that of the background. The tables have every number."
    )


def _datum(i: int, one: Any) -> dict[str, Any]:
    datum: dict[str, Any] = {"i": i, "name": visible(one.identity), "background": one.background_auc.value}
    for area in one.areas:
        datum |= {area.metric: area.value, f"{area.metric}_low": area.low, f"{area.metric}_high": area.high}
    return datum


def _panel(kind: str, i: int, lowest: float, found: IdentityAucs) -> Spec:
    interval = f"{level_text(found.confidence)} interval; tick: background"
    axis = {
        "orient": "top", "grid": True, "tickCount": 4, "labelOverlap": "greedy", "labelSeparation": 6,
        "labelFlush": False, "title": [TITLES[kind], interval],
    }  # fmt: skip
    x = {"type": "quantitative", "axis": axis, "scale": {"domain": [min(lowest, 0.5), 1], "nice": True}}
    tick = {"type": "tick", "color": MUTED, "thickness": 2, "size": 13}
    rule = {"type": "rule", "strokeWidth": 2, "color": INK}
    point = {"type": "point", "filled": True, "opacity": 1, "size": 52, "color": INK, "shape": "circle"}
    note = {"type": "text", "align": "left", "color": MUTED, "fontStyle": "italic"}
    layers = [
        panel_layer({"type": "rule", "color": GRID}, x={**x, "datum": 0.5}),
        row_layer(
            rule, when=f"datum.{kind}_low !== null", x={**x, "field": f"{kind}_low"},
            x2={"field": f"{kind}_high"},
        ),
        row_layer(tick, when="datum.background !== null", x={**x, "field": "background"}),
        row_layer(point, when=f"datum.{kind} !== null", x={**x, "field": kind}),
        row_layer(note, when=f"datum.{kind} === null", x={"value": 4}, text={"value": "undefined"}),
    ]  # fmt: skip
    if not i:
        name = {"type": "text", "align": "right", "color": INK, "limit": _LABELS}
        layers.append(row_layer(name, x={"value": -12}, text={"field": "name"}))
    return {"width": _WIDTH, "height": {"step": _STEP}, "layer": layers}
