"""Sensitivities along the directions of protected-status models that were trained on permuted groups."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from fairkit.text.networks.embedded import Differentiable, Embedded
from fairkit.text.networks.gradients import Slopes, contributions
from fairkit.text.networks.questions import Question
from fairkit.text.protection.features import keys_of, pooled, shares
from fairkit.text.protection.models import ProtectedModel, through_encoder
from fairkit.text.protection.training import permuted_codes, trained_on
from fairkit.text.sensitivity import FloatArray, IntArray

Add = Callable[[int, IntArray, FloatArray, NDArray[np.bool_]], None]
"""Takes the number of the direction (0 is the true one), rows, their values, and whether they have one."""

_TOGETHER = 4096


class _Heard(NamedTuple):
    """What one direction for all positions of a text hears of its gradient; rows of one batch or several."""

    rows: IntArray
    keys: list[Any]
    measured: NDArray[np.bool_]
    average: Tensor
    gradient: Tensor
    reach: Tensor


class PermutedHeads:
    """The true protected-status model, and as many others as there are draws.

    Parameters
    ----------
    model : Differentiable
    protected : ProtectedModel
    draws : int
    rng : numpy.random.Generator
    groups : sequence, optional
        Of the rows that are measured.
    progress : callable, optional

    Examples
    --------
    >>> from fairkit.text import train_protected_model
    >>> from fairkit.text.networks.examples import tiny_classifier
    >>> texts = [f"{who} {what}" for what in ("sings", "reads") for who in ("she", "he")]
    >>> model = tiny_classifier(texts, labels=("no", "yes"))
    >>> protected = train_protected_model(model, texts, ["f", "m"] * 2, folds=2)
    >>> PermutedHeads(model, protected, 5, np.random.default_rng(0)).weights.shape
    (6, 3, 2, 8)
    """

    permuted = "the groups of the texts"

    def __init__(
        self,
        model: Differentiable,
        protected: ProtectedModel,
        draws: int,
        rng: np.random.Generator,
        *,
        groups: Sequence[Any] | None = None,
        progress: Callable[[int], object] | None = None,
    ) -> None:
        self.model, self.protected, self.notes = model, protected, protected.notes
        self.why: str | None = None
        training, heads = protected.training, protected.heads
        codes = permuted_codes(training, len(protected.groups), draws=draws, rng=rng)
        weights, bias = trained_on(training, codes, len(protected.groups), progress=progress)
        self.weights = np.concatenate([np.stack([head.weights for head in heads])[None], weights])
        self.bias = np.concatenate([np.stack([head.bias for head in heads])[None], bias])
        self._given = None if groups is None else protected.known([None] * len(groups), groups)
        self._waiting: list[_Heard] = []

    def take(self, rows: IntArray, embedded: Embedded, found: Slopes, asked: Question, add: Add) -> None:
        """Measure one batch along all directions, or keep what is needed for it."""
        keys, measured = keys_of(embedded), embedded.measured.cpu().numpy()
        if self.protected.head == "encoder":
            self._through_encoder(rows, embedded, found, asked, add)
            return
        gradient, reach = _heard(embedded, found, signed=asked.signed)
        self._waiting.append(_Heard(rows, keys, measured, pooled(embedded), gradient, reach))
        if sum(len(one.rows) for one in self._waiting) >= _TOGETHER:
            self.finish(asked, add)

    def finish(self, asked: Question, add: Add) -> None:
        """Measure what is left."""
        if not self._waiting:
            return
        rows = np.concatenate([one.rows for one in self._waiting])
        measured = np.concatenate([one.measured for one in self._waiting])
        keys = [key for one in self._waiting for key in one.keys]
        average = torch.cat([one.average for one in self._waiting])
        gradient = torch.cat([one.gradient for one in self._waiting])
        reach = torch.cat([one.reach for one in self._waiting])
        self._waiting = []
        fold, length = self.protected.folds(keys), None
        known = self._known(rows, keys)
        for draw, (weights, bias) in enumerate(zip(self.weights, self.bias, strict=True)):
            v = self.protected.along(average, weights[fold], bias[fold], known)
            v, length = _as_long(v, length, unit=asked.scale == "unit")
            value = (gradient * (v if asked.signed else v.abs())).sum(dim=1)
            value = value / reach if asked.scale == "unit" else value
            add(draw, rows, value.cpu().numpy(), measured & (length > 0).cpu().numpy())

    def _through_encoder(
        self, rows: IntArray, embedded: Embedded, found: Slopes, asked: Question, add: Add
    ) -> None:
        """Carry every direction back through the encoder: one more backward pass each."""
        keys, measured = keys_of(embedded), embedded.measured.cpu().numpy()
        fold, length = self.protected.folds(keys), None
        known = self._known(rows, keys)
        for draw, (weights, bias) in enumerate(zip(self.weights, self.bias, strict=True)):
            heads = weights[fold], bias[fold]

            def along(features: Tensor, heads: tuple[FloatArray, FloatArray] = heads) -> Tensor:
                return self.protected.along(features, *heads, known)

            v = through_encoder(self.model, embedded, along).double().flatten(1)
            v, length = _as_long(v, length, unit=asked.scale == "unit")
            parts = contributions(found, v.reshape(embedded.embeddings.shape), signed=asked.signed)
            add(draw, rows, parts.flatten(1).sum(dim=1).cpu().numpy(), measured & (length > 0).cpu().numpy())

    def _known(self, rows: IntArray, keys: Sequence[Any]) -> IntArray:
        """List the groups of the rows, which every direction looks to; -1 if not known.

        They are those of the truth for all draws. Under traded groups, signs would cancel over texts wherever
        a class goes along with a group, and the floor would be that of no such class.
        """
        return self.protected.known(keys, None) if self._given is None else self._given[rows]


def _heard(embedded: Embedded, found: Slopes, *, signed: bool) -> tuple[Tensor, Tensor]:
    """Sum gradients over positions as the average does; also the length of what it spreads a unit over."""
    one = contributions(found, torch.ones_like(embedded.embeddings), signed=signed)
    if not embedded.is_text:
        return one, torch.ones(len(one), dtype=one.dtype, device=one.device)
    share = shares(embedded).double()
    return (one * share[:, :, None]).sum(dim=1), share.norm(dim=1)


def _as_long(v: Tensor, length: Tensor | None, *, unit: bool) -> tuple[Tensor, Tensor]:
    """Bring directions to the length of the true ones, which come first, or to length 1."""
    own = v.norm(dim=1)
    length = own if length is None else length
    wanted = torch.ones_like(own) if unit else length
    return v * (wanted / own.where(own > 0, torch.ones_like(own)))[:, None], length
