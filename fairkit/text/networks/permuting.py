"""Means along directions without a meaning: each gradient is computed once, and serves them all."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray

from fairkit.errors import UsageError
from fairkit.text.floors import ALL, Floor
from fairkit.text.networks.embedded import Differentiable, Embedded, rows_of
from fairkit.text.networks.gradients import Slopes, contributions, slopes
from fairkit.text.networks.measuring import batches, check_length, check_orientation
from fairkit.text.networks.other_words import WordTable, matched_draws
from fairkit.text.networks.permuted_heads import Add, PermutedHeads
from fairkit.text.networks.questions import GIVEN, Question, numbered, question
from fairkit.text.protection.lexicon import LexiconMask
from fairkit.text.protection.models import ProtectedModel
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
    inputs = rows_of(inputs)
    wanted = question(model.labels, link=getattr(model, "link", "softmax"), **asked)
    check_orientation(protected, signed=wanted.signed)
    classes = numbered(given, model.labels, len(inputs)) if wanted.target == GIVEN else None
    check_length("groups", groups, len(inputs))
    check_length("by", by, len(inputs))
    means = _Means(len(inputs), permutations, by, size=size, upper=size or not wanted.signed)
    rng = np.random.default_rng(seed)
    if isinstance(protected, ProtectedModel):
        draws: PermutedHeads | _Words = PermutedHeads(
            model, protected, permutations, rng, groups=groups, progress=progress
        )
    elif isinstance(protected, LexiconMask):
        draws = _Words(protected, len(inputs), permutations, rng)
    else:
        raise UsageError(
            "there is a floor for a protected-status model and for a lexicon; directions of another source "
            "have nothing that could be permuted."
        )
    for batch in batches(model, inputs, batch_size=batch_size, progress=progress):
        chosen = None if classes is None else classes[torch.from_numpy(batch.rows)]
        found = slopes(model, batch.embedded, wanted, chosen)
        draws.take(batch.rows, batch.embedded, found, wanted, means.add)
    draws.finish(wanted, means.add)
    return means.floor(confidence, draws.permuted, draws.notes, draws.why)


class _Means:
    """Sums over texts of the statistic, along the true direction (row 0) and along all others."""

    def __init__(self, rows: int, draws: int, by: Sequence[Any] | None, *, size: bool, upper: bool) -> None:
        self.rows, self.size, self.upper = rows, size, upper
        held = [_names(one) for one in ([None] * rows if by is None else by)]
        self.names = sorted({name for names in held for name in names})
        place = {name: 1 + k for k, name in enumerate(self.names)}
        self.member = np.zeros((rows, 1 + len(self.names)))
        self.member[:, 0] = 1
        for row, names in enumerate(held):
            self.member[row, [place[name] for name in names]] = 1
        self.sums = np.zeros((1 + draws, self.member.shape[1]))
        self.counts = np.zeros_like(self.sums)
        self.sizes = np.zeros(1 + draws)

    def add(self, draw: int, rows: IntArray, values: FloatArray, measured: NDArray[np.bool_]) -> None:
        """Add texts along one direction: values, and whether they count, shape (texts,)."""
        amount = np.where(measured, np.abs(values) if self.size else values, 0.0)
        self.sizes[draw] += np.abs(amount).sum(axis=-1)
        self.sums[draw] += amount @ self.member[rows]
        self.counts[draw] += measured.astype(np.float64) @ self.member[rows]

    def floor(self, confidence: float, permuted: str, notes: Sequence[str], why: str | None) -> Floor:
        """Return the floor of all texts, with those of the groups."""
        with np.errstate(invalid="ignore"):
            means, sizes = self.sums / self.counts, self.sizes / self.counts[:, 0]
        found = []
        for k, name in enumerate([ALL, *self.names]):
            n, draws = int(self.counts[0, k]), means[1:, k]
            value = float(means[0, k]) if n else None
            reason = why or (None if n else "no text has a sensitivity")
            kept = draws[np.isfinite(draws)] if why is None else np.zeros(0)
            found.append(Floor(name, value, n, kept, confidence, permuted, reason, upper=self.upper))
        whole = found[0]
        drawn = sizes[1:][np.isfinite(sizes[1:])] if why is None else np.zeros(0)
        size = replace(whole, value=float(sizes[0]) if whole.n else None, draws=drawn, upper=True)
        return replace(whole, groups=tuple(found[1:]), size=size, notes=tuple(notes))


def _names(groups: Any) -> tuple[str, ...]:
    if groups is None:
        return ()
    return tuple(map(str, groups)) if isinstance(groups, tuple) else (str(groups),)


class _Words:
    """Other words in the place of a lexicon's."""

    permuted = "the words of the lexicon, for others of their frequency"

    def __init__(self, lexicon: LexiconMask, rows: int, draws: int, rng: np.random.Generator) -> None:
        self.table, self.rows, self.draws, self.rng = WordTable(lexicon), rows, draws, rng
        self.width = 1
        self.notes: tuple[str, ...] = ()
        self.why: str | None = None

    def take(self, rows: IntArray, embedded: Embedded, found: Slopes, asked: Question, add: Add) -> None:  # noqa: ARG002
        """Note what every word of a batch contributes."""
        ones = embedded.weights[:, :, None].expand_as(embedded.embeddings)
        values = contributions(found, ones, signed=asked.signed).sum(dim=2).cpu().numpy()
        self.width = int(embedded.embeddings.shape[2])
        self.table.add(rows, embedded, values)

    def finish(self, asked: Question, add: Add) -> None:
        """Add up the true words and all draws of others."""
        total, tokens, frequency = self.table.tables(self.rows)
        protected, others = (self.table.numbers(words) for words in (self.table.protected, self.table.others))
        drawn = matched_draws(frequency, protected, others, draws=self.draws, rng=self.rng)
        if drawn is None:
            self.why = (
                "no word of the lexicon occurs"
                if not len(protected)
                else f"{len(protected):,} words of the lexicon occur, and only {len(others):,} others"
            )
        every = np.arange(self.rows)
        for draw, words in enumerate([protected, *(() if drawn is None else drawn)]):
            chosen = np.zeros(total.shape[1])
            chosen[words] = 1
            value, count = total @ chosen, tokens @ chosen
            if asked.scale == "unit":
                value = value / np.sqrt(np.maximum(count, 1) * self.width)
            add(draw, every, value, count > 0)
