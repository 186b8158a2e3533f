"""Traps in which a number looks surer than the data are: each once gave a wrong verdict here or elsewhere."""

import numpy as np
import pytest

import fairkit
from fairkit.counts import Counts, Kind
from fairkit.findings import Verdict
from fairkit.shares import others_of


def report_of(cells, **options):
    """Evaluate confusion cells of groups g0, g1, ..."""
    groups = [(f"g{i}",) for i in range(len(cells))]
    counts = Counts.from_cells(Kind.CONFUSION, ["g"], groups, [[*cell, 0, 0, 0] for cell in cells])
    return fairkit.evaluate(counts, by="g", **options)


@pytest.mark.parametrize("metric", ["f1_score", "balanced_accuracy"])
@pytest.mark.parametrize("small", [[5, 0, 0, 0], [3, 0, 0, 2]])
def test_a_small_group_that_happens_not_to_vary_is_not_certain(metric, small):
    """Five rows without a mistake resample to the same five rows; that shows neither disparity nor parity."""
    large = [4500, 500, 500, 4500]
    report = report_of([small, large], metrics=[metric])
    assert {f.verdict for f in report.findings} == {Verdict.INCONCLUSIVE}
    assert all(headline.verdict is Verdict.INCONCLUSIVE for headline in report.headlines)
    for contrast in report.contrasts:
        assert contrast.low is None or contrast.high - contrast.low > 0.1
    assert report.estimates[0].method in ("mover-wilson", "none")


def test_simultaneous_levels_know_that_ten_rows_may_not_vary():
    """No positive decision among ten rows is no disparity against a tenth, by max-t as by Holm."""
    for correction in ("max-t", "holm"):
        report = report_of([[0, 0, 0, 10], [100, 0, 0, 900], [100, 0, 0, 900]], correction=correction)
        (finding,) = report.select(metric="selection_rate", group="g=g0")
        assert finding.verdict is Verdict.INCONCLUSIVE
        assert finding.high > 0.1


@pytest.mark.slow
def test_simultaneous_levels_keep_the_error_rate_in_small_groups():
    """Twenty equal groups of 40 rows: max-t errs in at most 5 % of draws (9 % of 150 allows for noise)."""
    rng = np.random.default_rng(2)
    wrong = 0
    for seed in range(150):
        hits = rng.binomial(40, 0.1, 20)
        report = report_of(
            [[int(k), 0, 0, 40 - int(k)] for k in hits],
            metrics=["selection_rate"],
            correction="max-t",
            margin=0.0,
            replicates=400,
            seed=seed,
        )
        wrong += any(f.verdict is Verdict.DISPARITY for f in report.findings)
    assert wrong <= 0.09 * 150


@pytest.mark.slow
@pytest.mark.parametrize("weights", [(10.0, 1.0), (1.0, 10.0)])
def test_weights_that_go_with_the_outcome_are_covered(weights):
    """Case-control weights: the 95 % interval of a weighted rate covers it in 92 to 98 % of 600 draws."""
    rng = np.random.default_rng(3)
    covered, n = 0, 1000
    truth = 0.1 * weights[0] / (0.1 * weights[0] + 0.9 * weights[1])
    for _ in range(600):
        decided = rng.random(n) < 0.1
        rows = {"g": ["a"] * n, "d": decided.astype(int), "w": np.where(decided, *weights)}
        estimate = fairkit.evaluate(rows, decision="d", by="g", weight="w").estimates[0]
        covered += estimate.low <= truth <= estimate.high
    assert 0.92 <= covered / 600 <= 0.98


