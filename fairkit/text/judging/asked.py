"""What is asked of a classifier, checked before any model is loaded."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal, get_args

from fairkit.errors import UsageError, did_you_mean, shortlist

Scale = Literal["none", "unit", "relative"]
"""Nothing; the protected direction brought to length 1; sensitivity as a share of the probability."""

Head = Literal["embeddings", "encoder"]
"""What a protected-status model reads: averaged embeddings, or what the encoder makes of them."""

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
    logit : bool
        Whether log-odds are differentiated, not probabilities.
    scale : {"none", "unit", "relative"}
    absolute : bool
        Whether absolute sensitivities are measured beside signed ones.
    toward : str
        ``own``, or the group towards which the protected direction points.
    head : {"embeddings", "encoder"}
    tolerance : float
    permutations, folds, examples, batch_size, seed : int
    confidence : float

    Raises
    ------
    UsageError
        A setting is unknown or out of range; all problems at once.

    Examples
    --------
    >>> Asked(scale="units")
    Traceback (most recent call last):
        ...
    fairkit.errors.UsageError: scale 'units' is unknown ... Did you mean 'unit'?
    """

    target: str = PREDICTED
    logit: bool = False
    scale: Scale = "none"
    absolute: bool = False
    toward: str = OWN
    head: Head = "embeddings"
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
                ("scale", self.scale, get_args(Scale)),
                ("head", self.head, get_args(Head)),
            )
            if (problem := _unknown(name, value, known))
        ]
        if self.scale == "relative" and self.logit:
            problems.append(
                "scale 'relative' divides by the probability, and log-odds may be 0: ask for one of scale "
                "'relative' and logit."
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
        output = "logit" if self.logit else "probability"
        return {"target": self.target, "output": output, "scale": self.scale, "signed": signed}


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


def check_direction(protected: object, toward: str, head: str) -> None:
    """Refuse what only a protected-status model has, where none is trained.

    Raises
    ------
    UsageError

    Examples
    --------
    >>> check_direction("sex", "F", "encoder")
    >>> check_direction(None, "F", "embeddings")
    Traceback (most recent call last):
        ...
    fairkit.errors.UsageError: toward 'F' is the group that a column names; name that with protected ...
    """
    if isinstance(protected, str):
        return
    problems = []
    if toward != OWN:
        problems.append(
            f"toward '{toward}' is the group that a column names; name that with protected (--protected COL)."
        )
    if head != "embeddings":
        problems.append(
            f"head '{head}' is what a model of a column reads; name that with protected (--protected COL)."
        )
    if problems:
        raise UsageError(*problems)


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
