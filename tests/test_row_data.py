"""The rows behind a question: the same classes, groups and clusters as its counts, from every engine."""

import numpy as np
import pytest

from fairkit.errors import DataError, UsageError
from fairkit.frames import read
from fairkit.functions.row_data import key_of, row_data
from fairkit.groups import attributes_of, groupings
from fairkit.questions import Question
from fairkit.tables import group_table

COLUMNS = {
    "sex": ["F", "M", None, "F", "M", "F", "M", "?"],
    "age": [20, 35, 50, 24, 61, 33, 29, 18],
    "site": [1, 2, 1, 1, 2, 2, 1, 2],
    "y": ["yes", "no", "yes", None, "no", "yes", "no", "no"],
    "s": [0.9, 0.2, 0.6, 0.7, 0.4, 0.1, 0.8, 0.3],
    "w": [1.0, 2.0, 0.5, 1.5, 1.0, 2.5, 0.5, 1.0],
}
BY = ["sex,site", "young: age < 30"]


def question(**further):
    """Ask about scores against a threshold, with a positive class that must be stated."""
    asked = {"label": "y", "score": "s", "threshold": 0.5, "positive": {"label": "yes"}, "missing": ("?",)}
    return Question(attributes_of(groupings(BY)), **{**asked, **further})


def test_every_engine_puts_rows_into_the_groups_that_counted_them(frame_of):
    """Rows by group, label and decision add up to the counts, predicates and missing texts included."""
    data = frame_of(COLUMNS)
    rows = row_data(data, question(), columns=["w"])
    counts = read(frame_of(COLUMNS), question(score=None, threshold=None, decision="s >= 0.5")).counts
    assert sorted(zip(rows.columns["w"].tolist(), rows.score.tolist(), strict=True)) == sorted(
        zip(COLUMNS["w"], COLUMNS["s"], strict=True)
    )
    fields = {(1, 1): 0, (0, 1): 1, (1, 0): 2, (0, 0): 3}
    for grouping in groupings(BY):
        table = group_table(counts, grouping)
        place = rows.groups(grouping.names, table.levels)
        found = np.zeros_like(table.sums)
        for g, label, known, decision in zip(
            place, rows.label, rows.known["label"], rows.decision, strict=True
        ):
            found[g, fields[int(label), int(decision)] if known else 4] += 1
        np.testing.assert_array_equal(found, table.sums)


def test_several_classes_are_texts_and_regressions_numbers():
    """What is no matter of two classes is given to functions as it is."""
    data = {"g": ["a", "b"] * 3, "y": ["cat", "dog", "cow"] * 2, "d": ["cat", "cow", None] * 2}
    asked = Question(attributes_of(groupings("g")), label="y", decision="d", classes="all")
    rows = row_data(data, asked)
    assert rows.label.tolist() == data["y"]
    assert rows.known["decision"].tolist() == [True, True, False] * 2
    numbers = {"g": ["a", "b"], "y": [1.5, 2.5], "p": [1.0, None]}
    asked = Question(attributes_of(groupings("g")), label="y", prediction="p")
    rows = row_data(numbers, asked)
    assert (rows.label.tolist(), rows.known["decision"].tolist()) == ([1.5, 2.5], [True, False])


def test_clusters_and_weights_come_along():
    """Rows know whom they belong to and what they weigh, also some of them alone."""
    rows = row_data(COLUMNS, question(cluster="site", weight="w"))
    assert len(set(rows.cluster.tolist())) == 2
    some = rows.chosen(np.array([True, False] * 4))
    assert some.weight.tolist() == [1.0, 0.5, 1.0, 0.5]
    assert (some.size, len(some.keys["young"].codes)) == (4, 4)
    assert rows.groups(["sex"], [("M",)]).tolist() == [-1, 0, -1, -1, 0, -1, 0, -1]


def test_slips_are_named():
    """Unknown columns and questions about several models are refused in words."""
    with pytest.raises(DataError, match=r"'weigth' is not in the data.*Did you mean"):
        row_data({**COLUMNS, "weight": COLUMNS["w"]}, question(), columns=["weigth"])
    with pytest.raises(UsageError, match="one model and one label at a time"):
        row_data(COLUMNS, question(score=None, threshold=None, decision={"a": "s", "b": "s"}))
    with pytest.raises(DataError, match="must hold numbers"):
        row_data({**COLUMNS, "s": ["high"] * 8}, question())


def test_columns_are_coded_by_their_texts():
    """A float that is whole is the level of the integer, a missing value is none."""
    key = key_of(np.array([1.0, np.nan, 2.0]))
    assert [key.levels[code] for code in key.codes] == ["1", None, "2"]
