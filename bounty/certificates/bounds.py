"""How much of a claim's mass is certain: lower bounds from the whole numbers that the held-out rows give.

The *mass* of a claim is the share of all that could be lost which it is about. For a repair it is
``E[g (before - after)] / largest``: the group's share of the rows times what is saved there. For a disparity
it is ``E[g (a - (R + margin) d)] / largest``, where a is lost on a row, d are its units and R is the expected
rate ``E[k a] / E[k d]`` of the reference k.

Every bound rests on *tails*: events that each have probability at most e^(-L) for one fixed claim.

``hoeffding``
    Hoeffding 1963, theorem 2, from the range of a row alone.
``bernstein``
    Bernstein's inequality with the second moment that the rows show in place of the unknown one, in the
    manner of Maurer and Pontil 2009 (theorem 4). For rows of size at most B, E[x²] is at most
    ``(sqrt(B²L/2n) + sqrt(mean x² + B²L/2n))²``, because x² is not negative (Maurer 2003), and the mean is
    off by at most ``sqrt(2 E[x²] L / n) + b L / 3n``, b being the most that x can be. Taken about nought
    instead of about the mean, the second term is a third to a half of the published one; most claims change
    few rows, so that the first is hardly larger.
``chernoff``
    Relative entropy (`bounty.certificates.relative_entropy`): for a repair of what gets better and of what
    gets worse, for a disparity of the group's rate, the reference's rate and the group's share. Where rows
    have more units than one, a disparity is bounded as by ``bernstein``.

For a disparity R is not known either. The variable ``k (a - R d)`` has the expectation 0, and one bound of it
gives the largest R that the rows allow (as in Fieller's interval); the mass is bounded over all R up to it.
"""

from __future__ import annotations

import decimal
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from types import MappingProxyType
from typing import Literal

from bounty.certificates.exact_numbers import ARITHMETIC, decimal_of, text_of
from bounty.certificates.relative_entropy import lower_limit, upper_limit
from bounty.certificates.terms import Bound
from bounty.rows.evidence import DisparityEvidence, Evidence, RateSums, RepairEvidence
from fairkit.errors import BountyError

_NONE = Fraction(0)


@dataclass(frozen=True, slots=True)
class Undefined:
    """A mass that the rows do not define; never certified.

    Examples
    --------
    >>> Undefined("the group has no units").why
    'the group has no units'
    """

    why: str


_EVENTS: Mapping[Bound, Mapping[str, int]] = MappingProxyType(
    {
        Bound.HOEFFDING: {"repair": 1, "disparity": 2},
        Bound.BERNSTEIN: {"repair": 2, "disparity": 4},
        Bound.CHERNOFF: {"repair": 2, "disparity": 4},
    }
)


def events(bound: Bound, kind: Literal["repair", "disparity"]) -> int:
    """Count the tails on which a certificate rests; as many again keep large masses from being missed.

    Parameters
    ----------
    bound : Bound
    kind : {"repair", "disparity"}

    Returns
    -------
    int
        One of Hoeffding's for each mean, two of Bernstein's (the mean and its second moment); Chernoff's
        disparity rests on three, and on Bernstein's four where it does not apply.

    Examples
    --------
    >>> events(Bound.HOEFFDING, "repair"), events(Bound.BERNSTEIN, "disparity")
    (1, 4)
    """
    return _EVENTS[bound][kind]


def plug_in_mass(evidence: Evidence, margin: Fraction = _NONE) -> Fraction | Undefined:
    """Compute the mass that the rows show, uncorrected.

    Parameters
    ----------
    evidence : RepairEvidence or DisparityEvidence
    margin : Fraction
        For a disparity, in the whole units in which the loss is kept, per unit (0.05 words a word; 50,000 for
        a squared error of 0.05, which is kept in millionths).

    Returns
    -------
    Fraction or Undefined
        Undefined without rows, and for a disparity where the group or the reference has no units.

    Raises
    ------
    BountyError
        A negative margin, or a margin with a repair.

    Examples
    --------
    >>> plug_in_mass(RepairEvidence(100, 20, 9, 5, 6, 2, 8))
    Fraction(1, 25)
    """
    check_margin(evidence, margin)
    why = _undefined(evidence)
    if why:
        return Undefined(why)
    most = evidence.rows * evidence.largest
    if isinstance(evidence, RepairEvidence):
        return Fraction(evidence.saved, most)
    group, reference = evidence.group, evidence.reference
    rate = Fraction(reference.lost, reference.units)
    return (group.lost - (rate + margin) * group.units) / most


