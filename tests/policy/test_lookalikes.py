r"""Names that look like others are told apart by their code points."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fairkit.policy.lookalikes import hidden_characters, homograph_hint

ALIKE = {
    "a Cyrillic letter": ("\u0455ex", "sex", "but has '\u0455' (U+0455 CYRILLIC SMALL LETTER DZE)"),
    "a Cyrillic letter in the data": ("sex", "\u0455ex", "looks like '\u0455ex', which has '\u0455' (U+0455"),
    "a Greek letter": ("r\u03bfle", "role", "(U+03BF GREEK SMALL LETTER OMICRON)"),
    "capitals too": ("\u0405ex", "sex", "(U+0405 CYRILLIC CAPITAL LETTER DZE)"),
    "a wide letter": ("\uff53ex", "sex", "(U+FF53 FULLWIDTH LATIN SMALL LETTER S)"),
    "a mathematical letter": ("\U0001d42cex", "sex", "(U+1D42C MATHEMATICAL BOLD SMALL S)"),
    "a ligature": ("of\ufb01ce", "office", "(U+FB01 LATIN SMALL LIGATURE FI)"),
    "an invisible character": ("se\u200bx", "sex", "but has U+200B ZERO WIDTH SPACE."),
    "an invisible character in the data": ("sex", "sex\u200b", "looks like 'sex\ufffd', which has U+200B"),
    "a mark that turns the text around": ("\u202esex", "sex", "U+202E RIGHT-TO-LEFT OVERRIDE"),
    "another space": ("age\u00a0band", "age band", "U+00A0 NO-BREAK SPACE"),
    "another dash": ("age\u2011band", "age-band", "'\u2011' (U+2011 NON-BREAKING HYPHEN)"),
    "the Kelvin sign": ("\u212a", "K", "(U+212A KELVIN SIGN)"),
    "another composition": (
        "cafe\u0301",
        "caf\u00e9",
        "composed of other characters (U+0065 LATIN SMALL LETTER E",
    ),
}


@pytest.mark.parametrize(("name", "known", "words"), ALIKE.values(), ids=ALIKE.keys())
def test_what_looks_the_same_is_told_apart(name, known, words):
    """The hint names the other and the characters that differ."""
    hint = homograph_hint(name, ["age", known, "race"])
    assert hint.startswith(" It looks like ")
    assert hint.endswith(".")
    assert words in hint


UNLIKE = [
    ("sex", "sex"),
    ("Sex", "sex"),
    ("sexe", "sex"),
    ("\u043f\u043e\u043b", "sex"),
    ("", "sex"),
    ("\ud800", "sex"),
]


@pytest.mark.parametrize(("name", "known"), UNLIKE, ids=ascii)
def test_what_looks_different_gets_no_hint(name, known):
    """The same name, another case and other words are none of this module's business."""
    assert homograph_hint(name, [known]) == ""


@settings(max_examples=60)
@given(st.text(max_size=12), st.text(max_size=12))
def test_a_hint_can_be_made_of_any_two_names(name, known):
    """Any text may be asked about, and what is shown has no hidden character."""
    hint = homograph_hint(name, [known])
    assert hint == "" or not any(unicodedata.category(c) in {"Cc", "Cs", "Zl", "Zp"} for c in hint)


@pytest.mark.parametrize(
    "character",
    ["\n", "\x1b", "\u200b", "\u202e", "\ufeff", "\u00a0", "\u3164", "\ufe0f", "\ud800"],
    ids=ascii,
)
def test_hidden_characters_are_named(character):
    """What nobody sees is named by its code point, once."""
    (named,) = hidden_characters(f"a{character}b{character}")
    assert named.startswith(f"U+{ord(character):04X}")


@pytest.mark.parametrize("name", ["tpr-gap", "age band", "Straße", "列", "a_b.c/d", "naïve"])
def test_what_can_be_seen_is_not_hidden(name):
    """Letters of any script, spaces and signs are fine."""
    assert hidden_characters(name) == ()
