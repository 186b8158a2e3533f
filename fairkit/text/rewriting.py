"""Rewritten texts: what a counterfactual is, whoever makes it.

A rewriter changes words in place: everything between the changed spans stays as it was, byte for byte. What
it could not decide is marked, and what it saw and left alone is listed, so that nobody takes silence for
success.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Protocol

from fairkit.errors import DataError, UsageError, shortlist


@dataclass(frozen=True, slots=True)
class Change:
    """One span that was replaced.

    Parameters
    ----------
    start, end : int
        Offsets in the original text, in characters.
    before, after : str
        What stood there, and what stands there now.
    rule : str
        Why: ``pair``, ``possessive``, ``object``, ``name``, ``agreement``, or a table's own word.
    confidence : float
        Share of such changes that are right on gold pairs, from 0 to 1.
    ambiguous : bool
        Whether a second opinion disagreed, or the text admits both readings.

    Examples
    --------
    >>> Change(0, 3, "She", "He", "pair").after
    'He'
    """

    start: int
    end: int
    before: str
    after: str
    rule: str
    confidence: float = 1.0
    ambiguous: bool = False


@dataclass(frozen=True, slots=True)
class Uncovered:
    """A word that shows the attribute and was left as it is.

    Parameters
    ----------
    start, end : int
        Offsets in the original text, in characters.
    word : str
    reason : str
        Such as ``no counterpart``, ``excluded``, ``name``, ``other direction``.

    Examples
    --------
    >>> Uncovered(4, 15, "Virgin Mary", "excluded").reason
    'excluded'
    """

    start: int
    end: int
    word: str
    reason: str


@dataclass(frozen=True, slots=True)
class Rewritten:
    """A text and its counterfactual.

    Parameters
    ----------
    original, text : str
        Before and after.
    changes : tuple of Change
        In the order of the text; they do not overlap.
    uncovered : tuple of Uncovered
        What was not swapped, and why.

    Examples
    --------
    >>> found = Rewritten("She sang.", "He sang.", (Change(0, 3, "She", "He", "pair"),))
    >>> found.changed, found.ambiguous, found.confidence
    (True, False, 1.0)
    """

    original: str
    text: str
    changes: tuple[Change, ...] = ()
    uncovered: tuple[Uncovered, ...] = ()

    @property
    def changed(self) -> bool:
        """Whether anything was replaced; a text without a match has no counterfactual."""
        return bool(self.changes)

    @property
    def ambiguous(self) -> bool:
        """Whether any change is in doubt."""
        return any(change.ambiguous for change in self.changes)

    @property
    def confidence(self) -> float:
        """The confidence that all changes are right, as if they were independent."""
        found = 1.0
        for change in self.changes:
            found *= change.confidence
        return found


def checked_text(text: object) -> str:
    """Return a text, or refuse what is none.

    Raises
    ------
    DataError
        It is none.

    Examples
    --------
    >>> checked_text("She sang.")
    'She sang.'
    """
    if isinstance(text, str):
        return text
    raise DataError(
        f"a text must be a str, this is {type(text).__name__}: {text!r:.60}. Decode bytes, and leave "
        "missing texts out."
    )


def checked_texts(texts: Iterable[str]) -> Iterator[str]:
    """Yield texts, and refuse one text in their place, whose letters nobody wants rewritten.

    Raises
    ------
    DataError
        They are one text or nothing to go through, or one of them is no text.

    Examples
    --------
    >>> list(checked_texts(["She sang.", ""]))
    ['She sang.', '']
    """
    if isinstance(texts, str | bytes) or not isinstance(texts, Iterable):
        raise DataError(f"a list of texts is needed, this is {texts!r:.60}; give [text] for one.")
    yield from map(checked_text, texts)


def checked_phrases(phrases: Iterable[str]) -> tuple[str, ...]:
    """Return phrases that are to be left alone, or refuse what are none.

    Raises
    ------
    UsageError
        They are one text, or one of them is none or empty.

    Examples
    --------
    >>> checked_phrases(["man-made"])
    ('man-made',)
    """
    if isinstance(phrases, str) or not isinstance(phrases, Iterable):
        raise UsageError(f"exclude must be a list of phrases, as in exclude=[{phrases!r}].")
    found = tuple(phrases)
    wrong = [phrase for phrase in found if not (isinstance(phrase, str) and phrase.strip())]
    if wrong:
        raise UsageError(f"exclude must be a list of phrases, it has {shortlist(wrong)}.")
    return found


class Rewriter(Protocol):
    """Makes counterfactuals: the gender swap, a user's table, anything of this shape.

    Examples
    --------
    >>> from fairkit.text import GenderSwapper
    >>> rewriter: Rewriter = GenderSwapper()
    >>> rewriter.attribute, rewriter("Her idea.").text
    ('gender', 'His idea.')
    """

    @property
    def attribute(self) -> str:
        """What is changed, such as ``gender``."""

    def __call__(self, text: str) -> Rewritten:
        """Rewrite one text."""

    def texts(self, texts: Iterable[str]) -> list[str]:
        """Rewrite many texts and return only the results: the quick way where nobody reads the spans."""
