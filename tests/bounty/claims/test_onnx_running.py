"""ONNX models run on columns: scikit-learn's answers, in any order of the rows, for trusted files."""

from __future__ import annotations

import warnings
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from onnx import TensorProto as T
from onnx_graphs import ML, ml, model, node, onnx_model, tree
from sklearn.compose import ColumnTransformer
from sklearn.ensemble import GradientBoostingClassifier, RandomForestClassifier
from sklearn.impute import SimpleImputer
from sklearn.linear_model import LinearRegression, LogisticRegression
from sklearn.neighbors import KNeighborsClassifier
from sklearn.neural_network import MLPClassifier
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import OneHotEncoder, OrdinalEncoder, StandardScaler
from sklearn.tree import DecisionTreeClassifier, DecisionTreeRegressor

from bounty.claims.claim import OnnxModel
from bounty.claims.onnx_models import (
    PermutingRunner,
    TrustedRunner,
    check_model,
    evaluate_here,
    model_file,
    name_columns,
)
from bounty.claims.onnx_models.answering import FAILED, answer_codes, group_codes
from bounty.claims.onnx_models.feeding import feeds_of, fitted_columns
from bounty.rows.answers import AnswerSpace, Form
from bounty.rows.columns import Columns
from fairkit.errors import ClaimError, UsageError

DECISIONS = AnswerSpace(Form.DECISION, ("no", "yes"))
CLASSES = AnswerSpace(Form.CLASSES, ("high", "low", "mid"))
SCORES = AnswerSpace(Form.SCORE)
NUMBERS = ["age", "hours-per-week"]
TEXTS = ["sex", "race"]


@pytest.fixture(scope="module")
def frame():
    """Give rows with missing numbers and texts, as a DataFrame."""
    random = np.random.default_rng(0)
    rows = 700
    frame = pd.DataFrame(
        {
            "age": random.integers(18, 80, rows).astype(float),
            "hours-per-week": random.integers(1, 60, rows) + 0.5,
            "sex": random.choice(["F", "M"], rows),
            "race": random.choice(["A", "B", ""], rows),
            "member": random.integers(0, 2, rows).astype(float),
        }
    )
    frame.loc[random.random(rows) < 0.1, "age"] = np.nan
    frame.loc[random.random(rows) < 0.1, "member"] = np.nan
    return frame


@pytest.fixture(scope="module")
def columns(frame):
    """Give the same rows as the columns of a bounty."""
    values = {name: [None if np.isnan(value) else value for value in frame[name]] for name in NUMBERS}
    values |= {name: [value or None for value in frame[name]] for name in TEXTS}
    values["member"] = [None if np.isnan(value) else bool(value) for value in frame["member"]]
    return Columns.of(values)


def truth(frame):
    """Give a label that the columns explain in part."""
    signal = (frame["age"].fillna(40) > 45) ^ (frame["sex"] == "F") | (frame["hours-per-week"] > 50)
    return np.where(signal ^ (np.arange(len(frame)) % 7 == 0), "yes", "no")


def prepared(encoder):
    """Give a transformer of the columns: numbers imputed and scaled, texts encoded, member as it is."""
    numbers = make_pipeline(SimpleImputer(), StandardScaler())
    member = SimpleImputer(strategy="constant", fill_value=-1.0)
    return ColumnTransformer([("n", numbers, NUMBERS), ("t", encoder, TEXTS), ("m", member, ["member"])])


ENCODERS = {
    "one-hot": OneHotEncoder(handle_unknown="ignore"),
    "ordinal": OrdinalEncoder(handle_unknown="use_encoded_value", unknown_value=-1),
}
ESTIMATORS = {
    "tree": DecisionTreeClassifier(max_depth=6, random_state=0),
    "forest": RandomForestClassifier(8, max_depth=6, random_state=0),
    "boosting": GradientBoostingClassifier(n_estimators=8, random_state=0),
    "logistic": LogisticRegression(),
    "network": MLPClassifier((5,), max_iter=60, random_state=0),
}