def test_the_scale_of_weights_changes_nothing():
    """Weights that sum to one, to n or to a million give the same intervals, with clusters and without."""
    rng = np.random.default_rng(4)
    base = {"g": np.arange(600) % 2, "d": (rng.random(600) < 0.4).astype(int), "c": np.arange(600) // 6}
    weight = rng.uniform(0.5, 2.0, 600)
    for cluster in (None, "c"):
        found = [
            fairkit.evaluate({**base, "w": weight * scale}, decision="d", by="g", weight="w", cluster=cluster)
            for scale in (1.0, 1 / weight.sum(), 1e3)
        ]
        for other in found[1:]:
            for one, two in zip(found[0].findings, other.findings, strict=True):
                assert (one.low, one.high, one.verdict) == (
                    pytest.approx(two.low),
                    pytest.approx(two.high),
                    two.verdict,
                )


def test_the_rest_survives_one_group_of_huge_weight():
    """The rest of a group that outweighs it a billion times keeps its digits."""
    sums = np.array([[1e17, 3e17], [0.1, 0.3], [0.2, 0.4]])
    np.testing.assert_allclose(others_of(sums, np.array([-1]))[0][0], [0.3, 0.7])


def test_a_group_without_rows_changes_no_verdict_of_others():
    """Two groups that mirror each other stay one question when a third has nothing to say."""
    two = report_of([[56, 0, 14, 0], [48, 0, 32, 0]], metrics=["selection_rate"])
    rows = {
        "g": ["a"] * 70 + ["b"] * 80 + [None] * 3,
        "d": [1] * 56 + [0] * 14 + [1] * 48 + [0] * 32 + [None] * 3,
    }
    three = fairkit.evaluate(rows, decision="d", by="g", levels={"g": ["a", "b", "z"]})
    assert (
        [f.verdict for f in three.findings[:2]]
        == [f.verdict for f in two.findings]
        == [Verdict.DISPARITY] * 2
    )
    assert three.findings[0].low == pytest.approx(two.findings[0].low)


def test_other_metrics_do_not_change_an_interval():
    """A finding is the same whether its metric was asked for alone or among others."""
    cells = [[30, 9, 12, 0], [50, 0, 0, 40], [0, 11, 0, 60]]
    alone = report_of(cells, metrics=["false_positive_rate"], reference="g=g1").select(
        metric="false_positive_rate"
    )
    among = report_of(cells, metrics="all", reference="g=g1").select(metric="false_positive_rate")
    for one, two in zip(alone, among, strict=True):
        assert (one.low, one.high, one.level) == pytest.approx((two.low, two.high, two.level))
        assert (one.verdict, one.method, one.n_needed) == (two.verdict, two.method, two.n_needed)


def test_p_values_pay_for_the_choice_of_the_best_group():
    """Against the best group, p-values are adjusted for every pair, as the intervals are."""
    cells = [[60, 0, 0, 40], [50, 0, 0, 50], [40, 0, 0, 60], [55, 0, 0, 45]]
    report = report_of(cells, metrics=["selection_rate"], reference="best")
    for finding, contrast in zip(report.findings, report.contrasts, strict=True):
        assert finding.p_adjusted == pytest.approx(min(1.0, 6 * contrast.p_value))


@pytest.mark.slow
@pytest.mark.parametrize("clusters", [4, 6])
def test_pairs_of_few_clusters_count_once(clusters):
    """People in both groups are not two samples: a contrast errs in at most 5 % of draws (8 % of 400)."""
    rng = np.random.default_rng(clusters)
    wrong = 0
    for seed in range(400):
        rate = np.clip(0.5 + rng.normal(0, 0.15, clusters), 0.05, 0.95)
        person = np.repeat(np.arange(clusters), 60)
        group = np.tile(np.arange(2), 30 * clusters)
        p = np.where(group == 1, rate[person], 1 - rate[person])
        rows = {"g": group, "d": (rng.random(len(p)) < p).astype(int), "c": person}
        report = fairkit.evaluate(
            rows, decision="d", by="g", cluster="c", margin=0.0, replicates=200, seed=seed
        )
        wrong += any(f.verdict is Verdict.DISPARITY for f in report.findings)
    assert wrong <= 0.08 * 400


def test_identical_clusters_are_as_many_rows():
    """Forty clusters that are all alike show no variation, so their interval is that of forty rows."""
    rows = {"g": ["a"] * 400, "d": [0, 1] * 200, "c": np.arange(400) // 10}
    estimate = fairkit.evaluate(rows, decision="d", by="g", cluster="c").estimates[0]
    assert (estimate.value, estimate.why) == (0.5, None)
    assert 0.25 < estimate.high - estimate.low < 0.35


def test_intersections_that_do_not_differ_are_pooled_completely():
    """Where nothing tells groups apart, the steadier guess is the rate of all."""
    rows = {"a": list("xxyy") * 50, "b": list("pqpq") * 50, "d": [1, 0, 0, 1, 0, 1, 1, 0] * 25}
    report = fairkit.evaluate(rows, decision="d", by="a,b")
    assert {e.shrunk for e in report.estimates} == {0.5}


def test_ratio_headlines_rank_by_proportion():
    """A rate at 40 % of the reference is further off than one at 176 %."""
    report = report_of(
        [[400, 0, 0, 9600], [1760, 0, 0, 8240], [1000, 0, 0, 9000]],
        metrics=["selection_rate"],
        compare="ratio",
        reference="g=g2",
    )
    headline = report.headlines[0]
    assert headline.disparities == ("g=g0", "g=g1")
    assert headline.at_least < 0.5
