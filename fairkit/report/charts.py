"""Forest charts: the values of one metric and the contrasts that decide, group by group.

Two panels share their rows. The first has each group's value with its plain interval. The second has its
contrast with the corrected interval, over the shaded margin: that interval is the one that decides, so
picture and verdict cannot disagree. A verdict is a shape and a word as well as a colour, and a group
without a number is written as undefined, not left out.

Pure functions from a section of a report to a Vega-Lite specification; nothing is read, drawn or sent.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from types import MappingProxyType
from typing import Any

from fairkit.findings import Verdict
from fairkit.report.layers import Spec, by_kind, panel_layer, row_layer
from fairkit.report.numerals import level_text
from fairkit.report.phrases import NO_GROUP, SYMBOLS, UNDEFINED, short_name, verdict_text, visible
from fairkit.report.sections import Row, Section

Datum = dict[str, Any]
"""What is drawn of one group."""

# Okabe & Ito 2008: told apart by all kinds of colour vision.
COLORS = MappingProxyType(
    {
        "disparity": "#d55e00",
        "parity": "#009e73",
        "inconclusive": "#6b7280",
        "reference": "#1f2328",
    }
)
"""Colour of each verdict, and of the reference."""

INK, MUTED, GRID, BAND, PAPER = "#1f2329", "#59636e", "#e1e4e8", "#e9f6f1", "#ffffff"
"""Colours of text, notes, lines, the margin and the ground."""

# Okabe & Ito 2008 again, in an order that is also one of brightness.
ERRORS = MappingProxyType({"substitutions": "#0072b2", "deletions": "#56b4e9", "insertions": "#f0e442"})
"""Colour of each kind of error in a transcript."""

ON_DARK, ON_LIGHT = "#fefefe", "#101214"
"""Colours of letters upon those."""

SHAPES = MappingProxyType(
    {"disparity": "diamond", "parity": "circle", "inconclusive": "circle", "reference": "square"}
)
"""Shape of each verdict; that of an inconclusive one is hollow."""

FONT_SIZE = 11.5
"""Size of all text, in pixels."""


def axis_look(*, label_color: str = MUTED, title_color: str = INK, **more: Any) -> Spec:
    """Give the look that all axes share: light lines, no ticks, text of one size.

    Parameters
    ----------
    label_color, title_color : str
    **more
        Further properties of a Vega-Lite axis.

    Examples
    --------
    >>> look = axis_look(labelPadding=4)
    >>> look["ticks"], look["labelPadding"]
    (False, 4)
    """
    return {
        "labelColor": label_color,
        "titleColor": title_color,
        "labelFontSize": FONT_SIZE,
        "titleFontSize": FONT_SIZE,
        "titleFontWeight": "normal",
        "gridColor": GRID,
        "domain": False,
        "ticks": False,
        **more,
    }


_WIDTH = 320
_STEP = 21
_LABELS = 210
_LEAST_RATIO, _MOST_RATIO = 0.05, 20.0
_RATIOS = [0.05, 0.1, 0.2, 0.5, 0.8, 1, 1.25, 2, 5, 10, 20]


def forest(section: Section) -> Spec:
    """Draw one metric over the groups of an attribute.

    Parameters
    ----------
    section : Section

    Returns
    -------
    dict
        A Vega-Lite specification with its data: values on the left, contrasts on the right.
        ``altair.Chart.from_dict`` makes an Altair chart of it. It is written out because Altair takes
        0.3 s to build as much, and a page has dozens.

    Examples
    --------
    >>> import fairkit
    >>> from fairkit.report.sections import parts
    >>> rows = {"sex": ["F"] * 70 + ["M"] * 80, "hired": [1] * 56 + [0] * 14 + [1] * 48 + [0] * 32}
    >>> section = parts(fairkit.evaluate(rows, decision="hired", by="sex", reference="sex=M"))[0].sections[0]
    >>> [row["word"] for row in forest(section)["data"]["values"]]
    ['reference', 'disparity']
    """
    data = [_datum(i, row, section) for i, row in enumerate(section.rows)]
    if section.measure == "share":
        _shorten(data, "value", "low", "high")
        if section.compare == "difference":
            _shorten(data, "contrast", "contrast_low", "contrast_high")
    axis = axis_look(titlePadding=8, labelPadding=4)
    return {
        "data": {"values": data},
        "background": PAPER,
        "padding": {"left": _slack(data), "right": 24, "top": 4, "bottom": 4},
        "spacing": 26 if section.measure == "share" else 44,  # long numbers must not meet between the panels
        "hconcat": [_values(section, data), _contrasts(section, data)],
        "config": {
            "view": {"stroke": None},
            "axis": axis,
            "text": {"font": "sans-serif", "fontSize": FONT_SIZE, "baseline": "middle"},
        },
    }


def description(section: Section) -> str:
    """Say in words what the chart of a section shows, for those who do not see it.

    Examples
    --------
    >>> import fairkit
    >>> from fairkit.report.sections import parts
    >>> rows = {"sex": ["F"] * 70 + ["M"] * 80, "hired": [1] * 56 + [0] * 14 + [1] * 48 + [0] * 32}
    >>> print(description(parts(fairkit.evaluate(rows, decision="hired", by="sex"))[0].sections[0]))
    Forest chart of selection_rate by sex, 2 groups against all other rows: 2 disparity. The table ...
    """
    verdicts = [str(row.verdict) for row in section.rows if row.verdict is not None]
    counts = [f"{verdicts.count(v)} {v}" for v in map(str, Verdict) if v in verdicts]
    undefined = sum(row.undefined for row in section.rows)
    if undefined:
        counts.append(f"{undefined} undefined")
    return (
        f"Forest chart of {visible(section.metric)} by {visible(section.attribute)}, "
        f"{len(section.rows)} groups against {section.others}: "
        f"{', '.join(counts) or 'nothing to compare'}. The table has every number."
    )


def capped(ends: Sequence[float], values: Sequence[float], *, least: float) -> float:
    """Say how far an axis goes, so that one interval that is wide beyond reason does not squeeze all others.

    Parameters
    ----------
    ends, values : sequence of float
        Ends of the intervals, and the points.
    least : float
        The axis goes at least so far, where the intervals do.

    Examples
    --------
    >>> capped([4960.0, 66.0], [7.6, 5.2], least=100), capped([12.0, 30.0], [7.6, 5.2], least=100)
    (100, 30.0)
    """
    farthest = max(map(abs, ends), default=0.0)
    return min(farthest, max(least, 1.5 * max(map(abs, values), default=0.0)))


def _datum(i: int, row: Row, section: Section) -> Datum:
    e, f = row.estimate, row.finding
    kind = "reference" if f is None else str(f.verdict)
    own = _scale(section)
    scale = own if section.compare == "difference" else 1.0
    datum: Datum = {
        "i": i,
        "group": short_name(e.group, section.attribute),
        "kind": kind,
        "word": _word(row, section).lstrip("".join((*SYMBOLS.values(), UNDEFINED, " "))),
        "value": _times(e.value, own),
        "low": _times(e.low, own),
        "high": _times(e.high, own),
        "shrunk": _times(e.shrunk, own),
        "undefined": row.undefined,
        "contrast": None if f is None else _times(f.value, scale),
        "contrast_low": None if f is None else _times(f.low, scale),
        "contrast_high": None if f is None else _times(f.high, scale),
    }
    if section.compare == "ratio" and f is not None and f.low is not None:
        # A logarithmic axis ends somewhere: intervals run up to its ends, points beyond them are not drawn.
        for name in ("contrast_low", "contrast_high"):
            end = _MOST_RATIO if datum[name] is None else datum[name]
            datum[name] = min(max(end, _LEAST_RATIO), _MOST_RATIO)
        if datum["contrast"] is not None and not _LEAST_RATIO <= datum["contrast"] <= _MOST_RATIO:
            datum["contrast"] = None
    return datum


def _shorten(data: Sequence[Datum], value: str, low: str, high: str) -> None:
    """Cut intervals that reach beyond all reason (error rates of few speakers), and note where."""
    ends = [d[name] for d in data for name in (low, high) if d[name] is not None]
    reach = capped(ends, [d[value] for d in data if d[value] is not None], least=100)
    for d in data:
        for name, end in ((low, -reach), (high, reach)):
            if d[name] is not None and abs(d[name]) > reach:
                d[name] = end
                d[f"{name}_cut"] = True


def _values(section: Section, data: Sequence[Datum]) -> Spec:
    level = level_text(section.rows[0].estimate.level) if section.rows else ""
    unit = ", %" if section.measure == "share" else ""
    axis = _axis([f"{section.title}{unit}", f"plain {level} interval"], section)
    x = {"type": "quantitative", "axis": axis, "scale": {"zero": False, "nice": True}}
    layers = [
        row_layer(
            {"type": "text", "align": "right", "color": INK, "limit": _LABELS},
            x={"value": -10},
            text={"field": "group"},
        )
    ]
    reference = next((d for d in data if d["kind"] == "reference" and d["value"] is not None), None)
    if reference is not None:
        dashed = {"type": "rule", "color": MUTED, "strokeDash": [3, 3], "aria": False}
        layers.append(panel_layer(dashed, x={**x, "datum": reference["value"]}))
    layers += _marks(data, x, "value", "low", "high")
    if section.shrunk:
        tick = {"type": "tick", "color": INK, "thickness": 1.6, "size": 13}
        layers.append(row_layer(tick, when="datum.shrunk !== null", x={**x, "field": "shrunk"}))
    note = {"type": "text", "align": "left", "color": MUTED, "fontStyle": "italic"}
    layers.append(row_layer(note, when="datum.value === null", x={"value": 4}, text={"field": "word"}))
    return {"width": _WIDTH, "height": {"step": _STEP}, "layer": layers}


def _contrasts(section: Section, data: Sequence[Datum]) -> Spec:
    ratio = section.compare == "ratio"
    what = "Ratio to" if ratio else "Points from" if section.measure == "share" else "Difference from"
    axis = _axis([f"{what} {_short_other(section)}", "corrected interval decides; shaded: margin"], section)
    low, high = section.margin or ((0.8, 1.25) if ratio else (0.0, 0.0))
    own = _scale(section)
    low, high, neutral = (low, high, 1) if ratio else (own * low, own * high, 0)
    scale: Spec = {"domain": _domain(data, low, high, ratio=ratio, percent=own == 100), "nice": not ratio}
    if ratio:
        scale["type"] = "log"
        axis |= {"values": _RATIOS, "format": "~g"}
    x = {"type": "quantitative", "axis": axis, "scale": scale}
    band = {"type": "rect", "color": BAND, "aria": False}
    line = {"type": "rule", "color": MUTED, "aria": False}
    word = {"type": "text", "align": "left"}
    layers = [
        panel_layer(band, x={**x, "datum": low}, x2={"datum": high}),
        panel_layer(line, x={**x, "datum": neutral}),
        *_marks(data, x, "contrast", "contrast_low", "contrast_high"),
        row_layer(word, x={"value": _WIDTH + 10}, text={"field": "word"}, color=_COLOR),
    ]
    return {"width": _WIDTH, "height": {"step": _STEP}, "layer": layers}


def _marks(data: Sequence[Datum], x: Spec, value: str, low: str, high: str) -> list[Spec]:
    """Draw intervals and, over them, points: filled where something is decided, hollow where not.

    Where an interval was cut there is an arrow.
    """
    cut = {end: any(d.get(f"{end}_cut") for d in data) for end in (low, high)}
    rule = {"type": "rule", "strokeWidth": 2}
    filled = {"type": "point", "filled": True, "opacity": 1, "size": 70}
    hollow = {"type": "point", "filled": True, "opacity": 1, "size": 52, "strokeWidth": 2, "fill": PAPER}
    there = f"datum.{value} !== null && datum.kind"
    at = {**x, "field": value}
    return [
        row_layer(
            rule, when=f"datum.{low} !== null", x={**x, "field": low}, x2={"field": high}, color=_COLOR
        ),
        row_layer(filled, when=f"{there} !== 'inconclusive'", x=at, color=_COLOR, shape=_SHAPE),
        row_layer(hollow, when=f"{there} === 'inconclusive'", x=at, stroke=_COLOR, shape=_SHAPE),
        *(
            row_layer(
                {**filled, "shape": f"triangle-{side}"},
                when=f"datum.{end}_cut === true",
                x={**x, "field": end},
                color=_COLOR,
            )
            for side, end in (("left", low), ("right", high))
            if cut[end]
        ),
    ]


def _slack(data: Sequence[Datum]) -> float:
    """Return room for a reader's font that is wider than the one the drawing is measured with."""
    longest = max((len(datum["group"]) for datum in data), default=0)
    return round(4 + 0.18 * min(6.0 * longest, _LABELS), 1)


