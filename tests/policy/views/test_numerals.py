"""Numbers of a gate are written in the scale of their limit."""

from __future__ import annotations

import pytest
from gates import result

from fairkit.policy.model import Compare, Direction
from fairkit.policy.views.numerals import allowed, number_text, value_and_interval

INF = float("inf")
GAP = {"compare": Compare.DIFFERENCE, "minimum": None, "maximum": "0.10"}
CHANGE = {"compare": Compare.BASELINE, "minimum": None, "max_regression": "0.02"}


def test_a_share_is_never_written_in_percent():
    """A limit of 0.10 stands beside 0.120, not beside 12 %."""
    made = result(value=0.12, low=0.1049, high=0.15, compare=Compare.VALUE, minimum=None, maximum="0.10")
    assert value_and_interval(made) == "0.120 [0.105, 0.150]"


@pytest.mark.parametrize(
    ("value", "written"),
    [
        (0.0999999, "+0.0999999"),
        (0.1000001, "+0.1000001"),
        (0.1, "+0.100"),
        (-0.09998, "-0.09998"),
        (-0.0001, "0.000"),
        (0.25, "+0.250"),
    ],
)
def test_no_number_seems_to_lie_on_its_limit(value, written):
    """Rounding stops where it would carry a value onto the limit that it is judged by."""
    assert number_text(value, result(**GAP)) == written


@pytest.mark.parametrize(("value", "written"), [(31_250.5, "31,250"), (25_000.4, "25,000.400"), (0.5, "0.5")])
def test_amounts_have_their_own_scale(value, written):
    """What is measured in units of the label has four figures, and more only near the limit."""
    made = result(compare=Compare.VALUE, unit="amount", minimum=None, maximum="25_000")
    assert number_text(value, made) == written


def test_an_interval_without_an_upper_bound_says_so():
    """A ratio to a reference near 0 has no upper bound."""
    assert value_and_interval(result(value=3, low=0.9, high=None)) == "3.000 [0.900 and more]"
    assert value_and_interval(result(low=None, high=None)) == "0.610"
    assert value_and_interval(result(value=None, low=None, high=None)) == "–"


@pytest.mark.parametrize(
    ("changes", "metric", "expected"),
    [
        ({}, "selection_rate", (0.8, INF)),
        ({"maximum": "1.25"}, "selection_rate", (0.8, 1.25)),
        (GAP, "true_positive_rate", (-0.1, 0.1)),
        ({**GAP, "direction": Direction.ABOVE}, "true_positive_rate", (-INF, 0.1)),
        ({**GAP, "direction": Direction.BELOW}, "true_positive_rate", (-0.1, INF)),
        ({**GAP, "direction": Direction.WORSE}, "true_positive_rate", (-0.1, INF)),
        ({**GAP, "direction": Direction.WORSE}, "false_positive_rate", (-INF, 0.1)),
        (CHANGE, "true_positive_rate", (-0.02, INF)),
        (CHANGE, "word_error_rate", (-INF, 0.02)),
        ({**CHANGE, "max_regression": None, "max_change": "0.05"}, "word_error_rate", (-0.05, 0.05)),
    ],
)
def test_the_allowed_side_is_the_policys(changes, metric, expected):
    """Where a value may lie follows from the limit, the direction and which way of the metric is worse."""
    assert allowed(result(metric=metric, **changes)) == expected
