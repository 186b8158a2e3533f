"""Alignment: every count is jiwer's, on generated and on real transcripts, and on hostile texts."""

import gc
import json
from itertools import groupby

import jiwer
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from fairkit.errors import DataError, UsageError
from fairkit.speech.align import alignment, edit_counts, word_pairs

RNG = np.random.default_rng(4)
COLUMN = {"equal": 0, "substitute": 1, "delete": 2, "insert": 3}
FEW_WORDS = st.lists(st.sampled_from(["a", "b", "see", "é"]), max_size=12).map(" ".join)
ANY_TEXT = st.text(st.sampled_from("ab \t\n\u00a0\u200b\u200fé中\U0001f600"), max_size=24)
NFC, NFD = "caf\u00e9", "cafe\u0301"


def jiwer_counts(references, hypotheses, process=jiwer.process_words):
    """Count what jiwer aligned, utterance by utterance."""
    gc.disable()  # jiwer keeps millions of objects, and the collector visits them over and over
    try:
        found = process(references, hypotheses)
    finally:
        gc.enable()
    counts = np.zeros((len(references), 4), np.int32)
    for row, chunks in zip(counts, found.alignments, strict=True):
        for chunk in chunks:
            words = max(chunk.ref_end_idx - chunk.ref_start_idx, chunk.hyp_end_idx - chunk.hyp_start_idx)
            row[COLUMN[chunk.type]] += words
    assert counts.sum(axis=0).tolist() == [
        found.hits,
        found.substitutions,
        found.deletions,
        found.insertions,
    ]
    return counts


def noisy_pairs(n, words, noise):
    """Draw references of Zipf's words, and hypotheses with words replaced, dropped, doubled and inserted."""
    names = np.array([f"{'aeiou'[i % 5]}{i:x}" for i in range(5_000)], object)
    drawn = names[np.minimum(RNG.zipf(1.4, (2, n, words)), 5_000) - 1]
    said, other = drawn.tolist()
    fate = RNG.random((n, words))
    perfect = RNG.random(n) < 0.3
    kept = RNG.integers(0, words + 1, n)
    silent = RNG.random(n) < 0.01
    references, hypotheses = [], []
    for i in range(n):
        reference = said[i][: kept[i]]
        hypothesis = []
        for word, wrong, u in zip(reference, other[i], fate[i].tolist(), strict=False):
            if perfect[i] or u > noise:
                hypothesis.append(word)
            elif u < noise * 0.5:
                hypothesis.append(wrong)
            elif u < noise * 0.7:
                hypothesis += [word, wrong]
            elif u < noise * 0.8:
                hypothesis += [word, word]
        references.append(" ".join(reference))
        hypotheses.append("" if silent[i] else " ".join(hypothesis))
    return references, hypotheses


def counts_by_hand(reference, hypothesis):
    """Fill the whole table of distances, and walk back through it as the documentation says."""
    a, b = reference.split(), hypothesis.split()
    hits = 0
    for end in (0, -1):
        while a and b and a[end] == b[end]:
            a.pop(end), b.pop(end)
            hits += 1
    table = np.zeros((len(a) + 1, len(b) + 1), int)
    table[:, 0], table[0] = np.arange(len(a) + 1), np.arange(len(b) + 1)
    for i in range(1, len(a) + 1):
        for j in range(1, len(b) + 1):
            both = table[i - 1, j - 1] + (a[i - 1] != b[j - 1])
            table[i, j] = min(both, table[i - 1, j] + 1, table[i, j - 1] + 1)
    i, j = len(a), len(b)
    substitutions = deletions = insertions = 0
    while i or j:
        if i and table[i, j] == table[i - 1, j] + 1:
            deletions, i = deletions + 1, i - 1
        elif j and (i == 0 or table[i, j - 1] < table[i - 1, j - 1]):
            insertions, j = insertions + 1, j - 1
        else:
            hit = a[i - 1] == b[j - 1]
            hits, substitutions = hits + hit, substitutions + (not hit)
            i, j = i - 1, j - 1
    return [hits, substitutions, deletions, insertions]


# --- jiwer ---


def test_words_are_counted_as_jiwer_counts_them():
    """200,000 generated pairs, some of them empty, have jiwer's hits and errors of each sort."""
    references, hypotheses = noisy_pairs(200_000, 12, noise=0.16)
    found = edit_counts(references, hypotheses)
    assert np.array_equal(found, jiwer_counts(references, hypotheses))
    assert found.dtype == np.int32
    assert (found.sum(axis=0) > 10_000).all()


def test_characters_are_counted_as_jiwer_counts_them():
    """Spaces between words count, white space around the text does not."""
    references, hypotheses = noisy_pairs(20_000, 4, noise=0.3)
    references = [f" {text}\n" if i % 3 else text for i, text in enumerate(references)]
    found = edit_counts(references, hypotheses, unit="characters")
    assert np.array_equal(found, jiwer_counts(references, hypotheses, jiwer.process_characters))


