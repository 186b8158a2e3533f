"""Counts with axes: keys inside a group keep the canonical form, sums, JSON and the hash as they were."""

from __future__ import annotations

import copy
import json

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from fairkit._axes import Axis, coarser, edge
from fairkit._counts_bytes import from_bytes, to_bytes
from fairkit.counts import FIELDS, LEFT_OUT, Counts, Kind, merge
from fairkit.errors import DataError, ReportError
from fairkit.kinds import AMOUNTS

SEXES = st.sampled_from(["F", "M", None])
CLASSES = st.sampled_from(["cat", "dog", "10", "9", None])
EDGES = st.sampled_from([-0.75, -0.25, 0.0, 0.125, 0.5, 0.625, 1.0])


def classes(cells, rows, **more):
    """Build counts of classes from (sex, label, decision)."""
    return Counts.from_cells(
        Kind.CLASSES,
        ["sex"],
        [cell[:1] for cell in cells],
        np.array([[n, 0, 0, 0] for n in rows], np.int64).reshape(-1, 4),
        axes=[Axis("label", ()), Axis("decision", ())],
        axis_cells=[cell[1:] for cell in cells],
        **more,
    )


def scores(cells, rows, width=0.0):
    """Build counts of positives by sex and binned score."""
    sums = [float(n) * (score + width / 2) for n, (_, score) in zip(rows, cells, strict=True)]
    return Counts.from_cells(
        Kind.SCORES,
        ["sex"],
        [(sex,) for sex, _ in cells],
        [[float(n), 0, total, 0, 0, 0, 0, 0, 0] for n, total in zip(rows, sums, strict=True)],
        axes=[Axis("score", (), width)],
        axis_cells=[(repr(edge(score, width)),) for _, score in cells],
    )


@st.composite
def tables(draw):
    """Draw a table of classes with cells in any order, repeated and empty ones too."""
    cells = draw(st.lists(st.tuples(SEXES, CLASSES, CLASSES), max_size=8))
    return classes(cells, [draw(st.integers(0, 3)) for _ in cells])


@st.composite
def binned(draw):
    """Draw a table of scores, exact or in bins of some width; sums are exact in binary."""
    cells = draw(st.lists(st.tuples(SEXES, EDGES), min_size=1, max_size=6))
    width = draw(st.sampled_from([0.0, 0.125, 0.25, 0.5]))
    return scores(cells, [draw(st.integers(1, 4)) for _ in cells], width)


# --- canonical form ---


def test_cells_are_sorted_by_group_then_by_axes_and_added():
    """Order and repeats of the cells leave no trace, and levels of axes come in natural order."""
    a = classes([("M", "b", "9"), ("F", "a", "10"), ("M", "b", "9"), ("F", "a", None)], [1, 2, 3, 4])
    b = classes([("F", "a", None), ("M", "b", "9"), ("F", "a", "10")], [4, 4, 2])
    assert a == b
    assert a.axes[1].levels == ("9", "10", None)
    assert a.axis_codes.tolist() == [[0, 1], [0, 2], [1, 0]]
    assert a.values[:, 0].tolist() == [2, 4, 4]


def test_empty_cells_leave_no_level_on_an_axis():
    """A class without rows is not there."""
    table = classes([("F", "cat", "cat"), ("F", "cow", "cat")], [1, 0])
    assert table.axes[0].levels == ("cat",)
    assert table == classes([("F", "cat", "cat")], [1])


@given(tables(), st.randoms())
def test_any_order_of_the_cells_gives_one_table(table, random):
    """Building a table again from its own cells gives the same table and the same hash."""
    label, decision = (axis.levels for axis in table.axes)
    levels = [(label[i], decision[j]) for i, j in table.axis_codes.tolist()]
    cells = list(zip(table.groups(), levels, table.values[:, 0].tolist(), strict=True))
    random.shuffle(cells)
    again = classes([(*group, *inner) for group, inner, _ in cells], [n for *_, n in cells])
    assert again == table
    assert again.sha256() == table.sha256()


def test_equality_sees_axes():
    """Tables that differ in the name of an axis, in a level or in a width are not equal."""
    base = scores([("F", 0.5)], [1], 0.25)
    assert base == scores([("F", 0.5)], [1], 0.25)
    assert base != scores([("F", 0.25)], [1], 0.25)
    narrow = scores([("F", 0.5)], [1], 0.125)
    assert narrow.axes[0].levels == base.axes[0].levels
    assert narrow != base
    assert base.marginal(["sex"], keep_axes=False) != base


