"""The rows that a remedy works on: label, groups, scores or features, each row with what is known of it.

Rows are read by the same rules as for counting, so that a row lies in the group that the report counts it in.
Nothing is imputed: a row without a label cannot be learned from, and a row whose attribute is missing belongs
to no group.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from fairkit.door.binary import positive_class
from fairkit.door.plan import Plan, match
from fairkit.door.rows import MOST_ROWS, columns_of, known_names
from fairkit.errors import DataError, UsageError, shortlist
from fairkit.functions.row_data import RowData, key_of, row_data
from fairkit.groups import group_name
from fairkit.questions import Question, Use

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["Material", "material"]

IntArray = NDArray[np.int64]
FloatArray = NDArray[np.float64]

_FEWEST = 30  # rows of a label in a group below which what is fitted there is rough


@dataclass(frozen=True, slots=True)
class Material:
    """Rows to fit and to judge a remedy on.

    Parameters
    ----------
    frame : pandas.DataFrame
        The columns that the question names, and the features.
    label : array of int64
        1, 0, or -1 where it is missing.
    group : array of int64
        Position in `names`; -1 where an attribute is missing.
    across : tuple of str
        The attributes that are crossed.
    names : tuple of str
        The groups, as reports write them.
    cluster : array of int64 or None
    score : array of float64 or None
        NaN where it is missing.
    features : tuple of str

    Examples
    --------
    >>> label, group = np.array([0, 1, 1]), np.array([0, 0, 1])
    >>> rows = Material(None, label, group, ("sex",), ("sex=F", "sex=M"), None, None, ())
    >>> rows.lacking(rows.can_be_fitted, labels=(0, 1))
    ['sex=M (1 row, none labelled negative)']
    """

    frame: pd.DataFrame
    label: IntArray
    group: IntArray
    across: tuple[str, ...]
    names: tuple[str, ...]
    cluster: IntArray | None
    score: FloatArray | None
    features: tuple[str, ...]

    def __len__(self) -> int:
        return len(self.label)

    @property
    def strata(self) -> IntArray:
        """A number for each label in each group, the missing ones included."""
        return (self.group + 1) * 3 + self.label + 1

    @property
    def can_be_fitted(self) -> NDArray[np.bool_]:
        """The rows with a label, a group and, where scores are all there is, a score."""
        known = (self.label >= 0) & (self.group >= 0)
        return known if self.score is None else known & ~np.isnan(self.score)

    def lacking(self, rows: NDArray[np.bool_], labels: Sequence[int]) -> list[str]:
        """Say which groups have no row of some label among the rows.

        Parameters
        ----------
        rows : array of bool
        labels : sequence of int
            The labels that each group needs.
        """
        return [
            f"{self.names[g]} ({_rows(int(sizes.sum()))}, none labelled {'positive' if y else 'negative'})"
            for g, sizes in enumerate(self._sizes(rows))
            for y in labels
            if sizes[y] == 0
        ]

    def rough(self, rows: NDArray[np.bool_], labels: Sequence[int]) -> list[str]:
        """Name the groups with fewer than 30 rows of some label among the rows."""
        return [
            self.names[g]
            for g, sizes in enumerate(self._sizes(rows))
            if any(sizes[y] < _FEWEST for y in labels)
        ]

    def _sizes(self, rows: NDArray[np.bool_]) -> IntArray:
        cells = self.group[rows] * 2 + self.label[rows]
        return np.bincount(cells, minlength=2 * len(self.names)).reshape(-1, 2)


def material(
    data: Any,
    question: Question,
    *,
    across: Sequence[str],
    score: str | None = None,
    features: Sequence[str] = (),
    limit: int = MOST_ROWS,
) -> Material:
    """Read the rows for a remedy.

    Parameters
    ----------
    data : frame or path
    question : Question
        With a label, and the attributes of the report.
    across : sequence of str
        Names of the attributes whose crossing gives the groups.
    score : str, optional
        Column with scores.
    features : sequence of str
        Columns to train on.
    limit : int
        Most rows to take into memory.

    Raises
    ------
    DataError
        Columns are unknown, the label has not two classes, a score is infinite, or nothing is left to fit.

    Examples
    --------
    >>> from fairkit.groups import attributes_of, groupings
    >>> question = Question(attributes_of(groupings("sex")), decision="y", label="y")
    >>> rows = {"sex": ["F", "M", None], "y": [1, 0, 1], "s": [0.7, 0.4, 0.5]}
    >>> found = material(rows, question, across=["sex"], score="s")
    >>> found.names, found.group.tolist(), found.label.tolist()
    (('sex=F', 'sex=M'), [0, 1, -1], [1, 0, 1])
    """
    further = [*features, *([] if score is None else [score])]

    def uses(names: Sequence[str]) -> dict[str, Use]:
        plan = match(question, names)
        _check_features(plan, question, features)
        return {**dict.fromkeys(known_names(further, names), "key"), **plan.uses}

    frame = columns_of(data, uses, question.missing, limit)
    rows = row_data(frame, question)
    label = _label(rows, question)
    group, names = _groups(rows, across)
    scores = None if score is None else _scores(frame, score)
    found = Material(frame, label, group, tuple(across), names, rows.cluster, scores, tuple(features))
    if not found.can_be_fitted.any():
        raise DataError(
            f"none of the {len(found):,} rows has a label and a known group"
            f"{'' if score is None else ' and a score'}; is the right column named?"
        )
    return found


def _check_features(plan: Plan, question: Question, features: Sequence[str]) -> None:
    """Refuse to learn the label from itself, and to learn people by heart."""
    answers = {
        column
        for slot in plan.slots
        if slot.role == "label"
        for column in (slot.predicate.columns if slot.predicate is not None else (slot.name,))
    }
    problems = [
        f"feature '{name}' is the label itself; leave it out." for name in features if name in answers
    ]
    problems += [
        f"feature '{name}' tells people apart (it is the cluster); leave it out."
        for name in features
        if name == question.cluster and name not in answers
    ]
    if problems:
        raise UsageError(*problems)


def _label(rows: RowData, question: Question) -> IntArray:
    assert rows.label is not None  # noqa: S101  the question has one
    known = rows.known["label"]
    if not known.any():
        raise DataError(f"label '{question.label}' is missing in every row.")
    if rows.label.dtype.kind not in "iu" or not np.isin(rows.label[known], (0, 1)).all():
        levels = key_of(rows.label).levels
        read = positive_class("label", question.label or "", levels, question.positive, derived=False)
        raise DataError(*read.problems)
    label = np.where(known, rows.label, -1).astype(np.int64)
    if len(found := np.unique(label[known])) < 2:
        kind = "positive" if found[0] else "negative"
        raise DataError(f"every label is {kind}; there is nothing to learn. Check the positive class.")
    return label


def _groups(rows: RowData, across: Sequence[str]) -> tuple[IntArray, tuple[str, ...]]:
    """Cross the attributes; a row without one of them is in no group."""
    keys = [rows.keys[name] for name in across]
    distinct, place = np.unique(np.stack([key.codes for key in keys]), axis=1, return_inverse=True)
    crossed = [
        tuple(key.levels[code] for key, code in zip(keys, codes, strict=True))
        for codes in distinct.T.tolist()
    ]
    names = [None if None in levels else group_name(across, levels) for levels in crossed]
    present = sorted({name for name in names if name is not None})
    if len(present) < 2:
        raise DataError(
            f"all rows with a known {' and '.join(across)} are of one group ({shortlist(present)}); there is "
            "nothing to equalise."
        )
    position = {name: i for i, name in enumerate(present)}
    found = np.array([-1 if name is None else position[name] for name in names], np.int64)
    return found[place.reshape(-1)], tuple(present)


def _scores(frame: pd.DataFrame, name: str) -> FloatArray:
    from fairkit.door.arrays import floats

    try:
        scores = floats(frame[name].to_numpy())
    except DataError as error:
        raise DataError(*(f"score column '{name}': {problem}" for problem in error.problems)) from error
    if infinite := int(np.isinf(scores).sum()):
        raise DataError(f"score column '{name}' is infinite in {infinite:,} rows; scores must be finite.")
    return scores


def _rows(n: int) -> str:
    return f"{n:,} row" if n == 1 else f"{n:,} rows"
