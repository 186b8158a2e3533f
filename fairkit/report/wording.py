"""What a report calls its rows, clusters and models: of transcripts, utterances, speakers and systems."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from fairkit.report.model import Report


@dataclass(frozen=True, slots=True)
class Wording:
    """The nouns of a report.

    Parameters
    ----------
    row, rows, cluster, clusters, model, models : str
        Singulars and plurals.
    speech : bool, default False
        Whether transcripts were judged.
    by_speaker : bool, default False
        Whether speakers, not utterances, decide what is known.
    """

    row: str
    rows: str
    cluster: str
    clusters: str
    model: str
    models: str
    speech: bool = False
    by_speaker: bool = False

    @property
    def unit(self) -> str:
        """What there must be more of to decide what is inconclusive: speakers where they are known."""
        return self.cluster if self.by_speaker else self.row

    @property
    def units(self) -> str:
        """The plural of it."""
        return self.clusters if self.by_speaker else self.rows

    @property
    def others(self) -> str:
        """What a group is compared with where it is compared with the rest."""
        return f"all other {self.rows}"


ROWS = Wording("row", "rows", "cluster", "clusters", "model", "models")
"""The nouns of decisions, scores and amounts."""

UTTERANCES = Wording("utterance", "utterances", "speaker", "speakers", "system", "systems", speech=True)
"""The nouns of transcripts where nobody knows who spoke."""

SPEAKERS = Wording(
    "utterance", "utterances", "speaker", "speakers", "system", "systems", speech=True, by_speaker=True
)
"""The nouns of transcripts whose speakers are known."""

TEXTS = Wording("text", "texts", "cluster", "clusters", "model", "models")
"""The nouns of texts of which each was measured by itself."""


def wording_of(report: Report) -> Wording:
    """Choose the nouns of a report.

    Examples
    --------
    >>> import fairkit
    >>> report = fairkit.evaluate({"sex": ["F", "M"] * 9, "d": [1, 1, 0] * 6}, decision="d", by="sex")
    >>> wording_of(report).others
    'all other rows'
    """
    if report.settings.text is not None:
        return TEXTS
    if report.settings.unit is None:
        return ROWS
    return UTTERANCES if report.settings.cluster is None else SPEAKERS
