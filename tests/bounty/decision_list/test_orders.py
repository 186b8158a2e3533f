"""Every order of claims: the four-point example, plain enumeration, and what contributions must add up to."""

from __future__ import annotations

import itertools
import math
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from random_lists import LOSSES, SPACES, random_answers

from bounty.decision_list.orders import MOST_CLAIMS, OrderedClaim, all_orders
from bounty.decision_list.repairs import StrictImprovement, WatchedGroups, scan
from bounty.decision_list.versions import Versions
from bounty.rows.amounts import Bits, Numbers
from bounty.rows.answers import Form, Truth
from bounty.rows.bits import RowSet
from bounty.rows.columns import Columns
from bounty.rows.splits import Split
from fairkit.errors import UsageError

SEEDS = st.integers(0, 2**32 - 1)


def points(*places, of=4):
    """Give a set of rows."""
    return RowSet.of(np.isin(np.arange(of), places))


TOY = (
    Bits(points(0, 1, 2, 3)),
    [
        OrderedClaim(points(0, 1, 2, 3), Bits(points(3))),
        OrderedClaim(points(0, 1, 2, 3), Bits(points(0, 1))),
        OrderedClaim(points(0, 1), Bits(points(2, 3))),
    ],
)


def test_one_order_of_the_four_points_ends_at_0_and_five_at_a_quarter():
    """Of the six orders of the four-point example only (2, 3, 1) ends at 0; the others end at .25.

    The example (four points with y = 1, the host wrong on all; h1 right on the first three, h2 on the last
    two, h3 on the first two, each on its group) is printed with 0 for the order (3, 2, 1) as well. That is an
    erratum: there, h2 on everybody ties with the model after h3 at two errors and is rejected, and h1 follows
    with one error; taking ties instead puts h2 over h3, and h1 follows again.
    """
    start, claims = TOY
    orders = all_orders(start, claims, repairs=False)
    found = {tuple(claim + 1 for claim in orders.order(index)): orders.error(index) for index in range(6)}
    assert found == {order: Fraction(1, 4) for order in itertools.permutations((1, 2, 3))} | {
        (2, 3, 1): Fraction(0)
    }
    assert orders.reaching(Fraction(0)) == ((1, 2, 0),)
    assert orders.reaching(Fraction(1, 3)) == ()
    assert (orders.best_error, orders.worst_error) == (0, Fraction(1, 4))
    # Each order starts at 4 errors; five end at 1 and one at 0.
    assert sum(orders.contributions) == 4 - Fraction(5, 6)


def test_taking_ties_does_not_bring_the_printed_0_either():
    """Were ties accepted, the order (3, 2, 1) of the four points would still end at .25."""
    start, claims = TOY
    lost = start.array()
    for claim in (claims[2], claims[1], claims[0]):
        mask = claim.group.mask
        if claim.lost.array()[mask].sum() <= lost[mask].sum():
            lost = np.where(mask, claim.lost.array(), lost)
    assert lost.sum() == 1


def plain(start, claims, order, *, repairs):
    """Go through one order by hand; give what is lost after each claim."""
    versions, accepted, ends = [start], [], []
    for claim in order:
        mask = claims[claim][0]
        if claims[claim][1][mask].sum() < versions[-1][mask].sum():
            versions.append(np.where(mask, claims[claim][1], versions[-1]))
            accepted.append(mask)
            while repairs:
                better = [
                    np.where(each, version, versions[-1])
                    for each in accepted
                    for version in versions
                    if version[each].sum() < versions[-1][each].sum()
                ]
                if not better:
                    break
                versions.append(better[0])
        ends.append(int(versions[-1].sum()))
    return ends


def as_amounts(values, binary):
    """Hold lost amounts as the package does."""
    return Bits(RowSet.of(values.astype(bool))) if binary else Numbers(values)


