"""What was recognised, group by group: substitutions, deletions, insertions, and how rates are averaged."""

from __future__ import annotations

from collections.abc import Sequence

from fairkit.report.blocks.base import Block, Figure, Table
from fairkit.report.charts import ERRORS, FONT_SIZE, INK, MUTED, ON_DARK, ON_LIGHT, PAPER, axis_look
from fairkit.report.layers import Spec
from fairkit.report.model import Report
from fairkit.report.numerals import percent
from fairkit.report.phrases import UNDEFINED, counted, short_name, visible
from fairkit.speech.results import SpeechGroup

FIGURES = 6
"""Most drawings; the tables have every system and grouping."""

BARS = 20
"""Most groups of one drawing, the worst."""

ALL = "all"
"""Name of the group, and of the grouping, of all utterances."""

_MEANS = (
    "The error rate is the sum of all errors over the sum of all that was said: every {unit} counts alike. "
    "{means} Compare only numbers that were averaged in the same way."
)
_OF_UTTERANCES = (
    "The unweighted mean of utterances beside it is another number: short utterances count as much as long "
    "ones (it is often two or three times the error rate)."
)
_OF_SPEAKERS = (
    "The unweighted means beside it are other numbers: in the mean of utterances short utterances count as "
    "much as long ones (it is often two or three times the error rate), in the mean of speakers every "
    "speaker counts alike."
)
_ROOMY = "datum.label + '\\u00a0\\u00a0\\u00a0'"  # a reader's font may be wider than the renderer's
_LETTER = 0.05  # of the longest bar: what is shorter has no room for a letter
_WIDTH, _STEP = 430, 21


def recognised_block(report: Report) -> Block | None:
    """Show what every system made of every group's speech.

    Parameters
    ----------
    report : Report

    Returns
    -------
    Block or None
        None where no transcripts were judged.

    Examples
    --------
    >>> from fairkit.speech import evaluate
    >>> rows = {"said": ["a b c", "d e"] * 8, "heard": ["a b c", "d"] * 8, "accent": ["X", "Y"] * 8}
    >>> block = recognised_block(evaluate(rows, reference="said", hypothesis="heard", by="accent"))
    >>> block and block.tables[0].rows[0]
    ('Y', '8', '16', '50.00%', '0.00', '50.00', '0.00', '50.00%')
    """
    tables = []
    for i, own in enumerate(tallied(report).values()):
        tables.append(_table(own, report, drawn=i < FIGURES))
    if not tables:
        return None
    unit = (report.settings.unit or "words").removesuffix("s")
    means = _OF_UTTERANCES if report.settings.cluster is None else _OF_SPEAKERS
    text = _MEANS.format(unit=unit, means=means)
    return Block("recognised", "What was recognised", (text,), tuple(tables))


def tallied(report: Report) -> dict[tuple[str, str], list[SpeechGroup]]:
    """Put the tallies of the first normaliser by grouping and system: groups the worst first, then all.

    Examples
    --------
    >>> from fairkit.speech import evaluate
    >>> rows = {"said": ["a b c", "d e"] * 8, "heard": ["a b c", "d"] * 8, "accent": ["X", "Y"] * 8}
    >>> found = tallied(evaluate(rows, reference="said", hypothesis="heard", by="accent"))
    >>> {key: [one.group for one in groups] for key, groups in found.items()}
    {('accent', 'hypothesis'): ['accent=Y', 'accent=X', 'all']}
    """
    first = next((one.normalizer for one in report.speech), None)
    own = [one for one in report.speech if one.normalizer == first]
    found: dict[tuple[str, str], list[SpeechGroup]] = {}
    for one in own:
        if one.attribute != ALL:
            found.setdefault((one.attribute, one.system), []).append(one)
    total = {one.system: one for one in own if one.attribute == one.group == ALL}
    for (_, system), groups in found.items():
        groups.sort(key=lambda one: -1.0 if one.error_rate is None else one.error_rate, reverse=True)
        groups.extend([total[system]] if system in total else [])
    return found


def name_of(one: SpeechGroup) -> str:
    """Write the name of a group where its grouping stands above.

    Examples
    --------
    >>> from fairkit.speech import evaluate
    >>> rows = {"said": ["a b"] * 4, "heard": ["a b"] * 4, "accent": ["X", "Y"] * 2}
    >>> report = evaluate(rows, reference="said", hypothesis="heard", by="accent")
    >>> [name_of(one) for one in report.speech]
    ['X', 'Y', 'all utterances']
    """
    return "all utterances" if one.attribute == ALL else short_name(one.group, one.attribute)


def rate_text(rate: float | None) -> str:
    """Write an error rate in percent, or that there is none.

    Examples
    --------
    >>> rate_text(0.15166), rate_text(None)
    ('15.17%', '–')
    """
    return UNDEFINED if rate is None else percent(rate)


