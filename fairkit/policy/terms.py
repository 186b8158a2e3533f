"""The words that a policy is written in: closed sets, and limits that keep their text as written."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Compare(StrEnum):
    """What a check holds to its limit.

    Examples
    --------
    >>> Compare("ratio").value
    'ratio'
    """

    VALUE = "value"
    DIFFERENCE = "difference"
    RATIO = "ratio"
    WORST = "worst"
    BASELINE = "baseline"


class Direction(StrEnum):
    """Which way a difference from the reference counts.

    Examples
    --------
    >>> [str(direction) for direction in Direction]
    ['either', 'worse', 'above', 'below']
    """

    EITHER = "either"
    WORSE = "worse"
    ABOVE = "above"
    BELOW = "below"


class Rule(StrEnum):
    """What has to be proven: the harm before a release fails, or the safety before it passes.

    Examples
    --------
    >>> str(Rule.PROVE_HARM)
    'prove-harm'
    """

    PROVE_HARM = "prove-harm"
    PROVE_SAFETY = "prove-safety"


class Severity(StrEnum):
    """Whether a check decides about the release; only errors do.

    Examples
    --------
    >>> str(Severity.ERROR)
    'error'
    """

    ERROR = "error"
    WARNING = "warning"
    INFO = "info"


class Effect(StrEnum):
    """What an undecided group does to the release.

    Examples
    --------
    >>> str(Effect.FAIL)
    'fail'
    """

    FAIL = "fail"
    WARN = "warn"
    PASS = "pass"  # noqa: S105 - no password


@dataclass(frozen=True, slots=True)
class Number:
    """A limit, with the text that it was written with.

    Parameters
    ----------
    value : float
    text : str

    Examples
    --------
    >>> str(Number(0.8, "0.80"))
    '0.80'
    """

    value: float
    text: str

    def __str__(self) -> str:
        return self.text
