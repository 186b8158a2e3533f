"""Do the intervals cover what they promise, and do verdicts err as rarely as they promise?

Coverage of intervals on binomial counts is computed, not simulated: every possible outcome is enumerated,
judged, and weighted with its probability, so there is no seed and no tolerance for noise. Families of groups,
the bootstrap and clusters are simulated, with fixed seeds.
"""

import numpy as np
import pytest
from scipy.stats import binom

from fairkit.inference import (
    Bounds,
    bca,
    clopper_pearson,
    cluster_replicates,
    holm_intervals,
    intersection_union,
    jackknife_from_counts,
    jeffreys,
    koopman,
    miettinen_nurminen,
    multinomial_replicates,
    newcombe,
    ratio_t_interval,
    tost_newcombe,
    wilson,
)

pytestmark = pytest.mark.slow

Z = 1.959963984540054
HARD = {
    "small and rare": (0.05, 40, 0.10, 4000),
    "rarer": (0.02, 60, 0.02, 6000),
    "high and small": (0.9, 30, 0.8, 30),
}
CASES = pytest.mark.parametrize("case", HARD.values(), ids=HARD)


def outcomes(p1, n1, p2, n2):
    """Enumerate the counts of both groups with their probabilities, leaving out those below 1e-13."""
    counts, weights = [], []
    for p, n in ((p1, n1), (p2, n2)):
        k = np.arange(n + 1)
        weight = binom.pmf(k, n, p)
        counts.append(k[weight > 1e-13])
        weights.append(weight[weight > 1e-13])
    return counts[0][:, None], counts[1][None], np.outer(*weights)


def coverage(method, case, truth):
    """Return the exact probability that the interval contains the truth."""
    k1, k2, weight = outcomes(*case)
    low, high = method(k1, case[1], k2, case[3])
    assert weight.sum() > 1 - 1e-9
    return float(weight[(low <= truth) & (truth <= high)].sum())


def wald(k1, n1, k2, n2):
    """Return the textbook interval of a difference, which fairkit does not use."""
    p1, p2 = k1 / n1, k2 / n2
    reach = Z * np.sqrt(p1 * (1 - p1) / n1 + p2 * (1 - p2) / n2)
    return Bounds(p1 - p2 - reach, p1 - p2 + reach)


def logarithmic(k1, n1, k2, n2):
    """Return the textbook interval of a ratio, not used in fairkit; it has no answer without successes."""
    with np.errstate(divide="ignore", invalid="ignore"):
        reach = Z * np.sqrt(1 / k1 - 1 / n1 + 1 / k2 - 1 / n2)
        ratio = np.log(k1 / n1) - np.log(k2 / n2)
        low, high = np.exp(ratio - reach), np.exp(ratio + reach)
    return Bounds(np.where(k1 * k2 > 0, low, np.nan), np.where(k1 * k2 > 0, high, np.nan))


@CASES
@pytest.mark.parametrize("method", [newcombe, miettinen_nurminen])
def test_difference_intervals_cover_in_the_hard_cases(method, case):
    """Between 93 and 97 % in every hard case of the field note.

    The note's .971 for Newcombe at 2 % and 60 rows was simulation noise: exactly it is .9643.
    """
    assert 0.93 <= coverage(method, case, case[0] - case[2]) <= 0.97


def test_exact_coverage_of_difference_intervals_is_known():
    """The very numbers, so that no change of method passes unseen; Wald's show why it is not used."""
    found = {
        name: [round(coverage(method, case, case[0] - case[2]), 3) for case in HARD.values()]
        for name, method in {"wald": wald, "newcombe": newcombe, "score": miettinen_nurminen}.items()
    }
    assert found == {
        "wald": [0.868, 0.701, 0.942],
        "newcombe": [0.958, 0.964, 0.963],
        "score": [0.959, 0.964, 0.952],
    }


def test_other_limits_cover_more_at_95_percent():
    """Jeffreys and exact limits are for far tails: at 95 % they cover more than needed in lopsided tables."""
    found = {
        limits: [
            round(coverage(lambda *t, name=limits: newcombe(*t, limits=name), case, case[0] - case[2]), 3)
            for case in HARD.values()
        ]
        for limits in ("jeffreys", "exact")
    }
    assert found == {"jeffreys": [0.972, 0.969, 0.948], "exact": [0.986, 0.989, 0.973]}


