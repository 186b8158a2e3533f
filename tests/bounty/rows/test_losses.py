"""Losses are those of scikit-learn and of plain arithmetic, in whole numbers."""

from __future__ import annotations

import decimal
import math

import hypothesis.strategies as st
import numpy as np
import pytest
from hypothesis import given, settings
from sklearn import metrics

from bounty.rows.amounts import Bits, Numbers
from bounty.rows.answers import STEPS, Answers, Form, Truth
from bounty.rows.bits import RowSet
from bounty.rows.losses import LOG_UNIT, LOSSES_OF, Loss, LossName, _logarithms
from fairkit.errors import BountyError


@st.composite
def decisions(draw):
    """Draw true and given decisions with both classes among the true ones."""
    rows = draw(st.integers(2, 90))
    random = np.random.default_rng(draw(st.integers(0, 2**32 - 1)))
    truth = random.integers(0, 2, rows)
    truth[:2] = 0, 1
    return truth, random.integers(0, 2, rows)


def rate(loss, answers, truth, where=None):
    """Give the rate of a loss over a set of rows."""
    inside = RowSet.all(answers.rows) if where is None else where
    return loss.lost(answers, truth).total(inside) / loss.units(truth).total(inside)


@given(decisions())
def test_rates_of_decisions_are_those_of_scikit_learn(drawn):
    """Error, false positive and false negative rates are those of the confusion matrix."""
    true, said = drawn
    truth, answers = Truth(true.astype(np.uint8)), Answers.of(Form.DECISION, said)
    (tn, fp), (fn, tp) = metrics.confusion_matrix(true, said, labels=[0, 1])
    rates = {name: rate(Loss.named(name, Form.DECISION), answers, truth) for name in LOSSES_OF[Form.DECISION]}
    assert rates == {
        LossName.ERROR: pytest.approx(1 - metrics.accuracy_score(true, said)),
        LossName.FALSE_POSITIVE: fp / (fp + tn),
        LossName.FALSE_NEGATIVE: pytest.approx(1 - metrics.recall_score(true, said)),
    }
    assert fn / (fn + tp) == pytest.approx(rates["false_negative"])


@given(st.lists(st.tuples(st.integers(0, 299), st.integers(0, 299)), min_size=1, max_size=60))
def test_the_error_of_classes_is_that_of_scikit_learn(rows):
    """The error rate over many classes is one less accuracy, also where codes have different types."""
    true, said = (np.array([row[place] for row in rows]) for place in range(2))
    for kind in (np.uint8, np.uint16) if true.max() < 256 else (np.uint16,):
        found = rate(
            Loss.named("error", Form.CLASSES), Answers.of(Form.CLASSES, said), Truth(true.astype(kind))
        )
        assert found == pytest.approx(metrics.zero_one_loss(true, said))


SCORED = st.lists(st.tuples(st.integers(0, STEPS), st.sampled_from([0, STEPS])), min_size=1, max_size=60)


@given(SCORED)
def test_the_squared_loss_is_the_brier_score(rows):
    """The squared loss, divided by its largest value, is the mean squared error of the scores."""
    said, true = (np.array([row[place] for row in rows]) for place in range(2))
    loss = Loss.named("squared", Form.SCORE)
    found = rate(loss, Answers.of(Form.SCORE, said), Truth(true.astype(np.uint16))) / loss.largest
    assert found == pytest.approx(metrics.mean_squared_error(true / STEPS, said / STEPS), abs=1e-12)
    assert loss.largest == STEPS**2


@settings(max_examples=50)
@given(SCORED)
def test_the_log_loss_is_that_of_scikit_learn(rows):
    """The log loss, as a share of ln 1000, is scikit-learn's of probabilities kept from 1/1000 to 1."""
    said, true = (np.array([row[place] for row in rows]) for place in range(2))
    loss = Loss.named("log", Form.SCORE)
    found = rate(loss, Answers.of(Form.SCORE, said), Truth(true.astype(np.uint16))) / loss.largest
    # scikit-learn keeps probabilities to [eps, 1 - eps] itself and wants both columns to sum to 1.
    chosen = np.where(true == STEPS, said, STEPS - said)
    expected = -np.log(np.maximum(chosen, 1) / STEPS).mean()
    assert found * math.log(STEPS) == pytest.approx(expected, abs=1e-5)
    if ((said > 0) & (said < STEPS)).all():
        probability = said / STEPS
        theirs = metrics.log_loss(true == STEPS, probability, labels=[False, True])
        assert found * math.log(STEPS) == pytest.approx(theirs, abs=1e-5)


