"""The evaluator from rows to report: what it is asked, what it says, what it refuses."""

import numpy as np
import pytest

import fairkit
from fairkit.errors import DataError, UsageError
from fairkit.findings import Verdict

ROWS = {
    "sex": ["F"] * 70 + ["M"] * 80 + ["F"] * 2 + [None] * 4,
    "hired": [1] * 56 + [0] * 14 + [1] * 48 + [0] * 32 + [None, 1] + [1, 0, 1, 0],
    "fit": ([1, 1, 0] * 52),
    "age": np.arange(156) % 50 + 18,
    "w": np.linspace(0.5, 2.0, 156),
}


def test_report_holds_every_number_with_what_it_stands_on():
    """One estimate per metric and group, with n, numerator, interval and method."""
    report = fairkit.evaluate(ROWS, decision="hired", by="sex")
    (female, male, missing) = report.estimates
    assert (female.group, female.n, female.numerator, female.method) == ("sex=F", 71, 57, "wilson")
    assert female.low < female.value < female.high
    assert male.n == 80
    assert (missing.group, missing.n, missing.value) == ("sex=(missing)", 4, 0.5)


def test_rows_left_out_are_counted_with_their_reason():
    """A missing decision leaves its row out of every metric and is told in data, groups and notes."""
    report = fairkit.evaluate(ROWS, decision="hired", by="sex")
    assert (report.data.rows, report.data.rows_used) == (156, 155)
    assert report.data.left_out == {"decision_missing": 1}
    assert report.groups[0].left_out == {"decision_missing": 1}
    assert report.notes == (
        "1 of 156 rows are left out: decision missing.",
        "'sex' is missing in 4 of the rows used (2.6%); they are a group of their own.",
    )


def test_declared_level_without_rows_is_undefined_not_absent():
    """A declared level nobody has appears with value None and the reason, and never with a verdict."""
    report = fairkit.evaluate(ROWS, decision="hired", by="sex", levels={"sex": ["F", "M", "X"]})
    nobody = report.estimate("selection_rate", "sex=X")
    assert (nobody.value, nobody.why, nobody.low, nobody.n, nobody.method) == (
        None,
        "no-rows",
        None,
        0,
        "none",
    )
    (finding,) = report.select(group="sex=X")
    assert (finding.verdict, finding.reason) == (Verdict.INCONCLUSIVE, "no-rows")


def test_an_undeclared_level_is_kept_and_pointed_out():
    """Nothing is lost when the declaration forgot a level."""
    report = fairkit.evaluate(ROWS, decision="hired", by="sex", levels={"sex": ["F"]})
    assert report.estimate("selection_rate", "sex=M").value == 0.6
    assert any("were not declared: 'M'" in note for note in report.notes)


def test_a_predicate_is_a_group():
    """A named predicate splits the rows into True and False and is listed with its canonical text."""
    report = fairkit.evaluate(ROWS, decision="hired", by=["young: age < 25 and sex == 'F'"])
    assert [size.group for size in report.groups] == ["young=False", "young=True", "young=(missing)"]
    assert report.settings.predicates == {"young": "age < 25 and sex == 'F'"}


def test_the_same_report_comes_from_counts():
    """Stored counts need no rows: a report of them has the same numbers."""
    rows = fairkit.evaluate(ROWS, decision="hired", label="fit", by="sex")
    counts = fairkit.evaluate(rows.counts, by="sex")
    assert counts.estimates == rows.estimates
    assert counts.findings == rows.findings
    assert counts.data.source == "counts"


def test_both_comparisons_can_be_had_at_once():
    """Differences and ratios are families of their own in one report."""
    report = fairkit.evaluate(ROWS, decision="hired", by="sex", compare="both", reference="sex=M")
    assert {f.compare for f in report.findings} == {"difference", "ratio"}
    (ratio,) = [f for f in report.select(group="sex=F") if f.compare == "ratio"]
    assert ratio.margin == (0.8, 1.25)
    assert ratio.value == pytest.approx((57 / 71) / 0.6)


def test_each_comparison_may_have_its_margin():
    """A number is a margin of differences, a range around 1 one of ratios, and both can be set."""
    report = fairkit.evaluate(ROWS, decision="hired", by="sex", compare="both", margin=[0.2, (0.5, 2.0)])
    assert {f.compare: f.margin for f in report.findings} == {"difference": (-0.2, 0.2), "ratio": (0.5, 2.0)}


