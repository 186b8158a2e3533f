"""All courses of answers together cost at most delta, and the worst place of a claim is the worst."""

from __future__ import annotations

import zlib
from decimal import Decimal
from functools import cache
from itertools import product
from math import comb, exp

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bounty.certificates import checker as checkers
from bounty.certificates.bounds import events
from bounty.certificates.budgets import Spent
from bounty.certificates.checker import Checker, Confirmer
from bounty.certificates.courses import (
    claim_complexity,
    confirmation_complexity,
    repair_complexity,
    worst_claim,
    worst_confirmation,
)
from bounty.certificates.terms import Bound, Terms
from bounty.rows.evidence import DisparityEvidence, RateSums, RepairEvidence

ROUNDING = 1e-9
ULPS = Decimal("1e-20")  # two places may cost the same, and be rounded differently
SUMS = RateSums(500, 250, 500, 250, 250, 500)
DISPARITY = DisparityEvidence(1000, SUMS, SUMS, SUMS)
REPAIR = RepairEvidence(1000, 500, 400, 100, 300, 0, 300)


def spent_of_delta(complexity, tails):
    """Give the probability that one claim may take: of its tails, on both sides."""
    return 2 * tails * exp(-float(complexity))


# --- every course, through the checker itself ---


NO_ROWS, END = "no rows", "end"


class Scripted:
    """Answers in the checker's place, and sums up what the checker allows for each answer."""

    def __init__(self, monkeypatch, terms):
        self.terms = terms
        self.allowed = []
        self.yes = False
        monkeypatch.setattr(checkers, "accepts", self.accepts)

    def accepts(self, evidence, terms, complexity, margin=0):
        """Answer as the script says."""
        if not self.yes:  # each place is met twice, once for each answer
            self.allowed.append(spent_of_delta(complexity, events(terms.bound, evidence.kind)))
        return self.yes

    def follow(self, spent, next_of, course=()):
        """Ask what comes next in a course, and follow both answers."""
        what = next_of(course, Checker.resumed(self.terms, spent).left)
        for answer in () if what == END else (False, True):
            checker, self.yes = Checker.resumed(self.terms, spent), answer
            if what == "repair":
                said = checker.repair(REPAIR)
            else:
                said = checker.submit(None if what == NO_ROWS else what)
            if said is answer:
                self.follow(checker.spent, next_of, (*course, (what == "repair", said)))


