"""Clustered rows: clusters are the units, few of them are not certainty, and groups may share them."""

import numpy as np
import pytest

import fairkit
from fairkit import samples
from fairkit.findings import Verdict


def rows_of(rng, clusters, rate, spread, groups=2, *, shared=False):
    """Draw decisions of people who decide alike: beta-binomial clusters, each in one group or in all."""
    size = rng.integers(1, 12, clusters * groups)
    person = np.repeat(np.arange(clusters * groups), size)
    group = rng.integers(0, groups, len(person)) if shared else person % groups
    a, b = rate * (1 - spread) / spread, (1 - rate) * (1 - spread) / spread
    decided = (rng.random(len(person)) < rng.beta(a, b, clusters * groups)[person]).astype(int)
    return {"g": group, "d": decided, "c": person}


def test_clusters_of_one_row_are_plain_rows():
    """Where every row is its own cluster, values agree and intervals differ little from independent rows."""
    rng = np.random.default_rng(0)
    rows = {"g": np.arange(2000) % 2, "d": (rng.random(2000) < 0.3).astype(int), "c": np.arange(2000)}
    plain = fairkit.evaluate(rows, decision="d", by="g")
    clustered = fairkit.evaluate(rows, decision="d", by="g", cluster="c")
    for one, two in zip(plain.estimates, clustered.estimates, strict=True):
        assert one.value == two.value
        assert (one.low, one.high) == pytest.approx((two.low, two.high), abs=0.004)
    assert clustered.groups[0].clusters == 1000
    assert clustered.estimates[0].method == "cluster-bootstrap"


def test_repeated_rows_do_not_add_certainty():
    """Copying every row ten times within its cluster narrows the plain interval, not the clustered one."""
    rng = np.random.default_rng(1)
    rows = {"g": np.arange(400) % 2, "d": (rng.random(400) < 0.4).astype(int), "c": np.arange(400)}
    copied = {name: np.repeat(values, 10) for name, values in rows.items()}
    once = fairkit.evaluate(rows, decision="d", by="g", cluster="c").findings[0]
    often = fairkit.evaluate(copied, decision="d", by="g", cluster="c").findings[0]
    naive = fairkit.evaluate(copied, decision="d", by="g").findings[0]
    assert (once.low, once.high) == pytest.approx((often.low, often.high), abs=1e-9)
    assert naive.high - naive.low < 0.4 * (often.high - often.low)


@pytest.mark.parametrize(
    ("clusters", "method"), [(2, "none"), (3, "cluster-t"), (19, "cluster-t"), (20, "cluster-bootstrap")]
)
def test_the_number_of_clusters_chooses_the_interval(clusters, method):
    """None below 3, Student's t below 20, the cluster bootstrap from there."""
    person = np.repeat(np.arange(clusters), 40)
    decided = (np.tile(np.arange(40), clusters) < 18 + person % 5).astype(int)
    rows = {"g": ["a"] * len(person), "d": decided, "c": person}
    estimate = fairkit.evaluate(rows, decision="d", by="g", cluster="c").estimates[0]
    assert estimate.method == method
    assert estimate.value is not None
    assert (estimate.why == "too-few-clusters") == (clusters < 3)


def test_too_few_clusters_give_no_verdict():
    """Two people who differ wildly from the rest are no finding, whatever their number of rows."""
    person = np.repeat(np.arange(42), 50)
    rows = {"g": np.where(person < 2, "few", "many"), "d": (person < 2).astype(int), "c": person}
    report = fairkit.evaluate(rows, decision="d", by="g", cluster="c", reference="g=many")
    (finding,) = report.findings
    assert (finding.verdict, finding.reason) == (Verdict.INCONCLUSIVE, "too-few-clusters")


