"""Whether a condition, such as noise, hurts one group more than all others, as a block of the report."""

from __future__ import annotations

from collections.abc import Sequence

from fairkit.report.blocks.base import Block, Figure, Table
from fairkit.report.blocks.intervals import Point, hundredfold, interval_chart
from fairkit.report.model import Report
from fairkit.report.numerals import contrast_bounds, contrast_number, margin_text
from fairkit.report.phrases import SYMBOLS, UNDEFINED, reason_text, short_name, visible
from fairkit.report.wording import Wording, wording_of
from fairkit.speech.results import Interaction

_TEXT = (
    "A condition may make speech harder for everybody. Here stands how much more it costs one group than all "
    "others: the rise of the group's error rate under it (below zero: the fall) less the rise elsewhere, in "
    "points, with the corrected interval that decides. A disparity lies wholly beyond the margin, parity "
    "wholly inside."
)
_SIGN = {str(verdict): sign for verdict, sign in SYMBOLS.items()}


def conditions_block(report: Report) -> Block | None:
    """Say whether conditions hurt one group more than others, for every crossing and system.

    Parameters
    ----------
    report : Report

    Returns
    -------
    Block or None
        None where nothing was crossed.

    Examples
    --------
    >>> from fairkit.speech import evaluate
    >>> rows = {
    ...     "said": ["a b c d"] * 16, "heard": ["a b c d", "a b c", "a b", "a"] * 4,
    ...     "accent": ["X", "X", "Y", "Y"] * 4, "noise": ["no", "yes"] * 8, "who": list("abcdefgh") * 2,
    ... }
    >>> block = conditions_block(
    ...     evaluate(rows, reference="said", hypothesis="heard", speaker="who", by="accent,noise")
    ... )
    >>> block and block.title
    'Does a condition hurt one group more than others?'
    """
    if not report.interactions:
        return None
    found: dict[tuple[str, str, str], list[Interaction]] = {}
    for one in report.interactions:
        found.setdefault((one.attribute, one.factor, one.system), []).append(one)
    wording = wording_of(report)
    tables = tuple(_table(own, wording) for own in found.values())
    return Block("conditions", "Does a condition hurt one group more than others?", (_TEXT,), tables)


def _table(found: Sequence[Interaction], wording: Wording) -> Table:
    first = found[0]
    known = any(one.speakers is not None for one in found)
    several = len({(one.condition, one.base) for one in found}) > 1
    rows = tuple(
        (
            short_name(one.group, one.attribute),
            *((f"{visible(one.condition)} against {visible(one.base)}",) if several else ()),
            *(("" if one.speakers is None else f"{one.speakers:,}",) if known else ()),
            *map(_points, (one.effect, one.effect_elsewhere, one.value)),
            contrast_bounds(one.low, one.high, "difference") or UNDEFINED,
            _verdict(one, wording),
        )
        for one in found
    )
    columns = (
        "group",
        *(("condition",) if several else ()),
        *(("speakers",) if known else ()),
        *("rise", "elsewhere", "difference", "corrected interval", "verdict"),
    )
    condition = (
        f"{visible(first.factor)} (any level against {visible(first.base)})"
        if several
        else f"{visible(first.condition)} against {visible(first.base)}"
    )
    caption = (
        f"{visible(first.system)}, {condition}, by {visible(first.attribute)}, margin "
        f"{margin_text(first.margin, 'difference')} (rises of error rates in points)"
    )
    right = tuple(i for i, name in enumerate(columns) if name in _NUMBERS)
    verdicts = [one.verdict for one in found]
    told = ", ".join(f"{verdicts.count(v)} {v}" for v in dict.fromkeys(verdicts))
    label = f"Forest chart: {caption}: {told}. The table has every number."
    points = [
        Point(
            short_name(one.group, one.attribute)
            + (f", {short_name(one.condition, one.factor)}" if several else ""),
            hundredfold(one.value),
            hundredfold(one.low),
            hundredfold(one.high),
            one.verdict,
        )
        for one in found
    ]
    margin = (100 * first.margin[0], 100 * first.margin[1])
    figures: tuple[Figure, ...] = ()
    if any(one.low is not None for one in found):
        title = (
            f"points that {visible(first.factor if several else first.condition)} costs more than elsewhere"
        )
        figures = (Figure(interval_chart(points, title=title, margin=margin), label),)
    return Table(caption, columns, rows, right=right, figures=figures)


_NUMBERS = ("speakers", "rise", "elsewhere", "difference")


def _points(value: float | None) -> str:
    return UNDEFINED if value is None else contrast_number(value, "difference")


def _verdict(one: Interaction, wording: Wording) -> str:
    told = f"{_SIGN[one.verdict]} {one.verdict}"
    if one.reason is None or one.low is not None:
        return told
    return f"{told}: {reason_text(one.reason, wording)}"
