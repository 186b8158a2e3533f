"""The predicate language: what it reads, its one canonical form, its checks and its three-valued masks."""

import decimal
import hashlib
import itertools
import pickle
import random

import hypothesis.strategies as st
import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings

from fairkit.errors import PredicateError
from fairkit.predicates import (
    And,
    Comparison,
    Membership,
    Missing,
    Or,
    check,
    kinds,
    object_kinds,
    parse,
    to_expressions,
    to_mask,
)

CANONICAL = {
    # comparisons and literals
    "age<25": "age < 25",
    "25 > age": "age < 25",
    "'Low' != score_text": "score_text != 'Low'",
    'home == "rent"': "home == 'rent'",
    """home == "it's" """: '''home == "it's"''',
    r"home == 'both \' and \"'": r"home == 'both \' and " + r"\"'".replace("\\", ""),
    r"home == 'tab\there \u202e \x41'": r"home == 'tab\there \u202e A'",
    "home == 'a\tb'": r"home == 'a\tb'",
    "home == ''": "home == ''",
    "home == 'Zürich 東京'": "home == 'Zürich 東京'",
    "x == 5.0": "x == 5",
    "x == -0.0": "x == 0",
    "x == - 5": "x == -5",
    "x == 1e17": "x == 100000000000000000",
    "x == 1e18": "x == 1e+18",
    "x == .5": "x == 0.5",
    "x == 1_000": "x == 1000",
    # booleans
    "employed": "employed == True",
    "not employed": "employed == False",
    "employed != False": "employed == True",
    "employed not in (True,)": "employed == False",
    # names
    "`score-text` == 'Low'": "`score-text` == 'Low'",
    "`age` < 5": "age < 5",
    "`in` == 1 or `True` == 2": "`True` == 2 or `in` == 1",
    "`a``b` is missing": "`a``b` is missing",
    "home == '`age`'": "home == '`age`'",
    "`größe` > 5": "`größe` > 5",
    "missing == 1": "missing == 1",
    # lists
    "x in [3, 1, 1.0, 2]": "x in (1, 2, 3)",
    "x in {1}": "x == 1",
    "x not in (1,)": "x != 1",
    "home in ('rent')": "home == 'rent'",
    "not x in (1, 2)": "x not in (1, 2)",
    "x == 2 or x == 1 or x in (5, 1)": "x in (1, 2, 5)",
    "x != 2 and x not in (1, 3)": "x not in (1, 2, 3)",
    # ranges
    "25 <= age < 40": "25 <= age < 40",
    "40 > age >= 25": "25 <= age < 40",
    "age >= 25 and home == 'rent' and age < 40": "25 <= age < 40 and home == 'rent'",
    "age > 20 and age >= 20 and age > 10": "age > 20",
    "age < 30 or age <= 30 or age < 5": "age <= 30",
    "not (25 <= age < 40)": "age < 25 or age >= 40",
    "not (age < 25 or age >= 40)": "25 <= age < 40",
    "'a' <= name < 'f'": "'a' <= name < 'f'",
    # connectives
    "b == 1 and a == 1": "a == 1 and b == 1",
    "(a == 1 or (b == 1 or a == 1))": "a == 1 or b == 1",
    "a == 1 or b == 1 and c == 1": "a == 1 or b == 1 and c == 1",
    "(a == 1 or b == 1) and c == 1": "c == 1 and (a == 1 or b == 1)",
    "not (a == 1 and not (b < 2 or c))": "a != 1 or b < 2 or c == True",
    "not not not a == 1": "a != 1",
    # missing
    "age is missing": "age is missing",
    "not age is missing": "age is not missing",
    "age is not missing and age is not missing": "age is not missing",
}


@pytest.mark.parametrize(("text", "form"), CANONICAL.items(), ids=CANONICAL)
def test_canonical_form_is_as_documented(text, form):
    """Each spelling has the one form that the documentation promises, and that form reads back as itself."""
    predicate = parse(text)
    assert predicate.canonical == form
    assert str(predicate) == form
    assert predicate.text == text
    assert parse(form).canonical == form
    assert parse(form) == predicate


def test_nothing_two_valued_is_simplified():
    """A test and its negation do not cancel, because both are missing where the column is."""
    assert parse("a < 5 or a >= 5").canonical == "a < 5 or a >= 5"
    assert parse("a == 1 and a != 1").canonical == "a != 1 and a == 1"


