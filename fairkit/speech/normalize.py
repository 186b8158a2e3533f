"""Normalisers: which differences between two texts count as errors, and which do not.

A normaliser is part of the result: under another one the gap is another, and sometimes the worst group is. So
each carries a stamp (name, version and hash), which goes into the report. Three are built in, and rules of a
user's own are data (:mod:`fairkit.speech.normalizers.rules`):

- ``none``: texts as they are.
- ``basic``: any language; form, case, punctuation (:mod:`fairkit.speech.normalizers.basic`).
- ``english``: the output of Whisper's English normaliser (:mod:`fairkit.speech.normalizers.english`).

The hash covers the version and every table and rule, not Python's own Unicode tables: a character that one
version of Python does not know yet may be read otherwise by the next.
"""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from typing import Any

from fairkit.errors import DataError, UsageError, unknown_name
from fairkit.speech.normalizers.basic import Basic
from fairkit.speech.normalizers.english import English
from fairkit.speech.normalizers.rules import Rewriting, RuleSet, read_rules
from fairkit.speech.utterances import Stamp

__all__ = ["BUILT_IN", "Normalizer", "english_without", "load_rules", "normalizer", "with_rules"]

BUILT_IN = ("none", "basic", "english")
"""Normalisers known by name."""

_MOST_TEXTS = 100_000
_MOST_CHARACTERS = 20_000_000
_SHOWN = 5
_RULE_FILES = (".toml", ".json")


class _Kept:
    """Texts that were normalised before; emptied when there are too many."""

    __slots__ = ("characters", "texts")

    def __init__(self) -> None:
        self.texts: dict[str, str] = {}
        self.characters = 0

    def add(self, made: Mapping[str, str]) -> None:
        """Keep what was made, unless it alone is too much."""
        size = sum(len(text) + len(shown) for text, shown in made.items())
        if len(self.texts) + len(made) > _MOST_TEXTS or self.characters + size > _MOST_CHARACTERS:
            self.texts, self.characters = {}, 0
        if len(made) <= _MOST_TEXTS and size <= _MOST_CHARACTERS:
            self.texts.update(made)
            self.characters += size


@dataclass(frozen=True, slots=True)
class Normalizer:
    """What makes texts comparable, with its stamp; two are equal when their stamps are.

    It can be pickled and sent to other processes; what it remembers stays behind.

    Parameters
    ----------
    stamp : Stamp
        Name, version, and the hash of everything that decides the output.
    rewrite : callable
        From a text to its normalised form.
    rules : RuleSet, optional
        The rules it was made from, where it was made from rules.

    Examples
    --------
    >>> english = normalizer("english")
    >>> english.text("Twenty-five dollars, please!")
    '$25 please'
    >>> english.texts(["COLOUR", None, "COLOUR"])
    ['color', None, 'color']
    """

    stamp: Stamp
    rewrite: Callable[[str], str] = field(compare=False, repr=False)
    rules: RuleSet | None = field(default=None, compare=False, repr=False)
    _kept: _Kept = field(default_factory=_Kept, compare=False, repr=False)

    def __reduce__(self) -> tuple[type[Normalizer], tuple[Any, ...]]:
        """Pickle all but what is remembered."""
        return Normalizer, (self.stamp, self.rewrite, self.rules)

    def text(self, text: str) -> str:
        """Normalise one text.

        Parameters
        ----------
        text : str

        Returns
        -------
        str

        Raises
        ------
        DataError
            It is no text, None included: a missing text is not an empty one.
        """
        _refuse_others([text], missing=False)
        return self.rewrite(text)

    def texts(self, texts: Sequence[str | None]) -> list[str | None]:
        """Normalise many texts, each distinct one once, and remember them for the next call.

        Parameters
        ----------
        texts : sequence of (str or None)

        Returns
        -------
        list of (str or None)
            As many, in the same order; None stays None.

        Raises
        ------
        DataError
            Something else is among them, such as NaN; says what and where.
        """
        _refuse_others(texts, missing=True)
        kept = self._kept.texts
        made: dict[str | None, str | None] = {text: kept.get(text) for text in texts if text is not None}
        fresh = {
            text: self.rewrite(text) for text, shown in made.items() if shown is None and text is not None
        }
        made.update(fresh)
        self._kept.add(fresh)
        return [made.get(text) for text in texts]


