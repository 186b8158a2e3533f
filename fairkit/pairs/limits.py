r"""Limits of the difference, or the ratio, of one metric of two models on the same rows.

The joint table of counts knows each row under both models, which gives two ways:

- *Shares with one denominator* (accuracy, selection rate, true positive rate): the difference is that of the
  two discordant shares, and its limits are Tango's, guarded where many groups are looked at. Balanced
  accuracy is the mean of two such differences.
- *All else* (precision, F1, AUC, Brier score, means over classes): Student's t, with
  :math:`2 V^2 / (\sum \psi^4 - V^2 / n)` degrees of freedom for influences :math:`\psi` (Satterthwaite):
  about twice the rows that carry the variance, which are few where models seldom differ. Where a floor is
  given (:mod:`fairkit.speech.releases`), the interval is no narrower than that of independent rows, and
  limits of skewed differences are no nearer than those of the ratio.

Where no row differs there is no variance; a share then still has the limits of a share of 0, anything else
has none.

References
----------
Tango 1998, Statistics in Medicine 17.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from fairkit.inference import Bounds, guarded_tango, mcnemar_p, mover_sum, tango
from fairkit.inference.distributions import normal_quantile, student_quantile
from fairkit.metrics import Why
from fairkit.residuals import FEWEST

FloatArray = NDArray[np.float64]


class Spread(NamedTuple):
    """Variance of a value, its degrees of freedom, and how far each of all clusters pulls it.

    `least` and `least_freedom` are the variance of independent rows and its degrees of freedom, where an
    interval by clusters must not be narrower than theirs.
    """

    variance: float
    freedom: float
    pull: FloatArray | None
    least: float = 0.0
    least_freedom: float = np.inf


class Discordance(NamedTuple):
    """Effective rows with a hit of only one of the models, among how many; `steep` is what a share is worth.

    `freedom` are the degrees of freedom of the number of effective rows, infinite where it is known.
    """

    only_first: float
    only_second: float
    trials: float
    freedom: float
    steep: float


@dataclass(frozen=True, slots=True)
class PairedValue:
    """One metric of both models on the same rows.

    Parameters
    ----------
    first, second : float
        The values, NaN where undefined.
    why : Why or None
        Why one of them is.
    difference, log_ratio : Spread
        Of the second less the first, and of the logarithm of the second over the first.
    shares : tuple of Discordance
        Where the difference is a mean of differences of shares.
    n, discordant : int
        Rows that the metric stands on, and those of them that the models see differently.
    clusters : int or None
    exact : tuple of int or None
        Whole discordant rows, of independent rows without weights.
    skewed : bool
        Whether clusters with large values differ by more: Student's limits of the difference are too near.
    """

    first: float
    second: float
    why: Why | None
    difference: Spread
    log_ratio: Spread
    shares: tuple[Discordance, ...]
    n: int
    discordant: int
    clusters: int | None
    exact: tuple[int, int] | None
    skewed: bool = False

    @property
    def usable(self) -> bool:
        """Whether both values are there, and clusters enough for an interval."""
        return not np.isnan(self.second - self.first) and (self.clusters is None or self.clusters >= FEWEST)

    def p_value(self) -> float:
        """Test that the values are equal: McNemar's mid-p where it applies, else Student's t."""
        if not self.usable:
            return np.nan
        if self.exact is not None:
            return float(mcnemar_p(*self.exact))
        return student_p(self.second - self.first, self.difference)


def difference_limits(
    values: Sequence[PairedValue], confidence: FloatArray, *, guarded: bool
) -> tuple[Bounds, list[str]]:
    """Limits of the second value less the first of one metric in several groups, and how they were made.

    Parameters
    ----------
    values : sequence of PairedValue
    confidence : array, shape (groups,)
    guarded : bool
        Whether limits of shares must hold in far tails.
    """
    value = np.array([one.second - one.first for one in values])
    reach = student_reach([one.difference for one in values], confidence)
    low, high = _skewed(values, confidence, Bounds(value - reach, value + reach), guarded=guarded)
    method = ["paired-t" if one.clusters is None else "cluster-t" for one in values]
    shared = [i for i, one in enumerate(values) if one.shares]
    if shared:
        clustered = values[shared[0]].clusters is not None
        guarded = guarded or clustered
        below, above = _share_limits([values[i].shares for i in shared], confidence[shared], guarded=guarded)
        if clustered:  # t knows how clusters go together, Tango's limits know rare events
            below, above = np.fmin(below, low[shared]), np.fmax(above, high[shared])
        low[shared], high[shared] = below, above
        for i in shared:
            method[i] = method[i].replace("-t", "-guarded-tango" if guarded else "-tango")
    return _usable(values, low, high, method)


def ratio_limits(
    values: Sequence[PairedValue], confidence: FloatArray, *, guarded: bool
) -> tuple[Bounds, list[str]]:
    """Limits of the second value over the first.

    Student's t on the logarithm; of shares the wider of that and of the limits of the difference over the
    first value, which do not vanish where no row differs.

    Parameters
    ----------
    values, confidence, guarded
        As for `difference_limits`.
    """
    first, second = (np.array([getattr(one, side) for one in values]) for side in ("first", "second"))
    with np.errstate(divide="ignore", invalid="ignore"):
        ratio = np.where(first > 0, second / first, np.nan)
    reach = np.minimum(student_reach([one.log_ratio for one in values], confidence), 700.0)
    reach = np.where(second > 0, reach, np.nan)
    low, high = ratio * np.exp(-reach), ratio * np.exp(reach)
    bounds, method = difference_limits(values, confidence, guarded=guarded)
    shared = np.array([bool(one.shares) for one in values]) & (first > 0)
    low[shared] = np.fmin(low[shared], np.maximum(1 + bounds.low[shared] / first[shared], 0.0))
    high[shared] = np.fmax(high[shared], 1 + bounds.high[shared] / first[shared])
    return _usable(values, low, high, method)


def _share_limits(
    shares: Sequence[tuple[Discordance, ...]], confidence: FloatArray, *, guarded: bool
) -> tuple[FloatArray, FloatArray]:
    """Combine Tango's limits of the parts of a metric; rows are worth less where that is estimated."""
    table = np.array(shares, np.float64)  # (groups, parts, fields of Discordance)
    first, second, trials, freedom, steep = (table[..., i] for i in range(len(Discordance._fields)))
    level = np.broadcast_to(confidence[:, None], trials.shape)
    worth = np.ones(trials.shape)
    known = np.isfinite(freedom)
    if known.any():
        tail = (1 - level[known]) / 2
        worth[known] = (normal_quantile(tail) / student_quantile(freedom[known], tail)) ** 2
    interval = guarded_tango if guarded else tango
    bounds = interval(second * worth, first * worth, trials * worth, confidence=level)
    low, high = mover_sum((second - first) / trials, bounds.low, bounds.high, weights=steep)
    return low, high


