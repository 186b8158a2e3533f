"""Rows on the user's own engine, or in files, counted by a plan."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import narwhals.stable.v2 as nw

from fairkit.door import engine, ranking
from fairkit.door.cells import Decode
from fairkit.door.derived import Derived, derive, state, states_of
from fairkit.door.engine import EngineArithmetic, EngineKey
from fairkit.door.grids import Extent, Grid, Singles
from fairkit.door.lazy_rows import renamed
from fairkit.door.plan import Plan, Slot
from fairkit.errors import DataError
from fairkit.kinds import Kind
from fairkit.predicates import kinds, to_expressions

_ON = EngineArithmetic()


class EngineRows:
    """Rows of a lazy frame, checked against what the plan reads them as.

    Parameters
    ----------
    opened : callable
        Opens the rows as a narwhals LazyFrame, again for every query: some sources can be read only once.
    plan : Plan
    columns : mapping, optional
        What the frame calls a column, where it is not its name.
    decoders : mapping, optional
        How texts of files become levels.
    """

    def __init__(
        self,
        opened: Callable[[], nw.LazyFrame[Any]],
        plan: Plan,
        *,
        columns: Mapping[str, str] | None = None,
        decoders: Mapping[str, Decode] | None = None,
    ) -> None:
        self._opened, self._plan, self._decoders = opened, plan, decoders or {}
        self._own = {name: (columns or {}).get(name, name) for name in plan.uses}
        self._first: nw.LazyFrame[Any] | None = opened()
        found = self._first.collect_schema()
        self._schema = {name: found[own] for name, own in self._own.items()}
        problems = [
            f"{part} column '{name}' must hold numbers, it holds {self._schema[name]}."
            for name, part in plan.named_numbers().items()
            if not self._schema[name].is_numeric()
        ]
        if problems:
            raise DataError(*problems)
        if plan.compared:
            plan.check_predicates(kinds(self._schema))

    def extents(self) -> tuple[int, Sequence[Extent]]:
        """Return how many rows there are, and the extents of the scores of the plan."""
        return engine.extents_lazy(self._frame(), [self._own[name] for name in self._plan.scores])

    def cells(self, grids: Sequence[Grid], limit: int | None) -> Singles | None:
        """Count the rows; None if there are more cells than `limit`."""
        frame = self._frame()
        if self._plan.compared:
            frame = self._for_predicates(frame)
        found = frame.collect_schema()
        grid = iter(grids)
        keys = [self._key(slot, found, grid) for slot in self._plan.slots if slot.reads != "state"]
        parts: Mapping[str, str] = {part: self._own[name] for part, name in self._plan.numbers.items()}
        if self._plan.kind is Kind.RANKING:
            frame, parts = self._placed(frame, keys, parts)
        numbers = {part: engine.number(own) for part, own in parts.items()}
        derived = Derived()
        if not grids or any(grid.width for grid in grids):
            derived = derive(self._plan.question, numbers, _ON)
        places = [i for i, slot in enumerate(self._plan.slots) if slot.reads == "state"]
        if places:
            expression = state(self._plan.question, numbers, _ON)
            keys.insert(places[0], EngineKey(expression, levels=states_of(self._plan.kind)))
        weight = self._plan.question.weight
        return engine.tabulate_lazy(
            frame, keys, weight=None if weight is None else self._own[weight], derived=derived, limit=limit
        )

    def _frame(self) -> nw.LazyFrame[Any]:
        frame, self._first = self._first or self._opened(), None
        return frame

    def _for_predicates(self, frame: nw.LazyFrame[Any]) -> nw.LazyFrame[Any]:
        compared = self._plan.compared
        frame = without(frame, self._plan.question.missing, only=[self._own[name] for name in compared])
        if frame.implementation.is_duckdb():
            floats = [self._own[name] for name in compared if self._schema[name].is_float()]
            frame = engine.nan_as_missing(frame, floats)
        return frame

    def _key(self, slot: Slot, schema: Mapping[str, Any], grid: Any) -> EngineKey:
        if slot.predicate is not None:
            return engine.truth_key(*to_expressions(renamed(slot.predicate, self._own), schema))
        own = self._own[slot.name]
        if slot.reads == "threshold":
            return engine.threshold_key(own, self._plan.question.threshold or 0.0)
        if slot.reads == "score":
            return engine.binned_key(own, next(grid))
        return EngineKey(nw.col(own), title=slot.title, decode=self._decoders.get(slot.name))

    def _placed(
        self, frame: nw.LazyFrame[Any], keys: Sequence[EngineKey], parts: Mapping[str, str]
    ) -> tuple[nw.LazyFrame[Any], Mapping[str, str]]:
        """Place items in their queries; windows need the keys as columns."""
        question = self._plan.question
        names = [
            f"fairkit_attribute_{i}" for i, slot in enumerate(self._plan.slots) if slot.role == "attribute"
        ]
        frame = frame.with_columns(
            *(key.expression.alias(name) for key, name in zip(keys, names, strict=False))
        )
        columns = dict(parts)
        if question.query is not None:
            columns["query"] = self._own[question.query]
        placed = ranking.placed(frame, question, columns, names)
        return placed.frame, placed.columns


def without(frame: Any, missing: Sequence[str], *, only: Sequence[str] | None = None) -> Any:
    """Take the texts that mean "missing" out of a frame, so that no predicate compares them."""
    schema = frame.collect_schema()
    texts = [
        name
        for name in (schema if only is None else only)
        if type(schema[name]).__name__ in ("String", "Categorical", "Enum", "Object")
    ]
    if not missing or not texts:
        return frame
    replaced = []
    for name in texts:
        named = type(schema[name]).__name__ in ("Categorical", "Enum")
        text = nw.col(name).cast(nw.String) if named else nw.col(name)
        replaced.append(nw.when(~text.is_in(list(missing))).then(text).alias(name))
    return frame.with_columns(*replaced)
