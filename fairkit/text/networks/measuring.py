"""The loop over batches that measures sensitivities: check, embed, differentiate, multiply, add up."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Any

import numpy as np
import torch
from torch import Tensor

from fairkit.errors import DataError, UsageError, shortlist
from fairkit.text.attribution import Pieces
from fairkit.text.networks.embedded import Differentiable, Embedded, rows_of
from fairkit.text.networks.gradients import absolute_by_class, along, contributions, slopes
from fairkit.text.networks.independence import check_module, check_rows
from fairkit.text.networks.outputs import Link, probabilities_of
from fairkit.text.networks.questions import GIVEN, Question, numbered, question
from fairkit.text.networks.remarks import Remarks
from fairkit.text.protection.directions import Directions
from fairkit.text.sensitivity import ClassSensitivities, FloatArray, IntArray, Sensitivities, Settings

NO_TEXT = "the text is missing"
NOTHING_READ = "nothing to read"
_SURE = 0.999
_OFTEN = 0.5


class Batch:
    """One batch on its way: which rows, and what was read.

    Examples
    --------
    >>> batch = Batch(np.array([0]), Embedded(torch.ones(1, 2)))
    >>> batch.rows.tolist()
    [0]
    """

    def __init__(self, rows: IntArray, embedded: Embedded) -> None:
        self.rows, self.embedded = rows, embedded


def batches(
    model: Differentiable,
    inputs: Sequence[Any],
    *,
    batch_size: int,
    progress: Callable[[int], object] | None = None,
) -> Iterator[Batch]:
    """Read inputs batch by batch, texts of like length together, having checked that rows are independent.

    Raises
    ------
    UsageError
        The model is in training mode, or mixes rows.
    DataError
        There is nothing to read.

    Examples
    --------
    >>> from fairkit.text.networks import from_module
    >>> model = from_module(torch.nn.Linear(1, 2).eval(), labels=("no", "yes"))
    >>> [batch.rows.tolist() for batch in batches(model, [[1.0], [2.0], [3.0]], batch_size=2)]
    [[0, 1], [2]]
    """
    if batch_size < 1:
        raise UsageError(f"batch_size must be at least 1, and is {batch_size}.")
    if not len(inputs):
        raise DataError("there are no texts or rows to measure.")
    check_module(getattr(model, "module", None))
    order = _by_length(inputs)
    for start in range(0, len(order), batch_size):
        rows = order[start : start + batch_size]
        chosen: Any = [inputs[i] for i in rows]
        embedded = model.embed(chosen)
        if start == 0 or start + batch_size >= len(order):  # the shortest texts, and the longest
            check_rows(model, chosen, embedded)
        yield Batch(rows, embedded)
        if progress is not None:
            progress(len(rows))


def measure(
    model: Differentiable,
    inputs: Sequence[Any],
    *,
    protected: Directions,
    given: Sequence[Any] | None,
    groups: Sequence[Any] | None,
    batch_size: int,
    tokens: bool,
    progress: Callable[[int], object] | None,
    **asked: Any,
) -> Sensitivities:
    """Measure the sensitivity of each prediction; see :func:`fairkit.text.sensitivities`."""
    inputs = rows_of(inputs)
    wanted = question(model.labels, link=getattr(model, "link", "softmax"), **asked)
    check_orientation(protected, signed=wanted.signed)
    classes = numbered(given, model.labels, len(inputs)) if wanted.target == GIVEN else None
    check_length("groups", groups, len(inputs))
    result = _Result(model, len(inputs), len(model.labels), keep=tokens)
    for batch in batches(model, inputs, batch_size=batch_size, progress=progress):
        rows, embedded = batch.rows, batch.embedded
        found = slopes(model, embedded, wanted, None if classes is None else classes[torch.from_numpy(rows)])
        own = None if groups is None else [groups[i] for i in rows]
        v, present = scaled(protected.directions(model, embedded, own), wanted)
        parts = contributions(found, v, signed=wanted.signed)
        result.take(rows, embedded, parts, found.classes, found.probabilities)
        result.absent(rows, present, embedded.measured, protected.absent)
        result.remarks.add(embedded, protected)
    return result.finished(wanted, protected)


def measure_classes(
    model: Differentiable,
    inputs: Sequence[Any],
    *,
    protected: Directions,
    groups: Sequence[Any] | None,
    signed: bool,
    output: Any,
    scale: Any,
    batch_size: int,
    progress: Callable[[int], object] | None,
) -> ClassSensitivities:
    """Measure the sensitivity of every class; see :func:`fairkit.text.class_sensitivities`."""
    inputs = rows_of(inputs)
    link: Link = getattr(model, "link", "softmax")
    wanted = question(model.labels, link=link, signed=signed, output=output, scale=scale)
    check_orientation(protected, signed=signed)
    check_length("groups", groups, len(inputs))
    result = _Result(model, len(inputs), len(model.labels), keep=False)
    values = np.full((len(inputs), len(model.labels)), np.nan)
    for batch in batches(model, inputs, batch_size=batch_size, progress=progress):
        rows, embedded = batch.rows, batch.embedded
        own = None if groups is None else [groups[i] for i in rows]
        v, present = scaled(protected.directions(model, embedded, own), wanted)
        if signed:
            found, logits, note = along(model, embedded, v, output=output, link=link)
        else:
            found, logits, note = absolute_by_class(model, embedded, v, output=output, link=link)
        probabilities = probabilities_of(logits, link)
        if scale == "relative":
            found = found / probabilities
        result.take(rows, embedded, found, logits.argmax(dim=1), probabilities)
        result.absent(rows, present, embedded.measured, protected.absent)
        result.remarks.add(embedded, protected, note)
        values[rows] = found.cpu().numpy()
    summed = result.finished(wanted, protected)
    values[~summed.measured] = np.nan
    return ClassSensitivities(
        summed.labels, values, summed.why, summed.probabilities, summed.settings, summed.notes
    )


def scaled(directions: Tensor, asked: Question) -> tuple[Tensor, Tensor]:
    """Bring protected directions to the scale asked for, and say which rows have any.

    Examples
    --------
    >>> v, present = scaled(torch.tensor([[3.0, 4.0], [0.0, 0.0]]), question(("no", "yes"), scale="unit"))
    >>> v.tolist(), present.tolist()
    ([[0.6, 0.8], [0.0, 0.0]], [True, False])
    """
    flat = directions.detach().double().flatten(1)
    length = flat.norm(dim=1)
    if asked.scale == "unit":
        flat = flat / length.where(length > 0, torch.ones_like(length))[:, None]
    return flat.reshape(directions.shape), length > 0


def check_length(name: str, values: Sequence[Any] | None, rows: int) -> None:
    """Refuse a column that is shorter or longer than the rows.

    Raises
    ------
    UsageError

    Examples
    --------
    >>> check_length("groups", ["f"], 2)
    Traceback (most recent call last):
        ...
    fairkit.errors.UsageError: groups= has 1 entries for 2 rows.
    """
    if values is not None and len(values) != rows:
        raise UsageError(f"{name}= has {len(values)} entries for {rows} rows.")


def check_orientation(protected: Directions, *, signed: bool) -> None:
    """Refuse what has no directions, and a signed sensitivity along directions that say only where.

    Raises
    ------
    UsageError

    Examples
    --------
    >>> from fairkit.text import LexiconMask
    >>> check_orientation(LexiconMask(["she"]), signed=True)
    Traceback (most recent call last):
        ...
    fairkit.errors.UsageError: a lexicon of 1 words says where in a text to look, and not which way...
    """
    if not callable(getattr(protected, "directions", None)):
        raise UsageError(
            "protected= is what has directions: a LexiconMask, a model from train_protected_model(), a "
            f"SwapDirection; this is {type(protected).__name__}. Columns are named to judge_sensitivity()."
        )
    if signed and not getattr(protected, "oriented", True):
        raise UsageError(
            f"{protected.description} says where in a text to look, and not which way: 1 on every coordinate "
            "is no direction that means anything, and layer normalisation takes it out, so that signed "
            "sensitivities along it are 0 for most networks. Ask for absolute values (signed=False), or for "
            "a source with a sign: a protected-status model, or SwapDirection."
        )


class _Result:
    """Arrays that fill up, batch by batch, in the order of the inputs."""

    def __init__(self, model: Differentiable, rows: int, classes: int, *, keep: bool) -> None:
        self.labels = tuple(model.labels)
        self.values = np.full(rows, np.nan)
        self.why: list[str | None] = [NO_TEXT] * rows
        self.targets = np.full(rows, -1, np.int64)
        self.probabilities = np.full((rows, classes), np.nan)
        self.pieces: list[Pieces | None] | None = [None] * rows if keep else None
        self.remarks = Remarks(check_module(getattr(model, "module", None)))

    def take(
        self, rows: IntArray, embedded: Embedded, parts: Tensor, classes: Tensor, probabilities: Tensor
    ) -> None:
        """Add up the contributions of a batch."""
        measured = embedded.measured.cpu().numpy()
        by_position = (parts.sum(dim=2) if parts.dim() == 3 else parts).cpu().numpy()
        known = probabilities.cpu().numpy()
        _check_finite(rows, by_position, known, measured)
        for i, row in enumerate(rows.tolist()):
            self.why[row] = None if measured[i] else NOTHING_READ
            if measured[i]:
                self.values[row] = by_position[i].sum()
                if self.pieces is not None:
                    self.pieces[row] = _pieces(embedded, i, by_position[i])
        self.targets[rows] = np.where(measured, classes.cpu().numpy(), -1)
        self.probabilities[rows] = np.where(measured[:, None], known, np.nan)

    def absent(self, rows: IntArray, present: Tensor, measured: Tensor, reason: str) -> None:
        """Mark the texts in which nothing is protected."""
        for row in rows[(measured & ~present.to(measured.device)).cpu().numpy()].tolist():
            self.why[row], self.values[row] = reason, np.nan
            if self.pieces is not None:
                self.pieces[row] = None

    def finished(self, asked: Question, protected: Directions) -> Sensitivities:
        """Return the result, with its notes."""
        target = "weights" if asked.weights is not None else asked.target
        notes = [*self.remarks.notes(len(self.values)), *getattr(protected, "notes", ())]
        if asked.output == "probability" and (sure := self._sure()):
            notes.append(sure)
        return Sensitivities(
            self.labels,
            self.values,
            tuple(self.why),
            self.targets,
            self.probabilities,
            Settings(protected.description, target, asked.signed, asked.output, asked.scale),
            None if self.pieces is None else tuple(self.pieces),
            tuple(notes),
        )

    def _sure(self) -> str | None:
        top = self.probabilities[[reason is None for reason in self.why]].max(axis=1, initial=0.0)
        share = float((top >= _SURE).mean()) if len(top) else 0.0
        if share < _OFTEN:
            return None
        return (
            f"{share:.0%} of the predictions are at least {_SURE:.1%} sure: their probabilities hardly move, "
            "however the model decides. Ask for output='logit', and read flip rates beside."
        )


def _by_length(inputs: Sequence[Any]) -> IntArray:
    """Order texts by length, so that little of a batch is padding; what is no text is left out."""
    if not any(isinstance(one, str) for one in inputs):
        known = [i for i, one in enumerate(inputs) if one is not None]
        if not known:
            raise DataError("there are no texts or rows to measure: all are missing.")
        return np.array(known, np.int64)
    texts = [(len(one), i) for i, one in enumerate(inputs) if isinstance(one, str)]
    return np.array([i for _, i in sorted(texts)], np.int64)


def _pieces(embedded: Embedded, row: int, values: FloatArray) -> Pieces:
    """Take the contributions of one row, without what fills it up to the longest."""
    if not embedded.is_text:
        return Pieces(None, embedded.tokens[0] if embedded.tokens else (), (), values)
    tokens = embedded.tokens[row] if embedded.tokens else ()
    spans = embedded.spans[row] if embedded.spans else ()
    text = embedded.texts[row] if embedded.texts else None
    filled = len(tokens) or len(values)
    if embedded.mask is not None:
        filled = min(filled, int(embedded.mask[row].nonzero().max()) + 1)
    return Pieces(text, tokens[:filled], spans[:filled], values[:filled])


def _check_finite(rows: IntArray, parts: FloatArray, known: FloatArray, measured: FloatArray) -> None:
    for what, values in (("answer of the model is", known), ("gradient is", parts)):
        bad = rows[~np.isfinite(values).all(axis=1) & measured.astype(bool)]
        if len(bad):
            raise DataError(
                f"the {what} not finite for {len(bad):,} of a batch of {len(rows):,} rows: "
                f"{shortlist(bad.tolist())}. Look for infinite weights, divisions by zero, or half precision "
                "that overflows."
            )
