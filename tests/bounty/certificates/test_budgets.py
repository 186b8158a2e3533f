"""The budget says what was released, what is allowed and what is left."""

from __future__ import annotations

import json
import math

import pytest

from bounty.certificates.budgets import Spent, budget
from bounty.certificates.terms import Terms
from fairkit.errors import BountyError


def test_the_budget_adds_up_with_the_complexity():
    """What is allowed in all is the complexity less the part for mistakes."""
    terms = Terms.of(ladder_changes=5)
    allowed = budget(terms, Spent()).nats_allowed
    mistakes = math.log(2 * terms.queries / terms.delta)
    assert float(allowed) + mistakes == pytest.approx(float(terms.checker_complexity()))


def test_a_used_up_bounty_has_released_what_was_allowed():
    """Spending everything releases everything, and the share rises with each yes on the way."""
    terms = Terms.of(acceptances=3, repairs=2, ladder_changes=2)
    whole = Spent(1000, 3, terms.repair_queries, 2, 2)
    assert budget(terms, whole).share_released == 1
    assert budget(terms, whole).left == Spent()
    shares = [budget(terms, Spent(10, yes)).share_released for yes in range(4)]
    assert shares == sorted(set(shares))
    assert shares[0] == 0


def test_acceptances_and_repairs_end_together():
    """Where 1/least is smaller than both together, it is what is left."""
    terms = Terms.of(epsilon="0.2", acceptances=8, repairs=8)
    assert terms.most_accepted == 10
    left = Spent(submissions=20, acceptances=6, repair_queries=9, repairs=3).left(terms)
    assert (left.acceptances, left.repairs) == (1, 1)


def test_a_budget_is_json():
    """The statement is plain numbers."""
    content = budget(Terms.of(), Spent(submissions=1, acceptances=1)).to_dict()
    assert json.loads(json.dumps(content)) == content
    assert content["answers"] == 1


@pytest.mark.parametrize("counts", [(-1, 0, 0, 0, 0), (0, 1, 0, 0, 0), (0, 0, 0, 1, 0)])
def test_impossible_counts_are_refused(counts):
    """Counts are not negative and nothing is accepted that was not judged."""
    with pytest.raises(BountyError, match="counts are from 0 up"):
        Spent(*counts)


@pytest.mark.parametrize("counts", [(1001, 0, 0, 0, 0), (1000, 21, 0, 0, 0), (0, 0, 0, 0, 1)])
def test_more_than_the_terms_allow_is_refused(counts):
    """A budget that is overdrawn is an error, not a negative number."""
    with pytest.raises(BountyError, match="more than the terms allow"):
        budget(Terms.of(), Spent(*counts))
