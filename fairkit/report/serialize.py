"""The report as JSON, and back: schema ``fairkit.report/1``.

One fact stands on one line (a group, an estimate, a finding), so that two reports can be compared with any
diff. Every key is always there, null where there is nothing, and no number is ever NaN or infinite. Reading
checks the whole text against the shapes of the report's own dataclasses and names every problem by its JSON
path. Clusters stay out: identifiers of people never leave with a report.
"""

from __future__ import annotations

import dataclasses
import json
import os
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from importlib import resources
from operator import attrgetter
from pathlib import Path
from typing import Any, NoReturn

from fairkit.contrasts import Contrast
from fairkit.counts import Counts, Kind
from fairkit.curves import ReliabilityBin, RocPoint
from fairkit.errors import FairkitError, ReportError
from fairkit.estimates import Estimate, GroupSize
from fairkit.findings import TOO_FEW_ROWS, Finding
from fairkit.headlines import Headline
from fairkit.kinds import FIELDS, ROW_FIELDS
from fairkit.metrics import Why
from fairkit.missing.bounds import GapBounds, MissingShare
from fairkit.models import GapChange, ModelContrast
from fairkit.remedies import Remedy
from fairkit.report.model import SCHEMA, DataSummary, Report, Settings
from fairkit.report.shapes import Choice, Items, Json, Maybe, Record, Scalar, Shape, definitions, record_of
from fairkit.report.writing import write_text
from fairkit.speech.results import (
    Confusion,
    GapNull,
    Interaction,
    Listed,
    Matched,
    RateRatio,
    RuleEffect,
    SpeechGroup,
)

__all__ = ["from_json", "json_schema", "load_report", "schema_text", "to_json", "write_text"]

_LISTS: Mapping[str, type] = {
    "groups": GroupSize,
    "estimates": Estimate,
    "contrasts": Contrast,
    "findings": Finding,
    "headlines": Headline,
    "models": ModelContrast,
    "gap_changes": GapChange,
    "missing": MissingShare,
    "bounds": GapBounds,
    "reliability": ReliabilityBin,
    "roc": RocPoint,
    "remedies": Remedy,
    "speech": SpeechGroup,
    "gap_nulls": GapNull,
    "interactions": Interaction,
    "rate_ratios": RateRatio,
    "matches": Matched,
    "confusions": Confusion,
    "rule_effects": RuleEffect,
    "listed": Listed,
}
_MOST_PROBLEMS = 50
_WORD = SCHEMA.rpartition("/")[0]


def to_json(report: Report) -> str:
    """Write a report as JSON, one fact a line.

    Parameters
    ----------
    report : Report

    Returns
    -------
    str
        Ends with a newline.

    Examples
    --------
    >>> import fairkit
    >>> report = fairkit.evaluate({"sex": ["F", "M"] * 9, "d": [1, 1, 0] * 6}, decision="d", by="sex")
    >>> text = to_json(report)
    >>> text.splitlines()[1]
    '"schema":"fairkit.report/1",'
    >>> from_json(text) == report
    True
    """
    parts: dict[str, str] = {
        "schema": _dumps(SCHEMA),
        "created": _dumps(report.created),
        "fairkit_version": _dumps(report.fairkit_version),
        "data": _object(report.data),
        "settings": _lines("{}", [f"{_dumps(k)}:{_dumps(v)}" for k, v in _fields(report.settings).items()]),
        "counts": _counts(report.counts),
    }
    for name, made in _LISTS.items():
        parts[name] = _records(made, getattr(report, name))
    parts["notes"] = _lines("[]", map(_dumps, report.notes))
    return _lines("{}", [f"{_dumps(name)}:{text}" for name, text in parts.items()]) + "\n"


def from_json(text: str) -> Report:
    """Read a report that :func:`to_json` wrote.

    Parameters
    ----------
    text : str

    Returns
    -------
    Report
        Equal to the one written, without the clusters of its counts.

    Raises
    ------
    ReportError
        The text is no JSON, no report, or one of a newer fairkit; keys are missing or of another type (all
        such problems at once, each with its JSON path); the counts do not have the hash that the report
        states.

    Examples
    --------
    >>> from_json('{"schema": "fairkit.report/9"}')
    Traceback (most recent call last):
        ...
    fairkit.errors.ReportError: $.schema is 'fairkit.report/9': this report was made by a newer fairkit; ...
    """
    data = _parsed(text)
    _check_schema(data)
    problems: list[str] = []
    parts = _report_shape().read(data, "$", problems)
    counts = None if problems else _read_counts(parts["counts"], problems)
    if counts is not None and counts.sha256() != parts["data"].counts_sha256:
        problems.append(
            "$.counts do not have the hash that $.data.counts_sha256 states; the report was changed after it "
            "was made. Make it again from the data."
        )
    if problems or counts is None:
        raise ReportError(*_first(problems))
    del parts["schema"]
    return Report(**{**parts, "counts": counts})


