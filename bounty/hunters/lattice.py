"""The search for slices: sets of up to three conditions, counted in packed bits.

A slice's *mass* is the sum of a number over its rows (loss in excess of what is usual; loss that a repair
would save). Slices are ranked by *score*: the mass less the luck that the best of so many slices would have
by chance, which is sqrt(2 ln N) standard errors for the best of N. So a third condition must pay for the
many slices of three conditions that there are.

Pairs are tried in full. A third condition is tried where a pair may still contain a good enough slice: at
best a part of it drops every row that speaks against it, down to `smallest` rows, and that bounds its mass.
Where there are too many such pairs, the best are followed and the search says that it was not exhaustive.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt

from bounty.hunters.cost_trees import Floats, Index
from bounty.rows.amounts import Integers
from bounty.rows.bits import Words, count_each, pack

_PLANES = 6
_WIDEST = 6.0
EFFORT = 400_000_000
"""Words of 64 rows that a search counts to add third conditions, at most; about a second."""

_WORTH = 2.0
"""Standard errors that the mass of a slice must have to be looked at at all."""


@dataclass(frozen=True, slots=True)
class Weights:
    """A number on each row, as packed bits: ``offset + step * (sum of 2^k over the bits k that are set)``.

    Whole numbers of few values are kept exactly. Others are rounded to 64 steps within six standard
    deviations, for the search only: what is reported is computed from the numbers themselves.

    Attributes
    ----------
    planes : array of uint64, shape (bits, words)
    offset, step : float
    most : int
        The largest sum of bits of a row.
    spread : float
        Root of the mean square.

    Examples
    --------
    >>> weights = Weights.of(np.array([-1, 0, 1]))
    >>> weights.planes.shape, weights.offset, weights.step
    ((2, 1), -1.0, 1.0)
    """

    planes: Words = field(repr=False)
    offset: float
    step: float
    most: int
    spread: float

    @classmethod
    def of(cls, values: npt.NDArray[np.int64] | Floats) -> Weights:
        """Pack numbers, one a row; at least one row."""
        real = np.asarray(values, dtype=np.float64)
        spread = float(np.sqrt(np.mean(real**2)))
        low, high = float(real.min()), float(real.max())
        if ((real == low) | (real == high)).all():
            step = high - low
        elif high - low < 2**_PLANES and (real == np.rint(real)).all():
            step = 1.0
        else:
            centre, widest = float(real.mean()), _WIDEST * float(real.std())
            low, high = max(low, centre - widest), min(high, centre + widest)
            step = (high - low) / (2**_PLANES - 1)
        step = step or 1.0
        coded = np.rint((real.clip(low, high) - low) / step).astype(np.int64)
        most = int(coded.max())
        planes = [pack((coded >> bit) & 1 == 1) for bit in range(max(1, most.bit_length()))]
        return cls(np.stack(planes), low, step, most, spread)

    def measure(self, words: Words) -> tuple[Integers, Integers]:
        """Count the rows of each slice, and sum its coded numbers."""
        total = count_each(words & self.planes[0])
        for bit, plane in enumerate(self.planes[1:], start=1):
            total += count_each(words & plane) << bit
        return count_each(words), total

    def mass(self, rows: Integers, total: Integers) -> Floats:
        """Sum the numbers of each slice."""
        mass: Floats = self.offset * rows + self.step * total
        return mass

    def optimum(self, rows: Integers, total: Integers, smallest: int) -> Floats:
        """Bound the mass of every part of a slice that has at least `smallest` rows.

        At best a part keeps all that its rows sum up to, on the fewest rows that can hold so much.
        """
        if self.offset >= 0:
            return self.mass(rows, total)
        fewest = np.maximum(smallest, total / max(1, self.most))
        bound: Floats = np.maximum(self.offset * fewest + self.step * total, 0.0)
        return bound


@dataclass(frozen=True, slots=True)
class Slice:
    """One slice.

    Attributes
    ----------
    conditions : tuple of int
        Places in the list of conditions.
    rows : int
    mass, score : float

    Examples
    --------
    >>> Slice((0, 4), rows=120, mass=31.5, score=12.0).conditions
    (0, 4)
    """

    conditions: tuple[int, ...]
    rows: int
    mass: float
    score: float


@dataclass(frozen=True, slots=True)
class Lattice:
    """What a search found.

    Attributes
    ----------
    slices : tuple of Slice
        Best score first.
    counted : int
        Slices that were counted.
    exhaustive : bool
        Whether no slice of up to three conditions can be better than those listed.

    Examples
    --------
    >>> Lattice((), counted=0, exhaustive=True).exhaustive
    True
    """

    slices: tuple[Slice, ...]
    counted: int
    exhaustive: bool


def search(
    words: Words,
    owners: Sequence[int],
    weights: Weights,
    *,
    smallest: int,
    largest: int,
    depth: int = 3,
    effort: int = EFFORT,
    keep: int = 300,
) -> Lattice:
    """Find the slices of the best score.

    Parameters
    ----------
    words : array of uint64, shape (conditions, words)
        The rows in which each condition holds, packed.
    owners : sequence of int, length conditions
        To which column each belongs, rising; a slice has at most one condition of a column.
    weights : Weights
        What is summed.
    smallest, largest : int
        Rows of a slice.
    depth : int, default 3
        Conditions of a slice, at most; 1, 2 or 3.
    effort : int
        Words that may be counted to add third conditions.
    keep : int, default 300
        Slices to list.

    Returns
    -------
    Lattice

    Examples
    --------
    >>> first, second = np.arange(400) < 200, np.arange(400) % 200 < 100
    >>> gains = np.where(first & second, 3, -1)
    >>> words = np.stack([pack(first), pack(second)])
    >>> found = search(words, [0, 1], Weights.of(gains), smallest=9, largest=400)
    >>> found.slices[0].conditions, found.slices[0].mass, found.counted
    ((0, 1), 300.0, 3)
    """
    searching = _Searching(
        words,
        np.asarray(owners, dtype=np.intp),
        weights,
        smallest=smallest,
        largest=largest,
        luck=_luck(owners, depth),
        keep=keep,
    )
    return searching.run(depth, effort)


@dataclass(slots=True)
class _Searching:
    """One search: what has been counted, and the best so far."""

    words: Words
    owners: Index
    weights: Weights
    smallest: int
    largest: int
    luck: Sequence[float]
    keep: int
    counted: int = 0
    best: list[Slice] = field(default_factory=list)

    def run(self, depth: int, effort: int) -> Lattice:
        """Count single conditions, pairs, and threes where a pair can be improved."""
        single = np.arange(len(self.words))
        optima, _ = self.count(self.words, single[:, None])
        live = single[optima >= self.needed(2)] if depth > 1 else single[:0]
        pairs, optima, scores = self.pairs(live)
        promising = optima >= self.needed(3) if depth > 2 else np.zeros(len(pairs), dtype=np.bool_)
        pairs, scores = pairs[promising], scores[promising]
        for_each = max(1, len(live) * self.words.shape[1] * (1 + len(self.weights.planes)))
        followed = pairs[np.argsort(-scores, kind="stable")[: effort // for_each]]
        exhaustive = len(followed) == len(pairs)
        for first, second in followed.tolist():
            self.threes(first, second, live[live > second] if exhaustive else live)
        return Lattice(self.ranked(), self.counted, exhaustive)

    def pairs(self, live: Index) -> tuple[Index, Floats, Floats]:
        """Count every pair of conditions."""
        keys, optima, scores = [np.zeros((0, 2), dtype=np.intp)], [np.zeros(0)], [np.zeros(0)]
        for first in live.tolist():
            others = live[(live > first) & (self.owners[live] != self.owners[first])]
            made = np.column_stack((np.full(len(others), first), others))
            optimum, score = self.count(self.words[others] & self.words[first], made)
            keys.append(made)
            optima.append(optimum)
            scores.append(score)
        return np.concatenate(keys), np.concatenate(optima), np.concatenate(scores)

    def threes(self, first: int, second: int, thirds: Index) -> None:
        """Add each of some conditions to a pair."""
        owner = self.owners[thirds]
        others = thirds[(owner != self.owners[first]) & (owner != self.owners[second])]
        pair = np.tile((first, second), (len(others), 1))
        self.count(
            self.words[others] & (self.words[first] & self.words[second]), np.column_stack((pair, others))
        )

    def count(self, words: Words, keys: Index) -> tuple[Floats, Floats]:
        """Count slices, keep the best, and say how good a part of each may be and how good each is."""
        self.counted += len(keys)
        rows, total = self.weights.measure(words)
        mass, luck = self.weights.mass(rows, total), self.weights.spread * np.sqrt(rows)
        score = mass - self.luck[keys.shape[1] - 1] * luck
        good = (rows >= self.smallest) & (rows <= self.largest) & (mass > _WORTH * luck)
        good &= score > self.floor()
        self.best += [
            Slice(tuple(sorted(keys[at].tolist())), int(rows[at]), float(mass[at]), float(score[at]))
            for at in np.flatnonzero(good)
        ]
        if len(self.best) > 4 * self.keep:
            self.best = list(self.ranked())
        optimum = self.weights.optimum(rows, total, self.smallest)
        return np.where(rows > self.smallest, optimum, -np.inf), score

    def floor(self) -> float:
        """Score that a slice must exceed to be among the best; found out only now and then."""
        return self.best[self.keep - 1].score if len(self.best) == self.keep else -math.inf

    def needed(self, conditions: int) -> float:
        """Mass that a slice of so many conditions must have, at least."""
        luck = self.weights.spread * math.sqrt(self.smallest)
        self.best = list(self.ranked())
        return max(_WORTH * luck, self.floor() + self.luck[conditions - 1] * luck)

    def ranked(self) -> tuple[Slice, ...]:
        """Give the best, each once."""
        unique = {each.conditions: each for each in self.best}.values()
        return tuple(sorted(unique, key=lambda each: (-each.score, each.conditions))[: self.keep])


def _luck(owners: Sequence[int], depth: int) -> list[float]:
    """Say by how many standard errors the best slice of up to one, two, ... conditions is lucky."""
    sizes = [1.0] + [0.0] * depth
    for conditions in np.bincount(np.asarray(owners, dtype=np.intp)).tolist() if len(owners) else []:
        sizes = [sizes[count] + (conditions * sizes[count - 1] if count else 0) for count in range(depth + 1)]
    several = np.cumsum(sizes[1:])
    return [math.sqrt(2 * math.log(max(2.0, number))) for number in several]
