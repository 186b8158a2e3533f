"""The bootstrap on counts against theory and SciPy's."""

import numpy as np
import pytest
from scipy.stats import bootstrap, chisquare

from fairkit.errors import UsageError
from fairkit.inference import bca, gamma_replicates, jackknife_from_counts, multinomial_replicates

COUNTS = np.array([[30, 50, 15, 5], [0, 0, 0, 0], [400, 1, 0, 599]])


def precision(counts):
    """Field 0 over fields 0 and 1, as true positives over predicted positives."""
    counts = np.asarray(counts, dtype=float)
    return counts[..., 0] / (counts[..., 0] + counts[..., 1])


def test_resampled_tables_keep_totals_and_empty_cells():
    """Every replicate has as many rows as the data, and none where there were none."""
    tables = multinomial_replicates(COUNTS, replicates=50, rng=np.random.default_rng(1))
    assert tables.shape == (50, 3, 4)
    assert (tables.sum(axis=2) == COUNTS.sum(axis=1)).all()
    assert (tables[:, 2, 2] == 0).all()


def test_resampling_counts_is_resampling_rows():
    """Moments of the replicates are those of drawing rows with replacement."""
    tables = multinomial_replicates(COUNTS, replicates=20_000, rng=np.random.default_rng(2))
    n, share = 100, COUNTS[0] / 100
    np.testing.assert_allclose(tables[:, 0].mean(axis=0), n * share, atol=0.15)
    expected = n * (np.diag(share) - np.outer(share, share))
    np.testing.assert_allclose(np.cov(tables[:, 0].T), expected, atol=0.8)
    drawn = np.bincount(tables[:, 2, 1], minlength=8)[:8]  # one row of 1,000: nearly Poisson(1)
    poisson = np.exp(-1) / np.cumprod([1, 1, 2, 3, 4, 5, 6, 7])
    assert chisquare(drawn, poisson / poisson.sum() * drawn.sum()).pvalue > 1e-4


def test_the_same_seed_gives_the_same_replicates():
    """Randomness comes from the generator alone."""
    one, two = (multinomial_replicates(COUNTS, replicates=5, rng=np.random.default_rng(3)) for _ in range(2))
    assert (one == two).all()


@pytest.mark.parametrize("counts", [[[1.5, 2]], [[-1, 2]], [[np.nan, 1]], [1, 2]])
def test_what_is_no_table_of_counts_is_refused(counts):
    """Fractions, negative numbers, NaN and a single row are errors that say what to pass."""
    with pytest.raises(UsageError, match="counts"):
        multinomial_replicates(counts, replicates=2, rng=np.random.default_rng())


def test_weighted_cells_have_the_moments_of_their_weights():
    """Mean sum of w, variance sum of w squared; empty cells stay empty."""
    weights = np.array([0.5, 0.5, 2.0, 7.0, 1.0])
    sums, squares = [[weights.sum(), 0.0]], [[(weights**2).sum(), 0.0]]
    cells = gamma_replicates(sums, squares, replicates=40_000, rng=np.random.default_rng(4))
    assert cells.shape == (40_000, 1, 2)
    np.testing.assert_allclose(cells[:, 0, 0].mean(), 11, rtol=0.02)
    np.testing.assert_allclose(cells[:, 0, 0].var(), 54.5, rtol=0.05)
    assert (cells[:, 0, 1] == 0).all()


def test_weighted_replicates_with_equal_weights_resemble_unweighted_ones():
    """The spread of a rate is that of the multinomial bootstrap."""
    rng = np.random.default_rng(5)
    plain = precision(multinomial_replicates(COUNTS[:1], replicates=20_000, rng=rng))
    weighted = precision(gamma_replicates(COUNTS[:1] * 2.0, COUNTS[:1] * 4.0, replicates=20_000, rng=rng))
    np.testing.assert_allclose(weighted.std(), plain.std(), rtol=0.05)


def test_sums_without_squares_are_refused():
    """A cell with weight but no squared weight is a mistake of the caller."""
    with pytest.raises(UsageError, match="zeros in the same cells"):
        gamma_replicates([[1.0]], [[0.0]], replicates=2, rng=np.random.default_rng())


def test_the_jackknife_leaves_out_each_kind_of_row_once():
    """Values and multiplicities are those of leaving out every row in turn."""
    values, weights = jackknife_from_counts([[2, 3, 4, 0]], precision)
    np.testing.assert_allclose(values[0, :3], [1 / 4, 2 / 4, 2 / 5])
    np.testing.assert_array_equal(weights, [[2, 3, 4, 0]])


