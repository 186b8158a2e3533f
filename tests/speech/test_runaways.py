"""Runaway output: what goes on and on is told from what is long, repeated in truth, or merely wrong."""

import json
import re

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from fairkit.speech.align import edit_counts
from fairkit.speech.normalize import normalizer
from fairkit.speech.runaways import is_runaway, repeats, runaways


def runaway(reference, hypothesis, unit="words"):
    """Judge one utterance."""
    edits = edit_counts([reference], [hypothesis], unit=unit)
    return bool(runaways([reference], [hypothesis], edits, unit=unit)[0])


@pytest.mark.parametrize(
    ("reference_words", "hypothesis_words", "expected"),
    [
        (1, 9, False),
        (1, 10, True),
        (3, 10, True),
        (4, 11, False),
        (4, 12, True),
        (0, 500, False),
        (0, 0, False),
    ],
)
def test_length_decides_from_three_times_and_ten_words_on(reference_words, hypothesis_words, expected):
    """Both limits are needed, and an empty reference has no length to be compared with."""
    assert is_runaway([reference_words], [hypothesis_words], [False]).tolist() == [expected]


def test_repeated_output_is_runaway_whatever_its_length():
    """But for empty references, of which everything is made up."""
    assert is_runaway([40, 0], [42, 30], [True, True]).tolist() == [True, False]


@pytest.mark.parametrize("period", range(1, 9))
def test_a_phrase_of_up_to_eight_words_is_a_loop(period):
    """Four times in a row are enough once they are ten words, wherever they stand."""
    phrase = [f"w{i}" for i in range(period)]
    times = max(4, -(-10 // period))
    loop = ["so", "then", *phrase * times, "bye"]
    assert repeats(loop)
    assert not repeats(["so", *(phrase * times)[:-1], "bye"])
    assert not repeats([word for again in range(times) for word in [*phrase, f"x{again}"]])


def test_a_phrase_of_nine_words_is_no_loop():
    """It is more likely a refrain."""
    assert not repeats([f"w{i}" for i in range(9)] * 4)


@pytest.mark.parametrize(("said", "expected"), [(0, True), (6, True), (7, False), (12, False)])
def test_what_the_reference_repeats_too_is_no_loop(said, expected):
    """A loop must be at least twice as long as the speaker's own."""
    assert repeats(["no"] * 12, ["well", *["no"] * said, "stop"]) is expected


@given(st.lists(st.sampled_from("abc"), max_size=60), st.integers(1, 8), st.integers(0, 20))
def test_loops_are_found_wherever_a_plain_search_finds_them(words, period, times):
    """Every stretch of the text is compared with its own beginning, repeated."""
    text = words[: len(words) // 2] + [str(i) for i in range(period)] * times + words[len(words) // 2 :]
    found = any(
        text[start : start + size] == (text[start : start + n] * size)[:size]
        for n in range(1, 9)
        for size in [max(10, 4 * n)]
        for start in range(len(text) - size + 1)
    )
    assert repeats(text) is found


def test_a_loop_within_a_long_utterance_is_runaway():
    """It needs no three times the words: ten that are wrong are enough."""
    said = "i was going to the shop when it began to rain and so i went home again"
    assert runaway(said, "i was going to the shop " + "and so on " * 5)
    assert not runaway(said, said + " home again" * 3)


def test_a_song_that_was_heard_almost_right_is_not_runaway():
    """A refrain with few words wrong goes on no longer than the singer did."""
    said = "do not cry do not cry no hold it i am like do not cry do not cry but the pain"
    heard = "do not cry do not cry do not cry do not cry but the pain"
    assert repeats(heard.split(), said.split())
    assert not runaway(said, heard)


def test_characters_have_limits_of_their_own():
    """Scripts without spaces go on and on in characters, of which words have several."""
    assert runaway("你好", "谢谢观看" * 8, unit="characters")
    assert not runaway("你好", "谢谢你的观看" * 2, unit="characters")
    said = "今天天气很好我们去公园散步然后回家吃饭晚上看电影"
    assert runaway(said, said[:6] + "谢谢观看" * 9, unit="characters")
    assert not runaway(said, said[:6], unit="characters")


def test_no_utterances_have_no_runaways():
    """An empty batch is a batch."""
    assert runaways([], [], np.zeros((0, 4), np.int32)).tolist() == []


# --- a published audit ---


@pytest.fixture(scope="module")
def english():
    """Return the normaliser that the audit used."""
    return normalizer("english")


@pytest.mark.realdata
@pytest.mark.parametrize(
    ("system", "ours", "by_length", "theirs", "rate", "without"),
    [
        ("parakeet-tdt-0.6b-v3", 0, 0, 0, 0.1505, 0.1505),
        ("whisper-large-v3-turbo", 5, 5, 6, 0.1943, 0.1829),
        ("whisper-small", 291, 288, 401, 0.6391, 0.2073),
    ],
)
def test_edacc_has_the_runaways_of_its_audit(
    real_data, english, system, ours, by_length, theirs, rate, without
):
    """The audit lists as loops what has over 5 times the words and over 10; ours has all with a reference.

    Its rule is found in its lists, which it reproduces without exception. Ours begins at three times, leaves
    out what was made up for empty references, and has the repetitions within long utterances.
    """
    folder = real_data / "edacc_audit"
    groups = set(json.loads((folder / "groups.json").read_text(encoding="utf-8"))["groups"])
    summary = json.loads((folder / "expected" / f"{system}.summary.json").read_text(encoding="utf-8"))
    listed = {one for group in summary["hallucination_loops_by_group"].values() for one in group["utt_ids"]}
    with (folder / f"{system}.jsonl").open(encoding="utf-8") as lines:
        rows = [row for row in map(json.loads, lines) if row["accent"] in groups]
    references = english.texts([re.sub(r"<[A-Z_]+>", " ", row["ref_raw"]) for row in rows])
    hypotheses = english.texts([row["hyp_raw"] for row in rows])
    edits = edit_counts(references, hypotheses)
    found = runaways(references, hypotheses, edits)
    said, heard = edits[:, :3].sum(axis=1), edits[:, [0, 1, 3]].sum(axis=1)

    of_theirs = np.array([row["utt_id"] in listed for row in rows])
    assert of_theirs.sum() == theirs
    assert np.array_equal(of_theirs, heard > np.maximum(5 * said, 10))
    assert found[of_theirs & (said > 0)].all()
    assert not found[said == 0].any()
    assert found.sum() == ours
    assert is_runaway(said, heard, np.zeros(len(rows), bool)).sum() == by_length

    errors, used = edits[:, 1:].sum(axis=1), said > 0
    assert round(errors[used].sum() / said[used].sum(), 4) == rate
    assert round(errors[used & ~found].sum() / said[used & ~found].sum(), 4) == without
