"""What is true and answered: decisions, classes, scores and costs, coded in one space."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bounty.holdout.outcomes import counted, decided, scored
from bounty.rows.answers import AnswerSpace, Form
from bounty.rows.columns import Column
from fairkit.errors import DataError


def column(name, *values):
    """Code a column."""
    return Column.of(name, list(values))


def test_two_classes_are_decisions():
    """The class that is stated as positive is coded 1, in label, answers and alternatives."""
    found = decided(
        column("y", ">50K", "<=50K", "<=50K"),
        column("p", ">50K", ">50K", "<=50K"),
        {"never": column("n", "<=50K", "<=50K", "<=50K")},
        positive=">50K",
    )
    assert found.space == AnswerSpace(Form.DECISION, ("<=50K", ">50K"))
    assert found.truth.codes.tolist() == [1, 0, 0]
    assert found.host.codes.tolist() == [1, 1, 0]
    assert found.alternatives["never"].codes.tolist() == [0, 0, 0]
    assert [loss.name for loss in found.losses] == ["error", "false_positive", "false_negative"]


def test_numbers_and_truth_values_say_themselves_what_is_positive():
    """A label of 0 and 1 fits a prediction of true and false, and the names are the model's."""
    found = decided(column("y", 1, 0), column("p", True, False), {})
    assert found.space.classes == ("False", "True")
    assert found.truth.codes.tolist() == found.host.codes.tolist() == [1, 0]


def test_names_that_differ_between_columns_are_stated_by_role():
    """A mapping states the positive class of label and decision apart."""
    found = decided(
        column("y", "good", "bad"),
        column("p", "pay", "stop"),
        {},
        positive={"label": "good", "decision": "pay"},
    )
    assert found.truth.codes.tolist() == found.host.codes.tolist() == [1, 0]
    assert found.space.classes == ("stop", "pay")


def test_a_plain_alternative_fits_named_classes():
    """An alternative of 0 and 1 beside yes and no is a decision, not a third and fourth class."""
    found = decided(
        column("y", "yes", "no"), column("p", "no", "no"), {"b": column("b", 1, 0)}, positive="yes"
    )
    assert found.space.form is Form.DECISION
    assert found.alternatives["b"].codes.tolist() == [1, 0]


def test_answers_of_one_kind_have_a_name_for_the_other():
    """Where no row has the other class, constants can still name it."""
    assert decided(column("y", 1, 1), column("p", 1, 1), {}).space.classes == ("0", "1")
    assert decided(column("y", "a"), column("p", "a"), {}, positive="a").space.classes == ("not a", "a")


def test_more_classes_are_classes():
    """Three classes are coded in one order for label and answers, and have the error as their loss."""
    found = decided(column("y", "c", "a", "b"), column("p", "a", "a", "c"), {})
    assert found.space == AnswerSpace(Form.CLASSES, ("a", "b", "c"))
    assert (found.truth.codes.tolist(), found.host.codes.tolist()) == ([2, 0, 1], [0, 0, 2])
    assert [loss.name for loss in found.losses] == ["error"]


@pytest.mark.parametrize(
    ("label", "prediction", "positive", "problem"),
    [
        (["<=50K.", ">50K."], ["<=50K", ">50K"], None, "none in common"),
        (["a", "b"], ["a", "b"], None, "say which one is positive"),
        (["a", "b"], ["a", "b"], "c", "never has the positive value"),
        ([0, 1], [0, 1], "yes", "leave it out"),
        (["a", "b", "c"], ["a", "b", "c"], "a", "is for two classes"),
        ([0, 1, 0], [0.2, 0.9, 1], None, "name a score with score="),
        (list(range(2000)), list(range(2000)), None, "identifier or a score"),
    ],
)
def test_classes_that_cannot_be_meant_are_refused(label, prediction, positive, problem):
    """Labels spelt otherwise, an unstated positive class and scores are refused with what to do."""
    with pytest.raises(DataError, match=problem):
        decided(column("y", *label), column("p", *prediction), {}, positive=positive)


