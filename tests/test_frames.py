"""The door: whatever rows come in, and however they are stored, the same Counts come out."""

import datetime as dt
import decimal
import math
from collections import defaultdict

import duckdb
import hypothesis.strategies as st
import narwhals as nw
import numpy as np
import pandas as pd
import polars as pl
import pyarrow as pa
import pyarrow.dataset as ds
import pytest
from hypothesis import given, settings

from fairkit.counts import FIELDS, LEFT_OUT, Counts, Kind
from fairkit.errors import DataError, UsageError
from fairkit.frames import Question, count, read
from fairkit.groups import Attribute
from fairkit.views import views

RNG = np.random.default_rng(20)
N = 83


def pick(values, size=N):
    """Draw a column; None makes missing values."""
    return [values[i] for i in RNG.integers(0, len(values), size)]


ROWS = {
    "race": pick(["Black", "White", "ä ö", "R & D", None]),
    "sex": pick(["F", "M"]),
    "age": pick([7, 25, 100, -3]),
    "children": pick([0, 1, 2, None]),
    "income": pick([0.5, 1.5, 20.0, None]),
    "employed": pick([True, False]),
    "member": pick([True, False, None]),
    "born": pick([dt.date(1999, 12, 31), dt.date(2000, 1, 1), None]),
    "y": pick([0, 1]),
    "y_gaps": pick([0, 1, None]),
    "y_real": pick([0.0, 1.0, None]),
    "y_bool": pick([True, False]),
    "y_text": pick([">50K", "<=50K", None]),
    "d": pick([1, 0]),
    "d_gaps": pick([True, False, None]),
    "d_text": pick(["yes", "no"]),
    "d_sign": pick([-1, 1]),
    "score": pick([0.25, 0.5, 0.75]),
    "points": pick([1, 2, 3]),
    "w": pick([0.5, 1.0, 2.25, 0.0]),
    "speaker": pick(["s10", "s9", "s8"]),
    "person": pick([8, 9, 10, 11]),
}


def text_of(value):
    """Write a plain value as its level, by rules of the test's own."""
    if value is None or (isinstance(value, float) and math.isnan(value)):
        return None
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return value.isoformat() if isinstance(value, dt.date) else str(value)


def expected(groups, decided, labelled=None, *, weights=None, clusters=None, names=("g",)):
    """Count by plain Python: `groups` has a tuple of levels per row; truth is True, False or None."""
    kind = Kind.DECISIONS if labelled is None else Kind.CONFUSION
    fields = FIELDS[kind] + LEFT_OUT[kind]
    cells = defaultdict(lambda: np.zeros((3, len(fields))))
    for i, group in enumerate(groups):
        d = decided[i]
        if labelled is None:
            field = {True: "selected", False: "rejected", None: "decision_missing"}[d]
        else:
            y = labelled[i]
            field = {
                (True, True): "tp",
                (False, True): "fp",
                (True, False): "fn",
                (False, False): "tn",
                (None, None): "both_missing",
            }.get((y, d), "label_missing" if y is None else "decision_missing")
        weight = 1.0 if weights is None else weights[i]
        key = (group, None if clusters is None else clusters[i])
        cells[key][:, fields.index(field)] += [1, weight, weight**2]
    table = np.array(list(cells.values())).reshape(len(cells), 3, len(fields))
    rows = table[:, 0].astype(np.int64)
    more = {} if weights is None else {"rows": rows, "squares": table[:, 2]}
    return Counts.from_cells(
        kind,
        list(names),
        [group for group, _ in cells],
        rows if weights is None else table[:, 1],
        clusters=None if clusters is None else [cluster for _, cluster in cells],
        **more,
    )


def groups_of(*names):
    """Return the groups of the rows by some columns."""
    return list(zip(*([text_of(value) for value in ROWS[name]] for name in names), strict=True))


def truth_of(name, positive):
    """Return the truth of a column of the rows."""
    return [None if value is None else value == positive for value in ROWS[name]]


def only(*names):
    """Return some columns of the rows."""
    return {name: ROWS[name] for name in names}


# --- every engine ---


@pytest.mark.parametrize(
    "by", ["race", "sex", "age", "children", "income", "employed", "member", "born", "y_text"]
)
def test_keys_of_every_type_are_the_same_levels(frame_of, by):
    """Text, numbers, booleans and dates, with missing values or without, are the same groups everywhere."""
    counts = count(frame_of(only(by, "y", "d")), by=by, label="y", decision="d")
    assert counts == expected(groups_of(by), truth_of("d", 1), truth_of("y", 1), names=[by])


@pytest.mark.parametrize(
    ("label", "decision", "positive", "label_positive", "decision_positive"),
    [
        ("y_gaps", "d", None, 1, 1),
        ("y_real", "d_gaps", None, 1, True),
        ("y_bool", "d_sign", None, True, 1),
        ("y_text", "d", ">50K", ">50K", 1),
        ("y_text", "d_text", {"label": ">50K", "decision": "no"}, ">50K", "no"),
        ("y_gaps", "d_gaps", {"label": 0, "decision": False}, 0, False),
    ],
)
def test_labels_and_decisions_of_every_type_are_understood(
    frame_of, label, decision, positive, label_positive, decision_positive
):
    """Booleans, 0 and 1, -1 and 1, floats with gaps, and texts with a stated positive count the same."""
    counts = count(
        frame_of(only("race", label, decision)), by="race", label=label, decision=decision, positive=positive
    )
    assert counts == expected(
        groups_of("race"),
        truth_of(decision, decision_positive),
        truth_of(label, label_positive),
        names=["race"],
    )


def test_without_a_label_decisions_are_counted(frame_of):
    """Then the counts know selections only."""
    counts = count(frame_of(only("race", "d_gaps")), by="race", decision="d_gaps")
    assert counts == expected(groups_of("race"), truth_of("d_gaps", True), names=["race"])


