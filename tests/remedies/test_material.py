"""The rows of a remedy: read like those that are counted, nothing imputed, no answer among the features."""

from __future__ import annotations

import numpy as np
import pytest

from fairkit.errors import DataError, UsageError
from fairkit.groups import attributes_of, groupings
from fairkit.questions import Question
from fairkit.remedies.material import material

ROWS = {
    "sex": ["F", "M", "F", None, "M", "F"],
    "race": ["a", "b", "?", "a", "a", "b"],
    "age": [20, 30, 40, 50, None, 70],
    "y": ["yes", "no", "yes", "no", None, "no"],
    "s": [0.9, 0.1, 0.4, 0.6, 0.5, None],
    "person": [1, 1, 2, 2, 3, 3],
}


def read(rows=ROWS, *, by="sex", across=("sex",), positive="yes", label="y", missing=(), **more):
    """Read rows for a remedy."""
    question = Question(
        attributes_of(groupings(by)),
        decision=label,
        label=label,
        positive={"label": positive},
        missing=missing,
        cluster=more.pop("cluster", None),
    )
    return material(rows, question, across=across, **more)


def test_what_is_missing_is_known_to_be():
    """A missing label, attribute or score is marked, and such rows are not fitted."""
    found = read(score="s")
    assert found.label.tolist() == [1, 0, 1, 0, -1, 0]
    assert [None if g < 0 else found.names[g] for g in found.group] == [
        *("sex=F", "sex=M", "sex=F"),
        *(None, "sex=M", "sex=F"),
    ]
    assert found.can_be_fitted.tolist() == [True, True, True, False, False, False]


def test_attributes_are_crossed():
    """Several attributes make the groups of their crossing; a row without one of them is in none."""
    found = read(by="sex,race", across=("sex", "race"), missing=("?",))
    assert found.names == ("sex=F & race=a", "sex=F & race=b", "sex=M & race=a", "sex=M & race=b")
    assert found.group.tolist() == [0, 3, -1, -1, 2, 1]


def test_a_predicate_can_be_a_group_and_a_label():
    """Groups and labels may be comparisons, as everywhere."""
    found = read(by="young: age < 35", across=("young",), label="s > 0.45", positive=None)
    assert found.names == ("young=False", "young=True")
    assert found.group.tolist() == [1, 1, 0, 0, -1, 0]
    assert found.label.tolist() == [1, 0, 0, 1, 1, -1]


def test_strata_tell_label_and_group_apart():
    """Rows share a stratum where label and group are the same, missing ones included."""
    found = read()
    strata = found.strata.tolist()
    assert strata[0] == strata[2]
    assert len(set(strata)) == 5


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"label": "age", "positive": None}, "must have two values"),
        ({"positive": "maybe"}, "never has the positive value 'maybe'"),
        ({"rows": {**ROWS, "y": ["yes"] * 6}}, "every label is positive"),
        ({"rows": {**ROWS, "y": [None] * 6}}, "missing in every row"),
        ({"rows": {**ROWS, "sex": ["F"] * 6}}, "one group ('sex=F')"),
        ({"score": "race"}, "score column 'race': it must hold numbers"),
        ({"rows": {**ROWS, "s": [np.inf, 1, 1, 1, 1, 1]}, "score": "s"}, "infinite in 1 row"),
        ({"rows": {**ROWS, "s": [None] * 6}, "score": "s"}, "none of the 6 rows has a label"),
        ({"features": ["agee"]}, "Did you mean 'age'?"),
        ({"limit": 3}, "at most 3"),
    ],
)
def test_data_that_cannot_be_fitted_are_refused(change, words):
    """What is wrong with the data is said with the values and what to do."""
    with pytest.raises(DataError) as refused:
        read(**change)
    assert words in str(refused.value)


@pytest.mark.parametrize(
    ("features", "words"),
    [(["age", "y"], "'y' is the label itself"), (["person"], "'person' tells people apart")],
)
def test_the_answer_is_no_feature(features, words):
    """The label and the person are refused as features."""
    with pytest.raises(UsageError) as refused:
        read(features=features, cluster="person")
    assert words in str(refused.value)


def test_columns_that_make_the_label_are_no_features():
    """A label that is a comparison makes its columns part of the answer."""
    with pytest.raises(UsageError, match="'s' is the label itself"):
        read(label="s > 0.45", positive=None, features=["s"])
