"""Koopman's interval of a ratio against published figures, statsmodels, brute force and its own laws."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import chi2
from statsmodels.stats.proportion import confint_proportions_2indep

from fairkit.inference import koopman


@st.composite
def tables(draw, *, most=400):
    """Draw successes and n of two groups."""
    n1, n2 = draw(st.integers(1, most)), draw(st.integers(1, most))
    return draw(st.integers(0, n1)), n1, draw(st.integers(0, n2)), n2


def test_koopman_gives_the_published_interval_of_compas():
    """The ratio of false-positive rates of the two largest groups, as in the note (digits cut there)."""
    np.testing.assert_allclose(np.array(koopman(805, 1795, 349, 1488)), [1.7225, 2.1256], atol=1e-4)


@pytest.mark.parametrize(
    "table",
    [(805, 1795, 349, 1488), (9, 10, 3, 10), (2, 40, 400, 4000), (8, 25, 1500, 5000), (27, 30, 24, 30)],
)
@pytest.mark.parametrize("confidence", [0.9, 0.95, 0.999])
def test_koopman_agrees_with_statsmodels_where_no_cell_is_empty(table, confidence):
    """The same interval as statsmodels' score interval of a ratio."""
    oracle = confint_proportions_2indep(*table, method="score", compare="ratio", alpha=1 - confidence)
    np.testing.assert_allclose(np.array(koopman(*table, confidence=confidence)), oracle, rtol=1e-6)


def test_saturated_tables_are_right_where_statsmodels_is_not():
    """10/10 against 10/10: the interval is symmetric about 1, and its limits solve Koopman's equation.

    statsmodels 0.15 returns [1.0000, 1.3841] here, an interval that ends at its own estimate.
    """
    low, high = koopman(10, 10, 10, 10)
    np.testing.assert_allclose(low * high, 1, rtol=1e-9)
    # With no failures the likelihood under p1 = r p2, r > 1, is maximal at p1 = 1, p2 = 1 / r.
    p2 = 1 / high
    chi_square = 10 * (1 - p2) ** 2 / (p2 * (1 - p2)) * 19 / 20
    np.testing.assert_allclose(chi_square, chi2.ppf(0.95, 1), rtol=1e-6)


def test_limits_solve_the_chi_square_equation():
    """At each limit Koopman's chi-square at the constrained estimates is the critical value."""
    k1, n1, k2, n2 = 8.0, 25.0, 30.0, 200.0
    for ratio in koopman(k1, n1, k2, n2):
        grid = np.linspace(1e-6, min(1, 1 / ratio) - 1e-6, 400_001)
        likelihood = (
            k1 * np.log(ratio * grid)
            + (n1 - k1) * np.log1p(-ratio * grid)
            + k2 * np.log(grid)
            + (n2 - k2) * np.log1p(-grid)
        )
        p2 = grid[likelihood.argmax()]
        p1 = ratio * p2
        chi_square = (k1 - n1 * p1) ** 2 / (n1 * p1 * (1 - p1)) + (k2 - n2 * p2) ** 2 / (n2 * p2 * (1 - p2))
        chi_square *= (n1 + n2 - 1) / (n1 + n2)
        np.testing.assert_allclose(chi_square, chi2.ppf(0.95, 1), rtol=1e-4)


def test_empty_cells_leave_the_interval_open_on_one_side():
    """No successes above put low at 0, none below put high at infinity, and none at all allow every ratio."""
    low, high = koopman([0, 3, 0], [20, 20, 20], [30, 0, 0], [100, 50, 50])
    assert low[0] == low[2] == 0
    assert np.isfinite(high[0])
    assert high[1] == high[2] == np.inf
    assert low[1] > 0


@given(tables())
def test_exchanging_the_groups_inverts_the_interval(table):
    """p2 / p1 has the inverse limits of p1 / p2, in the other order."""
    k1, n1, k2, n2 = table
    low, high = koopman(k1, n1, k2, n2)
    mirrored = koopman(k2, n2, k1, n1)
    with np.errstate(divide="ignore"):
        np.testing.assert_allclose([1 / mirrored.high, 1 / mirrored.low], [low, high], rtol=1e-8)


@given(tables(), st.floats(0.5, 0.98))
def test_the_interval_contains_the_ratio_and_widens_with_confidence(table, confidence):
    """Limits lie on either side of the observed ratio, and a higher level contains a lower one."""
    k1, n1, k2, n2 = table
    narrow, wide = koopman(*table, confidence=confidence), koopman(*table, confidence=confidence + 0.01)
    if k2:
        ratio = (k1 / n1) / (k2 / n2)
        assert narrow.low <= ratio * (1 + 1e-9)
        assert ratio * (1 - 1e-9) <= narrow.high
    assert wide.low <= narrow.low * (1 + 1e-9)
    assert narrow.high <= wide.high * (1 + 1e-9)


@given(tables(most=100), st.integers(2, 30))
def test_more_rows_are_narrower(table, times):
    """The same rates from more rows are known better."""
    few, many = koopman(*table), koopman(*(times * value for value in table))
    assert many.low >= few.low * (1 - 1e-9)
    assert many.high <= few.high * (1 + 1e-9)


def test_extreme_tables_stay_in_the_search_range():
    """One success against millions, at an error of one in a billion: finite limits around the ratio."""
    low, high = koopman(1, 1e7, 5e6, 1e7, confidence=1 - 1e-9)
    assert 0 < low < 2e-7 < high < 1e-3
