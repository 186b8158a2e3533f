"""Forest charts of a gate: every group's interval against the limit that it is held to.

The shaded part of the axis is where values may lie; the line at its end is the limit, as the policy writes
it. The interval drawn is the one that decides, so picture and status cannot disagree. A status is a shape
and a word as well as a colour.

Pure functions from a check to a Vega-Lite specification.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import Any

from fairkit.policy.gate import Result, Status
from fairkit.policy.model import Compare
from fairkit.policy.views.numerals import allowed
from fairkit.policy.views.ordering import Checked, weight
from fairkit.policy.views.wording import HELD, references_text, short, status_text, tally, why_text
from fairkit.report.charts import (
    BAND,
    COLORS,
    ERRORS,
    FONT_SIZE,
    INK,
    MUTED,
    PAPER,
    axis_look,
    capped,
)
from fairkit.report.layers import Spec, by_kind, panel_layer, row_layer
from fairkit.report.phrases import counted, visible

DRAWN = 40
"""Groups of one drawing, those that matter most; the table has all of them."""

STATUS_COLORS: Mapping[str, str] = MappingProxyType(
    {
        Status.FAIL.value: COLORS["disparity"],
        Status.INCONCLUSIVE.value: COLORS["inconclusive"],
        Status.WAIVED.value: ERRORS["substitutions"],
        Status.PASS.value: COLORS["parity"],
    }
)
"""Colour of each status (Okabe and Ito's, told apart by all kinds of colour vision)."""

SHAPES: Mapping[str, str] = MappingProxyType(
    {
        Status.FAIL.value: "diamond",
        Status.INCONCLUSIVE.value: "circle",
        Status.WAIVED.value: "diamond",
        Status.PASS.value: "circle",
    }
)
"""Shape of each status; those of what is open or waived are hollow."""

_HOLLOW = (Status.INCONCLUSIVE.value, Status.WAIVED.value)
_WIDTH, _STEP, _LABELS = 440, 22, 230
_LEAST_RATIO, _MOST_RATIO = 0.05, 20.0
_RATIOS = [0.05, 0.1, 0.2, 0.5, 0.8, 1, 1.25, 2, 5, 10, 20]
_APART = 0.2
_MOST_NAME = 60


def drawn(check: Checked) -> list[tuple[str, Result]]:
    """Choose the groups that are drawn, in the order of the policy.

    Examples
    --------
    >>> from fairkit.policy.views.examples import example_gate
    >>> from fairkit.policy.views.ordering import by_check
    >>> [name for name, _ in drawn(by_check(example_gate())[0])]
    ['race=Black', 'race=Asian', 'race=Hispanic']
    """
    pairs = list(zip(check.names, check.results, strict=True))
    chosen = sorted(range(len(pairs)), key=lambda i: weight(pairs[i][1]))[:DRAWN]
    return [pairs[i] for i in sorted(chosen)]


def forest(check: Checked) -> Spec:
    """Draw a check over its groups.

    Parameters
    ----------
    check : Checked
        With results.

    Returns
    -------
    dict
        A Vega-Lite specification with its data; ``altair.Chart.from_dict`` makes an Altair chart of it.

    Examples
    --------
    >>> from fairkit.policy.views.examples import example_gate
    >>> from fairkit.policy.views.ordering import by_check
    >>> spec = forest(by_check(example_gate())[0])
    >>> [row["word"] for row in spec["data"]["values"]]
    ['◆ fail', '○ inconclusive', '● pass']
    """
    pairs = drawn(check)
    results = [result for _, result in pairs]
    bottom, top = _domain(results)
    data = [_datum(i, name, result, bottom, top) for i, (name, result) in enumerate(pairs)]
    ratio = check.stamp.compare is Compare.RATIO
    scale: Spec = {"domain": [bottom, top], "nice": False}
    axis: Spec = {"orient": "top", "grid": True, "tickCount": 6, "labelOverlap": "greedy"}
    if ratio:
        scale["type"] = "log"
        axis |= {"values": _RATIOS, "format": "~g"}
    title = f"{check.stamp.metric}, {HELD[check.stamp.compare]}"
    axis["title"] = [visible(title), "the corrected interval decides; shaded: within the limit"]
    x: Spec = {"type": "quantitative", "axis": axis, "scale": scale}
    longest = max((len(datum["group"]) for datum in data), default=0)
    return {
        "data": {"values": data},
        "background": PAPER,
        # Room for a reader's font that is wider than the one the drawing is measured with.
        "padding": {
            "left": round(4 + 0.18 * min(6.0 * longest, _LABELS), 1), "right": 24, "top": 4, "bottom": 4,
        },
        "width": _WIDTH,
        "height": {"step": _STEP},
        "layer": [*_ground(check, x, bottom, top), *_marks(data, x)],
        "config": {
            "view": {"stroke": None},
            "axis": axis_look(titlePadding=8, labelPadding=4, labelSeparation=6, labelFlush=False),
            "text": {"font": "sans-serif", "fontSize": FONT_SIZE, "baseline": "middle"},
        },
    }  # fmt: skip


def description(check: Checked) -> str:
    """Say in words what the chart of a check shows, for those who do not see it.

    Examples
    --------
    >>> from fairkit.policy.views.examples import example_gate
    >>> from fairkit.policy.views.ordering import by_check
    >>> description(by_check(example_gate())[0])
    'Forest chart of four-fifths: selection_rate, ratio, race against race=White, limit min 0.80, 3 ...'
    """
    stamp, results = check.stamp, [result for _, result in drawn(check)]
    against = references_text(check.results)
    return (
        f"Forest chart of {short(stamp.id)}: {visible(stamp.metric)}, {HELD[stamp.compare]}, "
        f"{f'{against}, ' if against else ''}limit {visible(stamp.limit)}, {counted(len(results), 'group')}: "
        f"{tally(results)}. The table has every number."
    )


def _datum(i: int, name: str, result: Result, bottom: float, top: float) -> dict[str, Any]:
    low, high = result.low, result.high
    if low is not None and high is None:
        high = math.inf
    inside = result.value is not None and bottom <= result.value <= top
    return {
        "i": i,
        "group": short(name, _MOST_NAME),
        "kind": str(result.status),
        "word": status_text(result) + (f": {why_text(result)}" if low is None and not result.waiver else ""),
        "value": _rounded(result.value) if inside else None,
        "low": None if low is None else _rounded(min(max(low, bottom), top)),
        "high": None if high is None else _rounded(min(max(high, bottom), top)),
        "left": bottom if low is not None and low < bottom else None,
        "right": top if high is not None and high > top else None,
    }


def _domain(results: Sequence[Result]) -> tuple[float, float]:
    """Return where the axis begins and ends: intervals, limits and no difference, unless out of reach."""
    compare = results[0].compare
    limits = [end for result in results for end in allowed(result) if math.isfinite(end)]
    values = [result.value for result in results if result.value is not None]
    ends = [end for result in results for end in (result.low, result.high) if end is not None] + values
    if compare is Compare.RATIO:
        kept = [min(max(end, _LEAST_RATIO), _MOST_RATIO) for end in (*ends, *limits, 1.0)]
        return max(min(kept) / 1.1, _LEAST_RATIO), min(max(kept) * 1.1, _MOST_RATIO)
    least = 3 * max(map(abs, limits), default=0.0)
    reach = capped([*ends, *limits], [*values, *limits], least=least) if ends or limits else 1.0
    marks = [*limits, *([0.0] if compare in (Compare.DIFFERENCE, Compare.BASELINE) else [])]
    kept = [min(max(end, -reach), reach) for end in (*ends, *marks)] or [0.0, 1.0]
    room = 0.06 * ((max(kept) - min(kept)) or abs(kept[0]) or 1.0)
    return _rounded(min(kept) - room), _rounded(max(kept) + room)


def _ground(check: Checked, x: Spec, bottom: float, top: float) -> list[Spec]:
    """Draw where values may lie, the limits with their text, and where there would be no difference."""
    low, high = allowed(check.results[0])
    layers = []
    begin, end = max(low, bottom), min(high, top)
    if begin < end:
        layers.append(
            panel_layer({"type": "rect", "color": BAND}, x={**x, "datum": begin}, x2={"datum": end})
        )
    neutral = {Compare.RATIO: 1.0, Compare.DIFFERENCE: 0.0, Compare.BASELINE: 0.0}.get(check.stamp.compare)
    if neutral is not None and bottom < neutral < top:
        dashed = {"type": "rule", "color": MUTED, "strokeDash": [3, 3]}
        layers.append(panel_layer(dashed, x={**x, "datum": neutral}))
    lines = [limit for limit in (low, high) if bottom <= limit <= top]
    written = dict(zip(("min", "max"), _written(check.results[0]), strict=True))
    texts = [written["min"]] if len(lines) == 1 and lines[0] == low else [written["max"]]
    texts = [written["min"], written["max"]] if len(lines) == 2 else texts
    if len(lines) == 2 and (high - low) < _APART * (top - bottom):
        texts[0] = ""
    for limit, text in zip(lines, texts, strict=False):
        layers.append(
            panel_layer({"type": "rule", "color": INK, "strokeWidth": 1.4}, x={**x, "datum": limit})
        )
        label = {"type": "text", "color": INK, "dy": 10, "text": text}
        layers.append(panel_layer(label, x={**x, "datum": limit}, y={"value": "height"}))
    return layers


def _written(result: Result) -> tuple[str, str]:
    """Return the text of the lower and of the upper limit."""
    for name in ("max_regression", "max_change"):
        text = getattr(result, name)
        if text is not None:
            return f"{name} {text}", f"{name} {text}"
    upper = f"max {result.maximum}"
    return (upper if result.minimum is None else f"min {result.minimum}"), upper


def _marks(data: Sequence[dict[str, Any]], x: Spec) -> list[Spec]:
    color, shape = by_kind(STATUS_COLORS), by_kind(SHAPES)
    rule = {"type": "rule", "strokeWidth": 2}
    filled = {"type": "point", "filled": True, "opacity": 1, "size": 75}
    hollow = {**filled, "size": 56, "strokeWidth": 2, "fill": PAPER}
    is_hollow = " || ".join(f"datum.kind === '{kind}'" for kind in _HOLLOW)
    name = {"type": "text", "align": "right", "color": INK, "limit": _LABELS}
    word = {"type": "text", "align": "left"}
    at = {**x, "field": "value"}
    layers = [
        row_layer(name, x={"value": -10}, text={"field": "group"}),
        row_layer(
            rule, when="datum.low !== null", x={**x, "field": "low"}, x2={"field": "high"}, color=color
        ),
        row_layer(filled, when=f"datum.value !== null && !({is_hollow})", x=at, color=color, shape=shape),
        row_layer(hollow, when=f"datum.value !== null && ({is_hollow})", x=at, stroke=color, shape=shape),
        row_layer(word, x={"value": _WIDTH + 10}, text={"field": "word"}, color=color),
    ]
    for side in ("left", "right"):
        if any(datum[side] is not None for datum in data):
            arrow = {**filled, "shape": f"triangle-{side}"}
            layers.append(
                row_layer(arrow, when=f"datum.{side} !== null", x={**x, "field": side}, color=color)
            )
    return layers


def _rounded(value: float | None) -> float:
    """Drop what no drawing shows."""
    return float(f"{value or 0.0:.6g}")
