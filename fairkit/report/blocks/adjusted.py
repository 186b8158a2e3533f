"""Error rates given other things: ratios adjusted by a model, and differences of matched utterances."""

from __future__ import annotations

from collections.abc import Sequence

from fairkit.report.blocks.base import Block, Figure, Table
from fairkit.report.blocks.intervals import Point, hundredfold, interval_chart
from fairkit.report.model import Report
from fairkit.report.numerals import contrast_bounds, contrast_number, percent
from fairkit.report.phrases import UNDEFINED, counted, reason_text, short_name, visible
from fairkit.report.wording import Wording, wording_of
from fairkit.speech.results import Matched, RateRatio

_RATIOS = (
    "Groups may differ in more than their speech. The crude ratio is that of the error rates as counted, of "
    "the {rows} that the model uses; the adjusted one compares {rows} that are alike in {covariates}. Where "
    "the two differ, part of the crude difference goes with those. Intervals are plain; the verdicts above "
    "do not rest on them. What is not measured is not adjusted for."
)
_MATCHES = (
    "Matched: each utterance of a group is paired with one of the reference group that is alike in "
    "{covariates}, and the error rates of the pairs are compared. An imbalance above 0.1 standard deviations "
    "says that they are not alike after all."
)
_SHAPES = {"crude": "square", "adjusted": "circle"}
_TOO_UNLIKE = 0.1


def adjusted_block(report: Report) -> Block | None:
    """Compare groups given other things, beside how they compare as counted.

    Parameters
    ----------
    report : Report

    Returns
    -------
    Block or None
        None where nothing was adjusted for or matched on.

    Examples
    --------
    >>> from fairkit.speech import evaluate
    >>> rows = {"said": ["a b c", "d e"] * 30, "heard": ["a b", "d"] * 30, "accent": ["X", "Y", "Y"] * 20}
    >>> block = adjusted_block(
    ...     evaluate(rows, reference="said", hypothesis="heard", by="accent", adjust=["length"])
    ... )
    >>> block and block.title
    'Adjusted for length'
    """
    if not (report.rate_ratios or report.matches):
        return None
    wording = wording_of(report)
    ratios: dict[tuple[str, str], list[RateRatio]] = {}
    for ratio in report.rate_ratios:
        ratios.setdefault((ratio.attribute, ratio.system), []).append(ratio)
    matches: dict[tuple[str, str], list[Matched]] = {}
    for match in report.matches:
        matches.setdefault((match.attribute, match.system), []).append(match)
    text, points = [], []
    named = _listed(report.settings.adjusted_for), _listed(report.settings.matched_on)
    if ratios:
        text.append(_RATIOS.format(rows=wording.rows, covariates=named[0] or "the covariates"))
    if matches:
        text.append(_MATCHES.format(covariates=named[1] or "the covariates"))
    undecided: tuple[RateRatio | Matched, ...] = (*report.rate_ratios, *report.matches)
    for one in undecided:
        if one.reason is not None:
            reason = reason_text(one.reason, wording)
            points.append(f"{visible(one.group)}, {visible(one.system)}: {reason}")
    title = " and ".join(
        [f"{name} {of}" for name, of in zip(("Adjusted for", "matched on"), named, strict=True) if of]
    )
    title = f"{title[:1].upper()}{title[1:]}" or "Adjusted for other things"
    tables = (
        *(_ratios(own, wording) for own in ratios.values()),
        *(_matches(own) for own in matches.values()),
    )
    return Block("adjusted", title, tuple(text), tables, tuple(dict.fromkeys(points)))


