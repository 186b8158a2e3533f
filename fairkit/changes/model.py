"""What changed from one report to another, as plain frozen data that every view reads.

Two questions are asked of every metric: did the value of a group change, and did the gap between the group
and what it is compared with change. Each is answered by one corrected interval, which is printed with its
verdict. The JSON form (:data:`SCHEMA`) is in :mod:`fairkit.changes.serialize`.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

from fairkit.models import Change, GapVerdict

SCHEMA = "fairkit.diff/1"
"""Name and version of the JSON form."""

ONLY_OLD, ONLY_NEW = "only-in-old", "only-in-new"
"""Reasons of a change that cannot be told: only one side has rows of the group."""

EVERYBODY = "all"
"""The group of all rows, of no attribute."""

Side = Literal["old", "new"]

Question = Literal["releases", "last-mile"]
"""Whether two releases are compared, or a developer's report with a customer's data."""

Holds = Literal["holds", "does-not-hold", "cannot-be-told"]
"""Whether gaps that a developer published are those of a customer."""


@dataclass(frozen=True, slots=True)
class Compared:
    """One side of the comparison.

    Parameters
    ----------
    name : str
        File, or what the release is called.
    source : str
        What its rows came from.
    created : str or None
        When its report was made; None of rows that were read just now.
    fairkit_version : str
    sha256 : str or None
        Of the data.
    counts_sha256 : str
    rows, rows_used : int

    Examples
    --------
    >>> Compared("v41.json", "loans.csv", None, "0.1.0", None, "00" * 32, 100, 90).rows_used
    90
    """

    name: str
    source: str
    created: str | None
    fairkit_version: str
    sha256: str | None
    counts_sha256: str
    rows: int
    rows_used: int


@dataclass(frozen=True, slots=True)
class ValueChange:
    """How one metric of one group changed.

    Parameters
    ----------
    metric, attribute, group : str
        All rows are the group ``all``, of no attribute (an empty text).
    old, new : float or None
        The values.
    value, low, high : float or None
        New less old, with the corrected interval that decides.
    level : float or None
        Confidence level at which the correction put this interval.
    margin : tuple of float
        From where to where values count as equivalent.
    verdict : Change
        ``better`` or ``worse`` (``higher`` or ``lower`` where neither direction is better) if the interval
        lies wholly beyond the margin, ``equivalent`` if wholly inside it, else ``inconclusive``.
    no_worse : bool or None
        Whether a loss as large as the margin is excluded; None where neither direction is better.
    excludes_zero : bool
        Whether the interval excludes "no change".
    reason : str or None
        Why there is no verdict: ``too-few-rows``, ``only-in-old``, ``only-in-new``, or why a number is
        undefined.
    reason_of : {"old", "new"} or None
        The side that the reason is about.
    n_old, n_new : int
        Rows in the metric's denominator.
    n_needed, clusters_needed : int or None
        About how many rows (clusters) of this group the new data would need to decide it, while the old ones
        stay as they are; None where no number would.
    paired : bool
        Whether every row was compared with itself.
    method : str
        How the interval was made.
    """

    metric: str
    attribute: str
    group: str
    old: float | None
    new: float | None
    value: float | None
    low: float | None
    high: float | None
    level: float | None
    margin: tuple[float, float]
    verdict: Change
    no_worse: bool | None
    excludes_zero: bool
    reason: str | None
    reason_of: Side | None
    n_old: int
    n_new: int
    n_needed: int | None
    clusters_needed: int | None
    paired: bool
    method: str


@dataclass(frozen=True, slots=True)
class GapShift:
    """How the gap between one group and what it is compared with changed: a difference in differences.

    Parameters
    ----------
    metric, attribute, group, reference : str
        The reference is ``rest`` or a group.
    before, after : float or None
        The group's value less the reference's, in the old and in the new data.
    value, low, high : float or None
        `after` less `before`, with the corrected interval that decides.
    level : float or None
    margin : tuple of float
    verdict : GapVerdict
        ``widened`` or ``narrowed``, by the sizes of the gaps, if the interval lies wholly beyond the margin;
        ``unchanged`` if wholly inside it, else ``inconclusive``.
    reversed : bool
        Whether the gap is surely another one and now points the other way.
    no_wider : bool
        Whether this gap alone is shown to be no wider: parity of a family says that all pass, so each is
        tested without the correction.
    excludes_zero : bool
    reason : str or None
    reason_of : {"old", "new"} or None
    n_old, n_new : int
        Of the group.
    n_needed, clusters_needed : int or None
    paired : bool
    method : str
    """

    metric: str
    attribute: str
    group: str
    reference: str
    before: float | None
    after: float | None
    value: float | None
    low: float | None
    high: float | None
    level: float | None
    margin: tuple[float, float]
    verdict: GapVerdict
    reversed: bool
    no_wider: bool
    excludes_zero: bool
    reason: str | None
    reason_of: Side | None
    n_old: int
    n_new: int
    n_needed: int | None
    clusters_needed: int | None
    paired: bool
    method: str

    @property
    def turned(self) -> bool:
        """Whether the gap now points the other way, and is no small one."""
        return self.reversed and self.after is not None and abs(self.after) > self.margin[1]


@dataclass(frozen=True, slots=True)
class LoneGroup:
    """A group that only one side has.

    Parameters
    ----------
    attribute, group : str
    only_in : {"old", "new"}
    rows : int

    Examples
    --------
    >>> LoneGroup("sex", "sex=X", "new", 12).only_in
    'new'
    """

    attribute: str
    group: str
    only_in: Side
    rows: int


@dataclass(frozen=True, slots=True)
class Answer:
    """Whether the gaps that a developer published hold on a customer's data.

    Parameters
    ----------
    attribute : str
    metric : str or None
        None for all metrics of the attribute together.
    verdict : {"holds", "does-not-hold", "cannot-be-told"}
        It holds if every group's gap is shown to be no wider; one that is surely wider, or reversed, is
        enough that it does not.
    wider, open, unreported : tuple of str
        Groups whose gaps are wider or reversed, of which it cannot be told, and which the developer did not
        report.

    Examples
    --------
    >>> Answer("sex", None, "cannot-be-told", (), ("sex=X",), ()).open
    ('sex=X',)
    """

    attribute: str
    metric: str | None
    verdict: Holds
    wider: tuple[str, ...]
    open: tuple[str, ...]
    unreported: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Asked:
    """What was compared, and by which rules.

    Parameters
    ----------
    metrics, attributes : tuple of str
    reference : dict of str to str
        What the groups of each attribute are compared with.
    margin : dict of str to tuple
        As the caller set it; else each metric has its own.
    confidence : float
        Of every family: one metric over all groups of one attribute.
    correction : str

    Examples
    --------
    >>> Asked(("accuracy",), ("sex",), {"sex": "rest"}, {}, 0.95, "holm").correction
    'holm'
    """

    metrics: tuple[str, ...]
    attributes: tuple[str, ...]
    reference: dict[str, str]
    margin: dict[str, tuple[float, float]]
    confidence: float
    correction: str


@dataclass(frozen=True, slots=True, repr=False)
class Changes:
    """Everything that changed.

    Parameters
    ----------
    created, fairkit_version : str
        Of the comparison.
    question : {"releases", "last-mile"}
        Whether two releases are compared, or a developer's report with a customer's data.
    paired : bool
        Whether every row was compared with itself.
    old, new : Compared
    asked : Asked
    changes : tuple of ValueChange
    gaps : tuple of GapShift
    groups_apart : tuple of LoneGroup
        Groups that only one side has.
    attributes_old, attributes_new : tuple of str
        Attributes that only one side has.
    answers : tuple of Answer
        Of the last mile; else empty.
    notes : tuple of str
        What a reader should know before the numbers.

    Examples
    --------
    >>> import fairkit
    >>> from fairkit.changes.comparing import compare_reports
    >>> rows = {"sex": ["F"] * 900 + ["M"] * 900, "hired": [1] * 300 + [0] * 600 + [1] * 300 + [0] * 600}
    >>> old = fairkit.evaluate(rows, decision="hired", by="sex")
    >>> new = fairkit.evaluate({**rows, "hired": rows["hired"][::-1]}, decision="hired", by="sex")
    >>> compare_reports(old, new)
    <fairkit changes from arrays to arrays: 3 values and 2 gaps; nothing worse or wider; print() shows them>
    """

    created: str
    fairkit_version: str
    question: Question
    paired: bool
    old: Compared
    new: Compared
    asked: Asked
    changes: tuple[ValueChange, ...]
    gaps: tuple[GapShift, ...]
    groups_apart: tuple[LoneGroup, ...] = ()
    attributes_old: tuple[str, ...] = ()
    attributes_new: tuple[str, ...] = ()
    answers: tuple[Answer, ...] = ()
    notes: tuple[str, ...] = field(default=())

    def __repr__(self) -> str:
        bad = sum(c.verdict == "worse" for c in self.changes) + sum(g.verdict == "widened" for g in self.gaps)
        return (
            f"<fairkit changes from {self.old.name} to {self.new.name}: {len(self.changes)} values and "
            f"{len(self.gaps)} gaps; {f'{bad} worse or wider' if bad else 'nothing worse or wider'}; print() "
            "shows them>"
        )

    def __str__(self) -> str:
        return self.to_text()

    @property
    def any_worse(self) -> bool:
        """Whether a value is surely worse, a gap surely wider, or a published gap does not hold."""
        worse = any(change.verdict == "worse" for change in self.changes)
        wider = any(gap.verdict == "widened" for gap in self.gaps)
        return worse or wider or any(answer.verdict == "does-not-hold" for answer in self.answers)

    def to_json(self) -> str:
        """Write the changes as JSON of schema :data:`SCHEMA`."""
        from fairkit.changes.serialize import to_json

        return to_json(self)

    def to_text(self, *, width: int | None = None, color: bool = False) -> str:
        """Return the changes as plain text, as the command line prints them."""
        from fairkit.changes.text import to_text

        return to_text(self, width=width, color=color)

    def to_markdown(self) -> str:
        """Return the changes as Markdown, for a pull request or a wiki."""
        from fairkit.changes.markdown import to_markdown

        return to_markdown(self)

    def to_html(self) -> str:
        """Return the changes as one self-contained HTML page."""
        from fairkit.changes.page import to_html

        return to_html(self)
