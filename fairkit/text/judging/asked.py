"""What is asked of a classifier, checked before any model is loaded."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal, get_args

from fairkit.errors import UsageError, did_you_mean, shortlist

Output = Literal["probability", "logit"]
"""What is differentiated."""

Scale = Literal["none", "unit", "relative"]
"""Nothing; the protected direction brought to length 1; sensitivity as a share of the probability."""

GIVEN, PREDICTED, OWN = "given", "predicted", "own"

FEWEST_PERMUTATIONS = 19
"""With fewer there is no 95 % of chance."""


@dataclass(frozen=True, slots=True)
class Asked:
    """How sensitivities are measured.

    Parameters
    ----------
    target : str
        ``predicted``, ``given`` or a class.
    output : {"probability", "logit"}
    scale : {"none", "unit", "relative"}
    absolute : bool
        Whether absolute sensitivities are measured beside signed ones.
    toward : str
        ``own``, or the group towards which the protected direction points.
    tolerance : float
    permutations, folds, examples, batch_size, seed : int
    confidence : float

    Raises
    ------
    UsageError
        A setting is unknown or out of range; all problems at once.

    Examples
    --------
    >>> Asked(output="logits")
    Traceback (most recent call last):
        ...
    fairkit.errors.UsageError: output 'logits' is unknown (there are 'probability', 'logit'). Did you mean ...
    """

    target: str = PREDICTED
    output: Output = "probability"
    scale: Scale = "none"
    absolute: bool = False
    toward: str = OWN
    tolerance: float = 0.1
    permutations: int = 199
    folds: int = 5
    examples: int = 3
    batch_size: int = 64
    seed: int = 0
    confidence: float = 0.95

    def __post_init__(self) -> None:
        problems = [
            problem
            for name, value, known in (
                ("output", self.output, get_args(Output)),
                ("scale", self.scale, get_args(Scale)),
            )
            if (problem := _unknown(name, value, known))
        ]
        if self.scale == "relative" and self.output == "logit":
            problems.append(
                "scale 'relative' divides by the probability; a logit may be 0. Say output 'probability'."
            )
        for name, least in (("permutations", 0), ("folds", 2), ("examples", 0), ("batch_size", 1)):
            value: Any = getattr(self, name)
            if isinstance(value, bool) or not isinstance(value, int) or value < least:
                problems.append(f"{name} must be a whole number from {least} on, it is {value!r}.")
            elif name == "permutations" and 0 < value < FEWEST_PERMUTATIONS:
                problems.append(
                    f"{value} permutations are too few for a floor: take {FEWEST_PERMUTATIONS} or more, or 0 "
                    "for none."
                )
        tolerance: Any = self.tolerance
        if isinstance(tolerance, bool) or not isinstance(tolerance, int | float) or not 0 <= tolerance <= 1:
            problems.append(f"tolerance {tolerance!r} is no share of probability from 0 to 1, such as 0.1.")
        if problems:
            raise UsageError(*problems)

    def settings(self, *, signed: bool) -> dict[str, Any]:
        """Return what :func:`fairkit.text.sensitivities` is asked.

        Examples
        --------
        >>> Asked(scale="unit").settings(signed=True)["scale"]
        'unit'
        """
        return {"target": self.target, "output": self.output, "scale": self.scale, "signed": signed}


def check_label(label: str | None, target: str) -> None:
    """Refuse a label that nothing asks for, and a target that asks for a label which is not there.

    Raises
    ------
    UsageError

    Examples
    --------
    >>> check_label("toxic", "given")
    """
    if label is None and target == GIVEN:
        raise UsageError("target 'given' is the class that a column says; name it with label (--label COL).")
    if label is not None and target != GIVEN:
        raise UsageError(
            f"label '{label}' is the class that texts should have: it is asked for with target 'given' "
            f"(--target given), and target is '{target}'."
        )


def check_target(target: str, labels: Sequence[str]) -> None:
    """Refuse a target that is no class of the model.

    Raises
    ------
    UsageError

    Examples
    --------
    >>> check_target("nurses", ["nurse", "surgeon"])
    Traceback (most recent call last):
        ...
    fairkit.errors.UsageError: target 'nurses' is unknown ... Did you mean 'nurse'?
    """
    problem = _unknown("target", target, (PREDICTED, GIVEN, *labels))
    if problem:
        raise UsageError(problem)


def _unknown(name: str, value: object, known: Sequence[str]) -> str:
    if value in known:
        return ""
    return f"{name} '{value}' is unknown (there are {shortlist(known)}).{did_you_mean(str(value), known)}"
