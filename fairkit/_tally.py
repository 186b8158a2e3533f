"""From cells to Counts: which groups mean what, and whether they can mean it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from fairkit import _binary
from fairkit._cells import Cells, Key
from fairkit.counts import FIELDS, LEFT_OUT, Counts, Kind, Level, natural_order
from fairkit.errors import DataError
from fairkit.questions import Plan, Question, Role, Slot


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
        _named(key, () if slot.derived else question.missing)
        for slot, key in zip(plan.slots, cells.keys, strict=True)
    ]
    attributes = [key for slot, key in zip(plan.slots, named, strict=True) if slot.role == "attribute"]
    others = {slot.role: (slot, key) for slot, key in zip(plan.slots, named, strict=True)}
    problems = _problems(cells, attributes, others, question)
    outcomes: dict[str, _binary.Outcome] = {}
    roles: tuple[Role, ...] = ("decision", "label")
    for role in roles:
        if role in others:
            slot, key = others[role]
            outcomes[role] = _binary.positive_class(
                role, slot.name, key.levels, question.positive, derived=slot.derived
            )
            problems += outcomes[role].problems
    problems += _binary.unused_positive(question.positive, outcomes)
    if problems:
        raise DataError(*problems)
    kind = Kind.CONFUSION if question.label is not None else Kind.DECISIONS
    decided = outcomes["decision"].truth[others["decision"][1].codes]
    labelled = outcomes["label"].truth[others["label"][1].codes] if "label" in others else None
    column = _field_of(kind, decided, labelled)
    cluster = others["cluster"][1] if "cluster" in others else None
    place = np.arange(len(column))

    def spread(sums: Any, dtype: type) -> Any:
        table: Any = np.zeros((len(column), len(FIELDS[kind]) + len(LEFT_OUT[kind])), dtype)
        table[place, column] = sums
        return table

    weighted = cells.weights is not None
    return Counts.from_codes(
        kind,
        tuple(a.name for a in question.by),
        tuple(key.levels for key in attributes),
        np.column_stack([key.codes for key in attributes])
        if attributes
        else np.zeros((len(column), 0), np.int64),
        spread(cells.weights, np.float64) if weighted else spread(cells.rows, np.int64),
        squares=spread(cells.squares, np.float64) if weighted else None,
        rows=spread(cells.rows, np.int64) if weighted else None,
        clusters=None if cluster is None else cluster.codes,
        cluster_ids=() if cluster is None else tuple(str(level) for level in cluster.levels),
    )


def _problems(
    cells: Cells, attributes: Sequence[Key], others: Mapping[Role, tuple[Slot, Key]], question: Question
) -> list[str]:
    problems = [
        f"column '{a.name}' has {len(key.levels):,} levels (at most {question.max_levels:,} are taken): "
        "every level would be a group of its own. Group by something coarser, or raise the limit with "
        f"max_levels={len(key.levels)} (--max-levels); a thousand groups take seconds, more take minutes."
        for a, key in zip(question.by, attributes, strict=True)
        if len(key.levels) > question.max_levels
    ]
    if cells.bad_weights:
        problems.append(
            f"weight column '{question.weight}' is missing, negative or not finite in "
            f"{cells.bad_weights:,} rows."
        )
    if "cluster" in others and (lacking := _missing_rows(cells, others["cluster"][1])):
        problems.append(
            f"cluster column '{question.cluster}' is missing in {lacking:,} rows; every row must belong to a "
            "cluster."
        )
    if question.score is not None and (lacking := _missing_rows(cells, others["decision"][1])):
        problems.append(f"score column '{question.score}' is missing, NaN or infinite in {lacking:,} rows.")
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


def _field_of(kind: Kind, decided: Any, labelled: Any) -> Any:
    """Return the column of the counts that each cell belongs to; truth is 1, 0 or -1 (missing)."""
    if kind is Kind.DECISIONS:
        return np.array([0, 1, 2])[np.where(decided == 1, 0, np.where(decided == 0, 1, 2))]
    # [label + 1][decision + 1], in the order of the fields
    lookup = np.array([[6, 4, 4], [5, 3, 1], [5, 2, 0]])
    return lookup[labelled + 1, decided + 1]
