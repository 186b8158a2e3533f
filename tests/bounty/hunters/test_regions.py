"""Regions and their predicates are the same rows, whatever the columns hold and whatever is missing."""

import numpy as np
import pytest
from hunted_splits import coded_columns
from hypothesis import given
from hypothesis import strategies as st

from bounty.hunters.regions import Region, merged, predicate_of, within_limits
from bounty.rows.columns import Columns
from bounty.rows.subgroups import Subgroup
from fairkit.errors import PredicateError


@st.composite
def regions_of(draw, columns):
    """Draw a box over some of the columns."""
    region = Region()
    for name in draw(st.lists(st.sampled_from(list(columns.by_name)), unique=True)):
        size = len(columns.by_name[name].levels) + 1
        holds = draw(st.lists(st.booleans(), min_size=size, max_size=size))
        region = region.narrowed(name, np.array(holds))
    return region


@given(st.data())
def test_the_predicate_of_regions_holds_in_exactly_their_rows(data):
    """A predicate written for a union of regions has their rows, missing values included."""
    columns = data.draw(coded_columns())
    boxes = data.draw(st.lists(regions_of(columns), min_size=1, max_size=4))
    expected = np.zeros(columns.rows, dtype=bool)
    for box in boxes:
        expected |= box.rows(columns).mask
    if all(box.empty for box in boxes):
        with pytest.raises(PredicateError):
            predicate_of(boxes, columns)
        return
    subgroup = Subgroup.of(predicate_of(boxes, columns).canonical, columns)
    assert subgroup.rows(columns).mask.tolist() == expected.tolist()


@given(st.data())
def test_merging_keeps_the_rows(data):
    """Regions that are joined have the same rows together, and are never more."""
    columns = data.draw(coded_columns())
    boxes = data.draw(st.lists(regions_of(columns), min_size=1, max_size=5))
    joined = merged(boxes)
    assert len(joined) <= len(boxes)
    rows = [
        np.logical_or.reduce([box.rows(columns).mask for box in some]).tolist() for some in (boxes, joined)
    ]
    assert rows[0] == rows[1]


def test_a_region_without_missing_rows_does_not_claim_them():
    """All numbers but no missing value is written as known, not as every row."""
    columns = Columns.of({"age": [20, 30, None]})
    known = Region().narrowed("age", np.array([True, True, False]))
    assert predicate_of([known], columns).canonical == "age is not missing"


def test_every_row_can_be_written():
    """A region without any test is written as a predicate that holds everywhere."""
    columns = Columns.of({"age": [20, 30, None]})
    predicate = predicate_of([Region()], columns)
    assert Subgroup.of(predicate.canonical, columns).rows(columns).size == 3


def test_what_is_worth_least_is_left_out_until_it_fits():
    """A union that is too long loses the regions of least worth, and says how many."""
    names = [f"v{place:03}" for place in range(400)]
    columns = Columns.of({"a": names, "b": names})
    boxes, worth = [], []
    for place in range(0, 400, 2):
        holds = np.zeros(401, dtype=bool)
        holds[place] = True
        boxes.append(Region({"a": holds, "b": holds}))
        worth.append(place)
    predicate, left_out = within_limits(boxes, worth, columns)
    kept = 200 - left_out
    assert 0 < kept < 200
    rows = Subgroup.of(predicate.canonical, columns).rows(columns)
    assert np.flatnonzero(rows.mask).tolist() == list(range(400 - 2 * kept, 400, 2))
