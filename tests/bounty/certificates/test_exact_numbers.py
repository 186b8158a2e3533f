"""Numbers that people write are kept exactly."""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bounty.certificates.exact_numbers import decimal_of, fraction_of, text_of, whole_of

FRACTIONS = st.fractions(max_denominator=10**9).filter(lambda value: abs(value) < 10**9)


@given(FRACTIONS)
def test_a_written_number_is_read_back(value):
    """What is written is read as the same number."""
    assert fraction_of(text_of(value)) == value


@given(st.floats(min_value=1e-9, max_value=1e9))
def test_a_float_is_read_as_it_is_printed(value):
    """A float means the shortest decimal that it prints as, never its binary neighbour."""
    assert fraction_of(value) == Fraction(repr(value))


@pytest.mark.parametrize(
    "given_text",
    ["", "many", "nan", "inf", "1e-999999999", "1e999999999", "1/0", "0x10", "1_000", "--1", "1" * 80, "٣"],
)
def test_what_is_no_number_is_none(given_text):
    """Texts that are no number, or that would be enormous ones, are not read."""
    assert fraction_of(given_text) is None


@pytest.mark.parametrize(
    "value", [float("nan"), float("inf"), Decimal("NaN"), Decimal("1e-99999"), True, None]
)
def test_values_that_are_no_number_are_none(value):
    """Infinities, undefined values, booleans and nothing at all are not read."""
    assert fraction_of(value) is None


def test_whole_numbers_are_whole():
    """A count may be written as text or as a float without a fraction."""
    assert [whole_of(value) for value in (3, "3", 3.0, "3.5", "x")] == [3, 3, 3, None, None]


@given(FRACTIONS)
def test_a_decimal_is_the_nearest_of_its_length(value):
    """A fraction differs from its decimal by less than one part in 10^27."""
    assert abs(Fraction(decimal_of(value)) - value) <= abs(value) / 10**27
