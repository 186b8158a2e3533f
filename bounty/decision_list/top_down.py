"""New rows, answered from the newest node down.

A row waits at a version of the list. The node that made the version answers it, sends it to an earlier
version or lets it through to the one before. Versions are visited once each, newest first, with all the rows
that wait there, so a row is answered once and no node sees a row that is answered already.

While many rows wait, a predicate is tested on all rows, a byte each, and those that wait are picked out of
the result; once most rows are answered, the others are copied out and the work goes on with those.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np
import numpy.typing as npt

from bounty.claims.claim import Alternative, Constant, OnnxModel, RepairModel, Rules
from bounty.claims.proposals import Runner, group_rows, model_answers
from bounty.decision_list.nodes import ListNode, Pointer
from bounty.rows.answers import Answers, AnswerSpace, Form
from bounty.rows.bits import RowSet
from bounty.rows.columns import Codes, code_type
from bounty.rows.splits import Split

Rows = npt.NDArray[np.intp]

_FEW = 4
"""Rows are copied out once fewer than one in so many still wait."""


class Recorder(Protocol):
    """Hears which node does what with which rows."""

    def answered(self, node: int, rows: Rows) -> None:
        """Node `node` answers these rows."""

    def jumped(self, node: int, rows: Rows) -> None:
        """Node `node` sends these rows to an earlier version."""


@dataclass(frozen=True, slots=True)
class _Waiting:
    """The rows that are still worked on, where they are among all, and at which version each set waits."""

    split: Split
    index: Rows | None
    at: dict[int, RowSet]

    def places(self, rows: RowSet) -> Rows:
        """Where rows of this set are among all rows."""
        found = np.flatnonzero(rows.mask)
        return found if self.index is None else self.index[found]

    def send(self, version: int, rows: RowSet) -> None:
        """Let rows wait at a version; at version 0 they have their answer, the host's."""
        if version and rows.size:
            self.at[version] = self.at[version] | rows if version in self.at else rows

    def fewer(self) -> _Waiting:
        """Copy the waiting rows out once they are few."""
        left = sum(rows.size for rows in self.at.values())
        if left * _FEW > self.split.rows:
            return self
        mask = np.zeros(self.split.rows, dtype=np.bool_)
        for rows in self.at.values():
            mask |= rows.mask
        kept = np.flatnonzero(mask)
        return _Waiting(
            self.split.taking(kept, self.split.part),
            kept if self.index is None else self.index[kept],
            {version: rows.taking(kept) for version, rows in self.at.items()},
        )


def answer_rows(
    nodes: Sequence[ListNode],
    split: Split,
    *,
    space: AnswerSpace,
    runner: Runner,
    recorder: Recorder | None = None,
) -> Answers:
    """Answer every row of a split by a pointer decision list.

    Parameters
    ----------
    nodes : sequence of Update or Pointer
        Oldest first; node `i` makes version `i + 1`.
    split : Split
        Its truth is not looked at.
    space : AnswerSpace
    runner : Runner
    recorder : Recorder, optional

    Returns
    -------
    Answers

    Raises
    ------
    ClaimError
        A node does not fit the columns, the answers or the alternatives.

    Examples
    --------
    >>> from bounty.rows.answers import Truth
    >>> from bounty.rows.columns import Columns
    >>> from bounty.decision_list.nodes import Update
    >>> from bounty.claims.proposals import Refusing
    >>> columns, host = Columns.of({"age": [20, 30]}), Answers.of(Form.DECISION, [0, 0])
    >>> split = Split("public", columns, Truth(), host)
    >>> space = AnswerSpace(Form.DECISION, ("no", "yes"))
    >>> nodes = [Update("age < 25", Constant("yes"), "00ff")]
    >>> answer_rows(nodes, split, space=space, runner=Refusing()).codes.tolist()
    [1, 0]
    """
    codes = split.host.codes.astype(_type(space), copy=True)
    waiting = _Waiting(split, None, {len(nodes): RowSet.all(split.rows)})
    for version in range(len(nodes), 0, -1):
        here = waiting.at.pop(version, None)
        if here is None:
            continue
        node = nodes[version - 1]
        inside = _inside(node, here, waiting.split, runner)
        waiting.send(version - 1, here - inside)
        if not inside.size:
            continue
        if isinstance(node, Pointer):
            waiting.send(node.version, inside)
            if recorder:
                recorder.jumped(version - 1, waiting.places(inside))
            continue
        answers, undecided = _answers(node.model, inside, waiting.split, space=space, runner=runner)
        decided = inside - undecided
        if waiting.index is None:
            np.copyto(codes, answers, where=decided.mask, casting="unsafe")
        else:
            codes[waiting.places(decided)] = answers[decided.mask] if answers.ndim else answers
        if recorder:
            recorder.answered(version - 1, waiting.places(decided))
        waiting.send(version - 1, undecided)
        waiting = waiting.fewer()
    return Answers.of(space.form, codes)


def _type(space: AnswerSpace) -> type[np.uint8 | np.uint16 | np.int64]:
    if space.form is Form.COST:
        return np.int64
    return np.uint16 if space.form is Form.SCORE else code_type(len(space.classes))


def _inside(node: ListNode, here: RowSet, split: Split, runner: Runner) -> RowSet:
    """Find the rows of a node's group among those that wait; a foreign model sees no other rows."""
    if isinstance(node.group, str):
        return group_rows(node.group, split.columns, runner) & here
    places = np.flatnonzero(here.mask)
    mask = np.zeros(split.rows, dtype=np.bool_)
    mask[places] = group_rows(node.group, split.columns.taking(places), runner).mask
    return RowSet.of(mask)


def _answers(
    model: RepairModel, inside: RowSet, split: Split, *, space: AnswerSpace, runner: Runner
) -> tuple[Codes, RowSet]:
    """Give a model's answers, right at least inside, and the rows inside that it leaves undecided."""
    none = RowSet.none(split.rows)
    match model:
        case Constant(predict):
            return np.asarray(space.code(predict)), none
        case Rules(cases, otherwise):
            undecided = none
            if otherwise is None:
                undecided = inside
                for when, _ in cases:
                    undecided -= group_rows(when, split.columns, runner)
            answers = model_answers(model, split, space=space, current=split.host, runner=runner)
            return answers.codes, undecided
        case Alternative():
            return model_answers(model, split, space=space, current=split.host, runner=runner).codes, none
        case OnnxModel():
            places = np.flatnonzero(inside.mask)
            codes = np.zeros(split.rows, dtype=np.int64)
            codes[places] = runner.answers(model, split.columns.taking(places), space).codes
            return codes, none