def test_intersections_and_marginals_come_from_one_table(frame_of):
    """All attributes of all groupings are counted together."""
    counts = count(
        frame_of(only("race", "sex", "age", "y", "d")), by=["sex,race", "age"], label="y", decision="d"
    )
    whole = expected(
        groups_of("sex", "race", "age"), truth_of("d", 1), truth_of("y", 1), names=["sex", "race", "age"]
    )
    assert counts == whole
    assert counts.marginal(["race"]) == whole.marginal(["race"])


def test_weights_add_up_with_their_squares_and_rows(frame_of):
    """Weights come with their squares; rows of weight zero still are rows."""
    counts = count(frame_of(only("race", "y", "d", "w")), by="race", label="y", decision="d", weight="w")
    assert counts == expected(
        groups_of("race"), truth_of("d", 1), truth_of("y", 1), weights=ROWS["w"], names=["race"]
    )


@pytest.mark.parametrize("cluster", ["speaker", "person"])
def test_clusters_are_kept_apart(frame_of, cluster):
    """Each pair of group and cluster has its own sums, whatever type identifiers have."""
    counts = count(
        frame_of(only("race", "y", "d", cluster)), by="race", label="y", decision="d", cluster=cluster
    )
    assert counts == expected(
        groups_of("race"),
        truth_of("d", 1),
        truth_of("y", 1),
        clusters=[str(value) for value in ROWS[cluster]],
        names=["race"],
    )


@pytest.mark.parametrize(("score", "threshold"), [("score", 0.5), ("points", 2), ("points", 2.5)])
def test_scores_are_selected_from_the_threshold_on(frame_of, score, threshold):
    """A score equal to the threshold is selected."""
    counts = count(frame_of(only("race", "y", score)), by="race", label="y", score=score, threshold=threshold)
    decided = [value >= threshold for value in ROWS[score]]
    confusion = next(view.counts for view in views(counts) if view.counts.kind is Kind.CONFUSION)
    assert confusion == expected(groups_of("race"), decided, truth_of("y", 1), names=["race"])


@pytest.mark.parametrize(("score", "threshold"), [("score", 0.5), ("points", 2), ("points", 2.5)])
def test_a_threshold_alone_makes_decisions(frame_of, score, threshold):
    """Without a label, rows are selected or rejected and their scores are not kept."""
    counts = count(frame_of(only("race", score)), by="race", score=score, threshold=threshold)
    decided = [value >= threshold for value in ROWS[score]]
    assert counts == expected(groups_of("race"), decided, names=["race"])


def test_predicates_are_decision_label_and_group(frame_of):
    """A comparison may stand for any column; where it is missing, so is its answer."""
    counts = count(
        frame_of(only("race", "income", "age", "y_text", "member")),
        by=["young: age < 25", "race", "member_of: member"],
        label="y_text == '>50K'",
        decision="income >= 1.5",
    )
    young = [str(value < 25) for value in ROWS["age"]]
    groups = [(a, *b) for a, b in zip(young, groups_of("race", "member"), strict=True)]
    decided = [None if value is None else value >= 1.5 for value in ROWS["income"]]
    assert counts == expected(
        groups, decided, truth_of("y_text", ">50K"), names=["young", "race", "member_of"]
    )


def test_texts_that_mean_missing_are_missing_everywhere(frame_of):
    """In a group, a label, a decision and a predicate, "?" is no value once it is said to be none."""
    rows = {
        "g": ["a", "?", "b", None, "a", "b"],
        "y": ["p", "n", "?", "p", "n", "p"],
        "d": ["p", "n", "n", "?", "p", "?"],
    }
    counts = count(
        frame_of(rows), by=["g", "not_a: g != 'a'"], label="y", decision="d", positive="p", missing=["?"]
    )
    groups = [("a", "False"), (None, None), ("b", "True"), (None, None), ("a", "False"), ("b", "True")]
    truth = {"p": True, "n": False, "?": None}
    assert counts == expected(
        groups, [truth[v] for v in rows["d"]], [truth[v] for v in rows["y"]], names=["g", "not_a"]
    )


def test_one_column_may_play_several_parts(frame_of):
    """The label may be grouped by, and the decision may be the label."""
    counts = count(
        frame_of(only("y", "person")), by=["y", "person"], label="y", decision="y", cluster="person"
    )
    assert counts == expected(
        groups_of("y", "person"),
        truth_of("y", 1),
        truth_of("y", 1),
        clusters=[str(value) for value in ROWS["person"]],
        names=["y", "person"],
    )


@pytest.mark.parametrize("name", ["label", "decision", "cluster", "score", "weight"])
def test_a_column_may_be_called_like_a_part(frame_of, name):
    """A column named label is an attribute like any other, also where another column is the label."""
    rows = {name: ROWS["race"], "y": ROWS["y"], "d": ROWS["d"], "s": ROWS["speaker"]}
    counts = count(frame_of(rows), by=name, label="y", decision="d == 1", cluster="s")
    assert counts == expected(
        groups_of("race"), truth_of("d", 1), truth_of("y", 1), clusters=ROWS["speaker"], names=[name]
    )


NAMES = [
    "with space",
    'quote"d',
    "it's",
    "a,b",
    "semi;colon",
    "größe",
    "日本",
    "fairkit_key_0",
    "fairkit_rows",
    "len",
    "rows",
    "c0",
    "t",
    "select",
    "a.b",
    "0",
    "$x",
    "back`tick",
    "back\\slash",
    "%s",
    "{x}",
    "two\nlines",
    "x" * 300,
]


