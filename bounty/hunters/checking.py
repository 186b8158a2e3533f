"""Search on one half of the public rows, check on the other.

The best of a thousand groups looks better than it is on the rows that it was searched on. So the public part
is split by a seed; searches see one half, and what they propose is judged on the other half alone, corrected
for the number of claims that are tried there. If nothing is to be found, a hunt reports something in at
most one of twenty cases.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from fractions import Fraction

import numpy as np

from bounty.certificates.bounds import Undefined, plug_in_mass
from bounty.claims.claim import REST, ClaimKind
from bounty.claims.proposals import Refusing, group_rows, model_answers
from bounty.hunters.cost_trees import Floats
from bounty.hunters.found import Candidate, Candidates, Finds, Found, distinct
from bounty.hunters.tails import corrected, of_excess, of_saving
from bounty.hunters.wording import about
from bounty.rows.answers import AnswerSpace
from bounty.rows.bits import RowSet
from bounty.rows.evidence import Evidence, compare, weigh
from bounty.rows.losses import Loss
from bounty.rows.splits import Split
from fairkit import predicates

_ERRORS = 2.0
_LENGTH = 0.01

LEVEL = 0.05
"""Corrected probability of chance up to which a claim is reported."""

SMALLEST = 30
"""Rows that a group must have in each half."""


def why_not(split: Split, *, smallest: int = SMALLEST) -> str | None:
    """Say why a part cannot be searched; None if it can.

    Examples
    --------
    >>> from bounty.rows.answers import Answers, Form, Truth
    >>> from bounty.rows.columns import Columns
    >>> columns, answers = Columns.of({"age": [20]}), Answers.of(Form.DECISION, [1])
    >>> why_not(Split("public", columns, Truth(np.ones(1, int)), answers))
    'there is 1 public row; a search needs 120 (two halves, each with a group of 30 and as many others).'
    """
    if not split.columns.by_name:
        return "there are no columns to make groups of."
    needed = 4 * smallest
    if split.rows < needed:
        there = "there is 1 public row" if split.rows == 1 else f"there are {split.rows:,} public rows"
        halved = f"two halves, each with a group of {smallest} and as many others"
        return f"{there}; a search needs {needed} ({halved})."
    return None


def halves(split: Split, seed: int) -> tuple[Split, Split]:
    """Split rows at random into those to search on and those to check on.

    Parameters
    ----------
    split : Split
    seed : int

    Returns
    -------
    searched, held : Split
        Disjoint; together all rows. In random order, so that the first rows of each are a sample of it.
    """
    order = np.random.default_rng(seed).permutation(split.rows)
    first, second = order[: split.rows // 2], order[split.rows // 2 :]
    return split.taking(first, "public"), split.taking(second, "public")


def check(
    candidates: Candidates,
    held: Split,
    *,
    space: AnswerSpace,
    losses: Sequence[Loss],
    most: int = 10,
    level: float = LEVEL,
    smallest: int = SMALLEST,
) -> Finds:
    """Judge on held-back rows what a search proposes.

    Parameters
    ----------
    candidates : Candidates
    held : Split
        Rows that the search has not seen.
    space : AnswerSpace
    losses : sequence of Loss
        Those that the claims name.
    most : int, default 10
        Claims to report, at most.
    level : float, default 0.05
        Corrected probability of chance up to which a claim is reported.
    smallest : int, default 30
        Rows that its group must have among those held back.

    Returns
    -------
    Finds
        Largest `low` first. Of groups that share most of their rows or of their mass, for one kind of claim
        and one loss, only the one of the largest `low`, of which each test of the group takes 1 %: a short
        claim is easier to read and to defend.
    """
    by_name = {loss.name.value: loss for loss in losses}
    unique = {candidate.claim.hash: candidate for candidate in candidates.listed}
    tried = [_judged(each, held, space, by_name[each.claim.loss]) for each in unique.values()]
    judged = [each for each in tried if each is not None and each.group.size >= smallest]
    chances = corrected([each.chance for each in judged])
    held_up = [
        replace(each, chance=chance)
        for each, chance in zip(judged, chances, strict=True)
        if chance <= level and each.mass > 0
    ]
    held_up.sort(key=_order)
    chosen = [each for kind in _kinds(held_up) for each in _new(kind, most)]
    chosen.sort(key=_order)
    found = tuple(_found(each, candidates, len(judged), by_name) for each in chosen[:most])
    notes = candidates.notes
    if not found:
        notes += (_nothing(candidates, len(judged)),)
    return Finds(found, candidates.searched, len(judged), tuple(dict.fromkeys(notes)))


@dataclass(frozen=True, slots=True)
class _Judged:
    candidate: Candidate
    group: RowSet
    evidence: Evidence
    chance: float
    mass: Fraction
    gain: Floats

    @property
    def low(self) -> float:
        """The mass less two standard errors."""
        inside = self.gain[self.group.mask]
        error = math.sqrt(len(inside) * float(np.var(inside))) if len(inside) else 0.0
        return float(self.mass) - _ERRORS * error / (self.evidence.rows * self.evidence.largest)


def _order(judged: _Judged) -> tuple[float, int, str]:
    """Put what is surest first; of equals, the smaller group, which says more precisely where it is."""
    return -judged.low, judged.group.size, judged.candidate.claim.hash


def _judged(candidate: Candidate, held: Split, space: AnswerSpace, loss: Loss) -> _Judged | None:
    """Judge one claim on held-back rows; None where they leave its mass undefined."""
    claim = candidate.claim
    group = group_rows(claim.group, held.columns, Refusing())
    lost = held.lost(loss)
    if claim.model is None:
        units, everywhere = loss.units(held.truth), RowSet.all(held.rows)
        evidence: Evidence = compare(
            lost,
            units,
            group=group,
            reference=~group if claim.compare == REST else everywhere,
            largest=loss.largest,
            largest_unit=loss.largest_unit,
        )
        chance = of_excess(lost, units, group)
        rate = lost.total(everywhere) / max(1, units.total(everywhere))
        gain = lost.array() - rate * units.array()
    else:
        answers = model_answers(claim.model, held, space=space, current=held.host, runner=Refusing())
        after = loss.lost(answers, held.truth)
        evidence = weigh(lost, after, group=group, largest=loss.largest)
        chance = of_saving(evidence)
        gain = (lost.array() - after.array()).astype(np.float64)
    mass = plug_in_mass(evidence)
    return None if isinstance(mass, Undefined) else _Judged(candidate, group, evidence, chance, mass, gain)


def _kinds(judged: Sequence[_Judged]) -> list[list[_Judged]]:
    """Part claims by what they are about: claims of different losses say different things of one group."""
    kinds: dict[tuple[ClaimKind, str], list[_Judged]] = {}
    for each in judged:
        kinds.setdefault((each.candidate.claim.kind, each.candidate.claim.loss), []).append(each)
    return list(kinds.values())


def _new(judged: Sequence[_Judged], most: int) -> list[_Judged]:
    """Choose claims that say something new; of those that say much the same, the plain before the long."""
    plain = sorted(judged, key=lambda each: (-each.low * (1 - _LENGTH * _tests(each)), *_order(each)))
    groups, gains = [each.group for each in plain], [each.gain for each in plain]
    kind = plain[0].candidate.claim.kind
    return [plain[place] for place in distinct(groups, gains, most=most, kind=kind)]


def _tests(judged: _Judged) -> int:
    """Count the tests of a claim's group."""

    def of(node: predicates.Node) -> int:
        if isinstance(node, predicates.And | predicates.Or):
            return sum(of(child) for child in node.children)
        return 1

    return of(predicates.parse(str(judged.candidate.claim.group)).node)


def _found(each: _Judged, candidates: Candidates, checked: int, losses: dict[str, Loss]) -> Found:
    claim = each.candidate.claim
    words = about(claim, losses[claim.loss], each.evidence, chance=each.chance, checked=checked)
    return Found(
        claim=replace(claim, about=words),
        evidence=each.evidence,
        mass=each.mass,
        low=each.low,
        p_value=each.chance,
        searched=candidates.searched,
        checked=checked,
        hunter=each.candidate.hunter,
        notes=each.candidate.notes,
    )


def _nothing(candidates: Candidates, checked: int) -> str:
    looked = f"{candidates.searched:,} groups and models were looked at"
    if not candidates.listed:
        return f"{looked}; none stood out enough to be tried on the held-back rows."
    tried = "one was" if checked == 1 else f"{checked} were"
    return f"{looked}, {tried} tried on the held-back rows, and chance may explain what they showed."
