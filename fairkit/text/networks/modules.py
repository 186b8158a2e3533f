"""Plain torch modules as classifiers: bags of embeddings, modules on given embeddings, MLPs on features."""

from __future__ import annotations

import inspect
import re
from collections.abc import Callable, Mapping, Sequence
from typing import Any, Literal, NamedTuple

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from fairkit.errors import DataError, UsageError, shortlist, unknown_name
from fairkit.text.networks.embedded import Embedded
from fairkit.text.networks.outputs import Link, logits_of, probabilities_of
from fairkit.text.networks.substitution import run_on

Tokenize = Callable[[str], Sequence[tuple[int, int]]]
"""Offsets of the words of a text, in characters."""

_WORD = re.compile(r"\w+(?:['\u2019]\w+)?|[^\w\s]")


def words_of(text: str) -> list[tuple[int, int]]:
    """Find words and marks in a text, as offsets.

    Examples
    --------
    >>> words_of("She's here.")
    [(0, 5), (6, 10), (10, 11)]
    """
    return [found.span() for found in _WORD.finditer(text)]


class ModuleClassifier:
    """A torch module that classifies texts, given embeddings, or features; made by :func:`from_module`.

    Examples
    --------
    >>> _ = torch.manual_seed(0)
    >>> classifier = from_module(nn.Linear(2, 2).eval(), labels=("no", "yes"))
    >>> classifier.embed([[0.5, 1.0], [2.0, 0.0]]).is_text
    False
    """

    def __init__(
        self,
        module: nn.Module,
        *,
        labels: Sequence[str],
        embed: Callable[[Sequence[Any]], Embedded],
        forward: Callable[[Embedded], Any],
        encode: Callable[[Embedded], Tensor] | None = None,
        outputs: Literal["logits", "probabilities"] = "logits",
        link: Link = "softmax",
        batch_size: int = 256,
    ) -> None:
        self.module, self.labels, self.link, self.batch_size = module, tuple(labels), link, batch_size
        self._embed, self._forward, self._outputs = embed, forward, outputs
        if encode is not None:
            self.encode = encode

    def embed(self, inputs: Sequence[Any]) -> Embedded:
        """Read a batch up to its embeddings, or features."""
        with torch.no_grad():
            return self._embed(inputs)

    def logits(self, embedded: Embedded) -> Tensor:
        """Answer, shape (rows, classes)."""
        return logits_of(self._forward(embedded), self.labels, outputs=self._outputs, link=self.link)

    def probabilities(self, texts: Sequence[Any]) -> NDArray[np.float64]:
        """Return the probability of every class for every row, shape (rows, classes)."""
        found = np.empty((len(texts), len(self.labels)))
        for start in range(0, len(texts), self.batch_size):
            rows = slice(start, start + self.batch_size)
            with torch.no_grad():
                logits = self.logits(self.embed(texts[rows]))
                found[rows] = probabilities_of(logits.double(), self.link).cpu().numpy()
        return found


