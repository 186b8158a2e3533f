"""Groupings, groups and their names: every way to write them, and every mistake in doing so."""

import hypothesis.strategies as st
import pytest
from hypothesis import given

from fairkit.counts import Counts, Kind
from fairkit.errors import UsageError
from fairkit.groups import (
    Attribute,
    Grouping,
    attributes_of,
    group_name,
    groupings,
    listed_groups,
    references,
)

# --- what to group by ---


@pytest.mark.parametrize(
    ("by", "names"),
    [
        ("race", ["race"]),
        (["race"], ["race"]),
        (("race", "sex"), ["race", "sex"]),
        ("sex,race", ["sex & race"]),
        (" sex , race ,", ["sex & race"]),
        (["sex,race", "race"], ["sex & race", "race"]),
        ([["sex", "race"]], ["sex & race"]),
        ([["a,b", "c"]], ["a,b & c"]),
        ([[" a "]], [" a "]),
        ([["a: b"]], ["a: b"]),
        ("sex,sex", ["sex"]),
        ("young: age < 25", ["young"]),
        ("  young :age < 25", ["young"]),
        (["young: age < 25", "race,young"], ["young", "race & young"]),
        ([["young", "race"], "young: age < 25"], ["young & race", "young"]),
        ("größe: x == 1", ["größe"]),
        ("a::b", ["a::b"]),
        ("2x: y", ["2x: y"]),
        ({"race": 1}, ["race"]),
    ],
)
def test_groupings_are_written_in_many_ways(by, names):
    """A text, several texts, crossings, and predicates with a name all become groupings, in their order."""
    assert [grouping.name for grouping in groupings(by)] == names


def test_a_named_predicate_is_shared_by_all_crossings_that_use_its_name():
    """Given once, a predicate splits the rows wherever its name is used."""
    alone, crossed = groupings(["young: age < 25", "race,young"])
    race, young = crossed.attributes
    assert young == alone.attributes[0]
    assert young.predicate.canonical == "age < 25"
    assert race.predicate is None
    assert attributes_of([alone, crossed]) == (young, race)


@pytest.mark.parametrize("by", [[], "", ",", [[]], [""], ["race", ""]])
def test_nothing_to_group_by_is_an_error(by):
    """The message shows how to name an attribute."""
    with pytest.raises(UsageError, match="name at least one attribute to group by"):
        groupings(by)


@pytest.mark.parametrize(
    "by", [["race", "race"], ["sex,race", "race,sex"], ["y: a == 1", "y: a == 2"], ["race", "race: a == 1"]]
)
def test_a_grouping_asked_for_twice_is_an_error(by):
    """Asked for twice, a family of findings would be corrected for twice its size; order does not matter."""
    with pytest.raises(UsageError, match="is asked for twice"):
        groupings(by)


@pytest.mark.parametrize("by", [None, 5, [5], [None], b"race", [["a", 1]]], ids=repr)
def test_what_names_no_column_is_an_error(by):
    """Another type is refused with a sentence, not with a traceback."""
    with pytest.raises(UsageError, match=r"no text|as texts"):
        groupings(by)


def test_all_problems_of_groupings_come_at_once():
    """A broken predicate, a repeat and levels of what is not grouped by are one error."""
    with pytest.raises(UsageError) as caught:
        groupings(["y: a <", "race", "race"], levels={"rase": ["A"], "sex": "FM"})
    problems = caught.value.problems
    assert len(problems) == 5
    assert problems[0].startswith("the levels of 'sex' must be a list")
    assert problems[1].startswith("group 'y': predicate, character 3")
    assert problems[2] == "grouping 'race' is asked for twice."
    assert problems[3].endswith("Did you mean 'race'?")


def test_declared_levels_are_written_as_levels_of_data_are():
    """25.0 is the level '25', doubles go, and a missing label needs no declaration."""
    (grouping,) = groupings("age", levels={"age": [25.0, 25, True, "x", None]})
    assert grouping.attributes[0].levels == ("25", "True", "x")


