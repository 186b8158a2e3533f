"""Amounts on rows: packed bits and numbers answer alike, and exactly as Python's integers do."""

from __future__ import annotations

import hypothesis.strategies as st
import numpy as np
from hypothesis import given

from bounty.rows.amounts import Bits, Change, Numbers
from bounty.rows.bits import RowSet


@st.composite
def amounts(draw):
    """Draw two amounts of one length, as numbers and where they can be as bits, and a set of rows."""
    rows = draw(st.integers(0, 150))
    largest = draw(st.sampled_from([1, 1, 7, 10**6, 2**31, 2**40]))
    random = np.random.default_rng(draw(st.integers(0, 2**32 - 1)))
    one, other = (random.integers(0, largest + 1, rows) for _ in range(2))
    mask = random.random(rows) < draw(st.floats(0, 1))
    forms = [
        [Numbers(values), *([Bits(RowSet.of(values == 1))] if largest == 1 else [])]
        for values in (one, other)
    ]
    return one.tolist(), other.tolist(), mask, forms


@given(amounts())
def test_sums_are_exact(drawn):
    """Sums, squares and products over rows are those of Python's integers, in each form and across forms."""
    one, other, mask, (ones, others) = drawn
    where = RowSet.of(mask)
    chosen = [pair for pair, inside in zip(zip(one, other, strict=True), mask, strict=True) if inside]
    for first in ones:
        assert first.rows == len(one)
        assert first.array().tolist() == one
        assert first.total(where) == sum(a for a, _ in chosen)
        assert first.squares(where) == sum(a * a for a, _ in chosen)
        for second in others:
            assert first.products(second, where) == sum(a * b for a, b in chosen)
            saved = [a - b for a, b in chosen]
            assert first.change(second, where) == Change(
                sum(each for each in saved if each > 0),
                -sum(each for each in saved if each < 0),
                sum(each * each for each in saved),
            )
            assert first.change(second, where).saved == first.total(where) - second.total(where)


@given(amounts())
def test_amounts_are_replaced_on_a_set_of_rows_only(drawn):
    """Replacing takes the other amounts inside the set and leaves these outside, in each form."""
    one, other, mask, (ones, others) = drawn
    expected = np.where(mask, other, one).tolist()
    for first in ones:
        for second in others:
            assert first.replaced(RowSet.of(mask), by=second).array().tolist() == expected


@given(amounts(), st.data())
def test_rows_are_taken_in_order(drawn, data):
    """Amounts of chosen rows come in the order in which they are chosen."""
    one, _, _, (ones, _) = drawn
    places = st.integers(0, max(0, len(one) - 1))
    index = np.array(data.draw(st.lists(places, max_size=10 if one else 0)), dtype=np.intp)
    for first in ones:
        assert first.taking(index).array().tolist() == [one[place] for place in index]


def test_squares_that_64_bits_cannot_hold_are_exact():
    """Sums of squares beyond 64 bits are added in Python's integers."""
    values = np.full(5, 2**31 - 1, dtype=np.int64) * 2
    assert Numbers(values).squares(RowSet.all(5)) == 5 * (2 * (2**31 - 1)) ** 2
    assert Numbers(values).squares(RowSet.all(5)) > 2**64
