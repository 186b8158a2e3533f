"""How prediction sensitivity answers to a reliance that was planted, with its floor and the swap beside it.

    python docs/examples/planted_reliance.py [--model transformer] [--rows N] [--permutations N] [--seed N]

draws the generated biographies, trains one classifier for each labeller (who goes by gender not at all, or
with a weight of .3, .6 and .9), and measures every classifier with `fairkit.text`: what a rewritten text
changes, and how sensitive predictions are to what shows the gender. Because the reliance is planted, the true
counterfactual gap is known exactly. It needs fairkit[text], takes about a minute on one core, and downloads
nothing. `docs/planted-reliance.md` explains the tables.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

import numpy as np
import torch
from torch import nn

from fairkit import samples
from fairkit.text import (
    Floor,
    GenderSwapper,
    LexiconMask,
    class_sensitivities,
    from_module,
    permutation_floor,
    sensitivities,
    train_protected_model,
)
from fairkit.text.agreement import Agreement, rank_agreement
from fairkit.text.networks.modules import words_of

if TYPE_CHECKING:
    import pandas as pd
    from numpy.typing import NDArray

    from fairkit.text.networks.modules import ModuleClassifier

RELIANCES = (0.0, 0.3, 0.6, 0.9)
SEED = 20_240_504
PAD, UNKNOWN = "[pad]", "[unknown]"
TEST = 2_000
"""The last rows are for measuring, all others for training."""

SWAP = GenderSwapper(tagger="rule")
"""With the rule alone, so that numbers do not depend on whether a tagger is installed."""

TYPED = {
    "care": ("nurse", "surgeon"),
    "law": ("paralegal", "attorney"),
    "school": ("teacher", "professor"),
    "building": ("interior designer", "architect"),
}
"""What labellers write of women and of men where they go by gender (the card of the biographies)."""

Model = Literal["bag", "transformer"]


class Bag(nn.Module):
    """A linear layer on the mean of the words' embeddings: the order of the words is not seen."""

    def __init__(self, words: int, classes: int, width: int = 32) -> None:
        super().__init__()
        self.words = nn.Embedding(words, width, padding_idx=0)
        self.top = nn.Linear(width, classes)

    def forward(self, ids: torch.Tensor) -> torch.Tensor:
        """Return logits of token ids, shape (rows, classes)."""
        return self.top(_mean(self.words(ids), ids))


class Transformer(nn.Module):
    """Two layers of self-attention on embeddings of words and places, then the same as a bag."""

    def __init__(self, words: int, classes: int, width: int = 32, longest: int = 64) -> None:
        super().__init__()
        self.words = nn.Embedding(words, width, padding_idx=0)
        self.places = nn.Parameter(torch.randn(longest, width) / 10)
        layer = nn.TransformerEncoderLayer(
            width, 4, 2 * width, dropout=0.0, batch_first=True, norm_first=True
        )
        self.encoder = nn.TransformerEncoder(layer, 2, enable_nested_tensor=False)
        self.top = nn.Linear(width, classes)

    def forward(self, ids: torch.Tensor) -> torch.Tensor:
        """Return logits of token ids, shape (rows, classes)."""
        read = self.words(ids) + self.places[: ids.shape[1]]
        return self.top(_mean(self.encoder(read, src_key_padding_mask=ids == 0), ids))


def _mean(read: torch.Tensor, ids: torch.Tensor) -> torch.Tensor:
    kept = (ids != 0).to(read)[:, :, None]
    return (read * kept).sum(dim=1) / kept.sum(dim=1).clamp_min(1)


def trained(
    texts: Sequence[str], labels: Sequence[str], *, model: Model = "bag", seed: int = 0, epochs: int = 6
) -> ModuleClassifier:
    """Train a classifier of texts, the same on every run of one machine."""
    torch.manual_seed(seed)
    names = sorted(set(labels))
    split = [[text[start:end].lower() for start, end in words_of(text)] for text in texts]
    known = dict.fromkeys(word for words in split for word in words)
    vocabulary = {word: number for number, word in enumerate([PAD, UNKNOWN, *known])}
    ids = nn.utils.rnn.pad_sequence(
        [torch.tensor([vocabulary[word] for word in words]) for words in split], batch_first=True
    )
    answers = torch.tensor([names.index(label) for label in labels])
    kind = Bag if model == "bag" else Transformer
    module = kind(len(vocabulary), len(names))
    rate = 1e-2 if model == "bag" else 2e-3
    optimizer = torch.optim.AdamW(module.parameters(), lr=rate, weight_decay=0.1)
    for _ in range(epochs):
        for batch in torch.randperm(len(ids)).split(128):
            loss = nn.functional.cross_entropy(module(ids[batch]), answers[batch])
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
    return from_module(
        module.eval(), labels=names, vocabulary=vocabulary, unknown=UNKNOWN, layer="words", max_length=64
    )


