"""Language models: batched answers are those of one text at a time; untrained heads are refused."""

from __future__ import annotations

import copy
import json
import shutil

import numpy as np
import pytest
import torch
from tiny_language_models import (
    causal,
    causal_log_probabilities,
    masked,
    masked_log_probability,
    tiny_folders,
)

from fairkit.errors import DataError, UsageError
from fairkit.text.folders import load_tokenizer
from fairkit.text.intrinsic.encoders import Encoder
from fairkit.text.intrinsic.examples import tiny_encoder
from fairkit.text.intrinsic.language_models import (
    CausalModel,
    MaskedModel,
    NextSentenceModel,
    Query,
    load_language_model,
)
from fairkit.text.intrinsic.loading import kind_of, load_folder

__all__ = ["causal", "masked", "tiny_folders"]

TEXTS = ["he likes the career", "the woman and the girl talked about the kitchen and the garden", "rain fell"]


def test_masked_tokens_in_batches_have_the_probability_of_one_at_a_time(masked):
    """Every token of texts of different lengths, masked by itself: as in a loop with the full softmax."""
    queries, slow = [], []
    for text in TEXTS:
        ids = list(masked.tokens(text).ids)
        for place in range(len(ids)):
            hidden = tuple(masked.mask if i == place else token for i, token in enumerate(ids))
            queries.append(Query(hidden, place, ids[place]))
            slow.append(masked_log_probability(masked, ids, place))
    np.testing.assert_allclose(masked.log_probabilities(queries), slow, atol=1e-4)


def test_causal_likelihoods_in_batches_are_the_sum_over_tokens(causal):
    """The log-likelihood of a text is the sum over its tokens, each after all before it."""
    begin = causal.loaded.tokenizer.bos_token_id
    for text, found in zip(TEXTS, causal.log_likelihoods(TEXTS), strict=True):
        ids = causal.loaded.tokenizer(text, add_special_tokens=False)["input_ids"]
        slow = causal_log_probabilities(causal, [begin, *ids])
        assert found.tokens == len(ids) == len(slow)
        assert found.total == pytest.approx(sum(slow), abs=1e-4)


def test_a_context_is_read_and_not_scored(causal):
    """After a context only the tokens of the text count, each given the context."""
    tokenizer = causal.loaded.tokenizer
    found = causal.log_likelihoods(["he likes the career"], contexts=["the man came in"])[0]
    before = tokenizer("the man came in", add_special_tokens=False)["input_ids"]
    own = tokenizer("he likes the career", add_special_tokens=False)["input_ids"]
    slow = causal_log_probabilities(causal, [tokenizer.bos_token_id, *before, *own])
    assert found.tokens == len(own)
    assert found.total == pytest.approx(sum(slow[len(before) :]), abs=1e-4)


def test_without_a_token_that_begins_texts_the_first_is_not_scored(tiny_folders):
    """A tokenizer without such a token leaves the first token without a probability, and that is said."""
    model = CausalModel(load_folder(tiny_folders / "causal", "causal"))
    model.loaded.tokenizer.bos_token = None
    ids = model.loaded.tokenizer("he likes the career", add_special_tokens=False)["input_ids"]
    found = model.log_likelihoods(["he likes the career"])[0]
    assert found.tokens == len(ids) - 1
    assert found.total == pytest.approx(sum(causal_log_probabilities(model, ids)), abs=1e-4)
    assert model.begins == "nothing: the first token is not scored"


def test_folders_are_told_apart_by_their_configuration(tiny_folders):
    """A folder written by save_pretrained is known as masked or causal, and loads with its trained head."""
    assert kind_of(tiny_folders / "masked") == "masked"
    assert kind_of(tiny_folders / "causal") == "causal"
    assert isinstance(load_language_model(tiny_folders / "masked"), MaskedModel)
    assert isinstance(load_language_model(tiny_folders / "causal"), CausalModel)


def test_a_loaded_model_answers_as_the_one_that_was_saved(tiny_folders, masked):
    """Weights, tokenizer and head come back from the folder."""
    loaded = load_language_model(tiny_folders / "masked")
    ids = masked.tokens("he likes the career").ids
    query = Query((*ids[:1], masked.mask, *ids[2:]), 1, ids[1])
    assert loaded.log_probabilities([query])[0] == pytest.approx(
        masked.log_probabilities([query])[0], abs=1e-5
    )


@pytest.fixture(scope="module")
def encoder_only(tiny_folders):
    """A folder with an encoder whose heads were not saved, as sentence encoders are."""
    from transformers import BertModel

    folder = tiny_folders / "encoder"
    BertModel.from_pretrained(tiny_folders / "masked").save_pretrained(folder)
    for file in (tiny_folders / "masked").glob("token*"):
        shutil.copy(file, folder)
    return folder


@pytest.mark.parametrize(
    ("head", "weights"), [("masked", "cls.predictions"), ("next sentence", "cls.seq_relationship")]
)
def test_a_head_without_trained_weights_is_refused_by_its_weights(encoder_only, head, weights):
    """An encoder's missing head would be random numbers: it is refused, and the missing weights are named."""
    with pytest.raises(DataError, match=weights) as caught:
        load_folder(encoder_only, head)
    assert "they would be random numbers" in str(caught.value)
    assert load_folder(encoder_only, "encoder").model is not None


