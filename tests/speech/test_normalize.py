"""Normalisers by name: what they keep, what they refuse, and that their stamps tell one from another."""

from __future__ import annotations

import hashlib
import math
import pickle
import unicodedata
from random import Random

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from odd_texts import odd_text

from fairkit.errors import DataError, UsageError
from fairkit.speech import normalize
from fairkit.speech.normalize import BUILT_IN, english_without, normalizer
from fairkit.speech.normalizers.english import Stage

MEGABYTE = 1_000_000
GOLDEN = {
    "Twenty-five dollars and fifty cents": "$25.50",
    "one oh one times double seven, and triple o": "101 times 77 and 000",
    "in nineteen eighty four or two thousand and nineteen": "in 1984 or 2019",
    "the twenty-first of the nineties": "the 21st of the 90s",
    "two and a half million": "2500000",
    "a hundred and five percent, minus three point one four": "a 105% -3.14",
    "It's gonna be, um, y'all's — she'd been there": "it is going to be you all is she had been there",
    "Dr. Smith won't organise the café's colour [noise] (laughs)": (
        "doctor smith will not organize the cafe is color "
    ),
    "1,000 at 10:30 on the 3rd for £5": "1000 at 10 30 on the 3rd for £5",
    "'cause it 's I'ma": "cause it is i am going to",
}


@pytest.mark.parametrize(("text", "expected"), GOLDEN.items())
def test_english_writes_what_is_known_of_whisper(text, expected):
    """Numbers, contractions, titles and spellings are written as Whisper's normaliser writes them."""
    assert normalizer("english").text(text).strip() == expected.strip()


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Don\u2019t STOP — now…", "don't stop now"),
        ("'quoted' rock 'n' roll l'eau d\u00b4or", "quoted rock n roll l'eau d'or"),
        ("well-known 3.5 1,000 $5 50%", "well known 3 5 1 000 5 50"),
        ("ﬁne Straße \uff26\uff35ll İ ς", "fine strasse full i\u0307 σ"),
        ("cafe\u0301 caf\u00e9", "caf\u00e9 caf\u00e9"),
        ("हिन्दी में, बोलिए।", "हिन्दी में बोलिए"),
        ("مَرْحَبًا، كيف؟", "مَرْحَبًا كيف"),
        ("ภาษาไทย\u200bเก่ง", "ภาษาไทย เก่ง"),
        ("می\u200cخواهم \u200fسلام\u200e", "میخواهم سلام"),  # noqa: RUF001 - Persian
        ("س\u0640\u0640لام", "سلام"),  # noqa: RUF001 - Arabic
        ("a\u00a0b\u2003c\td\ufeff", "a b c d"),
        ("I ❤\ufe0f you 👍🏽 1\ufe0f\u20e3", "i you 1"),
        ("co\u00adoperate x\x00y", "cooperate x y"),
        ("你好\uff0c世界\uff01", "你好 世界"),
        ("  ", ""),
    ],
)
def test_basic_keeps_letters_marks_and_digits(text, expected):
    """Vowel signs and accents stay in one form; punctuation, symbols and what is invisible go."""
    assert normalizer("basic").text(text) == unicodedata.normalize("NFKC", expected)


@given(st.text())
def test_basic_changes_nothing_twice_and_ignores_form(text):
    """What it wrote it leaves alone, and composed and decomposed texts become one."""
    basic = normalizer("basic")
    once = basic.text(text)
    assert basic.text(once) == once
    assert basic.text(unicodedata.normalize("NFC", text)) == basic.text(unicodedata.normalize("NFD", text))


@given(st.text(alphabet=st.characters(categories=["Lo", "Lm", "Mn", "Mc"])))
def test_basic_loses_no_mark_of_a_script(text):
    """No combining mark disappears, but for variation selectors, which are not seen."""
    composed = unicodedata.normalize("NFKC", text.casefold())
    marks = [c for c in composed if unicodedata.category(c) == "Mc"]
    assert [c for c in normalizer("basic").text(text) if unicodedata.category(c) == "Mc"] == marks


def test_none_changes_nothing():
    """Texts stay as they are, white space included."""
    assert normalizer("none").texts([" A, b ", None, ""]) == [" A, b ", None, ""]


@pytest.mark.parametrize("name", BUILT_IN)
def test_many_texts_are_as_one_by_one(name):
    """A list gives what its texts give one by one, in order, repeats and missing ones included."""
    random = Random(4)  # noqa: S311 - drawn again alike
    texts = [odd_text(random) for _ in range(50)]
    mixed = [None, *texts, None, *reversed(texts)]
    made = normalizer(name)
    expected = [None if text is None else made.text(text) for text in mixed]
    assert made.texts(mixed) == expected
    assert made.texts(np.array(mixed, object)) == expected
    assert pickle.loads(pickle.dumps(made)).texts(mixed) == expected  # noqa: S301
    assert made.texts([]) == []


