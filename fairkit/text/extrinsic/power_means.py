r"""Power means of areas over identities, with intervals that know which rows the identities share.

A power mean M of areas :math:`m_g`,

.. math:: M = \Bigl(\frac{1}{G} \sum_g m_g^p\Bigr)^{1/p}, \quad
    \frac{\partial M}{\partial m_g} = \frac{1}{G} m_g^{p-1} M^{1-p},

leans towards the worst for negative p. It is a smooth function of the same rows, whichever identities these
belong to, so its variance is that of all their pulls together (delta method). To second order chance moves it
by

.. math:: \frac{1 - p}{2} \Bigl(\frac{\operatorname{var}(M)}{M}
    - \sum_g \frac{\partial M}{\partial m_g} \frac{\operatorname{var}(m_g)}{m_g}\Bigr),

downwards for p < 1: small identities look worse than they are. That is stated beside the value. An area with
fewer than 10 rows (or 3 clusters) on a side is left out: one unlucky row would decide the mean.

References
----------
Borkan, Dixon, Sorensen, Thain & Vasserman 2019, Nuanced metrics for measuring unintended bias with real data
for text classification, WWW Companion (the areas; p = -5 is that of the Jigsaw challenge of 2019).
"""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from fairkit.inference.distributions import student_quantile
from fairkit.metrics import Why
from fairkit.metrics._ranks import satterthwaite
from fairkit.residuals import FEWEST
from fairkit.sides import FEWEST_ROWS
from fairkit.text.extrinsic.identity_parts import Area, ScoreTable
from fairkit.text.extrinsic.identity_results import PowerMean

FloatArray = NDArray[np.float64]

COMBINED = "combined_auc"
"""The mean of the area of all rows and of the power means of the three kinds."""


@dataclass(frozen=True, slots=True)
class Moved:
    """A value with how far rows, or clusters, pull it.

    Parameters
    ----------
    value, variance, freedom, noise : float
        NaN where undefined.
    pull : array or None
    """

    value: float
    variance: float
    freedom: float
    noise: float
    pull: FloatArray | None


@dataclass(slots=True)
class RunningMean:
    """A power mean that areas are added to one by one, so that only one is held at a time.

    Parameters
    ----------
    metric : str
    power : float
    names, left_out : list of str
        Identities that count, and those that do not.
    uncounted : Why
        Why none counts, where none does.

    Examples
    --------
    >>> mean = RunningMean("bpsn_auc", -5.0)
    >>> mean.names, mean.left_out
    ([], [])
    """

    metric: str
    power: float
    names: list[str] = field(default_factory=list)
    left_out: list[str] = field(default_factory=list)
    uncounted: Why = Why.NO_ROWS
    _known: list[tuple[float, float, float]] = field(default_factory=list)
    _pull: FloatArray | None = None
    _largest: float = -np.inf

    def add(self, name: str, area: Area) -> None:
        """Add one identity's area; one that is undefined, or stands on a handful of rows, is left out."""
        few_clusters = area.pull.ndim == 1 and area.units < FEWEST
        rows = min(area.positives, area.negatives) if area.pull.ndim == 1 else area.units
        if np.isnan(area.value) or few_clusters or rows < FEWEST_ROWS:
            self.left_out.append(name)
            if not np.isnan(area.value):
                self.uncounted = Why.TOO_FEW_CLUSTERS if few_clusters else Why.FEW_ROWS
            return
        self.names.append(name)
        self._known.append((area.value, area.measured.variance, area.measured.freedom))
        if area.value > 0:
            # Kept relative to the largest slope: powers far from 1 would overflow.
            slope = (self.power - 1) * float(np.log(area.value))
            known, self._largest = self._largest, max(self._largest, slope)
            step = np.exp(slope - self._largest) * area.pull
            self._pull = step if self._pull is None else self._pull * np.exp(known - self._largest) + step

    def moved(self, table: ScoreTable) -> Moved:
        """Return the mean of what was added, with its variance."""
        if not self._known:
            return Moved(np.nan, np.nan, np.nan, np.nan, None)
        value, variance, freedom = np.array(self._known).T
        if (value == 0).any() and (self.power < 0 or not value.any()):
            return Moved(0.0, 0.0, np.nan, np.nan, None)
        with np.errstate(divide="ignore"):
            logs = np.log(value)
        top = float((self.power * logs).max())
        log_mean = (top + float(np.log(np.exp(self.power * logs - top).mean()))) / self.power
        mean = float(np.exp(log_mean))
        slope = np.exp((self.power - 1) * (logs - log_mean), where=value > 0, out=np.zeros(len(value)))
        slope /= len(value)
        scale = np.exp(self._largest + (1 - self.power) * log_mean) / len(value)
        pull = None if self._pull is None else self._pull * scale
        if pull is None or not np.isfinite(variance).all():
            return Moved(mean, np.nan, np.nan, np.nan, None)
        total = table.variance(pull)
        parts = list(zip((slope**2 * variance).tolist(), freedom.tolist(), strict=True))
        noise = (1 - self.power) / 2 * (total / mean - float(slope @ (variance / value)))
        return Moved(mean, total, satterthwaite(parts), noise, pull)

    def stated(self, moved: Moved, *, confidence: float, clustered: bool) -> PowerMean:
        """Write the mean with its interval, or why it has none."""
        low, high, why = bounded(moved, confidence)
        if np.isnan(moved.value):
            why = self.uncounted
        return PowerMean(
            self.metric,
            self.power,
            None if np.isnan(moved.value) else moved.value,
            why,
            low,
            high,
            len(self.names),
            tuple(self.left_out),
            None if np.isnan(moved.noise) else moved.noise,
            method_of(low, clustered=clustered),
        )