def test_predicate_carries_its_tree_columns_and_hash():
    """A predicate's parts are plain frozen data that survive pickling."""
    predicate = parse("home == 'rent' and 25 <= age < 40 and (x in (1, 2) or y is missing)")
    assert predicate.columns == ("age", "home", "x", "y")
    assert predicate.hash == hashlib.sha256(predicate.canonical.encode()).hexdigest()
    assert predicate.node == And(
        (
            Comparison("age", "<", 40),
            Comparison("age", ">=", 25),
            Comparison("home", "==", "rent"),
            Or((Membership("x", (1, 2)), Missing("y"))),
        )
    )
    copy = pickle.loads(pickle.dumps(predicate))  # noqa: S301 - our own bytes
    assert copy == predicate
    assert copy.text == predicate.text
    assert len({predicate, copy}) == 1
    with pytest.raises(AttributeError):
        predicate.canonical = "x"


def test_hash_is_stable_across_versions():
    """The hash of a claim is part of the record of a bounty; changing the canonical form breaks this test."""
    form = "race in ('A', 'B') and young == True"
    assert parse("young and race in ('B', 'A')").canonical == form
    assert parse(form).hash == "ca2bda7e58d95ad4e9fd3150c7ebb6755906cabf9ccc920f3b472ddb84b99fe0"


HINTS = {
    "age = 5": "write '=='",
    "a == 1 & b == 2": "write 'and'",
    "a == 1 | b == 2": "write 'or'",
    "a == 1 AND b == 2": "join tests with 'and'",
    "a AND b": "write 'and'",
    "!a": "write 'not'",
    "a <> 5": "write '!='",
    "race == Black": "did you mean 'Black'?",
    "race == African American and x": "did you mean 'African American'?",
    "race in (White, Black)": "did you mean 'White'?",
    "a == true": "did you mean True?",
    "a == None": "column is missing",
    "a is None": "column is missing",
    "a == NaN": "column is missing",
    "a == null": "column is missing",
    "missing(a)": "column is missing",
    "score-text == 'Low'": "backticks",
    "a.b == 1": "backticks",
    "größe > 5": "backticks",
    "a == “x”": "straight quotes",
    "a ≥ 5": "write '>='",
    "zip == 02139": "write '02139'",
    "a between 1 and 5": "5 <= column <= 10",
    "a < 5 < 10": "25 <= age < 40",
    "'a' in name": "column in ('a', 'b')",
    "name in 'abc'": "column in ('a', 'b')",
    "a == 9007199254740993": "quote it",
    "flag < True": "no order",
    "a == 1 and a == '1'": "numbers and with text",
}


@pytest.mark.parametrize(("text", "hint"), HINTS.items(), ids=HINTS)
def test_message_says_what_to_write(text, hint):
    """A likely slip gets a message with the remedy."""
    with pytest.raises(PredicateError) as caught:
        parse(text)
    assert hint in str(caught.value)


def test_message_points_at_the_place():
    """The message counts characters from one and puts arrows under the offending word."""
    with pytest.raises(PredicateError) as caught:
        parse("  age < 25 and race == Black")
    first, shown, arrows = str(caught.value).split("\n")
    assert "character 22" in first
    assert shown[arrows.index("^") : arrows.rindex("^") + 1] == "Black"


def test_message_shows_a_window_of_a_long_text():
    """The place is shown in its surroundings when the text is too long for a line."""
    text = " or ".join(f"column{i} == {i}" for i in range(40)) + " or race = 1" + " or b == 1" * 10
    with pytest.raises(PredicateError) as caught:
        parse(text)
    _, shown, arrows = str(caught.value).split("\n")
    assert shown.strip().startswith("...")
    assert shown.endswith("...")
    assert shown[arrows.index("^")] == "="
    assert len(shown) < 80


SCHEMA = {"age": "number", "sex": "text", "employed": "bool", "born": "other"}


def test_check_accepts_what_fits():
    """Every kind of test passes on its kind of column, and `is missing` on all."""
    check(parse("age < 5 and sex >= 'F' and employed and born is missing"), SCHEMA)
    check(parse("age in (1, 2) and sex in ('F', 'M') and employed in (True, False)"), SCHEMA)


