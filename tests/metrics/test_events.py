"""Events per exposure: the rate, its variance whatever the counts are distributed like, and its margin."""

import numpy as np
import pytest
import statsmodels.api as sm
from sums_of_rows import event_rows, leave_one_out, moved_by, part_of

import fairkit
from fairkit.counts import FIELDS, Kind
from fairkit.metrics import Why, metric

RATE = metric("event_rate", kind=Kind.EVENTS)


def draw(n=300, seed=0):
    """Draw overdispersed counts with unequal exposures."""
    rng = np.random.default_rng(seed)
    exposure = rng.uniform(0.2, 3, n)
    return rng.poisson(0.4 * exposure * rng.gamma(1.0, size=n)), exposure


def test_variance_is_that_of_a_robust_poisson_regression():
    """The log rate has the sandwich variance of a Poisson regression on the intercept alone."""
    events, exposure = draw()
    fit = sm.GLM(events, np.ones(300), family=sm.families.Poisson(), exposure=exposure).fit(cov_type="HC0")
    found = RATE.measure(part_of(Kind.EVENTS, event_rows(events, exposure)))
    assert found.value == pytest.approx(np.exp(fit.params[0]))
    assert found.variance / found.value**2 * 299 / 300 == pytest.approx(fit.bse[0] ** 2, rel=1e-6)


@pytest.mark.parametrize("weighted", [False, True])
def test_variance_is_that_of_the_jackknife(weighted):
    """Leaving out one row at a time gives the variance that the sums give."""
    rows = event_rows(*draw())
    weight = np.random.default_rng(1).uniform(0.5, 2, 300) if weighted else None
    found = RATE.measure(part_of(Kind.EVENTS, rows, weight))
    assert found.variance == pytest.approx(leave_one_out(Kind.EVENTS, rows, RATE.measure, weight), rel=0.04)


def test_influence_is_the_derivative():
    """Influence says how far one more unit of each sum moves the rate."""
    part = part_of(Kind.EVENTS, event_rows(*draw(40)))
    found = RATE.measure(part).influence[0]
    np.testing.assert_allclose(found, moved_by(RATE.measure, part), atol=1e-9, rtol=1e-6)


def test_no_exposure_is_no_rate():
    """Rows without any exposure have no rate, and say why."""
    sums = event_rows([0, 0], [0.0, 0.0]).sum(axis=0)
    assert RATE.why(sums) is Why.NO_EXPOSURE
    assert RATE.why(np.zeros(len(FIELDS[Kind.EVENTS]))) is Why.NO_ROWS


def test_the_margin_is_a_tenth_of_the_rate():
    """Whatever the unit of exposure, the margin follows the rate over all rows."""
    events, exposure = draw()
    for unit in (1.0, 365.25):
        sums = np.append(event_rows(events, exposure * unit).sum(axis=0), np.zeros(3))
        assert RATE.margin_on(sums) == pytest.approx(0.1 * events.sum() / exposure.sum() / unit)


def test_a_cluster_with_most_of_the_exposure_decides_little():
    """One shop that has nearly all the months is one shop: its rate alone says little of others'."""
    rows = {"claims": [90, 1, 0, 2, 1], "months": [1_000, 5, 5, 5, 5], "shop": list("abcde"), "g": ["x"] * 5}
    asked = {"events": "claims", "exposure": "months", "by": "g"}
    clustered = fairkit.evaluate(rows, **asked, cluster="shop").estimate("event_rate", "g=x")
    assert clustered.high - clustered.low > 0.1
