"""Other words in the place of a lexicon's: as frequent, and without its meaning."""

from __future__ import annotations

import re
from collections.abc import Sequence
from itertools import takewhile
from typing import Any

import numpy as np

from fairkit.text.networks.embedded import Embedded
from fairkit.text.protection.lexicon import LexiconMask
from fairkit.text.sensitivity import FloatArray, IntArray

_WORD = re.compile(r"\w+(?:['\u2019]\w+)*")
_NEAREST = 20
"""How many words of the nearest frequency may stand in for one."""


class WordTable:
    """What every word of every text contributes, gathered text by text.

    Examples
    --------
    >>> import torch
    >>> batch = Embedded(
    ...     torch.ones(1, 2, 1), texts=("she sings",), tokens=(("she", "sings"),), spans=(((0, 3), (4, 9)),)
    ... )
    >>> table = WordTable(LexiconMask(["she"]))
    >>> table.add(np.array([0]), batch, np.array([[0.5, 0.25]]))
    >>> table.protected, table.others
    (['she'], ['sings'])
    """

    def __init__(self, lexicon: LexiconMask) -> None:
        self._lexicon = lexicon
        self._number: dict[str, int] = {}
        self._cells: dict[tuple[int, int], list[float]] = {}
        self._protected: set[int] = set()

    def add(self, rows: IntArray, embedded: Embedded, values: FloatArray) -> None:
        """Add a batch: the contribution of each of its positions, shape (texts, positions)."""
        for row, text, spans, found, here in zip(
            rows.tolist(),
            embedded.texts,
            embedded.spans,
            self._lexicon.occurrences(embedded),
            values,
            strict=True,
        ):
            taken = {i for one in found for i in one.positions}
            for one in found:
                number = self._numbered(one.word)
                self._protected.add(number)
                self._put(row, number, here[list(one.positions)])
            read = max((end for _, end in spans), default=0)
            placed = [i for i, (start, end) in enumerate(spans) if end > start]  # tokens go forward
            first = 0
            for match in takewhile(lambda one: one.start() < read, _WORD.finditer(text)):  # noqa: B023
                while first < len(placed) and spans[placed[first]][1] <= match.start():
                    first += 1
                last = first
                while last < len(placed) and spans[placed[last]][0] < match.end():
                    last += 1
                pieces = placed[first:last]
                if pieces and not taken.intersection(pieces):
                    self._put(row, self._numbered(match.group()), here[pieces])

    @property
    def protected(self) -> list[str]:
        """Words of the lexicon that occur."""
        return [word for word, number in self._number.items() if number in self._protected]

    @property
    def others(self) -> list[str]:
        """All other words."""
        return [word for word, number in self._number.items() if number not in self._protected]

    def tables(self, rows: int) -> tuple[Any, Any, IntArray]:
        """Return contributions and numbers of tokens, sparse (texts, words), and texts per word."""
        from scipy.sparse import csr_array

        place = np.array(list(self._cells), np.int64).reshape(-1, 2)
        cells = np.array(list(self._cells.values())).reshape(-1, 2)
        shape = (rows, len(self._number))
        found = [csr_array((cells[:, k], (place[:, 0], place[:, 1])), shape=shape) for k in (0, 1)]
        return found[0], found[1], np.bincount(place[:, 1], minlength=shape[1])

    def numbers(self, words: Sequence[str]) -> IntArray:
        """Return the columns of words."""
        return np.array([self._number[word] for word in words], np.int64)

    def _numbered(self, word: str) -> int:
        return self._number.setdefault(word.casefold(), len(self._number))

    def _put(self, row: int, number: int, values: FloatArray) -> None:
        cell = self._cells.setdefault((row, number), [0.0, 0.0])
        cell[0] += float(values.sum())
        cell[1] += len(values)


def matched_draws(
    frequency: IntArray, protected: IntArray, others: IntArray, *, draws: int, rng: np.random.Generator
) -> IntArray | None:
    """Draw other words of nearly the same frequencies, shape (draws, words); None if there are too few.

    Examples
    --------
    >>> rng = np.random.default_rng(0)
    >>> matched_draws(np.array([5, 5, 1]), np.array([0]), np.array([1, 2]), draws=2, rng=rng).shape
    (2, 1)
    """
    if len(others) < len(protected) or not len(protected):
        return None
    scale = np.log(np.maximum(frequency, 1))
    near = [np.argsort(np.abs(scale[others] - scale[word]), kind="stable") for word in protected]
    found = np.empty((draws, len(protected)), np.int64)
    for draw in range(draws):
        used: set[int] = set()
        for k in rng.permutation(len(protected)):  # whoever is served last has the least choice
            free = [i for i in near[k][: _NEAREST + len(used)].tolist() if i not in used][:_NEAREST]
            chosen = int(rng.choice(free))
            used.add(chosen)
            found[draw, k] = others[chosen]
    return found
