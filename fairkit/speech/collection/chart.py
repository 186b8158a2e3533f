"""Speakers at hand beside those needed, combination by combination, as a picture.

A line runs from the speakers at hand (a point) to those needed (a tick): its length is what is to be
recorded. A verdict is a shape and a word as well as a colour, as in all charts of the report.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from fairkit.report.charts import COLORS, FONT_SIZE, INK, MUTED, PAPER, axis_look
from fairkit.report.layers import Spec, row_layer
from fairkit.speech.collection import phrases
from fairkit.speech.collection.plan import CoverageCell, CoverageTable

DRAWN = 60
"""Combinations that are drawn, those that need most; the table has all."""

_WIDTH = 420
_STEP = 21
_LABELS = 300
_LACKING, _ENOUGH = COLORS["disparity"], COLORS["parity"]


def speakers_chart(table: CoverageTable) -> Spec:
    """Draw the speakers of every combination, as a Vega-Lite specification with its data.

    Examples
    --------
    >>> from fairkit.speech.planning import coverage
    >>> rows = {"accent": ["X", "Y"], "who": ["ann", "bob"]}
    >>> plan = coverage(rows, by="accent", speaker="who", gap=0.1, words=400)
    >>> [row["word"] for row in speakers_chart(plan.tables[0])["data"]["values"]]
    ['1 of 21, too few', '1 of 21, too few']
    """
    data = [_datum(i, cell, table) for i, cell in enumerate(drawn(table))]
    most = max((max(d["here"], d["needed"] or 0) for d in data), default=1)
    axis = {
        "orient": "top",
        "grid": True,
        "tickMinStep": 1,
        "tickCount": 6,
        "title": "Speakers: point at hand, tick needed",
    }
    x = {"type": "quantitative", "axis": axis, "scale": {"domain": [0, max(most, 1)], "nice": True}}
    name = {"type": "text", "align": "right", "color": INK, "limit": _LABELS}
    note = {"type": "text", "align": "left", "color": MUTED}
    lacking = {"type": "rule", "strokeWidth": 2, "color": _LACKING}
    tick = {"type": "tick", "color": INK, "thickness": 2, "size": 13}
    point = {"type": "point", "filled": True, "opacity": 1, "size": 60}
    hollow = {"type": "point", "filled": True, "opacity": 1, "size": 52, "strokeWidth": 2}
    layers = [
        row_layer(name, x={"value": -12}, text={"field": "name"}),
        row_layer(
            lacking, when="datum.needed !== null && datum.needed > datum.here",
            x={**x, "field": "here"}, x2={"field": "needed"},
        ),
        row_layer(
            tick, when="datum.needed !== null && datum.needed > datum.here", x={**x, "field": "needed"}
        ),
        row_layer(
            {**point, "color": _ENOUGH, "shape": "circle"}, when="datum.kind === 'enough'",
            x={**x, "field": "here"},
        ),
        row_layer(
            {**point, "color": _LACKING, "shape": "diamond"}, when="datum.kind === 'too-few'",
            x={**x, "field": "here"},
        ),
        row_layer(
            {**hollow, "stroke": _LACKING, "fill": PAPER, "shape": "diamond"}, when="datum.kind === 'absent'",
            x={**x, "field": "here"},
        ),
        row_layer(note, x={"value": _WIDTH + 12}, text={"field": "word"}),
    ]  # fmt: skip
    look = axis_look(titlePadding=8, labelPadding=4)
    longest = max((len(d["name"]) for d in data), default=0)
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
        "width": _WIDTH,
        "height": {"step": _STEP},
        "layer": layers,
        "config": {
            "view": {"stroke": None},
            "axis": look,
            "text": {"font": "sans-serif", "fontSize": FONT_SIZE, "baseline": "middle"},
        },
    }


def description(table: CoverageTable) -> str:
    """Say in words what the chart shows, for those who do not see it.

    Examples
    --------
    >>> from fairkit.speech.planning import coverage
    >>> rows = {"accent": ["X", "Y"], "who": ["ann", "bob"]}
    >>> description(coverage(rows, by="accent", speaker="who").tables[0])
    'Speakers at hand and needed by accent, 2 combinations: 0 enough, 2 too few, 0 absent. The table ...'
    """
    return (
        f"Speakers at hand and needed by {phrases.heading(table)}, {len(drawn(table))} combinations: "
        f"{table.counted('enough')} enough, {table.counted('too-few')} too few, {table.counted('absent')} "
        "absent. The table has every number."
    )


def drawn(table: CoverageTable) -> Sequence[CoverageCell]:
    """List the combinations that are drawn."""
    return [cell for cell in table.worst_first() if cell.verdict != "unlabelled"][:DRAWN]


def _datum(i: int, cell: CoverageCell, table: CoverageTable) -> dict[str, Any]:
    known = cell.more is not None and cell.more > 0
    told = f"{cell.speakers:,} of {cell.needed:,}" if known else f"{cell.speakers:,}"
    word = "out of reach" if cell.reason else phrases.WORDS[cell.verdict]
    return {
        "i": i,
        "name": phrases.name(cell, table),
        "kind": cell.verdict,
        "here": cell.speakers,
        "needed": cell.needed,
        "word": f"{told}, {word}",
    }
