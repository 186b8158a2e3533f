"""Sample sizes are the published ones, and a plan promises what simulated bounties keep."""

from __future__ import annotations

import math
from decimal import Decimal
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bounty.certificates.bounds import events
from bounty.certificates.checker import accepts
from bounty.certificates.courses import worst_claim, worst_confirmation
from bounty.certificates.plans import plan
from bounty.certificates.sample_sizes import (
    corrected_rows,
    known_tolerance,
    paper_rows,
    rows_needed,
    supported,
    tolerance,
)
from bounty.certificates.terms import Bound, Terms
from bounty.rows.evidence import RepairEvidence
from fairkit.errors import BountyError

SMALL = {"submissions": 50, "acceptances": 3, "repairs": 0}


@pytest.mark.parametrize(
    ("epsilon", "rows"), [("0.2", 86_098), ("0.1", 688_781), ("0.05", 5_510_250), ("0.01", 688_781_258)]
)
def test_the_published_sizes_come_out(epsilon, rows):
    """A thousand submissions at delta .05 need the paper's numbers of rows."""
    assert round(paper_rows(epsilon, submissions=1000)) == rows


@pytest.mark.parametrize(
    ("epsilon", "rows", "capped"),
    [
        ("0.2", 63_747, 63_747),
        ("0.1", 476_070, 476_070),
        ("0.05", 3_672_919, 1_904_278),
        ("0.01", 445_551_229, 47_606_954),
    ],
)
def test_the_corrected_sizes_come_out(epsilon, rows, capped):
    """The corrected form needs fewer rows, and fewer still when acceptances are capped at twenty."""
    assert round(corrected_rows(epsilon, submissions=1000)) == rows
    assert round(corrected_rows(epsilon, submissions=1000, acceptances=20)) == capped


def test_repairs_and_more_submissions_cost_what_the_note_says():
    """At epsilon .1 repairs raise both sizes, and a hundredfold of submissions less than doubles them."""
    assert round(paper_rows("0.1", submissions=1000, repairs=True)) == 831_601
    assert round(corrected_rows("0.1", submissions=1000, repairs=True)) == 623_666
    assert round(paper_rows("0.1", submissions=100_000)) == 988_117
    assert round(corrected_rows("0.1", submissions=100_000)) == 785_474


TABLE = {
    40_000: ((".0230", ".0862"), (".0053", ".0218"), (".0025", ".0111")),
    200_000: ((".0103", ".0386"), (".0023", ".0091"), (".0011", ".0044")),
    1_000_000: ((".0046", ".0172"), (".0010", ".0040"), (".0005", ".0018")),
}


@pytest.mark.parametrize("rows", TABLE)
@pytest.mark.parametrize(("column", "differing"), [(0, None), (1, "0.05"), (2, "0.01")])
def test_the_notes_tolerances_come_out(rows, column, differing):
    """Without an acceptance and with twenty, the tolerances of a known variance are those of the table."""
    twenty = Terms.of(epsilon="0.05", repairs=0).checker_complexity()
    none = Decimal(40_000).ln()
    found = [
        round(known_tolerance(complexity=complexity, rows=rows, differing=differing), 4)
        for complexity in (none, twenty)
    ]
    assert found == [Decimal("0" + text) for text in TABLE[rows][column]]


def test_the_confirmation_parts_tolerance_comes_out():
    """A hundred thousand rows confirm claims that change 5 % of them to within .0047."""
    complexity = Terms.of(epsilon="0.05", repairs=0).confirmation_complexity()
    assert round(known_tolerance(complexity=complexity, rows=100_000, differing="0.05"), 4) == Decimal(
        "0.0047"
    )


@pytest.mark.parametrize("epsilon", ["0.2", "0.1", "0.05"])
def test_hoeffdings_rows_are_the_corrected_ones(epsilon):
    """At the published complexity the rule needs exactly the corrected size, and by places fewer rows."""
    terms = Terms.of(epsilon=epsilon, submissions=1000, acceptances=20, repairs=0, bound="hoeffding")
    published = corrected_rows(epsilon, submissions=1000, acceptances=20)
    enough, complexity = math.ceil(published), terms.checker_complexity()
    allowed = Decimal(epsilon) / 4
    assert tolerance(Bound.HOEFFDING, complexity=complexity, rows=enough) <= allowed
    assert tolerance(Bound.HOEFFDING, complexity=complexity, rows=enough - 1) > allowed
    assert rows_needed(terms) < published