def test_the_jackknife_says_where_a_statistic_dies():
    """Without its only row a rate is undefined, and no warning escapes."""
    values, _ = jackknife_from_counts([[1, 0, 7, 0]], precision)
    assert np.isnan(values[0, 0])
    assert values[0, 2] == 1


def test_bca_agrees_with_scipy():
    """The same limits as SciPy's BCa on the rows themselves, within the noise of the replicates."""
    counts = np.array([[90, 410, 0, 0]])
    rows = np.repeat([1.0, 0.0], [90, 410])
    oracle = bootstrap((rows,), np.mean, n_resamples=9999, method="BCa", rng=np.random.default_rng(6))
    tables = multinomial_replicates(counts, replicates=9999, rng=np.random.default_rng(7))
    found = bca(precision(counts), precision(tables), *jackknife_from_counts(counts, precision))
    np.testing.assert_allclose(found.low, oracle.confidence_interval.low, atol=0.004)
    np.testing.assert_allclose(found.high, oracle.confidence_interval.high, atol=0.004)


def test_bca_on_the_same_replicates_is_scipys_to_the_last_digits():
    """Given one set of replicates of a skewed statistic, bias, acceleration and quantiles are SciPy's."""
    rows = np.random.default_rng(8).lognormal(size=40)
    oracle = bootstrap((rows,), np.mean, n_resamples=2000, method="BCa", rng=np.random.default_rng(9))
    leave_one_out = (rows.sum() - rows) / 39
    found = bca([rows.mean()], oracle.bootstrap_distribution[:, None], leave_one_out[None], np.ones((1, 40)))
    np.testing.assert_allclose(found.low[0], oracle.confidence_interval.low, rtol=1e-9)
    np.testing.assert_allclose(found.high[0], oracle.confidence_interval.high, rtol=1e-9)


def test_multiplicities_stand_for_repeated_rows():
    """Telling a leave-one-out value once with weight 3 is telling it three times."""
    draws = np.random.default_rng(10).normal(size=(500, 1))
    once = bca([0.1], draws, [[0.0, 0.3, 0.9]], [[3, 1, 2]])
    often = bca([0.1], draws, [[0, 0, 0, 0.3, 0.9, 0.9]], np.ones((1, 6)))
    np.testing.assert_allclose(np.array(once), np.array(often), rtol=1e-12)


def test_bca_says_nothing_where_the_bootstrap_sees_nothing():
    """No spread, replicates all on one side, or an undefined estimate: NaN, not an interval of width 0."""
    spread = np.random.default_rng(11).normal(size=200)
    draws = np.column_stack([np.zeros(200), spread, spread, spread])
    found = bca([0.0, 99.0, np.nan, 0.0], draws, np.tile([0.0, 1.0, 3.0], (4, 1)), np.ones((4, 3)))
    np.testing.assert_array_equal(np.isnan(found.low), [True, True, True, False])
    np.testing.assert_array_equal(np.isnan(found.high), [True, True, True, False])


@pytest.mark.parametrize(("undefined", "answered"), [(0, True), (49, True), (50, False), (1000, False)])
def test_a_few_undefined_replicates_are_dropped_but_not_many(undefined, answered):
    """Below 5 % they are left out; from there on the interval would describe another statistic."""
    draws = np.random.default_rng(12).normal(size=(1000, 1))
    draws[:undefined] = np.nan
    found = bca([0.0], draws, [[0.0, 1.0, 2.5]], [[5, 3, 1]])
    assert np.isfinite(np.array(found)).all() == answered
    if answered:
        kept = bca([0.0], draws[undefined:], [[0.0, 1.0, 2.5]], [[5, 3, 1]])
        np.testing.assert_array_equal(np.array(found), np.array(kept))


def test_bca_refuses_shapes_that_do_not_fit():
    """One estimate for replicates of two groups is a mistake of the caller."""
    with pytest.raises(UsageError, match=r"\(replicates, groups\)"):
        bca([0.1], np.zeros((10, 2)), [[0.0, 1.0]], [[1, 1]])


def test_levels_may_differ_between_groups():
    """Each group can have its own level, as a step-down correction needs."""
    draws = np.random.default_rng(13).normal(size=(4000, 2))
    found = bca([0.0, 0.0], draws, np.tile([0.0, 1.0], (2, 1)), np.ones((2, 2)), confidence=[0.5, 0.99])
    assert np.diff(found.low) < 0 < np.diff(found.high)