def from_module(
    module: nn.Module,
    *,
    labels: Sequence[str],
    vocabulary: Mapping[str, int] | None = None,
    tokenize: Tokenize = words_of,
    layer: str | None = None,
    unknown: str | None = None,
    padding: int = 0,
    max_length: int | None = None,
    embed: Callable[[Sequence[Any]], Embedded | Tensor] | None = None,
    forward: Callable[[Embedded], Any] | None = None,
    encode: Callable[[Embedded], Tensor] | None = None,
    features: Sequence[str] | None = None,
    outputs: Literal["logits", "probabilities"] = "logits",
    link: Link = "softmax",
) -> ModuleClassifier:
    """Make a classifier of a torch module.

    With `vocabulary` the module reads token ids, shape (rows, positions), through an embedding layer. With
    `embed` it reads what that function returns, such as embeddings of shape (rows, positions, width). With
    neither it reads features: rows of numbers.

    Parameters
    ----------
    module : nn.Module
        Returns logits: a tensor, a tuple with one, or something with ``logits``. One logit will do for two
        classes; it speaks for the second.
    labels : sequence of str
        Names of the classes, in the order of the outputs.
    vocabulary : mapping of str to int, optional
        The number of every word. A word is looked up as written, then in lower case.
    tokenize : callable
        Gives the offsets of the words of a text; default words and marks.
    layer : str, optional
        Name of the embedding layer, where the module has several.
    unknown : str, optional
        The word of the vocabulary that stands for all others; without one they are left out.
    padding : int
        The number that fills short rows; the module must give it no weight.
    max_length : int, optional
        Tokens read of a text.
    embed : callable, optional
        From a batch of inputs to an :class:`~fairkit.text.networks.Embedded` or a tensor.
    forward : callable, optional
        From an `Embedded` to what the module returns. By default the module gets the embeddings, and the
        mask if its forward pass has a parameter ``mask`` or ``attention_mask``.
    encode : callable, optional
        From an `Embedded` to a representation of each row, shape (rows, width), for protected models that
        read what the encoder makes of a text.
    features : sequence of str, optional
        Names of the features.
    outputs : {"logits", "probabilities"}
        What the module returns.
    link : {"softmax", "sigmoid"}
        Whether classes exclude each other.

    Returns
    -------
    ModuleClassifier

    Raises
    ------
    UsageError
        Settings exclude each other, or there is no such layer.
    DataError
        While reading: rows that are no numbers, or are of different lengths.

    Examples
    --------
    >>> class Bag(nn.Module):
    ...     def __init__(self):
    ...         super().__init__()
    ...         self.words, self.top = nn.Embedding(4, 3, padding_idx=0), nn.Linear(3, 2)
    ...     def forward(self, ids):
    ...         return self.top(self.words(ids).sum(1) / (ids > 0).sum(1, keepdim=True).clamp_min(1))
    >>> bag = from_module(Bag().eval(), labels=("no", "yes"), vocabulary={"she": 1, "he": 2, "sings": 3})
    >>> batch = bag.embed(["She sings loudly", "he"])
    >>> batch.tokens, batch.spans[0]
    ((('She', 'sings'), ('he',)), ((0, 3), (4, 9)))
    """
    if vocabulary is not None and embed is not None:
        raise UsageError("vocabulary= and embed= both say how inputs are read; pass one of them.")
    if isinstance(labels, str) or len(set(labels)) < max(len(labels), 2):
        raise UsageError(
            f"labels= are the names of the classes, two or more and all different, not {labels!r}."
        )
    kept: dict[str, Any] = {"labels": labels, "encode": encode, "outputs": outputs, "link": link}
    if vocabulary is None:
        read = _given(embed) if embed is not None else _rows(features, module)
        return ModuleClassifier(module, embed=read, forward=forward or _on_embeddings(module), **kept)
    found = _layer(module, layer)
    ids = _Ids(vocabulary, tokenize, unknown, padding, max_length)

    def through(embedded: Embedded) -> Any:
        return run_on(found, embedded.embeddings, lambda: module(embedded.inputs["ids"]))

    return ModuleClassifier(
        module, embed=lambda texts: ids.looked_up(texts, found), forward=forward or through, **kept
    )


