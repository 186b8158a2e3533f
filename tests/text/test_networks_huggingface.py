"""Classifiers in local Hugging Face folders: what is read, what is refused, and whose the answers are."""

from __future__ import annotations

import copy
import json

import numpy as np
import pytest
import tokenizers
import torch
import transformers
from tiny_networks import CLASSES, GROUPS, TEXTS, Fixed, made
from transformers import AutoModelForSequenceClassification as Sequence

from fairkit.errors import DataError, UsageError
from fairkit.text import (
    HuggingFaceClassifier,
    LexiconMask,
    class_sensitivities,
    load_classifier,
    sensitivities,
    train_protected_model,
)


@pytest.fixture(scope="module")
def tokenizer():
    """Give a tokenizer of the texts' words."""
    return made("bert").model.tokenizer


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """Save a tiny classifier the way transformers does."""
    where = tmp_path_factory.mktemp("models") / "toxicity"
    classifier = made("bert").model
    classifier.module.float().save_pretrained(where)
    classifier.tokenizer.save_pretrained(where)
    return where


def test_a_saved_classifier_is_read_back(folder, capfd):
    """The folder's classifier has its labels, gives the saved model's probabilities, and prints nothing."""
    capfd.readouterr()
    found = load_classifier(folder, batch_size=5)
    assert capfd.readouterr() == ("", "")
    saved = made("bert").model
    assert found.labels == CLASSES
    assert found.probabilities(TEXTS) == pytest.approx(saved.probabilities(TEXTS), abs=1e-5)
    assert found.probabilities([]).shape == (0, 3)
    assert found.module.dtype == torch.float32
    assert not found.module.training
    assert load_classifier(str(folder), device="auto", labels=("a", "b", "c")).labels == ("a", "b", "c")


def test_half_precision_is_read_in_single(tmp_path):
    """Weights that were saved in half precision are computed with in single precision."""
    classifier = made("bert").model
    classifier.module.bfloat16().save_pretrained(tmp_path)
    classifier.tokenizer.save_pretrained(tmp_path)
    found = load_classifier(tmp_path)
    assert found.module.dtype == torch.float32
    assert not sensitivities(found, TEXTS[:2], protected=Fixed()).notes


def test_a_folder_that_is_not_there_is_refused_with_its_neighbour(folder, tmp_path):
    """A misspelt path is refused before transformers could look anywhere else, and the nearest is named."""
    with pytest.raises(DataError, match=r"no model folder .*toxicty'\. Did you mean 'toxicity'\?"):
        load_classifier(folder.parent / "toxicty")
    with pytest.raises(DataError, match="never fetched"):
        load_classifier("bert-base-uncased")
    with pytest.raises(DataError, match="is a file"):
        load_classifier(folder / "config.json")
    with pytest.raises(DataError, match=r"no config.json \(it holds nothing\)"):
        load_classifier(tmp_path)


def copied(folder, target, without=(), config=None):
    """Copy a model's files, leaving some out or changing its configuration."""
    target.mkdir()
    for path in folder.iterdir():
        if not any(path.name.startswith(name) for name in without):
            (target / path.name).write_bytes(path.read_bytes())
    if config is not None:
        (target / "config.json").write_text(config, encoding="utf-8")
    return target


def test_a_folder_that_holds_no_classifier_is_refused(folder, tmp_path, capfd):
    """An encoder without a head, a damaged configuration and lost weights each say what is there."""
    encoder = made("bert").model.module.bert
    encoder.save_pretrained(tmp_path / "encoder")
    with pytest.raises(DataError, match="'BertModel', which is no sequence classifier"):
        load_classifier(tmp_path / "encoder")
    known = json.loads((tmp_path / "encoder" / "config.json").read_text(encoding="utf-8"))
    del known["architectures"]
    unnamed = copied(tmp_path / "encoder", tmp_path / "unnamed", config=json.dumps(known))
    capfd.readouterr()
    with pytest.raises(DataError, match=r"no weights for 'classifier.bias', 'classifier.weight'"):
        load_classifier(unnamed)
    assert capfd.readouterr().err == ""
    with pytest.raises(DataError, match="is no JSON"):
        load_classifier(copied(folder, tmp_path / "damaged", config="{"))
    with pytest.raises(DataError, match=r"no model with a classification head.*no file named model"):
        load_classifier(copied(folder, tmp_path / "weightless", without=["model"]))


def test_a_missing_tokenizer_is_refused_with_what_is_there(folder, tmp_path):
    """Without a tokenizer there is nothing to read texts with."""
    bare = copied(folder, tmp_path / "bare", without=["tokenizer", "special", "vocab"])
    with pytest.raises(DataError, match=r"no tokenizer \(it holds 'config.json', 'model.safetensors'"):
        load_classifier(bare)


