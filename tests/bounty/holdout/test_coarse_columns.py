"""The columns as hunters see them: learnt on public rows alone, and none that names its rows."""

from __future__ import annotations

from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bounty.holdout.coarse_columns import coarsened
from bounty.holdout.coarsening import Coarsening
from bounty.holdout.raw_columns import raw_column
from bounty.rows.columns import Column, Columns
from bounty.rows.subgroups import Subgroup
from fairkit.errors import BountyError

MANY = 40
"""Times that a value is repeated, so that no column nearly names its rows."""


def public_and_held(public, held):
    """Make a column of public rows, each value many times, and held-out rows after them."""
    values = [value for value in public for _ in range(MANY)] + list(held)
    return Column.of("x", values), np.arange(MANY * len(public))


def shown(public, held, coarsening=None):
    """Give what distinct public rows show, and what held-out rows become."""
    column, rows = public_and_held(public, held)
    values = coarsened(column, rows, coarsening).values()
    return values[: len(rows) : MANY], values[len(rows) :]


def test_a_number_is_the_lower_edge_of_its_bin():
    """Widths count from 0 and edges hold from themselves on, below 0 too."""
    assert shown([-5, 0, 9.5, 10, 23], [], Coarsening.width(10))[0] == [-10, 0, 0, 10, 20]
    assert shown([0.3, 0.29, 0.7], [], Coarsening.width(0.1))[0] == [0.3, 0.2, 0.7]
    assert shown([0, 24, 25, 70], [], Coarsening.edges(0, 25, 65))[0] == [0, 0, 25, 65]


