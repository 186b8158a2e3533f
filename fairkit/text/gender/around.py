"""The words around a pronoun, read once: four after it, two before it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from fairkit.text.gender.surroundings import following, preceding
from fairkit.text.gender.word_classes import word_class

__all__ = ["Around", "around", "is_content"]

_FUNCTION = word_class("after_object")
_NUMBERS = word_class("numbers")


class Around(NamedTuple):
    """What stands around a pronoun, in lower case.

    Examples
    --------
    >>> low = ["saw", " ", "her", " ", "there"]
    >>> around(low, 2).one
    'there'
    """

    low: Sequence[str]
    place: int
    one: str
    two: str
    three: str
    four: str
    where: int
    """Place of the first of them."""
    before: str
    farther: str


def around(low: Sequence[str], place: int) -> Around:
    """Read what stands around a pronoun.

    Examples
    --------
    >>> around(["saw", " ", "her", " ", "there"], 2).before
    'saw'
    """
    (one, where), (two, _), (three, _), (four, _) = following(low, place, 4)
    before, farther = preceding(low, place, 2)
    return Around(low, place, one, two, three, four, where, before, farther)


def is_content(word: str) -> bool:
    """Tell whether a word may be, or describe, what is possessed.

    Examples
    --------
    >>> [is_content(word) for word in ("book", "with", ".", "three", "1968")]
    [True, False, False, True, True]
    """
    return word[:1].isalnum() and (word not in _FUNCTION or word in _NUMBERS)
