"""Courses of answers: what one answer must be allowed for, by its place in the course of the bounty.

A hunter may choose each claim by all the answers before it. In a given course of answers a claim is fixed, so
an error bound that holds for one fixed claim except with probability p holds for every claim that may ever be
asked except with the sum of the p over all courses that can lead there. The published form gives every course
the same share of delta: ``ln(2 Q / delta) + K ln(Q + 1)`` from the first claim to the last. But few courses
lead to an early claim, and few to one before which little was accepted. Of ``s - 1`` answers of which `a` are
yes there are ``C(s - 1, a)`` courses; giving each of them the share

    delta / (U (a + 1)(a + 2) C(s - 1, a))

also sums to at most delta, because ``sum over a of 1 / ((a + 1)(a + 2)) <= 1`` and there are U places s. So
the first claim of a thousand is judged at ``ln(2 tails U 2 / delta)`` = 12 nats instead of 150, and one after
twenty acceptances at 110. The 2 before the tails is for the other promise, that no large claim is missed.

Accepted repairs by an earlier version, and changes of the score board, enter in the same way: each by the
number of places (and values) at which it could have stood. How many repairs were tried before a claim depends
on the course. But what comes next follows from the answers so far, so of two courses with the same answers to
claims neither's answers to repairs begin the other's: with p yes there are at most ``C(R, p)`` before a
claim, R being all that may be tried. A submission changes the board once at most.

Parts A and B are drawn independently. Whatever B holds, A's answers then run through one tree of courses, in
which B's answers are fixed, and the argument holds for A; for B the other way round.

All of it is a function of counts that are public, so the ledger's reader computes the same number.
"""

from __future__ import annotations

import decimal
from collections.abc import Callable
from decimal import Decimal
from functools import lru_cache
from math import comb

from bounty.certificates.budgets import Spent
from bounty.certificates.exact_numbers import ARITHMETIC, decimal_of
from bounty.certificates.terms import Terms


def claim_complexity(terms: Terms, before: Spent, tails: int = 1) -> Decimal:
    """Find the complexity at which part A judges the next claim.

    Parameters
    ----------
    terms : Terms
    before : Spent
        What was asked and accepted before it.
    tails : int
        Two-sided tail events on which its certificate rests (`bounty.certificates.bounds.events`).

    Returns
    -------
    Decimal
        L, in nats: each tail may have the probability e^-L.

    Examples
    --------
    >>> terms = Terms.of(submissions=1000, acceptances=20, repairs=0)
    >>> late = Spent(submissions=999, acceptances=19)
    >>> [round(claim_complexity(terms, before), 1) for before in (Spent(), late)]
    [Decimal('11.3'), Decimal('108.4')]
    >>> round(terms.checker_complexity(), 1)  # the published form, for every claim
    Decimal('148.8')
    """
    claims = before.submissions, before.acceptances
    return _claim(terms, claims, before.repairs, before.ladder_changes, tails)


def repair_complexity(terms: Terms, before: Spent, tails: int = 1) -> Decimal:
    """Find the complexity at which part A judges the next repair by an earlier version.

    Examples
    --------
    >>> terms = Terms.of(submissions=100, acceptances=5)
    >>> after_one = Spent(submissions=4, acceptances=1)
    >>> round(repair_complexity(terms, after_one), 1) > round(claim_complexity(terms, after_one), 1)
    True
    """
    return _repair(
        terms,
        (before.submissions, before.acceptances),
        (before.repair_queries, before.repairs),
        before.ladder_changes,
        tails,
    )


def confirmation_complexity(terms: Terms, asked: int, passed: int, tails: int = 1) -> Decimal:
    """Find the complexity at which part B judges what part A accepted.

    Parameters
    ----------
    terms : Terms
    asked, passed : int
        Claims and repairs that part B judged before, and those it confirmed.
    tails : int

    Examples
    --------
    >>> terms = Terms.of(submissions=1000, acceptances=20, repairs=0)
    >>> [round(confirmation_complexity(terms, *before), 1) for before in ((0, 0), (19, 19), (19, 10))]
    [Decimal('7.4'), Decimal('12.7'), Decimal('23.0')]
    """
    with decimal.localcontext(ARITHMETIC):
        return _share(terms, 2 * tails * max(1, terms.most_accepted)) + _courses(asked, passed)


