"""What a claim proposes, applied to a split: the rows of its group, and its model's answers.

Predicates, constants, rules and the host's other models are safe by construction and run here. ONNX models
are foreign code for a foreign engine: they run only through a runner that the host hands over
(`bounty.claims.onnx_models`), and without one they are refused.
"""

from __future__ import annotations

from typing import Protocol

import numpy as np

from bounty.claims.claim import (
    OVERALL,
    REST,
    Alternative,
    Claim,
    Constant,
    GroupFunction,
    OnnxModel,
    RepairModel,
    Rules,
)
from bounty.rows.answers import Answers, AnswerSpace
from bounty.rows.bits import RowSet
from bounty.rows.columns import Columns
from bounty.rows.splits import Split
from bounty.rows.subgroups import Subgroup
from fairkit.errors import ClaimError, did_you_mean


class Runner(Protocol):
    """Runs ONNX models: in this process for trusted hosts, in a confined one for foreign files."""

    def group(self, model: OnnxModel, columns: Columns) -> RowSet:
        """Find the rows for which the model answers 1."""

    def answers(self, model: OnnxModel, columns: Columns, space: AnswerSpace) -> Answers:
        """Give the model's answers, coded."""


class Refusing:
    """Runs nothing: what a bounty has that accepts no ONNX models.

    Examples
    --------
    >>> Refusing().group(OnnxModel("00ff", b""), Columns.of({"age": [20]}))
    Traceback (most recent call last):
    ...
    fairkit.errors.ClaimError: this bounty accepts no ONNX models; ...
    """

    def group(self, model: OnnxModel, columns: Columns) -> RowSet:  # noqa: ARG002
        """Refuse."""
        raise ClaimError(_REFUSED)

    def answers(self, model: OnnxModel, columns: Columns, space: AnswerSpace) -> Answers:  # noqa: ARG002
        """Refuse."""
        raise ClaimError(_REFUSED)


_REFUSED = (
    "this bounty accepts no ONNX models; write the group as a predicate and the model as rules, "
    "or ask the host to allow them."
)


def group_rows(group: GroupFunction, columns: Columns, runner: Runner) -> RowSet:
    """Find the rows of a group.

    Examples
    --------
    >>> group_rows("age < 25", Columns.of({"age": [20, 30]}), Refusing()).mask.tolist()
    [True, False]
    """
    if isinstance(group, OnnxModel):
        return runner.group(group, columns)
    return Subgroup.of(group, columns).rows(columns)


def model_answers(
    model: RepairModel, split: Split, *, space: AnswerSpace, current: Answers, runner: Runner
) -> Answers:
    """Give a proposed model's answers on every row of a split.

    Parameters
    ----------
    model : Constant, Rules, Alternative or OnnxModel
    split : Split
    space : AnswerSpace
    current : Answers
        Of the current model on the split, which rules without `otherwise` leave as they are.
    runner : Runner

    Returns
    -------
    Answers

    Raises
    ------
    ClaimError
        An answer that the host's model cannot give, a predicate that does not fit, no such alternative.
    """
    match model:
        case Constant(predict):
            return Answers.constant(space.form, space.code(predict), split.rows)
        case Rules(cases, otherwise):
            codes = (
                current.codes.copy()
                if otherwise is None
                else Answers.constant(space.form, space.code(otherwise), split.rows).codes
            )
            for text, answer in reversed(cases):
                code = space.code(answer)
                holds = Subgroup.of(text, split.columns).rows(split.columns).mask
                codes = np.where(holds, code, codes)
            return Answers.of(space.form, codes)
        case Alternative(name):
            if name not in split.alternatives:
                known = list(split.alternatives)
                listed = ", ".join(known) or "none"
                message = (
                    f"use '{name}': the host declares no such model ({listed}).{did_you_mean(name, known)}"
                )
                raise ClaimError(message)
            return split.alternatives[name]
        case OnnxModel():
            return runner.answers(model, split.columns, space)


def fits(claim: Claim, split: Split, *, space: AnswerSpace, runner: Runner) -> None:
    """Make sure, on public rows, that a claim can be evaluated.

    Raises
    ------
    ClaimError
        It cannot; the message says why.
    """
    group_rows(claim.group, split.columns, runner)
    if claim.compare not in {OVERALL, REST}:
        group_rows(claim.compare, split.columns, runner)
    if claim.model is not None:
        model_answers(claim.model, split, space=space, current=split.host, runner=runner)
