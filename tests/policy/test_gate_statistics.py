"""What the gate promises: how often it fails what is allowed, passes what is not, how sure it says it is."""

import numpy as np
import pytest
from gated_releases import check, outcomes, policy, report, selections
from scipy.stats import binom

import fairkit
from fairkit.corrections import Correction
from fairkit.findings import units_needed
from fairkit.inference import Bounds, benjamini_hochberg_intervals
from fairkit.inference.differences import newcombe
from fairkit.metrics import metric
from fairkit.policy.deciding import decide
from fairkit.policy.lines import allowed
from fairkit.policy.model import Direction, EvidenceRules
from fairkit.shares import Sample


def judged(counts, *checks, **more):
    """The gate of counts."""
    return decide(policy(*checks, **more), report(counts))


def chances(n, rate, made, **more):
    """How likely one group fails, and passes, by all numbers of selected that can occur."""
    likely = [k for k in range(n + 1) if binom.pmf(k, n, rate) > 1e-9]
    found = {"fail": 0.0, "pass": 0.0, "inconclusive": 0.0}
    for k in likely:
        (first, *_) = judged(selections({"a": (k, n)}), made, **more).results
        found[str(first.status)] += binom.pmf(k, n, rate)
    return found


@pytest.mark.parametrize(
    ("n", "limit"), [(100, "0.01"), (30, "0.0058"), (200, "0.10")], ids=["rare", "rarest", "common"]
)
def test_a_lone_group_on_its_limit_fails_and_passes_as_rarely_as_promised(n, limit):
    """A value that is its whole family has exact limits: Wilson's would fail the first in 8, 16 %."""
    found = chances(n, float(limit), check("value", max=limit))
    assert found["fail"] <= 0.025
    assert found["pass"] <= 0.025


def test_mirrored_groups_are_one_finding_where_findings_are_counted():
    """By Benjamini and Hochberg one difference of p = .04 among two frees nothing, seen from either side."""
    counts = outcomes({"a": (540, 300, 460, 700), "b": (495, 300, 505, 700)})
    checks = [
        check("difference", metric=f"{name}_positive_rate", max="0", id=name) for name in ("true", "false")
    ]
    rules = EvidenceRules(correction=Correction.BENJAMINI_HOCHBERG)
    alone = judged(counts, checks[0], evidence=rules)
    together = judged(counts, *checks, evidence=rules)
    assert [str(result.status) for result in alone.results] == ["fail", "fail"]
    assert together.count("fail") == 0
    assert {round(result.level, 6) for result in together.results} == {0.975}


def test_weights_of_findings_count_in_a_family():
    """Two rejections that stand for one leave the levels where one would."""
    k, n = np.array([60, 60, 31]), 100

    def interval(level):
        return newcombe(k, n, 300, 1000, confidence=level)

    whole = benjamini_hochberg_intervals(interval, -0.05, 0.05, hypotheses=2)
    halves = benjamini_hochberg_intervals(interval, -0.05, 0.05, hypotheses=2, weights=[0.5, 0.5, 1])
    assert (whole.level[0], halves.level[0]) == (pytest.approx(0.95), pytest.approx(0.975))


def test_the_worst_value_is_known_less_surely_than_that_of_each_group():
    """Any of 14 groups may err in the end that accuses: the level says so, and keeps the family's promise."""
    counts = selections({f"g{i:02d}": (300 + i, 1000) for i in range(14)})
    (open_,) = judged(counts, check("worst", max="0.31")).results
    one = 0.025 / 14
    assert open_.level == pytest.approx((1 - one) ** 14 - one)
    assert 0.95 < open_.level < 1 - 2 * one
    (lone,) = judged(selections({"a": (300, 1000)}), check("worst", max="0.31")).results
    assert lone.level == pytest.approx(0.95)


def test_no_level_is_written_as_certain():
    """One of 400 comparisons at a family level of 99.99 % is not decided at 100 %."""
    counts = selections({f"g{i}": (300, 1000) for i in range(400)})
    gate = judged(counts, check("value", max="0.5"), evidence=EvidenceRules(confidence=0.9999))
    assert "(99.999975% CI" in gate.results[0].sentence


