"""Intervals of values that only resampling can judge: BCa, and Student's t on the bootstrap's standard error.

A plain interval is the bootstrap's (BCa), at a level raised so that it is as wide as Student's t with the
degrees of freedom that the data have: rare events, a few clusters and heavy tails leave few. A corrected
interval needs levels that some hundred replicates cannot resolve: it is the wider of Student's t on the
bootstrap's standard error (of the logarithm for ratios) and of BCa at the last level that they resolve.

References
----------
Efron & Tibshirani 1993, An Introduction to the Bootstrap; Hesterberg 2015, What teachers should know about
the bootstrap, The American Statistician 69.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from fairkit.inference import bca_at
from fairkit.inference.distributions import normal_cdf, student_quantile
from fairkit.resampling import Pulls

FloatArray = NDArray[np.float64]

BOOTSTRAP_FROM = 20
"""Fewest units for a bootstrap distribution; with fewer only its standard error is used."""

MOST_UNDEFINED = 0.05
_IN_TAIL = 5


class Spread(NamedTuple):
    """What the units say of a value's distribution, and how many there are on the smaller side."""

    acceleration: float
    freedom: float
    units: int


def spread_of(own: Pulls, other: Pulls | None, units: int) -> Spread:
    r"""Compute BCa's acceleration, and the degrees of freedom of the variance, from the pulls of units.

    Notes
    -----
    The variance is :math:`\sum u^2`, whose own variance is about :math:`\sum u^4 - (\sum u^2)^2 / m` over m
    units; twice the square of the one over the other are its degrees of freedom (Satterthwaite): m for normal
    pulls, few for rare events.
    """
    pull, times = own.pull, own.times
    if other is not None:
        if own.unit is not None and other.unit is not None:
            joint = np.union1d(own.unit, other.unit)
            pull, times = np.zeros(len(joint)), np.ones(len(joint))
            pull[np.searchsorted(joint, own.unit)] += own.pull
            pull[np.searchsorted(joint, other.unit)] -= other.pull
        else:
            pull = np.concatenate([own.pull, -other.pull])
            times = np.concatenate([own.times, other.times])
    square, cube, fourth = (float((times * pull**k).sum()) for k in (2, 3, 4))
    m = float(times.sum())
    if square <= 0 or m < 2:
        return Spread(0.0, 1.0, units)
    noise = fourth - square**2 / m
    freedom = m - 1 if noise <= 0 else min(2 * square**2 / noise, m - 1)
    return Spread(cube / 6 / square**1.5, max(freedom, 1.0), units)


def error_of(drawn: FloatArray, spread: Spread) -> float:
    """Take the bootstrap's standard error, raised by units / (units - 1); NaN where it is unknown."""
    known = drawn[np.isfinite(drawn)]
    if len(known) <= (1 - MOST_UNDEFINED) * len(drawn) or known.max() - known.min() <= 0:
        return np.nan
    return float(known.std(ddof=1) * np.sqrt(spread.units / max(spread.units - 1, 1)))


def interval_of(
    value: float,
    drawn: FloatArray,
    spread: Spread,
    confidence: float,
    *,
    wide: bool,
    ratio: bool = False,
) -> tuple[tuple[float, float] | None, str]:
    """Make one interval; None where the replicates do not show how sure the value is."""
    with np.errstate(divide="ignore", invalid="ignore"):
        scaled, at = (np.log(drawn), np.log(value)) if ratio else (drawn, value)
    error = error_of(scaled, spread)
    if not (error > 0 and np.isfinite(at)):
        return None, "none"
    tail = student_quantile(np.array(spread.freedom), np.array(1 - (1 - confidence) / 2))
    student = (float(at - tail * error), float(at + tail * error))
    student = (float(np.exp(student[0])), float(np.exp(student[1]))) if ratio else student
    if spread.units < BOOTSTRAP_FROM:
        return student, "bootstrap-t"
    last = 1 - 2 * _IN_TAIL / len(drawn)
    reach = np.sqrt(spread.units / (spread.units - 1)) * tail
    level = min(float(1 - 2 * normal_cdf(np.asarray(-reach))), last)
    bca = bca_at([value], drawn[:, None], [spread.acceleration], confidence=level)
    if np.isnan(bca.low[0]):
        return student, "bootstrap-t"
    bounds = (float(bca.low[0]), float(bca.high[0]))
    if not wide:
        return bounds, "bootstrap-bca"
    return (min(student[0], bounds[0]), max(student[1], bounds[1])), "bootstrap-t"
