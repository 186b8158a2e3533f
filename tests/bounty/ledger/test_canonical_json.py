"""One form of JSON: its bytes, and all that it refuses."""

from __future__ import annotations

import json
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bounty.ledger.canonical_json import MOST_BYTES, MOST_DEPTH, dumps, loads, number_of, number_text
from bounty.ledger.entries import Kind
from fairkit.errors import LedgerError

texts = st.text(st.characters(exclude_categories=["Cs"]), max_size=8)
whole = st.integers(-(10**40), 10**40)
values = st.recursive(
    st.none() | st.booleans() | whole | texts,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(texts, inner, max_size=4),
    max_leaves=20,
)


def nested(depth: int) -> object:
    """Return lists inside one another."""
    value: object = 0
    for _ in range(depth):
        value = [value]
    return value


def test_the_keys_of_the_published_example_are_in_its_order():
    """RFC 8785, section 3.2.3, orders keys by UTF-16 units, so a pair of surrogates precedes U+FB33."""
    in_order = ["\r", "1", "\u0080", "\u00f6", "\u20ac", "\U0001f600", "\ufb33"]
    assert list(loads(dumps(dict.fromkeys(sorted(in_order), 0)))) == in_order
    assert max(in_order) == "\U0001f600"


def test_text_has_the_escapes_of_the_published_example():
    """RFC 8785, section 3.2.2, escapes quotes, backslashes and control characters and nothing else."""
    example = '€$\u000f\nA\'B"\\\\"/\u007f\u2028'
    assert dumps(example) == '"€$\\u000f\\nA\'B\\"\\\\\\\\\\"/\u007f\u2028"'.encode()


@given(values)
def test_what_is_written_is_read_back(value):
    """Reading gives the value, and writing that gives the same bytes."""
    assert loads(dumps(value)) == value
    assert dumps(loads(dumps(value))) == dumps(value)


@given(st.dictionaries(texts, whole, min_size=2))
def test_the_order_of_keys_plays_no_part(content):
    """Two dictionaries with the same items have the same bytes, and another order is refused."""
    turned = dict(reversed(content.items()))
    assert dumps(turned) == dumps(content)
    backwards = {key: content[key] for key in reversed(loads(dumps(content)))}
    text = json.dumps(backwards, ensure_ascii=False, separators=(",", ":")).encode()
    with pytest.raises(LedgerError, match="not in canonical form"):
        loads(text)
    assert loads(text, canonical=False) == content


plain = st.text(st.characters(codec="ascii"), max_size=5)


@given(st.dictionaries(plain, st.dictionaries(plain, whole | texts, max_size=3), max_size=3))
def test_the_standard_library_writes_the_same_where_keys_are_ascii(content):
    """Sorted, compact and unescaped JSON of Python's own differs in nothing for plain keys."""
    own = json.dumps(content, ensure_ascii=False, separators=(",", ":"), sort_keys=True)
    assert dumps(content) == own.encode()


@given(st.binary(max_size=60) | values.map(lambda value: json.dumps(value).encode()))
def test_any_bytes_are_read_or_refused(data):
    """Reading gives a value with exactly these bytes or a LedgerError, never another error."""
    try:
        value = loads(data)
    except LedgerError:
        return
    assert dumps(value) == data


def test_equal_looking_texts_stay_apart():
    """Text is not normalised, so composed and decomposed letters have different bytes."""
    assert dumps("é") != dumps("e\u0301")


def test_tuples_and_enumerations_are_written_as_what_they_are():
    """A tuple is a list, and a text of an enumeration is that text."""
    assert dumps({"kind": Kind.CLOSE, "pair": (1, 2)}) == b'{"kind":"close","pair":[1,2]}'


@pytest.mark.parametrize(
    ("value", "problem"),
    [
        (0.5, r'0\.5 is a fraction; write it as a decimal text such as "0\.5"'),
        ({"a": [1, float("nan")]}, r"a\[1\]: nan is a fraction"),
        ({"a": {"b": float("inf")}}, r"a\.b: inf is a fraction"),
        (Fraction(1, 2), "Fraction is no JSON value"),
        (np.int64(1), "int64 is no JSON value"),
        (b"bytes", "bytes is no JSON value"),
        ({1, 2}, "set is no JSON value"),
        ({1: 2}, "keys are text, and 1 is none"),
        ("\ud800", r"'\\ud800' at character 0 is half of a character"),
        ({"\udfff": 1}, "half of a character"),
        (nested(MOST_DEPTH + 1), "nested deeper than 32"),
        (10**100, "may have 100 digits"),
    ],
)
def test_what_the_form_has_not_is_refused_by_its_place(value, problem):
    """Fractions, foreign types, broken text, deep nesting and huge numbers are named with their place."""
    with pytest.raises(LedgerError, match=problem):
        dumps(value)