def load_report(path: str | os.PathLike[str]) -> Report:
    """Read a report from a file that ``fairkit eval -o`` or :func:`to_json` wrote.

    Parameters
    ----------
    path : str or path

    Returns
    -------
    Report

    Raises
    ------
    ReportError
        There is no such file, it cannot be read, or it holds no report (see :func:`from_json`).

    Examples
    --------
    >>> load_report("no/such/report.json")
    Traceback (most recent call last):
        ...
    fairkit.errors.ReportError: there is no report at 'no/such/report.json'; make one with ...
    """
    file = Path(path)
    try:
        text = file.read_text(encoding="utf-8-sig")
    except FileNotFoundError:
        raise ReportError(
            f"there is no report at '{file}'; make one with 'fairkit eval ... -o {file}'."
        ) from None
    except IsADirectoryError:
        raise ReportError(f"'{file}' is a folder; name the report's file in it.") from None
    except UnicodeDecodeError as error:
        raise ReportError(f"'{file}' is no report: it is not text in UTF-8 ({error.reason}).") from None
    except OSError as error:
        raise ReportError(f"'{file}' cannot be read: {error.strerror or error}.") from error
    try:
        return from_json(text)
    except ReportError as error:
        raise ReportError(*(f"'{file}': {problem}" for problem in error.problems)) from None


def json_schema() -> dict[str, Json]:
    """Make the JSON Schema (draft 2020-12) of a report from the dataclasses themselves.

    Examples
    --------
    >>> json_schema()["properties"]["schema"]
    {'const': 'fairkit.report/1'}
    """
    shape = _report_shape().definition()
    shape["properties"]["schema"] = {"const": SCHEMA}
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "$id": "urn:fairkit:report:1",
        "title": "fairkit report",
        "description": "What 'fairkit eval -o' writes. Every key is present; what is absent is null.",
        **shape,
        "$defs": definitions([_record(made) for made in (DataSummary, Settings, *_LISTS.values())]),
    }


def schema_text() -> str:
    """Return the JSON Schema as it is shipped with fairkit.

    Examples
    --------
    >>> json.loads(schema_text()) == json_schema()
    True
    """
    return resources.files("fairkit.report").joinpath("schema/report-1.json").read_text(encoding="utf-8")


_encode = json.JSONEncoder(ensure_ascii=False, allow_nan=False, separators=(",", ":")).encode


def _dumps(value: Any) -> str:
    return _encode(value)


def _fields(made: Any) -> dict[str, Any]:
    return {f.name: getattr(made, f.name) for f in dataclasses.fields(made)}


def _object(made: Any) -> str:
    return _dumps(_fields(made))


def _records(made: type, items: Iterable[Any]) -> str:
    names = [f.name for f in dataclasses.fields(made)]
    values: Callable[[Any], tuple[Any, ...]] = attrgetter(*names)
    return _lines("[]", [_dumps(dict(zip(names, values(item), strict=True))) for item in items])


def _counts(counts: Counts) -> str:
    """Write a cell a line, so that a changed count is a changed line."""
    parts = []
    for name, value in counts.to_dict().items():
        table = name in {"codes", "values", "squares", "rows"} and value is not None
        parts.append(f"{_dumps(name)}:{_lines('[]', map(_dumps, value)) if table else _dumps(value)}")
    return _lines("{}", parts)


def _lines(brackets: str, parts: Iterable[str]) -> str:
    inner = ",\n".join(parts)
    return f"{brackets[0]}\n{inner}\n{brackets[1]}" if inner else brackets


def _parsed(text: str) -> Json:
    try:
        return json.loads(text, parse_constant=_no_number)
    except json.JSONDecodeError as error:
        raise ReportError(
            f"this is no report: it is not JSON (line {error.lineno}, column {error.colno}: {error.msg})."
        ) from None
    except (RecursionError, ValueError) as error:  # nested too deeply, digits without end
        if isinstance(error, ReportError):
            raise
        raise ReportError(f"this is no report: its JSON cannot be read ({error}).") from None


