"""Which characters of a text are letters: tables from a character to what stands for it, filled as met."""

from __future__ import annotations

import unicodedata
from collections.abc import Callable, Iterator

__all__ = ["plain_letters", "safely_composed", "spaced_letters", "word_letters"]

_NUMERIC = frozenset(".%$¢€£")
# Letters that Unicode does not take apart, as Whisper's normaliser writes them.
_TAKEN_APART = {
    "œ": "oe",
    "Œ": "OE",
    "ø": "o",
    "Ø": "O",
    "æ": "ae",
    "Æ": "AE",
    "ß": "ss",
    "ẞ": "SS",
    "đ": "d",
}
_TAKEN_APART |= {"Đ": "D", "ð": "d", "Ð": "D", "þ": "th", "Þ": "th", "ł": "l", "Ł": "L"}
_APOSTROPHES = frozenset("'’‘‛ʼ´`′＇՚׳")  # noqa: RUF001 - all of them are written for one
_TATWEEL = "ـ"
_ZERO_WIDTH_SPACE = "\u200b"
_LONGEST_RUN = 64
_SHORT = 1000


class _Letters(dict[int, str]):
    """A table for `str.translate` that asks a function for each new character."""

    def __init__(self, letter: Callable[[str], str]) -> None:
        super().__init__()
        self._letter = letter

    def __missing__(self, code: int) -> str:
        shown = self[code] = self._letter(chr(code))
        return shown


def _plain(character: str) -> str:
    """Take a character apart, drop its accents, and put a space for punctuation and symbols."""
    return "".join(_plain_part(part) for part in unicodedata.normalize("NFKD", character))


def _plain_part(part: str) -> str:
    if part in _NUMERIC:
        return part
    if part in _TAKEN_APART:
        return _TAKEN_APART[part]
    category = unicodedata.category(part)
    return "" if category == "Mn" else " " if category[0] in "MSP" else part


def _spaced(character: str) -> str:
    """Make one apostrophe of all; put a space for an accent that stands alone."""
    if character in _APOSTROPHES:
        return "'"
    return " " if unicodedata.normalize("NFKC", character).startswith(" ") else character


def _word(character: str) -> str:
    """Keep letters, marks and digits; drop what is invisible; put a space for everything else."""
    if character in _APOSTROPHES:
        return "'"
    category = unicodedata.category(character)
    if category == "Cf":
        return " " if character == _ZERO_WIDTH_SPACE else ""
    if character == _TATWEEL or (
        category == "Mn" and "VARIATION SELECTOR" in unicodedata.name(character, "")
    ):
        return ""
    return " " if category in {"Cc", "Me", "Zs", "Zl", "Zp"} or category[0] in "PS" else character


plain_letters = _Letters(_plain)
"""For English: accents dropped, punctuation and symbols to a space, ``.%$¢€£`` kept.

A character at a time gives what normalising the whole text (NFKD) gives: the two differ only in the order of
combining marks, and all of those are dropped or become a space. So a megabyte of marks takes no longer than a
megabyte of letters.
"""

spaced_letters = _Letters(_spaced)
"""To be applied before form NFKC, which makes a space and a loose mark of an accent that stands alone."""

word_letters = _Letters(_word)
"""For any script: vowel signs and other marks kept, punctuation and symbols to a space, apostrophes kept."""


def safely_composed(text: str) -> str:
    """Return the text in form NFKC, in time that grows with its length.

    Sorting the marks after one letter takes time that grows with the square of their number: a text of
    nothing but marks could take hours. After 64 marks in a row a new run is begun; no script has so many.

    Examples
    --------
    >>> safely_composed("ﬁre") == "fire"
    True
    """
    if text.isascii():
        return text
    if len(text) <= _SHORT:
        return unicodedata.normalize("NFKC", text)
    return "".join(unicodedata.normalize("NFKC", part) for part in _runs(text))


def _runs(text: str) -> Iterator[str]:
    """Cut a text inside its longest runs of combining marks."""
    start = marks = 0
    for i, character in enumerate(text):
        marks = marks + 1 if unicodedata.combining(character) else 0
        if marks == _LONGEST_RUN:
            yield text[start:i]
            start, marks = i, 0
    yield text[start:]