def test_columns_may_have_any_name(frame_of):
    """Quotes, separators, words of SQL and names that fairkit itself uses are names like any other."""
    rows = {**dict.fromkeys(NAMES, ROWS["sex"]), "y": ROWS["y"], "d": ROWS["d"]}
    counts = count(frame_of(rows), by=[[name] for name in NAMES], label="y", decision="d")
    wanted = expected(groups_of("sex"), truth_of("d", 1), truth_of("y", 1), names=["sex"])
    assert counts.attributes == tuple(NAMES)
    for name in NAMES:
        marginal = counts.marginal([name])
        assert (marginal.levels, marginal.values.tolist()) == (wanted.levels, wanted.values.tolist())


def test_renamed_columns_give_the_same_sums(frame_of):
    """Names decide nothing but names."""
    rows = {
        "fairkit_weight": ROWS["race"],
        "fairkit_key_1": ROWS["y"],
        "fairkit_bad": ROWS["d"],
        "len": ROWS["w"],
    }
    counts = count(
        frame_of(rows), by="fairkit_weight", label="fairkit_key_1", decision="fairkit_bad", weight="len"
    )
    plain = count(frame_of(only("race", "y", "d", "w")), by="race", label="y", decision="d", weight="w")
    assert (counts.levels, counts.values.tolist()) == (plain.levels, plain.values.tolist())


def test_names_that_differ_only_in_case_are_told_apart(frame_of):
    """Each of two such columns can be used; used together, the engines that do not see case refuse."""
    rows = {"Race": ROWS["sex"], "race": ROWS["race"], "RACE": ROWS["age"], "y": ROWS["y"], "d": ROWS["d"]}
    truth = (truth_of("d", 1), truth_of("y", 1))
    if frame_of.engine.name == "duckdb_relation":  # DuckDB has no such tables
        del rows["Race"], rows["RACE"]
        with pytest.raises(DataError, match=r"'Race' is not in the data .*Did you mean 'race'"):
            count(frame_of(rows), by="Race", label="y", decision="d")
        return
    assert count(frame_of(rows), by="Race", label="y", decision="d") == expected(
        groups_of("sex"), *truth, names=["Race"]
    )
    assert count(frame_of(rows), by="race", label="y", decision="d") == expected(
        groups_of("race"), *truth, names=["race"]
    )
    old = [(str(age > 50),) for age in ROWS["age"]]
    assert count(frame_of(rows), by="old: RACE > 50", label="y", decision="d") == expected(
        old, *truth, names=["old"]
    )
    if frame_of.engine.ignores_case:
        with pytest.raises(DataError, match="columns 'Race', 'race' differ only in case"):
            count(frame_of(rows), by="Race,race", label="y", decision="d")
    else:
        assert count(frame_of(rows), by="Race,race", label="y", decision="d") == expected(
            groups_of("sex", "race"), *truth, names=["Race", "race"]
        )


LEVELS = [
    "a",
    "a ",
    " a",
    "A",
    "True",
    "true",
    "1",
    "01",
    "1.0",
    "-",
    "None",
    "nan",
    "x" * 5000,
    "'",
    '"',
    "ß",
]


def test_texts_are_levels_to_the_letter(frame_of):
    """Blanks, case, leading zeros and words that look like missing values tell texts apart."""
    size = len(LEVELS)
    rows = {"g": [*LEVELS, *LEVELS], "d": [1] * size + [0] * size}
    counts = count(frame_of(rows), by="g", decision="d")
    assert counts.levels[0] == tuple(sorted(LEVELS))
    assert counts.values.tolist() == [[1, 1, 0]] * size


WORDS = [
    "F",
    "T",
    "f",
    "no",
    "yes",
    "N",
    "off",
    "NULL",
    "NA",
    "nan",
    "2020-01-01",
    "10:30",
    "0x10",
    "1_0",
    "+1",
    "07",
]


def test_a_part_with_one_level_reads_it_as_the_whole_does(frame_of):
    """A column of F is not false, a date is the text it was written as, and a code keeps its zeros."""
    rows = {**{f"w{i}": [word] * 2 for i, word in enumerate(WORDS)}, "d": [1, 0]}
    counts = count(frame_of(rows), by=list(rows)[:-1], decision="d")
    assert counts.groups() == (tuple(WORDS),)


def test_an_empty_text_is_a_level_where_there_are_types(frame_of):
    """Separated values cannot tell an empty text from a missing one; all else can."""
    counts = count(frame_of({"g": ["", "x", None], "d": [1, 0, 1]}), by="g", decision="d")
    assert counts.levels == ((("", "x", None),) if frame_of.engine.typed else (("x", None),))
    assert counts.values.sum() == 3


def test_infinities_and_whole_floats_are_levels(frame_of):
    """An infinite value is a level, 3.0 is the level 3, and NaN is missing."""
    values = [1.0, 2.5, -0.0, 1e20, 1e-7, 0.1, float("inf"), float("-inf")]
    counts = count(frame_of({"g": values, "d": [1] * 8}), by="g", decision="d")
    assert set(counts.levels[0]) == {"1", "2.5", "0", "1" + "0" * 20, "1e-07", "0.1", "inf", "-inf"}


def test_nan_is_missing(frame_of):
    """NaN and null are one missing value, in keys, labels and decisions."""
    rows = {"g": [1.5, float("nan"), None], "y": [1.0, 0.0, float("nan")], "d": [float("nan"), 1.0, None]}
    counts = count(frame_of(rows), by="g", label="y", decision="d")
    assert counts == expected([("1.5",), (None,), (None,)], [None, True, None], [True, False, None])


def test_large_identifiers_keep_their_digits(frame_of):
    """Numbers beyond the precision of floats stay apart."""
    rows = {"g": [2**63 - 1, 2**63 - 2, -(2**63), 2**53 + 1], "d": [1, 0, 1, 0]}
    assert count(frame_of(rows), by="g", decision="d").levels == (
        (str(-(2**63)), str(2**53 + 1), str(2**63 - 2), str(2**63 - 1)),
    )


