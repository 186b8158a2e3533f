"""Two groups compared: how large the difference is, how sure it is, and what one decision would change.

One interval is given of each ratio: the one that decides in reports (:mod:`fairkit.findings`), Koopman's
where there is one comparison, else from exact limits at the level that the family allows. Tests ask whether
there is any difference at all.
"""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from fairkit.corrections import Correction
from fairkit.counts import Counts, Kind
from fairkit.evidence import IndependentRows, Options
from fairkit.findings import Finding, Margins, findings, judge
from fairkit.groups import groupings
from fairkit.inference import fisher, holm
from fairkit.inference.exact import pooled_z_p
from fairkit.inference.score import score_z
from fairkit.metrics import Metric, chosen_metrics
from fairkit.report.audits.categories import Category
from fairkit.tables import group_table

FOUR_FIFTHS = 0.8
"""Of the highest rate: below it, adverse impact is generally assumed."""

_GROUP = "group"
_Columns = tuple[NDArray[np.float64], NDArray[np.float64], NDArray[np.float64], NDArray[np.float64]]


@dataclass(frozen=True, slots=True)
class Changed:
    """What a ratio and its test would be had one decision been another.

    Parameters
    ----------
    ratio : float or None
        None where nobody of the comparison group would be selected.
    fisher : float or None
        None where rows belong together.

    Examples
    --------
    >>> Changed(0.84, 0.31).ratio
    0.84
    """

    ratio: float | None
    fisher: float | None


@dataclass(frozen=True, slots=True)
class Tested:
    """How sure a difference is.

    Parameters
    ----------
    low, high : float or None
        The interval of the ratio that decides; `high` is None where there is no upper bound, both where there
        is no ratio.
    level : float or None
        Its confidence level, corrected for the number of comparisons.
    method : str
    z, z_p : float
        Two-proportion z test with the pooled rate; negative where the group is selected less often.
    fisher, fisher_adjusted : float
        Fisher's exact test, two-sided; adjusted by Holm for all comparisons.

    Examples
    --------
    >>> Tested(0.6, 1.1, 0.95, "koopman", -1.24, 0.22, 0.28, 0.28).includes(1.0)
    True
    """

    low: float | None
    high: float | None
    level: float | None
    method: str
    z: float
    z_p: float
    fisher: float
    fisher_adjusted: float

    def includes(self, ratio: float) -> bool:
        """Whether the interval has a ratio inside; also where there is no interval."""
        return self.low is None or (self.low <= ratio and (self.high is None or ratio <= self.high))

    @property
    def is_lower(self) -> bool:
        """Whether the whole interval lies below 1."""
        return self.high is not None and self.high < 1


@dataclass(frozen=True, slots=True)
class Compared:
    """One group against the comparison group.

    Parameters
    ----------
    ratio : float or None
        None where nobody of the comparison group was selected.
    shortfall : float
        Selections that the group is short of at the rate of the comparison group; negative for more.
    shortfall_pooled : float
        The same at the rate of both groups together.
    one_more : Changed or None
        Had one more person of the group been selected; None where all were.
    one_fewer : Changed or None
        Had one fewer of the comparison group been; None where none was.
    tested : Tested or None
        None where rows belong together, which tests do not allow for.

    Examples
    --------
    >>> found = compare([Category(("F",), "sex=F", 76, 34)], Category(("M",), "sex=M", 92, 50))
    >>> found["sex=F"].is_below, round(found["sex=F"].tested.z, 2)
    (False, -1.24)
    """

    ratio: float | None
    shortfall: float
    shortfall_pooled: float
    one_more: Changed | None
    one_fewer: Changed | None
    tested: Tested | None

    @property
    def is_below(self) -> bool | None:
        """Whether the ratio is below four fifths; None where there is none."""
        return None if self.ratio is None else self.ratio < FOUR_FIFTHS


