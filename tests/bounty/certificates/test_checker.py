"""The checker and the confirmer answer by one rule and never more often than was paid for."""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bounty.certificates.bounds import Undefined, certified_mass, events, plug_in_mass
from bounty.certificates.budgets import Spent
from bounty.certificates.checker import Checker, Confirmer, accepts
from bounty.certificates.courses import repair_complexity
from bounty.certificates.terms import Bound, Terms
from bounty.rows.evidence import DisparityEvidence, RateSums, RepairEvidence, evidence_of
from fairkit.errors import BountyError

TERMS = Terms.of(epsilon="0.1", submissions=6, acceptances=2, repairs=2, repair_queries=5)
GOOD = RepairEvidence(40_000, 20_000, 15_000, 1_000, 14_000, 0, 14_000)
BAD = RepairEvidence(40_000, 20_000, 15_000, 14_900, 200, 100, 300)


def whole(units, lost):
    """Sum a loss of one unit a row."""
    return RateSums(units, lost, units, lost, lost, units)


@st.composite
def claims(draw):
    """Draw evidence of a repair or a disparity of rows with one unit."""
    rows = draw(st.integers(1, 100_000))
    inside = draw(st.integers(0, rows))
    first, second = draw(st.integers(0, inside)), draw(st.integers(0, rows))
    if draw(st.booleans()):
        worse = min(second, inside - first)
        return RepairEvidence(rows, inside, first, worse, first, worse, first + worse)
    return DisparityEvidence(
        rows, whole(inside, first), whole(rows - inside, min(second, rows - inside)), whole(0, 0)
    )


@given(
    claims(),
    st.sampled_from(["0.02", "0.2"]),
    st.sampled_from([bound.value for bound in Bound]),
    st.integers(5, 200),
    st.fractions(0, 1, max_denominator=50),
)
def test_a_claim_is_accepted_exactly_if_its_certified_mass_is_the_least(claim, epsilon, bound, nats, margin):
    """Rejecting early by whole numbers never changes the rule."""
    terms = Terms.of(epsilon=epsilon, submissions=5, acceptances=1, repairs=0, bound=bound)
    margin = margin if isinstance(claim, DisparityEvidence) else Fraction(0)
    level = Decimal(nats)
    mass = certified_mass(claim, margin=margin, bound=terms.bound, complexity=level)
    enough = not isinstance(mass, Undefined) and Fraction(mass) >= terms.least
    assert accepts(claim, terms, level, margin) is enough
    assert accepts(evidence_of(claim.to_dict()), terms, level, margin) is enough


