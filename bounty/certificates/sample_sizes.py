"""How many held-out rows a promise needs, and what promise the rows at hold support.

A claim is accepted when its certified mass is at least ``least``. Of a claim of mass epsilon the rows show
at least epsilon less a tolerance t, and the certified mass lies at most another t below what they show; so
every such claim is accepted when ``2 t <= epsilon - least``. With least half of epsilon and Hoeffding's
tolerance this is the published checker's rule, which accepts what shows three quarters of epsilon. A
promise is for the last claim as for the first, so t is that of the worst place in the course of answers
(`bounty.certificates.courses`).
"""

from __future__ import annotations

import decimal
from collections.abc import Callable
from dataclasses import replace
from decimal import Decimal
from fractions import Fraction

from bounty.certificates.bounds import events
from bounty.certificates.checker import JudgingPart
from bounty.certificates.courses import (
    worst_claim,
    worst_confirmation,
)
from bounty.certificates.exact_numbers import ARITHMETIC, Number, decimal_of, fraction_of, text_of
from bounty.certificates.relative_entropy import lower_limit, upper_limit
from bounty.certificates.terms import Bound, Terms
from fairkit.errors import BountyError

_GRID = 100_000
_MOST_ROWS = 10**15
_ALL = Fraction(1)


def paper_rows(
    epsilon: Number, *, submissions: int, delta: Number = "0.05", repairs: bool = False
) -> Decimal:
    """Give the published sample size: ``65 ln(2U / delta) / epsilon³``.

    Parameters
    ----------
    epsilon, delta : number
    submissions : int
        U; with repairs by earlier versions ``8 / epsilon³`` are added to it (theorem 14).

    Returns
    -------
    Decimal
        Rows, not rounded.

    Examples
    --------
    >>> [round(paper_rows("0.1", submissions=1000, repairs=repairs)) for repairs in (False, True)]
    [688781, 831601]
    """
    size, failing = share_of("epsilon", epsilon), share_of("delta", delta)
    with decimal.localcontext(ARITHMETIC):
        mistakes = _mistakes(submissions + (8 / size**3 if repairs else 0), failing)
        return 65 * mistakes / decimal_of(size**3)


def corrected_rows(
    epsilon: Number,
    *,
    submissions: int,
    delta: Number = "0.05",
    acceptances: int | None = None,
    repairs: bool = False,
) -> Decimal:
    """Give the corrected finite sample size: ``(32 / epsilon²) (ln(2U / delta) + accepted ln(U + 1))``.

    Parameters
    ----------
    epsilon, delta : number
    submissions : int
        U; with repairs by earlier versions ``8 / epsilon³`` are added to it.
    acceptances : int, optional
        At most so many are accepted; never more than ``2 / epsilon``.
    repairs : bool

    Returns
    -------
    Decimal
        Rows, not rounded.

    Examples
    --------
    >>> [round(corrected_rows("0.05", submissions=1000, acceptances=most)) for most in (None, 20)]
    [3672919, 1904278]
    """
    size, failing = share_of("epsilon", epsilon), share_of("delta", delta)
    asked = submissions + (8 / size**3 if repairs else 0)
    accepted = int(2 / size) if acceptances is None else min(acceptances, int(2 / size))
    with decimal.localcontext(ARITHMETIC):
        complexity = _mistakes(asked, failing) + accepted * decimal_of(asked + 1).ln()
        return complexity * decimal_of(32 / size**2)


def known_tolerance(*, complexity: Decimal, rows: int, differing: Number | None = None) -> Decimal:
    """Give the tolerance of a repair if its variance were known: what no certificate can beat by much.

    Hoeffding's ``sqrt(2L/n)``; for a share v of rows that the repair changes, Bernstein's
    ``sqrt(2vL/n) + 2L/3n``.

    Examples
    --------
    >>> complexity = Terms.of(repairs=0).checker_complexity()
    >>> round(known_tolerance(complexity=complexity, rows=40_000), 4)
    Decimal('0.0862')
    >>> round(known_tolerance(complexity=complexity, rows=40_000, differing="0.05"), 4)
    Decimal('0.0218')
    """
    with decimal.localcontext(ARITHMETIC):
        each = 2 * complexity / rows
        if differing is None:
            return each.sqrt()
        return (decimal_of(share_of("differing", differing)) * each).sqrt() + each / 3


