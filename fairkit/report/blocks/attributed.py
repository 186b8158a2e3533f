"""Which words sensitivities come from: over all texts, and in a few texts word by word."""

from __future__ import annotations

from collections.abc import Sequence

from fairkit.report.blocks.base import Block, Figure, Table
from fairkit.report.blocks.intervals import MOST, Point, interval_chart
from fairkit.report.charts import COLORS, ERRORS, FONT_SIZE, INK, MUTED, PAPER, axis_look
from fairkit.report.layers import Spec, by_kind, panel_layer, row_layer
from fairkit.report.model import Report
from fairkit.report.numerals import bounds, percent, value_text
from fairkit.report.phrases import UNDEFINED, counted, visible
from fairkit.text.results import TextAttribution, WordSensitivity

BARS = 20
"""Most words of one drawing: those with the largest contributions, in the order of the text."""

_NAMED = 5
_LONGEST = 40
_WORDS = (
    "What sensitivities come from: the contributions of its words add up to that of a text. The words whose "
    "mean contribution is surest to be other than 0 stand first; those in few texts are left out. It is "
    "where to look, not what was found: many words are compared. A word that is not protected and yet stands "
    "here is a proxy, or what the model listens to in the direction of the attribute."
)
_TEXTS = (
    "A few texts with the largest sensitivities, word by word. They are words of the data: leave them out of "
    "reports that leave your hands (examples = 0)."
)
_SIGNS = {"for": COLORS["disparity"], "against": ERRORS["substitutions"]}
_WIDTH, _STEP = 400, 18


def word_block(report: Report) -> Block | None:
    """List the words that sensitivities come from, over all texts.

    Parameters
    ----------
    report : Report

    Returns
    -------
    Block or None
        None where no word stands in enough texts.

    Examples
    --------
    >>> import dataclasses, fairkit
    >>> report = fairkit.evaluate({"sex": ["F", "M"] * 9, "d": [1, 1, 0] * 6}, decision="d", by="sex")
    >>> word = WordSensitivity("prediction_sensitivity", "v", "she", 40, 0.02, 0.01, 0.03, 0.25, True)
    >>> word_block(dataclasses.replace(report, word_sensitivities=(word,))).tables[0].rows
    (('she', 'protected', '40', '0.02', '0.01 to 0.03', '25.0%'),)
    """
    if not report.word_sensitivities:
        return None
    by_metric: dict[str, list[WordSensitivity]] = {}
    for one in report.word_sensitivities:
        by_metric.setdefault(one.metric, []).append(one)
    return Block(
        "words-sensitive", "Words that it comes from", (_WORDS,), tuple(map(_words, by_metric.values()))
    )


def attributed_block(report: Report) -> Block | None:
    """Show a few texts word by word.

    Parameters
    ----------
    report : Report

    Returns
    -------
    Block or None
        None where no examples were asked for.

    Examples
    --------
    >>> import dataclasses, fairkit
    >>> report = fairkit.evaluate({"sex": ["F", "M"] * 9, "d": [1, 1, 0] * 6}, decision="d", by="sex")
    >>> text = TextAttribution(
    ...     "7", "prediction_sensitivity", "v", "nurse", 0.8, 0.3, 0.2, ("She", "sings"), (0.4, -0.1), 0
    ... )
    >>> attributed_block(dataclasses.replace(report, attributions=(text,))).tables[0].rows
    (('7', 'nurse', '80.00%', '0.3', '0.2000', 'She +0.4, sings -0.1'),)
    """
    if not report.attributions:
        return None
    rows = tuple(
        (
            visible(one.identifier),
            visible(one.target),
            percent(one.probability),
            value_text(one.value, "amount"),
            UNDEFINED if one.gap is None else value_text(one.gap, "score"),
            _largest(one),
        )
        for one in report.attributions
    )
    columns = ("text", "class", "probability", "sensitivity", "gap if rewritten", "words that carry it")
    first = report.attributions[0]
    caption = f"{counted(len(rows), 'text')} with the largest {first.metric} along {visible(first.along)}"
    tables = (Table(caption, columns, rows, right=(2, 3, 4)), *map(_text, report.attributions))
    return Block("attributions", "Texts, word by word", (_TEXTS,), tables)