def test_what_nobody_calls_worse_counts_either_way():
    """A policy made in Python that asks for the worse way of a metric without one holds both."""
    prevalence = metric("prevalence")
    gap = check("difference", metric="prevalence", max="0.1", direction=Direction.WORSE)
    change = check("baseline", metric="prevalence", baseline="v1", max_regression="0.02")
    assert allowed(gap, prevalence) == (-0.1, 0.1)
    assert allowed(change, prevalence) == (-0.02, 0.02)


def test_nobody_selected_needs_a_number_of_rows_too():
    """A ratio of 0 has no logarithm; its upper limit says how many rows would decide."""
    (result,) = judged(
        selections({"a": (0, 40), "b": (300, 3000)}), check("ratio", min="0.80"), reference="b"
    ).results
    assert (str(result.status), result.value) == ("inconclusive", 0.0)
    assert 40 < result.n_needed < 400
    more = selections({"a": (0, result.n_needed), "b": (300, 3000)})
    assert judged(more, check("ratio", min="0.80"), reference="b").exit_code == 1


def test_who_has_millions_of_rows_is_told_when_a_few_more_would_decide():
    """A number of rows is noise where it is huge beside what there is, not where it is merely large."""
    one = [np.array([x]) for x in (0.7976, 0.7951, 0.80008, 0.80, np.inf, 1_000_000.0, 5_000.0)]
    value, bounds, margin = one[0], Bounds(one[1], one[2]), Bounds(one[3], one[4])
    assert 1_000_000 < units_needed(value, bounds, margin, one[5], None, compare="ratio")[0] < 1_200_000
    wide = Bounds(value - 0.06, value + 0.06)
    assert np.isnan(units_needed(value, wide, margin, one[6], None, compare="ratio")[0])


@pytest.mark.parametrize(("n", "rates"), [(15, (0.98, 0.99)), (30, (0.9, 0.9)), (60, (0.7, 0.95))])
def test_balanced_accuracy_of_an_excellent_model_is_not_known_too_well(n, rates):
    """By enumeration, corrected limits of a mean of two shares miss about as rarely as they say.

    Without a guard the first would err 15 times as often: one miss of each kind seems too many.
    """
    right = np.array([(k, j) for k in range(n + 1) for j in range(n + 1)])
    cells = np.zeros((len(right), 7))
    cells[:, 0], cells[:, 3] = right.T
    cells[:, 2], cells[:, 1] = n - right[:, 0], n - right[:, 1]
    sample = Sample.of([metric("balanced_accuracy")], cells, None)
    likely = binom.pmf(right[:, 0], n, rates[0]) * binom.pmf(right[:, 1], n, rates[1])
    low, high = sample.limits(0.995, exact=True)
    true = sum(rates) / 2
    assert likely[low[0] > true].sum() <= 1.2 * 0.0025
    assert likely[high[0] < true].sum() <= 1.2 * 0.0025


def test_a_few_heavy_weights_do_not_fail_fair_releases():
    """Ten equal groups, one row in ten with the weight of twenty: 34 of 40 draws would fail unsteadied."""
    rng = np.random.default_rng(5)
    own, failed = check("difference", max="0"), 0
    for _ in range(40):
        rows = {
            "group": np.repeat([f"g{i}" for i in range(10)], 200),
            "hired": (rng.random(2000) < 0.05).astype(int),
            "weight": np.where(rng.random(2000) < 0.1, 20.0, 1.0),
        }
        made = fairkit.evaluate(rows, decision="hired", by="group", weight="weight")
        failed += decide(policy(own), made).exit_code
    assert failed <= 2


def test_equal_weights_are_left_as_they_are():
    """Groups whose rows all weigh the same, each another weight, have the limits of unweighted rows."""
    rows = {"group": ["a"] * 100 + ["b"] * 100, "hired": [1] * 30 + [0] * 70 + [1] * 45 + [0] * 55}
    weighted = {**rows, "weight": [1.0] * 100 + [50.0] * 100}
    checks = [check("value", max="0.5"), check("ratio", min="0.8", id="ratio")]
    results = [
        decide(
            policy(*checks, reference="a"), fairkit.evaluate(one, decision="hired", by="group", **more)
        ).results
        for one, more in ((rows, {}), (weighted, {"weight": "weight"}))
    ]
    for bare, other in zip(*results, strict=True):
        assert (other.low, other.high) == pytest.approx((bare.low, bare.high))