def compare(
    groups: Sequence[Category],
    other: Category,
    *,
    named: bool = False,
    confidence: float = 0.95,
    clustered: bool = False,
) -> dict[str, Compared]:
    """Compare groups with one of them.

    Parameters
    ----------
    groups : sequence of Category
        With applicants; `other` may be among them.
    other : Category
    named : bool
        Whether it was named beforehand; else it was chosen for its rate, and all pairs are allowed for.
    confidence : float
    clustered : bool
        Whether rows belong together: then there are no tests, for rows are not independent.

    Returns
    -------
    dict of str to Compared
        By group, without `other`.

    Examples
    --------
    >>> men, women = Category(("M",), "sex=M", 92, 50), Category(("F",), "sex=F", 76, 34)
    >>> compare([men, women], men)["sex=F"].ratio == women.rate / men.rate
    True
    """
    own = [one for one in groups if one.group != other.group]
    tested: Sequence[Tested | None] = [None] * len(own)
    if own and not clustered:
        tested = _tested(own, other, named=named, confidence=confidence)
    return {one.group: _compared(one, other, test) for one, test in zip(own, tested, strict=True)}


def _compared(one: Category, other: Category, tested: Tested | None) -> Compared:
    pooled = (one.selected + other.selected) / (one.applicants + other.applicants)
    more = fewer = None
    if one.selected < one.applicants:
        more = _changed(one, other, more=1, test=tested is not None)
    if other.selected:
        fewer = _changed(one, other, fewer=1, test=tested is not None)
    return Compared(
        _ratio(one.selected, one.applicants, other.selected, other.applicants),
        one.applicants * other.selected / other.applicants - one.selected,
        one.applicants * pooled - one.selected,
        more,
        fewer,
        tested,
    )


def _changed(one: Category, other: Category, *, test: bool, more: int = 0, fewer: int = 0) -> Changed:
    table = one.selected + more, one.applicants, other.selected - fewer, other.applicants
    return Changed(_ratio(*table), float(fisher(*table)) if test else None)


def _ratio(k1: int, n1: int, k2: int, n2: int) -> float | None:
    return (k1 / n1) / (k2 / n2) if k2 else None


def _tested(own: Sequence[Category], other: Category, *, named: bool, confidence: float) -> list[Tested]:
    table = k1, n1, k2, n2 = _columns(own, other)
    exact = fisher(*table)
    adjusted = holm(exact if named else _all_pairs([other, *own]))[: len(own)]
    numbers = (score_z(k1, n1, k2, n2, np.zeros(len(own))), pooled_z_p(*table), exact, adjusted)
    found = _intervals(own, other, named=named, confidence=confidence)
    return [
        Tested(f.low, f.high, f.level, f.method, *tests)
        for f, *tests in zip(found, *(column.tolist() for column in numbers), strict=True)
    ]


def _columns(own: Sequence[Category], other: Category) -> _Columns:
    mine = np.array([(one.selected, one.applicants) for one in own], np.float64).reshape(-1, 2).T
    theirs = np.array([[other.selected], [other.applicants]], np.float64).repeat(len(own), axis=1)
    return mine[0], mine[1], theirs[0], theirs[1]


def _all_pairs(groups: Sequence[Category]) -> NDArray[np.float64]:
    """Test every pair; those with the first group come first."""
    pairs = [*itertools.combinations(groups, 2)]
    columns = np.array([(b.selected, b.applicants, a.selected, a.applicants) for a, b in pairs], np.float64).T
    return fisher(*columns)


def _intervals(own: Sequence[Category], other: Category, *, named: bool, confidence: float) -> list[Finding]:
    """Judge the ratios as a report does that is made with ``compare="ratio"``."""
    groups = [*own, other]
    counts = Counts.from_cells(
        Kind.DECISIONS,
        [_GROUP],
        [(one.group,) for one in groups],
        [[one.selected, one.rejected, 0] for one in groups],
    )
    table = group_table(counts, groupings(_GROUP)[0])
    metrics = [m for m in chosen_metrics("all", kind=Kind.DECISIONS) if isinstance(m, Metric)]
    places = {levels[0]: i for i, levels in enumerate(table.levels)}
    judged = judge(
        metrics,
        table,
        IndependentRows(metrics, table, Options()),
        np.array([places[other.group]]),
        compare="ratio",
        margins=Margins(np.array([[FOUR_FIFTHS]]), np.array([[1 / FOUR_FIFTHS]])),
        confidence=confidence,
        correction=Correction.HOLM,
        selected_reference=not named,
    )
    judgements = dict(
        zip(
            (levels[0] for i, levels in enumerate(table.levels) if i != places[other.group]),
            findings(judged),
            strict=True,
        )
    )
    return [judgements[one.group] for one in own]
