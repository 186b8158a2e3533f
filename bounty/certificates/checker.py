"""The checker and the confirmer: a yes or a no to each claim, and never more of either than was paid for.

The checker judges on part A and the confirmer on part B, by one rule: a claim is accepted when the mass that
is certain (`bounty.certificates.bounds`) is at least what the terms promise. The rule is a function of the
terms and of whole numbers, so a ledger can be judged again. What is counted here decides how much the next
answer has to be allowed for (`bounty.certificates.courses`; algorithms 2 and 4 of arXiv 2201.10408, with a
scan that starts again after each repair).
"""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from fractions import Fraction
from functools import lru_cache
from typing import Literal, TypeAlias

from bounty.certificates.bounds import Undefined, certified_mass, check_margin, events
from bounty.certificates.budgets import Spent
from bounty.certificates.courses import claim_complexity, confirmation_complexity, repair_complexity
from bounty.certificates.exact_numbers import decimal_of
from bounty.certificates.terms import Terms
from bounty.rows.evidence import Evidence, RepairEvidence
from fairkit.errors import BountyError

JudgingPart: TypeAlias = Literal["checker", "confirmation"]
"""The parts on which claims are judged."""

_NONE = Fraction(0)


def accepts(evidence: Evidence, terms: Terms, complexity: Decimal, margin: Fraction = _NONE) -> bool:
    """Say whether a claim is accepted: the rule, of the terms and whole numbers alone.

    Parameters
    ----------
    evidence : RepairEvidence or DisparityEvidence
        From the rows of the part.
    terms : Terms
    complexity : Decimal
        What the answer must be allowed for at its place (`bounty.certificates.courses`).
    margin : Fraction
        Of a disparity; see `bounty.certificates.bounds.plug_in_mass`.

    Raises
    ------
    BountyError
        A negative margin, or a margin with a repair.

    Examples
    --------
    >>> terms = Terms.of(epsilon="0.1", submissions=100, acceptances=5)
    >>> evidence = RepairEvidence(40_000, 9_000, 6_000, 1_000, 5_100, 100, 5_200)
    >>> accepts(evidence, terms, claim_complexity(terms, Spent(), events(terms.bound, evidence.kind)))
    True
    """
    check_margin(evidence, margin)
    if _shows_too_little(evidence, margin, terms.least):
        return False
    mass = certified_mass(evidence, margin=margin, bound=terms.bound, complexity=complexity)
    return not isinstance(mass, Undefined) and mass >= decimal_of(terms.least)


def _shows_too_little(evidence: Evidence, margin: Fraction, least: Fraction) -> bool:
    """Say from whole numbers whether the rows show less than the least; no bound lies above that."""
    needed = least.numerator * evidence.rows * evidence.largest
    if isinstance(evidence, RepairEvidence):
        return evidence.saved * least.denominator < needed
    group, reference = evidence.group, evidence.reference
    excess = group.lost * reference.units - reference.lost * group.units
    excess = excess * margin.denominator - margin.numerator * group.units * reference.units
    return excess * least.denominator < needed * reference.units * margin.denominator


