"""Quantiles against SciPy, where fairkit takes a faster way."""

import numpy as np
import pytest
from scipy.special import betaincinv

from fairkit.inference.distributions import beta_quantile


@pytest.mark.parametrize(("low", "high"), [(0.5, 200), (201, 1e4), (201, 1e8), (2001, 1e4), (1e5, 1e7)])
def test_beta_quantiles_are_scipys(low, high):
    """The fast way for large parameters gives SciPy's quantile to ten digits, far into the lower tail."""
    rng = np.random.default_rng(0)
    a, b = np.exp(rng.uniform(np.log(low), np.log(high), (2, 5000)))
    p = 10 ** rng.uniform(-12, -0.31, 5000)
    np.testing.assert_allclose(beta_quantile(a, b, p), betaincinv(a, b, p), rtol=1e-10)


def test_small_and_large_parameters_may_be_mixed():
    """One call with both kinds, and shapes that broadcast."""
    a, b = np.array([[2.0], [3000.0]]), np.array([1.0, 5000.0])
    np.testing.assert_allclose(beta_quantile(a, b, np.array(0.01)), betaincinv(a, b, 0.01), rtol=1e-10)