def _skewed(
    values: Sequence[PairedValue], confidence: FloatArray, limits: Bounds, *, guarded: bool
) -> Bounds:
    """Move limits of skewed differences out to those of the ratio, to second order of its logarithm.

    Away from zero always, for large values differ by more and few were seen; in far tails towards zero too.
    """
    if not any(one.skewed for one in values):
        return limits
    first, second = (np.array([getattr(one, side) for one in values]) for side in ("first", "second"))
    value = second - first
    reach = student_reach([one.log_ratio for one in values], confidence)
    further = np.where([one.skewed for one in values], reach + reach**2 / 2, np.nan)
    low = np.where(guarded | (value < 0), np.fmin(limits.low, value - first * further), limits.low)
    high = np.where(guarded | (value > 0), np.fmax(limits.high, value + second * further), limits.high)
    return Bounds(low, high)


def _usable(
    values: Sequence[PairedValue], low: FloatArray, high: FloatArray, method: list[str]
) -> tuple[Bounds, list[str]]:
    usable = np.array([one.usable for one in values], bool) & ~np.isnan(low)
    bounds = Bounds(np.where(usable, low, np.nan), np.where(usable, high, np.nan))
    return bounds, [name if here else "none" for name, here in zip(method, usable.tolist(), strict=True)]


def student_reach(spreads: Sequence[Spread], confidence: FloatArray) -> FloatArray:
    """Half the width of Student's interval; NaN where nothing varies."""
    reaches = []
    for names in (("variance", "freedom"), ("least", "least_freedom")):
        variance, freedom = (np.array([getattr(one, name) for one in spreads]) for name in names)
        known = variance > 0
        found = np.full(len(variance), np.nan)
        quantile = student_quantile(freedom[known], (1 + confidence[known]) / 2)
        found[known] = quantile * np.sqrt(variance[known])
        reaches.append(found)
    unknown = np.isnan([one.variance for one in spreads])
    return np.where(unknown, np.nan, np.fmax(*reaches))


def student_p(value: float, spread: Spread) -> float:
    """Test that a value is 0; NaN where nothing varies."""
    from scipy.special import stdtr

    known = ((spread.variance, spread.freedom), (spread.least, spread.least_freedom))
    found = [2 * stdtr(freedom, -abs(value) / np.sqrt(v)) for v, freedom in known if v > 0]
    return float(max(found)) if found and not np.isnan(spread.variance) else np.nan
