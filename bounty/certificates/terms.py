"""The numbers that a bounty promises, and what its promise costs: how much every answer must be allowed for.

Hunters adapt to the answers that they get. If at most K of Q yes-or-no answers can be yes, at most (Q + 1)^K
different courses of answers exist, and in each of them every claim is fixed before it is judged. So an error
that happens to one fixed claim with probability e^(-L) happens in the whole bounty with probability at most
delta, where L, the *complexity*, is the logarithm of (tails x Q x courses / delta). Everything that is
released of the held-out rows enters L; what is not counted must not be released.
"""

from __future__ import annotations

import decimal
from collections.abc import Mapping
from dataclasses import dataclass, fields, replace
from decimal import Decimal
from enum import StrEnum
from fractions import Fraction
from functools import lru_cache
from typing import Any, TypeVar

from bounty.certificates.exact_numbers import ARITHMETIC, Number, decimal_of, fraction_of, text_of, whole_of
from fairkit.errors import BountyError, did_you_mean

MOST = 10**12
"""The largest count that terms may name."""


class Bound(StrEnum):
    """How the mass of a claim is bounded from below (`bounty.certificates.bounds`).

    Examples
    --------
    >>> Bound("bernstein").value
    'bernstein'
    """

    HOEFFDING = "hoeffding"
    BERNSTEIN = "bernstein"
    CHERNOFF = "chernoff"