# --- which groups are listed ---


def table(names, groups):
    """Build counts with one row for each group."""
    return Counts.from_cells(Kind.DECISIONS, names, groups, [[1, 0, 0]] * len(groups))


def test_a_declared_level_without_rows_is_listed_in_its_place():
    """It appears among the others in natural order, and the missing group stays last."""
    grouping = Grouping((Attribute("age", levels=("10", "9", "8")),))
    assert listed_groups(grouping, table(["age"], [("10",), ("8",), (None,)])) == (
        ("8",),
        ("9",),
        ("10",),
        (None,),
    )


def test_crossings_of_declared_levels_are_listed_if_every_attribute_declares():
    """Where one attribute does not, only groups with rows are listed."""
    sex, race = Attribute("sex", levels=("F", "M")), Attribute("race", levels=("A", "B"))
    counts = table(["sex", "race"], [("F", "A"), ("X", "A"), ("F", None)])
    assert listed_groups(Grouping((sex, race)), counts) == (
        ("F", "A"),
        ("F", "B"),
        ("F", None),
        ("M", "A"),
        ("M", "B"),
        ("X", "A"),
    )
    assert listed_groups(Grouping((sex, Attribute("race"))), counts) == counts.groups()


def test_without_rows_declared_levels_are_all_there_is():
    """Data without rows list the declared groups, and nothing where none is declared."""
    nothing = Counts.from_cells(Kind.DECISIONS, ["sex"], [("F",)], [[0, 0, 0]])
    assert listed_groups(Grouping((Attribute("sex", levels=("M", "F")),)), nothing) == (("F",), ("M",))
    assert listed_groups(Grouping((Attribute("sex"),)), nothing) == ()


# --- names ---


@pytest.mark.parametrize(
    ("level", "text"),
    [
        ("F", "F"),
        ("African American", "African American"),
        (">50K", ">50K"),
        ("O'Neil", "O'Neil"),
        ("größe", "größe"),
        (None, "(missing)"),
        ("(missing)", '"(missing)"'),
        ("(0, 25]", '"(0, 25]"'),
        ("", '""'),
        (" ", '" "'),
        (" F", '" F"'),
        ("F ", '"F "'),
        ("a=b", '"a=b"'),
        ("R & D", '"R & D"'),
        ('say "x"', '"say \\"x\\""'),
        ("two\nlines", '"two\\nlines"'),
        ("\x1b[31mred", '"\\u001b[31mred"'),
        ("\u202eright to left", '"\\u202eright to left"'),
        ("a\u00a0b", '"a\\u00a0b"'),
    ],
)
def test_levels_that_could_be_misread_are_quoted(level, text):
    """A level with a sign of the notation, or one that does not print as it is, is written as a JSON text."""
    assert group_name(["g"], [level]) == f"g={text}"


def test_a_crossing_joins_its_parts():
    """The name of a crossing names every attribute."""
    assert group_name(["sex", "race"], ["F", None]) == "sex=F & race=(missing)"


LEVELS = (
    st.none() | st.text(max_size=6) | st.sampled_from(["(missing)", "None", "best", "a & b=c", '"', "\\"])
)


@given(LEVELS, LEVELS)
def test_two_groups_never_share_a_name(one, other):
    """Different levels have different names."""
    assert (group_name(["g"], [one]) == group_name(["g"], [other])) == (one == other)


@given(LEVELS, LEVELS)
def test_two_crossed_groups_never_share_a_name(one, other):
    """A level cannot pass for the rest of a crossing."""
    assert (group_name(["g", "h"], [one, other]) == group_name(["g", "h"], [other, one])) == (one == other)