@pytest.mark.parametrize("noise", [0.1, 0.9])
def test_long_utterances_are_counted_as_jiwer_counts_them(noise):
    """Thousands of words, where rapidfuzz cuts the problem in two, of texts that are and are not alike."""
    references, hypotheses = noisy_pairs(6, 9_000, noise=noise)
    assert np.array_equal(edit_counts(references, hypotheses), jiwer_counts(references, hypotheses))


@given(st.lists(st.tuples(ANY_TEXT, ANY_TEXT), min_size=1, max_size=5))
def test_characters_of_any_text_are_jiwers(pairs):
    """White space, marks, signs without width and characters beyond the first plane are code points."""
    references, hypotheses = map(list, zip(*pairs, strict=True))
    found = edit_counts(references, hypotheses, unit="characters")
    assert np.array_equal(found, jiwer_counts(references, hypotheses, jiwer.process_characters))


@given(st.lists(st.tuples(ANY_TEXT, ANY_TEXT), min_size=1, max_size=5))
def test_words_of_any_text_are_jiwers_once_white_space_is_plain(pairs):
    """With single spaces between words, as every normaliser leaves them, there is no difference at all."""
    references, hypotheses = ([" ".join(text.split()) for text in side] for side in zip(*pairs, strict=True))
    assert np.array_equal(edit_counts(references, hypotheses), jiwer_counts(references, hypotheses))


def test_a_lone_tab_separates_words_here_and_not_in_jiwer():
    """The one difference, as documented: other white space than spaces, alone between words."""
    for white in ("\t", "\n", "\u00a0", "\u3000"):
        assert edit_counts([f"blue{white}door"], ["blue door"]).tolist() == [[2, 0, 0, 0]]
        assert jiwer_counts([f"blue{white}door"], ["blue door"]).tolist() == [[0, 1, 0, 1]]
        assert jiwer_counts([f"blue {white}door"], ["blue door"]).tolist() == [[2, 0, 0, 0]]


@pytest.mark.realdata
@pytest.mark.parametrize("system", ["parakeet-tdt-0.6b-v3", "whisper-large-v3-turbo", "whisper-small"])
def test_edacc_is_counted_as_jiwer_counts_it(real_data, system):
    """All raw references and hypotheses of a recogniser, in lower case, with its endless repetitions."""
    with (real_data / "edacc_audit" / f"{system}.jsonl").open(encoding="utf-8") as lines:
        rows = [json.loads(line) for line in lines]
    references = [" ".join(row["ref_raw"].lower().split()) for row in rows]
    hypotheses = [" ".join(row["hyp_raw"].lower().split()) for row in rows]
    found = edit_counts(references, hypotheses)
    assert len(found) == 9_177
    assert np.array_equal(found, jiwer_counts(references, hypotheses))
    letters = edit_counts(references[::20], hypotheses[::20], unit="characters")
    assert np.array_equal(letters, jiwer_counts(references[::20], hypotheses[::20], jiwer.process_characters))


# --- which alignment ---


@given(FEW_WORDS, FEW_WORDS)
def test_ties_are_broken_as_documented(reference, hypothesis):
    """A table of distances, walked back by the stated rule, gives the same split of the errors."""
    assert edit_counts([reference], [hypothesis])[0].tolist() == counts_by_hand(reference, hypothesis)


@given(FEW_WORDS, FEW_WORDS)
def test_both_sides_are_accounted_for(reference, hypothesis):
    """Hits, substitutions and deletions are the reference; hits, substitutions, insertions the hypothesis."""
    hits, substitutions, deletions, insertions = edit_counts([reference], [hypothesis])[0].tolist()
    assert hits + substitutions + deletions == len(reference.split())
    assert hits + substitutions + insertions == len(hypothesis.split())


@given(FEW_WORDS, FEW_WORDS, st.sampled_from(["words", "characters"]))
def test_an_alignment_is_the_one_that_is_counted(reference, hypothesis, unit):
    """Its chunks have the counts, spell both texts, and no two neighbours are of one kind."""
    found = alignment(reference, hypothesis, unit=unit)
    counts = [found.hits, found.substitutions, found.deletions, found.insertions]
    assert counts == edit_counts([reference], [hypothesis], unit=unit)[0].tolist()
    glue = " " if unit == "words" else ""
    assert glue.join(word for chunk in found.chunks for word in chunk.reference) == reference
    assert glue.join(word for chunk in found.chunks for word in chunk.hypothesis) == hypothesis
    kinds = [chunk.kind for chunk in found.chunks]
    assert kinds == [kind for kind, _ in groupby(kinds)]
    for chunk in found.chunks:
        assert (chunk.kind == "equal") == (chunk.reference == chunk.hypothesis)
        assert chunk.kind in {"delete", "insert"} or len(chunk.reference) == len(chunk.hypothesis)


@given(FEW_WORDS, FEW_WORDS)
def test_pairs_of_words_are_the_alignment(reference, hypothesis):
    """Every word of both texts stands in one pair, in order."""
    wanted = []
    for chunk in alignment(reference, hypothesis).chunks:
        length = max(len(chunk.reference), len(chunk.hypothesis))
        left = chunk.reference or (None,) * length
        wanted += zip(left, chunk.hypothesis or (None,) * length, strict=True)
    assert word_pairs(reference, hypothesis) == wanted


