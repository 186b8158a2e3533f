"""Whether the rows of a batch depend on each other: if they do, one backward pass mixes them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import torch
from torch import Tensor, nn

from fairkit.errors import UsageError, shortlist
from fairkit.text.networks.embedded import Differentiable, Embedded

_TOLERANCE = {torch.float64: 1e-8, torch.float32: 1e-3, torch.float16: 5e-2, torch.bfloat16: 2e-1}


def check_module(module: nn.Module | None) -> list[str]:
    """Refuse a module in training mode, and normalisation over the rows of a batch.

    Returns
    -------
    list of str
        Notes on what else bears on the gradients.

    Raises
    ------
    UsageError

    Examples
    --------
    >>> check_module(nn.Dropout())
    Traceback (most recent call last):
        ...
    fairkit.errors.UsageError: the model is in training mode...
    >>> check_module(nn.BatchNorm1d(2, track_running_stats=False).eval())
    Traceback (most recent call last):
        ...
    fairkit.errors.UsageError: the model normalises over the rows of a batch...
    """
    if module is None:
        return []
    training = [name or type(part).__name__ for name, part in module.named_modules() if part.training]
    if training:
        raise UsageError(
            f"the model is in training mode ({shortlist(training, shown=3)}): dropout makes its answer "
            "random, and batch normalisation makes rows depend on each other. Call model.eval() first."
        )
    mixing = [
        name or type(part).__name__
        for name, part in module.named_modules()
        if isinstance(part, nn.modules.batchnorm._BatchNorm) and part.running_mean is None  # noqa: SLF001
    ]
    if mixing:
        raise UsageError(
            "the model normalises over the rows of a batch, in evaluation mode too "
            f"({shortlist(mixing, shown=3)} keep no running statistics): its rows are not independent, and "
            "one row has no gradient of its own. Train it with track_running_stats=True, or with layer "
            "normalisation."
        )
    notes = []
    types = {part.dtype for part in module.parameters() if part.is_floating_point()}
    if low := sorted(
        str(one).removeprefix("torch.") for one in types if one in (torch.float16, torch.bfloat16)
    ):
        notes.append(
            f"the model computes in {' and '.join(low)}: gradients carry about three digits; model.float() "
            "gives seven."
        )
    return notes


def check_rows(model: Differentiable, inputs: Sequence[Any], embedded: Embedded) -> None:
    """Run a few rows alone and see that they answer as they do among others, and by their embeddings.

    Parameters
    ----------
    model : Differentiable
    inputs : sequence
        A batch of texts or rows. Its longest, its shortest and its first row are tried, of those that hold
        something to read.
    embedded : Embedded
        The same, read.

    Raises
    ------
    UsageError
        They do not: the answer is random, mixes rows, depends on the padding, or does not depend on the
        embeddings in a way that torch can follow.

    Examples
    --------
    >>> from fairkit.text.networks import from_module
    >>> model = from_module(nn.Linear(1, 2).eval(), labels=("no", "yes"))
    >>> check_rows(model, [[0.0], [1.0]], model.embed([[0.0], [1.0]]))
    """
    together = _followed(model, embedded)
    with torch.no_grad():
        if not torch.isfinite(together).all():
            return  # refused later, by row
        tolerance = _TOLERANCE.get(together.dtype, 1e-3) * float(together.double().abs().max().clamp_min(1))

        def differ(one: Tensor, two: Tensor) -> bool:
            return float((one.double() - two.double()).abs().max()) > tolerance

        if differ(model.logits(embedded), together):
            raise UsageError(
                "the model gives the same rows another answer every time: something in it is random in "
                "evaluation mode too (a dropout called with training=True, say). Its gradient is as random."
            )
        if embedded.rows == 1:
            return
        filled = embedded.weights.sum(dim=1)
        shortest = int(filled.masked_fill(filled == 0, torch.inf).argmin())
        holding = filled.nonzero()[:, 0].tolist()
        for row in sorted({holding[0], shortest, int(filled.argmax())} if holding else ()):
            if differ(model.logits(model.embed(inputs[row : row + 1]))[0], together[row]):
                raise UsageError(
                    f"the model answers row {row} of a batch otherwise than the same row alone: its rows "
                    "depend on each other, or on the padding of the batch. Normalise no layer over the rows, "
                    "and hide the padding with the mask."
                )


def _followed(model: Differentiable, embedded: Embedded) -> Tensor:
    """Answer a batch, and see that torch can follow the answer back to the embeddings."""
    with torch.inference_mode(mode=False), torch.enable_grad():
        leaf = embedded.embeddings.detach().clone().requires_grad_()
        answer = model.logits(embedded.holding(leaf))
        (slope,) = (
            torch.autograd.grad(answer.sum(), leaf, allow_unused=True) if answer.requires_grad else (None,)
        )
    if slope is None:
        raise UsageError(
            "the model's answer does not follow from its embeddings as far as torch can tell: detached, "
            "made without gradients (torch.no_grad, NumPy), or read from something else. Its sensitivity is "
            "not 0, it is unknown. Let the forward pass be torch throughout."
        )
    return answer.detach()
