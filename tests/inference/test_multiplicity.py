"""Corrections against statsmodels, brute force and simulation."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from statsmodels.stats.multitest import multipletests

from fairkit.errors import UsageError
from fairkit.inference import (
    Bounds,
    benjamini_hochberg,
    benjamini_hochberg_intervals,
    holm,
    holm_intervals,
    margin_p,
    max_t,
    newcombe,
)

P_VALUES = st.lists(st.floats(0, 1) | st.sampled_from([0.0, 0.01, 0.05, 1.0]), min_size=1, max_size=40)


@given(P_VALUES)
@settings(max_examples=10)  # statsmodels collects garbage at every call
@pytest.mark.parametrize(("adjust", "name"), [(holm, "holm"), (benjamini_hochberg, "fdr_bh")])
def test_adjusted_p_values_agree_with_statsmodels(adjust, name, p):
    """The same numbers as statsmodels, ties included."""
    np.testing.assert_allclose(adjust(p), multipletests(p, method=name)[1], rtol=1e-12, atol=1e-300)


@given(P_VALUES, st.integers(1, 5))
@pytest.mark.parametrize("adjust", [holm, benjamini_hochberg])
def test_undefined_p_values_stay_and_do_not_count(adjust, p, undefined):
    """NaN anywhere changes nothing for the others."""
    mixed = [*p, *([np.nan] * undefined)]
    order = np.random.default_rng(0).permutation(len(mixed))
    found = adjust(np.array(mixed)[order])
    back = np.empty(len(mixed))
    back[order] = found
    np.testing.assert_array_equal(back[: len(p)], adjust(p))
    assert np.isnan(back[len(p) :]).all()


@pytest.mark.parametrize("adjust", [holm, benjamini_hochberg])
def test_shape_is_kept_and_nothing_is_something(adjust):
    """A table of p-values is one family; an empty one, or one of NaN only, comes back as it is."""
    assert adjust(np.full((2, 3), 0.5)).shape == (2, 3)
    assert adjust([]).shape == (0,)
    assert np.isnan(adjust([np.nan])).all()


@pytest.mark.parametrize("adjust", [holm, benjamini_hochberg])
def test_what_is_no_p_value_is_refused(adjust):
    """A value outside [0, 1] is an error that shows it."""
    with pytest.raises(UsageError, match=r"1\.5"):
        adjust([0.1, 1.5])


@st.composite
def families(draw):
    """Draw many groups against one reference, some far apart, some alike, some without rows."""
    size = draw(st.integers(1, 25))
    n = np.array(draw(st.lists(st.integers(0, 300), min_size=size, max_size=size)))
    share = np.array(draw(st.lists(st.floats(0, 1), min_size=size, max_size=size)))
    return np.round(n * share), n


@given(families(), st.sampled_from([0.0, 0.05]), st.sampled_from([0.9, 0.95]))
@settings(max_examples=60)
def test_corrected_intervals_decide_as_holm_on_inverted_p_values(family, margin, confidence):
    """Brute force: step-down on intervals rejects exactly what Holm rejects on margin p-values."""
    k, n = family

    def interval(level):
        return newcombe(k, n, 300, 1000, confidence=level)

    found = holm_intervals(interval, -margin, margin, confidence=confidence)
    p = margin_p(k, n, 300, 1000, margin_low=-margin, margin_high=margin)
    adjusted = holm(p)
    near = np.abs(adjusted - (1 - confidence)) < 1e-9
    np.testing.assert_array_equal(found.rejected[~near], (adjusted <= 1 - confidence)[~near])
    outside = (found.low > margin) | (found.high < -margin)
    np.testing.assert_array_equal(found.rejected, outside)
    np.testing.assert_array_equal(np.isnan(found.level), n == 0)


@given(families())
@settings(max_examples=50)
def test_each_corrected_interval_is_the_interval_of_its_level(family):
    """What is printed can be recomputed: the bounds are those of the level beside them."""
    k, n = family
    found = holm_intervals(lambda level: newcombe(k, n, 300, 1000, confidence=level), 0, 0)
    for index in np.flatnonzero(n):
        single = newcombe(k[index], n[index], 300, 1000, confidence=found.level[index])
        np.testing.assert_allclose([found.low[index], found.high[index]], np.array(single), atol=1e-12)


def test_one_hypothesis_is_not_corrected():
    """Alone, an interval keeps the family's level."""
    found = holm_intervals(lambda level: newcombe([40], [100], 300, 1000, confidence=level), 0, 0)
    np.testing.assert_allclose(np.array([found.low, found.high]), np.array(newcombe([40], 100, 300, 1000)))


def test_a_larger_family_can_be_declared():
    """Hypotheses judged elsewhere count, here 96 in all."""
    found = holm_intervals(
        lambda level: newcombe([40], [100], 300, 1000, confidence=level), 0, 0, hypotheses=96
    )
    np.testing.assert_allclose(found.level, 1 - 0.05 / 96)


@given(families(), st.sampled_from([0.0, 0.05]), st.sampled_from([0.9, 0.95]))
@settings(max_examples=100)
def test_exploring_intervals_decide_as_benjamini_hochberg_on_inverted_p_values(family, margin, confidence):
    """Step-up on intervals rejects what Benjamini-Hochberg rejects on margin p-values (brute force)."""
    k, n = family
    found = benjamini_hochberg_intervals(
        lambda level: newcombe(k, n, 300, 1000, confidence=level), -margin, margin, confidence=confidence
    )
    adjusted = benjamini_hochberg(margin_p(k, n, 300, 1000, margin_low=-margin, margin_high=margin))
    if (np.abs(adjusted - (1 - confidence)) < 1e-9).any():
        return
    np.testing.assert_array_equal(found.rejected, adjusted <= 1 - confidence)
    np.testing.assert_array_equal(found.rejected, (found.low > margin) | (found.high < -margin))


