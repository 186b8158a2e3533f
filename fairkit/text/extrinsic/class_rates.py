r"""True positive rates of every class on two sides, a group and what it is compared with, with variances.

The rate of class k is the share of its rows that are decided so. Rows of different classes are different
rows, so that gaps of classes are independent, unless clusters (authors, customers) have rows in several. A
rate of 0 or 1 shows no variance, which is no certainty: variances are those of the rate with half a row more
on each side.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from fairkit.counts import Counts, Kind
from fairkit.errors import DataError, UsageError, did_you_mean, shortlist, unknown_name
from fairkit.groups import Attribute, Grouping
from fairkit.metrics._delta import variance_unseen
from fairkit.tables import GroupCells, group_cells

FloatArray = NDArray[np.float64]
BoolArray = NDArray[np.bool_]

REST = "rest"
"""All rows that are not of the group."""


@dataclass(frozen=True, slots=True)
class Side:
    """One side: what is known of every class.

    Parameters
    ----------
    rows, hits : array, shape (classes,)
        Weight of the rows of a class, and of those decided so.
    squares : array, shape (classes,)
        Sums of squared weights; the rows themselves where there are no weights.
    counted : array of int64, shape (classes,)
        Rows.

    Examples
    --------
    >>> side = Side(np.array([10.0]), np.array([4.0]), np.array([10.0]), np.array([10]))
    >>> side.rate.tolist(), side.variance.round(5).tolist()
    ([0.4], [0.02417])
    """

    rows: FloatArray
    hits: FloatArray
    squares: FloatArray
    counted: NDArray[np.int64]

    @property
    def rate(self) -> FloatArray:
        """True positive rates; NaN of a class without rows."""
        with np.errstate(divide="ignore", invalid="ignore"):
            return self.hits / self.rows

    @property
    def worth(self) -> FloatArray:
        """Kish's effective rows."""
        with np.errstate(divide="ignore", invalid="ignore"):
            return np.where(self.squares > 0, self.rows**2 / self.squares, 0.0)

    @property
    def variance(self) -> FloatArray:
        """Variances of the rates of independent rows."""
        worth = self.worth
        with np.errstate(divide="ignore", invalid="ignore"):
            p = (self.rate * worth + 0.5) / (worth + 1)
            return p * (1 - p) / worth


@dataclass(frozen=True, slots=True)
class ClassRates:
    """Both sides of every class.

    Parameters
    ----------
    classes : tuple of str
        Those that a row is labelled with, in natural order.
    own, other : Side
    pulls : array or None, shape (clusters, classes)
        How far each cluster pulls each gap; squares add up to variances. None without clusters.
    clusters : int
    unseen : array, shape (classes,), or None
        Variance of rates of 0 or 1, which no cluster pulls, from the clusters of their side.
    """

    classes: tuple[str, ...]
    own: Side
    other: Side
    pulls: FloatArray | None
    clusters: int
    unseen: FloatArray | None = None

    @property
    def gap(self) -> FloatArray:
        """Rate of the group less that of the other side; NaN where either is undefined."""
        return self.own.rate - self.other.rate

    @property
    def share(self) -> FloatArray:
        """Share of the group among the rows of each class, both sides together."""
        with np.errstate(divide="ignore", invalid="ignore"):
            return self.own.rows / (self.own.rows + self.other.rows)

    def covariance(self) -> FloatArray:
        """Return the covariance of the gaps, shape (classes, classes); diagonal without clusters."""
        if self.pulls is None:
            return np.diag(self.own.variance + self.other.variance)
        seen = self.pulls.T @ self.pulls
        return seen if self.unseen is None else seen + np.diag(self.unseen)


