"""A tree that decides which action costs least on a row, grown on the codes of columns.

A row has a cost for every action. The tree is grown to predict the costs (least squares, as regression trees
are). Growing by cost directly would stop too early: a split that only sharpens what is best anyway lowers no
cost, though it is the way to one that does. It is pruned by the costs themselves, on a third of the rows that
did not grow it: among many columns one always seems to matter on the rows that it was chosen on.

Growing takes one histogram a column and node, in which every threshold of numbers and, for text, the best
order of the levels are tried at once, so that a tree over a hundred thousand rows takes a fraction of a
second. In the last two tests of a path the three most promising columns are tried, and the one that costs
least in the end is kept.

What a node has not seen it does not claim: levels absent from its rows, the missing value among them, are on
neither side of its split. Of text with many levels, the rarer ones are one level, so that sets of levels stay
short enough to be written.

References
----------
W. D. Fisher, "On grouping for maximum homogeneity", Journal of the American Statistical Association 53
(1958): the best grouping of levels in two is a cut of their order by mean.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, TypeAlias

import numpy as np
import numpy.typing as npt

from bounty.hunters.regions import Region
from bounty.rows.amounts import Integers
from bounty.rows.bits import Mask
from bounty.rows.columns import Codes, Column, Columns

Floats: TypeAlias = npt.NDArray[np.float64]
Index: TypeAlias = npt.NDArray[np.intp]

DOUBT = 2.0
"""Standard errors that a leaf must save."""

MOST_LEVELS = 20
"""Levels of text that are told apart, the most common; all others are one."""

_TINY = 1e-9
_NONE: Mask = np.zeros(0, dtype=np.bool_)
_THIRD = 3
_TRIED = 3
_LOOKING_AHEAD = 2


@dataclass(frozen=True, slots=True)
class Leaf:
    """One leaf.

    Attributes
    ----------
    region : Region
    action : int
        Column of the costs.
    saved : int
        How much less the action costs than the default on the rows that it was fitted to; without a default,
        how much less than the action that is taken outside all leaves.
    """

    region: Region
    action: int
    saved: int


@dataclass(frozen=True, slots=True)
class CostTree:
    """Which action to take where.

    Attributes
    ----------
    leaves : tuple of Leaf
        No row is in two of them.
    otherwise : int
        The action for rows that are in none.

    Examples
    --------
    >>> columns = Columns.of({"age": [20, 30, 40, 50]})
    >>> costs = np.array([[1, 0], [1, 0], [-1, 0], [-1, 0]])
    >>> tree = grow(columns, costs, default=1, smallest=1, doubt=0, apart=False)
    >>> tree.actions(columns).tolist(), len(tree.leaves)
    ([1, 1, 0, 0], 2)
    """

    leaves: tuple[Leaf, ...]
    otherwise: int

    def actions(self, columns: Columns) -> Index:
        """Find the action of each row of a split."""
        taken = np.full(columns.rows, self.otherwise, dtype=np.intp)
        for leaf in self.leaves:
            taken[leaf.region.rows(columns).mask] = leaf.action
        return taken


def grow(
    columns: Columns,
    costs: Integers,
    *,
    targets: Floats | None = None,
    default: int | None = None,
    depth: int = 4,
    smallest: int = 30,
    doubt: float = DOUBT,
    apart: bool = True,
) -> CostTree:
    """Grow a tree and prune it.

    Parameters
    ----------
    columns : Columns
    costs : array of integers, shape (rows, actions)
        What each action costs on each row.
    targets : array of float, shape (rows, outputs), optional
        What the tree is grown to predict; default the costs. Their scales are made equal.
    default : int, optional
        An action that needs no reason (do nothing). Another is taken in a leaf only if what it saves exceeds
        `doubt` standard errors.
    depth : int, default 4
        Tests on the way to a leaf, at most.
    smallest : int, default 30
        Rows of a leaf, at least.
    doubt : float, default 2
    apart : bool, default True
        Prune on every third row, and grow on the others; else grow and prune on all. The rows should be in
        random order.

    Returns
    -------
    CostTree
    """
    predicted = costs.astype(np.float64) if targets is None else targets
    spread = predicted.std(axis=0) if len(predicted) else np.zeros(predicted.shape[1])
    varying = spread > _TINY
    predicted = predicted[:, varying] / (spread[varying] if targets is not None else 1.0)
    everywhere = _best_action(costs, default, doubt)[0]
    otherwise = everywhere if default is None else default
    coarse, levels = _coarse(columns)
    grower = _Grower(coarse, costs, np.ascontiguousarray(predicted.T), default, smallest, doubt)
    every = np.arange(columns.rows)
    growing, pruning = (every[every % _THIRD > 0], every[::_THIRD]) if apart else (every, every)
    leaves = []
    for leaf, _ in grower.grown(growing, pruning, Region(), depth)[1]:
        rows = np.flatnonzero(leaf.region.rows(coarse).mask)
        saved = int((costs[rows, otherwise] - costs[rows, leaf.action]).sum())
        allowed = {name: holds[levels[name]] for name, holds in leaf.region.allowed.items()}
        leaves.append(Leaf(Region(allowed), leaf.action, saved))
    return CostTree(tuple(leaves), otherwise)


Split: TypeAlias = tuple[str, Mask, Mask]
Grown: TypeAlias = tuple[float, list[tuple[Leaf, int]]]


@dataclass(frozen=True, slots=True)
class _Grower:
    columns: Columns
    costs: Integers
    targets: Floats
    default: int | None
    smallest: int
    doubt: float

    def grown(self, growing: Index, pruning: Index, region: Region, depth: int) -> Grown:
        """Give the best pruned tree: its value on the rows for pruning, and its leaves."""
        action, value = _best_action(self.costs[pruning], self.default, self.doubt)
        best: Grown = value, [(Leaf(region, action, 0), len(pruning))]
        splits = self.splits(growing) if depth and len(growing) >= 2 * self.smallest else []
        for name, left, right in splits[: _TRIED if depth <= _LOOKING_AHEAD else 1]:
            codes = self.columns.by_name[name].codes
            sides = [
                self.grown(
                    growing[side[codes[growing]]],
                    pruning[side[codes[pruning]]],
                    region.narrowed(name, side),
                    depth - 1,
                )
                for side in (left, right)
            ]
            parts = sum(side[0] for side in sides), [leaf for side in sides for leaf in side[1]]
            best = self.better(best, parts)
        return best

    def splits(self, rows: Index) -> list[Split]:
        """List the best split of each column, first the one that lowers the variance of the targets most."""
        targets = self.targets[:, rows]
        least = _TINY * max(1.0, float((targets**2).sum()))
        found: list[tuple[float, Split]] = []
        for name, column in self.columns.by_name.items():
            tried = list(_splits(column, column.codes[rows], targets, self.smallest))
            gain, left, right = max(tried, key=lambda split: split[0], default=(0.0, _NONE, _NONE))
            if gain > least:
                found.append((gain, (name, left, right)))
        return [split for _, split in sorted(found, key=lambda each: -each[0])]

    def better(self, one: Grown, other: Grown) -> Grown:
        """Choose the tree that is worth more; of equals, the one that acts on fewer rows, then the first."""
        if abs(other[0] - one[0]) <= _TINY * max(1.0, abs(one[0])):
            return other if self.claimed(other) < self.claimed(one) else one
        return other if other[0] > one[0] else one

    def claimed(self, grown: Grown) -> int:
        """Count the rows for which something else than the default is done."""
        if self.default is None:
            return 0
        return sum(rows for leaf, rows in grown[1] if leaf.action != self.default)


def _splits(
    column: Column, codes: Codes, targets: Floats, smallest: int
) -> Iterator[tuple[float, Mask, Mask]]:
    """Give the best split of each order of a column's levels: what it gains, and the codes on its sides."""
    width = len(column.levels) + 1
    rows = np.bincount(codes, minlength=width)
    sums: Floats = np.zeros((len(targets), width))
    for place, target in enumerate(targets):
        sums[place] = np.bincount(codes, weights=target, minlength=width)
    seen = np.flatnonzero(rows[:-1])
    has_missing = bool(rows[-1])
    if len(seen) + has_missing < 2:
        return
    for order in _orders(column, seen, rows, sums):
        for missing_first in (True, False) if has_missing else (False,):
            missing = [column.missing] if has_missing else []
            ordered = np.concatenate((missing, order) if missing_first else (order, missing)).astype(np.intp)
            gains = _gains(rows[ordered], sums[:, ordered], smallest)
            cut = int(np.argmax(gains))
            if np.isfinite(gains[cut]):
                left, right = _sides(column, ordered, cut)
                yield float(gains[cut]), left, right


