"""Overlaps: whether a claim says what an accepted claim has said already, found on public rows alone.

Two claims are the same claim if their hashes agree; then the second gets the first one's receipt. Two groups
written in different words may still be the same rows. So a claim of the same kind and loss whose group is
nearly the same set of public rows is a *duplicate by extension*:

- of a **disparity** whatever its margin or reference: the same rows are harmed by the same loss, they earn
  nothing a second time, and every accepted claim uses up one of the few acceptances that a bounty has;
- of a **repair** only if both models also answer alike on the public rows that both groups have. A better
  model for the same group is no duplicate; one that merely looks different saves nothing over the current
  model, which contains the accepted one, and the checker rejects it.

Nothing here reads held-out rows, so hunters can find out before they submit.

References
----------
P. Jaccard, "The distribution of the flora in the alpine zone", New Phytologist 11 (1912).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from fractions import Fraction
from typing import TYPE_CHECKING

import numpy as np

from bounty.certificates.exact_numbers import Number, fraction_of
from bounty.claims.claim import Claim, ClaimKind
from bounty.rows.answers import Answers
from bounty.rows.bits import RowSet
from fairkit.errors import BountyError

if TYPE_CHECKING:
    from bounty.game.examining import Examination
    from bounty.game.parts import PartOfBounty

THRESHOLD = Fraction(19, 20)
"""Jaccard index from which two groups count as one, where the bounty declares no other."""

MINIMUM_ROWS = 30
"""Public rows that a group must have, where the bounty declares no other number."""


class Standing(StrEnum):
    """What public rows say of a claim before it is judged.

    Examples
    --------
    >>> Standing("too-small") is Standing.TOO_SMALL
    True
    """

    NEW = "new"
    REPEATED = "repeated"
    DUPLICATE = "duplicate"
    EMPTY = "empty"
    TOO_SMALL = "too-small"


@dataclass(frozen=True, slots=True)
class Placed:
    """A claim with what it proposes on public rows.

    Attributes
    ----------
    claim : Claim
    group : RowSet
        Public rows of its group.
    answers : Answers or None
        For a repair: its model's answers on every public row.
    sequence : int
        Its number in the ledger.

    Examples
    --------
    >>> group = RowSet.of(np.array([True, False]))
    >>> Placed(Claim(ClaimKind.DISPARITY, "error", "age < 25"), group).sequence
    0
    """

    claim: Claim
    group: RowSet = field(repr=False)
    answers: Answers | None = field(default=None, repr=False)
    sequence: int = 0


@dataclass(frozen=True, slots=True)
class Overlap:
    """How much of a new claim's group an earlier claim's group has, on public rows.

    Attributes
    ----------
    claim : str
        Hash of the earlier claim.
    sequence : int
        Its number in the ledger.
    common, rows, earlier_rows : int
        Rows in both groups, in the new one, in the earlier one.
    same_text : bool
        Whether both groups are written the same (a predicate in canonical form, or one ONNX file).
    agrees : bool or None
        For two repairs, whether their models answer alike on all rows that both groups have.

    Examples
    --------
    >>> overlap = Overlap("00ff", 3, common=30, rows=40, earlier_rows=50, same_text=False)
    >>> overlap.jaccard, overlap.inside, overlap.around
    (Fraction(1, 2), Fraction(3, 4), Fraction(3, 5))
    """

    claim: str
    sequence: int
    common: int
    rows: int
    earlier_rows: int
    same_text: bool
    agrees: bool | None = None

    @property
    def jaccard(self) -> Fraction:
        """Share of the rows of either group that both have; 1 for two empty groups."""
        either = self.rows + self.earlier_rows - self.common
        return Fraction(self.common, either) if either else Fraction(1)

    @property
    def inside(self) -> Fraction | None:
        """Share of the new group's rows that the earlier group has; None where it has no rows."""
        return Fraction(self.common, self.rows) if self.rows else None

    @property
    def around(self) -> Fraction | None:
        """Share of the earlier group's rows that the new group has; None where it has no rows."""
        return Fraction(self.common, self.earlier_rows) if self.earlier_rows else None

    def duplicates(self, threshold: Number = THRESHOLD) -> bool:
        """Whether the new claim repeats the earlier one.

        Parameters
        ----------
        threshold : Fraction, float or decimal text
            Jaccard index from which two groups count as one. A float is taken as printed: 0.95 is 19/20.

        Examples
        --------
        >>> Overlap("00ff", 3, common=95, rows=95, earlier_rows=100, same_text=False).duplicates(0.95)
        True
        """
        return self.agrees is not False and self.jaccard >= _exact(threshold)


