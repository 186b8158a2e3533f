"""What a network reads after its embedding layer: one tensor, and where in the text each position lies."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Protocol

import torch
from torch import Tensor

from fairkit.errors import UsageError, shortlist

Span = tuple[int, int]
"""Offsets of a token in its text, in characters; (0, 0) where a position holds no text."""


@dataclass(frozen=True, slots=True)
class Embedded:
    """A batch of texts or rows, as numbers that can be differentiated.

    Parameters
    ----------
    embeddings : Tensor of shape (rows, positions, width) or (rows, width)
        Token embeddings, or the features of a table.
    mask : Tensor of bool, of shape (rows, positions), optional
        Positions that hold text. Padding and special tokens (``[CLS]``, ``<s>``) hold none: nothing is
        measured there. None for features, and where every position counts.
    texts : tuple of str
        What was read; empty for features.
    tokens : tuple of tuple of str
        The token at each position, with or without the padding at the end; for features their names, once.
    spans : tuple of tuple of (int, int)
        Where each token lies in its text; empty where the tokenizer does not say.
    inputs : mapping of str to Tensor
        What else the network's forward pass needs: token ids, an attention mask.
    truncated : tuple of bool
        Whether the end of a text was cut off.

    Examples
    --------
    >>> batch = Embedded(torch.zeros(2, 3, 4), mask=torch.tensor([[1, 1, 1], [1, 0, 0]]).bool())
    >>> batch.rows, batch.is_text, batch.measured.tolist()
    (2, True, [True, True])
    """

    embeddings: Tensor
    mask: Tensor | None = None
    texts: tuple[str, ...] = ()
    tokens: tuple[tuple[str, ...], ...] = ()
    spans: tuple[tuple[Span, ...], ...] = ()
    inputs: Mapping[str, Any] = field(default_factory=dict)
    truncated: tuple[bool, ...] = ()

    @property
    def rows(self) -> int:
        """Number of texts or rows."""
        return int(self.embeddings.shape[0])

    @property
    def is_text(self) -> bool:
        """Whether there are positions, rather than features."""
        return self.embeddings.dim() == 3

    @property
    def weights(self) -> Tensor:
        """The mask as numbers of the embeddings' type, ones where there is none; shape (rows, positions)."""
        shape = self.embeddings.shape[:2] if self.is_text else (self.rows, 1)
        if self.mask is None:
            return torch.ones(shape, dtype=self.embeddings.dtype, device=self.embeddings.device)
        return self.mask.to(self.embeddings)

    @property
    def measured(self) -> Tensor:
        """Whether a row holds anything to measure: at least one position with text; shape (rows,)."""
        return self.weights.sum(dim=1) > 0

    def holding(self, embeddings: Tensor) -> Embedded:
        """Put other numbers in the place of the embeddings; everything else stays."""
        return replace(self, embeddings=embeddings)


def rows_of(inputs: Any) -> Sequence[Any]:
    """Take inputs as something with a length and places: a column or table as its values, a generator whole.

    Raises
    ------
    UsageError
        They are one text.

    Examples
    --------
    >>> rows_of(text for text in ("she", "he"))
    ['she', 'he']
    """
    if isinstance(inputs, str):
        raise UsageError(
            f"inputs are a sequence of texts, and this is one: write [{shortlist([inputs[:40]])}]."
        )
    if hasattr(inputs, "to_numpy"):
        inputs = inputs.to_numpy()
    found: Sequence[Any] = inputs if hasattr(inputs, "__getitem__") else list(inputs)
    return found


class Differentiable(Protocol):
    """A classifier that can be asked how its answer moves with its embeddings.

    Two attributes are optional. ``link`` is ``softmax`` (one class of several, the default) or ``sigmoid``
    (every class on its own). ``module`` is the torch module, which is then checked for anything that makes
    rows depend on each other.

    Examples
    --------
    >>> class Line:
    ...     labels = ("no", "yes")
    ...     def embed(self, inputs):
    ...         return Embedded(torch.as_tensor(inputs))
    ...     def logits(self, embedded):
    ...         return torch.stack([-embedded.embeddings[:, 0], embedded.embeddings[:, 0]], dim=1)
    >>> model: Differentiable = Line()
    >>> model.logits(model.embed([[2.0, 1.0]])).tolist()
    [[-2.0, 2.0]]
    """

    @property
    def labels(self) -> tuple[str, ...]:
        """Names of the classes, in the order of the columns of `logits`."""

    def embed(self, inputs: Sequence[Any]) -> Embedded:
        """Read a batch of texts or rows."""

    def logits(self, embedded: Embedded) -> Tensor:
        """Answer, shape (rows, classes); row i depends on row i only."""