@given(
    st.lists(st.integers(-50, 500).map(lambda n: n / 10), min_size=1, max_size=20),
    st.sampled_from([1, 10, 0.1, 0.5, 2.5]),
)
def test_bins_of_one_width_are_exact(numbers, width):
    """Each number lies in the bin that begins at a whole multiple of the width, in decimal arithmetic."""
    exact = Fraction(str(width))
    expected = [float(Fraction(str(number)) // exact * exact) for number in numbers]
    assert shown(numbers, [], Coarsening.width(width))[0] == expected


def test_quantiles_come_from_the_public_rows_alone():
    """Held-out rows, however many and far, move no edge."""
    public = list(range(100))
    column, rows = public_and_held(public, [])
    alone = coarsened(column, rows, Coarsening.quantiles(4)).levels
    assert alone == (0, 25, 50, 75)
    more, rows = public_and_held(public, [10**6] * 9000 + [-5] * 9000)
    assert coarsened(more, rows, Coarsening.quantiles(4)).levels == alone


@given(st.lists(st.integers(0, 30), min_size=1, max_size=60), st.integers(2, 12))
def test_quantiles_hold_about_equally_many_rows(numbers, bins):
    """No bin holds more than its share and the rows of one value."""
    column, rows = public_and_held(numbers, [])
    codes = coarsened(column, rows, Coarsening.quantiles(bins)).codes
    sizes = np.bincount(codes)
    commonest = max(numbers.count(number) for number in numbers)
    assert max(sizes) <= MANY * (len(numbers) / bins + commonest + 1)


@given(
    st.lists(st.integers(-5, 40), min_size=1, max_size=8),
    st.lists(st.one_of(st.none(), st.integers(-100, 200)), max_size=20),
    st.sampled_from([None, Coarsening.width(7), Coarsening.quantiles(3), Coarsening.edges(-5, 0, 12)]),
)
def test_held_out_numbers_take_public_values(public, held, coarsening):
    """A held-out number becomes the public value at or below it, or the lowest, and no level tells of it."""
    column, rows = public_and_held(public, held)
    whole = coarsened(column, rows, coarsening)
    alone = coarsened(public_and_held(public, [])[0], rows, coarsening)
    assert whole.levels == alone.levels
    for value, became in zip(held, whole.values()[len(rows) :], strict=True):
        lower = [level for level in whole.levels if value is not None and level <= value]
        assert became == (None if value is None else max(lower, default=whole.levels[0]))


def test_held_out_texts_are_other_or_missing():
    """A text that no public row has joins the public level "other", or is missing where there is none."""
    assert shown(["a", "b"], ["a", "z", None]) == (["a", "b"], ["a", None, None])
    assert shown(["a", "other"], ["z", "b"]) == (["a", "other"], ["other", "other"])


def test_rare_texts_merge():
    """Texts of fewer public rows than the floor become "other", whatever held-out rows have."""
    values = ["a"] * 60 + ["b"] * 5 + ["c"] * 4 + ["b"] * 900
    column = coarsened(Column.of("x", values), np.arange(69), Coarsening.floor(6))
    assert column.levels == ("a", "other")
    assert set(column.values()[60:]) == {"other"}
    kept = coarsened(Column.of("x", values), np.arange(69), Coarsening.floor(4))
    assert kept.levels == ("a", "b", "c")


def test_truth_values_always_have_both_levels():
    """Whether held-out rows have the other truth value cannot be seen from the levels."""
    column = raw_column("x", np.array([True] * 50 + [False]))
    assert coarsened(column, np.arange(50)).levels == (False, True)


def test_a_column_without_public_values_tells_nothing():
    """Where every public row lacks a value, so does every row."""
    column = Column.of("x", [None, None, 3, 4])
    whole = coarsened(column, np.array([0, 1]), Coarsening.quantiles(2))
    assert (whole.levels, whole.values()) == ((), [None] * 4)


def test_public_values_below_the_first_edge_are_refused():
    """Edges must cover the public rows, and a lower first edge is suggested."""
    column, rows = public_and_held([17, 30, 50], [])
    with pytest.raises(BountyError, match=r"40 public rows lie below the first edge, 25.*x=10,25,45"):
        coarsened(column, rows, Coarsening.edges(25, 45))


@pytest.mark.parametrize(
    ("values", "problem"),
    [
        ([f"P{i}" for i in range(500)], r"own in each of 500 public rows.*--hide x or --coarsen x=f50"),
        (list(range(500)), r"own in each of 500 public rows.*--hide x or --coarsen x=50 or --coarsen x=q10"),
        ([i // 2 for i in range(3000)], r"1,500 values"),
        ([0] * 400 + list(range(1, 30)), r"own in 29 of 429 public rows"),
        ([i * 0.001 for i in range(2001)], r"x=0\.1 or"),
    ],
)
def test_columns_that_name_their_rows_are_refused(values, problem):
    """Identifiers, nearly unique and very fine columns are refused with what to write."""
    with pytest.raises(BountyError, match=problem):
        coarsened(Column.of("x", values), np.arange(len(values)))


def test_what_is_still_too_fine_is_refused():
    """A coarsening that leaves a column nearly unique does not let it through."""
    column = Column.of("x", list(range(3000)))
    with pytest.raises(BountyError, match="even as x=2, has 1,500 values"):
        coarsened(column, np.arange(3000), Coarsening.width(2))
    names = Column.of("x", [f"P{i}" for i in range(500)])
    with pytest.raises(BountyError, match="even as x=f1"):
        coarsened(names, np.arange(500), Coarsening.floor(1))


def test_a_column_at_the_limits_is_taken():
    """A thousand values, or one row in twenty with a value of its own, are the most that is taken."""
    thousand = Column.of("x", [i % 1000 for i in range(2000)])
    assert len(coarsened(thousand, np.arange(2000)).levels) == 1000
    singles = Column.of("x", [-1] * 950 + list(range(50)))
    assert len(coarsened(singles, np.arange(1000)).levels) == 51
    one_more = Column.of("x", [-1] * 949 + list(range(51)))
    with pytest.raises(BountyError):
        coarsened(one_more, np.arange(1000))


@given(st.lists(st.floats(-1e6, 1e6).map(lambda x: round(x, 3)), min_size=41, max_size=200, unique=True))
def test_the_suggested_width_makes_a_column_that_is_taken(numbers):
    """What the error says to write works, of few rows and of rows far from the others, too."""
    column = Column.of("x", [*numbers, 1e9])
    rows = np.arange(len(numbers) + 1)
    with pytest.raises(BountyError) as caught:
        coarsened(column, rows)
    width = str(caught.value).partition("--coarsen x=")[2].partition(" ")[0]
    assert len(coarsened(column, rows, Coarsening.parse(width)).levels) <= 21


def test_claims_mean_on_held_out_rows_what_public_rows_show():
    """A claim on a bin holds for exactly the held-out rows whose value lies in the bin."""
    column, rows = public_and_held([17, 24, 31, 38], [25, 29.9, 30, 24, 16, 90])
    columns = Columns({"x": coarsened(column, rows, Coarsening.width(10))}, len(column.codes))
    held = Subgroup.of("x >= 20 and x < 30", columns).rows(columns).mask[len(rows) :]
    assert held.tolist() == [True, True, False, True, False, False]
