"""Tiny language models with a planted association, in memory and in folders, and their answers one by one."""

from __future__ import annotations

from pathlib import Path

import pytest
import torch

from fairkit.text.intrinsic.examples import (
    tiny_causal_model,
    tiny_masked_model,
    write_tiny_models,
)
from fairkit.text.intrinsic.language_models import CausalModel, MaskedModel


@pytest.fixture(scope="session")
def tiny_folders(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Train both models once and write them into a folder."""
    folder = tmp_path_factory.mktemp("tiny")
    write_tiny_models(folder)
    return folder


@pytest.fixture(scope="session")
def masked() -> MaskedModel:
    """Return the tiny BERT."""
    return MaskedModel(tiny_masked_model())


@pytest.fixture(scope="session")
def causal() -> CausalModel:
    """Return the tiny GPT-2."""
    return CausalModel(tiny_causal_model())


def masked_log_probability(model: MaskedModel, ids: list[int], place: int) -> float:
    """Mask one place of one text, run it alone, and read the full distribution there."""
    hidden = list(ids)
    hidden[place] = model.loaded.tokenizer.mask_token_id
    with torch.no_grad():
        logits = model.loaded.model(input_ids=torch.tensor([hidden])).prediction_logits
    return float(torch.log_softmax(logits[0, place].double(), dim=-1)[ids[place]])


def causal_log_probabilities(model: CausalModel, ids: list[int]) -> list[float]:
    """Run one text alone, and read the log-probability of each of its tokens after those before it."""
    found = []
    for k in range(1, len(ids)):
        with torch.no_grad():
            logits = model.loaded.model(input_ids=torch.tensor([ids[:k]])).logits
        found.append(float(torch.log_softmax(logits[0, -1].double(), dim=-1)[ids[k]]))
    return found
