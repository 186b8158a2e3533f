"""Labels of one attribute that look like the same thing, and speakers who have several.

A gap between "zulu" and "isizulu" is no gap between groups of people, and a group of 40 split over three
spellings is three groups too small to judge. Nothing is merged here: the pairs are pointed out, each with its
reason, for only who made the labels knows what they mean.

The rules are strict, since a list of false alarms is not read: a word may differ by one letter (two in long
words of the same letters), never in its first; labels that differ in digits are never taken for one.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import combinations
from typing import Literal

from fairkit.errors import DataError
from fairkit.speech.label_forms import Label, misspelt, qualifiers

Reason = Literal["form", "missing", "several", "prefix", "qualifier", "spelling"]


@dataclass(frozen=True, slots=True)
class Overlap:
    """Two labels of one attribute that may mean the same, or one of which contains the other.

    Parameters
    ----------
    labels : tuple of str
        The two, the one with more rows first.
    rows : tuple of int
        How many rows each has.
    reason : {"form", "missing", "several", "prefix", "qualifier", "spelling"}
    because : str
        The reason in words.

    Examples
    --------
    >>> print(Overlap(("zulu", "isizulu"), (9, 2), "prefix", "the same word with and without a prefix"))
    'zulu' (9 rows) and 'isizulu' (2 rows): the same word with and without a prefix
    """

    labels: tuple[str, str]
    rows: tuple[int, int]
    reason: Reason
    because: str

    def __str__(self) -> str:
        one, two = (
            f"'{label}' ({rows:,} row{'' if rows == 1 else 's'})"
            for label, rows in zip(self.labels, self.rows, strict=True)
        )
        return f"{one} and {two}: {self.because}"


@dataclass(frozen=True, slots=True)
class SpeakerInGroups:
    """A speaker whose rows have several labels.

    Parameters
    ----------
    speaker : str
    levels : tuple of str
        Most rows first.
    rows : tuple of int
        How many rows the speaker has under each.
    rows_missing : int
        How many rows of the speaker have no label.

    Examples
    --------
    >>> print(SpeakerInGroups("s1", ("igbo", "yoruba"), (7, 2), 0))
    's1': 'igbo' in 7 rows, 'yoruba' in 2
    """

    speaker: str
    levels: tuple[str, ...]
    rows: tuple[int, ...]
    rows_missing: int

    def __str__(self) -> str:
        (first, count), *others = zip(self.levels, self.rows, strict=True)
        told = [
            f"'{first}' in {count:,} row{'' if count == 1 else 's'}",
            *(f"'{a}' in {n:,}" for a, n in others),
        ]
        missing = [f"none in {self.rows_missing:,}"] if self.rows_missing else []
        return f"'{self.speaker}': {', '.join([*told, *missing])}"


def overlapping_labels(levels: Sequence[str | None]) -> tuple[Overlap, ...]:
    """Find labels of one attribute that look like the same thing.

    Parameters
    ----------
    levels : sequence of str or None
        The label of every row, or every label once.

    Returns
    -------
    tuple of Overlap
        Each pair once, for its first reason: ``form`` (the same but for case, blanks, punctuation, accents or
        Unicode form), ``missing`` (both say that nothing is known), ``several`` (one lists the other among
        others), ``prefix`` (of a language's name: zulu, isizulu), ``qualifier`` (the same but for words such
        as "English" or "southern"), ``spelling``. Pairs with more rows come first.

    Examples
    --------
    >>> levels = ["zulu", "isizulu", "Zulu", "yoruba, hausa", "hausa", "male", "female"]
    >>> for one in overlapping_labels(levels):
    ...     print(one.labels, one.reason)
    ('isizulu', 'Zulu') prefix
    ('yoruba, hausa', 'hausa') several
    ('zulu', 'Zulu') form
    ('zulu', 'isizulu') prefix
    """
    rows = Counter(level for level in levels if level is not None)
    found = [
        _overlap(one, two, rows, reason, because)
        for one, two in _alike([Label.of(text) for text in rows])
        for reason, because in [_compared(one, two)]
        if reason is not None
    ]
    return tuple(sorted(found, key=lambda one: (-sum(one.rows), *one.labels)))


def missing_labels(levels: Sequence[str | None]) -> tuple[str, ...]:
    """Return labels that say that nothing is known, such as "Don't know": they are no group of people.

    Examples
    --------
    >>> missing_labels(["Irish English", "Don't know", "N/A", None, "other"])
    ("Don't know", 'N/A')
    """
    return tuple(
        text for text in dict.fromkeys(one for one in levels if one is not None) if Label.of(text).missing
    )


def speakers_in_several_groups(
    speakers: Sequence[str | None], groups: Sequence[str | None]
) -> tuple[SpeakerInGroups, ...]:
    """Find speakers whose rows have more than one label.

    Such speakers count in each of their groups, so that the groups are not independent; most often one of the
    labels is a mistake.

    Parameters
    ----------
    speakers, groups : sequence of str or None
        Of one length, one entry a row. Rows without a speaker are passed over.

    Returns
    -------
    tuple of SpeakerInGroups
        In the order in which the speakers first appear.

    Raises
    ------
    DataError
        The two are not of one length.

    Examples
    --------
    >>> speakers_in_several_groups(["s1", "s1", "s2"], ["igbo", "yoruba", "igbo"])
    (SpeakerInGroups(speaker='s1', levels=('igbo', 'yoruba'), rows=(1, 1), rows_missing=0),)
    """
    if len(speakers) != len(groups):
        raise DataError(
            f"speakers and groups must have one length; they have {len(speakers)} and {len(groups)}."
        )
    counts: dict[str, Counter[str | None]] = {}
    for (speaker, group), n in Counter(zip(speakers, groups, strict=True)).items():
        if speaker is not None:
            counts.setdefault(speaker, Counter())[group] += n
    found = []
    for speaker, levels in counts.items():
        missing = levels.pop(None, 0)
        if len(levels) > 1:
            names, rows = zip(*levels.most_common(), strict=True)
            found.append(SpeakerInGroups(speaker, tuple(str(name) for name in names), rows, missing))
    return tuple(found)


def _alike(labels: Sequence[Label]) -> list[tuple[Label, Label]]:
    """Pair labels that share a key: of a thousand labels nearly all pairs have nothing in common."""
    places: dict[tuple[object, ...], list[int]] = {}
    for place, label in enumerate(labels):
        for key in set(label.keys()):
            places.setdefault(key, []).append(place)
    pairs = {pair for sharing in places.values() for pair in combinations(sharing, 2)}
    return [(labels[one], labels[two]) for one, two in sorted(pairs)]


def _compared(one: Label, two: Label) -> tuple[Reason | None, str]:
    """Say why two labels may be one; the first reason that holds."""
    if one.missing or two.missing:
        both = one.missing and two.missing
        return ("missing", "both say that nothing is known") if both else (None, "")
    if one.bare == two.bare:
        return "form", "the same but for case, blanks, punctuation, accents or Unicode form"
    for whole, part in ((one, two), (two, one)):
        if len(whole.parts) > 1 and part.plain in whole.parts:
            return "several", f"'{whole.text}' lists '{part.text}' among others"
    if one.digits != two.digits:
        return None, ""
    if one.stems & two.stems:
        return "prefix", "the same word but for a prefix, as names of languages have"
    if one.core and one.core == two.core and (extra := qualifiers(one.words, two.words)):
        return "qualifier", f"the same but for '{' '.join(extra)}'"
    if misspelt(one.words, two.words):
        return "spelling", "nearly the same letters"
    return None, ""


def _overlap(one: Label, two: Label, rows: Counter[str], reason: Reason, because: str) -> Overlap:
    first, second = sorted((one.text, two.text), key=lambda text: -rows[text])
    return Overlap((first, second), (rows[first], rows[second]), reason, because)