def _orders(column: Column, seen: Index, rows: Index, sums: Floats) -> list[Any]:
    if column.kind != "text" or len(seen) < 3:
        return [seen]
    orders = {tuple(seen[np.argsort(each[seen] / rows[seen], kind="stable")].tolist()) for each in sums}
    return [np.array(order, dtype=np.intp) for order in sorted(orders)]


def _gains(rows: npt.NDArray[np.intp], sums: Floats, smallest: int) -> Floats:
    """Say by how much each cut of an order lowers the sum of squares, where no side is too small."""
    before, within = np.cumsum(rows)[:-1], np.cumsum(sums, axis=1)[:, :-1]
    after, total = rows.sum() - before, sums.sum(axis=1, keepdims=True)
    lowered = (within**2 / before + (total - within) ** 2 / after).sum(axis=0) - float(
        (total**2).sum() / rows.sum()
    )
    return np.where((before >= smallest) & (after >= smallest), lowered, -np.inf)


def _sides(column: Column, ordered: Index, cut: int) -> tuple[Mask, Mask]:
    left, right = (np.zeros(len(column.levels) + 1, dtype=np.bool_) for _ in range(2))
    left[ordered[: cut + 1]] = True
    right[ordered[cut + 1 :]] = True
    if column.kind == "number":
        # Between two numbers that were seen lie numbers that were not: they belong to their neighbours.
        below = np.flatnonzero(left[:-1])
        start = (below[-1] + 1 if right[:-1].any() else column.missing) if len(below) else 0
        left[:start] = True
        right[start:-1] = True
    return left, right


