"""What a protected-status model reads: a row of numbers per text, of the task model's own embeddings."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from fairkit.errors import DataError, UsageError

if TYPE_CHECKING:
    from torch import Tensor

    from fairkit.text.networks.embedded import Differentiable, Embedded


def shares(embedded: Embedded) -> Tensor:
    """Return the share of each position in its text's average, shape (rows, positions).

    Examples
    --------
    >>> import torch
    >>> from fairkit.text.networks import Embedded
    >>> shares(Embedded(torch.zeros(1, 2, 3))).tolist()
    [[0.5, 0.5]]
    """
    weights = embedded.weights
    return weights / weights.sum(dim=1, keepdim=True).clamp_min(1)


def pooled(embedded: Embedded) -> Tensor:
    """Average the embeddings of each text, or take features as they are; double precision, (rows, width).

    Examples
    --------
    >>> import torch
    >>> from fairkit.text.networks import Embedded
    >>> pooled(Embedded(torch.tensor([[[1.0], [3.0]]]))).tolist()
    [[2.0]]
    """
    if not embedded.is_text:
        return embedded.embeddings.detach().double()
    return (embedded.embeddings.detach().double() * shares(embedded).double()[:, :, None]).sum(dim=1)


def encoded(model: Differentiable, embedded: Embedded) -> Tensor:
    """Ask the task model what it makes of each text before its last layer; double precision, (rows, width).

    Raises
    ------
    UsageError
        The model has no ``encode``.

    Examples
    --------
    >>> from fairkit.text.networks.examples import tiny_classifier
    >>> model = tiny_classifier(["she sings"], labels=("no", "yes"))
    >>> encoded(model, model.embed(["she sings"])).shape
    torch.Size([1, 8])
    """
    encode = getattr(model, "encode", None)
    if encode is None:
        raise UsageError(
            "head='encoder' needs a model that says what its encoder makes of a text, and this one has no "
            "encode(): say head='embeddings', or pass encode= to from_module()."
        )
    found: Tensor = encode(embedded)
    return found.double()


def features_of(
    model: Differentiable,
    inputs: Sequence[Any],
    *,
    head: str,
    batch_size: int,
    progress: Callable[[int], object] | None = None,
) -> tuple[NDArray[np.float64], list[Hashable]]:
    """Read all inputs; return their features, shape (rows, width), and what tells them apart.

    Raises
    ------
    DataError
        Some have nothing to read, or features that are not finite.

    Examples
    --------
    >>> from fairkit.text.networks.examples import tiny_classifier
    >>> model = tiny_classifier(["she sings"], labels=("no", "yes"))
    >>> features_of(model, ["she", "he"], head="embeddings", batch_size=1)[1]
    ['she', 'he']
    """
    import torch

    parts, keys, empty = [], list[Hashable](), []
    for start in range(0, len(inputs), batch_size):
        batch = model.embed(inputs[start : start + batch_size])
        with torch.no_grad():
            found = pooled(batch) if head == "embeddings" else encoded(model, batch)
        empty += [start + i for i, holds in enumerate(batch.measured.tolist()) if not holds]
        parts.append(found.cpu().numpy())
        keys += keys_of(batch)
        if progress is not None:
            progress(len(parts[-1]))
    if empty:
        raise DataError(
            f"{len(empty):,} of the texts hold nothing the model reads (the first is row {empty[0]}); leave "
            "them out."
        )
    features = np.concatenate(parts) if parts else np.zeros((0, 0))
    if not np.isfinite(features).all():
        first = int(np.flatnonzero(~np.isfinite(features).all(axis=1))[0])
        raise DataError(f"the embeddings of row {first} are not finite.")
    return features, keys


def keys_of(embedded: Embedded) -> list[Hashable]:
    """Return what tells the rows of a batch apart: their texts, or the bytes of their features.

    Examples
    --------
    >>> import torch
    >>> from fairkit.text.networks import Embedded
    >>> one, two = keys_of(Embedded(torch.tensor([[1.0], [1.0]])))
    >>> one == two
    True
    """
    if embedded.texts:
        return list(embedded.texts)
    return [row.tobytes() for row in embedded.embeddings.detach().double().cpu().numpy()]
