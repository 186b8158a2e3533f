"""Empirical Bayes for many small groups."""

import numpy as np
import pytest
from scipy.special import betaln

from fairkit.inference import BetaBinomial, fit_beta_binomial, shrink


def groups(seed, *, alpha=12, beta=28, size=96):
    """Draw true rates, rows and successes of many small groups."""
    rng = np.random.default_rng(seed)
    truth = rng.beta(alpha, beta, size)
    n = rng.integers(5, 40, size)
    return truth, rng.binomial(n, truth), n


def test_shrinking_halves_the_error_of_small_groups():
    """96 groups from Beta(12, 28): the error falls by about half, as in the field note (.1188 to .053)."""
    raw, shrunk = [], []
    for seed in range(20):
        truth, k, n = groups(seed)
        prior = fit_beta_binomial(k, n)
        if prior is not None:
            raw.append(((k / n - truth) ** 2).mean())
            shrunk.append(((shrink(k, n, prior) - truth) ** 2).mean())
    assert len(raw) >= 18
    assert np.sqrt(np.mean(raw)) == pytest.approx(0.112, abs=0.015)
    assert np.sqrt(np.mean(shrunk)) == pytest.approx(0.055, abs=0.008)


def test_shrunk_rates_spread_less_than_the_true_ones():
    """The warning in the docstring: raw rates overstate the range, shrunk ones understate it."""
    truth, k, n = groups(3)
    shrunk = shrink(k, n, fit_beta_binomial(k, n))
    assert np.ptp(shrunk) < np.ptp(truth) < np.ptp(k / n)


def test_the_fit_recovers_the_prior():
    """Many groups with many rows give back the distribution that they were drawn from."""
    rng = np.random.default_rng(4)
    n = np.full(4000, 200)
    prior = fit_beta_binomial(rng.binomial(n, rng.beta(12, 28, 4000)), n)
    assert prior.alpha == pytest.approx(12, rel=0.1)
    assert prior.beta == pytest.approx(28, rel=0.1)


def test_the_fit_maximises_the_likelihood():
    """No neighbouring prior is more likely."""
    _, k, n = groups(5)
    prior = fit_beta_binomial(k, n)

    def likelihood(a, b):
        return (betaln(k + a, n - k + b) - betaln(a, b)).sum()

    best = likelihood(*prior)
    for step_a in (0.95, 1, 1.05):
        for step_b in (0.95, 1, 1.05):
            assert likelihood(prior.alpha * step_a, prior.beta * step_b) <= best + 1e-6


@pytest.mark.parametrize(
    ("k", "n"),
    [
        ([1, 5], [10, 10]),
        ([1, 5, 0, 0], [10, 10, 0, 0]),
        ([0, 0, 0], [10, 10, 10]),
        ([10, 20, 30], [10, 20, 30]),
        ([30, 30, 30, 30], [100, 100, 100, 100]),
        ([30, 31, 29, 30], [100, 100, 100, 100]),
    ],
    ids=["two groups", "two with rows", "no success", "no failure", "equal", "less spread than chance"],
)
def test_groups_that_show_no_variation_have_no_prior(k, n):
    """Too few groups, or no more spread than one common rate explains: no prior but the whole."""
    assert fit_beta_binomial(k, n) is None


def test_shrinking_moves_small_groups_more():
    """The same raw rate from fewer rows ends nearer to the mean, and an empty group on it."""
    found = shrink([100, 10, 1, 0], [100, 10, 1, 0], BetaBinomial(3, 7))
    assert (np.diff(found) < 0).all()
    assert found[-1] == pytest.approx(0.3)


def test_groups_without_rows_do_not_touch_the_fit():
    """Empty groups neither help nor harm."""
    _, k, n = groups(6)
    padded = fit_beta_binomial([*k, 0, 0], [*n, 0, 0])
    np.testing.assert_allclose(padded, fit_beta_binomial(k, n))
