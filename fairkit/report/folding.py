"""Which rows a short view shows of a long table: what matters by name, the rest by number."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass

from fairkit.findings import Verdict
from fairkit.report.phrases import counted, reason_text, short_name
from fairkit.report.sections import Row, Section


@dataclass(frozen=True, slots=True)
class Folded:
    """The rows of one section, shortened.

    Parameters
    ----------
    shown : tuple of Row
        The reference, every disparity, and the worst of the others while there is room.
    undefined : tuple of str
        One sentence per reason; it names every group.
    left : str
        What was folded away, by verdict; empty where nothing was.
    """

    shown: tuple[Row, ...]
    undefined: tuple[str, ...]
    left: str


def folded(section: Section, *, rows: int) -> Folded:
    """Shorten a section to about a number of rows; disparities and undefined groups are never left out.

    Parameters
    ----------
    section : Section
    rows : int
        Rows to show, where disparities do not need more.

    Examples
    --------
    >>> import fairkit
    >>> from fairkit.report.sections import parts
    >>> data = {"city": [f"{i % 30:02}" for i in range(900)], "d": [1, 0, 0, 1, 0, 1, 1] * 128 + [1, 0, 0, 1]}
    >>> section = parts(fairkit.evaluate(data, decision="d", by="city"))[0].sections[0]
    >>> short = folded(section, rows=10)
    >>> len(short.shown), short.left
    (10, '20 groups more: 20 inconclusive')
    """
    defined = [row for row in section.rows if not row.undefined]
    shown = [
        row
        for i, row in enumerate(defined)
        if i < rows or row.finding is None or row.verdict is Verdict.DISPARITY
    ]
    kept = set(map(id, shown))
    left = Counter(str(row.verdict) for row in defined if id(row) not in kept)
    text = ""
    if left:
        kinds = ", ".join(f"{n:,} {verdict}" for verdict, n in sorted(left.items()))
        text = f"{counted(left.total(), 'group')} more: {kinds}"
    return Folded(tuple(shown), _undefined(section), text)


def _undefined(section: Section) -> tuple[str, ...]:
    groups: dict[str, list[str]] = {}
    for row in section.rows:
        if row.undefined:
            own = row.estimate.why if row.estimate.value is None else row.finding and row.finding.reason
            groups.setdefault(str(own), []).append(short_name(row.estimate.group, section.attribute))
    return tuple(
        f"undefined ({reason_text(why, section.wording)}): {', '.join(names)}"
        for why, names in groups.items()
    )
