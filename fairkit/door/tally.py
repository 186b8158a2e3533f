"""From cells to Counts: which groups mean what, and whether they can mean it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from fairkit.counts import FIELDS, LEFT_OUT, Axis, Counts, Kind, Level, natural_order
from fairkit.door import fields
from fairkit.door.cells import Cells, Key
from fairkit.door.derived import faults_of
from fairkit.door.fields import Named, Placed
from fairkit.door.plan import Plan, Role
from fairkit.errors import DataError

_LARGEST = 1e75
"""Largest score and weight: the product of their squares can be added up over any number of rows."""


def to_counts(cells: Cells, plan: Plan) -> Counts:
    """Decide what each group means, check it, and write the canonical table.

    Parameters
    ----------
    cells : Cells
        One key per slot of the plan, in its order.
    plan : Plan

    Raises
    ------
    DataError
        A column has too many levels, is not two-valued, lacks values it must have, ...; all problems at once.
    """
    question = plan.question
    named = [
        Named(slot, _named(key, () if slot.derived else question.missing) if slot.reads != "score" else key)
        for slot, key in zip(plan.slots, cells.keys, strict=True)
    ]
    roles: dict[Role, list[Named]] = {}
    for one in named:
        roles.setdefault(one.slot.role, []).append(one)
    with np.errstate(over="ignore", invalid="ignore"):  # what is too large is said below, by its column
        placed, problems = fields.place(cells, roles, plan)
    problems = _problems(cells, roles, plan) + problems
    if problems or placed is None:
        raise DataError(*problems)
    table = _Table(plan.kind, placed, cells)
    attributes = [one.key for one in roles.get("attribute", [])]
    cluster = roles["cluster"][0].key if "cluster" in roles else None
    codes = [key.codes for key in attributes]
    axis_codes = [key.codes for _, key, _ in placed.axes]
    return Counts.from_codes(
        plan.kind,
        tuple(a.name for a in question.by),
        tuple(key.levels for key in attributes),
        np.column_stack(codes) if codes else np.zeros((len(cells.rows), 0), np.int64),
        table.values(),
        squares=table.squares(),
        rows=table.rows(),
        clusters=None if cluster is None else cluster.codes,
        cluster_ids=() if cluster is None else tuple(str(level) for level in cluster.levels),
        axes=tuple(Axis(name, key.levels, width) for name, key, width in placed.axes),
        axis_codes=np.column_stack(axis_codes) if axis_codes else None,
    )


@dataclass(frozen=True, slots=True)
class _Table:
    """Writes sums of cells into the fields of a kind."""

    kind: Kind
    placed: Placed
    cells: Cells

    def values(self) -> NDArray[Any]:
        """Return the sums; of rows only, if nothing else is summed."""
        if self.cells.weights is not None:
            return self._spread(self.cells.weights, self.placed.sums)
        return self._spread(self.cells.rows, self.placed.sums)

    def squares(self) -> NDArray[np.float64] | None:
        """Return the sums with squared weights."""
        if self.cells.squares is None:
            return None
        return self._spread(self.cells.squares, self.placed.square_sums)

    def rows(self) -> NDArray[np.int64] | None:
        """Return the rows behind sums of weights."""
        return None if self.cells.weights is None else self._spread(self.cells.rows, {})

    def _spread(self, rows: NDArray[Any], sums: Mapping[int, NDArray[np.float64]]) -> NDArray[Any]:
        kind = np.float64 if sums else rows.dtype
        table = np.zeros((len(rows), len(FIELDS[self.kind]) + len(LEFT_OUT[self.kind])), kind)
        table[np.arange(len(rows)), self.placed.field] = rows
        for column, values in sums.items():
            table[:, column] = values
        return table


def _problems(cells: Cells, roles: Mapping[Role, Sequence[Named]], plan: Plan) -> list[str]:
    question = plan.question
    problems = [
        f"column '{one.slot.name}' has {len(one.key.levels):,} levels (at most {question.max_levels:,} are "
        "taken): every level would be a group of its own. Group by something coarser, or raise the limit "
        f"with max_levels={len(one.key.levels)} (--max-levels); a thousand groups take seconds, more take "
        "minutes."
        for one in roles.get("attribute", [])
        if len(one.key.levels) > question.max_levels
    ]
    if cells.bad_weights:
        problems.append(
            f"weight column '{question.weight}' is missing, negative or not finite in "
            f"{cells.bad_weights:,} rows."
        )
    if cells.weights is not None and cells.squares is not None:
        lost = int(cells.rows[(cells.weights > 0) & (cells.squares < np.finfo(np.float64).tiny)].sum())
        if lost:
            problems.append(
                f"weights of column '{question.weight}' are so small in {lost:,} rows that their squares "
                "vanish; multiply all of them by one number."
            )
    problems += [
        message.format(rows=f"{rows:,}")
        for message, rows in zip(faults_of(question), cells.faults, strict=False)
        if rows
    ]
    for one in roles.get("cluster", []):
        if lacking := _missing_rows(cells, one.key):
            role = "cluster" if question.cluster is not None else "query"
            problems.append(
                f"{role} column '{one.slot.name}' is missing in {lacking:,} rows; every row must belong to a "
                f"{role}."
            )
    if plan.kind is Kind.DECISIONS:
        problems += [
            f"score column '{one.slot.name}' is missing, NaN or infinite in {lacking:,} rows."
            for one in roles["decision"]
            if one.slot.reads == "threshold" and (lacking := _missing_rows(cells, one.key))
        ]
    if not all(np.isfinite(sums).all() for sums in (*cells.sums.values(), *cells.square_sums.values())):
        listed = ", ".join(f"'{name}'" for name in dict.fromkeys(plan.numbers.values()))
        problems.append(
            f"numbers of {listed} are too large for their powers to be added up; give them in a larger unit."
        )
    problems += [
        f"scores of '{one.slot.name}' are too large for their squares to be added up; give them in a larger "
        "unit."
        for one in roles.get("score", [])
        if any(level is not None and abs(float(level)) > _LARGEST for level in one.key.levels)
    ]
    if cells.squares is not None and not np.all(cells.squares <= _LARGEST**2):
        problems.append(
            f"weights of '{question.weight}' are too large for their squares to be added up; divide them all "
            "by one number."
        )
    return problems


def _missing_rows(cells: Cells, key: Key) -> int:
    if None not in key.levels:
        return 0
    return int(cells.rows[key.codes == key.levels.index(None)].sum())


def _named(key: Key, missing: Sequence[str]) -> Key:
    """Order a key's levels and give codes that fell on one text (1 and 1.0, null and NaN, ``?``) one code."""
    levels: list[Level] = [None if level in missing else level for level in key.levels]
    used = np.unique(key.codes)
    ordered = natural_order(levels[i] for i in used)
    place = {level: i for i, level in enumerate(ordered)}
    translate = np.array([place.get(level, -1) for level in levels], np.int64)
    return Key(translate[key.codes] if len(key.codes) else key.codes, ordered)
