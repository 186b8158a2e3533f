"""Bystanders: a model and a rewriter that do their work as ever, and remember what a reader should know."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from fairkit.text.rewriting import Rewriter, Rewritten

if TYPE_CHECKING:
    from torch import Tensor

    from fairkit.text.networks.embedded import Differentiable, Embedded


KEPT = 100_000
"""Rewritten texts that are kept, to be made only once."""

_BATCH = 64


class WatchedModel:
    """A model that remembers which texts it cut off, and which protected words its tokenizer splits.

    Parameters
    ----------
    model : Differentiable
    lexicon : LexiconMask, optional
        Whose words are looked at.

    Examples
    --------
    >>> from fairkit.text.networks.examples import tiny_classifier
    >>> from fairkit.text.protection.lexicon import LexiconMask
    >>> model = WatchedModel(tiny_classifier(["she sings"], labels=("no", "yes")), LexiconMask(["heroine"]))
    >>> _ = model.embed(["a heroine sings"])
    >>> model.split
    {'heroine': 'h ##e ##r ##o ##i ##n ##e'}
    """

    def __init__(self, model: Differentiable, lexicon: Any = None) -> None:
        self._model, self.lexicon = model, lexicon
        self.cut: set[str] = set()
        self.split: dict[str, str] = {}
        self.occurring: Counter[str] = Counter()

    def __getattr__(self, name: str) -> Any:
        return getattr(self._model, name)

    @property
    def labels(self) -> tuple[str, ...]:
        """Names of the classes."""
        return self._model.labels

    def embed(self, inputs: Sequence[Any]) -> Embedded:
        """Read a batch, and look at it."""
        found = self._model.embed(inputs)
        self.cut.update(text for text, cut in zip(found.texts, found.truncated, strict=False) if cut)
        if self.lexicon is not None and found.spans:
            for row, here in enumerate(self.lexicon.occurrences(found)):
                for one in here:
                    word = one.word.casefold()
                    self.occurring[word] += 1
                    if len(one.positions) > len(one.word.split()):
                        pieces = [found.tokens[row][i] for i in one.positions]
                        self.split.setdefault(word, " ".join(pieces))
        return found

    def logits(self, embedded: Embedded) -> Tensor:
        """Answer."""
        return self._model.logits(embedded)

    def probabilities(self, texts: Sequence[str]) -> NDArray[np.float64]:
        """Return the probability of every class for every text, also where the model itself does not."""
        own = getattr(self._model, "probabilities", None)
        if own is not None:
            found: NDArray[np.float64] = own(texts)
            return found
        import torch

        from fairkit.text.networks.outputs import probabilities_of

        parts = []
        for start in range(0, len(texts), _BATCH):
            with torch.no_grad():
                logits = self._model.logits(self._model.embed(list(texts[start : start + _BATCH])))
            link: Any = getattr(self._model, "link", "softmax")
            parts.append(probabilities_of(logits.double(), link).cpu().numpy())
        return np.concatenate(parts) if parts else np.zeros((0, len(self.labels)))


class WatchedRewriter:
    """A rewriter that remembers what it made of each text, which words it changed, and where it was in doubt.

    Parameters
    ----------
    rewriter : Rewriter

    Examples
    --------
    >>> from fairkit.text import GenderSwapper
    >>> rewriter = WatchedRewriter(GenderSwapper())
    >>> rewriter("She sang.").text, sorted(rewriter.words)
    ('He sang.', ['she'])
    """

    def __init__(self, rewriter: Rewriter) -> None:
        self._rewriter = rewriter
        self._made: dict[str, Rewritten] = {}
        self.words: set[str] = set()

    @property
    def attribute(self) -> str:
        """What is changed."""
        return self._rewriter.attribute

    def __call__(self, text: str) -> Rewritten:
        """Rewrite one text, once."""
        found = self._made.get(text)
        if found is None:
            found = self._rewriter(text)
            if len(self._made) < KEPT:
                self._made[text] = found
            self.words.update(change.before.casefold() for change in found.changes)
        return found

    def doubtful(self, texts: Iterable[str]) -> int:
        """Count the texts that it changed and was in doubt about."""
        return sum(found.changed and found.ambiguous for found in map(self, texts))

    def texts(self, texts: Iterable[str]) -> list[str]:
        """Rewrite many texts."""
        return self._rewriter.texts(texts)