def _words(found: Sequence[WordSensitivity]) -> Table:
    rows = tuple(
        (
            visible(one.word),
            "protected" if one.protected else "",
            f"{one.texts:,}",
            UNDEFINED if one.value is None else value_text(one.value, "amount"),
            bounds(one.low, one.high, unit="amount") or UNDEFINED,
            percent(one.share, digits=1),
        )
        for one in found
    )
    columns = ("word", "", "texts", "mean contribution", "interval", "of all contributions")
    caption = (
        f"Words by their part in {found[0].metric} along {visible(found[0].along)}, mean over the texts that "
        "hold them"
    )
    points = [
        Point(visible(one.word), one.value, one.low, one.high, "disparity" if one.protected else "reference")
        for one in found
    ]
    drawn = sum(point.low is not None for point in points)
    figures: tuple[Figure, ...] = ()
    if drawn:
        label = (
            f"Mean contributions of {counted(min(drawn, MOST), 'word')} to {found[0].metric}, with "
            "intervals; protected words in another colour. The table has every number."
        )
        figures = (Figure(interval_chart(points, title="mean contribution to a text that holds it"), label),)
    return Table(caption, columns, rows, right=(2, 3, 4, 5), figures=figures)


def _largest(one: TextAttribution) -> str:
    pairs = sorted(zip(one.words, one.contributions, strict=True), key=lambda pair: -abs(pair[1]))[:_NAMED]
    return ", ".join(f"{_short(word)} {_signed(value)}" for word, value in pairs if value)


def _text(one: TextAttribution) -> Table:
    rows = tuple(
        (_short(word), _signed(value)) for word, value in zip(one.words, one.contributions, strict=True)
    )
    left = f"; {counted(one.left_out, 'word')} left out" if one.left_out else ""
    caption = (
        f"Text {visible(one.identifier)}: contributions to {one.metric} for '{visible(one.target)}'{left}"
    )
    ends = [abs(value) for value in one.contributions]
    label = (
        f"Diverging bars of {counted(min(len(ends), BARS), 'word')} of text {visible(one.identifier)}, in "
        f"the order of the text: right of 0 speaks for '{visible(one.target)}', left of it against. The "
        "table has every number."
    )
    figures = (Figure(_bars(one), label),) if any(ends) else ()
    return Table(caption, ("word", "contribution"), rows, right=(1,), figures=figures, drawn_only=True)


def _bars(one: TextAttribution) -> Spec:
    """Draw a bar for each word: right what speaks for the class, left what speaks against it."""
    ranked = sorted(range(len(one.words)), key=lambda i: -abs(one.contributions[i]))[:BARS]
    data = [
        {
            "i": i,
            "word": _short(one.words[i]),
            "value": float(f"{one.contributions[i]:.6g}"),
            "kind": "for" if one.contributions[i] >= 0 else "against",
        }
        for i in sorted(ranked)
    ]
    title = f"contribution (right: for {_short(one.target)}, left: against it)"
    x = {"type": "quantitative", "title": title, "scale": {"zero": True, "nice": True}}
    axis = axis_look(title_color=MUTED, labelPadding=8, tickCount=5, labelOverlap="greedy")
    label = {"type": "text", "align": "right", "color": INK, "limit": 210}
    return {
        "width": _WIDTH,
        "height": {"step": _STEP},
        "background": PAPER,
        "padding": {"left": 12, "right": 24, "top": 4, "bottom": 4},
        "data": {"values": data},
        "layer": [
            row_layer(label, x={"value": -10}, text={"field": "word"}),
            row_layer({"type": "bar", "height": 12}, x={**x, "field": "value"}, color=by_kind(_SIGNS)),
            panel_layer({"type": "rule", "color": MUTED}, x={**x, "datum": 0}),
        ],
        "config": {
            "view": {"stroke": None},
            "axis": axis,
            "text": {"font": "sans-serif", "fontSize": FONT_SIZE, "baseline": "middle"},
        },
    }


def _short(word: str) -> str:
    cut = word if len(word) <= _LONGEST else f"{word[: _LONGEST - 3]}..."
    return visible(cut)


def _signed(value: float) -> str:
    text = value_text(value, "amount")
    return text if value <= 0 else f"+{text}"
