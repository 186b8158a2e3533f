"""What is known of a policy before any row is read: its checks, its columns, its waivers."""

from __future__ import annotations

import datetime as dt

import pytest
from example_policies import GONE, small

from fairkit.errors import DataError
from fairkit.policy import policy_of
from fairkit.policy.validating import column_problems, metric_problems, waiver_state, warnings_of

DAY = dt.date(2026, 11, 1)
DATA = {("data",): {"label": "y", "decision": "d"}}
ROWS = {"sex": ["F"], "race": ["A"], "age": [20], "y": [1], "d": [1]}

UNMEASURED = {
    "no label": ({("data",): {"decision": "d"}}, ["gap", "since"]),
    "scores that decide nothing": (
        {("data",): {"label": "y", "score": "s"}},
        ["gap", "rate", "ratio", "since"],
    ),
    "words by characters": (
        {
            ("speech",): {"reference": "said", "hypothesis": "heard", "unit": "characters"},
            ("check", 0, "metric"): "word_error_rate",
        },
        ["gap"],
    ),
    "all that it needs": (DATA, []),
    "nothing said of data": ({}, []),
    "speech that nothing is said of": ({**DATA, ("check", 0, "metric"): "word_error_rate"}, []),
    "scores that decide": ({("data",): {"label": "y", "score": "s", "threshold": 0.5}}, []),
}


@pytest.mark.parametrize(("changes", "ids"), UNMEASURED.values(), ids=UNMEASURED.keys())
def test_checks_that_the_stated_columns_cannot_answer_are_named(changes, ids):
    """Where the policy says what its data are, a check that they cannot answer is a problem."""
    problems = metric_problems(policy_of(small(changes)))
    assert [problem.split("'")[1] for problem in problems] == ids


def test_data_with_all_columns_have_no_problem():
    """Columns of groups, of predicates and of the data table are looked for."""
    assert column_problems(policy_of(small(DATA)), data=ROWS) == ()


@pytest.mark.parametrize(
    ("column", "words"),
    [
        ("race", "groups 'sex_race': column 'race' is not in the data"),
        ("age", "groups 'young': column 'age' is not in the data"),
        ("y", "label column 'y' is not in the data"),
    ],
)
def test_columns_that_are_not_there_are_named(column, words):
    """Each column that is read and missing is named, with who reads it."""
    rows = {name: values for name, values in ROWS.items() if name != column}
    (problem,) = column_problems(policy_of(small(DATA)), data=rows)
    assert problem.startswith(words)


def test_columns_that_only_look_alike_are_told_apart():
    """A column with a letter of another script is named with that letter."""
    rows = {**ROWS, "\u0430ge": ROWS["age"], "\u0443": ROWS["y"]}
    del rows["age"], rows["y"]
    problems = column_problems(policy_of(small(DATA)), data=rows)
    assert any("(U+0430 CYRILLIC SMALL LETTER A)" in problem for problem in problems)
    assert any("(U+0443 CYRILLIC SMALL LETTER U)" in problem for problem in problems)


def test_a_predicate_named_like_a_column_is_a_problem():
    """Data that have a column of a predicate's name could not be grouped by both."""
    (problem,) = column_problems(policy_of(small(DATA)), data={**ROWS, "young": [1]})
    assert "groups 'young' have a predicate and the name of a column" in problem


def test_transcripts_are_looked_at_for_checks_of_speech():
    """Each of the two kinds of data is asked for its own checks' columns only."""
    changes = {
        ("speech",): {"reference": "said", "hypothesis": "heard", "speaker": "who"},
        ("check", 0, "metric"): "word_error_rate",
    }
    policy = policy_of(small({**DATA, **changes}))
    problems = column_problems(policy, data=ROWS, speech={"said": ["a"], "heard": ["a"]})
    assert [problem.split(" (it has")[0] for problem in problems] == [
        "speaker column 'who' is not in the data",
        "groups 'sex': column 'sex' is not in the data",
    ]


def test_data_of_which_nothing_is_said_are_refused():
    """Without [data] nothing says what columns mean."""
    with pytest.raises(DataError, match=r"no \[data\] table"):
        column_problems(policy_of(small()), data=ROWS)


@pytest.mark.parametrize(
    ("day", "state"),
    [
        ("2026-09-30", "begins in 1 day"),
        ("2026-10-01", "91 days left"),
        ("2026-12-30", "1 day left"),
        ("2026-12-31", "its last day"),
        ("2027-01-02", "expired 2 days ago"),
    ],
)
def test_a_waiver_says_how_long_it_holds(day, state):
    """A waiver holds from the day it was given to its last day, both included."""
    policy = policy_of(small())
    today = dt.date.fromisoformat(day)
    assert waiver_state(policy.waivers[0], today) == state
    warned = warnings_of(policy, today)
    assert bool(warned) is ("begins" in state or "expired" in state)
    assert all("ana owns it" in warning for warning in warned)


@pytest.mark.parametrize("group", ["age=20", "sex_race=F & A", "F"])
def test_a_waiver_of_another_group_is_warned_of(group):
    """A waiver whose group the check does not look at can never do anything."""
    (warning,) = warnings_of(policy_of(small({("waiver", 0, "group"): group})), DAY)
    assert "names none of the groups that the check looks at" in warning


@pytest.mark.parametrize("group", ["sex=F", "sex_race=F & A", "sex=F & race=A"])
def test_a_waiver_is_known_by_either_name_of_its_group(group):
    """The name of the policy and that of reports are both fine."""
    changes = {("waiver", 0, "group"): group, ("check", 0, "groups"): ["sex", "sex_race"]}
    assert warnings_of(policy_of(small(changes)), DAY) == ()


def test_no_waiver_no_warning():
    """A policy without waivers has nothing to warn of."""
    assert warnings_of(policy_of(small({("waiver",): GONE})), DAY) == ()
