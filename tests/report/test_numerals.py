"""Numbers as texts: shares in percent, scores as they are, amounts to four figures."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fairkit.counts import Kind
from fairkit.metrics import CATALOGUE
from fairkit.report.numerals import (
    bounds,
    contrast_bounds,
    contrast_number,
    level_text,
    margin_text,
    percent,
    size_text,
    unit_of,
    value_text,
)

AMOUNTS = [
    (0.0, "0"),
    (0.001234567, "0.001235"),
    (0.5, "0.5"),
    (1.0, "1"),
    (9.99996, "10"),
    (123.456, "123.5"),
    (1234.5, "1,234"),
    (1234567.8, "1,234,568"),
    (-23456.7, "-23,457"),
    (1e-12, "0.000000000001"),
    (1e18, "1,000,000,000,000,000,000"),
]


@pytest.mark.parametrize(("value", "written"), AMOUNTS)
def test_amounts_have_four_figures_or_are_whole(value, written):
    """Small amounts keep four figures, large ones all digits before the point, with separators."""
    assert value_text(value, "amount") == written


@given(st.floats(allow_nan=False, allow_infinity=False, min_value=-1e12, max_value=1e12))
def test_an_amount_is_read_back_to_four_figures(value):
    """What is written is the value, up to half a unit of its fourth figure."""
    read = float(value_text(value, "amount").replace(",", ""))
    assert math.isclose(read, value, rel_tol=5.1e-4, abs_tol=1e-12)


@pytest.mark.parametrize(
    ("unit", "plus", "minus"),
    [
        ("share", "+12.35", "-12.35"),
        ("score", "+0.1235", "-0.1235"),
        ("amount", "+0.1235", "-0.1235"),
    ],
)
def test_differences_carry_their_sign(unit, plus, minus):
    """A difference says which way it goes, in the unit of its metric."""
    assert contrast_number(0.12346, "difference", unit=unit) == plus
    assert contrast_number(-0.12346, "difference", unit=unit) == minus


@pytest.mark.parametrize("unit", ["share", "score", "amount"])
def test_nothing_is_below_zero_by_rounding(unit):
    """A difference that is written as zero has no sign."""
    assert contrast_number(-0.0, "difference", unit=unit).strip("0.") == ""
    if unit != "amount":
        assert contrast_number(-1e-9, "difference", unit=unit).strip("0.") == ""
        assert value_text(-1e-9, unit).strip("0.%") == ""


@pytest.mark.parametrize("unit", ["share", "score", "amount"])
def test_a_ratio_has_no_unit(unit):
    """Ratios are written the same whatever they are ratios of."""
    assert contrast_number(0.5228, "ratio", unit=unit) == "0.523"
    assert contrast_bounds(0.5, 2, "ratio", unit=unit) == "0.500 to 2.000"
    assert margin_text((0.8, 1.25), "ratio", unit) == "0.8 to 1.25"


@pytest.mark.parametrize(
    ("unit", "written"),
    [
        ("share", "12.50 to 25.00"),
        ("score", "0.1250 to 0.2500"),
        ("amount", "0.125 to 0.25"),
    ],
)
def test_intervals_are_in_the_unit_of_their_value(unit, written):
    """The sign of percent stands with the value, not with the interval."""
    assert bounds(0.125, 0.25, unit=unit) == written
    assert bounds(None, 0.25, unit=unit) == bounds(0.125, None, unit=unit) == ""


@pytest.mark.parametrize(
    ("margin", "unit", "written"),
    [
        ((-0.05, 0.05), "share", "±5 points"),
        ((-0.02, 0.1), "share", "-2 to +10 points"),
        ((-0.05, 0.05), "score", "±0.05"),
        ((-0.0454356, 0.0454356), "score", "±0.04544"),
        ((-0.1, 0.2), "score", "-0.1 to +0.2"),
        ((-5008.31, 5008.31), "amount", "±5,008"),
        ((-100, 250.5), "amount", "-100 to +250.5"),
        ((0.0, 0.0), "amount", "±0"),
    ],
)
def test_margins_are_in_the_unit_of_their_contrast(margin, unit, written):
    """A threshold stays in the unit of the number beside it."""
    assert margin_text(margin, "difference", unit) == written


def test_sizes_have_their_unit():
    """How large a difference is can be said in a sentence."""
    assert size_text(0.0524, "share") == "5.24 points"
    assert size_text(0.0524, "score") == "0.0524"
    assert size_text(52_400.0, "amount") == "52,400"


def test_digits_can_be_fewer():
    """Narrow tables have one digit less, in each unit that has a fixed number of them."""
    assert percent(0.12345, digits=1) == "12.3%"
    assert value_text(0.12345, "score", digits=1) == "0.123"
    assert contrast_number(0.12345, "difference", unit="score", digits=1) == "+0.123"


def test_levels_are_written_as_far_as_they_differ():
    """A corrected level keeps two digits, a round one none."""
    assert [level_text(level) for level in (0.9, 0.95, 0.9833, 0.999)] == ["90%", "95%", "98.33%", "99.9%"]


def test_the_unit_of_a_metric_is_that_of_its_definition():
    """A class or model in its name changes nothing; a metric of a later fairkit is shown as a share."""
    for family in CATALOGUE.values():
        for name, metric in family.items():
            assert unit_of(name) == unit_of(f"{name}[any [class]]") == metric.unit
    assert unit_of("words_per_minute") == "share"
    assert {m.unit for m in CATALOGUE[Kind.REGRESSION].values()} == {"share", "score", "amount"}
