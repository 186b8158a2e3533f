"""Monotone repairs: no accepted group stays worse off than it was at an earlier version.

An update for one group can undo what was won for another that overlaps it. After every accepted claim, each
accepted group is therefore compared at the current version and at every earlier one, and where an earlier
version loses less, that pair is submitted to the same checker as any other repair. Once one is accepted and
confirmed, the list points back to that version on that group, and the comparison starts again (the printed
algorithm goes on with the model as it was before).

What each version loses on each group is kept as a table of whole numbers, to which a new version adds a
column and a new group a row. A scan reads the table; evidence is taken only for pairs that could be accepted.

How much worse off a group may stay is what the held-out rows cannot tell from nothing. Where they keep a
bounty's plan, it is epsilon's mass and a little more, 4 to 10 % in the plans that were tried: a repair has to
be allowed for more than a claim (`bounty.certificates.courses`). It holds after each scan that ran to its
end. Once the acceptances, the repairs or their queries are used up, the last update may take from a group
that came before.

References
----------
I. Globus-Harris, M. Kearns, A. Roth, "An Algorithmic Framework for Bias Bounties", FAccT 2022,
arXiv:2201.10408, algorithm 4 and theorem 14: ``L(f, g) <= min over earlier f' of L(f', g) + eps / mu(g)``.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Protocol

import numpy as np

from bounty.decision_list.versions import Versions
from bounty.rows.amounts import Integers
from bounty.rows.bits import RowSet
from bounty.rows.evidence import RepairEvidence


class RepairJudge(Protocol):
    """Judges pairs of a group and an earlier version; `bounty.certificates.checker.Checker` does."""

    def repair(self, evidence: RepairEvidence) -> bool:
        """Say whether an earlier version is accepted on a group."""

    def skip_repairs(self, count: int) -> None:
        """Hear of pairs that count as judged and rejected, and were below the floor."""

    def repair_floor(self, rows: int, largest: int) -> int:
        """Give the least `saved` that could be accepted on a split of so many rows."""


class RepairConfirmer(Protocol):
    """Confirms on other rows what a judge accepted; `bounty.certificates.checker.Confirmer` does."""

    def confirm(self, evidence: RepairEvidence) -> bool:
        """Say whether an accepted repair is confirmed."""


class StrictImprovement:
    """Accepts whatever saves anything: the published experiments' rule, for simulations and public rows.

    Examples
    --------
    >>> judge = StrictImprovement()
    >>> judge.repair(RepairEvidence(100, 20, 9, 8, 1, 0, 1)), judge.repair_floor(100, 1)
    (True, 1)
    """

    def repair(self, evidence: RepairEvidence) -> bool:
        """Accept if anything is saved."""
        return evidence.saved > 0

    def skip_repairs(self, count: int) -> None:
        """Pairs are not limited."""

    def repair_floor(self, rows: int, largest: int) -> int:  # noqa: ARG002
        """One unit."""
        return 1


@dataclass(frozen=True, slots=True)
class PointerRuling:
    """How one pair of a group and an earlier version was judged; only pairs that the checker accepted.

    Attributes
    ----------
    group : int
        Index of the group.
    version : int
        The earlier version.
    checker : RepairEvidence
    confirmation : RepairEvidence or None
        None where nothing confirms.
    confirmed : bool
        Whether the list points there now.

    Examples
    --------
    >>> PointerRuling(0, 3, RepairEvidence(100, 20, 9, 5, 6, 2, 8), None, confirmed=True).checker.saved
    4
    """

    group: int
    version: int
    checker: RepairEvidence
    confirmation: RepairEvidence | None
    confirmed: bool


class WatchedGroups:
    """The accepted groups on one split, and what every version loses on each.

    Parameters
    ----------
    versions : Versions
        Of that split; versions added to it later are noticed.

    Attributes
    ----------
    versions : Versions
    rows : list of RowSet
        Each group's rows, in the order in which they were accepted.

    Examples
    --------
    >>> from bounty.rows.answers import Answers, AnswerSpace, Form, Truth
    >>> from bounty.rows.columns import Columns
    >>> from bounty.rows.losses import Loss
    >>> from bounty.rows.splits import Split
    >>> space = AnswerSpace(Form.DECISION, ("no", "yes"))
    >>> truth, host = Truth(np.array([1, 0, 0], np.uint8)), Answers.of(space.form, [0, 0, 0])
    >>> split = Split("checker", Columns.of({"age": [20, 30, 40]}), truth, host)
    >>> watched = WatchedGroups(Versions(split, Loss.named("error", space.form), space))
    >>> watched.versions.update(RowSet.all(3), Answers.constant(space.form, 1, 3))
    1
    >>> watched.watch(RowSet.of(np.array([False, True, True])))
    0
    >>> watched.savings().tolist(), watched.shortfalls().tolist()
    ([[2]], [2])
    >>> [(ruling.group, ruling.version) for ruling in scan(watched, StrictImprovement())]
    [(0, 0)]
    >>> watched.savings().tolist(), watched.shortfalls().tolist()
    ([[0, -2]], [0])
    """

    def __init__(self, versions: Versions) -> None:
        self.versions = versions
        self.rows: list[RowSet] = []
        self._lost = np.zeros((0, 0), dtype=np.int64)

    def watch(self, group: RowSet) -> int:
        """Add a group.

        Returns
        -------
        int
            Its index.
        """
        self.rows.append(group)
        return len(self.rows) - 1

    def lost(self) -> Integers:
        """Give what each version loses on each group.

        Returns
        -------
        array of int, shape (groups, versions)
        """
        watched, known = self._lost.shape
        if known < self.versions.count or watched < len(self.rows):
            older = [self.versions.lost_totals(group, start=known) for group in self.rows[:watched]]
            newer = [self.versions.lost_totals(group) for group in self.rows[watched:]]
            columns = np.array(older, dtype=np.int64).reshape(watched, self.versions.count - known)
            rows = np.array(newer, dtype=np.int64).reshape(len(newer), self.versions.count)
            self._lost = np.vstack([np.hstack([self._lost, columns]), rows])
        return self._lost

    def savings(self) -> Integers:
        """Give what each earlier version would save on each group.

        Returns
        -------
        array of int, shape (groups, versions - 1)
            Negative where the earlier version loses more.
        """
        lost = self.lost()
        saved: Integers = lost[:, -1:] - lost[:, :-1]
        return saved

    def shortfalls(self) -> Integers:
        """Give by how much each group is worse off than at its best version.

        Returns
        -------
        array of int, shape (groups,)
            In whole units of the loss, from 0 up.
        """
        lost = self.lost()
        short: Integers = lost[:, -1] - lost.min(axis=1)
        return short


def scan(
    checker: WatchedGroups,
    judge: RepairJudge,
    *,
    confirmation: WatchedGroups | None = None,
    confirmer: RepairConfirmer | None = None,
    others: Sequence[WatchedGroups] = (),
    unconfirmed: set[tuple[int, int]] | None = None,
) -> tuple[PointerRuling, ...]:
    """Submit every pair of an accepted group and an earlier version, until none is accepted.

    Pairs are asked group by group in the order of acceptance, and for each from the oldest version to the
    newest. Whatever is accepted and confirmed is applied to all splits, and the scan starts again.

    Parameters
    ----------
    checker : WatchedGroups
        On the rows on which `judge` decides.
    judge : RepairJudge
    confirmation : WatchedGroups, optional
        The same groups and versions on the rows on which `confirmer` decides.
    confirmer : RepairConfirmer, optional
        Without one, what is accepted is applied.
    others : sequence of WatchedGroups
        The same groups and versions on splits that follow.
    unconfirmed : set of (group, version), optional
        Pairs that were accepted once and not confirmed: they are not asked again. New ones are added.

    Returns
    -------
    tuple of PointerRuling
        Those that the judge accepted, in order.

    Notes
    -----
    A repair that saves nothing is never asked, whatever the judge's floor, so a scan ends: each pair that is
    applied lowers a whole number, and each that is not confirmed is asked once.
    """
    refused = set() if unconfirmed is None else unconfirmed
    rulings: list[PointerRuling] = []
    followers = [*others] if confirmation is None else [confirmation, *others]
    sealed = None if confirmer is None else confirmation
    while True:
        for ruling in _accepted(checker, judge, refused):
            evidence, confirmed = None, True
            if sealed is not None and confirmer is not None:
                evidence = sealed.versions.pointer(sealed.rows[ruling.group], ruling.version)
                confirmed = confirmer.confirm(evidence)
            rulings.append(replace(ruling, confirmation=evidence, confirmed=confirmed))
            if confirmed:
                for watched in (checker, *followers):
                    watched.versions.point(watched.rows[ruling.group], ruling.version)
                break
            refused.add((ruling.group, ruling.version))
        else:
            return tuple(rulings)


def _accepted(
    watched: WatchedGroups, judge: RepairJudge, refused: set[tuple[int, int]]
) -> Iterator[PointerRuling]:
    """Ask every pair once against the model as it is, and give those that are accepted."""
    versions = watched.versions
    savings = watched.savings()
    asked = np.ones(savings.shape, dtype=np.bool_)
    for pair in refused:
        asked[pair] = False
    floor = max(1, judge.repair_floor(versions.split.rows, versions.loss.largest))
    place = np.cumsum(asked).reshape(asked.shape)
    before = 0
    for group, version in np.argwhere(asked & (savings >= floor)).tolist():
        judge.skip_repairs(int(place[group, version]) - 1 - before)
        before = int(place[group, version])
        evidence = versions.pointer(watched.rows[group], version)
        if judge.repair(evidence):
            yield PointerRuling(group, version, evidence, None, confirmed=False)
    judge.skip_repairs(int(asked.sum()) - before)
