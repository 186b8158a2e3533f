"""Identity AUCs as plain frozen records, as JSON and as a frame; every number with what it stands on."""

from __future__ import annotations

import dataclasses
import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

from fairkit.findings import Finding, Verdict
from fairkit.metrics import Why
from fairkit.text.extrinsic.identities import Unknown

if TYPE_CHECKING:
    import pandas as pd

AucKind = Literal["subgroup_auc", "bpsn_auc", "bnsp_auc"]
"""Which rows of an identity and its background an area is between."""

SCHEMA = "fairkit.identity_aucs/1"
"""Name and version of the JSON."""

AUC_KINDS: tuple[AucKind, ...] = ("subgroup_auc", "bpsn_auc", "bnsp_auc")
"""The three areas of an identity, in the order in which they are shown."""


@dataclass(frozen=True, slots=True)
class AucEstimate:
    """One area under the ROC curve.

    Parameters
    ----------
    metric : str
        ``subgroup_auc``, ``bpsn_auc``, ``bnsp_auc``, ``background_auc``, or ``roc_auc`` of all rows.
    value : float or None
        None where undefined, never 0 and never NaN.
    why : Why or None
        Why the value, or only its interval, is undefined.
    low, high : float or None
        Interval.
    positives, negatives : int
        Rows on the two sides.
    method : str
        How the interval was made.
    binning : float or None
        How far bins of scores may have moved the value; 0 where every score is known.
    """

    metric: str
    value: float | None
    why: Why | None
    low: float | None
    high: float | None
    positives: int
    negatives: int
    method: str
    binning: float | None


@dataclass(frozen=True, slots=True)
class IdentityAuc:
    """The three areas of one identity, beside that of its background.

    Parameters
    ----------
    identity : str
    rows, positives, negatives : int
        Rows with a label and a score that belong to it.
    unknown : int
        Rows of which that is not known.
    subgroup_auc, bpsn_auc, bnsp_auc, background_auc : AucEstimate
    findings : tuple of Finding
        Of each of the three areas against the background's own.
    """

    identity: str
    rows: int
    positives: int
    negatives: int
    unknown: int
    subgroup_auc: AucEstimate
    bpsn_auc: AucEstimate
    bnsp_auc: AucEstimate
    background_auc: AucEstimate
    findings: tuple[Finding, ...]

    @property
    def areas(self) -> tuple[AucEstimate, AucEstimate, AucEstimate]:
        """The three areas, in the order in which they are shown."""
        return self.subgroup_auc, self.bpsn_auc, self.bnsp_auc


@dataclass(frozen=True, slots=True)
class PowerMean:
    """A mean over identities that leans towards the worst.

    Parameters
    ----------
    metric : str
        What it is a mean of, or ``combined_auc``.
    power : float
    value : float or None
    why : Why or None
        Why the value, or only its interval, is undefined.
    low, high : float or None
        Interval, by the delta method.
    identities : int
        Those that it is a mean of.
    left_out : tuple of str
        Those whose area is undefined, or stands on too few rows for an interval.
    noise : float or None
        By how much chance alone pulls the value down, to second order: small identities look worse than
        they are.
    method : str
    """

    metric: str
    power: float
    value: float | None
    why: Why | None
    low: float | None
    high: float | None
    identities: int
    left_out: tuple[str, ...]
    noise: float | None
    method: str


@dataclass(frozen=True, slots=True)
class IdentityAucs:
    """What scores are worth for every identity, and in which direction they err.

    Parameters
    ----------
    created, fairkit_version : str
    source : str
    sha256 : str or None
    rows, used : int
        Rows that were read, and those with a label and a score.
    left_out : dict of reason to int
    label, score : str
    weight, cluster : str or None
    clusters : int or None
    unknown : {"leave-out", "background"}
    power, confidence : float
    margin : tuple of float
    correction : str
    overall : AucEstimate
        Of all rows.
    identities : tuple of IdentityAuc
        In the order in which they were asked for.
    power_means : tuple of PowerMean
        Of each of the three areas, and their combination with the overall area.
    notes : tuple of str

    Examples
    --------
    >>> from fairkit.text import identity_aucs
    >>> rows = {"toxic": [0, 1] * 20, "score": [i % 7 / 7 + i % 2 / 9 for i in range(40)],
    ...         "gay": [0, 0, 1, 1] * 10}
    >>> found = identity_aucs(rows, label="toxic", score="score", identities="gay")
    >>> found.identities[0].identity, round(found.identities[0].subgroup_auc.value, 3)
    ('gay', 0.52)
    """

    created: str
    fairkit_version: str
    source: str
    sha256: str | None
    rows: int
    used: int
    left_out: dict[str, int]
    label: str | None
    score: str | None
    weight: str | None
    cluster: str | None
    clusters: int | None
    unknown: Unknown
    power: float
    confidence: float
    margin: tuple[float, float]
    correction: str
    overall: AucEstimate
    identities: tuple[IdentityAuc, ...]
    power_means: tuple[PowerMean, ...]
    notes: tuple[str, ...]

    @property
    def findings(self) -> tuple[Finding, ...]:
        """All findings, identity by identity."""
        return tuple(finding for one in self.identities for finding in one.findings)

    @property
    def verdict(self) -> Verdict:
        """The worst verdict: disparity if any, parity only if all are."""
        found = {finding.verdict for finding in self.findings}
        if Verdict.DISPARITY in found:
            return Verdict.DISPARITY
        return Verdict.PARITY if found == {Verdict.PARITY} else Verdict.INCONCLUSIVE

    def to_dict(self) -> dict[str, Any]:
        """Return everything as plain data, with the name of its schema."""
        return {"schema": SCHEMA, **dataclasses.asdict(self)}

    def to_json(self) -> str:
        """Write everything as JSON; every key is always there, and no number is NaN."""
        return json.dumps(self.to_dict(), indent=2, ensure_ascii=False, allow_nan=False) + "\n"

    def to_text(self, *, width: int = 100, color: bool = False) -> str:
        """Write the areas as text for a terminal."""
        from fairkit.text.extrinsic.identity_text import aucs_text

        return aucs_text(self, width=width, color=color)

    def to_html(self) -> str:
        """Write the areas as one self-contained page."""
        from fairkit.text.extrinsic.identity_page import aucs_page

        return aucs_page(self)

    def _repr_html_(self) -> str:
        """Show the page in a notebook."""
        from fairkit.text.extrinsic.identity_page import framed

        return framed(self)

    def to_frame(self) -> pd.DataFrame:
        """Return one row for each identity and area, with the finding beside it, as a pandas frame."""
        import pandas as pd

        rows = []
        for one in self.identities:
            made = {finding.metric: finding for finding in one.findings}
            for area in (*one.areas, one.background_auc):
                finding = made.get(area.metric)
                rows.append(
                    {
                        "identity": one.identity,
                        **dataclasses.asdict(area),
                        "difference": None if finding is None else finding.value,
                        "difference_low": None if finding is None else finding.low,
                        "difference_high": None if finding is None else finding.high,
                        "verdict": None if finding is None else str(finding.verdict),
                    }
                )
        frame = pd.DataFrame(rows)
        numbers = ("value", "low", "high", "binning", "difference", "difference_low", "difference_high")
        return frame.astype(dict.fromkeys(numbers, "float64"))
