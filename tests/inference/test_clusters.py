"""Cluster-robust intervals and cluster resampling."""

import numpy as np
import pytest

from fairkit.errors import UsageError
from fairkit.inference import (
    ClusterMethod,
    cluster_replicates,
    joint_cluster_replicates,
    ratio_t_interval,
)


def speakers(rng, clusters, *, spread=0.5):
    """Draw words and errors of speakers whose own error rates differ around .2."""
    words = np.ceil(rng.lognormal(4, spread, clusters)).astype(int)
    return rng.binomial(words, rng.beta(2, 8, clusters)), words


def test_clusters_of_one_size_give_the_textbook_t_interval():
    """With equal denominators the interval is Student's on the cluster rates."""
    from scipy.stats import t

    rates = np.array([0.1, 0.3, 0.2, 0.25, 0.4])
    found = ratio_t_interval(rates * 40, np.full(5, 40), np.zeros(5, int), 1)
    low, high = t.interval(0.95, 4, rates.mean(), rates.std(ddof=1) / np.sqrt(5))
    np.testing.assert_allclose([found.low[0], found.high[0]], [low, high], rtol=1e-12)
    np.testing.assert_allclose(found.standard_error[0], rates.std(ddof=1) / np.sqrt(5), rtol=1e-12)


def test_the_standard_error_is_the_jackknife_over_clusters():
    """For unequal clusters it is what leaving out one cluster at a time gives, around the ratio itself."""
    errors, words = speakers(np.random.default_rng(1), 12)
    without = (errors.sum() - errors) / (words.sum() - words)
    expected = np.sqrt(11 / 12 * ((without - errors.sum() / words.sum()) ** 2).sum())
    found = ratio_t_interval(errors, words, np.zeros(12, int), 1)
    np.testing.assert_allclose(found.standard_error[0], expected, rtol=1e-12)


def test_order_and_neighbours_do_not_matter():
    """Rows of sums in any order, groups side by side: each group gets what it gets alone."""
    rng = np.random.default_rng(2)
    errors, words = speakers(rng, 30)
    group = rng.integers(0, 3, 30)
    together = ratio_t_interval(errors, words, group, 3)
    shuffled = rng.permutation(30)
    again = ratio_t_interval(errors[shuffled], words[shuffled], group[shuffled], 3)
    np.testing.assert_allclose(again.low, together.low, rtol=1e-12)
    for index in range(3):
        own = group == index
        alone = ratio_t_interval(errors[own], words[own], np.zeros(own.sum(), int), 1)
        np.testing.assert_allclose(together.high[index], alone.high[0], rtol=1e-12)


def test_the_number_of_clusters_decides_how_sure_the_interval_is():
    """None below 3 clusters, flagged below 20, plain from there; an empty group is undefined."""
    sizes = [0, 1, 2, 3, 19, 20]
    errors, words = speakers(np.random.default_rng(3), sum(sizes))
    found = ratio_t_interval(errors, words, np.repeat(np.arange(6), sizes), 6)
    undefined, few, enough = ClusterMethod.UNDEFINED, ClusterMethod.FEW, ClusterMethod.ENOUGH
    assert found.method.tolist() == [undefined, undefined, undefined, few, few, enough]
    assert found.clusters.tolist() == sizes
    np.testing.assert_array_equal(np.isnan(found.low), [True, True, True, False, False, False])
    np.testing.assert_array_equal(np.isnan(found.standard_error), np.isnan(found.low))


def test_clusters_with_nothing_do_not_count():
    """A speaker without a word of the kind in question adds neither evidence nor a degree of freedom."""
    errors, words = [3, 5, 4, 0, 0], [20, 40, 30, 0, 0]
    padded = ratio_t_interval(errors, words, [0] * 5, 1)
    plain = ratio_t_interval(errors[:3], words[:3], [0] * 3, 1)
    assert padded.clusters == 3
    np.testing.assert_allclose(padded.high, plain.high, rtol=1e-12)


def test_a_group_without_denominators_is_undefined():
    """Insertions against empty references have no rate, and no warning escapes."""
    found = ratio_t_interval([1, 2, 3], [0, 0, 0], [0, 0, 0], 1)
    assert np.isnan(found.low[0])
    assert found.method[0] == ClusterMethod.UNDEFINED


def test_one_dominating_cluster_widens_the_interval():
    """The same cluster rates say less where one cluster holds nearly all words."""
    rates = np.array([0.1, 0.3, 0.2, 0.25, 0.4, 0.15])
    even, lopsided = np.full(6, 100.0), np.array([5000.0, 10, 10, 10, 10, 10])
    narrow = ratio_t_interval(rates * even, even, [0] * 6, 1)
    wide = ratio_t_interval(rates * lopsided, lopsided, [0] * 6, 1)
    assert wide.high - wide.low > narrow.high - narrow.low


