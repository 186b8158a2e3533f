"""Several models on the same rows, group by group, as a block of the report."""

from __future__ import annotations

from collections.abc import Sequence

from fairkit.findings import TOO_FEW_ROWS
from fairkit.metrics import base_name
from fairkit.models import Change, GapChange, ModelContrast
from fairkit.report.blocks.base import Block, Figure, Table
from fairkit.report.charts import BAND, COLORS, INK, MUTED, PAPER, axis_look, capped
from fairkit.report.layers import Spec, panel_layer
from fairkit.report.model import Report
from fairkit.report.numerals import contrast_bounds, contrast_number, margin_text, unit_of
from fairkit.report.phrases import UNDEFINED, counted, reason_text, short_name, visible
from fairkit.report.wording import Wording, wording_of

MOST_DRAWN = 12
"""Most groups that are drawn; the table has all of them."""

_TEXT = (
    "The models decided the same rows and are compared row by row: what both get right or wrong cancels. "
    "The interval is corrected for the number of groups and decides: better or worse lies wholly beyond the "
    "margin, equivalent wholly inside; 'no worse' says that a loss as large as the margin is excluded. Only "
    "rows that both models decided are compared."
)
_SYSTEMS = (
    "The systems heard the same utterances and are compared utterance by utterance: what is hard for both "
    "cancels. The {units} decide how sure that is. The interval is corrected for the number of groups and "
    "decides: better or worse lies wholly beyond the margin, equivalent wholly inside; 'no worse' says that "
    "a loss as large as the margin is excluded. 'Differ' counts utterances with another number of errors."
)
_GAPS = (
    "A gap is a group's value less that of {others}. It has narrowed or widened where the corrected "
    "interval of its change lies wholly beyond the margin."
)
_WIDTH, _STEP, _COLUMNS = 190, 20, 3
_KINDS = {"better": "parity", "worse": "disparity"}
_SHAPES = {
    "better": "triangle-up",
    "worse": "triangle-down",
    "equivalent": "circle",
    "inconclusive": "square",
}
_SHAPE = {
    "field": "verdict",
    "type": "nominal",
    "legend": None,
    "scale": {"domain": list(_SHAPES), "range": list(_SHAPES.values())},
}


def models_block(report: Report) -> Block | None:
    """Say in which groups one model is better than another, and which gaps changed.

    Parameters
    ----------
    report : Report

    Returns
    -------
    Block or None
        None where one model was evaluated.

    Examples
    --------
    >>> import fairkit
    >>> rows = {"sex": ["F", "M"] * 60, "y": [1, 0, 0] * 40, "a": [1, 1, 0] * 40, "b": [1, 0, 0] * 40}
    >>> block = models_block(fairkit.evaluate(rows, label="y", decision={"a": "a", "b": "b"}, by="sex"))
    >>> block and block.tables[0].rows[0][0], block and block.title
    ('selection_rate', 'Models compared')
    """
    if not report.models:
        return None
    contrasts: dict[tuple[str, str, str], list[ModelContrast]] = {}
    for m in report.models:
        contrasts.setdefault((m.attribute, m.model, m.against), []).append(m)
    changes: dict[tuple[str, str, str], list[GapChange]] = {}
    for c in report.gap_changes:
        changes.setdefault((c.attribute, c.model, c.against), []).append(c)
    wording = wording_of(report)
    tables = [_contrasts(own, wording) for own in contrasts.values()]
    tables += [_changes(own, wording) for own in changes.values()]
    text = _SYSTEMS.format(units=wording.units) if wording.speech else _TEXT
    texts = (text, _GAPS.format(others=wording.others)) if changes else (text,)
    return Block("models", f"{wording.models.capitalize()} compared", texts, tuple(tables))


def _contrasts(found: Sequence[ModelContrast], wording: Wording) -> Table:
    first = found[0]
    named = len({m.metric for m in found}) > 1 or not wording.speech
    name = f"{visible(first.model)} against {visible(first.against)} by {visible(first.attribute)}"
    margins = [margin_text(m.margin, m.compare, unit_of(m.metric)) for m in found]
    one = len(set(margins)) == 1  # then it is said once, and leaves room for the others
    rows = tuple(
        (
            *((m.metric,) if named else ()),
            short_name(m.group, m.attribute),
            f"{m.n:,}",
            f"{m.discordant:,}",
            UNDEFINED if m.value is None else contrast_number(m.value, m.compare, unit=unit_of(m.metric)),
            contrast_bounds(m.low, m.high, m.compare, unit=unit_of(m.metric)) or UNDEFINED,
            *(() if one else (margin,)),
            _verdict(m.verdict, m.reason, wording),
            {True: "yes", False: "not shown", None: ""}[m.no_worse],
        )
        for m, margin in zip(found, margins, strict=True)
    )
    columns = ("group", "n", "differ", "contrast", "corrected interval")
    what = "" if named else f", {base_name(first.metric)}"
    return Table(
        f"{name}{what}{f', margin {margins[0]}' if one else ''} (differences of shares in points)",
        (*(("metric",) if named else ()), *columns, *(() if one else ("margin",)), "verdict", "no worse"),
        rows,
        right=(2, 3, 4) if named else (1, 2, 3),
        figures=(Figure(_forests(found), _label(found, name)),) if _drawn(found) else (),
    )


