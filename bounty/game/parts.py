"""One part of the data while a bounty runs: its rows, and every version of the repaired model on them."""

from __future__ import annotations

from bounty.claims.claim import OVERALL, REST, Claim, ClaimKind
from bounty.claims.proposals import Runner, group_rows, model_answers
from bounty.decision_list.versions import Versions
from bounty.game.conditions import Conditions
from bounty.rows.amounts import Amounts
from bounty.rows.answers import Answers
from bounty.rows.bits import RowSet
from bounty.rows.evidence import Evidence, compare
from bounty.rows.losses import Loss, LossName
from bounty.rows.splits import Split
from bounty.rows.subgroups import Subgroup


class PartOfBounty:
    """A split with the versions of the repaired model.

    Parameters
    ----------
    split : Split
    conditions : Conditions
    runner : Runner
        Runs ONNX models, or refuses them.

    Examples
    --------
    >>> import numpy as np
    >>> from bounty.rows.answers import AnswerSpace, Form, Truth
    >>> from bounty.rows.columns import Columns
    >>> from bounty.claims.proposals import Refusing
    >>> from bounty.certificates.terms import Terms
    >>> space = AnswerSpace(Form.DECISION, ("no", "yes"))
    >>> truth, host = Truth(np.array([1, 0, 1], np.uint8)), Answers.of(Form.DECISION, [1, 1, 1])
    >>> split = Split("public", Columns.of({"age": [20, 30, 40]}), truth, host)
    >>> terms = Terms.of(epsilon="0.05", submissions=20, acceptances=3)
    >>> conditions = Conditions(space, (Loss.named("error", space.form),), terms)
    >>> part = PartOfBounty(split, conditions, Refusing())
    >>> part.evidence(Claim(ClaimKind.DISPARITY, "error", "age == 30")).group.lost
    1
    """

    def __init__(self, split: Split, conditions: Conditions, runner: Runner) -> None:
        self.split = split
        self.conditions = conditions
        self.runner = runner
        self.versions = Versions(split, conditions.main, conditions.space)
        self._answered: tuple[tuple[str, int], Answers] | None = None
        self._lost: dict[LossName, tuple[Amounts, Amounts]] = {}

    def group(self, claim: Claim) -> RowSet:
        """Find the rows of a claim's group."""
        return group_rows(claim.group, self.split.columns, self.runner)

    def reference(self, claim: Claim, group: RowSet) -> RowSet:
        """Find the rows that a disparity is measured against."""
        if claim.compare == OVERALL:
            return RowSet.all(self.split.rows)
        if claim.compare == REST:
            return ~group
        return Subgroup.of(claim.compare, self.split.columns).rows(self.split.columns)

    def evidence(self, claim: Claim, group: RowSet | None = None) -> Evidence:
        """Count what this part says about a claim.

        Parameters
        ----------
        claim : Claim
        group : RowSet, optional
            The rows of its group, where they are known already.

        Returns
        -------
        DisparityEvidence or RepairEvidence

        Raises
        ------
        ClaimError
            The claim does not fit the columns, answers or models of the bounty.
        """
        rows = self.group(claim) if group is None else group
        if claim.kind is ClaimKind.DISPARITY:
            loss = self.conditions.loss(claim.loss)
            lost, units = self.amounts(loss)
            return compare(
                lost,
                units,
                group=rows,
                reference=self.reference(claim, rows),
                largest=loss.largest,
                largest_unit=loss.largest_unit,
            )
        return self.versions.propose(rows, self.answers(claim))

    def answers(self, claim: Claim) -> Answers:
        """Give the answers of a repair's model on every row.

        The last ones are kept: a foreign model is slow, and is not asked twice about one claim.
        """
        assert claim.model is not None  # noqa: S101  a repair has a model
        asked = claim.hash, self.versions.current
        if self._answered is None or self._answered[0] != asked:
            current = self.versions.answers(self.versions.current)
            given = model_answers(
                claim.model, self.split, space=self.conditions.space, current=current, runner=self.runner
            )
            self._answered = asked, given
        return self._answered[1]

    def amounts(self, loss: Loss) -> tuple[Amounts, Amounts]:
        """Give what the host's model loses on each row, and of how much."""
        if loss.name not in self._lost:
            self._lost[loss.name] = self.split.lost(loss), loss.units(self.split.truth)
        return self._lost[loss.name]
