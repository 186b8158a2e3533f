"""Classes of words that the rules for pronouns read: a file, loaded once."""

from __future__ import annotations

from functools import cache
from pathlib import Path

__all__ = ["word_class"]


@cache
def _classes() -> dict[str, frozenset[str]]:
    found: dict[str, set[str]] = {}
    words: set[str] = set()
    for line in Path(__file__).with_suffix(".txt").read_text(encoding="utf-8").splitlines():
        if line.startswith("## "):
            words = found.setdefault(line[3:].strip(), set())
        elif not line.startswith("#"):
            words.update(line.split())
    return {name: frozenset(words) for name, words in found.items()}


def word_class(name: str) -> frozenset[str]:
    """Return the words of a class, in lower case.

    Examples
    --------
    >>> "gave" in word_class("giving"), "gave" in word_class("making")
    (True, False)
    """
    return _classes()[name]