def test_settings_that_do_not_fit_are_refused(folder):
    """A device that is not there, labels that do not match, and lengths the model cannot read."""
    with pytest.raises(UsageError, match="device 'gpu' is unknown"):
        load_classifier(folder, device="gpu")
    if not torch.cuda.is_available():
        with pytest.raises(UsageError, match="finds no GPU"):
            load_classifier(folder, device="cuda")
    with pytest.raises(UsageError, match="the model has 3 outputs"):
        load_classifier(folder, labels=("a", "b"))
    with pytest.raises(UsageError, match="one name"):
        load_classifier(folder, labels=("a", "a", "b"))
    with pytest.raises(UsageError, match="between 3 and 64"):
        load_classifier(folder, max_length=65)


def small(kind, **more):
    """Configure a network of two layers and sixteen numbers a token."""
    named = {
        "bert": (transformers.BertConfig, {"hidden_size": 16, "intermediate_size": 32}),
        "roberta": (transformers.RobertaConfig, {"hidden_size": 16, "intermediate_size": 32}),
        "albert": (
            transformers.AlbertConfig,
            {"hidden_size": 16, "embedding_size": 8, "intermediate_size": 32},
        ),
        "gpt2": (transformers.GPT2Config, {"hidden_size": 16, "bos_token_id": 2, "eos_token_id": 3}),
        "modernbert": (
            transformers.ModernBertConfig,
            {
                "hidden_size": 16,
                "intermediate_size": 32,
                "bos_token_id": 2,
                "eos_token_id": 3,
                "cls_token_id": 2,
                "sep_token_id": 3,
            },
        ),
        "bart": (
            transformers.BartConfig,
            {"d_model": 16, "encoder_layers": 1, "decoder_layers": 1, "eos_token_id": 3},
        ),
        "xlnet": (
            transformers.XLNetConfig,
            {"d_model": 16, "d_inner": 32, "bos_token_id": 2, "eos_token_id": 3},
        ),
    }
    made_by, settings = named[kind]
    if kind not in ("bart", "xlnet"):
        settings |= {"num_hidden_layers": 2, "num_attention_heads": 2}
    torch.manual_seed(0)
    config = made_by(vocab_size=80, pad_token_id=0, num_labels=3, **settings, **more)
    return Sequence.from_config(config).double()


@pytest.mark.parametrize("kind", ["roberta", "albert", "gpt2", "modernbert"])
def test_other_architectures_are_measured_as_they_are(kind, tokenizer):
    """Substituted embeddings give the network's own answer, padding moves nothing, and every class agrees."""
    model = small(kind)
    classifier = HuggingFaceClassifier(model, tokenizer)
    batch = classifier.embed(TEXTS[:8])
    own = model(**batch.inputs).logits
    assert torch.equal(classifier.logits(batch), own)
    found = sensitivities(classifier, TEXTS, protected=Fixed(), batch_size=16)
    for i in (0, 20, 47):
        alone = sensitivities(classifier, [TEXTS[i]], protected=Fixed()).value(0)
        assert alone == pytest.approx(found.value(i), rel=1e-7)
    each = class_sensitivities(classifier, TEXTS, protected=Fixed())
    assert each.values[np.arange(len(TEXTS)), found.targets] == pytest.approx(found.values, rel=1e-7)
    assert not each.notes


def test_a_text_without_a_token_is_nothing_to_read(tokenizer):
    """GPT-2 begins with no special token: an empty text, alone or in a batch, has a reason and no error."""
    bare = copy.deepcopy(tokenizer)
    bare.backend_tokenizer.post_processor = tokenizers.processors.Sequence([])
    model = HuggingFaceClassifier(small("gpt2"), bare)
    for texts, size in ((["", "she sings"], 64), (["", "she sings"], 1), ([""], 64)):
        found = sensitivities(model, texts, protected=Fixed(), batch_size=size)
        assert found.why == ("nothing to read", None)[: len(texts)]
    assert np.isfinite(model.probabilities([""])).all()


def test_a_text_must_be_read_once_and_in_its_order(tokenizer):
    """Encoder-decoders are refused when they are loaded, other orders when they are measured."""
    with pytest.raises(UsageError, match="reads a text twice"):
        HuggingFaceClassifier(small("bart"), tokenizer)
    with pytest.raises(UsageError, match="does not read each token"):
        sensitivities(HuggingFaceClassifier(small("xlnet"), tokenizer), TEXTS, protected=Fixed())


