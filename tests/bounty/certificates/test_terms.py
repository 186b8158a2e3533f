"""Terms are read exactly, refused with every problem, and cost what the published bound says."""

from __future__ import annotations

import itertools
import json
import math
from dataclasses import replace
from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bounty.certificates.terms import Bound, Terms
from fairkit.errors import BountyError

GIVEN = st.fixed_dictionaries(
    {
        "epsilon": st.fractions(Fraction(1, 1000), Fraction(99, 100), max_denominator=1000),
        "submissions": st.integers(50, 10**6),
        "acceptances": st.integers(1, 50),
        "delta": st.sampled_from(["0.05", "1/3", 0.1]),
        "bound": st.sampled_from([bound.value for bound in Bound]),
        "repairs": st.none() | st.integers(0, 30),
        "ladder_changes": st.integers(0, 100),
    }
)


@pytest.mark.parametrize("epsilon", ["0.1", 0.1, Decimal("0.1"), Fraction(1, 10), "1/10", "1e-1", " 0.10 "])
def test_a_number_means_the_same_however_it_is_written(epsilon):
    """One tenth is one tenth as text, fraction, decimal or float."""
    assert Terms.of(epsilon=epsilon) == Terms.of(epsilon="0.1")


def test_defaults_are_the_published_checkers():
    """Least is half of epsilon, and as many repairs are reserved as acceptances."""
    terms = Terms.of(epsilon="0.08", acceptances=7)
    assert (terms.least, terms.repairs, terms.bound) == (Fraction(1, 25), 7, Bound.BERNSTEIN)


@given(GIVEN)
def test_terms_are_read_back_from_json(given_terms):
    """A manifest's terms are the same terms, and its text is the same text."""
    terms = Terms.of(**given_terms)
    text = json.dumps(terms.to_dict())
    assert Terms.from_dict(json.loads(text)) == terms
    assert json.dumps(Terms.from_dict(json.loads(text)).to_dict()) == text


@given(GIVEN, st.integers(1, 4))
def test_the_complexity_is_the_sum_of_what_is_released(given_terms, events):
    """The complexities agree with their formulas in floating point."""
    terms = Terms.of(**given_terms)
    asked = terms.submissions + terms.repair_queries
    most = min(terms.acceptances + terms.repairs, math.floor(1 / terms.least))
    expected = (
        math.log(2 * events * asked / terms.delta)
        + most * math.log(asked + 1)
        + terms.ladder_changes * (math.log(terms.submissions + 1) + math.log(1 / terms.ladder_step + 1))
    )
    assert float(terms.checker_complexity(events)) == pytest.approx(expected)
    expected = math.log(2 * events * most / terms.delta) + most * math.log(2)
    assert float(terms.confirmation_complexity(events)) == pytest.approx(expected)


@pytest.mark.parametrize(("epsilon", "accepted"), [("0.2", 10), ("0.1", 20), ("0.05", 20), ("0.01", 20)])
def test_without_repairs_it_is_the_corrected_published_form(epsilon, accepted):
    """One event without repairs and board costs ln(2U/delta) + min(K, 2/epsilon) ln(U + 1)."""
    terms = Terms.of(epsilon=epsilon, submissions=1000, acceptances=20, repairs=0)
    assert float(terms.checker_complexity()) == pytest.approx(math.log(40_000) + accepted * math.log(1001))


def test_the_notes_complexities_come_out():
    """A thousand submissions and twenty acceptances cost 148.8 nats on A and 20.5 on B."""
    terms = Terms.of(epsilon="0.05", submissions=1000, acceptances=20, repairs=0)
    assert round(terms.checker_complexity(), 1) == Decimal("148.8")
    assert round(terms.confirmation_complexity(), 1) == Decimal("20.5")


@pytest.mark.parametrize(
    ("acceptances", "repairs", "epsilon"), [(3, 3, "0.1"), (5, 2, "0.1"), (4, 9, "0.4"), (9, 0, "0.9")]
)
def test_full_scans_are_counted_scan_by_scan(acceptances, repairs, epsilon):
    """The default number of queries is what scanning after every acceptance can take at most."""
    terms = Terms.of(epsilon=epsilon, acceptances=acceptances, repairs=repairs)
    counted = sum(
        1
        for accepted in range(1, terms.most_accepted + 1)
        for _ in itertools.product(range(min(accepted, acceptances)), range(accepted))
    )
    assert terms.full_scans == counted
    assert terms.repair_queries == (counted if repairs else 0)


def test_every_problem_is_named_at_once():
    """Terms that are wrong in every number are refused with all of them."""
    with pytest.raises(BountyError) as caught:
        Terms.of(
            epsilon="much",
            submissions=0,
            acceptances=-1,
            delta=1,
            bound="bernstien",
            repairs="1.5",
            ladder_step="0.03",
        )
    text = str(caught.value)
    assert len(caught.value.problems) == 7
    for part in ("'much'", "submissions is 0", "acceptances is -1", "delta is 1", "'1.5'", "0.03"):
        assert part in text
    assert "Did you mean 'bernstein'?" in text


@pytest.mark.parametrize(
    ("given_terms", "said"),
    [
        ({"epsilon": "0.1", "least": "0.1"}, "least is 0.1"),
        ({"epsilon": "0.1", "least": "0"}, "least is 0;"),
        ({"epsilon": "1"}, "epsilon is 1;"),
        ({"epsilon": float("nan")}, "epsilon is nan"),
        ({"epsilon": True}, "epsilon is True"),
        ({"epsilon": "1e-999999999"}, "epsilon is"),
        ({"submissions": 10**13}, "submissions is 10,000,000,000,000"),
        ({"submissions": 5, "acceptances": 6}, "more than the 5 submissions"),
        ({"delta": "-0.1"}, "delta is -0.1"),
        ({"ladder_changes": None}, "ladder_changes is None"),
    ],
)
def test_each_number_has_its_range(given_terms, said):
    """A number out of range is refused in words that name it and its value."""
    with pytest.raises(BountyError) as caught:
        Terms.of(**given_terms)
    assert said in str(caught.value)


def test_terms_made_directly_are_held_to_the_same_ranges():
    """A replaced field is checked like a read one."""
    with pytest.raises(BountyError, match="delta is 2"):
        replace(Terms.of(), delta=Fraction(2))


def test_a_manifests_terms_are_complete_and_known():
    """A missing and a misspelt term are both named, with what was meant."""
    content = Terms.of().to_dict()
    content["epsilom"] = content.pop("epsilon")
    with pytest.raises(BountyError) as caught:
        Terms.from_dict(content)
    assert "'epsilon' is missing" in str(caught.value)
    assert "Did you mean 'epsilon'?" in str(caught.value)


def test_the_threads_own_arithmetic_does_not_matter():
    """A caller's decimal context changes no complexity."""
    import decimal

    terms = Terms.of(epsilon="0.0731", submissions=4321)
    with decimal.localcontext(decimal.Context(prec=3, rounding=decimal.ROUND_UP)):
        rough = terms.checker_complexity(3)
    fresh = replace(terms, submissions=4322)
    assert rough == terms.checker_complexity(3)
    assert len(rough.as_tuple().digits) > 20
    assert fresh.checker_complexity(3) > rough