@dataclass(frozen=True, slots=True)
class Screening:
    """Whether a claim may reach held-out rows.

    Attributes
    ----------
    standing : Standing
        Only a new claim may.
    rows : int
        Public rows of its group.
    nearest : Overlap or None
        With the nearest accepted claim of the same kind and loss.
    why : str
        Why it may not, and what to do; empty where it may.

    Examples
    --------
    >>> Screening(Standing.NEW, 120).is_new
    True
    """

    standing: Standing
    rows: int
    nearest: Overlap | None = None
    why: str = ""

    @property
    def is_new(self) -> bool:
        """Whether the claim may be judged."""
        return self.standing is Standing.NEW


def overlap(new: Placed, earlier: Placed) -> Overlap:
    """Compare two claims on public rows.

    Parameters
    ----------
    new, earlier : Placed
        On the same public rows. Groups over different numbers of rows are taken to have nothing in common.

    Returns
    -------
    Overlap

    Examples
    --------
    >>> claim = Claim(ClaimKind.DISPARITY, "error", "age < 25")
    >>> one = Placed(claim, RowSet.of(np.array([True, True, False, False])))
    >>> other = Placed(claim, RowSet.of(np.array([False, True, True, False])))
    >>> overlap(one, other).jaccard
    Fraction(1, 3)
    """
    comparable = new.group.rows == earlier.group.rows
    repairs = new.claim.kind is earlier.claim.kind is ClaimKind.REPAIR
    return Overlap(
        claim=earlier.claim.hash,
        sequence=earlier.sequence,
        common=new.group.common(earlier.group) if comparable else 0,
        rows=new.group.size,
        earlier_rows=earlier.group.size,
        same_text=new.claim.group == earlier.claim.group,
        agrees=comparable and _agree(new, earlier) if repairs else None,
    )


def nearest(new: Placed, accepted: Iterable[Placed], *, threshold: Number = THRESHOLD) -> Overlap | None:
    """Find the accepted claim of the same kind and loss whose group is nearest on public rows.

    One that the new claim repeats comes before one that it does not, then the larger Jaccard index decides,
    then the earlier claim.

    Parameters
    ----------
    new : Placed
    accepted : iterable of Placed
    threshold : Fraction, float or decimal text

    Returns
    -------
    Overlap or None
        None where no such claim was accepted.

    Examples
    --------
    >>> claim = Claim(ClaimKind.DISPARITY, "error", "age < 25")
    >>> one = Placed(claim, RowSet.of(np.array([True, True, False, False])), sequence=7)
    >>> nearest(one, []) is None, nearest(one, [one]).duplicates()
    (True, True)
    """
    found = [overlap(new, earlier) for earlier in accepted if _same_question(new.claim, earlier.claim)]
    return min(
        found, key=lambda each: (not each.duplicates(threshold), -each.jaccard, each.sequence), default=None
    )


def screen(
    new: Placed,
    accepted: Iterable[Placed],
    *,
    seen: Mapping[str, int] | None = None,
    threshold: Number = THRESHOLD,
    minimum_rows: int = MINIMUM_ROWS,
) -> Screening:
    """Find out on public rows whether a claim may reach held-out rows.

    Parameters
    ----------
    new : Placed
    accepted : iterable of Placed
        Accepted claims.
    seen : mapping of str to int, optional
        Claims that have a receipt: the number in the ledger of each hash. Such a claim gets that receipt
        again and costs nothing.
    threshold : Fraction, float or decimal text, default 0.95
        Jaccard index from which two groups count as one.
    minimum_rows : int, default 30
        Public rows that a group must have.

    Returns
    -------
    Screening
        It is never an error: what is wrong is its `why`.

    Examples
    --------
    >>> claim = Claim(ClaimKind.DISPARITY, "error", "age < 25")
    >>> few = Placed(claim, RowSet.of(np.array([True, True, False, False])))
    >>> screen(few, []).why
    'the group has 2 public rows; at least 30 are needed. Widen the predicate.'
    >>> screen(few, [], minimum_rows=2).standing.value
    'new'
    """
    rows, first = new.group.size, (seen or {}).get(new.claim.hash)
    if first is not None:
        return Screening(
            Standing.REPEATED, rows, why=f"the same claim is number {first} of the ledger; its receipt holds."
        )
    if (small := too_small(rows, minimum_rows)) is not None:
        return Screening(Standing.TOO_SMALL if rows else Standing.EMPTY, rows, why=small)
    near = nearest(new, accepted, threshold=threshold)
    if near is not None and near.duplicates(threshold):
        return Screening(Standing.DUPLICATE, rows, near, _repeats(near))
    return Screening(Standing.NEW, rows, near)


