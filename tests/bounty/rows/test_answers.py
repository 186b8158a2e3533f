"""Answers and their codes: what a claim may say, and how it is stored."""

from __future__ import annotations

import hypothesis.strategies as st
import numpy as np
import pytest
from hypothesis import given

from bounty.rows.amounts import Bits, Numbers
from bounty.rows.answers import STEPS, Answers, AnswerSpace, Form, Truth, as_amounts
from bounty.rows.bits import RowSet
from fairkit.errors import ClaimError

DECISIONS = AnswerSpace(Form.DECISION, ("no", "yes"))
SCORES = AnswerSpace(Form.SCORE, low=-1.0, high=3.0)


@pytest.mark.parametrize(
    ("space", "answer", "code"),
    [
        (DECISIONS, "yes", 1),
        (DECISIONS, "no", 0),
        (DECISIONS, "True", 1),
        (DECISIONS, False, 0),
        (AnswerSpace(Form.DECISION, ("True", "False")), "True", 0),
        (AnswerSpace(Form.DECISION, ("0", "1")), 1, 1),
        (AnswerSpace(Form.CLASSES, ("a", "b", "c")), "c", 2),
        (AnswerSpace(Form.SCORE), "0.25", 250),
        (AnswerSpace(Form.SCORE), 0, 0),
        (AnswerSpace(Form.SCORE), "1", STEPS),
        (SCORES, "-1", 0),
        (SCORES, 1, 500),
        (SCORES, "3.0", STEPS),
    ],
)
def test_an_answer_has_a_code(space, answer, code):
    """A class is coded by its place and a score by its step; a bare truth value stands for a decision."""
    assert space.code(answer) == code


@pytest.mark.parametrize(
    ("space", "answer", "message"),
    [
        (DECISIONS, "yess", "Did you mean 'yes'?"),
        (DECISIONS, 1, "the model answers one of no, yes"),
        (AnswerSpace(Form.CLASSES, ("a", "b")), "True", "one of a, b"),
        (AnswerSpace(Form.SCORE), "1.5", "scores from 0 to 1"),
        (AnswerSpace(Form.SCORE), "nan", "scores from 0 to 1"),
        (AnswerSpace(Form.SCORE), "inf", "scores from 0 to 1"),
        (AnswerSpace(Form.SCORE), "high", "scores from 0 to 1"),
        (AnswerSpace(Form.SCORE), True, "scores from 0 to 1"),
        (AnswerSpace(Form.COST), "3", "no constant can stand for"),
    ],
)
def test_an_answer_that_the_model_cannot_give_is_refused(space, answer, message):
    """A missing class, a score out of range and any cost are claim errors that say what there is."""
    with pytest.raises(ClaimError) as caught:
        space.code(answer)
    assert message in str(caught.value)


@given(
    st.integers(0, STEPS),
    st.sampled_from([AnswerSpace(Form.SCORE), SCORES, AnswerSpace(Form.SCORE, (), 0, 850)]),
)
def test_every_step_reads_back(step, space):
    """What a code stands for has that code again."""
    assert space.code(space.answer(step)) == step


def test_every_class_reads_back():
    """A class's code stands for its name, and a cost for itself."""
    assert [DECISIONS.code(DECISIONS.answer(code)) for code in (0, 1)] == [0, 1]
    assert AnswerSpace(Form.COST).answer(7) == 7


@given(st.lists(st.tuples(st.integers(0, 300), st.integers(0, 300), st.booleans()), max_size=80))
def test_answers_are_replaced_inside_a_group_only(rows):
    """ListUpdate takes the other model's answers on the group and leaves the rest, codes of any type."""
    before, after, inside = ([row[place] for row in rows] for place in range(3))
    host, other = Answers.of(Form.CLASSES, before), Answers.of(Form.CLASSES, after)
    group = RowSet.of(np.array(inside, dtype=bool))
    expected = [new if now else old for old, new, now in rows]
    assert host.replaced(group, by=other).codes.tolist() == expected
    assert host.rows == len(rows)
    index = np.arange(len(rows))[::-1]
    assert host.taking(index).codes.tolist() == before[::-1]


def test_answers_are_stored_small():
    """Decisions take a byte a row, scores two, and costs keep their size."""
    assert Answers.of(Form.DECISION, [0, 1]).codes.dtype == np.uint8
    assert Answers.of(Form.CLASSES, [0, 300]).codes.dtype == np.uint16
    assert Answers.of(Form.SCORE, [0, 1000]).codes.dtype == np.uint16
    assert Answers.of(Form.COST, [10**9]).codes.tolist() == [10**9]
    assert Answers.constant(Form.SCORE, 250, 3).codes.tolist() == [250, 250, 250]
    assert Answers.of(Form.DECISION, []).rows == 0


def test_truth_has_rows():
    """Truth is a code a row, or units a row, and is taken row by row."""
    index = np.array([1, 0])
    assert Truth(np.array([0, 1, 1], np.uint8)).taking(index).codes.tolist() == [1, 0]
    costs = Truth(units=Numbers(np.array([5, 6, 7])))
    assert (costs.rows, costs.taking(index).units.array().tolist()) == (3, [6, 5])
    assert Truth().rows == 0


def test_booleans_are_held_as_bits():
    """Amounts of truth values are bits, others are numbers."""
    assert isinstance(as_amounts(np.array([True, False])), Bits)
    assert isinstance(as_amounts(np.array([1, 0])), Numbers)
