"""What has been let out of the held-out rows, and what still may be: for the host and for every hunter."""

from __future__ import annotations

import decimal
from dataclasses import astuple, dataclass
from decimal import Decimal
from typing import Any

from bounty.certificates.exact_numbers import ARITHMETIC
from bounty.certificates.terms import Terms
from fairkit.errors import BountyError


@dataclass(frozen=True, slots=True)
class Spent:
    """What a bounty has used up of its terms, or what is left of them.

    Attributes
    ----------
    submissions, acceptances : int
        Claims judged on part A, and accepted there.
    repair_queries, repairs : int
        Repairs by an earlier version that were tried, and accepted.
    ladder_changes : int
        Changes that the score board has shown.

    Raises
    ------
    BountyError
        A negative count, or more accepted than judged.

    Examples
    --------
    >>> Spent(submissions=40, acceptances=2).left(Terms.of(repairs=0, submissions=100)).submissions
    60
    """

    submissions: int = 0
    acceptances: int = 0
    repair_queries: int = 0
    repairs: int = 0
    ladder_changes: int = 0

    def __post_init__(self) -> None:
        if (
            min(astuple(self)) < 0
            or self.acceptances > self.submissions
            or self.repairs > self.repair_queries
        ):
            raise BountyError(f"{self}: counts are from 0 up, and no more is accepted than was judged.")

    def left(self, terms: Terms) -> Spent:
        """Subtract from the terms; acceptances and repairs also end together, at ``terms.most_accepted``.

        Raises
        ------
        BountyError
            More is spent than the terms allow.
        """
        room = terms.most_accepted - self.acceptances - self.repairs
        submissions = terms.submissions - self.submissions
        queries = terms.repair_queries - self.repair_queries
        left = (
            submissions,
            min(terms.acceptances - self.acceptances, room, submissions),
            queries,
            min(terms.repairs - self.repairs, room, queries),
            terms.ladder_changes - self.ladder_changes,
        )
        if min(left) < 0:
            raise BountyError(f"{self} is more than the terms allow: {terms}.")
        return Spent(*left)


@dataclass(frozen=True, slots=True)
class Budget:
    """The information budget of part A.

    Attributes
    ----------
    answers : int
        Bits released so far: one for each claim and each repair that was judged.
    nats_released, nats_allowed : Decimal
        Logarithm of how many courses of answers were possible with so many acceptances and changes of the
        score board, so far and at the end.
    left : Spent
        Submissions, acceptances, repair queries, repairs and changes that are left.

    Examples
    --------
    >>> statement = budget(Terms.of(repairs=0), Spent(submissions=40, acceptances=2))
    >>> statement.answers, round(statement.nats_released, 1), round(statement.nats_allowed, 1)
    (40, Decimal('13.8'), Decimal('138.2'))
    """

    answers: int
    nats_released: Decimal
    nats_allowed: Decimal
    left: Spent

    @property
    def share_released(self) -> Decimal:
        """Released of what is allowed, from 0 to 1."""
        return ARITHMETIC.divide(self.nats_released, self.nats_allowed)

    def to_dict(self) -> dict[str, Any]:
        """Give the numbers, for a report or an answer of the service.

        Examples
        --------
        >>> budget(Terms.of(repairs=0), Spent()).to_dict()["submissions_left"]
        1000
        """
        return {
            "answers": self.answers,
            "nats_released": float(round(self.nats_released, 3)),
            "nats_allowed": float(round(self.nats_allowed, 3)),
            "submissions_left": self.left.submissions,
            "acceptances_left": self.left.acceptances,
            "repair_queries_left": self.left.repair_queries,
            "repairs_left": self.left.repairs,
            "ladder_changes_left": self.left.ladder_changes,
        }


def budget(terms: Terms, spent: Spent) -> Budget:
    """State the budget.

    An answer costs nothing by itself; every yes costs the logarithm of the places at which it could have
    stood, and every change of the score board that and the logarithm of the values it could have shown.

    Raises
    ------
    BountyError
        More is spent than the terms allow.

    Examples
    --------
    >>> budget(Terms.of(), Spent(submissions=1000)).left.submissions
    0
    """
    left = spent.left(terms)
    yes = spent.acceptances + spent.repairs
    return Budget(
        answers=spent.submissions + spent.repair_queries,
        nats_released=_nats(terms, yes, spent.ladder_changes),
        nats_allowed=_nats(terms, terms.most_accepted, terms.ladder_changes),
        left=left,
    )


def _nats(terms: Terms, yes: int, changes: int) -> Decimal:
    with decimal.localcontext(ARITHMETIC):
        return yes * terms.nats_of_a_yes + changes * terms.nats_of_a_change
