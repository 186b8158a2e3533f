"""Lists and tables of a policy file, and tables with known keys.

A known key has its shape, a line that explains it, and what holds where it is left out.
"""

from __future__ import annotations

import tomllib
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from fairkit.errors import did_you_mean, shortlist
from fairkit.policy.places import Place, Problems, quoted
from fairkit.policy.shapes import WRONG, Json, Shape, misfit, name_fault, note


@dataclass(frozen=True, slots=True)
class Listing(Shape):
    """A list of different values, at least `least`; a Python tuple."""

    takes = (list, tuple)

    item: Shape
    least: int = 1

    def schema(self) -> dict[str, Json]:  # noqa: D102
        return {"type": "array", "items": self.item.schema(), "minItems": self.least, "uniqueItems": True}

    def read(self, value: Any, place: Place, problems: Problems) -> Any:  # noqa: D102
        if isinstance(value, Mapping) and isinstance(value, self.item.takes):
            name = ".".join(map(str, place))
            return note(f"is one table where a list of them belongs; write [[{name}]]", place, problems)
        if not isinstance(value, self.takes):
            return misfit("a list", value, place, problems)
        if len(value) < self.least:
            return note("is empty; name at least one", place, problems)
        items = [self.item.read(item, (*place, i), problems) for i, item in enumerate(value)]
        if any(item is WRONG for item in items):
            return WRONG
        if isinstance(items[0] if items else None, str):
            twice = [item for item, times in Counter(items).items() if times > 1]
            if twice:
                return note(f"has {', '.join(map(quoted, twice[:8]))} twice", place, problems)
        return tuple(items)


@dataclass(frozen=True, slots=True)
class Named(Shape):
    """A table whose keys the author chooses; a Python dict.

    Parameters
    ----------
    value : Shape
    least : int
    are_names : bool
        Whether others call the values by their keys: then nothing invisible may be in one.
    """

    takes = (Mapping,)

    value: Shape
    least: int = 0
    are_names: bool = False

    def schema(self) -> dict[str, Json]:  # noqa: D102
        least = {"minProperties": self.least} if self.least else {}
        return {"type": "object", "additionalProperties": self.value.schema(), **least}

    def read(self, value: Any, place: Place, problems: Problems) -> Any:  # noqa: D102
        if not isinstance(value, Mapping):
            return misfit("a table", value, place, problems)
        if len(value) < self.least:
            return note("is empty; name at least one", place, problems)
        read = {}
        for name, item in value.items():
            fault = name_fault(name) if self.are_names and isinstance(name, str) else None
            if not isinstance(name, str):
                fault = "is no text"
            if fault is not None:
                note(f"has the key {quoted(name)}, which {fault}", place, problems)
            else:
                read[name] = self.value.read(item, (*place, name), problems)
        return WRONG if len(read) < len(value) or WRONG in read.values() else read


@dataclass(frozen=True, slots=True)
class Either(Shape):
    """One of several shapes that differ in their JSON types; what fits by type is read."""

    shapes: tuple[Shape, ...]
    words: str

    def schema(self) -> dict[str, Json]:  # noqa: D102
        return {"anyOf": [shape.schema() for shape in self.shapes]}

    def read(self, value: Any, place: Place, problems: Problems) -> Any:  # noqa: D102
        for shape in self.shapes:
            if isinstance(value, shape.takes):
                return shape.read(value, place, problems)
        return misfit(self.words, value, place, problems)


@dataclass(frozen=True, slots=True)
class Key:
    """One key of a table.

    Parameters
    ----------
    shape : Shape
    text : str
        What it says, in one short line.
    example : str
        A value, as TOML.
    default : str, optional
        What holds where it is left out: TOML, or a phrase.
    is_required : bool

    Examples
    --------
    >>> from fairkit.policy.shapes import Whole
    >>> Key(Whole(1), "rows below which a group is not judged", "100", default="30").default
    '30'
    """

    shape: Shape
    text: str
    example: str
    default: str | None = None
    is_required: bool = False

    @property
    def default_value(self) -> Any:
        """The default as Python has it; None where there is none, or where it is a phrase."""
        if self.default is None:
            return None
        try:
            return tomllib.loads(f"value = {self.default}")["value"]
        except tomllib.TOMLDecodeError:
            return None


