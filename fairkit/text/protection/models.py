"""Protected-status models: Pr(group | x) on a task model's own embeddings, and where it grows."""

from __future__ import annotations

from collections.abc import Hashable, Mapping, Sequence
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
        import torch

        keys, like = keys_of(embedded), embedded.embeddings
        if self.head == "embeddings":
            v = self.along(pooled(embedded), keys, groups).to(like)
            return shares(embedded)[:, :, None] * v[:, None, :] if embedded.is_text else v
        with torch.inference_mode(mode=False), torch.enable_grad():
            leaf = like.detach().clone().requires_grad_()
            hidden = encoded(model, embedded.holding(leaf))
            v = self.along(hidden.detach(), keys, groups)
            (found,) = torch.autograd.grad((hidden * v).sum(), leaf)
        mask = embedded.weights
        return found * mask[:, :, None] if embedded.is_text else found

    def along(
        self, features: Tensor, keys: Sequence[Hashable], groups: Sequence[Any] | None = None
    ) -> Tensor:
        """Differentiate Pr(group | x) with respect to what the head reads, shape (rows, width).

        Parameters
        ----------
        features : Tensor of shape (rows, width)
        keys : sequence
            What tells the rows apart (:func:`fairkit.text.protection.features.keys_of`).
        groups : sequence, optional
        """
        import torch

        picked = [self.heads[self.fold_of.get(key, len(self.heads) - 1)] for key in keys]
        weights = torch.as_tensor(np.stack([head.weights for head in picked])).to(features.device)
        bias = torch.as_tensor(np.stack([head.bias for head in picked])).to(features.device)
        return slope(
            features, weights, bias, self._toward(keys, groups, features, weights, bias), self.output
        )

    def _toward(
        self,
        keys: Sequence[Hashable],
        groups: Sequence[Any] | None,
        features: Tensor,
        weights: Tensor,
        bias: Tensor,
    ) -> Tensor:
        import torch

        if self.toward != OWN:
            return torch.full((len(keys),), self.groups.index(self.toward), device=features.device)
        likely = (torch.einsum("bgd,bd->bg", weights, features) + bias).argmax(dim=1)
        place = {name: k for k, name in enumerate(self.groups)}
        for row, key in enumerate(keys):
            known = self.group_of.get(key) if groups is None else place.get(str(groups[row]))
            if known is not None:
                likely[row] = known
        return likely
