"""What fairlearn offers for a metric: the right things, under names that fairlearn and the program know."""

from __future__ import annotations

import importlib
import shlex

import fairlearn.reductions
import numpy as np
import pytest
from fairlearn.postprocessing import ThresholdOptimizer

from fairkit.cli.remedy import command
from fairkit.errors import UsageError
from fairkit.kinds import Kind
from fairkit.metrics import CATALOGUE, FAMILIES
from fairkit.remedies import CONSTRAINTS, METHODS, OBJECTIVES, remedies_for
from fairkit.remedies.catalogue import AIMS, constraint_named, method_named
from fairkit.remedies.fitting import Scores

OFFERED = [remedy for name in AIMS for remedy in remedies_for(name)]
LABEL, GROUP = np.tile([0, 1], 8), np.repeat([0, 1], 8)
SCORES = np.arange(16.0)[:, None]


@pytest.mark.parametrize("method", METHODS.values(), ids=METHODS)
def test_every_algorithm_is_in_fairlearn(method):
    """The full name of an algorithm leads to a class of the installed fairlearn."""
    module, _, name = method.algorithm.rpartition(".")
    assert isinstance(getattr(importlib.import_module(module), name), type)


@pytest.mark.parametrize("constraint", CONSTRAINTS.values(), ids=CONSTRAINTS)
def test_every_constraint_is_known_to_fairlearn(constraint):
    """The threshold optimiser fits it under its name there, and the reductions have its class."""
    assert issubclass(getattr(fairlearn.reductions, constraint.moment), fairlearn.reductions.Moment)
    if constraint.threshold:
        for objective in OBJECTIVES:
            model = ThresholdOptimizer(
                estimator=Scores(),
                constraints=constraint.threshold,
                objective=objective,
                prefit=True,
                predict_method="decision_function",
            )
            model.fit(SCORES, LABEL, sensitive_features=GROUP)
            assert set(model.predict(SCORES, sensitive_features=GROUP, random_state=0)) <= {0, 1}


def test_a_remedy_aims_at_its_metric():
    """What is offered for a metric constrains that metric, and never another one instead."""
    for remedy in OFFERED:
        if remedy.metric in CATALOGUE[Kind.CONFUSION] and remedy.constraint is not None:
            assert remedy.metric in CONSTRAINTS[remedy.constraint].metrics


@pytest.mark.parametrize("family", FAMILIES, ids=lambda family: family.name)
def test_a_family_has_the_remedies_of_its_metrics(family):
    """A family is offered what constrains all its metrics; predictive parity, which nothing does, nothing."""
    found = remedies_for(family.name)
    assert bool(found) == (family.name != "predictive_parity")
    for remedy in found:
        if remedy.constraint is not None:
            assert set(family.metrics) <= set(CONSTRAINTS[remedy.constraint].metrics)


@pytest.mark.parametrize("kind", CATALOGUE)
def test_every_metric_can_be_asked_about(kind):
    """Any metric there is has an answer, be it that fairlearn offers nothing."""
    assert all(isinstance(remedies_for(name), tuple) for name in CATALOGUE[kind])


@pytest.mark.parametrize("name", ["positive_predictive_value", "prevalence", "f1_score", "predictive_parity"])
def test_what_fairlearn_cannot_equalise_has_no_remedy(name):
    """No algorithm that aims elsewhere is offered."""
    assert remedies_for(name) == ()


def test_thresholds_are_not_offered_for_the_error_rate():
    """The threshold optimiser has no constraint of error rates, so only the reductions are named."""
    assert [remedy.method for remedy in remedies_for("accuracy")] == ["exponentiated-gradient", "grid-search"]


def test_the_model_behind_a_metric_does_not_matter():
    """A metric of one of several models has the remedies of the metric."""
    assert remedies_for("selection_rate[after]") == remedies_for("selection_rate")


def test_regression_is_named_but_has_no_command():
    """Bounded group loss is fairlearn's for regression; fairkit itself fits decisions only."""
    found = remedies_for("mean_absolute_error")
    assert [remedy.method for remedy in found] == ["exponentiated-gradient", "grid-search"]
    assert all("BoundedGroupLoss(AbsoluteLoss" in remedy.call for remedy in found)
    assert {remedy.command for remedy in found} == {""}


@pytest.mark.parametrize("remedy", OFFERED, ids=lambda remedy: f"{remedy.metric}-{remedy.method}")
def test_the_command_that_is_named_can_be_typed(remedy):
    """The program's own parser takes the command, and reads from it what the remedy says."""
    name, sub, *arguments = shlex.split(remedy.command)
    assert (name, sub) == ("fairkit", "remedy")
    parsed = command.make_context("remedy", arguments).params
    assert parsed["method"] == remedy.method
    assert remedy.constraint in {parsed["constraint"], None}
    assert bool(parsed["score"]) != bool(parsed["features"])


def test_who_decides_by_the_attribute_says_so():
    """A method that needs the attribute of the row it decides carries the legal caution, others do not."""
    for remedy in OFFERED:
        assert METHODS[remedy.method].decides_by_group == ("unlawful" in remedy.attribute)
        assert remedy.needs
        assert remedy.does.endswith(".")


@pytest.mark.parametrize(
    ("ask", "words"),
    [
        (lambda: remedies_for("selection_rat"), "Did you mean 'selection_rate'?"),
        (lambda: constraint_named("equalised_odds"), "Did you mean 'equalized_odds'?"),
        (lambda: method_named("threshold_optimiser"), "Did you mean 'threshold-optimizer'?"),
    ],
)
def test_a_misspelling_is_answered_with_the_right_name(ask, words):
    """Unknown names are refused with the nearest known one."""
    with pytest.raises(UsageError, match="there is no") as refused:
        ask()
    assert words in str(refused.value)
