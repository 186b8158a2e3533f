"""SEAT: WEAT on sentences, with words as what is permuted, and every choice recorded."""

from __future__ import annotations

import numpy as np
import pytest

from fairkit.errors import DataError, UsageError
from fairkit.text.intrinsic import WordSets, seat, shipped_sets, weat
from fairkit.text.intrinsic.examples import tiny_encoder
from fairkit.text.intrinsic.seat_effects import TEMPLATES

SETS = WordSets.of(
    "small",
    {
        "men": ["man", "boy", "father", "husband", "brother"],
        "women": ["woman", "girl", "mother", "wife", "sister"],
    },
    {
        "career": ["career", "company", "boss", "profit", "office"],
        "home": ["home", "kitchen", "baby", "garden", "cradle"],
    },
)


def by_hand(encoder, sets, templates):
    """Compute s of all sentences of both sets of targets, sentence by sentence."""
    vector = {
        (word, template): encoder.encode([template.replace("{word}", word)]).matrix[0]
        for word in sets.words
        for template in templates
    }
    said = [[vector[word, template] for word in one.words for template in templates] for one in sets.sets]
    x, y, a, b = (np.array(rows) for rows in said)
    return [
        np.array([np.mean([row @ v for v in a]) - np.mean([row @ v for v in b]) for row in rows])
        for rows in (x, y)
    ]


def test_the_effect_size_is_that_of_all_sentences():
    """As published, d is taken over sentences; each is encoded here by itself, and the sums done by hand."""
    encoder = tiny_encoder()
    x, y = by_hand(encoder, SETS, TEMPLATES[:2])
    for ddof in (0, 1):
        found = seat(encoder, SETS, templates=TEMPLATES[:2], ddof=ddof)
        spread = np.concatenate([x, y]).std(ddof=ddof)
        assert found.value == pytest.approx((x.mean() - y.mean()) / spread, abs=1e-5)
        assert found.details["statistic"] == pytest.approx(x.sum() - y.sum(), abs=1e-5)


def test_one_template_is_weat_on_its_sentences():
    """With one template SEAT is WEAT on the vectors of the sentences: d, p and interval."""
    encoder = tiny_encoder()
    vectors = {word: encoder.encode([f"They said {word}."]).matrix[0] for word in SETS.words}
    expected = weat(vectors, SETS)
    found = seat(encoder, SETS, templates=["They said {word}."])
    for name in ("value", "low", "high", "p"):
        assert getattr(found, name) == pytest.approx(getattr(expected, name), abs=1e-4)


def test_sentences_alone_make_p_smaller_than_words_do():
    """Sentences of a word are alike: permuted by themselves they make p smaller, not surer."""
    encoder = tiny_encoder()
    words, sentences = seat(encoder, SETS), seat(encoder, SETS, permute="vectors")
    assert words.details["partitions"] == 252
    assert words.value == sentences.value
    assert sentences.p < words.p
    assert (words.settings["permuted"], sentences.settings["permuted"]) == ("words", "vectors")


def test_what_decides_the_result_is_recorded():
    """Layer, pooling and the number of templates stand in the settings; the layer changes the value."""
    first, last = (seat(tiny_encoder(layer=layer, pooling="pieces"), SETS) for layer in (0, -1))
    assert first.settings["layer"] == "0 of 2"
    assert last.settings["layer"] == "2 of 2"
    assert last.settings["pooling"] == "pieces"
    assert first.value != pytest.approx(last.value, abs=1e-3)


def test_words_that_the_tokenizer_splits_are_named_and_unknown_ones_are_lost():
    """Split words are measured and named with their pieces; words without a known piece are lost."""
    sets = WordSets.of(
        "odd",
        {"men": ["man", "boys", "\u738b"], "women": ["woman", "girl", "sister"]},
        {"career": ["career"], "home": ["home"]},
    )
    found = seat(tiny_encoder(), sets, most_lost=0.4)
    assert "the tokenizer splits 1 of 7 words: boys (boy ##s)." in found.notes
    assert [(one.what, one.reason) for one in found.lost] == [("\u738b", "the tokenizer does not know it")]
    assert found.value is not None
    assert seat(tiny_encoder(), sets).value is None


def test_the_planted_association_is_found():
    """The tiny model has read that men go with work: d is above 0, with its interval."""
    found = seat(tiny_encoder(), shipped_sets()["gender-career"])
    assert found.low > 0
    assert found.p < 0.01


@pytest.mark.parametrize(
    ("templates", "said"),
    [
        ([], "there is no template"),
        (["no place"], r"has \{word\} 0 times"),
        (["{word} and {word}"], r"has \{word\} 2 times"),
    ],
)
def test_templates_without_one_place_are_refused(templates, said):
    """A template has the place for the word once."""
    with pytest.raises(UsageError, match=said):
        seat(tiny_encoder(), SETS, templates=templates)


def test_one_target_word_is_refused():
    """As for WEAT, a single target has no spread."""
    with pytest.raises(DataError, match="fewer than 2 words"):
        seat(tiny_encoder(), shipped_sets()["pronouns-career"])