def fitted(estimator, frame, label, encoder="one-hot"):
    """Fit a pipeline."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return make_pipeline(prepared(ENCODERS[encoder]), estimator).fit(frame, label)


def trusting(made):
    """Give a runner that trusts a model."""
    return TrustedRunner([made.sha256])


# --- scikit-learn ---


@pytest.mark.parametrize("encoder", ENCODERS)
@pytest.mark.parametrize("name", ESTIMATORS)
def test_a_pipeline_answers_as_in_scikit_learn(name, encoder, frame, columns):
    """Classes and probabilities of a pipeline are those of scikit-learn, missing values included."""
    pipeline = fitted(ESTIMATORS[name], frame, truth(frame), encoder)
    made = onnx_model(model_file(pipeline, columns, list(frame)))
    decided = trusting(made).answers(made, columns, DECISIONS).codes
    assert (decided == (pipeline.predict(frame) == "yes")).mean() > 0.998  # single precision may tip one
    scored = onnx_model(model_file(pipeline, columns, list(frame), scores=True))
    steps = trusting(scored).answers(scored, columns, SCORES).codes.astype(int)
    apart = np.abs(steps - 1000 * pipeline.predict_proba(frame)[:, 1])
    assert (apart < 2).mean() > 0.98  # the same in a few of a forest's trees


def test_a_group_is_the_rows_with_answer_one(frame, columns):
    """A model of truth values or of 0 and 1 is a group, the same rows as in scikit-learn."""
    for label in (truth(frame) == "yes", (truth(frame) == "yes").astype(int)):
        pipeline = fitted(DecisionTreeClassifier(max_depth=6, random_state=0), frame, label)
        made = onnx_model(model_file(pipeline, columns, list(frame)))
        found = trusting(made).group(made, columns)
        np.testing.assert_array_equal(found.mask, pipeline.predict(frame).astype(bool))


def test_several_classes_are_answered(frame, columns):
    """A model of three classes answers with their names, or their numbers."""
    label = np.array(["low", "mid", "high"])[np.arange(len(frame)) % 3]
    pipeline = fitted(DecisionTreeClassifier(max_depth=9, random_state=0), frame, label)
    made = onnx_model(model_file(pipeline, columns, list(frame)))
    expected = [CLASSES.classes.index(name) for name in pipeline.predict(frame)]
    assert trusting(made).answers(made, columns, CLASSES).codes.tolist() == expected
    pipeline = fitted(DecisionTreeClassifier(max_depth=9, random_state=0), frame, np.arange(len(frame)) % 3)
    made = onnx_model(model_file(pipeline, columns, list(frame)))
    assert trusting(made).answers(made, columns, CLASSES).codes.tolist() == pipeline.predict(frame).tolist()


@pytest.mark.parametrize(
    "estimator", [DecisionTreeRegressor(max_depth=5, random_state=0), LinearRegression()]
)
def test_a_regressor_gives_scores(estimator, frame, columns):
    """A regressor's numbers are put on the grid of scores of the bounty's range."""
    label = frame["hours-per-week"].to_numpy()
    pipeline = fitted(estimator, frame, label)
    made = onnx_model(model_file(pipeline, columns, list(frame)))
    space = AnswerSpace(Form.SCORE, low=-50.0, high=150.0)
    steps = trusting(made).answers(made, columns, space).codes.astype(int)
    assert np.abs(steps - (pipeline.predict(frame) + 50) * 5).max() <= 0.5 + 1e-3


def test_a_matrix_is_put_together_from_its_columns(frame, columns):
    """A model fitted on a plain matrix reads the columns that its metadata name, in that order."""
    from skl2onnx import to_onnx

    matrix = frame[["hours-per-week", "age"]].fillna(-1).to_numpy(np.float32)
    estimator = DecisionTreeClassifier(max_depth=4, random_state=0).fit(matrix, truth(frame) == "yes")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        made = to_onnx(estimator, matrix[:1], options={"zipmap": False}, target_opset={"": 18, ML: 3})
    named = onnx_model(name_columns(made.SerializeToString(), ["hours-per-week", "age"]))
    missing = np.isnan(frame["age"].to_numpy())
    found = trusting(named).group(named, columns).mask
    np.testing.assert_array_equal(found[~missing], estimator.predict(matrix)[~missing])


def test_what_looks_at_other_rows_cannot_be_written(frame, columns):
    """An estimator whose file would need to look across rows, or that cannot be written, is a claim error."""
    with pytest.raises(ClaimError):
        model_file(fitted(KNeighborsClassifier(), frame, truth(frame)), columns, list(frame))
    with pytest.raises(ClaimError, match="cannot write"):
        model_file(DecisionTreeClassifier(), columns, ["age"])
    with pytest.raises(ClaimError, match="no column 'agee'"):
        model_file(DecisionTreeClassifier(), columns, ["agee"])


# --- what a model reads ---

SMALL = Columns.of(
    {
        "age": [20, 30, None],
        "share": [0.5, None, 2.0],
        "sex": ["F", None, "M"],
        "member": [True, False, None],
        "debt-ratio": [1, 2, 3],
    }
)
LEAST = np.iinfo(np.int64).min


@pytest.mark.parametrize(
    ("name", "kind", "fed"),
    [
        ("age", T.FLOAT, [20, 30, np.nan]),
        ("age", T.DOUBLE, [20, 30, np.nan]),
        ("age", T.INT64, [20, 30, LEAST]),
        ("age", T.INT32, [20, 30, np.iinfo(np.int32).min]),
        ("share", T.DOUBLE, [0.5, np.nan, 2.0]),
        ("sex", T.STRING, ["F", "", "M"]),
        ("member", T.BOOL, [True, False, False]),
        ("member", T.FLOAT, [1, 0, np.nan]),
        ("member", T.INT64, [1, 0, LEAST]),
        ("debt_ratio", T.FLOAT, [1, 2, 3]),
        ("debt-ratio", T.FLOAT, [1, 2, 3]),
    ],
)
def test_values_are_fed_as_documented(name, kind, fed):
    """Each kind of column becomes each type of input, with its own stand-in for what is missing."""
    checked = check_model(
        model([node("Identity", name, "y")], inputs={name: (kind, [None, 1])}).SerializeToString()
    )
    order = np.array([2, 0, 1])
    (given,) = feeds_of(checked, SMALL, order).values()
    assert given.shape == (3, 1)
    np.testing.assert_array_equal(given[:, 0], np.array(fed, dtype=given.dtype)[order])


@pytest.mark.parametrize(
    ("name", "kind", "message"),
    [
        ("age", T.STRING, "reads 'age' as string, but the column holds numbers"),
        ("age", T.BOOL, "reads 'age' as bool, but the column holds numbers"),
        ("share", T.INT64, "reads 'share' as int64, but the column holds fractions"),
        ("sex", T.FLOAT, "reads 'sex' as float, but the column holds text"),
        ("member", T.STRING, "reads 'member' as string, but the column holds True and False"),
        ("agee", T.FLOAT, "reads 'agee', which is no column of this bounty. Did you mean 'age'?"),
    ],
)
def test_a_column_that_does_not_fit_is_named(name, kind, message):
    """A model that asks for a column that is not there, or as another type, is told which and why."""
    made = onnx_model(model([node("Identity", name, "y")], inputs={name: (kind, [None, 1])}))
    with pytest.raises(ClaimError) as caught:
        trusting(made).group(made, SMALL)
    assert message in str(caught.value)


def test_a_name_that_could_mean_two_columns_is_refused():
    """A converter's spelling is taken for a column only if one column is spelled so."""
    assert fitted_columns(["a_b"], ["a_b", "a-b"]) == {"a_b": "a_b"}
    assert fitted_columns(["a-b"], ["a_b", "a-b"]) == {"a-b": "a-b"}
    with pytest.raises(ClaimError, match="could be 'a-b' or 'a b'"):
        fitted_columns(["a_b"], ["a-b", "a b"])


