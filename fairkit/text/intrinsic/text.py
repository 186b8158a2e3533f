"""Associations as plain text: a table for every metric, with its neutral value in the heading."""

from __future__ import annotations

from collections.abc import Sequence

from fairkit.report.textpage import TextPage, cell
from fairkit.text.intrinsic import phrases
from fairkit.text.intrinsic.definitions import Definition
from fairkit.text.intrinsic.model import Association, Associations

_STYLES = {"above": "bold", "below": "bold", "undecided": "yellow", "none": ""}


def to_text(found: Associations, *, width: int | None = None, color: bool = False) -> str:
    """Write associations as plain text.

    Parameters
    ----------
    found : Associations
    width : int, optional
        Columns; 100 where not given.
    color : bool
        Add ANSI colours.

    Returns
    -------
    str
        Ends with a newline.

    Examples
    --------
    >>> from fairkit.text.intrinsic.model import associations_of
    >>> one = Association("weat_effect_size", "small.vec", "gender-career", "all", 0.8, 0.1, 1.4, 0.95, 16)
    >>> print(to_text(associations_of([one])).splitlines()[3])
    effect size d; 0 is neutral
    """
    page = TextPage(width, color=color)
    page.line(phrases.heading(found), style="bold")
    models = len(found.models)
    for _, definition, some in phrases.by_metric(found):
        _metric(page, definition, some, models)
    if found.extrinsic:
        _extrinsic(page, found, models)
    if found.correlations:
        _correlations(page, found)
    page.listed("How to read it", [phrases.TOGETHER, *found.notes])
    return page.text()


def _metric(page: TextPage, definition: Definition, some: Sequence[Association], models: int) -> None:
    page.heading(definition.title)
    page.line(definition.axis, style="bold")
    page.line(definition.meaning, style="dim")
    table = page.table()
    if models > 1:
        table.add_column("model", overflow="fold")
    table.add_column("test", overflow="fold")
    for name in ("value", "interval", "n"):
        table.add_column(name, justify="right", no_wrap=True)
    table.add_column("which", no_wrap=True)
    for one in some:
        row = [cell(one.model)] if models > 1 else []
        table.add_row(
            *row,
            cell(one.label),
            cell(phrases.number_text(one.value, one.unit)),
            cell(phrases.interval_text(one.low, one.high, one.unit)),
            cell(f"{one.n:,}"),
            cell(phrases.side_text(one), _STYLES[phrases.side_of(one)]),
        )
    page.console.print(table)
    for text in (f"n counts {some[0].counted}", phrases.methods_text(some), phrases.settings_text(some)):
        if text:
            page.line(text, style="dim")
    page.points(phrases.remarks(some, models=models))


def _extrinsic(page: TextPage, found: Associations, models: int) -> None:
    page.heading("Beside it: extrinsic metrics")
    table = page.table()
    table.add_column("metric", overflow="fold")
    if models > 1:
        table.add_column("model", overflow="fold")
    for name in ("value", "interval", "neutral"):
        table.add_column(name, justify="right", no_wrap=True)
    for one in found.extrinsic:
        interval = "" if one.low is None or one.high is None else f"{one.low:+.3f} to {one.high:+.3f}"
        row = [cell(one.model)] if models > 1 else []
        table.add_row(
            cell(one.metric),
            *row,
            cell(phrases.UNDEFINED if one.value is None else f"{one.value:+.3f}"),
            cell(interval),
            cell(f"{one.neutral:g}"),
        )
    page.console.print(table)
    page.points(
        f"{one.metric}, {one.model}: {phrases.UNDEFINED}: {one.why}" for one in found.extrinsic if one.why
    )


def _correlations(page: TextPage, found: Associations) -> None:
    page.heading("Do they rank models alike?")
    page.line("Spearman's correlation over models; 0 is no agreement", style="bold")
    table = page.table()
    table.add_column("intrinsic", ratio=3, overflow="fold")
    table.add_column("extrinsic", ratio=3, overflow="fold")
    for name in ("models", "correlation", "interval", "p"):
        table.add_column(name, justify="right", no_wrap=True)
    for one in found.correlations:
        interval = "" if one.low is None or one.high is None else f"{one.low:+.2f} to {one.high:+.2f}"
        table.add_row(
            cell(one.intrinsic),
            cell(one.extrinsic),
            cell(str(len(one.models))),
            cell(phrases.correlation_text(one)),
            cell(interval),
            cell("" if one.p is None else f"{one.p:.3f}"),
        )
    page.console.print(table)
    whys = dict.fromkeys(one.why for one in found.correlations if one.why)
    methods = dict.fromkeys(one.p_method for one in found.correlations if one.p is not None)
    page.points([*(str(why) for why in whys), *(f"p: two-sided, {method}" for method in methods)])
