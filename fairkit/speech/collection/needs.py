r"""How many speakers a combination needs: the very limits that will judge the data, at what they will be fed.

A combination with true rate :math:`R + d` is found to differ from all others with rate R where the
corrected interval of the difference lies above 0. That interval is the one of
:mod:`fairkit.speech.evidence`: gamma limits of both rates with t in place of the normal, from :math:`C /
\tau^2` effective events for C effective speakers, combined by MOVER, at the level of Holm's first step. A
plan holds with power p if the interval still excludes 0 where the difference comes out lower than it is by

.. math:: t_{C - 1, p} \sqrt{V_1 + V_2 - 2 \rho \sqrt{V_1 V_2}}, \quad
   V_1 = (R + d)^2 \tau_1^2 / C_1, \quad V_2 = R^2 \tau_2^2 / C_2.

Both quantiles of t depend on the number sought, so it is found by bisection; all others grow as all
combinations are recorded, so that all numbers are found together, by iteration. The gap is taken upwards: a
combination whose errors are fewer by as much varies less, and needs fewer speakers.

Speakers who are on both sides (one voice with and without noise) make the sides vary together, by the
correlation :math:`\rho` that today's shared words and the measured likeness of a speaker's rates give; a
further speaker is taken to record one combination only, which dilutes it. So a plan never counts on what
was not yet recorded.

With the planned numbers of speakers, the corrected interval of `SpeakerRows` lies above 0 in this share of
400 draws, where .8 is asked for (log-normal rates of speakers around .15 with sd .5, 400 words each):

=============================================================  ========  =====
setting                                                        speakers  found
=============================================================  ========  =====
6 accents, gap .05                                                   61   .845
6 accents, gap .1                                                    23   .845
24 accents, gap .1                                                   27   .870
2 accents, gap .1, rate .1, sd .3, 300 words                          7   .820
8 accents, gap .1, log-normal numbers of words (sigma .6)            34   .903
4 accents, 2 conditions of each speaker, likeness .7, gap .1         24   .918
6 accents, gap .3                                                     9   .970
=============================================================  ========  =====

So a plan errs on the safe side: where speakers are on both sides, as what is not yet recorded is not counted
on; where the gap is larger than the rate itself, as variances of so few skewed rates mostly come out below
their mean.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from fairkit.inference.distributions import student_quantile
from fairkit.metrics.words import WORDS
from fairkit.residuals import FEWEST
from fairkit.scaled import Sided, apart, limits
from fairkit.speech.collection.combinations import Combinations
from fairkit.speech.collection.spread import Spread

FloatArray = NDArray[np.float64]
IntArray = NDArray[np.int64]

MOST_SPEAKERS = 100_000
"""More speakers than this are not planned: the gap is out of reach."""

LARGEST_GAP = 2.0
"""Larger gaps are not looked for."""

_ROUNDS = 40
_CLOSE = 1e-3


class Target(NamedTuple):
    """What is to be shown.

    Parameters
    ----------
    gap : float
        By how much a combination's rate is to exceed that of all others.
    power : float
    level : float
        Confidence of the interval of one combination.
    """

    gap: float
    power: float
    level: float


class Standing(NamedTuple):
    """What each combination and all others of it stand on, each of shape (combinations,).

    Parameters
    ----------
    words, squares : array of float64
        Words of a combination, and their squares over speakers.
    other_words, other_squares : array of float64
        The same of all others.
    shared : array of float64
        Over speakers, their words here times their words elsewhere.
    speakers, other_speakers : array of float64
        Who said anything.
    """

    words: FloatArray
    squares: FloatArray
    other_words: FloatArray
    other_squares: FloatArray
    shared: FloatArray
    speakers: FloatArray
    other_speakers: FloatArray


def standing(found: Combinations) -> Standing:
    """Sum up who said how much where.

    Parameters
    ----------
    found : Combinations

    Examples
    --------
    >>> from fairkit.groups import groupings
    >>> from fairkit.speech.collection.combinations import combinations
    >>> from fairkit.speech.collection.recorded import Recorded
    >>> words = np.array([300.0, 100.0, 200.0])
    >>> rows = Recorded(
    ...     ("noise",), (("no", "yes"),), np.array([[0], [1], [0]]), np.array([0, 0, 1]), 2, words, None,
    ...     3, 0, 0,
    ... )
    >>> now = standing(combinations(rows, groupings("noise")[0]))
    >>> now.words.tolist(), now.shared.tolist(), now.other_speakers.tolist()
    ([500.0, 100.0], [30000.0, 30000.0], [1.0, 2.0])
    """
    x = found.sizes
    people = int(found.speaker.max(initial=-1)) + 1
    everywhere = np.bincount(found.speaker, x, people)
    elsewhere = everywhere[found.speaker] - x
    words, squares = found.total(x), found.total(x**2)
    here = found.total((x > 0).astype(np.float64))
    only_here = found.total(((x > 0) & (elsewhere <= 0)).astype(np.float64))
    # All squares, less those of who is here, plus what these said elsewhere.
    other_squares = (everywhere**2).sum() - found.total(everywhere[found.speaker] ** 2 - elsewhere**2)
    return Standing(
        words,
        squares,
        words.sum() - words,
        np.maximum(other_squares, 0.0),
        found.total(x * elsewhere),
        here,
        float((everywhere > 0).sum()) - only_here,
    )


class Needs(NamedTuple):
    """What is found about each combination, shape (combinations,).

    Parameters
    ----------
    more : array of float64
        Speakers to record; NaN where not even `MOST_SPEAKERS` would do, or nothing is planned.
    detectable : array of float64
        The smallest gap that the speakers at hand would show; NaN where none.
    """

    more: FloatArray
    detectable: FloatArray


def needs(now: Standing, taken: Spread, target: Target, *, planned: NDArray[np.bool_]) -> Needs:
    """Find how many further speakers every combination needs, all together.

    Parameters
    ----------
    now : Standing
    taken : Spread
    target : Target
    planned : array of bool, shape (combinations,)
        Which combinations can be recorded.

    Examples
    --------
    >>> blank = np.zeros(6)
    >>> nobody = Standing(*[blank] * 7)
    >>> taken = Spread(
    ...     0.15, "assumption", 0.3, "assumption", np.full(6, 0.3), 0.0, 400.0, "option", 1.0, 1.0, 0.0
    ... )
    >>> found = needs(nobody, taken, Target(0.05, 0.8, 1 - 0.05 / 6), planned=blank == 0)
    >>> found.more.tolist()
    [61.0, 61.0, 61.0, 61.0, 61.0, 61.0]
    """
    plan = _Plan(_scaled(now, taken.scale), taken, target, planned)
    return Needs(plan.together(), plan.detectable())


def _scaled(now: Standing, scale: float) -> Standing:
    return now._replace(
        words=now.words * scale,
        squares=now.squares * scale**2,
        other_words=now.other_words * scale,
        other_squares=now.other_squares * scale**2,
        shared=now.shared * scale**2,
    )


class _Plan:
    """The search for numbers of further speakers."""

    def __init__(self, now: Standing, taken: Spread, target: Target, planned: NDArray[np.bool_]) -> None:
        self.now, self.taken, self.target, self.planned = now, taken, target, planned

    def together(self) -> FloatArray:
        """Find numbers that do for every combination when all of them are recorded."""
        few = self._fewest(None)
        reachable = self.planned & (few <= MOST_SPEAKERS)
        more = np.where(reachable, few, 0.0)
        for _ in range(_ROUNDS):
            wanted = np.where(reachable, np.minimum(self._fewest(more), MOST_SPEAKERS), 0.0)
            # Each number falls where the others rise: half a step on logarithms keeps them from swinging.
            new = np.sqrt((1 + more) * (1 + wanted)) - 1
            settled = bool(np.all(np.abs(new - more) <= _CLOSE * (1 + more)))
            more = new
            if settled:
                break
        more = np.ceil(np.maximum(more - 0.5, 0.0))
        for _ in range(_ROUNDS):
            wanted = np.where(reachable, self._fewest(more), 0.0)
            if (wanted <= more).all():
                break
            more = np.maximum(more, np.minimum(wanted, MOST_SPEAKERS + 1.0))
        return np.where(reachable & (more <= MOST_SPEAKERS), more, np.nan)

    def detectable(self) -> FloatArray:
        """Find the smallest gap that is shown by who is there already."""
        cells = self.now.words.shape
        nobody = np.zeros(cells)
        low, high = np.zeros(cells), np.full(cells, LARGEST_GAP)
        shown = self._excess(nobody, nobody, high) >= 0
        for _ in range(40):
            middle = (low + high) / 2
            enough = self._excess(nobody, nobody, middle) >= 0
            low, high = np.where(enough, low, middle), np.where(enough, middle, high)
        return np.where(shown, high, np.nan)

    def _fewest(self, others: FloatArray | None) -> FloatArray:
        """Find the fewest further speakers by bisection, given those of all others (None: any number)."""
        cells = self.now.words.shape
        gap = np.full(cells, self.target.gap)
        low, high = np.full(cells, -1.0), np.full(cells, MOST_SPEAKERS + 1.0)
        while (high - low > 1).any():
            middle = np.floor((low + high) / 2)
            enough = self._excess(middle, others, gap) >= 0
            step = high - low > 1
            low, high = np.where(step & ~enough, middle, low), np.where(step & enough, middle, high)
        return high

    def _excess(self, more: FloatArray, others: FloatArray | None, gap: FloatArray) -> FloatArray:
        """Lower limit of the difference where it comes out as low as the power allows; -inf if undefined."""
        now, taken = self.now, self.taken
        each = taken.words
        squared = each**2 * taken.inequality
        words = now.words + more * each
        here = now.speakers + more
        if others is None:
            other_words = np.full(more.shape, np.inf)
            units, there = np.full(more.shape, 1e12), np.full(more.shape, np.inf)
        else:
            further = others.sum() - others
            other_words = now.other_words + further * each
            there = now.other_speakers + further
            units = _effective(other_words, now.other_squares + further * squared)
        own_units = _effective(words, now.squares + more * squared)
        usable = (here >= FEWEST) & (there >= FEWEST) & (own_units > 1) & (units > 1)
        own_units, units = np.where(usable, own_units, 3.0), np.where(usable, units, 3.0)
        with np.errstate(divide="ignore", invalid="ignore"):
            overlap = taken.correlation * now.shared / (words * other_words) * np.sqrt(own_units * units)
        correlation = np.clip(np.nan_to_num(overlap), 0.0, taken.correlation)
        return np.where(usable, self._limit(own_units, units, correlation, gap), -np.inf)

    def _limit(
        self, own_units: FloatArray, units: FloatArray, correlation: FloatArray, gap: FloatArray
    ) -> FloatArray:
        taken, target = self.taken, self.target
        value, other = taken.rate + gap, np.full(gap.shape, taken.rate)
        own_variance = value**2 * taken.own / own_units
        variance = other**2 * taken.variance / units
        error = np.sqrt(
            np.maximum(own_variance + variance - 2 * correlation * np.sqrt(own_variance * variance), 0)
        )
        degrees, other_degrees = np.maximum(own_units - 1, 1.0), np.maximum(units - 1, 1.0)
        drawn = value + student_quantile(degrees, np.full(gap.shape, 1 - target.power)) * error
        tail = np.full(gap.shape, (1 - target.level) / 2)
        steps = np.ones(gap.shape)
        own = Sided(np.maximum(drawn, 0.0), own_variance / value, degrees, steps)
        rest = Sided(other, variance / other, other_degrees, steps)
        found = apart(
            own.value,
            limits(WORDS[0], own, tail, degrees, exact=True, estimated=True),
            other,
            limits(WORDS[0], rest, tail, other_degrees, exact=True, estimated=True),
            correlation,
        ).low
        return np.where(drawn > 0, np.nan_to_num(found, nan=-np.inf), -np.inf)


def _effective(words: FloatArray, squares: FloatArray) -> FloatArray:
    """Count effective speakers: as many who all say as much would know as much."""
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.asarray(np.where(squares > 0, words**2 / squares, 0.0))
