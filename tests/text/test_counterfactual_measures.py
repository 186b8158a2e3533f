"""Counterfactual measures: what a real classifier does to rewritten texts, and what has no counterfactual."""

from __future__ import annotations

import json

import numpy as np
import pytest
from scipy.stats import ttest_rel
from sklearn.feature_extraction.text import CountVectorizer
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline
from statsmodels.stats.multitest import multipletests
from statsmodels.stats.proportion import proportion_confint

from fairkit.errors import DataError, UsageError
from fairkit.text import (
    GenderSwapper,
    counterfactual_measures,
    directional_failures,
    from_function,
    from_sklearn,
    judge_counterfactuals,
    mean_estimates,
    paired_differences,
)
from fairkit.text.attributes.swapper import TableSwapper
from fairkit.text.rewriting import Change, Rewritten
from fairkit.text.scorers import target_class

JOBS = ("nurse", "surgeon", "pilot", "baker", "judge", "singer")
ACTS = ("sang well", "was late", "worked hard", "slept", "told a story", "left early")


class Doubtful:
    """Rewrite 'she' as 'he', and be unsure of it where the text says 'nurse'."""

    attribute = "gender"

    def __call__(self, text):
        """Rewrite one text."""
        other = text.replace("She", "He")
        doubt = "nurse" in text
        change = Change(0, 3, "She", "He", "pair", ambiguous=doubt)
        return Rewritten(text, other, (change,) if other != text else ())

    def texts(self, texts):
        """Rewrite many texts."""
        return [self(text).text for text in texts]


@pytest.fixture(scope="module")
def corpus():
    """Return texts about people at work, whether each was praised, and what was written about."""
    rows = [(f"{who} {act}, the {job}.", job) for who in ("She", "He") for act in ACTS for job in JOBS]
    texts = [text for text, _ in rows]
    # Praise follows the act, and, unfairly, bakers and men.
    praised = [
        "well" in text or "hard" in text or job == "baker" or (text.startswith("He") and job != "judge")
        for text, job in rows
    ]
    return texts, praised, [job for _, job in rows]


@pytest.fixture(scope="module")
def pipeline(corpus):
    """Return a bag-of-words logistic regression that learned the unfair praise."""
    texts, praised, _ = corpus
    vectorizer = CountVectorizer(token_pattern=r"\w+")  # noqa: S106 - a pattern of words
    return make_pipeline(vectorizer, LogisticRegression(C=10)).fit(texts, praised)


def test_gaps_are_those_of_a_loop_over_texts(corpus, pipeline):
    """Gap, shift, flips and failures equal what the pipeline says of each text and its counterfactual."""
    texts, _, _ = corpus
    found = counterfactual_measures(texts, from_sklearn(pipeline), GenderSwapper(), tolerance=0.2)
    assert (found.labels, found.target) == (("False", "True"), "True")
    for i, text in enumerate(texts):
        other = f"He{text[3:]}" if text.startswith("She") else f"She{text[2:]}"
        before, after = pipeline.predict_proba([text, other])[:, 1]
        assert found.counterfactual_shift[i] == pytest.approx(after - before)
        assert found.counterfactual_gap[i] == pytest.approx(abs(after - before))
        assert found.flip_rate[i] == ((before > 0.5) != (after > 0.5))
        assert found.invariance_failure_rate[i] == (found.flip_rate[i] or abs(after - before) > 0.2)
        assert found.probability[i] == pytest.approx(before)
    women = np.array([text.startswith("She") for text in texts])
    assert found.counterfactual_shift[women].min() > 0 > found.counterfactual_shift[~women].max()
    assert set(found.counterfactuals.tolist()) == {1}


def test_a_text_without_a_counterfactual_is_not_measured():
    """Nothing to swap, a missing and a blank text have reasons, None as value, and NaN nowhere outside."""
    model = from_function(lambda texts: [0.9 if "he" in text.lower().split() else 0.2 for text in texts])
    found = counterfactual_measures(["He sang.", "It rained.", None, " \n"], model, GenderSwapper())
    assert found.why == (None, "no-counterfactual", "no-text", "no-text")
    assert [found.value("flip_rate", i) for i in range(4)] == [1.0, None, None, None]
    assert found.counted("no-text") == 2
    assert found.measured.tolist() == [True, False, False, False]
    with pytest.raises(UsageError, match="Did you mean 'flip_rate'"):
        found.value("flip_rat", 0)