@dataclass(frozen=True, slots=True)
class Terms:
    """What a bounty promises and allows; `Terms.of` reads it as a host writes it.

    Attributes
    ----------
    epsilon : Fraction
        Claims of at least this mass are accepted, if the parts are large enough
        (`bounty.certificates.sample_sizes`).
    least : Fraction
        Claims that are accepted have at least this mass, however large the parts are.
    delta : Fraction
        Probability with which either promise may fail, on each part.
    submissions : int
        Claims that are judged, of all teams together (U).
    acceptances : int
        Claims that can be accepted (K).
    repairs : int
        Repairs by an earlier version (pointers) that can be accepted.
    repair_queries : int
        Such repairs that can be tried.
    ladder_changes : int
        Changes that the score board can show, of all teams together.
    ladder_step : Fraction
        What its scores are rounded to.
    bound : Bound

    Raises
    ------
    BountyError
        With every number that is out of range.

    Examples
    --------
    >>> terms = Terms.of(epsilon="0.1", submissions=1000, acceptances=20, repairs=0)
    >>> terms.least, terms.most_accepted, round(terms.checker_complexity(), 1)
    (Fraction(1, 20), 20, Decimal('148.8'))
    """

    epsilon: Fraction
    least: Fraction
    delta: Fraction
    submissions: int
    acceptances: int
    repairs: int
    repair_queries: int
    ladder_changes: int
    ladder_step: Fraction
    bound: Bound

    def __post_init__(self) -> None:
        problems = [*_shares_out_of_range(self), *_counts_out_of_range(self)]
        if problems:
            raise BountyError(*problems)

    @classmethod
    def of(
        cls,
        *,
        epsilon: Number = "0.05",
        submissions: Number = 1000,
        acceptances: Number = 20,
        delta: Number = "0.05",
        least: Number | None = None,
        bound: str = "bernstein",
        repairs: Number | None = None,
        repair_queries: Number | None = None,
        ladder_changes: Number = 0,
        ladder_step: Number = "0.01",
    ) -> Terms:
        """Read terms as a host writes them.

        Parameters
        ----------
        epsilon, delta, ladder_step : decimal text, text of a fraction, int, Fraction, Decimal or float
            A float is read as it is printed: 0.1 is one tenth.
        submissions, acceptances, ladder_changes : int
        least : number, optional
            Default half of epsilon, as in the published checker.
        bound : {"bernstein", "hoeffding", "chernoff"}
        repairs : int, optional
            Default as many as acceptances.
        repair_queries : int, optional
            Default enough to try every accepted group with every earlier version after each acceptance.

        Raises
        ------
        BountyError
            With every problem at once.

        Examples
        --------
        >>> Terms.of(epsilon="0.2", delta="0")
        Traceback (most recent call last):
        ...
        fairkit.errors.BountyError: delta is 0; it is a probability above 0 and below 1, such as 0.05.
        """
        read = _Reading()
        size = read.share("epsilon", epsilon, otherwise=Fraction(1, 20))
        half = size / 2
        certified = half if least is None else read.share("least", least, otherwise=half)
        accepted = read.count("acceptances", acceptances)
        try:
            terms = cls(
                epsilon=size,
                least=half if "epsilon" in read.unread else certified,
                delta=read.share("delta", delta, otherwise=Fraction(1, 20)),
                submissions=read.count("submissions", submissions),
                acceptances=accepted,
                repairs=accepted if repairs is None else read.count("repairs", repairs),
                repair_queries=(
                    0 if repair_queries is None else read.count("repair_queries", repair_queries)
                ),
                ladder_changes=read.count("ladder_changes", ladder_changes),
                ladder_step=read.share("ladder_step", ladder_step, otherwise=Fraction(1, 100)),
                bound=read.bound(bound),
            )
        except BountyError as error:
            raise BountyError(*read.problems, *error.problems) from None
        if read.problems:
            raise BountyError(*read.problems)
        if repair_queries is None and terms.repairs:
            return replace(terms, repair_queries=terms.full_scans)
        return terms

    @property
    def most_accepted(self) -> int:
        """Answers of the checker that can be yes, after which it is closed: claims and repairs together.

        At most 1/least, as in the published checker (2/epsilon): a model that loses at most 1 cannot be
        mended by `least` more often. The checker closes there, whatever it has accepted.
        """
        return min(self.acceptances + self.repairs, int(1 / self.least))

    @property
    def full_scans(self) -> int:
        """Repairs by an earlier version that are tried if every scan runs to its end.

        After the s-th acceptance there are at most s earlier versions and min(s, K) groups.
        """
        last = self.most_accepted
        turn = min(self.acceptances, last)
        rising = turn * (turn + 1) * (2 * turn + 1) // 6
        return rising + self.acceptances * (last * (last + 1) - turn * (turn + 1)) // 2

    @property
    def queries(self) -> int:
        """Answers that the checker gives in all: to claims and to repairs."""
        return self.submissions + self.repair_queries

    @property
    def nats_of_a_yes(self) -> Decimal:
        """Logarithm of the places in the course of answers at which a yes can stand: ln(Q + 1)."""
        return ARITHMETIC.ln(Decimal(self.queries + 1))

    @property
    def nats_of_a_change(self) -> Decimal:
        """Logarithm of the places and values of one change of the score board."""
        return ARITHMETIC.ln(decimal_of((self.submissions + 1) * (1 / self.ladder_step + 1)))

    def checker_complexity(self, events: int = 1) -> Decimal:
        """Find the complexity at which part A judges, in nats.

        ``ln(2 events Q / delta) + accepted ln(Q + 1) + changes (ln(U + 1) + ln(1/step + 1))``, where Q is
        `queries` and accepted is `most_accepted`. Without repairs and score board, for one event and half of
        epsilon, this is the corrected finite form of the published checker's bound (arXiv 2201.10408).

        Parameters
        ----------
        events : int
            Two-sided tail events on which the certificate of one claim rests
            (`bounty.certificates.bounds.events`).

        Returns
        -------
        Decimal
            Each tail may have the probability e^(-complexity).

        Examples
        --------
        >>> round(Terms.of(repairs=0).checker_complexity(2), 2)
        Decimal('149.46')
        """
        return _checker_complexity(self, events)

    def confirmation_complexity(self, events: int = 1) -> Decimal:
        """Find the complexity at which part B judges: ``ln(2 events K' / delta) + K' ln 2``, in nats.

        Only claims that part A accepted come to part B, at most K' = `most_accepted` of them, and each is
        answered yes or no.

        Examples
        --------
        >>> round(Terms.of(repairs=0).confirmation_complexity(), 1)
        Decimal('20.5')
        """
        return _confirmation_complexity(self, events)

    def to_dict(self) -> dict[str, Any]:
        """Give the terms for a manifest: numbers that are no counts as exact decimal texts, or as fractions.

        Examples
        --------
        >>> Terms.of(epsilon=0.1).to_dict()["least"], Terms.of(epsilon="1/3").to_dict()["epsilon"]
        ('0.05', '1/3')
        """
        return {
            field.name: text_of(value) if isinstance(value := getattr(self, field.name), Fraction) else value
            for field in fields(self)
        } | {"bound": self.bound.value}

    @classmethod
    def from_dict(cls, content: Mapping[str, Any]) -> Terms:
        """Read terms from a manifest; each must be there, and nothing else.

        Raises
        ------
        BountyError
            With every problem at once.

        Examples
        --------
        >>> terms = Terms.of(epsilon="0.07")
        >>> Terms.from_dict(terms.to_dict()) == terms
        True
        """
        names = [field.name for field in fields(cls)]
        problems = [f"terms: '{name}' is missing." for name in names if name not in content]
        problems += [
            f"terms: '{name}' is not a term.{did_you_mean(name, names)}"
            for name in content
            if name not in names
        ]
        if problems:
            raise BountyError(*problems)
        return cls.of(**content)


