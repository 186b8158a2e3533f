"""Combinations: every crossing of the levels of some factors, and what each speaker recorded in each of them.

A combination that nobody recorded is as much a part of a plan as one that somebody did, so that all
crossings are listed, those with declared levels included. Rows whose label is missing cannot be recorded on
purpose: their combinations are listed where there are any, and need nothing.
"""

from __future__ import annotations

import itertools
import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from fairkit.counts import Level, natural_order
from fairkit.errors import DataError
from fairkit.groups import Grouping, group_name
from fairkit.speech.collection.recorded import Recorded

FloatArray = NDArray[np.float64]
IntArray = NDArray[np.int64]

MOST_COMBINATIONS = 1_000
"""More combinations than this are not planned: nobody records them, and Holm's correction asks too much."""


@dataclass(frozen=True, slots=True, eq=False)
class Combinations:
    """What was recorded in every crossing of some factors.

    A part is what one speaker recorded in one combination.

    Parameters
    ----------
    grouping : Grouping
    names : tuple of str
    levels : tuple of tuple of (str or None)
    labelled : array of bool, shape (combinations,)
        Whether no label is missing.
    utterances : array of int64, shape (combinations,)
    cell, speaker : array of int64, shape (parts,)
        Combination and speaker of each part.
    words, errors : array of float64, shape (parts,), or None
        Of each part; None where they are not known.
    said : array of int64, shape (parts,)
        Utterances of each part.
    """

    grouping: Grouping
    names: tuple[str, ...]
    levels: tuple[tuple[Level, ...], ...]
    labelled: NDArray[np.bool_]
    utterances: IntArray
    cell: IntArray
    speaker: IntArray
    words: FloatArray | None
    errors: FloatArray | None
    said: IntArray

    def __len__(self) -> int:
        return len(self.names)

    @property
    def sizes(self) -> FloatArray:
        """How much each part is, in words, or else in utterances."""
        return self.said.astype(np.float64) if self.words is None else self.words

    @property
    def speakers(self) -> IntArray:
        """Count the speakers of each combination, shape (combinations,)."""
        return np.bincount(self.cell, minlength=len(self)).astype(np.int64)

    def total(self, amounts: FloatArray) -> FloatArray:
        """Add up something over the parts of each combination, shape (combinations,)."""
        return np.bincount(self.cell, amounts, len(self)).astype(np.float64)


def combinations(recorded: Recorded, grouping: Grouping) -> Combinations:
    """Find what every speaker recorded in every combination of a grouping.

    Parameters
    ----------
    recorded : Recorded
    grouping : Grouping
        Of attributes that were recorded; declared levels are crossed too.

    Raises
    ------
    DataError
        There are more than `MOST_COMBINATIONS`, or all of them is one: there is nothing to compare it with.

    Examples
    --------
    >>> from fairkit.groups import groupings
    >>> codes = np.array([[0, 0], [0, 0], [1, 1]])
    >>> rows = Recorded(
    ...     ("accent", "noise"), (("X", "Y"), ("no", "yes")), codes, np.array([0, 0, 1]), 2, None, None,
    ...     3, 0, 0,
    ... )
    >>> found = combinations(rows, groupings("accent,noise")[0])
    >>> dict(zip(found.names, found.speakers.tolist()))["accent=X & noise=yes"]
    0
    """
    places = [recorded.attributes.index(name) for name in grouping.names]
    known = [
        natural_order({*(level for level in recorded.levels[k] if level is not None), *a.levels})
        for k, a in zip(places, grouping.attributes, strict=True)
    ]
    crossings = math.prod(map(len, known))
    if crossings > MOST_COMBINATIONS:
        sizes = " × ".join(f"{len(own):,} of '{n}'" for n, own in zip(grouping.names, known, strict=True))
        raise DataError(
            f"'{grouping.name}' makes {crossings:,} combinations ({sizes}), more than the "
            f"{MOST_COMBINATIONS:,} that can be planned: cross fewer columns, or merge levels."
        )
    if crossings < 2:
        only = ", ".join(f"'{n}' = {own[0]!r}" for n, own in zip(grouping.names, known, strict=True) if own)
        few = "only one level" if crossings else "no levels"
        raise DataError(
            f"'{grouping.name}' has {few} ({only or 'no labels'}): "
            f"there is nothing to compare. Declare what is to be recorded ({_example(grouping)})."
        )
    wanted = list(itertools.product(*known))
    flat, named = _flat(recorded, places)
    extra = sorted(set(named) - set(wanted), key=lambda one: tuple((x is None, x or "") for x in one))
    levels = tuple(wanted + extra)
    place = {group: i for i, group in enumerate(levels)}
    cell_of = np.array([place[group] for group in named], np.int64)
    cell = cell_of[flat] if len(flat) else np.zeros(0, np.int64)
    pair, part = np.unique(cell * max(recorded.speakers, 1) + recorded.speaker, return_inverse=True)
    parts = len(pair)

    def summed(amount: FloatArray | None) -> FloatArray | None:
        return None if amount is None else np.bincount(part, amount, parts).astype(np.float64)

    return Combinations(
        grouping,
        tuple(group_name(grouping.names, group) for group in levels),
        levels,
        np.array([None not in group for group in levels], bool),
        np.bincount(cell, minlength=len(levels)).astype(np.int64),
        pair // max(recorded.speakers, 1),
        pair % max(recorded.speakers, 1),
        summed(recorded.words),
        summed(recorded.errors),
        np.bincount(part, minlength=parts).astype(np.int64),
    )


def recorded_by(recorded: Recorded, attribute: str) -> IntArray:
    """Count the levels that each speaker recorded, missing ones apart, shape (speakers,).

    Examples
    --------
    >>> rows = Recorded(
    ...     ("noise",), (("no", "yes", None),), np.array([[0], [1], [2]]), np.array([0, 0, 1]), 2, None, None,
    ...     3, 0, 0,
    ... )
    >>> recorded_by(rows, "noise").tolist()
    [2, 0]
    """
    k = recorded.attributes.index(attribute)
    known = np.array([level is not None for level in recorded.levels[k]], bool)
    code = recorded.codes[:, k]
    kept = known[code] if len(known) else np.zeros(0, bool)
    pairs = np.unique(recorded.speaker[kept] * max(len(known), 1) + code[kept])
    return np.bincount(pairs // max(len(known), 1), minlength=recorded.speakers).astype(np.int64)


def _flat(recorded: Recorded, places: list[int]) -> tuple[IntArray, list[tuple[Level, ...]]]:
    """Give every row the number of its combination, and name those that occur."""
    if not len(recorded):
        return np.zeros(0, np.int64), []
    number = np.zeros(len(recorded), np.int64)
    for k in places:
        number = number * len(recorded.levels[k]) + recorded.codes[:, k]
    found, flat = np.unique(number, return_inverse=True)
    codes = np.unravel_index(found, [len(recorded.levels[k]) for k in places])
    columns = [[recorded.levels[k][c] for c in own.tolist()] for k, own in zip(places, codes, strict=True)]
    return np.asarray(flat, np.int64), list(zip(*columns, strict=True))


def _example(grouping: Grouping) -> str:
    return f"levels={{{grouping.names[0]!r}: [...]}}, --levels {grouping.names[0]}=A,B"
