"""Counts: one canonical table whatever the order, the split or the storage its rows went through."""

import copy
import json

import hypothesis.strategies as st
import numpy as np
import pytest
from hypothesis import given

import fairkit
from fairkit.counts import FIELDS, LEFT_OUT, Counts, Kind, merge, natural_order
from fairkit.errors import DataError, FairkitError, ReportError, UsageError
from fairkit.frames import count

CONFUSION, DECISIONS = Kind.CONFUSION, Kind.DECISIONS
LEVELS = st.sampled_from(["a", "b", "10", "9", "", "ä", None])


def decisions(cells, values, **more):
    """Build counts of decisions by one attribute."""
    return Counts.from_cells(DECISIONS, ["g"], [(cell,) for cell in cells], values, **more)


@st.composite
def tables(draw, *, weighted=False, clustered=False):
    """Draw a table of decisions by two attributes, with cells in any order, repeated and empty ones too."""
    size = draw(st.integers(0, 6))
    cells = [(draw(LEVELS), draw(LEVELS)) for _ in range(size)]
    whole = st.lists(st.integers(0, 3), min_size=3, max_size=3)
    rows = np.array([draw(whole) for _ in range(size)], np.int64).reshape(size, 3)
    clusters = [draw(st.sampled_from(["7", "10", "9", "k"])) for _ in range(size)] if clustered else None
    if not weighted:
        return Counts.from_cells(DECISIONS, ["g", "h"], cells, rows, clusters=clusters)
    # Quarters add up exactly in binary, so that sums of weights do not depend on their order.
    weights = rows * np.array([draw(st.integers(0, 8)) for _ in range(size)]).reshape(size, 1) / 4
    return Counts.from_cells(
        DECISIONS, ["g", "h"], cells, weights, squares=weights**2, rows=rows, clusters=clusters
    )


KINDS_OF_TABLES = [(False, False), (True, False), (False, True), (True, True)]


# --- canonical form ---


def test_cells_in_any_order_and_cells_named_twice_give_one_table():
    """Cells are sorted by their levels, and cells of one group are added."""
    a = decisions(["b", "a", "b"], [[1, 0, 0], [5, 6, 7], [0, 2, 3]])
    assert a.groups() == (("a",), ("b",))
    assert a.values.tolist() == [[5, 6, 7], [1, 2, 3]]


def test_empty_cells_and_their_levels_are_not_kept():
    """A cell without rows leaves no trace, not even in the order of the other levels."""
    a = decisions(["9", "10", "text"], [[1, 0, 0], [1, 0, 0], [0, 0, 0]])
    assert a == decisions(["10", "9"], [[1, 0, 0], [1, 0, 0]])
    assert a.levels == (("9", "10"),)


def test_a_cell_of_rows_with_weight_zero_is_kept():
    """Rows that weigh nothing are still rows."""
    a = decisions(["a"], [[0.0, 0, 0]], squares=[[0.0, 0, 0]], rows=[[2, 0, 0]])
    assert a.groups() == (("a",),)
    assert a.row_counts.tolist() == [[2, 0, 0]]


def test_a_missing_level_comes_last_and_is_not_its_name():
    """None is a group of its own, apart from the texts that look like it."""
    a = decisions([None, "None", "(missing)", ""], np.ones((4, 3), int))
    assert a.groups() == (("",), ("(missing)",), ("None",), (None,))


@given(st.data())
@pytest.mark.parametrize(("weighted", "clustered"), KINDS_OF_TABLES)
def test_the_canonical_form_is_a_fixed_point(weighted, clustered, data):
    """Building a table again from its own cells gives the same table, in whatever order they come."""
    table = data.draw(tables(weighted=weighted, clustered=clustered))
    order = data.draw(st.permutations(range(len(table.values))))

    def shuffled(array):
        return None if array is None else array[np.array(order, int)]

    names = np.array(table.cluster_ids, dtype=object)
    again = Counts.from_cells(
        table.kind,
        table.attributes,
        [table.groups()[i] for i in order],
        shuffled(table.values),
        squares=shuffled(table.squares),
        rows=shuffled(table.rows),
        clusters=None if table.clusters is None else names[shuffled(table.clusters)].tolist(),
    )
    assert again == table


def test_shapes_that_do_not_fit_the_kind_are_refused():
    """The message says how many cells and fields are needed."""
    with pytest.raises(DataError, match=r"need a table of 1 cells × 3 fields, got shape \(1, 2\)"):
        decisions(["a"], [[1, 2]])
    with pytest.raises(DataError, match=r"2 cells × 7 fields"):
        Counts.from_cells(CONFUSION, ["g"], [("a",), ("b",)], np.ones((1, 7)))


