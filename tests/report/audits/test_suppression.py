"""Small numbers stay hidden: from whoever adds and subtracts, and from whoever reads the marks as well."""

from __future__ import annotations

import itertools

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fairkit.counts import Counts, Kind
from fairkit.errors import UsageError
from fairkit.report.audits.categories import categories
from fairkit.report.audits.disclosure import Mark, Reader, Sum
from fairkit.report.audits.people import people_of
from fairkit.report.audits.published import all_sums, bound_together, publish
from fairkit.report.audits.suppression import suppress, unsafe

SEXES, RACES = ("F", "M"), ("A", "B", "C")


def people(numbers):
    """Make people by sex and race from pairs of selected and rejected."""
    cells = [(sex, race) for sex in SEXES for race in (*RACES, None)]
    return people_of(
        Counts.from_cells(Kind.DECISIONS, ["sex", "race"], cells[: len(numbers)], [[*n, 0] for n in numbers])
    )


def tables_of(found):
    """Return the three tables that audits print."""
    return [categories(found, names) for names in (["sex"], ["race"], ["sex", "race"])]


@settings(max_examples=6)
@given(st.lists(st.tuples(st.integers(0, 25), st.integers(0, 25)), min_size=8, max_size=8), st.booleans())
def test_no_number_of_a_random_audit_is_given_away(numbers, totals):
    """Whatever the people, no reader narrows a small number of the three tables down."""
    found = people(numbers)
    if found.applicants < 30:
        return
    page = publish(found, tables_of(found), min_cell=10, totals=totals)
    sums, atoms = all_sums(found, tables_of(found), totals=totals)
    assert unsafe(sums, atoms, page.suppressed.marks, min_cell=10) == {}
    for one in sums:
        if one.published and one.atoms and not one.fixed:
            small = one.value(atoms) < 10
            assert (page.suppressed.mark(one.key) is Mark.SMALL) == small


def tables_that_fit(sums, atoms, marks, min_cell):
    """List every table of whole numbers that fits what is printed, by trying them all."""
    total, size = int(atoms.sum()), len(atoms)
    bars = np.array([*itertools.combinations(range(total + size - 1), size - 1)], np.int64)
    edges = np.hstack([np.full((len(bars), 1), -1), bars, np.full((len(bars), 1), total + size - 1)])
    every = np.diff(edges, axis=1) - 1
    fits = np.ones(len(every), bool)
    for one in sums:
        value = every[:, list(one.atoms)].sum(axis=1) - every[:, list(one.minus)].sum(axis=1)
        mark = marks.get(one.key, Mark.SHOWN)
        if mark is Mark.SHOWN and (one.published or one.fixed):
            fits &= value == one.value(atoms)
        elif mark is Mark.SMALL:
            fits &= value < min_cell
        elif mark is Mark.WITHHELD:
            fits &= value >= min_cell
    return every[fits]


@settings(max_examples=8)
@given(st.lists(st.integers(0, 4), min_size=8, max_size=8))
def test_trying_every_table_finds_no_other_answer(numbers):
    """For small tables all possibilities are listed: each hidden small number has several values left."""
    atoms = np.array(numbers)
    if not 9 <= atoms.sum() <= 13:
        atoms = np.array([2, 1, 0, 3, 1, 2, 1, 2])
    sums = [Sum(("all",), tuple(range(8)), fixed=True)]
    for name, cells in {"F": (0, 1), "M": (2, 3), "A": (0, 2), "B": (1, 3)}.items():
        both = tuple(2 * c + k for c in cells for k in (0, 1))
        sums += [Sum((name, "applicants"), both), Sum((name, "selected"), tuple(2 * c for c in cells))]
    try:
        marks = suppress(sums, atoms, min_cell=3).marks
    except UsageError:
        pytest.fail("nine people or more can be protected")
    left = tables_that_fit(sums, atoms, marks, 3)
    for one in sums:
        if marks[one.key] is Mark.SMALL:
            values = set(left[:, list(one.atoms)].sum(axis=1).tolist())
            assert one.value(atoms) in values
            assert max(values) - min(values) >= 1


def test_the_only_small_one_takes_another_with_it():
    """A single hidden category would follow from the total, so that a second one is hidden."""
    counts = Counts.from_cells(
        Kind.DECISIONS, ["race"], [("A",), ("B",), ("C",)], [[2, 3, 0], [40, 30, 0], [60, 90, 0]]
    )
    found = people_of(counts)
    page = publish(found, [categories(found, ["race"])], min_cell=10)
    a, b, c = page.tables[0].known
    shown = [str(page.applicants(page.tables[0], one)) for one in (a, b, c)]
    assert shown == ["<10", "hidden", "150"]
    assert not page.is_whole(page.tables[0], b)
    assert page.is_whole(page.tables[0], c)