def test_whole_numbers_too_large_for_an_input_are_refused():
    """A column whose numbers do not fit into 32 bits is not cut down to them."""
    made = onnx_model(model([node("Identity", "n", "y")], inputs={"n": (T.INT32, [None, 1])}))
    with pytest.raises(ClaimError, match="as int32"):
        trusting(made).group(made, Columns.of({"n": [2**40]}))


# --- what a model answers ---


@pytest.mark.parametrize(
    "given",
    [
        np.array([0, 1]),
        np.array([0, 1, 2]),
        np.array([0, -1, 1]),
        np.array([0.5, 0.0, 1.0]),
        np.array([np.nan, 0.0, 1.0]),
        np.array([np.inf, 0.0, 1.0]),
        np.array(["1", "0", "1"], dtype=object),
        np.zeros((3, 2)),
        np.zeros(3, dtype=complex),
        [0, 1, 1],
        None,
        {"a": 1},
    ],
    ids=range(12),
)
def test_a_group_that_is_not_zeros_and_ones_fails_alike(given):
    """Whatever is wrong with a group's answers, the text is the same, so that it says nothing of the rows."""
    with pytest.raises(ClaimError) as caught:
        group_codes(given, 3)
    assert caught.value.problems == (FAILED,)


@pytest.mark.parametrize(
    ("space", "given"),
    [
        (DECISIONS, np.array(["yes", "maybe"], dtype=object)),
        (DECISIONS, np.array([0, 2])),
        (DECISIONS, np.array([-1, 0])),
        (DECISIONS, np.array([0.5, 0.0])),
        (DECISIONS, np.array([2.0**60, 0.0])),
        (DECISIONS, np.array([None, "yes"], dtype=object)),
        (SCORES, np.array([0.5, 1.0001])),
        (SCORES, np.array([np.nan, 0.5])),
        (SCORES, np.array([-np.inf, 0.5])),
        (SCORES, np.array(["a", "b"], dtype=object)),
        (AnswerSpace(Form.CLASSES, ("1", "2")), np.array([0, 1])),
    ],
    ids=range(11),
)
def test_answers_that_are_not_allowed_fail_alike(space, given):
    """Answers that the bounty's model cannot give end in the one text too."""
    with pytest.raises(ClaimError) as caught:
        answer_codes(given, 2, space)
    assert caught.value.problems == (FAILED,)


