"""Coded columns give back their values, and refuse what they cannot code."""

from __future__ import annotations

import numpy as np
import pytest
from coded_columns import values
from hypothesis import given

from bounty.rows.columns import MOST_LEVELS, Column, Columns, code_type
from fairkit.errors import DataError


@given(values())
def test_values_come_back(drawn):
    """Every value comes back from its code, missing ones as None, and levels are sorted."""
    columns = Columns.of(drawn)
    assert columns.rows == len(drawn["age"])
    for name, column in columns.by_name.items():
        assert column.values() == drawn[name]
        assert list(column.levels) == sorted({value for value in drawn[name] if value is not None})
        assert column.codes.max(initial=0) <= column.missing


@given(values(least=1))
def test_levels_may_be_declared(drawn):
    """Splits coded with the same levels have the same code for the same value."""
    everything = {name: {value for value in column if value is not None} for name, column in drawn.items()}
    half = {name: column[::2] for name, column in drawn.items()}
    one, other = Columns.of(drawn, levels=everything), Columns.of(half, levels=everything)
    for name in drawn:
        assert one.by_name[name].levels == other.by_name[name].levels
        np.testing.assert_array_equal(one.by_name[name].codes[::2], other.by_name[name].codes)
    index = np.arange(0, one.rows, 2)
    assert one.taking(index).by_name["home"].values() == half["home"]
    assert one.taking(index).rows == len(index)


def test_kinds_are_told():
    """What a column holds is told from its values; one without any counts as text."""
    columns = Columns.of({"a": [1, 2.5], "b": ["x", None], "c": [True, None], "d": [None, None]})
    assert columns.kinds == {"a": "number", "b": "text", "c": "bool", "d": "text"}


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ([1, "a"], "holds number and text"),
        ([True, 2], "holds bool and number"),
        ([1, True], "holds bool and number"),
        ([0, False, 5], "holds bool and number"),
        ([1.0, float("nan")], "not finite"),
        ([1.0, float("inf")], "not finite"),
        ([2**53 + 1, 0.5], "beyond 2**53"),
        ([-(2**60)], "beyond 2**53"),
        ([10**5000], "beyond 2**53"),
        (list(range(MOST_LEVELS + 1)), "at most 65,535"),
    ],
    ids=range(10),
)
def test_values_that_cannot_be_coded_are_refused(given, message):
    """Mixed kinds, numbers that are not finite and too many values are data errors that name the column."""
    with pytest.raises(DataError, match="'c'") as caught:
        Column.of("c", given)
    assert message in str(caught.value)


def test_a_value_outside_the_levels_is_refused():
    """A value that was not declared is named."""
    with pytest.raises(DataError, match="'own', which is not among its levels"):
        Column.of("home", ["rent", "own"], ["rent"])


def test_columns_are_of_one_length():
    """Columns of different lengths are refused."""
    with pytest.raises(DataError, match="differ in length"):
        Columns.of({"a": [1], "b": [1, 2]})


def test_codes_take_the_smallest_type():
    """Up to 255 values and the missing one fit into a byte, more into two."""
    assert (code_type(255), code_type(256)) == (np.uint8, np.uint16)
    column = Column.of("n", [*range(255), None])
    assert (column.codes.dtype, column.codes[-1]) == (np.uint8, 255)
    column = Column.of("n", [*range(256), None])
    assert (column.codes.dtype, column.codes[-1]) == (np.uint16, 256)
    assert Column.of("n", range(MOST_LEVELS)).codes[-1] == MOST_LEVELS - 1
