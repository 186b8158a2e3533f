"""Bands that hold for all groups at once, from bootstrap replicates.

Holm's correction knows nothing of how groups depend on each other; the largest deviation over groups, taken
within each replicate, does. It serves metrics that have no formula, at corrected levels that percentiles
cannot reach.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from fairkit.errors import UsageError
from fairkit.inference.arrays import FloatArray, tail_probability
from fairkit.inference.intervals import Bounds

_MOST_UNDEFINED = 0.05


class MaxT(NamedTuple):
    """Simultaneous bands: all groups lie within their bounds at once with the stated confidence.

    Attributes
    ----------
    critical_value : float
        How many standard errors each band reaches; NaN where no group counts.
    bounds : Bounds
        Estimate -+ critical value x standard error.
    standard_error : ndarray
        Standard deviation of the replicates; NaN where a group does not count.

    Examples
    --------
    >>> MaxT(2.5, Bounds(np.zeros(1), np.ones(1)), np.ones(1)).critical_value
    2.5
    """

    critical_value: float
    bounds: Bounds
    standard_error: FloatArray


def max_t(replicates: npt.ArrayLike, estimate: npt.ArrayLike, *, confidence: float = 0.95) -> MaxT:
    r"""Simultaneous bands for all groups from bootstrap replicates.

    Parameters
    ----------
    replicates : array_like of shape (replicates, groups)
        Bootstrap replicates of the statistics; NaN where undefined.
    estimate : array_like of shape (groups,)
        The statistics on the data.
    confidence : float
        Simultaneous confidence level.

    Returns
    -------
    MaxT
        A group whose estimate is NaN, whose replicates do not vary or are undefined in 5 % or more, gets NaN
        bounds and does not count.

    Raises
    ------
    fairkit.errors.UsageError
        When the shapes do not fit or the level is not strictly between 0 and 1.

    Notes
    -----
    The critical value is the quantile of :math:`\max_g |t^*_g - t_g| / s_g` over the replicates, with s the
    standard deviation of the replicates of each group. Unlike Holm it gains from correlation between groups,
    and needs no more replicates for more groups. The bands are symmetric: for small, skewed groups prefer
    corrected intervals.

    References
    ----------
    Westfall and Young (1993), Resampling-Based Multiple Testing. Romano and Wolf (2005), JASA 100, 94-108.

    Examples
    --------
    >>> draws = np.random.default_rng(0).normal(size=(4000, 20))
    >>> result = max_t(draws, np.zeros(20))
    >>> round(result.critical_value, 1)  # normal quantile for 1 - .05 / 20, almost
    3.0
    """
    draws, point = np.asarray(replicates, dtype=np.float64), np.asarray(estimate, dtype=np.float64)
    if draws.ndim != 2 or len(draws) < 2 or point.shape != draws.shape[1:]:
        raise UsageError(
            f"estimate {point.shape} and replicates {draws.shape} do not fit; "
            "pass (groups,) and (replicates, groups), with two replicates or more."
        )
    tail = 2 * float(tail_probability(np.asarray(confidence, dtype=np.float64)))
    defined = np.isfinite(draws)
    n = defined.sum(axis=0)
    some = np.maximum(n, 2)
    kept = np.where(defined, draws, 0.0)
    centred = np.where(defined, kept - kept.sum(axis=0) / some, 0.0)
    standard_error = np.sqrt((centred**2).sum(axis=0) / (some - 1))
    spread = np.where(defined, kept, -np.inf).max(axis=0) > np.where(defined, kept, np.inf).min(axis=0)
    counts = (n > (1 - _MOST_UNDEFINED) * len(draws)) & np.isfinite(point) & spread
    standard_error = np.where(counts, standard_error, np.nan)
    if not counts.any():
        return MaxT(float("nan"), Bounds(standard_error, standard_error.copy()), standard_error)
    distance = np.where(defined, np.abs(kept - point), 0.0)[:, counts] / standard_error[counts]
    critical = float(np.quantile(distance.max(axis=1), 1 - tail, method="higher"))
    reach = critical * standard_error
    return MaxT(critical, Bounds(point - reach, point + reach), standard_error)
