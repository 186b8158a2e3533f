"""Predicates on columns of texts: what is compared decides how a text is read, not its neighbours."""

from __future__ import annotations

import csv

import pytest

from fairkit.batches.answers import answers
from fairkit.errors import DataError
from fairkit.predicates import parse
from fairkit.speech import coverage, evaluate

BATCH = 4_096


@pytest.fixture
def rooms(tmp_path):
    """Write a table whose first batch of rows has only numbers for rooms."""
    path = tmp_path / "rooms.csv"
    with path.open("w", newline="", encoding="utf-8") as file:
        rows = csv.writer(file)
        rows.writerow(["said", "heard", "room", "who"])
        rows.writerows(["go on", "go", "07", f"s{i % 30}"] for i in range(BATCH))
        rows.writerows(["go on", "go on", "hall", f"s{i % 30}"] for i in range(64))
    return path


@pytest.mark.parametrize(
    ("text", "values", "found"),
    [
        ("age < 10", ["9", "10", None, "?", "nan"], ["True", "False", None, None, None]),
        ("room == '07'", ["07", "7", None, "?"], ["True", "False", None, None]),
        ("native == True", ["true", "FALSE", "?", True], ["True", "False", None, "True"]),
        ("not native", ["true", "FALSE"], ["False", "True"]),
        ("room is missing", ["07", None, "?"], ["False", "True", "True"]),
        ("age < 10", [9, 10.5, None], ["True", "False", None]),
    ],
)
def test_a_text_is_read_as_what_it_is_compared_with(text, values, found):
    """Numbers, truths and texts are told apart by the predicate, and missing stays missing."""
    predicate = parse(text)
    assert answers(predicate, {predicate.columns[0]: values}, ["?"]) == found


@pytest.mark.parametrize(
    ("text", "said"), [("age < 10", "hold numbers; it has 'old'"), ("age == True", "hold true/false")]
)
def test_a_text_that_cannot_be_read_so_is_named(text, said):
    """A word where a number is compared is refused by name."""
    with pytest.raises(DataError, match=said):
        answers(parse(text), {"age": ["9", "old"]}, [])


def test_a_batch_of_numbers_does_not_make_a_column_one_of_numbers(rooms):
    """Rooms are compared as texts in every batch, also where all that a batch has could be numbers."""
    given = {"reference": "said", "hypothesis": "heard", "by": "hall: room == 'hall'", "speaker": "who"}
    found = {g.group: g.utterances for g in evaluate(rooms, **given).speech}
    assert found == {"hall=False": BATCH, "hall=True": 64, "all": BATCH + 64}
    plan = coverage(rooms, by="hall: room == 'hall'", speaker="who")
    assert {cell.group: cell.utterances for cell in plan.tables[0].cells} == {
        "hall=False": BATCH,
        "hall=True": 64,
    }
