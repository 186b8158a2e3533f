"""First names: which are names for certain, and which name of the other gender is about as common."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from pathlib import Path
from typing import Literal, NamedTuple

from fairkit.text.gender.surroundings import END, following, preceding
from fairkit.text.gender.word_classes import word_class

__all__ = ["FirstName", "certainty", "first_names"]

Certainty = Literal["sure", "doubtful", "no name"]

_TITLES, _BEFORE_SURNAMES = word_class("titles_of_names"), word_class("titles_of_surnames")
_HOLY, _PLACES = word_class("saints"), word_class("after_names_of_places")
_STARTS = frozenset(".!?:\"'\u201c\u2018([\u2014\u2022*=") | {END}
_SMALL = frozenset.union(
    *map(word_class, ("after_object", "possessive_before", "prepositions", "adjectives", "letting", "giving"))
)


class FirstName(NamedTuple):
    """A first name: whether women bear it, its pair, and what else it is: ``words``, ``places`` or nothing.

    Examples
    --------
    >>> FirstName("James", feminine=False, pair="Mary", also="").pair
    'Mary'
    """

    name: str
    feminine: bool | None
    pair: str | None
    also: str


@cache
def first_names() -> dict[str, FirstName]:
    """Return first names by their lower case; names without a pair have no gender here.

    Examples
    --------
    >>> first_names()["mary"].pair, first_names()["mark"].also
    ('James', 'words')
    """
    found: dict[str, FirstName] = {}
    part, also = "", ""
    for line in Path(__file__).with_suffix(".txt").read_text(encoding="utf-8").splitlines():
        if line.startswith("## "):
            part = line[3:]
            also = part.removeprefix("also ") if part.startswith("also ") else ""
        elif not line.startswith("#"):
            for entry in filter(None, map(str.strip, line.split(","))):
                masculine, _, feminine = entry.partition(" ")
                borne = False if feminine else None
                found[masculine.lower()] = FirstName(masculine, borne, feminine or None, also)
                if feminine:
                    found[feminine.lower()] = FirstName(feminine, True, masculine, also)
    return found


def certainty(name: FirstName, pieces: Sequence[str], low: Sequence[str], place: int) -> Certainty:
    """Tell whether a piece of a text is somebody's first name.

    Parameters
    ----------
    name : FirstName
    pieces, low : sequence of str
        Of the text, as written and in lower case.
    place : int
        Of the piece.

    Returns
    -------
    {"sure", "doubtful", "no name"}

    Examples
    --------
    >>> from fairkit.text.pieces import lowered, pieces_of
    >>> def is_name(text, place):
    ...     pieces = pieces_of(text)
    ...     return certainty(first_names()[pieces[place].lower()], pieces, lowered(pieces), place)
    >>> is_name("Then Mary sang", 2), is_name("Mark my words", 0), is_name("Then Mark Bell sang", 2)
    ('sure', 'no name', 'sure')
    >>> is_name("Then St Mary sang", 4), is_name("The writer Henry James", 6)
    ('no name', 'doubtful')
    """
    written = pieces[place]
    if not _is_capital(written):
        return "no name"
    before, farther = preceding(low, place, 2)
    after, where = following(low, place, 1)[0]
    if before == "." and farther in _HOLY | _TITLES:
        before = farther
    if before in _HOLY or after in _PLACES or before in ("@", "#"):
        return "no name"
    surname = after[:1].isalpha() and _is_capital(pieces[where]) and after not in _SMALL
    if before in _TITLES and _is_capital(_word_before(pieces, place)):
        given = before not in _BEFORE_SURNAMES or surname
        return "sure" if given else "no name"
    starts = before in _STARTS
    if name.also:
        no_person = before in ("the", "a", "an", "of", "in", "this", "that")
        return "sure" if name.also == "words" and surname and not starts and not no_person else "no name"
    if pieces[place - 1 : place] == ["-"] or (after == "-" and is_capital_after(pieces, where)):
        return "doubtful"
    if not starts and _is_capital(_word_before(pieces, place)) and before not in _SMALL:
        return "doubtful"
    return "sure"


def _is_capital(written: str) -> bool:
    return written[:1].isupper() and (written[1:].islower() or (len(written) > 2 and written.isupper()))


def is_capital_after(pieces: Sequence[str], where: int) -> bool:
    """Tell whether the piece after a hyphen begins with a capital, as in *Mary-Kate*.

    Examples
    --------
    >>> is_capital_after(["Mary", "-", "Kate"], 1)
    True
    """
    return len(pieces) > where + 1 and pieces[where + 1][:1].isupper()


def _word_before(pieces: Sequence[str], place: int) -> str:
    return next((word for word in preceding(pieces, place, 2) if word[:1].isalpha()), "")
