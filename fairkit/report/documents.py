"""JSON documents: what fairkit saves, written one fact a line and read with every problem named.

One fact on one line lets two documents be compared with any diff. Reading is for files that come from
anywhere: it looks at no more bytes than a document can have, and says what is wrong instead of failing.
"""

from __future__ import annotations

import dataclasses
import json
import os
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from operator import attrgetter
from pathlib import Path
from typing import Any, NoReturn

from fairkit.errors import ReportError
from fairkit.files import SUFFIXES
from fairkit.report.shapes import Json, Record, definitions

LARGEST = 256 * 2**20
"""Bytes beyond which a file is no document: one holds counts, not rows."""

MOST_PROBLEMS = 50
"""Problems of one document that are listed."""

_encode = json.JSONEncoder(ensure_ascii=False, allow_nan=False, separators=(",", ":")).encode


def dumps(value: Any) -> str:
    """Write a value on one line.

    Examples
    --------
    >>> dumps({"low": None, "n": 3})
    '{"low":null,"n":3}'
    """
    return _encode(value)


def lines(brackets: str, parts: Iterable[str]) -> str:
    """Write the parts of a list or an object, each on a line.

    Examples
    --------
    >>> print(lines("[]", ["1", "2"]))
    [
    1,
    2
    ]
    """
    inner = ",\n".join(parts)
    return f"{brackets[0]}\n{inner}\n{brackets[1]}" if inner else brackets


def members(parts: Mapping[str, str]) -> str:
    """Write an object of texts that are JSON already, a member a line.

    Examples
    --------
    >>> print(members({"n": "3"}))
    {
    "n":3
    }
    """
    return lines("{}", [f"{dumps(name)}:{text}" for name, text in parts.items()])


def fields(made: Any) -> dict[str, Any]:
    """Return the fields of a dataclass and their values.

    Examples
    --------
    >>> from fairkit.counts import Axis
    >>> fields(Axis("score", ("1",)))
    {'name': 'score', 'levels': ('1',), 'width': 0.0}
    """
    return {f.name: getattr(made, f.name) for f in dataclasses.fields(made)}


def records(made: type, items: Iterable[Any]) -> str:
    """Write dataclasses of one type as a list, each on a line.

    Examples
    --------
    >>> from fairkit.counts import Axis
    >>> records(Axis, [])
    '[]'
    """
    names = [f.name for f in dataclasses.fields(made)]
    values: Callable[[Any], tuple[Any, ...]] = attrgetter(*names)
    return lines("[]", [dumps(dict(zip(names, values(item), strict=True))) for item in items])


def read_bytes(path: str | os.PathLike[str], noun: str, *, hint: str) -> bytes:
    """Read the file of a document.

    Parameters
    ----------
    path : str or path
    noun : str
        What the document is called.
    hint : str
        How one is made, for who names a file that is not there; ``{file}`` stands for its name.

    Raises
    ------
    ReportError
        There is no such file, it cannot be read, it is larger than any document, or it is of rows.

    Examples
    --------
    >>> read_bytes("no/such.json", "report", hint="make one with 'fairkit eval ... -o {file}'")
    Traceback (most recent call last):
        ...
    fairkit.errors.ReportError: there is no report at 'no/such.json'; make one with 'fairkit eval ... -o ...
    """
    file = Path(path)
    try:
        with file.open("rb") as opened:
            content = opened.read(LARGEST + 1) if file.stat().st_size <= LARGEST else None
    except FileNotFoundError:
        raise ReportError(f"there is no {noun} at '{file}'; {hint.format(file=file)}.") from None
    except IsADirectoryError:
        raise ReportError(f"'{file}' is a folder; name the {noun}'s file in it.") from None
    except (OSError, ValueError) as error:  # a zero byte in the name
        detail = getattr(error, "strerror", None) or error
        raise ReportError(f"'{file}' cannot be read: {detail}.") from error
    if content is None or len(content) > LARGEST:
        raise ReportError(
            f"'{file}' is no {noun}: it has more than {LARGEST // 2**20} MiB, and a {noun} holds counts, not "
            "rows."
        )
    if file.name.lower().endswith(tuple(SUFFIXES)):
        raise ReportError(
            f"'{file}' is data, not a {noun}; make a report of it: fairkit eval {file} ... -o report.json."
        )
    return content