def test_a_table_without_attributes_is_the_total():
    """No attribute is one group, of everything."""
    total = Counts.from_cells(DECISIONS, [], [(), ()], [[1, 2, 3], [4, 5, 6]])
    assert total.groups() == ((),)
    assert total.values.tolist() == [[5, 7, 9]]


def test_many_attributes_overflow_no_integer():
    """Cells are told apart also where the product of the numbers of levels passes 64 bits."""
    names = [f"a{i}" for i in range(40)]
    cells = [tuple(str(bit) for bit in row) for row in np.random.default_rng(0).integers(0, 4, (50, 40))]
    table = Counts.from_cells(DECISIONS, names, cells, np.ones((50, 3), int))
    assert sorted(table.groups()) == sorted(set(cells))
    assert list(table.groups()) == sorted(table.groups())


# --- order of levels ---


def test_numbers_are_ordered_by_value_and_texts_by_text():
    """Natural order is by value only where every level is a number."""
    assert natural_order(["10", "9", "-1", "9.5", None]) == ("-1", "9", "9.5", "10", None)
    assert natural_order(["10", "9", "x"]) == ("10", "9", "x")
    assert natural_order([]) == ()
    assert natural_order([None]) == (None,)


def test_numbers_beyond_floating_point_keep_their_order():
    """Identifiers of 17 digits are not rounded before they are compared."""
    assert natural_order(["10000000000000001", "9999999999999999", "10000000000000000"]) == (
        "9999999999999999",
        "10000000000000000",
        "10000000000000001",
    )


@given(st.lists(LEVELS | st.text(max_size=3) | st.integers().map(str)))
def test_natural_order_depends_on_the_set_only(levels):
    """Neither order nor repeats of the levels matter, and none is lost."""
    ordered = natural_order(levels)
    assert ordered == natural_order(reversed(levels)) == natural_order(ordered)
    assert set(ordered) == set(levels)
    assert len(ordered) == len(set(levels))


# --- adding ---


@given(st.data())
@pytest.mark.parametrize(("weighted", "clustered"), KINDS_OF_TABLES)
def test_adding_is_associative_and_commutative(weighted, clustered, data):
    """Shards may be merged in any order and in any grouping."""
    a, b, c = (data.draw(tables(weighted=weighted, clustered=clustered)) for _ in range(3))
    assert a + b == b + a
    assert (a + b) + c == a + (b + c) == merge([c, a, b])


@given(st.data())
@pytest.mark.parametrize(("weighted", "clustered"), KINDS_OF_TABLES)
def test_an_empty_table_changes_nothing(weighted, clustered, data):
    """The table of no rows is the neutral element."""
    a = data.draw(tables(weighted=weighted, clustered=clustered))
    empty = np.zeros((0, 3))
    more = {"squares": empty, "rows": empty} if weighted else {}
    nothing = Counts.from_cells(
        DECISIONS, ["g", "h"], [], empty.astype(a.values.dtype), clusters=[] if clustered else None, **more
    )
    assert a + nothing == a


@given(st.data())
@pytest.mark.parametrize("clustered", [False, True])
@pytest.mark.parametrize("weighted", [False, True])
def test_any_split_of_the_rows_merges_to_the_whole(weighted, clustered, data):
    """Counting the parts of a frame and merging them gives what counting the frame gives."""
    size = data.draw(st.integers(1, 40))
    rng = np.random.default_rng(data.draw(st.integers(0, 2**32)))
    rows = {
        "g": np.array(["x", "10", "9", None], dtype=object)[rng.integers(0, 4, size)],
        "h": rng.integers(8, 12, size),
        "y": np.array([1.0, 0.0, np.nan])[rng.integers(0, 3, size)],
        "d": rng.random(size) < 0.5,
        "w": rng.random(size) * 3,
        "c": rng.integers(8, 12, size),
    }
    more = ({"weight": "w"} if weighted else {}) | ({"cluster": "c"} if clustered else {})

    def counted(index):
        part = {name: values[index] for name, values in rows.items()}
        return count(part, by="g,h", label="y", decision="d", positive=1, **more)

    part_of = rng.integers(0, data.draw(st.integers(1, 4)), size)
    whole = counted(np.arange(size))
    merged = merge(counted(np.flatnonzero(part_of == part)) for part in np.unique(part_of))
    if not weighted:
        assert merged == whole
        assert merged.sha256() == whole.sha256()
    assert (merged.levels, merged.cluster_ids) == (whole.levels, whole.cluster_ids)
    np.testing.assert_array_equal(merged.codes, whole.codes)
    np.testing.assert_array_equal(merged.row_counts, whole.row_counts)
    np.testing.assert_allclose(merged.values, whole.values, rtol=1e-12)
    if clustered:
        np.testing.assert_array_equal(merged.clusters, whole.clusters)


