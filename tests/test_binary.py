"""Which value of a label or a decision is positive: what is evident, what must be said, what is refused."""

import numpy as np
import pytest

from fairkit.door.binary import Outcome, positive_class, unused_positive
from fairkit.errors import DataError
from fairkit.frames import count


def truth(levels, positive=None, *, role="label", derived=False):
    """Decide on levels and return the truth of each, or the problem."""
    found = positive_class(role, "y", levels, positive, derived=derived)
    return found.problems[0] if found.problems else found.truth.tolist()


@pytest.mark.parametrize(
    ("levels", "expected"),
    [
        (["0", "1"], [0, 1]),
        (["1", "0", None], [1, 0, -1]),
        (["-1", "1"], [0, 1]),
        (["False", "True"], [0, 1]),
        (["false", "TRUE", "true"], [0, 1, 1]),
        (["1"], [1]),
        (["0"], [0]),
        (["-1"], [0]),
        (["True"], [1]),
        ([None], [-1]),
        ([], []),
    ],
)
def test_some_pairs_of_values_say_themselves_which_is_positive(levels, expected):
    """1 beats 0 and -1, true beats false in any spelling, and one value of such a pair is enough."""
    assert truth(levels) == expected


@pytest.mark.parametrize(
    ("levels", "positive", "expected"),
    [
        (["<=50K", ">50K"], ">50K", [0, 1]),
        (["<=50K", ">50K", None], "<=50K", [1, 0, -1]),
        (["0", "1"], 0, [1, 0]),
        (["0", "1"], 1.0, [0, 1]),
        (["0", "1"], True, [0, 1]),
        (["False", "True"], False, [1, 0]),
        (["False", "True", "TRUE"], "True", [0, 1, 1]),
        (["2", "1"], 2, [1, 0]),
        (["1.5", "2.5"], 2.5, [0, 1]),
        (["", "x"], "", [1, 0]),
        (["no"], "yes", [0]),
        (["yes"], "yes", [1]),
    ],
)
def test_a_stated_value_decides(levels, positive, expected):
    """What the caller says goes before what seems evident, whatever type it is said in."""
    assert truth(levels, positive) == expected


@pytest.mark.parametrize(
    ("levels", "positive", "expected"),
    [
        (["1"], 0, [0]),
        (["1"], -1, [0]),
        (["-1"], -1, [1]),
        (["0"], 1, [0]),
        (["True"], False, [0]),
        (["FALSE"], "false", [1]),
    ],
)
def test_a_part_of_the_data_reads_like_the_whole(levels, positive, expected):
    """The stated value holds also where no row of this part has it: nothing turns round in a small shard."""
    found = positive_class("label", "y", levels, positive, derived=False)
    assert (found.truth.tolist(), found.used_statement) == (expected, True)


@pytest.mark.parametrize("levels", [[], [None]])
def test_a_column_without_values_accepts_any_statement(levels):
    """An empty part of the data is no reason to doubt what was stated."""
    found = positive_class("label", "y", levels, ">50K", derived=False)
    assert found.truth.tolist() == [-1] * len(levels)
    assert (found.used_statement, found.problems) == (True, ())


def test_two_texts_need_a_statement():
    """The message shows the values and how to say which is positive."""
    message = truth(["bad", "good"])
    assert "'bad', 'good'" in message
    assert "positive='bad'" in message


def test_a_stated_value_that_does_not_occur_is_refused_with_the_nearest():
    """A misspelled positive class would turn every row negative."""
    message = truth(["<=50K", ">50K"], ">50k")
    assert "never has the positive value '>50k'" in message
    assert "Did you mean '>50K'?" in message


@pytest.mark.parametrize("positive", [None, "a", "z"])
def test_three_values_are_refused_with_a_comparison_that_makes_two(positive):
    """Nobody is counted as negative for having a third value."""
    message = truth(["a", "b", "c"], positive)
    assert "must have two values, it has 3: 'a', 'b', 'c'" in message
    assert "label=\"y == 'a'\"" in message


def test_a_third_number_is_not_evident():
    """0, 1 and 2 are three classes, not two."""
    assert "must have two values" in truth(["0", "1", "2"])
    assert "must have two values" in truth(["-1", "0", "1"])


def test_the_answers_of_a_predicate_are_what_they_are():
    """A stated value never turns a comparison round."""
    assert truth(["False", "True", None], "False", derived=True) == [0, 1, -1]


def test_a_mapping_states_each_column_apart():
    """Label and decision may have different positive classes."""
    stated = {"label": "ill", "decision": "treat"}
    assert truth(["ill", "well"], stated) == [1, 0]
    assert truth(["treat", "wait"], stated, role="decision") == [1, 0]
    assert "say which one is positive" in truth(["treat", "wait"], {"label": "ill"}, role="decision")


def outcome(*, used, problems=()):
    """Make the outcome of a column."""
    return Outcome(np.array([0, 1]), "1", used, problems)


def test_a_statement_that_fits_no_column_is_refused():
    """A stated value that decides nothing is a mistake, not a comment."""
    neither = {"label": outcome(used=False), "decision": outcome(used=False)}
    assert "'yes' is a value of neither" in unused_positive("yes", neither)[0]
    assert unused_positive("yes", neither | {"label": outcome(used=True)}) == []
    assert unused_positive("yes", neither | {"label": outcome(used=False, problems=("x",))}) == []
    assert unused_positive(None, neither) == []


def test_a_mapping_is_checked_entry_by_entry():
    """Each entry must name a column that is given and that does not decide for itself; all are reported."""
    outcomes = {"label": outcome(used=False), "decision": outcome(used=True)}
    assert unused_positive({"decision": "yes"}, outcomes) == []
    assert "says itself" in unused_positive({"label": "yes", "decision": "yes"}, outcomes)[0]
    problems = unused_positive({"labels": "a", "label": "yes"}, {"decision": outcome(used=False)})
    assert "'labels'" in problems[0]
    assert "is not given" in problems[1]


def test_a_shard_without_positives_counts_like_any_other():
    """Stating the positive class of 0/1 columns is fine where a part has only zeros, or no rows at all."""
    rows = {"g": ["a", "b"], "y": [0, 0], "d": [0, 0]}
    assert count(rows, by="g", label="y", decision="d", positive=1).values[:, 3].tolist() == [1, 1]
    assert count(rows, by="g", label="y", decision="d", positive=0).values[:, 0].tolist() == [1, 1]
    nothing = {name: values[:0] for name, values in rows.items()}
    assert count(nothing, by="g", label="y", decision="d", positive=">50K").groups() == ()


def test_problems_of_label_and_decision_come_together():
    """Both columns are judged before anything is raised."""
    rows = {"g": ["a", "b", "a"], "y": ["p", "q", "r"], "d": ["s", "t", "s"]}
    with pytest.raises(DataError) as caught:
        count(rows, by="g", label="y", decision="d")
    assert len(caught.value.problems) == 2
