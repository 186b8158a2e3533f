"""What a claim may hope for: what the held-out parts would say if they looked like the public rows.

It is computed from what is public, so a hunter can look as often as they like before a claim costs anything.
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction

from bounty.certificates.bounds import Undefined, certified_mass, events
from bounty.certificates.checker import JudgingPart, accepts
from bounty.certificates.courses import claim_complexity, confirmation_complexity
from bounty.certificates.terms import Terms
from bounty.game.answered import Place
from bounty.game.examining import Examination
from bounty.rows.evidence import DisparityEvidence, Evidence, RateSums, RepairEvidence


@dataclass(frozen=True, slots=True)
class Prospect:
    """What one held-out part would say of a claim.

    Attributes
    ----------
    part : {"checker", "confirmation"}
    rows : int
    certified : Decimal or None
        The mass that would be certain; None where it is undefined.
    least : Fraction
        The mass that has to be.
    accepted : bool
    """

    part: JudgingPart
    rows: int
    certified: Decimal | None
    least: Fraction
    accepted: bool


def prospects(
    examination: Examination, terms: Terms, place: Place, rows: tuple[int, int]
) -> tuple[Prospect, Prospect]:
    """Say what parts A and B would say of a claim if they looked like the public rows.

    Public numbers are scaled to the size of the part. A claim that was searched for on the public rows looks
    better there than it is.

    Parameters
    ----------
    examination : Examination
    terms : Terms
    place : Place
        What was asked before it (`bounty.game.answered`).
    rows : (int, int)
        Rows of parts A and B.

    Returns
    -------
    tuple of two Prospects
    """
    tails = events(terms.bound, examination.evidence.kind)
    checker = claim_complexity(terms, place.spent, tails)
    confirmation = confirmation_complexity(terms, place.asked, place.passed, tails)
    return (
        _prospect(examination, terms, "checker", (rows[0], checker)),
        _prospect(examination, terms, "confirmation", (rows[1], confirmation)),
    )


def scaled(evidence: Evidence, rows: int) -> Evidence:
    """Scale whole numbers to a part of another size, rounding down.

    Examples
    --------
    >>> scaled(RepairEvidence(100, 20, 9, 5, 6, 2, 8), 1000).better
    60
    """
    share = Fraction(rows, evidence.rows) if evidence.rows else Fraction(0)

    def of(number: int) -> int:
        return int(number * share)

    if isinstance(evidence, RepairEvidence):
        better, worse = of(evidence.better), of(evidence.worse)
        before = of(evidence.lost_before)
        return RepairEvidence(
            rows,
            of(evidence.group),
            before,
            before - better + worse,
            better,
            worse,
            of(evidence.squares),
            evidence.largest,
        )
    group, reference, overlap = (
        RateSums(*(of(getattr(part, name)) for name in RateSums.__slots__))
        for part in (evidence.group, evidence.reference, evidence.overlap)
    )
    return DisparityEvidence(rows, group, reference, overlap, evidence.largest, evidence.largest_unit)


def _prospect(
    examination: Examination, terms: Terms, part: JudgingPart, judged: tuple[int, Decimal]
) -> Prospect:
    rows, complexity = judged
    evidence, margin = scaled(examination.evidence, rows), examination.margin
    mass = certified_mass(evidence, margin=margin, bound=terms.bound, complexity=complexity)
    return Prospect(
        part,
        rows,
        None if isinstance(mass, Undefined) else mass,
        terms.least,
        accepts(evidence, terms, complexity, margin),
    )
