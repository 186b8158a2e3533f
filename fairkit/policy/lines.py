"""Lines of a policy: one check on one metric over the groups of one grouping, ready to be decided.

A line says which groups are judged, what they are held to, why some cannot be judged, and where limits of any
level come from. The decision itself is made over all lines together (:mod:`fairkit.policy.family`).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from fairkit.evidence import Limits
from fairkit.inference import Bounds
from fairkit.metrics import AnyMetric
from fairkit.policy.model import Check, Compare, Direction, PolicyGroup

FloatArray = NDArray[np.float64]
IntArray = NDArray[np.int64]


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class Line:
    """One check on one metric over the groups of one grouping.

    Parameters
    ----------
    check : Check
    position : int
        Place of the check in the policy.
    group : PolicyGroup
    attribute : str
    metric : AnyMetric
    names : tuple of str
        Of the groups judged.
    limits : Limits
        Where intervals come from, of shape (metrics, groups).
    row : int
        The metric there.
    places : array of int64, shape (groups judged,)
        The groups judged there.
    reference : tuple of (str or None)
        What each group is compared with.
    n, n_reference : tuple of (int or None)
        Rows in the denominators.
    whys : tuple of (str or None)
        Why a group cannot be judged whatever the interval; None where it can.
    unsure : callable
        Says why a group, by its place, has a value and no interval.
    allowed : tuple of float
        From where to where the value may lie; infinite where there is no limit.
    hypotheses : int
        How many the correction allows for, see :func:`fairkit.policy.family.decided`.
    rows : array of float64, shape (groups judged,)
        Rows of each group, for the number needed.
    clusters : array of float64 or None
    """

    check: Check
    position: int
    group: PolicyGroup
    attribute: str
    metric: AnyMetric
    names: tuple[str, ...]
    limits: Limits
    row: int
    places: IntArray
    reference: tuple[str | None, ...]
    n: tuple[int | None, ...]
    n_reference: tuple[int | None, ...]
    whys: tuple[str | None, ...]
    unsure: Callable[[int], str]
    allowed: tuple[float, float]
    hypotheses: int
    rows: FloatArray
    clusters: FloatArray | None

    @property
    def value(self) -> FloatArray:
        """What is held to the limit, shape (groups judged,); NaN where undefined."""
        return np.asarray(self.limits.value[self.row, self.places])

    @property
    def judged(self) -> NDArray[np.bool_]:
        """Which groups are judged by their interval, shape (groups judged,)."""
        return np.array([why is None for why in self.whys], bool)

    def of(self, bounds: Bounds) -> Bounds:
        """Take the groups judged out of intervals of all metrics and groups."""
        return Bounds(bounds.low[self.row, self.places], bounds.high[self.row, self.places])


def allowed(check: Check, metric: AnyMetric) -> tuple[float, float]:
    """Say from where to where the value of a check may lie.

    Parameters
    ----------
    check : Check
    metric : AnyMetric
        Says which way is worse.

    Examples
    --------
    >>> from fairkit.metrics import metric
    >>> from fairkit.policy.model import Number
    >>> gap = Check(
    ...     id="gap", metric="true_positive_rate", groups=("sex",), compare=Compare.DIFFERENCE,
    ...     maximum=Number(0.1, "0.10"),
    ... )
    >>> allowed(gap, metric("true_positive_rate"))
    (-0.1, 0.1)
    """
    if check.compare is Compare.BASELINE:
        if check.max_change is not None:
            return -check.max_change.value, check.max_change.value
        worst = np.inf if check.max_regression is None else check.max_regression.value
        if metric.better == "neither":  # what nobody can say is worse may not pass unseen
            return -worst, worst
        return (-worst, np.inf) if metric.better == "higher" else (-np.inf, worst)
    low = -np.inf if check.minimum is None else check.minimum.value
    high = np.inf if check.maximum is None else check.maximum.value
    if check.compare is not Compare.DIFFERENCE:
        return low, high
    above = check.direction is not Direction.BELOW
    below = check.direction is not Direction.ABOVE
    if check.direction is Direction.WORSE and metric.better != "neither":
        above, below = metric.better == "lower", metric.better == "higher"
    return -high if below else -np.inf, high if above else np.inf