@given(
    st.lists(st.integers(0, 10**6).map(lambda n: n / 10**6), min_size=1, max_size=30),
    st.sampled_from([(0.0, 1.0), (-1.0, 1.0), (0.0, 100.0)]),
)
def test_scores_have_the_steps_that_claims_have(shares, scale):
    """A score in the data is put on the same step as that score in a claim."""
    low, high = scale
    scores = [low + share * (high - low) for share in shares]
    found = scored(
        column("y", *(["no", "yes"] * len(scores))[: len(scores)], "yes"),
        column("s", *scores, high),
        {},
        low=low,
        high=high,
        positive="yes",
    )
    space = AnswerSpace(Form.SCORE, (), low, high)
    assert found.host.codes.tolist() == [space.code(score) for score in (*scores, high)]
    assert found.truth.codes.tolist()[-1] == 1000


def test_a_label_that_is_a_number_is_put_on_the_grid():
    """A regression's truth lies on the range of the scores, and has no logarithmic loss beyond 0 to 1."""
    found = scored(column("y", 20.0, 35.5), column("s", 20, 100), {"b": column("b", 50, 0)}, high=100)
    assert found.truth.codes.tolist() == [200, 355]
    assert found.alternatives["b"].codes.tolist() == [500, 0]
    assert [loss.name for loss in found.losses] == ["squared"]
    assert [loss.name for loss in scored(column("y", 0, 1), column("s", 0.5, 1), {}).losses] == [
        "squared",
        "log",
    ]


@pytest.mark.parametrize(
    ("label", "score", "problem"),
    [
        ([0, 1], [0.5, 1.5], "between 0 and 1, it has 1.5"),
        ([0, 1], ["a", "0.5"], "must hold numbers, it holds texts such as"),
        ([0, 1], [True, False], "true and false"),
        (["a", "b"], [0.5, 0.5], "say which one is positive"),
        ([3, 8], [0.5, 0.5], "label 'y' must lie between"),
    ],
)
def test_scores_that_are_none_are_refused(label, score, problem):
    """Texts, truth values and numbers out of range are no scores."""
    with pytest.raises(DataError, match=problem):
        scored(column("y", *label), column("s", *score), {})


def test_costs_are_whole_numbers_with_units():
    """Errors and words are taken as they are, and the largest is rounded up to say little of a row."""
    found = counted(column("e", 3, 0, 12), column("w", 14, 9, 40), {"large": column("l", 2, 0, 25)})
    assert (found.host.codes.tolist(), found.truth.units.array().tolist()) == ([3, 0, 12], [14, 9, 40])
    assert found.alternatives["large"].codes.tolist() == [2, 0, 25]
    (loss,) = found.losses
    assert (loss.largest, loss.largest_unit) == (50, 50)
    declared = counted(column("e", 3), column("w", 14), {}, most=(30, 40)).losses[0]
    assert (declared.largest, declared.largest_unit) == (30, 40)


@pytest.mark.parametrize(
    ("errors", "units", "most", "problem"),
    [
        ([1, -2], [5, 5], None, "whole numbers from 0 on, it has -2"),
        ([1, 2], [5.5, 5], None, r"it has 5\.5"),
        (["one", "two"], [5, 5], None, "must hold numbers"),
        ([1, 2], [0, 0], None, "0 in every row"),
        ([1, 9], [5, 5], (8, 10), "more than the 8 that were declared"),
    ],
)
def test_costs_that_are_none_are_refused(errors, units, most, problem):
    """Negative, broken and texts are no costs, nor is more than was declared."""
    with pytest.raises(DataError, match=problem):
        counted(column("e", *errors), column("w", *units), {}, most=most)


def test_all_problems_with_outcomes_come_at_once():
    """Errors, units and alternatives are checked together."""
    with pytest.raises(DataError) as caught:
        counted(column("e", -1), column("w", "x"), {"b": column("b", 0.5)})
    assert len(caught.value.problems) == 3


def test_codes_are_stored_small():
    """Decisions and classes take a byte a row, scores two."""
    assert decided(column("y", 0, 1), column("p", 0, 1), {}).host.codes.dtype == np.uint8
    assert scored(column("y", 0, 1), column("s", 0, 1), {}).host.codes.dtype == np.uint16
