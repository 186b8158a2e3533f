"""Sizes in bands."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bounty.scoring.size_bands import FLOOR, SizeBand, band
from fairkit.errors import BountyError

floors = st.integers(2, 10_000)


@given(rows=st.integers(0, 10**12), floor=floors)
def test_a_size_lies_in_its_band(rows, floor):
    """The band of a size contains it."""
    assert rows in band(rows, floor)


@given(rows=st.integers(0, 10**6), floor=floors)
def test_bands_join_without_gap_or_overlap(rows, floor):
    """The row after the last of a band is the first of the next, which is as wide as all before it."""
    this = band(rows, floor)
    following = band(this.most + 1, floor)
    assert following.least == this.most + 1
    assert following.most - following.least + 1 == following.least
    assert band(this.least, floor) == this == band(this.most, floor)


@given(rows=st.integers(0, 10**6), floor=floors)
def test_no_band_is_narrower_than_the_floor(rows, floor):
    """A band always hides at least as many sizes as the floor has rows."""
    found = band(rows, floor)
    assert found.most - found.least + 1 >= floor


@given(rows=st.integers(0, 10**6), more=st.integers(0, 10**6), floor=floors)
def test_more_rows_are_never_a_lower_band(rows, more, floor):
    """Bands are in the order of the sizes."""
    assert band(rows, floor) <= band(rows + more, floor)


@given(rows=st.integers(0, FLOOR - 1))
def test_below_the_floor_nothing_is_told_apart(rows):
    """Every size below the floor reads the same, none included."""
    assert str(band(rows)) == "fewer than 50"


def test_bands_are_words_for_a_sentence():
    """A band names what it counts, with its plural where that is irregular."""
    assert band(3200).counted("row") == "3,200 to 6,399 rows"
    assert SizeBand(0, 9).counted("person", "people") == "fewer than 10 people"


def test_sizes_and_floors_that_mean_nothing_are_refused_together():
    """A negative size and a floor that hides nothing are both named."""
    with pytest.raises(BountyError) as refused:
        band(-1, 1)
    assert len(refused.value.problems) == 2
    assert "-1" in str(refused.value)
    assert "floor of 1" in str(refused.value)
