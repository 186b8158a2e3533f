"""A fairlearn user's arguments in, tables of fairlearn's shape out: equal where fairlearn is right."""

import functools
import warnings

import fairlearn.metrics as fairlearn
import numpy as np
import pandas as pd
import pytest
import sklearn.metrics as sklearn
from sklearn.exceptions import UndefinedMetricWarning

from fairkit.errors import DataError, UsageError
from fairkit.metric_frames.frame import metric_frame
from fairkit.metric_frames.tables import to_metric_frame
from fairkit.report.serialize import from_json

DECISIONS = {
    "selection_rate": fairlearn.selection_rate,
    "true_positive_rate": fairlearn.true_positive_rate,
    "true_negative_rate": fairlearn.true_negative_rate,
    "false_positive_rate": fairlearn.false_positive_rate,
    "false_negative_rate": fairlearn.false_negative_rate,
    "mean_prediction": fairlearn.mean_prediction,
    "accuracy_score": sklearn.accuracy_score,
    "balanced_accuracy_score": sklearn.balanced_accuracy_score,
    "f1_score": sklearn.f1_score,
    "precision_score": sklearn.precision_score,
    "recall_score": sklearn.recall_score,
    "zero_one_loss": sklearn.zero_one_loss,
    "count": fairlearn.count,
}
NUMBERS = {
    "mean_absolute_error": sklearn.mean_absolute_error,
    "mean_squared_error": sklearn.mean_squared_error,
    "r2_score": sklearn.r2_score,
}
SCORES = {"roc_auc_score": sklearn.roc_auc_score, "log_loss": sklearn.log_loss}


@pytest.fixture(scope="module")
def rows():
    """Return two-class decisions and scores of 240 people."""
    rng = np.random.default_rng(5)
    size = 240
    y = rng.integers(0, 2, size)
    score = np.clip(0.5 * y + rng.normal(0.25, 0.25, size), 0.01, 0.99)
    return pd.DataFrame(
        {
            "y": y,
            "d": (score > 0.45).astype(int),
            "score": score,
            "amount": rng.normal(size=size) + y,
            "sex": rng.choice(["F", "M"], size),
            "age": rng.choice([1, 2, 3], size),
            "job": rng.choice(["clerk", "nurse"], size),
            "weight": rng.random(size) + 0.5,
        }
    )


def both(**arguments):
    """Ask fairkit and fairlearn the same."""
    return to_metric_frame(metric_frame(**arguments)), fairlearn.MetricFrame(**arguments)


def assert_same(ours, theirs):
    """Compare all tables, shapes and names."""
    pd.testing.assert_series_equal(ours.overall, theirs.overall.astype(float), check_names=False)
    pd.testing.assert_frame_equal(ours.by_group, theirs.by_group.astype(float))
    for name in ("group_min", "group_max"):
        expected = getattr(theirs, name)().astype(float)
        pd.testing.assert_series_equal(getattr(ours, name)(), expected, check_names=False)
    for method in ("between_groups", "to_overall"):
        for name in ("difference", "ratio"):
            expected = getattr(theirs, name)(method=method).astype(float)
            pd.testing.assert_series_equal(getattr(ours, name)(method), expected, check_names=False)


@pytest.mark.parametrize("feature", ["sex", "age"])
def test_decisions_have_fairlearns_tables(rows, feature):
    """Every metric of two-class decisions that fairlearn has is the same by group, overall and aggregated."""
    assert_same(*both(metrics=DECISIONS, y_true=rows.y, y_pred=rows.d, sensitive_features=rows[feature]))


def test_numbers_and_scores_have_fairlearns_tables(rows):
    """Errors of numbers, areas under curves and losses of scores are the same too."""
    asked = {"sensitive_features": rows.sex, "n_boot": 200, "ci_quantiles": [0.025, 0.975]}
    ours = to_metric_frame(metric_frame(metrics=NUMBERS, y_true=rows.y + 0.5, y_pred=rows.amount, **asked))
    theirs = fairlearn.MetricFrame(
        metrics=NUMBERS, y_true=rows.y + 0.5, y_pred=rows.amount, sensitive_features=rows.sex
    )
    assert_same(ours, theirs)
    ours = to_metric_frame(metric_frame(metrics=SCORES, y_true=rows.y, y_pred=rows.score, **asked))
    theirs = fairlearn.MetricFrame(
        metrics=SCORES, y_true=rows.y, y_pred=rows.score, sensitive_features=rows.sex
    )
    assert_same(ours, theirs)
    assert (ours.by_group_ci[0] < ours.by_group).all(axis=None)
    assert (ours.by_group < ours.by_group_ci[1]).all(axis=None)