def test_a_single_row_is_a_table(frame_of):
    """One row counts once."""
    counts = count(frame_of({"g": ["x"], "y": [1], "d": [0]}), by="g", label="y", decision="d")
    assert (counts.groups(), counts.values.tolist()) == ((("x",),), [[0, 0, 1, 0, 0, 0, 0]])


def test_a_column_without_values_is_missing(frame_of):
    """If no row has a label, or a level, that is said by the counts and is no error."""
    counts = count(
        frame_of({"g": [None] * 3, "y": [None] * 3, "d": [0, 1, 1]}), by="g", label="y", decision="d"
    )
    assert counts.groups() == ((None,),)
    assert dict(zip(counts.fields, counts.values[0].tolist(), strict=True))["label_missing"] == 3


def test_no_rows_give_an_empty_table(frame_of):
    """Data with a header and no rows are counts without cells, whatever is stated about their values."""
    nothing = {name: values[:0] for name, values in only("race", "y", "d").items()}
    if frame_of.engine.name == "json_lines":  # which have no names without rows
        with pytest.raises(DataError, match="the file is empty"):
            count(frame_of(nothing), by="race", label="y", decision="d")
        return
    for positive in (None, 1, "x"):
        counts = count(frame_of(nothing), by="race", label="y", decision="d", positive=positive)
        assert counts.groups() == ()
        assert counts.values.shape == (0, 7)
    full = count(frame_of(only("race", "y", "d")), by="race", label="y", decision="d")
    assert full + counts == full


def test_ten_thousand_levels_are_counted_if_asked_for(frame_of):
    """Many levels are refused with their number, and counted once the limit is raised."""
    rows = {"g": [f"id{i % 10_000}" for i in range(20_000)], "d": [0, 1] * 10_000}
    with pytest.raises(
        DataError, match=r"column 'g' has 10,000 levels \(at most 1,000 are taken\).*max_levels=10000"
    ):
        count(frame_of(rows), by="g", decision="d")
    counts = count(frame_of(rows), by="g", decision="d", max_levels=10_000)
    assert len(counts.values) == 10_000
    assert counts.row_counts.sum() == 20_000


def test_the_order_of_rows_does_not_matter(frame_of):
    """Shuffled rows give the same table and the same hash."""
    order = np.random.default_rng(3).permutation(N)
    columns = only("race", "children", "y_gaps", "d_gaps", "w", "speaker")
    shuffled = {name: [values[i] for i in order] for name, values in columns.items()}
    asked = {"by": "race,children", "label": "y_gaps", "decision": "d_gaps", "cluster": "speaker"}
    one, other = count(frame_of(columns), **asked), count(frame_of(shuffled), **asked)
    assert one == other
    assert one.sha256() == other.sha256()


def test_doubled_rows_double_the_counts(frame_of):
    """Every sum, and nothing else, is doubled."""
    columns = only("race", "y_gaps", "d", "w")
    doubled = {name: [*values, *values] for name, values in columns.items()}
    asked = {"by": "race", "label": "y_gaps", "decision": "d", "weight": "w"}
    one = count(frame_of(columns), **asked)
    assert count(frame_of(doubled), **asked) == one + one


# --- every engine: what is wrong ---


def test_every_misspelled_column_is_named_at_once(frame_of):
    """Unknown columns of all parts are listed with the nearest name before any row is read."""
    with pytest.raises(DataError) as caught:
        count(
            frame_of(only("race", "y", "d", "w", "speaker")),
            by=["rase", "old: agee > 3"],
            label="z",
            decision="dd > 0",
            weight="ww",
            cluster="speker",
        )
    problems = caught.value.problems
    assert len(problems) == 6
    assert "column 'rase' is not in the data (it has 'race'" in problems[0]
    assert any("group 'old': column 'agee'" in problem for problem in problems)
    assert any("label column 'z'" in problem for problem in problems)
    assert any("weight column 'ww'" in problem and "Did you mean 'w'" in problem for problem in problems)
    assert any("cluster column 'speker'" in problem for problem in problems)


@pytest.mark.parametrize("bad", [-1.0, float("nan"), float("inf"), None], ids=str)
def test_bad_weights_are_counted_and_refused(frame_of, bad):
    """A weight that is missing, negative or infinite is no weight."""
    rows = {"g": ["a"] * 4, "d": [1, 0, 1, 0], "w": [1.0, bad, bad, 2.0]}
    with pytest.raises(DataError, match=r"weight column 'w' is missing, negative or not finite in 2 rows"):
        count(frame_of(rows), by="g", decision="d", weight="w")


@pytest.mark.parametrize("bad", [float("nan"), float("inf"), float("-inf"), None], ids=str)
def test_bad_scores_are_counted_and_refused(frame_of, bad):
    """A score that is missing or infinite selects nobody and rejects nobody."""
    rows = {"g": ["a"] * 4, "s": [1.0, bad, bad, 0.5]}
    with pytest.raises(DataError, match="score column 's' is missing, NaN or infinite in 2 rows"):
        count(frame_of(rows), by="g", score="s", threshold=0.7)


def test_rows_without_a_cluster_are_refused(frame_of):
    """Every row must belong to a cluster."""
    with pytest.raises(DataError, match="cluster column 'c' is missing in 1 rows"):
        count(frame_of({"g": ["a", "b"], "d": [1, 0], "c": ["k", None]}), by="g", decision="d", cluster="c")


@pytest.mark.parametrize("what", ["weight", "score"])
def test_texts_are_no_weights_and_no_scores(frame_of, what):
    """The message names the column."""
    asked = {"weight": {"decision": "d", "weight": "x"}, "score": {"score": "x", "threshold": 1}}[what]
    with pytest.raises(DataError, match=r"column 'x'.* must hold numbers"):
        count(frame_of({"g": ["a", "b"], "d": [1, 0], "x": ["low", "high"]}), by="g", **asked)


