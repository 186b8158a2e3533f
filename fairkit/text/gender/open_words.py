"""Words that may begin what is possessed, or not: her *last* book, saw her *last* week.

Each has a reader that tells whether the pronoun before it is an object.
"""

from __future__ import annotations

from collections.abc import Callable

from fairkit.text.gender.around import Around, is_content
from fairkit.text.gender.word_classes import word_class

__all__ = ["OPEN_WORDS", "is_counted", "takes_it"]

_GIVING, _GIVING_COUNTED = word_class("giving"), word_class("giving_counted")
_MOTION = word_class("motion")
_PREPOSITIONS = word_class("prepositions")
_VERBS = word_class("verbs") - word_class("nouns_too")
_TAKING = word_class("taking")
_NUMBERS, _TIMES = word_class("numbers"), word_class("times")
_MOMENTS = word_class("moments")
_AFTER_TIME = word_class("after_time")
_QUOTES = frozenset("\"'`\u2018\u201c\u00ab")


def _always(_: Around) -> bool:
    return True


def is_counted(near: Around) -> bool:
    """Tell whether a number counts what is given, or time: gave her *two* books, met her *two* years later.

    Examples
    --------
    >>> from fairkit.text.gender.around import around
    >>> is_counted(around(["gave", " ", "her", " ", "two", " ", "books"], 2))
    True
    """
    time = near.two in _TIMES and (near.one == "one" or near.three in _AFTER_TIME)
    time |= near.two == "times" or takes_it(near)
    other = near.two in ("of", "another", "more", "last") or (near.two == "on" and near.three != "one")
    return near.before in _GIVING_COUNTED or time or other


def takes_it(near: Around) -> bool:
    """Tell whether something takes somebody an amount: it took her *three tries*.

    Examples
    --------
    >>> from fairkit.text.gender.around import around
    >>> takes_it(around(["it", " ", "took", " ", "her", " ", "two", " ", "years"], 4))
    True
    """
    return near.before in _TAKING and near.farther in ("it", "that", "this", "which", "will", "would", "and")


def _is_moment(near: Around) -> bool:
    """Read last, next and every before a time: saw her last week, but "in her last week"."""
    if near.one == "every":
        return near.two in _TIMES and not near.two.endswith("s")
    if near.before in _PREPOSITIONS or not near.before.isalpha():
        return False
    return near.two in _MOMENTS or near.two in ("to", "at", "in", "on")


def _is_direction(near: Around) -> bool:
    left = near.one == "home" and near.before.startswith(("leav", "left", "set", "put"))
    return near.before in _MOTION and not is_content(near.two) and not left


def _is_return(near: Around) -> bool:
    """Read *back*: brought her back, but "turned her back" and "hurt her back"."""
    if near.two in ("pain", "problems", "injury"):
        return False
    onward = near.two in ("to", "together", "from", "into", "onto", "home", "inside", "at")
    moved = near.before in _MOTION and not near.before.startswith("turn")
    return moved or (onward and near.before not in _PREPOSITIONS)


def _is_adverb_right(near: Around) -> bool:
    if near.two in ("away", "now", "there", "here", "back", "in", "out", "after", "before", "through"):
        return True
    return near.before.startswith(("treat", "do", "serve", "raise", "prove", "prov")) and not is_content(
        near.two
    )


def _is_modal(near: Around) -> bool:
    return near.two in _VERBS or near.two in ("be", "have", "not", "never")


def _before_word(near: Around) -> bool:
    return near.two[:1].isalpha()


def _is_past_of(near: Around) -> bool:
    """Read *past*: walked her past the gate, but "her past"."""
    return near.two[:1].isalpha() and not is_content(near.two) and near.before not in _PREPOSITIONS


def _is_place(near: Around) -> bool:
    return not is_content(near.two) or near.two.endswith("ly")


def _is_adverb_well(near: Around) -> bool:
    return near.two not in ("known", "deserved", "loved", "wishers", "earned")


def _is_much(near: Around) -> bool:
    return near.two in ("much", "well", "often", "badly", "seriously", "hard", "little", "far")


def _is_amount(near: Around) -> bool:
    """Read more, less, most and much: gave her more, but "her most famous song"."""
    described = is_content(near.two) or near.two in _QUOTES or (near.two == "than" and near.three.isdigit())
    return near.before in _GIVING or not described


OPEN_WORDS: dict[str, Callable[[Around], bool]] = {
    **dict.fromkeys(("so", "too", "not", "both", "always", "also", "several", "like"), _always),
    **dict.fromkeys(_NUMBERS, is_counted),
    **dict.fromkeys(("last", "next", "every"), _is_moment),
    **dict.fromkeys(("north", "south", "east", "west", "home"), _is_direction),
    **dict.fromkeys(("will", "might"), _is_modal),
    **dict.fromkeys(
        ("inside", "outside", "near", "overseas", "upstairs", "downstairs", "downtown"), _is_place
    ),
    **dict.fromkeys(("more", "less", "most", "least", "much"), _is_amount),
    "all": _before_word,
    "back": _is_return,
    "past": _is_past_of,
    "right": _is_adverb_right,
    "very": _is_much,
    "well": _is_adverb_well,
}
"""Every such word, and whether the pronoun before it is an object."""
