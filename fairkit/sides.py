"""What was measured on one side of a contrast, why it may have no limits, and how two sides are paired."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from fairkit.metrics import Functional, Why
from fairkit.pulls import Pulls
from fairkit.residuals import FEWEST
from fairkit.scaled import COUNTED, SKEWED, Sided, filled, moderated, pooled, shapes

FloatArray = NDArray[np.float64]

FEWEST_ROWS = 10.0 - 1e-9
"""Fewest effective rows for Student's t, of each kind that a metric needs; one less are its freedom.

Below, 95 % intervals cover 89 % of means of exponential errors. Degrees of freedom alone would not do: an AUC
has many where its few positives happen to lie close together.
"""


@dataclass(frozen=True, slots=True)
class Side:
    """One side of contrasts: what was measured of every group.

    Parameters
    ----------
    numbers : array, shape (5, metrics, groups)
        Values, variances, degrees of freedom, steps and worths; NaN where undefined.
    units : array, shape (metrics, groups)
        Clusters that matter to a metric, or else the effective rows of the scarcest kind that it needs.
    why : array of str, shape (metrics, groups)
        Why a functional has no value, where the sums alone do not show it; empty elsewhere.
    pulls : list of Pulls
        One for each group where rows are clustered.
    """

    numbers: FloatArray
    units: FloatArray
    why: NDArray[np.str_]
    pulls: list[Pulls]

    @property
    def value(self) -> FloatArray:
        """Values."""
        return np.asarray(self.numbers[0])

    @property
    def variance(self) -> FloatArray:
        """Variances of the values."""
        return np.asarray(self.numbers[1])

    @property
    def freedom(self) -> FloatArray:
        """Degrees of freedom of the variances."""
        return np.asarray(self.numbers[2])

    @property
    def step(self) -> FloatArray:
        """The largest influence of any sum: for events per exposure, what one more event adds."""
        return np.asarray(self.numbers[3])

    @property
    def worth(self) -> FloatArray:
        """The share of independent rows that clustered rows are worth; 1 without clusters."""
        return np.asarray(self.numbers[4])

    @classmethod
    def blank(cls, metrics: int, groups: int) -> Side:
        """Return a side on which nothing has been measured yet."""
        shape = (metrics, groups)
        return cls(np.full((5, *shape), np.nan), np.zeros(shape), np.full(shape, "", "<U24"), [])

    def rows(self, chosen: Sequence[int]) -> Side:
        """Return some of the metrics."""
        index = list(chosen)
        pulls = [Pulls(one.cluster, one.pull[index]) for one in self.pulls]
        return Side(self.numbers[:, index], self.units[index], self.why[index], pulls)

    def at(self, group: int) -> Side:
        """Return the side on which one group stands opposite every other."""
        groups = np.full(self.value.shape[1], group)
        return Side(self.numbers[:, :, groups], self.units[:, groups], self.why[:, groups], [])

    def take(self, metrics: NDArray[np.bool_], source: Side) -> None:
        """Take over what another side knows of some metrics."""
        self.numbers[:, metrics] = source.numbers[:, metrics]
        self.units[metrics], self.why[metrics] = source.units[metrics], source.why[metrics]


class Pair(NamedTuple):
    """One metric of both sides of every contrast, as limits need it."""

    own: Sided
    other: Sided
    own_degrees: FloatArray
    other_degrees: FloatArray


def sided(metric: Functional, side: Side, row: int) -> Sided:
    """Take one metric of one side."""
    return shapes(metric.scale, side.value[row], side.variance[row], side.freedom[row], side.step[row])


def reasons(metrics: Sequence[Functional], side: Side, *, clustered: bool) -> NDArray[np.str_]:
    """Say why a side has no limits, shape (metrics, groups); empty where it has or where it is undefined."""
    found = np.full(side.value.shape, "", dtype="<U24")
    for i, m in enumerate(metrics):
        counted = m.scale in COUNTED
        variance, freedom = side.variance[i], side.freedom[i]
        if not counted:
            found[i, ~np.isfinite(sided(m, side, i).shape)] = Why.NO_VARIATION
        found[i, np.isnan(variance)] = Why.LOST_PRECISION
        if clustered:
            found[i, (side.units[i] < FEWEST) | np.isnan(freedom)] = Why.TOO_FEW_CLUSTERS
        else:
            few = ~(freedom >= FEWEST_ROWS - 1) | (side.units[i] < FEWEST_ROWS)
            found[i, ~(freedom >= 1) if counted else few] = Why.FEW_ROWS
        found[i, np.isnan(side.value[i])] = ""
    return found


def paired(metric: Functional, own: Sided, other: Sided, correlation: FloatArray, *, corrected: bool) -> Pair:
    """Bring two sides together, with moderated variances for corrected limits and for skewed amounts."""
    mean = pooled(own)
    own, other = filled(metric.scale, own, mean), filled(metric.scale, other, mean)
    if corrected or metric.scale in SKEWED:
        own, other = moderated(own, mean), moderated(other, mean)
    known = 2 if corrected else 1
    pair = Pair(own, other, own.freedom / known, other.freedom / known)
    if metric.scale in COUNTED:
        return pair
    degrees = _welch(pair, correlation)
    return Pair(own, other, degrees, degrees)


def never_negative(metric: Functional) -> bool:
    """Say whether there is a ratio of two values of a metric."""
    return metric.lowest is not None and metric.lowest >= 0


def _welch(pair: Pair, correlation: FloatArray) -> FloatArray:
    """Return a contrast's degrees of freedom on the metric's scale: Welch's, or those of shared clusters."""
    one, two, first, second = pair
    with np.errstate(divide="ignore", invalid="ignore"):
        v1, v2 = one.shape / (one.freedom + 1), two.shape / (two.freedom + 1)
        apart_ = (v1 + v2) ** 2 / (v1**2 / first + v2**2 / second)
    return np.asarray(np.where(correlation == 0, apart_, np.fmin(apart_, np.fmax(first, second))))