def test_a_predicate_of_another_type_is_refused(frame_of):
    """Text is not compared with a number."""
    with pytest.raises(DataError, match=r"column 'g'.*(holds text|must hold numbers)"):
        count(frame_of({"g": ["a", "b"], "d": [1, 0]}), by="x: g < 3", decision="d")


def test_a_third_class_is_refused(frame_of):
    """The message shows the values and how to make two of them."""
    with pytest.raises(DataError, match="label 'y' must have two values, it has 3: '0', '1', '2'"):
        count(frame_of({"g": ["a"] * 3, "y": [0, 1, 2], "d": [1, 0, 1]}), by="g", label="y", decision="d")


def test_problems_of_the_data_come_at_once(frame_of):
    """Weights, clusters, levels and classes are all judged before anything is raised."""
    rows = {"g": ["a", "b"], "y": ["p", "q"], "d": [1, 0], "w": [1.0, -1.0], "c": ["k", None]}
    with pytest.raises(DataError) as caught:
        count(frame_of(rows), by="g", label="y", decision="d", weight="w", cluster="c", max_levels=1)
    assert len(caught.value.problems) == 4


# --- the question itself ---


@pytest.mark.parametrize(
    ("asked", "message"),
    [
        ({}, "either a decision column or a score"),
        ({"decision": "d", "score": "s", "threshold": 1}, "either a decision column or a score with"),
        ({"decision": "d", "score": "s"}, "needs a label to be judged by"),
        ({"score": "s"}, "needs a threshold"),
        ({"decision": "d", "threshold": 1}, "a threshold belongs to a score"),
        ({"score": "s", "threshold": math.nan}, "is not a finite number"),
        ({"score": "s", "threshold": math.inf}, "is not a finite number"),
    ],
)
def test_a_question_that_contradicts_itself_is_refused(asked, message):
    """Decision, score and threshold must fit together."""
    with pytest.raises(UsageError, match=message):
        Question((Attribute("g"),), **asked)


def test_a_question_without_attributes_asks_for_the_total():
    """Grouped by nothing, everything is one group."""
    reading = read({"d": [1, 0, 1]}, Question((), decision="d"))
    assert (reading.counts.groups(), reading.counts.values.tolist()) == (((),), [[2, 1, 0]])


def test_broken_predicates_are_named_after_their_part():
    """Label and decision are both read before anything is raised."""
    with pytest.raises(DataError) as caught:
        count({"a": [1]}, by="a", label="a <", decision="a >")
    assert [problem.partition(":")[0] for problem in caught.value.problems] == ["decision", "label"]


# --- arrays ---


def by_array(values, **more):
    """Count arrays by one of them."""
    return count({"g": values, "d": np.ones(len(values), bool)}, by="g", decision="d", **more)


@pytest.mark.parametrize(
    ("values", "levels"),
    [
        (np.array([-128, 127, -1, 0], np.int8), ("-128", "-1", "0", "127")),
        (np.array([255, 0], np.uint8), ("0", "255")),
        (np.array([2**63 - 1, -(2**63)]), (str(-(2**63)), str(2**63 - 1))),
        (np.array([2**63 - 1, 2**63 - 3]), (str(2**63 - 3), str(2**63 - 1))),
        (np.array([2**64 - 1, 2**64 - 2], np.uint64), (str(2**64 - 2), str(2**64 - 1))),
        (np.array([2**64 - 1, 0], np.uint64), ("0", str(2**64 - 1))),
        (np.array([1, 300], ">i4"), ("1", "300")),
        (np.array([1.5, np.nan], ">f8"), ("1.5", None)),
        (np.array([0.5, 0.1], np.float16), ("0.0999755859375", "0.5")),
        (np.array([0.1], np.float32), ("0.10000000149011612",)),
        (np.array([0.1, 1], np.longdouble), ("0.1", "1")),
        (np.array(["b", "a", "a "]), ("a", "a ", "b")),
        (np.array(["b", None, "", float("nan"), pd.NA, pd.NaT], dtype=object), ("", "b", None)),
        (np.array([True, False]), ("False", "True")),
        (
            np.array([True, 1, "True", "1", 1.0, 0, False, decimal.Decimal(1)], dtype=object),
            ("0", "1", "False", "True"),
        ),
        (np.array([1, True], dtype=object), ("1", "True")),
        (np.array([0.0, False, None], dtype=object), ("0", "False", None)),
        (np.ma.MaskedArray([1, 2, 3], mask=[0, 1, 0]), ("1", "3", None)),
        (np.ma.MaskedArray(["a", "b"], mask=[0, 1]), ("a", None)),
        (np.ma.MaskedArray([1, 2]), ("1", "2")),
        (np.array(["2020-01-01", "NaT"], "datetime64[D]"), ("2020-01-01", None)),
        (np.array(["2020-01", "2020-02"], "datetime64[M]"), ("2020-01", "2020-02")),
        (np.array(["2020-01-01T10"], "datetime64[h]"), ("2020-01-01T10:00:00",)),
        (
            np.array(["2020-01-01", "2020-01-01T10:00:00.5"], "datetime64[ms]"),
            ("2020-01-01T00:00:00", "2020-01-01T10:00:00.500000"),
        ),
        (np.array(["2020-01-01T10:00:00.000000005"], "datetime64[ns]"), ("2020-01-01T10:00:00.000000005",)),
        (np.array(["a\0b", "a\0c"], dtype=object), ("a\0b", "a\0c")),
        (np.array([decimal.Decimal("1.10"), decimal.Decimal("NaN")], dtype=object), ("1.1", None)),
        ([1, "1", 1.0], ("1",)),
        ([None, "None"], ("None", None)),
        ((1, 2), ("1", "2")),
        (pd.Series([1, None], dtype="Int8"), ("1", None)),
        (pl.Series(["x", None]), ("x", None)),
        (tuple(pa.array([1, 2]).to_pylist()), ("1", "2")),
        (range(3), ("0", "1", "2")),
    ],
    ids=lambda value: " ".join(repr(value).split())[:45],
)
def test_arrays_of_every_type_become_levels(values, levels):
    """Sizes, signs, byte orders, masks and objects of mixed types are read by what they mean."""
    assert by_array(values).levels == (levels,)


