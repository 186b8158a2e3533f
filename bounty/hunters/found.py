"""What a hunter found: claims, each with what held-back rows say of it, best first."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from fractions import Fraction
from functools import reduce
from operator import or_
from typing import Any, overload

import numpy as np

from bounty.claims.claim import Claim, ClaimKind
from bounty.hunters.cost_trees import Floats
from bounty.rows.bits import RowSet
from bounty.rows.evidence import Evidence


class Hunter(StrEnum):
    """Who found it.

    Examples
    --------
    >>> Hunter("slices") is Hunter.SLICES
    True
    """

    SLICES = "slices"
    REDUCTION = "reduction"
    ALTERNATING = "alternating"


@dataclass(frozen=True, slots=True)
class Candidate:
    """A claim that a search proposes, before other rows have been asked.

    Attributes
    ----------
    claim : Claim
    hunter : Hunter
    notes : tuple of str
        What was simplified to make it fit.

    Examples
    --------
    >>> Candidate(Claim(ClaimKind.DISPARITY, "error", "age < 25"), Hunter.SLICES).notes
    ()
    """

    claim: Claim
    hunter: Hunter
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Candidates:
    """What a search proposes.

    Attributes
    ----------
    listed : tuple of Candidate
        Best first.
    searched : int
        Groups or models that were looked at.
    notes : tuple of str
        Why there are none, or not more.

    Examples
    --------
    >>> (Candidates(searched=3, notes=("a",)) + Candidates(searched=4, notes=("a", "b"))).notes
    ('a', 'b')
    """

    listed: tuple[Candidate, ...] = ()
    searched: int = 0
    notes: tuple[str, ...] = ()

    def __add__(self, other: Candidates) -> Candidates:
        notes = tuple(dict.fromkeys(self.notes + other.notes))
        return Candidates(self.listed + other.listed, self.searched + other.searched, notes)


@dataclass(frozen=True, slots=True)
class Found:
    """A claim that held on rows which the search had not seen.

    Attributes
    ----------
    claim : Claim
        Its `about` is filled in.
    evidence : DisparityEvidence or RepairEvidence
        On the held-back rows alone.
    mass : Fraction
        Of the claim, as the held-back rows show it (`bounty.certificates.bounds.plug_in_mass`).
    low : float
        The mass less two standard errors. What a checker certifies is always less than what rows show, and
        the less so the surer it is.
    p_value : float
        How often chance alone would show as much on the held-back rows, corrected for `checked`.
    searched : int
        Groups and models that were looked at on the other rows.
    checked : int
        Claims that were tried on the held-back rows.
    hunter : Hunter
    notes : tuple of str
        What was simplified to make it fit.

    Examples
    --------
    >>> from bounty.claims.claim import Constant
    >>> from bounty.rows.evidence import RepairEvidence
    >>> claim = Claim(ClaimKind.REPAIR, "error", "age < 25", model=Constant("yes"))
    >>> evidence, tried = RepairEvidence(100, 20, 9, 5, 6, 2, 8), {"searched": 900, "checked": 3}
    >>> found = Found(claim, evidence, Fraction(1, 25), -0.01, 0.14, hunter=Hunter.SLICES, **tried)
    >>> found.to_dict()["mass"]
    0.04
    """

    claim: Claim
    evidence: Evidence
    mass: Fraction
    low: float
    p_value: float
    searched: int
    checked: int
    hunter: Hunter
    notes: tuple[str, ...] = ()

    def to_dict(self) -> dict[str, Any]:
        """Give everything as plain values."""
        return {
            "claim": self.claim.to_dict(),
            "about": dict(self.claim.about),
            "hash": self.claim.hash,
            "hunter": self.hunter.value,
            "mass": float(self.mass),
            "low": self.low,
            "p_value": self.p_value,
            "evidence": self.evidence.to_dict(),
            "searched": self.searched,
            "checked": self.checked,
            "notes": list(self.notes),
        }


@dataclass(frozen=True, slots=True)
class Finds(Sequence[Found]):
    """What a hunt found, largest `low` first; a sequence, and what is to be said about it.

    Attributes
    ----------
    found : tuple of Found
    searched : int
        Groups and models that were looked at.
    checked : int
        Claims that were tried on held-back rows.
    notes : tuple of str
        Why there are none, or not more.

    Examples
    --------
    >>> finds = Finds(notes=("there are no columns.",))
    >>> len(finds), list(finds), finds.notes
    (0, [], ('there are no columns.',))
    """

    found: tuple[Found, ...] = ()
    searched: int = 0
    checked: int = 0
    notes: tuple[str, ...] = field(default=())

    def __len__(self) -> int:
        return len(self.found)

    def __iter__(self) -> Iterator[Found]:
        return iter(self.found)

    @overload
    def __getitem__(self, index: int) -> Found: ...
    @overload
    def __getitem__(self, index: slice) -> tuple[Found, ...]: ...
    def __getitem__(self, index: int | slice) -> Found | tuple[Found, ...]:
        return self.found[index]


def distinct(
    groups: Sequence[RowSet],
    gains: Sequence[Floats],
    *,
    most: int,
    kind: ClaimKind = ClaimKind.DISPARITY,
    overlap: float = 0.5,
) -> list[int]:
    """Choose groups that say something new.

    Parameters
    ----------
    groups : sequence of RowSet
        Best first.
    gains : sequence of array of float, shape (rows,)
        For each, what its rows add to its mass.
    most : int
        Groups to choose, at most.
    kind : ClaimKind, default disparity
        What chosen groups explain: of a disparity, what their effects add up to on a row (least squares); of
        a repair, all that can be saved on their rows.
    overlap : float, default 0.5
        A group is left out if it shares more than this of its rows with a chosen one (Jaccard), or if those
        chosen explain more than this of its mass, or all but what chance may add (two standard errors).

    Returns
    -------
    list of int
        Places of those chosen.

    Examples
    --------
    >>> gains = np.array([1.0, 1.0, 1.0, -2.0, -1.0])
    >>> masks = [[1, 1, 1, 0, 0], [1, 1, 0, 0, 0], [1, 0, 0, 0, 0]]
    >>> distinct([RowSet.of(np.array(mask) == 1) for mask in masks], [gains] * 3, most=10)
    [0]
    """
    chosen: list[int] = []
    left: tuple[Floats, Floats] | None = None
    for place, (group, gain) in enumerate(zip(groups, gains, strict=True)):
        if len(chosen) == most:
            break
        if any(group.jaccard(groups[other]) > overlap for other in chosen):
            continue
        if chosen:
            if left is None or left[0] is not gain:
                left = gain, _unexplained(gain, [groups[other] for other in chosen], kind)
            inside = left[1][group.mask]
            needed = max((1 - overlap) * gain[group.mask].sum(), _SURE * np.sqrt((inside**2).sum()))
            if inside.sum() < needed:
                continue
        chosen.append(place)
        left = None
    return chosen


_SURE = 2.0


def _unexplained(gain: Floats, chosen: Sequence[RowSet], kind: ClaimKind) -> Floats:
    """Take off what chosen groups explain of the gain on each row."""
    if kind is ClaimKind.REPAIR:
        return np.where(reduce(or_, chosen).mask, 0.0, gain)
    everywhere = [RowSet.all(len(gain)), *chosen]
    common = np.array([[one.common(other) for other in everywhere] for one in everywhere], dtype=np.float64)
    sums = np.array([gain[group.mask].sum() for group in everywhere])
    effects = np.linalg.lstsq(common, sums)[0]
    left: Floats = gain - effects[0]
    for group, effect in zip(chosen, effects[1:], strict=True):
        left[group.mask] -= effect
    return left
