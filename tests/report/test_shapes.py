"""Shapes of JSON: annotations become readers and schemas."""

from __future__ import annotations

from typing import Literal

import jsonschema
import pytest

from fairkit.findings import Verdict
from fairkit.report.shapes import Scalar, shape_of

CASES = [
    (str, ["a", ""], [1, None, []]),
    (int, [0, -3], [True, 1.5, "1", None]),
    (float, [0, 1.5], [False, "1.5", None]),
    (bool, [True], [0, "true", None]),
    (float | None, [None, 2], ["2"]),
    (Verdict, ["parity"], ["fair", None, 1]),
    (Verdict | None, ["parity", None], ["fair"]),
    (Literal["difference", "ratio"], ["ratio"], ["sum"]),
    (tuple[str, ...], [[], ["a"]], ["a", [1], None]),
    (tuple[float, float], [[0, 1]], [[0], [0, 1, 2], ["a", "b"]]),
    (dict[str, int], [{}, {"a": 1}], [[], {"a": "b"}, None]),
    (dict[str, tuple[str, ...]], [{"a": ["b"]}], [{"a": "b"}]),
]


@pytest.mark.parametrize(("hint", "good", "bad"), CASES, ids=lambda case: str(case)[:40])
def test_reader_and_schema_agree(hint, good, bad):
    """What the reader takes, the schema takes, and what one refuses, the other refuses."""
    shape = shape_of(hint)
    validator = jsonschema.Draft202012Validator(shape.schema())
    for value in good:
        problems = []
        shape.read(value, "$", problems)
        assert not problems
        assert validator.is_valid(value)
    for value in bad:
        problems = []
        shape.read(value, "$", problems)
        assert problems
        assert not validator.is_valid(value)


def test_a_list_becomes_a_tuple_and_a_text_its_enum():
    """Values come back as the types that the annotation names."""
    assert shape_of(tuple[float, float]).read([0, 1], "$", []) == (0, 1)
    assert shape_of(Verdict).read("parity", "$", []) is Verdict.PARITY


def test_a_misspelled_choice_gets_a_suggestion():
    """A value near a known one is told which."""
    problems = []
    shape_of(Verdict).read("disparty", "$.verdict", problems)
    assert problems[0].endswith("Did you mean 'disparity'?")


def test_a_least_value_is_held():
    """A position in a list is not below zero."""
    problems = []
    Scalar(int, 0).read(-1, "$.x", problems)
    assert problems == ["$.x is -1, less than 0."]


def test_an_annotation_without_a_shape_is_refused():
    """A field that JSON cannot say is a mistake in the code, noticed at once."""
    with pytest.raises(TypeError, match="has no JSON shape"):
        shape_of(set[str])
