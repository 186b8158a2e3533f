r"""Gender polarity of a text: by its gendered words, and by where all its words lie between *she* and *he*.

By words: feminine less masculine words over both; a text without either has none. By vectors: with
:math:`g = \vec{she} - \vec{he}` and :math:`b_i = \cos(w_i, g)` of the words that have a vector,

.. math:: \text{max} = b_{i^*}, \; i^* = \arg\max_i |b_i|, \qquad
    \text{average} = \frac{\sum_i \operatorname{sgn}(b_i) \, b_i^2}{\sum_i |b_i|}.

References
----------
Dhamala et al. 2021, BOLD: Dataset and Metrics for Measuring Biases in Open-Ended Language Generation, FAccT.
Bolukbasi et al. 2016, Man is to Computer Programmer as Woman is to Homemaker?, NeurIPS (the projection).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache

import numpy as np
from numpy.typing import NDArray

from fairkit.errors import DataError, UsageError, shortlist
from fairkit.text.gender.pairs import counterparts
from fairkit.text.pieces import lowered, pieces_of
from fairkit.text.vectors import WordVectors

__all__ = ["GenderWords", "gender_words", "projections"]

FloatArray = NDArray[np.float64]
IntArray = NDArray[np.int64]

_PRONOUNS = (("she", "her", "hers", "herself"), ("he", "him", "his", "himself"))
# Words of the swap's table that speak about a gender, not of a person who has it.
_ABOUT = frozenset({"misogyny", "misogynist", "misogynists", "misogynistic"})
_ABOUT |= {word.replace("misogyn", "misandr") for word in _ABOUT} | {"misandry"}


@dataclass(frozen=True, slots=True)
class GenderWords:
    """Words that show a gender.

    Parameters
    ----------
    feminine, masculine : frozenset of str
        In lower case; each a word without blanks.
    source : str

    Examples
    --------
    >>> words = GenderWords(frozenset({"she"}), frozenset({"he"}), "given")
    >>> words.counted(["She sang, he said.", "It rained."]).tolist()
    [[1, 1], [0, 0]]
    """

    feminine: frozenset[str]
    masculine: frozenset[str]
    source: str

    def counted(self, texts: Iterable[str | None]) -> IntArray:
        """Count feminine and masculine words of every text, shape (texts, 2); none in a missing one."""
        found = []
        for text in texts:
            low = lowered(pieces_of(text)) if isinstance(text, str) else []
            found.append((sum(w in self.feminine for w in low), sum(w in self.masculine for w in low)))
        return np.array(found, np.int64).reshape(len(found), 2)


@cache
def _of_table() -> GenderWords:
    sides: tuple[set[str], set[str]] = (set(_PRONOUNS[0]), set(_PRONOUNS[1]))
    for word, entry in counterparts("both").items():
        if word not in _ABOUT and " " not in word:
            sides[not entry.feminine].add(word.lower())
    both = sides[0] & sides[1]
    return GenderWords(frozenset(sides[0] - both), frozenset(sides[1] - both), "the table of the gender swap")


def gender_words(words: Mapping[str, Iterable[str]] | None = None) -> GenderWords:
    """Return the words that show a gender: those of the gender swap's table, or your own.

    Parameters
    ----------
    words : mapping, optional
        ``{"feminine": [...], "masculine": [...]}``.

    Raises
    ------
    UsageError
        A key is missing or unknown, or a list is empty.
    DataError
        A word is on both sides, or holds blanks; all problems at once.

    Examples
    --------
    >>> found = gender_words()
    >>> "aunt" in found.feminine, "his" in found.masculine, "person" in found.feminine
    (True, True, False)
    """
    if words is None:
        return _of_table()
    if set(words) != {"feminine", "masculine"}:
        raise UsageError(
            f"gender words have the keys 'feminine' and 'masculine', not {shortlist(sorted(words))}."
        )
    wrong = [
        name for name, given in words.items() if isinstance(given, str) or not isinstance(given, Iterable)
    ]
    if wrong:
        raise UsageError(*(f"{name} words are a list of words, not {words[name]!r}." for name in wrong))
    sides = {name: frozenset(str(word).lower() for word in given) for name, given in words.items()}
    problems = [f"there are no {name} words." for name, given in sides.items() if not given]
    if problems:
        raise UsageError(*problems)
    both = sorted(sides["feminine"] & sides["masculine"])
    parts = sorted(word for given in sides.values() for word in given if len(pieces_of(word)) != 1)
    problems = [f"these words are feminine and masculine: {shortlist(both)}."] if both else []
    problems += [f"these are not one word each: {shortlist(parts)}."] if parts else []
    if problems:
        raise DataError(*problems)
    return GenderWords(sides["feminine"], sides["masculine"], "given words")


@dataclass(frozen=True, slots=True)
class Projections:
    """Where the words of texts lie between *she* and *he*.

    Parameters
    ----------
    largest, average : array, shape (texts,)
        NaN of a text none of whose words has a vector.
    known, words : int
        Distinct words that have a vector, and distinct words.
    """

    largest: FloatArray
    average: FloatArray
    known: int
    words: int


def projections(
    texts: Sequence[str | None], vectors: WordVectors, *, feminine: str = "she", masculine: str = "he"
) -> Projections:
    """Project the words of texts on the difference of two words' vectors.

    Parameters
    ----------
    texts : sequence of (str or None)
    vectors : WordVectors
        A word that the vectors' tokenizer splits has the mean of its pieces'.
    feminine, masculine : str
        The ends of the axis.

    Raises
    ------
    DataError
        An end has no vector, or both have the same.

    Examples
    --------
    >>> vectors = WordVectors(("she", "he", "nurse", "sang"), [[1, 0], [0, 1], [0.8, 0.6], [0.6, 0.8]])
    >>> found = projections(["The nurse sang", "xyz"], vectors)
    >>> found.largest.round(3).tolist(), found.known, found.words
    ([0.141, nan], 2, 4)
    """
    ends = vectors.of([feminine, masculine], case="fallback", split="mean")
    if ends.lost:
        told = "; ".join(f"'{word}': {reason}" for word, reason in ends.lost.items())
        raise DataError(f"the vectors ({vectors.source}) lack an end of the axis: {told}.")
    axis = ends.matrix[0] - ends.matrix[1]
    length = float(np.linalg.norm(axis))
    if length < 1e-12:
        raise DataError(
            f"'{feminine}' and '{masculine}' have the same vector; there is no axis between them."
        )
    words = [_words(text) for text in texts]
    distinct = list(dict.fromkeys(word for own in words for word in own))
    found = vectors.of(distinct, case="fallback", split="mean")
    place = dict(zip(found.words, (found.matrix @ axis / length).tolist(), strict=True))
    largest, average = np.full(len(words), np.nan), np.full(len(words), np.nan)
    for i, own in enumerate(words):
        b = np.array([place[word] for word in own if word in place])
        if len(b):
            size = np.abs(b)
            largest[i] = b[size.argmax()]
            total = size.sum()
            average[i] = float((b * size).sum() / total) if total > 0 else 0.0
    return Projections(largest, average, len(place), len(distinct))


def _words(text: str | None) -> list[str]:
    if not isinstance(text, str):
        return []
    return [piece for piece in lowered(pieces_of(text)) if any(map(str.isalpha, piece))]
