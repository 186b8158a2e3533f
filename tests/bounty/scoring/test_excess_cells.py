"""Cells of rows and what they are worth, against sets and fractions written out."""

import itertools
from fractions import Fraction

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from bounty.rows.amounts import Bits, Numbers
from bounty.rows.bits import RowSet
from bounty.scoring.excess_cells import ExcessCells

ROWS = 24
masks = hnp.arrays(np.bool_, ROWS)
amounts = hnp.arrays(np.int64, ROWS, elements=st.integers(0, 9))
groups = st.lists(masks, min_size=1, max_size=6)


def cells_of(lost, units):
    """Cells without groups."""
    return ExcessCells.of(Numbers(lost), Numbers(units))


def added(cells, mask):
    """Add a group and give its gain."""
    cut = cells.cut(RowSet.of(mask))
    if cut is None:
        return Fraction(0)
    cells.add(cut)
    return cut.gain


def excess(rows, lost, units):
    """What is lost on some rows beyond the overall rate."""
    rate = Fraction(int(lost.sum()), int(units.sum()))
    return sum((int(lost[i]) - rate * int(units[i]) for i in rows), Fraction(0))


def worth(chosen, lost, units):
    """Sum the excess of every cell inside some group, where it is above 0."""
    key = {i: tuple(bool(mask[i]) for mask in chosen) for i in range(len(lost))}
    cells = {name: [i for i in key if key[i] == name] for name in set(key.values()) if any(name)}
    return sum((max(Fraction(0), excess(rows, lost, units)) for rows in cells.values()), Fraction(0))


@given(chosen=groups, lost=amounts, units=amounts)
def test_gains_are_differences_of_worths_written_out(chosen, lost, units):
    """Each group gains exactly what sets and fractions say, and its excess and cover are theirs."""
    cells = cells_of(lost, units)
    if not units.any():
        assert cells.cut(RowSet.of(chosen[0])) is None
        return
    for i, mask in enumerate(chosen):
        cut = cells.cut(RowSet.of(mask))
        before = np.any(chosen[:i], axis=0) if i else np.zeros(ROWS, np.bool_)
        assert cut.gain == worth(chosen[: i + 1], lost, units) - worth(chosen[:i], lost, units)
        assert cut.excess == excess(np.flatnonzero(mask), lost, units)
        assert cut.covered == (Fraction(int((before & mask).sum()), int(mask.sum())) if mask.any() else None)
        cells.add(cut)


@settings(max_examples=40)
@given(chosen=st.lists(masks, min_size=2, max_size=4), lost=amounts, units=amounts)
def test_all_groups_together_gain_the_same_in_every_order(chosen, lost, units):
    """The order of the groups decides who gains, never how much is gained in all."""
    sums = set()
    for order in itertools.permutations(chosen):
        cells = cells_of(lost, units)
        sums.add(sum(added(cells, mask) for mask in order))
    assert len(sums) == 1


@given(chosen=groups, lost=amounts, units=amounts)
def test_nothing_is_gained_twice(chosen, lost, units):
    """A group that was added gains nothing again, nor does any union of cells that are cut already."""
    cells = cells_of(lost, units)
    for mask in chosen:
        assert added(cells, mask) >= 0
    for mask in [*chosen, np.any(chosen, axis=0), np.all(chosen, axis=0)]:
        assert added(cells, mask) == 0


@given(lost=masks, mask=masks)
def test_bits_and_numbers_are_worth_the_same(lost, mask):
    """A loss kept as bits gives what the same loss kept as numbers gives."""
    everywhere = RowSet.all(ROWS)
    packed = ExcessCells.of(Bits(RowSet.of(lost)), Bits(everywhere))
    plain = cells_of(lost.astype(np.int64), np.ones(ROWS, np.int64))
    assert added(packed, mask) == added(plain, mask)


def test_large_losses_are_summed_exactly():
    """Sums beyond what a float holds keep their last unit."""
    lost = np.array([2**53, 1, 0, 0], dtype=np.int64)
    cells = cells_of(lost, np.ones(4, np.int64))
    cut = cells.cut(RowSet.of(np.array([True, True, False, False])))
    assert cut.excess == Fraction(2**53 + 1, 2)