def test_doubtful_counterfactuals_may_be_dropped():
    """A counterfactual that the rewriter doubts counts, or is left out under its own reason."""
    model = from_function(lambda texts: [0.9 if text.startswith("He") else 0.2 for text in texts])
    texts = ["She is a nurse.", "She is a judge.", "It rained."]
    kept = counterfactual_measures(texts, model, Doubtful())
    dropped = counterfactual_measures(texts, model, Doubtful(), ambiguous="drop")
    assert kept.why == (None, None, "no-counterfactual")
    assert dropped.why == ("ambiguous-counterfactual", None, "no-counterfactual")


def test_several_counterfactuals_of_a_text_are_averaged():
    """At every level of a table the gap is the mean over the other levels, and one flip is a flip."""
    scores = {"church": 0.2, "mosque": 0.8, "synagogue": 0.3}
    model = from_function(lambda texts: [next(p for w, p in scores.items() if w in t) for t in texts])
    swapper = TableSwapper({"Christian": ["church"], "Muslim": ["mosque"], "Jewish": ["synagogue"]})
    texts = ["The church is old.", "The mosque is old."]
    every = counterfactual_measures(texts, model, swapper, which="every")
    assert every.counterfactuals.tolist() == [2, 2]
    assert every.counterfactual_gap.tolist() == pytest.approx([(0.6 + 0.1) / 2, (0.6 + 0.5) / 2])
    assert every.flip_rate.tolist() == [1.0, 1.0]
    one = counterfactual_measures(texts, model, [swapper, TableSwapper({"church": "synagogue"})])
    assert one.counterfactuals.tolist() == [2, 1]
    with pytest.raises(UsageError, match="GenderSwapper"):
        counterfactual_measures(texts, model, GenderSwapper(), which="every")


def test_the_followed_class_decides_the_shift_of_several_classes():
    """Of three classes the predicted one is followed unless another is named."""
    table = {"She sang.": [0.5, 0.3, 0.2], "He sang.": [0.2, 0.5, 0.3]}
    model = from_function(lambda texts: [table[text] for text in texts], labels=("a", "b", "c"))
    by_default = counterfactual_measures(["She sang.", "He sang."], model, GenderSwapper())
    named = counterfactual_measures(["She sang.", "He sang."], model, GenderSwapper(), target="c")
    assert (by_default.target, named.target) == ("predicted", "c")
    assert by_default.counterfactual_shift.tolist() == pytest.approx([-0.3, -0.2])
    assert named.counterfactual_shift.tolist() == pytest.approx([0.1, -0.1])
    with pytest.raises(UsageError, match="no class 'd'"):
        counterfactual_measures(["She sang."], model, GenderSwapper(), target="d")


def test_each_distinct_text_is_classified_once():
    """Repeated texts, and counterfactuals that are texts of the corpus, cost nothing more."""
    seen = []

    def classify(texts):
        seen.extend(texts)
        return [0.5] * len(texts)

    counterfactual_measures(["She sang.", "He sang."] * 50, from_function(classify), GenderSwapper())
    assert sorted(seen) == ["He sang.", "She sang."]


def test_the_tolerance_includes_its_end():
    """A probability that moves by exactly the tolerance is invariant, although 0.1 is no double."""
    model = from_function(lambda texts: [0.4 if text.startswith("He") else 0.3 for text in texts])
    found = counterfactual_measures(["She sang."], model, GenderSwapper(), tolerance=0.1)
    assert found.invariance_failure_rate.tolist() == [0.0]
    assert counterfactual_measures(["She sang."], model, GenderSwapper(), tolerance=0.09).value(
        "invariance_failure_rate", 0
    )


def test_a_report_comes_out(corpus, pipeline, tmp_path):
    """By group there are means with intervals and findings, over the texts that have a counterfactual."""
    texts, _, jobs = corpus
    acts = ["praise" if "well" in text or "hard" in text else "other" for text in texts]
    rows = {
        "said": [*texts, "It rained.", None],
        "act": [*acts, "other", "other"],
        "job": [*jobs, "none", "none"],
    }
    report = judge_counterfactuals(
        rows,
        text="said",
        by="act",
        classifier=from_sklearn(pipeline),
        rewriter=GenderSwapper(),
        cluster="job",
    )
    found = {(e.metric, e.group): e for e in report.estimates}
    gaps = counterfactual_measures(texts, from_sklearn(pipeline), GenderSwapper())
    praise = np.array([act == "praise" for act in acts])
    estimate = found["counterfactual_gap", "act=praise"]
    assert estimate.value == pytest.approx(gaps.counterfactual_gap[praise].mean())
    assert estimate.low < estimate.value < estimate.high
    assert found["flip_rate", "act=other"].n == (~praise).sum()
    assert found["flip_rate", "act=other"].value == pytest.approx(gaps.flip_rate[~praise].mean())
    assert {e.metric for e in report.estimates} == set(gaps.arrays())
    assert report.data.left_out == {"text_missing": 1, "text_empty": 0, "measure_missing": 1}
    assert (report.settings.tolerance, report.settings.target) == (0.1, "True")
    assert [(apart.what, apart.count) for apart in report.texts_apart] == [("no-counterfactual", 1)]
    assert report.findings[0].metric == "counterfactual_gap"
    json.loads(report.to_json(), parse_constant=pytest.fail)
    assert "72 texts of 74" in report.to_text()


