"""The rows behind a question, as arrays: what metrics that are functions of rows are computed on.

Label, decision, groups and clusters are told apart by the same rules as in counting, so that a function sees
the rows that counts count, in the same groups and with the same positive class.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from fairkit.counts import Level
from fairkit.door import arrays
from fairkit.door.binary import positive_class
from fairkit.door.cells import Key
from fairkit.door.plan import Plan, Slot, match
from fairkit.door.rows import MOST_ROWS, columns_of, known_names
from fairkit.errors import DataError, UsageError
from fairkit.kinds import Kind
from fairkit.predicates import to_mask
from fairkit.questions import Question, Use

if TYPE_CHECKING:
    import pandas as pd


@dataclass(frozen=True, slots=True)
class RowData:
    """Rows as functions and bootstraps read them: one entry per row in every array.

    Parameters
    ----------
    size : int
        Number of rows.
    label, decision : array or None
        What was true and what was decided: 1 and 0 of two classes, texts of several, numbers of a regression.
    score : array or None
    known : mapping of role to array of bool
        Rows whose label, decision or score is not missing.
    keys : mapping of attribute to Key
        The group of every row, attribute by attribute.
    cluster : array of int64 or None
        Number of the row's cluster.
    weight : array of float64 or None
    columns : mapping of str to array
        Further columns, for functions that take them.

    Examples
    --------
    >>> from fairkit.groups import attributes_of, groupings
    >>> question = Question(attributes_of(groupings("sex")), decision="d", label="y")
    >>> rows = row_data({"sex": ["F", "M"], "y": ["yes", None], "d": [True, False]}, question)
    >>> rows.decision.tolist(), rows.known["label"].tolist(), rows.groups(["sex"], [("F",), ("M",)])
    ([1, 0], [True, False], array([0, 1]))
    """

    size: int
    label: NDArray[Any] | None
    decision: NDArray[Any] | None
    score: NDArray[Any] | None
    known: Mapping[str, NDArray[np.bool_]]
    keys: Mapping[str, Key]
    cluster: NDArray[np.int64] | None = None
    weight: NDArray[np.float64] | None = None
    columns: Mapping[str, NDArray[Any]] | None = None

    def chosen(self, rows: NDArray[np.bool_]) -> RowData:
        """Return some of the rows."""

        def some(values: NDArray[Any] | None) -> NDArray[Any] | None:
            return None if values is None else values[rows]

        return RowData(
            int(rows.sum()),
            label=some(self.label),
            decision=some(self.decision),
            score=some(self.score),
            known={role: known[rows] for role, known in self.known.items()},
            keys={name: Key(key.codes[rows], key.levels) for name, key in self.keys.items()},
            cluster=some(self.cluster),
            weight=some(self.weight),
            columns={name: values[rows] for name, values in (self.columns or {}).items()},
        )

    def groups(self, attributes: Sequence[str], levels: Sequence[tuple[Level, ...]]) -> NDArray[np.int64]:
        """Find the position of every row's group in `levels`; -1 for a row whose group is not listed."""
        place = {group: i for i, group in enumerate(levels)}
        joint = np.zeros(self.size, np.int64)
        for name in attributes:
            joint = joint * (len(self.keys[name].levels) + 1) + self.keys[name].codes
        _, first, inverse = np.unique(joint, return_index=True, return_inverse=True)
        found = [
            place.get(tuple(self.keys[name].levels[self.keys[name].codes[row]] for name in attributes), -1)
            for row in first
        ]
        return np.array(found, np.int64)[inverse]


