"""A gendered word in its text: what a rule for this word may ask about it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from fairkit.text.gender.surroundings import END, following, preceding
from fairkit.text.gender.word_classes import word_class

__all__ = ["STARTS", "Site"]

STARTS = frozenset(".!?:;\"'\u201c\u2018([\u2014\u2022*=-`") | {END}
"""Marks after which a capital says nothing."""

_SMALL = word_class("small_words")
_OPENERS = _SMALL | word_class("openers")


@dataclass(slots=True)
class Site:
    """A piece of a text.

    Parameters
    ----------
    pieces, low : sequence of str
        Of the text, as written and in lower case.
    place : int
        Of the word.

    Examples
    --------
    >>> site = Site(["Then", " ", "King", " ", "Alfred"], ["then", " ", "king", " ", "alfred"], 2)
    >>> site.after, site.is_title(), site.before_name()
    ('alfred', True, True)
    """

    pieces: Sequence[str]
    low: Sequence[str]
    place: int

    @property
    def written(self) -> str:
        """The word as it is written."""
        return self.pieces[self.place]

    @property
    def word(self) -> str:
        """The word in lower case."""
        return self.low[self.place]

    @property
    def after(self) -> str:
        """The next word or mark, in lower case."""
        return following(self.low, self.place, 1)[0][0]

    @property
    def before(self) -> str:
        """The word or mark before, in lower case."""
        return preceding(self.low, self.place, 1)[0]

    def written_before(self) -> str:
        """Return the word or mark before as it is written."""
        return preceding(self.pieces, self.place, 1)[0]

    def is_title(self) -> bool:
        """Tell whether the word has a capital and small letters behind it."""
        return self.written[:1].isupper() and (self.written[1:].islower() or len(self.written) == 1)

    def starts(self) -> bool:
        """Tell whether the word starts a sentence, so that its capital says nothing."""
        return self.before in STARTS

    def before_name(self) -> bool:
        """Tell whether a word with a capital follows, or one of capitals where this word has them too."""
        after, where = following(self.low, self.place, 1)[0]
        if not after[:1].isalpha():
            return False
        written = self.pieces[where]
        if self.written.isupper() and len(self.written) > 1:
            return written.isupper()
        return written[:1].isupper() and written != "I" and after not in _SMALL

    def after_name(self) -> bool:
        """Tell whether a word with a capital stands before that starts no sentence itself."""
        written, farther = preceding(self.pieces, self.place, 2)
        if not (written[:1].isupper() and written[1:].islower()) or written.lower() in _SMALL:
            return False
        return farther not in STARTS or written.lower() not in _OPENERS