def repeated(
    examination: Examination, accepted: Iterable[Examination], *, public: PartOfBounty
) -> str | None:
    """Find the accepted claim that an examined one repeats by extension.

    Both models of two repairs are asked beside the model as it is now, and only where the groups are nearly
    the same, because a foreign model may be slow.

    Parameters
    ----------
    examination : Examination
    accepted : iterable of Examination
    public : PartOfBounty
        Part P, with the bounty's conditions.

    Returns
    -------
    str or None
        The hash of the nearest one that it repeats; None where it repeats none.

    Examples
    --------
    >>> from types import SimpleNamespace
    >>> claim = Claim(ClaimKind.DISPARITY, "error", "age < 25")
    >>> one = SimpleNamespace(claim=claim, group=RowSet.of(np.array([True, True, False])))
    >>> public = SimpleNamespace(conditions=SimpleNamespace(duplicate=0.95))
    >>> repeated(one, [one], public=public) == claim.hash
    True
    """
    threshold = public.conditions.duplicate
    shared = [
        (overlap(_placed(examination), _placed(earlier)).jaccard, earlier)
        for earlier in accepted
        if _same_question(examination.claim, earlier.claim)
    ]
    near = [(jaccard, earlier) for jaccard, earlier in shared if jaccard >= _exact(threshold)]
    if not near:
        return None
    new = _placed(examination, public)
    for _, earlier in sorted(near, key=lambda pair: -pair[0]):
        if overlap(new, _placed(earlier, public)).duplicates(threshold):
            return earlier.claim.hash
    return None


def too_small(rows: int, minimum: int) -> str | None:
    """Say why a group of so many public rows may not be claimed; None if it may.

    A group without rows is refused whatever the minimum.

    Examples
    --------
    >>> print(too_small(0, 30))
    the group has no public rows; check the values in the predicate.
    >>> print(too_small(30, 30))
    None
    """
    if not rows:
        return "the group has no public rows; check the values in the predicate."
    if rows < minimum:
        listed = "1 public row" if rows == 1 else f"{rows:,} public rows"
        return f"the group has {listed}; at least {minimum:,} are needed. Widen the predicate."
    return None


def _repeats(near: Overlap) -> str:
    """Say which claim is repeated and what would be new; a share is rounded down, so never up to all."""
    written = "is written the same as" if near.same_text else f"is to {int(near.jaccard * 100)}% the rows of"
    alike = " and the model answers alike there" if near.agrees else ""
    return (
        f"the group {written} that of claim {near.claim[:8]} (number {near.sequence}){alike}, which was "
        f"accepted. Claim other rows{', or a better model' if near.agrees else ''}."
    )


def _same_question(one: Claim, other: Claim) -> bool:
    return (one.kind, one.loss) == (other.kind, other.loss)


def _placed(examination: Examination, public: PartOfBounty | None = None) -> Placed:
    claim = examination.claim
    asked = public if claim.kind is ClaimKind.REPAIR else None
    return Placed(claim, examination.group, None if asked is None else asked.answers(claim))


def _exact(threshold: Number) -> Fraction:
    exact = fraction_of(threshold)
    if exact is None:
        raise BountyError(
            f"claims cannot repeat one another from '{threshold}' on; write a share such as 0.95."
        )
    return exact


def _agree(new: Placed, earlier: Placed) -> bool:
    if new.answers is None or earlier.answers is None or new.answers.rows != earlier.answers.rows:
        return False
    if new.answers.form is not earlier.answers.form or new.answers.rows != new.group.rows:
        return False
    both = (new.group & earlier.group).mask
    return bool(np.array_equal(new.answers.codes[both], earlier.answers.codes[both]))