@pytest.mark.parametrize("correct", [holm_intervals, benjamini_hochberg_intervals])
def test_each_line_is_a_family_of_its_own(correct):
    """Families judged together, whatever their sizes, come out as each judged alone."""
    k = np.array([[90.0, 40, 31, 30], [30, 31, 29, 33], [80, 85, 90, 0]])
    n = np.array([[100.0, 100, 100, 100], [100, 100, 100, 100], [100, 100, 100, 0]])
    together = correct(lambda level: newcombe(k, n, 300, 1000, confidence=level), -0.02, 0.02)
    for row in range(3):
        alone = correct(lambda level, r=row: newcombe(k[r], n[r], 300, 1000, confidence=level), -0.02, 0.02)
        for both, one in zip(together, alone, strict=True):
            np.testing.assert_allclose(both[row], one)


def test_mirrored_hypotheses_may_share_one_level():
    """Two groups that mirror each other ask one question: a family of one keeps the full level for both."""
    found = holm_intervals(
        lambda level: newcombe([40, 30], 100, [30, 40], 100, confidence=level), 0, 0, hypotheses=1
    )
    np.testing.assert_allclose(found.level, 0.95)


def test_without_stepping_down_every_interval_keeps_the_first_level():
    """A reference chosen by its value allows no freed level, so all intervals are Bonferroni's."""
    found = holm_intervals(
        lambda level: newcombe([90, 30], 100, 300, 1000, confidence=level), 0, 0, step_down=False
    )
    np.testing.assert_allclose(found.level, 0.975)
    assert found.rejected.tolist() == [True, False]


def test_nothing_defined_is_nothing_rejected():
    """A family of undefined intervals has no level and no rejection."""
    found = holm_intervals(lambda level: newcombe([0, 0], [0, 0], 3, 10, confidence=level), 0, 0)
    assert np.isnan(found.level).all()
    assert not found.rejected.any()


def test_margins_may_differ_between_hypotheses():
    """A family can mix margins, as the gate's checks do."""
    found = holm_intervals(
        lambda level: newcombe([50, 50], 100, 300, 1000, confidence=level), [-0.05, -0.3], [0.05, 0.3]
    )
    assert found.rejected.tolist() == [True, False]


def test_max_t_bands_reach_as_far_as_independence_demands():
    """For independent normal statistics the critical value is the known one."""
    from scipy.stats import norm

    draws = np.random.default_rng(1).normal(size=(40_000, 10)) * np.arange(1, 11)
    found = max_t(draws, np.zeros(10))
    assert found.critical_value == pytest.approx(norm.ppf((1 + 0.95**0.1) / 2), abs=0.03)
    np.testing.assert_allclose(found.standard_error, np.arange(1, 11), rtol=0.02)
    np.testing.assert_allclose(found.bounds.high, found.critical_value * found.standard_error)


def test_max_t_gains_from_correlation():
    """Groups that move together need no wider bands than one group."""
    draws = np.repeat(np.random.default_rng(2).normal(size=(20_000, 1)), 50, axis=1)
    assert max_t(draws, np.zeros(50)).critical_value == pytest.approx(1.96, abs=0.05)


def test_groups_without_spread_or_estimate_do_not_count():
    """Constant, undefined and mostly undefined groups get NaN bands and leave the others alone."""
    rng = np.random.default_rng(3)
    draws = rng.normal(size=(1000, 5))
    draws[:, 1] = 0.3
    draws[:100, 2] = np.nan
    draws[:20, 4] = np.nan
    found = max_t(draws, np.array([0.0, 0.3, 0.0, np.nan, 0.0]))
    np.testing.assert_array_equal(np.isnan(found.bounds.low), [False, True, True, True, False])
    assert found.critical_value == pytest.approx(2.24, abs=0.15)


def test_max_t_of_nothing_is_undefined():
    """Where no group counts there is no critical value."""
    found = max_t(np.zeros((10, 2)), np.zeros(2))
    assert np.isnan(found.critical_value)
    assert isinstance(found.bounds, Bounds)
    assert np.isnan(found.bounds.low).all()


def test_max_t_refuses_shapes_that_do_not_fit():
    """Estimates of other groups than the replicates are a mistake of the caller."""
    with pytest.raises(UsageError, match="do not fit"):
        max_t(np.zeros((10, 2)), np.zeros(3))


def test_hypotheses_that_mirror_each_other_free_the_level_of_one():
    """Two mirrored intervals of weight one half, both rejected, leave the others the level of one fewer."""
    value = np.array([0.5, -0.5, 0.02])

    def interval(level):
        reach = 0.05 / (1 - np.broadcast_to(level, value.shape))
        return Bounds(value - reach / 10, value + reach / 10)

    found = holm_intervals(interval, -0.1, 0.1, hypotheses=2, weights=[0.5, 0.5, 1.0])
    assert found.rejected.tolist() == [True, True, False]
    assert found.level == pytest.approx([0.975, 0.975, 0.95])
