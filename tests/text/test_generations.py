"""Generated texts: gender by words and by vectors, toxicity by a classifier, by prompted group."""

from __future__ import annotations

import json

import numpy as np
import pytest

from fairkit.errors import DataError, UsageError
from fairkit.text import (
    WordVectors,
    from_function,
    gender_words,
    generation_measures,
    judge_generations,
)
from fairkit.text.extrinsic.polarity import projections

VECTORS = WordVectors(
    ("she", "he", "nurse", "smith", "the"),
    [[1.0, 0, 0], [0, 1.0, 0], [0.8, 0.2, 0.6], [0.1, 0.9, 0.2], [0, 0, 1]],
)


@pytest.mark.parametrize(
    ("text", "feminine", "masculine"),
    [
        ("She said she'd help HIM.", 2, 1),
        ("The actress and her brother's wife", 3, 1),
        ("It rained on the committee.", 0, 0),
        ("<b>she</b> visited his.example.com", 1, 0),
        ("", 0, 0),
        ("herself \u2013 mother\u2019s uncle", 2, 1),
        ("Sheila heard the shepherd", 0, 0),
    ],
)
def test_gendered_words_are_whole_words_of_either_case(text, feminine, masculine):
    """Words count in any case and before an apostrophe; parts of words and of addresses do not."""
    assert gender_words().counted([text]).tolist() == [[feminine, masculine]]


def test_the_table_of_the_swap_gives_each_word_one_gender():
    """No word is on both sides, and words about a gender rather than a person are on neither."""
    words = gender_words()
    assert not words.feminine & words.masculine
    assert {"she", "aunt", "queen"} <= words.feminine
    assert {"he", "uncle", "king"} <= words.masculine
    assert not {"misogyny", "person", "doctor"} & (words.feminine | words.masculine)


def test_polarity_is_of_texts_with_gendered_words_only():
    """A text without one has no polarity but a reason; both shares are 0 there, and missing of no text."""
    found = generation_measures(["She and her son", "He ran", "It rained", " ", None])
    assert [found.value("gender_polarity", i) for i in range(5)] == [
        pytest.approx(1 / 3),
        -1.0,
        None,
        None,
        None,
    ]
    assert [found.why("gender_polarity", i) for i in range(5)] == [
        None, None, "no-gendered-word", "no-text", "no-text",
    ]  # fmt: skip
    assert [found.value("feminine_share", i) for i in range(5)] == [1.0, 0.0, 0.0, None, None]
    assert [found.value("masculine_share", i) for i in range(5)] == [0.0, 1.0, 0.0, None, None]


def test_vectors_project_words_on_the_axis_from_he_to_she():
    """The largest projection and the size-weighted average are those of the formulas."""
    texts = ["The nurse and the smith", "xyzzy", None]
    axis = VECTORS.matrix[0] - VECTORS.matrix[1]

    def cosine(word):
        own = VECTORS.matrix[VECTORS.index[word]]
        return own @ axis / np.linalg.norm(own) / np.linalg.norm(axis)

    b = np.array([cosine(word) for word in ("the", "nurse", "the", "smith")])
    found = projections(texts, VECTORS)
    assert found.largest[0] == pytest.approx(b[np.abs(b).argmax()])
    assert found.average[0] == pytest.approx((np.sign(b) * b**2).sum() / np.abs(b).sum())
    assert np.isnan(found.largest[1:]).all()
    measured = generation_measures(texts, vectors=VECTORS)
    assert measured.why("gender_max_polarity", 1) == "no-word-with-a-vector"
    assert "3 of 5 distinct words" in measured.notes[1]


def test_vectors_without_an_axis_are_refused():
    """Vectors that lack an end of the axis, or give both the same, cannot say who is feminine."""
    with pytest.raises(DataError, match="'she': not in the vocabulary"):
        projections(["nurse"], WordVectors(("he", "nurse"), np.eye(2)))
    with pytest.raises(DataError, match="no axis"):
        projections(["nurse"], WordVectors(("she", "he"), np.ones((2, 2))))


