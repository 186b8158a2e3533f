"""A table of words and their counterparts, each word once, so that looking up twice gives the word back.

Phrases of several words stand in the same table; where several match, the longest is taken. What has several
counterparts (Ms, Mrs and Miss are all Mr) goes one way only, and its way back is the table's pair.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import NamedTuple

from fairkit.errors import DataError, shortlist
from fairkit.text.pieces import lowered, pieces_of

__all__ = ["Match", "WordTable", "same_pieces"]


class Match(NamedTuple):
    """Pieces ``first`` up to ``last`` (not included) are an entry of a table.

    Examples
    --------
    >>> Match(0, 1, "he", "she").counterpart
    'she'
    """

    first: int
    last: int
    entry: str
    counterpart: str


class WordTable:
    """Words and phrases with their counterparts; case does not matter.

    Parameters
    ----------
    pairs : iterable of (str, str)
        Each is swapped with the other; no word may stand twice.
    one_way : iterable of (str, str)
        The first becomes the second, and not the other way round.

    Raises
    ------
    DataError
        A word is empty, or stands twice; all problems at once.

    Examples
    --------
    >>> table = WordTable([("mum", "dad"), ("best man", "maid of honour")], one_way=[("mummy", "dad")])
    >>> table.counterpart("Dad"), table.counterpart("mummy"), table.counterpart("cat")
    ('mum', 'dad', None)
    >>> [match.counterpart for match in table.matches(["the", " ", "best", " ", "man"])]
    ['maid of honour']
    >>> WordTable([("mum", "dad"), ("Dad", "ma")])
    Traceback (most recent call last):
        ...
    fairkit.errors.DataError: these words have more than one counterpart: 'Dad'...
    """

    __slots__ = ("_entries", "_phrases", "first_words")

    def __init__(self, pairs: Iterable[tuple[str, str]], *, one_way: Iterable[tuple[str, str]] = ()) -> None:
        self._entries: dict[str, str] = {}
        twice, empty = [], 0
        listed = [way for left, right in pairs for way in ((left, right), (right, left))]
        for word, counterpart in [*listed, *one_way]:
            key = _key(word)
            empty += not key or not counterpart.strip()
            if key in self._entries:
                twice.append(word)
            self._entries[key] = counterpart
        problems = []
        if twice:
            problems.append(
                f"these words have more than one counterpart: {shortlist(twice)}; keep one, or give the "
                "others one way only."
            )
        if empty:
            problems.append(f"{empty} entries of the table are empty; fill them or leave them out.")
        if problems:
            raise DataError(*problems)
        self._phrases: dict[str, list[tuple[tuple[str, ...], str]]] = {}
        for key in self._entries:
            parts = tuple(lowered(pieces_of(key)))
            self._phrases.setdefault(parts[0], []).append((parts, key))
        for phrases in self._phrases.values():
            phrases.sort(key=lambda phrase: -len(phrase[0]))
        self.first_words: frozenset[str] = frozenset(self._phrases)

    def __len__(self) -> int:
        return len(self._entries)

    def __contains__(self, word: str) -> bool:
        return _key(word) in self._entries

    @property
    def entries(self) -> Mapping[str, str]:
        """Every entry in lower case, and its counterpart."""
        return dict(self._entries)

    def counterpart(self, word: str) -> str | None:
        """Return what a word or phrase becomes, as the table writes it; None where it has no entry."""
        return self._entries.get(_key(word))

    def at(self, pieces: Sequence[str], place: int) -> Match | None:
        """Return the longest entry that starts at one piece of a text (see :func:`lowered`)."""
        for parts, key in self._phrases.get(pieces[place], ()):
            last = place + len(parts)
            if len(parts) == 1 or same_pieces(pieces[place:last], parts):
                return Match(place, last, key, self._entries[key])
        return None

    def matches(self, pieces: Sequence[str]) -> Iterator[Match]:
        """Yield the entries found in lower-case pieces of a text, longest first, without overlap."""
        done = 0
        for place, piece in enumerate(pieces):
            if place >= done and piece in self.first_words and (found := self.at(pieces, place)):
                done = found.last
                yield found


def same_pieces(found: Sequence[str], wanted: Sequence[str]) -> bool:
    """Tell whether pieces are those of a phrase; blanks of any length are one blank.

    Examples
    --------
    >>> same_pieces(["best", "  ", "man"], ["best", " ", "man"]), same_pieces(["best"], ["best", " ", "man"])
    (True, False)
    """
    return len(found) == len(wanted) and all(
        here == there or (there == " " and here.isspace()) for here, there in zip(found, wanted, strict=True)
    )


def _key(word: str) -> str:
    return "".join(lowered(pieces_of(" ".join(word.split()))))
