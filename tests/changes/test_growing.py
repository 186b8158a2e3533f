"""How many more new rows decide: the arithmetic of what the old data leave open."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from fairkit.changes.growing import growth_needed, units_to_decide
from fairkit.inference import Bounds

NUMBER = st.floats(0.001, 1)


@given(value=st.floats(-1, 1), new=NUMBER, old=NUMBER, margin=st.floats(0.01, 0.5))
def test_so_much_growth_just_decides(value, new, old, margin):
    """The growth that is stated takes the interval to an end of the margin; where none is, none would do."""
    arrays = [np.array([x]) for x in (value, -margin, margin, new, new, old, old)]
    (growth,) = growth_needed(arrays[0], Bounds(*arrays[1:3]), Bounds(*arrays[3:5]), Bounds(*arrays[5:7]))
    distance = abs(abs(value) - margin)
    if np.isnan(growth):
        assert old >= distance * (1 - 1e-9)
    else:
        assert new**2 / growth + old**2 == pytest.approx(distance**2)


def test_numbers_that_mean_nothing_are_left_out():
    """Fewer than 30 rows never decide, millions are noise, and clusters have a floor of their own."""
    growth = np.array([0.1, 3.0, 1e6, np.nan])
    rows = units_to_decide(growth, np.full(4, 100.0))
    assert rows[:2].tolist() == [30.0, 315.0]
    assert np.isnan(rows[2:]).all()
    assert units_to_decide(np.array([1.0]), np.array([4.0]), clusters=True).tolist() == [20.0]