@settings(max_examples=40)
@given(
    seed=SEEDS,
    binary=st.booleans(),
    repairs=st.booleans(),
    claims=st.integers(0, 4),
    kinds=st.sampled_from([1, 3, 60]),
)
def test_sharing_what_orders_have_in_common_changes_nothing(seed, binary, repairs, claims, kinds):
    """Ends and contributions are those of going through each order by itself, whatever the rows are like."""
    rng = np.random.default_rng(seed)
    kind = rng.integers(0, kinds, 60)
    largest = 1 if binary else 10**6
    start = rng.integers(0, largest + 1, kinds)[kind]
    drawn = [
        ((rng.random(kinds) < 0.5)[kind], rng.integers(0, largest + 1, kinds)[kind]) for _ in range(claims)
    ]
    ordered = [OrderedClaim(RowSet.of(mask), as_amounts(lost, binary)) for mask, lost in drawn]
    found = all_orders(as_amounts(start, binary), ordered, repairs=repairs, largest=largest)
    merits = [Fraction(0)] * claims
    for index, order in enumerate(itertools.permutations(range(claims))):
        ends = plain(start, drawn, order, repairs=repairs)
        assert found.order(index) == order
        assert found.lost[index] == (ends[-1] if ends else start.sum())
        for claim, before, after in zip(order, [int(start.sum()), *ends], ends, strict=False):
            merits[claim] += Fraction(before - after, math.factorial(claims))
    assert found.contributions == tuple(merits)
    assert len(found.lost) == math.factorial(claims)
    assert found.start == start.sum()


@settings(max_examples=25)
@given(seed=SEEDS, form=st.sampled_from(list(Form)))
def test_an_order_ends_where_the_decision_list_does(seed, form):
    """Each order's loss is that of the list grown with the strict judge and the scan for repairs."""
    rng = np.random.default_rng(seed)
    rows = 90
    units = Numbers(rng.integers(1, 61, rows))
    truth = Truth(units=units) if form is Form.COST else Truth(random_answers(rng, form, rows).codes)
    columns = Columns.of({"row": [0] * rows})
    split = Split("checker", columns, truth, random_answers(rng, form, rows))
    pairs = [(RowSet.of(rng.random(rows) < 0.5), random_answers(rng, form, rows)) for _ in range(4)]
    loss = LOSSES[form]
    claims = [OrderedClaim(group, loss.lost(answers, truth)) for group, answers in pairs]
    orders = all_orders(split.lost(loss), claims, largest=loss.largest)
    for index in rng.integers(0, 24, 6).tolist():
        watched = WatchedGroups(Versions(split, loss, SPACES[form]))
        for claim in orders.order(index):
            group, answers = pairs[claim]
            if watched.versions.propose(group, answers).saved > 0:
                watched.versions.update(group, answers)
                watched.watch(group)
                scan(watched, StrictImprovement())
        lost = watched.versions.lost(watched.versions.current).total(RowSet.all(rows))
        assert orders.error(index) == Fraction(lost, rows * loss.largest)


def test_a_claim_that_saves_nothing_contributes_nothing():
    """A claim for an empty group, or no better than the host, has contribution 0 and changes no end."""
    start, claims = TOY
    idle = [OrderedClaim(points(), Bits(points())), OrderedClaim(points(0, 1), start)]
    orders, without = all_orders(start, [*claims, *idle]), all_orders(start, claims)
    assert orders.contributions == (*without.contributions, 0, 0)
    assert set(orders.lost.tolist()) == set(without.lost.tolist())


def test_twins_share_their_merit():
    """Two equal claims contribute alike, and together what one of them would alone."""
    claim = OrderedClaim(points(0, 1), Bits(points(2, 3)))
    orders = all_orders(Bits(points(0, 1, 2, 3)), [claim, claim])
    assert orders.contributions == (1, 1)


def test_sums_beyond_floating_point_stay_exact():
    """Losses whose sums exceed 2**53 are summed exactly all the same."""
    most = 2**53
    start = Numbers(np.array([most, most, 1]))
    claims = [OrderedClaim(points(0, 1, 2, of=3), Numbers(np.array([most, most, 0])))]
    orders = all_orders(start, claims, largest=most)
    assert orders.lost.tolist() == [2 * most]
    assert orders.contributions == (1,)


def test_more_orders_than_can_be_tried_are_refused():
    """More claims than can be permuted in reasonable time are refused, with the number of orders."""
    start, claims = TOY
    with pytest.raises(UsageError, match="11 claims have 39,916,800 orders; hand over at most 10"):
        all_orders(start, [claims[0]] * (MOST_CLAIMS + 1))