def normalizer(wanted: str | os.PathLike[str] | Mapping[str, Any] | Normalizer) -> Normalizer:
    """Return a normaliser.

    Parameters
    ----------
    wanted : str, path, mapping or Normalizer
        ``"none"``, ``"basic"``, ``"english"``, a TOML or JSON file of rules, or rules as a mapping.

    Returns
    -------
    Normalizer

    Raises
    ------
    UsageError
        No normaliser has this name.
    DataError
        The rules cannot be read; every problem at once.

    Examples
    --------
    >>> normalizer("basic").text("Wait — what?")
    'wait what'
    >>> normalizer("basic").stamp.name
    'basic'
    """
    if isinstance(wanted, Normalizer):
        return wanted
    if isinstance(wanted, Mapping | os.PathLike):
        return load_rules(wanted)
    if wanted in BUILT_IN:
        return _built_in(wanted)
    if isinstance(wanted, str) and wanted.endswith(_RULE_FILES):
        return load_rules(wanted)
    if not isinstance(wanted, str):
        raise UsageError(f"a normalizer is a name, a file or a mapping of rules, not {wanted!r}.")
    raise UsageError(
        f"{unknown_name('normalizer', wanted, BUILT_IN).replace('in the data (it has', 'known (there are')} "
        "Rules of your own come from a .toml or .json file."
    )


def load_rules(source: str | os.PathLike[str] | Mapping[str, Any]) -> Normalizer:
    """Return the normaliser that rules describe.

    Parameters
    ----------
    source : path or mapping
        A TOML or JSON file, or what it holds: ``name``, ``version``, ``base``, ``base_without`` and ``rules``
        (:mod:`fairkit.speech.normalizers.rules` tells their keys).

    Returns
    -------
    Normalizer

    Raises
    ------
    DataError
        The file cannot be read or its rules mean nothing; every problem at once, each with its path.

    Examples
    --------
    >>> rules = {
    ...     "name": "southern",
    ...     "version": "1",
    ...     "base": "english",
    ...     "rules": [{"words": {"finna": "going to"}}, {"tags": ["capitals"]}],
    ... }
    >>> load_rules(rules).text("<NOISE> I'm finna leave")
    'i am going to leave'
    """
    return with_rules(read_rules(source, _base))


def with_rules(rules: RuleSet) -> Normalizer:
    """Return the normaliser of a rule set that was read before, or of some of its rules.

    Parameters
    ----------
    rules : RuleSet

    Returns
    -------
    Normalizer

    Examples
    --------
    >>> given = {"name": "mine", "version": "1", "base": "basic", "rules": [{"drop": ["er"]}]}
    >>> with_rules(load_rules(given).rules.without(0)).text("Er, yes")
    'er yes'
    """
    base = _base(rules.base, rules.base_without)
    decides = {"base": base.stamp.sha256, **rules.decides()}
    stamp = Stamp(rules.name, rules.version, _sha256(decides))
    return Normalizer(stamp, Rewriting(base.rewrite, rules), rules)


@cache
def english_without(*stages: str) -> Normalizer:
    """Return the English normaliser without some of its stages.

    Parameters
    ----------
    *stages : str
        Of :class:`fairkit.speech.normalizers.english.Stage`.

    Returns
    -------
    Normalizer
        Its name tells what it lacks.

    Raises
    ------
    UsageError
        There is no such stage.

    Examples
    --------
    >>> without = english_without("reductions")
    >>> without.text("I'm gonna go"), without.stamp.name
    ('i am gonna go', 'english without reductions')
    """
    english = English(stages)
    lacking = ", ".join(sorted(english.without))
    return _stamped(f"english without {lacking}" if lacking else "english", english)


def _base(name: str, without: Collection[str]) -> Normalizer:
    """Return what rules stand on."""
    return english_without(*sorted(without)) if without else _built_in(name)


@cache
def _built_in(name: str) -> Normalizer:
    """Return a normaliser by its name; there is one of each in a process."""
    if name == "english":
        return english_without()
    return _stamped(name, Basic() if name == "basic" else _AsItIs())


class _AsItIs:
    """Leaves texts as they are."""

    version = "1"

    def decides(self) -> dict[str, Any]:
        """Return what decides the output: nothing."""
        return {}

    def __call__(self, text: str) -> str:
        """Return the text."""
        return text


def _stamped(name: str, rewrite: _AsItIs | Basic | English) -> Normalizer:
    """Stamp what rewrites texts with the hash of what decides it."""
    kind = type(rewrite).__name__
    sha256 = _sha256({"kind": kind, "version": rewrite.version, **rewrite.decides()})
    return Normalizer(Stamp(name, rewrite.version, sha256), rewrite)


def _sha256(decides: Mapping[str, Any]) -> str:
    """Hash tables and rules in one canonical form."""
    text = json.dumps(decides, sort_keys=True, ensure_ascii=True, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()


def _refuse_others(texts: Sequence[Any], *, missing: bool) -> None:
    """Refuse what is no text, and say what and where."""
    wrong = [
        i for i, text in enumerate(texts) if not isinstance(text, str) and not (missing and text is None)
    ]
    if not wrong:
        return
    shown = ", ".join(f"{texts[i]!r} at position {i}" for i in wrong[:_SHOWN])
    more = f" and {len(wrong) - _SHOWN} more" if len(wrong) > _SHOWN else ""
    raise DataError(
        f"texts must be str, or None where missing; there is {shown}{more}. Make them texts or None."
    )