class _Ids:
    """Texts as numbers of words."""

    def __init__(
        self,
        vocabulary: Mapping[str, int],
        tokenize: Tokenize,
        unknown: str | None,
        padding: int,
        max_length: int | None,
    ) -> None:
        if unknown is not None and unknown not in vocabulary:
            raise UsageError(unknown_name("word", unknown, list(vocabulary)))
        self.vocabulary, self.tokenize, self.padding, self.max_length = (
            vocabulary,
            tokenize,
            padding,
            max_length,
        )
        self.unknown = None if unknown is None else vocabulary[unknown]

    def looked_up(self, texts: Sequence[str], layer: nn.Embedding | nn.EmbeddingBag) -> Embedded:
        """Look up the embeddings of the words of a batch of texts."""
        rows = [self._read(text) for text in texts]
        longest = max(1, *(len(row.numbers) for row in rows)) if rows else 1
        filled = [row.numbers + [self.padding] * (longest - len(row.numbers)) for row in rows]
        ids = torch.tensor(filled, dtype=torch.long).reshape(len(rows), longest).to(layer.weight.device)
        lengths = torch.tensor([len(row.numbers) for row in rows], device=ids.device)
        return Embedded(
            layer.weight[ids],
            mask=torch.arange(longest, device=ids.device) < lengths[:, None],
            texts=tuple(texts),
            tokens=tuple(tuple(row.words) for row in rows),
            spans=tuple(tuple(row.spans) for row in rows),
            inputs={"ids": ids},
            truncated=tuple(row.cut for row in rows),
        )

    def _read(self, text: str) -> _Row:
        known, unknown = self.vocabulary.get, self.unknown
        numbers, words, spans = list[int](), list[str](), list[tuple[int, int]]()
        for start, end in self.tokenize(text):
            word = text[start:end]
            number = known(word)
            if number is None and (number := known(word.lower(), unknown)) is None:
                continue
            numbers.append(number)
            words.append(word)
            spans.append((start, end))
        most = self.max_length
        cut = most is not None and len(numbers) > most
        return _Row(numbers[:most], words[:most], spans[:most], cut)


class _Row(NamedTuple):
    """One text as numbers, with the words they stand for and where those lie."""

    numbers: list[int]
    words: list[str]
    spans: list[tuple[int, int]]
    cut: bool


def _layer(module: nn.Module, name: str | None) -> nn.Embedding | nn.EmbeddingBag:
    layers = {k: m for k, m in module.named_modules() if isinstance(m, nn.Embedding | nn.EmbeddingBag)}
    if name is not None and name in layers:
        return layers[name]
    if name is None and len(layers) == 1:
        return next(iter(layers.values()))
    if not layers:
        raise UsageError("the module has no embedding layer; pass embed= instead of vocabulary=.")
    wrong = "has several embedding layers" if name is None else f"has no embedding layer '{name}'"
    raise UsageError(
        f"the module {wrong}: name the one of the words, layer= one of {shortlist(list(layers))}."
    )


def _given(embed: Callable[[Sequence[Any]], Embedded | Tensor]) -> Callable[[Sequence[Any]], Embedded]:
    def read(inputs: Sequence[Any]) -> Embedded:
        found = embed(inputs)
        return found if isinstance(found, Embedded) else Embedded(found)

    return read


def _rows(features: Sequence[str] | None, module: nn.Module) -> Callable[[Sequence[Any]], Embedded]:
    """Read features in the type and place of the module's own numbers."""

    def read(inputs: Sequence[Any]) -> Embedded:
        like = next(module.parameters(), torch.zeros(()))
        tensors = len(inputs) > 0 and all(isinstance(row, Tensor) for row in inputs)
        given: Any = torch.stack(list(inputs)).detach().cpu().numpy() if tensors else inputs
        try:
            rows = np.asarray(given, dtype=np.float64)
        except (TypeError, ValueError) as error:
            raise DataError(
                f"features must be rows of numbers of one length ({error}); a module that reads texts needs "
                "vocabulary= or embed=."
            ) from error
        if rows.ndim != 2 or (features is not None and rows.shape[1] != len(features)):
            wanted = "(rows, features)" if features is None else f"(rows, {len(features)})"
            raise DataError(f"features must be of shape {wanted}; these are of shape {rows.shape}.")
        names = (
            tuple(features) if features is not None else tuple(f"feature {i}" for i in range(rows.shape[1]))
        )
        return Embedded(torch.as_tensor(rows).to(like), tokens=(names,))

    return read


def _on_embeddings(module: nn.Module) -> Callable[[Embedded], Any]:
    known = inspect.signature(module.forward).parameters
    named = next((name for name in ("attention_mask", "mask") if name in known), None)

    def run(embedded: Embedded) -> Any:
        if named is None or embedded.mask is None:
            return module(embedded.embeddings)
        return module(embedded.embeddings, **{named: embedded.mask})

    return run
