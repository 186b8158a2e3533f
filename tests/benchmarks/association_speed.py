"""What batching saves: pseudo-log-likelihoods of pairs, all masks in batches, beside one mask at a time.

The model is an untrained BERT of four layers; its answers mean nothing, their cost is real. Both ways are run
on the same pairs and must agree; prints their ratio.

    python tests/benchmarks/association_speed.py
"""

import sys
import time
from pathlib import Path

import numpy as np
import torch
from transformers import BertConfig, BertForMaskedLM

sys.path.insert(0, str(Path(__file__).parents[2]))

from fairkit.text.intrinsic import score_pairs
from fairkit.text.intrinsic.crows_pairs_shares import unmodified
from fairkit.text.intrinsic.example_texts import tiny_crows_pairs
from fairkit.text.intrinsic.examples import tiny_masked_model
from fairkit.text.intrinsic.language_models import MaskedModel


def one_by_one(model, pairs):
    """Score pairs as a loop over masks does."""
    found = []
    for pair in pairs:
        ids = [model.tokens(text).ids for text in (pair.more, pair.less)]
        own = model.tokens(pair.more).own
        shared = [place for place in zip(*unmodified(*ids), strict=True) if own[place[0]]]
        totals = []
        for side in (0, 1):
            total = 0.0
            for place in shared:
                hidden = list(ids[side])
                hidden[place[side]] = model.mask
                with torch.inference_mode():
                    logits = model.loaded.model(input_ids=torch.tensor([hidden])).logits[0, place[side]]
                total += float(logits.double().log_softmax(dim=-1)[ids[side][place[side]]])
            totals.append(total)
        found.append(totals)
    return found


def main():
    """Print the ratio."""
    torch.manual_seed(0)
    tokenizer = tiny_masked_model(1).tokenizer
    config = BertConfig(
        vocab_size=30_000, hidden_size=256, num_hidden_layers=4, num_attention_heads=4, intermediate_size=1024
    )
    loaded = tiny_masked_model(1)._replace(model=BertForMaskedLM(config).eval(), tokenizer=tokenizer)
    model, pairs = MaskedModel(loaded), tiny_crows_pairs() * 2
    score_pairs(model, pairs[:2])
    started = time.perf_counter()
    batched = score_pairs(model, pairs)
    first = time.perf_counter() - started
    started = time.perf_counter()
    slow = one_by_one(model, pairs)
    second = time.perf_counter() - started
    np.testing.assert_allclose([(s.more, s.less) for s in batched], slow, rtol=1e-4)
    told = f"{first:.2f} s in batches, {second:.2f} s one by one: {second / first:.1f} x"
    print(f"{len(pairs)} pairs: {told}")


if __name__ == "__main__":
    main()
