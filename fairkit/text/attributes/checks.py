"""What is wrong with a table of words, said all at once and with the lines it stands in."""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping, Sequence
from typing import NamedTuple

from fairkit.errors import did_you_mean, shortlist
from fairkit.text.pieces import lowered, pieces_of

_MOST_SHOWN = 6
_ALONE = {"LATIN", "CYRILLIC", "GREEK", "ARMENIAN", "CHEROKEE", "COPTIC"}
# Letters that look the same in most typefaces, on the left in Cyrillic or Greek.
_ALIKE = str.maketrans(
    "\u0430\u0435\u043e\u0440\u0441\u0443\u0445\u0456\u0458\u0455\u0501\u043a\u043c\u0442\u043d\u0432"
    "\u03b1\u03bf\u03c1\u03c5\u03ba\u03bd\u03b9",
    "aeopcyxijsdkmthbaopukvi",
)


class Row(NamedTuple):
    """A row of a table as it was read: its words, and where it stands.

    Examples
    --------
    >>> Row(("church", "mosque"), "line 4").where
    'line 4'
    """

    words: tuple[object, ...]
    where: str


def key_of(word: str) -> str:
    """Return a word as it is compared: composed, in lower case, with single blanks and straight apostrophes.

    Examples
    --------
    >>> key_of("  Old   Age ")
    'old age'
    """
    return "".join(lowered(pieces_of(unicodedata.normalize("NFC", " ".join(word.split())))))


def problems_of_levels(levels: Sequence[object]) -> list[str]:
    """Say what is wrong with the names of levels.

    Examples
    --------
    >>> problems_of_levels(["Christian", "Christian"])
    ["level 'Christian' is named twice."]
    """
    problems = [f"a level must have a name, one is {level!r}." for level in levels if not _is_word(level)]
    named = [str(level) for level in levels if _is_word(level)]
    problems += [f"level '{one}' is named twice." for one in dict.fromkeys(named) if named.count(one) > 1]
    if len(levels) < 2:
        problems.append("a table needs at least two levels.")
    return problems


def problems_of_rows(rows: Sequence[Row], levels: Sequence[str]) -> list[str]:
    """Say what is wrong with the words.

    Examples
    --------
    >>> rows = [Row(("young", "old"), "line 1"), Row(("OLD", ""), "line 2")]
    >>> for problem in problems_of_rows(rows, ["a", "b"]):
    ...     print(problem)
    line 2 lacks the word of level 'b'.
    'OLD' stands twice (in line 1 and line 2); each word has one place, or swapping twice would ...
    """
    problems: list[str] = []
    places: dict[str, str] = {}
    looks: dict[str, tuple[str, str]] = {}
    for row in rows:
        problems += _problems_of_row(row, levels)
        for word in row.words:
            if not (isinstance(word, str) and word.strip()):
                continue
            key = key_of(word)
            if key in places:
                problems.append(
                    f"{word!r} stands twice (in {places[key]} and {row.where}); each word has one place, or "
                    "swapping twice would not give the text back."
                )
            look = key.translate(_ALIKE)
            if key not in places and look in looks:
                other, where = looks[look]
                problems.append(
                    f"{word!r} ({row.where}) looks like {other!r} ({where}) but is written in another "
                    "script; write both in one."
                )
            places.setdefault(key, row.where)
            looks.setdefault(look, (word, row.where))
    if not rows:
        problems.append("the table has no words.")
    return problems


def problems_of_phrases(what: str, phrases: Sequence[object], where: str) -> list[str]:
    """Say what is wrong with a list of phrases.

    Examples
    --------
    >>> problems_of_phrases("exclude", ["New Age", 3], "line 2")
    ['exclude (line 2) must be a list of texts, it has 3.']
    """
    wrong = [phrase for phrase in phrases if not _is_word(phrase)]
    return [f"{what} ({where}) must be a list of texts, it has {shortlist(wrong)}."] if wrong else []


def problems_of_other_words(
    words: Sequence[str], nouns: Mapping[str, str], variants: Mapping[str, str], names: Sequence[str]
) -> list[str]:
    """Say what is wrong with nouns, variants and names, which all speak of words of the table.

    Examples
    --------
    >>> problems_of_other_words(["Quran", "Bible"], {}, {"Koran": "Kuran"}, [])
    ["variants has 'Kuran', which is no word of the table. Did you mean 'Quran'?"]
    """
    known = {key_of(word): word for word in words}
    problems = []
    for what, new in (("nouns", nouns.values()), ("variants", variants)):
        keys = [key_of(word) for word in new]
        problems += [
            f"{what} has '{word}', which is a word of the table already."
            for word in new
            if key_of(word) in known
        ]
        problems += [
            f"{what} has '{word}' twice."
            for word, key in dict(zip(new, keys, strict=True)).items()
            if keys.count(key) > 1 or not key
        ]
    known_nouns = {key_of(word): word for word in nouns.values()}
    for what, old, all_known in (
        ("nouns", list(nouns), known),
        ("variants", list(dict.fromkeys(variants.values())), known | known_nouns),
        ("names", list(names), known),
    ):
        problems += [
            f"{what} has '{word}', which is no word of the table.{did_you_mean(word, all_known.values())}"
            for word in old
            if key_of(word) not in all_known
        ]
    return problems


def _problems_of_row(row: Row, levels: Sequence[str]) -> list[str]:
    where = row.where
    wrong = [word for word in row.words if not (word is None or isinstance(word, str))]
    if wrong:
        return [f"{where} must have texts, it has {shortlist(wrong)}."]
    words = [str(word or "").strip() for word in row.words]
    if len(words) != len(levels):
        return [f"{where} has {len(words)} words for {len(levels)} levels ({shortlist(list(levels))})."]
    problems = []
    lacking = [level for level, word in zip(levels, words, strict=True) if not word]
    if len(levels) - len(lacking) < 2:
        named = " and ".join(f"'{level}'" for level in lacking)
        problems.append(f"{where} lacks the word of level {named}.")
    for word in words:
        problems += _problems_of_word(word, where)
    return problems


def _problems_of_word(word: str, where: str) -> list[str]:
    scripts: dict[str, str] = {}
    for letter in word:
        if letter.isalpha() and (name := unicodedata.name(letter, "")):
            scripts.setdefault(name.partition(" ")[0], letter)
    mixed = {script: letter for script, letter in scripts.items() if script in _ALONE}
    if len(mixed) > 1:
        told = ", ".join(f"{letter!r} is {script.title()}" for script, letter in mixed.items())
        return [f"{word!r} ({where}) mixes scripts: {told}; no text would match it."]
    if word and not any(letter.isalnum() for letter in word):
        return [f"{word!r} ({where}) has no letter."]
    return []


def _is_word(value: object) -> bool:
    return isinstance(value, str) and bool(value.strip())
