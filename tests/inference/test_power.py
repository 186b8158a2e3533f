"""Detectable differences and rows that would decide."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import binom

from fairkit.errors import UsageError
from fairkit.inference import (
    detectable_difference,
    newcombe,
    pooled_z_p,
    rows_for_parity,
    rows_needed,
    tost_newcombe,
)


@pytest.mark.parametrize(
    ("confidence", "published"),
    [
        (0.95, [0.241, 0.132, 0.077, 0.043, 0.018]),
        (1 - 0.05 / 96, [0.364, 0.202, 0.118, 0.066, 0.028]),
    ],
)
def test_detectable_differences_match_the_field_note(confidence, published):
    """80 % power, base rate .30, against 10,000 rows: plain and corrected for 96 groups."""
    found = detectable_difference(0.3, [30, 100, 300, 1000, 10_000], 10_000, confidence=confidence)
    np.testing.assert_allclose(found, published, atol=6e-4)


def test_the_detectable_difference_is_detected_as_often_as_promised():
    """Exact power of the z test at the reported difference is near .80, in either direction."""
    n1, n2, rate = 300, 10_000, 0.3
    difference = float(detectable_difference(rate, n1, n2))
    k1, k2 = np.arange(n1 + 1)[:, None], np.arange(2700, 3300)[None]
    rejected = pooled_z_p(k1, n1, k2, n2) < 0.05
    power = [
        float((binom.pmf(k1, n1, rate + side * difference) * binom.pmf(k2, n2, rate) * rejected).sum())
        for side in (1, -1)
    ]
    assert power[0] == pytest.approx(0.8, abs=0.02)
    assert power[1] > power[0]


def test_where_there_is_room_on_one_side_only_that_side_counts():
    """From 1 % a group can hardly be lower by what is detectable, so higher counts; mirrored at 99 %."""
    low, high = detectable_difference([0.01, 0.99], 200, 20_000)
    assert low == pytest.approx(high)
    assert 0.01 < low < 0.06
    assert detectable_difference(0.0, 200, 20_000) > 0


def test_too_few_rows_detect_nothing():
    """With two rows no difference is found with certainty enough; without rows nothing is defined."""
    found = detectable_difference(0.5, [2, 0, 50], [50, 50, 0], confidence=0.999)
    assert np.isnan(found).all()


@given(st.floats(0.02, 0.98), st.integers(20, 2000))
def test_more_rows_or_less_demand_detect_smaller_differences(rate, n):
    """Monotone in the rows of the group, in power and in confidence."""
    base = detectable_difference(rate, n, 50_000)
    assert detectable_difference(rate, 2 * n, 50_000) <= base or np.isnan(base)
    assert detectable_difference(rate, n, 50_000, power=0.5) <= base or np.isnan(base)
    assert detectable_difference(rate, n, 50_000, confidence=0.8) <= base or np.isnan(base)


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ({"rate": 30}, "rate must lie between"),
        ({"power": 1.0}, "power must lie strictly"),
        ({"n_1": -5}, "negative"),
        ({"confidence": 95}, "confidence"),
    ],
)
def test_impossible_questions_are_refused(arguments, words):
    """Percentages for shares and negative rows are errors."""
    with pytest.raises(UsageError, match=words):
        detectable_difference(**({"rate": 0.3, "n_1": 100, "n_2": 100} | arguments))


def test_rows_needed_decide():
    """With the promised rows and the same rates the interval clears the margin; with half of them not."""
    k, n, margin = 60, 150, 0.05
    estimate = k / n - 0.3
    low, high = newcombe(k, n, 3e6, 1e7)
    rows = float(rows_needed(estimate, low, high, -margin, margin, n))
    assert rows > n
    assert newcombe(k * rows / n, rows, 3e6, 1e7).low > margin - 0.004
    assert newcombe(k * rows / n / 2, rows / 2, 3e6, 1e7).low < margin


def test_the_side_that_faces_the_margin_decides():
    """Above the margin the lower half counts, below it the upper half, inside both."""
    found = rows_needed([0.1, -0.1, 0.0], [0.0, -0.3, -0.2], [0.9, 0.0, 0.1], -0.05, 0.05, 100)
    np.testing.assert_allclose(found, [400, 400, 1600])


def test_a_decided_finding_needs_the_rows_it_has():
    """Where the interval is decisive already, the present rows are the answer."""
    found = rows_needed([0.2, 0.0], [0.1, -0.01], [0.3, 0.01], -0.05, 0.05, [70, 900])
    np.testing.assert_array_equal(found, [70, 900])


def test_no_number_of_rows_decides_on_the_edge():
    """On the end of the margin, a hair beside it, with an open interval or without one: NaN."""
    found = rows_needed(
        [0.05, 0.05 + 1e-9, 0.1, np.nan],
        [0.0, 0.0, -np.inf, np.nan],
        [0.1, 0.1, 0.2, np.nan],
        -0.05,
        0.05,
        100,
    )
    assert np.isnan(found).all()


def test_parity_needs_455_rows_per_group():
    """The field note's figure: rate .30, margin .05, a 90 % interval that just fits."""
    assert rows_for_parity(0.3, 0.05, power=0) == 455
    n = np.array([440.0, 470.0])
    p = tost_newcombe(0.3 * n, n, 0.3 * n, n, margin_low=-0.05, margin_high=0.05)
    assert p[0] > 0.05 > p[1]


def test_parity_rows_have_the_power_they_promise():
    """Exact power of the equivalence test at the reported rows is near .80."""
    n = int(rows_for_parity(0.1, 0.08))
    k = np.arange(n + 1)
    shown = tost_newcombe(k[:, None], n, k[None], n, margin_low=-0.08, margin_high=0.08) < 0.05
    weight = binom.pmf(k, n, 0.1)
    assert float(weight @ shown @ weight) == pytest.approx(0.8, abs=0.04)


@pytest.mark.parametrize(
    ("arguments", "words"),
    [({"margin": 0}, "positive"), ({"power": 1}, "less than 1"), ({"rate": -1}, "rate")],
)
def test_impossible_plans_are_refused(arguments, words):
    """No margin, certain power or a rate outside [0, 1] have no plan."""
    with pytest.raises(UsageError, match=words):
        rows_for_parity(**({"rate": 0.3, "margin": 0.05} | arguments))
