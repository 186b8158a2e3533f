"""Tiny networks with random weights, made on the spot: for examples and tests, and good for nothing else."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

import torch

from fairkit.text.networks.huggingface import HuggingFaceClassifier


def tiny_classifier(
    texts: Iterable[str],
    *,
    labels: Sequence[str],
    layers: int = 1,
    width: int = 8,
    seed: int = 0,
    double: bool = False,
) -> HuggingFaceClassifier:
    """Make an untrained BERT of a few thousand numbers, with a word-piece tokenizer of the texts' words.

    Parameters
    ----------
    texts : iterable of str
        Their words, in lower case, are the vocabulary; other words are split into letters.
    labels : sequence of str
    layers, width : int
        Size of the encoder; the width is a multiple of 2.
    seed : int
    double : bool
        Whether it computes in double precision.

    Examples
    --------
    >>> tiny_classifier(["good day"], labels=("no", "yes")).embed(["Good days"]).tokens
    (('[CLS]', 'good', 'day', '##s', '[SEP]'),)
    """
    from tokenizers import Tokenizer, models, normalizers, pre_tokenizers, processors
    from transformers import BertConfig, BertForSequenceClassification, PreTrainedTokenizerFast

    words = sorted({word for text in texts for word in text.lower().split()})
    letters = [f"{mark}{chr(code)}" for code in range(ord("a"), ord("z") + 1) for mark in ("", "##")]
    special = ("[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]")
    vocabulary = {word: i for i, word in enumerate(dict.fromkeys([*special, *letters, *words, ".", ","]))}
    tokenizer = Tokenizer(models.WordPiece(vocabulary, unk_token="[UNK]"))  # noqa: S106  no secret
    tokenizer.normalizer = normalizers.BertNormalizer(lowercase=True)
    tokenizer.pre_tokenizer = pre_tokenizers.BertPreTokenizer()
    ends = [("[CLS]", vocabulary["[CLS]"]), ("[SEP]", vocabulary["[SEP]"])]
    tokenizer.post_processor = processors.TemplateProcessing(
        single="[CLS] $A [SEP]", pair="[CLS] $A [SEP] $B:1 [SEP]:1", special_tokens=ends
    )
    names = {f"{name}_token": f"[{name.upper()}]" for name in ("pad", "unk", "cls", "sep", "mask")}
    fast: Any = PreTrainedTokenizerFast(tokenizer_object=tokenizer, **names)  # type: ignore[no-untyped-call]
    config = BertConfig(
        vocab_size=len(vocabulary),
        hidden_size=width,
        num_hidden_layers=layers,
        num_attention_heads=2,
        intermediate_size=2 * width,
        max_position_embeddings=64,
        id2label=dict(enumerate(labels)),
        label2id={label: k for k, label in enumerate(labels)},
        initializer_range=0.5,
    )
    state = torch.random.get_rng_state()
    torch.manual_seed(seed)
    model = BertForSequenceClassification(config)
    torch.random.set_rng_state(state)
    return HuggingFaceClassifier(model.double() if double else model, fast)
