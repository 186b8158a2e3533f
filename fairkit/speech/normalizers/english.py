"""Whisper's English normaliser, with the same output and far less work.

Case, brackets, fillers, contractions, titles, punctuation, accents, numbers and spelling, in this order.
Nearly all of that can be told from one chunk (what stands between two spaces), and a text has few chunks that
were not met before. So a text is, mostly, a look-up of each chunk and a join.

What cannot be told from one chunk is: a chunk that begins with an apostrophe (it joins the chunk before), 'd
and 's before a participle, "and a half", symbols (they go or stay by what is beside them), and number words
side by side. Chunks therefore carry marks, control characters that no spoken text has: a number begins with
one and ends with another, and where an end meets a beginning the text is read carefully, whole. A text that
holds such characters itself is read carefully too, so the marks never decide what is written.

The output equals that of openai-whisper 20250625 on every text on which that does not raise (it does on
numbers of more than 4,300 digits, which stay as they are here), and the time is bounded: a megabyte of
opening brackets or spaces is read as fast as any other.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence
from enum import StrEnum
from typing import Any

from fairkit.errors import UsageError, did_you_mean
from fairkit.speech.normalizers._number_words import CLOSED, NUMBER_WORDS
from fairkit.speech.normalizers.contractions import (
    CONTRACTIONS,
    ENDINGS,
    FILLERS,
    PERFECT,
    REDUCTIONS,
    TITLES,
    any_word,
    in_full,
    perfect_tenses,
)
from fairkit.speech.normalizers.letters import plain_letters
from fairkit.speech.normalizers.numbers import spoken_numbers
from fairkit.speech.normalizers.spelling import american_spellings

__all__ = ["English", "Stage"]

_CAREFULLY, _NUMBER, _END, _AND, _OPEN = "\x01", "\x02", "\x03", "\x04", "\x05"
_WRITTEN = (_NUMBER, _END, _AND, _OPEN)
_MARKS = re.compile("[\x01-\x05]")
_MOST_CHUNKS = 200_000
_LONGEST_CHUNK = 64

_ANGLE = re.compile(r"[<\[][^>\]]*[>\]]")
_ROUND = re.compile(r"\([^)]+\)")
_LOOSE_APOSTROPHE = re.compile(r"(?<!\s)\s+'")
_NOT = re.compile(r"n't\b")
_ENDING = re.compile(r"'(?:re|s|d|ll|t|ve|m)\b")
_DIGIT_COMMA = re.compile(r"(\d),(\d)")
_PERIOD = re.compile(r"\.([^0-9]|$)")
_SYMBOL = re.compile(r"[.%$¢€£]")
_LEADING_SYMBOL = re.compile(r"[.$¢€£]([^0-9])")
_TRAILING_PERCENT = re.compile(r"([^0-9])%")
_WHITE_SPACE = re.compile(r"\s+")
_MAY_JOIN_DIGITS = re.compile(r"\d|^(?:st|nd|rd|th|s)\b")


class Stage(StrEnum):
    """A part of the English normaliser that can be left out, to see what it does.

    Examples
    --------
    >>> str(Stage.FILLERS)
    'fillers'
    """

    BRACKETS = "brackets"
    FILLERS = "fillers"
    CONTRACTIONS = "contractions"
    REDUCTIONS = "reductions"
    TITLES = "titles"
    NUMBERS = "numbers"
    SPELLING = "spelling"


class _Chunks(dict[str, str]):
    """What each chunk looks like, made when it is first met; emptied when it has grown too large."""

    def __init__(self, english: English) -> None:
        super().__init__()
        self._english = english

    def __missing__(self, chunk: str) -> str:
        shown = self._english.shown(chunk)
        if len(chunk) <= _LONGEST_CHUNK:
            if len(self) >= _MOST_CHUNKS:
                self.clear()
            self[chunk] = shown
        return shown


class English:
    """The English normaliser, or one without some of its stages.

    Parameters
    ----------
    without : collection of str
        Stages to leave out, see :class:`Stage`.

    Examples
    --------
    >>> english = English()
    >>> english("Mr. Neil's colour, um, isn't twenty-five dollars [noise]")
    'mister neil is color is not $25'
    >>> English(without=["numbers"])("twenty-five dollars")
    'twenty five dollars'
    """

    version = "1"

    def __init__(self, without: Collection[str] = ()) -> None:
        if unknown := sorted(set(without) - set(Stage)):
            known = [str(stage) for stage in Stage]
            raise UsageError(*(f"no stage '{name}'.{did_you_mean(name, known)}" for name in unknown))
        self.without = frozenset(Stage(stage) for stage in without)
        kept = frozenset(Stage) - self.without
        self._brackets, self._numbers = Stage.BRACKETS in kept, Stage.NUMBERS in kept
        self._endings = Stage.CONTRACTIONS in kept
        self._fillers = any_word(FILLERS if Stage.FILLERS in kept else ())
        self._whole = {
            **(CONTRACTIONS if Stage.CONTRACTIONS in kept else {}),
            **(REDUCTIONS if Stage.REDUCTIONS in kept else {}),
            **{short: f"{full} " for short, full in TITLES.items() if Stage.TITLES in kept},
        }
        self._whole_words = any_word(self._whole)
        self._perfect = perfect_tenses(reduced=Stage.REDUCTIONS in kept) if self._endings else any_word(())
        self._spellings = american_spellings() if Stage.SPELLING in kept else {}
        self._simple: dict[str, Sequence[str]] = {word: full.split() for word, full in self._whole.items()}
        self._simple |= dict.fromkeys(FILLERS if Stage.FILLERS in kept else (), ())
        self._chunks = _Chunks(self)

    def __reduce__(self) -> tuple[type[English], tuple[list[str]]]:
        """Pickle the stages alone: what was met before is made anew."""
        return English, (sorted(self.without),)

    def decides(self) -> dict[str, Any]:
        """Return everything that decides the output, for its hash."""
        return {
            "stages": sorted(frozenset(Stage) - self.without),
            "fillers": FILLERS,
            "whole words": [CONTRACTIONS, REDUCTIONS, TITLES],
            "perfect tenses": PERFECT,
            "endings": ENDINGS,
            "numbers": {
                word: [entry.role.name, str(entry.amount), entry.mark] for word, entry in NUMBER_WORDS.items()
            },
            "spellings": american_spellings(),
        }

    def __call__(self, text: str) -> str:
        """Normalise one text."""
        text = text.lower()
        if self._brackets:
            text = _without_brackets(text)
        if not ("'" in text and self._perfect.search(text)):
            shown = "".join(map(self._chunks.__getitem__, text.split()))
            if not (
                _CAREFULLY in shown
                or _END + _NUMBER in shown
                or _OPEN + _END + _AND in shown
                or "and a half" in shown
            ):
                for mark in _WRITTEN:
                    shown = shown.replace(mark, "")
                return shown[:-1]
        return self._read_carefully(text)

    def _read_carefully(self, text: str) -> str:
        """Normalise a text whose chunks depend on each other."""
        if self._endings:
            text = _LOOSE_APOSTROPHE.sub("'", self._fillers.sub("", text))
            text = self._perfect.sub(in_full, text)
        text = self._spelled([word for chunk in text.split() for word in self._words(chunk)])
        if _SYMBOL.search(text):
            text = _TRAILING_PERCENT.sub(r"\1 ", _LEADING_SYMBOL.sub(r" \1", text))
            text = _WHITE_SPACE.sub(" ", text)
        return text

    def _words(self, chunk: str) -> Sequence[str]:
        """Return the words of a chunk, before numbers and spelling."""
        bare = chunk[:-1] if chunk[-1] in ",.?!" else chunk
        if bare.isascii() and bare.isalpha():
            return self._simple.get(bare, (bare,))
        chunk = self._fillers.sub("", chunk)
        chunk = self._whole_words.sub(self._in_full, chunk)
        if self._endings and "'" in chunk:
            chunk = _ENDING.sub(_second_word, _NOT.sub(_second_word, chunk))
        chunk = _PERIOD.sub(r" \1", _DIGIT_COMMA.sub(r"\1\2", chunk))
        return chunk.translate(plain_letters).split()

    def _in_full(self, found: re.Match[str]) -> str:
        """Write a whole word in full."""
        return self._whole[found[0]]

    def _spelled(self, words: Sequence[str]) -> str:
        """Write numbers and American spellings."""
        if self._numbers:
            words = spoken_numbers(words).split()
        spelled = self._spellings.get
        return " ".join([spelled(word, word) for word in words])

    def shown(self, chunk: str) -> str:
        """Return what stands for a chunk where no chunk depends on another, with its marks."""
        if _MARKS.search(chunk):
            return _CAREFULLY
        if "'" in chunk and self._fillers.sub("", chunk).startswith("'"):
            return _CAREFULLY
        words = self._words(chunk)
        if not words:
            return ""
        if any(map(_SYMBOL.search, words)):
            return _CAREFULLY
        begins = _AND if words[0] == "and" else ""
        if not (self._numbers and any(map(_is_number, words))):
            return f"{begins}{' '.join([self._spellings.get(word, word) for word in words])} "
        text = self._spelled(words)
        if _SYMBOL.search(text):
            return _CAREFULLY
        if any(word in {"and", "a"} or word.startswith("half") for word in words):
            return _CAREFULLY  # it may be part of "and a half"
        ends = "" if words[-1] in CLOSED or words[-1].isdecimal() else _OPEN
        return f"{begins or _NUMBER}{text} {ends}{_END}"


def _second_word(found: re.Match[str]) -> str:
    """Write a contracted second word in full."""
    return f" {ENDINGS[found[0]]}"


def _is_number(word: str) -> bool:
    """Tell whether a word may become part of a number; "and" joins numbers, but is none."""
    return (word in NUMBER_WORDS and word != "and") or _MAY_JOIN_DIGITS.search(word) is not None


def _without_brackets(text: str) -> str:
    """Take away what stands in brackets.

    Only up to the last closing bracket, so that no opening one is searched in vain.
    """
    if "<" in text or "[" in text:
        end = max(text.rfind(">"), text.rfind("]")) + 1
        text = _ANGLE.sub("", text[:end]) + text[end:]
    if "(" in text:
        end = text.rfind(")") + 1
        text = _ROUND.sub("", text[:end]) + text[end:]
    return text
