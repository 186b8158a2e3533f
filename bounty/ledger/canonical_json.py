"""One form of JSON, so that equal contents have equal bytes and one hash, on every machine.

Keys are sorted, there are no spaces, text is UTF-8 with no more escapes than JSON needs, whole numbers are
exact. Fractions are no part of it: what decides in a bounty is a whole number, and what is not whole (a
threshold, a level of a column) is a decimal text (`number_text`), because binary fractions are printed and
rounded differently from program to program.

Where every whole number lies within ±(2⁵³ - 1), the bytes are those of the JSON Canonicalization Scheme
(RFC 8785), keys sorted by UTF-16 units included, so any implementation of it can check our hashes. Larger
numbers, such as sums of squares, are written with all their digits, where RFC 8785 would round them.

Text is taken as it was given. It is not normalised (NFC): which characters are composed depends on the
Unicode version of the machine, and a hash must not; RFC 8785 leaves text alone for the same reason.
"""

from __future__ import annotations

import json
import math
import re
from collections import Counter
from collections.abc import Mapping
from typing import Any

from fairkit.errors import LedgerError

__all__ = ["MOST_BYTES", "dumps", "loads", "number_of", "number_text"]

MOST_BYTES = 8 * 2**20
"""Bytes that one document may have."""

MOST_DEPTH = 32
"""Objects and lists that may stand inside one another."""

MOST_DIGITS = 100
"""Digits that a whole number may have."""

_MOST_PROBLEMS = 8
_WHOLE = re.compile(r"-?(0|[1-9][0-9]*)")
_TOO_LARGE = 10**MOST_DIGITS


def dumps(value: Any, *, most_bytes: int = MOST_BYTES) -> bytes:
    """Write a value in the one form.

    Parameters
    ----------
    value : None, bool, int, str, mapping with text keys, list or tuple
        And nothing else inside.
    most_bytes : int
        How long the result may be.

    Returns
    -------
    bytes
        UTF-8.

    Raises
    ------
    LedgerError
        It holds a float or anything else that the form has not, text that is no Unicode (half of a surrogate
        pair), is nested deeper than 32, or is too long. All problems are named, each with its place.

    Examples
    --------
    >>> dumps({"b": [1, True, None], "a": "é"}).decode()
    '{"a":"é","b":[1,true,null]}'
    >>> dumps({"rate": 0.5})
    Traceback (most recent call last):
    ...
    fairkit.errors.LedgerError: rate: 0.5 is a fraction; write it as a decimal text such as "0.5".
    """
    problems: list[str] = []
    plain = _plain(value, "", 0, problems)
    if problems:
        raise LedgerError(*problems)
    text = json.dumps(plain, ensure_ascii=False, separators=(",", ":"), check_circular=False)
    data = text.encode()
    _check_length(data, most_bytes)
    return data


def loads(data: bytes, *, canonical: bool = True, most_bytes: int = MOST_BYTES) -> Any:
    """Read a value.

    Parameters
    ----------
    data : bytes
    canonical : bool
        Refuse what is not in the one form. Without it spaces, another order of keys and other escapes are
        let through, as in a file that people have edited; everything else is refused all the same.
    most_bytes : int
        How long it may be.

    Returns
    -------
    None, bool, int, str, dict or list

    Raises
    ------
    LedgerError
        It is no JSON or not in the one form, a key stands twice in an object, or one of the limits of `dumps`
        is exceeded.

    Examples
    --------
    >>> loads(b'{"a":1}')
    {'a': 1}
    >>> loads(b'{"a": 1}')
    Traceback (most recent call last):
    ...
    fairkit.errors.LedgerError: not in canonical form from byte 5 on: it has b' 1}', the form has b'1}'.
    >>> loads(b'{"a": 1}', canonical=False)
    {'a': 1}
    """
    _check_length(data, most_bytes)
    try:
        value = json.loads(
            data.decode(),
            object_pairs_hook=_object,
            parse_int=_integer,
            parse_float=_no_fraction,
            parse_constant=_no_fraction,
        )
    except UnicodeDecodeError as error:
        raise LedgerError(
            f"no UTF-8 at byte {error.start}: {data[error.start : error.start + 4]!r}."
        ) from None
    except json.JSONDecodeError as error:
        message = f"no JSON at character {error.pos}: {error.msg[:1].lower()}{error.msg[1:]}."
        raise LedgerError(message) from None
    except RecursionError:
        raise LedgerError(_TOO_DEEP) from None
    again = dumps(value, most_bytes=most_bytes)
    if canonical and again != data:
        at = next((i for i, (one, other) in enumerate(zip(data, again, strict=False)) if one != other), None)
        at = min(len(data), len(again)) if at is None else at
        raise LedgerError(
            f"not in canonical form from byte {at} on: it has {data[at : at + 12]!r}, "
            f"the form has {again[at : at + 12]!r}."
        )
    return value