class Checker:
    """Judges claims on part A and counts what it says.

    Not safe to share between threads: whoever serves a bounty lets one claim in at a time.

    Parameters
    ----------
    terms : Terms

    Examples
    --------
    >>> checker = Checker(Terms.of(epsilon="0.1", submissions=100, acceptances=5))
    >>> checker.submit(RepairEvidence(40_000, 9_000, 6_000, 1_000, 5_100, 100, 5_200))
    True
    >>> checker.submit(RepairEvidence(40_000, 9_000, 6_000, 5_900, 110, 10, 120))
    False
    >>> checker.spent
    Spent(submissions=2, acceptances=1, repair_queries=0, repairs=0, ladder_changes=0)
    """

    def __init__(self, terms: Terms) -> None:
        self.terms = terms
        self._spent = Spent()

    @classmethod
    def resumed(cls, terms: Terms, spent: Spent) -> Checker:
        """Continue where a bounty stopped.

        Raises
        ------
        BountyError
            More is spent than the terms allow.
        """
        spent.left(terms)
        checker = cls(terms)
        checker._spent = spent
        return checker

    @property
    def spent(self) -> Spent:
        """What is used up."""
        return self._spent

    @property
    def left(self) -> Spent:
        """What can still be used."""
        return self._spent.left(self.terms)

    def submit(self, evidence: Evidence | None, *, margin: Fraction = _NONE) -> bool:
        """Judge a claim; it counts whatever the answer is.

        Parameters
        ----------
        evidence : RepairEvidence, DisparityEvidence or None
            From part A; None where none can be taken there, which is rejected.
        margin : Fraction
            Of a disparity.

        Raises
        ------
        BountyError
            Submissions or acceptances are used up, or the margin means nothing; nothing is counted then.
        """
        left, spent = self.left, self._spent
        if not left.submissions:
            raise BountyError(
                f"the bounty is closed: all {self.terms.submissions:,} submissions are judged. "
                "Its terms allow no further answer from these rows; a new bounty needs new ones."
            )
        if not left.acceptances:
            raise BountyError(
                f"the bounty is closed: {spent.acceptances:,} claims and {spent.repairs:,} repairs are "
                f"accepted, of at most {self.terms.acceptances:,} claims and {self.terms.most_accepted:,} "
                "together. Its terms allow no further answer from these rows."
            )
        accepted = evidence is not None and accepts(
            evidence,
            self.terms,
            claim_complexity(self.terms, spent, events(self.terms.bound, evidence.kind)),
            margin,
        )
        self._spent = replace(
            spent, submissions=spent.submissions + 1, acceptances=spent.acceptances + accepted
        )
        return accepted

    def show_score(self) -> None:
        """Count a change of the score board (`bounty.certificates.ladder`).

        Raises
        ------
        BountyError
            No change is left.
        """
        if not self.left.ladder_changes:
            raise BountyError(f"all {self.terms.ladder_changes:,} changes of the score board are used up.")
        self._spent = replace(self._spent, ladder_changes=self._spent.ladder_changes + 1)

    def repair(self, evidence: RepairEvidence) -> bool:
        """Judge a repair by an earlier version (pointer); it counts whatever the answer is.

        When repairs or their queries are used up the answer is no, whatever the rows say. Such an answer
        releases nothing and is not counted.
        """
        spent = self._spent
        if not self.left.repairs:
            return False
        accepted = accepts(evidence, self.terms, _of_repair(self.terms, spent))
        self._spent = replace(
            spent, repair_queries=spent.repair_queries + 1, repairs=spent.repairs + accepted
        )
        return accepted

    def skip_repairs(self, count: int) -> None:
        """Count repairs that were tried and lie below `repair_floor`, so that the answer is no.

        Parameters
        ----------
        count : int
            Only as many as there are queries left are counted, and none after the last repair.

        Raises
        ------
        BountyError
            A negative count.
        """
        if count < 0:
            raise BountyError(f"{count:,} repairs cannot be skipped; it is a number from 0 up.")
        counted = min(count, self.left.repair_queries) if self.left.repairs else 0
        self._spent = replace(self._spent, repair_queries=self._spent.repair_queries + counted)

    def repair_floor(self, rows: int, largest: int = 1) -> int:
        """Find the least that a repair must save, in the loss's units, to be accepted at best.

        Parameters
        ----------
        rows : int
            Rows of part A.
        largest : int
            The most that one row can lose.

        Returns
        -------
        int
            ``rows * largest + 1`` where no repair can be accepted, for want of rows or of repairs left.

        Examples
        --------
        >>> Checker(Terms.of(epsilon="0.1", submissions=100, acceptances=5)).repair_floor(40_000)
        2299
        """
        if not self.left.repairs:
            return rows * largest + 1
        # Later queries of a scan must be allowed for more, so that the floor only rises.
        return _repair_floor(self.terms, _of_repair(self.terms, self._spent), rows, largest)


def _of_repair(terms: Terms, spent: Spent) -> Decimal:
    return repair_complexity(terms, spent, events(terms.bound, "repair"))


@lru_cache(maxsize=256)
def _repair_floor(terms: Terms, complexity: Decimal, rows: int, largest: int) -> int:
    """Bisect on the best evidence that saves so much: nothing gets worse, and all rows gain alike."""
    never, enough = -1, rows * largest + 1
    while enough - never > 1:
        saved = (never + enough) // 2
        squares = max(saved, -(-saved * saved // rows))
        best = RepairEvidence(rows, rows, saved, 0, saved, 0, squares, largest)
        if accepts(best, terms, complexity):
            enough = saved
        else:
            never = saved
    return enough


class Confirmer:
    """Judges on part B what part A accepted: pass or fail, once each.

    Parameters
    ----------
    terms : Terms
    asked, passed : int
        Claims and repairs that were judged before, and those of them that were confirmed.

    Raises
    ------
    BountyError
        More were judged than the terms allow, or confirmed than judged.

    Examples
    --------
    >>> confirmer = Confirmer(Terms.of(epsilon="0.1", submissions=100, acceptances=5, repairs=0))
    >>> confirmer.confirm(RepairEvidence(9_000, 2_000, 1_500, 500, 1_100, 100, 1_200)), confirmer.left
    (True, 4)
    """

    def __init__(self, terms: Terms, *, asked: int = 0, passed: int = 0) -> None:
        if not 0 <= passed <= asked <= terms.most_accepted:
            raise BountyError(
                f"{asked:,} confirmations are spent and {passed:,} passed; the terms allow "
                f"{terms.most_accepted:,}."
            )
        self.terms = terms
        self.spent = asked
        self.passed = passed

    @property
    def left(self) -> int:
        """Claims and repairs that can still be confirmed."""
        return self.terms.most_accepted - self.spent

    def confirm(self, evidence: Evidence | None, *, margin: Fraction = _NONE) -> bool:
        """Judge a claim or a repair on part B; it counts whatever the answer is, and None is a no.

        Raises
        ------
        BountyError
            All confirmations are used up, or the margin means nothing; nothing is counted then.
        """
        if not self.left:
            raise BountyError(f"all {self.spent:,} confirmations are used up; part B answers nothing more.")
        passed = evidence is not None and accepts(
            evidence,
            self.terms,
            confirmation_complexity(
                self.terms, self.spent, self.passed, events(self.terms.bound, evidence.kind)
            ),
            margin,
        )
        self.spent += 1
        self.passed += passed
        return passed
