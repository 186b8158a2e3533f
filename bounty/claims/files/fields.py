"""A table of a claim file, read key by key; what is wrong is collected, each with its place.

Places are written as in JSONPath: ``$.model.rules[2].when`` is the condition of the third rule.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, time
from decimal import Decimal
from typing import Any

from fairkit.errors import ClaimError, did_you_mean

MOST_PROBLEMS = 20
"""Problems that one message lists."""

_SHOWN = 60
_LONGEST_KEY = 40

# What a reader cannot see, or what turns around what is read (Boucher & Anderson, "Trojan Source", 2023).
# Marks that scripts need to be written rightly, such as joiners, stay.
_UNSEEN = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\u2028-\u202e\u2066-\u206f\ud800-\udfff\ufeff\ufff9-\ufffb\ufffe\uffff\U000e0000-\U000e007f]"
)
_BREAKS = re.compile("[\t\n]")


def printable(text: str, most: int = _SHOWN) -> str:
    r"""Make a foreign text safe to print, and short.

    Examples
    --------
    >>> printable("a\x1b[2J" + "b" * 100)
    'a�[2Jbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb...'
    """
    cut = text if len(text) <= most else f"{text[:most]}..."
    letters = (" " if letter in "\t\n" else letter for letter in cut)
    return "".join(letter if letter.isprintable() else "\N{REPLACEMENT CHARACTER}" for letter in letters)


@dataclass(frozen=True, slots=True)
class Table:
    """One table of a document.

    Attributes
    ----------
    content : mapping
    where : str
        Its place; ``$`` for the whole document.
    problems : list of str
        What was found wrong, shared by all tables of a document.

    Examples
    --------
    >>> table = Table({"loss": 5, "grup": "age < 25"})
    >>> table.text("loss"), table.refuse_others(["loss", "group"])
    (None, None)
    >>> table.problems
    ['$.loss is a number; write text.', "$.grup is no key of a claim. Did you mean 'group'?"]
    """

    content: Mapping[str, Any]
    where: str = "$"
    problems: list[str] = field(default_factory=list)

    def has(self, key: str) -> bool:
        """Whether a key is written."""
        return key in self.content

    def wrong(self, key: str, problem: str) -> None:
        """Note what is wrong with a key's value."""
        self.problems.append(f"{self.where}.{key} {problem}")

    def of_kind(self, key: str, kinds: type | tuple[type, ...], write: str) -> Any:
        """Give a value if it is of a kind; else note what it is and what to write."""
        value = self.content.get(key)
        if isinstance(value, kinds) and (not isinstance(value, bool) or _takes_booleans(kinds)):
            return value
        if self.has(key):
            self.wrong(key, f"is {kind_of(value)}; write {write}.")
        return None

    def text(self, key: str, *, most: int = 4096, lines: bool = False) -> str | None:
        """Give a text of limited length that prints as it is; with `lines` it may have several."""
        value = self.of_kind(key, str, "text")
        return None if value is None else self.plain(key, value, most=most, lines=lines)

    def plain(self, key: str, value: str, *, most: int, lines: bool = False) -> str | None:
        """Give a text back if it is short and prints as it is."""
        if len(value) > most:
            self.wrong(key, f"has {len(value):,} characters; at most {most:,} are kept.")
            return None
        unseen = _UNSEEN.search(value) or (None if lines else _BREAKS.search(value))
        if unseen:
            self.wrong(
                key,
                f"has the control character U+{ord(unseen[0]):04X} at place {unseen.start() + 1:,}; "
                "leave it out.",
            )
            return None
        return value

    def table(self, key: str) -> Table | None:
        """Give a table within this one."""
        value = self.of_kind(key, Mapping, "a table")
        return None if value is None else Table(value, f"{self.where}.{key}", self.problems)

    def tables(self, key: str, *, most: int) -> list[Table]:
        """Give a list of tables within this one."""
        value = self.of_kind(key, list, "a list of tables")
        if value is None:
            return []
        if not 1 <= len(value) <= most:
            self.wrong(key, f"has {len(value):,} entries; write 1 to {most}.")
            return []
        tables = []
        for index, entry in enumerate(value):
            where = f"{self.where}.{key}[{index}]"
            if isinstance(entry, Mapping):
                tables.append(Table(entry, where, self.problems))
            else:
                self.problems.append(f"{where} is {kind_of(entry)}; write a table.")
        return tables

    def refuse_others(self, known: Sequence[str]) -> None:
        """Note every key that is not among the known ones."""
        for key in self.content:
            if len(self.problems) > MOST_PROBLEMS:
                return
            if key not in known:
                name = key if isinstance(key, str) else ""
                near = did_you_mean(name, known) if len(name) <= _LONGEST_KEY else ""
                self.problems.append(f"{self.where}.{printable(name)} is no key of a claim.{near}")

    def raise_problems(self) -> None:
        """Raise what was collected.

        Raises
        ------
        ClaimError
            With all problems, or the first twenty and how many more there are.
        """
        if not self.problems:
            return
        more = len(self.problems) - MOST_PROBLEMS
        listed = self.problems[:MOST_PROBLEMS]
        raise ClaimError(*listed, *([f"There are {more} more problems."] if more > 0 else []))


def kind_of(value: object) -> str:
    """Name the kind of a value in a reader's words.

    Examples
    --------
    >>> kind_of(True), kind_of([1]), kind_of(None)
    ('true or false', 'a list', 'empty')
    """
    return next((name for kind, name in _KINDS if isinstance(value, kind)), "of no kind that a claim has")


_KINDS: tuple[tuple[type | tuple[type, ...], str], ...] = (
    (bool, "true or false"),
    ((int, float, Decimal), "a number"),
    (str, "text"),
    (Mapping, "a table"),
    ((list, tuple), "a list"),
    ((date, time), "a date or time"),
    (type(None), "empty"),
)


def _takes_booleans(kinds: type | tuple[type, ...]) -> bool:
    return bool in (kinds if isinstance(kinds, tuple) else (kinds,))
