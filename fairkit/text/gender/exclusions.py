"""Phrases in which a gendered word is no person of that gender: they stay."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from functools import cache
from pathlib import Path
from typing import NamedTuple

from fairkit.text.pieces import lowered, pieces_of
from fairkit.text.wordtable import same_pieces

__all__ = ["Excluded", "Exclusions", "shipped_exclusions"]

_FILE = Path(__file__).with_suffix(".txt")


class Excluded(NamedTuple):
    """Pieces ``first`` up to ``last`` (not included) stay; ``person`` where they name somebody.

    Examples
    --------
    >>> Excluded(0, 3, person=True).person
    True
    """

    first: int
    last: int
    person: bool


class Exclusions:
    """Phrases, found from any of their words that are of interest.

    Parameters
    ----------
    phrases : iterable of (str, bool)
        Each with whether it names a person.
    words : container of str
        Lower-case words that would be changed; phrases are looked up at these only.

    Examples
    --------
    >>> found = Exclusions([("man-made", False)], {"man"})
    >>> found.at(["a", " ", "man", "-", "made", " ", "lake"], 2)
    Excluded(first=2, last=5, person=False)
    """

    __slots__ = ("_phrases", "words")

    def __init__(self, phrases: Iterable[tuple[str, bool]], words: Iterable[str]) -> None:
        known = frozenset(words)
        self._phrases: dict[str, list[tuple[int, tuple[str, ...], bool]]] = {}
        for phrase, person in phrases:
            for parts in _ways(lowered(pieces_of(phrase))):
                for offset, part in enumerate(parts):
                    if part in known:
                        self._phrases.setdefault(part, []).append((offset, parts, person))
        for found in self._phrases.values():
            found.sort(key=lambda entry: -len(entry[1]))
        self.words: frozenset[str] = frozenset(self._phrases)
        """At these :meth:`at` may find something."""

    def at(self, low: Sequence[str], place: int) -> Excluded | None:
        """Return the longest phrase that holds one piece of a text (in lower case)."""
        for offset, parts, person in self._phrases.get(low[place], ()):
            first, last = place - offset, place - offset + len(parts)
            if first < 0 or last > len(low) or low[first] != parts[0] or low[last - 1] != parts[-1]:
                continue
            if same_pieces(low[first:last], parts):
                return Excluded(first, last, person)
        return None


def _ways(parts: list[str]) -> Iterator[tuple[str, ...]]:
    """Yield a phrase as it is and, if it has hyphens, as tokenised corpora write it."""
    yield tuple(parts)
    if "-" in parts:
        yield tuple(
            piece for part in parts for piece in ((" ", "@", "-", "@", " ") if part == "-" else (part,))
        )


@cache
def shipped_exclusions() -> tuple[tuple[str, bool], ...]:
    """Return the phrases that come with the project, each with whether it names a person.

    Examples
    --------
    >>> ("virgin mary", True) in shipped_exclusions()
    True
    """
    found, person = [], False
    for line in _FILE.read_text(encoding="utf-8").splitlines():
        if line.startswith("## "):
            person = line == "## persons"
        elif not line.startswith("#"):
            found += [(phrase.strip(), person) for phrase in line.split(",") if phrase.strip()]
    return tuple(found)
