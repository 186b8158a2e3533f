"""Metrics of rankings: exposure by position, exposure for relevance, and nDCG."""

import numpy as np
import pytest
from sklearn.metrics import ndcg_score
from sums_of_rows import leave_one_out, moved_by, part_of, ranking_rows

from fairkit.counts import FIELDS, Kind
from fairkit.metrics import Why, metric
from fairkit.metrics.ranking import RANKING

NAMES = [m.name for m in RANKING]


def draw(n=300, seed=0):
    """Draw items with exposures, relevances and, as if each row were a query, a gain."""
    rng = np.random.default_rng(seed)
    relevance = rng.gamma(2.0, size=n)
    exposure = 1 / np.log2(1 + rng.integers(1, 20, n)) * (0.5 + 0.2 * np.minimum(relevance, 3))
    return ranking_rows(exposure, relevance, rng.beta(5, 1, n)), rng.uniform(0.5, 2, n)


def test_ndcg_is_the_mean_over_queries():
    """The nDCG of scikit-learn by query, averaged over queries."""
    rng = np.random.default_rng(1)
    relevance, score = rng.integers(0, 4, (50, 8)), rng.normal(size=(50, 8))
    gains = np.array([ndcg_score(r[None], s[None]) for r, s in zip(relevance, score, strict=True)])
    zero = np.zeros(50)
    found = metric("ndcg", kind=Kind.RANKING).measure(part_of(Kind.RANKING, ranking_rows(zero, zero, gains)))
    assert found.value == pytest.approx(ndcg_score(relevance, score))
    assert found.variance == pytest.approx(gains.var(ddof=1) / 50)


def test_the_published_example_of_unequal_exposure():
    """Singh & Joachims' job example: merits of .80 and .77 are exposed as .71 and .39 on average."""
    exposure = 1 / np.log2(1 + np.arange(1, 7))
    men = ranking_rows(exposure[:3], [0.82, 0.81, 0.80])
    women = ranking_rows(exposure[3:], [0.79, 0.78, 0.77])
    mean = metric("mean_exposure", kind=Kind.RANKING)
    found = [mean.measure(part_of(Kind.RANKING, rows)).value for rows in (men, women)]
    assert np.round(found, 2).tolist() == [0.71, 0.39]
    per = metric("exposure_per_relevance", kind=Kind.RANKING)
    assert per.measure(part_of(Kind.RANKING, men)).value == pytest.approx(exposure[:3].sum() / 2.43)


@pytest.mark.parametrize("weighted", [False, True])
@pytest.mark.parametrize("name", NAMES)
def test_variances_are_those_of_the_jackknife(name, weighted):
    """Leaving out one row at a time gives the variance that the sums give."""
    rows, weight = draw()
    weight = weight if weighted else None
    m = metric(name, kind=Kind.RANKING)
    found = m.measure(part_of(Kind.RANKING, rows, weight))
    assert found.variance == pytest.approx(leave_one_out(Kind.RANKING, rows, m.measure, weight), rel=0.05)


@pytest.mark.parametrize("name", NAMES)
def test_influence_is_the_derivative(name):
    """Influence says how far one more unit of each sum moves the value."""
    m, part = metric(name, kind=Kind.RANKING), part_of(Kind.RANKING, draw(40)[0])
    np.testing.assert_allclose(m.measure(part).influence[0], moved_by(m.measure, part), atol=1e-8, rtol=1e-4)


def test_what_is_missing_is_named():
    """No queries, no relevance and no items are three different reasons."""
    sums = ranking_rows([0.5, 1.0], [0.0, 0.0]).sum(axis=0)
    whys = {m.name: m.why(sums) for m in RANKING}
    assert whys["ndcg"] is Why.NO_QUERIES
    assert whys["exposure_per_relevance"] is Why.NO_POSITIVES
    assert whys["mean_exposure"] is whys["mean_relevance"] is None
    assert RANKING[0].why(np.zeros(len(FIELDS[Kind.RANKING]))) is Why.NO_ROWS


def test_margins_grow_with_exposure():
    """The margin of exposure is a tenth of the mean over all items; that of nDCG is absolute."""
    rows, _ = draw()
    sums = np.append(rows.sum(axis=0), 0.0)
    assert RANKING[0].margin_on(sums) == pytest.approx(0.1 * rows[:, 1].mean())
    assert metric("ndcg", kind=Kind.RANKING).margin_on(sums) == 0.05
