"""Values of options that are more than one word: models, pairs of columns, classes."""

from __future__ import annotations

import click
import pytest

from fairkit.cli import values

CONTEXT = click.Context(click.Command("eval"))
DECISION = click.Option(["--decision"])


@pytest.mark.parametrize(
    ("texts", "expected"),
    [
        ((), None),
        (("approved",), "approved"),
        (('score_text != "Low"',), 'score_text != "Low"'),
        (("score == 1",), "score == 1"),
        (("score >= 0.5",), "score >= 0.5"),
        (("old=approved", "new=approved2"), {"old": "approved", "new": "approved2"}),
        ((" old = approved ", "new=d"), {"old": "approved", "new": "d"}),
        (("old=score >= 0.5", "new=score != 2"), {"old": "score >= 0.5", "new": "score != 2"}),
        (('a=x == "b=c"', "b=y"), {"a": 'x == "b=c"', "b": "y"}),
    ],
)
def test_models_are_one_column_or_columns_by_name(texts, expected):
    """One value is a column or a predicate, whatever signs it has; several have a name each."""
    assert values.models(CONTEXT, DECISION, texts) == expected


@pytest.mark.parametrize(
    ("texts", "culprit"),
    [
        (("approved", "approved2"), "'approved' is not NAME=COLUMN"),
        (("old=approved", "approved2"), "'approved2' is not NAME=COLUMN"),
        (("old=approved", "score == 1"), "'score == 1' is not NAME=COLUMN"),
        (("old=approved", "score >= 1"), "'score >= 1' is not NAME=COLUMN"),
        (("old=approved", "score <= 1"), "'score <= 1' is not NAME=COLUMN"),
        (("old=approved", 'score != "a"'), "is not NAME=COLUMN"),
        (("old=approved", "=d"), "'=d' is not NAME=COLUMN"),
        (("old=approved", "new="), "'new=' is not NAME=COLUMN"),
        (("old=approved", "old=approved2"), "'old' is given twice"),
    ],
)
def test_several_models_without_names_are_refused(texts, culprit):
    """A predicate is no name with a column, and each name stands for one model."""
    with pytest.raises(click.BadParameter) as caught:
        values.models(CONTEXT, DECISION, texts)
    assert culprit in caught.value.message


def test_pairs_are_label_and_decision_columns():
    """Each label has its decision column, in the order given; none is no pair at all."""
    assert values.pairs(CONTEXT, DECISION, ()) is None
    assert list(values.pairs(CONTEXT, DECISION, ("fast=f", "cheap=c")).items()) == [
        ("fast", "f"),
        ("cheap", "c"),
    ]
    with pytest.raises(click.BadParameter, match="'fast' is not LABEL=DECISION"):
        values.pairs(CONTEXT, DECISION, ("fast",))
    with pytest.raises(click.BadParameter, match="'fast' is given twice"):
        values.pairs(CONTEXT, DECISION, ("fast=a", "fast=b"))


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (None, None),
        ("all", "all"),
        ("cat,dog", ("cat", "dog")),
        ("cat, dog ,owl", ("cat", "dog", "owl")),
        ('"Bath, UK",Leeds', ("Bath, UK", "Leeds")),
        ("All,all", ("All", "all")),
        ("1,2,3", ("1", "2", "3")),
    ],
)
def test_classes_are_all_or_a_list(text, expected):
    """A class with a comma is quoted as in CSV."""
    assert values.classes(CONTEXT, click.Option(["--classes"]), text) == expected


def test_metrics_of_every_kind_are_offered_to_the_shell():
    """What a user begins to type is completed to metrics of any question."""
    offered = values.complete_metric(CONTEXT, DECISION, "m")
    assert {"macro_f1_score", "mean_absolute_error", "mean_exposure"} <= set(offered)
    assert all(name.startswith("m") for name in offered)
    assert len(offered) == len(set(offered))