def test_times_are_the_same_levels_on_every_engine():
    """Units do not matter, and a time with a zone is in UTC, whatever the zone of the machine."""
    times = pd.to_datetime(["2020-01-01 10:00:00.00", "2020-06-01 10:00:00.25", None])
    zoned = times.tz_localize("America/New_York")
    plain = ("2020-01-01T10:00:00", "2020-06-01T10:00:00.250000", None)
    in_utc = ("2020-01-01T15:00:00+00:00", "2020-06-01T14:00:00.250000+00:00", None)
    for values, levels in ((times, plain), (zoned, in_utc)):
        frame = pd.DataFrame({"g": values, "d": [1, 0, 1]})
        for same in (frame, pl.from_pandas(frame), pa.Table.from_pandas(frame)):
            assert count(same, by="g", decision="d").levels == (levels,)


def test_pandas_own_types_become_levels():
    """The bins of pandas.cut and periods are groups; categories without rows are none."""
    bins = pd.cut([1, 5, 7, 30], [0, 5, 10])
    frame = pd.DataFrame(
        {"bin": bins, "month": pd.period_range("2020-01", periods=4, freq="M"), "d": [1, 0, 1, 0]}
    )
    assert count(frame, by="bin", decision="d").levels == (("(0, 5]", "(5, 10]", None),)
    assert count(frame, by="month", decision="d").levels[0][0] == "2020-01"
    numbers = pd.DataFrame({"g": pd.Categorical([3, 1, None], categories=[3, 2, 1]), "d": [1, 0, 1]})
    assert count(numbers, by="g", decision="d").levels == (("1", "3", None),)


def test_decimals_keep_every_digit():
    """Decimals of 38 digits stay apart, and trailing zeros do not."""
    digits = [decimal.Decimal("1." + "2" * 36 + end) for end in "12"] + [decimal.Decimal("2.50")]
    for frame in (
        pa.table({"g": pa.array(digits, pa.decimal128(38, 37)), "d": [1, 0, 1]}),
        pd.DataFrame({"g": digits, "d": [1, 0, 1]}),
    ):
        assert count(frame, by="g", decision="d").levels == (
            ("1." + "2" * 36 + "1", "1." + "2" * 36 + "2", "2.5"),
        )


@pytest.mark.parametrize(
    ("values", "message"),
    [
        (np.zeros((3, 2)), r"column 'g' must have one dimension, its shape is \(3, 2\)"),
        (5, r"column 'g' must have one dimension, its shape is \(\)"),
        ([[1], [1, 2], [3]], "column 'g' holds lists of different lengths"),
        (np.zeros(3, [("a", int)]), "column 'g': cannot group by a value of type void"),
        (np.array([1j, 2, 3]), "column 'g': cannot group by a value of type complex128"),
        (np.array([1, 2, 3], "m8[s]"), "column 'g': cannot group by a value of type timedelta64"),
        (np.array([b"a", b"b", b"c"]), "column 'g': cannot group by a value of type bytes"),
        (np.array([[1], (2,), {}], dtype=object), "column 'g': cannot group by a value of type list"),
        (["a", "b"], "columns differ in length: 'g' 2, 'd' 3"),
    ],
    ids=lambda value: repr(value)[:30],
)
def test_what_is_no_column_of_levels_is_refused(values, message):
    """Matrices, structures, lists and columns of another length are named with their fault."""
    with pytest.raises(DataError, match=message):
        count({"g": values, "d": [1, 0, 1]}, by="g", decision="d")


@pytest.mark.parametrize(
    "frame",
    [
        pd.DataFrame({"g": [[1], [2]], "d": [1, 0]}),
        pl.DataFrame({"g": [[1], [2]], "d": [1, 0]}),
        pl.DataFrame({"g": [{"a": 1}, {"a": 2}], "d": [1, 0]}),
        pl.DataFrame({"g": [dt.timedelta(1), dt.timedelta(2)], "d": [1, 0]}),
        pl.DataFrame({"g": [b"x", b"y"], "d": [1, 0]}),
    ],
    ids=["pandas lists", "polars lists", "structures", "durations", "bytes"],
)
def test_engines_refuse_the_same_types(frame):
    """What is no level in an array is none in a frame."""
    with pytest.raises(DataError, match="column 'g': cannot group by a value of type"):
        count(frame, by="g", decision="d")


def test_columns_that_are_not_used_may_be_anything():
    """A matrix of features beside the columns asked for does not matter."""
    rows = {"g": ["a", "b"], "d": [1, 0], "X": np.zeros((2, 3)), "note": "text", "short": [1]}
    assert count(rows, by="g", decision="d").groups() == (("a",), ("b",))


def test_memory_layout_does_not_matter():
    """Arrays with strides, backwards, read-only or of another byte order count alike and stay as they are."""
    rng = np.random.default_rng(0)
    table = rng.integers(0, 2, (500, 6)).astype(np.int16)
    plain = {name: table[:, i].copy() for i, name in enumerate("gyd")}
    whole = count(plain, by="g", label="y", decision="d")
    for change in (
        lambda a: np.repeat(a, 2)[::2],
        lambda a: a[::-1].copy()[::-1],
        lambda a: a.astype(">i2"),
        lambda a: a.astype(np.int64),
        lambda a: a.astype(bool),
    ):
        arrays = {name: change(values) for name, values in plain.items()}
        for values in arrays.values():
            values.setflags(write=False)
        before = {name: values.copy() for name, values in arrays.items()}
        counted = count(arrays, by="g", label="y", decision="d")
        np.testing.assert_array_equal(counted.values, whole.values)
        assert all(np.array_equal(before[name], values) for name, values in arrays.items())


