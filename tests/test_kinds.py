"""Kinds of counts: every kind says wholly what it sums up."""

from __future__ import annotations

import re

import pytest

from fairkit.kinds import AMOUNTS, FIELDS, LEFT_OUT, ROW_FIELDS, Kind


@pytest.mark.parametrize("kind", Kind)
def test_every_kind_is_described_wholly(kind):
    """A kind has sums, reasons for what it leaves out, and sums that count rows, which come first."""
    fields, rows = FIELDS[kind], ROW_FIELDS[kind]
    assert rows
    assert fields[: len(rows)] == rows
    assert not set(fields) & set(LEFT_OUT[kind])
    assert len(set(fields)) == len(fields)


@pytest.mark.parametrize("kind", Kind)
def test_what_is_left_out_is_named_by_its_reason(kind):
    """Every reason ends in what is missing or empty, so that views can say it in words."""
    assert all(name.endswith(("_missing", "_empty")) for name in LEFT_OUT[kind])


@pytest.mark.parametrize("kind", sorted(AMOUNTS))
def test_a_power_stands_beside_what_it_is_a_power_of(kind):
    """A sum of squares is of no use without the plain sum, from which the mean follows."""
    for field in FIELDS[kind]:
        for word in field.split("_"):
            power = re.fullmatch(r"([a-z]+)[2-4]", word)
            assert power is None or any(power[1] in other.split("_") for other in FIELDS[kind])


def test_kinds_that_count_nothing_but_rows_are_no_moments():
    """A kind of rows in cells has whole counts; a kind of moments, and scores with their sums, has not."""
    whole = {kind for kind in Kind if ROW_FIELDS[kind] == FIELDS[kind]}
    assert whole == set(Kind) - AMOUNTS - {Kind.SCORES}


def test_a_kind_is_its_word():
    """Reports and counts name kinds by the words of the design, which must not change."""
    assert [str(kind) for kind in Kind] == [
        "confusion", "decisions", "agreement", "scores", "classes", "outcomes", "regression", "ranking",
        "events", "words", "characters", "moments",
    ]  # fmt: skip
