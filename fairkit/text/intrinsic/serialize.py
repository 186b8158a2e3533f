"""Associations as JSON: ``fairkit.association/1``, one fact a line, every key always there, never NaN."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import asdict
from importlib import resources
from types import MappingProxyType
from typing import Any

from fairkit.errors import ReportError
from fairkit.report.documents import (
    check_schema,
    decoded,
    described,
    dumps,
    first,
    lines,
    members,
    parsed,
    read_bytes,
)
from fairkit.report.shapes import Items, Json, Record, Scalar, Shape, record_of
from fairkit.text.intrinsic.model import (
    SCHEMA,
    Association,
    Associations,
    Extrinsic,
    Lost,
    RankCorrelation,
)

_LISTS: Mapping[str, type] = MappingProxyType(
    {"associations": Association, "extrinsic": Extrinsic, "correlations": RankCorrelation}
)
_PLAIN: Mapping[str, type] = MappingProxyType(
    {"created": str, "fairkit_version": str, "confidence": float, "seed": int}
)


def to_json(found: Associations) -> str:
    """Write associations as JSON.

    Parameters
    ----------
    found : Associations

    Returns
    -------
    str
        Ends with a newline.

    Examples
    --------
    >>> from fairkit.text.intrinsic.model import associations_of
    >>> to_json(associations_of([])).splitlines()[1]
    '"schema":"fairkit.association/1",'
    """
    parts = {"schema": dumps(SCHEMA), **{name: dumps(getattr(found, name)) for name in _PLAIN}}
    for name in _LISTS:
        parts[name] = lines("[]", [dumps(asdict(one)) for one in getattr(found, name)])
    parts["notes"] = lines("[]", map(dumps, found.notes))
    return members(parts) + "\n"


def from_json(text: str) -> Associations:
    """Read associations.

    Parameters
    ----------
    text : str

    Raises
    ------
    ReportError
        It is no such document; all problems at once, each with its JSON path.

    Examples
    --------
    >>> from fairkit.text.intrinsic.model import associations_of
    >>> made = associations_of([Association("weat_effect_size", "m", "g", "all", 0.5)])
    >>> from_json(to_json(made)) == made
    True
    """
    noun = "table of associations"
    data = parsed(text, noun)
    check_schema(data, SCHEMA, noun)
    problems: list[str] = []
    read = _shape().read(data, "$", problems)
    if problems:
        raise ReportError(*first(problems))
    made: dict[str, Any] = {name: value for name, value in read.items() if name != "schema"}
    return Associations(**made)


def load_associations(path: str | os.PathLike[str]) -> Associations:
    """Read a file that ``fairkit association ... -o`` wrote.

    Parameters
    ----------
    path : str or path

    Raises
    ------
    ReportError
        There is no such file, or it is something else.

    Examples
    --------
    >>> load_associations("none.json")
    Traceback (most recent call last):
        ...
    fairkit.errors.ReportError: there is no table of associations at 'none.json'; make one with ...
    """
    noun = "table of associations"
    content = read_bytes(path, noun, hint="make one with 'fairkit association weat ... -o {file}'")
    try:
        return from_json(decoded(content, path, noun))
    except ReportError as error:
        raise ReportError(*(f"'{path}': {problem}" for problem in error.problems)) from None


def json_schema() -> dict[str, Json]:
    """Make the JSON Schema (draft 2020-12) of associations from the dataclasses themselves.

    Examples
    --------
    >>> json_schema()["properties"]["schema"]
    {'const': 'fairkit.association/1'}
    """
    return described(
        _shape(),
        SCHEMA,
        title="fairkit association",
        description="What 'fairkit association ... -o' writes. Every key is present; what is absent is null.",
        parts=[record_of(made) for made in (Lost, *_LISTS.values())],
    )


def schema_text() -> str:
    """Return the JSON Schema as it is shipped with fairkit.

    Examples
    --------
    >>> import json
    >>> json.loads(schema_text()) == json_schema()
    True
    """
    return resources.files("fairkit.text.intrinsic").joinpath("schema/association-1.json").read_text("utf-8")


def _shape() -> Record:
    whole: dict[str, Shape] = {
        "schema": Scalar(str),
        **{name: Scalar(kind) for name, kind in _PLAIN.items()},
        **{name: Items(record_of(made)) for name, made in _LISTS.items()},
        "notes": Items(Scalar(str)),
    }
    return Record(whole)
