"""Pronouns that name no gender: they, them, their, theirs, themself."""

from __future__ import annotations

from collections.abc import Sequence

from fairkit.text.casing import cased_like
from fairkit.text.edits import Edit
from fairkit.text.gender.agreement import agreeing
from fairkit.text.gender.confidence import confidence
from fairkit.text.gender.pronouns import read_her, read_his
from fairkit.text.gender.surroundings import following

__all__ = ["neutral_pronoun"]

_PLAIN = {
    "he": "they", "she": "they", "him": "them", "hers": "theirs",
    "himself": "themself", "herself": "themself",
}  # fmt: skip
_READ = {"his": "their", "him": "them", "her": "their", "hers": "theirs"}
_TOGETHER = {
    ("he", "she"): "they", ("him", "her"): "them", ("his", "her"): "their", ("his", "hers"): "theirs",
    ("himself", "herself"): "themself",
}  # fmt: skip
_JOINED = _TOGETHER | {(right, left): word for (left, right), word in _TOGETHER.items()}


def neutral_pronoun(pieces: Sequence[str], low: Sequence[str], place: int) -> list[Edit]:
    """Return the edits that make a pronoun neutral, with the verbs that agree with it.

    Both pronouns of "he or she" become one word.

    Parameters
    ----------
    pieces, low : sequence of str
        Of the text, as written and in lower case.
    place : int
        Of the pronoun.

    Examples
    --------
    >>> from fairkit.text.pieces import pieces_of
    >>> def words(text, place):
    ...     return [edit.after for edit in neutral_pronoun(pieces_of(text), pieces_of(text), place)]
    >>> words("he was late", 0), words("saw her there", 2), words("he or she is late", 0), words("s/he is", 2)
    (['they', 'were'], ['them'], ['they', 'are'], ['they', 'are'])
    """
    first, last, word = place, place + 1, low[place]
    if word == "he" and "".join(low[max(0, place - 3) : place]) == "(s)":
        first = place - 3
    elif word == "he" and "".join(low[max(0, place - 2) : place]) == "s/" and low[max(0, place - 3)] != "'":
        first = place - 2
    else:
        (joint, _), (other, where), *_ = following(low, place, 2)
        if joint in ("or", "/") and (word, other) in _JOINED:
            last = where + 1
    if last > place + 1:
        becomes = _JOINED[word, low[last - 1]]
    elif word == "her":
        becomes = _READ[read_her(low, place, pieces).word]
    elif word == "his":
        becomes = _READ[read_his(low, place, pieces).word]
    else:
        becomes = _PLAIN[word]
    model = pieces[first] if len(pieces[first]) > 1 or first == place else pieces[first].upper() + "x"
    if first < place:
        model = "They" if pieces[first if pieces[first] != "(" else first + 1].isupper() else "they"
    edit = Edit(first, last, cased_like(becomes, model), "neutral", confidence("neutral"))
    if becomes != "they":
        return [edit]
    return sorted([edit, *agreeing(pieces, low, first, last)])
