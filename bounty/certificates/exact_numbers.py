"""Numbers that people write, kept exactly, and an arithmetic that rounds the same way everywhere.

Square roots and logarithms of a processor or a C library differ in the last place from machine to machine.
Those of Python's decimals are correctly rounded, so a decision made with them can be made again anywhere.
"""

from __future__ import annotations

import decimal
import re
from decimal import Decimal
from fractions import Fraction
from typing import TypeAlias

Number: TypeAlias = str | int | float | Decimal | Fraction

ARITHMETIC = decimal.Context(
    prec=28,
    rounding=decimal.ROUND_HALF_EVEN,
    Emin=-999_999,
    Emax=999_999,
    capitals=1,
    clamp=0,
    flags=[],
    traps=[decimal.InvalidOperation, decimal.DivisionByZero, decimal.Overflow],
)
"""The arithmetic of everything that decides; never the thread's own, which a caller may have changed."""

_NUMBER = re.compile(r"-?\d{1,20}(\.\d{1,20})?([eE][+-]?\d{1,2})?|-?\d{1,20}/0*[1-9]\d{0,19}", re.ASCII)
_LONGEST = 64


def fraction_of(given: Number) -> Fraction | None:
    """Read a number exactly; None where it is none.

    Parameters
    ----------
    given : decimal text, text of a fraction, int, Fraction, Decimal or float
        A float is read as it is printed. Texts of more digits than people write are refused.

    Examples
    --------
    >>> fraction_of("0.05"), fraction_of(0.1), fraction_of("1/3"), fraction_of("many")
    (Fraction(1, 20), Fraction(1, 10), Fraction(1, 3), None)
    """
    if isinstance(given, bool):
        return None
    if isinstance(given, int | Fraction):
        return Fraction(given)
    text = repr(given) if isinstance(given, float) else str(given).strip()
    return Fraction(text) if len(text) <= _LONGEST and _NUMBER.fullmatch(text) else None


def whole_of(given: Number) -> int | None:
    """Read a whole number; None where it is none.

    Examples
    --------
    >>> whole_of("1000"), whole_of(20.0), whole_of("2.5"), whole_of(True)
    (1000, 20, None, None)
    """
    value = fraction_of(given)
    return int(value) if value is not None and value.denominator == 1 else None


def text_of(value: Fraction) -> str:
    """Write a fraction as an exact decimal where it has one, else as a fraction.

    Examples
    --------
    >>> text_of(Fraction(1, 20)), text_of(Fraction(3)), text_of(Fraction(-1, 3)), text_of(Fraction(-5, 4))
    ('0.05', '3', '-1/3', '-1.25')
    """
    rest, places = value.denominator, 0
    while rest % 10 == 0:
        rest, places = rest // 10, places + 1
    for factor in (2, 5):
        while rest % factor == 0:
            rest, places = rest // factor, places + 1
    if rest != 1:
        return f"{value.numerator}/{value.denominator}"
    whole, part = divmod(abs(value.numerator) * 10**places // value.denominator, 10**places)
    digits = f"{part:0{places}d}".rstrip("0") if places else ""
    return ("-" if value < 0 else "") + str(whole) + (f".{digits}" if digits else "")


def decimal_of(value: Fraction | int) -> Decimal:
    """Round a fraction to a decimal of `ARITHMETIC`.

    Examples
    --------
    >>> decimal_of(Fraction(1, 3))
    Decimal('0.3333333333333333333333333333')
    """
    return ARITHMETIC.divide(Decimal(value.numerator), Decimal(value.denominator))
