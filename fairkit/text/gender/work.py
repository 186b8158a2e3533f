"""One text at work: the edits so far, and what is left."""

from __future__ import annotations

from collections.abc import Sequence

from fairkit.text.articles import begins_with_vowel
from fairkit.text.casing import cased_like
from fairkit.text.edits import Edit, Left
from fairkit.text.gender.confidence import confidence

__all__ = ["Work"]

_ARTICLES = frozenset(("a", "an"))
_DOTTED = frozenset(("mr", "mrs", "ms", "dr"))


class Work:
    """Collects edits of a text.

    Parameters
    ----------
    pieces, low : sequence of str
        Of the text, as written and in lower case.
    ask_tagger : bool

    Examples
    --------
    >>> work = Work(["an", " ", "Earl"], ["an", " ", "earl"])
    >>> work.replace(2, "countess", "pair", 1.0)
    >>> [(edit.after, edit.rule) for edit in work.finished()[0]]
    [('a', 'article'), ('Countess', 'pair')]
    """

    __slots__ = (
        "_dots",
        "_edits",
        "_left",
        "_words",
        "agreed",
        "ask_tagger",
        "done",
        "low",
        "named",
        "pieces",
    )

    def __init__(self, pieces: Sequence[str], low: Sequence[str], *, ask_tagger: bool = False) -> None:
        self.pieces, self.low, self.ask_tagger = pieces, low, ask_tagger
        self._edits: list[Edit] = []
        self._left: list[Left] = []
        self.agreed: set[int] = set()
        """Verbs that were made to agree: "she mothers him" has one edit."""
        self._dots: bool | None = None
        self._words: frozenset[str] | None = None
        self.done = 0
        """Pieces before this one are dealt with."""
        self.named = False
        """Whether somebody's name was met."""

    @property
    def words(self) -> frozenset[str]:
        """All pieces in lower case."""
        if self._words is None:
            self._words = frozenset(self.low)
        return self._words

    @property
    def dots(self) -> bool:
        """Whether titles of the text end with a dot: as its first title does, else yes (American usage)."""
        if self._dots is None:
            titles = (place for place, piece in enumerate(self.low) if piece in _DOTTED)
            first = next(titles, None)
            self._dots = first is None or self.low[first + 1 : first + 2] == ["."]
        return self._dots

    def change(self, edit: Edit) -> None:
        """Add an edit."""
        if edit.rule != "agreement":
            self.done = max(self.done, edit.last)
        elif edit.first in self.agreed:  # "she does, doesn't she": both pronouns found it
            return
        else:
            self.agreed.add(edit.first)
        self._edits.append(edit)

    def replace(self, place: int, word: str, rule: str, sure: float, *, ambiguous: bool = False) -> None:
        """Add an edit of one piece, whose case the new word takes."""
        after = cased_like(word, self.pieces[place])
        self.change(Edit(place, place + 1, after, rule, sure, ambiguous))

    def leave(self, first: int, last: int, reason: str) -> None:
        """Note what stays, unless there is nothing to say about it."""
        if reason:
            self._left.append(Left(first, last, reason))
        self.done = max(self.done, last)

    def leave_all(self, reason: str) -> None:
        """Take all edits back."""
        self._left += [
            Left(edit.first, edit.last, reason) for edit in self._edits if edit.rule != "agreement"
        ]
        self._edits = []

    def remember(self, place: int, stands: str, stood: str) -> None:
        """Put back what stood before an earlier rewriting, if what it became still stands there."""
        last, length = place, 0
        while length < len(stands) and last < len(self.pieces):
            length += len(self.pieces[last])
            last += 1
        if "".join(self.pieces[place:last]) == stands:
            self.change(Edit(place, last, stood, "memory"))

    def finished(self) -> tuple[list[Edit], list[Left]]:
        """Return the edits in order, with those of articles, and what is left."""
        low, edits, moved = self.low, self._edits, False
        for edit in tuple(edits):
            if (
                edit.first > 1
                and low[edit.first - 2] in _ARTICLES
                and (article := self._article(edit)) is not None
            ):
                edits.append(article)
                moved = True
            moved |= edit.rule == "agreement"
        return (_apart(sorted(edits)) if moved else edits), self._left

    def _article(self, edit: Edit) -> Edit | None:
        """Return the edit of *a* or *an* before a word whose first sound changes."""
        place = edit.first - 2
        if edit.rule == "agreement" or not self.low[place + 1].isspace():
            return None
        if begins_with_vowel(self.pieces[edit.first]) == begins_with_vowel(edit.after):
            return None
        right = "an" if begins_with_vowel(edit.after) else "a"
        if right == self.low[place]:
            return None
        return Edit(
            place, place + 1, cased_like(right, self._case_of(place)), "article", confidence("article")
        )

    def _case_of(self, place: int) -> str:
        """Return a model of case: a lone "A" is upper and title at once, so the next word decides."""
        written = self.pieces[place]
        if written == "A":
            return "AN" if self.pieces[place + 2].isupper() and len(self.pieces[place + 2]) > 1 else "An"
        return written


def _apart(edits: list[Edit]) -> list[Edit]:
    """Leave out edits that begin within another."""
    found: list[Edit] = []
    for edit in edits:
        if not found or edit.first >= found[-1].last:
            found.append(edit)
    return found