def test_check_reports_all_problems_at_once():
    """Unknown columns and unfit tests come together, each with its remedy."""
    with pytest.raises(PredicateError) as caught:
        check(parse("agee < 5 and sex == 1 and employed > 0 and age == 'x' and born < 3"), SCHEMA)
    problems = caught.value.problems
    assert problems[0] == (
        "column 'agee' is not in the data (it has 'age', 'sex', 'employed', 'born'). Did you mean 'age'?"
    )
    assert [problem.split(":")[0] for problem in problems[1:]] == [
        "age == 'x'",
        "born < 3",
        "employed > 0",
        "sex == 1",
    ]
    assert "column 'sex' holds text; put the value in quotes" in problems[-1]


@pytest.mark.parametrize("text", ["age", "sex", "born"])
def test_bare_column_must_be_boolean(text):
    """A column's name alone means `== True`, which only a boolean column can be."""
    with pytest.raises(PredicateError, match=f"{text} == True"):
        check(parse(text), SCHEMA)


def test_kinds_of_narwhals_dtypes():
    """Every narwhals dtype has a kind, from a class or an instance, in every namespace."""
    import narwhals as main
    from narwhals.stable import v1, v2

    for nw in (main, v1, v2):
        numbers = (nw.Int8, nw.UInt64(), nw.Int128(), nw.Float32, nw.Float64(), nw.Decimal)
        assert set(kinds(dict(enumerate(numbers))).values()) == {"number"}
        assert set(kinds({"a": nw.String, "b": nw.Categorical()}).values()) == {"text"}
        assert kinds({"a": nw.Boolean()}) == {"a": "bool"}
        others = (nw.Date(), nw.Datetime("us"), nw.Object(), nw.Unknown(), nw.List(nw.Int8))
        assert set(kinds(dict(enumerate(others))).values()) == {"other"}
    assert kinds({"a": v2.Enum(["x"])}) == {"a": "text"}


def test_object_kinds_looks_at_the_values():
    """Columns of objects, as pandas has them, are told apart by what they hold."""
    frame = pd.DataFrame(
        {
            "flag": pd.Series([True, None, False], dtype=object),
            "count": pd.Series([1, pd.NA, 2.5], dtype=object),
            "mixed": pd.Series([1, "a", None], dtype=object),
            "plain": [1, 2, 3],
        }
    )
    assert object_kinds(frame) == {"flag": "bool", "count": "number", "mixed": "other"}
    assert object_kinds(frame[["plain"]]) == {}


MASKS = [
    ("x < 25", np.array([24.9, 25, np.nan, np.inf, -np.inf]), [1, 0, -1, 0, 1]),
    ("x != 2", np.array([1, 2, np.nan]), [1, 0, -1]),
    ("not x == 2", np.array([1, 2, np.nan]), [1, 0, -1]),
    ("x in (1, 2)", np.array([1, 3, np.nan]), [1, 0, -1]),
    ("x not in (1, 2)", np.array([1, 3, np.nan]), [0, 1, -1]),
    ("x is missing", np.array([1, np.nan]), [0, 1]),
    ("x is not missing", np.array([1, 2]), [1, 1]),
    ("x", np.array([True, False]), [1, 0]),
    ("x", np.array([True, None, False, pd.NA, np.nan], dtype=object), [1, -1, 0, -1, -1]),
    ("not x", np.array([True, None, np.False_], dtype=object), [0, -1, 1]),
    ("x == 'a'", np.array(["a", "b"]), [1, 0]),
    ("x == 'a long one'", np.array(["a", "b"]), [0, 0]),
    ("x >= 'b'", np.array(["a", None, "b", np.nan, np.str_("c")], dtype=object), [0, -1, 1, -1, 1]),
    ("x in ('a', 'c')", np.array(["a", None, "b"], dtype=object), [1, -1, 0]),
    ("x not in ('a', 'c')", np.array(["a", None, "b"], dtype=object), [0, -1, 1]),
    ("x > 1", np.array([1, None, 2, 2.5, np.nan], dtype=object), [0, -1, 1, 1, -1]),
    ("x > 1", np.array([1, None, 2**70], dtype=object), [0, -1, 1]),
    ("x == 0.5", np.array([decimal.Decimal("0.5"), decimal.Decimal("NaN")], dtype=object), [1, -1]),
    ("x > 1", np.array([None, np.nan], dtype=object), [-1, -1]),
    ("x == 'a'", np.array([None, None], dtype=object), [-1, -1]),
    ("x", np.array([None], dtype=object), [-1]),
    ("x is missing", np.array(["2020-01-01", "NaT"], dtype="datetime64[D]"), [0, 1]),
    ("x is missing", np.array([1, "a", None], dtype=object), [0, 0, 1]),
    # Exact in the column's own type, whatever the literal.
    ("x < 300", np.array([-128, 127], dtype=np.int8), [1, 1]),
    ("x == 300", np.array([44], dtype=np.uint8), [0]),
    ("x != -1", np.array([255], dtype=np.uint8), [1]),
    ("x >= -200", np.array([-128], dtype=np.int8), [1]),
    ("x > 1e300", np.array([5], dtype=np.int64), [0]),
    ("x < 2.5", np.array([2, 3], dtype=np.int8), [1, 0]),
    ("x >= 2.5", np.array([2, 3], dtype=np.int8), [0, 1]),
    ("x == 2.5", np.array([2, 3], dtype=np.int8), [0, 0]),
    ("x < -2.5", np.array([-3, -2], dtype=np.int8), [1, 0]),
    ("x in (2.5, 3, 300)", np.array([2, 3], dtype=np.int8), [0, 1]),
    ("x == 1e18", np.array([10**18, 10**18 + 1]), [1, 0]),
    ("x in (0,1,2,3,4,5,6,7,8,9,300,2.5)", np.array([9, 10, 44], dtype=np.uint8), [1, 0, 0]),
    ("x == 0.1", np.array([0.1], dtype=np.float32), [0]),
    ("x > 0.1", np.array([0.1], dtype=np.float32), [1]),
    ("x <= 0.1", np.array([0.1], dtype=np.float32), [0]),
    ("x < 0.3", np.array([0.3, 0.2998], dtype=np.float16), [0, 1]),
    ("x >= 0.7", np.array([0.7], dtype=np.float32), [0]),
    ("x == 0.5", np.array([0.5, np.nan], dtype=np.float32), [1, -1]),
    ("x < 1e300", np.array([3e38, np.inf], dtype=np.float32), [1, 0]),
]


