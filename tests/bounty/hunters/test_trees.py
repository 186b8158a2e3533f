"""Trees of scikit-learn as predicates and rules: the same rows, the same answers, missing values included."""

import warnings

import numpy as np
import pytest
from hunted_splits import SPACES, YES_NO, coded_columns, columns
from hypothesis import given
from hypothesis import strategies as st
from sklearn.tree import DecisionTreeClassifier, DecisionTreeRegressor

from bounty.claims.claim import Constant, Rules
from bounty.claims.proposals import Refusing, model_answers
from bounty.hunters.trees import Encoding, group_of, leaf_predicates, model_of, regions
from bounty.rows.answers import Answers, AnswerSpace, Form, Truth
from bounty.rows.columns import Columns
from bounty.rows.splits import Split
from bounty.rows.subgroups import Subgroup
from fairkit.errors import ClaimError


@given(coded_columns(), st.integers(0, 2**32 - 1), st.integers(1, 5))
def test_the_predicate_of_a_leaf_holds_in_the_rows_that_reach_it(columns, seed, depth):
    """For every leaf, the rows of the predicate are the rows of the leaf."""
    encoding = Encoding.of(columns)
    labels = np.random.default_rng(seed).integers(0, 3, columns.rows)
    tree = DecisionTreeClassifier(max_depth=depth, random_state=0).fit(encoding.matrix(columns), labels)
    reached = tree.apply(encoding.matrix(columns))
    predicates = leaf_predicates(tree, encoding, columns)
    assert set(reached) <= set(predicates)
    for node, predicate in predicates.items():
        rows = Subgroup.of(predicate.canonical, columns).rows(columns)
        assert rows.mask.tolist() == (reached == node).tolist(), predicate.canonical


@given(coded_columns(), coded_columns(), st.integers(0, 2**32 - 1))
def test_leaves_part_rows_that_the_tree_never_saw(seen, new, seed):
    """On other rows of the same columns too, each row is in the predicate of the leaf that it reaches."""
    shared = [
        name
        for name in seen.by_name
        if name in new.by_name and seen.by_name[name].levels == new.by_name[name].levels
    ]
    if not shared:
        return
    seen, new = (Columns({name: each.by_name[name] for name in shared}, each.rows) for each in (seen, new))
    encoding = Encoding.of(seen)
    labels = np.random.default_rng(seed).integers(0, 2, seen.rows)
    tree = DecisionTreeClassifier(max_depth=3, random_state=0).fit(encoding.matrix(seen), labels)
    reached = tree.apply(encoding.matrix(new))
    for node, region in regions(tree, encoding).items():
        assert region.rows(new).mask.tolist() == (reached == node).tolist()


@pytest.mark.parametrize("form", [Form.DECISION, Form.CLASSES, Form.SCORE])
def test_rules_answer_what_the_tree_answers(form):
    """The model of a claim answers on every row what the tree predicts."""
    generator = np.random.default_rng(1)
    drawn = columns(generator, 800)
    encoding = Encoding.of(drawn)
    matrix = encoding.matrix(drawn)
    kinds, sizes = drawn.by_name["kind"].codes, drawn.by_name["size"].codes
    if form is Form.SCORE:
        tree = DecisionTreeRegressor(max_depth=3, random_state=0)
        predicted = tree.fit(matrix, np.where(kinds == 1, 0.25, 0.5) + (sizes < 9) * 0.125).predict(matrix)
        expected = np.rint(predicted * 1000).astype(int)
    else:
        tree = DecisionTreeClassifier(max_depth=4, random_state=0)
        labels = (kinds == 1).astype(int) + (sizes < 9) * (form is Form.CLASSES)
        expected = tree.fit(matrix, labels).predict(matrix)
    model = model_of(tree, encoding, drawn, SPACES[form])
    assert isinstance(model, Rules)
    split = Split("public", drawn, Truth(np.zeros(800, int)), Answers.of(form, np.zeros(800, int)))
    answers = model_answers(model, split, space=SPACES[form], current=split.host, runner=Refusing())
    assert answers.codes.tolist() == expected.tolist()


