"""What a report of transcripts says first: which groups, which error rates, and who would decide it.

A reader who reads one line of a report should take home the rates of the groups, the verdict, and how many
speakers are lacking, not a maximum gap that chance alone may have made.
"""

from __future__ import annotations

from dataclasses import dataclass

from fairkit.findings import Verdict
from fairkit.metrics import Why, base_name
from fairkit.report.model import Report
from fairkit.report.numerals import margin_text, value_text
from fairkit.report.phrases import (
    SYMBOLS,
    UNDEFINED,
    at_least_text,
    counted,
    short_name,
    units_needed,
    visible,
)
from fairkit.report.sections import Part, Row, Section, parts
from fairkit.report.wording import Wording, wording_of

MOST = 6
"""Leads that are told; the report has all of them below."""

_NAMED, _ENDS, _NEAREST = 8, 3, 2


@dataclass(frozen=True, slots=True)
class Lead:
    """The first thing to know of one system and grouping.

    Parameters
    ----------
    title : str
        The metric, the grouping and the system.
    verdict : Verdict
    rates : str
        The groups with their rates, the worst first.
    decided : str
        What was shown, and how many speakers would decide what was not.
    """

    title: str
    verdict: Verdict
    rates: str
    decided: str

    def __str__(self) -> str:
        return f"{self.title}: {SYMBOLS[self.verdict]} {self.verdict}. {self.rates}. {self.decided}"


def leads(report: Report) -> tuple[Lead, ...]:
    """Say the first things to know of transcripts; nothing of other reports.

    Parameters
    ----------
    report : Report

    Returns
    -------
    tuple of Lead
        At most :data:`MOST`: the first metric and comparison of every grouping and system, in report order.

    Examples
    --------
    >>> from fairkit.speech import evaluate
    >>> rows = {"said": ["a b c", "d e"] * 8, "heard": ["a b c", "d"] * 8, "accent": ["X", "Y"] * 8}
    >>> print(leads(evaluate(rows, reference="said", hypothesis="heard", by="accent"))[0].rates)
    Y 50.00%, X 0.00%
    """
    wording = wording_of(report)
    if not wording.speech or not report.settings.metrics:
        return ()
    first = base_name(report.settings.metrics[0])
    found = [
        _lead(section, part, wording)
        for part in parts(report)
        for section in part.sections
        if base_name(section.metric) == first and section.compare == report.settings.compare[0]
    ]
    return tuple(found[:MOST])


def subject(report: Report) -> str:
    """Name what a report is about, and how much of it there was.

    Examples
    --------
    >>> import fairkit
    >>> subject(fairkit.evaluate({"sex": ["F", "M"] * 9, "d": [1, 1, 0] * 6}, decision="d", by="sex"))
    'arrays: 18 rows'
    """
    wording, data = wording_of(report), report.data
    what = f"transcripts in {visible(data.source)}" if wording.speech else visible(data.source)
    return f"{what}: {amount(report)}"


def amount(report: Report) -> str:
    """Say how many rows were used, and of how many speakers.

    Examples
    --------
    >>> import fairkit
    >>> amount(fairkit.evaluate({"sex": ["F", None] * 9, "d": [1, None, 0] * 6}, decision="d", by="sex"))
    '12 rows used of 18'
    """
    wording, data = wording_of(report), report.data
    speakers = next((one.speakers for one in report.speech if one.attribute == one.group == "all"), None)
    text = counted(data.rows_used, wording.row)
    if data.rows != data.rows_used:
        text += f" used of {data.rows:,}"
    return text if speakers is None else f"{text}, {counted(speakers, wording.cluster)}"


def _lead(section: Section, part: Part, wording: Wording) -> Lead:
    system = section.metric.removeprefix(base_name(section.metric)).removeprefix("[").removesuffix("]")
    title = f"{_title(section)} by {visible(section.attribute)}" + (f", {visible(system)}" if system else "")
    verdict = Verdict.INCONCLUSIVE if section.headline is None else section.headline.verdict
    return Lead(title, verdict, _rates(section, wording), _decided(section, part, verdict, wording))


def _title(section: Section) -> str:
    return base_name(section.metric).replace("_", " ").capitalize()


def _rates(section: Section, wording: Wording) -> str:
    valued = [(row.estimate.value, row) for row in section.rows if row.estimate.value is not None]
    valued.sort(key=lambda pair: -pair[0])
    told = [_rate(value, row, section, wording) for value, row in valued]
    if len(told) > _NAMED:
        left = len(told) - 2 * _ENDS
        told = [*told[:_ENDS], f"{counted(left, 'group')} between", *told[-_ENDS:]]
    lacking = sum(row.estimate.value is None for row in section.rows)
    if lacking:
        told.append(f"{UNDEFINED} undefined in {counted(lacking, 'group')}")
    return ", ".join(told) or "No group has a rate"


def _rate(value: float, row: Row, section: Section, wording: Wording) -> str:
    text = f"{short_name(row.estimate.group, section.attribute)} {value_text(value, section.measure)}"
    if wording.by_speaker and row.estimate.why == Why.TOO_FEW_CLUSTERS and row.clusters is not None:
        return f"{text} ({counted(row.clusters, 'speaker')}: no group estimate)"
    return text


def _decided(section: Section, part: Part, verdict: Verdict, wording: Wording) -> str:
    """Say what was shown, and what would decide the rest."""
    told = []
    shown = [row for row in section.rows if row.verdict is Verdict.DISPARITY]
    if shown and section.headline is not None:
        names = [short_name(row.estimate.group, section.attribute) for row in shown]
        more = f" and {len(names) - _ENDS} more" if len(names) > _ENDS else ""
        told.append(
            f"Surely apart from {section.others}: {', '.join(names[:_ENDS])}{more} (at least "
            f"{at_least_text(section.headline)})."
        )
    if verdict is Verdict.PARITY and section.margin is not None:
        margin = margin_text(section.margin, section.compare, section.measure)
        told.append(f"All groups lie within the margin of {margin}.")
        return " ".join(told)
    undecided = [row for row in section.rows if row.verdict is Verdict.INCONCLUSIVE]
    if undecided:
        told.append(_lacking(undecided, section, part, wording))
    return " ".join(told)


def _lacking(undecided: list[Row], section: Section, part: Part, wording: Wording) -> str:
    """Say which of the undecided groups need fewest more, or why that cannot be told."""
    have = {size.group: (size.clusters if wording.by_speaker else size.rows) or 0 for size in part.sizes}
    planned = [
        (needed - have.get(row.estimate.group, 0), needed, row.estimate.group)
        for row in undecided
        if row.finding is not None and (needed := units_needed(row.finding, wording)) is not None
    ]
    if not planned:
        few = sum(row.estimate.why == Why.TOO_FEW_CLUSTERS for row in undecided)
        text = f"With so few {wording.units} it cannot be told how many would decide"
        return f"{text}; {counted(few, 'group has', 'groups have')} fewer than 3." if few else f"{text}."
    nearest = " and ".join(
        f"about {needed:,} {wording.units} of {short_name(group, section.attribute)} (there are "
        f"{have.get(group, 0):,})"
        for _, needed, group in sorted(planned)[:_NEAREST]
    )
    number = counted(len(undecided), "group is", "groups are")
    return f"{number} undecided; what would decide first: {nearest}."