def test_derived_metrics_follow_from_the_tables(rows):
    """Differences, ratios, minima and maxima that fairlearn names as functions are in the tables."""
    tables, _ = both(metrics=DECISIONS, y_true=rows.y, y_pred=rows.d, sensitive_features=rows.age)
    asked = {"y_true": rows.y, "y_pred": rows.d, "sensitive_features": rows.age}
    checked = 0
    for name in fairlearn.__all__:
        base, _, how = name.partition("_group_") if "_group_" in name else name.rpartition("_")
        if base not in DECISIONS or how not in ("difference", "ratio", "min", "max"):
            continue
        found = getattr(tables, f"group_{how}" if how in ("min", "max") else how)()[base]
        assert found == pytest.approx(getattr(fairlearn, name)(**asked)), name
        checked += 1
    assert checked == 20
    rates = ["true_positive_rate", "false_positive_rate"]
    assert tables.difference()["selection_rate"] == pytest.approx(
        fairlearn.demographic_parity_difference(**asked)
    )
    assert tables.ratio()["selection_rate"] == pytest.approx(fairlearn.demographic_parity_ratio(**asked))
    assert tables.difference()[rates].max() == pytest.approx(fairlearn.equalized_odds_difference(**asked))
    assert tables.ratio()[rates].min() == pytest.approx(fairlearn.equalized_odds_ratio(**asked))
    assert tables.difference()[rates[0]] == pytest.approx(fairlearn.equal_opportunity_difference(**asked))
    assert tables.ratio()[rates[0]] == pytest.approx(fairlearn.equal_opportunity_ratio(**asked))


def test_several_features_are_one_crossing(rows):
    """Two sensitive features give the groups that both describe, those without rows as NaN."""
    few = rows[(rows.sex != "F") | (rows.age != 2)]
    ours, theirs = both(
        metrics={"rate": fairlearn.selection_rate},
        y_true=few.y,
        y_pred=few.d,
        sensitive_features=few[["sex", "age"]],
    )
    pd.testing.assert_frame_equal(ours.by_group, theirs.by_group.astype(float))
    assert np.isnan(ours.by_group.loc[("F", 2), "rate"])


def test_groups_are_compared_within_one_level_of_the_control_features(rows):
    """Each control level is a grouping of its own, and the tables have fairlearn's shape."""
    asked = {
        "metrics": {"rate": fairlearn.selection_rate, "recall": sklearn.recall_score},
        "y_true": rows.y,
        "y_pred": rows.d,
        "sensitive_features": {"sex": rows.sex},
        "control_features": {"job": rows.job},
    }
    report = metric_frame(**asked)
    ours, theirs = to_metric_frame(report), fairlearn.MetricFrame(**asked)
    assert report.settings.by == ("sex where job=clerk", "sex where job=nurse")
    pd.testing.assert_frame_equal(ours.overall, theirs.overall.astype(float))
    pd.testing.assert_frame_equal(ours.by_group, theirs.by_group.astype(float))
    for method in ("between_groups", "to_overall"):
        for name in ("difference", "ratio"):
            expected = getattr(theirs, name)(method=method).astype(float)
            pd.testing.assert_frame_equal(getattr(ours, name)(method), expected, check_names=False)
    clerks = rows[rows.job == "clerk"]
    alone = metric_frame(
        metrics=asked["metrics"], y_true=clerks.y, y_pred=clerks.d, sensitive_features={"sex": clerks.sex}
    )
    within = report.select(attribute="sex where job=clerk")
    assert [(f.value, f.low, f.high) for f in within] == [(f.value, f.low, f.high) for f in alone.findings]
    assert {f.group for f in within} == {"job=clerk & sex=F", "job=clerk & sex=M"}


