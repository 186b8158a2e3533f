"""TOML as text: what is costly is refused before it is read, and lines are found."""

from __future__ import annotations

import tomllib

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fairkit.toml_text import costly, key_lines, toml_value

LIMITS = {"what": "the file", "most_brackets": 4, "most_dots": 8}

COSTLY = {
    "a key of many parts": (".".join("a" * 20) + " = 1", "dots"),
    "a header of many parts": (f"[{'.'.join('a' * 20)}]", "dots"),
    "a list in a list": ("a = " + "[" * 9 + "]" * 9, "brackets"),
    "a table in a table": ("a = " + "{a=" * 9 + "1" + "}" * 9, "brackets"),
    "after a string": ("b = 'x'\na = " + "[" * 9, "brackets"),
    "after a comment": ("# it's\na = " + "[" * 9, "brackets"),
}


@pytest.mark.parametrize(("text", "word"), COSTLY.values(), ids=COSTLY.keys())
def test_what_is_costly_is_named(text, word):
    """Too many dots on a line and too deep brackets are said, with what the file is called."""
    problem = costly(text, **LIMITS)
    assert problem is not None
    assert problem.startswith("the file ")
    assert word in problem


CHEAP = {
    "dots in a text": "a = '" + "." * 99 + "'",
    "brackets in a text": 'a = "' + "[" * 99 + '"',
    "brackets in a comment": "# " + "[" * 99,
    "several lines": 'a = """\n' + "[.\n" * 99 + '"""',
    "dots on many lines": "\n".join(f"a.b{i} = 1.5" for i in range(99)),
    "a text that never ends": 'a = """' + "[." * 99,
}


@pytest.mark.parametrize("text", CHEAP.values(), ids=CHEAP.keys())
def test_what_is_quick_to_read_is_let_through(text):
    """Texts, comments and many short lines cost nothing, and a quote without an end stops the reader."""
    assert costly(text, **LIMITS) is None


SEVERAL = r'''title = """
[no.table]
no = key"""  # [none]
check = [ { id = "a" },
  { id = "b" } ]
a . "b \u0041" = 1
[tool.'x y']
k = 1
[[tool.check]]
max = 0.1
[tool.check.more]
deep = 1
[[ tool . check ]]
max = 2
'''


def test_keys_and_headers_have_their_lines():
    """Strings of several lines, lists over lines, quoted names and nested lists of tables do not mislead."""
    tomllib.loads(SEVERAL)
    assert key_lines(SEVERAL) == {
        ("title",): 1,
        ("check",): 4,
        ("a", "b A"): 6,
        ("tool", "x y"): 7,
        ("tool", "x y", "k"): 8,
        ("tool", "check", 0): 9,
        ("tool", "check", 0, "max"): 10,
        ("tool", "check", 0, "more"): 11,
        ("tool", "check", 0, "more", "deep"): 12,
        ("tool", "check", 1): 13,
        ("tool", "check", 1, "max"): 14,
    }


def value_at(document, place):
    """Follow a place into a document."""
    for part in place:
        document = document[part]
    return document


@settings(max_examples=60)
@given(st.lists(st.sampled_from(["[[c]]", "[t]", "k = '''\n[x]\n'''", "j = [\n[1], # ]\n]", "# [c]", ""])))
def test_every_place_is_in_the_document(parts):
    """Whatever statements follow one another, each place that has a line is a value that tomllib reads."""
    text = "\n".join(parts)
    try:
        document = tomllib.loads(text)
    except tomllib.TOMLDecodeError:
        return
    lines = text.splitlines()
    for place, line in key_lines(text).items():
        value_at(document, place)
        name = next(part for part in reversed(place) if isinstance(part, str))
        assert name in lines[line - 1]


values = st.recursive(
    st.one_of(
        st.text(max_size=9), st.booleans(), st.integers(-(2**63), 2**63 - 1), st.floats(allow_nan=False)
    ),
    lambda inner: st.one_of(
        st.lists(inner, max_size=3), st.dictionaries(st.text(min_size=1, max_size=5), inner, max_size=3)
    ),
    max_leaves=6,
)


@settings(max_examples=60)
@given(values)
def test_what_is_written_reads_back(value):
    """Texts, numbers, lists and tables of them come back as they were, whatever characters they hold."""
    assert tomllib.loads(f"value = {toml_value(value)}")["value"] == value


def test_what_toml_cannot_say_is_refused():
    """There is no TOML for nothing."""
    with pytest.raises(TypeError, match="TOML has no value for NoneType"):
        toml_value(None)
