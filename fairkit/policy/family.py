r"""The family of a policy: all its comparisons, each at the level that their number allows.

Every check that decides about a release is in one family, so that a policy with many checks and groups fails
a fair release no more often than one with few. The correction is Holm's on intervals
(:func:`fairkit.inference.multiplicity.holm_intervals`): an interval wholly beyond its limit frees level for
the others. What is counted as a hypothesis:

- a group against its limit, one;
- two groups that mirror each other (each is the other's rest), one together;
- groups against the best of them, every pair of them, for any might have been the best;
- what cannot be judged (undefined, too few rows), none.

So a release that keeps within all limits fails with a probability of at most :math:`\alpha = 1 - confidence`,
and of half that where only one end of each interval can accuse: a limit on one side, or a difference that may
be either way but cannot lie on both limits at once. A ratio held to 1 and a difference held to 0 can; they
fail in up to :math:`\alpha`. This is as true as the limits are: exact ones of independent rows never exceed
it, those of a lone contrast (Newcombe's, Koopman's) can for rates below 2 % (30 rows against 3,000 at a rate
of .5 %: 7 % on one side), and values of skewed amounts can where they are held from below (root mean squared
errors with log-normal errors: 15 %).

To pass is harder: every interval must lie inside at its corrected level, though no correction is needed to
prove that all groups are safe. So a release with one group on a limit passes with a probability of at most
:math:`\alpha / 2m` where limits are exact. Where speakers differ much, or weights do, it is more: those who
were not drawn were not seen (see :mod:`fairkit.speech.evidence`).
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from fairkit.corrections import Correction
from fairkit.evidence import Limits
from fairkit.inference import Bounds, benjamini_hochberg_intervals, holm_intervals
from fairkit.policy.lines import Line
from fairkit.policy.model import EvidenceRules

FloatArray = NDArray[np.float64]


@dataclass(frozen=True, slots=True, eq=False)
class Decided:
    """The intervals that decide about the groups of one line, shape (groups judged,); NaN where undefined.

    Examples
    --------
    >>> one = np.array([0.5])
    >>> Decided(one, one, one, ("wilson",)).method
    ('wilson',)
    """

    low: FloatArray
    high: FloatArray
    level: FloatArray
    method: tuple[str, ...]


def decided(lines: Sequence[Line], evidence: EvidenceRules) -> tuple[list[Decided], int]:
    """Take the interval of every group of every line at the level that the family allows.

    Parameters
    ----------
    lines : sequence of Line
        One family.
    evidence : EvidenceRules

    Returns
    -------
    list of Decided
        In the order of the lines.
    int
        How many hypotheses the correction allowed for.
    """
    size = sum(line.hypotheses for line in lines)
    if not lines:
        return [], size
    if evidence.correction is Correction.NONE or size <= 1:
        return [_alone(line, evidence.confidence) for line in lines], size
    asked = _Asked(lines)
    low, high = (
        np.concatenate([np.full(len(line.names), line.allowed[i]) for line in lines]) for i in (0, 1)
    )
    explores = evidence.correction is Correction.BENJAMINI_HOCHBERG
    found = (benjamini_hochberg_intervals if explores else holm_intervals)(
        asked.interval,
        low,
        high,
        confidence=evidence.confidence,
        hypotheses=size,
        weights=np.concatenate([_weights(line) for line in lines]),
    )
    cuts = np.cumsum([len(line.names) for line in lines])[:-1]
    columns = [np.split(column, cuts) for column in (found.low, found.high, found.level)]
    return [
        Decided(low, high, level, asked.method_of(line))
        for line, low, high, level in zip(lines, *columns, strict=True)
    ], size


def hypotheses_of(judged: int, *, selected: bool, mirrored: bool) -> int:
    """Count the hypotheses of one line.

    Parameters
    ----------
    judged : int
        Groups that are judged by their interval.
    selected : bool
        Whether the reference was chosen by its value: then every pair of groups might have been compared.
    mirrored : bool
        Whether the groups are two, each the other's rest.

    Examples
    --------
    >>> hypotheses_of(6, selected=False, mirrored=False), hypotheses_of(6, selected=True, mirrored=False)
    (6, 21)
    """
    if selected:
        return judged * (judged + 1) // 2
    return min(judged, 1) if mirrored else judged


class _Asked:
    """Intervals of all lines at one level, computed once for each source of limits."""

    def __init__(self, lines: Sequence[Line]) -> None:
        self.lines = lines
        self.sources: dict[int, Limits] = {id(line.limits): line.limits for line in lines}
        self.methods: dict[int, NDArray[np.str_]] = {}
        self.judged = np.concatenate([line.judged for line in lines])

    def interval(self, level: FloatArray) -> Bounds:
        """Return the intervals at the lowest of the levels: that of all that is still open."""
        lowest = float(np.min(level))
        found: dict[int, Bounds] = {}
        for key, source in self.sources.items():
            found[key], self.methods[key] = source.corrected(np.full(source.value.shape, lowest))
        own = [line.of(found[id(line.limits)]) for line in self.lines]
        low, high = (np.concatenate(bounds) for bounds in zip(*own, strict=True))
        return Bounds(np.where(self.judged, low, np.nan), np.where(self.judged, high, np.nan))

    def method_of(self, line: Line) -> tuple[str, ...]:
        return _texts(self.methods[id(line.limits)][line.row, line.places])


def _alone(line: Line, confidence: float) -> Decided:
    bounds, method = line.limits.alone(confidence)
    low, high = line.of(bounds)
    known = line.judged & ~np.isnan(low)
    low, high = np.where(known, low, np.nan), np.where(known, high, np.nan)
    level = np.where(known, confidence, np.nan)
    return Decided(low, high, level, _texts(method[line.row, line.places]))


def _weights(line: Line) -> FloatArray:
    """Say how much of a hypothesis each group stands for: half where two mirror each other."""
    judged = int(line.judged.sum())
    return np.full(len(line.names), 1.0 if not judged else min(line.hypotheses / judged, 1.0))


def _texts(methods: Iterable[str]) -> tuple[str, ...]:
    return tuple(str(method) for method in methods)