def test_given_columns_are_as_good_as_a_rewriter(corpus, pipeline):
    """Columns of rewritten texts, and of probabilities before and after, give the same estimates."""
    texts, _, jobs = corpus
    swapper, model = GenderSwapper(), from_sklearn(pipeline)
    others = swapper.texts(texts)
    before, after = (pipeline.predict_proba(one)[:, 1] for one in (texts, others))
    rows = {"said": texts, "job": jobs, "other": others, "p": before, "q": after}
    asked = {"text": "said", "by": "job"}
    reports = [
        judge_counterfactuals(rows, **asked, classifier=model, rewriter=swapper),
        judge_counterfactuals(rows, **asked, classifier=model, counterfactual="other"),
        judge_counterfactuals(rows, **asked, before="p", after="q"),
    ]
    values = [[(e.metric, e.group, round(e.value, 9)) for e in report.estimates] for report in reports]
    assert values[0] == values[1] == values[2]
    assert [report.settings.classifier for report in reports] == ["FunctionClassifier"] * 2 + ["columns"]


def test_overall_means_have_intervals_of_texts_or_clusters():
    """Without groups a rate has Wilson's interval and a mean Student's; clusters make both wider."""
    rng = np.random.default_rng(0)
    flips = (rng.random(40) < 0.3).astype(float)
    gap = rng.random(40)
    rate, mean = mean_estimates({"flip_rate": flips, "counterfactual_gap": gap})
    assert (rate.low, rate.high) == pytest.approx(
        proportion_confint(flips.sum(), 40, method="wilson"), abs=2e-3
    )
    assert mean.low == pytest.approx(gap.mean() - 2.0227 * gap.std(ddof=1) / np.sqrt(40), rel=1e-4)
    (again,) = mean_estimates({"counterfactual_gap": np.repeat(gap, 5)}, clusters=np.repeat(np.arange(40), 5))
    assert (again.low, again.high) == pytest.approx((mean.low, mean.high), rel=0.01)
    (nothing,) = mean_estimates({"counterfactual_gap": np.full(3, np.nan)})
    assert (nothing.value, nothing.low) == (None, None)
    assert nothing.why is not None


def test_expected_directions():
    """A probability that must rise fails if it stays, one that must not rise does not."""
    before, after = np.array([0.2, 0.2, 0.2, np.nan]), np.array([0.4, 0.2, 0.1, 0.5])
    found = {
        expected: directional_failures(before, after, expected=expected)[:3].tolist()
        for expected in ("up", "down", "not-up", "not-down")
    }
    assert found == {"up": [0, 1, 1], "down": [1, 1, 0], "not-up": [1, 0, 0], "not-down": [0, 0, 1]}
    assert np.isnan(directional_failures(before, after, expected="up")[3])
    assert directional_failures(before, after, expected="not-up", tolerance=0.2)[0] == 0
    with pytest.raises(UsageError, match="Did you mean 'not-up'"):
        directional_failures(before, after, expected="notup")


@pytest.mark.parametrize("correction", ["bonferroni", "holm", "none"])
def test_templates_are_tested_as_scipy_and_statsmodels_do(correction):
    """Every template has scipy's paired t test, corrected as statsmodels corrects."""
    rng = np.random.default_rng(1)
    templates = np.repeat(["a", "b", "c", "d"], 12)
    before = rng.random(48)
    after = before + rng.normal(np.repeat([0, 0.02, 0.1, 0.3], 12), 0.1)
    found = paired_differences(before, after, templates, correction=correction)
    p = [ttest_rel(after[templates == name], before[templates == name]).pvalue for name in "abcd"]
    assert [one.p_value for one in found] == pytest.approx(p)
    expected = p if correction == "none" else multipletests(p, method=correction)[1]
    assert [one.p_adjusted for one in found] == pytest.approx(expected)
    if correction == "bonferroni":
        assert [one.excludes_zero for one in found] == [one.p_adjusted < 0.05 for one in found]


