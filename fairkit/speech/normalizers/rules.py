r"""Rules of a user's own, read from a TOML or JSON file or a mapping, and checked whole.

.. code-block:: toml

    name = "call-centre"
    version = "3"
    base = "english"                  # or "basic", "none"; the default is "basic"
    base_without = ["reductions"]     # stages of "english" to leave out

    [[rules]]                         # annotations that a standard tells: a space for each
    tags = ["capitals", "square"]

    [[rules]]                         # words for words, after the base normaliser
    name = "casual"
    words = { gonna = "going to", finna = "going to" }

    [[rules]]                         # words left out
    drop = ["er", "you know"]

    [[rules]]                         # a regular expression, before or after the base normaliser
    pattern = '(\d+)-(\d+)'
    with = '\1 to \2'
    when = "before"

Standards for `tags`, all applied before the base normaliser: ``capitals`` is ``<[A-Z_]+>`` (EdAcc:
``<LAUGH>``), ``angle`` any ``<unk>``, ``square`` any ``[background noise]``, ``round`` any ``(laughs)``,
``curly`` any ``{breath}``. They become a space, or what `with` says: a tag that stands for a word, such as
``<unk>``, is an error of the recogniser only if something is written for it.

Words must be spelled as the base normaliser leaves them; one that could never be met is refused.
"""

from __future__ import annotations

import json
import os
import tomllib
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

from fairkit.errors import DataError, FairkitError, did_you_mean, shortlist
from fairkit.speech.normalizers.english import Stage
from fairkit.speech.normalizers.rewriting import Patterns, Rewriting, Rule, RuleSet, Words, compiled

__all__ = ["TAGS", "Rewriting", "RuleSet", "read_rules"]

TAGS = {
    "capitals": r"<[A-Z_]+>",
    "angle": r"<[^<>\s]{1,64}>",
    "square": r"\[[^\[\]]{1,64}\]",
    "round": r"\([^()]{1,64}\)",
    "curly": r"\{[^{}]{1,64}\}",
}
"""Patterns of annotations, by the name of their standard."""

_BASES = ("none", "basic", "english")
_TOP = ("name", "version", "base", "base_without", "rules")
_KEYS = {
    "words": ("name", "words"),
    "drop": ("name", "drop"),
    "tags": ("name", "tags", "with"),
    "pattern": ("name", "pattern", "with", "when", "ignore_case"),
}
_ALL_KEYS = tuple(dict.fromkeys(key for keys in _KEYS.values() for key in keys))
_LARGEST_FILE = 5_000_000
_MOST_RULES = 1000
_LONGEST_PATTERN = 500
_PROBE = 1000
_PROBE_SECONDS = 0.5
_LETTERS = 40
_NAMED = 3

Base = Callable[[str, Sequence[str]], Any]


def read_rules(source: str | os.PathLike[str] | Mapping[str, Any], base: Base) -> RuleSet:
    """Read rules and check them.

    Parameters
    ----------
    source : path or mapping
    base : callable
        Gives the base normaliser by its name and the stages to leave out.

    Returns
    -------
    RuleSet

    Raises
    ------
    DataError
        Every problem at once, each with its path, such as ``$.rules[2].pattern``.

    Examples
    --------
    >>> from fairkit.speech.normalize import normalizer
    >>> read_rules({"name": "mine", "version": "1", "rules": []}, lambda name, _: normalizer(name)).base
    'basic'
    """
    given = source if isinstance(source, Mapping) else _loaded(Path(source))
    return _Reader(base).rule_set(given)


def _loaded(path: Path) -> Mapping[str, Any]:
    """Read a file."""
    try:
        if path.stat().st_size > _LARGEST_FILE:
            raise DataError(f"{path} is larger than {_LARGEST_FILE:,} bytes; rules should be short.")
        text = path.read_text(encoding="utf-8-sig")
        json_file = path.suffix == ".json"
        given = json.loads(text, object_pairs_hook=_once) if json_file else tomllib.loads(text)
    except OSError as error:
        raise DataError(f"the rules cannot be read from {path}: {error.strerror or error}.") from None
    except (ValueError, RecursionError) as error:
        if isinstance(error, FairkitError):
            raise
        raise DataError(f"{path} is no {'JSON' if path.suffix == '.json' else 'TOML'}: {error}.") from None
    if not isinstance(given, Mapping):
        raise DataError(f"{path}: rules are an object with 'name', 'version' and 'rules', not {given!r:.80}.")
    return given


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """Refuse a key that is given twice, as TOML does."""
    keys = [key for key, _ in pairs]
    if twice := sorted({key for key in keys if keys.count(key) > 1}):
        raise ValueError(f"{shortlist(twice)} is given twice in one object")
    return dict(pairs)


