"""The remedy as a whole: what was planted is gone on rows that nobody fitted, and what was equal stays."""

from __future__ import annotations

import inspect

import numpy as np
import pytest

import fairkit
from fairkit.errors import DataError, UsageError
from fairkit.evaluator import evaluate
from fairkit.remedies.mitigation import remedy
from fairkit.remedies.wishes import JUDGING
from fairkit.samples import hiring, lending

RATES = ("selection_rate", "true_positive_rate", "false_positive_rate", "accuracy[before]", "accuracy[after]")


@pytest.fixture(scope="module")
def applicants():
    """Return 40,000 hiring decisions whose truth is known, without the few nonbinary people."""
    frame = hiring(rows=40_000)
    return frame[frame["sex"] != "Nonbinary"].reset_index(drop=True)


def remedied(data, **asked):
    """Fit a remedy for hiring with the metrics that are looked at here."""
    asked = {"label": "qualified", "score": "score", "by": "sex", "metrics": RATES, **asked}
    return remedy(data, **asked)


def found(result, metric, group):
    """Return one finding of the report."""
    return next(iter(result.report.select(metric=metric, group=group)))


def test_the_notes_tell_of_the_surest_disparity():
    """What became of the gap that was shown is told, not of a small group's that is larger by chance."""
    frame = hiring(rows=12_000)
    result = remedied(frame, constraint="demographic_parity")
    gaps = {gap.group: abs(gap.before) for gap in result.gaps}
    assert gaps["sex=Nonbinary"] > gaps["sex=Female"]
    assert result.notes[2].startswith("Gap of selection_rate between sex=Female and all other rows: -")


def test_a_label_that_is_not_there_is_called_a_label(applicants):
    """A question needs a decision, but nobody who asked for a remedy named one."""
    with pytest.raises(DataError, match=r"^label column 'qualifed' is not in the data"):
        remedied(applicants, label="qualifed")


@pytest.mark.parametrize("seed", [0, 1, 2])
@pytest.mark.parametrize(
    ("constraint", "metrics"),
    [
        ("demographic_parity", ["selection_rate"]),
        ("true_positive_rate_parity", ["true_positive_rate"]),
        ("false_positive_rate_parity", ["false_positive_rate"]),
        ("equalized_odds", ["true_positive_rate", "false_positive_rate"]),
    ],
)
def test_a_planted_disparity_is_gone_on_rows_that_were_held_out(applicants, constraint, metrics, seed):
    """Women are 10 points behind in every rate before; after, the gap lies around zero.

    Around: within five standard errors of sampling and of learning the thresholds, which are alike.
    """
    result = remedied(applicants, constraint=constraint, seed=seed)
    for metric in metrics:
        before, after = (found(result, f"{metric}[{model}]", "sex=Female") for model in ("before", "after"))
        assert before.low < -0.10 < before.high
        error = (before.high - before.low) / 2 / 1.96
        assert abs(after.value) < 5 * np.sqrt(2) * error < 0.09
        assert after.verdict != "disparity"


def test_the_cost_is_paired_and_has_an_interval(applicants):
    """The change of accuracy is that of the two models on the same rows, surer than two separate values."""
    result = remedied(applicants, constraint="equalized_odds")
    cost = result.cost
    decided = [
        [result.report.estimate(f"accuracy[{model}]", f"sex={sex}") for sex in ("Female", "Male")]
        for model in ("before", "after")
    ]
    before, after = (sum(e.numerator for e in pair) / sum(e.n for e in pair) for pair in decided)
    assert (cost.metric, cost.group, cost.model, cost.against) == ("accuracy", "all", "after", "before")
    assert cost.value == pytest.approx(after - before)
    assert cost.low < cost.value < cost.high < 0
    assert cost.high - cost.low < 2 * 1.96 * np.sqrt(2 * before * (1 - before) / cost.n)
    assert result.notes[1].startswith("Cost: accuracy changes by -")


def test_the_gaps_are_of_what_the_constraint_is_about(applicants):
    """For each metric of the constraint and each group the gap is seen to narrow, on the same rows."""
    result = remedied(applicants, constraint="equalized_odds")
    keys = [(gap.metric, gap.group) for gap in result.gaps]
    sexes = ("sex=Female", "sex=Male")
    assert keys == [
        (metric, sex) for metric in ("true_positive_rate", "false_positive_rate") for sex in sexes
    ]
    for gap in result.gaps:
        assert gap.verdict == "narrowed"
        assert abs(gap.after) < abs(gap.before)
        assert gap.low < gap.value < gap.high
    assert sum("Gap of" in note for note in result.notes) == 2