def test_weights_given_to_every_metric_weigh_the_counts(rows):
    """Sample weights in nested sample_params give fairlearn's weighted values."""
    metrics = {"rate": fairlearn.selection_rate, "right": sklearn.accuracy_score}
    weights = {name: {"sample_weight": rows.weight} for name in metrics}
    assert_same(
        *both(
            metrics=metrics, y_true=rows.y, y_pred=rows.d, sensitive_features=rows.sex, sample_params=weights
        )
    )


def test_weights_given_to_one_metric_weigh_it_alone(rows):
    """A metric without weights beside a weighted one stays unweighted."""
    asked = {
        "metrics": {"rate": fairlearn.selection_rate, "right": sklearn.accuracy_score},
        "y_true": rows.y,
        "y_pred": rows.d,
        "sensitive_features": rows.sex,
        "sample_params": {"right": {"sample_weight": rows.weight}},
    }
    report = metric_frame(**asked, n_boot=200, ci_quantiles=[0.05, 0.95])
    assert_same(to_metric_frame(report), fairlearn.MetricFrame(**asked))
    assert report.settings.confidence == 0.9
    assert {e.method for e in report.estimates if e.metric == "right"} == {"bootstrap-bca"}


def test_undefined_is_nan_where_fairlearn_has_zero():
    """A group without positives has no recall."""
    asked = {
        "metrics": {"recall": fairlearn.true_positive_rate},
        "y_true": [1, 0, 0, 0],
        "y_pred": [1, 0, 1, 0],
        "sensitive_features": ["a", "a", "b", "b"],
    }
    ours, theirs = both(**asked)
    assert np.isnan(ours.by_group.loc["b", "recall"])
    assert theirs.by_group.loc["b", "recall"] == 0
    assert ours.by_group.loc["a", "recall"] == 1


def test_a_function_that_warns_it_is_undefined_has_no_value(rows):
    """scikit-learn's 0 with a warning is no value, whatever arguments the function has."""
    truth = rows.y.where(rows.sex == "M", 0)
    asked = {
        "metrics": {"f2": functools.partial(sklearn.fbeta_score, beta=2)},
        "y_true": truth,
        "y_pred": rows.d.where(rows.sex == "M", 0),
        "sensitive_features": rows.sex,
    }
    report = metric_frame(**asked, n_boot=200, ci_quantiles=[0.025, 0.975])
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", UndefinedMetricWarning)
        theirs = fairlearn.MetricFrame(**asked)
    assert theirs.by_group.loc["F", "f2"] == 0
    assert report.estimate("f2", "sex=F").value is None
    assert report.estimate("f2", "sex=F").why == "metric-failed"
    assert report.estimate("f2", "sex=M").value == pytest.approx(theirs.by_group.loc["M", "f2"])


def test_missing_features_are_a_group_of_their_own(rows):
    """Rows without the feature are shown with index NaN, and noted."""
    sex = rows.sex.astype(object).where(rows.index % 7 > 0, None)
    report = metric_frame(
        metrics={"rate": fairlearn.selection_rate}, y_true=rows.y, y_pred=rows.d, sensitive_features=sex
    )
    table = to_metric_frame(report).by_group
    assert len(table) == 3
    assert table.index.isna().sum() == 1
    assert any("'sex' is missing in 35 of 240 rows" in note for note in report.notes)


def test_features_have_fairlearns_names(rows):
    """Unnamed features are numbered, a series and a frame name themselves."""
    base = {"metrics": {"rate": fairlearn.selection_rate}, "y_true": rows.y, "y_pred": rows.d}
    for features in (
        list(rows.sex),
        rows[["sex", "age"]].to_numpy(),
        rows.sex,
        rows[["sex", "job"]],
        {"s": rows.sex, "j": list(rows.job)},
    ):
        ours, theirs = both(**base, sensitive_features=features)
        assert ours.sensitive_levels == theirs.sensitive_levels
        assert list(ours.by_group.index) == list(theirs.by_group.index)


def test_a_single_function_is_named_after_itself(rows):
    """A callable instead of a mapping is the one metric, under its own name."""
    report = metric_frame(
        metrics=sklearn.recall_score, y_true=rows.y, y_pred=rows.d, sensitive_features=rows.sex
    )
    theirs = fairlearn.MetricFrame(
        metrics=sklearn.recall_score, y_true=rows.y, y_pred=rows.d, sensitive_features=rows.sex
    )
    table = to_metric_frame(report)
    pd.testing.assert_series_equal(table.by_group["recall_score"], theirs.by_group.astype(float))
    assert table.overall["recall_score"] == pytest.approx(theirs.overall)


