"""Words shared by all views."""

from __future__ import annotations

import dataclasses

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fairkit.findings import TOO_FEW_ROWS, Verdict
from fairkit.metrics import Why
from fairkit.report.numerals import bounds, contrast_bounds, contrast_number, margin_text, percent
from fairkit.report.phrases import MEANINGS, REASONS, SYMBOLS, promise, sentence, short_name, visible


def test_every_reason_and_verdict_has_words():
    """No reason of an undefined number and no verdict is left without its words."""
    assert set(REASONS) == {*Why, TOO_FEW_ROWS}
    assert set(SYMBOLS) == set(MEANINGS) == set(Verdict)
    assert len(set(SYMBOLS.values())) == len(Verdict)


@given(st.text(max_size=50))
def test_no_name_can_steer_a_terminal(text):
    """Control characters, line ends and marks that reorder text are written as escapes."""
    shown = visible(text)
    assert shown.isprintable() or all(ch.isprintable() or ord(ch) > 0x9F for ch in shown)
    assert not set(shown) & set("\n\r\t\x00\x1b\x7f\u2028\u202e\u2066\ufeff\u200b")
    if text.isascii() and text.isprintable():
        assert shown == text


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        (percent(0.0), "0.00%"),
        (percent(1.0), "100.00%"),
        (percent(1 / 3, digits=1), "33.3%"),
        (contrast_number(-0.000001, "difference"), "0.00"),
        (contrast_number(-0.2, "difference"), "-20.00"),
        (bounds(None, 0.5), ""),
        (contrast_bounds(None, None, "ratio"), ""),
        (contrast_bounds(0.5, 2.0, "ratio", between=", "), "0.500, 2.000"),
        (margin_text((-0.03, 0.05), "difference"), "-3 to +5 points"),
        (short_name('dept="a=b & c"', "dept"), '"a=b & c"'),
        (short_name("a=x & b=(missing)", "a & b"), "x & (missing)"),
        (short_name("a=1", "a & b"), "a=1"),
    ],
)
def test_numbers_and_names_are_written_as_agreed(written, expected):
    """Two decimals, no negative zero, nothing for nothing, and full names where short ones would mislead."""
    assert written == expected


def test_a_sentence_says_what_is_known(report):
    """Each kind of finding has its sentence: ratio, undecided with the rows needed, and undefined."""
    by = {(f.metric, f.group, f.compare): f for f in report.findings}
    ratio = by["selection_rate", "group=A", "ratio"]
    assert " times that of group=B (" in sentence(ratio, n=10, other_n=20)
    undefined = by["true_positive_rate", "group=nobody", "difference"]
    text = sentence(undefined, n=0)
    assert text == "true_positive_rate of group=nobody cannot be compared with group=B: no rows"
    open_ended = dataclasses.replace(ratio, verdict=Verdict.INCONCLUSIVE, high=None, n_needed=1372)
    text = sentence(open_ended, n=10)
    assert "and more; n = 10; margin 0.8 to 1.25): inconclusive, needs about 1,372 rows" in text
    no_interval = dataclasses.replace(ratio, low=None, high=None, level=None, reason="too-few-clusters")
    assert "(no interval" not in sentence(no_interval, n=10)
    assert "n = 10; no interval: too few clusters for an interval" in sentence(no_interval, n=10)
    same = dataclasses.replace(by["selection_rate", "group=A", "difference"], value=0.0)
    assert "no different from that of" in sentence(same, n=10)


def test_a_correction_promises_what_it_keeps():
    """Only corrections that hold the family's error rate are said to hold it."""
    assert "at most 5%" in promise("holm", 0.95)
    assert promise("holm", 0.95) == promise("max-t", 0.95)
    assert "on average" in promise("benjamini-hochberg", 0.95)
    assert "%" not in promise("none", 0.95)