def test_what_was_equal_stays_equal(applicants):
    """Sites are alike in every rate, and a remedy across them keeps the rates and the accuracy."""
    result = remedied(applicants, by="site", constraint="equalized_odds")
    for site in ("Leeds", "Lyon", "Porto"):
        for metric in RATES[:3]:
            assert abs(found(result, f"{metric}[after]", f"site={site}").value) < 0.06
        before, after = (
            result.report.estimate(f"accuracy[{m}]", f"site={site}").value for m in ("before", "after")
        )
        assert abs(after - before) < 0.05


def test_the_report_is_of_rows_that_were_not_fitted(applicants):
    """Fitted and judged rows are different rows, as many as were asked for, and the report says so."""
    result = remedied(applicants, test_share=0.25)
    assert result.report.data.rows == result.rows_judged
    assert result.rows_judged == pytest.approx(len(applicants) / 4, abs=10)
    unlabelled = int(applicants["qualified"].isna().sum())
    assert result.rows_fitted == pytest.approx(0.75 * (len(applicants) - unlabelled), abs=20)
    first = result.report.notes[0]
    assert "ThresholdOptimizer for demographic_parity across sex" in first
    assert f"{result.rows_fitted:,} rows" in first
    assert f"{result.rows_judged:,} others" in first
    assert "unlawful" in first
    assert result.notes == result.report.notes[: len(result.notes)]
    assert result.report.data.source == "pandas, held-out rows"


def test_before_is_the_score_as_it_is(applicants):
    """Before the remedy the held-out rows have the decisions that the score gives by the threshold."""
    result = remedied(applicants, threshold=0.75)
    asked = evaluate(applicants, label="qualified", score="score", threshold=0.75, by="sex")
    whole = asked.estimate("selection_rate", "sex=Female").value
    assert result.report.estimate("selection_rate[before]", "sex=Female").value == pytest.approx(
        whole, abs=0.02
    )


def test_a_seed_repeats_everything(applicants):
    """The same question with the same seed gives the same counts; another seed, another split."""
    counts = [remedied(applicants, seed=seed).report.data.counts_sha256 for seed in (5, 5, 6)]
    assert counts[0] == counts[1] != counts[2]


def test_several_attributes_are_crossed_unless_one_is_named(applicants):
    """All of by is crossed; `across` picks from it, and the report still has all of by."""
    four = applicants[applicants["race"].isin(["White", "Black", "Hispanic", "Asian"])]
    crossed = remedied(four, by=["sex", "sex,race"])
    assert crossed.across == ("sex", "race")
    assert abs(found(crossed, "selection_rate[after]", "sex=Female & race=Black").value) < 0.12
    one = remedied(four, by=["sex", "race"], across="sex")
    assert one.across == ("sex",)
    assert {f.attribute for f in one.report.findings} == {"sex", "race"}


def test_rows_without_the_attribute_are_neither_fitted_nor_decided(applicants):
    """The threshold optimiser leaves out who has no race; a reduction, which never asks, judges them."""
    missing = int(applicants["race"].isna().sum())
    by_threshold = remedied(applicants, by="race")
    assert not [g for g in by_threshold.report.groups if g.group == "race=(missing)"]
    assert any("race missing could not be fitted nor decided" in note for note in by_threshold.notes)
    assert any("nothing is imputed" in note for note in by_threshold.notes)
    small = applicants[:4_000]
    asked = {"score": None, "features": ["age", "years_experience"], "estimator": "logistic"}
    reduced = remedied(small, by="race", method="exponentiated-gradient", tolerance=0.05, **asked)
    assert missing > 0
    assert next(g.rows for g in reduced.report.groups if g.group == "race=(missing)") > 0


def test_people_are_on_one_side():
    """Rows of an applicant are fitted or judged together, and the report's intervals know it."""
    data = lending()
    result = remedy(
        data,
        label="repaid",
        positive="yes",
        features=["income", "region", "home"],
        estimator="logistic",
        by="sex",
        cluster="applicant",
        metrics=RATES[:1],
    )
    assert result.report.settings.cluster == "applicant"
    assert result.rows_fitted + result.rows_judged <= len(data)


def test_weights_are_for_the_report_only(applicants):
    """With weights the report is weighted and says that the fitting was not."""
    data = applicants.assign(w=np.where(applicants["age"] < 40, 2.0, 1.0))
    weighted, plain = remedied(data, weight="w"), remedied(data)
    assert any("without weights" in note for note in weighted.notes)
    pair = [r.report.estimate("selection_rate[before]", "sex=Male").value for r in (weighted, plain)]
    assert pair[0] != pair[1]


def test_a_column_may_be_called_before(applicants):
    """Columns of the data with the names of ours are no trouble."""
    renamed = applicants.rename(columns={"sex": "decision before", "score": "after", "qualified": "before"})
    result = remedied(renamed, label="before", score="after", by="decision before")
    assert abs(found(result, "selection_rate[after]", "decision before=Female").value) < 0.09


