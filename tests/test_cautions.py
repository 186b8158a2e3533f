"""Cautions: what a reader should know before the numbers is said, and nothing else is."""

from __future__ import annotations

import numpy as np
import pytest

import fairkit
from fairkit.cautions import cautions, one_sided, slips
from fairkit.counts import Axis, Counts, Kind
from fairkit.groups import attributes_of, groupings
from fairkit.questions import Question
from fairkit.report.model import DataSummary


def _decisions(cells, values, attributes=("sex",)):
    return Counts.from_cells(Kind.DECISIONS, attributes, cells, values)


def _summary(**left_out):
    return DataSummary("arrays", None, 100, 100 - sum(left_out.values()), left_out, "")


def test_counts_without_a_question_cannot_be_a_slip():
    """Where counts were given, nothing is known of columns."""
    assert slips(None, groupings("sex")) == []


def test_a_sound_question_is_no_slip():
    """An ordinary question is not commented on, whatever its kind."""
    assert slips(Question((), decision="d", label="y"), groupings("sex")) == []
    assert slips(Question((), decision={"a": "d", "b": "e"}, label="y"), groupings("sex")) == []
    assert slips(Question((), prediction="p", label="y"), groupings("sex")) == []


def test_groups_by_what_is_judged_are_pointed_out():
    """Rates within groups of the label or of the decision are 0 and 1, which is no finding."""
    found = slips(Question((), decision="d", label="y"), groupings(["d", "sex,y"]))
    assert [note.partition(":")[0] for note in found] == [
        "groups are by 'd', which is also the decision",
        "groups are by 'y', which is also the label",
    ]


def test_groups_by_one_of_several_models_are_pointed_out():
    """Every model's column counts, not only that of a single one."""
    question = Question((), decision={"old": "d1", "new": "d2"}, label="y")
    assert slips(question, groupings("d2")) == [
        "groups are by 'd2', which is also the decision: its rates are 0 and 1 by construction."
    ]


def test_a_model_that_is_its_own_label_is_named():
    """One of several models may have been given the label's column by mistake."""
    assert slips(Question((), decision={"old": "y", "new": "d"}, label="y"), groupings("sex")) == [
        "label and decision of 'old' are the same column, 'y': nothing can be wrong then."
    ]


def test_a_predicate_of_the_same_name_is_no_slip():
    """A group given by a comparison may be called like the label."""
    assert slips(Question((), decision="d", label="y"), groupings("y: age < 25")) == []


def test_rows_left_out_are_counted_by_reason():
    """A reason without rows is not mentioned."""
    counts = _decisions([("F",)], [[60, 30, 10]])
    assert cautions(counts, _summary(decision_missing=10, label_missing=0), groupings("sex")) == [
        "10 of 100 rows are left out: decision missing."
    ]


def test_levels_that_were_not_declared_are_named():
    """A level that occurs though it was not declared may be a misspelling; a missing one is told apart."""
    counts = _decisions([("F",), ("f",), ("M",), (None,)], [[50, 20, 0], [1, 0, 0], [10, 9, 0], [6, 4, 0]])
    found = cautions(counts, _summary(), groupings("sex", levels={"sex": ["F", "M", "X"]}))
    assert found == [
        "'sex' has levels that were not declared: 'f'.",
        "'sex' is missing in 10 of the rows used (10.0%); they are a group of their own.",
    ]


def test_missing_levels_of_rows_that_are_not_used_are_no_group():
    """Only rows that metrics can use are counted as a group."""
    counts = _decisions([("F",), (None,)], [[50, 40, 0], [0, 0, 10]])
    found = cautions(counts, _summary(decision_missing=10), groupings("sex"))
    assert found == ["10 of 100 rows are left out: decision missing."]


def test_a_predicate_that_holds_nowhere_is_pointed_out():
    """A comparison that no row meets mostly misspells a value."""
    counts = _decisions([("False",)], [[60, 40, 0]], ("young",))
    (note,) = cautions(counts, _summary(), groupings("young: age < 25"))
    assert note.startswith("no row has young=True (age < 25")


