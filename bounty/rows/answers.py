"""What a model answers on each row, coded, and what is true there.

Four forms, by what the host's model gives: a decision (yes or no), one of several classes, a score on a grid
of a thousand steps, or a cost that the host has computed (word errors of a transcript). A repaired model's
answers have the form of the host's.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from enum import StrEnum

import numpy as np
import numpy.typing as npt

from bounty.rows.amounts import Amounts, Bits, Numbers
from bounty.rows.bits import RowSet
from bounty.rows.columns import Codes, code_type
from fairkit.errors import ClaimError, did_you_mean

STEPS = 1000
"""Steps of the grid that scores are put on."""


class Form(StrEnum):
    """What a model answers.

    Examples
    --------
    >>> Form("decision") is Form.DECISION
    True
    """

    DECISION = "decision"
    CLASSES = "classes"
    SCORE = "score"
    COST = "cost"


@dataclass(frozen=True, slots=True)
class AnswerSpace:
    """The answers that are possible in one bounty.

    Attributes
    ----------
    form : Form
    classes : tuple of str
        Names of the classes, in the order of their codes. For decisions two, the second of which is the
        positive one; empty for scores and costs.
    low, high : float
        The range of scores; ``low`` is step 0 and ``high`` step 1000.

    Examples
    --------
    >>> AnswerSpace(Form.DECISION, ("no", "yes")).code("yes"), AnswerSpace(Form.SCORE).code(0.25)
    (1, 250)
    """

    form: Form
    classes: tuple[str, ...] = ()
    low: float = 0.0
    high: float = 1.0

    def code(self, answer: str | float) -> int:
        """Code one answer as it stands in a claim: a class's name, or a score.

        Raises
        ------
        ClaimError
            There is no such class, the score is out of range, or the form has no answers of this kind.
        """
        if self.form is Form.COST:
            raise ClaimError(
                "this bounty's model gives costs, which no constant can stand for; "
                "use one of the host's other models: use = 'NAME'."
            )
        text = str(answer)
        if self.form is Form.SCORE:
            score = _number(text)
            if not self.low <= score <= self.high:
                message = f"predict {text}: the model gives scores from {self.low:g} to {self.high:g}."
                raise ClaimError(message)
            return round((score - self.low) / (self.high - self.low) * STEPS)
        if text in {"True", "False"} and text not in self.classes and self.form is Form.DECISION:
            return int(text == "True")
        if text not in self.classes:
            listed = ", ".join(self.classes)
            message = (
                f"predict {text!r}: the model answers one of {listed}.{did_you_mean(text, self.classes)}"
            )
            raise ClaimError(message)
        return self.classes.index(text)

    def answer(self, code: int) -> str | float:
        """Say what a code stands for: a class's name, a score, or a cost.

        Examples
        --------
        >>> AnswerSpace(Form.DECISION, ("no", "yes")).answer(1), AnswerSpace(Form.SCORE).answer(250)
        ('yes', 0.25)
        """
        if self.form is Form.COST:
            return code
        if self.form is Form.SCORE:
            return self.low + (self.high - self.low) * code / STEPS
        return self.classes[code]


@dataclass(frozen=True, slots=True)
class Answers:
    """What one model answers on the rows of one split.

    Attributes
    ----------
    form : Form
    codes : array of integers, shape (rows,)
        Decisions 0 or 1, codes of classes, steps of scores, or costs.

    Examples
    --------
    >>> host = Answers.of(Form.DECISION, [1, 0, 1])
    >>> host.replaced(RowSet.of(np.array([True, False, False])), by=Answers.of(Form.DECISION, [0, 0, 0]))
    Answers(form=<Form.DECISION: 'decision'>)
    """

    form: Form
    codes: Codes = field(repr=False)

    @classmethod
    def of(cls, form: Form, codes: npt.ArrayLike) -> Answers:
        """Store codes in the smallest type that the form needs."""
        array = np.asarray(codes)
        if form is Form.COST:
            return cls(form, array.astype(np.int64))
        return cls(
            form, array.astype(np.uint16 if form is Form.SCORE else code_type(int(array.max(initial=0))))
        )

    @classmethod
    def constant(cls, form: Form, code: int, rows: int) -> Answers:
        """Answer the same everywhere."""
        return cls.of(form, np.full(rows, code))

    @property
    def rows(self) -> int:
        """Rows of the split."""
        return len(self.codes)

    def replaced(self, where: RowSet, by: Answers) -> Answers:
        """Give these answers, with those of another model on a set of rows (ListUpdate)."""
        return Answers.of(self.form, np.where(where.mask, by.codes, self.codes))

    def taking(self, index: npt.NDArray[np.intp]) -> Answers:
        """Answers on chosen rows."""
        return Answers(self.form, self.codes[index])


@dataclass(frozen=True, slots=True)
class Truth:
    """What is true on the rows of one split.

    Attributes
    ----------
    codes : array of integers, shape (rows,), or None
        The true answer, coded as answers are; None where the host gives costs.
    units : Amounts or None
        For costs: of how many units each row consists (words spoken).

    Examples
    --------
    >>> Truth(np.array([1, 0, 1], dtype=np.uint8)).rows
    3
    """

    codes: Codes | None = field(default=None, repr=False)
    units: Amounts | None = field(default=None, repr=False)

    @property
    def rows(self) -> int:
        """Rows of the split."""
        if self.codes is not None:
            return len(self.codes)
        return 0 if self.units is None else self.units.rows

    def taking(self, index: npt.NDArray[np.intp]) -> Truth:
        """Truth of chosen rows."""
        return Truth(
            None if self.codes is None else self.codes[index],
            None if self.units is None else self.units.taking(index),
        )


def _number(text: str) -> float:
    try:
        return float(text)
    except ValueError:
        return math.nan


def as_amounts(values: npt.NDArray[np.bool_] | npt.NDArray[np.int64]) -> Amounts:
    """Hold amounts as bits where they are booleans.

    Examples
    --------
    >>> as_amounts(np.array([True, False])).total(RowSet.all(2))
    1
    """
    if values.dtype == np.bool_:
        return Bits(RowSet.of(values.astype(np.bool_, copy=False)))
    return Numbers(values.astype(np.int64))