@dataclass(frozen=True, slots=True)
class Row:
    """What was measured of one classifier; sensitivities are means of absolute values over texts."""

    reliance: float
    accuracy: float
    best_accuracy: float
    swap_gap: float
    written_gap: float
    true_gap: float
    flip_rate: float
    true_flip_rate: float
    over_classes: float
    """The sum over all classes, signed: zero but for rounding."""
    signed: float
    signed_unit: float
    """The same with v of length 1 in every text."""
    absolute: float
    absolute_unit: float
    lexicon: float
    told_apart: float
    """Accuracy of the protected-status model on templates that it has not seen."""
    mean: float
    """The mean of the same in which texts of opposite sign cancel."""
    typed: float
    """The mean with signs of another question: how the label typed for a text's gender moves towards it."""
    size_floor: Floor | None
    """Of `signed_unit`: what directions without a meaning give."""
    mean_floor: Floor | None
    """Of `mean`."""
    typed_floor: Floor | None
    """Of `typed`."""
    agreement: Agreement
    """Of `signed_unit` and the swap gap, text by text; the interval is by template."""


def measured(
    classifier: ModuleClassifier,
    test: pd.DataFrame,
    reliance: float,
    *,
    permutations: int | None = None,
    seed: int = 0,
) -> Row:
    """Measure a classifier on rows that it was not trained on; floors only where permutations are asked."""
    true = samples.truth("biographies").at(reliance)
    answers = classifier.probabilities(list(test["text"])).argmax(axis=1)
    right = np.array([classifier.labels[answer] for answer in answers]) == test[true.column].to_numpy()

    shown = test[test["gender"].notna()]
    texts, groups, templates = (list(shown[name]) for name in ("text", "gender", "template"))
    before, swapped, written = (
        classifier.probabilities(each) for each in (texts, SWAP.texts(texts), list(shown["swapped"]))
    )
    gap = total_variation(before, swapped)

    protected = train_protected_model(classifier, texts, groups, clusters=templates, seed=seed)
    everything = [1.0] * len(classifier.labels)
    asked = {"protected": protected, "batch_size": 256}
    classes = class_sensitivities(classifier, texts, **asked)
    unit = sensitivities(classifier, texts, scale="unit", **asked).values
    typed = {"target": "given", "given": typed_labels(shown)}
    floors: list[Floor | None] = [None, None]
    if permutations is not None:
        drawn = {"scale": "unit", "permutations": permutations, "seed": seed, **asked}
        floors = [permutation_floor(classifier, texts, **drawn, **more) for more in ({}, typed)]
    lexicon = LexiconMask(SWAP)
    return Row(
        reliance=reliance,
        accuracy=float(right.mean()),
        best_accuracy=true.accuracy,
        swap_gap=float(gap.mean()),
        written_gap=float(total_variation(before, written).mean()),
        true_gap=true.swap_gap,
        flip_rate=float((before.argmax(axis=1) != swapped.argmax(axis=1)).mean()),
        true_flip_rate=true.flip_rate,
        over_classes=float(np.abs(classes.values.sum(axis=1)).mean()),
        signed=size(sensitivities(classifier, texts, **asked).values),
        signed_unit=size(unit),
        absolute=size(sensitivities(classifier, texts, signed=False, weights=everything, **asked).values),
        absolute_unit=size(sensitivities(classifier, texts, signed=False, scale="unit", **asked).values),
        lexicon=size(
            sensitivities(classifier, texts, protected=lexicon, signed=False, weights=everything).values
        ),
        told_apart=protected.accuracy.accuracy.value or 0.0,
        mean=float(unit.mean()),
        typed=float(sensitivities(classifier, texts, scale="unit", **asked, **typed).values.mean()),
        size_floor=None if floors[0] is None else floors[0].size,
        mean_floor=floors[0],
        typed_floor=floors[1],
        agreement=rank_agreement(np.abs(unit), gap, cluster=np.unique(templates, return_inverse=True)[1]),
    )


def typed_labels(shown: pd.DataFrame) -> list[str]:
    """Name the label that is typed for each text's gender in its field, whatever its duties are."""
    return [
        TYPED[field][gender == "masculine"]
        for field, gender in zip(shown["field"], shown["gender"], strict=True)
    ]


def size(values: NDArray[np.float64]) -> float:
    """Average the absolute values of the texts that have one."""
    return float(np.nanmean(np.abs(values)))


