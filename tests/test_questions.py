"""Questions: which parts fit together, and what is said where they do not."""

import numpy as np
import pytest

from fairkit.errors import UsageError
from fairkit.frames import Question, count

BOTH = {"label": "y", "decision": "d"}


@pytest.mark.parametrize(
    ("asked", "messages"),
    [
        ({"prediction": "p"}, [r"name the label \(--label COL\)"]),
        (
            {"prediction": "p", "label": "y", "prediction_low": "l"},
            [r"name the other too \(--prediction-high"],
        ),
        (
            {"prediction": "p", "label": "y", "prediction_high": "h"},
            [r"name the other too \(--prediction-low"],
        ),
        ({"prediction": "p", "label": "y", "quantile": 1.0}, ["quantile 1.0 must lie between 0 and 1"]),
        (
            {"prediction": "p", "decision": "d", "positive": 1},
            [
                "decision does not belong to a regression",
                "positive does not belong to a regression",
                "--label",
            ],
        ),
        (
            {**BOTH, "quantile": 0.5},
            [r"quantile belongs to a regression; it needs prediction \(--prediction\)"],
        ),
        ({**BOTH, "relevance": "r"}, [r"relevance belongs to a ranking; it needs rank \(--rank\) or query"]),
        ({**BOTH, "exposure": "t"}, [r"exposure belongs to counts per exposure; it needs events"]),
        ({"query": "q"}, [r"name a rank column, 1 at the top, or a score to rank by"]),
        ({"query": "q", "rank": "r", "score": "s"}, ["either a rank column or a score to rank by"]),
        ({"query": "q", "score": {"a": "s"}}, ["one model at a time"]),
        ({"rank": "r", "label": "y"}, [r"label does not belong to a ranking \(rank \(--rank\)\)"]),
        ({"events": "n", "threshold": 2}, ["threshold does not belong to counts per exposure"]),
        (
            {"events": "n", "prediction": "p"},
            [r"prediction \(--prediction\), events \(--events\) ask for different"],
        ),
        ({"outputs": {"y": "d"}, "label": "y"}, ["label does not belong to several labels per row"]),
        ({"outputs": {}}, [r"outputs must be a mapping .*--outputs label_a=decision_a"]),
        ({"outputs": {"y": 3}}, ["outputs must be a mapping"]),
        ({"outputs": "y"}, ["outputs must be a mapping"]),
        ({"classes": "all", "label": "y"}, [r"classes need a decision column \(--decision COL\)"]),
        ({**BOTH, "classes": "some"}, ["classes must be 'all' or a list of class names, not 'some'"]),
        ({**BOTH, "classes": ["a"]}, ["must name two classes or more, not 'a'"]),
        ({**BOTH, "classes": ["a", None]}, ["must name two classes or more"]),
        ({**BOTH, "classes": "all", "score": "s"}, ["score does not belong to several classes"]),
        ({"decision": {}}, ["decision as a mapping must give each model's name its column"]),
        ({"decision": {"a": np.ones(3)}}, [r"--decision old=column_1"]),
        (
            {"decision": {"a": "d"}, "label": {"a": "y"}},
            ["label must be the name of a column or a comparison"],
        ),
        ({"rank": np.ones(3)}, [r"rank must be the name of a column, it is a ndarray"]),
        (
            {"label": "y", "score": {"a": "s"}, "decision": {"a": "d", "b": "e"}},
            ["the same models: 'a', 'b' have decisions, 'a' have scores"],
        ),
        ({"label": "y"}, ["either a decision column or a score column"]),
    ],
)
def test_what_does_not_fit_is_said_at_once(asked, messages):
    """Every contradiction has a sentence with its remedy."""
    with pytest.raises(UsageError) as caught:
        Question((), **asked)
    problems = caught.value.problems
    assert len(problems) == len(messages)
    for message in messages:
        with pytest.raises(UsageError, match=message):
            raise caught.value


def test_the_question_comes_before_the_data():
    """What contradicts itself is said although the data cannot be read."""
    with pytest.raises(UsageError, match="name the label"):
        count("no such file.csv", by="g", prediction="p")


def test_classes_are_named_as_levels_are():
    """Numbers and truth values are the texts of their levels."""
    assert Question((), **BOTH, classes=[1, 2.0, True, "a"]).class_names == ("1", "2", "True", "a")
    assert Question((), **BOTH, classes="all").class_names is None