@pytest.mark.parametrize(("text", "column", "expected"), MASKS, ids=[f"{m[0]}-{m[1].dtype}" for m in MASKS])
def test_mask_of_one_column(text, column, expected):
    """The mask is 1 true, 0 false, -1 missing, for every type of column."""
    before = column.copy()
    mask = to_mask(parse(text), {"x": column, "unused": np.zeros(99)})
    assert mask.dtype == np.int8
    assert mask.tolist() == expected
    pd.testing.assert_series_equal(pd.Series(column), pd.Series(before))


def test_mask_follows_kleene():
    """`and`, `or` and `not` follow the truth tables of Kleene's strong logic."""
    values = np.array([1.0, 0.0, np.nan])
    p, q = (side.ravel() for side in np.meshgrid(values, values, indexing="ij"))
    columns = {"p": p, "q": q}
    assert to_mask(parse("p == 1 and q == 1"), columns).tolist() == [1, 0, -1, 0, 0, 0, -1, 0, -1]
    assert to_mask(parse("p == 1 or q == 1"), columns).tolist() == [1, 1, 1, 1, 0, -1, 1, -1, -1]
    assert to_mask(parse("not (p == 1 or q == 1)"), columns).tolist() == [0, 0, 0, 0, 1, -1, 0, -1, -1]


def test_mask_of_variable_length_strings():
    """NumPy's variable-length strings work, with and without a missing value."""
    column = np.array(["a", None, "b"], dtype=np.dtypes.StringDType(na_object=None))
    assert to_mask(parse("x == 'a'"), {"x": column}).tolist() == [1, -1, 0]


@pytest.mark.parametrize("n", [0, 1, 9, 1000])
def test_mask_has_one_entry_a_row(n):
    """Any number of rows works, none included."""
    columns = {"x": np.arange(n), "y": np.array(["a"] * n, dtype=object)}
    mask = to_mask(parse("x >= 5 and (y == 'a' or x is missing)"), columns)
    assert mask.shape == (n,)
    assert mask.sum() == max(0, n - 5)


