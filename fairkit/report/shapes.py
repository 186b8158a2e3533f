"""Shapes of JSON: what a value may be, said once, for reading a saved report and for its JSON Schema.

The shapes of the report are made from the annotations of its dataclasses (:func:`shape_of`), so reader,
schema and code cannot drift apart. A shape reads a parsed JSON value and collects every problem with its JSON
path, where a validator that stops at the first would send its user round in circles.
"""

from __future__ import annotations

import dataclasses
import math
import types
from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Literal, Union, get_args, get_origin, get_type_hints

from fairkit.errors import did_you_mean, shortlist

Json = Any
"""A value as the json module parses it."""

LATER: Mapping[str, bool] = types.MappingProxyType({"later": True})
"""Metadata of a field that came after the first documents were saved: they lack it and mean its default."""

_NAMES = {
    bool: "true or false",
    dict: "an object",
    float: "a number",
    int: "a whole number",
    list: "a list",
    str: "a text",
    type(None): "null",
}


class Shape(ABC):
    """What a JSON value may be."""

    @abstractmethod
    def schema(self) -> dict[str, Json]:
        """Return the shape as JSON Schema."""

    @abstractmethod
    def read(self, value: Json, path: str, problems: list[str]) -> Any:
        """Return the Python value, or add what is wrong to `problems` (then the result means nothing)."""


@dataclass(frozen=True, slots=True)
class Scalar(Shape):
    """A text, a number, a whole number or a truth value.

    Examples
    --------
    >>> problems = []
    >>> Scalar(int).read("7", "$.rows", problems)
    >>> problems
    ["$.rows is a text ('7') where a whole number belongs."]
    """

    kind: type
    least: int | None = None

    def schema(self) -> dict[str, Json]:  # noqa: D102
        name = {str: "string", float: "number", int: "integer", bool: "boolean"}[self.kind]
        return {"type": name} if self.least is None else {"type": name, "minimum": self.least}

    def read(self, value: Json, path: str, problems: list[str]) -> Any:  # noqa: D102
        found = type(value)
        if found is self.kind or (self.kind is float and found is int):
            if found is float and not math.isfinite(value):
                problems.append(f"{path} is no finite number.")
            elif self.least is not None and value < self.least:
                problems.append(f"{path} is {value}, less than {self.least}.")
            return value
        return _wrong(self.kind, value, path, problems)


@dataclass(frozen=True, slots=True)
class Choice(Shape):
    """One of a closed set of texts."""

    values: tuple[str, ...]
    make: type[StrEnum] | None = None

    def schema(self) -> dict[str, Json]:  # noqa: D102
        return {"enum": list(self.values)}

    def read(self, value: Json, path: str, problems: list[str]) -> Any:  # noqa: D102
        if not isinstance(value, str):
            return _wrong(str, value, path, problems)
        if value not in self.values:
            known = shortlist(self.values, shown=len(self.values))
            problems.append(
                f"{path} is '{value}', which is none of {known}.{did_you_mean(value, self.values)}"
            )
            return None
        return value if self.make is None else self.make(value)


@dataclass(frozen=True, slots=True)
class Maybe(Shape):
    """Another shape, or null."""

    inner: Shape

    def schema(self) -> dict[str, Json]:  # noqa: D102
        inner = self.inner.schema()
        if "enum" in inner:
            return {"enum": [*inner["enum"], None]}
        return {**inner, "type": [inner["type"], "null"]} if "type" in inner else {"anyOf": [inner, _NULL]}

    def read(self, value: Json, path: str, problems: list[str]) -> Any:  # noqa: D102
        return None if value is None else self.inner.read(value, path, problems)


@dataclass(frozen=True, slots=True)
class Items(Shape):
    """A list of values of one shape; a Python tuple."""

    item: Shape
    length: int | None = None

    def schema(self) -> dict[str, Json]:  # noqa: D102
        size = {} if self.length is None else {"minItems": self.length, "maxItems": self.length}
        return {"type": "array", "items": self.item.schema(), **size}

    def read(self, value: Json, path: str, problems: list[str]) -> Any:  # noqa: D102
        if not isinstance(value, list):
            return _wrong(list, value, path, problems)
        if self.length is not None and len(value) != self.length:
            problems.append(f"{path} has {len(value)} values where {self.length} belong.")
        return tuple([self.item.read(item, f"{path}[{i}]", problems) for i, item in enumerate(value)])


