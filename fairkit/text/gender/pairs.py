"""The table of gendered words: what each becomes, by direction.

The words stand in a file beside this module. A line pairs the masculine and the feminine forms of a word and
may give a neutral one; some go one way only, because the other gender uses the word for all (a *poetess* is a
*poet*, yet not every poet is a poetess) or has a pair already (*Mum* and *Mom* are both *Dad*).
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Literal, NamedTuple

from fairkit.errors import DataError, shortlist

__all__ = [
    "Counterpart",
    "Direction",
    "Pair",
    "counterparts",
    "gendered_pairs",
    "joint_nouns",
    "unpaired_words",
    "variants",
]

Direction = Literal["both", "feminine-to-masculine", "masculine-to-feminine", "neutral"]
"""Which words change, and into what."""

_FOLDER = Path(__file__).parent


class Pair(NamedTuple):
    """A masculine and a feminine word; ``way`` is ``=`` (both), ``>`` (to masculine), ``<`` (to feminine).

    Examples
    --------
    >>> Pair("father", "mother", "parent", "=").neutral
    'parent'
    """

    masculine: str
    feminine: str
    neutral: str
    way: str
    together: str = ""
    """What both are together, one of each: the neutral plural."""


@cache
def gendered_pairs() -> tuple[Pair, ...]:
    """Return the words of the table.

    Raises
    ------
    DataError
        A word stands twice, or a line has forms without counterparts; all problems at once.

    Examples
    --------
    >>> [pair.feminine for pair in gendered_pairs() if pair.masculine == "uncle"]
    ['aunt', 'auntie', 'aunty']
    """
    return read_pairs((_FOLDER / "words.txt").read_text(encoding="utf-8"))


def read_pairs(text: str) -> tuple[Pair, ...]:
    r"""Read a table of pairs, each word once.

    Examples
    --------
    >>> read_pairs("king, kings | queen, queens")[1]
    Pair(masculine='kings', feminine='queens', neutral='', way='=', together='')
    >>> read_pairs("king | queen\nking | empress")
    Traceback (most recent call last):
        ...
    fairkit.errors.DataError: these words stand twice: 'king'.
    """
    found: list[Pair] = []
    problems = []
    for line in text.splitlines():
        if line.strip() and not line.startswith("#"):
            try:
                found.extend(_pairs(line))
            except ValueError:
                problems.append(f"'{line}' has forms without counterparts.")
    sources = [word for pair in found for word in _sources(pair)]
    if twice := sorted({word for word in sources if sources.count(word) > 1}):
        problems.append(f"these words stand twice: {shortlist(twice)}.")
    if problems:
        raise DataError(*problems)
    return tuple(found)


def _pairs(line: str) -> Iterator[Pair]:
    main, _, neutral = line.partition("|") if ">" in line or "<" in line else (line, "", "")
    if not neutral and "|" in main:
        left, right, *rest = main.split("|")
        way, neutral = "=", rest[0] if rest else ""
    else:
        way = ">" if ">" in main else "<"
        left, right = main.split(way)
    if way == ">":
        left, right = right, left
    columns = [[form.strip() for form in column.split(",")] for column in (left, right)]
    neutrals = [form.strip() for form in neutral.split(",")] if neutral.strip() else [""] * len(columns[0])
    for masculine, feminine, form in zip(*columns, neutrals, strict=True):
        yield Pair(masculine, feminine, form, way, neutrals[-1])


def _sources(pair: Pair) -> tuple[str, ...]:
    return {"=": (pair.masculine, pair.feminine), ">": (pair.feminine,), "<": (pair.masculine,)}[pair.way]


class Counterpart(NamedTuple):
    """What a word becomes; None where it stays in this direction, and whether the way back is another.

    Examples
    --------
    >>> Counterpart("dad", feminine=True, one_way=True).word
    'dad'
    """

    word: str | None
    feminine: bool
    one_way: bool


@cache
def counterparts(direction: Direction) -> dict[str, Counterpart]:
    """Return every gendered word and what it becomes in a direction.

    Parameters
    ----------
    direction : {"both", "feminine-to-masculine", "masculine-to-feminine", "neutral"}

    Examples
    --------
    >>> counterparts("both")["aunt"].word, counterparts("neutral")["sisters"].word
    ('uncle', 'siblings')
    >>> print(counterparts("masculine-to-feminine")["aunt"].word)
    None
    """
    found = {}
    for pair in gendered_pairs():
        for word in _sources(pair):
            feminine = word == pair.feminine
            if direction == "neutral":
                becomes = pair.neutral or None
            elif direction == ("masculine-to-feminine" if feminine else "feminine-to-masculine"):
                becomes = None
            else:
                becomes = pair.masculine if feminine else pair.feminine
            found[word] = Counterpart(becomes, feminine, pair.way != "=")
    if direction == "neutral":  # "actor" serves for all
        found = {word: entry for word, entry in found.items() if entry.word != word}
    return found


@cache
def joint_nouns() -> dict[tuple[str, str, str], str]:
    """Return what both words of a pair become as one neutral word, by the word that joins them.

    Examples
    --------
    >>> joint_nouns()["mother", "and", "father"], joint_nouns()["boys", "or", "girls"]
    ('parents', 'children')
    """
    found = {}
    for pair in gendered_pairs():
        if pair.neutral:
            for left, right in ((pair.masculine, pair.feminine), (pair.feminine, pair.masculine)):
                found[left, "and", right] = pair.together
                found[left, "or", right] = found[left, "/", right] = pair.neutral
    return found


@cache
def variants() -> dict[str, tuple[str, ...]]:
    """Return words with more than one counterpart, and the others: what a text uses elsewhere is preferred.

    Examples
    --------
    >>> variants()["dad"]
    ('mum', 'mam')
    """
    paired = {
        word for pair in gendered_pairs() if pair.way == "=" for word in (pair.masculine, pair.feminine)
    }
    found: dict[str, tuple[str, ...]] = {}
    for pair in gendered_pairs():
        if pair.way != "=" and pair.masculine not in ("lord", "lords"):
            target, source = (
                (pair.masculine, pair.feminine) if pair.way == ">" else (pair.feminine, pair.masculine)
            )
            if target in paired:
                found[target] = (*found.get(target, ()), source)
    return found


@cache
def unpaired_words() -> frozenset[str]:
    """Return words and phrases that show a gender and have no counterpart.

    Examples
    --------
    >>> "pregnant" in unpaired_words()
    True
    """
    lines = (_FOLDER / "unpaired.txt").read_text(encoding="utf-8").splitlines()
    return frozenset(
        word.strip() for line in lines if not line.startswith("#") for word in line.split(",") if word.strip()
    )
