"""*a* or *an*: what stands before a word, by how the word begins when it is spoken."""

from __future__ import annotations

import re

__all__ = ["article_for", "begins_with_vowel"]

# English spells the sound of "you" with u or eu, that of "won" with o, and drops some h.
_CONSONANT = re.compile(
    r"eu|ewe|onc?e(?![a-z]|u)|one-|ouija|u(?:biq|ni(?![nm])|[bcdfghjklmpqrstvwxz][aeiou])", re.IGNORECASE
)
_SILENT = re.compile(r"hour|honest|honou?r|heir", re.IGNORECASE)
_SPELLED_WITH_VOWEL = frozenset("AEFHILMNORSX")
_LONGEST_SPELLED = 4
_SPOKEN = frozenset({"LASER", "NASA", "NATO", "RAM", "SARS"})


def begins_with_vowel(word: str) -> bool:
    """Tell whether a word begins with the sound of a vowel.

    Parameters
    ----------
    word : str
        A word, or a phrase, whose first word counts.

    Examples
    --------
    >>> words = ("old", "young", "European", "Ugandan", "Uzbek", "hour", "MP")
    >>> [word for word in words if begins_with_vowel(word)]
    ['old', 'Uzbek', 'hour', 'MP']
    """
    first = re.match(r"[^\W\d_]+(?:-)?", word)
    if first is None:
        return False
    found = first[0]
    if found.isupper() and 1 < len(found) <= _LONGEST_SPELLED and found not in _SPOKEN:
        return found[0] in _SPELLED_WITH_VOWEL
    if _SILENT.match(found):
        return True
    return found[0].lower() in "aeiou" and _CONSONANT.match(word) is None


def article_for(word: str) -> str:
    """Return the indefinite article of a word.

    Examples
    --------
    >>> [article_for(word) for word in ("elderly", "church", "umbrella", "user", "imam")]
    ['an', 'a', 'an', 'a', 'an']
    """
    return "an" if begins_with_vowel(word) else "a"
