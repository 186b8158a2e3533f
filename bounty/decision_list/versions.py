"""Every version of the repaired model on one split, kept so that no model is ever asked twice.

A new version differs from the current one on its group only, so it costs one pass over packed words: what it
answers and what it loses are those of the current version, with those of the model or the earlier version put
in on the group. A version of a million decisions takes 250 kB; one of scores or costs takes 10 to 16 MB.
"""

from __future__ import annotations

import numpy as np

from bounty.claims.proposals import Refusing, Runner, group_rows, model_answers
from bounty.decision_list.nodes import ListNode, Pointer
from bounty.decision_list.pointer_list import DecisionList
from bounty.rows.amounts import Amounts, Bits, Integers
from bounty.rows.answers import Answers, AnswerSpace, Form
from bounty.rows.bits import RowSet
from bounty.rows.evidence import RepairEvidence, weigh
from bounty.rows.losses import Loss
from bounty.rows.splits import Split
from fairkit.errors import UsageError


class Versions:
    """The versions of one split.

    Parameters
    ----------
    split : Split
        Version 0 is its host's model.
    loss : Loss
        The bounty's main loss, by which repairs are judged.
    space : AnswerSpace

    Attributes
    ----------
    split, loss, space
    count : int
        Versions there are, the host's model included.
    current : int
        The newest version.

    Examples
    --------
    >>> from bounty.rows.answers import Truth
    >>> from bounty.rows.columns import Columns
    >>> space = AnswerSpace(Form.DECISION, ("no", "yes"))
    >>> truth, host = Truth(np.array([1, 0, 1], np.uint8)), Answers.of(space.form, [0, 0, 0])
    >>> split = Split("checker", Columns.of({"age": [20, 30, 40]}), truth, host)
    >>> versions = Versions(split, Loss.named("error", space.form), space)
    >>> old, yes = RowSet.of(np.array([False, True, True])), Answers.constant(space.form, 1, 3)
    >>> versions.propose(old, yes).saved, versions.update(old, yes)
    (0, 1)
    >>> versions.answers(1).codes.tolist(), versions.lost_totals(RowSet.all(3)).tolist()
    ([0, 1, 1], [2, 2])
    """

    def __init__(self, split: Split, loss: Loss, space: AnswerSpace) -> None:
        self.split = split
        self.loss = loss
        self.space = space
        self._lost: list[Amounts] = [split.lost(loss)]
        self._answers: list[RowSet | Answers] = [self._kept(split.host)]

    @classmethod
    def of_list(
        cls, split: Split, loss: Loss, decision_list: DecisionList, *, runner: Runner | None = None
    ) -> Versions:
        """Build the versions of a list again, from the oldest node to the newest.

        Parameters
        ----------
        split : Split
        loss : Loss
        decision_list : DecisionList
        runner : Runner, optional
            Runs ONNX models; without one they are refused.
        """
        versions = cls(split, loss, decision_list.space)
        for node in decision_list.nodes:
            versions.apply(node, runner=runner)
        return versions

    @property
    def count(self) -> int:
        """Versions there are."""
        return len(self._lost)

    @property
    def current(self) -> int:
        """The newest version."""
        return len(self._lost) - 1

    def lost(self, version: int) -> Amounts:
        """Give what a version loses on each row."""
        return self._lost[self._known(version)]

    def answers(self, version: int) -> Answers:
        """Give what a version answers on each row."""
        return _unpacked(self._answers[self._known(version)])

    def lost_totals(self, where: RowSet, *, start: int = 0) -> Integers:
        """Sum what every version from `start` on loses on a set of rows."""
        kept, bits = np.empty_like(where.words), np.empty(len(where.words), dtype=np.uint8)
        totals = np.zeros(self.count - start, dtype=np.int64)
        for place, lost in enumerate(self._lost[start:]):
            if isinstance(lost, Bits):  # as `total` does, without new memory for every version
                np.bitwise_count(np.bitwise_and(lost.ones.words, where.words, out=kept), out=bits)
                totals[place] = bits.sum(dtype=np.uint32)
            else:
                totals[place] = lost.total(where)
        return totals

    def propose(self, group: RowSet, answers: Answers) -> RepairEvidence:
        """Weigh a model against the current version on a group.

        Parameters
        ----------
        group : RowSet
        answers : Answers
            Of the model, on every row of the split; only those in the group matter.
        """
        return self._weigh(group, self.loss.lost(answers, self.split.truth))

    def pointer(self, group: RowSet, version: int) -> RepairEvidence:
        """Weigh an earlier version against the current one on a group."""
        return self._weigh(group, self.lost(version))

    def update(self, group: RowSet, answers: Answers) -> int:
        """Make the next version: on the group, these answers (ListUpdate).

        Returns
        -------
        int
            The new version.
        """
        return self._add(group, self._kept(answers), self.loss.lost(answers, self.split.truth))

    def point(self, group: RowSet, version: int) -> int:
        """Make the next version: on the group, an earlier version.

        Returns
        -------
        int
            The new version.
        """
        known = self._known(version)
        return self._add(group, self._answers[known], self._lost[known])

    def apply(self, node: ListNode, *, runner: Runner | None = None) -> int:
        """Make the next version from a node of the decision list.

        Returns
        -------
        int
            The new version.

        Raises
        ------
        ClaimError
            The node does not fit the columns, answers or alternatives of the split.
        """
        runs = runner or Refusing()
        group = group_rows(node.group, self.split.columns, runs)
        if isinstance(node, Pointer):
            return self.point(group, node.version)
        now = self.answers(self.current)
        answers = model_answers(node.model, self.split, space=self.space, current=now, runner=runs)
        return self.update(group, answers)

    def _weigh(self, group: RowSet, after: Amounts) -> RepairEvidence:
        return weigh(self._lost[-1], after, group=group, largest=self.loss.largest)

    def _add(self, group: RowSet, answers: RowSet | Answers, lost: Amounts) -> int:
        self._answers.append(_replaced(self._answers[-1], group, by=answers))
        self._lost.append(self._lost[-1].replaced(group, by=lost))
        return self.current

    def _kept(self, answers: Answers) -> RowSet | Answers:
        """Decisions are kept as packed bits."""
        return RowSet.of(answers.codes == 1) if self.space.form is Form.DECISION else answers

    def _known(self, version: int) -> int:
        if not 0 <= version < self.count:
            message = f"there is no version {version}; there are versions 0 to {self.current}."
            raise UsageError(message)
        return version


def _replaced(now: RowSet | Answers, group: RowSet, *, by: RowSet | Answers) -> RowSet | Answers:
    if isinstance(now, RowSet) and isinstance(by, RowSet):
        return now ^ ((now ^ by) & group)
    return _unpacked(now).replaced(group, by=_unpacked(by))


def _unpacked(kept: RowSet | Answers) -> Answers:
    return kept if isinstance(kept, Answers) else Answers(Form.DECISION, kept.mask.view(np.uint8))
