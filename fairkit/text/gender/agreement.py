"""Verbs that agree with *they*: she was, they were; he runs, they run; isn't she, aren't they."""

from __future__ import annotations

from collections.abc import Sequence

from fairkit.text.casing import cased_like
from fairkit.text.edits import Edit
from fairkit.text.gender.around import is_content
from fairkit.text.gender.confidence import confidence
from fairkit.text.gender.surroundings import END, following
from fairkit.text.gender.word_classes import word_class

__all__ = ["agreeing", "plain_form"]

_FORMS = {
    "is": "are", "was": "were", "has": "have", "does": "do", "isn": "aren", "wasn": "weren", "hasn": "haven",
    "doesn": "don", "isnt": "arent", "wasnt": "werent", "hasnt": "havent", "doesnt": "dont", "s": "re",
}  # fmt: skip
_INVERTED = {form: _FORMS[form] for form in ("is", "was", "has", "does")} | {"says": "say", "asks": "ask"}
_NEGATED = {form: _FORMS[form] for form in ("isn", "wasn", "hasn", "doesn")}
_ASKING = frozenset(("where", "how", "what", "who", "when", "why"))
_ADVERBS = word_class("before_verbs")
_NO_VERBS = word_class("no_verbs_in_s")
_BASES, _NOUNS_TOO = word_class("verbs") - word_class("nouns_too"), word_class("nouns_too")
_PERFECT = word_class("participles")
_STATES = word_class("states_in_ed")
_JOINING = frozenset(("and", "or", "but", "then"))
_OBJECTS = frozenset((
    "a", "an", "the", "his", "her", "him", "it", "them", "their", "to", "this", "that", "these", "those",
    "my", "your", "up", "out", "down", "off", "away", "into", "on", "at", "with",
))  # fmt: skip
_SUBJECTS = frozenset(("i", "you", "he", "she", "it", "we", "they", "who", "which", "there"))
_CLAUSE_ENDS = frozenset(".!?;:") | {END}
_REACH = 40


def plain_form(verb: str) -> str:
    """Return the plain form of a verb in the third person.

    Examples
    --------
    >>> [plain_form(verb) for verb in ("runs", "goes", "tries", "dies", "watches", "uses", "passes", "says")]
    ['run', 'go', 'try', 'die', 'watch', 'use', 'pass', 'say']
    """
    if verb.endswith("ies") and len(verb) > 4 and verb not in ("underlies", "belies", "unties"):
        return verb[:-3] + "y"
    if verb.endswith(("sses", "shes", "ches", "xes", "zzes", "oes")) and verb not in _KEEP_E:
        return verb[:-2]
    return _IRREGULAR.get(verb, verb[:-1])


_KEEP_E = frozenset(("aches", "caches", "axes", "shoes", "canoes", "hoes", "tiptoes"))
_IRREGULAR = {
    "focuses": "focus",
    "biases": "bias",
    "quizzes": "quiz",
    "buses": "bus",
    "gases": "gas",
    "has": "have",
}


def agreeing(pieces: Sequence[str], low: Sequence[str], first: int, last: int) -> list[Edit]:
    """Return the edits of the verbs that belong to *he* or *she*, which becomes *they*.

    Parameters
    ----------
    pieces, low : sequence of str
        Of the text, as written and in lower case.
    first, last : int
        Of the pronoun, or of both in "he or she"; the last is not included.

    Returns
    -------
    list of Edit

    Examples
    --------
    >>> from fairkit.text.pieces import pieces_of
    >>> def edits(text, place):
    ...     pieces = pieces_of(text)
    ...     return [edit.after for edit in agreeing(pieces, pieces, place, place + 1)]
    >>> edits("she usually walks home and reads it", 0), edits("was she there", 2), edits("she's been", 0)
    (['walk', 'read'], ['were'], ['ve'])
    """
    before = _inverted(pieces, low, first)
    verb = _verb_after(low, last - 1)
    if verb is None or (before and low[verb] not in _FORMS):
        return before
    found = _changed(pieces, low, verb)
    if found is None:
        return before
    return [found, *_coordinated(pieces, low, verb)]