def test_agreement_of_a_handful_is_not_certainty():
    """Eleven rows of eight applicants that all agree have no variance, and must not become a disparity."""
    report = fairkit.evaluate(
        samples.load("lending"),
        label="repaid",
        decision="approved",
        positive="yes",
        by=["sex,race"],
        cluster="applicant",
    )
    (finding,) = report.select(metric="false_negative_rate", group="sex=Female & race=Native American")
    assert finding.verdict is Verdict.INCONCLUSIVE
    assert finding.low < 0 < finding.high
    estimate = report.estimate("false_negative_rate", "sex=Female & race=Native American")
    assert (estimate.value, estimate.low, estimate.method) == (0, 0, "cluster-wilson")
    assert estimate.high > 0.3


def test_planted_intersection_is_found_through_clusters():
    """The four groups of the planted exchange in the lending set are found, on both sides."""
    report = fairkit.evaluate(
        samples.load("lending"),
        label="repaid",
        decision="approved",
        positive="yes",
        by=["sex,race", "sex", "race"],
        cluster="applicant",
    )
    found = {f.group for f in report.select(metric="false_negative_rate") if f.verdict is Verdict.DISPARITY}
    assert found == {f"sex={sex} & race={race}" for sex in ("Female", "Male") for race in ("Black", "White")}


@pytest.mark.parametrize("compare", ["difference", "ratio"])
def test_groups_that_share_clusters_keep_their_correlation(compare):
    """People who are in both groups make the contrast surer than separate people would."""
    rng = np.random.default_rng(3)
    rows = rows_of(rng, 150, 0.4, 0.6, shared=True)
    report = fairkit.evaluate(rows, decision="d", by="g", cluster="c", reference="g=1", compare=compare)
    (contrast,) = report.contrasts
    assert contrast.method == "cluster-bootstrap"
    apart = dict(rows, c=rows["c"] * 2 + rows["g"])
    (wider,) = fairkit.evaluate(
        apart, decision="d", by="g", cluster="c", reference="g=1", compare=compare
    ).contrasts
    assert contrast.high - contrast.low < 0.85 * (wider.high - wider.low)


def test_clusters_never_leave_with_the_report():
    """Identifiers of people are in no report."""
    rows = {"g": ["a", "b"] * 30, "d": [0, 1, 1] * 20, "c": [f"person-{i % 25}" for i in range(60)]}
    report = fairkit.evaluate(rows, decision="d", by="g", cluster="c")
    assert "person-" not in report.to_json()
    assert report.counts.cluster_ids


@pytest.mark.slow
@pytest.mark.parametrize(
    ("clusters", "rate", "groups"),
    [(5, 0.3, 2), (10, 0.05, 2), (30, 0.3, 2), (15, 0.2, 8)],
)
def test_disparities_of_equal_clustered_groups_stay_within_the_error_rate(clusters, rate, groups):
    """With no margin and one equal rate, a family errs in at most 5 % of draws (8.5 % allows for noise)."""
    rng = np.random.default_rng(clusters + groups)
    wrong, draws = 0, 200
    for _ in range(draws):
        rows = rows_of(rng, clusters, rate, 0.3, groups)
        report = fairkit.evaluate(rows, decision="d", by="g", cluster="c", replicates=200, margin=0.0)
        wrong += any(f.verdict is Verdict.DISPARITY for f in report.findings)
    assert wrong <= 0.085 * draws


@pytest.mark.slow
@pytest.mark.parametrize(("clusters", "rate"), [(8, 0.3), (15, 0.1), (60, 0.1)])
def test_plain_intervals_of_clustered_rates_cover(clusters, rate):
    """The 95 % interval of one rate covers it in about 95 % of draws (91 to 99 % of 300 allows for noise)."""
    rng = np.random.default_rng(clusters)
    covered, draws = 0, 300
    for seed in range(draws):
        rows = rows_of(rng, clusters, rate, 0.2, groups=1)
        estimate = fairkit.evaluate(
            rows, decision="d", by="g", cluster="c", replicates=400, seed=seed
        ).estimates[0]
        covered += estimate.low <= rate <= estimate.high
    assert 0.91 * draws <= covered <= 0.99 * draws