def certified_mass(
    evidence: Evidence, *, margin: Fraction = _NONE, bound: Bound, complexity: Decimal
) -> Decimal | Undefined:
    """Bound the mass of a claim from below.

    Parameters
    ----------
    evidence : RepairEvidence or DisparityEvidence
        From rows that were drawn independently of the claim.
    margin : Fraction
        See `plug_in_mass`.
    bound : Bound
    complexity : Decimal
        L: each tail may have probability e^(-L), so that the bound lies above the mass with probability at
        most ``events(bound, kind) e^(-L)``.

    Returns
    -------
    Decimal or Undefined
        Undefined also where too few units of the reference leave its rate without any upper bound.

    Raises
    ------
    BountyError
        A negative margin, or a margin with a repair.

    Notes
    -----
    Where no row has more units than one, what is lost must be lost on rows with a unit, as it is for every
    loss of one unit. A ratio of costs to units has to be declared with at least two units a row.

    Examples
    --------
    >>> evidence = RepairEvidence(10_000, 2_000, 900, 300, 700, 100, 800)
    >>> [round(certified_mass(evidence, bound=bound, complexity=Decimal(6)), 4) for bound in Bound]
    [Decimal('0.0254'), Decimal('0.0494'), Decimal('0.0477')]
    """
    check_margin(evidence, margin)
    why = _undefined(evidence)
    if why:
        return Undefined(why)
    with decimal.localcontext(ARITHMETIC):
        if isinstance(evidence, RepairEvidence):
            return _REPAIR[bound](evidence, complexity) / (evidence.rows * evidence.largest)
        if bound is Bound.CHERNOFF and _lost_within_units(evidence):
            return _chernoff_disparity(evidence, decimal_of(margin), complexity)
        ranged = bound is Bound.HOEFFDING
        highest = (_hoeffding_rate if ranged else _bernstein_rate)(evidence, complexity)
        if highest is None:
            return Undefined(
                f"the reference has too few units ({evidence.reference.units:,}) to bound its rate"
            )
        low = (_hoeffding_excess if ranged else _bernstein_excess)(
            evidence, decimal_of(margin), highest, complexity
        )
        return low / (evidence.rows * evidence.largest)


def check_margin(evidence: Evidence, margin: Fraction) -> None:
    """Refuse a margin that means nothing.

    Raises
    ------
    BountyError
        A negative margin, or a margin with a repair.

    Examples
    --------
    >>> check_margin(RepairEvidence(100, 20, 9, 5, 6, 2, 8), Fraction(1, 20))
    Traceback (most recent call last):
    ...
    fairkit.errors.BountyError: the margin is 0.05; only a disparity has a margin, a repair has none.
    """
    if margin < 0:
        raise BountyError(f"the margin is {text_of(margin)}; it is a number from 0 up.")
    if margin and isinstance(evidence, RepairEvidence):
        raise BountyError(
            f"the margin is {text_of(margin)}; only a disparity has a margin, a repair has none."
        )


def _undefined(evidence: Evidence) -> str | None:
    if not evidence.rows:
        return "the part has no rows"
    if isinstance(evidence, DisparityEvidence):
        if not evidence.group.units:
            return "the group has no units"
        if not evidence.reference.units:
            return "the reference has no units"
    return None


def _lost_within_units(evidence: DisparityEvidence) -> bool:
    """Say whether each row has one unit or none, and loses only where it has one."""
    return evidence.largest_unit == 1 and all(
        sums.products == sums.lost for sums in (evidence.group, evidence.reference)
    )


# Repairs. Everything below is in the loss's units, summed over the part's rows.


def _hoeffding_repair(evidence: RepairEvidence, complexity: Decimal) -> Decimal:
    return evidence.saved - evidence.largest * (2 * complexity * evidence.rows).sqrt()


def _bernstein_repair(evidence: RepairEvidence, complexity: Decimal) -> Decimal:
    largest = Decimal(evidence.largest)
    return evidence.saved - _spread(Decimal(evidence.squares), largest, largest, complexity)


def _chernoff_repair(evidence: RepairEvidence, complexity: Decimal) -> Decimal:
    rows, most = evidence.rows, Decimal(evidence.rows * evidence.largest)
    better = lower_limit(evidence.better / most, rows=rows, complexity=complexity)
    worse = upper_limit(evidence.worse / most, rows=rows, complexity=complexity)
    return (better - worse) * most


_REPAIR = MappingProxyType(
    {
        Bound.HOEFFDING: _hoeffding_repair,
        Bound.BERNSTEIN: _bernstein_repair,
        Bound.CHERNOFF: _chernoff_repair,
    }
)


