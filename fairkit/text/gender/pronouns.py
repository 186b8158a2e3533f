"""Which word *her* and *his* stand for: *his* or *him*, *her* or *hers*.

English has one word where the other gender has two. What follows decides nearly always: a possessive wants a
noun. The rule reads the next words, and the verb before where these admit both. Each reading has a name, for
its confidence was measured by name.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple
from unicodedata import category

from fairkit.text.gender.around import Around, around, is_content
from fairkit.text.gender.open_words import OPEN_WORDS, takes_it
from fairkit.text.gender.surroundings import END, following, is_compound, preceding
from fairkit.text.gender.word_classes import word_class

__all__ = ["Reading", "read_her", "read_his"]


class Reading(NamedTuple):
    """What a pronoun becomes, and by which rule.

    Examples
    --------
    >>> Reading("him", "end").word
    'him'
    """

    word: str
    reason: str
    doubtful: bool = False


_MAYBE = word_class("possessive_before")
_FUNCTION = word_class("after_object")
_CLOSED = _FUNCTION - _MAYBE
_BY_NOUN = word_class("decided_by_noun")
_ADJECTIVES, _NOUN_ADJECTIVES = word_class("adjectives"), word_class("noun_adjectives")
_NOUNS_TOO = word_class("nouns_too")
_VERBS = word_class("verbs") - _NOUNS_TOO
_PAST = word_class("irregular_past")
_MAKING, _APPOINTING, _CALLING = word_class("making"), word_class("appointing"), word_class("calling")
_LETTING, _SURE_LETTING, _MADE_TO = word_class("letting"), word_class("sure_letting"), word_class("made_to")
_LET = frozenset(("let", "lets", "letting"))
_WATCHING, _WATCHED = frozenset(("watch", "watches", "watched", "watching")), word_class("watched_things")
_GOES_ON, _NO_OBJECTS = word_class("goes_on"), word_class("times") | word_class("no_objects")
_AWAY = word_class("away")
_CLAUSE_ENDS = frozenset(".!?;")
_PERCEIVING, _SENSES, _IMAGES = word_class("perceiving"), word_class("senses"), word_class("images")
_GIVING, _STRONG_GIVING = word_class("giving"), word_class("strong_giving")
_GIVING_COUNTED = word_class("giving_counted")
_GIVEN, _OWN_GIVEN, _MEALS = word_class("given"), word_class("own_given"), word_class("meals")
_ROLES, _HANDS_DOWN = word_class("roles"), word_class("hands_down")
_ING_NOUNS, _LY_NOUNS, _ED_NOUNS = (
    word_class("participle_nouns"),
    word_class("adverb_nouns"),
    word_class("ed_nouns"),
)
_NUMBERS, _TIMES = word_class("numbers"), word_class("times")
_RANKING, _ORDINALS = word_class("ranking"), word_class("ordinals")
_PREPOSITIONS = word_class("prepositions")
_TOGETHER = {"his": "his", "hers": "his", "their": "his", "him": "him", "them": "him"}
_PAST_FORMS = _PAST | word_class("past_after_hers")
_WISHES = frozenset(("night", "morning", "evening", "afternoon", "bye", "luck"))
_SHOWING = frozenset(("show", "shows", "showed", "shown", "showing"))
_TITLES = frozenset(("mr", "mrs", "ms", "dr", "prof", "messrs"))
_AFTER_TIME = word_class("after_time")
_OPENING, _CLOSING = frozenset("\u2018\u201c\u00ab"), frozenset("\u2019\u201d\u00bb")
_QUOTES = _OPENING | _CLOSING | frozenset("\"'`")
_CURRENCIES = frozenset("$\u00a3\u20ac")
_BRACKETS = {"(": ")", "[": "]"}

_HIM_END = Reading("him", "end")
_HIM_OPEN, _HIS_OPEN = Reading("him", "open word"), Reading("his", "open word")


def read_her(low: Sequence[str], place: int, pieces: Sequence[str]) -> Reading:
    """Decide what *her* becomes.

    Parameters
    ----------
    low : sequence of str
        Pieces of a text in lower case (see :func:`fairkit.text.pieces.lowered`).
    place : int
        Of the pronoun.
    pieces : sequence of str
        The same pieces as they are written.

    Returns
    -------
    Reading
        ``his`` or ``him``.

    Examples
    --------
    >>> low = ["saw", " ", "her", " ", "there"]
    >>> read_her(low, 2, low)
    Reading(word='him', reason='closed class', doubtful=False)
    """
    near = around(low, place)
    one, two, before = near.one, near.two, near.before
    if before in ("/", "or") and near.farther in _TOGETHER:
        return Reading(_TOGETHER[near.farther], "coordinated")
    if one == "or" and two in _TOGETHER:
        return Reading(_TOGETHER[two], "coordinated")
    if not one[:1].isalpha():
        return _before_mark(near, pieces)
    return _before_word(near, pieces)


def _before_word(near: Around, pieces: Sequence[str]) -> Reading:
    one, two = near.one, near.two
    if is_compound(near.low, near.where):
        return _before_compound(near, pieces)
    if one in _CLOSED and not _is_title(pieces, near.where):
        return Reading("him", "closed class")
    if one in _MAYBE:
        return _before_open_word(near)
    if one in _TITLES:
        return Reading("him", "title")
    if one == "good" and two in _WISHES:
        return Reading("him", "wish")
    if one.endswith("ly") and len(one) > 4 and one not in _LY_NOUNS:
        return _before_adverb(near)
    if one in _PAST:
        return Reading("him", "finite verb")
    return (
        _read_verb(near)
        or _read_adjective(near)
        or _read_given(near, pieces[near.where])
        or _read_role(near, pieces[near.where])
        or Reading("his", "noun", doubtful=_may_be_either(near))
    )


def _may_be_either(near: Around) -> bool:
    """Tell whether both readings are good English: "showed her papers", "saw her duck"."""
    if near.before in _SENSES and near.one in _NOUNS_TOO and near.one not in _WATCHED:
        return not is_content(near.two)
    given = near.before in _STRONG_GIVING or near.before in _SHOWING
    return given and near.one.endswith("s") and not is_content(near.two)


def _is_title(pieces: Sequence[str], where: int) -> bool:
    """Tell whether a small word begins the title of a work: "her The Waves", but not "HER THE"."""
    return pieces[where].istitle() and len(pieces[where]) > 1


def _before_mark(near: Around, pieces: Sequence[str]) -> Reading:
    mark, low, two = near.one, near.low, near.two
    if mark == END:
        return _HIM_END
    if mark[0].isdigit() or mark in _CURRENCIES:
        return _before_number(near, pieces)
    if mark in _QUOTES:
        if not _opens(low, near.where):
            return _HIM_END
        goes_on = (near.three if two == mark else two) in ("to", "that", "as", "for")
        return Reading("him" if goes_on or near.before in _CALLING else "his", "quotation")
    if mark == "/" and two in ("his", "him"):
        return Reading(two, "coordinated")
    if mark in _BRACKETS:
        return _before_bracket(low, near.where)
    if mark in ")]" and _BRACKETS.get(near.before) == mark:  # an editor's "[her] house"
        return Reading("his" if is_content(two) else "him", "bracket")
    if is_compound(low, near.place) and is_content(two):  # her-story
        return Reading("his", "mark", doubtful=True)
    return Reading("him", "mark", doubtful=category(mark[0]) == "So" and is_content(two))


def _before_number(near: Around, pieces: Sequence[str]) -> Reading:
    if is_compound(near.low, near.where):
        return _before_compound(near, pieces)
    later = near.two in _TIMES and near.three in _AFTER_TIME
    made = near.before in _MAKING and not is_content(near.two)
    given = near.before in _GIVING_COUNTED or made or later or near.two in ("times", "percent")
    return Reading("him", "number") if given else Reading("his", "number and noun")


def _opens(low: Sequence[str], where: int) -> bool:
    """Tell whether a quotation mark opens what follows."""
    mark = low[where]
    if mark in _OPENING or mark in _CLOSING:
        return mark in _OPENING
    left = low[where - 1] if where else " "
    right = low[where + 1] if where + 1 < len(low) else " "
    if left == " " and right == " ":
        return sum(piece == mark for piece in low[max(0, where - 400) : where]) % 2 == 0
    return left == " "


def _before_bracket(low: Sequence[str], where: int) -> Reading:
    closing = _BRACKETS[low[where]]
    within = following(low, where, 4)
    for number, (piece, place) in enumerate(within):
        if piece == closing and number:
            after = following(low, place, 1)[0][0]
            if is_content(after) and all(part[:1].isalpha() for part, _ in within[:number]):
                return Reading("his", "bracket")
    return Reading("him", "mark")


def _before_compound(near: Around, pieces: Sequence[str]) -> Reading:
    if near.before in _CALLING and pieces[near.where].istitle():
        return Reading("him", "called")
    if near.before in _STRONG_GIVING and (near.one in _NUMBERS or near.one[0].isdigit()):
        return Reading("him", "number")
    last = near.three if near.two != "@" else following(near.low, near.where, 4)[3][0]
    if near.before in _MAKING and last in _ADJECTIVES:
        return Reading("him", "adjective")
    return Reading("his", "compound")


def _before_adverb(near: Around) -> Reading:
    if not is_content(near.two) or near.two.isdigit():
        return Reading("him", "adverb")
    if near.before in _LETTING and (near.two in _VERBS or near.two in _NOUNS_TOO):
        return Reading("him", "bare verb")
    if near.before in _MAKING and near.two in _ADJECTIVES and not is_content(near.three):
        return Reading("him", "adjective")
    return Reading("his", "adverb and noun")


def _before_open_word(near: Around) -> Reading:
    """Read words that may begin what is possessed, such as numbers and directions."""
    one, two, before = near.one, near.two, near.before
    if one in _ORDINALS and before in _RANKING and not is_content(two):
        return _HIM_OPEN
    reader = OPEN_WORDS.get(one)
    if reader is not None:
        return _HIM_OPEN if reader(near) else _HIS_OPEN
    return _HIM_OPEN if one in _BY_NOUN and not is_content(two) else _HIS_OPEN


def _read_verb(near: Around) -> Reading | None:
    """Read bare verbs and participles after verbs of letting and seeing."""
    one, two, before = near.one, near.two, near.before
    if one in _VERBS or _does_something(near):
        return Reading("him", "bare verb")
    if before in _LET and two not in _HANDS_DOWN and not is_content(two):
        return Reading("him", "bare verb")
    sure = before in _SURE_LETTING and not (before in _WATCHING and one in _WATCHED)
    if one in _NOUNS_TOO and before in _LETTING and (sure or one in _MADE_TO):
        made = before in ("make", "makes", "made", "making")
        if not made or one in _MADE_TO:
            return Reading("him", "bare verb")
    if one.endswith("ing") and len(one) > 4:
        seen = before in _PERCEIVING or before == "with" or (before == "of" and near.farther in _IMAGES)
        watched = before in _SENSES or near.farther in _IMAGES
        if seen and (one not in _ING_NOUNS or (watched and (one == "being" or not is_content(two)))):
            return Reading("him", "participle")
        doing = near.before in _PREPOSITIONS and one not in _ING_NOUNS and not is_content(two)
        return Reading("his", "gerund", doubtful=doing)
    return None


def _does_something(near: Around) -> bool:
    """Tell whether a word is a verb by what follows: heard her *call the dog*, watched her *step out*."""
    if near.one not in _NOUNS_TOO or near.before not in _LETTING:
        return False
    if near.one == "step" and near.before in _WATCHING and near.two in _AWAY:
        return True
    return near.two in _GOES_ON and near.three not in _NO_OBJECTS


def _read_adjective(near: Around) -> Reading | None:
    """Read adjectives and participles that describe the object."""
    one, two, three, before = near.one, near.two, near.three, near.before
    participle = one.endswith("ed") and len(one) > 3 and one not in _ED_NOUNS
    if one not in _ADJECTIVES and not participle:
        return None
    if before in ("wish", "wished", "wishes", "wishing") or two == "than":
        return Reading("him", "adjective")
    if one in _NOUN_ADJECTIVES and before not in _MAKING:
        return None
    if participle and before in _PREPOSITIONS:  # "those around her laughed", but "in her faded, torn coat"
        ends = not is_content(two) and (two == END or two in _CLAUSE_ENDS or two in _PREPOSITIONS)
        return Reading("him", "finite verb") if ends else None
    if two in (",", "and", "or", "but", "yet"):
        if before in _MAKING and not (three in _ADJECTIVES and is_content(near.four)):
            return Reading("him", "adjective")
        described = is_content(three) and three not in _VERBS
        return None if described else Reading("him", "adjective")
    return None if is_content(two) or two == "-" else Reading("him", "adjective")


def _read_given(near: Around, written: str) -> Reading | None:
    """Read what is given to somebody without an article."""
    one, two, before = near.one, near.two, near.before
    if one in _TIMES and one.endswith("s") and takes_it(near):
        return Reading("him", "given")
    if before not in _GIVING:
        return None
    if one in _MEALS:
        return None if is_content(two) else Reading("him", "given")
    if written.istitle() and two == "'" and before in _STRONG_GIVING:  # "earned her the Party's support"
        return Reading("him", "given")
    thing, after = (
        (two, near.three) if one in _ADJECTIVES or one in ("new", "medical", "instant") else (one, two)
    )
    if thing not in _GIVEN or (thing in _OWN_GIVEN and before not in _STRONG_GIVING):
        return None
    if is_content(after) and after not in ("equal", "worth", "due", "available", "enough"):
        return None
    return Reading("him", "given")


def _read_role(near: Around, written: str) -> Reading | None:
    """Read what somebody is called or made."""
    if near.before in _CALLING and (written.istitle() or (near.one == "names" and not is_content(near.two))):
        return Reading("him", "called")
    if near.before in _APPOINTING and near.one in _ROLES and not is_content(near.two):
        return Reading("him", "role")
    return None


def read_his(low: Sequence[str], place: int, pieces: Sequence[str]) -> Reading:
    """Decide what *his* becomes.

    Parameters
    ----------
    low : sequence of str
        Pieces of a text in lower case.
    place : int
        Of the pronoun.
    pieces : sequence of str
        The same pieces as they are written.

    Returns
    -------
    Reading
        ``her`` or ``hers``.

    Examples
    --------
    >>> low = ["a", " ", "friend", " ", "of", " ", "his", "."]
    >>> read_his(low, 6, low).word
    'hers'
    """
    (one, where), (two, _), (three, _), (four, _) = following(low, place, 4)
    if not one[:1].isalpha():
        return _absolute_before_mark(low, where, one, two)
    if is_compound(low, where):
        return Reading("her", "compound")
    before, farther = preceding(low, place, 2)
    if (before == "/" and farther == "him") or (before in ("and", "or") and farther == "hers"):
        return Reading("hers", "coordinated")
    if one in ("and", "or"):
        shared = two in ("her", "their", "my", "your", "our") or "'" in (three, four)
        return Reading("her" if shared else "hers", "coordinated")
    if one in _CLOSED and not _is_title(pieces, where):
        return Reading("hers", "closed class")
    if one in _FUNCTION and one not in _NUMBERS and not two[:1].isalnum():
        return Reading("hers", "closed class")
    if before == "of" and (
        one in _PAST_FORMS
        or (one.endswith("ed") and one not in _ED_NOUNS and not is_content(two) and two != ",")
    ):
        return Reading("hers", "finite verb")
    return Reading("her", "noun")


def _absolute_before_mark(low: Sequence[str], where: int, mark: str, two: str) -> Reading:
    if mark == "/":
        return Reading("hers" if two == "hers" else "her", "coordinated")
    if mark in _QUOTES and mark != END:
        return Reading("her", "quotation") if _opens(low, where) else Reading("hers", "end")
    if mark in (")", "]") and preceding(low, where, 2)[1] in _BRACKETS and is_content(two):
        return Reading("her", "bracket")
    ends = mark == END or mark in ".,;:!?)]}\u2014\u2013"
    return Reading("hers" if ends else "her", "end" if ends else "mark")