def _axis(title: list[str], section: Section) -> Spec:
    return {
        "orient": "top",
        "grid": True,
        "tickCount": 6 if section.measure == "share" else 4,
        "labelOverlap": "greedy",
        "labelSeparation": 6,
        "labelFlush": False,
        "title": title,
    }


_COLOR = by_kind(COLORS)
_SHAPE = by_kind(SHAPES)


def _domain(data: Sequence[Datum], low: float, high: float, *, ratio: bool, percent: bool) -> list[float]:
    """Return what the axis of contrasts must hold: every interval, and the margin with some room."""
    names = ("contrast", "contrast_low", "contrast_high")
    ends = [d[name] for d in data for name in names if d[name] is not None]
    if ratio:
        bottom, top = min([low / 1.2, *ends]), max([high * 1.2, *ends])
        return [max(bottom, _LEAST_RATIO), min(top, _MOST_RATIO)]
    room = max(high - low, 1e-9) / 4
    bottom, top = min([low - room, *ends]), max([high + room, *ends])
    step = 10.0 ** math.floor(math.log10(top - bottom)) / 10  # whole points on the scale of percents
    step = max(step, 1.0) if percent else step
    return [math.floor(bottom / step) * step, math.ceil(top / step) * step]


def _short_other(section: Section) -> str:
    if section.reference == "rest":
        return section.others
    return short_name(section.reference, section.attribute)


def _word(row: Row, section: Section) -> str:
    """Return the verdict, short: there is no room for why one or two people are no group."""
    return verdict_text(row.estimate, row.finding, section.wording).partition(f", {NO_GROUP}")[0]


def _scale(section: Section) -> float:
    """Return what a value is multiplied by for the axis: shares are drawn in percent."""
    return 100.0 if section.measure == "share" else 1.0


def _times(value: float | None, scale: float) -> float | None:
    """Scale a value and drop what no drawing shows; sums in units of the label may be of any size."""
    return None if value is None else float(f"{value * scale:.6g}")
