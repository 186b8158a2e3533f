"""What the people behind an audit state, and what fairkit knows of where its numbers come from."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass

from fairkit import __version__
from fairkit.counts import Counts
from fairkit.report.audits.document import Facts
from fairkit.report.audits.people import People, Rate
from fairkit.report.model import Report

BLANK = "to be stated"
"""Written where a statement is asked for and nobody has made it."""

GENERATOR = f"fairkit {__version__}"
"""What made a document."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Statement:
    """What an auditor states; fairkit cannot know it.

    Parameters
    ----------
    tool : str or None
        The tool that was audited.
    source, explanation : str or None
        Where the data come from and what they are.
    audit_date, distribution_date : date or None
        Of the audit; from when the tool is used as audited.

    Examples
    --------
    >>> Statement(tool="Sorter 2").facts()[0]
    ('Tool', 'Sorter 2')
    """

    tool: str | None = None
    source: str | None = None
    explanation: str | None = None
    audit_date: dt.date | None = None
    distribution_date: dt.date | None = None

    def facts(self) -> Facts:
        """List what is stated, and what is still to be."""
        told = {
            "Tool": self.tool,
            "Date of the audit": self.audit_date,
            "Distribution date of the tool": self.distribution_date,
            "Source of the data": self.source,
            "Explanation of the data": self.explanation,
        }
        return tuple((name, BLANK if value is None else str(value)) for name, value in told.items())


def people_facts(source: Report | Counts, people: People) -> Facts:
    """List what is known of the data and of how they were counted.

    Examples
    --------
    >>> import fairkit
    >>> from fairkit.report.audits.people import people_of
    >>> report = fairkit.evaluate({"sex": ["F", "M"] * 9, "d": [1, 1, 0] * 6}, decision="d", by="sex")
    >>> people_facts(report, people_of(report))[:3]
    (('Data', 'arrays'), ('Rows read', '18'), ('Applicants with a decision', '18'))
    """
    return tuple(_people_facts(source, people))


def _people_facts(source: Report | Counts, people: People) -> Iterator[tuple[str, str]]:
    what = "decision" if people.rate is Rate.SELECTION else "score"
    if isinstance(source, Report):
        yield "Data", source.data.source
        yield "Rows read", f"{source.data.rows:,}"
    yield f"Applicants with a {what}", f"{people.applicants:,}"
    if people.left_out:
        yield f"Rows without a {what}", f"{people.left_out:,}"
    if people.variant is not None:
        yield "Variant", people.variant
    if people.median is not None:
        yield "Median score of all applicants", f"{people.median:.4g}"
    if isinstance(source, Report):
        column = source.settings.decision if people.rate is Rate.SELECTION else source.settings.score
        if column is not None:
            yield what.capitalize(), column
        if source.settings.threshold is not None and people.rate is Rate.SELECTION:
            yield "Selected from a score of", f"{source.settings.threshold:g}"
        yield "SHA-256 of the data", source.data.sha256 or "not taken (no file, or a large one)"
        yield "SHA-256 of the counts", source.data.counts_sha256
        yield "Report made", f"{source.created} by fairkit {source.fairkit_version}"
    else:
        yield "SHA-256 of the counts", source.sha256()
