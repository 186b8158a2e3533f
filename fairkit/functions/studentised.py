"""Intervals of values that only resampling can judge: BCa, and Student's t on the bootstrap's standard error.

A plain interval is the bootstrap's (BCa), at a level raised so that it is as wide as Student's t with the
degrees of freedom that the data have: rare events, a few clusters and heavy tails leave few. A corrected
interval needs levels that some hundred replicates cannot resolve: it is the wider of Student's t on the
bootstrap's standard error (of the logarithm for ratios) and of BCa at the last level that they resolve,
stretched as t grows from there, which keeps how lopsided it is. Where the jackknife's standard error is
larger it is taken instead: it errs to the safe side (Efron & Stein 1981).

References
----------
Efron & Tibshirani 1993, An Introduction to the Bootstrap; Hesterberg 2015, What teachers should know about
the bootstrap, The American Statistician 69.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from fairkit.functions.resampling import Pulls
from fairkit.inference import bca_at
from fairkit.inference.distributions import normal_cdf, normal_quantile, student_quantile

FloatArray = NDArray[np.float64]

BOOTSTRAP_FROM = 20
"""Fewest units for a bootstrap distribution; with fewer only its standard error is used."""

MOST_UNDEFINED = 0.05
_IN_TAIL = 5


class Spread(NamedTuple):
    """What the units say of a value's distribution, and how many there are on the smaller side.

    `error` is the jackknife's standard error.
    """

    error: float
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
        return Spread(0.0, 0.0, 1.0, units)
    noise = fourth - square**2 / m
    freedom = m - 1 if noise <= 0 else min(2 * square**2 / noise, m - 1)
    return Spread(square**0.5, cube / 6 / square**1.5, max(freedom, 1.0), units)


def error_of(drawn: FloatArray, spread: Spread) -> float:
    """Take the larger of the bootstrap's standard error and the jackknife's, which errs to the safe side.

    NaN where the value is undefined in 5 % of the replicates, or never varies.
    """
    known = drawn[np.isfinite(drawn)]
    if len(known) <= (1 - MOST_UNDEFINED) * len(drawn) or known.max() - known.min() <= 0:
        return np.nan
    return max(_deviation(known, spread), spread.error)


def _deviation(drawn: FloatArray, spread: Spread) -> float:
    """Raise the replicates' standard deviation, which is too small by (units - 1) / units."""
    return float(drawn.std(ddof=1) * np.sqrt(spread.units / max(spread.units - 1, 1)))


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
        scaled, at = (np.log(drawn), float(np.log(value))) if ratio else (drawn, value)
    scaled = np.where(np.isfinite(scaled), scaled, np.nan)
    error = error_of(scaled, spread)
    if not (error > 0 and np.isfinite(at)):
        return None, "none"
    tail = student_quantile(np.array(spread.freedom), np.array(1 - (1 - confidence) / 2))
    student = (float(at - tail * error), float(at + tail * error))
    student = (float(np.exp(student[0])), float(np.exp(student[1]))) if ratio else student
    if spread.units < BOOTSTRAP_FROM:
        return student, "bootstrap-t"
    own = float(np.std(scaled[np.isfinite(scaled)], ddof=1))
    reach = float(tail * error / own)
    size = len(drawn)
    outside = max(float(normal_cdf(np.asarray(-reach))), min(_IN_TAIL / size, 0.25))
    stretch = max(reach / -float(normal_quantile(np.asarray(outside))), 1.0)
    # Of B replicates the (B + 1) p-th bounds a tail of p; an interpolated quantile lies further in.
    tail_of_drawn = ((size + 1) * outside - 1) / (size - 1)
    bca = bca_at([at], scaled[:, None], [spread.acceleration], confidence=1 - 2 * tail_of_drawn)
    if np.isnan(bca.low[0]):
        return student, "bootstrap-t"
    bounds = (at + stretch * float(bca.low[0] - at), at + stretch * float(bca.high[0] - at))
    bounds = (float(np.exp(bounds[0])), float(np.exp(bounds[1]))) if ratio else bounds
    if not wide:
        return bounds, "bootstrap-bca"
    return (min(student[0], bounds[0]), max(student[1], bounds[1])), "bootstrap-t"
