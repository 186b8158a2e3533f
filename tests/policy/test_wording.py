"""Sentences of results: the scale of the limit, enough digits, and the reason."""

import pytest
from gated_releases import check, policy, report, selections

from fairkit.policy.deciding import decide
from fairkit.policy.wording import digits_for, written


def sentence(counts, own, **more):
    """The sentence of the last group."""
    return decide(policy(own, **more), report(selections(counts))).results[-1].sentence


@pytest.mark.parametrize(
    ("value", "digits", "text"),
    [
        (0.8, 3, "0.80"),
        (0.7999, 3, "0.80"),
        (0.7994, 3, "0.799"),
        (0.0, 3, "0.00"),
        (-0.25, 2, "-0.25"),
        (0.0004, 3, "0.0004"),
        (123456.4, 2, "123456.40"),
        (250.0, 2, "250"),
        (float("inf"), 2, "no bound"),
        (None, 2, "undefined"),
    ],
)
def test_values_are_written_with_the_digits_that_tell_something(value, digits, text):
    """Trailing noughts beyond two decimals go, small values keep a digit, none is NaN or infinite."""
    assert written(value, digits) == text


@pytest.mark.parametrize(
    ("limit", "digits"), [("0.8", 2), ("0.80", 3), ("0.12345", 6), ("1e-3", 2), ("5", 2)]
)
def test_values_have_one_digit_more_than_their_limit(limit, digits):
    """So a value beside its limit can be told from it."""
    assert digits_for(check("value", max=limit)) == digits


def test_every_kind_of_check_has_its_sentence():
    """Value, worst, difference, ratio: what it is, on how many rows, and the limit as written."""
    counts = {"a": (600, 1000), "b": (300, 1000)}
    assert sentence(counts, check("value", max="0.25")) == (
        "selection_rate for group=b is 0.30 (97.5% CI 0.268 to 0.334; n=1000); limit max 0.25"
    )
    assert sentence(counts, check("worst", max="0.25")) == (
        "selection_rate of the worst group, group=a, is 0.60 (96.27% CI 0.564 to 0.635; "
        "n=1000); limit max 0.25"
    )
    assert sentence(counts, check("difference", max="0.1"), reference="a") == (
        "selection_rate difference for group=b is -0.30 (95% CI -0.34 to -0.26; n=1000 vs 1000 of group=a); "
        "limit max 0.1"
    )
    assert sentence(counts, check("ratio", min="0.80"), reference="rest").endswith(
        "; n=1000 vs 1000 of the rest); limit min 0.80"
    )


def test_undefined_and_few_are_said_in_words():
    """A sentence without a verdict says why there is none."""
    few = sentence({"a": (600, 1000), "b": (1, 3)}, check("value", max="0.25"), min_n=10)
    assert few.endswith("is 0.333 (n=3); limit max 0.25; too few rows to judge")


def test_what_is_not_the_limit_does_not_look_like_it():
    """A bound just beyond the limit is written with the digits that tell the two apart."""
    told = sentence(
        {"a": (100_000, 100_000), "b": (79_990, 100_000)}, check("ratio", min="0.80"), reference="a"
    )
    assert "is 0.7999 (95% CI 0.797" in told
