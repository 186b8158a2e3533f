"""How far predictions move along what is protected, beside how far they move along nothing in particular."""

from __future__ import annotations

from collections.abc import Sequence

from fairkit.report.blocks.base import Block, Figure, Table
from fairkit.report.charts import GRID, INK, MUTED, PAPER, axis_look
from fairkit.report.layers import Spec
from fairkit.report.model import Report
from fairkit.report.numerals import bounds, value_text
from fairkit.report.phrases import UNDEFINED, counted, reason_text, short_name, visible
from fairkit.text.results import SensitivityFloor

ALL = "all"
"""Name of the group, and of the grouping, of all texts."""

FIGURES, BARS = 6, 20
"""Most drawings, and most groups of one; the tables have all."""

_WHAT = (
    "Prediction sensitivity is how far a prediction moves per step of its text's embeddings along what "
    "reveals the protected attribute: {protected}. The {output} of the class that is asked about ({target}) "
    "is differentiated. It is in units of the model's own embeddings: compare it between groups, and with "
    "its floor, not between models{unit}."
)
_SIGNED = (
    "With its sign, 0 means that the prediction does not depend on it to first order, and more than 0 that "
    "what reveals the attribute speaks for the class. Texts of which it speaks for and others of which it "
    "speaks against the class cancel in a mean; in the mean size they do not."
)
_FLOOR = (
    "The floor is the same mean along directions without meaning. A mean that does not stand out from it is "
    "no sign that the prediction does not depend on the attribute: most directions matter to a classifier, "
    "those of what it is about above all. What rewritten texts show is decisive. Each p is of one mean: of "
    "twenty that mean nothing, one stands out by chance."
)
_ABSOLUTE = (
    "Without signs (absolute_prediction_sensitivity) nothing cancels, so that every model has some: only "
    "what lies above the floor says anything."
)
_UNITS = " (unless it is scaled: --scale unit, --scale relative)"
_SURE = 0.05

Limits = dict[tuple[str, str, str], tuple[float | None, float | None]]
"""Plain intervals by metric, grouping and group."""

_WIDTH, _STEP = 430, 24


def floors_block(report: Report) -> Block | None:
    """Show mean sensitivities over the band of those along directions without meaning.

    Parameters
    ----------
    report : Report

    Returns
    -------
    Block or None
        None where no floor was asked for.

    Examples
    --------
    >>> import dataclasses, fairkit
    >>> report = fairkit.evaluate({"sex": ["F", "M"] * 9, "d": [1, 1, 0] * 6}, decision="d", by="sex")
    >>> floor = SensitivityFloor(
    ...     "prediction_sensitivity", "mean", "all", "all", 0.02, 90, -0.001, 0.0, 0.001, 0.01, 99, "groups",
    ...     None,
    ... )
    >>> floors_block(dataclasses.replace(report, sensitivity_floors=(floor,))).points
    ('prediction_sensitivity of all 90 texts is 0.02; directions without meaning give -0.001 to 0.001 ...
    """
    found = report.sensitivity_floors
    if not found:
        return None
    metrics = list(dict.fromkeys(one.metric for one in found))
    by_grouping: dict[tuple[str, str], list[SensitivityFloor]] = {}
    for one in found:
        if one.attribute != ALL:
            by_grouping.setdefault((one.metric, one.attribute), []).append(one)
    total = {one.metric: one for one in found if one.attribute == ALL and one.statistic == "mean"}
    for (metric, _), own in by_grouping.items():
        own.sort(key=lambda one: float("inf") if one.value is None else -abs(one.value))
        own.extend([total[metric]] if metric in total else [])
    if not by_grouping:
        by_grouping = {(metric, ALL): [one] for metric, one in total.items()}
    told = [_WHAT.format(**_asked(report))]
    told += [_SIGNED] if "prediction_sensitivity" in metrics else []
    told += [_ABSOLUTE] if "absolute_prediction_sensitivity" in metrics else []
    plain = _plain(report)
    told += [_FLOOR]
    tables = tuple(_table(own, plain, drawn=i < FIGURES) for i, own in enumerate(by_grouping.values()))
    points = tuple(floor_sentence(one) for one in found if one.attribute == ALL)
    return Block("floors", "Sensitivity, and its floor", tuple(told), tables, points)


def floor_sentence(floor: SensitivityFloor) -> str:
    """Say in plain words whether a mean stands out from its floor.

    Examples
    --------
    >>> floor_sentence(SensitivityFloor(
    ...     "prediction_sensitivity", "mean", "all", "all", 0.0004, 90, -0.001, 0.0, 0.001, 0.4, 99, "groups",
    ...     None,
    ... ))
    'prediction_sensitivity of all 90 texts is 0.0004; ... p = 0.4000): it does not stand out'
    """
    who = f"all {floor.texts:,} texts" if floor.attribute == ALL else visible(floor.group)
    name = floor.metric if floor.statistic == "mean" else f"the mean size of {floor.metric}"
    if floor.value is None:
        return f"{name} of {who} is undefined: {reason_text(floor.reason or '')}"
    text = f"{name} of {who} is {value_text(floor.value, 'amount')}"
    if floor.null_low is None or floor.null_high is None or floor.p_value is None:
        return f"{text}; it has no floor: {reason_text(floor.reason or '')}"
    ends = bounds(floor.null_low, floor.null_high, unit="amount")
    stands = "it stands out" if floor.p_value <= _SURE else "it does not stand out"
    if _upper(floor) and floor.value < floor.null_low:
        stands = "it does not stand out, for it is less than all of them"
    return (
        f"{text}; directions without meaning give {ends} ({counted(floor.permutations, 'permutation')}, "
        f"p = {floor.p_value:.4f}): {stands}"
    )