def _table(groups: Sequence[SpeechGroup], report: Report, *, drawn: bool) -> Table:
    first = groups[0]
    unit = report.settings.unit or "words"
    known = any(one.speakers is not None for one in groups)
    rows = tuple(
        (
            name_of(one),
            *(("" if one.speakers is None else f"{one.speakers:,}",) if known else ()),
            f"{one.utterances:,}",
            f"{one.said:,}",
            rate_text(one.error_rate),
            *(_share(errors, one.said) for errors in (one.substitutions, one.deletions, one.insertions)),
            rate_text(one.mean_of_utterances),
            *((rate_text(one.mean_of_speakers),) if known else ()),
        )
        for one in groups
    )
    columns = (
        "group",
        *(("speakers",) if known else ()),
        *("utterances", f"{unit} said", "error rate", "sub.", "del.", "ins.", "mean of utterances"),
        *(("mean of speakers",) if known else ()),
    )
    caption = (
        f"{visible(first.system)} by {visible(first.attribute)}, normalised by {visible(first.normalizer)}: "
        f"error rate, and substitutions, deletions and insertions per 100 {unit} said"
    )
    bars = [one for one in groups if one.attribute != ALL and one.said][:BARS]
    figures = (Figure(_bars(bars, unit), _label(bars, groups)),) if drawn and bars else ()
    return Table(caption, columns, rows, right=tuple(range(1, len(columns))), figures=figures)


def _share(errors: int, said: int) -> str:
    return f"{100 * errors / said:.2f}" if said else UNDEFINED


def _label(bars: Sequence[SpeechGroup], groups: Sequence[SpeechGroup]) -> str:
    first, last = bars[0], bars[-1]
    total = sum(one.attribute != ALL for one in groups)
    of = "" if total == len(bars) else f", the worst of {total:,}"
    return (
        f"Stacked bars of substitutions, deletions and insertions of {visible(first.system)} in "
        f"{counted(len(bars), 'group')}{of}: from {name_of(first)} ({rate_text(first.error_rate)}) to "
        f"{name_of(last)} ({rate_text(last.error_rate)}). The table has every number."
    )


def _bars(groups: Sequence[SpeechGroup], unit: str) -> Spec:
    """Draw one bar per group, its kinds of error side by side, each with its letter where there is room."""
    data: list[Spec] = []
    totals: list[Spec] = []
    for one in groups:
        start = 0.0
        for kind in ERRORS:
            size = 100 * getattr(one, kind) / one.said
            own = {"group": name_of(one), "kind": kind, "letter": kind[0].upper()}
            data.append({**own, "start": round(start, 4), "end": round(start + size, 4)})
            start += size
        totals.append({"group": name_of(one), "end": round(start, 4), "text": f"{start:.2f}"})
    longest = max(row["end"] for row in totals) or 1.0
    for row in data:
        row["middle"] = round((row["start"] + row["end"]) / 2, 4)
        row["room"] = row["end"] - row["start"] > _LETTER * longest
    y = {"field": "group", "type": "nominal", "sort": None, "title": None}
    scale = {"domain": [0, longest], "nice": False}
    x = {"type": "quantitative", "title": f"errors per 100 {unit} said", "scale": scale}
    kinds = {"domain": list(ERRORS), "range": list(ERRORS.values())}
    legend = {
        "orient": "top",
        "title": None,
        "symbolType": "square",
        "direction": "horizontal",
        "labelExpr": _ROOMY,
    }
    letters = {"domain": list(ERRORS), "range": [ON_DARK, ON_LIGHT, ON_LIGHT]}
    named: Spec = {"field": "kind", "type": "nominal"}
    axis = axis_look(label_color=INK, title_color=MUTED, labelPadding=6, labelLimit=210, tickCount=5)
    return {
        "width": _WIDTH,
        "height": {"step": _STEP},
        "background": PAPER,
        "padding": {"left": 24, "right": 48, "top": 4, "bottom": 4},
        "data": {"values": data},
        "layer": [
            {
                "mark": {"type": "bar", "height": 15, "stroke": PAPER, "strokeWidth": 1, "aria": False},
                "encoding": {
                    "y": y,
                    "x": {**x, "field": "start"},
                    "x2": {"field": "end"},
                    "color": {**named, "scale": kinds, "legend": legend},
                },
            },
            {
                "transform": [{"filter": "datum.room"}],
                "mark": {"type": "text", "aria": False, "baseline": "middle"},
                "encoding": {
                    "y": y,
                    "x": {**x, "field": "middle"},
                    "text": {"field": "letter"},
                    "stroke": {"value": None},
                    "fill": {**named, "scale": letters, "legend": None},
                },
            },
            {
                "data": {"values": totals},
                "mark": {"type": "text", "align": "left", "dx": 6, "color": INK, "aria": False},
                "encoding": {"y": y, "x": {**x, "field": "end"}, "text": {"field": "text"}},
            },
        ],
        "config": {
            "view": {"stroke": None},
            "axis": axis,
            "text": {"font": "sans-serif", "fontSize": FONT_SIZE, "baseline": "middle"},
            "legend": {"labelColor": INK, "labelFontSize": FONT_SIZE, "symbolSize": 120, "offset": 6},
        },
    }
