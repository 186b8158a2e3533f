"""What networks return, and what is made of it: logits, probabilities, log-odds."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Literal

import torch
from torch import Tensor

from fairkit.errors import UsageError, shortlist

Output = Literal["probability", "logit"]
"""What is differentiated: the probability of a class, or its logit, log(p / (1 - p))."""

Link = Literal["softmax", "sigmoid"]
"""How logits become probabilities: classes that exclude each other, or each on its own."""

_CLOSE_TO_ONE = 1e-4


def logits_of(
    output: Any, labels: Sequence[str], *, outputs: str = "logits", link: Link = "softmax"
) -> Tensor:
    """Find the logits in what a network's forward pass returned.

    Parameters
    ----------
    output : Any
        A tensor; an object or a mapping with ``logits``; or a tuple, whose first tensor that fits is taken
        (a loss of no dimensions does not fit).
    labels : sequence of str
        Names of the classes.
    outputs : {"logits", "probabilities"}
        What the network returns. Probabilities become log-probabilities, whose softmax they are.
    link : {"softmax", "sigmoid"}

    Returns
    -------
    Tensor of shape (rows, classes)
        A single logit of two classes is that of the second: it becomes the columns 0 and z.

    Raises
    ------
    UsageError
        Nothing fits the classes, or probabilities are returned where logits are announced.

    Examples
    --------
    >>> logits_of((torch.tensor(0.7), torch.tensor([[1.0, 2.0]])), ["no", "yes"]).tolist()
    [[1.0, 2.0]]
    >>> logits_of({"logits": torch.tensor([[2.0]])}, ["no", "yes"]).tolist()
    [[0.0, 2.0]]
    """
    found = _found(output, len(labels))
    if found is None:
        raise UsageError(
            f"the network returns {_described(output)}, which has no tensor of shape (rows, {len(labels)}) "
            f"for the {len(labels)} classes {shortlist(labels)}. Name as many labels as it has outputs, or "
            "pass forward= and return the logits there."
        )
    if found.dim() == 1:
        found = found[:, None]
    single = found.shape[1] == 1 and len(labels) == 2
    if outputs == "probabilities":
        if single:
            found = torch.cat([1 - found, found], dim=1)
        tiny = torch.finfo(found.dtype).tiny
        return torch.logit(found, eps=tiny) if link == "sigmoid" else found.clamp_min(tiny).log()
    if link == "softmax" and not single and _are_probabilities(found):
        raise UsageError(
            "the network's outputs are positive and add up to 1 in every row: they are probabilities "
            "already, and a second softmax would flatten them. Say outputs='probabilities', or leave out its "
            "last layer."
        )
    return torch.cat([torch.zeros_like(found), found], dim=1) if single else found


def probabilities_of(logits: Tensor, link: Link) -> Tensor:
    """Turn logits into probabilities, shape (rows, classes).

    Examples
    --------
    >>> probabilities_of(torch.tensor([[0.0, 0.0]]), "softmax").tolist()
    [[0.5, 0.5]]
    """
    return torch.sigmoid(logits) if link == "sigmoid" else torch.softmax(logits, dim=1)


def answered(logits: Tensor, output: Output, link: Link) -> Tensor:
    r"""Turn logits into what is differentiated, shape (rows, classes).

    Parameters
    ----------
    logits : Tensor of shape (rows, classes)
    output : {"probability", "logit"}
    link : {"softmax", "sigmoid"}

    Notes
    -----
    The logit of class k is its log-odds, :math:`\log\frac{p_k}{1 - p_k} = z_k - \log\sum_{j \ne k} e^{z_j}`.
    A raw output :math:`z_k` is none: softmax ignores what all outputs have in common, so that two networks
    with the same predictions may differ in it at will.

    Examples
    --------
    >>> answered(torch.tensor([[0.0, 2.0]]), "logit", "softmax").tolist()
    [[-2.0, 2.0]]
    """
    if output == "probability":
        return probabilities_of(logits, link)
    if link == "sigmoid":
        return logits
    classes = logits.shape[1]
    others = logits[:, None, :].expand(-1, classes, -1)
    own = torch.eye(classes, dtype=torch.bool, device=logits.device)
    return logits - others.masked_fill(own, -torch.inf).logsumexp(dim=2)


def answered_class(logits: Tensor, classes: Tensor, output: Output, link: Link) -> Tensor:
    """Turn logits into what is differentiated, for one class per row; shape (rows,).

    Examples
    --------
    >>> answered_class(torch.tensor([[0.0, 2.0]]), torch.tensor([1]), "logit", "softmax").tolist()
    [2.0]
    """
    chosen = classes[:, None]
    if output == "probability":
        return probabilities_of(logits, link).gather(1, chosen)[:, 0]
    own = logits.gather(1, chosen)[:, 0]
    if link == "sigmoid":
        return own
    kept = torch.ones_like(logits, dtype=torch.bool).scatter(1, chosen, value=False)
    return own - logits.masked_fill(~kept, -torch.inf).logsumexp(dim=1)


def _found(output: Any, classes: int) -> Tensor | None:
    if isinstance(output, Tensor):
        return output if _fits(output, classes) else None
    if isinstance(output, Mapping):
        named = output.get("logits")
        return _found(named if named is not None else tuple(output.values()), classes)
    if (named := getattr(output, "logits", None)) is not None:
        return _found(named, classes)
    if isinstance(output, tuple | list):
        for part in output:
            if isinstance(part, Tensor) and _fits(part, classes):
                return part
    return None


def _fits(tensor: Tensor, classes: int) -> bool:
    if not tensor.is_floating_point():
        return False
    if tensor.dim() == 1:
        return classes == 2
    return tensor.dim() == 2 and (tensor.shape[1] == classes or (tensor.shape[1] == 1 and classes == 2))


def _are_probabilities(found: Tensor) -> bool:
    with torch.no_grad():
        sums = found.detach().sum(dim=1)
        return bool((found.detach() >= 0).all() and ((sums - 1).abs() < _CLOSE_TO_ONE).all())


def _described(output: Any) -> str:
    if isinstance(output, Tensor):
        return f"a tensor of shape {tuple(output.shape)}"
    if isinstance(output, tuple | list):
        return f"a {type(output).__name__} of {', '.join(_described(part) for part in output) or 'nothing'}"
    if isinstance(output, Mapping):
        return f"a mapping of {shortlist(list(output))}"
    return f"an object of type {type(output).__name__}"
