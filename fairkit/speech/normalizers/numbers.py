"""Spoken numbers as digits: "twenty five dollars" is "$25", "one oh one" is "101".

Words are read once, from left to right, by a small machine. What it holds is either an amount (an integer
that can still grow: "twenty" may become 25) or digits spelled one after the other (a text: "one oh" may
become "101"), and a sign or currency that stands before what is written next. Each word has a role, each
role one method. The output is that of the number machine in Whisper's English normaliser, its surprises
included ("1.5" becomes "one.5"): a rate is only comparable with published ones if the text is the same.

Whisper's normaliser raises on numbers of more than 4,300 digits. Here such digits stay as they are.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from fractions import Fraction

from fairkit.speech.normalizers._number_words import (
    DECIMALS,
    NUMBER_WORDS,
    REPEATABLE,
    SCALES,
    TENS,
    UNITS,
    Entry,
    Role,
)

__all__ = ["spoken_numbers"]

_CURRENCY = "£€$¢"
_PLAIN = re.compile(r"\d+(\.\d+)?")
_MOST_DIGITS = 4300  # Python's own limit when it reads and writes integers
_TOO_LARGE = 10**_MOST_DIGITS
_HALF = re.compile(r"\band a half\b")
_DIGIT = re.compile("[0-9]")
_LETTER_DIGIT = re.compile(r"(?<=[a-z])(?=[0-9])|(?<=[0-9])(?=[a-z])")
_LOOSE_ENDING = re.compile(r"([0-9]) (st|nd|rd|th|s)\b")
_WITH_CENTS = re.compile(r"([€£$])([0-9]+) (?:and )?¢([0-9]{1,2})\b")
_ONLY_CENTS = re.compile(r"[€£$]0.([0-9]{1,2})\b")
_ONE = re.compile(r"\b1(s?)\b")


def spoken_numbers(words: Sequence[str]) -> str:
    """Write the numbers among words as digits.

    Parameters
    ----------
    words : sequence of str
        Lower case, without punctuation but for ``.%$¢€£``.

    Returns
    -------
    str
        Words separated by single spaces.

    Examples
    --------
    >>> spoken_numbers("i paid twenty five dollars and fifty cents for one hundred and two".split())
    'i paid $25.50 for 102'
    >>> spoken_numbers("flight one oh one at two and a half percent".split())
    'flight 101 at 2.5%'
    """
    text = " ".join(words)
    if "and a half" in text:
        text = _halves(text)
    if _DIGIT.search(text):
        text = _LOOSE_ENDING.sub(r"\1\2", _LETTER_DIGIT.sub(" ", text))
    text = " ".join(_Machine().read(text.split()))
    if "$" in text or "€" in text or "£" in text:
        text = _WITH_CENTS.sub(lambda found: f"{found[1]}{found[2]}.{int(found[3]):02d}", text)
        text = _ONLY_CENTS.sub(lambda found: f"¢{int(found[1])}", text)
    return _ONE.sub(r"one\1", text) if "1" in text else text


def _halves(text: str) -> str:
    """Turn "and a half" into "point five" after a number; it is lost where no word stands before it."""
    *before, last = _HALF.split(text)
    parts = []
    for part in before:
        if words := part.split():
            number = words[-1] in DECIMALS or words[-1] in SCALES
            parts += [part, "point five" if number else "and a half"]
    return " ".join([*parts, last])


def _may_be_number(word: str | None) -> bool:
    """Tell whether the next word can be part of a number."""
    return word is not None and (word in NUMBER_WORDS or _PLAIN.fullmatch(word) is not None)


def _fraction(value: int | str) -> Fraction | None:
    """Read a value as a number; None for what is none, such as "1.2.3"."""
    try:
        return Fraction(value)
    except ValueError:
        return None


class _Machine:
    """Reads words and writes numbers."""

    __slots__ = ("after", "before", "prefix", "skip", "value", "written")

    def __init__(self) -> None:
        self.written: list[str] = []
        self.value: int | str | None = None
        self.prefix = ""
        self.before: str | None = None
        self.after: str | None = None
        self.skip = False

    def read(self, words: Sequence[str]) -> list[str]:
        """Read all words; `before` and `after` are the neighbours of the current one."""
        last = len(words) - 1
        for i, word in enumerate(words):
            if self.skip:
                self.skip = False
                continue
            entry = NUMBER_WORDS.get(word)
            if entry is not None:
                self.before = words[i - 1] if i else None
                self.after = words[i + 1] if i < last else None
                _READ[entry.role](self, word, entry)
            elif (word[0].isdecimal() or word[0] in _CURRENCY) and self.digits(word):
                continue
            else:
                self.flush()
                self.write(word)
        self.flush()
        return self.written

    def write(self, text: str) -> None:
        """Write a text after the sign or currency that waits for it, and start anew."""
        self.written.append(self.prefix + text)
        self.prefix, self.value = "", None

    def flush(self) -> None:
        """Write the number read so far, if any."""
        if self.value is not None:
            self.write(str(self.value))

    def pass_on(self, word: str) -> None:
        """Write the number read so far, and the word as it is."""
        self.flush()
        self.write(word)

    def digits(self, word: str) -> bool:
        """Read digits, with or without a currency; False where the word is more than that."""
        bare = word[1:] if word[0] in _CURRENCY else word
        if _PLAIN.fullmatch(bare) is None:
            return False
        whole, _, part = bare.partition(".")
        if max(len(whole), len(part)) > _MOST_DIGITS:
            return False
        if isinstance(self.value, str) and self.value.endswith("."):
            self.value += word
            return True
        self.flush()
        if bare is not word:
            self.prefix = word[0]
        self.value = bare if part and int(part) else int(whole)
        return True

    def spelled(self) -> str:
        """Return the value as digits to append to; nothing for none and for an amount of 0."""
        return str(self.value) if self.value else ""

    def with_unit(self, amount: int) -> int | str:
        """Return the value with 0 to 19 added to it, or appended where it has no room."""
        value = self.value
        if value is None:
            return amount
        if isinstance(value, str) or self.before in UNITS:
            digits = str(value)
            return (digits[:-1] if self.before in TENS and amount < 10 else digits) + str(amount)
        return value + amount if value % (10 if amount < 10 else 100) == 0 else f"{value}{amount}"

    def with_tens(self, amount: int) -> int | str:
        """Return the value with 20 to 90 added to it, or appended where it has no room."""
        value = self.value
        if value is None:
            return amount
        return value + amount if isinstance(value, int) and value % 100 == 0 else f"{value}{amount}"

    def times(self, scale: int) -> int | None:
        """Return the value at a scale; None where that is no whole number."""
        value = self.value
        if value is None:
            return scale
        if isinstance(value, int) and value:
            product = Fraction(value // 1000 * 1000 + value % 1000 * scale)
        else:
            number = _fraction(value)
            if number is None:
                return None
            product = number * scale
        return product.numerator if product.denominator == 1 and product < _TOO_LARGE else None

    def zero(self, _word: str, _entry: Entry) -> None:
        """Append a nought."""
        self.value = self.spelled() + "0"

    def unit(self, _word: str, entry: Entry) -> None:
        """Take one to nineteen."""
        self.value = self.with_unit(entry.amount)

    def unit_ending(self, _word: str, entry: Entry) -> None:
        """Take "third" or "threes", and write at once."""
        self.write(f"{self.with_unit(entry.amount)}{entry.mark}")

    def tens(self, _word: str, entry: Entry) -> None:
        """Take twenty to ninety."""
        self.value = self.with_tens(entry.amount)

    def tens_ending(self, _word: str, entry: Entry) -> None:
        """Take "twentieth" or "twenties", and write at once."""
        self.write(f"{self.with_tens(entry.amount)}{entry.mark}")

    def scale(self, _word: str, entry: Entry) -> None:
        """Multiply, or begin anew where there is nothing to multiply."""
        product = self.times(entry.amount)
        if product is None:
            self.flush()
        self.value = entry.amount if product is None else product

    def scale_ending(self, _word: str, entry: Entry) -> None:
        """Take "millionth" or "millions", and write at once."""
        product = self.times(entry.amount)
        if product is None:
            self.flush()
        self.write(f"{entry.amount if product is None else product}{entry.mark}")

    def sign(self, word: str, entry: Entry) -> None:
        """Keep "minus" for the number that follows."""
        self.flush()
        if _may_be_number(self.after):
            self.prefix = entry.mark
        else:
            self.write(word)

    def currency(self, word: str, entry: Entry) -> None:
        """Write "dollars" before the number that they follow."""
        if self.value is not None:
            self.prefix = entry.mark
            self.flush()
        else:
            self.write(word)

    def percent(self, word: str, _entry: Entry) -> None:
        """Write "percent" after the number."""
        self.write(word if self.value is None else f"{self.value}%")

    def per(self, word: str, _entry: Entry) -> None:
        """Write "per cent" after the number; any other "per" is a word."""
        if self.value is not None and self.after == "cent":
            self.write(f"{self.value}%")
            self.skip = True
        else:
            self.pass_on(word)

    def joining(self, word: str, _entry: Entry) -> None:
        """Leave "and" out between a scale and the rest of a number."""
        if self.before not in SCALES or not _may_be_number(self.after):
            self.pass_on(word)

    def repeat(self, word: str, entry: Entry) -> None:
        """Write the next digit twice or three times."""
        after = self.after
        if after is not None and after in REPEATABLE:
            self.value = self.spelled() + str(NUMBER_WORDS[after].amount) * entry.amount
            self.skip = True
        else:
            self.pass_on(word)

    def point(self, word: str, _entry: Entry) -> None:
        """Begin the decimals; a point before a number word that cannot be one is lost."""
        if not _may_be_number(self.after):
            self.pass_on(word)
        elif self.after in DECIMALS or self.after not in NUMBER_WORDS:
            self.value = self.spelled() + "."


_READ = {
    Role.ZERO: _Machine.zero,
    Role.UNIT: _Machine.unit,
    Role.UNIT_ENDING: _Machine.unit_ending,
    Role.TENS: _Machine.tens,
    Role.TENS_ENDING: _Machine.tens_ending,
    Role.SCALE: _Machine.scale,
    Role.SCALE_ENDING: _Machine.scale_ending,
    Role.SIGN: _Machine.sign,
    Role.CURRENCY: _Machine.currency,
    Role.PERCENT: _Machine.percent,
    Role.PER: _Machine.per,
    Role.AND: _Machine.joining,
    Role.REPEAT: _Machine.repeat,
    Role.POINT: _Machine.point,
}
