"""Checks that compare a release with its baseline, on independent and on the same rows."""

import numpy as np
import pytest
from gated_releases import check, outcomes, policy, report
from statsmodels.stats.proportion import confint_proportions_2indep

import fairkit
from fairkit.policy.deciding import decide
from fairkit.policy.gate import Problem
from fairkit.policy.model import Number
from fairkit.report.serialize import from_json

NOW = outcomes({"a": (800, 0, 200, 0), "b": (700, 0, 300, 0)})
THEN = outcomes({"a": (810, 0, 190, 0), "b": (850, 0, 150, 0)})


def no_worse(limit="0.02", **more):
    """No true positive rate may be lower by more than the limit."""
    own = {"metric": "true_positive_rate", "baseline": "v1", "max_regression": limit, **more}
    return check("baseline", **{key: value for key, value in own.items() if value is not None})


def rows_of(pairs):
    """Rows of one group that two releases decided, from the numbers of each pair of decisions."""
    both = [pair for pair, n in pairs.items() for _ in range(n)]
    return {
        "group": ["a"] * len(both),
        "y": [1] * len(both),
        "old": [old for old, _ in both],
        "new": [new for _, new in both],
    }


def test_a_release_that_lost_ground_fails():
    """The group whose rate fell by more than the limit fails; the other is undecided."""
    gate = decide(policy(no_worse()), report(NOW), baselines={"v1": THEN})
    found = {result.group: (str(result.status), round(result.value, 3)) for result in gate.results}
    assert found == {"group=a": ("inconclusive", -0.01), "group=b": ("fail", -0.15)}
    assert {result.reference for result in gate.results} == {"v1"}


def test_a_lone_change_has_newcombes_interval():
    """Two independent samples of one group are compared as statsmodels does it."""
    now, then = outcomes({"a": (800, 0, 200, 0)}), outcomes({"a": (810, 0, 190, 0)})
    (result,) = decide(policy(no_worse()), report(now), baselines={"v1": then}).results
    expected = confint_proportions_2indep(800, 1000, 810, 1000, method="newcomb", correction=False)
    assert (result.low, result.high) == pytest.approx(expected)


def test_regression_is_the_way_that_is_worse():
    """An error rate that rises regresses, one that falls does not; a change counts both ways."""
    counts = {"v1": NOW}
    regression = no_worse("0.1", metric="error_rate")
    change = no_worse(None, metric="error_rate", max_change="0.1")
    better = decide(policy(regression), report(THEN), baselines=counts)
    changed = decide(policy(change), report(THEN), baselines=counts)
    worse = decide(policy(regression), report(NOW), baselines={"v1": THEN})
    statuses = [[str(result.status) for result in gate.results] for gate in (better, changed, worse)]
    assert statuses == [["pass", "pass"], ["pass", "fail"], ["pass", "fail"]]


def test_rows_compared_with_themselves_decide_sooner():
    """The same change on the same rows has a shorter interval in pairs."""
    rows = rows_of({(1, 1): 800, (0, 0): 160, (1, 0): 10, (0, 1): 30})
    joint = fairkit.evaluate(
        rows, label="y", decision={"baseline": "old", "release": "new"}, by="group"
    ).counts
    now, then = (fairkit.evaluate(rows, label="y", decision=one, by="group") for one in ("new", "old"))
    paired = decide(policy(no_worse()), now, pairs={"v1": joint}).results[0]
    apart = decide(policy(no_worse()), now, baselines={"v1": then.counts}).results[0]
    assert paired.value == apart.value == pytest.approx(0.02)
    assert paired.high - paired.low < 0.6 * (apart.high - apart.low)
    assert (str(paired.status), str(apart.status)) == ("pass", "pass")
    assert "tango" in paired.method


def test_groups_that_one_release_lacks_are_undecided_and_listed():
    """A new group has nothing to compare with, one that is gone has no rows."""
    now, then = (
        outcomes({"a": (80, 0, 20, 0), "new": (8, 0, 2, 0)}),
        outcomes({"a": (80, 0, 20, 0), "old": (8, 0, 2, 0)}),
    )
    gate = decide(policy(no_worse()), report(now), baselines={"v1": then})
    assert {result.group: result.reason for result in gate.results} == {
        "group=a": "across-the-limit",
        "group=new": "reference-undefined",
        "group=old": "no-rows",
    }


def test_few_rows_in_either_release_are_not_judged():
    """The smallest group size of the policy holds for both releases."""
    now, then = (
        outcomes({"a": (80, 0, 20, 0), "b": (4, 0, 2, 0)}),
        outcomes({"a": (8, 0, 2, 0), "b": (80, 0, 20, 0)}),
    )
    gate = decide(policy(no_worse(), min_n=30), report(now), baselines={"v1": then})
    assert [result.reason for result in gate.results] == ["reference-too-few", "too-few"]


def test_a_baseline_without_clusters_is_a_problem():
    """Saved counts of clustered rows have no interval; the problem says how to compare in pairs."""
    rows = {"group": ["a", "b"] * 60, "y": [1] * 120, "d": [1, 0] * 60, "who": [i // 2 for i in range(120)]}
    made = fairkit.evaluate(rows, label="y", decision="d", by="group", cluster="who")
    gate = decide(policy(no_worse()), made, baselines={"v1": from_json(made.to_json()).counts})
    assert gate.exit_code == 2
    assert "compared in pairs" in gate.problems[0].message


@pytest.mark.parametrize(
    ("counts", "words"),
    [
        (
            fairkit.evaluate({"grup": ["a", "b"] * 9, "d": [1, 0] * 9}, decision="d", by="grup").counts,
            "'group'",
        ),
        (
            fairkit.evaluate({"group": ["a", "b"] * 9, "d": [1, 0] * 9}, decision="d", by="group").counts,
            "true_positive",
        ),
    ],
)
def test_a_baseline_of_other_counts_is_a_problem(counts, words):
    """Other columns, or other kinds of prediction, cannot be compared."""
    gate = decide(policy(no_worse()), report(NOW), baselines={"v1": counts})
    assert gate.exit_code == 2
    assert words in gate.problems[0].message


def test_a_baseline_that_failed_to_load_is_told_once():
    """The problem of loading stands alone, without another that it is missing."""
    known = Problem("hash", "check", "the file is not the one that the policy names.")
    gate = decide(policy(no_worse()), report(NOW), problems=[known])
    assert gate.problems == (known,)
    assert gate.exit_code == 2


def test_changes_of_clustered_and_regression_values_have_intervals():
    """What is no share of independent rows is compared too."""
    rng = np.random.default_rng(5)
    rows = {"group": ["a", "b"] * 200, "y": rng.normal(size=400), "p": rng.normal(size=400)}
    made = fairkit.evaluate(rows, label="y", prediction="p", by="group")
    own = no_worse(None, metric="mean_absolute_error", max_change="1.5")
    assert isinstance(own.max_change, Number)
    gate = decide(policy(own), made, baselines={"v1": made.counts})
    assert [(str(result.status), result.value) for result in gate.results] == [("pass", 0.0)] * 2
