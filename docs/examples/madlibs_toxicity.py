"""A toxicity classifier, from templates to verdicts: areas by identity, flips of swapped terms, sensitivity.

    python docs/examples/madlibs_toxicity.py [--train templates|both] [--model linear|network]

trains a small classifier on three of the five adjective templates of Dixon and others (2018), by default with
half of 1,492 real comments of Wikipedia, and judges it on the two templates and the comments that it has not
seen: subgroup, BPSN and BNSP AUC of every identity term; what happens when a term is replaced by each other
one; and, of the network, how strongly its answers depend on the term. ``linear`` is a logistic regression on
words and pairs of words, and needs no torch; ``network`` is a convolution over word embeddings.

The data are read from the folder that FAIRKIT_DATA names, as ``fairkit.samples.load_madlibs`` does.
"""

from __future__ import annotations

import argparse
import sys
from collections import Counter
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
from sklearn.metrics import roc_auc_score

from fairkit.samples import load_madlibs
from fairkit.text import (
    TableSwapper,
    counterfactual_measures,
    from_sklearn,
    identity_aucs,
    mean_estimates,
    mentioned,
)
from fairkit.text.pieces import lowered, pieces_of

if TYPE_CHECKING:
    import pandas as pd

    from fairkit.estimates import Estimate
    from fairkit.text import IdentityAucs
    from fairkit.text.classifiers import TextClassifier
    from fairkit.text.extrinsic.identity_results import AucEstimate, PowerMean

TRAINED_ON = ("name_adj", "verb_adj", "am_hate_adj")
HELD_OUT = ("you_are_adj", "being_adj")
REFERENCE = "american"
"""The term that others are compared with."""
SHOWN = 6
"""Terms of a table that are shown."""


class Split(NamedTuple):
    """Texts to train on, and those that the classifier does not see."""

    training: pd.DataFrame
    templates: pd.DataFrame
    comments: pd.DataFrame
    terms: tuple[str, ...]


def split(*, both: bool = True, rows: int = 6_000, seed: int = 0) -> Split:
    """Split templates by template, and comments in halves; terms are what follows the verb of `verb_adj`."""
    import pandas as pd

    templates, comments = load_madlibs(part="templates"), load_madlibs(part="nonfuzzed")
    verbs = templates[templates["template"] == "verb_adj"]["text"].str.split(n=1).str[1]
    training = templates[templates["template"].isin(TRAINED_ON)].sample(rows, random_state=seed)
    odd = np.arange(len(comments)) % 2 == 1
    if both:
        training = pd.concat([training, comments[~odd]])
    held_out = templates[templates["template"].isin(HELD_OUT)]
    terms = tuple(dict.fromkeys(verbs))
    return Split(training, held_out.reset_index(drop=True), comments[odd].reset_index(drop=True), terms)


def linear(texts: list[str], toxic: np.ndarray, *, seed: int = 0) -> TextClassifier:
    """Train a logistic regression on words and pairs of words."""
    from sklearn.feature_extraction.text import TfidfVectorizer
    from sklearn.linear_model import LogisticRegression
    from sklearn.pipeline import make_pipeline

    words = TfidfVectorizer(ngram_range=(1, 2), sublinear_tf=True, min_df=2)
    model = LogisticRegression(C=10, max_iter=1_000, random_state=seed)
    return from_sklearn(make_pipeline(words, model).fit(texts, np.where(toxic, "toxic", "harmless")))


def network(texts: list[str], toxic: np.ndarray, *, seed: int = 0, steps: int = 300) -> TextClassifier:
    """Train a convolution over word embeddings, from random numbers on."""
    import torch
    from torch import nn

    from fairkit.text import from_module

    class Convolution(nn.Module):
        """Embeddings of 32 numbers, windows of three words, the largest answer of each filter."""

        def __init__(self, words: int, width: int = 32) -> None:
            super().__init__()
            self.words = nn.Embedding(words, width, padding_idx=0)
            self.windows, self.answer = nn.Conv1d(width, width, 3, padding=1), nn.Linear(width, 2)

        def forward(self, ids: torch.Tensor) -> torch.Tensor:
            seen = (ids > 0)[:, None]
            found = torch.relu(self.windows(self.words(ids).transpose(1, 2)))
            return self.answer(found.masked_fill(~seen, 0).amax(dim=2))

    def words_of(text: str) -> list[str]:
        return [piece for piece in lowered(pieces_of(text)) if not piece.isspace()]

    torch.manual_seed(seed)
    count = Counter(word for text in texts for word in words_of(text))
    vocabulary = {"[other]": 1} | {w: i + 2 for i, w in enumerate(w for w, n in count.items() if n > 1)}
    ids = [torch.tensor([vocabulary.get(w, 1) for w in words_of(text)[:200]] or [1]) for text in texts]
    labels = torch.from_numpy(np.asarray(toxic, np.int64))
    module = Convolution(len(vocabulary) + 1)
    optimizer = torch.optim.AdamW(module.parameters(), lr=5e-3, weight_decay=1.0)
    drawn = torch.Generator().manual_seed(seed)
    for _ in range(steps):
        rows = torch.randint(0, len(ids), (64,), generator=drawn)
        batch = nn.utils.rnn.pad_sequence([ids[i] for i in rows], batch_first=True)
        loss = nn.functional.cross_entropy(module(batch), labels[rows])
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
    return from_module(
        module.eval(), labels=("harmless", "toxic"), vocabulary=vocabulary, unknown="[other]", max_length=200
    )