def test_what_does_not_fit_is_refused_with_all_problems():
    """Lengths and group numbers are checked together."""
    with pytest.raises(UsageError) as caught:
        ratio_t_interval([1, 2], [3, 4, 5], [0, 1, 7], 2)
    assert len(caught.value.problems) == 2
    with pytest.raises(UsageError, match="negative"):
        ratio_t_interval([1, 2], [3, -4], [0, 0], 1)


@pytest.mark.parametrize("distinct", [True, False], ids=["distinct sums", "few patterns"])
def test_cluster_replicates_have_the_moments_of_drawing_clusters(distinct):
    """Mean and covariance are those of C draws with replacement, whichever way they are drawn."""
    rng = np.random.default_rng(4)
    sums = rng.normal(10, 3, (60, 2)) if distinct else rng.integers(0, 2, (60, 2)).astype(float)
    group = np.repeat([0, 2], 30)
    tables = cluster_replicates(sums, group, 3, replicates=20_000, rng=rng)
    assert tables.shape == (20_000, 3, 2)
    assert (tables[:, 1] == 0).all()
    for index in (0, 2):
        own = sums[group == index]
        np.testing.assert_allclose(tables[:, index].mean(axis=0), own.sum(axis=0), rtol=0.01)
        expected = 30 * np.cov(own.T, ddof=0)
        scale = np.sqrt(np.outer(*[np.diag(expected)] * 2))
        np.testing.assert_allclose(np.cov(tables[:, index].T) / scale, expected / scale, atol=0.05)


def test_collapsing_equal_clusters_draws_whole_clusters_still():
    """With few patterns every replicate still sums exactly C clusters."""
    sums = np.column_stack([np.ones(500), np.arange(500) % 3])
    tables = cluster_replicates(sums, np.zeros(500, int), 1, replicates=200, rng=np.random.default_rng(5))
    assert (tables[:, 0, 0] == 500).all()
    assert tables[:, 0, 1].std() > 0


def test_chunks_of_replicates_cover_all_of_them(monkeypatch):
    """Memory-saving chunks leave no replicate empty, the last short one included."""
    monkeypatch.setattr("fairkit.inference.clusters._WEIGHTS_AT_ONCE", 100)
    rng = np.random.default_rng(6)
    sums = np.column_stack([np.ones(40), rng.normal(size=40)])
    tables = cluster_replicates(sums, np.zeros(40, int), 1, replicates=7, rng=rng)
    assert (tables[:, 0, 0] == 40).all()
    joint = joint_cluster_replicates(np.arange(40), np.zeros(40, int), sums, 1, replicates=7, rng=rng)
    assert (joint[:, 0, 0] == 40).all()


def test_joint_replicates_keep_the_correlation_between_groups():
    """Clusters that span groups are drawn whole: what they share cancels in the difference."""
    rng = np.random.default_rng(7)
    level = rng.normal(0, 5, 80)
    cluster, group = np.repeat(np.arange(80) * 13, 2), np.tile([0, 1], 80)
    sums = (level[:, None] + rng.normal(0, 0.5, (80, 2))).reshape(-1, 1)
    order = rng.permutation(160)
    tables = joint_cluster_replicates(cluster[order], group[order], sums[order], 2, replicates=4000, rng=rng)[
        ..., 0
    ]
    wide = sums.reshape(80, 2)
    expected = 80 * np.cov(wide.T, ddof=0)
    np.testing.assert_allclose(np.cov(tables.T), expected, rtol=0.1)
    assert np.corrcoef(tables.T)[0, 1] > 0.95


def test_pairs_that_do_not_occur_are_zero_and_repeated_ones_add():
    """The sparse rows mean what a dense table of clusters by groups would."""
    cluster, group, sums = [1, 1, 2], [0, 0, 1], [[1.0], [2.0], [5.0]]
    tables = joint_cluster_replicates(cluster, group, sums, 3, replicates=500, rng=np.random.default_rng(8))[
        ..., 0
    ]
    times = (tables / [3, 5, 1]).astype(int)
    assert set(map(tuple, times.tolist())) == {(2, 0, 0), (1, 1, 0), (0, 2, 0)}


def test_no_clusters_at_all_give_empty_tables():
    """Nothing to draw from is zeros, not an error."""
    none = np.zeros((0, 2))
    rng = np.random.default_rng(9)
    assert (cluster_replicates(none, [], 2, replicates=3, rng=rng) == np.zeros((3, 2, 2))).all()
    assert (joint_cluster_replicates([], [], none, 2, replicates=3, rng=rng) == np.zeros((3, 2, 2))).all()
