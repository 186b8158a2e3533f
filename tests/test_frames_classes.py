"""Several classes, several labels per row, several models: what is read is the same on every engine."""

import numpy as np
import polars as pl
import pytest
from plain_counts import assert_same, plain_counts

from fairkit.counts import Axis, Kind, merge
from fairkit.errors import DataError
from fairkit.frames import Question, count

RNG = np.random.default_rng(8)
N = 60


def pick(values, size=N):
    """Draw a column; None makes missing values."""
    return [values[i] for i in RNG.integers(0, len(values), size)]


ROWS = {
    "g": pick(["a", "b", None]),
    "y": pick(["cat", "dog", "R & D", None]),
    "d": pick(["cat", "dog", "owl", None]),
    "e": pick(["cat", "owl", None]),
    "n": pick([1, 2, 3]),
    "m": pick([1.0, 2.0, 3.5, None]),
    "one": pick([0, 1, None]),
    "two": pick([True, False, None]),
    "three": pick([True, False]),
    "s": pick([0.2, 0.6, None]),
    "w": pick([0.5, 1.0, 2.25, 0.0]),
    "k": pick(["p1", "p2", "p3"]),
}


def text(value):
    """Write a value as a level."""
    return (
        str(int(value))
        if isinstance(value, float) and value.is_integer()
        else None
        if value is None
        else str(value)
    )


def groups():
    """Return the group of every row."""
    return [(level,) for level in ROWS["g"]]


def expected_classes(label, decisions, **more):
    """Count pairs of classes by plain Python."""
    levels = [tuple(text(ROWS[name][i]) for name in (label, *decisions.values())) for i in range(N)]
    adds = []
    for y, *given in levels:
        lacking = all(level is None for level in given)
        adds.append(
            {
                {
                    (False, False): "rows",
                    (True, False): "label_missing",
                    (False, True): "decision_missing",
                    (True, True): "both_missing",
                }[y is None, lacking]: 1
            }
        )
    axes = [Axis("label", ()), *(Axis(f"decision:{name}" if name else "decision", ()) for name in decisions)]
    return plain_counts(Kind.CLASSES, groups(), adds, axes=axes, levels=levels, **more)


def outcome(label, decision, *, labelled=True):
    """Name what came of one row."""
    if not labelled:
        return {None: "decision_missing", True: "selected", False: "rejected"}[decision]
    if decision is None:
        return "both_missing" if label is None else "decision_missing"
    if label is None:
        return "label_missing"
    return {(True, True): "tp", (False, True): "fp", (True, False): "fn", (False, False): "tn"}[
        label, decision
    ]


def truth(values):
    """Read zeros, ones and truth values."""
    return [None if value is None else bool(value) for value in values]


def expected_outcomes(pairs, **more):
    """Count outcomes by plain Python; `pairs` gives label and decision of each axis."""
    levels = [
        tuple(outcome(None if y is None else y[i], d[i], labelled=y is not None) for y, d in pairs.values())
        for i in range(N)
    ]
    axes = [Axis(name, ()) for name in pairs]
    return plain_counts(Kind.OUTCOMES, groups(), [{"rows": 1}] * N, axes=axes, levels=levels, **more)


def only(*names):
    """Return some columns of the rows."""
    return {name: ROWS[name] for name in names}


# --- classes ---


def test_classes_are_counted_pair_by_pair(frame_of):
    """Texts of label and decision are the classes; a row that lacks one says so, and keeps the other."""
    found = count(frame_of(only("g", "y", "d")), by="g", label="y", decision="d", classes="all")
    assert_same(found, expected_classes("y", {"": "d"}))


def test_numbers_may_be_classes(frame_of):
    """A class is called the same whether its column is of whole numbers or of floats with gaps."""
    found = count(
        frame_of(only("g", "n", "m", "w", "k")),
        by="g",
        label="n",
        decision="m",
        classes=[1, 2, 3, 3.5],
        weight="w",
        cluster="k",
    )
    assert_same(found, expected_classes("n", {"": "m"}, weights=ROWS["w"], clusters=ROWS["k"]))


def test_classes_of_several_models_lie_on_axes_of_their_own(frame_of):
    """A row is used where the label and at least one decision are there."""
    found = count(
        frame_of(only("g", "y", "d", "e")),
        by="g",
        label="y",
        decision={"old": "d", "new": "e"},
        classes="all",
    )
    assert_same(found, expected_classes("y", {"old": "d", "new": "e"}))


def test_other_values_than_the_classes_are_refused(frame_of):
    """Both columns are looked at, and the nearest class is suggested."""
    with pytest.raises(DataError) as caught:
        count(frame_of(only("g", "y", "d")), by="g", label="y", decision="d", classes=["Cat", "dog", "owl"])
    assert caught.value.problems == (
        (
            "label 'y' has the values 'R & D', 'cat', which are none of the classes ('Cat', 'dog', 'owl'). "
            "Add them, or take all that occur: classes='all' (--classes all)."
        ),
        (
            "decision 'd' has the values 'cat', which are none of the classes ('Cat', 'dog', 'owl'). Did you "
            "mean 'Cat'? Add them, or take all that occur: classes='all' (--classes all)."
        ),
    )


def test_a_thousand_classes_are_an_identifier():
    """More classes than a thousand are refused."""
    rows = {"g": ["a"] * 1001, "y": np.arange(1001), "d": np.zeros(1001, int)}
    with pytest.raises(DataError, match=r"label 'y' has 1,001 classes \(at most 1,000 are taken\)"):
        count(rows, by="g", label="y", decision="d", classes="all")


