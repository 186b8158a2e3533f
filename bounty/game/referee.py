"""The referee: has claims judged and confirmed one after the other, and keeps the repaired model.

Everything is decided from whole numbers and in the order in which claims arrive, so the same claims give the
same rulings wherever and whenever they are judged again.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from enum import StrEnum
from fractions import Fraction
from itertools import pairwise

from bounty.certificates.checker import Checker, Confirmer
from bounty.certificates.ladder import Ladder
from bounty.claims.claim import Claim, ClaimKind
from bounty.claims.proposals import Refusing, Runner
from bounty.decision_list.pointer_list import DecisionList, Pointer, Update
from bounty.decision_list.repairs import PointerRuling, WatchedGroups, scan
from bounty.game.conditions import Conditions
from bounty.game.examining import Examination, examine, margin_of
from bounty.game.parts import PartOfBounty
from bounty.game.team_scores import TeamScore, team_score
from bounty.rows.bits import RowSet
from bounty.rows.evidence import Evidence, RepairEvidence
from bounty.rows.splits import Split
from bounty.scoring.overlaps import repeated
from fairkit.errors import ClaimError


class Outcome(StrEnum):
    """How a claim ended.

    Examples
    --------
    >>> Outcome("confirmed") is Outcome.CONFIRMED
    True
    """

    DUPLICATE = "duplicate"
    REJECTED = "rejected"
    UNCONFIRMED = "unconfirmed"
    CONFIRMED = "confirmed"


@dataclass(frozen=True, slots=True)
class Ruling:
    """How one claim was judged.

    Attributes
    ----------
    claim : Claim
    outcome : Outcome
    repeats : str or None
        For a duplicate, the hash of the claim that it repeats.
    public : evidence or None
        What part P says, against the model as it was then.
    checker, confirmation : evidence or None
        What parts A and B say; None where they were not asked, or where the claim failed on them.
    pointers : tuple of PointerRuling
        Repairs that followed: groups that are answered by an earlier version again.
    version : int
        The version of the model that the claim was judged against.
    margin : Fraction
        In the units of the loss.
    tried : tuple of int
        Pairs of a group and an earlier version that were tried for each of `pointers`, itself included, and
        last those that were tried after the last one.
    watched : tuple of str
        The claims whose groups they are of, by hash.
    score : TeamScore or None
        Of a repair, where the terms pay for a Ladder.
    """

    claim: Claim
    outcome: Outcome
    repeats: str | None = None
    public: Evidence | None = None
    checker: Evidence | None = None
    confirmation: Evidence | None = None
    pointers: tuple[PointerRuling, ...] = ()
    version: int = 0
    tried: tuple[int, ...] = ()
    margin: Fraction = Fraction(0)
    watched: tuple[str, ...] = ()
    score: TeamScore | None = None


class Referee:
    """Judges claims one after the other.

    Parameters
    ----------
    public, checker, confirmation : Split
        The parts P, A and B.
    conditions : Conditions
    runner : Runner, optional
        Runs ONNX models; without one they are refused.
    """

    def __init__(
        self,
        public: Split,
        checker: Split,
        confirmation: Split,
        *,
        conditions: Conditions,
        runner: Runner | None = None,
    ) -> None:
        runs = Refusing() if runner is None else runner
        self.conditions = conditions
        self.parts = tuple(PartOfBounty(split, conditions, runs) for split in (public, checker, confirmation))
        self.public, self.held, self.sealed = self.parts
        self.checker = Checker(conditions.terms)
        self.confirmer = Confirmer(conditions.terms)
        self.ladder = Ladder(conditions.terms)
        self.list = DecisionList(conditions.space, ())
        self.rulings: list[Ruling] = []
        self._examined: list[Examination] = []
        self._latest: dict[str, Ruling] = {}  # by the hash of the claim, duplicates left out
        self._repaired: list[Claim] = []
        self._watched = tuple(WatchedGroups(part.versions) for part in self.parts)
        self._unconfirmed: set[tuple[int, int]] = set()

    def judge(self, claim: Claim, *, team: str = "") -> Ruling:
        """Judge one claim.

        Parameters
        ----------
        claim : Claim
        team : str
            Whose Ladder it is scored on.

        Returns
        -------
        Ruling

        Raises
        ------
        ClaimError
            The claim does not fit the bounty; nothing was asked of the held-out parts and nothing is used up.
        BountyError
            The budget of submissions or acceptances is used up.
        """
        examination = examine(claim, self.public)
        seen = examination.evidence
        version = self.public.versions.count - 1
        before = self._repeats(examination, version)
        if before is not None:
            ruling = Ruling(claim, Outcome.DUPLICATE, repeats=before, public=seen, version=version)
        else:
            ruling = replace(self._ruled(claim, version, team), public=seen, margin=examination.margin)
        self.rulings.append(ruling)
        if ruling.outcome is not Outcome.DUPLICATE:
            self._latest[claim.hash] = ruling
        if ruling.outcome in {Outcome.CONFIRMED, Outcome.UNCONFIRMED}:
            self._examined.append(examination)
        return ruling

    def _repeats(self, examination: Examination, version: int) -> str | None:
        """Find the claim that this one repeats: the same content, or much the same accepted group."""
        claim = examination.claim
        latest = self._latest.get(claim.hash)
        if latest is not None and not (claim.kind is ClaimKind.REPAIR and latest.version != version):
            return claim.hash
        return repeated(examination, self._examined, public=self.public)

    def _ruled(self, claim: Claim, version: int, team: str) -> Ruling:
        margin = margin_of(claim, self.conditions)
        rows, held = self._evidence(claim, self.held)
        accepted = self.checker.submit(held, margin=margin)
        # The claim was chosen before its score is shown, so only later answers have to allow for that.
        ruling = Ruling(
            claim, Outcome.REJECTED, checker=held, version=version, score=self._scored(held, team)
        )
        if not accepted:
            return ruling
        sealed_rows, sealed = self._evidence(claim, self.sealed)
        if not self.confirmer.confirm(sealed, margin=margin):
            return replace(ruling, outcome=Outcome.UNCONFIRMED, confirmation=sealed)
        pointers: tuple[PointerRuling, ...] = ()
        tried: tuple[int, ...] = ()
        if claim.kind is ClaimKind.REPAIR:
            pointers, tried = self._updated(claim, (self.public.group(claim), rows, sealed_rows))
        return replace(
            ruling,
            outcome=Outcome.CONFIRMED,
            confirmation=sealed,
            pointers=pointers,
            tried=tried,
            watched=tuple(each.hash for each in self._repaired),
        )

    def _scored(self, held: Evidence | None, team: str) -> TeamScore | None:
        """Score a repair on its team's Ladder, by the model as it would be with it."""
        if not isinstance(held, RepairEvidence):
            return None
        versions = self.held.versions
        lost = versions.lost(versions.current).total(RowSet.all(held.rows)) - held.saved
        score = team_score(self.ladder, team, lost, most=held.rows * held.largest)
        if score is not None and score.changed:
            self.checker.show_score()
        return score

    def _evidence(self, claim: Claim, part: PartOfBounty) -> tuple[RowSet, Evidence | None]:
        """Take evidence of a held-out part; what fails there, or is too small, gives none."""
        try:
            rows = part.group(claim)
            evidence = part.evidence(claim, rows) if rows.size >= self.conditions.minimum_rows else None
        except ClaimError:
            # Why it failed would tell about rows that nobody may see.
            return RowSet.none(part.split.rows), None
        return rows, evidence

    def _updated(
        self, claim: Claim, groups: tuple[RowSet, ...]
    ) -> tuple[tuple[PointerRuling, ...], tuple[int, ...]]:
        """Put a confirmed repair at the head of the list, then ask for the pointers that should follow."""
        assert claim.model is not None  # noqa: S101  a repair has a model
        for part, watched, rows in zip(self.parts, self._watched, groups, strict=True):
            part.versions.update(rows, part.answers(claim))
            watched.watch(rows)
        self._repaired.append(claim)
        self.list = self.list.updated(Update(claim.group, claim.model, claim.hash))
        public, held, sealed = self._watched
        counting = _Counting(self.checker)
        pointers = scan(
            held,
            counting,
            confirmation=sealed,
            confirmer=self.confirmer,
            others=(public,),
            unconfirmed=self._unconfirmed,
        )
        for pointer in pointers:
            if pointer.confirmed:
                group = self._repaired[pointer.group].group
                self.list = self.list.updated(Pointer(group, pointer.version))
        return pointers, counting.tried()


class _Counting:
    """The checker, with a note of how many pairs were tried for each that it accepted."""

    def __init__(self, checker: Checker) -> None:
        self.checker = checker
        self.accepted = [checker.spent.repair_queries]

    def repair(self, evidence: RepairEvidence) -> bool:
        """Judge a pair."""
        accepted = self.checker.repair(evidence)
        if accepted:
            self.accepted.append(self.checker.spent.repair_queries)
        return accepted

    def skip_repairs(self, count: int) -> None:
        """Count pairs that cannot be accepted."""
        self.checker.skip_repairs(count)

    def repair_floor(self, rows: int, largest: int) -> int:
        """Give the least that could be accepted."""
        return self.checker.repair_floor(rows, largest)

    def tried(self) -> tuple[int, ...]:
        """Count the pairs tried for each accepted one, and after the last."""
        counts = [*self.accepted, self.checker.spent.repair_queries]
        return tuple(after - before for before, after in pairwise(counts))
