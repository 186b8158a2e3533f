"""What a claim proposes, applied to rows: rules as if-else, constants, other models, and nothing foreign."""

from __future__ import annotations

import numpy as np
import pytest
from coded_columns import predicates, values
from hypothesis import given, settings
from hypothesis import strategies as st

from bounty.claims.claim import Alternative, Claim, ClaimKind, Constant, OnnxModel, Rules
from bounty.claims.proposals import Refusing, fits, group_rows, model_answers
from bounty.rows.answers import Answers, AnswerSpace, Form, Truth
from bounty.rows.bits import RowSet
from bounty.rows.columns import Columns
from bounty.rows.splits import Split
from bounty.rows.subgroups import Subgroup
from fairkit.errors import ClaimError

SPACE = AnswerSpace(Form.CLASSES, ("a", "b", "c"))


def split_of(columns, codes, space=SPACE):
    """Give a split whose model answers so."""
    host = Answers.of(space.form, codes)
    other = Answers.of(space.form, [0] * len(codes))
    return Split("public", columns, Truth(np.zeros(len(codes), np.uint8)), host, {"zero": other})


SMALL = split_of(Columns.of({"age": [20, 30, None], "home": ["rent", "own", None]}), [0, 1, 2])


@settings(max_examples=60)
@given(
    values(least=1, most=60),
    st.lists(st.tuples(predicates(), st.sampled_from("abc")), min_size=1, max_size=5),
    st.none() | st.sampled_from("abc"),
)
def test_rules_are_if_and_else(drawn, cases, otherwise):
    """The first rule that holds decides, row by row; else the default does, or the current answer stays."""
    columns = Columns.of(drawn)
    split = split_of(columns, [row % 3 for row in range(columns.rows)])
    current = Answers.of(SPACE.form, [(row + 1) % 3 for row in range(columns.rows)])
    try:
        holding = [(Subgroup.of(text, columns).rows(columns).mask, answer) for text, answer in cases]
    except ClaimError:
        return
    expected = []
    for row in range(columns.rows):
        answer = next((answer for holds, answer in holding if holds[row]), otherwise)
        expected.append(current.codes[row] if answer is None else SPACE.classes.index(answer))
    model = Rules(tuple(cases), otherwise)
    found = model_answers(model, split, space=SPACE, current=current, runner=Refusing())
    assert found.codes.tolist() == expected
    assert found.form is SPACE.form


def test_a_constant_and_another_model():
    """A constant answers the same everywhere, another model of the host as the host says."""
    for model, codes in ((Constant("c"), [2, 2, 2]), (Alternative("zero"), [0, 0, 0])):
        found = model_answers(model, SMALL, space=SPACE, current=SMALL.host, runner=Refusing())
        assert found.codes.tolist() == codes


def test_scores_may_be_ruled():
    """Rules over scores put their answers on the grid and keep the others."""
    space = AnswerSpace(Form.SCORE)
    split = split_of(SMALL.columns, [100, 200, 300], space)
    model = Rules((("age < 25", 0.5),))
    found = model_answers(model, split, space=space, current=split.host, runner=Refusing())
    assert found.codes.tolist() == [500, 200, 300]


def repair(model, group="age < 25"):
    """Give a repair."""
    return Claim(ClaimKind.REPAIR, "error", group, model=model)


FOREIGN = OnnxModel("00" * 32, b"")
UNFIT = {
    "a group's column": (Claim(ClaimKind.DISPARITY, "error", "agee < 25"), "Did you mean 'age'?"),
    "a group's value": (Claim(ClaimKind.DISPARITY, "error", "age == 'a'"), "holds numbers"),
    "a reference's column": (Claim(ClaimKind.DISPARITY, "error", "age < 25", "homes == 'own'"), "'home'?"),
    "a rule's column": (repair(Rules((("age < 25", "a"), ("x == 1", "b")))), "'x'"),
    "a rule's answer": (repair(Rules((("age < 25", "d"),))), "one of a, b, c"),
    "a default": (repair(Rules((("age < 25", "a"),), "d")), "one of a, b, c"),
    "a constant": (repair(Constant("d")), "one of a, b, c"),
    "another model": (repair(Alternative("zeroo")), "Did you mean 'zero'?"),
    "a foreign group": (repair(Constant("a"), FOREIGN), "no ONNX models"),
    "a foreign model": (repair(FOREIGN), "no ONNX models"),
}


@pytest.mark.parametrize(("claim", "message"), UNFIT.values(), ids=UNFIT.keys())
def test_a_claim_that_does_not_fit_is_refused_on_public_rows(claim, message):
    """What a claim names that is not there is found on public rows, the reference included."""
    with pytest.raises(ClaimError) as caught:
        fits(claim, SMALL, space=SPACE, runner=Refusing())
    assert message in str(caught.value)


@pytest.mark.parametrize(
    "claim",
    [
        Claim(ClaimKind.DISPARITY, "error", "age < 25"),
        Claim(ClaimKind.DISPARITY, "error", "age < 25", "rest"),
        Claim(ClaimKind.DISPARITY, "error", "age < 25", "home == 'own'"),
        repair(Constant("a")),
        repair(Alternative("zero")),
        repair(Rules((("home is missing", "a"),), "b")),
    ],
    ids=range(6),
)
def test_a_claim_that_fits_is_let_through(claim):
    """A claim whose names are all there passes, and so does one about no row at all."""
    fits(claim, SMALL, space=SPACE, runner=Refusing())


def test_a_runner_is_asked_for_foreign_models():
    """ONNX models reach the runner that the host handed over, and no other code."""

    class Watching:
        def group(self, model, columns):
            return RowSet.of(np.array([True, False, True]))

        def answers(self, model, columns, space):
            return Answers.of(space.form, [2, 2, 0])

    assert group_rows(FOREIGN, SMALL.columns, Watching()).mask.tolist() == [True, False, True]
    found = model_answers(FOREIGN, SMALL, space=SPACE, current=SMALL.host, runner=Watching())
    assert found.codes.tolist() == [2, 2, 0]
