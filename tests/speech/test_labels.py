"""Labels that look alike and speakers under several: what is pointed out, and what must not be."""

from __future__ import annotations

import unicodedata
from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fairkit.errors import DataError
from fairkit.speech.labels import missing_labels, overlapping_labels, speakers_in_several_groups

ALIKE = {
    "prefix": [
        ("zulu", "isizulu"),
        ("swahili", "Kiswahili"),
        ("xhosa", "isiXhosa"),
        ("tswana", "setswana"),
        ("venda", "tshivenda"),
        ("kikuyu", "gikuyu"),
        ("ganda", "luganda"),
    ],
    "several": [
        ("hausa", "yoruba, hausa"),
        ("akan", "akan (fante)"),
        ("hausa", "hausa/fulani"),
        ("venda", "Venda and Xitsonga"),
        ("England English", "England English|wolof"),
    ],
    "form": [
        ("US English", "us english"),
        ("US English", "U.S. English"),
        ("US English", "us-english "),
        ("Español", "Espanol"),
        ("Español", unicodedata.normalize("NFD", "Español")),
        ("\uff35\uff33 English", "US English"),
        ("Irish\u00a0English", "Irish English"),
        ("iphone 12", "iPhone-12"),
        ("don\u2019t say", "don't say"),
    ],
    "qualifier": [
        ("Indian", "Indian English"),
        ("European", "Eastern European"),
        ("US English", "Mainstream US English"),
        ("sotho", "southern sotho"),
        ("Scottish", "Scottish accent"),
    ],
    "spelling": [
        ("Ghanain English", "Ghanaian English"),
        ("Philippines", "Phillipines"),
        ("forties", "fourties"),
        ("male", "males"),
        ("Vietnamese", "Vietnamase"),
        ("Nigerian", "Nigerina"),
    ],
    "missing": [("unknown", "Don't know"), ("N/A", "-"), ("", "?"), ("not specified", "NaN")],
}


@pytest.mark.parametrize(
    ("reason", "pair"), [(reason, pair) for reason, pairs in ALIKE.items() for pair in pairs]
)
def test_labels_that_look_alike_are_pointed_out_with_the_reason(reason, pair):
    """Each pair is found once, in either order, and among others."""
    for levels in (pair, pair[::-1], ["Catalan", *pair, None, "Romanian"]):
        (found,) = overlapping_labels(levels)
        assert (set(found.labels), found.reason) == (set(pair), reason)


DIFFERENT = [
    ["male", "female", "other"],
    ["man", "woman", "binary", "non-binary"],
    ["teens", "twenties", "thirties", "forties", "fifties", "sixties", "seventies", "eighties", "nineties"],
    ["<18", "18", "18-24", "25-34", "60", "60+", "1.5", "15"],
    ["low", "medium", "high", "very high", "clean", "clear", "quiet", "quite noisy"],
    ["north", "south", "northern", "southern", "Northeastern US", "Northwestern US"],
    ["Southern British English", "Northern British English"],
    ["iphone 12", "iphone 13", "speaker 1", "speaker 2"],
    ["Austria", "Australia", "Slovenia", "Slovakia"],
    ["Austrian", "Australian", "Slovak", "Slovene"],
    ["Iran", "Iraq", "Ireland", "Iceland", "Gambia", "Zambia", "Niger", "Nigeria", "Mali", "Malawi"],
    ["umbundu", "kimbundu", "igbo", "igala", "edo", "idoma", "luo", "luhya", "xitsonga", "sindhi"],
    ["Black, non-Hispanic", "White, non-Hispanic"],
    ["中文", "中国", "हिन्दी", "मराठी", "日本語"],
    ["Latin American", "Mainstream US English", "Unknown", "European"],
    ["", "a", "b", "1"],
]


@pytest.mark.parametrize("levels", DIFFERENT, ids=lambda levels: levels[0] or "empty")
def test_labels_that_are_different_raise_no_alarm(levels):
    """Opposites, numbers, directions and neighbouring countries are not taken for one."""
    assert overlapping_labels(levels) == ()


def test_pairs_have_counts_and_the_largest_come_first():
    """Rows tell how much a pair matters; a label and its rows stand together."""
    found = overlapping_labels(["zulu"] * 2 + ["isizulu"] * 9 + ["US English", "us english"])
    assert [one.labels for one in found] == [("isizulu", "zulu"), ("US English", "us english")]
    assert str(found[0]) == (
        "'isizulu' (9 rows) and 'zulu' (2 rows): the same word but for a prefix, as names of languages have"
    )


def test_the_alarms_on_a_long_list_are_few():
    """A thousand made-up accents that differ by two letters or more raise none."""
    words = ["".join(pair) for pair in product(("bado", "kemi", "lupa", "novi", "rasu"), repeat=4)]
    assert len(words) == 625
    assert overlapping_labels([f"{word} English" for word in words]) == ()


LEVELS = st.lists(st.none() | st.text(max_size=12), max_size=12)


@given(LEVELS)
def test_any_text_can_be_a_label(levels):
    """Whatever the labels, pairs are of different labels that occur, each once, in any order of the rows."""
    found = overlapping_labels(levels)
    pairs = [frozenset(one.labels) for one in found]
    assert len(set(pairs)) == len(pairs)
    assert all(len(pair) == 2 and pair <= set(levels) for pair in pairs)
    assert {frozenset(one.labels): one.reason for one in overlapping_labels(levels[::-1])} == {
        frozenset(one.labels): one.reason for one in found
    }


def test_labels_that_say_nothing_are_known():
    """A group of people who did not say is no group of people."""
    levels = ["Irish", "Don't know", "N/A", None, "other", "prefer not to say", "-", "", "Irish", "None"]
    assert missing_labels(levels) == ("Don't know", "N/A", "prefer not to say", "-", "", "None")


def test_speakers_under_two_accents_are_listed_with_their_rows():
    """A speaker with one label and missing ones is in one group; rows without a speaker say nothing."""
    speakers = ["s1", "s1", "s1", "s1", "s2", "s2", "s3", None, None]
    accents = ["igbo", "yoruba", "igbo", None, "zulu", None, "zulu", "igbo", "zulu"]
    (found,) = speakers_in_several_groups(speakers, accents)
    assert (found.speaker, found.levels, found.rows, found.rows_missing) == (
        "s1",
        ("igbo", "yoruba"),
        (2, 1),
        1,
    )
    assert str(found) == "'s1': 'igbo' in 2 rows, 'yoruba' in 1, none in 1"


def test_speakers_and_groups_of_different_length_are_refused():
    """Nothing pairs up what happens to be there."""
    with pytest.raises(DataError, match="they have 2 and 1"):
        speakers_in_several_groups(["s1", "s2"], ["igbo"])


@pytest.mark.realdata
def test_edacc_accents_overlap_once(real_data):
    """Of 24 accents, Eastern European is a part of European, and one label says nothing."""
    from fairkit.speech.readers import read_transcripts

    found = read_transcripts(real_data / "edacc_audit" / "whisper-small.jsonl")
    accents = found.texts("accent")
    assert [one.labels for one in overlapping_labels(accents)] == [("Eastern European", "European")]
    assert missing_labels(accents) == ("Don't know",)
    assert speakers_in_several_groups(found.texts("speaker"), accents) == ()
