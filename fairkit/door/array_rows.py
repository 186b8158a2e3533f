"""Rows that lie in memory (NumPy, pandas), counted by a plan."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from fairkit.door import arrays, blocks
from fairkit.door.arrays import Coded
from fairkit.door.derived import ArrayArithmetic, Derived, derive, state, states_of
from fairkit.door.grids import Extent, Grid, Singles
from fairkit.door.plan import Plan
from fairkit.errors import DataError
from fairkit.kinds import Kind
from fairkit.predicates import Predicate

_ON = ArrayArithmetic()


@dataclass(frozen=True, slots=True)
class Columns:
    """How columns of some data are had.

    Parameters
    ----------
    code : callable
        Codes a column by its values.
    numbers : callable
        Returns a column that should hold numbers.
    answer : callable
        Answers a predicate: 1 true, 0 false, -1 missing.
    """

    code: Callable[[str], Coded]
    numbers: Callable[[str], NDArray[Any]]
    answer: Callable[[Predicate], NDArray[Any]]


class ArrayRows:
    """Rows in memory, every column of the plan coded; what is wrong with any of them is said at once."""

    def __init__(self, plan: Plan, columns: Columns) -> None:
        self._plan = plan
        self._coded: dict[int, Coded] = {}
        self._numbers: dict[str, NDArray[np.float64]] = {}
        problems: list[str] = []
        for name, part in plan.named_numbers().items():
            read = arrays.numbers if name in plan.numbers.values() or name in plan.scores else arrays.floats
            try:
                self._numbers[name] = read(columns.numbers(name))
            except DataError as error:
                problems += [f"{part} column '{name}': {problem}" for problem in error.problems]
        for i, slot in enumerate(plan.slots):
            try:
                if slot.predicate is not None:
                    self._coded[i] = arrays.code_truth(columns.answer(slot.predicate))
                elif slot.reads == "threshold" and slot.name in self._numbers:
                    threshold = plan.question.threshold or 0.0
                    self._coded[i] = arrays.code_threshold(self._numbers[slot.name], threshold)
                elif slot.reads == "value":
                    self._coded[i] = columns.code(slot.name)
            except DataError as error:
                problems += [f"{slot.title}: {problem}" for problem in error.problems]
        if problems:
            raise DataError(*problems)
        self._parts = {part: self._numbers[name] for part, name in plan.numbers.items()}
        if plan.kind is Kind.RANKING:
            self._parts |= self._places(columns)

    def extents(self) -> tuple[int, Sequence[Extent]]:
        """Return how many rows there are, and the extents of the scores of the plan."""
        scores = [self._numbers[name] for name in self._plan.scores]
        return len(scores[0]), [arrays.extent_of(column) for column in scores]

    def cells(self, grids: Sequence[Grid], limit: int | None) -> Singles | None:
        """Count the rows; None if there are more cells than `limit`."""
        grid = iter(grids)
        coded: list[Coded] = []
        for i, slot in enumerate(self._plan.slots):
            if slot.reads == "score":
                codes = arrays.code_scores(self._numbers[slot.name], next(grid), limit)
                if codes is None:
                    return None
                coded.append(codes)
            elif slot.reads == "state":
                coded.append(self._state())
            else:
                coded.append(self._coded[i])
        weight = self._plan.question.weight
        binned = [self._numbers[name] for name in self._plan.scores] if any(g.width for g in grids) else []
        return blocks.tabulate(
            coded,
            None if weight is None else self._numbers[weight],
            derive=self._derived if self._parts and (binned or not grids) else None,
            scores=binned,
            # Arrays are in memory already: only a table that was to be exact can have too many cells.
            limit=limit if grids and not binned else None,
        )

    def _state(self) -> Coded:
        found = state(self._plan.question, self._parts, _ON)
        return arrays.code_state(found, states_of(self._plan.kind))

    def _derived(self, rows: slice) -> Derived:
        with np.errstate(over="ignore", invalid="ignore"):  # what is too large is said later, by its column
            return derive(
                self._plan.question, {part: column[rows] for part, column in self._parts.items()}, _ON
            )

    def _places(self, columns: Columns) -> dict[str, NDArray[np.float64]]:
        """Place items in their queries, with the windows of pandas."""
        import narwhals.stable.v2 as nw
        import pandas as pd

        from fairkit.door import ranking

        question = self._plan.question
        keys = [f"key_{i}" for i, slot in enumerate(self._plan.slots) if slot.role == "attribute"]
        frame = pd.DataFrame({**self._parts, **{key: self._coded[i].codes for i, key in enumerate(keys)}})
        if question.query is not None:
            codes = columns.code(question.query)
            query = codes.key(codes.codes.astype(np.int64) - codes.low)
            known = np.array([level is not None for level in query.levels], bool)[query.codes]
            frame["query"] = pd.Series(query.codes).where(known)
        placed = ranking.placed(
            nw.from_native(frame).lazy(), question, {name: name for name in frame.columns}, keys
        )
        found = placed.frame.collect()
        return {part: found[name].to_numpy().astype(np.float64) for part, name in placed.columns.items()}