def test_hoeffdings_rule_is_the_published_checkers():
    """At the published complexity and rows a repair is accepted from three quarters of epsilon on."""
    terms = Terms.of(epsilon="0.2", submissions=1000, acceptances=20, repairs=0, bound="hoeffding")
    rows = 63_748
    edge = -(-rows * 15 // 100)
    answers = [
        accepts(RepairEvidence(rows, rows, saved, 0, saved, 0, saved), terms, terms.checker_complexity())
        for saved in (edge - 2, edge + 1)
    ]
    assert answers == [False, True]


def test_part_b_needs_less_than_part_a():
    """The confirmer pays for fewer courses of answers, so that it certifies more of the same rows."""
    terms = Terms.of(epsilon="0.1", submissions=1000, acceptances=10)
    claims = [RepairEvidence(4_000, 2_000, 1_000, 1_000 - n, n, 0, n) for n in range(1_000)]
    first = [next(n for n, claim in enumerate(claims) if judge(claim)) for judge in _judges(terms)]
    assert first[0] > first[1]


def _judges(terms):
    """Judge each claim as the first that comes to part A, and to part B."""
    return lambda claim: Checker(terms).submit(claim), lambda claim: Confirmer(terms).confirm(claim)


def test_a_margin_makes_a_disparity_smaller():
    """A disparity that is accepted without a margin is not with a margin as large as the difference."""
    evidence = DisparityEvidence(40_000, whole(20_000, 12_000), whole(20_000, 4_000), whole(0, 0))
    assert Checker(TERMS).submit(evidence)
    assert not Checker(TERMS).submit(evidence, margin=Fraction(2, 5))


def test_a_late_claim_needs_more_than_an_early_one():
    """What the first claim may show is not enough once many answers came before it."""
    terms = Terms.of(epsilon="0.1", submissions=1000, acceptances=20, repairs=0)
    evidence = RepairEvidence(4_000, 2_000, 1_000, 620, 380, 0, 380)
    late = Spent(submissions=900, acceptances=15)
    assert Checker(terms).submit(evidence)
    assert not Checker.resumed(terms, late).submit(evidence)


def test_undefined_is_never_accepted():
    """A claim about no units, or about no evidence at all, is rejected and counted."""
    checker = Checker(TERMS)
    empty = DisparityEvidence(40_000, whole(0, 0), whole(20_000, 4_000), whole(0, 0))
    assert not checker.submit(empty)
    assert not checker.submit(None)
    assert checker.spent == Spent(submissions=2)
    assert not Confirmer(TERMS).confirm(None)


def test_the_checker_closes_after_its_submissions():
    """When every submission is used a further one is refused in words and not counted."""
    checker = Checker(TERMS)
    assert [checker.submit(BAD) for _ in range(6)] == [False] * 6
    with pytest.raises(BountyError, match="all 6 submissions are judged"):
        checker.submit(GOOD)
    assert checker.spent == Spent(submissions=6)


def test_the_checker_closes_after_its_acceptances():
    """After the last acceptance nothing is judged any more, although submissions are left."""
    checker = Checker(TERMS)
    assert [checker.submit(evidence) for evidence in (GOOD, BAD, GOOD)] == [True, False, True]
    with pytest.raises(BountyError, match="2 claims and 0 repairs are accepted"):
        checker.submit(GOOD)
    assert checker.left == Spent(3, 0, 5, 2, 0)


def test_repairs_end_without_an_error():
    """After the last repair or query the answer is no, uncounted, and no floor can be reached."""
    checker = Checker(TERMS)
    assert checker.repair_floor(40_000) <= GOOD.saved
    assert [checker.repair(evidence) for evidence in (GOOD, BAD, GOOD, GOOD)] == [True, False, True, False]
    assert checker.spent == Spent(repair_queries=3, repairs=2)
    assert checker.repair_floor(40_000) == 40_001
    checker.skip_repairs(9)
    assert checker.spent.repair_queries == 3


def test_skipped_repairs_are_counted_as_far_as_they_go():
    """Queries that are known to fail count like others, and the last one ends repairs."""
    checker = Checker(TERMS)
    checker.skip_repairs(4)
    assert checker.left.repair_queries == 1
    checker.skip_repairs(4)
    assert checker.left == Spent(6, 2, 0, 0, 0)
    assert not checker.repair(GOOD)
    with pytest.raises(BountyError, match="cannot be skipped"):
        checker.skip_repairs(-1)


def test_claims_and_repairs_share_what_can_be_accepted():
    """At a coarse epsilon the model can be mended only so often, and then the bounty is closed."""
    terms = Terms.of(epsilon="0.8", submissions=9, acceptances=2, repairs=2)
    assert terms.most_accepted == 2
    checker = Checker(terms)
    everything = RepairEvidence(40_000, 40_000, 40_000, 0, 40_000, 0, 40_000)
    assert checker.submit(everything)
    assert checker.repair(everything)
    assert not checker.repair(everything)
    with pytest.raises(BountyError, match="1 claims and 1 repairs are accepted"):
        checker.submit(everything)


def test_a_checker_continues_where_it_stopped():
    """A resumed checker has spent what the first one had, and not more than the terms allow."""
    spent = Spent(submissions=5, acceptances=1)
    checker = Checker.resumed(TERMS, spent)
    assert checker.spent == spent
    assert checker.submit(GOOD)
    with pytest.raises(BountyError):
        checker.submit(GOOD)
    with pytest.raises(BountyError, match="more than the terms allow"):
        Checker.resumed(TERMS, Spent(submissions=7))


def test_an_error_of_the_caller_costs_nothing():
    """A margin that means nothing is refused before anything is counted."""
    checker, confirmer = Checker(TERMS), Confirmer(TERMS)
    for judge in (checker.submit, confirmer.confirm):
        with pytest.raises(BountyError, match="margin"):
            judge(GOOD, margin=Fraction(1, 2))
    assert checker.spent == Spent()
    assert confirmer.left == TERMS.most_accepted


@pytest.mark.parametrize("bound", Bound)
@pytest.mark.parametrize(("rows", "largest"), [(5_000, 1), (20_000, 6), (60, 1)])
def test_no_repair_below_the_floor_is_accepted(bound, rows, largest):
    """The best repair at the floor is accepted and none below it, whatever its squares."""
    terms = Terms.of(epsilon="0.1", submissions=20, acceptances=2, bound=bound.value)
    floor = Checker(terms).repair_floor(rows, largest)
    complexity = repair_complexity(terms, Spent(), events(bound, "repair"))
    if floor > rows * largest:
        assert not accepts(
            RepairEvidence(rows, rows, rows * largest, 0, rows * largest, 0, rows * largest**2, largest),
            terms,
            complexity,
        )
        return

    def accepted(saved, worse, squares):
        return accepts(
            RepairEvidence(rows, rows, saved, 0, saved + worse, worse, squares, largest), terms, complexity
        )

    least_squares = max(floor, -(-floor * floor // rows))
    assert accepted(floor, 0, least_squares)
    for saved in (floor - 1, floor - 5, floor // 2):
        for worse in (0, 3):
            squares = max(saved, -(-saved * saved // rows))
            assert not accepted(saved, worse, squares + worse)


def test_confirmations_are_counted():
    """Part B answers once for each acceptance that part A could give, and then no more."""
    confirmer = Confirmer(TERMS, asked=2, passed=1)
    assert [confirmer.confirm(evidence) for evidence in (GOOD, BAD)] == [True, False]
    assert confirmer.left == 0
    with pytest.raises(BountyError, match="part B answers nothing more"):
        confirmer.confirm(GOOD)
    with pytest.raises(BountyError, match="5 confirmations are spent"):
        Confirmer(TERMS, asked=5)


def test_what_shows_less_than_the_least_is_far_from_certified():
    """The example claims are what their names say."""
    assert plug_in_mass(GOOD) == Fraction(7, 20)
    assert plug_in_mass(BAD) < TERMS.least
    assert isinstance(certified_mass(GOOD, bound=Bound.BERNSTEIN, complexity=Decimal(9)), Decimal)
