"""Tiny networks in double precision, texts for them, and the Jacobian computed the slow way."""

from __future__ import annotations

from collections.abc import Callable
from types import SimpleNamespace

import torch
from torch import Tensor, nn

from fairkit.text import from_module
from fairkit.text.networks import Embedded
from fairkit.text.networks.examples import tiny_classifier

VERBS = ("sings", "reads", "runs", "cooks", "swims", "paints")
PLACES = ("", " at home", " in the old town by the river", " every day")
TEXTS = [f"{who} {verb}{place}" for place in PLACES for verb in VERBS for who in ("she", "he")]
"""Of several lengths, so that batches are padded."""

GROUPS = ["f" if text.startswith("she") else "m" for text in TEXTS]
VOCABULARY = {word: i + 1 for i, word in enumerate(sorted({word for text in TEXTS for word in text.split()}))}
CLASSES = ("low", "middle", "high")
ROWS = 10


class Bag(nn.Module):
    """The average of word embeddings, and a linear layer."""

    def __init__(self, classes: int = len(CLASSES), width: int = 5, words: int = len(VOCABULARY)) -> None:
        super().__init__()
        self.words, self.top = nn.Embedding(words + 1, width, padding_idx=0), nn.Linear(width, classes)

    def forward(self, ids: Tensor) -> Tensor:
        """Return logits."""
        return self.top(self.words(ids).sum(dim=1) / (ids > 0).sum(dim=1, keepdim=True).clamp_min(1))


class Attentive(nn.Module):
    """Two layers of attention on given embeddings, and a linear layer on their average."""

    def __init__(self, width: int = 6, classes: int = len(CLASSES)) -> None:
        super().__init__()
        layer = nn.TransformerEncoderLayer(width, 2, 8, batch_first=True, dropout=0.3)
        self.encoder = nn.TransformerEncoder(layer, 2, enable_nested_tensor=False)
        self.top = nn.Linear(width, classes)

    def forward(self, embeddings: Tensor) -> Tensor:
        """Return logits."""
        return self.top(self.encoder(embeddings).mean(dim=1))


def perceptron(width: int = 6) -> nn.Module:
    """Two layers on features."""
    return nn.Sequential(nn.Linear(width, 8), nn.Tanh(), nn.Linear(8, len(CLASSES)))


def made(kind: str, seed: int = 0) -> SimpleNamespace:
    """Make a model, inputs of it, and what maps one row's embeddings to logits without fairkit."""
    torch.manual_seed(seed)
    if kind == "bert":
        model = tiny_classifier(TEXTS, labels=CLASSES, double=True, seed=seed)

        def bert(embeddings: Tensor, inputs: dict[str, Tensor]) -> Tensor:
            return model.module(inputs_embeds=embeddings, attention_mask=inputs["attention_mask"]).logits

        return SimpleNamespace(model=model, inputs=TEXTS[:ROWS], logits=bert)
    if kind == "bag":
        module = Bag().double().eval()
        model = from_module(module, labels=CLASSES, vocabulary=VOCABULARY)

        def bag(embeddings: Tensor, inputs: dict[str, Tensor]) -> Tensor:
            return module.top(embeddings.mean(dim=1))

        return SimpleNamespace(model=model, inputs=TEXTS[:ROWS], logits=bag)
    if kind == "transformer":
        module = Attentive().double().eval()
        rows = torch.randn(ROWS, 4, 6).double()
        model = from_module(module, labels=CLASSES, embed=torch.stack)
        return SimpleNamespace(model=model, inputs=list(rows), logits=lambda x, _: module(x))
    module = perceptron().double().eval()
    rows = torch.randn(ROWS, 6).double()
    model = from_module(module, labels=CLASSES)
    return SimpleNamespace(model=model, inputs=rows.tolist(), logits=lambda x, _: module(x))


def slow_jacobian(
    case: SimpleNamespace, one: object, answer: Callable[[Tensor], Tensor]
) -> tuple[Tensor, Tensor, Tensor]:
    """Compute the Jacobian of one input class by class; return it, the answers, and the embeddings."""
    batch: Embedded = case.model.embed([one])
    x = batch.embeddings.clone().requires_grad_()
    answers = answer(case.logits(x, dict(batch.inputs))[0])
    rows = [torch.autograd.grad(answers[k], x, retain_graph=True)[0][0] for k in range(len(answers))]
    return torch.stack(rows), answers.detach(), batch.embeddings[0]


class Fixed:
    """A protected direction that differs in every coordinate, as a function of the embeddings alone."""

    description, absent, oriented = "a wave", "nothing", True

    def directions(self, model: object, embedded: Embedded, groups: object = None) -> Tensor:
        """Return v."""
        v = torch.sin(3 * embedded.embeddings) + 0.1
        return v * embedded.weights[:, :, None] if embedded.is_text else v