def decoded(content: bytes, path: str | os.PathLike[str], noun: str) -> str:
    """Return the text of a document.

    Raises
    ------
    ReportError
        It is not UTF-8.

    Examples
    --------
    >>> decoded(b"{}", "a.json", "report")
    '{}'
    """
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise ReportError(f"'{path}' is no {noun}: it is not text in UTF-8 ({error.reason}).") from None


def parsed(text: str, noun: str) -> dict[str, Json]:
    """Parse the text of a document, which is an object.

    Raises
    ------
    ReportError
        It is no JSON, holds a number that JSON does not have, is nested too deeply, or is no object.

    Examples
    --------
    >>> parsed("[1]", "report")
    Traceback (most recent call last):
        ...
    fairkit.errors.ReportError: this is no report: the JSON is not an object.
    """

    def refuse(constant: str) -> NoReturn:
        raise ReportError(f"this is no {noun}: it holds {constant}, which is no number of JSON.")

    try:
        data = json.loads(text, parse_constant=refuse)
    except json.JSONDecodeError as error:
        raise ReportError(
            f"this is no {noun}: it is not JSON (line {error.lineno}, column {error.colno}: {error.msg})."
        ) from None
    except (RecursionError, ValueError) as error:  # nested too deeply, digits without end
        if isinstance(error, ReportError):
            raise
        raise ReportError(f"this is no {noun}: its JSON cannot be read ({error}).") from None
    if not isinstance(data, dict):
        raise ReportError(f"this is no {noun}: the JSON is not an object.")
    return data


def check_schema(data: Mapping[str, Json], schema: str, noun: str) -> None:
    """Refuse a document of another schema, or of a newer version of this one.

    Raises
    ------
    ReportError

    Examples
    --------
    >>> check_schema({"schema": "fairkit.report/9"}, "fairkit.report/1", "report")
    Traceback (most recent call last):
        ...
    fairkit.errors.ReportError: $.schema is 'fairkit.report/9': this report was made by a newer fairkit; ...
    """
    found = data.get("schema")
    if found == schema:
        return
    word = schema.rpartition("/")[0]
    version = re.fullmatch(rf"{re.escape(word)}/([0-9]{{1,9}})", found) if isinstance(found, str) else None
    if version is None:
        stated = "has no 'schema'" if found is None else f"is of schema {found!r:.60}"
        raise ReportError(f"this is no {noun}: it {stated}; a {noun} is of schema '{schema}'.")
    raise ReportError(
        f"$.schema is '{found}': this {noun} was made by a newer fairkit; upgrade fairkit to read it "
        f"(this one reads '{schema}')."
    )


def first(problems: list[str]) -> list[str]:
    """Keep a message readable where a whole list is damaged.

    Examples
    --------
    >>> len(first(["$.n is missing."] * 80)), first(["$.n is missing."] * 80)[-1]
    (51, '... and 30 more problems.')
    """
    if len(problems) <= MOST_PROBLEMS:
        return problems
    return [*problems[:MOST_PROBLEMS], f"... and {len(problems) - MOST_PROBLEMS} more problems."]


def described(
    shape: Record, schema: str, *, title: str, description: str, parts: Sequence[Record]
) -> dict[str, Json]:
    """Make the JSON Schema (draft 2020-12) of a document.

    Parameters
    ----------
    shape : Record
        Of the whole document.
    schema : str
        Its name and version.
    title, description : str
    parts : sequence of Record
        What the shape refers to by title.

    Examples
    --------
    >>> from fairkit.report.shapes import Scalar
    >>> described(Record({"schema": Scalar(str)}), "fairkit.a/1", title="a", description="", parts=[])["$id"]
    'urn:fairkit:a:1'
    """
    whole = shape.definition()
    whole["properties"]["schema"] = {"const": schema}
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "$id": "urn:" + schema.replace(".", ":").replace("/", ":"),
        "title": title,
        "description": description,
        **whole,
        "$defs": definitions(parts),
    }
