"""Shapes of a policy file: what a value may be, said once, for reading, JSON Schema and templates.

Those of saved reports (:mod:`fairkit.report.shapes`) have every key and no others, and know only what JSON
knows. A policy leaves keys out, refuses keys that it does not know, and has dates, texts for people and
numbers that keep the text they were written with.
"""

from __future__ import annotations

import datetime as dt
import math
import re
from abc import ABC, abstractmethod
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from numbers import Integral, Real
from typing import Any, ClassVar, Final

from fairkit.door.cells import level_text
from fairkit.errors import did_you_mean, shortlist
from fairkit.policy.lookalikes import hidden_characters
from fairkit.policy.model import Number
from fairkit.policy.places import Place, Problems, quoted, shown

Json = Any
"""A value as the json module writes it."""

WRONG: Final = object()
"""What reading gives where there is no value; the problem is noted."""

LONGEST_NAME = 200
"""Characters of a name or an id."""

_PLAIN = "a text, a number or a truth value"
_DAY = re.compile(r"\d{4}-\d{2}-\d{2}")


class Shape(ABC):
    """What a value may be.

    Attributes
    ----------
    takes : tuple of type
        What it may be read from.
    """

    takes: ClassVar[tuple[type, ...]] = (object,)

    @abstractmethod
    def schema(self) -> dict[str, Json]:
        """Return the shape as JSON Schema."""

    @abstractmethod
    def read(self, value: Any, place: Place, problems: Problems) -> Any:
        """Return the Python value, or note what is wrong and return `WRONG`."""


@dataclass(frozen=True, slots=True)
class Text(Shape):
    """A text that says something.

    Parameters
    ----------
    pattern : str, optional
        A regular expression for the whole text.
    form : str
        The pattern in words.
    is_name : bool
        Whether others call it by this name: then nothing invisible may be in it.
    """

    takes = (str,)

    pattern: str = ""
    form: str = ""
    is_name: bool = False

    def schema(self) -> dict[str, Json]:  # noqa: D102
        named = {"maxLength": LONGEST_NAME} if self.is_name else {}
        return {
            "type": "string",
            **({"pattern": f"^(?:{self.pattern})$"} if self.pattern else {"minLength": 1}),
            **named,
        }

    def read(self, value: Any, place: Place, problems: Problems) -> Any:  # noqa: D102
        if not isinstance(value, str):
            return misfit("a text", value, place, problems)
        if self.pattern:
            if not re.fullmatch(self.pattern, value):
                return note(f"is {quoted(value)}, which is not {self.form}", place, problems)
        elif not value.strip():
            return note("is empty; it must say something", place, problems)
        fault = name_fault(value) if self.is_name else None
        return value if fault is None else note(f"is {quoted(value)}, which {fault}", place, problems)


@dataclass(frozen=True, slots=True)
class Whole(Shape):
    """A whole number."""

    least: int
    most: int | None = None

    def schema(self) -> dict[str, Json]:  # noqa: D102
        most = {} if self.most is None else {"maximum": self.most}
        return {"type": "integer", "minimum": self.least, **most}

    def read(self, value: Any, place: Place, problems: Problems) -> Any:  # noqa: D102
        if isinstance(value, bool) or not isinstance(value, Integral):
            return misfit("a whole number", value, place, problems)
        number = int(value)
        if number < self.least:
            return note(f"is {shown(number)}; the least is {self.least:,}", place, problems)
        if self.most is not None and number > self.most:
            return note(f"is {shown(number)}; the most is {self.most:,}", place, problems)
        return number


@dataclass(frozen=True, slots=True)
class Decimal(Shape):
    """A finite number; a :class:`Number`, with its text."""

    least: float | None = None
    most: float | None = None

    def schema(self) -> dict[str, Json]:  # noqa: D102
        least = {} if self.least is None else {"minimum": self.least}
        most = {} if self.most is None else {"maximum": self.most}
        return {"type": "number", **least, **most}

    def read(self, value: Any, place: Place, problems: Problems) -> Any:  # noqa: D102
        number = number_of(value)
        if number is None:
            return misfit("a number", value, place, problems)
        if not math.isfinite(number.value):
            return note(f"is {shown(number)}, which is no finite number", place, problems)
        if self.least is not None and number.value < self.least:
            return note(f"is {shown(number)}; the least is {self.least}", place, problems)
        if self.most is not None and number.value > self.most:
            return note(f"is {shown(number)}; the most is {self.most}", place, problems)
        return number


@dataclass(frozen=True, slots=True)
class Word(Shape):
    """One of a closed set of texts.

    Parameters
    ----------
    words : tuple of str
    make : type of StrEnum, optional
        What the word becomes.
    never : mapping of str to str
        Words that one might think of, and why they are refused.
    """

    takes = (str,)

    words: tuple[str, ...]
    make: type[StrEnum] | None = None
    never: Mapping[str, str] = field(default_factory=dict)

    def schema(self) -> dict[str, Json]:  # noqa: D102
        return {"enum": list(self.words)}

    def read(self, value: Any, place: Place, problems: Problems) -> Any:  # noqa: D102
        if not isinstance(value, str):
            return misfit("a text", value, place, problems)
        if value in self.never:
            return note(f"is {quoted(value)}: {self.never[value]}", place, problems)
        if value not in self.words:
            known = shortlist(self.words, shown=len(self.words))
            hint = did_you_mean(value, self.words)
            what = f"is {quoted(value)}, which is none of {known}"
            return note(f"{what}.{hint}" if hint else what, place, problems)
        return value if self.make is None else self.make(value)


