"""What a user's rules do to a text: patterns before or after the base normaliser, words after it.

Patterns run in the package ``regex``, which can stop: a pattern that backtracks without end is refused with
an error after a second, whatever the text. Words are looked up, however many there are.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from functools import cache
from typing import Any, Literal

from fairkit.errors import DataError

__all__ = ["Patterns", "Rewriting", "Rule", "RuleSet", "Words", "compiled"]

When = Literal["before", "after"]
"""Whether a pattern sees the text as it was given, or as the base normaliser leaves it."""

_SECONDS = 1.0
_SECONDS_A_CHARACTER = 1e-5
_SHOWN = 40


@cache
def compiled(pattern: str, *, ignore_case: bool) -> Any:
    """Compile a pattern once a process.

    Examples
    --------
    >>> compiled("U+H", ignore_case=True).sub("", "uuh yes")
    ' yes'
    """
    import regex  # type: ignore[import-untyped]

    return regex.compile(pattern, regex.IGNORECASE if ignore_case else 0)


@dataclass(frozen=True, slots=True)
class Words:
    """Words, or runs of words, that are written otherwise; dropped where that is nothing.

    Parameters
    ----------
    name : str
    words : mapping of str to str
        From words to words, single spaces between them. Of two that fit the longer one counts.

    Examples
    --------
    >>> Words("casual", {"gonna": "going to", "you know": ""})("you know i am gonna go")
    'i am going to go'
    """

    name: str
    words: Mapping[str, str]

    when: When = "after"

    def __call__(self, text: str) -> str:
        """Apply the rule to a text."""
        given = text.split()
        begins = _beginnings(tuple(self.words.items()))
        written, i = [], 0
        while i < len(given):
            for length, run, shown in begins.get(given[i], ()):
                if length == 1 or given[i : i + length] == run:
                    written.append(shown)
                    i += length
                    break
            else:
                written.append(given[i])
                i += 1
        return " ".join(filter(None, written))

    def decides(self) -> dict[str, Any]:
        """Return what decides the output, for its hash."""
        return {"words": dict(self.words)}


@cache
def _beginnings(words: tuple[tuple[str, str], ...]) -> dict[str, list[tuple[int, list[str], str]]]:
    """Sort runs of words by their first word, longest first."""
    begins: dict[str, list[tuple[int, list[str], str]]] = {}
    for given, shown in words:
        run = given.split()
        begins.setdefault(run[0], []).append((len(run), run, shown))
    for runs in begins.values():
        runs.sort(key=lambda found: -found[0])
    return begins


@dataclass(frozen=True, slots=True)
class Patterns:
    r"""Regular expressions and what is written for them.

    Parameters
    ----------
    name : str
    patterns : tuple of str
    replacement : str
        May refer to groups, as in ``\1``.
    when : {"before", "after"}
        The base normaliser.
    ignore_case : bool, default False

    Examples
    --------
    >>> Patterns("tags", (r"<[A-Z_]+>",), " ", "before")("YES<LAUGH>NO")
    'YES NO'
    """

    name: str
    patterns: tuple[str, ...]
    replacement: str
    when: When
    ignore_case: bool = False

    def __call__(self, text: str) -> str:
        """Apply the rule to a text.

        Raises
        ------
        DataError
            It takes more than a second.
        """
        seconds = _SECONDS + _SECONDS_A_CHARACTER * len(text)
        for pattern in self.patterns:
            try:
                text = compiled(pattern, ignore_case=self.ignore_case).sub(
                    self.replacement, text, timeout=seconds
                )
            except TimeoutError:
                raise DataError(
                    f"rule '{self.name}': the pattern {pattern!r} takes more than {seconds:.0f} s on a text "
                    f"of {len(text):,} characters that begins {text[:_SHOWN]!r}. Write it without repeats "
                    "inside repeats, and give repeats a bound, as in {1,50}."
                ) from None
        return text

    def decides(self) -> dict[str, Any]:
        """Return what decides the output, for its hash."""
        return {
            "patterns": self.patterns,
            "with": self.replacement,
            "when": self.when,
            "ignore_case": self.ignore_case,
        }


Rule = Words | Patterns


@dataclass(frozen=True, slots=True)
class RuleSet:
    """Rules on top of a normaliser.

    Parameters
    ----------
    name, version : str
    base : {"none", "basic", "english"}
    base_without : tuple of str
        Stages of ``english`` that are left out.
    rules : tuple of Rule
        In the order in which they are applied; those before the base first.

    Examples
    --------
    >>> rules = RuleSet("mine", "1", "none", (), (Words("a", {"x": "y"}), Words("b", {"y": "z"})))
    >>> rules.without(0).rules[0].name
    'b'
    """

    name: str
    version: str
    base: str
    base_without: tuple[str, ...]
    rules: tuple[Rule, ...]

    def without(self, position: int) -> RuleSet:
        """Return the rule set without one of its rules."""
        return replace(self, rules=self.rules[:position] + self.rules[position + 1 :])

    def without_stage(self, stage: str) -> RuleSet:
        """Return the rule set on a base that lacks one more stage."""
        return replace(self, base_without=(*self.base_without, stage))

    def decides(self) -> dict[str, Any]:
        """Return what the rules decide, for their hash: names decide nothing."""
        return {"rules": [rule.decides() for rule in self.rules]}


class Rewriting:
    """A base normaliser with rules before and after it.

    Parameters
    ----------
    base : callable
    rules : RuleSet

    Examples
    --------
    >>> Rewriting(str.lower, RuleSet("mine", "1", "none", (), (Words("a", {"x": "y"}),)))("X x")
    'y y'
    """

    __slots__ = ("_after", "_base", "_before", "_rules")

    def __init__(self, base: Callable[[str], str], rules: RuleSet) -> None:
        self._base, self._rules = base, rules
        self._before = [rule for rule in rules.rules if rule.when == "before"]
        self._after = [rule for rule in rules.rules if rule.when == "after"]

    def __reduce__(self) -> tuple[type[Rewriting], tuple[Any, ...]]:
        """Pickle the rules; patterns are compiled again."""
        return Rewriting, (self._base, self._rules)

    def __call__(self, text: str) -> str:
        """Normalise one text; white space is squeezed."""
        for rule in self._before:
            text = rule(text)
        text = self._base(text)
        for rule in self._after:
            text = rule(text)
        return " ".join(text.split())