def test_tables_survive_the_report_as_json(rows):
    """A report that was saved gives the same tables."""
    report = metric_frame(
        metrics={"rate": fairlearn.selection_rate},
        y_true=rows.y,
        y_pred=rows.d,
        sensitive_features=rows[["sex", "age"]],
        control_features=rows.job,
    )
    before, after = to_metric_frame(report), to_metric_frame(from_json(report.to_json()))
    pd.testing.assert_frame_equal(before.by_group, after.by_group)
    pd.testing.assert_frame_equal(before.overall, after.overall)
    assert "sex & age where job=clerk" in report.to_text()


def test_clusters_widen_intervals(rows):
    """Rows that come four times each are no four times as sure."""
    four = pd.concat([rows] * 4)
    asked = {"metrics": {"rate": fairlearn.selection_rate}, "y_true": four.y, "y_pred": four.d}
    plain = metric_frame(**asked, sensitive_features=four.sex).findings[0]
    clustered = metric_frame(
        **asked, sensitive_features=four.sex, cluster=np.tile(np.arange(240), 4)
    ).findings[0]
    assert clustered.value == pytest.approx(plain.value)
    assert clustered.high - clustered.low > 1.7 * (plain.high - plain.low)


def test_all_problems_are_said_at_once(rows):
    """Lengths, names and parameters that do not fit are told together."""
    with pytest.raises(UsageError) as caught:
        metric_frame(
            metrics={"acc": sklearn.accuracy_score, "no": 7},
            y_true=rows.y,
            y_pred=rows.d[:-1],
            sensitive_features={"sex": rows.sex, 3: rows.job},
            control_features={"sex": rows.job},
            sample_params={"ac": {"sample_weight": rows.weight}},
        )
    said = str(caught.value)
    for part in (
        "y_pred has 239",
        "must be texts, not 3",
        "'sex' are both sensitive and control",
        "Did you mean 'acc'?",
        "not a int",
    ):
        assert part in said


def test_a_function_that_always_fails_is_refused_with_its_own_words(rows):
    """An error that is raised for every group is the user's to mend, not a report without values."""
    with pytest.raises(UsageError, match=r"'auc' has no value in any group: ValueError"):
        metric_frame(
            metrics={"auc": sklearn.roc_auc_score},
            y_true=np.zeros(len(rows)) + 2.5,
            y_pred=rows.score,
            sensitive_features=rows.sex,
        )


def test_the_level_has_to_be_one(rows):
    """Quantiles outside 0 to 1 and levels too low are refused."""
    asked = {
        "metrics": {"rate": fairlearn.selection_rate},
        "y_true": rows.y,
        "y_pred": rows.d,
        "sensitive_features": rows.sex,
    }
    for quantiles in ([0.0, 0.5], [0.4, 0.6]):
        with pytest.raises(UsageError):
            metric_frame(**asked, n_boot=10, ci_quantiles=quantiles)
    with pytest.raises(UsageError, match=r"Did you mean 'holm'\?"):
        metric_frame(**asked, correction="hollm")
    with pytest.raises(DataError, match="reference group"):
        metric_frame(**asked, reference="sex=X")


@pytest.mark.realdata
def test_compas_has_fairlearns_numbers(real_data):
    """On COMPAS every table equals fairlearn's, and the known differences come out."""
    rows = pd.read_csv(real_data / "compas" / "compas-scores-two-years.csv")
    flagged = (rows.score_text != "Low").astype(int)
    ours, theirs = both(
        metrics={name: DECISIONS[name] for name in DECISIONS if name != "count"},
        y_true=rows.two_year_recid,
        y_pred=flagged,
        sensitive_features=rows.race,
    )
    assert_same(ours, theirs)
    assert ours.difference()["selection_rate"] == pytest.approx(0.4571, abs=5e-5)
    assert ours.ratio()["selection_rate"] == pytest.approx(0.3143, abs=5e-5)