def tolerance(
    bound: Bound, *, complexity: Decimal, rows: int, differing: Number = 1, mass: Fraction = Fraction(0)
) -> Decimal:
    """Give how far the certified mass of a repair lies below the mass that the rows show.

    Parameters
    ----------
    bound : Bound
    complexity : Decimal
    rows : int
        Rows of the part.
    differing : number
        Share of the rows that the repair changes; Hoeffding's bound does not see it.
    mass : Fraction
        Of the repair; it changes at least so many rows.

    Examples
    --------
    >>> asked = {"complexity": Decimal(150), "rows": 40_000, "differing": "0.05"}
    >>> [round(tolerance(bound, **asked), 4) for bound in Bound]
    [Decimal('0.0866'), Decimal('0.0247'), Decimal('0.0272')]
    """
    share = max(share_of("differing", differing), mass)
    with decimal.localcontext(ARITHMETIC):
        each = complexity / rows
        if bound is Bound.HOEFFDING:
            return (2 * each).sqrt()
        if bound is Bound.BERNSTEIN:
            return (2 * decimal_of(share) * each + each * each).sqrt() + 4 * each / 3
        better, worse = decimal_of((share + mass) / 2), decimal_of((share - mass) / 2)
        low = lower_limit(better, rows=rows, complexity=complexity)
        return better - low + upper_limit(worse, rows=rows, complexity=complexity) - worse


def supported(
    terms: Terms,
    rows: int,
    *,
    differing: Number = 1,
    bound: Bound | None = None,
    part: JudgingPart = "checker",
) -> Fraction | None:
    """Find the least epsilon that a part of so many rows supports, all other terms being the same.

    Parameters
    ----------
    terms : Terms
        Its least mass keeps its ratio to epsilon.
    rows : int
    differing : number
        Share of the rows that a typical claim changes.
    bound : Bound, optional
        Default that of the terms.
    part : {"checker", "confirmation"}

    Returns
    -------
    Fraction or None
        A multiple of 1/100,000; None where no epsilon below 1 is supported.

    Examples
    --------
    >>> terms = Terms.of(repairs=0)
    >>> [float(supported(terms, 40_000, differing="0.05", bound=bound)) for bound in Bound]
    [0.21858, 0.10689, 0.08904]
    """
    share_of("differing", differing)
    form = terms.bound if bound is None else Bound(bound)
    ratio = terms.least / terms.epsilon

    def holds(step: int) -> bool:
        size = Fraction(step, _GRID)
        asked = replace(terms, epsilon=size, least=size * ratio, bound=form)
        return _suffices(asked, rows, differing=differing, part=part)

    least = _first(holds, below=_GRID)
    return None if least is None else Fraction(least, _GRID)


def rows_needed(
    terms: Terms, *, differing: Number = 1, bound: Bound | None = None, part: JudgingPart = "checker"
) -> int:
    """Find the rows that the terms need in a part.

    Parameters
    ----------
    terms, differing, bound, part
        See `supported`.

    Raises
    ------
    BountyError
        So many rows exist nowhere.

    Examples
    --------
    >>> rows_needed(Terms.of(epsilon="0.05", repairs=0, bound="hoeffding"))
    1386920
    """
    asked = terms if bound is None else replace(terms, bound=Bound(bound))
    needed = _first(lambda rows: _suffices(asked, rows, differing=differing, part=part), below=_MOST_ROWS)
    if needed is None:
        raise BountyError(
            f"epsilon {text_of(terms.epsilon)} with least {text_of(terms.least)} needs more than "
            f"{_MOST_ROWS:,} rows; ask for a larger epsilon."
        )
    return needed


def _suffices(terms: Terms, rows: int, *, differing: Number, part: JudgingPart) -> bool:
    allowed = decimal_of((terms.epsilon - terms.least) / 2)
    needed = tolerance(
        terms.bound,
        complexity=worst_complexity(terms, part),
        rows=rows,
        differing=differing,
        mass=terms.epsilon,
    )
    return needed <= allowed


def worst_complexity(terms: Terms, part: JudgingPart) -> Decimal:
    """Give the complexity at the worst place: a promise holds for the last claim as for the first."""
    tails = events(terms.bound, "repair")
    return worst_claim(terms, tails) if part == "checker" else worst_confirmation(terms, tails)


def _first(holds: Callable[[int], bool], *, below: int) -> int | None:
    """Find the first number from 1 at which a condition holds that stays true once it is."""
    low, high = 0, 1
    while not holds(high):
        low, high = high, high * 2
        if low >= below - 1:
            return None
        high = min(high, below - 1)
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (low, middle) if holds(middle) else (middle, high)
    return high


def share_of(name: str, given: Number) -> Fraction:
    """Read a share, or say what it should be."""
    value = fraction_of(given)
    if value is None or not 0 < value <= _ALL:
        raise BountyError(f"{name} is {given!r}; it is a share above 0 and at most 1, such as 0.05.")
    return value


def _mistakes(asked: Fraction | int, delta: Fraction) -> Decimal:
    return decimal_of(2 * asked / delta).ln()
