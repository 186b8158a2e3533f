"""Tables of one grouping: sums of groups, declared groups, and rows by cluster, as arrays."""

import hypothesis.strategies as st
import numpy as np
import pytest
from hypothesis import given

from fairkit.counts import Counts, Kind
from fairkit.errors import DataError
from fairkit.frames import count
from fairkit.groups import groupings
from fairkit.tables import group_table, numbers

ROWS = {
    "sex": ["F", "F", "M", "M", "M", None],
    "race": ["A", "B", "A", "A", "B", "B"],
    "d": [1, 0, 1, 1, None, 0],
    "w": [1.0, 2.0, 0.5, 0.5, 3.0, 4.0],
    "person": ["p10", "p9", "p9", "p9", "p1", "p10"],
}


def table_of(by, *, levels=None, counted_by="sex,race", **more):
    """Count the rows and make the table of the first grouping."""
    counts = count(ROWS, by=counted_by, decision="d", **more)
    return group_table(counts, groupings(by, levels=levels)[0])


def test_groups_are_summed_over_the_other_attributes():
    """A grouping by one attribute adds up what the others tell apart; the missing group is one of them."""
    table = table_of("sex")
    assert table.names == ("sex=F", "sex=M", "sex=(missing)")
    assert table.levels == (("F",), ("M",), (None,))
    assert table.sums.tolist() == [[1, 1, 0], [2, 0, 1], [0, 1, 0]]
    assert table.rows.tolist() == table.sums.tolist()
    assert table.used_rows.tolist() == [2, 2, 1]
    assert table.squares is None
    assert table.clusters is None


def test_a_crossing_has_the_order_that_was_asked_for():
    """The first attribute named varies slowest, whatever order the counts have."""
    assert table_of("race,sex").names == (
        "race=A & sex=F",
        "race=A & sex=M",
        "race=B & sex=F",
        "race=B & sex=M",
        "race=B & sex=(missing)",
    )


def test_declared_groups_without_rows_have_zero_sums():
    """They stand among the others, with nothing in them."""
    table = table_of("sex", levels={"sex": ["X", "F", "D"]})
    assert table.names == ("sex=D", "sex=F", "sex=M", "sex=X", "sex=(missing)")
    assert table.sums[[0, 3]].tolist() == [[0, 0, 0], [0, 0, 0]]
    assert table.used_rows.tolist() == [0, 2, 2, 0, 1]


def test_weights_bring_squares_and_keep_rows():
    """Sums are of weights; rows are still known."""
    table = table_of("sex", weight="w", levels={"sex": ["X"]})
    assert table.sums.tolist() == [[1, 2, 0], [1, 0, 3], [0, 0, 0], [0, 4, 0]]
    assert table.squares.tolist() == [[1, 4, 0], [0.5, 0, 9], [0, 0, 0], [0, 16, 0]]
    assert table.used_rows.tolist() == [2, 2, 0, 1]


def test_clusters_are_rows_of_group_and_cluster():
    """Each pair that has rows to measure is one row; pairs with left-out rows only are none."""
    table = table_of("sex", cluster="person", levels={"sex": ["X"]})
    clusters = table.clusters
    named = [(table.names[g], int(c)) for g, c in zip(clusters.group, clusters.cluster, strict=True)]
    # p1, p10 and p9 are the clusters 0, 1 and 2; the only row of p1 is left out.
    assert named == [("sex=F", 1), ("sex=F", 2), ("sex=M", 2), ("sex=(missing)", 1)]
    assert clusters.sums.sum(axis=0).tolist() == [3, 2, 0]
    assert clusters.per_group(len(table.names)).tolist() == [2, 1, 0, 1]
    assert clusters.clusters == 3


@given(
    st.lists(
        st.tuples(
            st.sampled_from(["a", "b", None]), st.sampled_from(["k", "l", "m"]), st.sampled_from([1, 0, None])
        ),
        min_size=1,
        max_size=30,
    )
)
def test_clusters_add_up_to_their_groups(rows):
    """The rows of clusters have, summed by group, exactly the used sums of the table."""
    g, c, d = (list(column) for column in zip(*rows, strict=True))
    counts = count({"g": g, "c": c, "d": d}, by="g", decision="d", cluster="c")
    table = group_table(counts, groupings("g")[0])
    total = np.zeros_like(table.sums)
    np.add.at(total, table.clusters.group, table.clusters.sums)
    np.testing.assert_array_equal(total[:, :2], table.sums[:, :2])
    assert len(table.clusters.sums) == len({(x, y) for x, y, z in rows if z is not None})


def test_a_table_of_attributes_that_were_not_counted_is_refused():
    """The message names what there is."""
    with pytest.raises(DataError, match="attribute 'age' is not in the data"):
        table_of("age")


def test_no_rows_make_an_empty_table():
    """Without groups, arrays have no rows and the right width."""
    counts = Counts.from_cells(Kind.CONFUSION, ["sex"], [], np.zeros((0, 7), int))
    table = group_table(counts, groupings("sex")[0])
    assert (table.names, table.sums.shape, table.used_rows.shape) == ((), (0, 7), (0,))


def test_numbers_that_are_none_leave_as_none():
    """Neither NaN nor an infinite value ever reaches a report."""
    assert numbers(np.array([0.5, np.nan, np.inf, -np.inf, 0.0])) == [0.5, None, None, None, 0.0]
    assert all(type(value) is float for value in numbers(np.array([1.0, 2.0])))
