"""The limit that a later release is held to, for each claim that a bounty confirmed.

- **A disparity** becomes a limit on the difference between the group's rate and that of all other rows: the
  margin of the claim, as it was written. The host's model exceeded it by proof, so that model fails. A claim
  against the overall rate is held against all other rows too: the group is part of all rows, so it differs
  more from the rest, and no release passes that the claim would catch. A claim against a
  reference group becomes a limit on the group's own rate: what the reference had, and the margin on top.
- **A repair** becomes a limit on the group's own rate: what the repaired model reached, and a tolerance on
  top, because that number is an estimate, and a new sample of the same model lies above it half of the time.
  The tolerance is never more than half of what was mended, so the model before the repair exceeds the limit
  however small the repair was.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from fractions import Fraction
from types import MappingProxyType
from typing import Literal

from bounty.certificates.exact_numbers import fraction_of, text_of
from bounty.claims.claim import OVERALL, REST, Claim, Part
from bounty.rows.answers import STEPS
from bounty.rows.evidence import DisparityEvidence, Evidence, RepairEvidence
from fairkit.errors import BountyError

METRICS: Mapping[str, str] = MappingProxyType(
    {
        "error": "error_rate",
        "false_positive": "false_positive_rate",
        "false_negative": "false_negative_rate",
        "squared": "brier_score",
        "ratio": "word_error_rate",
    }
)
"""The metric of fairkit that measures the rate of each loss; the log loss has none."""

_DIGITS = 10**9
_MARGIN = re.compile(r"(0|[1-9][0-9]*)(\.[0-9]+)?")


@dataclass(frozen=True, slots=True)
class Found:
    """A confirmed claim with what was counted.

    Attributes
    ----------
    claim : Claim
    evidence : DisparityEvidence or RepairEvidence
    sequence : int
        Its number in the ledger.
    units : int or None
        For a repair of a loss that is not per row (false positives, false negatives, ratios): the group's
        units on the rows that the evidence is from.

    Examples
    --------
    >>> from bounty.claims.claim import ClaimKind
    >>> claim = Claim(ClaimKind.REPAIR, "error", "age < 25")
    >>> Found(claim, RepairEvidence(100, 20, 9, 5, 6, 2, 8), 7).sequence
    7
    """

    claim: Claim
    evidence: Evidence
    sequence: int
    units: int | None = None


@dataclass(frozen=True, slots=True)
class Origin:
    """Where a policy comes from, and what its file should say about the data.

    Attributes
    ----------
    title : str
        Of the bounty.
    manifest, head : str
        Hash of its manifest, and of the last row of its ledger.
    part : {"public", "checker", "confirmation"}
        The rows that the evidence is from.
    data : mapping of str to str
        The file's ``[data]``: which column is the ``label``, the ``decision``, the ``score``.
    coarsened : mapping of str to str
        In words, how the bounty coarsened a column.
    minimum_rows : int
        Rows below which a group is not judged.
    tolerance : str
        Decimal text: how far a group's rate may rise above what a repair reached.
    metrics : mapping of str to str
        The metric of a loss where it is another than in `METRICS`: a ratio of characters, a score that is no
        probability (``mean_squared_error``).
    width : Fraction or int
        Highest less lowest score, for squared losses.

    Examples
    --------
    >>> Origin("Lending", "00ff", "ab12").part
    'confirmation'
    """

    title: str
    manifest: str
    head: str
    part: Part = "confirmation"
    data: Mapping[str, str] = field(default_factory=dict)
    coarsened: Mapping[str, str] = field(default_factory=dict)
    minimum_rows: int = 30
    tolerance: str = "0.02"
    metrics: Mapping[str, str] = field(default_factory=dict)
    width: Fraction | int = 1


@dataclass(frozen=True, slots=True)
class Limit:
    """What a check holds a group to.

    Attributes
    ----------
    compare : {"difference", "value"}
    most : str
        Decimal text.
    why : str
        Where the number comes from.

    Examples
    --------
    >>> Limit("difference", "0.05", "the margin of the claim").most
    '0.05'
    """

    compare: Literal["difference", "value"]
    most: str
    why: str


def rates(found: Found, origin: Origin) -> tuple[Fraction | None, Fraction | None]:
    """Give the two rates that a claim is about, in the unit of the loss's metric.

    Returns
    -------
    group, other : Fraction or None
        The group's rate and the reference's; for a repair the group's before and after. None where there are
        no units, or the evidence does not know them.

    Examples
    --------
    >>> from bounty.claims.claim import ClaimKind
    >>> claim = Claim(ClaimKind.REPAIR, "error", "age < 25")
    >>> rates(Found(claim, RepairEvidence(100, 20, 9, 5, 6, 2, 8), 7), Origin("Lending", "00ff", "ab12"))
    (Fraction(9, 20), Fraction(1, 4))
    """
    evidence = found.evidence
    scale = Fraction(origin.width**2, STEPS**2) if found.claim.loss == "squared" else Fraction(1)
    if isinstance(evidence, DisparityEvidence):
        sums = evidence.group, evidence.reference
        group, other = (Fraction(part.lost, part.units) * scale if part.units else None for part in sums)
        return group, other
    per_row = found.claim.loss in {"error", "squared"}
    units = found.units if found.units is not None or not per_row else evidence.group
    if not units:
        return None, None
    return Fraction(evidence.lost_before, units) * scale, Fraction(evidence.lost_after, units) * scale


def limit_of(found: Found, origin: Origin) -> Limit | str:
    """Find the limit that a claim sets.

    Returns
    -------
    Limit or str
        The text says why there is none.

    Examples
    --------
    >>> from bounty.claims.claim import ClaimKind
    >>> claim = Claim(ClaimKind.REPAIR, "error", "age < 25")
    >>> found = Found(claim, RepairEvidence(100, 20, 9, 5, 6, 2, 8), 7)
    >>> limit_of(found, Origin("Lending", "00ff", "ab12")).most
    '0.27'
    """
    claim = found.claim
    if metric_of(claim, origin) is None:
        return f"fairkit has no metric for the loss '{claim.loss}', so its group has no check"
    group, other = rates(found, origin)
    if isinstance(found.evidence, RepairEvidence):
        if group is None or other is None:
            return "the rate that the repair reached is not known (no units), so its group has no check"
        if other >= group:
            return "the repair saves nothing on these rows, so its group has no check"
        allowed = min(tolerance_of(origin), (group - other) / 2)
        return Limit(
            "value",
            _number(other + allowed),
            f"what the repair reached, and {_number(allowed)} for chance",
        )
    margin = fraction_of(claim.margin)
    if margin is None or margin < 0:
        return "its margin is no number, so its group has no check"
    if claim.loss == "squared" and origin.width != 1:
        margin *= origin.width**2  # a margin is a share of the most that a row can lose
    if claim.compare in {OVERALL, REST}:
        return Limit("difference", _as_written(claim.margin, margin), "the margin of the claim")
    if other is None:
        return "its reference has no rate on these rows (no units), so its group has no check"
    return Limit("value", _number(other + margin), "what the reference group had, and the margin")


def tolerance_of(origin: Origin) -> Fraction:
    """Read the tolerance.

    Raises
    ------
    BountyError
        It is no number from 0 up.

    Examples
    --------
    >>> tolerance_of(Origin("Lending", "00ff", "ab12"))
    Fraction(1, 50)
    """
    tolerance = fraction_of(origin.tolerance)
    if tolerance is None or tolerance < 0:
        raise BountyError(f"the tolerance is '{origin.tolerance}'; write a number from 0 up, such as 0.02.")
    return tolerance


def metric_of(claim: Claim, origin: Origin) -> str | None:
    """Name the metric that measures a claim's loss; None where fairkit has none.

    Examples
    --------
    >>> from bounty.claims.claim import ClaimKind
    >>> metric_of(Claim(ClaimKind.DISPARITY, "false_negative", "age < 25"), Origin("Lending", "00ff", "ab12"))
    'false_negative_rate'
    """
    return origin.metrics.get(claim.loss, METRICS.get(claim.loss))


def _as_written(text: str, number: Fraction) -> str:
    return text if _MARGIN.fullmatch(text) and Fraction(text) == number else _number(number)


def _number(number: Fraction) -> str:
    """Write a decimal of at most nine places, rounded down: a limit is not loosened by rounding."""
    return text_of(Fraction(int(number * _DIGITS), _DIGITS))
