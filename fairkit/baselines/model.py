"""The baseline: the counts of one release and what they mean, without rows, clusters or findings.

A baseline is saved as JSON of schema ``fairkit.baseline/1`` (:mod:`fairkit.baselines.storing`). Findings are
left out on purpose: whoever compares makes them anew, from the counts of both releases and by one rule.
"""

from __future__ import annotations

from dataclasses import dataclass
from importlib import resources

from fairkit.counts import Counts
from fairkit.report.documents import described, dumps, fields, members
from fairkit.report.model import DataSummary, Report
from fairkit.report.serialize import settings_text
from fairkit.report.settings import Settings
from fairkit.report.shapes import Json, Maybe, Record, Scalar, record_of
from fairkit.report.stored_counts import counts_shape, counts_text

SCHEMA = "fairkit.baseline/1"
"""Name and version of the JSON form."""

NOUN = "baseline"
"""What messages call it."""


@dataclass(frozen=True, slots=True, repr=False)
class Baseline:
    """The counts of a release.

    Parameters
    ----------
    name : str or None
        What the release is called; None for a plain report.
    created, fairkit_version : str
        Of the report that the counts are from.
    data : DataSummary
    settings : Settings
        What columns, groups and classes mean.
    counts : Counts
        Without clusters.
    path, sha256 : str or None
        The file that it was read from, and the hash of its bytes; None before it was saved.

    Examples
    --------
    >>> import fairkit
    >>> report = fairkit.evaluate({"sex": ["F", "M"] * 9, "d": [1, 1, 0] * 6}, decision="d", by="sex")
    >>> baseline_of(report, name="v41")
    <fairkit baseline 'v41' of arrays: decisions of 18 rows by sex>
    """

    name: str | None
    created: str
    fairkit_version: str
    data: DataSummary
    settings: Settings
    counts: Counts
    path: str | None = None
    sha256: str | None = None

    def __repr__(self) -> str:
        name = "" if self.name is None else f" '{self.name}'"
        by = ", ".join(self.settings.by)
        return (
            f"<fairkit baseline{name} of {self.data.source}: {self.counts.kind} of "
            f"{self.data.rows_used:,} rows by {by}>"
        )

    def to_json(self) -> str:
        """Write the baseline as JSON; where it lies, and under which hash, is not part of it."""
        parts = {
            "schema": dumps(SCHEMA),
            "name": dumps(self.name),
            "created": dumps(self.created),
            "fairkit_version": dumps(self.fairkit_version),
            "data": dumps(fields(self.data)),
            "settings": settings_text(self.settings),
            "counts": counts_text(self.counts),
        }
        return members(parts) + "\n"


def baseline_of(report: Report, *, name: str | None = None) -> Baseline:
    """Take the counts of a report; clusters stay behind, since identifiers of people leave with no file.

    Parameters
    ----------
    report : Report
    name : str, optional
        What the release is called.

    Examples
    --------
    >>> import fairkit
    >>> report = fairkit.evaluate({"sex": ["F", "M"] * 9, "d": [1, 1, 0] * 6}, decision="d", by="sex")
    >>> baseline_of(report).counts == report.counts
    True
    """
    counts = report.counts
    if counts.clusters is not None:
        counts = counts.marginal(counts.attributes)
    return Baseline(name, report.created, report.fairkit_version, report.data, report.settings, counts)


def baseline_shape() -> Record:
    """Say what a baseline is as JSON.

    Examples
    --------
    >>> list(baseline_shape().fields)
    ['schema', 'name', 'created', 'fairkit_version', 'data', 'settings', 'counts']
    """
    text = Scalar(str)
    return Record(
        {
            "schema": text,
            "name": Maybe(text),
            "created": text,
            "fairkit_version": text,
            "data": record_of(DataSummary),
            "settings": record_of(Settings),
            "counts": counts_shape(),
        }
    )


def json_schema() -> dict[str, Json]:
    """Make the JSON Schema (draft 2020-12) of a baseline from the dataclasses themselves.

    Examples
    --------
    >>> json_schema()["properties"]["schema"]
    {'const': 'fairkit.baseline/1'}
    """
    return described(
        baseline_shape(),
        SCHEMA,
        title="fairkit baseline",
        description="What 'fairkit baseline save' writes: the counts of a release. Every key is present.",
        parts=[record_of(DataSummary), record_of(Settings)],
    )


def schema_text() -> str:
    """Return the JSON Schema as it is shipped with fairkit.

    Examples
    --------
    >>> import json
    >>> json.loads(schema_text()) == json_schema()
    True
    """
    return resources.files("fairkit.baselines").joinpath("schema/baseline-1.json").read_text(encoding="utf-8")
