"""Chernoff's limits for a mean of numbers between 0 and 1, by relative entropy, in decimal arithmetic.

If n numbers between 0 and 1 have the expected mean p, their mean q is at least as far above p as it is with
probability at most ``exp(-n kl(q, p))``, where ``kl(q, p) = q ln(q/p) + (1-q) ln((1-q)/(1-p))``, and the same
below (Hoeffding 1963, theorem 1). So the p with ``n kl(q, p) = L`` on either side of q are limits that each
fail with probability at most e^(-L).

The limit is found by Newton's method from a point beyond it: Bernstein's limit, or where it is below 0 the p
with ``q ln(q/p) - q = L/n``; both have a larger entropy. As the entropy is convex in p, every step stays
beyond the limit: wherever it stops, what it gives is a valid limit, only a little wider.
"""

from __future__ import annotations

import decimal
from decimal import Decimal

from bounty.certificates.exact_numbers import ARITHMETIC

_STEPS = 12
_CLOSE = Decimal("0.001")
_ONE = Decimal(1)


def lower_limit(mean: Decimal, *, rows: int, complexity: Decimal) -> Decimal:
    """Bound an expected mean from below.

    Parameters
    ----------
    mean : Decimal
        Of independent numbers from 0 to 1.
    rows : int
        How many they are.
    complexity : Decimal
        The limit lies above the expected mean with probability at most e^(-complexity).

    Examples
    --------
    >>> round(lower_limit(Decimal("0.3"), rows=100, complexity=Decimal(3)), 4)
    Decimal('0.1971')
    """
    with decimal.localcontext(ARITHMETIC):
        return _lower(mean, complexity / rows) if rows else Decimal(0)


def upper_limit(mean: Decimal, *, rows: int, complexity: Decimal) -> Decimal:
    """Bound an expected mean from above; see `lower_limit`.

    Examples
    --------
    >>> round(upper_limit(Decimal(0), rows=100, complexity=Decimal(3)), 4)
    Decimal('0.0296')
    """
    with decimal.localcontext(ARITHMETIC):
        return _ONE - _lower(_ONE - mean, complexity / rows) if rows else _ONE


def _lower(mean: Decimal, allowed: Decimal) -> Decimal:
    """Find the p below the mean at which the entropy is what is allowed a row, or a little more."""
    if mean <= 0:
        return Decimal(0)
    if mean >= 1:
        return (-allowed).exp()
    rest = _ONE - mean
    limit = max(_bernstein(mean, rest, allowed), mean * (-_ONE - allowed / mean).exp())
    for _ in range(_STEPS if limit > 0 else 0):
        entropy = mean * (mean / limit).ln() + rest * (rest / (_ONE - limit)).ln()
        step = (entropy - allowed) * limit * (_ONE - limit) / (mean - limit)
        limit += step
        if step <= _CLOSE * min(limit, mean - limit):
            break
    return limit


def _bernstein(mean: Decimal, rest: Decimal, allowed: Decimal) -> Decimal:
    """Solve ``(q - p)² = 2 allowed (1 - p) (p + (q - p)/3)`` for p, the weaker limit of Bernstein."""
    slope = allowed * (10 * mean - 4) / 3
    square = _ONE + 4 * allowed / 3
    return mean - (slope + (slope * slope + 8 * allowed * mean * rest * square).sqrt()) / (2 * square)
