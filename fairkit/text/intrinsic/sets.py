"""Sets of words: two sets of targets and two of attributes, given as TOML or shipped with fairkit.

A file has a table for each test; the first set of targets, and of attributes, is the first that is written::

    [gender-career]
    source = "where the words are from"

    [gender-career.targets]
    men = ["he", "man"]
    women = ["she", "woman"]

    [gender-career.attributes]
    career = ["career", "salary"]
    family = ["family", "home"]
"""

from __future__ import annotations

import os
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib import resources
from pathlib import Path
from typing import Any

from fairkit.errors import DataError, UsageError, did_you_mean, shortlist
from fairkit.toml_text import costly

_KEYS = ("targets", "attributes", "source", "note")
_LARGEST = 2**20
_LONGEST = 200


@dataclass(frozen=True, slots=True)
class WordSet:
    """Words with a name.

    Examples
    --------
    >>> WordSet("family", ("home", "wedding")).words
    ('home', 'wedding')
    """

    name: str
    words: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class WordSets:
    """What an association test compares: targets X and Y, attributes A and B.

    Parameters
    ----------
    name : str
    targets, attributes : tuple of two WordSet
    source : str
        Where the words are from.
    note : str

    Raises
    ------
    DataError
        A set is empty, or has a word twice, or a word is in two sets; all problems at once.

    Examples
    --------
    >>> WordSets.of("g", {"men": ["he"], "women": ["she"]}, {"career": ["job"], "family": ["he"]})
    Traceback (most recent call last):
        ...
    fairkit.errors.DataError: test 'g': 'he' is in 'men' and in 'family'; a word's association with itself ...
    """

    name: str
    targets: tuple[WordSet, WordSet]
    attributes: tuple[WordSet, WordSet]
    source: str = ""
    note: str = ""

    def __post_init__(self) -> None:
        problems = _problems(self.name, self.sets)
        if problems:
            raise DataError(*problems)

    @classmethod
    def of(
        cls,
        name: str,
        targets: Mapping[str, Any],
        attributes: Mapping[str, Any],
        *,
        source: str = "",
        note: str = "",
    ) -> WordSets:
        """Make them of mappings of names to lists of words, two and two.

        Raises
        ------
        DataError
            There are not two and two, a set is no list of texts, or as for the class.

        Examples
        --------
        >>> found = WordSets.of("g", {"men": ["he"], "women": ["she"]}, {"job": ["pay"], "home": ["bed"]})
        >>> [one.name for one in found.sets]
        ['men', 'women', 'job', 'home']
        """
        problems: list[str] = []
        pairs = [
            _pair(name, what, given, problems)
            for what, given in zip(_KEYS, (targets, attributes), strict=False)
        ]
        if problems:
            raise DataError(*problems)
        return cls(name, pairs[0], pairs[1], source, note)

    @property
    def sets(self) -> tuple[WordSet, WordSet, WordSet, WordSet]:
        """All four: X, Y, A, B."""
        return (*self.targets, *self.attributes)

    @property
    def words(self) -> tuple[str, ...]:
        """Every word."""
        return tuple(word for one in self.sets for word in one.words)


def shipped_sets() -> Mapping[str, WordSets]:
    """Return the sets that come with fairkit; its authors wrote the words.

    Examples
    --------
    >>> list(shipped_sets())[:2]
    ['gender-career', 'gender-science']
    """
    return _shipped()


def load_word_sets(path: str | os.PathLike[str]) -> dict[str, WordSets]:
    """Read sets of words from a TOML file.

    Parameters
    ----------
    path : str or path

    Returns
    -------
    dict of str to WordSets
        By the name of each test.

    Raises
    ------
    DataError
        There is no such file, it is no TOML, or a test is not as it must be; all problems at once.

    Examples
    --------
    >>> load_word_sets("no.toml")
    Traceback (most recent call last):
        ...
    fairkit.errors.DataError: there is no file of word sets at 'no.toml'...
    """
    file = Path(path)
    if not file.is_file():
        raise DataError(
            f"there is no file of word sets at '{file}'. "
            f"Shipped with fairkit are {shortlist(list(_shipped()))}."
        )
    content = file.read_bytes()
    if len(content) > _LARGEST:
        raise DataError(f"'{file}' has more than {_LARGEST // 2**20} MiB; word sets are short lists.")
    try:
        return _read(content.decode("utf-8-sig"), str(file))
    except UnicodeDecodeError as error:
        raise DataError(f"'{file}' is not text in UTF-8 ({error.reason}).") from None