BAD_COLUMNS = {
    "unknown": ({"y": np.arange(3)}, "column 'x' is not in the data"),
    "two dimensions": ({"x": np.zeros((2, 2)), "y": np.zeros(4)}, "one dimension"),
    "lengths": ({"x": np.arange(3), "y": np.arange(4)}, "one length"),
    "text": ({"x": np.array(["1"]), "y": np.array([1])}, "column 'x' holds text"),
    "bool": ({"x": np.array([True]), "y": np.array([1])}, "column 'x' holds True/False"),
    "mixed": ({"x": np.array([1, "a"], dtype=object), "y": np.array([1, 2])}, "holds neither"),
    "mixed with bool": ({"x": np.array([1, True], dtype=object), "y": np.array([1, 2])}, "holds neither"),
    "dates": ({"x": np.array(["2020"], dtype="datetime64[D]"), "y": np.array([1])}, "holds neither"),
    "bytes": ({"x": np.array([b"a"]), "y": np.array([1])}, "holds neither"),
    "complex": ({"x": np.array([1j]), "y": np.array([1])}, "holds neither"),
}


@pytest.mark.parametrize(("columns", "message"), BAD_COLUMNS.values(), ids=BAD_COLUMNS)
def test_mask_refuses_columns_that_do_not_fit(columns, message):
    """Columns that are absent, misshapen or of another kind are refused with a PredicateError."""
    with pytest.raises(PredicateError, match=message):
        to_mask(parse("x < 5 and y < 5"), columns)


def test_expressions_refuse_columns_that_do_not_fit():
    """No column's name reaches an engine unless the schema has it, with the right kind."""
    import narwhals.stable.v2 as nw

    with pytest.raises(PredicateError) as caught:
        to_expressions(parse("x < 5 and `^.*$` == 1 and y == 'a'"), {"x": nw.String(), "y": nw.Int8()})
    assert len(caught.value.problems) == 3


# --- properties: an independent reading of the language, row by row

GRID = list(
    itertools.product(
        [None, -1, 0, 1, 2],  # n
        [None, 0.0, 0.5, 1.0],  # f
        [None, "", "a", "b"],  # t
        [None, True, False],  # b
    )
)
COLUMNS = {
    "n": np.array([row[0] for row in GRID], dtype=object),
    "f": np.array([np.nan if row[1] is None else row[1] for row in GRID]),
    "t": np.array([row[2] for row in GRID], dtype=object),
    "b": np.array([row[3] for row in GRID], dtype=object),
}
LITERALS = {"n": [-1, 0, 1, 2], "f": [0, 0.5, 1, 0.25], "t": ["", "a", "b", "`'\""], "b": [True, False]}
COMPARE = {
    "==": lambda x, y: x == y,
    "!=": lambda x, y: x != y,
    "<": lambda x, y: x < y,
    "<=": lambda x, y: x <= y,
    ">": lambda x, y: x > y,
    ">=": lambda x, y: x >= y,
}
OPPOSITE = {"==": "!=", "!=": "==", "<": ">=", ">=": "<", "<=": ">", ">": "<="}
MIRROR = {"==": "==", "!=": "!=", "<": ">", "<=": ">=", ">": "<", ">=": "<="}


def _leaf(column):
    operators = ["==", "!="] if column == "b" else list(COMPARE)
    literal = st.sampled_from(LITERALS[column])
    return st.one_of(
        st.tuples(st.just("compare"), st.just(column), st.sampled_from(operators), literal),
        st.tuples(st.just("in"), st.just(column), st.lists(literal, min_size=1, max_size=4).map(tuple)),
        st.tuples(st.just("missing"), st.just(column)),
    )


TREES = st.recursive(
    st.sampled_from(sorted(LITERALS)).flatmap(_leaf),
    lambda inner: st.one_of(
        st.tuples(st.sampled_from(["and", "or"]), st.lists(inner, min_size=2, max_size=4).map(tuple)),
        st.tuples(st.just("not"), inner),
    ),
    max_leaves=8,
)


def _value(tree, row):
    """Evaluate a tree on one row by the truth tables; None is missing."""
    kind = tree[0]
    if kind == "not":
        value = _value(tree[1], row)
        return None if value is None else not value
    if kind in {"and", "or"}:
        values = [_value(child, row) for child in tree[1]]
        decisive = kind == "or"
        return decisive if decisive in values else None if None in values else not decisive
    cell = row["nftb".index(tree[1])]
    if kind == "missing":
        return cell is None
    if cell is None:
        return None
    return cell in tree[2] if kind == "in" else COMPARE[tree[2]](cell, tree[3])


def _random(seed):
    return random.Random(seed)  # noqa: S311 - spellings, not secrets


def _quote(value):
    if not isinstance(value, str):
        return repr(value)
    return '"' + value.replace("\\", "\\\\").replace('"', '\\"') + '"'


