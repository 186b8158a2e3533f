"""Cells: what both ways of reading rows end in, before it becomes Counts.

Keys are coded per column: an integer per cell and the text of each code. All rules on texts are here, so that
a level is called the same whichever engine read it.
"""

from __future__ import annotations

import datetime as dt
import decimal
import json
import math
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from fairkit.counts import Level
from fairkit.errors import DataError

Decode = Callable[[Sequence[Level]], tuple[Level, ...]]
"""How the texts that an engine grouped by become levels, decided on all of them at once."""


@dataclass(frozen=True, slots=True)
class Key:
    """One key column over cells: positions in `levels`; several positions may share one text."""

    codes: NDArray[np.int64]
    levels: tuple[Level, ...]


@dataclass(frozen=True, slots=True)
class Cells:
    """Rows grouped by their keys.

    Parameters
    ----------
    keys : tuple of Key
        One per key asked for.
    rows : array of int64, shape (cells,)
    weights, squares : array of float64 or None
        Sums of weights and of squared weights.
    bad_weights : int
        Rows whose weight is missing, negative or not finite.
    sums : mapping of str to array of float64, shape (cells,)
        Sums of each measure times its weight.
    square_sums : mapping of str to array of float64, shape (cells,)
        The same times the squared weight; empty for unweighted rows.
    faults : tuple of int
        Rows in which a number cannot be what it is said to be, by the kind of fault.
    widths : tuple of float
        Widths of the bins of scores, one per key that is a score.
    """

    keys: tuple[Key, ...]
    rows: NDArray[np.int64]
    weights: NDArray[np.float64] | None = None
    squares: NDArray[np.float64] | None = None
    bad_weights: int = 0
    sums: Mapping[str, NDArray[np.float64]] = field(default_factory=dict)
    square_sums: Mapping[str, NDArray[np.float64]] = field(default_factory=dict)
    faults: tuple[int, ...] = ()
    widths: tuple[float, ...] = ()


def level_text(value: Any) -> Level:
    """Write a cell's value as the text of its level; None where it is missing.

    A whole float is written as the integer it stands for (pandas turns integers with gaps into floats), a
    boolean as ``True`` or ``False``, a date in ISO form, a time with a zone in UTC (engines disagree on which
    zone they give it back in).

    Examples
    --------
    >>> [level_text(value) for value in (3.0, 2.5, True, None, float("nan"), "a b")]
    ['3', '2.5', 'True', None, None, 'a b']
    """
    if isinstance(value, str):
        return str.__str__(value)
    if value is None or type(value).__name__ in ("NAType", "NaTType"):
        return None
    if isinstance(value, bool | np.bool_):
        return "True" if value else "False"
    if isinstance(value, int | np.integer) and type(value).__name__ != "timedelta64":
        return str(int(value))
    if isinstance(value, float | np.floating):
        return _float_text(float(value))
    if isinstance(value, decimal.Decimal):
        return _decimal_text(value)
    if isinstance(value, dt.date | dt.time | np.datetime64):
        return _moment_text(value)
    if type(value).__name__ in ("Interval", "Period"):  # pandas.cut and its kin make groups of numbers
        return str(value)
    raise DataError(
        f"cannot group by a value of type {type(value).__name__} ({_short(value)}); "
        "use a column of texts, numbers, booleans or dates."
    )


def texts(values: Sequence[Any]) -> tuple[Level, ...]:
    """Write many values as levels."""
    return tuple(map(level_text, values))


def csv_texts(values: Sequence[Level], missing: Sequence[str]) -> tuple[Level, ...]:
    """Write the texts of one CSV column, which have no type, as levels.

    The column is numeric, or true/false, only if all its texts are; then they are written as
    :func:`level_text` writes such values. A leading zero or sign makes a code, not a number.

    Parameters
    ----------
    values : sequence of (str or None)
        Every text that occurs in the column.
    missing : sequence of str
        Texts that mean "missing".

    Examples
    --------
    >>> csv_texts(["1.0", "0.0", "nan", None], ())
    ('1', '0', None, None)
    >>> csv_texts(["1.0", "0.0", "low"], ())
    ('1.0', '0.0', 'low')
    >>> csv_texts(["007", "7"], ()), csv_texts(["true", "FALSE"], ())
    (('007', '7'), ('True', 'False'))
    """
    present = {value for value in values if value is not None and value not in missing}
    bare = {value: value.strip() for value in present}
    write: dict[str, Level] = {}
    if present and {text.casefold() for text in bare.values()} <= {"true", "false"}:
        write = {value: text.capitalize() for value, text in bare.items()}
    elif any(_PLAIN_NUMBER.fullmatch(text) for text in bare.values()) and all(
        _PLAIN_NUMBER.fullmatch(text) or text.casefold().lstrip("-+") in _NO_NUMBER for text in bare.values()
    ):
        write = {value: _number_text(text) for value, text in bare.items()}
    return tuple(None if value is None else write.get(value, value) for value in values)


def json_texts(values: Sequence[Level]) -> tuple[Level, ...]:
    """Write the JSON texts of one column as levels; each has its own type.

    Examples
    --------
    >>> json_texts(['"007"', "7.0", "true", "null", None])
    ('007', '7', 'True', None, None)
    """
    return tuple(None if value is None else level_text(json.loads(value)) for value in values)


_PLAIN_NUMBER = re.compile(r"-?(0|[1-9][0-9]*)(\.[0-9]+)?([eE][-+]?[0-9]+)?")
_NO_NUMBER = ("nan", "inf", "infinity")


def _number_text(text: str) -> Level:
    return str(int(text)) if text.lstrip("-").isdigit() else _float_text(float(text))


def _float_text(value: float) -> Level:
    if math.isnan(value):
        return None
    return str(int(value)) if value.is_integer() else repr(value)


def _decimal_text(value: decimal.Decimal) -> Level:
    """Write a decimal exactly: as a float it would lose digits, and identifiers would fall together."""
    if not value.is_finite():
        return _float_text(float(value))
    text = format(value, "f")
    if "." in text:
        text = text.rstrip("0").rstrip(".")
    return "0" if text == "-0" else text


def _moment_text(value: dt.date | dt.time | np.datetime64) -> Level:
    if isinstance(value, dt.datetime) and value.tzinfo is not None:
        return value.astimezone(dt.UTC).isoformat()
    if not isinstance(value, np.datetime64):
        return value.isoformat()
    if np.isnat(value):
        return None
    if np.datetime_data(value.dtype)[0] in ("h", "m"):
        value = value.astype("datetime64[s]")
    # NumPy writes all digits of its unit; pandas and `datetime` write none, six or nine.
    whole, point, fraction = str(value).partition(".")
    fraction = fraction.rstrip("0")
    return f"{whole}{point}{fraction.ljust(6 if len(fraction) <= 6 else 9, '0')}" if fraction else whole


def _short(value: object) -> str:
    text = repr(value)
    return text if len(text) <= 60 else f"{text[:57]}..."