@settings(max_examples=25)
@given(
    st.integers(100, 10**6),
    st.sampled_from([bound.value for bound in Bound]),
    st.sampled_from(["1", "0.05"]),
    st.sampled_from(["checker", "confirmation"]),
)
def test_what_is_supported_needs_no_more_rows_than_there_are(rows, bound, differing, part):
    """The supported epsilon is the least on its grid: it fits the rows and one step less does not."""
    terms = Terms.of(bound=bound, **SMALL)
    found = supported(terms, rows, differing=differing, part=part)
    if found is None:
        return
    for size, fits in ((found, True), (found - Fraction(1, 100_000), False)):
        asked = Terms.of(epsilon=size, bound=bound, **SMALL)
        assert (rows_needed(asked, differing=differing, part=part) <= rows) is fits


def test_a_handful_of_rows_supports_nothing():
    """Twenty rows support no epsilon below 1, and say so."""
    assert supported(Terms.of(), 20) is None
    made = plan(Terms.of(), 20, 20)
    assert not made.fits
    assert "support no epsilon below 1" in made.problems[0]


@pytest.mark.parametrize("bound", Bound)
def test_the_tolerance_is_the_certificates_own(bound):
    """What a plan calls the tolerance is what a certificate takes off such a repair."""
    from bounty.certificates.bounds import certified_mass, plug_in_mass

    evidence = RepairEvidence(40_000, 8_000, 2_000, 800, 1_600, 400, 2_000)
    mass = certified_mass(evidence, bound=bound, complexity=Decimal(60))
    expected = tolerance(bound, complexity=Decimal(60), rows=40_000, differing="0.05", mass=Fraction(3, 100))
    assert float(plug_in_mass(evidence)) - float(mass) == pytest.approx(float(expected), rel=1e-9)


@pytest.mark.slow
@pytest.mark.parametrize("part", ["checker", "confirmation"])
@pytest.mark.parametrize("bound", Bound)
def test_rows_that_a_plan_asks_for_accept_claims_of_that_mass(bound, part):
    """With the rows needed every claim of mass epsilon is accepted, and none of less than the least."""
    terms = Terms.of(epsilon="0.05", bound=bound.value, **SMALL)
    rows = rows_needed(terms, differing="0.15", part=part)
    tails = events(terms.bound, "repair")
    complexity = worst_claim(terms, tails) if part == "checker" else worst_confirmation(terms, tails)
    random = np.random.default_rng(3)
    for better, worse, wanted in ((0.1, 0.05, True), (0.08, 0.056, False)):
        draws = random.multinomial(rows, (better, worse, 1 - better - worse), 200)
        answers = {accepts(_repair(*(int(count) for count in draw)), terms, complexity) for draw in draws}
        assert answers == {wanted}


def _repair(better, worse, same):
    rows = better + worse + same
    return RepairEvidence(rows, rows, better, worse, better, worse, better + worse)


def test_a_plan_names_each_part_that_is_too_small():
    """A plan is refused for part A and for part B, with what they support and what is needed."""
    made = plan(Terms.of(epsilon="0.05"), 40_000, 1_000, "0.05")
    assert not made.fits
    assert [problem[:6] for problem in made.problems] == ["part A", "part B"]
    assert f"{made.checker.needed:,}" in made.problems[0]
    assert made.checker.needed > 40_000
    assert plan(Terms.of(epsilon="0.05"), made.checker.needed, made.confirmation.needed, "0.05").fits


@pytest.mark.parametrize("differing", ["0", "1.5", "some", -1])
def test_a_share_that_is_none_is_refused(differing):
    """The declared share of changed rows is above 0 and at most 1."""
    with pytest.raises(BountyError, match="differing is"):
        plan(Terms.of(), 1000, 1000, differing)
    with pytest.raises(BountyError, match="differing is"):
        supported(Terms.of(), 1000, differing=differing)


def test_a_part_without_rows_is_refused():
    """A plan without rows is a mistake of the caller."""
    with pytest.raises(BountyError, match="the checker part has 0 rows"):
        plan(Terms.of(), 0, 100)


def test_rows_that_nobody_has_are_refused():
    """An epsilon so small that no data could support it is refused in words."""
    with pytest.raises(BountyError, match="needs more than"):
        rows_needed(Terms.of(epsilon="1e-9", repairs=0))


@pytest.mark.parametrize("bound", list(Bound))
def test_a_bound_named_by_its_text_is_that_bound(bound):
    """The text of a bound gives the numbers of that bound and not those of another."""
    terms = Terms.of(epsilon="0.1", **SMALL)
    asked = {"differing": "0.05", "part": "checker"}
    assert rows_needed(terms, bound=bound.value, **asked) == rows_needed(terms, bound=bound, **asked)
    assert supported(terms, 40_000, bound=bound.value, **asked) == supported(
        terms, 40_000, bound=bound, **asked
    )
