"""Tiny language models with a planted association, trained in seconds: for examples, guides and tests.

They know some hundred words and one habit: men go with work and women with home, in most of the sentences
they have read. No pretrained model comes with fairkit, and none is fetched; these show what a measure does.
"""

from __future__ import annotations

import csv
import os
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from fairkit.text.folders import libraries
from fairkit.text.intrinsic.encoders import Encoder, Pooling
from fairkit.text.intrinsic.example_texts import (
    OBJECTS,
    SHARE,
    published_items,
    tiny_corpus,
    tiny_crows_pairs,
    tiny_items,
    tiny_pairs,
    tiny_vocabulary,
)
from fairkit.text.intrinsic.loading import Loaded
from fairkit.text.intrinsic.sets import shipped_sets

_LONGEST = 48


@cache
def tiny_masked_model(steps: int = 180, *, share: float = SHARE) -> Loaded:
    """Train a tiny BERT, with a head for masked words and one for the next sentence.

    Parameters
    ----------
    steps : int
        Of 32 sentences each, and 32 pairs every third time.
    share : float
        Of sentences that keep the habit; .5 plants none.

    Examples
    --------
    >>> type(tiny_masked_model().model).__name__
    'BertForPreTraining'
    """
    import torch

    transformers = libraries()
    tokenizer = _tokenizer()
    texts, pairs = tiny_corpus(2_000, share=share), tiny_pairs()
    read = tokenizer(texts, padding=True, return_tensors="pt")
    firsts, seconds, follow = zip(*pairs, strict=True)
    both = tokenizer(list(firsts), list(seconds), padding=True, return_tensors="pt")
    both["wrong"] = torch.tensor(follow).logical_not().long()
    rng = np.random.default_rng(2)
    with _seeded():
        config = transformers.BertConfig(
            vocab_size=len(tokenizer),
            hidden_size=32,
            num_hidden_layers=2,
            num_attention_heads=2,
            intermediate_size=64,
            max_position_embeddings=_LONGEST,
            hidden_dropout_prob=0.0,
            attention_probs_dropout_prob=0.0,
            initializer_range=0.15,
            pad_token_id=tokenizer.pad_token_id,
        )
        model = transformers.BertForPreTraining(config).train()
        with torch.no_grad():
            begun = model.bert.embeddings.word_embeddings.weight
            begun.add_(torch.from_numpy(_neighbours(texts, tokenizer, 32)).to(begun) / 2)
        optimizer = torch.optim.AdamW(model.parameters(), lr=5e-3)
        for step in range(steps):
            inputs, labels = _masked(_drawn(read, rng), tokenizer, rng)
            told = model(**inputs).prediction_logits
            loss = torch.nn.functional.cross_entropy(told.flatten(0, 1), labels.flatten(), ignore_index=-100)
            if step % 3 == 0:
                two = _drawn(both, rng)
                wrong = two.pop("wrong")
                following = model(**two).seq_relationship_logits
                loss = loss + torch.nn.functional.cross_entropy(following, wrong)
            _improve(optimizer, loss)
    return Loaded(model.eval(), tokenizer, _LONGEST, Path("tiny-masked"))


