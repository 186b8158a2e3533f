"""The split: nothing on both sides, every stratum on both, people whole, and chance only within strata."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from fairkit.errors import UsageError
from fairkit.remedies.split import held_out

STRATA = st.lists(st.integers(0, 5), min_size=1, max_size=200).map(lambda x: np.array(x, np.int64))
SHARES = st.floats(0.05, 0.95)


@given(STRATA, SHARES, st.integers(0, 2**31))
def test_each_stratum_gives_its_share(strata, share, seed):
    """Of every stratum the share is held out, to within one row."""
    side = held_out(strata, test_share=share, seed=seed)
    for stratum in np.unique(strata):
        rows = strata == stratum
        assert abs(side[rows].sum() - share * rows.sum()) <= 1 + 1e-9


@given(STRATA, SHARES, st.integers(0, 2**31))
def test_the_seed_decides(strata, share, seed):
    """The same seed holds out the same rows."""
    first = held_out(strata, test_share=share, seed=seed)
    assert np.array_equal(first, held_out(strata, test_share=share, seed=seed))


@given(STRATA, SHARES, st.integers(0, 99), st.integers(1, 9))
def test_people_stay_whole(strata, share, seed, size):
    """Rows of one cluster lie on one side, whatever their order and size."""
    clusters = np.random.default_rng(seed).integers(0, len(strata) // size + 1, len(strata))
    side = held_out(strata, test_share=share, seed=seed, clusters=clusters)
    for cluster in np.unique(clusters):
        assert len(np.unique(side[clusters == cluster])) == 1


def test_clusters_of_each_stratum_give_their_share():
    """With clusters it is their number that is shared out, by the stratum of their first row."""
    clusters = np.repeat(np.arange(100), 3)
    side = held_out((clusters >= 60).astype(np.int64), test_share=0.25, seed=4, clusters=clusters)
    assert side[clusters < 60].sum() == 3 * 15
    assert side[clusters >= 60].sum() == 3 * 10


def test_every_row_has_the_same_chance():
    """Over many seeds each row is held out about as often as the share says, in small strata too."""
    strata = np.array([0] * 3 + [1] * 17 + [2], np.int64)
    often = np.mean([held_out(strata, test_share=0.3, seed=seed) for seed in range(3_000)], axis=0)
    assert np.abs(often - 0.3).max() < 5 * np.sqrt(0.3 * 0.7 / 3_000)


@pytest.mark.parametrize("share", [0.0, 1.0, -1.0, 0.01, float("nan")])
def test_a_share_that_leaves_a_side_empty_is_refused(share):
    """Shares next to 0 or 1, and what is no number, are refused."""
    with pytest.raises(UsageError, match="test_share"):
        held_out(np.zeros(10, np.int64), test_share=share, seed=0)
