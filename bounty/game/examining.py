"""What public rows say about a claim, before it costs anything: does it fit, is it new, what is its mass."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from fractions import Fraction
from typing import TypeVar

from bounty.certificates.bounds import Undefined, plug_in_mass
from bounty.claims.claim import Claim, ClaimKind
from bounty.game.conditions import Conditions
from bounty.game.parts import PartOfBounty
from bounty.rows.bits import RowSet
from bounty.rows.evidence import DisparityEvidence, Evidence
from fairkit.errors import ClaimError, FairkitError

Answer = TypeVar("Answer")


@dataclass(frozen=True, slots=True)
class Examination:
    """What public rows say about a claim.

    Attributes
    ----------
    claim : Claim
    group : RowSet
        Its public rows.
    evidence : DisparityEvidence or RepairEvidence
        On public rows; a repair is compared with the model as it is now.
    margin : Fraction
        Of a disparity, in the units of the loss.
    scale : int
        Units of the loss that stand for 1.
    """

    claim: Claim
    group: RowSet
    evidence: Evidence
    margin: Fraction = Fraction(0)
    scale: int = 1

    @property
    def mass(self) -> Fraction | None:
        """What the claim says is lost too much, as a share of all rows; None where it is undefined."""
        mass = plug_in_mass(self.evidence, self.margin)
        return None if isinstance(mass, Undefined) else mass

    @property
    def undefined(self) -> str | None:
        """Why there is no mass."""
        mass = plug_in_mass(self.evidence, self.margin)
        return mass.why if isinstance(mass, Undefined) else None

    @property
    def group_rate(self) -> Fraction | None:
        """What the model loses on the group: of a disparity per unit of the loss, of a repair per row."""
        if isinstance(self.evidence, DisparityEvidence):
            return _rate(self.evidence.group.lost, self.evidence.group.units * self.scale)
        return _rate(self.evidence.lost_before, self.evidence.group * self.scale)

    @property
    def other_rate(self) -> Fraction | None:
        """The reference's rate, or what the proposed model loses on the group."""
        if isinstance(self.evidence, DisparityEvidence):
            return _rate(self.evidence.reference.lost, self.evidence.reference.units * self.scale)
        return _rate(self.evidence.lost_after, self.evidence.group * self.scale)


def margin_of(claim: Claim, conditions: Conditions) -> Fraction:
    """Give a claim's margin in the whole units in which its loss is kept."""
    return Fraction(claim.margin) * conditions.loss(claim.loss).scale


def examine(claim: Claim, public: PartOfBounty) -> Examination:
    """Look at a claim on public rows.

    Parameters
    ----------
    claim : Claim
    public : PartOfBounty
        Part P.

    Returns
    -------
    Examination

    Raises
    ------
    ClaimError
        Everything that keeps the claim from being judged, at once: a loss that is none of the bounty's, a
        group or reference of too few rows, columns or answers that do not fit.
    """
    problems: list[str] = []
    conditions, minimum = public.conditions, public.conditions.minimum_rows
    group = _asked(lambda: public.group(claim), problems)
    _asked(lambda: conditions.loss(claim.loss), problems)
    if claim.kind is ClaimKind.REPAIR:
        main = conditions.main.name.value
        if claim.loss != main:
            problems.append(f"repairs are judged by the bounty's main loss, '{main}', not by '{claim.loss}'.")
        if claim.model is None:
            problems.append("a repair needs a model: what should answer instead on the group?")
        else:
            _asked(lambda: public.answers(claim), problems)
    elif claim.model is not None:
        problems.append("a disparity has no model; to propose one, claim a repair.")
    if group is not None and group.size < minimum:
        problems.append(
            f"the group has {group.size} public rows; this bounty judges groups of {minimum} or more."
        )
    if claim.kind is ClaimKind.DISPARITY and group is not None:
        reference = _asked(lambda: public.reference(claim, group), problems)
        if reference is not None and reference.size < minimum:
            problems.append(f"the reference has {reference.size} public rows; it needs {minimum} or more.")
    if problems:
        raise ClaimError(*dict.fromkeys(problems))
    assert group is not None  # noqa: S101  otherwise there is a problem
    margin = margin_of(claim, conditions)
    return Examination(claim, group, public.evidence(claim, group), margin, conditions.loss(claim.loss).scale)


def _asked(question: Callable[[], Answer], problems: list[str]) -> Answer | None:
    try:
        return question()
    except FairkitError as error:
        problems.extend(error.problems)
        return None


def _rate(lost: int, units: int) -> Fraction | None:
    return Fraction(lost, units) if units else None
