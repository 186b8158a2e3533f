"""A report in place of rows: it has to be made of the columns that the policy names, read as it says."""

import pytest

import fairkit
import fairkit.speech
from fairkit.policy import check, policy_of
from fairkit.policy.agreeing import disagreements

ROWS = {
    "sex": ["F", "M"] * 300,
    "repaid": ["yes", "no", "yes", "yes"] * 150,
    "approved": ["yes", "no", "no", "yes", "yes", "?"] * 100,
    "asked": ["yes", "no", "no"] * 200,
    "score": [0.2, 0.4, 0.6, 0.8] * 150,
    "weight": [1.0, 2.0] * 300,
}
READ = {"label": "repaid", "decision": "approved", "positive": "yes", "missing": ["?"]}
SAID = {"label": "repaid", "decision": "approved", "positive": "yes", "missing_values": ["?"]}
SCORED = {"label": "repaid", "score": "score", "threshold": 0.5, "positive": "yes"}
TEXTS = {"accent": ["A", "B"] * 30, "said": ["one two", "three"] * 30, "heard": ["one too", "three"] * 30}


def policy(table=None, **more):
    """A policy whose one check nothing fails."""
    speech = "speech" in more
    return policy_of(
        {
            "schema": 1,
            "name": "credit",
            **({"data": table} if table is not None else {}),
            "groups": {"groups": {"column": "accent" if speech else "sex"}},
            "check": [
                {
                    "id": "rate",
                    "metric": "word_error_rate" if speech else "selection_rate",
                    "groups": ["groups"],
                    "compare": "value",
                    "max": 0.99,
                }
            ],
            **more,
        }
    )


def report(**asked):
    """A report of the rows."""
    return fairkit.evaluate(ROWS, by="sex", **asked)


@pytest.mark.parametrize(
    ("asked", "said", "words"),
    [
        (READ | {"decision": "asked"}, SAID, "decision is 'asked' where the policy has 'approved'"),
        (READ | {"positive": "no"}, SAID, "the positive decision is 'no' where the policy has 'yes'"),
        (READ | {"weight": "weight"}, SAID, "weight is 'weight' where the policy has none"),
        (READ, SAID | {"weight": "weight"}, "weight is none where the policy has 'weight'"),
        (READ, SAID | {"cluster": "score"}, "cluster is none where the policy has 'score'"),
        (SCORED | {"threshold": 0.1}, SCORED, "threshold is '0.1' where the policy has '0.5'"),
        (SCORED | {"threshold": 0.0}, SCORED | {"threshold": 0}, None),
        (SCORED | {"missing": ["?"]}, SCORED, "missing_values is '?' where the policy has none"),
        (READ, SCORED, "threshold is none where the policy has '0.5'"),
        (READ, SAID, None),
        (SCORED, SCORED, None),
        (READ, None, None),
    ],
)
def test_a_report_that_was_made_otherwise_is_a_problem(asked, said, words):
    """What a report was made of is held to the policy's table; one that fits, or no table, lets it pass."""
    made = report(**asked)
    gate = check(policy(said), reports=made).gate
    assert gate.exit_code == (0 if words is None else 2)
    assert [words in problem.message for problem in gate.problems] == ([] if words is None else [True])
    assert len(gate.results) == 2


def test_what_needs_no_statement_may_be_left_unstated():
    """A positive value of 1 or true says nothing that the column does not; 0 says something else."""
    made = fairkit.evaluate({"sex": ["F", "M"] * 90, "d": [1, 1, 0] * 60}, decision="d", by="sex")
    told = [disagreements(policy({"decision": "d", "positive": value}), [made]) for value in (1, True, 0)]
    assert [len(problems) for problems in told] == [0, 0, 1]


def test_a_report_of_counts_states_no_columns():
    """It is taken as it is: nothing can be compared."""
    made = fairkit.evaluate(report(**READ).counts, by="sex")
    assert disagreements(policy(SAID | {"weight": "weight"}), [made]) == []


@pytest.mark.parametrize(
    ("changed", "words"),
    [
        ({}, None),
        ({"hypothesis": "said", "reference": "heard"}, "hypothesis is 'heard' where the policy has 'said'"),
        ({"normalizer": "none"}, "where the policy has 'none "),
        ({"normalizer": "no/such/rules.toml"}, None),
        ({"unit": "characters"}, "unit is 'words' where the policy has 'characters'"),
        ({"empty_references": "drop"}, "empty_references is 'keep' where the policy has 'drop'"),
        ({"speaker": "accent"}, "cluster is none where the policy has 'accent'"),
    ],
)
def test_transcripts_are_held_to_their_own_table(changed, words):
    """Texts, normaliser, unit and speakers decide what an error rate is; rules that are not there cannot."""
    made = fairkit.speech.evaluate(TEXTS, reference="said", hypothesis="heard", by="accent")
    wanted = policy(speech={"reference": "said", "hypothesis": "heard", **changed})
    told = [problem.message for problem in disagreements(wanted, [made])]
    assert [words in message for message in told] == ([] if words is None else [True])
