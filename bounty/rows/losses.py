"""Losses: how much an answer costs on a row, and over which rows a rate is taken.

A loss gives two whole numbers a row, what is lost and of how much. A group's rate is the ratio of their sums,
so that an error rate, a false negative rate and a word error rate are one computation.

========================  ===========================================  =====================  ===============
loss                      lost on a row                                of                     largest a row
========================  ===========================================  =====================  ===============
``error``                 1 where answer and truth differ              1                      1
``false_positive``        1 where yes is answered and no is true       1 where no is true     1
``false_negative``        1 where no is answered and yes is true       1 where yes is true    1
``squared``               (answer - truth)², in steps of the grid      1                      10⁶, for 1
``log``                   -ln(answer's probability of the truth)       1                      10⁶, for ln 1000
``ratio``                 the cost (word errors)                       the units (words)      declared
========================  ===========================================  =====================  ===============

The log loss of a probability below 1/1000 is that of 1/1000; its table is computed in decimal arithmetic,
which rounds the same way on every machine.
"""

from __future__ import annotations

import decimal
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from types import MappingProxyType

import numpy as np

from bounty.rows.amounts import Amounts, Bits, Integers, Numbers
from bounty.rows.answers import STEPS, Answers, Form, Truth, as_amounts
from bounty.rows.bits import RowSet
from fairkit.errors import BountyError

LOG_UNIT = 10**6
"""The log loss of a probability of 1/1000, in the units in which it is kept."""


class LossName(StrEnum):
    """The losses.

    Examples
    --------
    >>> [name.value for name in LossName]
    ['error', 'false_positive', 'false_negative', 'squared', 'log', 'ratio']
    """

    ERROR = "error"
    FALSE_POSITIVE = "false_positive"
    FALSE_NEGATIVE = "false_negative"
    SQUARED = "squared"
    LOG = "log"
    RATIO = "ratio"


LOSSES_OF: Mapping[Form, tuple[LossName, ...]] = MappingProxyType(
    {
        Form.DECISION: (LossName.ERROR, LossName.FALSE_POSITIVE, LossName.FALSE_NEGATIVE),
        Form.CLASSES: (LossName.ERROR,),
        Form.SCORE: (LossName.SQUARED, LossName.LOG),
        Form.COST: (LossName.RATIO,),
    }
)
"""Which losses can be taken of answers of a form."""


@dataclass(frozen=True, slots=True)
class Loss:
    """One loss of a bounty.

    Attributes
    ----------
    name : LossName
    largest : int
        The most that can be lost on a row.
    largest_unit : int
        The most units that a row can have.

    Examples
    --------
    >>> truth, answers = Truth(np.array([1, 1, 0], np.uint8)), Answers.of(Form.DECISION, [1, 0, 1])
    >>> missed = Loss.named("false_negative", Form.DECISION)
    >>> everywhere = RowSet.all(3)
    >>> missed.lost(answers, truth).total(everywhere), missed.units(truth).total(everywhere)
    (1, 2)
    """

    name: LossName
    largest: int = 1
    largest_unit: int = 1

    @classmethod
    def named(cls, name: str, form: Form, *, largest: int = 1, largest_unit: int = 1) -> Loss:
        """Find a loss by name.

        Parameters
        ----------
        name : str
        form : Form
            What the host's model answers.
        largest, largest_unit : int
            For ``ratio``: the most that a row can cost, and the most units it can have, at least 2.

        Raises
        ------
        BountyError
            There is no such loss, or none of such answers.
        """
        fitting = LOSSES_OF[form]
        if name not in fitting:
            listed = ", ".join(fitting)
            message = (
                f"loss '{name}' cannot be taken of a model that answers {_GIVES[form]}; there is {listed}."
            )
            raise BountyError(message)
        most = {LossName.SQUARED: STEPS**2, LossName.LOG: LOG_UNIT, LossName.RATIO: largest}
        loss = LossName(name)
        # A ratio may lose on rows without a unit, so it is never judged as a loss of one unit a row is.
        return cls(loss, most.get(loss, 1), max(2, largest_unit) if loss is LossName.RATIO else 1)

    @property
    def is_binary(self) -> bool:
        """Whether a row loses nothing or one, of nothing or one."""
        return self.largest == self.largest_unit == 1 and self.name is not LossName.RATIO

    @property
    def scale(self) -> int:
        """Whole units that stand for 1: margins and rates are written as shares of it."""
        return self.largest if self.name in {LossName.SQUARED, LossName.LOG} else 1

    def lost(self, answers: Answers, truth: Truth) -> Amounts:
        """Find what is lost on each row.

        Parameters
        ----------
        answers : Answers
        truth : Truth
            Of the same rows.
        """
        return _LOST[self.name](answers, truth)

    def units(self, truth: Truth) -> Amounts:
        """Find of how much it is lost, on each row."""
        if self.name is LossName.RATIO:
            assert truth.units is not None  # noqa: S101  costs always come with units
            return truth.units
        codes = _codes(truth)
        if self.name is LossName.FALSE_POSITIVE:
            return as_amounts(codes == 0)
        if self.name is LossName.FALSE_NEGATIVE:
            return as_amounts(codes == 1)
        return Bits(RowSet.all(len(codes)))


_GIVES = {
    Form.DECISION: "decisions",
    Form.CLASSES: "classes",
    Form.SCORE: "scores",
    Form.COST: "costs",
}


def _codes(truth: Truth) -> Integers:
    assert truth.codes is not None  # noqa: S101  only costs lack a true answer
    return truth.codes


def _wrong(answers: Answers, truth: Truth) -> Amounts:
    return as_amounts(answers.codes != _codes(truth))


def _false_positive(answers: Answers, truth: Truth) -> Amounts:
    return as_amounts((answers.codes == 1) & (_codes(truth) == 0))


def _false_negative(answers: Answers, truth: Truth) -> Amounts:
    return as_amounts((answers.codes == 0) & (_codes(truth) == 1))


def _squared(answers: Answers, truth: Truth) -> Amounts:
    return Numbers((answers.codes.astype(np.int64) - _codes(truth).astype(np.int64)) ** 2)


def _log(answers: Answers, truth: Truth) -> Amounts:
    """Cross-entropy, also where the truth is itself between yes and no."""
    said, true = answers.codes.astype(np.int64), _codes(truth).astype(np.int64)
    table = _logarithms()
    return Numbers((true * table[said] + (STEPS - true) * table[STEPS - said]) // STEPS)


def _cost(answers: Answers, truth: Truth) -> Amounts:  # noqa: ARG001  the host has compared with the truth
    return Numbers(answers.codes.astype(np.int64))


_LOST: Mapping[LossName, Callable[[Answers, Truth], Amounts]] = MappingProxyType(
    {
        LossName.ERROR: _wrong,
        LossName.FALSE_POSITIVE: _false_positive,
        LossName.FALSE_NEGATIVE: _false_negative,
        LossName.SQUARED: _squared,
        LossName.LOG: _log,
        LossName.RATIO: _cost,
    }
)


@cache
def _logarithms() -> Integers:
    """-ln(step / 1000) of every step, as a share of ln 1000, in millionths."""
    # A context of its own: the program around may compute with fewer digits, or round otherwise.
    with decimal.localcontext(decimal.Context(prec=40, rounding=decimal.ROUND_HALF_EVEN)):
        most = decimal.Decimal(STEPS).ln()
        shares = [1 - decimal.Decimal(max(step, 1)).ln() / most for step in range(STEPS + 1)]
        return np.array([int((share * LOG_UNIT).to_integral_value()) for share in shares], dtype=np.int64)
