r"""Gradients of a classifier's answer: one backward pass for a whole batch.

Rows of a batch are independent, so the gradient of :math:`\sum_b w_b \cdot f(e_b)` with respect to all
embeddings holds :math:`J_b^\top w_b` of every row b.
"""

from __future__ import annotations

import warnings
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from typing import Any, NamedTuple

import torch
from torch import Tensor

from fairkit.text.networks.embedded import Differentiable, Embedded
from fairkit.text.networks.outputs import Link, Output, answered, answered_class, probabilities_of
from fairkit.text.networks.questions import Question


class Slopes(NamedTuple):
    """What one batch says.

    Attributes
    ----------
    gradients : tuple of Tensor
        The gradient with respect to the embeddings, of their shape: one, or one per class where absolute
        values of several classes are added up.
    classes : Tensor of shape (rows,)
        The class asked about: the chosen one, or the predicted one where classes are weighted.
    probabilities : Tensor of shape (rows, classes)
        In double precision.
    weighted : Tensor of shape (rows,)
        The probability of the class, or the weighted one.
    """

    gradients: tuple[Tensor, ...]
    classes: Tensor
    probabilities: Tensor
    weighted: Tensor


def slopes(model: Differentiable, embedded: Embedded, asked: Question, given: Tensor | None = None) -> Slopes:
    """Differentiate the answer to a batch with respect to its embeddings.

    Parameters
    ----------
    model : Differentiable
    embedded : Embedded
    asked : Question
    given : Tensor of int, of shape (rows,), optional
        The class of each row.

    Examples
    --------
    >>> from fairkit.text.networks import from_module
    >>> from fairkit.text.networks.questions import question
    >>> line = torch.nn.Linear(1, 2, bias=False)
    >>> _ = line.weight.data.copy_(torch.tensor([[0.0], [1.0]]))
    >>> model = from_module(line.eval(), labels=("no", "yes"))
    >>> found = slopes(model, model.embed([[0.0]]), question(model.labels, target="yes"))
    >>> found.gradients[0].tolist()
    [[0.25]]
    """
    with torch.inference_mode(mode=False), torch.enable_grad():
        leaf = embedded.embeddings.detach().clone().requires_grad_()
        # Softmax in double precision: where single precision rounds p to 1, its slope would be 0.
        logits = model.logits(embedded.holding(leaf)).double()
        classes = asked.classes(logits.detach(), given)
        probabilities = probabilities_of(logits.detach(), asked.link)
        if asked.weights is None:
            weighted = probabilities.gather(1, classes[:, None])[:, 0]
            answer = _of_class(logits, classes, asked)
            gradients = torch.autograd.grad(answer.sum(), leaf)
        else:
            weights = asked.weights.to(logits)
            weighted = probabilities @ weights
            answers = answered(logits, asked.output, asked.link)
            if asked.signed:
                total = answers @ weights
                if asked.scale == "relative":
                    total = total / weighted
                gradients = torch.autograd.grad(total.sum(), leaf)
            else:
                shares = (
                    weights.abs() / weighted[:, None] if asked.scale == "relative" else weights.abs()[None]
                )
                columns = (shares * answers).sum(dim=0)
                gradients = tuple(
                    torch.autograd.grad(column, leaf, retain_graph=k + 1 < len(columns))[0]
                    for k, column in enumerate(columns)
                )
    return Slopes(tuple(gradients), classes, probabilities, weighted)


def contributions(found: Slopes, directions: Tensor, *, signed: bool) -> Tensor:
    """Multiply slopes with protected directions, coordinate by coordinate, in double precision.

    Returns
    -------
    Tensor of the shape of the embeddings
        Its sum over a row is the row's sensitivity.

    Examples
    --------
    >>> one = Slopes((torch.tensor([[2.0, -1.0]]),), *[torch.zeros(1)] * 3)
    >>> contributions(one, torch.tensor([[1.0, 1.0]]), signed=False).tolist()
    [[2.0, 1.0]]
    """
    along = directions.double()
    if signed:
        return found.gradients[0].double() * along
    total = torch.zeros_like(along)
    for gradient in found.gradients:
        total += gradient.double().abs()
    return total * along.abs()


