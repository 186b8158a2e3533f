"""The English words that numbers are made of, as one table from word to what it does."""

from __future__ import annotations

from enum import IntEnum
from typing import NamedTuple


class Role(IntEnum):
    """What a word does to the number that is being read."""

    ZERO = 0
    UNIT = 1
    UNIT_ENDING = 2
    TENS = 3
    TENS_ENDING = 4
    SCALE = 5
    SCALE_ENDING = 6
    SIGN = 7
    CURRENCY = 8
    PERCENT = 9
    PER = 10
    AND = 11
    REPEAT = 12
    POINT = 13


class Entry(NamedTuple):
    """A word's role, its amount (or how often it repeats), and what is written with it."""

    role: Role
    amount: int = 0
    mark: str = ""


_UNITS = (
    "one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen "
    "seventeen eighteen nineteen"
)
# "nineth" is how Whisper's normaliser spells it: it leaves "ninth" as it is.
_UNIT_ORDINALS = (
    "zeroth first second third fourth fifth sixth seventh eighth nineth tenth eleventh twelfth thirteenth "
    "fourteenth fifteenth sixteenth seventeenth eighteenth nineteenth"
)
_TENS = "twenty thirty forty fifty sixty seventy eighty ninety"
_SCALES = {"hundred": 2, "thousand": 3, "million": 6, "billion": 9, "trillion": 12, "quadrillion": 15}
_SCALES |= {"quintillion": 18, "sextillion": 21, "septillion": 24, "octillion": 27, "nonillion": 30}
_SCALES |= {"decillion": 33}
_SIGNS = {"minus": "-", "negative": "-", "plus": "+", "positive": "+"}
_CURRENCIES = {"pound": "£", "euro": "€", "dollar": "$", "cent": "¢"}


def _entries() -> dict[str, Entry]:
    """Build the table, plurals and ordinals included."""
    table = {word: Entry(Role.ZERO) for word in ("o", "oh", "zero")}
    for amount, word in enumerate(_UNITS.split(), start=1):
        table[word] = Entry(Role.UNIT, amount)
        table["sixes" if word == "six" else f"{word}s"] = Entry(Role.UNIT_ENDING, amount, "s")
    for amount, word in enumerate(_UNIT_ORDINALS.split()):
        ending = {1: "st", 2: "nd"}.get(amount, "rd" if word == "third" else "th")
        table[word] = Entry(Role.UNIT_ENDING, amount, ending)
    for amount, word in enumerate(_TENS.split(), start=2):
        table[word] = Entry(Role.TENS, 10 * amount)
        table[f"{word[:-1]}ies"] = Entry(Role.TENS_ENDING, 10 * amount, "s")
        table[f"{word[:-1]}ieth"] = Entry(Role.TENS_ENDING, 10 * amount, "th")
    for word, zeros in _SCALES.items():
        table[word] = Entry(Role.SCALE, 10**zeros)
        table[f"{word}s"] = Entry(Role.SCALE_ENDING, 10**zeros, "s")
        table[f"{word}th"] = Entry(Role.SCALE_ENDING, 10**zeros, "th")
    table |= {word: Entry(Role.SIGN, mark=sign) for word, sign in _SIGNS.items()}
    for word, symbol in _CURRENCIES.items():
        table[word] = table[f"{word}s"] = Entry(Role.CURRENCY, mark=symbol)
    table |= {"percent": Entry(Role.PERCENT), "per": Entry(Role.PER), "and": Entry(Role.AND)}
    table |= {"double": Entry(Role.REPEAT, 2), "triple": Entry(Role.REPEAT, 3), "point": Entry(Role.POINT)}
    return table


NUMBER_WORDS = _entries()
"""Every word that can be part of a number."""


def _of(*roles: Role) -> frozenset[str]:
    return frozenset(word for word, entry in NUMBER_WORDS.items() if entry.role in roles)


UNITS = _of(Role.UNIT)
TENS = _of(Role.TENS)
SCALES = _of(Role.SCALE)
REPEATABLE = _of(Role.ZERO, Role.UNIT)
DECIMALS = _of(Role.ZERO, Role.UNIT, Role.TENS)
CLOSED = _of(
    *(Role.ZERO, Role.UNIT, Role.UNIT_ENDING, Role.TENS, Role.TENS_ENDING, Role.SCALE_ENDING),
    *(Role.CURRENCY, Role.PERCENT, Role.PER),
)
"""Words to which a following "and" makes no difference."""