@dataclass(frozen=True, slots=True)
class Entry:
    """What was read of a table: values that are right, and which keys are wrong or missing.

    Examples
    --------
    >>> entry = Entry(("check", 0), {"id": "gap"}, frozenset({"max"}))
    >>> entry.get("id"), entry.gives("max"), entry.get("max")
    ('gap', True, None)
    """

    place: Place
    values: Mapping[str, Any]
    wrong: frozenset[str]

    def get(self, name: str, default: Any = None) -> Any:
        """Return a value that is right, or the default."""
        return self.values.get(name, default)

    def gives(self, name: str) -> bool:
        """Tell whether a key is there, or belongs there, right or wrong."""
        return name in self.values or name in self.wrong

    @property
    def is_right(self) -> bool:
        """Whether nothing is wrong with any key."""
        return not self.wrong

    def at(self, name: str) -> Place:
        """Return the place of a key."""
        return (*self.place, name)


@dataclass(frozen=True, slots=True)
class Table(Shape):
    """A table with known keys; an :class:`Entry`.

    Parameters
    ----------
    what : str
        What one such table is called: ``a check``.
    keys : mapping of str to Key
    one_of : tuple of tuple of str
        Sets of keys of which exactly one must be there.
    """

    takes = (Mapping,)

    what: str
    keys: Mapping[str, Key]
    one_of: tuple[tuple[str, ...], ...] = field(default=())

    def schema(self) -> dict[str, Json]:  # noqa: D102
        required = [name for name, key in self.keys.items() if key.is_required]
        choices = [{"oneOf": [{"required": [name]} for name in names]} for names in self.one_of]
        return {
            "type": "object",
            "additionalProperties": False,
            **({"required": required} if required else {}),
            "properties": {
                name: {"description": key.text, **key.shape.schema(), **_default(key)}
                for name, key in self.keys.items()
            },
            **(choices[0] if len(choices) == 1 else {"allOf": choices} if choices else {}),
        }

    def read(self, value: Any, place: Place, problems: Problems) -> Any:  # noqa: D102
        if not isinstance(value, Mapping):
            return misfit("a table", value, place, problems)
        values: dict[str, Any] = {}
        wrong: set[str] = set()
        for name in value:
            if name not in self.keys:
                wrong.add(str(name))
                problems.add((*place, str(name)), self._unknown(str(name)))
        for name, key in self.keys.items():
            if name in value:
                read = key.shape.read(value[name], (*place, name), problems)
                if read is WRONG:
                    wrong.add(name)
                else:
                    values[name] = read
            elif key.is_required:
                wrong.add(name)
                problems.add((*place, name), f"is missing: {key.text}")
        for names in self.one_of:
            given = [name for name in names if name in value]
            if len(given) != 1:
                wrong.update(names)
                problems.add(place, _not_one(self.what, names, given))
        return Entry(place, values, frozenset(wrong))

    def _unknown(self, name: str) -> str:
        hint = did_you_mean(name, self.keys)
        if not hint:
            hint = f" It has {shortlist(list(self.keys), shown=len(self.keys))}."
        return f"is no key of {self.what}.{hint}"


def _default(key: Key) -> dict[str, Json]:
    return {} if key.default_value is None else {"default": key.default_value}


def _not_one(what: str, names: tuple[str, ...], given: list[str]) -> str:
    choices = f"{', '.join(names[:-1])} nor {names[-1]}"
    return (
        f"has {' and '.join(given)}; {what} takes one of them"
        if given
        else f"has neither {choices}; {what} takes one of them"
    )