def test_a_crossing_does_not_give_a_hidden_margin_away():
    """Numbers hidden in one table are hidden from the others: the sum of their parts is not printed."""
    found = people([(30, 30), (30, 30), (2, 1), (0, 0), (40, 40), (40, 40), (1, 2), (0, 0)])
    tables = tables_of(found)
    page = publish(found, tables, min_cell=10)
    race = tables[1]
    assert str(page.applicants(race, race.known[2])) == "<10"
    sums, atoms = all_sums(found, tables)
    only_race = {key: mark for key, mark in page.suppressed.marks.items() if key[0] == "race"}
    assert unsafe(sums, atoms, only_race, min_cell=10)  # the other tables alone would give it away
    assert unsafe(sums, atoms, page.suppressed.marks, min_cell=10) == {}


def test_marks_are_read_too():
    """Nine of eighteen both under ten is 9 and 9: the sum is hidden although its parts are."""
    sums = [Sum(("s",), (0,)), Sum(("r",), (1,)), Sum(("n",), (0, 1)), Sum(("all",), (0, 1, 2), fixed=True)]
    atoms = np.array([9, 9, 300])
    marks = {("s",): Mark.SMALL, ("r",): Mark.SMALL, ("n",): Mark.SHOWN, ("all",): Mark.SHOWN}
    assert Reader(sums, atoms, marks, min_cell=10).range_of(sums[0]).width == 0
    assert Reader(sums, atoms, marks, min_cell=10, reads_marks=False).range_of(sums[0]).width == 18
    assert suppress(sums, atoms, min_cell=10).mark(("n",)) is Mark.WITHHELD


def test_an_empty_category_is_about_nobody():
    """A declared category without applicants is shown as 0; of 12 applicants, 0 selected is hidden."""
    counts = Counts.from_cells(Kind.DECISIONS, ["sex"], [("F",), ("M",)], [[0, 12, 0], [50, 50, 0]])
    found = people_of(counts)
    table = categories(found, ["sex"])
    page = publish(found, [table], min_cell=10)
    assert str(page.selected(table, table.known[0])) == "<10"
    assert str(Sum(("x",), ()).value(np.zeros(0, int))) == "0"
    assert suppress([Sum(("x",), ())], np.zeros(0, np.int64), min_cell=10).mark(("x",)) is Mark.SHOWN


def test_too_few_people_cannot_be_protected():
    """Where the number of rows alone gives a small number away, nothing is published."""
    sums = [Sum(("F",), (0,)), Sum(("all",), (0,), fixed=True)]
    with pytest.raises(UsageError, match="given away by the number of rows alone"):
        suppress(sums, np.array([4]), min_cell=10)


def test_nothing_is_hidden_unless_it_is_wished():
    """With 0 every number is shown; 1 and 2 protect nobody and are refused."""
    found = people([(1, 1)] * 8)
    page = publish(found, tables_of(found), min_cell=0)
    assert page.suppressed.count("small") == page.suppressed.count("withheld") == 0
    for few in (1, 2):
        with pytest.raises(UsageError, match="at least 3"):
            publish(found, tables_of(found), min_cell=few)


def test_tables_that_share_no_attribute_are_bound_by_their_totals():
    """Attributes that nothing crosses are apart, and each adds up to the same people."""
    assert bound_together([("a",), ("b",), ("c",), ("b", "c")]) == [("a",), ("b", "c")]
    found = people([(5, 6), (20, 20), (30, 30), (0, 0), (40, 40), (10, 20), (10, 20), (3, 3)])
    sums, atoms = all_sums(found, [categories(found, ["sex"]), categories(found, ["race"])])
    balances = [one for one in sums if one.minus]
    assert len(balances) == 2
    assert all(one.fixed and one.value(atoms) == 0 for one in balances)


def test_what_is_hidden_is_said():
    """The sentence counts both kinds of hidden numbers and says why."""
    sums = [Sum((name,), (i,)) for i, name in enumerate("ABC")] + [Sum(("all",), (0, 1, 2), fixed=True)]
    told = suppress(sums, np.array([4, 30, 50]), min_cell=10).sentence
    assert "1 number under 10 (written <10) and 1 more (written 'hidden')" in told
    assert "nothing is hidden" in suppress(sums, np.array([40, 30, 50]), min_cell=10).sentence
