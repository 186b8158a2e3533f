"""What two reports mean: other things under the same words are refused, all else is noted."""

from __future__ import annotations

from dataclasses import replace

import pytest
from releases import decided, released

import fairkit
from fairkit.changes.comparing import compare_reports
from fairkit.changes.meaning import meaning
from fairkit.errors import UsageError

CELLS = {"F": (30, 10, 5, 55), "M": (50, 12, 8, 30)}
PLAIN = released(CELLS).settings


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        (
            {"by": ("young",), "predicates": {"young": "age < 25"}},
            {"by": ("young",), "predicates": {"young": "age < 30"}},
            "group 'young' is not the same: 'age < 25' in the old report, 'age < 30' in the new one.",
        ),
        (
            {"by": ("young",), "predicates": {"young": "age < 25"}},
            {"by": ("young",)},
            "group 'young' is not the same: 'age < 25' in the old report, a column in the new one.",
        ),
        (
            {"positive": {"decision": "yes"}},
            {"positive": {"decision": "no"}},
            "the positive value of the decision is not the same: 'yes' in the old report, 'no' in",
        ),
        ({"positive": {"label": "0"}}, {}, "the positive value of the label is not the same: '0' in the old"),
        (
            {"label": "income > 50"},
            {"label": "income > 60"},
            "the label is not the same: 'income > 50' in the",
        ),
        (
            {"quantile": 0.5},
            {"quantile": 0.9},
            "the quantile that is predicted is not the same: 0.5 in the old",
        ),
        (
            {"exposure": "months"},
            {},
            "what events are counted per is not the same: months in the old report, a row",
        ),
        (
            {"unit": "words"},
            {"unit": "characters"},
            "the unit of transcripts is not the same: words in the old",
        ),
        (
            {"unit": "words", "normalizers": ("basic/1/aa",)},
            {"unit": "words", "normalizers": ("english/1/bb",)},
            "the normaliser that decides is not the same: basic/1/aa in the old report, english/1/bb in",
        ),
    ],
)
def test_other_things_under_the_same_words_are_refused(old, new, told):
    """What is counted must be the same thing on both sides, whatever it is called."""
    found = meaning(replace(PLAIN, **old), replace(PLAIN, **new))
    assert len(found.refusals) == 1
    assert found.refusals[0].startswith(told)


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        (
            {"score": "s", "threshold": 0.5},
            {"score": "s", "threshold": 0.6},
            "the threshold differs: 0.5 in the",
        ),
        ({"label": "y"}, {"label": "repaid"}, "the label is read from another column: 'y' in the old report"),
        (
            {"decision": "s >= 0.5"},
            {"decision": "s >= 0.6"},
            "the decision is read from another column: 's >= 0.5'",
        ),
        (
            {"positive": {"label": "yes"}},
            {},
            "the positive value of the label is stated once: 'yes' in the old",
        ),
        (
            {"weight": "w"},
            {},
            "rows are weighted in another way: by 'w' in the old report, not at all in the new",
        ),
        (
            {"missing": ("?",)},
            {"missing": ()},
            "other texts mean missing: '?' in the old report, none in the new",
        ),
        ({"classes": ("a", "b")}, {"classes": ("all",)}, "other classes were asked for: 'a', 'b' in the old"),
    ],
)
def test_what_else_differs_is_noted(old, new, told):
    """A reader is told of settings that differ though the numbers can be compared."""
    found = meaning(replace(PLAIN, **old), replace(PLAIN, **new))
    assert (found.refusals, len(found.notes)) == ((), 1)
    assert found.notes[0].startswith(told)


def test_labels_that_are_written_otherwise_are_the_same():
    """Two predicates of one canonical form are one label."""
    one, other = replace(PLAIN, label="not (income <= 50)"), replace(PLAIN, label="income > 50")
    assert meaning(one, other).refusals == ()


def test_groups_that_only_one_side_asks_about_contradict_nothing():
    """A predicate whose name the other report does not use is no contradiction."""
    one = replace(PLAIN, by=("sex", "young"), predicates={"young": "age < 25"})
    assert meaning(one, PLAIN).refusals == ()


def test_all_contradictions_are_told_at_once():
    """A comparison that is refused names everything that is not the same, and the sides by their roles."""
    rows = {**decided(CELLS), "age": [20, 30] * 100}
    old = fairkit.evaluate(rows, label="y", decision="d", by="young: age < 25", positive={"label": 1})
    new = fairkit.evaluate(rows, label="y", decision="d", by="young: age < 21", positive={"label": 0})
    with pytest.raises(UsageError) as caught:
        compare_reports(old, new, last_mile=True)
    assert len(caught.value.problems) == 2
    assert (
        "'age < 25' in the developer's report, 'age < 21' in the customer's one" in caught.value.problems[0]
    )