# --- marginals and sums ---


@given(tables(), tables())
def test_axes_are_summed_out_without_losing_a_row(a, b):
    """The marginal without axes has the rows of the groups, whether it is taken before or after adding."""
    total = (a + b).marginal(["sex"], keep_axes=False)
    assert total.axes == ()
    assert total.axis_codes is None
    assert total == a.marginal(["sex"], keep_axes=False) + b.marginal(["sex"], keep_axes=False)
    assert total.total_rows == a.total_rows + b.total_rows


@given(tables())
def test_a_marginal_keeps_axes_unless_told(table):
    """Summing an attribute out leaves the axes, and what is left is canonical."""
    kept = table.marginal([])
    assert [axis.name for axis in kept.axes] == ["label", "decision"]
    assert kept == merge([kept])
    assert kept.values.sum(axis=0).tolist() == table.values.sum(axis=0).tolist()
    pairs = [tuple(row) for row in kept.axis_codes.tolist()]
    assert pairs == sorted(set(pairs))


@given(tables(), tables(), tables())
def test_adding_is_commutative_and_associative(a, b, c):
    """Shards may be merged in any order and in any grouping."""
    assert a + b == b + a
    assert (a + b) + c == a + (b + c)


@given(binned(), binned(), binned())
def test_tables_of_different_widths_are_added_at_the_coarser(a, b, c):
    """Bins of one width nest in those of another, so that sums are the same in any order."""
    joint = a + b
    assert joint == b + a
    assert joint.axes[0].width == max(a.axes[0].width, b.axes[0].width)
    assert (a + b) + c == a + (b + c)
    assert joint.values.sum(axis=0).tolist() == (a.values.sum(axis=0) + b.values.sum(axis=0)).tolist()


def test_exact_scores_fall_into_the_bins_of_the_other_table():
    """Scores become lower edges, below 0 too; those that are missing stay missing."""
    exact = scores([("F", -0.25), ("F", 0.125), ("F", 0.625)], [1, 2, 4])
    joint = exact + scores([("F", 0.5)], [8], 0.5)
    assert joint.axes[0] == Axis("score", ("-0.5", "0.0", "0.5"), 0.5)
    assert joint.values[:, 0].tolist() == [1, 2, 12]
    assert coarser(Axis("score", ("0.3", None)), 0.25) == ("0.25", None)


def test_tables_with_other_axes_are_not_added():
    """The message shows the axes of both."""
    a, b = classes([("F", "cat", "cat")], [1]), classes([("F", "cat", "cat")], [1])
    other = Counts.from_cells(
        Kind.CLASSES,
        ["sex"],
        [("F",)],
        [[1, 0, 0, 0]],
        axes=[Axis("label", ()), Axis("decision:new", ())],
        axis_cells=[("cat", "cat")],
    )
    assert (a + b).values.tolist() == [[2, 0, 0, 0]]
    with pytest.raises(DataError, match="decision:new"):
        a + other


def test_clusters_and_axes_stand_side_by_side():
    """A person's rows keep their classes, and both can be summed out apart."""
    table = classes([("F", "a", "b"), ("F", "a", "a"), ("F", "a", "b")], [1, 2, 4], clusters=["p", "q", "q"])
    assert table.values[:, 0].tolist() == [2, 1, 4]
    assert [table.cluster_ids[c] for c in table.clusters] == ["q", "p", "q"]
    by_person = table.marginal(["sex"], keep_clusters=True, keep_axes=False)
    assert by_person.values[:, 0].tolist() == [1, 6]
    by_pair = table.marginal(["sex"])
    assert by_pair.values[:, 0].tolist() == [2, 5]
    assert by_pair.clusters_lost


# --- JSON, bytes, hash ---


@given(tables() | binned())
def test_a_table_survives_json_and_bytes(table):
    """Axes, their widths and the types of the sums come back, and with them the hash."""
    again = Counts.from_dict(json.loads(json.dumps(table.to_dict(), allow_nan=False)))
    assert again == table
    assert again.values.dtype == table.values.dtype
    assert again.sha256() == table.sha256()
    assert from_bytes(to_bytes(table)) == table


