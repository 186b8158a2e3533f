"""Choices: each metric is measured in the view that it is about, and misspelt names are all told."""

from __future__ import annotations

import pytest

from fairkit.choices import READ_AS, check_names, chosen
from fairkit.counts import Axis, Counts, Kind
from fairkit.errors import UsageError
from fairkit.metrics import CATALOGUE
from fairkit.views import View, views


def classes(*names):
    """Count one row right and one wrong of each class."""
    cells = [pair for i, name in enumerate(names) for pair in ((name, name), (name, names[i - 1]))]
    return Counts.from_cells(
        Kind.CLASSES,
        [],
        [()] * len(cells),
        [[1, 0, 0, 0]] * len(cells),
        axes=[Axis("label", ()), Axis("decision", ())],
        axis_cells=cells,
    )


def outcomes(*names):
    """Count outcomes of several models, or outputs, on the same rows."""
    return Counts.from_cells(
        Kind.OUTCOMES,
        [],
        [(), ()],
        [[3], [4]],
        axes=[Axis(name, ()) for name in names],
        axis_cells=[("tp",) * len(names), ("tn",) * len(names)],
    )


def scores():
    """Count scores with a decision on them."""
    return Counts.from_cells(
        Kind.SCORES,
        [],
        [(), ()],
        [[1.0, 3, 0.2, 0.6, 0.04, 0.12, 0, 0, 0], [4.0, 1, 3.2, 0.8, 2.56, 0.64, 0, 0, 0]],
        axes=[Axis("score", ()), Axis("decision", ())],
        axis_cells=[("0.2", "0"), ("0.8", "1")],
    )


def told(found):
    """List what is measured: the variant and the kind of a view, and the names of its metrics."""
    return {(view.variant, str(view.counts.kind)): [m.name for m in metrics] for view, metrics in found}


def test_by_default_classes_have_means_and_two_rates_each():
    """All classes together have the usual means; each class its recall and precision, under its name."""
    found = told(chosen("default", views(classes("cat", "dog"))))
    assert found[None, "agreement"] == ["accuracy"]
    assert found["cat", "confusion"] == ["true_positive_rate[cat]", "positive_predictive_value[cat]"]
    assert found["dog", "confusion"] == ["true_positive_rate[dog]", "positive_predictive_value[dog]"]


def test_all_means_every_metric_of_every_view():
    """Nothing that can be measured is left out."""
    found = told(chosen("all", views(classes("cat", "dog"))))
    assert len(found["cat", "confusion"]) == len(CATALOGUE[Kind.CONFUSION])
    assert found[None, "classes"] == list(CATALOGUE[Kind.CLASSES])


def test_a_name_is_measured_of_everything_where_it_can_be():
    """Accuracy of several classes is one number; it is not measured of each class besides."""
    assert told(chosen(["accuracy"], views(classes("cat", "dog")))) == {(None, "agreement"): ["accuracy"]}


def test_a_name_that_only_classes_have_is_measured_of_each():
    """Selection rates of several classes are one for each class."""
    found = told(chosen(["selection_rate"], views(classes("cat", "dog"))))
    assert found == {
        ("cat", "confusion"): ["selection_rate[cat]"],
        ("dog", "confusion"): ["selection_rate[dog]"],
    }


def test_brackets_name_one_class():
    """A metric of one class is measured of that class alone, also where a broader one exists."""
    asked = ["true_positive_rate[dog]", "accuracy[cat]"]
    assert told(chosen(asked, views(classes("cat", "dog")))) == {
        ("cat", "confusion"): ["accuracy[cat]"],
        ("dog", "confusion"): ["true_positive_rate[dog]"],
    }


@pytest.mark.parametrize("name", ["[b]", "a[0]", "]", "x=[", "true_positive_rate[x]"])
def test_a_class_may_have_brackets_in_its_name(name):
    """What stands between the first and the last bracket is the class, whatever it is called."""
    asked = f"true_positive_rate[{name}]"
    assert told(chosen([asked], views(classes(name, "dog")))) == {(name, "confusion"): [asked]}