def test_templates_that_cannot_be_tested_say_why():
    """One pair, no pair and pairs that all move alike have no p-value and do not count as tests."""
    found = paired_differences(
        [0.1, 0.2, 0.3, 0.1, np.nan, 0.2, 0.2],
        [0.2, 0.1, 0.3, 0.4, 0.5, 0.3, 0.3],
        ["a", "a", "a", "b", "c", "d", "d"],
    )
    assert [one.reason for one in found] == [None, "few-pairs", "no-pairs", "no-variation"]
    assert [one.value for one in found] == pytest.approx([0.0, 0.3, None, 0.1])
    assert found[0].p_adjusted == found[0].p_value
    with pytest.raises(DataError, match="infinite"):
        paired_differences([0.1, np.inf], [0.2, 0.1], ["a", "a"])
    with pytest.raises(UsageError, match="confidence '95'"):
        paired_differences([0.1], [0.2], ["a"], confidence="95")
    with pytest.raises(UsageError, match="tolerance 'small'"):
        directional_failures([0.1], [0.2], expected="up", tolerance="small")


@pytest.mark.parametrize(
    ("options", "told"),
    [
        ({}, "name a classifier="),
        ({"classifier": "model"}, "say once how texts are rewritten"),
        ({"classifier": "model", "rewriter": "swap", "counterfactual": "other"}, "say once"),
        ({"before": "p"}, "belong together"),
        ({"before": "p", "after": "q", "classifier": "model"}, "leave those out"),
        ({"before": "p", "after": "score"}, "such as 2.5"),
        ({"before": "p", "after": "said"}, "must hold probabilities"),
        ({"before": "p", "after": "q", "tolerance": 5}, "tolerance 5"),
        ({"before": "p", "after": "q", "metrics": ["gap"]}, "'gap' is not measured"),
        ({"before": "p", "after": "q", "ambiguous": "maybe"}, "ambiguous='maybe' is unknown"),
        ({"classifier": "model", "rewriter": "table"}, "none of the 2 texts has a counterfactual of age"),
        ({"classifier": "logits", "rewriter": "swap"}, "are they logits"),
        ({"classifier": "short", "rewriter": "swap"}, r"returns shape \(1, 2\) for 4 texts"),
    ],
)
def test_what_cannot_be_judged_is_told(options, told):
    """What does not fit together, or is no probability, is refused with the values and what to do."""
    known = {
        "model": from_function(lambda texts: [0.5] * len(texts)),
        "logits": from_function(lambda texts: [2.5] * len(texts)),
        "short": from_function(lambda _: [0.5]),
        "swap": GenderSwapper(),
        "table": TableSwapper({"young": "old"}, attribute="age"),
    }
    rows = {
        "said": ["She sang.", "He ran."], "act": ["a", "b"], "other": ["He sang.", "She ran."],
        "p": [0.5, 0.4], "q": [0.1, None], "score": [2.5, 1.0],
    }  # fmt: skip
    given = {
        name: known.get(value, value) if isinstance(value, str) else value for name, value in options.items()
    }
    with pytest.raises((UsageError, DataError), match=told):
        judge_counterfactuals(rows, text="said", by="act", **given)


def test_a_probability_of_one_half_is_positive():
    """Columns of probabilities predict the positive class from 0.5 on, as is documented."""
    rows = {"t": ["x"] * 4, "g": ["a", "a", "b", "b"], "p": [0.5] * 4, "q": [0.4, 0.4, 0.6, 0.6]}
    report = judge_counterfactuals(rows, text="t", by="g", before="p", after="q", metrics=["flip_rate"])
    assert [e.value for e in report.estimates] == [1.0, 0.0]
    assert report.settings.target == "positive"


@pytest.mark.parametrize(
    ("make", "told"),
    [
        (lambda: counterfactual_measures(["he"], LogisticRegression(), GenderSwapper()), "from_sklearn"),
        (lambda: counterfactual_measures(["he"], len, GenderSwapper()), "from_function"),
        (lambda: counterfactual_measures(["he"], "folder", GenderSwapper()), "load_classifier"),
        (lambda: counterfactual_measures("he", from_function(len), GenderSwapper()), "not one"),
        (lambda: target_class(("no", "yes"), 1), "no class 1"),
        (lambda: from_sklearn(CountVectorizer()), "gives no probabilities"),
        (lambda: from_sklearn(LogisticRegression()), "is not fitted"),
        (lambda: from_function(3), "no function of texts"),
        (lambda: from_function(len, labels=["one"]), "two classes or more"),
    ],
)
def test_what_is_no_classifier_is_refused(make, told):
    """What gives no probabilities, or is not fitted, says what to use instead."""
    with pytest.raises(UsageError, match=told):
        make()