def _inverted(pieces: Sequence[str], low: Sequence[str], place: int) -> list[Edit]:
    """Read the verb of a question: was she, isn't she."""
    words = [at for at in range(max(0, place - 8), place) if not low[at].isspace()][-4:]
    near = [low[at] for at in words]
    if near and near[-1] in _INVERTED:
        return [_edit(pieces, words[-1], _INVERTED[near[-1]])]
    if near[-2:] == ["'", "s"] and len(near) > 2 and near[-3] in _ASKING:  # where's he, what's she done
        return [_edit(pieces, words[-1], "ve" if _is_perfect(low, place) else "re")]
    if near[-2:] == ["'", "t"] and len(near) > 2:
        if near[-3] in _NEGATED:
            return [_edit(pieces, words[-3], _NEGATED[near[-3]])]
        if near[-3] == "n" and near[0] in _INVERTED:  # as tokenised corpora write it: "is n't she"
            return [_edit(pieces, words[0], _INVERTED[near[0]])]
    return []


def _verb_after(low: Sequence[str], place: int) -> int | None:
    """Find the word that should be the verb: adverbs and what stands between commas are passed over."""
    ahead = following(low, place, 14)
    number = 0
    if ahead[0][0] == ",":
        commas = [at for at, (word, _) in enumerate(ahead) if word == "," and at]
        if not commas:
            return None
        number = commas[0] + 1
    if ahead[0][0] == "who":
        number = 1
    while number < len(ahead):
        word, where = ahead[number]
        if word == "'" and number + 1 < len(ahead) and ahead[number + 1][0] == "s":
            return ahead[number + 1][1]
        if word in _ADVERBS or (word.endswith("ly") and len(word) > 4):
            number += 1
            continue
        return where if word[:1].isalpha() else None
    return None


def _changed(pieces: Sequence[str], low: Sequence[str], verb: int) -> Edit | None:
    word = low[verb]
    if word == "s":
        if low[verb - 1] != "'":
            return None
        return _edit(pieces, verb, "ve" if _is_perfect(low, verb) else "re")
    if word in _FORMS:
        return _edit(pieces, verb, _FORMS[word])
    if _in_third_person(word) and not (pieces[verb][:1].isupper() and not pieces[verb].isupper()):
        return _edit(pieces, verb, plain_form(word))
    return None


def _in_third_person(word: str) -> bool:
    return word.endswith("s") and len(word) > 2 and not word.endswith("ss") and word not in _NO_VERBS


def _is_perfect(low: Sequence[str], place: int) -> bool:
    """Tell whether 's is *has*: a participle follows that is no state and no passive."""
    words = [word for word, _ in following(low, place, 4) if word not in _ADVERBS]
    if not words or words[0] == END:
        return False
    if words[0] in _PERFECT:
        return True
    passive = len(words) > 1 and words[1] == "by"
    return words[0].endswith("ed") and words[0] not in _STATES and not passive


def _coordinated(pieces: Sequence[str], low: Sequence[str], verb: int) -> list[Edit]:
    """Read further verbs of the same subject: she sings *and dances*."""
    found: list[Edit] = []
    joined, adjacent = False, True
    for where in range(verb + 1, min(len(low), verb + _REACH)):
        word = low[where]
        if word in _CLAUSE_ENDS or word in _SUBJECTS or word == "\n\n":
            break
        if word.isspace():
            continue
        if word in _JOINING or word == ",":
            joined = True
            continue
        if joined and (word in _ADVERBS or (word.endswith("ly") and len(word) > 4)):
            continue
        if joined and (_is_further_verb(low, where) or (adjacent and _in_third_person(word))):
            edit = _changed(pieces, low, where)
            if edit is not None:
                found.append(edit)
        joined, adjacent = False, joined and adjacent
    return found


def _is_further_verb(low: Sequence[str], where: int) -> bool:
    word = low[where]
    if word in _FORMS:
        return word != "s"
    if not _in_third_person(word):
        return False
    base = plain_form(word)
    after = following(low, where, 1)[0][0]
    return base in _BASES or (base in _NOUNS_TOO and (after in _OBJECTS or is_content(after)))


def _edit(pieces: Sequence[str], place: int, after: str) -> Edit:
    written = pieces[place]
    right = after.upper() if written.isupper() else cased_like(after, written)
    return Edit(place, place + 1, right, "agreement", confidence("agreement"))
