"""The collection plan as plain frozen records, as JSON and as CSV; it names no speaker."""

from __future__ import annotations

import csv
import dataclasses
import io
import json
from dataclasses import dataclass
from typing import Any, Literal

from fairkit.counts import Level
from fairkit.speech.collection.spread import Source
from fairkit.speech.utterances import Unit

SCHEMA = "fairkit.coverage/1"
"""Name and version of the JSON."""

CoverageVerdict = Literal["enough", "too-few", "absent", "unlabelled"]
"""Whether a combination has the speakers it needs; of rows without a label nothing can be planned."""

OUT_OF_REACH = "out-of-reach"
"""Reason where no number of speakers that could be recorded would show the gap."""

_COLUMNS = (
    "attribute", "group", "verdict", "speakers", "needed", "more", "utterances", "words", "detectable",
    "reason",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class CoverageFactor:
    """One factor of the plan.

    Parameters
    ----------
    name : str
    levels : tuple of str
        Levels with speakers, and declared ones.
    within : bool
        Whether most speakers were recorded at several of its levels, as with noise.
    several : float
        Share of the speakers who were recorded at several levels.
    """

    name: str
    levels: tuple[str, ...]
    within: bool
    several: float


@dataclass(frozen=True, slots=True)
class CoverageCell:
    """One combination.

    Parameters
    ----------
    attribute, group : str
        As in reports: ``accent & noise`` and ``accent=Irish & noise=yes``.
    levels : tuple of (str or None)
    speakers, utterances : int
        At hand.
    words : int or None
        Units of the references; None where no references were named.
    detectable : float or None
        The smallest gap to all others that these speakers would show with the power asked for; None where
        they would show none.
    needed : int or None
        Speakers in all that would show the gap asked for; None where that is not planned, see `reason`.
    more : int or None
        How many of these are still to be recorded.
    verdict : {"enough", "too-few", "absent", "unlabelled"}
    reason : str or None
        ``out-of-reach``: not even 100,000 speakers would do.
    """

    attribute: str
    group: str
    levels: tuple[Level, ...]
    speakers: int
    utterances: int
    words: int | None
    detectable: float | None
    needed: int | None
    more: int | None
    verdict: CoverageVerdict
    reason: str | None


@dataclass(frozen=True, slots=True)
class CoverageTable:
    """All combinations of one crossing, with what was taken for granted there.

    Parameters
    ----------
    attribute : str
    factors : tuple of str
        What is crossed.
    marginal : bool
        Whether it was not asked for, but is one factor of a crossing alone.
    cells : tuple of CoverageCell
        In the order of their levels.
    hypotheses : int
        Combinations that are judged together.
    level : float
        Confidence of each one's interval: the first step of Holm's correction.
    rate : float
        Error rate of all others.
    rate_from : {"data", "option", "assumption"}
    relative_variance : float
        Of one speaker's error rate within a combination.
    variance_from : {"data", "option", "assumption"}
    freedom : float
        Degrees of freedom that the data have for it.
    words_per_speaker : float
        What one speaker says in one combination.
    words_from : {"data", "option", "assumption"}
    inequality : float
        Speakers for each one of equal words.
    correlation : float
        Of one speaker's rates in two combinations.
    new_speakers : int
        To be recorded in all where each is recorded in one combination.
    new_speakers_within : int
        The fewest where each is recorded in all conditions of the factors that vary within speakers.
    """

    attribute: str
    factors: tuple[str, ...]
    marginal: bool
    cells: tuple[CoverageCell, ...]
    hypotheses: int
    level: float
    rate: float
    rate_from: Source
    relative_variance: float
    variance_from: Source
    freedom: float
    words_per_speaker: float
    words_from: Source
    inequality: float
    correlation: float
    new_speakers: int
    new_speakers_within: int

    def counted(self, verdict: CoverageVerdict) -> int:
        """Count the combinations with one verdict."""
        return sum(cell.verdict == verdict for cell in self.cells)

    def worst_first(self) -> list[CoverageCell]:
        """List combinations that need most first; those out of reach before them, unlabelled ones last."""

        def rank(cell: CoverageCell) -> tuple[float, ...]:
            unlabelled = cell.verdict == "unlabelled"
            return (unlabelled, cell.reason is None, -(cell.more or 0), cell.speakers)

        return sorted(self.cells, key=rank)


@dataclass(frozen=True, slots=True)
class CoveragePlan:
    """Which combinations have too few speakers to show a gap, and how many more to record.

    Parameters
    ----------
    created : str
    fairkit_version : str
    source : str
    sha256 : str or None
    rows, speakers : int
        Rows that were read, and speakers among them.
    left_out : dict of reason to int
        Rows that count for nothing: without a speaker, or without a reference.
    gap, power, confidence : float
        What is to be shown, and how surely.
    unit : {"words", "characters"}
    factors : tuple of CoverageFactor
    tables : tuple of CoverageTable
        Those asked for, then each of their factors alone.
    notes : tuple of str

    Examples
    --------
    >>> from fairkit.speech.planning import coverage
    >>> rows = {"accent": ["X", "X", "Y", "Y"], "who": ["ann", "bob", "cem", "dan"]}
    >>> plan = coverage(rows, by="accent", speaker="who", gap=0.1, words=400)
    >>> [(cell.group, cell.speakers, cell.needed, cell.verdict) for cell in plan.tables[0].cells]
    [('accent=X', 2, 21, 'too-few'), ('accent=Y', 2, 21, 'too-few')]
    """

    created: str
    fairkit_version: str
    source: str
    sha256: str | None
    rows: int
    speakers: int
    left_out: dict[str, int]
    gap: float
    power: float
    confidence: float
    unit: Unit
    factors: tuple[CoverageFactor, ...]
    tables: tuple[CoverageTable, ...]
    notes: tuple[str, ...]

    def to_dict(self) -> dict[str, Any]:
        """Return the plan as plain data, with the name of its schema."""
        return {"schema": SCHEMA, **dataclasses.asdict(self)}

    def to_json(self) -> str:
        """Write the plan as JSON; every key is always there, and no number is NaN."""
        return json.dumps(self.to_dict(), indent=2, ensure_ascii=False, allow_nan=False) + "\n"

    def to_csv(self) -> str:
        """Write the combinations as CSV, one a line, worst first in each crossing."""
        made = io.StringIO()
        names = [factor.name for factor in self.factors]
        writer = csv.writer(made, lineterminator="\n")
        writer.writerow([*_COLUMNS[:2], *(f"level {name}" for name in names), *_COLUMNS[2:]])
        for table in self.tables:
            for cell in table.worst_first():
                levels = dict(zip(table.factors, cell.levels, strict=True))
                values = [getattr(cell, column) for column in _COLUMNS]
                made_levels = [levels.get(name) for name in names]
                writer.writerow(["" if v is None else v for v in (*values[:2], *made_levels, *values[2:])])
        return made.getvalue()

    def to_text(self, *, width: int = 100, color: bool = False) -> str:
        """Write the plan as text for a terminal."""
        from fairkit.speech.collection.text import plan_text

        return plan_text(self, width=width, color=color)

    def to_html(self) -> str:
        """Write the plan as one self-contained page."""
        from fairkit.speech.collection.page import plan_page

        return plan_page(self)