class _Reader:
    """Reads rules, and collects what is wrong with them."""

    def __init__(self, base: Base) -> None:
        self._base = base
        self._problems: list[str] = []
        self._normal: Callable[[str], str] | None = None

    def rule_set(self, given: Mapping[str, Any]) -> RuleSet:
        """Read it all, or refuse it with all problems."""
        self._known("$", given, _TOP)
        name = self._text("$.name", given.get("name"), needed=True)
        version = self._text("$.version", given.get("version"), needed=True)
        base = given.get("base", "basic")
        if base not in _BASES:
            hint = did_you_mean(base, _BASES) if isinstance(base, str) else ""
            self._wrong("$.base", f"is one of {shortlist(_BASES)}, not {base!r}.{hint}")
        elif name in _BASES:
            self._wrong("$.name", f"'{name}' is built in; rules need a name of their own.")
        stages = self._texts("$.base_without", given.get("base_without", []))
        for stage in stages:
            if stage not in list(Stage):
                known = [str(stage) for stage in Stage]
                hint = did_you_mean(stage, known)
                self._wrong("$.base_without", f"'{stage}' is no stage (they are {', '.join(known)}).{hint}")
        if stages and base != "english":
            self._wrong("$.base_without", "only the base 'english' has stages.")
        if not self._problems:
            self._normal = self._base(base, stages).text
        rules = given.get("rules", [])
        if not isinstance(rules, list | tuple) or len(rules) > _MOST_RULES:
            self._wrong("$.rules", f"is a list of at most {_MOST_RULES:,} rules.")
            rules = []
        read = [self._rule(f"$.rules[{i}]", rule) for i, rule in enumerate(rules)]
        names = [rule.name for rule in read if rule is not None]
        for twice in dict.fromkeys(one for one in names if names.count(one) > 1):
            self._wrong("$.rules", f"two rules are called '{twice}'; give each a `name` of its own.")
        if self._problems:
            raise DataError(*self._problems)
        return RuleSet(name, version, base, tuple(stages), tuple(rule for rule in read if rule is not None))

    def _rule(self, where: str, given: Any) -> Rule | None:
        """Read one rule; None where it is none."""
        if not isinstance(given, Mapping):
            self._wrong(where, f"is an object, not {given!r:.60}.")
            return None
        kinds = [kind for kind in _KEYS if kind in given]
        if len(kinds) != 1:
            self._known(where, given, _ALL_KEYS)
            found = f"has {shortlist(kinds)}" if kinds else "has none"
            self._wrong(where, f"needs exactly one of {shortlist(list(_KEYS))}; it {found}.")
            return None
        kind = kinds[0]
        self._known(where, given, _KEYS[kind])
        name = self._text(f"{where}.name", given["name"], needed=True) if "name" in given else ""
        read = {"words": self._words, "drop": self._drop, "tags": self._tags, "pattern": self._pattern}
        return read[kind](where, given, name)

    def _words(self, where: str, given: Mapping[str, Any], name: str) -> Rule:
        words = given["words"]
        if not isinstance(words, Mapping) or not words:
            self._wrong(
                f"{where}.words", "maps words to what is written for them, as in {gonna = 'going to'}."
            )
            return Words(name, {})
        read = {}
        for word, shown in words.items():
            place = f"{where}.words.{word}"
            self._as_left(place, word)
            if self._text(place, shown):
                self._as_left(place, shown)
            read[" ".join(str(word).split())] = " ".join(str(shown).split())
        return Words(name or _called("words", list(read)), read)

    def _drop(self, where: str, given: Mapping[str, Any], name: str) -> Rule:
        words = self._texts(f"{where}.drop", given["drop"], needed=True)
        for i, word in enumerate(words):
            self._as_left(f"{where}.drop[{i}]", word)
        read = [" ".join(word.split()) for word in words]
        return Words(name or _called("drop", read), dict.fromkeys(read, ""))

    def _tags(self, where: str, given: Mapping[str, Any], name: str) -> Rule:
        standards = self._texts(f"{where}.tags", given["tags"], needed=True)
        for standard in standards:
            if standard not in TAGS:
                hint = did_you_mean(standard, TAGS)
                self._wrong(
                    f"{where}.tags", f"'{standard}' is no standard (they are {', '.join(TAGS)}).{hint}"
                )
        shown = self._text(f"{where}.with", given.get("with", " ")).replace("\\", r"\\")
        patterns = tuple(TAGS[standard] for standard in standards if standard in TAGS)
        return Patterns(name or _called("tags", standards), patterns, shown, "before")

    def _pattern(self, where: str, given: Mapping[str, Any], name: str) -> Rule:
        pattern = self._text(f"{where}.pattern", given["pattern"], needed=True)
        shown = self._text(f"{where}.with", given.get("with"))
        when, ignore_case = given.get("when"), given.get("ignore_case", False)
        if when not in ("before", "after"):
            hint = "whether it sees the text before or after the base normaliser"
            self._wrong(f"{where}.when", f"is 'before' or 'after', {hint}, not {when!r}.")
        if not isinstance(ignore_case, bool):
            self._wrong(f"{where}.ignore_case", f"is true or false, not {ignore_case!r}.")
        if len(pattern) > _LONGEST_PATTERN:
            self._wrong(
                f"{where}.pattern", f"has {len(pattern):,} characters, at most {_LONGEST_PATTERN} may be."
            )
        elif pattern:
            self._try(where, pattern, shown, ignore_case=bool(ignore_case))
        read: Any = when
        return Patterns(name or _called("pattern", [pattern]), (pattern,), shown, read, bool(ignore_case))

    def _try(self, where: str, pattern: str, shown: str, *, ignore_case: bool) -> None:
        """Compile a pattern, and run it where patterns that backtrack without end take for ever."""
        import regex  # type: ignore[import-untyped]

        try:
            made = compiled(pattern, ignore_case=ignore_case)
        except (regex.error, OverflowError, RecursionError) as error:
            self._wrong(f"{where}.pattern", f"{pattern!r} is no regular expression: {error}.")
            return
        if made.search("") is not None:
            self._wrong(
                f"{where}.pattern", f"{pattern!r} matches the empty text, so it would write everywhere."
            )
            return
        try:
            # With an empty alternative the pattern matches, so that the replacement is read.
            regex.compile(f"(?:{pattern})|").sub(shown, "")
        except (regex.error, IndexError) as error:
            self._wrong(f"{where}.with", f"{shown!r} does not fit the pattern: {error}.")
            return
        letters = dict.fromkeys("a0 <[(" + "".join(filter(str.isprintable, pattern)))
        # What a pattern needs stands at the end, out of its reach, or it would not even begin to search.
        ends = ("", "\x00", "\x00\n" + "".join(letters))
        probes = [letter * _PROBE + end for letter in list(letters)[:_LETTERS] for end in ends]
        try:
            for probe in probes:
                made.sub(shown, probe, timeout=_PROBE_SECONDS)
        except TimeoutError:
            self._wrong(
                f"{where}.pattern",
                f"{pattern!r} backtracks: it takes more than {_PROBE_SECONDS} s on {_PROBE:,} times "
                f"{probe[0]!r}. Write it without repeats inside repeats.",
            )

    def _as_left(self, where: str, words: str) -> None:
        """Refuse words that the base normaliser would have changed: they could never be met."""
        if not words.split():
            self._wrong(where, "is empty; words are needed.")
        elif self._normal is not None and (left := self._normal(words).strip()) != " ".join(words.split()):
            instead = f"leaves '{left}' of it" if left else "leaves nothing of it"
            self._wrong(where, f"'{words}' is never met: the base normaliser {instead}.")

    def _known(self, where: str, given: Mapping[str, Any], known: Sequence[str]) -> None:
        """Refuse keys that nothing reads."""
        for key in given:
            if key not in known:
                hint = did_you_mean(str(key), known)
                self._wrong(f"{where}.{key}", f"is not known (there are {', '.join(known)}).{hint}")

    def _text(self, where: str, given: Any, *, needed: bool = False) -> str:
        """Read a text."""
        if isinstance(given, str) and (given.strip() or not needed):
            return given
        self._wrong(where, f"is a text{' and needed' if given is None else ''}, not {given!r:.60}.")
        return ""

    def _texts(self, where: str, given: Any, *, needed: bool = False) -> list[str]:
        """Read a list of texts."""
        good = isinstance(given, list | tuple) and all(isinstance(one, str) for one in given)
        if good and (given or not needed) and len(set(given)) == len(given):
            return list(given)
        self._wrong(where, f"is a list of different texts, not {given!r:.60}.")
        return []

    def _wrong(self, where: str, what: str) -> None:
        """Keep a problem with its path."""
        self._problems.append(f"{where}: {what}")


def _called(kind: str, items: list[str]) -> str:
    """Name a rule that has no name by what it reads."""
    more = f" and {len(items) - _NAMED} more" if len(items) > _NAMED else ""
    return f"{kind} {', '.join(items[:_NAMED])}{more}"