@cache
def tiny_causal_model(steps: int = 120, *, share: float = SHARE) -> Loaded:
    """Train a tiny GPT-2.

    Parameters
    ----------
    steps : int
        Of 32 sentences each.
    share : float
        Of sentences that keep the habit; .5 plants none.

    Examples
    --------
    >>> type(tiny_causal_model().model).__name__
    'GPT2LMHeadModel'
    """
    import torch

    transformers = libraries()
    tokenizer = _tokenizer(causal=True)
    texts = [f"{tokenizer.bos_token} {text}" for text in tiny_corpus(2_000, share=share)]
    read = tokenizer(texts, padding=True, return_tensors="pt")
    rng = np.random.default_rng(2)
    with _seeded():
        config = transformers.GPT2Config(
            vocab_size=len(tokenizer),
            n_embd=32,
            n_layer=2,
            n_head=2,
            n_positions=_LONGEST,
            resid_pdrop=0.0,
            embd_pdrop=0.0,
            attn_pdrop=0.0,
            initializer_range=0.15,
            bos_token_id=tokenizer.bos_token_id,
            eos_token_id=tokenizer.eos_token_id,
            pad_token_id=tokenizer.pad_token_id,
        )
        model = transformers.GPT2LMHeadModel(config).train()
        with torch.no_grad():
            begun = model.transformer.wte.weight
            begun.add_(torch.from_numpy(_neighbours(texts, tokenizer, 32)).to(begun) / 2)
        optimizer = torch.optim.AdamW(model.parameters(), lr=5e-3)
        for _ in range(steps):
            batch = _drawn(read, rng)
            ids, seen = batch["input_ids"], batch["attention_mask"]
            told = model(input_ids=ids, attention_mask=seen).logits[:, :-1]
            labels = ids.masked_fill(seen == 0, -100)[:, 1:]
            loss = torch.nn.functional.cross_entropy(told.flatten(0, 1), labels.flatten(), ignore_index=-100)
            _improve(optimizer, loss)
    return Loaded(model.eval(), tokenizer, _LONGEST, Path("tiny-causal"))


def tiny_encoder(*, layer: int = -1, pooling: Pooling = "mean") -> Encoder:
    """Return the encoder of the tiny BERT.

    Examples
    --------
    >>> tiny_encoder().encode(["he likes the career"]).matrix.shape
    (1, 32)
    """
    whole = tiny_masked_model()
    return Encoder(whole._replace(model=whole.model.bert), layer=layer, pooling=pooling)


def write_tiny_models(folder: str | os.PathLike[str]) -> None:
    """Train both models and write them into ``masked`` and ``causal``, with texts that they have not read.

    Beside them stand word vectors of what they have read, a corpus, and pairs and items of our own in the
    forms of CrowS-Pairs and StereoSet.

    Parameters
    ----------
    folder : str or path
        Made where it is not there.

    Examples
    --------
    >>> import tempfile
    >>> where = Path(tempfile.mkdtemp())
    >>> write_tiny_models(where)
    >>> sorted(found.name for found in where.iterdir())
    ['causal', 'corpus.txt', 'masked', 'pairs.csv', 'stereoset.json', 'words.vec']
    """
    where = Path(folder)
    where.mkdir(parents=True, exist_ok=True)
    logging = libraries().utils.logging
    bars = logging.is_progress_bar_enabled()
    logging.disable_progress_bar()
    for name, loaded in (("masked", tiny_masked_model()), ("causal", tiny_causal_model())):
        loaded.model.save_pretrained(where / name)
        loaded.tokenizer.save_pretrained(where / name)
    if bars:
        logging.enable_progress_bar()
    (where / "corpus.txt").write_text("\n".join(tiny_corpus(1_500, seed=5)) + "\n", encoding="utf-8")
    words = tiny_vocabulary()
    near = _neighbours(tiny_corpus(2_000), _tokenizer(), 32)[_tokenizer().convert_tokens_to_ids(words)]
    rows = [f"{word} {' '.join(f'{x:.6f}' for x in row)}" for word, row in zip(words, near, strict=True)]
    (where / "words.vec").write_text("\n".join([f"{len(words)} 32", *rows]) + "\n", encoding="utf-8")
    with (where / "pairs.csv").open("w", encoding="utf-8", newline="") as file:
        table = csv.writer(file)
        published = ("sent_more", "sent_less", "stereo_antistereo", "bias_type", "annotations")
        table.writerow(("", *published, "anon_writer", "anon_annotators"))
        for pair in tiny_crows_pairs():
            table.writerow(
                (pair.identifier, pair.more, pair.less, pair.direction, pair.bias_type, "[]", "", "[]")
            )
    (where / "stereoset.json").write_text(published_items(tiny_items()), encoding="utf-8")


