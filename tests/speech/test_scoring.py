"""Scoring: the same utterances from every engine, and bad input that is refused or shown, never lost."""

import math

import numpy as np
import pytest

from fairkit.errors import DataError, UsageError
from fairkit.groups import attributes_of, groupings
from fairkit.speech import score_texts
from fairkit.speech.counting import word_counts
from fairkit.speech.normalize import normalizer
from fairkit.speech.questions import Asked
from fairkit.speech.rows import score_rows as score

ROWS = {
    "utt": [f"u{i}" for i in range(40)],
    "said": [("turn the light on please", "stop", "what is the time", "")[i % 4] or None for i in range(40)],
    "heard": [
        (f"turn light on {'please ' * (i % 3)}", None, "what's the time", "noise")[i % 4] for i in range(40)
    ],
    "second": [("turn the light on please", "stop it", "time", None)[i % 4] for i in range(40)],
    "accent": [("Irish", "Scottish", None)[i % 3] for i in range(40)],
    "who": [f"s{i % 7}" if i % 9 else None for i in range(40)],
    "age": [20 + i % 50 for i in range(40)],
}


def asked(by=("accent", "young: age < 40"), **more):
    """Ask for both systems of the rows above."""
    return Asked(
        **{
            "reference": "said",
            "hypotheses": {"first": "heard", "second": "second"},
            "by": attributes_of(groupings(by)),
            "speaker": "who",
            "identifier": "utt",
            "normalizers": (normalizer("none"), normalizer("basic")),
            **more,
        }
    )


def test_every_engine_gives_the_same_counts(frame_of):
    """Texts are aligned where they are, and nothing of the result depends on where that was."""
    rows, typed = frame_of(ROWS), frame_of.engine.typed
    texts = {name: [value or "" for value in ROWS[name]] for name in ("said", "heard", "second")}
    expected = word_counts(score(ROWS if typed else ROWS | texts, asked()))
    found = score(rows, asked())
    assert word_counts(found) == expected
    assert sorted(found.ids) == sorted(ROWS["utt"])
    assert found.missing_hypothesis.sum(axis=0).tolist() == ([10, 0] if typed else [0, 0])


def test_a_blank_cell_of_a_csv_is_an_empty_text(tmp_path):
    """A CSV cannot tell an empty text from a missing one, and a recogniser that heard nothing writes one."""
    path = tmp_path / "rows.csv"
    path.write_text("ref,hyp\na b,\n,c\n", encoding="utf-8")
    found = score(path, Asked("ref", {"asr": "hyp"}, (), normalizers=(normalizer("none"),)))
    assert found.scored.tolist() == [True, True]
    assert found.empty_hypothesis[:, 0, 0].tolist() == [True, False]
    assert found.empty_reference[:, 0].tolist() == [False, True]


def test_processes_give_what_one_gives():
    """Two processes change nothing but the time."""
    alone, two = score(ROWS, asked()), score(ROWS, asked(), workers=2)
    assert (alone.edits == two.edits).all()
    assert alone.levels == two.levels


def test_edits_of_each_system_and_normalizer_stand_apart():
    """Hits, substitutions, deletions and insertions of one utterance under two systems and normalisers."""
    rows = {"said": ["Don't stop"], "old": ["dont stop"], "new": ["Don't, stop"], "g": ["a"]}
    found = score(
        rows,
        Asked(
            "said",
            {"old": "old", "new": "new"},
            attributes_of(groupings("g")),
            normalizers=(normalizer("none"), normalizer("basic")),
        ),
    )
    assert found.edits[0, 1].tolist() == [[1, 1, 0, 0], [2, 0, 0, 0]]
    assert found.said()[0, 0].tolist() == [2, 2]


def test_a_missing_hypothesis_is_deleted_words():
    """Nothing recognised is not nothing said: every word counts as deleted, and the utterance is marked."""
    found = score_texts(["a b c", "d"], [None, "d"])
    assert found.edits[:, 0, 0].tolist() == [[0, 0, 3, 0], [1, 0, 0, 0]]
    assert found.missing_hypothesis[:, 0].tolist() == [True, False]
    assert found.empty_hypothesis[:, 0, 0].tolist() == [True, False]


def test_nan_is_missing():
    """What pandas writes for a missing text is one, on either side."""
    found = score_texts(["a b", math.nan], [math.nan, "c"])
    assert found.missing_hypothesis[:, 0].tolist() == [True, False]
    assert found.scored.tolist() == [True, False]


def test_an_utterance_without_reference_is_kept_apart():
    """It adds no words and no errors, but it is counted."""
    found = score_texts([None, "a"], ["b c", "a"])
    assert found.edits[0].sum() == 0
    counts = word_counts(found)
    assert dict(zip(counts.fields, counts.values[0], strict=True))["reference_missing"] == 1


def test_lists_of_different_length_are_refused():
    """The first pairs are not scored silently."""
    with pytest.raises(DataError, match="one length"):
        score_texts(["a", "b"], ["a"])


def test_numbers_are_no_texts():
    """A column of numbers was named by mistake."""
    with pytest.raises(DataError, match=r"column 'hyp' must hold texts, it holds 7"):
        score({"ref": ["a"], "hyp": [7]}, Asked("ref", {"asr": "hyp"}, (), normalizers=(normalizer("none"),)))


