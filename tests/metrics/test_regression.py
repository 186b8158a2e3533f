"""Metrics of numbers agree with scikit-learn, know their own variance, and say when digits are lost."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sklearn import metrics as sklearn_metrics
from statsmodels.stats.proportion import proportion_confint
from sums_of_rows import counts_of, leave_one_out, moved_by, part_of, regression_rows

from fairkit.counts import FIELDS, Kind
from fairkit.metrics import Why, chosen_metrics, metric
from fairkit.metrics.regression import REGRESSION

NAMES = [m.name for m in REGRESSION]
ORACLES = {
    "mean_absolute_error": sklearn_metrics.mean_absolute_error,
    "root_mean_squared_error": sklearn_metrics.root_mean_squared_error,
    "mean_squared_error": sklearn_metrics.mean_squared_error,
    "r2_score": sklearn_metrics.r2_score,
    "mean_pinball_loss": lambda y, p, **o: sklearn_metrics.mean_pinball_loss(y, p, alpha=0.8, **o),
}


def draw(n=500, seed=0, *, mean=5.0):
    """Draw labels and predictions with skewed errors that grow with the label."""
    rng = np.random.default_rng(seed)
    y = rng.normal(mean, 2, n)
    p = y + (rng.exponential(size=n) - 0.8) * (1 + 0.1 * np.abs(y - mean))
    width = rng.uniform(0.5, 3, n)
    return y, p, regression_rows(y, p, p - width, p + width / 2, quantile=0.8), rng.uniform(0.5, 2, n)


def measured(name, rows, weight=None):
    """Measure one metric of some rows."""
    return metric(name, kind=Kind.REGRESSION).measure(part_of(Kind.REGRESSION, rows, weight))


@pytest.mark.parametrize("weighted", [False, True])
@pytest.mark.parametrize("name", ORACLES)
def test_values_are_those_of_scikit_learn(name, weighted):
    """Sums of powers give scikit-learn's value, weighted too."""
    y, p, rows, weight = draw()
    options = {"sample_weight": weight} if weighted else {}
    found = measured(name, rows, weight if weighted else None)
    assert found.value == pytest.approx(ORACLES[name](y, p, **options), rel=1e-9)


def test_errors_widths_and_coverage_are_means():
    """The mean error, the mean width and the share of labels inside are plain means."""
    y, p, rows, _ = draw()
    assert measured("mean_error", rows).value == pytest.approx((p - y).mean())
    assert measured("mean_interval_width", rows).value == pytest.approx(rows[:, -2].mean())
    assert measured("interval_coverage", rows).value == pytest.approx(rows[:, -3].mean())


@pytest.mark.parametrize("weighted", [False, True])
@pytest.mark.parametrize("name", NAMES)
def test_variances_are_those_of_the_jackknife(name, weighted):
    """Leaving out one row at a time gives the variance that the sums give, within a tenth."""
    _, _, rows, weight = draw(400)
    weight = weight if weighted else None
    m = metric(name, kind=Kind.REGRESSION)
    found = m.measure(part_of(Kind.REGRESSION, rows, weight))
    assert found.variance == pytest.approx(leave_one_out(Kind.REGRESSION, rows, m.measure, weight), rel=0.1)


@pytest.mark.parametrize("name", NAMES)
def test_influence_is_the_derivative(name):
    """Influence says how far one more unit of each sum moves the value."""
    _, _, rows, _ = draw(60)
    m, part = metric(name, kind=Kind.REGRESSION), part_of(Kind.REGRESSION, rows)
    numeric = moved_by(m.measure, part)
    assert not np.isnan(numeric).any()
    np.testing.assert_allclose(
        m.measure(part).influence[0], numeric, atol=1e-6 * np.abs(numeric).max(), rtol=1e-4
    )


@pytest.mark.parametrize("name", NAMES)
def test_copies_of_all_rows_change_no_value_and_halve_the_variance(name):
    """Twice the rows: the same value, about half its variance, and influence that sums to nothing."""
    _, _, rows, _ = draw(200)
    once, twice = measured(name, rows), measured(name, np.vstack([rows, rows]))
    assert twice.value == pytest.approx(once.value)
    assert twice.variance == pytest.approx(once.variance / 2, rel=0.01)
    sums = part_of(Kind.REGRESSION, rows).sums
    assert (sums * once.influence).sum() == pytest.approx(0, abs=1e-9 * np.abs(sums * once.influence).sum())


