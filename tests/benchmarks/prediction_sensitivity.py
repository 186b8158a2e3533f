"""Prediction sensitivity: one backward pass a batch against loops over examples and classes, in one run.

28 classes, 32 tokens, 64 numbers a token; v is the gradient of a logistic protected-status model, computed
anew every time. All ways are asserted to give the same numbers (in double precision, to 1e-6 of the largest).

    naive     the whole Jacobian, example by example: one forward pass each, one backward pass a class
    loop      example by example, one backward pass each
    batched   one backward pass for the batch: what `sensitivities` does
    forward   all classes by forward mode: what `class_sensitivities` does
    jacrev    vmap over jacrev
    C passes  one backward pass a class for the batch: what absolute values of all classes need
    call      `sensitivities` as a user calls it, checks of the model and its rows included

    python tests/benchmarks/prediction_sensitivity.py [--sizes 1 16 64 256] [--threads 1] [--repeats 5]
"""

from __future__ import annotations

import argparse
import time
import warnings
from collections.abc import Callable

import torch
from torch import Tensor, nn

from fairkit.text import from_module, sensitivities
from fairkit.text.networks import Embedded
from fairkit.text.networks.gradients import absolute_by_class, along, contributions, slopes
from fairkit.text.networks.modules import ModuleClassifier
from fairkit.text.networks.questions import question

CLASSES, LENGTH, WIDTH = 28, 32, 64


class Perceptron(nn.Module):
    """Two layers on the average of the embeddings."""

    def __init__(self) -> None:
        super().__init__()
        self.layers = nn.Sequential(nn.Linear(WIDTH, 128), nn.Tanh(), nn.Linear(128, CLASSES))

    def forward(self, embeddings: Tensor) -> Tensor:
        """Return logits."""
        found: Tensor = self.layers(embeddings.mean(dim=1))
        return found


class Transformer(nn.Module):
    """Two layers of attention, and a linear layer on their average."""

    def __init__(self) -> None:
        super().__init__()
        layer = nn.TransformerEncoderLayer(WIDTH, 4, 4 * WIDTH, batch_first=True, activation="gelu")
        self.encoder = nn.TransformerEncoder(layer, 2, enable_nested_tensor=False)
        self.top = nn.Linear(WIDTH, CLASSES)

    def forward(self, embeddings: Tensor) -> Tensor:
        """Return logits."""
        found: Tensor = self.top(self.encoder(embeddings).mean(dim=1))
        return found


class Protected:
    """v: the gradient of a logistic model of the averaged embeddings."""

    description, absent = "a logistic model", "no slope"

    def __init__(self, weights: Tensor) -> None:
        self.weights = weights

    def directions(self, _: object, embedded: Embedded, groups: object = None) -> Tensor:
        """Return v, in closed form."""
        mean = embedded.embeddings.mean(dim=1)
        share = torch.sigmoid(mean @ self.weights)
        slope = (share * (1 - share))[:, None] * self.weights / LENGTH
        return slope[:, None, :].expand_as(embedded.embeddings)


def ways(model: ModuleClassifier, protected: Protected, rows: Tensor) -> dict[str, Callable[[], Tensor]]:
    """Name every way to compute the sensitivity of the predicted class, shape (rows,)."""
    module, embedded = model.module, Embedded(rows)
    asked = question(model.labels)
    labels = range(len(rows))

    def probabilities(x: Tensor) -> Tensor:
        return module(x[None])[0].softmax(dim=0)

    def predicted() -> Tensor:
        with torch.no_grad():
            return module(rows).argmax(dim=1)

    def naive() -> Tensor:
        found = []
        for row in rows:
            x = row.clone().requires_grad_()
            p = probabilities(x)
            jacobian = [torch.autograd.grad(p[k], x, retain_graph=True)[0] for k in range(CLASSES)]
            v = protected.directions(None, Embedded(row[None]))[0]
            found.append((jacobian[int(p.argmax())] * v).sum())
        return torch.stack(found)

    def loop() -> Tensor:
        found = []
        for row in rows:
            x = row.clone().requires_grad_()
            p = probabilities(x)
            (gradient,) = torch.autograd.grad(p.max(), x)
            found.append((gradient * protected.directions(None, Embedded(row[None]))[0]).sum())
        return torch.stack(found)

    def batched() -> Tensor:
        found = slopes(model, embedded, asked)
        return contributions(found, protected.directions(None, embedded), signed=True).flatten(1).sum(dim=1)

    def forward() -> Tensor:
        v = protected.directions(None, embedded)
        found, logits, _ = along(model, embedded, v, output="probability", link="softmax")
        return found[labels, logits.argmax(dim=1)]

    def jacrev() -> Tensor:
        jacobian = torch.func.vmap(torch.func.jacrev(probabilities))(rows)
        v = protected.directions(None, embedded)
        return torch.einsum("bknd,bnd->bk", jacobian, v)[labels, predicted()]

    def passes() -> Tensor:
        v = protected.directions(None, embedded)
        return absolute_by_class(model, embedded, v, output="probability", link="softmax")[0]

    def call() -> Tensor:
        return torch.from_numpy(sensitivities(model, rows, protected=protected, batch_size=len(rows)).values)

    return {
        "naive": naive,
        "loop": loop,
        "batched": batched,
        "forward": forward,
        "jacrev": jacrev,
        "C passes": passes,
        "call": call,
    }


def timed(way: Callable[[], Tensor], repeats: int) -> float:
    """Return the shortest of several times, in milliseconds; slow ways run less often."""
    best = float("inf")
    for _ in range(repeats):
        start = time.perf_counter()
        way()
        took = 1000 * (time.perf_counter() - start)
        best = min(best, took)
        if took > 1000:
            break
    return best


def main() -> None:
    """Print milliseconds a batch, and ratios."""
    options = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    options.add_argument("--sizes", type=int, nargs="+", default=[1, 16, 64, 256])
    options.add_argument("--threads", type=int, default=1)
    options.add_argument("--repeats", type=int, default=5)
    asked = options.parse_args()
    warnings.filterwarnings("ignore", message="There is a performance drop")  # vmap says so of attention
    torch.set_num_threads(asked.threads)
    labels = tuple(f"class {k}" for k in range(CLASSES))
    header: list[str] = []
    for kind, made in (("mlp", Perceptron), ("trf", Transformer)):
        for size in asked.sizes:
            torch.manual_seed(0)
            module = made().double().eval()
            rows, weights = torch.randn(size, LENGTH, WIDTH).double(), torch.randn(WIDTH).double()
            model = from_module(module, labels=labels, embed=lambda rows: torch.stack(list(rows)))
            exact = {name: way() for name, way in ways(model, Protected(weights), rows).items()}
            truth = exact["naive"]
            for name, found in exact.items():
                if name != "C passes":
                    assert (found - truth).abs().max() <= 1e-6 * truth.abs().max(), name
            module.float()
            took = {
                name: timed(way, asked.repeats)
                for name, way in ways(model, Protected(weights.float()), rows.float()).items()
            }
            if not header:
                header = [*took, "naive / batched", "loop / batched", "naive / call"]
                print(f"{'':>8} " + " ".join(f"{name:>9}" for name in header))
            naive, loop, batched = (took[name] for name in ("naive", "loop", "batched"))
            ratios = (naive / batched, loop / batched, naive / took["call"])
            shown = [*(f"{value:9.2f}" for value in took.values()), *(f"{value:9.1f}" for value in ratios)]
            print(f"{kind} {size:>4} " + " ".join(shown), flush=True)


if __name__ == "__main__":
    main()