# The three ways of counting arrays: 16 bits up to 2**15 - 1 cells, 32 bits up to 2**22, hashing beyond.
SPANS = [2**13 - 1, 2**13, 2**13 + 1, 2**14, 2**16 - 1, 2**16, 2**16 + 1, 2**20, 2**20 + 1, 2**31, 2**40]


@pytest.mark.parametrize("span", SPANS)
@pytest.mark.parametrize("low", [0, -5, -(2**62), 2**62], ids=["from 0", "negative", "far down", "far up"])
def test_codes_of_any_span_are_counted(span, low):
    """Integers are counted right wherever the ways of counting change, and wherever they lie."""
    rng = np.random.default_rng(span)
    values = low + rng.integers(0, span, 3000)
    values[:2] = low, low + span - 1  # the span is reached
    y, d = rng.integers(0, 2, (2, 3000))
    weights = rng.integers(0, 9, 3000) / 4
    counts = count(
        {"g": values, "y": y, "d": d, "w": weights},
        by="g",
        label="y",
        decision="d",
        weight="w",
        max_levels=3000,
    )
    assert counts == expected(
        [(str(value),) for value in values.tolist()],
        (d == 1).tolist(),
        (y == 1).tolist(),
        weights=weights.tolist(),
    )


@pytest.mark.parametrize("dtype", ["u8", "i8", "u4", "i4", "u2", "i2", "u1", "i1"])
def test_codes_of_any_type_are_combined(dtype):
    """Columns of every integer type combine with any other, below and above the limit for hashing."""
    rng = np.random.default_rng(1)
    information = np.iinfo(dtype)
    top = information.max - rng.integers(0, 60, 2000).astype(dtype)
    bottom = information.min + rng.integers(0, 60, 2000).astype(dtype)
    wide = rng.integers(0, 40_000, 2000)
    d = rng.integers(0, 2, 2000)
    for columns in ({"a": top, "b": bottom}, {"a": top, "b": bottom, "c": wide}):
        counts = count({**columns, "d": d}, by=",".join(columns), decision="d", max_levels=2000)
        groups = list(zip(*(map(str, values.tolist()) for values in columns.values()), strict=True))
        assert counts == expected(groups, (d == 1).tolist(), names=list(columns))


def test_rows_beyond_one_block_are_counted():
    """Blocks join without a seam."""
    size = 3 * 2**16 + 5
    g, d = np.arange(size) % 7, np.arange(size) % 2
    counts = count({"g": g, "d": d, "w": np.full(size, 0.25)}, by="g", decision="d", weight="w")
    assert counts.rows.sum() == size
    assert counts.values.sum() == size / 4
    np.testing.assert_array_equal(counts.rows[:, 0], [np.sum((g == k) & (d == 1)) for k in range(7)])


def test_more_combinations_than_integers_are_counted():
    """Attributes whose combinations cannot be numbered at once are counted as those that can."""
    rng = np.random.default_rng(0)
    columns = {f"a{i}": rng.integers(0, 60_000, 100) for i in range(9)}
    counts = count({**columns, "d": np.arange(100) % 2 == 0}, by=list(columns), decision="d")
    rows = sorted(zip(*(values.tolist() for values in columns.values()), range(100), strict=True))
    assert [tuple(map(int, group)) for group in counts.groups()] == [row[:-1] for row in rows]
    assert counts.values[:, 0].tolist() == [int(row[-1] % 2 == 0) for row in rows]


@settings(max_examples=50)
@given(
    st.lists(
        st.tuples(
            st.sampled_from(["a", "b", None]),
            st.sampled_from([0, 1, None]),
            st.sampled_from([True, False, None]),
            st.integers(0, 8),
        ),
        max_size=30,
    )
)
def test_arrays_and_engines_agree_on_random_rows(rows):
    """The count over arrays, the group-by of an engine and plain Python give the same table."""
    g, y, d, w = ([row[i] for row in rows] for i in range(4))
    wanted = expected(
        [(level,) for level in g],
        d,
        [None if value is None else value == 1 for value in y],
        weights=[value / 4 for value in w],
    )
    table = pa.table(
        {
            "g": pa.array(g, pa.string()),
            "y": pa.array(y, pa.int8()),
            "d": pa.array(d, pa.bool_()),
            "w": pa.array([value / 4 for value in w], pa.float64()),
        }
    )
    asked = {"by": "g", "label": "y", "decision": "d", "weight": "w"}
    for frame in (
        {"g": g, "y": y, "d": d, "w": np.array(w) / 4},
        table.to_pandas(types_mapper=pd.ArrowDtype),
        pl.from_arrow(table),
        table,
    ):
        assert count(frame, **asked) == wanted


# --- other doors ---


def test_a_stream_is_read_once():
    """A reader of record batches, which cannot be read again, is enough; only used columns are kept of it."""
    taken = []

    def batches():
        for i in range(4):
            taken.append(i)
            yield pa.record_batch({"g": ["a", "b"], "d": [i % 2, 1], "unused": [[i], [i]]})

    schema = pa.record_batch({"g": ["a"], "d": [0], "unused": [[0]]}).schema
    counts = count(pa.RecordBatchReader.from_batches(schema, batches()), by="g", decision="d")
    assert counts.values.tolist() == [[2, 2, 0], [4, 0, 0]]
    assert taken == [0, 1, 2, 3]


def test_a_lazy_query_runs_once_and_brings_groups_only():
    """Polars reads the rows one time, and hands over as many rows as there are groups."""
    calls = []

    def watch(frame):
        calls.append(frame.height)
        return frame

    rows = pl.LazyFrame({"g": ["a", "b"] * 500, "s": [0.2, 0.9] * 500, "w": [1.0, 2.0] * 500})
    watched = rows.map_batches(watch)
    counts = count(watched, by=["g", "high: s > 0.5"], score="s", threshold=0.5, weight="w")
    assert calls == [1000]
    assert counts.values.tolist() == [[0, 500, 0], [1000, 0, 0]]