def row_data(
    data: Any, question: Question, *, columns: Sequence[str] = (), limit: int = MOST_ROWS
) -> RowData:
    """Read the rows behind a question: the same rows, classes and groups that counting sees.

    Parameters
    ----------
    data : frame or path
    question : Question
        As it was counted.
    columns : sequence of str
        Further columns that functions take.
    limit : int
        Most rows to take into memory.

    Raises
    ------
    DataError
        As in :func:`rows_of`, and where a column does not fit its role.
    UsageError
        The question is about several models or labels.
    """
    if question.models or question.outputs is not None:
        raise UsageError(
            "functions of rows are measured for one model and one label at a time; "
            "name one decision or score."
        )
    plans: list[Plan] = []

    def uses(names: Sequence[str]) -> Mapping[str, Use]:
        plans[:] = [match(question, names)]
        further: dict[str, Use] = dict.fromkeys(known_names(columns, names), "key")
        return {**further, **plans[0].uses}

    frame = columns_of(data, uses, question.missing, limit)
    plan = plans[0]
    keys = {slot.name: _key(frame, slot) for slot in plan.slots if slot.role == "attribute"}
    cluster = next((_key(frame, slot).codes for slot in plan.slots if slot.role == "cluster"), None)
    found = _outcomes(frame, plan)
    return RowData(
        len(frame),
        label=found["label"][0] if "label" in found else None,
        decision=found["decision"][0] if "decision" in found else None,
        score=found["score"][0] if "score" in found else None,
        known={role: known for role, (_, known) in found.items()},
        keys=keys,
        cluster=cluster,
        weight=None if question.weight is None else _numbers(frame, question.weight),
        columns={name: frame[name].to_numpy() for name in columns},
    )


def key_of(values: NDArray[Any]) -> Key:
    """Code one column by the texts of its levels, one code per row.

    Examples
    --------
    >>> key = key_of(np.array(["b", None, "a"], dtype=object))
    >>> [key.levels[code] for code in key.codes]
    ['b', None, 'a']
    """
    coded = arrays.code_array(np.asarray(values))
    return coded.key(np.asarray(coded.codes, np.int64) - coded.low)


def _outcomes(frame: pd.DataFrame, plan: Plan) -> dict[str, tuple[NDArray[Any], NDArray[np.bool_]]]:
    """Read label, decision and score, each with the rows where it is known."""
    found: dict[str, tuple[NDArray[Any], NDArray[np.bool_]]] = {}
    if plan.kind is Kind.REGRESSION:
        for role, part in (("label", "label"), ("decision", "prediction")):
            values = _numbers(frame, plan.numbers[part])
            found[role] = values, np.isfinite(values)
    for slot in plan.slots:
        if slot.reads in ("score", "threshold"):
            scores = _numbers(frame, slot.name)
            found["score"] = scores, np.isfinite(scores)
            if slot.reads == "threshold":
                decided = scores >= (plan.question.threshold or 0.0)
                found["decision"] = decided.astype(np.int64), found["score"][1]
        elif slot.role in ("label", "decision"):
            found[slot.role] = _outcome(frame, slot, plan.question)
    return found


def _outcome(frame: pd.DataFrame, slot: Slot, question: Question) -> tuple[NDArray[Any], NDArray[np.bool_]]:
    """Read a label or decision: 1 and 0 where it has two classes, else the levels."""
    key = _key(frame, slot)
    levels = np.array([*key.levels, None], object)
    known = levels[key.codes] != np.array(None)
    if question.classes is None:
        read = positive_class(str(slot.role), slot.name, key.levels, question.positive, derived=slot.derived)
        if not read.problems:
            return np.append(read.truth, -1)[key.codes], known
    return levels[key.codes], known


def _key(frame: pd.DataFrame, slot: Slot) -> Key:
    if slot.predicate is None:
        return key_of(frame[slot.name].to_numpy())
    compared = {name: frame[name].to_numpy() for name in slot.predicate.columns}
    answers = to_mask(slot.predicate, compared)
    return Key(answers.astype(np.int64) + 1, (None, "False", "True"))


def _numbers(frame: pd.DataFrame, name: str) -> NDArray[np.float64]:
    try:
        return arrays.floats(frame[name].to_numpy())
    except DataError as error:
        raise DataError(*(f"column '{name}': {problem}" for problem in error.problems)) from error
