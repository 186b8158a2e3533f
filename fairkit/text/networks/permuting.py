"""Means along directions without a meaning: each gradient is computed once, and serves them all."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any

import numpy as np
import torch
from torch import Tensor

from fairkit.errors import UsageError
from fairkit.text.floors import ALL, Floor
from fairkit.text.networks.embedded import Differentiable, Embedded
from fairkit.text.networks.gradients import Slopes, contributions, slopes
from fairkit.text.networks.measuring import batches, check_length, check_orientation
from fairkit.text.networks.other_words import WordTable, matched_draws
from fairkit.text.networks.questions import GIVEN, Question, numbered, question
from fairkit.text.protection.features import keys_of, pooled, shares
from fairkit.text.protection.lexicon import LexiconMask
from fairkit.text.protection.models import ProtectedModel
from fairkit.text.protection.training import permuted_model
from fairkit.text.sensitivity import FloatArray, IntArray


def drawn_floor(
    model: Differentiable,
    inputs: Sequence[Any],
    *,
    protected: ProtectedModel | LexiconMask,
    permutations: int,
    seed: int,
    confidence: float,
    size: bool,
    by: Sequence[Any] | None,
    given: Sequence[Any] | None,
    groups: Sequence[Any] | None,
    batch_size: int,
    progress: Callable[[int], object] | None,
    **asked: Any,
) -> Floor:
    """Measure the mean along the true direction and others; see :func:`fairkit.text.permutation_floor`."""
    wanted = question(model.labels, link=getattr(model, "link", "softmax"), **asked)
    check_orientation(protected, signed=wanted.signed)
    classes = numbered(given, model.labels, len(inputs)) if wanted.target == GIVEN else None
    check_length("groups", groups, len(inputs))
    check_length("by", by, len(inputs))
    means = _Means(len(inputs), permutations, by, size=size)
    rng = np.random.default_rng(seed)
    if isinstance(protected, ProtectedModel):
        draws: _Heads | _Words = _Heads(model, protected, permutations, rng, groups=groups, progress=progress)
    elif isinstance(protected, LexiconMask):
        draws = _Words(protected, permutations, rng)
    else:
        raise UsageError(
            "there is a floor for a protected-status model and for a lexicon; directions of another source "
            "have nothing that could be permuted."
        )
    for batch in batches(model, inputs, batch_size=batch_size, progress=progress):
        chosen = None if classes is None else classes[torch.from_numpy(batch.rows)]
        found = slopes(model, batch.embedded, wanted, chosen)
        draws.take(batch.rows, batch.embedded, found, wanted, means)
    draws.finish(wanted, means)
    return means.floor(confidence, draws.permuted, draws.notes, draws.why)


class _Means:
    """Sums over texts of the statistic, along the true direction (row 0) and along all others."""

    def __init__(self, rows: int, draws: int, by: Sequence[Any] | None, *, size: bool) -> None:
        self.rows, self.size = rows, size
        self.names = [] if by is None else sorted({str(one) for one in by if one is not None})
        member = np.ones((rows, 1 + len(self.names)))
        if by is not None:
            for k, name in enumerate(self.names):
                member[:, 1 + k] = [one is not None and str(one) == name for one in by]
        self.member = member
        self.sums = np.zeros((1 + draws, member.shape[1]))
        self.counts = np.zeros_like(self.sums)

    def add(self, draw: int | slice, rows: IntArray, values: FloatArray, measured: FloatArray) -> None:
        """Add texts: values and whether they count, shape (draws, texts)."""
        amount = np.where(measured, np.abs(values) if self.size else values, 0.0)
        self.sums[draw] += amount @ self.member[rows]
        self.counts[draw] += measured.astype(np.float64) @ self.member[rows]

    def floor(self, confidence: float, permuted: str, notes: Sequence[str], why: str | None) -> Floor:
        """Return the floor of all texts, with those of the groups."""
        with np.errstate(invalid="ignore"):
            means = self.sums / self.counts
        found = []
        for k, name in enumerate([ALL, *self.names]):
            n, draws = int(self.counts[0, k]), means[1:, k]
            value = float(means[0, k]) if n else None
            reason = why or (None if n else "no text has a sensitivity")
            kept = draws[np.isfinite(draws)] if why is None else np.zeros(0)
            found.append(Floor(name, value, n, kept, confidence, permuted, reason))
        return replace(found[0], groups=tuple(found[1:]), notes=tuple(notes))


class _Heads:
    """Directions of protected-status models that were trained on permuted groups."""

    permuted = "the groups of the texts"

    def __init__(
        self,
        model: Differentiable,
        protected: ProtectedModel,
        draws: int,
        rng: np.random.Generator,
        *,
        groups: Sequence[Any] | None,
        progress: Callable[[int], object] | None,
    ) -> None:
        self.model, self.notes = model, protected.notes
        self.why: str | None = None
        self.models = [protected]
        self.groups: list[Sequence[Any] | None] = [groups]
        for _ in range(draws):
            self.models.append(permuted_model(protected, rng))
            self.groups.append(None if groups is None else [groups[i] for i in rng.permutation(len(groups))])
            if progress is not None:
                progress(1)

    def take(self, rows: IntArray, embedded: Embedded, found: Slopes, asked: Question, means: _Means) -> None:
        """Measure one batch along all directions."""
        measured = embedded.measured.cpu().numpy()
        pooled_head = self.models[0].head == "embeddings"
        if pooled_head:
            heard, reach = _heard(embedded, found, signed=asked.signed)
            average = pooled(embedded)
        length: Tensor | None = None
        for draw, (one, groups) in enumerate(zip(self.models, self.groups, strict=True)):
            own = None if groups is None else [groups[i] for i in rows]
            # Permuted groups of known texts come from the permuted model; those of other texts from `groups`.
            if pooled_head:
                v = one.along(average, keys_of(embedded), own)
            else:
                v = one.directions(self.model, embedded, own).double().flatten(1)
            own_length = v.norm(dim=1)
            length = own_length if length is None else length
            wanted = torch.ones_like(length) if asked.scale == "unit" else length
            v = v * (wanted / own_length.where(own_length > 0, torch.ones_like(own_length)))[:, None]
            if pooled_head:
                value = (heard * (v if asked.signed else v.abs())).sum(dim=1)
                value = value / reach if asked.scale == "unit" else value
            else:
                parts = contributions(found, v.reshape(embedded.embeddings.shape), signed=asked.signed)
                value = parts.flatten(1).sum(dim=1)
            counted = measured & (length > 0).cpu().numpy()
            means.add(draw, rows, value.cpu().numpy(), counted)

    def finish(self, asked: Question, means: _Means) -> None:
        """Everything was added batch by batch."""


def _heard(embedded: Embedded, found: Slopes, *, signed: bool) -> tuple[Tensor, Tensor]:
    """Sum gradients over positions as the average does: what one direction for all of them hears."""
    one = contributions(found, torch.ones_like(embedded.embeddings), signed=signed)
    if not embedded.is_text:
        return one, torch.ones(len(one), dtype=one.dtype, device=one.device)
    share = shares(embedded).double()
    return (one * share[:, :, None]).sum(dim=1), share.norm(dim=1)


class _Words:
    """Other words in the place of a lexicon's."""

    permuted = "the words of the lexicon, for others of their frequency"

    def __init__(self, lexicon: LexiconMask, draws: int, rng: np.random.Generator) -> None:
        self.table, self.draws, self.rng = WordTable(lexicon), draws, rng
        self.width = 1
        self.notes: tuple[str, ...] = ()
        self.why: str | None = None

    def take(self, rows: IntArray, embedded: Embedded, found: Slopes, asked: Question, means: _Means) -> None:  # noqa: ARG002
        """Note what every word of a batch contributes."""
        ones = embedded.weights[:, :, None].expand_as(embedded.embeddings)
        values = contributions(found, ones, signed=asked.signed).sum(dim=2).cpu().numpy()
        self.width = int(embedded.embeddings.shape[2])
        self.table.add(rows, embedded, values)

    def finish(self, asked: Question, means: _Means) -> None:
        """Add up the true words and all draws of others."""
        total, tokens, frequency = self.table.tables(means.rows)
        protected, others = (self.table.numbers(words) for words in (self.table.protected, self.table.others))
        drawn = matched_draws(frequency, protected, others, draws=self.draws, rng=self.rng)
        if drawn is None:
            self.why = (
                "no word of the lexicon occurs"
                if not len(protected)
                else f"{len(protected):,} words of the lexicon occur, and only {len(others):,} others"
            )
        every = np.arange(means.rows)
        for draw, words in enumerate([protected, *(() if drawn is None else drawn)]):
            chosen = np.zeros(total.shape[1])
            chosen[words] = 1
            value, count = total @ chosen, tokens @ chosen
            if asked.scale == "unit":
                value = value / np.sqrt(np.maximum(count, 1) * self.width)
            means.add(draw, every, value, count > 0)