@pytest.mark.parametrize(
    ("space", "given", "codes"),
    [
        (DECISIONS, np.array([True, False]), [1, 0]),
        (DECISIONS, np.array([[1.0], [0.0]]), [1, 0]),
        (AnswerSpace(Form.CLASSES, ("1", "2", "0")), np.array([0, 1]), [2, 0]),
        (AnswerSpace(Form.CLASSES, ("10", "-3")), np.array([-3, 10]), [1, 0]),
        (AnswerSpace(Form.CLASSES, ("1", "b")), np.array([0, 1]), [0, 1]),
        (AnswerSpace(Form.CLASSES, ("1", "01")), np.array([0, 1]), [0, 1]),
        (SCORES, np.array([0, 1]), [0, 1000]),
        (SCORES, np.array([0.2504999, 0.0]), [250, 0]),
    ],
    ids=range(8),
)
def test_numbers_are_names_where_names_are_numbers(space, given, codes):
    """Numbers name classes whose names are different numbers, else they count the classes from 0."""
    assert answer_codes(given, 2, space).tolist() == codes


def test_no_model_gives_costs():
    """Where the bounty's model gives costs, an ONNX model is refused before it runs on anything."""
    made = onnx_model(model([node("Neg", "age", "y")], inputs={"age": (T.FLOAT, [None, 1])}))
    with pytest.raises(ClaimError, match="gives costs"):
        trusting(made).answers(made, SMALL, AnswerSpace(Form.COST))


