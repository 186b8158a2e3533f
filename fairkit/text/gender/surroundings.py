"""What stands around a word: the next and the last few words and marks, blanks and tags of HTML left out."""

from __future__ import annotations

from collections.abc import Sequence

__all__ = ["END", "following", "is_compound", "preceding"]

END = ""
"""Stands where the text or the paragraph ends."""

# Marks of emphasis, blanks of HTML, and what has no width: joiners and marks of direction.
_TRANSPARENT = frozenset(("*", "_", "~", "&nbsp;", "&#160;", "&thinsp;", "&ensp;", "&emsp;")) | frozenset(
    "\u00ad\u200b\u200c\u200d\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2060\u2066\u2067\u2068\u2069\ufeff"
)
_HYPHENS = frozenset("-\u2010\u2011")


def following(pieces: Sequence[str], place: int, number: int = 3) -> list[tuple[str, int]]:
    r"""Return the next words and marks after a piece, each with its place.

    Parameters
    ----------
    pieces : sequence of str
        In any case; see :func:`fairkit.text.pieces.pieces_of`.
    place : int
        Of the piece after which to look.
    number : int
        How many are wanted. Where the text or the paragraph ends, all that are missing are ``END``.

    Examples
    --------
    >>> following(["her", " ", "<b>", "dog", "</b>", "."], 0)
    [('dog', 3), ('.', 5), ('', 6)]
    """
    found: list[tuple[str, int]] = []
    place += 1
    many = len(pieces)
    while place < many:
        piece = pieces[place]
        if piece.isspace():
            if piece.count("\n") > 1:
                break
        elif piece == "<" and pieces[place + 1 : place + 3] == ["unk", ">"]:
            found.append(("unk", place))
            place += 2
        elif piece not in _TRANSPARENT and not (piece[0] == "<" and len(piece) > 1):
            found.append((piece, place))
        if len(found) == number:
            return found
        place += 1
    return found + [(END, place)] * (number - len(found))


def preceding(pieces: Sequence[str], place: int, number: int = 2) -> list[str]:
    """Return the words and marks before a piece, the nearest first.

    Examples
    --------
    >>> preceding(["I", " ", "saw", " ", "her"], 4)
    ['saw', 'I']
    """
    found: list[str] = []
    place -= 1
    while place >= 0 and len(found) < number:
        piece = pieces[place]
        if piece.isspace():
            if piece.count("\n") > 1:
                break
        elif piece not in _TRANSPARENT and not (piece[0] == "<" and len(piece) > 1):
            found.append(piece)
        place -= 1
    return found + [END] * (number - len(found))


def is_compound(pieces: Sequence[str], place: int) -> bool:
    """Tell whether a word is the first part of one with a hyphen, also as tokenised corpora write it.

    Examples
    --------
    >>> is_compound(["half", "-", "sister"], 0), is_compound(["me", " ", "-", " ", "you"], 0)
    (True, False)
    >>> is_compound(["half", " ", "@", "-", "@", " ", "sister"], 0)
    True
    """
    after = pieces[place + 1 : place + 5]
    if len(after) > 1 and after[0] in _HYPHENS:
        return not after[1].isspace()
    return len(after) == 4 and after[1] == "@" and after[2] in _HYPHENS and after[3] == "@"