@dataclass(frozen=True, slots=True)
class Day(Shape):
    """A date, without quotes in TOML; elsewhere also its text."""

    def schema(self) -> dict[str, Json]:  # noqa: D102
        return {"type": "string", "format": "date"}

    def read(self, value: Any, place: Place, problems: Problems) -> Any:  # noqa: D102
        if isinstance(value, dt.date) and not isinstance(value, dt.datetime):
            return value
        written = isinstance(value, str) and _DAY.fullmatch(value) is not None
        if written and not problems.from_toml:
            try:
                return dt.date.fromisoformat(value)
            except ValueError:
                return note(f"is {quoted(value)}, a day that no calendar has", place, problems)
        if written:
            return note(f"is a text; write the date without quotes: {value}", place, problems)
        return misfit("a date such as 2026-12-31", value, place, problems)


@dataclass(frozen=True, slots=True)
class Plain(Shape):
    """A text, a number or a truth value as it is."""

    takes = (str, bool, Real, Number)

    def schema(self) -> dict[str, Json]:  # noqa: D102
        return {"type": ["string", "number", "boolean"]}

    def read(self, value: Any, place: Place, problems: Problems) -> Any:  # noqa: D102
        plain = value.value if isinstance(value, Number) else value
        if isinstance(plain, str | bool | Real):
            return plain
        return misfit(_PLAIN, value, place, problems)


@dataclass(frozen=True, slots=True)
class LevelText(Plain):
    """A level of a column: a text, a number or a truth value, as reports write it."""

    def read(self, value: Any, place: Place, problems: Problems) -> Any:  # noqa: D102
        plain = Plain.read(self, value, place, problems)
        if plain is WRONG:
            return WRONG
        text = level_text(plain if isinstance(plain, str | bool | int) else float(plain))
        return text or misfit(_PLAIN, value, place, problems)


def note(what: str, place: Place, problems: Problems) -> Any:
    """Note a problem and return `WRONG`.

    Examples
    --------
    >>> problems = Problems()
    >>> note("is empty", ("name",), problems) is WRONG, problems.sentences
    (True, ('$.name is empty.',))
    """
    problems.add(place, what)
    return WRONG


def misfit(expected: str, value: Any, place: Place, problems: Problems) -> Any:
    """Note that a value is of another type, and return `WRONG`.

    Examples
    --------
    >>> problems = Problems(file="fairness.toml", lines={("check", 2, "max"): 41})
    >>> found = misfit("a number", "0.1", ("check", 2, "max"), problems)
    >>> problems.sentences
    ("fairness.toml: $.check[2].max is '0.1' (a text) where a number belongs (line 41).",)
    """
    kind = next((name for made, name in _TYPES if isinstance(value, made)), f"a {type(value).__name__}")
    if isinstance(value, str):
        kind = f"{quoted(value)} ({kind})"
    elif isinstance(value, bool | Real | Number | dt.date | dt.time):
        kind = f"{shown(value)} ({kind})"
    return note(f"is {kind} where {expected} belongs", place, problems)


def number_of(value: Any) -> Number | None:
    """Read a number with its text; None for what is none, truth values among them.

    Examples
    --------
    >>> number_of(3), number_of(0.25), number_of(True)
    (Number(value=3.0, text='3'), Number(value=0.25, text='0.25'), None)
    """
    if isinstance(value, Number):
        return value
    if isinstance(value, bool) or not isinstance(value, Real):
        return None
    try:
        number = float(value)
    except OverflowError:
        return Number(math.inf, "too large a number")
    return Number(number, str(int(value)) if isinstance(value, Integral) else repr(number))


def name_fault(name: str) -> str | None:
    r"""Say what is wrong with a name that others use; None where nothing is.

    Examples
    --------
    >>> name_fault("tpr-gap")
    >>> name_fault("tpr\u200bgap")
    'holds U+200B ZERO WIDTH SPACE, which nobody sees'
    """
    if not name.strip():
        return "is empty; it must say something"
    hidden = hidden_characters(name)
    if hidden:
        return f"holds {', '.join(hidden)}, which nobody sees"
    if name != name.strip():
        return "begins or ends with a space"
    return f"has more than {LONGEST_NAME} characters" if len(name) > LONGEST_NAME else None


_TYPES: tuple[tuple[type | tuple[type, ...], str], ...] = (
    (bool, "a truth value"),
    (str, "a text"),
    (Integral, "a whole number"),
    ((Real, Number), "a number"),
    (dt.datetime, "a date and time"),
    (dt.date, "a date"),
    (dt.time, "a time"),
    (Mapping, "a table"),
    ((list, tuple), "a list"),
    (type(None), "nothing"),
)
