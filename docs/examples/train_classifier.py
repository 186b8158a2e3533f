"""Train a small classifier of occupations on the shipped biographies, and save it as a Hugging Face folder.

    python docs/examples/train_classifier.py label_90

The labels are those of a labeller who goes by gender (datasets/biographies.md). Three thousand texts train
the classifier, in seconds; eight hundred others are written beside it, to judge it with. No pretrained model
is needed, and nothing is fetched.
"""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import pandas as pd
import torch
from tokenizers import Tokenizer, models, normalizers, pre_tokenizers, processors, trainers
from transformers import ModernBertConfig, ModernBertForSequenceClassification, PreTrainedTokenizerFast

from fairkit import samples

TRAINED, HELD_OUT, BATCH, EPOCHS, RATE = 3_000, 800, 64, 5, 0.01
SPECIAL = ("[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]")


def tokenizer_of(texts: list[str]) -> PreTrainedTokenizerFast:
    """Make every word of the texts a token of its own, in lower case."""
    words = Tokenizer(models.WordLevel(unk_token="[UNK]"))  # noqa: S106  no secret
    words.normalizer = normalizers.Lowercase()
    words.pre_tokenizer = pre_tokenizers.BertPreTokenizer()
    words.train_from_iterator(texts, trainers.WordLevelTrainer(special_tokens=list(SPECIAL)))
    words.post_processor = processors.TemplateProcessing(
        single="[CLS] $A [SEP]", special_tokens=[("[CLS]", 2), ("[SEP]", 3)]
    )
    names = dict(zip(("pad", "unk", "cls", "sep", "mask"), SPECIAL, strict=True))
    return PreTrainedTokenizerFast(
        tokenizer_object=words, model_max_length=64, **{f"{name}_token": text for name, text in names.items()}
    )


def network_of(tokenizer: PreTrainedTokenizerFast, labels: list[str]) -> ModernBertForSequenceClassification:
    """Make one layer of attention, the average over the text, and a small head."""
    config = ModernBertConfig(
        vocab_size=len(tokenizer),
        hidden_size=32,
        intermediate_size=64,
        num_hidden_layers=1,
        num_attention_heads=2,
        max_position_embeddings=64,
        classifier_pooling="mean",
        embedding_dropout=0.1,
        mlp_dropout=0.1,
        classifier_dropout=0.1,
        pad_token_id=tokenizer.pad_token_id,
        cls_token_id=tokenizer.cls_token_id,
        sep_token_id=tokenizer.sep_token_id,
        bos_token_id=None,
        eos_token_id=None,
        id2label=dict(enumerate(labels)),
        label2id={label: k for k, label in enumerate(labels)},
    )
    return ModernBertForSequenceClassification(config)


def trained(texts: list[str], written: list[str]) -> tuple[Any, PreTrainedTokenizerFast]:
    """Train a classifier of what was written about texts."""
    torch.manual_seed(0)
    torch.set_num_threads(1)  # so small a network is slower on several
    labels = sorted(set(written))
    tokenizer = tokenizer_of(texts)
    network = network_of(tokenizer, labels)
    target = torch.tensor([labels.index(label) for label in written])
    optimizer = torch.optim.AdamW(network.parameters(), lr=RATE)
    order = sorted(range(len(texts)), key=lambda i: len(texts[i]))  # texts of one length together
    batches = [order[i : i + BATCH] for i in range(0, len(order), BATCH)]
    steps = EPOCHS * len(batches)
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimizer, RATE, total_steps=steps)
    network.train()
    for _ in range(EPOCHS):
        for place in torch.randperm(len(batches)).tolist():
            rows = batches[place]
            inputs = tokenizer([texts[i] for i in rows], padding=True, truncation=True, return_tensors="pt")
            loss = network(
                input_ids=inputs["input_ids"], attention_mask=inputs["attention_mask"], labels=target[rows]
            ).loss
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            schedule.step()
    return network.eval(), tokenizer


def accuracy(network: Any, tokenizer: PreTrainedTokenizerFast, texts: list[str], written: list[str]) -> float:
    """Share of texts for which the classifier writes what was written."""
    with torch.inference_mode():
        inputs = tokenizer(texts, padding=True, truncation=True, return_tensors="pt")
        found = network(input_ids=inputs["input_ids"], attention_mask=inputs["attention_mask"]).logits
    names = [network.config.id2label[k] for k in found.argmax(dim=1).tolist()]
    return sum(map(str.__eq__, names, written)) / len(written)


def main(column: str, folder: Path = Path()) -> None:
    """Train on one labeller's column; save the model and the texts that were held out."""
    frame: pd.DataFrame = samples.load("biographies")
    training, held_out = frame[:TRAINED], frame[TRAINED : TRAINED + HELD_OUT]
    network, tokenizer = trained(list(training["text"]), list(training[column]))
    where = folder / "models" / column
    network.save_pretrained(where)
    tokenizer.save_pretrained(where)
    held_out.to_csv(folder / "held-out.csv", index=False)
    right = accuracy(network, tokenizer, list(held_out["text"]), list(held_out[column]))
    sys.stdout.write(
        f"models/{column}: trained on {TRAINED:,} texts; right on {right:.1%} of those held out\n"
        f"held-out.csv: {len(held_out):,} texts\n"
    )


if __name__ == "__main__":
    main(*sys.argv[1:2] or ["label_90"])