def _ratios(ratios: Sequence[RateRatio], wording: Wording) -> Table:
    first = ratios[0]
    lost = any(one.left_out for one in ratios)
    rows = tuple(
        (
            short_name(one.group, one.attribute),
            *_value(one.crude, one.crude_low, one.crude_high),
            *_value(one.value, one.low, one.high),
            UNDEFINED if one.p_adjusted is None else f"{one.p_adjusted:.4f}",
            f"{one.utterances:,}",
            *((f"{one.speakers:,}",) if wording.by_speaker else ()),
            *((f"{one.left_out:,}",) if lost else ()),
        )
        for one in ratios
    )
    columns = (
        *("group", "crude", "interval", "adjusted", "its interval", "p adj.", "utterances"),
        *(("speakers",) if wording.by_speaker else ()),
        *(("left out",) if lost else ()),
    )
    caption = (
        f"{visible(first.system)}: error rates by {visible(first.attribute)} as ratios to "
        f"{short_name(first.reference, first.attribute)}, crude and adjusted for {_listed(first.covariates)} "
        f"({visible(first.method)}; p-values by Holm)"
    )
    points = [
        point
        for one in ratios
        for name in (short_name(one.group, one.attribute),)
        for point in (
            Point(name, one.crude, one.crude_low, one.crude_high, "inconclusive", "crude"),
            Point(name, one.value, one.low, one.high, "reference", "adjusted"),
        )
    ]
    figures: tuple[Figure, ...] = ()
    if any(point.low is not None for point in points):
        reference = short_name(first.reference, first.attribute)
        title = f"times the error rate of {reference} (square: crude, circle: adjusted)"
        label = (
            f"Crude and adjusted ratios of {visible(first.system)} in {counted(len(ratios), 'group')} to "
            f"{reference}, with plain intervals. The table has every number."
        )
        figures = (Figure(interval_chart(points, title=title, ratio=True, shapes=_SHAPES), label),)
    return Table(caption, columns, rows, right=(1, 3, 5, 6, 7, 8)[: len(columns) - 3], figures=figures)


def _matches(matches: Sequence[Matched]) -> Table:
    first = matches[0]
    rows = tuple(
        (
            short_name(one.group, one.attribute),
            f"{one.pairs:,} of {one.pairs + one.unmatched:,}",
            f"{one.speakers:,} / {one.reference_speakers:,}",
            UNDEFINED if one.rate is None else percent(one.rate),
            UNDEFINED if one.reference_rate is None else percent(one.reference_rate),
            _points(one.crude),
            _points(one.value),
            contrast_bounds(one.low, one.high, "difference") or UNDEFINED,
            UNDEFINED if one.p_adjusted is None else f"{one.p_adjusted:.4f}",
            _imbalance(one.largest_imbalance),
        )
        for one in matches
    )
    columns = (
        *("group", "paired", "speakers", "error rate", "other rate", "before", "after", "interval"),
        *("p adj.", "imbalance"),
    )
    caption = (
        f"{visible(first.system)} by {visible(first.attribute)}: pairs with "
        f"{short_name(first.reference, first.attribute)} matched on {_listed(first.covariates)} within "
        f"{first.caliper:g} standard deviations; differences of error rates in points, before and after"
    )
    points = [
        Point(
            short_name(one.group, one.attribute),
            hundredfold(one.value),
            hundredfold(one.low),
            hundredfold(one.high),
        )
        for one in matches
    ]
    figures: tuple[Figure, ...] = ()
    if any(one.low is not None for one in matches):
        title = f"points more than {short_name(first.reference, first.attribute)}, matched"
        label = (
            f"Differences of {visible(first.system)} to {short_name(first.reference, first.attribute)} after "
            f"matching in {counted(len(matches), 'group')}, with plain intervals. The table has every number."
        )
        figures = (Figure(interval_chart(points, title=title), label),)
    return Table(caption, columns, rows, right=(1, 2, 3, 4, 5, 6, 8, 9), figures=figures)


def _value(value: float | None, low: float | None, high: float | None) -> tuple[str, str]:
    if value is None:
        return UNDEFINED, ""
    return contrast_number(value, "ratio"), contrast_bounds(low, high, "ratio")


def _points(value: float | None) -> str:
    return UNDEFINED if value is None else contrast_number(value, "difference")


def _imbalance(value: float | None) -> str:
    if value is None:
        return UNDEFINED
    return f"{value:.3f}" + (" (!)" if abs(value) > _TOO_UNLIKE else "")


def _listed(names: Sequence[str]) -> str:
    *most, last = map(visible, names) if names else ("",)
    return f"{', '.join(most)} and {last}" if most else last
