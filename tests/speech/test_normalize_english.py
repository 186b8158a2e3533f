"""The English normaliser writes what Whisper's writes, on real transcripts and on anything else."""

from __future__ import annotations

import json
import pickle
from random import Random

import make_spelling_families
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from odd_texts import BETWEEN, FREQUENT, NUMBERS, OTHERS, PHRASES, PIECES, odd_text
from whisper_oracle import whisper_english, whisper_normalizers

from fairkit.speech.normalizers.english import English
from fairkit.speech.normalizers.letters import plain_letters
from fairkit.speech.normalizers.spelling import american_spellings

WHISPER = whisper_english()
ENGLISH = English()
FUZZED = 15_000
SEEDS = range(3)


def differing(texts):
    """List the texts of which the two make different ones, with both."""
    made = ((text, ENGLISH(text), WHISPER(text)) for text in texts)
    return [found for found in made if found[1] != found[2]][:5]


def test_spellings_are_those_of_whisper():
    """The families expand to Whisper's list, but for a key of two words that no word can equal."""
    theirs = make_spelling_families.whisper_spellings()
    assert [key for key in theirs if " " in key] == ["flyer / flier"]
    assert american_spellings() == {key: shown for key, shown in theirs.items() if " " not in key}


def test_the_shipped_families_are_what_the_generator_writes():
    """Running the generator again would change nothing."""
    lines = make_spelling_families.families(make_spelling_families.whisper_spellings())
    shipped = make_spelling_families.SHIPPED.read_text(encoding="utf-8")
    assert shipped == make_spelling_families.HEADER + "\n".join(lines) + "\n"


@pytest.mark.realdata
@pytest.mark.parametrize("field", ["ref_raw", "hyp_raw"])
def test_real_transcripts_are_normalised_as_whisper_does(real_data, field):
    """Every reference and hypothesis of three recognisers on EdAcc becomes the same text."""
    texts = set()
    for path in sorted((real_data / "edacc_audit").glob("*.jsonl")):
        rows = [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]
        texts |= {row[field] for row in rows}
    assert len(texts) > 7_000
    assert differing(sorted(texts)) == []


@pytest.mark.parametrize("seed", SEEDS)
def test_odd_texts_are_normalised_as_whisper_does(seed):
    """Number words, contractions, signs, brackets and scripts in random order become the same text."""
    random = Random(seed)  # noqa: S311 - drawn again alike
    assert differing(odd_text(random) for _ in range(FUZZED // len(SEEDS))) == []


def test_pairs_of_number_words_are_normalised_as_whisper_does():
    """Every number word before every other, and before "and", becomes the same text."""
    words = [*NUMBERS, "5", "1", "0", "2.50", "$5", "¢7", "cat", "s", "nd"]
    assert differing(f"{one} {other}" for one in words for other in words) == []
    assert differing(f"{one} and {other} cats" for one in words for other in NUMBERS[::7]) == []


@settings(max_examples=150)
@given(
    st.lists(
        st.tuples(st.sampled_from([*FREQUENT, *PHRASES, *OTHERS, *PIECES]), st.sampled_from(BETWEEN)),
        max_size=10,
    )
)
def test_any_row_of_pieces_is_normalised_as_whisper_does(parts):
    """Whatever pieces stand in a row, the text is the same; failures are made small."""
    text = "".join(piece + between for piece, between in parts)
    assert ENGLISH(text) == WHISPER(text)


@settings(max_examples=150)
@given(st.text(max_size=40))
def test_any_text_is_normalised_as_whisper_does(text):
    """Any characters of Unicode become the same text."""
    assert ENGLISH(text) == WHISPER(text)


def test_every_character_is_cleared_as_whisper_does():
    """Each assigned character, after a letter and before a combining mark, loses what it loses there."""
    clear = whisper_normalizers().basic.remove_symbols_and_diacritics
    found = []
    for start in (*range(0, 0x32000, 4096), 0xE0000, 0xF0000):
        block = "".join(f"a{chr(code)}\u0301" for code in range(start, start + 4096))
        if block.translate(plain_letters) != clear(block, keep=".%$¢€£"):
            found.append(start)
    assert found == []


def test_a_text_is_the_same_whatever_was_read_before():
    """Neither a fresh normaliser, nor a pickled one, nor one that met other texts writes anything else."""
    random = Random(9)  # noqa: S311 - drawn again alike
    texts = [odd_text(random) for _ in range(300)]
    fresh = [English()(text) for text in texts]
    assert [ENGLISH(text) for text in texts] == fresh
    assert [pickle.loads(pickle.dumps(ENGLISH))(text) for text in texts[:50]] == fresh[:50]  # noqa: S301


def test_where_whisper_raises_digits_stay():
    """Numbers of more digits than Python reads raise there, and stay as they are here."""
    many = "9" * 5000
    with pytest.raises(AssertionError):
        WHISPER(f"about {many} times")
    assert ENGLISH(f"about {many} times twenty five") == f"about {many} times 25"
    grown = "9" * 4300 + " thousand"
    with pytest.raises(ValueError):
        WHISPER(grown)
    assert ENGLISH(grown) == "9" * 4300 + " 1000"