def areas(model: TextClassifier, rows: pd.DataFrame, terms: tuple[str, ...]) -> IdentityAucs:
    """Measure the areas of all terms."""
    texts = rows["text"].tolist()
    columns = {"toxic": rows["toxic"].to_numpy(), "score": model.probabilities(texts)[:, 1]}
    return identity_aucs(
        columns | mentioned(texts, terms), label="toxic", score="score", identities=list(terms)
    )


def swapper(terms: tuple[str, ...], target: str | None = None) -> TableSwapper:
    """Return what replaces a term by others."""
    return TableSwapper({term: [term] for term in terms}, target=target, attribute="identity")


def swapped(
    model: TextClassifier, rows: pd.DataFrame, terms: tuple[str, ...]
) -> dict[str, tuple[Estimate, ...]]:
    """Replace every term by each other one, and average what happens to harmless and to toxic texts."""
    found = counterfactual_measures(
        rows["text"].tolist(), model, swapper(terms), target="toxic", which="every"
    )
    toxic = rows["toxic"].to_numpy()
    # Texts that differ in the term only are one cluster: what is drawn is the rest of the sentence.
    rest = np.array(swapper(terms, target=REFERENCE).texts(rows["text"]), object)
    return {
        name: mean_estimates({m: values[own] for m, values in found.arrays().items()}, clusters=rest[own])
        for name, own in (("harmless", ~toxic), ("toxic", toxic))
    }


def by_term(
    model: TextClassifier, rows: pd.DataFrame, terms: tuple[str, ...]
) -> list[tuple[str, float, float, int]]:
    """Compare each term with one, in harmless texts: how far f moves, by gradient and when it is replaced."""
    from fairkit.text import SwapDirection, sensitivities

    harmless = rows[~rows["toxic"]]["text"].tolist()
    rewriter = swapper(terms, target=REFERENCE)
    by_gradient = sensitivities(
        model, harmless, protected=SwapDirection(rewriter), target="toxic", batch_size=256
    )
    by_swap = counterfactual_measures(harmless, model, rewriter, target="toxic")
    found = []
    for term, own in mentioned(harmless, terms).items():
        known = own & by_gradient.measured & by_swap.measured
        if known.any():
            gradient, shift = by_gradient.values[known].mean(), -by_swap.counterfactual_shift[known].mean()
            found.append((term, float(gradient), float(shift), int(known.sum())))
    return sorted(found, key=lambda one: -one[1])


def show_areas(found: IdentityAucs) -> None:
    """Print the areas of the terms whose harmless texts score worst, and the power means."""
    known = [one for one in found.identities if one.bpsn_auc.low is not None]
    for one in sorted(known, key=lambda one: one.bpsn_auc.value or 0.0)[:SHOWN]:
        told = "  ".join(f"{bounded(area):>20}" for area in one.areas)
        say(f"  {one.identity:18}{one.positives:5}{one.negatives:5}  {told}")
    undefined = len(found.identities) - len(known)
    say(f"  ({len(known)} terms have an interval, {undefined} none: no rows, few rows or no variation)")
    for mean in found.power_means:
        say(f"  power mean, {mean.metric}: {bounded(mean)} over {mean.identities} terms")


def say(line: str) -> None:
    """Print a line."""
    sys.stdout.write(f"{line}\n")


def bounded(one: AucEstimate | PowerMean | Estimate) -> str:
    """Write a value with its interval."""
    if one.value is None:
        return "undefined"
    return f"{one.value:.3f}" + ("" if one.low is None else f" [{one.low:.3f}, {one.high:.3f}]")


def main(arguments: list[str]) -> None:
    """Train, judge and print."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--train", choices=["templates", "both"], default="both")
    parser.add_argument("--model", choices=["linear", "network"], default="network")
    asked = parser.parse_args(arguments)
    data = split(both=asked.train == "both")
    train = {"linear": linear, "network": network}[asked.model]
    model = train(data.training["text"].tolist(), data.training["toxic"].to_numpy())
    say(f"{asked.model}, trained on {len(data.training):,} texts; {len(data.terms)} identity terms")
    for name, rows in (("held-out templates", data.templates), ("held-out comments", data.comments)):
        scores = model.probabilities(rows["text"].tolist())[:, 1]
        wrong = ((scores > 0.5) != rows["toxic"]).mean()
        auc = roc_auc_score(rows["toxic"], scores)
        say(f"\n{name}: {len(rows):,} texts, AUC {auc:.4f}, wrong {wrong:.2%}")
        say("  term               rows +/-        subgroup AUC              BPSN AUC              BNSP AUC")
        show_areas(areas(model, rows, data.terms))
    say("\nevery term replaced by each other one, held-out templates")
    for name, estimates in swapped(model, data.templates, data.terms).items():
        say(f"  {name}: " + ", ".join(f"{one.metric} {bounded(one)}" for one in estimates))
    if asked.model == "network":
        say("\nP(toxic) of harmless held-out templates, against the term '" + REFERENCE + "'")
        found = by_term(model, data.templates, data.terms)
        for term, gradient, shift, texts in (*found[:SHOWN], *found[-2:]):
            say(f"  {term:18}{texts:5} texts  sensitivity {gradient:+.4f}  when replaced {shift:+.4f}")


if __name__ == "__main__":
    main(sys.argv[1:])
