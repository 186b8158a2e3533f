r"""Where rows with a missing attribute may belong, and the allocation that moves a gap furthest.

For a group and what it is compared with, every row either belongs to one of them for certain, or to neither,
or may go several ways. A share of rows rises with its hits and falls with its misses. So the gap is largest
when the group gets every hit it may have and no miss it need not have, and the reference the converse; it is
smallest the other way round. No search is needed, both allocations are possible, and the bounds are sharp.
A mean of two shares (balanced accuracy) is bounded share by share, because its shares are of disjoint rows.

One thing breaks the rule: a side that would be left without any row has no value. It then takes the one row
that costs least (:meth:`_Sides.repaired`).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from fairkit.counts import Level
from fairkit.groups import Grouping
from fairkit.metrics import Metric
from fairkit.shares import REST
from fairkit.tables import GroupTable

FloatArray = NDArray[np.float64]
IntArray = NDArray[np.int64]
BoolArray = NDArray[np.bool_]

_CELLS_AT_ONCE = 2**22


class Pools(NamedTuple):
    """Sums of rows by where they may belong, each of shape (groups, fields).

    Parameters
    ----------
    own, other : array
        Rows of the group, and of its reference, for certain.
    own_spare, other_spare : array
        Rows that belong to the group, or to the reference, or else to a third group.
    shared : array
        Rows that belong to either of the two, or else to a third group.
    """

    own: FloatArray
    other: FloatArray
    own_spare: FloatArray
    other_spare: FloatArray
    shared: FloatArray

    def mirrored(self) -> Pools:
        """Look from the side of the reference."""
        return Pools(self.other, self.own, self.other_spare, self.own_spare, self.shared)


class Favoured(NamedTuple):
    """Which fields count for each side: 1 for rows that a side is given where there is a choice.

    The group is given the hits of a metric where its gap shall be large, and the misses where it shall be
    small.
    """

    own: FloatArray
    other: FloatArray

    def mirrored(self) -> Favoured:
        """Look from the side of the reference."""
        return Favoured(self.other, self.own)


@dataclass(frozen=True, slots=True)
class Belonging:
    """Which cells of a table may belong to which of its groups.

    Parameters
    ----------
    codes : array of int64, shape (cells, attributes)
        The levels of each cell of a `GroupTable`; -1 where missing.
    groups : array of int64, shape (groups,)
        The cells where nothing is missing: the groups.
    certain : array of bool, shape (cells,)
        Whether a cell can belong to one group only.
    possible : int
        Number of groups that a row may belong to, whether any row shows them or not.
    """

    codes: IntArray
    groups: IntArray
    certain: BoolArray
    possible: int

    @classmethod
    def of(cls, table: GroupTable) -> Belonging:
        """Read the cells of a table. A missing level may be any that a row shows or that was declared."""
        known = _possible_levels(table.grouping, table)
        place = [{level: i for i, level in enumerate(levels)} for levels in known]
        codes = np.array(
            [[place[k].get(level, -1) for k, level in enumerate(cell)] for cell in table.levels], np.int64
        ).reshape(len(table.levels), len(known))
        sizes = np.array([len(levels) for levels in known])
        return cls(
            codes,
            np.flatnonzero((codes >= 0).all(axis=1)),
            ((codes >= 0) | (sizes == 1)).all(axis=1),
            int(np.prod(sizes.astype(np.float64))),
        )

    @property
    def incomplete(self) -> BoolArray:
        """Cells where an attribute is missing."""
        return np.asarray((self.codes < 0).any(axis=1))

    def roles(self, groups: IntArray, reference: int) -> tuple[BoolArray, ...]:
        """Say which cells go into each of the `Pools` of each group, each of shape (groups, cells).

        Positions are among the groups; REST stands for all other groups. Of the reference itself, the roles
        mean nothing.
        """
        mine, free = self._fits(groups), ~self.certain
        if reference == REST:
            nobody = np.zeros_like(mine)
            return mine & self.certain, ~mine, nobody, nobody, mine & free
        theirs = np.broadcast_to(self._fits(np.array([reference])), mine.shape)
        return (
            mine & self.certain,
            theirs & self.certain,
            mine & ~theirs & free,
            theirs & ~mine & free,
            mine & theirs & free,
        )

    def pools(self, table: NDArray[np.float64] | IntArray, reference: int) -> Pools:
        """Sum a table of shape (cells, fields) for every group."""
        sums = table.astype(np.float64)
        blocks = max(1, -(-len(self.groups) * len(sums) // _CELLS_AT_ONCE))
        found = [
            [role.astype(np.float64) @ sums for role in self.roles(block, reference)]
            for block in np.array_split(np.arange(len(self.groups)), blocks)
        ]
        return Pools(*(np.concatenate(role) for role in zip(*found, strict=True)))

    def _fits(self, groups: IntArray) -> BoolArray:
        wanted = self.codes[self.groups[groups]]
        fits = np.ones((len(groups), len(self.codes)), bool)
        for k, cell in enumerate(self.codes.T):
            fits &= (cell == -1) | (wanted[:, k, None] == cell)
        return fits


class Extreme(NamedTuple):
    """Every group and its reference when the gap is moved furthest to one side, shape (metrics, groups).

    Parameters
    ----------
    own, other : array
        The metric of both; NaN where no allocation gives both a value.
    regular : array of bool
        Whether no side had to be saved from being left without rows.
    """

    own: FloatArray
    other: FloatArray
    regular: BoolArray


def favoured(metric: Metric, *, largest: bool) -> Favoured:
    """Split the fields of a metric by whom they favour when its gap shall be largest, or smallest.

    Raises
    ------
    ValueError
        Shares of the metric have rows in common: they cannot be bounded one by one.
    """
    hits = np.sum([part.hits.vector(metric.kind) for part in metric.parts], axis=0)
    trials = np.sum([part.trials.vector(metric.kind) for part in metric.parts], axis=0)
    if trials.max() > 1:
        raise ValueError(f"the shares that {metric.name} is the mean of have rows in common")
    return Favoured(hits, trials - hits) if largest else Favoured(trials - hits, hits)


def allocated(pools: Pools, wanted: Favoured) -> tuple[FloatArray, FloatArray]:
    """Return the sums of both sides when each is given every row that favours it."""
    return (
        pools.own + wanted.own * (pools.own_spare + pools.shared),
        pools.other + wanted.other * (pools.other_spare + pools.shared),
    )


def extreme(
    metrics: Sequence[Metric], pools: Sequence[Pools], rows: Sequence[Pools] | None, *, largest: bool
) -> Extreme:
    """Move the gaps of all metrics furthest to one side.

    Parameters
    ----------
    metrics : sequence of Metric
    pools : sequence of Pools, one per metric
    rows : sequence of Pools or None
        Numbers of rows where the sums are of weights; None where they are of rows.
    largest : bool
        Whether to make the gaps as large as they can be, or as small.

    Examples
    --------
    >>> from fairkit.metrics import metric
    >>> known, unknown = np.array([[1.0, 0, 3, 0, 0, 0, 0]]), np.array([[2.0, 0, 1, 0, 0, 0, 0]])
    >>> pools = Pools(known, known, known * 0, known * 0, unknown)
    >>> found = extreme([metric("true_positive_rate")], [pools], None, largest=True)
    >>> found.own.tolist(), found.other.tolist()  # (1 + 2) of (4 + 2), and 1 of (4 + 1)
    ([[0.5]], [[0.2]])
    """
    found = []
    for i, m in enumerate(metrics):
        parts = []
        for part in m.parts:
            hits = part.hits.vector(m.kind)
            misses = part.trials.vector(m.kind) - hits
            wanted = Favoured(hits, misses) if largest else Favoured(misses, hits)
            sides = _Sides.of(pools[i], wanted)
            regular = ~(sides.own_empty | sides.other_empty)
            if not regular.all():
                sides = sides.repaired(pools[i], None if rows is None else rows[i], wanted)
            parts.append((*sides.shares(part.factor, largest=largest), regular))
        own, other, plain = (np.array(column) for column in zip(*parts, strict=True))
        both = own.mean(axis=0) + 0 * other.mean(axis=0), other.mean(axis=0) + 0 * own.mean(axis=0)
        found.append((*both, plain.all(axis=0)))
    return Extreme(*(np.stack(column) for column in zip(*found, strict=True)))


@dataclass(frozen=True, slots=True)
class _Sides:
    """The rows of one share on both sides, by whether they favour the side they are on."""

    own_good: FloatArray
    own_bad: FloatArray
    other_good: FloatArray
    other_bad: FloatArray

    @classmethod
    def of(cls, pools: Pools, wanted: Favoured) -> _Sides:
        own, other = allocated(pools, wanted)
        return cls(own @ wanted.own, own @ wanted.other, other @ wanted.other, other @ wanted.own)

    @property
    def own_empty(self) -> BoolArray:
        return np.asarray(self.own_good + self.own_bad == 0)

    @property
    def other_empty(self) -> BoolArray:
        return np.asarray(self.other_good + self.other_bad == 0)

    def shares(self, factor: int, *, largest: bool) -> tuple[FloatArray, FloatArray]:
        """Values of both sides: what favours the group are hits if its gap shall be largest."""
        sides = (self.own_good, self.own_bad), (self.other_bad, self.other_good)
        with np.errstate(invalid="ignore"):
            own, other = (
                factor * hits / (factor * hits + misses)
                for hits, misses in (side if largest else side[::-1] for side in sides)
            )
        return own, other

    def repaired(self, pools: Pools, rows: Pools | None, wanted: Favoured) -> _Sides:
        """Give a side without rows one that does not favour it: a spare one, else one of the other side's.

        Nothing favourable can reach such a side, so its share is the worst there is, whatever else it takes.
        A row from the other side may leave that one empty in turn, and then only spare rows can help.
        """
        mine = self.filled(pools, rows, wanted)
        theirs = mine.mirrored().filled(
            pools.mirrored(), None if rows is None else rows.mirrored(), wanted.mirrored()
        )
        return theirs.mirrored().filled(pools, rows, wanted)

    def filled(self, pools: Pools, rows: Pools | None, wanted: Favoured) -> _Sides:
        spare, shared = pools.own_spare @ wanted.other, pools.shared @ wanted.other
        helped = self.own_empty & (spare > 0)
        taken = self.own_empty & (spare == 0) & (shared > 0)
        # What one row weighs is not known where there are several: it may be next to nothing.
        left = shared - 1 if rows is None else np.where(rows.shared @ wanted.other > 1, shared, 0.0)
        kept = (pools.other + pools.other_spare) @ wanted.other + left
        return replace(
            self,
            own_bad=np.where(helped, spare, np.where(taken, 1.0, self.own_bad)),
            other_good=np.where(taken, kept, self.other_good),
        )

    def mirrored(self) -> _Sides:
        return _Sides(self.other_good, self.other_bad, self.own_good, self.own_bad)


def _possible_levels(grouping: Grouping, table: GroupTable) -> list[list[Level]]:
    """List the levels that rows may have: those shown or declared; a predicate is true or false."""
    found: list[list[Level]] = []
    for k, attribute in enumerate(grouping.attributes):
        shown = [cell[k] for cell in table.levels if cell[k] is not None]
        either = ("False", "True") if attribute.predicate is not None else ()
        found.append(list(dict.fromkeys([*shown, *attribute.levels, *either])))
    return found
