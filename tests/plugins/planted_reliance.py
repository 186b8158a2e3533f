"""Bags of embeddings trained on labels that rely on gender to a planted degree."""

from __future__ import annotations

from functools import cache
from types import SimpleNamespace

import numpy as np
import torch
from tiny_networks import Bag
from torch import nn

from fairkit.samples import biographies
from fairkit.text import from_module
from fairkit.text.networks.modules import words_of

RELIANCES = (0.0, 0.3, 0.6, 0.9)
_EPOCHS, _BATCH, _WIDTH = 14, 64, 16


@cache
def planted() -> SimpleNamespace:
    """Train one bag per labeller on the same texts; give them with the texts, their swaps and groups."""
    frame = biographies(rows=1200)
    frame = frame[frame["gender"].notna()]
    texts, swapped = list(frame["text"]), list(frame["swapped"])
    words = sorted({text[a:b].lower() for text in texts + swapped for a, b in words_of(text)})
    vocabulary = {word: i + 1 for i, word in enumerate(words)}
    labels = tuple(sorted(set(frame["occupation"])))
    models = {
        reliance: _trained(texts, list(frame[f"label_{round(100 * reliance)}"]), labels, vocabulary)
        for reliance in RELIANCES
    }
    before = {reliance: model.probabilities(texts) for reliance, model in models.items()}
    after = {reliance: model.probabilities(swapped) for reliance, model in models.items()}
    gaps = {reliance: np.abs(p - after[reliance]).sum(axis=1) / 2 for reliance, p in before.items()}
    return SimpleNamespace(
        models=models,
        probabilities=before,
        gaps=gaps,
        texts=texts,
        swapped=swapped,
        groups=list(frame["gender"]),
        clusters=list(frame["template"]),
        labels=labels,
        frame=frame,
    )


def _trained(
    texts: list[str], answers: list[str], labels: tuple[str, ...], vocabulary: dict[str, int]
) -> object:
    state = torch.random.get_rng_state()
    torch.manual_seed(0)
    module = Bag(classes=len(labels), width=_WIDTH, words=len(vocabulary))
    model = from_module(module, labels=labels, vocabulary=vocabulary)
    ids, answer = model.embed(texts).inputs["ids"], torch.tensor([labels.index(one) for one in answers])
    optimizer = torch.optim.AdamW(module.parameters(), lr=2e-2, weight_decay=1e-2)
    for _ in range(_EPOCHS):
        for rows in torch.randperm(len(ids)).split(_BATCH):
            optimizer.zero_grad()
            nn.functional.cross_entropy(module(ids[rows]), answer[rows]).backward()
            optimizer.step()
    torch.random.set_rng_state(state)
    module.eval()
    return model
