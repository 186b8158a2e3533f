"""Running a network on given embeddings: its embedding layer hands out ours instead of its own.

Everything else of the forward pass sees the real token ids, so that position ids, the search for the last
token before the padding, and factors on embeddings are what they always are. Passing ``inputs_embeds`` is
not the same for every architecture.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from torch import Tensor, nn

from fairkit.errors import UsageError


def run_on(layer: nn.Module, embeddings: Tensor, forward: Callable[[], Any]) -> Any:
    """Run a forward pass in which the embedding layer returns `embeddings`.

    Parameters
    ----------
    layer : nn.Embedding or nn.EmbeddingBag
        A bag gets their sum or mean over the positions that are not its padding.
    embeddings : Tensor of shape (rows, positions, width)
    forward : callable
        Runs the network on the real token ids.

    Raises
    ------
    UsageError
        The layer is not used, or more than once, or for other positions: part of what the network reads would
        be missed.

    Examples
    --------
    >>> import torch
    >>> layer = nn.Embedding(5, 2)
    >>> run_on(layer, torch.ones(1, 3, 2), lambda: layer(torch.tensor([[0, 1, 2]])).mean()).item()
    1.0
    """
    times = 0

    def replace(_: nn.Module, arguments: tuple[Any, ...], output: Tensor) -> Tensor:
        nonlocal times
        times += 1
        if isinstance(layer, nn.EmbeddingBag):
            return _bag(layer, embeddings, arguments)
        if output.shape != embeddings.shape:
            raise UsageError(
                f"the embedding layer is asked for shape {tuple(output.shape)} where the batch has "
                f"{tuple(embeddings.shape)}: the network does not read each token of a row once, in its "
                "order."
            )
        return embeddings

    handle = layer.register_forward_hook(replace)
    try:
        output = forward()
    finally:
        handle.remove()
    if times != 1:
        raise UsageError(
            f"the network uses its embedding layer {times} times in one pass, so that its answer is no "
            "function of one tensor of embeddings (encoder-decoder models read a text twice). Classifiers "
            "that read it once can be measured."
        )
    return output


def _bag(layer: nn.EmbeddingBag, embeddings: Tensor, arguments: tuple[Any, ...]) -> Tensor:
    ids = arguments[0]
    if layer.mode not in ("sum", "mean") or len(arguments) != 1 or ids.shape != embeddings.shape[:2]:
        raise UsageError(
            "an EmbeddingBag can be measured that sums or averages rows of token ids, shape (rows, "
            "positions), without offsets or weights; this one is used otherwise."
        )
    kept = ids != (-1 if layer.padding_idx is None else layer.padding_idx)
    weights = kept.to(embeddings)[:, :, None]
    total: Tensor = (embeddings * weights).sum(dim=1)
    mean: Tensor = total / weights.sum(dim=1).clamp_min(1)
    return total if layer.mode == "sum" else mean
