"""What is asked of a gradient: which class, which sign, of what, on which scale."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal, get_args

import numpy as np
import torch
from torch import Tensor

from fairkit.errors import DataError, UsageError, did_you_mean, shortlist
from fairkit.text.networks.outputs import Link, Output

Scale = Literal["none", "unit", "relative"]
"""Nothing; the protected direction brought to length 1; the sensitivity as a share of the probability."""

PREDICTED, GIVEN = "predicted", "given"


@dataclass(frozen=True, slots=True)
class Question:
    """Settings of one measurement, checked.

    Parameters
    ----------
    labels : tuple of str
    target : str
        ``predicted``, ``given`` or the name of a class.
    signed : bool
    output : {"probability", "logit"}
    scale : {"none", "unit", "relative"}
    link : {"softmax", "sigmoid"}
    weights : Tensor of shape (classes,), optional
        In the place of one class.

    Examples
    --------
    >>> asked = question(("no", "yes"), target="yes")
    >>> asked.classes(torch.tensor([[0.9, 0.1], [0.2, 0.8]]), None).tolist()
    [1, 1]
    """

    labels: tuple[str, ...]
    target: str
    signed: bool
    output: Output
    scale: Scale
    link: Link
    weights: Tensor | None

    def classes(self, logits: Tensor, given: Tensor | None) -> Tensor:
        """Choose the class of each row, shape (rows,)."""
        if self.target == PREDICTED or self.weights is not None:
            return logits.argmax(dim=1)
        if given is not None:
            return given.to(logits.device)
        return torch.full((len(logits),), self.labels.index(self.target), device=logits.device)


def question(
    labels: Sequence[str],
    *,
    target: str = PREDICTED,
    signed: bool = True,
    output: Output = "probability",
    scale: Scale = "none",
    link: Link = "softmax",
    weights: Sequence[float] | None = None,
) -> Question:
    """Check the settings of a measurement, all at once.

    Raises
    ------
    UsageError
        A setting is unknown, or the settings together measure nothing.

    Examples
    --------
    >>> question(("no", "yes"), weights=[1.0, 1.0])
    Traceback (most recent call last):
        ...
    fairkit.errors.UsageError: weights that are the same for every class measure nothing...
    """
    names = tuple(labels)
    problems = []
    if target not in (PREDICTED, GIVEN, *names):
        known = (PREDICTED, GIVEN, *names)
        problems.append(
            f"target '{target}' is unknown (there are {shortlist(known)}).{did_you_mean(str(target), known)}"
        )
    for name, value, choices in (("output", output, get_args(Output)), ("scale", scale, get_args(Scale))):
        if value not in choices:
            problems.append(
                f"{name} '{value}' is unknown (there are "
                f"{shortlist(choices)}).{did_you_mean(str(value), choices)}"
            )
    if scale == "relative" and output == "logit":
        problems.append(
            "scale='relative' divides by the probability; a logit may be 0. Say output='probability'."
        )
    found = None
    if weights is not None:
        if target != PREDICTED:
            problems.append(f"weights= and target='{target}' both choose classes; pass one of them.")
        try:
            given = np.asarray(weights, dtype=np.float64)
        except (TypeError, ValueError):
            given = np.zeros(0)
        problems += _wrong_weights(given, names, signed=signed, link=link, scale=scale)
        found = torch.from_numpy(given)
    if problems:
        raise UsageError(*problems)
    return Question(names, target, signed, output, scale, link, found)


def numbered(given: Sequence[Any] | None, labels: Sequence[str], rows: int) -> Tensor:
    """Turn given classes, names or numbers, into numbers, shape (rows,).

    Raises
    ------
    UsageError
        None were given, or of another length.
    DataError
        Some are no class of the model.

    Examples
    --------
    >>> numbered(["yes", 0], ["no", "yes"], 2).tolist()
    [1, 0]
    """
    if given is None:
        raise UsageError("target='given' needs the class of every row: given=.")
    if len(given) != rows:
        raise UsageError(f"given= has {len(given)} classes for {rows} rows.")
    place: dict[Any, int] = {name: k for k, name in enumerate(labels)}
    found, strange = [], []
    for one in given:
        number = place.get(one)
        if number is None and isinstance(one, int | np.integer) and 0 <= one < len(labels):
            number = int(one)
        if number is None:
            strange.append(one)
        found.append(number or 0)
    if strange:
        raise DataError(
            f"{len(strange):,} of the given classes are none of the model's "
            f"({shortlist(list(dict.fromkeys(strange)))}); it has {shortlist(list(labels))}."
        )
    return torch.tensor(found, dtype=torch.long)


def _wrong_weights(
    weights: np.ndarray[Any, Any], labels: Sequence[str], *, signed: bool, link: Link, scale: Scale
) -> list[str]:
    if weights.shape != (len(labels),) or not np.isfinite(weights).all():
        return [f"weights= must be {len(labels)} finite numbers, one for each class."]
    if scale == "relative" and (weights < 0).any():
        return ["scale='relative' divides by the weighted probability, which negative weights may make 0."]
    if not weights.any():
        return ["weights that are all 0 measure nothing."]
    if signed and link == "softmax" and np.ptp(weights) <= 1e-12 * np.abs(weights).max():
        said = (
            "weights that are the same for every class measure nothing: probabilities add up to 1 whatever "
            "the text, so their derivatives add up to 0, and what is left is rounding. Ask for the predicted "
            "or the given class (target=), for one class by name, or for absolute values (signed=False)."
        )
        return [said]
    return []