def combined(
    overall: Area, means: list[RunningMean], moved: list[Moved], table: ScoreTable, *, confidence: float
) -> PowerMean:
    """Average the area of all rows and the power means, as the Jigsaw challenge ranked models.

    Parameters
    ----------
    overall : Area
    means, moved : list
        One for each kind of area.
    table : ScoreTable
    confidence : float
    """
    clustered = table.cluster is not None
    values = [overall.value, *(one.value for one in moved)]
    value, n = float(np.mean(values)), len(values)
    still = any(one.variance == 0 for one in moved)
    together = Moved(value, 0.0 if still else np.nan, np.nan, np.nan, None)
    pulls = [one.pull for one in moved if one.pull is not None]
    if len(pulls) == len(moved) and np.isfinite(overall.measured.variance):
        pull = sum(pulls, overall.pull) / n
        freedom = min([overall.measured.freedom, *(one.freedom for one in moved)])
        noise = sum(one.noise for one in moved) / n
        together = Moved(value, table.variance(pull), freedom, noise, pull)
    low, high, why = bounded(together, confidence)
    left_out = tuple(dict.fromkeys(name for mean in means for name in mean.left_out))
    return PowerMean(
        COMBINED,
        means[0].power,
        None if np.isnan(value) else value,
        next((mean.uncounted for mean in means if not mean.names), Why.NO_ROWS) if np.isnan(value) else why,
        low,
        high,
        min(len(mean.names) for mean in means),
        left_out,
        None if np.isnan(together.noise) else together.noise,
        method_of(low, clustered=clustered),
    )


def bounded(moved: Moved, confidence: float) -> tuple[float | None, float | None, Why | None]:
    """Make an interval on the logit scale, or say why there is none.

    Examples
    --------
    >>> low, high, why = bounded(Moved(0.8, 0.0004, 200.0, -0.001, None), 0.95)
    >>> round(low, 3), round(high, 3), why
    (0.758, 0.837, None)
    """
    if np.isnan(moved.value) or not np.isfinite(moved.variance):
        return None, None, Why.FEW_ROWS
    if moved.variance <= 0 or not 0 < moved.value < 1:
        return None, None, Why.NO_VARIATION
    quantile = -float(student_quantile(np.array(moved.freedom), np.array((1 - confidence) / 2)))
    centre = np.log(moved.value) - np.log1p(-moved.value)
    reach = quantile * np.sqrt(moved.variance) / (moved.value * (1 - moved.value))
    low, high = (1 / (1 + np.exp(-x)) for x in (centre - reach, centre + reach))
    return float(low), float(high), None


def method_of(low: float | None, *, clustered: bool) -> str:
    """Name how an interval was made.

    Examples
    --------
    >>> method_of(0.7, clustered=True), method_of(None, clustered=False)
    ('cluster-delta-logit-t', 'none')
    """
    return "none" if low is None else ("cluster-" if clustered else "") + "delta-logit-t"