def test_the_reference_group_has_no_contrast_with_itself():
    """A group that others are compared with is not compared with itself."""
    report = fairkit.evaluate(ROWS, decision="hired", by="sex", reference={"sex": "M"})
    assert {f.group for f in report.findings} == {"sex=F", "sex=(missing)"}
    assert {c.reference for c in report.contrasts} == {"sex=M"}


def test_weights_count_as_effective_rows():
    """Equal weights change no value but those of sums; unequal ones widen the interval."""
    plain = fairkit.evaluate(ROWS, decision="hired", by="sex").estimate("selection_rate", "sex=M")
    rows = {**ROWS, "two": np.full(156, 2.0)}
    equal = fairkit.evaluate(rows, decision="hired", by="sex", weight="two").estimate(
        "selection_rate", "sex=M"
    )
    assert (equal.value, equal.n, equal.numerator) == (plain.value, 80, 96)
    assert (equal.low, equal.high) == pytest.approx((plain.low, plain.high))
    uneven = fairkit.evaluate(rows, decision="hired", by="sex", weight="w").estimate(
        "selection_rate", "sex=M"
    )
    assert uneven.high - uneven.low > plain.high - plain.low


def test_settings_tell_how_to_make_the_report_again():
    """Every choice that changed a number is in the settings."""
    report = fairkit.evaluate(
        ROWS,
        label="fit",
        decision="hired",
        by=["sex", "sex,age"],
        max_levels=99,
        margin=0.1,
        correction="max-t",
    )
    settings = report.settings
    assert (settings.label, settings.decision, settings.by) == ("fit", "hired", ("sex", "sex & age"))
    assert settings.margin == {"difference": (-0.1, 0.1)}
    assert settings.correction == "max-t"
    assert settings.reference == {"sex": "rest", "sex & age": "rest"}


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"metrics": ["false_positive_rate"]}, "needs a label"),
        ({"metrics": ["selectionrate"]}, "Did you mean 'selection_rate'"),
        ({"compare": "ratios"}, "Did you mean 'ratio'"),
        ({"correction": "bonferoni"}, "correction 'bonferoni' is unknown"),
        ({"confidence": 95}, "confidence 95 is no level"),
        ({"confidence": float("nan")}, "is no level"),
        ({"margin": -0.1}, "margin -0.1 holds neither 0"),
        ({"margin": (0.1, 0.2)}, "holds neither 0"),
        ({"margin": (0.0, 1.2), "compare": "ratio"}, "wider than any difference"),
        ({"margin": 0.1, "compare": "ratio"}, "is one of a difference, but ratio is compared"),
        ({"margin": (0.8, 1.25)}, "is one of a ratio, but difference is compared"),
        ({"margin": float("inf")}, "is not finite"),
        ({"margin": 5}, "5 points are written 0.05"),
        ({"margin": [0.1, 0.2], "compare": "both"}, "two margins are given for the difference"),
        ({"by": ["sex,fit", "fit,sex"], "label": "fit"}, "asked for twice"),
        ({"by": ["sex: age < 25"]}, "has the name of a column"),
        ({"by": ["age < 25"]}, "needs a name: 'my_group: age < 25'"),
        ({"replicates": 10}, "too few"),
        ({"seed": -1}, "seed -1 is negative"),
        ({"reference": "sex=X"}, "is not in the data"),
        ({"reference": "male"}, "neither 'rest', 'best' nor ATTRIBUTE=LEVEL"),
        ({"reference": "gender=M"}, "is not grouped by"),
        ({"decision": None}, "decision column or a score column"),
        ({"threshold": 0.5}, "belongs to a score"),
        ({"correction": "max-t", "reference": "best"}, "does not know that the best group was chosen"),
        ({"levels": {"sexx": ["F"]}}, "Did you mean 'sex'"),
    ],
)
def test_a_wrong_question_is_refused_with_its_reason(change, message):
    """Each mistake in the call is an error that names it."""
    with pytest.raises((UsageError, DataError), match=message):
        fairkit.evaluate(**{"data": ROWS, "decision": "hired", "by": "sex", **change})


def test_all_problems_are_told_at_once():
    """Three mistakes in one call give three problems in one error."""
    with pytest.raises(DataError) as caught:
        fairkit.evaluate(ROWS, decision="hierd", label="ft", by=["sx"])
    assert len(caught.value.problems) == 3
    assert "Did you mean 'hired'?" in str(caught.value)


def test_data_without_rows_or_without_usable_rows_are_refused():
    """There is nothing to evaluate, and the reason is told."""
    with pytest.raises(DataError, match="has no rows"):
        fairkit.evaluate({"sex": [], "d": []}, decision="d", by="sex")
    with pytest.raises(DataError, match="none of the 2 rows has what is needed \\(decision missing: 2\\)"):
        fairkit.evaluate({"sex": ["F", "M"], "d": [None, None]}, decision="d", by="sex")