def test_models_are_measured_each_with_all_that_is_usual():
    """A model is no part of a whole, so each has the usual metrics of decisions."""
    found = told(chosen("default", views(outcomes("old", "new"), models=True)))
    assert set(found) == {("old", "confusion"), ("new", "confusion")}
    assert found["new", "confusion"][:2] == ["selection_rate[new]", "accuracy[new]"]
    assert len(found["old", "confusion"]) == 6


def test_scores_with_decisions_have_the_metrics_of_both():
    """A score with a threshold is judged as a decision and as a score."""
    found = told(chosen(["accuracy", "roc_auc"], views(scores())))
    assert found == {(None, "confusion"): ["accuracy"], (None, "scores"): ["roc_auc"]}


def test_each_metric_is_measured_once_and_in_the_order_asked():
    """A name given twice is one name."""
    one = View(None, Counts.from_cells(Kind.CONFUSION, [], [()], [[1, 1, 1, 1, 0, 0, 0]]))
    found = chosen(["f1_score", "accuracy", "f1_score"], [one])
    assert told(found) == {(None, "confusion"): ["f1_score", "accuracy"]}
    assert told(chosen("f1_score", [one])) == {(None, "confusion"): ["f1_score"]}


def test_a_class_that_there_is_not_is_refused_with_those_there_are():
    """A name in brackets that no view has is told with the names that they have."""
    with pytest.raises(UsageError) as caught:
        chosen(["true_positive_rate[cow]", "selection_rate[]x", "accuracy"], views(classes("cat", "dog")))
    assert caught.value.problems[0] == (
        "metric 'true_positive_rate[cow]' cannot be measured here; in brackets one may name 'cat', 'dog'."
    )
    assert len(caught.value.problems) == 2


def test_a_score_without_a_threshold_has_no_decisions():
    """What is missing is named, for the metric is a common one."""
    counts = Counts.from_cells(
        Kind.SCORES, [], [()], [[1, 1, 0.6, 0.7, 0.36, 0.49, 0, 0, 0]],
        axes=[Axis("score", (), 0.5)], axis_cells=[("0.5",)],
    )  # fmt: skip
    with pytest.raises(UsageError, match="needs decisions, which a threshold makes of the score"):
        chosen(["selection_rate"], views(counts))


@pytest.mark.parametrize("kind", Kind)
def test_names_of_every_view_are_known_beforehand(kind):
    """Before rows are read, every metric that a view of the kind may have is accepted, and no other."""
    for one in READ_AS.get(kind, (kind,)):
        check_names(list(CATALOGUE[one]), kind)
        check_names([f"{name}[x]" for name in CATALOGUE[one]], kind)
    check_names("default", kind)
    check_names("all", kind)
    with pytest.raises(UsageError) as caught:
        check_names(["acuracy", "nonsense"], kind)
    assert len(caught.value.problems) == 2


def test_a_metric_of_another_question_says_what_it_needs():
    """Asking decisions for an area under the curve is answered with the option that is lacking."""
    with pytest.raises(UsageError, match=r"needs scores \(--score COL\)"):
        check_names(["roc_auc"], Kind.CONFUSION)
    with pytest.raises(UsageError, match=r"needs several labels a row|needs several classes"):
        check_names("macro_f1_score", Kind.CONFUSION)
    with pytest.raises(UsageError, match="name at least one metric"):
        check_names([], Kind.CONFUSION)


def test_views_of_a_kind_are_those_that_names_are_checked_against():
    """What a table is read as is what READ_AS promises of its kind."""
    for counts, more in ((classes("a", "b"), {}), (scores(), {}), (outcomes("a", "b"), {"models": True})):
        seen = {view.counts.kind for view in views(counts, **more)}
        assert seen <= set(READ_AS[counts.kind])
