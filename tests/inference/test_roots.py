"""Root finding over arrays."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from fairkit.inference.roots import bracketed_root


@given(st.lists(st.floats(-5, 5), min_size=1, max_size=20), st.sampled_from([1.0, 3.0]))
def test_roots_of_monotone_functions_are_found(roots, power):
    """Whatever the roots and however flat the function there, each element finds its own."""
    target = np.array(roots)

    def function(x):
        return np.sign(x - target) * np.abs(x - target) ** power

    found = bracketed_root(function, np.full(target.shape, -6.0), np.full(target.shape, 7.0))
    np.testing.assert_allclose(found, target, atol=1e-10)


def test_a_function_of_one_sign_gives_the_end_nearer_to_zero():
    """Limits that saturate end at the edge of their range."""
    assert bracketed_root(lambda x: x + 1, np.zeros(1), np.ones(1)) == 0.0
    assert bracketed_root(lambda x: x - 3, np.zeros(1), np.ones(1)) == 1.0


def test_a_root_at_an_end_is_found_exactly():
    """A bracket may end on the root."""
    assert bracketed_root(lambda x: x, np.zeros(1), np.ones(1)) == 0.0
    assert bracketed_root(lambda x: x - 1, np.zeros(1), np.ones(1)) == 1.0


def test_undefined_elements_stay_undefined_and_harm_no_other():
    """NaN in one element leaves the other elements' roots alone."""
    found = bracketed_root(lambda x: x - np.array([0.5, np.nan]), np.zeros(2), np.ones(2))
    assert abs(found[0] - 0.5) < 1e-12
    assert np.isnan(found[1])


def test_few_evaluations_suffice():
    """Smooth functions need a fraction of the forty steps that bisection takes for the same accuracy."""
    calls = []

    def function(x):
        calls.append(1)
        return np.tanh(3 * (x - 0.123)) + 0.1 * x

    bracketed_root(function, np.full(50, -4.0), np.full(50, 9.0))
    assert len(calls) < 20