def test_counts_take_no_columns():
    """Naming columns beside counts is a mistake."""
    counts = fairkit.count(ROWS, decision="hired", by="sex")
    with pytest.raises(UsageError, match="leave out 'decision'"):
        fairkit.evaluate(counts, decision="hired", by="sex")


def test_one_class_only_is_pointed_out():
    """A label that is always negative is probably a wrong positive class, so the report says it."""
    report = fairkit.evaluate(
        {"g": ["a", "b"] * 5, "y": [0] * 10, "d": [0, 1] * 5}, label="y", decision="d", by="g"
    )
    assert "every label is negative; check the positive class." in report.notes
    assert report.estimate("true_positive_rate", "g=a").why == "no-positives"


def test_a_report_prints_as_text_and_is_one_line_in_a_session():
    """A session shows one line without any identifier of a person; print() shows the report."""
    rows = {"g": ["a", "b"] * 30, "d": [0, 1, 1] * 20, "c": [f"person-{i % 25}" for i in range(60)]}
    report = fairkit.evaluate(rows, decision="d", by="g", cluster="c")
    assert repr(report) == "<fairkit report on arrays: 60 rows, 2 findings, inconclusive; print() shows it>"
    assert repr(report.counts) == "<Counts decisions by g (2): 60 rows, 25 clusters>"
    assert str(report) == report.to_text()
    assert "decision d; cluster c" in str(report)


def test_a_slip_in_a_name_is_not_taken_for_nothing_found():
    """Asking a report for what it does not have is an error that suggests what it has."""
    report = fairkit.evaluate(ROWS, decision="hired", by="sex")
    with pytest.raises(UsageError, match="no group 'sex=Martian'"):
        report.select(group="sex=Martian")
    with pytest.raises(UsageError, match="Did you mean 'selection_rate'"):
        report.estimate("selection_rat", "sex=F")


@pytest.mark.parametrize("role", ["decision", "label", "weight"])
def test_arrays_are_not_taken_for_names_of_columns(role):
    """Who passes arrays, as for other tools, is told to put them into the data."""
    with pytest.raises(UsageError, match=f"{role} must be the name of a column"):
        fairkit.evaluate(ROWS, **{"decision": "hired", "by": "sex", role: np.array([0, 1])})


def test_questions_that_are_hardly_meant_are_pointed_out():
    """A label that is the decision, groups by the label, and a predicate that no row meets are noted."""
    report = fairkit.evaluate(ROWS, label="hired", decision="hired", by=["hired", "old: age > 99"])
    assert report.notes[:2] == (
        "label and decision are the same column, 'hired': nothing can be wrong then.",
        "groups are by 'hired', which is also the label: its rates are 0 and 1 by construction.",
    )
    assert "no row has old=True (age > 99); check its values." in report.notes


@pytest.mark.parametrize("weight", [None, "w"])
def test_a_mean_over_some_rows_stands_on_those_rows(weight):
    """The coverage of intervals counts the rows that have one, weighted or not."""
    low = [0.0 if i < 24 else None for i in range(120)]
    rows = {"sex": ["F", "M"] * 60, "y": [i % 7 for i in range(120)], "p": [i % 5 for i in range(120)]}
    rows |= {"low": low, "high": [4.0] * 120, "w": [2.0] * 120}
    asked = {"prediction_low": "low", "prediction_high": "high", "weight": weight}
    names = ["interval_coverage", "mean_error"]
    report = fairkit.evaluate(rows, label="y", prediction="p", by="sex", metrics=names, **asked)
    assert [(e.metric, e.n) for e in report.estimates if e.group == "sex=F"] == [
        ("interval_coverage", 12),
        ("mean_error", 60),
    ]


