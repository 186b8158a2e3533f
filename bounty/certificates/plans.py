"""Whether the held-out parts that there are can keep what a bounty's terms promise."""

from __future__ import annotations

from dataclasses import dataclass, replace
from decimal import Decimal
from fractions import Fraction

from bounty.certificates.bounds import events
from bounty.certificates.budgets import Spent
from bounty.certificates.checker import JudgingPart
from bounty.certificates.courses import claim_complexity, confirmation_complexity
from bounty.certificates.exact_numbers import Number, text_of
from bounty.certificates.sample_sizes import rows_needed, share_of, supported, tolerance, worst_complexity
from bounty.certificates.terms import Bound, Terms
from fairkit.errors import BountyError


@dataclass(frozen=True, slots=True)
class PartPlan:
    """What one held-out part is worth.

    Attributes
    ----------
    part : {"checker", "confirmation"}
    rows : int
    needed : int
        Rows that the terms need, by their bound.
    complexity, first : Decimal
        L, by their bound, for a claim at the worst place and for the first one.
    tolerances : dict of Bound to Decimal
        How far below what the rows show a mass is certified at the worst place, by each bound.
    first_tolerance : Decimal
        The same for the first claim, by their bound.
    supported : dict of Bound to Fraction or None
        The least epsilon that the rows support, by each bound.

    Examples
    --------
    >>> plan(Terms.of(epsilon="0.1"), 40_000, 10_000, "0.05").confirmation.needed
    10040
    """

    part: JudgingPart
    rows: int
    needed: int
    complexity: Decimal
    first: Decimal
    tolerances: dict[Bound, Decimal]
    first_tolerance: Decimal
    supported: dict[Bound, Fraction | None]


@dataclass(frozen=True, slots=True)
class Plan:
    """Whether held-out parts can keep what a bounty's terms promise.

    Attributes
    ----------
    terms : Terms
    differing : Fraction
        Share of the rows that a typical claim is declared to change.
    checker, confirmation : PartPlan
    problems : tuple of str
        Why the terms are refused; empty if they are not.

    Examples
    --------
    >>> made = plan(Terms.of(epsilon="0.1", acceptances=5), 40_000, 10_000, "0.05")
    >>> made.fits, made.checker.supported[Bound.BERNSTEIN]
    (True, Fraction(7039, 100000))
    """

    terms: Terms
    differing: Fraction
    checker: PartPlan
    confirmation: PartPlan
    problems: tuple[str, ...]

    @property
    def fits(self) -> bool:
        """Whether the parts are large enough."""
        return not self.problems


def plan(terms: Terms, rows_checker: int, rows_confirmation: int, differing: Number = 1) -> Plan:
    """Weigh terms against the rows that are held out.

    Parameters
    ----------
    terms : Terms
    rows_checker, rows_confirmation : int
        Rows of parts A and B.
    differing : number
        Share of the rows that a typical claim changes. A claim that changes more is certified with a larger
        tolerance, so it may be rejected although its mass is epsilon; it is never accepted wrongly.

    Returns
    -------
    Plan

    Notes
    -----
    The tolerance is that of a repair. A disparity, of a loss of one unit a row, is certified about as well as
    a repair that changes its whole group, where the reference is all rows or all others: no tolerance was
    more than 3 % larger for groups of up to 15 % of the rows, and 21 % for half of them. Against a reference
    of few rows it is several times as large, and the plan promises nothing.

    Examples
    --------
    >>> print(*plan(Terms.of(epsilon="0.05"), 40_000, 40_000, "0.05").problems)
    part A has 40,000 rows, which support epsilon 0.13334 by the bernstein bound ...
    """
    share = share_of("differing", differing)
    checker = _part(terms, "checker", rows_checker, share)
    confirmation = _part(terms, "confirmation", rows_confirmation, share)
    problems = [
        _problem(terms, worth, share) for worth in (checker, confirmation) if worth.rows < worth.needed
    ]
    return Plan(terms, share, checker, confirmation, tuple(problems))


def _part(terms: Terms, part: JudgingPart, rows: int, differing: Fraction) -> PartPlan:
    if rows < 1:
        raise BountyError(f"the {part} part has {rows:,} rows; it needs some.")
    return PartPlan(
        part,
        rows,
        rows_needed(terms, differing=differing, part=part),
        worst_complexity(terms, part),
        _first_complexity(terms, part),
        {
            bound: tolerance(
                bound,
                complexity=worst_complexity(replace(terms, bound=bound), part),
                rows=rows,
                differing=differing,
                mass=terms.epsilon,
            )
            for bound in Bound
        },
        tolerance(
            terms.bound,
            complexity=_first_complexity(terms, part),
            rows=rows,
            differing=differing,
            mass=terms.epsilon,
        ),
        {bound: supported(terms, rows, differing=differing, bound=bound, part=part) for bound in Bound},
    )


def _problem(terms: Terms, worth: PartPlan, differing: Fraction) -> str:
    name = {"checker": "part A", "confirmation": "part B"}[worth.part]
    found = worth.supported[terms.bound]
    worth_of = "no epsilon below 1" if found is None else f"epsilon {text_of(found)}"
    if found is not None and terms.least * 2 != terms.epsilon:  # what is supported keeps this ratio
        worth_of += f" with least {float(found * terms.least / terms.epsilon):.5f}"
    claims = "" if terms.bound is Bound.HOEFFDING else f" for claims that change {text_of(differing)} of them"
    return (
        f"{name} has {worth.rows:,} rows, which support {worth_of} by the {terms.bound.value} bound{claims}; "
        f"epsilon {text_of(terms.epsilon)} needs {worth.needed:,}. Hold out more rows, ask for a larger "
        "epsilon, or allow fewer acceptances or repairs."
    )


def _first_complexity(terms: Terms, part: JudgingPart) -> Decimal:
    tails = events(terms.bound, "repair")
    if part == "checker":
        return claim_complexity(terms, Spent(), tails)
    return confirmation_complexity(terms, 0, 0, tails)