def test_failures_on_rows_say_nothing_of_them():
    """A category that the model does not know, or a text that is no number, ends in the one text."""
    inputs = {"sex": (T.STRING, [None, 1])}
    strict = [
        ml("OneHotEncoder", "sex", "h", cats_strings=["F"], zeros=0),
        node("Flatten", "h", "y"),
    ]
    parsed = [node("Cast", "sex", "y", to=T.FLOAT)]
    for nodes in (strict, parsed):
        made = onnx_model(model(nodes, inputs=inputs))
        with pytest.raises(ClaimError) as caught:
            trusting(made).group(made, SMALL)
        assert caught.value.problems == (FAILED,)


# --- trust, and the order of rows ---

YOUNG = onnx_model(
    model([node("Less", "age c", "y")], inputs={"age": (T.FLOAT, [None, 1])}, constants={"c": np.float32(25)})
)


def test_only_named_files_run():
    """A file whose hash the host has not named is refused, and so is one that is not what its hash says."""
    with pytest.raises(ClaimError, match="not one that the host trusts"):
        TrustedRunner(()).group(YOUNG, SMALL)
    with pytest.raises(ClaimError, match="not one that the host trusts"):
        TrustedRunner(["00" * 32]).answers(YOUNG, SMALL, DECISIONS)
    other = onnx_model(model([node("Neg", "age", "y")], inputs={"age": (T.FLOAT, [None, 1])}))
    with pytest.raises(ClaimError, match="their hashes differ"):
        trusting(YOUNG).group(OnnxModel(YOUNG.sha256, other.content), SMALL)
    assert trusting(YOUNG).group(YOUNG, SMALL).mask.tolist() == [True, False, False]
    assert TrustedRunner([YOUNG.sha256.upper()]).group(YOUNG, SMALL).size == 1


@pytest.mark.parametrize("trusted", [["all"], ["*"], "00" * 32, [""]])
def test_trust_is_said_by_hash(trusted):
    """Anything but a list of hashes is a usage error, so that no wildcard trusts every file."""
    with pytest.raises(UsageError, match="SHA-256"):
        TrustedRunner(trusted)


def test_trust_does_not_waive_the_checks():
    """A trusted file that looks across rows is refused all the same."""
    made = onnx_model(model([node("ReduceSum", "age", "y")], inputs={"age": (T.FLOAT, [None, 1])}))
    with pytest.raises(ClaimError, match="ReduceSum"):
        trusting(made).group(made, SMALL)


MANY = Columns.of({"age": [20 + index % 9 for index in range(1_000)]})


def by_position(checked, feeds):
    """Answer by the position of a row, as an engine might that the checks have missed."""
    return np.arange(len(next(iter(feeds.values())))) % 2


def by_mean(checked, feeds):
    """Answer by the first rows of the batch."""
    (ages,) = feeds.values()
    return (ages > ages[:3].mean()).astype(np.int64)


def by_chance(checked, feeds):
    """Answer at random."""
    return np.random.default_rng().integers(0, 2, len(next(iter(feeds.values()))))


@pytest.mark.parametrize("evaluate", [by_position, by_mean, by_chance])
def test_answers_that_depend_on_the_order_of_rows_fail(evaluate):
    """Where a row's answer changes with the order of the rows, the one text is all that is said."""
    runner = PermutingRunner(evaluate, seed=1)
    with pytest.raises(ClaimError) as caught:
        runner.group(YOUNG, MANY)
    assert caught.value.problems == (FAILED,)
    with pytest.raises(ClaimError) as caught:
        runner.answers(YOUNG, MANY, DECISIONS)
    assert caught.value.problems == (FAILED,)