def _best_action(costs: Integers, default: int | None, doubt: float) -> tuple[int, float]:
    """Choose the action of a leaf and say what the leaf is worth with it."""
    total = costs.sum(axis=0)
    if default is None:
        action = int(np.argmin(total))
        return action, -float(total[action])
    saved = costs[:, [default]] - costs
    squares = (saved.astype(np.float64) ** 2).sum(axis=0)
    sure = saved.sum(axis=0) - doubt * np.sqrt(squares)
    sure[default] = 0.0
    action = int(np.argmax(sure))
    return (action, float(sure[action])) if sure[action] > _TINY else (default, 0.0)


def _coarse(columns: Columns) -> tuple[Columns, dict[str, Index]]:
    """Join the rarer levels of text that has many, so that what a tree learns of them can be written.

    Returns
    -------
    coarse : Columns
    levels : dict of str to array of integers, shape (levels + 1,)
        For each column, the coarse code of each code.
    """
    coarse, levels = {}, {}
    for name, column in columns.by_name.items():
        joined = np.arange(len(column.levels) + 1)
        coarse[name] = column
        if column.kind == "text" and len(column.levels) > MOST_LEVELS:
            rows = np.bincount(column.codes, minlength=len(joined))[:-1]
            common = np.sort(np.argsort(-rows, kind="stable")[:MOST_LEVELS])
            joined[:-1] = MOST_LEVELS
            joined[common] = np.arange(MOST_LEVELS)
            joined[-1] = MOST_LEVELS + 1
            kept = (*(column.levels[code] for code in common.tolist()), "")
            coarse[name] = Column(name, "text", kept, joined.astype(column.codes.dtype)[column.codes])
        levels[name] = joined
    return Columns(coarse, columns.rows), levels