def test_the_table_of_logarithms_is_exact():
    """Every step's log loss is its real value to a millionth of the largest, and falls with the step."""
    answers, truth = Answers.of(Form.SCORE, np.arange(STEPS + 1)), Truth(np.full(STEPS + 1, STEPS, np.uint16))
    lost = Loss.named("log", Form.SCORE).lost(answers, truth).array()
    assert (lost[0], lost[1], lost[STEPS]) == (LOG_UNIT, LOG_UNIT, 0)
    assert (np.diff(lost[1:]) < 0).all()
    steps = np.arange(1, STEPS + 1)
    exact = -np.log(steps / STEPS) / math.log(STEPS) * LOG_UNIT
    assert np.abs(lost[1:] - exact).max() <= 0.5 + 1e-6
    # Known to forty digits: ln 2 / ln 1000.
    assert lost[500] == 100_343


def test_the_table_is_the_same_in_any_arithmetic():
    """A program that computes with few decimal digits, rounding up, has the same table."""
    answers, truth = Answers.of(Form.SCORE, np.arange(STEPS + 1)), Truth(np.full(STEPS + 1, STEPS, np.uint16))
    loss = Loss.named("log", Form.SCORE)
    before = loss.lost(answers, truth).array()
    _logarithms.cache_clear()
    with decimal.localcontext(prec=4, rounding=decimal.ROUND_UP):
        np.testing.assert_array_equal(loss.lost(answers, truth).array(), before)


def test_a_truth_between_yes_and_no_has_the_cross_entropy():
    """Where the truth is itself a probability, the log loss is the cross-entropy of the two."""
    answers, truth = Answers.of(Form.SCORE, [250]), Truth(np.array([400], np.uint16))
    (lost,) = Loss.named("log", Form.SCORE).lost(answers, truth).array()
    entropy = -(0.4 * math.log(0.25) + 0.6 * math.log(0.75)) / math.log(STEPS)
    assert lost / LOG_UNIT == pytest.approx(entropy, abs=2e-6)


def test_a_ratio_is_costs_over_units():
    """A word error rate is errors over words, group by group."""
    loss = Loss.named("ratio", Form.COST, largest=40, largest_unit=30)
    truth = Truth(units=Numbers(np.array([10, 20, 30])))
    answers = Answers.of(Form.COST, [1, 10, 40])
    group = RowSet.of(np.array([True, True, False]))
    assert rate(loss, answers, truth, group) == 11 / 30
    assert (loss.largest, loss.largest_unit, loss.is_binary) == (40, 30, False)


@pytest.mark.parametrize("form", Form)
@pytest.mark.parametrize("name", [*LossName, "eror"])
def test_a_loss_fits_some_answers_only(name, form):
    """Each loss is found for the answers it can be taken of, and refused with those that can for others."""
    if name in LOSSES_OF[form]:
        loss = Loss.named(name, form, largest=9, largest_unit=7)
        assert loss.name == name
        assert loss.is_binary == (name in LOSSES_OF[Form.DECISION])
        return
    with pytest.raises(BountyError, match=LOSSES_OF[form][0]):
        Loss.named(name, form)


@given(decisions())
def test_binary_losses_are_bits(drawn):
    """Losses of 0 and 1 are packed, and no row loses more than it has units."""
    true, said = drawn
    truth, answers = Truth(true.astype(np.uint8)), Answers.of(Form.DECISION, said)
    for name in LOSSES_OF[Form.DECISION]:
        loss = Loss.named(name, Form.DECISION)
        lost, units = loss.lost(answers, truth), loss.units(truth)
        assert isinstance(lost, Bits)
        assert isinstance(units, Bits)
        assert (lost.array() <= units.array()).all()