UNLIKE = {
    "kind": (
        decisions(["a"], [[1, 0, 0]]),
        Counts.from_cells(CONFUSION, ["g"], [("a",)], np.ones((1, 7), int)),
    ),
    "attributes": (
        decisions(["a"], [[1, 0, 0]]),
        Counts.from_cells(DECISIONS, ["h"], [("a",)], [[1, 0, 0]]),
    ),
    "weights": (
        decisions(["a"], [[1, 0, 0]]),
        decisions(["a"], [[1.0, 0, 0]], squares=[[1.0, 0, 0]], rows=[[1, 0, 0]]),
    ),
    "clusters": (decisions(["a"], [[1, 0, 0]]), decisions(["a"], [[1, 0, 0]], clusters=["k"])),
}


@pytest.mark.parametrize("difference", UNLIKE)
def test_tables_of_different_make_are_not_added(difference):
    """The message shows both makes, and merging says the same."""
    a, b = UNLIKE[difference]
    for attempt in (lambda: a + b, lambda: b + a, lambda: merge([a, a, b])):
        with pytest.raises(DataError, match="only counts of one make can be added"):
            attempt()
    assert a != b


def test_merging_nothing_is_an_error():
    """There is no table of no make."""
    with pytest.raises(DataError, match="no counts to merge"):
        merge([])


def test_only_counts_are_added_to_counts():
    """A number is no table."""
    with pytest.raises(TypeError):
        decisions(["a"], [[1, 0, 0]]) + 1


# --- marginals ---


@given(st.data())
@pytest.mark.parametrize(("weighted", "clustered"), KINDS_OF_TABLES)
def test_marginals_commute_with_adding_and_keep_the_total(weighted, clustered, data):
    """Summing an attribute out before or after merging is the same, and loses no row."""
    a, b = (data.draw(tables(weighted=weighted, clustered=clustered)) for _ in range(2))
    for names in ([], ["g"], ["h"], ["h", "g"]):
        joint = (a + b).marginal(names)
        assert joint == a.marginal(names) + b.marginal(names)
        np.testing.assert_array_equal(joint.values.sum(axis=0), (a + b).values.sum(axis=0))
        np.testing.assert_array_equal(joint.row_counts.sum(axis=0), (a + b).row_counts.sum(axis=0))


def test_a_marginal_has_the_order_that_its_own_levels_ask_for():
    """Levels come in the order in which they would come without the other attributes."""
    table = Counts.from_cells(
        DECISIONS, ["g", "h"], [("b", "10"), ("a", "9"), ("a", "10")], np.ones((3, 3), int)
    )
    assert table.marginal(["h"]).groups() == (("9",), ("10",))
    assert table.marginal(["h", "g"]).groups() == (("9", "a"), ("10", "a"), ("10", "b"))


def test_clusters_are_summed_out_unless_kept():
    """A marginal can keep its clusters; their identifiers are ordered as levels are."""
    table = decisions(["a", "a", "b"], np.ones((3, 3), int), clusters=["10", "9", "10"])
    assert table.marginal(["g"]).clusters is None
    kept = table.marginal([], keep_clusters=True)
    assert kept.cluster_ids == ("9", "10")
    assert kept.values.tolist() == [[1, 1, 1], [2, 2, 2]]


def test_unknown_attributes_are_named_all_at_once():
    """A marginal by attributes that do not exist says which, and what it has."""
    with pytest.raises(DataError) as caught:
        decisions(["a"], [[1, 0, 0]]).marginal(["gg", "x"])
    assert len(caught.value.problems) == 2
    assert caught.value.problems[0].endswith("Did you mean 'g'?")


# --- equality and hash ---