def test_rows_are_seen_in_two_random_orders():
    """The engine sees every row twice, in two orders that differ from the split's and from each other."""
    seen = []

    def watching(checked, feeds):
        seen.append(feeds["i0"][:, 0].tolist())
        return evaluate_here(checked, feeds)

    columns = Columns.of({"age": list(range(500))})
    assert PermutingRunner(watching).group(YOUNG, columns).mask.tolist() == [age < 25 for age in range(500)]
    first, second = seen
    assert sorted(first) == sorted(second) == list(range(500))
    assert first != second
    assert list(range(500)) not in seen
    seen.clear()
    for _ in range(2):
        PermutingRunner(watching, seed=5).group(YOUNG, columns)
    assert seen[:2] == seen[2:]


def test_scores_on_the_border_of_a_step_agree():
    """Scores that differ in their last bits between the orders do not fail; those that differ by more do."""
    calls = []

    def wobbling(by):
        def evaluate(checked, feeds):
            calls.append(1)
            return np.full(len(feeds["i0"]), 0.2505) + (by if len(calls) % 2 else -by)

        return evaluate

    found = PermutingRunner(wobbling(1e-9)).answers(YOUNG, MANY, SCORES)
    assert set(found.codes.tolist()) == {250}
    with pytest.raises(ClaimError):
        PermutingRunner(wobbling(1e-2)).answers(YOUNG, MANY, SCORES)


def test_the_last_bit_does_not_depend_on_the_place():
    """A network in double precision gives each row the same bits wherever it stands."""
    random = np.random.default_rng(1)
    weights = {"w": random.normal(size=(1, 37)), "v": random.normal(size=(37, 1))}
    made = model(
        [node("MatMul", "x w", "a"), node("Tanh", "a", "b"), node("MatMul", "b v", "y")],
        inputs={"x": (T.DOUBLE, [None, 1])},
        constants=weights,
    )
    checked = check_model(made.SerializeToString())
    given = random.normal(size=(16_001, 1))
    order = random.permutation(len(given))
    moved = np.empty(len(given))
    moved[order] = evaluate_here(checked, {"i0": given[order]})
    np.testing.assert_array_equal(moved, evaluate_here(checked, {"i0": given}))


def test_rows_are_run_in_parts():
    """A model with wide values runs in parts of a few hundred rows, with the same answers."""
    wide = 12_000
    made = model(
        [node("MatMul", "x w", "a"), node("ReduceMax", "a c", "y")],
        constants={"w": np.ones((1, wide), np.float32), "c": [1]},
    )
    checked = check_model(made.SerializeToString())
    given = np.arange(1_001, dtype=np.float32).reshape(-1, 1)
    np.testing.assert_array_equal(evaluate_here(checked, {"i0": given}), given[:, 0])


def test_no_rows_give_no_answers():
    """A split without rows gives an empty group and no answers."""
    nothing = SMALL.taking(np.array([], dtype=np.intp))
    assert trusting(YOUNG).group(YOUNG, nothing).rows == 0
    assert trusting(YOUNG).answers(YOUNG, nothing, DECISIONS).rows == 0


def test_a_file_that_the_engine_cannot_load_is_a_claim_error():
    """What passes the checks but not the engine's own is a claim error that names the engine only."""
    made = onnx_model(
        model([ml("LinearRegressor", "x", "y", coefficients=[1.0])], inputs={"x": (T.DOUBLE, [None, 1])})
    )
    columns = Columns.of({"x": [1.0]})
    with pytest.raises(ClaimError, match=r"the engine \(onnxruntime .*\) cannot load the model"):
        trusting(made).group(made, columns)


def test_a_boolean_tree_is_a_group():
    """A tree over a boolean column, read as a number, answers 0 and 1."""
    made = onnx_model(
        model(
            [ml("TreeEnsembleRegressor", "member", "y", **tree(nodes_values=[0.5, 0.0, 0.0]))],
            inputs={"member": (T.FLOAT, [None, 1])},
        )
    )
    assert trusting(made).group(made, SMALL).mask.tolist() == [
        True,
        False,
        True,
    ]  # a missing value is not <= 0.5
    assert replace(made, content=b"") == made
