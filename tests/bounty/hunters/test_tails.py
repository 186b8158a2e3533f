"""Probabilities of chance against scipy, drawing at random, and each other."""

import numpy as np
import pytest
from scipy import stats

from bounty.hunters.tails import corrected, of_excess, of_saving
from bounty.rows.amounts import Bits, Numbers
from bounty.rows.bits import RowSet
from bounty.rows.evidence import RepairEvidence, weigh


def bits(mask):
    """Hold a mask as amounts."""
    return Bits(RowSet.of(np.asarray(mask, dtype=bool)))


@pytest.mark.parametrize("seed", range(8))
def test_an_excess_of_errors_is_fishers_exact_test(seed):
    """The probability is that of Fisher's test of a two by two table, one-sided."""
    generator = np.random.default_rng(seed)
    units = generator.random(200) < 0.7
    lost, group = units & (generator.random(200) < 0.3), generator.random(200) < 0.4
    table = [[(lost & side).sum(), (units & ~lost & side).sum()] for side in (group, ~group)]
    expected = stats.fisher_exact(table, alternative="greater").pvalue
    assert of_excess(bits(lost), bits(units), RowSet.of(group)) == pytest.approx(expected)


@pytest.mark.parametrize("skew", [0.5, 3.0])
def test_an_excess_of_costs_bounds_what_random_groups_show(skew):
    """Among random groups the bound is below 5 % in fewer than 5 % of draws, however skewed costs are."""
    generator = np.random.default_rng(7)
    lost = np.rint(100 * generator.lognormal(0, skew, 300)).astype(np.int64)
    units = generator.integers(1, 20, 300)
    below = [
        of_excess(
            Numbers(lost), Numbers(units), RowSet.of(generator.permutation(300) < generator.integers(5, 290))
        )
        < 0.05
        for _ in range(400)
    ]
    assert np.mean(below) < 0.05


def test_an_excess_of_costs_is_found():
    """Where costs are twice as high, the bound is small; on the other side it is 1."""
    generator = np.random.default_rng(3)
    group = np.arange(2_000) < 400
    lost = generator.poisson(np.where(group, 6, 3))
    units = np.full(2_000, 10)
    arguments = Numbers(lost), Numbers(units)
    assert of_excess(*arguments, RowSet.of(group)) < 1e-20
    assert of_excess(*arguments, RowSet.of(~group)) == 1.0


def test_the_bound_is_never_below_the_exact_probability():
    """For errors kept as numbers, the bound is above Fisher's probability but not far above its exponent."""
    generator = np.random.default_rng(11)
    for _ in range(30):
        lost = generator.random(400) < 0.3
        group = generator.random(400) < np.where(lost, 0.5, generator.uniform(0.2, 0.5))
        rows = RowSet.of(group)
        ones = np.ones(400, dtype=np.int64)
        bound = of_excess(Numbers(lost.astype(np.int64)), Numbers(ones), rows)
        exact = of_excess(bits(lost), bits(ones), rows)
        assert bound >= exact
        assert bound <= max(1.0, 10 * exact**0.6)


def test_extremes_have_a_probability():
    """No units, an empty group, a group of everyone, and a group of all the errors there are."""
    lost = np.array([5, 5, 0, 0])
    ones = np.ones(4, dtype=np.int64)
    nothing = Numbers(np.zeros(4, dtype=np.int64))
    assert of_excess(Numbers(lost), nothing, RowSet.all(4)) == 1.0
    assert of_excess(Numbers(lost), Numbers(ones), RowSet.none(4)) == 1.0
    assert of_excess(Numbers(lost), Numbers(ones), RowSet.all(4)) == 1.0
    assert of_excess(Numbers(lost), Numbers(ones), RowSet.of(lost > 0)) == pytest.approx(0.25)


def test_a_saving_of_errors_is_mcnemars_exact_test():
    """The probability is binomial in the rows that change."""
    evidence = RepairEvidence(100, 40, 20, 8, better=15, worse=3, squares=18)
    expected = stats.binomtest(15, 18, 0.5, alternative="greater").pvalue
    assert of_saving(evidence) == pytest.approx(expected)


def test_a_saving_of_scores_bounds_what_random_signs_show():
    """Among changes of random sign the bound is below 5 % in fewer than 5 % of draws."""
    generator = np.random.default_rng(5)
    before = np.full(60, 10**6)
    below = []
    for _ in range(1_000):
        change = np.rint(10**5 * generator.standard_t(3, 60).clip(-9, 9)).astype(np.int64)
        below.append(
            of_saving(weigh(Numbers(before), Numbers(before + change), group=RowSet.all(60), largest=10**7))
            < 0.05
        )
    assert np.mean(below) < 0.05
    nothing = weigh(Numbers(before), Numbers(before), group=RowSet.all(60), largest=10**7)
    assert of_saving(nothing) == 1.0


def test_the_correction_is_holms():
    """Corrected probabilities are those of statsmodels, in the order given."""
    from statsmodels.stats.multitest import multipletests

    chances = np.random.default_rng(1).random(12) ** 4
    assert corrected(chances.tolist()) == pytest.approx(multipletests(chances, method="holm")[1].tolist())
    assert corrected([]) == []