def test_a_model_that_sees_both_sides_is_no_causal_model(tiny_folders):
    """BERT's weights fit a class that predicts next words, and what it would say means nothing."""
    with pytest.raises(DataError, match="sees words on both sides"):
        load_language_model(tiny_folders / "masked", kind="causal")


def test_a_model_that_looks_ahead_is_no_causal_model_whatever_its_name(causal):
    """XLNet is listed among causal models and reads on both sides: it is asked, and refused."""
    import transformers

    config = transformers.XLNetConfig(vocab_size=64, d_model=16, n_layer=1, n_head=2, d_inner=32)
    torch.manual_seed(0)
    with pytest.raises(DataError, match="XLNetLMHeadModel, which sees words on both sides"):
        CausalModel(causal.loaded._replace(model=transformers.XLNetLMHeadModel(config).eval()))


def test_a_model_that_gives_no_numbers_is_refused(masked, causal):
    """NaN is less than nothing and more than nothing: every comparison would be lost without a word."""
    broken = copy.deepcopy(masked.loaded.model)
    broken.bert.encoder.layer[0].output.dense.bias.data[0] = float("nan")
    loaded = masked.loaded._replace(model=broken)
    ids = masked.tokens("he likes").ids
    with pytest.raises(DataError, match="numbers that are not finite"):
        MaskedModel(loaded).log_probabilities([Query(ids, 1, ids[1])])
    with pytest.raises(DataError, match="numbers that are not finite"):
        NextSentenceModel(loaded).log_probabilities(["he"], ["she"])
    with pytest.raises(DataError, match="numbers that are not finite"):
        Encoder(loaded._replace(model=broken.bert)).encode(["he"])
    silent = copy.deepcopy(causal.loaded.model)
    silent.transformer.ln_f.bias.data[0] = float("nan")
    with pytest.raises(DataError, match="numbers that are not finite"):
        CausalModel(causal.loaded._replace(model=silent)).log_likelihoods(["he likes"])


def test_words_unknown_to_a_unigram_tokenizer_are_unknown(masked):
    """Such a tokenizer shows the letters of what it does not know; its number tells."""
    from tokenizers import Tokenizer, models, pre_tokenizers
    from transformers import PreTrainedTokenizerFast

    listed = [("<unk>", -9.0), ("\u2581", -3.0), ("\u2581of", -1.0), ("\u2581she", -1.0)]
    made = Tokenizer(models.Unigram(listed, unk_id=0))
    made.pre_tokenizer = pre_tokenizers.Metaspace()
    tokenizer = PreTrainedTokenizerFast(tokenizer_object=made, unk_token="<unk>")  # noqa: S106
    encoder = Encoder(masked.loaded._replace(tokenizer=tokenizer, model=masked.loaded.model.bert))
    assert [encoder.unknown(word) for word in ("she", "\u738b")] == [False, True]
    with pytest.raises(UsageError, match="puts a token before every text"):
        Encoder(encoder.loaded, pooling="cls")


def test_a_tokenizer_without_any_special_token_pads_with_what_it_has(tmp_path):
    """What pads is never read, so that any token will do."""
    from tokenizers import Tokenizer, models, pre_tokenizers
    from transformers import PreTrainedTokenizerFast

    made = Tokenizer(models.WordLevel({"he": 0, "likes": 1}, unk_token="he"))  # noqa: S106  no password
    made.pre_tokenizer = pre_tokenizers.Whitespace()
    PreTrainedTokenizerFast(tokenizer_object=made).save_pretrained(tmp_path)
    found = load_tokenizer(tmp_path)(["he", "he likes"], padding=True)
    assert found["attention_mask"] == [[1, 0], [1, 1]]


def test_a_causal_model_has_no_masked_words(tiny_folders):
    """GPT-2 has no head for masked words, and the message says what is needed."""
    with pytest.raises(DataError, match="masked words"):
        load_language_model(tiny_folders / "causal", kind="masked")


def test_folders_that_hold_no_model_are_refused(tmp_path, tiny_folders):
    """A missing folder with the nearest name; one without a configuration, weights, or a tokenizer."""
    with pytest.raises(DataError, match="Did you mean 'masked'"):
        load_folder(tiny_folders / "maskd", "masked")
    with pytest.raises(DataError, match="has no config"):
        load_folder(tmp_path, "encoder")
    bare = tmp_path / "bare"
    bare.mkdir()
    shutil.copy(tiny_folders / "masked" / "config.json", bare)
    with pytest.raises(DataError, match="holds no model"):
        load_folder(bare, "masked")
    shutil.copy(tiny_folders / "masked" / "model.safetensors", bare)
    with pytest.raises(DataError, match="has no tokenizer"):
        load_folder(bare, "masked")
    (bare / "config.json").write_text("{")
    with pytest.raises(DataError, match="is no JSON"):
        load_folder(bare, "masked")
    (bare / "config.json").write_text(json.dumps({"model_type": "vit", "architectures": ["ViTModel"]}))
    with pytest.raises(DataError, match="no language model"):
        kind_of(bare)
    with pytest.raises(UsageError, match="device"):
        load_folder(tiny_folders / "masked", "masked", device="tpu")


