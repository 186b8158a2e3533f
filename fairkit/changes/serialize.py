"""Changes as JSON: schema ``fairkit.diff/1``, one fact a line, every key always there."""

from __future__ import annotations

from collections.abc import Mapping
from importlib import resources
from types import MappingProxyType

from fairkit.changes.model import (
    SCHEMA,
    Answer,
    Asked,
    Changes,
    Compared,
    GapShift,
    LoneGroup,
    Question,
    ValueChange,
)
from fairkit.report.documents import described, dumps, fields, lines, members, records
from fairkit.report.shapes import Items, Json, Record, Scalar, Shape, record_of, shape_of

_PARTS: Mapping[str, type] = MappingProxyType({"old": Compared, "new": Compared, "asked": Asked})
_LISTS: Mapping[str, type] = MappingProxyType(
    {"changes": ValueChange, "gaps": GapShift, "groups_apart": LoneGroup, "answers": Answer}
)
_PLAIN = ("created", "fairkit_version", "question", "paired")
_TEXTS = ("attributes_old", "attributes_new", "notes")


def to_json(changes: Changes) -> str:
    """Write changes as JSON.

    Parameters
    ----------
    changes : Changes

    Returns
    -------
    str
        Ends with a newline.

    Examples
    --------
    >>> import fairkit
    >>> from fairkit.changes.comparing import compare_reports
    >>> report = fairkit.evaluate({"sex": ["F", "M"] * 9, "d": [1, 1, 0] * 6}, decision="d", by="sex")
    >>> to_json(compare_reports(report, report)).splitlines()[1]
    '"schema":"fairkit.diff/1",'
    """
    parts = {"schema": dumps(SCHEMA), **{name: dumps(getattr(changes, name)) for name in _PLAIN}}
    for name in _PARTS:
        parts[name] = dumps(fields(getattr(changes, name)))
    for name, made in _LISTS.items():
        parts[name] = records(made, getattr(changes, name))
    for name in _TEXTS:
        parts[name] = lines("[]", map(dumps, getattr(changes, name)))
    return members(parts) + "\n"


def json_schema() -> dict[str, Json]:
    """Make the JSON Schema (draft 2020-12) of changes from the dataclasses themselves.

    Examples
    --------
    >>> json_schema()["properties"]["schema"]
    {'const': 'fairkit.diff/1'}
    """
    text = Scalar(str)
    whole: dict[str, Shape] = {
        "schema": text,
        "created": text,
        "fairkit_version": text,
        "question": shape_of(Question),
        "paired": Scalar(bool),
        **{name: record_of(made) for name, made in _PARTS.items()},
        **{name: Items(record_of(made)) for name, made in _LISTS.items()},
        **{name: Items(text) for name in _TEXTS},
    }
    return described(
        Record(whole),
        SCHEMA,
        title="fairkit diff",
        description="What 'fairkit diff -o' writes. Every key is present; what is absent is null.",
        parts=[record_of(made) for made in (Compared, Asked, *_LISTS.values())],
    )


def schema_text() -> str:
    """Return the JSON Schema as it is shipped with fairkit.

    Examples
    --------
    >>> import json
    >>> json.loads(schema_text()) == json_schema()
    True
    """
    return resources.files("fairkit.changes").joinpath("schema/diff-1.json").read_text(encoding="utf-8")