def test_rows_are_counted_along_axes_once():
    """Cells of one group along an axis are one group, and sums of amounts are no rows."""
    values = [[2.0, 1, 1.8, 0.1, 1.62, 0.01, 0, 0, 0], [3.0, 4, 0.3, 0.4, 0.03, 0.04, 0, 0, 0]]
    counts = Counts.from_cells(
        Kind.SCORES,
        ["sex"],
        [(None,), (None,)],
        values,
        axes=[Axis("score", ())],
        axis_cells=[("0.9",), ("0.1",)],
    )
    (note,) = cautions(counts, _summary(), groupings("sex"))
    assert note.startswith("'sex' is missing in 10 of the rows used")


def test_an_attribute_in_two_groupings_is_told_once():
    """Crossing an attribute says nothing new about it."""
    chosen = groupings(["sex", "sex,race"])
    counts = _decisions([(None, "A"), ("F", "A")], [[5, 5, 0], [40, 50, 0]], ("sex", "race"))
    assert [a.name for a in attributes_of(chosen)] == ["sex", "race"]
    assert len(cautions(counts, _summary(), chosen)) == 1


@pytest.mark.parametrize(
    ("cells", "expected"),
    [
        ([3, 1, 2, 4], []),
        ([3, 0, 2, 0], ["every label is positive; check the positive class."]),
        ([0, 3, 0, 2], ["every label is negative; check the positive class."]),
        ([3, 2, 0, 0], ["every decision is positive; check the positive class"]),
        ([0, 0, 3, 2], ["every decision is negative; check the positive class"]),
        ([5, 0, 0, 0], ["every label is positive", "every decision is positive"]),
    ],
)
def test_labels_and_decisions_that_are_all_alike_are_pointed_out(cells, expected):
    """One class alone is mostly a wrong positive class; both classes are no reason to speak."""
    counts = Counts.from_cells(Kind.CONFUSION, [], [()], [[*cells, 7, 7, 7]])
    found = one_sided(counts, None)
    assert [note[: len(start)] for note, start in zip(found, expected, strict=True)] == expected


def test_the_class_or_model_that_is_one_sided_is_named():
    """With several models the note says which."""
    counts = Counts.from_cells(Kind.CONFUSION, [], [()], [[3, 2, 0, 0, 0, 0, 0]])
    (note,) = one_sided(counts, "new")
    assert note.startswith("every decision of 'new' is positive; check the positive class, and the threshold")
    assert one_sided(_decisions([("F",)], [[3, 0, 0]]), None) == []


def test_bins_are_stated_with_what_they_may_cost():
    """A report of binned scores says how far an area may be off; exact scores say nothing."""
    rng = np.random.default_rng(0)
    score = rng.random(400)
    rows = {"sex": rng.choice(["F", "M"], 400), "s": score, "y": (rng.random(400) < score).astype(int)}
    exact = fairkit.evaluate(rows, label="y", score="s", by="sex", metrics=["roc_auc"])
    binned = fairkit.evaluate(exact.counts, by="sex", metrics=["roc_auc"])
    (note,) = [note for note in binned.notes if "bins of width" in note]
    stated = float(note.partition("up to ")[2].rstrip("."))
    off = abs(exact.estimate("roc_auc", "sex=F").value - binned.estimate("roc_auc", "sex=F").value)
    assert 0 < off <= stated
    assert not any("bins of width" in note for note in exact.notes)


def test_what_each_reading_leaves_out_is_said():
    """Rows without a score still have a decision, and the report says which metrics stand on how many."""
    rng = np.random.default_rng(1)
    n = 500
    rows = {
        "sex": rng.choice(["F", "M"], n),
        "y": rng.integers(0, 2, n),
        "s": np.where(np.arange(n) < 60, np.nan, rng.random(n)),
        "d": np.where(np.arange(n) < 90, None, rng.integers(0, 2, n)),
    }
    report = fairkit.evaluate(rows, label="y", score="s", decision="d", by="sex")
    told = " ".join(report.notes)
    assert "for decisions, 90 of 500 rows are left out: decision missing 90." in told
    assert "60 of 500 rows are left out: score missing" in told


def test_no_score_at_all_leaves_the_decisions():
    """A score that is missing everywhere does not take the metrics of decisions with it."""
    rows = {"g": ["a", "b"] * 30, "y": [1, 0, 0] * 20, "d": [1, 0] * 30, "s": [np.nan] * 60}
    report = fairkit.evaluate(rows, label="y", score="s", decision="d", by="g")
    assert report.estimate("accuracy", "g=a").n == 30
    assert report.estimate("roc_auc", "g=a").value is None
    assert report.roc == ()
