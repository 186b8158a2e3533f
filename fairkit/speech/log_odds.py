"""How over-represented a confusion is in a group: shrunken log-odds, with a variance that knows speakers.

Only arrays of counts are read here. The formula is stated where users meet it, in
:func:`fairkit.speech.confusions.compare_confusions`.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise
from typing import NamedTuple

import numpy as np

from fairkit.inference import benjamini_hochberg
from fairkit.inference.arrays import FloatArray
from fairkit.inference.clusters import FEWEST_CLUSTERS
from fairkit.speech.confusion_counts import Cells, ConfusionCounts
from fairkit.speech.utterances import IntArray

_AT_ONCE = 1_000_000


@dataclass(frozen=True, slots=True, eq=False)
class Ranked:
    """Confusions that are over-represented in a group, the surest first, one entry each.

    Parameters
    ----------
    pair, group : array of int64
        Position among the pairs of the counts, and among the groups.
    count, elsewhere, chances, chances_elsewhere, speakers : array of int64
    log_odds, z, p_adjusted : array of float64
    compared : int
        Comparisons that were made, also of what is not listed.
    """

    pair: IntArray
    group: IntArray
    count: IntArray
    elsewhere: IntArray
    chances: IntArray
    chances_elsewhere: IntArray
    speakers: IntArray
    log_odds: FloatArray
    z: FloatArray
    p_adjusted: FloatArray
    compared: int


def rank(counts: ConfusionCounts, n_groups: int, *, least: int, least_speakers: int, prior: float) -> Ranked:
    """Compare every confusion in every group with all other groups.

    Parameters
    ----------
    counts : ConfusionCounts
    n_groups : int
    least, least_speakers : int
        How often, and with how many speakers, a confusion must occur: in all to be compared, and in the group
        to be listed.
    prior : float

    Examples
    --------
    >>> one = Cells(np.array([0, 0, 1, 1]), np.array([0, 1, 0, 1]), np.array([9, 9, 4, 4]))
    >>> counts = ConfusionCounts(
    ...     (None, "pin", "pen"), np.array([1]), np.array([2]), np.array([0, 1]), np.array([0, 1]), one,
    ...     Cells(np.array([0]), np.array([0]), np.array([4])),
    ... )
    >>> rank(counts, 2, least=1, least_speakers=1, prior=1.0).compared
    0
    """
    said = _by_group(counts.chances, counts, n_groups)
    happened = _by_group(counts.confused, counts, n_groups)
    who = _Who(counts)
    n_items, n_pairs = len(counts.words), len(counts.said)
    # A speaker of two groups is one speaker elsewhere, not two.
    everyone = np.bincount(who.said.item, minlength=n_items)[said.item]
    others = np.minimum(
        everyone, np.bincount(counts.chances.item, minlength=n_items)[said.item] - said.speakers
    )
    testable = (said.speakers >= FEWEST_CLUSTERS) & (others >= FEWEST_CLUSTERS)
    total = np.bincount(counts.confused.item, counts.confused.times, n_pairs)
    often = (total >= least) & (np.bincount(who.confused.item, minlength=n_pairs) >= least_speakers)
    compared = int(np.bincount(said.item[testable], minlength=n_items)[counts.said[often]].sum())
    # Candidates are what may be listed; every other comparison has p = 1.
    row = _find(said, counts.said[happened.item], happened.group, n_groups)
    keep = often[happened.item] & testable[row]
    keep &= (happened.times >= least) & (happened.speakers >= least_speakers)
    row, happened = row[keep], _Grouped(*(column[keep] for column in happened))
    word = counts.said[happened.item]
    all_said = np.bincount(said.item, said.times, n_items)[word]
    elsewhere = np.asarray(total[happened.item] - happened.times, np.float64)
    tried = _Candidates(
        pair=happened.item,
        word=word,
        group=happened.group,
        own=_Side(happened.times.astype(float), said.times[row].astype(float), said.speakers[row]),
        rest=_Side(elsewhere, all_said - said.times[row], others[row]),
        speakers=happened.speakers,
        # An inserted word has no chance that it could miss.
        missed=(word > 0).astype(float),
        pooled=total[happened.item] / (all_said + 1),
    )
    return _ranked(tried, *_tested(tried, who, prior), compared=compared)


class _Grouped(NamedTuple):
    """Counts by item and group, and with how many speakers, sorted by item and then by group."""

    item: IntArray
    group: IntArray
    times: IntArray
    speakers: IntArray


class _Side(NamedTuple):
    """How often candidates happened, how often they could, and how many speakers said the word."""

    y: FloatArray
    n: FloatArray
    speakers: IntArray

    def part(self, part: slice) -> _Side:
        return _Side(self.y[part], self.n[part], self.speakers[part])

    def log_odds(self, missed: FloatArray, a: float, b: FloatArray) -> FloatArray:
        return np.asarray(np.log(self.y + a) - np.log(self.n - missed * self.y + b))

    def binomial(self, missed: FloatArray, a: float, b: FloatArray) -> FloatArray:
        """Compute the variance of the log-odds that independent words would have."""
        return np.asarray(1 / (self.y + a) + missed / (self.n - missed * self.y + b))


class _Candidates(NamedTuple):
    """Confusions in groups that may be listed, sorted by pair."""

    pair: IntArray
    word: IntArray
    group: IntArray
    own: _Side
    rest: _Side
    speakers: IntArray
    missed: FloatArray
    pooled: FloatArray


class _Who:
    """Who said and confused what: counts by speaker, whatever the group, and their sums of squares."""

    def __init__(self, counts: ConfusionCounts) -> None:
        self.counts = counts
        self._cells = len(counts.group)
        self._width = int(counts.speaker.max(initial=0)) + 1
        self.said, self.confused = self._summed(counts.chances), self._summed(counts.confused)
        self._said_key = self.said.item * self._width + self.said.cell
        self._confused_key = self.confused.item * self._width + self.confused.cell
        self._said_cell = counts.chances.item * self._cells + counts.chances.cell
        self._confused_cell = counts.confused.item * self._cells + counts.confused.cell
        n, y = self.said.times, self.confused.times
        n_of_y = self._n(counts.said[self.confused.item], self.confused.cell)
        self.nn = np.bincount(self.said.item, n * 1.0 * n, len(counts.words))
        self.yn = np.bincount(self.confused.item, y * n_of_y, len(counts.said))
        self.yy = np.bincount(self.confused.item, y * 1.0 * y, len(counts.said))

    def speakers(self, tried: _Candidates, part: slice) -> tuple[IntArray, _Side, _Side]:
        """List, of each candidate, the speakers of its group who said the word: here and elsewhere."""
        counts, many = self.counts, tried.own.speakers[part]
        first = np.searchsorted(counts.group, tried.group[part])
        start = np.searchsorted(self._said_cell, tried.word[part] * self._cells + first)
        of = np.repeat(np.arange(len(many)), many)
        rows = start[of] + np.arange(len(of)) - np.repeat(np.cumsum(many) - many, many)
        cell = counts.chances.cell[rows]
        speaker, pair, word = counts.speaker[cell], tried.pair[part][of], tried.word[part][of]
        n = counts.chances.times[rows].astype(float)
        y = _look_up(self._confused_cell, counts.confused.times, pair * self._cells + cell)
        all_y = _look_up(self._confused_key, self.confused.times, pair * self._width + speaker)
        return of, _Side(y, n, speaker), _Side(all_y - y, self._n(word, speaker) - n, speaker)

    def _n(self, word: IntArray, speaker: IntArray) -> FloatArray:
        return _look_up(self._said_key, self.said.times, word * self._width + speaker)

    def _summed(self, cells: Cells) -> Cells:
        key, where = np.unique(
            cells.item * self._width + self.counts.speaker[cells.cell], return_inverse=True
        )
        count = np.zeros(len(key), np.int64)
        np.add.at(count, where, cells.times)
        return Cells(key // self._width, key % self._width, count)


def _tested(tried: _Candidates, who: _Who, prior: float) -> tuple[FloatArray, FloatArray, FloatArray]:
    """Compute log-odds, their z and the degrees of freedom of all candidates, a part at a time."""
    parts = [_tested_part(tried, who, prior, part) for part in _parts(tried.own.speakers)]
    empty = (np.zeros(0), np.zeros(0), np.zeros(0))
    log_odds, z, degrees = (np.concatenate(column) for column in zip(empty, *parts, strict=True))
    return log_odds, z, degrees


def _tested_part(
    tried: _Candidates, who: _Who, a: float, part: slice
) -> tuple[FloatArray, FloatArray, FloatArray]:
    own, rest, missed = tried.own.part(part), tried.rest.part(part), tried.missed[part]
    pair, n = tried.pair[part], len(missed)
    b = a * (1 - missed * tried.pooled[part]) / tried.pooled[part]
    log_odds = own.log_odds(missed, a, b) - rest.log_odds(missed, a, b)
    # The group's own speakers are left out one by one, on both sides.
    of, here, there = who.speakers(tried, part)
    without = _without(own, here, of).log_odds(missed[of], a, b[of])
    without -= _without(rest, there, of).log_odds(missed[of], a, b[of])
    k = own.speakers
    v_own = np.bincount(of, (without - log_odds[of]) ** 2, n) * (k - 1) / k
    # All others enter by their influence, per confusion and per word said.
    per_n = 1 / (rest.n - missed * rest.y + b)
    per_y = 1 / (rest.y + a) + missed * per_n
    v_rest = per_y**2 * who.yy[pair] - 2 * per_y * per_n * who.yn[pair] + per_n**2 * who.nn[tried.word[part]]
    counted = per_y[of] * (here.y + there.y) - per_n[of] * (here.n + there.n)
    v_rest = np.maximum(v_rest - np.bincount(of, counted**2, n), 0.0) * rest.speakers / (rest.speakers - 1)
    v_own = np.maximum(v_own, own.binomial(missed, a, b))
    v_rest = np.maximum(v_rest, rest.binomial(missed, a, b))
    degrees = (v_own + v_rest) ** 2 / (v_own**2 / (k - 1) + v_rest**2 / (rest.speakers - 1))
    return log_odds, log_odds / np.sqrt(v_own + v_rest), degrees


def _ranked(
    tried: _Candidates, log_odds: FloatArray, z: FloatArray, degrees: FloatArray, *, compared: int
) -> Ranked:
    """Adjust p-values and sort what is over-represented."""
    from scipy.special import stdtr

    p = np.asarray(stdtr(degrees, -z))
    # Those that are not candidates have p = 1: they change nothing but how many there are.
    adjusted = np.minimum(benjamini_hochberg(p) * (compared / max(len(p), 1)), 1.0)
    order = np.lexsort((tried.group, tried.pair, -z, p))
    order = order[log_odds[order] > 0]
    return Ranked(
        pair=tried.pair[order],
        group=tried.group[order],
        count=_whole(tried.own.y[order]),
        elsewhere=_whole(tried.rest.y[order]),
        chances=_whole(tried.own.n[order]),
        chances_elsewhere=_whole(tried.rest.n[order]),
        speakers=tried.speakers[order],
        log_odds=log_odds[order],
        z=z[order],
        p_adjusted=adjusted[order],
        compared=compared,
    )


def _whole(sums: FloatArray) -> IntArray:
    return np.asarray(np.rint(sums), np.int64)


def _without(side: _Side, speaker: _Side, of: IntArray) -> _Side:
    """Leave out one speaker at a time."""
    return _Side(side.y[of] - speaker.y, side.n[of] - speaker.n, of)


def _by_group(cells: Cells, counts: ConfusionCounts, n_groups: int) -> _Grouped:
    """Sum out speakers."""
    key = cells.item * n_groups + counts.group[cells.cell]
    start = np.flatnonzero(np.diff(key, prepend=-1))
    # np.add.reduceat needs an entry to start from.
    count = np.add.reduceat(cells.times, start) if len(start) else cells.times
    return _Grouped(key[start] // n_groups, key[start] % n_groups, count, np.diff(start, append=len(key)))


def _find(table: _Grouped, item: IntArray, group: IntArray, n_groups: int) -> IntArray:
    """Find rows that are known to be there."""
    found = np.searchsorted(table.item * n_groups + table.group, item * n_groups + group)
    return np.asarray(found, np.int64)


def _look_up(keys: IntArray, counts: IntArray, wanted: IntArray) -> FloatArray:
    """Return the counts of keys, 0 where there is none."""
    if not len(keys):
        return np.zeros(len(wanted))
    at = np.minimum(np.searchsorted(keys, wanted), len(keys) - 1)
    return np.where(keys[at] == wanted, counts[at], 0).astype(np.float64)


def _parts(lengths: IntArray) -> Iterator[slice]:
    """Cut candidates into parts of about a million speakers."""
    block = np.cumsum(lengths) // _AT_ONCE
    edges = np.flatnonzero(np.diff(block, prepend=-1, append=-1)).tolist()
    for start, stop in pairwise(edges):
        yield slice(start, stop)