def test_labels_that_do_not_exclude_each_other(tokenizer):
    """A multi-label configuration makes every class its own probability."""
    classifier = HuggingFaceClassifier(small("bert", problem_type="multi_label_classification"), tokenizer)
    p = classifier.probabilities(TEXTS)
    logits = classifier.logits(classifier.embed(TEXTS[:3])).detach()
    assert p[:3] == pytest.approx(torch.sigmoid(logits).numpy(), rel=1e-9)
    assert np.abs(p.sum(axis=1) - 1).max() > 0.01
    each = class_sensitivities(classifier, TEXTS[:8], protected=Fixed(), output="logit")
    for k, label in enumerate(classifier.labels):
        one = sensitivities(classifier, TEXTS[:8], protected=Fixed(), target=label, output="logit")
        assert each.values[:, k] == pytest.approx(one.values, rel=1e-8)


def test_one_output_needs_two_names(tokenizer):
    """A single output may be a score or a logit; two labels say that it is the logit of the second."""
    torch.manual_seed(0)
    config = transformers.BertConfig(
        vocab_size=80,
        hidden_size=16,
        intermediate_size=32,
        num_labels=1,
        num_hidden_layers=1,
        num_attention_heads=2,
    )
    model = Sequence.from_config(config)
    with pytest.raises(UsageError, match="name both classes"):
        HuggingFaceClassifier(model, tokenizer)
    classifier = HuggingFaceClassifier(model, tokenizer, labels=("other", "toxic"))
    z = model(**classifier.embed(TEXTS[:4]).inputs).logits[:, 0]
    assert classifier.probabilities(TEXTS[:4])[:, 1] == pytest.approx(torch.sigmoid(z).tolist(), rel=1e-5)


def test_special_tokens_and_padding_hold_no_text(tokenizer):
    """Only positions with text are measured, and every token knows where it lies."""
    batch = HuggingFaceClassifier(small("bert"), tokenizer).embed(["she sings at home", "He"])
    assert batch.mask.tolist() == [[False, True, True, True, True, False], [False, True, *[False] * 4]]
    assert batch.tokens[1][:3] == ("[CLS]", "he", "[SEP]")
    assert batch.spans[0][1:5] == ((0, 3), (4, 9), (10, 12), (13, 17))


def test_very_long_texts_are_read_to_the_models_length(tokenizer):
    """Reading the beginning of a long text alone gives the same tokens as reading all of it."""
    classifier = HuggingFaceClassifier(small("bert", max_position_embeddings=64), tokenizer)
    for text in ("she sings " * 5_000, " " * 50_000 + "she sings " * 40, "x" * 9_000, " " * 9_000 + "he"):
        batch = classifier.embed([text, "she"])
        whole = tokenizer(text, truncation=True, max_length=64)["input_ids"]
        assert batch.inputs["input_ids"][0].tolist()[: len(whole)] == whole
        assert batch.truncated == (len(tokenizer(text)["input_ids"]) > 64, False)


def test_an_encoder_head_reads_what_the_encoder_makes(tokenizer):
    """V of an encoder head is the gradient of its log-odds through the encoder, checked by differences."""
    classifier = HuggingFaceClassifier(small("bert"), tokenizer)
    protected = train_protected_model(classifier, TEXTS, GROUPS, head="encoder", toward="f", folds=3)
    batch = classifier.embed(TEXTS[:2])
    v = protected.directions(classifier, batch)
    assert float(v[~batch.mask].abs().max()) == 0
    head = protected.heads[protected.fold_of[TEXTS[0]]]

    def log_odds(embeddings):
        features = classifier.encode(batch.holding(embeddings))[0].detach().numpy()
        scores = head.weights @ features + head.bias
        return scores[0] - scores[1]

    torch.manual_seed(1)
    step = torch.randn_like(batch.embeddings) * batch.mask[:, :, None] * 1e-5
    change = log_odds(batch.embeddings + step) - log_odds(batch.embeddings - step)
    assert change == pytest.approx(2 * float((v[0] * step[0]).sum()), rel=1e-5)
    found = sensitivities(classifier, TEXTS, protected=protected)
    assert np.abs(found.values).min() > 0


def test_a_slow_tokenizer_says_no_offsets(tokenizer):
    """Where tokens do not know their place, lexicons are refused and protected models work."""

    class Slow:
        is_fast = False

        def __getattr__(self, name):
            return getattr(tokenizer, name)

        def __call__(self, texts, **settings):
            settings.pop("return_offsets_mapping", None)
            return tokenizer(texts, **settings)

    classifier = HuggingFaceClassifier(small("bert", max_position_embeddings=8), Slow())
    batch = classifier.embed(["she sings at home", "she " * 20])
    assert batch.spans == ()
    assert batch.truncated == (False, True)
    with pytest.raises(UsageError, match="fast tokenizer"):
        sensitivities(classifier, TEXTS, protected=LexiconMask(["she"]), signed=False)
    found = sensitivities(classifier, TEXTS[:2], protected=Fixed(), tokens=True)
    assert [part.word for part in found.parts(0)][:2] == ["[CLS]", "she"]