def _no_number(constant: str) -> NoReturn:
    raise ReportError(f"this is no report: it holds {constant}, which is no number of JSON.")


def _check_schema(data: Json) -> None:
    if not isinstance(data, dict):
        raise ReportError("this is no report: the JSON is not an object.")
    found = data.get("schema")
    if found == SCHEMA:
        return
    version = re.fullmatch(rf"{re.escape(_WORD)}/([0-9]{{1,9}})", found) if isinstance(found, str) else None
    if version is None:
        stated = "has no 'schema'" if found is None else f"is of schema {found!r:.60}"
        raise ReportError(f"this is no report: it {stated}; a report is of schema '{SCHEMA}'.")
    raise ReportError(
        f"$.schema is '{found}': this report was made by a newer fairkit; upgrade fairkit to read it "
        f"(this one reads '{SCHEMA}')."
    )


def _report_shape() -> Record:
    text = Scalar(str)
    fields: dict[str, Shape] = {
        "schema": text,
        "created": text,
        "fairkit_version": text,
        "data": _record(DataSummary),
        "settings": _record(Settings),
        "counts": _counts_shape(),
        **{name: Items(_record(made)) for name, made in _LISTS.items()},
        "notes": Items(text),
    }
    return Record(fields)


def _record(made: type) -> Record:
    # A finding is undefined for one of the reasons of a metric, or undecided.
    reasons = Maybe(Choice((TOO_FEW_ROWS, *map(str, Why))))
    return record_of(made, special={"reason": reasons} if made is Finding else None)


def _counts_shape() -> Record:
    def rows_of(number: Shape) -> Shape:
        return Items(Items(number))

    attribute = Record({"name": Scalar(str), "levels": Items(Maybe(Scalar(str)))})
    axis = Record({"name": Scalar(str), "levels": Items(Maybe(Scalar(str))), "width": Scalar(float, 0)})
    return Record(
        {
            "kind": Choice(tuple(map(str, Kind))),
            "attributes": Items(attribute),
            "axes": Items(axis),
            "fields": Items(Scalar(str)),
            "codes": rows_of(Scalar(int, 0)),
            "values": rows_of(Scalar(float)),
            "squares": Maybe(rows_of(Scalar(float))),
            "rows": Maybe(rows_of(Scalar(int, 0))),
            "clustered": Scalar(bool),
        }
    )


def _read_counts(data: dict[str, Json], problems: list[str]) -> Counts | None:
    found = [*_misfits(data)]
    problems += found
    if found:
        return None
    try:
        return Counts.from_dict(data)
    except FairkitError as error:
        problems += [f"$.counts: {problem}" for problem in error.problems]
    return None


def _misfits(data: dict[str, Json]) -> Iterator[str]:
    """Check that the tables of the counts fit one another."""
    levels = [len(key["levels"]) for key in (*data["attributes"], *data["axes"])]
    for i, code in enumerate(data["codes"]):
        if len(code) != len(levels) or any(c >= size for c, size in zip(code, levels, strict=False)):
            yield f"$.counts.codes[{i}] names no cell of the attributes and axes: {list(code)}."
    kind = Kind(data["kind"])
    whole = data["squares"] is None and ROW_FIELDS[kind] == FIELDS[kind]
    for name in ("values", "squares", "rows"):
        table = data[name] or ()
        if data[name] is not None and len(table) != len(data["codes"]):
            yield f"$.counts.{name} has {len(table)} rows for {len(data['codes'])} cells."
        for i, row in enumerate(table):
            if len(row) != len(data["fields"]):
                yield f"$.counts.{name}[{i}] has {len(row)} values for {len(data['fields'])} fields."
            elif name == "values" and whole and any(isinstance(v, float) for v in row):
                yield f"$.counts.values[{i}] is {list(row)}; rows are counted in whole numbers."
    if (data["squares"] is None) != (data["rows"] is None):
        yield "$.counts.squares and $.counts.rows belong together, but one of them is null."


def _first(problems: list[str]) -> list[str]:
    """Keep a message readable where a whole list is damaged."""
    if len(problems) <= _MOST_PROBLEMS:
        return problems
    return [*problems[:_MOST_PROBLEMS], f"... and {len(problems) - _MOST_PROBLEMS} more problems."]