def total_variation(one: NDArray[np.float64], other: NDArray[np.float64]) -> NDArray[np.float64]:
    """Compare probabilities row by row: half the sum of the absolute differences."""
    return np.asarray(np.abs(one - other).sum(axis=1) / 2)


def experiment(
    *, model: Model = "bag", rows: int = 14_000, test: int = TEST, permutations: int = 199, seed: int = 0
) -> list[Row]:
    """Train and measure one classifier per labeller."""
    frame = samples.biographies(rows=rows, seed=SEED + seed, reliance=RELIANCES)
    training, held_out = frame[:-test], frame[-test:]
    found = []
    for reliance in RELIANCES:
        column = samples.truth("biographies").at(reliance).column
        classifier = trained(list(training["text"]), list(training[column]), model=model, seed=seed)
        found.append(measured(classifier, held_out, reliance, permutations=permutations, seed=seed))
        if sys.stderr.isatty():
            sys.stderr.write(f"reliance {reliance:g} is measured\n")
    return found


def markdown(heads: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """Lay out a table."""
    lines = [" | ".join(cells) for cells in (heads, ["---"] * len(heads), *rows)]
    return "\n".join(f"| {line} |" for line in lines)


def tables(rows: Sequence[Row]) -> str:
    """Lay out what was measured in three tables: what a swap changes, sensitivities, floor and agreement."""
    swaps = markdown(
        ["reliance", "accuracy", "best", "swap gap", "written swap", "true gap", "flip rate", "true flips"],
        [
            [
                f"{row.reliance:g}",
                *(f"{value:.3f}" for value in (row.accuracy, row.best_accuracy)),
                *(f"{value:.4f}" for value in (row.swap_gap, row.written_gap, row.true_gap)),
                *(f"{value:.3f}" for value in (row.flip_rate, row.true_flip_rate)),
            ]
            for row in rows
        ],
    )
    gradients = markdown(
        ["reliance", "w = 1", "one-hot, grad g", "unit v", "abs, w = 1", "abs, unit v", "abs, lexicon"],
        [
            [
                f"{row.reliance:g}",
                f"{row.over_classes:.0e}",
                *(f"{value:.5f}" for value in (row.signed, row.signed_unit)),
                *(f"{value:.4f}" for value in (row.absolute, row.absolute_unit, row.lexicon)),
            ]
            for row in rows
        ],
    )
    floors = markdown(
        [
            *("reliance", "unit v", "floor", "with signs", "floor", "typed, with signs", "floor"),
            *("told apart", "Spearman with the swap gap"),
        ],
        [
            [
                f"{row.reliance:g}",
                f"{row.signed_unit:.5f}",
                _limits(row.size_floor, ".5f"),
                f"{row.mean:+.5f}",
                _limits(row.mean_floor, "+.5f"),
                f"{row.typed:+.5f}",
                _limits(row.typed_floor, "+.5f"),
                f"{row.told_apart:.2f}",
                f"{row.agreement.value:.2f} ({_limits(row.agreement, '.2f')})",
            ]
            for row in rows
        ],
    )
    grown = ", ".join(
        f"{getattr(rows[-1], name) / getattr(rows[0], name):.1f}"
        for name in ("signed", "signed_unit", "absolute", "absolute_unit", "lexicon")
    )
    ends = f"From reliance {rows[0].reliance:g} to {rows[-1].reliance:g}"
    note = f"{ends} the five sensitivities of the second table are multiplied by {grown}."
    return f"{swaps}\n\n{gradients}\n\n{floors}\n\n{note}\n"


def _limits(of: Floor | Agreement | None, form: str) -> str:
    if of is None or of.low is None or of.high is None:
        return "not known"
    return f"{of.low:{form}} to {of.high:{form}}"


def main(arguments: Sequence[str] | None = None) -> None:
    """Run the experiment and print its tables as Markdown."""
    parser = argparse.ArgumentParser(description="Planted reliance on gender, measured.")
    parser.add_argument("--model", choices=["bag", "transformer"], default="bag")
    parser.add_argument("--rows", type=int, default=14_000, help="default: %(default)s")
    parser.add_argument("--permutations", type=int, default=199, help="default: %(default)s")
    parser.add_argument("--seed", type=int, default=0, help="default: %(default)s")
    asked = parser.parse_args(arguments)
    if asked.rows < 2 * TEST:
        parser.error(f"--rows is {asked.rows}; {TEST} are for measuring: give {2 * TEST} or more.")
    sys.stdout.write(
        tables(
            experiment(model=asked.model, rows=asked.rows, permutations=asked.permutations, seed=asked.seed)
        )
    )


if __name__ == "__main__":
    main()