@pytest.mark.parametrize("weighted", [False, True])
@pytest.mark.parametrize("kind", sorted(AMOUNTS))
def test_negative_sums_of_moments_survive_json(kind, weighted):
    """Errors and amounts may be below zero, and so may their weighted powers."""
    width = len(FIELDS[kind]) + len(LEFT_OUT[kind])
    values = np.arange(1.0, width + 1) * -0.1
    values[0] = 3
    rows = np.zeros((1, width), int)
    rows[0, 0] = 3
    more = {"squares": [values / 3], "rows": rows} if weighted else {}
    table = Counts.from_cells(kind, ["sex"], [("F",)], [values], **more)
    again = Counts.from_dict(json.loads(json.dumps(table.to_dict(), allow_nan=False)))
    assert again == table
    assert again.sha256() == table.sha256()


def test_sums_of_amounts_have_one_type():
    """A table whose amounts are not known yet has the type, and the hash, that it has when read back."""
    row = [[2, 1, 0, 0, 0, 0, 0, 0, 0]]
    axes, cells = [Axis("score:a", ()), Axis("score:b", ())], [("0.5", "0.25")]
    whole = Counts.from_cells(Kind.SCORES, [], [()], np.array(row), axes=axes, axis_cells=cells)
    real = Counts.from_cells(Kind.SCORES, [], [()], np.array(row, float), axes=axes, axis_cells=cells)
    assert whole.values.dtype == np.float64
    assert whole.sha256() == real.sha256()
    assert whole.row_counts.tolist() == row


def test_the_hash_sees_axes():
    """Tables with the same sums but other classes or widths have other hashes."""
    hashes = {
        classes([("F", "cat", "dog")], [1]).sha256(),
        classes([("F", "dog", "cat")], [1]).sha256(),
        classes([("F", "cat", "dog")], [1]).marginal(["sex"], keep_axes=False).sha256(),
        scores([("F", 0.5)], [1], 0.25).sha256(),
        scores([("F", 0.5)], [1], 0.5).sha256(),
    }
    assert len(hashes) == 5


WHOLE = scores([("F", 0.5), ("M", 0.25)], [1, 2], 0.25).to_dict()


@pytest.mark.parametrize(
    ("path", "value"),
    [
        (["axes"], KeyError),
        (["axes"], None),
        (["axes"], []),
        (["axes", 0], {"name": "score"}),
        (["axes", 0, "name"], 5),
        (["axes", 0, "levels"], ["0.5", "0.5"]),
        (["axes", 0, "levels"], ["0.5"]),
        (["axes", 0, "levels"], "ab"),
        (["axes", 0, "levels"], [0.25, 0.5]),
        (["axes", 0, "width"], -0.25),
        (["axes", 0, "width"], None),
        (["axes", 0, "width"], "0.25"),
        (["axes", 0, "width"], True),
        (["axes", 0, "width"], float("inf")),
        (["axes", 0, "width"], float("nan")),
        (["codes", 0], [0]),
        (["codes", 0], [0, 2]),
        (["codes", 0], [0, -1]),
        (["codes", 0], [0, 0, 0]),
        (["values", 0, 2], float("nan")),
        (["values", 0, 2], "1"),
    ],
    ids=str,
)
def test_damaged_axes_are_refused(path, value):
    """Nothing that no table could have written is read, and only a ReportError is raised."""
    data = copy.deepcopy(WHOLE)
    *before, last = path
    place = data
    for step in before:
        place = place[step]
    if value is KeyError:
        del place[last]
    else:
        place[last] = value
    with pytest.raises(ReportError):
        Counts.from_dict(data)


def test_whole_data_are_not_refused():
    """The table that is damaged above can be read as it is."""
    assert Counts.from_dict(WHOLE) == scores([("F", 0.5), ("M", 0.25)], [1, 2], 0.25)


# --- edges ---


@given(
    st.floats(-1e6, 1e6).map(lambda x: x + 0.0),
    st.integers(0, 8).map(lambda k: 2.0**-k),
    st.integers(0, 8).map(lambda k: 2.0**-k),
)
def test_bins_nest(value, width, other):
    """The bin of a bin is the bin of the value, so that it does not matter where a table was binned first."""
    fine, coarse = sorted((width, other))
    low = edge(value, fine)
    assert low <= value < low + fine
    assert edge(low, coarse) == edge(value, coarse)