@given(st.lists(st.tuples(st.integers(-9, 9), st.integers(-9, 9)), min_size=2, max_size=30), st.randoms())
def test_neither_order_nor_splitting_matters(pairs, random):
    """Rows in any order, and counts of two halves added up, give the same sums and values."""
    rows = regression_rows(*np.array(pairs, float).T)
    group = np.zeros(len(rows), int)
    whole = counts_of(Kind.REGRESSION, rows, group)
    shuffled = list(range(len(rows)))
    random.shuffle(shuffled)
    cut = random.randrange(1, len(rows))
    halves = [
        counts_of(Kind.REGRESSION, rows[part], group[part]) for part in (shuffled[:cut], shuffled[cut:])
    ]
    merged = halves[0] + halves[1]
    np.testing.assert_array_equal(whole.values, merged.values)  # small whole numbers add up exactly
    for m in REGRESSION:
        assert m.why(whole.values[0]) == m.why(merged.values[0])


def test_a_label_that_never_varies_has_no_r2():
    """A constant label is named as the reason, and so is a part without rows."""
    r2 = metric("r2_score", kind=Kind.REGRESSION)
    for constant in (0.0, 3.0):
        rows = regression_rows(np.full(20, constant), np.arange(20.0))
        assert r2.why(rows.sum(axis=0)) is Why.CONSTANT_LABEL
    assert r2.why(np.zeros(len(FIELDS[Kind.REGRESSION]))) is Why.NO_ROWS


@pytest.mark.parametrize("seed", range(20))
def test_cancelled_digits_are_never_printed(seed):
    """Labels near 1e9 that vary by 1 leave no digit of R²: lost, not noise and not constant."""
    y, p, rows, _ = draw(1000, seed, mean=1e9)
    r2 = metric("r2_score", kind=Kind.REGRESSION)
    assert r2.why(rows.sum(axis=0)) is Why.LOST_PRECISION
    assert r2.margin_on(np.zeros(21)) == 0.05
    assert measured("mean_absolute_error", rows).value == pytest.approx(np.abs(p - y).mean())
    spread = metric("mean_absolute_error", kind=Kind.REGRESSION).spread
    assert spread is not None
    assert np.isnan(spread(rows.sum(axis=0)))


@pytest.mark.parametrize(("mean", "known"), [(100, True), (1000, True), (10_000, False), (50_000, False)])
def test_r2_keeps_its_value_longer_than_its_variance(mean, known):
    """Fourth powers cancel first: what is left of R² is right, and its variance is right or not given."""
    y, p, rows, _ = draw(2000, 1, mean=mean)
    found = measured("r2_score", rows)
    assert found.value == pytest.approx(sklearn_metrics.r2_score(y, p), abs=1e-5)
    if known:
        plain = measured("r2_score", draw(2000, 1, mean=0)[2])
        assert found.variance == pytest.approx(plain.variance, rel=0.02)
    else:
        assert np.isnan(found.variance)


def test_rows_that_do_not_vary_have_no_variance():
    """Equal errors of .1, which doubles cannot hold, still have a variance of exactly 0."""
    y = np.random.default_rng(0).normal(size=50)
    found = part_of(Kind.REGRESSION, regression_rows(y, y + 0.1))
    for name in ("mean_error", "mean_absolute_error", "root_mean_squared_error"):
        assert metric(name, kind=Kind.REGRESSION).measure(found).variance == 0


def test_perfect_predictions_are_measured():
    """No error at all: all errors are 0 and R² is 1."""
    y = np.arange(20.0)
    rows = regression_rows(y, y)
    for name in NAMES[:5]:
        assert measured(name, rows).value == (1 if name == "r2_score" else 0)


def test_margins_are_in_standard_deviations_of_the_label():
    """A margin of .05 stands for .05 standard deviations of the label over all groups."""
    y, _, rows, _ = draw(800)
    table = counts_of(Kind.REGRESSION, rows, np.arange(800) % 3).values
    margins = {m.name: m.margin_on(table) for m in REGRESSION}
    assert margins["mean_error"] == margins["root_mean_squared_error"] == pytest.approx(0.05 * y.std())
    assert margins["mean_squared_error"] == pytest.approx(0.05 * y.var())
    assert margins["r2_score"] == margins["interval_coverage"] == 0.05


def test_metrics_without_their_columns_are_undefined():
    """Without quantiles or intervals their metrics have a reason, and the defaults do not need them."""
    sums = regression_rows([1.0, 2.0], [1.5, 2.5])[:, :].sum(axis=0)
    sums[FIELDS[Kind.REGRESSION].index("quantile_rows")] = 0
    whys = {m.name: m.why(sums) for m in REGRESSION}
    assert whys["mean_pinball_loss"] is whys["interval_coverage"] is Why.NO_ROWS
    assert not any(m.why(sums) for m in chosen_metrics("default", kind=Kind.REGRESSION))


def test_coverage_counts_as_many_rows_as_there_are():
    """The variance of a share of rows is binomial, so that Wilson's limits follow from it."""
    _, _, rows, _ = draw(80)
    found = measured("interval_coverage", rows)
    share = found.value
    assert found.variance == pytest.approx(share * (1 - share) / 80)
    assert proportion_confint(80 * share, 80, method="wilson")[0] < share