def _spread(squares: Decimal, size: Decimal, most: Decimal, complexity: Decimal) -> Decimal:
    """Bound how far a sum lies above its expectation, n times the `bernstein` bound of the module's text."""
    return (
        (2 * complexity * squares + (size * complexity) ** 2).sqrt()
        + size * complexity
        + most * complexity / 3
    )


# Disparities: first the largest rate of the reference that the rows allow, then the group's excess over it.


def _hoeffding_rate(evidence: DisparityEvidence, complexity: Decimal) -> Decimal | None:
    """Solve ``sum k (a - R d) >= -width(R) sqrt(n L / 2)`` for the largest R."""
    reference, width = evidence.reference, (evidence.rows * complexity / 2).sqrt()
    highest = reference.lost + evidence.largest * width
    if _lost_within_units(evidence):
        return min(highest / reference.units, Decimal(evidence.largest))
    units = reference.units - evidence.largest_unit * width
    return highest / units if units > 0 else None


def _hoeffding_excess(
    evidence: DisparityEvidence, margin: Decimal, rate: Decimal, complexity: Decimal
) -> Decimal:
    over, largest = rate + margin, Decimal(evidence.largest)
    range_of_row = (
        max(largest, over) if _lost_within_units(evidence) else largest + over * evidence.largest_unit
    )
    width = range_of_row * (evidence.rows * complexity / 2).sqrt()
    return evidence.group.lost - over * evidence.group.units - width


def _bernstein_rate(evidence: DisparityEvidence, complexity: Decimal) -> Decimal | None:
    """Solve ``sum k (a - R d) >= -spread(R)`` for the largest R.

    A row's size is at most the larger of `largest` and R times `largest_unit`; each case is a quadratic.
    """
    reference, largest, unit = evidence.reference, Decimal(evidence.largest), Decimal(evidence.largest_unit)
    turn = largest / unit
    rate = _largest_root(
        reference, complexity, slope=unit * complexity / 3, intercept=largest * complexity, fixed=largest
    )
    if _lost_within_units(evidence):
        return turn if rate is None else min(rate, turn)
    beyond = _largest_root(reference, complexity, slope=unit * complexity * 4 / 3, rising=unit)
    # Without a solution beyond the turn arbitrarily large rates fit the rows, whatever lies before it.
    return rate if beyond is not None and rate is not None and rate <= turn else beyond


def _largest_root(
    sums: RateSums,
    complexity: Decimal,
    *,
    slope: Decimal,
    intercept: Decimal = Decimal(0),
    fixed: Decimal = Decimal(0),
    rising: Decimal = Decimal(0),
) -> Decimal | None:
    """Solve ``R (Σd - slope) - (Σa + intercept) = sqrt(2L Σ(a - Rd)² + L² (fixed² + R² rising²))`` for R.

    The left side less the right is concave in R. It either rises for ever, and there is one solution, or it
    falls in the end: then no R is too large, and None is given.
    """
    p, q = sums.units - slope, sums.lost + intercept
    twice, square = 2 * complexity, complexity * complexity
    leading = p * p - twice * sums.units_squares - square * rising * rising
    if p <= 0 or leading <= 0:
        return None
    middle = p * q - twice * sums.products
    last = q * q - twice * sums.lost_squares - square * fixed * fixed
    discriminant = max(middle * middle - leading * last, Decimal(0))
    return (middle + discriminant.sqrt()) / leading


def _bernstein_excess(
    evidence: DisparityEvidence, margin: Decimal, rate: Decimal, complexity: Decimal
) -> Decimal:
    """Bound the group's excess over any rate up to the largest: concave in the rate, so least at an end."""
    group, largest = evidence.group, Decimal(evidence.largest)

    def least_at(over: Decimal) -> Decimal:
        squares = group.lost_squares - 2 * over * group.products + over * over * group.units_squares
        size = max(largest, over * evidence.largest_unit)
        spread = _spread(max(squares, Decimal(0)), size, largest, complexity)
        return group.lost - over * group.units - spread

    return min(least_at(margin), least_at(rate + margin))


def _chernoff_disparity(evidence: DisparityEvidence, margin: Decimal, complexity: Decimal) -> Decimal:
    """Bound the parts of ``share x (rate - reference's rate - margin)``; given the units each is a mean."""
    group, reference, largest = evidence.group, evidence.reference, evidence.largest
    rate = lower_limit(Decimal(group.lost) / (group.units * largest), rows=group.units, complexity=complexity)
    highest = upper_limit(
        Decimal(reference.lost) / (reference.units * largest), rows=reference.units, complexity=complexity
    )
    excess = rate - highest - margin / largest
    if excess <= 0:
        return excess
    return excess * lower_limit(
        Decimal(group.units) / evidence.rows, rows=evidence.rows, complexity=complexity
    )
