"""What a page of changes shows, part by part: one metric of one attribute, its values and its gaps."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from fairkit.changes.model import Changes, GapShift, ValueChange
from fairkit.changes.phrases import gap_sentence, kind_of, value_sentence
from fairkit.metrics import AnyMetric, Unit, definition_of
from fairkit.report.numerals import unit_of

One = ValueChange | GapShift

_WEIGHT = {"bad": 0, "moved": 1, "good": 2, "open": 3, "same": 4}


@dataclass(frozen=True, slots=True)
class Section:
    """One metric over the groups of one attribute.

    Parameters
    ----------
    attribute, metric : str
    values : tuple of ValueChange
    gaps : tuple of GapShift
    """

    attribute: str
    metric: str
    values: tuple[ValueChange, ...]
    gaps: tuple[GapShift, ...]

    @property
    def definition(self) -> AnyMetric | None:
        """The metric's definition, where it is known."""
        return definition_of(self.metric)

    @property
    def title(self) -> str:
        """The metric's name as words."""
        known = self.definition
        about = self.metric.partition("[")[2]
        name = self.metric.replace("_", " ") if known is None else known.title
        return f"{name} [{about}" if about and known is not None else name

    @property
    def unit(self) -> Unit:
        """How values are written."""
        return unit_of(self.metric)

    @property
    def reference(self) -> str:
        """What gaps are to."""
        return self.gaps[0].reference if self.gaps else "rest"


def sections(changes: Changes) -> tuple[Section, ...]:
    """Group changes by attribute and metric, in the order of the comparison.

    Examples
    --------
    >>> import fairkit
    >>> from fairkit.changes.comparing import compare_reports
    >>> report = fairkit.evaluate({"sex": ["F", "M"] * 9, "d": [1, 1, 0] * 6}, decision="d", by="sex")
    >>> found = sections(compare_reports(report, report))
    >>> [(section.attribute, section.title, len(section.values)) for section in found]
    [('sex', 'Selection rate', 2)]
    """
    places = dict.fromkeys((c.attribute, c.metric) for c in changes.changes if c.attribute)
    order = {name: i for i, name in enumerate(changes.asked.attributes)}
    return tuple(
        Section(
            attribute,
            metric,
            tuple(c for c in changes.changes if (c.attribute, c.metric) == (attribute, metric)),
            tuple(g for g in changes.gaps if (g.attribute, g.metric) == (attribute, metric)),
        )
        for attribute, metric in sorted(places, key=lambda place: order[place[0]])
    )


def everybody(changes: Changes) -> tuple[ValueChange, ...]:
    """Return the changes of all rows together, one a metric."""
    return tuple(c for c in changes.changes if not c.attribute)


def surest(changes: Changes) -> list[str]:
    """Say what is surely worse or wider in sentences, the farthest beyond its margin first.

    Parameters
    ----------
    changes : Changes
    """
    every: list[One] = [*changes.changes, *changes.gaps]
    found = sorted((one for one in every if kind_of(changes, one) == "bad"), key=_near)
    return [
        value_sentence(one) if isinstance(one, ValueChange) else gap_sentence(changes, one) for one in found
    ]


def folded(changes: Changes, ones: Sequence[ValueChange | GapShift], most: int) -> tuple[list[One], int]:
    """Keep so many rows of a long table, what was found before what was not; say how many are left out.

    Parameters
    ----------
    changes : Changes
    ones : sequence of ValueChange or GapShift
    most : int
    """
    if len(ones) <= most:
        return list(ones), 0
    kept = sorted(range(len(ones)), key=lambda i: (_WEIGHT[kind_of(changes, ones[i])], i))[:most]
    return [ones[i] for i in sorted(kept)], len(ones) - most


def attributes(found: Iterable[Section]) -> dict[str, list[Section]]:
    """Sort sections by attribute."""
    by: dict[str, list[Section]] = {}
    for section in found:
        by.setdefault(section.attribute, []).append(section)
    return by


def _near(one: One) -> float:
    """Return the distance of the nearer end of an interval from the margin, in margins, largest first."""
    low, high, width = one.low or 0.0, one.high or 0.0, max(one.margin[1], 1e-9)
    return -max(low - one.margin[1], one.margin[0] - high) / width