def test_repeated_identifiers_are_refused():
    """The message shows them, and says what to do."""
    with pytest.raises(DataError, match=r"1 identifiers in 'utt' stand in several rows \('?u1"):
        score(ROWS | {"utt": ["u1", *ROWS["utt"][1:]]}, asked())


def test_rows_without_identifier_are_refused():
    """A name that is lacking cannot be listed."""
    with pytest.raises(DataError, match="1 rows have no identifier"):
        score(ROWS | {"utt": [None, *ROWS["utt"][1:]]}, asked())


def test_a_misspelt_column_is_suggested():
    """All unknown columns are told at once, each with what may have been meant."""
    with pytest.raises(DataError, match="Did you mean 'heard'") as error:
        score(ROWS, asked(hypotheses={"one": "heart"}, speaker="whom"))
    assert len(error.value.problems) == 2


def test_a_question_that_makes_no_sense_is_refused():
    """Reference as hypothesis, one column for two systems, a normaliser twice: all at once."""
    with pytest.raises(UsageError) as error:
        asked(
            hypotheses={"a": "said", "b": "heard", "c": "heard"},
            normalizers=(normalizer("none"), normalizer("none")),
        )
    assert len(error.value.problems) == 3


def test_data_without_any_reference_are_refused():
    """There is nothing to compare with."""
    with pytest.raises(DataError, match="no row has a reference in column 'reference'"):
        score_texts([None, None], ["a", "b"])


def test_an_identifier_is_no_group():
    """A column with more than a thousand levels was named by mistake."""
    many = [f"level {i}" for i in range(1_001)]
    with pytest.raises(DataError, match="1,001 levels"):
        score_texts(["a"] * 1_001, ["a"] * 1_001, by={"g": many})


def test_texts_that_mean_missing_are_read_so():
    """In every column: labels, speakers and hypotheses."""
    found = score(ROWS | {"accent": ["?"] * 40}, asked(missing=("?", "time")))
    assert found.levels[0] == (None,)
    assert found.missing_hypothesis[:, 1].sum() == 10


def test_columns_of_a_csv_are_typed_as_everywhere(tmp_path):
    """Texts of a file that are all numbers are levels and covariates like those of a typed frame."""
    path = tmp_path / "rows.csv"
    path.write_text("ref,hyp,site,age\na,a,1.0,30\nb,b,2.0,\n", encoding="utf-8")
    found = score(
        path,
        Asked(
            "ref", {"asr": "hyp"}, attributes_of(groupings("site")), covariates=("age",),
            normalizers=(normalizer("none"),),
        ),
    )  # fmt: skip
    assert found.levels == (("1", "2"),)
    assert found.covariates["age"][0] == 30
    assert np.isnan(found.covariates["age"][1])


def test_texts_are_kept_only_when_asked_for():
    """Nobody's words stay in memory unless something needs them."""
    assert score(ROWS, asked()).references is None
    kept = score(ROWS, asked(keep_texts=True))
    assert kept.references.tolist() == ROWS["said"]
    assert kept.hypotheses[:, 1].tolist() == ROWS["second"]


def test_characters_are_aligned_where_words_are_not_written():
    """One wrong character of a Chinese sentence is one error, not the whole sentence."""
    words, characters = (
        score_texts(["今天天气很好"], ["今天天气真好"], unit=unit) for unit in ("words", "characters")
    )
    assert words.edits[0, 0, 0].tolist() == [0, 1, 0, 0]
    assert characters.edits[0, 0, 0].tolist() == [5, 1, 0, 0]


# reference, hypothesis, errors and words as they are written, and after the basic normaliser
BAD_INPUT = [
    ("both empty", "", "", (0, 0), (0, 0)),
    ("empty reference", "", "a b c d", (4, 0), (4, 0)),
    ("spaces only", "   ", "a", (1, 0), (1, 0)),
    ("no-break space", "a\u00a0b", "a b", (0, 2), (0, 2)),
    ("words and nothing", "a b", "", (2, 2), (2, 2)),
    ("composed and decomposed", "caf\u00e9", "cafe\u0301", (1, 1), (0, 1)),
    ("full-width digits", "call \uff11\uff12", "call 12", (1, 2), (0, 2)),
    ("case and punctuation", "Hello, World!", "hello world", (2, 2), (0, 2)),
    ("unknown word", "a <unk> b", "a b", (1, 3), None),
    ("hesitation", "a um b", "a b", (1, 3), (1, 3)),
    ("noise tag", "a [noise] b", "a b", (1, 3), None),
    ("Chinese", "今天天气很好", "今天天气真好", (1, 1), (1, 1)),
]


@pytest.mark.parametrize(
    ("said", "heard", "bare", "basic"), [case[1:] for case in BAD_INPUT], ids=[case[0] for case in BAD_INPUT]
)
def test_difficult_texts_have_exact_results(said, heard, bare, basic):
    """Errors and words of texts that trip other tools, as they are and after the basic normaliser."""
    found = score_texts([said, "ok"], [heard, "ok"], normalizer=["none", "basic"])
    for k, expected in enumerate((bare, basic)):
        if expected is not None:
            assert (found.errors()[0, 0, k], found.said()[0, 0, k]) == expected


def test_marks_of_direction_are_no_letters():
    """A right-to-left mark that nobody sees makes no error after normalising."""
    found = score_texts(["\u05e9\u05dc\u05d5\u05dd"], ["\u200f\u05e9\u05dc\u05d5\u05dd"], normalizer="basic")
    assert found.errors().sum() == 0
