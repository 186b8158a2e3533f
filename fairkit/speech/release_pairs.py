r"""Two recognisers by one metric: both values, and how sure their difference is.

An utterance moves the difference by the difference of its influences on the two values. Speakers add up what
their utterances do: with the share h of the words, a speaker pulls :math:`\sqrt{(C - 1) / C} / (1 - h)` times
that sum. For ratios over the words that were said (word error rate, rates of substitutions, deletions and
insertions) this is exactly the jackknife over C speakers. The variance of independent utterances goes along:
no interval is narrower than theirs.

References
----------
Cochran 1977, Sampling Techniques, 3rd edition, chapter 6. Bell & McCaffrey 2002, Survey Methodology 28.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from fairkit.counts import FIELDS, LEFT_OUT
from fairkit.kinds import Kind
from fairkit.metrics import Functional, Measured, Part
from fairkit.pairs.limits import PairedValue, Spread
from fairkit.residuals import AGREED, FEWEST
from fairkit.speech.release_rows import MOVING, Heard, ReleaseRows
from fairkit.speech.utterances import IntArray

FloatArray = NDArray[np.float64]

SKEWED = ("poisson", "log")
"""Scales of metrics whose differences between speakers are skewed: large rates differ by more."""

_NONE = Spread(np.nan, np.nan, None)
_UNSCALED = (1.0, 1.0)
_BLOCK = 4_000_000
"""Most numbers that are held at once for the rests of all groups."""


class _Moments(NamedTuple):
    """What independent utterances say: how many, and sums of the squares and fourth powers of their moves."""

    n: int
    second: float
    fourth: float


class _Moved(NamedTuple):
    """How far speakers move a value together with how much of the metric they hold, each once."""

    moved: FloatArray
    size: FloatArray
    cluster: IntArray

    @property
    def speakers(self) -> int:
        """How many speakers hold anything."""
        return int((self.size > 0).sum())


class _Both(NamedTuple):
    """One metric of both systems, from the sums of some utterances."""

    first: Measured
    second: Measured
    sums: tuple[FloatArray, FloatArray]

    @property
    def defined(self) -> bool:
        """Whether there is a difference."""
        return not np.isnan(self.second.value - self.first.value)

    @property
    def scales(self) -> tuple[float, float] | None:
        """What moves are divided by to be those of logarithms; None where there are none."""
        values = self.first.value, self.second.value
        return values if self.defined and min(values) > 0 else None

    def moves(self, first: float = 1.0, second: float = 1.0) -> tuple[FloatArray, FloatArray]:
        """How far one more of each moving field moves either value, scaled; zeros where it is undefined."""
        columns = [FIELDS[Kind.WORDS].index(field) for field in MOVING]  # as of characters
        return self.first.influence[0, columns] / first, self.second.influence[0, columns] / second

    def movable(self, first: float, second: float) -> float:
        """How far all utterances could move the contrast: far smaller moves are rounding."""
        return sum(
            float(np.abs(found.influence[0]) @ sums) / scale
            for found, sums, scale in zip(self[:2], self.sums, (first, second), strict=True)
        )


@dataclass(frozen=True, slots=True, eq=False)
class ReleasePair:
    """One metric of two systems on the same utterances.

    Parameters
    ----------
    rows : ReleaseRows
    metric : Functional
    name : str
    first, second : str
        The system compared with, and the other.
    """

    rows: ReleaseRows
    metric: Functional
    name: str
    first: str
    second: str

    def totals(self) -> FloatArray:
        """Return the sums over all groups, with nothing left out, as margins read them."""
        own = self.rows.heard[self.first].totals.sum(axis=0)
        return np.concatenate([own, np.zeros(len(LEFT_OUT[self.rows.kind]))])

    def everyone(self) -> PairedValue:
        """Compare the systems on all utterances."""
        one, two = (side.totals.sum(axis=0) for side in self._sides())
        return self._inside(self._both(one, two), slice(0, self.rows.size), slice(0, len(self.rows.cluster)))

    def groups(self) -> list[PairedValue]:
        """Compare the systems on the utterances of each group."""
        one, two = self._sides()
        return [
            self._inside(
                self._both(one.totals[g], two.totals[g]),
                slice(*self.rows.starts[g : g + 2].tolist()),
                slice(*self.rows.cell_starts[g : g + 2].tolist()),
            )
            for g in range(len(self.rows.names))
        ]

    def rests(self) -> list[PairedValue]:
        """Compare the systems on the utterances of all groups but one, for each group."""
        totals = [(side.totals.sum(axis=0), side.totals) for side in self._sides()]
        both = [self._both(*(every - own[g] for every, own in totals)) for g in range(len(self.rows.names))]
        plain = self._moments([one.moves() for one in both])
        scaled = self._moments([one.moves(*(one.scales or _UNSCALED)) for one in both])
        return [self._outside(one, (plain[g], scaled[g]), g) for g, one in enumerate(both)]

    def _sides(self) -> tuple[Heard, Heard]:
        return self.rows.heard[self.first], self.rows.heard[self.second]

    def _both(self, first: FloatArray, second: FloatArray) -> _Both:
        """Measure both systems from their sums."""
        return _Both(_measured(self.metric, first), _measured(self.metric, second), (first, second))

    def _inside(self, both: _Both, inside: slice, cells: slice) -> PairedValue:
        """Compare the systems on utterances that lie together."""
        spread, relative = _NONE, _NONE
        if both.defined:
            sides, moves = self._sides(), both.moves()
            units = [side.units[inside] @ move for side, move in zip(sides, moves, strict=True)]

            def spread_of(first: float, second: float) -> Spread:
                moved = units[1] / second - units[0] / first
                moments = _Moments(len(moved), float((moved**2).sum()), float((moved**4).sum()))
                by_speaker = self._by_speaker(cells, *both.moves(first, second))
                return self._spread(by_speaker, moments, both.movable(first, second), side=0)

            spread = spread_of(*_UNSCALED)
            if both.scales:
                relative = spread_of(*both.scales)
        speakers = self._by_speaker(cells, *both.moves()).speakers
        return self._paired(both, spread, relative, (*self._sizes(inside), speakers))

    def _outside(self, both: _Both, moments: tuple[_Moments, _Moments], group: int) -> PairedValue:
        """Compare the systems on the utterances of all groups but one."""
        start, stop = self.rows.cell_starts[group : group + 2].tolist()
        outside = np.r_[0:start, stop : len(self.rows.cluster)]
        spread, relative = (
            self._spread(
                self._by_speaker(outside, *both.moves(*scales)), found, both.movable(*scales), side=1
            )
            if both.defined and scales
            else _NONE
            for scales, found in zip((_UNSCALED, both.scales), moments, strict=True)
        )
        by_speaker = self._by_speaker(outside, *both.moves())
        every, own = (
            self._sizes(slice(*ends))
            for ends in ((0, self.rows.size), self.rows.starts[group : group + 2].tolist())
        )
        counted = (every[0] - own[0], every[1] - own[1], by_speaker.speakers)
        return self._paired(both, spread, relative, counted)

    def _by_speaker(self, cells: slice | IntArray, first: FloatArray, second: FloatArray) -> _Moved:
        """Add up, over some of the cells, what each speaker does to the difference."""
        if not self.rows.clustered:
            return _Moved(np.zeros(0), np.zeros(0), np.zeros(0, np.int64))
        one, two = self._sides()
        cluster, shared = self.rows.cluster[cells], self.rows.shared
        several, alone = cluster < shared, cluster >= shared
        moved, size = (
            np.concatenate([np.bincount(cluster[several], amount[several], shared), amount[alone]])
            for amount in (two.cells[cells] @ second - one.cells[cells] @ first, self._stood_on(cells))
        )
        return _Moved(moved, size, np.concatenate([np.arange(shared), cluster[alone]]))

    def _moments(self, given: Sequence[tuple[FloatArray, FloatArray]]) -> list[_Moments]:
        """Add up powers of the moves of utterances outside each group: of all, less those inside."""
        one, two = self._sides()
        moves = [np.array([pair[i] for pair in given]).reshape(-1, len(MOVING)).T for i in (0, 1)]
        powers = np.zeros((2, len(given)))
        step = max(1, _BLOCK // max(len(given), 1))
        for start in range(0, self.rows.size, step):
            part = slice(start, start + step)
            squares = (two.units[part] @ moves[1] - one.units[part] @ moves[0]) ** 2
            powers[0] += squares.sum(axis=0)
            powers[1] += np.einsum("ij,ij->j", squares, squares)
        found = []
        for g in range(len(given)):
            own = slice(*self.rows.starts[g : g + 2].tolist())
            squares = (two.units[own] @ moves[1][:, g] - one.units[own] @ moves[0][:, g]) ** 2
            second, fourth = powers[0, g] - squares.sum(), powers[1, g] - (squares**2).sum()
            found.append(
                _Moments(self.rows.size - len(squares), max(float(second), 0.0), max(float(fourth), 0.0))
            )
        return found

    def _stood_on(self, cells: slice | IntArray) -> FloatArray:
        """Count what some cells hold, under both systems, of what the metric divides by."""
        columns = [MOVING.index(field) for field in self.metric.divisor or self.metric.size]
        held = [side.cells[cells][:, columns].sum(axis=1) for side in self._sides()]
        return np.asarray(held[0] + held[1], np.float64)

    def _sizes(self, inside: slice) -> tuple[int, int]:
        """Count utterances that the metric stands on, and those of them in which errors differ."""
        one, two = self._sides()
        differ = one.errors[inside] != two.errors[inside]
        if self.metric.counted is None:
            return len(differ), int(differ.sum())
        counted = one.units[inside, MOVING.index(self.metric.counted)] > 0
        return int(counted.sum()), int((differ & counted).sum())

    def _spread(self, cells: _Moved, moments: _Moments, movable: float, *, side: int) -> Spread:
        """Spread a value of a group (`side` 0) or of the rest (1)."""
        least, freedom = _independent(moments, movable)
        if not self.rows.clustered:
            return Spread(least, freedom, None)
        pull, variance, own_freedom = _jackknifed(cells, movable)
        # Speakers in one group pull either the group or the rest: one entry for each side is enough.
        shared = cells.cluster < self.rows.shared
        every = np.zeros(self.rows.shared + 2)
        every[cells.cluster[shared]] = pull[shared]
        every[self.rows.shared + side] = np.sqrt((pull[~shared] ** 2).sum())
        return Spread(variance, own_freedom, every, 0.0 if np.isnan(least) else least, freedom)

    def _paired(
        self, both: _Both, spread: Spread, relative: Spread, counted: tuple[int, int, int]
    ) -> PairedValue:
        n, discordant, clusters = counted
        return PairedValue(
            both.first.value,
            both.second.value,
            both.first.why or both.second.why,
            spread,
            relative,
            (),
            n,
            discordant,
            clusters if self.rows.clustered else None,
            None,
            skewed=self.metric.scale in SKEWED,
        )


def _measured(metric: Functional, totals: FloatArray) -> Measured:
    why = metric.why(totals)
    if why is not None:
        return Measured.undefined(totals[None], why)
    return metric.measure(Part(metric.kind, (), np.zeros((1, 0), np.int64), totals[None]))


def _independent(moments: _Moments, movable: float) -> tuple[float, float]:
    """Return the variance of independent utterances, and its degrees of freedom."""
    n, second, fourth = moments
    if n < 2:
        return np.nan, np.nan
    if second <= (AGREED * movable) ** 2:
        return 0.0, n - 1.0
    noise = fourth - second**2 / n
    freedom = min(2 * second**2 / noise, n - 1.0) if noise > 0 else n - 1.0
    return second * n / (n - 1), max(freedom, 1.0)


def _jackknifed(cells: _Moved, movable: float) -> tuple[FloatArray, float, float]:
    """Return the pulls of speakers, their variance, and its degrees of freedom."""
    speakers = cells.speakers
    if speakers < FEWEST:
        return np.zeros(len(cells.moved)), np.nan, np.nan
    share = cells.size / cells.size.sum()
    pull = np.sqrt((speakers - 1) / speakers) * cells.moved / (1 - share)
    variance = float((pull**2).sum())
    even = max(1 / float((share**2).sum()) - 1, 1.0)
    if variance <= (AGREED * movable) ** 2:
        return 0 * pull, 0.0, even
    noise = float((pull**4).sum()) - variance**2 / speakers
    rare = 2 * variance**2 / noise if noise > 0 else np.inf
    return pull, variance, max(min(rare, even, speakers - 1.0), 1.0)