@given(LEVELS.filter(lambda level: level not in ("best", "rest")), LEVELS)
def test_a_groups_name_can_be_given_as_the_reference(one, other):
    """What a report calls a group is understood as the reference, in a crossing too."""
    (alone,) = groupings("g")
    assert references(group_name(["g"], [one]), [alone]) == ((one,),)
    (crossed,) = groupings("g,h")
    if other not in ("best", "rest"):
        assert references(group_name(["g", "h"], [one, other]), [crossed]) == ((one, other),)


# --- references ---

CHOSEN = groupings(["race", "sex", "sex,race", "age"])


@pytest.mark.parametrize(
    ("reference", "expected"),
    [
        ("rest", ("rest", "rest", "rest", "rest")),
        (" best ", ("best", "best", "best", "best")),
        ([], ("rest", "rest", "rest", "rest")),
        ({}, ("rest", "rest", "rest", "rest")),
        ("race=White", (("White",), "rest", "rest", "rest")),
        ("race = White", (("White",), "rest", "rest", "rest")),
        (["best", "race=White"], (("White",), "best", "best", "best")),
        (["race=White", "sex=best"], (("White",), "best", "rest", "rest")),
        (["best", "sex=rest"], ("best", "rest", "best", "best")),
        (["race=White", "sex=F"], (("White",), ("F",), ("F", "White"), "rest")),
        ("sex=F & race=White", (("White",), ("F",), ("F", "White"), "rest")),
        ({"race": "White", "sex": "F"}, (("White",), ("F",), ("F", "White"), "rest")),
        ({"race": "best", "sex": "F"}, ("best", ("F",), "rest", "rest")),
        ({"age": 25.0}, ("rest", "rest", "rest", ("25",))),
        ({"race": None}, ((None,), "rest", "rest", "rest")),
        ({"race": "(missing)"}, ((None,), "rest", "rest", "rest")),
        ("race=(missing)", ((None,), "rest", "rest", "rest")),
        ('race="(missing)"', (("(missing)",), "rest", "rest", "rest")),
        ('race="best"', (("best",), "rest", "rest", "rest")),
        ("race=R & D", (("R & D",), "rest", "rest", "rest")),
        ("race=a=b", (("a=b",), "rest", "rest", "rest")),
        ('race="unclosed', (('"unclosed',), "rest", "rest", "rest")),
        ({"age": "<=50K"}, ("rest", "rest", "rest", ("<=50K",))),
        ("age=>50K", ("rest", "rest", "rest", (">50K",))),
    ],
    ids=str,
)
def test_references_are_written_in_many_ways(reference, expected):
    """A word for all, a level for one attribute, a mapping, or the name of a group."""
    assert references(reference, CHOSEN) == expected


@pytest.mark.parametrize("reference", ["worst", "race=", "=White", "", [5], "race"], ids=repr)
def test_a_reference_of_another_form_is_an_error(reference):
    """The message shows the forms there are."""
    with pytest.raises(UsageError, match="is neither 'rest', 'best' nor ATTRIBUTE=LEVEL"):
        references(reference, CHOSEN)


@pytest.mark.parametrize("reference", [None, 5])
def test_a_reference_of_another_type_is_an_error(reference):
    """No other type is a reference."""
    with pytest.raises(UsageError, match="is no text"):
        references(reference, CHOSEN)


@pytest.mark.parametrize(
    "reference", [["race=White", "race=Black"], ["rest", "best"], ["race=White", "race=best"]], ids=str
)
def test_references_that_contradict_are_an_error(reference):
    """None of two references wins in silence."""
    with pytest.raises(UsageError, match="is given twice"):
        references(reference, CHOSEN)
    assert references([reference[0], reference[0]], CHOSEN) == references(reference[0], CHOSEN)


def test_all_problems_of_references_come_at_once():
    """Attributes that are not grouped by are suggested; other mistakes are listed beside them."""
    with pytest.raises(UsageError) as caught:
        references(["rase=White", "worst", "sexx=best"], CHOSEN)
    assert len(caught.value.problems) == 3
    assert "Did you mean 'race'?" in str(caught.value)
    assert "Did you mean 'sex'?" in str(caught.value)
