"""What of a label is compared: its text without case and signs, its words, its stem, its parts."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass

# Prefixes by which Bantu languages name themselves; those of one row are variants of one prefix.
_PREFIXES = (
    ("isi", "si", "se"),
    ("ki", "gi", "eke"),
    ("chi", "ci", "tshi", "shi"),
    ("lu", "olu"),
    ("ru", "oru", "kinya", "runya"),
    ("xi",),
    ("oshi", "otji"),
)
_LINKS = re.compile(r"\s*(?:[,;|/&+()]|\band\b|\bor\b)\s*")
_GAPS = re.compile(r"(?<=[^\W\d])[-_ ]+|[-_ ]+(?=[^\W\d])")
_WORD = re.compile(r"[^\W_]+(?:'[^\W_]+)*")
_QUALIFIERS = frozenset(
    (
        *(
            "english",
            "accent",
            "accented",
            "dialect",
            "language",
            "speaker",
            "speakers",
            "native",
            "standard",
        ),
        *("mainstream", "general", "north", "south", "east", "west", "northern", "southern", "eastern"),
        *("western", "central"),
    )
)
_MISSING = frozenset(
    (
        *("unknown", "none", "na", "nan", "null", "notavailable", "notapplicable", "notspecified"),
        *("unspecified", "notstated", "notgiven", "dontknow", "donotknow", "prefernottosay"),
        *("prefernottoanswer", "undisclosed", "unlabelled", "unlabeled", "missing", "noanswer"),
    )
)
_VOWELS = frozenset("aeiouy")
_SHORTEST_STEM = 4
_ATTACHED_ABOVE = 200
"""Combining classes from here on are accents; below are signs that belong to letters (virama, nukta)."""


@dataclass(frozen=True, slots=True)
class Label:
    """A label and its forms.

    Parameters
    ----------
    text : str
        As it stands.
    plain : str
        Without case, accents and superfluous blanks.
    bare : str
        Letters only; of labels with digits, whose signs have a meaning (``<18``, ``1.5``), all of `plain`.
    words, core : tuple of str
        The words; and those that do more than qualify ("English", "southern").
    digits : tuple of str
    parts : frozenset of str
        What a list names: "yoruba, hausa".
    stems : frozenset of tuple
        The bare word with and without each prefix, each with the row of variants that it belongs to.
    missing : bool
        Whether it says that nothing is known.

    Examples
    --------
    >>> zulu, isizulu, kikuyu, gikuyu = map(Label.of, ["Zulu", "isizulu", "kikuyu", "Gikuyu"])
    >>> [stem for _, stem in zulu.stems & isizulu.stems], [stem for _, stem in kikuyu.stems & gikuyu.stems]
    (['zulu'], ['kuyu'])
    """

    text: str
    plain: str
    bare: str
    words: tuple[str, ...]
    core: tuple[str, ...]
    digits: tuple[str, ...]
    parts: frozenset[str]
    stems: frozenset[tuple[int, str]]
    missing: bool

    @classmethod
    def of(cls, text: str) -> Label:
        """Make the forms of a label."""
        plain = _plain(text)
        digits = tuple(re.findall(r"\d+", plain))
        letters = re.sub(r"[^\w]|_", "", plain)
        words = tuple(_WORD.findall(plain))
        return cls(
            text,
            plain,
            _GAPS.sub(" ", plain) if digits or not letters else letters,
            words,
            tuple(word for word in words if word not in _QUALIFIERS),
            digits,
            frozenset(filter(None, _LINKS.split(plain))),
            _stems(letters) if len(words) == 1 else frozenset(),
            letters in _MISSING or not (letters or set(plain) - set("?-.*/")),
        )

    def keys(self) -> Iterator[tuple[object, ...]]:
        """Name what labels that are to be compared share: at least one of these."""
        yield "bare", self.bare
        if self.missing:
            yield ("missing",)
        for part in {self.plain, *self.parts}:
            yield "part", part
        for stem in self.stems:
            yield "stem", stem
        if self.core:
            yield "core", self.core
        for place, word in enumerate(self.words):
            yield "but", self.words[:place], word[0], self.words[place + 1 :]


def qualifiers(one: tuple[str, ...], two: tuple[str, ...]) -> list[str]:
    """Return the words that one label has more than the other; none where both have some (north, south)."""
    more, less = [word for word in one if word not in two], [word for word in two if word not in one]
    return [] if more and less else more + less


def misspelt(one: tuple[str, ...], two: tuple[str, ...]) -> bool:
    """Tell whether labels differ in one word only, and there by a slip of the pen.

    Examples
    --------
    >>> misspelt(("ghanain", "english"), ("ghanaian", "english")), misspelt(("austria",), ("australia",))
    (True, False)
    """
    if len(one) != len(two):
        return False
    differing = [(a, b) for a, b in zip(one, two, strict=True) if a != b]
    return len(differing) == 1 and _slip(*differing[0])


def _slip(one: str, two: str) -> bool:
    """Tell a slip: a letter more, less or swapped; in longer words also another vowel, or two such slips."""
    shorter, longer = sorted(map(len, (one, two)))
    if one[0] != two[0] or longer < 5 or longer - shorter > 2:
        return False
    from rapidfuzz.distance import OSA

    distance = OSA.distance(one, two, score_cutoff=2)
    if distance == 2:
        return longer >= 9 and set(one) == set(two)
    if distance == 1 and shorter == longer and sorted(one) != sorted(two):
        changed = {char for pair in zip(one, two, strict=True) if pair[0] != pair[1] for char in pair}
        return longer >= 10 or (longer >= 7 and changed <= _VOWELS)
    return distance == 1


def _stems(word: str) -> frozenset[tuple[int, str]]:
    """Cut the variants of each prefix from a word, where enough is left."""
    return frozenset(
        (row, stem)
        for row, variants in enumerate(_PREFIXES)
        for stem in (word, *(word.removeprefix(prefix) for prefix in variants))
        if len(stem) >= _SHORTEST_STEM
    )


def _plain(text: str) -> str:
    """Fold case, Unicode form and accents; letters of other scripts keep their signs."""
    folded = unicodedata.normalize("NFKD", unicodedata.normalize("NFKC", text).casefold())
    kept = "".join(char for char in folded if unicodedata.combining(char) < _ATTACHED_ABOVE)
    return " ".join(
        unicodedata.normalize("NFKC", kept).replace("\N{RIGHT SINGLE QUOTATION MARK}", "'").split()
    )
