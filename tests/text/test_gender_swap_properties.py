"""What holds for every text: spans, what lies between them, case, and coming back."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fairkit.text.casing import cased_like
from fairkit.text.gender.pairs import gendered_pairs
from fairkit.text.pieces import lowered, pieces_of
from fairkit.text.swap import GenderSwapper

SWAPPERS = [
    GenderSwapper(direction=direction, names=names, tagger="rule")
    for direction in ("both", "feminine-to-masculine", "masculine-to-feminine", "neutral")
    for names in ("protect", "swap", "keep")
]
ONE_WORD = """
he she him her his hers himself herself He's SHE mothers King Mrs. Mr actress's ladies' Mary guys s/he ma'am
"""
NO_WORD = """
book was is runs gave saw with and or the a to not happy 10 $ well-known , . ' ( ) \u2019s <b> </b> &amp; @her
http://a.b/her \U0001f469 \u05d0 \x00 \ud800 e\u0301 _ <unk> @-@
"""
GENDERED = [*ONE_WORD.split(), "Miss Lee", "Mark Bell", "an earl", "mother and father"]
OTHER = [*NO_WORD.split(), "\n\n", "\t"]
WORDS = st.sampled_from(GENDERED) | st.sampled_from(OTHER) | st.text(max_size=4)
TEXTS = st.lists(st.tuples(WORDS, st.sampled_from([" ", " ", " ", "", "  "])), max_size=14).map(
    lambda parts: "".join(word + blank for word, blank in parts)
)
FEW = settings(max_examples=60)


@FEW
@given(TEXTS, st.sampled_from(SWAPPERS))
def test_spans_tell_exactly_what_changed(text, swapper):
    """Changes are in order, quote the text, and put into it give the result; between them nothing moves."""
    found = swapper(text)
    made, done = [], 0
    for change in found.changes:
        assert change.start >= done
        assert text[change.start : change.end] == change.before != change.after
        assert 0 < change.confidence <= 1
        made += [text[done : change.start], change.after]
        done = change.end
    assert "".join([*made, text[done:]]) == found.text
    assert found.original == text
    for word in found.uncovered:
        assert text[word.start : word.end] == word.word
        assert word.reason


@FEW
@given(TEXTS, st.sampled_from(SWAPPERS))
def test_the_quick_way_gives_the_same_text(text, swapper):
    """Nobody gets another text because spans were not asked for."""
    assert swapper.texts([text, text]) == [swapper(text).text] * 2


@FEW
@given(st.lists(st.sampled_from(OTHER) | st.text("xyzåß\u0130 .,'", max_size=5), max_size=12).map(" ".join))
def test_texts_without_gendered_words_stay(text):
    """Where nothing is met, nothing changes, in any direction."""
    assert {swapper(text).text for swapper in SWAPPERS} == {text}


@given(st.text())
def test_pieces_join_to_the_text(text):
    """Cutting loses nothing, and pieces in lower case are as many."""
    pieces = pieces_of(text)
    assert "".join(pieces) == text
    assert all(pieces)
    assert len(lowered(pieces)) == len(pieces)


@pytest.mark.parametrize("style", [str.lower, str.upper])
def test_words_of_the_table_come_back_in_their_case(style):
    """Every pair is swapped into each other, and every one-way word into its counterpart, in its case."""
    swapper = GenderSwapper(names="keep", tagger="rule")
    for pair in gendered_pairs():
        for way in {"=": (0, 1), ">": (1,), "<": (0,)}[pair.way]:
            word, wanted = style(pair[way]), style(pair[1 - way])
            assert swapper(f"we met that {word} there").text == f"we met that {wanted} there"


@given(st.sampled_from(["he", "bride", "mother-in-law"]), st.text("abXY-", min_size=1, max_size=8))
def test_case_is_carried_over(word, model):
    """A word keeps its letters, and has a capital first where the other has."""
    made = cased_like(word, model)
    assert made.lower() == word
    if model.islower():
        assert made == word
    letters = [letter for letter in model if letter.isalpha()]
    if letters and letters[0].isupper() and model[0].isalpha():
        assert made[0].isupper()
