"""The report as JSON, and back: schema ``fairkit.report/1``.

One fact stands on one line (a group, an estimate, a finding), so that two reports can be compared with any
diff. Every key is always there, null where there is nothing, and no number is ever NaN or infinite. Reading
checks the whole text against the shapes of the report's own dataclasses and names every problem by its JSON
path. Clusters stay out: identifiers of people never leave with a report.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from importlib import resources

from fairkit.contrasts import Contrast
from fairkit.curves import ReliabilityBin, RocPoint
from fairkit.errors import ReportError
from fairkit.estimates import Estimate, GroupSize
from fairkit.findings import TOO_FEW_ROWS, Finding
from fairkit.headlines import Headline
from fairkit.medians import AboveMedian
from fairkit.metrics import Why
from fairkit.missing.bounds import GapBounds, MissingShare
from fairkit.models import GapChange, ModelContrast
from fairkit.remedies import Remedy
from fairkit.report.documents import (
    check_schema,
    decoded,
    described,
    dumps,
    fields,
    first,
    lines,
    members,
    parsed,
    read_bytes,
    records,
)
from fairkit.report.model import SCHEMA, DataSummary, Report
from fairkit.report.settings import Settings
from fairkit.report.shapes import Choice, Items, Json, Maybe, Record, Scalar, Shape, record_of
from fairkit.report.stored_counts import counts_of, counts_shape, counts_text
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
from fairkit.text.results import (
    OverallMean,
    ProtectedModelScore,
    SensitivityAgreement,
    SensitivityFloor,
    TextAttribution,
    TextsApart,
    WordSensitivity,
)

__all__ = ["from_json", "json_schema", "load_report", "schema_text", "settings_text", "to_json", "write_text"]

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
    "above_median": AboveMedian,
    "overall": OverallMean,
    "protected_models": ProtectedModelScore,
    "sensitivity_floors": SensitivityFloor,
    "sensitivity_agreements": SensitivityAgreement,
    "texts_apart": TextsApart,
    "word_sensitivities": WordSensitivity,
    "attributions": TextAttribution,
}
_ADDED = (
    *("above_median", "overall", "protected_models", "sensitivity_floors", "sensitivity_agreements"),
    *("texts_apart", "word_sensitivities", "attributions"),
)
"""Lists that came after the first reports were saved: reports without them are read as if they were empty."""
_NOUN = "report"


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
        "schema": dumps(SCHEMA),
        "created": dumps(report.created),
        "fairkit_version": dumps(report.fairkit_version),
        "data": dumps(fields(report.data)),
        "settings": settings_text(report.settings),
        "counts": counts_text(report.counts),
    }
    for name, made in _LISTS.items():
        parts[name] = records(made, getattr(report, name))
    parts["notes"] = lines("[]", map(dumps, report.notes))
    return members(parts) + "\n"


def settings_text(settings: Settings) -> str:
    """Write settings as JSON, one a line.

    Examples
    --------
    >>> import fairkit
    >>> report = fairkit.evaluate({"sex": ["F", "M"] * 9, "d": [1, 1, 0] * 6}, decision="d", by="sex")
    >>> settings_text(report.settings).splitlines()[1]
    '"by":["sex"],'
    """
    return members({name: dumps(value) for name, value in fields(settings).items()})


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
    data = parsed(text, _NOUN)
    check_schema(data, SCHEMA, _NOUN)
    problems: list[str] = []
    parts = _report_shape().read({**{name: [] for name in _ADDED}, **data}, "$", problems)
    counts = None
    if not problems:
        counts = counts_of(parts["counts"], parts["data"].counts_sha256, problems, noun=_NOUN)
    if counts is None:
        raise ReportError(*first(problems))
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
    content = read_bytes(path, _NOUN, hint="make one with 'fairkit eval ... -o {file}'")
    text = decoded(content, path, _NOUN)
    try:
        return from_json(text)
    except ReportError as error:
        raise ReportError(*(f"'{os.fspath(path)}': {problem}" for problem in error.problems)) from None


def json_schema() -> dict[str, Json]:
    """Make the JSON Schema (draft 2020-12) of a report from the dataclasses themselves.

    Examples
    --------
    >>> json_schema()["properties"]["schema"]
    {'const': 'fairkit.report/1'}
    """
    found = described(
        _report_shape(),
        SCHEMA,
        title="fairkit report",
        description="What 'fairkit eval -o' writes. Every key is present; what is absent is null.",
        parts=[_record(made) for made in (DataSummary, Settings, *_LISTS.values())],
    )
    found["required"] = [name for name in found["required"] if name not in _ADDED]
    return found


def schema_text() -> str:
    """Return the JSON Schema as it is shipped with fairkit.

    Examples
    --------
    >>> import json
    >>> json.loads(schema_text()) == json_schema()
    True
    """
    return resources.files("fairkit.report").joinpath("schema/report-1.json").read_text(encoding="utf-8")


def _report_shape() -> Record:
    text = Scalar(str)
    fields: dict[str, Shape] = {
        "schema": text,
        "created": text,
        "fairkit_version": text,
        "data": _record(DataSummary),
        "settings": _record(Settings),
        "counts": counts_shape(),
        **{name: Items(_record(made)) for name, made in _LISTS.items()},
        "notes": Items(text),
    }
    return Record(fields)


def _record(made: type) -> Record:
    # A finding is undefined for one of the reasons of a metric, or undecided.
    reasons = Maybe(Choice((TOO_FEW_ROWS, *map(str, Why))))
    return record_of(made, special={"reason": reasons} if made is Finding else None)