def _upper(floor: SensitivityFloor) -> bool:
    """Tell whether only values above the floor say anything: every direction adds to sizes."""
    return floor.statistic == "size" or floor.metric == "absolute_prediction_sensitivity"


def _asked(report: Report) -> dict[str, str]:
    s = report.settings
    return {
        "protected": visible(s.protected or "as it was given"),
        "target": visible(s.target or "predicted"),
        "output": "log-odds" if s.output == "logit" else "probability",
        "unit": _UNITS if s.scale in (None, "none") else "",
    }


def _plain(report: Report) -> Limits:
    """Return the plain intervals of means, by metric, grouping and group."""
    found: Limits = {(e.metric, e.attribute, e.group): (e.low, e.high) for e in report.estimates}
    return found | {(one.metric, ALL, ALL): (one.low, one.high) for one in report.overall}


def _table(floors: Sequence[SensitivityFloor], plain: Limits, *, drawn: bool) -> Table:
    first = floors[0]
    rows = tuple(
        (
            _name(one),
            f"{one.texts:,}",
            UNDEFINED if one.value is None else value_text(one.value, "amount"),
            bounds(*_limits(one, plain), unit="amount") or UNDEFINED,
            UNDEFINED if one.null_median is None else value_text(one.null_median, "amount"),
            bounds(one.null_low, one.null_high, unit="amount") or UNDEFINED,
            UNDEFINED if one.p_value is None else f"{one.p_value:.4f}",
        )
        for one in floors
    )
    by = "" if first.attribute == ALL else f" by {visible(first.attribute)}"
    permutations = max(one.permutations for one in floors)
    part = "lower" if _upper(first) else "middle"
    caption = (
        f"{first.metric}{by}: means, and the floor, the median and the {part} 95% of means after "
        f"{counted(permutations, 'permutation')} of {first.permuted}"
    )
    columns = ("group", "texts", "mean", "interval", "floor", "95% of the floor", "p")
    bars = [one for one in floors if one.value is not None and one.null_low is not None]
    bars = bars[: BARS - 1] + bars[-1:] if len(bars) > BARS else bars
    figures = (Figure(_chart(bars, plain), _label(bars)),) if drawn and bars else ()
    return Table(caption, columns, rows, right=(1, 2, 3, 4, 5, 6), figures=figures)


def _name(one: SensitivityFloor) -> str:
    return "all texts" if one.attribute == ALL else short_name(one.group, one.attribute)


def _label(floors: Sequence[SensitivityFloor]) -> str:
    beyond = sum(one.p_value is not None and one.p_value <= _SURE for one in floors)
    return (
        f"{floors[0].metric} over the band of means along directions without meaning: {beyond} of "
        f"{counted(len(floors), 'mean')} {'stands' if beyond == 1 else 'stand'} out. The table has every "
        "number."
    )


def _limits(one: SensitivityFloor, plain: Limits) -> tuple[float | None, float | None]:
    return plain.get((one.metric, one.attribute, one.group), (None, None))


def _chart(floors: Sequence[SensitivityFloor], plain: Limits) -> Spec:
    """Draw each mean with its interval, over the band of 95 % of its floor and the median."""
    data = [
        {
            "name": _name(one),
            "value": _digits(one.value),
            "low": _digits(one.null_low),
            "median": _digits(one.null_median),
            "high": _digits(one.null_high),
            "from": _digits(_limits(one, plain)[0]),
            "to": _digits(_limits(one, plain)[1]),
        }
        for one in floors
    ]
    y = {"field": "name", "type": "nominal", "sort": None, "title": None}
    title = f"mean {floors[0].metric.replace('_', ' ')} (band: 95% of the floor, tick: its median)"
    x = {"type": "quantitative", "title": title, "scale": {"zero": True, "nice": True}}
    axis = axis_look(
        label_color=INK,
        title_color=MUTED,
        labelPadding=8,
        labelLimit=240,
        tickCount=5,
        labelOverlap="greedy",
        labelFlush=False,
    )
    return {
        "width": _WIDTH,
        "height": {"step": _STEP},
        "background": PAPER,
        "padding": {"left": 24, "right": 24, "top": 4, "bottom": 4},
        "data": {"values": data},
        "layer": [
            {
                "mark": {"type": "bar", "height": 15, "color": GRID, "aria": False},
                "encoding": {"y": y, "x": {**x, "field": "low"}, "x2": {"field": "high"}},
            },
            {
                "mark": {"type": "tick", "color": MUTED, "thickness": 2, "size": 15, "aria": False},
                "encoding": {"y": y, "x": {**x, "field": "median"}},
            },
            {
                "transform": [{"filter": "datum.from !== null"}],
                "mark": {"type": "rule", "color": INK, "strokeWidth": 2, "aria": False},
                "encoding": {"y": y, "x": {**x, "field": "from"}, "x2": {"field": "to"}},
            },
            {
                "mark": {
                    "type": "point", "filled": True, "opacity": 1, "color": INK, "size": 70, "aria": False,
                },
                "encoding": {"y": y, "x": {**x, "field": "value"}},
            },
        ],
        "config": {"view": {"stroke": None}, "axis": axis},
    }  # fmt: skip


def _digits(value: float | None) -> float | None:
    return None if value is None else float(f"{value:.6g}")