def class_rates(counts: Counts, attribute: str, group: str, reference: str) -> ClassRates:
    """Take the rates of every class from counts.

    Parameters
    ----------
    counts : Counts
        Of kind classes.
    attribute, group, reference : str
        A level of the attribute, and another, or ``rest``.

    Raises
    ------
    UsageError
        There is no such attribute or level, or the counts are of another kind.
    DataError
        No row has both a label and a decision.

    Examples
    --------
    >>> from fairkit import frames
    >>> rows = {"sex": ["F", "M"] * 4, "y": ["a", "a", "b", "b"] * 2, "d": ["a", "a", "b", "a"] * 2}
    >>> counts = frames.count(rows, by="sex", label="y", decision="d", classes="all")
    >>> found = class_rates(counts, "sex", "F", "rest")
    >>> found.classes, found.gap.tolist()
    (('a', 'b'), [0.0, 1.0])
    """
    _check(counts, attribute, group, reference)
    cells = group_cells(counts, Grouping((Attribute(attribute),)))
    total = counts.marginal([attribute], keep_clusters=True)
    counted = total.row_counts[total.row_counts[:, 0] > 0, 0]
    names = total.levels[0]
    if not len(cells.sums):
        raise DataError("no row has both a label and a decision; there is nothing to compare.")
    labels, decisions = (axis.levels for axis in cells.axes)
    classes = [level for level in labels if level is not None]
    same = np.array([[a == b for b in decisions] for a in labels])
    label = cells.codes[:, 0]
    hit = same[label, cells.codes[:, 1]]
    mine = cells.group == names.index(group)
    others = ~mine & (cells.group != _missing(names))
    if reference != REST:
        others = cells.group == names.index(reference)
    own, other = (_side(cells, counted, label, hit=hit & chosen, chosen=chosen) for chosen in (mine, others))
    pulls = unseen = None
    if cells.cluster is not None:
        (one, first), (two, second) = (
            _pulls(cells, label, hit, chosen, side) for chosen, side in ((mine, own), (others, other))
        )
        pulls, unseen = one - two, first + second
    return ClassRates(tuple(classes), own, other, pulls, cells.clusters, unseen)


def _side(
    cells: GroupCells,
    counted: NDArray[np.int64],
    label: NDArray[np.int64],
    *,
    hit: BoolArray,
    chosen: BoolArray,
) -> Side:
    rows, square = cells.sums[:, 0], cells.sums[:, 0] if cells.squares is None else cells.squares[:, 0]
    size = sum(level is not None for level in cells.axes[0].levels)

    def added(amount: NDArray[Any], where: BoolArray) -> FloatArray:
        return np.bincount(label[where], amount[where], size).astype(np.float64)

    return Side(
        added(rows, chosen), added(rows, hit), added(square, chosen), added(counted, chosen).astype(np.int64)
    )


def _pulls(
    cells: GroupCells, label: NDArray[np.int64], hit: BoolArray, chosen: BoolArray, side: Side
) -> tuple[FloatArray, FloatArray]:
    """Return how far each cluster pulls the rate of each class (the jackknife's), and the unseen variance."""
    size = len(side.rows)
    cluster = np.zeros(len(label), np.int64) if cells.cluster is None else cells.cluster
    flat = cluster[chosen] * size + label[chosen]
    rows = cells.sums[chosen, 0]
    weight, hits = (
        np.bincount(flat, amount, cells.clusters * size).reshape(cells.clusters, size)
        for amount in (rows, rows * hit[chosen])
    )
    held = (weight > 0).sum(axis=0)
    with np.errstate(divide="ignore", invalid="ignore"):
        share = weight / side.rows
        pull = (hits - side.rate * weight) / side.rows / (1 - share) * np.sqrt((held - 1) / held)
    # A class in the hands of one or two clusters has no known variance.
    perfect = (side.rate == 0) | (side.rate == 1)
    unseen = np.where(perfect, variance_unseen(held.astype(np.float64)), 0.0)
    return np.where(held >= _FEWEST, pull, np.nan), unseen


def _missing(names: tuple[str | None, ...]) -> int:
    return names.index(None) if None in names else -1


def _check(counts: Counts, attribute: str, group: str, reference: str) -> None:
    if not isinstance(counts, Counts):
        raise UsageError(
            f"a {type(counts).__name__} is neither a report nor counts: give what evaluate(..., "
            "classes='all') returns."
        )
    if counts.kind is not Kind.CLASSES:
        raise UsageError(
            f"these are counts of kind '{counts.kind}'; gaps by class need several classes, as of "
            "evaluate(..., label=, decision=, classes='all')."
        )
    if attribute not in counts.attributes:
        raise UsageError(unknown_name("attribute", attribute, counts.attributes))
    if counts.clusters_lost:
        raise UsageError(
            "these counts came from clustered rows and were stored without the clusters, so that no interval "
            "can be made of them: count the rows again."
        )
    known = [level for level in counts.levels[counts.attributes.index(attribute)] if level is not None]
    wrong = [level for level in (group, reference) if level not in (*known, REST)]
    problems = [
        f"'{attribute}' has no level '{level}' (it has {shortlist(known)}).{did_you_mean(level, known)}"
        for level in wrong
    ]
    if group in (reference, REST):
        problems.append(f"the group '{group}' cannot be compared with '{reference}'.")
    if problems:
        raise UsageError(*problems)


_FEWEST = 3