@CASES
def test_the_ratio_interval_covers_in_the_hard_cases(case):
    """Koopman's interval covers between 93 and 97 % of the time."""
    assert 0.93 <= coverage(koopman, case, case[0] / case[2]) <= 0.97


def test_exact_coverage_of_ratio_intervals_is_known():
    """The very numbers; the logarithmic interval beside them shows why it is not used."""
    found = {
        name: [round(coverage(method, case, case[0] / case[2]), 3) for case in HARD.values()]
        for name, method in {"logarithmic": logarithmic, "koopman": koopman}.items()
    }
    assert found == {"logarithmic": [0.824, 0.669, 0.950], "koopman": [0.953, 0.964, 0.948]}


def one_sample(method, n, rates):
    """Return the exact coverage of an interval of one proportion at many rates."""
    k = np.arange(n + 1)
    low, high = method(k, n)
    covered = (low[:, None] <= rates) & (rates <= high[:, None])
    return (binom.pmf(k[:, None], n, rates) * covered).sum(axis=0)


@pytest.mark.parametrize("n", [20, 40, 60, 100, 1000])
def test_wilson_covers_on_average_and_never_collapses(n):
    """Over rates from 2 to 98 % the mean lies between 94 and 96 %.

    Coverage of any interval of a binomial oscillates with the rate; single rates go down to 91 % (n = 20,
    near the ends) where Wald's goes down to 33 %.
    """
    rates = np.linspace(0.02, 0.98, 481)
    found = one_sample(wilson, n, rates)
    assert 0.94 <= found.mean() <= 0.96
    assert found.min() > 0.90


def test_wilson_covers_in_the_hard_cases():
    """At 2 % with 60 rows and 5 % with 40 within 93 to 97 %; at 90 % with 30 rows .974, a little more."""
    found = [float(one_sample(wilson, n, np.array([p]))[0]) for p, n in ((0.02, 60), (0.05, 40), (0.9, 30))]
    assert [round(value, 3) for value in found] == [0.968, 0.952, 0.974]


def test_clopper_pearson_never_covers_less_than_it_promises():
    """At least 95 % at every rate."""
    for n in (5, 40, 300):
        assert one_sample(clopper_pearson, n, np.linspace(0.001, 0.999, 999)).min() >= 0.95


def test_jeffreys_covers_on_average():
    """The mean over rates lies within 94 and 96 %."""
    assert 0.94 <= one_sample(jeffreys, 40, np.linspace(0.02, 0.98, 481)).mean() <= 0.96


@pytest.mark.parametrize(("p", "n1"), [(0.05, 40), (0.1, 40), (0.3, 40), (0.5, 100)])
@pytest.mark.parametrize("limits", ["wilson", "jeffreys", "exact"])
def test_corrected_intervals_accuse_as_rarely_as_is_known(p, n1, limits):
    """The chance, summed over 96 equal groups, that some corrected interval against the rest excludes 0.

    .05 is promised. Exact limits keep it, Jeffreys limits keep it to .057, Wilson limits do not where rates
    are low.
    """
    n2 = 95 * n1
    k1, k2, weight = outcomes(p, n1, p, n2)
    low, high = newcombe(k1, n1, k2, n2, confidence=1 - 0.05 / 96, limits=limits)
    error = 96 * float(weight[(low > 0) | (high < 0)].sum())
    known = {
        "wilson": {(0.05, 40): 0.2481, (0.1, 40): 0.1349, (0.3, 40): 0.0510, (0.5, 100): 0.0453},
        "jeffreys": {(0.05, 40): 0.0302, (0.1, 40): 0.0292, (0.3, 40): 0.0568, (0.5, 100): 0.0509},
        "exact": {(0.05, 40): 0.0121, (0.1, 40): 0.0128, (0.3, 40): 0.0249, (0.5, 100): 0.0348},
    }
    assert error == pytest.approx(known[limits][p, n1], abs=2e-4)