def test_equality_sees_every_part():
    """Tables that differ in a level, a sum, a weight or a cluster are not equal."""
    base = decisions(["a", "b"], np.ones((2, 3), int))
    assert base == decisions(["b", "a"], np.ones((2, 3), int))
    assert base != decisions(["a", "c"], np.ones((2, 3), int))
    assert base != decisions(["a", "b"], [[1, 1, 1], [1, 1, 2]])
    assert base != decisions(["a", "b"], np.ones((2, 3), int), clusters=["k", "k"])
    one = decisions(["a"], [[1.0, 0, 0]], squares=[[1.0, 0, 0]], rows=[[1, 0, 0]])
    two = decisions(["a"], [[1.0, 0, 0]], squares=[[0.5, 0, 0]], rows=[[2, 0, 0]])
    assert one != two
    assert base != "counts"


def test_counts_are_no_keys():
    """A table cannot be hashed by Python, for it holds arrays; its SHA-256 is of its content."""
    with pytest.raises(TypeError):
        hash(decisions(["a"], [[1, 0, 0]]))


def test_the_hash_is_pinned():
    """The hash of a given table is the same in every version, on every machine."""
    table = decisions(["größe", None, "10"], [[1, 0, 0], [0, 2, 0], [0, 0, 3]])
    assert table.sha256() == "b980417e45d84c84e667a1b1f5ddee88500abb1b0cbd8e5ff364e3fd459af8d6"


def test_the_hash_leaves_identifiers_out():
    """What leaves with a report depends on no identifier of a person, only on whether there were any."""
    plain = decisions(["a"], [[2, 0, 0]])
    clustered = decisions(["a", "a"], [[1, 0, 0], [1, 0, 0]], clusters=["alice", "bob"])
    renamed = decisions(["a", "a"], [[1, 0, 0], [1, 0, 0]], clusters=["carol", "dan"])
    assert clustered.sha256() == renamed.sha256() != plain.sha256()
    assert "alice" not in json.dumps(clustered.to_dict())


def test_stored_counts_remember_that_rows_were_clustered():
    """Without their clusters such counts would pass for independent rows, so they say what they lost."""
    clustered = decisions(["a", "a"], [[1, 0, 0], [1, 0, 0]], clusters=["alice", "bob"])
    stored = Counts.from_dict(clustered.to_dict())
    assert stored.clusters_lost
    assert (stored + stored).clusters_lost
    assert not clustered.clusters_lost
    with pytest.raises(UsageError, match="without the clusters"):
        fairkit.evaluate(stored, by=clustered.attributes[0])


def test_levels_that_are_no_valid_unicode_can_be_hashed():
    """Half a surrogate pair, as broken exports have it, breaks neither hash nor round trip."""
    table = decisions(["a\ud800"], [[1, 0, 0]])
    assert len(table.sha256()) == 64
    assert Counts.from_dict(json.loads(json.dumps(table.to_dict()))) == table


# --- JSON ---


@given(st.data())
@pytest.mark.parametrize(("weighted", "clustered"), KINDS_OF_TABLES)
def test_a_table_survives_json(weighted, clustered, data):
    """A table read back from JSON text is the table without its clusters."""
    table = data.draw(tables(weighted=weighted, clustered=clustered))
    again = Counts.from_dict(json.loads(json.dumps(table.to_dict(), allow_nan=False)))
    assert again == table.marginal(table.attributes)
    assert again.values.dtype == table.values.dtype
    assert again.sha256() == table.sha256()


@given(st.lists(st.text(max_size=5) | st.none(), unique=True, min_size=1))
def test_any_text_is_a_level_that_survives_json(levels):
    """Quotes, line ends and every other character stay in a level."""
    table = decisions(levels, np.ones((len(levels), 3), int))
    assert Counts.from_dict(json.loads(json.dumps(table.to_dict()))).groups() == table.groups()


UNWEIGHTED = decisions(["a", "b"], np.ones((2, 3), int)).to_dict()
WEIGHTED = decisions(
    ["a", "b"], np.ones((2, 3)), squares=np.ones((2, 3)), rows=np.ones((2, 3), int)
).to_dict()


def damaged(data, path, value):
    """Replace what lies at a path of plain data; `KeyError` removes it."""
    data = copy.deepcopy(data)
    *before, last = path
    place = data
    for step in before:
        place = place[step]
    if value is KeyError:
        del place[last]
    else:
        place[last] = value
    return data


