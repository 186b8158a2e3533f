"""What a gate says of where it comes from: the policy, its checks, and the data that were judged."""

from __future__ import annotations

from dataclasses import dataclass

from fairkit.policy.model import Compare, Rule, Severity


@dataclass(frozen=True, slots=True)
class CheckStamp:
    """A check of the policy, whether it ran or not, as views need it.

    Parameters
    ----------
    id, metric : str
    compare : Compare
    limit : str
        As written: ``min 0.80``.
    rule : Rule
    severity : Severity
    groups : tuple of str
        As the policy names them.
    description : str or None
    line : int or None
        Line in the policy's file.
    ran : bool

    Examples
    --------
    >>> CheckStamp("gap", "accuracy", Compare.VALUE, "min 0.9", Rule.PROVE_HARM, Severity.ERROR, ("sex",),
    ...            None, 12, True).line
    12
    """

    id: str
    metric: str
    compare: Compare
    limit: str
    rule: Rule
    severity: Severity
    groups: tuple[str, ...]
    description: str | None
    line: int | None
    ran: bool


@dataclass(frozen=True, slots=True)
class PolicyStamp:
    """Which policy was applied.

    Parameters
    ----------
    name : str
    path : str or None
    sha256 : str
    confidence : float
        Of the family.
    correction : str
    family : int
        Gating comparisons that the correction allows for.

    Examples
    --------
    >>> PolicyStamp("credit-line", "fairness.toml", "00" * 32, 0.95, "holm", 14).family
    14
    """

    name: str
    path: str | None
    sha256: str
    confidence: float
    correction: str
    family: int


@dataclass(frozen=True, slots=True)
class ReportStamp:
    """Which data were judged.

    Parameters
    ----------
    source : str
    created : str
        Of the report.
    sha256 : str or None
        Of the data.
    counts_sha256 : str
    rows, rows_used : int
    notes : tuple of str
        What the report says of its data: rows left out, levels that were not declared, and the like.

    Examples
    --------
    >>> ReportStamp("loans.csv", "2026-11-21T10:00:00+00:00", None, "00" * 32, 100, 90).rows_used
    90
    """

    source: str
    created: str
    sha256: str | None
    counts_sha256: str
    rows: int
    rows_used: int
    notes: tuple[str, ...] = ()