def test_the_error_of_a_third_class_tells_of_classes():
    """Who has three classes is told how to count them all."""
    rows = {"g": ["a"] * 3, "y": [0, 1, 1], "d": ["x", "y", "z"], "p": [0.1, 0.2, 0.3]}
    for decision in ("d", "p"):
        with pytest.raises(DataError, match=r"classes='all' \(--classes all\)"):
            count(rows, by="g", label="y", decision=decision)


# --- outcomes ---


def test_several_labels_per_row_are_counted_together(frame_of):
    """Each output has an axis with what came of the row; predicates may stand for decisions."""
    found = count(
        frame_of(only("g", "one", "two", "three", "s")),
        by="g",
        outputs={"one": "two", "three": "s > 0.5"},
    )
    above = [None if value is None else value > 0.5 for value in ROWS["s"]]
    pairs = {"one": (truth(ROWS["one"]), ROWS["two"]), "three": (ROWS["three"], above)}
    assert_same(found, expected_outcomes(pairs))


def test_several_models_are_counted_on_the_same_rows(frame_of):
    """Each model has an axis with what came of its decision."""
    found = count(
        frame_of(only("g", "one", "two", "three", "w", "k")),
        by="g",
        label="one",
        decision={"old": "two", "new": "three"},
        weight="w",
        cluster="k",
    )
    y = truth(ROWS["one"])
    pairs = {"decision:old": (y, ROWS["two"]), "decision:new": (y, ROWS["three"])}
    assert_same(found, expected_outcomes(pairs, weights=ROWS["w"], clusters=ROWS["k"]))


def test_models_without_a_label_select_or_reject(frame_of):
    """Decisions alone, or scores with a threshold, are compared by whom they select."""
    found = count(frame_of(only("g", "two", "one")), by="g", decision={"old": "two", "new": "one"})
    assert_same(
        found,
        expected_outcomes({"decision:old": (None, ROWS["two"]), "decision:new": (None, truth(ROWS["one"]))}),
    )
    found = count(frame_of(only("g", "s", "n")), by="g", score={"old": "s", "new": "n"}, threshold=0.5)
    above = [[None if value is None else value >= 0.5 for value in ROWS[name]] for name in ("s", "n")]
    assert_same(
        found, expected_outcomes({"decision:old": (None, above[0]), "decision:new": (None, above[1])})
    )


def test_every_column_that_is_not_two_valued_is_named(frame_of):
    """All outputs are looked at before anything is raised."""
    with pytest.raises(DataError) as caught:
        count(frame_of(only("g", "y", "n", "two")), by="g", outputs={"y": "two", "two": "n"})
    assert [problem.split(" must")[0] for problem in caught.value.problems] == ["decision 'n'", "label 'y'"]


def test_a_positive_class_may_fit_only_some_outputs():
    """What is stated is an error only where it fits none of them."""
    rows = {"g": ["a"] * 2, "y": ["p", "n"], "d": ["p", "p"], "z": [0, 1], "e": [1, 1]}
    found = count(rows, by="g", outputs={"y": "d", "z": "e"}, positive="p")
    assert [axis.levels for axis in found.axes] == [("fp", "tp"), ("fp", "tp")]
    with pytest.raises(DataError, match="positive='p' is a value of neither label nor decision"):
        count(rows, by="g", outputs={"z": "e"}, positive="p")


def test_parts_add_up_to_the_whole():
    """Levels that occur in one part only take their place when parts are merged."""
    rows = pl.DataFrame(ROWS)
    for asked in (
        {"label": "y", "decision": "d", "classes": "all"},
        {"outputs": {"one": "two", "three": "two"}},
        {"label": "one", "decision": {"a": "two", "b": "three"}, "weight": "w"},
    ):
        parts = [count(rows[i::3], by="g", **asked) for i in range(3)]
        assert_same(merge(parts), count(rows, by="g", **asked))


def test_many_outputs_are_counted_by_hashing():
    """Tables with more possible combinations than memory hold those that occur."""
    rng = np.random.default_rng(0)
    names = [f"y{i}" for i in range(13)]
    rows = {"g": rng.integers(0, 2, 2000)}
    rows |= {f"{part}{i}": rng.integers(0, 2, 2000) for i in range(13) for part in "yd"}
    found = count(rows, by="g", outputs={name: name.replace("y", "d") for name in names})
    assert found.total_rows == 2000
    tp = sum(found.values[found.axis_codes[:, 4] == found.axes[4].levels.index("tp"), 0])
    assert tp == np.sum(rows["y4"] & rows["d4"])
    assert_same(count(pl.DataFrame(rows), by="g", outputs={n: n.replace("y", "d") for n in names}), found)


@pytest.mark.parametrize(
    ("asked", "kind", "models"),
    [
        ({"label": "y", "decision": "d", "classes": "all"}, Kind.CLASSES, ()),
        ({"label": "y", "decision": {"a": "d", "b": "e"}, "classes": ["x", "z"]}, Kind.CLASSES, ("a", "b")),
        ({"label": "y", "decision": {"a": "d", "b": "e"}}, Kind.OUTCOMES, ("a", "b")),
        ({"outputs": {"y": "d"}}, Kind.OUTCOMES, ()),
    ],
)
def test_the_kind_is_known_before_rows_are_read(asked, kind, models):
    """Classes, outputs and models decide it."""
    question = Question((), **asked)
    assert (question.kind, question.models) == (kind, models)