@dataclass(frozen=True, slots=True)
class Names(Shape):
    """An object with any keys and values of one shape; a Python dict."""

    value: Shape

    def schema(self) -> dict[str, Json]:  # noqa: D102
        return {"type": "object", "additionalProperties": self.value.schema()}

    def read(self, value: Json, path: str, problems: list[str]) -> Any:  # noqa: D102
        if not isinstance(value, dict):
            return _wrong(dict, value, path, problems)
        return {name: self.value.read(item, _member(path, name), problems) for name, item in value.items()}


@dataclass(frozen=True, slots=True)
class Record(Shape):
    """An object with known keys, all of them present; the dataclass `make`, or a dict.

    Keys it does not know are passed over, so that a later version may add some; those in `later` may be
    absent, and then have the dataclass's default.
    """

    fields: Mapping[str, Shape]
    make: type | None = None
    title: str = ""
    later: frozenset[str] = frozenset()

    def schema(self) -> dict[str, Json]:
        """Return the shape as JSON Schema, or a reference to it where it has a title."""
        return {"$ref": f"#/$defs/{self.title}"} if self.title else self.definition()

    def definition(self) -> dict[str, Json]:
        """Return the shape itself as JSON Schema."""
        properties = {name: shape.schema() for name, shape in self.fields.items()}
        required = [name for name in self.fields if name not in self.later]
        return {"type": "object", "required": required, "properties": properties}

    def read(self, value: Json, path: str, problems: list[str]) -> Any:  # noqa: D102
        if not isinstance(value, dict):
            return _wrong(dict, value, path, problems)
        before = len(problems)
        read = {}
        for name, shape in self.fields.items():
            if name in value:
                read[name] = shape.read(value[name], f"{path}.{name}", problems)
            elif name not in self.later:
                problems.append(f"{path}.{name} is missing.")
        if len(problems) > before:
            return None
        return read if self.make is None else self.make(**read)


def record_of(made: type, *, special: Mapping[str, Shape] | None = None) -> Record:
    """Make the shape of a dataclass from its annotations.

    Parameters
    ----------
    made : type
        A dataclass.
    special : mapping of field to Shape, optional
        Shapes of fields whose annotation says less than is known.

    Examples
    --------
    >>> from fairkit.estimates import GroupSize
    >>> list(record_of(GroupSize).fields)
    ['attribute', 'group', 'rows', 'share', 'left_out', 'clusters']
    """
    hints = get_type_hints(made)
    chosen = special or {}
    fields = {f.name: chosen.get(f.name) or shape_of(hints[f.name]) for f in dataclasses.fields(made)}
    later = frozenset(f.name for f in dataclasses.fields(made) if f.metadata.get("later"))
    return Record(fields, made, made.__name__, later)


def shape_of(hint: Any) -> Shape:
    """Make the shape of an annotation.

    Raises
    ------
    TypeError
        The annotation has no shape: a report may hold only what JSON can say.

    Examples
    --------
    >>> shape_of(tuple[float, float]).schema()
    {'type': 'array', 'items': {'type': 'number'}, 'minItems': 2, 'maxItems': 2}
    """
    origin, inner = get_origin(hint), get_args(hint)
    if hint in {str, float, int, bool}:
        return Scalar(hint)
    if isinstance(hint, type) and issubclass(hint, StrEnum):
        return Choice(tuple(str(member) for member in hint), hint)
    if isinstance(hint, type) and dataclasses.is_dataclass(hint):
        return record_of(hint)
    if origin is Literal:
        return Choice(inner)
    if origin in {Union, types.UnionType} and len(inner) == 2 and type(None) in inner:
        return Maybe(shape_of(next(part for part in inner if part is not type(None))))
    if origin is tuple and inner[-1] is Ellipsis:
        return Items(shape_of(inner[0]))
    if origin is tuple and len(set(inner)) == 1:
        return Items(shape_of(inner[0]), len(inner))
    if origin is dict and inner[0] is str:
        return Names(shape_of(inner[1]))
    raise TypeError(f"{hint!r} has no JSON shape.")


_NULL = {"type": "null"}
_LONGEST = 40


def _wrong(expected: type, value: Json, path: str, problems: list[str]) -> None:
    found = _NAMES[type(value)]
    shown = f" ({value!r:.{_LONGEST}})" if isinstance(value, str | int | float) else ""
    problems.append(f"{path} is {found}{shown} where {_NAMES[expected]} belongs.")


def _member(path: str, name: str) -> str:
    return f"{path}.{name}" if name.isidentifier() else f"{path}[{name!r}]"


def definitions(records: Sequence[Record]) -> dict[str, Json]:
    """List records by title, as the ``$defs`` of a JSON Schema."""
    return {record.title: record.definition() for record in records}