@pytest.mark.parametrize(
    "wrap",
    [
        lambda table: table.to_batches()[0],
        ds.dataset,
        lambda table: ds.dataset(table).scanner(),
        nw.from_native,
        lambda table: nw.from_native(pl.from_arrow(table)),
        lambda table: nw.from_native(pl.from_arrow(table).lazy()),
        lambda table: nw.from_native(table.to_pandas()),
        lambda table: type("Frame", (), {"__arrow_c_stream__": table.__arrow_c_stream__})(),
        lambda table: duckdb.connect().from_arrow(table).filter("d >= 0"),
        lambda table: type("Rows", (dict,), {})(table.to_pydict()),
        lambda table: type("Subclass", (pd.DataFrame,), {})(table.to_pandas()),
    ],
    ids=[
        "batch",
        "dataset",
        "scanner",
        "nw arrow",
        "nw polars",
        "nw lazy",
        "nw pandas",
        "capsule",
        "query",
        "dict",
        "subclass",
    ],
)
def test_relatives_of_frames_are_frames(wrap):
    """Batches, data sets, narwhals frames, Arrow capsules, queries and subclasses are read as well."""
    table = pa.table({"g": ["a", "b", "a"], "d": [1, 0, 0]})
    assert count(wrap(table), by="g", decision="d").values.tolist() == [[1, 1, 0], [0, 1, 0]]


@pytest.mark.parametrize(
    "data",
    [None, 5, [1, 2], [{"g": 1}], np.zeros((3, 2)), pd.Series([1]), object()],
    ids=lambda data: type(data).__name__,
)
def test_what_holds_no_rows_is_refused(data):
    """The message says what can be read."""
    with pytest.raises(DataError, match=r"cannot read rows from .*; give a pandas, Polars"):
        count(data, by="g", decision="d")


def test_column_names_that_are_no_texts_are_their_texts():
    """Frames and mappings may have numbers for names."""
    frame = pd.DataFrame({0: ["a", "b"], 1: [1, 0]})
    assert count(frame, by="0", decision="1").groups() == (("a",), ("b",))
    assert count({0: ["a", "b"], 1: [1, 0]}, by="0", decision="1").groups() == (("a",), ("b",))


@pytest.mark.parametrize(
    "frame",
    [
        pd.DataFrame([["a", 1, "x", "y"]], columns=["g", "d", "u", "u"]),
        pa.table([["a"], [1], ["x"], ["y"]], names=["g", "d", "u", "u"]),
        pa.table([["a"], [1], ["x"], ["y"]], names=["g", "d", "u", "u"]).to_reader(),
    ],
    ids=["pandas", "arrow", "stream"],
)
def test_repeated_names_matter_only_where_they_are_used(frame):
    """A name that two columns have cannot be meant; other columns can."""
    with pytest.raises(DataError, match="column 'u' appears more than once"):
        count(frame, by="u", decision="d")
    assert count(frame, by="g", decision="d").groups() == (("a",),)


def test_the_index_of_a_frame_does_not_matter():
    """Rows of pandas are counted by place, also where their index repeats."""
    frame = pd.DataFrame({"g": ["a", "b", "a"], "d": [1, 0, 0], "x": [1.0, 2.0, 3.0]}, index=[7, 7, 0])
    assert count(frame, by="g", decision="x > 1.5").values.tolist() == [[1, 1, 0], [1, 0, 0]]


def test_single_precision_scores_are_compared_as_stored():
    """A score of single precision meets the threshold in double precision on every engine."""
    scores = np.array([0.1, 0.3, 0.7, 0.9], np.float32)
    columns = {"g": ["a"] * 4, "s": scores}
    for frame in (columns, pd.DataFrame(columns), pl.DataFrame(columns), pa.table(columns)):
        for threshold in (0.1, 0.3, 0.7):
            selected = count(frame, by="g", score="s", threshold=threshold).values[0, 0]
            assert selected == int((scores.astype(float) >= threshold).sum())


@pytest.mark.parametrize("make", [pd.DataFrame, pl.DataFrame, pa.table, dict])
def test_other_numbers_are_weights_and_scores(make):
    """Integers and decimals are numbers."""
    numbers = [decimal.Decimal("0.25"), decimal.Decimal("1.50")]
    for values in (numbers, [0, 2], np.array([0, 2], np.uint8)):
        frame = make({"g": ["a", "b"], "x": values})
        assert count(frame, by="g", score="x", threshold=1).values.tolist() == [[0, 1, 0], [1, 0, 0]]
        weighted = count(frame, by="g", score="x", threshold=1, weight="x")
        assert weighted.values.sum() == float(sum(values))


def test_more_combinations_than_can_be_held_are_refused(monkeypatch):
    """An engine's groups are collected up to a limit; beyond it, the question is wrong."""
    monkeypatch.setattr("fairkit.door.grids.MOST_CELLS", 10)
    frame = pl.DataFrame({"g": list(range(50)), "d": [0, 1] * 25})
    with pytest.raises(DataError, match="more than 10 combinations of values"):
        count(frame, by="g", decision="d")


def test_where_rows_came_from_is_told():
    """A reading names its source; only files have a hash."""
    rows = {"g": ["a"], "d": [1]}
    question = Question((Attribute("g"),), decision="d")
    sources = [
        read(frame, question) for frame in (rows, pd.DataFrame(rows), pl.DataFrame(rows), pa.table(rows))
    ]
    assert [reading.source for reading in sources] == ["arrays", "pandas", "polars", "pyarrow"]
    assert {reading.sha256 for reading in sources} == {None}
