"""Packed sets of rows are sets: every operation agrees with one boolean a row."""

from __future__ import annotations

import hypothesis.strategies as st
import numpy as np
import pytest
from hypothesis import given

from bounty.rows.bits import WORD, RowSet, count, count_each, pack, unpack

ROWS = st.integers(0, 3 * WORD + 1)


@st.composite
def two_masks(draw):
    """Draw two masks of one length."""
    rows, seed = draw(ROWS), draw(st.integers(0, 2**32 - 1))
    random = np.random.default_rng(seed)
    return random.random(rows) < draw(st.floats(0, 1)), random.random(rows) < draw(st.floats(0, 1))


@given(two_masks())
def test_operations_are_those_of_sets(masks):
    """Union, intersection, difference, complement, sizes and Jaccard are those of the masks."""
    one, other = masks
    first, second = RowSet.of(one), RowSet.of(other)
    for found, expected in (
        (first, one),
        (first & second, one & other),
        (first | second, one | other),
        (first ^ second, one ^ other),
        (first - second, one & ~other),
        (~first, ~one),
    ):
        np.testing.assert_array_equal(found.mask, expected)
        assert found.size == expected.sum()
        assert found == RowSet.of(expected)
        assert unpack(found.words, len(one)).tolist() == expected.tolist()
    assert first.common(second) == (one & other).sum()
    either = (one | other).sum()
    assert first.jaccard(second) == ((one & other).sum() / either if either else 1.0)


@given(two_masks())
def test_bits_beyond_the_last_row_stay_unset(masks):
    """No operation leaves a bit set that belongs to no row, so that counting needs no mask."""
    one, other = (RowSet.of(mask) for mask in masks)
    for found in (one, ~one, ~~one, one | ~other, ~(one & other), ~one ^ other, RowSet.all(one.rows)):
        whole = np.unpackbits(found.words.astype("<u8").view(np.uint8), bitorder="little")
        assert not whole[found.rows :].any()
        assert len(found.words) == -(-found.rows // WORD)


@given(two_masks(), st.data())
def test_rows_are_taken_in_the_order_asked_for(masks, data):
    """Chosen rows come in the order in which they are chosen, also twice."""
    mask, _ = masks
    places = st.integers(0, max(0, len(mask) - 1))
    index = np.array(data.draw(st.lists(places, max_size=20 if len(mask) else 0)), dtype=np.intp)
    np.testing.assert_array_equal(RowSet.of(mask).taking(index).mask, mask[index])


def test_every_row_and_none():
    """The set of all rows has them all, the empty one none, also where there are no rows."""
    for rows in (0, 1, 63, 64, 65, 128):
        assert (RowSet.all(rows).size, RowSet.none(rows).size) == (rows, 0)
        assert ~RowSet.all(rows) == RowSet.none(rows)


def test_sets_of_different_splits_differ():
    """Equal bits over another number of rows are another set, and a set is never equal to something else."""
    assert RowSet.of(np.array([True])) != RowSet.of(np.array([True, False]))
    assert RowSet.none(3) != [False] * 3
    with pytest.raises(TypeError, match="unhashable"):
        hash(RowSet.none(3))


@given(st.lists(st.lists(st.integers(0, 2**64 - 1), min_size=2, max_size=2), min_size=1, max_size=5))
def test_counts_are_of_ones(rows):
    """Counting words counts their ones, in all and along the last axis."""
    matrix = np.array(rows, dtype=np.uint64)
    each = [sum(int(word).bit_count() for word in row) for row in rows]
    assert count_each(matrix).tolist() == each
    assert count(matrix) == sum(each)


def test_row_i_is_bit_i():
    """Bit `i % 64` of word `i // 64` is row `i`, as packed files rely on."""
    for row in (0, 1, 63, 64, 130):
        mask = np.zeros(200, dtype=bool)
        mask[row] = True
        assert pack(mask).tolist() == [2 ** (row % WORD) if word == row // WORD else 0 for word in range(4)]
