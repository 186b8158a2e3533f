"""Subgroups on codes are what the predicate language says on values, missing ones included."""

from __future__ import annotations

import numpy as np
import pytest
from coded_columns import predicates, values
from hypothesis import given, settings

from bounty.rows.columns import Columns
from bounty.rows.subgroups import Subgroup
from fairkit.errors import ClaimError, PredicateError
from fairkit.predicates import parse, to_mask


@settings(max_examples=60)
@given(values(), predicates())
def test_a_subgroup_is_where_its_predicate_holds(drawn, text):
    """The rows of a subgroup are those in which the predicate is true of the values; missing is not true."""
    try:
        predicate = parse(text)
    except PredicateError:  # too long once written out
        return
    columns = Columns.of(drawn)
    arrays = {name: np.array(column, dtype=object) for name, column in drawn.items()}
    kinds = {name: kind for name, kind in columns.kinds.items() if any(v is not None for v in drawn[name])}
    if set(predicate.columns) - set(kinds):
        return  # a column without values has no kind
    expected = to_mask(predicate, arrays) == 1
    group = Subgroup.of(text, columns)
    np.testing.assert_array_equal(group.rows(columns).mask, expected)
    assert group.text == predicate.canonical
    denied = Subgroup.of(f"not ({group.text})", columns).rows(columns)
    np.testing.assert_array_equal(denied.mask, to_mask(predicate, arrays) == 0)


@settings(max_examples=100)
@given(values(least=2), predicates())
def test_a_subgroup_fits_every_split_of_the_same_levels(drawn, text):
    """Fitted to one split, a subgroup finds in another what it finds when it is fitted to that."""
    columns = Columns.of(drawn)
    split = columns.taking(np.arange(0, columns.rows, 2))
    try:
        fitted = Subgroup.of(text, columns)
    except ClaimError:
        return
    assert fitted.rows(split) == Subgroup.of(text, split).rows(split)


@pytest.mark.parametrize("levels", [3, 255, 256, 60_000])
@pytest.mark.parametrize(
    "text",
    [
        "n < 2",
        "n <= 0",
        "n > 1",
        "n >= 0",
        "n == 1",
        "n != 1",
        "1 <= n < 3",
        "n in (0, 2, 17, 40, 41, 99)",
        "n not in (0, 2, 17, 40)",
        "n is missing",
        "n is not missing",
        "n is missing or n > 1",
        "n < -5",
        "n > 1e9",
        "n < 1e9",
    ],
)
def test_each_form_of_test_is_exact_at_its_borders(text, levels):
    """Runs that touch the first code, the last, the missing one, or none are all compiled rightly."""
    given = [*range(levels), None]
    columns = Columns.of({"n": given})
    expected = to_mask(parse(text), {"n": np.array(given, dtype=object)}) == 1
    np.testing.assert_array_equal(Subgroup.of(text, columns).rows(columns).mask, expected)


def test_whole_numbers_and_fractions_are_compared_exactly():
    """The largest whole numbers are told apart, also beside a fraction."""
    columns = Columns.of({"n": [2**53, 2**53 - 1, 0.5]})
    assert Subgroup.of("n < 9007199254740992", columns).rows(columns).mask.tolist() == [False, True, True]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("agee < 5", "Did you mean 'age'?"),
        ("age == 'a'", "column 'age' holds numbers"),
        ("home < 5", "column 'home' holds text"),
        ("employed == 1", "column 'employed' holds True/False"),
        ("age <", "a literal is expected"),
        ("", "is empty"),
    ],
)
def test_what_does_not_fit_is_a_claim_error(text, message):
    """A text that is no predicate, or names or compares a column wrongly, is a claim error that says so."""
    columns = Columns.of({"age": [1], "home": ["a"], "employed": [True]})
    with pytest.raises(ClaimError) as caught:
        Subgroup.of(text, columns)
    assert message in str(caught.value)


def test_two_subgroups_of_one_canonical_form_are_equal():
    """A subgroup is known by its canonical text."""
    columns = Columns.of({"age": [1]})
    assert Subgroup.of("not (age >= 5)", columns) == Subgroup.of("5 > age", columns)
    assert Subgroup.of("age < 5", columns) != Subgroup.of("age <= 5", columns)


def test_no_rows_have_no_group():
    """A split without rows has groups without rows."""
    columns = Columns.of({"age": [1, 2]}).taking(np.array([], dtype=np.intp))
    assert Subgroup.of("age < 5 and age is not missing", columns).rows(columns).rows == 0