def test_all_problems_are_named_at_once():
    """Two fractions and a byte string are three problems."""
    with pytest.raises(LedgerError) as raised:
        dumps({"a": 0.5, "b": {"c": [b"x"]}, "d": 0.25})
    assert [problem.partition(":")[0] for problem in raised.value.problems] == ["a", "b.c[0]", "d"]


def test_a_value_inside_itself_is_refused():
    """A list that holds itself ends at the limit of depth."""
    circle: list[object] = []
    circle.append(circle)
    with pytest.raises(LedgerError, match="nested deeper"):
        dumps(circle)


def test_the_limits_are_met_exactly():
    """The deepest nesting, the largest number and the longest text that may be are read and written."""
    for value in (nested(MOST_DEPTH), 10**100 - 1, "x" * (MOST_BYTES - 2)):
        assert loads(dumps(value)) == value
    with pytest.raises(LedgerError, match="8,388,609 bytes long"):
        dumps("x" * (MOST_BYTES - 1))


@pytest.mark.parametrize(
    ("data", "problem"),
    [
        (b"", "no JSON at character 0"),
        (b"{", "no JSON at character 1"),
        (b'{"a":1}x', "no JSON at character 7"),
        (b'{"a":1,"a":1}', "key 'a' stands twice"),
        (b'{"a":1,"\\u0061":2}', "key 'a' stands twice"),
        (b"NaN", "NaN is no whole number"),
        (b"-Infinity", "-Infinity is no whole number"),
        (b"1.0", "1.0 is no whole number"),
        (b"1e400", "1e400 is no whole number"),
        (b"1" * 5_000, "100 digits, and one has 5,000"),
        (b"-0", "not in canonical form from byte 0"),
        (b" 1", "not in canonical form from byte 0"),
        (b"1\n", "not in canonical form from byte 1"),
        (b'{"b":1,"a":2}', "not in canonical form from byte 2"),
        (b'"\\u00e9"', "not in canonical form from byte 1"),
        (b'"\\/"', "not in canonical form from byte 1"),
        (b'"\\ud800"', "half of a character"),
        (b'"\xff"', "no UTF-8 at byte 1"),
        (b'"\xed\xa0\x80"', "no UTF-8 at byte 1"),
        (b'\xef\xbb\xbf"bom"', "no JSON"),
        (b'"\x00"', "no JSON at character 1"),
        (b"[" * 100_000, "nested deeper"),
        (b'{"a":' * 100_000, "nested deeper"),
        (b"[" * 40 + b"]" * 40, "nested deeper"),
        (b'"' + b"x" * MOST_BYTES + b'"', "8,388,610 bytes long"),
    ],
)
def test_hostile_bytes_are_refused(data, problem):
    """Whatever is not one value in the one form ends in a LedgerError that says what it was."""
    with pytest.raises(LedgerError, match=problem):
        loads(data)


def test_a_file_that_people_edited_may_differ_in_spaces_only():
    """Without the one form spaces and order are free, and repeated keys and fractions are still refused."""
    assert loads(b'{ "b" : 1,\n "a" : "\\u00e9" }\n', canonical=False) == {"a": "é", "b": 1}
    for data in (b'{"a": 1, "a": 1}', b'{"a": 0.5}', b'"\\ud800"', b"[" * 40 + b"]" * 40):
        with pytest.raises(LedgerError):
            loads(data, canonical=False)


def test_many_keys_of_which_two_are_one_are_refused_quickly():
    """Finding the repeated key among 200,000 takes one pass, not one for each key."""
    keys = ",".join(f'"{i}":0' for i in range(200_000))
    with pytest.raises(LedgerError, match="key '199999' stands twice"):
        loads(f'{{{keys},"199999":0}}'.encode())


@given(st.floats(allow_nan=False, allow_infinity=False) | whole)
def test_numbers_have_one_text_each(number):
    """A number comes back from its text, and equal numbers of different types share it."""
    text = number_text(number)
    assert number_of(text) == number
    assert number_text(number_of(text)) == text
    if number == int(number):
        assert number_text(int(number)) == text == str(int(number))


@pytest.mark.parametrize("number", [float("nan"), float("inf"), True, "1", None, np.float64("nan")])
def test_what_is_no_number_has_no_text(number):
    """Infinity, truth values and texts are no numbers."""
    with pytest.raises(LedgerError, match="no finite number"):
        number_text(number)


@pytest.mark.parametrize(
    "text", ["", "x", "1.50", "+1", "01", "1e3", "1_000", "nan", "inf", " 1", "-0", "1e999", 5]
)
def test_a_number_in_another_form_is_refused(text):
    """Only the shortest decimal text of a finite number is read."""
    with pytest.raises(LedgerError):
        number_of(text)


def test_numpy_numbers_are_numbers():
    """A level that came from an array has the text of the plain number."""
    assert number_text(np.int64(20)) == number_text(np.float64(20)) == "20"
    assert number_text(np.float32(0.5)) == "0.5"