DAMAGE = [
    (["kind"], KeyError),
    (["kind"], "words?"),
    (["kind"], None),
    (["kind"], "confusion"),
    (["attributes"], KeyError),
    (["attributes"], None),
    (["attributes"], ["g"]),
    (["attributes", 0], {"name": "g"}),
    (["attributes", 0, "name"], 5),
    (["attributes", 0, "levels"], ["a"]),
    (["attributes", 0, "levels"], ["a", "a"]),
    (["attributes", 0, "levels"], ["a", 1]),
    (["attributes", 0, "levels"], "ab"),
    (["attributes"], []),
    (["attributes"], [{"name": "g", "levels": ["a", "b"]}] * 2),
    (["fields"], KeyError),
    (["fields"], ["tp"]),
    (["fields"], None),
    (["codes"], KeyError),
    (["codes"], [[0]]),
    (["codes"], [[0], [2]]),
    (["codes"], [[0], [-1]]),
    (["codes"], [[0], [0.0]]),
    (["codes"], [[0], [True]]),
    (["codes"], [[0], ["0"]]),
    (["codes"], [[0], []]),
    (["codes"], [[0], [0, 0]]),
    (["codes"], [[], []]),
    (["codes"], "01"),
    (["values"], KeyError),
    (["values"], [[1, 1, 1]]),
    (["values"], [[1, 1, 1], [1, 1]]),
    (["values"], [1, 1, 1, 1, 1, 1]),
    (["values", 0, 0], -1),
    (["values", 0, 0], "1"),
    (["values", 0, 0], None),
    (["values", 0, 0], True),
    (["values", 0, 0], float("nan")),
    (["values", 0, 0], float("inf")),
    (["squares"], KeyError),
    (["rows"], KeyError),
]


@pytest.mark.parametrize(("path", "value"), DAMAGE, ids=lambda part: str(part)[:40])
@pytest.mark.parametrize("whole", [UNWEIGHTED, WEIGHTED], ids=["rows", "weights"])
def test_damaged_data_are_refused(whole, path, value):
    """Nothing that no table could have written is read, and only a ReportError is raised."""
    with pytest.raises(ReportError) as caught:
        Counts.from_dict(damaged(whole, path, value))
    assert str(caught.value).startswith("counts") or "cannot be read" in str(caught.value)


def test_half_rows_are_refused():
    """Rows are whole and fit an integer; a fraction is not cut off in silence."""
    with pytest.raises(ReportError, match="cannot be read"):
        Counts.from_dict(damaged(UNWEIGHTED, ["values", 0, 0], 2**70))
    with pytest.raises(ReportError, match="whole numbers"):
        Counts.from_dict(damaged(UNWEIGHTED, ["values", 0, 0], 1.5))
    with pytest.raises(ReportError, match="whole numbers"):
        Counts.from_dict(damaged(WEIGHTED, ["rows", 0, 0], 1.5))


@pytest.mark.parametrize(
    ("path", "value"),
    [
        (["rows"], None),
        (["rows"], [[1, 1, 1]]),
        (["squares"], [[1, 1], [1, 1]]),
        (["squares", 0, 0], -1.0),
        (["rows", 1, 2], -1),
    ],
    ids=str,
)
def test_weights_come_with_squares_and_rows(path, value):
    """A weighted table without its rows, or with squares of another shape, is damaged."""
    with pytest.raises(ReportError):
        Counts.from_dict(damaged(WEIGHTED, path, value))


def test_rows_beside_unweighted_sums_are_damage():
    """Rows without squares would be read as weights."""
    with pytest.raises(ReportError, match="unweighted"):
        Counts.from_dict(damaged(UNWEIGHTED, ["rows"], [[1, 1, 1], [1, 1, 1]]))


@pytest.mark.parametrize("data", [None, [], "counts", 5, {}, {"kind": "confusion"}], ids=repr)
def test_what_is_no_table_at_all_is_refused(data):
    """Other JSON data are refused with the same error."""
    with pytest.raises(ReportError):
        Counts.from_dict(data)


@given(st.recursive(st.none() | st.booleans() | st.integers() | st.text(), st.lists))
def test_no_damage_raises_anything_but_a_report_error(value):
    """Whatever one entry is replaced by, reading succeeds or fails with our own error."""
    for key in UNWEIGHTED:
        try:
            table = Counts.from_dict(UNWEIGHTED | {key: value})
        except FairkitError:
            continue
        assert isinstance(table, Counts)


def test_every_kind_names_its_fields_once():
    """Fields of metrics and fields of rows left out do not overlap."""
    for kind in Kind:
        fields = FIELDS[kind] + LEFT_OUT[kind]
        assert len(set(fields)) == len(fields)
