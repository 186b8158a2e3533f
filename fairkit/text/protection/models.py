"""Protected-status models: Pr(group | x) on a task model's own embeddings, and where it grows."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

import numpy as np
from numpy.typing import NDArray

from fairkit.errors import shortlist
from fairkit.text.protection.accuracy import ProtectedAccuracy
from fairkit.text.protection.features import encoded, keys_of, pooled, shares
from fairkit.text.protection.heads import FloatArray, LinearHead, slope

if TYPE_CHECKING:
    from torch import Tensor

    from fairkit.text.networks.embedded import Differentiable, Embedded

IntArray = NDArray[np.int64]
Head = Literal["embeddings", "encoder"]
"""What the head reads: the average of the token embeddings, or of what the encoder makes of them."""

OWN = "own"


@dataclass(frozen=True, slots=True, eq=False)
class Training:
    """What a protected-status model was trained on, enough to train it again.

    Parameters
    ----------
    features : ndarray of shape (rows, width)
    keys : tuple
        What tells the rows apart.
    code, cluster, fold : ndarray of int, of shape (rows,)
        Group, cluster and fold of each row.
    ridge : float

    Examples
    --------
    >>> zeros = np.zeros(2, np.int64)
    >>> Training(np.zeros((2, 1)), ("a", "b"), zeros, zeros, zeros, 1.0).keys
    ('a', 'b')
    """

    features: FloatArray
    keys: tuple[Hashable, ...]
    code: IntArray
    cluster: IntArray
    fold: IntArray
    ridge: float


@dataclass(frozen=True, slots=True, eq=False)
class ProtectedModel:
    """A model of Pr(group | x) on a task model's own embeddings; made by :func:`train_protected_model`.

    Parameters
    ----------
    groups : tuple of str
        Names, in the order of the heads' outputs.
    head : {"embeddings", "encoder"}
        What it reads.
    heads : tuple of LinearHead
        One per fold, trained without it; the last on everything.
    fold_of : mapping
        The fold in which a text was held out. Directions at that text come from the head that never saw it,
        nor any of its cluster; other texts get the last head.
    group_of : mapping
        The group of a text of the training data, where it has one only.
    toward : str
        The group whose probability is differentiated: ``own``, that of each text (where it is not known, the
        most probable one), or one group by name.
    output : {"probability", "logit"}
    accuracy : ProtectedAccuracy
    training : Training
        What it was trained on.
    notes : tuple of str

    Examples
    --------
    >>> from fairkit.text import train_protected_model
    >>> from fairkit.text.networks.examples import tiny_classifier
    >>> texts = [f"{who} {what}" for what in ("sings", "reads") for who in ("she", "he")]
    >>> model = tiny_classifier(texts, labels=("no", "yes"))
    >>> found = train_protected_model(model, texts, ["f", "m"] * 2, folds=2)
    >>> found.description
    "the gradient of the log-odds of each text's own group under a model of 'f', 'm'"
    >>> found.directions(model, model.embed(["she sings"])).shape
    torch.Size([1, 4, 8])
    """

    groups: tuple[str, ...]
    head: Head
    heads: tuple[LinearHead, ...]
    fold_of: Mapping[Hashable, int]
    group_of: Mapping[Hashable, int]
    toward: str
    output: Literal["probability", "logit"]
    accuracy: ProtectedAccuracy
    training: Training
    notes: tuple[str, ...] = ()

    @property
    def description(self) -> str:
        """What v is."""
        what = "probability" if self.output == "probability" else "log-odds"
        toward = "each text's own group" if self.toward == OWN else f"'{self.toward}'"
        return f"the gradient of the {what} of {toward} under a model of {shortlist(self.groups)}"

    @property
    def absent(self) -> str:
        """Why a text has no sensitivity."""
        return "the protected-status model has no slope there"

    @property
    def oriented(self) -> bool:
        """It points to a group."""
        return True

    def directions(
        self, model: Differentiable, embedded: Embedded, groups: Sequence[Any] | None = None
    ) -> Tensor:
        """Differentiate Pr(group | x) with respect to the embeddings, in their shape.

        Parameters
        ----------
        model : Differentiable
            The task model.
        embedded : Embedded
        groups : sequence, optional
            The groups of the rows, where ``toward`` is ``own``; names, or None where one is not known.
        """
        like, keys = embedded.embeddings, keys_of(embedded)
        fold, known = self.folds(keys), self.known(keys, groups)

        def along(features: Tensor) -> Tensor:
            weights = np.stack([head.weights for head in self.heads])[fold]
            bias = np.stack([head.bias for head in self.heads])[fold]
            return self.along(features, weights, bias, known)

        if self.head == "embeddings":
            v = along(pooled(embedded)).to(like)
            return shares(embedded)[:, :, None] * v[:, None, :] if embedded.is_text else v
        return through_encoder(model, embedded, along)

    def folds(self, keys: Sequence[Hashable]) -> IntArray:
        """Return the head for each row: that of the fold it was held out in, or the last."""
        last = len(self.heads) - 1
        return np.array([self.fold_of.get(key, last) for key in keys], np.int64)

    def known(self, keys: Sequence[Hashable], groups: Sequence[Any] | None) -> IntArray:
        """Return the group of each row, -1 where it is neither given nor that of a training text."""
        if groups is None:
            return np.array([self.group_of.get(key, -1) for key in keys], np.int64)
        place = {name: k for k, name in enumerate(self.groups)}
        return np.array([place.get(str(group), -1) for group in groups], np.int64)

    def along(self, features: Tensor, weights: FloatArray, bias: FloatArray, known: IntArray) -> Tensor:
        """Differentiate Pr(group | x) with respect to what the heads read, shape (rows, width).

        Parameters
        ----------
        features : Tensor of shape (rows, width)
        weights, bias : ndarray of shape (rows, groups, width) and (rows, groups)
            The head of each row.
        known : ndarray of int, of shape (rows,)
            The group of each row, or -1.
        """
        import torch

        rows, place = len(features), features.device
        heads = torch.from_numpy(weights).to(place), torch.from_numpy(bias).to(place)
        if self.toward != OWN:
            toward = torch.full((rows,), self.groups.index(self.toward), device=place)
        else:
            given = torch.from_numpy(known).to(place)
            likely = (torch.einsum("bgd,bd->bg", heads[0], features) + heads[1]).argmax(dim=1)
            toward = torch.where(given >= 0, given, likely)
        return slope(features, *heads, toward, self.output)


def through_encoder(model: Differentiable, embedded: Embedded, along: Callable[[Tensor], Tensor]) -> Tensor:
    """Carry a direction in what the encoder makes of a text back to the text's embeddings.

    Examples
    --------
    >>> import torch
    >>> from fairkit.text.networks.examples import tiny_classifier
    >>> model = tiny_classifier(["she sings"], labels=("no", "yes"))
    >>> through_encoder(model, model.embed(["she sings"]), torch.ones_like).shape
    torch.Size([1, 4, 8])
    """
    import torch

    with torch.inference_mode(mode=False), torch.enable_grad():
        leaf = embedded.embeddings.detach().clone().requires_grad_()
        hidden = encoded(model, embedded.holding(leaf))
        (found,) = torch.autograd.grad((hidden * along(hidden.detach())).sum(), leaf)
    return found * embedded.weights[:, :, None] if embedded.is_text else found