def test_a_file_is_read_like_a_frame(applicants, tmp_path):
    """The same rows from a CSV file give the same report."""
    path = tmp_path / "hiring.csv"
    applicants.to_csv(path, index=False)
    first, second = remedied(applicants), remedied(path)
    assert first.report.estimates == second.report.estimates
    assert second.report.data.source == "hiring.csv, held-out rows"


def test_groups_with_one_label_are_named(applicants):
    """Where a group has no row of one label the error names it, its rows and what to do."""
    data = applicants.assign(sex=applicants["sex"].where(applicants.index >= 7, "X"))
    data.loc[data["sex"] == "X", "qualified"] = 0
    with pytest.raises(DataError) as refused:
        remedied(data)
    assert "sex=X (" in str(refused.value)
    assert "none labelled positive" in str(refused.value)
    assert "join small groups by a predicate" in str(refused.value)


def test_rough_groups_are_noted(applicants):
    """A group with a few rows of each label is fitted, and the note says how roughly."""
    data = applicants.assign(sex=applicants["sex"].where(applicants.index >= 40, "X"))
    assert any("fewer than 30 rows of a label: 'sex=X'" in note for note in remedied(data).notes)


@pytest.mark.parametrize(
    ("asked", "words"),
    [
        ({"score": None}, ["name the scores of the model (--score COL)"]),
        ({"features": ["age"]}, ["not both"]),
        ({"features": "age"}, ["must be a list of columns, not the text 'age'"]),
        ({"features": ["age", "age"], "score": None}, ["'age' more than once"]),
        ({"method": "grid-search"}, ["needs the columns to train on", "and no --score"]),
        ({"method": "threshold-optimiser"}, ["Did you mean 'threshold-optimizer'?"]),
        ({"constraint": "equal_odds"}, ["Did you mean 'equalized_odds'?"]),
        (
            {"method": "thresholds", "constraint": "parity"},
            ["2 problems", "no method 'thresholds'", "no constraint 'parity'"],
        ),
        ({"constraint": "error_rate"}, ["thresholds cannot bring about error_rate_parity"]),
        ({"objective": "accuracy"}, ["Did you mean 'accuracy_score'?"]),
        ({"tolerance": 1.5}, ["2 points are written 0.02"]),
        ({"tolerance": 0.1, "constraint": "equalized_odds"}, ["no tolerance for equalized_odds"]),
        ({"threshold": float("nan")}, ["threshold nan is not a finite number"]),
        ({"test_share": 1.0}, ["test_share 1.0"]),
        ({"across": "gender"}, ["no attribute of by (it has 'sex')"]),
        ({"across": []}, ["across names no attribute"]),
        ({"estimator": "logistic"}, ["an estimator needs features"]),
        ({"estimator": 5, "score": None, "features": ["age"]}, ["the name of one, not int"]),
        ({"decision": "hired"}, ["remedy has no parameter 'decision'"]),
        ({"confidense": 0.9}, ["Did you mean 'confidence'?"]),
        ({"confidence": 9.0}, ["confidence 9.0"]),
        ({"metrics": ["acuracy"]}, ["Did you mean 'accuracy'?"]),
        ({"label": "qualifed"}, ["Did you mean 'qualified'?"]),
        ({"by": "gender"}, ["'gender' is not in the data"]),
        (
            {
                "method": "correlation-remover",
                "constraint": "equalized_odds",
                "tolerance": 0.1,
                "score": None,
            },
            ["knows no equalized_odds", "has no tolerance", "needs the columns"],
        ),
        (
            {
                "method": "grid-search",
                "objective": "balanced_accuracy_score",
                "score": None,
                "features": ["age"],
            },
            ["an objective is for the threshold optimiser"],
        ),
    ],
)
def test_a_wrong_question_is_answered_before_anything_is_fitted(applicants, asked, words):
    """What does not go together is refused, all at once, with what to do."""
    with pytest.raises((UsageError, DataError)) as refused:
        remedied(applicants[:500], **asked)
    for word in words:
        assert word in str(refused.value)


@pytest.mark.parametrize("data", [{}, {"sex": [], "qualified": [], "score": []}, 5, "nowhere.csv"])
def test_what_holds_no_rows_is_refused(data):
    """No rows, no frame and no file are errors of the data."""
    with pytest.raises(DataError):
        remedied(data)


def test_a_name_of_the_constraint_may_be_the_metric(applicants):
    """The metric that is to be equal names its constraint."""
    assert remedied(applicants[:3_000], constraint="selection_rate").constraint == "demographic_parity"


def test_what_evaluate_lends_is_there():
    """Every parameter that is handed on exists in evaluate, and none of them is the remedy's own."""
    theirs, own = (set(inspect.signature(f).parameters) for f in (evaluate, fairkit.remedy))
    assert set(JUDGING) <= theirs
    assert not set(JUDGING) & own
