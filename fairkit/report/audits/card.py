"""The fairness of a model as a card states it: bounds over all groups, the worst one, and what is open.

A card does not list every number. It says of each metric what holds in *every* group ("at least 58 % in each
of 6 groups"), which group is worst, which disparities were shown, and what these data leave open.

The bound is the lowest lower limit over the groups. It holds in all groups together at the level of one
interval, without a correction: if any group's true value lies below it, then the truly worst group's lies
below that group's own limit, which happens as rarely as one interval fails on one side.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from fairkit.estimates import Estimate, GroupSize
from fairkit.findings import Verdict
from fairkit.headlines import Headline
from fairkit.kinds import Kind
from fairkit.metrics import CATALOGUE, Metric, Unit, base_name
from fairkit.report.audits.disclosure import Mark, check_min_cell
from fairkit.report.audits.sizes import shown_sizes
from fairkit.report.audits.suppression import Suppressed
from fairkit.report.model import Report
from fairkit.report.sections import Part, Section, parts
from fairkit.views import views

MIN_CELL = 10
"""Rows below which a group's size and values are not shown, unless another number is wished."""

_FEWEST_UNSTATED = 2


@dataclass(frozen=True, slots=True)
class CardLine:
    """One metric over the groups of one attribute.

    Parameters
    ----------
    metric, attribute : str
    unit : {"share", "score", "amount"}
    better : {"higher", "lower", "neither"}
    groups : int
        Groups that the bounds are about: measured, with an interval, and shown.
    low, high : float or None
        What every one of them surely is at least, and at most; None where there is no such group.
    level : float
        Of the intervals whose ends the bounds are.
    lowest, highest : Estimate or None
        The groups with the lowest and the highest value.
    unmeasured : int
        Groups without a value or an interval.
    small : int
        Groups that are not shown, for they have too few rows.
    others : str
        What groups are compared with.
    headline : Headline or None
        What was found about the differences.
    disparities : tuple of str
        Groups that surely differ and are shown, the surest first.

    Examples
    --------
    >>> ends = None, None, 0.95, None, None
    >>> line = CardLine("accuracy", "sex", "share", "higher", 0, *ends, 2, 0, "all other rows", None, ())
    >>> line.worst is None
    True
    """

    metric: str
    attribute: str
    unit: Unit
    better: Literal["higher", "lower", "neither"]
    groups: int
    low: float | None
    high: float | None
    level: float
    lowest: Estimate | None
    highest: Estimate | None
    unmeasured: int
    small: int
    others: str
    headline: Headline | None
    disparities: tuple[str, ...]

    @property
    def worst(self) -> Estimate | None:
        """The group with the worst value; None where no direction is worse, or nothing is shown."""
        if self.better == "neither":
            return None
        return self.lowest if self.better == "higher" else self.highest


@dataclass(frozen=True, slots=True)
class Card:
    """What a card says.

    Parameters
    ----------
    report : Report
    model_name, dataset_name : str
    task : str
        As the Hugging Face Hub names tasks.
    lines : tuple of CardLine
    overall : mapping of str to float
        Values over all rows, by metric, of shares of rows.
    sizes : tuple of (GroupSize, Mark)
        Groups, and how their size may be shown.
    suppressed : Suppressed

    Examples
    --------
    >>> import fairkit
    >>> rows = {"sex": ["F"] * 70 + ["M"] * 80, "hired": [1] * 56 + [0] * 14 + [1] * 48 + [0] * 32}
    >>> made = card(fairkit.evaluate(rows, decision="hired", by="sex"))
    >>> f"at least {made.lines[0].low:.3f} in each of {made.lines[0].groups} groups"
    'at least 0.490 in each of 2 groups'
    """

    report: Report
    model_name: str
    dataset_name: str
    task: str
    lines: tuple[CardLine, ...]
    overall: dict[str, float]
    sizes: tuple[tuple[GroupSize, Mark], ...]
    suppressed: Suppressed


TASKS = {
    Kind.REGRESSION: "tabular-regression",
    Kind.RANKING: "text-ranking",
    Kind.EVENTS: "other",
    Kind.WORDS: "automatic-speech-recognition",
    Kind.CHARACTERS: "automatic-speech-recognition",
    Kind.MOMENTS: "text-classification",
}
"""The Hub's name of the task of a kind of counts; of all others it is ``tabular-classification``."""


