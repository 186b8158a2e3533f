"""How a coarsening is written and read."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bounty.holdout.coarsening import Coarsening, Method, coarsenings, unfit
from bounty.rows.columns import Column
from fairkit.errors import UsageError

NUMBERS = st.one_of(st.integers(-(10**9), 10**9), st.floats(-1e9, 1e9).map(lambda x: round(x, 6)))


@pytest.mark.parametrize(
    ("text", "method", "numbers"),
    [
        ("10000", Method.WIDTH, (10000,)),
        ("0.5", Method.WIDTH, (0.5,)),
        ("0,20000,50000", Method.EDGES, (0, 20000, 50000)),
        (" -1 , 0.5 ", Method.EDGES, (-1, 0.5)),
        ("q10", Method.QUANTILES, (10,)),
        ("f50", Method.FLOOR, (50,)),
    ],
)
def test_a_coarsening_is_read_from_text(text, method, numbers):
    """A number is a width, several are edges, q and f begin quantiles and floors."""
    read = Coarsening.parse(text)
    assert (read.method, read.numbers) == (method, numbers)
    assert [type(number) for number in read.numbers] == [type(number) for number in numbers]


@given(
    st.one_of(
        NUMBERS.filter(lambda number: number > 0).map(Coarsening.width),
        st.lists(NUMBERS, min_size=2, max_size=6, unique=True).map(
            lambda edges: Coarsening.edges(*sorted(edges))
        ),
        st.integers(2, 10**6).map(Coarsening.quantiles),
        st.integers(1, 10**6).map(Coarsening.floor),
    )
)
def test_a_coarsening_is_read_back_from_its_text(coarsening):
    """The text of a coarsening reads as the same coarsening."""
    assert Coarsening.parse(coarsening.text) == coarsening


@pytest.mark.parametrize(
    "text",
    [
        "",
        "wide",
        "q1",
        "q",
        "qten",
        "f0",
        "0",
        "-5",
        "1,1",
        "5,2",
        "nan",
        "inf",
        "1e999",
        "1,,2",
        "q10,5",
        "1/0",
    ],
)
def test_what_is_no_coarsening_is_refused(text):
    """A text that is none of the four is an error in words."""
    with pytest.raises(UsageError):
        Coarsening.parse(text)


def test_coarsenings_of_several_columns_have_all_problems_at_once():
    """Every text that cannot be read is named, and a column that is coarsened twice."""
    with pytest.raises(UsageError) as caught:
        coarsenings(["income", "age=q1", "size=10", "size=20", "=5"])
    assert len(caught.value.problems) == 4
    assert coarsenings({"a=b": "10", "c": Coarsening.floor(5)}) == {
        "a=b": Coarsening.width(10),
        "c": Coarsening.floor(5),
    }
    assert coarsenings(["a=b=10"]) == {"a=b": Coarsening.width(10)}


def test_a_coarsening_fits_what_the_column_holds():
    """Bins are for numbers, floors for texts, and truth values cannot be coarser."""
    age, city, member = (
        Column.of("age", [1, 2]),
        Column.of("city", ["a", "b"]),
        Column.of("member", [True, False]),
    )
    assert unfit(age, Coarsening.width(2)) is None
    assert unfit(city, Coarsening.floor(2)) is None
    assert "write age=q10" in unfit(age, Coarsening.floor(2))
    assert "write city=f50" in unfit(city, Coarsening.quantiles(2))
    assert "cannot be coarser" in unfit(member, Coarsening.width(2))
    assert unfit(Column.of("empty", [None, None]), Coarsening.width(2)) is None