def _changes(found: Sequence[GapChange], wording: Wording) -> Table:
    first = found[0]
    named = len({c.metric for c in found}) > 1 or not wording.speech
    rows = tuple(
        (
            *((c.metric,) if named else ()),
            short_name(c.group, c.attribute),
            *(
                UNDEFINED if value is None else contrast_number(value, "difference", unit=unit_of(c.metric))
                for value in (c.before, c.after, c.value)
            ),
            contrast_bounds(c.low, c.high, "difference", unit=unit_of(c.metric)) or UNDEFINED,
            _verdict(c.verdict, c.reason, wording),
        )
        for c in found
    )
    return Table(
        f"Gaps to {wording.others} by {visible(first.attribute)}, under {visible(first.against)} and "
        f"{visible(first.model)}" + ("" if named else f", {base_name(first.metric)}, in points"),
        (
            *(("metric",) if named else ()),
            *("group", f"gap, {visible(first.against)}", f"gap, {visible(first.model)}"),
            *("change", "corrected interval", "verdict"),
        ),
        rows,
        right=(2, 3, 4) if named else (1, 2, 3),
    )


def _verdict(verdict: str, reason: str | None, wording: Wording) -> str:
    return verdict if reason in (None, TOO_FEW_ROWS) else f"{verdict}: {reason_text(reason or '', wording)}"


def _label(found: Sequence[ModelContrast], name: str) -> str:
    verdicts: list[Change] = [m.verdict for m in found]
    told = ", ".join(f"{verdicts.count(v)} {v}" for v in dict.fromkeys(verdicts))
    return f"{name}: {counted(len(found), 'contrast')}, {told}. The table has every number."


def _drawn(found: Sequence[ModelContrast]) -> dict[str, list[ModelContrast]]:
    """Choose what is drawn by metric: differences with an interval, of the largest groups."""
    rows: dict[str, int] = {}
    for m in found:
        rows[m.group] = max(rows.get(m.group, 0), m.n)
    groups = sorted(rows, key=lambda group: -rows[group])[:MOST_DRAWN]
    by_metric: dict[str, list[ModelContrast]] = {}
    for m in found:
        if m.compare == "difference" and m.low is not None and m.high is not None and m.group in groups:
            by_metric.setdefault(m.metric, []).append(m)
    return {metric: sorted(own, key=lambda m: groups.index(m.group)) for metric, own in by_metric.items()}


def _forests(found: Sequence[ModelContrast]) -> Spec:
    """Draw one small forest per metric: the corrected intervals over the shaded margin."""
    made = []
    for metric, own in _drawn(found).items():
        scale = 100.0 if unit_of(metric) == "share" else 1.0
        unit = "points" if scale == 100 else "difference"
        ends = [scale * (end or 0.0) for m in own for end in (m.low, m.high)]
        values = [scale * m.value for m in own if m.value is not None]
        reach = capped(ends, values, least=100) if scale == 100 else float("inf")
        data = [
            {
                "group": short_name(m.group, m.attribute),
                "value": None if m.value is None else round(m.value * scale, 4),
                "low": round(max((m.low or 0.0) * scale, -reach), 4),
                "high": round(min((m.high or 0.0) * scale, reach), 4),
                "kind": _KINDS.get(m.verdict, "inconclusive"),
                "verdict": m.verdict,
            }
            for m in own
        ]
        low, high = (end * scale for end in own[0].margin)
        cut = [
            {"group": datum["group"], "kind": datum["kind"], "at": reach * side, "to": f"triangle-{to}"}
            for datum, m in zip(data, own, strict=True)
            for side, end, to in ((-1, m.low, "left"), (1, m.high, "right"))
            if side * scale * (end or 0.0) > reach
        ]
        x = {"type": "quantitative", "title": f"{base_name(metric).replace('_', ' ')}, {unit}"}
        y = {"field": "group", "type": "nominal", "sort": None, "title": None}
        color = {
            "field": "kind",
            "type": "nominal",
            "legend": None,
            "scale": {"domain": list(COLORS), "range": list(COLORS.values())},
        }
        made.append(
            {
                "width": _WIDTH,
                "height": {"step": _STEP},
                "data": {"values": data},
                "layer": [
                    panel_layer({"type": "rect", "color": BAND}, x={**x, "datum": low}, x2={"datum": high}),
                    panel_layer({"type": "rule", "color": MUTED}, x={**x, "datum": 0}),
                    {
                        "mark": {"type": "rule", "strokeWidth": 2, "aria": False},
                        "encoding": {
                            "x": {**x, "field": "low"},
                            "x2": {"field": "high"},
                            "y": y,
                            "color": color,
                        },
                    },
                    {
                        "mark": {"type": "point", "filled": True, "opacity": 1, "size": 55, "aria": False},
                        "encoding": {"x": {**x, "field": "value"}, "y": y, "color": color, "shape": _SHAPE},
                    },
                    {
                        "data": {"values": cut},
                        "mark": {"type": "point", "filled": True, "opacity": 1, "size": 55, "aria": False},
                        "encoding": {
                            "x": {**x, "field": "at"},
                            "y": y,
                            "color": color,
                            "shape": {"field": "to", "type": "nominal", "scale": None, "legend": None},
                        },
                    },
                ],
            }
        )
    axis = axis_look(
        label_color=INK,
        title_color=MUTED,
        labelPadding=4,
        labelLimit=150,
        labelOverlap="greedy",
        labelSeparation=6,
        tickCount=5,
    )
    return {
        "background": PAPER,
        "padding": {"left": 30, "right": 6, "top": 6, "bottom": 6},
        "columns": _COLUMNS,
        "spacing": 24,
        "concat": made,
        "config": {"view": {"stroke": None}, "axis": axis},
    }
