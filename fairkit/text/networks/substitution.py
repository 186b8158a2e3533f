"""Running a network on given embeddings: its embedding layer hands out ours instead of its own.

Everything else of the forward pass sees the real token ids, so that position ids, the search for the last
token before the padding, and factors on embeddings are what they always are. Passing ``inputs_embeds`` is
not the same for every architecture.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from torch import Tensor, nn

from fairkit.errors import UsageError


class _Used:
    """How often the layer was asked."""

    def __init__(self) -> None:
        self.times = 0


@contextmanager
def substituted(layer: nn.Module, embeddings: Tensor) -> Iterator[_Used]:
    """Let an embedding layer return given embeddings while the context lasts.

    Raises
    ------
    UsageError
        The layer is asked for another shape.

    Examples
    --------
    >>> import torch
    >>> layer = nn.Embedding(5, 2)
    >>> with substituted(layer, torch.ones(1, 3, 2)):
    ...     layer(torch.tensor([[0, 1, 2]])).sum().item()
    6.0
    """
    used = _Used()

    def replace(_: nn.Module, __: tuple[Any, ...], output: Tensor) -> Tensor:
        used.times += 1
        if output.shape == embeddings.shape:
            return embeddings
        if isinstance(layer, nn.EmbeddingBag) and output.shape == embeddings[:, 0].shape:
            return embeddings.sum(dim=1)
        raise UsageError(
            f"the embedding layer is asked for shape {tuple(output.shape)} where the batch has "
            f"{tuple(embeddings.shape)}: the network does not read each token once."
        )

    handle = layer.register_forward_hook(replace)
    try:
        yield used
    finally:
        handle.remove()


def run_on(layer: nn.Module, embeddings: Tensor, forward: Callable[[], Any]) -> Any:
    """Run a forward pass in which the embedding layer returns `embeddings`.

    Raises
    ------
    UsageError
        The layer is not used, or more than once: part of what the network reads would be missed.

    Examples
    --------
    >>> import torch
    >>> layer = nn.Embedding(5, 2)
    >>> run_on(layer, torch.ones(1, 3, 2), lambda: layer(torch.tensor([[0, 1, 2]])).mean()).item()
    1.0
    """
    with substituted(layer, embeddings) as used:
        output = forward()
    if used.times != 1:
        raise UsageError(
            f"the network uses its embedding layer {used.times} times in one pass, so that its answer is no "
            "function of one tensor of embeddings (encoder-decoder models read a text twice). Classifiers "
            "that read it once can be measured."
        )
    return output
