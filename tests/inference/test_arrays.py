"""The door of the inference room: what it accepts, refuses, and imports."""

import subprocess
import sys

import numpy as np
import pytest

from fairkit import inference
from fairkit.errors import UsageError
from fairkit.inference import (
    clopper_pearson,
    farrington_manning_p,
    jeffreys,
    koopman,
    margin_p,
    miettinen_nurminen,
    newcombe,
    pooled_z_p,
    tost_newcombe,
    tost_score,
    wilson,
)

ONE_SAMPLE = [wilson, clopper_pearson, jeffreys]
TWO_SAMPLES = [newcombe, miettinen_nurminen, koopman, pooled_z_p]


@pytest.mark.parametrize("method", ONE_SAMPLE)
def test_a_group_without_rows_is_undefined(method):
    """No rows give NaN, not an interval, and not a warning; the neighbours keep theirs."""
    bounds = method([0, 3], [0, 10])
    assert np.isnan([bounds.low[0], bounds.high[0]]).all()
    assert 0 < bounds.low[1] < 0.3 < bounds.high[1] < 1


@pytest.mark.parametrize("method", TWO_SAMPLES)
@pytest.mark.parametrize("table", [(0, 0, 3, 10), (3, 10, 0, 0), (0, 0, 0, 0)])
def test_a_contrast_with_a_group_without_rows_is_undefined(method, table):
    """Whichever group is empty, a contrast with it is NaN."""
    assert np.isnan(np.asarray(method(*table))).all()


@pytest.mark.parametrize("method", ONE_SAMPLE)
@pytest.mark.parametrize(
    ("successes", "n", "words"),
    [
        (-1, 10, "negative"),
        (11, 10, "larger than its n"),
        (np.inf, np.inf, "infinite"),
        (1, 0, "larger than"),
    ],
)
def test_impossible_counts_are_refused_with_their_values(method, successes, n, words):
    """An impossible count is an error that names what is wrong and says what to pass."""
    with pytest.raises(UsageError, match=words) as caught:
        method([5, successes], [10, n])
    assert "0 <= successes <= n" in str(caught.value)


def test_all_problems_are_told_at_once():
    """Two kinds of impossible counts are two problems of one error."""
    with pytest.raises(UsageError) as caught:
        wilson([-1, 7], [5, 5])
    assert len(caught.value.problems) == 2


@pytest.mark.parametrize("confidence", [0, 1, -0.5, 95])
def test_a_confidence_outside_0_to_1_is_refused(confidence):
    """A level that is no probability is an error."""
    with pytest.raises(UsageError, match="strictly between 0 and 1"):
        wilson(5, 10, confidence=confidence)


def test_a_percentage_gets_a_suggestion():
    """95 for 0.95 is the usual slip, and the message says so."""
    with pytest.raises(UsageError, match=r"Did you mean 0\.95\?"):
        newcombe(5, 10, 5, 10, confidence=95)


def test_shapes_that_do_not_fit_are_named():
    """Arrays that do not broadcast are refused with their shapes."""
    with pytest.raises(UsageError, match=r"\(2,\), \(3,\)"):
        wilson([1, 2], [3, 4, 5])


def test_rounding_of_effective_counts_is_forgiven():
    """A success count may exceed its n by the last bits of a float."""
    n = 0.1 + 0.2
    assert wilson(n * (1 + 1e-12), n).high == 1.0


def test_unknown_limits_get_a_suggestion():
    """A misspelt option is answered with the near one."""
    with pytest.raises(UsageError, match=r"Did you mean 'wilson'\?"):
        newcombe(5, 10, 5, 10, limits="wilsn")


@pytest.mark.parametrize("method", [margin_p, tost_newcombe, tost_score])
def test_an_upside_down_margin_is_refused(method):
    """A margin whose ends are exchanged would silently turn every verdict round."""
    with pytest.raises(UsageError, match=r"\[0\.05, -0\.05\] is upside down"):
        method(5, 10, 5, 10, margin_low=0.05, margin_high=-0.05)


def test_a_null_that_is_no_difference_of_rates_is_refused():
    """A hypothesised difference of 1 or more cannot be."""
    with pytest.raises(UsageError, match="strictly between -1 and 1"):
        farrington_manning_p(5, 10, 5, 10, null=5)


def test_arguments_broadcast_confidence_too():
    """Counts and levels of different shapes give the grid of both."""
    bounds = newcombe([[5], [6]], 10, 50, 100, confidence=[0.9, 0.95, 0.99])
    assert bounds.low.shape == (2, 3)
    assert (np.diff(bounds.low) < 0).all()
    assert (np.diff(bounds.high) > 0).all()


def test_every_public_name_exists_and_is_documented():
    """`__all__` holds what is there, and each function and class says what it is."""
    for name in inference.__all__:
        if name != "Limits":
            assert getattr(inference, name).__doc__.strip()


def test_importing_the_room_imports_no_frame_and_no_scipy():
    """A program that prints its help pays for NumPy only; SciPy comes with the first number."""
    code = (
        "import sys, fairkit.inference; "
        "print([m for m in ('scipy', 'pandas', 'statsmodels', 'sklearn', 'narwhals') if m in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