def written(rows=60):
    """Return continuations about nurses and smiths: of nurses mostly women, of smiths mostly men."""
    jobs = ["nurse", "smith"] * (rows // 2)
    who = ["She" if (i * 7 % 10 < 8) == (job == "nurse") else "He" for i, job in enumerate(jobs)]
    said = [
        f"{w} is a {job}{', you idiot' * (i % 9 == 0)}."
        for i, (w, job) in enumerate(zip(who, jobs, strict=True))
    ]
    return {"said": said, "job": jobs, "prompt": [i // 4 for i in range(rows)]}


def test_a_report_comes_out_by_prompted_group():
    """Every measure has a mean with an interval in each group, and verdicts tell nurses from smiths."""
    model = from_function(lambda texts: [0.9 if "idiot" in text else 0.2 for text in texts])
    rows = written()
    report = judge_generations(
        rows, text="said", by="job", embedding=VECTORS, classifier=model, cluster="prompt"
    )
    found = {(e.metric, e.group): e for e in report.estimates}
    nurses = [
        text.startswith("She") for text, job in zip(rows["said"], rows["job"], strict=True) if job == "nurse"
    ]
    assert found["feminine_share", "job=nurse"].value == pytest.approx(np.mean(nurses))
    assert found["gender_polarity", "job=nurse"].value == pytest.approx(2 * np.mean(nurses) - 1)
    assert {e.metric for e in report.estimates} == {
        "gender_polarity", "gender_max_polarity", "gender_average_polarity",
        "feminine_share", "masculine_share", "toxicity", "toxicity_rate",
    }  # fmt: skip
    estimate = found["toxicity_rate", "job=smith"]
    assert estimate.low <= estimate.value <= estimate.high
    verdicts = {(f.metric, f.group): str(f.verdict) for f in report.findings}
    assert verdicts["feminine_share", "job=nurse"] == "disparity"
    assert report.settings.threshold == 0.5
    assert any("are feminine (from +0.25 on)" in note for note in report.notes)
    json.loads(report.to_json(), parse_constant=pytest.fail)


def test_texts_without_any_gendered_word_are_no_evidence_of_parity():
    """No share is 0 where no text has such a word: each is undefined, and by itself refused."""
    rows = {"said": ["Es regnet."] * 600, "g": ["a", "b"] * 300}
    with pytest.raises(
        DataError, match="none of the texts has a gendered word: nothing is known of 'gender_po"
    ):
        judge_generations(rows, text="said", by="g")
    with pytest.raises(DataError, match="nothing is known of 'feminine_share'"):
        judge_generations(rows, text="said", by="g", metrics=["feminine_share"])
    model = from_function(lambda texts: [0.2 + 0.01 * (i % 3) for i in range(len(texts))])
    report = judge_generations(rows, text="said", by="g", classifier=model)
    dry = [e for e in report.estimates if not e.metric.startswith("toxicity")]
    assert {e.metric for e in dry} == {"gender_polarity", "feminine_share", "masculine_share"}
    assert {(e.value, e.n) for e in dry} == {(None, 0)}
    assert all(e.why for e in dry)
    assert {str(f.verdict) for f in report.findings if not f.metric.startswith("toxicity")} <= {
        "inconclusive"
    }
    assert generation_measures(["Es regnet."]).why("feminine_share", 0) == "no-gendered-word"


def test_a_group_without_gendered_words_has_no_polarity():
    """The share of such texts is 0 beside a group that has them; their polarity is undefined."""
    with_it = judge_generations(
        {"said": ["It rained.", "She ran."] * 10, "g": ["a", "b"] * 10}, text="said", by="g"
    )
    dry = next(e for e in with_it.estimates if e.metric == "gender_polarity" and e.group == "g=a")
    assert (dry.value, dry.low) == (None, None)
    assert dry.why is not None


def test_own_words_replace_the_table():
    """Given lists decide what counts, whatever case they are written in."""
    found = generation_measures(["Zie and Xe"], words={"feminine": ["ZIE"], "masculine": ["he"]})
    assert (found.feminine.tolist(), found.masculine.tolist()) == ([1], [0])


@pytest.mark.parametrize(
    ("options", "told"),
    [
        ({"words": {"feminine": ["she"]}}, "'feminine' and 'masculine'"),
        ({"words": {"feminine": "she", "masculine": None}}, "feminine words are a list of words, not 'she'"),
        ({"classifier": lambda texts: texts}, r"from_function\(...\) makes one"),
        ({"words": {"feminine": [], "masculine": ["he"]}}, "no feminine words"),
        ({"words": {"feminine": ["she", "it"], "masculine": ["it", "he man"]}}, "2 problems"),
        ({"metrics": ["toxicity"]}, "needs a classifier"),
        ({"metrics": ["gender_max_polarity"]}, "needs an embedding"),
        ({"metrics": ["gender_polarty"]}, "Did you mean 'gender_polarity'"),
        ({"toxic": "toxic"}, "give classifier= too"),
        ({"threshold": 0}, "threshold 0"),
        ({"vocabulary": "tokenizer.json"}, "belongs to a file of vectors"),
        ({"embedding": "nothing.vec"}, "nothing.vec"),
        ({"classifier": from_function(lambda t: [[0.2, 0.3, 0.5]] * len(t), labels="abc")}, "which of the"),
        ({"text": "sad"}, "Did you mean 'said'"),
    ],
)
def test_a_wrong_question_is_told_with_a_way_out(options, told):
    """What is missing, unknown or contradictory is named together with what would do."""
    with pytest.raises((UsageError, DataError), match=told):
        judge_generations(written(20), **({"text": "said", "by": "job"} | options))


@pytest.mark.realdata
def test_sentences_of_wikipedia_have_the_gender_of_whom_they_are_about(real_data):
    """Of BOLD's real sentences those about actresses are feminine, those about actors masculine."""
    from fairkit.samples import load_bold

    frame = load_bold(real_data / "bold", domains=["gender"])
    report = judge_generations(
        frame, text="wikipedia", by="group", cluster="title", metrics=["gender_polarity"]
    )
    value = {e.group: e for e in report.estimates}
    assert value["group=American_actresses"].low > 0.8
    assert value["group=American_actors"].high < -0.8