def number_text(value: float) -> str:
    """Write a finite number as decimal text; equal numbers give equal texts.

    Whole numbers have all their digits; others have as few as give the same binary number back (`repr`).

    Raises
    ------
    LedgerError
        The number is not finite, or no number.

    Examples
    --------
    >>> number_text(20), number_text(20.0), number_text(0.1), number_text(-0.0)
    ('20', '20', '0.1', '0')
    """
    plain = value.item() if hasattr(value, "item") else value
    if isinstance(plain, bool) or not isinstance(plain, int | float) or not math.isfinite(plain):
        raise LedgerError(f"{value!r} is no finite number.")
    return str(int(plain)) if plain == int(plain) else repr(plain)


def number_of(text: str) -> int | float:
    """Read a number back.

    Raises
    ------
    LedgerError
        The text is not what `number_text` writes.

    Examples
    --------
    >>> number_of("20"), number_of("0.1")
    (20, 0.1)
    >>> number_of("0.10")
    Traceback (most recent call last):
    ...
    fairkit.errors.LedgerError: '0.10' is no number in canonical form: '0.1'.
    """
    try:
        value = int(text) if _WHOLE.fullmatch(text) else float(text)
    except (ValueError, TypeError):
        raise LedgerError(f"{text!r} is no number.") from None
    if not math.isfinite(value):
        raise LedgerError(f"{text!r} is no finite number.")
    if number_text(value) != text:
        raise LedgerError(f"{text!r} is no number in canonical form: {number_text(value)!r}.")
    return value


_TOO_DEEP = f"nested deeper than {MOST_DEPTH}."


def _check_length(data: bytes, most: int) -> None:
    if len(data) > most:
        message = f"{len(data):,} bytes long; a document may have {most:,}. Leave out what a hash can say."
        raise LedgerError(message)


def _plain(value: Any, where: str, depth: int, problems: list[str]) -> Any:
    """Give the value with its keys in order; note what the form has not."""
    if value is None or isinstance(value, bool):
        return value
    if isinstance(value, str):
        return _text(value, where, problems)
    if isinstance(value, int):
        if abs(value) >= _TOO_LARGE:
            _note(problems, where, f"a whole number may have {MOST_DIGITS} digits, and this one has more.")
            return 0
        return int(value)
    if isinstance(value, Mapping | list | tuple):
        if depth == MOST_DEPTH:
            _note(problems, where, _TOO_DEEP)
            return None
        if not isinstance(value, Mapping):
            return [_plain(each, f"{where}[{i}]", depth + 1, problems) for i, each in enumerate(value)]
        if odd := [key for key in value if not isinstance(key, str)]:
            _note(problems, where, f"keys are text, and {odd[0]!r} is none.")
            return None
        return {
            _text(key, f"{where}, key", problems): _plain(
                value[key], f"{where}.{key}" if where else key, depth + 1, problems
            )
            for key in sorted(value, key=_utf_16)
        }
    if isinstance(value, float):
        _note(problems, where, f'{value!r} is a fraction; write it as a decimal text such as "{value!r}".')
        return None
    _note(
        problems, where, f"{type(value).__name__} is no JSON value; give int, str, bool, None, dict or list."
    )
    return None


def _text(text: str, where: str, problems: list[str]) -> str:
    if not text.isascii():
        try:
            text.encode()
        except UnicodeEncodeError as error:
            message = (
                f"{text[error.start]!r} at character {error.start} is half of a character (a surrogate)."
            )
            _note(problems, where, message)
    return text


def _note(problems: list[str], where: str, message: str) -> None:
    if len(problems) < _MOST_PROBLEMS:
        shown = where if where.isprintable() and len(where) <= 200 else ascii(where[:200])
        problems.append(f"{shown.lstrip('.')}: {message}" if where else message)


def _utf_16(key: str) -> bytes:
    """RFC 8785, 3.2.3; differs from Python's order only beyond U+FFFF."""
    return key.encode("utf-16-be", "surrogatepass")


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    content = dict(pairs)
    if len(content) < len(pairs):
        twice, _ = Counter(key for key, _ in pairs).most_common(1)[0]
        raise LedgerError(f"key {twice[:40]!a} stands twice in one object.")
    return content


def _integer(digits: str) -> int:
    if len(digits.lstrip("-")) > MOST_DIGITS:
        raise LedgerError(f"a whole number may have {MOST_DIGITS} digits, and one has {len(digits):,}.")
    return int(digits)


def _no_fraction(text: str) -> None:
    raise LedgerError(f"{text[:40]} is no whole number; fractions stand as decimal texts.")
