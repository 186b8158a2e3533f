r"""Random-effects meta-analysis: one effect out of many that differ by more than chance.

With effects d, variances V and W = 1/V,

.. math:: Q = \sum W d^2 - \frac{(\sum W d)^2}{\sum W}, \quad
    c = \sum W - \frac{\sum W^2}{\sum W}, \quad
    \tau^2 = \max\!\left(0, \frac{Q - (N - 1)}{c}\right),

and with w = 1/(V + tau^2) the combined effect is :math:`\sum w d / \sum w`, its standard error
:math:`1/\sqrt{\sum w}`.

References
----------
DerSimonian and Laird (1986), Controlled Clinical Trials 7, 177-188; Hartung and Knapp (2001), Statistics in
Medicine 20, 3875-3889; Higgins, Thompson and Spiegelhalter (2009), JRSS A 172, 137-159.
"""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
from scipy import stats

from fairkit.errors import UsageError


class Combined(NamedTuple):
    """A combined effect.

    Attributes
    ----------
    effect : float
    standard_error : float
    z : float
    q : float
        Of heterogeneity.
    tau2 : float
        Variance of the true effects.
    i2 : float
        Percentage of the variation between effects that is more than their variances say.
    hartung_knapp : float
        Standard error from the spread of the effects themselves, for t with N - 1 degrees of freedom.
    prediction : tuple of float
        Interval for the true effect of one more study.
    """

    effect: float
    standard_error: float
    z: float
    q: float
    tau2: float
    i2: float
    hartung_knapp: float
    prediction: tuple[float, float]


def combine(effects: npt.ArrayLike, variances: npt.ArrayLike, *, confidence: float = 0.95) -> Combined:
    """Combine effects by the method of DerSimonian and Laird.

    Parameters
    ----------
    effects, variances : array_like of shape (studies,)
        At least 3; variances above 0.
    confidence : float
        Of the prediction interval.

    Returns
    -------
    Combined

    Raises
    ------
    UsageError
        There are fewer than 3 effects, or a variance is not above 0.

    Examples
    --------
    >>> found = combine([0.2, 0.5, 1.1], [0.04, 0.04, 0.04])
    >>> round(found.effect, 3), round(found.q, 3), round(found.tau2, 3)
    (0.6, 10.5, 0.17)
    """
    d, v = (np.asarray(values, dtype=np.float64) for values in (effects, variances))
    if (
        d.shape != v.shape
        or d.ndim != 1
        or len(d) < 3
        or not (np.isfinite(d) & np.isfinite(v) & (v > 0)).all()
    ):
        raise UsageError(
            f"effects {d.shape} and variances {v.shape} cannot be combined: pass at least 3 of each, with "
            "variances above 0."
        )
    n = len(d)
    weight = 1 / v
    # The same as the formula above, without cancelling.
    centre = float((weight * d).sum() / weight.sum())
    q = float((weight * (d - centre) ** 2).sum())
    c = float(weight.sum() - (weight**2).sum() / weight.sum())
    tau2 = max(0.0, (q - (n - 1)) / c)
    both = 1 / (v + tau2)
    effect = float((both * d).sum() / both.sum())
    error = 1 / math.sqrt(float(both.sum()))
    spread = math.sqrt(float((both * (d - effect) ** 2).sum() / ((n - 1) * both.sum())))
    half = float(stats.t.ppf((1 + confidence) / 2, n - 2)) * math.sqrt(tau2 + error**2)
    return Combined(
        effect,
        error,
        effect / error,
        q,
        tau2,
        100 * max(0.0, (q - (n - 1)) / q) if q > 0 else 0.0,
        spread,
        (effect - half, effect + half),
    )