def test_under_parity_the_family_is_rarely_accused():
    """96 equal groups of 40 to 400 rows: corrected exact intervals accuse some in at most 5 % of audits.

    400 simulated audits; with margin 0, the strictest question that can be asked.
    """
    rng = np.random.default_rng(1)
    accused = 0
    for _ in range(400):
        n = rng.integers(40, 400, 96)
        k = rng.binomial(n, 0.1)
        rest_k, rest_n = k.sum() - k, n.sum() - n
        found = holm_intervals(
            lambda level, table=(k, n, rest_k, rest_n): newcombe(*table, confidence=level, limits="exact"),
            0,
            0,
        )
        accused += bool(found.rejected.any())
    assert accused / 400 <= 0.05


def test_parity_is_claimed_wrongly_at_most_5_percent_of_the_time():
    """One of 8 groups differs by exactly the margin: the intersection-union test passes all in at most 5 %.

    2,000 simulated audits of large groups; the standard error of the share is .005.
    """
    rng = np.random.default_rng(2)
    n = np.full(8, 3000)
    rates = np.array([0.3] * 7 + [0.35])
    passed = 0
    for k in rng.binomial(n, rates, (2000, 8)):
        p = tost_newcombe(k, n, 90_000, 300_000, margin_low=-0.05, margin_high=0.05)
        passed += intersection_union(p)
    assert 0.03 <= passed / 2000 <= 0.06


def test_bca_covers_a_precision():
    """Precision from confusion counts of 150 rows, by multinomial bootstrap: 93 to 97 % of 600 data sets."""
    rng = np.random.default_rng(3)
    share, truth = np.array([0.3, 0.2, 0.3, 0.2]), 0.6

    def precision(counts):
        counts = np.asarray(counts, dtype=float)
        return counts[..., 0] / (counts[..., 0] + counts[..., 1])

    data = rng.multinomial(150, share, size=600)
    tables = multinomial_replicates(data, replicates=1000, rng=rng)
    low, high = bca(precision(data), precision(tables), *jackknife_from_counts(data, precision))
    assert 0.93 <= np.mean((low <= truth) & (truth <= high)) <= 0.97


def speakers(rng, audits, clusters, spread):
    """Draw words and errors of speakers whose own error rates vary around .2 (standard deviation .12)."""
    words = np.ceil(rng.lognormal(4, spread, (audits, clusters))).astype(int)
    return rng.binomial(words, rng.beta(2, 8, words.shape)), words


@pytest.mark.parametrize("spread", [0.0, 0.5, 1.0])
@pytest.mark.parametrize("clusters", [3, 5, 10, 20, 50])
def test_cluster_intervals_cover_whatever_the_sizes(clusters, spread):
    """Between 91.5 and 97 % of 4,000 data sets, where intervals over words as independent cover 30 to 60 %.

    Error rates of speakers are skewed here, which costs a little even Student's t with equal sizes: .92 at
    three speakers. Without the jackknife's scaling and the reduced degrees of freedom ten speakers of very
    unequal size (sigma 1) would be covered .86.
    """
    errors, words = speakers(np.random.default_rng(4), 4000, clusters, spread)
    group = np.repeat(np.arange(4000), clusters)
    found = ratio_t_interval(errors.ravel(), words.ravel(), group, 4000)
    assert 0.915 <= np.mean((found.low <= 0.2) & (found.high >= 0.2)) <= 0.97
    naive = wilson(errors.sum(axis=1), words.sum(axis=1))
    assert np.mean((naive.low <= 0.2) & (naive.high >= 0.2)) < 0.65


@pytest.mark.parametrize(("clusters", "covered"), [(10, 0.885), (40, 0.94)])
def test_the_cluster_bootstrap_needs_clusters(clusters, covered):
    """Percentiles of resampled clusters cover near 94 % with 40 clusters, but 88 % with 10: take t there."""
    rng = np.random.default_rng(5)
    errors, words = speakers(rng, 400, clusters, 0.5)
    sums = np.column_stack([errors.ravel(), words.ravel()])
    tables = cluster_replicates(sums, np.repeat(np.arange(400), clusters), 400, replicates=400, rng=rng)
    low, high = np.quantile(tables[..., 0] / tables[..., 1], [0.025, 0.975], axis=0)
    assert np.mean((low <= 0.2) & (high >= 0.2)) == pytest.approx(covered, abs=0.035)