# --- hostile texts ---


@pytest.mark.parametrize(
    ("reference", "hypothesis", "words", "characters"),
    [
        ("", "", [0, 0, 0, 0], [0, 0, 0, 0]),
        ("", "what did you say", [0, 0, 0, 4], [0, 0, 0, 16]),
        ("what did you say", "", [0, 0, 4, 0], [0, 0, 16, 0]),
        ("   ", "what", [0, 0, 0, 1], [0, 0, 0, 4]),
        ("\u00a0\t\n", "", [0, 0, 0, 0], [0, 0, 0, 0]),
        ("blue\u00a0door", "blue door", [2, 0, 0, 0], [8, 1, 0, 0]),
        ("blue\u200bdoor", "blue door", [0, 1, 0, 1], [8, 1, 0, 0]),
        ("blue\u200bdoor", "bluedoor", [0, 1, 0, 0], [8, 0, 1, 0]),
        ("\ufeffblue door", "blue door", [1, 1, 0, 0], [9, 0, 1, 0]),
        ("\u0645\u06cc\u200c\u062e\u0648\u0627\u0647\u0645", "\u0645\u06cc\u062e\u0648\u0627\u0647\u0645",
         [0, 1, 0, 0], [7, 0, 1, 0]),
        ("\u05e9\u05dc\u05d5\u05dd \u05dc\u05da\u200f", "\u05e9\u05dc\u05d5\u05dd \u05dc\u05da",
         [1, 1, 0, 0], [7, 0, 1, 0]),
        ("\u4eca\u5929\u5929\u6c14\u5f88\u597d", "\u4eca\u5929\u5929\u6c14\u4e0d\u597d",
         [0, 1, 0, 0], [5, 1, 0, 0]),
        ("\u5f00 \u95e8", "\u5f00\u3000\u95e8", [2, 0, 0, 0], [2, 1, 0, 0]),
        (NFC, NFD, [0, 1, 0, 0], [3, 1, 0, 1]),
        ("\uff11\uff12 doors", "12 doors", [1, 1, 0, 0], [6, 2, 0, 0]),
        ("don\u2019t", "don't", [0, 1, 0, 0], [4, 1, 0, 0]),
        ("Hello, World!", "hello world", [0, 2, 0, 0], [9, 2, 2, 0]),
        ("twenty five dollars", "$25", [0, 1, 2, 0], [0, 3, 16, 0]),
        ("well-known", "well known", [0, 1, 0, 1], [9, 1, 0, 0]),
        ("turn <unk> left", "turn left", [2, 0, 1, 0], [9, 0, 6, 0]),
        ("[noise]", "", [0, 0, 1, 0], [0, 0, 7, 0]),
        ("\U0001f600 yes", "yes", [1, 0, 1, 0], [3, 0, 2, 0]),
        ("\ud800 yes", "\ud800 yes", [2, 0, 0, 0], [5, 0, 0, 0]),
    ],
)  # fmt: skip
def test_hostile_texts_have_exact_counts(reference, hypothesis, words, characters):
    """Nothing is normalised here: texts that look alike and are not have the errors that they have."""
    assert edit_counts([reference], [hypothesis])[0].tolist() == words
    assert edit_counts([reference], [hypothesis], unit="characters")[0].tolist() == characters


def test_sequences_of_different_length_are_refused():
    """No pair is scored: which reference belongs to which hypothesis is not known."""
    with pytest.raises(DataError, match="there are 2 references and 1 hypotheses; every utterance needs"):
        edit_counts(["a", "b"], ["a"])


def test_what_is_no_text_is_refused_with_its_place():
    """None and NaN are no texts; both sides are told at once."""
    with pytest.raises(DataError) as caught:
        edit_counts(["a", None, "c"], [float("nan"), "b", b"c"])
    first, second = caught.value.problems
    assert first.startswith("every reference must be a text; at the positions 1 are None. Give an empty text")
    assert second.startswith("every hypothesis must be a text; at the positions 0, 2 are nan, b'c'.")
    for call in (alignment, word_pairs):
        with pytest.raises(DataError, match="every hypothesis must be a text"):
            call("a", None)


def test_one_text_is_no_sequence_of_texts():
    """A text would be read letter by letter."""
    with pytest.raises(
        UsageError, match=r"references must be a sequence of texts, it is one text \('stop'\)"
    ):
        edit_counts("stop", ["stop"])


def test_an_unknown_unit_is_refused():
    """With the nearest one."""
    for call in (edit_counts, alignment):
        with pytest.raises(UsageError, match=r"it is 'word'\. Did you mean 'words'\?"):
            call(["a"], ["a"], unit="word")


def test_arrays_and_nothing_at_all_are_sequences():
    """NumPy's texts are texts, and no utterances have no counts."""
    assert edit_counts(np.array(["a b", "c"]), np.array(["a", "c"], object)).tolist() == [
        [1, 0, 1, 0],
        [1, 0, 0, 0],
    ]
    assert edit_counts([], []).shape == (0, 4)
    assert alignment("", "").chunks == ()
    assert word_pairs(" ", "") == []