def word_sets(name: str | os.PathLike[str]) -> dict[str, WordSets]:
    """Find sets by the name of a shipped one, or read a file.

    Raises
    ------
    UsageError
        There is neither.

    Examples
    --------
    >>> list(word_sets("gender-science"))
    ['gender-science']
    >>> word_sets("gender-carer")
    Traceback (most recent call last):
        ...
    fairkit.errors.UsageError: there are no word sets 'gender-carer', and no such file (shipped are ...
    """
    text = os.fspath(name)
    known = _shipped()
    if text in known:
        return {text: known[text]}
    if Path(text).exists() or text.endswith(".toml"):
        return load_word_sets(text)
    raise UsageError(
        f"there are no word sets '{text}', and no such file (shipped are "
        f"{shortlist(list(known), shown=20)}; a file ends in .toml).{did_you_mean(text, known)}"
    )


@cache
def _shipped() -> dict[str, WordSets]:
    text = resources.files("fairkit.text.intrinsic").joinpath("word_sets.toml").read_text(encoding="utf-8")
    return _read(text, "word_sets.toml")


def _read(text: str, where: str) -> dict[str, WordSets]:
    trouble = costly(text, what=f"'{where}'", most_brackets=8, most_dots=16)
    if trouble:
        raise DataError(trouble)
    try:
        tables = tomllib.loads(text)
    except (tomllib.TOMLDecodeError, RecursionError) as error:
        raise DataError(f"'{where}' is no TOML: {error}.") from None
    problems: list[str] = []
    found: dict[str, WordSets] = {}
    for name, table in tables.items():
        if not isinstance(table, dict) or not {"targets", "attributes"} <= set(table):
            problems.append(
                f"'{where}': '{name}' is no test: a test has the tables 'targets' and 'attributes'."
            )
            continue
        unknown = [key for key in table if key not in _KEYS]
        if unknown:
            near = did_you_mean(unknown[0], _KEYS)
            problems.append(f"'{where}': test '{name}' has the unknown keys {shortlist(unknown)}.{near}")
            continue
        texts = {key: table.get(key, "") for key in ("source", "note")}
        problems += [
            f"'{where}': {key} of '{name}' is no text." for key, v in texts.items() if type(v) is not str
        ]
        try:
            found[name] = WordSets.of(
                name, table["targets"], table["attributes"], **{key: str(v) for key, v in texts.items()}
            )
        except DataError as error:
            problems += error.problems
    if not tables:
        problems.append(f"'{where}' holds no test: write a table with 'targets' and 'attributes'.")
    if problems:
        raise DataError(*problems)
    return found


def _pair(name: str, what: str, given: Any, problems: list[str]) -> tuple[WordSet, WordSet]:
    if not isinstance(given, Mapping) or len(given) != 2:
        stated = shortlist(list(given)) if isinstance(given, Mapping) else repr(given)[:40]
        problems.append(f"test '{name}': {what} are two sets of words with names, not {stated or 'none'}.")
        return (WordSet("", ()), WordSet("", ()))
    made = []
    for label, words in given.items():
        listed = list(words) if isinstance(words, list | tuple) else None
        if listed is None or not all(type(word) is str and word.strip() for word in listed):
            problems.append(f"test '{name}': '{label}' is no list of words: {words!r:.60}.")
            listed = []
        elif any(len(word) > _LONGEST for word in listed):
            problems.append(f"test '{name}': '{label}' holds a word of more than {_LONGEST} letters.")
        made.append(WordSet(str(label), tuple(listed)))
    return (made[0], made[1])


def _problems(name: str, sets: tuple[WordSet, ...]) -> list[str]:
    problems = []
    for i, one in enumerate(sets):
        if not one.words:
            problems.append(f"test '{name}': '{one.name}' is empty.")
        twice = sorted({word for word in one.words if one.words.count(word) > 1})
        if twice:
            problems.append(f"test '{name}': '{one.name}' has {shortlist(twice)} more than once.")
        for other in sets[i + 1 :]:
            both = [word for word in dict.fromkeys(one.words) if word in other.words]
            if both:
                problems.append(
                    f"test '{name}': {shortlist(both)} is in '{one.name}' and in '{other.name}'; a word's "
                    "association with itself is no finding. Leave it out of one."
                )
    if len({one.name for one in sets}) < len(sets):
        problems.append(
            f"test '{name}': two of its sets have one name ({shortlist([one.name for one in sets])})."
        )
    return problems