def test_each_distinct_text_is_made_once_and_what_is_kept_is_bounded(monkeypatch):
    """Repeats are looked up, also in the next call, until more are kept than may be."""
    asked = []
    monkeypatch.setattr(normalize, "_MOST_TEXTS", 3)
    made = normalize.Normalizer(normalizer("none").stamp, lambda text: asked.append(text) or text)
    made.texts(["a", "b", "a", None])
    made.texts(["b", "a"])
    assert asked == ["a", "b"]
    made.texts(["c", "d"])
    made.texts(["c", "d", "a"])
    assert asked == ["a", "b", "c", "d", "a"]
    assert made.texts([str(i) for i in range(10)]) == [str(i) for i in range(10)]
    assert len(made._kept.texts) <= 3


@pytest.mark.parametrize("wrong", [math.nan, 5, b"bytes", ["a"], np.float64(1)])
def test_what_is_no_text_is_refused(wrong):
    """A number, NaN or bytes among texts is refused with its value and position; None is missing."""
    made = normalizer("basic")
    with pytest.raises(DataError, match="at position 1"):
        made.texts(["a", wrong, None])
    with pytest.raises(DataError, match="must be str"):
        made.text(wrong)


def test_one_missing_text_is_not_an_empty_one():
    """Asking for one text and giving None is refused."""
    with pytest.raises(DataError, match="None at position 0"):
        normalizer("basic").text(None)


def test_an_unknown_name_is_refused_with_the_nearest():
    """A name that is not known is refused, the known ones are told, and the nearest is suggested."""
    with pytest.raises(UsageError, match=r"'none', 'basic', 'english'.*Did you mean 'english'\?"):
        normalizer("englsh")
    with pytest.raises(UsageError, match="a name, a file or a mapping"):
        normalizer(5)
    with pytest.raises(UsageError, match=r"no stage 'filler'. Did you mean 'fillers'"):
        english_without("filler")


@pytest.mark.parametrize("name", BUILT_IN)
@pytest.mark.parametrize(
    "text",
    [
        "<[(" * (MEGABYTE // 3),
        "[a " * (MEGABYTE // 3),
        " " * MEGABYTE,
        "um' " * (MEGABYTE // 4),
        "\u0315\u0300" * (MEGABYTE // 2),
        "\ud800" * MEGABYTE,
        "\x00\x01\x02" * (MEGABYTE // 3),
        "x" * MEGABYTE,
        "hundred " * (MEGABYTE // 8),
    ],
    ids=[
        "brackets",
        "open",
        "spaces",
        "apostrophes",
        "marks",
        "surrogates",
        "controls",
        "letters",
        "numbers",
    ],
)
def test_a_hostile_megabyte_is_read(name, text):
    """A megabyte of one thing is normalised in time that grows with its length, and never raises."""
    assert isinstance(normalizer(name).text(text), str)


def test_only_marks_survive_where_marks_count():
    """A text of nothing but combining marks stays in `basic`, and is empty in `english`."""
    marks = "\u0301\u093f"
    assert normalizer("basic").text(marks) == marks
    assert normalizer("english").text("\u0301\u0300") == ""


def test_stages_do_what_their_names_say():
    """Leaving a stage out leaves its words as they are."""
    text = "[x] um Mr. Gonna isn't gonna organise five"
    expected = {
        "brackets": "x mister going to is not going to organize 5",
        "fillers": "um mister going to is not going to organize 5",
        "contractions": "mister going to isn t going to organize 5",
        "reductions": "mister gonna is not gonna organize 5",
        "titles": "mr going to is not going to organize 5",
        "numbers": "mister going to is not going to organize five",
        "spelling": "mister going to is not going to organise 5",
    }
    assert list(expected) == list(Stage)
    assert {stage: english_without(stage).text(text).strip() for stage in Stage} == expected
    assert english_without(*Stage).text("Um, IT'S five.").split() == ["um", "it", "s", "five"]


def test_stamps_tell_normalisers_apart():
    """Each normaliser, and each without a stage, has a hash of its own, the same in every process."""
    made = [*map(normalizer, BUILT_IN), *map(english_without, Stage)]
    assert len({one.stamp.sha256 for one in made}) == len(made)
    assert len({one.stamp.name for one in made}) == len(made)
    assert english_without() == normalizer("english")
    assert pickle.loads(pickle.dumps(made[2])) == made[2]  # noqa: S301


@pytest.mark.parametrize(
    ("name", "version", "sha256", "written"),
    [
        ("none", "1", "c5966b08abfc", "9c0d30afe641"),
        ("basic", "1", "01c5e7ed49af", "cd1f0b891c08"),
        ("english", "1", "8545af90531a", "65170a043bd1"),
    ],
)
def test_what_is_written_changes_only_with_the_version(name, version, sha256, written):
    """The stamp and what is written for a thousand texts are pinned: who changes them raises the version."""
    random = Random(1)  # noqa: S311 - drawn again alike
    texts = [odd_text(random).encode("utf-8", "replace").decode() for _ in range(1000)]
    stable = [text for text in texts if all(ord(c) < 0x3000 for c in text)]
    made = "\n".join(normalizer(name).texts(stable))
    found = hashlib.sha256(made.encode()).hexdigest()
    stamp = normalizer(name).stamp
    assert (stamp.version, stamp.sha256[:12], found[:12]) == (version, sha256, written)
