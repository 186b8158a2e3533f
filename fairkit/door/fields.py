"""Fields and axes: what the cells of each kind of counts mean.

Every row lies in the cell of its levels on the axes, None where one is missing; the field says what the row
can be used for. A row that one metric can use and another cannot (a decision without a score) is no row left
out: which metric it serves is seen from the axes.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from fairkit.counts import FIELDS, Kind, natural_order
from fairkit.door import binary
from fairkit.door.cells import Cells, Key
from fairkit.door.derived import states_of
from fairkit.door.plan import Plan, Role, Slot
from fairkit.errors import did_you_mean, shortlist
from fairkit.kinds import AMOUNTS

MOST_CLASSES = 1_000
"""More classes than this are refused: the column is then mostly an identifier."""

Truth = NDArray[np.int64]
"""1, 0, or -1 where missing."""


class Named(NamedTuple):
    """One key of the cells, its levels in natural order."""

    slot: Slot
    key: Key


class Placed(NamedTuple):
    """Where the sums of the cells go.

    Parameters
    ----------
    field : array of int64, shape (cells,)
        The column that the rows of a cell are counted in.
    axes : tuple of (str, Key, float)
        Name, levels and width of each axis.
    sums, square_sums : mapping of int to array
        What else is written, by column.
    """

    field: NDArray[np.int64]
    axes: tuple[tuple[str, Key, float], ...] = ()
    sums: Mapping[int, NDArray[np.float64]] = MappingProxyType({})
    square_sums: Mapping[int, NDArray[np.float64]] = MappingProxyType({})


def place(cells: Cells, roles: Mapping[Role, Sequence[Named]], plan: Plan) -> tuple[Placed | None, list[str]]:
    """Say where the sums of the cells go; None, with the problems, where that cannot be said."""
    if plan.kind in AMOUNTS:
        return _moments(cells, roles["state"][0].key, plan.kind), []
    if plan.kind is Kind.CLASSES:
        return _classes(roles, plan)
    truths, problems = _truths(roles, plan)
    if problems:
        return None, problems
    if plan.kind is Kind.SCORES:
        return _scores(cells, roles, truths), []
    if plan.kind is Kind.OUTCOMES:
        return _outcomes(cells, roles, truths, models=bool(plan.question.models)), []
    decided = truths["decision"][0]
    if plan.kind is Kind.DECISIONS:
        return Placed(np.array([2, 1, 0])[decided + 1]), []
    # [label + 1][decision + 1], in the order of the fields
    lookup = np.array([[6, 4, 4], [5, 3, 1], [5, 2, 0]])
    return Placed(lookup[truths["label"][0] + 1, decided + 1]), []


def _truths(roles: Mapping[Role, Sequence[Named]], plan: Plan) -> tuple[dict[Role, list[Truth]], list[str]]:
    """Decide which level of each label and decision is positive."""
    positive = plan.question.positive
    truths: dict[Role, list[Truth]] = {}
    outcomes: dict[str, binary.Outcome] = {}
    problems: list[str] = []
    both: tuple[Role, ...] = ("decision", "label")
    for role in both:
        for slot, key in roles.get(role, []):
            found = binary.positive_class(role, slot.name, key.levels, positive, derived=slot.derived)
            truths.setdefault(role, []).append(found.truth[key.codes])
            problems += found.problems
            outcomes[role] = found if role not in outcomes else outcomes[role].joined(found)
    return truths, problems + binary.unused_positive(positive, outcomes)


def _scores(
    cells: Cells, roles: Mapping[Role, Sequence[Named]], truths: Mapping[Role, Sequence[Truth]]
) -> Placed:
    label = truths["label"][0]
    axes = [
        (f"score:{slot.of}" if slot.of else "score", key, width)
        for (slot, key), width in zip(roles["score"], cells.widths, strict=True)
    ]
    usable = np.zeros(len(label), bool)
    for _, key, _ in axes:
        usable |= key.codes != _missing(key)
    for (slot, _), decided in zip(roles.get("decision", []), truths.get("decision", []), strict=True):
        # Levels in natural order, as all levels are.
        levels = Key(np.where(decided < 0, 2, decided), ("0", "1", None))
        axes.append((f"decision:{slot.of}" if slot.of else "decision", levels, 0.0))
        usable |= decided >= 0
    first = len(FIELDS[Kind.SCORES])
    field = np.where(label >= 0, np.where(usable, 1 - label, first + 1), np.where(usable, first, first + 2))
    if len(roles["score"]) > 1:  # whose scores would be added up? Views know them from the axes.
        return Placed(field, tuple(axes))
    return Placed(
        field, tuple(axes), *(_score_sums(cells, axes[0], label, squared=of) for of in (False, True))
    )


def _score_sums(
    cells: Cells, axis: tuple[str, Key, float], label: Truth, *, squared: bool
) -> dict[int, NDArray[np.float64]]:
    """Add up scores and their squares, by label; of exact scores that needs no sums of rows."""
    weights = cells.squares if squared else cells.weights
    if squared and weights is None:
        return {}
    _, key, width = axis
    if width:
        sums = cells.square_sums if squared else cells.sums
    else:
        scores = np.array([0.0 if level is None else float(level) for level in key.levels])[key.codes]
        times = cells.rows if weights is None else weights
        sums = {"score": times * scores, "score2": times * scores**2}
    fields = FIELDS[Kind.SCORES]
    return {
        fields.index(f"{word}_{name}"): np.where(label == truth, values, 0.0)
        for name, values in sums.items()
        for truth, word in ((1, "positive"), (0, "negative"))
    }


def _classes(roles: Mapping[Role, Sequence[Named]], plan: Plan) -> tuple[Placed | None, list[str]]:
    named = [*roles["label"], *roles["decision"]]
    problems = [problem for one in named for problem in _unknown_classes(one, plan.question.class_names)]
    if problems:
        return None, problems
    axes = [(f"{slot.role}:{slot.of}" if slot.of else str(slot.role), key, 0.0) for slot, key in named]
    known = [key.codes != _missing(key) for _, key in named]
    label, decided = known[0], np.logical_or.reduce(known[1:])
    field = np.where(label, np.where(decided, 0, 2), np.where(decided, 1, 3))
    return Placed(field, tuple(axes)), []


def _unknown_classes(one: Named, allowed: Sequence[str] | None) -> list[str]:
    slot, key = one
    present = [level for level in key.levels if level is not None]
    if allowed is None:
        if len(present) <= MOST_CLASSES:
            return []
        problem = (
            f"{slot.role} '{slot.name}' has {len(present):,} classes (at most {MOST_CLASSES:,} are taken); "
            "is it an identifier or a score?"
        )
        return [problem]
    unknown = [level for level in present if level not in allowed]
    if not unknown:
        return []
    problem = (
        f"{slot.role} '{slot.name}' has the values {shortlist(unknown)}, which are none of the classes "
        f"({shortlist(natural_order(allowed))}).{did_you_mean(unknown[0], allowed)} Add them, or take all "
        "that occur: classes='all' (--classes all)."
    )
    return [problem]


# By label and decision, each missing, negative, positive.
_WITH_LABEL = np.array(
    [
        ["both_missing", "label_missing", "label_missing"],
        ["decision_missing", "tn", "fp"],
        ["decision_missing", "fn", "tp"],
    ]
)
_ALONE = np.array(["decision_missing", "rejected", "selected"])


def _outcomes(
    cells: Cells,
    roles: Mapping[Role, Sequence[Named]],
    truths: Mapping[Role, Sequence[Truth]],
    *,
    models: bool,
) -> Placed:
    labels: Sequence[Any] = truths.get("label", [])
    decisions = truths["decision"]
    if len(labels) == 1:
        labels = [labels[0]] * len(decisions)
    axes = []
    for i, (slot, _) in enumerate(roles["decision"]):
        words = _WITH_LABEL[labels[i] + 1, decisions[i] + 1] if labels else _ALONE[decisions[i] + 1]
        levels, codes = np.unique(words, return_inverse=True)
        name = f"decision:{slot.of}" if models else slot.of
        axes.append((name, Key(codes.astype(np.int64), tuple(map(str, levels))), 0.0))
    return Placed(np.zeros(len(cells.rows), np.int64), tuple(axes))


def _moments(cells: Cells, state: Key, kind: Kind) -> Placed:
    first = len(FIELDS[kind])
    columns = {name: 0 if i == 0 else first + i - 1 for i, name in enumerate(states_of(kind))}
    field = np.array([columns[str(level)] for level in state.levels], np.int64)

    def written(sums: Mapping[str, NDArray[np.float64]]) -> dict[int, NDArray[np.float64]]:
        return {FIELDS[kind].index(name): values for name, values in sums.items()}

    return Placed(
        field[state.codes] if len(state.codes) else np.zeros(0, np.int64),
        sums=written(cells.sums),
        square_sums=written(cells.square_sums),
    )


def _missing(key: Key) -> int:
    """Return the code of a missing level; -1 where there is none."""
    return key.levels.index(None) if None in key.levels else -1
