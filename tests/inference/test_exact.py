"""Exact tests against SciPy."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import boschloo_exact, chi2_contingency, fisher_exact

from fairkit.errors import UsageError
from fairkit.inference import boschloo, fisher, pooled_z_p


@st.composite
def tables(draw, *, most):
    """Draw successes and n of two groups."""
    n1, n2 = draw(st.integers(1, most)), draw(st.integers(1, most))
    return draw(st.integers(0, n1)), n1, draw(st.integers(0, n2)), n2


@given(tables(most=2000))
@settings(max_examples=80)
def test_fisher_agrees_with_scipy(table):
    """The same p-value as SciPy's, however far in the tail."""
    k1, n1, k2, n2 = table
    oracle = fisher_exact([[k1, k2], [n1 - k1, n2 - k2]]).pvalue
    np.testing.assert_allclose(fisher(*table), oracle, rtol=1e-9, atol=1e-300)


def test_fisher_of_many_tables_is_fisher_of_each():
    """Padding, sorting and chunking change no number."""
    rng = np.random.default_rng(1)
    n1, n2 = rng.integers(1, 3000, (2, 60))
    k1, k2 = rng.binomial(n1, 0.1), rng.binomial(n2, 0.12)
    together = fisher(k1, n1, k2, n2)
    alone = [float(fisher(*table)) for table in zip(k1, n1, k2, n2, strict=True)]
    np.testing.assert_allclose(together, alone, rtol=1e-12)


def test_fisher_bounds_its_memory(monkeypatch):
    """Small chunks give the same p-values."""
    n1, n2 = np.arange(5, 45), np.arange(300, 340)
    whole = fisher(n1 // 3, n1, n2 // 4, n2)
    monkeypatch.setattr("fairkit.inference.exact._CELLS_AT_ONCE", 100)
    np.testing.assert_allclose(fisher(n1 // 3, n1, n2 // 4, n2), whole, rtol=1e-12)


def test_fisher_keeps_its_shape_and_its_gaps():
    """A table of comparisons comes back as one; groups without rows are undefined."""
    found = fisher([[3, 0], [2, 5]], [[10, 0], [10, 10]], 5, 20)
    assert found.shape == (2, 2)
    np.testing.assert_array_equal(np.isnan(found), [[False, True], [False, False]])


def test_fisher_leaves_millions_of_rows_to_the_z_test():
    """Where tens of thousands of tables would be summed both tests say the same."""
    table = (3_003_000, 10_000_000, 3_000_000, 10_000_000)
    assert fisher(*table) == pooled_z_p(*table)
    below = (300_900, 1_000_000, 3_000_000, 10_000_000)
    assert fisher(*below) != pooled_z_p(*below)
    assert fisher(*below) == pytest.approx(float(pooled_z_p(*below)), rel=0.02)


@pytest.mark.parametrize("test", [fisher, boschloo])
def test_fractional_counts_are_refused(test):
    """An exact test of effective counts would not be exact; the message names what serves."""
    with pytest.raises(UsageError, match="pooled_z_p or margin_p"):
        test(2.5, 10, 3, 10)


@pytest.mark.parametrize("table", [(9, 10, 3, 10), (2, 12, 8, 15), (0, 8, 5, 9)])
def test_boschloo_is_scipys_and_at_most_fishers(table):
    """The wrapper lays the table out as SciPy wants it, and the test is more powerful than Fisher's."""
    k1, n1, k2, n2 = table
    oracle = boschloo_exact([[k1, k2], [n1 - k1, n2 - k2]]).pvalue
    assert boschloo(*table) == pytest.approx(oracle, rel=1e-12)
    assert boschloo(*table) <= fisher(*table)


def test_boschloo_of_an_empty_group_is_undefined():
    """No rows, no p-value."""
    assert np.isnan(boschloo(0, 0, 3, 10))


def test_the_pooled_z_test_is_the_chi_square_test():
    """Its p-value is that of Pearson's chi-square without correction, far in the tail."""
    oracle = chi2_contingency([[805, 990], [349, 1139]], correction=False).pvalue
    np.testing.assert_allclose(pooled_z_p(805, 1795, 349, 1488), oracle, rtol=1e-6)