def some_schedule(seed):
    """Make a hunter and a house that go by all answers so far: which claim is next, or which repair."""

    def next_of(course, left):
        drawn = zlib.crc32(repr((seed, course)).encode())
        repairable = left.repairs and any(yes and not of_repair for of_repair, yes in course)
        if repairable and (drawn % 2 or not left.acceptances):
            return "repair"
        if not left.acceptances:
            return END
        return (DISPARITY, REPAIR, REPAIR, NO_ROWS)[drawn // 2 % 4]

    return next_of


@pytest.mark.parametrize("bound", Bound)
@pytest.mark.parametrize(
    ("submissions", "acceptances", "repairs", "queries"),
    [(6, 3, 0, 0), (6, 2, 1, 3), (4, 3, 2, 4), (3, 2, 4, 4), (5, 1, 2, 3)],
)
def test_the_checkers_courses_cost_at_most_delta(
    monkeypatch, bound, submissions, acceptances, repairs, queries
):
    """Whatever comes next in each course, every answer that the checker may ever give is paid for."""
    terms = Terms.of(
        epsilon="0.1",
        delta="0.2",
        submissions=submissions,
        acceptances=acceptances,
        repairs=repairs,
        repair_queries=queries,
        bound=bound.value,
    )
    for seed in range(4):
        scripted = Scripted(monkeypatch, terms)
        scripted.follow(Spent(), some_schedule(seed))
        assert len(scripted.allowed) > submissions
        assert sum(scripted.allowed) <= 0.2 + ROUNDING


@pytest.mark.parametrize("most", [1, 2, 5, 9])
def test_the_confirmers_courses_cost_at_most_delta(monkeypatch, most):
    """Part B is asked once for each acceptance, and all its courses together cost at most delta."""
    terms = Terms.of(epsilon="0.1", delta="0.2", submissions=20, acceptances=most, repairs=0)
    scripted = Scripted(monkeypatch, terms)
    for place in range(most):
        for script in product((False, True), repeat=place):
            confirmer, counted = Confirmer(terms), list(scripted.allowed)
            for scripted.yes in script:
                confirmer.confirm(REPAIR)
            scripted.allowed, scripted.yes = counted, False
            confirmer.confirm(REPAIR)
    assert len(scripted.allowed) == 2**most - 1
    assert 0.2 * 0.4 < sum(scripted.allowed) <= 0.2 + ROUNDING


# --- the costliest of all schedules, by counts ---


def costliest(terms, claim=claim_complexity, repair=repair_complexity):
    """Find what the costliest schedule of claims, repairs and changes of the board takes of delta.

    What an answer is allowed depends on counts alone, so the costliest course of events does, too.
    """
    shown = int(1 / terms.ladder_step) + 1

    @cache
    def rest(claims, yes, tried, repairs, changes):
        spent = Spent(claims, yes, tried, repairs, changes)
        left, found = spent.left(terms), 0.0
        if left.submissions and left.acceptances:
            after = [(claims + 1, yes + more, tried, repairs) for more in (0, 1)]
            found = spent_of_delta(claim(terms, spent), 1) + sum(rest(*one, changes) for one in after)
            if left.ladder_changes:
                found += shown * sum(rest(*one, changes + 1) for one in after)
        if yes and left.repairs:
            asked = spent_of_delta(repair(terms, spent), 1)
            asked += sum(rest(claims, yes, tried + 1, repairs + more, changes) for more in (0, 1))
            found = max(found, asked)
        return found

    return rest(0, 0, 0, 0, 0)


@st.composite
def small_terms(draw):
    """Draw terms that are small enough to try every place."""
    submissions = draw(st.integers(1, 9))
    return Terms.of(
        epsilon=draw(st.sampled_from(["0.04", "0.1", "0.3", "0.7"])),
        submissions=submissions,
        acceptances=draw(st.integers(1, submissions)),
        repairs=draw(st.integers(0, 6)),
        repair_queries=draw(st.integers(0, 9)),
        ladder_changes=draw(st.sampled_from([0, 0, 1, 3])),
        ladder_step=draw(st.sampled_from(["1", "0.5", "0.1"])),
    )


@settings(max_examples=40, deadline=None)
@given(small_terms())
def test_no_schedule_costs_more_than_delta(terms):
    """However claims, repairs and changes of the board follow one another, they take no more than delta."""
    assert costliest(terms) <= 0.05 + ROUNDING


@pytest.mark.parametrize(
    ("asked", "share"),
    [
        ({"submissions": 40, "acceptances": 8, "repairs": 0}, 0.8),
        ({"submissions": 25, "acceptances": 5, "repairs": 4, "repair_queries": 20}, 0.25),
    ],
)
def test_little_of_delta_is_left_over(asked, share):
    """The costliest schedule takes most of delta, or with repairs a good part, so that little is wasted."""
    assert costliest(Terms.of(epsilon="0.05", **asked)) > 0.05 * share


def test_allowing_for_places_but_not_for_courses_is_found_out():
    """Sharing delta among the claims of one course takes far more than delta, so the tests above can fail."""
    terms = Terms.of(epsilon="0.1", submissions=6, acceptances=6, repairs=0)
    assert costliest(terms, claim=lambda terms, _: Decimal(2 * terms.submissions / 0.05).ln()) > 0.05 * 5


def test_with_repairs_claims_take_half_of_delta():
    """The other half is there for the house's repairs, whose evidence nobody chooses."""
    terms = Terms.of(epsilon="0.1", submissions=20, acceptances=4, repairs=3, repair_queries=15)
    never = costliest(terms, repair=lambda *_: Decimal(10**6))
    assert never <= 0.025 + ROUNDING
    assert costliest(terms, claim=lambda *_: Decimal(10**6)) <= 0.025 + ROUNDING


# --- the worst place ---


def places(terms):
    """Give every place that a claim can have in a course, and that can be the worst."""
    for claims, yes in product(range(terms.submissions), range(terms.acceptances)):
        room = min(terms.repairs, terms.repair_queries, terms.most_accepted - 1 - yes) if yes else 0
        if yes <= min(claims, terms.most_accepted - 1):
            for repairs, changes in product(range(room + 1), range(min(terms.ladder_changes, claims) + 1)):
                yield Spent(claims, yes, terms.repair_queries, repairs, changes)


@settings(max_examples=60, deadline=None)
@given(small_terms(), st.sampled_from([1, 4]))
def test_the_worst_claim_is_the_worst_of_all_places(terms, tails):
    """A plan reckons with the highest complexity there is, however few or many repairs are allowed."""
    worst = max(claim_complexity(terms, place, tails) for place in places(terms))
    assert abs(worst_claim(terms, tails) - worst) < ULPS


@pytest.mark.parametrize(
    "asked",
    [
        {"submissions": 7, "acceptances": 7, "repairs": 3, "repair_queries": 1},  # fewer queries than repairs
        {"submissions": 12, "acceptances": 9, "repairs": 6},  # acceptances and repairs share their limit
        {"submissions": 2, "acceptances": 2, "repairs": 0, "ladder_changes": 6},  # more changes than claims
    ],
)
def test_no_limit_hides_the_worst_place(asked):
    """Where one limit of the terms ends before another, the worst place is still found."""
    terms = Terms.of(epsilon="0.1", **asked)
    worst = max(claim_complexity(terms, place) for place in places(terms))
    assert abs(worst_claim(terms) - worst) < ULPS


def test_the_worst_of_many_places_is_found():
    """Thousands of acceptances and repairs are weighed against one another, not just the last of them."""
    terms = Terms.of(epsilon="0.001", submissions=2000, acceptances=2000, repair_queries=10_000)
    worst = worst_claim(terms)
    for yes in (1, 300, 667, 900, 999, 1100, 1500, 1998):
        for repairs in (0, 300, 1333, 1900):
            if yes + repairs < terms.most_accepted:
                assert worst >= claim_complexity(terms, Spent(1999, yes, 10_000, repairs))


@given(st.integers(1, 40))
def test_the_worst_confirmation_is_the_worst_of_all_places(most):
    """No place on part B has a higher complexity than the one that a plan reckons with."""
    terms = Terms.of(epsilon="0.01", submissions=50, acceptances=most, repairs=0)
    everywhere = [(asked, passed) for asked in range(most) for passed in range(asked + 1)]
    worst = max(confirmation_complexity(terms, *place) for place in everywhere)
    assert abs(worst_confirmation(terms) - worst) < ULPS


def test_a_place_is_allowed_for_by_its_courses():
    """The formula is the one of the text: places, courses, and the weight of how many were accepted."""
    terms = Terms.of(epsilon="0.1", submissions=30, acceptances=6, repairs=0)
    found = claim_complexity(terms, Spent(submissions=20, acceptances=4), tails=3)
    assert float(found.exp()) == pytest.approx(2 * 3 * 30 * 5 * 6 * comb(20, 4) / 0.05)
