"""Hostile texts: whatever an adversary writes is refused with PredicateError, and nothing else escapes."""

import sys

import hypothesis.strategies as st
import pytest
from hostile_texts import TEXTS
from hypothesis import example, given, settings

from fairkit.errors import PredicateError
from fairkit.predicates import MAX_CHARACTERS, MAX_DEPTH, MAX_LITERALS, MAX_NODES, Predicate, parse

NO_TEXT = [
    None,
    5,
    5.0,
    True,
    b"age == 1",
    bytearray(b"age == 1"),
    ["age == 1"],
    ("age",),
    {},
    object(),
    len,
    str,
]


@pytest.mark.parametrize("text", TEXTS, ids=range(len(TEXTS)))
def test_hostile_text_is_refused(text):
    """A text that is no predicate is refused with one readable problem and not repeated at length."""
    with pytest.raises(PredicateError) as caught:
        parse(text)
    message = str(caught.value)
    assert message.strip()
    assert len(message) < 1000
    assert not set(message) & {"\0", "\x1b", "\u202e", "\u200b", "\r"}


def test_hostile_texts_are_many_and_differ():
    """The list lost nothing in splitting: over four hundred different texts."""
    assert len(set(TEXTS)) > 400


@pytest.mark.parametrize("text", NO_TEXT, ids=range(len(NO_TEXT)))
def test_no_text_is_refused(text):
    """What is no text is refused, and the message names its type."""
    with pytest.raises(PredicateError, match=type(text).__name__):
        parse(text)


@pytest.mark.parametrize(
    "text",
    [
        "(" * MAX_DEPTH + "a" + ")" * MAX_DEPTH,
        "not " * (MAX_NODES - 1) + "a",
        f"a in ({', '.join(map(str, range(MAX_LITERALS)))})",
        " or ".join(f"a{i}" for i in range(MAX_LITERALS)),
        " and ".join(f"a{i} is missing" for i in range(MAX_NODES // 2)),
        "name == '" + "x" * (MAX_CHARACTERS - 10) + "'",
        "age == 999999999999999872",
        "age == 1" + "\n" * (MAX_CHARACTERS - 8),
    ],
    ids=range(8),
)
def test_limits_are_inclusive(text):
    """A predicate exactly at a limit is read, so that the limits documented are the limits kept."""
    assert parse(parse(text).canonical).canonical == parse(text).canonical


@pytest.mark.parametrize("room", [15, 40, 60, 90])
def test_deep_caller_gets_a_predicate_error(room):
    """A program that is nearly out of stack gets PredicateError, not RecursionError."""

    def descend(frames):
        return parse("(" * MAX_DEPTH + "a" + ")" * MAX_DEPTH) if frames == 0 else descend(frames - 1)

    used = 0
    frame = sys._getframe()
    while frame is not None:
        used, frame = used + 1, frame.f_back
    with pytest.raises(PredicateError, match="nested too deeply"):
        descend(sys.getrecursionlimit() - used - room)


def _is_predicate_or_refused(text):
    """Parse; whatever is accepted must have a canonical form that reads back as itself."""
    try:
        predicate = parse(text)
    except PredicateError:
        return
    assert isinstance(predicate, Predicate)
    assert predicate.canonical.isprintable() or not text.isascii()
    again = parse(predicate.canonical)
    assert (again.canonical, again.hash, again.node) == (predicate.canonical, predicate.hash, predicate.node)


@settings(max_examples=500, deadline=None)
@given(st.text(max_size=60))
@example("\ud800")
@example("`\u0130` == 'i\u0307'")
def test_any_text_is_read_or_refused(text):
    """No text at all makes anything but PredicateError escape."""
    _is_predicate_or_refused(text)


WORDS = st.sampled_from(
    [
        *(
            "a",
            "b",
            "age",
            "`x y`",
            "`and`",
            "1",
            "-1",
            "2.5",
            "1e3",
            "1e300",
            ".5",
            "5.",
            "1_000",
            "'x'",
            '"it\'s"',
            r"'\''",
        ),
        *(
            r"'\u202e'",
            "True",
            "False",
            "None",
            "and",
            "or",
            "not",
            "in",
            "is",
            "missing",
            "==",
            "!=",
            "<",
            "<=",
            ">",
            ">=",
        ),
        *(
            "(",
            ")",
            "[",
            "]",
            "{",
            "}",
            ",",
            "-",
            "+",
            ".",
            "=",
            "&",
            "|",
            ":",
            ";",
            "`",
            "'",
            '"',
            "lambda",
            "f'x'",
        ),
        *("\u00e9", "\u200b", "\n", "\t"),
    ]
)


@settings(max_examples=1500, deadline=None)
@given(st.lists(WORDS, max_size=16), st.sampled_from(["", " ", "  "]))
def test_any_words_of_the_language_are_read_or_refused(words, space):
    """No arrangement of the language's own words makes anything but PredicateError escape."""
    _is_predicate_or_refused(space.join(words))


TESTS = st.sampled_from(
    [
        "a",
        "a == 1",
        "1 < a <= 2.0",
        "b in ('x', \"y\")",
        "not b in ['x']",
        "c is missing",
        "`d e` != -1",
        "a < 1",
        "2 >= a",
    ]
)


@settings(max_examples=1000, deadline=None)
@given(st.lists(st.one_of(TESTS, st.sampled_from(["and", "or", "not", "(", ")"])), max_size=12))
def test_any_arrangement_of_tests_is_read_or_refused(parts):
    """No arrangement of whole tests and connectives makes anything but PredicateError escape."""
    _is_predicate_or_refused(" ".join(parts))


def test_a_tab_in_a_column_name_is_refused():
    """A name that prints like another would make two predicates look alike."""
    with pytest.raises(PredicateError, match="with a tab"):
        parse("`a\tb` == 1")