def _text(tree, rng):
    """Write a tree in one of its many spellings."""
    kind = tree[0]
    if kind == "not":
        text = f"not ({_text(tree[1], rng)})"
    elif kind in {"and", "or"}:
        text = f" {kind} ".join(f"({_text(child, rng)})" for child in tree[1])
    elif kind == "missing":
        text = f"{tree[1]} is missing"
    elif kind == "in":
        brackets = rng.choice(["()", "[]", "{}"])
        text = (
            f"{tree[1]} in {brackets[0]}{', '.join(map(_quote, tree[2]))}{rng.choice([',', ''])}{brackets[1]}"
        )
    elif rng.random() < 0.5:
        text = f"{tree[1]} {tree[2]} {_quote(tree[3])}"
    else:
        text = f"{_quote(tree[3])} {MIRROR[tree[2]]} `{tree[1]}`"
    return f"({text})" if rng.random() < 0.2 else text


def _scrambled(tree, rng):
    """Return a logically equal tree: reordered, rebracketed, doubled, and with negations pulled out."""
    kind = tree[0]
    if kind in {"and", "or"}:
        children = [_scrambled(child, rng) for child in tree[1]]
        rng.shuffle(children)
        if rng.random() < 0.3:
            children.append(rng.choice(children))
        if len(children) > 2 and rng.random() < 0.5:
            children = [(kind, tuple(children[:2])), *children[2:]]
        if rng.random() < 0.3:
            return "not", ("or" if kind == "and" else "and", tuple(("not", child) for child in children))
        return kind, tuple(children)
    if kind == "not":
        return "not", _scrambled(tree[1], rng)
    if kind == "in":
        values = [*tree[2], rng.choice(tree[2])]
        rng.shuffle(values)
        return "in", tree[1], tuple(values)
    if kind == "compare" and rng.random() < 0.3:
        return "not", ("compare", tree[1], OPPOSITE[tree[2]], tree[3])
    return ("not", ("not", tree)) if rng.random() < 0.2 else tree


@settings(max_examples=80, deadline=None)
@given(TREES, st.integers(0, 2**32))
def test_mask_agrees_with_the_truth_tables(tree, seed):
    """The mask of any predicate is what the truth tables say, row by row, missing values included."""
    mask = to_mask(parse(_text(tree, _random(seed))), COLUMNS)
    expected = [{True: 1, False: 0, None: -1}[_value(tree, row)] for row in GRID]
    assert mask.tolist() == expected


@settings(max_examples=80, deadline=None)
@given(TREES, st.integers(0, 2**32))
def test_equal_predicates_have_one_hash(tree, seed):
    """Order, brackets, repetition, orientation and De Morgan's laws do not change the hash."""
    rng = _random(seed)
    one, other = parse(_text(tree, rng)), parse(_text(_scrambled(tree, rng), rng))
    assert one.canonical == other.canonical
    assert one.hash == other.hash
    assert parse(one.canonical) == one


@settings(max_examples=80, deadline=None)
@given(TREES, TREES, st.integers(0, 2**32))
def test_one_hash_means_one_mask(one, other, seed):
    """Predicates with different masks never share a hash."""
    rng = _random(seed)
    first, second = parse(_text(one, rng)), parse(_text(other, rng))
    if to_mask(first, COLUMNS).tolist() != to_mask(second, COLUMNS).tolist():
        assert first.hash != second.hash


@settings(max_examples=80, deadline=None)
@given(
    st.sampled_from(["int8", "uint8", "int64", "float16", "float32", "float64"]),
    st.sampled_from(list(COMPARE)),
    st.one_of(st.integers(-300, 300), st.floats(-300, 300, width=32), st.floats(-1e6, 1e6), st.just(1e300)),
)
def test_numbers_are_compared_exactly(dtype, op, literal):
    """Comparisons are those of the real numbers in every dtype, whether or not it can hold the literal."""
    literal = 0 if abs(literal) < 1e-300 else literal
    values = [-128, -3, -1, 0, 1, 2, 3, 100, 127] if dtype != "uint8" else [0, 1, 2, 3, 100, 127, 255]
    column = np.array(values, dtype=dtype)
    if dtype.startswith("float") and abs(literal) < 60000:
        column = np.append(column, np.array(literal, dtype=dtype))
    expected = [int(COMPARE[op](value, literal)) for value in column.tolist()]
    assert to_mask(parse(f"x {op} {literal!r}"), {"x": column}).tolist() == expected