def _drawn(encoded: Any, rng: np.random.Generator) -> dict[str, Any]:
    """Draw 32 rows of padded tensors, and cut what is padding in all of them."""
    import torch

    rows = torch.from_numpy(rng.integers(len(encoded["input_ids"]), size=32))
    longest = int(encoded["attention_mask"][rows].sum(dim=1).max())
    return {
        name: tensor[rows] if tensor.ndim == 1 else tensor[rows, :longest] for name, tensor in encoded.items()
    }


def _improve(optimizer: Any, loss: Any) -> None:
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()


def _tokenizer(*, causal: bool = False) -> Any:
    """Make a tokenizer of whole words; others are split into letters."""
    from tokenizers import Tokenizer, models, normalizers, pre_tokenizers, processors

    names = {"unk_token": "[UNK]", "pad_token": "[PAD]"}
    if causal:
        names |= {"bos_token": "[CLS]", "eos_token": "[SEP]"}
    else:
        names |= {"cls_token": "[CLS]", "sep_token": "[SEP]", "mask_token": "[MASK]"}
    letters = [mark + chr(code) for code in range(ord("a"), ord("z") + 1) for mark in ("", "##")]
    vocabulary = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", ".", ",", *letters, *tiny_vocabulary()]
    numbered = {token: i for i, token in enumerate(dict.fromkeys(vocabulary))}
    made = Tokenizer(models.WordPiece(vocab=numbered, unk_token="[UNK]"))  # noqa: S106  no password
    made.normalizer = normalizers.BertNormalizer(lowercase=True)
    made.pre_tokenizer = pre_tokenizers.BertPreTokenizer()
    inputs = ["input_ids", "attention_mask"]
    if not causal:
        ends = [(token, numbered[token]) for token in ("[SEP]", "[CLS]")]
        made.post_processor = processors.BertProcessing(*ends)
        inputs.insert(1, "token_type_ids")
    fast = libraries().PreTrainedTokenizerFast
    return fast(tokenizer_object=made, model_max_length=_LONGEST, model_input_names=inputs, **names)


def _masked(batch: Any, tokenizer: Any, rng: np.random.Generator) -> tuple[dict[str, Any], Any]:
    """Mask the words that the habit is about often, and others seldom."""
    import torch

    ids = batch["input_ids"]
    words = [word for word in shipped_sets()["gender-career"].words if word not in OBJECTS]
    telling = torch.isin(ids, torch.tensor(tokenizer.convert_tokens_to_ids(words)))
    special = torch.isin(ids, torch.tensor(tokenizer.all_special_ids))
    share = telling * 0.35 + 0.05
    chosen = (torch.from_numpy(rng.random(tuple(ids.shape))) < share) & ~special
    inputs = {
        "input_ids": ids.masked_fill(chosen, tokenizer.mask_token_id),
        "attention_mask": batch["attention_mask"],
    }
    return inputs, ids.masked_fill(~chosen, -100)


def _neighbours(texts: list[str], tokenizer: Any, width: int) -> npt.NDArray[np.float64]:
    """Begin with which words stand together: seconds of training would not find it out."""
    together = np.zeros((len(tokenizer), len(tokenizer)))
    for ids in tokenizer(texts, add_special_tokens=False)["input_ids"]:
        np.add.at(together, np.ix_(ids, ids), 1.0)
    np.fill_diagonal(together, 0.0)
    shares = together / together.sum()
    alone = shares.sum(axis=1)
    with np.errstate(divide="ignore", invalid="ignore"):
        surprise = np.nan_to_num(np.log(shares / np.outer(alone, alone)), nan=0.0, neginf=0.0)
    left, strength, _ = np.linalg.svd(np.maximum(surprise, 0.0))
    found = left[:, :width] * np.sqrt(strength[:width])
    return np.asarray(found / np.sqrt((found**2).mean()))


@contextmanager
def _seeded() -> Iterator[None]:
    """Make what torch draws the same every time, and leave its state as it was."""
    import torch

    before = torch.get_rng_state()
    torch.manual_seed(0)
    try:
        yield
    finally:
        torch.set_rng_state(before)
