"""Tests of parity and of disparity beyond a margin."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from fairkit.inference import (
    farrington_manning_p,
    intersection_union,
    margin_p,
    newcombe,
    tost_newcombe,
    tost_score,
)

LIMITS = pytest.mark.parametrize("limits", ["wilson", "jeffreys", "exact"])


@st.composite
def tables(draw, *, most=400):
    """Draw successes and n of two groups."""
    n1, n2 = draw(st.integers(1, most)), draw(st.integers(1, most))
    return draw(st.integers(0, n1)), n1, draw(st.integers(0, n2)), n2


@LIMITS
@given(tables(), st.floats(0, 0.2), st.floats(1e-6, 0.5))
def test_the_margin_p_value_says_what_the_interval_says(limits, table, margin, alpha):
    """P < alpha exactly where the interval of level 1 - alpha lies wholly outside the margin."""
    p = margin_p(*table, margin_low=-margin, margin_high=margin, limits=limits)
    low, high = newcombe(*table, confidence=1 - alpha, limits=limits)
    if abs(p - alpha) > 1e-6:
        assert (p < alpha) == (low > margin or high < -margin)


@LIMITS
@given(tables(), st.floats(0.001, 0.3), st.floats(1e-6, 0.4))
def test_the_equivalence_p_value_says_what_the_interval_says(limits, table, margin, alpha):
    """P < alpha exactly where the interval of level 1 - 2 alpha lies wholly inside the margin."""
    p = tost_newcombe(*table, margin_low=-margin, margin_high=margin, limits=limits)
    low, high = newcombe(*table, confidence=1 - 2 * alpha, limits=limits)
    if abs(p - alpha) > 1e-6:
        assert (p < alpha) == (low > -margin and high < margin)


@given(tables(), st.floats(0.001, 0.3))
def test_disparity_and_parity_are_never_both_shown(table, margin):
    """Not both p-values are small."""
    both = {"margin_low": -margin, "margin_high": margin}
    assert max(margin_p(*table, **both), tost_newcombe(*table, **both)) > 0.4


def test_an_estimate_inside_the_margin_is_no_evidence_against_parity():
    """The p-value is 1 there, and 1 on the edge."""
    found = margin_p([30, 35], 100, 300, 1000, margin_low=-0.05, margin_high=0.05)
    assert found[0] == 1.0
    assert found[1] == pytest.approx(1.0, abs=1e-6)


def test_compas_verdicts_of_the_field_note():
    """False-positive rates differ beyond .05; precision is inconclusive; accuracy excludes zero only."""
    margins = {"margin_low": -0.05, "margin_high": 0.05}
    assert margin_p(805, 1795, 349, 1488, **margins) < 1e-10
    precision = (1369, 2174, 505, 854)
    assert farrington_manning_p(*precision, null=0) == pytest.approx(0.051, abs=0.001)
    assert tost_newcombe(*precision, **margins) == pytest.approx(0.28, abs=0.006)
    accuracy = (2359, 3696, 1644, 2454)
    low, high = newcombe(*accuracy)
    assert low == pytest.approx(-0.0558, abs=1e-4)
    assert high == pytest.approx(-0.0074, abs=1e-4)
    assert tost_newcombe(*accuracy, **margins) == pytest.approx(0.068, abs=0.002)


def test_equal_rates_are_shown_only_with_enough_rows():
    """Both at 30 %, margin .05: the field note's .22, .061 and .007 for 100, 400 and 1,000 rows."""
    n = np.array([100, 400, 1000])
    for test in (tost_newcombe, tost_score):
        found = test(0.3 * n, n, 0.3 * n, n, margin_low=-0.05, margin_high=0.05)
        np.testing.assert_allclose(found, [0.22, 0.061, 0.007], atol=0.003)


def test_an_infinite_margin_leaves_a_non_inferiority_test():
    """With no upper end only the lower one is tested: twice that p-value is the margin p-value's side."""
    table = (56, 70, 48, 80)
    one_sided = tost_newcombe(*table, margin_low=0.0, margin_high=np.inf)
    assert one_sided == pytest.approx(margin_p(*table, margin_low=0.0, margin_high=0.0) / 2, rel=1e-6)


def test_far_tails_have_small_p_values_not_zeros():
    """A difference of thirty standard errors still has an ordered, positive p-value."""
    found = margin_p([60_000, 61_000], 100_000, 50_000, 100_000, margin_low=-0.05, margin_high=0.05)
    assert 0 < found[1] < found[0] < 1e-40


@given(tables(), st.floats(0, 0.2))
def test_exchanging_the_groups_changes_nothing(table, margin):
    """A symmetric margin treats both groups alike."""
    k1, n1, k2, n2 = table
    both = {"margin_low": -margin, "margin_high": margin}
    for test in (margin_p, tost_newcombe, tost_score):
        found, exchanged = test(k1, n1, k2, n2, **both), test(k2, n2, k1, n1, **both)
        np.testing.assert_allclose(found, exchanged, rtol=1e-4, atol=1e-9)


@LIMITS
def test_every_table_has_a_p_value(limits):
    """However few the successes and however far the tail that is searched, no defined table gives NaN."""
    k, n = np.meshgrid([0, 1, 2, 4, 40, 4000], [10, 100, 4000, 10**7])
    k = np.minimum(k, n)
    for rest in (0, 1, 100, 3999):
        for margin in (0.0, 0.05):
            options = {"margin_low": -margin, "margin_high": margin, "limits": limits}
            for test in (margin_p, tost_newcombe):
                found = test(k, n, rest, 4000, **options)
                assert ((found >= 0) & (found <= 1)).all()


def test_exact_limits_ask_for_more_evidence():
    """In tiny cells the exact p-value is larger than Wilson's."""
    table = (4, 40, 100, 4000)
    found = [margin_p(*table, margin_low=0, margin_high=0, limits=name) for name in ("wilson", "exact")]
    assert found[0] < found[1]


def test_all_groups_must_show_parity():
    """One large p-value, one undefined group, or no group at all: no joint parity."""
    assert intersection_union([0.01, 0.05])
    assert not intersection_union([0.01, 0.06])
    assert not intersection_union([0.01, np.nan])
    assert not intersection_union([])
    assert intersection_union([0.08], alpha=0.1)