@pytest.mark.parametrize("pooling", ["mean", "cls", "last", "pieces"])
@pytest.mark.parametrize("layer", [0, 1, -1])
def test_vectors_of_sentences_are_those_of_one_sentence_alone(pooling, layer):
    """Layer and pooling as in a run of each sentence by itself: padding changes nothing."""
    encoder = tiny_encoder(layer=layer, pooling=pooling)
    spans = [
        (text.index(word), text.index(word) + len(word))
        for text, word in zip(TEXTS, ("likes", "kitchen", "fell"), strict=True)
    ]
    found = encoder.encode(TEXTS, spans=spans)
    assert not found.lost
    for row, text, (start, end) in zip(found.matrix, TEXTS, spans, strict=True):
        batch = encoder.loaded.tokenizer(text, return_tensors="pt", return_offsets_mapping=True)
        offsets = batch.pop("offset_mapping")[0].tolist()
        with torch.no_grad():
            hidden = encoder.loaded.model(**batch, output_hidden_states=True).hidden_states[layer][0]
        chosen = {
            "mean": list(range(len(hidden))),
            "cls": [0],
            "last": [len(hidden) - 1],
            "pieces": [i for i, (a, b) in enumerate(offsets) if a < end and b > start],
        }[pooling]
        slow = hidden[chosen].double().mean(dim=0).numpy()
        np.testing.assert_allclose(row, slow / np.linalg.norm(slow), atol=1e-5)


def test_the_pieces_of_a_split_word_are_all_taken():
    """A word of several pieces is their mean, and is told to be split."""
    encoder = tiny_encoder(pooling="pieces")
    assert encoder.pieces("gardens") == ("garden", "##s")
    assert encoder.pieces("garden") == ("garden",)
    found = encoder.encode(["he likes gardens"], spans=[(9, 16)])
    batch = encoder.loaded.tokenizer("he likes gardens", return_tensors="pt")
    with torch.no_grad():
        hidden = encoder.loaded.model(**batch).last_hidden_state[0]
    slow = hidden[3:5].double().mean(dim=0).numpy()
    np.testing.assert_allclose(found.matrix[0], slow / np.linalg.norm(slow), atol=1e-5)


def test_a_word_beyond_what_the_model_reads_is_lost():
    """A text that is cut before the word has no vector for it, and says so."""
    encoder = tiny_encoder(pooling="pieces")
    text = "rain fell " * 40 + "he"
    found = encoder.encode([text], spans=[(len(text) - 2, len(text))])
    assert found.lost == {0: "the word lies beyond what the model reads"}


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ({"layer": 3}, "layer 3 is not there"),
        ({"pooling": "max"}, "pooling 'max' is unknown"),
        ({"layer": -4}, "layer -4"),
    ],
)
def test_layers_and_poolings_that_are_not_there_are_refused(options, said):
    """The message says which there are."""
    with pytest.raises(UsageError, match=said):
        tiny_encoder(**options)


def test_a_tokenizer_without_its_token_is_refused(tiny_folders):
    """Pooling the first token needs a tokenizer that puts one there."""
    with pytest.raises(UsageError, match="puts a token before every text"):
        Encoder.from_folder(tiny_folders / "causal", pooling="cls")
    assert Encoder.from_folder(tiny_folders / "causal", pooling="last").encode(["he"]).matrix.shape == (1, 32)


@pytest.mark.parametrize("name", ["Bert", "Roberta", "Albert", "DistilBert", "Electra", "DebertaV2"])
def test_other_architectures_answer_in_batches_as_one_at_a_time(name, masked):
    """Only one place of each text is asked for, whatever the last layer is called: the answers agree."""
    import transformers

    small = {"hidden_size": 16, "num_hidden_layers": 1, "num_attention_heads": 2, "intermediate_size": 32}
    if name == "DistilBert":
        small = {"dim": 16, "n_layers": 1, "n_heads": 2, "hidden_dim": 32}
    if name in ("Albert", "Electra"):
        small["embedding_size"] = 16
    config = getattr(transformers, f"{name}Config")(
        vocab_size=len(masked.loaded.tokenizer), pad_token_id=0, **small
    )
    torch.manual_seed(0)
    network = transformers.AutoModelForMaskedLM.from_config(config).eval()
    for parameter in network.parameters():
        parameter.data.normal_(0, 0.5)
    model = MaskedModel(masked.loaded._replace(model=network))
    queries, slow = [], []
    for text in TEXTS:
        ids = model.tokens(text).ids
        hidden = (*ids[:2], model.mask, *ids[3:])
        queries.append(Query(hidden, 2, ids[2]))
        with torch.no_grad():
            logits = network(input_ids=torch.tensor([hidden])).logits[0, 2]
        slow.append(float(logits.double().log_softmax(dim=-1)[ids[2]]))
    assert np.std(slow) > 0.1
    np.testing.assert_allclose(model.log_probabilities(queries), slow, atol=1e-3)