def along(
    model: Differentiable, embedded: Embedded, directions: Tensor, *, output: Output, link: Link
) -> tuple[Tensor, Tensor, str | None]:
    """Differentiate every class along one direction per row, by forward mode.

    Returns
    -------
    tuple
        J v, shape (rows, classes); the logits; and a note where backward mode had to stand in.

    Examples
    --------
    >>> from fairkit.text.networks import from_module
    >>> model = from_module(torch.nn.Identity().eval(), labels=("no", "yes"))
    >>> batch = model.embed([[0.0, 0.0]])
    >>> along(model, batch, torch.tensor([[0.0, 1.0]]), output="probability", link="softmax")[0].tolist()
    [[-0.25, 0.25]]
    """
    start = embedded.embeddings.detach()

    def answer(embeddings: Tensor) -> tuple[Tensor, Tensor]:
        found = model.logits(embedded.holding(embeddings)).double()
        return answered(found, output, link), found

    with torch.inference_mode(mode=False), torch.enable_grad():
        try:
            with forward_mode():
                _, slope, found = _jvp(answer, start, directions.to(start))
        except RuntimeError:  # an operation lacks it; a fault of the network itself comes again below
            slope, found = _by_class(answer, start, directions)
            return (
                slope,
                found.detach(),
                "forward mode is not there for this network: one backward pass per class",
            )
    return slope.detach(), found.detach(), None


def absolute_by_class(
    model: Differentiable, embedded: Embedded, directions: Tensor, *, output: Output, link: Link
) -> tuple[Tensor, Tensor, None]:
    """Sum |J| |v| for every class: one backward pass per class, for forward mode knows no absolute values.

    Examples
    --------
    >>> from fairkit.text.networks import from_module
    >>> model = from_module(torch.nn.Identity().eval(), labels=("no", "yes"))
    >>> batch, v = model.embed([[0.0, 0.0]]), torch.ones(1, 2)
    >>> absolute_by_class(model, batch, v, output="probability", link="softmax")[0].tolist()
    [[0.5, 0.5]]
    """
    with torch.inference_mode(mode=False), torch.enable_grad():
        leaf = embedded.embeddings.detach().clone().requires_grad_()
        logits = model.logits(embedded.holding(leaf)).double()
        answers = answered(logits, output, link)
        size, columns = directions.double().abs(), []
        for k in range(answers.shape[1]):
            (gradient,) = torch.autograd.grad(
                answers[:, k].sum(), leaf, retain_graph=k + 1 < answers.shape[1]
            )
            columns.append((gradient.double().abs() * size).flatten(1).sum(dim=1))
    return torch.stack(columns, dim=1), logits.detach(), None


@contextmanager
def forward_mode() -> Iterator[None]:
    """Choose kernels that know forward mode: fused attention does not, its plain form does.

    Examples
    --------
    >>> with forward_mode():
    ...     x = torch.ones(1, 1, 2, 2)
    ...     attend = torch.nn.functional.scaled_dot_product_attention
    ...     _ = torch.func.jvp(lambda y: attend(y, y, y), (x,), (x,))
    """
    with ExitStack() as stack, warnings.catch_warnings():
        from torch.nn.attention import SDPBackend, sdpa_kernel

        stack.enter_context(sdpa_kernel(SDPBackend.MATH))
        fast = torch.backends.mha.get_fastpath_enabled()
        torch.backends.mha.set_fastpath_enabled(False)
        stack.callback(torch.backends.mha.set_fastpath_enabled, fast)
        # torch's own rules for forward mode are written in a dialect it has deprecated.
        warnings.filterwarnings("ignore", message=".*torch.jit.script.*", category=DeprecationWarning)
        yield


def _of_class(logits: Tensor, classes: Tensor, asked: Question) -> Tensor:
    if asked.scale == "relative":  # the slope of log p is the slope of p as a share of p
        if asked.link == "sigmoid":
            return torch.nn.functional.logsigmoid(logits.gather(1, classes[:, None])[:, 0])
        return torch.log_softmax(logits, dim=1).gather(1, classes[:, None])[:, 0]
    return answered_class(logits, classes, asked.output, asked.link)


def _jvp(
    answer: Callable[[Tensor], tuple[Tensor, Tensor]], start: Tensor, directions: Tensor
) -> tuple[Tensor, Tensor, Tensor]:
    found: Any = torch.func.jvp(answer, (start,), (directions,), has_aux=True)
    value, slope, logits = found
    return value, slope, logits


def _by_class(
    answer: Callable[[Tensor], tuple[Tensor, Tensor]], start: Tensor, directions: Tensor
) -> tuple[Tensor, Tensor]:
    leaf = start.clone().requires_grad_()
    answers, logits = answer(leaf)
    columns = []
    for k in range(answers.shape[1]):
        (gradient,) = torch.autograd.grad(answers[:, k].sum(), leaf, retain_graph=True)
        columns.append((gradient.double() * directions.double()).flatten(1).sum(dim=1))
    return torch.stack(columns, dim=1), logits