def worst_claim(terms: Terms, tails: int = 1) -> Decimal:
    """Find the complexity of the claim that is judged at the worst place: what a promise must reckon with.

    Examples
    --------
    >>> round(worst_claim(Terms.of(submissions=1000, acceptances=20, repairs=0)), 1)
    Decimal('108.4')
    """
    last, room = terms.submissions - 1, terms.most_accepted - 1
    most = _worst_accepted(terms.repair_queries, terms.repairs)
    changes = _worst_changes(terms, last)

    def more(accepted: int) -> bool:
        """Say whether one more accepted claim costs more, also where it leaves one repair less."""
        gained, lost = _ratio(last, accepted)
        repairs = room - accepted
        if repairs <= most:
            there, here = _ratio(terms.repair_queries, repairs - 1)
            gained, lost = gained * here, lost * there
        return gained > lost

    def at(accepted: int) -> Decimal:
        # A repair follows an accepted claim, so before the first of them there is none.
        repairs = min(most, room - accepted) if accepted else 0
        return _claim(terms, (last, accepted), repairs, changes, tails)

    highest = min(terms.acceptances - 1, last, room)
    return max(at(0), at(_peak(more, min(1, highest), highest)))


def worst_confirmation(terms: Terms, tails: int = 1) -> Decimal:
    """Find the complexity of the confirmation at the worst place.

    Examples
    --------
    >>> round(worst_confirmation(Terms.of(submissions=1000, acceptances=20, repairs=0)), 1)
    Decimal('23.0')
    """
    last = max(1, terms.most_accepted) - 1
    return confirmation_complexity(terms, last, _worst_accepted(last, last), tails)


@lru_cache(maxsize=4096)
def _claim(terms: Terms, claims: tuple[int, int], repairs: int, changes: int, tails: int) -> Decimal:
    with decimal.localcontext(ARITHMETIC):
        part = 4 if terms.repairs else 2  # half of delta is the repairs' where there are any
        return (
            _share(terms, part * tails * terms.submissions)
            + _courses(*claims)
            + (_courses(terms.repair_queries, repairs) if terms.repairs else 0)
            + _board(terms, claims[0], changes)
        )


@lru_cache(maxsize=4096)
def _repair(
    terms: Terms, claims: tuple[int, int], repairs: tuple[int, int], changes: int, tails: int
) -> Decimal:
    with decimal.localcontext(ARITHMETIC):
        return (
            _share(terms, 4 * tails * terms.submissions * max(1, terms.repair_queries))
            + _courses(*claims)
            + _courses(*repairs)
            + _board(terms, claims[0], changes)
        )


def _ratio(asked: int, accepted: int) -> tuple[int, int]:
    """Give what `_courses` is multiplied by, before the logarithm, for one more accepted, as a fraction."""
    return (asked - accepted) * (accepted + 3), (accepted + 1) ** 2


def _worst_accepted(asked: int, most: int) -> int:
    """Find which number accepted, up to `most`, costs the most."""

    def more(accepted: int) -> bool:
        gained, lost = _ratio(asked, accepted)
        return gained > lost

    return _peak(more, 0, min(asked, most))


def _worst_changes(terms: Terms, asked: int) -> int:
    """Find which number of changes of the score board costs the most; a submission makes one at most."""
    shown = 1 / terms.ladder_step + 1

    def more(changes: int) -> bool:
        gained, lost = _ratio(asked, changes)
        return shown * gained > lost

    return _peak(more, 0, min(asked, terms.ladder_changes))


def _peak(more: Callable[[int], bool], low: int, high: int) -> int:
    """Find where a cost is highest that rises and then falls.

    The logarithm of a number of courses does: it is concave in each count, and so is the highest sum of two
    of them whose counts share a limit.
    """
    while low < high:
        middle = (low + high) // 2
        low, high = (middle + 1, high) if more(middle) else (low, middle)
    return low


def _share(terms: Terms, events: int) -> Decimal:
    return (events / decimal_of(terms.delta)).ln()


def _courses(asked: int, accepted: int) -> Decimal:
    """Take the logarithm of the courses with so many yes, and of the weight of that number."""
    return (Decimal(comb(asked, accepted)) * (accepted + 1) * (accepted + 2)).ln()


def _board(terms: Terms, asked: int, changes: int) -> Decimal:
    """Do the same for changes of the score board, each of which could have shown any step."""
    if not terms.ladder_changes:
        return Decimal(0)
    values = changes * (decimal_of(1 / terms.ladder_step) + 1).ln()
    return _courses(max(asked, changes), changes) + values