_Value = TypeVar("_Value")


class _Reading:
    """Reads terms one by one and remembers what is wrong; a valid number stands in for one that is not."""

    def __init__(self) -> None:
        self.problems: list[str] = []
        self.unread: set[str] = set()

    def share(self, name: str, given: Number, *, otherwise: Fraction) -> Fraction:
        value = fraction_of(given)
        return self._kept(name, value, otherwise, f"is {given!r}; write a number such as '0.05' or '1/20'.")

    def count(self, name: str, given: Number) -> int:
        return self._kept(name, whole_of(given), 1, f"is {given!r}; write a whole number from 0 up.")

    def bound(self, given: str) -> Bound:
        names = [bound.value for bound in Bound]
        value = Bound(given) if given in names else None
        message = f"is {given!r}; there is {', '.join(names)}.{did_you_mean(str(given), names)}"
        return self._kept("bound", value, Bound.BERNSTEIN, message)

    def _kept(self, name: str, value: _Value | None, otherwise: _Value, message: str) -> _Value:
        if value is not None:
            return value
        self.unread.add(name)
        self.problems.append(f"{name} {message}")
        return otherwise


def _shares_out_of_range(terms: Terms) -> list[str]:
    problems = []
    if not 0 < terms.epsilon < 1:
        problems.append(
            f"epsilon is {text_of(terms.epsilon)}; it is a share of the rows, above 0 and below 1."
        )
    elif not 0 < terms.least < terms.epsilon:
        problems.append(
            f"least is {text_of(terms.least)}; it lies above 0 and below epsilon, {text_of(terms.epsilon)}. "
            "Half of epsilon is usual."
        )
    if not 0 < terms.delta < 1:
        problems.append(
            f"delta is {text_of(terms.delta)}; it is a probability above 0 and below 1, such as 0.05."
        )
    step = terms.ladder_step
    if step <= 0 or step > 1 or (1 / step).denominator != 1:
        problems.append(
            f"ladder_step is {text_of(step)}; it is a whole part of 1, such as 0.01, a hundredth."
        )
    return problems


_FEWEST = {"submissions": 1, "acceptances": 1, "repairs": 0, "repair_queries": 0, "ladder_changes": 0}


def _counts_out_of_range(terms: Terms) -> list[str]:
    problems = [
        f"{name} is {value:,}; it is from {fewest} to {MOST:,}."
        for name, fewest in _FEWEST.items()
        if not fewest <= (value := getattr(terms, name)) <= MOST
    ]
    if terms.acceptances > terms.submissions:
        problems.append(
            f"acceptances is {terms.acceptances:,}, more than the {terms.submissions:,} submissions."
        )
    return problems


@lru_cache(maxsize=1024)
def _checker_complexity(terms: Terms, events: int) -> Decimal:
    with decimal.localcontext(ARITHMETIC):
        mistakes = (2 * events * Decimal(terms.queries) / decimal_of(terms.delta)).ln()
        courses = terms.most_accepted * terms.nats_of_a_yes
        return mistakes + courses + terms.ladder_changes * terms.nats_of_a_change


@lru_cache(maxsize=1024)
def _confirmation_complexity(terms: Terms, events: int) -> Decimal:
    with decimal.localcontext(ARITHMETIC):
        asked = Decimal(max(1, terms.most_accepted))
        return (2 * events * asked / decimal_of(terms.delta)).ln() + asked * Decimal(2).ln()