def card(
    report: Report,
    *,
    model_name: str | None = None,
    dataset_name: str | None = None,
    task: str | None = None,
    min_cell: int = MIN_CELL,
) -> Card:
    """Sum a report up for a card.

    Parameters
    ----------
    report : Report
        Of any kind.
    model_name, dataset_name : str, optional
        By default ``model``, and the source of the report.
    task : str, optional
        As the Hugging Face Hub names it.
    min_cell : int, default 10
        Groups with fewer rows are not shown, nor values that stand on fewer.

    Raises
    ------
    UsageError
        `min_cell` is 1 or 2.

    Examples
    --------
    >>> import fairkit
    >>> report = fairkit.evaluate({"sex": ["F", "M"] * 40, "d": [1, 1, 0, 0] * 20}, decision="d", by="sex")
    >>> card(report, model_name="sorter").lines[0].worst.value
    0.5
    """
    check_min_cell(min_cell)
    sizes, suppressed = shown_sizes(report, min_cell=min_cell)
    shown = {(size.attribute, size.group) for size, mark in sizes if mark is Mark.SHOWN}
    rows = {(size.attribute, size.group): size.rows for size, _ in sizes}
    read = parts(report)
    compare = report.settings.compare[0]
    lines = tuple(
        _line(section, part, report, shown=shown, rows=rows, min_cell=min_cell)
        for part in read
        for section in part.sections
        if section.compare == compare
    )
    return Card(
        report,
        model_name or "model",
        dataset_name or report.data.source,
        task or TASKS.get(report.counts.kind, "tabular-classification"),
        lines,
        _overall(report, lines) if min_cell == 0 or _may_be_told(lines) else {},
        sizes,
        suppressed,
    )


def _line(
    section: Section,
    part: Part,
    report: Report,
    *,
    shown: set[tuple[str, str]],
    rows: dict[tuple[str, str], int],
    min_cell: int,
) -> CardLine:
    every = [row.estimate for row in section.rows]
    small = [e for e in every if not _is_shown(e, shown, rows, min_cell)]
    left = [e for e in every if e not in small]
    valued = [e for e in left if e.value is not None]
    sure = [e for e in valued if e.low is not None and e.high is not None]
    by_value = sorted(valued, key=lambda e: (e.value or 0.0, e.group))
    heads = [h for h in part.headlines if h.name == section.metric and h.compare == section.compare]
    return CardLine(
        section.metric,
        section.attribute,
        section.measure,
        "neither" if section.definition is None else section.definition.better,
        len(sure),
        min((e.low for e in sure if e.low is not None), default=None),
        max((e.high for e in sure if e.high is not None), default=None),
        report.settings.confidence,
        by_value[0] if by_value else None,
        by_value[-1] if by_value else None,
        len(left) - len(sure),
        len(small),
        section.others,
        heads[0] if heads else None,
        tuple(
            group
            for head in heads[:1]
            for group in head.disparities
            if not min_cell or any(e.group == group for e in left)
        ),
    )


def _is_shown(
    e: Estimate, shown: set[tuple[str, str]], rows: dict[tuple[str, str], int], min_cell: int
) -> bool:
    """Tell whether a value may be shown: it, and what is left of its group, stand on enough rows."""
    if (e.attribute, e.group) not in shown:
        return False
    rest = rows[e.attribute, e.group] - e.n
    return not 0 < e.n < min_cell and not 0 < rest < min_cell


def _may_be_told(lines: Sequence[CardLine]) -> bool:
    """Tell whether values of all rows may be stated: not where they leave one group that can be computed."""
    return all(
        not line.small or line.small + line.groups + line.unmeasured - _stated(line) >= _FEWEST_UNSTATED
        for line in lines
    )


def _stated(line: CardLine) -> int:
    """Count the groups whose value a card prints."""
    printed = (line.lowest, line.highest) if line.better == "neither" else (line.worst,)
    return len({e.group for e in printed if e is not None})


def _overall(report: Report, lines: Sequence[CardLine]) -> dict[str, float]:
    """Compute what shares of rows are over all of them; what is no share is not known from counts alone."""
    wanted = dict.fromkeys(line.metric for line in lines)
    found: dict[str, float] = {}
    for view in views(report.counts):
        total = view.counts.values.sum(axis=0)
        own = CATALOGUE.get(view.counts.kind, {})
        for name in wanted:
            metric = own.get(base_name(name))
            variant = name.removeprefix(base_name(name)).removeprefix("[").removesuffix("]") or None
            if isinstance(metric, Metric) and variant == view.variant and metric.why(total) is None:
                found[name] = float(metric.values(total))
    return {name: found[name] for name in wanted if name in found}


def undecided(made: Card) -> tuple[CardLine, ...]:
    """List what the data leave open: families that are inconclusive.

    Examples
    --------
    >>> import fairkit
    >>> report = fairkit.evaluate({"sex": ["F", "M"] * 40, "d": [1, 1, 0, 0] * 20}, decision="d", by="sex")
    >>> [line.metric for line in undecided(card(report))]
    ['selection_rate']
    """
    return tuple(
        line
        for line in made.lines
        if line.headline is not None and line.headline.verdict is Verdict.INCONCLUSIVE
    )
