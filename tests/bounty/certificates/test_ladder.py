"""The Ladder shows clear improvements only and no more than were paid for; Thresholdout spends its budget."""

from __future__ import annotations

import math
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bounty.certificates.ladder import Ladder, Thresholdout
from bounty.certificates.terms import Terms
from bounty.rows.evidence import RepairEvidence
from fairkit.errors import BountyError

TERMS = Terms.of(ladder_changes=1000, ladder_step="0.02")


@given(st.lists(st.integers(0, 500), min_size=1, max_size=60))
def test_the_ladder_is_the_published_mechanism(losses):
    """A score is shown, rounded to the step, only if it beats the shown one by more than a step."""
    ladder, best, changes = Ladder(TERMS), None, 0
    for lost in losses:
        loss = Fraction(lost, 500)
        if best is None or loss < best - TERMS.ladder_step:
            best, changes = round(loss * 50) / Fraction(50), changes + 1
        assert ladder.submit("owls", lost, rows=500) == best
    assert ladder.changes == changes


@given(st.lists(st.integers(0, 2**20 - 1), min_size=1, max_size=30))
def test_the_paired_form_needs_more_than_a_standard_error(wrongs):
    """Without a parameter the shown score falls when the paired difference exceeds s over root n."""
    ladder, best, kept = Ladder(TERMS), None, None
    for wrong in wrongs:
        losses = np.array([(wrong >> bit) & 1 for bit in range(20)])
        before = losses if kept is None else kept
        change = before - losses
        evidence = RepairEvidence(
            20,
            20,
            int(before.sum()),
            int(losses.sum()),
            int((change > 0).sum()),
            int((change < 0).sum()),
            int((change**2).sum()),
        )
        shown = ladder.submit_paired("owls", int(losses.sum()), against=evidence, rows=20)
        if best is None or losses.mean() < float(best) - change.std() / math.sqrt(20) - 1e-12:
            best, kept = shown, losses
            assert abs(float(shown) - losses.mean()) <= 0.01 + 1e-12
        assert shown == best


def test_teams_have_scores_of_their_own_and_share_the_changes():
    """One team's score does not move another's, and together they use up the board."""
    ladder = Ladder(Terms.of(ladder_changes=3))
    shown = [
        ladder.submit(team, lost, rows=100) for team, lost in (("a", 50), ("b", 30), ("a", 40), ("b", 10))
    ]
    assert shown == [Fraction(1, 2), Fraction(3, 10), Fraction(2, 5), Fraction(3, 10)]
    assert ladder.frozen
    assert ladder.submit("c", 1, rows=100) is None
    assert ladder.shown == {"a": Fraction(2, 5), "b": Fraction(3, 10)}


def test_a_board_without_changes_shows_nothing():
    """A bounty that paid for no board has none."""
    assert Ladder(Terms.of()).submit("a", 0, rows=100) is None


def test_a_board_continues_where_it_stopped():
    """A resumed board keeps its scores and its count, and refuses a count that was not paid for."""
    terms = Terms.of(ladder_changes=2)
    ladder = Ladder(terms, changes=1, shown={"a": Fraction(1, 2)})
    assert ladder.submit("a", 60, rows=100) == Fraction(1, 2)
    assert ladder.submit("a", 45, rows=100) == Fraction(9, 20)
    assert ladder.frozen
    with pytest.raises(BountyError, match="terms allow 2"):
        Ladder(terms, changes=3)


def test_thresholdout_answers_from_the_first_half_while_the_halves_agree():
    """Questions on which the halves agree cost nothing and are answered without noise."""
    halves = Thresholdout(budget=1, seed=3, sigma=0.001)
    assert [halves.ask(0.3, 0.301) for _ in range(200)] == [0.3] * 200
    assert halves.left == 1


def test_thresholdout_answers_from_the_second_half_while_its_budget_lasts():
    """Questions that overfit get the second half's value with noise, until nothing is answered."""
    halves = Thresholdout(budget=5, seed=3)
    answers = [halves.ask(0.9, 0.5) for _ in range(5)]
    assert all(0.4 < answer < 0.6 for answer in answers)
    assert len(set(answers)) == 5
    with pytest.raises(BountyError, match="used up"):
        halves.ask(0.5, 0.5)


def published_thresholdout(first, second, *, questions, threshold, sigma):
    """Run the published algorithm on one question asked again and again."""
    random, answers = np.random.default_rng(77), []
    raised = threshold + random.laplace(0, 2 * sigma)
    for _ in range(questions):
        if abs(second - first) > raised + random.laplace(0, 4 * sigma):
            answers.append(second + random.laplace(0, sigma))
            raised = threshold + random.laplace(0, 2 * sigma)
        else:
            answers.append(first)
    return np.array(answers)


@pytest.mark.parametrize("second", [0.45, 0.5, 0.53, 0.6])
def test_thresholdouts_noise_has_the_published_scales(second):
    """Near the threshold the second half answers as often, and as noisily, as in the published algorithm."""
    halves = Thresholdout(budget=20_000, seed=8, threshold=0.5, sigma=0.01)
    answers = np.array([halves.ask(0.0, second) for _ in range(20_000)])
    expected = published_thresholdout(0.0, second, questions=20_000, threshold=0.5, sigma=0.01)
    assert (answers != 0).mean() == pytest.approx((expected != 0).mean(), abs=0.04)
    noise, wanted = (np.abs(values[values != 0] - second).mean() for values in (answers, expected))
    assert noise == pytest.approx(wanted, rel=0.05)


def test_the_seed_decides_the_noise():
    """The same seed gives the same answers and another one others."""
    answers = [Thresholdout(budget=1, seed=seed).ask(0.9, 0.5) for seed in (1, 1, 2)]
    assert answers[0] == answers[1] != answers[2]


def test_every_problem_of_thresholdout_is_named():
    """Numbers out of range are refused all at once."""
    with pytest.raises(BountyError) as caught:
        Thresholdout(budget=0, seed=-1, threshold=2, sigma=0)
    assert len(caught.value.problems) == 4


@pytest.mark.parametrize("pair", [(1.5, 0.2), (0.2, float("nan")), (-0.1, 0.0)])
def test_means_out_of_range_are_refused(pair):
    """A question is a mean of numbers between 0 and 1, or nothing is answered."""
    halves = Thresholdout(budget=1, seed=1)
    with pytest.raises(BountyError, match="means from 0 to 1"):
        halves.ask(*pair)
    assert halves.left == 1