def test_a_mean_over_queries_stands_on_queries():
    """A mean over queries has their number as its n, not that of items."""
    rows = {"sex": ["F"] * 50 + ["M"] * 50, "q": [i // 5 for i in range(100)]}
    rows |= {"rank": [i % 5 + 1 for i in range(100)], "r": [i * 7 % 4 for i in range(100)]}
    report = fairkit.evaluate(rows, rank="rank", query="q", relevance="r", by="sex", metrics=["ndcg"])
    assert [e.n for e in report.estimates] == [10, 10]


def test_of_errors_with_a_sign_the_one_nearest_to_zero_is_best():
    """Predictions that are too high on average are no yardstick for others."""
    rows = {"team": ["a", "b", "c"] * 40, "y": [i * 7 % 11 for i in range(120)]}
    rows["p"] = [y + (2.0, 0.1, -1.0)[i % 3] + (i % 4 - 1.5) / 10 for i, y in enumerate(rows["y"])]
    report = fairkit.evaluate(
        rows, label="y", prediction="p", by="team", metrics=["mean_error"], reference="best"
    )
    assert {finding.reference for finding in report.findings} == {"team=b"}


@pytest.mark.parametrize(
    ("asked", "told"),
    [
        ({"confidence": "0.9"}, "confidence must be a number"),
        ({"replicates": "many"}, "replicates must be a whole number"),
        ({"seed": 1.5}, "seed must be a whole number"),
        ({"compare": ["difference"]}, "compare must be a word"),
        ({"correction": None}, "correction must be a word"),
        ({"margin": "x"}, "margin 'x' is neither a number"),
        ({"margin": (1, 2, 3)}, "nor a pair of numbers"),
    ],
)
def test_wishes_of_the_wrong_type_are_refused_in_words(asked, told):
    """What is no number, or no word, is said as such, not as an error of Python."""
    with pytest.raises(UsageError, match=told):
        fairkit.evaluate({"sex": ["F", "M"] * 9, "d": [1, 1, 0] * 6}, decision="d", by="sex", **asked)


def test_weights_too_small_to_square_are_refused():
    """Weights whose squares vanish would leave every variance at zero."""
    rows = {"sex": ["F", "M"] * 9, "d": [1, 1, 0] * 6, "w": [1e-200] * 18}
    with pytest.raises(DataError, match="squares vanish"):
        fairkit.evaluate(rows, decision="d", by="sex", weight="w")


def test_a_declared_class_without_rows_is_undefined():
    """Classes that were named appear, though no row has one of them."""
    rows = {"g": ["a", "b"] * 30, "y": ["x", "y"] * 30, "d": ["x", "y", "y"] * 20}
    report = fairkit.evaluate(rows, label="y", decision="d", classes=["x", "y", "z"], by="g")
    found = report.estimate("true_positive_rate[z]", "g=a")
    assert (found.value, str(found.why)) == (None, "no-positives")


@pytest.mark.parametrize("asked", [{"decision": {"one": "d", "two": "e"}}, {"outputs": {"y": "d"}}])
def test_data_without_any_label_are_refused_for_several_models_too(asked):
    """Where no view can use a row there is nothing to report, as for one model."""
    rows = {"g": ["a", "b"] * 5, "y": [None] * 10, "d": [1, 0] * 5, "e": [0, 1] * 5}
    question = asked if "outputs" in asked else asked | {"label": "y"}
    with pytest.raises(DataError, match=r"none of the 10 rows|must have|no value"):
        fairkit.evaluate(rows, by="g", **question)


def test_one_text_may_mean_missing():
    """A single text is one text, not its letters."""
    rows = {"g": ["A", "B", "AB"] * 20, "d": [1, 0] * 30}
    report = fairkit.evaluate(rows, decision="d", by="g", missing="AB")
    assert report.settings.missing == ("AB",)
    assert [size.group for size in report.groups] == ["g=A", "g=B", "g=(missing)"]
    assert fairkit.count(rows, decision="d", by="g", missing="AB") == report.counts


def test_no_query_of_one_group_leaves_ndcg_unasked():
    """Groups of items share queries: nDCG is then measured only for who asks for it."""
    rows = {"q": [0, 0, 1, 1] * 9, "rank": [1, 2] * 18, "rel": [1, 0, 2, 1] * 9, "g": ["a", "b"] * 18}
    rows["q"] = [k // 2 for k in range(36)]
    asked = {"rank": "rank", "query": "q", "relevance": "rel", "by": "g"}
    assert "ndcg" not in fairkit.evaluate(rows, **asked).settings.metrics
    named = fairkit.evaluate(rows, metrics=["ndcg"], **asked)
    assert str(named.estimate("ndcg", "g=a").why) == "no-queries"


def test_only_columns_have_a_positive_class():
    """A threshold makes decisions, so that a report states the positive class of the label alone."""
    rows = {"g": ["a", "b"] * 20, "y": ["yes", "no"] * 20, "s": [0.1, 0.7, 0.4, 0.9] * 10}
    report = fairkit.evaluate(rows, label="y", score="s", threshold=0.5, positive="yes", by="g")
    assert report.settings.positive == {"label": "yes"}