def test_a_group_is_where_a_classifier_answers_one():
    """The predicate of a group has the rows that the classifier marks."""
    drawn = columns(np.random.default_rng(2), 600)
    encoding = Encoding.of(drawn)
    inside = Subgroup.of("kind in ('a', 'c') and size >= 20 or place is missing", drawn).rows(drawn).mask
    tree = DecisionTreeClassifier(random_state=0).fit(encoding.matrix(drawn), inside)
    group = group_of(tree, encoding, drawn)
    assert Subgroup.of(group, drawn).rows(drawn).mask.tolist() == inside.tolist()


def test_a_threshold_is_a_level_of_the_column():
    """Numbers are compared with a level, not with a midpoint between two."""
    drawn = Columns.of({"age": [18, 18.5, 40, 41]})
    encoding = Encoding.of(drawn)
    tree = DecisionTreeClassifier(random_state=0).fit(encoding.matrix(drawn), [0, 0, 1, 1])
    assert group_of(tree, encoding, drawn) == "age >= 40"


def test_missing_values_are_claimed_only_in_words():
    """A leaf that rows without a value reach says so, and one that they do not reach leaves them out."""
    drawn = Columns.of({"age": [20, 20, 50, 50, None, None]})
    encoding = Encoding.of(drawn)
    for labels, expected in (
        ([1, 1, 0, 0, 0, 0], "age == 20"),
        ([1, 1, 0, 0, 1, 1], "age == 20 or age is missing"),
        ([0, 0, 0, 0, 1, 1], "age is missing"),
        ([1, 1, 1, 1, 0, 0], "age is not missing"),
    ):
        tree = DecisionTreeClassifier(random_state=0).fit(encoding.matrix(drawn), labels)
        assert group_of(tree, encoding, drawn) == expected


def test_a_tree_of_one_leaf_is_a_constant():
    """A tree without a test answers the same everywhere."""
    drawn = Columns.of({"age": [20, 30]})
    encoding = Encoding.of(drawn)
    tree = DecisionTreeClassifier().fit(encoding.matrix(drawn), [1, 1])
    assert model_of(tree, encoding, drawn, YES_NO) == Constant("yes")
    everyone = group_of(tree, encoding, drawn)
    assert Subgroup.of(everyone, drawn).rows(drawn).size == 2


def test_what_is_no_fitting_tree_is_refused():
    """An unfitted tree, one of other features, of several outputs, of unknown answers or too large."""
    drawn = columns(np.random.default_rng(0), 3_000)
    encoding = Encoding.of(drawn)
    matrix = encoding.matrix(drawn)
    labels = np.random.default_rng(1).integers(0, 2, 3_000)
    with pytest.raises(ClaimError, match="no fitted decision tree"):
        group_of(DecisionTreeClassifier(), encoding, drawn)
    with pytest.raises(ClaimError, match="fitted to 2 features"):
        leaf_predicates(DecisionTreeClassifier().fit(matrix[:, :2], labels), encoding, drawn)
    with pytest.raises(ClaimError, match="2 outputs"):
        model_of(DecisionTreeRegressor().fit(matrix, matrix[:, :2]), encoding, drawn, YES_NO)
    with pytest.raises(ClaimError, match=r"no code of the answers no, yes"):
        model_of(DecisionTreeClassifier().fit(matrix, labels + 1), encoding, drawn, YES_NO)
    with pytest.raises(ClaimError, match="smaller max_depth"):
        group_of(DecisionTreeClassifier(random_state=0).fit(matrix, labels), encoding, drawn)
    with pytest.raises(ClaimError, match="smaller max_depth"):
        model_of(DecisionTreeClassifier(random_state=0).fit(matrix, labels), encoding, drawn, YES_NO)
    with pytest.raises(ClaimError, match="answers 1 in no leaf"):
        group_of(DecisionTreeClassifier().fit(matrix, 0 * labels), encoding, drawn)
    with pytest.raises(ClaimError, match="scores from 0 to 1"):
        model_of(
            DecisionTreeRegressor(max_depth=1).fit(matrix, 5.0 + labels),
            encoding,
            drawn,
            AnswerSpace(Form.SCORE),
        )


def test_features_are_named_and_few():
    """The most common levels of text get a feature, and a missing value gets one where there is one."""
    drawn = Columns.of(
        {"name": ["a"] * 3 + ["b"] * 2 + ["c"], "known": [True, False, True, True, False, None]}
    )
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        encoding = Encoding.of(drawn, most_levels=2)
    assert encoding.names == ("name is a", "name is b", "known", "known is missing")
    assert encoding.matrix(drawn)[5].tolist() == [0, 0, -1, 1]
